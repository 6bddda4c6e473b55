/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Daemons, commands and captures of a run: starting them with their files,
 * noting how they end, ending them in order. */
#include "lab/capturer.h"
#include "lab/lag.h"
#include "lab/runner_internal.h"
#include "lab/traffic.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	STOP_WAIT_MS = 3000,
	CAPTURE_WRITE_MS = 10000, /* on a busy machine, what the kernel held */
	PATH_ROOM = 640
};

static struct process *add_process(struct runner *r)
{
	struct process *grown =
	    realloc(r->processes, (r->process_count + 1) * sizeof(*r->processes));

	if (!grown) {
		runner_fail(r, "out of memory");
		return NULL;
	}
	r->processes = grown;
	memset(&grown[r->process_count], 0, sizeof(*grown));
	return &grown[r->process_count++];
}

struct process *processes_find(struct runner *r, int node, int daemon)
{
	for (size_t i = 0; i < r->process_count; i++)
		if (r->processes[i].kind == PROCESS_DAEMON && r->processes[i].node == node &&
		    r->processes[i].index == daemon)
			return &r->processes[i];
	return NULL;
}

static int write_file(struct runner *r, const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		return runner_fail(r, "cannot write %s: %s", path, strerror(errno));
	return 0;
}

/* What ${...} means in argv and configuration texts of one daemon. */
struct variables {
	char dir[PATH_ROOM];
	char events[PATH_ROOM];
	struct process_variable list[6];
	size_t count;
};

static void set_variables(struct runner *r, int node, const char *daemon, struct variables *v)
{
	const char *name = r->plan->nodes[node].name;

	snprintf(v->dir, sizeof(v->dir), "%s/%s", r->paths->work, name);
	snprintf(v->events, sizeof(v->events), "%s/raw/%s.%s.events.jsonl", r->paths->results, name,
		 daemon);
	v->list[0] = (struct process_variable){"dir", v->dir};
	v->list[1] = (struct process_variable){"events", v->events};
	v->list[2] = (struct process_variable){"node", name};
	v->list[3] = (struct process_variable){"mip6d", r->paths->mip6d};
	v->list[4] = (struct process_variable){"mip6ctl", r->paths->mip6ctl};
	v->list[5] = (struct process_variable){"results", r->paths->results};
	v->count = 6;
	mkdir(r->paths->work, 0755);
	mkdir(v->dir, 0755);
}

/* The configuration goes to the node's folder, and into the results as run. */
static int write_config(struct runner *r, int node, const struct lab_daemon *d,
			const struct variables *v)
{
	char path[2 * PATH_ROOM];
	char *text = process_expand(d->config_text, v->list, v->count);
	int err;

	if (!text)
		return runner_fail(r, "out of memory");
	snprintf(path, sizeof(path), "%s/%s", v->dir, d->config_name);
	err = write_file(r, path, text);
	snprintf(path, sizeof(path), "%s/raw/%s.%s", r->paths->results, r->plan->nodes[node].name,
		 d->config_name);
	if (err == 0)
		err = write_file(r, path, text);
	free(text);
	return err;
}

static int spawn(struct runner *r, struct process *p, char *const *argv, size_t argc,
		 const struct variables *v, const char *output)
{
	char **expanded = process_expand_argv(argv, argc, v->list, v->count);
	struct process_spawn what = {.node = p->node,
				     .argv = expanded,
				     .output = output,
				     .log = p->log,
				     .notify = p->ready.notify > 0 ? p->ready.notify_path : NULL};

	if (!expanded)
		return runner_fail(r, "out of memory");
	p->pid = process_spawn(&r->net, &what);
	if (p->pid > 0)
		runner_started(r, p->pid, p->node, expanded[0]);
	process_free_argv(expanded);
	return p->pid < 0 ? runner_fail(r, "%s", r->net.error) : 0;
}

static int prepare_ready(struct runner *r, struct process *p, const struct lab_daemon *d,
			 const struct variables *v)
{
	char *text = process_expand(d->ready.text ? d->ready.text : "", v->list, v->count);
	int err = text ? ready_prepare(r, p, v->dir, text) : runner_fail(r, "out of memory");

	free(text);
	return err;
}

