/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The list of routers of an interface; see router.h. */
#include "router.h"
#include "slaac.h"
#include <stdlib.h>
#include <string.h>

enum { MIN_MTU = 1280 };
enum { RETRANS_MAX = 10000 }; /* ms; longer ones are somebody's joke */

#define RA_PREFERENCE(flags) (((flags) >> 3) & 3)

static struct mip6_prefix masked(const struct mip6_addr *addr, uint8_t len)
{
	struct mip6_prefix whole = {.addr = *addr, .len = len};
	struct mip6_addr zero = {{0}};

	whole.addr = mip6_addr_combine(&whole, &zero);
	return whole;
}

static const struct nd_pio *own_address(const struct nd_ra *ra)
{
	for (size_t i = 0; i < ra->pio_count; i++)
		if (ra->pio[i].flags & ND_PIO_R)
			return &ra->pio[i];
	return NULL;
}

/* True when the global address in the advertisement contradicts the known one. */
static bool other_address(const struct router *r, const struct nd_ra *ra)
{
	const struct nd_pio *pio = own_address(ra);
	bool knows_one = false;

	if (!pio)
		return false;
	for (size_t i = 0; i < r->prefix_count; i++) {
		if (!(r->prefixes[i].flags & ND_PIO_R))
			continue;
		if (router_has_address(r, &pio->prefix))
			return false;
		knows_one = true;
	}
	return knows_one;
}

static bool other_lladdr(const struct router *r, const struct nd_ra *ra)
{
	if (r->lladdr.len == 0 || ra->slla.len == 0)
		return false;
	return r->lladdr.len != ra->slla.len ||
	       memcmp(r->lladdr.addr, ra->slla.addr, ra->slla.len) != 0;
}

struct router *router_find(struct router *list, const struct mip6_addr *src, const struct nd_ra *ra)
{
	for (struct router *r = list; r; r = r->next)
		if (mip6_addr_equal(&r->addr, src) && !other_lladdr(r, ra) && !other_address(r, ra))
			return r;
	return NULL;
}

static bool less_needed(const struct router *a, const struct router *b)
{
	bool lost = a->state == ROUTER_LOST;

	if (lost != (b->state == ROUTER_LOST))
		return lost;
	if (a->carried != b->carried)
		return b->carried;
	return a->last_ra < b->last_ra;
}

/* Who invents routers is not to push out the one in use, nor the one to go back to. */
static struct router *least_needed(struct router *list, const struct router *keep)
{
	struct router *least = NULL;

	for (struct router *r = list; r; r = r->next)
		if (r != keep && (!least || less_needed(r, least)))
			least = r;
	return least;
}

static void unlink_router(struct router **list, struct router *r)
{
	for (struct router **at = list; *at; at = &(*at)->next) {
		if (*at == r) {
			*at = r->next;
			return;
		}
	}
}

struct router *router_add(struct router **list, const struct mip6_addr *src,
			  const struct router *keep, struct router **ret_evicted)
{
	struct router *r = calloc(1, sizeof(*r));
	size_t count = 0;

	*ret_evicted = NULL;
	if (!r)
		return NULL;
	for (struct router *other = *list; other; other = other->next)
		count++;
	if (count >= ROUTER_MAX) {
		*ret_evicted = least_needed(*list, keep);
		unlink_router(list, *ret_evicted);
	}
	r->addr = *src;
	r->probe_at = MIP6_NEVER;
	r->next = *list;
	*list = r;
	return r;
}

void router_remove(struct router **list, struct router *r)
{
	unlink_router(list, r);
	free(r);
}

/* Place of the prefix, or prefix_count. */
static size_t prefix_index(const struct router *r, const struct mip6_prefix *p)
{
	size_t i = 0;

	while (i < r->prefix_count && !mip6_prefix_equal(&r->prefixes[i].prefix, p))
		i++;
	return i;
}

