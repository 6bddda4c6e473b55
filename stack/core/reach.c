/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which of the routers that an interface heard are here (RFC 6275 11.5.1, RFC 4861
 * 7.3).
 *
 * An unknown router with a prefix may mean that the node was moved, or that its link
 * has one more router; anybody can send such an advertisement. So the routers that
 * are in use are asked at once (Neighbour Solicitations). One that answers in a few
 * times of what answers took so far is here: both share the link and get the same
 * group number, nothing changes hands, and RFC 4191 decides between them. If none
 * does, the node follows the arrival, and the former routers are suspects: they are
 * asked on, and one that answers late takes the node back while no home agent has
 * acknowledged its move. Those that never answer are lost; a lost router that is heard
 * again is a new arrival, as after a move back. A suspect that advertises may mean a
 * move back or a slow answer, so now the other one is asked: slow advertisements must
 * not turn a quick move back into one link with two routers. Three silent intervals
 * make any router lost.
 *
 *   new ----> LIVE        none is in use, or they share a prefix
 *   new ----> PROBATION   those in use are asked
 *   PROBATION -> LIVE     they answered, or did not
 *   LIVE ----> SUSPECT    asked, no answer      SUSPECT -> LIVE  answered, heard
 *   any -----> LOST       silent, or no answer to the last question */
#include "mn.h"

#define PROBES	       3
#define PROBE_INTERVAL MIP6_SECOND     /* RETRANS_TIMER, of probes that the switch waits for */
#define DOUBT_INTERVAL (100 * MIP6_MS) /* of those behind it: the next move may be near */

/* The wait for the first answer: so many times as long as the last one took. */
#define ANSWER_TIMES 4
#define ANSWER_LEAST (100 * MIP6_US)
#define ANSWER_MOST  (20 * MIP6_MS)
/* Between the first questions to one router: anybody can make us ask. */
#define ASK_INTERVAL (100 * MIP6_MS)

void reach_emit(const struct mn_iface *m, mip6_time now, enum mip6_event_id id,
		const struct router *r, const char *reason)
{
	struct mip6_event e = mip6_event_make(id, now, m->iface->link.ifindex);

	mip6_event_addr(&e, "router", &r->addr);
	if (reason)
		mip6_event_text(&e, "reason", reason);
	node_emit(m->node, &e);
}

/* ---- questions ------------------------------------------------------------------------ */

static void send_probe(struct mn_iface *m, mip6_time now, struct router *r)
{
	const struct mip6_addr *src = movement_link_local(m);
	struct mip6_addr group = mip6_addr_solicited_node(&r->addr);

	r->asked_at = now;
	if (src)
		node_send_ns(m->node, m->iface->link.ifindex, src, &group, &r->addr);
}

static mip6_time probe_interval(const struct mn_iface *m)
{
	const struct mip6_config *config = &m->node->config;

	if (config->router_probes == 0)
		return DOUBT_INTERVAL;
	return config->router_probe_timeout ? config->router_probe_timeout : PROBE_INTERVAL;
}

static void probe(struct mn_iface *m, mip6_time now, struct router *r, unsigned count)
{
	r->question = ROUTER_PROBED;
	r->probes_left = count - 1;
	r->probe_at = now + probe_interval(m);
	send_probe(m, now, r);
}

static mip6_time answer_wait(const struct mn_iface *m)
{
	mip6_time wait = ANSWER_TIMES * m->answer_time;

	if (wait < ANSWER_LEAST)
		return ANSWER_LEAST;
	return wait < ANSWER_MOST ? wait : ANSWER_MOST;
}

/* The first question to a router in use, which an arrival waits for. */
static void ask(struct mn_iface *m, mip6_time now, struct router *r)
{
	if (r->asked_at && now - r->asked_at < ASK_INTERVAL) {
		r->question = ROUTER_TO_ASK;
		r->probe_at = r->asked_at + ASK_INTERVAL;
		return;
	}
	r->question = ROUTER_ASKED;
	r->probe_at = now + answer_wait(m);
	send_probe(m, now, r);
}

/* ---- answers --------------------------------------------------------------------------- */

/* True when both are known to be on one link. */
static bool together(const struct router *a, const struct router *b)
{
	return a->group == b->group || router_shares_prefix(a, b);
}

/* Two routers are both here. */
static void join_groups(struct mn_iface *m, unsigned from, unsigned into)
{
	for (struct router *r = m->routers; r; r = r->next)
		if (r->group == from)
			r->group = into;
}

/* The arrivals on probation are followed. */
static void admit(struct mn_iface *m, mip6_time now)
{
	bool admitted = false;

	for (struct router *r = m->routers; r; r = r->next) {
		if (r->state != ROUTER_PROBATION)
			continue;
		r->state = ROUTER_LIVE;
		admitted = true;
	}
	if (admitted)
		movement_moved(m, now, "new router");
}

