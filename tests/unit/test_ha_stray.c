/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets out of a tunnel without a binding: whom the home agent tells, and how a lost
 * binding comes back (core/ha_stray.c). */
#include "ha_bench.h"
#include "test.h"

#define ELSEWHERE "3fff:9::9"

struct stray {
	const char *hoa, *coa, *ha, *dst;
	uint8_t next_header; /* of the inner packet; 0: UDP */
	uint8_t type;	     /* its first octet */
	size_t len;	     /* of its payload; 0: 16 */
};

static void receive_stray(struct fake_host *f, mip6_time now, struct stray what)
{
	struct ip6_packet inner = {.hop_limit = 64};
	struct ip6_packet p = {.hop_limit = 60, .next_header = IP6_NH_IPV6};
	static uint8_t data[1400];
	static uint8_t buf[1500];

	inner.src = fake_addr(what.hoa ? what.hoa : bench_hoa);
	inner.dst = fake_addr(what.dst ? what.dst : ELSEWHERE);
	inner.next_header = what.next_header ? what.next_header : 17;
	data[0] = what.type;
	inner.payload = data;
	inner.payload_len = what.len ? what.len : 16;
	p.src = fake_addr(what.coa ? what.coa : bench_coa);
	p.dst = fake_addr(what.ha ? what.ha : bench_ha);
	p.payload = buf;
	p.payload_len = (size_t)ip6_build(&inner, buf, sizeof(buf));
	mip6_node_receive(f->node, now, BENCH_HOME, &p);
}

/* The last packet as an ICMPv6 error to coa; false when it is none. */
static bool last_error(const struct fake_host *f, struct icmp6_error *ret)
{
	const struct fake_sent *s = &f->sent[(f->sent_count - 1) % FAKE_MAX];
	struct mip6_addr coa = fake_addr(bench_coa);
	struct mip6_addr ha = fake_addr(bench_ha);

	return f->sent_count && s->tx.next_header == IP6_NH_ICMPV6 &&
	       mip6_addr_equal(&s->tx.dst, &coa) && mip6_addr_equal(&s->tx.src, &ha) &&
	       icmp6_type(&s->tx.src, &s->tx.dst, s->payload, s->tx.payload_len) > 0 &&
	       icmp6_parse_error(s->payload, s->tx.payload_len, ret) == MIP6_OK;
}

static void test_told(void)
{
	struct fake_host *f = bench_new();
	struct mip6_addr hoa = fake_addr(bench_hoa);
	struct icmp6_error e = {0};
	struct ip6_packet quoted;

	receive_stray(f, 0, (struct stray){0});
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_FATAL(last_error(f, &e));
	CU_ASSERT_EQUAL(e.type, ICMP6_PARAM_PROBLEM);
	CU_ASSERT_EQUAL(e.code, 0);
	CU_ASSERT_EQUAL(e.value, 40 + 8); /* the inner source */
	CU_ASSERT_EQUAL(ip6_parse(e.packet, e.packet_len, &quoted), MIP6_OK);
	CU_ASSERT_EQUAL(quoted.next_header, IP6_NH_IPV6);
	CU_ASSERT_EQUAL(memcmp(quoted.payload + 8, hoa.b, 16), 0);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_TUNNEL_REFUSED), 1);
	/* Of a large packet there is the beginning. */
	receive_stray(f, 0, (struct stray){.len = 1400});
	CU_ASSERT_EQUAL(f->sent_count, 2);
	CU_ASSERT_EQUAL(f->sent[1].tx.payload_len, 1280 - 40);
	fake_free(f);
}

/* Who would get no binding is not told that there is none, nor is a group, nor an error
 * answered by an error. */
static void test_not_told(void)
{
	static const struct stray cases[] = {
	    {.hoa = ELSEWHERE},
	    {.hoa = bench_ha},
	    {.coa = bench_ha},
	    {.coa = "fe80::5"},
	    {.coa = "ff02::5"},
	    {.ha = "ff02::1"},
	    {.dst = "ff02::5"},
	    {.dst = "fe80::5"},
	    {.next_header = IP6_NH_ICMPV6, .type = 1},
	    {.next_header = IP6_NH_ICMPV6, .type = 127},
	};
	struct mip6_config c = bench_config();
	struct fake_host *f = bench_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		receive_stray(f, 0, cases[i]);
		CU_ASSERT_EQUAL(f->sent_count, 0);
	}
	receive_stray(f, 0, (struct stray){.next_header = IP6_NH_ICMPV6, .type = 128});
	CU_ASSERT_EQUAL(f->sent_count, 1);
	fake_free(f);
	c.default_acl = MIP6_ACL_DENY;
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	receive_stray(f, 0, (struct stray){0});
	CU_ASSERT_EQUAL(f->sent_count, 0);
	/* As soon as it would be taken again. */
	c.default_acl = MIP6_ACL_ALLOW;
	mip6_node_reconfigure(f->node, 0, &c);
	receive_stray(f, 0, (struct stray){0});
	CU_ASSERT_EQUAL(f->sent_count, 1);
	fake_free(f);
}

