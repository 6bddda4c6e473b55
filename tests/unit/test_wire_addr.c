/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Addresses and prefixes: kinds, derived addresses, the text forms of RFC 4291
 * and 5952; and the bounded reader and writer at their bounds. */
#include "test.h"
#include "wire_help.h"

static void test_kinds(void)
{
	static const struct {
		const char *text;
		bool (*is)(const struct mip6_addr *a);
		bool want;
	} cases[] = {
	    {"::", mip6_addr_is_unspecified, true},
	    {"::1", mip6_addr_is_unspecified, false},
	    {"8000::", mip6_addr_is_unspecified, false},
	    {"::1", mip6_addr_is_loopback, true},
	    {"::2", mip6_addr_is_loopback, false},
	    {"1::1", mip6_addr_is_loopback, false},
	    {"ff02::1", mip6_addr_is_multicast, true},
	    {"fe02::1", mip6_addr_is_multicast, false},
	    {"fe80::1", mip6_addr_is_link_local, true},
	    {"febf::1", mip6_addr_is_link_local, true},
	    {"fec0::1", mip6_addr_is_link_local, false},
	    {"fc00::1", mip6_addr_is_ula, true},
	    {"fdff::1", mip6_addr_is_ula, true},
	    {"fe00::1", mip6_addr_is_ula, false},
	    {"2002:c000:204::1", mip6_addr_is_6to4, true},
	    {"2003::1", mip6_addr_is_6to4, false},
	    {"2001::1", mip6_addr_is_teredo, true},
	    {"2001:0:1::1", mip6_addr_is_teredo, true},
	    {"2001:1::1", mip6_addr_is_teredo, false},
	    {"3fff::1", mip6_addr_is_routable, true},
	    {"fd00::1", mip6_addr_is_routable, true},
	    {"fe80::1", mip6_addr_is_routable, false},
	    {"ff0e::1", mip6_addr_is_routable, false},
	    {"::", mip6_addr_is_routable, false},
	    {"::1", mip6_addr_is_routable, false},
	    {"::ffff:192.0.2.1", mip6_addr_is_routable, false},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mip6_addr a = addr_of(cases[i].text);

		CU_ASSERT_EQUAL(cases[i].is(&a), cases[i].want);
	}
}

static void test_compare(void)
{
	struct mip6_addr a = addr_of("3fff::1");
	struct mip6_addr b = addr_of("3fff::2");
	struct mip6_addr c = addr_of("8000::");

	CU_ASSERT_TRUE(mip6_addr_equal(&a, &a));
	CU_ASSERT_FALSE(mip6_addr_equal(&a, &b));
	CU_ASSERT_TRUE(mip6_addr_compare(&a, &b) < 0);
	CU_ASSERT_TRUE(mip6_addr_compare(&c, &b) > 0);
	CU_ASSERT_EQUAL(mip6_addr_compare(&c, &c), 0);
	CU_ASSERT_EQUAL(mip6_addr_common_bits(&a, &a), 128);
	CU_ASSERT_EQUAL(mip6_addr_common_bits(&a, &b), 126);
	CU_ASSERT_EQUAL(mip6_addr_common_bits(&a, &c), 0);
}

static void test_prefix(void)
{
	struct mip6_prefix p = {addr_of("3fff:0:1:2::"), 64};
	struct mip6_prefix q = {addr_of("3fff:0:1:2::99"), 64};
	struct mip6_addr in = addr_of("3fff:0:1:2:ffff:ffff:ffff:ffff");
	struct mip6_addr out = addr_of("3fff:0:1:3::");

	CU_ASSERT_TRUE(mip6_prefix_contains(&p, &in));
	CU_ASSERT_FALSE(mip6_prefix_contains(&p, &out));
	CU_ASSERT_TRUE(mip6_prefix_equal(&p, &q));
	p.len = 63;
	CU_ASSERT_TRUE(mip6_prefix_contains(&p, &out));
	CU_ASSERT_FALSE(mip6_prefix_equal(&p, &q));
	p.len = 0;
	CU_ASSERT_TRUE(mip6_prefix_contains(&p, &out));
	p.len = 128;
	CU_ASSERT_FALSE(mip6_prefix_contains(&p, &in));
	CU_ASSERT_TRUE(mip6_prefix_contains(&p, &p.addr));
}

/* The first len bits of one address and the rest of another, bit by bit. */
static void test_combine(void)
{
	struct gen g = {4};

	for (unsigned len = 0; len <= 128; len++) {
		struct mip6_prefix p = {gen_addr(&g), (uint8_t)len};
		struct mip6_addr iid = gen_addr(&g);
		struct mip6_addr got = mip6_addr_combine(&p, &iid);

		for (unsigned bit = 0; bit < 128; bit++) {
			const struct mip6_addr *from = bit < len ? &p.addr : &iid;
			unsigned mask = 0x80U >> bit % 8;

			CU_ASSERT_EQUAL(got.b[bit / 8] & mask, from->b[bit / 8] & mask);
		}
	}
}

