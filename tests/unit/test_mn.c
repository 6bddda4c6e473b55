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
	CU_ASSERT_EQUAL(bu->mh.bu.lifetime, 21600);
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

static void sysctls_of_used_interfaces(void)
{
	static struct rig r;
	unsigned seen = 0;

	rig_init(&r);
	rig_start(&r);
	for (size_t i = 0; i < r.object_count; i++) {
		CU_ASSERT(r.objects[i].kind == MIP6_OBJ_SYSCTL);
		CU_ASSERT_EQUAL(r.objects[i].sysctl.ifindex, ETH0);
		CU_ASSERT_EQUAL(r.objects[i].sysctl.value, 0);
		seen |= 1u << r.objects[i].sysctl.name;
	}
	CU_ASSERT_EQUAL(seen, 1u << MIP6_SYSCTL_ACCEPT_RA | 1u << MIP6_SYSCTL_AUTOCONF |
				  1u << MIP6_SYSCTL_ROUTER_SOLICITATIONS |
				  1u << MIP6_SYSCTL_DAD_TRANSMITS);
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

static void duplicate_home_address_is_not_used_again(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_DAD_FAILED, rig_bu(&r, 0)->mh.bu.seq, 0);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_DEVICE, COA1));
	rig_pass(&r, 1000 * S);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(rig_count_events(&r, MIP6_EV_WARNING) > 0);
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

static void receive_parameter_problem(struct rig *r, uint8_t code)
{
	struct ip6_packet bu = {.src = A(COA1), .dst = A(HA), .has_hao = true, .hao = A(HOA)};
	struct ip6_packet p = {.src = A(HA), .dst = A(COA1)};
	struct mh_message m = {.type = MH_BU};
	struct icmp6_error e = {.type = ICMP6_PARAM_PROBLEM, .code = code};
	uint8_t mh[64];
	uint8_t packet[256];
	uint8_t buf[512];

	bu.next_header = IP6_NH_MH;
	bu.payload = mh;
	bu.payload_len = (size_t)mh_build(&bu.hao, &bu.dst, &m, mh, sizeof(mh));
	e.packet = packet;
	e.packet_len = (size_t)ip6_build(&bu, packet, sizeof(packet));
	rig_packet(r, ETH0, &p, IP6_NH_ICMPV6, 64, buf,
		   icmp6_build_error(&p.src, &p.dst, &e, buf, sizeof(buf)));
}

/* The home agent's daemon is being started again: repetitions go on, 1.5 and 4.5 s
 * after the first, so that the new daemon gets one soon. */
