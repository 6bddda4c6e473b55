/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The home link: how it is recognised (RFC 6275 11.5.2) and how the node takes
 * its home address back from the home agent (11.5.5). The home agent defends the
 * address on the link until it has processed the de-registration, so neither may
 * the home address be used before, nor may the de-registration's own neighbour
 * discovery give it away: the home agent's link-layer address comes from its
 * advertisement, or from asking, as nobody ("::"), for the home address itself. */
#include "mn.h"
#include <stdio.h>

#define SEEK_INTERVAL (50 * MIP6_MS)
#define SEEK_COUNT    3
#define ANNOUNCEMENTS 3 /* MAX_NEIGHBOR_ADVERTISEMENT */

#define RETRY_FIRST (60 * MIP6_SECOND)
#define RETRY_LAST  (3600 * MIP6_SECOND)

/* ---- recognising it ------------------------------------------------------------------ */

struct mip6_prefix home_prefix(const struct mn_home *home)
{
	struct mip6_prefix p = home->config.home_prefix;
	struct mip6_addr zero = {{0}};

	if (p.len == 0)
		p = home->config.hoa;
	p.addr = mip6_addr_combine(&p, &zero);
	return p;
}

static bool is_home(const struct mn_home *home, const struct router_prefix *p)
{
	struct mip6_prefix wanted = home_prefix(home);

	return mip6_prefix_equal(&wanted, &p->prefix) &&
	       (p->flags & (ND_PIO_L | ND_PIO_A | ND_PIO_R));
}

bool home_is_advertised(const struct mip6_node *node, const struct router_prefix *p)
{
	for (size_t i = 0; i < node->mn->home_count; i++)
		if (is_home(node->mn->homes[i], p))
			return true;
	return false;
}

struct router *home_router(const struct mn_home *home, const struct mn_iface *m, mip6_time now)
{
	struct mip6_prefix wanted = home_prefix(home);

	for (struct router *r = m->routers; r; r = r->next) {
		const struct router_prefix *p = router_prefix(r, &wanted);

		if (r->state != ROUTER_LIVE || r->home_denied_until > now)
			continue;
		if (p && p->valid_until > now && is_home(home, p))
			return r;
	}
	return NULL;
}

static bool is_here(const struct mn_home *home, const struct mn_iface *m)
{
	return home->ifindex == m->iface->link.ifindex &&
	       (home->place == MN_SEEKING || home->place == MN_RETURNING ||
		home->place == MN_AT_HOME);
}

/* Of several links that are said to be home the one where the node is at home already,
 * else one where the home agent has answered: anybody can advertise the home prefix on
 * another interface's link. */
struct mn_iface *home_link(const struct mn_home *home, mip6_time now)
{
	struct mn_iface *best = NULL;
	bool proven = false;

	for (const struct iface *i = home->node->ifaces; i; i = i->next) {
		const struct router *r =
		    i->mn && i->mn->attached ? home_router(home, i->mn, now) : NULL;

		if (!r)
			continue;
		if (is_here(home, i->mn))
			return i->mn;
		if (best && (proven || !r->home_proven))
			continue;
		best = i->mn;
		proven = r->home_proven;
	}
	return best;
}

void home_note_prefix(struct mn_home *home, mip6_time now, const struct mn_iface *m)
{
	struct mip6_prefix wanted = home_prefix(home);
	mip6_time until = now;

	for (struct router *r = m->routers; r; r = r->next) {
		const struct router_prefix *p = router_prefix(r, &wanted);

		if (r->state == ROUTER_LIVE && p && p->valid_until > until)
			until = p->valid_until;
	}
	if (until > now)
		home->prefix_until = until;
}

/* ---- proving it ------------------------------------------------------------------------------ */

#define PROOF_INTERVAL (50 * MIP6_MS)
#define PROOF_COUNT    3
#define DENIED_FIRST   (10 * MIP6_SECOND)
#define DENIED_DOUBLES 6

