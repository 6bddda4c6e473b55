/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The mobile node: from link-up to the tunnel, and what goes wrong on the way.
 * Everything that a step causes must happen at the step's own time. */
#include "mn_host.h"

/* ---- the path of a handover -------------------------------------------------------- */

static void bu_in_the_step_of_the_ra(void)
{
	static struct rig r;
	const struct rig_sent *bu;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_pass(&r, 7 * MS);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	bu = rig_bu(&r, 0);
	CU_ASSERT_EQUAL(bu->at, 1000 * S + 7 * MS);
	CU_ASSERT(same(&bu->tx.src, COA1));
	CU_ASSERT(same(&bu->tx.dst, HA));
	CU_ASSERT(bu->tx.has_hao && same(&bu->tx.hao, HOA));
	CU_ASSERT_FALSE(bu->tx.has_rh2);
	CU_ASSERT_EQUAL(bu->tx.ifindex, ETH0);
	CU_ASSERT_EQUAL(bu->mh.bu.flags, MH_BU_A | MH_BU_H);
	CU_ASSERT(bu->mh.options.has_alt_coa && same(&bu->mh.options.alt_coa, COA1));
	/* At most the 86400 s of the prefix. */
	CU_ASSERT_EQUAL(bu->mh.bu.lifetime, 150);
	rig_end(&r);
}

static void address_is_there_before_the_bu(void)
{
	static struct rig r;
	size_t bu_at = 0;
	size_t na_at = 0;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT(rig_bu(&r, 0)->source_exists);
	for (size_t i = 0; i < r.sent_count; i++) {
		if (r.sent[i].nd == 0)
			bu_at = i;
		if (r.sent[i].nd == ICMP6_NA)
			na_at = i;
	}
	/* The unsolicited NA that updates the access router follows the BU. */
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 1);
	CU_ASSERT(na_at > bu_at);
	CU_ASSERT(same(&r.sent[na_at].target, COA1));
	CU_ASSERT(same(&r.sent[na_at].tx.dst, "ff02::1"));
	CU_ASSERT_EQUAL(r.sent[na_at].na_flags, 0);
	CU_ASSERT_EQUAL(r.sent[na_at].at, r.now);
	rig_end(&r);
}

static void objects_away(void)
{
	static struct rig r;
	const struct mip6_object *o;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	o = rig_find(&r, MIP6_OBJ_ADDRESS, COA1);
	CU_ASSERT(o && o->address.ifindex == ETH0 && o->address.prefix_len == 64);
	o = rig_find(&r, MIP6_OBJ_RULE, COA1);
	CU_ASSERT(o && o->rule.table == 1000 + ETH0);
	o = rig_default_route(&r, 1000 + ETH0);
	CU_ASSERT(o && o->route.ifindex == ETH0 && same(&o->route.gateway, AR1));
	o = rig_find(&r, MIP6_OBJ_DEVICE, COA1);
	CU_ASSERT(o && o->device.device == MIP6_DEVICE_MN && same(&o->device.remote, HA));
	CU_ASSERT(o && o->device.mtu == 1500 - 40);
	o = rig_find(&r, MIP6_OBJ_ADDRESS, HOA);
	CU_ASSERT(o && o->address.device == MIP6_DEVICE_MN && o->address.ifindex == 0);
	CU_ASSERT(o && o->address.prefix_len == 128 && o->address.flags == MIP6_ADDRESS_HOME);
	o = rig_find(&r, MIP6_OBJ_RULE, HOA);
	CU_ASSERT(o && o->rule.table == 900);
	o = rig_default_route(&r, 900);
	CU_ASSERT(o && o->route.device == MIP6_DEVICE_MN);
	o = rig_default_route(&r, 254);
	CU_ASSERT(o && o->route.device == MIP6_DEVICE_MN);
	o = rig_find(&r, MIP6_OBJ_MH_INPUT, HOA);
	CU_ASSERT(o && !o->mh_input.hao);
	rig_end(&r);
}

