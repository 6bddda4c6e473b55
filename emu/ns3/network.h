/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_NETWORK_H
#define EMU_NS3_NETWORK_H

/* A plan's nodes and links. A link of two fixed members is a wire; else, and where
 * a member moves, it is CSMA, so fast that what is left of its own delay is nothing
 * beside the plan's. */
#include "ns3/sim_node.h"
#include <memory>
#include <ns3/channel.h>
#include <vector>

namespace emu
{

class network
{
      public:
	explicit network(struct run &run);
	/* Everything as at t = 0. */
	bool build();
	sim_node &node(int index);
	size_t node_count() const;

	int link_now(int node, int iface);
	/* With link_event the node sees its carrier go and come; else it is plugged
	 * elsewhere behind its back. */
	void unplug(int node, int iface, bool link_event);
	bool plug(int node, int iface, int link, bool link_event);
	/* Changes what members of a link suffer from now on. */
	void impair(int link, const struct lab_impairment &imp);

      private:
	struct member {
		int node;
		int iface;
	};

	std::vector<std::vector<member>> find_visitors() const;
	bool is_wire(int link, const std::vector<member> &visitors) const;
	void make_wire(int link, const member &a, const member &b);
	void make_csma(int link, const std::vector<member> &visitors);
	void introduce(const member &here, const member &there);
	const struct lab_iface &iface(const member &m) const;
	port &port_of(const member &m);

	struct run &run_;
	std::vector<std::unique_ptr<sim_node>> nodes_;
	std::vector<bool> target_; /* links that something moves to */
};

} // namespace emu

#endif
