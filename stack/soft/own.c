/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the home agent itself sends to a mobile node that is away: with a type 2 routing
 * header, as a correspondent node with a binding would, and not in the tunnel, which is
 * for what it intercepts (RFC 6275 10.4.2, 9.3.2). */
#include "soft/internal.h"
#include <mip6/wire.h>
#include <string.h>

enum { RH2 = 24, ND_HOP_LIMIT = 255 };

/* Headers that come before a routing header, or are one, make it the tunnel's. Fragments
 * stay with the first one, which is too long; an Authentication Header would have to cover
 * the routing header. */
static bool takes_header(const struct soft_header *h)
{
	switch (h->next_header) {
	case IP6_NH_HOPOPTS:
	case IP6_NH_ROUTING:
	case IP6_NH_FRAGMENT:
	case IP6_NH_AH:
		return false;
	case IP6_NH_ICMPV6:
		return h->hop_limit != ND_HOP_LIMIT;
	default:
		return true;
	}
}

/* What every path takes: who sends more has to hear of the path's MTU, which the tunnel
 * sees to; and packets that the interface is to cut are the tunnel's, too. */
static bool fits_with_header(const struct mip6_buf *packet)
{
	return !packet->gso_size && packet->len + RH2 <= SOFT_MIN_MTU;
}

void soft_own_to_mobile(struct mip6_soft *s, struct mip6_buf *packet)
{
	const struct soft_binding *b;
	struct soft_header h;
	uint8_t header[RH2];
	int len;

	if (!soft_header_read(packet, &h) || !takes_header(&h) || soft_owns(s, &h.dst))
		return;
	b = soft_binding(s, &h.dst);
	if (!b || !fits_with_header(packet) || soft_owns(s, &b->coa) || soft_binding(s, &b->coa))
		return;
	len = ip6_build_rh2(&h.dst, header, sizeof(header));
	if (len != RH2)
		return;
	header[0] = h.next_header;
	soft_make_room(s, packet);
	soft_push(packet, RH2);
	h.next_header = IP6_NH_ROUTING;
	h.payload_len = (uint16_t)(h.payload_len + RH2);
	h.dst = b->coa;
	soft_header_write(packet, &h);
	memcpy(packet->data + SOFT_IP6, header, RH2);
}
