/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Binding Update at the home agent: the tests of RFC 6275 9.5.1, then those of
 * 10.3.1 and 10.3.2, in their order, since the order decides which status a
 * mobile node is told. */
#include "ha.h"
#include <string.h>

/* What is accepted is answered; refusals anyone can cause, in any number. */
static bool may_answer(struct ha *ha, mip6_time now, const struct ha_reply *reply, uint8_t status)
{
	const struct bcache_entry *e;

	if (status < MH_STATUS_UNSPECIFIED)
		return true;
	e = bcache_find(&ha->bcache, &reply->hoa);
	return node_may_reply(ha->node, now,
			      e && e->state == BCACHE_BOUND ? NODE_REPLY_REFUSAL_BOUND
							    : NODE_REPLY_REFUSAL,
			      &reply->dst);
}

void ha_send_ba(struct ha *ha, mip6_time now, const struct ha_reply *reply, uint8_t status,
		uint16_t seq, uint16_t lifetime)
{
	struct mh_message m = {.type = MH_BA};
	struct mip6_tx tx = {.src = reply->src, .dst = reply->dst};
	struct mip6_event e;

	if (!may_answer(ha, now, reply, status))
		return;
	tx.has_rh2 = reply->has_rh2;
	tx.rh2 = reply->hoa;
	if (reply->l2.len) {
		tx.ifindex = reply->ifindex;
		tx.l2_len = reply->l2.len;
		memcpy(tx.l2_dst, reply->l2.addr, reply->l2.len);
	}
	m.ba.status = status;
	m.ba.seq = seq;
	m.ba.lifetime = lifetime;
	if (node_send_mh(ha->node, &tx, &m) < 0)
		return;
	e = mip6_event_make(MIP6_EV_BA_TX, now, 0);
	mip6_event_addr(&e, "hoa", &reply->hoa);
	mip6_event_addr(&e, "coa", &reply->dst);
	mip6_event_addr(&e, "peer", &reply->dst);
	mip6_event_uint(&e, "seq", seq);
	mip6_event_uint(&e, "lifetime_s", lifetime * UINT64_C(4));
	mip6_event_uint(&e, "status", status);
	node_emit(ha->node, &e);
}

/* A refusal. To a mobile node on the home link it must not follow the binding that
 * there still is (RFC 6275 10.3.2). e may be NULL. */
static void refuse_with(struct ha *ha, mip6_time now, const struct ha_request *r,
			const struct bcache_entry *e, uint8_t status, uint16_t seq)
{
	if (e && e->state == BCACHE_BOUND && !r->reply.has_rh2 &&
	    r->ifindex == ha_entry_site(e)->ifindex)
		ha_neighbour_refuse(ha, now, &r->reply, status, seq);
	else
		ha_send_ba(ha, now, &r->reply, status, seq, 0);
}

static void refuse(struct ha *ha, mip6_time now, const struct ha_request *r,
		   const struct bcache_entry *e, uint8_t status)
{
	refuse_with(ha, now, r, e, status, r->seq);
}

bool ha_allowed(const struct ha *ha, const struct mip6_addr *hoa)
{
	const struct mip6_config *c = &ha->node->config;

	for (size_t i = 0; i < c->acl_count; i++)
		if (mip6_addr_equal(&c->acl[i].hoa, hoa))
			return c->acl[i].policy == MIP6_ACL_ALLOW;
	return c->default_acl == MIP6_ACL_ALLOW;
}

static struct ha_request request_of(unsigned ifindex, const struct ip6_packet *p,
				    const struct mh_message *m)
{
	struct ha_request r = {.ifindex = ifindex};

	r.hoa = p->has_hao ? p->hao : p->src;
	r.coa = m->options.has_alt_coa ? m->options.alt_coa : p->src;
	r.seq = m->bu.seq;
	r.flags = m->bu.flags;
	r.lifetime = m->bu.lifetime;
	r.reply = (struct ha_reply){.src = p->dst, .dst = p->src, .hoa = r.hoa};
	/* To the home address itself goes no routing header, whether the option said
	 * it again or not. */
	r.has_hao = p->has_hao;
	r.reply.has_rh2 = p->has_hao && !mip6_addr_equal(&p->src, &r.hoa);
	r.reply.ifindex = ifindex;
	return r;
}

