/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SOFT_WORLD_H
#define TESTS_SOFT_WORLD_H

/* Nodes with the user-space data plane, joined in a test by their frames: what a
 * node sends on a link is received by all others on it. Each node keeps the last
 * packets that went up. Frames on a link can be looked at, and dropped, by a test. */
#include "test.h"
#include "wire_help.h"
#include <mip6/soft.h>
#include <soft/internal.h>

enum {
	WORLD_NODES = 6,
	WORLD_IFS = 3,
	WORLD_FRAMES = 512, /* on their way */
	WORLD_KEPT = 64,    /* packets that went up, frames that were seen */
	WORLD_ROOM = 3000,  /* octets of a packet */
};

struct world;

struct world_packet {
	unsigned link;
	struct mip6_buf buf; /* its offload; data is not its own */
	size_t len;
	uint8_t octets[WORLD_ROOM];
};

struct world_node {
	struct world *world;
	unsigned number;
	struct mip6_soft *s;
	int links[WORLD_IFS + 1]; /* by ifindex; -1: none */
	struct world_packet up[WORLD_KEPT];
	size_t up_count;
	unsigned events[MIP6_EVENTS];
};

struct world_frame {
	unsigned from; /* node */
	unsigned link;
	struct mip6_buf buf; /* its offload; data is set when it is delivered */
	uint8_t *octets;
};

struct world {
	mip6_time now;
	struct world_node nodes[WORLD_NODES];
	size_t node_count;
	struct world_frame frames[WORLD_FRAMES];
	size_t head, tail;
	struct world_packet seen[WORLD_KEPT]; /* frames, of `watch` only */
	size_t seen_count;
	int watch; /* link; -1: none */
	size_t lost;
	/* True: the frame is lost. */
	bool (*loses)(struct world *w, const struct world_frame *frame);
};

static inline struct mip6_prefix prefix_of(const char *text)
{
	struct mip6_prefix p;

	CU_ASSERT_EQUAL_FATAL(mip6_prefix_parse(text, &p), 0);
	return p;
}

/* ---- the host of each node -------------------------------------------------------------- */

static inline void world_on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames,
				   size_t count)
{
	struct world_node *n = ctx;
	struct world *w = n->world;

	CU_ASSERT_FATAL(ifindex > 0 && ifindex <= WORLD_IFS);
	for (size_t i = 0; i < count && n->links[ifindex] >= 0; i++) {
		struct world_frame *f = &w->frames[w->head++ % WORLD_FRAMES];

		CU_ASSERT_FATAL(w->head - w->tail <= WORLD_FRAMES);
		*f = (struct world_frame){.from = n->number, .buf = frames[i]};
		f->link = (unsigned)n->links[ifindex];
		/* Exactly as long, so that a sanitizer sees a step beyond. */
		f->octets = malloc(frames[i].len);
		memcpy(f->octets, frames[i].data, frames[i].len);
	}
}

static inline void world_keep(struct world_packet *list, size_t *count, unsigned link,
			      const struct mip6_buf *buf, const uint8_t *octets)
{
	struct world_packet *p = &list[(*count)++ % WORLD_KEPT];

	p->link = link;
	p->buf = *buf;
	p->len = buf->len;
	memcpy(p->octets, octets, buf->len < WORLD_ROOM ? buf->len : WORLD_ROOM);
}

static inline void world_on_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	struct world_node *n = ctx;

	for (size_t i = 0; i < count; i++)
		world_keep(n->up, &n->up_count, 0, &packets[i], packets[i].data);
}

static inline void world_on_event(void *ctx, const struct mip6_event *event)
{
	struct world_node *n = ctx;

	n->events[event->id]++;
}

static inline int world_on_save(void *ctx, const struct mip6_record *record)
{
	(void)ctx;
	(void)record;
	return 0;
}

static inline void world_on_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 7, len);
}

/* ---- making a world ----------------------------------------------------------------------- */

static inline struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	CU_ASSERT_PTR_NOT_NULL_FATAL(w);
	w->now = 100 * MIP6_SECOND;
	w->watch = -1;
	return w;
}

static inline void world_free(struct world *w)
{
	for (; w->tail != w->head; w->tail++)
		free(w->frames[w->tail % WORLD_FRAMES].octets);
	for (size_t i = 0; i < w->node_count; i++)
		mip6_soft_free(w->nodes[i].s);
	free(w);
}

