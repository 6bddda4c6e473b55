/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_FEATURES_H
#define LINUX_FEATURES_H

/* Which features of a kernel the kernel plane needs, and which of them a kernel
 * lacks. The running kernel is asked by trying each feature in a network
 * namespace of its own, which says more than a configuration file: a module
 * may be configured and not installed. */
#include <mip6/config.h>
#include <stddef.h>
#include <stdio.h>

/* Prints a table: feature, needed by, present, how to get it. config_path is a
 * kernel configuration file ("-": standard input), NULL or "" for the running
 * kernel. Returns an exit code: 0 nothing lacks, 3 something does (or cannot be
 * told), 2 the file is not readable or no kernel configuration. */
int features_check(FILE *out, const char *config_path);

/* What the running kernel lacks of what the kernel plane needs in this role: the
 * names, with ", " between, into buf (cap bytes, cut where they do not fit).
 * Returns how many. What cannot be told without more rights does not count. */
int features_missing(enum mip6_role role, char *buf, size_t cap);

#endif
