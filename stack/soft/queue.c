/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes out of the plane, in batches. The host pays for a system call, or an
 * event of its simulator, once for many packets: so frames and packets are only
 * noted while an input is at work, and given away at its end, or when there is no
 * more room. Packets that are made here, and are in nobody's buffer, have their
 * memory here for as long. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

struct soft_queue {
	struct mip6_buf frames[SOFT_BATCH];
	unsigned ifindexes[SOFT_BATCH]; /* of the frames */
	size_t frame_count;
	struct mip6_buf packets[SOFT_BATCH];
	size_t packet_count;
	size_t used; /* octets of scratch */
	uint8_t scratch[SOFT_SCRATCH];
};

struct soft_queue *soft_queue_new(void)
{
	struct soft_queue *q = malloc(sizeof(*q)); /* pages of scratch only when used */

	if (!q)
		return NULL;
	q->frame_count = 0;
	q->packet_count = 0;
	q->used = 0;
	return q;
}

void soft_queue_free(struct soft_queue *q)
{
	free(q);
}

/* Each run of frames of one interface is one call. */
static void flush_frames(struct mip6_soft *s)
{
	struct soft_queue *q = s->queue;
	size_t first = 0;

	for (size_t i = 1; i <= q->frame_count; i++) {
		if (i < q->frame_count && q->ifindexes[i] == q->ifindexes[first])
			continue;
		s->host->frames(s->ctx, q->ifindexes[first], &q->frames[first], i - first);
		first = i;
	}
	q->frame_count = 0;
}

static void flush_packets(struct mip6_soft *s)
{
	struct soft_queue *q = s->queue;

	if (q->packet_count)
		s->host->up(s->ctx, q->packets, q->packet_count);
	q->packet_count = 0;
}

void soft_queue_frame(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *frame)
{
	struct soft_queue *q = s->queue;

	if (q->frame_count == SOFT_BATCH)
		flush_frames(s);
	q->frames[q->frame_count] = *frame;
	q->ifindexes[q->frame_count++] = ifindex;
	s->stats.tx_frames++;
}

void soft_queue_up(struct mip6_soft *s, const struct mip6_buf *packet)
{
	struct soft_queue *q = s->queue;

	if (!s->host->up) {
		s->stats.drop_not_ours++;
		return;
	}
	if (q->packet_count == SOFT_BATCH)
		flush_packets(s);
	q->packets[q->packet_count++] = *packet;
	s->stats.up++;
}

void soft_queue_flush(struct mip6_soft *s)
{
	flush_frames(s);
	flush_packets(s);
	s->queue->used = 0;
}

/* At its end the memory is used from its beginning again. A caller up the stack may
 * be at work on a packet that it has not queued yet: of the last 448 kB that were
 * given out nothing is used anew, and no packet leads to so much. Most comes of 64 kB
 * in segments that are cut for SOFT_ROUTE_HOPS tunnels: 370 kB. */
struct mip6_buf soft_queue_scratch(struct mip6_soft *s, size_t len)
{
	struct soft_queue *q = s->queue;
	size_t size = (MIP6_SOFT_HEADROOM + len + 15) & ~(size_t)15;
	uint8_t *memory;

	if (q->used + size > SOFT_SCRATCH)
		soft_queue_flush(s);
	memory = q->scratch + q->used;
	q->used += size;
	return (struct mip6_buf){
	    .data = memory + MIP6_SOFT_HEADROOM, .len = len, .headroom = MIP6_SOFT_HEADROOM};
}

struct mip6_buf soft_queue_segment(struct mip6_soft *s, const struct mip6_segment *segment)
{
	struct mip6_buf packet = soft_queue_scratch(s, segment->head_len + segment->payload_len);

	memcpy(packet.data, segment->head, segment->head_len);
	memcpy(packet.data + segment->head_len, segment->payload, segment->payload_len);
	packet.csum_partial = segment->csum_partial;
	packet.csum_start = segment->csum_start;
	packet.csum_offset = segment->csum_offset;
	return packet;
}
