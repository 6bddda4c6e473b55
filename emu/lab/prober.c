/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/prober.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, RECEIVE_BUFFER = 4 << 20, PAYLOAD_MAX = 1500 };

static int fail(struct prober *prober, const struct lab_probe *probe, const char *what)
{
	snprintf(prober->error, sizeof(prober->error), "probe %s: cannot %.100s: %.80s",
		 probe->name, what, strerror(errno));
	return -1;
}

static int make_socket(struct prober *prober, const struct lab_probe *probe, const char *addr,
		       uint16_t port)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size = RECEIVE_BUFFER;
	int on = 1;

	if (fd < 0)
		return fail(prober, probe, "make a socket");
	inet_pton(AF_INET6, addr, &sin6.sin6_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	/* A home address may come later than the socket. */
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&sin6, sizeof(sin6)) < 0) {
		fail(prober, probe, "bind");
		close(fd);
		return -1;
	}
	return fd;
}

static int open_stream(struct prober *prober, struct netns *net, size_t index)
{
	const struct lab_probe *probe = &prober->plan->probes[index];
	struct prober_stream *stream = &prober->streams[index];

	stream->next_ns = probe->start_ns;
	if (netns_enter(net, probe->from) < 0)
		return fail(prober, probe, net->error);
	stream->tx = make_socket(prober, probe, probe->src, 0);
	if (netns_enter(net, probe->to) < 0)
		return fail(prober, probe, net->error);
	stream->rx = make_socket(prober, probe, probe->dst, probe->port);
	if (netns_enter(net, -1) < 0)
		return fail(prober, probe, net->error);
	return stream->tx < 0 || stream->rx < 0 ? -1 : 0;
}

int prober_open(struct prober *prober, struct netns *net, const char *path)
{
	*prober = (struct prober){.plan = net->plan};
	prober->streams = calloc(net->plan->probe_count + 1, sizeof(*prober->streams));
	prober->file = fopen(path, "wbe");
	if (!prober->streams || !prober->file) {
		snprintf(prober->error, sizeof(prober->error), "cannot write %.200s", path);
		return -1;
	}
	for (size_t i = 0; i < net->plan->probe_count; i++)
		prober->streams[i].tx = prober->streams[i].rx = -1;
	for (size_t i = 0; i < net->plan->probe_count; i++)
		if (open_stream(prober, net, i) < 0)
			return -1;
	return 0;
}

int64_t prober_next(const struct prober *prober)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < prober->plan->probe_count; i++)
		if (prober->streams[i].next_ns < next)
			next = prober->streams[i].next_ns;
	return next;
}

static void record(struct prober *prober, uint16_t kind, size_t index, uint32_t seq, int64_t time)
{
	struct lab_probe_record r = {kind, (uint16_t)index, seq, time};

	fwrite(&r, sizeof(r), 1, prober->file);
}

static void send_one(struct prober *prober, size_t index, int64_t clock)
{
	const struct lab_probe *probe = &prober->plan->probes[index];
	struct prober_stream *stream = &prober->streams[index];
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(probe->port)};
	uint8_t buffer[PAYLOAD_MAX] = {0};
	struct lab_probe_payload payload = {htonl(LAB_PROBE_MAGIC), htonl((uint32_t)index),
					    htonl(stream->next_seq), 0,
					    __builtin_bswap64((uint64_t)clock)};
	size_t size = probe->size < sizeof(payload) ? sizeof(payload) : probe->size;

	inet_pton(AF_INET6, probe->dst, &to.sin6_addr);
	memcpy(buffer, &payload, sizeof(payload));
	record(prober, LAB_PROBE_TX, index, stream->next_seq++, clock);
	prober->sent++;
	sendto(stream->tx, buffer, size < sizeof(buffer) ? size : sizeof(buffer), 0,
	       (const struct sockaddr *)&to, sizeof(to));
}

void prober_send(struct prober *prober, int64_t now, int64_t clock)
{
	for (size_t i = 0; i < prober->plan->probe_count; i++) {
		const struct lab_probe *probe = &prober->plan->probes[i];
		struct prober_stream *stream = &prober->streams[i];

		if (stream->next_ns > now)
			continue;
		send_one(prober, i, clock);
		/* A sender that is late (real time) goes on in its rhythm. */
		while (stream->next_ns <= now)
			stream->next_ns += probe->interval_ns;
		if (stream->next_ns >= probe->stop_ns)
			stream->next_ns = INT64_MAX;
	}
}

static int64_t stamp_of(struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		return ts.tv_sec * LAB_NS_SECOND + ts.tv_nsec;
	}
	return 0;
}

static void arrived(struct prober *prober, size_t index, const struct lab_probe_payload *p,
		    int64_t time)
{
	struct prober_stream *stream = &prober->streams[index];

	if (ntohl(p->magic) != LAB_PROBE_MAGIC || ntohl(p->stream) != index)
		return;
	record(prober, LAB_PROBE_RX, index, ntohl(p->seq), time);
	if (stream->last_rx && time - stream->last_rx > stream->longest_gap)
		stream->longest_gap = time - stream->last_rx;
	stream->last_rx = time;
}

/* One batch; how many were taken. */
static int collect_batch(struct prober *prober, size_t index)
{
	struct lab_probe_payload payloads[BATCH];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
	} control[BATCH];
	struct mmsghdr messages[BATCH] = {0};
	struct iovec iov[BATCH];
	int n;

	for (int i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){&payloads[i], sizeof(payloads[i])};
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
						      .msg_iovlen = 1,
						      .msg_control = &control[i],
						      .msg_controllen = sizeof(control[i])};
	}
	n = recvmmsg(prober->streams[index].rx, messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++)
		if (messages[i].msg_len >= sizeof(struct lab_probe_payload))
			arrived(prober, index, &payloads[i], stamp_of(&messages[i].msg_hdr));
	return n;
}

void prober_collect(struct prober *prober)
{
	for (size_t i = 0; i < prober->plan->probe_count; i++)
		while (collect_batch(prober, i) == BATCH)
			;
	fflush(prober->file);
}

void prober_mark(struct prober *prober)
{
	for (size_t i = 0; i < prober->plan->probe_count; i++)
		prober->streams[i].longest_gap = 0;
}

void prober_close(struct prober *prober)
{
	for (size_t i = 0; prober->streams && i < prober->plan->probe_count; i++) {
		if (prober->streams[i].tx >= 0)
			close(prober->streams[i].tx);
		if (prober->streams[i].rx >= 0)
			close(prober->streams[i].rx);
	}
	free(prober->streams);
	if (prober->file)
		fclose(prober->file);
	*prober = (struct prober){0};
}
