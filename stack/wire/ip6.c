/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The IPv6 header (RFC 8200 3) and the extension headers that Mobile IPv6 adds
 * to a packet: the Home Address option (RFC 6275 6.3) and the type 2 routing
 * header (6.4). Parsing walks over the headers before the payload and leaves
 * fragments, ESP and AH to their owners. */
#include <mip6/wire.h>
#include <string.h>

enum {
	IP6_HEADER_LEN = 40,
	IP6_VERSION = 6,
	EXT_LEN = 24,  /* of both headers that we build */
	EXT_UNITS = 2, /* the same in their length field */
	RH_TYPE_2 = 2,
	OPT_PAD1 = 0,
	OPT_PADN = 1,
	OPT_HAO = 0xc9,
	OPT_HAO_LEN = 16,
	OPT_ACTION = 0xc0, /* non-zero: who does not know the option must drop */
};

/* ---- checksum ----------------------------------------------------------- */

static uint64_t sum_words(const uint8_t *data, size_t len)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint64_t)(data[i] << 8 | data[i + 1]);
	if (len & 1)
		sum += (uint64_t)(data[len - 1] << 8);
	return sum;
}

uint16_t ip6_checksum(const struct mip6_addr *src, const struct mip6_addr *dst, uint8_t next_header,
		      const uint8_t *data, size_t len)
{
	uint64_t sum = sum_words(src->b, 16) + sum_words(dst->b, 16) + sum_words(data, len);

	sum += (len >> 16 & 0xffff) + (len & 0xffff) + next_header;
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)(~sum & 0xffff);
}

const struct mip6_addr *ip6_checksum_src(const struct ip6_packet *p)
{
	return p->has_hao ? &p->hao : &p->src;
}

const struct mip6_addr *ip6_checksum_dst(const struct ip6_packet *p)
{
	return p->has_rh2 ? &p->rh2 : &p->dst;
}

/* ---- parsing ------------------------------------------------------------ */

/* Opens an extension header: what follows its two first octets is in ret_body. */
static int open_header(struct mip6_reader *r, uint8_t *ret_next, struct mip6_reader *ret_body)
{
	uint8_t units;

	*ret_next = rd_u8(r);
	units = rd_u8(r);
	*ret_body = rd_sub(r, (size_t)units * 8 + 6);
	return r->failed ? MIP6_ERR_TRUNCATED : MIP6_OK;
}

static int take_hao(struct mip6_reader *body, struct ip6_packet *ret)
{
	if (ret->has_hao)
		return MIP6_ERR_DUPLICATE;
	if (rd_left(body) != OPT_HAO_LEN)
		return MIP6_ERR_LENGTH;
	ret->has_hao = true;
	ret->hao = rd_addr(body);
	return MIP6_OK;
}

/* The options of one header. A HAO has no meaning in a hop-by-hop header and
 * is there an unknown option like others. */
static int parse_options(struct mip6_reader *r, uint8_t header, struct ip6_packet *ret)
{
	while (rd_left(r)) {
		uint8_t type = rd_u8(r);
		struct mip6_reader body;
		int err = MIP6_OK;

		if (type == OPT_PAD1)
			continue;
		body = rd_sub(r, rd_u8(r));
		if (r->failed)
			return MIP6_ERR_LENGTH;
		if (type == OPT_HAO && header == IP6_NH_DSTOPTS)
			err = take_hao(&body, ret);
		else if (type & OPT_ACTION)
			err = MIP6_ERR_TYPE;
		if (err)
			return err;
	}
	return MIP6_OK;
}

/* RFC 8200 4.4: an unknown routing header without segments left is skipped, one
 * with segments left makes the packet undeliverable. */
static int parse_routing(struct mip6_reader *body, struct ip6_packet *ret)
{
	uint8_t type = rd_u8(body);
	uint8_t segments_left = rd_u8(body);

	/* RFC 6275 6.3: the HAO stands behind the routing header. */
	if (ret->has_hao)
		return MIP6_ERR_VALUE;
	if (type != RH_TYPE_2)
		return segments_left ? MIP6_ERR_TYPE : MIP6_OK;
	if (ret->has_rh2)
		return MIP6_ERR_DUPLICATE;
	if (rd_left(body) != 4 + sizeof(ret->rh2))
		return MIP6_ERR_LENGTH;
	rd_u32(body);
	ret->has_rh2 = true;
	ret->rh2_segments_left = segments_left;
	ret->rh2 = rd_addr(body);
	return MIP6_OK;
}

static bool is_walked(uint8_t next_header)
{
	return next_header == IP6_NH_HOPOPTS || next_header == IP6_NH_DSTOPTS ||
	       next_header == IP6_NH_ROUTING;
}

static int parse_extensions(struct mip6_reader *r, struct ip6_packet *ret)
{
	for (bool first = true; is_walked(ret->next_header); first = false) {
		uint8_t header = ret->next_header;
		struct mip6_reader body;
		int err;

		/* RFC 8200 4.1: only directly behind the IPv6 header. */
		if (header == IP6_NH_HOPOPTS && !first)
			return MIP6_ERR_VALUE;
		err = open_header(r, &ret->next_header, &body);
		if (err)
			return err;
		if (header == IP6_NH_ROUTING)
			err = parse_routing(&body, ret);
		else
			err = parse_options(&body, header, ret);
		if (err)
			return err;
	}
	return MIP6_OK;
}

