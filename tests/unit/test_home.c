/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The home link: recognising it, returning (RFC 6275 11.5.5), leaving again. */
#include "home_rig.h"

/* ---- starting at home ------------------------------------------------------------------- */

static void start_at_home(void)
{
	static struct rig r;
	const struct mip6_object *o;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 1);
	CU_ASSERT(hoa_at_home(&r));
	CU_ASSERT_EQUAL(hoa_object(&r)->address.prefix_len, 64);
	o = rig_default_route(&r, 900);
	CU_ASSERT(o && o->route.ifindex == ETH0 && same(&o->route.gateway, HOME_AR));
	o = rig_default_route(&r, 254);
	CU_ASSERT(o && o->route.ifindex == ETH0 && same(&o->route.gateway, HOME_AR));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_MH_INPUT, HOA));
	/* No care-of address on the home link, and nobody is told anything. */
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_COA_NEW), 0);
	/* The address is new to the link: duplicate detection. */
	CU_ASSERT(same(&rig_nd(&r, ICMP6_NS, 0)->target, HOA));
	rig_pass(&r, 100 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

/* Advertised by A alone, or by R alone, it is home, too; by nothing it is not. */
static void prefix_in_any_way_but_none(void)
{
	static const uint8_t flags[] = {ND_PIO_L, ND_PIO_A, ND_PIO_R};

	static struct rig r;

	for (size_t i = 0; i < sizeof(flags); i++) {
		rig_init(&r);
		rig_start(&r);
		rig_link(&r, ETH0, true);
		rig_receive_ra(&r, ETH0, HOME_AR, rig_ra(HOME_PREFIX, 0));
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 0);
		rig_receive_ra(&r, ETH0, HOME_AR, rig_ra(HOME_PREFIX, flags[i]));
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_AT_HOME), 1);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_COA_NEW), 0);
		rig_end(&r);
	}
}

static void leaving_home(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	rig_pass(&r, 5 * S);
	rig_link(&r, ETH0, false);
	/* The home address stays where it is until there is a better place. */
	CU_ASSERT(hoa_at_home(&r));
	rig_pass(&r, 50 * MS);
	start = r.now;
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, start);
	CU_ASSERT_EQUAL(hoa_object(&r)->address.device, MIP6_DEVICE_MN);
	CU_ASSERT_FALSE(hoa_at_home(&r));
	/* The first registration: 1.5 s for the home agent's duplicate detection. */
	rig_run(&r, start + 3 * S / 2 - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_run(&r, start + 3 * S / 2);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_end(&r);
}

/* Home before the Binding Update of the last move could leave, by the rate limit:
 * those before it are still to be answered, and would bind. */
static void home_before_the_answer(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	for (int i = 0; i < 4; i++) {
		rig_link(&r, ETH0, false);
		rig_link(&r, ETH0, true);
		rig_receive_ra(&r, ETH0, i % 2 ? AR2 : AR1,
			       rig_ra(i % 2 ? "3fff:0:b::" : "3fff:0:a::", ND_PIO_L | ND_PIO_A));
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	rig_link(&r, ETH0, false);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_agent_ra());
	rig_pass(&r, 2 * S);
	CU_ASSERT_FATAL(rig_count_bu(&r) > 3);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->mh.bu.lifetime, 0);
	rig_end(&r);
}

/* Home while the home agent still tests the home address for the Binding Update from
 * abroad: the node's own question for the address makes that test fail. */
static void refused_because_of_the_own_question(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_link(&r, ETH0, false);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1); /* the home agent is sought */
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_DAD_FAILED, rig_bu(&r, 0)->mh.bu.seq, 0);
	rig_pass(&r, 200 * MS);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->mh.bu.lifetime, 0);
	rig_receive_ba(&r, ETH0, NULL, MH_STATUS_NOT_HOME_AGENT, rig_last_bu(&r)->mh.bu.seq, 0);
	CU_ASSERT(hoa_at_home(&r));
	rig_end(&r);
}

/* ---- returning -------------------------------------------------------------------------- */

