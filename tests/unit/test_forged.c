/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Advertisements that say what is not so, by mistake or on purpose, while the node is
 * registered: nothing changes, or the next good one repairs it. */
#include "mn_host.h"

#define PREFIX1	    "3fff:0:a::"
#define PREFIX2	    "3fff:0:b::"
#define HOME_PREFIX "3fff:0:1::"
#define LA	    (ND_PIO_L | ND_PIO_A)
#define HIGH	    0x08
#define LOW	    0x18
#define ANSWERS	    (ND_NA_R | ND_NA_S | ND_NA_O)
#define EVIL	    "fe80::66"

static struct nd_ra preferred(const char *prefix, uint8_t preference)
{
	struct nd_ra ra = rig_ra(prefix, LA);

	ra.flags = preference;
	return ra;
}

static void begin(struct rig *r)
{
	rig_init(r);
	rig_start(r);
	rig_registered(r);
}

/* Nothing was sent to the home agent, and all goes on as before. */
static void unmoved(const struct rig *r)
{
	CU_ASSERT_EQUAL(rig_count_bu(r), 0);
	CU_ASSERT_EQUAL(rig_count_events(r, MIP6_EV_MOVED), 0);
	CU_ASSERT_PTR_NOT_NULL(rig_find(r, MIP6_OBJ_DEVICE, COA1));
	CU_ASSERT(same(&rig_default_route(r, 1000 + ETH0)->route.gateway, AR1));
}

/* True when packets to the address leave without a router, by the main table or that
 * of the interface. */
static bool on_link(const struct rig *r, const char *addr)
{
	struct mip6_addr a = A(addr);
	struct mip6_addr none = {{0}};

	for (size_t i = 0; i < r->object_count; i++) {
		const struct mip6_object *o = &r->objects[i];

		if (o->kind == MIP6_OBJ_ROUTE && o->route.device == MIP6_DEVICE_NONE &&
		    mip6_addr_equal(&o->route.gateway, &none) &&
		    (o->route.table == 254 || o->route.table == 1000 + ETH0) &&
		    mip6_prefix_contains(&o->route.dst, &a))
			return true;
	}
	return false;
}

/* ---- a router that is not needed ------------------------------------------------------ */

static void the_router_in_use_answers(void)
{
	static const uint8_t preferences[] = {LOW, 0};
	static struct rig r;

	for (size_t i = 0; i < sizeof(preferences); i++) {
		begin(&r);
		rig_receive_ra(&r, ETH0, AR2, preferred(PREFIX2, preferences[i]));
		CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
		CU_ASSERT(same(&rig_nd(&r, ICMP6_NS, 0)->target, AR1));
		CU_ASSERT_EQUAL(rig_nd(&r, ICMP6_NS, 0)->at, r.now);
		rig_pass(&r, ANSWER / 2);
		rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
		for (int k = 0; k < 60; k++) {
			rig_pass(&r, 300 * MS);
			rig_receive_ra(&r, ETH0, AR2, preferred(PREFIX2, preferences[i]));
		}
		unmoved(&r);
		CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 2); /* and for its address */
		rig_end(&r);
	}
}

/* As long as answers took before, four times, and at most 20 ms. */
static void the_wait_follows_the_answers(void)
{
	static const mip6_time took[] = {2 * MS, 50 * MS};
	static const mip6_time wait[] = {8 * MS, 20 * MS};
	static struct rig r;

	for (int i = 0; i < 2; i++) {
		mip6_time start;

		begin(&r);
		rig_link(&r, ETH0, true);
		rig_pass(&r, 180 * MS + took[i]);
		{
			struct ip6_packet p = {.src = A(AR1), .dst = A(LINKLOCAL)};
			struct nd_ra ra = rig_ra(PREFIX1, LA);
			uint8_t buf[256];

			ra.slla.addr[5] = 0xa1;
			rig_packet(&r, ETH0, &p, IP6_NH_ICMPV6, 255, buf,
				   nd_build_ra(&p.src, &p.dst, &ra, buf, sizeof(buf)));
		}
		rig_pass(&r, 2 * S);
		rig_forget(&r);
		start = r.now;
		rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
		rig_run(&r, start + wait[i] - 1);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
		rig_run(&r, start + wait[i]);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
		rig_end(&r);
	}
}