int ip6_parse(const uint8_t *data, size_t len, struct ip6_packet *ret)
{
	struct mip6_reader frame = rd_init(data, len);
	uint32_t word = rd_u32(&frame);
	uint16_t payload_len = rd_u16(&frame);
	struct mip6_reader r;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->traffic_class = (uint8_t)(word >> 20 & 0xff);
	ret->flow_label = word & 0xfffff;
	ret->next_header = rd_u8(&frame);
	ret->hop_limit = rd_u8(&frame);
	ret->src = rd_addr(&frame);
	ret->dst = rd_addr(&frame);
	/* What is behind the payload is padding of the link layer. */
	r = rd_sub(&frame, payload_len);
	if (frame.failed)
		return MIP6_ERR_TRUNCATED;
	if (word >> 28 != IP6_VERSION)
		return MIP6_ERR_VALUE;
	err = parse_extensions(&r, ret);
	if (err)
		return err;
	ret->payload_len = rd_left(&r);
	ret->payload = rd_bytes(&r, ret->payload_len);
	return MIP6_OK;
}

int ip6_parse_hao(const uint8_t *data, size_t len, struct mip6_addr *ret)
{
	struct mip6_reader r = rd_init(data, len);
	struct ip6_packet p = {0};
	struct mip6_reader body;
	uint8_t next;
	int err = open_header(&r, &next, &body);

	if (!err)
		err = parse_options(&body, IP6_NH_DSTOPTS, &p);
	if (err)
		return err;
	if (!p.has_hao)
		return MIP6_ERR_NOTFOUND;
	*ret = p.hao;
	return MIP6_OK;
}

int ip6_parse_rh2(const uint8_t *data, size_t len, struct mip6_addr *ret)
{
	struct mip6_reader r = rd_init(data, len);
	struct ip6_packet p = {0};
	struct mip6_reader body;
	uint8_t next;
	int err = open_header(&r, &next, &body);

	if (!err)
		err = parse_routing(&body, &p);
	if (err && err != MIP6_ERR_TYPE)
		return err;
	if (!p.has_rh2)
		return MIP6_ERR_NOTFOUND;
	*ret = p.rh2;
	return MIP6_OK;
}

/* ---- building ----------------------------------------------------------- */

static void write_hao(struct mip6_writer *w, uint8_t next_header, const struct mip6_addr *hoa)
{
	wr_u8(w, next_header);
	wr_u8(w, EXT_UNITS);
	/* PadN of 4 octets brings the option to its alignment, 8n+6. */
	wr_u8(w, OPT_PADN);
	wr_u8(w, 2);
	wr_zero(w, 2);
	wr_u8(w, OPT_HAO);
	wr_u8(w, OPT_HAO_LEN);
	wr_addr(w, hoa);
}

static void write_rh2(struct mip6_writer *w, uint8_t next_header, uint8_t segments_left,
		      const struct mip6_addr *hoa)
{
	wr_u8(w, next_header);
	wr_u8(w, EXT_UNITS);
	wr_u8(w, RH_TYPE_2);
	wr_u8(w, segments_left);
	wr_zero(w, 4);
	wr_addr(w, hoa);
}

static int written(const struct mip6_writer *w)
{
	return w->failed ? MIP6_ERR_SPACE : (int)w->pos;
}

int ip6_build_hao(const struct mip6_addr *hoa, uint8_t *buf, size_t cap)
{
	struct mip6_writer w = wr_init(buf, cap);

	write_hao(&w, 0, hoa);
	return written(&w);
}

int ip6_build_rh2(const struct mip6_addr *hoa, uint8_t *buf, size_t cap)
{
	struct mip6_writer w = wr_init(buf, cap);

	write_rh2(&w, 0, 1, hoa);
	return written(&w);
}

int ip6_build(const struct ip6_packet *p, uint8_t *buf, size_t cap)
{
	struct mip6_writer w = wr_init(buf, cap);
	size_t extensions = (size_t)(p->has_rh2 ? EXT_LEN : 0) + (p->has_hao ? EXT_LEN : 0);
	uint8_t after_rh2 = p->has_hao ? IP6_NH_DSTOPTS : p->next_header;

	if (p->payload_len > UINT16_MAX - extensions)
		return MIP6_ERR_SPACE;
	wr_u32(&w, (uint32_t)IP6_VERSION << 28 | (uint32_t)p->traffic_class << 20 |
		       (p->flow_label & 0xfffff));
	wr_u16(&w, (uint16_t)(p->payload_len + extensions));
	wr_u8(&w, p->has_rh2 ? IP6_NH_ROUTING : after_rh2);
	wr_u8(&w, p->hop_limit);
	wr_addr(&w, &p->src);
	wr_addr(&w, &p->dst);
	if (p->has_rh2)
		write_rh2(&w, after_rh2, p->rh2_segments_left, &p->rh2);
	if (p->has_hao)
		write_hao(&w, p->next_header, &p->hao);
	wr_copy(&w, p->payload, p->payload_len);
	return written(&w);
}
