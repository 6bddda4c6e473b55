/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Cases of what every node has: addresses, neighbours, routes, rules, settings. */
#include "planes.h"

/* ---- addresses ----------------------------------------------------------------------------- */

#define MINE  "3fff:a::5"
#define OTHER "3fff:a::9"

/* Whether the node says that MINE is here, and takes what is sent to it. */
static bool has_mine(void)
{
	struct plane_answer a;
	bool answers;

	in_ns(PLANE_A, OTHER, MINE);
	answers = answered(PLANE_A, MINE, &a);
	in_udp(PLANE_A, OTHER, MINE, 100);
	CU_ASSERT_EQUAL(went_up(OTHER, MINE), answers);
	return answers;
}

static void test_address(void)
{
	const struct mip6_object o = o_address(PLANE_A, MINE "/64", 0);
	const struct mip6_addr mine = addr_of(MINE);
	const struct mip6_addr other = addr_of(OTHER);
	struct plane_answer a;

	planes_begin();
	CU_ASSERT_FALSE(has_mine());
	put(o);
	CU_ASSERT_TRUE(has_mine());
	in_ns(PLANE_A, OTHER, MINE);
	CU_ASSERT_TRUE_FATAL(answered(PLANE_A, MINE, &a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_S | ND_NA_O);
	CU_ASSERT_EQUAL(a.na.tlla.len, 6);
	CU_ASSERT_EQUAL(memcmp(a.na.tlla.addr, planes_mac(PLANE_A), 6), 0);
	CU_ASSERT_TRUE(mip6_addr_equal(&a.src, &mine));
	CU_ASSERT_TRUE(mip6_addr_equal(&a.dst, &other));
	in_ns(PLANE_B, "3fff:b::9", MINE);
	CU_ASSERT_FALSE(answered(PLANE_B, MINE, &a)); /* not on this link */
	take(o);
	CU_ASSERT_FALSE(has_mine());
	planes_end();
}

/* Who detects duplicates has no address to be answered at (RFC 4861 7.2.4). */
static void test_address_duplicate(void)
{
	const struct mip6_object o = o_address(PLANE_A, MINE "/64", MIP6_ADDRESS_HOME);
	const struct mip6_addr all = mip6_addr_all_nodes();
	struct plane_answer a;

	planes_begin();
	put(o);
	in_ns(PLANE_A, NULL, MINE);
	CU_ASSERT_TRUE_FATAL(answered(PLANE_A, MINE, &a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_O);
	CU_ASSERT_TRUE(mip6_addr_equal(&a.dst, &all));
	take(o);
	planes_end();
}

static void test_address_changed(void)
{
	const struct mip6_object home = o_address(PLANE_A, MINE "/64", MIP6_ADDRESS_HOME);
	const struct mip6_object plain = o_address(PLANE_A, MINE "/64", 0);
	const struct mip6_object old = o_address(PLANE_A, MINE "/128", MIP6_ADDRESS_DEPRECATED);

	planes_begin();
	put(home);
	change(home, plain);
	CU_ASSERT_TRUE(has_mine());
	change(plain, old);
	CU_ASSERT_TRUE(has_mine());
	change(old, home);
	CU_ASSERT_TRUE(has_mine());
	take(home);
	CU_ASSERT_FALSE(has_mine());
	planes_end();
}

/* No prefix route comes with an address. */
static void test_address_no_prefix(void)
{
	const struct mip6_object o = o_address(PLANE_A, "3fff:d::5/64", 0);

	planes_begin();
	put(o);
	out_udp("3fff:d::5", "3fff:d::9");
	CU_ASSERT_FALSE(asked_for(PLANE_A, "3fff:d::9"));
	take(o);
	planes_end();
}

/* ---- neighbours -------------------------------------------------------------------------------
 */

static void test_neighbour(void)
{
	const struct mip6_object o = o_neighbour(PLANE_A, OTHER, 7);
	const struct mip6_object moved = o_neighbour(PLANE_A, OTHER, 8);

	planes_begin();
	out_udp("3fff:a::1", OTHER);
	CU_ASSERT_TRUE(asked_for(PLANE_A, OTHER) && nothing_left());
	put(o);
	out_udp("3fff:a::1", OTHER);
	CU_ASSERT_TRUE(left(PLANE_A, 7, "3fff:a::1", OTHER));
	CU_ASSERT_FALSE(asked_for(PLANE_A, OTHER));
	change(o, moved);
	out_udp("3fff:a::1", OTHER);
	CU_ASSERT_TRUE(left(PLANE_A, 8, "3fff:a::1", OTHER));
	CU_ASSERT_FALSE(left(PLANE_A, 7, "3fff:a::1", OTHER));
	take(moved);
	out_udp("3fff:a::1", OTHER);
	CU_ASSERT_TRUE(asked_for(PLANE_A, OTHER) && nothing_left());
	planes_end();
}

/* What is told is what is known at first: whether the neighbour is there is found
 * out as of any other (RFC 4861 7.3). */
static void test_neighbour_gone(void)
{
	const struct mip6_object o = o_neighbour(PLANE_A, OTHER, 7);
	bool asked = false;

	planes_begin();
	put(o);
	pass_time(60000);
	CU_ASSERT_FALSE(asked_for(PLANE_A, OTHER)); /* nobody wants to know */
	out_udp("3fff:a::1", OTHER);
	CU_ASSERT_TRUE(left(PLANE_A, 7, "3fff:a::1", OTHER));
	for (int s = 0; s < 12; s++) {
		pass_time(1000);
		asked = asked || asked_for(PLANE_A, OTHER);
	}
	CU_ASSERT_TRUE(asked);
	out_udp("3fff:a::1", OTHER);
	CU_ASSERT_TRUE(nothing_left());
	take(o);
	planes_end();
}

/* ---- routes -------------------------------------------------------------------------------------
 */

#define FAR "3fff:c::c"

/* Two routers on A, one on B. */
static const char *const routers[] = {"fe80::a", "fe80::aa", "fe80::b"};
static const unsigned router_links[] = {PLANE_A, PLANE_A, PLANE_B};

static void put_routers(void)
{
	for (uint8_t i = 0; i < 3; i++)
		put(o_neighbour(router_links[i], routers[i], (uint8_t)(i + 1)));
}

static void take_routers(void)
{
	for (uint8_t i = 0; i < 3; i++)
		take(o_neighbour(router_links[i], routers[i], (uint8_t)(i + 1)));
}

static void test_route(void)
{
	const struct mip6_object o = o_route(254, "3fff:c::/64", PLANE_A, routers[0]);
	const struct mip6_object beside = o_route(254, "3fff:c::/64", PLANE_A, routers[1]);
	const struct mip6_object other = o_route(254, "3fff:c::/64", PLANE_B, routers[2]);

	planes_begin();
	put_routers();
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(nothing_left());
	put(o);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 1, "3fff:a::1", FAR));
	CU_ASSERT_EQUAL(found_outer()->hop_limit, 64);
	change(o, beside);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 2, "3fff:a::1", FAR));
	change(beside, other);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_B, 3, "3fff:a::1", FAR));
	CU_ASSERT_FALSE(left(PLANE_A, 0, "3fff:a::1", FAR));
	out_udp("3fff:a::1", "3fff:c:0:1::c"); /* another prefix */
	CU_ASSERT_TRUE(nothing_left());
	take(other);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(nothing_left());
	take_routers();
	planes_end();
}

