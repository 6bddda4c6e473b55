/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario and topology files: what loads, and what the plan then says. */
#include "lab/list.h"
#include "lab/prng.h"
#include "lab/value.h"
#include "scenario_help.h"
#include "test.h"
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNSEEN	 "tests/lab/unseen/scenarios/two-movers.yaml"
#define HANDOVER "scenarios/handover.yaml"

/* A plan as text, to compare whole plans; the caller frees it. */
static char *plan_text(const struct lab_plan *plan)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	lab_plan_print(out, plan);
	fclose(out);
	return text;
}

/* ---- quantities ----------------------------------------------------------------- */

struct quantity {
	const char *text;
	enum value_unit unit;
	double value; /* -1: refused */
};

static void test_quantities(void)
{
	static const struct quantity table[] = {
	    {"50ms", VALUE_TIME, 50e6},	  {"2.3ms", VALUE_TIME, 2300000},
	    {"1.5s", VALUE_TIME, 1.5e9},  {"2min", VALUE_TIME, 120e9},
	    {"7us", VALUE_TIME, 7000},	  {"9ns", VALUE_TIME, 9},
	    {"0", VALUE_TIME, 0},	  {"50", VALUE_TIME, -1},
	    {"50 ms", VALUE_TIME, -1},	  {"-1s", VALUE_TIME, -1},
	    {"1.2.3s", VALUE_TIME, -1},	  {".5s", VALUE_TIME, -1},
	    {"5.s", VALUE_TIME, -1},	  {"", VALUE_TIME, -1},
	    {"1e3s", VALUE_TIME, -1},	  {"99999999999min", VALUE_TIME, -1},
	    {"100Mbit", VALUE_RATE, 1e8}, {"2.5Gbit", VALUE_RATE, 2.5e9},
	    {"64kbit", VALUE_RATE, 64e3}, {"8bit", VALUE_RATE, 8},
	    {"100M", VALUE_RATE, -1},	  {"2%", VALUE_RATIO, 0.02},
	    {"0.25", VALUE_RATIO, 0.25},  {"101%", VALUE_RATIO, -1},
	    {"12", VALUE_COUNT, 12},	  {"1.5", VALUE_COUNT, -1},
	    {"12ms", VALUE_COUNT, -1},	  {"1500B", VALUE_BYTES, 1500},
	    {"64kB", VALUE_BYTES, 64000}, {"inf", VALUE_COUNT, -1},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		double value = -1;
		int status = value_parse(table[i].text, table[i].unit, &value);

		CU_ASSERT_EQUAL(status, table[i].value < 0 ? -1 : 0);
		CU_ASSERT_DOUBLE_EQUAL(value, table[i].value, 1e-12);
	}
}

static void check_decimal(int64_t ns, int64_t unit, const char *expected)
{
	char text[64];

	value_decimal(ns, unit, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, expected);
}

static void test_decimals(void)
{
	check_decimal(70 * LAB_NS_MS, LAB_NS_SECOND, "0.07");
	check_decimal(30 * LAB_NS_SECOND, LAB_NS_SECOND, "30");
	check_decimal(1500 * LAB_NS_MS, LAB_NS_SECOND, "1.5");
	check_decimal(1, LAB_NS_SECOND, "0.000000001");
	check_decimal(2500, 1000, "2.5");
	check_decimal(0, LAB_NS_MS, "0");
}

/* ---- random moments --------------------------------------------------------------- */

static void test_prng(void)
{
	bool low = false;
	bool high = false;
	int64_t sum = 0;

	for (uint64_t k = 0; k < 10000; k++) {
		int64_t draw = prng_between(7, "wait .1", k, 100, 109);

		CU_ASSERT(draw >= 100 && draw <= 109);
		low = low || draw == 100;
		high = high || draw == 109;
		sum += draw;
	}
	CU_ASSERT(low && high);
	/* Ten equal values: mean 104.5, and 0.029 is its standard error. */
	CU_ASSERT(sum > 1043500 && sum < 1046500);
	CU_ASSERT_EQUAL(prng_between(7, "x", 0, 5, 5), 5);
	CU_ASSERT_EQUAL(prng_word(7, "x", 3), prng_word(7, "x", 3));
	CU_ASSERT_NOT_EQUAL(prng_word(7, "x", 3), prng_word(7, "y", 3));
	CU_ASSERT_NOT_EQUAL(prng_word(7, "x", 3), prng_word(8, "x", 3));
	CU_ASSERT_NOT_EQUAL(prng_word(7, "x", 3), prng_word(7, "x", 4));
}

