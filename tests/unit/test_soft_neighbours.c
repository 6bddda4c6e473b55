/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The neighbour cache of the user-space data plane, what it says in neighbour
 * discovery, and the batches in which it says it. */
#include "soft_lab.h"

/* ---- neighbours -------------------------------------------------------------------- */

/* A packet with a number in its last octet, sent to a neighbour. */
static void send_from(struct lab *l, const char *src, unsigned ifindex, const char *to,
		      uint8_t number)
{
	uint8_t memory[MIP6_SOFT_HEADROOM + 64] = {0};
	struct mip6_buf packet = {.data = memory + MIP6_SOFT_HEADROOM,
				  .headroom = MIP6_SOFT_HEADROOM};
	struct ip6_packet p = {.hop_limit = 64, .next_header = 17, .payload_len = 9};
	uint8_t payload[9] = {0, 9, 0, 9, 0, 9, 0, 0, number};
	struct mip6_addr next_hop = addr_of(to);

	p.src = addr_of(src);
	p.dst = addr_of("3fff:9::9");
	p.payload = payload;
	packet.len = (size_t)ip6_build(&p, packet.data, 64);
	l->s->now = l->now;
	soft_neigh_send(l->s, ifindex, &next_hop, &packet);
	soft_finish(l->s);
}

static void send_to(struct lab *l, unsigned ifindex, const char *to, uint8_t number)
{
	send_from(l, "3fff:2::1", ifindex, to, number);
}

/* The number of the frame if it is one of send_to() to the peer's MAC, else -1. */
static int number_of(const struct sent *sent)
{
	struct ip6_packet p = parsed(sent);

	if (p.next_header != 17 || memcmp(sent->octets, peer_mac, 6) != 0)
		return -1;
	return p.payload[8];
}

static bool is_ns(const struct sent *sent, const char *dst, const char *target, struct nd_ns *ret)
{
	struct ip6_packet p = parsed(sent);
	struct mip6_addr to = addr_of(dst);
	struct mip6_addr about = addr_of(target);

	return icmp6_type(&p.src, &p.dst, p.payload, p.payload_len) == ICMP6_NS &&
	       nd_valid(ICMP6_NS, &p) == MIP6_OK &&
	       nd_parse_ns(p.payload, p.payload_len, ret) == MIP6_OK &&
	       mip6_addr_equal(&p.dst, &to) && mip6_addr_equal(&ret->target, &about);
}

/* An advertisement on interface 2; mac_end 0: without an address. */
static void receive_na(struct lab *l, const char *target, uint8_t flags, uint8_t mac_end)
{
	struct mip6_addr src = addr_of(target);
	struct mip6_addr dst =
	    flags & ND_NA_S ? soft_iface(l->s, 2)->link_local : mip6_addr_all_nodes();
	struct nd_na na = {.target = src, .flags = flags};
	uint8_t buf[128];

	if (mac_end) {
		na.tlla.len = 6;
		memcpy(na.tlla.addr, peer_mac, 6);
		na.tlla.addr[5] = mac_end;
	}
	receive_icmp6(l, target, &dst, buf, nd_build_na(&src, &dst, &na, buf, sizeof(buf)));
}

static void receive_ns(struct lab *l, const char *from, const char *to, const char *target)
{
	struct mip6_addr src = addr_of(from);
	struct mip6_addr dst = addr_of(to);
	struct nd_ns ns = {.target = addr_of(target)};
	uint8_t buf[128];

	if (!mip6_addr_is_unspecified(&src)) {
		ns.slla.len = 6;
		memcpy(ns.slla.addr, peer_mac, 6);
	}
	receive_icmp6(l, from, &dst, buf, nd_build_ns(&src, &dst, &ns, buf, sizeof(buf)));
}

static void receive_rs(struct lab *l, const char *from)
{
	struct mip6_addr src = addr_of(from);
	struct mip6_addr dst = mip6_addr_all_routers();
	struct nd_rs rs = {.slla.len = 6};
	uint8_t buf[128];

	memcpy(rs.slla.addr, peer_mac, 6);
	receive_icmp6(l, from, &dst, buf, nd_build_rs(&src, &dst, &rs, buf, sizeof(buf)));
}

