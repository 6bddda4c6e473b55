/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs in virtual time, as users start them. The scenarios' own
 * expectations state the numbers; each test also looks at figures of its own in
 * the summary, so that a scenario that lost its expectations is noticed. */
#include "runs_help.h"
#include "test.h"
#include <math.h>
#include <stdlib.h>

#define RUN(run, ...) lab_run(run, (const char *const[]){__VA_ARGS__, NULL})

static void check(const struct lab_run *run, bool good, const char *what)
{
	CU_ASSERT_TRUE(good);
	if (!good) {
		printf("not so: %s\n", what);
		lab_explain(run);
	}
}

static double number(const struct lab_run *run, const char *path)
{
	return lab_number(run, path);
}

/* True only for a value that is there. */
static bool at_most(const struct lab_run *run, const char *path, double limit)
{
	double value = number(run, path);

	return !isnan(value) && value <= limit;
}

static bool equals(const struct lab_run *run, const char *path, double wanted)
{
	return fabs(number(run, path) - wanted) < 1e-9;
}

static void check_handover(const struct lab_run *run, double moves, double ra, double probe)
{
	check(run, run->code == 0, "exit code 0");
	check(run, equals(run, "handover.count", moves), "each move is a handover");
	check(run, at_most(run, "handover.ra_ms.max", ra), "advertisement in time");
	check(run, at_most(run, "handover.first_down_ms.max", ra + 30.2 + probe), "first down");
	check(run, number(run, "handover.first_down_ms.min") >= 30, "no faster than light");
	check(run, at_most(run, "handover.first_up_ms.max", ra + 35.2 + probe), "first up");
	check(run, at_most(run, "handover.bu_ba_ms.max", 30.1), "BU to BA");
	check(run, number(run, "handover.bu_ba_ms.min") >= 30, "BU to BA, not below the path");
	check(run, equals(run, "lost_outside", 0), "nothing lost outside of the cuts");
	check(run, equals(run, "events.mn.bu_tx", moves + 1), "one BU for each move");
}

static void handover(void)
{
	struct lab_run run;

	RUN(&run, "handover");
	check_handover(&run, 12, 1, 5);
	lab_run_free(&run);
}

static void handover_probe_1ms(void)
{
	struct lab_run run;

	RUN(&run, "handover", "-p", "probe=1ms moves=6");
	check_handover(&run, 6, 1, 1);
	lab_run_free(&run);
}

static void handover_unsolicited(void)
{
	struct lab_run run;

	RUN(&run, "handover", "-p", "rs=dropped");
	check_handover(&run, 12, 70, 5);
	check(&run, number(&run, "handover.ra_ms.max") > 1, "the wait is a real one");
	lab_run_free(&run);
}

static void handover_without_link_event(void)
{
	struct lab_run run;

	RUN(&run, "handover", "-p", "link_event=no");
	check_handover(&run, 12, 70, 5);
	lab_run_free(&run);
}

static bool median_near(const struct lab_run *a, const struct lab_run *b, const char *column)
{
	char path[64];
	double difference;

	snprintf(path, sizeof(path), "handover.%s.median", column);
	difference = fabs(number(a, path) - number(b, path));
	if (!(difference < 0.05))
		printf("%s: %.3f and %.3f\n", column, number(a, path), number(b, path));
	return difference < 0.05;
}

/* Routers of two kinds: radvd, and mip6d's own advertisements. */
static void handover_behind_own_routers(void)
{
	static const char *const columns[] = {"ra_ms", "coa_ms",	"bu_ms",
					      "ba_ms", "first_down_ms", "first_up_ms"};
	struct lab_run radvd;
	struct lab_run own;

	RUN(&radvd, "handover", "-p", "ra=radvd probe=1ms moves=30");
	RUN(&own, "handover", "-p", "ra=mip6d probe=1ms moves=30");
	check_handover(&radvd, 30, 1, 1);
	check_handover(&own, 30, 1, 1);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		check(&own, median_near(&radvd, &own, columns[i]), columns[i]);
	check(&own, equals(&own, "events.ar1.rs_rx", 16),
	      "AR1 was asked at the start and 15 times");
	check(&own, equals(&own, "events.ar2.rs_rx", 15), "AR2 was asked 15 times");
	lab_run_free(&radvd);
	lab_run_free(&own);
}

