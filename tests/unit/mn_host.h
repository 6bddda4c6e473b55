/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_UNIT_MN_HOST_H
#define TESTS_UNIT_MN_HOST_H

/* A host for a mobile node under test: it keeps what the node sends, tells and
 * saves, holds the objects that the data plane was given, and feeds the node
 * with links, advertisements and Mobility Headers as bytes. Time is a member
 * that tests set; nothing sleeps. */
#include "test.h"
#include <mip6/node.h>
#include <stdlib.h>

#define RIG_LOG	    3000
#define RIG_OBJECTS 128
#define RIG_RECORDS 4

struct rig_sent {
	mip6_time at;
	struct mip6_tx tx;
	int nd;			 /* ICMPv6 type, or 0 */
	struct mh_message mh;	 /* when nd is 0 */
	struct mip6_addr target; /* NS, NA */
	unsigned na_flags;
	bool source_exists; /* the plane had the source address at that moment */
};

struct rig {
	struct mip6_node *node;
	struct mip6_host host;
	struct mip6_config config;
	mip6_time now;
	struct rig_sent sent[RIG_LOG];
	size_t sent_count;
	struct mip6_event events[RIG_LOG];
	size_t event_count;
	char warning[256]; /* the last one */
	struct mip6_object objects[RIG_OBJECTS];
	size_t object_count;
	int save_error; /* what save returns, and keeps nothing */
	struct mip6_record records[RIG_RECORDS];
	size_t record_count;
	uint32_t random;
	unsigned refused_kinds; /* bits of enum mip6_object_kind that the plane cannot do */
};

static inline struct mip6_addr A(const char *text) {
	struct mip6_addr a = {{0}};

	CU_ASSERT_FATAL(mip6_addr_parse(text, &a) == MIP6_OK);
	return a;
}

static inline struct mip6_prefix
P(const char *text) {
	struct mip6_prefix p = {.len = 0};

	CU_ASSERT_FATAL(mip6_prefix_parse(text, &p) == MIP6_OK);
	return p;
}

static inline bool
same(const struct mip6_addr *a, const char *text)
{
	struct mip6_addr b = A(text);

	return mip6_addr_equal(a, &b);
}

/* ---- the host's side ------------------------------------------------------------ */

static inline bool rig_has_address(const struct rig *r, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < r->object_count; i++)
		if (r->objects[i].kind == MIP6_OBJ_ADDRESS &&
		    mip6_addr_equal(&r->objects[i].address.addr, addr))
			return true;
	return false;
}

static inline void rig_send_nd(struct rig_sent *s)
{
	const struct mip6_tx *tx = &s->tx;
	struct nd_ns ns;
	struct nd_na na;

	s->nd = icmp6_type(&tx->src, &tx->dst, tx->payload, tx->payload_len);
	CU_ASSERT(s->nd > 0);
	if (s->nd == ICMP6_NS && nd_parse_ns(tx->payload, tx->payload_len, &ns) == MIP6_OK)
		s->target = ns.target;
	if (s->nd == ICMP6_NA && nd_parse_na(tx->payload, tx->payload_len, &na) == MIP6_OK) {
		s->target = na.target;
		s->na_flags = na.flags;
	}
}

static inline void rig_send(void *ctx, const struct mip6_tx *tx)
{
	struct rig *r = ctx;
	struct rig_sent *s = &r->sent[r->sent_count];
	size_t pointer;

	CU_ASSERT_FATAL(r->sent_count < RIG_LOG);
	r->sent_count++;
	*s = (struct rig_sent){.at = r->now, .tx = *tx};
	s->source_exists = rig_has_address(r, &tx->src);
	if (tx->next_header == IP6_NH_ICMPV6)
		rig_send_nd(s);
	else
		CU_ASSERT(mh_parse(tx->has_hao ? &tx->hao : &tx->src,
				   tx->has_rh2 ? &tx->rh2 : &tx->dst, tx->payload, tx->payload_len,
				   &s->mh, &pointer) == MIP6_OK);
	s->tx.payload = NULL;
}

static inline int rig_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct rig *r = ctx;
	size_t i = 0;

	if (is && r->refused_kinds & 1u << is->kind)
		return MIP6_ERR_UNSUPPORTED;
	if (!was) {
		CU_ASSERT_FATAL(r->object_count < RIG_OBJECTS);
		r->objects[r->object_count++] = *is;
		return MIP6_OK;
	}
	while (i < r->object_count && !mip6_object_same(&r->objects[i], was))
		i++;
	CU_ASSERT_FATAL(i < r->object_count);
	r->objects[i] = is ? *is : r->objects[--r->object_count];
	return MIP6_OK;
}

