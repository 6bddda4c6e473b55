/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_HISTORY_H
#define LAB_HISTORY_H

/* What the runner noted in raw/timeline.jsonl: when the run's clock started,
 * when which interface lost its link and got another. All times are ns on the
 * run's clock (records.h). */
#include "lab/plan.h"

struct history_move {
	unsigned n; /* number of the handover, from 1 */
	int node, iface;
	char from[LAB_NAME]; /* name of the link, "" when there was none */
	char to[LAB_NAME];
	bool home;
	int64_t down;
	int64_t up;
	int64_t until; /* the node's next loss of a link, or the end of the run */
};

/* A program that may end did so with an error, without having been asked to. */
struct history_ending {
	char node[LAB_NAME];
	char process[LAB_NAME];
	int status; /* exit code; signal 0 */
	int signal;
	int64_t time;
};

struct history {
	int64_t t0;
	int64_t end;	/* the plan's end, when daemons are stopped; of a run that
			 * was cut off or failed, the time of the last note */
	int64_t waited; /* by `wait_for` steps in all: so much later than planned it ends */
	bool late;	/* what one of them waited for did not come in time */
	bool complete;	/* the run was carried out to its end without an error */
	struct history_move *moves;
	size_t count;
	struct history_ending *endings;
	size_t ending_count;
	int64_t overrun; /* probes that arrived at full sockets of the lab */
};

/* Reads it as far as it is whole. A move that never got its new link is left
 * out. 0, or -1 with an error text; history_free in both cases. */
int history_read(struct history *h, const struct lab_plan *plan, const char *path, char *error,
		 size_t cap);
void history_free(struct history *h);

#endif
