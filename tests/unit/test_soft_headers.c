/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node with the user-space data plane makes of headers in packets for
 * itself: Home Address options, type 2 routing headers, echo requests,
 * congestion bits of tunnels; and what a home agent does for an address that it
 * answers for. The objects of the plane are applied by the test itself. */
#include "soft_world.h"

enum { LINK, IF = 1 };

#define OWN  "3fff:1::1"
#define PEER "3fff:1::5"
#define HOA  "3fff:1::99"
#define COA  "3fff:2::7"

struct lab {
	struct world *w;
	struct world_node *n;
	struct world_node *peer;
};

static struct lab lab_new(void)
{
	struct lab l = {.w = world_new()};

	l.n = world_add(l.w, NULL);
	l.peer = world_add(l.w, NULL);
	world_plug(l.n, IF, LINK, 1500);
	world_plug(l.peer, IF, LINK, 1500);
	world_address(l.n, IF, OWN "/64");
	world_address(l.peer, IF, PEER "/64");
	world_route(l.n, "::/0", IF, PEER);
	return l;
}

static void lab_free(struct lab *l)
{
	world_free(l->w);
}

static void apply(struct lab *l, const struct mip6_object *o)
{
	CU_ASSERT_EQUAL_FATAL(soft_apply(l->n->s, NULL, o), 0);
}

static void add_binding(struct lab *l)
{
	struct mip6_object binding = {.kind = MIP6_OBJ_BINDING};
	struct mip6_object device = {.kind = MIP6_OBJ_DEVICE};

	binding.binding.hoa = addr_of(HOA);
	binding.binding.coa = addr_of(COA);
	binding.binding.ha = addr_of(OWN);
	device.device.device = MIP6_DEVICE_HA;
	apply(l, &device);
	apply(l, &binding);
	mip6_soft_forwarding(l->n->s, true);
}

static void add_home_address(struct lab *l)
{
	struct mip6_object address = {.kind = MIP6_OBJ_ADDRESS};
	struct mip6_object device = {.kind = MIP6_OBJ_DEVICE};
	struct mip6_object input = {.kind = MIP6_OBJ_MH_INPUT};

	device.device.device = MIP6_DEVICE_MN;
	device.device.local = addr_of(OWN);
	device.device.remote = addr_of(PEER);
	address.address.device = MIP6_DEVICE_MN;
	address.address.addr = addr_of(HOA);
	address.address.prefix_len = 128;
	address.address.flags = MIP6_ADDRESS_HOME;
	input.mh_input.hoa = addr_of(HOA);
	apply(l, &device);
	apply(l, &address);
	apply(l, &input);
}

/* ---- Home Address option and type 2 routing header ------------------------------------------- */

/* A UDP packet as between home addresses, with these headers around it. */
static struct ip6_packet with_headers(const char *src, const char *dst, uint8_t *octets)
{
	struct ip6_packet p;
	size_t len = world_udp(octets, src, dst, 100, 5);

	CU_ASSERT_EQUAL(ip6_parse(octets, len, &p), 0);
	p.rh2_segments_left = 1;
	return p;
}

static void test_home_address_option(void)
{
	struct lab l = lab_new();
	uint8_t octets[100];
	struct ip6_packet p = with_headers(HOA, OWN, octets);
	struct mip6_object input = {.kind = MIP6_OBJ_MH_INPUT};

	p.src = addr_of(COA);
	p.has_hao = true;
	p.hao = addr_of(HOA);
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_hao, 1);
	add_binding(&l);
	world_inject(l.n, IF, &p);
	CU_ASSERT_TRUE(world_got_udp(l.n, HOA, OWN, 100, 5));
	p.src = addr_of("3fff:2::8"); /* not the registered care-of address */
	world_inject(l.n, IF, &p);
	p.src = addr_of(COA);
	p.hao = addr_of("ff02::1"); /* not an address of a node */
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_hao, 3);
	input.mh_input.hao = true;
	apply(&l, &input);
	p.next_header = IP6_NH_MH; /* which needs no binding, but one who takes it */
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_hao, 4);
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	p.hao = addr_of("3fff:1::98");
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_hao, 4);
	CU_ASSERT_EQUAL(l.n->up_count, 2);
	lab_free(&l);
}

