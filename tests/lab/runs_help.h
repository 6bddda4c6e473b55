/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_RUNS_HELP_H
#define TESTS_RUNS_HELP_H

/* Running mip6lab as its users do, and reading what it wrote. */
#include "uml/uml.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define RUN_OUTPUT 65536

struct lab_run {
	int code;		 /* exit code; 128 + signal */
	char output[RUN_OUTPUT]; /* stdout and stderr, cut */
	char folder[512];	 /* the result folder; "" when none was made */
	json_t *summary;	 /* summary.json; NULL when there is none */
};

enum { LAB_PATH = 1024 };

/* The path of a file in the build folder, in buf. */
const char *lab_built(const char *name, char buf[LAB_PATH]);
/* Has tests/many.sh, which `make bench` uses too, write a scenario; its path is in buf. */
const char *lab_many(const char *mobile_nodes, const char *routers, const char *seconds,
		     char buf[LAB_PATH]);

/* Runs `mip6lab run ARGS...` (NULL at the end) with results in a new folder of
 * its own below the build folder. */
void lab_run(struct lab_run *run, const char *const *args);
/* The same, ended by a signal after the run has simulated `ns` or more. */
void lab_run_interrupted(struct lab_run *run, const char *const *args, long long ns, int signal);
/* The same, ended by SIGKILL. */
void lab_run_killed(struct lab_run *run, const char *const *args, long long ns);
/* Two runs at once. */
void lab_run_twice(struct lab_run *a, struct lab_run *b, const char *const *args);
/* `mip6lab agree ARGS...`; the folder is that of its first run. */
void lab_agree(struct lab_run *run, const char *const *args);
/* `mip6lab ARGS...` without a run. */
void lab_command(struct lab_run *run, const char *const *args);
void lab_run_free(struct lab_run *run);
#define LAB_RUN(run, ...) lab_run(run, (const char *const[]){__VA_ARGS__, NULL})
/* A run of tests/lab/runs/scenarios/NAME.yaml, whose expectations hold. */
void lab_run_small(struct lab_run *run, const char *name);
/* The same with parameters, "plane=user". */
void lab_run_small_with(struct lab_run *run, const char *name, const char *parameters);

/* A number of the summary by its path "handover.ra_ms.max"; NAN when missing. */
double lab_number(const struct lab_run *run, const char *path);
/* What is missing is neither at most a number nor equal to it. */
bool lab_at_most(const struct lab_run *run, const char *path, double limit);
bool lab_equals(const struct lab_run *run, const char *path, double wanted);
/* Whether the output, or a file of the results, has the text. */
bool lab_says(const struct lab_run *run, const char *text);
bool lab_has(const struct lab_run *run, const char *name, const char *text);
/* Fails the test where it is not good, and prints what was not. */
void lab_holds(const struct lab_run *run, bool good, const char *what);
/* Prints the output and the failed expectations: for a test that failed. */
void lab_explain(const struct lab_run *run);
/* Whether two files of two result folders are alike, byte for byte; a missing or
 * empty one is not. */
bool lab_same_file(const struct lab_run *a, const struct lab_run *b, const char *name_a,
		   const char *name_b);
/* The names (below the folder) of files that differ or that only one has. `skip`
 * is left out. Returns how many; the first is printed into `first`. */
unsigned lab_differences(const struct lab_run *a, const struct lab_run *b, const char *skip,
			 char *first, size_t cap);
/* Whole file of a result folder, NULL when it is missing; freed by the caller. */
char *lab_file(const struct lab_run *run, const char *name, size_t *ret_len);
/* The kernel that `make kernel` builds; its path is in buf. Where it is not there the
 * test that asks is skipped, or fails with TEST_KERNEL=built, and has to return. */
bool lab_built_kernel(char buf[LAB_PATH]);
/* Where a boot finds its kernel and the preloaded object. */
struct lab_kernel {
	char kernel[LAB_PATH];
	char preload[LAB_PATH];
};
/* Fills in the kernel of a boot in virtual time: the built one, or Debian's. False where
 * lab_built_kernel() is. */
bool lab_kernel(struct lab_kernel *paths, struct uml_boot *boot, bool built);
/* How many processes of the machine have this text in their command line. */
unsigned lab_processes(const char *text);

#endif
