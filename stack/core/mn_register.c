/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Home registration: Binding Updates to the home agent and what answers them
 * (RFC 6275 11.7.1, 11.7.3, 11.8, 11.3.5, 11.3.6). */
#include "mn.h"
#include "slaac.h"

#define UNANSWERED_ROUND 3 /* Binding Updates from one address before another is tried */

/* ---- what to ask for -------------------------------------------------------------- */

/* RFC 6275 11.7.1: L when the link-local address shares the identifier of the
 * home address. K needs movable IKE endpoints, which nobody provides here. */
static uint16_t home_flags(const struct mn_home *home)
{
	const struct iface *i = node_iface(home->node, home->ifindex);
	const struct mip6_addr *ll = i && i->mn ? movement_link_local(i->mn) : NULL;
	uint16_t flags = MH_BU_A | MH_BU_H;

	if (ll && slaac_same_iid(ll, &home->config.hoa.addr))
		flags |= MH_BU_L;
	return flags;
}

/* At most what is left until then. A time that has passed says nothing: the prefix was
 * told last on the home link, and may have been prolonged since. */
static uint64_t at_most(uint64_t units, mip6_time now, mip6_time until)
{
	uint64_t left;

	if (until == MIP6_NEVER || until < now)
		return units;
	left = (uint64_t)(until - now) / (4 * MIP6_SECOND);
	return left < units ? left : units;
}

/* In units of 4 s: at most what the configuration allows and what is left of the
 * care-of address and of the home address (11.7.1), at least one unit. */
static uint16_t lifetime_to_ask(const struct mn_home *home, mip6_time now, const struct mn_coa *coa)
{
	uint64_t units = home->node->config.mn_max_ha_binding_life_s / 4;

	if (coa)
		units = at_most(units, now, coa->valid_until);
	units = at_most(units, now, home->prefix_until);
	if (units > UINT16_MAX)
		units = UINT16_MAX;
	return units ? (uint16_t)units : 1;
}

bool mn_register_may_be_bound(const struct mn_home *home, mip6_time now)
{
	return bul_may_be_bound(&home->bul, now);
}

/* The first retransmission interval (11.8). Addresses that take turns because
 * none is answered slow down together. */
static mip6_time first_timeout(const struct mn_home *home, const struct mn_coa *coa, bool bound)
{
	const struct mip6_config *c = &home->node->config;
	mip6_time timeout = bound ? c->initial_bindack_rereg : c->initial_bindack_first;

	for (unsigned i = 0; coa && i < coa->failed_rounds && timeout < BUL_MAX_TIMEOUT; i++)
		timeout *= 2;
	return timeout < BUL_MAX_TIMEOUT ? timeout : BUL_MAX_TIMEOUT;
}

void mn_register_away(struct mn_home *home, mip6_time now, const struct mn_coa *coa)
{
	/* After a de-registration the home agent starts anew, with its own DAD. */
	bool bound = bul_bound(&home->bul, now) && home->place != MN_RETURNING;

	if (home->place == MN_AWAY)
		home->node->stats.handovers++;
	home_leave(home);
	home->place = MN_AWAY;
	home->ifindex = coa->owner->iface->link.ifindex;
	home->coa = coa->addr;
	bul_aim(&home->bul, now, &coa->addr, lifetime_to_ask(home, now, coa), home_flags(home),
		first_timeout(home, coa, bound));
}

void mn_register_home(struct mn_home *home, mip6_time now)
{
	bul_aim(&home->bul, now, &home->config.hoa.addr, 0, home_flags(home),
		home->node->config.initial_bindack_rereg);
}

/* Asks again for what is registered now. Without the address (its link is down)
 * the Binding Update is held back when it comes to sending. */
void mn_register_refresh(struct mn_home *home, mip6_time now, bool first)
{
	const struct mn_coa *coa = mn_coa_find(home->node, home->ifindex, &home->coa);
	bool bound = !first && bul_bound(&home->bul, now);

	if (home->place == MN_RETURNING)
		mn_register_home(home, now);
	else if (home->place == MN_AWAY)
		bul_aim(&home->bul, now, &home->coa, lifetime_to_ask(home, now, coa),
			home_flags(home), first_timeout(home, coa, bound));
	else
		bul_hold(&home->bul);
}

/* What was aimed at while the link was down may have been for a binding that has
 * expired since. */
void mn_register_resume(struct mn_home *home, mip6_time now)
{
	if (home->bul.sent_any)
		bul_due_now(&home->bul, now);
	else
		mn_register_refresh(home, now, false);
}

