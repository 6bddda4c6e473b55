/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From files and settings to a plan: read both files, merge and set the
 * parameters, then build the topology's part and the scenario's. */
#include "lab/plan.h"
#include "lab/load.h"
#include <stdio.h>
#include <string.h>

/* The plan and the memory in which it and all it points to lie. */
struct plan_box {
	struct lab_plan plan;
	struct arena *arena;
};

const char *lab_engine_name(enum lab_engine engine)
{
	static const char *const names[] = {"host", "uml", "virtual", "ns3"};

	return engine < LAB_ENGINES ? names[engine] : "?";
}

bool lab_engine_exact(enum lab_engine engine)
{
	return engine == LAB_ENGINE_VIRTUAL || engine == LAB_ENGINE_NS3;
}

void lab_error_text(const struct lab_error *error, char *text, size_t cap)
{
	if (!error->file[0])
		snprintf(text, cap, "%s", error->text);
	else if (error->line == 0)
		snprintf(text, cap, "%s: %s", error->file, error->text);
	else if (error->column == 0)
		snprintf(text, cap, "%s:%d: %s", error->file, error->line, error->text);
	else
		snprintf(text, cap, "%s:%d:%d: %s", error->file, error->line, error->column,
			 error->text);
}

const struct lab_param *lab_plan_param(const struct lab_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->param_count; i++)
		if (strcmp(plan->params[i].name, name) == 0)
			return &plan->params[i];
	return NULL;
}

int lab_plan_node(const struct lab_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->node_count; i++)
		if (strcmp(plan->nodes[i].name, name) == 0)
			return (int)i;
	return -1;
}

bool lab_writes_events(const struct lab_node *node, int daemon)
{
	for (size_t d = 0; d < node->daemon_count; d++)
		if (node->daemons[d].events && (daemon < 0 || daemon == (int)d))
			return true;
	return false;
}

void lab_plan_free(struct lab_plan *plan)
{
	if (plan)
		arena_free(((struct plan_box *)plan)->arena);
}

/* How much of a scenario's path is the folder in which topologies/ is looked for:
 * the one around the scenario's own. */
static int outer_folder(const char *path, int folder)
{
	int outer = folder - 1;

	while (outer > 0 && path[outer - 1] != '/')
		outer--;
	return outer;
}

/* DIR/NAME.yaml's topology T is DIR/../topologies/T.yaml; one with a slash is
 * meant from the scenario's folder. */
static int topology_path(const char *scenario_path, const char *name, char *path, size_t cap)
{
	const char *slash = strrchr(scenario_path, '/');
	int folder = slash ? (int)(slash + 1 - scenario_path) : 0;
	int length;

	if (strchr(name, '/'))
		length =
		    snprintf(path, cap, "%.*s%s", name[0] == '/' ? 0 : folder, scenario_path, name);
	else if (folder <= 1 || scenario_path[folder - 2] == '.')
		length =
		    snprintf(path, cap, "%.*s../topologies/%s.yaml", folder, scenario_path, name);
	else
		length = snprintf(path, cap, "%.*stopologies/%s.yaml",
				  outer_folder(scenario_path, folder), scenario_path, name);
	return length < 0 || (size_t)length >= cap ? -1 : 0;
}

static bool is_file(const char *path)
{
	FILE *file = fopen(path, "rbe");

	if (file)
		fclose(file);
	return file != NULL;
}

/* By the name that the scenario has for it, or the one given in its place. */
static int find_topology(struct lab_load *load, const struct doc_node *scenario,
			 const char *scenario_path, const char *given, char *path, size_t cap)
{
	const struct doc_node *at = doc_get(scenario, "topology");
	const char *name = given;

	if (!given) {
		if (!at || at->kind != DOC_TEXT || at->text[0] == '\0')
			return doc_fail(
			    at ? at : scenario, load->error,
			    "a scenario needs \"topology\": the name of a file in topologies/");
		name = at->text;
	}
	at = at ? at : scenario;
	if (topology_path(scenario_path, name, path, cap) < 0)
		return doc_fail(at, load->error, "the path of the topology is too long");
	if (!is_file(path))
		return doc_fail(at, load->error, "no topology \"%.60s\": there is no file %.200s",
				name, path);
	return 0;
}

