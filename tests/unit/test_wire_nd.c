/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ICMPv6 and neighbour discovery: packets written by hand from RFC 4861 4 and
 * RFC 6275 7, generated ones, and the validity rules of RFC 4861 6.1 and 7.1. The
 * checksums in the fixed packets were computed apart from this code. */
#include "test.h"
#include "wire_equal.h"
#include "wire_help.h"

#define LL	"fe80::a8bb:ccff:fe00:1"
#define RL	"fe80::1"
#define COA	"3fff:0:1:2:a8bb:ccff:fe00:1"
#define HOA	"3fff:0:0:1::10"
#define HA	"3fff:0:0:1::1"
#define COA_HEX "3fff0000 00010002 a8bbccff fe000001"
#define HOA_HEX "3fff0000 00000001 00000000 00000010"
#define HA_HEX	"3fff0000 00000001 00000000 00000001"

enum { ROOM = 1024, ROUNDS = 20000 };

/* ---- fixed packets ------------------------------------------------------ */

struct fixed {
	const char *src;
	const char *dst;
	const char *hex;
};

static const struct fixed fixed_rs = {LL, "ff02::2", "850091b3 00000000 0101 aabbcc000001"};
static const struct fixed fixed_ra = {
    RL, "ff02::1",
    "8600898e 40 60 0708 00007530 000003e8 0101 020000000001 0501 0000 000005dc"
    "0304 40 e0 00015180 00003840 00000000" HA_HEX "0701 0000 00000046 0801 0000 000a 0708"};
static const struct fixed fixed_ns = {"::", "ff02::1:ff00:1", "8700c6e7 00000000" COA_HEX};
static const struct fixed fixed_na = {HA, "ff02::1",
				      "8800d48d 20000000" HOA_HEX "0201 020000000001"};
static const struct fixed fixed_error = {HA, COA, "0400a7d0 00000028 6000 0000"};

/* The octets, whose checksum and type were found right. */
static size_t open_fixed(const struct fixed *f, int type, uint8_t *buf)
{
	struct mip6_addr src = addr_of(f->src);
	struct mip6_addr dst = addr_of(f->dst);
	size_t len = hex_bytes(f->hex, buf, ROOM);

	CU_ASSERT_EQUAL(icmp6_type(&src, &dst, buf, len), type);
	return len;
}

static void check_built(const struct fixed *f, const uint8_t *built, int len)
{
	uint8_t want[ROOM];

	CU_ASSERT_EQUAL_FATAL(len, (int)hex_bytes(f->hex, want, sizeof(want)));
	CU_ASSERT_EQUAL(memcmp(built, want, (size_t)len), 0);
}

static void test_fixed_rs(void)
{
	struct mip6_addr src = addr_of(fixed_rs.src);
	struct mip6_addr dst = addr_of(fixed_rs.dst);
	uint8_t buf[ROOM];
	size_t len = open_fixed(&fixed_rs, ICMP6_RS, buf);
	struct nd_rs rs;

	CU_ASSERT_EQUAL(nd_parse_rs(buf, len, &rs), MIP6_OK);
	CU_ASSERT_EQUAL(rs.slla.len, 6);
	CU_ASSERT_EQUAL(memcmp(rs.slla.addr, "\xaa\xbb\xcc\0\0\1", 6), 0);
	check_built(&fixed_rs, buf, nd_build_rs(&src, &dst, &rs, buf, sizeof(buf)));
}

