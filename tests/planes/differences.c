/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where the planes differ, and why. Nothing else may. */
#include "planes.h"

const struct plane_known planes_differences[PLANE_DIFFERENCES] = {
    [PLANE_PROXY_WITHOUT_SETTING] = {"a proxy answers without forwarding and proxy_ndp", false,
				     "these are switches of the kernel's own code, which the home "
				     "agent sets with every proxy"},
    [PLANE_CLASS_COPIED] = {"the outer traffic class is the inner one, not its congestion bits "
			    "only",
			    false,
			    "RFC 2473 6.4 leaves it open; the kernel's device for many tunnels "
			    "cannot copy"},
    [PLANE_AUTOCONF] = {"addresses are made of advertisements where no setting forbids it", true,
			"in the user-space plane only the protocol does so"},
    [PLANE_NESTED] = {"a care-of address may be the home address of another binding", false,
		      "the kernel's device takes a packet that it would get back for a loop"},
    [PLANE_DATA_WITH_HEADERS] =
	{"data with a Home Address option of a binding go up", false,
	 "ours send them by the tunnel, and who else may send them to a home "
	 "agent is not there yet; the kernel's policies are for MH only"},
    [PLANE_COA_IN_TUNNEL] = {"the tunnel brings packets for the care-of address", true,
			     "the kernel takes what comes out of the home agent's tunnel for any "
			     "of its addresses"},
};
