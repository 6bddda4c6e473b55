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

enum { BATCH = 512, RECEIVE_BUFFER = 16 << 20, FILE_BUFFER = 64 << 10 };

/* What the kernel sends is handed over so far ahead: longer than the runner sleeps, so that
 * it wakes for nothing else. */
enum { AHEAD_NS = 1200000000 };

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
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)) < 0 ||
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
	stream->stop_ns = probe->stop_ns;
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
	prober->buffer = malloc(FILE_BUFFER);
	if (!prober->streams || !prober->file || !prober->buffer ||
	    setvbuf(prober->file, prober->buffer, _IOFBF, FILE_BUFFER) != 0) {
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

void prober_use(struct prober *prober, struct sender *sender)
{
	prober->sender = sender;
	prober->again = INT64_MAX;
}

static int64_t earliest(const struct prober *prober)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < prober->plan->probe_count; i++)
		if (!prober->streams[i].held && prober->streams[i].next_ns < next)
			next = prober->streams[i].next_ns;
	return next;
}

int64_t prober_next(const struct prober *prober)
{
	/* Who hands over is called within AHEAD_NS anyway: soon enough while there is room. */
	return prober->sender ? prober->again : earliest(prober);
}

static void record(struct prober *prober, uint16_t kind, size_t index, uint32_t seq, int64_t time)
{
	struct lab_probe_record r = {kind, (uint16_t)index, seq, time};

	fwrite(&r, sizeof(r), 1, prober->file);
}

static void record_sent(struct prober *prober, size_t index, uint32_t seq, int64_t time)
{
	record(prober, LAB_PROBE_TX, index, seq, prober->t0 + time);
	prober->sent++;
}

/* The probe of a stream that is due at plan time `time`. */
static void fill(const struct prober *prober, size_t index, int64_t time,
		 struct lab_probe_payload *payload, struct sender_datagram *datagram)
{
	const struct lab_probe *probe = &prober->plan->probes[index];
	const struct prober_stream *stream = &prober->streams[index];

	*payload = (struct lab_probe_payload){htonl(LAB_PROBE_MAGIC), htonl((uint32_t)index),
					      htonl(stream->next_seq), 0,
					      __builtin_bswap64((uint64_t)(prober->t0 + time))};
	*datagram = (struct sender_datagram){
	    .fd = stream->tx,
	    .to = {.sin6_family = AF_INET6, .sin6_port = htons(probe->port)},
	    .head = payload,
	    .head_size = sizeof(*payload),
	    .size = probe->size < sizeof(*payload) ? sizeof(*payload) : probe->size};
	inet_pton(AF_INET6, probe->dst, &datagram->to.sin6_addr);
}

/* A sender that is late (real time) goes on in its rhythm. */
static void step(struct prober *prober, size_t index, int64_t now)
{
	const struct lab_probe *probe = &prober->plan->probes[index];
	struct prober_stream *stream = &prober->streams[index];

	stream->next_seq++;
	while (stream->next_ns <= now)
		stream->next_ns += probe->interval_ns;
	if (stream->next_ns >= stream->stop_ns && !stream->endless)
		stream->next_ns = INT64_MAX;
}

void prober_hold(struct prober *prober, int64_t from)
{
	for (size_t i = 0; i < prober->plan->probe_count; i++) {
		struct prober_stream *stream = &prober->streams[i];

		stream->held = stream->next_seq == 0 && stream->next_ns >= from;
		stream->endless = true;
	}
}

void prober_release(struct prober *prober, int64_t ns)
{
	for (size_t i = 0; i < prober->plan->probe_count; i++) {
		struct prober_stream *stream = &prober->streams[i];

		if (stream->held)
			stream->next_ns += ns;
		stream->stop_ns += ns;
		stream->held = false;
		stream->endless = false;
	}
}

static void send_one(struct prober *prober, size_t index, int64_t now)
{
	uint8_t buffer[SENDER_SIZE_MAX] = {0};
	struct lab_probe_payload payload;
	struct sender_datagram d;

	fill(prober, index, now, &payload, &d);
	memcpy(buffer, &payload, sizeof(payload));
	record_sent(prober, index, prober->streams[index].next_seq, now);
	sendto(d.fd, buffer, d.size < sizeof(buffer) ? d.size : sizeof(buffer), 0,
	       (const struct sockaddr *)&d.to, sizeof(d.to));
	step(prober, index, now);
}

