/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A node with the user-space data plane - mobile node, home agent, router, host -
 * driven by a script of any octets: frames as they are, packets with headers that
 * mean something to the node, fragments, packets of the upper layers, large ones
 * with offload, time that passes, links that go. The host aborts when a frame or
 * packet comes out that is not whole, fits no link, or leaves its memory, when the
 * node's timer does not move on, and when something is left behind. */
#include <mip6/offload.h>
#include <soft/internal.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEPS = 64,
	TICKS = 64,
	PACKET = 2048,
	PAYLOAD = 1240,
	MTU = 1500,
	INTERFACES = 2,
	SEGMENTS = 64,
	ROOM = 16384
};
enum { NODE_MN, NODE_HA, NODE_ROUTER, NODE_HOST, NODE_CORE_MN, NODE_CORE_HA, NODES };

struct rig {
	struct mip6_soft *s;
	mip6_time now;
	uint8_t random;
	unsigned mtu[INTERFACES + 1]; /* the largest that each had */
	struct mip6_buf merged;	      /* of packets that went up */
	uint8_t memory[ROOM];	      /* for it */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the host ----------------------------------------------------------------------- */

static volatile uint8_t seen;

/* Reads every octet, so that a sanitizer sees memory that is no more. */
static void look_at(const struct mip6_buf *b)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < b->len; i++)
		sum = (uint8_t)(sum + b->data[i]);
	seen = sum;
}

/* A whole IPv6 packet from offset at. */
static void check_packet(const struct mip6_buf *b, size_t at)
{
	check(b->len >= at + SOFT_IP6);
	check(b->data[at] >> 4 == 6);
	check((size_t)(b->data[at + 4] << 8 | b->data[at + 5]) == b->len - at - SOFT_IP6);
	look_at(b);
}

/* What a host does with a large frame that its interface cannot split. */
static void split(const struct mip6_buf *frame, size_t link_len)
{
	static uint8_t heads[SEGMENTS * 192];
	struct mip6_segment segments[SEGMENTS];
	int n = mip6_offload_split(frame, link_len, heads, sizeof(heads), segments, SEGMENTS);

	for (int i = 0; i < n; i++) {
		check(segments[i].payload >= frame->data);
		check(segments[i].payload + segments[i].payload_len <= frame->data + frame->len);
		check(segments[i].head_len <= 192);
	}
}

static void on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count)
{
	struct rig *r = ctx;

	check(ifindex >= 1 && ifindex <= INTERFACES && count > 0);
	for (size_t i = 0; i < count; i++) {
		struct mip6_buf b = frames[i];

		check_packet(&b, SOFT_ETH);
		check(b.gso_size || b.len <= SOFT_ETH + r->mtu[ifindex]);
		if (b.gso_size)
			split(&b, SOFT_ETH);
		mip6_offload_checksum(&b);
	}
}

/* What a host does with segments for its TUN device. */
static void merge(struct rig *r, const struct mip6_buf *packet)
{
	if (r->merged.data && mip6_offload_merge(&r->merged, ROOM, packet, 0)) {
		check(r->merged.len <= ROOM && r->merged.gso_size > 0);
		check_packet(&r->merged, 0);
		split(&r->merged, 0);
		return;
	}
	if (packet->len > ROOM)
		return;
	r->merged = *packet;
	r->merged.data = r->memory;
	memcpy(r->memory, packet->data, packet->len);
}

static void on_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	struct rig *r = ctx;

	check(count > 0);
	for (size_t i = 0; i < count; i++) {
		check_packet(&packets[i], 0);
		merge(r, &packets[i]);
	}
}

static void on_address(void *ctx, const struct mip6_addr *addr, bool present)
{
	(void)ctx;
	(void)addr;
	(void)present;
}

static void on_event(void *ctx, const struct mip6_event *event)
{
	(void)ctx;
	check(event->count <= sizeof(event->fields) / sizeof(event->fields[0]));
}

static int on_save(void *ctx, const struct mip6_record *record)
{
	(void)ctx;
	check(record->len <= MIP6_RECORD_MAX);
	return 0;
}

static void on_random(void *ctx, void *buf, size_t len)
{
	struct rig *r = ctx;
	uint8_t *b = buf;

	for (size_t i = 0; i < len; i++)
		b[i] = r->random++;
}

/* ---- what the octets of the script choose ----------------------------------------------- */

static const struct mip6_addr ha = {{0x3f, 0xff, 0, 1, [15] = 0x01}};
static const struct mip6_addr hoa = {{0x3f, 0xff, 0, 1, [15] = 0x99}};
static const struct mip6_addr coa = {{0x3f, 0xff, 0, 2, [15] = 0x02}};
static const struct mip6_addr gateway = {{0xfe, 0x80, [15] = 0xa1}};

