/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_AGREE_H
#define LAB_AGREE_H

/* One scenario with one seed in three ways: the kernel's data plane and the user
 * plane in virtual time, and ns-3. Protocol and plan are the same, and none of the
 * three is touched by what the machine does, so that whatever differs between
 * their handovers has its cause in a data plane or in the lab. */
#include "lab/handover.h"
#include "lab/run.h"
#include <stdio.h>

enum agree_way { AGREE_KERNEL, AGREE_USER, AGREE_NS3, AGREE_WAYS };

/* What may differ without a word: ms of a phase. Counts are equal. */
#define AGREE_LIMIT_MS 0.05

/* ---- handovers.csv of a run (agree_table.c) ---- */

struct agree_row {
	unsigned n;
	char from[LAB_NAME], to[LAB_NAME], node[LAB_NAME];
	struct expr_value values[COLUMN_CSV];
};

struct agree_table {
	struct agree_row *rows;
	size_t count;
};

/* Reads FOLDER/handovers.csv. 0, or -1 with the reason. */
int agree_table_read(struct agree_table *table, const char *folder, char *error, size_t cap);
void agree_table_free(struct agree_table *table);

/* ---- larger differences with a known cause (agree_allow.c) ---- */

/* Two of the ways: bit 1 << way of each. */
struct agree_allowance {
	char scenario[LAB_NAME]; /* "" : any */
	enum column phase;
	unsigned between;
	double limit;	 /* ms, or a count */
	double measured; /* what it was when the cause was found, at most the limit */
	const char *cause;
	unsigned used; /* differences that it covered, and the largest of them */
	double largest;
};

struct agree_allowed {
	struct arena *arena;
	struct agree_allowance *list;
	size_t count;
};

/* Reads an allow-list. -1 with *ret_error; a file that is not there is an error,
 * too: an empty list says so by "allow: []". */
int agree_allow_read(struct agree_allowed *allowed, const char *path, struct lab_error *ret_error);
void agree_allow_free(struct agree_allowed *allowed);

/* ---- the comparison (agree.c) ---- */

/* "kernel", "user", "ns3". */
const char *agree_way_name(enum agree_way way);

/* Prints the tables side by side and what differs; marks in `allowed` what was
 * used. 0: they agree, 1: they do not. */
int agree_compare(const char *scenario, const struct agree_table tables[AGREE_WAYS],
		  struct agree_allowed *allowed, FILE *out);

/* `mip6lab agree` (agree_run.c): runs the three and compares. An exit code of the
 * lab. */
int agree_run(struct run_options *options);

#endif
