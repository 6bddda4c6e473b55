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

/* The slowest answer to a Binding Update of the mobile node from `since` ns after the run's
 * first event on, in ns; -1 when there were fewer than `least`. (The kernels' own clocks
 * begin at different times.) */
static long long slowest_answer(const struct lab_run *run, long long since, unsigned least)
{
	size_t len = 0;
	char *events = lab_file(run, "events.jsonl", &len);
	long long slowest = 0;
	long long sent = 0;
	long long first = -1;
	unsigned answers = 0;

	for (char *line = events ? strtok(events, "\n") : NULL; line; line = strtok(NULL, "\n")) {
		json_t *o = json_loads(line, 0, NULL);
		const char *node = json_string_value(json_object_get(o, "node"));
		const char *event = json_string_value(json_object_get(o, "event"));
		long long at = json_integer_value(json_object_get(o, "mono"));

		first = first < 0 ? at : first;
		if (node && event && strcmp(node, "mn") == 0 && at - first >= since) {
			if (strcmp(event, "bu_tx") == 0)
				sent = at;
			else if (strcmp(event, "ba_rx") == 0 && ++answers && at - sent > slowest)
				slowest = at - sent;
		}
		json_decref(o);
	}
	free(events);
	return answers < least ? -1 : slowest;
}

static long long events_lost(const struct lab_run *run)
{
	size_t len = 0;
	char *text = lab_file(run, "stats.json", &len);
	json_t *o = text ? json_loads(text, 0, NULL) : NULL;
	json_t *stats = json_object_get(o, "stats");
	long long lost = json_integer_value(json_object_get(stats, "events_lost"));

	json_decref(o);
	free(text);
	return lost;
}

/* Ways of 15 ms: a refresh that comes in among 10,000 bad messages a second is answered in
 * two round trips, though nobody reads the home agent's events either. */
static void flooded(const char *parameters, bool log_is_full)
{
	struct lab_run run;
	long long slowest;

	lab_run_small_with(&run, "flooded", parameters);
	slowest = slowest_answer(&run, 9000000000, 2);
	lab_holds(&run, slowest > 0 && slowest <= 60000000, "answers in two round trips");
	lab_holds(&run, (events_lost(&run) > 10000) == log_is_full, "a full log stops nothing");
	lab_run_free(&run);
}

static void flooded_home_agent(void)
{
	flooded("plane=kernel", true);
	flooded("plane=user", false);
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
	    {"flooded home agent", flooded_home_agent},
	    {"leaves_no_trace", leaves_no_trace},
	    {"stop_and_start_away", stop_and_start_away},
	    {"killed_and_stopped", killed_and_stopped},
	    {"binding_expires_over_a_restart", binding_expires_over_a_restart},
	    {"old_sequence_numbers", old_sequence_numbers},
	    {"in_the_background", in_the_background},
	};

	return test_run("restarts", tests, sizeof(tests) / sizeof(tests[0]));
}
