/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an attacker or an unlucky network makes of the user-space data plane: frames
 * to all with packets to one, floods that use up a budget which others need,
 * neighbours that are silent, errors about errors. */
#include "soft_lab.h"

/* ---- packets ------------------------------------------------------------------- */

enum { UDP = 17, ROOM = 2048 };

struct octets {
	uint8_t memory[MIP6_SOFT_HEADROOM + ROOM];
	struct mip6_buf buf;
};

/* A UDP packet without a right checksum, `len` octets in all. */
static void packet_of(struct octets *o, const char *src, const char *dst, uint8_t hop_limit,
		      size_t len)
{
	static const uint8_t payload[ROOM];
	struct ip6_packet p = {.hop_limit = hop_limit, .next_header = UDP, .payload = payload};

	memset(o, 0, sizeof(*o));
	p.src = addr_of(src);
	p.dst = addr_of(dst);
	p.payload_len = len - SOFT_IP6;
	o->buf.data = o->memory + MIP6_SOFT_HEADROOM;
	o->buf.headroom = MIP6_SOFT_HEADROOM;
	o->buf.len = (size_t)ip6_build(&p, o->buf.data, ROOM);
}

/* The packet in a frame to `mac` on interface 2. */
static void receive_framed(struct lab *l, struct octets *o, const uint8_t mac[6])
{
	uint8_t *frame = o->buf.data - SOFT_ETH;

	memcpy(frame, mac, 6);
	memcpy(frame + 6, peer_mac, 6);
	memcpy(frame + 12, (uint8_t[2]){0x86, 0xdd}, 2);
	o->buf.data = frame;
	o->buf.len += SOFT_ETH;
	o->buf.headroom -= SOFT_ETH;
	mip6_soft_receive(l->s, l->now, 2, &o->buf, 1);
}

static void receive_udp(struct lab *l, const char *src, const char *dst, uint8_t hop_limit,
			size_t len)
{
	struct octets o;

	packet_of(&o, src, dst, hop_limit, len);
	receive_framed(l, &o, soft_iface(l->s, 2)->link.mac);
}

static unsigned parsed_len(const struct sent *sent)
{
	return (unsigned)(sent->octets[SOFT_ETH + 4] << 8 | sent->octets[SOFT_ETH + 5]);
}

/* The error in a frame that was sent; type 0: it holds none. */
static struct icmp6_error error_in(const struct sent *sent, const char *dst)
{
	struct ip6_packet p = {0};
	struct icmp6_error e = {0};
	struct mip6_addr to = addr_of(dst);
	uint8_t header[SOFT_IP6];

	/* Frames are kept in part: the quote may be cut. */
	memcpy(header, sent->octets + SOFT_ETH, SOFT_IP6);
	p.payload = sent->octets + SOFT_ETH + SOFT_IP6;
	p.payload_len = sent->len - SOFT_ETH - SOFT_IP6;
	if (header[6] != IP6_NH_ICMPV6 || memcmp(header + 24, to.b, 16) != 0 ||
	    icmp6_parse_error(p.payload, p.payload_len, &e) < 0)
		e.type = 0;
	return e;
}

/* A router between 2 and 3 whose hosts ::5 are known neighbours. */
static struct lab *lab_router(void)
{
	struct lab *l = lab_new();
	struct mip6_addr left = addr_of("3fff:2::5");
	struct mip6_addr right = addr_of("3fff:3::5");

	mip6_soft_forwarding(l->s, true);
	CU_ASSERT_EQUAL(mip6_soft_neighbour(l->s, 2, &left, peer_mac), 0);
	CU_ASSERT_EQUAL(mip6_soft_neighbour(l->s, 3, &right, peer_mac), 0);
	return l;
}

/* ---- frames to all --------------------------------------------------------------- */

/* Else every router on the link would forward it, or say that it cannot: one frame
 * would become many (RFC 4443 2.4 e). */
