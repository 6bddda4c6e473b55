/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fragments at a node with the user-space data plane: put together in any order,
 * or given up, and cut where the node's own packet is too big. */
#include "soft_world.h"

enum { LINK, IF = 1 };

#define OWN  "3fff:1::1"
#define PEER "3fff:1::5"

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
	return l;
}

static void lab_free(struct lab *l)
{
	world_free(l->w);
}

enum { WHOLE = 400 };

static const uint8_t *udp_packet(void)
{
	static uint8_t octets[WHOLE];

	world_udp(octets, PEER, OWN, sizeof(octets), 9);
	return octets;
}

/* Octets from `at` of the payload of the packet above, as a fragment. */
static void send_marked_fragment(struct lab *l, uint32_t id, size_t at, size_t len, bool more,
				 uint8_t traffic_class)
{
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_FRAGMENT};
	uint8_t payload[WHOLE];
	struct mip6_writer w = wr_init(payload, sizeof(payload));

	wr_u8(&w, 17);
	wr_u8(&w, 0);
	wr_u16(&w, (uint16_t)(at | more));
	wr_u32(&w, id);
	wr_copy(&w, udp_packet() + SOFT_IP6 + at, len);
	p.traffic_class = traffic_class;
	p.src = addr_of(PEER);
	p.dst = addr_of(OWN);
	p.payload = payload;
	p.payload_len = w.pos;
	world_inject(l->n, IF, &p);
}

static void send_fragment(struct lab *l, uint32_t id, size_t at, size_t len, bool more)
{
	send_marked_fragment(l, id, at, len, more, 0);
}

static bool got_whole(const struct lab *l)
{
	return world_got_udp(l->n, PEER, OWN, WHOLE, 9);
}

/* All orders of three pieces. */
static void test_fragments_in_any_order(void)
{
	static const struct {
		size_t at, len;
	} pieces[3] = {{0, 104}, {104, 160}, {264, 96}};
	static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct lab l = lab_new();

	for (uint32_t i = 0; i < 6; i++) {
		for (unsigned k = 0; k < 3; k++) {
			unsigned piece = orders[i][k];

			CU_ASSERT_EQUAL(l.n->up_count, i);
			send_fragment(&l, i, pieces[piece].at, pieces[piece].len, piece != 2);
		}
		CU_ASSERT_EQUAL(l.n->up_count, i + 1);
		CU_ASSERT_TRUE(got_whole(&l));
	}
	CU_ASSERT_EQUAL(world_stats(l.n).reassembled, 6);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l.n->s), MIP6_NEVER);
	lab_free(&l);
}

static void test_atomic_fragment(void)
{
	struct lab l = lab_new();

	send_fragment(&l, 1, 0, 200, true);
	send_fragment(&l, 1, 0, WHOLE - SOFT_IP6, false); /* of its own (RFC 6946) */
	CU_ASSERT_TRUE(got_whole(&l));
	send_fragment(&l, 1, 200, 160, false);
	CU_ASSERT_EQUAL(l.n->up_count, 2);
	lab_free(&l);
}

static void test_overlapping_fragments(void)
{
	struct lab l = lab_new();

	send_fragment(&l, 1, 0, 200, true);
	send_fragment(&l, 1, 192, 168, false);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 1);
	/* what was there is gone, too (RFC 5722) */
	send_fragment(&l, 1, 200, 160, false);
	CU_ASSERT_EQUAL(l.n->up_count, 0);
	/* an end before what is there, something behind the end, two ends */
	send_fragment(&l, 2, 104, 96, true);
	send_fragment(&l, 2, 88, 8, false);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 2);
	send_fragment(&l, 3, 104, 8, false);
	send_fragment(&l, 3, 200, 8, true);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 3);
	send_fragment(&l, 4, 104, 8, false);
	send_fragment(&l, 4, 200, 8, false);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 4);
	lab_free(&l);
}

