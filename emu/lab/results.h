/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_RESULTS_H
#define LAB_RESULTS_H

/* The result folder: results/SCENARIO/TIME-ENGINE-SEED, and the link "latest"
 * beside it. It explains itself: the files as run, the settings, run.json. */
#include "lab/engine.h"
#include "lab/plan.h"

struct results {
	char path[512];
	char error[512];
};

/* Makes the folder (also when one of the same second exists: -2, -3 ...), with
 * raw/, copies of the scenario and topology, raw/settings. 0 or -1. */
int results_make(struct results *r, const char *base, const struct lab_plan *plan,
		 const struct settings *settings);
struct results_end {
	int code;   /* of the run */
	int signal; /* that broke it off, 0: none */
	double wall_s;
	double simulated_s;
	const char *error; /* "" when none */
};
/* Writes run.json: everything that went in, versions, commit, kernel, times. `kernel` is
 * the one that engine_kernel() chose. `end` NULL: the run is under way. 0 or -1. */
int results_write_run(struct results *r, const struct lab_plan *plan, enum engine_kernel kernel,
		      const struct results_end *end);
/* Points "latest" at this folder. 0 or -1. */
int results_link_latest(struct results *r);

#endif
