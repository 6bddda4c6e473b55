/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_RUNNER_H
#define LAB_RUNNER_H

/* Carries out a plan on the Linux kernel that it runs on: builds the network,
 * starts daemons and captures, then sleeps from one moment of the plan to the
 * next: probes, moves, signals, commands. It writes the raw records (records.h)
 * as it goes. It is one process without threads, so that virtual time is cheap
 * and exact. */
#include "lab/plan.h"

#define RUNNER_ERROR 512
#define RUNNER_LATE  4

/* Programs of ours that plans name as ${mip6d}, ${mip6ctl}. */
struct runner_paths {
	const char *results; /* the result folder; raw/ in it exists */
	const char *work;    /* folder for the nodes' own files; made if needed */
	const char *mip6d;
	const char *mip6ctl;
};

/* 0 when the plan was carried out to its end; 1 when a daemon died, a command
 * failed, something that was waited for did not come, or the run was interrupted by
 * SIGTERM; RUNNER_LATE when it did not come in real time, where a busy machine may be
 * the reason; 3 when the kernel or machine
 * cannot do it. error (RUNNER_ERROR octets) tells why when it is not 0. */
int runner_run(const struct lab_plan *plan, const struct runner_paths *paths, char *error);

#endif
