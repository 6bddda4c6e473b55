/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A packet on its way out: from another node through this one (RFC 8200 3, RFC
 * 4443 3), from the upper layers, or made by the protocol. The route says where
 * it goes: to a neighbour, into a tunnel, or to the node itself. */
#include "soft/internal.h"
#include <mip6/wire.h>
#include <string.h>

enum { EXTENSION = 24 /* octets of HAO and RH2 headers */, MAC = 6, ND_HOP_LIMIT = 255 };

/* ---- the next hop -------------------------------------------------------------------- */

void soft_send_hop(struct mip6_soft *s, unsigned ifindex, const struct soft_hop *hop,
		   struct mip6_buf *packet, unsigned depth)
{
	switch (hop->kind) {
	case SOFT_HOP_LINK:
		soft_neigh_send(s, hop->ifindex, &hop->next_hop, packet);
		return;
	case SOFT_HOP_TUNNEL:
		soft_encapsulate(s, ifindex, hop, packet, depth);
		return;
	case SOFT_HOP_LOCAL:
		soft_local(s, ifindex, packet);
		return;
	default:
		s->stats.drop_no_route++;
		soft_icmp_error(s, ifindex, packet, ICMP6_DST_UNREACH, SOFT_UNREACH_ROUTE, 0);
	}
}

/* A tunnel looks at the size itself. */
static bool fits(struct mip6_soft *s, unsigned ifindex, const struct soft_hop *hop,
		 const struct mip6_buf *packet)
{
	if (hop->kind != SOFT_HOP_LINK || soft_wire_len(packet) <= hop->mtu)
		return true;
	s->stats.drop_too_big++;
	soft_icmp_error(s, ifindex, packet, ICMP6_PACKET_TOO_BIG, 0, hop->mtu);
	return false;
}

/* What a router asks before it forwards. */
static bool may_pass(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet,
		     const struct soft_header *h)
{
	if (!s->forwarding) {
		s->stats.drop_not_ours++;
		return false;
	}
	if (mip6_addr_is_unspecified(&h->src) || mip6_addr_is_link_local(&h->dst) ||
	    mip6_addr_is_multicast(&h->dst)) {
		s->stats.drop_not_ours++;
		return false;
	}
	if (mip6_addr_is_link_local(&h->src)) {
		s->stats.drop_not_ours++;
		soft_icmp_error(s, ifindex, packet, ICMP6_DST_UNREACH, SOFT_UNREACH_SCOPE, 0);
		return false;
	}
	if (h->hop_limit <= 1) {
		s->stats.drop_hop_limit++;
		soft_icmp_error(s, ifindex, packet, SOFT_ICMP6_TIME_EXCEEDED, 0, 0);
		return false;
	}
	return true;
}

void soft_forward(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet, bool own)
{
	struct soft_header h;
	struct soft_hop hop;

	if (own)
		soft_own_to_mobile(s, packet);
	if (!soft_header_read(packet, &h)) {
		s->stats.drop_malformed++;
		return;
	}
	hop = soft_route_find(s, &h.src, &h.dst);
	if (hop.kind == SOFT_HOP_LOCAL) {
		soft_local(s, ifindex, packet);
		return;
	}
	if (!own && !may_pass(s, ifindex, packet, &h))
		return;
	if (!fits(s, ifindex, &hop, packet))
		return;
	if (!own && hop.kind != SOFT_HOP_NONE) {
		s->stats.forwarded++;
		soft_header_set_hop_limit(packet, (uint8_t)(h.hop_limit - 1));
	}
	soft_send_hop(s, ifindex, &hop, packet, 0);
}

/* ---- from the upper layers ------------------------------------------------------------- */

/* The interface that a packet for one link leaves by: the one of its source, which
 * an address of the upper layers' own device is not. 0: none. */
static unsigned interface_of(const struct mip6_soft *s, const struct mip6_addr *src)
{
	for (const struct soft_iface *i = s->ifaces; i; i = i->next)
		if (i->link.up && soft_iface_has(i, src))
			return i->link.ifindex;
	return 0;
}

static bool is_link_scope(const struct mip6_addr *a)
{
	return mip6_addr_is_link_local(a) || (mip6_addr_is_multicast(a) && (a->b[1] & 0xf) <= 2);
}

/* A wider group leaves as the routes say, but to the group and not to the router. */
static void send_to_group(struct mip6_soft *s, const struct soft_header *h, struct mip6_buf *packet)
{
	struct soft_hop hop = soft_route_find(s, &h->src, &h->dst);

	hop.next_hop = h->dst;
	if (fits(s, 0, &hop, packet))
		soft_send_hop(s, 0, &hop, packet, 0);
}

