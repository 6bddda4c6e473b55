/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_HOME_RIG_H
#define TESTS_HOME_RIG_H

/* A mobile node and its home link, for tests of coming home. */
#include "mn_host.h"

#define HOME_PREFIX "3fff:0:1::"
#define HOME_AR	    "fe80::1"
#define LA	    (ND_PIO_L | ND_PIO_A)

/* The home router does not say which global address it has. */
static inline struct nd_ra home_ra(void)
{
	return rig_ra(HOME_PREFIX, LA);
}

/* The home agent itself advertises, with its address (R flag). */
static inline struct nd_ra home_agent_ra(void)
{
	struct nd_ra ra = rig_ra(HA, LA | ND_PIO_R);

	ra.flags = ND_RA_H;
	return ra;
}

static inline void attach_home(struct rig *r, struct nd_ra ra)
{
	rig_link(r, ETH0, false);
	rig_pass(r, 50 * MS);
	rig_link(r, ETH0, true);
	rig_receive_ra(r, ETH0, HOME_AR, ra);
}

/* Registered abroad, then the home agent's advertisement: de-registration sent. */
static inline void returned(struct rig *r)
{
	rig_init(r);
	rig_start(r);
	rig_registered(r);
	attach_home(r, home_agent_ra());
}

static inline const struct mip6_object *hoa_object(const struct rig *r)
{
	return rig_find(r, MIP6_OBJ_ADDRESS, HOA);
}

static inline bool hoa_at_home(const struct rig *r)
{
	const struct mip6_object *o = hoa_object(r);

	return o && o->address.ifindex == ETH0 && o->address.device == MIP6_DEVICE_NONE;
}

#endif
