/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PROGRESS_H
#define LAB_PROGRESS_H

/* What the user sees while a run goes on: on a terminal one status line that is
 * rewritten, elsewhere a plain line now and then. */
#include <stdbool.h>
#include <stdint.h>

struct progress {
	char path[640]; /* RESULTS/raw/progress */
	bool terminal;
	int64_t shown;	/* simulated ns shown last */
	int64_t last;	/* simulated ns heard of last */
	double moved;	/* wall seconds when they last moved on */
	double printed; /* wall seconds of the last line */
	double started;
};

void progress_init(struct progress *p, const char *results);
/* Looks for news and shows them; arg is a struct progress. False when simulated
 * time has stood still for so long that the run hangs. */
bool progress_tick(void *arg);
/* Ends the status line. */
void progress_end(struct progress *p);
/* Simulated seconds, as far as the run got. */
double progress_simulated(const struct progress *p);
/* Wall seconds since progress_init. */
double progress_elapsed(const struct progress *p);

#endif
