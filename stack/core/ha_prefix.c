/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Home links: which home addresses this home agent serves, and for how long
 * (RFC 6275 10.3.1 "current Prefix List"). A prefix is a home prefix because the home
 * agent has it itself: an address of the home interface, a route to it, or
 * HaServedPrefix, which is on no link at all until a router advertises it on one.
 * Anyone on the home link can send a Router Advertisement, so what one says counts
 * inside those prefixes only:
 *
 *   own advertisements (SendRouterAdvs)        lifetimes as configured
 *   a program's on this machine, as radvd      as advertised; a later one shortens
 *                                              by the rule of RFC 4862 5.5.3 e
 *   another router's                           never below two hours, which is what
 *                                              that rule leaves of a prefix without end
 */
#include "advertise.h"
#include "ha.h"

#define TWO_HOURS (7200 * MIP6_SECOND)

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
			*ret = (struct ha_home){i->link.ifindex, a->addr.len, MIP6_NEVER,
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
			*ret = (struct ha_home){i->link.ifindex, p->len, MIP6_NEVER, MIP6_NEVER};
		}
	}
	return best > 0;
}

/* The HaServedPrefix that the prefix is, or is part of, or NULL. */
static const struct mip6_prefix *served(const struct mip6_config *c,
					const struct mip6_prefix *prefix)
{
	for (size_t i = 0; i < c->served_prefix_count; i++)
		if (c->served_prefixes[i].len <= prefix->len &&
		    mip6_prefix_contains(&c->served_prefixes[i], &prefix->addr))
			return &c->served_prefixes[i];
	return NULL;
}

/* The prefix that was heard of for an address; one of this machine counts before
 * those of others. ifindex 0: on any link. */
static const struct ha_prefix *find_heard(const struct ha *ha, mip6_time now, unsigned ifindex,
					  const struct mip6_addr *hoa)
{
	const struct ha_prefix *best = NULL;

	for (size_t i = 0; i < ha->prefix_count; i++) {
		const struct ha_prefix *p = &ha->prefixes[i];

		if (p->valid_until <= now || !mip6_prefix_contains(&p->prefix, hoa) ||
		    (ifindex && p->ifindex != ifindex))
			continue;
		if (!best || p->own > best->own ||
		    (p->own == best->own && p->prefix.len > best->prefix.len))
			best = p;
	}
	return best;
}

static mip6_time earlier(mip6_time a, mip6_time b)
{
	return a < b ? a : b;
}

static mip6_time later(mip6_time a, mip6_time b)
{
	return a > b ? a : b;
}

static mip6_time lifetime_end(mip6_time now, uint32_t seconds)
{
	return seconds == UINT32_MAX ? MIP6_NEVER : now + (mip6_time)seconds * MIP6_SECOND;
}

/* The lifetimes of the advertisements bound those that the prefix has by itself. */
static void bound_by_advertised(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
				struct ha_home *home)
{
	const struct iface *iface = node_iface(ha->node, home->ifindex);
	const struct ha_prefix *heard = find_heard(ha, now, home->ifindex, hoa);
	mip6_time valid = MIP6_NEVER;
	mip6_time preferred = MIP6_NEVER;
	uint32_t valid_s;
	uint32_t preferred_s;

	if (iface && advertise_lifetimes(iface, hoa, &valid_s, &preferred_s)) {
		valid = lifetime_end(now, valid_s);
		preferred = lifetime_end(now, preferred_s);
	} else if (heard) {
		valid =
		    heard->own ? heard->valid_until : later(heard->valid_until, now + TWO_HOURS);
		preferred = heard->preferred_until;
	}
	home->valid_until = earlier(home->valid_until, valid);
	home->preferred_until = earlier(home->preferred_until, preferred);
}

/* On no link, or on the one where it is advertised. */
static bool find_served(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
			struct ha_home *ret)
{
	const struct mip6_prefix address = {.addr = *hoa, .len = 128};
	const struct ha_prefix *heard = find_heard(ha, now, 0, hoa);
	const struct mip6_prefix *prefix = served(&ha->node->config, &address);

