/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The binding cache, what home links there are, and what survives the process. */
#include "ha_bench.h"
#include "test.h"
#include <core/bcache.h>

static void test_sequence_rule(void)
{
	unsigned newer = 0;

	/* The example of RFC 6275 9.5.1: the last was 15. */
	for (unsigned seq = 0; seq <= UINT16_MAX; seq++) {
		bool old = seq <= 15 || seq >= 32783;

		CU_ASSERT_EQUAL(bcache_seq_newer((uint16_t)seq, 15), !old);
		newer += !old;
	}
	CU_ASSERT_EQUAL(newer, 32767);
}

static void test_entries(void)
{
	struct bcache b;
	struct mip6_addr hoa = fake_addr("3fff:1::");
	size_t walked = 0;

	bcache_init(&b, 42);
	for (unsigned i = 0; i < 1000; i++) {
		hoa.b[14] = (uint8_t)(i >> 8);
		hoa.b[15] = (uint8_t)i;
		CU_ASSERT_PTR_NULL(bcache_find(&b, &hoa));
		CU_ASSERT_PTR_NOT_NULL(bcache_add(&b, &hoa));
	}
	bcache_remove(&b, bcache_find(&b, &hoa));
	CU_ASSERT_PTR_NULL(bcache_find(&b, &hoa));
	for (struct bcache_entry *e = bcache_next(&b, NULL); e; e = bcache_next(&b, e))
		walked++;
	CU_ASSERT_EQUAL(walked, 999);
	CU_ASSERT_TRUE(sizeof(struct bcache_entry) <= 104);
	bcache_free(&b);
}

struct met {
	unsigned times[4000];
	unsigned room; /* of this piece */
};

static bool meet(void *arg, struct bcache_entry *e)
{
	struct met *m = arg;

	m->times[e->hoa.b[14] << 8 | e->hoa.b[15]]++;
	return --m->room > 0;
}

static void add_numbered(struct bcache *b, unsigned n)
{
	struct mip6_addr hoa = {{0x3f, 0xff}};

	hoa.b[14] = (uint8_t)(n >> 8);
	hoa.b[15] = (uint8_t)n;
	CU_ASSERT_PTR_NOT_NULL(bcache_add(b, &hoa));
}

/* A list is read in pieces while the table grows to many times its size: who is there all
 * the while is met. Without growth each is met once. */
static void test_walk(bool growing)
{
	static struct met m;
	struct bcache b;
	uint64_t cursor = 0;
	unsigned n = 0;
	unsigned pieces = 0;

	m = (struct met){.room = 0};
	bcache_init(&b, 7);
	while (n < 300)
		add_numbered(&b, n++);
	do {
		m.room = 7;
		cursor = bcache_walk(&b, cursor, meet, &m);
		pieces++;
		for (unsigned i = 0; growing && i < 50 && n < 4000; i++)
			add_numbered(&b, n++);
	} while (cursor);
	CU_ASSERT(pieces >= 300 / 7);
	for (unsigned i = 0; i < 300; i++)
		CU_ASSERT(growing ? m.times[i] >= 1 : m.times[i] == 1);
	bcache_free(&b);
}

static void test_walk_in_pieces(void)
{
	test_walk(false);
	test_walk(true);
}

/* What the old node saved is given to a new one. */
static struct fake_host *restarted(struct fake_host *old, mip6_time now)
{
	struct mip6_config c = bench_config();
	struct fake_host *f = bench_stopped(&c);

	for (size_t i = 0; i < old->record_count; i++) {
		fake_save(f, &old->records[i]);
		CU_ASSERT_EQUAL(mip6_node_restore(f->node, now, &old->records[i]), MIP6_OK);
	}
	fake_free(old);
	mip6_node_start(f->node, now);
	return f;
}

static void test_restart(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct mip6_object proxy = bench_proxy(bench_hoa);
	struct mip6_stats s;

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	f = restarted(f, 7 * MIP6_SECOND);
	CU_ASSERT_TRUE(fake_wanted(f, &binding) && fake_wanted(f, &proxy));
	CU_ASSERT_EQUAL(f->sent_count, 0);
	bench_bu(f, 8 * MIP6_SECOND, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 10);
	fake_run(f, 401 * MIP6_SECOND - 1);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.bindings, 1);
	fake_run(f, 401 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_FALSE(fake_wanted(f, &binding) || fake_wanted(f, &proxy));
	CU_ASSERT_EQUAL(f->record_count, 0);
	fake_free(f);
}