static void update_prefix(struct router *r, mip6_time now, const struct nd_pio *pio)
{
	struct mip6_prefix p = masked(&pio->prefix, pio->len);
	size_t i = prefix_index(r, &p);
	mip6_time valid_until = slaac_deadline(now, pio->valid);

	/* An address formed from it lives on as RFC 4862 says, and needs its router. */
	if (i < r->prefix_count && (pio->flags & ND_PIO_A))
		valid_until = slaac_valid_until(now, r->prefixes[i].valid_until, pio->valid);
	if (i == ND_PIO_MAX || (i == r->prefix_count && pio->valid == 0))
		return;
	if (i == r->prefix_count)
		r->prefix_count++;
	r->prefixes[i] = (struct router_prefix){
	    .prefix = p,
	    .flags = pio->flags,
	    .valid_until = valid_until,
	    .address = pio->prefix,
	};
}

void router_update(struct router *r, mip6_time now, const struct nd_ra *ra)
{
	static const int preferences[4] = {0, 1, 0, -1};

	r->last_ra = now;
	r->expires = now + (mip6_time)ra->lifetime * MIP6_SECOND;
	r->interval = ra->interval;
	r->preference = preferences[RA_PREFERENCE(ra->flags)];
	r->flags = ra->flags;
	/* Of a forged advertisement in the router's name nothing outlives its next one. */
	r->retrans = ra->retrans <= RETRANS_MAX ? (mip6_time)ra->retrans * MIP6_MS : 0;
	r->mtu = ra->mtu >= MIN_MTU ? ra->mtu : 0;
	if (ra->slla.len)
		r->lladdr = ra->slla;
	for (size_t i = 0; i < ra->pio_count; i++)
		if (ra->pio[i].len <= 128 && !mip6_addr_is_link_local(&ra->pio[i].prefix))
			update_prefix(r, now, &ra->pio[i]);
	router_expire_prefixes(r, now);
}

void router_expire_prefixes(struct router *r, mip6_time now)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->prefix_count; i++)
		if (r->prefixes[i].valid_until > now)
			r->prefixes[kept++] = r->prefixes[i];
	r->prefix_count = kept;
}

bool router_is_default(const struct router *r, mip6_time now)
{
	return r->expires > now;
}

const struct router_prefix *router_prefix(const struct router *r, const struct mip6_prefix *p)
{
	size_t i = prefix_index(r, p);

	return i < r->prefix_count ? &r->prefixes[i] : NULL;
}

bool router_has_address(const struct router *r, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < r->prefix_count; i++)
		if ((r->prefixes[i].flags & ND_PIO_R) &&
		    mip6_addr_equal(&r->prefixes[i].address, addr))
			return true;
	return false;
}

bool router_is_said(const struct router *r, const struct nd_na *na)
{
	if (!mip6_addr_equal(&r->addr, &na->target))
		return false;
	if (r->lladdr.len == 0 || na->tlla.len == 0)
		return true;
	return r->lladdr.len == na->tlla.len &&
	       memcmp(r->lladdr.addr, na->tlla.addr, na->tlla.len) == 0;
}

bool router_same_station(const struct router *a, const struct router *b)
{
	return mip6_addr_equal(&a->addr, &b->addr) && a->lladdr.len == b->lladdr.len &&
	       memcmp(a->lladdr.addr, b->lladdr.addr, a->lladdr.len) == 0;
}

bool router_shares_prefix(const struct router *a, const struct router *b)
{
	for (size_t i = 0; i < a->prefix_count; i++)
		if (router_prefix(b, &a->prefixes[i].prefix))
			return true;
	return false;
}

mip6_time router_silent_at(const struct router *r)
{
	mip6_time interval = (mip6_time)r->interval * MIP6_MS;

	if (r->interval == 0)
		return MIP6_NEVER;
	if (r->interval < 200)
		interval += 20 * MIP6_MS;
	return r->last_ra + ROUTER_MISSED_TO_LOSE * interval;
}