static void own_routers_unsolicited(void)
{
	struct lab_run run;

	RUN(&run, "handover", "-p", "ra=mip6d rs=dropped");
	check_handover(&run, 12, 70, 5);
	check(&run, number(&run, "handover.ra_ms.max") > 1, "the wait is a real one");
	lab_run_free(&run);
}

static void home_with_own_advertisements(void)
{
	struct lab_run run;

	RUN(&run, "home", "-p", "ra=mip6d");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.count", 8), "each move is a handover");
	check(&run, at_most(&run, "handover.ra_ms.max", 1), "the home agent answers at once");
	lab_run_free(&run);
}

/* A result is a function of its inputs: all files but run.json. */
static void repeats(void)
{
	struct lab_run a;
	struct lab_run b;
	struct lab_run other;
	char first[256];
	const char *const args[] = {"handover", "-s", "7", "-p", "moves=4", NULL};

	lab_run_twice(&a, &b, args);
	RUN(&other, "handover", "-s", "8", "-p", "moves=4");
	check(&a, a.code == 0 && b.code == 0 && other.code == 0, "all run");
	check(&a, strcmp(a.folder, b.folder) != 0, "two runs at once have two folders");
	check(&a, lab_same_file(&a, &b, "handovers.csv", "handovers.csv"), "same handovers.csv");
	CU_ASSERT_EQUAL(lab_differences(&a, &b, "run.json", first, sizeof(first)), 0);
	if (first[0])
		printf("differs: %s\n%s\n%s\n", first, a.folder, b.folder);
	check(&a, !lab_same_file(&a, &other, "handovers.csv", "handovers.csv"),
	      "another seed gives other moments");
	lab_run_free(&a);
	lab_run_free(&b);
	lab_run_free(&other);
}

static void home(void)
{
	struct lab_run run;

	RUN(&run, "home");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.count", 8), "each move is a handover");
	check(&run, at_most(&run, "handover.bu_ba_ms.max", 1050), "1 s for DAD, and the path");
	check(&run, at_most(&run, "handover.first_down_ms.min", 1 + 1 + 5), "a quick return");
	lab_run_free(&run);
}

static void home_without_link_event(void)
{
	struct lab_run run;

	RUN(&run, "home", "-p", "link_event=no");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.first_up_ms.count", 8), "traffic after each move");
	lab_run_free(&run);
}

/* Advertisements come so seldom that the node moves back before the first router
 * has missed any. */
static void handover_between_slow_routers(void)
{
	struct lab_run run;

	RUN(&run, "handover", "-p",
	    "link_event=no ra_min=1s ra_max=3s pause_min=5s pause_max=7s settle=8s moves=6");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.first_down_ms.count", 6), "traffic after each move");
	lab_run_free(&run);
}

static void ra_race(void)
{
	struct lab_run run;

	RUN(&run, "ra-race");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.count", 60), "60 moves");
	check(&run, equals(&run, "handover.first_down_ms.count", 60), "traffic after each");
	lab_run_free(&run);
}

static void ra_race_of_own_routers(void)
{
	struct lab_run run;

	RUN(&run, "ra-race", "-p", "ra=mip6d rounds=2");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.first_down_ms.count", 24), "traffic after each move");
	lab_run_free(&run);
}

static void throughput(void)
{
	struct lab_run run;

	RUN(&run, "throughput", "-p", "length=2s");
	check(&run, run.code == 0, "exit code 0");
	lab_run_free(&run);
}

static void killed(const char *scenario)
{
	struct lab_run run;

	RUN(&run, scenario);
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "lost_outside", 0), "no packet lost over kill and start");
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

	RUN(&run, "ha-first");
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "events.mn.bu_tx", 4), "no Binding Update was refused");
	lab_run_free(&run);
}

static void ha_restart_in_move(void)
{
	struct lab_run run;

	RUN(&run, "ha-restart-in-move");
	check(&run, run.code == 0, "exit code 0");
	lab_run_free(&run);
}

