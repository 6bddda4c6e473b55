/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Mobility options, RFC 6275 6.2. An option is taken only in the messages in
 * which its section calls it valid; elsewhere it is skipped like an unknown
 * one, so that a message with a stray option is still answered. */
#include "wire/mhopt.h"
#include <string.h>

enum {
	OPT_PAD1 = 0,
	OPT_PADN = 1,
	OPT_REFRESH = 2,
	OPT_ALT_COA = 3,
	OPT_NONCES = 4,
	OPT_AUTHDATA = 5,
	OPT_HEADER = 2, /* octets of type and length */
};

static bool is_valid_in(uint8_t option, uint8_t mh_type)
{
	switch (option) {
	case OPT_REFRESH:
		return mh_type == MH_BA;
	case OPT_ALT_COA:
	case OPT_NONCES:
		return mh_type == MH_BU;
	case OPT_AUTHDATA:
		return mh_type == MH_BU || mh_type == MH_BA;
	default:
		return false;
	}
}

/* The only data length that an option of RFC 6275 may have. */
static size_t data_len(uint8_t option)
{
	switch (option) {
	case OPT_REFRESH:
		return 2;
	case OPT_ALT_COA:
		return 16;
	case OPT_NONCES:
		return 4;
	default:
		return sizeof(((struct mh_options *)NULL)->authdata);
	}
}

static bool *presence(struct mh_options *options, uint8_t option)
{
	switch (option) {
	case OPT_REFRESH:
		return &options->has_refresh;
	case OPT_ALT_COA:
		return &options->has_alt_coa;
	case OPT_NONCES:
		return &options->has_nonces;
	default:
		return &options->has_authdata;
	}
}

static void read_data(struct mip6_reader *body, uint8_t option, struct mh_options *ret)
{
	switch (option) {
	case OPT_REFRESH:
		ret->refresh = rd_u16(body);
		break;
	case OPT_ALT_COA:
		ret->alt_coa = rd_addr(body);
		break;
	case OPT_NONCES:
		ret->home_nonce = rd_u16(body);
		ret->coa_nonce = rd_u16(body);
		break;
	default:
		rd_copy(body, ret->authdata, sizeof(ret->authdata));
		break;
	}
}

static int take_option(struct mip6_reader *body, uint8_t option, struct mh_options *ret)
{
	bool *present = presence(ret, option);

	if (rd_left(body) != data_len(option))
		return MIP6_ERR_LENGTH;
	if (*present)
		return MIP6_ERR_DUPLICATE;
	*present = true;
	read_data(body, option, ret);
	return MIP6_OK;
}

/* One option that is not Pad1, from the length octet on. */
static int parse_option(struct mip6_reader *r, uint8_t option, uint8_t mh_type,
			struct mh_options *ret, size_t *ret_pointer)
{
	struct mip6_reader body;
	int err;

	*ret_pointer = rd_left(r) ? r->pos : r->pos - 1;
	body = rd_sub(r, rd_u8(r));
	if (r->failed)
		return MIP6_ERR_LENGTH;
	if (option == OPT_PADN)
		return MIP6_OK;
	if (!is_valid_in(option, mh_type)) {
		if (ret->unknown_count < UINT8_MAX)
			ret->unknown_count++;
		return MIP6_OK;
	}
	err = take_option(&body, option, ret);
	if (err)
		return err;
	/* 6.2.7: it is the last one, and no padding stands behind it. */
	if (option == OPT_AUTHDATA && rd_left(r)) {
		*ret_pointer = r->pos;
		return MIP6_ERR_VALUE;
	}
	return MIP6_OK;
}

int mhopt_parse(struct mip6_reader *r, uint8_t mh_type, struct mh_options *ret, size_t *ret_pointer)
{
	while (rd_left(r)) {
		uint8_t option = rd_u8(r);
		int err;

		if (option == OPT_PAD1)
			continue;
		err = parse_option(r, option, mh_type, ret, ret_pointer);
		if (err)
			return err;
	}
	return MIP6_OK;
}

/* Pads until the position is multiple * n + offset. */
static void pad_to(struct mip6_writer *w, size_t multiple, size_t offset)
{
	size_t n = (multiple + offset - w->pos % multiple) % multiple;

	if (n == 1)
		wr_u8(w, OPT_PAD1);
	if (n < OPT_HEADER)
		return;
	wr_u8(w, OPT_PADN);
	wr_u8(w, (uint8_t)(n - OPT_HEADER));
	wr_zero(w, n - OPT_HEADER);
}

static void write_header(struct mip6_writer *w, uint8_t option)
{
	wr_u8(w, option);
	wr_u8(w, (uint8_t)data_len(option));
}

static bool all_valid_in(const struct mh_options *options, uint8_t mh_type)
{
	return (!options->has_refresh || is_valid_in(OPT_REFRESH, mh_type)) &&
	       (!options->has_nonces || is_valid_in(OPT_NONCES, mh_type)) &&
	       (!options->has_alt_coa || is_valid_in(OPT_ALT_COA, mh_type)) &&
	       (!options->has_authdata || is_valid_in(OPT_AUTHDATA, mh_type));
}

int mhopt_build(struct mip6_writer *w, uint8_t mh_type, const struct mh_options *options)
{
	if (!all_valid_in(options, mh_type))
		return MIP6_ERR_VALUE;
	if (options->has_refresh) {
		pad_to(w, 2, 0);
		write_header(w, OPT_REFRESH);
		wr_u16(w, options->refresh);
	}
	if (options->has_nonces) {
		pad_to(w, 2, 0);
		write_header(w, OPT_NONCES);
		wr_u16(w, options->home_nonce);
		wr_u16(w, options->coa_nonce);
	}
	if (options->has_alt_coa) {
		pad_to(w, 8, 6);
		write_header(w, OPT_ALT_COA);
		wr_addr(w, &options->alt_coa);
	}
	if (options->has_authdata) {
		pad_to(w, 8, 2);
		write_header(w, OPT_AUTHDATA);
		wr_copy(w, options->authdata, sizeof(options->authdata));
		return MIP6_OK;
	}
	pad_to(w, 8, 0);
	return MIP6_OK;
}
