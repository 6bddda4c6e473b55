/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two witnesses for each phase: the capture, and the probe records or the events
 * of the mobile node's daemon. Where they differ by more than 1 ms, that is said,
 * not averaged. A daemon that writes no events is taken at its packets' word. */
#include "lab/findings.h"
#include <stdlib.h>
#include <string.h>

#define TOLERANCE LAB_NS_MS

static int differ(struct findings *f, const struct handover *h, const char *what, int64_t packet,
		  int64_t other, const char *witness)
{
	int64_t difference = packet > other ? packet - other : other - packet;

	if (difference <= TOLERANCE)
		return 0;
	return findings_warn(f, "handover %u: %s at %.3f ms in the capture, at %.3f ms in %s",
			     h->move.n, what, (double)(packet - h->move.up) / 1e6,
			     (double)(other - h->move.up) / 1e6, witness);
}

static int check_event(struct findings *f, const struct handover *h, const struct mark *mark,
		       const char *name, const struct event *event)
{
	if (mark->known && event)
		return differ(f, h, name, mark->time, event->time, "the events");
	if (!mark->known == !event)
		return 0;
	return findings_warn(f, "handover %u: %s is only in the %s", h->move.n, name,
			     event ? "events" : "capture");
}

static int check_events(struct findings *f, const struct handover *h)
{
	const struct history_move *m = &h->move;
	const struct events *e = &f->events;
	const struct event *ra = events_first(e, m->node, "ra_rx", m->up, m->until, NULL, 0);
	const struct event *bu = NULL;
	const struct event *ba = NULL;

	if (check_event(f, h, &h->ra, "ra_rx", ra) < 0)
		return -1;
	if (h->bu.known)
		bu = events_first(e, m->node, "bu_tx", m->up, m->until, "seq", h->seq);
	if (h->ba.known) {
		uint16_t seq = f->captures.views[h->ba.capture][h->ba.packet].seq;

		ba = events_first(e, m->node, "ba_rx", m->up, m->until, "seq", seq);
	}
	if (check_event(f, h, &h->bu, "bu_tx", bu) < 0)
		return -1;
	return check_event(f, h, &h->ba, "ba_rx", ba);
}

static bool is_captured(const struct findings *f, const struct handover *h)
{
	for (size_t i = 0; i < f->plan->capture_count; i++)
		if (f->plan->captures[i].node == h->move.node &&
		    f->plan->captures[i].iface == h->move.iface)
			return true;
	return false;
}

static int check_first_down(struct findings *f, const struct handover *h)
{
	const struct way *down = &h->ways[WAY_DOWN];

	if (!down->restored || !is_captured(f, h))
		return 0;
	if (h->first_down.known)
		return differ(f, h, "the first probe down", h->first_down.time, down->first,
			      "the probe records");
	return findings_warn(f, "handover %u: the first probe down is not in the capture of %s",
			     h->move.n, f->plan->nodes[h->move.node].name);
}

int crosscheck(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct handover *h = &f->handovers[i];
		bool talks;

		/* A capture with gaps is no witness. */
		if (captures_lack(&f->captures, f->plan, h->move.node))
			continue;
		talks = events_count(&f->events, h->move.node, NULL, NULL, 0) > 0;

		if (check_first_down(f, h) < 0 || (talks && check_events(f, h) < 0))
			return -1;
	}
	return 0;
}
