/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole runs in virtual time, as users start them: the scenarios. Their own
 * expectations state the numbers; each test also looks at figures of its own in
 * the summary, so that a scenario that lost its expectations is noticed. */
#include "runs_help.h"
#include "test.h"
#include <math.h>
#include <stdlib.h>

static void check_handover(const struct lab_run *run, double moves, double ra, double probe)
{
	lab_holds(run, run->code == 0, "exit code 0");
	lab_holds(run, lab_equals(run, "handover.count", moves), "each move is a handover");
	lab_holds(run, lab_at_most(run, "handover.ra_ms.max", ra), "advertisement in time");
	lab_holds(run, lab_at_most(run, "handover.first_down_ms.max", ra + 30.2 + probe),
		  "first down");
	lab_holds(run, lab_number(run, "handover.first_down_ms.min") >= 30, "no faster than light");
	lab_holds(run, lab_at_most(run, "handover.first_up_ms.max", ra + 35.2 + probe), "first up");
	lab_holds(run, lab_at_most(run, "handover.bu_ba_ms.max", 30.1), "BU to BA");
	lab_holds(run, lab_number(run, "handover.bu_ba_ms.min") >= 30,
		  "BU to BA, not below the path");
	lab_holds(run, lab_equals(run, "lost_outside", 0), "nothing lost outside of the cuts");
	lab_holds(run, lab_equals(run, "events.mn.bu_tx", moves + 1), "one BU for each move");
}

static void handover(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover");
	check_handover(&run, 12, 1, 5);
	lab_run_free(&run);
}

static void handover_probe_1ms(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p", "probe=1ms moves=6");
	check_handover(&run, 6, 1, 1);
	lab_run_free(&run);
}

static void handover_unsolicited(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p", "rs=dropped");
	check_handover(&run, 12, 70, 5);
	lab_holds(&run, lab_number(&run, "handover.ra_ms.max") > 1, "the wait is a real one");
	lab_run_free(&run);
}

static void handover_without_link_event(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p", "link_event=no");
	check_handover(&run, 12, 70, 5);
	lab_run_free(&run);
}

static bool median_near(const struct lab_run *a, const struct lab_run *b, const char *column)
{
	char path[64];
	double difference;

	snprintf(path, sizeof(path), "handover.%s.median", column);
	difference = fabs(lab_number(a, path) - lab_number(b, path));
	if (!(difference < 0.05))
		printf("%s: %.3f and %.3f\n", column, lab_number(a, path), lab_number(b, path));
	return difference < 0.05;
}

/* Soon after one another, since pauses cost and show nothing. */
#define MANY_MOVES "probe=1ms moves=30 pause_min=400ms pause_max=800ms"

/* Routers of two kinds: radvd, and mip6d's own advertisements. */
static void handover_behind_own_routers(void)
{
	static const char *const columns[] = {"ra_ms", "coa_ms",	"bu_ms",
					      "ba_ms", "first_down_ms", "first_up_ms"};
	struct lab_run radvd;
	struct lab_run own;

	LAB_RUN(&radvd, "handover", "-p", MANY_MOVES " ra=radvd");
	LAB_RUN(&own, "handover", "-p", MANY_MOVES " ra=mip6d");
	check_handover(&radvd, 30, 1, 1);
	check_handover(&own, 30, 1, 1);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		lab_holds(&own, median_near(&radvd, &own, columns[i]), columns[i]);
	lab_holds(&own, lab_equals(&own, "events.ar1.rs_rx", 16),
		  "AR1 was asked at the start and 15 times");
	lab_holds(&own, lab_equals(&own, "events.ar2.rs_rx", 15), "AR2 was asked 15 times");
	lab_run_free(&radvd);
	lab_run_free(&own);
}

static void own_routers_unsolicited(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p", "ra=mip6d rs=dropped");
	check_handover(&run, 12, 70, 5);
	lab_holds(&run, lab_number(&run, "handover.ra_ms.max") > 1, "the wait is a real one");
	lab_run_free(&run);
}

static void home_with_own_advertisements(void)
{
	struct lab_run run;

	LAB_RUN(&run, "home", "-p", "ra=mip6d");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.count", 8), "each move is a handover");
	lab_holds(&run, lab_at_most(&run, "handover.ra_ms.max", 1),
		  "the home agent answers at once");
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
	LAB_RUN(&other, "handover", "-s", "8", "-p", "moves=4");
	lab_holds(&a, a.code == 0 && b.code == 0 && other.code == 0, "all run");
	lab_holds(&a, strcmp(a.folder, b.folder) != 0, "two runs at once have two folders");
	lab_holds(&a, lab_same_file(&a, &b, "handovers.csv", "handovers.csv"),
		  "same handovers.csv");
	CU_ASSERT_EQUAL(lab_differences(&a, &b, "run.json", first, sizeof(first)), 0);
	if (first[0])
		printf("differs: %s\n%s\n%s\n", first, a.folder, b.folder);
	lab_holds(&a, !lab_same_file(&a, &other, "handovers.csv", "handovers.csv"),
		  "another seed gives other moments");
	lab_run_free(&a);
	lab_run_free(&b);
	lab_run_free(&other);
}

