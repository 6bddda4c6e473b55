/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/network.h"
#include "ns3/plain_node.h"
#include "ns3/stack_node.h"
#include "ns3/wire.h"
#include <algorithm>
#include <ns3/simulator.h>

namespace emu
{

namespace
{
constexpr unsigned default_mtu = 1500;
constexpr unsigned cell_mtu = 2296; /* of IEEE 802.11, behind an LLC header */

uint16_t mtu_of(const struct lab_link &link)
{
	return static_cast<uint16_t>(link.mtu ? link.mtu : default_mtu);
}

ns3::Mac48Address mac_of(const struct lab_iface &iface)
{
	ns3::Mac48Address mac;

	mac.CopyFrom(iface.mac);
	return mac;
}

std::unique_ptr<sim_node> make_node(struct run &run, int index)
{
	if (plain_node::is_wanted(run.plan->nodes[index]))
		return std::make_unique<plain_node>(run, index);
	return std::make_unique<stack_node>(run, index);
}
} // namespace

network::network(struct run &run) : run_(run), target_(run.plan->link_count, false), cells_(run)
{
	for (size_t a = 0; a < run.plan->action_count; a++)
		if (run.plan->actions[a].kind == LAB_ACT_MOVE && run.plan->actions[a].link >= 0)
			target_[static_cast<size_t>(run.plan->actions[a].link)] = true;
	for (int n = 0; n < static_cast<int>(run.plan->node_count); n++)
		nodes_.push_back(make_node(run, n));
}

sim_node &network::node(int index)
{
	return *nodes_[static_cast<size_t>(index)];
}

size_t network::node_count() const
{
	return nodes_.size();
}

const struct lab_iface &network::iface(const member &m) const
{
	return run_.plan->nodes[m.node].ifaces[m.iface];
}

port &network::port_of(const member &m)
{
	return node(m.node).port_at(static_cast<size_t>(m.iface));
}

/* For each link the interfaces that are on it at some time. */
std::vector<std::vector<network::member>> network::find_visitors() const
{
	std::vector<std::vector<member>> visitors(run_.plan->link_count);
	auto add = [&visitors](int link, member m) {
		auto &list = visitors[static_cast<size_t>(link)];
		auto same = [m](const member &other) {
			return other.node == m.node && other.iface == m.iface;
		};

		if (std::none_of(list.begin(), list.end(), same))
			list.push_back(m);
	};

	for (int n = 0; n < static_cast<int>(run_.plan->node_count); n++)
		for (int i = 0; i < static_cast<int>(run_.plan->nodes[n].iface_count); i++)
			if (run_.plan->nodes[n].ifaces[i].link >= 0)
				add(run_.plan->nodes[n].ifaces[i].link, {n, i});
	for (size_t a = 0; a < run_.plan->action_count; a++) {
		const struct lab_action &action = run_.plan->actions[a];

		if (action.kind == LAB_ACT_MOVE && action.link >= 0)
			add(action.link, {action.node, action.iface});
	}
	return visitors;
}

bool network::is_wire(int link, const std::vector<member> &visitors) const
{
	auto mobile = [this](const member &m) { return iface(m).mobile; };

	return !is_cell(link) && visitors.size() == 2 && !target_[static_cast<size_t>(link)] &&
	       std::none_of(visitors.begin(), visitors.end(), mobile);
}

/* The ends of a wire know each other, as routers do that have been up for long: the
 * first packet after a move must not pay for address resolution in the middle of the
 * network. */
void network::introduce(const member &here, const member &there)
{
	for (size_t a = 0; a < iface(there).addr_count; a++) {
		struct mip6_prefix prefix;

		if (mip6_prefix_parse(iface(there).addrs[a], &prefix) == MIP6_OK)
			node(here.node).know(iface(here).ifindex, prefix.addr, iface(there).mac);
	}
}

void network::make_ethernet(int link, const std::vector<member> &visitors)
{
	auto channel = ns3::CreateObject<wire_channel>();
	bool wire = is_wire(link, visitors);

	for (const member &m : visitors) {
		auto device = ns3::CreateObject<wire_device>();

		device->SetAddress(mac_of(iface(m)));
		device->SetMtu(mtu_of(run_.plan->links[link]));
		node(m.node).node()->AddDevice(device);
		channel->add(device);
		channel->plug(device, iface(m).link == link);
		port_of(m).add_device(node(m.node).node(), link, device, wire);
	}
	if (wire) {
		introduce(visitors[0], visitors[1]);
		introduce(visitors[1], visitors[0]);
	}
}

bool network::is_cell(int link) const
{
	return link >= 0 && run_.plan->links[link].wifi;
}

ns3::Ptr<ns3::WifiNetDevice> network::station_of(const member &m)
{
	station &s = stations_[{m.node, m.iface}];

	if (!s.device)
		s.device =
		    cells_.add_station(node(m.node).node(), mac_of(iface(m)), [this, m](bool up) {
			    /* It may happen while the node sends. */
			    ns3::Simulator::ScheduleNow([this, m, up] { associated(m, up); });
		    });
	return s.device;
}

bool network::make_cell(int link, const std::vector<member> &visitors)
{
	bool has_access_point = false;

	if (run_.plan->links[link].mtu > cell_mtu)
		return run_.fail("wireless link %s: its MTU can be %u at most",
				 run_.plan->links[link].name, cell_mtu);
	for (const member &m : visitors) {
		bool first = !has_access_point && !iface(m).mobile;
		ns3::Ptr<ns3::WifiNetDevice> device =
		    first ? cells_.add_access_point(node(m.node).node(), link, mac_of(iface(m)))
			  : station_of(m);

		if (!device)
			return false;
		has_access_point = has_access_point || first;
		port_of(m).add_device(node(m.node).node(), link, device, false);
	}
	return has_access_point ||
	       run_.fail("wireless link %s has no fixed member to be its access point",
			 run_.plan->links[link].name);
}

bool network::make_link(int link, const std::vector<member> &visitors)
{
	if (!is_cell(link))
		make_ethernet(link, visitors);
	else if (!make_cell(link, visitors))
		return false;
	for (const member &m : visitors) {
		bool associates = is_cell(link) && stations_.count({m.node, m.iface});

		if (iface(m).link != link)
			continue;
		port_of(m).plug(link);
		port_of(m).set_carrier(!associates);
		if (associates)
			cells_.tune(station_of(m), link);
	}
	return true;
}

bool network::build()
{
	std::vector<std::vector<member>> visitors = find_visitors();

	for (int l = 0; l < static_cast<int>(run_.plan->link_count); l++)
		if (!make_link(l, visitors[static_cast<size_t>(l)]))
			return false;
	for (auto &n : nodes_)
		if (!n->raise())
			return false;
	return true;
}

int network::link_now(int node_index, int iface_index)
{
	return port_of({node_index, iface_index}).link();
}

static void attach(ns3::Ptr<ns3::NetDevice> device, bool on)
{
	auto wire = ns3::DynamicCast<wire_device>(device);

	if (wire)
		ns3::DynamicCast<wire_channel>(wire->GetChannel())->plug(wire, on);
}

/* What the node sees of a change. */
void network::tell(const member &m, bool up)
{
	port &p = port_of(m);

	if (silent_.count({m.node, m.iface}))
		return;
	p.set_carrier(up);
	node(m.node).report_link(p, up);
}

void network::unplug(int node_index, int iface_index, bool link_event)
{
	member m = {node_index, iface_index};
	port &p = port_of(m);
	int from = p.link();

	if (link_event)
		silent_.erase({node_index, iface_index});
	else
		silent_.insert({node_index, iface_index});
	p.unplug();
	if (is_cell(from))
		cells_.tune(station_of(m), -1);
	else if (from >= 0)
		attach(p.device(from), false);
	tell(m, false);
}

/* Who is on a link already has not heard of the node for long. What it knows of others
 * there stays: their traffic is no part of the handover. */
void network::forget_on(int link, const uint8_t mac[6])
{
	for (int n = 0; n < static_cast<int>(run_.plan->node_count); n++)
		for (int i = 0; i < static_cast<int>(run_.plan->nodes[n].iface_count); i++)
			if (iface({n, i}).link == link && !iface({n, i}).mobile)
				node(n).forget(iface({n, i}).ifindex, mac);
}

void network::plug(int node_index, int iface_index, int link, std::function<void()> up)
{
	member m = {node_index, iface_index};
	port &p = port_of(m);

	if (!p.device(link)) {
		run_.fail("%s cannot be plugged into link %s", p.plan().name,
			  run_.plan->links[link].name);
		return;
	}
	forget_on(link, iface(m).mac);
	if (p.link() >= 0 && !is_cell(p.link()))
		attach(p.device(p.link()), false); /* two moves at a time */
	p.plug(link);
	if (is_cell(link)) {
		stations_[{m.node, m.iface}].up = up;
		cells_.tune(station_of(m), link);
		return;
	}
	attach(p.device(link), true);
	up();
	tell(m, true);
}

/* A station found its cell, or lost it. */
void network::associated(const member &m, bool up)
{
	station &s = stations_[{m.node, m.iface}];

	if (!is_cell(port_of(m).link()))
		return; /* it was taken away */
	/* That it lost the former cell may be heard when it waits for the next one. */
	if (up && s.up)
		s.up();
	if (up)
		s.up = nullptr;
	if (up || port_of(m).carrier())
		tell(m, up);
}

void network::impair(int link, const struct lab_impairment &imp)
{
	for (auto &n : nodes_)
		for (size_t i = 0; i < n->port_count(); i++)
			if (n->port_at(i).link() == link)
				n->port_at(i).impair(imp);
}

} // namespace emu
