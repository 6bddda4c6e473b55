/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_AGREE_H
#define LAB_AGREE_H

/* One scenario with one seed in several ways: the kernel's data plane and the user
 * plane in virtual time, ns-3, and the kernel's data plane once more, on Debian's kernel.
 * Protocol and plan are the same, and none of them is touched by what the machine does,
 * so that whatever differs between their handovers has its cause in a data plane, in a
 * kernel or in the lab.
 *
 * The first two run on the built kernel. Where it is not there they run on Debian's, and
 * there is no fourth way. */
#include "lab/handover.h"
#include "lab/run.h"
#include <stdio.h>

enum agree_way { AGREE_KERNEL, AGREE_USER, AGREE_NS3, AGREE_DEBIAN, AGREE_WAYS };

/* What may differ without a word: ms of a phase, of two data planes and of two kernels.
 * Counts are equal. */
#define AGREE_LIMIT_MS	       0.05
#define AGREE_KERNELS_LIMIT_MS 0.01

/* The ways that are compared with each other. */
struct agree_pair {
	enum agree_way a, b;
	double limit_ms;
};

enum { AGREE_PAIRS = 4 };
extern const struct agree_pair agree_pairs[AGREE_PAIRS];

/* ---- handovers.csv of a run (agree_table.c) ---- */

struct agree_row {
	unsigned n;
	char from[LAB_NAME], to[LAB_NAME], node[LAB_NAME];
	struct expr_value values[COLUMN_CSV];
};

struct agree_table {
	struct agree_row *rows;
	size_t count;
	bool absent; /* this way does not exist here: of AGREE_DEBIAN only */
};

/* Reads FOLDER/handovers.csv. 0, or -1 with the reason. */
int agree_table_read(struct agree_table *table, const char *folder, char *error, size_t cap);
void agree_table_free(struct agree_table *table);

/* ---- larger differences with a known cause (agree_allow.c) ---- */

struct agree_allowance {
	char scenario[LAB_NAME]; /* "" : any */
	enum column phase;
	const struct agree_pair *between;
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

/* "kernel", "user", "ns3", "debian". */
const char *agree_way_name(enum agree_way way);

/* Prints the tables side by side and what differs; marks in `allowed` what was
 * used. 0: they agree, 1: they do not. */
int agree_compare(const char *scenario, const struct agree_table tables[AGREE_WAYS],
		  struct agree_allowed *allowed, FILE *out);

/* `mip6lab agree` (agree_run.c): runs them all and compares. An exit code of the lab. */
int agree_run(struct run_options *options);

#endif