/* Addresses that mean something to the nodes. */
static struct mip6_addr read_addr(struct mip6_reader *script)
{
	const struct mip6_addr known[] = {
	    ha,
	    hoa,
	    coa,
	    gateway,
	    {{0x3f, 0xff, 0, 3, [15] = 0x0c}},		 /* a correspondent */
	    {{0x3f, 0xff, 0, 1, [15] = 0x98}},		 /* another mobile node */
	    {{0xfe, 0x80, [15] = 0x99}},		 /* proxied */
	    {{0xfe, 0x80, [11] = 0xff, 0xfe, [15] = 1}}, /* own ones */
	    {{0x3f, 0xff, 0, 1, [11] = 0xff, 0xfe, [15] = 1}},
	    {{0x3f, 0xff, 0, 2, [11] = 0xff, 0xfe, [15] = 1}},
	    {{0xff, 0x02, [15] = 1}},
	    {{0xff, 0x02, [15] = 2}},
	    {{0xff, 0x02, [11] = 1, 0xff, 0, 0, 0x99}},
	    {{0xff, 0x02, [11] = 1, 0xff, 0, 0, 1}},
	    {{0}},
	    {{0x3f, 0xff, 0, 1, [15] = 0x05}}, /* a neighbour */
	};
	uint8_t choice = rd_u8(script);

	if (choice < sizeof(known) / sizeof(known[0]))
		return known[choice];
	return rd_addr(script);
}

static unsigned read_ifindex(struct mip6_reader *script)
{
	return 1 + rd_u8(script) % (INTERFACES + 1);
}

/* Memory of exactly this size, with headroom. */
static struct mip6_buf buffer(size_t len)
{
	uint8_t *memory = malloc(MIP6_SOFT_HEADROOM + len);

	check(memory != NULL);
	memset(memory, 0, MIP6_SOFT_HEADROOM + len);
	return (struct mip6_buf){
	    .data = memory + MIP6_SOFT_HEADROOM, .len = len, .headroom = MIP6_SOFT_HEADROOM};
}

/* The host says the truth of a packet as far as memory goes, not more. */
static void read_offload(struct mip6_reader *script, struct mip6_buf *b)
{
	uint8_t flags = rd_u8(script);

	b->csum_valid = flags & 1;
	b->csum_partial = flags & 2;
	b->csum_start = rd_u8(script);
	b->csum_offset = flags & 4 ? 16 : 6;
	if (flags & 8) {
		b->gso_size = rd_u16(script);
		b->transport = rd_u8(script);
	}
}

static void give_frame(struct rig *r, unsigned ifindex, struct mip6_buf *frame)
{
	uint8_t *memory = frame->data - MIP6_SOFT_HEADROOM;

	mip6_soft_receive(r->s, r->now, ifindex, frame, 1);
	free(memory);
}

static void give_output(struct rig *r, struct mip6_buf *packet)
{
	uint8_t *memory = packet->data - MIP6_SOFT_HEADROOM;

	mip6_soft_output(r->s, r->now, packet, 1);
	free(memory);
}

/* Octets as they are. */
static void step_raw(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	uint8_t flags = rd_u8(script);
	size_t len = rd_u8(script);
	struct mip6_buf b;

	len = len < rd_left(script) ? len : rd_left(script);
	b = buffer(len);
	rd_copy(script, b.data, len);
	if (flags & 1)
		read_offload(script, &b);
	if (flags & 2)
		give_output(r, &b);
	else
		give_frame(r, ifindex, &b);
}

static void repair_checksum(const struct ip6_packet *p, uint8_t *payload)
{
	size_t at = p->next_header == IP6_NH_MH ? 4 : 2;
	uint16_t sum;

	if (p->payload_len < at + 2)
		return;
	memset(payload + at, 0, 2);
	sum = ip6_checksum(ip6_checksum_src(p), ip6_checksum_dst(p), p->next_header, payload,
			   p->payload_len);
	payload[at] = (uint8_t)(sum >> 8);
	payload[at + 1] = (uint8_t)(sum & 0xff);
}

/* Headers with known addresses, then octets of the script, repeated to a length. */
static size_t read_packet(struct mip6_reader *script, uint8_t flags, uint8_t *octets, size_t cap)
{
	struct ip6_packet p = {.hop_limit = flags & 16 ? 255 : 64, .rh2_segments_left = 1};
	uint8_t payload[PAYLOAD];
	size_t given;
	int len;

	p.traffic_class = flags & 16 ? 2 : 0; /* able to be marked */
	p.src = read_addr(script);
	p.dst = read_addr(script);
	p.has_hao = flags & 1;
	p.has_rh2 = flags & 2;
	if (p.has_hao)
		p.hao = read_addr(script);
	if (p.has_rh2)
		p.rh2 = read_addr(script);
	p.next_header = rd_u8(script);
	given = rd_u8(script);
	given = given < rd_left(script) ? given : rd_left(script);
	rd_copy(script, payload, given);
	p.payload_len = flags & 4 ? sizeof(payload) : given;
	for (size_t i = given; i < p.payload_len; i++)
		payload[i] = given ? payload[i - given] : 0;
	p.payload = payload;
	if (flags & 8)
		repair_checksum(&p, payload);
	len = ip6_build(&p, octets, cap);
	return len < 0 ? 0 : (size_t)len;
}