/* What makes a Binding Update one that is not even answered. */
static int request_valid(const struct ha *ha, const struct ip6_packet *p,
			 const struct mh_message *m, const struct ha_request *r)
{
	/* Nothing tells that a packet came protected, so none counts as such. */
	if (ha->node->config.mn_ha_ipsec)
		return MIP6_ERR_PERMISSION;
	if (!mip6_addr_is_routable(&p->src) || !mip6_addr_is_routable(&p->dst))
		return MIP6_ERR_VALUE;
	if (!mip6_addr_is_routable(&r->hoa) || !mip6_addr_is_routable(&r->coa))
		return MIP6_ERR_VALUE;
	if ((r->flags & MH_BU_H) && m->options.has_nonces)
		return MIP6_ERR_VALUE;
	return MIP6_OK;
}

/* The status of a home address that is not allowed. */
static uint8_t denied_status(const struct ha *ha, const struct mip6_addr *hoa)
{
	const struct mip6_config *c = &ha->node->config;
	uint8_t status = c->default_acl_status;

	for (size_t i = c->acl_count; i-- > 0;)
		if (mip6_addr_equal(&c->acl[i].hoa, hoa))
			status = c->acl[i].status;
	return status ? status : MH_STATUS_PROHIBITED;
}

/* Bits `from` up to the end of the address are all of this value. */
static bool bits_are(const struct mip6_addr *a, unsigned from, unsigned to, bool value)
{
	for (unsigned i = from; i < to; i++)
		if ((bool)(a->b[i / 8] >> (7 - i % 8) & 1) != value)
			return false;
	return true;
}

/* The addresses of a subnet that are nobody's own: that of all its routers (RFC 4291
 * 2.6.1), and the 128 highest ones (RFC 2526), whose identifiers have the
 * universal/local bit clear where the prefix leaves 64 bits. */
static bool is_anycast(const struct mip6_addr *a, unsigned len)
{
	enum { BITS = 128, RESERVED = 121, EUI64 = 64, LOCAL_BIT = 70, ROUTERS_MAX = 126 };

	if (len <= ROUTERS_MAX && bits_are(a, len, BITS, false))
		return true;
	if (len > EUI64)
		return len < RESERVED && bits_are(a, len, RESERVED, true);
	return bits_are(a, EUI64, BITS, false) || (bits_are(a, EUI64, LOCAL_BIT, true) &&
						   bits_are(a, LOCAL_BIT, LOCAL_BIT + 1, false) &&
						   bits_are(a, LOCAL_BIT + 1, RESERVED, true));
}

/* A care-of address that is bound itself may lead on to another, as for a mobile node
 * behind a mobile node, but not back to the home address: packets would go round. */
static bool goes_round(const struct ha *ha, const struct ha_request *r)
{
	enum { NESTED_MAX = 4 };
	struct mip6_addr at = r->coa;

	for (int i = 0; i < NESTED_MAX; i++) {
		const struct bcache_entry *e;

		if (mip6_addr_equal(&at, &r->hoa))
			return true;
		e = bcache_find(&ha->bcache, &at);
		if (!e || e->state != BCACHE_BOUND)
			return false;
		at = e->coa;
	}
	return true;
}

/* Why a Binding Update for a home address of ours is refused; 0: it is not. The home
 * agent's own addresses would make it tunnel to itself, or take them from it. */
static uint8_t request_refused(const struct ha *ha, mip6_time now, const struct ha_request *r,
			       const struct ha_home *home)
{
	struct ha_home link;

	if (!ha_allowed(ha, &r->hoa))
		return denied_status(ha, &r->hoa);
	if (ha_owns(ha, &r->hoa) || ha_owns(ha, &r->coa) || is_anycast(&r->hoa, home->len))
		return MH_STATUS_PROHIBITED;
	if (ha_home_find(ha, now, &r->coa, &link) && is_anycast(&r->coa, link.len))
		return MH_STATUS_INVALID_COA;
	return goes_round(ha, r) ? MH_STATUS_INVALID_COA : 0;
}

static void register_binding(struct ha *ha, mip6_time now, const struct ha_request *r,
			     struct bcache_entry *e)
{
	struct ha_home home;
	uint8_t status = MH_STATUS_NOT_HOME_SUBNET;

