/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Frames from outside: what is IPv6 and for this node, or for others through it,
 * is told from what is not, before anything else looks at it (RFC 8200 3, RFC 4291
 * 2.5 to 2.7). A bad packet is counted and dropped here. */
#include "soft/internal.h"
#include <mip6/wire.h>
#include <string.h>

enum { ETHERTYPE_IPV6 = 0x86dd, MAC = 6, ND_HOP_LIMIT = 255, LINK_SCOPE = 2 };

/* To more than one receiver. */
static bool is_group_frame(const struct mip6_buf *frame)
{
	return frame->len && (frame->data[0] & 1);
}

/* To the interface itself, to an IPv6 group, or to all. */
static bool frame_for_us(const struct soft_iface *iface, const uint8_t *to)
{
	static const uint8_t all[MAC] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	return memcmp(to, iface->link.mac, MAC) == 0 || (to[0] == 0x33 && to[1] == 0x33) ||
	       memcmp(to, all, MAC) == 0;
}

/* Takes the Ethernet header off. False: not ours to read; counted. */
static bool open_frame(struct mip6_soft *s, const struct soft_iface *iface, struct mip6_buf *frame)
{
	struct mip6_reader r = rd_init(frame->data, frame->len);
	const uint8_t *to = rd_bytes(&r, MAC);
	uint16_t type;

	rd_bytes(&r, MAC);
	type = rd_u16(&r);
	if (r.failed) {
		s->stats.drop_malformed++;
		return false;
	}
	if (type != ETHERTYPE_IPV6)
		return false;
	if (!frame_for_us(iface, to)) {
		s->stats.drop_not_ours++;
		return false;
	}
	soft_pull(frame, SOFT_ETH);
	return true;
}

/* The header, with lengths and addresses that can be; what is behind the payload
 * is padding of the link. */
static bool open_packet(struct mip6_buf *packet, struct soft_header *ret)
{
	if (!soft_header_read(packet, ret) || ret->payload_len > packet->len - SOFT_IP6)
		return false;
	packet->len = (size_t)ret->payload_len + SOFT_IP6;
	/* Who has no address yet speaks to groups only (RFC 4862 5.4.2, 5.5.3). */
	if (mip6_addr_is_unspecified(&ret->src) && !mip6_addr_is_multicast(&ret->dst))
		return false;
	return !mip6_addr_is_multicast(&ret->src) && !mip6_addr_is_loopback(&ret->src) &&
	       !mip6_addr_is_loopback(&ret->dst) && !mip6_addr_is_unspecified(&ret->dst);
}

/* Groups that the node is in: all nodes, all routers of the link when it is one,
 * and every solicited-node group, as a proxy answers for many. Others may be
 * joined by the upper layers, which know. */
static bool takes_group(const struct mip6_soft *s, const struct mip6_addr *group)
{
	struct mip6_addr routers = mip6_addr_all_routers();

	if ((group->b[1] & 0xf) < LINK_SCOPE)
		return false;
	return s->forwarding || !mip6_addr_equal(group, &routers);
}

static bool is_nd(const struct mip6_buf *packet, const struct soft_header *h)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);
	uint8_t type;

	if (h->next_header != IP6_NH_ICMPV6 || h->hop_limit != ND_HOP_LIMIT)
		return false;
	rd_bytes(&r, SOFT_IP6);
	type = rd_u8(&r);
	return type >= ICMP6_RS && type <= ICMP6_NA;
}

/* An address that the node answers for: neighbour discovery is for the proxy (RFC
 * 6275 10.4.1). What else is sent to its link-local address is not to be
 * tunnelled, and its source is told (10.4.2). */
static bool take_proxied(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
			 const struct soft_header *h)
{
	bool link_local = mip6_addr_is_link_local(&h->dst);
	bool nd = is_nd(packet, h);
	bool router;

	if ((!nd && !link_local) || !soft_proxies(s, ifindex, &h->dst, &router))
		return false;
	if (nd) {
		soft_local(s, ifindex, packet);
		return true;
	}
	s->stats.drop_not_ours++;
	soft_icmp_error(s, ifindex, packet, ICMP6_DST_UNREACH, SOFT_UNREACH_ADDRESS, 0);
	return true;
}

/* A link-local address is one of this link; all others may be on any interface. */
static void dispatch_unicast(struct mip6_soft *s, const struct soft_iface *iface,
			     struct mip6_buf *packet, const struct soft_header *h)
{
	unsigned ifindex = iface->link.ifindex;
	bool link_local = mip6_addr_is_link_local(&h->dst);

	if (link_local && soft_iface_has(iface, &h->dst))
		soft_local(s, ifindex, packet);
	else if (take_proxied(s, ifindex, packet, h))
		return;
	else if (link_local)
		s->stats.drop_not_ours++;
	else
		soft_forward(s, ifindex, packet, false);
}

/* What is for one node but came in a frame to many is taken by that node, and
 * neither forwarded nor answered with an error by others: they would all do so
 * (RFC 4443 2.4 e). */
static void dispatch(struct mip6_soft *s, const struct soft_iface *iface, struct mip6_buf *packet,
		     const struct soft_header *h, bool group_frame)
{
	bool group = mip6_addr_is_multicast(&h->dst);

	if (group ? !takes_group(s, &h->dst) : group_frame && !soft_owns(s, &h->dst))
		s->stats.drop_not_ours++;
	else if (group)
		soft_local(s, iface->link.ifindex, packet);
	else
		dispatch_unicast(s, iface, packet, h);
}

void soft_input(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *frame)
{
	const struct soft_iface *iface = soft_iface(s, ifindex);
	bool group_frame = is_group_frame(frame);
	struct soft_header h;

	s->stats.rx_frames++;
	if (!iface || !iface->link.up) {
		s->stats.drop_link_down++;
		return;
	}
	if (!open_frame(s, iface, frame))
		return;
	if (!open_packet(frame, &h)) {
		s->stats.drop_malformed++;
		return;
	}
	dispatch(s, iface, frame, &h, group_frame);
}
