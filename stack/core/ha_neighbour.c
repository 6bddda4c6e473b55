/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Refusals to a mobile node that is on its home link while the home agent still
 * has a binding for it, as when it forgot its sequence number: a packet to its
 * home address would go through the tunnel to the old care-of address. So the
 * Binding Acknowledgement goes to the mobile node's link-layer address, "retrieved
 * ... through Neighbor Solicitation" (RFC 6275 10.3.2), which it answers even
 * before its binding is deleted (11.5.5). */
#include "ha_job.h"

static struct ha_refusal *place_for(struct ha *ha, mip6_time now, const struct mip6_addr *hoa)
{
	struct ha_refusal *found = NULL;

	for (size_t i = 0; i < HA_REFUSALS; i++) {
		struct ha_refusal *f = &ha->refusals[i];

		if (f->until > now && mip6_addr_equal(&f->reply.hoa, hoa))
			return f;
		if (f->until <= now)
			found = f;
	}
	return found;
}

bool ha_neighbour_ask(struct ha *ha, mip6_time now, const struct ha_reply *reply)
{
	struct mip6_addr src = ha_address_near(ha, reply->ifindex, &reply->hoa);
	struct mip6_addr group = mip6_addr_solicited_node(&reply->hoa);

	if (mip6_addr_is_unspecified(&src) ||
	    !node_may_reply(ha->node, now, NODE_REPLY_REFUSAL_BOUND, &reply->dst))
		return false;
	node_send_ns(ha->node, reply->ifindex, &src, &group, &reply->hoa);
	return true;
}

void ha_neighbour_refuse(struct ha *ha, mip6_time now, const struct ha_reply *reply, uint8_t status,
			 uint16_t seq)
{
	struct ha_refusal *f = place_for(ha, now, &reply->hoa);

	if (!f || !ha_neighbour_ask(ha, now, reply)) {
		node_drop(ha->node, now, reply->ifindex, MIP6_ERR_NOMEM, &reply->dst);
		return;
	}
	*f = (struct ha_refusal){*reply, status, seq, now + MIP6_SECOND};
}

void ha_receive_na(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_na *na)
{
	struct ha *ha = node->ha;

	(void)p;
	if (na->tlla.len != 6)
		return;
	for (size_t i = 0; i < HA_REFUSALS; i++) {
		struct ha_refusal *f = &ha->refusals[i];

		if (f->until <= now || f->reply.ifindex != iface->link.ifindex ||
		    !mip6_addr_equal(&f->reply.hoa, &na->target))
			continue;
		f->until = 0;
		f->reply.l2 = na->tlla;
		ha_send_ba(ha, now, &f->reply, f->status, f->seq, 0);
	}
}
