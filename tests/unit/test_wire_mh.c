/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The Mobility Header: packets written by hand from the figures of RFC 6275 6.1
 * and 6.2, generated messages both ways, and the tests of 9.2 in their order.
 * The checksums in the fixed packets were computed apart from this code. */
#include "test.h"
#include "wire_equal.h"
#include "wire_help.h"

#define HOA	 "3fff:0:0:1::10"
#define HA	 "3fff:0:0:1::1"
#define COA	 "3fff:0:1:2:a8bb:ccff:fe00:1"
#define CN	 "3fff:0:0:c::c"
#define COA_HEX	 "3fff0000 00010002 a8bbccff fe000001"
#define HOA_HEX	 "3fff0000 00000001 00000000 00000010"
#define AUTH_HEX "00010203 04050607 08090a0b"

enum { ROOM = 256, ROUNDS = 20000 };

/* ---- fixed packets ------------------------------------------------------ */

struct fixed {
	const char *src;
	const char *dst;
	const char *hex;
};

/* A home registration, flags A, H and K: the Alternate Care-of Address wants 8n+6,
 * so two octets of padding stand before it. */
static const struct fixed bu_home = {HOA, HA, "3b030500 a497 1234 d000 00a8 0100 0310" COA_HEX};
/* To a correspondent node: nonce indices at 2n, the authenticator at 8n+2. */
static const struct fixed bu_cn = {HOA, CN,
				   "3b030500 9383 0007 8000 0069 0404 0102 0304 050c" AUTH_HEX};
static const struct fixed ba_home = {HA, HOA, "3b010600 290e 00 40 1234 00a8 0202 002a"};
static const struct fixed ba_cn = {CN, HOA,
				   "3b030600 198a 00 00 0007 0069 0104 00000000 050c" AUTH_HEX};
static const struct fixed hoti = {HOA, CN, "3b010100 a51a 0000 01234567 89abcdef"};
static const struct fixed hot = {CN, HOA, "3b020300 412e 0009 01234567 89abcdef fedcba98 76543210"};
static const struct fixed brr = {HA, HOA, "3b000000 445f 0000"};
static const struct fixed be = {HA, COA, "3b020700 888d 0100" HOA_HEX};

static const struct fixed *const all_fixed[] = {&bu_home, &bu_cn, &ba_home, &ba_cn,
						&hoti,	  &hot,	  &brr,	    &be};
enum { FIXED_COUNT = sizeof(all_fixed) / sizeof(all_fixed[0]) };

static struct mh_message parse_fixed(const struct fixed *f)
{
	struct mip6_addr src = addr_of(f->src);
	struct mip6_addr dst = addr_of(f->dst);
	struct mh_message m;
	uint8_t buf[ROOM];
	size_t pointer;

	CU_ASSERT_EQUAL(
	    mh_parse(&src, &dst, buf, hex_bytes(f->hex, buf, sizeof(buf)), &m, &pointer), MIP6_OK);
	return m;
}

static void test_fixed_bu(void)
{
	struct mip6_addr coa = addr_of(COA);
	struct mh_message m = parse_fixed(&bu_home);

	CU_ASSERT_EQUAL(m.type, MH_BU);
	CU_ASSERT_EQUAL(m.bu.seq, 0x1234);
	CU_ASSERT_EQUAL(m.bu.flags, MH_BU_A | MH_BU_H | MH_BU_K);
	CU_ASSERT_EQUAL(m.bu.lifetime, 168);
	CU_ASSERT_TRUE(m.options.has_alt_coa);
	CU_ASSERT_TRUE(mip6_addr_equal(&m.options.alt_coa, &coa));
	CU_ASSERT_FALSE(m.options.has_refresh || m.options.has_nonces || m.options.has_authdata);

	m = parse_fixed(&bu_cn);
	CU_ASSERT_EQUAL(m.bu.seq, 7);
	CU_ASSERT_EQUAL(m.bu.flags, MH_BU_A);
	CU_ASSERT_TRUE(m.options.has_nonces && m.options.has_authdata && !m.options.has_alt_coa);
	CU_ASSERT_EQUAL(m.options.home_nonce, 0x0102);
	CU_ASSERT_EQUAL(m.options.coa_nonce, 0x0304);
	CU_ASSERT_EQUAL(m.options.authdata[0], 0);
	CU_ASSERT_EQUAL(m.options.authdata[11], 11);
}

