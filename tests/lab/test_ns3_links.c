/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mip6lab-ns3 does to packets and daemons, against figures that can be told in
 * advance: delays, rates, losses of each kind of link; stations that associate;
 * daemons that are killed; a program that is called in a wrong way. */
#include "runs_help.h"
#include "test.h"
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a stream of probes met. */
struct met {
	unsigned sent, arrived;
	double min, max; /* ms */
};

/* From probes.csv, of those sent from `from` on and before `until` (s). */
static struct met look(const char *csv, const char *stream, double from, double until)
{
	struct met met = {.min = INFINITY};
	char name[32];
	double sent;
	double received;
	double delay;

	for (const char *line = csv; line && *line; line = strchr(line, '\n')) {
		int fields;

		line += *line == '\n';
		fields = sscanf(line, "%31[^,],%*u,%lf,%lf,%lf", name, &sent, &received, &delay);
		if (fields < 2 || strcmp(name, stream) != 0 || sent < from || sent >= until)
			continue;
		met.sent++;
		if (fields < 4)
			continue;
		met.arrived++;
		met.min = delay < met.min ? delay : met.min;
		met.max = delay > met.max ? delay : met.max;
	}
	return met;
}

/* All arrived, each after so many ms, the link itself takes nothing. */
static void check_exact(const char *csv, const char *stream, double from, double until,
			double delay)
{
	struct met met = look(csv, stream, from, until);

	CU_ASSERT_TRUE(met.sent > 0);
	CU_ASSERT_EQUAL(met.arrived, met.sent);
	CU_ASSERT_TRUE(fabs(met.min - delay) < 0.0001);
	CU_ASSERT_TRUE(fabs(met.max - delay) < 0.0001);
	if (met.arrived != met.sent || !(fabs(met.max - delay) < 0.0001))
		printf("%s: %u of %u, %.6f to %.6f ms, not %.6f\n", stream, met.arrived, met.sent,
		       met.min, met.max, delay);
}

/* A probe's frame has 62 octets more than its payload, and takes 8 us an octet at
 * 1 Mbit/s; it begins when the delay is over, or behind the frame before it. */
static void links(void)
{
	struct lab_run run;
	struct met met;
	size_t len;
	char *csv;

	LAB_RUN(&run, "tests/lab/runs/scenarios/links.yaml", "-e", "ns3");
	CU_ASSERT_EQUAL(run.code, 0);
	csv = lab_file(&run, "probes.csv", &len);
	CU_ASSERT_PTR_NOT_NULL(csv);
	if (!csv) {
		lab_explain(&run);
		lab_run_free(&run);
		return;
	}
	met = look(csv, "wire", 0, 100);
	CU_ASSERT_TRUE(fabs(met.min - (7 + (252 + 62) * 0.008)) < 0.0001);
	met = look(csv, "burst", 1.05, 100);
	CU_ASSERT_TRUE(fabs(met.max - (7 + (1202 + 62) * 0.008)) < 0.0001);
	CU_ASSERT_EQUAL(met.arrived, met.sent);
	check_exact(csv, "lan", 1.1, 5.99, 3);
	check_exact(csv, "lan", 6.1, 100, 4);
	check_exact(csv, "back", 6.1, 100, 4);
	check_exact(csv, "there", 1.1, 100, 1);
	check_exact(csv, "home", 1.1, 100, 5);
	met = look(csv, "lossy", 0, 100);
	CU_ASSERT_TRUE(met.arrived > 0.7 * met.sent && met.arrived < 0.9 * met.sent);
	met = look(csv, "shaky", 1.1, 100);
	CU_ASSERT_TRUE(met.min >= 6 && met.min < 6.2 && met.max > 13.8 && met.max <= 14.0001);
	free(csv);
	lab_run_free(&run);
}