static inline void rig_event(void *ctx, const struct mip6_event *event)
{
	struct rig *r = ctx;

	CU_ASSERT_FATAL(r->event_count < RIG_LOG);
	r->events[r->event_count++] = *event;
	if (event->id == MIP6_EV_WARNING)
		snprintf(r->warning, sizeof(r->warning), "%s", event->fields[0].text);
}

static inline int rig_save(void *ctx, const struct mip6_record *record)
{
	struct rig *r = ctx;
	size_t i = 0;

	while (i < r->record_count && !mip6_addr_equal(&r->records[i].key, &record->key))
		i++;
	if (r->save_error)
		return r->save_error;
	CU_ASSERT_FATAL(i < RIG_RECORDS);
	r->records[i] = *record;
	if (i == r->record_count)
		r->record_count++;
	return 0;
}

static inline void rig_random(void *ctx, void *buf, size_t len)
{
	struct rig *r = ctx;
	uint8_t *b = buf;

	for (size_t i = 0; i < len; i++) {
		r->random = r->random * 1103515245u + 12345u;
		b[i] = (uint8_t)(r->random >> 16);
	}
}

/* ---- set-up ------------------------------------------------------------------------ */

#define HA	  "3fff:0:1::1"
#define HOA	  "3fff:0:1::99"
#define COA1	  "3fff:0:a::200:ff:fe00:5" /* eth0 on foreign link 1 */
#define COA2	  "3fff:0:b::200:ff:fe00:5" /* eth0 on foreign link 2 */
#define AR1	  "fe80::a1"
#define AR2	  "fe80::b1"
#define LINKLOCAL "fe80::200:ff:fe00:5"
#define ETH0	  5u
#define ETH1	  6u
#define MS	  MIP6_MS
#define S	  MIP6_SECOND
/* How long an arrival waits for a router in use whose answers were never measured. */
#define ANSWER (100 * MIP6_US)

static inline void rig_init(struct rig *r)
{
	struct mip6_home_config *home = &r->config.homes[0];

	memset(r, 0, sizeof(*r));
	r->host = (struct mip6_host){rig_send, rig_apply, rig_event, rig_save, rig_random};
	r->random = 1;
	mip6_config_default(&r->config);
	r->config.role = MIP6_ROLE_MN;
	r->config.mn_ha_ipsec = false;
	r->config.home_count = 1;
	home->ha = A(HA);
	home->hoa = P(HOA "/64");
	home->home_prefix = P("3fff:0:1::/64");
	home->alt_coa = true;
	r->now = 1000 * S;
}

static inline struct mip6_link rig_eth(unsigned ifindex, bool up, bool attached)
{
	struct mip6_link link = {.ifindex = ifindex, .up = up, .attached = attached, .mac_len = 6};

	link.mac[5] = (uint8_t)ifindex;
	link.mtu = 1500;
	snprintf(link.name, sizeof(link.name), "eth%u", ifindex - ETH0);
	return link;
}

static inline void rig_link(struct rig *r, unsigned ifindex, bool up)
{
	struct mip6_link link = rig_eth(ifindex, up, up);

	mip6_node_link(r->node, r->now, &link);
}

static inline void rig_address(struct rig *r, unsigned ifindex, unsigned flags)
{
	struct mip6_link link = rig_eth(ifindex, true, false);
	struct mip6_prefix p = {.addr = mip6_addr_link_local_eui64(link.mac), .len = 64};

	mip6_node_address(r->node, r->now, ifindex, &p, flags, true);
}

/* A node whose interface eth0 is there and down, with its link-local address. */
static inline void rig_start(struct rig *r)
{
	r->node = mip6_node_new(&r->config, &r->host, r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->node);
	for (size_t i = 0; i < r->record_count; i++)
		CU_ASSERT(mip6_node_restore(r->node, r->now, &r->records[i]) == MIP6_OK);
	rig_link(r, ETH0, false);
	rig_address(r, ETH0, 0);
	CU_ASSERT(mip6_node_start(r->node, r->now) == MIP6_OK);
}

