/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Neighbour discovery as the plane does it itself, as a kernel would (RFC 4861 7.2):
 * solicitations, the answers for the node's own addresses and for those of mobile
 * nodes that are away (RFC 6275 10.4.1), and what messages tell of their senders.
 * Duplicate address detection and everything about routers and movement is the
 * core's, which gets the same messages. */
#include "internal.h"

enum { ND_HOP_LIMIT = 255, ND_MESSAGE = 64 };

static struct nd_lladdr own_lladdr(const struct soft_iface *i)
{
	struct nd_lladdr l2 = {.len = 6};

	for (size_t k = 0; k < 6; k++)
		l2.addr[k] = i->link.mac[k];
	return l2;
}

static void send(struct mip6_soft *s, const struct mip6_tx *tx, const uint8_t *message, int len)
{
	struct mip6_tx out = *tx;

	if (len < 0)
		return;
	out.hop_limit = ND_HOP_LIMIT;
	out.next_header = IP6_NH_ICMPV6;
	out.payload = message;
	out.payload_len = (size_t)len;
	soft_send_tx(s, &out);
}

/* An address that is used while its duplicates are looked for: nobody is to believe
 * yet that it is here (RFC 4429 3.2, 3.3). */
static bool on_trial(const struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr)
{
	return s->node && mip6_node_on_trial(s->node, ifindex, addr);
}

/* ---- asking ------------------------------------------------------------------------ */

/* The source of the packet that waits is best: the neighbour will answer to it
 * anyhow (RFC 4861 7.2.2). */
void soft_nd_solicit(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *target,
		     const uint8_t *mac, const struct mip6_addr *src_hint)
{
	const struct soft_iface *i = soft_iface(s, ifindex);
	struct nd_ns ns = {.target = *target};
	struct mip6_tx tx = {.ifindex = ifindex};
	uint8_t message[ND_MESSAGE];

	if (!i)
		return;
	tx.src = soft_iface_has(i, src_hint) ? *src_hint : soft_source(s, ifindex, target);
	if (on_trial(s, ifindex, &tx.src))
		tx.src = i->link_local;
	if (mip6_addr_is_unspecified(&tx.src))
		return;
	tx.dst = mac ? *target : mip6_addr_solicited_node(target);
	ns.slla = own_lladdr(i);
	for (size_t k = 0; mac && k < 6; k++)
		tx.l2_dst[k] = mac[k];
	tx.l2_len = mac ? 6 : 0;
	send(s, &tx, message, nd_build_ns(&tx.src, &tx.dst, &ns, message, sizeof(message)));
}

/* ---- answering ------------------------------------------------------------------------ */

/* Who detects duplicates has no address, and one answer, to all nodes, is enough for it:
 * of one target a few go out a second, whoever asks. */
static bool may_tell_all(struct mip6_soft *s, const struct mip6_addr *target)
{
	static const struct reply_rate rate = {{200, 200}, {3, 3}};
	static const struct mip6_prefix link = {.addr = {{0xfe, 0x80}}, .len = 64};
	struct mip6_addr identifier = mip6_addr_combine(&link, target);

	return reply_limit_take(&s->to_all, &rate, s->now, &identifier);
}

/* Who is only proxied does not override: the owner, if it is here, is right
 * (RFC 4861 7.2.8). */
static void answer(struct mip6_soft *s, const struct soft_iface *i, const struct ip6_packet *p,
		   const struct mip6_addr *target, bool own, bool router)
{
	struct nd_na na = {.target = *target, .tlla = own_lladdr(i)};
	struct mip6_tx tx = {.ifindex = i->link.ifindex};
	bool nobody = mip6_addr_is_unspecified(&p->src);
	bool overrides = own && !on_trial(s, i->link.ifindex, target);
	uint8_t message[ND_MESSAGE];

	if (nobody && !may_tell_all(s, target))
		return;
	tx.dst = nobody ? mip6_addr_all_nodes() : p->src;
	tx.src = own ? *target : soft_source(s, i->link.ifindex, &tx.dst);
	na.flags =
	    (uint8_t)((nobody ? 0 : ND_NA_S) | (overrides ? ND_NA_O : 0) | (router ? ND_NA_R : 0));
	send(s, &tx, message, nd_build_na(&tx.src, &tx.dst, &na, message, sizeof(message)));
}

static void heard(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p,
		  const struct nd_lladdr *l2)
{
	if (l2->len == 6 && !mip6_addr_is_unspecified(&p->src) &&
	    !mip6_addr_is_multicast(&p->src) && !soft_owns(s, &p->src))
		soft_neigh_heard(s, ifindex, &p->src, l2->addr);
}

/* What is not for an address of ours is not looked at (RFC 4861 7.2.3). */
static void receive_ns(struct mip6_soft *s, const struct soft_iface *i, const struct ip6_packet *p)
{
	struct nd_ns ns;
	bool router = s->forwarding;
	bool own;

	if (nd_parse_ns(p->payload, p->payload_len, &ns) < 0)
		return;
	own = soft_iface_has(i, &ns.target);
	if (!own && !soft_proxies(s, i->link.ifindex, &ns.target, &router))
		return;
	/* Two try the same address: neither may have it (RFC 4862 5.4.3). */
	if (own && mip6_addr_is_unspecified(&p->src) && on_trial(s, i->link.ifindex, &ns.target))
		return;
	heard(s, i->link.ifindex, p, &ns.slla);
	answer(s, i, p, &ns.target, own, router);
}

/* ---- hearing ------------------------------------------------------------------------------ */

static void receive_na(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p)
{
	struct nd_na na;

	if (nd_parse_na(p->payload, p->payload_len, &na) == MIP6_OK)
		soft_neigh_advertised(s, ifindex, &na);
}

static void receive_ra(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p)
{
	struct nd_ra ra;

	if (nd_parse_ra(p->payload, p->payload_len, &ra) == MIP6_OK)
		heard(s, ifindex, p, &ra.slla);
}

/* Hosts pass over solicitations of routers (RFC 4861 6.2.6). */
static void receive_rs(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p)
{
	struct nd_rs rs;

	if (s->forwarding && nd_parse_rs(p->payload, p->payload_len, &rs) == MIP6_OK)
		heard(s, ifindex, p, &rs.slla);
}

void soft_nd_receive(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p)
{
	const struct soft_iface *i = soft_iface(s, ifindex);
	struct mip6_reader r = rd_init(p->payload, p->payload_len);

	if (!i)
		return;
	switch (rd_u8(&r)) {
	case ICMP6_NS:
		receive_ns(s, i, p);
		break;
	case ICMP6_NA:
		receive_na(s, ifindex, p);
		break;
	case ICMP6_RA:
		receive_ra(s, ifindex, p);
		break;
	case ICMP6_RS:
		receive_rs(s, ifindex, p);
		break;
	}
}
