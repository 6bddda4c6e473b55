/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_FINDINGS_H
#define LAB_FINDINGS_H

/* All that is known of a run, between the modules that read raw records
 * (history, capture, streams, eventfile), those that judge (handover, expect,
 * crosscheck) and those that write (out_*.c). */
#include "lab/eventfile.h"
#include "lab/handover.h"
#include <stdio.h>

/* An expectation and what came of it. */
struct verdict {
	bool judged; /* false: the run was not valid, and it is about what that changes */
	bool pass;
	char found[240];
};

struct findings {
	const struct lab_plan *plan;
	struct history history;
	struct captures captures;
	struct stream *streams;
	struct events events;
	struct handover *handovers; /* history.count of them */
	size_t count;
	unsigned lost_outside;
	struct spread spreads[COLUMNS]; /* over all handovers that have the value */
	struct verdict *verdicts;	/* of plan->expects */
	unsigned failed;		/* of those that were judged */
	unsigned unjudged;		/* expectations that were not */
	char **warnings;
	size_t warning_count;
	bool valid;
	int64_t worst_lag; /* ns in the measured window; -1: not measured */
};

/* Adds a warning. 0, or -1 when memory ran out. */
int findings_warn(struct findings *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whether more than one mobile node has handovers: then its name is shown. */
bool findings_many_nodes(const struct findings *f);

/* crosscheck.c: what the captures say against the probe records and the events
 * of the mobile node's daemon; a difference of more than 1 ms is a warning. 0 or
 * -1 (memory). */
int crosscheck(struct findings *f);

/* charged.c: a warning where programs were charged virtual time after the run's clock
 * began, by the console log of its kernel in `results`. 0 or -1 (memory). */
int charged(struct findings *f, const char *results);

/* expect.c: judges plan->expects into f->verdicts (allocated by the caller).
 * `results` is the folder in which metric() finds files. */
void expect_judge(struct findings *f, const char *results);

/* Writers; each 0, or -1 when the file cannot be written. */
int out_handovers(const struct findings *f, const char *path);
int out_delays(const struct findings *f, const char *path);
int out_json(const struct findings *f, const char *path);
int out_table(const struct findings *f, FILE *out);
int out_capture(const struct findings *f, const char *path);

#endif
