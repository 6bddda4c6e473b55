/* SPDX-License-Identifier: GPL-2.0-or-later */

/* IPv6 packets with the extension headers of Mobile IPv6: packets written by
 * hand from RFC 8200 3 and 4, RFC 6275 6.3 and 6.4, and generated ones. */
#include "test.h"
#include "wire_equal.h"
#include "wire_help.h"

#define SRC_HEX "3fff0000 00010002 a8bbccff fe000001"
#define DST_HEX "3fff0000 00000001 00000000 00000001"
#define HOA_HEX "3fff0000 00000001 00000000 00000010"
/* Flow label and traffic class, payload length, next header, hop limit 64. */
#define HEADER(len, next) "6b812345" len next "40" SRC_HEX DST_HEX
#define HAO(next)	  next "02 0102 0000 c910" HOA_HEX
#define RH2(next)	  next "02 02 01 00000000" HOA_HEX

enum { ROOM = 256, ROUNDS = 20000, BIG = UINT16_MAX + 128 };

static int parse_hex(const char *hex, struct ip6_packet *ret)
{
	uint8_t buf[ROOM];
	size_t len = hex_bytes(hex, buf, sizeof(buf));
	uint8_t *copy = exact_copy(buf, len);
	int err = ip6_parse(copy, len, ret);

	/* The payload is gone with the copy: only its length is for the caller. */
	free(copy);
	ret->payload = NULL;
	return err;
}

static int error_of(const char *hex)
{
	struct ip6_packet p;

	return parse_hex(hex, &p);
}

static void test_plain(void)
{
	uint8_t buf[ROOM];
	size_t len = hex_bytes(HEADER("0004", "3b") "deadbeef", buf, sizeof(buf));
	struct mip6_addr src = addr_of("3fff:0:1:2:a8bb:ccff:fe00:1");
	struct mip6_addr dst = addr_of("3fff:0:0:1::1");
	struct ip6_packet p;

	CU_ASSERT_EQUAL(ip6_parse(buf, len, &p), MIP6_OK);
	CU_ASSERT_EQUAL(p.traffic_class, 0xb8);
	CU_ASSERT_EQUAL(p.flow_label, 0x12345);
	CU_ASSERT_EQUAL(p.hop_limit, 64);
	CU_ASSERT_EQUAL(p.next_header, IP6_NH_NONE);
	CU_ASSERT_TRUE(mip6_addr_equal(&p.src, &src) && mip6_addr_equal(&p.dst, &dst));
	CU_ASSERT_FALSE(p.has_hao || p.has_rh2);
	CU_ASSERT_EQUAL(p.payload_len, 4);
	CU_ASSERT_PTR_EQUAL(p.payload, buf + 40);
	CU_ASSERT_PTR_EQUAL(ip6_checksum_src(&p), &p.src);
	CU_ASSERT_PTR_EQUAL(ip6_checksum_dst(&p), &p.dst);
	/* What the link layer padded is no payload. */
	CU_ASSERT_EQUAL(parse_hex(HEADER("0001", "3b") "deadbeef", &p), MIP6_OK);
	CU_ASSERT_EQUAL(p.payload_len, 1);
}

static void test_mobile_headers(void)
{
	static const char *const hex = HEADER("0038", "2b") RH2("3c") HAO("87") "3b00000000000000";
	struct mip6_addr hoa = addr_of("3fff:0:0:1::10");
	uint8_t buf[ROOM];
	uint8_t built[ROOM];
	size_t len = hex_bytes(hex, buf, sizeof(buf));
	struct ip6_packet p;

	CU_ASSERT_EQUAL(ip6_parse(buf, len, &p), MIP6_OK);
	CU_ASSERT_TRUE(p.has_hao && p.has_rh2);
	CU_ASSERT_EQUAL(p.rh2_segments_left, 1);
	CU_ASSERT_TRUE(mip6_addr_equal(&p.hao, &hoa) && mip6_addr_equal(&p.rh2, &hoa));
	CU_ASSERT_PTR_EQUAL(ip6_checksum_src(&p), &p.hao);
	CU_ASSERT_PTR_EQUAL(ip6_checksum_dst(&p), &p.rh2);
	CU_ASSERT_EQUAL(p.next_header, IP6_NH_MH);
	CU_ASSERT_EQUAL(p.payload_len, 8);
	/* It is in our canonical form. */
	CU_ASSERT_EQUAL(ip6_build(&p, built, sizeof(built)), (int)len);
	CU_ASSERT_EQUAL(memcmp(buf, built, len), 0);
}

