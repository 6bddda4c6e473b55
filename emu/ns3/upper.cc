/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/upper.h"
#include <ns3/boolean.h>
#include <ns3/config.h>
#include <ns3/icmpv6-l4-protocol.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv6-static-routing-helper.h>
#include <ns3/ipv6.h>
#include <ns3/mac48-address.h>

namespace emu
{

namespace
{
constexpr uint16_t ipv6_type = 0x86dd;
constexpr uint32_t source_offset = 8;
constexpr uint32_t destination_offset = 24;
} // namespace

upper::upper(std::function<void(ns3::Ptr<const ns3::Packet>)> output) : output_(std::move(output))
{
}

void upper::install(ns3::Ptr<ns3::Node> node, const std::vector<ns3::Ipv6Address> &addresses,
		    uint16_t mtu)
{
	ns3::InternetStackHelper stack;
	ns3::Ipv6StaticRoutingHelper routing;
	ns3::Ptr<ns3::Ipv6> ipv6;
	uint32_t index;

	stack.SetIpv4StackInstall(false);
	stack.SetRoutingHelper(routing);
	stack.Install(node);
	device_ = ns3::CreateObject<ns3::VirtualNetDevice>();
	device_->SetAddress(ns3::Mac48Address("02:00:00:00:00:01"));
	device_->SetNeedsArp(false);
	device_->SetMtu(mtu);
	device_->SetSendCallback(ns3::MakeCallback(&upper::send, this));
	node->AddDevice(device_);
	ipv6 = node->GetObject<ns3::Ipv6>();
	index = ipv6->AddInterface(device_);
	for (const ns3::Ipv6Address &address : addresses)
		ipv6->AddAddress(index, ns3::Ipv6InterfaceAddress(address, ns3::Ipv6Prefix(128)));
	ipv6->SetUp(index);
	routing.GetStaticRouting(ipv6)->SetDefaultRoute(ns3::Ipv6Address::GetZero(), index);
}

/* What the stack says to a link is not for the wire: the data plane has no link
 * there, and does neighbour discovery itself. */
bool upper::send(ns3::Ptr<ns3::Packet> packet, const ns3::Address &, const ns3::Address &,
		 uint16_t protocol)
{
	uint8_t head[40];
	ns3::Ipv6Address source;
	ns3::Ipv6Address destination;

	if (protocol != ipv6_type || packet->CopyData(head, sizeof(head)) != sizeof(head))
		return false;
	source = ns3::Ipv6Address::Deserialize(head + source_offset);
	destination = ns3::Ipv6Address::Deserialize(head + destination_offset);
	if (source.IsLinkLocal() || source.IsAny() || destination.IsMulticast())
		return true;
	output_(packet);
	return true;
}

void upper::deliver(ns3::Ptr<ns3::Packet> packet)
{
	device_->Receive(packet, ipv6_type, device_->GetAddress(), device_->GetAddress(),
			 ns3::NetDevice::PACKET_HOST);
}

} // namespace emu
