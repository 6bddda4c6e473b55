/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mobile node among advertisements that anyone on the link can make up: what it
 * sends for them is bounded, and a real move is still seen. */
#include "mn_host.h"

static struct rig r;

/* What the node sent and told; the rig itself keeps no more than it has room for. */
static struct {
	unsigned by_type[256]; /* ICMPv6 types, 0: Mobility Headers */
	unsigned sent;
	unsigned events;
} seen;

static void count_send(void *ctx, const struct mip6_tx *tx)
{
	(void)ctx;
	seen.sent++;
	seen.by_type[tx->next_header == IP6_NH_ICMPV6 ? tx->payload[0] : 0]++;
}

static void count_event(void *ctx, const struct mip6_event *event)
{
	(void)ctx;
	(void)event;
	seen.events++;
}

static void away(void)
{
	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_receive_ba(&r, ETH0, COA1, 0, rig_last_bu(&r)->mh.bu.seq, 900);
	rig_pass(&r, 5 * S);
	r.host.send = count_send;
	r.host.event = count_event;
	memset(&seen, 0, sizeof(seen));
}

/* What varies from one advertisement to the next. */
struct flood {
	bool source;
	bool prefix;
	bool lifetime;
	bool short_lived; /* the prefixes */
	bool home;	  /* the home prefix */
	bool same;	  /* the router in use is the one that is forged */
};

/* 33,000 advertisements in 33 s, the good router's own every second among them. */
static void flood(struct flood what)
{
	for (unsigned i = 0; i < 33000; i++) {
		char prefix[40];
		char source[40];
		struct nd_ra ra;

		snprintf(prefix, sizeof(prefix), "3fff:1:%x::", what.prefix ? i : 1);
		snprintf(source, sizeof(source), "fe80::1:%x", what.source ? i : 1);
		if (what.home)
			snprintf(prefix, sizeof(prefix), "3fff:0:1::");
		if (what.same)
			snprintf(source, sizeof(source), AR1);
		ra = rig_ra(prefix, ND_PIO_L | ND_PIO_A);
		if (what.short_lived)
			ra.pio[0].valid = ra.pio[0].preferred = 1;
		if (what.lifetime)
			ra.lifetime = i % 2 ? 1800 : 0;
		rig_receive_ra(&r, ETH0, source, ra);
		if (i % 1000 == 0)
			rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
		rig_pass(&r, MS);
	}
}

/* A new link begins with nothing used up: its first advertisement leads to a Binding
 * Update in the same step. */
static void move_is_seen(void)
{
	r.host.send = rig_send;
	r.host.event = rig_event;
	rig_forget(&r);
	rig_pass(&r, 2 * S);
	rig_link(&r, ETH0, false);
	rig_link(&r, ETH0, true);
	rig_forget(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_TRUE(same(&rig_last_bu(&r)->mh.options.alt_coa, COA2));
}

static void flood_is_bounded(struct flood what)
{
	away();
	flood(what);
	CU_ASSERT(seen.by_type[ICMP6_NS] < 33 * 6);
	CU_ASSERT(seen.by_type[ICMP6_NA] < 33 * 2);
	CU_ASSERT(seen.by_type[ICMP6_RS] < 33 * 2);
	CU_ASSERT(seen.by_type[0] < 33 * 3); /* Binding Updates have a limit of their own */
	CU_ASSERT(seen.events < 10000);
	move_is_seen();
	rig_end(&r);
}

static void test_routers(void)
{
	flood_is_bounded((struct flood){.source = true});
	flood_is_bounded((struct flood){.source = true, .prefix = true});
	flood_is_bounded((struct flood){.source = true, .prefix = true, .lifetime = true});
}

static void test_prefixes(void)
{
	flood_is_bounded((struct flood){.prefix = true});
	flood_is_bounded((struct flood){.prefix = true, .short_lived = true});
}

static void test_home_prefix(void)
{
	flood_is_bounded((struct flood){.home = true, .lifetime = true});
	flood_is_bounded((struct flood){.home = true, .source = true, .lifetime = true});
}

static void test_router_in_use(void)
{
	flood_is_bounded((struct flood){.same = true, .lifetime = true});
	flood_is_bounded((struct flood){.same = true, .prefix = true, .short_lived = true});
	flood_is_bounded((struct flood){.same = true, .home = true, .lifetime = true});
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"routers that are made up", test_routers},
	    {"prefixes that are made up", test_prefixes},
	    {"the home prefix", test_home_prefix},
	    {"the router in use", test_router_in_use},
	};

	return test_run("ra_flood", tests, sizeof(tests) / sizeof(tests[0]));
}