static void parameter_problem_does_not_stop_repetitions(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	receive_parameter_problem(&r, 2);
	rig_pass(&r, 2 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	receive_parameter_problem(&r, 1);
	rig_pass(&r, 5 * S / 2 - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
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

static void prefix_without_free_address(void)
{
	static struct rig r;
	char text[MIP6_ADDR_TEXT];

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	for (int i = 0; i < 3; i++) {
		struct mip6_addr coa = rig_last_bu(&r)->tx.src;

		mip6_addr_format(&coa, text);
		rig_receive_na(&r, ETH0, text, text, ND_NA_O, 0x77);
		rig_pass(&r, 400 * MS);
	}
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DAD_FAIL), 3);
	rig_forget(&r);
	rig_pass(&r, 100 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

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
	r.config.interfaces[0] = (struct mip6_if_config){"eth0", MIP6_ROLE_MN, 2};
	r.config.use_all_interfaces = true;
	rig_start(&r);
	rig_link(&r, ETH1, false);
	rig_address(&r, ETH1, 0);
	attach_eth1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

/* ---- life of the process ------------------------------------------------------------------------
 */

static void stop_leaves_nothing(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	CU_ASSERT(r.object_count > 10);
	mip6_node_stop(r.node, r.now);
	CU_ASSERT_EQUAL(r.object_count, 0);
	CU_ASSERT_EQUAL(mip6_node_deadline(r.node), MIP6_NEVER);
	rig_end(&r);
}

/* What kill -9 leaves: records. The next process knows the link when it starts. */
static void restart(struct rig *r)
{
	mip6_node_free(r->node);
	r->object_count = 0;
	rig_forget(r);
	r->node = mip6_node_new(&r->config, &r->host, r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->node);
	for (size_t i = 0; i < r->record_count; i++)
		CU_ASSERT(mip6_node_restore(r->node, r->now, &r->records[i]) == MIP6_OK);
	rig_link(r, ETH0, true);
	rig_address(r, ETH0, 0);
	CU_ASSERT(mip6_node_start(r->node, r->now) == MIP6_OK);
}

static bool holds_all(const struct rig *r, const struct mip6_object *objects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < r->object_count && !mip6_object_equal(&r->objects[k], &objects[i]))
			k++;
		if (k == r->object_count)
			return false;
	}
	return r->object_count == count;
}

static void restart_goes_on(void)
{
	static struct rig r;
	static struct mip6_object before[RIG_OBJECTS];
	size_t count;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	count = r.object_count;
	memcpy(before, r.objects, sizeof(before));
	rig_pass(&r, 10 * S);
	restart(&r);
	CU_ASSERT(holds_all(&r, before, count));
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT(holds_all(&r, before, count));
	rig_pass(&r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

static void restart_continues_sequence_and_refresh(void)
{
	static struct rig r;
	mip6_time start;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	start = r.now;
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_accept(&r, COA1, 60);
	rig_pass(&r, 10 * S);
	restart(&r);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_run(&r, start + 192 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, start + 192 * S);
	rig_end(&r);
}

static void restart_on_another_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_pass(&r, 10 * S);
	restart(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	rig_end(&r);
}

static void restart_after_the_binding_ended(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	r.now += 500 * S;
	restart(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

static void restart_in_the_middle_of_a_registration(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	r.now += 700 * MS;
	restart(&r);
	/* The answer to the former process' BU is still good. */
	rig_receive_ba(&r, ETH0, COA1, 0, seq, 60);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 1);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

static void damaged_records_are_refused(void)
{
	static struct rig r;
	struct mip6_record good;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	good = r.records[0];
	mip6_node_free(r.node);
	r.node = mip6_node_new(&r.config, &r.host, &r);
	for (uint16_t len = 0; len < good.len; len++) {
		struct mip6_record cut = good;

		cut.len = len;
		CU_ASSERT_EQUAL(mip6_node_restore(r.node, r.now, &cut), MIP6_ERR_VALUE);
	}
	good.data[0]++;
	CU_ASSERT_EQUAL(mip6_node_restore(r.node, r.now, &good), MIP6_ERR_VALUE);
	rig_end(&r);
}

static void reload_keeps_the_binding(void)
{
	static struct rig r;
	size_t count;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	count = r.object_count;
	r.config.mn_max_ha_binding_life_s = 400;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(r.object_count, count);
	rig_pass(&r, 200 * S);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 100);
	/* Another home address is registered at once, the old one is gone. */
	rig_forget(&r);
	r.config.homes[0].hoa = P("3fff:0:1::98/64");
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.hao, "3fff:0:1::98"));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_end(&r);
}

static void unusable_configurations(void)
{
	static struct rig r;

	for (int i = 0; i < 3; i++) {
		rig_init(&r);
		r.config.mn_ha_ipsec = i == 0;
		if (i == 1)
			r.config.homes[0].ha = (struct mip6_addr){{0}};
		if (i == 2) {
			r.config.homes[1] = r.config.homes[0];
			r.config.homes[1].ha = A("3fff:0:1::2");
			r.config.home_count = 2;
		}
		r.node = mip6_node_new(&r.config, &r.host, &r);
		CU_ASSERT_EQUAL(mip6_node_start(r.node, r.now), MIP6_ERR_CONFIG);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 1);
		rig_link(&r, ETH0, true);
		CU_ASSERT_EQUAL(r.sent_count, 0);
		rig_end(&r);
	}
}

static void two_home_addresses(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.homes[1] = r.config.homes[0];
	r.config.homes[1].hoa = P("3fff:0:1::98/64");
	r.config.home_count = 2;
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.hao, HOA));
	CU_ASSERT(same(&rig_bu(&r, 1)->tx.hao, "3fff:0:1::98"));
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, "3fff:0:1::98"));
	CU_ASSERT_PTR_NOT_NULL(rig_default_route(&r, 901));
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 1);
	rig_end(&r);
}