static void test_restart_no_dad(void)
{
	struct fake_host *f = bench_new();

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	f = restarted(f, 7 * MIP6_SECOND);
	bench_bu(f, 8 * MIP6_SECOND,
		 (struct bench_bu){.seq = 11, .lifetime = 100, .coa = bench_coa2});
	CU_ASSERT_EQUAL(bench_ba(f).status, 0); /* at once */
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DAD_START), 0);
	fake_free(f);
}

static void test_restart_deleted(void)
{
	struct fake_host *f = bench_new();

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	bench_bu(f, 6 * MIP6_SECOND, (struct bench_bu){.seq = 11, .lifetime = 0});
	f = restarted(f, 7 * MIP6_SECOND);
	CU_ASSERT_EQUAL(fake_wanted_count(f), 5);
	bench_bu(f, 8 * MIP6_SECOND, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 16 * MIP6_SECOND);
	fake_free(f);
}

/* So is one of a node that was not bound, which its BU may have overtaken. */
static void test_restart_never_bound(void)
{
	struct bench_bu home = {.seq = 11, .src = bench_hoa, .coa = bench_hoa, .no_hao = true};
	struct fake_host *f = bench_new();

	bench_bu(f, 6 * MIP6_SECOND, home);
	f = restarted(f, 7 * MIP6_SECOND);
	bench_bu(f, 8 * MIP6_SECOND, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	home.seq = 12;
	bench_bu(f, 9 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_AGENT);
	fake_free(f);
}

static void test_restore_late(void)
{
	struct fake_host *f = bench_new();

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	f = restarted(f, 401 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(f->record_count, 0); /* and its record is erased */
	fake_free(f);
}

/* Whatever stands in the file: an error, and nothing is restored. */
static void test_restore_bad(void)
{
	struct fake_host *f = bench_new();
	struct mip6_record good;

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	good = f->records[0];
	fake_free(f);
	for (uint16_t len = 0; len <= good.len + 1; len++) {
		struct mip6_config c = bench_config();
		struct mip6_record r = good;

		f = bench_stopped(&c);
		r.len = len;
		CU_ASSERT_EQUAL(mip6_node_restore(f->node, 0, &r),
				len == good.len ? MIP6_OK : MIP6_ERR_VALUE);
		CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), len == good.len ? "bound" : "");
		fake_free(f);
	}
	for (size_t at = 8; at < 10; at++) { /* version, state */
		struct mip6_config c = bench_config();
		struct mip6_record r = good;

		f = bench_stopped(&c);
		r.data[at] = 0;
		CU_ASSERT_EQUAL(mip6_node_restore(f->node, 0, &r), MIP6_ERR_VALUE);
		fake_free(f);
	}
}

static void test_acl(void)
{
	struct mip6_config c = bench_config();
	struct mip6_acl_entry acl = {.hoa = fake_addr(bench_hoa), .policy = MIP6_ACL_ALLOW};
	struct fake_host *f;

	c.default_acl = MIP6_ACL_DENY;
	c.acl = &acl;
	c.acl_count = 1;
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100, .hoa = "3fff:1::200"});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_PROHIBITED);
	c.default_acl_status = MH_STATUS_UNSPECIFIED;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 0, &c), MIP6_OK);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100, .hoa = "3fff:1::200"});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_UNSPECIFIED);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 6 * MIP6_SECOND, &c), MIP6_OK);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	acl.policy = MIP6_ACL_DENY;
	acl.status = MH_STATUS_RESOURCES;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 7 * MIP6_SECOND, &c), MIP6_OK);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(fake_wanted_count(f), 5);
	CU_ASSERT_EQUAL(f->record_count, 0);
	bench_bu(f, 7 * MIP6_SECOND, (struct bench_bu){.seq = 2, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_RESOURCES);
	c.role = MIP6_ROLE_MN;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 8 * MIP6_SECOND, &c), MIP6_ERR_CONFIG);
	fake_free(f);
}

static void test_lifetime_limit(void)
{
	struct mip6_config c = bench_config();
	struct fake_host *f;

	c.ha_max_binding_life_s = 63; /* 15 units and a bit */
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 15);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 61 * MIP6_SECOND);
	fake_free(f);
}

