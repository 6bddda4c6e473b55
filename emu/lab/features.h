/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_FEATURES_H
#define LAB_FEATURES_H

/* Features of a Linux kernel that not each kernel of the lab has. A scenario names those
 * that it uses under "needs"; a sysctl of the topology may be the sign of one. */
#include "lab/plan.h"

/* Whether `name` is one of them. */
bool features_known(const char *name);
/* Their names, for a message: "optimistic-dad, fou6, ...". */
const char *features_names(void);
/* The first feature that the plan uses and Debian's User Mode Linux kernel lacks, as a text
 * for people; NULL when it lacks none. */
const char *features_lacking(const struct lab_plan *plan);

#endif