/* Moments of the plan's moves; returns how many. */
static size_t move_times(const struct lab_plan *plan, int64_t *times, size_t cap)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->action_count && count < cap; i++)
		if (plan->actions[i].kind == LAB_ACT_MOVE)
			times[count++] = plan->actions[i].at_ns;
	return count;
}

static void test_determinism(void)
{
	struct lab_error error;
	struct lab_plan *plans[3] = {load(HANDOVER, 1, &error), load(HANDOVER, 1, &error),
				     load(HANDOVER, 2, &error)};
	char *texts[3];

	for (int i = 0; i < 3; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(plans[i]);
		texts[i] = plan_text(plans[i]);
	}
	CU_ASSERT_STRING_EQUAL(texts[0], texts[1]);
	CU_ASSERT_NOT_EQUAL(plans[0]->actions[1].at_ns, plans[2]->actions[1].at_ns);
	CU_ASSERT_EQUAL(plans[0]->action_count, plans[2]->action_count);
	for (int i = 0; i < 3; i++) {
		free(texts[i]);
		lab_plan_free(plans[i]);
	}
}

/* A parameter that has nothing to do with a random moment leaves it alone, and
 * more moves only come behind those that there were. */
static void test_independent_draws(void)
{
	struct lab_error error;
	struct lab_plan *plain = load(HANDOVER, 1, &error);
	struct lab_plan *other[3] = {load_with(HANDOVER, "probe", "1ms", &error),
				     load_with(HANDOVER, "gap", "10ms", &error),
				     load_with(HANDOVER, "moves", "30", &error)};
	int64_t times[12];
	int64_t others[12];

	CU_ASSERT_PTR_NOT_NULL_FATAL(plain);
	CU_ASSERT_EQUAL(move_times(plain, times, 12), 12);
	for (int i = 0; i < 3; i++) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(other[i]);
		CU_ASSERT_EQUAL(move_times(other[i], others, 12), 12);
		CU_ASSERT_EQUAL(memcmp(times, others, sizeof(times)), 0);
		lab_plan_free(other[i]);
	}
	lab_plan_free(plain);
}

/* ---- what a plan says --------------------------------------------------------------- */

static void test_tiny_plan(void)
{
	struct folder folder;
	struct lab_error error;
	struct lab_plan *plan;
	const struct lab_daemon *radvd;

	folder_make(&folder);
	plan = load(folder.scenario, 1, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->scenario, "tiny");
	CU_ASSERT_STRING_EQUAL(plan->topology, "small");
	CU_ASSERT_EQUAL(plan->link_count, 2);
	CU_ASSERT_EQUAL(plan->links[0].imp.delay_ns, 10 * LAB_NS_MS);
	CU_ASSERT_DOUBLE_EQUAL(plan->links[0].imp.loss, 0.01, 1e-9);
	CU_ASSERT_EQUAL(plan->node_count, 3);
	CU_ASSERT_EQUAL(lab_plan_node(plan, "mn"), 2);
	CU_ASSERT_EQUAL(lab_plan_node(plan, "nn"), -1);
	CU_ASSERT_STRING_EQUAL(plan->nodes[2].hoa, "3fff:0:2::9");
	CU_ASSERT_EQUAL(plan->nodes[2].home_link, 1);
	CU_ASSERT_EQUAL(plan->nodes[1].home_link, -1);
	CU_ASSERT_EQUAL(plan->nodes[1].ifaces[1].ifindex, 102);
	CU_ASSERT_EQUAL(plan->nodes[1].ifaces[1].mac[0], 2);
	CU_ASSERT_EQUAL(plan->nodes[1].ifaces[1].mac[5], 102);
	radvd = &plan->nodes[1].daemons[0];
	CU_ASSERT_STRING_EQUAL(radvd->config_text, "low 1 ${x}\nlag 0.01 10000 ${dir}\n");
	CU_ASSERT_EQUAL(radvd->stop_signal, SIGTERM);
	CU_ASSERT(radvd->must_live);
	CU_ASSERT_PTR_NULL(radvd->events);
	CU_ASSERT_EQUAL(plan->expect_count, 1);
	CU_ASSERT_EQUAL(plan->expects[0].line, 21);
	lab_plan_free(plan);
	folder_remove(&folder);
}

