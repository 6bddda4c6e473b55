/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A whole node, mobile node, home agent or access router, driven by a script of any octets:
 * packets with the right checksum, answers to its Binding Updates, links and
 * addresses that come and go, time that passes, a restart from its records. The
 * host holds the objects that the node wants and aborts when a change does not
 * fit to them, when the node sends what cannot be parsed, when its timer does not
 * move on, and when it leaves something behind. */
#include <mip6/node.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 512, RECORDS = 64, STEPS = 48, TICKS = 64, PAYLOAD = 512 };
enum { FIRST_IFINDEX = 2, INTERFACES = 2 };

struct rig {
	struct mip6_node *node;
	struct mip6_host host;
	struct mip6_config config;
	mip6_time now;
	struct mip6_object objects[OBJECTS];
	size_t object_count;
	struct mip6_record records[RECORDS];
	size_t record_count;
	struct mip6_tx last_bu;
	uint16_t last_seq;
	uint8_t random;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the host's side ------------------------------------------------------ */

static void on_send(void *ctx, const struct mip6_tx *tx)
{
	struct rig *r = ctx;
	const struct mip6_addr *src = tx->has_hao ? &tx->hao : &tx->src;
	const struct mip6_addr *dst = tx->has_rh2 ? &tx->rh2 : &tx->dst;
	struct mh_message m;
	size_t pointer;

	if (tx->next_header == IP6_NH_ICMPV6) {
		check(icmp6_type(src, dst, tx->payload, tx->payload_len) > 0);
		return;
	}
	check(tx->next_header == IP6_NH_MH);
	check(mh_parse(src, dst, tx->payload, tx->payload_len, &m, &pointer) == MIP6_OK);
	if (m.type != MH_BU)
		return;
	r->last_bu = *tx;
	r->last_bu.payload = NULL;
	r->last_seq = m.bu.seq;
}

static int on_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct rig *r = ctx;
	const struct mip6_object *key = was ? was : is;
	size_t i = 0;

	while (i < r->object_count && !mip6_object_same(&r->objects[i], key))
		i++;
	if (!was) {
		check(i == r->object_count && i < OBJECTS);
		r->objects[r->object_count++] = *is;
		return MIP6_OK;
	}
	check(i < r->object_count && mip6_object_equal(&r->objects[i], was));
	r->objects[i] = is ? *is : r->objects[--r->object_count];
	return MIP6_OK;
}

static void on_event(void *ctx, const struct mip6_event *event)
{
	(void)ctx;
	check(event->count <= sizeof(event->fields) / sizeof(event->fields[0]));
}

static int on_save(void *ctx, const struct mip6_record *record)
{
	struct rig *r = ctx;
	size_t i = 0;

	check(record->len <= MIP6_RECORD_MAX);
	while (i < r->record_count && (r->records[i].kind != record->kind ||
				       !mip6_addr_equal(&r->records[i].key, &record->key)))
		i++;
	if (record->len == 0 && i < r->record_count)
		r->records[i] = r->records[--r->record_count];
	if (record->len == 0 || i == RECORDS)
		return 0;
	r->records[i] = *record;
	r->record_count += i == r->record_count;
	return 0;
}

static void on_random(void *ctx, void *buf, size_t len)
{
	struct rig *r = ctx;
	uint8_t *b = buf;

	for (size_t i = 0; i < len; i++)
		b[i] = r->random++;
}

/* ---- what the octets of the script choose --------------------------------- */

/* Addresses that mean something to the node, so that a script is short. */
static struct mip6_addr read_addr(struct mip6_reader *script)
{
	static const struct mip6_addr known[] = {
	    {{0x3f, 0xff, 0, 1, [15] = 0x01}},		      /* home agent */
	    {{0x3f, 0xff, 0, 1, [15] = 0x99}},		      /* home address */
	    {{0x3f, 0xff, 0, 2, [11] = 0xff, 0xfe, 0, 0, 2}}, /* care-of addresses */
	    {{0x3f, 0xff, 0, 3, [11] = 0xff, 0xfe, 0, 0, 2}},
	    {{0xfe, 0x80, [15] = 0xa1}}, /* routers */
	    {{0xfe, 0x80, [15] = 0xb1}},
	    {{0xfe, 0x80, [11] = 0xff, 0xfe, 0, 0, 2}}, /* the node's own */
	    {{0xff, 0x02, [15] = 1}},
	    {{0xff, 0x02, [11] = 1, 0xff, 0, 0, 0x99}},
	    {{0xff, 0x02, [11] = 1, 0xff, 0, 0, 2}},
	    {{0}},
	    {{0x3f, 0xff, 0, 1, [15] = 0x98}}, /* another home address */
	};
	uint8_t choice = rd_u8(script);

	if (choice < sizeof(known) / sizeof(known[0]))
		return known[choice];
	return rd_addr(script);
}

