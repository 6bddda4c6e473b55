/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mobile node and home agent of the core talk to each other across a simulated
 * network: in good order with exact times, and through loss, duplication and
 * reordering with many seeds, after which both must agree. */
#include "net.h"
#include "test.h"
#include <stdlib.h>

static const mip6_time ms = MIP6_MS;

enum { HOME, FOREIGN1, FOREIGN2 };

/* Home link 10 ms, foreign links 5 ms from the internet's middle. */
struct world {
	struct net *net;
	struct net_node *ha;
	struct net_node *mn;
	struct mip6_addr hoa;
};

static struct mip6_config ha_config(void)
{
	struct mip6_config c;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_HA;
	c.mn_ha_ipsec = false;
	return c;
}

/* A home address ending in n; with n 0 its identifier is that of the first mobile
 * node's link-local address, so that the L bit is set. */
static struct mip6_config mn_config(unsigned n)
{
	struct mip6_config c;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_MN;
	c.mn_ha_ipsec = false;
	c.home_count = 1;
	mip6_addr_parse("3fff:1::1", &c.homes[0].ha);
	mip6_prefix_parse("3fff:1::100/64", &c.homes[0].hoa);
	c.homes[0].hoa.addr.b[15] = (uint8_t)n;
	if (n == 0)
		mip6_prefix_parse("3fff:1::ff:fe02:100/64", &c.homes[0].hoa);
	mip6_prefix_parse("3fff:1::/64", &c.homes[0].home_prefix);
	c.homes[0].alt_coa = true;
	return c;
}

static struct world world_with(uint64_t seed, int mn_link, unsigned n)
{
	struct world w = {.net = net_new(seed)};
	struct mip6_config ha = ha_config();
	struct mip6_config mn = mn_config(n);
	int home = net_add_link(w.net, "3fff:1::/64", 10 * ms);

	net_add_link(w.net, "3fff:2::/64", 5 * ms);
	net_add_link(w.net, "3fff:3::/64", 5 * ms);
	w.net->trace = getenv("SIMNET_TRACE") != NULL;
	w.ha = net_add_node(w.net, &ha, &home, 1);
	w.mn = net_add_node(w.net, &mn, &mn_link, 1);
	w.hoa = mn.homes[0].hoa.addr;
	net_start(w.ha);
	return w;
}

static struct world world_new(uint64_t seed, int mn_link)
{
	return world_with(seed, mn_link, 9);
}

static void world_free(struct world *w)
{
	CU_ASSERT_EQUAL(w->net->violations, 0);
	CU_ASSERT_EQUAL(w->net->strays, 0);
	net_free(w->net);
}

static struct world started(int mn_link)
{
	struct world w = world_new(1, mn_link);

	net_start(w.mn);
	net_run(w.net, 3 * MIP6_SECOND);
	return w;
}

/* ---- what the two believe ------------------------------------------------------ */

struct belief {
	struct mip6_addr hoa;
	bool bound;
	struct mip6_binding_info binding;
	struct mip6_registration_info registration;
};

static bool take_binding(void *arg, const struct mip6_binding_info *info)
{
	struct belief *b = arg;

	if (mip6_addr_equal(&info->hoa, &b->hoa) && strcmp(info->state, "bound") == 0) {
		b->bound = true;
		b->binding = *info;
	}
	return true;
}

static bool take_registration(void *arg, const struct mip6_registration_info *info)
{
	((struct belief *)arg)->registration = *info;
	return true;
}

static struct belief believe(const struct world *w)
{
	struct belief b = {.hoa = w->hoa, .registration.state = "none"};

	mip6_node_bindings(w->ha->node, take_binding, &b);
	mip6_node_registrations(w->mn->node, take_registration, &b);
	return b;
}

/* At rest: away, both hold the same care-of address, of the link where the mobile
 * node is, under the same sequence number; at home, there is no binding. */
