/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a handover did to the probes. Each probe belongs to one handover, by the
 * time it was sent: a handover's share begins one path delay before link down,
 * since what is in flight then is lost, and ends where the next one's begins. */
#include "lab/handover.h"
#include <stdlib.h>

#define RECENT LAB_NS_SECOND /* how far before and after the delays are looked at */

struct probing {
	const struct lab_plan *plan;
	const struct history *history;
	const struct stream *streams;
	struct handover *list;
	size_t count;
};

static bool is_of(const struct lab_probe *probe, int node, size_t way)
{
	return probe->mn == node && probe->down == (way == WAY_DOWN);
}

/* The first probe of a stream that was sent at `time` or later. */
static size_t first_sent_at(const struct stream *s, int64_t time)
{
	size_t low = 0;
	size_t high = s->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->probes[middle].sent < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct flight {
	int64_t longest;
	int64_t shortest;
};

/* The path's delay in the second before the handover. */
static struct flight flight_time(const struct stream *s, int64_t down)
{
	struct flight f = {0, INT64_MAX};

	for (size_t i = first_sent_at(s, down - RECENT); i < s->count; i++) {
		const struct stream_probe *p = &s->probes[i];
		int64_t delay = p->received - p->sent;

		if (p->sent >= down)
			break;
		if (!p->received || p->received > down)
			continue;
		f.longest = delay > f.longest ? delay : f.longest;
		f.shortest = delay < f.shortest ? delay : f.shortest;
	}
	if (f.longest)
		return f;
	return (struct flight){s->longest_delay, s->longest_delay};
}

/* The first arrival after link up; on the way up of a probe that was sent after
 * it, for others may have been on their way already. */
static void find_first(const struct handover *h, const struct stream *s, size_t stream, size_t way,
		       struct way *w)
{
	int64_t from = way == WAY_UP ? h->move.up : h->move.up - s->longest_delay;

	for (size_t i = first_sent_at(s, from); i < s->count; i++) {
		const struct stream_probe *p = &s->probes[i];

		if (p->sent >= h->move.until || (w->restored && p->sent >= w->first))
			break;
		if (p->received < h->move.up || p->received >= h->move.until ||
		    (w->restored && p->received >= w->first))
			continue;
		w->restored = true;
		w->first = p->received;
		w->first_sent = p->sent;
		w->first_stream = stream;
		w->first_seq = i;
	}
}

#define CUT_MOMENT INT64_C(100000) /* ns: between the cut and the note of it */

static void open_way(const struct probing *c, struct handover *h, size_t way)
{
	struct way *w = &h->ways[way];
	int64_t longest = 0;

	for (size_t i = 0; i < c->plan->probe_count; i++) {
		const struct stream *s = &c->streams[i];
		struct flight flight;

		if (!is_of(&c->plan->probes[i], h->move.node, way))
			continue;
		w->measured = true;
		flight = flight_time(s, h->move.down);
		longest = flight.longest > longest ? flight.longest : longest;
		if (flight.longest - flight.shortest > w->variation)
			w->variation = flight.longest - flight.shortest;
		find_first(h, s, i, way, w);
	}
	/* A probe that would have arrived in the moment of the cut may be lost to it. */
	w->begin = h->move.down - longest - CUT_MOMENT;
}

/* ---- losses -------------------------------------------------------------------- */

/* A probe that was still on its way when the daemons were stopped is not lost. Of
 * a run that was cut off nothing is known after the last arrival. */
static int64_t horizon_of(const struct history *history, const struct stream *s)
{
	int64_t last = 0;

	if (history->complete)
		return history->end - s->longest_delay;
	for (size_t i = 0; i < s->count; i++)
		last = s->probes[i].received > last ? s->probes[i].received : last;
	return last - s->longest_delay;
}

/* What is lost once the path is back is not the handover's: on a path that loses
 * packets it grows with the time until the next one. On a path with jitter a probe may
 * have been overtaken by the first one that came through, and lost with reason: by as
 * much as the delay varies. */
static void count_probe(struct way *w, const struct stream_probe *p, int64_t horizon)
{
	w->duplicated += p->arrivals > 1 ? p->arrivals - 1 : 0;
	w->reordered += p->reordered;
	if (p->received || p->sent > horizon)
		return;
	if (w->restored && p->sent - w->first_sent > w->variation)
		w->lost_outside++;
	else
		w->lost++;
}

/* The next handover of a node from `from` on; c->count: none. */
static size_t next_of(const struct probing *c, int node, size_t from)
{
	while (from < c->count && c->list[from].move.node != node)
		from++;
	return from;
}

static void share_out(const struct probing *c, size_t stream, size_t way)
{
	const struct stream *s = &c->streams[stream];
	int node = c->plan->probes[stream].mn;
	int64_t horizon = horizon_of(c->history, s);
	size_t current = c->count; /* none yet */
	size_t next = next_of(c, node, 0);

	for (size_t i = 0; i < s->count; i++) {
		while (next < c->count && s->probes[i].sent >= c->list[next].ways[way].begin) {
			current = next;
			next = next_of(c, node, next + 1);
		}
		if (current < c->count && s->probes[i].sent)
			count_probe(&c->list[current].ways[way], &s->probes[i], horizon);
	}
}

/* ---- delays -------------------------------------------------------------------- */

struct sample {
	double *values;
	size_t count;
	double steps; /* sum of the differences of neighbours */
	size_t step_count;
};

struct window {
	int64_t from, to; /* arrivals in [from, to) */
};

static struct window window_of(const struct handover *h, const struct way *w, int part)
{
	int64_t end = w->restored ? w->first + 1 : h->move.until;

	if (part == PART_BEFORE)
		return (struct window){h->move.down - RECENT, h->move.down};
	if (part == PART_IN)
		return (struct window){h->move.down, end};
	return (struct window){end, end + RECENT < h->move.until ? end + RECENT : h->move.until};
}

static int take_sample(struct sample *sample, const struct stream *s, struct window in)
{
	double last = -1;

	for (size_t i = first_sent_at(s, in.from - s->longest_delay); i < s->count; i++) {
		const struct stream_probe *p = &s->probes[i];
		double delay = (double)(p->received - p->sent) / 1e6;
		double *grown;

		if (p->sent >= in.to)
			break;
		if (p->received < in.from || p->received >= in.to)
			continue;
		grown = realloc(sample->values, (sample->count + 1) * sizeof(*grown));
		if (!grown)
			return -1;
		sample->values = grown;
		grown[sample->count++] = delay;
		sample->steps += last < 0 ? 0 : delay > last ? delay - last : last - delay;
		sample->step_count += last >= 0;
		last = delay;
	}
	return 0;
}

static int measure_part(const struct probing *c, struct handover *h, size_t way, int part)
{
	struct way *w = &h->ways[way];
	struct sample sample = {0};
	int result = 0;

	for (size_t i = 0; result == 0 && i < c->plan->probe_count; i++)
		if (is_of(&c->plan->probes[i], h->move.node, way))
			result = take_sample(&sample, &c->streams[i], window_of(h, w, part));
	w->parts[part].spread = spread_of(sample.values, sample.count);
	if (sample.step_count)
		w->parts[part].jitter = sample.steps / (double)sample.step_count;
	free(sample.values);
	return result;
}

int handover_probes(const struct lab_plan *plan, const struct history *history,
		    const struct stream *streams, struct handover *list, size_t count)
{
	struct probing c = {plan, history, streams, list, count};

	for (size_t i = 0; i < count; i++)
		for (size_t way = 0; way < WAYS; way++) {
			open_way(&c, &list[i], way);
			for (int part = 0; part < PARTS; part++)
				if (measure_part(&c, &list[i], way, part) < 0)
					return -1;
		}
	for (size_t i = 0; i < plan->probe_count; i++)
		if (plan->probes[i].mn >= 0)
			share_out(&c, i, plan->probes[i].down ? WAY_DOWN : WAY_UP);
	return 0;
}

/* Those of a stream that were sent before its node's first handover. */
static unsigned lost_before(const struct probing *c, size_t stream, size_t way)
{
	const struct stream *s = &c->streams[stream];
	size_t first = next_of(c, c->plan->probes[stream].mn, 0);
	int64_t until = first < c->count ? c->list[first].ways[way].begin : INT64_MAX;
	int64_t horizon = horizon_of(c->history, s);
	unsigned lost = 0;

	for (size_t i = 0; i < s->count && s->probes[i].sent < until; i++)
		lost += s->probes[i].sent && !s->probes[i].received && s->probes[i].sent <= horizon;
	return lost;
}

unsigned handover_lost_outside(const struct lab_plan *plan, const struct history *history,
			       const struct stream *streams, struct handover *list, size_t count)
{
	struct probing c = {plan, history, streams, list, count};
	unsigned lost = 0;

	for (size_t i = 0; i < plan->probe_count; i++)
		if (plan->probes[i].mn >= 0)
			lost += lost_before(&c, i, plan->probes[i].down ? WAY_DOWN : WAY_UP);
	for (size_t i = 0; i < count; i++)
		lost += list[i].ways[WAY_DOWN].lost_outside + list[i].ways[WAY_UP].lost_outside;
	return lost;
}