static void test_route_metric(void)
{
	struct mip6_object worse = o_route(254, "::/0", PLANE_A, routers[0]);
	const struct mip6_object better = o_route(254, "::/0", PLANE_B, routers[2]);
	struct mip6_object longer = o_route(254, "3fff:c::/64", PLANE_A, routers[1]);

	worse.route.metric = 513;
	longer.route.metric = 2000;
	planes_begin();
	put_routers();
	put(worse);
	put(better);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_B, 3, "3fff:a::1", FAR));
	put(longer);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 2, "3fff:a::1", FAR));
	take(longer);
	take(better);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 1, "3fff:a::1", FAR));
	take(worse);
	take_routers();
	planes_end();
}

/* Without a gateway the destination itself is the neighbour. */
static void test_route_on_link(void)
{
	const struct mip6_object o = o_route(254, "3fff:c::/64", PLANE_A, NULL);
	const struct mip6_object far = o_neighbour(PLANE_A, FAR, 9);

	planes_begin();
	put(o);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(asked_for(PLANE_A, FAR) && nothing_left());
	put(far);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 9, "3fff:a::1", FAR));
	take(o);
	out_udp("3fff:a::1", FAR);
	CU_ASSERT_TRUE(nothing_left());
	take(far);
	planes_end();
}

