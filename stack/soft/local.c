/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Packets for the node itself: the headers of Mobile IPv6 are resolved (RFC 6275
 * 9.3.1, 11.3.3), fragments put together, tunnels opened, control messages given
 * to the protocol. What remains goes to the upper layers as if it had been sent
 * between home addresses. */
#include "soft/internal.h"
#include <mip6/offload.h>
#include <mip6/wire.h>
#include <string.h>

enum {
	ICMP6_FIRST_INFORMATIONAL = 128,
	ICMP6_ECHO_REQUEST = 128,
	ICMP6_ECHO_REPLY = 129,
	ICMP6_REDIRECT = 137,
	ICMP6_HEADER = 8,
	AT_CHECKSUM = 2,
	HOP_LIMIT = 64,
	LINK_SCOPE = 2,
};

/* ---- what Mobile IPv6 put into the packet --------------------------------------------- */

/* RFC 6275 11.3.3; whoever fails here is not answered. */
static bool rh2_is_right(const struct mip6_soft *s, const struct ip6_packet *p)
{
	struct mip6_object key = {.kind = MIP6_OBJ_MH_INPUT, .mh_input.hoa = p->rh2};

	return p->rh2_segments_left == 1 && soft_has_object(s, &key) && soft_has_home(s, &p->rh2);
}

/* RFC 6275 9.3.1: the Mobility Header, ESP and AH have means of their own to find
 * out who sent it; all else needs a binding. A home agent says when it is ready for
 * them; whoever is none answers as such (9.2, 10.3.1). */
static bool hao_is_right(const struct mip6_soft *s, const struct ip6_packet *p)
{
	struct mip6_object key = {.kind = MIP6_OBJ_MH_INPUT, .mh_input.hao = true};
	const struct soft_binding *b;

	if (!mip6_addr_is_routable(&p->hao))
		return false;
	if (p->next_header == IP6_NH_MH || p->next_header == IP6_NH_ESP ||
	    p->next_header == IP6_NH_AH)
		return soft_has_object(s, &key);
	b = soft_binding(s, &p->hao);
	return b && mip6_addr_equal(&b->coa, &p->src);
}

/* A node without the protocol does not know the option, and says so. */
static bool take_mobile_headers(struct mip6_soft *s, unsigned ifindex,
				const struct mip6_buf *packet, const struct ip6_packet *p)
{
	if (p->has_rh2 && !rh2_is_right(s, p)) {
		s->stats.drop_rh2++;
		return false;
	}
	if (!p->has_hao || hao_is_right(s, p))
		return true;
	s->stats.drop_hao++;
	if (s->node)
		mip6_node_unbound(s->node, s->now, p);
	else
		soft_tell_problem(s, ifindex, packet);
	return false;
}

/* ---- up ---------------------------------------------------------------------------------- */

/* The headers before the payload are done: one plain header takes their place.
 * Checksums are right as they are, as they were made with these addresses. */
static void strip_headers(struct mip6_buf *packet, const struct ip6_packet *p)
{
	struct soft_header h = {.traffic_class = p->traffic_class,
				.flow_label = p->flow_label,
				.payload_len = (uint16_t)p->payload_len,
				.next_header = p->next_header,
				.hop_limit = p->hop_limit,
				.src = *ip6_checksum_src(p),
				.dst = *ip6_checksum_dst(p)};

	soft_pull(packet, packet->len - p->payload_len - SOFT_IP6);
	soft_header_write(packet, &h);
}

static void deliver_up(struct mip6_soft *s, struct mip6_buf *packet, const struct ip6_packet *p)
{
	if (p->has_hao || p->has_rh2)
		strip_headers(packet, p);
	soft_queue_up(s, packet);
}

/* ---- ICMPv6 ------------------------------------------------------------------------------- */

/* An address that the upper layers do not have: link-local ones, and those that
 * the protocol put on a foreign link. */
static bool is_hidden(const struct mip6_soft *s, const struct mip6_addr *addr)
{
	if (mip6_addr_is_link_local(addr))
		return true;
	for (const struct soft_iface *i = s->ifaces; i; i = i->next)
		for (size_t k = 0; k < i->addr_count; k++)
			if (mip6_addr_equal(&i->addrs[k].addr.addr, addr))
				return i->addrs[k].ours && !i->addrs[k].home;
	return false;
}

static bool is_answered_here(const struct mip6_soft *s, const struct ip6_packet *p)
{
	if (mip6_addr_is_unspecified(&p->src))
		return false;
	if (mip6_addr_is_multicast(&p->dst))
		return (p->dst.b[1] & 0xf) == LINK_SCOPE;
	return !s->host->up || is_hidden(s, ip6_checksum_dst(p));
}

