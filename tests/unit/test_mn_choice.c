/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The mobile node among many prefixes, interfaces and addresses without answer. */
#include "mn_host.h"

/* ---- many prefixes, many interfaces ---------------------------------------------------------- */

static const char *const race_prefix[3] = {"2002:db8:1::", "3fff:0:a::", "fd00:a::"};
static const int race_order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
				     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

static void prefixes_in_one_advertisement(void)
{
	for (int k = 0; k < 6; k++) {
		static struct rig r;
		struct nd_ra ra = rig_ra(NULL, 0);

		rig_init(&r);
		rig_start(&r);
		rig_link(&r, ETH0, true);
		for (int i = 0; i < 3; i++)
			rig_ra_add(&ra, race_prefix[race_order[k][i]], ND_PIO_L | ND_PIO_A);
		rig_receive_ra(&r, ETH0, AR1, ra);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
		CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
		rig_end(&r);
	}
}

static void prefixes_in_several_advertisements(void)
{
	for (int k = 0; k < 6; k++) {
		static struct rig r;
		bool native_seen = false;

		rig_init(&r);
		rig_start(&r);
		rig_link(&r, ETH0, true);
		for (int i = 0; i < 3; i++) {
			int which = race_order[k][i];

			rig_receive_ra(&r, ETH0, AR1,
				       rig_ra(race_prefix[which], ND_PIO_L | ND_PIO_A));
			native_seen = native_seen || which == 1;
			if (native_seen)
				CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
			rig_pass(&r, 5 * MS);
		}
		CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
		CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_DEVICE, COA1));
		CU_ASSERT(rig_count_bu(&r) <= 2);
		rig_end(&r);
	}
}

static void deprecated_prefix_loses(void)
{
	static struct rig r;
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);
	const struct mip6_object *o;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_ra_add(&ra, "3fff:0:b::", ND_PIO_L | ND_PIO_A);
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0); /* the one in use wins the tie */
	ra.pio[0].preferred = 0;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	o = rig_find(&r, MIP6_OBJ_ADDRESS, COA1);
	CU_ASSERT(o && o->address.flags == MIP6_ADDRESS_DEPRECATED);
	rig_end(&r);
}

static void prefixes_that_form_no_address(void)
{
	static struct rig r;
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L);

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_ra_add(&ra, "3fff:0:b::", ND_PIO_L | ND_PIO_A);
	ra.pio[1].preferred = 100;
	ra.pio[1].valid = 50;
	rig_ra_add(&ra, "3fff:0:c::", ND_PIO_L | ND_PIO_A);
	ra.pio[2].len = 63;
	rig_ra_add(&ra, "fe80::", ND_PIO_L | ND_PIO_A);
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_COA_NEW), 0);
	rig_end(&r);
}

/* A second interface, eth1, with its own preference. */
static void two_interfaces(struct rig *r, int preference0, int preference1)
{
	rig_init(r);
	r->config.interfaces = calloc(2, sizeof(*r->config.interfaces));
	r->config.interface_count = 2;
	for (int i = 0; i < 2; i++) {
		struct mip6_if_config *c = &r->config.interfaces[i];

		snprintf(c->name, sizeof(c->name), "eth%d", i);
		c->type = MIP6_ROLE_MN;
		c->preference = i ? preference1 : preference0;
	}
	rig_start(r);
	rig_link(r, ETH1, false);
	rig_address(r, ETH1, 0);
}

#define COA_ETH1 "3fff:0:c::200:ff:fe00:6"

static void attach_eth1(struct rig *r)
{
	rig_link(r, ETH1, true);
	rig_receive_ra(r, ETH1, "fe80::c1", rig_ra("3fff:0:c::", ND_PIO_L | ND_PIO_A));
}

static void better_interface_wins_later(void)
{
	static struct rig r;

	two_interfaces(&r, 2, 1);
	rig_registered(&r);
	attach_eth1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA_ETH1));
	CU_ASSERT_EQUAL(rig_last_bu(&r)->tx.ifindex, ETH1);
	rig_receive_ba(&r, ETH1, COA_ETH1, 0, rig_last_bu(&r)->mh.bu.seq, 60);
	/* The other one takes over in the step in which the link goes down. */
	rig_pass(&r, 5 * S);
	rig_link(&r, ETH1, false);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	CU_ASSERT_EQUAL(rig_last_bu(&r)->at, r.now);
	rig_end(&r);
}