/* ---- rules
 * ---------------------------------------------------------------------------------------- */

static void test_rule(void)
{
	const struct mip6_object main_route = o_route(254, "::/0", PLANE_A, routers[0]);
	const struct mip6_object one = o_route(900, "::/0", PLANE_A, routers[1]);
	const struct mip6_object two = o_route(901, "::/0", PLANE_B, routers[2]);
	const struct mip6_object rule = o_rule("3fff:b::1/128", 1000, 900);
	const struct mip6_object changed = o_rule("3fff:b::1/128", 1000, 901);
	const struct mip6_object first = o_rule("3fff:b::/64", 999, 900);

	planes_begin();
	put_routers();
	put(main_route);
	put(one);
	put(two);
	out_udp("3fff:b::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 1, "3fff:b::1", FAR));
	put(rule);
	out_udp("3fff:b::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 2, "3fff:b::1", FAR));
	out_udp("3fff:a::1", FAR); /* another source */
	CU_ASSERT_TRUE(left(PLANE_A, 1, "3fff:a::1", FAR));
	change(rule, changed);
	out_udp("3fff:b::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_B, 3, "3fff:b::1", FAR));
	put(first); /* of a better priority */
	out_udp("3fff:b::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 2, "3fff:b::1", FAR));
	take(one); /* its table is empty: the next rule */
	out_udp("3fff:b::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_B, 3, "3fff:b::1", FAR));
	take(first);
	take(changed);
	out_udp("3fff:b::1", FAR);
	CU_ASSERT_TRUE(left(PLANE_A, 1, "3fff:b::1", FAR));
	take(two);
	take(main_route);
	take_routers();
	planes_end();
}

/* ---- settings
 * ---------------------------------------------------------------------------------------- */

#define SENDER "3fff:a::9"

/* What is too big for the link then is told, and what was too big before passes when
 * the setting is gone. */
static void test_mtu(void)
{
	const struct mip6_object forward = o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1);
	const struct mip6_object mtu = o_sysctl(MIP6_SYSCTL_MTU, PLANE_B, 1400);
	const struct mip6_object less = o_sysctl(MIP6_SYSCTL_MTU, PLANE_B, 1300);
	const struct mip6_object route = o_route(254, "3fff:c::/64", PLANE_B, routers[2]);
	const struct mip6_object sender = o_neighbour(PLANE_A, SENDER, 9);

	planes_begin();
	put_routers();
	put(sender);
	put(route);
	put(forward);
	put(mtu);
	in_udp(PLANE_A, SENDER, FAR, 1401);
	CU_ASSERT_TRUE(nothing_left() && told(PLANE_A, SENDER, ICMP6_PACKET_TOO_BIG, 0, 1400));
	in_udp(PLANE_A, SENDER, FAR, 1400);
	CU_ASSERT_TRUE(left(PLANE_B, 3, SENDER, FAR));
	change(mtu, less);
	in_udp(PLANE_A, SENDER, FAR, 1400);
	CU_ASSERT_TRUE(nothing_left() && told(PLANE_A, SENDER, ICMP6_PACKET_TOO_BIG, 0, 1300));
	take(less);
	in_udp(PLANE_A, SENDER, FAR, PLANE_MTU);
	CU_ASSERT_TRUE(left(PLANE_B, 3, SENDER, FAR));
	take(forward);
	take(route);
	take(sender);
	take_routers();
	planes_end();
}

static void test_forwarding(void)
{
	const struct mip6_object on = o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1);
	const struct mip6_object off = o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 0);
	const struct mip6_object route = o_route(254, "3fff:c::/64", PLANE_B, routers[2]);
	const struct mip6_object sender = o_neighbour(PLANE_A, SENDER, 9);
	struct plane_answer a;

	planes_begin();
	put_routers();
	put(sender);
	put(route);
	in_udp(PLANE_A, SENDER, FAR, 100);
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	put(on);
	in_udp(PLANE_A, SENDER, FAR, 100);
	CU_ASSERT_TRUE(left(PLANE_B, 3, SENDER, FAR));
	CU_ASSERT_EQUAL(found_outer()->hop_limit, 63);
	in_hop_limit(PLANE_A, SENDER, FAR, 1);
	CU_ASSERT_TRUE(nothing_left() && told(PLANE_A, SENDER, 3, 0, 0));
	in_udp(PLANE_A, SENDER, "3fff:d::d", 100);
	CU_ASSERT_TRUE(nothing_left() && told(PLANE_A, SENDER, ICMP6_DST_UNREACH, 0, 0));
	in_ns(PLANE_A, SENDER, "3fff:a::1");
	CU_ASSERT_TRUE_FATAL(answered(PLANE_A, "3fff:a::1", &a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_R | ND_NA_S | ND_NA_O);
	change(on, off);
	in_udp(PLANE_A, SENDER, FAR, 100);
	CU_ASSERT_TRUE(nothing_left());
	change(off, on);
	take(on);
	in_udp(PLANE_A, SENDER, FAR, 100);
	CU_ASSERT_TRUE(nothing_left());
	in_ns(PLANE_A, SENDER, "3fff:a::1");
	CU_ASSERT_TRUE_FATAL(answered(PLANE_A, "3fff:a::1", &a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_S | ND_NA_O);
	take(route);
	take(sender);
	take_routers();
	planes_end();
}

/* What the kernel would make of a router by itself is the protocol's to make. */
static void test_accept_ra(void)
{
	static const enum mip6_sysctl names[] = {MIP6_SYSCTL_ACCEPT_RA, MIP6_SYSCTL_AUTOCONF};
	static const char made[] = "3fff:d::ff:fe00:101"; /* of the interface's MAC */
	struct plane_answer a;

	for (size_t i = 0; i < 2; i++) {
		planes_begin();
		put(o_sysctl(names[i], PLANE_A, 0));
		in_ra(PLANE_A, "fe80::a", "3fff:d::/64");
		in_ns(PLANE_A, OTHER, made);
		CU_ASSERT_FALSE(answered(PLANE_A, made, &a));
		take(o_sysctl(names[i], PLANE_A, 0));
		in_ra(PLANE_A, "fe80::a", "3fff:d::/64");
		in_ns(PLANE_A, OTHER, made);
		CU_ASSERT_EQUAL(answered(PLANE_A, made, &a), planes_known(PLANE_AUTOCONF));
		planes_end();
	}
}

const struct test_case planes_link_cases[] = {
    {"ADDRESS: answers and takes packets", test_address},
    {"ADDRESS: a duplicate is told", test_address_duplicate},
    {"ADDRESS: changed", test_address_changed},
    {"ADDRESS: no prefix route", test_address_no_prefix},
    {"NEIGHBOUR: used without asking", test_neighbour},
    {"NEIGHBOUR: found to be gone", test_neighbour_gone},
    {"ROUTE: gateway", test_route},
    {"ROUTE: metric and length", test_route_metric},
    {"ROUTE: on the link", test_route_on_link},
    {"RULE: by source", test_rule},
    {"SYSCTL: forwarding", test_forwarding},
    {"SYSCTL: MTU", test_mtu},
    {"SYSCTL: accept_ra, autoconf", test_accept_ra},
    {NULL, NULL},
};
