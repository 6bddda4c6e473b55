/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SCENARIO_HELP_H
#define SCENARIO_HELP_H

/* A folder with one scenario and one topology, for tests that change a line of
 * them and look at what the loader says. */
#include "lab/plan.h"

/* The two files as they are written, a line each, ended by NULL. Line numbers in
 * the tests are those of these texts: the first line is line 1. */
extern const char *const scenario_text[];
extern const char *const topology_text[];

struct folder {
	char path[64];
	char scenario[128];
	char topology[128];
};

/* Makes the folder with both files. */
void folder_make(struct folder *folder);
void folder_remove(const struct folder *folder);

/* Writes the lines, number `line` (from 1, 0: none) replaced by `instead`. */
void write_lines(const char *path, const char *const *lines, int line, const char *instead);

/* The plan for the engine virtual, with no parameter set, or with one. */
struct lab_plan *load(const char *path, uint64_t seed, struct lab_error *error);
struct lab_plan *load_with(const char *path, const char *name, const char *value,
			   struct lab_error *error);

#endif