static void test_fixed_ra(void)
{
	struct mip6_addr src = addr_of(fixed_ra.src);
	struct mip6_addr dst = addr_of(fixed_ra.dst);
	struct mip6_addr ha = addr_of(HA);
	uint8_t buf[ROOM];
	size_t len = open_fixed(&fixed_ra, ICMP6_RA, buf);
	struct nd_ra ra;

	CU_ASSERT_EQUAL(nd_parse_ra(buf, len, &ra), MIP6_OK);
	CU_ASSERT_EQUAL(ra.hop_limit, 64);
	CU_ASSERT_EQUAL(ra.flags, ND_RA_O | ND_RA_H);
	CU_ASSERT_EQUAL(ra.lifetime, 1800);
	CU_ASSERT_EQUAL(ra.reachable, 30000);
	CU_ASSERT_EQUAL(ra.retrans, 1000);
	CU_ASSERT_EQUAL(ra.slla.len, 6);
	CU_ASSERT_EQUAL(ra.mtu, 1500);
	CU_ASSERT_EQUAL(ra.interval, 70);
	CU_ASSERT_TRUE(ra.has_ha_info);
	CU_ASSERT_EQUAL(ra.ha_preference, 10);
	CU_ASSERT_EQUAL(ra.ha_lifetime, 1800);
	CU_ASSERT_EQUAL_FATAL(ra.pio_count, 1);
	CU_ASSERT_EQUAL(ra.pio[0].len, 64);
	CU_ASSERT_EQUAL(ra.pio[0].flags, ND_PIO_L | ND_PIO_A | ND_PIO_R);
	CU_ASSERT_EQUAL(ra.pio[0].valid, 86400);
	CU_ASSERT_EQUAL(ra.pio[0].preferred, 14400);
	CU_ASSERT_TRUE(mip6_addr_equal(&ra.pio[0].prefix, &ha));
	check_built(&fixed_ra, buf, nd_build_ra(&src, &dst, &ra, buf, sizeof(buf)));
}

static void test_fixed_ns_na(void)
{
	struct mip6_addr src = addr_of(fixed_ns.src);
	struct mip6_addr dst = addr_of(fixed_ns.dst);
	struct mip6_addr coa = addr_of(COA);
	struct mip6_addr hoa = addr_of(HOA);
	uint8_t buf[ROOM];
	size_t len = open_fixed(&fixed_ns, ICMP6_NS, buf);
	struct nd_ns ns;
	struct nd_na na;

	CU_ASSERT_EQUAL(nd_parse_ns(buf, len, &ns), MIP6_OK);
	CU_ASSERT_TRUE(mip6_addr_equal(&ns.target, &coa));
	CU_ASSERT_EQUAL(ns.slla.len, 0);
	check_built(&fixed_ns, buf, nd_build_ns(&src, &dst, &ns, buf, sizeof(buf)));

	src = addr_of(fixed_na.src);
	dst = addr_of(fixed_na.dst);
	len = open_fixed(&fixed_na, ICMP6_NA, buf);
	CU_ASSERT_EQUAL(nd_parse_na(buf, len, &na), MIP6_OK);
	CU_ASSERT_EQUAL(na.flags, ND_NA_O);
	CU_ASSERT_TRUE(mip6_addr_equal(&na.target, &hoa));
	CU_ASSERT_EQUAL(na.tlla.len, 6);
	check_built(&fixed_na, buf, nd_build_na(&src, &dst, &na, buf, sizeof(buf)));
}

static void test_fixed_error(void)
{
	struct mip6_addr src = addr_of(fixed_error.src);
	struct mip6_addr dst = addr_of(fixed_error.dst);
	uint8_t buf[ROOM];
	uint8_t built[ROOM];
	size_t len = open_fixed(&fixed_error, ICMP6_PARAM_PROBLEM, buf);
	struct icmp6_error error;

	CU_ASSERT_EQUAL(icmp6_parse_error(buf, len, &error), MIP6_OK);
	CU_ASSERT_EQUAL(error.type, ICMP6_PARAM_PROBLEM);
	CU_ASSERT_EQUAL(error.code, 0);
	CU_ASSERT_EQUAL(error.value, 40);
	CU_ASSERT_EQUAL(error.packet_len, 4);
	check_built(&fixed_error, built,
		    icmp6_build_error(&src, &dst, &error, built, sizeof(built)));
	CU_ASSERT_EQUAL(icmp6_parse_error(buf, 7, &error), MIP6_ERR_TRUNCATED);
	CU_ASSERT_EQUAL(icmp6_type(&src, &dst, buf, 3), MIP6_ERR_TRUNCATED);
	buf[7] ^= 1;
	CU_ASSERT_EQUAL(icmp6_type(&src, &dst, buf, len), MIP6_ERR_CHECKSUM);
	buf[0] = 128;
	CU_ASSERT_EQUAL(icmp6_parse_error(buf, len, &error), MIP6_ERR_TYPE);
}

