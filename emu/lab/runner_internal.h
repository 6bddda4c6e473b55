/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_RUNNER_INTERNAL_H
#define LAB_RUNNER_INTERNAL_H

/* What the runner's modules share: runner.c (clock and loop), actions.c (what
 * the timeline does), waits.c (what it waits for), processes.c (daemons, captures,
 * commands), ready.c (when a daemon is ready).
 *
 * Run time is what has passed since t = 0. The plan's time is the same until a `wait_for`
 * step makes the timeline stand still; from then on its steps and the probes come that much
 * later, but not the starts of daemons. */
#include "lab/awaited.h"
#include "lab/prober.h"
#include "lab/process.h"
#include "lab/runner.h"
#include "netns/netns.h"
#include <signal.h>
#include <stdio.h>

struct action_state {
	int64_t at;    /* when its next step is due */
	bool plugging; /* a move whose gap runs */
	bool done;
};

/* A `wait_for` step under way. */
struct wait {
	bool active;
	size_t action;
	int64_t at;   /* run time at which the timeline stands still */
	int64_t next; /* of the next look */
	struct awaited awaited;
};

struct runner {
	const struct lab_plan *plan;
	const struct runner_paths *paths;
	struct netns net;
	struct prober prober;
	struct sender *sender; /* exact time: sends the probes; NULL: the prober does */
	struct process *processes;
	size_t process_count;
	struct action_state *actions_state;
	struct wait wait;
	int64_t *touched; /* by node: run clock when the timeline last did something to it */
	bool started;	  /* its clock */
	bool late;	  /* what was waited for did not come in time */
	FILE *timeline;
	FILE *progress;
	FILE *pids;	     /* raw/processes */
	char step[64];	     /* the last step of the start-up, up to its first number */
	unsigned step_count; /* of steps like that one */
	sigset_t signals;
	int64_t zero; /* CLOCK_MONOTONIC at t = 0 */
	int64_t t0;   /* CLOCK_REALTIME at t = 0 */
	int64_t next_report;
	int64_t report_ns; /* from one report to the next */
	int64_t last_cut;
	int64_t plugged; /* run clock at the last plugging in, INT64_MAX in a gap */
	unsigned moves;
	unsigned moves_total;
	bool ended;
	char *error;
};

/* Notes the first error; always -1. */
int runner_fail(struct runner *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Run time now; the run clock at a run time. */
int64_t runner_now(const struct runner *r);
int64_t runner_clock(const struct runner *r, int64_t now);
/* A step of the start-up, for whoever waits for it: "capture %zu of %zu". Of steps
 * that are alike up to the first number only each tenth is told, so that they cost
 * nothing. */
void runner_step(struct runner *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Notes in raw/processes who this is: should time stand still, it tells whose fault it
 * is. */
void runner_started(struct runner *r, pid_t pid, int node, const char *program);
/* A line of raw/timeline.jsonl; format adds fields: ",\"node\":\"%s\"". */
void runner_note(struct runner *r, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* actions.c */
int actions_init(struct runner *r);
int64_t actions_next(const struct runner *r);
int actions_due(struct runner *r, int64_t now);

/* waits.c */

/* Puts the plan off until what the action asks for is there, which it may be already. */
int waits_begin(struct runner *r, size_t action, int64_t at);
/* Looks for it when it is time to. -1: it did not come in time. */
int waits_look(struct runner *r, int64_t now);
/* Starts the daemons that are there from the beginning and have a condition, and waits
 * until it holds for all of them. Before the clock starts. */
int waits_for_daemons(struct runner *r);

/* actions.c: that daemon needs no start any more; all that is planned comes `ns` later. */
void actions_started(struct runner *r, int node, int daemon);
void actions_put_off(struct runner *r, int64_t ns);

/* ready.c */

/* Before the daemon is started: what is there already does not count, and where it will
 * tell. `dir` is its ${dir}, `text` the condition's with ${...} put in. */
int ready_prepare(struct runner *r, struct process *p, const char *dir, const char *text);
/* Whether it is ready by now. */
bool ready_look(struct runner *r, struct process *p);
void ready_free(struct process *p);

/* processes.c */
/* NULL: it was never started. */
struct process *processes_find(struct runner *r, int node, int daemon);
int processes_start_lag(struct runner *r);
int processes_start_captures(struct runner *r);
int processes_start_daemon(struct runner *r, int node, int daemon);
int processes_signal(struct runner *r, int node, int daemon, int signal);
int processes_run_command(struct runner *r, size_t action);
int processes_run_stream(struct runner *r, size_t action);
/* Reaps what has ended; -1 when something ended that must not. */
int processes_reap(struct runner *r);
/* Ends daemons by their stop signals, then captures. */
void processes_stop(struct runner *r);
void processes_free(struct runner *r);

#endif