static inline struct world_node *world_add(struct world *w, const struct mip6_config *config)
{
	static const struct mip6_soft_host host = {world_on_frames, world_on_up,   NULL,
						   world_on_event,  world_on_save, world_on_random};
	struct world_node *n = &w->nodes[w->node_count];

	n->world = w;
	n->number = (unsigned)w->node_count++;
	for (size_t i = 0; i <= WORLD_IFS; i++)
		n->links[i] = -1;
	n->s = mip6_soft_new(config, &host, n);
	CU_ASSERT_PTR_NOT_NULL_FATAL(n->s);
	return n;
}

static inline void world_mac(const struct world_node *n, unsigned ifindex, uint8_t mac[6])
{
	memcpy(mac, (uint8_t[6]){2, 0, 0, 0, (uint8_t)n->number, (uint8_t)ifindex}, 6);
}

static inline struct mip6_addr world_link_local(const struct world_node *n, unsigned ifindex)
{
	uint8_t mac[6];

	world_mac(n, ifindex, mac);
	return mip6_addr_link_local_eui64(mac);
}

/* Plugs an interface into a link, or out of all (-1). */
static inline void world_plug(struct world_node *n, unsigned ifindex, int link, unsigned mtu)
{
	struct mip6_link l = {
	    .ifindex = ifindex, .up = link >= 0, .attached = link >= 0, .mac_len = 6, .mtu = mtu};

	world_mac(n, ifindex, l.mac);
	snprintf(l.name, sizeof(l.name), "eth%u", ifindex);
	n->links[ifindex] = link;
	mip6_soft_link(n->s, n->world->now, &l);
}

static inline void world_address(struct world_node *n, unsigned ifindex, const char *text)
{
	struct mip6_prefix p = prefix_of(text);

	CU_ASSERT_EQUAL_FATAL(mip6_soft_address(n->s, n->world->now, ifindex, &p, true), 0);
}

static inline void world_route(struct world_node *n, const char *dst, unsigned ifindex,
			       const char *gateway)
{
	struct mip6_prefix p = prefix_of(dst);
	struct mip6_addr a = addr_of(gateway);

	CU_ASSERT_EQUAL_FATAL(mip6_soft_route(n->s, n->world->now, &p, ifindex, &a, true), 0);
}

/* ---- what happens -------------------------------------------------------------------------- */

/* Gives a frame to every other node on its link, in memory of the right size. */
static inline void world_deliver(struct world *w, const struct world_frame *f)
{
	for (size_t i = 0; i < w->node_count; i++) {
		struct world_node *n = &w->nodes[i];

		for (unsigned k = 1; k <= WORLD_IFS; k++) {
			uint8_t *memory;
			struct mip6_buf buf = f->buf;

			if (n->links[k] != (int)f->link || n->number == f->from)
				continue;
			memory = malloc(MIP6_SOFT_HEADROOM + buf.len);
			buf.data = memory + MIP6_SOFT_HEADROOM;
			buf.headroom = MIP6_SOFT_HEADROOM;
			memcpy(buf.data, f->octets, buf.len);
			mip6_soft_receive(n->s, w->now, k, &buf, 1);
			free(memory);
		}
	}
}

/* Until no frame is on its way. */
static inline void world_settle(struct world *w)
{
	for (size_t steps = 0; w->tail != w->head; steps++) {
		struct world_frame f = w->frames[w->tail++ % WORLD_FRAMES];

		CU_ASSERT_FATAL(steps < 100000);
		if (w->watch == (int)f.link)
			world_keep(w->seen, &w->seen_count, f.link, &f.buf, f.octets);
		if (w->loses && w->loses(w, &f))
			w->lost++;
		else
			world_deliver(w, &f);
		free(f.octets);
	}
}

/* Lets time pass, each deadline at its own time. */
static inline void world_run(struct world *w, mip6_time until)
{
	world_settle(w);
	for (;;) {
		struct world_node *first = &w->nodes[0];

		for (size_t i = 1; i < w->node_count; i++)
			if (mip6_soft_deadline(w->nodes[i].s) < mip6_soft_deadline(first->s))
				first = &w->nodes[i];
		if (mip6_soft_deadline(first->s) > until)
			break;
		if (mip6_soft_deadline(first->s) > w->now)
			w->now = mip6_soft_deadline(first->s);
		mip6_soft_tick(first->s, w->now);
		CU_ASSERT_FATAL(mip6_soft_deadline(first->s) > w->now);
		world_settle(w);
	}
	w->now = until;
}

static inline struct mip6_soft_stats world_stats(const struct world_node *n)
{
	struct mip6_soft_stats stats;

	mip6_soft_stats(n->s, &stats);
	return stats;
}

