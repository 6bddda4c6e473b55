/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs in which something breaks, or that users break off, and words that are none.
 * Each must fail, with the last words of what broke, and leave nothing behind. */
#include "runs_help.h"
#include "test.h"
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

static const char fault[] = "tests/lab/runs/scenarios/fault.yaml";
static const char busy[] = "tests/lab/runs/scenarios/busy.yaml";

/* The run fails, and its output holds both texts. */
static void fails(const char *parameters, const char *who, const char *words)
{
	struct lab_run run;

	LAB_RUN(&run, fault, "-p", parameters);
	lab_holds(&run, run.code == 1, "exit code 1");
	lab_holds(&run, strstr(run.output, who) != NULL, who);
	lab_holds(&run, strstr(run.output, words) != NULL, words);
	lab_run_free(&run);
}

/* What the tests below break is all that is wrong with the scenario. */
static void nothing_breaks(void)
{
	struct lab_run run;

	LAB_RUN(&run, fault, "-p", "signal=CONT");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_run_free(&run);
}

/* A daemon without a log of its own says its last words in its events. */
static void daemon_crashes(void)
{
	fails("victim=mip6d signal=SEGV", "mip6d at ha died of signal 11", "\"binding_new\"");
}

static void daemon_ends_early(void)
{
	fails("victim=radvd signal=TERM", "radvd at ar ended", "radvd (");
}

static void capture_ends_early(void)
{
	fails("victim=mip6lab-capture signal=TERM", "the capture ended with exit code 0",
	      "| mn eth0: ");
	fails("victim=mip6lab-capture signal=SEGV", "the capture died of signal 11",
	      "captures.log");
}

static void command_fails(void)
{
	fails("signal=CONT command=fails", "sh at ha ended with exit code 7", "| on purpose");
	fails("signal=CONT command=missing", "sh at ha ended with exit code 127",
	      "no-such-program");
}

/* Processes with this text in their command lines, once those that are dying
 * have had time to. */
static unsigned left_behind(const char *text)
{
	const struct timespec step = {0, 20000000};
	unsigned left = lab_processes(text);

	for (int tries = 0; left && tries < 3000; tries++) {
		nanosleep(&step, NULL);
		left = lab_processes(text);
	}
	return left;
}

/* A program that waits without sleeping stops virtual time: it is named, and what there
 * was before is in the results. */
static void stands_still(const char *kernel, const char *how, const char *words)
{
	struct lab_run run;

	/* Of processor time, in place of 40. */
	setenv("MIP6LAB_HANG_CPU_S", "3", 1);
	lab_run(&run, (const char *const[]){busy, "-k", kernel, "-p", how, NULL});
	unsetenv("MIP6LAB_HANG_CPU_S");
	lab_holds(&run, run.code == 1, "exit code 1");
	lab_holds(&run, strstr(run.output, "time in the run stands still: sh (pid ") != NULL,
		  "who");
	lab_holds(&run, strstr(run.output, ") at node mn runs without ever waiting; it") != NULL,
		  "where");
	lab_holds(&run, strstr(run.output, words) != NULL, words);
	lab_holds(&run, run.summary != NULL, "as far as it got");
	lab_run_free(&run);
}

static void computes_for_ever(void)
{
	char kernel[LAB_PATH];

	if (lab_built_kernel(kernel))
		stands_still("built", "how=computes",
			     "it computes without a system call. In virtual");
}

static void computes_for_ever_on_debian(void)
{
	stands_still("debian", "how=computes", "it computes without a system call. In virtual");
}

static void calls_for_ever(void)
{
	char kernel[LAB_PATH];

	if (lab_built_kernel(kernel))
		stands_still("built", "how=calls",
			     "it makes system calls without end, mostly kill. In");
}

/* Debian's kernel charges for turns: time passes, and with it the program's. */
static void calls_cost_time_on_debian(void)
{
	struct lab_run run;

	lab_run(&run, (const char *const[]){busy, "-k", "debian", "-p", "how=calls", NULL});
	lab_holds(&run, strstr(run.output, "4.5 s simulated in") != NULL, "it came to its end");
	lab_run_free(&run);
}

static void start_is_interrupted(void)
{
	char scenario[LAB_PATH];
	struct lab_run run;

	/* So many nodes that it is not over before the signal comes. */
	lab_many("50", "4", "9", scenario);
	lab_run_interrupted(&run, (const char *const[]){scenario, NULL}, 0, SIGINT);
	lab_holds(&run, run.code == 130, "exit code 130");
	lab_holds(&run, strstr(run.output, "interrupted (at start-up: ") != NULL, "where it was");
	lab_run_free(&run);
}

