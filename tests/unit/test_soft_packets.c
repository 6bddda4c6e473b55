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
#define COA "3fff:2::ff:fe00:301" /* node 3, interface 1 */

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

/* ---- what is refused ---------------------------------------------------------------------- */

/* A packet inside a packet, both built here. */
struct nested {
	uint8_t inner[WORLD_ROOM];
	struct ip6_packet outer;
};

static void nest(struct nested *n, const char *outer_src, const char *outer_dst, const char *src,
		 const char *dst)
{
	n->outer = (struct ip6_packet){.hop_limit = 64, .next_header = IP6_NH_IPV6};
	n->outer.src = addr_of(outer_src);
	n->outer.dst = addr_of(outer_dst);
	n->outer.payload = n->inner;
	n->outer.payload_len = world_udp(n->inner, src, dst, 100, 1);
}

static void test_spoofed_at_home_agent(void)
{
	struct lab l = lab_away();
	struct nested n;

	nest(&n, COA, HA, "3fff:1::98", CN); /* inner source without a binding */
	world_inject(l.ha, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.ha).drop_no_binding, 1);
	nest(&n, "3fff:2::bad", HA, HOA, CN); /* outer source not its care-of address */
	world_inject(l.ha, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.ha).drop_wrong_coa, 1);
	nest(&n, COA, HA, HOA, "fe80::1"); /* scopes that end at the tunnel */
	world_inject(l.ha, IF, &n.outer);
	nest(&n, COA, HA, HOA, "ff05::2");
	world_inject(l.ha, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.ha).drop_wrong_tunnel, 2);
	CU_ASSERT_EQUAL(world_stats(l.ha).decapsulated, 0);
	CU_ASSERT_EQUAL(l.cn->up_count, 0);
	nest(&n, COA, HA, HOA, CN);
	world_inject(l.ha, IF, &n.outer);
	CU_ASSERT_TRUE(world_got_udp(l.cn, HOA, CN, 100, 1));
	lab_free(&l);
}

static void test_spoofed_at_mobile_node(void)
{
	struct lab l = lab_away();
	struct nested n;

	nest(&n, "3fff:2::bad", COA, CN, HOA); /* not from the home agent */
	world_inject(l.mn, IF, &n.outer);
	nest(&n, HA, COA, CN, "3fff:2::77"); /* not for a home address */
	world_inject(l.mn, IF, &n.outer);
	nest(&n, HA, COA, CN, COA);
	world_inject(l.mn, IF, &n.outer);
	nest(&n, HA, "fe80::ff:fe00:301", CN, HOA); /* not to its care-of address */
	world_inject(l.mn, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.mn).drop_wrong_tunnel, 4);
	CU_ASSERT_EQUAL(l.mn->up_count, 0);
	nest(&n, HA, COA, CN, HOA);
	world_inject(l.mn, IF, &n.outer);
	CU_ASSERT_EQUAL(l.mn->up_count, 1);
	n.outer.payload_len += 20; /* octets behind the inner packet */
	world_inject(l.mn, IF, &n.outer);
	CU_ASSERT_EQUAL(l.mn->up_count, 2);
	CU_ASSERT_TRUE(world_got_udp(l.mn, CN, HOA, 100, 1));
	/* an inner packet that is shorter than its header says */
	n.outer.payload_len = 60;
	world_inject(l.mn, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.mn).drop_malformed, 1);
	lab_free(&l);
}

/* Without a tunnel device nothing is unwrapped. */
static void test_no_tunnel_at_plain_node(void)
{
	struct lab l = lab_new(1500);
	struct nested n;

	nest(&n, "3fff:2::5", CN, "3fff:2::6", CN);
	world_inject(l.cn, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_wrong_tunnel, 1);
	CU_ASSERT_EQUAL(l.cn->up_count, 0);
	lab_free(&l);
}

