/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splitting and merging of TCP (mip6/offload.h), plain, in a tunnel and in frames,
 * and large packets on their way through nodes. */
#include "soft_world.h"
#include <mip6/offload.h>

enum {
	ROOM = 66000,
	SEGMENTS = 256,
	TCP = 6,
	UDP = 17,
	OPTIONS = 12,
	HEAD = 192,
	FIN = 0x01,
	PSH = 0x08,
	ACK = 0x10,
	CWR = 0x80,
	SEQUENCE = 0xfffff000, /* it wraps */
};

/* A TCP packet: what is before IPv6, how many IPv6 headers, its payload. */
struct form {
	size_t link_len;
	size_t headers;
	size_t payload;
	uint16_t gso_size;
	uint8_t flags;
};

static size_t tcp_at(const struct form *f)
{
	return f->link_len + f->headers * SOFT_IP6;
}

static size_t head_len(const struct form *f)
{
	return tcp_at(f) + 20 + OPTIONS;
}

static void put_header(uint8_t *at, size_t payload_len, uint8_t next_header, uint8_t host)
{
	struct mip6_writer w = wr_init(at, SOFT_IP6);
	struct mip6_addr src = addr_of("3fff:1::1");
	struct mip6_addr dst = addr_of("3fff:2::1");

	src.b[15] = host;
	wr_u32(&w, 0x6ba12345);
	wr_u16(&w, (uint16_t)payload_len);
	wr_u8(&w, next_header);
	wr_u8(&w, 64);
	wr_addr(&w, &src);
	wr_addr(&w, &dst);
}