static inline void rig_end(struct rig *r)
{
	mip6_node_free(r->node);
	mip6_config_clear(&r->config);
}

/* Lets time pass; every deadline is served at its own time. */
static inline void rig_run(struct rig *r, mip6_time until)
{
	while (mip6_node_deadline(r->node) <= until) {
		CU_ASSERT_FATAL(mip6_node_deadline(r->node) >= r->now);
		r->now = mip6_node_deadline(r->node);
		mip6_node_tick(r->node, r->now);
		CU_ASSERT_FATAL(mip6_node_deadline(r->node) > r->now);
	}
	r->now = until;
}

static inline void rig_pass(struct rig *r, mip6_time time)
{
	rig_run(r, r->now + time);
}

static inline void rig_forget(struct rig *r)
{
	r->sent_count = 0;
	r->event_count = 0;
}

/* ---- packets to the node ---------------------------------------------------------- */

static inline struct nd_ra rig_ra(const char *prefix, uint8_t flags)
{
	struct nd_ra ra = {.hop_limit = 64, .lifetime = 1800};

	ra.slla.len = 6;
	if (!prefix)
		return ra;
	ra.pio_count = 1;
	ra.pio[0] = (struct nd_pio){.len = 64, .flags = flags, .valid = 86400, .preferred = 14400};
	ra.pio[0].prefix = A(prefix);
	return ra;
}

static inline void rig_ra_add(struct nd_ra *ra, const char *prefix, uint8_t flags)
{
	struct nd_pio *pio = &ra->pio[ra->pio_count++];

	*pio = (struct nd_pio){.len = 64, .flags = flags, .valid = 86400, .preferred = 14400};
	pio->prefix = A(prefix);
}

static inline void rig_packet(struct rig *r, unsigned ifindex, struct ip6_packet *p,
			      uint8_t next_header, uint8_t hop_limit, const uint8_t *data, int len)
{
	CU_ASSERT_FATAL(len > 0);
	p->next_header = next_header;
	p->hop_limit = hop_limit;
	p->payload = data;
	p->payload_len = (size_t)len;
	mip6_node_receive(r->node, r->now, ifindex, p);
}

/* The last octet of a router's link-local address serves as its MAC address. */
static inline void rig_receive_ra(struct rig *r, unsigned ifindex, const char *router,
				  struct nd_ra ra)
{
	struct ip6_packet p = {.src = A(router), .dst = mip6_addr_all_nodes()};
	uint8_t buf[1024];

	ra.slla.addr[5] = ra.slla.addr[5] ? ra.slla.addr[5] : p.src.b[15];
	rig_packet(r, ifindex, &p, IP6_NH_ICMPV6, 255, buf,
		   nd_build_ra(&p.src, &p.dst, &ra, buf, sizeof(buf)));
}

static inline void rig_receive_na(struct rig *r, unsigned ifindex, const char *src,
				  const char *target, unsigned flags, uint8_t mac)
{
	struct ip6_packet p = {.src = A(src), .dst = mip6_addr_all_nodes()};
	struct nd_na na = {.target = A(target), .flags = (uint8_t)flags, .tlla = {.len = 6}};
	uint8_t buf[128];

	if (flags & ND_NA_S)
		p.dst = A(LINKLOCAL);
	na.tlla.addr[5] = mac;
	rig_packet(r, ifindex, &p, IP6_NH_ICMPV6, 255, buf,
		   nd_build_na(&p.src, &p.dst, &na, buf, sizeof(buf)));
}

/* From the home agent: to the care-of address with a type 2 routing header, or,
 * coa NULL, to the home address on the home link. */
static inline void rig_receive_mh(struct rig *r, unsigned ifindex, const char *coa,
				  const struct mh_message *m)
{
	struct ip6_packet p = {.src = A(HA), .dst = A(coa ? coa : HOA)};
	uint8_t buf[256];

	if (coa) {
		p.has_rh2 = true;
		p.rh2 = A(HOA);
		p.rh2_segments_left = 1;
	}
	rig_packet(r, ifindex, &p, IP6_NH_MH, 64, buf,
		   mh_build(&p.src, ip6_checksum_dst(&p), m, buf, sizeof(buf)));
}

static inline void rig_receive_ba(struct rig *r, unsigned ifindex, const char *coa, uint8_t status,
				  uint16_t seq, uint16_t lifetime)
{
	struct mh_message m = {.type = MH_BA};

	m.ba.status = status;
	m.ba.seq = seq;
	m.ba.lifetime = lifetime;
	rig_receive_mh(r, ifindex, coa, &m);
}

