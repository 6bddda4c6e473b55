/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network of net.h: its clock, and how packets cross it. */
#include "net.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum net_event_kind { NET_FRAME, NET_ROUTED, NET_ADVERTISE, NET_ADDRESS };

/* An event at a link or at a node. Frames carry the link-layer address that they
 * are for, if the sender gave one. */
struct net_event {
	mip6_time at;
	uint64_t serial;
	enum net_event_kind kind;
	int link;
	struct net_node *node; /* the sender of a frame; whose address */
	bool has_l2;
	uint8_t l2_dst[6];
	struct mip6_prefix addr;
	unsigned ifindex;
	bool present;
	uint8_t data[640];
	size_t len;
};

static const mip6_time lan_delay = 50 * MIP6_US;

/* ---- clock and queue ---------------------------------------------------------- */

struct net *net_new(uint64_t seed)
{
	struct net *net = calloc(1, sizeof(*net));

	if (!net)
		abort();
	net->random = seed * UINT64_C(2862933555777941757) + 3037000493;
	return net;
}

void net_free(struct net *net)
{
	for (size_t i = 0; i < net->node_count; i++) {
		mip6_node_free(net->nodes[i].node);
		mip6_config_clear(&net->nodes[i].config);
	}
	free(net->queue);
	free(net->bus);
	free(net);
}

uint32_t net_random(struct net *net, uint32_t below)
{
	net->random = net->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((net->random >> 33) % below);
}

