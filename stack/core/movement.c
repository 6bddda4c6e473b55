/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Movement detection (RFC 6275 11.5.1): what link the interfaces are on, told
 * by link events, by routers that appear and by routers that fall silent.
 *
 * A link event starts afresh: Router Solicitation at once. Without a link event
 * a move shows as the first advertisement of an unknown router; whether the routers
 * known before are still here is found out in reach.c. */
#include "mn.h"
#include "slaac.h"
#include <stdlib.h>

/* Times of solicitations after the first (RFC 4861 6.3.7 from the fourth on:
 * three more, RTR_SOLICITATION_INTERVAL apart). The short ones are for links
 * whose other end still opens its port. */
static const mip6_time rs_times[] = {
    0, 20 * MIP6_MS, 60 * MIP6_MS, 180 * MIP6_MS, 4180 * MIP6_MS, 8180 * MIP6_MS, 12180 * MIP6_MS,
};
#define RS_COUNT       (sizeof(rs_times) / sizeof(rs_times[0]))
#define RS_UNSPECIFIED 3 /* from this step on "::" serves when there is no other source */

#define RTR_SOLICITATION_INTERVAL (4 * MIP6_SECOND)

/* The new link may be the one on which a refused home address is free again. */
void movement_moved(const struct mn_iface *m, mip6_time now, const char *reason)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_MOVED, now, m->iface->link.ifindex);

	mip6_event_text(&e, "reason", reason);
	node_emit(m->node, &e);
	for (size_t i = 0; i < m->node->mn->home_count; i++)
		home_try_again(m->node->mn->homes[i]);
}

/* ---- Router Solicitations ------------------------------------------------- */

const struct mip6_addr *movement_link_local(const struct mn_iface *m)
{
	const struct iface *i = m->iface;

	for (size_t k = 0; k < i->addr_count; k++)
		if (mip6_addr_is_link_local(&i->addrs[k].addr.addr) &&
		    !(i->addrs[k].flags & MIP6_HOST_ADDR_TENTATIVE))
			return &i->addrs[k].addr.addr;
	return NULL;
}

/* From the link-local address, which is answered by unicast at once; one sent
 * from "::" only hastens the next multicast advertisement. */
static void send_rs(struct mn_iface *m, mip6_time now)
{
	const struct mip6_addr *src = movement_link_local(m);
	struct mip6_addr none = {{0}};
	struct mip6_event e;

	m->rs_blocked = !src;
	if (!src && m->rs_step < RS_UNSPECIFIED)
		return;
	if (!src)
		src = &none;
	node_send_rs(m->node, m->iface->link.ifindex, src);
	m->rs_sent = now;
	e = mip6_event_make(MIP6_EV_RS_TX, now, m->iface->link.ifindex);
	mip6_event_addr(&e, "src", src);
	node_emit(m->node, &e);
}

static void rs_fire(void *arg, mip6_time now)
{
	struct mn_iface *m = arg;

	send_rs(m, now);
	if (m->rs_step == RS_UNSPECIFIED)
		movement_check_link_local(m, now);
	m->rs_step++;
	if (m->rs_step < RS_COUNT)
		(void)timer_set(&m->node->timers, &m->rs_timer, m->rs_since + rs_times[m->rs_step]);
}

static void solicit_at(struct mn_iface *m, mip6_time at)
{
	m->rs_since = at;
	m->rs_step = 0;
	(void)timer_set(&m->node->timers, &m->rs_timer, at);
}

void movement_solicit(struct mn_iface *m, mip6_time now)
{
	timer_stop(&m->node->timers, &m->rs_timer);
	m->rs_since = now;
	m->rs_step = 0;
	rs_fire(m, now);
}

static void stop_soliciting(struct mn_iface *m)
{
	timer_stop(&m->node->timers, &m->rs_timer);
	m->rs_blocked = false;
}

/* ---- the link-local address -------------------------------------------------- */

static void link_local_checked(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok)
{
	struct mn_iface *m = arg;

	(void)addr;
	if (!ok)
		node_warn(m->node, now,
			  "the link-local address is in use by another node on this link");
}

/* True when the home agent may defend our link-local address on this link: it was
 * registered with L, and is not given back yet. */