static int wanted_mtu(const struct rig *r)
{
	for (size_t i = 0; i < r->object_count; i++)
		if (r->objects[i].kind == MIP6_OBJ_SYSCTL &&
		    r->objects[i].sysctl.name == MIP6_SYSCTL_MTU)
			return r->objects[i].sysctl.value;
	return 0;
}

static void sysctls_of_used_interfaces(void)
{
	static struct rig r;
	unsigned seen = 0;

	rig_init(&r);
	rig_start(&r);
	for (size_t i = 0; i < r.object_count; i++) {
		if (r.objects[i].kind == MIP6_OBJ_MH_INPUT)
			continue;
		CU_ASSERT(r.objects[i].kind == MIP6_OBJ_SYSCTL);
		CU_ASSERT_EQUAL(r.objects[i].sysctl.ifindex, ETH0);
		CU_ASSERT_EQUAL(r.objects[i].sysctl.value, 0);
		seen |= 1u << r.objects[i].sysctl.name;
	}
	CU_ASSERT_EQUAL(seen, 1u << MIP6_SYSCTL_ACCEPT_RA | 1u << MIP6_SYSCTL_AUTOCONF |
				  1u << MIP6_SYSCTL_ROUTER_SOLICITATIONS |
				  1u << MIP6_SYSCTL_DAD_TRANSMITS |
				  1u << MIP6_SYSCTL_ACCEPT_REDIRECTS);
	rig_end(&r);
}

/* The MTU that a router tells is that of its link (RFC 4861 6.3.4), as long as it can
 * be, and the node is there. */
static void mtu_of_router(void)
{
	static struct rig r;
	struct nd_ra ra = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	ra.mtu = 1400;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(wanted_mtu(&r), 1400);
	ra.mtu = 1300;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(wanted_mtu(&r), 1300);
	/* What it tells no more, it may never have told: somebody else did in its name. */
	ra.mtu = 1279;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(wanted_mtu(&r), 0);
	ra.mtu = 1300;
	rig_receive_ra(&r, ETH0, AR1, ra);
	ra.mtu = 0;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(wanted_mtu(&r), 0);
	/* Nor is a router believed that is not the one in use. */
	ra = rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A);
	ra.mtu = 1280;
	rig_receive_ra(&r, ETH0, AR2, ra);
	CU_ASSERT_EQUAL(wanted_mtu(&r), 0);
	rig_link(&r, ETH0, false);
	CU_ASSERT_EQUAL(wanted_mtu(&r), 0);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(wanted_mtu(&r), 0);
	rig_end(&r);
}

static void move_between_links(void)
{
	static struct rig r;
	const struct mip6_object *o;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 50 * MS);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
	o = rig_find(&r, MIP6_OBJ_DEVICE, COA2);
	CU_ASSERT_PTR_NOT_NULL(o);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_RULE, COA1));
	o = rig_default_route(&r, 1000 + ETH0);
	CU_ASSERT(o && same(&o->route.gateway, AR2));
	/* One BU, acknowledged after 30 ms: nothing more is sent. */
	rig_pass(&r, 30 * MS);
	rig_receive_ba(&r, ETH0, COA2, 0, rig_bu(&r, 0)->mh.bu.seq, 60);
	rig_pass(&r, 20 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

/* ---- retransmission ------------------------------------------------------------------- */

static void first_registration_is_repeated(void)
{
	static const mip6_time half_seconds[] = {0, 3, 9, 21, 45, 93, 157, 221};
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	start = r.now;
	rig_attach1(&r);
	rig_run(&r, start + 221 * S / 2);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 8);
	for (size_t i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(rig_bu(&r, i)->at, start + half_seconds[i] * S / 2);
		CU_ASSERT_EQUAL(rig_bu(&r, i)->mh.bu.seq, (uint16_t)(rig_bu(&r, 0)->mh.bu.seq + i));
	}
	rig_end(&r);
}