int processes_start_daemon(struct runner *r, int node, int daemon)
{
	const struct lab_node *n = &r->plan->nodes[node];
	const struct lab_daemon *d = &n->daemons[daemon];
	struct process *p = processes_find(r, node, daemon);
	struct variables v;

	if (p && p->pid)
		return runner_fail(r, "%s at %s runs already", d->name, n->name);
	if (p)
		ready_free(p);
	p = p ? p : add_process(r);
	if (!p)
		return -1;
	*p = (struct process){
	    .kind = PROCESS_DAEMON, .node = node, .index = daemon, .may_end = !d->must_live};
	snprintf(p->log, sizeof(p->log), "%s/raw/%s.%s.log", r->paths->results, n->name, d->name);
	set_variables(r, node, d->name, &v);
	if ((d->config_name && write_config(r, node, d, &v) < 0) || prepare_ready(r, p, d, &v) < 0)
		return -1;
	runner_note(r, "start", ",\"node\":\"%s\",\"daemon\":\"%s\"", n->name, d->name);
	return spawn(r, p, d->argv, d->argc, &v, NULL);
}

int processes_signal(struct runner *r, int node, int daemon, int signal)
{
	const struct lab_node *n = &r->plan->nodes[node];
	struct process *p = processes_find(r, node, daemon);

	if (!p || !p->pid)
		return runner_fail(r, "%s at %s does not run", n->daemons[daemon].name, n->name);
	runner_note(r, "signal", ",\"node\":\"%s\",\"daemon\":\"%s\",\"signal\":%d", n->name,
		    n->daemons[daemon].name, signal);
	if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT)
		p->may_end = p->asked = true;
	if (kill(p->pid, signal) < 0)
		return runner_fail(r, "cannot signal %s: %s", n->name, strerror(errno));
	return 0;
}

int processes_run_command(struct runner *r, size_t action)
{
	const struct lab_action *a = &r->plan->actions[action];
	const struct lab_node *n = &r->plan->nodes[a->node];
	struct process *p = add_process(r);
	char output[PATH_ROOM];
	struct variables v = {0};

	if (!p)
		return -1;
	*p = (struct process){.kind = PROCESS_COMMAND, .node = a->node, .index = (int)action};
	snprintf(p->log, sizeof(p->log), "%s/raw/%s.command-%zu.log", r->paths->results, n->name,
		 action);
	snprintf(output, sizeof(output), "%s/%s", r->paths->results, a->output ? a->output : "");
	set_variables(r, a->node, "command", &v);
	runner_note(r, "command", ",\"node\":\"%s\",\"command\":\"%s\"", n->name, a->argv[0]);
	return spawn(r, p, a->argv, a->argc, &v, a->output ? output : NULL);
}

static const char *stream_name(const struct lab_action *a)
{
	return a->kind == LAB_ACT_TCP ? "tcp" : "ping";
}

int processes_run_stream(struct runner *r, size_t action)
{
	const struct lab_action *a = &r->plan->actions[action];
	struct process *p = add_process(r);
	char output[PATH_ROOM];

	if (!p)
		return -1;
	*p = (struct process){.kind = PROCESS_COMMAND, .node = a->node, .index = (int)action};
	snprintf(output, sizeof(output), "%s/%s", r->paths->results, a->output);
	snprintf(p->log, sizeof(p->log), "%s/%s", r->paths->results, a->output);
	runner_note(r, stream_name(a), ",\"node\":\"%s\",\"to\":\"%s\"",
		    r->plan->nodes[a->node].name, r->plan->nodes[a->to].name);
	p->pid = traffic_start(&r->net, action, output);
	if (p->pid < 0)
		return runner_fail(r, "%s", r->net.error);
	runner_started(r, p->pid, a->node, stream_name(a));
	return 0;
}

int processes_start_lag(struct runner *r)
{
	struct process *p = add_process(r);
	char path[PATH_ROOM];

	if (!p)
		return -1;
	snprintf(path, sizeof(path), "%s/raw/lag.bin", r->paths->results);
	*p = (struct process){.kind = PROCESS_LAG, .node = -1, .index = -1, .pid = lag_start(path)};
	return p->pid < 0 ? runner_fail(r, "cannot start the scheduling-lag probe") : 0;
}

static void tell_captures(void *arg, size_t done, size_t of)
{
	runner_step(arg, "starting capture %zu of %zu", done, of);
}

int processes_start_captures(struct runner *r)
{
	char raw[PATH_ROOM];
	char error[CAPTURER_ERROR];
	struct process *p;

	if (r->plan->capture_count == 0)
		return 0;
	p = add_process(r);
	if (!p)
		return -1;
	*p = (struct process){.kind = PROCESS_CAPTURE, .node = -1, .index = -1};
	snprintf(raw, sizeof(raw), "%s/raw", r->paths->results);
	snprintf(p->log, sizeof(p->log), "%s/raw/captures.log", r->paths->results);
	p->pid = capturer_start(&r->net, raw, tell_captures, r, error);
	return p->pid < 0 ? runner_fail(r, "%s", error) : 0;
}