static int note_pending(struct prober *prober, size_t index, int64_t time)
{
	if (prober->pending_count == prober->pending_room) {
		size_t room = prober->pending_room ? 2 * prober->pending_room : 1024;
		struct prober_pending *grown =
		    realloc(prober->pending, room * sizeof(*prober->pending));

		if (!grown)
			return -1;
		prober->pending = grown;
		prober->pending_room = room;
	}
	prober->pending[prober->pending_count++] =
	    (struct prober_pending){time, prober->streams[index].next_seq, (uint16_t)index};
	return 0;
}

static bool is_due_at(const struct prober_stream *stream, int64_t time)
{
	return !stream->held && stream->next_ns == time;
}

/* Hands over the probes of one moment: 1, 0 when the sender is full, -1 no memory. */
static int hand_over(struct prober *prober, int64_t now, int64_t time)
{
	struct lab_probe_payload payloads[LAB_MAX_PROBES];
	struct sender_datagram datagrams[LAB_MAX_PROBES];
	size_t count = 0;

	for (size_t i = 0; i < prober->plan->probe_count; i++) {
		if (!is_due_at(&prober->streams[i], time))
			continue;
		fill(prober, i, time, &payloads[count], &datagrams[count]);
		count++;
	}
	if (!sender_add(prober->sender, prober->zero + now, prober->zero + time, datagrams, count))
		return 0;
	for (size_t i = 0; i < prober->plan->probe_count; i++) {
		if (!is_due_at(&prober->streams[i], time))
			continue;
		if (note_pending(prober, i, time) < 0)
			return -1;
		step(prober, i, time);
	}
	return 1;
}

/* The moment at which half of what waits is sent. */
static int64_t half_sent(const struct prober *prober, int64_t now)
{
	size_t first = 0;

	while (first < prober->pending_count && prober->pending[first].time <= now)
		first++;
	return first < prober->pending_count
		   ? prober->pending[(first + prober->pending_count) / 2].time
		   : now + LAB_NS_MS;
}

static int hand_over_until(struct prober *prober, int64_t now, int64_t horizon)
{
	int64_t time = earliest(prober);
	int status = 1;

	while (status > 0 && time < horizon) {
		status = hand_over(prober, now, time);
		time = earliest(prober);
	}
	prober->again = status == 0 ? half_sent(prober, now) : INT64_MAX;
	if (status < 0)
		snprintf(prober->error, sizeof(prober->error), "out of memory");
	return status < 0 ? -1 : 0;
}

int prober_send(struct prober *prober, int64_t now, int64_t limit)
{
	if (prober->sender)
		return hand_over_until(prober, now,
				       now + AHEAD_NS < limit ? now + AHEAD_NS : limit);
	for (size_t i = 0; i < prober->plan->probe_count; i++)
		if (!prober->streams[i].held && prober->streams[i].next_ns <= now)
			send_one(prober, i, now);
	return 0;
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

/* How many the kernel has dropped at this socket so far: it says so with what comes after,
 * and nothing while there were none. */
static uint32_t overrun_of(struct msghdr *msg, uint32_t before)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
			memcpy(&before, CMSG_DATA(c), sizeof(before));
	return before;
}

/* One batch; how many were taken. */
static int collect_batch(struct prober *prober, size_t index)
{
	struct lab_probe_payload payloads[BATCH];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(uint32_t))];
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
	if (n > 0)
		prober->streams[index].overrun =
		    overrun_of(&messages[n - 1].msg_hdr, prober->streams[index].overrun);
	for (int i = 0; i < n; i++)
		if (messages[i].msg_len >= sizeof(struct lab_probe_payload))
			arrived(prober, index, &payloads[i], stamp_of(&messages[i].msg_hdr));
	return n;
}

/* What was handed over and has had its moment: each was tried. */
static void record_pending(struct prober *prober, int64_t now)
{
	size_t done = 0;

	while (done < prober->pending_count && prober->pending[done].time <= now) {
		const struct prober_pending *p = &prober->pending[done++];

		record_sent(prober, p->stream, p->seq, p->time);
	}
	if (done == 0)
		return;
	prober->pending_count -= done;
	memmove(prober->pending, prober->pending + done,
		prober->pending_count * sizeof(*prober->pending));
}

void prober_collect(struct prober *prober, int64_t now)
{
	/* A record of sending stands before that of its arrival. */
	record_pending(prober, now);
	for (size_t i = 0; i < prober->plan->probe_count; i++)
		while (collect_batch(prober, i) == BATCH)
			;
	fflush(prober->file);
}

uint64_t prober_overrun(const struct prober *prober)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < prober->plan->probe_count; i++)
		sum += prober->streams[i].overrun;
	return sum;
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
	free(prober->pending);
	if (prober->file)
		fclose(prober->file);
	free(prober->buffer);
	*prober = (struct prober){0};
}