static bool agree(const struct world *w)
{
	struct belief b = believe(w);
	int link = w->mn->ifaces[0].link;

	if (link == HOME)
		return !b.bound && strcmp(b.registration.state, "home") == 0;
	return b.bound && strcmp(b.registration.state, "registered") == 0 &&
	       b.binding.seq == b.registration.seq &&
	       mip6_addr_equal(&b.binding.coa, &b.registration.coa) &&
	       mip6_prefix_contains(&w->net->links[link].prefix, &b.binding.coa);
}

static void describe(const struct world *w, const char *test, uint64_t seed)
{
	struct belief b = believe(w);
	char coa[2][MIP6_ADDR_TEXT];

	printf("%s, seed %llu, link %d: home agent %s %s seq %u; mobile node %s %s seq %u\n", test,
	       (unsigned long long)seed, w->mn->ifaces[0].link, b.bound ? "bound" : "unbound",
	       mip6_addr_format(&b.binding.coa, coa[0]), b.binding.seq, b.registration.state,
	       mip6_addr_format(&b.registration.coa, coa[1]), b.registration.seq);
}

/* ---- in good order --------------------------------------------------------------- */

static void test_register(void)
{
	struct world w = world_new(1, FOREIGN1);

	net_start(w.mn);
	net_run(w.net, 3 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_EQUAL(w.mn->events[MIP6_EV_BU_TX], 1);
	/* RS and RA on the link 0.1 ms, BU 15 ms, DAD 1 s, BA 15 ms. */
	CU_ASSERT_EQUAL(w.mn->event_time[MIP6_EV_BU_TX], 100 * MIP6_US);
	CU_ASSERT_EQUAL(w.mn->event_time[MIP6_EV_BA_RX], 1030 * ms + 100 * MIP6_US);
	world_free(&w);
}

static void move(struct world *w, mip6_time at, mip6_time gap, int link)
{
	net_run(w->net, at);
	net_plug(w->mn, 0, -1);
	net_run(w->net, at + gap);
	net_plug(w->mn, 0, link);
}

static void test_moves(void)
{
	struct world w = started(FOREIGN1);

	for (unsigned i = 1; i <= 12; i++) {
		mip6_time up = i * 5 * MIP6_SECOND + 50 * ms;

		move(&w, up - 50 * ms, 50 * ms, i % 2 ? FOREIGN2 : FOREIGN1);
		net_run(w.net, up + MIP6_SECOND);
		CU_ASSERT_TRUE(agree(&w));
		CU_ASSERT_EQUAL(w.mn->event_time[MIP6_EV_BU_TX], up + 100 * MIP6_US);
		CU_ASSERT_EQUAL(w.mn->event_time[MIP6_EV_BA_RX], up + 30 * ms + 100 * MIP6_US);
		CU_ASSERT_EQUAL(w.mn->events[MIP6_EV_BU_TX], 1 + i);
	}
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_BINDING_NEW], 1);
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_BINDING_CHANGED], 12);
	world_free(&w);
}

static void test_home_and_away(void)
{
	struct world w = started(FOREIGN1);
	mip6_time up;

	for (unsigned i = 1; i <= 3; i++) {
		up = i * 40 * MIP6_SECOND;
		move(&w, up - 50 * ms, 50 * ms, HOME);
		net_run(w.net, up + 10 * ms);
		CU_ASSERT_TRUE(agree(&w)); /* a few ms, on one link */
		CU_ASSERT_TRUE(net_owns(w.mn, 0, &w.hoa));
		CU_ASSERT_FALSE(net_proxies(w.ha, 0, &w.hoa));
		up += 20 * MIP6_SECOND;
		move(&w, up - 50 * ms, 50 * ms, FOREIGN2);
		net_run(w.net, up + 1031 * ms);
		CU_ASSERT_TRUE(agree(&w));
		CU_ASSERT_TRUE(net_proxies(w.ha, 0, &w.hoa));
		CU_ASSERT_FALSE(net_owns(w.mn, 0, &w.hoa));
	}
	CU_ASSERT_EQUAL(w.mn->events[MIP6_EV_DAD_FAIL], 0);
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_DAD_FAIL], 0);
	world_free(&w);
}

