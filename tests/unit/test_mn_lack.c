/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A mobile node with a link and without a care-of address says why, once. */
#include "mn_host.h"

static void expect_reason(struct rig *r, const char *reason)
{
	rig_pass(r, 4900 * MS);
	CU_ASSERT_EQUAL(rig_count_events(r, MIP6_EV_WARNING), 0);
	rig_pass(r, 200 * MS);
	CU_ASSERT_EQUAL(rig_count_events(r, MIP6_EV_WARNING), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(r->warning, reason));
	rig_pass(r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_events(r, MIP6_EV_WARNING), 1);
}

/* On a link from now on, and nothing said before. */
static void begin(struct rig *r)
{
	rig_init(r);
	rig_start(r);
	rig_link(r, ETH0, true);
	rig_forget(r);
}

static void nobody_advertises(void)
{
	static struct rig r;

	begin(&r);
	expect_reason(&r, "interface eth0 has a link and no care-of address: no router");
	rig_end(&r);
}

static void check_ra(struct nd_ra ra, const char *reason)
{
	static struct rig r;

	begin(&r);
	rig_receive_ra(&r, ETH0, AR1, ra);
	expect_reason(&r, reason);
	rig_end(&r);
}

static void only_dhcp(void)
{
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L);

	ra.flags = ND_RA_M;
	check_ra(ra, "flag M");
}

static void no_autoconfiguration(void)
{
	check_ra(rig_ra("3fff:0:a::", ND_PIO_L), "flag A");
}

static void long_prefix(void)
{
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);

	ra.pio[0].len = 80;
	check_ra(ra, "3fff:0:a::/80 is not of 64 bits");
}

static void no_default_router(void)
{
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);

	ra.lifetime = 0;
	check_ra(ra, "3fff:0:a::/64 is of a router with lifetime 0");
}

/* Formed, but no address to reach a home agent with a global one from. */
static void only_unique_local(void)
{
	check_ra(rig_ra("fd00:0:a::", ND_PIO_L | ND_PIO_A), "fd00:0:a::/64 is unique local");
}

/* Somebody else's home prefix, and the router of the link has ended. */
static void home_without_its_agent(void)
{
	struct nd_ra last = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_receive_ra(&r, ETH0, "fe80::66", rig_ra("3fff:0:1::", ND_PIO_L | ND_PIO_A));
	rig_receive_na(&r, ETH0, AR1, AR1, ND_NA_R | ND_NA_S | ND_NA_O, 0xa1);
	rig_pass(&r, S);
	rig_forget(&r);
	last.lifetime = 0;
	rig_receive_ra(&r, ETH0, AR1, last);
	rig_pass(&r, 6 * S);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 1);
	CU_ASSERT_PTR_NOT_NULL(strstr(r.warning, "3fff:0:1::/64 is the home prefix, but"));
	rig_end(&r);
}

/* It is told again after there was an address. */
static void again_on_the_next_link(void)
{
	static struct rig r;

	begin(&r);
	expect_reason(&r, "no router");
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_link(&r, ETH0, false);
	rig_link(&r, ETH0, true);
	rig_forget(&r);
	expect_reason(&r, "no router");
	rig_end(&r);
}

static void an_address_is_enough(void)
{
	static struct rig r;

	begin(&r);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, 10 * S);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 0);
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"nobody_advertises", nobody_advertises},
	    {"only_dhcp", only_dhcp},
	    {"no_autoconfiguration", no_autoconfiguration},
	    {"long_prefix", long_prefix},
	    {"no_default_router", no_default_router},
	    {"only_unique_local", only_unique_local},
	    {"home_without_its_agent", home_without_its_agent},
	    {"again_on_the_next_link", again_on_the_next_link},
	    {"an_address_is_enough", an_address_is_enough},
	};

	return test_run("mn_lack", tests, sizeof(tests) / sizeof(tests[0]));
}
