/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_UPPER_H
#define EMU_NS3_UPPER_H

/* ns-3's own IPv6, UDP and TCP above a node's data plane, on one virtual device
 * that holds the node's addresses as /128: the same shape as a TUN device on Linux.
 * ns-3's IPv6 cannot do Mobile IPv6 (it drops Home Address options, and an old
 * address stays after a move), so it sees none of it: to it a home address is
 * simply its own. */
#include <functional>
#include <ns3/ipv6-address.h>
#include <ns3/node.h>
#include <ns3/packet.h>
#include <ns3/virtual-net-device.h>
#include <vector>

namespace emu
{

class upper
{
      public:
	/* What the stack sends goes to `output`; packets begin with their IPv6
	 * header. */
	explicit upper(std::function<void(ns3::Ptr<const ns3::Packet>)> output);
	upper(const upper &) = delete;
	upper &operator=(const upper &) = delete;
	void install(ns3::Ptr<ns3::Node> node, const std::vector<ns3::Ipv6Address> &addresses,
		     uint16_t mtu);
	void deliver(ns3::Ptr<ns3::Packet> packet);

      private:
	bool send(ns3::Ptr<ns3::Packet> packet, const ns3::Address &from, const ns3::Address &to,
		  uint16_t protocol);

	std::function<void(ns3::Ptr<const ns3::Packet>)> output_;
	ns3::Ptr<ns3::VirtualNetDevice> device_;
};

} // namespace emu

#endif