/* The home address is taken by another node of the home link. */
static void test_taken(void)
{
	struct world w = world_new(1, FOREIGN1);
	struct mip6_config other = mn_config(9);
	int home = HOME;
	struct net_node *thief = net_add_node(w.net, &other, &home, 1);

	net_start(thief);
	net_run(w.net, 5 * MIP6_SECOND);
	CU_ASSERT_TRUE(net_owns(thief, 0, &w.hoa));
	net_start(w.mn);
	net_run(w.net, 20 * MIP6_SECOND);
	CU_ASSERT_FALSE(believe(&w).bound);
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_DAD_FAIL], 1);
	CU_ASSERT_EQUAL(w.mn->events[MIP6_EV_BU_TX], 1); /* status 134 is final */
	world_free(&w);
}

/* A move that nobody tells of is found by the new router's first advertisement. */
static void test_silent_move(void)
{
	struct world w = world_new(1, FOREIGN1);

	w.net->links[FOREIGN1].ra_interval = 50 * ms;
	w.net->links[FOREIGN2].ra_interval = 50 * ms;
	net_start(w.mn);
	net_run(w.net, 3 * MIP6_SECOND);
	net_replug_silently(w.mn, 0, FOREIGN2);
	net_run(w.net, 3 * MIP6_SECOND + 51 * ms + 30 * ms);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_EQUAL(w.mn->events[MIP6_EV_BU_TX], 2);
	world_free(&w);
}

static void test_expiry(void)
{
	struct world w = started(FOREIGN1);
	struct belief b = believe(&w);
	mip6_time end = b.binding.expires;

	/* Unplugged for good: the home agent holds the binding to its end. */
	net_plug(w.mn, 0, -1);
	net_run(w.net, end - 1);
	CU_ASSERT_TRUE(believe(&w).bound);
	net_run(w.net, end);
	CU_ASSERT_FALSE(believe(&w).bound);
	world_free(&w);
}

/* The binding lives as long as the mobile node refreshes it: ten days, with a BU
 * now and then. */
static void test_refresh(void)
{
	struct world w = world_new(1, FOREIGN1);

	w.net->links[FOREIGN1].ra_interval = 600 * MIP6_SECOND;
	net_start(w.mn);
	for (int hour = 1; hour <= 240; hour++) {
		net_run(w.net, hour * 3600 * MIP6_SECOND);
		CU_ASSERT_TRUE(agree(&w));
	}
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_BINDING_NEW], 1);
	CU_ASSERT_TRUE(w.mn->events[MIP6_EV_BU_TX] > 3);
	CU_ASSERT_TRUE(w.mn->events[MIP6_EV_BU_TX] < 100);
	world_free(&w);
}

static void test_restart(void)
{
	struct world w = started(FOREIGN1);

	net_restart(w.ha);
	CU_ASSERT_TRUE(agree(&w)); /* without a single message */
	move(&w, 10 * MIP6_SECOND, 50 * ms, FOREIGN2);
	net_run(w.net, 11 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_EQUAL(w.mn->events[MIP6_EV_BU_TX], 2);
	net_restart(w.mn);
	net_run(w.net, 12 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	move(&w, 20 * MIP6_SECOND, 50 * ms, FOREIGN1);
	net_run(w.net, 21 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_BINDING_GONE], 0);
	world_free(&w);
}

/* A mobile node that forgot everything, sequence numbers too, abroad and at home. */
static void test_reboot(void)
{
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct world w = world_new(seed, FOREIGN1);
		bool ok;

		net_start(w.mn);
		net_run(w.net, 3 * MIP6_SECOND);
		net_plug(w.mn, 0, -1);
		net_run(w.net, 5 * MIP6_SECOND);
		w.mn->ifaces[0].link = seed % 2 ? HOME : FOREIGN2;
		net_reboot(w.mn);
		net_run(w.net, 15 * MIP6_SECOND);
		ok = agree(&w);
		if (!ok)
			describe(&w, "reboot", seed);
		CU_ASSERT_TRUE(ok);
		world_free(&w);
	}
}

