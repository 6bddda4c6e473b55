/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A home agent that has lost the binding, or does not know Mobile IPv6: what errors make
 * the mobile node do (core/mn_hint.c), and what they must not (RFC 6275 11.3.5, 11.3.6). */
#include "mn_host.h"
#include <string.h>

#define CN "3fff:0:9::9"

/* An error about a packet that the mobile node sent into its tunnel. */
struct error {
	uint8_t type, code;
	const char *from, *to; /* of the error */
	const char *outer_src, *outer_dst;
	const char *inner_src;
	uint8_t next_header; /* of the outer packet */
	bool fragment;	     /* its first one */
	uint16_t offset;     /* of the fragment, 8 octets */
	size_t cut;	     /* octets that are missing at the end */
};

static struct error good_error(void)
{
	return (struct error){.type = ICMP6_PARAM_PROBLEM,
			      .from = HA,
			      .to = COA1,
			      .outer_src = COA1,
			      .outer_dst = HA,
			      .inner_src = HOA,
			      .next_header = IP6_NH_IPV6};
}

static size_t build_invoking(const struct error *what, uint8_t *buf, size_t cap)
{
	struct ip6_packet inner = {.src = A(what->inner_src), .dst = A(CN), .hop_limit = 64};
	struct ip6_packet outer = {.src = A(what->outer_src), .dst = A(what->outer_dst)};
	uint8_t data[16] = {0};
	uint8_t tunnelled[128] = {what->next_header, 0, (uint8_t)(what->offset >> 5),
				  (uint8_t)(what->offset << 3)};
	size_t at = what->fragment ? 8 : 0;

	inner.next_header = 17;
	inner.payload = data;
	inner.payload_len = sizeof(data);
	outer.next_header = what->fragment ? IP6_NH_FRAGMENT : what->next_header;
	outer.payload = tunnelled;
	outer.payload_len = at + (size_t)ip6_build(&inner, tunnelled + at, sizeof(tunnelled) - at);
	return (size_t)ip6_build(&outer, buf, cap) - what->cut;
}

static void receive_error(struct rig *r, const struct error *what)
{
	struct ip6_packet p = {.src = A(what->from), .dst = A(what->to)};
	struct icmp6_error e = {.type = what->type, .code = what->code, .value = 48};
	uint8_t packet[256];
	uint8_t buf[512];

	e.packet = packet;
	e.packet_len = build_invoking(what, packet, sizeof(packet));
	rig_packet(r, ETH0, &p, IP6_NH_ICMPV6, 64, buf,
		   icmp6_build_error(&p.src, &p.dst, &e, buf, sizeof(buf)));
}

static void registered(struct rig *r)
{
	rig_init(r);
	rig_start(r);
	rig_registered(r);
	rig_pass(r, 30 * S);
	rig_forget(r);
}

static void asks_at_once(void)
{
	static struct rig r;
	const struct error e = good_error();

	registered(&r);
	receive_error(&r, &e);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
	CU_ASSERT(same(&rig_bu(&r, 0)->mh.options.alt_coa, COA1));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_BINDING_DOUBTED), 1);
	/* Its answer tells; more errors are about packets from before. */
	receive_error(&r, &e);
	rig_pass(&r, 100 * MS);
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	/* The home agent may test the address for duplicates first (11.8). */
	rig_pass(&r, 1400 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_end(&r);
}

static void kinds_of_errors(void)
{
	static struct rig r;
	struct error e[6];

	for (size_t i = 0; i < 6; i++)
		e[i] = good_error();
	e[1].type = ICMP6_DST_UNREACH;
	e[1].code = 4;
	e[2].code = 1;
	e[3].fragment = true;
	e[4].cut = 16; /* as when the error has no room for more */
	e[5].type = ICMP6_DST_UNREACH;
	e[5].code = 3;
	for (size_t i = 0; i < 6; i++) {
		registered(&r);
		receive_error(&r, &e[i]);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
		rig_end(&r);
	}
}

/* Of another, to another, about what was not sent: nothing. */
static void what_does_not_fit_is_no_hint(void)
{
	static struct rig r;
	struct error e[10];

	for (size_t i = 0; i < 10; i++)
		e[i] = good_error();
	e[0].from = "3fff:0:a::1"; /* a router on the way */
	e[1].to = HOA;
	e[2].outer_src = COA2;
	e[3].to = e[3].outer_src = COA2;
	e[4].outer_dst = CN;
	e[5].from = e[5].outer_dst = CN;
	e[6].inner_src = "3fff:0:1::98";
	e[7].type = 3; /* Time Exceeded */
	e[8].fragment = true;
	e[8].offset = 10;
	e[9].cut = 16 + 40;
	registered(&r);
	for (size_t i = 0; i < 10; i++)
		receive_error(&r, &e[i]);
	for (e[0] = good_error(), e[0].next_header = 17; e[0].cut < 96 + 1; e[0].cut += 8)
		receive_error(&r, &e[0]);
	rig_pass(&r, S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_BINDING_DOUBTED), 0);
	rig_end(&r);
}

/* Nobody who forges them, even all that is in them, gets more out than the rate, and a
 * real one is heard all the same some time later. */
