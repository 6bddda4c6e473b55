/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Home links: which home addresses this home agent serves, and for how long
 * (RFC 6275 10.3.1 "current Prefix List"). A prefix is known from an address of
 * the home interface or a route to it, which have no end and are there before any
 * router advertises, from Router Advertisements on it, whose lifetimes count where
 * there are any, and from HaServedPrefix, which is on no link at all. */
#include "ha.h"

bool ha_is_home_link(const struct iface *iface)
{
	return iface->configured && iface->config.type == MIP6_ROLE_HA;
}

bool ha_owns(const struct ha *ha, const struct mip6_addr *addr)
{
	for (const struct iface *i = ha->node->ifaces; i; i = i->next)
		for (size_t k = 0; k < i->addr_count; k++)
			if (mip6_addr_equal(&i->addrs[k].addr.addr, addr))
				return true;
	return false;
}

static bool find_advertised(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
			    struct ha_home *ret)
{
	const struct ha_prefix *best = NULL;

	for (size_t i = 0; i < ha->prefix_count; i++) {
		const struct ha_prefix *p = &ha->prefixes[i];

		if (p->valid_until <= now || !mip6_prefix_contains(&p->prefix, hoa))
			continue;
		if (!best || p->prefix.len > best->prefix.len)
			best = p;
	}
	if (best)
		*ret = (struct ha_home){best->ifindex, best->valid_until, best->preferred_until};
	return best != NULL;
}

static bool find_address(const struct ha *ha, const struct mip6_addr *hoa, struct ha_home *ret)
{
	int best = -1;

	for (const struct iface *i = ha->node->ifaces; i; i = i->next) {
		for (size_t k = 0; ha_is_home_link(i) && k < i->addr_count; k++) {
			const struct iface_addr *a = &i->addrs[k];
			bool deprecated = a->flags & MIP6_HOST_ADDR_DEPRECATED;

			/* A /128 says nothing about the link. */
			if (a->addr.len == 128 || mip6_addr_is_link_local(&a->addr.addr) ||
			    a->addr.len <= best || !mip6_prefix_contains(&a->addr, hoa))
				continue;
			best = a->addr.len;
			*ret = (struct ha_home){i->link.ifindex, MIP6_NEVER,
						deprecated ? 0 : MIP6_NEVER};
		}
	}
	return best >= 0;
}

static bool find_route(const struct ha *ha, const struct mip6_addr *hoa, struct ha_home *ret)
{
	int best = 0; /* a default route says nothing about the link */

	for (const struct iface *i = ha->node->ifaces; i; i = i->next) {
		for (size_t k = 0; ha_is_home_link(i) && k < i->route_count; k++) {
			const struct mip6_prefix *p = &i->routes[k];

			if (p->len <= best || !mip6_prefix_contains(p, hoa))
				continue;
			best = p->len;
			*ret = (struct ha_home){i->link.ifindex, MIP6_NEVER, MIP6_NEVER};
		}
	}
	return best > 0;
}

bool ha_home_find(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
		  struct ha_home *ret)
{
	const struct mip6_config *c = &ha->node->config;

	if (find_advertised(ha, now, hoa, ret) || find_address(ha, hoa, ret) ||
	    find_route(ha, hoa, ret))
		return true;
	for (size_t i = 0; i < c->served_prefix_count; i++) {
		if (!mip6_prefix_contains(&c->served_prefixes[i], hoa))
			continue;
		*ret = (struct ha_home){0, MIP6_NEVER, MIP6_NEVER};
		return true;
	}
	return false;
}

static mip6_time lifetime_end(mip6_time now, uint32_t seconds)
{
	return seconds == UINT32_MAX ? MIP6_NEVER : now + (mip6_time)seconds * MIP6_SECOND;
}

static struct ha_prefix *prefix_get(struct ha *ha, unsigned ifindex,
				    const struct mip6_prefix *prefix)
{
	for (size_t i = 0; i < ha->prefix_count; i++)
		if (ha->prefixes[i].ifindex == ifindex &&
		    mip6_prefix_equal(&ha->prefixes[i].prefix, prefix))
			return &ha->prefixes[i];
	if (ha->prefix_count == HA_PREFIXES)
		return NULL;
	ha->prefixes[ha->prefix_count] = (struct ha_prefix){.prefix = *prefix, .ifindex = ifindex};
	return &ha->prefixes[ha->prefix_count++];
}

/* Drops what has ended and sets the timer for the next end. */
static bool prefixes_expire(struct ha *ha, mip6_time now)
{
	mip6_time next = MIP6_NEVER;
	size_t kept = 0;
	bool ended;

	for (size_t i = 0; i < ha->prefix_count; i++) {
		if (ha->prefixes[i].valid_until <= now)
			continue;
		if (ha->prefixes[i].valid_until < next)
			next = ha->prefixes[i].valid_until;
		ha->prefixes[kept++] = ha->prefixes[i];
	}
	ended = kept < ha->prefix_count;
	ha->prefix_count = kept;
	timer_set(&ha->node->timers, &ha->prefix_timer, next);
	return ended;
}

void ha_prefix_receive(struct ha *ha, mip6_time now, const struct iface *iface,
		       const struct nd_ra *ra)
{
	for (size_t i = 0; i < ra->pio_count; i++) {
		const struct nd_pio *pio = &ra->pio[i];
		struct mip6_prefix prefix = {.addr = pio->prefix, .len = pio->len};
		struct ha_prefix *p;

		if (!(pio->flags & ND_PIO_L) || mip6_addr_is_link_local(&pio->prefix) ||
		    pio->len == 0 || pio->preferred > pio->valid)
			continue;
		p = prefix_get(ha, iface->link.ifindex, &prefix);
		if (!p)
			continue;
		p->valid_until = lifetime_end(now, pio->valid);
		p->preferred_until = lifetime_end(now, pio->preferred);
	}
	if (prefixes_expire(ha, now))
		ha_binding_review(ha, now, HA_REVIEW_PREFIXES);
}

void ha_prefix_fire(void *arg, mip6_time now)
{
	struct ha *ha = arg;

	if (prefixes_expire(ha, now))
		ha_binding_review(ha, now, HA_REVIEW_PREFIXES);
}

void ha_prefix_link_gone(struct ha *ha, unsigned ifindex)
{
	size_t kept = 0;

	for (size_t i = 0; i < ha->prefix_count; i++)
		if (ha->prefixes[i].ifindex != ifindex)
			ha->prefixes[kept++] = ha->prefixes[i];
	ha->prefix_count = kept;
}
