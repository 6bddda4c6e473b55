/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_WIRE_H
#define EMU_NS3_WIRE_H

/* An Ethernet link: a cable between two interfaces, or a switch among many, which knows
 * from the start who is plugged in where. What a link delays is done by the ports, so
 * the link itself hands a frame over at once. ns-3's CSMA would ask for four events a
 * frame where one is enough, gives each frame to each interface and has each check it
 * (with 185 mobile nodes half of the time); its point-to-point link speaks PPP. */
#include <map>
#include <ns3/channel.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device.h>
#include <ns3/traced-callback.h>
#include <vector>

namespace emu
{

class wire_device;

class wire_channel : public ns3::Channel
{
      public:
	static ns3::TypeId GetTypeId();
	/* A device of this link, which has its address already; it is not plugged in. */
	void add(ns3::Ptr<wire_device> device);
	/* Plugs one of them in, or takes it away. */
	void plug(ns3::Ptr<wire_device> device, bool in);
	/* Hands a frame of `from` to those who are plugged in: to the owner of the address,
	 * or to all others where `to` is a group, or nobody's. What `from` sends while it
	 * is not plugged in is lost. */
	void pass(wire_device *from, ns3::Ptr<ns3::Packet> packet, uint16_t protocol,
		  const ns3::Address &src, const ns3::Address &to);
	std::size_t GetNDevices() const override;
	ns3::Ptr<ns3::NetDevice> GetDevice(std::size_t i) const override;

      protected:
	void DoDispose() override;

      private:
	std::vector<ns3::Ptr<wire_device>> devices_;
	std::vector<ns3::Ptr<wire_device>> plugged_; /* as they came */
	std::multimap<ns3::Mac48Address, ns3::Ptr<wire_device>> owners_;
};

class wire_device : public ns3::NetDevice
{
      public:
	static ns3::TypeId GetTypeId();
	void set_channel(ns3::Ptr<wire_channel> channel);
	/* What the channel says: it was plugged in, or taken away. */
	void set_plugged(bool in);
	bool is_plugged() const;
	void receive(ns3::Ptr<ns3::Packet> packet, uint16_t protocol, const ns3::Address &from,
		     const ns3::Address &to);

	void SetIfIndex(const uint32_t index) override;
	uint32_t GetIfIndex() const override;
	ns3::Ptr<ns3::Channel> GetChannel() const override;
	void SetAddress(ns3::Address address) override;
	ns3::Address GetAddress() const override;
	bool SetMtu(const uint16_t mtu) override;
	uint16_t GetMtu() const override;
	bool IsLinkUp() const override;
	void AddLinkChangeCallback(ns3::Callback<void> callback) override;
	bool IsBroadcast() const override;
	ns3::Address GetBroadcast() const override;
	bool IsMulticast() const override;
	ns3::Address GetMulticast(ns3::Ipv4Address group) const override;
	ns3::Address GetMulticast(ns3::Ipv6Address addr) const override;
	bool IsBridge() const override;
	bool IsPointToPoint() const override;
	bool Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address &to, uint16_t protocol) override;
	bool SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address &from,
		      const ns3::Address &to, uint16_t protocol) override;
	ns3::Ptr<ns3::Node> GetNode() const override;
	void SetNode(ns3::Ptr<ns3::Node> node) override;
	bool NeedsArp() const override;
	void SetReceiveCallback(ReceiveCallback callback) override;
	void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override;
	bool SupportsSendFrom() const override;

      protected:
	void DoDispose() override;

      private:
	ns3::Ptr<wire_channel> channel_;
	ns3::Ptr<ns3::Node> node_;
	ns3::Mac48Address address_;
	uint32_t index_ = 0;
	uint16_t mtu_ = 1500;
	bool plugged_ = false;
	ns3::TracedCallback<> link_changed_;
	ReceiveCallback received_;
	PromiscReceiveCallback overheard_;
};

} // namespace emu

#endif