static void test_fixed_ba(void)
{
	struct mh_message m = parse_fixed(&ba_home);

	CU_ASSERT_EQUAL(m.type, MH_BA);
	CU_ASSERT_EQUAL(m.ba.status, MH_STATUS_ACCEPTED);
	CU_ASSERT_EQUAL(m.ba.flags, 0x40);
	CU_ASSERT_EQUAL(m.ba.seq, 0x1234);
	CU_ASSERT_EQUAL(m.ba.lifetime, 168);
	CU_ASSERT_TRUE(m.options.has_refresh);
	CU_ASSERT_EQUAL(m.options.refresh, 42);

	m = parse_fixed(&ba_cn);
	CU_ASSERT_EQUAL(m.ba.lifetime, 105);
	CU_ASSERT_TRUE(m.options.has_authdata);
	CU_ASSERT_EQUAL(m.options.unknown_count, 0);
}

static void test_fixed_others(void)
{
	struct mip6_addr hoa = addr_of(HOA);
	struct mh_message m = parse_fixed(&hoti);

	CU_ASSERT_EQUAL(m.type, MH_HOTI);
	CU_ASSERT_EQUAL(m.hoti.cookie, UINT64_C(0x0123456789abcdef));
	m = parse_fixed(&hot);
	CU_ASSERT_EQUAL(m.type, MH_HOT);
	CU_ASSERT_EQUAL(m.hot.nonce_index, 9);
	CU_ASSERT_EQUAL(m.hot.cookie, UINT64_C(0x0123456789abcdef));
	CU_ASSERT_EQUAL(m.hot.token, UINT64_C(0xfedcba9876543210));
	m = parse_fixed(&brr);
	CU_ASSERT_EQUAL(m.type, MH_BRR);
	m = parse_fixed(&be);
	CU_ASSERT_EQUAL(m.type, MH_BE);
	CU_ASSERT_EQUAL(m.be.status, MH_BE_UNKNOWN_BINDING);
	CU_ASSERT_TRUE(mip6_addr_equal(&m.be.hoa, &hoa));
}

/* All fixed packets are in our canonical form: building them again gives them. */
static void test_fixed_rebuilt(void)
{
	for (unsigned i = 0; i < FIXED_COUNT; i++) {
		struct mip6_addr src = addr_of(all_fixed[i]->src);
		struct mip6_addr dst = addr_of(all_fixed[i]->dst);
		struct mh_message m = parse_fixed(all_fixed[i]);
		uint8_t want[ROOM];
		uint8_t built[ROOM];
		size_t len = hex_bytes(all_fixed[i]->hex, want, sizeof(want));

		CU_ASSERT_EQUAL_FATAL(mh_build(&src, &dst, &m, built, sizeof(built)), (int)len);
		CU_ASSERT_EQUAL(memcmp(built, want, len), 0);
	}
}

/* ---- generated messages ------------------------------------------------- */

static void gen_options(struct gen *g, uint8_t type, struct mh_options *ret)
{
	bool bu = type == MH_BU;

	ret->has_refresh = type == MH_BA && gen_bool(g);
	ret->has_alt_coa = bu && gen_bool(g);
	ret->has_nonces = bu && gen_bool(g);
	ret->has_authdata = (bu || type == MH_BA) && gen_bool(g);
	ret->refresh = gen_u16(g);
	ret->alt_coa = gen_addr(g);
	ret->home_nonce = gen_u16(g);
	ret->coa_nonce = gen_u16(g);
	for (unsigned i = 0; i < sizeof(ret->authdata); i++)
		ret->authdata[i] = gen_u8(g);
}

static struct mh_message gen_message(struct gen *g)
{
	struct mh_message m = {.type = (uint8_t)gen_below(g, MH_BE + 1)};

	switch (m.type) {
	case MH_HOTI:
	case MH_COTI:
		m.hoti.cookie = gen_u64(g);
		break;
	case MH_HOT:
	case MH_COT:
		m.hot = (struct mh_hot){gen_u16(g), gen_u64(g), gen_u64(g)};
		break;
	case MH_BU:
		m.bu = (struct mh_bu){gen_u16(g), gen_u16(g), gen_u16(g)};
		break;
	case MH_BA:
		m.ba = (struct mh_ba){gen_u8(g), gen_u8(g), gen_u16(g), gen_u16(g)};
		break;
	case MH_BE:
		m.be = (struct mh_be){gen_u8(g), gen_addr(g)};
		break;
	default:
		break;
	}
	gen_options(g, m.type, &m.options);
	return m;
}

