/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_LIST_H
#define LAB_LIST_H

/* Plans and scenarios printed for people: `mip6lab plan`, `list` and `check`. */
#include "lab/plan.h"
#include <stdio.h>

/* Prints all of a plan: parameters, links, nodes, and the timeline by time. */
void lab_plan_print(FILE *out, const struct lab_plan *plan);

/* Prints for each DIR/NAME.yaml its line, its engines and its parameters with
 * units, ranges and defaults. A file with a mistake is listed with it. Returns 0,
 * or -1 when the folder cannot be read, has no scenario, or one has a mistake. */
int lab_list(FILE *out, const char *dir);

/* Loads a scenario, or a topology by itself, and says on `out` in a line what
 * it is. -1 when it has a mistake, which is told on `err` with its place. */
int lab_check(FILE *out, FILE *err, const char *path);

#endif
