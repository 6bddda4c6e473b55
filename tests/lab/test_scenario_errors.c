/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mistakes in scenario and topology files, and in set=: each is told with its
 * exact place, what was expected and the nearest name. */
#include "lab/value.h"
#include "scenario_help.h"
#include "test.h"

struct mistake {
	bool topology;	     /* in which of the two files */
	int line;	     /* this line of it ... */
	const char *instead; /* ... reads so */
	int column;	     /* where the error is, in the same line unless at */
	int at;		     /* the error's line when it is another, else 0 */
	const char *says;
};

static void check_mistake(struct folder *folder, const struct mistake *m)
{
	const char *file = m->topology ? folder->topology : folder->scenario;
	struct lab_error error;
	struct lab_plan *plan;
	bool good;

	write_lines(folder->scenario, scenario_text, m->topology ? 0 : m->line, m->instead);
	write_lines(folder->topology, topology_text, m->topology ? m->line : 0, m->instead);
	plan = load(folder->scenario, 1, &error);
	good = !plan && strcmp(error.file, file) == 0 && error.line == (m->at ? m->at : m->line) &&
	       error.column == m->column && strstr(error.text, m->says);
	if (!good)
		printf("\n%s\n  gave %s:%d:%d: %s\n", m->instead, plan ? "a plan" : error.file,
		       error.line, error.column, error.text);
	CU_ASSERT(good);
	lab_plan_free(plan);
}

static void check_mistakes(const struct mistake *mistakes, size_t count)
{
	struct folder folder;

	folder_make(&folder);
	for (size_t i = 0; i < count; i++)
		check_mistake(&folder, &mistakes[i]);
	folder_remove(&folder);
}

static void test_topology_mistakes(void)
{
	static const struct mistake mistakes[] = {
	    {true, 8, "  air: {dealy: 5ms}", 9, 0, "did you mean delay"},
	    {true, 8, "  air: {delay: 5}", 16, 0, "a time with its unit"},
	    {true, 8, "  air: {delay: 1ms, jitter: 5ms}", 29, 0, "jitter is larger"},
	    {true, 8, "  air: {mtu: 100}", 14, 0, "from 1280 to 65535"},
	    {true, 8, "  air: {kind: wave}", 15, 0, "none of wire, wifi"},
	    {true, 8, "  air: {kind: wifi}", 15, 0, "engine virtual: it has no wireless links"},
	    {true, 8, "  \"a r\": {}", 3, 0, "no name for a link"},
	    {true, 8, "  air: {delay: \"${lug}\"}", 17, 0, "did you mean lag"},
	    {true, 8, "  air: {delay: \"x${lag\"}", 18, 0, "expected ${name}"},
	    {true, 11, "    role: cm", 11, 0, "none of mn, ha, cn"},
	    {true, 11, "    role: mn", 5, 0, "has \"mobile\""},
	    {true, 12, "    interfaces: {eth0: {link: wyre}}", 31, 0, "did you mean wire"},
	    {true, 12, "    interfaces: {eth0: {link: wire, addresses: [3fff::2]}}", 49, 0,
	     "with its prefix length"},
	    {true, 12, "    interfaces: {eth0: {link: wire, addresses: [3fff::x/64]}}", 49, 0,
	     "not an IPv6 address"},
	    {true, 12, "    interfaces: {eth0: {link: wire, mac: 01:00:00:00:00:01}}", 42, 0,
	     "unicast MAC"},
	    {true, 12, "    interfaces: {eth0-too-long-a-name: {link: wire}}", 18, 0,
	     "no name for an interface"},
	    {true, 13, "    routes: [{to: default}]", 14, 0, "needs \"via\""},
	    {true, 13, "    routes: [{to: default, via: 3fff:0:9::1}]", 33, 0,
	     "on no link of this"},
	    {true, 13, "    routes: [{to: default, via: fe80::1}]", 33, 0, "needs \"interface\""},
	    {true, 13, "    routes: [{to: default, interface: eth1}]", 39, 0, "did you mean eth0"},
	    {true, 21, "        comand: [radvd, -n]", 9, 0, "did you mean command"},
	    {true, 21, "        command: []", 9, 0, "has no \"command\""},
	    {true, 21, "        command: [\"${dri}\"]", 20, 0, "did you mean dir"},
	    {true, 21, "        command: [radvd]\n        ready: {line: \"\"}", 23, 22,
	     "must not be empty"},
	    {true, 21, "        command: [radvd]\n        ready: {file: pid}", 23, 22,
	     "write \"${dir}/pid\""},
	    {true, 23, "          file: ../radvd.conf", 17, 0, "without a folder"},
	    {true, 26, "            lag ${lag:km}", 0, 0, "cannot be printed in \"km\""},
	    {true, 29, "    mobile: {home_address: 3fff::9, home_agent: 3fff::1, home_link: eir}",
	     69, 0, "did you mean air"},
	    {true, 30, "    interfaces: {eth0: {link: air, mobile: true}}", 44, 0,
	     "none of no, yes"},
	    {true, 10, "  cn: &here", 7, 0, "anchors"},
	    {true, 1, "topolgy: small", 1, 0, "did you mean topology"},
	};

	check_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
}