static void test_routing_header(void)
{
	struct lab l = lab_new();
	uint8_t octets[100];
	struct ip6_packet p = with_headers(PEER, HOA, octets);

	p.dst = addr_of(OWN);
	p.has_rh2 = true;
	p.rh2 = addr_of(HOA);
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_rh2, 1);
	add_home_address(&l);
	world_inject(l.n, IF, &p);
	CU_ASSERT_TRUE(world_got_udp(l.n, PEER, HOA, 100, 5));
	p.rh2_segments_left = 0;
	world_inject(l.n, IF, &p);
	p.rh2_segments_left = 2;
	world_inject(l.n, IF, &p);
	p.rh2_segments_left = 1;
	p.rh2 = addr_of(OWN);
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_rh2, 4);
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	/* in silence (RFC 6275 11.3.3) */
	CU_ASSERT_EQUAL(world_stats(l.n).icmp_errors_sent, 0);
	lab_free(&l);
}

static void test_both_headers(void)
{
	struct lab l = lab_new();
	uint8_t octets[100];
	struct ip6_packet p = with_headers("3fff:1::98", HOA, octets);
	struct mip6_object binding = {.kind = MIP6_OBJ_BINDING};

	add_home_address(&l);
	binding.binding.hoa = addr_of("3fff:1::98");
	binding.binding.coa = addr_of(COA);
	apply(&l, &binding);
	p.src = addr_of(COA);
	p.dst = addr_of(OWN);
	p.has_hao = true;
	p.hao = addr_of("3fff:1::98");
	p.has_rh2 = true;
	p.rh2 = addr_of(HOA);
	world_inject(l.n, IF, &p);
	CU_ASSERT_TRUE(world_got_udp(l.n, "3fff:1::98", HOA, 100, 5));
	lab_free(&l);
}

/* ---- headers that are not known ------------------------------------------------------------- */

/* A packet whose headers behind the IPv6 header are these octets. */
static void send_headers(struct lab *l, const char *dst, uint8_t first, const uint8_t *octets,
			 size_t len)
{
	struct ip6_packet p = {.hop_limit = 64, .next_header = first};

	p.src = addr_of(PEER);
	p.dst = addr_of(dst);
	p.payload = octets;
	p.payload_len = len;
	world_inject(l->n, IF, &p);
}

static void expect_problem(struct lab *l, uint8_t code, uint32_t pointer)
{
	struct icmp6_error e = {0};

	CU_ASSERT_TRUE(world_got_error(l->peer, &e));
	CU_ASSERT_EQUAL(e.type, ICMP6_PARAM_PROBLEM);
	CU_ASSERT_EQUAL(e.code, code);
	CU_ASSERT_EQUAL(e.value, pointer);
	l->peer->up_count = 0;
}

/* RFC 8200 4.2: the two high bits of an option say what to do with it. */
static void test_unknown_options(void)
{
	struct lab l = lab_new();
	uint8_t octets[16] = {17, 0, 1, 0, 0x1e, 1, 0, 0};

	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	CU_ASSERT_EQUAL(l.n->up_count, 1); /* passed over */
	octets[4] = 0x5e;
	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	CU_ASSERT_EQUAL(world_stats(l.n).drop_malformed, 1);
	CU_ASSERT_EQUAL(l.peer->up_count, 0);
	octets[4] = 0x9e;
	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	expect_problem(&l, 2, 44);
	send_headers(&l, "ff02::1", IP6_NH_HOPOPTS, octets, sizeof(octets));
	expect_problem(&l, 2, 44);
	octets[4] = 0xde;
	send_headers(&l, "ff02::1", IP6_NH_DSTOPTS, octets, sizeof(octets));
	CU_ASSERT_EQUAL(l.peer->up_count, 0);
	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	expect_problem(&l, 2, 44);
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	lab_free(&l);
}

