/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Fragments (RFC 8200 4.5): outer packets of a tunnel are cut where the inner one
 * must not be told to be smaller than IPv6's minimum (RFC 2473 7.1), and what is
 * sent to the node in fragments is put together. The memory for this is bounded:
 * a packet that a new one needs the place of is given up. */
#include "soft/internal.h"
#include <mip6/offload.h>
#include <mip6/wire.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* Packets that are put together at a time: each of the mobile nodes of a home
	 * agent may have one on its way. */
	SLOTS = 64,
	RANGES = 64, /* pieces of one between which others are missing */
	BODY = 65535,
	FRAGMENT_HEADER = 8,
	UNIT = 8, /* octets that offsets count in */
	MORE = 1,
	EXTENSIONS = 48, /* HAO and RH2 headers before the fragment header */
	AT_PAYLOAD_LEN = 4,
	CODE_ERRONEOUS_FIELD = 0,
	CODE_REASSEMBLY_TIME = 1,
	CE = 3,
};

#define REASSEMBLY_TIME (60 * MIP6_SECOND)

struct fragment {
	uint8_t next_header;
	size_t offset;
	bool more;
	uint32_t id;
	const uint8_t *data;
	size_t len;
};

struct range {
	size_t start;
	size_t end;
};

struct slot {
	struct mip6_soft *s;
	struct timer timer; /* set while the slot is used */
	struct mip6_addr src;
	struct mip6_addr dst;
	uint32_t id;
	unsigned ifindex;
	bool has_first;
	struct ip6_packet first; /* headers of the fragment with offset 0, without payload */
	bool has_end;
	size_t end;
	bool congested;		     /* any fragment had CE (RFC 3168 5.3) */
	struct range ranges[RANGES]; /* what came in, in order, with gaps between */
	size_t range_count;
	uint8_t *body; /* BODY octets */
};

struct soft_fragments {
	bool seeded;
	uint32_t next_id;
	size_t used; /* slots and bodies; the others were never touched, and cost nothing */
	struct slot slots[SLOTS];
	uint8_t bodies[SLOTS][BODY];
};

/* ---- cutting --------------------------------------------------------------------------- */

static uint32_t next_id(struct mip6_soft *s)
{
	struct soft_fragments *f = s->fragments;

	if (!f->seeded)
		s->host->random(s->ctx, &f->next_id, sizeof(f->next_id));
	f->seeded = true;
	return f->next_id++;
}

static void send_piece(struct mip6_soft *s, const struct soft_hop *hop, const struct soft_header *h,
		       const struct fragment *piece, unsigned depth)
{
	struct mip6_buf packet = soft_queue_scratch(s, SOFT_IP6 + FRAGMENT_HEADER + piece->len);
	struct soft_header header = *h;
	struct mip6_writer w;

	header.next_header = IP6_NH_FRAGMENT;
	header.payload_len = (uint16_t)(FRAGMENT_HEADER + piece->len);
	soft_header_write(&packet, &header);
	w = wr_init(packet.data + SOFT_IP6, packet.len - SOFT_IP6);
	wr_u8(&w, piece->next_header);
	wr_u8(&w, 0);
	wr_u16(&w, (uint16_t)(piece->offset | (piece->more ? MORE : 0)));
	wr_u32(&w, piece->id);
	wr_copy(&w, piece->data, piece->len);
	s->stats.fragments_sent++;
	soft_send_hop(s, 0, hop, &packet, depth);
}

void soft_fragment(struct mip6_soft *s, const struct soft_hop *hop, struct mip6_buf *packet,
		   unsigned mtu, unsigned depth)
{
	size_t room = (mtu > SOFT_MIN_MTU ? mtu : SOFT_MIN_MTU) - SOFT_IP6 - FRAGMENT_HEADER;
	size_t chunk = room - room % UNIT;
	struct fragment piece = {.id = next_id(s)};
	struct soft_header h;

	mip6_offload_checksum(packet);
	if (!soft_header_read(packet, &h))
		return;
	piece.next_header = h.next_header;
	for (size_t at = SOFT_IP6; at < packet->len; at += piece.len) {
		piece.offset = at - SOFT_IP6;
		piece.data = packet->data + at;
		piece.more = packet->len - at > chunk;
		piece.len = piece.more ? chunk : packet->len - at;
		send_piece(s, hop, &h, &piece, depth);
	}
}

/* ---- slots ----------------------------------------------------------------------------- */

static void release(struct slot *slot)
{
	timer_stop(&slot->s->timers, &slot->timer);
}

static void give_up(struct slot *slot)
{
	slot->s->stats.drop_reassembly++;
	release(slot);
}

