/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_CELLS_H
#define EMU_NS3_CELLS_H

/* Wireless links: each is a cell of IEEE 802.11a on a radio channel of its own, with
 * the first fixed member as access point and all others as stations. A station has one
 * device for all cells: it is tuned to a cell, looks for the access point by probe
 * requests and associates, which takes the time that it takes. Between two cells it is
 * tuned to a channel on which there is nobody. */
#include "ns3/run.h"
#include <deque>
#include <functional>
#include <map>
#include <ns3/mac48-address.h>
#include <ns3/node.h>
#include <ns3/wifi-net-device.h>
#include <ns3/yans-wifi-channel.h>

namespace emu
{

class cells
{
      public:
	explicit cells(struct run &run);
	cells(const cells &) = delete;
	cells &operator=(const cells &) = delete;
	/* NULL: the run failed, there are too many cells. */
	ns3::Ptr<ns3::WifiNetDevice> add_access_point(ns3::Ptr<ns3::Node> node, int link,
						      const ns3::Mac48Address &mac);
	/* `associated` is called at each change. */
	ns3::Ptr<ns3::WifiNetDevice> add_station(ns3::Ptr<ns3::Node> node,
						 const ns3::Mac48Address &mac,
						 std::function<void(bool associated)> associated);
	/* link -1: to the empty channel. Takes effect when the radio is free: one that
	 * sends, receives or is just being tuned goes on with that first. */
	void tune(ns3::Ptr<ns3::WifiNetDevice> station, int link);

      private:
	void settle(ns3::Ptr<ns3::WifiNetDevice> station);
	ns3::Ptr<ns3::WifiNetDevice> install(ns3::Ptr<ns3::Node> node, const char *mac_type,
					     uint8_t channel, const ns3::Mac48Address &mac);

	struct run &run_;
	ns3::Ptr<ns3::YansWifiChannel> air_;
	std::map<int, uint8_t> channels_;			     /* by link */
	std::map<ns3::WifiNetDevice *, std::deque<uint8_t>> wanted_; /* in order */
};

} // namespace emu

#endif