static void test_tiny_timeline(void)
{
	struct folder folder;
	struct lab_error error;
	struct lab_plan *plan;
	const struct lab_action *a;

	folder_make(&folder);
	plan = load(folder.scenario, 1, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	a = plan->actions;
	CU_ASSERT_EQUAL_FATAL(plan->action_count, 5);
	for (int i = 0; i < 3; i++) {
		int64_t before = i ? a[i - 1].at_ns : LAB_NS_SECOND;

		CU_ASSERT_EQUAL(a[i].kind, LAB_ACT_MOVE);
		CU_ASSERT(a[i].at_ns >= before + LAB_NS_SECOND);
		CU_ASSERT(a[i].at_ns <= before + 2 * LAB_NS_SECOND);
		CU_ASSERT_EQUAL(a[i].link, i % 2);
		CU_ASSERT_EQUAL(a[i].home, i % 2 == 1);
		CU_ASSERT(a[i].handover && a[i].link_event);
		CU_ASSERT_EQUAL(a[i].gap_ns, 50 * LAB_NS_MS);
	}
	CU_ASSERT_EQUAL(a[3].kind, LAB_ACT_SIGNAL);
	CU_ASSERT_EQUAL(a[3].signal, SIGHUP);
	CU_ASSERT_EQUAL(a[3].at_ns, a[2].at_ns + 500 * LAB_NS_MS);
	CU_ASSERT_EQUAL(a[4].kind, LAB_ACT_END);
	CU_ASSERT_EQUAL(a[4].at_ns, plan->duration_ns);
	CU_ASSERT_EQUAL(plan->probes[0].start_ns, LAB_NS_SECOND);
	CU_ASSERT_EQUAL(plan->probes[0].stop_ns, plan->duration_ns - 500 * LAB_NS_MS);
	CU_ASSERT_STRING_EQUAL(plan->probes[0].src, "3fff:0:1::2");
	CU_ASSERT_STRING_EQUAL(plan->probes[0].dst, "3fff:0:2::9");
	CU_ASSERT(plan->probes[0].down);
	/* Nothing said of captures: those of mobile node, home agent and CN. */
	CU_ASSERT_EQUAL(plan->capture_count, 4);
	lab_plan_free(plan);
	folder_remove(&folder);
}

/* Two mobile nodes with two interfaces, three access routers, two home agents. */
static void test_unseen(void)
{
	struct lab_error error;
	struct lab_plan *plan = load(UNSEEN, 1, &error);
	const struct lab_node *bob;
	unsigned homes = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	bob = &plan->nodes[lab_plan_node(plan, "bob")];
	CU_ASSERT_EQUAL(plan->node_count, 9);
	CU_ASSERT_STRING_EQUAL(bob->hoa, "3fff:1:b00::99");
	CU_ASSERT_EQUAL_FATAL(bob->iface_count, 2);
	CU_ASSERT_EQUAL(bob->ifaces[1].link, -1);
	CU_ASSERT_EQUAL(bob->ifaces[1].mac[4], 0xbb);
	CU_ASSERT_STRING_EQUAL(bob->daemons[0].events, "bob.mip6d.events.jsonl");
	CU_ASSERT_STRING_EQUAL(plan->links[bob->home_link].name, "beta");
	CU_ASSERT_EQUAL(plan->links[bob->home_link].mtu, 1400);
	CU_ASSERT_EQUAL(plan->probe_count, 4);
	CU_ASSERT_EQUAL(plan->probes[3].mn, lab_plan_node(plan, "bob"));
	CU_ASSERT_FALSE(plan->probes[3].down);
	CU_ASSERT_EQUAL(plan->probes[3].port, 9000);
	CU_ASSERT_EQUAL(plan->capture_count, 8);
	for (size_t i = 0; i < plan->action_count; i++)
		homes += plan->actions[i].home;
	CU_ASSERT_EQUAL(homes, 1);
	lab_plan_free(plan);
	/* Its `engines` leaves out the host. */
	CU_ASSERT_PTR_NULL(lab_plan_load(UNSEEN, NULL, NULL, 0, 1, LAB_ENGINE_HOST, &error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "engine host: this scenario is not for it"));
	CU_ASSERT_EQUAL(error.line, 5);
}

/* ---- the files of the project ---------------------------------------------------------- */

static void check_project_file(const char *path)
{
	for (int e = 0; e < LAB_ENGINES; e++) {
		struct lab_error error;
		char text[1024];
		struct lab_plan *plan =
		    lab_plan_load(path, NULL, NULL, 0, 1, (enum lab_engine)e, &error);

		/* What ns-3 cannot do is refused with the place that asks for it. */
		if (e == LAB_ENGINE_NS3 && !plan) {
			CU_ASSERT(error.engine && error.line > 0 && error.column > 0);
			continue;
		}
		if (!plan) {
			lab_error_text(&error, text, sizeof(text));
			printf("%s\n", text);
		}
		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		CU_ASSERT(plan->expect_count > 0);
		CU_ASSERT(plan->probe_count > 0);
		CU_ASSERT(plan->capture_count > 0);
		lab_plan_free(plan);
	}
}

static void test_project_files(void)
{
	static const char *const names[] = {"handover",	 "home",    "ra-race", "throughput",
					    "ha-first",	 "kill-mn", "kill-ha", "ha-restart-in-move",
					    "clean-exit"};
	DIR *dir = opendir("scenarios");
	struct dirent *entry;
	unsigned seen = 0;
	char path[300];

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while ((entry = readdir(dir))) {
		if (!strstr(entry->d_name, ".yaml"))
			continue;
		snprintf(path, sizeof(path), "scenarios/%s", entry->d_name);
		check_project_file(path);
		seen++;
	}
	closedir(dir);
	CU_ASSERT(seen >= sizeof(names) / sizeof(names[0]));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "scenarios/%s.yaml", names[i]);
		CU_ASSERT_EQUAL(access(path, R_OK), 0);
	}
}