/* The request itself becomes the reply (RFC 4443 4.2). */
static void answer_echo(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
			const struct ip6_packet *p)
{
	struct soft_header h = {.payload_len = (uint16_t)p->payload_len,
				.next_header = IP6_NH_ICMPV6,
				.hop_limit = HOP_LIMIT,
				.src = *ip6_checksum_dst(p),
				.dst = *ip6_checksum_src(p)};
	struct soft_hop hop = {.kind = SOFT_HOP_LINK, .ifindex = ifindex, .next_hop = h.dst};
	const struct soft_iface *i = soft_iface(s, ifindex);
	struct mip6_writer w;

	if (mip6_addr_is_multicast(&h.src))
		h.src = soft_source(s, ifindex, &h.dst);
	strip_headers(packet, p);
	soft_header_write(packet, &h);
	w = wr_init(packet->data + SOFT_IP6, p->payload_len);
	wr_u8(&w, ICMP6_ECHO_REPLY);
	wr_u8(&w, 0);
	wr_u16(&w, 0);
	wr_patch_u16(
	    &w, AT_CHECKSUM,
	    ip6_checksum(&h.src, &h.dst, IP6_NH_ICMPV6, packet->data + SOFT_IP6, p->payload_len));
	if (!mip6_addr_is_link_local(&h.dst) || !i) {
		soft_own_to_mobile(s, packet);
		soft_header_read(packet, &h);
		hop = soft_route_find(s, &h.src, &h.dst);
	} else
		hop.mtu = soft_iface_mtu(i);
	soft_send_own(s, &hop, packet);
}

/* Out of a tunnel or of fragments it is no message of a neighbour, even with a hop
 * limit of 255 (RFC 6980 5). */
static void receive_nd(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p,
		       uint8_t type)
{
	if (s->depth > 1) {
		s->stats.drop_malformed++;
		return;
	}
	if (p->has_hao || p->has_rh2 || nd_valid(type, p) < 0)
		s->stats.drop_malformed++;
	else
		soft_nd_receive(s, ifindex, p);
	/* The protocol counts it by its reason. */
	soft_to_core(s, ifindex, p);
}

static void receive_icmp6(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
			  const struct ip6_packet *p)
{
	int type;

	mip6_offload_checksum(packet);
	type = icmp6_type(ip6_checksum_src(p), ip6_checksum_dst(p), p->payload, p->payload_len);
	if (type < 0) {
		s->stats.drop_malformed++;
		soft_to_core(s, ifindex, p);
		return;
	}
	if (type >= ICMP6_RS && type <= ICMP6_REDIRECT) {
		if (type != ICMP6_REDIRECT)
			receive_nd(s, ifindex, p, (uint8_t)type);
		return;
	}
	if (type < ICMP6_FIRST_INFORMATIONAL) {
		soft_icmp_received(s, ifindex, p);
		soft_to_core(s, ifindex, p);
	}
	if (type == ICMP6_ECHO_REQUEST && p->payload_len >= ICMP6_HEADER && is_answered_here(s, p))
		answer_echo(s, ifindex, packet, p);
	else
		deliver_up(s, packet, p);
}

/* ---- the chain of headers ------------------------------------------------------------------- */

static void receive_fragment(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
			     const struct ip6_packet *p)
{
	struct mip6_buf whole;

	if (soft_reassemble(s, ifindex, packet, p, &whole))
		soft_local(s, ifindex, &whole);
}

/* Without the protocol it is for the upper layers to say that nobody knows it. */
static void receive_mh(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
		       const struct ip6_packet *p)
{
	if (s->node)
		soft_to_core(s, ifindex, p);
	else
		deliver_up(s, packet, p);
}

static void receive_payload(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
			    const struct ip6_packet *p)
{
	switch (p->next_header) {
	case IP6_NH_IPV6:
		soft_decapsulate(s, ifindex, packet, p);
		return;
	case IP6_NH_MH:
		mip6_offload_checksum(packet);
		receive_mh(s, ifindex, packet, p);
		return;
	case IP6_NH_ICMPV6:
		receive_icmp6(s, ifindex, packet, p);
		return;
	default:
		deliver_up(s, packet, p);
	}
}

static void receive(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet)
{
	struct ip6_packet p;
	int err = ip6_parse(packet->data, packet->len, &p);

	if (err < 0)
		s->stats.drop_malformed++;
	if (err == MIP6_ERR_TYPE)
		soft_tell_problem(s, ifindex, packet);
	if (err < 0)
		return;
	if (p.next_header == IP6_NH_FRAGMENT)
		receive_fragment(s, ifindex, packet, &p);
	else if (take_mobile_headers(s, ifindex, packet, &p))
		receive_payload(s, ifindex, packet, &p);
}

/* A packet may hold a packet, and so on, as far as its 64 kB allow: a bound keeps
 * the stack small. */
void soft_local(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet)
{
	if (s->depth == SOFT_DEPTH) {
		s->stats.drop_malformed++;
		return;
	}
	s->depth++;
	receive(s, ifindex, packet);
	s->depth--;
}