static void move_is_repeated_after_one_second(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	start = r.now;
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	rig_run(&r, start + 3 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, start + S);
	CU_ASSERT_EQUAL(rig_bu(&r, 2)->at, start + 3 * S);
	rig_end(&r);
}

static void gives_up_after_the_limit(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.max_ha_resends = 2;
	rig_start(&r);
	rig_attach1(&r);
	rig_pass(&r, 300 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	/* A new attachment is another chance, on the same link too. */
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 4);
	rig_end(&r);
}

static void never_from_an_address_without_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_link(&r, ETH0, false);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	rig_forget(&r);
	rig_pass(&r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	/* Back on the same link it is due at once. */
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	CU_ASSERT_EQUAL(rig_last_bu(&r)->at, r.now);
	rig_end(&r);
}

static void same_link_needs_no_bu(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 50 * MS);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	/* The access router may have forgotten it, though. */
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 1);
	rig_end(&r);
}

/* ---- the binding's life ----------------------------------------------------------------- */

static void refreshed_before_the_end(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	start = r.now;
	rig_attach1(&r);
	rig_accept(&r, COA1, 60);
	rig_run(&r, start + 192 * S - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_run(&r, start + 192 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	rig_run(&r, start + 193 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	rig_end(&r);
}

/* Passes time with a home agent that answers each BU at once; counts them. */
static size_t pass_answered(struct rig *r, mip6_time time)
{
	mip6_time until = r->now + time;
	size_t answered = 0;

	rig_forget(r);
	while (mip6_node_deadline(r->node) <= until) {
		rig_run(r, mip6_node_deadline(r->node));
		if (rig_count_bu(r) == answered)
			continue;
		answered++;
		rig_accept(r, COA1, rig_last_bu(r)->mh.bu.lifetime);
	}
	rig_run(r, until);
	CU_ASSERT_EQUAL(rig_count_bu(r), answered);
	return answered;
}

static void a_year_of_refreshes(void)
{
	static struct rig r;
	mip6_time end;
	size_t refreshes = 0;

	rig_init(&r);
	r.config.mn_max_ha_binding_life_s = 262140;
	rig_start(&r);
	end = r.now + 365 * 86400 * S;
	rig_attach1(&r);
	rig_accept(&r, COA1, 21600);
	while (r.now < end) {
		refreshes += pass_answered(&r, 600 * S);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_COA_GONE), 0);
		rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	}
	/* Each asks for what the last advertisement left, 85800 to 86400 s, and comes
	 * when 80 % of that have passed: a year has 456 to 459 such times. */
	CU_ASSERT(refreshes >= 456 && refreshes <= 459);
	rig_end(&r);
}

static void home_agent_asks_for_a_refresh(void)
{
	static struct rig r;
	struct mh_message brr = {.type = MH_BRR};
	struct mh_message be = {.type = MH_BE};

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_receive_mh(&r, ETH0, COA1, &brr);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_receive_mh(&r, ETH0, COA1, &brr); /* one is on its way */
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_accept(&r, COA1, 60);
	rig_pass(&r, 2 * S);
	be.be.status = MH_BE_UNKNOWN_BINDING;
	be.be.hoa = A(HOA);
	rig_receive_mh(&r, ETH0, COA1, &be);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	/* The home agent has no binding: the first timer of 1.5 s again. */
	rig_pass(&r, 3 * S / 2 - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	rig_end(&r);
}

/* What is for the home address comes by the tunnel's device, of which the node knows
 * nothing; it is answered as what comes by an interface (RFC 6275 10.3.1, 9.2). */
static void answers_what_was_tunnelled(void)
{
	static struct rig r;
	struct mh_message bu = {.type = MH_BU, .bu = {1, MH_BU_A | MH_BU_H, 100}};
	struct ip6_packet p = {.src = A("3fff:7::7"), .dst = A(HOA), .has_hao = true};
	uint8_t buf[64];
	size_t sent;
	int len;

	p.hao = A("3fff:9::9");
	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	sent = r.sent_count;
	len = mh_build(&p.hao, &p.dst, &bu, buf, sizeof(buf));
	rig_packet(&r, 999, &p, IP6_NH_MH, 64, buf, len);
	CU_ASSERT_EQUAL_FATAL(r.sent_count, sent + 1);
	CU_ASSERT_EQUAL(r.sent[sent].tx.payload_len, 16);
	CU_ASSERT_TRUE(mip6_addr_equal(&r.sent[sent].tx.dst, &p.src));
	CU_ASSERT_TRUE(r.sent[sent].tx.has_rh2);
	CU_ASSERT_TRUE(mip6_addr_equal(&r.sent[sent].tx.rh2, &p.hao));
	rig_end(&r);
}

static void binding_error_2_is_ignored(void)
{
	static struct rig r;
	struct mh_message be = {.type = MH_BE};

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	be.be.status = MH_BE_UNKNOWN_TYPE;
	be.be.hoa = A(HOA);
	rig_receive_mh(&r, ETH0, COA1, &be);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_BE_RX), 1);
	rig_end(&r);
}

