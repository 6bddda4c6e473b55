/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Engine ns3 as its users run it: the scenarios with the numbers that hold in
 * virtual time, the same files again with the same seed, what it refuses before a
 * run, and that it agrees with the kernel's and the user plane. */
#include "runs_help.h"
#include "test.h"
#include <math.h>
#include <signal.h>
#include <sys/wait.h>

/* A number that is there, and between two others. */
static bool is_in(const struct lab_run *run, const char *path, double low, double high)
{
	double value = lab_number(run, path);

	return !isnan(value) && value >= low && value <= high;
}

/* The limits of physics are 30 ms down and 35 ms up, and a probe each ms. */
static void handover(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "moves=30 probe=1ms");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, is_in(&run, "handover.count", 30, 30), "each move is a handover");
	lab_holds(&run, is_in(&run, "handover.ra_ms.max", 0, 0.2), "advertised at once");
	lab_holds(&run, is_in(&run, "handover.bu_ba_ms.min", 30, 30.2), "the way there and back");
	lab_holds(&run, is_in(&run, "handover.first_down_ms.min", 30, 31.2), "first down");
	lab_holds(&run, is_in(&run, "handover.first_down_ms.max", 30, 31.2), "first down");
	lab_holds(&run, is_in(&run, "handover.first_up_ms.min", 35, 36.2), "first up");
	lab_holds(&run, is_in(&run, "handover.first_up_ms.max", 35, 36.2), "first up");
	lab_holds(&run, is_in(&run, "lost_outside", 0, 0), "nothing is lost but in the cuts");
	lab_holds(&run, is_in(&run, "events.mn.bu_tx", 31, 31), "one BU for each move");
	lab_holds(&run, lab_has(&run, "run.json", "\"engine\": \"ns3\""),
		  "run.json names the engine");
	lab_holds(&run, lab_has(&run, "run.json", "\"kernel\": \"ns-3"), "and the simulator");
	lab_holds(&run, lab_has(&run, "events.jsonl", "\"ba_rx\""), "events of the daemons");
	lab_run_free(&run);
}

/* All scenarios that it can do, with their own expectations. */
static void scenarios(void)
{
	static const char *const names[] = {"home", "streams", "wifi", "ha-restart-in-move",
					    "ra-race"};
	struct lab_run run;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		LAB_RUN(&run, names[i], "-e", "ns3");
		lab_holds(&run, run.code == 0 && lab_says(&run, "engine ns3"), names[i]);
		lab_run_free(&run);
	}
}

/* The air takes its time, and the association is part of the gap: a handover is
 * counted from there. The second one moves between air and cable. */
static void wireless(void)
{
	struct lab_run run;

	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "access=wifi slack=5ms");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, is_in(&run, "handover.l2_gap_ms.min", 50.5, 75), "association");
	lab_holds(&run, is_in(&run, "handover.ra_ms.min", 0.05, 2), "advertised through the air");
	lab_holds(&run, is_in(&run, "handover.bu_ba_ms.max", 30.1, 33),
		  "and the way there and back");
	lab_run_free(&run);
	LAB_RUN(&run, "home", "-e", "ns3", "-p", "access=wifi slack=5ms");
	lab_holds(&run, run.code == 0, "exit code 0 between air and cable");
	lab_holds(&run, is_in(&run, "handover.l2_gap_ms.min", 49.9, 50.1), "the cable's gap");
	lab_holds(&run, is_in(&run, "handover.l2_gap_ms.max", 50.5, 75), "the air's gap");
	lab_run_free(&run);
	/* Radios that are tuned while they send, receive or are being tuned. */
	LAB_RUN(&run, "handover", "-e", "ns3", "-s", "7", "-p",
		"access=wifi slack=20ms gap=0 moves=60 pause_min=400ms pause_max=900ms");
	lab_holds(&run, run.code == 0, "exit code 0 without a gap");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-e", "ns3", "-p",
		"access=wifi gap=0 moves=300 pause_min=10ms pause_max=20ms");
	lab_holds(&run, run.code == 1 && !lab_says(&run, "died of signal"),
		  "too fast, but no crash");
	lab_run_free(&run);
}

