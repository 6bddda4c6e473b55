/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Neighbour discovery: router and neighbour solicitations and advertisements
 * (RFC 4861 4) with the options that Mobile IPv6 adds to them (RFC 6275 7).
 * Movement detection lives on these messages, so the parsers are strict where
 * the RFC demands it (6.1, 7.1) and pass over what it tells to ignore. Of an
 * option that is there twice the first one counts, except prefixes. */
#include "wire/icmp6.h"
#include <string.h>

enum {
	OPT_SLLA = 1,
	OPT_TLLA = 2,
	OPT_PREFIX = 3,
	OPT_MTU = 5,
	OPT_INTERVAL = 7,
	OPT_HA_INFO = 8,
	OPT_NONCE = 14,
	OPT_UNIT = 8, /* lengths of options count these */
	OPT_HEADER = 2,
	PREFIX_UNITS = 4,
	ETHERNET_LEN = 6,
	LLADDR_MAX = sizeof(((struct nd_lladdr *)NULL)->addr),
	NONCE_MAX = sizeof(((struct nd_nonce *)NULL)->bytes),
};

/* ---- parsing ------------------------------------------------------------ */

struct nd_option {
	uint8_t type;
	uint8_t units;
	struct mip6_reader body;
};

/* The four octets before each message's own fields; code is 0 in all of them. */
static int open_message(struct mip6_reader *r, uint8_t type)
{
	uint8_t seen = rd_u8(r);
	uint8_t code = rd_u8(r);

	rd_u16(r);
	if (r->failed)
		return MIP6_ERR_TRUNCATED;
	if (seen != type)
		return MIP6_ERR_TYPE;
	return code ? MIP6_ERR_VALUE : MIP6_OK;
}

static int next_option(struct mip6_reader *r, struct nd_option *ret)
{
	ret->type = rd_u8(r);
	ret->units = rd_u8(r);
	if (r->failed)
		return MIP6_ERR_TRUNCATED;
	if (ret->units == 0)
		return MIP6_ERR_LENGTH;
	ret->body = rd_sub(r, (size_t)ret->units * OPT_UNIT - OPT_HEADER);
	return r->failed ? MIP6_ERR_TRUNCATED : MIP6_OK;
}

/* One unit holds an Ethernet address, two an EUI-64 and padding (RFC 4944 8).
 * A longer one belongs to a link that we cannot be on, and is passed over. */
static void take_lladdr(struct nd_option *option, struct nd_lladdr *ret)
{
	if (ret->len || option->units > 2)
		return;
	ret->len = option->units == 1 ? ETHERNET_LEN : LLADDR_MAX;
	rd_copy(&option->body, ret->addr, ret->len);
}

/* The rest of a message whose only defined option is a link-layer address. */
static int parse_lladdr_option(struct mip6_reader *r, uint8_t type, struct nd_lladdr *ret)
{
	while (rd_left(r)) {
		struct nd_option option;
		int err = next_option(r, &option);

		if (err)
			return err;
		if (option.type == type)
			take_lladdr(&option, ret);
	}
	return MIP6_OK;
}

static int take_prefix(struct nd_option *option, struct nd_ra *ret)
{
	struct nd_pio pio = {0};

	if (option->units != PREFIX_UNITS)
		return MIP6_ERR_LENGTH;
	pio.len = rd_u8(&option->body);
	pio.flags = rd_u8(&option->body);
	pio.valid = rd_u32(&option->body);
	pio.preferred = rd_u32(&option->body);
	rd_u32(&option->body);
	pio.prefix = rd_addr(&option->body);
	if (pio.len > 128)
		return MIP6_ERR_VALUE;
	if (ret->pio_count < ND_PIO_MAX)
		ret->pio[ret->pio_count++] = pio;
	return MIP6_OK;
}

static int take_word(struct nd_option *option, uint32_t *ret)
{
	if (option->units != 1)
		return MIP6_ERR_LENGTH;
	rd_u16(&option->body);
	if (*ret == 0)
		*ret = rd_u32(&option->body);
	return MIP6_OK;
}

static int take_ha_info(struct nd_option *option, struct nd_ra *ret)
{
	if (option->units != 1)
		return MIP6_ERR_LENGTH;
	if (ret->has_ha_info)
		return MIP6_OK;
	rd_u16(&option->body);
	ret->has_ha_info = true;
	ret->ha_preference = rd_u16(&option->body);
	ret->ha_lifetime = rd_u16(&option->body);
	return MIP6_OK;
}

static int take_ra_option(struct nd_option *option, struct nd_ra *ret)
{
	switch (option->type) {
	case OPT_SLLA:
		take_lladdr(option, &ret->slla);
		return MIP6_OK;
	case OPT_PREFIX:
		return take_prefix(option, ret);
	case OPT_MTU:
		return take_word(option, &ret->mtu);
	case OPT_INTERVAL:
		return take_word(option, &ret->interval);
	case OPT_HA_INFO:
		return take_ha_info(option, ret);
	default:
		return MIP6_OK;
	}
}