static unsigned read_ifindex(struct mip6_reader *script)
{
	return FIRST_IFINDEX + rd_u8(script) % (INTERFACES + 1);
}

static void repair_checksum(const struct ip6_packet *p, uint8_t *payload)
{
	size_t at = p->next_header == IP6_NH_MH ? 4 : 2;
	size_t len = p->payload_len;
	uint16_t sum;

	if (p->next_header == IP6_NH_MH && len > 1 && ((size_t)payload[1] + 1) * 8 < len)
		len = ((size_t)payload[1] + 1) * 8;
	if (len < at + 2)
		return;
	memset(payload + at, 0, 2);
	sum = ip6_checksum(ip6_checksum_src(p), ip6_checksum_dst(p), p->next_header, payload, len);
	payload[at] = (uint8_t)(sum >> 8);
	payload[at + 1] = (uint8_t)(sum & 0xff);
}

static void receive(struct rig *r, unsigned ifindex, struct ip6_packet *p, uint8_t *payload)
{
	p->payload = payload;
	repair_checksum(p, payload);
	mip6_node_receive(r->node, r->now, ifindex, p);
}

static void step_packet(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	uint8_t flags = rd_u8(script);
	struct ip6_packet p = {.src = read_addr(script), .dst = read_addr(script)};
	uint8_t payload[PAYLOAD];

	p.has_hao = flags & 1;
	p.has_rh2 = flags & 2;
	p.rh2_segments_left = !(flags & 4);
	p.next_header = flags & 8 ? IP6_NH_MH : IP6_NH_ICMPV6;
	p.hop_limit = flags & 16 ? 64 : 255;
	if (p.has_hao)
		p.hao = read_addr(script);
	if (p.has_rh2)
		p.rh2 = read_addr(script);
	p.payload_len = rd_u8(script);
	if (p.payload_len > rd_left(script))
		p.payload_len = rd_left(script);
	rd_copy(script, payload, p.payload_len);
	receive(r, ifindex, &p, payload);
}

/* A Binding Update with what matters of it given. */
static void step_bu(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	struct mh_message m = {.type = MH_BU};
	struct ip6_packet p = {.src = read_addr(script), .dst = read_addr(script)};
	uint8_t payload[PAYLOAD];

	p.next_header = IP6_NH_MH;
	p.hop_limit = 64;
	p.has_hao = true;
	p.hao = read_addr(script);
	m.bu.seq = rd_u8(script);
	m.bu.flags = (uint16_t)(rd_u8(script) << 8);
	m.bu.lifetime = rd_u8(script);
	m.options.has_alt_coa = m.bu.flags & 0x0100;
	m.options.alt_coa = p.src;
	p.payload_len = (size_t)mh_build(&p.hao, &p.dst, &m, payload, sizeof(payload));
	receive(r, ifindex, &p, payload);
}

/* The home agent's answer to the last Binding Update. */
static void step_ba(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	struct mh_message m = {.type = MH_BA};
	struct ip6_packet p = {.src = r->last_bu.dst, .dst = r->last_bu.src};
	uint8_t payload[PAYLOAD];

	p.next_header = IP6_NH_MH;
	p.hop_limit = 64;
	p.has_rh2 = r->last_bu.has_hao;
	p.rh2 = r->last_bu.hao;
	p.rh2_segments_left = 1;
	m.ba.status = rd_u8(script);
	m.ba.seq = (uint16_t)(r->last_seq + (m.ba.status == MH_STATUS_SEQUENCE));
	m.ba.lifetime = rd_u8(script);
	m.options.has_refresh = m.ba.lifetime & 1;
	m.options.refresh = rd_u8(script);
	p.payload_len =
	    (size_t)mh_build(&p.src, ip6_checksum_dst(&p), &m, payload, sizeof(payload));
	receive(r, ifindex, &p, payload);
}

/* Serves the deadlines up to now + ms, each at its own time. */
static void step_time(struct rig *r, struct mip6_reader *script)
{
	mip6_time until = r->now + rd_u16(script) * MIP6_MS;

	for (unsigned i = 0; i < TICKS && mip6_node_deadline(r->node) <= until; i++) {
		mip6_time deadline = mip6_node_deadline(r->node);

		r->now = deadline > r->now ? deadline : r->now;
		mip6_node_tick(r->node, r->now);
		check(mip6_node_deadline(r->node) > r->now);
	}
	if (mip6_node_deadline(r->node) > until)
		r->now = until;
}

static void set_link(struct rig *r, unsigned ifindex, bool up, bool attached)
{
	struct mip6_link link = {.ifindex = ifindex, .up = up, .attached = attached};

	link.name[0] = 'e';
	link.name[1] = (char)('0' + ifindex);
	link.mtu = 1500;
	link.mac_len = 6;
	link.mac[0] = 2;
	link.mac[5] = 2;
	mip6_node_link(r->node, r->now, &link);
}

