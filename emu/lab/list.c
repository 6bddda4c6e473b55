/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What scenarios there are and what they take; and whether a file is right. */
#include "lab/list.h"
#include "lab/load.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_TEXT 1024

static void print_engines(FILE *out, const struct lab_plan *plan)
{
	fputs("    engines:", out);
	for (size_t e = 0; e < LAB_ENGINES; e++)
		if (plan->engines[e])
			fprintf(out, " %s", lab_engine_name((enum lab_engine)e));
	fputc('\n', out);
}

static void print_param(FILE *out, const struct lab_param *param)
{
	char range[160];

	snprintf(range, sizeof(range), "[%s]", param->allowed);
	fprintf(out, "    %-12s %-6s default %-9s %-20s %s\n", param->name, param->unit,
		param->text, range, param->about);
}

static void print_scenario(FILE *out, const struct lab_plan *plan)
{
	fprintf(out, "%s: %s (topology %s)\n", plan->scenario, plan->about, plan->topology);
	print_engines(out, plan);
	for (size_t i = 0; i < plan->param_count; i++)
		print_param(out, &plan->params[i]);
}

/* Listing asks for no engine in particular: any that the scenario is for. */
static struct lab_plan *load_any(const char *path, struct lab_error *ret_error)
{
	struct lab_plan *plan = NULL;
	struct lab_error first;

	for (int e = LAB_ENGINES - 1; e >= 0 && !plan; e--) {
		plan = lab_plan_load(path, NULL, NULL, 0, 1, (enum lab_engine)e, ret_error);
		if (e == LAB_ENGINES - 1)
			first = *ret_error;
	}
	if (!plan)
		*ret_error = first;
	return plan;
}

static int list_one(FILE *out, const char *path)
{
	struct lab_error error;
	struct lab_plan *plan = load_any(path, &error);
	char text[ERROR_TEXT];

	if (!plan) {
		lab_error_text(&error, text, sizeof(text));
		fprintf(out, "%s\n", text);
		return -1;
	}
	print_scenario(out, plan);
	lab_plan_free(plan);
	return 0;
}

static int is_yaml(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

int lab_list(FILE *out, const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_yaml, alphasort);
	int status = count > 0 ? 0 : -1;

	if (count < 0)
		fprintf(out, "%s: cannot read the folder: %s\n", dir, strerror(errno));
	if (count == 0)
		fprintf(out, "%s: no scenario (NAME.yaml) in it\n", dir);
	for (int i = 0; i < count; i++) {
		char path[1024];

		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		if (list_one(out, path) < 0)
			status = -1;
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return status;
}

/* A topology by itself, with its own parameters at their defaults. */
static int check_topology(struct lab_load *load, const struct doc_node *file)
{
	if (param_declare(&load->params, load->arena, doc_get(file, "parameters"), load->error) <
		0 ||
	    param_check_bounds(&load->params, load->error) < 0)
		return -1;
	return topology_build(load, file);
}

static int check_file(struct arena *arena, FILE *out, const char *path, struct lab_error *error)
{
	struct lab_plan topology = {0};
	struct lab_load load = {.arena = arena, .plan = &topology, .error = error};
	const struct doc_node *file = doc_read(arena, path, error);
	struct lab_plan *plan;

	if (!file)
		return -1;
	if (!doc_get(file, "scenario") && doc_get(file, "nodes")) {
		if (check_topology(&load, file) < 0)
			return -1;
		fprintf(out, "%s: topology %s, %zu nodes, %zu links: good\n", path,
			topology.topology, topology.node_count, topology.link_count);
		return 0;
	}
	plan = load_any(path, error);
	if (!plan)
		return -1;
	fprintf(out, "%s: scenario %s on %s, %zu actions in %.3f s: good\n", path, plan->scenario,
		plan->topology, plan->action_count - 1, (double)plan->duration_ns / 1e9);
	lab_plan_free(plan);
	return 0;
}

int lab_check(FILE *out, FILE *err, const char *path)
{
	struct arena *arena = arena_new();
	struct lab_error error = {0};
	char text[ERROR_TEXT];
	int status = check_file(arena, out, path, &error);

	if (status < 0) {
		lab_error_text(&error, text, sizeof(text));
		fprintf(err, "%s\n", text);
	}
	arena_free(arena);
	return status;
}
