/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario file: what happens on a topology, what is measured and what is
 * expected. docs/scenario.md describes the format. */
#include "lab/expect.h"
#include "lab/features.h"
#include "lab/load.h"
#include "lab/template.h"
#include <stdio.h>
#include <string.h>

#define CAPTURES_MAX 400
#define EXPECTS_MAX  64
#define NEEDS_MAX    16
#define PROBE_PORT   7000
#define PROBE_TAIL   (500 * LAB_NS_MS) /* for the last ones to arrive */

static int build_daemons(struct lab_load *load, const struct doc_node *map)
{
	int node = -1;

	if (!map)
		return 0;
	if (map->kind != DOC_MAP)
		return doc_fail(map, load->error, "\"daemons\" must be a mapping of nodes");
	for (size_t i = 0; i < map->count; i++)
		if (find_node(load, map->keys[i], map->keys[i]->text, &node) < 0 ||
		    daemon_build(load, &load->plan->nodes[node], map->items[i]) < 0)
			return -1;
	return 0;
}

static int probe_end(struct lab_load *load, const struct doc_node *map, const char *key,
		     const char *address_key, int *ret_node, char address[46])
{
	const struct doc_node *given = doc_get(map, address_key);
	char *name = NULL;
	const char *own;

	if (read_text(load, map, key, true, &name) < 0 ||
	    find_node(load, doc_get(map, key), name, ret_node) < 0 ||
	    read_name(load, map, address_key, false, address, 46) < 0)
		return -1;
	if (given)
		return read_address(load, given, address, false);
	own = find_address(load, *ret_node);
	if (!own)
		return doc_fail(doc_get(map, key), load->error,
				"node %s has no address of its own: give \"%s\"", name,
				address_key);
	memcpy(address, own, strlen(own) + 1);
	return 0;
}

static int probe_times(struct lab_load *load, const struct doc_node *map, struct lab_probe *probe)
{
	const struct lab_plan *plan = load->plan;

	probe->interval_ns = 5 * LAB_NS_MS;
	probe->start_ns = plan->settle_ns;
	probe->stop_ns = plan->duration_ns > PROBE_TAIL ? plan->duration_ns - PROBE_TAIL : 0;
	if (read_time(load, map, "interval", &probe->interval_ns) < 0 ||
	    read_time(load, map, "start", &probe->start_ns) < 0 ||
	    read_time(load, map, "stop", &probe->stop_ns) < 0)
		return -1;
	if (probe->interval_ns < 10000)
		return doc_fail(doc_get(map, "interval"), load->error,
				"the interval must be at least 10us");
	if (probe->start_ns >= probe->stop_ns || probe->stop_ns > plan->duration_ns)
		return doc_fail(map, load->error,
				"the probe has no time to run: it starts with \"settle\" and stops "
				"500ms before the end of the timeline unless said otherwise");
	return 0;
}