static void test_scenario_mistakes(void)
{
	static const struct mistake mistakes[] = {
	    {false, 3, "topology: smal", 11, 0, "no topology \"smal\""},
	    {false, 7, "setle: 1s", 1, 0, "did you mean settle"},
	    {false, 7, "settle: 1", 9, 0, "a time with its unit"},
	    {false, 7, "captures: [cn, ha]", 11, 0, "mn moves"},
	    {false, 9, "  down: {from: cn, to: nm, interval: 10ms}", 24, 0, "no node \"nm\""},
	    {false, 9, "  down: {from: cn, to: mn, interval: 1us}", 38, 0, "at least 10us"},
	    {false, 9, "  down: {from: cn, to: mn, size: 8}", 34, 0, "from 24 to 65000"},
	    {false, 11, "  - att: 1s", 5, 0, "did you mean at"},
	    {false, 11, "  - at: one", 9, 0, "is not a time"},
	    {false, 13, "      count: many", 14, 0, "is not a whole number"},
	    {false, 13, "      count: ${move}", 14, 0, "did you mean moves"},
	    {false, 15, "        - wait: [2s, 1s]", 17, 0, "above the longest"},
	    {false, 15, "        - wait: 10ms", 17, 16, "lasts until"},
	    {false, 16, "        - move: {node: mm, interface: eth0, to: air}", 24, 0,
	     "did you mean mn"},
	    {false, 16, "        - move: {node: ha, interface: lan, to: air}", 39, 0, "is fixed"},
	    {false, 16, "        - move: {node: mn, interface: eth0, to: [wire, aer]}", 56, 0,
	     "did you mean air"},
	    {false, 16, "        - move: {node: mn, interface: eth0}", 17, 0, "needs \"to\""},
	    {false, 17, "  - at: 1s", 9, 0, "further up"},
	    {false, 17, "  - {wait: 1s, at: 2s}", 5, 0, "a step has one key"},
	    {false, 18, "  - signal: {node: ha, daemon: radv, signal: HUP}", 32, 0,
	     "did you mean radvd"},
	    {false, 18, "  - signal: {node: ha, daemon: radvd, signal: HUPP}", 47, 0,
	     "none of TERM, KILL"},
	    {false, 18, "  - start: {node: mn, daemon: mip6d}", 31, 0, "there are: none"},
	    {false, 18, "  - tcp: {from: cn, to: mn}", 10, 0, "\"bytes\" must be"},
	    {false, 18, "  - tcp: {from: cn, to: mn, bytes: 0}", 10, 0, "\"bytes\" must be"},
	    {false, 18, "  - tcp: {from: cn, to: mn, bytes: 5}", 36, 0, "is not"},
	    {false, 18, "  - tcp: {from: cm, to: mn, bytes: 5kB}", 17, 0, "did you mean cn"},
	    {false, 18, "  - tcp: {from: cn, to: mn, bytes: 5kB, output: a/b}", 49, 0, "without a"},
	    {false, 18, "  - tcp: {from: cn, to: mn, bytes: 5kB, count: 2}", 41, 0, "unknown key"},
	    {false, 18, "  - ping: {from: cn}", 11, 0, "\"to\" is missing"},
	    {false, 18, "  - ping: {from: cn, to: mn, count: 0}", 37, 0, "from 1 to 65535"},
	    {false, 18, "  - ping: {from: cn, to: mn, interval: 1us}", 11, 0, "at least 1ms"},
	    {false, 18, "  - command: {node: mn, run: [ls], output: /etc/x}", 44, 0,
	     "without a folder"},
	    {false, 18, "  - impair: {link: wire, loss: 120%}", 32, 0, "is not a ratio"},
	    {false, 21, "  - handover.count == (moves", 29, 0, "expectation: "},
	    {false, 21, "  - handover.cuont == moves", 5, 0, "expectation: "},
	    {false, 21, "  - events(nm, bu_tx) == 1", 5, 0, "expectation: "},
	    {false, 2, "about: [a, b]", 8, 0, "this is a list"},
	    {false, 2, "about: a: b", 9, 0, "YAML"},
	    {false, 2, "scenario: again", 1, 0, "stands twice"},
	    {false, 2, "about: *other", 8, 0, "aliases"},
	    {false, 2, "about: !!str x", 8, 0, "tags"},
	};

	check_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
}