static void link_local_identifier_sets_l(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.homes[0].hoa = P("3fff:0:1::200:ff:fe00:5/64");
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.flags, MH_BU_A | MH_BU_H | MH_BU_L);
	rig_end(&r);
}

static bool keep_registration(void *arg, const struct mip6_registration_info *info)
{
	*(struct mip6_registration_info *)arg = *info;
	return true;
}

static bool keep_interface(void *arg, const struct mip6_interface_info *info)
{
	*(struct mip6_interface_info *)arg = *info;
	return true;
}

static void what_control_programs_see(void)
{
	static struct rig r;
	struct mip6_registration_info reg = {.seq = 0};
	struct mip6_interface_info iface = {.ifindex = 0};

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	mip6_node_registrations(r.node, keep_registration, &reg);
	CU_ASSERT_STRING_EQUAL(reg.state, "waiting");
	CU_ASSERT_EQUAL(reg.seq, rig_bu(&r, 0)->mh.bu.seq);
	rig_accept(&r, COA1, 60);
	mip6_node_registrations(r.node, keep_registration, &reg);
	CU_ASSERT_STRING_EQUAL(reg.state, "registered");
	CU_ASSERT(same(&reg.coa, COA1) && same(&reg.hoa, HOA) && same(&reg.peer, HA));
	CU_ASSERT_EQUAL(reg.lifetime, 60);
	CU_ASSERT_EQUAL(reg.expires, 1240 * S);
	CU_ASSERT_EQUAL(reg.refresh, 1192 * S);
	mip6_node_interfaces(r.node, keep_interface, &iface);
	CU_ASSERT_EQUAL(iface.ifindex, ETH0);
	CU_ASSERT(iface.up && iface.in_use && !iface.at_home);
	CU_ASSERT(same(&iface.coa, COA1) && same(&iface.router, AR1));
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"bu_in_the_step_of_the_ra", bu_in_the_step_of_the_ra},
	    {"address_is_there_before_the_bu", address_is_there_before_the_bu},
	    {"objects_away", objects_away},
	    {"sysctls_of_used_interfaces", sysctls_of_used_interfaces},
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
	    {"rate_of_updates", rate_of_updates},
	    {"sequence_is_corrected_at_once", sequence_is_corrected_at_once},
	    {"hostile_sequence_answers_are_slow", hostile_sequence_answers_are_slow},
	    {"duplicate_home_address_is_not_used_again", duplicate_home_address_is_not_used_again},
	    {"refusal_is_retried_later", refusal_is_retried_later},
	    {"foreign_acknowledgements_are_ignored", foreign_acknowledgements_are_ignored},
	    {"parameter_problem_does_not_stop_repetitions",
	     parameter_problem_does_not_stop_repetitions},
	    {"detection_is_done_for_each_address", detection_is_done_for_each_address},
	    {"duplicate_is_replaced_at_once", duplicate_is_replaced_at_once},
	    {"prefix_without_free_address", prefix_without_free_address},
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
	    {"stop_leaves_nothing", stop_leaves_nothing},
	    {"restart_goes_on", restart_goes_on},
	    {"restart_continues_sequence_and_refresh", restart_continues_sequence_and_refresh},
	    {"restart_on_another_link", restart_on_another_link},
	    {"restart_after_the_binding_ended", restart_after_the_binding_ended},
	    {"restart_in_the_middle_of_a_registration", restart_in_the_middle_of_a_registration},
	    {"damaged_records_are_refused", damaged_records_are_refused},
	    {"reload_keeps_the_binding", reload_keeps_the_binding},
	    {"unusable_configurations", unusable_configurations},
	    {"two_home_addresses", two_home_addresses},
	    {"link_local_identifier_sets_l", link_local_identifier_sets_l},
	    {"what_control_programs_see", what_control_programs_see},
	};

	return test_run("mn", tests, sizeof(tests) / sizeof(tests[0]));
}
