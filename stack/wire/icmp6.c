/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ICMPv6 (RFC 4443): the frame of every message, and the error messages. A
 * Mobile IPv6 node sends Parameter Problems (RFC 6275 9.2) and listens to the
 * errors that its own Binding Updates call forth (11.3.5). */
#include "wire/icmp6.h"
#include <string.h>

enum {
	ICMP6_CHECKSUM_AT = 2,
	ICMP6_FIXED_LEN = 4,
	ICMP6_ERROR_LEN = 8,
	ICMP6_FIRST_INFORMATIONAL = 128,
	/* RFC 4443 2.4 (c): an error message fits into the minimum MTU. */
	INVOKING_MAX = 1280 - 40 - ICMP6_ERROR_LEN,
};

int icmp6_type(const struct mip6_addr *src, const struct mip6_addr *dst, const uint8_t *data,
	       size_t len)
{
	struct mip6_reader r = rd_init(data, len);
	uint8_t type = rd_u8(&r);

	if (len < ICMP6_FIXED_LEN)
		return MIP6_ERR_TRUNCATED;
	if (ip6_checksum(src, dst, IP6_NH_ICMPV6, data, len) != 0)
		return MIP6_ERR_CHECKSUM;
	return type;
}

struct mip6_writer icmp6_begin(uint8_t *buf, size_t cap, uint8_t type, uint8_t code)
{
	struct mip6_writer w = wr_init(buf, cap);

	wr_u8(&w, type);
	wr_u8(&w, code);
	wr_u16(&w, 0);
	return w;
}

int icmp6_finish(struct mip6_writer *w, const struct mip6_addr *src, const struct mip6_addr *dst)
{
	if (w->failed)
		return MIP6_ERR_SPACE;
	wr_patch_u16(w, ICMP6_CHECKSUM_AT, ip6_checksum(src, dst, IP6_NH_ICMPV6, w->data, w->pos));
	return (int)w->pos;
}

int icmp6_parse_error(const uint8_t *data, size_t len, struct icmp6_error *ret)
{
	struct mip6_reader r = rd_init(data, len);

	memset(ret, 0, sizeof(*ret));
	ret->type = rd_u8(&r);
	ret->code = rd_u8(&r);
	rd_u16(&r);
	ret->value = rd_u32(&r);
	if (r.failed)
		return MIP6_ERR_TRUNCATED;
	if (ret->type >= ICMP6_FIRST_INFORMATIONAL)
		return MIP6_ERR_TYPE;
	ret->packet_len = rd_left(&r);
	ret->packet = rd_bytes(&r, ret->packet_len);
	return MIP6_OK;
}

int icmp6_build_error(const struct mip6_addr *src, const struct mip6_addr *dst,
		      const struct icmp6_error *m, uint8_t *buf, size_t cap)
{
	struct mip6_writer w = icmp6_begin(buf, cap, m->type, m->code);

	if (m->type >= ICMP6_FIRST_INFORMATIONAL)
		return MIP6_ERR_TYPE;
	wr_u32(&w, m->value);
	wr_copy(&w, m->packet, m->packet_len < INVOKING_MAX ? m->packet_len : INVOKING_MAX);
	return icmp6_finish(&w, src, dst);
}