/* The start of the first fragment as it came in, as far as an error quotes it. */
static void tell_time_exceeded(struct slot *slot)
{
	struct mip6_buf quote = soft_queue_scratch(slot->s, SOFT_MIN_MTU);
	struct ip6_packet p = slot->first;
	uint8_t payload[SOFT_MIN_MTU - SOFT_IP6 - EXTENSIONS];
	struct mip6_writer w = wr_init(payload, sizeof(payload));
	size_t len = slot->ranges[0].end;
	int built;

	wr_u8(&w, p.next_header);
	wr_u8(&w, 0);
	wr_u16(&w, MORE);
	wr_u32(&w, slot->id);
	wr_copy(&w, slot->body, len < w.cap - w.pos ? len : w.cap - w.pos);
	p.next_header = IP6_NH_FRAGMENT;
	p.payload = payload;
	p.payload_len = w.pos;
	built = ip6_build(&p, quote.data, quote.len);
	if (built < 0)
		return;
	quote.len = (size_t)built;
	soft_icmp_error(slot->s, slot->ifindex, &quote, SOFT_ICMP6_TIME_EXCEEDED,
			CODE_REASSEMBLY_TIME, 0);
}

static void slot_expired(void *arg, mip6_time now)
{
	struct slot *slot = arg;

	(void)now;
	give_up(slot);
	if (slot->has_first)
		tell_time_exceeded(slot);
}

struct soft_fragments *soft_fragments_new(void)
{
	struct soft_fragments *f = malloc(sizeof(*f));

	if (!f)
		return NULL;
	f->seeded = false;
	f->next_id = 0;
	f->used = 0;
	return f;
}

void soft_fragments_free(struct soft_fragments *f)
{
	for (size_t i = 0; f && i < f->used; i++)
		release(&f->slots[i]);
	free(f);
}

static struct slot *find_slot(struct soft_fragments *f, const struct ip6_packet *p, uint32_t id)
{
	for (size_t i = 0; i < f->used; i++) {
		struct slot *slot = &f->slots[i];

		if (timer_is_set(&slot->timer) && slot->id == id &&
		    mip6_addr_equal(&slot->src, &p->src) && mip6_addr_equal(&slot->dst, &p->dst))
			return slot;
	}
	return NULL;
}

static struct slot *unused_slot(struct mip6_soft *s)
{
	struct soft_fragments *f = s->fragments;
	struct slot *slot = &f->slots[f->used];

	slot->s = s;
	slot->body = f->bodies[f->used++];
	timer_init(&slot->timer, slot_expired, slot);
	return slot;
}

/* A free slot, or that of the packet which has waited longest. */
static struct slot *free_slot(struct mip6_soft *s)
{
	struct soft_fragments *f = s->fragments;
	struct slot *oldest = &f->slots[0];

	for (size_t i = 0; i < f->used; i++) {
		if (!timer_is_set(&f->slots[i].timer))
			return &f->slots[i];
		if (f->slots[i].timer.at < oldest->timer.at)
			oldest = &f->slots[i];
	}
	if (f->used < SLOTS)
		return unused_slot(s);
	give_up(oldest);
	return oldest;
}

static struct slot *new_slot(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p,
			     uint32_t id)
{
	struct slot *slot = free_slot(s);

	if (timer_set(&s->timers, &slot->timer, s->now + REASSEMBLY_TIME) < 0)
		return NULL;
	slot->src = p->src;
	slot->dst = p->dst;
	slot->id = id;
	slot->ifindex = ifindex;
	slot->has_first = false;
	slot->has_end = false;
	slot->congested = false;
	slot->range_count = 0;
	return slot;
}

/* ---- putting together --------------------------------------------------------------------- */

static void remove_range(struct slot *slot, size_t at)
{
	slot->range_count--;
	memmove(&slot->ranges[at], &slot->ranges[at + 1],
		(slot->range_count - at) * sizeof(slot->ranges[0]));
}

/* Notes what came in. False: it overlaps (RFC 5722), or there are too many gaps. */
static bool add_range(struct slot *slot, size_t start, size_t end)
{
	struct range *r = slot->ranges;
	size_t at = 0;

	while (at < slot->range_count && r[at].end <= start)
		at++;
	if (at < slot->range_count && r[at].start < end)
		return false;
	if (at > 0 && r[at - 1].end == start) {
		r[at - 1].end = end;
		if (at < slot->range_count && r[at].start == end) {
			r[at - 1].end = r[at].end;
			remove_range(slot, at);
		}
		return true;
	}
	if (at < slot->range_count && r[at].start == end) {
		r[at].start = start;
		return true;
	}
	if (slot->range_count == RANGES)
		return false;
	memmove(&r[at + 1], &r[at], (slot->range_count - at) * sizeof(r[0]));
	r[at] = (struct range){start, end};
	slot->range_count++;
	return true;
}

/* A network may deliver a fragment twice: the same octets again do no harm (RFC
 * 8200 4.5). */
static bool is_repeated(const struct slot *slot, const struct fragment *f)
{
	for (size_t i = 0; i < slot->range_count; i++)
		if (slot->ranges[i].start <= f->offset && f->offset + f->len <= slot->ranges[i].end)
			return memcmp(slot->body + f->offset, f->data, f->len) == 0;
	return false;
}

