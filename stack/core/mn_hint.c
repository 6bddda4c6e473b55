/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Hints that the home agent has lost a binding: errors about packets that went into the
 * tunnel, and Binding Errors. None of them is protected, and who knows the three
 * addresses can forge one. So a hint changes nothing of what is known: it only brings a
 * Binding Update forward, whose answer then tells, and it does that at a low rate.
 *
 *     what is known        hint of a route       hint of Mobile IPv6
 *     registered           Binding Update        Binding Update
 *     waiting, 1.5 s old   the same again        the same again
 *     waiting, younger     -                     -
 *     refused, for now     -                     Binding Update
 *     at home, for good    -                     -
 */
#include "mn.h"

#define HINT_BURST    3
#define HINT_INTERVAL (10 * MIP6_SECOND)
/* The answer to a Binding Update takes this long where the home agent tests the address
 * for duplicates first; until then errors are about packets from before. */
#define HINT_PATIENCE (1500 * MIP6_MS)
/* Of a Binding Update: where its sequence number begins (RFC 6275 6.1.7). */
#define BU_SEQ_AT 6

void mn_hint_init(struct mn_home *home)
{
	home->hints = (struct mn_hints){.left = HINT_BURST};
}

/* ---- what follows from one ------------------------------------------------------------- */

static bool within_rate(struct mn_hints *h, mip6_time now)
{
	mip6_time back = h->left < HINT_BURST ? (now - h->since) / HINT_INTERVAL : 0;

	if (h->left == HINT_BURST || h->left + back >= HINT_BURST) {
		h->left = HINT_BURST;
		h->since = now;
	} else {
		h->left += (unsigned)back;
		h->since += back * HINT_INTERVAL;
	}
	if (h->left == 0)
		return false;
	h->left--;
	return true;
}

static bool is_of_use(const struct mn_home *home, mip6_time now, enum mn_hint hint)
{
	const struct bul *b = &home->bul;

	if (home->place != MN_AWAY || home->refused)
		return false;
	switch (b->state) {
	case BUL_REGISTERED:
		return true;
	case BUL_WAITING:
		return b->sent_any && b->next != MIP6_NEVER && now - b->last_sent >= HINT_PATIENCE;
	case BUL_FAILED:
		return hint == MN_HINT_MOBILITY && b->next != MIP6_NEVER;
	case BUL_IDLE:
		break;
	}
	return false;
}

static bool may_take(struct mn_home *home, mip6_time now, enum mn_hint hint)
{
	return is_of_use(home, now, hint) && within_rate(&home->hints, now);
}

static void take(struct mn_home *home, mip6_time now)
{
	if (home->bul.state == BUL_WAITING)
		bul_due_now(&home->bul, now);
	else
		mn_register_refresh(home, now, true);
	mn_update(home->node, now);
}

void mn_hint_take(struct mn_home *home, mip6_time now, enum mn_hint hint)
{
	if (may_take(home, now, hint))
		take(home, now);
}

/* ---- errors ------------------------------------------------------------------------------ */

/* The header of an invoking packet, which may be cut off anywhere behind what is read.
 * A first fragment is opened. Returns its next header, -1 when it is cut off before. */
static int read_header(struct mip6_reader *r, struct mip6_addr *ret_src, struct mip6_addr *ret_dst)
{
	uint8_t next;

	rd_u32(r);
	rd_u16(r);
	next = rd_u8(r);
	rd_u8(r);
	*ret_src = rd_addr(r);
	*ret_dst = rd_addr(r);
	if (next == IP6_NH_FRAGMENT) {
		next = rd_u8(r);
		rd_u8(r);
		if (rd_u16(r) & 0xfff8)
			return -1;
		rd_u32(r);
	}
	return r->failed ? -1 : next;
}

/* The home address in whose name this node sent the quoted packet into the tunnel that
 * is in use, to the one who answers; or NULL. */
static struct mn_home *tunnelled_by(const struct mip6_node *node, const struct ip6_packet *p,
				    const struct icmp6_error *e)
{
	struct mip6_reader r = rd_init(e->packet, e->packet_len);
	struct mip6_addr coa;
	struct mip6_addr ha;
	struct mip6_addr hoa;
	struct mip6_addr dst;

	if (read_header(&r, &coa, &ha) != IP6_NH_IPV6 || read_header(&r, &hoa, &dst) < 0)
		return NULL;
	if (!mip6_addr_equal(&p->src, &ha) || !mip6_addr_equal(&p->dst, &coa))
		return NULL;
	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mn_home *home = node->mn->homes[i];

		if (home->place == MN_AWAY && mip6_addr_equal(&home->config.hoa.addr, &hoa) &&
		    mip6_addr_equal(&home->config.ha, &ha) && mip6_addr_equal(&home->coa, &coa))
			return home;
	}
	return NULL;
}

static void doubt(struct mn_home *home, mip6_time now, const struct icmp6_error *e)
{
	/* What only a home agent says of a packet that it took out of the tunnel. */
	bool mobility = e->type == ICMP6_PARAM_PROBLEM && e->code == 0;
	struct mip6_event event = mip6_event_make(MIP6_EV_BINDING_DOUBTED, now, home->ifindex);

	if (!may_take(home, now, mobility ? MN_HINT_MOBILITY : MN_HINT_ROUTE))
		return;
	mip6_event_addr(&event, "hoa", &home->config.hoa.addr);
	mip6_event_addr(&event, "coa", &home->coa);
	mip6_event_addr(&event, "peer", &home->config.ha);
	mip6_event_uint(&event, "type", e->type);
	mip6_event_uint(&event, "code", e->code);
	node_emit(home->node, &event);
	take(home, now);
}

/* The home address whose last Binding Update is quoted, and not yet answered; or NULL. */
static struct mn_home *updated_by(const struct mip6_node *node, const struct ip6_packet *p,
				  const struct icmp6_error *e)
{
	struct ip6_packet quoted;
	struct mip6_reader r;
	uint16_t seq;

	if (ip6_parse(e->packet, e->packet_len, &quoted) < 0 || quoted.next_header != IP6_NH_MH ||
	    !mip6_addr_equal(&quoted.dst, &p->src))
		return NULL;
	r = rd_init(quoted.payload, quoted.payload_len);
	rd_bytes(&r, BU_SEQ_AT);
	seq = rd_u16(&r);
	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mn_home *home = node->mn->homes[i];
		const struct mip6_addr *hoa = quoted.has_hao ? &quoted.hao : &quoted.src;

		if (home->bul.state == BUL_WAITING && home->bul.sent_any && !r.failed &&
		    home->bul.seq == seq && mip6_addr_equal(&home->config.hoa.addr, hoa) &&
		    mip6_addr_equal(&home->config.ha, &quoted.dst))
			return home;
	}
	return NULL;
}

void mn_hint_error(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
		   const struct icmp6_error *e)
{
	struct mn_home *home;

	if (e->type != ICMP6_DST_UNREACH &&
	    (e->type != ICMP6_PARAM_PROBLEM || node->config.discard_ha_param_prob))
		return;
	home = tunnelled_by(node, p, e);
	if (home) {
		doubt(home, now, e);
		return;
	}
	home = e->type == ICMP6_PARAM_PROBLEM ? updated_by(node, p, e) : NULL;
	if (home && e->code == 1)
		mn_register_unknown(home, now);
	else if (home)
		node_warn(node, now, "the home agent found an error in a Binding Update");
}
