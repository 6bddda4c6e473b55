/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SOFT_LAB_H
#define TESTS_SOFT_LAB_H

/* One node of the user-space data plane on a table: frames go in by hand, those
 * that it sends are kept, and its objects can be put and taken without a core. */
#include "test.h"
#include "wire_help.h"
#include <soft/internal.h>

enum { FRAMES = 2048, FRAME = 256, TOLD = 8 };

struct sent {
	unsigned ifindex;
	size_t len;
	uint8_t octets[FRAME];
};

struct told {
	struct mip6_addr addr;
	bool present;
};

struct lab {
	struct mip6_soft *s;
	mip6_time now;
	struct sent sent[FRAMES];
	size_t count; /* of frames */
	size_t calls; /* in which they came */
	size_t up;
	struct told told[TOLD];
	size_t told_count;
	unsigned events[MIP6_EVENTS];
	uint32_t random;
};

static inline void on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames,
			     size_t count)
{
	struct lab *l = ctx;

	l->calls++;
	for (size_t i = 0; i < count; i++) {
		struct sent *sent = &l->sent[l->count++ % FRAMES];

		sent->ifindex = ifindex;
		sent->len = frames[i].len < FRAME ? frames[i].len : FRAME;
		memcpy(sent->octets, frames[i].data, sent->len);
	}
}

static inline void on_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	struct lab *l = ctx;

	(void)packets;
	l->up += count;
}

static inline void on_address(void *ctx, const struct mip6_addr *addr, bool present)
{
	struct lab *l = ctx;

	l->told[l->told_count++ % TOLD] = (struct told){*addr, present};
}

static inline void on_event(void *ctx, const struct mip6_event *event)
{
	struct lab *l = ctx;

	l->events[event->id]++;
}

static inline int on_save(void *ctx, const struct mip6_record *record)
{
	(void)ctx;
	(void)record;
	return 0;
}

static inline void on_random(void *ctx, void *buf, size_t len)
{
	struct lab *l = ctx;

	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)l->random++;
}

static const struct mip6_soft_host host = {on_frames, on_up,   on_address,
					   on_event,  on_save, on_random};

static const uint8_t peer_mac[6] = {2, 0, 0, 0, 9, 9};

static inline void link_set(struct lab *l, unsigned ifindex, bool up)
{
	struct mip6_link link = {.ifindex = ifindex, .up = up, .attached = up, .mac_len = 6};

	memcpy(link.mac, (uint8_t[6]){2, 0, 0, 0, 0, (uint8_t)ifindex}, 6);
	snprintf(link.name, sizeof(link.name), "eth%u", ifindex);
	link.mtu = 1500;
	mip6_soft_link(l->s, l->now, &link);
}

static inline struct lab *lab_with(const struct mip6_config *config)
{
	struct lab *l = calloc(1, sizeof(*l));

	l->s = mip6_soft_new(config, &host, l);
	CU_ASSERT_PTR_NOT_NULL_FATAL(l->s);
	l->now = MIP6_SECOND;
	return l;
}

/* A plain node with interfaces 2 and 3 and the addresses 3fff:2::1/64, 3fff:3::1/64. */
static inline struct lab *lab_new(void)
{
	struct lab *l = lab_with(NULL);

	for (unsigned i = 2; i <= 3; i++) {
		struct mip6_prefix p = {addr_of(i == 2 ? "3fff:2::1" : "3fff:3::1"), 64};

		link_set(l, i, true);
		CU_ASSERT_EQUAL(mip6_soft_address(l->s, l->now, i, &p, true), 0);
	}
	return l;
}

static inline void lab_free(struct lab *l)
{
	mip6_soft_free(l->s);
	free(l);
}

static inline struct mip6_prefix prefix_of(const char *text)
{
	struct mip6_prefix p;

	if (mip6_prefix_parse(text, &p) != MIP6_OK)
		abort();
	return p;
}

static inline struct soft_hop route(const struct lab *l, const char *src, const char *dst)
{
	struct mip6_addr from = addr_of(src);
	struct mip6_addr to = addr_of(dst);

	return soft_route_find(l->s, &from, &to);
}

static inline bool goes_to(const struct soft_hop *hop, unsigned ifindex, const char *next_hop)
{
	struct mip6_addr addr = addr_of(next_hop);

	return hop->kind == SOFT_HOP_LINK && hop->ifindex == ifindex &&
	       mip6_addr_equal(&hop->next_hop, &addr);
}

static inline bool tunnels(const struct soft_hop *hop, const char *src, const char *dst)
{
	struct mip6_addr from = addr_of(src);
	struct mip6_addr to = addr_of(dst);

	return hop->kind == SOFT_HOP_TUNNEL && mip6_addr_equal(&hop->outer_src, &from) &&
	       mip6_addr_equal(&hop->outer_dst, &to);
}

static inline void set_route(struct lab *l, const char *dst, unsigned ifindex, const char *gateway)
{
	struct mip6_prefix prefix = prefix_of(dst);
	struct mip6_addr via = gateway ? addr_of(gateway) : (struct mip6_addr){{0}};

	CU_ASSERT_EQUAL(mip6_soft_route(l->s, l->now, &prefix, ifindex, &via, true), 0);
}

/* ---- objects --------------------------------------------------------------------------- */

static inline struct mip6_object route_object(const char *dst, unsigned table, unsigned metric,
					      unsigned ifindex, const char *gateway)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ROUTE};

	o.route.dst = prefix_of(dst);
	o.route.table = table;
	o.route.metric = metric;
	o.route.ifindex = ifindex;
	o.route.device = ifindex ? MIP6_DEVICE_NONE : MIP6_DEVICE_MN;
	if (gateway)
		o.route.gateway = addr_of(gateway);
	return o;
}

