/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Care-of addresses of an interface: formed from advertised prefixes (RFC 4862
 * 5.5.3, RFC 6275 11.5.3), used at once while their duplicate detection runs
 * (RFC 4429), replaced when it finds another owner. */
#include "mn.h"
#include "slaac.h"
#include <stdlib.h>

static void emit_coa(const struct mn_iface *m, mip6_time now, enum mip6_event_id id,
		     const struct mip6_addr *addr, const char *reason)
{
	struct mip6_event e = mip6_event_make(id, now, m->iface->link.ifindex);

	mip6_event_addr(&e, "coa", addr);
	if (reason)
		mip6_event_text(&e, "reason", reason);
	node_emit(m->node, &e);
}

/* ---- forming an address --------------------------------------------------------- */

static bool is_home_address(const struct mip6_node *node, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < node->mn->home_count; i++)
		if (mip6_addr_equal(addr, &node->mn->homes[i]->config.hoa.addr))
			return true;
	return false;
}

static struct mip6_addr random_address(const struct mn_iface *m, const struct mip6_prefix *prefix)
{
	uint64_t iid = 0;

	while (slaac_iid_reserved(iid))
		iid = (uint64_t)node_random_u32(m->node) << 32 | node_random_u32(m->node);
	return slaac_address_iid(prefix, iid);
}

static struct mip6_addr form_address(const struct mn_iface *m, const struct mn_coa *coa)
{
	struct mip6_addr addr;

	if (coa->duplicates || m->iface->link.mac_len != 6)
		return random_address(m, &coa->prefix);
	addr = slaac_address_eui64(&coa->prefix, m->iface->link.mac);
	if (is_home_address(m->node, &addr))
		return random_address(m, &coa->prefix);
	return addr;
}

static mip6_time retrans_timer(const struct mn_iface *m, const struct mn_coa *coa)
{
	for (const struct router *r = m->routers; r; r = r->next)
		if (r->retrans && router_prefix(r, &coa->prefix))
			return r->retrans;
	return MIP6_SECOND;
}

static void detection_done(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok);

static void take_address(struct mn_coa *coa, mip6_time now)
{
	struct mn_iface *m = coa->owner;

	coa->addr = form_address(m, coa);
	coa->usable = true;
	coa->announce = true;
	coa->failed_rounds = 0;
	emit_coa(m, now, MIP6_EV_COA_NEW, &coa->addr, NULL);
	(void)dad_start(m->node, now, m->iface->link.ifindex, &coa->addr, retrans_timer(m, coa),
			detection_done, coa);
}

#define RETRY_FIRST MIP6_SECOND
#define RETRY_LAST  (64 * MIP6_SECOND)

/* Who answers for every address may be an attacker, or a fault that passes: new ones
 * are tried for ever, ever more slowly. */
static void pause_after_duplicates(struct mn_coa *coa, mip6_time now)
{
	mip6_time pause = RETRY_FIRST;

	for (unsigned i = MN_DUPLICATES_MAX; i < coa->duplicates && pause < RETRY_LAST; i++)
		pause *= 2;
	coa->usable = false;
	coa->retry_at = now + pause;
	if (coa->duplicates == MN_DUPLICATES_MAX)
		node_warn(coa->owner->node, now,
			  "no free address found in an advertised prefix: each one tried was "
			  "taken, others are tried ever more slowly");
}

static void detection_done(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok)
{
	struct mn_coa *coa = arg;
	struct mn_iface *m = coa->owner;

	(void)addr;
	if (ok) {
		coa->duplicates = coa->duplicates ? 1 : 0;
		return;
	}
	emit_coa(m, now, MIP6_EV_COA_GONE, &coa->addr, "duplicate");
	coa->duplicates++;
	if (coa->duplicates < MN_DUPLICATES_MAX)
		take_address(coa, now);
	else
		pause_after_duplicates(coa, now);
	mn_update(m->node, now);
}

/* ---- from advertisements ------------------------------------------------------ */

static struct mn_coa *find_prefix(const struct mn_iface *m, const struct mip6_prefix *prefix)
{
	for (struct mn_coa *c = m->coas; c; c = c->next)
		if (mip6_prefix_equal(&c->prefix, prefix))
			return c;
	return NULL;
}

