/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_COA_H
#define CORE_COA_H

/* Which care-of address to register: a pure function of all candidates of all
 * interfaces, so that the order in which prefixes arrive cannot matter. The
 * rules, each deciding only where those before it did not (RFC 6724 5, with
 * reachability first because an address without a router carries nothing):
 *   never: link-local and what is not routable; an ULA unless the home agent's
 *          address is one too
 *   1. a router that was not lost
 *   2. fewer rounds of unanswered Binding Updates
 *   3. ULA (to an ULA home agent), native global, 6to4, Teredo
 *   4. a router that answers, before one in doubt: an arrival with equally good
 *      prefixes is followed at once, one with worse prefixes only when the
 *      former router turns out to be lost; of two in doubt the one heard last,
 *      so that a second router of a new link does not send one back to the old
 *   5. preferred before deprecated
 *   6. MnIfPreference of the interface, lower first
 *   7. the preference of its router (RFC 4191)
 *   8. the one in use: another prefix alone is no reason to move
 *   9. longest match with the home agent's address
 *  10. the lowest address, then the lowest interface
 */
#include <mip6/types.h>

enum coa_reach { COA_REACHABLE, COA_DOUBTFUL, COA_LOST };

struct coa_candidate {
	struct mip6_addr addr;
	unsigned ifindex;
	int preference;	       /* of the interface; lower is better */
	int router_preference; /* RFC 4191: -1, 0, 1 */
	bool deprecated;
	enum coa_reach reach;
	mip6_time heard;	/* when its router advertised last; counts with COA_DOUBTFUL */
	unsigned failed_rounds; /* rounds of Binding Updates without an answer */
};

/* True when an address may be a care-of address towards this home agent. */
bool coa_eligible(const struct mip6_addr *addr, const struct mip6_addr *ha);
/* Index of the best candidate, or MIP6_ERR_NOTFOUND. `previous` is the address
 * in use, unspecified when there is none. */
int coa_choose(const struct coa_candidate *candidates, size_t count, const struct mip6_addr *ha,
	       const struct mip6_addr *previous);

#endif