/* Neighbour discovery out of a tunnel has come from afar, whatever its hop limit. */
static void test_no_nd_from_tunnel(void)
{
	struct lab l = lab_away();
	struct ip6_packet na = {.hop_limit = 255, .next_header = IP6_NH_ICMPV6};
	struct nd_na m = {.flags = ND_NA_O, .tlla = {6, {2, 9, 9, 9, 9, 9}}};
	struct nested n;
	uint8_t payload[64];

	m.target = addr_of("3fff:1::fe");
	na.src = addr_of(HOA);
	na.dst = addr_of(HA);
	na.payload = payload;
	na.payload_len = (size_t)nd_build_na(&na.src, &na.dst, &m, payload, sizeof(payload));
	nest(&n, COA, HA, HOA, CN);
	n.outer.payload_len = (size_t)ip6_build(&na, n.inner, sizeof(n.inner));
	world_inject(l.ha, IF, &n.outer);
	CU_ASSERT_EQUAL(world_stats(l.ha).decapsulated, 1);
	CU_ASSERT_EQUAL(world_stats(l.ha).drop_malformed, 1);
	/* the home agent still reaches the router where it is */
	world_send_udp(l.mn, HOA, CN, 100, 3);
	CU_ASSERT_TRUE(world_got_udp(l.cn, HOA, CN, 100, 3));
	lab_free(&l);
}

/* A bomb of packets in packets ends at a bound. */
static void test_deep_nesting(void)
{
	struct lab l = lab_away();
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_FRAGMENT};
	uint8_t headers[1000] = {0};

	for (size_t i = 0; i < sizeof(headers); i += 8)
		headers[i] = IP6_NH_FRAGMENT;
	p.src = addr_of("3fff:2::fe");
	p.dst = addr_of(COA);
	p.payload = headers;
	p.payload_len = sizeof(headers);
	world_inject(l.mn, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.mn).drop_malformed, 1);
	CU_ASSERT_EQUAL(world_stats(l.mn).reassembled, SOFT_DEPTH);
	lab_free(&l);
}

static void test_bad_frames(void)
{
	struct lab l = lab_new(1500);
	uint8_t payload[20] = {0};
	struct ip6_packet p = {.hop_limit = 64, .next_header = 17, .payload = payload};

	p.payload_len = sizeof(payload);
	p.src = addr_of("ff02::5");
	p.dst = addr_of(CN);
	world_inject(l.cn, IF, &p);
	p.src = addr_of("::1");
	world_inject(l.cn, IF, &p);
	p.src = addr_of("3fff:3::5");
	p.dst = addr_of("::1");
	world_inject(l.cn, IF, &p);
	p.src = addr_of("::");
	p.dst = addr_of(CN);
	world_inject(l.cn, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_malformed, 4);
	p.src = addr_of("3fff:3::5");
	p.dst = addr_of("3fff:3::77"); /* not ours, and no router */
	world_inject(l.cn, IF, &p);
	p.dst = addr_of("ff02::2");
	world_inject(l.cn, IF, &p);
	p.dst = addr_of("ff01::1");
	world_inject(l.cn, IF, &p);
	p.dst = addr_of("fe80::77");
	world_inject(l.cn, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_not_ours, 4);
	CU_ASSERT_EQUAL(l.cn->up_count, 0);
	p.dst = addr_of("ff02::fb"); /* a group that upper layers may have joined */
	world_inject(l.cn, IF, &p);
	CU_ASSERT_EQUAL(l.cn->up_count, 1);
	lab_free(&l);
}

/* Every length from nothing to a whole packet, and a header that promises more. */
static void test_short_frames(void)
{
	struct lab l = lab_new(1500);
	uint8_t memory[MIP6_SOFT_HEADROOM + 200];
	uint8_t packet[100];
	size_t len = world_udp(packet, "3fff:3::5", CN, sizeof(packet), 1);

	for (size_t n = 0; n <= SOFT_ETH + len + 10; n++) {
		struct mip6_buf f = {
		    memory + MIP6_SOFT_HEADROOM, n, MIP6_SOFT_HEADROOM, 0, 0, false, false, 0, 0};
		uint8_t frame[200] = {0};

		world_mac(l.cn, IF, frame);
		frame[12] = 0x86;
		frame[13] = 0xdd;
		memcpy(frame + SOFT_ETH, packet, len);
		memcpy(f.data, frame, n);
		mip6_soft_receive(l.cn->s, l.w->now, IF, &f, 1);
		/* padding behind the packet is taken off */
		CU_ASSERT_EQUAL(l.cn->up_count, n < SOFT_ETH + len ? 0 : n - SOFT_ETH - len + 1);
	}
	CU_ASSERT_TRUE(world_got_udp(l.cn, "3fff:3::5", CN, 100, 1));
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_malformed, SOFT_ETH + len);
	lab_free(&l);
}

