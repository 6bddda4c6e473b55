/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Cases of the mobile node that is away: PLANE_A is the foreign link, PLANE_B
 * another; the home agent is beyond a router on each. */
#include "planes.h"

#define HA   "3fff:1::1"
#define HA2  "3fff:1::2"
#define HOA  "3fff:1::10"
#define COA  "3fff:a::1"
#define COA2 "3fff:b::1"
#define CN   "3fff:c::c"

enum { ROUTER_A = 1, ROUTER_B = 2 };

static struct mip6_object basics(size_t i)
{
	switch (i) {
	case 0:
		return o_neighbour(PLANE_A, "fe80::a", ROUTER_A);
	case 1:
		return o_neighbour(PLANE_B, "fe80::b", ROUTER_B);
	case 2:
		return o_route(254, "::/0", PLANE_A, "fe80::a");
	case 3: /* what is sent from the other care-of address leaves by its router */
		return o_route(902, "::/0", PLANE_B, "fe80::b");
	case 4:
		return o_rule(COA2 "/128", 1002, 902);
	case 5:
		return o_address(0, HOA "/128", MIP6_ADDRESS_HOME);
	case 6:
		return o_route(900, "::/0", 0, NULL);
	default:
		return o_rule(HOA "/128", 1000, 900);
	}
}

enum { BASICS = 8, WITHOUT_DEVICE = 5 };

static void begin(struct mip6_object device)
{
	planes_begin();
	for (size_t i = 0; i < WITHOUT_DEVICE; i++)
		put(basics(i));
	put(device);
	for (size_t i = WITHOUT_DEVICE; i < BASICS; i++)
		put(basics(i));
}

/* In the order of the core: first what needs the device. */
static void end(struct mip6_object device)
{
	for (size_t i = BASICS; i-- > WITHOUT_DEVICE;)
		take(basics(i));
	take(device);
	for (size_t i = WITHOUT_DEVICE; i-- > 0;)
		take(basics(i));
	planes_end();
}

/* ---- the tunnel ------------------------------------------------------------------------------ */

static void test_tunnel_out(void)
{
	const struct mip6_object device = o_device_mn(COA, HA);

	begin(device);
	out_udp(HOA, CN);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, COA, HA, HOA, CN));
	CU_ASSERT_EQUAL(found_inner()->hop_limit, 64);
	CU_ASSERT_EQUAL(found_outer()->hop_limit, 64);
	out_udp(COA, CN);
	CU_ASSERT_TRUE(left(PLANE_A, ROUTER_A, COA, CN));
	out_udp(COA2, CN);
	CU_ASSERT_TRUE(left(PLANE_B, ROUTER_B, COA2, CN));
	end(device);
}

static bool comes_in(unsigned ifindex, const char *ha, const char *coa)
{
	in_tunnelled(ifindex, ha, coa, CN, HOA);
	return went_up(CN, HOA);
}

static void test_tunnel_in(void)
{
	const struct mip6_object device = o_device_mn(COA, HA);

	begin(device);
	CU_ASSERT_TRUE(comes_in(PLANE_A, HA, COA));
	CU_ASSERT_FALSE(comes_in(PLANE_A, CN, COA));  /* not the home agent */
	CU_ASSERT_FALSE(comes_in(PLANE_B, HA, COA2)); /* not the care-of address */
	in_tunnelled(PLANE_A, HA, COA, CN, "3fff:1::11");
	CU_ASSERT_TRUE(nothing_up() && nothing_left());
	in_tunnelled(PLANE_A, HA, COA, CN, COA); /* not by this way */
	CU_ASSERT_EQUAL(went_up(CN, COA), planes_known(PLANE_COA_IN_TUNNEL));
	CU_ASSERT_TRUE(comes_in(PLANE_A, HA, COA));
	end(device);
	planes_begin();
	CU_ASSERT_FALSE(comes_in(PLANE_A, HA, COA));
	planes_end();
}