static bool defended_for_us(const struct mn_iface *m)
{
	for (size_t i = 0; i < m->node->mn->home_count; i++) {
		const struct mn_home *home = m->node->mn->homes[i];

		if (home->ifindex == m->iface->link.ifindex && (home->bul.flags & MH_BU_L) &&
		    (home->place == MN_SEEKING || home->place == MN_RETURNING))
			return true;
	}
	return false;
}

/* RFC 6275 11.5.1 asks for duplicate detection of the link-local address on each
 * new link, except on the home link that one returns to (11.5.5). Which link it
 * is the first advertisement tells; the address is used meanwhile. */
void movement_check_link_local(struct mn_iface *m, mip6_time now)
{
	const struct mip6_addr *addr = movement_link_local(m);

	if (!m->attached || m->link_local_checked || !addr)
		return;
	m->link_local_checked = true;
	if (!defended_for_us(m))
		(void)dad_start(m->node, now, m->iface->link.ifindex, addr, MIP6_SECOND,
				link_local_checked, m);
}

void movement_source_ready(struct mn_iface *m, mip6_time now)
{
	if (!m->attached || !m->rs_blocked || !movement_link_local(m))
		return;
	send_rs(m, now);
}

/* ---- routers ---------------------------------------------------------------- */

static int reach_rank(const struct router *r)
{
	switch (r->state) {
	case ROUTER_LIVE:
		return 0;
	case ROUTER_PROBATION:
	case ROUTER_SUSPECT:
		return 1;
	case ROUTER_LOST:
		break;
	}
	return 2;
}

#define DISTRUST_FIRST	 (10 * MIP6_SECOND)
#define DISTRUST_DOUBLES 6

void movement_distrust(struct mn_iface *m, mip6_time now)
{
	unsigned doubles = m->mistrials < DISTRUST_DOUBLES ? m->mistrials : DISTRUST_DOUBLES;

	m->mistrials++;
	m->no_trial_until = now + (DISTRUST_FIRST << doubles);
}

bool movement_is_distrusted(const struct mn_iface *m, mip6_time now, const struct router *r)
{
	return !r->carried && now < m->no_trial_until;
}

/* Of reachable routers the one with the higher preference (RFC 4191 3.2), of equals
 * the one in use. One that did not carry a Binding Update is worse than any other. */
static bool better_router(const struct mn_iface *m, mip6_time now, const struct router *a,
			  const struct router *b)
{
	bool distrusted = movement_is_distrusted(m, now, a);

	if (reach_rank(a) != reach_rank(b))
		return reach_rank(a) < reach_rank(b);
	if (a->failures != b->failures)
		return a->failures < b->failures;
	if (distrusted != movement_is_distrusted(m, now, b))
		return !distrusted;
	if (a->preference != b->preference)
		return a->preference > b->preference;
	return a == m->router;
}

struct router *movement_router_for(const struct mn_iface *m, mip6_time now,
				   const struct mip6_prefix *prefix)
{
	struct router *best = NULL;

	for (struct router *r = m->routers; r; r = r->next) {
		if (!router_is_default(r, now) || (prefix && !router_prefix(r, prefix)))
			continue;
		if (!best || better_router(m, now, r, best))
			best = r;
	}
	return best;
}

/* Another router takes over from one that is here, too: does it carry packets to the
 * home agent? A Binding Update tells: one that is sent now, or the next one where one is
 * on its way. */
static void try_router(struct mn_iface *m, mip6_time now, struct router *r)
{
	m->on_trial = NULL;
	if (!m->router || m->router->state != ROUTER_LIVE || !router_is_default(m->router, now))
		return;
	if (mn_register_again(m->node, now, m) || (!r->carried && mn_register_waits(m)))
		m->on_trial = r;
}

bool movement_unanswered(struct mn_iface *m, mip6_time now, mip6_time sent)
{
	if (!m->on_trial || sent < m->router_since)
		return false;
	m->on_trial->failures++;
	m->on_trial = NULL;
	movement_distrust(m, now);
	return true;
}

void movement_answered(struct mn_iface *m, mip6_time now, mip6_time sent)
{
	if (!m->router)
		return;
	if (sent < m->router_since) {
		if (m->on_trial && !mn_register_again(m->node, now, m))
			m->on_trial = NULL;
		return;
	}
	m->router->failures = 0;
	m->router->carried = true;
	m->on_trial = NULL;
}

