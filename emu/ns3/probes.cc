/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/probes.h"
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <ns3/inet6-socket-address.h>
#include <ns3/simulator.h>
#include <ns3/udp-socket-factory.h>

namespace emu
{

namespace
{
constexpr size_t payload_max = 1500;
} // namespace

probes::probes(struct run &run) : run_(run), streams_(run.plan->probe_count)
{
}

probes::~probes()
{
	if (file_)
		fclose(file_);
}

static ns3::Ptr<ns3::Socket> make_socket(sim_node &node, const char *addr, uint16_t port)
{
	auto socket = ns3::Socket::CreateSocket(node.node(), ns3::UdpSocketFactory::GetTypeId());

	return socket->Bind(ns3::Inet6SocketAddress(ns3::Ipv6Address(addr), port)) == 0 ? socket
											: nullptr;
}

bool probes::open_stream(network &net, size_t index)
{
	const struct lab_probe &probe = run_.plan->probes[index];
	stream &s = streams_[index];

	net.node(probe.from).install_upper();
	net.node(probe.to).install_upper();
	s.tx = make_socket(net.node(probe.from), probe.src, 0);
	s.rx = make_socket(net.node(probe.to), probe.dst, probe.port);
	if (!s.tx || !s.rx)
		return run_.fail("probe %s: cannot bind to %s or %s port %u", probe.name, probe.src,
				 probe.dst, probe.port);
	s.to = ns3::Inet6SocketAddress(ns3::Ipv6Address(probe.dst), probe.port);
	s.rx->SetRecvCallback(
	    [this, index](ns3::Ptr<ns3::Socket> socket) { arrived(index, socket); });
	s.stop = probe.stop_ns;
	if (probe.start_ns < probe.stop_ns)
		schedule(index, probe.start_ns);
	return true;
}

void probes::schedule(size_t index, int64_t in)
{
	streams_[index].next =
	    ns3::Simulator::Schedule(ns3::NanoSeconds(in), &probes::send, this, index);
}

void probes::hold(int64_t from)
{
	for (size_t i = 0; i < streams_.size(); i++) {
		stream &s = streams_[i];

		s.endless = true;
		s.held =
		    s.next_seq == 0 && s.next.IsRunning() &&
		    run_.plan->probes[i].start_ns + s.stop - run_.plan->probes[i].stop_ns >= from;
		if (s.held)
			s.next.Cancel();
	}
}

void probes::release(int64_t ns)
{
	for (size_t i = 0; i < streams_.size(); i++) {
		const struct lab_probe &probe = run_.plan->probes[i];
		stream &s = streams_[i];

		s.stop += ns;
		s.endless = false;
		/* It begins as much later than planned as it ends later. */
		if (s.held)
			schedule(i, probe.start_ns + s.stop - probe.stop_ns - plan_now());
		s.held = false;
	}
}

bool probes::open(network &net)
{
	std::string path = run_.raw("probe.bin");

	file_ = fopen(path.c_str(), "wbe");
	if (!file_)
		return run_.fail("cannot write %s: %s", path.c_str(), strerror(errno));
	for (size_t i = 0; i < streams_.size(); i++)
		if (!open_stream(net, i))
			return false;
	return true;
}

void probes::record(uint16_t kind, size_t index, uint32_t seq)
{
	struct lab_probe_record r = {kind, static_cast<uint16_t>(index), seq, wall_now()};

	fwrite(&r, sizeof(r), 1, file_);
}

void probes::send(size_t index)
{
	const struct lab_probe &probe = run_.plan->probes[index];
	stream &s = streams_[index];
	struct lab_probe_payload head = {htonl(LAB_PROBE_MAGIC),
					 htonl(static_cast<uint32_t>(index)), htonl(s.next_seq), 0,
					 __builtin_bswap64(static_cast<uint64_t>(wall_now()))};
	uint8_t bytes[payload_max] = {};
	size_t size = std::clamp(static_cast<size_t>(probe.size), sizeof(head), sizeof(bytes));

	memcpy(bytes, &head, sizeof(head));
	record(LAB_PROBE_TX, index, s.next_seq++);
	sent_++;
	if (s.endless || plan_now() + probe.interval_ns < s.stop)
		schedule(index, probe.interval_ns);
	s.tx->SendTo(bytes, static_cast<uint32_t>(size), 0, s.to);
}

void probes::arrived(size_t index, ns3::Ptr<ns3::Socket> socket)
{
	stream &s = streams_[index];
	ns3::Ptr<ns3::Packet> packet;

	while ((packet = socket->Recv())) {
		struct lab_probe_payload head;

		if (packet->CopyData(reinterpret_cast<uint8_t *>(&head), sizeof(head)) !=
			sizeof(head) ||
		    ntohl(head.magic) != LAB_PROBE_MAGIC || ntohl(head.stream) != index)
			continue;
		record(LAB_PROBE_RX, index, ntohl(head.seq));
		if (s.last_rx)
			s.longest_gap = std::max(s.longest_gap, wall_now() - s.last_rx);
		s.last_rx = wall_now();
	}
}

void probes::mark()
{
	for (stream &s : streams_)
		s.longest_gap = 0;
}

int64_t probes::longest_gap() const
{
	return streams_.empty() ? 0 : streams_[0].longest_gap;
}

int64_t probes::last_arrival() const
{
	return streams_.empty() ? 0 : streams_[0].last_rx;
}

uint64_t probes::sent() const
{
	return sent_;
}

void probes::flush()
{
	if (file_)
		fflush(file_);
}

} // namespace emu
