/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Duplicate address detection, alone, on a node without an engine. */
#include "fake_host.h"
#include "test.h"
#include <core/node_internal.h>

struct result {
	struct mip6_node *node;
	unsigned calls;
	bool ok;
	mip6_time at;
	bool restart; /* starts again from within done */
};

static void done(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok)
{
	struct result *r = arg;

	r->calls++;
	r->ok = ok;
	r->at = now;
	if (r->restart) {
		r->restart = false;
		CU_ASSERT_EQUAL(dad_start(r->node, now, 2, addr, MIP6_SECOND, done, r), MIP6_OK);
	}
}

static struct fake_host *node_new(void)
{
	struct mip6_config c;
	struct fake_host *f;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_CN;
	f = fake_new(&c);
	fake_link(f, 0, 2, "eth0", true);
	mip6_node_start(f->node, 0);
	return f;
}

/* An NS or NA that came in. */
static void receive(struct fake_host *f, mip6_time now, unsigned ifindex, uint8_t type,
		    const char *src, const char *target)
{
	struct ip6_packet p = {.src = fake_addr(src), .dst = mip6_addr_all_nodes()};
	struct nd_ns ns = {.target = fake_addr(target)};
	struct nd_na na = {.target = fake_addr(target), .flags = ND_NA_O};
	uint8_t buf[64];
	int len;

	if (type == ICMP6_NS)
		p.dst = mip6_addr_solicited_node(&ns.target);
	len = type == ICMP6_NS ? nd_build_ns(&p.src, &p.dst, &ns, buf, sizeof(buf))
			       : nd_build_na(&p.src, &p.dst, &na, buf, sizeof(buf));
	p.next_header = IP6_NH_ICMPV6;
	p.hop_limit = 255;
	p.payload = buf;
	p.payload_len = (size_t)len;
	mip6_node_receive(f->node, now, ifindex, &p);
}

static void test_unique(void)
{
	struct fake_host *f = node_new();
	struct mip6_addr addr = fake_addr("3fff:2::1:2345");
	struct mip6_addr group = fake_addr("ff02::1:ff01:2345");
	struct result r = {.node = f->node};
	struct nd_ns ns;

	CU_ASSERT_EQUAL(dad_start(f->node, 5, 2, &addr, MIP6_SECOND, done, &r), MIP6_OK);
	CU_ASSERT_EQUAL(dad_start(f->node, 6, 2, &addr, MIP6_SECOND, done, &r), MIP6_ERR_EXISTS);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_TRUE(mip6_addr_is_unspecified(&f->sent[0].tx.src));
	CU_ASSERT_TRUE(mip6_addr_equal(&f->sent[0].tx.dst, &group));
	CU_ASSERT_EQUAL(f->sent[0].tx.hop_limit, 255);
	CU_ASSERT_EQUAL(nd_parse_ns(f->sent[0].payload, f->sent[0].tx.payload_len, &ns), MIP6_OK);
	CU_ASSERT_TRUE(mip6_addr_equal(&ns.target, &addr));
	CU_ASSERT_EQUAL(ns.slla.len, 0);
	CU_ASSERT_TRUE(dad_running(f->node, 2, &addr));
	CU_ASSERT_FALSE(dad_running(f->node, 3, &addr));
	mip6_node_tick(f->node, MIP6_SECOND + 4);
	CU_ASSERT_EQUAL(r.calls, 0);
	mip6_node_tick(f->node, MIP6_SECOND + 5);
	CU_ASSERT_EQUAL(r.calls, 1);
	CU_ASSERT_TRUE(r.ok);
	CU_ASSERT_FALSE(dad_running(f->node, 2, &addr));
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DAD_OK), 1);
	fake_free(f);
}

static void conflict(uint8_t type, unsigned ifindex, const char *src, const char *target,
		     bool taken)
{
	struct fake_host *f = node_new();
	struct mip6_addr addr = fake_addr("3fff:2::5");
	struct result r = {.node = f->node};

	fake_link(f, 0, 3, "eth1", true);
	dad_start(f->node, 0, 2, &addr, MIP6_SECOND, done, &r);
	receive(f, 7, ifindex, type, src, target);
	CU_ASSERT_EQUAL(r.calls, taken);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DAD_FAIL), taken);
	fake_run(f, 2 * MIP6_SECOND);
	CU_ASSERT_EQUAL(r.calls, 1); /* never twice */
	CU_ASSERT_EQUAL(r.ok, !taken);
	fake_free(f);
}

static void test_conflicts(void)
{
	conflict(ICMP6_NA, 2, "fe80::9", "3fff:2::5", true);
	conflict(ICMP6_NS, 2, "::", "3fff:2::5", true);	      /* another node tests it too */
	conflict(ICMP6_NS, 2, "fe80::9", "3fff:2::5", false); /* somebody looks for it */
	conflict(ICMP6_NA, 2, "fe80::9", "3fff:2::6", false);
	conflict(ICMP6_NA, 3, "fe80::9", "3fff:2::5", false); /* on another link */
}

static void receive_ns(struct fake_host *f, mip6_time now, const struct nd_ns *ns)
{
	struct ip6_packet p = {.next_header = IP6_NH_ICMPV6, .hop_limit = 255};
	uint8_t buf[64];
	int len;

	p.dst = mip6_addr_solicited_node(&ns->target);
	len = nd_build_ns(&p.src, &p.dst, ns, buf, sizeof(buf));
	CU_ASSERT_FATAL(len > 0);
	p.payload = buf;
	p.payload_len = (size_t)len;
	mip6_node_receive(f->node, now, 2, &p);
}