	if (ha_home_find(ha, now, &r->hoa, &home))
		status = request_refused(ha, now, r, &home);
	if (status)
		refuse(ha, now, r, e, status);
	else if (!r->has_hao) /* it must be there to register */
		node_drop(ha->node, now, r->ifindex, MIP6_ERR_VALUE, &r->reply.dst);
	else if (e && e->state == BCACHE_DAD)
		ha_binding_again(r, e);
	else
		ha_binding_register(ha, now, r, &home, e);
}

/* What the home address itself sent: from its home link, or from another, where it
 * cannot be. Neither is true of an address that is not served. */
enum sender { SENDER_ELSEWHERE, SENDER_HOME, SENDER_WRONG_LINK };

static enum sender sender_of(const struct ha *ha, mip6_time now, const struct ha_request *r,
			     const struct bcache_entry *e)
{
	struct ha_home home;
	unsigned ifindex;

	if (r->reply.has_rh2 || (!ha_home_find(ha, now, &r->hoa, &home) && !e))
		return SENDER_ELSEWHERE;
	ifindex = e ? ha_entry_site(e)->ifindex : home.ifindex;
	return ifindex == r->ifindex ? SENDER_HOME : SENDER_WRONG_LINK;
}

/* A node that is on its home link is asked for, so that its next try is answered where
 * it is now, whatever neighbour this one was known as. */
static void deregister_binding(struct ha *ha, mip6_time now, const struct ha_request *r,
			       struct bcache_entry *e)
{
	enum sender sender = sender_of(ha, now, r, e);

	if (e && !ha_binding_never_was(e)) {
		ha_binding_deregister(ha, now, r, e);
		return;
	}
	ha_binding_remember(ha, now, r, e);
	refuse(ha, now, r, e, MH_STATUS_NOT_HOME_AGENT);
	if (sender == SENDER_HOME)
		(void)ha_neighbour_ask(ha, now, &r->reply);
}

static void emit_rx(struct ha *ha, mip6_time now, const struct ha_request *r)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_BU_RX, now, r->ifindex);

	mip6_event_addr(&e, "hoa", &r->hoa);
	mip6_event_addr(&e, "coa", &r->coa);
	mip6_event_addr(&e, "peer", &r->reply.dst);
	mip6_event_uint(&e, "seq", r->seq);
	mip6_event_uint(&e, "lifetime_s", r->lifetime * UINT64_C(4));
	node_emit(ha->node, &e);
}

/* While DAD runs there is no binding, so that RFC 6275 9.5.1 has no "previous
 * valid" sequence to refuse with: an old or repeated BU is ignored, since the
 * answer to the latest is on its way. */
static void answer_old(struct ha *ha, mip6_time now, const struct ha_request *r,
		       const struct bcache_entry *e)
{
	if (e->state == BCACHE_DAD)
		node_drop(ha->node, now, r->ifindex, MIP6_ERR_STATE, &r->reply.dst);
	else
		refuse_with(ha, now, r, e, MH_STATUS_SEQUENCE, e->seq);
}

void ha_bu_receive(struct ha *ha, mip6_time now, unsigned ifindex, const struct ip6_packet *p,
		   const struct mh_message *m)
{
	struct ha_request r = request_of(ifindex, p, m);
	struct bcache_entry *e = bcache_find(&ha->bcache, &r.hoa);
	int err = request_valid(ha, p, m, &r);

	/* Anyone could send it from there: at home only the option may be missing (RFC
	 * 6275 10.3.2). */
	if (err == MIP6_OK && sender_of(ha, now, &r, e) == SENDER_WRONG_LINK)
		err = MIP6_ERR_VALUE;
	if (err < 0) {
		node_drop(ha->node, now, ifindex, err, &p->src);
		return;
	}
	emit_rx(ha, now, &r);
	if (e && !bcache_seq_newer(r.seq, e->seq))
		answer_old(ha, now, &r, e);
	else if (e && !(r.flags & MH_BU_H)) /* every entry here is a home registration */
		refuse_with(ha, now, &r, e, MH_STATUS_TYPE_CHANGE, r.seq);
	else if (!(r.flags & MH_BU_H)) /* no return routability: no keys to test it with */
		node_drop(ha->node, now, ifindex, MIP6_ERR_VALUE, &p->src);
	else if (r.lifetime == 0 || mip6_addr_equal(&r.coa, &r.hoa))
		/* CoA == HoA with a lifetime was a deletion in RFC 3775 and still is
		 * in RFC 3963 6.2; it can mean nothing else. */
		deregister_binding(ha, now, &r, e);
	else
		register_binding(ha, now, &r, e);
}
