/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Cases of the home agent: its home link is PLANE_B, mobile nodes are beyond a
 * router on PLANE_A, a correspondent is beyond one on PLANE_B. */
#include "planes.h"

#define HA    "3fff:a::1"
#define HOA   "3fff:b::10"
#define HOA2  "3fff:b::20"
#define COA   "3fff:2::10"
#define COA2  "3fff:3::10"
#define CN    "3fff:c::c"
#define ON_HL "3fff:b::9" /* on the home link */

enum { TO_MN = 1, TO_CN = 2, TO_NEIGHBOUR = 9 };

/* What a home agent has without any binding. */
static struct mip6_object basics(size_t i)
{
	switch (i) {
	case 0:
		return o_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1);
	case 1:
		return o_sysctl(MIP6_SYSCTL_PROXY_NDP, 0, 1);
	case 2:
		return o_sysctl(MIP6_SYSCTL_PROXY_DELAY, PLANE_B, 0);
	case 3:
		return o_device_ha();
	case 4:
		return o_neighbour(PLANE_A, "fe80::a", TO_MN);
	case 5:
		return o_neighbour(PLANE_B, "fe80::c", TO_CN);
	case 6:
		return o_neighbour(PLANE_B, ON_HL, TO_NEIGHBOUR);
	case 7:
		return o_route(254, "::/0", PLANE_A, "fe80::a");
	default:
		return o_route(254, "3fff:c::/64", PLANE_B, "fe80::c");
	}
}

enum { BASICS = 9 };

static void begin(void)
{
	planes_begin();
	for (size_t i = 0; i < BASICS; i++)
		put(basics(i));
}

static void end(void)
{
	for (size_t i = BASICS; i-- > 0;)
		take(basics(i));
	planes_end();
}

/* ---- bindings: out ------------------------------------------------------------------------- */

/* Who has no binding is looked for on the home link; a former search has ended. */
static bool is_looked_for(void)
{
	pass_time(5000);
	in_udp(PLANE_B, CN, HOA, 100);
	return nothing_left() && asked_for(PLANE_B, HOA);
}

static void test_binding_out(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const struct mip6_object moved = o_binding(HOA, COA2);

	begin();
	CU_ASSERT_TRUE(is_looked_for());
	put(bound);
	in_udp(PLANE_B, CN, HOA, 100);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, CN, HOA));
	CU_ASSERT_EQUAL(found_inner()->hop_limit, 63);
	CU_ASSERT_EQUAL(found_outer()->hop_limit, 64);
	CU_ASSERT_FALSE(found_outer()->has_hao || found_outer()->has_rh2);
	out_udp("3fff:b::1", HOA); /* what the home agent itself has to say (10.4.2) */
	CU_ASSERT_TRUE(left_with_header(PLANE_A, "3fff:b::1", COA, HOA));
	change(bound, moved);
	in_udp(PLANE_B, CN, HOA, 100);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA2, CN, HOA));
	CU_ASSERT_FALSE(left_tunnelled(PLANE_A, HA, COA, CN, HOA));
	take(moved);
	CU_ASSERT_TRUE(is_looked_for());
	end();
}

/* RFC 6275 10.4.2, 9.3.2: what the home agent itself sends goes with a type 2 routing
 * header, from whichever of its addresses, as long as that fits every path. */