static void rate_of_updates(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	start = r.now;
	for (int i = 0; i < 10; i++) {
		rig_link(&r, ETH0, true);
		rig_receive_ra(&r, ETH0, i % 2 ? AR2 : AR1,
			       rig_ra(i % 2 ? "3fff:0:b::" : "3fff:0:a::", ND_PIO_L | ND_PIO_A));
		rig_pass(&r, 50 * MS);
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	rig_run(&r, start + S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 4);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA2));
	rig_end(&r);
}

/* ---- acknowledgements --------------------------------------------------------------------- */

static void sequence_is_corrected_at_once(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	seq = (uint16_t)(rig_bu(&r, 0)->mh.bu.seq + 700);
	rig_pass(&r, 30 * MS);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_SEQUENCE, seq, 0);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, r.now);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->mh.bu.seq, (uint16_t)(seq + 1));
	rig_end(&r);
}

static void hostile_sequence_answers_are_slow(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	for (int i = 0; i < 40; i++) {
		rig_receive_ba(&r, ETH0, COA1, MH_STATUS_SEQUENCE,
			       (uint16_t)(rig_last_bu(&r)->mh.bu.seq + 100), 0);
		rig_pass(&r, 20 * MS);
	}
	CU_ASSERT(rig_count_bu(&r) <= 3);
	rig_end(&r);
}

static void refuse_as_duplicate(struct rig *r, const char *coa)
{
	rig_receive_ba(r, ETH0, coa, MH_STATUS_DAD_FAILED, rig_last_bu(r)->mh.bu.seq, 0);
	CU_ASSERT_PTR_NULL(rig_find(r, MIP6_OBJ_ADDRESS, HOA));
	CU_ASSERT_PTR_NULL(rig_find(r, MIP6_OBJ_DEVICE, coa));
}

/* Status 134: not used, but tried again after 1, 2, 4 ... 60 minutes. */
static void duplicate_home_address_is_tried_again(void)
{
	static const unsigned minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	for (size_t i = 0; i < sizeof(minutes) / sizeof(minutes[0]); i++) {
		refuse_as_duplicate(&r, COA1);
		CU_ASSERT(rig_count_events(&r, MIP6_EV_WARNING) > 0);
		rig_forget(&r);
		for (unsigned k = 0; k < minutes[i]; k++) {
			rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
			CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
			rig_pass(&r, 60 * S);
		}
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
		CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
	}
	rig_accept(&r, COA1, 60);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_end(&r);
}

/* At once on a new link, with and without a link event; then a minute again. */
static void duplicate_home_address_on_a_new_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	refuse_as_duplicate(&r, COA1);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->at, r.now);
	rig_accept(&r, COA2, 60);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_end(&r);
}

