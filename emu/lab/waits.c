/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run waits for: before its clock starts until the daemons are ready, and in a
 * `wait_for` step. While it waits, what has begun goes on (streams, the gap of a move)
 * and nothing new begins. */
#include "lab/runner_internal.h"
#include <errno.h>
#include <string.h>

enum { READY_SECONDS = 60 };

/* The process of a daemon that is waited for; NULL: it was never started. */
static struct process *process_of(struct runner *r, const struct lab_action *a)
{
	return processes_find(r, a->node, a->daemon);
}

static bool is_there(struct runner *r)
{
	const struct lab_action *a = &r->plan->actions[r->wait.action];
	struct process *p;

	if (a->event)
		return awaited_look(&r->wait.awaited);
	p = process_of(r, a);
	return p && p->pid && ready_look(r, p);
}

int waits_begin(struct runner *r, size_t action, int64_t at)
{
	const struct lab_action *a = &r->plan->actions[action];
	struct wait *wait = &r->wait;

	*wait = (struct wait){.action = action, .at = at};
	awaited_init(&wait->awaited, r->plan, a, r->paths->results, r->touched[a->node]);
	if (is_there(r))
		return 0;
	wait->active = true;
	wait->next = runner_now(r) + awaited_step(r->plan);
	prober_hold(&r->prober, at);
	return 0;
}

static void go_on(struct runner *r, int64_t now)
{
	int64_t ns = now - r->wait.at;

	r->wait.active = false;
	actions_put_off(r, ns);
	prober_release(&r->prober, ns);
	runner_note(r, "waited", ",\"ns\":%lld", (long long)ns);
}

int waits_look(struct runner *r, int64_t now)
{
	const struct lab_action *a = &r->plan->actions[r->wait.action];
	char text[300];

	if (!r->wait.active || now < r->wait.next)
		return 0;
	r->wait.next = now + awaited_step(r->plan);
	if (is_there(r)) {
		go_on(r, now);
		return 0;
	}
	if (now < r->wait.at + a->within_ns)
		return 0;
	r->late = true;
	runner_note(r, "late", "%s", "");
	awaited_late(r->plan, a, text, sizeof(text));
	return runner_fail(r, "%s", text);
}

/* ---- before the clock starts ----------------------------------------------------- */

static bool is_awaited(const struct lab_daemon *d)
{
	return d->start_ns == 0 && d->ready.kind != LAB_READY_NONE;
}

static int start_awaited(struct runner *r)
{
	for (int n = 0; n < (int)r->plan->node_count; n++)
		for (int d = 0; d < (int)r->plan->nodes[n].daemon_count; d++) {
			if (!is_awaited(&r->plan->nodes[n].daemons[d]))
				continue;
			actions_started(r, n, d);
			if (processes_start_daemon(r, n, d) < 0)
				return -1;
		}
	return 0;
}

/* The first that is not ready yet; NULL: all are. One that may end and did is done. */
static const struct process *first_unready(struct runner *r)
{
	for (size_t i = 0; i < r->process_count; i++) {
		struct process *p = &r->processes[i];

		if (p->kind == PROCESS_DAEMON && p->pid && !ready_look(r, p))
			return p;
	}
	return NULL;
}

static int nap(struct runner *r)
{
	const struct timespec span = {0, awaited_step(r->plan)};
	int signal = sigtimedwait(&r->signals, NULL, &span);

	if (signal == SIGTERM || signal == SIGINT)
		return runner_fail(r, "interrupted");
	return processes_reap(r);
}

int waits_for_daemons(struct runner *r)
{
	int64_t end = runner_now(r) + READY_SECONDS * LAB_NS_SECOND;
	const struct process *p;
	const struct lab_node *node;

	runner_step(r, "waiting for the daemons to be ready");
	if (start_awaited(r) < 0)
		return -1;
	while ((p = first_unready(r)) && runner_now(r) < end)
		if (nap(r) < 0)
			return -1;
	if (!p)
		return 0;
	node = &r->plan->nodes[p->node];
	r->late = true;
	return runner_fail(r, "%s at %s was not ready within %d s; its last words are in %s.%s.log",
			   node->daemons[p->index].name, node->name, READY_SECONDS, node->name,
			   node->daemons[p->index].name);
}
