/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run itself. Its clock starts (t = 0) once the network stands and every
 * capture listens. From then on it sleeps in sigtimedwait until the next moment
 * of the plan or the end of a child: one system call for both, which matters
 * where a system call is dear (UML). */
#include "lab/runner_internal.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A kernel with 512 MB keeps some 75,000 arrivals of all streams together (udp_mem), and
 * drops what comes beyond without a word: they are collected before they are so many. */
enum { STEPS_TOLD = 10, ARRIVALS_HELD = 20000 };

int runner_fail(struct runner *r, const char *format, ...)
{
	va_list args;

	if (r->error[0])
		return -1; /* the first error is the cause */
	va_start(args, format);
	vsnprintf(r->error, RUNNER_ERROR, format, args);
	va_end(args);
	return -1;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * LAB_NS_SECOND + ts.tv_nsec;
}

int64_t runner_now(const struct runner *r)
{
	return clock_ns(CLOCK_MONOTONIC) - r->zero;
}

int64_t runner_clock(const struct runner *r, int64_t now)
{
	return r->t0 + now;
}

void runner_note(struct runner *r, const char *what, const char *format, ...)
{
	va_list args;

	fprintf(r->timeline, "{\"t\":%lld,\"what\":\"%s\"",
		(long long)runner_clock(r, runner_now(r)), what);
	va_start(args, format);
	vfprintf(r->timeline, format, args);
	va_end(args);
	fputs("}\n", r->timeline);
	fflush(r->timeline);
}

void runner_step(struct runner *r, const char *format, ...)
{
	char text[128];
	char kind[sizeof(r->step)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(text, "0123456789"), text);
	if (strcmp(kind, r->step) != 0)
		r->step_count = 0;
	memcpy(r->step, kind, sizeof(kind));
	if (r->step_count++ % STEPS_TOLD != 0)
		return;
	fprintf(r->progress, "# %s\n", text);
	fflush(r->progress);
}

/* Without its folder: the file does not tell where the lab is installed. */
void runner_started(struct runner *r, pid_t pid, int node, const char *program)
{
	const char *slash = strrchr(program, '/');

	fprintf(r->pids, "%d %s %s\n", (int)pid, node < 0 ? "lab" : r->plan->nodes[node].name,
		slash ? slash + 1 : program);
	fflush(r->pids);
}

/* A line for the watcher. */
static void put_progress(struct runner *r, int64_t now)
{
	fprintf(r->progress, "%lld %u %u %lld %llu\n", (long long)now, r->moves, r->moves_total,
		(long long)r->last_cut, (unsigned long long)r->prober.sent);
	fflush(r->progress);
	r->next_report = now + r->report_ns;
}

/* Once each simulated second, more often where many probes arrive: they go to disk, and a
 * line to the watcher. */
static void report(struct runner *r, int64_t now)
{
	prober_collect(&r->prober, now);
	/* A cut is known once something has arrived behind it. */
	if (r->moves && r->plan->probe_count && r->prober.streams[0].last_rx > r->plugged)
		r->last_cut = r->prober.streams[0].longest_gap;
	put_progress(r, now);
}

static int64_t next_moment(const struct runner *r)
{
	int64_t next = prober_next(&r->prober);
	int64_t action = actions_next(r);

	next = action < next ? action : next;
	return r->next_report < next ? r->next_report : next;
}

static int on_signal(struct runner *r, int signal)
{
	if (signal == SIGCHLD)
		return processes_reap(r);
	if (signal == SIGTERM || signal == SIGINT)
		return runner_fail(r, "interrupted");
	return 0;
}

/* The same where the kernel sends the probes. Other signals than that of a child are
 * looked for when it is time. */
static int sleep_beside_sender(struct runner *r, int64_t left)
{
	const struct timespec now = {0};

	if (sender_wait(r->sender, left) < 0)
		return runner_fail(r, "cannot wait: %s", strerror(errno));
	if (on_signal(r, SIGCHLD) < 0)
		return -1;
	return on_signal(r, sigtimedwait(&r->signals, NULL, &now));
}

/* Sleeps until a moment of the plan. Children that end are noted on the way. */
static int sleep_until(struct runner *r, int64_t moment)
{
	int64_t left = moment - runner_now(r);
	struct timespec timeout = {left / LAB_NS_SECOND, left % LAB_NS_SECOND};

	if (left <= 0)
		return 0;
	if (r->sender)
		return sleep_beside_sender(r, left);
	return on_signal(r, sigtimedwait(&r->signals, NULL, &timeout));
}