/* RFC 4443 2.4 (c): with its IPv6 header it is not longer than 1280 octets. */
static void test_error_cut(void)
{
	static const uint8_t packet[1500];
	struct mip6_addr src = addr_of(HA);
	struct mip6_addr dst = addr_of(COA);
	struct icmp6_error error = {
	    .type = ICMP6_PACKET_TOO_BIG, .value = 1280, .packet = packet, .packet_len = 1233};
	uint8_t buf[1500];

	CU_ASSERT_EQUAL(icmp6_build_error(&src, &dst, &error, buf, sizeof(buf)), 1240);
	error.packet_len = 1232;
	CU_ASSERT_EQUAL(icmp6_build_error(&src, &dst, &error, buf, sizeof(buf)), 1240);
	error.packet_len = 1231;
	CU_ASSERT_EQUAL(icmp6_build_error(&src, &dst, &error, buf, sizeof(buf)), 1239);
	error.type = ICMP6_RS;
	CU_ASSERT_EQUAL(icmp6_build_error(&src, &dst, &error, buf, sizeof(buf)), MIP6_ERR_TYPE);
}

/* ---- generated messages ------------------------------------------------- */

static struct nd_lladdr gen_lladdr(struct gen *g)
{
	static const uint8_t lens[] = {0, 6, 8};
	struct nd_lladdr a = {.len = lens[gen_below(g, 3)]};

	for (unsigned i = 0; i < a.len; i++)
		a.addr[i] = gen_u8(g);
	return a;
}

static struct nd_nonce gen_nonce(struct gen *g)
{
	static const uint8_t lens[] = {0, 6, 14, 22};
	struct nd_nonce n = {.len = lens[gen_below(g, 4)]};

	for (unsigned i = 0; i < n.len; i++)
		n.bytes[i] = gen_u8(g);
	return n;
}

static struct mip6_addr gen_unicast(struct gen *g)
{
	struct mip6_addr a = gen_addr(g);

	a.b[0] &= 0x7f;
	return a;
}

static struct nd_ra gen_ra(struct gen *g)
{
	struct nd_ra m = {
	    .hop_limit = gen_u8(g),
	    .flags = gen_u8(g),
	    .lifetime = gen_u16(g),
	    .reachable = gen_u32(g),
	    .retrans = gen_u32(g),
	    .slla = gen_lladdr(g),
	    .mtu = gen_bool(g) ? gen_u32(g) : 0,
	    .interval = gen_bool(g) ? gen_u32(g) : 0,
	    .has_ha_info = gen_bool(g),
	    .ha_preference = gen_u16(g),
	    .ha_lifetime = gen_u16(g),
	    .pio_count = (uint8_t)gen_below(g, ND_PIO_MAX + 1),
	};

	for (unsigned i = 0; i < m.pio_count; i++)
		m.pio[i] = (struct nd_pio){(uint8_t)gen_below(g, 129), gen_u8(g), gen_u32(g),
					   gen_u32(g), gen_addr(g)};
	return m;
}

struct message {
	uint8_t type;
	union {
		struct nd_rs rs;
		struct nd_ra ra;
		struct nd_ns ns;
		struct nd_na na;
	};
};

static struct message gen_message(struct gen *g)
{
	struct message m = {.type = (uint8_t)(ICMP6_RS + gen_below(g, 4))};

	if (m.type == ICMP6_RS)
		m.rs = (struct nd_rs){gen_lladdr(g)};
	else if (m.type == ICMP6_RA)
		m.ra = gen_ra(g);
	else if (m.type == ICMP6_NS)
		m.ns = (struct nd_ns){gen_unicast(g), gen_lladdr(g), gen_nonce(g)};
	else
		m.na = (struct nd_na){gen_unicast(g), gen_u8(g), gen_lladdr(g)};
	return m;
}

static int build(const struct message *m, uint8_t *buf, size_t cap)
{
	struct mip6_addr src = addr_of(LL);
	struct mip6_addr dst = addr_of("ff02::1");

	switch (m->type) {
	case ICMP6_RS:
		return nd_build_rs(&src, &dst, &m->rs, buf, cap);
	case ICMP6_RA:
		return nd_build_ra(&src, &dst, &m->ra, buf, cap);
	case ICMP6_NS:
		return nd_build_ns(&src, &dst, &m->ns, buf, cap);
	default:
		return nd_build_na(&src, &dst, &m->na, buf, cap);
	}
}

