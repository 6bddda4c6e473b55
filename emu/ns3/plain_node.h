/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_PLAIN_NODE_H
#define EMU_NS3_PLAIN_NODE_H

/* A node without anything of the stack in it: ns-3's own IPv6 with the addresses,
 * routes and forwarding of the plan, and ns3::Radvd as its daemon. A mobile node that
 * gets along with it does not do so because both ends have the same author.
 *
 * Each interface of ns-3's IPv6 is one end of a cable, whose other end is the node's
 * port: so that delays, losses, captures and wireless cells are those that each
 * other node has. */
#include "ns3/radvd_conf.h"
#include "ns3/sim_node.h"
#include "ns3/wire.h"
#include <map>
#include <ns3/ipv6-l3-protocol.h>
#include <ns3/ipv6-static-routing.h>

namespace emu
{

class plain_node : public sim_node
{
      public:
	plain_node(struct run &run, int index);
	/* Whether the plan has an application of ns-3 as a daemon of that node. */
	static bool is_wanted(const struct lab_node &plan);

	void install_upper() override;
	bool raise() override;
	void report_link(const port &p, bool attached) override;
	void forget(unsigned ifindex, const uint8_t mac[6]) override;
	bool start(int daemon) override;
	bool signal(int daemon, int number) override;
	void stop() override;

      private:
	struct cable {
		ns3::Ptr<wire_device> stack;
		ns3::Ptr<wire_device> outside;
		uint32_t interface = 0; /* its number in ns-3's IPv6 */
	};

	void install_stack();
	bool add_interface(port &p);
	void transmit(port &p, const ns3::Packet &packet, const ns3::Address &from,
		      const ns3::Address &to, uint16_t type);
	bool add_route(ns3::Ptr<ns3::Ipv6StaticRouting> routing, const struct lab_route &route);
	void introduce(const neighbour &n);
	bool configure(int daemon, radvd_conf *ret);
	int64_t time_to_stop(int daemon) const;
	void receive(unsigned ifindex, const frame &f) override;

	int index_;
	ns3::Ptr<ns3::Ipv6L3Protocol> ipv6_;
	std::map<unsigned, cable> cables_; /* by the plan's number of the interface */
	std::vector<uint8_t> buffer_;
};

} // namespace emu

#endif