/* A packet, perhaps in a packet; into the node from a link or from above. */
static void step_packet(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	uint8_t flags = rd_u8(script);
	uint8_t octets[PACKET];
	size_t at = flags & 0x80 ? 0 : SOFT_ETH;
	size_t len = read_packet(script, flags, octets, sizeof(octets));
	struct mip6_buf b;

	if (flags & 0x20) {
		struct ip6_packet outer = {.hop_limit = 64, .next_header = IP6_NH_IPV6};
		uint8_t inner[PACKET];

		memcpy(inner, octets, len);
		outer.src = read_addr(script);
		outer.dst = read_addr(script);
		outer.traffic_class = rd_u8(script);
		outer.payload = inner;
		outer.payload_len = len;
		len = (size_t)ip6_build(&outer, octets, sizeof(octets));
		check(len <= sizeof(octets));
	}
	b = buffer(at + len);
	memcpy(b.data + at, octets, len);
	if (at)
		memcpy(b.data, (uint8_t[14]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 9, 9, 0x86, 0xdd}, 14);
	if (flags & 0x40)
		read_offload(script, &b);
	if (at)
		give_frame(r, ifindex, &b);
	else
		give_output(r, &b);
}

/* A piece of a packet with the payload of next header 17. */
static void step_fragment(struct rig *r, struct mip6_reader *script)
{
	struct ip6_packet p = {.hop_limit = 64, .next_header = IP6_NH_FRAGMENT};
	struct mip6_buf b = buffer(SOFT_ETH + SOFT_IP6 + 8 + 1024);
	uint8_t payload[8 + 1024] = {17};
	uint8_t flags = rd_u8(script);
	int len;

	p.src = read_addr(script);
	p.dst = read_addr(script);
	if (flags & 2)
		payload[0] = rd_u8(script);
	payload[2] = rd_u8(script);
	payload[3] = (uint8_t)((rd_u8(script) & 0xf8) | (flags & 1));
	payload[7] = rd_u8(script) & 0xf;
	memset(payload + 8, payload[3], sizeof(payload) - 8);
	p.payload = payload;
	p.payload_len = 8 + (size_t)rd_u8(script) * 4;
	len = ip6_build(&p, b.data + SOFT_ETH, b.len - SOFT_ETH);
	check(len > 0);
	b.len = SOFT_ETH + (size_t)len;
	memcpy(b.data, (uint8_t[14]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 9, 9, 0x86, 0xdd}, 14);
	give_frame(r, 1, &b);
}

/* Serves the deadlines up to now + ms, each at its own time. */
static void step_time(struct rig *r, struct mip6_reader *script)
{
	mip6_time until = r->now + rd_u16(script) * MIP6_MS;

	for (unsigned i = 0; i < TICKS && mip6_soft_deadline(r->s) <= until; i++) {
		mip6_time deadline = mip6_soft_deadline(r->s);

		r->now = deadline > r->now ? deadline : r->now;
		mip6_soft_tick(r->s, r->now);
		check(mip6_soft_deadline(r->s) > r->now);
	}
	if (mip6_soft_deadline(r->s) > until)
		r->now = until;
}

/* A frame may be made before a link gets smaller, and leave later. */
static void set_link(struct rig *r, unsigned ifindex, bool up, bool attached, unsigned mtu)
{
	struct mip6_link link = {.ifindex = ifindex, .up = up, .attached = attached, .mtu = mtu};

	link.name[0] = 'e';
	link.name[1] = (char)('0' + ifindex);
	link.mac_len = 6;
	link.mac[0] = 2;
	link.mac[5] = 1;
	r->mtu[ifindex] = mtu > r->mtu[ifindex] ? mtu : r->mtu[ifindex];
	mip6_soft_link(r->s, r->now, &link);
}

static void step_link(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = 1 + rd_u8(script) % INTERFACES;
	uint8_t flags = rd_u8(script);

	if ((flags & 0xf0) == 0xf0)
		mip6_soft_link_gone(r->s, r->now, ifindex);
	else
		set_link(r, ifindex, flags & 1, flags & 2, flags & 4 ? SOFT_MIN_MTU : MTU);
}

