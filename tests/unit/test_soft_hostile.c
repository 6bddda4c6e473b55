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
	CU_ASSERT_EQUAL(l->count, 50);
	receive_udp(l, "3fff:2::5", "3fff:3::5", 64, 1501);
	CU_ASSERT_EQUAL_FATAL(l->count, 51);
	CU_ASSERT_EQUAL(error_in(&l->sent[50], "3fff:2::5").type, ICMP6_PACKET_TOO_BIG);
	for (unsigned i = 0; i < 3000; i++)
		receive_udp(l, "3fff:2::5", "3fff:3::5", 64, 1501);
	CU_ASSERT_EQUAL(l->count, 300);
	lab_free(l);
}

/* One network's flood leaves the others their errors; all together are bounded. */
static void test_budget_of_a_prefix(void)
{
	struct lab *l = lab_router();

	for (unsigned i = 0; i < 10000; i++)
		receive_udp(l, "3fff:2::5", "3fff:3::5", 1, 100);
	CU_ASSERT_EQUAL(l->count, 50);
	receive_udp(l, "3fff:3::5", "3fff:2::5", 1, 100);
	CU_ASSERT_EQUAL(l->count, 51);
	for (unsigned i = 0; i < 1000; i++)
		receive_udp(l, "3fff:3::5", "3fff:2::5", 1, 100);
	CU_ASSERT_EQUAL(l->count, 100);
	l->now += MIP6_SECOND / 10;
	for (unsigned i = 0; i < 1000; i++)
		receive_udp(l, "3fff:2::5", "3fff:3::5", 1, 100);
	CU_ASSERT_EQUAL(l->count, 105);
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

/* ---- errors about tunnels ------------------------------------------------------------ */

#define HA  "3fff:2::1"
#define CN  "3fff:2::5"
#define HOA "3fff:3::99"
#define COA "3fff:2::77"

/* A home agent whose mobile node and correspondent are both on interface 2. */
static struct lab *lab_ha(void)
{
	struct lab *l = lab_router();
	struct mip6_object device = {.kind = MIP6_OBJ_DEVICE};

	device.device.device = MIP6_DEVICE_HA;
	put(l, device);
	put(l, binding_object(HOA, COA, HA));
	return l;
}

/* The first router behind the tunnel does not answer: it is the inner source that
 * can do something about it (RFC 2473 8). */
static void test_silent_neighbour_of_tunnel(void)
{
	struct lab *l = lab_ha();
	struct mip6_addr hoa = addr_of(HOA);
	struct icmp6_error e;
	struct ip6_packet quoted;

	receive_udp(l, CN, HOA, 64, 100);
	CU_ASSERT_EQUAL(l->s->stats.encapsulated, 1);
	pass(l, 3 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->up, 0);
	CU_ASSERT_EQUAL_FATAL(l->count, 4);
	e = error_in(&l->sent[3], CN);
	CU_ASSERT_EQUAL(e.type, ICMP6_DST_UNREACH);
	CU_ASSERT_EQUAL(e.code, SOFT_UNREACH_ADDRESS);
	CU_ASSERT_EQUAL(ip6_parse(e.packet, e.packet_len, &quoted), 0);
	CU_ASSERT_TRUE(mip6_addr_equal(&quoted.dst, &hoa));
	lab_free(l);
}

/* The octets of a packet with this payload behind its header, or as much as fits. */
static size_t build(uint8_t *octets, size_t cap, const char *src, const char *dst, uint8_t next,
		    const uint8_t *payload, size_t len, size_t told_len)
{
	struct mip6_buf packet = {.data = octets, .len = SOFT_IP6};
	struct soft_header h = {.payload_len = (uint16_t)told_len,
				.next_header = next,
				.hop_limit = 64,
				.src = addr_of(src),
				.dst = addr_of(dst)};

	soft_header_write(&packet, &h);
	len = len < cap - SOFT_IP6 ? len : cap - SOFT_IP6;
	memcpy(octets + SOFT_IP6, payload, len);
	return SOFT_IP6 + len;
}

/* A router's error about a packet in the tunnel whose inner packet is `inner`. */
static void receive_error(struct lab *l, uint8_t type, uint32_t value, const char *tunnel_src,
			  const char *tunnel_dst, const uint8_t *inner, size_t len, size_t told_len)
{
	uint8_t outer[400];
	uint8_t message[480];
	struct icmp6_error e = {.type = type, .value = value, .packet = outer};
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_ICMPV6, .payload = message};

	e.packet_len =
	    build(outer, sizeof(outer), tunnel_src, tunnel_dst, IP6_NH_IPV6, inner, len, told_len);
	p.src = addr_of("3fff:2::fe");
	p.dst = addr_of(tunnel_src);
	p.payload_len =
	    (size_t)icmp6_build_error(&p.src, &p.dst, &e, message, sizeof(message) - 40);
	receive(l, 2, &p);
}

