/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What scenarios there are and what they take; and whether a file is right. */
#include "lab/list.h"
#include "lab/load.h"
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_TEXT 1024

/* One scenario as each engine would run it. */
struct listing {
	struct lab_plan *plans[LAB_ENGINES]; /* NULL: not for this engine */
	const struct lab_plan *plan;	     /* one of them */
};

/* Those that are able to do it. */
static void print_engines(FILE *out, const struct listing *l)
{
	fputs("    engines:", out);
	for (size_t e = 0; e < LAB_ENGINES; e++)
		if (l->plans[e])
			fprintf(out, " %s", lab_engine_name((enum lab_engine)e));
	fputc('\n', out);
}

/* The default, or those of all engines where they differ. */
static void default_text(const struct listing *l, size_t i, char *text, size_t cap)
{
	const char *first = l->plan->params[i].text;
	size_t length = 0;
	bool same = true;

	for (int e = 0; e < LAB_ENGINES; e++)
		same = same && (!l->plans[e] || strcmp(l->plans[e]->params[i].text, first) == 0);
	snprintf(text, cap, "%s", first);
	for (int e = 0; e < LAB_ENGINES && !same && length < cap; e++)
		if (l->plans[e])
			length += (size_t)snprintf(text + length, cap - length, "%s%s (%s)",
						   length ? ", " : "", l->plans[e]->params[i].text,
						   lab_engine_name((enum lab_engine)e));
}

static void print_param(FILE *out, const struct listing *l, size_t i)
{
	const struct lab_param *param = &l->plan->params[i];
	char range[160];
	char value[400];

	default_text(l, i, value, sizeof(value));
	snprintf(range, sizeof(range), "[%s]", param->allowed);
	fprintf(out, "    %-14s %-6s default %-9s %-21s %s\n", param->name, param->unit, value,
		range, param->about);
}

static void print_scenario(FILE *out, const struct listing *l)
{
	fprintf(out, "%s: %s (topology %s)\n", l->plan->scenario, l->plan->about,
		l->plan->topology);
	print_engines(out, l);
	for (size_t i = 0; i < l->plan->param_count; i++)
		if (!l->plan->params[i].fixed)
			print_param(out, l, i);
}

static void listing_free(struct listing *l)
{
	for (int e = 0; e < LAB_ENGINES; e++)
		lab_plan_free(l->plans[e]);
}

/* Loads the scenario for each engine that is able to do it. That one is not is no
 * mistake in the file; what else is wrong is wrong for all. */
static int listing_load(struct listing *l, const char *path, struct lab_error *ret_error)
{
	struct lab_error error;
	bool wrong = false;

	*l = (struct listing){0};
	for (int e = LAB_ENGINES - 1; e >= 0; e--) {
		l->plans[e] = lab_plan_load(path, NULL, NULL, 0, 1, (enum lab_engine)e, &error);
		if (l->plans[e])
			l->plan = l->plan ? l->plan : l->plans[e];
		else if (!wrong)
			*ret_error = error;
		wrong = wrong || (!l->plans[e] && !error.engine);
	}
	if (l->plan && !wrong)
		return 0;
	listing_free(l);
	return -1;
}

static int list_one(FILE *out, const char *path)
{
	struct lab_error error;
	struct listing l;
	char text[ERROR_TEXT];

	if (listing_load(&l, path, &error) < 0) {
		lab_error_text(&error, text, sizeof(text));
		fprintf(out, "%s\n", text);
		return -1;
	}
	print_scenario(out, &l);
	listing_free(&l);
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
	struct listing scenario;
	const struct lab_plan *plan;

	if (!file)
		return -1;
	if (!doc_get(file, "scenario") && doc_get(file, "nodes")) {
		if (check_topology(&load, file) < 0)
			return -1;
		fprintf(out, "%s: topology %s, %zu nodes, %zu links: good\n", path,
			topology.topology, topology.node_count, topology.link_count);
		return 0;
	}
	if (listing_load(&scenario, path, error) < 0)
		return -1;
	plan = scenario.plan;
	fprintf(out, "%s: scenario %s on %s, %zu actions in %.3f s: good\n", path, plan->scenario,
		plan->topology, plan->action_count - 1, (double)plan->duration_ns / 1e9);
	listing_free(&scenario);
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