static void test_resolution(void)
{
	struct lab *l = lab_new();
	struct mip6_addr source = addr_of("3fff:2::1");
	struct nd_ns ns;
	struct ip6_packet p;

	for (uint8_t i = 0; i < 20; i++)
		send_to(l, 2, "fe80::9", i);
	CU_ASSERT_EQUAL(l->count, 1);
	CU_ASSERT_TRUE(is_ns(&l->sent[0], "ff02::1:ff00:9", "fe80::9", &ns));
	CU_ASSERT_EQUAL(memcmp(l->sent[0].octets, (uint8_t[6]){0x33, 0x33, 0xff, 0, 0, 9}, 6), 0);
	CU_ASSERT_EQUAL(ns.slla.len, 6);
	p = parsed(&l->sent[0]);
	CU_ASSERT_TRUE(mip6_addr_equal(&p.src, &source));
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 4);
	receive_na(l, "fe80::9", ND_NA_S | ND_NA_O, 9);
	CU_ASSERT_EQUAL(l->count, 17);
	for (uint8_t i = 0; i < 16; i++)
		CU_ASSERT_EQUAL(number_of(&l->sent[1 + i]), 4 + i);
	send_to(l, 2, "fe80::9", 99);
	CU_ASSERT_EQUAL(number_of(&l->sent[17]), 99);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	lab_free(l);
}

static void test_resolution_fails(void)
{
	struct lab *l = lab_new();
	struct nd_ns ns;

	send_to(l, 2, "fe80::9", 1);
	pass(l, 2 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->count, 3);
	CU_ASSERT_TRUE(is_ns(&l->sent[2], "ff02::1:ff00:9", "fe80::9", &ns));
	CU_ASSERT_EQUAL(l->s->stats.neighbours_failed, 0);
	pass(l, MIP6_SECOND);
	CU_ASSERT_EQUAL(l->s->stats.neighbours_failed, 1);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 1);
	CU_ASSERT_EQUAL(l->s->stats.neighbours_solicited, 3);
	CU_ASSERT_EQUAL(l->count, 3);
	CU_ASSERT_EQUAL(l->up, 1); /* the sender is this node: its upper layers hear of it */
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	send_to(l, 2, "fe80::9", 1);
	CU_ASSERT_EQUAL(l->count, 4);
	lab_free(l);
}

/* The sender of a forwarded packet hears that the address does not answer. */
static void test_resolution_fails_for_others(void)
{
	struct lab *l = lab_new();
	struct mip6_addr sender = addr_of("3fff:3::5");
	struct icmp6_error e;
	struct ip6_packet p;

	CU_ASSERT_EQUAL(mip6_soft_neighbour(l->s, 3, &sender, peer_mac), 0);
	send_from(l, "3fff:3::5", 2, "3fff:2::9", 1);
	pass(l, 3 * MIP6_SECOND);
	CU_ASSERT_EQUAL_FATAL(l->count, 4);
	p = parsed(&l->sent[3]);
	CU_ASSERT_TRUE(mip6_addr_equal(&p.dst, &sender));
	CU_ASSERT_EQUAL(l->sent[3].ifindex, 3);
	CU_ASSERT_EQUAL(icmp6_parse_error(p.payload, p.payload_len, &e), 0);
	CU_ASSERT_EQUAL(e.type, ICMP6_DST_UNREACH);
	CU_ASSERT_EQUAL(e.code, 3);
	lab_free(l);
}

static void learn(struct lab *l, const char *addr)
{
	send_to(l, 2, addr, 1);
	receive_na(l, addr, ND_NA_S | ND_NA_O, 9);
	l->count = 0;
}