/* At most 45 s simulated, and 12 moves to and fro, whatever the seed. */
static void test_handover_lengths(void)
{
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct lab_error error;
		struct lab_plan *plan = load(HANDOVER, seed, &error);

		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		CU_ASSERT(plan->duration_ns <= 45 * LAB_NS_SECOND);
		CU_ASSERT_EQUAL(plan->action_count, 14);
		CU_ASSERT_EQUAL(plan->actions[0].kind, LAB_ACT_WAIT_FOR);
		for (size_t i = 0; i < 12; i++) {
			const char *link = plan->links[plan->actions[i + 1].link].name;

			CU_ASSERT_STRING_EQUAL(link, i % 2 ? "foreign1" : "foreign2");
		}
		lab_plan_free(plan);
	}
}

static void test_race_orders(void)
{
	struct lab_error error;
	struct lab_plan *plan = load("scenarios/ra-race.yaml", 1, &error);
	unsigned visits[64] = {0};
	unsigned moves = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i].kind == LAB_ACT_MOVE) {
			visits[plan->actions[i].link]++;
			moves++;
		}
	CU_ASSERT_EQUAL(moves, 60);
	for (size_t i = 0; i < plan->link_count; i++) {
		bool race = strncmp(plan->links[i].name, "one", 3) == 0 ||
			    strncmp(plan->links[i].name, "several", 7) == 0;

		CU_ASSERT_EQUAL(visits[i], race ? 5 : 0);
	}
	lab_plan_free(plan);
}