static void deregistration_in_the_step_of_the_ra(void)
{
	static struct rig r;
	const struct rig_sent *bu;
	const struct mip6_object *o;

	returned(&r);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	bu = rig_bu(&r, 0);
	CU_ASSERT_EQUAL(bu->at, r.now);
	CU_ASSERT(same(&bu->tx.src, HOA));
	CU_ASSERT(same(&bu->tx.dst, HA));
	CU_ASSERT_FALSE(bu->tx.has_hao);
	CU_ASSERT_EQUAL(bu->tx.ifindex, ETH0);
	CU_ASSERT_EQUAL(bu->mh.bu.lifetime, 0);
	CU_ASSERT_EQUAL(bu->mh.bu.flags, MH_BU_A | MH_BU_H);
	CU_ASSERT(same(&bu->mh.options.alt_coa, HOA));
	CU_ASSERT(bu->source_exists);
	/* Straight to the home agent's link-layer address, from its advertisement. */
	CU_ASSERT_EQUAL(bu->tx.l2_len, 6);
	CU_ASSERT_EQUAL(bu->tx.l2_dst[5], 0x01);
	o = rig_find(&r, MIP6_OBJ_NEIGHBOUR, HA);
	CU_ASSERT(o && o->neighbour.ifindex == ETH0 && o->neighbour.lladdr[5] == 0x01);
	CU_ASSERT(hoa_at_home(&r));
	/* RFC 6275 11.5.5: no duplicate detection of the home address. */
	for (size_t i = 0; i < rig_count_nd(&r, ICMP6_NS); i++)
		CU_ASSERT_FALSE(same(&rig_nd(&r, ICMP6_NS, i)->target, HOA));
	rig_end(&r);
}

static void acknowledged_at_home(void)
{
	static struct rig r;
	const struct rig_sent *na;

	returned(&r);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 0);
	rig_pass(&r, MS);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 0)->mh.bu.seq, 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DEREGISTERED), 1);
	CU_ASSERT_EQUAL_FATAL(rig_count_nd(&r, ICMP6_NA), 1);
	na = rig_nd(&r, ICMP6_NA, 0);
	CU_ASSERT_EQUAL(na->at, r.now);
	CU_ASSERT(same(&na->target, HOA));
	CU_ASSERT(same(&na->tx.src, HOA));
	CU_ASSERT(same(&na->tx.dst, "ff02::1"));
	CU_ASSERT_EQUAL(na->na_flags, ND_NA_O);
	/* Nothing of the tunnel is left. */
	CU_ASSERT(hoa_at_home(&r));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_DEVICE, COA1));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_MH_INPUT, HOA));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_NEIGHBOUR, HA));
	rig_pass(&r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 3); /* repeated each second */
	rig_end(&r);
}

/* The home agent has forgotten the binding by itself: as good. */
static void home_agent_knows_no_binding(void)
{
	static struct rig r;

	returned(&r);
	rig_receive_ba(&r, ETH0, NULL, MH_STATUS_NOT_HOME_AGENT, rig_bu(&r, 0)->mh.bu.seq, 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DEREGISTERED), 1);
	CU_ASSERT(hoa_at_home(&r));
	rig_end(&r);
}

static void deregistration_is_repeated(void)
{
	static struct rig r;
	mip6_time start;

	returned(&r);
	start = r.now;
	rig_run(&r, start + 7 * S);
	CU_ASSERT_FATAL(rig_count_bu(&r) > 3);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, start + S);
	CU_ASSERT_EQUAL(rig_bu(&r, 2)->at, start + 3 * S);
	CU_ASSERT_EQUAL(rig_bu(&r, 3)->at, start + 7 * S);
	CU_ASSERT_EQUAL(rig_bu(&r, 3)->mh.bu.lifetime, 0);
	rig_end(&r);
}

static void home_agent_is_sought_first(void)
{
	static struct rig r;
	const struct rig_sent *ns;
	struct mip6_addr group = A("ff02::1:ff00:99");

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	attach_home(&r, home_ra());
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	ns = rig_nd(&r, ICMP6_NS, 0);
	CU_ASSERT_EQUAL(ns->at, r.now);
	CU_ASSERT(mip6_addr_is_unspecified(&ns->tx.src));
	CU_ASSERT(mip6_addr_equal(&ns->tx.dst, &group));
	CU_ASSERT(same(&ns->target, HOA));
	/* Until the de-registration the home address is not used on this link. */
	CU_ASSERT_FALSE(hoa_at_home(&r));
	rig_pass(&r, MS);
	rig_receive_na(&r, ETH0, HA, HOA, ND_NA_O, 0x42);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->tx.l2_dst[5], 0x42);
	CU_ASSERT(rig_bu(&r, 0)->source_exists);
	CU_ASSERT(hoa_at_home(&r));
	rig_end(&r);
}

