/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Movement detection: solicitations, routers that appear and disappear, moves
 * with and without a link event (RFC 6275 11.5.1). */
#include "mn_host.h"

#define PREFIX1 "3fff:0:a::"
#define PREFIX2 "3fff:0:b::"
#define LA	(ND_PIO_L | ND_PIO_A)

/* An advertisement with the Advertisement Interval option. */
static struct nd_ra every(const char *prefix, uint32_t interval_ms)
{
	struct nd_ra ra = rig_ra(prefix, LA);

	ra.interval = interval_ms;
	return ra;
}

/* ---- solicitations --------------------------------------------------------------------- */

static void solicitation_times(void)
{
	static const mip6_time ms[] = {0, 20, 60, 180, 4180, 8180, 12180};
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	start = r.now;
	rig_link(&r, ETH0, true);
	rig_run(&r, start + 100 * S);
	CU_ASSERT_EQUAL_FATAL(rig_count_nd(&r, ICMP6_RS), 7);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_RS_TX), 7);
	for (size_t i = 0; i < 7; i++) {
		const struct rig_sent *rs = rig_nd(&r, ICMP6_RS, i);

		CU_ASSERT_EQUAL(rs->at, start + ms[i] * MS);
		CU_ASSERT(same(&rs->tx.src, LINKLOCAL));
		CU_ASSERT(same(&rs->tx.dst, "ff02::2"));
		CU_ASSERT_EQUAL(rs->tx.hop_limit, 255);
		CU_ASSERT_EQUAL(rs->tx.ifindex, ETH0);
	}
	rig_end(&r);
}

static void solicitation_ends_with_an_advertisement(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_pass(&r, 30 * MS);
	rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	rig_accept(&r, COA1, 60);
	rig_pass(&r, 100 * S);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 2);
	rig_end(&r);
}

static void solicitation_ends_with_the_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_pass(&r, 30 * MS);
	rig_link(&r, ETH0, false);
	rig_pass(&r, 100 * S);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 2);
	rig_end(&r);
}

/* Down and up that the host saw as one change. */
static void merged_link_events(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_link(&r, ETH0, true);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 1);
	rig_end(&r);
}

static void link_report_without_news(void)
{
	static struct rig r;
	struct mip6_link link = rig_eth(ETH0, true, false);

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	mip6_node_link(r.node, r.now, &link);
	CU_ASSERT_EQUAL(r.sent_count, 0);
	rig_end(&r);
}

/* The kernel's link-local address comes after the link event. */
static void waits_for_a_source(void)
{
	static struct rig r;
	struct mip6_prefix ll = P(LINKLOCAL "/64");

	rig_init(&r);
	rig_start(&r);
	mip6_node_address(r.node, r.now, ETH0, &ll, 0, false);
	rig_link(&r, ETH0, true);
	rig_pass(&r, 3 * MS);
	rig_address(&r, ETH0, MIP6_HOST_ADDR_TENTATIVE);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 0);
	rig_pass(&r, 2 * MS);
	rig_address(&r, ETH0, 0);
	CU_ASSERT_EQUAL_FATAL(rig_count_nd(&r, ICMP6_RS), 1);
	CU_ASSERT_EQUAL(rig_nd(&r, ICMP6_RS, 0)->at, r.now);
	CU_ASSERT(same(&rig_nd(&r, ICMP6_RS, 0)->tx.src, LINKLOCAL));
	rig_pass(&r, 100 * MS);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 3);
	rig_end(&r);
}

static void without_any_source(void)
{
	static struct rig r;
	struct mip6_prefix ll = P(LINKLOCAL "/64");
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	mip6_node_address(r.node, r.now, ETH0, &ll, 0, false);
	start = r.now;
	rig_link(&r, ETH0, true);
	rig_run(&r, start + S);
	CU_ASSERT_EQUAL_FATAL(rig_count_nd(&r, ICMP6_RS), 1);
	CU_ASSERT_EQUAL(rig_nd(&r, ICMP6_RS, 0)->at, start + 180 * MS);
	CU_ASSERT(mip6_addr_is_unspecified(&rig_nd(&r, ICMP6_RS, 0)->tx.src));
	rig_end(&r);
}