static void check_text(const struct mip6_addr *a, const char *want)
{
	char text[MIP6_ADDR_TEXT];

	CU_ASSERT_STRING_EQUAL(mip6_addr_format(a, text), want);
}

static void test_derived(void)
{
	struct mip6_addr a = addr_of("3fff::a8bb:ccff:fe12:3456");
	struct mip6_addr group = mip6_addr_solicited_node(&a);
	struct mip6_addr nodes = mip6_addr_all_nodes();
	struct mip6_addr routers = mip6_addr_all_routers();
	/* RFC 4291 appendix A: the example 34-56-78-9A-BC-DE. */
	struct mip6_addr ll =
	    mip6_addr_link_local_eui64((const uint8_t[]){0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde});

	check_text(&group, "ff02::1:ff12:3456");
	check_text(&nodes, "ff02::1");
	check_text(&routers, "ff02::2");
	check_text(&ll, "fe80::3656:78ff:fe9a:bcde");
}

/* RFC 5952: the texts of its sections 4 and 5 on the right. */
static void test_format(void)
{
	static const char *const pairs[][2] = {
	    {"2001:0db8::0001", "2001:db8::1"},
	    {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},
	    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:DB8::AAAA", "2001:db8::aaaa"},
	    {"0:0:0:0:0:0:0:0", "::"},
	    {"0:0:0:0:0:0:0:1", "::1"},
	    {"1:0:0:0:0:0:0:0", "1::"},
	    {"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
	    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	    {"::ffff:c000:201", "::ffff:192.0.2.1"},
	    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
	     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct mip6_addr a = addr_of(pairs[i][0]);

		check_text(&a, pairs[i][1]);
	}
}

static void test_text_both_ways(void)
{
	struct gen g = {5};

	for (unsigned i = 0; i < 20000; i++) {
		struct mip6_prefix p = {gen_addr(&g), (uint8_t)gen_below(&g, 129)};
		struct mip6_addr a;
		struct mip6_prefix q;
		char text[MIP6_PREFIX_TEXT];

		CU_ASSERT_EQUAL_FATAL(mip6_addr_parse(mip6_addr_format(&p.addr, text), &a), 0);
		CU_ASSERT_TRUE(mip6_addr_equal(&p.addr, &a));
		CU_ASSERT_EQUAL_FATAL(mip6_prefix_parse(mip6_prefix_format(&p, text), &q), 0);
		CU_ASSERT_TRUE(p.len == q.len && mip6_addr_equal(&p.addr, &q.addr));
	}
}

static void test_no_addresses(void)
{
	static const char *const texts[] = {
	    "",
	    ":",
	    "1",
	    "1:2:3:4:5:6:7",
	    ":1:2:3:4:5:6:7:8",
	    "1:2:3:4:5:6:7:",
	    ":::",
	    "1::2::3",
	    "12345::",
	    "1:2:3:4:5:6:7:8:9",
	    "1::2:3:4:5:6:7:8:9",
	    "g::",
	    "::1%eth0",
	    " ::1",
	    "::1 ",
	    "::1.2.3",
	    "::1.2.3.4.5",
	    "::256.0.0.1",
	    "::01.2.3.4",
	    "1:2:3:4:5:6:7:1.2.3.4",
	    "192.0.2.1",
	    "::1/64",
	    "1:2:3:4:5:6:7:8::",
	    "::1.2.3.4:5",
	    "fe80::-1",
	};

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mip6_addr a;

		CU_ASSERT_EQUAL(mip6_addr_parse(texts[i], &a), MIP6_ERR_VALUE);
	}
}