/* True when it is advertised by the router in use, or by one to go back to. */
static bool is_needed(const struct mn_iface *m, const struct mip6_prefix *prefix)
{
	for (const struct router *r = m->routers; r; r = r->next)
		if ((r == m->router || r->carried) && router_prefix(r, prefix))
			return true;
	return false;
}

/* Who invents prefixes is not to keep out that of the next link. */
static void make_room(struct mn_iface *m, mip6_time now)
{
	size_t count = 0;

	for (const struct mn_coa *c = m->coas; c; c = c->next)
		count++;
	for (struct mn_coa *c = m->coas; count >= MN_COA_MAX && c; c = c->next) {
		if (mn_coa_in_use(m->node, c) || is_needed(m, &c->prefix))
			continue;
		mn_coa_remove(m, now, c, "too many prefixes");
		return;
	}
}

static struct mn_coa *add_coa(struct mn_iface *m, const struct mip6_prefix *prefix)
{
	struct mn_coa **end = &m->coas;
	struct mn_coa *coa;
	size_t count = 0;

	for (; *end; end = &(*end)->next)
		count++;
	coa = count < MN_COA_MAX ? calloc(1, sizeof(*coa)) : NULL;
	if (!coa)
		return NULL;
	*coa = (struct mn_coa){.owner = m, .prefix = *prefix, .usable = true, .announce = true};
	*end = coa;
	return coa;
}

struct mn_coa *mn_coa_restore(struct mn_iface *m, const struct mip6_prefix *prefix,
			      const struct mip6_addr *addr)
{
	struct mn_coa *coa = add_coa(m, prefix);

	if (!coa)
		return NULL;
	coa->addr = *addr;
	coa->announce = false;
	return coa;
}

/* On the home link the home address is the address to use. Another home address
 * whose home is elsewhere needs a care-of address there, though. */
static bool is_home_for_all(const struct mip6_node *node, const struct mip6_prefix *prefix)
{
	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mip6_prefix home = home_prefix(node->mn->homes[i]);

		if (!mip6_prefix_equal(&home, prefix))
			return false;
	}
	return !node->config.no_home_return;
}

/* Each costs a duplicate detection, and perhaps a move. */
static const struct bucket_size formation_rate = {.per_second = 1, .burst = MN_COA_MAX};

static void from_prefix(struct mn_iface *m, mip6_time now, const struct nd_pio *pio)
{
	struct mip6_prefix prefix = {.addr = pio->prefix, .len = 64};
	struct mip6_addr zero = {{0}};
	struct mn_coa *coa;
	bool is_new;

	if (!(pio->flags & ND_PIO_A) || pio->len != 64 || pio->preferred > pio->valid)
		return;
	prefix.addr = mip6_addr_combine(&prefix, &zero);
	if (!mip6_addr_is_routable(&pio->prefix) || is_home_for_all(m->node, &prefix))
		return;
	coa = find_prefix(m, &prefix);
	is_new = !coa;
	if (is_new && pio->valid && bucket_take(&m->formed, &formation_rate, now)) {
		make_room(m, now);
		coa = add_coa(m, &prefix);
	}
	if (!coa)
		return;
	coa->preferred_until = slaac_deadline(now, pio->preferred);
	coa->valid_until = is_new ? slaac_deadline(now, pio->valid)
				  : slaac_valid_until(now, coa->valid_until, pio->valid);
	if (is_new)
		take_address(coa, now);
}

void mn_coa_from_ra(struct mn_iface *m, mip6_time now, const struct nd_ra *ra)
{
	for (size_t i = 0; i < ra->pio_count; i++)
		from_prefix(m, now, &ra->pio[i]);
}

/* ---- end of an address ----------------------------------------------------------- */

void mn_coa_remove(struct mn_iface *m, mip6_time now, struct mn_coa *coa, const char *reason)
{
	struct mn_coa **at = &m->coas;

	while (*at != coa)
		at = &(*at)->next;
	*at = coa->next;
	if (m->best == coa)
		m->best = NULL;
	dad_cancel(m->node, m->iface->link.ifindex, &coa->addr);
	if (reason && coa->usable)
		emit_coa(m, now, MIP6_EV_COA_GONE, &coa->addr, reason);
	free(coa);
}

