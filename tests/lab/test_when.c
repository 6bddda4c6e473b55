/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Daemons and parts of their configuration that depend on parameters. */
#include "lab/value.h"
#include "scenario_help.h"
#include "test.h"

#define LINE_OF_DAEMONS 3 /* of the scenario file below */

/* The tiny scenario, on its node mn these daemons. Its parameter "mode" is fast or
 * slow, and so is "road" here. */
static struct lab_plan *load_daemons(const char *daemons, const char *mode, const char *road,
				     struct lab_error *error)
{
	const struct lab_setting settings[] = {{"mode", mode}, {"road", road}};
	struct lab_plan *plan;
	struct folder folder;
	char lines[1024];

	snprintf(lines, sizeof(lines), "about: a test\ndaemons: {mn: %s}", daemons);
	folder_make(&folder);
	write_lines(folder.scenario, scenario_text, 2, lines);
	write_lines(folder.topology, topology_text, 5,
		    "  high: {default: 4s, unit: time, range: [1s, 9s]}\n"
		    "  road: {default: fast, choices: [fast, slow, none]}");
	plan = lab_plan_load(folder.scenario, NULL, settings, 2, 1, LAB_ENGINE_VIRTUAL, error);
	folder_remove(&folder);
	return plan;
}

static const struct {
	const char *when;
	const char *mode;
	const char *road;
	bool holds;
} conditions[] = {
    {"{}", "fast", "fast", true},
    {"[]", "fast", "fast", false},
    {"{mode: fast}", "fast", "fast", true},
    {"{mode: fast}", "slow", "fast", false},
    {"{mode: fast, road: slow}", "fast", "slow", true},
    {"{mode: fast, road: slow}", "fast", "fast", false},
    {"{mode: fast, road: slow}", "slow", "slow", false},
    {"{road: [slow, none]}", "fast", "none", true},
    {"{road: [slow, none]}", "fast", "fast", false},
    {"[{mode: slow}, {road: none}]", "slow", "fast", true},
    {"[{mode: slow}, {road: none}]", "fast", "none", true},
    {"[{mode: slow}, {road: none}]", "fast", "fast", false},
};

static void test_daemons(void)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		struct lab_error error;
		struct lab_plan *plan;
		char daemons[256];
		const struct lab_node *mn;

		snprintf(daemons, sizeof(daemons),
			 "{one: {command: [a], when: %s}, two: {command: [b]}}",
			 conditions[i].when);
		plan = load_daemons(daemons, conditions[i].mode, conditions[i].road, &error);
		if (!plan)
			printf("%s: %s\n", conditions[i].when, error.text);
		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		mn = &plan->nodes[lab_plan_node(plan, "mn")];
		CU_ASSERT_EQUAL(mn->daemon_count, conditions[i].holds ? 2 : 1);
		CU_ASSERT_STRING_EQUAL(mn->daemons[0].name, conditions[i].holds ? "one" : "two");
		lab_plan_free(plan);
	}
}

static void check_text(const char *text, const char *mode, const char *wanted)
{
	struct lab_error error;
	struct lab_plan *plan;
	char daemons[512];
	const struct lab_node *mn;

	snprintf(daemons, sizeof(daemons), "{one: {command: [a], config: {file: f, text: %s}}}",
		 text);
	plan = load_daemons(daemons, mode, "fast", &error);
	if (!plan)
		printf("%s: %s\n", text, error.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
	mn = &plan->nodes[lab_plan_node(plan, "mn")];
	CU_ASSERT_STRING_EQUAL(mn->daemons[0].config_text, wanted);
	lab_plan_free(plan);
}

static void test_parts(void)
{
	static const char parts[] =
	    "[\"a {\\n\", {when: {mode: slow}, text: \"${moves} ${dir}\"}, {text: b}, \"}\"]";

	check_text(parts, "fast", "a {\nb\n}\n");
	check_text(parts, "slow", "a {\n3 ${dir}\nb\n}\n");
	check_text("[]", "fast", "");
	check_text("[{when: {mode: slow}, text: x}]", "fast", "");
	check_text("\"plain ${mode}\"", "fast", "plain fast");
}

static const struct {
	const char *daemons;
	int column;
	const char *says;
} mistakes[] = {
    /* In a daemon that does not run, too. */
    {"{a: {command: [x], when: {mode: slow, raod: fast}}}", 53, "did you mean road"},
    {"{a: {command: [x], when: {low: 1s}}}", 41, "low has no choices"},
    {"{a: {command: [x], when: {mode: fsat}}}", 47, "no choice of mode; there are: fast, slow"},
    {"{a: {command: [x], when: {mode: [slow, fsat]}}}", 54, "no choice of mode"},
    {"{a: {command: [x], when: {mode: {fast: 1}}}}", 47, "this is a mapping"},
    {"{a: {command: [x], when: [{mode: fast}, {mode: fsat}]}}", 62, "no choice of mode"},
    {"{a: {command: [x], when: fast}}", 40, "{PARAMETER: CHOICE, ...}"},
    {"{a: {command: [x], when: [fast]}}", 41, "{PARAMETER: CHOICE, ...}"},
    {"{a: {comand: [x], when: {mode: slow}}}", 20, "did you mean command"},
    {"{a: {command: [x], config: {file: f, text: [{wen: {}, text: x}]}}}", 60, "did you mean when"},
    {"{a: {command: [x], config: {file: f, text: [{when: {}}]}}}", 59, "\"text\" is missing"},
    {"{a: {command: [x], config: {file: f, text: [{when: {mode: slow}, text: \"${low:km}\"}]}}}",
     87, "cannot be printed"},
    {"{a: {command: [x], config: {file: f, text: [[x]]}}}", 59, "this is a list"},
    {"{a: {command: [x], config: {file: f, text: {x: y}}}}", 58, "this is a mapping"},
};

static void test_mistakes(void)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct lab_error error;
		struct lab_plan *plan = load_daemons(mistakes[i].daemons, "fast", "fast", &error);
		bool good = !plan && error.line == LINE_OF_DAEMONS &&
			    error.column == mistakes[i].column &&
			    strstr(error.text, mistakes[i].says);

		if (!good)
			printf("\n%s\n  gave %s:%d:%d: %s\n", mistakes[i].daemons,
			       plan ? "a plan" : error.file, error.line, error.column, error.text);
		CU_ASSERT(good);
		lab_plan_free(plan);
	}
}

