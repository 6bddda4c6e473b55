/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The Mobility Header and its eight messages, RFC 6275 6.1. Parsing keeps the
 * order of tests that 9.2 prescribes, because each failure is answered in
 * another way: silence, Binding Error, or an ICMP Parameter Problem. */
#include "wire/mhopt.h"
#include <string.h>

enum {
	MH_UNIT = 8,
	MH_CHECKSUM_AT = 4,
	MH_LEN_AT = 1,
};

/* Header Len of a message without options (6.1.2 to 6.1.9). */
static const uint8_t min_header_len[] = {
    [MH_BRR] = 0, [MH_HOTI] = 1, [MH_COTI] = 1, [MH_HOT] = 2,
    [MH_COT] = 2, [MH_BU] = 1,	 [MH_BA] = 1,	[MH_BE] = 2,
};

const char *mh_type_text(uint8_t type)
{
	static const char texts[][5] = {
	    [MH_BRR] = "BRR", [MH_HOTI] = "HoTI", [MH_COTI] = "CoTI", [MH_HOT] = "HoT",
	    [MH_COT] = "CoT", [MH_BU] = "BU",	  [MH_BA] = "BA",     [MH_BE] = "BE",
	};

	return type <= MH_BE ? texts[type] : "MH";
}

const char *mh_status_text(uint8_t status)
{
	static const char rejected[][40] = {
	    "unspecified reason",
	    "administratively prohibited",
	    "insufficient resources",
	    "home registration not supported",
	    "not home subnet",
	    "not home agent for this mobile node",
	    "duplicate address detection failed",
	    "sequence number out of window",
	    "expired home nonce index",
	    "expired care-of nonce index",
	    "expired nonces",
	    "registration type change disallowed",
	};

	if (status == MH_STATUS_ACCEPTED)
		return "accepted";
	if (status == MH_STATUS_PREFIX_DISCOVERY)
		return "accepted, prefix discovery necessary";
	if (status >= MH_STATUS_UNSPECIFIED && status <= MH_STATUS_TYPE_CHANGE)
		return rejected[status - MH_STATUS_UNSPECIFIED];
	if (status == MH_STATUS_INVALID_COA)
		return "invalid care-of address";
	return "unknown status";
}

static void parse_hot(struct mip6_reader *r, struct mh_hot *ret)
{
	ret->nonce_index = rd_u16(r);
	ret->cookie = rd_u64(r);
	ret->token = rd_u64(r);
}

static void parse_bu(struct mip6_reader *r, struct mh_bu *ret)
{
	ret->seq = rd_u16(r);
	ret->flags = rd_u16(r);
	ret->lifetime = rd_u16(r);
}

static void parse_ba(struct mip6_reader *r, struct mh_ba *ret)
{
	ret->status = rd_u8(r);
	ret->flags = rd_u8(r);
	ret->seq = rd_u16(r);
	ret->lifetime = rd_u16(r);
}

static void parse_be(struct mip6_reader *r, struct mh_be *ret)
{
	ret->status = rd_u8(r);
	rd_u8(r);
	ret->hoa = rd_addr(r);
}

/* The fixed part of the message; its length was checked. */
static void parse_message(struct mip6_reader *r, struct mh_message *ret)
{
	switch (ret->type) {
	case MH_HOTI:
	case MH_COTI:
		rd_u16(r);
		ret->hoti.cookie = rd_u64(r);
		break;
	case MH_HOT:
	case MH_COT:
		parse_hot(r, &ret->hot);
		break;
	case MH_BU:
		parse_bu(r, &ret->bu);
		break;
	case MH_BA:
		parse_ba(r, &ret->ba);
		break;
	case MH_BE:
		parse_be(r, &ret->be);
		break;
	default:
		rd_u16(r); /* BRR: two reserved octets */
		break;
	}
}