/* RFC 4443 2.4 e.1, for an error that is seen in part only. */
static void test_no_error_about_an_error(void)
{
	static const uint8_t error[300] = {ICMP6_DST_UNREACH};
	static const uint8_t with_option[16] = {IP6_NH_ICMPV6,	  0, 0x63, 4, 0, 0, 0, 0,
						ICMP6_DST_UNREACH};
	struct lab *l = lab_ha();
	uint8_t inner[340];
	struct octets o;
	size_t len;

	len = build(inner, sizeof(inner), CN, HOA, IP6_NH_ICMPV6, error, sizeof(error), 1200);
	receive_error(l, ICMP6_DST_UNREACH, 0, HA, COA, inner, len, 1240);
	CU_ASSERT_EQUAL(l->s->stats.icmp_errors_sent, 0);
	len = build(inner, sizeof(inner), CN, HOA, UDP, error, sizeof(error), 1200);
	receive_error(l, ICMP6_DST_UNREACH, 0, HA, COA, inner, len, 1240);
	CU_ASSERT_EQUAL(l->s->stats.icmp_errors_sent, 1);
	/* Behind an option that this node does not know. */
	packet_of(&o, CN, "3fff:9::9", 64, SOFT_IP6 + sizeof(with_option));
	o.buf.data[6] = IP6_NH_HOPOPTS;
	memcpy(o.buf.data + SOFT_IP6, with_option, sizeof(with_option));
	receive_framed(l, &o, soft_iface(l->s, 2)->link.mac);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_route, 1);
	CU_ASSERT_EQUAL(l->s->stats.icmp_errors_sent, 1);
	lab_free(l);
}

static void output_from_home(struct lab *l, size_t len)
{
	struct octets o;

	packet_of(&o, "3fff:1::99", "3fff:9::9", 64, len);
	mip6_soft_output(l->s, l->now, &o.buf, 1);
}

/* What was learned of the path from one care-of address says nothing of that from
 * the next (RFC 8201 3: a path is of a source and a destination). */
static void test_path_mtu_ends_with_the_path(void)
{
	static const uint8_t payload[60];
	struct lab *l = lab_router();
	uint8_t inner[100];
	size_t len;

	put(l, address_object(2, "3fff:2::7", 0));
	put(l, address_object(2, "3fff:2::8", 0));
	put(l, address_object(0, "3fff:1::99", MIP6_ADDRESS_HOME));
	put(l, device_object("3fff:2::7", "3fff:1::1"));
	put(l, rule_object("3fff:1::99/128", 100, 100));
	put(l, route_object("::/0", 100, 1, 0, NULL));
	set_route(l, "::/0", 2, CN);
	output_from_home(l, 1460);
	CU_ASSERT_EQUAL(l->count, 1);
	len = build(inner, sizeof(inner), "3fff:1::99", "3fff:9::9", UDP, payload, sizeof(payload),
		    1420);
	receive_error(l, ICMP6_PACKET_TOO_BIG, 1400, "3fff:2::7", "3fff:1::1", inner, len, 1460);
	output_from_home(l, 1460);
	CU_ASSERT_EQUAL(l->count, 1);
	put(l, device_object("3fff:2::8", "3fff:1::1"));
	output_from_home(l, 1460);
	CU_ASSERT_EQUAL(l->count, 2);
	put(l, device_object("3fff:2::7", "3fff:1::1"));
	output_from_home(l, 1460);
	CU_ASSERT_EQUAL(l->count, 2);
	lab_free(l);
}

/* Between two links the tunnel has no way. The upper layers hear nothing of it: an
 * error would end a connection that they are just making. */
static void test_gap_is_a_loss(void)
{
	struct lab *l = lab_router();

	put(l, address_object(2, "3fff:2::7", 0));
	put(l, address_object(0, "3fff:1::99", MIP6_ADDRESS_HOME));
	put(l, device_object("3fff:2::7", "3fff:1::1"));
	put(l, rule_object("3fff:1::99/128", 100, 100));
	put(l, route_object("::/0", 100, 1, 0, NULL));
	output_from_home(l, 100);
	CU_ASSERT_EQUAL(l->s->stats.drop_no_route, 1);
	CU_ASSERT_EQUAL(l->count, 0);
	CU_ASSERT_EQUAL(l->up, 0);
	set_route(l, "::/0", 2, CN);
	output_from_home(l, 100);
	CU_ASSERT_EQUAL(l->count, 1);
	lab_free(l);
}

/* ---- tunnels in tunnels --------------------------------------------------------------- */

enum { TCP_SEGMENT = 1200, TCP_SEGMENTS = 53, TCP_HEADERS = 60 };

/* `segments` TCP segments as one packet from the correspondent to the first home
 * address. */