/* A handover is a change of the local end; another home agent one of the remote. */
static void test_tunnel_changed(void)
{
	const struct mip6_object first = o_device_mn(COA, HA);
	const struct mip6_object moved = o_device_mn(COA2, HA);
	const struct mip6_object other = o_device_mn(COA2, HA2);

	begin(first);
	change(first, moved);
	out_udp(HOA, CN);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_B, COA2, HA, HOA, CN));
	CU_ASSERT_FALSE(left_tunnelled(PLANE_A, COA, HA, HOA, CN));
	CU_ASSERT_TRUE(comes_in(PLANE_B, HA, COA2));
	CU_ASSERT_FALSE(comes_in(PLANE_A, HA, COA));
	change(moved, other);
	out_udp(HOA, CN);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_B, COA2, HA2, HOA, CN));
	CU_ASSERT_TRUE(comes_in(PLANE_B, HA2, COA2));
	CU_ASSERT_FALSE(comes_in(PLANE_B, HA, COA2));
	end(other);
}

/* The home address stays where it is, as on the home link. */
static void test_tunnel_removed(void)
{
	const struct mip6_object device = o_device_mn(COA, HA);
	const struct mip6_object home = o_address(PLANE_B, HOA "/64", MIP6_ADDRESS_HOME);

	planes_begin();
	put(home);
	CU_ASSERT_FALSE(comes_in(PLANE_A, HA, COA));
	put(device);
	CU_ASSERT_TRUE(comes_in(PLANE_A, HA, COA));
	take(device);
	CU_ASSERT_FALSE(comes_in(PLANE_A, HA, COA));
	take(home);
	planes_end();
}

/* A care-of address that the node does not have any more is no source. */
static void test_tunnel_lost_address(void)
{
	const struct mip6_object coa = o_address(PLANE_A, "3fff:a::77/64", 0);
	const struct mip6_object device = o_device_mn("3fff:a::77", HA);

	begin(device);
	out_udp(HOA, CN);
	CU_ASSERT_TRUE(nothing_left());
	put(coa);
	out_udp(HOA, CN);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, "3fff:a::77", HA, HOA, CN));
	take(coa);
	out_udp(HOA, CN);
	CU_ASSERT_TRUE(nothing_left());
	end(device);
}

/* Packets of a node behind the mobile one. Without a home address here: the error
 * would have that as its source, and take the tunnel as the rule says. */
static void test_tunnel_too_big(void)
{
	const struct mip6_object basic[] = {
	    o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1),
	    o_neighbour(PLANE_A, "fe80::a", ROUTER_A),
	    o_neighbour(PLANE_B, "3fff:b::9", 9),
	    o_route(254, "::/0", PLANE_A, "fe80::a"),
	    o_device_mn(COA, HA),
	    o_route(900, "::/0", 0, NULL),
	    o_rule("3fff:b::9/128", 1001, 900),
	};
	const size_t count = sizeof(basic) / sizeof(basic[0]);

	planes_begin();
	for (size_t i = 0; i < count; i++)
		put(basic[i]);
	in_udp(PLANE_B, "3fff:b::9", CN, PLANE_MTU - 40);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, COA, HA, "3fff:b::9", CN));
	CU_ASSERT_EQUAL(found_outer()->payload_len, PLANE_MTU - 40);
	in_udp(PLANE_B, "3fff:b::9", CN, PLANE_MTU - 39);
	CU_ASSERT_TRUE(nothing_left());
	CU_ASSERT_TRUE(told(PLANE_B, "3fff:b::9", ICMP6_PACKET_TOO_BIG, 0, PLANE_MTU - 40));
	for (size_t i = count; i-- > 0;)
		take(basic[i]);
	planes_end();
}