static void refusal_is_retried_later(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_PROHIBITED, rig_bu(&r, 0)->mh.bu.seq, 0);
	rig_pass(&r, 120 * S - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_end(&r);
}

static void foreign_acknowledgements_are_ignored(void)
{
	static struct rig r;
	struct mh_message m = {.type = MH_BA};
	struct ip6_packet p = {.src = A("3fff:0:9::1"), .dst = A(COA1)};
	uint8_t buf[256];
	struct mip6_stats stats;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	m.ba.seq = rig_bu(&r, 0)->mh.bu.seq;
	m.ba.lifetime = 60;
	p.has_rh2 = true;
	p.rh2 = A(HOA);
	p.rh2_segments_left = 1;
	rig_packet(&r, ETH0, &p, IP6_NH_MH, 64, buf,
		   mh_build(&p.src, &p.rh2, &m, buf, sizeof(buf)));
	p.src = A(HA);
	p.rh2_segments_left = 2;
	rig_packet(&r, ETH0, &p, IP6_NH_MH, 64, buf,
		   mh_build(&p.src, &p.rh2, &m, buf, sizeof(buf)));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DROP), 2);
	mip6_node_stats(r.node, &stats);
	CU_ASSERT_EQUAL(stats.drop_policy, 2);
	rig_accept(&r, COA1, 60);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 1);
	rig_end(&r);
}

/* ---- duplicate detection of care-of addresses --------------------------------------------- */

static void detection_is_done_for_each_address(void)
{
	static struct rig r;
	const struct rig_sent *ns;
	struct mip6_addr group;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	ns = rig_nd(&r, ICMP6_NS, 0); /* the second is the link-local address' */
	group = A("ff02::1:ff00:5");
	CU_ASSERT(same(&rig_nd(&r, ICMP6_NS, 1)->target, LINKLOCAL));
	CU_ASSERT(mip6_addr_is_unspecified(&ns->tx.src));
	CU_ASSERT(mip6_addr_equal(&ns->tx.dst, &group));
	CU_ASSERT(same(&ns->target, COA1));
	CU_ASSERT_EQUAL(ns->at, r.now);
	rig_pass(&r, S);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DAD_OK), 2);
	rig_end(&r);
}

static void duplicate_is_replaced_at_once(void)
{
	static struct rig r;
	const struct rig_sent *bu;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_pass(&r, 300 * MS);
	rig_receive_na(&r, ETH0, COA1, COA1, ND_NA_O, 0x77);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	bu = rig_bu(&r, 1);
	CU_ASSERT_EQUAL(bu->at, r.now);
	CU_ASSERT_FALSE(same(&bu->tx.src, COA1));
	CU_ASSERT(mip6_prefix_contains(&(struct mip6_prefix){A("3fff:0:a::"), 64}, &bu->tx.src));
	CU_ASSERT(bu->source_exists);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_DEVICE, COA1));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DAD_FAIL), 1);
	/* The new address goes through detection too. */
	CU_ASSERT(mip6_addr_equal(&rig_nd(&r, ICMP6_NS, 2)->target, &bu->tx.src));
	rig_end(&r);
}

/* The address that was used last is another node's, too. */
static void take_last_coa(struct rig *r)
{
	struct mip6_addr coa = rig_last_bu(r)->tx.src;
	char text[MIP6_ADDR_TEXT];

	mip6_addr_format(&coa, text);
	rig_receive_na(r, ETH0, text, text, ND_NA_O, 0x77);
}

/* Three are tried at once, then one after 1, 2, 4 ... 64 s, for ever. */
static void prefix_without_free_address(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_accept(&r, COA1, 600);
	for (int i = 0; i < 3; i++) {
		take_last_coa(&r);
		if (i < 2)
			rig_pass(&r, 400 * MS);
	}
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DAD_FAIL), 3);
	for (int i = 0; i < 9; i++) {
		mip6_time pause = (1 << (i < 6 ? i : 6)) * S;

		rig_forget(&r);
		rig_pass(&r, pause - 1);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
		rig_pass(&r, 1);
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
		take_last_coa(&r);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DAD_FAIL), 1);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 0); /* told before */
	}
	rig_forget(&r);
	rig_pass(&r, 64 * S);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(rig_bu(&r, 0)->source_exists);
	rig_end(&r);
}

