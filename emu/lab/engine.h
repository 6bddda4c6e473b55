/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_ENGINE_H
#define LAB_ENGINE_H

/* Engines: where a plan's network lives. uml and virtual boot a kernel whose
 * PID 1 is this same program; host uses namespaces
 * of the machine's own kernel; ns3 is a program of its own beside this one. */
#include "lab/plan.h"
#include "lab/settings.h"
#include <stdio.h>

/* Which kernel the engine virtual boots: the built one where it is there (BEST), or the
 * one that the user names. */
enum engine_kernel { ENGINE_KERNEL_BEST, ENGINE_KERNEL_BUILT, ENGINE_KERNEL_DEBIAN };

struct engine_paths {
	enum engine_kernel kernel; /* as asked for */

	char self[512];	   /* this program */
	char bin[512];	   /* its folder: mip6d and mip6ctl lie beside it */
	char kernels[512]; /* folder of the virtual kernel */
};

/* Finds the program's own folder. 0 or -1. */
int engine_paths_find(struct engine_paths *paths);
/* Path of a program of ours: beside mip6lab as built, in ../sbin as installed. */
void engine_program(const struct engine_paths *paths, const char *name, char *buf, size_t cap);
/* The folder of scenarios: "scenarios" here, else the installed ones. */
void engine_scenarios(const struct engine_paths *paths, char *buf, size_t cap);
/* Whether an engine can run the plan (NULL: any) here: its kernel is there, or the
 * machine's own has what is needed. 0, or -1 with the reason and what to do. */
int engine_ready(const struct engine_paths *paths, enum lab_engine engine,
		 const struct lab_plan *plan, char *error, size_t cap);
/* The kernel that the engine boots here: BUILT or DEBIAN; BEST for an engine that boots
 * none. */
enum engine_kernel engine_kernel(const struct engine_paths *paths, enum lab_engine engine);
/* What to call it: "Debian's kernel"; "" for BEST. */
const char *engine_kernel_text(enum engine_kernel kernel);

/* Called a few times a second of wall time while a plan runs. Returns how much was heard
 * of the run so far: a run from which nothing more comes may hang. */
typedef unsigned (*engine_tick)(void *arg);

/* Runs the plan whose files and settings lie in `results`; stop_fd readable ends it. 0
 * when the plan was carried out; 1 failed, hung or stopped; 3 the machine lacks
 * something; error tells. */
int engine_run(const struct engine_paths *paths, const struct lab_plan *plan, const char *results,
	       int stop_fd, engine_tick tick, void *arg, char *error, size_t error_cap);

/* Whether this process is PID 1 of a kernel that engine_run() booted. */
bool engine_is_inside(void);
/* What it does then. Never returns. */
int engine_inside(void);

#endif