/* ---- packets ----------------------------------------------------------------------- */

/* A packet of the upper layers; all that follows from it has happened then. */
static inline void world_output(struct world_node *n, const struct mip6_buf *like,
				const uint8_t *octets, size_t len)
{
	uint8_t *memory = malloc(MIP6_SOFT_HEADROOM + len);
	struct mip6_buf buf = {0};

	if (like)
		buf = *like;
	buf.data = memory + MIP6_SOFT_HEADROOM;
	buf.len = len;
	buf.headroom = MIP6_SOFT_HEADROOM;
	memcpy(buf.data, octets, len);
	mip6_soft_output(n->s, n->world->now, &buf, 1);
	free(memory);
	world_settle(n->world);
}

/* A UDP packet of `len` octets in all with the given number in its payload, its
 * checksum right. Returns its length. */
static inline size_t world_udp(uint8_t *octets, const char *src, const char *dst, size_t len,
			       uint8_t number)
{
	struct ip6_packet p = {.hop_limit = 64, .next_header = 17};
	uint8_t payload[WORLD_ROOM] = {0x10, 0, 0x20, 0};
	uint16_t sum;

	p.src = addr_of(src);
	p.dst = addr_of(dst);
	p.payload = payload;
	p.payload_len = len - SOFT_IP6;
	payload[4] = (uint8_t)(p.payload_len >> 8);
	payload[5] = (uint8_t)(p.payload_len & 0xff);
	for (size_t i = 8; i < p.payload_len; i++)
		payload[i] = (uint8_t)(number + i / 8);
	sum = ip6_checksum(&p.src, &p.dst, 17, payload, p.payload_len);
	payload[6] = (uint8_t)(sum >> 8);
	payload[7] = (uint8_t)(sum & 0xff);
	CU_ASSERT_EQUAL(ip6_build(&p, octets, len), (int)len);
	return len;
}

static inline void world_send_udp(struct world_node *n, const char *src, const char *dst,
				  size_t len, uint8_t number)
{
	uint8_t octets[WORLD_ROOM];

	world_output(n, NULL, octets, world_udp(octets, src, dst, len, number));
}

/* That the last packet up is the UDP packet as it was sent, but for its hop limit. */
static inline bool world_got_udp(const struct world_node *n, const char *src, const char *dst,
				 size_t len, uint8_t number)
{
	const struct world_packet *p = &n->up[(n->up_count - 1) % WORLD_KEPT];
	uint8_t octets[WORLD_ROOM];

	if (n->up_count == 0 || p->len != world_udp(octets, src, dst, len, number))
		return false;
	octets[7] = p->octets[7];
	return memcmp(p->octets, octets, len) == 0;
}

/* The last packet up as an ICMPv6 error; false when it is none. */
static inline bool world_got_error(const struct world_node *n, struct icmp6_error *ret)
{
	const struct world_packet *u = &n->up[(n->up_count - 1) % WORLD_KEPT];
	struct ip6_packet p;

	return n->up_count && ip6_parse(u->octets, u->len, &p) == 0 &&
	       p.next_header == IP6_NH_ICMPV6 &&
	       icmp6_type(&p.src, &p.dst, p.payload, p.payload_len) > 0 &&
	       icmp6_parse_error(p.payload, p.payload_len, ret) == 0;
}

/* Any packet in a frame to a node, as if a neighbour with this MAC had sent it. */
static inline void world_inject(struct world_node *to, unsigned ifindex, const struct ip6_packet *p)
{
	uint8_t memory[MIP6_SOFT_HEADROOM + WORLD_ROOM] = {0};
	uint8_t *data = memory + MIP6_SOFT_HEADROOM;
	struct mip6_buf buf = {.data = data, .headroom = MIP6_SOFT_HEADROOM};
	int len = ip6_build(p, data + SOFT_ETH, WORLD_ROOM - SOFT_ETH);

	CU_ASSERT_FATAL(len > 0);
	if (mip6_addr_is_multicast(&p->dst))
		memcpy(data, (uint8_t[6]){0x33, 0x33, 0, 0, 0, 1}, 6);
	else
		world_mac(to, ifindex, data);
	memcpy(data + 6, (uint8_t[8]){2, 0, 0, 0, 0xee, 1, 0x86, 0xdd}, 8);
	buf.len = SOFT_ETH + (size_t)len;
	mip6_soft_receive(to->s, to->world->now, ifindex, &buf, 1);
	world_settle(to->world);
}

#endif
