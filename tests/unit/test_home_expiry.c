/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Bindings that may have expired, and what bounds their lifetime (RFC 6275 11.5.5,
 * 11.7.1, 11.8). */
#include "home_rig.h"

/* ---- after the binding has expired --------------------------------------------------------- */

/* Nobody keeps the address for the node any more: it is new to the home link (11.5.5),
 * and there is nothing to de-register. */
static void expired_binding_at_home(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r); /* for 240 s */
	rig_link(&r, ETH0, false);
	rig_pass(&r, 300 * S);
	rig_forget(&r);
	attach_home(&r, home_agent_ra());
	rig_pass(&r, 2 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT(rig_count_nd(&r, ICMP6_NS) >= 1);
	for (unsigned i = 0; i < rig_count_nd(&r, ICMP6_NS); i++)
		CU_ASSERT(mip6_addr_is_unspecified(&rig_nd(&r, ICMP6_NS, i)->tx.src));
	CU_ASSERT(hoa_at_home(&r));
	rig_end(&r);
}

/* A Binding Update that was not answered may have made a binding, for as long as it asked
 * for: before that is over, the node de-registers. */
static void unanswered_binding_at_home(void)
{
	static struct rig r;

	for (int late = 0; late < 2; late++) {
		rig_init(&r);
		rig_start(&r);
		rig_attach1(&r);
		rig_pass(&r, S);
		rig_link(&r, ETH0, false);
		rig_pass(&r, late ? 610 * S : 590 * S);
		rig_forget(&r);
		attach_home(&r, home_agent_ra());
		CU_ASSERT_EQUAL(rig_count_bu(&r), late ? 0 : 1);
		rig_end(&r);
	}
}

/* The refresh fell due while there was no link, when the binding was still good. */
static void first_wait_after_the_binding_expired(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 300 * S);
	rig_forget(&r);
	rig_attach1(&r);
	start = r.now;
	rig_pass(&r, 2 * S);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, start);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, start + 3 * S / 2);
	rig_end(&r);
}

/* 11.7.1: no longer than the home address is valid, as told on the home link. */
static void home_prefix_bounds_the_lifetime(void)
{
	static struct rig r;
	struct nd_ra ra = home_agent_ra();

	ra.pio[0].valid = 400;
	ra.pio[0].preferred = 300;
	rig_init(&r);
	rig_start(&r);
	attach_home(&r, ra);
	rig_pass(&r, 10 * S);
	rig_link(&r, ETH0, false);
	rig_forget(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 97); /* of 390 s */
	rig_accept(&r, COA1, 97);
	/* A restart forgets nothing of it. */
	mip6_node_free(r.node);
	rig_forget(&r);
	r.object_count = 0;
	r.node = mip6_node_new(&r.config, &r.host, &r);
	CU_ASSERT_EQUAL(mip6_node_restore(r.node, r.now, &r.records[0]), MIP6_OK);
	rig_link(&r, ETH0, true);
	rig_address(&r, ETH0, 0);
	CU_ASSERT_EQUAL(mip6_node_start(r.node, r.now), MIP6_OK);
	rig_pass(&r, 100 * MS);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 97);
	rig_accept(&r, COA1, 97);
	rig_pass(&r, 311 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT(rig_bu(&r, 1)->mh.bu.lifetime <= 20 && rig_bu(&r, 1)->mh.bu.lifetime >= 19);
	/* When that is over the home link may tell more by now: the home agent knows. */
	rig_accept(&r, COA1, 19);
	rig_pass(&r, 66 * S);
	rig_accept(&r, COA1, 1);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 60 * S);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->mh.bu.lifetime, 150);
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"expired_binding_at_home", expired_binding_at_home},
	    {"unanswered_binding_at_home", unanswered_binding_at_home},
	    {"first_wait_after_the_binding_expired", first_wait_after_the_binding_expired},
	    {"home_prefix_bounds_the_lifetime", home_prefix_bounds_the_lifetime},
	};

	return test_run("home_expiry", tests, sizeof(tests) / sizeof(tests[0]));
}
