/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_WIRE_EQUAL_H
#define MIP6_WIRE_EQUAL_H

/* Equality of parsed messages, field by field: structs have padding octets, so
 * memcmp would compare what nobody wrote. A field behind a presence flag counts
 * only when the flag is set. For unit tests and fuzz targets alike. */
#include <mip6/wire.h>
#include <string.h>

static inline bool equal_packet(const struct ip6_packet *a, const struct ip6_packet *b)
{
	return a->traffic_class == b->traffic_class && a->flow_label == b->flow_label &&
	       a->hop_limit == b->hop_limit && mip6_addr_equal(&a->src, &b->src) &&
	       mip6_addr_equal(&a->dst, &b->dst) && a->has_hao == b->has_hao &&
	       a->has_rh2 == b->has_rh2 && (!a->has_hao || mip6_addr_equal(&a->hao, &b->hao)) &&
	       (!a->has_rh2 || (a->rh2_segments_left == b->rh2_segments_left &&
				mip6_addr_equal(&a->rh2, &b->rh2))) &&
	       a->next_header == b->next_header && a->payload_len == b->payload_len &&
	       (a->payload_len == 0 || memcmp(a->payload, b->payload, a->payload_len) == 0);
}

/* unknown_count is left out: what was skipped is not built again. */
static inline bool equal_options(const struct mh_options *a, const struct mh_options *b)
{
	return a->has_refresh == b->has_refresh && a->has_alt_coa == b->has_alt_coa &&
	       a->has_nonces == b->has_nonces && a->has_authdata == b->has_authdata &&
	       (!a->has_refresh || a->refresh == b->refresh) &&
	       (!a->has_alt_coa || mip6_addr_equal(&a->alt_coa, &b->alt_coa)) &&
	       (!a->has_nonces ||
		(a->home_nonce == b->home_nonce && a->coa_nonce == b->coa_nonce)) &&
	       (!a->has_authdata || memcmp(a->authdata, b->authdata, sizeof(a->authdata)) == 0);
}

static inline bool equal_body(const struct mh_message *a, const struct mh_message *b)
{
	switch (a->type) {
	case MH_HOTI:
	case MH_COTI:
		return a->hoti.cookie == b->hoti.cookie;
	case MH_HOT:
	case MH_COT:
		return a->hot.nonce_index == b->hot.nonce_index && a->hot.cookie == b->hot.cookie &&
		       a->hot.token == b->hot.token;
	case MH_BU:
		return a->bu.seq == b->bu.seq && a->bu.flags == b->bu.flags &&
		       a->bu.lifetime == b->bu.lifetime;
	case MH_BA:
		return a->ba.status == b->ba.status && a->ba.flags == b->ba.flags &&
		       a->ba.seq == b->ba.seq && a->ba.lifetime == b->ba.lifetime;
	case MH_BE:
		return a->be.status == b->be.status && mip6_addr_equal(&a->be.hoa, &b->be.hoa);
	default:
		return true;
	}
}

static inline bool equal_message(const struct mh_message *a, const struct mh_message *b)
{
	return a->type == b->type && equal_body(a, b) && equal_options(&a->options, &b->options);
}

static inline bool equal_lladdr(const struct nd_lladdr *a, const struct nd_lladdr *b)
{
	return a->len == b->len && a->len <= sizeof(a->addr) &&
	       memcmp(a->addr, b->addr, a->len) == 0;
}

static inline bool equal_rs(const struct nd_rs *a, const struct nd_rs *b)
{
	return equal_lladdr(&a->slla, &b->slla);
}

static inline bool equal_pio(const struct nd_pio *a, const struct nd_pio *b)
{
	return a->len == b->len && a->flags == b->flags && a->valid == b->valid &&
	       a->preferred == b->preferred && mip6_addr_equal(&a->prefix, &b->prefix);
}

static inline bool equal_ra(const struct nd_ra *a, const struct nd_ra *b)
{
	if (a->pio_count != b->pio_count)
		return false;
	for (unsigned i = 0; i < a->pio_count; i++)
		if (!equal_pio(&a->pio[i], &b->pio[i]))
			return false;
	return a->hop_limit == b->hop_limit && a->flags == b->flags && a->lifetime == b->lifetime &&
	       a->reachable == b->reachable && a->retrans == b->retrans &&
	       equal_lladdr(&a->slla, &b->slla) && a->mtu == b->mtu && a->interval == b->interval &&
	       a->has_ha_info == b->has_ha_info &&
	       (!a->has_ha_info ||
		(a->ha_preference == b->ha_preference && a->ha_lifetime == b->ha_lifetime));
}

static inline bool equal_ns(const struct nd_ns *a, const struct nd_ns *b)
{
	return mip6_addr_equal(&a->target, &b->target) && equal_lladdr(&a->slla, &b->slla) &&
	       a->nonce.len == b->nonce.len &&
	       memcmp(a->nonce.bytes, b->nonce.bytes, a->nonce.len) == 0;
}

static inline bool equal_na(const struct nd_na *a, const struct nd_na *b)
{
	return mip6_addr_equal(&a->target, &b->target) && a->flags == b->flags &&
	       equal_lladdr(&a->tlla, &b->tlla);
}

static inline bool equal_error(const struct icmp6_error *a, const struct icmp6_error *b)
{
	return a->type == b->type && a->code == b->code && a->value == b->value &&
	       a->packet_len == b->packet_len &&
	       (a->packet_len == 0 || memcmp(a->packet, b->packet, a->packet_len) == 0);
}

#endif