static int parse(uint8_t type, const uint8_t *data, size_t len, struct message *ret)
{
	ret->type = type;
	switch (type) {
	case ICMP6_RS:
		return nd_parse_rs(data, len, &ret->rs);
	case ICMP6_RA:
		return nd_parse_ra(data, len, &ret->ra);
	case ICMP6_NS:
		return nd_parse_ns(data, len, &ret->ns);
	default:
		return nd_parse_na(data, len, &ret->na);
	}
}

static bool equal(const struct message *a, const struct message *b)
{
	switch (a->type) {
	case ICMP6_RS:
		return equal_rs(&a->rs, &b->rs);
	case ICMP6_RA:
		return equal_ra(&a->ra, &b->ra);
	case ICMP6_NS:
		return equal_ns(&a->ns, &b->ns);
	default:
		return equal_na(&a->na, &b->na);
	}
}

static void test_generated(void)
{
	struct mip6_addr src = addr_of(LL);
	struct mip6_addr dst = addr_of("ff02::1");
	struct gen g = {8};

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct message m = gen_message(&g);
		struct message parsed;
		uint8_t built[ROOM];
		uint8_t again[ROOM];
		int len = build(&m, built, sizeof(built));

		CU_ASSERT_TRUE_FATAL(len > 0);
		CU_ASSERT_EQUAL(icmp6_type(&src, &dst, built, (size_t)len), m.type);
		CU_ASSERT_EQUAL_FATAL(parse(m.type, built, (size_t)len, &parsed), MIP6_OK);
		CU_ASSERT_TRUE(equal(&m, &parsed));
		CU_ASSERT_EQUAL(build(&parsed, again, sizeof(again)), len);
		CU_ASSERT_EQUAL(memcmp(built, again, (size_t)len), 0);
	}
}

/* Is a message that ends here whole? Only where an option ends. */
static bool ends_at_option(uint8_t type, const uint8_t *data, size_t cut)
{
	size_t at = type == ICMP6_RS ? 8 : type == ICMP6_RA ? 16 : 24;

	while (at < cut)
		at += (size_t)data[at + 1] * 8;
	return at == cut;
}

static void test_truncated(void)
{
	struct gen g = {9};

	for (unsigned i = 0; i < 200; i++) {
		struct message m = gen_message(&g);
		struct message parsed;
		uint8_t built[ROOM];
		int len = build(&m, built, sizeof(built));

		for (size_t cut = 0; cut < (size_t)len; cut++) {
			uint8_t *copy = exact_copy(built, cut);
			int want =
			    ends_at_option(m.type, built, cut) ? MIP6_OK : MIP6_ERR_TRUNCATED;

			CU_ASSERT_EQUAL(parse(m.type, copy, cut, &parsed), want);
			CU_ASSERT_EQUAL(build(&m, copy, cut), MIP6_ERR_SPACE);
			free(copy);
		}
	}
}

/* ---- bad and odd messages ------------------------------------------------ */

static int parse_hex(uint8_t type, const char *hex, struct message *ret)
{
	uint8_t buf[ROOM];
	size_t len = hex_bytes(hex, buf, sizeof(buf));
	uint8_t *copy = exact_copy(buf, len);
	int err = parse(type, copy, len, ret);

	free(copy);
	return err;
}

static int error_of(uint8_t type, const char *hex)
{
	struct message m;

	return parse_hex(type, hex, &m);
}

#define RA_HEX "86000000 40000708 00000000 00000000"