static void test_reachability(void)
{
	struct lab *l = lab_new();
	struct nd_ns ns;

	learn(l, "fe80::9");
	l->now += 29 * MIP6_SECOND;
	send_to(l, 2, "fe80::9", 2);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	l->now += MIP6_SECOND;
	send_to(l, 2, "fe80::9", 3); /* STALE: sent at once, asked in 5 s */
	CU_ASSERT_EQUAL(l->count, 2);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), l->now + 5 * MIP6_SECOND);
	pass(l, 5 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->count, 3);
	CU_ASSERT_TRUE(is_ns(&l->sent[2], "fe80::9", "fe80::9", &ns));
	CU_ASSERT_EQUAL(memcmp(l->sent[2].octets, peer_mac, 6), 0);
	receive_na(l, "fe80::9", ND_NA_S, 0); /* unicast answers need no address */
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	l->now += 30 * MIP6_SECOND;
	send_to(l, 2, "fe80::9", 4);
	pass(l, 8 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->s->stats.neighbours_failed, 1);
	l->count = 0;
	send_to(l, 2, "fe80::9", 5);
	CU_ASSERT_TRUE(is_ns(&l->sent[0], "ff02::1:ff00:9", "fe80::9", &ns));
	lab_free(l);
}

/* RFC 4861 7.2.5: without O another address only makes doubtful, with it it counts;
 * without S it is not confirmed. */
static void test_advertisements(void)
{
	struct lab *l = lab_new();

	receive_na(l, "fe80::9", ND_NA_O, 9); /* nobody asked */
	send_to(l, 2, "fe80::9", 1);
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), -1);
	receive_na(l, "fe80::9", ND_NA_S | ND_NA_O, 0); /* no address: no answer */
	CU_ASSERT_EQUAL(l->count, 1);
	receive_na(l, "fe80::9", ND_NA_O, 9); /* an answer, but not to us */
	CU_ASSERT_EQUAL(l->count, 2);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), l->now + 5 * MIP6_SECOND);
	mip6_soft_flush(l->s, 2);
	learn(l, "fe80::9");
	receive_na(l, "fe80::9", 0, 7);
	send_to(l, 2, "fe80::9", 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), 2);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), l->now + 5 * MIP6_SECOND);
	receive_na(l, "fe80::9", ND_NA_O, 7);
	send_to(l, 2, "fe80::9", 3);
	CU_ASSERT_EQUAL(l->sent[1].octets[5], 7);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), l->now + 5 * MIP6_SECOND);
	receive_na(l, "fe80::9", ND_NA_S, 7);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	lab_free(l);
}

static void test_heard(void)
{
	struct lab *l = lab_new();

	receive_ns(l, "fe80::9", "ff02::1:ff00:1", "3fff:2::1");
	l->count = 0;
	send_to(l, 2, "fe80::9", 1); /* known without asking */
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), 1);
	/* a question about another's address says nothing to us */
	receive_ns(l, "fe80::8", "ff02::1:ff00:77", "3fff:2::77");
	send_to(l, 2, "fe80::8", 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), -1);
	/* its own question answers ours */
	receive_ns(l, "fe80::8", "ff02::1:ff00:1", "3fff:2::1");
	CU_ASSERT_EQUAL(number_of(&l->sent[2]), 2);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), l->now + 5 * MIP6_SECOND); /* not confirmed */
	/* nobody is our neighbour under our own address */
	receive_ns(l, "3fff:3::1", "ff02::1:ff00:1", "3fff:2::1");
	l->count = 0;
	send_to(l, 2, "3fff:3::1", 3);
	CU_ASSERT_EQUAL(l->count, 0); /* it waits */
	lab_free(l);
}

/* Only a router cares for who solicits one. */
static void test_heard_rs(void)
{
	struct lab *l = lab_new();

	receive_rs(l, "fe80::9");
	send_to(l, 2, "fe80::9", 1);
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), -1);
	mip6_soft_forwarding(l->s, true);
	receive_rs(l, "fe80::8");
	send_to(l, 2, "fe80::8", 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), 2);
	lab_free(l);
}

/* A packet that is too large to wait is lost, and counted. */
static void test_too_large_to_hold(void)
{
	static uint8_t memory[MIP6_SOFT_HEADROOM + SOFT_HELD_SIZE + 1];
	struct lab *l = lab_new();
	struct mip6_buf packet = {.data = memory + MIP6_SOFT_HEADROOM,
				  .len = SOFT_HELD_SIZE + 1,
				  .headroom = MIP6_SOFT_HEADROOM};
	struct mip6_addr to = addr_of("fe80::9");

	l->s->now = l->now;
	soft_neigh_send(l->s, 2, &to, &packet);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 1);
	packet.len = SOFT_HELD_SIZE;
	soft_neigh_send(l->s, 2, &to, &packet);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 1);
	receive_na(l, "fe80::9", ND_NA_S | ND_NA_O, 9);
	CU_ASSERT_EQUAL(l->count, 2);
	lab_free(l);
}