static void test_too_many_parts(void)
{
	char daemons[512] = "{a: {command: [x], config: {file: f, text: [";
	struct lab_error error;
	struct lab_plan *plan;

	for (int i = 0; i < 33; i++)
		strcat(daemons, i ? ", x" : "x");
	strcat(daemons, "]}}}");
	plan = load_daemons(daemons, "fast", "fast", &error);
	CU_ASSERT_PTR_NULL_FATAL(plan);
	CU_ASSERT_EQUAL(error.line, LINE_OF_DAEMONS);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "at most 32 parts"));
}

/* Who runs what on the topology of most scenarios. */
static void test_three_links(void)
{
	static const struct {
		enum lab_engine engine;
		const char *ra;
		const char *plane;
		const char *ar;	    /* on AR1 */
		size_t ha_daemons;  /* radvd beside mip6d */
		bool ha_advertises; /* its mip6d */
	} table[] = {
	    {LAB_ENGINE_VIRTUAL, "radvd", "kernel", "radvd", 2, false},
	    {LAB_ENGINE_VIRTUAL, "mip6d", "kernel", "mip6d", 1, true},
	    {LAB_ENGINE_VIRTUAL, "radvd", "user", "radvd", 1, true},
	    {LAB_ENGINE_VIRTUAL, "mip6d", "user", "mip6d", 1, true},
	    {LAB_ENGINE_NS3, "ns3", "kernel", "ns3-radvd", 1, true},
	    {LAB_ENGINE_NS3, "ns3", "user", "ns3-radvd", 1, true},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct lab_setting settings[] = {{"ra", table[i].ra},
						       {"plane", table[i].plane}};
		struct lab_error error;
		struct lab_plan *plan = lab_plan_load("scenarios/handover.yaml", NULL, settings, 2,
						      1, table[i].engine, &error);
		const struct lab_node *ar;
		const struct lab_node *ha;
		const char *text;

		CU_ASSERT_PTR_NOT_NULL_FATAL(plan);
		ar = &plan->nodes[lab_plan_node(plan, "ar1")];
		ha = &plan->nodes[lab_plan_node(plan, "ha")];
		CU_ASSERT_EQUAL_FATAL(ar->daemon_count, 1);
		CU_ASSERT_STRING_EQUAL(ar->daemons[0].name, table[i].ar);
		CU_ASSERT_EQUAL_FATAL(ha->daemon_count, table[i].ha_daemons);
		text = ha->daemons[ha->daemon_count - 1].config_text;
		CU_ASSERT_EQUAL(strstr(text, "SendRouterAdvs enabled;") != NULL,
				table[i].ha_advertises);
		CU_ASSERT_EQUAL(strstr(text, "Plane user;") != NULL,
				strcmp(table[i].plane, "user") == 0);
		lab_plan_free(plan);
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"daemons", test_daemons},	       {"parts of a text", test_parts},
	    {"mistakes", test_mistakes},       {"too many parts", test_too_many_parts},
	    {"three-links", test_three_links},
	};

	return test_run("when", tests, sizeof(tests) / sizeof(tests[0]));
}