/* Not even about an option, when an error is behind it. */
static void test_unknown_option_of_error(void)
{
	struct lab l = lab_new();
	uint8_t octets[24] = {IP6_NH_ICMPV6, 0, 1, 0, 0x9e, 1, 0, 0, 1};
	uint8_t fragment[32] = {IP6_NH_DSTOPTS};

	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	CU_ASSERT_EQUAL(world_stats(l.n).drop_malformed, 1);
	memcpy(fragment + 8, octets, sizeof(octets));
	send_headers(&l, OWN, IP6_NH_FRAGMENT, fragment, sizeof(fragment));
	CU_ASSERT_EQUAL(world_stats(l.n).drop_malformed, 2);
	CU_ASSERT_EQUAL(l.peer->up_count, 0);
	octets[8] = 128; /* a request is no error */
	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	expect_problem(&l, 2, 44);
	lab_free(&l);
}

static void test_unknown_routing(void)
{
	struct lab l = lab_new();
	uint8_t octets[40] = {IP6_NH_ROUTING, 0, 1, 4, 0, 0, 0, 0, 17, 2, 0, 1};

	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	expect_problem(&l, 0, 50);
	octets[11] = 0; /* no segments left: as if it were not there */
	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	CU_ASSERT_EQUAL(l.peer->up_count, 0);
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	lab_free(&l);
}

/* A node without Mobile IPv6 knows neither the option nor the header. */
static void test_mobility_at_plain_node(void)
{
	struct lab l = lab_new();
	uint8_t octets[32] = {IP6_NH_NONE, 2, 1, 2, 0, 0, 0xc9, 16, 0x3f, 0xff};

	send_headers(&l, OWN, IP6_NH_DSTOPTS, octets, sizeof(octets));
	expect_problem(&l, 2, 46);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_hao, 1);
	send_headers(&l, OWN, IP6_NH_MH, octets, 8);
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	lab_free(&l);
}

/* ---- echo -------------------------------------------------------------------------- */

static void send_echo(struct lab *l, const struct mip6_addr *dst)
{
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_ICMPV6};
	uint8_t payload[16] = {128, 0, 0, 0, 1, 2, 3, 4};
	uint16_t sum;

	p.src = addr_of(PEER);
	p.dst = *dst;
	sum = ip6_checksum(&p.src, dst, IP6_NH_ICMPV6, payload, sizeof(payload));
	payload[2] = (uint8_t)(sum >> 8);
	payload[3] = (uint8_t)(sum & 0xff);
	p.payload = payload;
	p.payload_len = sizeof(payload);
	world_inject(l->n, IF, &p);
}

static bool got_reply(const struct lab *l, const struct mip6_addr *from)
{
	const struct world_packet *u = &l->peer->up[(l->peer->up_count - 1) % WORLD_KEPT];
	struct ip6_packet p;

	return l->peer->up_count && ip6_parse(u->octets, u->len, &p) == 0 &&
	       mip6_addr_equal(&p.src, from) &&
	       icmp6_type(&p.src, &p.dst, p.payload, p.payload_len) == 129;
}

static void test_echo(void)
{
	struct lab l = lab_new();
	struct mip6_addr own = addr_of(OWN);
	struct mip6_addr link_local = world_link_local(l.n, IF);
	struct mip6_addr all = mip6_addr_all_nodes();
	struct mip6_addr coa = addr_of("3fff:1::c0a");
	struct mip6_object address = {.kind = MIP6_OBJ_ADDRESS};

	send_echo(&l, &own); /* upper layers have this address */
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	CU_ASSERT_EQUAL(l.peer->up_count, 0);
	send_echo(&l, &link_local);
	CU_ASSERT_TRUE(got_reply(&l, &link_local));
	send_echo(&l, &all);
	CU_ASSERT_TRUE(got_reply(&l, &own));
	address.address.ifindex = IF;
	address.address.addr = coa;
	address.address.prefix_len = 64;
	apply(&l, &address);
	send_echo(&l, &coa);
	CU_ASSERT_TRUE(got_reply(&l, &coa));
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	lab_free(&l);
}