static void test_prefix_text(void)
{
	static const char *const bad[] = {
	    "::/",
	    "::/129",
	    "::/-1",
	    "::/1x",
	    "::/ 1",
	    "::/007",
	    "/64",
	    "3fff::/64/64",
	    "::/99999999999999999999",
	    "1:2:3:4:5:6:7:8:9:10:11:12:13:14:15:16:17:18:19/64",
	};
	struct mip6_prefix p;
	char text[MIP6_PREFIX_TEXT];

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CU_ASSERT_EQUAL(mip6_prefix_parse(bad[i], &p), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(mip6_prefix_parse("3fff:0:1::/48", &p), MIP6_OK);
	CU_ASSERT_EQUAL(p.len, 48);
	CU_ASSERT_STRING_EQUAL(mip6_prefix_format(&p, text), "3fff:0:1::/48");
	CU_ASSERT_EQUAL(mip6_prefix_parse("3fff::1", &p), MIP6_OK);
	CU_ASSERT_EQUAL(p.len, 128);
	CU_ASSERT_EQUAL(mip6_prefix_parse("::/0", &p), MIP6_OK);
	CU_ASSERT_EQUAL(p.len, 0);
}

static void test_reader(void)
{
	uint8_t data[16];
	size_t len = hex_bytes("01 0203 04050607 08090a0b0c0d0e0f 10", data, sizeof(data));
	struct mip6_reader r = rd_init(data, len);
	struct mip6_reader sub;
	uint8_t copy[4] = {9, 9, 9, 9};

	CU_ASSERT_EQUAL(rd_u8(&r), 0x01);
	CU_ASSERT_EQUAL(rd_u16(&r), 0x0203);
	CU_ASSERT_EQUAL(rd_u32(&r), 0x04050607);
	CU_ASSERT_EQUAL(rd_u64(&r), UINT64_C(0x08090a0b0c0d0e0f));
	CU_ASSERT_EQUAL(rd_left(&r), 1);
	CU_ASSERT_FALSE(r.failed);
	CU_ASSERT_EQUAL(rd_u16(&r), 0);
	CU_ASSERT_TRUE(r.failed);
	CU_ASSERT_EQUAL(r.pos, 15);
	CU_ASSERT_EQUAL(rd_u8(&r), 0x10);
	rd_copy(&r, copy, sizeof(copy));
	CU_ASSERT_EQUAL(memcmp(copy, "\0\0\0\0", 4), 0);
	CU_ASSERT_PTR_NULL(rd_bytes(&r, SIZE_MAX));

	r = rd_init(data, len);
	sub = rd_sub(&r, 3);
	CU_ASSERT_EQUAL(rd_left(&sub), 3);
	CU_ASSERT_EQUAL(rd_u32(&sub), 0);
	CU_ASSERT_TRUE(sub.failed && !r.failed);
	sub = rd_sub(&r, 14);
	CU_ASSERT_TRUE(sub.failed && r.failed);
	CU_ASSERT_EQUAL(rd_left(&sub), 0);
	CU_ASSERT_EQUAL(rd_left(&r), 13);
	r = rd_init(NULL, 5);
	CU_ASSERT_EQUAL(rd_u8(&r), 0);
	CU_ASSERT_TRUE(r.failed);
}

static void test_writer(void)
{
	struct mip6_addr a = addr_of("3fff::1");
	uint8_t *buf = exact_copy((const uint8_t *)"........", 8);
	struct mip6_writer w = wr_init(buf, 8);

	wr_u8(&w, 1);
	wr_u16(&w, 0x0203);
	wr_u32(&w, 0x04050607);
	CU_ASSERT_EQUAL(memcmp(buf, "\1\2\3\4\5\6\7.", 8), 0);
	wr_patch_u8(&w, 6, 0xff);
	wr_patch_u16(&w, 0, 0xfefd);
	CU_ASSERT_FALSE(w.failed);
	wr_patch_u16(&w, 6, 0); /* the second octet was not written yet */
	CU_ASSERT_TRUE(w.failed);
	CU_ASSERT_EQUAL(memcmp(buf, "\xfe\xfd\3\4\5\6\xff.", 8), 0);
	w.failed = false;
	wr_addr(&w, &a);
	CU_ASSERT_TRUE(w.failed);
	CU_ASSERT_EQUAL(w.pos, 7);
	w.failed = false;
	wr_zero(&w, 1);
	wr_zero(&w, 0);
	wr_copy(&w, NULL, 0);
	CU_ASSERT_FALSE(w.failed);
	CU_ASSERT_EQUAL(w.pos, 8);
	wr_u64(&w, 0);
	CU_ASSERT_TRUE(w.failed);
	w = wr_init(NULL, 8);
	wr_u8(&w, 1);
	CU_ASSERT_TRUE(w.failed);
	free(buf);
}

static void test_error_texts(void)
{
	for (int err = MIP6_ERR_PERMISSION; err <= MIP6_OK; err++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(mip6_strerror(err));
		CU_ASSERT_STRING_NOT_EQUAL(mip6_strerror(err), "unknown error");
		for (int other = err + 1; other <= MIP6_OK; other++)
			CU_ASSERT_STRING_NOT_EQUAL(mip6_strerror(err), mip6_strerror(other));
	}
	CU_ASSERT_STRING_EQUAL(mip6_strerror(1), "unknown error");
	CU_ASSERT_STRING_EQUAL(mip6_strerror(MIP6_ERR_PERMISSION - 1), "unknown error");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"kinds of addresses", test_kinds},
	    {"comparison", test_compare},
	    {"prefixes", test_prefix},
	    {"combination of prefix and identifier", test_combine},
	    {"derived addresses", test_derived},
	    {"canonical text", test_format},
	    {"text and back", test_text_both_ways},
	    {"texts that are no address", test_no_addresses},
	    {"text of prefixes", test_prefix_text},
	    {"reader at its bounds", test_reader},
	    {"writer at its bounds", test_writer},
	    {"error texts", test_error_texts},
	};

	return test_run("wire_addr", tests, sizeof(tests) / sizeof(tests[0]));
}
