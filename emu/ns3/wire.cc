/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/wire.h"
#include <algorithm>
#include <ns3/node.h>
#include <ns3/simulator.h>

namespace emu
{

ns3::TypeId wire_channel::GetTypeId()
{
	static ns3::TypeId id = ns3::TypeId("emu::wire_channel")
				    .SetParent<ns3::Channel>()
				    .AddConstructor<wire_channel>();

	return id;
}

void wire_channel::add(ns3::Ptr<wire_device> device)
{
	devices_.push_back(device);
	device->set_channel(this);
}

void wire_channel::plug(ns3::Ptr<wire_device> device, bool in)
{
	auto address = ns3::Mac48Address::ConvertFrom(device->GetAddress());

	if (in == device->is_plugged())
		return;
	device->set_plugged(in);
	if (in) {
		plugged_.push_back(device);
		owners_.emplace(address, device);
		return;
	}
	plugged_.erase(std::find(plugged_.begin(), plugged_.end(), device));
	for (auto [owner, end] = owners_.equal_range(address); owner != end; ++owner)
		if (owner->second == device) {
			owners_.erase(owner);
			return;
		}
}

/* Nobody plugs or unplugs while a frame is handed over: what a frame causes is an event
 * of its own. */
void wire_channel::pass(wire_device *from, ns3::Ptr<ns3::Packet> packet, uint16_t protocol,
			const ns3::Address &src, const ns3::Address &to)
{
	auto address = ns3::Mac48Address::ConvertFrom(to);
	auto [owner, end] = owners_.equal_range(address);
	auto give = [&](const ns3::Ptr<wire_device> &device) {
		if (ns3::PeekPointer(device) != from)
			device->receive(packet->Copy(), protocol, src, to);
	};

	if (!from->is_plugged())
		return;
	if (owner != end)
		std::for_each(owner, end, [&](const auto &found) { give(found.second); });
	else
		std::for_each(plugged_.begin(), plugged_.end(), give);
}

std::size_t wire_channel::GetNDevices() const
{
	return devices_.size();
}

ns3::Ptr<ns3::NetDevice> wire_channel::GetDevice(std::size_t i) const
{
	return i < devices_.size() ? devices_[i] : nullptr;
}

void wire_channel::DoDispose()
{
	devices_.clear();
	plugged_.clear();
	owners_.clear();
	Channel::DoDispose();
}

ns3::TypeId wire_device::GetTypeId()
{
	static ns3::TypeId id = ns3::TypeId("emu::wire_device")
				    .SetParent<ns3::NetDevice>()
				    .AddConstructor<wire_device>();

	return id;
}

void wire_device::set_channel(ns3::Ptr<wire_channel> channel)
{
	channel_ = channel;
}

void wire_device::set_plugged(bool in)
{
	plugged_ = in;
	link_changed_();
}

bool wire_device::is_plugged() const
{
	return plugged_;
}

static ns3::NetDevice::PacketType packet_type(const ns3::Mac48Address &to,
					      const ns3::Mac48Address &own)
{
	if (to == own)
		return ns3::NetDevice::PACKET_HOST;
	if (to.IsBroadcast())
		return ns3::NetDevice::PACKET_BROADCAST;
	return to.IsGroup() ? ns3::NetDevice::PACKET_MULTICAST : ns3::NetDevice::PACKET_OTHERHOST;
}

void wire_device::receive(ns3::Ptr<ns3::Packet> packet, uint16_t protocol, const ns3::Address &from,
			  const ns3::Address &to)
{
	PacketType type = packet_type(ns3::Mac48Address::ConvertFrom(to), address_);

	if (!overheard_.IsNull())
		overheard_(this, packet, protocol, from, to, type);
	if (type != PACKET_OTHERHOST && !received_.IsNull())
		received_(this, packet, protocol, from);
}

bool wire_device::SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address &from,
			   const ns3::Address &to, uint16_t protocol)
{
	if (!channel_)
		return false;
	channel_->pass(this, packet, protocol, from, to);
	return true;
}

bool wire_device::Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address &to, uint16_t protocol)
{
	return SendFrom(packet, address_, to, protocol);
}

void wire_device::DoDispose()
{
	channel_ = nullptr;
	node_ = nullptr;
	received_.Nullify();
	overheard_.Nullify();
	NetDevice::DoDispose();
}

/* ---- what ns-3 wants to know of a device ------------------------------------------ */

void wire_device::SetIfIndex(const uint32_t index)
{
	index_ = index;
}

uint32_t wire_device::GetIfIndex() const
{
	return index_;
}

ns3::Ptr<ns3::Channel> wire_device::GetChannel() const
{
	return channel_;
}

void wire_device::SetAddress(ns3::Address address)
{
	address_ = ns3::Mac48Address::ConvertFrom(address);
}

ns3::Address wire_device::GetAddress() const
{
	return address_;
}

bool wire_device::SetMtu(const uint16_t mtu)
{
	mtu_ = mtu;
	return true;
}

uint16_t wire_device::GetMtu() const
{
	return mtu_;
}

bool wire_device::IsLinkUp() const
{
	return plugged_;
}

void wire_device::AddLinkChangeCallback(ns3::Callback<void> callback)
{
	link_changed_.ConnectWithoutContext(callback);
}

bool wire_device::IsBroadcast() const
{
	return true;
}

ns3::Address wire_device::GetBroadcast() const
{
	return ns3::Mac48Address::GetBroadcast();
}

bool wire_device::IsMulticast() const
{
	return true;
}

ns3::Address wire_device::GetMulticast(ns3::Ipv4Address group) const
{
	return ns3::Mac48Address::GetMulticast(group);
}

ns3::Address wire_device::GetMulticast(ns3::Ipv6Address addr) const
{
	return ns3::Mac48Address::GetMulticast(addr);
}

bool wire_device::IsBridge() const
{
	return false;
}

bool wire_device::IsPointToPoint() const
{
	return false;
}

ns3::Ptr<ns3::Node> wire_device::GetNode() const
{
	return node_;
}

void wire_device::SetNode(ns3::Ptr<ns3::Node> node)
{
	node_ = node;
}

bool wire_device::NeedsArp() const
{
	return true;
}

void wire_device::SetReceiveCallback(ReceiveCallback callback)
{
	received_ = callback;
}

void wire_device::SetPromiscReceiveCallback(PromiscReceiveCallback callback)
{
	overheard_ = callback;
}

bool wire_device::SupportsSendFrom() const
{
	return true;
}

} // namespace emu