static void test_unicast_in_group_frame(void)
{
	static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t group[6] = {0x33, 0x33, 0, 0, 0, 1};
	struct lab *l = lab_router();
	struct octets o;

	packet_of(&o, "3fff:2::5", "3fff:3::5", 64, 100);
	receive_framed(l, &o, all);
	packet_of(&o, "3fff:2::5", "3fff:3::5", 64, 100);
	receive_framed(l, &o, group);
	packet_of(&o, "3fff:2::5", "3fff:3::5", 1, 100);
	receive_framed(l, &o, all);
	packet_of(&o, "3fff:2::5", "3fff:9::5", 64, 100);
	receive_framed(l, &o, all);
	CU_ASSERT_EQUAL(l->count, 0);
	CU_ASSERT_EQUAL(l->s->stats.drop_not_ours, 4);
	CU_ASSERT_EQUAL(l->s->stats.forwarded, 0);
	/* What is for the node itself does no harm. */
	packet_of(&o, "3fff:2::5", "3fff:2::1", 64, 100);
	receive_framed(l, &o, all);
	CU_ASSERT_EQUAL(l->up, 1);
	receive_udp(l, "3fff:2::5", "3fff:3::5", 64, 100);
	CU_ASSERT_EQUAL(l->count, 1);
	lab_free(l);
}

/* ---- budgets ----------------------------------------------------------------------- */

/* Who asks for very many errors does not keep others from learning a path's MTU,
 * without which their connections hang. */
static void test_too_big_has_its_own_budget(void)
{
	struct lab *l = lab_router();

	for (unsigned i = 0; i < 300; i++)
		receive_udp(l, "3fff:2::5", "3fff:3::5", 1, 100);
	CU_ASSERT_EQUAL(l->count, 100);
	receive_udp(l, "3fff:2::5", "3fff:3::5", 64, 1501);
	CU_ASSERT_EQUAL_FATAL(l->count, 101);
	CU_ASSERT_EQUAL(error_in(&l->sent[100], "3fff:2::5").type, ICMP6_PACKET_TOO_BIG);
	for (unsigned i = 0; i < 3000; i++)
		receive_udp(l, "3fff:2::5", "3fff:3::5", 64, 1501);
	CU_ASSERT_EQUAL(l->count, 1100);
	lab_free(l);
}

/* Nothing is sent to a network where the upper layers are told. */
static void test_upper_layers_have_no_budget(void)
{
	struct lab *l = lab_router();
	struct octets o;

	for (unsigned i = 0; i < 150; i++) {
		packet_of(&o, "3fff:2::1", "3fff:9::9", 64, 100);
		mip6_soft_output(l->s, l->now, &o.buf, 1);
	}
	CU_ASSERT_EQUAL(l->up, 150);
	receive_udp(l, "3fff:2::5", "3fff:3::5", 1, 100);
	CU_ASSERT_EQUAL(l->count, 1);
	lab_free(l);
}

/* ---- neighbours that are silent ---------------------------------------------------- */

static void send_to(struct lab *l, const char *to)
{
	struct mip6_addr next_hop = addr_of(to);
	struct octets o;

	packet_of(&o, "3fff:2::1", to, 64, 100);
	l->s->now = l->now;
	soft_neigh_send(l->s, 2, &next_hop, &o.buf);
	soft_finish(l->s);
}

static void send_to_silent(struct lab *l, unsigned from, unsigned count)
{
	char text[64];

	for (unsigned i = from; i < from + count; i++) {
		snprintf(text, sizeof(text), "fe80::1:%x", i);
		send_to(l, text);
	}
}

static void receive_na(struct lab *l, const char *target)
{
	struct mip6_addr dst = soft_iface(l->s, 2)->link_local;
	struct nd_na na = {.target = addr_of(target), .flags = ND_NA_S | ND_NA_O, .tlla.len = 6};
	uint8_t buf[128];

	memcpy(na.tlla.addr, peer_mac, 6);
	receive_icmp6(l, target, &dst, buf, nd_build_na(&na.target, &dst, &na, buf, sizeof(buf)));
}