static void receive_segments(struct lab *l, unsigned segments)
{
	static uint8_t
	    memory[MIP6_SOFT_HEADROOM + SOFT_ETH + TCP_HEADERS + TCP_SEGMENTS * TCP_SEGMENT];
	size_t payload = (size_t)segments * TCP_SEGMENT;
	struct mip6_buf packet = {.data = memory + MIP6_SOFT_HEADROOM + SOFT_ETH,
				  .len = TCP_HEADERS + payload};
	struct mip6_buf frame = {.data = memory + MIP6_SOFT_HEADROOM,
				 .len = SOFT_ETH + packet.len,
				 .headroom = MIP6_SOFT_HEADROOM,
				 .gso_size = segments > 1 ? TCP_SEGMENT : 0,
				 .transport = SOFT_ETH + SOFT_IP6,
				 .csum_partial = true,
				 .csum_start = SOFT_ETH + SOFT_IP6,
				 .csum_offset = 16};
	struct soft_header h = {.payload_len = (uint16_t)(packet.len - SOFT_IP6),
				.next_header = 6,
				.hop_limit = 64,
				.src = addr_of(CN),
				.dst = addr_of(HOA)};

	memset(memory, 0, sizeof(memory));
	memcpy(frame.data, soft_iface(l->s, 2)->link.mac, 6);
	memcpy(frame.data + 12, (uint8_t[2]){0x86, 0xdd}, 2);
	soft_header_write(&packet, &h);
	packet.data[SOFT_IP6 + 12] = 5 << 4;
	mip6_soft_receive(l->s, l->now, 2, &frame, 1);
}

/* Mobile nodes whose care-of addresses are home addresses of each other, a path of
 * the minimum MTU, and all that one packet can hold: each piece of a piece of a
 * segment leaves. */
static void test_pieces_of_pieces(void)
{
	struct lab *l = lab_ha();
	struct mip6_object mtu = {.kind = MIP6_OBJ_SYSCTL};
	struct mip6_addr coa = addr_of(COA);
	size_t each;

	mtu.sysctl.name = MIP6_SYSCTL_MTU;
	mtu.sysctl.ifindex = 2;
	mtu.sysctl.value = SOFT_MIN_MTU;
	put(l, mtu);
	CU_ASSERT_EQUAL(mip6_soft_neighbour(l->s, 2, &coa, peer_mac), 0);
	put(l, binding_object(HOA, "3fff:3::a", HA));
	put(l, binding_object("3fff:3::a", "3fff:3::b", HA));
	put(l, binding_object("3fff:3::b", "3fff:3::d", HA));
	put(l, binding_object("3fff:3::d", COA, HA));
	receive_segments(l, 1);
	each = l->count;
	CU_ASSERT_TRUE(each >= 4);
	receive_segments(l, TCP_SEGMENTS);
	CU_ASSERT_EQUAL(l->count, each + TCP_SEGMENTS * each);
	lab_free(l);
}

/* Nobody splits a packet behind three IPv6 headers: it is done before the second
 * tunnel. */
static void test_segments_in_two_tunnels(void)
{
	struct lab *l = lab_ha();
	struct mip6_addr coa = addr_of(COA);

	CU_ASSERT_EQUAL(mip6_soft_neighbour(l->s, 2, &coa, peer_mac), 0);
	receive_segments(l, TCP_SEGMENTS);
	CU_ASSERT_EQUAL(l->count, 1); /* the host splits it behind two */
	put(l, binding_object(HOA, "3fff:3::a", HA));
	put(l, binding_object("3fff:3::a", COA, HA));
	l->count = 0;
	receive_segments(l, TCP_SEGMENTS);
	CU_ASSERT_EQUAL(l->count, TCP_SEGMENTS);
	for (unsigned i = 0; i < TCP_SEGMENTS; i++)
		CU_ASSERT_EQUAL(parsed_len(&l->sent[i]), SOFT_IP6 + TCP_HEADERS + TCP_SEGMENT);
	lab_free(l);
}

/* ---- counters ----------------------------------------------------------------------- */

/* What comes for upper layers that a router does not have is counted, too. */
static void test_nobody_above(void)
{
	static const struct mip6_soft_host mute = {.frames = on_frames, .random = on_random};
	struct mip6_soft_stats stats;
	struct lab *l = lab_router();

	l->s->host = &mute;
	receive_udp(l, CN, "3fff:2::1", 64, 100);
	mip6_soft_stats(l->s, &stats);
	CU_ASSERT_EQUAL(stats.up, 0);
	CU_ASSERT_EQUAL(stats.drop_not_ours, 1);
	lab_free(l);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"gap is a loss", test_gap_is_a_loss},
	    {"pieces of pieces", test_pieces_of_pieces},
	    {"nobody above", test_nobody_above},
	    {"segments in two tunnels", test_segments_in_two_tunnels},
	    {"silent neighbour of tunnel", test_silent_neighbour_of_tunnel},
	    {"no error about an error", test_no_error_about_an_error},
	    {"path mtu ends with the path", test_path_mtu_ends_with_the_path},
	    {"silent ones keep no places", test_silent_ones_keep_no_places},
	    {"silent ones make room", test_silent_ones_make_room},
	    {"segments wait", test_segments_wait},
	    {"too big has its own budget", test_too_big_has_its_own_budget},
	    {"each prefix has its own budget", test_budget_of_a_prefix},
	    {"upper layers have no budget", test_upper_layers_have_no_budget},
	    {"unicast in group frame", test_unicast_in_group_frame},
	};

	return test_run("soft_hostile", tests, sizeof(tests) / sizeof(tests[0]));
}