	if (!prefix)
		return false;
	*ret = (struct ha_home){0, prefix->len, MIP6_NEVER, MIP6_NEVER};
	if (heard) {
		ret->ifindex = heard->ifindex;
		ret->len = heard->prefix.len;
	}
	return true;
}

bool ha_home_find(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
		  struct ha_home *ret)
{
	if (!find_address(ha, hoa, ret) && !find_route(ha, hoa, ret) &&
	    !find_served(ha, now, hoa, ret))
		return false;
	if (ret->ifindex)
		bound_by_advertised(ha, now, hoa, ret);
	return ret->valid_until > now;
}

/* ---- what is heard ---------------------------------------------------------------- */

/* Whether the home agent has the prefix, or one that it is part of. */
static bool is_covered(const struct ha *ha, const struct iface *iface,
		       const struct mip6_prefix *prefix)
{
	for (size_t i = 0; i < iface->addr_count; i++) {
		const struct mip6_prefix *a = &iface->addrs[i].addr;

		if (!mip6_addr_is_link_local(&a->addr) && a->len <= prefix->len && a->len > 0 &&
		    mip6_prefix_contains(a, &prefix->addr))
			return true;
	}
	for (size_t i = 0; i < iface->route_count; i++)
		if (iface->routes[i].len > 0 && iface->routes[i].len <= prefix->len &&
		    mip6_prefix_contains(&iface->routes[i], &prefix->addr))
			return true;
	return served(&ha->node->config, prefix) != NULL;
}

static struct ha_prefix *prefix_find(struct ha *ha, unsigned ifindex,
				     const struct mip6_prefix *prefix, bool own)
{
	for (size_t i = 0; i < ha->prefix_count; i++)
		if (ha->prefixes[i].ifindex == ifindex && ha->prefixes[i].own == own &&
		    mip6_prefix_equal(&ha->prefixes[i].prefix, prefix))
			return &ha->prefixes[i];
	return NULL;
}

/* A free place, or that of the prefix that was not heard of for the longest time:
 * of others' where there is one, so that they cannot drive out our own. */
static struct ha_prefix *prefix_place(struct ha *ha)
{
	struct ha_prefix *oldest = &ha->prefixes[0];

	if (ha->prefix_count < HA_PREFIXES)
		return &ha->prefixes[ha->prefix_count++];
	for (size_t i = 1; i < HA_PREFIXES; i++) {
		struct ha_prefix *p = &ha->prefixes[i];

		if (p->own < oldest->own || (p->own == oldest->own && p->heard < oldest->heard))
			oldest = p;
	}
	return oldest;
}

/* RFC 4862 5.5.3 e, so that a forged advertisement cannot end a prefix. */
static mip6_time shortened(mip6_time now, mip6_time end, mip6_time advertised)
{
	if (advertised > now + TWO_HOURS || advertised > end)
		return advertised;
	return earlier(end, now + TWO_HOURS);
}

static void prefix_heard(struct ha *ha, mip6_time now, const struct iface *iface,
			 const struct nd_pio *pio, bool own)
{
	struct mip6_prefix prefix = {.addr = pio->prefix, .len = pio->len};
	mip6_time advertised = lifetime_end(now, pio->valid);
	struct ha_prefix *p;

	if (!is_covered(ha, iface, &prefix))
		return;
	p = prefix_find(ha, iface->link.ifindex, &prefix, own);
	if (p) {
		p->valid_until = shortened(now, p->valid_until, advertised);
	} else {
		p = prefix_place(ha);
		*p = (struct ha_prefix){
		    .prefix = prefix, .ifindex = iface->link.ifindex, .own = own};
		p->valid_until = own ? advertised : shortened(now, MIP6_NEVER, advertised);
	}
	p->preferred_until = lifetime_end(now, pio->preferred);
	p->heard = now;
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
		       const struct mip6_addr *src, const struct nd_ra *ra)
{
	bool own = mip6_addr_equal(src, &iface->link_local);

	for (size_t i = 0; i < ra->pio_count; i++) {
		const struct nd_pio *pio = &ra->pio[i];

		if (!(pio->flags & ND_PIO_L) || mip6_addr_is_link_local(&pio->prefix) ||
		    pio->len == 0 || pio->preferred > pio->valid)
			continue;
		prefix_heard(ha, now, iface, pio, own);
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
