/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/cells.h"
#include <ns3/boolean.h>
#include <ns3/constant-position-mobility-model.h>
#include <ns3/frame-exchange-manager.h>
#include <ns3/propagation-delay-model.h>
#include <ns3/propagation-loss-model.h>
#include <ns3/simulator.h>
#include <ns3/ssid.h>
#include <ns3/sta-wifi-mac.h>
#include <ns3/string.h>
#include <ns3/wifi-mac-helper.h>
#include <ns3/yans-wifi-helper.h>

namespace emu
{

namespace
{
/* Channels of 20 MHz in the 5 GHz band that do not overlap; the last one stays empty. */
constexpr uint8_t channels[] = {36,  40,  44,  48,  52,	 56,  60,  64,	100, 104, 108, 112, 116,
				120, 124, 128, 132, 136, 140, 144, 149, 153, 157, 161, 165};
constexpr unsigned channel_count = sizeof(channels) / sizeof(channels[0]);
constexpr uint8_t nowhere = channels[channel_count - 1];
constexpr double signal_dbm = -40;
/* How long a station listens for answers to a probe request before it chooses. */
constexpr int64_t probe_ns = 5 * LAB_NS_MS;
constexpr char ssid[] = "mip6lab";

ns3::WifiPhy::ChannelTuple setting(uint8_t channel)
{
	return {channel, 20, ns3::WIFI_PHY_BAND_5GHZ, 0};
}
} // namespace

cells::cells(struct run &run) : run_(run)
{
}

/* ns-3's helper gives devices addresses of its own; what it has given is replaced in
 * each place that keeps one. */
static void set_mac(ns3::Ptr<ns3::WifiNetDevice> device, const ns3::Mac48Address &mac)
{
	device->GetMac()->SetAddress(mac);
	device->GetMac()->GetFrameExchangeManager()->SetAddress(mac);
}

ns3::Ptr<ns3::WifiNetDevice> cells::install(ns3::Ptr<ns3::Node> node, const char *mac_type,
					    uint8_t channel, const ns3::Mac48Address &mac)
{
	ns3::WifiHelper wifi;
	ns3::WifiMacHelper mac_layer;
	ns3::YansWifiPhyHelper phy;
	ns3::Ptr<ns3::WifiNetDevice> device;

	if (!air_) {
		auto loss = ns3::CreateObjectWithAttributes<ns3::FixedRssLossModel>(
		    "Rss", ns3::DoubleValue(signal_dbm));

		air_ = ns3::CreateObject<ns3::YansWifiChannel>();
		air_->SetPropagationLossModel(loss);
		air_->SetPropagationDelayModel(
		    ns3::CreateObject<ns3::ConstantSpeedPropagationDelayModel>());
	}
	if (!node->GetObject<ns3::MobilityModel>())
		node->AggregateObject(ns3::CreateObject<ns3::ConstantPositionMobilityModel>());
	wifi.SetStandard(ns3::WIFI_STANDARD_80211a);
	wifi.SetRemoteStationManager("ns3::ConstantRateWifiManager", "DataMode",
				     ns3::StringValue("OfdmRate54Mbps"), "ControlMode",
				     ns3::StringValue("OfdmRate24Mbps"));
	phy.SetChannel(air_);
	mac_layer.SetType(mac_type, "Ssid", ns3::SsidValue(ns3::Ssid(ssid)));
	device = ns3::DynamicCast<ns3::WifiNetDevice>(
	    wifi.Install(phy, mac_layer, ns3::NodeContainer(node)).Get(0));
	device->GetPhy()->SetOperatingChannel(setting(channel));
	set_mac(device, mac);
	return device;
}

ns3::Ptr<ns3::WifiNetDevice> cells::add_access_point(ns3::Ptr<ns3::Node> node, int link,
						     const ns3::Mac48Address &mac)
{
	unsigned next = static_cast<unsigned>(channels_.size());

	if (next + 1 >= channel_count) {
		run_.fail("more than %u wireless links", channel_count - 1);
		return nullptr;
	}
	channels_[link] = channels[next];
	return install(node, "ns3::ApWifiMac", channels[next], mac);
}

ns3::Ptr<ns3::WifiNetDevice> cells::add_station(ns3::Ptr<ns3::Node> node,
						const ns3::Mac48Address &mac,
						std::function<void(bool associated)> associated)
{
	ns3::Ptr<ns3::WifiNetDevice> device = install(node, "ns3::StaWifiMac", nowhere, mac);
	ns3::Ptr<ns3::WifiMac> layer = device->GetMac();

	layer->SetAttribute("ActiveProbing", ns3::BooleanValue(true));
	layer->SetAttribute("ProbeRequestTimeout", ns3::TimeValue(ns3::NanoSeconds(probe_ns)));
	layer->TraceConnectWithoutContext(
	    "Assoc", ns3::Callback<void, ns3::Mac48Address>(
			 [associated](ns3::Mac48Address) { associated(true); }));
	layer->TraceConnectWithoutContext(
	    "DeAssoc", ns3::Callback<void, ns3::Mac48Address>(
			   [associated](ns3::Mac48Address) { associated(false); }));
	return device;
}

void cells::tune(ns3::Ptr<ns3::WifiNetDevice> station, int link)
{
	std::deque<uint8_t> &queue = wanted_[ns3::PeekPointer(station)];

	queue.push_back(link < 0 ? nowhere : channels_[link]);
	/* Of many in a row the last two count: away from where it was, and there. */
	if (queue.size() > 2)
		queue.pop_front();
	else if (queue.size() == 1)
		settle(station);
}

/* How long a radio must not be tuned, zero: it may. ns-3 aborts where that happens in
 * the middle of something, also between a frame and the acknowledgement that it will
 * send for it. */
static ns3::Time busy_for(ns3::Ptr<ns3::WifiPhy> phy)
{
	ns3::Time answered = phy->GetLastRxEndTime() + phy->GetSifs() + ns3::MicroSeconds(1);
	ns3::Time now = ns3::Simulator::Now();

	if (phy->IsStateTx() || phy->IsStateRx() || phy->IsStateSwitching())
		return phy->GetDelayUntilIdle() + ns3::NanoSeconds(1);
	return phy->GetLastRxEndTime().IsStrictlyPositive() && now < answered ? answered - now
									      : ns3::Time(0);
}

void cells::settle(ns3::Ptr<ns3::WifiNetDevice> station)
{
	std::deque<uint8_t> &queue = wanted_[ns3::PeekPointer(station)];
	ns3::Ptr<ns3::WifiPhy> phy = station->GetPhy();

	ns3::Time busy = busy_for(phy);

	if (busy.IsStrictlyPositive()) {
		ns3::Simulator::Schedule(busy, &cells::settle, this, station);
		return;
	}
	phy->SetOperatingChannel(setting(queue.front()));
	queue.pop_front();
	if (!queue.empty())
		ns3::Simulator::Schedule(ns3::NanoSeconds(1), &cells::settle, this, station);
}

} // namespace emu