/* Readiness, and what a step waits for. */
static void test_ready(void)
{
	struct lab_error error;
	struct lab_plan *plan = load("tests/lab/runs/scenarios/ready.yaml", 1, &error);
	const struct lab_daemon *d;
	const struct lab_action *wait;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	d = plan->nodes[lab_plan_node(plan, "cn")].daemons;
	CU_ASSERT_EQUAL(d[0].ready.kind, LAB_READY_FILE);
	CU_ASSERT_STRING_EQUAL(d[0].ready.text, "${dir}/file.ready");
	CU_ASSERT_EQUAL(d[1].ready.kind, LAB_READY_LINE);
	CU_ASSERT_STRING_EQUAL(d[1].ready.text, "is ready");
	CU_ASSERT_EQUAL(d[2].ready.kind, LAB_READY_PORT);
	CU_ASSERT_EQUAL(d[2].ready.port, 5301);
	d = plan->nodes[lab_plan_node(plan, "mn")].daemons;
	CU_ASSERT_EQUAL(d[0].ready.kind, LAB_READY_NOTIFY);
	wait = &plan->actions[1];
	CU_ASSERT_EQUAL_FATAL(wait->kind, LAB_ACT_WAIT_FOR);
	CU_ASSERT_PTR_NULL(wait->event);
	CU_ASSERT_EQUAL(wait->within_ns, 10 * LAB_NS_SECOND);
	lab_plan_free(plan);
}