bool mn_register_again(struct mip6_node *node, mip6_time now, const struct mn_iface *m)
{
	bool any = false;

	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mn_home *home = node->mn->homes[i];

		if (home->place != MN_AWAY || home->ifindex != m->iface->link.ifindex ||
		    home->bul.state != BUL_REGISTERED)
			continue;
		mn_register_refresh(home, now, false);
		any = true;
	}
	return any;
}

bool mn_register_waits(const struct mn_iface *m)
{
	for (size_t i = 0; i < m->node->mn->home_count; i++) {
		const struct mn_home *home = m->node->mn->homes[i];

		if (home->place == MN_AWAY && home->ifindex == m->iface->link.ifindex &&
		    home->bul.state == BUL_WAITING)
			return true;
	}
	return false;
}

/* ---- sending ------------------------------------------------------------------------- */

static void emit_bu(const struct mn_home *home, mip6_time now)
{
	const struct bul *b = &home->bul;
	struct mip6_event e = mip6_event_make(MIP6_EV_BU_TX, now, home->ifindex);

	mip6_event_addr(&e, "hoa", &b->hoa);
	mip6_event_addr(&e, "coa", &b->coa);
	mip6_event_addr(&e, "peer", &home->config.ha);
	mip6_event_uint(&e, "seq", b->seq);
	mip6_event_uint(&e, "lifetime_s", (uint64_t)b->lifetime * 4);
	node_emit(home->node, &e);
}

static void address_bu(const struct mn_home *home, struct mip6_tx *tx)
{
	*tx = (struct mip6_tx){
	    .ifindex = home->ifindex,
	    .src = home->coa,
	    .dst = home->config.ha,
	    .hop_limit = 64,
	    .has_hao = true,
	    .hao = home->config.hoa.addr,
	};
	if (home->place == MN_AWAY)
		return;
	tx->src = home->config.hoa.addr;
	tx->has_hao = false;
	tx->l2_len = home->ha_lladdr.len;
	for (size_t i = 0; i < home->ha_lladdr.len; i++)
		tx->l2_dst[i] = home->ha_lladdr.addr[i];
}

/* The access router learns the new address from this without having to ask; O=0
 * because its duplicate detection still runs (RFC 4429 3.3). */
static void announce_coa(const struct mn_home *home)
{
	struct mn_coa *coa = mn_coa_find(home->node, home->ifindex, &home->coa);
	struct mip6_addr all = mip6_addr_all_nodes();

	if (home->place != MN_AWAY || !coa || !coa->announce)
		return;
	coa->announce = false;
	node_send_na(home->node, home->ifindex, &coa->addr, &all, &coa->addr, 0);
}

static void plan(struct mn_home *home)
{
	mip6_time due = bul_due(&home->bul);

	if (due == MIP6_NEVER)
		timer_stop(&home->node->timers, &home->timer);
	else
		(void)timer_set(&home->node->timers, &home->timer, due);
}

static bool source_exists(const struct mn_home *home)
{
	const struct iface *i = node_iface(home->node, home->ifindex);

	if (home->place == MN_AWAY)
		return mn_coa_find(home->node, home->ifindex, &home->coa) != NULL;
	return home->place == MN_RETURNING && i && i->mn && i->mn->attached;
}

/* The record is written first: a sequence number that was on the wire must never
 * be forgotten. */
static void send_bu(struct mn_home *home, mip6_time now)
{
	struct mh_message m;
	struct mip6_tx tx;
	int err;

	bul_build(&home->bul, now, &m);
	mn_record_save(home, now);
	address_bu(home, &tx);
	/* UseAltCoa: the source tells it too, where no ESP leaves the source open. */
	if (!home->config.alt_coa && mip6_addr_equal(&tx.src, &home->bul.coa))
		m.options.has_alt_coa = false;
	home->inherited = false;
	err = node_send_mh(home->node, &tx, &m);
	if (err < 0)
		node_warn(home->node, now, "a Binding Update could not be built");
	else
		emit_bu(home, now);
}

void mn_register_end(struct mn_home *home, mip6_time now)
{
	if (home->place != MN_AWAY || !mn_register_may_be_bound(home, now))
		return;
	if (!source_exists(home))
		return;
	bul_aim(&home->bul, now, &home->coa, 0, home_flags(home),
		home->node->config.initial_bindack_rereg);
	send_bu(home, now);
	bul_forget(&home->bul);
	home->place = MN_NOWHERE;
	mn_record_save(home, now);
}

bool mn_register_is_due(const struct mn_home *home, mip6_time now)
{
	return home->bul.state == BUL_WAITING && bul_due(&home->bul) <= now;
}

/* Nobody registers an address at which it cannot be reached. What is held back goes out
 * with the next input that finds the plane in place; a retry is such an input. */