static void test_wait_mistakes(void)
{
	static const struct mistake mistakes[] = {
	    {false, 18, "  - wait_for: {node: mn}", 15, 0, "needs \"event\", or a \"daemon\""},
	    {false, 18, "  - wait_for: {event: registered}", 15, 0, "\"node\" is missing"},
	    {false, 18, "  - wait_for: {event: x, node: mn, within: 5}", 44, 0, "time with its"},
	    {false, 18, "  - wait_for: {event: x, node: mn, within: 0s}", 44, 0, "longer than 0"},
	    {false, 18, "  - wait_for: {event: x, node: mn, with: 5}", 42, 0, "must be a mapping"},
	    {false, 18, "  - wait_for: {event: x, node: mn, with: {status}}", 43, 0,
	     "needs the value"},
	    {false, 18, "  - wait_for: {event: \"\", node: mn}", 23, 0, "must not be empty"},
	    {false, 18, "  - wait_for: {node: ha, daemon: radvd}", 34, 0, "has no \"ready\""},
	    {false, 21, "  - {that: moves == 3, when: {events: mm}}", 39, 0, "did you mean mn"},
	    {false, 21, "  - {that: moves == 3, when: {evnts: mn}}", 31, 0,
	     "no parameter \"evnts\""},
	};

	check_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
}

static void test_parameter_mistakes(void)
{
	static const struct mistake mistakes[] = {
	    {false, 5, "  moves: {default: 30, unit: count, range: [1, 20]}", 20, 0,
	     "out of range; allowed: 1 .. 20"},
	    {false, 5, "  moves: {default: 3, unit: counts, range: [1, 20]}", 29, 0,
	     "unknown unit"},
	    {false, 5, "  moves: {default: 3, unit: count, range: [20, 1]}", 43, 0,
	     "lowest value is above"},
	    {false, 5, "  moves: {default: 3, unit: count}", 10, 0, "no \"range\""},
	    {false, 5, "  moves: {unit: count, range: [1, 20]}", 10, 0, "no \"default\""},
	    {false, 5, "  moves: {default: 3, unit: count, rnage: [1, 20]}", 36, 0,
	     "did you mean range"},
	    {false, 5, "  dir: {default: 3, unit: count, range: [1, 20]}", 3, 0,
	     "the run itself fills in"},
	    {true, 3, "  moves: {default: 3, unit: count, range: [1, 20]}", 3, 0,
	     "declared already at"},
	    {false, 6, "  mode: {default: fats, choices: [fast, slow]}", 19, 0,
	     "none of its choices; allowed: fast, slow"},
	    {true, 4, "  low: {default: 3s, unit: time, range: [0s, 9s], at_most: 50% of high}", 3,
	     0, "more than 50% of high"},
	    {true, 4, "  low: {default: 1s, unit: time, range: [0s, 9s], at_most: hihg}", 60, 0,
	     "no parameter of the same unit"},
	    {false, 5, "  moves: {default: {uml: 2, host: 3}, unit: count, range: [1, 20]}", 20, 0,
	     "one for each"},
	    {false, 5, "  moves: {default: {uml: 2, host: 3, ns3: 4}, unit: count, range: [1, 20]}",
	     20, 0, "one for each"},
	    {false, 5, "  moves: {default: {uml: 2, host: 3, vrt: 4}, unit: count, range: [1, 20]}",
	     20, 0, "one for each"},
	    {false, 7, "defaults: {lag: 5s}", 17, 0, "out of range"},
	    {false, 7, "defaults: {lga: 5s}", 12, 0, "did you mean lag"},
	    {false, 7, "fixed: {lga: 5s}", 9, 0, "did you mean lag"},
	    {false, 7, "fixed: [lag]", 8, 0, "must be a mapping"},
	};

	check_mistakes(mistakes, sizeof(mistakes) / sizeof(mistakes[0]));
}