/* Too late to be waited for, but before the home agent acknowledged the move. */
static void it_answers_late(void)
{
	static struct rig r;

	begin(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	rig_pass(&r, 5 * MS);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_bu(&r, 1)->tx.src, COA1));
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, r.now);
	CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, AR1));
	rig_end(&r);
}

/* A higher preference is followed (RFC 4191), as long as it leads anywhere. */
static void preferred_router(void)
{
	static struct rig r;

	for (int forwards = 0; forwards < 2; forwards++) {
		begin(&r);
		rig_receive_ra(&r, ETH0, AR2, preferred(PREFIX2, HIGH));
		rig_pass(&r, ANSWER / 2);
		rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
		CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
		if (forwards)
			rig_accept(&r, COA2, 60);
		rig_pass(&r, S);
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), forwards ? 1 : 2);
		CU_ASSERT(same(&rig_last_bu(&r)->tx.src, forwards ? COA2 : COA1));
		rig_end(&r);
	}
}

/* The same with the prefix of the link, so that the address stays. */
static void preferred_router_of_the_prefix(void)
{
	static struct rig r;

	for (int forwards = 0; forwards < 2; forwards++) {
		begin(&r);
		rig_receive_ra(&r, ETH0, EVIL, preferred(PREFIX1, HIGH));
		CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, EVIL));
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1); /* does it carry this? */
		if (forwards)
			rig_accept(&r, COA1, 60);
		rig_pass(&r, S);
		CU_ASSERT_EQUAL(rig_count_bu(&r), forwards ? 1 : 2);
		CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway,
			       forwards ? EVIL : AR1));
		rig_receive_ra(&r, ETH0, EVIL, preferred(PREFIX1, HIGH));
		CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway,
			       forwards ? EVIL : AR1));
		rig_end(&r);
	}
}

/* Each costs a first interval, but not one after the other without end: the router that
 * has carried a Binding Update is gone back to, and the pauses grow. */
static void many_preferred(const char *prefix, bool each_its_own)
{
	static struct rig r;
	mip6_time away = 0;

	begin(&r);
	for (int i = 0; i < 600; i++) {
		char router[40];
		char invented[40];

		snprintf(router, sizeof(router), "fe80::bad:%x", i + 1);
		snprintf(invented, sizeof(invented), "3fff:bad:%x::", i + 1);
		if (i < 300)
			rig_receive_ra(&r, ETH0, router,
				       preferred(each_its_own ? invented : prefix, HIGH));
		if (i % 5 == 0)
			rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
		rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
		for (size_t k = 0; k < rig_count_bu(&r); k++)
			if (same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, AR1) &&
			    same(&rig_bu(&r, k)->tx.src, COA1))
				rig_receive_ba(&r, ETH0, COA1, 0, rig_bu(&r, k)->mh.bu.seq, 60);
		rig_forget(&r);
		rig_pass(&r, 200 * MS);
		if (!same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, AR1))
			away += 200 * MS;
	}
	/* After 0, 11, 32, 73 s: as long as there are some to be tried. */
	CU_ASSERT(away >= S);
	CU_ASSERT(away <= 6 * S);
	CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, AR1));
	rig_end(&r);
}

static void many_preferred_of_the_prefix(void)
{
	many_preferred(PREFIX1, false);
}

static void many_preferred_with_prefixes(void)
{
	many_preferred(NULL, true);
}

/* Anybody can invent routers and prefixes. */
static void many_invented(void)
{
	static struct rig r;
	size_t asked = 0;

	begin(&r);
	for (int i = 0; i < 1000; i++) {
		char router[40];
		char prefix[40];

		snprintf(router, sizeof(router), "fe80::bad:%x", i + 1);
		snprintf(prefix, sizeof(prefix), "3fff:bad:%x::", i + 1);
		rig_receive_ra(&r, ETH0, router, rig_ra(prefix, LA));
		if (i % 10 == 0)
			rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
		rig_pass(&r, MS);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
		asked += rig_count_nd(&r, ICMP6_NS);
		rig_forget(&r);
	}
	CU_ASSERT(asked <= 2 * 16 + 2 * 10 + 2); /* addresses, and the router each 100 ms */
	rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	rig_pass(&r, S);
	CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, AR1));
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_DEVICE, COA1));
	/* Where the node is really moved, there is room for what is new. */
	rig_pass(&r, S);
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	rig_pass(&r, S);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_DEVICE, COA2));
	rig_end(&r);
}