static void without_solicitations(void)
{
	struct lab_run run;

	/* The timeline waits for the registration, and the probes with it. */
	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "mn.mip6d_start=5s moves=2");
	lab_holds(&run, run.code == 0, "late");
	lab_holds(&run, lab_has(&run, "raw/timeline.jsonl", "\"what\":\"waited\",\"ns\":3031"),
		  "for the second of duplicate detection, too");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "rs=dropped");
	lab_holds(&run, run.code == 0, "exit code 0");
	lab_holds(&run, is_in(&run, "handover.ra_ms.max", 1, 70.2), "an advertisement is awaited");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "link_event=no");
	lab_holds(&run, run.code == 0, "exit code 0 without a link event");
	lab_holds(&run, is_in(&run, "handover.ra_ms.max", 1, 70.2), "an advertisement is awaited");
	lab_run_free(&run);
}

/* Behind access routers that are ns-3's own, with nothing of ours in them. Its Radvd
 * answers no solicitation that follows an advertisement within 3 s. */
static void foreign_routers(void)
{
	const char *const args[] = {"handover", "-e", "ns3", "-p", "ra=ns3 moves=30 probe=1ms",
				    NULL};
	char first[256] = "";
	struct lab_run run;
	struct lab_run again;

	lab_run_twice(&run, &again, args);
	lab_holds(&run, run.code == 0 && again.code == 0, "exit code 0");
	lab_holds(&run, is_in(&run, "handover.count", 30, 30), "each move is a handover");
	lab_holds(&run, is_in(&run, "handover.ra_ms.max", 50, 70.2), "an advertisement is awaited");
	lab_holds(&run, is_in(&run, "handover.bu_ba_ms.min", 30, 30.1), "the way there and back");
	lab_holds(&run, is_in(&run, "handover.bu_ba_ms.max", 30, 30.1), "no wait for a neighbour");
	lab_holds(&run, is_in(&run, "handover.first_down_ms.max", 80, 101.4), "first down");
	lab_holds(&run, is_in(&run, "handover.first_up_ms.max", 85, 106.4), "first up");
	lab_holds(&run, is_in(&run, "lost_outside", 0, 0), "nothing is lost but in the cuts");
	lab_holds(&run, !lab_has(&run, "events.jsonl", "\"ar1\""), "no mip6d at the routers");
	CU_ASSERT_EQUAL(lab_differences(&run, &again, "run.json", first, sizeof(first)), 0);
	if (first[0])
		printf("differs: %s\n%s\n%s\n", first, run.folder, again.folder);
	lab_run_free(&again);
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "ra=ns3 rs=dropped");
	lab_holds(&run, run.code == 0, "exit code 0 without solicitations");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "ra=ns3 access=wifi slack=5ms");
	lab_holds(&run, run.code == 0, "exit code 0 through the air");
	lab_run_free(&run);
	LAB_RUN(&run, "home", "-e", "ns3", "-p", "ra=ns3");
	lab_holds(&run, run.code == 0, "exit code 0 with a home link");
	lab_run_free(&run);
	/* Up to 500 ms where none was advertised for longer. */
	LAB_RUN(&run, "handover", "-e", "ns3", "-p", "ra=ns3 ra_min=60s ra_max=80s settle=20s");
	lab_holds(&run, is_in(&run, "handover.ra_ms.max", 100, 500.2), "solicited");
	lab_run_free(&run);
}

static void repeats(void)
{
	const char *const args[] = {"handover", "-e", "ns3", "-s", "7", NULL};
	struct lab_run a;
	struct lab_run b;
	struct lab_run other;
	char first[256] = "";

	lab_run_twice(&a, &b, args);
	LAB_RUN(&other, "handover", "-e", "ns3", "-s", "8");
	lab_holds(&a, a.code == 0 && b.code == 0 && other.code == 0, "all run");
	CU_ASSERT_EQUAL(lab_differences(&a, &b, "run.json", first, sizeof(first)), 0);
	if (first[0])
		printf("differs: %s\n%s\n%s\n", first, a.folder, b.folder);
	lab_holds(&a, !lab_same_file(&a, &other, "handovers.csv", "handovers.csv"),
		  "another seed gives other moments");
	lab_run_free(&a);
	lab_run_free(&b);
	lab_run_free(&other);
}