static void test_foreign_mac(void)
{
	struct lab l = lab_new(1500);
	uint8_t memory[MIP6_SOFT_HEADROOM + 200] = {0};
	struct mip6_buf f = {.data = memory + MIP6_SOFT_HEADROOM};

	f.len = SOFT_ETH + world_udp(f.data + SOFT_ETH, "3fff:3::5", CN, 100, 1);
	f.headroom = MIP6_SOFT_HEADROOM;
	memcpy(f.data, (uint8_t[6]){2, 0, 0, 0, 0x77, 1}, 6);
	f.data[12] = 0x86;
	f.data[13] = 0xdd;
	mip6_soft_receive(l.cn->s, l.w->now, IF, &f, 1);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_not_ours, 1);
	CU_ASSERT_EQUAL(l.cn->up_count, 0);
	lab_free(&l);
}

/* ---- errors ---------------------------------------------------------------------------------- */

static void expect_error(const struct world_node *n, uint8_t type, uint8_t code, uint32_t value)
{
	struct icmp6_error e = {0};

	CU_ASSERT_TRUE(world_got_error(n, &e));
	CU_ASSERT_EQUAL(e.type, type);
	CU_ASSERT_EQUAL(e.code, code);
	CU_ASSERT_EQUAL(e.value, value);
}

static void test_hop_limit(void)
{
	struct lab l = lab_new(1500);
	uint8_t octets[WORLD_ROOM];
	size_t len = world_udp(octets, CN, "3fff:2::5", 100, 1);

	octets[7] = 1;
	world_output(l.cn, NULL, octets, len);
	expect_error(l.cn, 3, 0, 0);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_hop_limit, 1);
	CU_ASSERT_EQUAL(world_stats(l.router).forwarded, 0);
	/* not about errors: this one is a Time Exceeded itself */
	octets[6] = IP6_NH_ICMPV6;
	octets[40] = 3;
	world_output(l.cn, NULL, octets, len);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_hop_limit, 2);
	CU_ASSERT_EQUAL(world_stats(l.router).icmp_errors_sent, 1);
	lab_free(&l);
}

static void test_no_route(void)
{
	struct lab l = lab_new(1500);

	world_send_udp(l.cn, CN, "3fff:9::1", 100, 1);
	expect_error(l.cn, ICMP6_DST_UNREACH, 0, 0);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_no_route, 1);
	/* our own upper layers are told in the same way */
	world_send_udp(l.router, "3fff:3::fe", "3fff:9::1", 100, 1);
	expect_error(l.router, ICMP6_DST_UNREACH, 0, 0);
	lab_free(&l);
}

/* An interface without a global address: the error has that of another. */
static void test_error_source(void)
{
	struct world *w = world_new();
	struct world_node *router = world_add(w, NULL);
	struct world_node *host = world_add(w, NULL);
	struct mip6_prefix prefix = prefix_of("3fff:3::/64");
	struct mip6_addr gateway = world_link_local(router, 1);
	struct mip6_prefix all = {.len = 0};
	struct mip6_addr global = addr_of("3fff:2::fe");
	struct icmp6_error e;

	world_plug(router, 1, FAR, 1500);
	world_plug(router, 2, AWAY, 1500);
	world_address(router, 2, "3fff:2::fe/64");
	CU_ASSERT_EQUAL(mip6_soft_route(router->s, w->now, &prefix, 1, NULL, true), 0);
	mip6_soft_forwarding(router->s, true);
	world_plug(host, 1, FAR, 1500);
	world_address(host, 1, CN "/64");
	CU_ASSERT_EQUAL(mip6_soft_route(host->s, w->now, &all, 1, &gateway, true), 0);
	world_send_udp(host, CN, "3fff:9::1", 100, 1);
	CU_ASSERT_TRUE(world_got_error(host, &e));
	CU_ASSERT_EQUAL(memcmp(host->up[0].octets + 8, global.b, sizeof(global.b)), 0);
	world_free(w);
}