static void nobody_defends_the_address(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	attach_home(&r, home_ra());
	start = r.now;
	rig_run(&r, start + 150 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 1 + 3);
	rig_run(&r, start + 150 * MS);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->tx.l2_len, 0);
	rig_end(&r);
}

/* An answer about another address, or without a link-layer address, is none. */
static void wrong_answers_while_seeking(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	attach_home(&r, home_ra());
	rig_receive_na(&r, ETH0, HA, HA, ND_NA_O, 0x42);
	rig_receive_na(&r, ETH0, "3fff:0:1::77", "3fff:0:1::77", ND_NA_O, 0x43);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

static void link_local_is_announced_with_l(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	r.config.homes[0].hoa = P("3fff:0:1::200:ff:fe00:5/64");
	rig_start(&r);
	rig_attach1(&r);
	/* The acknowledgement has another home address than the rig's. */
	{
		struct mh_message m = {.type = MH_BA};
		struct ip6_packet p = {.src = A(HA), .dst = A(COA1)};
		uint8_t buf[256];

		p.has_rh2 = true;
		p.rh2 = A("3fff:0:1::200:ff:fe00:5");
		p.rh2_segments_left = 1;
		m.ba.seq = rig_bu(&r, 0)->mh.bu.seq;
		m.ba.lifetime = 60;
		rig_packet(&r, ETH0, &p, IP6_NH_MH, 64, buf,
			   mh_build(&p.src, &p.rh2, &m, buf, sizeof(buf)));
		rig_pass(&r, 2 * S);
		rig_forget(&r);
		attach_home(&r, home_agent_ra());
		CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.flags, MH_BU_A | MH_BU_H | MH_BU_L);
		/* The home agent defends it too: no duplicate detection (11.5.5). */
		CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 0);
		seq = rig_bu(&r, 0)->mh.bu.seq;
		p = (struct ip6_packet){.src = A(HA), .dst = A("3fff:0:1::200:ff:fe00:5")};
		m.ba.seq = seq;
		m.ba.lifetime = 0;
		rig_packet(&r, ETH0, &p, IP6_NH_MH, 64, buf,
			   mh_build(&p.src, &p.dst, &m, buf, sizeof(buf)));
	}
	CU_ASSERT_EQUAL_FATAL(rig_count_nd(&r, ICMP6_NA), 2);
	CU_ASSERT(same(&rig_nd(&r, ICMP6_NA, 1)->target, LINKLOCAL));
	rig_end(&r);
}

static void leaving_again(void)
{
	static struct rig r;
	uint16_t seq;

	returned(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_receive_ba(&r, ETH0, NULL, 0, seq, 0);
	rig_pass(&r, 5 * S);
	rig_forget(&r);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 50 * MS);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 150);
	rig_end(&r);
}

/* Gone again before the home agent answered. */
static void leaving_in_the_middle_of_returning(void)
{
	static struct rig r;
	uint16_t seq;

	returned(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_forget(&r);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 5 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	/* A late answer to the de-registration is no answer to this one. */
	rig_receive_ba(&r, ETH0, COA1, 0, seq, 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DEREGISTERED), 0);
	rig_accept(&r, COA1, 60);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 1);
	rig_end(&r);
}