static bool end_agrees(struct slot *slot, const struct fragment *f)
{
	size_t end = f->offset + f->len;

	if (slot->has_end && (f->more ? end >= slot->end : end != slot->end))
		return false;
	if (f->more)
		return true;
	if (slot->range_count && slot->ranges[slot->range_count - 1].end > end)
		return false;
	slot->has_end = true;
	slot->end = end;
	return true;
}

static void keep_headers(struct slot *slot, const struct ip6_packet *p, const struct fragment *f)
{
	slot->congested = slot->congested || (p->traffic_class & CE) == CE;
	if (f->offset)
		return;
	slot->has_first = true;
	slot->first = *p;
	slot->first.next_header = f->next_header;
	slot->first.payload = NULL;
	slot->first.payload_len = 0;
}

/* False: the packet is not to be completed any more. */
static bool take(struct slot *slot, const struct ip6_packet *p, const struct fragment *f)
{
	if (!end_agrees(slot, f))
		return false;
	if (f->len == 0 || is_repeated(slot, f))
		return true;
	if (!add_range(slot, f->offset, f->offset + f->len))
		return false;
	memcpy(slot->body + f->offset, f->data, f->len);
	keep_headers(slot, p, f);
	return true;
}

static bool is_complete(const struct slot *slot)
{
	return slot->has_end && slot->has_first && slot->range_count == 1 &&
	       slot->ranges[0].start == 0 && slot->ranges[0].end == slot->end;
}

/* The headers before the fragment header are those of the first fragment, as far
 * as the node knows them. */
static bool build(struct mip6_soft *s, const struct ip6_packet *headers, const uint8_t *body,
		  size_t len, struct mip6_buf *ret)
{
	struct ip6_packet p = *headers;
	int built;

	p.payload = body;
	p.payload_len = len;
	*ret = soft_queue_scratch(s, SOFT_IP6 + EXTENSIONS + len);
	built = ip6_build(&p, ret->data, ret->len);
	if (built < 0) {
		s->stats.drop_reassembly++;
		return false;
	}
	ret->len = (size_t)built;
	s->stats.reassembled++;
	return true;
}

static bool complete(struct slot *slot, struct mip6_buf *ret)
{
	release(slot);
	if (slot->congested)
		slot->first.traffic_class |= CE;
	return build(slot->s, &slot->first, slot->body, slot->end, ret);
}

/* ---- what comes in --------------------------------------------------------------------------- */

static bool parse(const struct ip6_packet *p, struct fragment *ret)
{
	struct mip6_reader r = rd_init(p->payload, p->payload_len);
	uint16_t word;

	ret->next_header = rd_u8(&r);
	rd_u8(&r);
	word = rd_u16(&r);
	ret->id = rd_u32(&r);
	ret->offset = word & ~7U;
	ret->more = word & MORE;
	ret->len = rd_left(&r);
	ret->data = rd_bytes(&r, ret->len);
	return !r.failed;
}

/* RFC 8200 4.5: all but the last are multiples of 8 octets, and the whole is no
 * more than a payload length can say. */
static bool has_right_size(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet,
			   const struct ip6_packet *p, const struct fragment *f)
{
	uint32_t pointer;

	if (f->more && (f->len % UNIT || f->len == 0))
		pointer = AT_PAYLOAD_LEN;
	else if (f->offset + f->len > BODY)
		pointer = (uint32_t)(packet->len - p->payload_len) + 2;
	else
		return true;
	s->stats.drop_malformed++;
	soft_icmp_error(s, ifindex, packet, ICMP6_PARAM_PROBLEM, CODE_ERRONEOUS_FIELD, pointer);
	return false;
}

/* A fragment that is the whole packet has nothing to do with others (RFC 6946). */
static bool take_atomic(struct mip6_soft *s, const struct ip6_packet *p, const struct fragment *f,
			struct mip6_buf *ret)
{
	struct ip6_packet headers = *p;

	headers.next_header = f->next_header;
	return build(s, &headers, f->data, f->len, ret);
}

bool soft_reassemble(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet,
		     const struct ip6_packet *p, struct mip6_buf *ret)
{
	struct fragment f;
	struct slot *slot;

	s->stats.fragments_received++;
	if (!parse(p, &f)) {
		s->stats.drop_malformed++;
		return false;
	}
	if (!has_right_size(s, ifindex, packet, p, &f))
		return false;
	if (f.offset == 0 && !f.more)
		return take_atomic(s, p, &f, ret);
	slot = find_slot(s->fragments, p, f.id);
	if (!slot)
		slot = new_slot(s, ifindex, p, f.id);
	if (!slot)
		return false;
	if (!take(slot, p, &f)) {
		give_up(slot);
		return false;
	}
	return is_complete(slot) && complete(slot, ret);
}