static void test_error_rate(void)
{
	struct lab l = lab_new(1500);

	for (unsigned i = 0; i < 250; i++)
		world_send_udp(l.cn, CN, "3fff:9::1", 100, 1);
	CU_ASSERT_EQUAL(world_stats(l.router).icmp_errors_sent, 50);
	world_run(l.w, l.w->now + 2 * MIP6_SECOND);
	world_send_udp(l.cn, CN, "3fff:9::1", 100, 1);
	CU_ASSERT_EQUAL(world_stats(l.router).icmp_errors_sent, 51);
	lab_free(&l);
}

/* A link-local source ends at its link; the error goes back to it. */
static void test_scope(void)
{
	struct lab l = lab_new(1500);
	struct ip6_packet p = {.hop_limit = 64, .next_header = 17, .payload = (const uint8_t *)""};

	p.src = world_link_local(l.cn, IF);
	p.dst = addr_of("3fff:2::5");
	world_inject(l.router, FAR + 1, &p);
	expect_error(l.cn, ICMP6_DST_UNREACH, 2, 0);
	p.src = addr_of(CN);
	p.dst = addr_of("fe80::5");
	world_inject(l.router, FAR + 1, &p);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_not_ours, 2);
	CU_ASSERT_EQUAL(world_stats(l.router).forwarded, 0);
	lab_free(&l);
}

static void test_link_too_small(void)
{
	struct lab l = lab_new(1400);

	world_send_udp(l.cn, CN, "3fff:2::5", 1401, 1);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1400);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_too_big, 1);
	/* one's own link */
	world_send_udp(l.cn, CN, "3fff:2::5", 1501, 1);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1500);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_too_big, 1);
	CU_ASSERT_EQUAL(world_stats(l.cn).tx_frames, world_stats(l.router).rx_frames);
	lab_free(&l);
}

/* ---- where a packet leaves --------------------------------------------------------- */

static void test_groups_of_upper_layers(void)
{
	struct lab l = lab_new(1500);
	struct ip6_packet p = {.hop_limit = 64, .next_header = 17, .payload = (const uint8_t *)""};
	uint8_t octets[100];
	size_t len;

	l.w->watch = FAR;
	world_send_udp(l.cn, CN, "ff0e::77", 100, 1); /* as routes say, to the group */
	world_send_udp(l.cn, CN, "ff02::78", 100, 1);
	CU_ASSERT_EQUAL(l.w->seen_count, 2);
	CU_ASSERT_EQUAL(memcmp(l.w->seen[0].octets, "\x33\x33\0\0\0\x77", 6), 0);
	CU_ASSERT_EQUAL(memcmp(l.w->seen[1].octets, "\x33\x33\0\0\0\x78", 6), 0);
	/* the upper layers' own device has an address that means nothing on a link */
	world_send_udp(l.cn, "fe80::1", "ff02::78", 100, 1);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_no_route, 1);
	p.src = world_link_local(l.cn, IF);
	p.dst = addr_of("3fff:1::1");
	len = (size_t)ip6_build(&p, octets, sizeof(octets));
	world_output(l.cn, NULL, octets, len);
	CU_ASSERT_EQUAL(world_stats(l.cn).drop_not_ours, 1);
	CU_ASSERT_EQUAL(l.w->seen_count, 2);
	lab_free(&l);
}

/* Neighbour discovery stays on its link, whatever the routes say. */
static void test_nd_stays_on_link(void)
{
	struct lab l = lab_new(1500);
	struct mip6_tx tx = {.ifindex = IF, .next_header = IP6_NH_ICMPV6, .hop_limit = 255};
	uint8_t payload[8] = {ICMP6_NA};

	tx.src = addr_of(CN);
	tx.dst = addr_of("3fff:9::1");
	tx.payload = payload;
	tx.payload_len = sizeof(payload);
	world_send_udp(l.cn, CN, "3fff:3::fe", 100, 1); /* the router is known now */
	l.w->watch = FAR;
	soft_send_tx(l.cn->s, &tx);
	soft_finish(l.cn->s);
	world_settle(l.w);
	CU_ASSERT_EQUAL(l.w->seen_count, 1);
	CU_ASSERT_EQUAL(l.w->seen[0].octets[0], 0x33); /* asks for it on the link */
	lab_free(&l);
}

/* ---- size of tunnels --------------------------------------------------------------- */