static void test_binding_own(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const struct mip6_object moved = o_binding(HOA, COA2);
	const struct mip6_object nested = o_binding(HOA2, HOA);

	begin();
	put(bound);
	out_udp(HA, HOA);
	CU_ASSERT_TRUE(left_with_header(PLANE_A, HA, COA, HOA));
	CU_ASSERT_EQUAL(found_outer()->hop_limit, 64);
	CU_ASSERT_FALSE(left_tunnelled(PLANE_A, HA, COA, HA, HOA));
	out_udp_of(HA, HOA, 1256);
	CU_ASSERT_TRUE(left_with_header(PLANE_A, HA, COA, HOA));
	CU_ASSERT_EQUAL(found_outer()->payload_len, 1256 - 40);
	out_udp_of(HA, HOA, 1257);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, HA, HOA));
	out_udp_of(HA, HOA, 1500); /* in fragments, where the node cuts: all the same way */
	CU_ASSERT_TRUE(nothing_with_header());
	out_udp(HA, COA); /* what is for the care-of address itself stays as it is */
	CU_ASSERT_TRUE(left(PLANE_A, TO_MN, HA, COA));
	CU_ASSERT_FALSE(found_outer()->has_rh2);
	change(bound, moved);
	out_udp(HA, HOA);
	CU_ASSERT_TRUE(left_with_header(PLANE_A, HA, COA2, HOA));
	put(nested); /* a care-of address that is bound itself: no header, and no loop */
	out_udp(HA, HOA2);
	CU_ASSERT_TRUE(nothing_with_header());
	take(nested);
	take(moved);
	out_udp(HA, HOA);
	CU_ASSERT_TRUE(nothing_with_header());
	CU_ASSERT_TRUE(is_looked_for());
	end();
}

/* ---- bindings: in ---------------------------------------------------------------------------- */

static bool comes_in(const char *coa)
{
	in_tunnelled(PLANE_A, coa, HA, HOA, CN);
	return left(PLANE_B, TO_CN, HOA, CN);
}

static void test_binding_in(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const struct mip6_object moved = o_binding(HOA, COA2);

	begin();
	CU_ASSERT_FALSE(comes_in(COA));
	put(bound);
	CU_ASSERT_TRUE(comes_in(COA));
	CU_ASSERT_EQUAL(found_outer()->hop_limit, 63);
	CU_ASSERT_FALSE(comes_in(COA2));
	change(bound, moved);
	CU_ASSERT_TRUE(comes_in(COA2));
	CU_ASSERT_FALSE(comes_in(COA));
	in_tunnelled(PLANE_A, COA2, HA, HOA, HA); /* for the home agent itself */
	CU_ASSERT_TRUE(went_up(HOA, HA));
	take(moved);
	CU_ASSERT_FALSE(comes_in(COA2));
	end();
}

/* RFC 6275 10.4.5: the sources must belong together; 10.4.2: nothing of the scope
 * of a link comes from beyond it. */
static void test_binding_sources(void)
{
	const struct mip6_object one = o_binding(HOA, COA);
	const struct mip6_object two = o_binding(HOA2, COA2);

	begin();
	put(one);
	put(two);
	in_tunnelled(PLANE_A, "3fff:2::11", HA, HOA, CN); /* outer source */
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA2, HA, HOA, CN); /* another's */
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA, HA, "3fff:b::11", CN); /* inner source */
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA, HA, COA, CN);
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA, HA, "fe80::10", CN);
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA, HA, HOA, "fe80::c"); /* inner destination */
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA, HA, HOA, "ff02::1");
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_tunnelled(PLANE_A, COA, HA, HOA, "ff0e::1");
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	in_udp(PLANE_A, HOA, HA, 100); /* outside of the tunnel: no check is made here */
	CU_ASSERT_TRUE(went_up(HOA, HA));
	CU_ASSERT_TRUE(comes_in(COA));
	take(two);
	take(one);
	end();
}

/* The mobile node may know the home agent by another of its addresses. */
static void test_binding_other_address(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);

	begin();
	put(bound);
	in_tunnelled(PLANE_A, COA, "3fff:b::1", HOA, CN);
	CU_ASSERT_TRUE(left(PLANE_B, TO_CN, HOA, CN));
	in_tunnelled(PLANE_A, COA, "ff02::1", HOA, CN); /* not by a group */
	CU_ASSERT_TRUE(nothing_left());
	take(bound);
	end();
}