/* An RA on the home link; lifetimes in seconds. */
static void advertise_from(struct fake_host *f, mip6_time now, const char *src, const char *prefix,
			   uint32_t valid, uint32_t preferred)
{
	struct ip6_packet p = {.src = fake_addr(src), .dst = mip6_addr_all_nodes()};
	struct mip6_prefix parsed = fake_prefix(prefix);
	struct nd_ra ra = {.lifetime = 1800, .pio_count = 1};
	uint8_t buf[256];

	ra.pio[0] = (struct nd_pio){.len = parsed.len, .flags = ND_PIO_L | ND_PIO_A};
	ra.pio[0].prefix = parsed.addr;
	ra.pio[0].valid = valid;
	ra.pio[0].preferred = preferred;
	p.payload_len = (size_t)nd_build_ra(&p.src, &p.dst, &ra, buf, sizeof(buf));
	p.payload = buf;
	p.next_header = IP6_NH_ICMPV6;
	p.hop_limit = 255;
	mip6_node_receive(f->node, now, BENCH_HOME, &p);
}

/* Another router's; and one of a program on the home agent's own machine. */
static void advertise(struct fake_host *f, mip6_time now, const char *prefix, uint32_t valid,
		      uint32_t preferred)
{
	advertise_from(f, now, "fe80::77", prefix, valid, preferred);
}

static void advertise_own(struct fake_host *f, mip6_time now, const char *prefix, uint32_t valid,
			  uint32_t preferred)
{
	advertise_from(f, now, "fe80::1", prefix, valid, preferred);
}

/* A Binding Update of a home address that is bound by then: its BA. */
static struct bench_ba registered(struct fake_host *f, mip6_time now, struct bench_bu bu)
{
	bench_bu(f, now, bu);
	fake_run(f, now + 2 * MIP6_SECOND);
	return bench_ba(f);
}

/* HaServedPrefix says that it is ours, an advertisement on which link it is. */
static void test_served_prefix_on_link(void)
{
	struct mip6_config c = bench_config();
	struct mip6_prefix served = fake_prefix("3fff:5::/48");
	struct bench_bu bu = {.seq = 1, .lifetime = 100, .hoa = "3fff:5::100"};
	struct mip6_object proxy = bench_proxy("3fff:5::100");
	struct fake_host *f;

	c.served_prefixes = &served;
	c.served_prefix_count = 1;
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	advertise(f, 0, "3fff:5::/64", 86400, 3600);
	CU_ASSERT_EQUAL(registered(f, 0, bu).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	/* What another router says does not end it: two hours are left. */
	advertise(f, 10 * MIP6_SECOND, "3fff:5::/64", 4, 4);
	bu = (struct bench_bu){.seq = 2, .lifetime = 21600, .hoa = "3fff:5::100"};
	bench_bu(f, 10 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 1800);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_PREFIX_DISCOVERY);
	fake_run(f, 7209 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, "3fff:5::100"), "bound");
	fake_free(f);
}

/* Nobody on the home link can make the home agent serve what it does not have. */
static void test_foolish_prefixes(void)
{
	static const char *const prefixes[] = {"2000::/3", "3fff::/16", "3fff:5::/64",
					       "3fff:1::/63"};
	struct bench_bu bu = {.seq = 1, .lifetime = 100, .hoa = "3fff:5::100"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		struct fake_host *f = bench_new();

		advertise(f, 0, prefixes[i], 3600, 3600);
		advertise_own(f, 0, prefixes[i], 3600, 3600);
		bench_bu(f, 0, bu);
		CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_SUBNET);
		fake_free(f);
	}
}

/* The prefix is on the home agent's own interface: a refresh is granted. */
static void test_forged_lifetimes(void)
{
	static const uint32_t lifetimes[] = {0, 3, 4, 7199};
	static const char *const prefixes[] = {"3fff:1::/64", "3fff:1::100/128"};

	for (size_t i = 0; i < 8; i++) {
		struct bench_bu bu = {.seq = 1, .lifetime = 900};
		struct fake_host *f = bench_new();

		CU_ASSERT_EQUAL(registered(f, 0, bu).status, MH_STATUS_ACCEPTED);
		advertise(f, 3 * MIP6_SECOND, prefixes[i / 4], lifetimes[i % 4], 0);
		fake_run(f, 20 * MIP6_SECOND);
		bu.seq = 2;
		bench_bu(f, 20 * MIP6_SECOND, bu);
		CU_ASSERT_EQUAL(bench_ba(f).lifetime, 900);
		CU_ASSERT(bench_ba(f).status <= MH_STATUS_PREFIX_DISCOVERY);
		/* Nor when the two hours are nearly over. */
		bu.seq = 3;
		bench_bu(f, 3000 * MIP6_SECOND, bu);
		bu.seq = 4;
		bench_bu(f, 6500 * MIP6_SECOND, bu);
		bu.seq = 5;
		bench_bu(f, 7202 * MIP6_SECOND, bu);
		CU_ASSERT_EQUAL(bench_ba(f).seq, 5);
		CU_ASSERT_EQUAL(bench_ba(f).lifetime, 900);
		CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
		fake_free(f);
	}
}

