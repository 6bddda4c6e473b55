/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way of packets through nodes with the user-space data plane, joined by their
 * frames: forwarding, a mobile node registered through a foreign link with its
 * tunnel both ways, and what each node refuses.
 *
 *     HOME  3fff:1::/64     home agent ::1, router ::fe
 *     AWAY  3fff:2::/64     router ::fe, mobile node
 *     FAR   3fff:3::/64     router ::fe, correspondent ::c */
#include "soft_world.h"

enum { HOME, AWAY, FAR };
enum { IF = 1 }; /* of nodes with one interface */

#define HOA "3fff:1::99"
#define HA  "3fff:1::1"
#define CN  "3fff:3::c"
#define COA "3fff:2::ff:fe03:1" /* node 3, interface 1 */

struct lab {
	struct world *w;
	struct world_node *router;
	struct world_node *cn;
	struct world_node *ha;
	struct world_node *mn;
};

static struct world_node *add_router(struct world *w, unsigned mtu)
{
	struct world_node *r = world_add(w, NULL);
	char text[32];

	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "3fff:%u::fe/64", i + 1);
		world_plug(r, i + 1, (int)i, i == AWAY ? mtu : 1500);
		world_address(r, i + 1, text);
	}
	mip6_soft_forwarding(r->s, true);
	return r;
}

static struct world_node *add_cn(struct world *w)
{
	struct world_node *cn = world_add(w, NULL);

	world_plug(cn, IF, FAR, 1500);
	world_address(cn, IF, CN "/64");
	world_route(cn, "::/0", IF, "3fff:3::fe");
	return cn;
}

static struct world_node *add_ha(struct world *w)
{
	struct mip6_config c;
	struct world_node *ha;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_HA;
	c.mn_ha_ipsec = false;
	ha = world_add(w, &c);
	world_plug(ha, IF, HOME, 1500);
	world_address(ha, IF, HA "/64");
	world_route(ha, "::/0", IF, "3fff:1::fe");
	CU_ASSERT_EQUAL_FATAL(mip6_soft_start(ha->s, w->now), 0);
	return ha;
}

static struct world_node *add_mn(struct world *w, unsigned mtu)
{
	struct mip6_config c;
	struct world_node *mn;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_MN;
	c.mn_ha_ipsec = false;
	c.home_count = 1;
	c.homes[0].ha = addr_of(HA);
	c.homes[0].hoa = prefix_of(HOA "/64");
	c.homes[0].home_prefix = prefix_of("3fff:1::/64");
	c.homes[0].alt_coa = true;
	mn = world_add(w, &c);
	world_plug(mn, IF, AWAY, mtu);
	CU_ASSERT_EQUAL_FATAL(mip6_soft_start(mn->s, w->now), 0);
	return mn;
}

/* The router's advertisement on the link where the mobile node is. */
static void advertise(struct lab *l)
{
	struct ip6_packet p = {.hop_limit = 255, .next_header = IP6_NH_ICMPV6};
	struct nd_ra ra = {.hop_limit = 64, .lifetime = 1800, .slla.len = 6, .pio_count = 1};
	uint8_t payload[256];

	p.src = world_link_local(l->router, AWAY + 1);
	p.dst = mip6_addr_all_nodes();
	world_mac(l->router, AWAY + 1, ra.slla.addr);
	ra.pio[0] = (struct nd_pio){64, ND_PIO_L | ND_PIO_A, 3600, 3600, addr_of("3fff:2::")};
	p.payload = payload;
	p.payload_len = (size_t)nd_build_ra(&p.src, &p.dst, &ra, payload, sizeof(payload));
	world_inject(l->mn, IF, &p);
}

static struct lab lab_new(unsigned mtu)
{
	struct lab l = {.w = world_new()};

	l.router = add_router(l.w, mtu);
	l.cn = add_cn(l.w);
	return l;
}

/* All nodes; the mobile node is registered. */
static struct lab lab_away_mtu(unsigned mtu)
{
	struct lab l = lab_new(mtu);

	l.ha = add_ha(l.w);
	l.mn = add_mn(l.w, mtu);
	world_settle(l.w);
	advertise(&l);
	world_run(l.w, l.w->now + 5 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l.mn->events[MIP6_EV_BA_RX], 1);
	CU_ASSERT_EQUAL(l.ha->events[MIP6_EV_BINDING_NEW], 1);
	return l;
}

static struct lab lab_away(void)
{
	return lab_away_mtu(1500);
}

static void lab_free(struct lab *l)
{
	world_free(l->w);
}

/* ---- the straight way -------------------------------------------------------------------- */

static void test_forwarding(void)
{
	struct lab l = lab_new(1500);
	struct world_node *host = world_add(l.w, NULL);

	world_plug(host, IF, AWAY, 1500);
	world_address(host, IF, "3fff:2::5/64");
	world_route(host, "::/0", IF, "3fff:2::fe");
	world_send_udp(host, "3fff:2::5", CN, 100, 1);
	CU_ASSERT_TRUE(world_got_udp(l.cn, "3fff:2::5", CN, 100, 1));
	CU_ASSERT_EQUAL(l.cn->up[0].octets[7], 63);
	world_send_udp(l.cn, CN, "3fff:2::5", 1500, 2);
	CU_ASSERT_TRUE(world_got_udp(host, CN, "3fff:2::5", 1500, 2));
	CU_ASSERT_EQUAL(world_stats(l.router).forwarded, 2);
	lab_free(&l);
}

static void test_tunnel_both_ways(void)
{
	struct lab l = lab_away();

	world_send_udp(l.cn, CN, HOA, 200, 1);
	CU_ASSERT_TRUE(world_got_udp(l.mn, CN, HOA, 200, 1));
	world_send_udp(l.mn, HOA, CN, 300, 2);
	CU_ASSERT_TRUE(world_got_udp(l.cn, HOA, CN, 300, 2));
	CU_ASSERT_EQUAL(world_stats(l.ha).encapsulated, 1);
	CU_ASSERT_EQUAL(world_stats(l.ha).decapsulated, 1);
	CU_ASSERT_EQUAL(world_stats(l.mn).encapsulated, 1);
	CU_ASSERT_EQUAL(world_stats(l.mn).decapsulated, 1);
	/* the home agent is a hop, the tunnel and the mobile node are none */
	CU_ASSERT_EQUAL(l.mn->up[0].octets[7], 62);
	CU_ASSERT_EQUAL(l.cn->up[0].octets[7], 62);
	lab_free(&l);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"forwarding", test_forwarding},
	    {"tunnel both ways", test_tunnel_both_ways},
	};

	return test_run("test_soft_packets", tests, sizeof(tests) / sizeof(tests[0]));
}