static void test_wrong_checksum(void)
{
	struct lab l = lab_new();
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_ICMPV6};
	uint8_t payload[16] = {128};

	p.src = addr_of(PEER);
	p.dst = addr_of(OWN);
	p.payload = payload;
	p.payload_len = sizeof(payload);
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_malformed, 1);
	CU_ASSERT_EQUAL(l.n->up_count, 0);
	lab_free(&l);
}

/* ---- path MTUs ------------------------------------------------------------------------------ */

/* More destinations than the table has room for; a value falls, and never rises. */
static void test_path_mtus(void)
{
	struct lab l = lab_new();
	struct mip6_addr here = addr_of(OWN);
	struct mip6_addr a = addr_of(PEER);
	unsigned known = 0;

	l.n->s->now = l.w->now;
	CU_ASSERT_EQUAL(soft_pmtu(l.n->s, &here, &a, 1500), 1500);
	soft_pmtu_learn(l.n->s, &here, &a, 1400);
	soft_pmtu_learn(l.n->s, &here, &a, 1450);
	CU_ASSERT_EQUAL(soft_pmtu(l.n->s, &here, &a, 1500), 1400);
	CU_ASSERT_EQUAL(soft_pmtu(l.n->s, &here, &a, 1300), 1300);
	soft_pmtu_learn(l.n->s, &here, &a, 600);
	CU_ASSERT_EQUAL(soft_pmtu(l.n->s, &here, &a, 1500), 1280);
	for (unsigned i = 0; i < 2000; i++) {
		a.b[14] = (uint8_t)(i >> 8);
		a.b[15] = (uint8_t)(i & 0xff);
		a.b[13] = 1;
		soft_pmtu_learn(l.n->s, &here, &a, 1400);
		CU_ASSERT_EQUAL(soft_pmtu(l.n->s, &here, &a, 1500), 1400);
	}
	for (unsigned i = 0; i < 2000; i++) {
		a.b[14] = (uint8_t)(i >> 8);
		a.b[15] = (uint8_t)(i & 0xff);
		known += soft_pmtu(l.n->s, &here, &a, 1500) == 1400;
	}
	CU_ASSERT_TRUE(known > 200 && known <= 256);
	l.n->s->now += 601 * MIP6_SECOND;
	CU_ASSERT_EQUAL(soft_pmtu(l.n->s, &here, &a, 1500), 1500);
	lab_free(&l);
}

/* ---- the home agent ------------------------------------------------------------------------ */

/* What is sent to a link-local address that it answers for is not tunnelled (RFC
 * 6275 10.4.2). */
static void test_proxied_link_local(void)
{
	struct lab l = lab_new();
	struct mip6_object proxy = {.kind = MIP6_OBJ_PROXY};
	struct ip6_packet p = {.hop_limit = 64, .next_header = 17, .payload = (const uint8_t *)""};
	struct icmp6_error e = {0};

	add_binding(&l);
	proxy.proxy.ifindex = IF;
	proxy.proxy.addr = addr_of("fe80::99");
	apply(&l, &proxy);
	p.src = world_link_local(l.peer, IF);
	p.dst = proxy.proxy.addr;
	world_inject(l.n, IF, &p);
	CU_ASSERT_TRUE(world_got_error(l.peer, &e));
	CU_ASSERT_EQUAL(e.type, ICMP6_DST_UNREACH);
	CU_ASSERT_EQUAL(e.code, 3);
	CU_ASSERT_EQUAL(world_stats(l.n).encapsulated, 0);
	lab_free(&l);
}

/* A probe of an address that it answers for is answered, and not tunnelled; all
 * else to it is. */