static void send_to_link(struct mip6_soft *s, const struct soft_header *h, struct mip6_buf *packet)
{
	struct soft_hop hop = {.kind = SOFT_HOP_LINK, .next_hop = h->dst};
	const struct soft_iface *i;

	hop.ifindex = interface_of(s, &h->src);
	i = soft_iface(s, hop.ifindex);
	if (!i) {
		s->stats.drop_no_route++;
		return;
	}
	hop.mtu = soft_iface_mtu(i);
	if (soft_iface_has(i, &h->dst))
		soft_local(s, hop.ifindex, packet);
	else if (fits(s, hop.ifindex, &hop, packet))
		soft_send_hop(s, hop.ifindex, &hop, packet, 0);
}

static bool may_begin(const struct soft_header *h)
{
	return !mip6_addr_is_multicast(&h->src) && !mip6_addr_is_loopback(&h->src) &&
	       !mip6_addr_is_unspecified(&h->src) && !mip6_addr_is_loopback(&h->dst) &&
	       !mip6_addr_is_unspecified(&h->dst);
}

void soft_output(struct mip6_soft *s, struct mip6_buf *packet)
{
	struct soft_header h;

	s->stats.output++;
	if (!soft_header_read(packet, &h) || h.payload_len > packet->len - SOFT_IP6 ||
	    !may_begin(&h)) {
		s->stats.drop_malformed++;
		return;
	}
	packet->len = (size_t)h.payload_len + SOFT_IP6;
	if (is_link_scope(&h.dst))
		send_to_link(s, &h, packet);
	else if (mip6_addr_is_link_local(&h.src))
		s->stats.drop_not_ours++;
	else if (mip6_addr_is_multicast(&h.dst))
		send_to_group(s, &h, packet);
	else
		soft_forward(s, 0, packet, true);
}

/* ---- messages of the protocol and of the plane ------------------------------------------- */

static int build(struct mip6_soft *s, const struct mip6_tx *tx, struct mip6_buf *ret)
{
	struct ip6_packet p = {.hop_limit = tx->hop_limit, .src = tx->src, .dst = tx->dst};
	int len;

	p.has_hao = tx->has_hao;
	p.hao = tx->hao;
	p.has_rh2 = tx->has_rh2;
	p.rh2 = tx->rh2;
	p.rh2_segments_left = 1;
	p.next_header = tx->next_header;
	p.payload = tx->payload;
	p.payload_len = tx->payload_len;
	if (tx->payload_len > UINT16_MAX)
		return MIP6_ERR_SPACE;
	*ret = soft_queue_scratch(s, SOFT_IP6 + 2 * EXTENSION + tx->payload_len);
	len = ip6_build(&p, ret->data, ret->len);
	if (len < 0)
		return len;
	ret->len = (size_t)len;
	return MIP6_OK;
}

/* Neighbour discovery speaks of a link, whatever the routes say of the address. */
static bool stays_on_link(const struct mip6_tx *tx)
{
	return mip6_addr_is_link_local(&tx->dst) || mip6_addr_is_multicast(&tx->dst) ||
	       (tx->next_header == IP6_NH_ICMPV6 && tx->hop_limit == ND_HOP_LIMIT);
}

static struct soft_hop hop_of(struct mip6_soft *s, const struct mip6_tx *tx,
			      const struct mip6_addr *dst)
{
	const struct soft_iface *i = soft_iface(s, tx->ifindex);
	struct soft_hop hop = {.kind = SOFT_HOP_LINK, .ifindex = tx->ifindex, .next_hop = tx->dst};

	if (!i || (!stays_on_link(tx) && !tx->direct))
		return soft_route_find(s, &tx->src, dst);
	hop.mtu = soft_iface_mtu(i);
	if (mip6_addr_is_link_local(&tx->dst) && soft_iface_has(i, &tx->dst))
		hop.kind = SOFT_HOP_LOCAL;
	return hop;
}

void soft_send_own(struct mip6_soft *s, const struct soft_hop *hop, struct mip6_buf *packet)
{
	if (hop->kind == SOFT_HOP_LINK && packet->len > hop->mtu)
		soft_fragment(s, hop, packet, hop->mtu, 0);
	else
		soft_send_hop(s, hop->ifindex, hop, packet, 0);
}

void soft_send_tx(struct mip6_soft *s, const struct mip6_tx *tx)
{
	const struct soft_iface *i = soft_iface(s, tx->ifindex);
	struct mip6_buf packet;
	struct soft_header h;
	struct soft_hop hop;

	if (build(s, tx, &packet) < 0) {
		s->stats.drop_too_big++;
		return;
	}
	if (tx->l2_len == MAC && i) {
		soft_neigh_transmit(s, tx->ifindex, tx->l2_dst, &packet);
		return;
	}
	if (!tx->direct)
		soft_own_to_mobile(s, &packet);
	if (!soft_header_read(&packet, &h))
		return;
	hop = hop_of(s, tx, &h.dst);
	soft_send_own(s, &hop, &packet);
}