/* Who scans a link takes every place for packets that wait; what is for a node that
 * answers, as one that has just arrived, gets through all the same. */
static void test_silent_ones_keep_no_places(void)
{
	struct lab *l = lab_new();
	size_t before;

	send_to_silent(l, 0, SOFT_HELD + 100);
	send_to(l, "fe80::9");
	before = l->count;
	receive_na(l, "fe80::9");
	CU_ASSERT_EQUAL(l->count, before + 1);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 101);
	pass(l, 4 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, SOFT_HELD + 100);
	lab_free(l);
}

/* And it is asked for, when those that are asked for already have had their time. */
static void test_silent_ones_make_room(void)
{
	struct lab *l = lab_new();
	size_t before;

	send_to_silent(l, 0, SOFT_NEIGHBOURS / 4);
	before = l->count;
	send_to(l, "fe80::9");
	CU_ASSERT_EQUAL(l->count, before);
	l->now += 100 * MIP6_MS;
	send_to(l, "fe80::9");
	CU_ASSERT_EQUAL(l->count, before + 1);
	receive_na(l, "fe80::9");
	CU_ASSERT_EQUAL(l->count, before + 2);
	send_to_silent(l, 5000, 3000);
	CU_ASSERT_EQUAL(l->count, before + 2 + SOFT_NEIGHBOURS / 4);
	pass(l, 4 * MIP6_SECOND);
	CU_ASSERT_EQUAL(mip6_soft_deadline(l->s), MIP6_NEVER);
	lab_free(l);
}

/* TCP segments that came as one packet wait as far as there is room, else a
 * connection would lose all that is on its way when a router is asked for. */
static void test_segments_wait(void)
{
	enum { SEGMENT = 1000, PAYLOAD = 20 * SEGMENT, HEADERS = 60 };
	static uint8_t memory[MIP6_SOFT_HEADROOM + HEADERS + PAYLOAD];
	struct mip6_buf packet = {.data = memory + MIP6_SOFT_HEADROOM,
				  .headroom = MIP6_SOFT_HEADROOM,
				  .len = HEADERS + PAYLOAD,
				  .gso_size = SEGMENT,
				  .transport = SOFT_IP6,
				  .csum_partial = true,
				  .csum_start = SOFT_IP6,
				  .csum_offset = 16};
	struct soft_header h = {.payload_len = HEADERS - SOFT_IP6 + PAYLOAD,
				.next_header = 6,
				.hop_limit = 64,
				.src = addr_of("3fff:2::1"),
				.dst = addr_of("3fff:2::9")};
	struct lab *l = lab_new();
	struct mip6_addr to = addr_of("3fff:2::9");

	soft_header_write(&packet, &h);
	packet.data[SOFT_IP6 + 12] = 5 << 4;
	l->s->now = l->now;
	soft_neigh_send(l->s, 2, &to, &packet);
	soft_finish(l->s);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_neighbour, 4);
	receive_na(l, "3fff:2::9");
	CU_ASSERT_EQUAL_FATAL(l->count, 17);
	for (unsigned i = 0; i < 16; i++) {
		const uint8_t *tcp = l->sent[1 + i].octets + SOFT_ETH + SOFT_IP6;

		CU_ASSERT_EQUAL(tcp[6] << 8 | tcp[7], (int)(i * SEGMENT));
		CU_ASSERT_EQUAL(parsed_len(&l->sent[1 + i]), 20 + SEGMENT);
	}
	lab_free(l);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"silent ones keep no places", test_silent_ones_keep_no_places},
	    {"silent ones make room", test_silent_ones_make_room},
	    {"segments wait", test_segments_wait},
	    {"too big has its own budget", test_too_big_has_its_own_budget},
	    {"upper layers have no budget", test_upper_layers_have_no_budget},
	    {"unicast in group frame", test_unicast_in_group_frame},
	};

	return test_run("soft_hostile", tests, sizeof(tests) / sizeof(tests[0]));
}
