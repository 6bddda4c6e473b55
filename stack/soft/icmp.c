/* SPDX-License-Identifier: GPL-2.0-or-later */

/* ICMPv6 errors (RFC 4443): those that the node sends about packets of others, or
 * gives to its own upper layers, and those that routers between the ends of a
 * tunnel send about outer packets. The inner source must hear of these, as it is
 * who can do something about it (RFC 2473 8). */
#include "soft/internal.h"
#include <mip6/wire.h>
#include <string.h>

enum {
	ICMP6_FIRST_INFORMATIONAL = 128,
	ICMP6_REDIRECT = 137,
	HOP_LIMIT = 64,
	QUOTE = SOFT_MIN_MTU - SOFT_IP6 - 8, /* of the packet that an error is about */
	FRAGMENT_HEADER = 8,
};

/* The second of each pair is for one prefix. Nobody learns a path's MTU without Packet
 * Too Big, hence more of these. */
static const struct reply_rate error_rate = {{100, 100}, {50, 50}};
static const struct reply_rate too_big_rate = {{1000, 1000}, {250, 250}};

bool soft_icmp_allowed(struct mip6_soft *s, uint8_t type, const struct mip6_addr *peer)
{
	if (type == ICMP6_PACKET_TOO_BIG)
		return reply_limit_take(&s->too_big, &too_big_rate, s->now, peer);
	return reply_limit_take(&s->errors, &error_rate, s->now, peer);
}

/* ---- errors that we send ------------------------------------------------------------ */

/* To the header behind those that ip6_parse walks; what is in them does not matter,
 * as it may be what the error is about. */
static uint8_t skip_headers(struct mip6_reader *r, uint8_t header)
{
	while (!r->failed &&
	       (header == IP6_NH_HOPOPTS || header == IP6_NH_DSTOPTS || header == IP6_NH_ROUTING)) {
		header = rd_u8(r);
		rd_bytes(r, (size_t)rd_u8(r) * 8 + 6);
	}
	return header;
}

/* An error, or a part of a packet that may be one. */
static bool holds_error(const struct mip6_buf *packet, const struct soft_header *h)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);
	uint16_t offset;
	uint8_t header;
	uint8_t type;

	rd_bytes(&r, SOFT_IP6);
	header = skip_headers(&r, h->next_header);
	if (header == IP6_NH_FRAGMENT) {
		header = rd_u8(&r);
		rd_u8(&r);
		offset = rd_u16(&r) & 0xfff8;
		rd_u32(&r);
		if (offset)
			return header == IP6_NH_ICMPV6;
		header = skip_headers(&r, header);
	}
	type = rd_u8(&r);
	return header == IP6_NH_ICMPV6 &&
	       (r.failed || type < ICMP6_FIRST_INFORMATIONAL || type == ICMP6_REDIRECT);
}

/* RFC 4443 2.4 (e) */
static bool deserves_error(const struct mip6_buf *packet, const struct soft_header *h, uint8_t type,
			   uint8_t code)
{
	bool to_groups = type == ICMP6_PACKET_TOO_BIG ||
			 (type == ICMP6_PARAM_PROBLEM && code == SOFT_PROBLEM_OPTION);

	if (mip6_addr_is_unspecified(&h->src) || mip6_addr_is_multicast(&h->src) ||
	    mip6_addr_is_loopback(&h->src))
		return false;
	if (mip6_addr_is_multicast(&h->dst) && !to_groups)
		return false;
	return !holds_error(packet, h);
}

static bool usable_source(const struct mip6_addr *src, const struct mip6_addr *dst)
{
	return !mip6_addr_is_unspecified(src) &&
	       (!mip6_addr_is_link_local(src) || mip6_addr_is_link_local(dst));
}

/* RFC 4443 2.2: the address that was meant, else one of the interface where the
 * packet came in, else of the one where the error leaves, else any. */
static struct mip6_addr error_source(const struct mip6_soft *s, unsigned ifindex,
				     const struct soft_header *h)
{
	struct mip6_addr src = soft_source(s, ifindex, &h->src);
	struct soft_hop hop;

	if (soft_owns(s, &h->dst))
		return h->dst;
	if (usable_source(&src, &h->src))
		return src;
	hop = soft_route_find(s, &h->dst, &h->src);
	if (hop.kind == SOFT_HOP_TUNNEL)
		return hop.outer_src;
	if (hop.kind == SOFT_HOP_LINK)
		src = soft_source(s, hop.ifindex, &h->src);
	for (const struct soft_iface *i = s->ifaces; i && !usable_source(&src, &h->src);
	     i = i->next)
		src = soft_source(s, i->link.ifindex, &h->src);
	return src;
}

/* To our own upper layers, from the same address: the way back that an error of
 * the path takes. */
static void tell_up(struct mip6_soft *s, const struct soft_header *h, const struct icmp6_error *e)
{
	struct mip6_buf packet = soft_queue_scratch(s, SOFT_MIN_MTU);
	struct soft_header error = {
	    .next_header = IP6_NH_ICMPV6, .hop_limit = HOP_LIMIT, .src = h->src, .dst = h->src};
	int len =
	    icmp6_build_error(&h->src, &h->src, e, packet.data + SOFT_IP6, packet.len - SOFT_IP6);

	if (len < 0)
		return;
	error.payload_len = (uint16_t)len;
	packet.len = SOFT_IP6 + (size_t)len;
	soft_header_write(&packet, &error);
	soft_queue_up(s, &packet);
}