/* True when a router here speaks for a foreign link, so that one advertisement of the
 * home prefix, which anybody can send, also in that router's name, proves nothing. */
static bool also_foreign(const struct mn_iface *m)
{
	for (const struct mn_coa *c = m->coas; c; c = c->next)
		for (const struct router *r = m->routers; c->usable && r; r = r->next)
			if (r->state == ROUTER_LIVE && router_prefix(r, &c->prefix))
				return true;
	return false;
}

/* The router's home prefix counts for nothing for a while, ever longer. */
static void deny(struct mn_home *home, mip6_time now, struct router *r)
{
	unsigned doubles = r->home_denials < DENIED_DOUBLES ? r->home_denials : DENIED_DOUBLES;

	r->home_proven = false;
	r->home_denials++;
	r->home_denied_until = now + (DENIED_FIRST << doubles);
	if (r->home_denials == 1)
		node_warn(home->node, now,
			  "a router on this link advertises the home prefix, but the home agent "
			  "does not answer here: this is not taken for the home link");
}

/* The question gives nothing away that the home agent defends. */
static void ask_for_proof(struct mn_home *home, mip6_time now, const struct mn_iface *m)
{
	const struct mip6_addr *src = movement_link_local(m);
	const struct mip6_addr *ha = &home->config.ha;
	struct mip6_addr group = mip6_addr_solicited_node(ha);
	struct mip6_addr none = {{0}};

	home->proof_ifindex = m->iface->link.ifindex;
	home->proof_count++;
	node_send_ns(home->node, home->proof_ifindex, src ? src : &none, &group, ha);
	(void)timer_set(&home->node->timers, &home->proof_timer, now + PROOF_INTERVAL);
}

static void start_proof(struct mn_home *home, mip6_time now, const struct mn_iface *m)
{
	if (timer_is_set(&home->proof_timer))
		return;
	home->proof_count = 0;
	ask_for_proof(home, now, m);
}

static void proof_fire(void *arg, mip6_time now)
{
	struct mn_home *home = arg;
	const struct iface *i = node_iface(home->node, home->proof_ifindex);
	struct router *r = i && i->mn && i->mn->attached ? home_router(home, i->mn, now) : NULL;

	if (!r)
		return;
	if (home->proof_count < PROOF_COUNT) {
		ask_for_proof(home, now, i->mn);
		return;
	}
	deny(home, now, r);
	mn_update(home->node, now);
}

static void proof_received(struct mn_home *home, mip6_time now, struct mn_iface *m)
{
	struct router *r = home_router(home, m, now);

	timer_stop(&home->node->timers, &home->proof_timer);
	if (r)
		r->home_proven = true;
	mn_update(home->node, now);
}

/* Where the node is stays as it is until the answer. */
bool home_is_proven(struct mn_home *home, mip6_time now, struct mn_iface *m)
{
	const struct router *r = home_router(home, m, now);

	if (!r || r->home_proven || !also_foreign(m))
		return true;
	start_proof(home, now, m);
	return is_here(home, m);
}

/* The first answer is easily lost, as when the home agent remembers the home address at
 * another interface of this node: it is asked whether it is here, while the
 * de-registration goes out again. Who answers for it, and leaves that one unanswered as
 * well, is somebody else. */
void home_unanswered(struct mn_home *home, mip6_time now)
{
	const struct iface *i = node_iface(home->node, home->ifindex);
	struct router *r = i && i->mn ? home_router(home, i->mn, now) : NULL;

	if (home->place != MN_RETURNING || !r || !also_foreign(i->mn))
		return;
	if (home->bul.resends == 0)
		start_proof(home, now, i->mn);
	else
		deny(home, now, r);
}

/* ---- taking the home address back ------------------------------------------------------ */