int nd_parse_rs(const uint8_t *data, size_t len, struct nd_rs *ret)
{
	struct mip6_reader r = rd_init(data, len);
	int err = open_message(&r, ICMP6_RS);

	memset(ret, 0, sizeof(*ret));
	if (err)
		return err;
	rd_u32(&r);
	if (r.failed)
		return MIP6_ERR_TRUNCATED;
	return parse_lladdr_option(&r, OPT_SLLA, &ret->slla);
}

int nd_parse_ra(const uint8_t *data, size_t len, struct nd_ra *ret)
{
	struct mip6_reader r = rd_init(data, len);
	int err = open_message(&r, ICMP6_RA);

	memset(ret, 0, sizeof(*ret));
	if (err)
		return err;
	ret->hop_limit = rd_u8(&r);
	ret->flags = rd_u8(&r);
	ret->lifetime = rd_u16(&r);
	ret->reachable = rd_u32(&r);
	ret->retrans = rd_u32(&r);
	if (r.failed)
		return MIP6_ERR_TRUNCATED;
	while (rd_left(&r)) {
		struct nd_option option;

		err = next_option(&r, &option);
		if (!err)
			err = take_ra_option(&option, ret);
		if (err)
			return err;
	}
	return MIP6_OK;
}

/* A longer one than any of ours is another node's and tells no more than none. */
static void take_nonce(struct nd_option *option, struct nd_nonce *ret)
{
	size_t len = rd_left(&option->body);

	if (ret->len || len > NONCE_MAX)
		return;
	ret->len = (uint8_t)len;
	rd_copy(&option->body, ret->bytes, len);
}

static int parse_ns_options(struct mip6_reader *r, struct nd_ns *ret)
{
	while (rd_left(r)) {
		struct nd_option option;
		int err = next_option(r, &option);

		if (err)
			return err;
		if (option.type == OPT_SLLA)
			take_lladdr(&option, &ret->slla);
		else if (option.type == OPT_NONCE)
			take_nonce(&option, &ret->nonce);
	}
	return MIP6_OK;
}

int nd_parse_ns(const uint8_t *data, size_t len, struct nd_ns *ret)
{
	struct mip6_reader r = rd_init(data, len);
	int err = open_message(&r, ICMP6_NS);

	memset(ret, 0, sizeof(*ret));
	if (err)
		return err;
	rd_u32(&r);
	ret->target = rd_addr(&r);
	if (r.failed)
		return MIP6_ERR_TRUNCATED;
	if (mip6_addr_is_multicast(&ret->target))
		return MIP6_ERR_VALUE;
	return parse_ns_options(&r, ret);
}

int nd_parse_na(const uint8_t *data, size_t len, struct nd_na *ret)
{
	struct mip6_reader r = rd_init(data, len);
	int err = open_message(&r, ICMP6_NA);

	memset(ret, 0, sizeof(*ret));
	if (err)
		return err;
	ret->flags = rd_u8(&r);
	rd_u8(&r);
	rd_u16(&r);
	ret->target = rd_addr(&r);
	if (r.failed)
		return MIP6_ERR_TRUNCATED;
	if (mip6_addr_is_multicast(&ret->target))
		return MIP6_ERR_VALUE;
	return parse_lladdr_option(&r, OPT_TLLA, &ret->tlla);
}

/* ---- validity with the IPv6 header ---------------------------------------- */

static bool is_solicited_node(const struct mip6_addr *a)
{
	struct mip6_addr group = mip6_addr_solicited_node(a);

	return mip6_addr_equal(&group, a);
}

static int valid_rs(const struct ip6_packet *p)
{
	struct nd_rs rs;
	int err = nd_parse_rs(p->payload, p->payload_len, &rs);

	if (err)
		return err;
	return mip6_addr_is_unspecified(&p->src) && rs.slla.len ? MIP6_ERR_VALUE : MIP6_OK;
}

static int valid_ns(const struct ip6_packet *p)
{
	struct nd_ns ns;
	int err = nd_parse_ns(p->payload, p->payload_len, &ns);

	if (err)
		return err;
	if (!mip6_addr_is_unspecified(&p->src))
		return MIP6_OK;
	return ns.slla.len || !is_solicited_node(&p->dst) ? MIP6_ERR_VALUE : MIP6_OK;
}

static int valid_na(const struct ip6_packet *p)
{
	struct nd_na na;
	int err = nd_parse_na(p->payload, p->payload_len, &na);

	if (err)
		return err;
	return mip6_addr_is_multicast(&p->dst) && (na.flags & ND_NA_S) ? MIP6_ERR_VALUE : MIP6_OK;
}

int nd_valid(uint8_t type, const struct ip6_packet *p)
{
	if (type < ICMP6_RS || type > ICMP6_NA)
		return MIP6_ERR_TYPE;
	if (p->hop_limit != 255)
		return MIP6_ERR_HOPLIMIT;
	switch (type) {
	case ICMP6_RS:
		return valid_rs(p);
	case ICMP6_NS:
		return valid_ns(p);
	case ICMP6_NA:
		return valid_na(p);
	default:
		return mip6_addr_is_link_local(&p->src) ? MIP6_OK : MIP6_ERR_VALUE;
	}
}