static void test_bad_messages(void)
{
	/* Another type, another code than 0. */
	CU_ASSERT_EQUAL(error_of(ICMP6_RS, "86000000 00000000"), MIP6_ERR_TYPE);
	CU_ASSERT_EQUAL(error_of(ICMP6_RS, "85010000 00000000"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(error_of(ICMP6_RA, "86010000 00000000 00000000 00000000"), MIP6_ERR_VALUE);
	/* Options of length 0, in each message. */
	CU_ASSERT_EQUAL(error_of(ICMP6_RS, "85000000 00000000 0100000000000000"), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(ICMP6_RA, RA_HEX "ff00000000000000"), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(ICMP6_NS, "87000000 00000000" HOA_HEX "0100000000000000"),
			MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(ICMP6_NA, "88000000 00000000" HOA_HEX "0200000000000000"),
			MIP6_ERR_LENGTH);
	/* Defined options with another length than theirs. */
	CU_ASSERT_EQUAL(error_of(ICMP6_RA, RA_HEX "0301400000000000"), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(ICMP6_RA, RA_HEX "0502000000000500 0000000000000000"),
			MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(ICMP6_RA, RA_HEX "0802000000000500 0000000000000000"),
			MIP6_ERR_LENGTH);
	/* A prefix of 129 bits. */
	CU_ASSERT_EQUAL(error_of(ICMP6_RA, RA_HEX "030481c0 00000001 00000001 00000000" HOA_HEX),
			MIP6_ERR_VALUE);
	/* Multicast targets. */
	CU_ASSERT_EQUAL(error_of(ICMP6_NS, "87000000 00000000 ff020000 00000000 00000000 00000001"),
			MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(error_of(ICMP6_NA, "88000000 00000000 ff020000 00000000 00000000 00000001"),
			MIP6_ERR_VALUE);
}

static void test_odd_messages(void)
{
	struct message m;

	/* An unknown option, and one that belongs to other messages, are ignored. */
	CU_ASSERT_EQUAL(
	    parse_hex(ICMP6_RS, "85000000 ffffffff 2501000000000000 0201aabbcc000001", &m),
	    MIP6_OK);
	CU_ASSERT_EQUAL(m.rs.slla.len, 0);
	/* The first of two link-layer addresses; one of another link is none. */
	CU_ASSERT_EQUAL(
	    parse_hex(ICMP6_RS, "85000000 00000000 0101aabbcc000001 0101aabbcc000002", &m),
	    MIP6_OK);
	CU_ASSERT_EQUAL(m.rs.slla.addr[5], 1);
	CU_ASSERT_EQUAL(parse_hex(ICMP6_RS,
				  "85000000 00000000 0103aabbcc000001 0000000000000000"
				  "0000000000000000",
				  &m),
			MIP6_OK);
	CU_ASSERT_EQUAL(m.rs.slla.len, 0);
	CU_ASSERT_EQUAL(parse_hex(ICMP6_RA,
				  RA_HEX "05010000000005dc 0501000000000500"
					 "08010000000a0001 08010000000b0002",
				  &m),
			MIP6_OK);
	CU_ASSERT_EQUAL(m.ra.mtu, 1500);
	CU_ASSERT_EQUAL(m.ra.ha_preference, 10);
}

/* Prefixes beyond our room are left out, and nothing else is lost. */
static void test_many_prefixes(void)
{
	uint8_t buf[16 + 20 * 32 + 8];
	size_t at = hex_bytes(RA_HEX, buf, sizeof(buf));
	struct nd_ra ra;

	for (unsigned i = 0; i < 20; i++) {
		at += hex_bytes("0304 40 c0 00015180 00003840 00000000" HOA_HEX, buf + at,
				sizeof(buf) - at);
		buf[at - 1] = (uint8_t)i;
	}
	at += hex_bytes("0501 0000 000005dc", buf + at, sizeof(buf) - at);
	CU_ASSERT_EQUAL(nd_parse_ra(buf, at, &ra), MIP6_OK);
	CU_ASSERT_EQUAL(ra.pio_count, ND_PIO_MAX);
	CU_ASSERT_EQUAL(ra.pio[ND_PIO_MAX - 1].prefix.b[15], ND_PIO_MAX - 1);
	CU_ASSERT_EQUAL(ra.mtu, 1500);
}

static void test_refused_builds(void)
{
	struct mip6_addr group = addr_of("ff02::1");
	struct message m = {.type = ICMP6_RS, .rs.slla.len = 7};
	uint8_t buf[ROOM];

	CU_ASSERT_EQUAL(build(&m, buf, sizeof(buf)), MIP6_ERR_VALUE);
	m = (struct message){.type = ICMP6_RA, .ra.pio_count = ND_PIO_MAX + 1};
	CU_ASSERT_EQUAL(build(&m, buf, sizeof(buf)), MIP6_ERR_VALUE);
	m = (struct message){.type = ICMP6_RA, .ra.pio_count = 1, .ra.pio[0].len = 129};
	CU_ASSERT_EQUAL(build(&m, buf, sizeof(buf)), MIP6_ERR_VALUE);
	m = (struct message){.type = ICMP6_NS, .ns.target = group};
	CU_ASSERT_EQUAL(build(&m, buf, sizeof(buf)), MIP6_ERR_VALUE);
	m = (struct message){.type = ICMP6_NA, .na.target = group};
	CU_ASSERT_EQUAL(build(&m, buf, sizeof(buf)), MIP6_ERR_VALUE);
}

/* ---- validity with the IPv6 header ---------------------------------------- */

static int valid(const char *src, const char *dst, uint8_t hop_limit, const char *hex)
{
	uint8_t buf[ROOM];
	struct ip6_packet p = {.hop_limit = hop_limit,
			       .src = addr_of(src),
			       .dst = addr_of(dst),
			       .next_header = IP6_NH_ICMPV6,
			       .payload = buf,
			       .payload_len = hex_bytes(hex, buf, sizeof(buf))};

	return nd_valid(buf[0], &p);
}

#define RS_SLLA "85000000 00000000 0101aabbcc000001"
#define NS	"87000000 00000000" HOA_HEX
#define NS_SLLA NS "0101aabbcc000001"
#define NA(f)	"88000000" f "000000" HOA_HEX

static void test_validity(void)
{
	CU_ASSERT_EQUAL(valid(LL, "ff02::2", 255, RS_SLLA), MIP6_OK);
	CU_ASSERT_EQUAL(valid(LL, "ff02::2", 254, RS_SLLA), MIP6_ERR_HOPLIMIT);
	CU_ASSERT_EQUAL(valid("::", "ff02::2", 255, RS_SLLA), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(valid("::", "ff02::2", 255, "85000000 00000000"), MIP6_OK);
	CU_ASSERT_EQUAL(valid("::", "ff02::2", 255, "85000000 0000"), MIP6_ERR_TRUNCATED);

	CU_ASSERT_EQUAL(valid(RL, "ff02::1", 255, RA_HEX), MIP6_OK);
	CU_ASSERT_EQUAL(valid(RL, "ff02::1", 64, RA_HEX), MIP6_ERR_HOPLIMIT);
	CU_ASSERT_EQUAL(valid(HA, "ff02::1", 255, RA_HEX), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(valid("::", "ff02::1", 255, RA_HEX), MIP6_ERR_VALUE);

	CU_ASSERT_EQUAL(valid("::", "ff02::1:ff00:10", 255, NS), MIP6_OK);
	CU_ASSERT_EQUAL(valid("::", "ff02::1:ff00:10", 1, NS), MIP6_ERR_HOPLIMIT);
	CU_ASSERT_EQUAL(valid("::", "ff02::1:ff00:10", 255, NS_SLLA), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(valid("::", "ff02::1", 255, NS), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(valid("::", HOA, 255, NS), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(valid(LL, HOA, 255, NS_SLLA), MIP6_OK);
	CU_ASSERT_EQUAL(valid(LL, HOA, 255, "87000000 00000000"), MIP6_ERR_TRUNCATED);

	CU_ASSERT_EQUAL(valid(HA, "ff02::1", 255, NA("20")), MIP6_OK);
	CU_ASSERT_EQUAL(valid(HA, LL, 255, NA("60")), MIP6_OK);
	CU_ASSERT_EQUAL(valid(HA, "ff02::1", 255, NA("60")), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(valid(HA, LL, 254, NA("60")), MIP6_ERR_HOPLIMIT);
	CU_ASSERT_EQUAL(valid(HA, LL, 255, "80000000 00000000"), MIP6_ERR_TYPE);
	CU_ASSERT_EQUAL(valid(HA, LL, 255, "89000000 00000000"), MIP6_ERR_TYPE);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"router solicitation as in the figure", test_fixed_rs},
	    {"router advertisement as in the figures", test_fixed_ra},
	    {"neighbour messages as in the figures", test_fixed_ns_na},
	    {"error message as in the figure", test_fixed_error},
	    {"error message cut to the minimum MTU", test_error_cut},
	    {"parse(build(x)) == x, build(parse(b)) == b", test_generated},
	    {"truncated at every length", test_truncated},
	    {"bad messages", test_bad_messages},
	    {"odd messages", test_odd_messages},
	    {"more prefixes than room", test_many_prefixes},
	    {"messages that cannot be built", test_refused_builds},
	    {"validity", test_validity},
	};

	return test_run("wire_nd", tests, sizeof(tests) / sizeof(tests[0]));
}