/* ---- a node's life ------------------------------------------------------------------------- */

static void apply(struct rig *r, const struct mip6_object *o)
{
	check(soft_apply(r->s, NULL, o) == MIP6_OK);
}

static void become_mn(struct rig *r)
{
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	o.device.device = MIP6_DEVICE_MN;
	o.device.local = coa;
	o.device.remote = ha;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_ADDRESS};
	o.address.ifindex = 1;
	o.address.addr = coa;
	o.address.prefix_len = 64;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_ADDRESS};
	o.address.device = MIP6_DEVICE_MN;
	o.address.addr = hoa;
	o.address.prefix_len = 128;
	o.address.flags = MIP6_ADDRESS_HOME;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_RULE};
	o.rule.from = (struct mip6_prefix){hoa, 128};
	o.rule.priority = 1000;
	o.rule.table = 1000;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_ROUTE};
	o.route.table = 1000;
	o.route.device = MIP6_DEVICE_MN;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT};
	o.mh_input.hoa = hoa;
	apply(r, &o);
}

static void become_ha(struct rig *r)
{
	struct mip6_prefix own = {ha, 64};
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	check(mip6_soft_address(r->s, r->now, 1, &own, true) == MIP6_OK);
	mip6_soft_forwarding(r->s, true);
	o.device.device = MIP6_DEVICE_HA;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_BINDING};
	o.binding.hoa = hoa;
	o.binding.coa = coa;
	o.binding.ha = ha;
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_PROXY};
	o.proxy.ifindex = 1;
	o.proxy.addr = hoa;
	apply(r, &o);
	o.proxy.addr = (struct mip6_addr){{0xfe, 0x80, [15] = 0x99}};
	apply(r, &o);
	o = (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT};
	o.mh_input.hao = true;
	apply(r, &o);
}

static void configure(struct mip6_config *c, unsigned kind)
{
	struct mip6_home_config *home = &c->homes[0];

	mip6_config_default(c);
	c->role = kind == NODE_CORE_MN ? MIP6_ROLE_MN : MIP6_ROLE_HA;
	c->mn_ha_ipsec = false;
	c->use_all_interfaces = true;
	if (kind != NODE_CORE_MN)
		return;
	c->home_count = 1;
	home->ha = ha;
	home->hoa = (struct mip6_prefix){hoa, 64};
	home->home_prefix = home->hoa;
	home->alt_coa = true;
}

static void start(struct rig *r, unsigned kind, bool small, const struct mip6_soft_host *host)
{
	static const struct mip6_addr second = {{0x3f, 0xff, 0, 3, [15] = 0x01}};
	struct mip6_prefix own = {second, 64};
	struct mip6_prefix all = {.len = 0};
	struct mip6_config config;

	configure(&config, kind);
	r->s = mip6_soft_new(kind >= NODE_CORE_MN ? &config : NULL, host, r);
	check(r->s != NULL);
	set_link(r, 1, true, true, small ? SOFT_MIN_MTU : MTU);
	set_link(r, 2, true, true, MTU);
	check(mip6_soft_route(r->s, r->now, &all, 1, &gateway, true) == MIP6_OK);
	if (kind != NODE_CORE_MN)
		check(mip6_soft_address(r->s, r->now, 2, &own, true) == MIP6_OK);
	if (kind == NODE_MN)
		become_mn(r);
	else if (kind == NODE_HA)
		become_ha(r);
	own.addr = ha;
	if (kind == NODE_CORE_HA)
		check(mip6_soft_address(r->s, r->now, 1, &own, true) == MIP6_OK);
	if (kind == NODE_ROUTER)
		mip6_soft_forwarding(r->s, true);
	check(mip6_soft_neighbour(r->s, 1, &gateway, (uint8_t[6]){2, 0, 0, 0, 9, 9}) == MIP6_OK);
	check(mip6_soft_start(r->s, r->now) == MIP6_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const steps[])(struct rig *, struct mip6_reader *) = {
	    step_raw, step_packet, step_packet, step_fragment, step_time, step_link,
	};
	static const struct mip6_soft_host host = {on_frames, on_up,   on_address,
						   on_event,  on_save, on_random};
	struct mip6_reader script = rd_init(data, len);
	static struct rig r;
	uint8_t kind = rd_u8(&script);

	memset(&r, 0, sizeof(r));
	r.now = 1000 * MIP6_SECOND;
	start(&r, kind % NODES, kind & 0x80, &host);
	for (unsigned i = 0; i < STEPS && rd_left(&script); i++)
		steps[rd_u8(&script) % (sizeof(steps) / sizeof(steps[0]))](&r, &script);
	mip6_soft_stop(r.s, r.now);
	mip6_soft_free(r.s);
	return 0;
}