static void leaving_while_seeking(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	attach_home(&r, home_ra());
	rig_pass(&r, MS);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", LA));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	rig_pass(&r, 500 * MS);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

/* ---- without link events, and other circumstances ----------------------------------------------
 */

static bool home_prefix_is_on_link(const struct rig *r)
{
	for (size_t i = 0; i < r->object_count; i++) {
		const struct mip6_object *o = &r->objects[i];

		if (o->kind == MIP6_OBJ_ROUTE && o->route.table == 254 &&
		    o->route.ifindex == ETH0 && same(&o->route.dst.addr, HOME_PREFIX))
			return true;
	}
	return false;
}

static bool goes_through(const struct rig *r, unsigned table, const char *router)
{
	const struct mip6_object *o = rig_default_route(r, table);

	return o && o->route.ifindex == ETH0 && same(&o->route.gateway, router);
}

/* The former router's word does not hold on the new link: abroad the home agent is
 * reached through the new router, at home packets leave through the home router. */
static void home_and_away_without_link_event(void)
{
	static struct rig r;
	struct nd_ra home = home_agent_ra();
	struct nd_ra abroad = rig_ra("3fff:0:a::", LA);

	home.interval = 70;
	abroad.interval = 70;
	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int round = 0; round < 3; round++) {
		rig_forget(&r);
		CU_ASSERT_EQUAL(home_prefix_is_on_link(&r), round > 0);
		rig_receive_ra(&r, ETH0, AR1, abroad);
		rig_pass(&r, round ? ANSWER : 0);
		CU_ASSERT_FALSE(home_prefix_is_on_link(&r));
		CU_ASSERT(goes_through(&r, 1000 + ETH0, AR1));
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
		CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 150);
		rig_accept(&r, COA1, 600);
		for (int i = 0; i < 20; i++) {
			rig_pass(&r, 50 * MS);
			rig_receive_ra(&r, ETH0, AR1, abroad);
		}
		rig_receive_ra(&r, ETH0, HOME_AR, home);
		rig_pass(&r, ANSWER);
		CU_ASSERT(home_prefix_is_on_link(&r));
		CU_ASSERT(goes_through(&r, 900, HOME_AR));
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
		CU_ASSERT_EQUAL(rig_bu(&r, 1)->mh.bu.lifetime, 0);
		CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, r.now);
		rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 1)->mh.bu.seq, 0);
		for (int i = 0; i < 20; i++) {
			rig_pass(&r, 50 * MS);
			rig_receive_ra(&r, ETH0, HOME_AR, home);
		}
		CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	}
	rig_end(&r);
}

static void no_home_return(void)
{
	static struct rig r;
	const struct mip6_object *o;

	rig_init(&r);
	r.config.no_home_return = true;
	rig_start(&r);
	rig_registered(&r);
	attach_home(&r, home_agent_ra());
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, "3fff:0:1::200:ff:fe00:5"));
	CU_ASSERT(rig_bu(&r, 0)->mh.bu.lifetime > 0);
	o = hoa_object(&r);
	CU_ASSERT(o && o->address.device == MIP6_DEVICE_MN);
	rig_end(&r);
}

/* Neighbours may know the address at another interface: they are told where it is
 * once nobody else claims it. */
static void claimed_address_is_announced(void)
{
	static struct rig r;
	const struct rig_sent *na;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	rig_pass(&r, S - 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 0);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL_FATAL(rig_count_nd(&r, ICMP6_NA), 1);
	na = rig_nd(&r, ICMP6_NA, 0);
	CU_ASSERT(same(&na->target, HOA));
	CU_ASSERT_EQUAL(na->na_flags, ND_NA_O);
	rig_pass(&r, 10 * S);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 3);
	rig_end(&r);
}

/* Started at home without memory: the home agent still defends the address. */
static void forgotten_binding(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	rig_pass(&r, MS);
	rig_receive_na(&r, ETH0, HA, HOA, ND_NA_O, 0x42);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 0);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 0)->mh.bu.seq, 0);
	CU_ASSERT(hoa_at_home(&r));
	rig_end(&r);
}

/* The same, but the home agent says that it has none: when the address is defended
 * again, another node owns it. */
static void stolen_home_address(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	for (int i = 0; i < 2; i++) {
		rig_pass(&r, MS);
		CU_ASSERT(hoa_at_home(&r));
		rig_receive_na(&r, ETH0, HOA, HOA, ND_NA_O, 0x66);
		CU_ASSERT_EQUAL(rig_count_bu(&r), (size_t)i + 1);
		rig_receive_ba(&r, ETH0, NULL, MH_STATUS_NOT_HOME_AGENT, rig_last_bu(&r)->mh.bu.seq,
			       0);
	}
	CU_ASSERT_PTR_NULL(hoa_object(&r));
	CU_ASSERT(rig_count_events(&r, MIP6_EV_WARNING) > 1);
	rig_end(&r);
}

/* The answer to the de-registration is lost, and by the time it is sent again the home
 * agent has forgotten that it ever defended the address: nobody else does. */
static void answer_lost_for_long(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, HOME_AR, home_ra());
	rig_pass(&r, MS);
	rig_receive_na(&r, ETH0, HA, HOA, ND_NA_O, 0x42);
	rig_pass(&r, 32 * S);
	rig_receive_ba(&r, ETH0, NULL, MH_STATUS_NOT_HOME_AGENT, rig_last_bu(&r)->mh.bu.seq, 0);
	CU_ASSERT(hoa_at_home(&r));
	rig_pass(&r, 2 * S);
	CU_ASSERT(hoa_at_home(&r));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DAD_OK), 2); /* and the link-local address */
	rig_end(&r);
}

