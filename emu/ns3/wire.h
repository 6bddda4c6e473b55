/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_WIRE_H
#define EMU_NS3_WIRE_H

/* A link between two fixed interfaces: an Ethernet cable. What it delays is the
 * transmitter's impairment, so the cable itself hands a frame over at once. ns-3's
 * CSMA would ask for four events a frame where one is enough, and its
 * point-to-point link speaks PPP. */
#include <ns3/channel.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device.h>

namespace emu
{

class wire_device;

class wire_channel : public ns3::Channel
{
      public:
	static ns3::TypeId GetTypeId();
	void connect(ns3::Ptr<wire_device> a, ns3::Ptr<wire_device> b);
	/* The other end. */
	ns3::Ptr<wire_device> peer(const wire_device *device) const;
	std::size_t GetNDevices() const override;
	ns3::Ptr<ns3::NetDevice> GetDevice(std::size_t i) const override;

      protected:
	void DoDispose() override;

      private:
	ns3::Ptr<wire_device> ends_[2];
};

class wire_device : public ns3::NetDevice
{
      public:
	static ns3::TypeId GetTypeId();
	void set_channel(ns3::Ptr<wire_channel> channel);
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
	ReceiveCallback received_;
	PromiscReceiveCallback overheard_;
};

} // namespace emu

#endif
