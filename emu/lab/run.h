/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_RUN_H
#define LAB_RUN_H

/* `mip6lab run`: from a scenario to its table. */
#include "lab/engine.h"
#include "lab/settings.h"

struct run_options {
	const char *scenario;  /* a path, or the name of one in scenarios/ */
	const char *topology;  /* a name in topologies/, or a path; NULL: what the scenario names */
	const char *results;   /* base folder, "results" */
	const char *scenarios; /* folder of scenarios */
	const char *allow;     /* of agree: its allow-list, NULL: that of the folder */
	char scenario_folder[600]; /* where `scenarios` points unless given */
	bool engine_given;
	enum engine_kernel kernel; /* of the engine virtual */
	bool brief;		   /* no table: it is in the results */
	bool keep_captures;	   /* RAW/NODE-IFACE.pcap stay beside capture.pcapng */
	struct settings settings;
	char folder[512]; /* filled in: where the results are */
	int interrupted;  /* filled in: by SIGINT, SIGTERM or SIGHUP; 0: not */
};

/* Exit codes of the lab: 0, 1 an expectation or the run failed, 2 bad input, 3
 * the machine lacks something, 4 the run was carried out but is not valid; 128 and the
 * signal that broke it off. */
enum {
	RUN_OK = 0,
	RUN_FAILED = 1,
	RUN_BAD_INPUT = 2,
	RUN_LACKS = 3,
	RUN_NOT_VALID = 4,
	RUN_SIGNAL = 128
};

int run_scenario(struct run_options *options);
/* Whether run_scenario would begin: scenario and settings are right, the engine is
 * able to do it and is there. RUN_OK, or the exit code with the reason printed. */
int run_check(struct run_options *options);
/* SCENARIOS/NAME.yaml when `name` has no slash and does not end in .yaml. */
void run_find_scenario(const char *scenarios, const char *name, char *buf, size_t cap);

#endif
