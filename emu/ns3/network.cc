/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/network.h"
#include "ns3/wire.h"
#include <algorithm>
#include <ns3/csma-channel.h>
#include <ns3/csma-net-device.h>
#include <ns3/data-rate.h>
#include <ns3/drop-tail-queue.h>
#include <ns3/simulator.h>

namespace emu
{

namespace
{
/* A full frame takes 15 ns; who finds the medium busy waits some of these. */
constexpr char csma_rate[] = "800Gbps";
constexpr int64_t csma_slot_ns = 10;
constexpr uint32_t csma_slots_max = 16;
constexpr uint32_t csma_retries = 1000;
constexpr uint32_t csma_ceiling = 10;
constexpr unsigned default_mtu = 1500;

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
} // namespace

network::network(struct run &run) : run_(run), target_(run.plan->link_count, false)
{
	for (size_t a = 0; a < run.plan->action_count; a++)
		if (run.plan->actions[a].kind == LAB_ACT_MOVE && run.plan->actions[a].link >= 0)
			target_[static_cast<size_t>(run.plan->actions[a].link)] = true;
	for (int n = 0; n < static_cast<int>(run.plan->node_count); n++)
		nodes_.push_back(std::make_unique<sim_node>(run, n));
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

	return visitors.size() == 2 && !target_[static_cast<size_t>(link)] &&
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

void network::make_wire(int link, const member &a, const member &b)
{
	auto channel = ns3::CreateObject<wire_channel>();
	ns3::Ptr<wire_device> ends[2];
	const member members[2] = {a, b};

	for (size_t i = 0; i < 2; i++) {
		ends[i] = ns3::CreateObject<wire_device>();
		ends[i]->SetAddress(mac_of(iface(members[i])));
		ends[i]->SetMtu(mtu_of(run_.plan->links[link]));
		node(members[i].node).node()->AddDevice(ends[i]);
		port_of(members[i]).add_device(node(members[i].node).node(), link, ends[i], true);
	}
	channel->connect(ends[0], ends[1]);
	introduce(a, b);
	introduce(b, a);
}

void network::make_csma(int link, const std::vector<member> &visitors)
{
	auto channel = ns3::CreateObjectWithAttributes<ns3::CsmaChannel>(
	    "DataRate", ns3::DataRateValue(ns3::DataRate(csma_rate)), "Delay",
	    ns3::TimeValue(ns3::NanoSeconds(0)));

	for (const member &m : visitors) {
		auto device = ns3::CreateObject<ns3::CsmaNetDevice>();

		device->SetAddress(mac_of(iface(m)));
		node(m.node).node()->AddDevice(device);
		device->SetQueue(ns3::CreateObject<ns3::DropTailQueue<ns3::Packet>>());
		device->SetBackoffParams(ns3::NanoSeconds(csma_slot_ns), 1, csma_slots_max,
					 csma_retries, csma_ceiling);
		device->SetMtu(mtu_of(run_.plan->links[link]));
		device->Attach(channel);
		if (iface(m).link != link)
			channel->Detach(device);
		port_of(m).add_device(node(m.node).node(), link, device, false);
	}
}

bool network::build()
{
	std::vector<std::vector<member>> visitors = find_visitors();

	for (int l = 0; l < static_cast<int>(run_.plan->link_count); l++) {
		const auto &list = visitors[static_cast<size_t>(l)];

		if (is_wire(l, list))
			make_wire(l, list[0], list[1]);
		else
			make_csma(l, list);
		for (const member &m : list)
			if (iface(m).link == l)
				port_of(m).plug(l);
	}
	for (auto &n : nodes_)
		if (!n->raise())
			return false;
	return true;
}

int network::link_now(int node_index, int iface_index)
{
	return port_of({node_index, iface_index}).link();
}

static void attach(port &p, int link, bool on)
{
	auto device = ns3::DynamicCast<ns3::CsmaNetDevice>(p.device(link));
	ns3::Ptr<ns3::CsmaChannel> channel;

	if (!device)
		return;
	channel = ns3::DynamicCast<ns3::CsmaChannel>(device->GetChannel());
	if (on)
		channel->Reattach(device);
	else
		channel->Detach(device);
}

void network::unplug(int node_index, int iface_index, bool link_event)
{
	port &p = port_of({node_index, iface_index});

	if (p.link() >= 0)
		attach(p, p.link(), false);
	p.unplug();
	if (link_event)
		node(node_index).report_link(p, false, false);
}

bool network::plug(int node_index, int iface_index, int link, bool link_event)
{
	port &p = port_of({node_index, iface_index});

	if (!p.device(link))
		return run_.fail("%s cannot be plugged into link %s", p.plan().name,
				 run_.plan->links[link].name);
	/* Who is there already has not heard of the node for long. */
	for (int n = 0; n < static_cast<int>(run_.plan->node_count); n++)
		for (int i = 0; i < static_cast<int>(run_.plan->nodes[n].iface_count); i++)
			if (iface({n, i}).link == link && !iface({n, i}).mobile)
				node(n).flush(iface({n, i}).ifindex);
	attach(p, link, true);
	p.plug(link);
	if (link_event)
		node(node_index).report_link(p, true, true);
	return true;
}

void network::impair(int link, const struct lab_impairment &imp)
{
	for (auto &n : nodes_)
		for (size_t i = 0; i < n->port_count(); i++)
			if (n->port_at(i).link() == link)
				n->port_at(i).impair(imp);
}

} // namespace emu
