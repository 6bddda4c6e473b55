/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Stateless address configuration; see slaac.h. */
#include "slaac.h"
#include <string.h>

#define TWO_HOURS (7200 * MIP6_SECOND)

struct mip6_addr slaac_address_eui64(const struct mip6_prefix *prefix, const uint8_t mac[6])
{
	struct mip6_addr iid = mip6_addr_link_local_eui64(mac);

	return mip6_addr_combine(prefix, &iid);
}

struct mip6_addr slaac_address_iid(const struct mip6_prefix *prefix, uint64_t iid)
{
	struct mip6_addr a = {{0}};

	for (int i = 15; i >= 8; i--, iid >>= 8)
		a.b[i] = (uint8_t)(iid & 0xff);
	return mip6_addr_combine(prefix, &a);
}

bool slaac_iid_reserved(uint64_t iid)
{
	return iid == 0 ||
	       (iid >= UINT64_C(0xfdffffffffffff80) && iid <= UINT64_C(0xfdffffffffffffff));
}

bool slaac_same_iid(const struct mip6_addr *a, const struct mip6_addr *b)
{
	return memcmp(a->b + 8, b->b + 8, 8) == 0;
}

mip6_time slaac_deadline(mip6_time now, uint32_t seconds)
{
	if (seconds == UINT32_MAX)
		return MIP6_NEVER;
	return now + (mip6_time)seconds * MIP6_SECOND;
}

mip6_time slaac_valid_until(mip6_time now, mip6_time current, uint32_t seconds)
{
	mip6_time offered = slaac_deadline(now, seconds);

	if (offered >= current || offered > now + TWO_HOURS)
		return offered;
	if (current <= now + TWO_HOURS)
		return current;
	return now + TWO_HOURS;
}