/* Of many prefixes the last ones heard of are kept: forged ones do not keep a real one
 * out, and those of this machine stay. */
static void test_many_prefixes(void)
{
	struct bench_bu bu = {.seq = 1, .lifetime = 900};
	struct fake_host *f = bench_new();
	char text[64];

	advertise_own(f, 0, "3fff:1::/64", 600, 600);
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "3fff:1::%x/128", i + 0x1000);
		advertise(f, i * MIP6_MS, text, UINT32_MAX, UINT32_MAX);
	}
	CU_ASSERT_EQUAL(registered(f, MIP6_SECOND, bu).lifetime, 149);
	fake_free(f);
}

/* radvd on the home agent's machine: its lifetimes count as they are. */
static void test_advertised_beside(void)
{
	struct fake_host *f = bench_new();
	struct bench_bu bu = {.seq = 1, .lifetime = 100};

	advertise_own(f, 0, "3fff:1::/64", 203, 203);
	/* 202 s are left when DAD has ended: 50 units, and the prefix ends with them. */
	CU_ASSERT_EQUAL(registered(f, 0, bu).lifetime, 50);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_PREFIX_DISCOVERY);
	advertise(f, 5 * MIP6_SECOND, "3fff:1::/64", UINT32_MAX, UINT32_MAX); /* not for us */
	bu.seq = 2;
	bench_bu(f, 5 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 49);
	advertise_own(f, 10 * MIP6_SECOND, "3fff:1::/64", 3600, 60);
	bu.seq = 3;
	bench_bu(f, 10 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 100);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_PREFIX_DISCOVERY); /* preferred 60 s */
	advertise_own(f, 20 * MIP6_SECOND, "3fff:1::/64", 3600, 3600);
	bu.seq = 4;
	bench_bu(f, 20 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	/* One that is less than the hour that is left is not believed. */
	advertise_own(f, 30 * MIP6_SECOND, "3fff:1::/64", 4, 4);
	bu.seq = 5;
	bench_bu(f, 30 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 100);
	fake_free(f);
}

/* What the home agent advertises itself bounds what it grants. */
static void test_advertised_itself(void)
{
	static const struct {
		uint32_t valid_s;
		uint32_t preferred_s;
		uint16_t asked;
		uint16_t granted;
		uint8_t status;
	} cases[] = {
	    {86400, 14400, 65535, 21600, 1},
	    {86400, 14400, 3600, 3600, 0},
	    {86400, 14400, 3601, 3601, 1},
	    {86400, 86400, 21599, 21599, 0},
	    {86400, 86400, 21600, 21600, 1},
	    {600, 0, 100, 100, 1},
	    {7, 7, 100, 1, 1},
	    {3, 3, 100, 0, MH_STATUS_NOT_HOME_SUBNET},
	    {0, 0, 100, 0, 132},
	    {UINT32_MAX, UINT32_MAX, 65535, 65535, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mip6_config c = bench_config();
		struct mip6_if_config eth0;
		struct mip6_prefix prefix = fake_prefix("3fff:1::/64");
		struct bench_bu bu = {.seq = 1, .lifetime = cases[i].asked};
		struct fake_host *f;

		mip6_if_config_default(&eth0, "eth0", MIP6_ROLE_HA);
		eth0.advertise.send = true;
		eth0.advertise.prefix_count = 1;
		mip6_advertised_prefix_default(&eth0.advertise.prefixes[0], &prefix);
		eth0.advertise.prefixes[0].valid_s = cases[i].valid_s;
		eth0.advertise.prefixes[0].preferred_s = cases[i].preferred_s;
		c.interfaces = &eth0;
		c.interface_count = 1;
		f = bench_stopped(&c);
		mip6_node_start(f->node, 0);
		advertise(f, 0, "3fff:1::/64", 4, 4); /* nobody else has a say */
		CU_ASSERT_EQUAL(registered(f, 0, bu).status, cases[i].status);
		CU_ASSERT_EQUAL(bench_ba(f).lifetime, cases[i].granted);
		fake_free(f);
	}
}

/* An address without a prefix says nothing about the link. */
static void test_no_prefix(void)
{
	struct fake_host *f = bench_new();

	fake_address(f, 0, BENCH_HOME, "3fff:7::1/128", true);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100, .hoa = "3fff:7::1"});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_SUBNET);
	fake_free(f);
}

