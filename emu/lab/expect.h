/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_EXPECT_H
#define LAB_EXPECT_H

/* Expectations of a scenario, before the run; what they may say is described in
 * docs/results.md. */
#include "lab/expr.h"
#include "lab/plan.h"

/* Whether every name and call of an expectation has a meaning for this plan. 0,
 * or -1 with an error text that says what is wrong. */
int expect_check(const struct lab_plan *plan, const struct expr *expr, char *error, size_t cap);

#endif