/* From one that has carried nothing yet to another such one, before it is known of the
 * first, while one that has is here: so goes who invents routers. */
static bool is_led_on(const struct mn_iface *m, const struct router *next)
{
	if (!m->router || m->router->carried || next->carried || !mn_register_waits(m))
		return false;
	for (const struct router *r = m->routers; r; r = r->next)
		if (r->carried && r->state != ROUTER_LOST)
			return true;
	return false;
}

void movement_select_router(struct mn_iface *m, mip6_time now)
{
	struct router *r = movement_router_for(m, now, m->best ? &m->best->prefix : NULL);

	if (m->router == r)
		return;
	if (r && is_led_on(m, r))
		movement_distrust(m, now);
	if (r)
		try_router(m, now, r);
	m->router = r;
	m->router_since = now;
	if (r)
		reach_emit(m, now, MIP6_EV_ROUTER_NEW, r, NULL);
}

static void let_go(struct mn_iface *m, const struct router *r)
{
	if (m->router == r)
		m->router = NULL;
	if (m->on_trial == r)
		m->on_trial = NULL;
}

static void forget_router(struct mn_iface *m, struct router *r)
{
	let_go(m, r);
	router_remove(&m->routers, r);
}

/* ---- advertisements ------------------------------------------------------------- */

/* Each costs solicitations: no link has so many at once, unless they are made up. */
static const struct bucket_size arrival_rate = {.per_second = 1, .burst = ROUTER_MAX};

static struct router *new_router(struct mn_iface *m, const struct mip6_addr *src)
{
	struct router *evicted = NULL;
	struct router *r = router_add(&m->routers, src, m->router, &evicted);

	if (evicted)
		let_go(m, evicted);
	free(evicted);
	if (r)
		r->group = ++m->groups;
	return r;
}

struct router *movement_restore_router(struct mn_iface *m, mip6_time now,
				       const struct mip6_addr *addr)
{
	struct router *r = new_router(m, addr);

	if (!r)
		return NULL;
	r->last_ra = now;
	r->weighed = true;
	return r;
}

static void emit_ra(const struct mn_iface *m, mip6_time now, const struct ip6_packet *p,
		    const struct nd_ra *ra)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_RA_RX, now, m->iface->link.ifindex);

	mip6_event_addr(&e, "src", &p->src);
	mip6_event_uint(&e, "prefixes", ra->pio_count);
	mip6_event_uint(&e, "lifetime_s", ra->lifetime);
	node_emit(m->node, &e);
}

/* How soon routers of this link answer, where this answers a solicitation. */
static void note_answer(struct mn_iface *m, mip6_time now, const struct ip6_packet *p)
{
	if (!mip6_addr_is_multicast(&p->dst) && m->rs_sent)
		m->answer_time = now - m->rs_sent;
	m->rs_sent = 0;
}

/* The router in use says that it is none: perhaps somebody else says so. Not oftener
 * than RFC 4861 6.3.7 allows. */
static void ask_again(struct mn_iface *m, mip6_time now)
{
	if (m->rs_since + RTR_SOLICITATION_INTERVAL <= now)
		movement_solicit(m, now);
}

void movement_receive_ra(struct mn_iface *m, mip6_time now, const struct ip6_packet *p,
			 const struct nd_ra *ra)
{
	struct router *r;
	bool arrival;

	if (!m->attached)
		return;
	emit_ra(m, now, p, ra);
	note_answer(m, now, p);
	r = router_find(m->routers, &p->src, ra);
	arrival = !r || r->state == ROUTER_LOST;
	if (!r && bucket_take(&m->arrivals, &arrival_rate, now))
		r = new_router(m, &p->src);
	if (!r)
		return;
	router_update(r, now, ra);
	if (arrival || (!r->weighed && reach_matters(m, now, r)))
		reach_arrive(m, now, r);
	else
		reach_heard(m, now, r, true);
	if (ra->lifetime && r->state == ROUTER_LIVE)
		stop_soliciting(m);
	if (ra->lifetime == 0 && r == m->router)
		ask_again(m, now);
	mn_coa_from_ra(m, now, ra);
	movement_plan(m, now);
}

