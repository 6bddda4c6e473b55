/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node with its data plane (mip6/soft.h): its life, its configuration, and the
 * seam on both sides. To the core it is the host: it carries out objects and sends
 * messages. The core is never called while it is at work; what it must know of
 * what it did itself (addresses that are there now) is told when it returned. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

/* ---- the core's host ---------------------------------------------------------------- */

static void core_send(void *ctx, const struct mip6_tx *tx)
{
	soft_send_tx(ctx, tx);
}

static void core_event(void *ctx, const struct mip6_event *event)
{
	struct mip6_soft *s = ctx;

	s->host->event(s->ctx, event);
}

static int core_save(void *ctx, const struct mip6_record *record)
{
	struct mip6_soft *s = ctx;

	return s->host->save(s->ctx, record);
}

static void core_random(void *ctx, void *buf, size_t len)
{
	struct mip6_soft *s = ctx;

	s->host->random(s->ctx, buf, len);
}

int soft_report(struct mip6_soft *s, const struct soft_report *report)
{
	if (s->report_count == s->report_cap) {
		size_t cap = s->report_cap ? s->report_cap * 2 : 16;
		struct soft_report *grown = realloc(s->reports, cap * sizeof(*grown));

		if (!grown)
			return MIP6_ERR_NOMEM;
		s->reports = grown;
		s->report_cap = cap;
	}
	s->reports[s->report_count++] = *report;
	return MIP6_OK;
}

/* Every call into the core is between these two. A report may lead to others. */
static void enter(struct mip6_soft *s)
{
	s->in_core = true;
}

static void leave(struct mip6_soft *s)
{
	for (size_t i = 0; i < s->report_count; i++) {
		struct soft_report r = s->reports[i];

		mip6_node_address(s->node, s->now, r.ifindex, &r.addr, r.flags, r.present);
	}
	s->report_count = 0;
	s->in_core = false;
}

void soft_to_core(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p)
{
	if (!s->node || s->in_core)
		return;
	enter(s);
	mip6_node_receive(s->node, s->now, ifindex, p);
	leave(s);
}

void soft_neighbour_failed(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr)
{
	if (!s->node || s->in_core)
		return;
	enter(s);
	mip6_node_neighbour_failed(s->node, s->now, ifindex, addr);
	leave(s);
}

/* An address that the host configured, or that an interface has by itself. */
static void tell_address(struct mip6_soft *s, unsigned ifindex, const struct mip6_prefix *addr,
			 bool present)
{
	if (!s->node)
		return;
	enter(s);
	mip6_node_address(s->node, s->now, ifindex, addr, 0, present);
	leave(s);
}

void soft_finish(struct mip6_soft *s)
{
	soft_queue_flush(s);
}

/* ---- life ------------------------------------------------------------------------------ */

struct mip6_soft *mip6_soft_new(const struct mip6_config *config, const struct mip6_soft_host *host,
				void *ctx)
{
	struct mip6_soft *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->host = host;
	s->ctx = ctx;
	s->core_host =
	    (struct mip6_host){core_send, soft_apply, core_event, core_save, core_random};
	timers_init(&s->timers);
	table_init(&s->objects);
	table_init(&s->bindings);
	s->queue = soft_queue_new();
	s->neighbours = soft_neighbours_new();
	s->fragments = soft_fragments_new();
	s->pmtus = soft_pmtus_new();
	if (config)
		s->node = mip6_node_new(config, &s->core_host, s);
	if (!s->queue || !s->neighbours || !s->fragments || !s->pmtus || (config && !s->node)) {
		mip6_soft_free(s);
		return NULL;
	}
	return s;
}

void mip6_soft_free(struct mip6_soft *s)
{
	if (!s)
		return;
	mip6_node_free(s->node);
	soft_apply_free(s);
	soft_neighbours_free(s);
	soft_fragments_free(s->fragments);
	soft_pmtus_free(s->pmtus);
	soft_queue_free(s->queue);
	soft_routes_free(&s->routes);
	while (s->ifaces) {
		struct soft_iface *i = s->ifaces;

		s->ifaces = i->next;
		free(i);
	}
	timers_free(&s->timers);
	free(s->reports);
	free(s);
}

struct mip6_node *mip6_soft_node(struct mip6_soft *s)
{
	return s->node;
}

int mip6_soft_start(struct mip6_soft *s, mip6_time now)
{
	int err;

	s->now = now;
	if (!s->node)
		return MIP6_OK;
	enter(s);
	err = mip6_node_start(s->node, now);
	leave(s);
	soft_finish(s);
	return err;
}

void mip6_soft_stop(struct mip6_soft *s, mip6_time now)
{
	s->now = now;
	if (!s->node)
		return;
	enter(s);
	mip6_node_stop(s->node, now);
	leave(s);
	soft_finish(s);
}