/* With the first advertisement, which tells whether it is the home link, or when
 * none answers the quick solicitations. */
static void link_local_is_checked_on_each_link(void)
{
	static struct rig r;
	const struct rig_sent *ns;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_link(&r, ETH0, true);
	rig_pass(&r, 180 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 0);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 1);
	ns = rig_nd(&r, ICMP6_NS, 0);
	CU_ASSERT(same(&ns->target, LINKLOCAL));
	CU_ASSERT(mip6_addr_is_unspecified(&ns->tx.src));
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 2); /* the care-of address' */
	rig_forget(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NS), 2);
	CU_ASSERT(same(&rig_nd(&r, ICMP6_NS, 1)->target, LINKLOCAL));
	CU_ASSERT_EQUAL(rig_nd(&r, ICMP6_NS, 1)->at, r.now);
	rig_end(&r);
}

static void initial_delay(void)
{
	static struct rig r;
	struct mip6_link link = rig_eth(ETH0, true, true);

	rig_init(&r);
	r.config.interface_init_delay = 2 * S;
	r.node = mip6_node_new(&r.config, &r.host, &r);
	mip6_node_link(r.node, r.now, &link);
	rig_address(&r, ETH0, 0);
	CU_ASSERT_EQUAL(mip6_node_start(r.node, r.now), MIP6_OK);
	rig_pass(&r, 2 * S - 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 0);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	rig_end(&r);
}

/* ---- moves without a link event ------------------------------------------------------------ */

static void new_router_is_followed_at_once(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 1);
	/* Its address stays usable until the old router is known to be gone. */
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	rig_end(&r);
}

/* From link 1 to link 2, back to link 1, and so on, the carrier always up. */
static void there_and_back_again(void)
{
	static struct rig r;
	static const char *const router[2] = {AR1, AR2};
	static const char *const prefix[2] = {PREFIX1, PREFIX2};
	static const char *const coa[2] = {COA1, COA2};

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int move = 0; move < 8; move++) {
		int at = move % 2;

		rig_forget(&r);
		rig_receive_ra(&r, ETH0, router[at], every(prefix[at], 70));
		rig_pass(&r, move ? ANSWER : 0);
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
		CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, coa[at]));
		CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
		rig_accept(&r, coa[at], 600);
		for (int i = 0; i < 30; i++) {
			rig_pass(&r, 50 * MS);
			rig_receive_ra(&r, ETH0, router[at], every(prefix[at], 70));
		}
		CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
		CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, coa[!at]));
	}
	rig_end(&r);
}

/* The same with an advertisement every 3 s at most and a move every 5 s: back on
 * link 1 before its router could count as silent. */
static void there_and_back_between_slow_advertisements(void)
{
	static struct rig r;
	static const char *const router[2] = {AR1, AR2};
	static const char *const prefix[2] = {PREFIX1, PREFIX2};
	static const char *const coa[2] = {COA1, COA2};

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int move = 0; move < 8; move++) {
		int at = move % 2;

		rig_forget(&r);
		rig_receive_ra(&r, ETH0, router[at], every(prefix[at], 3000));
		rig_pass(&r, move ? ANSWER : 0);
		CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
		CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, coa[at]));
		CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, r.now);
		rig_accept(&r, coa[at], 600);
		rig_pass(&r, 2 * S);
		rig_receive_ra(&r, ETH0, router[at], every(prefix[at], 3000));
		rig_pass(&r, 3 * S);
		CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	}
	rig_end(&r);
}

/* Back even before the former router was found to be silent: now the router of
 * the link just left is asked, and the switch is made when it does not answer. */
static void back_at_once(void)
{
	static struct rig r;
	mip6_time back;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 3000));
	rig_accept(&r, COA1, 6000);
	rig_pass(&r, 5 * S);
	rig_receive_ra(&r, ETH0, AR2, every(PREFIX2, 3000));
	rig_pass(&r, ANSWER);
	rig_accept(&r, COA2, 6000);
	rig_pass(&r, 200 * MS);
	back = r.now;
	rig_forget(&r);
	rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 3000));
	rig_run(&r, back + 300 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_run(&r, back + 300 * MS);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
	rig_end(&r);
}