/* A kernel without tunnels, or one whose module comes late: what cannot be made is told
 * once for each object, and nothing is registered before it is there. */
static void no_bu_before_the_plane_is_in_place(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	r.refused_kinds = 1u << MIP6_OBJ_DEVICE | 1u << MIP6_OBJ_MH_INPUT;
	rig_attach1(&r);
	for (int i = 0; i < 200; i++) {
		rig_pass(&r, 50 * MS);
		rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_UP), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_PLANE_ERROR), 2);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 2); /* no IPsec, no BU */
	r.refused_kinds = 1u << MIP6_OBJ_MH_INPUT;
	rig_pass(&r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	/* Tried again without any other input. */
	r.refused_kinds = 0;
	rig_pass(&r, 60 * S);
	CU_ASSERT(rig_count_bu(&r) >= 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_UP), 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_PLANE_ERROR), 2);
	rig_end(&r);
}

/* What was in place went wrong with a move: the new address is not registered. */
static void no_bu_for_a_move_without_tunnel(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	r.refused_kinds = 1u << MIP6_OBJ_DEVICE;
	rig_link(&r, ETH0, false);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_TUNNEL_DOWN), 1);
	r.refused_kinds = 0;
	rig_pass(&r, 1 * S);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"bu_in_the_step_of_the_ra", bu_in_the_step_of_the_ra},
	    {"address_is_there_before_the_bu", address_is_there_before_the_bu},
	    {"objects_away", objects_away},
	    {"sysctls_of_used_interfaces", sysctls_of_used_interfaces},
	    {"mtu_of_router", mtu_of_router},
	    {"move_between_links", move_between_links},
	    {"first_registration_is_repeated", first_registration_is_repeated},
	    {"move_is_repeated_after_one_second", move_is_repeated_after_one_second},
	    {"gives_up_after_the_limit", gives_up_after_the_limit},
	    {"never_from_an_address_without_link", never_from_an_address_without_link},
	    {"same_link_needs_no_bu", same_link_needs_no_bu},
	    {"refreshed_before_the_end", refreshed_before_the_end},
	    {"a_year_of_refreshes", a_year_of_refreshes},
	    {"home_agent_asks_for_a_refresh", home_agent_asks_for_a_refresh},
	    {"binding_error_2_is_ignored", binding_error_2_is_ignored},
	    {"answers_what_was_tunnelled", answers_what_was_tunnelled},
	    {"rate_of_updates", rate_of_updates},
	    {"sequence_is_corrected_at_once", sequence_is_corrected_at_once},
	    {"hostile_sequence_answers_are_slow", hostile_sequence_answers_are_slow},
	    {"duplicate_home_address_is_tried_again", duplicate_home_address_is_tried_again},
	    {"duplicate_home_address_on_a_new_link", duplicate_home_address_on_a_new_link},
	    {"refusal_is_retried_later", refusal_is_retried_later},
	    {"foreign_acknowledgements_are_ignored", foreign_acknowledgements_are_ignored},
	    {"detection_is_done_for_each_address", detection_is_done_for_each_address},
	    {"duplicate_is_replaced_at_once", duplicate_is_replaced_at_once},
	    {"prefix_without_free_address", prefix_without_free_address},
	    {"no_bu_before_the_plane_is_in_place", no_bu_before_the_plane_is_in_place},
	    {"no_bu_for_a_move_without_tunnel", no_bu_for_a_move_without_tunnel},
	};

	return test_run("mn", tests, sizeof(tests) / sizeof(tests[0]));
}