static void worse_interface_stays_in_reserve(void)
{
	static struct rig r;

	two_interfaces(&r, 1, 2);
	rig_registered(&r);
	attach_eth1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA_ETH1));
	rig_end(&r);
}

static void preference_0_is_not_used(void)
{
	static struct rig r;

	two_interfaces(&r, 1, 0);
	attach_eth1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 0);
	rig_end(&r);
}

static void unanswered_address_loses_to_the_next(void)
{
	static struct rig r;
	mip6_time start;

	two_interfaces(&r, 1, 2);
	rig_attach1(&r);
	attach_eth1(&r);
	start = r.now;
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	/* BUs at 0, 1.5 and 4.5 s; the wait of the third ends at 10.5 s. */
	rig_run(&r, start + 21 * S / 2 - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	rig_run(&r, start + 21 * S / 2);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 4);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA_ETH1));
	rig_receive_ba(&r, ETH1, COA_ETH1, 0, rig_last_bu(&r)->mh.bu.seq, 60);
	rig_pass(&r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 4);
	/* A new attachment of the better interface is another chance. */
	rig_attach1(&r);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	rig_end(&r);
}

/* With no answer on any interface they take turns, more and more slowly. */
static void nobody_answers(void)
{
	static struct rig r;
	size_t first;

	two_interfaces(&r, 1, 2);
	rig_attach1(&r);
	attach_eth1(&r);
	rig_pass(&r, 600 * S);
	first = rig_count_bu(&r);
	CU_ASSERT(first >= 18 && first <= 40);
	rig_forget(&r);
	rig_pass(&r, 600 * S);
	/* One each 32 s in the end (MAX_BINDACK_TIMEOUT), from both addresses. */
	CU_ASSERT(rig_count_bu(&r) >= 18 && rig_count_bu(&r) <= 22);
	rig_end(&r);
}

static void tunnel_events(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_UP), 1);
	rig_accept(&r, COA1, 60);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_UP), 2);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_DOWN), 0);
	rig_receive_ba(&r, ETH0, COA2, MH_STATUS_DAD_FAILED, rig_last_bu(&r)->mh.bu.seq, 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_DOWN), 1);
	rig_end(&r);
}

/* An advertisement cannot end an address early (RFC 4862 5.5.3 e). */
static void hostile_prefix_lifetime(void)
{
	static struct rig r;
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	ra.pio[0].valid = 0;
	ra.pio[0].preferred = 0;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	CU_ASSERT_PTR_NOT_NULL(rig_default_route(&r, 1000 + ETH0));
	rig_end(&r);
}

static void all_interfaces(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.interfaces = calloc(1, sizeof(*r.config.interfaces));
	r.config.interface_count = 1;
	r.config.interfaces[0] =
	    (struct mip6_if_config){.name = "eth0", .type = MIP6_ROLE_MN, .preference = 2};
	r.config.use_all_interfaces = true;
	rig_start(&r);
	rig_link(&r, ETH1, false);
	rig_address(&r, ETH1, 0);
	attach_eth1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"prefixes_in_one_advertisement", prefixes_in_one_advertisement},
	    {"prefixes_in_several_advertisements", prefixes_in_several_advertisements},
	    {"deprecated_prefix_loses", deprecated_prefix_loses},
	    {"prefixes_that_form_no_address", prefixes_that_form_no_address},
	    {"better_interface_wins_later", better_interface_wins_later},
	    {"worse_interface_stays_in_reserve", worse_interface_stays_in_reserve},
	    {"preference_0_is_not_used", preference_0_is_not_used},
	    {"unanswered_address_loses_to_the_next", unanswered_address_loses_to_the_next},
	    {"nobody_answers", nobody_answers},
	    {"tunnel_events", tunnel_events},
	    {"hostile_prefix_lifetime", hostile_prefix_lifetime},
	    {"all_interfaces", all_interfaces},
	};

	return test_run("mn_choice", tests, sizeof(tests) / sizeof(tests[0]));
}