static void check_setting(const char *path, const char *name, const char *value, const char *file,
			  int line, const char *says)
{
	struct lab_error error;
	struct lab_plan *plan = load_with(path, name, value, &error);
	bool good = !plan && strcmp(error.file, file) == 0 && error.line == line &&
		    strstr(error.text, says);

	if (!good)
		printf("\n%s=%s gave %s:%d: %s\n", name, value, plan ? "a plan" : error.file,
		       error.line, error.text);
	CU_ASSERT(good);
	lab_plan_free(plan);
}

/* A wrong set= names the place where the parameter is declared. */
static void test_setting_mistakes(void)
{
	struct folder f;

	folder_make(&f);
	check_setting(f.scenario, "moves", "21", f.scenario, 5, "allowed: 1 .. 20");
	check_setting(f.scenario, "moves", "2.5", f.scenario, 5, "a whole number");
	check_setting(f.scenario, "lag", "10", f.topology, 3, "a time with its unit");
	check_setting(f.scenario, "lag", "2s", f.topology, 3, "allowed: 0ms .. 1s");
	check_setting(f.scenario, "mode", "medium", f.scenario, 6, "allowed: fast, slow");
	check_setting(f.scenario, "moove", "3", f.scenario, 5, "did you mean moves");
	check_setting(f.scenario, "colour", "red", f.scenario, 5, "declared are: moves, mode, lag");
	check_setting(f.scenario, "high", "1s", f.topology, 4, "more than 50% of high");
	write_lines(f.scenario, scenario_text, 7, "fixed: {lag: 20ms}");
	check_setting(f.scenario, "lag", "30ms", f.scenario, 7, "written for lag = 20ms");
	folder_remove(&f);
}

/* ---- bounds ---------------------------------------------------------------------------------- */

/* Writes a scenario of `size` octets that `fill` makes, and expects an error. */
static void check_refused(const char *text, size_t size, const char *says)
{
	struct lab_error error;
	struct folder folder;
	FILE *file;

	folder_make(&folder);
	file = fopen(folder.scenario, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fwrite(text, 1, size, file);
	fclose(file);
	CU_ASSERT_PTR_NULL(load(folder.scenario, 1, &error));
	if (!strstr(error.text, says))
		printf("\nexpected \"%s\", got \"%s\"\n", says, error.text);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, says));
	folder_remove(&folder);
}

static void test_bounds(void)
{
	size_t large = ((size_t)1 << 20) + 1;
	char *text = malloc(large);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, '#', large);
	check_refused(text, large, "larger than 1 MiB");
	check_refused(text, 100, "the file is empty");
	memset(text, '[', large);
	check_refused(text, 1000, "nested deeper");
	memset(text, '-', large);
	for (size_t i = 0; i < 150000; i += 3)
		memcpy(text + i, "- a", 3), text[i + 2] = '\n';
	check_refused(text, 150003, "more than");
	free(text);
	check_refused("- a\n- b\n", 8, "expected keys at the top");
	check_refused("a: 1\n---\nb: 2\n", 14, "second document");
	check_refused("a: \"x\\0y\"\n", 10, "zero octet");
	check_refused("\xff\xfe\xfd", 3, "YAML");
}

static void test_missing_file(void)
{
	struct lab_error error;

	CU_ASSERT_PTR_NULL(load("/nonexistent/x.yaml", 1, &error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "cannot open"));
	CU_ASSERT_STRING_EQUAL(error.file, "/nonexistent/x.yaml");
}

/* Repeats within repeats cannot keep the loader busy for hours. */
static void test_endless_repeat(void)
{
	static const struct mistake mistakes[] = {
	    {false, 17,
	     "  - repeat: {count: 20000, do: [{repeat: {count: 20000, do: [{wait: 0s}]}}]}", 61, 0,
	     "more than 200000 steps"},
	    {false, 17, "  - wait: 90000s", 11, 0, "is not a time"},
	};

	check_mistakes(mistakes, 2);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"topology mistakes", test_topology_mistakes},
	    {"scenario mistakes", test_scenario_mistakes},
	    {"wait_for mistakes", test_wait_mistakes},
	    {"parameter mistakes", test_parameter_mistakes},
	    {"setting mistakes", test_setting_mistakes},
	    {"bounds", test_bounds},
	    {"missing file", test_missing_file},
	    {"endless repeat", test_endless_repeat},
	};

	return test_run("scenario_errors", tests, sizeof(tests) / sizeof(tests[0]));
}
