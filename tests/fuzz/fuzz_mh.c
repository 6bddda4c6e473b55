/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any octets as a Mobility Header: what is parsed can be built, and is the same
 * when it is parsed again. A wrong checksum is put right, else no input would
 * come past it. */
#include "wire_equal.h"
#include <stdlib.h>

enum { ROOM = 256, CHECKSUM_AT = 4 };

static const struct mip6_addr src = {{0x3f, 0xff, [15] = 1}};
static const struct mip6_addr dst = {{0x3f, 0xff, [15] = 2}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static int parse_repaired(const uint8_t *data, size_t len, struct mh_message *ret,
			  size_t *ret_pointer)
{
	uint8_t *copy = malloc(len);
	size_t mh_len = ((size_t)data[1] + 1) * 8;
	uint16_t sum;
	int err;

	check(copy != NULL);
	memcpy(copy, data, len);
	memset(copy + CHECKSUM_AT, 0, 2);
	sum = ip6_checksum(&src, &dst, IP6_NH_MH, copy, mh_len);
	copy[CHECKSUM_AT] = (uint8_t)(sum >> 8);
	copy[CHECKSUM_AT + 1] = (uint8_t)(sum & 0xff);
	err = mh_parse(&src, &dst, copy, len, ret, ret_pointer);
	check(err != MIP6_ERR_CHECKSUM && err != MIP6_ERR_TRUNCATED);
	free(copy);
	return err;
}

static void check_both_ways(const struct mh_message *m)
{
	struct mh_message parsed;
	uint8_t built[ROOM];
	uint8_t again[ROOM];
	size_t pointer;
	int built_len = mh_build(&src, &dst, m, built, sizeof(built));

	check(built_len > 0);
	check(mh_parse(&src, &dst, built, (size_t)built_len, &parsed, &pointer) == MIP6_OK);
	check(equal_message(m, &parsed) && parsed.options.unknown_count == 0);
	check(mh_build(&src, &dst, &parsed, again, sizeof(again)) == built_len);
	check(memcmp(built, again, (size_t)built_len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct mh_message m;
	size_t pointer;
	int err = mh_parse(&src, &dst, data, len, &m, &pointer);

	if (err == MIP6_ERR_CHECKSUM)
		err = parse_repaired(data, len, &m, &pointer);
	if (err == MIP6_ERR_PROTO || err == MIP6_ERR_LENGTH)
		check(pointer < len);
	if (err == MIP6_OK)
		check_both_ways(&m);
	return 0;
}
