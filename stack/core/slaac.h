/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_SLAAC_H
#define CORE_SLAAC_H

/* Stateless address configuration (RFC 4862 5.5). Care-of addresses get the
 * modified EUI-64 identifier of the interface (RFC 4291 appendix A): it is
 * stable on a link, so that a return to the link finds the same address. When
 * duplicate detection finds it in use, the next address of that prefix has a
 * random identifier. All functions are pure. */
#include <mip6/types.h>

/* The prefix with the modified EUI-64 of a 48-bit MAC address. */
struct mip6_addr slaac_address_eui64(const struct mip6_prefix *prefix, const uint8_t mac[6]);
/* The prefix with this interface identifier. */
struct mip6_addr slaac_address_iid(const struct mip6_prefix *prefix, uint64_t iid);
/* Identifiers that no host may take (RFC 5453): zero and the anycast range. */
bool slaac_iid_reserved(uint64_t iid);
/* True when the last 64 bits of both are equal. */
bool slaac_same_iid(const struct mip6_addr *a, const struct mip6_addr *b);
/* now + seconds; UINT32_MAX seconds is MIP6_NEVER. */
mip6_time slaac_deadline(mip6_time now, uint32_t seconds);
/* End of the valid lifetime of an address that was valid until `current`, after
 * an advertisement of `seconds`: what is not authenticated cannot shorten it
 * below two hours (RFC 4862 5.5.3 e). */
mip6_time slaac_valid_until(mip6_time now, mip6_time current, uint32_t seconds);

#endif