/* SIGTERM: foreign addresses, routes and rules were planted before; the kernel's
 * state is the same after, and was another while the daemons ran. */
static void leaves_no_trace(void)
{
	struct lab_run run;

	RUN(&run, "tests/lab/runs/scenarios/stop.yaml");
	check(&run, run.code == 0, "exit code 0");
	check(&run, lab_same_file(&run, &run, "mn-before.txt", "mn-after.txt"), "MN as before");
	check(&run, lab_same_file(&run, &run, "ha-before.txt", "ha-after.txt"), "HA as before");
	check(&run, !lab_same_file(&run, &run, "mn-before.txt", "mn-while.txt"), "MN changed");
	check(&run, !lab_same_file(&run, &run, "ha-before.txt", "ha-while.txt"), "HA changed");
	lab_run_free(&run);
}

/* A topology and a scenario that no code has seen. */
static void unseen(void)
{
	struct lab_run run;

	RUN(&run, "tests/lab/unseen/scenarios/two-movers.yaml");
	check(&run, run.code == 0, "exit code 0");
	check(&run, number(&run, "handover.count") >= 2, "both nodes move");
	lab_run_free(&run);
}

static void daemon_that_dies(void)
{
	struct lab_run run;

	RUN(&run, "tests/lab/runs/scenarios/stop.yaml", "-p", "ipsec=enabled");
	check(&run, run.code == 1, "exit code 1");
	check(&run, strstr(run.output, "mip6d at mn ended") != NULL, "who died");
	check(&run, strstr(run.output, "UseMnHaIPsec disabled") != NULL, "its last words");
	check(&run, run.summary == NULL || isnan(number(&run, "handover.ra_ms.max")),
	      "no table of zeros");
	lab_run_free(&run);
}

/* The file of the results has the text. */
static bool has(const struct lab_run *run, const char *name, const char *text)
{
	size_t len = 0;
	char *file = lab_file(run, name, &len);
	bool found = file && strstr(file, text) != NULL;

	free(file);
	return found;
}

/* Expectations of the scenario hold; what it wrote is left to the caller. */
static void run_small(struct lab_run *run, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "tests/lab/runs/scenarios/%s.yaml", name);
	RUN(run, path);
	check(run, run->code == 0, "exit code 0");
}

/* The first address has the interface's identifier and is taken; the one that
 * replaces it has not. */
static void duplicate_address(void)
{
	struct lab_run run;

	run_small(&run, "duplicate");
	check(&run, has(&run, "mn-two.txt", "3fff:0:202:0:"), "the replacement is there");
	check(&run, !has(&run, "mn-two.txt", "3fff:0:202::ff:fe00:aa"), "the duplicate is not");
	check(&run, equals(&run, "handover.first_up_ms.count", 2), "traffic after both moves");
	lab_run_free(&run);
}

static void two_interfaces(void)
{
	struct lab_run run;

	run_small(&run, "failover");
	check(&run, has(&run, "before.json", "3fff:0:201::ff:fe00:aa"), "the preferred one");
	check(&run, has(&run, "without.json", "3fff:0:202::ff:fe00:bb"), "the other one");
	check(&run, has(&run, "after.json", "3fff:0:201::ff:fe00:aa"), "the preferred one again");
	check(&run, has(&run, "set.json", "3fff:0:202::ff:fe00:bb"), "preferred by mip6ctl set");
	lab_run_free(&run);
}