static void numbered(char *text, size_t cap, unsigned n)
{
	snprintf(text, cap, "fe80::1:%x", n);
}

/* All neighbours share the room for packets that wait, and it is used again. */
static void test_room_to_hold(void)
{
	struct lab *l = lab_new();
	char text[64];

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < SOFT_HELD; i++) {
			numbered(text, sizeof(text), i / SOFT_HELD_EACH);
			send_to(l, 2, text, 1);
		}
		CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 2 * round);
		send_to(l, 2, "fe80::9", 2);
		CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 2 * round + 1);
		numbered(text, sizeof(text), 0);
		receive_na(l, text, ND_NA_S | ND_NA_O, 9);
		send_to(l, 2, "fe80::9", 3);
		CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 2 * round + 1);
		mip6_soft_flush(l->s, 2);
		l->s->stats.drop_no_neighbour = 2 * (round + 1);
	}
	lab_free(l);
}

static void test_permanent(void)
{
	struct lab *l = lab_new();
	struct mip6_object o = neighbour_object(2, "fe80::9");
	struct mip6_addr addr = addr_of("fe80::9");

	send_to(l, 2, "fe80::9", 1);
	CU_ASSERT_EQUAL(mip6_soft_neighbour(l->s, 2, &addr, peer_mac), 0);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), 1);
	receive_na(l, "fe80::9", ND_NA_S | ND_NA_O, 7);
	soft_neigh_heard(l->s, 2, &addr, (uint8_t[6]){2, 0, 0, 0, 9, 7});
	link_set(l, 2, false);
	link_set(l, 2, true);
	l->now += 1000 * MIP6_SECOND;
	send_to(l, 2, "fe80::9", 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[2]), 2);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	put(l, o); /* the protocol's word for it changes nothing */
	take(l, o);
	send_to(l, 2, "fe80::9", 3);
	CU_ASSERT_EQUAL(number_of(&l->sent[3]), 3);
	lab_free(l);
}

/* What the protocol tells is as good as an answer: asked later, replaced by a
 * better word, forgotten with the link. */
static void test_told(void)
{
	struct lab *l = lab_new();
	struct mip6_object o = neighbour_object(2, "fe80::9");

	send_to(l, 2, "fe80::9", 1);
	put(l, o);
	soft_finish(l->s);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), 1);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	receive_na(l, "fe80::9", ND_NA_S | ND_NA_O, 7);
	send_to(l, 2, "fe80::9", 2);
	CU_ASSERT_EQUAL(l->sent[2].octets[5], 7);
	l->now += 31 * MIP6_SECOND;
	send_to(l, 2, "fe80::9", 3);
	CU_ASSERT_EQUAL(l->sent[3].octets[5], 7);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), l->now + 5 * MIP6_SECOND);
	link_set(l, 2, false);
	link_set(l, 2, true);
	send_to(l, 2, "fe80::9", 4);
	CU_ASSERT_EQUAL(number_of(&l->sent[4]), -1);
	take(l, o);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	lab_free(l);
}

static void test_flush(void)
{
	struct lab *l = lab_new();

	learn(l, "fe80::9");
	mip6_soft_flush(l->s, 3);
	send_to(l, 2, "fe80::9", 1);
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), 1);
	link_set(l, 2, true); /* attached anew */
	send_to(l, 2, "fe80::9", 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), -1);
	link_set(l, 2, false);
	send_to(l, 2, "fe80::9", 3);
	CU_ASSERT_EQUAL(l->count, 2);
	CU_ASSERT_EQUAL(l->s->stats.drop_link_down, 1);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	lab_free(l);
}

/* Only who has the link-layer address is forgotten, with all its addresses. */
static void test_forget(void)
{
	static const uint8_t nobody[6] = {2, 0, 0, 0, 0, 99};
	struct lab *l = lab_new();

	learn(l, "fe80::9");
	mip6_soft_forget(l->s, 2, nobody);
	send_to(l, 2, "fe80::9", 1);
	mip6_soft_forget(l->s, 3, l->sent[0].octets); /* another interface */
	send_to(l, 2, "fe80::9", 1);
	l->count = 1;
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), 1);
	mip6_soft_forget(l->s, 2, l->sent[0].octets);
	send_to(l, 2, "fe80::9", 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), -1);
	/* Who is asked for in vain may be the one. */
	mip6_soft_forget(l->s, 2, nobody);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	lab_free(l);
}

