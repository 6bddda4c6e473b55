/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6lab: the lab's one program. Its commands are a table; each parses its own
 * few options. */
#include "lab/agree.h"
#include "lab/engine.h"
#include "lab/list.h"
#include "lab/run.h"
#include "version.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *out)
{
	fputs("usage: mip6lab run SCENARIO [options]    run it and print its table\n"
	      "       mip6lab list [DIR]                the scenarios and their parameters\n"
	      "       mip6lab check FILE...             check scenario files\n"
	      "       mip6lab plan SCENARIO [options]   print what a run would do\n"
	      "       mip6lab agree SCENARIO [options]  run it with the kernel's data plane, the\n"
	      "                                         user plane, in ns-3 and on another\n"
	      "                                         kernel, and compare\n"
	      "       mip6lab --version | --help\n"
	      "\n"
	      "SCENARIO is a name in scenarios/ or a path. Options of run, plan and agree:\n"
	      "  -e, --engine NAME     virtual, uml, host or ns3; default: virtual\n"
	      "  -k, --kernel NAME     built or debian, for virtual; default: built where\n"
	      "                        `make kernel` has made it, else debian\n"
	      "  -s, --seed N          of every random moment (default 1)\n"
	      "  -p, --set NAME=VALUE  a parameter, with its unit; may hold several\n"
	      "  -t, --topology NAME   another topology than the scenario names\n"
	      "  -o, --results DIR     where results go (default results)\n"
	      "  -d, --scenarios DIR   where scenarios are (default scenarios)\n"
	      "  -a, --allow FILE      agree: the allow-list (default scenarios/agree.allow)\n"
	      "  -c, --keep-captures   each interface's capture stays in raw/, too, beside\n"
	      "                        capture.pcapng, which has them all\n"
	      "  -h, --help            this\n"
	      "\n"
	      "Exit codes: 0 good, 1 an expectation or the run failed, 2 bad input,\n"
	      "3 the machine lacks something, 4 the machine was too busy for the run to\n"
	      "count, 130 ended by Ctrl-C (SIGINT), 143 by SIGTERM.\n",
	      out);
}

static int bad_option(const char *text)
{
	fprintf(stderr, "mip6lab: %s\nmip6lab: try mip6lab --help\n", text);
	return RUN_BAD_INPUT;
}

static void default_scenarios(char *buf, size_t cap)
{
	struct engine_paths paths;

	snprintf(buf, cap, "scenarios");
	if (engine_paths_find(&paths) == 0)
		engine_scenarios(&paths, buf, cap);
}

static int take_kernel(struct run_options *o, const char *value)
{
	if (strcmp(value, "built") == 0)
		o->kernel = ENGINE_KERNEL_BUILT;
	else if (strcmp(value, "debian") == 0)
		o->kernel = ENGINE_KERNEL_DEBIAN;
	else
		snprintf(o->settings.error, sizeof(o->settings.error),
			 "unknown kernel \"%.40s\": expected built or debian", value);
	return o->kernel == ENGINE_KERNEL_BEST ? -1 : 0;
}

static int take_option(struct run_options *o, int option, const char *value)
{
	switch (option) {
	case 'e':
		o->engine_given = true;
		return settings_engine(&o->settings, value);
	case 'k':
		return take_kernel(o, value);
	case 's':
		return settings_seed(&o->settings, value);
	case 'p':
		return settings_add(&o->settings, value);
	case 't':
		o->topology = value;
		return 0;
	case 'o':
		o->results = value;
		return 0;
	case 'd':
		o->scenarios = value;
		return 0;
	case 'a':
		o->allow = value;
		return 0;
	case 'c':
		o->keep_captures = true;
		return 0;
	default:
		snprintf(o->settings.error, sizeof(o->settings.error), "unknown option");
		return -1;
	}
}