static void step_link(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	uint8_t flags = rd_u8(script);

	if ((flags & 0xf0) == 0xf0)
		mip6_node_link_gone(r->node, r->now, ifindex);
	else
		set_link(r, ifindex, flags & 1, flags & 2);
}

static void step_address(struct rig *r, struct mip6_reader *script)
{
	unsigned ifindex = read_ifindex(script);
	uint8_t flags = rd_u8(script);
	struct mip6_prefix p = {.addr = read_addr(script), .len = 64};

	if (flags & 0x80)
		mip6_node_neighbour_failed(r->node, r->now, ifindex, &p.addr);
	else if (flags & 0x40)
		mip6_node_route(r->node, r->now, ifindex, &p, flags & 8);
	else
		mip6_node_address(r->node, r->now, ifindex, &p, flags & 7, flags & 8);
}

/* ---- a node's life ---------------------------------------------------------- */

static void start(struct rig *r)
{
	static const struct mip6_prefix own = {{{0xfe, 0x80, [11] = 0xff, 0xfe, 0, 0, 2}}, 64};
	static const struct mip6_prefix home = {{{0x3f, 0xff, 0, 1, [15] = 1}}, 64};

	r->node = mip6_node_new(&r->config, &r->host, r);
	check(r->node != NULL);
	for (size_t i = 0; i < r->record_count; i++)
		mip6_node_restore(r->node, r->now, &r->records[i]);
	for (unsigned i = 0; i < INTERFACES; i++) {
		set_link(r, FIRST_IFINDEX + i, r->config.role != MIP6_ROLE_MN, false);
		mip6_node_address(r->node, r->now, FIRST_IFINDEX + i, &own, 0, true);
	}
	if (r->config.role != MIP6_ROLE_MN)
		mip6_node_address(r->node, r->now, FIRST_IFINDEX, &home, 0, true);
	check(mip6_node_start(r->node, r->now) == MIP6_OK);
}

static void stop(struct rig *r)
{
	mip6_node_stop(r->node, r->now);
	check(r->object_count == 0);
	mip6_node_free(r->node);
}

/* Stops and starts again, perhaps with a record that is not what was saved. */
static void step_restart(struct rig *r, struct mip6_reader *script)
{
	uint8_t len = rd_u8(script);
	struct mip6_record *spoiled = &r->records[0];

	stop(r);
	if (len && len < rd_left(script) && r->record_count) {
		spoiled->len = len;
		rd_copy(script, spoiled->data, len);
	}
	start(r);
}

/* The first interface advertises, as often as can be, the second is not used. */
static void configure_router(struct rig *r, uint8_t choice)
{
	static const struct mip6_prefix prefix = {{{0x3f, 0xff, 0, 2}}, 64};
	struct mip6_if_config *c = calloc(1, sizeof(*c));

	check(c != NULL);
	mip6_if_config_default(c, "e2", r->config.role);
	c->advertise.send = true;
	c->advertise.min_interval = 30 * MIP6_MS;
	c->advertise.max_interval = 70 * MIP6_MS;
	c->advertise.prefix_count = choice & 2 ? 1 : 0;
	mip6_advertised_prefix_default(&c->advertise.prefixes[0], &prefix);
	r->config.interfaces = c;
	r->config.interface_count = 1;
}

static void configure(struct rig *r, uint8_t choice)
{
	struct mip6_home_config *home = &r->config.homes[0];
	bool router = choice & 4;

	mip6_config_default(&r->config);
	r->config.role = choice & 1 ? MIP6_ROLE_HA : router ? MIP6_ROLE_AR : MIP6_ROLE_MN;
	r->config.mn_ha_ipsec = false;
	r->config.use_all_interfaces = true;
	if (router)
		configure_router(r, choice);
	if (r->config.role != MIP6_ROLE_MN)
		return;
	r->config.router_probes = choice & 2 ? 2 : 0;
	r->config.home_count = 1;
	home->ha = (struct mip6_addr){{0x3f, 0xff, 0, 1, [15] = 0x01}};
	home->hoa = (struct mip6_prefix){{{0x3f, 0xff, 0, 1, [15] = 0x99}}, 64};
	home->home_prefix = home->hoa;
	home->alt_coa = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const steps[])(struct rig *, struct mip6_reader *) = {
	    step_packet, step_bu, step_ba, step_time, step_link, step_address, step_restart,
	};
	struct mip6_reader script = rd_init(data, len);
	struct rig *r = calloc(1, sizeof(*r));

	check(r != NULL);
	r->now = 1000 * MIP6_SECOND;
	r->host = (struct mip6_host){on_send, on_apply, on_event, on_save, on_random};
	configure(r, rd_u8(&script));
	start(r);
	for (unsigned i = 0; i < STEPS && rd_left(&script); i++)
		steps[rd_u8(&script) % (sizeof(steps) / sizeof(steps[0]))](r, &script);
	stop(r);
	mip6_config_clear(&r->config);
	free(r);
	return 0;
}