/* The station looks for its cell for 5 ms, and the link is up when it has it. */
static void cells(void)
{
	struct lab_run run;

	LAB_RUN(&run, "wifi", "-e", "ns3", "-p", "moves=4 gap=100ms");
	CU_ASSERT_EQUAL(run.code, 0);
	CU_ASSERT_TRUE(lab_number(&run, "handover.l2_gap_ms.min") > 105);
	CU_ASSERT_TRUE(lab_number(&run, "handover.l2_gap_ms.max") < 120);
	CU_ASSERT_TRUE(lab_number(&run, "handover.ra_ms.min") > 0.1);
	CU_ASSERT_TRUE(lab_number(&run, "handover.ra_ms.max") < 5);
	if (run.code)
		lab_explain(&run);
	lab_run_free(&run);
	/* Out of one cell and into the other at the same moment, under traffic. */
	LAB_RUN(&run, "wifi", "-e", "ns3", "-p", "moves=6 gap=0ms probe=2ms", "-s", "3");
	CU_ASSERT_EQUAL(run.code, 0);
	CU_ASSERT_EQUAL(lab_number(&run, "handover.first_down_ms.count"), 6);
	CU_ASSERT_TRUE(lab_number(&run, "handover.l2_gap_ms.min") > 5);
	lab_run_free(&run);
	LAB_RUN(&run, "wifi", "-e", "ns3", "-p", "moves=2 gap=0s access=wire");
	CU_ASSERT_TRUE(lab_number(&run, "handover.l2_gap_ms.max") == 0);
	lab_run_free(&run);
}

static void killed(void)
{
	struct lab_run run;
	char *timeline;
	size_t len;
	char *csv;

	LAB_RUN(&run, "tests/lab/runs/scenarios/ns3-killed.yaml");
	CU_ASSERT_NOT_EQUAL(run.code, 0); /* not for the default engine */
	lab_run_free(&run);
	LAB_RUN(&run, "tests/lab/runs/scenarios/ns3-killed.yaml", "-e", "ns3");
	CU_ASSERT_EQUAL(run.code, 0);
	csv = lab_file(&run, "probes.csv", &len);
	timeline = lab_file(&run, "raw/timeline.jsonl", &len);
	CU_ASSERT_PTR_NOT_NULL(csv);
	CU_ASSERT_PTR_NOT_NULL(timeline);
	if (csv && timeline) {
		check_exact(csv, "down", 3, 3.9, 35);
		CU_ASSERT_EQUAL(look(csv, "down", 4, 4.9).arrived, 0);
		CU_ASSERT_EQUAL(look(csv, "up", 4, 4.9).arrived, 0);
		/* The home agent remembers its binding. */
		check_exact(csv, "down", 5, 5.9, 35);
		CU_ASSERT_EQUAL(look(csv, "down", 6, 6.9).arrived, 0);
		check_exact(csv, "up", 7.1, 100, 35);
		CU_ASSERT_PTR_NOT_NULL(strstr(timeline, "\"status\":-1,\"signal\":9"));
	}
	if (run.code)
		lab_explain(&run);
	free(csv);
	free(timeline);
	lab_run_free(&run);
}

/* All requests were answered, each after so many ms. */
static void check_ping(const struct lab_run *run, const char *name, int count, double ms)
{
	size_t len;
	char *text = lab_file(run, name, &len);
	json_t *root = text ? json_loads(text, 0, NULL) : NULL;

	CU_ASSERT_PTR_NOT_NULL(root);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(root, "received")), count);
	CU_ASSERT_TRUE(fabs(json_number_value(json_object_get(root, "rtt_max_ms")) - ms) < 0.0001);
	json_decref(root);
	free(text);
}

/* What the scenario expects of its streams. */
static void streams(const char *scenario)
{
	struct lab_run run;

	LAB_RUN(&run, scenario, "-e", "ns3");
	CU_ASSERT_EQUAL(run.code, 0);
	if (run.code)
		lab_explain(&run);
	lab_run_free(&run);
}

static void many_addresses(void)
{
	streams("tests/lab/runs/scenarios/streams-of-many.yaml");
}

static void bursts(void)
{
	streams("tests/lab/runs/scenarios/bursts.yaml");
}