int mip6_soft_reconfigure(struct mip6_soft *s, mip6_time now, const struct mip6_config *config)
{
	int err;

	s->now = now;
	if (!s->node)
		return MIP6_ERR_STATE;
	enter(s);
	err = mip6_node_reconfigure(s->node, now, config);
	leave(s);
	soft_finish(s);
	return err;
}

int mip6_soft_refresh(struct mip6_soft *s, mip6_time now)
{
	int err;

	s->now = now;
	if (!s->node)
		return MIP6_ERR_STATE;
	enter(s);
	err = mip6_node_refresh(s->node, now);
	leave(s);
	soft_finish(s);
	return err;
}

/* ---- configuration ------------------------------------------------------------------------ */

void soft_update_forwarding(struct mip6_soft *s)
{
	s->forwarding = s->host_forwarding || s->core_forwarding > 0;
}

void mip6_soft_forwarding(struct mip6_soft *s, bool on)
{
	s->host_forwarding = on;
	soft_update_forwarding(s);
}

static struct soft_iface *iface_add(struct mip6_soft *s, unsigned ifindex)
{
	struct soft_iface **at = &s->ifaces;
	struct soft_iface *i = calloc(1, sizeof(*i));

	if (!i)
		return NULL;
	while (*at && (*at)->link.ifindex < ifindex)
		at = &(*at)->next;
	i->link.ifindex = ifindex;
	i->next = *at;
	*at = i;
	soft_apply_again(s, ifindex);
	return i;
}

/* The link-local address stays while the interface is there, as a kernel's does
 * without a carrier. It follows the link-layer address. */
static void follow_mac(struct mip6_soft *s, struct soft_iface *i)
{
	struct mip6_prefix was = {.addr = i->link_local, .len = 64};
	struct mip6_prefix is = {.addr = mip6_addr_link_local_eui64(i->link.mac), .len = 64};

	if (!i->link.up || mip6_addr_equal(&was.addr, &is.addr))
		return;
	i->link_local = is.addr;
	if (!mip6_addr_is_unspecified(&was.addr))
		tell_address(s, i->link.ifindex, &was, false);
	tell_address(s, i->link.ifindex, &is, true);
}

static void tell_link(struct mip6_soft *s, const struct mip6_link *link)
{
	if (!s->node)
		return;
	enter(s);
	mip6_node_link(s->node, s->now, link);
	leave(s);
}

void mip6_soft_link(struct mip6_soft *s, mip6_time now, const struct mip6_link *link)
{
	struct soft_iface *i = soft_iface(s, link->ifindex);

	s->now = now;
	if (link->mac_len != 6 || link->ifindex == 0)
		return;
	if (!i)
		i = iface_add(s, link->ifindex);
	if (!i)
		return;
	i->link = *link;
	if (i->link.mtu < SOFT_MIN_MTU)
		i->link.mtu = SOFT_MIN_MTU;
	if (!link->up || link->attached)
		soft_neigh_flush(s, link->ifindex);
	tell_link(s, &i->link);
	follow_mac(s, i);
	soft_finish(s);
}

static void iface_remove(struct mip6_soft *s, unsigned ifindex)
{
	struct soft_iface **at = &s->ifaces;
	struct soft_iface *i;

	while (*at && (*at)->link.ifindex != ifindex)
		at = &(*at)->next;
	i = *at;
	if (!i)
		return;
	*at = i->next;
	free(i);
}

void mip6_soft_link_gone(struct mip6_soft *s, mip6_time now, unsigned ifindex)
{
	struct soft_iface *i = soft_iface(s, ifindex);

	s->now = now;
	if (!i)
		return;
	i->link.up = false;
	soft_neigh_flush(s, ifindex);
	if (s->node) {
		enter(s);
		mip6_node_link_gone(s->node, now, ifindex);
		leave(s);
	}
	soft_routes_forget(&s->routes, ifindex);
	iface_remove(s, ifindex);
	soft_finish(s);
}

static bool configured_twice(const struct soft_iface *i, const struct mip6_prefix *prefix)
{
	for (size_t k = 0; k < i->addr_count; k++)
		if (!i->addrs[k].ours && mip6_prefix_equal(&i->addrs[k].addr, prefix))
			return true;
	return false;
}

/* The prefix of a configured address is on the link, for as long as it has one. */
static int on_link(struct mip6_soft *s, const struct soft_iface *i, const struct mip6_prefix *addr)
{
	struct soft_route route = {.origin = SOFT_ROUTE_ON_LINK,
				   .table = SOFT_MAIN_TABLE,
				   .dst = *addr,
				   .metric = SOFT_METRIC_LINK,
				   .ifindex = i->link.ifindex};

	if (addr->len == 128 || mip6_addr_is_link_local(&addr->addr))
		return MIP6_OK;
	if (configured_twice(i, addr))
		return soft_route_add(&s->routes, &route);
	soft_route_remove(&s->routes, &route);
	return MIP6_OK;
}