void movement_neighbour_seen(struct mn_iface *m, mip6_time now, const struct nd_na *na)
{
	for (struct router *r = m->routers; r; r = r->next)
		if (r->probe_at != MIP6_NEVER && router_is_said(r, na))
			reach_heard(m, now, r, false);
	movement_plan(m, now);
}

void movement_neighbour_failed(struct mn_iface *m, mip6_time now, const struct mip6_addr *addr)
{
	for (struct router *r = m->routers; r; r = r->next)
		if (r->state != ROUTER_LOST && mip6_addr_equal(&r->addr, addr))
			reach_lose(m, now, r, "unreachable");
	movement_plan(m, now);
}

/* ---- the timer of the interface ----------------------------------------------- */

/* When something is to be done about this router. */
static mip6_time router_next(const struct router *r, mip6_time now)
{
	mip6_time next = r->expires > now ? r->expires : MIP6_NEVER;

	if (r->state != ROUTER_LOST && router_silent_at(r) < next)
		next = router_silent_at(r);
	if (r->probe_at < next)
		next = r->probe_at;
	for (size_t i = 0; i < r->prefix_count; i++)
		if (r->prefixes[i].valid_until < next)
			next = r->prefixes[i].valid_until;
	return next;
}

void movement_plan(struct mn_iface *m, mip6_time now)
{
	mip6_time next = mn_coa_next_expiry(m, now);

	for (struct router *r = m->routers; r; r = r->next)
		if (router_next(r, now) < next)
			next = router_next(r, now);
	if (next == MIP6_NEVER)
		timer_stop(&m->node->timers, &m->nd_timer);
	else
		(void)timer_set(&m->node->timers, &m->nd_timer, next);
}

static void check_router(struct mn_iface *m, mip6_time now, struct router *r)
{
	router_expire_prefixes(r, now);
	if (r->state != ROUTER_LOST && router_silent_at(r) <= now)
		reach_lose(m, now, r, "silent for three advertisement intervals");
	else if (r->probe_at <= now)
		reach_step(m, now, r);
	/* One that was a default router and is no more, nor tells of any prefix. */
	if (!router_is_default(r, now) && r->prefix_count == 0)
		forget_router(m, r);
}

static void nd_fire(void *arg, mip6_time now)
{
	struct mn_iface *m = arg;
	struct router *next;

	for (struct router *r = m->routers; r; r = next) {
		next = r->next;
		check_router(m, now, r);
	}
	mn_coa_expire(m, now);
	movement_plan(m, now);
	mn_update(m->node, now);
}

/* ---- links -------------------------------------------------------------------- */

int movement_add(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	struct mn_iface *m = calloc(1, sizeof(*m));

	if (!m)
		return MIP6_ERR_NOMEM;
	m->node = node;
	m->iface = iface;
	timer_init(&m->rs_timer, rs_fire, m);
	timer_init(&m->nd_timer, nd_fire, m);
	mn_lack_init(m);
	iface->mn = m;
	if (iface->link.up)
		movement_attach(m, now, NULL);
	if (iface->link.up && node->config.interface_init_delay)
		solicit_at(m, now + node->config.interface_init_delay);
	return MIP6_OK;
}

void movement_attach(struct mn_iface *m, mip6_time now, const char *reason)
{
	movement_detach(m, now, "new link");
	m->attached = true;
	m->link_local_checked = false;
	m->arrivals = m->formed = (struct bucket){0};
	m->mistrials = 0;
	m->no_trial_until = 0;
	if (reason)
		movement_moved(m, now, reason);
	if (reason || m->node->config.interface_init_delay == 0)
		movement_solicit(m, now);
}

void movement_detach(struct mn_iface *m, mip6_time now, const char *reason)
{
	const struct mip6_addr *addr = movement_link_local(m);

	stop_soliciting(m);
	timer_stop(&m->node->timers, &m->nd_timer);
	mn_lack_stop(m);
	if (addr)
		dad_cancel(m->node, m->iface->link.ifindex, addr);
	mn_coa_remove_all(m, now, reason);
	while (m->routers)
		forget_router(m, m->routers);
	m->attached = false;
}

void movement_remove(struct mip6_node *node, struct iface *iface)
{
	struct mn_iface *m = iface->mn;

	(void)node;
	if (!m)
		return;
	movement_detach(m, 0, NULL);
	iface->mn = NULL;
	free(m);
}