static void test_proxied_solicitation(void)
{
	struct lab l = lab_new();
	struct mip6_object proxy = {.kind = MIP6_OBJ_PROXY};
	struct ip6_packet p = {.hop_limit = 255, .next_header = IP6_NH_ICMPV6};
	struct nd_ns ns = {.target = addr_of(HOA)};
	uint8_t payload[64];

	add_binding(&l);
	proxy.proxy.ifindex = IF;
	proxy.proxy.addr = addr_of(HOA);
	apply(&l, &proxy);
	p.src = world_link_local(l.peer, IF);
	p.dst = addr_of(HOA);
	p.payload = payload;
	p.payload_len = (size_t)nd_build_ns(&p.src, &p.dst, &ns, payload, sizeof(payload));
	l.w->watch = LINK;
	world_inject(l.n, IF, &p);
	CU_ASSERT_EQUAL(world_stats(l.n).encapsulated, 0);
	CU_ASSERT_EQUAL_FATAL(l.w->seen_count >= 1, true);
	CU_ASSERT_EQUAL(l.w->seen[l.w->seen_count - 1].octets[SOFT_ETH + SOFT_IP6], ICMP6_NA);
	world_send_udp(l.peer, PEER, HOA, 100, 1);
	CU_ASSERT_EQUAL(world_stats(l.n).encapsulated, 1);
	lab_free(&l);
}

/* From one mobile node to another: out of a tunnel and into the next. */
static void test_between_mobile_nodes(void)
{
	struct lab l = lab_new();
	struct mip6_object b = {.kind = MIP6_OBJ_BINDING};
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_IPV6};
	struct mip6_addr other = addr_of("3fff:4::8");
	uint8_t inner[100];
	const uint8_t *outer;

	add_binding(&l);
	b.binding.hoa = addr_of("3fff:1::98");
	b.binding.coa = other;
	b.binding.ha = addr_of(OWN);
	apply(&l, &b);
	p.src = addr_of(COA);
	p.dst = addr_of(OWN);
	p.payload = inner;
	p.payload_len = world_udp(inner, HOA, "3fff:1::98", sizeof(inner), 3);
	l.w->watch = LINK;
	world_inject(l.n, IF, &p);
	outer = l.w->seen[(l.w->seen_count - 1) % WORLD_KEPT].octets + SOFT_ETH;
	CU_ASSERT_EQUAL(memcmp(outer + 24, other.b, sizeof(other.b)), 0);
	CU_ASSERT_EQUAL(outer[SOFT_IP6 + 7], 63);
	inner[7] = 63;
	CU_ASSERT_EQUAL(memcmp(outer + SOFT_IP6, inner, sizeof(inner)), 0);
	lab_free(&l);
}

/* Two bindings whose care-of addresses are each other's home addresses: no loop
 * without end. */
static void test_binding_loop(void)
{
	struct lab l = lab_new();
	struct mip6_object b = {.kind = MIP6_OBJ_BINDING};

	add_binding(&l); /* HOA at COA */
	b.binding.hoa = addr_of(COA);
	b.binding.coa = addr_of(HOA);
	b.binding.ha = addr_of(OWN);
	apply(&l, &b);
	world_send_udp(l.n, OWN, HOA, 100, 1);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_no_route, 1);
	/* a binding to an address of the home agent itself */
	b.binding.hoa = addr_of("3fff:1::97");
	b.binding.coa = addr_of(OWN);
	apply(&l, &b);
	world_send_udp(l.n, OWN, "3fff:1::97", 100, 1);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_no_route, 2);
	lab_free(&l);
}