static bool plane_ready(struct mn_home *home, mip6_time now)
{
	bool ready = home->place != MN_AWAY || mn_plane_ready(home);

	if (!ready && !home->blocked)
		node_warn(home->node, now,
			  "no Binding Update is sent before the data plane is in place "
			  "(see plane_error)");
	home->blocked = !ready;
	return ready;
}

void mn_register_flush(struct mn_home *home, mip6_time now)
{
	if (mn_register_is_due(home, now)) {
		if (source_exists(home) && plane_ready(home, now))
			send_bu(home, now);
		else
			bul_hold(&home->bul);
	}
	announce_coa(home);
	plan(home);
}

/* ---- time passes ----------------------------------------------------------------------- */

/* An address that the home agent acknowledged since its interface is on this link. */
static bool other_is_confirmed(const struct mn_home *home, const struct mn_coa *coa)
{
	const struct mn_coa *other =
	    mn_coa_find(home->node, home->confirmed_ifindex, &home->confirmed);

	return other && other != coa && other->owner == coa->owner &&
	       other->failed_rounds <= coa->failed_rounds;
}

/* Every few unanswered Binding Updates the address is held to be worse than one
 * that was not tried as often; at once, when another of this link has worked. */
static void count_unanswered(struct mn_home *home, mip6_time now)
{
	struct mn_coa *coa = mn_coa_find(home->node, home->ifindex, &home->coa);
	unsigned unanswered = home->bul.resends + 1;
	bool confirmed;
	bool on_trial;

	if (!coa || home->place != MN_AWAY)
		return;
	confirmed = other_is_confirmed(home, coa);
	on_trial = movement_unanswered(coa->owner, now, home->bul.last_sent);
	if (unanswered % UNANSWERED_ROUND == 0 || confirmed)
		coa->failed_rounds++;
	if (confirmed && !on_trial)
		movement_distrust(coa->owner, now);
}

static void no_answer(struct mn_home *home, mip6_time now)
{
	unsigned limit = home->node->config.max_ha_resends;

	count_unanswered(home, now);
	home_unanswered(home, now);
	if (limit == 0 || home->bul.resends < limit)
		return;
	bul_fail(&home->bul, MIP6_NEVER);
	node_warn(home->node, now,
		  "the home agent does not answer, no more Binding Updates are sent "
		  "until the node moves (MnMaxHaConsecutiveResends)");
}

static void timer_fire(void *arg, mip6_time now)
{
	struct mn_home *home = arg;
	struct bul *b = &home->bul;

	if (b->state == BUL_WAITING && b->sent_any)
		no_answer(home, now);
	else if (b->state == BUL_REGISTERED || b->state == BUL_FAILED)
		mn_register_refresh(home, now, false);
	mn_update(home->node, now);
}

void mn_register_init(struct mn_home *home, uint16_t seq)
{
	bul_init(&home->bul, &home->config.hoa.addr, seq);
	timer_init(&home->timer, timer_fire, home);
}

/* ---- answers ------------------------------------------------------------------------------ */

static void emit_answer(const struct mn_home *home, mip6_time now, enum mip6_event_id id,
			const struct mh_message *m)
{
	struct mip6_event e = mip6_event_make(id, now, home->ifindex);

	mip6_event_addr(&e, "hoa", &home->bul.hoa);
	mip6_event_addr(&e, "coa", &home->bul.coa);
	mip6_event_addr(&e, "peer", &home->config.ha);
	if (id == MIP6_EV_BA_RX) {
		mip6_event_uint(&e, "seq", m->ba.seq);
		mip6_event_uint(&e, "lifetime_s", (uint64_t)m->ba.lifetime * 4);
		mip6_event_uint(&e, "status", m->ba.status);
		mip6_event_text(&e, "text", mh_status_text(m->ba.status));
	} else if (id == MIP6_EV_REGISTERED) {
		mip6_event_uint(&e, "lifetime_s", (uint64_t)home->bul.granted * 4);
	}
	node_emit(home->node, &e);
}

static void accepted(struct mn_home *home, mip6_time now, const struct mh_message *m)
{
	struct mn_coa *coa = mn_coa_find(home->node, home->ifindex, &home->coa);

	if (coa) {
		coa->failed_rounds = 0;
		movement_answered(coa->owner, now, home->bul.last_sent);
	}
	home->confirmed = home->coa;
	home->confirmed_ifindex = home->place == MN_AWAY ? home->ifindex : 0;
	home->refusals = 0;
	home->node->stats.registrations++;
	emit_answer(home, now, MIP6_EV_REGISTERED, m);
	if (m->ba.status == MH_STATUS_PREFIX_DISCOVERY && !home->prefix_ends)
		node_warn(
		    home->node, now,
		    "the home agent says that the home prefix is deprecated, or ends, within the "
		    "lifetime of the binding");
	home->prefix_ends = m->ba.status == MH_STATUS_PREFIX_DISCOVERY;
}

