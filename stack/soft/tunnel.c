/* SPDX-License-Identifier: GPL-2.0-or-later */

/* IPv6 in IPv6 (RFC 2473) between a mobile node and its home agent. Into the
 * tunnel: the outer header, and what to do when the packet is too big with it.
 * Out of it: the checks that the inner and the outer source belong together (RFC
 * 6275 10.4.5, 11.3.3), without which anyone could send in another's name. */
#include "soft/internal.h"
#include <mip6/wire.h>
#include <string.h>

enum {
	OUTER_HOP_LIMIT = 64,
	ECN = 3, /* the two bits of the traffic class */
	ECT_1 = 1,
	ECT_0 = 2,
	CE = 3,
};

/* ---- into the tunnel --------------------------------------------------------------- */

static bool same_tunnel(const struct soft_hop *a, const struct soft_hop *b)
{
	return a->kind == SOFT_HOP_TUNNEL && b->kind == SOFT_HOP_TUNNEL &&
	       mip6_addr_equal(&a->outer_dst, &b->outer_dst) &&
	       mip6_addr_equal(&a->outer_src, &b->outer_src);
}

/* The way of the outer packet: not back to ourselves, nor into the same tunnel. */
static bool find_way(const struct mip6_soft *s, const struct soft_hop *tunnel, struct soft_hop *ret)
{
	*ret = soft_route_find(s, &tunnel->outer_src, &tunnel->outer_dst);
	return ret->kind != SOFT_HOP_NONE && ret->kind != SOFT_HOP_LOCAL &&
	       !same_tunnel(tunnel, ret);
}

static unsigned at_least_minimum(unsigned mtu)
{
	return mtu > SOFT_MIN_MTU ? mtu : SOFT_MIN_MTU;
}

/* The largest inner packet of a tunnel whose outer packets may be of `path`
 * octets: never below the minimum of IPv6, which is then reached by fragments. */
static unsigned inside_of(const struct soft_hop *tunnel, unsigned path)
{
	unsigned mtu = at_least_minimum(path - SOFT_TUNNEL_OVERHEAD);

	if (tunnel->mtu && tunnel->mtu < mtu)
		mtu = at_least_minimum(tunnel->mtu);
	return mtu;
}

/* The path MTU of outer packets: of the link, or of the tunnels that they enter
 * themselves, as far as we know no less. */
static unsigned path_mtu(const struct mip6_soft *s, const struct soft_hop *tunnel,
			 const struct soft_hop *way, unsigned depth)
{
	unsigned mtu = way->mtu;
	struct soft_hop next;

	if (way->kind == SOFT_HOP_TUNNEL) {
		mtu = SOFT_MIN_MTU;
		if (depth < SOFT_ROUTE_HOPS && find_way(s, way, &next))
			mtu = inside_of(way, path_mtu(s, way, &next, depth + 1));
	}
	return at_least_minimum(soft_pmtu(s, &tunnel->outer_src, &tunnel->outer_dst, mtu));
}

/* Room for the outer header and what comes before it; by a copy only where the
 * host gave none. */
void soft_make_room(struct mip6_soft *s, struct mip6_buf *packet)
{
	struct mip6_buf copy;

	if (packet->headroom >= SOFT_TUNNEL_OVERHEAD + SOFT_ETH)
		return;
	copy = soft_queue_scratch(s, packet->len);
	memcpy(copy.data, packet->data, packet->len);
	packet->data = copy.data;
	packet->headroom = copy.headroom;
}

/* The inner class is copied whole, with the congestion bits (RFC 6040 4.1). */
static void put_outer(struct mip6_soft *s, const struct soft_hop *tunnel,
		      const struct soft_header *inner, struct mip6_buf *packet)
{
	struct soft_header outer = {.traffic_class = inner->traffic_class,
				    .payload_len = (uint16_t)packet->len,
				    .next_header = IP6_NH_IPV6,
				    .hop_limit = OUTER_HOP_LIMIT,
				    .src = tunnel->outer_src,
				    .dst = tunnel->outer_dst};

	soft_make_room(s, packet);
	soft_push(packet, SOFT_IP6);
	soft_header_write(packet, &outer);
	s->stats.encapsulated++;
}

static void send_segment(struct mip6_soft *s, const struct soft_hop *way,
			 const struct mip6_segment *segment, unsigned path, unsigned depth)
{
	struct mip6_buf packet = soft_queue_segment(s, segment);

	if (packet.len > path)
		soft_fragment(s, way, &packet, path, depth);
	else
		soft_send_hop(s, 0, way, &packet, depth);
}

/* Segments of one packet are packets of their own before they are cut, or enter
 * another tunnel. */
static void send_in_pieces(struct mip6_soft *s, const struct soft_hop *way, struct mip6_buf *packet,
			   unsigned path, unsigned depth)
{
	struct mip6_segment segments[SOFT_SEGMENTS];
	struct mip6_buf heads;
	int count;

	if (!packet->gso_size) {
		soft_fragment(s, way, packet, path, depth);
		return;
	}
	heads = soft_queue_scratch(s, SOFT_SEGMENTS * SOFT_SEGMENT_HEAD);
	count = mip6_offload_split(packet, 0, heads.data, heads.len, segments, SOFT_SEGMENTS);
	if (count < 0)
		s->stats.drop_too_big++;
	for (int i = 0; i < count; i++)
		send_segment(s, way, &segments[i], path, depth);
}

