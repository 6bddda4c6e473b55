/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/port.h"
#include <algorithm>
#include <ns3/simulator.h>

namespace emu
{

namespace
{
constexpr size_t ethernet = 14;
constexpr uint16_t ipv6_type = 0x86dd;
constexpr uint32_t ipv6_header = 40;
constexpr uint8_t icmpv6 = 58;
constexpr uint8_t router_solicitation = 133;
} // namespace

port::port(struct run &run, int node, int iface,
	   std::function<void(unsigned ifindex, const frame &)> receiver)
    : run_(run), node_(run.plan->nodes[node]), iface_(node_.ifaces[iface]),
      receiver_(std::move(receiver))
{
	std::string name = std::string(node_.name) + "/" + iface_.name;

	transmit_.name(run.plan->seed, "ns3 tx " + name);
	receive_.name(run.plan->seed, "ns3 rx " + name);
	if (iface_.own_imp)
		transmit_.set(iface_.imp);
}

const struct lab_iface &port::plan() const
{
	return iface_;
}

unsigned port::ifindex() const
{
	return iface_.ifindex;
}

int port::link() const
{
	return link_;
}

bool port::carrier() const
{
	return carrier_;
}

void port::set_carrier(bool carrier)
{
	carrier_ = carrier;
}

void port::add_device(ns3::Ptr<ns3::Node> node, int link, ns3::Ptr<ns3::NetDevice> device,
		      bool wire)
{
	auto same = [device](const auto &known) { return known.second == device; };
	bool registered = std::any_of(devices_.begin(), devices_.end(), same);

	devices_[link] = device;
	wire_ = wire;
	/* Promiscuous, because only then the destination address is told. */
	if (!registered)
		node->RegisterProtocolHandler(ns3::MakeCallback(&port::arrive, this), ipv6_type,
					      device, true);
}

ns3::Ptr<ns3::NetDevice> port::device(int link) const
{
	auto found = devices_.find(link);

	return found == devices_.end() ? nullptr : found->second;
}

void port::plug(int link)
{
	link_ = link;
	plugging_++;
	impair(run_.plan->links[link].imp);
}

void port::unplug()
{
	link_ = -1;
	plugging_++;
}

void port::impair(const struct lab_impairment &imp)
{
	if (!wire_)
		receive_.set(imp);
	else if (!iface_.own_imp)
		transmit_.set(imp);
}

bool port::capture(const std::string &path)
{
	return capture_.open(path);
}

void port::flush_capture()
{
	capture_.flush();
}

void port::transmit(const uint8_t *bytes, size_t len)
{
	int64_t delay;
	frame f;

	if (len < ethernet)
		return;
	f.dst.CopyFrom(bytes);
	f.src.CopyFrom(bytes + 6);
	f.type = static_cast<uint16_t>(bytes[12] << 8 | bytes[13]);
	f.payload =
	    ns3::Create<ns3::Packet>(bytes + ethernet, static_cast<uint32_t>(len - ethernet));
	delay = transmit_.delay(plan_now(), static_cast<uint32_t>(len));
	if (delay >= 0)
		ns3::Simulator::Schedule(ns3::NanoSeconds(delay), &port::depart, this, f,
					 plugging_);
}

void port::depart(frame f, unsigned plugging)
{
	if (plugging != plugging_)
		return;
	if (capture_.is_open())
		capture_.write(wall_now(), f);
	if (link_ >= 0)
		devices_[link_]->Send(f.payload->Copy(), f.dst, f.type);
}

void port::arrive(ns3::Ptr<ns3::NetDevice> device, ns3::Ptr<const ns3::Packet> packet,
		  uint16_t protocol, const ns3::Address &from, const ns3::Address &to,
		  ns3::NetDevice::PacketType type)
{
	frame f = {ns3::Mac48Address::ConvertFrom(to), ns3::Mac48Address::ConvertFrom(from),
		   protocol, packet};
	int64_t delay;

	if (type == ns3::NetDevice::PACKET_OTHERHOST || link_ < 0 || device != devices_[link_])
		return;
	if (!receive_.has_effect()) {
		accept(f, plugging_);
		return;
	}
	delay = receive_.delay(plan_now(), packet->GetSize() + static_cast<uint32_t>(ethernet));
	if (delay >= 0)
		ns3::Simulator::Schedule(ns3::NanoSeconds(delay), &port::accept, this, f,
					 plugging_);
}

/* As the filter that the other engines put on the interface: an ICMPv6 message of
 * that type right behind the IPv6 header. */
bool port::is_dropped_solicitation(const frame &f) const
{
	uint8_t head[ipv6_header + 1];

	return node_.drop_rs && f.payload->CopyData(head, sizeof(head)) == sizeof(head) &&
	       head[6] == icmpv6 && head[ipv6_header] == router_solicitation;
}

void port::accept(frame f, unsigned plugging)
{
	if (plugging != plugging_)
		return;
	if (capture_.is_open())
		capture_.write(wall_now(), f);
	if (!is_dropped_solicitation(f))
		receiver_(iface_.ifindex, f);
}

} // namespace emu