/* Two routers with slow advertisements on one link tell by their answers. */
static void two_slow_routers_on_one_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int i = 0; i < 20; i++) {
		rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 3000));
		if (i == 0)
			rig_accept(&r, COA1, 6000);
		rig_pass(&r, 1500 * MS);
		rig_receive_ra(&r, ETH0, AR2, every(PREFIX2, 3000));
		rig_pass(&r, ANSWER);
		if (i == 0)
			rig_accept(&r, COA2, 6000);
		if (i == 0)
			rig_receive_na(&r, ETH0, AR1, AR1, ND_NA_R | ND_NA_S | ND_NA_O, 0xa1);
		rig_pass(&r, 1500 * MS);
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 2); /* link, router */
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	rig_end(&r);
}

/* Two routers with different prefixes on one link: one needless switch at most. */
static void two_routers_on_one_link(void)
{
	static struct rig r;
	uint32_t interval[] = {70, 0};

	for (int k = 0; k < 2; k++) {
		rig_init(&r);
		rig_start(&r);
		rig_link(&r, ETH0, true);
		for (int i = 0; i < 200; i++) {
			rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, interval[k]));
			if (i == 0)
				rig_accept(&r, COA1, 6000);
			rig_pass(&r, 25 * MS);
			rig_receive_ra(&r, ETH0, AR2, every(PREFIX2, interval[k]));
			rig_pass(&r, ANSWER);
			if (i == 0)
				rig_accept(&r, COA2, 6000);
			rig_pass(&r, 25 * MS);
		}
		CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 2); /* link, router */
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
		rig_end(&r);
	}
}

/* The same with one of them silent now and then: it is known to belong here. */
static void flapping_router_on_one_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int i = 0; i < 400; i++) {
		if (i % 40 < 30)
			rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 70));
		if (i == 0)
			rig_accept(&r, COA1, 6000);
		rig_pass(&r, 25 * MS);
		rig_receive_ra(&r, ETH0, AR2, every(PREFIX2, 70));
		rig_pass(&r, ANSWER);
		if (i == 0)
			rig_accept(&r, COA2, 6000);
		rig_pass(&r, 25 * MS);
	}
	/* AR1 was lost ten times, and AR2 stayed the router. */
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 10);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 2);
	rig_end(&r);
}

static void second_router_with_the_same_prefix(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	for (int i = 0; i < 20; i++) {
		rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX1, LA));
		rig_pass(&r, 25 * MS);
		rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_NEW), 0);
	/* It takes over when the first one goes, with the same address. */
	{
		struct mip6_addr router = A(AR1);

		mip6_node_neighbour_failed(r.node, r.now, ETH0, &router);
	}
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT(same(&rig_default_route(&r, 1000 + ETH0)->route.gateway, AR2));
	rig_end(&r);
}

/* Routers with one link-local address on two links (RFC 6275 11.5.1). */
static void same_link_local_other_router(void)
{
	static struct rig r;
	struct nd_ra by_mac = every(PREFIX2, 70);
	struct nd_ra by_address = rig_ra(NULL, 0);

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	by_mac.slla.addr[5] = 0x99;
	rig_receive_ra(&r, ETH0, AR1, by_mac);
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA2));
	rig_end(&r);

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_ra_add(&by_address, PREFIX1 "1", LA | ND_PIO_R);
	rig_receive_ra(&r, ETH0, AR1, by_address);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	by_address.pio[0].prefix = A(PREFIX2 "1");
	rig_receive_ra(&r, ETH0, AR1, by_address);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA2));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_MOVED), 2);
	rig_end(&r);
}

/* The former router is asked whether it is still here. */
static void former_router_is_probed(void)
{
	static struct rig r;
	mip6_time start;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	start = r.now;
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	rig_pass(&r, ANSWER);
	rig_accept(&r, COA2, 600);
	rig_run(&r, start + 300 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	rig_run(&r, start + 300 * MS);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 1);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	/* Lost is lost: its next advertisement is a move back. */
	rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	rig_pass(&r, ANSWER);
	CU_ASSERT(same(&rig_last_bu(&r)->tx.src, COA1));
	rig_end(&r);
}