static void refused(struct mn_home *home, mip6_time now, enum bul_verdict verdict)
{
	struct mn_coa *coa = mn_coa_find(home->node, home->ifindex, &home->coa);
	bool duplicate = verdict == BUL_HOA_REFUSED && home->place == MN_AWAY;

	if (verdict == BUL_COA_REFUSED && coa)
		coa->failed_rounds++;
	/* While the home agent is sought on the home link, the question for the home
	 * address itself may be what its duplicate detection met; and a former process
	 * may have been on that link, and have met it. */
	if (duplicate && !home->inherited)
		home_refuse(home, now);
	else
		node_warn(home->node, now, "the home agent refused the Binding Update");
	if (duplicate && home->inherited)
		mn_register_refresh(home, now, false);
}

static void receive_ba(struct mn_home *home, mip6_time now, const struct mh_message *m)
{
	enum bul_verdict verdict;

	emit_answer(home, now, MIP6_EV_BA_RX, m);
	verdict = bul_acknowledge(&home->bul, now, m);
	switch (verdict) {
	case BUL_IGNORED:
	case BUL_RESEND:
		break;
	case BUL_ACCEPTED:
		accepted(home, now, m);
		break;
	case BUL_DEREGISTERED:
		emit_answer(home, now, MIP6_EV_DEREGISTERED, m);
		home_confirmed(home, now, m->ba.status);
		break;
	case BUL_REFUSED:
	case BUL_COA_REFUSED:
	case BUL_HOA_REFUSED:
		refused(home, now, verdict);
		break;
	}
	mn_record_save(home, now);
	mn_update(home->node, now);
}

static void receive_be(struct mn_home *home, mip6_time now, const struct mh_message *m)
{
	emit_answer(home, now, MIP6_EV_BE_RX, m);
	/* Status 2 answers an extension, and none is used towards a home agent. */
	if (m->be.status == MH_BE_UNKNOWN_BINDING)
		mn_hint_take(home, now, MN_HINT_MOBILITY);
}

/* Away a message for the home address comes with a type 2 routing header (6.4),
 * at home without. A Binding Error names the home address itself. */
static const struct mip6_addr *addressed_hoa(const struct ip6_packet *p, const struct mh_message *m)
{
	if (m->type == MH_BE)
		return &m->be.hoa;
	if (p->has_rh2)
		return p->rh2_segments_left == 1 ? &p->rh2 : NULL;
	return &p->dst;
}

static struct mn_home *find_home(const struct mip6_node *node, const struct mip6_addr *hoa,
				 const struct mip6_addr *ha)
{
	for (size_t i = 0; hoa && i < node->mn->home_count; i++) {
		struct mn_home *home = node->mn->homes[i];

		if (mip6_addr_equal(&home->config.hoa.addr, hoa) &&
		    mip6_addr_equal(&home->config.ha, ha))
			return home;
	}
	return NULL;
}

void mn_register_receive(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
			 const struct mh_message *m)
{
	struct mn_home *home = find_home(node, addressed_hoa(p, m), &p->src);

	if (!home || home->place == MN_NOWHERE) {
		node_drop(node, now, 0, MIP6_ERR_NOTFOUND, &p->src);
		return;
	}
	switch (m->type) {
	case MH_BA:
		receive_ba(home, now, m);
		break;
	case MH_BE:
		receive_be(home, now, m);
		break;
	case MH_BRR:
		emit_answer(home, now, MIP6_EV_BRR_RX, m);
		mn_hint_take(home, now, MN_HINT_MOBILITY);
		break;
	default: /* what concerns correspondents only */
		node_drop(node, now, 0, MIP6_ERR_TYPE, &p->src);
		break;
	}
}

/* The daemon of a home agent that is just being started again is missing in the same
 * way, so it is not for ever, and not for long where there is a binding; a tunnelled
 * packet that a home agent at work refuses ends it at once (mn_hint.c). */
void mn_register_unknown(struct mn_home *home, mip6_time now)
{
	mip6_time pause = bul_bound(&home->bul, now) ? BUL_RETRY_RESTART : BUL_RETRY_SHORTAGE;

	bul_fail(&home->bul, now + pause);
	node_warn(home->node, now,
		  "the home agent does not know the Mobility Header: no Binding Updates are "
		  "sent for now");
	mn_record_save(home, now);
	mn_update(home->node, now);
}
