/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which objects the data plane shall hold, computed anew from the engine's state
 * after each input; the plane finds the difference.
 *
 * Every care-of address has a rule to a table of its interface, so that packets
 * from it leave by its own router whatever the main table says. Every home
 * address has a rule to a table of its own: away its default route is the
 * tunnel, at home the home router. Away the main table leads into the tunnel
 * too, since a socket without a bound address is routed before its source (the
 * home address, RFC 6724 rule 4) is chosen. */
#include "mn.h"
#include <stdlib.h>

#define TABLE_MAIN     254
#define TABLE_HOME     900  /* + index of the home address; also the rule's priority */
#define TABLE_IFACE    1000 /* + interface index */
#define PRIORITY_IFACE 1000
#define METRIC_TUNNEL  1
#define METRIC_STEP    0x10000 /* of MnIfPreference; the interface index comes below */

enum { IP6_MIN_MTU = 1280, TUNNEL_HEADER = 40 };

struct list {
	struct mip6_object *objects;
	size_t count;
	size_t cap;
	bool failed;
};

static void want(struct list *l, const struct mip6_object *o)
{
	if (l->count == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct mip6_object *grown = realloc(l->objects, cap * sizeof(*grown));

		if (!grown) {
			l->failed = true;
			return;
		}
		l->objects = grown;
		l->cap = cap;
	}
	l->objects[l->count++] = *o;
}

static void want_sysctl(struct list *l, unsigned ifindex, enum mip6_sysctl name, int value)
{
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};

	o.sysctl.name = name;
	o.sysctl.ifindex = ifindex;
	o.sysctl.value = value;
	want(l, &o);
}

static void want_address(struct list *l, unsigned ifindex, enum mip6_device device,
			 const struct mip6_addr *addr, uint8_t prefix_len, unsigned flags)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ADDRESS};

	o.address.ifindex = ifindex;
	o.address.device = device;
	o.address.addr = *addr;
	o.address.prefix_len = prefix_len;
	o.address.flags = flags;
	want(l, &o);
}

/* Through a router (or on-link: NULL) of an interface. */
static void want_route(struct list *l, unsigned table, const struct mip6_prefix *dst,
		       unsigned metric, unsigned ifindex, const struct mip6_addr *gateway)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ROUTE};

	o.route.table = table;
	o.route.dst = *dst;
	o.route.metric = metric;
	o.route.ifindex = ifindex;
	if (gateway)
		o.route.gateway = *gateway;
	want(l, &o);
}

static void want_tunnel_route(struct list *l, unsigned table, unsigned metric)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ROUTE};

	o.route.table = table;
	o.route.metric = metric;
	o.route.device = MIP6_DEVICE_MN;
	want(l, &o);
}

static void want_rule(struct list *l, const struct mip6_addr *from, unsigned priority,
		      unsigned table)
{
	struct mip6_object o = {.kind = MIP6_OBJ_RULE};

	o.rule.from = (struct mip6_prefix){.addr = *from, .len = 128};
	o.rule.priority = priority;
	o.rule.table = table;
	want(l, &o);
}

/* ---- interfaces ------------------------------------------------------------------------ */

static unsigned metric_of(const struct mn_iface *m)
{
	return (unsigned)m->iface->config.preference * METRIC_STEP + m->iface->link.ifindex;
}

static unsigned table_of(const struct mn_iface *m)
{
	return TABLE_IFACE + m->iface->link.ifindex;
}

static void want_sysctls(struct list *l, const struct mn_iface *m)
{
	unsigned ifindex = m->iface->link.ifindex;

	want_sysctl(l, ifindex, MIP6_SYSCTL_ACCEPT_RA, 0);
	want_sysctl(l, ifindex, MIP6_SYSCTL_AUTOCONF, 0);
	want_sysctl(l, ifindex, MIP6_SYSCTL_ROUTER_SOLICITATIONS, 0);
	want_sysctl(l, ifindex, MIP6_SYSCTL_DAD_TRANSMITS, 0);
	/* Anybody can send one, and the kernel would remember it for the home agent. */
	want_sysctl(l, ifindex, MIP6_SYSCTL_ACCEPT_REDIRECTS, 0);
}