static void forged_ones_are_limited(void)
{
	static struct rig r;
	struct mh_message be = {.type = MH_BE};
	struct mh_message brr = {.type = MH_BRR};
	struct error e = good_error();
	mip6_time start;

	registered(&r);
	be.be.status = MH_BE_UNKNOWN_BINDING;
	be.be.hoa = A(HOA);
	start = r.now;
	while (r.now < start + 100 * S) {
		size_t before = rig_count_bu(&r);

		e.type = e.type == ICMP6_DST_UNREACH ? ICMP6_PARAM_PROBLEM : ICMP6_DST_UNREACH;
		receive_error(&r, &e);
		rig_receive_mh(&r, ETH0, COA1, &be);
		rig_receive_mh(&r, ETH0, COA1, &brr);
		if (rig_count_bu(&r) > before)
			rig_accept(&r, COA1, 60);
		rig_pass(&r, 50 * MS);
		r.event_count = 0;
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3 + 9);
	rig_pass(&r, 40 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3 + 9);
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3 + 9 + 1);
	rig_end(&r);
}

static void users_may_wish_none(void)
{
	static struct rig r;
	struct error e = good_error();

	rig_init(&r);
	r.config.discard_ha_param_prob = true;
	rig_start(&r);
	rig_registered(&r);
	rig_forget(&r);
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	e.type = ICMP6_DST_UNREACH;
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

/* The home agent was away for so long that the next repetition is far off: what it says
 * brings that forward. */
static void long_waits_end(void)
{
	static struct rig r;
	const struct error e = good_error();
	size_t sent;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_pass(&r, 30 * S);
	sent = rig_count_bu(&r);
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), sent + 1);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->at, r.now);
	rig_end(&r);
}

/* The access list was closed and opened again. The first error is of a kernel: it does not
 * show that somebody would answer a Binding Update now. */
static void refusals_end(void)
{
	static struct rig r;
	struct error e = good_error();

	registered(&r);
	receive_error(&r, &e);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_PROHIBITED, rig_last_bu(&r)->mh.bu.seq, 0);
	rig_pass(&r, 5 * S);
	rig_forget(&r);
	e.type = ICMP6_DST_UNREACH;
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	e.type = ICMP6_PARAM_PROBLEM;
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

/* ---- the Mobility Header is not known (11.3.5) ---------------------------------------------- */

static void receive_unknown(struct rig *r, uint8_t code, uint16_t seq)
{
	struct ip6_packet bu = {.src = A(COA1), .dst = A(HA), .has_hao = true, .hao = A(HOA)};
	struct ip6_packet p = {.src = A(HA), .dst = A(COA1)};
	struct mh_message m = {.type = MH_BU, .bu = {.seq = seq}};
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

static void unknown_header_stops_updates(void)
{
	static struct rig r;
	struct error e = good_error();
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	seq = rig_last_bu(&r)->mh.bu.seq;
	receive_unknown(&r, 2, seq);
	receive_unknown(&r, 1, (uint16_t)(seq + 1)); /* who does not see it has to guess */
	rig_pass(&r, 2 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_forget(&r);
	receive_unknown(&r, 1, (uint16_t)(seq + 1));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 1);
	e.type = ICMP6_DST_UNREACH;
	for (int i = 0; i < 31; i++) {
		rig_pass(&r, S);
		receive_error(&r, &e);
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	/* Its daemon was only away for a moment. */
	e.type = ICMP6_PARAM_PROBLEM;
	receive_error(&r, &e);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_accept(&r, COA1, 60);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 1);
	rig_end(&r);
}

/* A home agent that has acknowledged before: its daemon is being started again. */
static void unknown_header_while_bound(void)
{
	static struct rig r;
	mip6_time start;

	registered(&r);
	start = r.now;
	CU_ASSERT_EQUAL(mip6_node_refresh(r.node, r.now), MIP6_OK);
	for (unsigned i = 0; i < 3; i++) {
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), i + 1);
		CU_ASSERT_EQUAL(rig_bu(&r, i)->at, start + i * (4 * S));
		receive_unknown(&r, 1, rig_last_bu(&r)->mh.bu.seq);
		rig_run(&r, start + (i + 1) * (4 * S));
	}
	rig_end(&r);
}

/* ---- by hand -----------------------------------------------------------------------------------
 */

static void refreshed_by_hand(void)
{
	static struct rig r;

	registered(&r);
	CU_ASSERT_EQUAL(mip6_node_refresh(r.node, r.now), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_PROHIBITED, rig_last_bu(&r)->mh.bu.seq, 0);
	rig_pass(&r, S);
	CU_ASSERT_EQUAL(mip6_node_refresh(r.node, r.now), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_DAD_FAILED, rig_last_bu(&r)->mh.bu.seq, 0);
	CU_ASSERT_EQUAL(mip6_node_refresh(r.node, r.now), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 3);
	for (int i = 0; i < 10; i++)
		CU_ASSERT_EQUAL(mip6_node_refresh(r.node, r.now), MIP6_OK);
	CU_ASSERT(rig_count_bu(&r) <= 4); /* MAX_UPDATE_RATE */
	mip6_node_stop(r.node, r.now);
	CU_ASSERT_EQUAL(mip6_node_refresh(r.node, r.now), MIP6_ERR_STATE);
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"asks at once", asks_at_once},
	    {"kinds of errors", kinds_of_errors},
	    {"what does not fit is no hint", what_does_not_fit_is_no_hint},
	    {"forged ones are limited", forged_ones_are_limited},
	    {"users may wish none", users_may_wish_none},
	    {"long waits end", long_waits_end},
	    {"refusals end", refusals_end},
	    {"unknown header stops updates", unknown_header_stops_updates},
	    {"unknown header while bound", unknown_header_while_bound},
	    {"refreshed by hand", refreshed_by_hand},
	};

	return test_run("mn_hint", tests, sizeof(tests) / sizeof(tests[0]));
}
