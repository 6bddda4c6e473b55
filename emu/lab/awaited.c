/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/awaited.h"
#include "lab/eventfile.h"
#include "lab/value.h"
#include <stdio.h>

enum { PATH_ROOM = 800 };

/* In exact time a look costs nothing that the figures show; in real time it takes the
 * processor from the nodes. */
enum { STEP_EXACT = 1000000, STEP_REAL = 10000000 };

void awaited_init(struct awaited *awaited, const struct lab_plan *plan,
		  const struct lab_action *action, const char *results, int64_t since)
{
	*awaited =
	    (struct awaited){.plan = plan, .action = action, .results = results, .since = since};
}

static bool is_awaited(void *arg, const char *line)
{
	const struct awaited *a = arg;

	return event_line_is(line, a->action->event, (const char *const *)a->action->filters,
			     a->action->filter_count, a->since);
}

bool awaited_look(struct awaited *a)
{
	const struct lab_node *node = &a->plan->nodes[a->action->node];
	char path[PATH_ROOM];

	for (size_t d = 0; d < node->daemon_count; d++) {
		if (!lab_writes_events(node, (int)d) ||
		    (a->action->daemon >= 0 && a->action->daemon != (int)d))
			continue;
		snprintf(path, sizeof(path), "%s/raw/%s", a->results, node->daemons[d].events);
		if (lines_look(&a->files[d], path, is_awaited, a))
			return true;
	}
	return false;
}

int64_t awaited_step(const struct lab_plan *plan)
{
	return lab_engine_exact(plan->engine) ? STEP_EXACT : STEP_REAL;
}

/* The daemon whose words tell most. */
static const struct lab_daemon *speaker(const struct lab_node *node, const struct lab_action *a)
{
	if (a->daemon >= 0)
		return &node->daemons[a->daemon];
	for (size_t d = 0; d < node->daemon_count; d++)
		if (node->daemons[d].events)
			return &node->daemons[d];
	return NULL;
}

void awaited_late(const struct lab_plan *plan, const struct lab_action *a, char *text, size_t cap)
{
	const struct lab_node *node = &plan->nodes[a->node];
	const struct lab_daemon *daemon = speaker(node, a);
	char within[32];
	int n;

	value_print((double)a->within_ns, VALUE_TIME, within, sizeof(within));
	if (a->event)
		n = snprintf(text, cap, "%s did not tell \"%s\" within %s", node->name, a->event,
			     within);
	else
		n = snprintf(text, cap, "%s at %s was not ready within %s",
			     daemon ? daemon->name : "?", node->name, within);
	if (n < 0 || (size_t)n >= cap)
		return;
	text += n;
	cap -= (size_t)n;
	if (daemon && daemon->events && a->event)
		snprintf(text, cap,
			 " (wait_for in line %d of the scenario); its last words are in %s",
			 a->line, daemon->events);
	else
		snprintf(text, cap,
			 " (wait_for in line %d of the scenario); its last words are in %s.%s.log",
			 a->line, node->name, daemon ? daemon->name : "?");
}