static void test_repeated_fragment(void)
{
	struct lab l = lab_new();

	send_fragment(&l, 1, 0, 200, true);
	send_fragment(&l, 1, 0, 200, true);
	send_fragment(&l, 1, 200, 160, false);
	CU_ASSERT_TRUE(got_whole(&l));
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 0);
	lab_free(&l);
}

/* RFC 3168 5.3: congestion that one fragment met is the packet's. */
static void test_marked_fragment(void)
{
	struct lab l = lab_new();

	send_marked_fragment(&l, 1, 200, 160, false, 3);
	send_marked_fragment(&l, 1, 0, 200, true, 2);
	CU_ASSERT_EQUAL_FATAL(l.n->up_count, 1);
	CU_ASSERT_EQUAL(l.n->up[0].octets[1] >> 4, 3);
	lab_free(&l);
}

static void test_fragment_sizes(void)
{
	struct lab l = lab_new();
	struct icmp6_error e = {0};

	send_fragment(&l, 1, 0, 100, true); /* no multiple of 8 */
	CU_ASSERT_EQUAL(world_stats(l.n).drop_malformed, 1);
	CU_ASSERT_TRUE(world_got_error(l.peer, &e));
	CU_ASSERT_EQUAL(e.type, ICMP6_PARAM_PROBLEM);
	CU_ASSERT_EQUAL(e.value, 4);
	send_fragment(&l, 1, 0, 0, true); /* nothing */
	CU_ASSERT_EQUAL(world_stats(l.n).drop_malformed, 2);
	lab_free(&l);
}

/* The end beyond 65535 octets. */
static void test_fragment_too_far(void)
{
	struct lab l = lab_new();
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_FRAGMENT};
	uint8_t payload[24] = {17, 0, 0xff, 0xf8};
	struct icmp6_error e = {0};

	p.src = addr_of(PEER);
	p.dst = addr_of(OWN);
	p.payload = payload;
	p.payload_len = sizeof(payload);
	world_inject(l.n, IF, &p);
	CU_ASSERT_TRUE(world_got_error(l.peer, &e));
	CU_ASSERT_EQUAL(e.type, ICMP6_PARAM_PROBLEM);
	CU_ASSERT_EQUAL(e.value, 42);
	lab_free(&l);
}

static void test_fragments_time_out(void)
{
	struct lab l = lab_new();
	struct icmp6_error e = {0};

	send_fragment(&l, 9, 0, 200, true);
	send_fragment(&l, 9, 200, 160, false);
	/* without its first nobody is told, and not of what had its place before */
	send_fragment(&l, 2, 200, 160, false);
	send_fragment(&l, 1, 0, 200, true);
	world_run(l.w, l.w->now + 59 * MIP6_SECOND);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 0);
	world_run(l.w, l.w->now + 2 * MIP6_SECOND);
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 2);
	CU_ASSERT_EQUAL(world_stats(l.n).icmp_errors_sent, 1);
	CU_ASSERT_TRUE(world_got_error(l.peer, &e));
	CU_ASSERT_EQUAL(e.type, 3);
	CU_ASSERT_EQUAL(e.code, 1);
	CU_ASSERT_EQUAL(e.packet_len, SOFT_IP6 + 8 + 200);
	CU_ASSERT_EQUAL(memcmp(e.packet + 48, udp_packet() + SOFT_IP6, 200), 0);
	send_fragment(&l, 1, 200, 160, false);
	CU_ASSERT_EQUAL(l.n->up_count, 1);
	lab_free(&l);
}

/* More packets than there is room for: the oldest go, the last is completed. */
static void test_many_fragments(void)
{
	struct lab l = lab_new();

	for (uint32_t id = 0; id < 1000; id++) {
		l.w->now += MIP6_MS;
		send_fragment(&l, id, 0, 200, true);
	}
	send_fragment(&l, 999, 200, 160, false);
	CU_ASSERT_TRUE(got_whole(&l));
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 1000 - 64);
	lab_free(&l);
}