/* Before a run, with place and reason; no result folder is made. */
static void refusals(void)
{
	static const struct {
		const char *args[5];
		const char *says[2];
	} refused[] = {
	    {{"clean-exit", "-e", "ns3"}, {"scenarios/clean-exit.yaml:", "runs no programs"}},
	    {{"kill-mn", "-e", "ns3"}, {"scenarios/kill-mn.yaml:", "not for it"}},
	    {{"throughput", "-e", "ns3"}, {"scenarios/throughput.yaml:", "no daemon but mip6d"}},
	    {{"handover", "-e", "ns3", "-p", "ra=radvd"},
	     {"topologies/three-links.yaml:", "ra=mip6d"}},
	    {{"handover", "-e", "virtual", "-p", "ra=ns3"},
	     {"topologies/three-links.yaml:", "engine ns3 has"}},
	    {{"wifi", "-e", "virtual", "-p", "access=wifi"},
	     {"topologies/two-cells.yaml:", "engine ns3 has"}},
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *args[6] = {0};
		struct lab_run run;

		memcpy(args, refused[i].args, sizeof(refused[i].args));
		lab_run(&run, args);
		lab_holds(&run, run.code == 2 && run.folder[0] == '\0', "refused");
		lab_holds(&run, lab_says(&run, refused[i].says[0]), refused[i].says[0]);
		lab_holds(&run, lab_says(&run, refused[i].says[1]), refused[i].says[1]);
		lab_run_free(&run);
	}
}

/* Without its program the engine is not there, and what to do is said. */
static void without_program(void)
{
	char folder[] = "/tmp/mip6lab-test-XXXXXX";
	char command[256];
	char line[512] = "";
	FILE *pipe;
	int status;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(command, sizeof(command),
		 "cp build/mip6lab %s && %s/mip6lab run handover -e ns3 -o %s/results 2>&1; "
		 "code=$?; rm -r %s; exit $code",
		 folder, folder, folder, folder);
	pipe = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
	CU_ASSERT_PTR_NOT_NULL(fgets(line, sizeof(line), pipe));
	status = pclose(pipe);
	CU_ASSERT_EQUAL(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(line, "apt-get install libns3-dev; make ns3"));
}

static void interrupted(void)
{
	struct lab_run run;

	lab_run_interrupted(
	    &run,
	    (const char *const[]){"handover", "-e", "ns3", "-s", "99174", "-p", "moves=2000", NULL},
	    20000000000LL, SIGINT);
	lab_holds(&run, run.code == 130 && lab_says(&run, "interrupted"), "exit code 130");
	lab_holds(&run, lab_has(&run, "handovers.csv", "\n3,"), "the handovers so far can be read");
	CU_ASSERT_EQUAL(lab_processes("-ns3-99174"), 0);
	lab_run_free(&run);
}

/* Whether they agree: four of them where the built kernel is there, else three. */
static bool agreed(const struct lab_run *run, const char *count)
{
	char text[2][64];

	snprintf(text[0], sizeof(text[0]), "\nthe four agree: %s", count);
	snprintf(text[1], sizeof(text[1]), "\nthe three agree: %s", count);
	return lab_says(run, text[0]) || lab_says(run, text[1]);
}

#define AGREE(run, ...) lab_agree(run, (const char *const[]){__VA_ARGS__, NULL})

static void agreement(void)
{
	static const char *const more[][2] = {
	    {"home", "rounds=2"}, {"streams", "probe=20ms"}, {"ra-race", "rounds=1"}};
	struct lab_run run;

	AGREE(&run, "handover");
	lab_holds(&run, run.code == 0 && agreed(&run, "12 handovers"), "handover");
	lab_holds(&run, lab_says(&run, "first_down_ms"), "the tables are printed");
	lab_run_free(&run);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		AGREE(&run, more[i][0], "-p", more[i][1]);
		lab_holds(&run, run.code == 0 && agreed(&run, ""), more[i][0]);
		lab_run_free(&run);
	}
	AGREE(&run, "wifi", "-s", "3", "-p", "access=wire moves=3");
	lab_holds(&run, run.code == 0 && agreed(&run, "3 handovers"), "wifi, by cable");
	lab_run_free(&run);
}