/* RFC 6275 11.5.5: for each home address, the link-local one included, O=1, S=0. */
static void announce_hoa(struct mn_home *home, mip6_time now)
{
	const struct iface *i = node_iface(home->node, home->ifindex);
	const struct mip6_addr *ll = i && i->mn ? movement_link_local(i->mn) : NULL;
	const struct mip6_addr *hoa = &home->config.hoa.addr;
	struct mip6_addr all = mip6_addr_all_nodes();

	node_send_na(home->node, home->ifindex, hoa, &all, hoa, ND_NA_O);
	if (ll && (home->bul.flags & MH_BU_L))
		node_send_na(home->node, home->ifindex, ll, &all, ll, ND_NA_O);
	home->announce_count++;
	if (home->announce_count < ANNOUNCEMENTS)
		(void)timer_set(&home->node->timers, &home->announce_timer, now + MIP6_SECOND);
}

static void announce_fire(void *arg, mip6_time now)
{
	announce_hoa(arg, now);
}

static void start_returning(struct mn_home *home, mip6_time now)
{
	timer_stop(&home->node->timers, &home->seek_timer);
	home->place = MN_RETURNING;
	mn_register_home(home, now);
}

/* ---- finding the home agent's link-layer address ---------------------------------------- */

static void seek(struct mn_home *home, mip6_time now)
{
	const struct mip6_addr *hoa = &home->config.hoa.addr;
	struct mip6_addr group = mip6_addr_solicited_node(hoa);
	struct mip6_addr none = {{0}};

	node_send_ns(home->node, home->ifindex, &none, &group, hoa);
	home->seek_count++;
	(void)timer_set(&home->node->timers, &home->seek_timer, now + SEEK_INTERVAL);
}

/* No home agent defends the home address; the host's own resolution has to do. */
static void seek_fire(void *arg, mip6_time now)
{
	struct mn_home *home = arg;

	if (home->seek_count < SEEK_COUNT) {
		seek(home, now);
		return;
	}
	start_returning(home, now);
	mn_update(home->node, now);
}

void home_receive_na(struct mn_home *home, mip6_time now, struct mn_iface *m,
		     const struct nd_na *na)
{
	if (timer_is_set(&home->proof_timer) && home->proof_ifindex == m->iface->link.ifindex &&
	    mip6_addr_equal(&na->target, &home->config.ha))
		proof_received(home, now, m);
	if (home->place != MN_SEEKING || home->ifindex != m->iface->link.ifindex)
		return;
	if (na->tlla.len == 0 || !mip6_addr_equal(&na->target, &home->config.hoa.addr))
		return;
	home->ha_lladdr = na->tlla;
	start_returning(home, now);
	mn_update(home->node, now);
}

/* ---- a home address that another node has --------------------------------------------------- */

void home_try_again(struct mn_home *home)
{
	if (!home->refused)
		return;
	timer_stop(&home->node->timers, &home->refused_timer);
	home->refused = false;
	home->place = MN_NOWHERE;
}

static void refused_fire(void *arg, mip6_time now)
{
	struct mn_home *home = arg;

	home_try_again(home);
	mn_update(home->node, now);
}

void home_refuse(struct mn_home *home, mip6_time now)
{
	mip6_time pause = RETRY_FIRST;
	char text[160];

	for (unsigned i = 0; i < home->refusals && pause < RETRY_LAST; i++)
		pause *= 2;
	if (pause > RETRY_LAST)
		pause = RETRY_LAST;
	home->refused = true;
	home->refusals++;
	(void)timer_set(&home->node->timers, &home->refused_timer, now + pause);
	snprintf(text, sizeof(text),
		 "another node on the home link has the home address: it is tried again in %u s, "
		 "on a new link, and at a reload",
		 (unsigned)(pause / MIP6_SECOND));
	node_warn(home->node, now, text);
}

/* ---- arriving and leaving ----------------------------------------------------------------- */

