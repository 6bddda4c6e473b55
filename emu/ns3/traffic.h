/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_TRAFFIC_H
#define EMU_NS3_TRAFFIC_H

/* TCP and ping steps of the timeline by ns-3's own applications and sockets; the
 * results have the form of emu/lab/traffic.c. */
#include "ns3/network.h"
#include <map>
#include <ns3/icmpv6-header.h>
#include <ns3/ipv6.h>
#include <ns3/packet-sink.h>
#include <ns3/socket.h>

namespace emu
{

/* BulkSend to a PacketSink. */
class tcp_stream
{
      public:
	tcp_stream(struct run &run, const struct lab_action &action);
	bool open(network &net);
	/* The step's moment; the applications begin by themselves. */
	void start();
	bool write();

      private:
	void arrived(ns3::Ptr<const ns3::Packet> packet, const ns3::Address &from);

	struct run &run_;
	const struct lab_action &action_;
	int64_t last_;
	uint64_t octets_ = 0;
};

/* ICMPv6 echo requests. ns-3's Ping6 sends them, too, but tells nobody what came
 * back. Its raw socket receives the replies; what is sent by that has the checksum
 * of the route's source address, which need not be the one that it is bound to. */
class ping_stream
{
      public:
	ping_stream(struct run &run, const struct lab_action &action, uint16_t id);
	bool open(network &net);
	void start();
	bool write();

      private:
	void send();
	void arrived(ns3::Ptr<ns3::Socket> socket);

	struct run &run_;
	const struct lab_action &action_;
	uint16_t id_;
	ns3::Ptr<ns3::Ipv6> ipv6_;
	ns3::Ptr<ns3::Socket> socket_;
	std::vector<int64_t> sent_; /* plan time, by sequence number; -1: answered */
	uint64_t received_ = 0;
	int64_t min_ = INT64_MAX;
	int64_t max_ = 0;
	int64_t sum_ = 0;
};

/* All of a plan's. */
class traffic
{
      public:
	explicit traffic(struct run &run);
	bool open(network &net);
	/* The step of this action is due. */
	void start(const struct lab_action &action);
	/* Every result to its file. */
	bool write();

      private:
	struct run &run_;
	std::map<const struct lab_action *, std::unique_ptr<tcp_stream>> tcp_;
	std::map<const struct lab_action *, std::unique_ptr<ping_stream>> ping_;
};

} // namespace emu

#endif
