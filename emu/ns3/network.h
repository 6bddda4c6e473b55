/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_NETWORK_H
#define EMU_NS3_NETWORK_H

/* A plan's nodes and links. A link of two fixed members is a wire; else, and where
 * a member moves, it is a switch, which takes no time; or it is a wireless cell. */
#include "ns3/cells.h"
#include "ns3/sim_node.h"
#include <functional>
#include <map>
#include <memory>
#include <ns3/channel.h>
#include <set>
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
	/* With link_event the node sees its carrier go and, with the next plug(),
	 * come; else it is plugged elsewhere behind its back. */
	void unplug(int node, int iface, bool link_event);
	/* `up` is called when the link is up: at once, or when the station has
	 * associated. */
	void plug(int node, int iface, int link, std::function<void()> up);
	/* Changes what members of a link suffer from now on. */
	void impair(int link, const struct lab_impairment &imp);

      private:
	struct member {
		int node;
		int iface;
	};

	std::vector<std::vector<member>> find_visitors() const;
	bool is_wire(int link, const std::vector<member> &visitors) const;
	bool make_link(int link, const std::vector<member> &visitors);
	void make_ethernet(int link, const std::vector<member> &visitors);
	bool make_cell(int link, const std::vector<member> &visitors);
	ns3::Ptr<ns3::WifiNetDevice> station_of(const member &m);
	bool is_cell(int link) const;
	void forget_on(int link, const uint8_t mac[6]);
	void tell(const member &m, bool up);
	void associated(const member &m, bool up);
	void introduce(const member &here, const member &there);
	const struct lab_iface &iface(const member &m) const;
	port &port_of(const member &m);

	struct run &run_;
	std::vector<std::unique_ptr<sim_node>> nodes_;
	std::vector<bool> target_; /* links that something moves to */
	cells cells_;
	struct station {
		ns3::Ptr<ns3::WifiNetDevice> device;
		std::function<void()> up; /* what waits for the association */
	};
	std::map<std::pair<int, int>, station> stations_;
	/* Members that are moved behind their node's back. */
	std::set<std::pair<int, int>> silent_;
};

} // namespace emu

#endif