/* Nobody should have the address, but a home agent may remember a binding that
 * this node forgot: it is told to delete it, once. Neighbours may remember it at
 * another interface of this node (RFC 4861 7.2.6). */
static void claimed(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok)
{
	struct mn_home *home = arg;

	(void)addr;
	if (home->place != MN_AT_HOME)
		return;
	if (ok) {
		home->refusals = 0;
		home->announce_count = 0;
		announce_hoa(home, now);
		return;
	}
	home->disputed = true;
	start_returning(home, now);
	mn_update(home->node, now);
}

/* Without a binding the address is new to the link, with all that belongs to it
 * (11.5.5, last rule on DAD). */
void home_claim(struct mn_home *home, mip6_time now)
{
	home->place = MN_AT_HOME;
	bul_forget(&home->bul);
	(void)dad_start(home->node, now, home->ifindex, &home->config.hoa.addr, MIP6_SECOND,
			claimed, home);
	mn_record_save(home, now);
}

/* Somebody defended the address, and the home agent says that it holds no binding.
 * Once that may be its former answer, which was lost, or a registration that it was
 * about to begin: it is asked for again. Twice it was another node. */
static void dispute(struct mn_home *home, mip6_time now)
{
	if (home->disputes++ == 0) {
		home_claim(home, now);
		return;
	}
	home_refuse(home, now);
}

/* Who de-registered the node is its home agent, and this its link. */
static void prove(struct mn_home *home, mip6_time now)
{
	const struct iface *i = node_iface(home->node, home->ifindex);
	struct router *r = i && i->mn ? home_router(home, i->mn, now) : NULL;

	if (!r)
		return;
	r->home_proven = true;
	r->home_denials = 0;
}

void home_confirmed(struct mn_home *home, mip6_time now, uint8_t status)
{
	bool disputed = home->disputed;

	if (home->place != MN_RETURNING)
		return;
	prove(home, now);
	home->place = MN_AT_HOME;
	home->ha_lladdr.len = 0;
	home->disputed = false;
	if (disputed && status == MH_STATUS_NOT_HOME_AGENT) {
		dispute(home, now);
		return;
	}
	home->announce_count = 0;
	announce_hoa(home, now);
}

void home_arrive(struct mn_home *home, mip6_time now, struct mn_iface *m)
{
	bool here =
	    home->place == MN_SEEKING || home->place == MN_RETURNING || home->place == MN_AT_HOME;
	struct router *r = home_router(home, m, now);
	struct mip6_event e;

	if (here && home->ifindex == m->iface->link.ifindex)
		return;
	home_leave(home);
	home->ifindex = m->iface->link.ifindex;
	e = mip6_event_make(MIP6_EV_AT_HOME, now, home->ifindex);
	mip6_event_addr(&e, "hoa", &home->config.hoa.addr);
	node_emit(home->node, &e);
	if (!mn_register_may_be_bound(home, now)) {
		home_claim(home, now);
		return;
	}
	home->seek_count = 0;
	bul_hold(&home->bul);
	if (r && r->lladdr.len && router_has_address(r, &home->config.ha)) {
		home->ha_lladdr = r->lladdr;
		start_returning(home, now);
		return;
	}
	home->place = MN_SEEKING;
	seek(home, now);
}

void home_leave(struct mn_home *home)
{
	timer_stop(&home->node->timers, &home->seek_timer);
	timer_stop(&home->node->timers, &home->announce_timer);
	if (home->place == MN_AT_HOME)
		dad_cancel(home->node, home->ifindex, &home->config.hoa.addr);
	home->ha_lladdr.len = 0;
	home->disputed = false;
	home->disputes = 0;
}

void home_timer_init(struct mn_home *home)
{
	timer_init(&home->seek_timer, seek_fire, home);
	timer_init(&home->announce_timer, announce_fire, home);
	timer_init(&home->refused_timer, refused_fire, home);
	timer_init(&home->proof_timer, proof_fire, home);
}