void soft_encapsulate(struct mip6_soft *s, unsigned ifindex, const struct soft_hop *hop,
		      struct mip6_buf *packet, unsigned depth)
{
	size_t len = soft_wire_len(packet);
	struct soft_header inner;
	struct soft_hop way;
	unsigned path;
	unsigned inside;

	if (!soft_header_read(packet, &inner) || packet->len > UINT16_MAX) {
		s->stats.drop_malformed++;
		return;
	}
	/* An address that went is no source: what is sent in its name has no way back. */
	if (depth >= SOFT_ROUTE_HOPS || !soft_owns(s, &hop->outer_src) || !find_way(s, hop, &way)) {
		s->stats.drop_no_route++;
		/* To the host's own upper layers a gap between two links is a loss: an
		 * error would end a connection that is just being made. */
		if (ifindex)
			soft_icmp_error(s, ifindex, packet, ICMP6_DST_UNREACH, SOFT_UNREACH_ADDRESS,
					0);
		return;
	}
	path = path_mtu(s, hop, &way, depth);
	inside = inside_of(hop, path);
	if (len > inside) {
		s->stats.drop_too_big++;
		soft_icmp_error(s, ifindex, packet, ICMP6_PACKET_TOO_BIG, 0, inside);
		return;
	}
	put_outer(s, hop, &inner, packet);
	if (len + SOFT_TUNNEL_OVERHEAD > path || (packet->gso_size && way.kind == SOFT_HOP_TUNNEL))
		send_in_pieces(s, &way, packet, path, depth + 1);
	else
		soft_send_hop(s, ifindex, &way, packet, depth + 1);
}

/* ---- out of the tunnel ---------------------------------------------------------------- */

static bool open_inner(struct mip6_buf *packet, const struct ip6_packet *outer,
		       struct soft_header *ret)
{
	soft_pull(packet, packet->len - outer->payload_len);
	if (!soft_header_read(packet, ret) || ret->payload_len > packet->len - SOFT_IP6)
		return false;
	packet->len = (size_t)ret->payload_len + SOFT_IP6;
	return !mip6_addr_is_multicast(&ret->src) && !mip6_addr_is_loopback(&ret->src) &&
	       !mip6_addr_is_unspecified(&ret->src) && !mip6_addr_is_loopback(&ret->dst) &&
	       !mip6_addr_is_unspecified(&ret->dst);
}

/* Congestion that the outer packet met is told on (RFC 6040 4.2). False: the
 * inner one cannot carry it, so its sender must see a loss. */
static bool copy_congestion(struct mip6_buf *packet, const struct soft_header *inner,
			    uint8_t outer_class)
{
	unsigned outer = outer_class & ECN;
	unsigned mine = inner->traffic_class & ECN;

	if (outer == CE && mine == 0)
		return false;
	if (outer == CE || (outer == ECT_1 && mine == ECT_0))
		soft_header_set_class(packet, inner,
				      (uint8_t)((inner->traffic_class & 0xfcU) | outer));
	return true;
}

/* The counter of the reason why the home agent does not take it, or NULL. A
 * mobile node is not on the home link, so nothing of that link's scope comes from
 * it (10.4.2). */
static uint64_t *refused_from_mn(struct mip6_soft *s, const struct ip6_packet *outer,
				 const struct soft_header *inner)
{
	const struct soft_binding *b = soft_binding(s, &inner->src);

	if (!b)
		return &s->stats.drop_no_binding;
	if (!mip6_addr_equal(&b->coa, &outer->src))
		return &s->stats.drop_wrong_coa;
	if (mip6_addr_is_link_local(&inner->dst) || mip6_addr_is_multicast(&inner->dst) ||
	    mip6_addr_is_multicast(&outer->dst))
		return &s->stats.drop_wrong_tunnel;
	return NULL;
}

static uint64_t *refused_from_ha(struct mip6_soft *s, const struct ip6_packet *outer,
				 const struct soft_header *inner)
{
	const struct mip6_object *tunnel = &s->mn_device;

	if (!mip6_addr_equal(&tunnel->device.remote, &outer->src) ||
	    !mip6_addr_equal(&tunnel->device.local, &outer->dst) || !soft_has_home(s, &inner->dst))
		return &s->stats.drop_wrong_tunnel;
	return NULL;
}

/* Counts it. The protocol is told what no binding answers for. */
static void refuse(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *outer,
		   uint64_t *reason)
{
	(*reason)++;
	if (reason == &s->stats.drop_no_binding || reason == &s->stats.drop_wrong_coa)
		soft_to_core(s, ifindex, outer);
}

void soft_decapsulate(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
		      const struct ip6_packet *outer)
{
	uint64_t *refused = &s->stats.drop_wrong_tunnel;
	struct soft_header inner;

	if (!open_inner(packet, outer, &inner)) {
		s->stats.drop_malformed++;
		return;
	}
	if (s->has_ha_device)
		refused = refused_from_mn(s, outer, &inner);
	else if (s->has_mn_device)
		refused = refused_from_ha(s, outer, &inner);
	if (!refused && !copy_congestion(packet, &inner, outer->traffic_class))
		refused = &s->stats.drop_malformed;
	if (refused) {
		refuse(s, ifindex, outer, refused);
		return;
	}
	s->stats.decapsulated++;
	if (s->has_ha_device)
		soft_forward(s, ifindex, packet, false);
	else
		soft_local(s, ifindex, packet);
}