/* Packets of many mobile nodes, which all reach their home agent in two pieces, are
 * on the link at the same time. */
static void test_fragments_of_many(void)
{
	struct lab l = lab_new();

	for (uint32_t id = 0; id < 50; id++)
		send_fragment(&l, id, 0, 200, true);
	for (uint32_t id = 0; id < 50; id++)
		send_fragment(&l, id, 200, 160, false);
	CU_ASSERT_EQUAL(l.n->up_count, 50);
	CU_ASSERT_TRUE(got_whole(&l));
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 0);
	lab_free(&l);
}

/* Pieces with a gap after each: their number is bounded. */
static void test_many_gaps(void)
{
	struct lab l = lab_new();
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_FRAGMENT};
	uint8_t payload[16] = {17, [3] = 1};

	p.src = addr_of(PEER);
	p.dst = addr_of(OWN);
	p.payload = payload;
	p.payload_len = sizeof(payload);
	for (size_t i = 0; i < 1000; i++) {
		payload[2] = (uint8_t)(i * 16 >> 8);
		payload[3] = (uint8_t)((i * 16 & 0xf8) | 1);
		world_inject(l.n, IF, &p);
	}
	/* each time 64 are kept, and the next ends it */
	CU_ASSERT_EQUAL(world_stats(l.n).drop_reassembly, 1000 / 65);
	lab_free(&l);
}

/* A request that needs fragments both ways: the answer is cut here as well. */
static void test_big_echo(void)
{
	struct lab l = lab_new();
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_ICMPV6};
	uint8_t payload[2900] = {128};
	uint8_t octets[3000];
	struct mip6_buf buf;
	struct soft_hop hop = {.kind = SOFT_HOP_LINK, .ifindex = IF, .mtu = 1280};
	uint16_t sum;

	p.src = addr_of(PEER);
	p.dst = world_link_local(l.n, IF);
	for (size_t i = 4; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i / 7);
	sum = ip6_checksum(&p.src, &p.dst, IP6_NH_ICMPV6, payload, sizeof(payload));
	payload[2] = (uint8_t)(sum >> 8);
	payload[3] = (uint8_t)(sum & 0xff);
	p.payload = payload;
	p.payload_len = sizeof(payload);
	buf = (struct mip6_buf){.data = octets};
	buf.len = (size_t)ip6_build(&p, octets, sizeof(octets));
	hop.next_hop = p.dst;
	l.peer->s->now = l.w->now;
	soft_send_own(l.peer->s, &hop, &buf);
	soft_finish(l.peer->s);
	world_settle(l.w);
	CU_ASSERT_EQUAL(world_stats(l.peer).fragments_sent, 3);
	CU_ASSERT_EQUAL(world_stats(l.n).reassembled, 1);
	CU_ASSERT_EQUAL(world_stats(l.n).fragments_sent, 3);
	CU_ASSERT_EQUAL(l.n->up_count, 0);
	CU_ASSERT_EQUAL_FATAL(l.peer->up_count, 1);
	CU_ASSERT_EQUAL(l.peer->up[0].octets[40], 129);
	CU_ASSERT_EQUAL(memcmp(l.peer->up[0].octets + 44, payload + 4, sizeof(payload) - 4), 0);
	lab_free(&l);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"fragments in any order", test_fragments_in_any_order},
	    {"atomic fragment", test_atomic_fragment},
	    {"overlapping fragments", test_overlapping_fragments},
	    {"repeated fragment", test_repeated_fragment},
	    {"marked fragment", test_marked_fragment},
	    {"fragment sizes", test_fragment_sizes},
	    {"fragment too far", test_fragment_too_far},
	    {"fragments time out", test_fragments_time_out},
	    {"many fragments", test_many_fragments},
	    {"fragments of many", test_fragments_of_many},
	    {"many gaps", test_many_gaps},
	    {"big echo", test_big_echo},
	};

	return test_run("test_soft_fragments", tests, sizeof(tests) / sizeof(tests[0]));
}