static void test_headers_skipped(void)
{
	struct ip6_packet p;

	/* Hop-by-hop with Router Alert, and an unknown option that may be skipped. */
	CU_ASSERT_EQUAL(parse_hex(HEADER("0010", "00") "3a00 05020000 0100"
						       "8000 0000 00000000",
				  &p),
			MIP6_OK);
	CU_ASSERT_EQUAL(p.next_header, IP6_NH_ICMPV6);
	CU_ASSERT_EQUAL(p.payload_len, 8);
	CU_ASSERT_EQUAL(parse_hex(HEADER("0008", "3c") "3b00 3e00 00 00 0100", &p), MIP6_OK);
	/* Another type of routing header whose segments are used up. */
	CU_ASSERT_EQUAL(parse_hex(HEADER("0008", "2b") "3b00 0400 00000000", &p), MIP6_OK);
	CU_ASSERT_FALSE(p.has_rh2);
	/* Parsing stops at a fragment header. */
	CU_ASSERT_EQUAL(parse_hex(HEADER("0008", "2c") "3c00 0001 00000000", &p), MIP6_OK);
	CU_ASSERT_EQUAL(p.next_header, IP6_NH_FRAGMENT);
	CU_ASSERT_EQUAL(p.payload_len, 8);
	/* A type 2 routing header that has arrived is the caller's to judge. */
	CU_ASSERT_EQUAL(parse_hex(HEADER("0018", "2b") "3b02 0200 00000000" HOA_HEX, &p), MIP6_OK);
	CU_ASSERT_TRUE(p.has_rh2);
	CU_ASSERT_EQUAL(p.rh2_segments_left, 0);
}

static void test_bad_packets(void)
{
	/* Version 4; twice the same header; a HAO before the routing header. */
	CU_ASSERT_EQUAL(error_of("45000000 0000 3b40" SRC_HEX DST_HEX), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(error_of(HEADER("0030", "3c") HAO("3c") HAO("3b")), MIP6_ERR_DUPLICATE);
	CU_ASSERT_EQUAL(error_of(HEADER("0030", "2b") RH2("2b") RH2("3b")), MIP6_ERR_DUPLICATE);
	CU_ASSERT_EQUAL(error_of(HEADER("0030", "3c") HAO("2b") RH2("3b")), MIP6_ERR_VALUE);
	/* Hop-by-hop options that are not the first header; a HAO among them. */
	CU_ASSERT_EQUAL(error_of(HEADER("0010", "3c") "0000 01040000 0000"
						      "3b00 01040000 0000"),
			MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(error_of(HEADER("0018", "00") HAO("3b")), MIP6_ERR_TYPE);
	/* Unknown options with the actions discard (01, 10, 11). */
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b00 7e00 0102 0000"), MIP6_ERR_TYPE);
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b00 be00 0102 0000"), MIP6_ERR_TYPE);
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b00 fe00 0102 0000"), MIP6_ERR_TYPE);
	/* An option beyond its header, one without length octet. */
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b00 0105 0000 0000"), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b00 0103 0000 0001"), MIP6_ERR_LENGTH);
	/* A HAO with another length; a type 2 routing header with another length. */
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b00 c904 0000 0000"), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "2b") "3b00 0201 0000 0000"), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(
	    error_of(HEADER("0020", "2b") "3b03 0201 00000000" HOA_HEX "0000000000000000"),
	    MIP6_ERR_LENGTH);
	/* An unknown routing header with segments left. */
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "2b") "3b00 0001 0000 0000"), MIP6_ERR_TYPE);
	/* A header longer than the payload. */
	CU_ASSERT_EQUAL(error_of(HEADER("0008", "3c") "3b01 0104 0000 0000 0000000000000000"),
			MIP6_ERR_TRUNCATED);
	CU_ASSERT_EQUAL(error_of(HEADER("0000", "3c")), MIP6_ERR_TRUNCATED);
}