static void check_both_ways(const struct mip6_addr *src, const struct mip6_addr *dst,
			    const struct mh_message *m)
{
	struct mh_message parsed;
	uint8_t built[ROOM];
	uint8_t again[ROOM];
	size_t pointer;
	int len = mh_build(src, dst, m, built, sizeof(built));

	CU_ASSERT_TRUE_FATAL(len > 0 && len % 8 == 0);
	CU_ASSERT_EQUAL_FATAL(mh_parse(src, dst, built, (size_t)len, &parsed, &pointer), MIP6_OK);
	CU_ASSERT_TRUE(equal_message(m, &parsed));
	CU_ASSERT_EQUAL(parsed.options.unknown_count, 0);
	CU_ASSERT_EQUAL(mh_build(src, dst, &parsed, again, sizeof(again)), len);
	CU_ASSERT_EQUAL(memcmp(built, again, (size_t)len), 0);
}

static void test_generated(void)
{
	struct gen g = {1};

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct mip6_addr src = gen_addr(&g);
		struct mip6_addr dst = gen_addr(&g);
		struct mh_message m = gen_message(&g);

		check_both_ways(&src, &dst, &m);
	}
}

/* Each option starts where its section wants it (6.2.4 to 6.2.7). */
static void check_alignment(const uint8_t *mh, size_t len, size_t options_at)
{
	size_t at = options_at;

	while (at < len) {
		uint8_t type = mh[at];

		CU_ASSERT_TRUE(type <= 5);
		if (type == 2 || type == 4)
			CU_ASSERT_EQUAL(at % 2, 0);
		if (type == 3)
			CU_ASSERT_EQUAL(at % 8, 6);
		if (type == 5) {
			CU_ASSERT_EQUAL(at % 8, 2);
			CU_ASSERT_EQUAL(at + 14, len);
		}
		at += type == 0 ? 1 : (size_t)2 + mh[at + 1];
	}
	CU_ASSERT_EQUAL(at, len);
}

static void test_alignment(void)
{
	struct gen g = {2};
	struct mip6_addr a = addr_of(HOA);

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct mh_message m = gen_message(&g);
		uint8_t built[ROOM];
		int len = mh_build(&a, &a, &m, built, sizeof(built));

		CU_ASSERT_TRUE_FATAL(len > 0);
		if (m.type == MH_BU || m.type == MH_BA)
			check_alignment(built, (size_t)len, 12);
	}
}

/* ---- bad messages --------------------------------------------------------- */

static void test_truncated(void)
{
	struct gen g = {3};
	struct mip6_addr src = addr_of(HOA);
	struct mip6_addr dst = addr_of(HA);

	for (unsigned i = 0; i < 200; i++) {
		struct mh_message m = gen_message(&g);
		uint8_t built[ROOM];
		int len = mh_build(&src, &dst, &m, built, sizeof(built));

		for (size_t cut = 0; cut < (size_t)len; cut++) {
			uint8_t *copy = exact_copy(built, cut);
			struct mh_message parsed;
			size_t pointer;

			CU_ASSERT_EQUAL(mh_parse(&src, &dst, copy, cut, &parsed, &pointer),
					MIP6_ERR_TRUNCATED);
			CU_ASSERT_EQUAL(mh_build(&src, &dst, &m, copy, cut), MIP6_ERR_SPACE);
			free(copy);
		}
	}
}

/* Each single bit that is wrong is found by the checksum, or contradicts the
 * length of the data; a checksum of zero does not mean "none". */
static void test_checksum(void)
{
	struct mip6_addr src = addr_of(bu_home.src);
	struct mip6_addr dst = addr_of(bu_home.dst);
	uint8_t buf[ROOM];
	size_t len = hex_bytes(bu_home.hex, buf, sizeof(buf));
	struct mh_message m;
	size_t pointer;

	for (size_t bit = 0; bit < len * 8; bit++) {
		int err;

		buf[bit / 8] = (uint8_t)(buf[bit / 8] ^ 1 << bit % 8);
		err = mh_parse(&src, &dst, buf, len, &m, &pointer);
		CU_ASSERT_TRUE(err == MIP6_ERR_CHECKSUM || err == MIP6_ERR_TRUNCATED);
		buf[bit / 8] = (uint8_t)(buf[bit / 8] ^ 1 << bit % 8);
	}
	buf[4] = 0;
	buf[5] = 0;
	CU_ASSERT_EQUAL(mh_parse(&src, &dst, buf, len, &m, &pointer), MIP6_ERR_CHECKSUM);
	src.b[15] ^= 1;
	hex_bytes(bu_home.hex, buf, sizeof(buf));
	CU_ASSERT_EQUAL(mh_parse(&src, &dst, buf, len, &m, &pointer), MIP6_ERR_CHECKSUM);
}