/* RFC 6040: the class goes out as it is, and congestion comes back in. */
static void test_congestion(void)
{
	static const struct {
		uint8_t outer, inner, result; /* 0xff: dropped */
	} cases[] = {{0, 0, 0}, {2, 2, 2},    {3, 2, 3}, {3, 1, 3},
		     {3, 3, 3}, {3, 0, 0xff}, {1, 2, 1}, {0xb8 | 3, 0x48 | 2, 0x48 | 3}};
	struct lab l = lab_new();

	add_home_address(&l);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_IPV6};
		uint8_t inner[100];
		size_t before = l.n->up_count;
		const struct world_packet *u = &l.n->up[before % WORLD_KEPT];

		p.payload = inner;
		p.payload_len = world_udp(inner, PEER, HOA, sizeof(inner), 1);
		inner[0] = (uint8_t)(0x60 | cases[i].inner >> 4);
		inner[1] = (uint8_t)((cases[i].inner << 4) & 0xff);
		p.src = addr_of(PEER);
		p.dst = addr_of(OWN);
		p.traffic_class = cases[i].outer;
		world_inject(l.n, IF, &p);
		CU_ASSERT_EQUAL(l.n->up_count, before + (cases[i].result != 0xff));
		if (l.n->up_count > before)
			CU_ASSERT_EQUAL((u->octets[0] << 4 | u->octets[1] >> 4) & 0xff,
					cases[i].result);
	}
	lab_free(&l);
}

static void test_class_of_outer(void)
{
	struct lab l = lab_new();
	uint8_t octets[100];
	size_t len = world_udp(octets, PEER, HOA, sizeof(octets), 1);
	struct ip6_packet p;
	const uint8_t *outer;

	add_binding(&l);
	octets[0] = 0x6b;
	octets[1] = 0xa0;
	CU_ASSERT_EQUAL_FATAL(ip6_parse(octets, len, &p), 0);
	l.w->watch = LINK;
	world_inject(l.n, IF, &p);
	octets[7]--; /* forwarded */
	/* the solicitation, its answer, then the packet */
	outer = l.w->seen[(l.w->seen_count - 1) % WORLD_KEPT].octets + SOFT_ETH;
	CU_ASSERT_EQUAL(outer[0], 0x6b);
	CU_ASSERT_EQUAL(outer[1], 0xa0);
	CU_ASSERT_EQUAL(outer[6], IP6_NH_IPV6);
	CU_ASSERT_EQUAL(outer[7], 64);
	CU_ASSERT_EQUAL(memcmp(outer + SOFT_IP6, octets, len), 0);
	lab_free(&l);
}

/* ---- Mobility Headers at nodes that are no home agent -------------------------------------------
 */

/* The last frame on the link as a packet; false when it is none of these addresses. */
static bool last_seen(const struct lab *l, const char *dst, struct ip6_packet *ret)
{
	struct mip6_addr to = addr_of(dst);
	const struct world_packet *f = &l->w->seen[(l->w->seen_count - 1) % WORLD_KEPT];

	return l->w->seen_count && ip6_parse(f->octets + SOFT_ETH, f->len - SOFT_ETH, ret) == 0 &&
	       mip6_addr_equal(&ret->dst, &to);
}

static struct lab lab_of_role(enum mip6_role role)
{
	struct lab l = {.w = world_new()};
	struct mip6_config c;

	mip6_config_default(&c);
	c.role = role;
	l.n = world_add(l.w, &c);
	l.peer = world_add(l.w, NULL);
	world_plug(l.n, IF, LINK, 1500);
	world_plug(l.peer, IF, LINK, 1500);
	world_address(l.n, IF, OWN "/64");
	world_address(l.peer, IF, PEER "/64");
	world_route(l.n, "::/0", IF, PEER);
	mip6_soft_start(l.n->s, l.w->now);
	world_settle(l.w);
	l.w->watch = LINK;
	return l;
}

enum { CHECKSUM_AT = 5 };

/* A Binding Update with a Home Address option, whose octet `at`, counted from 1, is then
 * `value`; the checksum is right all the same, unless that is what was changed. */