static void test_binding_to_binding(void)
{
	const struct mip6_object one = o_binding(HOA, COA);
	const struct mip6_object two = o_binding(HOA2, COA2);

	begin();
	put(one);
	put(two);
	in_tunnelled(PLANE_A, COA, HA, HOA, HOA2);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA2, HOA, HOA2));
	CU_ASSERT_EQUAL(found_inner()->hop_limit, 63);
	take(two);
	in_tunnelled(PLANE_A, COA, HA, HOA, HOA2);
	CU_ASSERT_TRUE(nothing_left());
	take(one);
	end();
}

/* A mobile node on the network of another: the care-of address of one is the home
 * address, as it were, of the other. */
static void test_binding_nested(void)
{
	const struct mip6_object one = o_binding(HOA, COA);
	const struct mip6_object two = o_binding(HOA2, HOA);

	begin();
	put(one);
	put(two);
	in_udp(PLANE_B, CN, HOA2, 100);
	CU_ASSERT_EQUAL(left_nested(PLANE_A, HA, COA, CN, HOA2), planes_known(PLANE_NESTED));
	take(two);
	take(one);
	end();
}

/* A source of the scope of a link does not leave it (RFC 4291 2.5.6). */
static void test_binding_scope(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const struct mip6_object local = o_neighbour(PLANE_B, "fe80::9", TO_NEIGHBOUR);

	begin();
	put(bound);
	put(local);
	in_udp(PLANE_B, "fe80::9", HOA, 100);
	CU_ASSERT_TRUE(nothing_left());
	CU_ASSERT_TRUE(told(PLANE_B, "fe80::9", ICMP6_DST_UNREACH, 2, 0));
	take(local);
	take(bound);
	end();
}

/* RFC 2473 7.1, 6.7: what does not fit with its outer header is the sender's to
 * make smaller. */
static void test_binding_too_big(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);

	begin();
	put(bound);
	in_udp(PLANE_B, ON_HL, HOA, PLANE_MTU - 40);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	CU_ASSERT_EQUAL(found_outer()->payload_len, PLANE_MTU - 40);
	in_udp(PLANE_B, ON_HL, HOA, PLANE_MTU - 39);
	CU_ASSERT_TRUE(nothing_left());
	CU_ASSERT_TRUE(told(PLANE_B, ON_HL, ICMP6_PACKET_TOO_BIG, 0, PLANE_MTU - 40));
	take(bound);
	end();
}

/* A narrow link on the way (RFC 2473 7.2, 8): the sender hears of it, and where IPv6's
 * least is not left inside, the tunnel's packets are cut. */
static void test_binding_path(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);

	begin();
	put(bound);
	in_udp(PLANE_B, ON_HL, HOA, 1440);
	CU_ASSERT_TRUE_FATAL(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	in_too_big(PLANE_A, "3fff:2::fe", HA, 1400);
	in_udp(PLANE_B, ON_HL, HOA, 1361);
	CU_ASSERT_TRUE(nothing_left());
	CU_ASSERT_TRUE(told(PLANE_B, ON_HL, ICMP6_PACKET_TOO_BIG, 0, 1360));
	in_udp(PLANE_B, ON_HL, HOA, 1360);
	CU_ASSERT_TRUE_FATAL(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	in_too_big(PLANE_A, "3fff:2::fe", HA, 1280);
	in_udp(PLANE_B, ON_HL, HOA, 1281);
	CU_ASSERT_TRUE(told(PLANE_B, ON_HL, ICMP6_PACKET_TOO_BIG, 0, 1280));
	in_udp(PLANE_B, ON_HL, HOA, 1280);
	CU_ASSERT_TRUE(left_in_fragments(PLANE_A, HA, COA, 1280));
	in_udp(PLANE_B, ON_HL, HOA, 1241);
	CU_ASSERT_TRUE(left_in_fragments(PLANE_A, HA, COA, 1241));
	in_udp(PLANE_B, ON_HL, HOA, 1240);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	take(bound);
	end();
}

/* The tunnel is one hop (RFC 2473 3.1, 3.2). */
static void test_binding_hop_limit(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);

	begin();
	put(bound);
	in_hop_limit(PLANE_B, ON_HL, HOA, 1);
	CU_ASSERT_TRUE(nothing_left() && told(PLANE_B, ON_HL, 3, 0, 0));
	in_hop_limit(PLANE_B, ON_HL, HOA, 2);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	CU_ASSERT_EQUAL(found_inner()->hop_limit, 1);
	in_tunnelled_hop_limit(PLANE_A, COA, HA, HOA, CN, 1);
	CU_ASSERT_FALSE(left(PLANE_B, 0, HOA, CN));
	CU_ASSERT_TRUE(told_with_header(PLANE_A, COA, HOA, 3, 0));
	take(bound);
	end();
}

