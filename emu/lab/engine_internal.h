/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_ENGINE_INTERNAL_H
#define LAB_ENGINE_INTERNAL_H

/* Between engine.c, engine_host.c and engine_ns3.c. */
#include "lab/engine.h"

/* Runs a plan on the kernel that this process is on, in a namespace of its own,
 * and leaves the reason of a failure in RESULTS/raw/error. The exit code. */
int engine_carry_out(const struct engine_paths *paths, const struct lab_plan *plan,
		     const char *results, const char *work);
/* The reason that engine_carry_out left; false when there is none. */
int engine_read_error(const char *results, char *error, size_t cap);
/* Whether engine host can run this plan here; -1 with the reason. */
int engine_host_ready(const struct engine_paths *paths, const struct lab_plan *plan, char *error,
		      size_t cap);
/* engine_run on the machine's own kernel. */
int engine_run_host(const struct engine_paths *paths, const struct lab_plan *plan,
		    const char *results, int stop_fd, engine_tick tick, void *arg, char *error,
		    size_t cap);
/* Whether the ns-3 program is there; -1 with how to get it. */
int engine_ns3_ready(const struct engine_paths *paths, char *error, size_t cap);
/* engine_run in ns-3. */
int engine_run_ns3(const struct engine_paths *paths, const char *results, int stop_fd,
		   engine_tick tick, void *arg, char *error, size_t cap);

/* Of engines whose own use of the processor is not looked at: whether a minute of wall
 * time has passed without news. Begins as {0}. */
struct engine_patience {
	unsigned news;
	double since;
};
bool engine_is_silent(struct engine_patience *patience, unsigned news);

#endif