/* ---- prefixes ----------------------------------------------------------------------------- */

static void prefixes_that_swallow(void)
{
	static const struct {
		const char *prefix;
		uint8_t len;
	} forged[] = {{HA, 128}, {HOME_PREFIX, 64}, {"2000::", 3},
		      {"::", 0}, {"3fff::", 32},    {"3fff:0:1::", 63}};
	static struct rig r;

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
		struct nd_ra ra = rig_ra(forged[i].prefix, ND_PIO_L);

		begin(&r);
		ra.lifetime = 0;
		ra.pio[0].len = forged[i].len;
		ra.pio[0].valid = UINT32_MAX;
		rig_receive_ra(&r, ETH0, EVIL, ra);
		rig_pass(&r, ANSWER / 2);
		rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
		rig_pass(&r, S);
		unmoved(&r);
		CU_ASSERT_FALSE(on_link(&r, HA));
		CU_ASSERT_FALSE(on_link(&r, "3fff:77::1"));
		CU_ASSERT(on_link(&r, "3fff:0:a::99")); /* the link's own */
		/* In the router's own name. */
		rig_receive_ra(&r, ETH0, AR1, ra);
		rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
		rig_pass(&r, S);
		unmoved(&r);
		CU_ASSERT_FALSE(on_link(&r, HA));
		rig_end(&r);
	}
}

/* The home agent's address in the prefix of a foreign link. */
static void home_agent_in_the_prefix(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.homes[0].ha = A("3fff:0:a::77");
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_FALSE(on_link(&r, "3fff:0:a::77"));
	rig_end(&r);
}

/* ---- the router's name -------------------------------------------------------------------- */

static void in_the_name_of_the_router(void)
{
	struct nd_ra last = rig_ra(PREFIX1, LA);
	static struct rig r;

	begin(&r);
	last.lifetime = 0;
	last.mtu = 1280;
	last.retrans = UINT32_MAX;
	last.interval = 1;
	last.pio[0].preferred = 0;
	last.pio[0].valid = 0;
	rig_pass(&r, 10 * S);
	rig_forget(&r);
	for (int i = 0; i < 100; i++)
		rig_receive_ra(&r, ETH0, AR1, last);
	/* Perhaps it is not so. */
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	rig_pass(&r, S);
	unmoved(&r);
	CU_ASSERT(on_link(&r, "3fff:0:a::99"));
	CU_ASSERT_EQUAL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1)->address.flags, 0);
	for (size_t i = 0; i < r.object_count; i++)
		CU_ASSERT_FALSE(r.objects[i].kind == MIP6_OBJ_SYSCTL &&
				r.objects[i].sysctl.name == MIP6_SYSCTL_MTU);
	rig_end(&r);
}

/* With another link-layer address, which the answer does not have. */
static void a_twin_of_the_router(void)
{
	struct nd_ra twin = rig_ra(PREFIX2, LA);
	static struct rig r;

	begin(&r);
	twin.slla.addr[5] = 0x66;
	rig_receive_ra(&r, ETH0, AR1, twin);
	rig_pass(&r, ANSWER / 2);
	rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0xa1);
	rig_pass(&r, S);
	unmoved(&r);
	rig_end(&r);
	/* After a real move there is only the other one. */
	begin(&r);
	rig_receive_ra(&r, ETH0, AR1, twin);
	rig_pass(&r, ANSWER / 2);
	rig_receive_na(&r, ETH0, AR1, AR1, ANSWERS, 0x66);
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA2));
	rig_end(&r);
}

/* ---- home where it is not ------------------------------------------------------------------- */

static struct nd_ra false_home(void)
{
	struct nd_ra ra = rig_ra(NULL, 0);

	rig_ra_add(&ra, HA, LA | ND_PIO_R);
	return ra;
}

static void forged_home(struct rig *r)
{
	begin(r);
	rig_receive_ra(r, ETH0, EVIL, false_home());
	rig_pass(r, ANSWER / 2);
	rig_receive_na(r, ETH0, AR1, AR1, ANSWERS, 0xa1);
}