/* The longest unused one goes. */
static void test_cache_full(void)
{
	struct lab *l = lab_new();
	struct mip6_addr addr = addr_of("fe80::1:0");
	char text[64];

	for (unsigned i = 0; i < SOFT_NEIGHBOURS; i++) {
		addr.b[14] = (uint8_t)(i >> 8);
		addr.b[15] = (uint8_t)i;
		soft_neigh_heard(l->s, 2, &addr, peer_mac);
	}
	numbered(text, sizeof(text), 0);
	send_to(l, 2, text, 1); /* used: now the second is the oldest */
	addr = addr_of("fe80::2:0");
	soft_neigh_heard(l->s, 2, &addr, peer_mac);
	send_to(l, 2, text, 2);
	CU_ASSERT_EQUAL(number_of(&l->sent[1]), 2);
	numbered(text, sizeof(text), 1);
	send_to(l, 2, text, 3);
	CU_ASSERT_EQUAL(number_of(&l->sent[2]), -1);
	lab_free(l);
}

/* Very many addresses that nobody has do not cost the neighbours that are there. */
static void test_cache_flooded(void)
{
	struct lab *l = lab_new();
	char text[64];

	learn(l, "fe80::9");
	for (unsigned i = 0; i < 5000; i++) {
		numbered(text, sizeof(text), i);
		send_to(l, 2, text, 1);
	}
	CU_ASSERT_EQUAL(l->count, SOFT_NEIGHBOURS / 4);
	CU_ASSERT_TRUE(l->s->stats.drop_no_neighbour >= 5000 - SOFT_NEIGHBOURS / 4);
	send_to(l, 2, "fe80::9", 7);
	CU_ASSERT_EQUAL(number_of(&l->sent[SOFT_NEIGHBOURS / 4]), 7);
	pass(l, 4 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->s->stats.neighbours_failed, SOFT_NEIGHBOURS / 4);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 5000);
	numbered(text, sizeof(text), 6000); /* and they cost nothing afterwards */
	send_to(l, 2, text, 8);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 5000);
	lab_free(l);
}

static void test_group(void)
{
	struct lab *l = lab_new();

	send_to(l, 3, "ff05::1:2:3", 1);
	CU_ASSERT_EQUAL(l->count, 1);
	CU_ASSERT_EQUAL(l->sent[0].ifindex, 3);
	CU_ASSERT_EQUAL(memcmp(l->sent[0].octets, (uint8_t[6]){0x33, 0x33, 0, 2, 0, 3}, 6), 0);
	lab_free(l);
}

/* ---- answers ---------------------------------------------- */

static bool is_na(const struct sent *sent, const char *src, const char *dst, struct nd_na *ret)
{
	struct ip6_packet p = parsed(sent);
	struct mip6_addr from = addr_of(src);
	struct mip6_addr to = addr_of(dst);

	return icmp6_type(&p.src, &p.dst, p.payload, p.payload_len) == ICMP6_NA &&
	       nd_valid(ICMP6_NA, &p) == MIP6_OK &&
	       nd_parse_na(p.payload, p.payload_len, ret) == MIP6_OK &&
	       mip6_addr_equal(&p.src, &from) && mip6_addr_equal(&p.dst, &to);
}

static void test_answer_own(void)
{
	struct lab *l = lab_new();
	struct nd_na na;

	receive_ns(l, "fe80::9", "ff02::1:ff00:1", "3fff:2::1");
	CU_ASSERT_EQUAL_FATAL(l->count, 1);
	CU_ASSERT_TRUE(is_na(&l->sent[0], "3fff:2::1", "fe80::9", &na));
	CU_ASSERT_EQUAL(na.flags, ND_NA_S | ND_NA_O);
	CU_ASSERT_EQUAL(na.tlla.len, 6);
	CU_ASSERT_EQUAL(na.tlla.addr[5], 2);
	CU_ASSERT_EQUAL(memcmp(l->sent[0].octets, peer_mac, 6), 0);
	mip6_soft_forwarding(l->s, true);
	receive_ns(l, "fe80::9", "3fff:2::1", "3fff:2::1");
	CU_ASSERT_TRUE(is_na(&l->sent[1], "3fff:2::1", "fe80::9", &na));
	CU_ASSERT_EQUAL(na.flags, ND_NA_S | ND_NA_O | ND_NA_R);
	lab_free(l);
}

