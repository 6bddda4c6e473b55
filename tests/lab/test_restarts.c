/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs in virtual time in which daemons are killed, stopped and started again: what
 * they left is taken over or removed, and nothing is left in the end. */
#include "runs_help.h"
#include "test.h"

static void killed(const char *scenario)
{
	struct lab_run run;

	LAB_RUN(&run, scenario);
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "lost_outside", 0), "no packet lost over kill and start");
	lab_run_free(&run);
}

static void kill_mn(void)
{
	killed("kill-mn");
}

static void kill_ha(void)
{
	killed("kill-ha");
}

static void ha_first(void)
{
	struct lab_run run;

	LAB_RUN(&run, "ha-first");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "events.mn.bu_tx", 4), "no Binding Update was refused");
	lab_run_free(&run);
}

static void ha_restart_in_move(void)
{
	struct lab_run run;

	LAB_RUN(&run, "ha-restart-in-move");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_run_free(&run);
}

/* On both planes. */
static void binding_comes_back(const char *path)
{
	static const char *const planes[] = {"plane=kernel", "plane=user"};
	struct lab_run run;

	for (size_t i = 0; i < 2; i++) {
		LAB_RUN(&run, path, "-p", planes[i]);
		lab_holds(&run, run.code == 0, planes[i]);
		lab_run_free(&run);
	}
}

static void lost_binding(void)
{
	binding_comes_back("tests/lab/runs/scenarios/lost-binding.yaml");
}

static void replaced_home_agent(void)
{
	binding_comes_back("tests/lab/runs/scenarios/replaced.yaml");
}

/* SIGTERM: foreign addresses, routes and rules were planted before; the kernel's
 * state is the same after, and was another while the daemons ran. */
static void leaves_no_trace(void)
{
	struct lab_run run;

	LAB_RUN(&run, "tests/lab/runs/scenarios/stop.yaml");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_same_file(&run, &run, "mn-before.txt", "mn-after.txt"), "MN as before");
	lab_holds(&run, lab_same_file(&run, &run, "ha-before.txt", "ha-after.txt"), "HA as before");
	lab_holds(&run, !lab_same_file(&run, &run, "mn-before.txt", "mn-while.txt"), "MN changed");
	lab_holds(&run, !lab_same_file(&run, &run, "ha-before.txt", "ha-while.txt"), "HA changed");
	lab_run_free(&run);
}

/* The home agent was killed in between, and still knows which are old. */
static void old_sequence_numbers(void)
{
	struct lab_run run;

	lab_run_small(&run, "stale");
	lab_holds(&run, lab_has(&run, "events.jsonl", "\"status\": 135"), "the old one is refused");
	lab_holds(&run, lab_equals(&run, "handover.first_down_ms.count", 3),
		  "the next one is accepted");
	lab_run_free(&run);
}

static void binding_expires_over_a_restart(void)
{
	struct lab_run run;

	lab_run_small(&run, "expiry");
	lab_run_free(&run);
}

static void stop_and_start_away(void)
{
	struct lab_run run;

	lab_run_small(&run, "stop-start");
	lab_holds(&run, lab_has(&run, "stopped.txt", "eth0"), "addresses can be seen");
	lab_holds(&run, !lab_has(&run, "stopped.txt", "3fff:0:100::10"),
		  "the home address is gone");
	lab_run_free(&run);
	LAB_RUN(&run, "tests/lab/runs/scenarios/stop-start.yaml", "-p", "there=two");
	lab_holds(&run, run.code == 0, "the same after a move");
	lab_run_free(&run);
}

/* After kill -9 of both, and a move that nobody saw, one start takes over all
 * that was left, or removes it: SIGTERM then leaves nothing. */
static void killed_and_stopped(void)
{
	struct lab_run run;

	lab_run_small(&run, "kill-stop");
	lab_holds(&run, lab_has(&run, "mn-again.txt", "inet6 3fff:0:100::10/128"), "home address");
	lab_holds(&run, !lab_has(&run, "mn-again.txt", "3fff:0:201:"),
		  "nothing of the former link");
	lab_holds(&run, lab_same_file(&run, &run, "mn-before.txt", "mn-after.txt"), "MN as before");
	lab_holds(&run, lab_same_file(&run, &run, "ha-before.txt", "ha-after.txt"), "HA as before");
	lab_holds(&run, !lab_same_file(&run, &run, "mn-before.txt", "mn-while.txt"), "MN changed");
	lab_holds(&run, !lab_same_file(&run, &run, "ha-before.txt", "ha-while.txt"), "HA changed");
	lab_run_free(&run);
}

/* mip6d -d; DebugLogFile, opened anew by a reload; one daemon of a name. */
static void in_the_background(void)
{
	struct lab_run run;

	lab_run_small(&run, "background");
	lab_holds(&run,
		  lab_has(&run, "second.txt", "another mip6d with the name \"mn\" runs already"),
		  "a second one of the same name is refused");
	lab_holds(&run, lab_has(&run, "start.txt", "returned"), "the command returned");
	lab_holds(&run, lab_has(&run, "status.txt", "registered"), "when the node ran");
	lab_holds(&run, lab_has(&run, "first.jsonl", "\"event\": \"started\""), "the log");
	lab_holds(&run, !lab_has(&run, "first.jsonl", "\"event\": \"stopped\""), "moved away");
	lab_holds(&run, lab_has(&run, "second.jsonl", "\"event\": \"stopped\""), "opened anew");
	lab_holds(&run, !lab_has(&run, "after.txt", "3fff:0:"), "nothing stays");
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"kill_mn", kill_mn},
	    {"kill_ha", kill_ha},
	    {"ha_first", ha_first},
	    {"ha_restart_in_move", ha_restart_in_move},
	    {"lost_binding", lost_binding},
	    {"replaced_home_agent", replaced_home_agent},
	    {"leaves_no_trace", leaves_no_trace},
	    {"stop_and_start_away", stop_and_start_away},
	    {"killed_and_stopped", killed_and_stopped},
	    {"binding_expires_over_a_restart", binding_expires_over_a_restart},
	    {"old_sequence_numbers", old_sequence_numbers},
	    {"in_the_background", in_the_background},
	};

	return test_run("restarts", tests, sizeof(tests) / sizeof(tests[0]));
}
