/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/traffic.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ns3/bulk-send-application.h>
#include <ns3/config.h>
#include <ns3/inet6-socket-address.h>
#include <ns3/ipv6-header.h>
#include <ns3/ipv6-raw-socket-factory.h>
#include <ns3/ipv6-route.h>
#include <ns3/simulator.h>
#include <ns3/tcp-socket-factory.h>
#include <ns3/uinteger.h>

namespace emu
{

namespace
{
constexpr uint32_t echo_payload = 56;
constexpr uint32_t echo_header = 8;
constexpr double ms = 1e6;
constexpr unsigned tcp_buffer = 4 << 20;
constexpr unsigned default_mtu = 1500;
constexpr unsigned least_mtu = 1280;
constexpr unsigned outer_header = 40;
constexpr unsigned headers = 40 + 20 + 12; /* IPv6, TCP, its time stamps */

/* ns-3's TCP does not follow path MTUs, so its segments are made to fit into a tunnel
 * over any of the plan's links. */
unsigned segment_size(const struct lab_plan &plan)
{
	unsigned mtu = default_mtu;

	for (size_t l = 0; l < plan.link_count; l++)
		if (plan.links[l].mtu)
			mtu = std::min(mtu, plan.links[l].mtu);
	return std::max(mtu - outer_header, least_mtu) - headers;
}

/* Where ns-3's TCP leaves a choice, Linux' one. */
void set_tcp_defaults(const struct lab_plan &plan)
{
	const ns3::UintegerValue buffer(tcp_buffer);

	ns3::Config::SetDefault("ns3::TcpSocket::SegmentSize",
				ns3::UintegerValue(segment_size(plan)));
	ns3::Config::SetDefault("ns3::TcpSocket::SndBufSize", buffer);
	ns3::Config::SetDefault("ns3::TcpSocket::RcvBufSize", buffer);
	ns3::Config::SetDefault("ns3::TcpSocket::ConnTimeout", ns3::TimeValue(ns3::Seconds(1)));
	ns3::Config::SetDefault("ns3::TcpSocket::DelAckTimeout",
				ns3::TimeValue(ns3::MilliSeconds(40)));
	ns3::Config::SetDefault("ns3::TcpSocketBase::MinRto",
				ns3::TimeValue(ns3::MilliSeconds(200)));
}
} // namespace

/* ---- TCP ------------------------------------------------------------------------- */

tcp_stream::tcp_stream(struct run &run, const struct lab_action &action)
    : run_(run), action_(action), last_(action.at_ns)
{
}

bool tcp_stream::open(network &net)
{
	ns3::Inet6SocketAddress to(ns3::Ipv6Address(action_.dst), action_.port);
	auto sender = ns3::CreateObjectWithAttributes<ns3::BulkSendApplication>(
	    "Protocol", ns3::TypeIdValue(ns3::TcpSocketFactory::GetTypeId()), "Remote",
	    ns3::AddressValue(to), "Local",
	    ns3::AddressValue(ns3::Inet6SocketAddress(ns3::Ipv6Address(action_.src), 0)),
	    "MaxBytes", ns3::UintegerValue(action_.octets));
	auto sink = ns3::CreateObjectWithAttributes<ns3::PacketSink>(
	    "Protocol", ns3::TypeIdValue(ns3::TcpSocketFactory::GetTypeId()), "Local",
	    ns3::AddressValue(to));

	net.node(action_.node).install_upper();
	net.node(action_.to).install_upper();
	net.node(action_.node).node()->AddApplication(sender);
	net.node(action_.to).node()->AddApplication(sink);
	sender->SetStartTime(ns3::NanoSeconds(action_.at_ns));
	return sink->TraceConnectWithoutContext("Rx", ns3::MakeCallback(&tcp_stream::arrived, this))
		   ? true
		   : run_.fail("ns-3's PacketSink has no trace source Rx");
}

void tcp_stream::start()
{
	run_.note("tcp", ",\"node\":\"%s\",\"to\":\"%s\"", run_.plan->nodes[action_.node].name,
		  run_.plan->nodes[action_.to].name);
}

void tcp_stream::arrived(ns3::Ptr<const ns3::Packet> packet, const ns3::Address &)
{
	octets_ += packet->GetSize();
	last_ = plan_now();
	if (octets_ == action_.octets)
		run_.note("exit", ",\"node\":\"%s\",\"process\":\"tcp\",\"status\":0,\"signal\":0",
			  run_.plan->nodes[action_.node].name);
}

static FILE *open_result(struct run &run, const char *name)
{
	FILE *out = fopen((run.results + "/" + name).c_str(), "we");

	if (!out)
		run.fail("cannot write %s: %s", name, strerror(errno));
	return out;
}

bool tcp_stream::write()
{
	FILE *out = open_result(run_, action_.output);

	if (!out)
		return false;
	fprintf(out, "{\"asked\":%llu,\"octets\":%llu,\"seconds\":%.6f}\n",
		static_cast<unsigned long long>(action_.octets),
		static_cast<unsigned long long>(octets_),
		static_cast<double>(last_ - action_.at_ns) / 1e9);
	return fclose(out) == 0;
}

/* ---- ping ------------------------------------------------------------------------ */

ping_stream::ping_stream(struct run &run, const struct lab_action &action, uint16_t id)
    : run_(run), action_(action), id_(id)
{
}

bool ping_stream::open(network &net)
{
	sim_node &node = net.node(action_.node);

	node.install_upper();
	net.node(action_.to).install_upper();
	ipv6_ = node.node()->GetObject<ns3::Ipv6>();
	socket_ = ns3::Socket::CreateSocket(node.node(), ns3::Ipv6RawSocketFactory::GetTypeId());
	socket_->SetAttribute("Protocol", ns3::UintegerValue(ns3::Ipv6Header::IPV6_ICMPV6));
	if (socket_->Bind(ns3::Inet6SocketAddress(ns3::Ipv6Address(action_.src), 0)) != 0)
		return run_.fail("ping: cannot bind to %s", action_.src);
	socket_->SetRecvCallback(ns3::MakeCallback(&ping_stream::arrived, this));
	return true;
}

void ping_stream::start()
{
	run_.note("ping", ",\"node\":\"%s\",\"to\":\"%s\"", run_.plan->nodes[action_.node].name,
		  run_.plan->nodes[action_.to].name);
	send();
}

void ping_stream::send()
{
	auto packet = ns3::Create<ns3::Packet>(echo_payload);
	ns3::Ipv6Address src(action_.src);
	ns3::Ipv6Address dst(action_.dst);
	ns3::Icmpv6Echo echo(true);

	echo.SetId(id_);
	echo.SetSeq(static_cast<uint16_t>(sent_.size()));
	echo.CalculatePseudoHeaderChecksum(src, dst,
					   static_cast<uint16_t>(echo_payload + echo_header),
					   ns3::Ipv6Header::IPV6_ICMPV6);
	packet->AddHeader(echo);
	sent_.push_back(plan_now());
	if (sent_.size() < action_.count)
		ns3::Simulator::Schedule(ns3::NanoSeconds(action_.interval_ns), &ping_stream::send,
					 this);
	ipv6_->Send(packet, src, dst, ns3::Ipv6Header::IPV6_ICMPV6, nullptr);
}

void ping_stream::arrived(ns3::Ptr<ns3::Socket> socket)
{
	ns3::Ptr<ns3::Packet> packet;

	while ((packet = socket->Recv())) {
		ns3::Ipv6Header ip;
		ns3::Icmpv6Echo echo;
		int64_t time;
		uint8_t type;

		if (packet->GetSize() < ip.GetSerializedSize() + echo_header)
			continue;
		packet->RemoveHeader(ip);
		packet->CopyData(&type, 1);
		if (type != ns3::Icmpv6Header::ICMPV6_ECHO_REPLY)
			continue;
		packet->RemoveHeader(echo);
		if (echo.GetId() != id_ || echo.GetSeq() >= sent_.size() ||
		    sent_[echo.GetSeq()] < 0)
			continue;
		time = plan_now() - sent_[echo.GetSeq()];
		sent_[echo.GetSeq()] = -1;
		min_ = std::min(min_, time);
		max_ = std::max(max_, time);
		sum_ += time;
		received_++;
	}
}

bool ping_stream::write()
{
	FILE *out = open_result(run_, action_.output);

	if (!out)
		return false;
	fprintf(out, "{\"sent\":%zu,\"received\":%llu,", sent_.size(),
		static_cast<unsigned long long>(received_));
	if (received_)
		fprintf(out, "\"rtt_min_ms\":%.6f,\"rtt_mean_ms\":%.6f,\"rtt_max_ms\":%.6f}\n",
			static_cast<double>(min_) / ms,
			static_cast<double>(sum_) / static_cast<double>(received_) / ms,
			static_cast<double>(max_) / ms);
	else
		fputs("\"rtt_min_ms\":null,\"rtt_mean_ms\":null,\"rtt_max_ms\":null}\n", out);
	return fclose(out) == 0;
}

/* ---- all of them ----------------------------------------------------------------- */

traffic::traffic(struct run &run) : run_(run)
{
}

bool traffic::open(network &net)
{
	set_tcp_defaults(*run_.plan);
	for (size_t i = 0; i < run_.plan->action_count; i++) {
		const struct lab_action &a = run_.plan->actions[i];

		if (a.kind == LAB_ACT_TCP) {
			tcp_[&a] = std::make_unique<tcp_stream>(run_, a);
			if (!tcp_[&a]->open(net))
				return false;
		} else if (a.kind == LAB_ACT_PING) {
			ping_[&a] =
			    std::make_unique<ping_stream>(run_, a, static_cast<uint16_t>(i));
			if (!ping_[&a]->open(net))
				return false;
		}
	}
	return true;
}

void traffic::start(const struct lab_action &action)
{
	if (action.kind == LAB_ACT_TCP)
		tcp_[&action]->start();
	else
		ping_[&action]->start();
}

bool traffic::write()
{
	bool good = true;

	for (auto &stream : tcp_)
		good = stream.second->write() && good;
	for (auto &stream : ping_)
		good = stream.second->write() && good;
	return good;
}

} // namespace emu
