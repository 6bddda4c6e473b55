/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any octets as an ICMPv6 message: what a parser of neighbour discovery or of
 * error messages takes can be built, and is the same when it is parsed again. */
#include "wire_equal.h"
#include <stdlib.h>

enum { ROOM = 1280, INVOKING_MAX = 1232 };

static const struct mip6_addr link_local = {{0xfe, 0x80, [15] = 1}};
static const struct mip6_addr group = {{0xff, 0x02, [11] = 0x01, 0xff, 0x00, 0x00, 0x01}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

struct message {
	struct nd_rs rs;
	struct nd_ra ra;
	struct nd_ns ns;
	struct nd_na na;
	struct icmp6_error error;
};

static int parse(uint8_t type, const uint8_t *data, size_t len, struct message *ret)
{
	switch (type) {
	case ICMP6_RS:
		return nd_parse_rs(data, len, &ret->rs);
	case ICMP6_RA:
		return nd_parse_ra(data, len, &ret->ra);
	case ICMP6_NS:
		return nd_parse_ns(data, len, &ret->ns);
	case ICMP6_NA:
		return nd_parse_na(data, len, &ret->na);
	default:
		return icmp6_parse_error(data, len, &ret->error);
	}
}

static int build(uint8_t type, const struct message *m, uint8_t *buf, size_t cap)
{
	switch (type) {
	case ICMP6_RS:
		return nd_build_rs(&link_local, &group, &m->rs, buf, cap);
	case ICMP6_RA:
		return nd_build_ra(&link_local, &group, &m->ra, buf, cap);
	case ICMP6_NS:
		return nd_build_ns(&link_local, &group, &m->ns, buf, cap);
	case ICMP6_NA:
		return nd_build_na(&link_local, &group, &m->na, buf, cap);
	default:
		return icmp6_build_error(&link_local, &group, &m->error, buf, cap);
	}
}

static bool equal(uint8_t type, const struct message *a, const struct message *b)
{
	switch (type) {
	case ICMP6_RS:
		return equal_rs(&a->rs, &b->rs);
	case ICMP6_RA:
		return equal_ra(&a->ra, &b->ra);
	case ICMP6_NS:
		return equal_ns(&a->ns, &b->ns);
	case ICMP6_NA:
		return equal_na(&a->na, &b->na);
	default:
		return equal_error(&a->error, &b->error);
	}
}

static void check_both_ways(uint8_t type, struct message *m)
{
	struct message parsed = {0};
	uint8_t built[ROOM];
	uint8_t again[ROOM];
	int built_len = build(type, m, built, sizeof(built));

	check(built_len > 0);
	check(icmp6_type(&link_local, &group, built, (size_t)built_len) == type);
	check(parse(type, built, (size_t)built_len, &parsed) == MIP6_OK);
	/* Building cuts the invoking packet. */
	if (m->error.packet_len > INVOKING_MAX)
		m->error.packet_len = INVOKING_MAX;
	check(equal(type, m, &parsed));
	check(build(type, &parsed, again, sizeof(again)) == built_len);
	check(memcmp(built, again, (size_t)built_len) == 0);
}

/* A message that nd_valid lets pass can be parsed. */
static void check_valid(uint8_t type, const uint8_t *data, size_t len)
{
	struct ip6_packet p = {.hop_limit = 255, .dst = group, .payload = data, .payload_len = len};
	struct message m = {0};
	bool is_ra = type == ICMP6_RA;

	if (nd_valid(type, &p) == MIP6_OK)
		check(!is_ra && parse(type, data, len, &m) == MIP6_OK);
	p.src = link_local;
	if (nd_valid(type, &p) == MIP6_OK)
		check(is_ra || parse(type, data, len, &m) == MIP6_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct message m = {0};

	if (len == 0)
		return 0;
	icmp6_type(&link_local, &group, data, len);
	if (parse(data[0], data, len, &m) == MIP6_OK)
		check_both_ways(data[0], &m);
	check_valid(data[0], data, len);
	return 0;
}