/* True when what the router says holds where the node is now. The prefixes of one
 * that was perhaps left behind are reached through the new router: after leaving
 * home without a link event the home agent is among them. */
static bool speaks_for_link(const struct router *r)
{
	return r->state == ROUTER_LIVE || r->state == ROUTER_PROBATION;
}

/* Only the router in use is believed: anybody can advertise 1280, which leaves a
 * tunnel no room. One that is no less than the interface's own changes nothing; 0:
 * none. */
static uint32_t told_mtu(const struct mn_iface *m)
{
	const struct mip6_link *link = &m->iface->link;
	uint32_t mtu = m->router ? m->router->mtu : 0;

	return mtu <= INT32_MAX && (!link->mtu || mtu < link->mtu) ? mtu : 0;
}

static void want_mtu(struct list *l, const struct mn_iface *m)
{
	uint32_t mtu = told_mtu(m);

	if (mtu)
		want_sysctl(l, m->iface->link.ifindex, MIP6_SYSCTL_MTU, (int)mtu);
}

/* True when a router earlier in the list says the same of the prefix. */
static bool said_before(const struct mn_iface *m, const struct router *r,
			const struct mip6_prefix *prefix)
{
	for (const struct router *other = m->routers; other != r; other = other->next) {
		const struct router_prefix *p = router_prefix(other, prefix);

		if (speaks_for_link(other) && p && (p->flags & ND_PIO_L))
			return true;
	}
	return false;
}

static bool is_at(const struct mn_home *home, const struct mn_iface *m)
{
	return home->ifindex == m->iface->link.ifindex &&
	       (home->place == MN_RETURNING || home->place == MN_AT_HOME);
}

/* Is an advertised prefix to be sent to without a router? Any host can say so of any
 * prefix (RFC 4861 6.3.4), and what is not on the link would be cut off. What is
 * around an address of ours is believed, except where the home agent would be in it
 * and this is not the home link; all else goes through the router, which costs
 * a hop at most. */
static bool is_near(const struct mn_iface *m, const struct mip6_prefix *prefix)
{
	const struct mn *mn = m->node->mn;
	bool near = false;

	if (prefix->len < 64)
		return false;
	for (size_t i = 0; i < mn->home_count; i++) {
		const struct mip6_home_config *home = &mn->homes[i]->config;

		if (is_at(mn->homes[i], m))
			near = near || mip6_prefix_contains(prefix, &home->hoa.addr);
		else if (mip6_prefix_contains(prefix, &home->ha))
			return false;
	}
	for (const struct mn_coa *c = m->coas; c; c = c->next)
		near = near || (c->usable && mip6_prefix_contains(prefix, &c->addr));
	return near;
}

static void want_on_link(struct list *l, const struct mn_iface *m, const struct router *r)
{
	for (size_t i = 0; i < r->prefix_count; i++) {
		const struct router_prefix *p = &r->prefixes[i];

		if (!(p->flags & ND_PIO_L) || !is_near(m, &p->prefix) ||
		    said_before(m, r, &p->prefix))
			continue;
		want_route(l, TABLE_MAIN, &p->prefix, metric_of(m), m->iface->link.ifindex, NULL);
		want_route(l, table_of(m), &p->prefix, metric_of(m), m->iface->link.ifindex, NULL);
	}
}

static void want_coas(struct list *l, const struct mn_iface *m, mip6_time now)
{
	for (const struct mn_coa *c = m->coas; c; c = c->next) {
		unsigned flags = c->preferred_until <= now ? MIP6_ADDRESS_DEPRECATED : 0;

		if (!c->usable)
			continue;
		want_address(l, m->iface->link.ifindex, MIP6_DEVICE_NONE, &c->addr, c->prefix.len,
			     flags);
		want_rule(l, &c->addr, PRIORITY_IFACE, table_of(m));
	}
}