/* Where nobody has built a kernel, all is done on Debian's. */
static void agreement_on_one_kernel(void)
{
	static const char variable[] = "MIP6LAB_KERNEL_DIR";
	const char *folder = getenv(variable);
	char *kept = folder ? strdup(folder) : NULL;
	struct lab_run run;

	setenv(variable, "/nonexistent", 1);
	AGREE(&run, "handover", "-p", "moves=3");
	lab_holds(&run, run.code == 0 && lab_says(&run, "\nthe three agree: 3 handovers"),
		  "handover");
	lab_holds(&run, lab_says(&run, "only Debian's kernel is here: `make kernel` adds"),
		  "is told of");
	lab_run_free(&run);
	AGREE(&run, "clean-exit");
	lab_holds(&run, run.code == 2 && !lab_says(&run, "only Debian's"),
		  "nothing but the refusal");
	lab_run_free(&run);
	if (kept)
		setenv(variable, kept, 1);
	else
		unsetenv(variable);
	free(kept);
}

/* Who interrupts the first of four runs wants none of the others. */
static void agreement_interrupted(void)
{
	FILE *pipe = popen("timeout --preserve-status -s INT 2 build/mip6lab agree handover "
			   "-p moves=2000 -o build/test-results 2>&1",
			   "r");
	char line[512];
	unsigned runs = 0;
	int status;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
	while (fgets(line, sizeof(line), pipe))
		runs += strncmp(line, "handover on three-links", 23) == 0;
	status = pclose(pipe);
	CU_ASSERT_EQUAL(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 130);
	CU_ASSERT_EQUAL(runs, 1);
}

/* Two mobile nodes with two interfaces, three access routers, two home agents; a
 * move at the same time as another, a bottleneck, a delay that changes, an interface
 * that goes while another comes. */
static void agreement_of_two(void)
{
	struct lab_run run;

	AGREE(&run, "tests/lab/unseen/scenarios/two-movers.yaml", "-p", "b.jitter=0", "-a",
	      "scenarios/agree.allow");
	lab_holds(&run, run.code == 0 && agreed(&run, "8 handovers"), "two movers");
	lab_run_free(&run);
}

/* Each engine draws its own moments of unsolicited advertisements: a real
 * difference, and nothing in the allow-list that covers it. */
static void disagreement(void)
{
	struct lab_run run;

	AGREE(&run, "handover", "-p", "moves=3 rs=dropped");
	lab_holds(&run, run.code == 1 && lab_says(&run, "do NOT agree"), "exit code 1");
	lab_holds(&run, lab_says(&run, "DIFFERS"), "the differences are marked");
	lab_run_free(&run);
	AGREE(&run, "clean-exit");
	lab_holds(&run, run.code == 2 && run.folder[0] == '\0', "refused before the first run");
	lab_run_free(&run);
	AGREE(&run, "handover", "-p", "plane=user");
	lab_holds(&run, run.code == 2 && lab_says(&run, "sets \"plane\" itself"),
		  "plane is agree's own");
	lab_run_free(&run);
	AGREE(&run, "handover", "-e", "ns3");
	lab_holds(&run, run.code == 2, "so are the engines");
	lab_run_free(&run);
	AGREE(&run, "handover", "-k", "debian");
	lab_holds(&run, run.code == 2 && lab_says(&run, "chooses the kernels itself"),
		  "and the kernels");
	lab_run_free(&run);
	AGREE(&run, "handover", "-a", "scenarios/wifi.yaml");
	lab_holds(&run, run.code == 2 && lab_says(&run, "one key: \"allow\""), "not an allow-list");
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"handover", handover},
	    {"scenarios", scenarios},
	    {"wireless", wireless},
	    {"without_solicitations", without_solicitations},
	    {"foreign_routers", foreign_routers},
	    {"repeats", repeats},
	    {"refusals", refusals},
	    {"without_program", without_program},
	    {"interrupted", interrupted},
	    {"agreement", agreement},
	    {"agreement_on_one_kernel", agreement_on_one_kernel},
	    {"agreement_interrupted", agreement_interrupted},
	    {"agreement_of_two", agreement_of_two},
	    {"disagreement", disagreement},
	};

	return test_run("ns3", tests, sizeof(tests) / sizeof(tests[0]));
}