/* ---- building ----------------------------------------------------------- */

static bool lladdr_buildable(const struct nd_lladdr *a)
{
	return a->len == 0 || a->len == ETHERNET_LEN || a->len == LLADDR_MAX;
}

static void write_lladdr(struct mip6_writer *w, uint8_t type, const struct nd_lladdr *a)
{
	size_t units = a->len > ETHERNET_LEN ? 2 : 1;

	if (!a->len)
		return;
	wr_u8(w, type);
	wr_u8(w, (uint8_t)units);
	wr_copy(w, a->addr, a->len);
	wr_zero(w, units * OPT_UNIT - OPT_HEADER - a->len);
}

static bool nonce_buildable(const struct nd_nonce *nonce)
{
	return nonce->len <= NONCE_MAX &&
	       (nonce->len == 0 || (nonce->len + OPT_HEADER) % OPT_UNIT == 0);
}

static void write_nonce(struct mip6_writer *w, const struct nd_nonce *nonce)
{
	if (!nonce->len)
		return;
	wr_u8(w, OPT_NONCE);
	wr_u8(w, (uint8_t)((nonce->len + OPT_HEADER) / OPT_UNIT));
	wr_copy(w, nonce->bytes, nonce->len);
}

static void write_prefix(struct mip6_writer *w, const struct nd_pio *pio)
{
	wr_u8(w, OPT_PREFIX);
	wr_u8(w, PREFIX_UNITS);
	wr_u8(w, pio->len);
	wr_u8(w, pio->flags);
	wr_u32(w, pio->valid);
	wr_u32(w, pio->preferred);
	wr_u32(w, 0);
	wr_addr(w, &pio->prefix);
}

static void write_word(struct mip6_writer *w, uint8_t type, uint32_t value)
{
	if (!value)
		return;
	wr_u8(w, type);
	wr_u8(w, 1);
	wr_u16(w, 0);
	wr_u32(w, value);
}

static void write_ha_info(struct mip6_writer *w, const struct nd_ra *m)
{
	if (!m->has_ha_info)
		return;
	wr_u8(w, OPT_HA_INFO);
	wr_u8(w, 1);
	wr_u16(w, 0);
	wr_u16(w, m->ha_preference);
	wr_u16(w, m->ha_lifetime);
}

int nd_build_rs(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_rs *m,
		uint8_t *buf, size_t cap)
{
	struct mip6_writer w = icmp6_begin(buf, cap, ICMP6_RS, 0);

	if (!lladdr_buildable(&m->slla))
		return MIP6_ERR_VALUE;
	wr_u32(&w, 0);
	write_lladdr(&w, OPT_SLLA, &m->slla);
	return icmp6_finish(&w, src, dst);
}

static bool ra_buildable(const struct nd_ra *m)
{
	if (!lladdr_buildable(&m->slla) || m->pio_count > ND_PIO_MAX)
		return false;
	for (unsigned i = 0; i < m->pio_count; i++)
		if (m->pio[i].len > 128)
			return false;
	return true;
}

int nd_build_ra(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_ra *m,
		uint8_t *buf, size_t cap)
{
	struct mip6_writer w = icmp6_begin(buf, cap, ICMP6_RA, 0);

	if (!ra_buildable(m))
		return MIP6_ERR_VALUE;
	wr_u8(&w, m->hop_limit);
	wr_u8(&w, m->flags);
	wr_u16(&w, m->lifetime);
	wr_u32(&w, m->reachable);
	wr_u32(&w, m->retrans);
	write_lladdr(&w, OPT_SLLA, &m->slla);
	write_word(&w, OPT_MTU, m->mtu);
	for (unsigned i = 0; i < m->pio_count; i++)
		write_prefix(&w, &m->pio[i]);
	write_word(&w, OPT_INTERVAL, m->interval);
	write_ha_info(&w, m);
	return icmp6_finish(&w, src, dst);
}

int nd_build_ns(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_ns *m,
		uint8_t *buf, size_t cap)
{
	struct mip6_writer w = icmp6_begin(buf, cap, ICMP6_NS, 0);

	if (!lladdr_buildable(&m->slla) || !nonce_buildable(&m->nonce) ||
	    mip6_addr_is_multicast(&m->target))
		return MIP6_ERR_VALUE;
	wr_u32(&w, 0);
	wr_addr(&w, &m->target);
	write_lladdr(&w, OPT_SLLA, &m->slla);
	write_nonce(&w, &m->nonce);
	return icmp6_finish(&w, src, dst);
}

int nd_build_na(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_na *m,
		uint8_t *buf, size_t cap)
{
	struct mip6_writer w = icmp6_begin(buf, cap, ICMP6_NA, 0);

	if (!lladdr_buildable(&m->tlla) || mip6_addr_is_multicast(&m->target))
		return MIP6_ERR_VALUE;
	wr_u8(&w, m->flags);
	wr_zero(&w, 3);
	wr_addr(&w, &m->target);
	write_lladdr(&w, OPT_TLLA, &m->tlla);
	return icmp6_finish(&w, src, dst);
}
