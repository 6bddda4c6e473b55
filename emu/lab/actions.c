/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline. Daemons start as actions too, at their own times; a move has
 * two steps, with its gap between them. */
#include "lab/runner_internal.h"
#include <stdlib.h>

/* Daemons come first in the table of states, then the plan's actions. */
static size_t daemon_total(const struct lab_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->node_count; i++)
		n += plan->nodes[i].daemon_count;
	return n;
}

int actions_init(struct runner *r)
{
	size_t daemons = daemon_total(r->plan);
	size_t k = 0;

	r->actions_state = calloc(daemons + r->plan->action_count + 1, sizeof(*r->actions_state));
	r->touched = calloc(r->plan->node_count + 1, sizeof(*r->touched));
	if (!r->actions_state || !r->touched)
		return runner_fail(r, "out of memory");
	for (size_t n = 0; n < r->plan->node_count; n++)
		for (size_t d = 0; d < r->plan->nodes[n].daemon_count; d++)
			r->actions_state[k++].at = r->plan->nodes[n].daemons[d].start_ns;
	for (size_t a = 0; a < r->plan->action_count; a++)
		r->actions_state[k++].at = r->plan->actions[a].at_ns;
	return 0;
}

/* While the timeline stands still only what has begun goes on. Daemons start at their
 * own times: one of them may be what is waited for. */
static bool may_go_on(const struct runner *r, const struct action_state *state)
{
	bool is_daemon = state < r->actions_state + daemon_total(r->plan);

	return !state->done && (!r->wait.active || state->plugging || is_daemon);
}

int64_t actions_next(const struct runner *r)
{
	size_t total = daemon_total(r->plan) + r->plan->action_count;
	int64_t next = r->wait.active ? r->wait.next : INT64_MAX;

	for (size_t i = 0; i < total; i++)
		if (may_go_on(r, &r->actions_state[i]) && r->actions_state[i].at < next)
			next = r->actions_state[i].at;
	return next;
}

void actions_started(struct runner *r, int node, int daemon)
{
	size_t k = (size_t)daemon;

	for (int n = 0; n < node; n++)
		k += r->plan->nodes[n].daemon_count;
	r->actions_state[k].done = true;
}

void actions_put_off(struct runner *r, int64_t ns)
{
	struct action_state *states = r->actions_state + daemon_total(r->plan);

	for (size_t i = 0; i < r->plan->action_count; i++)
		if (!states[i].done && !states[i].plugging)
			states[i].at += ns;
}

static const char *link_name(const struct runner *r, int link)
{
	return link >= 0 ? r->plan->links[link].name : "";
}

static int unplug(struct runner *r, const struct lab_action *a, bool link_event)
{
	const struct lab_node *node = &r->plan->nodes[a->node];
	int from = netns_link_now(&r->net, a->node, a->iface);

	if (netns_unplug(&r->net, a->node, a->iface, link_event) < 0)
		return runner_fail(r, "%s", r->net.error);
	prober_mark(&r->prober);
	r->plugged = INT64_MAX;
	runner_note(r, "link_down", ",\"node\":\"%s\",\"iface\":\"%s\",\"link\":\"%s\",\"n\":%u",
		    node->name, node->ifaces[a->iface].name, link_name(r, from),
		    a->handover ? r->moves + 1 : 0);
	return 0;
}

static int plug(struct runner *r, const struct lab_action *a)
{
	const struct lab_node *node = &r->plan->nodes[a->node];

	r->moves += a->handover;
	r->plugged = runner_clock(r, runner_now(r));
	runner_note(r, "link_up",
		    ",\"node\":\"%s\",\"iface\":\"%s\",\"link\":\"%s\",\"n\":%u,\"home\":%s",
		    node->name, node->ifaces[a->iface].name, link_name(r, a->link),
		    a->handover ? r->moves : 0, a->home ? "true" : "false");
	if (netns_plug(&r->net, a->node, a->iface, a->link) < 0)
		return runner_fail(r, "%s", r->net.error);
	return 0;
}

static int move(struct runner *r, const struct lab_action *a, struct action_state *state)
{
	if (!state->plugging) {
		state->plugging = true;
		state->at += a->gap_ns;
		return unplug(r, a, a->link_event);
	}
	state->done = true;
	return plug(r, a);
}

static int impair(struct runner *r, const struct lab_action *a)
{
	runner_note(r, "impair", ",\"link\":\"%s\"", link_name(r, a->link));
	if (netns_impair(&r->net, a->link, &a->imp) < 0)
		return runner_fail(r, "%s", r->net.error);
	return 0;
}

/* What was told before belongs to what was before. */
static void touch(struct runner *r, const struct lab_action *a)
{
	if (a->kind != LAB_ACT_WAIT_FOR && a->kind != LAB_ACT_IMPAIR && a->kind != LAB_ACT_END)
		r->touched[a->node] = runner_clock(r, runner_now(r));
}

static int act(struct runner *r, size_t index, struct action_state *state)
{
	const struct lab_action *a = &r->plan->actions[index];

	state->done = a->kind != LAB_ACT_MOVE;
	touch(r, a);
	switch (a->kind) {
	case LAB_ACT_MOVE:
		return move(r, a, state);
	case LAB_ACT_DETACH:
		return unplug(r, a, true);
	case LAB_ACT_IMPAIR:
		return impair(r, a);
	case LAB_ACT_SIGNAL:
		return processes_signal(r, a->node, a->daemon, a->signal);
	case LAB_ACT_START:
		return processes_start_daemon(r, a->node, a->daemon);
	case LAB_ACT_COMMAND:
		return processes_run_command(r, index);
	case LAB_ACT_TCP:
	case LAB_ACT_PING:
		return processes_run_stream(r, index);
	case LAB_ACT_WAIT_FOR:
		return waits_begin(r, index, state->at);
	case LAB_ACT_END:
		r->ended = true;
		return 0;
	}
	return runner_fail(r, "unknown action");
}

static int start_daemons(struct runner *r, int64_t now)
{
	size_t k = 0;

	for (int n = 0; n < (int)r->plan->node_count; n++)
		for (int d = 0; d < (int)r->plan->nodes[n].daemon_count; d++, k++) {
			struct action_state *state = &r->actions_state[k];

			if (state->done || state->at > now)
				continue;
			state->done = true;
			if (processes_start_daemon(r, n, d) < 0)
				return -1;
		}
	return 0;
}

int actions_due(struct runner *r, int64_t now)
{
	size_t first = daemon_total(r->plan);

	if (start_daemons(r, now) < 0 || waits_look(r, now) < 0)
		return -1;
	for (size_t i = 0; i < r->plan->action_count; i++) {
		struct action_state *state = &r->actions_state[first + i];

		/* A move without a gap takes both its steps at once. */
		while (may_go_on(r, state) && state->at <= now)
			if (act(r, i, state) < 0)
				return -1;
	}
	return 0;
}