static void check_answers(const struct lab_run *run)
{
	static const char *const wanted[][2] = {
	    {"mn.txt", "HOME ADDRESS "},
	    {"mn.txt", "registered"},
	    {"mn.txt", "PREFERENCE"},
	    {"mn.txt", "tx_bu              1"},
	    {"mn.txt", "address 3fff:0:100::10/128 dev mn-tunnel home"},
	    {"mn.jsonl", "\"command\":\"status\",\"node\":\"mn\",\"role\":\"MN\""},
	    {"mn.jsonl", "\"command\":\"registrations\""},
	    {"mn.jsonl", "\"command\":\"interfaces\""},
	    {"mn.jsonl", "\"command\":\"stats\""},
	    {"mn.jsonl", "\"command\":\"objects\""},
	    {"mn.jsonl", "\"command\":\"settings\""},
	    {"ha.txt", "bound"},
	    {"bindings.json", "\"hoa\":\"3fff:0:100::10\""},
	    {"monitor.txt", "mn config_reloaded"},
	    {"set.jsonl", "{\"name\":\"MnMaxHaBindingLife\",\"value\":\"40\"}"},
	    {"set.jsonl", "{\"name\":\"DebugLevel\",\"value\":\"2\"}"},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		check(run, has(run, wanted[i][0], wanted[i][1]), wanted[i][1]);
}

/* mip6ctl and live daemons: answers, events, settings; SIGHUP and reload with a
 * slip in the file, whose place is told, keep what was there. */
static void control(void)
{
	struct lab_run run;

	run_small(&run, "control");
	check_answers(&run);
	check(&run, has(&run, "monitor.txt", "mip6d.conf:8:1: unknown keyword NodeConfg"),
	      "the slip has its place");
	check(&run, has(&run, "kept.jsonl", "\"value\":\"40\""), "the old settings stay");
	check(&run, has(&run, "kept.jsonl", "\"reload_errors\":2"), "both reloads were refused");
	check(&run, has(&run, "reloaded.jsonl", "\"value\":\"400\""), "the good file counts");
	check(&run, has(&run, "reloaded.jsonl", "\"reloads\":1"), "once");
	lab_run_free(&run);
}

/* The home agent was killed in between, and still knows which are old. */
static void old_sequence_numbers(void)
{
	struct lab_run run;

	run_small(&run, "stale");
	check(&run, has(&run, "events.jsonl", "\"status\": 135"), "the old one is refused");
	check(&run, equals(&run, "handover.first_down_ms.count", 3), "the next one is accepted");
	lab_run_free(&run);
}

static void binding_expires_over_a_restart(void)
{
	struct lab_run run;

	run_small(&run, "expiry");
	lab_run_free(&run);
}

static void removed_by_others(void)
{
	struct lab_run run;

	run_small(&run, "robbed");
	check(&run, has(&run, "mn.txt", "inet6 3fff:0:100::10/128"), "home address");
	check(&run, has(&run, "mn.txt", "inet6 3fff:0:201::ff:fe00:aa/64"), "care-of address");
	check(&run, has(&run, "mn.txt", "default dev mip6mn table 900"), "route of the device");
	check(&run, has(&run, "ha.txt", "3fff:0:100::10  encap ip6"), "route of the binding");
	check(&run, has(&run, "ha.txt", "mip6d_src"), "the source check");
	check(&run, has(&run, "mn-stopped.txt", "eth0"), "MN, stopped");
	check(&run, !has(&run, "mn-stopped.txt", "3fff:0:"), "leaves none of it");
	check(&run, !has(&run, "mn-stopped.txt", "mip6mn"), "nor the device");
	lab_run_free(&run);
}

static void stop_and_start_away(void)
{
	struct lab_run run;

	run_small(&run, "stop-start");
	check(&run, has(&run, "stopped.txt", "eth0"), "addresses can be seen");
	check(&run, !has(&run, "stopped.txt", "3fff:0:100::10"), "the home address is gone");
	lab_run_free(&run);
	RUN(&run, "tests/lab/runs/scenarios/stop-start.yaml", "-p", "there=two");
	check(&run, run.code == 0, "the same after a move");
	lab_run_free(&run);
}

/* After kill -9 of both, and a move that nobody saw, one start takes over all
 * that was left, or removes it: SIGTERM then leaves nothing. */
static void killed_and_stopped(void)
{
	struct lab_run run;

	run_small(&run, "kill-stop");
	check(&run, has(&run, "mn-again.txt", "inet6 3fff:0:100::10/128"), "home address");
	check(&run, !has(&run, "mn-again.txt", "3fff:0:201:"), "nothing of the former link");
	check(&run, lab_same_file(&run, &run, "mn-before.txt", "mn-after.txt"), "MN as before");
	check(&run, lab_same_file(&run, &run, "ha-before.txt", "ha-after.txt"), "HA as before");
	check(&run, !lab_same_file(&run, &run, "mn-before.txt", "mn-while.txt"), "MN changed");
	check(&run, !lab_same_file(&run, &run, "ha-before.txt", "ha-while.txt"), "HA changed");
	lab_run_free(&run);
}

static void another_home_address(void)
{
	struct lab_run run;

	run_small(&run, "renumber");
	check(&run, has(&run, "bindings.json", "\"hoa\":\"3fff:0:100::11\""), "the new binding");
	check(&run, has(&run, "mn.txt", "inet6 3fff:0:100::11/128"), "the new address");
	check(&run, !has(&run, "mn.txt", "3fff:0:100::10"), "the old one is gone");
	lab_run_free(&run);
}

/* Routes tell a home agent its home prefixes. */
static void home_prefix_by_route(void)
{
	struct lab_run run;

	run_small(&run, "routed");
	check(&run, has(&run, "second.json", "\"hoa\":\"3fff:0:101::10\""), "the second prefix");
	check(&run, !has(&run, "events.jsonl", "\"status\": 132"), "nothing is refused");
	lab_run_free(&run);
}

/* mip6d -d; DebugLogFile, opened anew by a reload; one daemon of a name. */
static void in_the_background(void)
{
	struct lab_run run;

	run_small(&run, "background");
	check(&run, has(&run, "second.txt", "another mip6d with the name \"mn\" runs already"),
	      "a second one of the same name is refused");
	check(&run, has(&run, "start.txt", "returned"), "the command returned");
	check(&run, has(&run, "status.txt", "registered"), "when the node ran");
	check(&run, has(&run, "first.jsonl", "\"event\": \"started\""), "the log");
	check(&run, !has(&run, "first.jsonl", "\"event\": \"stopped\""), "moved away");
	check(&run, has(&run, "second.jsonl", "\"event\": \"stopped\""), "opened anew");
	check(&run, !has(&run, "after.txt", "3fff:0:"), "nothing stays");
	lab_run_free(&run);
}

/* TCP and echo requests over a move, with the same figures each time. */
static void streams(void)
{
	const char *const args[] = {"streams", NULL};
	struct lab_run a;
	struct lab_run b;
	char first[256];

	lab_run_twice(&a, &b, args);
	check(&a, a.code == 0 && b.code == 0, "exit code 0");
	check(&a, has(&a, "tcp-1.json", "\"octets\":4000000,"), "all octets arrive");
	check(&a, has(&a, "ping-1.json", "\"sent\":20,"), "each request is sent");
	CU_ASSERT_EQUAL(lab_differences(&a, &b, "run.json", first, sizeof(first)), 0);
	lab_run_free(&a);
	lab_run_free(&b);
	/* What the end of the run cuts off has its result, too. */
	RUN(&a, "streams", "-p", "bytes=1000MB");
	check(&a, a.code == 0, "a stream that is cut off is no failure");
	check(&a, has(&a, "tcp-1.json", "{\"asked\":1000000000,\"octets\":"), "as far as it got");
	check(&a, !has(&a, "tcp-1.json", "\"octets\":0,"), "which is not nothing");
	lab_run_free(&a);
}

static void bad_input(void)
{
	struct lab_run run;

	RUN(&run, "handover", "-p", "movs=3");
	check(&run,
	      run.code == 2 && strstr(run.output, "scenarios/handover.yaml:") &&
		  strstr(run.output, "did you mean moves"),
	      "an unknown parameter names the file and the one that was meant");
	RUN(&run, "handover", "-p", "moves=0");
	check(&run, run.code == 2 && strstr(run.output, "1 .. 5000"), "out of range");
	RUN(&run, "handover", "-p", "gap=50");
	check(&run, run.code == 2 && strstr(run.output, "gap"), "a time without its unit");
	RUN(&run, "nothing-of-the-kind");
	check(&run, run.code == 2, "no such scenario");
	RUN(&run, "handover", "-e", "warp");
	check(&run, run.code == 2 && strstr(run.output, "virtual"), "no such engine");
}

static void interrupted(void)
{
	struct lab_run run;
	size_t len = 0;
	char *text;

	lab_run_interrupted(&run, (const char *const[]){"handover", "-p", "moves=2000", NULL},
			    20000000000LL);
	check(&run, run.code == 1, "exit code 1");
	text = lab_file(&run, "handovers.csv", &len);
	check(&run, text && len > 200, "the handovers so far can be read");
	free(text);
	CU_ASSERT_EQUAL(lab_processes(run.folder), 0);
	lab_run_free(&run);
}

/* The traffic of a node that was on a link before is no part of the handover of one
 * that arrives there. */
static void guest(void)
{
	struct lab_run run;
	size_t length;
	char *before;
	char *after;

	RUN(&run, "tests/lab/runs/scenarios/guest.yaml");
	check(&run, run.code == 0, "exit code 0");
	before = lab_file(&run, "before.txt", &length);
	after = lab_file(&run, "after.txt", &length);
	check(&run, before && strstr(before, "3fff:0:1::3"), "the guest was known");
	check(&run, after && !strstr(after, "3fff:0:1::3"), "and is forgotten");
	check(&run, after && strstr(after, "3fff:0:1::2"), "the other is not");
	free(before);
	free(after);
	lab_run_free(&run);
}

/* Its kernel kills somebody then, and what is left may hang: the user is told why. */
static void out_of_memory(void)
{
	struct lab_run run;

	RUN(&run, "tests/lab/runs/scenarios/hungry.yaml");
	check(&run, run.code == 3, "exit code 3");
	check(&run, strstr(run.output, "ran out of memory") != NULL, "the reason");
	check(&run, run.summary != NULL, "as far as it got");
	lab_run_free(&run);
}

/* So many nodes need more memory than a few, and Linux takes more than a second until
 * the last of their links carries frames: the run begins after that. */
static void many(void)
{
	char path[LAB_PATH];
	struct lab_run run;

	RUN(&run, lab_many("100", "8", "9.2", path));
	check(&run, run.code == 0, "exit code 0");
	check(&run, equals(&run, "handover.count", 100), "a handover of each");
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"handover", handover},
	    {"handover_probe_1ms", handover_probe_1ms},
	    {"handover_unsolicited", handover_unsolicited},
	    {"handover_without_link_event", handover_without_link_event},
	    {"handover_behind_own_routers", handover_behind_own_routers},
	    {"own_routers_unsolicited", own_routers_unsolicited},
	    {"home_with_own_advertisements", home_with_own_advertisements},
	    {"repeats", repeats},
	    {"home", home},
	    {"home_without_link_event", home_without_link_event},
	    {"handover_between_slow_routers", handover_between_slow_routers},
	    {"ra_race", ra_race},
	    {"ra_race_of_own_routers", ra_race_of_own_routers},
	    {"throughput", throughput},
	    {"kill_mn", kill_mn},
	    {"kill_ha", kill_ha},
	    {"ha_first", ha_first},
	    {"ha_restart_in_move", ha_restart_in_move},
	    {"leaves_no_trace", leaves_no_trace},
	    {"unseen", unseen},
	    {"daemon_that_dies", daemon_that_dies},
	    {"duplicate_address", duplicate_address},
	    {"two_interfaces", two_interfaces},
	    {"control", control},
	    {"old_sequence_numbers", old_sequence_numbers},
	    {"binding_expires_over_a_restart", binding_expires_over_a_restart},
	    {"removed_by_others", removed_by_others},
	    {"stop_and_start_away", stop_and_start_away},
	    {"killed_and_stopped", killed_and_stopped},
	    {"another_home_address", another_home_address},
	    {"home_prefix_by_route", home_prefix_by_route},
	    {"in_the_background", in_the_background},
	    {"streams", streams},
	    {"bad_input", bad_input},
	    {"interrupted", interrupted},
	    {"guest", guest},
	    {"many", many},
	    {"out_of_memory", out_of_memory},
	};

	return test_run("test_runs", tests, sizeof(tests) / sizeof(tests[0]));
}