/* ---- looking at what happened ------------------------------------------------------ */

static inline size_t rig_count_bu(const struct rig *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->sent_count; i++)
		n += r->sent[i].nd == 0 && r->sent[i].mh.type == MH_BU;
	return n;
}

/* The n-th Binding Update, from 0; one of nothing when there are fewer. */
static inline const struct rig_sent *rig_bu(const struct rig *r, size_t n)
{
	static const struct rig_sent none = {.at = -1};

	for (size_t i = 0; i < r->sent_count; i++)
		if (r->sent[i].nd == 0 && r->sent[i].mh.type == MH_BU && n-- == 0)
			return &r->sent[i];
	CU_FAIL("fewer Binding Updates than expected");
	return &none;
}

static inline const struct rig_sent *rig_last_bu(const struct rig *r)
{
	size_t n = rig_count_bu(r);

	return rig_bu(r, n ? n - 1 : 0);
}

static inline size_t rig_count_nd(const struct rig *r, int type)
{
	size_t n = 0;

	for (size_t i = 0; i < r->sent_count; i++)
		n += r->sent[i].nd == type;
	return n;
}

static inline const struct rig_sent *rig_nd(const struct rig *r, int type, size_t n)
{
	static const struct rig_sent none = {.at = -1};

	for (size_t i = 0; i < r->sent_count; i++)
		if (r->sent[i].nd == type && n-- == 0)
			return &r->sent[i];
	CU_FAIL("fewer messages than expected");
	return &none;
}

static inline size_t rig_count_events(const struct rig *r, enum mip6_event_id id)
{
	size_t n = 0;

	for (size_t i = 0; i < r->event_count; i++)
		n += r->events[i].id == id;
	return n;
}

/* True when the plane holds an object with this text form. */
static inline bool rig_holds(const struct rig *r, const char *text)
{
	char buf[256];

	for (size_t i = 0; i < r->object_count; i++)
		if (strcmp(mip6_object_format(&r->objects[i], buf, sizeof(buf)), text) == 0)
			return true;
	return false;
}

static inline const struct mip6_object *rig_find(const struct rig *r, enum mip6_object_kind kind,
						 const char *addr)
{
	for (size_t i = 0; i < r->object_count; i++) {
		const struct mip6_object *o = &r->objects[i];

		if (o->kind != kind)
			continue;
		if (kind == MIP6_OBJ_ADDRESS && same(&o->address.addr, addr))
			return o;
		if (kind == MIP6_OBJ_RULE && same(&o->rule.from.addr, addr))
			return o;
		if (kind == MIP6_OBJ_NEIGHBOUR && same(&o->neighbour.addr, addr))
			return o;
		if (kind == MIP6_OBJ_DEVICE && same(&o->device.local, addr))
			return o;
		if (kind == MIP6_OBJ_MH_INPUT && same(&o->mh_input.hoa, addr))
			return o;
	}
	return NULL;
}

/* The default route of a table with the lowest metric, or NULL. */
static inline const struct mip6_object *rig_default_route(const struct rig *r, unsigned table)
{
	const struct mip6_object *best = NULL;

	for (size_t i = 0; i < r->object_count; i++) {
		const struct mip6_object *o = &r->objects[i];

		if (o->kind != MIP6_OBJ_ROUTE || o->route.table != table || o->route.dst.len)
			continue;
		if (!best || o->route.metric < best->route.metric)
			best = o;
	}
	return best;
}

/* ---- steps that many tests begin with ------------------------------------------------- */

/* eth0 attached to foreign link 1, which answers the solicitation at once. */
static inline void rig_attach1(struct rig *r)
{
	rig_link(r, ETH0, true);
	rig_receive_ra(r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
}

static inline void rig_accept(struct rig *r, const char *coa, uint16_t lifetime)
{
	rig_receive_ba(r, ETH0, coa, 0, rig_last_bu(r)->mh.bu.seq, lifetime);
}

/* Registered from foreign link 1, and what was sent so far forgotten. */
static inline void rig_registered(struct rig *r)
{
	rig_attach1(r);
	rig_accept(r, COA1, 60);
	rig_pass(r, 2 * S);
	rig_forget(r);
}

#endif