/* Its Radvd ends and starts again; what a mobile node needs of it is there then. */
static void foreign_router(void)
{
	struct lab_run run;
	size_t len;
	char *csv;

	LAB_RUN(&run, "tests/lab/runs/scenarios/ns3-router.yaml", "-e", "ns3");
	CU_ASSERT_EQUAL(run.code, 0);
	csv = lab_file(&run, "probes.csv", &len);
	CU_ASSERT_PTR_NOT_NULL(csv);
	if (csv) {
		check_exact(csv, "down", 3, 4.9, 35);
		check_exact(csv, "up", 5.2, 6.9, 35);
		CU_ASSERT_EQUAL(look(csv, "down", 7, 7.9).arrived, 0);
		CU_ASSERT_EQUAL(look(csv, "up", 7, 7.9).arrived, 0);
		check_exact(csv, "down", 8.1, 100, 35);
		check_exact(csv, "up", 8.1, 100, 35);
	}
	CU_ASSERT_EQUAL(lab_number(&run, "events.mn.bu_tx"), 3);
	check_ping(&run, "ping-1.json", 5, 30);
	check_ping(&run, "ping-2.json", 5, 30);
	if (run.code)
		lab_explain(&run);
	free(csv);
	lab_run_free(&run);
}

/* A mistake is told with its line, and nothing crashes that had not started. */
static void foreign_words(void)
{
	static const char *const faults[][2] = {
	    {"fault=none", "0.0 s"},
	    {"fault=word", "radvd.conf:5: ns3::Radvd has no \"AdvIntervalOpt\""},
	    {"fault=flag", "radvd.conf:5: expected on or off, this is \"yes\""},
	    {"fault=number", "this is \"long\""},
	    {"fault=interval", "this is \"0.01\""},
	    {"fault=order", "MinRtrAdvInterval is longer"},
	    {"fault=prefix", "\"3fff:0:1::/129\" is no prefix"},
	    {"fault=prefix-word", "ns3::Radvd has no \"Base6to4Interface\" for a prefix"},
	    {"fault=interface", "there is no interface \"eth1\""},
	    {"fault=brace", "radvd.conf:1: expected \"{\", this is \";\""},
	    {"fault=end", "this ends too early"},
	};
	struct lab_run run;

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		bool good;

		LAB_RUN(&run, "tests/lab/runs/scenarios/ns3-words.yaml", "-e", "ns3", "-p",
			faults[i][0]);
		good = i == 0 ? run.code == 0
			      : run.code == 1 && strstr(run.output, faults[i][1]) &&
				    !strstr(run.output, "died");
		CU_ASSERT_TRUE(good);
		if (!good)
			printf("%s: code %d\n%s\n", faults[i][0], run.code, run.output);
		lab_run_free(&run);
	}
}

/* 40 mobile nodes at 5 access routers. */
static void many(void)
{
	char path[LAB_PATH];
	struct lab_run run;

	LAB_RUN(&run, lab_many("40", "5", "8.4", path), "-e", "ns3");
	CU_ASSERT_EQUAL(run.code, 0);
	CU_ASSERT_EQUAL(lab_number(&run, "handover.count"), 80);
	CU_ASSERT_TRUE(lab_number(&run, "handover.first_down_ms.max") <= 50.2);
	CU_ASSERT_EQUAL(lab_number(&run, "lost_outside"), 0);
	if (run.code)
		lab_explain(&run);
	lab_run_free(&run);
}

/* The program alone: its exit code. */
static int call(const char *argument)
{
	char path[LAB_PATH];
	int status;
	pid_t pid;

	lab_built("mip6lab-ns3", path);
	pid = fork();
	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		execl(path, path, argument, (char *)NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

/* Forty nodes that find a link busy wait until it is free, however often. */
static void crowd(void)
{
	struct lab_run run;
	char path[48];

	LAB_RUN(&run, "tests/lab/runs/scenarios/crowd.yaml", "-e", "ns3");
	CU_ASSERT_EQUAL(run.code, 0);
	for (int i = 1; i <= 40; i++) {
		snprintf(path, sizeof(path), "probes.p%d.received", i);
		CU_ASSERT_DOUBLE_EQUAL(lab_number(&run, path), 15, 0);
	}
	lab_run_free(&run);
}

static void misuse(void)
{
	CU_ASSERT_EQUAL(call(NULL), 2);
	CU_ASSERT_EQUAL(call("/nonexistent"), 2);
	CU_ASSERT_EQUAL(call("/dev/null"), 2);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"links", links},
	    {"cells", cells},
	    {"killed", killed},
	    {"many addresses", many_addresses},
	    {"bursts", bursts},
	    {"foreign_router", foreign_router},
	    {"foreign_words", foreign_words},
	    {"many", many},
	    {"crowd", crowd},
	    {"misuse", misuse},
	};

	return test_run("ns3_links", tests, sizeof(tests) / sizeof(tests[0]));
}