static void send_bu(struct lab *l, size_t at, uint8_t value)
{
	struct mh_message m = {.type = MH_BU};
	struct ip6_packet p = {.src = addr_of(PEER), .dst = addr_of(OWN), .has_hao = true};
	uint8_t buf[64];
	uint16_t sum;

	p.hao = addr_of(HOA);
	m.bu.flags = MH_BU_A | MH_BU_H;
	m.bu.seq = 7;
	m.bu.lifetime = 10;
	p.payload_len = (size_t)mh_build(&p.hao, &p.dst, &m, buf, sizeof(buf));
	if (at)
		buf[at - 1] = value;
	if (at && at != CHECKSUM_AT) {
		memset(buf + CHECKSUM_AT - 1, 0, 2);
		sum = ip6_checksum(&p.hao, &p.dst, IP6_NH_MH, buf, (size_t)buf[1] * 8 + 8);
		buf[CHECKSUM_AT - 1] = (uint8_t)(sum >> 8);
		buf[CHECKSUM_AT] = (uint8_t)sum;
	}
	p.next_header = IP6_NH_MH;
	p.hop_limit = 64;
	p.payload = buf;
	l->w->seen_count = 0;
	world_inject(l->n, IF, &p);
}

static bool refused_with(const struct lab *l, uint8_t type, uint8_t status)
{
	struct ip6_packet p;
	struct mh_message m;
	size_t pointer;

	return last_seen(l, PEER, &p) && p.next_header == IP6_NH_MH &&
	       p.has_rh2 == (type == MH_BA) &&
	       mh_parse(ip6_checksum_src(&p), ip6_checksum_dst(&p), p.payload, p.payload_len, &m,
			&pointer) == 0 &&
	       m.type == type && (type == MH_BA ? m.ba.status : m.be.status) == status;
}

static bool told_problem(const struct lab *l, uint8_t in_mobility_header)
{
	enum { BEFORE = SOFT_IP6 + 24 }; /* the option's header */
	struct icmp6_error e;
	struct ip6_packet p;

	return last_seen(l, PEER, &p) && p.next_header == IP6_NH_ICMPV6 &&
	       icmp6_parse_error(p.payload, p.payload_len, &e) == 0 &&
	       e.type == ICMP6_PARAM_PROBLEM && e.code == 0 &&
	       e.value == (uint32_t)BEFORE + in_mobility_header;
}

/* RFC 6275 9.2 and 10.3.1, and not 9.3.1: the option needs no binding here. */
static void test_mobility_header_with_option(void)
{
	static const enum mip6_role roles[] = {MIP6_ROLE_CN, MIP6_ROLE_AR, MIP6_ROLE_MN};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		struct lab l = lab_of_role(roles[i]);

		send_bu(&l, 0, 0);
		CU_ASSERT_TRUE(refused_with(&l, MH_BA, MH_STATUS_NO_HOME_REGISTRATION));
		send_bu(&l, 1, 58); /* something is carried behind */
		CU_ASSERT_TRUE(told_problem(&l, 0));
		send_bu(&l, 2, 0); /* shorter than a Binding Update can be */
		CU_ASSERT_TRUE(told_problem(&l, 1));
		send_bu(&l, 3, 50);
		CU_ASSERT_TRUE(refused_with(&l, MH_BE, MH_BE_UNKNOWN_TYPE));
		send_bu(&l, CHECKSUM_AT, 0);
		CU_ASSERT_EQUAL(l.w->seen_count, 0); /* a wrong checksum is met with silence */
		lab_free(&l);
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"home address option", test_home_address_option},
	    {"routing header", test_routing_header},
	    {"both headers", test_both_headers},
	    {"unknown options", test_unknown_options},
	    {"unknown option of error", test_unknown_option_of_error},
	    {"unknown routing", test_unknown_routing},
	    {"mobility at plain node", test_mobility_at_plain_node},
	    {"echo", test_echo},
	    {"wrong checksum", test_wrong_checksum},
	    {"path mtus", test_path_mtus},
	    {"proxied link local", test_proxied_link_local},
	    {"proxied solicitation", test_proxied_solicitation},
	    {"between mobile nodes", test_between_mobile_nodes},
	    {"binding loop", test_binding_loop},
	    {"congestion", test_congestion},
	    {"Mobility Header with an option", test_mobility_header_with_option},
	    {"class of outer", test_class_of_outer},
	};

	return test_run("test_soft_headers", tests, sizeof(tests) / sizeof(tests[0]));
}