/* A narrow link between the node and its home agent: as at the home agent's end. */
static void test_tunnel_path(void)
{
	const struct mip6_object basic[] = {
	    o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1),
	    o_neighbour(PLANE_A, "fe80::a", ROUTER_A),
	    o_neighbour(PLANE_B, "3fff:b::9", 9),
	    o_route(254, "::/0", PLANE_A, "fe80::a"),
	    o_device_mn(COA, HA),
	    o_route(900, "::/0", 0, NULL),
	    o_rule("3fff:b::9/128", 1001, 900),
	};
	const size_t count = sizeof(basic) / sizeof(basic[0]);

	planes_begin();
	for (size_t i = 0; i < count; i++)
		put(basic[i]);
	in_udp(PLANE_B, "3fff:b::9", CN, 1280);
	CU_ASSERT_TRUE_FATAL(left_tunnelled(PLANE_A, COA, HA, "3fff:b::9", CN));
	in_too_big(PLANE_A, "3fff:2::fe", COA, 1300);
	CU_ASSERT_TRUE(nothing_left());
	in_udp(PLANE_B, "3fff:b::9", CN, 1280);
	CU_ASSERT_TRUE(left_in_fragments(PLANE_A, COA, HA, 1280));
	in_udp(PLANE_B, "3fff:b::9", CN, 1261);
	CU_ASSERT_TRUE(left_in_fragments(PLANE_A, COA, HA, 1261));
	in_udp(PLANE_B, "3fff:b::9", CN, 1260);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, COA, HA, "3fff:b::9", CN));
	in_udp(PLANE_B, "3fff:b::9", CN, 1281);
	CU_ASSERT_TRUE(told(PLANE_B, "3fff:b::9", ICMP6_PACKET_TOO_BIG, 0, 1280));
	for (size_t i = count; i-- > 0;)
		take(basic[i]);
	planes_end();
}

/* What the core says of the size of what it carries. */
static void test_tunnel_mtu(void)
{
	struct mip6_object device = o_device_mn(COA, HA);
	struct mip6_object narrower = o_device_mn(COA, HA);
	struct mip6_object basic[] = {
	    o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1),
	    o_neighbour(PLANE_A, "fe80::a", ROUTER_A),
	    o_neighbour(PLANE_B, "3fff:b::9", 9),
	    o_route(254, "::/0", PLANE_A, "fe80::a"),
	};
	const struct mip6_object route = o_route(254, "3fff:c::/64", 0, NULL);
	const size_t count = sizeof(basic) / sizeof(basic[0]);

	device.device.mtu = 1400;
	narrower.device.mtu = 1300;
	planes_begin();
	for (size_t i = 0; i < count; i++)
		put(basic[i]);
	put(device);
	put(route);
	in_udp(PLANE_B, "3fff:b::9", CN, 1400);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, COA, HA, "3fff:b::9", CN));
	in_udp(PLANE_B, "3fff:b::9", CN, 1401);
	CU_ASSERT_TRUE(told(PLANE_B, "3fff:b::9", ICMP6_PACKET_TOO_BIG, 0, 1400));
	change(device, narrower);
	in_udp(PLANE_B, "3fff:b::9", CN, 1301);
	CU_ASSERT_TRUE(told(PLANE_B, "3fff:b::9", ICMP6_PACKET_TOO_BIG, 0, 1300));
	in_udp(PLANE_B, "3fff:b::9", CN, 1300);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, COA, HA, "3fff:b::9", CN));
	take(route);
	take(narrower);
	for (size_t i = count; i-- > 0;)
		take(basic[i]);
	planes_end();
}

/* The home address of a mobile node that is away is on no link. */
static void test_home_address(void)
{
	const struct mip6_object device = o_device_mn(COA, HA);
	struct plane_answer a;

	begin(device);
	in_ns(PLANE_A, "3fff:a::9", HOA);
	CU_ASSERT_FALSE(answered(PLANE_A, HOA, &a));
	in_ns(PLANE_A, NULL, HOA);
	CU_ASSERT_FALSE(answered(PLANE_A, HOA, &a));
	in_udp(PLANE_A, CN, HOA, 100); /* yet it is the node's */
	CU_ASSERT_TRUE(went_up(CN, HOA));
	end(device);
}

/* ---- MH_INPUT ----------------------------------------------------------------------------------
 */

static bool ba_arrives(const char *hoa)
{
	in_mobile(PLANE_A, HA, COA, NULL, hoa, PLANE_BA);
	return mh_went_up(HA, hoa);
}

