/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_EVENT_LIMIT_H
#define CORE_EVENT_LIMIT_H

/* How many events a stranger can make a node tell. Events of one kind with one cause
 * (the prefix that a packet came from, and the reason or status) are told while their
 * bucket has tokens; the rest are counted, and told by one event "repeated" every ten
 * seconds. A second bucket bounds a kind whatever the causes, as sources can be made
 * up. The table of causes is bounded; what has no place in it counts for its kind. */
#include "bucket.h"
#include "timers.h"
#include <mip6/event.h>

#define EVENT_CAUSES 32
#define EVENT_REASON 48
#define EVENT_PERIOD (10 * MIP6_SECOND) /* between two accounts of what was left out */

struct event_cause {
	enum mip6_event_id id;
	uint64_t prefix; /* reply_prefix_id of `source` */
	bool has_source;
	struct mip6_addr source;   /* of the last one that was left out */
	char reason[EVENT_REASON]; /* "" when the event has none */
	uint64_t status;
	struct bucket bucket;
	uint64_t more; /* left out since the last account */
};

struct event_limit {
	struct bucket kinds[MIP6_EVENTS];
	uint64_t more[MIP6_EVENTS]; /* of no cause in the table */
	struct event_cause causes[EVENT_CAUSES];
	struct timer timer; /* of the next account */
	mip6_time since;    /* when what it covers began */
};

/* True when the event is to be told now. */
bool event_limit_take(struct event_limit *limit, const struct mip6_event *event);
/* Whether anything was left out since the last account. */
bool event_limit_owes(const struct event_limit *limit);
/* Calls `tell` with an event "repeated" for each cause and kind of which some were left
 * out, and forgets them. */
void event_limit_account(struct event_limit *limit, mip6_time now,
			 void (*tell)(void *arg, const struct mip6_event *event), void *arg);

#endif