static void test_answer_duplicate(void)
{
	struct lab *l = lab_new();
	struct nd_na na;

	receive_ns(l, "::", "ff02::1:ff00:1", "3fff:2::1");
	CU_ASSERT_EQUAL_FATAL(l->count, 1);
	CU_ASSERT_TRUE(is_na(&l->sent[0], "3fff:2::1", "ff02::1", &na));
	CU_ASSERT_EQUAL(na.flags, ND_NA_O);
	CU_ASSERT_EQUAL(memcmp(l->sent[0].octets, (uint8_t[6]){0x33, 0x33, 0, 0, 0, 1}, 6), 0);
	lab_free(l);
}

/* Who asks without end does not fill the link; another address is answered. */
static void test_answers_to_all_are_few(void)
{
	struct lab *l = lab_new();
	size_t before;

	before = l->count;
	for (unsigned i = 0; i < 10000; i++)
		receive_ns(l, "::", "ff02::1:ff00:1", "3fff:2::1");
	CU_ASSERT_EQUAL(l->count - before, 3);
	put(l, proxy_object(2, "3fff:2::7", false));
	receive_ns(l, "::", "ff02::1:ff00:7", "3fff:2::7");
	CU_ASSERT_EQUAL(l->count - before, 4);
	l->now += MIP6_SECOND;
	before = l->count;
	receive_ns(l, "::", "ff02::1:ff00:1", "3fff:2::1");
	CU_ASSERT_EQUAL(l->count - before, 1);
	lab_free(l);
}

static void test_answer_proxied(void)
{
	struct lab *l = lab_new();
	struct nd_na na;

	put(l, proxy_object(2, "3fff:2::7", false));
	put(l, proxy_object(3, "3fff:2::8", false));
	receive_ns(l, "3fff:2::9", "ff02::1:ff00:7", "3fff:2::7");
	CU_ASSERT_EQUAL_FATAL(l->count, 1);
	CU_ASSERT_TRUE(is_na(&l->sent[0], "3fff:2::1", "3fff:2::9", &na));
	CU_ASSERT_EQUAL(na.flags, ND_NA_S); /* the owner is right, not we */
	CU_ASSERT_EQUAL(na.tlla.addr[5], 2);
	receive_ns(l, "::", "ff02::1:ff00:7", "3fff:2::7");
	CU_ASSERT_TRUE(
	    is_na(&l->sent[1], soft_iface(l->s, 2) ? "fe80::ff:fe00:2" : "::", "ff02::1", &na) ||
	    is_na(&l->sent[1], "3fff:2::1", "ff02::1", &na));
	CU_ASSERT_EQUAL(na.flags, 0);
	receive_ns(l, "3fff:2::9", "ff02::1:ff00:8", "3fff:2::8"); /* on the other link */
	CU_ASSERT_EQUAL(l->count, 2);
	take(l, proxy_object(2, "3fff:2::7", false));
	receive_ns(l, "3fff:2::9", "ff02::1:ff00:7", "3fff:2::7");
	CU_ASSERT_EQUAL(l->count, 2);
	lab_free(l);
}

/* Neither another interface's address nor one on a tunnel's device. */
/* When it comes back, perhaps by another interface, it is asked for. */
static void test_proxied_is_not_here(void)
{
	struct lab *l = lab_new();

	learn(l, "3fff:2::7");
	put(l, proxy_object(2, "3fff:2::7", false));
	take(l, proxy_object(2, "3fff:2::7", false));
	send_to(l, 2, "3fff:2::7", 2);
	CU_ASSERT_EQUAL_FATAL(l->count, 1);
	CU_ASSERT_EQUAL(number_of(&l->sent[0]), -1);
	lab_free(l);
}

