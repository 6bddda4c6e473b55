/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that come out of a tunnel without a binding (RFC 6275 10.4.5). They are
 * dropped, but where the home agent would take a Binding Update for the home address,
 * the sender is told: a mobile node whose binding was lost goes on sending until its
 * next refresh otherwise. The answer is a Parameter Problem that points at the inner
 * source. Unlike Destination Unreachable it is for the tunnel's entry only: a kernel
 * there would hand that on (RFC 2473 8), and connections that are just being made would
 * end by it, which a repaired binding carries a moment later. */
#include "ha.h"

#define INNER_SOURCE_AT 8
/* Time for a Binding Update to follow. */
#define TOLD_FOR (10 * MIP6_SECOND)

struct inner {
	uint8_t next_header;
	struct mip6_addr src;
	struct mip6_addr dst;
	bool is_error; /* ICMPv6: nothing is told about these (RFC 4443 2.4 e) */
};

static bool read_inner(const struct ip6_packet *p, struct inner *ret)
{
	struct mip6_reader r = rd_init(p->payload, p->payload_len);

	if (rd_u32(&r) >> 28 != 6)
		return false;
	rd_u16(&r);
	ret->next_header = rd_u8(&r);
	rd_u8(&r);
	ret->src = rd_addr(&r);
	ret->dst = rd_addr(&r);
	if (r.failed)
		return false;
	ret->is_error = ret->next_header == IP6_NH_ICMPV6 && (rd_u8(&r) < 128 || r.failed);
	return true;
}

/* A Binding Update for it would be taken, and none is being answered. */
static bool could_be_bound(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
			   const struct mip6_addr *coa)
{
	const struct bcache_entry *e = bcache_find(&ha->bcache, hoa);
	struct ha_home home;

	if (e && (e->state != BCACHE_BOUND || mip6_addr_equal(&e->coa, coa)))
		return false;
	return ha_allowed(ha, hoa) && !ha_owns(ha, hoa) && !ha_owns(ha, coa) &&
	       ha_home_find(ha, now, hoa, &home);
}

static void remember(struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
		     const struct mip6_addr *coa)
{
	ha->told[ha->told_at] = (struct ha_told){.hoa = *hoa, .coa = *coa, .at = now};
	ha->told_at = (ha->told_at + 1) % HA_TOLD;
}

void ha_stray_receive(struct ha *ha, mip6_time now, const struct ip6_packet *p)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_TUNNEL_REFUSED, now, 0);
	struct inner inner;

	if (!read_inner(p, &inner) || inner.is_error)
		return;
	if (!mip6_addr_is_routable(&p->src) || mip6_addr_is_multicast(&inner.dst) ||
	    mip6_addr_is_link_local(&inner.dst) || !could_be_bound(ha, now, &inner.src, &p->src))
		return;
	if (!node_send_parameter_problem(ha->node, now, p, INNER_SOURCE_AT))
		return;
	if (!ha_stray_told(ha, now, &inner.src, &p->src))
		remember(ha, now, &inner.src, &p->src);
	mip6_event_addr(&e, "hoa", &inner.src);
	mip6_event_addr(&e, "coa", &p->src);
	node_emit(ha->node, &e);
}

bool ha_stray_told(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
		   const struct mip6_addr *coa)
{
	for (size_t i = 0; i < HA_TOLD; i++) {
		const struct ha_told *t = &ha->told[i];

		if (t->at > now - TOLD_FOR && mip6_addr_equal(&t->hoa, hoa) &&
		    mip6_addr_equal(&t->coa, coa))
			return true;
	}
	return false;
}