/* Parses text after its checksum (at 4) was set right. */
static int parse_hex(const char *hex, struct mh_message *ret, size_t *ret_pointer)
{
	struct mip6_addr src = addr_of(HOA);
	struct mip6_addr dst = addr_of(HA);
	uint8_t buf[ROOM];
	size_t len = hex_bytes(hex, buf, sizeof(buf));
	uint8_t *copy;
	uint16_t sum;
	int err;

	sum = ip6_checksum(&src, &dst, IP6_NH_MH, buf, (size_t)(buf[1] + 1) * 8);
	buf[4] = (uint8_t)(sum >> 8);
	buf[5] = (uint8_t)(sum & 0xff);
	copy = exact_copy(buf, len);
	err = mh_parse(&src, &dst, copy, len, ret, ret_pointer);
	free(copy);
	return err;
}

static int error_at(const char *hex, size_t *ret_pointer)
{
	struct mh_message m;

	return parse_hex(hex, &m, ret_pointer);
}

/* RFC 6275 9.2: checksum, type, Payload Proto, Header Len. */
static void test_order_of_9_2(void)
{
	struct mh_message m;
	size_t at;

	CU_ASSERT_EQUAL(parse_hex("3b000800 0000 0000", &m, &at), MIP6_ERR_TYPE);
	CU_ASSERT_EQUAL(m.type, 8);
	CU_ASSERT_EQUAL(parse_hex("06000800 0000 0000", &m, &at), MIP6_ERR_TYPE);
	CU_ASSERT_EQUAL(parse_hex("06000500 0000 0000", &m, &at), MIP6_ERR_PROTO);
	CU_ASSERT_EQUAL(m.type, MH_BU);
	CU_ASSERT_EQUAL(at, 0);
	CU_ASSERT_EQUAL(parse_hex("3b000500 0000 0000", &m, &at), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(m.type, MH_BU);
	CU_ASSERT_EQUAL(at, 1);
}

/* Minimum of each type (6.1.2 to 6.1.9): one unit less is a length error. */
static void test_minimum_lengths(void)
{
	static const struct {
		const char *enough;
		const char *less;
	} cases[] = {
	    {"3b010100 0000 0000 0000000000000000", "3b000100 0000 0000"},
	    {"3b010200 0000 0000 0000000000000000", "3b000200 0000 0000"},
	    {"3b020300 0000 0000 0000000000000000 0000000000000000",
	     "3b010300 0000 0000 0000000000000000"},
	    {"3b020400 0000 0000 0000000000000000 0000000000000000",
	     "3b010400 0000 0000 0000000000000000"},
	    {"3b010500 0000 0000 0000000000000000", "3b000500 0000 0000"},
	    {"3b010600 0000 0000 0000000000000000", "3b000600 0000 0000"},
	    {"3b020700 0000 0000 0000000000000000 0000000000000000",
	     "3b010700 0000 0000 0000000000000000"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t at;

		CU_ASSERT_EQUAL(error_at(cases[i].enough, &at), MIP6_OK);
		CU_ASSERT_EQUAL(error_at(cases[i].less, &at), MIP6_ERR_LENGTH);
		CU_ASSERT_EQUAL(at, 1);
	}
}

/* Payload Proto 59: what follows the header is nobody's, and is ignored. */
static void test_octets_behind(void)
{
	struct mh_message m;
	size_t at;

	CU_ASSERT_EQUAL(parse_hex("3b000000 0000 0000 deadbeef", &m, &at), MIP6_OK);
	CU_ASSERT_EQUAL(m.type, MH_BRR);
}

static void test_options_skipped(void)
{
	struct mh_message m;
	size_t at;

	/* An unknown option (200), Pad1, and the reserved octets not zero. */
	CU_ASSERT_EQUAL(
	    parse_hex("3b0205ff 0000 0001 0000 0002 c801ff 00 0202 0003 01020000", &m, &at),
	    MIP6_OK);
	/* 2 is Refresh Advice: valid in a BA only, so it is skipped in a BU. */
	CU_ASSERT_EQUAL(m.options.unknown_count, 2);
	CU_ASSERT_FALSE(m.options.has_refresh);
	/* HoTI with Nonce Indices is still a HoTI. */
	CU_ASSERT_EQUAL(
	    parse_hex("3b020100 0000 0000 0000000000000005 0404 0001 0002 0100", &m, &at), MIP6_OK);
	CU_ASSERT_EQUAL(m.hoti.cookie, 5);
	CU_ASSERT_FALSE(m.options.has_nonces);
	CU_ASSERT_EQUAL(m.options.unknown_count, 1);
}

static void test_bad_options(void)
{
	size_t at;

	/* An option longer than what is left. */
	CU_ASSERT_EQUAL(error_at("3b010500 0000 0001 0000 0002 c803 0000", &at), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(at, 13);
	/* A type without a length octet. */
	CU_ASSERT_EQUAL(error_at("3b010500 0000 0001 0000 0002 000000 01", &at), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(at, 15);
	/* A known option with another length. */
	CU_ASSERT_EQUAL(error_at("3b010600 0000 0000 0001 0002 0201 00 00", &at), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(at, 13);
	CU_ASSERT_EQUAL(error_at("3b020600 0000 0000 0001 0002 0204 00000000 0104 00000000", &at),
			MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(at, 13);
	/* Twice. */
	CU_ASSERT_EQUAL(error_at("3b020600 0000 0000 0001 0002 0202 0001 0202 0002 01020000", &at),
			MIP6_ERR_DUPLICATE);
	/* Something behind the authenticator, be it padding. */
	CU_ASSERT_EQUAL(
	    error_at("3b030600 0000 0000 0007 0069 0102 0000 050c" AUTH_HEX "0100", &at),
	    MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(at, 30);
}

static void test_refused_builds(void)
{
	struct mip6_addr a = addr_of(HOA);
	struct mh_message m = {.type = MH_BE + 1};
	uint8_t buf[ROOM];

	CU_ASSERT_EQUAL(mh_build(&a, &a, &m, buf, sizeof(buf)), MIP6_ERR_TYPE);
	m.type = MH_HOTI;
	m.options.has_nonces = true;
	CU_ASSERT_EQUAL(mh_build(&a, &a, &m, buf, sizeof(buf)), MIP6_ERR_VALUE);
}

static void test_texts(void)
{
	CU_ASSERT_STRING_EQUAL(mh_status_text(0), "accepted");
	CU_ASSERT_STRING_EQUAL(mh_status_text(134), "duplicate address detection failed");
	CU_ASSERT_STRING_EQUAL(mh_status_text(139), "registration type change disallowed");
	CU_ASSERT_STRING_EQUAL(mh_status_text(174), "invalid care-of address");
	for (int status = 0; status < 256; status++) {
		bool known = status <= 1 || (status >= 128 && status <= 139) || status == 174;
		bool unknown = strcmp(mh_status_text((uint8_t)status), "unknown status") == 0;

		CU_ASSERT_EQUAL(known, !unknown);
	}
	CU_ASSERT_STRING_EQUAL(mh_type_text(0), "BRR");
	CU_ASSERT_STRING_EQUAL(mh_type_text(4), "CoT");
	CU_ASSERT_STRING_EQUAL(mh_type_text(7), "BE");
	CU_ASSERT_STRING_EQUAL(mh_type_text(8), "MH");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"binding update as in the figure", test_fixed_bu},
	    {"binding acknowledgement as in the figure", test_fixed_ba},
	    {"the other messages as in the figures", test_fixed_others},
	    {"build(parse(b)) == b for fixed packets", test_fixed_rebuilt},
	    {"parse(build(x)) == x, build(parse(b)) == b", test_generated},
	    {"options are aligned", test_alignment},
	    {"truncated at every length", test_truncated},
	    {"every wrong bit is found", test_checksum},
	    {"tests of 9.2 in their order", test_order_of_9_2},
	    {"minimum lengths", test_minimum_lengths},
	    {"octets behind the header", test_octets_behind},
	    {"options skipped", test_options_skipped},
	    {"bad options", test_bad_options},
	    {"messages that cannot be built", test_refused_builds},
	    {"texts", test_texts},
	};

	return test_run("wire_mh", tests, sizeof(tests) / sizeof(tests[0]));
}
