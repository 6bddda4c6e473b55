/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timers of one node: a binary heap ordered by time. An owner embeds its
 * timer, the heap holds pointers only, and each timer knows its place, so that
 * it can be moved or taken out without a search. Nothing here knows the time:
 * the host asks for the next deadline and says when it is reached. */
#include "timers.h"
#include <stdlib.h>

void timers_init(struct timers *t)
{
	*t = (struct timers){0};
}

void timers_free(struct timers *t)
{
	for (size_t i = 0; i < t->count; i++)
		t->heap[i]->index = 0;
	free(t->heap);
	*t = (struct timers){0};
}

void timer_init(struct timer *timer, void (*fire)(void *arg, mip6_time now), void *arg)
{
	*timer = (struct timer){.at = MIP6_NEVER, .fire = fire, .arg = arg};
}

static void place(struct timers *t, size_t pos, struct timer *timer)
{
	t->heap[pos] = timer;
	timer->index = pos + 1;
}

static void sift_up(struct timers *t, size_t pos, struct timer *timer)
{
	while (pos > 0) {
		size_t parent = (pos - 1) / 2;

		if (t->heap[parent]->at <= timer->at)
			break;
		place(t, pos, t->heap[parent]);
		pos = parent;
	}
	place(t, pos, timer);
}

static void sift_down(struct timers *t, size_t pos, struct timer *timer)
{
	for (;;) {
		size_t child = 2 * pos + 1;

		if (child >= t->count)
			break;
		if (child + 1 < t->count && t->heap[child + 1]->at < t->heap[child]->at)
			child++;
		if (t->heap[child]->at >= timer->at)
			break;
		place(t, pos, t->heap[child]);
		pos = child;
	}
	place(t, pos, timer);
}

static int grow(struct timers *t)
{
	size_t cap = t->cap ? t->cap * 2 : 16;
	struct timer **heap;

	if (t->count < t->cap)
		return MIP6_OK;
	heap = realloc(t->heap, cap * sizeof(struct timer *));
	if (!heap)
		return MIP6_ERR_NOMEM;
	t->heap = heap;
	t->cap = cap;
	return MIP6_OK;
}

int timer_set(struct timers *t, struct timer *timer, mip6_time at)
{
	timer_stop(t, timer);
	if (at == MIP6_NEVER)
		return MIP6_OK;
	if (grow(t) < 0)
		return MIP6_ERR_NOMEM;
	timer->at = at;
	t->count++;
	sift_up(t, t->count - 1, timer);
	return MIP6_OK;
}

void timer_stop(struct timers *t, struct timer *timer)
{
	struct timer *last;
	size_t pos;

	if (timer->index == 0)
		return;
	pos = timer->index - 1;
	timer->index = 0;
	timer->at = MIP6_NEVER;
	last = t->heap[--t->count];
	if (last == timer)
		return;
	/* The last timer fills the gap; it may belong above or below it. */
	if (pos > 0 && t->heap[(pos - 1) / 2]->at > last->at)
		sift_up(t, pos, last);
	else
		sift_down(t, pos, last);
}

bool timer_is_set(const struct timer *timer)
{
	return timer->index != 0;
}

mip6_time timers_next(const struct timers *t)
{
	return t->count ? t->heap[0]->at : MIP6_NEVER;
}

void timers_run(struct timers *t, mip6_time now)
{
	while (t->count && t->heap[0]->at <= now) {
		struct timer *timer = t->heap[0];

		timer_stop(t, timer);
		timer->fire(timer->arg, now);
	}
}
