/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_ANALYSIS_H
#define LAB_ANALYSIS_H

/* From raw records to results: handover objects, tables, one capture. */
#include "lab/plan.h"
#include <stdbool.h>
#include <stdio.h>

struct lab_outcome {
	bool valid; /* false: the machine was too busy (real time) */
	unsigned handovers;
	unsigned expectations;
	unsigned failed;   /* expectations that failed, of those that were judged */
	unsigned unjudged; /* expectations that were not, since the run is not valid */
	unsigned warnings; /* disagreements of capture and events, over 1 ms */
	char error[512];
};

/* Reads RESULTS/raw (records.h), writes into RESULTS handovers.csv,
 * summary.json, summary.txt, events.jsonl, probes.csv and capture.pcapng, and
 * prints summary.txt's text on `out`. Reads as far as an interrupted run got.
 * 0; -1 with outcome->error when there is nothing to analyse (an empty capture,
 * no probe records ...). Of a run that is not valid what is missing is a warning: its
 * machine is to blame, not its nodes. */
int lab_analyse(const struct lab_plan *plan, const char *results, FILE *out,
		struct lab_outcome *outcome);

#endif