void mn_coa_remove_all(struct mn_iface *m, mip6_time now, const char *reason)
{
	while (m->coas)
		mn_coa_remove(m, now, m->coas, reason);
}

struct mn_coa *mn_coa_find(const struct mip6_node *node, unsigned ifindex,
			   const struct mip6_addr *addr)
{
	const struct iface *i = node_iface(node, ifindex);

	if (!i || !i->mn)
		return NULL;
	for (struct mn_coa *c = i->mn->coas; c; c = c->next)
		if (c->usable && mip6_addr_equal(&c->addr, addr))
			return c;
	return NULL;
}

static bool any_router_live(const struct mn_iface *m)
{
	for (const struct router *r = m->routers; r; r = r->next)
		if (r->state == ROUTER_LIVE)
			return true;
	return false;
}

/* What only lost routers advertised is of another link, once a router is here
 * (11.5.4). The address in use stays until there is a better one. */
static const char *end_of_coa(const struct mn_iface *m, mip6_time now, const struct mn_coa *coa)
{
	const struct router *r;

	if (coa->valid_until <= now)
		return "lifetime ended";
	if (mn_coa_in_use(m->node, coa) || !any_router_live(m))
		return NULL;
	for (r = m->routers; r; r = r->next)
		if (r->state != ROUTER_LOST && router_prefix(r, &coa->prefix))
			return NULL;
	return "router lost";
}

void mn_coa_expire(struct mn_iface *m, mip6_time now)
{
	struct mn_coa *next;

	for (struct mn_coa *c = m->coas; c; c = next) {
		const char *reason = end_of_coa(m, now, c);

		next = c->next;
		if (reason)
			mn_coa_remove(m, now, c, reason);
		else if (!c->usable && c->retry_at <= now)
			take_address(c, now);
	}
}

mip6_time mn_coa_next_expiry(const struct mn_iface *m, mip6_time now)
{
	mip6_time next = MIP6_NEVER;

	for (const struct mn_coa *c = m->coas; c; c = c->next) {
		if (c->valid_until < next)
			next = c->valid_until;
		if (!c->usable && c->retry_at < next)
			next = c->retry_at;
		if (c->preferred_until > now && c->preferred_until < next)
			next = c->preferred_until;
	}
	return next;
}

/* ---- choice ------------------------------------------------------------------------ */

static enum coa_reach reach_of(const struct router *r)
{
	if (r->state == ROUTER_LOST)
		return COA_LOST;
	return r->state == ROUTER_LIVE ? COA_REACHABLE : COA_DOUBTFUL;
}

/* False when the address cannot be used now: the primary care-of address needs
 * a default router that advertises its prefix (11.5.4). */
static bool candidate(const struct mn_coa *coa, mip6_time now, struct coa_candidate *ret)
{
	const struct mn_iface *m = coa->owner;
	const struct router *r = movement_router_for(m, now, &coa->prefix);

	if (!coa->usable || !r)
		return false;
	*ret = (struct coa_candidate){
	    .addr = coa->addr,
	    .ifindex = m->iface->link.ifindex,
	    .preference = m->iface->config.preference,
	    .deprecated = coa->preferred_until <= now,
	    .router_preference =
		movement_is_distrusted(m, now, r) ? ROUTER_DISTRUSTED : r->preference,
	    .reach = reach_of(r),
	    .heard = r->last_ra,
	    .failed_rounds = coa->failed_rounds,
	};
	return true;
}

struct mn_coa *mn_coa_best(const struct mip6_node *node, mip6_time now, const struct mn_iface *only,
			   const struct mip6_addr *ha, const struct mip6_addr *previous)
{
	struct coa_candidate pair[2];
	struct mn_coa *best = NULL;

	for (const struct iface *i = node->ifaces; i; i = i->next) {
		if (!i->mn || !i->mn->attached || (only && i->mn != only))
			continue;
		for (struct mn_coa *c = i->mn->coas; c; c = c->next) {
			if (!candidate(c, now, &pair[best ? 1 : 0]))
				continue;
			if (coa_choose(pair, best ? 2 : 1, ha, previous) != (best ? 1 : 0))
				continue;
			pair[0] = pair[best ? 1 : 0];
			best = c;
		}
	}
	return best;
}