static inline struct mip6_object rule_object(const char *from, unsigned priority, unsigned table)
{
	struct mip6_object o = {.kind = MIP6_OBJ_RULE};

	o.rule.from = prefix_of(from);
	o.rule.priority = priority;
	o.rule.table = table;
	return o;
}

static inline struct mip6_object address_object(unsigned ifindex, const char *addr, unsigned flags)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ADDRESS};

	o.address.ifindex = ifindex;
	o.address.device = ifindex ? MIP6_DEVICE_NONE : MIP6_DEVICE_MN;
	o.address.addr = addr_of(addr);
	o.address.prefix_len = ifindex ? 64 : 128;
	o.address.flags = flags;
	return o;
}

static inline struct mip6_object binding_object(const char *hoa, const char *coa, const char *ha)
{
	struct mip6_object o = {.kind = MIP6_OBJ_BINDING};

	o.binding.hoa = addr_of(hoa);
	o.binding.coa = addr_of(coa);
	o.binding.ha = addr_of(ha);
	return o;
}

static inline struct mip6_object device_object(const char *local, const char *remote)
{
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	o.device.device = MIP6_DEVICE_MN;
	o.device.local = addr_of(local);
	o.device.remote = addr_of(remote);
	return o;
}

static inline struct mip6_object proxy_object(unsigned ifindex, const char *addr, bool router)
{
	struct mip6_object o = {.kind = MIP6_OBJ_PROXY};

	o.proxy.ifindex = ifindex;
	o.proxy.addr = addr_of(addr);
	o.proxy.router = router;
	return o;
}

static inline struct mip6_object neighbour_object(unsigned ifindex, const char *addr)
{
	struct mip6_object o = {.kind = MIP6_OBJ_NEIGHBOUR};

	o.neighbour.ifindex = ifindex;
	o.neighbour.addr = addr_of(addr);
	memcpy(o.neighbour.lladdr, peer_mac, 6);
	return o;
}

static inline struct mip6_object forwarding_object(int value)
{
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};

	o.sysctl.name = MIP6_SYSCTL_FORWARDING;
	o.sysctl.value = value;
	return o;
}

static inline int put(struct lab *l, struct mip6_object o)
{
	return soft_apply(l->s, NULL, &o);
}

static inline int take(struct lab *l, struct mip6_object o)
{
	return soft_apply(l->s, &o, NULL);
}

static inline bool count_object(void *arg, const struct mip6_object *object)
{
	(void)object;
	++*(size_t *)arg;
	return true;
}

static inline size_t object_count(const struct lab *l)
{
	size_t n = 0;

	mip6_soft_objects(l->s, count_object, &n);
	return n;
}

struct search {
	struct mip6_object object;
	bool found;
};

static inline bool look_for(void *arg, const struct mip6_object *object)
{
	struct search *search = arg;

	search->found = mip6_object_equal(object, &search->object);
	return !search->found;
}

static inline bool holds(const struct lab *l, struct mip6_object o)
{
	struct search search = {.object = o};

	mip6_soft_objects(l->s, look_for, &search);
	return search.found;
}

/* Lets time pass, with a tick at each deadline. */
static inline void pass(struct lab *l, mip6_time time)
{
	mip6_time end = l->now + time;

	while (mip6_soft_deadline(l->s) <= end) {
		l->now = mip6_soft_deadline(l->s);
		mip6_soft_tick(l->s, l->now);
		CU_ASSERT_TRUE(mip6_soft_deadline(l->s) > l->now);
	}
	l->now = end;
}

/* ---- packets --------------------------------------------------------------------------- */

static inline struct ip6_packet parsed(const struct sent *sent)
{
	struct ip6_packet p = {0};

	if (ip6_parse(sent->octets + SOFT_ETH, sent->len - SOFT_ETH, &p) != MIP6_OK)
		CU_FAIL("not a packet");
	return p;
}

static inline void receive(struct lab *l, unsigned ifindex, const struct ip6_packet *p)
{
	uint8_t memory[MIP6_SOFT_HEADROOM + 512] = {0};
	struct mip6_buf frame = {.data = memory + MIP6_SOFT_HEADROOM,
				 .headroom = MIP6_SOFT_HEADROOM};
	struct mip6_writer w = wr_init(frame.data, SOFT_ETH);

	if (mip6_addr_is_multicast(&p->dst)) {
		wr_u16(&w, 0x3333);
		wr_copy(&w, p->dst.b + 12, 4);
	} else {
		wr_copy(&w, soft_iface(l->s, ifindex)->link.mac, 6);
	}
	wr_copy(&w, peer_mac, 6);
	wr_u16(&w, 0x86dd);
	frame.len = SOFT_ETH + (size_t)ip6_build(p, frame.data + SOFT_ETH, 512 - SOFT_ETH);
	mip6_soft_receive(l->s, l->now, ifindex, &frame, 1);
}

static inline void receive_icmp6(struct lab *l, const char *src, const struct mip6_addr *dst,
				 const uint8_t *message, int len)
{
	struct ip6_packet p = {.hop_limit = 255, .next_header = IP6_NH_ICMPV6};

	CU_ASSERT_TRUE(len > 0);
	p.src = addr_of(src);
	p.dst = *dst;
	p.payload = message;
	p.payload_len = (size_t)len;
	receive(l, 2, &p);
}

#endif
