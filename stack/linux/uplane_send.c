/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Frames on their way out. One of many TCP segments with an outer header is given
 * to the kernel segment by segment, since none splits it there; its payload is not
 * copied, and the segments go in one system call. Without an outer header the
 * kernel, or the interface, splits later and better; so segments that follow each
 * other are even put together here. */
#include "linux/uplane_internal.h"

#include <errno.h>
#include <string.h>

/* A frame that the kernel does not take (no carrier, its queue is full) is lost,
 * as on any interface; those behind it are tried. */
static void flush(struct uplane_send *s, int fd, struct uplane_stats *stats)
{
	size_t at = 0;

	while (at < s->count) {
		size_t more = s->count - at < s->most ? s->count - at : s->most;
		int n = sendmmsg(fd, s->messages + at, (unsigned)more, MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			stats->tx_errors++;
			n = 1;
		}
		at += (size_t)n;
	}
	s->count = 0;
	s->segment_count = 0;
}

static void put_frame(struct uplane_send *s, const struct mip6_buf *frame)
{
	size_t i = s->count++;

	s->vnets[i] = uplane_vnet_write(frame);
	s->parts[i][0] = (struct iovec){&s->vnets[i], sizeof(s->vnets[i])};
	s->parts[i][1] = (struct iovec){frame->data, frame->len};
	s->messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = s->parts[i], .msg_iovlen = 2}};
}

/* Virtio's header goes right before the headers, so that both are one part. */
static void put_segment(struct uplane_send *s, const struct mip6_segment *segment)
{
	struct virtio_net_hdr vnet = uplane_vnet_segment(segment);
	uint8_t *head = segment->head - sizeof(vnet);
	size_t i = s->count++;

	memcpy(head, &vnet, sizeof(vnet));
	s->parts[i][0] = (struct iovec){head, segment->head_len + sizeof(vnet)};
	/* The kernel only reads it. */
	s->parts[i][1] = (struct iovec){(void *)(uintptr_t)segment->payload, segment->payload_len};
	s->messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = s->parts[i], .msg_iovlen = 2}};
}

static int split(struct uplane_send *s, const struct mip6_buf *frame)
{
	size_t used = (s->segment_count + 1) * UPLANE_HEAD;

	return mip6_offload_split(frame, UPLANE_ETH, s->heads + used, sizeof(s->heads) - used,
				  s->segments, UPLANE_TX - s->count);
}

static void put_split(struct uplane_send *s, int fd, const struct mip6_buf *frame,
		      struct uplane_stats *stats)
{
	int n = split(s, frame);

	if (n == MIP6_ERR_SPACE && s->count > 0) {
		flush(s, fd, stats);
		n = split(s, frame);
	}
	if (n < 0) {
		stats->split_errors++;
		return;
	}
	stats->split++;
	s->segment_count += (size_t)n;
	for (int i = 0; i < n; i++)
		put_segment(s, &s->segments[i]);
}

void uplane_send(struct uplane_send *s, int fd, const struct uplane_pool *p,
		 const struct mip6_buf *frames, size_t count, bool offload,
		 struct uplane_stats *stats)
{
	for (size_t i = 0; i < count; i++) {
		struct mip6_buf frame = frames[i];
		size_t taken = 0;

		if (s->count == UPLANE_TX)
			flush(s, fd, stats);
		if (frame.gso_size && !uplane_is_plain_tcp(&frame, UPLANE_ETH)) {
			put_split(s, fd, &frame, stats);
			continue;
		}
		if (offload)
			taken = uplane_merge(p, &frame, &frames[i + 1], count - i - 1, UPLANE_ETH);
		stats->merged += taken;
		i += taken;
		put_frame(s, &frame);
	}
	flush(s, fd, stats);
}