static int build_probe(struct lab_load *load, const struct doc_node *key,
		       const struct doc_node *map, struct lab_probe *probe)
{
	static const char *const known[] = {"from",   "to",	     "interval", "port", "size",
					    "source", "destination", "start",	 "stop"};
	unsigned port = PROBE_PORT + (unsigned)load->plan->probe_count;

	if (strlen(key->text) == 0 || strlen(key->text) >= sizeof(probe->name))
		return doc_fail(key, load->error, "a probe's name has 1 to %d characters",
				LAB_NAME - 1);
	snprintf(probe->name, sizeof(probe->name), "%s", key->text);
	probe->size = 64;
	if (read_keys(load, map, "a probe", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    probe_end(load, map, "from", "source", &probe->from, probe->src) < 0 ||
	    probe_end(load, map, "to", "destination", &probe->to, probe->dst) < 0 ||
	    read_unsigned(load, map, "port", 1, 65535, &port) < 0 ||
	    read_unsigned(load, map, "size", 24, 65000, &probe->size) < 0)
		return -1;
	probe->port = (uint16_t)port;
	probe->down = load->plan->nodes[probe->to].hoa[0] != '\0';
	probe->mn = probe->down ? probe->to : probe->from;
	if (load->plan->nodes[probe->mn].hoa[0] == '\0')
		probe->mn = -1;
	return probe_times(load, map, probe);
}

static int build_probes(struct lab_load *load, const struct doc_node *map)
{
	struct lab_plan *plan = load->plan;

	if (!map)
		return 0;
	if (map->kind != DOC_MAP || map->count > LAB_MAX_PROBES)
		return doc_fail(map, load->error,
				"\"probes\" must be a mapping of at most %d names", LAB_MAX_PROBES);
	plan->probes = arena_alloc(load->arena, (map->count + 1) * sizeof(plan->probes[0]));
	for (size_t i = 0; i < map->count; i++) {
		if (build_probe(load, map->keys[i], map->items[i], &plan->probes[i]) < 0)
			return -1;
		plan->probe_count++;
	}
	return 0;
}

static int add_captures(struct lab_load *load, const struct doc_node *at, int node, int iface)
{
	struct lab_plan *plan = load->plan;

	for (size_t i = 0; i < plan->nodes[node].iface_count; i++) {
		if (iface >= 0 && (int)i != iface)
			continue;
		if (plan->capture_count == CAPTURES_MAX)
			return doc_fail(at, load->error, "more than %d captures", CAPTURES_MAX);
		plan->captures = arena_grow(load->arena, plan->captures, plan->capture_count,
					    sizeof(plan->captures[0]));
		plan->captures[plan->capture_count++] = (struct lab_capture){node, (int)i};
	}
	return 0;
}

/* "ha" (all its interfaces) or "ha:home0". */
static int build_capture(struct lab_load *load, const struct doc_node *at, char *name)
{
	char *colon = strchr(name, ':');
	int node = -1;
	int iface = -1;

	if (colon)
		*colon++ = '\0';
	if (find_node(load, at, name, &node) < 0)
		return -1;
	if (colon && find_iface(load, at, node, colon, &iface) < 0)
		return -1;
	return add_captures(load, at, node, iface);
}

static bool is_measured(const struct lab_node *node)
{
	return strcmp(node->role, "mn") == 0 || strcmp(node->role, "ha") == 0 ||
	       strcmp(node->role, "cn") == 0;
}

static bool is_captured(const struct lab_plan *plan, int node)
{
	for (size_t i = 0; i < plan->capture_count; i++)
		if (plan->captures[i].node == node)
			return true;
	return false;
}

/* Handovers are found in the captures of the node that moves: to leave it out shows
 * before the run, not after it. */
static int check_movers(struct lab_load *load, const struct doc_node *at)
{
	const struct lab_plan *plan = load->plan;

	for (size_t i = 0; i < plan->action_count; i++) {
		const struct lab_action *action = &plan->actions[i];

		if (action->kind == LAB_ACT_MOVE && action->handover &&
		    !is_captured(plan, action->node))
			return doc_fail(at, load->error,
					"node %s moves, so one of its interfaces must be captured: "
					"add %s",
					plan->nodes[action->node].name,
					plan->nodes[action->node].name);
	}
	return 0;
}

static int build_captures(struct lab_load *load, const struct doc_node *file)
{
	const struct doc_node *list = doc_get(file, "captures");
	char **names = NULL;
	size_t count = 0;

	if (read_list(load, file, "captures", CAPTURES_MAX, &names, &count) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const struct doc_node *at = list->kind == DOC_LIST ? list->items[i] : list;

		if (build_capture(load, at, arena_string(load->arena, names[i])) < 0)
			return -1;
	}
	for (size_t n = 0; !list && n < load->plan->node_count; n++)
		if (is_measured(&load->plan->nodes[n]) && add_captures(load, file, (int)n, -1) < 0)
			return -1;
	return check_movers(load, list ? list : file);
}

/* An expectation that cannot be read, or that asks for what this plan has not, is
 * found before the run, not after it. */
static int check_expect(struct lab_load *load, const struct doc_node *at, const char *text)
{
	struct doc_node place = *at;
	char why[200] = "";
	int column = 0;
	struct expr *expr = expr_parse(text, why, sizeof(why), &column);
	int status;

	if (!expr) {
		if (!at->block && column > 0)
			place.column += at->text_offset + column - 1;
		return doc_fail(&place, load->error, "expectation: %s", why);
	}
	status = expect_check(load->plan, expr, why, sizeof(why));
	expr_free(expr);
	return status < 0 ? doc_fail(at, load->error, "expectation: %s", why) : 0;
}

static int build_expect(struct lab_load *load, const struct doc_node *node,
			struct lab_expect *expect, bool *ret_wanted)
{
	static const char *const known[] = {"that", "about", "when"};
	const struct doc_node *at = node;

	*expect = (struct lab_expect){0};
	if (node->kind == DOC_TEXT) {
		expect->text = read_scalar(load, node);
	} else if (read_keys(load, node, "an expectation", known, 3) < 0 ||
		   read_when(load, node, ret_wanted) < 0 ||
		   read_text(load, node, "that", true, &expect->text) < 0 ||
		   read_text(load, node, "about", false, &expect->about) < 0) {
		return -1;
	} else {
		at = doc_get(node, "that");
	}
	expect->line = at->line;
	return expect->text ? check_expect(load, at, expect->text) : -1;
}

static int build_expects(struct lab_load *load, const struct doc_node *list)
{
	struct lab_plan *plan = load->plan;

	if (!list)
		return 0;
	if (list->kind != DOC_LIST || list->count > EXPECTS_MAX)
		return doc_fail(list, load->error, "\"expect\" must be a list of at most %d lines",
				EXPECTS_MAX);
	/* What is left out is checked all the same. */
	plan->expects = arena_alloc(load->arena, (list->count + 1) * sizeof(plan->expects[0]));
	for (size_t i = 0; i < list->count; i++) {
		bool wanted = true;

		if (build_expect(load, list->items[i], &plan->expects[plan->expect_count],
				 &wanted) < 0)
			return -1;
		plan->expect_count += wanted;
	}
	return 0;
}

static int build_engines(struct lab_load *load, const struct doc_node *file)
{
	const struct doc_node *list = doc_get(file, "engines");
	struct lab_plan *plan = load->plan;
	char **names = NULL;
	size_t count = 0;

	if (read_list(load, file, "engines", LAB_ENGINES, &names, &count) < 0)
		return -1;
	for (size_t e = 0; e < LAB_ENGINES; e++)
		plan->engines[e] = !list;
	for (size_t i = 0; i < count; i++) {
		size_t e = 0;

		while (e < LAB_ENGINES &&
		       strcmp(lab_engine_name((enum lab_engine)e), names[i]) != 0)
			e++;
		if (e == LAB_ENGINES)
			return doc_fail(
			    list, load->error,
			    "unknown engine \"%.40s\": expected host, uml, virtual or ns3",
			    names[i]);
		plan->engines[e] = true;
	}
	if (plan->engines[plan->engine])
		return 0;
	return limits_fail(load, list, "this scenario is not for it");
}

static int build_needs(struct lab_load *load, const struct doc_node *file)
{
	const struct doc_node *list = doc_get(file, "needs");
	struct lab_plan *plan = load->plan;

	if (read_list(load, file, "needs", NEEDS_MAX, &plan->needs, &plan->need_count) < 0)
		return -1;
	for (size_t i = 0; i < plan->need_count; i++)
		if (!features_known(plan->needs[i]))
			return doc_fail(list, load->error,
					"unknown feature of a kernel \"%.40s\": expected %s",
					plan->needs[i], features_names());
	return 0;
}

int scenario_build(struct lab_load *load, const struct doc_node *file)
{
	static const char *const known[] = {
	    "scenario", "about",  "topology", "needs",	  "engines", "parameters", "defaults",
	    "fixed",	"settle", "daemons",  "timeline", "probes",  "captures",   "expect"};
	struct lab_plan *plan = load->plan;
	const struct doc_node *steps = doc_get(file, "timeline");

	if (read_keys(load, file, "a scenario", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_name(load, file, "scenario", true, plan->scenario, sizeof(plan->scenario)) < 0 ||
	    read_text(load, file, "about", true, &plan->about) < 0 ||
	    build_engines(load, file) < 0 || build_needs(load, file) < 0 ||
	    read_time(load, file, "settle", &plan->settle_ns) < 0 ||
	    build_daemons(load, doc_get(file, "daemons")) < 0)
		return -1;
	if (!steps)
		return doc_fail(file, load->error, "the key \"timeline\" is missing here");
	if (timeline_build(load, steps) < 0 || build_probes(load, doc_get(file, "probes")) < 0 ||
	    build_captures(load, file) < 0)
		return -1;
	return build_expects(load, doc_get(file, "expect"));
}
