/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The fixed IPv6 header of packets on their way (RFC 8200 3). Forwarding looks at
 * nothing else, so it is read here in one go and not by ip6_parse, which walks
 * the extension headers too. A packet keeps its place in memory: headers that are
 * done are left behind `data`, new ones are written before it. */
#include "soft/internal.h"
#include <mip6/wire.h>
#include <string.h>

enum { VERSION = 6, AT_HOP_LIMIT = 7, TCP_DATA_OFFSET = 12 };

bool soft_header_read(const struct mip6_buf *packet, struct soft_header *ret)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);
	const uint8_t *b = rd_bytes(&r, SOFT_IP6);

	if (!b || b[0] >> 4 != VERSION)
		return false;
	ret->traffic_class = (uint8_t)((b[0] << 4 | b[1] >> 4) & 0xff);
	ret->flow_label = (uint32_t)(b[1] & 0xf) << 16 | (uint32_t)b[2] << 8 | b[3];
	ret->payload_len = (uint16_t)(b[4] << 8 | b[5]);
	ret->next_header = b[6];
	ret->hop_limit = b[AT_HOP_LIMIT];
	memcpy(ret->src.b, b + 8, sizeof(ret->src.b));
	memcpy(ret->dst.b, b + 24, sizeof(ret->dst.b));
	return true;
}

static uint32_t first_word(const struct soft_header *h)
{
	return (uint32_t)VERSION << 28 | (uint32_t)h->traffic_class << 20 |
	       (h->flow_label & 0xfffff);
}

void soft_header_write(struct mip6_buf *packet, const struct soft_header *h)
{
	struct mip6_writer w = wr_init(packet->data, packet->len);

	wr_u32(&w, first_word(h));
	wr_u16(&w, h->payload_len);
	wr_u8(&w, h->next_header);
	wr_u8(&w, h->hop_limit);
	wr_addr(&w, &h->src);
	wr_addr(&w, &h->dst);
}

void soft_header_set_hop_limit(struct mip6_buf *packet, uint8_t hop_limit)
{
	if (packet->len > AT_HOP_LIMIT)
		packet->data[AT_HOP_LIMIT] = hop_limit;
}

void soft_header_set_class(struct mip6_buf *packet, const struct soft_header *h,
			   uint8_t traffic_class)
{
	struct mip6_writer w = wr_init(packet->data, packet->len);
	struct soft_header changed = *h;

	changed.traffic_class = traffic_class;
	wr_u32(&w, first_word(&changed));
}

/* An offset that would come before data names a header that is gone: the packet
 * is then one without offload. */
void soft_pull(struct mip6_buf *packet, size_t n)
{
	packet->data += n;
	packet->len -= n;
	packet->headroom += n;
	if (packet->gso_size && packet->transport < n)
		packet->gso_size = 0;
	if (packet->csum_partial && packet->csum_start < n)
		packet->csum_partial = false;
	packet->transport = (uint16_t)(packet->gso_size ? packet->transport - n : 0);
	packet->csum_start = (uint16_t)(packet->csum_partial ? packet->csum_start - n : 0);
}

bool soft_push(struct mip6_buf *packet, size_t n)
{
	if (packet->headroom < n)
		return false;
	packet->data -= n;
	packet->len += n;
	packet->headroom -= n;
	packet->transport = (uint16_t)(packet->transport + (packet->gso_size ? n : 0));
	packet->csum_start = (uint16_t)(packet->csum_start + (packet->csum_partial ? n : 0));
	return true;
}

size_t soft_wire_len(const struct mip6_buf *packet)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);
	size_t len;

	if (!packet->gso_size)
		return packet->len;
	rd_bytes(&r, (size_t)packet->transport + TCP_DATA_OFFSET);
	len = packet->transport + (size_t)(rd_u8(&r) >> 4) * 4 + packet->gso_size;
	return len < packet->len ? len : packet->len;
}