/* A home agent whose address has no prefix, and whose link has a route: what is
 * on the link is known before it starts, and after. */
static void test_route(void)
{
	struct mip6_config c = bench_config();
	struct fake_host *f = bench_stopped(&c);
	struct bench_bu bu = {.seq = 1, .lifetime = 100, .hoa = "3fff:7::100"};

	fake_route(f, 0, BENCH_HOME, "3fff:7::/64", true);
	fake_route(f, 0, BENCH_HOME, "::/0", true);
	mip6_node_start(f->node, 0);
	bench_bu(f, 0, bu);
	fake_run(f, 2 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 100);
	fake_route(f, 3 * MIP6_SECOND, BENCH_HOME, "3fff:7::/64", false);
	bu.hoa = "3fff:7::101";
	bench_bu(f, 3 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_SUBNET);
	fake_route(f, 4 * MIP6_SECOND, BENCH_HOME, "3fff:7::/64", true);
	fake_route(f, 4 * MIP6_SECOND, BENCH_HOME, "3fff:7::/64", true);
	bu.seq = 2;
	bench_bu(f, 4 * MIP6_SECOND, bu);
	fake_run(f, 6 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	fake_free(f);
}

static void test_virtual_home(void)
{
	struct mip6_config c = bench_config();
	struct mip6_prefix served = fake_prefix("3fff:8::/48");
	struct mip6_object proxy = bench_proxy("3fff:8::100");
	struct mip6_object binding = bench_binding("3fff:8::100", bench_coa);
	struct fake_host *f;

	c.served_prefixes = &served;
	c.served_prefix_count = 1;
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100, .hoa = "3fff:8::100"});
	CU_ASSERT_EQUAL(bench_ba(f).status, 0); /* at once: there is no link to ask */
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	proxy.proxy.ifindex = 0;
	CU_ASSERT_FALSE(fake_wanted(f, &proxy));
	c.served_prefix_count = 0;
	mip6_node_reconfigure(f->node, MIP6_SECOND, &c);
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	fake_free(f);
}

/* The home interface is made anew with another index: proxies follow. */
static void test_link_renumbered(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object proxy = bench_proxy(bench_hoa);
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);

	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100});
	fake_run(f, 5 * MIP6_SECOND);
	mip6_node_link_gone(f->node, 6 * MIP6_SECOND, BENCH_HOME);
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	fake_link(f, 7 * MIP6_SECOND, 9, "eth0", true);
	fake_address(f, 7 * MIP6_SECOND, 9, "3fff:1::1/64", true);
	CU_ASSERT_FALSE(fake_wanted(f, &proxy));
	proxy.proxy.ifindex = 9;
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	CU_ASSERT_EQUAL(fake_count(f, &binding, false), 0); /* traffic was never cut */
	CU_ASSERT_EQUAL(fake_wanted_count(f), 7);
	fake_free(f);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"sequence rule", test_sequence_rule},
	    {"entries", test_entries},
	    {"a walk in pieces", test_walk_in_pieces},
	    {"restart", test_restart},
	    {"restart needs no DAD", test_restart_no_dad},
	    {"restart after deletion", test_restart_deleted},
	    {"restart after deletion of nothing", test_restart_never_bound},
	    {"restore too late", test_restore_late},
	    {"bad records", test_restore_bad},
	    {"access list", test_acl},
	    {"lifetime limit", test_lifetime_limit},
	    {"served prefix on a link", test_served_prefix_on_link},
	    {"foolish prefixes", test_foolish_prefixes},
	    {"forged lifetimes", test_forged_lifetimes},
	    {"many prefixes", test_many_prefixes},
	    {"advertised by another program", test_advertised_beside},
	    {"advertised by the home agent", test_advertised_itself},
	    {"address without a prefix", test_no_prefix},
	    {"prefix from a route", test_route},
	    {"virtual home link", test_virtual_home},
	    {"link renumbered", test_link_renumbered},
	};

	return test_run("bcache", tests, sizeof(tests) / sizeof(tests[0]));
}