/* A link that gives back what is sent to a group: all of it, for a second. */
static void test_echo(void)
{
	struct fake_host *f = node_new();
	struct mip6_addr addr = fake_addr("3fff:2::5");
	struct result r = {.node = f->node};
	struct nd_ns first;
	struct nd_ns again;

	dad_start(f->node, 0, 2, &addr, MIP6_SECOND, done, &r);
	CU_ASSERT_EQUAL(nd_parse_ns(f->sent[0].payload, f->sent[0].tx.payload_len, &first), 0);
	CU_ASSERT_EQUAL(first.nonce.len, 6); /* RFC 7527 4.1 */
	receive_ns(f, 1, &first);
	receive_ns(f, 900 * MIP6_MS, &first);
	CU_ASSERT_EQUAL(r.calls, 0);
	fake_run(f, MIP6_SECOND);
	CU_ASSERT_EQUAL(r.calls, 1);
	CU_ASSERT_TRUE(r.ok);
	/* A late one, of the detection before. */
	dad_start(f->node, MIP6_SECOND, 2, &addr, MIP6_SECOND, done, &r);
	receive_ns(f, MIP6_SECOND + 1, &first);
	CU_ASSERT_EQUAL(r.calls, 1);
	CU_ASSERT_EQUAL(nd_parse_ns(f->sent[1].payload, f->sent[1].tx.payload_len, &again), 0);
	again.nonce.bytes[5] ^= 1; /* another node's, of our own MAC perhaps */
	receive_ns(f, MIP6_SECOND + 2, &again);
	CU_ASSERT_EQUAL(r.calls, 2);
	CU_ASSERT_FALSE(r.ok);
	fake_free(f);
}

/* Nonces of two addresses, two interfaces, two nodes. */
static void test_nonces_differ(void)
{
	struct fake_host *f = node_new();
	struct fake_host *g = node_new();
	struct mip6_addr a = fake_addr("3fff:2::5");
	struct mip6_addr b = fake_addr("3fff:2::6");
	struct nd_nonce n[4];

	g->random = 77;
	n[0] = node_nonce(f->node, 2, &a);
	n[1] = node_nonce(f->node, 2, &b);
	n[2] = node_nonce(f->node, 3, &a);
	n[3] = node_nonce(g->node, 2, &a);
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(memcmp(n[i].bytes, n[k].bytes, 6), 0);
	fake_free(f);
	fake_free(g);
}

/* What the node itself told its neighbours of the address, or its kernel did. */
static void test_own_advertisement(void)
{
	struct fake_host *f = node_new();
	struct ip6_packet p = {.next_header = IP6_NH_ICMPV6, .hop_limit = 255};
	struct result r = {.node = f->node};
	struct mip6_addr all = mip6_addr_all_nodes();

	p.src = fake_addr("3fff:2::5");
	p.dst = all;
	dad_start(f->node, 0, 2, &p.src, MIP6_SECOND, done, &r);
	node_send_na(f->node, 2, &p.src, &all, &p.src, 0);
	p.payload = f->sent[1].payload;
	p.payload_len = f->sent[1].tx.payload_len;
	mip6_node_receive(f->node, 1, 2, &p);
	CU_ASSERT_EQUAL(r.calls, 0);
	fake_run(f, MIP6_SECOND);
	CU_ASSERT_TRUE(r.ok);
	fake_free(f);
}

static void test_cancel(void)
{
	struct fake_host *f = node_new();
	struct mip6_addr addr = fake_addr("3fff:2::5");
	struct result r = {.node = f->node};

	dad_cancel(f->node, 2, &addr); /* none runs */
	dad_start(f->node, 0, 2, &addr, MIP6_SECOND, done, &r);
	dad_cancel(f->node, 2, &addr);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	receive(f, 7, 2, ICMP6_NA, "fe80::9", "3fff:2::5");
	CU_ASSERT_EQUAL(r.calls, 0);
	dad_start(f->node, 0, 2, &addr, MIP6_SECOND, done, &r);
	mip6_node_stop(f->node, 8); /* frees what runs */
	CU_ASSERT_EQUAL(r.calls, 0);
	fake_free(f);
}

static void test_again_from_done(void)
{
	struct fake_host *f = node_new();
	struct mip6_addr addr = fake_addr("3fff:2::5");
	struct result r = {.node = f->node, .restart = true};

	dad_start(f->node, 0, 2, &addr, MIP6_SECOND, done, &r);
	fake_run(f, 5 * MIP6_SECOND);
	CU_ASSERT_EQUAL(r.calls, 2);
	CU_ASSERT_EQUAL(r.at, 2 * MIP6_SECOND);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	fake_free(f);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"unique", test_unique},
	    {"conflicts", test_conflicts},
	    {"a link that gives everything back", test_echo},
	    {"nonces differ", test_nonces_differ},
	    {"own advertisement given back", test_own_advertisement},
	    {"cancel", test_cancel},
	    {"again from done", test_again_from_done},
	};

	return test_run("dad", tests, sizeof(tests) / sizeof(tests[0]));
}