static int carry_out(struct runner *r)
{
	while (!r->ended) {
		int64_t now;

		if (sleep_until(r, next_moment(r)) < 0)
			return -1;
		now = runner_now(r);
		if (actions_due(r, now) < 0)
			return -1;
		if (prober_send(&r->prober, now, actions_next(r)) < 0)
			return runner_fail(r, "%s", r->prober.error);
		if (now >= r->next_report)
			report(r, now);
	}
	return 0;
}

static FILE *open_raw(struct runner *r, const char *name, const char *mode)
{
	char path[600];
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/%s", r->paths->results, name);
	file = fopen(path, mode);
	if (!file)
		runner_fail(r, "cannot write %s: %s", path, strerror(errno));
	return file;
}

static void network_step(void *arg, const char *what, size_t number, size_t of)
{
	runner_step(arg, "building the network: %s %zu of %zu", what, number, of);
}

/* What comes before t = 0 is told by the same clock. */
static void set_clock(struct runner *r)
{
	r->zero = clock_ns(CLOCK_MONOTONIC);
	r->t0 = clock_ns(CLOCK_REALTIME);
}

static int prepare(struct runner *r)
{
	const struct netns_listener listener = {network_step, r};
	char path[600];

	sigemptyset(&r->signals);
	sigaddset(&r->signals, SIGCHLD);
	sigaddset(&r->signals, SIGTERM);
	sigaddset(&r->signals, SIGINT);
	sigprocmask(SIG_BLOCK, &r->signals, NULL);
	prctl(PR_SET_TIMERSLACK, 1UL);
	r->timeline = open_raw(r, "timeline.jsonl", "wbe");
	/* What came before this program did stands in it. */
	r->progress = open_raw(r, "progress", "abe");
	r->pids = open_raw(r, "processes", "wbe");
	if (!r->timeline || !r->progress || !r->pids)
		return -1;
	set_clock(r);
	if (netns_build(&r->net, r->plan, &listener) < 0)
		return runner_fail(r, "%s", r->net.error);
	snprintf(path, sizeof(path), "%s/raw/probe.bin", r->paths->results);
	if (prober_open(&r->prober, &r->net, path) < 0)
		return runner_fail(r, "%s", r->prober.error);
	/* A kernel that cannot costs wall time, nothing else. */
	if (lab_engine_exact(r->plan->engine))
		r->sender = sender_new();
	prober_use(&r->prober, r->sender);
	if (!lab_engine_exact(r->plan->engine) && processes_start_lag(r) < 0)
		return -1;
	runner_step(r, "starting the captures");
	return processes_start_captures(r);
}

static int64_t report_span(const struct lab_plan *plan)
{
	double per_second = 0;

	for (size_t i = 0; i < plan->probe_count; i++)
		per_second += (double)LAB_NS_SECOND / (double)plan->probes[i].interval_ns;
	return per_second <= ARRIVALS_HELD
		   ? LAB_NS_SECOND
		   : (int64_t)((double)LAB_NS_SECOND * ARRIVALS_HELD / per_second);
}

static void start_clock(struct runner *r)
{
	r->report_ns = report_span(r->plan);
	set_clock(r);
	r->started = true;
	r->prober.t0 = r->t0;
	r->prober.zero = r->zero;
	for (size_t i = 0; i < r->plan->action_count; i++)
		r->moves_total += r->plan->actions[i].handover;
	put_progress(r, 0);
	runner_note(r, "t0", ",\"seed\":%llu", (unsigned long long)r->plan->seed);
}

static void finish(struct runner *r)
{
	if (r->started) {
		report(r, runner_now(r));
		processes_stop(r);
		prober_collect(&r->prober, runner_now(r));
		if (prober_overrun(&r->prober))
			runner_note(r, "overrun", ",\"probes\":%llu",
				    (unsigned long long)prober_overrun(&r->prober));
		runner_note(r, "end", ",\"ok\":%s", r->error[0] ? "false" : "true");
	}
	processes_free(r);
	sender_free(r->sender);
	prober_close(&r->prober);
	netns_close(&r->net);
	free(r->actions_state);
	free(r->touched);
	if (r->timeline)
		fclose(r->timeline);
	if (r->progress)
		fclose(r->progress);
	if (r->pids)
		fclose(r->pids);
}

int runner_run(const struct lab_plan *plan, const struct runner_paths *paths, char *error)
{
	struct runner r = {.plan = plan, .paths = paths, .error = error};
	int code = 0;

	error[0] = '\0';
	if (actions_init(&r) < 0 || prepare(&r) < 0) {
		code = 3;
	} else {
		bool ready = waits_for_daemons(&r) == 0;

		start_clock(&r);
		if (!ready || carry_out(&r) < 0)
			code = 1;
	}
	finish(&r);
	if (r.late && !lab_engine_exact(plan->engine))
		return RUNNER_LATE;
	return error[0] && code == 0 ? 1 : code;
}