static void tell_source(struct mip6_soft *s, unsigned ifindex, const struct soft_header *h,
			const struct icmp6_error *e)
{
	struct mip6_tx tx = {.dst = h->src, .hop_limit = HOP_LIMIT, .next_header = IP6_NH_ICMPV6};
	uint8_t buf[SOFT_MIN_MTU];
	int len;

	tx.src = error_source(s, ifindex, h);
	if (!usable_source(&tx.src, &tx.dst))
		return;
	len = icmp6_build_error(&tx.src, &tx.dst, e, buf, sizeof(buf));
	if (len < 0)
		return;
	tx.ifindex = mip6_addr_is_link_local(&tx.dst) ? ifindex : 0;
	tx.payload = buf;
	tx.payload_len = (size_t)len;
	s->stats.icmp_errors_sent++;
	soft_send_tx(s, &tx);
}

/* ---- errors about outer packets ------------------------------------------------------ */

/* Takes the outer header off what an error quotes, which may be our first
 * fragment. */
static bool open_quote(struct mip6_buf *quote, struct soft_header *ret_outer,
		       struct soft_header *ret_inner)
{
	struct mip6_reader r;
	uint8_t next_header;

	if (!soft_header_read(quote, ret_outer))
		return false;
	soft_pull(quote, SOFT_IP6);
	next_header = ret_outer->next_header;
	if (next_header == IP6_NH_FRAGMENT) {
		r = rd_init(quote->data, quote->len);
		next_header = rd_u8(&r);
		rd_u8(&r);
		if ((rd_u16(&r) & 0xfff8) || rd_left(&r) < FRAGMENT_HEADER)
			return false;
		soft_pull(quote, FRAGMENT_HEADER);
	}
	return next_header == IP6_NH_IPV6 && soft_header_read(quote, ret_inner);
}

/* That it was sent by us into a tunnel that is still there: an error about any
 * other packet is a forgery, or too late. */
static bool is_our_tunnel(const struct mip6_soft *s, const struct soft_header *outer,
			  const struct soft_header *inner)
{
	const struct mip6_object *tunnel = &s->mn_device;
	const struct soft_binding *b;

	if (s->has_mn_device && mip6_addr_equal(&tunnel->device.local, &outer->src) &&
	    mip6_addr_equal(&tunnel->device.remote, &outer->dst))
		return true;
	b = soft_binding(s, &inner->dst);
	return b && mip6_addr_equal(&b->coa, &outer->dst) &&
	       mip6_addr_equal(soft_binding_source(s, b), &outer->src);
}

/* Whether it is a packet that we sent into a tunnel; then *ret_inside is the inner
 * one. */
static bool is_outer(const struct mip6_soft *s, const struct mip6_buf *packet,
		     struct soft_header *ret_outer, struct soft_header *ret_inner,
		     struct mip6_buf *ret_inside)
{
	*ret_inside = *packet;
	return open_quote(ret_inside, ret_outer, ret_inner) &&
	       is_our_tunnel(s, ret_outer, ret_inner);
}

/* RFC 2473 8.2: too big is told with the tunnel's own MTU, and only for packets
 * that are not cut anyway; all other errors are "address unreachable" (8.1). */
static void pass_on(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *inner_packet,
		    const struct soft_header *inner, const struct soft_header *outer,
		    const struct icmp6_error *e)
{
	uint32_t mtu = e->value > SOFT_MIN_MTU + SOFT_TUNNEL_OVERHEAD
			   ? e->value - SOFT_TUNNEL_OVERHEAD
			   : SOFT_MIN_MTU;

	if (e->type != ICMP6_PACKET_TOO_BIG) {
		soft_icmp_error(s, ifindex, inner_packet, ICMP6_DST_UNREACH, SOFT_UNREACH_ADDRESS,
				0);
		return;
	}
	soft_pmtu_learn(s, &outer->src, &outer->dst, e->value);
	if ((size_t)inner->payload_len + SOFT_IP6 > mtu)
		soft_icmp_error(s, ifindex, inner_packet, ICMP6_PACKET_TOO_BIG, 0, mtu);
}

void soft_icmp_error(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet,
		     uint8_t type, uint8_t code, uint32_t value)
{
	struct icmp6_error e = {.type = type, .code = code, .value = value};
	struct mip6_buf inside;
	struct soft_header outer;
	struct soft_header inner;
	struct soft_header h;

	if (!soft_header_read(packet, &h) || !deserves_error(packet, &h, type, code))
		return;
	e.packet = packet->data;
	e.packet_len = packet->len < QUOTE ? packet->len : QUOTE;
	if (is_outer(s, packet, &outer, &inner, &inside))
		pass_on(s, ifindex, &inside, &inner, &outer, &e);
	else if (soft_owns(s, &h.src))
		tell_up(s, &h, &e);
	else if (soft_icmp_allowed(s, type, &h.src))
		tell_source(s, ifindex, &h, &e);
}

void soft_icmp_received(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p)
{
	struct soft_header outer;
	struct soft_header inner;
	struct icmp6_error e;
	struct mip6_buf quote;
	struct mip6_buf inside;

	if (icmp6_parse_error(p->payload, p->payload_len, &e) < 0 || e.packet_len < 2 * SOFT_IP6 ||
	    e.type == 0 || e.type > SOFT_ICMP6_TIME_EXCEEDED)
		return;
	if (e.packet_len > QUOTE)
		e.packet_len = QUOTE;
	quote = soft_queue_scratch(s, e.packet_len);
	memcpy(quote.data, e.packet, e.packet_len);
	if (is_outer(s, &quote, &outer, &inner, &inside))
		pass_on(s, ifindex, &inside, &inner, &outer, &e);
}