/* Another process of the node, which has the record of the first. */
static void start_anew(struct rig *r)
{
	mip6_node_free(r->node);
	r->object_count = 0;
	rig_forget(r);
	r->node = mip6_node_new(&r->config, &r->host, r);
	CU_ASSERT(mip6_node_restore(r->node, r->now, &r->records[0]) == MIP6_OK);
	rig_link(r, ETH0, true);
	rig_address(r, ETH0, 0);
	CU_ASSERT(mip6_node_start(r->node, r->now) == MIP6_OK);
}

static void restart_at_home(void)
{
	static struct rig r;

	returned(&r);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 0)->mh.bu.seq, 0);
	rig_pass(&r, 10 * S);
	start_anew(&r);
	CU_ASSERT(hoa_at_home(&r));
	CU_ASSERT_PTR_NOT_NULL(rig_default_route(&r, 900));
	rig_receive_ra(&r, ETH0, HOME_AR, home_agent_ra());
	rig_pass(&r, 10 * S);
	CU_ASSERT(hoa_at_home(&r));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

/* The disk was full when it had left: its record says that it is at home, and the home
 * agent holds a binding, which it shows by defending the address. */
static void restart_at_home_with_a_binding(void)
{
	static struct rig r;

	returned(&r);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 0)->mh.bu.seq, 0);
	rig_pass(&r, 10 * S);
	start_anew(&r);
	rig_receive_na(&r, ETH0, HOME_AR, HOA, ND_NA_O, 0x66);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 0);
	rig_end(&r);
}

/* Killed between the de-registration and its acknowledgement. */
static void restart_while_returning(void)
{
	static struct rig r;
	uint16_t seq;

	returned(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	r.now += 2 * S;
	start_anew(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 0);
	rig_end(&r);
}

static bool keep(void *arg, const struct mip6_registration_info *info)
{
	*(struct mip6_registration_info *)arg = *info;
	return true;
}

static void states_for_people(void)
{
	static struct rig r;
	struct mip6_registration_info info = {.seq = 0};

	returned(&r);
	mip6_node_registrations(r.node, keep, &info);
	CU_ASSERT_STRING_EQUAL(info.state, "returning");
	rig_receive_ba(&r, ETH0, NULL, 0, rig_bu(&r, 0)->mh.bu.seq, 0);
	mip6_node_registrations(r.node, keep, &info);
	CU_ASSERT_STRING_EQUAL(info.state, "home");
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"start_at_home", start_at_home},
	    {"prefix_in_any_way_but_none", prefix_in_any_way_but_none},
	    {"leaving_home", leaving_home},
	    {"home_before_the_answer", home_before_the_answer},
	    {"refused_because_of_the_own_question", refused_because_of_the_own_question},
	    {"deregistration_in_the_step_of_the_ra", deregistration_in_the_step_of_the_ra},
	    {"acknowledged_at_home", acknowledged_at_home},
	    {"home_agent_knows_no_binding", home_agent_knows_no_binding},
	    {"deregistration_is_repeated", deregistration_is_repeated},
	    {"home_agent_is_sought_first", home_agent_is_sought_first},
	    {"nobody_defends_the_address", nobody_defends_the_address},
	    {"wrong_answers_while_seeking", wrong_answers_while_seeking},
	    {"link_local_is_announced_with_l", link_local_is_announced_with_l},
	    {"leaving_again", leaving_again},
	    {"leaving_in_the_middle_of_returning", leaving_in_the_middle_of_returning},
	    {"leaving_while_seeking", leaving_while_seeking},
	    {"home_and_away_without_link_event", home_and_away_without_link_event},
	    {"no_home_return", no_home_return},
	    {"claimed_address_is_announced", claimed_address_is_announced},
	    {"forgotten_binding", forgotten_binding},
	    {"stolen_home_address", stolen_home_address},
	    {"answer_lost_for_long", answer_lost_for_long},
	    {"restart_at_home", restart_at_home},
	    {"restart_at_home_with_a_binding", restart_at_home_with_a_binding},
	    {"restart_while_returning", restart_while_returning},
	    {"states_for_people", states_for_people},
	};

	return test_run("home", tests, sizeof(tests) / sizeof(tests[0]));
}
