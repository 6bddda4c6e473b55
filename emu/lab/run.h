/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_RUN_H
#define LAB_RUN_H

/* `mip6lab run`: from a scenario to its table. */
#include "lab/settings.h"

struct run_options {
	const char *scenario;	   /* a path, or the name of one in scenarios/ */
	const char *topology;	   /* a path; NULL: what the scenario names */
	const char *results;	   /* base folder, "results" */
	const char *scenarios;	   /* folder of scenarios */
	char scenario_folder[600]; /* where `scenarios` points unless given */
	bool engine_given;
	struct settings settings;
};

/* Exit codes of the lab: 0, 1 an expectation or the run failed, 2 bad input, 3
 * the machine lacks something. */
enum { RUN_OK = 0, RUN_FAILED = 1, RUN_BAD_INPUT = 2, RUN_LACKS = 3 };

int run_scenario(struct run_options *options);
/* SCENARIOS/NAME.yaml when `name` has no slash and does not end in .yaml. */
void run_find_scenario(const char *scenarios, const char *name, char *buf, size_t cap);

#endif