static void test_tunnel_too_small(void)
{
	struct lab l = lab_away();
	struct mip6_addr hoa = addr_of(HOA);

	world_send_udp(l.cn, CN, HOA, 1461, 1);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1460);
	world_send_udp(l.cn, CN, HOA, 1460, 2);
	CU_ASSERT_TRUE(world_got_udp(l.mn, CN, HOA, 1460, 2));
	world_send_udp(l.mn, HOA, CN, 1461, 3);
	expect_error(l.mn, ICMP6_PACKET_TOO_BIG, 0, 1460);
	CU_ASSERT_EQUAL(memcmp(l.mn->up[1].octets + 8, hoa.b, sizeof(hoa.b)), 0);
	CU_ASSERT_EQUAL(world_stats(l.mn).icmp_errors_sent, 0);
	world_send_udp(l.mn, HOA, CN, 1460, 4);
	CU_ASSERT_TRUE(world_got_udp(l.cn, HOA, CN, 1460, 4));
	CU_ASSERT_EQUAL(world_stats(l.ha).fragments_sent, 0);
	lab_free(&l);
}

/* A smaller link in the middle: the first outer packet is lost, its error teaches
 * the home agent and is passed on to the inner source (RFC 2473 8.2). */
static void test_path_mtu(void)
{
	struct lab l = lab_away_mtu(1400);

	world_send_udp(l.cn, CN, HOA, 1460, 1);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1360);
	CU_ASSERT_EQUAL(l.mn->up_count, 0);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_too_big, 1);
	/* now the home agent knows */
	world_send_udp(l.cn, CN, HOA, 1361, 2);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1360);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_too_big, 1);
	world_send_udp(l.cn, CN, HOA, 1360, 3);
	CU_ASSERT_TRUE(world_got_udp(l.mn, CN, HOA, 1360, 3));
	/* and forgets after 10 minutes */
	world_run(l.w, l.w->now + 601 * MIP6_SECOND);
	advertise(&l);
	world_send_udp(l.cn, CN, HOA, 1460, 4);
	CU_ASSERT_EQUAL(world_stats(l.router).drop_too_big, 2);
	lab_free(&l);
}

/* An ICMPv6 error to the home agent about a packet. */
static void tell_home_agent(struct lab *l, const struct ip6_packet *about, struct icmp6_error *e)
{
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_ICMPV6};
	uint8_t quote[WORLD_ROOM];
	uint8_t payload[1280];

	e->packet = quote;
	e->packet_len = (size_t)ip6_build(about, quote, sizeof(quote));
	p.src = addr_of("3fff:1::fe");
	p.dst = addr_of(HA);
	p.payload = payload;
	p.payload_len = (size_t)icmp6_build_error(&p.src, &p.dst, e, payload, sizeof(payload));
	world_inject(l->ha, IF, &p);
}

/* What the inner source is told, and what it need not be. */
static void test_errors_in_tunnel(void)
{
	struct lab l = lab_away();
	struct icmp6_error e = {.type = ICMP6_PACKET_TOO_BIG, .value = 1300};
	struct nested n;

	nest(&n, HA, COA, CN, HOA);
	tell_home_agent(&l, &n.outer, &e); /* 100 octets, which are cut from now on */
	CU_ASSERT_EQUAL(l.cn->up_count, 0);
	world_send_udp(l.cn, CN, HOA, 1281, 1);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1280);
	e = (struct icmp6_error){.type = ICMP6_DST_UNREACH, .code = 1};
	tell_home_agent(&l, &n.outer, &e);
	expect_error(l.cn, ICMP6_DST_UNREACH, 3, 0);
	e = (struct icmp6_error){.type = 3};
	tell_home_agent(&l, &n.outer, &e);
	CU_ASSERT_EQUAL(l.cn->up_count, 3);
	e = (struct icmp6_error){.type = ICMP6_PARAM_PROBLEM};
	tell_home_agent(&l, &n.outer, &e);
	CU_ASSERT_EQUAL(l.cn->up_count, 3);
	lab_free(&l);
}

/* An error about a tunnel that is not ours teaches nothing. */
static void test_forged_too_big(void)
{
	struct lab l = lab_away();
	struct icmp6_error e = {.type = ICMP6_PACKET_TOO_BIG, .value = 1280};
	struct nested n;

	nest(&n, HA, COA, CN, "3fff:1::98"); /* there is no such home address */
	tell_home_agent(&l, &n.outer, &e);
	world_send_udp(l.cn, CN, HOA, 1460, 2);
	CU_ASSERT_TRUE(world_got_udp(l.mn, CN, HOA, 1460, 2));
	lab_free(&l);
}

