/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any octets as an IPv6 packet: what is parsed can be built, and is the same
 * when it is parsed again. The extension headers are read alone, too. */
#include "wire_equal.h"
#include <stdlib.h>

enum { ROOM = 40 + UINT16_MAX };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_both_ways(const struct ip6_packet *p)
{
	uint8_t *built = malloc(ROOM);
	uint8_t *again = malloc(ROOM);
	struct ip6_packet parsed;
	int built_len;

	check(built && again);
	built_len = ip6_build(p, built, ROOM);
	check(built_len > 0);
	check(ip6_parse(built, (size_t)built_len, &parsed) == MIP6_OK);
	check(equal_packet(p, &parsed));
	check(ip6_build(&parsed, again, ROOM) == built_len);
	check(memcmp(built, again, (size_t)built_len) == 0);
	free(built);
	free(again);
}

static void check_header(const uint8_t *data, size_t len)
{
	struct mip6_addr hoa;
	struct mip6_addr again;
	uint8_t built[24];

	if (ip6_parse_hao(data, len, &hoa) == MIP6_OK) {
		check(ip6_build_hao(&hoa, built, sizeof(built)) == (int)sizeof(built));
		check(ip6_parse_hao(built, sizeof(built), &again) == MIP6_OK);
		check(mip6_addr_equal(&hoa, &again));
	}
	if (ip6_parse_rh2(data, len, &hoa) == MIP6_OK) {
		check(ip6_build_rh2(&hoa, built, sizeof(built)) == (int)sizeof(built));
		check(ip6_parse_rh2(built, sizeof(built), &again) == MIP6_OK);
		check(mip6_addr_equal(&hoa, &again));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ip6_packet p;

	if (ip6_parse(data, len, &p) == MIP6_OK) {
		check(p.payload_len <= len && p.payload + p.payload_len <= data + len);
		check_both_ways(&p);
	}
	check_header(data, len);
	/* The same where a packet has its first extension header. */
	if (len > 40)
		check_header(data + 40, len - 40);
	return 0;
}
