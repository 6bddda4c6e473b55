/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Care-of address choice; see coa.h for the rules. */
#include "coa.h"

bool coa_eligible(const struct mip6_addr *addr, const struct mip6_addr *ha)
{
	if (mip6_addr_is_link_local(addr) || mip6_addr_is_multicast(addr))
		return false;
	if (!mip6_addr_is_routable(addr))
		return false;
	return !mip6_addr_is_ula(addr) || mip6_addr_is_ula(ha);
}

/* Lower is better. An ULA gets here only where the home agent has one too, and
 * then both carry the same label (RFC 6724 rule 6). */
static int category(const struct mip6_addr *addr)
{
	if (mip6_addr_is_ula(addr))
		return 0;
	if (mip6_addr_is_teredo(addr))
		return 3;
	return mip6_addr_is_6to4(addr) ? 2 : 1;
}

static int compare(long a, long b)
{
	return (a > b) - (a < b);
}

/* Negative when a is the better one; 0 only for the same address and interface. */
static int rank(const struct coa_candidate *a, const struct coa_candidate *b,
		const struct mip6_addr *ha, const struct mip6_addr *previous)
{
	int r = compare(a->reach == COA_LOST, b->reach == COA_LOST);

	if (r == 0)
		r = compare((long)a->failed_rounds, (long)b->failed_rounds);
	if (r == 0)
		r = compare(category(&a->addr), category(&b->addr));
	if (r == 0)
		r = compare(a->reach, b->reach);
	if (r == 0 && a->reach == COA_DOUBTFUL)
		r = (a->heard < b->heard) - (a->heard > b->heard);
	if (r == 0)
		r = compare(a->deprecated, b->deprecated);
	if (r == 0)
		r = compare(a->preference, b->preference);
	if (r == 0)
		r = compare(b->router_preference, a->router_preference);
	if (r == 0)
		r = compare(mip6_addr_equal(&b->addr, previous),
			    mip6_addr_equal(&a->addr, previous));
	if (r == 0)
		r = compare((long)mip6_addr_common_bits(&b->addr, ha),
			    (long)mip6_addr_common_bits(&a->addr, ha));
	if (r == 0)
		r = mip6_addr_compare(&a->addr, &b->addr);
	if (r == 0)
		r = compare((long)a->ifindex, (long)b->ifindex);
	return r;
}

int coa_choose(const struct coa_candidate *candidates, size_t count, const struct mip6_addr *ha,
	       const struct mip6_addr *previous)
{
	int best = MIP6_ERR_NOTFOUND;

	for (size_t i = 0; i < count; i++) {
		if (!coa_eligible(&candidates[i].addr, ha))
			continue;
		if (best < 0 || rank(&candidates[i], &candidates[best], ha, previous) < 0)
			best = (int)i;
	}
	return best;
}