/* payload has room for 40 octets and outlives the packet. */
static struct ip6_packet gen_packet(struct gen *g, uint8_t *payload)
{
	static const uint8_t next[] = {IP6_NH_MH, IP6_NH_ICMPV6, IP6_NH_ESP, IP6_NH_NONE, 6};
	struct ip6_packet p = {
	    .traffic_class = gen_u8(g),
	    .flow_label = gen_u32(g) & 0xfffff,
	    .hop_limit = gen_u8(g),
	    .src = gen_addr(g),
	    .dst = gen_addr(g),
	    .has_hao = gen_bool(g),
	    .has_rh2 = gen_bool(g),
	    .rh2_segments_left = gen_bool(g),
	    .hao = gen_addr(g),
	    .rh2 = gen_addr(g),
	    .next_header = next[gen_below(g, sizeof(next))],
	    .payload = payload,
	    .payload_len = gen_below(g, 41),
	};

	for (unsigned i = 0; i < 40; i++)
		payload[i] = gen_u8(g);
	return p;
}

static void test_generated(void)
{
	struct gen g = {6};

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint8_t payload[40];
		uint8_t built[ROOM];
		uint8_t again[ROOM];
		struct ip6_packet p = gen_packet(&g, payload);
		struct ip6_packet parsed;
		int len = ip6_build(&p, built, sizeof(built));

		CU_ASSERT_EQUAL_FATAL(len,
				      40 + 24 * p.has_hao + 24 * p.has_rh2 + (int)p.payload_len);
		CU_ASSERT_EQUAL_FATAL(ip6_parse(built, (size_t)len, &parsed), MIP6_OK);
		CU_ASSERT_TRUE(equal_packet(&p, &parsed));
		CU_ASSERT_EQUAL(ip6_build(&parsed, again, sizeof(again)), len);
		CU_ASSERT_EQUAL(memcmp(built, again, (size_t)len), 0);
	}
}

static void test_truncated(void)
{
	struct gen g = {7};

	for (unsigned i = 0; i < 200; i++) {
		uint8_t payload[40];
		uint8_t built[ROOM];
		struct ip6_packet p = gen_packet(&g, payload);
		int len = ip6_build(&p, built, sizeof(built));

		for (size_t cut = 0; cut < (size_t)len; cut++) {
			uint8_t *copy = exact_copy(built, cut);
			struct ip6_packet parsed;

			CU_ASSERT_EQUAL(ip6_parse(copy, cut, &parsed), MIP6_ERR_TRUNCATED);
			CU_ASSERT_EQUAL(ip6_build(&p, copy, cut), MIP6_ERR_SPACE);
			free(copy);
		}
	}
}

static void test_too_long(void)
{
	static const uint8_t payload[UINT16_MAX + 1];
	struct ip6_packet p = {.next_header = IP6_NH_NONE, .payload = payload};
	struct ip6_packet parsed;
	uint8_t *buf = malloc(BIG);

	CU_ASSERT_PTR_NOT_NULL_FATAL(buf);
	p.payload_len = UINT16_MAX;
	CU_ASSERT_EQUAL(ip6_build(&p, buf, BIG), UINT16_MAX + 40);
	CU_ASSERT_EQUAL(ip6_parse(buf, UINT16_MAX + 40, &parsed), MIP6_OK);
	CU_ASSERT_EQUAL(parsed.payload_len, UINT16_MAX);
	p.has_hao = true;
	CU_ASSERT_EQUAL(ip6_build(&p, buf, BIG), MIP6_ERR_SPACE);
	p.has_hao = false;
	p.payload_len++;
	CU_ASSERT_EQUAL(ip6_build(&p, buf, BIG), MIP6_ERR_SPACE);
	free(buf);
}