static bool earlier(const struct net_event *a, const struct net_event *b)
{
	return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void swap(struct net_event *a, struct net_event *b)
{
	struct net_event t = *a;

	*a = *b;
	*b = t;
}

static void push(struct net *net, const struct net_event *event)
{
	size_t i = net->queue_count++;

	if (i == net->queue_cap) {
		net->queue_cap = i ? 2 * i : 64;
		net->queue = realloc(net->queue, net->queue_cap * sizeof(*net->queue));
		if (!net->queue)
			abort();
	}
	net->queue[i] = *event;
	net->queue[i].serial = net->serial++;
	for (; i > 0 && earlier(&net->queue[i], &net->queue[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&net->queue[i], &net->queue[(i - 1) / 2]);
}

static struct net_event pop(struct net *net)
{
	struct net_event first = net->queue[0];
	size_t i = 0;

	net->queue[0] = net->queue[--net->queue_count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= net->queue_count)
			return first;
		if (child + 1 < net->queue_count &&
		    earlier(&net->queue[child + 1], &net->queue[child]))
			child++;
		if (!earlier(&net->queue[child], &net->queue[i]))
			return first;
		swap(&net->queue[i], &net->queue[child]);
		i = child;
	}
}

/* ---- links -------------------------------------------------------------------- */

static bool chance(struct net *net, unsigned percent)
{
	return percent && net_random(net, 100) < percent;
}

static void put_frame(struct net *net, int link, struct net_node *from, const uint8_t *l2_dst,
		      const uint8_t *data, size_t len)
{
	struct net_event e = {.kind = NET_FRAME, .link = link, .node = from, .len = len};

	if (link < 0 || chance(net, net->nd_loss))
		return;
	e.at = net->now + lan_delay;
	e.has_l2 = l2_dst != NULL;
	if (l2_dst)
		memcpy(e.l2_dst, l2_dst, sizeof(e.l2_dst));
	memcpy(e.data, data, len);
	push(net, &e);
}

/* An ICMPv6 message of a router, or of a node's kernel (from). */
static void put_icmp6(struct net *net, int link, struct net_node *from, const struct mip6_addr *src,
		      const struct mip6_addr *dst, const uint8_t *payload, int payload_len)
{
	struct ip6_packet p = {.src = *src, .dst = *dst, .hop_limit = 255};
	uint8_t data[640];
	int len;

	p.next_header = IP6_NH_ICMPV6;
	p.payload = payload;
	p.payload_len = (size_t)payload_len;
	len = payload_len < 0 ? payload_len : ip6_build(&p, data, sizeof(data));
	if (len < 0)
		abort();
	put_frame(net, link, from, NULL, data, (size_t)len);
}

static struct net_node *router_node(struct net *net, int link)
{
	for (size_t i = 0; i < net->node_count; i++)
		if (net->links[link].home && net->nodes[i].config.role == MIP6_ROLE_HA &&
		    net->nodes[i].ifaces[0].link == link)
			return &net->nodes[i];
	return NULL;
}

static void advertise(struct net *net, int link, const struct mip6_addr *dst)
{
	const struct net_link *l = &net->links[link];
	struct nd_ra ra = {.lifetime = 1800, .pio_count = 1, .hop_limit = 64};
	uint8_t buf[256];

	ra.slla.len = 6;
	memcpy(ra.slla.addr, l->router_mac, 6);
	ra.interval = (uint32_t)(l->ra_interval / MIP6_MS);
	ra.pio[0] = (struct nd_pio){.len = 64, .flags = ND_PIO_L | ND_PIO_A};
	ra.pio[0].valid = 86400;
	ra.pio[0].preferred = 14400;
	ra.pio[0].prefix = l->prefix.addr;
	if (l->home) {
		ra.flags = ND_RA_H;
		ra.pio[0].flags |= ND_PIO_R;
		ra.pio[0].prefix = l->router_global;
	}
	put_icmp6(net, link, router_node(net, link), &l->router, dst, buf,
		  nd_build_ra(&l->router, dst, &ra, buf, sizeof(buf)));
}

static void advertise_periodically(struct net *net, int link)
{
	struct net_event e = {.kind = NET_ADVERTISE, .link = link};
	struct mip6_addr all = mip6_addr_all_nodes();

	if (net->links[link].ra_interval == 0)
		return;
	e.at = net->now + net->links[link].ra_interval;
	push(net, &e);
	advertise(net, link, &all);
}

int net_add_link(struct net *net, const char *prefix, mip6_time delay)
{
	int n = (int)net->link_count++;
	struct net_link *l = &net->links[n];

	*l = (struct net_link){.delay = delay, .router = {.b = {0xfe, 0x80}}};
	if (mip6_prefix_parse(prefix, &l->prefix) < 0)
		abort();
	l->router.b[15] = (uint8_t)(n + 1);
	memcpy(l->router_mac, (uint8_t[6]){2, 0, 0, 1, 0, (uint8_t)n}, 6);
	return n;
}

/* ---- sending ------------------------------------------------------------------- */

/* Across the internet: late by both links' delay, perhaps lost, twice, overtaken. */
static void put_routed(struct net *net, int from, const struct mip6_addr *dst, const uint8_t *data,
		       size_t len)
{
	struct net_event e = {.kind = NET_ROUTED, .link = -1, .len = len};
	unsigned copies = chance(net, net->impairment.duplicate) ? 2 : 1;

	for (size_t i = 0; i < net->link_count; i++)
		if (mip6_prefix_contains(&net->links[i].prefix, dst))
			e.link = (int)i;
	if (e.link < 0)
		return;
	memcpy(e.data, data, len);
	for (; copies > 0; copies--) {
		mip6_time jitter = net->impairment.jitter;

		if (chance(net, net->impairment.loss))
			continue;
		e.at = net->now + net->links[from].delay + net->links[e.link].delay;
		if (jitter)
			e.at += (mip6_time)net_random(net, (uint32_t)(jitter / MIP6_US)) * MIP6_US;
		push(net, &e);
	}
}

static void remember_bu(struct net *net, const struct mip6_tx *tx)
{
	const struct mip6_addr *src = tx->has_hao ? &tx->hao : &tx->src;
	struct mh_message m;
	size_t pointer;

	if (tx->next_header != IP6_NH_MH ||
	    mh_parse(src, &tx->dst, tx->payload, tx->payload_len, &m, &pointer) < 0 ||
	    m.type != MH_BU)
		return;
	if (net->bu_count == net->bu_cap) {
		net->bu_cap = net->bu_cap ? 2 * net->bu_cap : 64;
		net->bus = realloc(net->bus, net->bu_cap * sizeof(*net->bus));
		if (!net->bus)
			abort();
	}
	net->bus[net->bu_count++] =
	    (struct net_bu){*src, m.options.has_alt_coa ? m.options.alt_coa : tx->src, m.bu.seq};
}

static bool on_link(const struct net_link *l, const struct mip6_tx *tx)
{
	return tx->l2_len > 0 || mip6_addr_is_multicast(&tx->dst) ||
	       mip6_addr_is_link_local(&tx->dst) || mip6_prefix_contains(&l->prefix, &tx->dst);
}

void net_send(struct net_node *node, const struct mip6_tx *tx)
{
	struct net *net = node->net;
	size_t at = tx->ifindex ? tx->ifindex - 2 : 0;
	int link = node->ifaces[at].link;
	struct ip6_packet p = {.src = tx->src, .dst = tx->dst, .hop_limit = tx->hop_limit};
	uint8_t data[640];
	int len;

	p.has_hao = tx->has_hao;
	p.hao = tx->hao;
	p.has_rh2 = tx->has_rh2;
	p.rh2 = tx->rh2;
	p.rh2_segments_left = 1;
	p.next_header = tx->next_header;
	p.payload = tx->payload;
	p.payload_len = tx->payload_len;
	len = ip6_build(&p, data, sizeof(data));
	if (len < 0)
		abort();
	remember_bu(net, tx);
	if (link < 0 || (tx->l2_len == 0 && net_tunnels(node, &tx->dst)))
		return; /* in a tunnel it reaches nobody who waits for it */
	if (tx->next_header == IP6_NH_MH && !net_owns(node, at, &tx->src))
		net_violation(net, "a message left from an address that the node does not have");
	if (on_link(&net->links[link], tx))
		put_frame(net, link, node, tx->l2_len ? tx->l2_dst : NULL, data, (size_t)len);
	else if (mip6_prefix_contains(&net->links[link].prefix, &tx->src))
		put_routed(net, link, &tx->dst, data, (size_t)len);
	else
		net->strays++; /* the link's router drops it */
}

void net_tell_address(struct net_node *node, const struct mip6_object *object, bool present)
{
	struct net_event e = {.kind = NET_ADDRESS, .node = node, .present = present};

	if (object->kind != MIP6_OBJ_ADDRESS || object->address.ifindex == 0)
		return;
	e.at = node->net->now;
	e.link = -1;
	e.ifindex = object->address.ifindex;
	e.addr = (struct mip6_prefix){object->address.addr, object->address.prefix_len};
	push(node->net, &e);
}

/* ---- arriving ------------------------------------------------------------------- */

/* What a kernel answers by itself. */
static void answer_ns(struct net_node *node, size_t at, const struct ip6_packet *p)
{
	struct net_iface *iface = &node->ifaces[at];
	struct mip6_addr all = mip6_addr_all_nodes();
	struct nd_na na = {.flags = ND_NA_O};
	const struct mip6_addr *dst = &p->src;
	struct nd_ns ns;
	uint8_t buf[64];

	if (nd_valid(ICMP6_NS, p) < 0 || nd_parse_ns(p->payload, p->payload_len, &ns) < 0)
		return;
	if (!net_owns(node, at, &ns.target) && !net_proxies(node, at, &ns.target))
		return;
	na.target = ns.target;
	na.tlla.len = 6;
	memcpy(na.tlla.addr, iface->mac, 6);
	if (mip6_addr_is_unspecified(dst))
		dst = &all;
	else
		na.flags |= ND_NA_S;
	put_icmp6(node->net, iface->link, node, &iface->fixed[0], dst, buf,
		  nd_build_na(&iface->fixed[0], dst, &na, buf, sizeof(buf)));
}

static void receive(struct net_node *node, size_t at, const struct ip6_packet *p)
{
	if (p->next_header == IP6_NH_ICMPV6 && p->payload_len > 0 && p->payload[0] == ICMP6_NS)
		answer_ns(node, at, p);
	mip6_node_receive(node->node, node->net->now, node->ifaces[at].ifindex, p);
}

static void router_receive(struct net *net, int link, const struct ip6_packet *p)
{
	struct mip6_addr all = mip6_addr_all_nodes();

	if (net->links[link].deaf || p->next_header != IP6_NH_ICMPV6 || p->payload_len == 0 ||
	    p->payload[0] != ICMP6_RS || nd_valid(ICMP6_RS, p) < 0)
		return;
	advertise(net, link, mip6_addr_is_unspecified(&p->src) ? &all : &p->src);
}

static bool is_for(const struct net_node *node, size_t at, const struct net_event *e,
		   const struct ip6_packet *p)
{
	if (e->has_l2)
		return memcmp(node->ifaces[at].mac, e->l2_dst, 6) == 0;
	return mip6_addr_is_multicast(&p->dst) || net_owns(node, at, &p->dst);
}

static void arrive(struct net *net, const struct net_event *e)
{
	struct ip6_packet p;

	if (ip6_parse(e->data, e->len, &p) < 0)
		abort();
	if (e->kind == NET_FRAME)
		router_receive(net, e->link, &p);
	for (size_t i = 0; i < net->node_count; i++) {
		struct net_node *node = &net->nodes[i];

		for (size_t at = 0; at < node->iface_count; at++)
			if (node != e->node && node->ifaces[at].link == e->link &&
			    is_for(node, at, e, &p))
				receive(node, at, &p);
	}
}

static void happen(struct net *net, const struct net_event *e)
{
	if (e->kind == NET_ADDRESS)
		mip6_node_address(e->node->node, net->now, e->ifindex, &e->addr,
				  MIP6_HOST_ADDR_OURS, e->present);
	else if (e->kind == NET_ADVERTISE)
		advertise_periodically(net, e->link);
	else
		arrive(net, e);
}

/* ---- running --------------------------------------------------------------------- */

void net_violation(struct net *net, const char *what)
{
	net->violations++;
	printf("violation at %.6f s: %s\n", (double)net->now / 1e9, what);
}

static struct net_node *next_node(struct net *net)
{
	struct net_node *next = NULL;

	for (size_t i = 0; i < net->node_count; i++)
		if (!next ||
		    mip6_node_deadline(net->nodes[i].node) < mip6_node_deadline(next->node))
			next = &net->nodes[i];
	return next;
}

/* One step; false when nothing is due until then. */
static bool step(struct net *net, mip6_time until)
{
	struct net_node *node = next_node(net);
	mip6_time due = node ? mip6_node_deadline(node->node) : MIP6_NEVER;
	mip6_time queued = net->queue_count ? net->queue[0].at : MIP6_NEVER;

	if (due > until && queued > until)
		return false;
	net->steps++;
	if (due < queued) {
		net->now = due;
		mip6_node_tick(node->node, due);
		if (mip6_node_deadline(node->node) <= due)
			net_violation(net, "a tick left something due");
	} else {
		struct net_event e = pop(net);

		net->now = e.at;
		happen(net, &e);
	}
	net_check(net);
	return true;
}

void net_run(struct net *net, mip6_time until)
{
	if (net->steps == 0)
		for (size_t i = 0; i < net->link_count; i++)
			advertise_periodically(net, (int)i);
	while (step(net, until))
		continue;
	net->now = until;
}