/* Another Mobile IPv6 in place of ours: nothing of our daemon's is waited for or expected. */
static void test_rivals(void)
{
	static const struct lab_setting umip[] = {{"mn.daemon", "umip"}, {"daemon", "umip"}};
	struct lab_error error;
	struct lab_plan *plan =
	    lab_plan_load("scenarios/kill-mn.yaml", NULL, umip, 2, 1, LAB_ENGINE_VIRTUAL, &error);
	const struct lab_node *mn;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	mn = &plan->nodes[lab_plan_node(plan, "mn")];
	CU_ASSERT_EQUAL(mn->daemon_count, 1);
	CU_ASSERT_STRING_EQUAL(mn->daemons[0].argv[0], "/usr/sbin/mip6d");
	CU_ASSERT_FALSE(lab_writes_events(mn, -1));
	CU_ASSERT_EQUAL(plan->note_count, 1);
	CU_ASSERT_EQUAL(plan->actions[0].kind, LAB_ACT_MOVE);
	CU_ASSERT_EQUAL(plan->actions[1].kind, LAB_ACT_SIGNAL);
	lab_plan_free(plan);
	plan = lab_plan_load(HANDOVER, "three-links", umip, 1, 1, LAB_ENGINE_VIRTUAL, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	for (size_t i = 0; i < plan->expect_count; i++)
		CU_ASSERT_PTR_NULL(strstr(plan->expects[i].text, "events("));
	lab_plan_free(plan);
	CU_ASSERT_PTR_NULL(
	    lab_plan_load(HANDOVER, "no-such", NULL, 0, 1, LAB_ENGINE_VIRTUAL, &error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "no topology \"no-such\""));
	CU_ASSERT_PTR_NULL(lab_plan_load("scenarios/kill-mn.yaml", NULL,
					 (struct lab_setting[]){{"daemon", "a b"}}, 1, 1,
					 LAB_ENGINE_VIRTUAL, &error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "is no name"));
}

static void test_settings(void)
{
	static const struct lab_setting settings[] = {
	    {"moves", "30"},	  {"ra_min", "1s"},  {"ra_max", "3s"},	   {"probe", "1ms"},
	    {"ha.delay", "40ms"}, {"rs", "dropped"}, {"link_event", "no"},
	};
	struct lab_error error;
	struct lab_plan *plan =
	    lab_plan_load(HANDOVER, NULL, settings, 7, 1, LAB_ENGINE_UML, &error);
	const struct lab_node *ar;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	ar = &plan->nodes[lab_plan_node(plan, "ar1")];
	CU_ASSERT(ar->drop_rs);
	CU_ASSERT_PTR_NOT_NULL(strstr(ar->daemons[0].config_text, "MinRtrAdvInterval 1;"));
	CU_ASSERT_PTR_NOT_NULL(strstr(ar->daemons[0].config_text, "MaxRtrAdvInterval 3;"));
	CU_ASSERT_EQUAL(plan->action_count, 32);
	CU_ASSERT_FALSE(plan->actions[1].link_event);
	CU_ASSERT_EQUAL(plan->probes[0].interval_ns, LAB_NS_MS);
	CU_ASSERT_DOUBLE_EQUAL(lab_plan_param(plan, "ha.delay")->value, 40e6, 0.5);
	CU_ASSERT_FALSE(lab_plan_param(plan, "ha.delay")->is_default);
	CU_ASSERT(lab_plan_param(plan, "cn.delay")->is_default);
	CU_ASSERT_PTR_NULL(lab_plan_param(plan, "nothing"));
	lab_plan_free(plan);
}

/* A real-time engine needs more slack than one in which time stands still. */
static void test_default_by_engine(void)
{
	static const double slack[LAB_ENGINES] = {5e6, 5e6, 200e3, 200e3};

	for (int e = 0; e < LAB_ENGINES; e++) {
		struct lab_error error;
		struct lab_plan *plan =
		    lab_plan_load(HANDOVER, NULL, NULL, 0, 1, (enum lab_engine)e, &error);

		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		CU_ASSERT_DOUBLE_EQUAL(lab_plan_param(plan, "slack")->value, slack[e], 0.5);
		CU_ASSERT(lab_plan_param(plan, "slack")->is_default);
		lab_plan_free(plan);
	}
}

enum { LINES = 64 };

/* The two files as ns-3 is able to do them: its only daemon is mip6d. */
struct ns3_text {
	const char *topology[LINES];
	const char *scenario[LINES];
};

static void ns3_text_make(struct ns3_text *text)
{
	*text = (struct ns3_text){0};
	for (size_t i = 0; topology_text[i]; i++)
		text->topology[i] = topology_text[i];
	for (size_t i = 0; scenario_text[i]; i++)
		text->scenario[i] = scenario_text[i];
	text->topology[19] = "      mip6d:";
	text->topology[20] = "        command: [\"${mip6d}\", -c, \"${dir}/mip6d.conf\"]";
	text->topology[22] = "          file: mip6d.conf";
	text->scenario[17] = "  - signal: {node: ha, daemon: mip6d, signal: TERM}";
}

static struct lab_plan *load_ns3(const struct folder *folder, struct lab_error *error)
{
	return lab_plan_load(folder->scenario, NULL, NULL, 0, 1, LAB_ENGINE_NS3, error);
}

/* ns-3's time is as exact as virtual time: it takes that default, or its own. */
static void test_default_of_ns3(void)
{
	static const char *const lines[] = {
	    "  moves: {default: {uml: 2, host: 3, virtual: 4}, unit: count, range: [1, 20]}",
	    "  moves: {default: {uml: 2, host: 3, virtual: 4, ns3: 5}, unit: count, range: [1, 9]}",
	};
	struct ns3_text text;
	struct folder folder;

	ns3_text_make(&text);
	folder_make(&folder);
	write_lines(folder.topology, text.topology, 0, NULL);
	for (size_t i = 0; i < 2; i++) {
		struct lab_error error;
		struct lab_plan *plan;

		write_lines(folder.scenario, text.scenario, 5, lines[i]);
		plan = load(folder.scenario, 1, &error);
		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		CU_ASSERT_EQUAL(lab_plan_param(plan, "moves")->value, 4);
		lab_plan_free(plan);
		plan = load_ns3(&folder, &error);
		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		CU_ASSERT_EQUAL(lab_plan_param(plan, "moves")->value, i ? 5 : 4);
		lab_plan_free(plan);
	}
	folder_remove(&folder);
}

static void test_streams(void)
{
	struct lab_error error;
	struct lab_plan *plan = load("scenarios/streams.yaml", 1, &error);
	const struct lab_action *tcp;
	const struct lab_action *ping;

	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	tcp = &plan->actions[1];
	ping = &plan->actions[2];
	CU_ASSERT_EQUAL_FATAL(tcp->kind, LAB_ACT_TCP);
	CU_ASSERT_EQUAL(tcp->node, lab_plan_node(plan, "cn"));
	CU_ASSERT_EQUAL(tcp->to, lab_plan_node(plan, "mn"));
	CU_ASSERT_STRING_EQUAL(tcp->src, "3fff:0:1::2");
	CU_ASSERT_STRING_EQUAL(tcp->dst, "3fff:0:100::10");
	CU_ASSERT_EQUAL(tcp->octets, 4000000);
	CU_ASSERT_EQUAL(tcp->port, 8000);
	CU_ASSERT_STRING_EQUAL(tcp->output, "tcp-1.json");
	CU_ASSERT_EQUAL_FATAL(ping->kind, LAB_ACT_PING);
	CU_ASSERT_EQUAL(ping->count, 20);
	CU_ASSERT_EQUAL(ping->interval_ns, 100 * LAB_NS_MS);
	CU_ASSERT_STRING_EQUAL(ping->output, "ping-1.json");
	lab_plan_free(plan);
}

/* ---- what an engine cannot do ---- */

struct refusal {
	bool topology;
	int line;
	const char *instead;
	int column;
	const char *says; /* NULL: it is able to */
	int at;		  /* the error's line when it is another, else 0 */
};

/* The two files, one line of them changed: the error is at that line. */
static void check_refusal(const struct folder *folder, const struct refusal *r)
{
	struct ns3_text text;
	struct lab_error error;
	struct lab_plan *plan;
	bool good;

	ns3_text_make(&text);
	write_lines(folder->topology, text.topology, r->topology ? r->line : 0, r->instead);
	write_lines(folder->scenario, text.scenario, r->topology ? 0 : r->line, r->instead);
	plan = load_ns3(folder, &error);
	if (r->says)
		good = !plan && error.engine && error.line == (r->at ? r->at : r->line) &&
		       error.column == r->column && strstr(error.text, "engine ns3: ") &&
		       strstr(error.text, r->says);
	else
		good = plan != NULL;
	if (!good)
		printf("\n%s\n  gave %d:%d: %s\n", r->instead, error.line, error.column,
		       plan ? "a plan" : error.text);
	CU_ASSERT(good);
	lab_plan_free(plan);
}

static void test_refusals(void)
{
	static const struct refusal refusals[] = {
	    {false, 18, "  - wait: 1s", 0, NULL, 0},
	    {true, 8, "  air: {kind: wifi}", 0, NULL, 0},
	    {true, 8, "  air: {}\n  sky: {kind: wifi}", 15, "needs a member that does not move", 9},
	    {false, 18, "  - command: {node: mn, run: [ls]}", 5, "it runs no programs", 0},
	    {false, 18, "  - signal: {node: ha, daemon: mip6d, signal: KILL}", 0, NULL, 0},
	    {false, 18, "  - signal: {node: ha, daemon: mip6d, signal: STOP}", 47, "no process", 0},
	    {true, 13, "    sysctls: {net.ipv6.conf.all.forwarding: 1}", 0, NULL, 0},
	    {true, 13, "    sysctls: {net.ipv6.conf.eth0.accept_ra: 0}", 0, NULL, 0},
	    {true, 13, "    sysctls: {net.ipv6.conf.eth0.forwarding: 1}", 15, "no such setting", 0},
	    {true, 13, "    sysctls: {net.ipv4.ip_forward: 1}", 15, "no such setting", 0},
	    {true, 20, "      radvd:", 7, "no daemon but mip6d, this is \"radvd\"", 0},
	    {true, 20, "      iperf3:", 7, "no daemon but mip6d, this is \"iperf3\"", 0},
	    {true, 20,
	     "      other:\n        command: [\"ns3:Radvd\"]\n        config: {file: a, text: b}"
	     "\n      mip6d:",
	     7, "the only daemon of a node", 23},
	    {true, 21, "        command: [\"ns3:Ping6\"]", 18, "it has ns3:Radvd", 0},
	    {true, 21, "        command: [\"ns3:Radvd\", -v]", 18, "without arguments", 0},
	    {true, 21, "        command: [\"ns3:Radvd\"]", 0, NULL, 0},
	    {true, 28,
	     "    role: mn\n    daemons: {a: {command: [\"ns3:Radvd\"], config: {file: a, text: "
	     "b}}}",
	     28, "which cannot move as mn does", 29},
	    {true, 21, "        command: [another-stack]", 18, "no daemon but ${mip6d}, this is",
	     0},
	};
	struct folder folder;

	folder_make(&folder);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		check_refusal(&folder, &refusals[i]);
	folder_remove(&folder);
}

/* ---- list and check ---- */

static void test_list(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_EQUAL(lab_list(out, "scenarios"), 0);
	CU_ASSERT_EQUAL(lab_list(out, "/nonexistent"), -1);
	fclose(out);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "handover: a mobile node moves"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "throughput: "));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "engines: host uml virtual"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "default 50ms"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "default 5ms (host), 5ms (uml), 200us (virtual)"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "[answered, dropped]"));
	free(text);
}

