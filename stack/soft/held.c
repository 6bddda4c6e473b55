/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The places for packets that wait for neighbours. Each packet is in the queue of
 * its neighbour and in that of all: as both are in the order of arrival, the oldest
 * of all is the oldest of its neighbour, too. */
#include "soft/held.h"
#include <stdlib.h>
#include <string.h>

struct soft_held_packet {
	struct soft_held_packet *next; /* of the neighbour, or free */
	struct soft_held_packet *newer, *older;
	struct soft_waiting *of;
	struct mip6_buf packet; /* data is set when it leaves */
	uint8_t octets[SOFT_HELD_SIZE];
};

struct soft_held {
	struct soft_held_packet *newest, *oldest;
	struct soft_held_packet *free;
	size_t used; /* the others were never touched, and cost no memory */
	struct soft_held_packet places[SOFT_HELD];
};

struct soft_held *soft_held_new(void)
{
	struct soft_held *held = malloc(sizeof(*held));

	if (!held)
		return NULL;
	held->newest = NULL;
	held->oldest = NULL;
	held->free = NULL;
	held->used = 0;
	return held;
}

void soft_held_free(struct soft_held *held)
{
	free(held);
}

/* ---- the two queues --------------------------------------------------------------- */

static void queue_in(struct soft_held *held, struct soft_waiting *w, struct soft_held_packet *p)
{
	p->of = w;
	p->next = NULL;
	if (w->last)
		w->last->next = p;
	else
		w->first = p;
	w->last = p;
	w->count++;
	p->newer = NULL;
	p->older = held->newest;
	if (held->newest)
		held->newest->newer = p;
	else
		held->oldest = p;
	held->newest = p;
}

/* The oldest of a neighbour; its place is still taken. NULL: none waits. */
static struct soft_held_packet *queue_out(struct soft_held *held, struct soft_waiting *w)
{
	struct soft_held_packet *p = w->first;

	if (!p)
		return NULL;
	w->first = p->next;
	if (!w->first)
		w->last = NULL;
	w->count--;
	if (p->newer)
		p->newer->older = p->older;
	else
		held->newest = p->older;
	if (p->older)
		p->older->newer = p->newer;
	else
		held->oldest = p->newer;
	return p;
}

static void put_free(struct soft_held *held, struct soft_held_packet *p)
{
	p->next = held->free;
	held->free = p;
}

static bool drop_oldest(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w)
{
	struct soft_held_packet *p = queue_out(held, w);

	if (!p)
		return false;
	put_free(held, p);
	s->stats.drop_no_neighbour++;
	return true;
}

static struct soft_held_packet *take_place(struct mip6_soft *s, struct soft_held *held)
{
	struct soft_held_packet *p;

	if (!held->free && held->used < SOFT_HELD)
		return &held->places[held->used++];
	if (!held->free)
		(void)drop_oldest(s, held, held->oldest->of);
	p = held->free;
	held->free = p->next;
	return p;
}

/* ---- waiting ------------------------------------------------------------------------ */

static void hold_one(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
		     const struct mip6_buf *packet)
{
	struct soft_held_packet *p;

	if (packet->len > SOFT_HELD_SIZE) {
		s->stats.drop_no_neighbour++;
		return;
	}
	if (w->count == SOFT_HELD_EACH)
		(void)drop_oldest(s, held, w);
	p = take_place(s, held);
	p->packet = *packet;
	memcpy(p->octets, packet->data, packet->len);
	queue_in(held, w, p);
}

static void hold_segment(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
			 const struct mip6_segment *segment)
{
	struct mip6_buf packet = soft_queue_segment(s, segment);

	hold_one(s, held, w, &packet);
}

/* The first ones are worth most: with them the receiver can tell what is missing. */
static void hold_segments(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
			  const struct mip6_buf *packet)
{
	struct mip6_segment segments[SOFT_SEGMENTS];
	struct mip6_buf heads = soft_queue_scratch(s, SOFT_SEGMENTS * SOFT_SEGMENT_HEAD);
	int count = mip6_offload_split(packet, 0, heads.data, heads.len, segments, SOFT_SEGMENTS);

	if (count < 0)
		s->stats.drop_no_neighbour++;
	for (int i = 0; i < count; i++) {
		if (w->count < SOFT_HELD_EACH)
			hold_segment(s, held, w, &segments[i]);
		else
			s->stats.drop_no_neighbour++;
	}
}

void soft_hold(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
	       const struct mip6_buf *packet)
{
	if (packet->gso_size && packet->len > SOFT_HELD_SIZE)
		hold_segments(s, held, w, packet);
	else
		hold_one(s, held, w, packet);
}

/* ---- no longer ----------------------------------------------------------------------- */

bool soft_held_take(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
		    struct mip6_buf *ret)
{
	struct soft_held_packet *p = queue_out(held, w);
	struct mip6_buf scratch;

	if (!p)
		return false;
	scratch = soft_queue_scratch(s, p->packet.len);
	*ret = p->packet;
	ret->data = scratch.data;
	ret->headroom = scratch.headroom;
	memcpy(ret->data, p->octets, ret->len);
	put_free(held, p);
	return true;
}

void soft_held_drop(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w)
{
	while (drop_oldest(s, held, w))
		continue;
}