static void want_iface(struct list *l, const struct mn_iface *m, mip6_time now)
{
	struct mip6_prefix all = {.len = 0};
	unsigned ifindex = m->iface->link.ifindex;

	want_sysctls(l, m);
	if (!m->attached)
		return;
	want_coas(l, m, now);
	want_mtu(l, m);
	for (const struct router *r = m->routers; r; r = r->next)
		if (speaks_for_link(r))
			want_on_link(l, m, r);
	if (!m->router)
		return;
	want_route(l, TABLE_MAIN, &all, metric_of(m), ifindex, &m->router->addr);
	want_route(l, table_of(m), &all, metric_of(m), ifindex, &m->router->addr);
}

/* ---- home addresses ---------------------------------------------------------------------- */

/* What a packet may have inside the tunnel (RFC 2473 6.7): what the link of the care-of
 * address takes, but for the outer header. A path that takes less is found by Packet Too
 * Big, as everywhere. 0: the link's is not known. */
static unsigned tunnel_mtu(const struct mn_home *home)
{
	struct iface *i = node_iface(home->node, home->ifindex);
	unsigned mtu = i ? i->link.mtu : 0;

	if (i && i->mn && told_mtu(i->mn))
		mtu = told_mtu(i->mn);
	if (mtu == 0)
		return 0;
	return mtu > IP6_MIN_MTU + TUNNEL_HEADER ? mtu - TUNNEL_HEADER : IP6_MIN_MTU;
}

static void want_device(struct list *l, const struct mn_home *home)
{
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	o.device.mtu = tunnel_mtu(home);

	o.device.device = MIP6_DEVICE_MN;
	o.device.local = home->coa;
	o.device.remote = home->config.ha;
	want(l, &o);
}

static void want_mh_input(struct list *l, const struct mn_home *home)
{
	struct mip6_object o = {.kind = MIP6_OBJ_MH_INPUT};

	o.mh_input.hoa = home->config.hoa.addr;
	want(l, &o);
}

static void want_away(struct list *l, const struct mn_home *home)
{
	const struct mip6_addr *hoa = &home->config.hoa.addr;
	unsigned table = TABLE_HOME + home->index;

	want_address(l, 0, MIP6_DEVICE_MN, hoa, 128, MIP6_ADDRESS_HOME);
	want_tunnel_route(l, table, METRIC_TUNNEL);
	want_rule(l, hoa, table, table);
	want_mh_input(l, home);
}

static void want_neighbour(struct list *l, const struct mn_home *home)
{
	struct mip6_object o = {.kind = MIP6_OBJ_NEIGHBOUR};

	if (home->ha_lladdr.len != sizeof(o.neighbour.lladdr))
		return;
	o.neighbour.ifindex = home->ifindex;
	o.neighbour.addr = home->config.ha;
	for (size_t i = 0; i < sizeof(o.neighbour.lladdr); i++)
		o.neighbour.lladdr[i] = home->ha_lladdr.addr[i];
	o.neighbour.router = true;
	want(l, &o);
}

static void want_at_home(struct list *l, const struct mn_home *home, mip6_time now)
{
	const struct mip6_addr *hoa = &home->config.hoa.addr;
	const struct iface *i = node_iface(home->node, home->ifindex);
	struct mip6_prefix prefix = home_prefix(home);
	struct mip6_prefix all = {.len = 0};
	unsigned table = TABLE_HOME + home->index;
	const struct router *router;

	if (!i || !i->mn)
		return;
	/* A router of this link; that of the care-of address may still be the one of
	 * the link that was left. */
	router = movement_router_for(i->mn, now, &prefix);
	if (!router)
		router = i->mn->router;
	want_address(l, home->ifindex, MIP6_DEVICE_NONE, hoa, prefix.len, MIP6_ADDRESS_HOME);
	want_route(l, table, &prefix, METRIC_TUNNEL, home->ifindex, NULL);
	if (router)
		want_route(l, table, &all, METRIC_TUNNEL, home->ifindex, &router->addr);
	want_rule(l, hoa, table, table);
	if (home->place == MN_RETURNING)
		want_neighbour(l, home);
}

static bool is_away(const struct mn_home *home)
{
	return home->place == MN_AWAY || home->place == MN_SEEKING;
}