static void former_router_answers(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	rig_pass(&r, ANSWER);
	rig_accept(&r, COA2, 600);
	rig_pass(&r, 100 * MS);
	rig_receive_na(&r, ETH0, AR1, AR1, ND_NA_R | ND_NA_S | ND_NA_O, 0xa1);
	rig_pass(&r, 10 * S);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	rig_receive_ra(&r, ETH0, AR1, rig_ra(PREFIX1, LA));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

/* MnRouterProbes: the former router is asked first, and the switch waits. */
static void probes_before_the_switch(void)
{
	static struct rig r;

	for (int answered = 0; answered < 2; answered++) {
		rig_init(&r);
		r.config.router_probes = 2;
		r.config.router_probe_timeout = 100 * MS;
		rig_start(&r);
		rig_registered(&r);
		rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
		CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
		rig_pass(&r, 150 * MS);
		if (answered)
			rig_receive_na(&r, ETH0, AR1, AR1, ND_NA_R | ND_NA_S, 0xa1);
		rig_pass(&r, 50 * MS);
		CU_ASSERT_EQUAL(rig_count_bu(&r), answered ? 0 : 1);
		rig_pass(&r, 500 * MS);
		rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
		CU_ASSERT_EQUAL(rig_count_bu(&r), answered ? 0 : 1);
		rig_end(&r);
	}
}

/* ---- loss of the router ------------------------------------------------------------------------
 */

static void lost_after_three_missed_intervals(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 70));
	rig_accept(&r, COA1, 600);
	rig_forget(&r);
	/* 20 ms are added to intervals below 200 ms: 3 * 90 ms. */
	rig_pass(&r, 270 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 0);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	/* With nothing better the address stays, and a sign of life is no move. */
	rig_pass(&r, 100 * MS);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	CU_ASSERT_PTR_NOT_NULL(rig_default_route(&r, 1000 + ETH0));
	rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 70));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

static void longer_intervals_get_no_addition(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 200));
	rig_accept(&r, COA1, 600);
	rig_pass(&r, 600 * MS - 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	rig_pass(&r, 1);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 1);
	rig_end(&r);
}

/* Never by one missed advertisement, nor by two. */
static void two_missed_are_nothing(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int i = 0; i < 50; i++) {
		rig_receive_ra(&r, ETH0, AR1, every(PREFIX1, 70));
		if (i == 0)
			rig_accept(&r, COA1, 600);
		rig_pass(&r, 210 * MS);
	}
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

static void silence_without_interval_is_nothing(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_pass(&r, 100 * S);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 0);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 0);
	rig_end(&r);
}

static void unreachable_router(void)
{
	static struct rig r;
	struct mip6_addr router = A(AR1);
	struct mip6_addr other = A("fe80::77");

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	mip6_node_neighbour_failed(r.node, r.now, ETH0, &other);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 0);
	mip6_node_neighbour_failed(r.node, r.now, ETH0, &router);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_ROUTER_LOST), 1);
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	rig_end(&r);
}

static void router_that_resigns(void)
{
	static struct rig r;
	struct nd_ra last = rig_ra(PREFIX1, LA);

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	last.lifetime = 0;
	rig_receive_ra(&r, ETH0, AR1, last);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_PTR_NULL(rig_default_route(&r, 1000 + ETH0));
	rig_receive_ra(&r, ETH0, AR2, rig_ra(PREFIX2, LA));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

static void router_lifetime_ends(void)
{
	static struct rig r;
	struct nd_ra ra = rig_ra(PREFIX1, LA);

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	ra.lifetime = 9;
	rig_receive_ra(&r, ETH0, AR1, ra);
	rig_accept(&r, COA1, 600);
	rig_pass(&r, 9 * S - 1);
	CU_ASSERT_PTR_NOT_NULL(rig_default_route(&r, 1000 + ETH0));
	rig_pass(&r, 1);
	CU_ASSERT_PTR_NULL(rig_default_route(&r, 1000 + ETH0));
	rig_end(&r);
}

static void prefix_lifetime_ends(void)
{
	static struct rig r;
	struct nd_ra ra = rig_ra(PREFIX1, LA);

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	ra.pio[0].valid = 20;
	ra.pio[0].preferred = 10;
	rig_receive_ra(&r, ETH0, AR1, ra);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 5);
	rig_accept(&r, COA1, 5);
	rig_pass(&r, 10 * S);
	CU_ASSERT_EQUAL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1)->address.flags,
			MIP6_ADDRESS_DEPRECATED);
	rig_pass(&r, 10 * S);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_COA_GONE), 1);
	rig_end(&r);
}