/* Nothing moves until the home agent answers on the link, and it does not. */
static void home_prefix_on_a_foreign_link(void)
{
	static struct rig r;

	forged_home(&r);
	CU_ASSERT(same(&rig_nd(&r, ICMP6_NS, 1)->target, HA));
	for (int i = 0; i < 25; i++) {
		rig_receive_ra(&r, ETH0, EVIL, false_home());
		rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
		rig_pass(&r, S);
	}
	unmoved(&r);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 1);
	/* Asked after 0 and 10 s, not yet after 30: three times each. */
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 1 + 2 * 3);
	rig_end(&r);
}

/* A home link with a second router, which was heard first. */
static void home_link_with_another_router(void)
{
	static struct rig r;

	forged_home(&r);
	rig_pass(&r, 10 * MS);
	rig_receive_na(&r, ETH0, HA, HA, ANSWERS, 0x66);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 1);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 0);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 0)->mh.bu.seq, 0);
	for (int i = 0; i < 20; i++) {
		rig_receive_ra(&r, ETH0, EVIL, false_home());
		rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
		rig_pass(&r, S);
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_end(&r);
}

/* Somebody answers for the home agent, but does not know its messages. */
static void false_home_agent(void)
{
	static struct rig r;

	forged_home(&r);
	rig_receive_na(&r, ETH0, EVIL, HA, ANSWERS, 0x66);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	rig_pass(&r, S);
	rig_receive_na(&r, ETH0, EVIL, HA, ANSWERS, 0x66);
	rig_pass(&r, 2 * S);
	CU_ASSERT(rig_count_bu(&r) >= 3);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	CU_ASSERT(rig_last_bu(&r)->mh.bu.lifetime > 0);
	rig_end(&r);
}

/* It answers the first one once only, and is away then. */
static void false_home_agent_is_asked_again(void)
{
	static struct rig r;

	forged_home(&r);
	rig_receive_na(&r, ETH0, EVIL, HA, ANSWERS, 0x66);
	rig_pass(&r, S + 200 * MS);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	CU_ASSERT(rig_last_bu(&r)->mh.bu.lifetime > 0);
	rig_end(&r);
}

/* The first answer went to where the home agent remembered the address, or was lost. */
static void home_agent_answers_the_second(void)
{
	static struct rig r;

	forged_home(&r);
	rig_pass(&r, 10 * MS);
	rig_receive_na(&r, ETH0, HA, HA, ANSWERS, 0x66);
	rig_pass(&r, S + 10 * MS);
	rig_receive_na(&r, ETH0, HA, HA, ANSWERS, 0x66);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->mh.bu.lifetime, 0);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 1)->mh.bu.seq, 0);
	rig_pass(&r, 5 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 0);
	rig_end(&r);
}

/* Before the router of the link was heard. */
static void home_prefix_first(void)
{
	static struct rig r;

	begin(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, EVIL, false_home());
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 1);
	rig_forget(&r);
	rig_pass(&r, 10 * MS);
	rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"the_router_in_use_answers", the_router_in_use_answers},
	    {"the_wait_follows_the_answers", the_wait_follows_the_answers},
	    {"it_answers_late", it_answers_late},
	    {"preferred_router", preferred_router},
	    {"preferred_router_of_the_prefix", preferred_router_of_the_prefix},
	    {"many_preferred_of_the_prefix", many_preferred_of_the_prefix},
	    {"many_preferred_with_prefixes", many_preferred_with_prefixes},
	    {"many_invented", many_invented},
	    {"prefixes_that_swallow", prefixes_that_swallow},
	    {"home_agent_in_the_prefix", home_agent_in_the_prefix},
	    {"in_the_name_of_the_router", in_the_name_of_the_router},
	    {"a_twin_of_the_router", a_twin_of_the_router},
	    {"home_prefix_on_a_foreign_link", home_prefix_on_a_foreign_link},
	    {"home_link_with_another_router", home_link_with_another_router},
	    {"false_home_agent", false_home_agent},
	    {"false_home_agent_is_asked_again", false_home_agent_is_asked_again},
	    {"home_agent_answers_the_second", home_agent_answers_the_second},
	    {"home_prefix_first", home_prefix_first},
	};

	return test_run("forged", tests, sizeof(tests) / sizeof(tests[0]));
}