/* RFC 6275 6.4, 11.3.3: the routing header leads to a home address of the node. */
static void test_rh2(void)
{
	const struct mip6_object device = o_device_mn(COA, HA);
	const struct mip6_object o = o_mh_input(false, HOA);

	begin(device);
	in_mobile(PLANE_A, HA, COA, NULL, NULL, PLANE_BA); /* without the header */
	CU_ASSERT_TRUE(mh_went_up(HA, COA));
	CU_ASSERT_FALSE(ba_arrives(HOA));
	put(o);
	CU_ASSERT_TRUE(ba_arrives(HOA));
	CU_ASSERT_FALSE(ba_arrives("3fff:1::11"));
	CU_ASSERT_TRUE(nothing_left());
	in_segments(PLANE_A, HA, COA, HOA, 0);
	CU_ASSERT_TRUE(nothing_up());
	in_segments(PLANE_A, HA, COA, HOA, 2);
	CU_ASSERT_TRUE(nothing_up());
	CU_ASSERT_FALSE(ba_arrives(COA2)); /* the node's, but no home address */
	in_mobile(PLANE_A, HA, COA, NULL, HOA, PLANE_DATA);
	CU_ASSERT_TRUE(went_up(HA, HOA)); /* the home agent's own packets (10.4.2) */
	take(o);
	CU_ASSERT_FALSE(ba_arrives(HOA));
	end(device);
}

/* Who names another source by a Home Address option needs a binding here (RFC 6275 9.3.1),
 * also where the destination is a home address and has a routing header: only the Mobility
 * Header does without. */
static void test_rh2_hao(void)
{
	const struct mip6_object device = o_device_mn(COA, HA);
	const struct mip6_object rh2 = o_mh_input(false, HOA);
	const struct mip6_object hao = o_mh_input(true, "::");

	begin(device);
	put(rh2);
	put(hao);
	in_mobile(PLANE_A, CN, COA, "3fff:9::9", HOA, PLANE_BU);
	CU_ASSERT_TRUE(mh_went_up("3fff:9::9", HOA));
	in_mobile(PLANE_A, CN, COA, "3fff:9::9", NULL, PLANE_BU);
	CU_ASSERT_TRUE(mh_went_up("3fff:9::9", COA));
	in_mobile(PLANE_A, CN, COA, "3fff:9::9", HOA, PLANE_DATA);
	CU_ASSERT_TRUE(nothing_up());
	in_mobile(PLANE_A, CN, HOA, "3fff:9::9", NULL, PLANE_DATA);
	CU_ASSERT_TRUE(nothing_up());
	in_mobile(PLANE_A, CN, COA, "3fff:9::9", NULL, PLANE_DATA);
	CU_ASSERT_TRUE(nothing_up());
	in_mobile(PLANE_A, HA, COA, NULL, HOA, PLANE_DATA);
	CU_ASSERT_TRUE(went_up(HA, HOA));
	take(hao);
	take(rh2);
	end(device);
}

/* The object names the home address; the node must have it, too. */
static void test_rh2_no_home(void)
{
	const struct mip6_object o = o_mh_input(false, HOA);
	const struct mip6_object plain = o_address(PLANE_A, HOA "/64", 0);
	const struct mip6_object home = o_address(PLANE_A, HOA "/64", MIP6_ADDRESS_HOME);

	planes_begin();
	put(o);
	CU_ASSERT_FALSE(ba_arrives(HOA));
	put(plain);
	CU_ASSERT_FALSE(ba_arrives(HOA));
	change(plain, home);
	CU_ASSERT_TRUE(ba_arrives(HOA));
	take(home);
	CU_ASSERT_FALSE(ba_arrives(HOA));
	take(o);
	planes_end();
}

const struct test_case planes_mn_cases[] = {
    {"DEVICE, ROUTE, RULE: into the tunnel", test_tunnel_out},
    {"DEVICE: out of the tunnel", test_tunnel_in},
    {"DEVICE: changed", test_tunnel_changed},
    {"DEVICE: removed", test_tunnel_removed},
    {"DEVICE: without its address", test_tunnel_lost_address},
    {"DEVICE: too big", test_tunnel_too_big},
    {"DEVICE: size", test_tunnel_mtu},
    {"DEVICE: narrow way", test_tunnel_path},
    {"ADDRESS: on a device", test_home_address},
    {"MH_INPUT: type 2 routing header", test_rh2},
    {"MH_INPUT: routing header and Home Address option", test_rh2_hao},
    {"MH_INPUT: routing header, no home address", test_rh2_no_home},
    {NULL, NULL},
};