/* With L the home agent also defends the link-local address, and gives it back. */
static void test_link_local(void)
{
	struct world w = world_with(1, FOREIGN1, 0);
	struct mip6_addr ll = w.mn->ifaces[0].fixed[0];

	net_start(w.mn);
	net_run(w.net, 3 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_TRUE(net_proxies(w.ha, 0, &ll));
	move(&w, 5 * MIP6_SECOND, 50 * ms, HOME);
	net_run(w.net, 8 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_FALSE(net_proxies(w.ha, 0, &ll));
	CU_ASSERT_EQUAL(w.ha->events[MIP6_EV_DAD_FAIL], 0);
	world_free(&w);
}

/* Three mobile nodes of one home agent, who trade places. */
static void test_company(void)
{
	struct world w = world_new(5, FOREIGN1);
	struct world others[2] = {w, w};
	struct net_impairment bad = {.loss = 20, .duplicate = 10, .jitter = 100 * ms};

	w.net->impairment = bad;
	for (unsigned i = 0; i < 2; i++) {
		struct mip6_config c = mn_config(10 + i);
		int link = FOREIGN2;

		others[i].mn = net_add_node(w.net, &c, &link, 1);
		others[i].hoa = c.homes[0].hoa.addr;
		net_start(others[i].mn);
	}
	net_start(w.mn);
	for (unsigned i = 0; i < 30; i++) {
		struct world *one = i % 3 ? &others[i % 3 - 1] : &w;

		move(one, w.net->now + (mip6_time)net_random(w.net, 3000) * ms, 30 * ms,
		     (int)net_random(w.net, 3));
	}
	w.net->impairment = (struct net_impairment){0};
	net_run(w.net, w.net->now + 90 * MIP6_SECOND);
	CU_ASSERT_TRUE(agree(&w));
	CU_ASSERT_TRUE(agree(&others[0]));
	CU_ASSERT_TRUE(agree(&others[1]));
	world_free(&w);
}

/* Two interfaces: the better one serves when it is there, else the other. */
static void test_two_interfaces(void)
{
	struct world w = {.net = net_new(1)};
	struct mip6_config ha = ha_config();
	struct mip6_config mn = mn_config(9);
	struct mip6_if_config ifs[2] = {{.name = "eth0", .type = MIP6_ROLE_MN, .preference = 2},
					{.name = "eth1", .type = MIP6_ROLE_MN, .preference = 1}};
	int links[2] = {FOREIGN1, FOREIGN2};
	int home = net_add_link(w.net, "3fff:1::/64", 10 * ms);
	struct belief b;

	net_add_link(w.net, "3fff:2::/64", 5 * ms);
	net_add_link(w.net, "3fff:3::/64", 5 * ms);
	mn.interfaces = ifs;
	mn.interface_count = 2;
	w.hoa = mn.homes[0].hoa.addr;
	w.ha = net_add_node(w.net, &ha, &home, 1);
	w.mn = net_add_node(w.net, &mn, links, 2);
	net_start(w.ha);
	net_start(w.mn);
	for (unsigned i = 0; i < 6; i++) {
		int expected = i % 2 ? FOREIGN1 : FOREIGN2;

		net_run(w.net, (i + 1) * 5 * MIP6_SECOND);
		b = believe(&w);
		CU_ASSERT_TRUE(b.bound);
		CU_ASSERT_TRUE(
		    mip6_prefix_contains(&w.net->links[expected].prefix, &b.binding.coa));
		CU_ASSERT_EQUAL(b.binding.seq, b.registration.seq);
		net_plug(w.mn, 1, i % 2 ? FOREIGN2 : -1);
	}
	world_free(&w);
}

/* ---- in bad order ------------------------------------------------------------------ */

struct trouble {
	struct net_impairment impairment;
	unsigned nd_loss;
	unsigned restarts; /* per cent of steps at which a process is killed */
	bool home;	   /* the home link is one of the places */
};

static void wander(struct world *w, const struct trouble *t)
{
	unsigned steps = 4 + net_random(w->net, 8);

	for (unsigned i = 0; i < steps; i++) {
		mip6_time stay = (mip6_time)net_random(w->net, 6000) * ms;
		mip6_time gap = (mip6_time)net_random(w->net, 100) * ms;
		int link = (int)net_random(w->net, t->home ? 3 : 2) + (t->home ? 0 : 1);

		move(w, w->net->now + stay, gap, link);
		if (net_random(w->net, 100) >= t->restarts)
			continue;
		net_run(w->net, w->net->now + (mip6_time)net_random(w->net, 2000) * ms);
		net_restart(net_random(w->net, 2) ? w->ha : w->mn);
	}
}

/* Then the network heals; retransmissions back off to 32 s. */
static bool survives(uint64_t seed, const struct trouble *t, const char *name)
{
	struct world w = world_with(seed, FOREIGN1, seed % 3 ? 9 : 0);
	bool ok;

	w.net->impairment = t->impairment;
	w.net->nd_loss = t->nd_loss;
	for (size_t i = 0; i < w.net->link_count; i++)
		w.net->links[i].ra_interval = 3 * MIP6_SECOND;
	net_start(w.mn);
	wander(&w, t);
	w.net->impairment = (struct net_impairment){0};
	w.net->nd_loss = 0;
	net_run(w.net, w.net->now + 90 * MIP6_SECOND);
	/* A process that was killed while the node moved may use the old link's
	 * address once, until the first advertisement. */
	ok = agree(&w) && w.net->violations == 0 && (t->restarts || w.net->strays == 0);
	if (!ok)
		describe(&w, name, seed);
	net_free(w.net);
	return ok;
}

/* SIMNET_SEED=n runs that seed alone. */
static void run_seeds(const char *name, uint64_t count, const struct trouble *t)
{
	const char *only = getenv("SIMNET_SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1;

	for (uint64_t seed = first; seed < (only ? first + 1 : count + 1); seed++)
		CU_ASSERT_TRUE(survives(seed, t, name));
}

static void test_loss(void)
{
	run_seeds("loss", 200,
		  &(struct trouble){.impairment = {.loss = 30}, .nd_loss = 10, .home = true});
}

static void test_duplication(void)
{
	run_seeds(
	    "duplication", 200,
	    &(struct trouble){.impairment = {.duplicate = 40, .jitter = 3 * ms}, .home = true});
}

static void test_reordering(void)
{
	run_seeds("reordering", 200, &(struct trouble){.impairment = {.jitter = 1500 * ms}});
}

static void test_all_at_once(void)
{
	run_seeds("everything", 300,
		  &(struct trouble){.impairment = {.loss = 30, .duplicate = 20, .jitter = 500 * ms},
				    .nd_loss = 20,
				    .restarts = 20,
				    .home = true});
}

/* The same seed gives the same run. */
static void test_repeatable(void)
{
	unsigned steps[2];

	for (int i = 0; i < 2; i++) {
		struct world w = world_new(77, FOREIGN1);
		struct trouble t = {.impairment = {30, 20, 200 * ms}, .home = true};

		w.net->impairment = t.impairment;
		net_start(w.mn);
		wander(&w, &t);
		steps[i] = w.net->steps * 1000 + w.mn->events[MIP6_EV_BU_TX];
		world_free(&w);
	}
	CU_ASSERT_EQUAL(steps[0], steps[1]);
	CU_ASSERT_TRUE(steps[0] > 50000);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"register", test_register},
	    {"moves", test_moves},
	    {"home and away", test_home_and_away},
	    {"home address taken", test_taken},
	    {"silent move", test_silent_move},
	    {"expiry", test_expiry},
	    {"refresh", test_refresh},
	    {"restart", test_restart},
	    {"reboot", test_reboot},
	    {"link-local address", test_link_local},
	    {"company", test_company},
	    {"two interfaces", test_two_interfaces},
	    {"loss", test_loss},
	    {"duplication", test_duplication},
	    {"reordering", test_reordering},
	    {"all at once", test_all_at_once},
	    {"repeatable", test_repeatable},
	};

	return test_run("mobility", tests, sizeof(tests) / sizeof(tests[0]));
}
