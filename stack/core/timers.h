/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_TIMERS_H
#define CORE_TIMERS_H

/* Timers of one node: a binary heap of timers that their owners embed, so that
 * setting and stopping is O(log n) and nothing is allocated for a timer. */
#include <mip6/types.h>

struct timer {
	mip6_time at; /* MIP6_NEVER when not set */
	size_t index; /* place in the heap, from 1; 0 when not set */
	void (*fire)(void *arg, mip6_time now);
	void *arg;
};

struct timers {
	struct timer **heap;
	size_t count;
	size_t cap;
};

void timers_init(struct timers *t);
void timers_free(struct timers *t);
void timer_init(struct timer *timer, void (*fire)(void *arg, mip6_time now), void *arg);
/* Sets or moves. MIP6_ERR_NOMEM leaves it unset. */
int timer_set(struct timers *t, struct timer *timer, mip6_time at);
void timer_stop(struct timers *t, struct timer *timer);
bool timer_is_set(const struct timer *timer);
mip6_time timers_next(const struct timers *t); /* MIP6_NEVER when none */
/* Fires all with at <= now, in order of time; each is unset before it fires. */
void timers_run(struct timers *t, mip6_time now);

#endif