static void test_bound(void)
{
	struct fake_host *f = bench_new();
	size_t sent;

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	receive_stray(f, 500 * MIP6_MS, (struct stray){0}); /* its answer is on the way */
	CU_ASSERT_EQUAL(f->sent_count, 1);
	fake_run(f, 4 * MIP6_SECOND);
	sent = f->sent_count;
	receive_stray(f, 4 * MIP6_SECOND, (struct stray){0}); /* from before the binding */
	CU_ASSERT_EQUAL(f->sent_count, sent);
	receive_stray(f, 4 * MIP6_SECOND, (struct stray){.coa = bench_coa2});
	CU_ASSERT_EQUAL(f->sent_count, sent + 1);
	/* De-registered: what is still on its way out of the tunnel is nothing. */
	bench_bu(f, 5 * MIP6_SECOND, (struct bench_bu){.seq = 11, .lifetime = 0});
	sent = f->sent_count;
	receive_stray(f, 5 * MIP6_SECOND, (struct stray){0});
	CU_ASSERT_EQUAL(f->sent_count, sent);
	fake_free(f);
}

static void test_rate(void)
{
	struct fake_host *f = bench_new();

	for (int i = 0; i < 10000; i++)
		receive_stray(f, i * 100000, (struct stray){0});
	CU_ASSERT(f->sent_count <= 20); /* in one second, to one address */
	fake_free(f);
}

/* The binding was lost: its packets pass again at once, and the acknowledgement comes
 * after duplicate detection as ever. */
static void test_comes_back(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct mip6_object moved = bench_binding(bench_hoa, bench_coa2);
	struct mip6_object proxy = bench_proxy(bench_hoa);

	receive_stray(f, 0, (struct stray){0});
	bench_bu(f, 20 * MIP6_MS, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "dad");
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	CU_ASSERT_FALSE(fake_wanted(f, &proxy));
	CU_ASSERT_EQUAL(bench_ba(f).status, -1);
	CU_ASSERT_EQUAL(f->record_count, 0);
	bench_bu(f, 500 * MIP6_MS,
		 (struct bench_bu){.seq = 11, .lifetime = 100, .coa = bench_coa2});
	CU_ASSERT_TRUE(fake_wanted(f, &moved));
	fake_run(f, 1020 * MIP6_MS);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_TRUE(fake_wanted(f, &moved));
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_NEW), 1);
	fake_free(f);
}

/* It does not where a node on the home link has the address, where the mobile node is
 * home again, or where nobody was told a moment ago. */
static void test_does_not_come_back(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct mip6_object other = bench_binding(bench_hoa, bench_coa2);
	size_t wanted = fake_wanted_count(f);

	receive_stray(f, 0, (struct stray){0});
	bench_bu(f, 20 * MIP6_MS, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	bench_na(f, 21 * MIP6_MS, bench_hoa, NULL);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_DAD_FAILED);
	CU_ASSERT_EQUAL(fake_wanted_count(f), wanted);
	bench_bu(f, 40 * MIP6_MS, (struct bench_bu){.seq = 12, .lifetime = 100, .coa = bench_coa2});
	CU_ASSERT_FALSE(fake_wanted(f, &other));
	bench_bu(f, 50 * MIP6_MS, (struct bench_bu){.seq = 13, .lifetime = 0});
	fake_run(f, 11 * MIP6_SECOND);
	receive_stray(f, 11 * MIP6_SECOND, (struct stray){0});
	bench_bu(f, 11 * MIP6_SECOND, (struct bench_bu){.seq = 14, .lifetime = 100});
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	bench_bu(f, 11100 * MIP6_MS, (struct bench_bu){.seq = 15, .lifetime = 0});
	CU_ASSERT_EQUAL(fake_wanted_count(f), wanted);
	fake_run(f, 30 * MIP6_SECOND);
	bench_bu(f, 30 * MIP6_SECOND, (struct bench_bu){.seq = 16, .lifetime = 100});
	CU_ASSERT_EQUAL(fake_wanted_count(f), wanted);
	fake_free(f);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"told", test_told},
	    {"not told", test_not_told},
	    {"bound", test_bound},
	    {"rate", test_rate},
	    {"comes back", test_comes_back},
	    {"does not come back", test_does_not_come_back},
	};

	return test_run("ha_stray", tests, sizeof(tests) / sizeof(tests[0]));
}