static void test_device_mtu(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	struct mip6_object device = o_device_ha();
	struct mip6_object narrower = o_device_ha();
	struct mip6_object narrowest = o_device_ha();

	narrower.device.mtu = 1400;
	narrowest.device.mtu = 1300;
	begin();
	put(bound);
	change(device, narrower);
	in_udp(PLANE_B, ON_HL, HOA, 1401);
	CU_ASSERT_TRUE(told(PLANE_B, ON_HL, ICMP6_PACKET_TOO_BIG, 0, 1400));
	change(narrower, narrowest);
	in_udp(PLANE_B, ON_HL, HOA, 1301);
	CU_ASSERT_TRUE(told(PLANE_B, ON_HL, ICMP6_PACKET_TOO_BIG, 0, 1300));
	in_udp(PLANE_B, ON_HL, HOA, 1300);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	take(bound);
	end();
}

static uint8_t class_of(bool copied, uint8_t traffic_class)
{
	return copied ? traffic_class : traffic_class & 3;
}

/* RFC 6040: congestion is told through the tunnel. 0xb8 is a service class, the two
 * bits at the end are 1, 2: not yet congested; 3: congested; 0: cannot say. */
static void test_binding_congestion(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const bool copied = planes_known(PLANE_CLASS_COPIED);

	begin();
	put(bound);
	in_class(PLANE_B, CN, HOA, 0xba);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, CN, HOA));
	CU_ASSERT_EQUAL(found_outer()->traffic_class, class_of(copied, 0xba));
	CU_ASSERT_EQUAL(found_inner()->traffic_class, 0xba);
	in_tunnelled_class(PLANE_A, COA, HA, HOA, CN, 3, 0xba);
	CU_ASSERT_TRUE(left(PLANE_B, TO_CN, HOA, CN));
	CU_ASSERT_EQUAL(found_outer()->traffic_class, 0xbb);
	in_tunnelled_class(PLANE_A, COA, HA, HOA, CN, 0xb8, 2);
	CU_ASSERT_TRUE(left(PLANE_B, TO_CN, HOA, CN));
	CU_ASSERT_EQUAL(found_outer()->traffic_class, 2);
	in_tunnelled_class(PLANE_A, COA, HA, HOA, CN, 3, 0xb8);
	CU_ASSERT_TRUE(nothing_left()); /* a loss is what its sender understands */
	take(bound);
	end();
}

/* The device alone has no binding. */
static void test_device_alone(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);

	planes_begin();
	in_tunnelled(PLANE_A, COA, HA, HOA, HA);
	CU_ASSERT_TRUE(nothing_up());
	put(o_device_ha());
	in_tunnelled(PLANE_A, COA, HA, HOA, HA);
	CU_ASSERT_TRUE(nothing_up());
	put(bound);
	in_tunnelled(PLANE_A, COA, HA, HOA, HA);
	CU_ASSERT_TRUE(went_up(HOA, HA));
	take(bound);
	take(o_device_ha());
	in_tunnelled(PLANE_A, COA, HA, HOA, HA);
	CU_ASSERT_TRUE(nothing_up());
	planes_end();
}

/* ---- proxies -----------------------------------------------------------------------------------
 */