/* The pseudo-header's sum, as virtio's NEEDS_CSUM asks for it. */
static uint16_t pseudo_sum(const uint8_t *ip, size_t len)
{
	struct ip6_packet p = {0};

	memcpy(p.src.b, ip + 8, 16);
	memcpy(p.dst.b, ip + 24, 16);
	/* the complement of a sum over octets that are all zero but for the length */
	uint64_t sum = (uint16_t)~ip6_checksum(&p.src, &p.dst, TCP, NULL, 0);

	sum += len;
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

static uint8_t payload_octet(size_t i)
{
	return (uint8_t)(i * 31 + i / 251);
}

/* Makes the packet at data; its segment begins `skip` octets into the stream. */
static struct mip6_buf make(uint8_t *data, const struct form *f, size_t skip)
{
	struct mip6_buf b = {.data = data, .len = head_len(f) + f->payload};
	size_t tcp = tcp_at(f);
	struct mip6_writer w = wr_init(data + tcp, 20 + OPTIONS);
	uint16_t sum;

	memset(data, 0x22, f->link_len);
	for (size_t i = 0; i < f->headers; i++)
		put_header(data + f->link_len + i * SOFT_IP6,
			   b.len - f->link_len - (i + 1) * SOFT_IP6,
			   i + 1 < f->headers ? IP6_NH_IPV6 : TCP, (uint8_t)(i + 1));
	wr_u16(&w, 1000);
	wr_u16(&w, 2000);
	wr_u32(&w, (uint32_t)(SEQUENCE + skip));
	wr_u32(&w, 77);
	wr_u8(&w, (20 + OPTIONS) / 4 << 4);
	wr_u8(&w, f->flags);
	wr_u16(&w, 5000);
	sum = pseudo_sum(data + tcp - SOFT_IP6, b.len - tcp);
	wr_u16(&w, sum);
	wr_u16(&w, 0);
	for (uint8_t i = 0; i < OPTIONS; i++)
		wr_u8(&w, i);
	for (size_t i = 0; i < f->payload; i++)
		data[head_len(f) + i] = payload_octet(skip + i);
	b.gso_size = f->payload > f->gso_size ? f->gso_size : 0;
	b.transport = (uint16_t)(b.gso_size ? tcp : 0);
	b.csum_partial = true;
	b.csum_start = (uint16_t)tcp;
	b.csum_offset = 16;
	return b;
}

static uint32_t get32(const uint8_t *at)
{
	struct mip6_reader r = rd_init(at, 4);

	return rd_u32(&r);
}

/* ---- splitting --------------------------------------------------------------------------- */

/* Joins head and payload, completes the checksum and looks at everything. */
static void check_segment(const struct mip6_segment *s, const struct form *f, size_t done,
			  uint8_t flags)
{
	uint8_t octets[2000];
	struct mip6_buf b = {.data = octets, .len = s->head_len + s->payload_len};
	size_t tcp = tcp_at(f);
	struct mip6_addr src;
	struct mip6_addr dst;

	CU_ASSERT_FATAL(b.len <= sizeof(octets));
	memcpy(octets, s->head, s->head_len);
	memcpy(octets + s->head_len, s->payload, s->payload_len);
	b.csum_partial = s->csum_partial;
	b.csum_start = s->csum_start;
	b.csum_offset = s->csum_offset;
	mip6_offload_checksum(&b);
	CU_ASSERT_FALSE(b.csum_partial);
	memcpy(src.b, octets + tcp - 32, 16);
	memcpy(dst.b, octets + tcp - 16, 16);
	CU_ASSERT_EQUAL(ip6_checksum(&src, &dst, TCP, octets + tcp, b.len - tcp), 0);
	for (size_t i = 0; i < f->headers; i++) {
		const uint8_t *ip = octets + f->link_len + i * SOFT_IP6;

		CU_ASSERT_EQUAL((size_t)(ip[4] << 8 | ip[5]),
				b.len - f->link_len - (i + 1) * SOFT_IP6);
	}
	CU_ASSERT_EQUAL(get32(octets + tcp + 4), (uint32_t)(SEQUENCE + done));
	CU_ASSERT_EQUAL(octets[tcp + 13], flags);
	for (size_t i = 0; i < s->payload_len; i++)
		if (s->payload[i] != payload_octet(done + i))
			CU_FAIL("payload differs");
}

static void check_split(const struct form *f)
{
	uint8_t *data = malloc(ROOM);
	uint8_t *heads = malloc(SEGMENTS * HEAD);
	struct mip6_segment segments[SEGMENTS];
	struct mip6_buf b = make(data, f, 0);
	int n = mip6_offload_split(&b, f->link_len, heads, SEGMENTS * HEAD, segments, SEGMENTS);
	int expected = (int)((f->payload + f->gso_size - 1) / f->gso_size);
	size_t done = 0;

	CU_ASSERT_EQUAL(n, expected);
	for (int i = 0; i < n; i++) {
		uint8_t flags = f->flags;

		if (i > 0)
			flags &= (uint8_t)~CWR;
		if (i < n - 1)
			flags &= (uint8_t) ~(FIN | PSH);
		check_segment(&segments[i], f, done, flags);
		done += segments[i].payload_len;
	}
	CU_ASSERT_EQUAL(done, f->payload);
	free(heads);
	free(data);
}

static void test_split(void)
{
	static const size_t payloads[] = {1401, 2800, 2801, 30000, 64000};

	for (size_t link_len = 0; link_len <= 14; link_len += 14)
		for (size_t headers = 1; headers <= 2; headers++)
			for (size_t i = 0; i < 5; i++) {
				struct form f = {link_len, headers, payloads[i], 1400,
						 ACK | PSH | FIN | CWR};

				check_split(&f);
			}
}

static void test_split_refuses(void)
{
	uint8_t data[8000];
	uint8_t heads[4 * HEAD];
	struct mip6_segment segments[4];
	struct form f = {0, 1, 4000, 1000, ACK};
	struct mip6_buf b = make(data, &f, 0);

	CU_ASSERT_EQUAL(mip6_offload_split(&b, 0, heads, sizeof(heads), segments, 4), 4);
	CU_ASSERT_EQUAL(mip6_offload_split(&b, 0, heads, sizeof(heads), segments, 3),
			MIP6_ERR_SPACE);
	CU_ASSERT_EQUAL(mip6_offload_split(&b, 0, heads, sizeof(heads) - 1, segments, 4),
			MIP6_ERR_SPACE);
	b.gso_size = 0;
	CU_ASSERT_EQUAL(mip6_offload_split(&b, 0, heads, sizeof(heads), segments, 4),
			MIP6_ERR_VALUE);
	for (size_t i = 0; i < 4; i++) {
		static const struct {
			size_t at;
			uint8_t value;
		} spoiled[4] = {{0, 0x45}, {4, 0xff}, {6, 132}, {52, 0x40}};

		b = make(data, &f, 0);
		data[spoiled[i].at] = spoiled[i].value;
		CU_ASSERT_EQUAL(mip6_offload_split(&b, 0, heads, sizeof(heads), segments, 4),
				MIP6_ERR_VALUE);
	}
	for (size_t len = 0; len < 72; len++) {
		struct mip6_buf copy = make(data, &f, 0);

		copy.data = malloc(len);
		memcpy(copy.data, data, len);
		copy.len = len;
		if (len > 5)
			copy.data[4] = 0;
		if (len > 40)
			copy.data[5] = (uint8_t)(len - 40);
		CU_ASSERT_EQUAL(mip6_offload_split(&copy, 0, heads, sizeof(heads), segments, 4),
				MIP6_ERR_VALUE);
		free(copy.data);
	}
}

/* A packet of UDP datagrams; what stands in length and checksum does not matter. */
static struct mip6_buf make_datagrams(uint8_t *data, const struct form *f)
{
	struct mip6_buf b = {.data = data, .len = tcp_at(f) + 8 + f->payload};
	struct mip6_writer w = wr_init(data + tcp_at(f), 8);

	memset(data, 0x22, f->link_len);
	for (size_t i = 0; i < f->headers; i++)
		put_header(data + f->link_len + i * SOFT_IP6,
			   b.len - f->link_len - (i + 1) * SOFT_IP6,
			   i + 1 < f->headers ? IP6_NH_IPV6 : UDP, (uint8_t)(i + 1));
	wr_u16(&w, 1000);
	wr_u16(&w, 2000);
	wr_u32(&w, 0x12345678);
	for (size_t i = 0; i < f->payload; i++)
		data[tcp_at(f) + 8 + i] = payload_octet(i);
	b.gso_size = f->gso_size;
	b.csum_valid = true;
	return b;
}

/* Each with its own lengths and, when it is completed, its own checksum. */
static void check_datagram(const struct mip6_segment *s, const struct form *f)
{
	uint8_t octets[2000];
	struct mip6_buf b = {.data = octets, .len = s->head_len + s->payload_len};
	size_t udp = tcp_at(f);
	struct mip6_addr src;
	struct mip6_addr dst;

	CU_ASSERT_FATAL(b.len <= sizeof(octets));
	memcpy(octets, s->head, s->head_len);
	memcpy(octets + s->head_len, s->payload, s->payload_len);
	b.csum_partial = s->csum_partial;
	b.csum_start = s->csum_start;
	b.csum_offset = s->csum_offset;
	mip6_offload_checksum(&b);
	memcpy(src.b, octets + udp - 32, 16);
	memcpy(dst.b, octets + udp - 16, 16);
	CU_ASSERT_EQUAL(ip6_checksum(&src, &dst, UDP, octets + udp, b.len - udp), 0);
	CU_ASSERT_EQUAL((size_t)(octets[udp + 4] << 8 | octets[udp + 5]), 8 + s->payload_len);
	for (size_t i = 0; i < f->headers; i++) {
		const uint8_t *ip = octets + f->link_len + i * SOFT_IP6;

		CU_ASSERT_EQUAL((size_t)(ip[4] << 8 | ip[5]),
				b.len - f->link_len - (i + 1) * SOFT_IP6);
	}
}

static void test_split_datagrams(void)
{
	static uint8_t data[ROOM];
	static uint8_t heads[SEGMENTS * HEAD];

	for (size_t headers = 1; headers <= 2; headers++) {
		struct form f = {14, headers, 30500, 1000, 0};
		struct mip6_segment segments[SEGMENTS];
		struct mip6_buf b = make_datagrams(data, &f);
		int n = mip6_offload_split(&b, 14, heads, sizeof(heads), segments, SEGMENTS);

		CU_ASSERT_EQUAL_FATAL(n, 31);
		for (int i = 0; i < n; i++) {
			CU_ASSERT_PTR_EQUAL(segments[i].payload,
					    data + tcp_at(&f) + 8 + 1000 * (size_t)i);
			CU_ASSERT_EQUAL(segments[i].payload_len, i < 30 ? 1000 : 500);
			check_datagram(&segments[i], &f);
		}
	}
}

/* Datagrams have borders that their receiver wants to see. */
static void test_datagrams_do_not_merge(void)
{
	static uint8_t first[ROOM];
	static uint8_t next[ROOM];
	struct form f = {0, 1, 1000, 0, 0};
	struct mip6_buf a = make_datagrams(first, &f);
	struct mip6_buf b = make_datagrams(next, &f);

	CU_ASSERT_FALSE(mip6_offload_merge(&a, ROOM, &b, 0));
}

/* ---- merging ------------------------------------------------------------------------------- */

/* Splits and merges again: the same packet. */
static void check_round_trip(const struct form *f)
{
	uint8_t *data = malloc(ROOM);
	uint8_t *heads = malloc(SEGMENTS * HEAD);
	uint8_t *merged = malloc(ROOM);
	struct mip6_segment segments[SEGMENTS];
	struct mip6_buf b = make(data, f, 0);
	struct mip6_buf first = {.data = merged};
	int n = mip6_offload_split(&b, f->link_len, heads, SEGMENTS * HEAD, segments, SEGMENTS);

	for (int i = 0; i < n; i++) {
		uint8_t octets[2000];
		struct mip6_buf next = {.data = octets, .csum_valid = true};

		next.len = segments[i].head_len + segments[i].payload_len;
		memcpy(octets, segments[i].head, segments[i].head_len);
		memcpy(octets + segments[i].head_len, segments[i].payload, segments[i].payload_len);
		if (i == 0) {
			memcpy(merged, octets, next.len);
			first.len = next.len;
			first.csum_valid = true;
		} else {
			CU_ASSERT_TRUE(mip6_offload_merge(&first, ROOM, &next, f->link_len));
		}
	}
	CU_ASSERT_EQUAL(first.len, b.len);
	CU_ASSERT_EQUAL(memcmp(first.data, b.data, b.len), 0);
	CU_ASSERT_EQUAL(first.gso_size, b.gso_size);
	CU_ASSERT_EQUAL(first.transport, b.transport);
	CU_ASSERT_TRUE(first.csum_partial);
	CU_ASSERT_EQUAL(first.csum_start, b.csum_start);
	CU_ASSERT_EQUAL(first.csum_offset, b.csum_offset);
	free(merged);
	free(heads);
	free(data);
}

static void test_round_trip(void)
{
	for (size_t link_len = 0; link_len <= 14; link_len += 14)
		for (size_t headers = 1; headers <= 2; headers++) {
			struct form f = {link_len, headers, 40001, 1400, ACK | PSH};

			check_round_trip(&f);
		}
}

struct pair {
	uint8_t octets[2][3000];
	struct mip6_buf first, next;
	size_t room;
};

static struct pair *pair_new(size_t first, size_t next)
{
	struct pair *p = calloc(1, sizeof(*p));
	struct form a = {0, 1, first, 1000, ACK};
	struct form b = {0, 1, next, 1000, ACK};

	p->first = make(p->octets[0], &a, 0);
	p->next = make(p->octets[1], &b, first);
	p->room = sizeof(p->octets[0]);
	return p;
}

static bool pair_merges(struct pair *p)
{
	bool merged = mip6_offload_merge(&p->first, p->room, &p->next, 0);

	free(p);
	return merged;
}

/* One octet of the second packet differs. */
static bool merges_with(size_t at, uint8_t flip)
{
	struct pair *p = pair_new(1000, 1000);

	p->octets[1][at] ^= flip;
	return pair_merges(p);
}

static void test_merge_refuses_other_headers(void)
{
	static const size_t equal[] = {
	    0,				    /* version */
	    1,				    /* class, flow */
	    3,	6,  7,	8,  23, 24, 39, 40, /* ports */
	    41, 42, 43, 48, 51,		    /* acknowledged */
	    52,				    /* length of the header */
	    54, 55,			    /* window */
	    58, 59,			    /* urgent */
	    60, 71,			    /* options */
	};

	CU_ASSERT_TRUE(merges_with(0, 0));
	for (size_t i = 0; i < sizeof(equal) / sizeof(equal[0]); i++)
		CU_ASSERT_FALSE(merges_with(equal[i], 1));
	CU_ASSERT_FALSE(merges_with(5, 1));	/* payload length */
	CU_ASSERT_FALSE(merges_with(47, 1));	/* sequence number */
	CU_ASSERT_FALSE(merges_with(53, 2));	/* SYN */
	CU_ASSERT_FALSE(merges_with(53, 4));	/* RST */
	CU_ASSERT_FALSE(merges_with(53, 0x20)); /* URG */
	CU_ASSERT_FALSE(merges_with(53, 0x40)); /* ECE in one only */
	CU_ASSERT_FALSE(merges_with(53, CWR));
	CU_ASSERT_FALSE(merges_with(53, ACK));
	CU_ASSERT_TRUE(merges_with(53, PSH)); /* PSH and FIN end a run */
	CU_ASSERT_TRUE(merges_with(53, FIN));
}

static void test_merge_refuses_sizes(void)
{
	struct pair *p = pair_new(1000, 1001); /* longer than the ones before */

	p->next.gso_size = 0;
	CU_ASSERT_FALSE(pair_merges(p));
	CU_ASSERT_TRUE(pair_merges(pair_new(1000, 1)));
	CU_ASSERT_FALSE(pair_merges(pair_new(1000, 0)));
	CU_ASSERT_FALSE(pair_merges(pair_new(0, 1000)));
	/* behind a shorter one: 1000 and 500 are one packet already */
	CU_ASSERT_FALSE(pair_merges(pair_new(1500, 500)));
	CU_ASSERT_TRUE(pair_merges(pair_new(2000, 500)));
	/* of segments of other sizes */
	p = pair_new(600, 1200);
	CU_ASSERT_FALSE(pair_merges(p));
	p = pair_new(1000, 1000);
	p->room = p->first.len + 999;
	CU_ASSERT_FALSE(pair_merges(p));
	p = pair_new(1000, 1000);
	p->octets[0][53] |= PSH;
	CU_ASSERT_FALSE(pair_merges(p));
	p = pair_new(1000, 1000);
	p->next.csum_partial = false;
	CU_ASSERT_FALSE(pair_merges(p));
	p = pair_new(1000, 1000);
	p->first.csum_partial = false;
	CU_ASSERT_FALSE(pair_merges(p));
}

static void test_merge_ends_at_64k(void)
{
	uint8_t *data = malloc(ROOM * 2);
	uint8_t octets[2000];
	struct form f = {0, 1, 64000, 1000, ACK};
	struct mip6_buf first = make(data, &f, 0);
	size_t merged = 0;

	for (bool more = true; more; merged += more) {
		struct form g = {0, 1, 1000, 1000, ACK};
		struct mip6_buf next = make(octets, &g, f.payload + merged * 1000);

		more = mip6_offload_merge(&first, ROOM * 2, &next, 0);
	}
	CU_ASSERT_EQUAL(merged, 1);
	CU_ASSERT_TRUE(first.len <= 65535);
	free(data);
}

/* ---- checksum ------------------------------------------------------------------------------ */

static void test_checksum(void)
{
	uint8_t octets[600];
	struct gen g = {1};

	for (size_t len = 48; len < 200; len++) {
		struct mip6_addr a[2];
		struct mip6_buf b = {.data = octets, .len = len, .csum_partial = true};
		uint16_t pseudo;

		for (size_t i = 0; i < len; i++)
			octets[i] = gen_u8(&g);
		memcpy(a, octets + 8, sizeof(a));
		pseudo = pseudo_sum(octets, len - 40);
		octets[46] = (uint8_t)(pseudo >> 8);
		octets[47] = (uint8_t)(pseudo & 0xff);
		b.csum_start = 40;
		b.csum_offset = 6;
		mip6_offload_checksum(&b);
		CU_ASSERT_EQUAL(ip6_checksum(&a[0], &a[1], TCP, octets + 40, len - 40), 0);
		CU_ASSERT_TRUE(b.csum_valid);
		/* beyond the packet nothing is written */
		b.csum_partial = true;
		b.csum_offset = (uint16_t)(len - 41);
		mip6_offload_checksum(&b);
		CU_ASSERT_TRUE(b.csum_partial);
	}
}

/* ---- through nodes --------------------------------------------------------------------------- */

/* A node that is away, its home agent on the same link, by the plane's objects. */
static struct world *tunnel_world(unsigned mtu)
{
	struct world *w = world_new();
	struct world_node *mn = world_add(w, NULL);
	struct world_node *ha = world_add(w, NULL);
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	world_plug(mn, 1, 0, mtu);
	world_plug(ha, 1, 0, mtu);
	world_address(mn, 1, "3fff:9::2/64");
	world_address(ha, 1, "3fff:9::1/64");
	world_address(ha, 1, "3fff:2::1/64");
	o.device.device = MIP6_DEVICE_HA;
	CU_ASSERT_EQUAL(soft_apply(ha->s, NULL, &o), 0);
	o.device.device = MIP6_DEVICE_MN;
	o.device.local = addr_of("3fff:9::2");
	o.device.remote = addr_of("3fff:9::1");
	CU_ASSERT_EQUAL(soft_apply(mn->s, NULL, &o), 0);
	o = (struct mip6_object){.kind = MIP6_OBJ_ROUTE};
	o.route.table = SOFT_MAIN_TABLE;
	o.route.device = MIP6_DEVICE_MN;
	o.route.metric = 1;
	CU_ASSERT_EQUAL(soft_apply(mn->s, NULL, &o), 0);
	o = (struct mip6_object){.kind = MIP6_OBJ_BINDING};
	o.binding.hoa = addr_of("3fff:1::1");
	o.binding.coa = addr_of("3fff:9::2");
	o.binding.ha = addr_of("3fff:9::1");
	CU_ASSERT_EQUAL(soft_apply(ha->s, NULL, &o), 0);
	mip6_soft_forwarding(ha->s, true);
	world_send_udp(mn, "3fff:9::2", "3fff:9::1", 60, 1); /* they know each other now */
	return w;
}

/* 2600 octets of payload as one packet through the tunnel: nothing is split on a
 * link that takes its segments, and the offsets fit at the other end. */
static void test_large_packet_in_tunnel(void)
{
	struct world *w = tunnel_world(1500);
	struct form f = {0, 1, 2600, 1300, ACK | PSH};
	uint8_t data[3000];
	struct mip6_buf b = make(data, &f, 0);
	struct world_node *ha = &w->nodes[1];
	size_t before = ha->up_count;
	size_t frames = (size_t)world_stats(&w->nodes[0]).tx_frames;

	world_output(&w->nodes[0], &b, data, b.len);
	CU_ASSERT_EQUAL(world_stats(&w->nodes[0]).tx_frames, frames + 1);
	CU_ASSERT_EQUAL_FATAL(ha->up_count, before + 1);
	CU_ASSERT_EQUAL(ha->up[before].len, b.len);
	CU_ASSERT_EQUAL(memcmp(ha->up[before].octets, data, b.len), 0);
	CU_ASSERT_EQUAL(ha->up[before].buf.gso_size, 1300);
	CU_ASSERT_EQUAL(ha->up[before].buf.transport, b.transport);
	CU_ASSERT_TRUE(ha->up[before].buf.csum_partial);
	CU_ASSERT_EQUAL(ha->up[before].buf.csum_start, b.csum_start);
	CU_ASSERT_EQUAL(ha->up[before].buf.csum_offset, b.csum_offset);
	/* a segment with two more headers is above the link's 1500 */
	f.gso_size = 1400;
	b = make(data, &f, 0);
	world_output(&w->nodes[0], &b, data, b.len);
	CU_ASSERT_EQUAL(world_stats(&w->nodes[0]).drop_too_big, 1);
	world_free(w);
}

/* Without a tunnel it leaves as large as it is; its frame's offsets fit. */
static void test_large_packet_to_neighbour(void)
{
	struct world *w = tunnel_world(1500);
	struct form f = {0, 1, 2600, 1400, ACK | PSH};
	uint8_t data[3000];
	struct mip6_buf b = make(data, &f, 0);
	struct mip6_addr dst = addr_of("3fff:9::1");
	struct world_node *ha = &w->nodes[1];

	memcpy(data + 24, dst.b, sizeof(dst.b));
	w->watch = 0;
	world_output(&w->nodes[0], &b, data, b.len);
	CU_ASSERT_EQUAL(w->seen_count, 1);
	CU_ASSERT_EQUAL(w->seen[0].buf.transport, SOFT_ETH + 40);
	CU_ASSERT_EQUAL(w->seen[0].buf.csum_start, SOFT_ETH + 40);
	CU_ASSERT_EQUAL(ha->up[ha->up_count - 1].buf.gso_size, 1400);
	CU_ASSERT_EQUAL(ha->up[ha->up_count - 1].buf.transport, 40);
	world_free(w);
}

/* On a link of 1280 octets each segment becomes two fragments, its checksum whole. */
static void test_large_packet_in_fragments(void)
{
	struct world *w = tunnel_world(1280);
	struct form f = {0, 1, 2600, 1200, ACK | PSH};
	uint8_t data[3000];
	struct mip6_buf b = make(data, &f, 0);
	struct world_node *ha = &w->nodes[1];
	size_t before = ha->up_count;

	world_output(&w->nodes[0], &b, data, b.len);
	CU_ASSERT_EQUAL(world_stats(&w->nodes[0]).fragments_sent, 4);
	CU_ASSERT_EQUAL(world_stats(ha).reassembled, 2);
	CU_ASSERT_EQUAL_FATAL(ha->up_count, before + 3);
	for (size_t i = 0; i < 3; i++) {
		const struct world_packet *u = &ha->up[before + i];
		struct ip6_packet p;

		CU_ASSERT_EQUAL(ip6_parse(u->octets, u->len, &p), 0);
		CU_ASSERT_EQUAL(get32(p.payload + 4), (uint32_t)(SEQUENCE + i * 1200));
		CU_ASSERT_EQUAL(p.payload_len, 32U + (i < 2 ? 1200U : 200U));
		if (i < 2) /* the last was not cut: its sum is left to the host */
			CU_ASSERT_EQUAL(ip6_checksum(&p.src, &p.dst, TCP, p.payload, p.payload_len),
					0);
	}
	world_free(w);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"split", test_split},
	    {"split refuses", test_split_refuses},
	    {"split datagrams", test_split_datagrams},
	    {"datagrams do not merge", test_datagrams_do_not_merge},
	    {"round trip", test_round_trip},
	    {"merge refuses other headers", test_merge_refuses_other_headers},
	    {"merge refuses sizes", test_merge_refuses_sizes},
	    {"merge ends at 64k", test_merge_ends_at_64k},
	    {"checksum", test_checksum},
	    {"large packet in tunnel", test_large_packet_in_tunnel},
	    {"large packet to neighbour", test_large_packet_to_neighbour},
	    {"large packet in fragments", test_large_packet_in_fragments},
	};

	return test_run("test_offload", tests, sizeof(tests) / sizeof(tests[0]));
}
