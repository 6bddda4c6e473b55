/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_ENGINE_H
#define LAB_ENGINE_H

/* Engines: where a plan's network lives. uml and virtual boot a kernel whose
 * PID 1 is this same program (`mip6lab inside RESULTS`); host uses namespaces
 * of the machine's own kernel; ns3 is a program of its own beside this one. */
#include "lab/plan.h"
#include "lab/settings.h"
#include <stdio.h>

struct engine_paths {
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
/* virtual where its kernel is built, else uml. */
enum lab_engine engine_default(const struct engine_paths *paths);

/* Runs the plan whose files and settings lie in `results`. `tick` is called a
 * few times a second of wall time and ends the run by false: it hangs; stop_fd
 * readable ends it, too. 0 when the
 * plan was carried out; 1 failed or stopped; 3 the machine lacks something;
 * error tells. */
int engine_run(const struct engine_paths *paths, const struct lab_plan *plan, const char *results,
	       int stop_fd, bool (*tick)(void *arg), void *arg, char *error, size_t error_cap);

/* The part inside: PID 1 of a UML. Never returns to a machine's user. */
int engine_inside(const char *results);

#endif