static bool proxied(struct plane_answer *ret)
{
	in_ns(PLANE_B, ON_HL, HOA);
	return answered(PLANE_B, HOA, ret);
}

/* RFC 6275 10.4.1, RFC 4861 7.2.8: the owner's own answer would win. */
static void test_proxy(void)
{
	const struct mip6_object host = o_proxy(PLANE_B, HOA, false);
	const struct mip6_object router = o_proxy(PLANE_B, HOA, true);
	const struct mip6_addr asker = addr_of(ON_HL);
	const struct mip6_addr own = addr_of("3fff:b::1");
	struct plane_answer a;

	begin();
	CU_ASSERT_FALSE(proxied(&a));
	put(host);
	CU_ASSERT_TRUE_FATAL(proxied(&a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_S);
	CU_ASSERT_EQUAL(a.na.tlla.len, 6);
	CU_ASSERT_EQUAL(memcmp(a.na.tlla.addr, planes_mac(PLANE_B), 6), 0);
	CU_ASSERT_TRUE(mip6_addr_equal(&a.src, &own));
	CU_ASSERT_TRUE(mip6_addr_equal(&a.dst, &asker));
	in_ns(PLANE_A, "3fff:a::9", HOA);
	CU_ASSERT_FALSE(answered(PLANE_A, HOA, &a)); /* not on this link */
	in_ns(PLANE_B, ON_HL, HOA2);
	CU_ASSERT_FALSE(answered(PLANE_B, HOA2, &a)); /* another address */
	change(host, router);
	CU_ASSERT_TRUE_FATAL(proxied(&a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_R | ND_NA_S);
	take(router);
	CU_ASSERT_FALSE(proxied(&a));
	end();
}

/* Who takes a mobile node's address for his own is told (RFC 6275 10.4.1). */
static void test_proxy_duplicate(void)
{
	const struct mip6_object o = o_proxy(PLANE_B, HOA, false);
	const struct mip6_addr all = mip6_addr_all_nodes();
	struct plane_answer a;

	begin();
	put(o);
	in_ns(PLANE_B, NULL, HOA);
	CU_ASSERT_TRUE_FATAL(answered(PLANE_B, HOA, &a));
	CU_ASSERT_EQUAL(a.na.flags, 0);
	CU_ASSERT_TRUE(mip6_addr_equal(&a.dst, &all));
	take(o);
	end();
}

/* With a binding, too: neighbours ask again by unicast, to the home agent's own
 * link-layer address. */
static void test_proxy_probe(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const struct mip6_object o = o_proxy(PLANE_B, HOA, false);
	struct plane_answer a;

	begin();
	put(bound);
	put(o);
	in_probe(PLANE_B, ON_HL, HOA);
	CU_ASSERT_TRUE_FATAL(answered(PLANE_B, HOA, &a));
	CU_ASSERT_EQUAL(a.na.flags, ND_NA_S);
	take(o);
	take(bound);
	end();
}

/* What is sent to the home address goes into the tunnel from its own link, too;
 * what is sent to the mobile node's link-local address does not (10.4.2). */
static void test_proxy_packets(void)
{
	const struct mip6_object bound = o_binding(HOA, COA);
	const struct mip6_object o = o_proxy(PLANE_B, HOA, false);
	const struct mip6_object local = o_proxy(PLANE_B, "fe80::10", false);
	struct plane_answer a;

	begin();
	put(bound);
	put(o);
	put(local);
	in_udp(PLANE_B, ON_HL, HOA, 100);
	CU_ASSERT_TRUE(left_tunnelled(PLANE_A, HA, COA, ON_HL, HOA));
	in_ns(PLANE_B, ON_HL, "fe80::10");
	CU_ASSERT_TRUE(answered(PLANE_B, "fe80::10", &a));
	in_udp(PLANE_B, ON_HL, "fe80::10", 100);
	CU_ASSERT_TRUE(nothing_left() && nothing_up());
	CU_ASSERT_TRUE(told(PLANE_B, ON_HL, ICMP6_DST_UNREACH, 3, 0));
	take(local);
	take(o);
	take(bound);
	end();
}

static void test_proxy_setting(void)
{
	const struct mip6_object o = o_proxy(PLANE_B, HOA, false);
	struct plane_answer a;

	planes_begin();
	put(o);
	in_ns(PLANE_B, ON_HL, HOA);
	CU_ASSERT_EQUAL(answered(PLANE_B, HOA, &a), planes_known(PLANE_PROXY_WITHOUT_SETTING));
	take(o);
	planes_end();
}

/* ---- MH_INPUT
 * ------------------------------------------------------------------------------------ */

static bool bu_arrives(void)
{
	in_mobile(PLANE_A, COA, HA, HOA, NULL, PLANE_BU);
	return mh_went_up(HOA, HA);
}

/* RFC 6275 9.3.1: without a binding the option is good in a Binding Update only. */
static void test_hao(void)
{
	const struct mip6_object o = o_mh_input(true, "::");

	begin();
	in_mobile(PLANE_A, COA, HA, NULL, NULL, PLANE_BU); /* without the option */
	CU_ASSERT_TRUE(mh_went_up(COA, HA));
	CU_ASSERT_FALSE(bu_arrives());
	put(o);
	CU_ASSERT_TRUE(bu_arrives());
	in_mobile(PLANE_A, COA, HA, HOA, NULL, PLANE_DATA);
	CU_ASSERT_TRUE(nothing_up());
	in_mobile(PLANE_A, COA, CN, HOA, NULL, PLANE_BU); /* for somebody else */
	CU_ASSERT_TRUE(nothing_up());
	take(o);
	CU_ASSERT_FALSE(bu_arrives());
	end();
}

/* The data of a mobile node that has a binding come through the tunnel. */
static void test_hao_data(void)
{
	const struct mip6_object o = o_mh_input(true, "::");
	const struct mip6_object bound = o_binding(HOA, COA);

	begin();
	put(o);
	put(bound);
	CU_ASSERT_TRUE(bu_arrives());
	in_mobile(PLANE_A, COA2, HA, HOA, NULL, PLANE_BU); /* moved */
	CU_ASSERT_TRUE(mh_went_up(HOA, HA));
	in_mobile(PLANE_A, COA2, HA, HOA, NULL, PLANE_DATA);
	CU_ASSERT_TRUE(nothing_up());
	in_mobile(PLANE_A, COA, HA, HOA, NULL, PLANE_DATA);
	CU_ASSERT_EQUAL(went_up(HOA, HA), planes_known(PLANE_DATA_WITH_HEADERS));
	take(bound);
	take(o);
	end();
}

const struct test_case planes_ha_cases[] = {
    {"BINDING: into the tunnel", test_binding_out},
    {"BINDING: own packets", test_binding_own},
    {"BINDING: out of the tunnel", test_binding_in},
    {"BINDING: sources", test_binding_sources},
    {"BINDING: to another address", test_binding_other_address},
    {"BINDING: between mobile nodes", test_binding_to_binding},
    {"BINDING: of a bound address", test_binding_nested},
    {"BINDING: link-local source", test_binding_scope},
    {"BINDING: too big", test_binding_too_big},
    {"BINDING: a narrow path", test_binding_path},
    {"BINDING: hop limit", test_binding_hop_limit},
    {"BINDING: congestion", test_binding_congestion},
    {"DEVICE: the home agent's", test_device_alone},
    {"DEVICE: the home agent's size", test_device_mtu},
    {"PROXY: answers", test_proxy},
    {"PROXY: a duplicate is told", test_proxy_duplicate},
    {"PROXY: is there still", test_proxy_probe},
    {"PROXY: packets", test_proxy_packets},
    {"PROXY: settings", test_proxy_setting},
    {"MH_INPUT: Home Address option", test_hao},
    {"MH_INPUT: Home Address option of data", test_hao_data},
    {NULL, NULL},
};