static const char *process_name(const struct runner *r, const struct process *p)
{
	if (p->kind == PROCESS_DAEMON)
		return r->plan->nodes[p->node].daemons[p->index].name;
	if (p->kind == PROCESS_COMMAND)
		return r->plan->actions[p->index].argv ? r->plan->actions[p->index].argv[0]
						       : stream_name(&r->plan->actions[p->index]);
	return p->kind == PROCESS_LAG ? "lag probe" : "capture";
}

static bool exited(int status, int code)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* The capture says by its exit code whether its files are whole. */
static bool is_good_end(const struct runner *r, const struct process *p, int status)
{
	if (p->kind == PROCESS_CAPTURE)
		return p->may_end && exited(status, 0);
	return p->may_end || (p->kind == PROCESS_COMMAND &&
			      exited(status, r->plan->actions[p->index].exit_status));
}

static int fail_of(struct runner *r, const struct process *p)
{
	const char *log = strrchr(p->log, '/');
	bool died = WIFSIGNALED(p->status);

	return runner_fail(r, "%s%s%s%s %s %d%s%s", p->node < 0 ? "the " : "", process_name(r, p),
			   p->node < 0 ? "" : " at ",
			   p->node < 0 ? "" : r->plan->nodes[p->node].name,
			   died ? "died of signal" : "ended with exit code",
			   died ? WTERMSIG(p->status) : WEXITSTATUS(p->status),
			   log ? "; its last words are in " : "", log ? log + 1 : "");
}

static int ended(struct runner *r, struct process *p, int status)
{
	const char *node = p->node < 0 ? "lab" : r->plan->nodes[p->node].name;

	p->pid = 0;
	p->status = status;
	runner_note(r, "exit",
		    ",\"node\":\"%s\",\"process\":\"%s\",\"status\":%d,\"signal\":%d,\"asked\":%s",
		    node, process_name(r, p), WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		    WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		    p->asked || p->kind != PROCESS_DAEMON ? "true" : "false");
	return is_good_end(r, p, status) ? 0 : fail_of(r, p);
}

int processes_reap(struct runner *r)
{
	int result = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < r->process_count; i++)
			if (r->processes[i].pid == pid && ended(r, &r->processes[i], status) < 0)
				result = -1;
	return result;
}

static bool any_left(const struct runner *r, enum process_kind kind)
{
	for (size_t i = 0; i < r->process_count; i++)
		if (r->processes[i].kind == kind && r->processes[i].pid)
			return true;
	return false;
}

static void kill_kind(struct runner *r, enum process_kind kind, int signal)
{
	for (size_t i = 0; i < r->process_count; i++) {
		struct process *p = &r->processes[i];

		if (p->kind != kind || !p->pid)
			continue;
		p->may_end = p->asked = true;
		if (!signal && kind == PROCESS_DAEMON)
			kill(p->pid, r->plan->nodes[p->node].daemons[p->index].stop_signal);
		else
			kill(p->pid, signal ? signal : SIGTERM);
	}
}

/* Until none is left, each end of a child wakes it; in bounded time. */
static void await_ends(struct runner *r, enum process_kind kind, int64_t wait_ms)
{
	int64_t end = runner_now(r) + wait_ms * LAB_NS_MS;
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	processes_reap(r);
	for (int64_t left = end - runner_now(r); any_left(r, kind) && left > 0;
	     left = end - runner_now(r)) {
		const struct timespec timeout = {left / LAB_NS_SECOND, left % LAB_NS_SECOND};

		sigtimedwait(&child, NULL, &timeout);
		processes_reap(r);
	}
}

/* Asks first, then ends what is left. */
static void stop_kind(struct runner *r, enum process_kind kind, int64_t wait_ms)
{
	if (!any_left(r, kind))
		return;
	kill_kind(r, kind, 0);
	await_ends(r, kind, wait_ms);
	kill_kind(r, kind, SIGKILL);
	await_ends(r, kind, STOP_WAIT_MS);
}

void processes_stop(struct runner *r)
{
	stop_kind(r, PROCESS_COMMAND, STOP_WAIT_MS);
	stop_kind(r, PROCESS_DAEMON, STOP_WAIT_MS);
	stop_kind(r, PROCESS_CAPTURE, CAPTURER_END_MS + CAPTURE_WRITE_MS);
	if (any_left(r, PROCESS_CAPTURE))
		runner_fail(r, "the capture does not end: its files are not whole");
	stop_kind(r, PROCESS_LAG, STOP_WAIT_MS);
}

void processes_free(struct runner *r)
{
	for (size_t i = 0; i < r->process_count; i++) {
		if (r->processes[i].pid > 0)
			kill(r->processes[i].pid, SIGKILL);
		ready_free(&r->processes[i]);
	}
	free(r->processes);
	r->processes = NULL;
	r->process_count = 0;
}