static void test_no_answer(void)
{
	struct lab *l = lab_new();

	put(l, address_object(0, "3fff:2::7", MIP6_ADDRESS_HOME));
	receive_ns(l, "fe80::9", "ff02::1:ff00:7", "3fff:2::7");
	receive_ns(l, "fe80::9", "ff02::1:ff00:1", "3fff:3::1");
	receive_ns(l, "::", "ff02::1:ff00:77", "3fff:2::77");
	CU_ASSERT_EQUAL(l->count, 0);
	lab_free(l);
}

/* A packet from an address of the tunnel's device asks with another source. */
static void test_solicit_source(void)
{
	struct lab *l = lab_new();
	struct mip6_addr wanted = addr_of("3fff:2::1");
	struct ip6_packet p;

	put(l, address_object(0, "3fff:8::7", MIP6_ADDRESS_HOME));
	send_from(l, "3fff:8::7", 2, "3fff:2::9", 1);
	p = parsed(&l->sent[0]);
	CU_ASSERT_TRUE(mip6_addr_equal(&p.src, &wanted));
	lab_free(l);
}

/* ---- batches ---------------------------------------------- */

static void test_batches(void)
{
	struct lab *l = lab_new();
	struct mip6_buf frames[1000];

	for (unsigned i = 0; i < 1000; i++) {
		frames[i] = soft_queue_scratch(l->s, 64);
		memset(frames[i].data, 0, 64);
		frames[i].data[0] = (uint8_t)i;
		frames[i].data[1] = (uint8_t)(i >> 8);
		soft_queue_frame(l->s, i < 100 ? 2 : 3, &frames[i]);
	}
	soft_finish(l->s);
	CU_ASSERT_EQUAL(l->count, 1000);
	CU_ASSERT_EQUAL(l->calls, 5); /* 100 + 156, 3 x 256 less 24 */
	for (unsigned i = 0; i < 1000; i++) {
		CU_ASSERT_EQUAL(l->sent[i].octets[0] + 256 * l->sent[i].octets[1], (int)i);
		CU_ASSERT_EQUAL(l->sent[i].ifindex, i < 100 ? 2 : 3);
	}
	soft_finish(l->s);
	CU_ASSERT_EQUAL(l->calls, 5);
	lab_free(l);
}

/* More than there is memory for: what was queued is given away before. */
static void test_scratch(void)
{
	struct lab *l = lab_new();

	for (unsigned i = 0; i < 100; i++) {
		struct mip6_buf b = soft_queue_scratch(l->s, 65536);

		CU_ASSERT_TRUE(b.headroom >= MIP6_SOFT_HEADROOM);
		memset(b.data, (int)i, b.len);
		soft_queue_frame(l->s, 2, &b);
	}
	soft_finish(l->s);
	CU_ASSERT_EQUAL(l->count, 100);
	for (unsigned i = 0; i < 100; i++)
		CU_ASSERT_EQUAL(l->sent[i].octets[7], i);
	lab_free(l);
}

static const struct test_case tests[] = {
    {"resolution", test_resolution},
    {"resolution_fails", test_resolution_fails},
    {"resolution_fails_for_others", test_resolution_fails_for_others},
    {"reachability", test_reachability},
    {"advertisements", test_advertisements},
    {"heard", test_heard},
    {"heard_rs", test_heard_rs},
    {"too_large_to_hold", test_too_large_to_hold},
    {"room_to_hold", test_room_to_hold},
    {"permanent", test_permanent},
    {"told", test_told},
    {"flush", test_flush},
    {"forget", test_forget},
    {"cache_full", test_cache_full},
    {"cache_flooded", test_cache_flooded},
    {"group", test_group},
    {"answer_own", test_answer_own},
    {"answer_duplicate", test_answer_duplicate},
    {"answers_to_all_are_few", test_answers_to_all_are_few},
    {"answer_proxied", test_answer_proxied},
    {"proxied_is_not_here", test_proxied_is_not_here},
    {"no_answer", test_no_answer},
    {"solicit_source", test_solicit_source},
    {"batches", test_batches},
    {"scratch", test_scratch},
};

int main(void)
{
	return test_run("soft_neighbours", tests, sizeof(tests) / sizeof(tests[0]));
}