static void test_check(void)
{
	FILE *null = fopen("/dev/null", "w");
	char *text = NULL;
	size_t size = 0;
	FILE *err = open_memstream(&text, &size);

	CU_ASSERT_EQUAL(lab_check(null, err, HANDOVER), 0);
	CU_ASSERT_EQUAL(lab_check(null, err, "topologies/three-links.yaml"), 0);
	CU_ASSERT_EQUAL(lab_check(null, err, UNSEEN), 0);
	fflush(err);
	CU_ASSERT_EQUAL(size, 0);
	CU_ASSERT_EQUAL(lab_check(null, err, ".clang-format"), -1);
	fclose(err);
	CU_ASSERT_EQUAL(strncmp(text, ".clang-format:", 14), 0);
	free(text);
	fclose(null);
}

/* ---- the manual ---- */

/* Writes block number `n` (from 0) of the YAML blocks in docs/scenario.md. */
static void write_example(const char *path, int n)
{
	FILE *in = fopen("docs/scenario.md", "r");
	FILE *out = fopen(path, "w");
	char line[512];
	int block = -1;
	bool inside = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(in);
	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	while (fgets(line, sizeof(line), in)) {
		bool fence = strncmp(line, "```", 3) == 0;

		if (fence && !inside && strcmp(line, "```yaml\n") == 0)
			block++;
		if (fence)
			inside = !inside;
		else if (inside && block == n)
			fputs(line, out);
	}
	fclose(in);
	fclose(out);
}