/* A seed of its own is in the name of the results, and so in the kernel's command
 * line: nothing of another run, at the same time, is taken for this one's. */
static void lab_is_killed(void)
{
	struct lab_run run;

	lab_run_killed(&run,
		       (const char *const[]){"handover", "-s", "99173", "-p", "moves=5000", NULL},
		       5000000000LL);
	CU_ASSERT_EQUAL(run.code, 128 + 9);
	CU_ASSERT_EQUAL(left_behind("-virtual-99173"), 0);
	lab_run_free(&run);
}

static void daemon_that_dies(void)
{
	struct lab_run run;

	LAB_RUN(&run, "tests/lab/runs/scenarios/stop.yaml", "-p", "ipsec=enabled");
	lab_holds(&run, run.code == 1, "exit code 1");
	lab_holds(&run, strstr(run.output, "mip6d at mn ended") != NULL, "who died");
	lab_holds(&run, strstr(run.output, "UseMnHaIPsec disabled") != NULL, "its last words");
	lab_holds(&run, run.summary == NULL || isnan(lab_number(&run, "handover.ra_ms.max")),
		  "no table of zeros");
	lab_run_free(&run);
}

static void bad_input(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p", "movs=3");
	lab_holds(&run,
		  run.code == 2 && strstr(run.output, "scenarios/handover.yaml:") &&
		      strstr(run.output, "did you mean moves"),
		  "an unknown parameter names the file and the one that was meant");
	LAB_RUN(&run, "handover", "-p", "moves=0");
	lab_holds(&run, run.code == 2 && strstr(run.output, "1 .. 5000"), "out of range");
	LAB_RUN(&run, "handover", "-p", "gap=50");
	lab_holds(&run, run.code == 2 && strstr(run.output, "gap"), "a time without its unit");
	LAB_RUN(&run, "nothing-of-the-kind");
	lab_holds(&run, run.code == 2, "no such scenario");
	LAB_RUN(&run, "handover", "-e", "warp");
	lab_holds(&run, run.code == 2 && strstr(run.output, "virtual"), "no such engine");
}

static void interrupted(void)
{
	struct lab_run run;
	size_t len = 0;
	char *text;

	lab_run_interrupted(
	    &run, (const char *const[]){"handover", "-s", "99172", "-p", "moves=2000", NULL},
	    20000000000LL, SIGINT);
	lab_holds(&run, run.code == 130, "exit code 130");
	text = lab_file(&run, "handovers.csv", &len);
	lab_holds(&run, text && len > 200, "the handovers so far can be read");
	free(text);
	CU_ASSERT_EQUAL(lab_processes("-virtual-99172"), 0);
	lab_run_free(&run);
	lab_run_interrupted(&run, (const char *const[]){"handover", "-p", "moves=2000", NULL},
			    5000000000LL, SIGTERM);
	lab_holds(&run, run.code == 143, "exit code 143");
	lab_run_free(&run);
}

/* Its kernel kills somebody then, and what is left may hang: the user is told why. */
static void out_of_memory(void)
{
	struct lab_run run;

	LAB_RUN(&run, "tests/lab/runs/scenarios/hungry.yaml");
	lab_holds(&run, run.code == 3, "exit code 3");
	lab_holds(&run, strstr(run.output, "ran out of memory") != NULL, "the reason");
	lab_holds(&run, run.summary != NULL, "as far as it got");
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"nothing_breaks", nothing_breaks},
	    {"daemon_crashes", daemon_crashes},
	    {"daemon_ends_early", daemon_ends_early},
	    {"capture_ends_early", capture_ends_early},
	    {"command_fails", command_fails},
	    {"lab_is_killed", lab_is_killed},
	    {"daemon_that_dies", daemon_that_dies},
	    {"bad_input", bad_input},
	    {"interrupted", interrupted},
	    {"out_of_memory", out_of_memory},
	    {"computes_for_ever", computes_for_ever},
	    {"calls_for_ever", calls_for_ever},
	    {"computes_for_ever_on_debian", computes_for_ever_on_debian},
	    {"calls_cost_time_on_debian", calls_cost_time_on_debian},
	    {"start_is_interrupted", start_is_interrupted},
	};

	return test_run("faults", tests, sizeof(tests) / sizeof(tests[0]));
}