static void home(void)
{
	struct lab_run run;

	LAB_RUN(&run, "home");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.count", 8), "each move is a handover");
	lab_holds(&run, lab_at_most(&run, "handover.bu_ba_ms.max", 1050),
		  "1 s for DAD, and the path");
	lab_holds(&run, lab_at_most(&run, "handover.first_down_ms.min", 1 + 1 + 5),
		  "a quick return");
	lab_run_free(&run);
}

static void home_without_link_event(void)
{
	struct lab_run run;

	LAB_RUN(&run, "home", "-p", "link_event=no");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.first_up_ms.count", 8),
		  "traffic after each move");
	lab_run_free(&run);
}

/* Advertisements come so seldom that the node moves back before the first router
 * has missed any. */
static void handover_between_slow_routers(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-p",
		"link_event=no ra_min=1s ra_max=3s pause_min=5s pause_max=7s settle=8s moves=6");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.first_down_ms.count", 6),
		  "traffic after each move");
	lab_run_free(&run);
}

static void ra_race(void)
{
	struct lab_run run;

	LAB_RUN(&run, "ra-race");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.count", 60), "60 moves");
	lab_holds(&run, lab_equals(&run, "handover.first_down_ms.count", 60), "traffic after each");
	lab_run_free(&run);
}

static void ra_race_of_own_routers(void)
{
	struct lab_run run;

	LAB_RUN(&run, "ra-race", "-p", "ra=mip6d rounds=2");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.first_down_ms.count", 24),
		  "traffic after each move");
	lab_run_free(&run);
}

static void throughput(void)
{
	struct lab_run run;

	LAB_RUN(&run, "throughput", "-p", "length=2s");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_run_free(&run);
}

/* A topology and a scenario that no code has seen. */
static void unseen(void)
{
	struct lab_run run;

	LAB_RUN(&run, "tests/lab/unseen/scenarios/two-movers.yaml");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_number(&run, "handover.count") >= 2, "both nodes move");
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
	lab_holds(&a, a.code == 0 && b.code == 0, "exit code 0");
	lab_holds(&a, lab_has(&a, "tcp-1.json", "\"octets\":4000000,"), "all octets arrive");
	lab_holds(&a, lab_has(&a, "ping-1.json", "\"sent\":20,"), "each request is sent");
	CU_ASSERT_EQUAL(lab_differences(&a, &b, "run.json", first, sizeof(first)), 0);
	lab_run_free(&a);
	lab_run_free(&b);
	/* What the end of the run cuts off has its result, too. */
	LAB_RUN(&a, "streams", "-p", "bytes=1000MB");
	lab_holds(&a, a.code == 0, "a stream that is cut off is no failure");
	lab_holds(&a, lab_has(&a, "tcp-1.json", "{\"asked\":1000000000,\"octets\":"),
		  "as far as it got");
	lab_holds(&a, !lab_has(&a, "tcp-1.json", "\"octets\":0,"), "which is not nothing");
	lab_run_free(&a);
}

/* The traffic of a node that was on a link before is no part of the handover of one
 * that arrives there. */
static void guest(void)
{
	struct lab_run run;
	size_t length;
	char *before;
	char *after;

	LAB_RUN(&run, "tests/lab/runs/scenarios/guest.yaml");
	lab_holds(&run, run.code == 0, "exit code 0");
	before = lab_file(&run, "before.txt", &length);
	after = lab_file(&run, "after.txt", &length);
	lab_holds(&run, before && strstr(before, "3fff:0:1::3"), "the guest was known");
	lab_holds(&run, after && !strstr(after, "3fff:0:1::3"), "and is forgotten");
	lab_holds(&run, after && strstr(after, "3fff:0:1::2"), "the other is not");
	free(before);
	free(after);
	lab_run_free(&run);
}

/* So many nodes need more memory than a few, and Linux takes more than a second until
 * the last of their links carries frames: the run begins after that. */
static void many(void)
{
	char path[LAB_PATH];
	struct lab_run run;

	LAB_RUN(&run, lab_many("100", "8", "9.2", path));
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, lab_equals(&run, "handover.count", 100), "a handover of each");
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
	    {"streams", streams},
	    {"unseen", unseen},
	    {"guest", guest},
	    {"many", many},
	};

	return test_run("runs", tests, sizeof(tests) / sizeof(tests[0]));
}