/* The manual's examples: a block of parameters, a topology, a scenario. */
static void test_manual(void)
{
	struct lab_error error;
	struct lab_plan *plan;
	struct folder folder;

	folder_make(&folder);
	write_example(folder.topology, 1);
	write_example(folder.scenario, 2);
	plan = load(folder.scenario, 1, &error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	CU_ASSERT_STRING_EQUAL(plan->scenario, "lap");
	CU_ASSERT_EQUAL(plan->action_count, 7);
	CU_ASSERT_EQUAL_FATAL(plan->nodes[0].daemon_count, 2);
	CU_ASSERT_PTR_NULL(strstr(plan->nodes[0].daemons[1].config_text, "SendRouterAdvs"));
	lab_plan_free(plan);
	folder_remove(&folder);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"quantities", test_quantities},
	    {"decimals", test_decimals},
	    {"prng", test_prng},
	    {"determinism", test_determinism},
	    {"independent draws", test_independent_draws},
	    {"tiny plan", test_tiny_plan},
	    {"tiny timeline", test_tiny_timeline},
	    {"unseen topology", test_unseen},
	    {"project files", test_project_files},
	    {"handover lengths", test_handover_lengths},
	    {"race orders", test_race_orders},
	    {"settings", test_settings},
	    {"ready", test_ready},
	    {"rivals", test_rivals},
	    {"default by engine", test_default_by_engine},
	    {"default of ns3", test_default_of_ns3},
	    {"streams", test_streams},
	    {"refusals", test_refusals},
	    {"list", test_list},
	    {"check", test_check},
	    {"manual", test_manual},
	};

	return test_run("scenario", tests, sizeof(tests) / sizeof(tests[0]));
}