/* "three-links", not "three-links.yaml" or "./x". */
static bool is_name(const char *path)
{
	return !strchr(path, '/') && !strstr(path, ".yaml");
}

static struct doc_node *read_topology(struct lab_load *load, const struct doc_node *scenario,
				      const char *scenario_path, const char *path)
{
	char found[512];

	if (!path || is_name(path)) {
		if (find_topology(load, scenario, scenario_path, path, found, sizeof(found)) < 0)
			return NULL;
		path = found;
	}
	load->plan->topology_file = arena_string(load->arena, path);
	return doc_read(load->arena, path, load->error);
}

static int take_params(struct lab_load *load, const struct doc_node *scenario,
		       const struct doc_node *topology, const struct lab_setting *settings,
		       size_t setting_count)
{
	struct param_set *set = &load->params;
	struct lab_error *error = load->error;

	if (param_declare(set, load->arena, doc_get(scenario, "parameters"), error) < 0 ||
	    param_declare(set, load->arena, doc_get(topology, "parameters"), error) < 0 ||
	    param_defaults(set, load->arena, doc_get(scenario, "defaults"), error) < 0 ||
	    param_fixed(set, load->arena, doc_get(scenario, "fixed"), error) < 0)
		return -1;
	if (!set->files[0])
		set->files[0] = scenario;
	for (size_t i = 0; i < setting_count; i++)
		if (param_set_value(set, load->arena, &settings[i], error) < 0)
			return -1;
	return param_check_bounds(set, error);
}

static void show_params(struct lab_load *load)
{
	struct lab_plan *plan = load->plan;

	plan->params = arena_alloc(load->arena, (load->params.count + 1) * sizeof(plan->params[0]));
	for (size_t i = 0; i < load->params.count; i++) {
		const struct param *from = load->params.items[i];
		struct lab_param *to = &plan->params[i];

		memcpy(to->name, from->name, sizeof(to->name));
		snprintf(to->unit, sizeof(to->unit), "%s", value_unit_name(from->unit));
		to->text = from->text;
		to->fixed = from->fixed_at != NULL;
		to->value = from->value;
		to->is_default = from->is_default;
		to->about = from->about;
		to->allowed = param_allowed(from, load->arena);
		to->file = from->at->file;
		to->line = from->at->line;
	}
	plan->param_count = load->params.count;
}

int plan_build(struct lab_load *load, const struct doc_node *scenario,
	       const struct doc_node *topology, const struct lab_setting *settings,
	       size_t setting_count)
{
	load->params.engine = load->plan->engine;
	if (take_params(load, scenario, topology, settings, setting_count) < 0)
		return -1;
	show_params(load);
	if (topology_build(load, topology) < 0)
		return -1;
	return scenario_build(load, scenario);
}

static int load_all(struct lab_load *load, const char *scenario_path, const char *topology_file,
		    const struct lab_setting *settings, size_t setting_count)
{
	struct doc_node *scenario = doc_read(load->arena, scenario_path, load->error);
	struct doc_node *topology;

	if (!scenario)
		return -1;
	topology = read_topology(load, scenario, scenario_path, topology_file);
	if (!topology)
		return -1;
	return plan_build(load, scenario, topology, settings, setting_count);
}

struct lab_plan *lab_plan_load(const char *scenario_path, const char *topology_path,
			       const struct lab_setting *settings, size_t setting_count,
			       uint64_t seed, enum lab_engine engine, struct lab_error *ret_error)
{
	struct lab_load *load;
	struct plan_box *box;
	struct arena *arena = arena_new();

	memset(ret_error, 0, sizeof(*ret_error));
	box = arena_alloc(arena, sizeof(*box));
	load = arena_alloc(arena, sizeof(*load));
	box->arena = arena;
	load->arena = arena;
	load->plan = &box->plan;
	load->error = ret_error;
	box->plan.seed = seed;
	box->plan.engine = engine;
	box->plan.scenario_file = arena_string(arena, scenario_path);
	if (load_all(load, scenario_path, topology_path, settings, setting_count) == 0)
		return &box->plan;
	arena_free(arena);
	return NULL;
}
