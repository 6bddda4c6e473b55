/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The phases of handovers. Everything is looked for between link up and the
 * node's next loss of a link, in the captures of the mobile node alone: what
 * counts is when the node had it. */
#include "lab/handover.h"
#include <mip6/types.h>
#include <stdlib.h>
#include <string.h>

struct search {
	const struct lab_plan *plan;
	const struct captures *captures;
	struct handover *h;
	struct mip6_addr before; /* care-of address of the last registration */
	bool has_before;
};

/* Whether a packet is the one looked for. */
typedef bool match_fn(const struct search *s, const struct capture_view *v);

static size_t first_packet_at(const struct capture *c, int64_t time)
{
	size_t low = 0;
	size_t high = c->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (c->packets[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool captures_lack(const struct captures *captures, const struct lab_plan *plan, int node)
{
	for (size_t i = 0; i < captures->count; i++)
		if (plan->captures[i].node == node && captures->lacks[i])
			return true;
	return false;
}

static bool is_sought(const struct search *s, size_t capture, bool any_iface)
{
	const struct lab_capture *c = &s->plan->captures[capture];

	return c->node == s->h->move.node && (any_iface || c->iface == s->h->move.iface);
}

/* The earliest match of all captures of the node (or of the interface that
 * moved) from `from` on. */
static struct mark find(const struct search *s, int64_t from, bool any_iface, match_fn *match)
{
	struct mark best = {0};

	for (size_t i = 0; i < s->captures->count; i++) {
		const struct capture *c = &s->captures->list[i];

		if (!is_sought(s, i, any_iface))
			continue;
		for (size_t k = first_packet_at(c, from); k < c->count; k++) {
			int64_t time = c->packets[k].time;

			if (time >= s->h->move.until || (best.known && time >= best.time))
				break;
			if (match(s, &s->captures->views[i][k])) {
				best = (struct mark){true, time, i, k};
				break;
			}
		}
	}
	return best;
}

static bool is_ra(const struct search *s, const struct capture_view *v)
{
	(void)s;
	return !v->from_us && v->kind == CAPTURE_RA;
}

static bool is_home_bu(const struct search *s, const struct capture_view *v)
{
	const struct lab_node *node = &s->plan->nodes[s->h->move.node];
	struct mip6_addr agent;

	if (!v->from_us || v->kind != CAPTURE_BU)
		return false;
	return mip6_addr_parse(node->ha, &agent) < 0 || mip6_addr_equal(&v->dst, &agent);
}

/* A Binding Update that tells of this move: it ends the binding on the home
 * link, elsewhere it names another address than the one before. */
static bool is_bu(const struct search *s, const struct capture_view *v)
{
	bool same_link = strcmp(s->h->move.from, s->h->move.to) == 0;

	if (!is_home_bu(s, v))
		return false;
	if (s->h->move.home || v->lifetime == 0)
		return s->h->move.home && v->lifetime == 0;
	return same_link || !s->has_before || !mip6_addr_equal(&v->addr, &s->before);
}

/* The answer that accepts one of this handover's Binding Updates. */
static bool is_ba(const struct search *s, const struct capture_view *v)
{
	const struct mark *bu = &s->h->bu;
	const struct capture *c = &s->captures->list[bu->capture];

	if (v->from_us || v->kind != CAPTURE_BA || v->status >= MH_STATUS_UNSPECIFIED)
		return false;
	for (size_t k = bu->packet; k < c->count && c->packets[k].time < s->h->move.until; k++) {
		const struct capture_view *sent = &s->captures->views[bu->capture][k];

		if (sent->from_us && sent->kind == CAPTURE_BU && sent->seq == v->seq)
			return true;
	}
	return false;
}

/* An accepted answer that came in up to `until` for this Binding Update. */
static bool is_answered(const struct search *s, size_t capture, size_t packet)
{
	const struct capture *c = &s->captures->list[capture];
	uint16_t seq = s->captures->views[capture][packet].seq;

	for (size_t k = packet; k < c->count && c->packets[k].time < s->h->move.until; k++) {
		const struct capture_view *v = &s->captures->views[capture][k];

		if (!v->from_us && v->kind == CAPTURE_BA && v->seq == seq &&
		    v->status < MH_STATUS_UNSPECIFIED)
			return true;
	}
	return false;
}

/* A better address may come after the first one: what counts in the end is the
 * last one that the home agent accepted. */
static void find_chosen(const struct search *s)
{
	struct handover *h = s->h;
	int64_t last = 0;

	for (size_t i = 0; i < s->captures->count; i++) {
		const struct capture *c = &s->captures->list[i];
		size_t k = is_sought(s, i, true) ? first_packet_at(c, h->move.until) : 0;

		while (k-- > 0 && c->packets[k].time >= h->move.up && c->packets[k].time > last) {
			const struct capture_view *v = &s->captures->views[i][k];

			if (!is_home_bu(s, v) || !is_answered(s, i, k))
				continue;
			last = c->packets[k].time;
			h->settled = true;
			h->chosen = v->addr;
		}
	}
}

/* The address in use or under test: a packet from it, its DAD, or an NA for it. */
static bool shows_care_of(const struct search *s, const struct capture_view *v)
{
	if (!v->from_us)
		return false;
	if ((v->kind == CAPTURE_DAD || v->kind == CAPTURE_NA) &&
	    mip6_addr_equal(&v->addr, &s->h->care_of))
		return true;
	return mip6_addr_equal(&v->src, &s->h->care_of);
}

static bool is_first_down(const struct search *s, const struct capture_view *v)
{
	const struct way *way = &s->h->ways[WAY_DOWN];

	return !v->from_us && v->kind == CAPTURE_PROBE && v->stream == way->first_stream &&
	       v->probe_seq == way->first_seq;
}

/* The care-of address of the last Binding Update before link up. */
static void find_before(struct search *s)
{
	int64_t last = 0;

	for (size_t i = 0; i < s->captures->count; i++) {
		const struct capture *c = &s->captures->list[i];
		size_t k = is_sought(s, i, true) ? first_packet_at(c, s->h->move.up) : 0;

		while (k-- > 0 && c->packets[k].time > last)
			if (is_home_bu(s, &s->captures->views[i][k])) {
				last = c->packets[k].time;
				s->before = s->captures->views[i][k].addr;
				s->has_before = true;
				break;
			}
	}
}

static bool is_accepted(const struct capture_view *v)
{
	return !v->from_us && v->kind == CAPTURE_BA && v->status < MH_STATUS_UNSPECIFIED;
}

/* Whether the last answer that accepted something before `time` left a binding. */
static bool had_binding(const struct search *s, int64_t time)
{
	int64_t last = 0;
	bool had = false;

	for (size_t i = 0; i < s->captures->count; i++) {
		const struct capture *c = &s->captures->list[i];
		size_t k = is_sought(s, i, true) ? first_packet_at(c, time) : 0;

		while (k-- > 0 && c->packets[k].time > last)
			if (is_accepted(&s->captures->views[i][k])) {
				last = c->packets[k].time;
				had = s->captures->views[i][k].lifetime > 0;
				break;
			}
	}
	return had;
}

static void find_phases(struct search *s)
{
	struct handover *h = s->h;
	const struct lab_node *node = &s->plan->nodes[h->move.node];
	bool has_address = false;

	find_before(s);
	h->ra = find(s, h->move.up, false, is_ra);
	h->bu = find(s, h->move.up, true, is_bu);
	if (h->bu.known) {
		const struct capture_view *v = &s->captures->views[h->bu.capture][h->bu.packet];

		h->care_of = v->addr;
		h->seq = v->seq;
		has_address = true;
		h->first_registration = v->lifetime > 0 && !had_binding(s, h->bu.time);
		h->ba = find(s, h->bu.time, true, is_ba);
	}
	find_chosen(s);
	if (h->move.home)
		has_address = mip6_addr_parse(node->hoa, &h->care_of) == 0;
	if (has_address)
		h->coa = find(s, h->move.up, true, shows_care_of);
}

struct handover *handovers_find(const struct lab_plan *plan, const struct history *history,
				const struct captures *captures, const struct stream *streams)
{
	struct handover *list = calloc(history->count + 1, sizeof(*list));

	if (!list)
		return NULL;
	for (size_t i = 0; i < history->count; i++) {
		struct search s = {.plan = plan, .captures = captures, .h = &list[i]};

		list[i].move = history->moves[i];
		/* A later packet is not to be taken for one that is missing. */
		if (!captures_lack(captures, plan, list[i].move.node))
			find_phases(&s);
	}
	if (handover_probes(plan, history, streams, list, history->count) < 0) {
		free(list);
		return NULL;
	}
	for (size_t i = 0; i < history->count; i++) {
		struct search s = {.plan = plan, .captures = captures, .h = &list[i]};

		if (list[i].ways[WAY_DOWN].restored &&
		    !captures_lack(captures, plan, list[i].move.node))
			list[i].first_down = find(&s, list[i].move.up, true, is_first_down);
	}
	return list;
}
