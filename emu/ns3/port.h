/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_PORT_H
#define EMU_NS3_PORT_H

/* One interface of a node: between the frames of its user-space data plane and
 * ns-3's devices. A mobile interface has a device on each link that it visits, all
 * with its MAC address, and is plugged into one of them at a time.
 *
 * Where a frame is delayed and where captures see it is as in the namespaces of the
 * other engines: on a wire the transmitter delays and its capture sees the frame
 * when it leaves; on a link with more members the frame is delayed on its way from
 * the link to each receiver. */
#include "ns3/impairment.h"
#include "ns3/pcap.h"
#include "ns3/run.h"
#include <functional>
#include <map>
#include <ns3/net-device.h>
#include <ns3/node.h>

namespace emu
{

class port
{
      public:
	/* What arrives goes to `receiver`. */
	port(struct run &run, int node, int iface,
	     std::function<void(unsigned ifindex, const frame &)> receiver);
	port(const port &) = delete;
	port &operator=(const port &) = delete;

	const struct lab_iface &plan() const;
	unsigned ifindex() const;
	/* Now plugged into; -1: none. */
	int link() const;
	/* Whether the node sees a carrier; a station that does not know of a move yet,
	 * or has not associated, differs from link(). */
	bool carrier() const;
	void set_carrier(bool carrier);
	/* The device on a link; a wire is one with two ends, whose impairment is that of
	 * the transmitter. A station has one device for all wireless links. */
	void add_device(ns3::Ptr<ns3::Node> node, int link, ns3::Ptr<ns3::NetDevice> device,
			bool wire);
	/* NULL: the interface never visits it. */
	ns3::Ptr<ns3::NetDevice> device(int link) const;
	void plug(int link);
	void unplug();
	/* The link's impairment as it affects this member. */
	void impair(const struct lab_impairment &imp);
	bool capture(const std::string &path);
	void flush_capture();

	/* Sends a frame: it begins with the Ethernet header. */
	void transmit(const uint8_t *bytes, size_t len);

      private:
	void depart(frame f, unsigned plugging);
	void arrive(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<const ns3::Packet> packet,
		    uint16_t protocol, const ns3::Address &from, const ns3::Address &to,
		    ns3::NetDevice::PacketType type);
	void accept(frame f, unsigned plugging);
	bool is_dropped_solicitation(const frame &f) const;

	struct run &run_;
	const struct lab_node &node_;
	const struct lab_iface &iface_;
	std::function<void(unsigned, const frame &)> receiver_;
	std::map<int, ns3::Ptr<ns3::NetDevice>> devices_;
	bool wire_ = false;
	int link_ = -1;
	bool carrier_ = false;
	unsigned plugging_ = 0; /* counts changes: what was under way is lost */
	impairment transmit_;
	impairment receive_;
	pcap capture_;
};

} // namespace emu

#endif