/* One tunnel serves all home addresses that are away: they share the home agent
 * and choose the same care-of address. While one returns it stays, so that the
 * time it takes to remove a device is not spent before the de-registration. */
static void want_tunnel(struct list *l, const struct mn *mn)
{
	const struct mn_home *user = NULL;
	bool any_away = false;

	for (size_t i = 0; i < mn->home_count; i++) {
		const struct mn_home *home = mn->homes[i];

		if (home->refused || home->place == MN_NOWHERE || home->place == MN_AT_HOME)
			continue;
		if (mip6_addr_is_unspecified(&home->coa) || (user && !is_away(home)))
			continue;
		if (!any_away)
			user = home;
		any_away = any_away || is_away(home);
	}
	if (user)
		want_device(l, user);
	if (any_away)
		want_tunnel_route(l, TABLE_MAIN, METRIC_TUNNEL);
}

static void want_home(struct list *l, const struct mn_home *home, mip6_time now)
{
	if (home->refused || home->place == MN_NOWHERE)
		return;
	if (is_away(home))
		want_away(l, home);
	else
		want_at_home(l, home, now);
}

void mn_plane_sync(struct mip6_node *node, mip6_time now)
{
	struct list l = {0};

	for (const struct iface *i = node->ifaces; i; i = i->next)
		if (i->mn)
			want_iface(&l, i->mn, now);
	want_tunnel(&l, node->mn);
	for (size_t i = 0; i < node->mn->home_count; i++)
		want_home(&l, node->mn->homes[i], now);
	if (!l.failed && plane_want_only(node->plane, node->mn, l.objects, l.count) < 0)
		l.failed = true;
	if (l.failed)
		node_warn(node, now, "out of memory: the data plane is not up to date");
	free(l.objects);
}

static void emit_tunnel(const struct mn_home *home, mip6_time now, enum mip6_event_id id)
{
	struct mip6_event e = mip6_event_make(id, now, home->ifindex);

	mip6_event_addr(&e, "hoa", &home->config.hoa.addr);
	if (id == MIP6_EV_TUNNEL_UP)
		mip6_event_addr(&e, "coa", &home->coa);
	node_emit(home->node, &e);
}

/* Where the tunnel of a home address is to end: unspecified where there is none. */
static struct mip6_addr tunnel_end(const struct mn_home *home)
{
	const struct mip6_addr none = {{0}};

	return !home->refused && is_away(home) ? home->coa : none;
}

bool mn_plane_untold(const struct mn_home *home)
{
	const struct mip6_addr end = tunnel_end(home);

	return !mip6_addr_equal(&end, &home->tunnel);
}

/* Not the routes of the interface: where one of them lacks, Binding Updates are not
 * answered either. */
bool mn_plane_ready(const struct mn_home *home)
{
	struct mip6_node *node = home->node;
	struct list l = {0};
	bool ready;

	want_device(&l, home);
	want_away(&l, home);
	want_rule(&l, &home->coa, PRIORITY_IFACE, TABLE_IFACE + home->ifindex);
	want_address(&l, home->ifindex, MIP6_DEVICE_NONE, &home->coa, 0, 0);
	ready = !l.failed;
	for (size_t i = 0; ready && i < l.count; i++)
		ready = plane_has(node->plane, &l.objects[i]);
	free(l.objects);
	return ready;
}

void mn_plane_tell(struct mip6_node *node, mip6_time now)
{
	struct mip6_addr none = {{0}};

	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mn_home *home = node->mn->homes[i];
		struct mip6_addr end = tunnel_end(home);
		bool up = !mip6_addr_is_unspecified(&end);

		if (up && !mip6_addr_equal(&end, &home->tunnel) && !mn_plane_ready(home)) {
			up = false;
			end = none;
		}
		if (mip6_addr_equal(&end, &home->tunnel))
			continue;
		home->tunnel = end;
		emit_tunnel(home, now, up ? MIP6_EV_TUNNEL_UP : MIP6_EV_TUNNEL_DOWN);
	}
}