/* The home agent's answer was about the link that this interface was on. */
static void doubt_link(const struct mn_iface *m)
{
	for (struct router *r = m->routers; r; r = r->next)
		r->home_proven = false;
}

void reach_lose(struct mn_iface *m, mip6_time now, struct router *r, const char *reason)
{
	bool needed = r->state == ROUTER_LIVE && (!m->router || m->router == r);

	r->state = ROUTER_LOST;
	r->probe_at = MIP6_NEVER;
	reach_emit(m, now, MIP6_EV_ROUTER_LOST, r, reason);
	doubt_link(m);
	admit(m, now);
	if (needed)
		movement_solicit(m, now);
}

/* The other routers of its link may be here; they were not asked yet. */
static void unanswered(struct mn_iface *m, mip6_time now, struct router *r)
{
	for (struct router *other = m->routers; other; other = other->next) {
		if (other == r || other->state != ROUTER_LIVE || other->group != r->group)
			continue;
		other->state = ROUTER_SUSPECT;
		probe(m, now, other, PROBES);
	}
	r->state = ROUTER_SUSPECT;
	r->question = ROUTER_PROBED;
	r->probes_left = PROBES - 1;
	r->probe_at = r->asked_at + DOUBT_INTERVAL;
	admit(m, now);
}

void reach_step(struct mn_iface *m, mip6_time now, struct router *r)
{
	if (r->question == ROUTER_TO_ASK)
		ask(m, now, r);
	else if (r->question == ROUTER_ASKED)
		unanswered(m, now, r);
	else if (r->probes_left == 0)
		reach_lose(m, now, r, "no answer to probes");
	else
		probe(m, now, r, r->probes_left);
}

/* Is each other router still here, now that this suspect advertises again? */
static void doubt_others(struct mn_iface *m, mip6_time now, struct router *suspect)
{
	suspect->state = ROUTER_LIVE;
	for (struct router *other = m->routers; other; other = other->next)
		if (other != suspect && other->state == ROUTER_LIVE &&
		    other->probe_at == MIP6_NEVER && !together(suspect, other))
			probe(m, now, other, PROBES);
}

/* A router in doubt is here, with those that nothing speaks against. */
static void clear_doubt(struct mn_iface *m, struct router *r)
{
	r->state = ROUTER_LIVE;
	for (struct router *other = m->routers; other; other = other->next) {
		if (other == r || other->state == ROUTER_LOST || other->state == ROUTER_SUSPECT)
			continue;
		join_groups(m, other->group, r->group);
		other->state = ROUTER_LIVE;
	}
}

void reach_heard(struct mn_iface *m, mip6_time now, struct router *r, bool advertisement)
{
	bool asked = r->probe_at != MIP6_NEVER;

	r->probe_at = MIP6_NEVER;
	if (asked && !advertisement)
		m->answer_time = now - r->asked_at;
	if (r->state == ROUTER_SUSPECT && advertisement)
		doubt_others(m, now, r);
	else if (asked)
		clear_doubt(m, r);
}

/* ---- arrivals -------------------------------------------------------------------------- */

/* Only what could give the node an address, or be its home, can mean a move. */
bool reach_matters(const struct mn_iface *m, mip6_time now, const struct router *r)
{
	for (size_t i = 0; i < r->prefix_count; i++) {
		const struct router_prefix *p = &r->prefixes[i];

		if (router_is_default(r, now) && (p->flags & ND_PIO_A) && p->prefix.len == 64)
			return true;
		if (home_is_advertised(m->node, p))
			return true;
	}
	return false;
}

/* A router that nothing is known of yet would displace `old`. MnRouterProbes gives
 * the old one more time. Where routers of all links have the same addresses, an answer
 * would say nothing. */
static void displace(struct mn_iface *m, mip6_time now, struct router *old, struct router *arrival)
{
	unsigned probes = m->node->config.router_probes;

	arrival->state = ROUTER_PROBATION;
	if (router_same_station(old, arrival)) {
		reach_lose(m, now, old, "another router has its addresses");
		return;
	}
	if (old->probe_at != MIP6_NEVER)
		return;
	if (probes)
		probe(m, now, old, probes);
	else
		ask(m, now, old);
}

void reach_arrive(struct mn_iface *m, mip6_time now, struct router *r)
{
	r->state = ROUTER_LIVE;
	r->weighed = reach_matters(m, now, r);
	for (struct router *other = m->routers; other; other = other->next) {
		if (other != r && other->state == ROUTER_LIVE && together(r, other)) {
			join_groups(m, r->group, other->group);
			return;
		}
	}
	if (!r->weighed)
		return;
	if (m->router && m->router != r && m->router->state == ROUTER_LIVE) {
		displace(m, now, m->router, r);
		return;
	}
	for (struct router *other = m->routers; other; other = other->next)
		if (other != r && other->state == ROUTER_LIVE && other->weighed)
			displace(m, now, other, r);
}