static void test_headers_alone(void)
{
	struct mip6_addr hoa = addr_of("3fff:0:0:1::10");
	struct mip6_addr got;
	uint8_t want[24];
	uint8_t buf[24];

	CU_ASSERT_EQUAL(hex_bytes(HAO("00"), want, sizeof(want)), 24);
	CU_ASSERT_EQUAL(ip6_build_hao(&hoa, buf, sizeof(buf)), 24);
	CU_ASSERT_EQUAL(memcmp(buf, want, 24), 0);
	CU_ASSERT_EQUAL(ip6_parse_hao(buf, 24, &got), MIP6_OK);
	CU_ASSERT_TRUE(mip6_addr_equal(&got, &hoa));
	CU_ASSERT_EQUAL(ip6_parse_hao(buf, 23, &got), MIP6_ERR_TRUNCATED);
	CU_ASSERT_EQUAL(ip6_build_hao(&hoa, buf, 23), MIP6_ERR_SPACE);

	CU_ASSERT_EQUAL(hex_bytes(RH2("00"), want, sizeof(want)), 24);
	CU_ASSERT_EQUAL(ip6_build_rh2(&hoa, buf, sizeof(buf)), 24);
	CU_ASSERT_EQUAL(memcmp(buf, want, 24), 0);
	CU_ASSERT_EQUAL(ip6_parse_rh2(buf, 24, &got), MIP6_OK);
	CU_ASSERT_TRUE(mip6_addr_equal(&got, &hoa));
	CU_ASSERT_EQUAL(ip6_parse_rh2(buf, 23, &got), MIP6_ERR_TRUNCATED);
	CU_ASSERT_EQUAL(ip6_build_rh2(&hoa, buf, 23), MIP6_ERR_SPACE);

	/* Headers without what is looked for. */
	hex_bytes("3b00 0104 0000 0000", buf, sizeof(buf));
	CU_ASSERT_EQUAL(ip6_parse_hao(buf, 8, &got), MIP6_ERR_NOTFOUND);
	hex_bytes("3b00 0400 0000 0000", buf, sizeof(buf));
	CU_ASSERT_EQUAL(ip6_parse_rh2(buf, 8, &got), MIP6_ERR_NOTFOUND);
	hex_bytes("3b00 0001 0000 0000", buf, sizeof(buf));
	CU_ASSERT_EQUAL(ip6_parse_rh2(buf, 8, &got), MIP6_ERR_NOTFOUND);
}

/* RFC 1071's example sums to ddf2 before the complement; the pseudo-header of
 * zero addresses adds the length (8) and the next header (0x3a). */
static void test_checksum(void)
{
	struct mip6_addr zero = {{0}};
	uint8_t data[9];

	hex_bytes("0001 f203 f4f5 f6f7 80", data, sizeof(data));
	CU_ASSERT_EQUAL(ip6_checksum(&zero, &zero, 0x3a, data, 8), 0xffff - (0xddf2 + 8 + 0x3a));
	/* An odd octet counts as the high one of a word: carry comes around. */
	CU_ASSERT_EQUAL(ip6_checksum(&zero, &zero, 0x3a, data, 9),
			0xffff - (0xddf2 + 9 + 0x3a + 0x8000 - 0xffff));
	CU_ASSERT_EQUAL(ip6_checksum(&zero, &zero, 0, data, 0), 0xffff);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"a plain packet", test_plain},
	    {"type 2 routing header and home address option", test_mobile_headers},
	    {"headers that are passed over", test_headers_skipped},
	    {"bad packets", test_bad_packets},
	    {"parse(build(x)) == x, build(parse(b)) == b", test_generated},
	    {"truncated at every length", test_truncated},
	    {"longest payload", test_too_long},
	    {"extension headers alone", test_headers_alone},
	    {"checksum", test_checksum},
	};

	return test_run("wire_ip6", tests, sizeof(tests) / sizeof(tests[0]));
}
