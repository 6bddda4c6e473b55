/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets for the node: the tests that every node makes of a Mobility Header
 * (RFC 6275 9.2) and of neighbour discovery (RFC 4861 6.1, 7.1), then to the
 * engine whose role it is. What fails is counted, told, and in the cases that
 * the RFC names answered. */
#include "advertise.h"

/* A message that only a home agent takes, at a node that is none: a home
 * registration is refused with status 131 (RFC 6275 10.3.1), any other Binding
 * Update lacks the keys of return routability and is dropped (9.5.1). */
static void refuse_bu(struct mip6_node *node, mip6_time now, unsigned ifindex,
		      const struct ip6_packet *p, const struct mh_message *m)
{
	struct mh_message ba = {.type = MH_BA};
	struct mip6_tx tx = {.src = p->dst, .dst = p->src};

	if (!(m->bu.flags & MH_BU_H) || m->options.has_nonces || mip6_addr_is_multicast(&p->dst) ||
	    !mip6_addr_is_routable(&p->src)) {
		node_drop(node, now, ifindex, MIP6_ERR_VALUE, &p->src);
		return;
	}
	if (!node_may_reply(node, now, NODE_REPLY_REFUSAL, &p->src))
		return;
	tx.has_rh2 = p->has_hao;
	tx.rh2 = p->hao;
	ba.ba.status = MH_STATUS_NO_HOME_REGISTRATION;
	ba.ba.seq = m->bu.seq;
	node_send_mh(node, &tx, &ba);
}

static void dispatch_mh(struct mip6_node *node, mip6_time now, unsigned ifindex,
			const struct ip6_packet *p, const struct mh_message *m)
{
	node->stats.rx_mh[m->type]++;
	if (node->ha && m->type == MH_BU)
		ha_receive_mh(node, now, ifindex, p, m);
	else if (m->type == MH_BU)
		refuse_bu(node, now, ifindex, p, m);
	else if (node->mn)
		mn_receive_mh(node, now, p, m);
	else
		node_drop(node, now, ifindex, MIP6_ERR_UNSUPPORTED, &p->src);
}

static void receive_mh(struct mip6_node *node, mip6_time now, unsigned ifindex,
		       const struct ip6_packet *p)
{
	struct mh_message m;
	size_t pointer = 0;
	int err = mh_parse(ip6_checksum_src(p), ip6_checksum_dst(p), p->payload, p->payload_len, &m,
			   &pointer);

	if (err == MIP6_OK) {
		dispatch_mh(node, now, ifindex, p, &m);
		return;
	}
	node_drop(node, now, ifindex, err, &p->src);
	if (err == MIP6_ERR_TYPE)
		node_send_be(node, now, p, MH_BE_UNKNOWN_TYPE);
	else if (err == MIP6_ERR_PROTO || err == MIP6_ERR_LENGTH)
		node_send_parameter_problem(node, now, p, pointer);
}

static int receive_ra(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p)
{
	struct nd_ra ra;
	int err = nd_parse_ra(p->payload, p->payload_len, &ra);

	if (err < 0)
		return err;
	node->stats.rx_ra++;
	if (node->mn)
		mn_receive_ra(node, now, iface, p, &ra);
	if (node->ha)
		ha_receive_ra(node, now, iface, p, &ra);
	return MIP6_OK;
}

static int receive_rs(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p)
{
	struct nd_rs rs;
	int err = nd_parse_rs(p->payload, p->payload_len, &rs);

	if (err < 0)
		return err;
	node->stats.rx_rs++;
	advertise_receive_rs(node, now, iface, p, &rs);
	return MIP6_OK;
}

static int receive_ns(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p)
{
	struct nd_ns ns;
	int err = nd_parse_ns(p->payload, p->payload_len, &ns);

	if (err < 0)
		return err;
	node->stats.rx_ns++;
	dad_receive_ns(node, now, iface->link.ifindex, p, &ns);
	return MIP6_OK;
}

static int receive_na(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p)
{
	struct nd_na na;
	int err = nd_parse_na(p->payload, p->payload_len, &na);

	if (err < 0)
		return err;
	node->stats.rx_na++;
	dad_receive_na(node, now, iface->link.ifindex, p, &na);
	if (node->mn)
		mn_receive_na(node, now, iface, p, &na);
	if (node->ha)
		ha_receive_na(node, now, iface, p, &na);
	return MIP6_OK;
}

static int receive_error(struct mip6_node *node, mip6_time now, struct iface *iface,
			 const struct ip6_packet *p)
{
	struct icmp6_error e;
	int err = icmp6_parse_error(p->payload, p->payload_len, &e);

	if (err < 0)
		return err;
	if (node->mn)
		mn_receive_error(node, now, iface, p, &e);
	return MIP6_OK;
}

static int receive_nd(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p, uint8_t type)
{
	int err = nd_valid(type, p);

	if (err < 0)
		return err;
	switch (type) {
	case ICMP6_RA:
		return receive_ra(node, now, iface, p);
	case ICMP6_NS:
		return receive_ns(node, now, iface, p);
	case ICMP6_NA:
		return receive_na(node, now, iface, p);
	default:
		return receive_rs(node, now, iface, p);
	}
}

static void receive_icmp6(struct mip6_node *node, mip6_time now, struct iface *iface,
			  const struct ip6_packet *p)
{
	int type = icmp6_type(ip6_checksum_src(p), ip6_checksum_dst(p), p->payload, p->payload_len);
	int err = type;

	if (type >= ICMP6_RS && type <= ICMP6_NA)
		err = receive_nd(node, now, iface, p, (uint8_t)type);
	else if (type >= 1 && type <= ICMP6_PARAM_PROBLEM)
		err = receive_error(node, now, iface, p);
	if (err < 0)
		node_drop(node, now, iface->link.ifindex, err, &p->src);
}

/* A plane that takes no data with the option, bound or not, tells of both. */
void mip6_node_unbound(struct mip6_node *node, mip6_time now, const struct ip6_packet *p)
{
	if (!node->running || !mip6_addr_is_routable(&p->hao) || !mip6_addr_is_routable(&p->src) ||
	    (node->ha && ha_is_bound(node, &p->hao, &p->src)))
		return;
	node_send_be(node, now, p, MH_BE_UNKNOWN_BINDING);
	node_commit(node, now);
}

void mip6_node_receive(struct mip6_node *node, mip6_time now, unsigned ifindex,
		       const struct ip6_packet *p)
{
	struct iface *iface = node_iface(node, ifindex);
	/* What is for the home address comes by the tunnel's device, which is none of the
	 * node's interfaces. */
	const bool tunnelled = !iface && node->mn && p->next_header == IP6_NH_MH;

	if (!node->running)
		return;
	if (!iface && !tunnelled)
		node_drop(node, now, ifindex, MIP6_ERR_NOTFOUND, &p->src);
	else if (p->has_hao && !mip6_addr_is_routable(&p->hao))
		node_drop(node, now, ifindex, MIP6_ERR_VALUE, &p->src); /* RFC 6275 9.3.1 */
	else if (p->next_header == IP6_NH_MH)
		receive_mh(node, now, ifindex, p);
	else if (p->next_header == IP6_NH_ICMPV6)
		receive_icmp6(node, now, iface, p);
	else if (p->next_header == IP6_NH_IPV6 && node->ha)
		ha_receive_tunnelled(node, now, p);
	node_commit(node, now);
}
