/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOFT_HELD_H
#define SOFT_HELD_H

/* Packets that wait until a neighbour's link-layer address is known, as copies
 * (RFC 4861 7.2.2). All neighbours share SOFT_HELD places; where there is none, the
 * packet that has waited longest makes room: who is there answers within a moment,
 * and addresses that nobody has must not keep the places of those. */
#include "soft/internal.h"

struct soft_held; /* the places */

/* What waits for one neighbour, oldest first. It starts as zeros, and must stay
 * where it is while anything waits. */
struct soft_waiting {
	struct soft_held_packet *first, *last;
	unsigned count; /* up to SOFT_HELD_EACH: the newest ones */
};

/* NULL: out of memory. */
struct soft_held *soft_held_new(void);
void soft_held_free(struct soft_held *held);
/* A copy of the packet waits. One with segments that is too large to wait as a whole
 * waits as its first segments. What cannot wait is counted as drop_no_neighbour. */
void soft_hold(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
	       const struct mip6_buf *packet);
/* The next packet that waits no longer, in memory that lives until the host has it.
 * False: there is none. */
bool soft_held_take(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w,
		    struct mip6_buf *ret);
/* All of them are lost, and counted. */
void soft_held_drop(struct mip6_soft *s, struct soft_held *held, struct soft_waiting *w);

#endif
