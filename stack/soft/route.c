/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of the next hop. A mobile node has rules by source address, so that
 * what is sent from a care-of address leaves by its router and what is sent from a
 * home address enters the tunnel; a home agent looks into its bindings first
 * (RFC 6275 10.4.2). A node has few routes, which are kept sorted in the order in
 * which they are tried; it may have very many bindings, which are in a table. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

/* ---- the tables -------------------------------------------------------------------- */

static bool same_route(const struct soft_route *a, const struct soft_route *b)
{
	if (a->origin != b->origin || a->table != b->table || a->metric != b->metric ||
	    !mip6_prefix_equal(&a->dst, &b->dst))
		return false;
	return a->origin == SOFT_ROUTE_OBJECT ||
	       (a->ifindex == b->ifindex && mip6_addr_equal(&a->gateway, &b->gateway));
}

/* Routes are tried in this order within their table. */
static bool comes_before(const struct soft_route *a, const struct soft_route *b)
{
	if (a->table != b->table)
		return a->table < b->table;
	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	return a->metric < b->metric;
}

static struct soft_route *find_route(const struct soft_routes *r, const struct soft_route *key)
{
	for (size_t i = 0; i < r->count; i++)
		if (same_route(&r->routes[i], key))
			return &r->routes[i];
	return NULL;
}

/* Room for one more element, or NULL; the old array stays then. */
static void *reserve(void *array, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 16;
	void *grown;

	if (count < *cap)
		return array;
	grown = realloc(array, more * size);
	if (grown)
		*cap = more;
	return grown;
}

int soft_route_add(struct soft_routes *r, const struct soft_route *route)
{
	struct soft_route *known = find_route(r, route);
	struct soft_route *routes;
	size_t at = 0;

	if (known) {
		*known = *route;
		return MIP6_OK;
	}
	routes = reserve(r->routes, r->count, &r->cap, sizeof(*routes));
	if (!routes)
		return MIP6_ERR_NOMEM;
	r->routes = routes;
	while (at < r->count && !comes_before(route, &routes[at]))
		at++;
	memmove(&routes[at + 1], &routes[at], (r->count - at) * sizeof(*routes));
	routes[at] = *route;
	r->count++;
	return MIP6_OK;
}

static void drop_route(struct soft_routes *r, size_t at)
{
	r->count--;
	memmove(&r->routes[at], &r->routes[at + 1], (r->count - at) * sizeof(*r->routes));
}

void soft_route_remove(struct soft_routes *r, const struct soft_route *key)
{
	const struct soft_route *route = find_route(r, key);

	if (route)
		drop_route(r, (size_t)(route - r->routes));
}

void soft_routes_forget(struct soft_routes *r, unsigned ifindex)
{
	for (size_t i = r->count; i-- > 0;)
		if (r->routes[i].origin != SOFT_ROUTE_OBJECT && r->routes[i].ifindex == ifindex)
			drop_route(r, i);
}

static struct soft_rule *find_rule(const struct soft_routes *r, const struct soft_rule *key)
{
	for (size_t i = 0; i < r->rule_count; i++)
		if (r->rules[i].priority == key->priority &&
		    mip6_prefix_equal(&r->rules[i].from, &key->from))
			return &r->rules[i];
	return NULL;
}

int soft_rule_add(struct soft_routes *r, const struct soft_rule *rule)
{
	struct soft_rule *known = find_rule(r, rule);
	struct soft_rule *rules;
	size_t at = 0;

	if (known) {
		*known = *rule;
		return MIP6_OK;
	}
	rules = reserve(r->rules, r->rule_count, &r->rule_cap, sizeof(*rules));
	if (!rules)
		return MIP6_ERR_NOMEM;
	r->rules = rules;
	while (at < r->rule_count && rules[at].priority <= rule->priority)
		at++;
	memmove(&rules[at + 1], &rules[at], (r->rule_count - at) * sizeof(*rules));
	rules[at] = *rule;
	r->rule_count++;
	return MIP6_OK;
}

void soft_rule_remove(struct soft_routes *r, const struct soft_rule *key)
{
	const struct soft_rule *rule = find_rule(r, key);
	size_t at;

	if (!rule)
		return;
	at = (size_t)(rule - r->rules);
	r->rule_count--;
	memmove(&r->rules[at], &r->rules[at + 1], (r->rule_count - at) * sizeof(*rule));
}

void soft_routes_free(struct soft_routes *r)
{
	free(r->routes);
	free(r->rules);
	*r = (struct soft_routes){0};
}

/* ---- the choice ---------------------------------------------------------------------- */

/* Whether the route can be used now; then it is in *ret. */
static bool usable(const struct mip6_soft *s, const struct soft_route *r,
		   const struct mip6_addr *dst, struct soft_hop *ret)
{
	const struct soft_iface *i;

	if (r->ifindex == 0) {
		const struct mip6_object *tunnel = &s->mn_device;

		if (r->device != MIP6_DEVICE_MN || !s->has_mn_device)
			return false;
		*ret = (struct soft_hop){.kind = SOFT_HOP_TUNNEL,
					 .outer_src = tunnel->device.local,
					 .outer_dst = tunnel->device.remote,
					 .mtu = tunnel->device.mtu};
		return true;
	}
	i = soft_iface(s, r->ifindex);
	if (!i || !i->link.up)
		return false;
	*ret = (struct soft_hop){
	    .kind = SOFT_HOP_LINK, .ifindex = r->ifindex, .mtu = soft_iface_mtu(i)};
	ret->next_hop = mip6_addr_is_unspecified(&r->gateway) ? *dst : r->gateway;
	return true;
}

static bool find_in_table(const struct mip6_soft *s, unsigned table, const struct mip6_addr *dst,
			  struct soft_hop *ret)
{
	for (size_t i = 0; i < s->routes.count; i++) {
		const struct soft_route *r = &s->routes.routes[i];

		if (r->table > table)
			return false;
		if (r->table == table && mip6_prefix_contains(&r->dst, dst) &&
		    usable(s, r, dst, ret))
			return true;
	}
	return false;
}

static struct soft_hop through_binding(const struct mip6_soft *s, const struct soft_binding *b)
{
	return (struct soft_hop){.kind = SOFT_HOP_TUNNEL,
				 .outer_src = *soft_binding_source(s, b),
				 .outer_dst = b->coa,
				 .mtu = s->ha_mtu};
}

struct soft_hop soft_route_find(const struct mip6_soft *s, const struct mip6_addr *src,
				const struct mip6_addr *dst)
{
	const struct soft_binding *binding;
	struct soft_hop hop = {.kind = SOFT_HOP_LOCAL};

	if (soft_owns(s, dst))
		return hop;
	binding = soft_binding(s, dst);
	if (binding)
		return through_binding(s, binding);
	for (size_t i = 0; i < s->routes.rule_count; i++) {
		const struct soft_rule *rule = &s->routes.rules[i];

		if (mip6_prefix_contains(&rule->from, src) &&
		    find_in_table(s, rule->table, dst, &hop))
			return hop;
	}
	if (!find_in_table(s, SOFT_MAIN_TABLE, dst, &hop))
		hop.kind = SOFT_HOP_NONE;
	return hop;
}