/* With the prefix length that it has now, if it is there. */
static struct mip6_prefix as_configured(const struct soft_iface *i, const struct mip6_prefix *addr)
{
	for (size_t k = 0; k < i->addr_count; k++)
		if (!i->addrs[k].ours && mip6_addr_equal(&i->addrs[k].addr.addr, &addr->addr))
			return i->addrs[k].addr;
	return *addr;
}

int mip6_soft_address(struct mip6_soft *s, mip6_time now, unsigned ifindex,
		      const struct mip6_prefix *addr, bool present)
{
	struct soft_iface *i = soft_iface(s, ifindex);
	struct soft_addr own = {.addr = *addr};
	struct mip6_prefix was;
	int err;

	s->now = now;
	if (!i)
		return MIP6_ERR_NOTFOUND;
	was = as_configured(i, addr);
	err = present ? soft_iface_add_addr(i, &own) : MIP6_OK;
	if (!present)
		soft_iface_remove_addr(i, &addr->addr, false);
	if (err == MIP6_OK)
		err = on_link(s, i, addr);
	if (err == MIP6_OK)
		err = on_link(s, i, &was);
	if (err < 0)
		return err;
	if (present || !soft_iface_has(i, &addr->addr))
		tell_address(s, ifindex, addr, present);
	soft_finish(s);
	return MIP6_OK;
}

static void tell_route(struct mip6_soft *s, unsigned ifindex, const struct mip6_prefix *dst,
		       bool present)
{
	if (!s->node || dst->len == 0 || mip6_addr_is_link_local(&dst->addr))
		return;
	enter(s);
	mip6_node_route(s->node, s->now, ifindex, dst, present);
	leave(s);
}

int mip6_soft_route(struct mip6_soft *s, mip6_time now, const struct mip6_prefix *dst,
		    unsigned ifindex, const struct mip6_addr *gateway, bool present)
{
	struct soft_route route = {.origin = SOFT_ROUTE_CONFIGURED,
				   .table = SOFT_MAIN_TABLE,
				   .dst = *dst,
				   .metric = SOFT_METRIC_ROUTE,
				   .ifindex = ifindex};
	int err = MIP6_OK;

	s->now = now;
	if (!soft_iface(s, ifindex))
		return MIP6_ERR_NOTFOUND;
	if (gateway)
		route.gateway = *gateway;
	if (present)
		err = soft_route_add(&s->routes, &route);
	else
		soft_route_remove(&s->routes, &route);
	if (err == MIP6_OK && mip6_addr_is_unspecified(&route.gateway))
		tell_route(s, ifindex, dst, present);
	soft_finish(s);
	return err;
}

int mip6_soft_neighbour(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
			const uint8_t mac[6])
{
	int err = soft_neigh_permanent(s, ifindex, addr, mac);

	soft_finish(s);
	return err;
}

void mip6_soft_flush(struct mip6_soft *s, unsigned ifindex)
{
	soft_neigh_flush(s, ifindex);
}

void mip6_soft_forget(struct mip6_soft *s, unsigned ifindex, const uint8_t mac[6])
{
	soft_neigh_forget_mac(s, ifindex, mac);
}

/* ---- inputs -------------------------------------------------------------------------------- */

void mip6_soft_receive(struct mip6_soft *s, mip6_time now, unsigned ifindex,
		       struct mip6_buf *frames, size_t count)
{
	s->now = now;
	for (size_t i = 0; i < count; i++)
		soft_input(s, ifindex, &frames[i]);
	soft_finish(s);
}

void mip6_soft_output(struct mip6_soft *s, mip6_time now, struct mip6_buf *packets, size_t count)
{
	s->now = now;
	for (size_t i = 0; i < count; i++)
		soft_output(s, &packets[i]);
	soft_finish(s);
}

void mip6_soft_tick(struct mip6_soft *s, mip6_time now)
{
	s->now = now;
	do {
		timers_run(&s->timers, now);
		if (s->node) {
			enter(s);
			mip6_node_tick(s->node, now);
			leave(s);
		}
	} while (mip6_soft_deadline(s) <= now);
	soft_finish(s);
}

mip6_time mip6_soft_deadline(const struct mip6_soft *s)
{
	mip6_time plane = timers_next(&s->timers);
	mip6_time core = s->node ? mip6_node_deadline(s->node) : MIP6_NEVER;

	return core < plane ? core : plane;
}

void mip6_soft_stats(const struct mip6_soft *s, struct mip6_soft_stats *ret)
{
	*ret = s->stats;
}