/* A path of the minimum MTU: inner packets of 1280 octets pass, in two outer
 * fragments each (RFC 2473 7.1). */
static void test_fragmented_tunnel(void)
{
	struct lab l = lab_away_mtu(1280);

	world_send_udp(l.cn, CN, HOA, 1300, 1);
	expect_error(l.cn, ICMP6_PACKET_TOO_BIG, 0, 1280);
	world_send_udp(l.cn, CN, HOA, 1280, 2);
	CU_ASSERT_TRUE(world_got_udp(l.mn, CN, HOA, 1280, 2));
	CU_ASSERT_EQUAL(world_stats(l.ha).fragments_sent, 2);
	CU_ASSERT_EQUAL(world_stats(l.mn).reassembled, 1);
	world_send_udp(l.mn, HOA, CN, 1280, 3);
	CU_ASSERT_TRUE(world_got_udp(l.cn, HOA, CN, 1280, 3));
	CU_ASSERT_EQUAL(world_stats(l.mn).fragments_sent, 2);
	CU_ASSERT_EQUAL(world_stats(l.ha).reassembled, 1);
	/* a packet that fits leaves whole */
	world_send_udp(l.mn, HOA, CN, 1240, 4);
	CU_ASSERT_EQUAL(world_stats(l.mn).fragments_sent, 2);
	lab_free(&l);
}
/* A home address that the home agent has no binding of: a Binding Error (RFC 6275
 * 9.3.1), but not without end. */
static void test_binding_error(void)
{
	struct lab l = lab_away();
	uint8_t octets[WORLD_ROOM];
	struct ip6_packet p;
	struct mh_message m;
	size_t pointer;
	struct mip6_addr unbound = addr_of("3fff:1::98");

	CU_ASSERT_EQUAL(ip6_parse(octets, world_udp(octets, CN, HA, 100, 1), &p), 0);
	p.has_hao = true;
	p.hao = unbound;
	for (unsigned i = 0; i < 300; i++)
		world_inject(l.ha, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.ha).drop_hao, 300);
	CU_ASSERT_EQUAL(l.cn->up_count, 10);
	CU_ASSERT_EQUAL(ip6_parse(l.cn->up[0].octets, l.cn->up[0].len, &p), 0);
	CU_ASSERT_EQUAL(p.next_header, IP6_NH_MH);
	CU_ASSERT_EQUAL(mh_parse(&p.src, &p.dst, p.payload, p.payload_len, &m, &pointer), 0);
	CU_ASSERT_EQUAL(m.type, MH_BE);
	CU_ASSERT_EQUAL(m.be.status, MH_BE_UNKNOWN_BINDING);
	CU_ASSERT_TRUE(mip6_addr_equal(&m.be.hoa, &unbound));
	lab_free(&l);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"forwarding", test_forwarding},
	    {"tunnel both ways", test_tunnel_both_ways},
	    {"spoofed at home agent", test_spoofed_at_home_agent},
	    {"spoofed at mobile node", test_spoofed_at_mobile_node},
	    {"no tunnel at plain node", test_no_tunnel_at_plain_node},
	    {"no nd from tunnel", test_no_nd_from_tunnel},
	    {"deep nesting", test_deep_nesting},
	    {"bad frames", test_bad_frames},
	    {"short frames", test_short_frames},
	    {"foreign mac", test_foreign_mac},
	    {"binding error", test_binding_error},
	    {"hop limit", test_hop_limit},
	    {"no route", test_no_route},
	    {"error source", test_error_source},
	    {"error rate", test_error_rate},
	    {"scope", test_scope},
	    {"link too small", test_link_too_small},
	    {"groups of upper layers", test_groups_of_upper_layers},
	    {"nd stays on link", test_nd_stays_on_link},
	    {"tunnel too small", test_tunnel_too_small},
	    {"path mtu", test_path_mtu},
	    {"errors in tunnel", test_errors_in_tunnel},
	    {"forged too big", test_forged_too_big},
	    {"fragmented tunnel", test_fragmented_tunnel},
	};

	return test_run("test_soft_packets", tests, sizeof(tests) / sizeof(tests[0]));
}