/* The tests of 9.2. The message ends where Header Len says: octets behind it
 * are not a fault, because Payload Proto 59 says that there is no next header,
 * and RFC 8200 4.7 wants what follows then to be ignored. The checksum does not
 * cover them either (6.1.1: the pseudo-header has the Mobility Header's own
 * length). A Header Len beyond the data leaves nothing to sum up, so that it is
 * the first test. */
static int check_header(const struct mip6_addr *src, const struct mip6_addr *dst,
			struct mip6_reader *r, struct mh_message *ret, size_t *ret_pointer)
{
	uint8_t proto = rd_u8(r);
	uint8_t units = rd_u8(r);
	uint8_t type = rd_u8(r);
	size_t total = MH_UNIT + (size_t)units * MH_UNIT;

	if (r->failed || r->len < total)
		return MIP6_ERR_TRUNCATED;
	r->len = total;
	if (ip6_checksum(src, dst, IP6_NH_MH, r->data, total) != 0)
		return MIP6_ERR_CHECKSUM;
	ret->type = type;
	if (type > MH_BE)
		return MIP6_ERR_TYPE;
	*ret_pointer = 0;
	if (proto != IP6_NH_NONE)
		return MIP6_ERR_PROTO;
	*ret_pointer = MH_LEN_AT;
	if (units < min_header_len[type])
		return MIP6_ERR_LENGTH;
	rd_u8(r);
	rd_u16(r);
	return MIP6_OK;
}

int mh_parse(const struct mip6_addr *src, const struct mip6_addr *dst, const uint8_t *data,
	     size_t len, struct mh_message *ret, size_t *ret_pointer)
{
	struct mip6_reader r = rd_init(data, len);
	int err;

	memset(ret, 0, sizeof(*ret));
	*ret_pointer = 0;
	err = check_header(src, dst, &r, ret, ret_pointer);
	if (err)
		return err;
	parse_message(&r, ret);
	return mhopt_parse(&r, ret->type, &ret->options, ret_pointer);
}

static void build_message(struct mip6_writer *w, const struct mh_message *m)
{
	switch (m->type) {
	case MH_HOTI:
	case MH_COTI:
		wr_u16(w, 0);
		wr_u64(w, m->hoti.cookie);
		break;
	case MH_HOT:
	case MH_COT:
		wr_u16(w, m->hot.nonce_index);
		wr_u64(w, m->hot.cookie);
		wr_u64(w, m->hot.token);
		break;
	case MH_BU:
		wr_u16(w, m->bu.seq);
		wr_u16(w, m->bu.flags);
		wr_u16(w, m->bu.lifetime);
		break;
	case MH_BA:
		wr_u8(w, m->ba.status);
		wr_u8(w, m->ba.flags);
		wr_u16(w, m->ba.seq);
		wr_u16(w, m->ba.lifetime);
		break;
	case MH_BE:
		wr_u8(w, m->be.status);
		wr_u8(w, 0);
		wr_addr(w, &m->be.hoa);
		break;
	default:
		wr_u16(w, 0);
		break;
	}
}

int mh_build(const struct mip6_addr *src, const struct mip6_addr *dst, const struct mh_message *m,
	     uint8_t *buf, size_t cap)
{
	struct mip6_writer w = wr_init(buf, cap);
	int err;

	if (m->type > MH_BE)
		return MIP6_ERR_TYPE;
	wr_u8(&w, IP6_NH_NONE);
	wr_u8(&w, 0);
	wr_u8(&w, m->type);
	wr_u8(&w, 0);
	wr_u16(&w, 0);
	build_message(&w, m);
	err = mhopt_build(&w, m->type, &m->options);
	if (err)
		return err;
	wr_patch_u8(&w, MH_LEN_AT, (uint8_t)(w.pos / MH_UNIT - 1));
	if (w.failed)
		return MIP6_ERR_SPACE;
	wr_patch_u16(&w, MH_CHECKSUM_AT, ip6_checksum(src, dst, IP6_NH_MH, buf, w.pos));
	return (int)w.pos;
}