/* Invented routers and prefixes neither grow without bound nor crash. */
static void flood_of_advertisements(void)
{
	static struct rig r;
	char router[MIP6_ADDR_TEXT];
	char prefix[MIP6_ADDR_TEXT];

	rig_init(&r);
	rig_start(&r);
	rig_link(&r, ETH0, true);
	for (int i = 0; i < 3000; i++) {
		snprintf(router, sizeof(router), "fe80::%x", 0x1000 + i);
		snprintf(prefix, sizeof(prefix), "3fff:1:%x::", i + 1);
		rig_forget(&r);
		rig_receive_ra(&r, ETH0, router, rig_ra(prefix, LA));
		CU_ASSERT_FATAL(r.object_count < RIG_OBJECTS);
		rig_pass(&r, MS);
	}
	rig_end(&r);
}

static void interface_that_disappears(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	mip6_node_link_gone(r.node, r.now, ETH0);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, COA1));
	rig_pass(&r, 1000 * S);
	CU_ASSERT_EQUAL(r.sent_count, 0);
	rig_link(&r, ETH0, false);
	rig_address(&r, ETH0, 0);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"solicitation_times", solicitation_times},
	    {"solicitation_ends_with_an_advertisement", solicitation_ends_with_an_advertisement},
	    {"solicitation_ends_with_the_link", solicitation_ends_with_the_link},
	    {"merged_link_events", merged_link_events},
	    {"link_report_without_news", link_report_without_news},
	    {"waits_for_a_source", waits_for_a_source},
	    {"without_any_source", without_any_source},
	    {"link_local_is_checked_on_each_link", link_local_is_checked_on_each_link},
	    {"initial_delay", initial_delay},
	    {"new_router_is_followed_at_once", new_router_is_followed_at_once},
	    {"there_and_back_again", there_and_back_again},
	    {"there_and_back_between_slow_advertisements",
	     there_and_back_between_slow_advertisements},
	    {"back_at_once", back_at_once},
	    {"two_slow_routers_on_one_link", two_slow_routers_on_one_link},
	    {"two_routers_on_one_link", two_routers_on_one_link},
	    {"flapping_router_on_one_link", flapping_router_on_one_link},
	    {"second_router_with_the_same_prefix", second_router_with_the_same_prefix},
	    {"same_link_local_other_router", same_link_local_other_router},
	    {"former_router_is_probed", former_router_is_probed},
	    {"former_router_answers", former_router_answers},
	    {"probes_before_the_switch", probes_before_the_switch},
	    {"lost_after_three_missed_intervals", lost_after_three_missed_intervals},
	    {"longer_intervals_get_no_addition", longer_intervals_get_no_addition},
	    {"two_missed_are_nothing", two_missed_are_nothing},
	    {"silence_without_interval_is_nothing", silence_without_interval_is_nothing},
	    {"unreachable_router", unreachable_router},
	    {"router_that_resigns", router_that_resigns},
	    {"router_lifetime_ends", router_lifetime_ends},
	    {"prefix_lifetime_ends", prefix_lifetime_ends},
	    {"flood_of_advertisements", flood_of_advertisements},
	    {"interface_that_disappears", interface_that_disappears},
	};

	return test_run("movement", tests, sizeof(tests) / sizeof(tests[0]));
}