static int parse_options(int argc, char **argv, struct run_options *o)
{
	static const struct option options[] = {
	    {"engine", required_argument, NULL, 'e'},  {"seed", required_argument, NULL, 's'},
	    {"set", required_argument, NULL, 'p'},     {"topology", required_argument, NULL, 't'},
	    {"results", required_argument, NULL, 'o'}, {"scenarios", required_argument, NULL, 'd'},
	    {"allow", required_argument, NULL, 'a'},   {"kernel", required_argument, NULL, 'k'},
	    {"keep-captures", no_argument, NULL, 'c'}, {NULL, 0, NULL, 0},
	};
	int option;

	*o = (struct run_options){.results = "results", .settings.seed = 1};
	default_scenarios(o->scenario_folder, sizeof(o->scenario_folder));
	o->scenarios = o->scenario_folder;
	while ((option = getopt_long(argc, argv, "e:s:p:t:o:d:a:k:c", options, NULL)) != -1)
		if (take_option(o, option, optarg) < 0)
			return bad_option(o->settings.error);
	if (optind != argc - 1)
		return bad_option("expected one SCENARIO");
	o->scenario = argv[optind];
	return 0;
}

/* Asked for anywhere among the arguments of a command, as most programs take it. */
static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int command_run(int argc, char **argv)
{
	struct run_options options;
	int code = parse_options(argc, argv, &options);

	if (code == 0)
		code = run_scenario(&options);
	settings_free(&options.settings);
	return code;
}

static int command_agree(int argc, char **argv)
{
	struct run_options options;
	int code = parse_options(argc, argv, &options);

	if (code == 0 && options.engine_given)
		code = bad_option("agree runs its own engines: virtual and ns3");
	if (code == 0 && options.kernel != ENGINE_KERNEL_BEST)
		code = bad_option("agree chooses the kernels itself: it runs on both and "
				  "compares them");
	if (code == 0)
		code = agree_run(&options);
	settings_free(&options.settings);
	return code;
}

static void print_place(const struct lab_error *bad)
{
	char text[1024];

	lab_error_text(bad, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
}

static int command_plan(int argc, char **argv)
{
	struct run_options o;
	struct lab_error bad = {0};
	struct lab_plan *plan;
	char scenario[600];
	int code = parse_options(argc, argv, &o);

	if (code != 0)
		return code;
	if (!o.engine_given)
		o.settings.engine = LAB_ENGINE_VIRTUAL;
	run_find_scenario(o.scenarios, o.scenario, scenario, sizeof(scenario));
	plan = lab_plan_load(scenario, o.topology, o.settings.list, o.settings.count,
			     o.settings.seed, o.settings.engine, &bad);
	if (plan)
		lab_plan_print(stdout, plan);
	else
		print_place(&bad);
	code = plan ? RUN_OK : RUN_BAD_INPUT;
	lab_plan_free(plan);
	settings_free(&o.settings);
	return code;
}

static int command_list(int argc, char **argv)
{
	char folder[600];

	default_scenarios(folder, sizeof(folder));
	return lab_list(stdout, argc > 1 ? argv[1] : folder) < 0 ? RUN_BAD_INPUT : RUN_OK;
}

static int command_check(int argc, char **argv)
{
	int code = argc > 1 ? RUN_OK : bad_option("expected FILE");

	for (int i = 1; i < argc; i++)
		if (lab_check(stdout, stderr, argv[i]) < 0)
			code = RUN_BAD_INPUT;
	return code;
}

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
};

int main(int argc, char **argv)
{
	static const struct command commands[] = {
	    {"run", command_run},     {"plan", command_plan},	{"list", command_list},
	    {"check", command_check}, {"agree", command_agree},
	};

	if (engine_is_inside())
		return engine_inside();
	if (argc < 2) {
		usage(stderr);
		return RUN_BAD_INPUT;
	}
	if (wants_help(argc, argv)) {
		usage(stdout);
		return RUN_OK;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0) {
		printf("mip6lab %s (%s)\n", MIP6_VERSION, MIP6_COMMIT);
		return RUN_OK;
	}
	if (strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return RUN_OK;
	}
	return bad_option("no such command");
}
