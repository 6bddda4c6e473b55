/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timeline of a scenario: steps that are carried out one behind the other
 * with a clock that only `at` and `wait` move on. The result is a flat list of
 * actions with absolute times, every random wait drawn. */
#include "lab/load.h"
#include "lab/prng.h"
#include "lab/template.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define REPEAT_DEPTH   4
#define STEPS_MAX      200000 /* carried out in all */
#define TARGETS_MAX    64
#define ARGS_MAX       64
#define STREAMS_MAX    200 /* of each kind */
#define TCP_PORT       8000
#define TCP_OCTETS_MAX 1e12

struct timeline {
	struct lab_load *load;
	int64_t now;
	unsigned depth;
	unsigned steps;
	char path[64];		      /* of the present step in the file: "2.1" */
	uint64_t round;		      /* how often the innermost repeat has run in all */
	uint64_t turn;		      /* which turn of the innermost repeat this is */
	unsigned tcps, pings;	      /* so far */
	int64_t busy[LAB_MAX_IFACES]; /* a move of it lasts until then */
	struct lab_impairment imp[LAB_MAX_LINKS]; /* as it is now */
};

static int run_steps(struct timeline *t, const struct doc_node *list);

static int add_action(struct timeline *t, const struct doc_node *at, struct lab_action action)
{
	struct lab_plan *plan = t->load->plan;

	if (plan->action_count == LAB_MAX_ACTIONS)
		return doc_fail(at, t->load->error, "the timeline has more than %d actions",
				LAB_MAX_ACTIONS);
	action.at_ns = t->now;
	plan->actions =
	    arena_grow(t->load->arena, plan->actions, plan->action_count, sizeof(plan->actions[0]));
	plan->actions[plan->action_count++] = action;
	return 0;
}

static int advance(struct timeline *t, const struct doc_node *at, int64_t to)
{
	if (to > LAB_MAX_DURATION)
		return doc_fail(at, t->load->error, "the timeline is longer than a day");
	t->now = to;
	return 0;
}

static int scalar_time(struct timeline *t, const struct doc_node *node, int64_t *ret)
{
	char *text = read_scalar(t->load, node);
	double value = 0;

	if (!text)
		return -1;
	if (value_parse(text, VALUE_TIME, &value) < 0 || value > (double)LAB_MAX_DURATION)
		return doc_fail(node, t->load->error, "\"%.40s\" is not %s", text,
				value_unit_help(VALUE_TIME));
	*ret = (int64_t)value;
	return 0;
}

static int step_at(struct timeline *t, const struct doc_node *node)
{
	int64_t at = 0;
	char now[32];

	if (scalar_time(t, node, &at) < 0)
		return -1;
	value_print((double)t->now, VALUE_TIME, now, sizeof(now));
	if (at < t->now)
		return doc_fail(node, t->load->error,
				"the steps before reach %s already: put this one further up", now);
	return advance(t, node, at);
}

/* A wait, or [shortest, longest]: drawn in whole microseconds from a stream that
 * belongs to this very step, so that no other step or parameter moves it. */
static int step_wait(struct timeline *t, const struct doc_node *node)
{
	int64_t low = 0;
	int64_t high = 0;
	char stream[80];

	if (node->kind == DOC_TEXT)
		return scalar_time(t, node, &low) < 0 ? -1 : advance(t, node, t->now + low);
	if (node->kind != DOC_LIST || node->count != 2)
		return doc_fail(node, t->load->error,
				"expected a time, or [shortest, longest] for a random one");
	if (scalar_time(t, node->items[0], &low) < 0 || scalar_time(t, node->items[1], &high) < 0)
		return -1;
	if (low > high)
		return doc_fail(node, t->load->error, "the shortest wait is above the longest");
	snprintf(stream, sizeof(stream), "wait %s", t->path);
	low = 1000 * prng_between(t->load->plan->seed, stream, t->round, low / 1000, high / 1000);
	return advance(t, node, t->now + low);
}

static int read_node(struct timeline *t, const struct doc_node *map, int *ret)
{
	char *name = NULL;

	if (read_text(t->load, map, "node", true, &name) < 0)
		return -1;
	return find_node(t->load, doc_get(map, "node"), name, ret);
}

static int read_iface(struct timeline *t, const struct doc_node *map, struct lab_action *action)
{
	const struct lab_iface *iface;
	char *name = NULL;

	if (read_node(t, map, &action->node) < 0 ||
	    read_text(t->load, map, "interface", true, &name) < 0 ||
	    find_iface(t->load, doc_get(map, "interface"), action->node, name, &action->iface) < 0)
		return -1;
	iface = &t->load->plan->nodes[action->node].ifaces[action->iface];
	if (!iface->mobile)
		return doc_fail(
		    doc_get(map, "interface"), t->load->error,
		    "interface %s of %s is fixed: give it \"mobile: yes\" in the topology",
		    iface->name, t->load->plan->nodes[action->node].name);
	return 0;
}

/* `to` names a link, `home` the node's home link; a list is gone through turn by
 * turn of the repeat around it. */
static int read_target(struct timeline *t, const struct doc_node *map, struct lab_action *action)
{
	const struct lab_node *node = &t->load->plan->nodes[action->node];
	const struct doc_node *at = doc_get(map, "to");
	char **names = NULL;
	size_t count = 0;
	size_t turn;

	if (read_list(t->load, map, "to", TARGETS_MAX, &names, &count) < 0)
		return -1;
	if (count == 0)
		return doc_fail(map, t->load->error,
				"a move needs \"to\": a link or a list of links");
	turn = (size_t)(t->turn % count);
	at = at->kind == DOC_LIST ? at->items[turn] : at;
	action->link = -1;
	for (size_t i = 0; i < t->load->plan->link_count; i++)
		if (strcmp(t->load->plan->links[i].name, names[turn]) == 0)
			action->link = (int)i;
	if (action->link < 0 && strcmp(names[turn], "home") == 0)
		action->link = node->home_link;
	if (action->link < 0 && find_link(t->load, at, names[turn], &action->link) < 0)
		return -1;
	action->home = action->link == node->home_link;
	return 0;
}

static int check_free(struct timeline *t, const struct doc_node *map,
		      const struct lab_action *action)
{
	const struct lab_node *node = &t->load->plan->nodes[action->node];
	const struct lab_iface *iface = &node->ifaces[action->iface];
	int64_t *busy = &t->busy[iface->ifindex - 100];
	char now[32];
	char until[32];

	value_print((double)t->now, VALUE_TIME, now, sizeof(now));
	value_print((double)*busy, VALUE_TIME, until, sizeof(until));
	if (t->now < *busy)
		return doc_fail(
		    map, t->load->error,
		    "%s of %s is to move at %s, but its move before lasts until %s: wait "
		    "longer or make the gap shorter",
		    iface->name, node->name, now, until);
	*busy = t->now + action->gap_ns;
	return 0;
}

static int step_move(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"node", "interface",  "to",
					    "gap",  "link_event", "handover"};
	struct lab_action action = {.kind = LAB_ACT_MOVE, .gap_ns = 50 * LAB_NS_MS};

	action.link_event = true;
	action.handover = true;
	if (read_keys(t->load, map, "a move", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_iface(t, map, &action) < 0 || read_target(t, map, &action) < 0 ||
	    read_time(t->load, map, "gap", &action.gap_ns) < 0 ||
	    read_flag(t->load, map, "link_event", &action.link_event) < 0 ||
	    read_flag(t->load, map, "handover", &action.handover) < 0 ||
	    check_free(t, map, &action) < 0)
		return -1;
	if (action.handover && t->now < t->load->plan->settle_ns)
		return doc_fail(
		    map, t->load->error,
		    "a handover before \"settle\" is over: wait longer, or give the move "
		    "\"handover: no\"");
	return add_action(t, map, action);
}

static int step_detach(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"node", "interface"};
	struct lab_action action = {.kind = LAB_ACT_DETACH};

	if (read_keys(t->load, map, "detach", known, 2) < 0 || read_iface(t, map, &action) < 0 ||
	    check_free(t, map, &action) < 0)
		return -1;
	return add_action(t, map, action);
}

static int step_impair(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"link", "delay", "jitter", "loss", "rate"};
	struct lab_action action = {.kind = LAB_ACT_IMPAIR};
	char *link = NULL;

	if (read_keys(t->load, map, "impair", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_text(t->load, map, "link", true, &link) < 0 ||
	    find_link(t->load, doc_get(map, "link"), link, &action.link) < 0 ||
	    read_impairment(t->load, map, &t->imp[action.link]) < 0)
		return -1;
	action.imp = t->imp[action.link];
	return add_action(t, map, action);
}

static int read_daemon(struct timeline *t, const struct doc_node *map, struct lab_action *action)
{
	char *daemon = NULL;

	if (read_node(t, map, &action->node) < 0 ||
	    read_text(t->load, map, "daemon", true, &daemon) < 0)
		return -1;
	return find_daemon(t->load, doc_get(map, "daemon"), action->node, daemon, &action->daemon);
}

static int step_signal(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"node", "daemon", "signal"};
	struct lab_action action = {.kind = LAB_ACT_SIGNAL};

	if (read_keys(t->load, map, "signal", known, 3) < 0 || read_daemon(t, map, &action) < 0 ||
	    read_signal(t->load, map, "signal", &action.signal) < 0)
		return -1;
	if (action.signal == 0)
		return doc_fail(map, t->load->error, "\"signal\" is missing: TERM, KILL, HUP ...");
	if (limits_signal(t->load, doc_get(map, "signal"), action.signal) < 0)
		return -1;
	return add_action(t, map, action);
}

static int step_start(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"node", "daemon"};
	struct lab_action action = {.kind = LAB_ACT_START};

	if (read_keys(t->load, map, "start", known, 2) < 0 || read_daemon(t, map, &action) < 0)
		return -1;
	return add_action(t, map, action);
}

static int check_output(struct timeline *t, const struct doc_node *map, const char *name)
{
	if (!name || (!strchr(name, '/') && name[0] != '.' && name[0] != '\0'))
		return 0;
	return doc_fail(doc_get(map, "output"), t->load->error,
			"a file name without a folder is expected: it goes to the results");
}

static int step_command(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"node", "run", "output", "exit"};
	struct lab_action action = {.kind = LAB_ACT_COMMAND};
	unsigned status = 0;

	if (read_keys(t->load, map, "command", known, 4) < 0 ||
	    read_node(t, map, &action.node) < 0 ||
	    read_list(t->load, map, "run", ARGS_MAX, &action.argv, &action.argc) < 0 ||
	    read_text(t->load, map, "output", false, &action.output) < 0 ||
	    read_unsigned(t->load, map, "exit", 0, 255, &status) < 0)
		return -1;
	action.exit_status = (int)status;
	if (action.argc == 0)
		return doc_fail(map, t->load->error, "\"run\" is missing: [program, argument ...]");
	if (check_output(t, map, action.output) < 0)
		return -1;
	return add_action(t, map, action);
}

/* The two ends of a stream and the file for what comes of it: unless named, that
 * of the kind's number in the timeline. */
static int read_stream(struct timeline *t, const struct doc_node *map, const char *kind,
		       unsigned number, struct lab_action *action)
{
	const char *const keys[] = {"from", "to"};
	int *const nodes[] = {&action->node, &action->to};
	char **const addresses[] = {&action->src, &action->dst};
	char *name = NULL;
	char file[32];

	for (size_t i = 0; i < 2; i++) {
		if (read_text(t->load, map, keys[i], true, &name) < 0 ||
		    find_node(t->load, doc_get(map, keys[i]), name, nodes[i]) < 0)
			return -1;
		*addresses[i] = find_address(t->load, *nodes[i]);
		if (!*addresses[i])
			return doc_fail(doc_get(map, keys[i]), t->load->error,
					"node %s has no address of its own", name);
	}
	snprintf(file, sizeof(file), "%s-%u.json", kind, number);
	action->output = arena_string(t->load->arena, file);
	if (read_text(t->load, map, "output", false, &action->output) < 0)
		return -1;
	return check_output(t, map, action->output);
}

static int step_tcp(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"from", "to", "bytes", "output"};
	struct lab_action action = {.kind = LAB_ACT_TCP};
	double octets = 0;

	if (read_keys(t->load, map, "tcp", known, 4) < 0 ||
	    read_number(t->load, map, "bytes", VALUE_BYTES, &octets) < 0 ||
	    read_stream(t, map, "tcp", ++t->tcps, &action) < 0)
		return -1;
	if (octets < 1 || octets > TCP_OCTETS_MAX)
		return doc_fail(map, t->load->error, "\"bytes\" must be 1B to 1000000MB");
	if (t->tcps > STREAMS_MAX)
		return doc_fail(map, t->load->error, "more than %d TCP streams", STREAMS_MAX);
	action.octets = (uint64_t)octets;
	action.port = (uint16_t)(TCP_PORT + t->tcps - 1);
	return add_action(t, map, action);
}

static int step_ping(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"from", "to", "count", "interval", "output"};
	struct lab_action action = {
	    .kind = LAB_ACT_PING, .count = 10, .interval_ns = 100 * LAB_NS_MS};

	if (read_keys(t->load, map, "ping", known, 5) < 0 ||
	    read_unsigned(t->load, map, "count", 1, 65535, &action.count) < 0 ||
	    read_time(t->load, map, "interval", &action.interval_ns) < 0 ||
	    read_stream(t, map, "ping", ++t->pings, &action) < 0)
		return -1;
	if (action.interval_ns < LAB_NS_MS)
		return doc_fail(map, t->load->error, "\"interval\" must be at least 1ms");
	if (t->pings > STREAMS_MAX)
		return doc_fail(map, t->load->error, "more than %d pings", STREAMS_MAX);
	return add_action(t, map, action);
}

/* "field=value" of each key of "with". */
static int read_filters(struct timeline *t, const struct doc_node *map, struct lab_action *action)
{
	const struct doc_node *with = doc_get(map, "with");
	char text[256];

	if (with && with->kind != DOC_MAP)
		return doc_fail(with, t->load->error,
				"\"with\" must be a mapping of the event's fields to values");
	for (size_t i = 0; with && i < with->count; i++) {
		char *value = read_scalar(t->load, with->items[i]);
		int n =
		    value ? snprintf(text, sizeof(text), "%s=%s", with->keys[i]->text, value) : -1;

		if (!value)
			return -1;
		if (value[0] == '\0')
			return doc_fail(with->keys[i], t->load->error,
					"\"%s\" needs the value that is waited for",
					with->keys[i]->text);
		if (n < 0 || (size_t)n >= sizeof(text))
			return doc_fail(with->items[i], t->load->error, "the value is too long");
		action->filters = arena_grow(t->load->arena, action->filters, action->filter_count,
					     sizeof(action->filters[0]));
		action->filters[action->filter_count++] = arena_string(t->load->arena, text);
	}
	return 0;
}

/* Whether there is anything that can end the wait. */
static int check_awaited(struct timeline *t, const struct doc_node *map,
			 const struct lab_action *action)
{
	const struct lab_node *node = &t->load->plan->nodes[action->node];

	if (action->event && action->event[0] == '\0')
		return doc_fail(doc_get(map, "event"), t->load->error,
				"\"event\" must not be empty: docs/events.md has the names");
	if (!action->event && action->daemon < 0)
		return doc_fail(map, t->load->error,
				"wait_for needs \"event\", or a \"daemon\" that is to be ready");
	if (!action->event && node->daemons[action->daemon].ready.kind == LAB_READY_NONE)
		return doc_fail(doc_get(map, "daemon"), t->load->error,
				"%s has no \"ready\" in the topology",
				node->daemons[action->daemon].name);
	return 0;
}

/* A daemon of another make tells nothing that could be waited for: the step is left out,
 * and the results say so. */
static bool is_told(struct timeline *t, const struct lab_action *action)
{
	struct lab_plan *plan = t->load->plan;
	const struct lab_node *node = &plan->nodes[action->node];
	char text[200];

	if (!action->event || lab_writes_events(node, action->daemon))
		return true;
	snprintf(text, sizeof(text),
		 "wait_for in line %d is left out: no daemon of %s writes events (none has "
		 "${events} in its command)",
		 action->line, node->name);
	plan->notes =
	    arena_grow(t->load->arena, plan->notes, plan->note_count, sizeof(plan->notes[0]));
	plan->notes[plan->note_count++] = arena_string(t->load->arena, text);
	return false;
}

static int step_wait_for(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"event", "node", "daemon", "with", "within", "when"};
	struct lab_action action = {
	    .kind = LAB_ACT_WAIT_FOR, .daemon = -1, .within_ns = 60 * LAB_NS_SECOND};
	bool wanted = true;

	if (read_keys(t->load, map, "wait_for", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_when(t->load, map, &wanted) < 0 ||
	    read_text(t->load, map, "event", false, &action.event) < 0 ||
	    read_time(t->load, map, "within", &action.within_ns) < 0 ||
	    read_node(t, map, &action.node) < 0 || read_filters(t, map, &action) < 0)
		return -1;
	if (!wanted)
		return 0;
	if ((doc_get(map, "daemon") && read_daemon(t, map, &action) < 0) ||
	    check_awaited(t, map, &action) < 0)
		return -1;
	if (action.within_ns <= 0)
		return doc_fail(doc_get(map, "within"), t->load->error,
				"\"within\" must be longer than 0");
	action.line = map->line;
	return is_told(t, &action) ? add_action(t, map, action) : 0;
}

static int step_repeat(struct timeline *t, const struct doc_node *map)
{
	static const char *const known[] = {"count", "do"};
	const struct doc_node *list = doc_get(map, "do");
	uint64_t turn = t->turn;
	uint64_t round = t->round;
	unsigned count = 0;

	if (read_keys(t->load, map, "repeat", known, 2) < 0 ||
	    read_unsigned(t->load, map, "count", 0, LAB_MAX_ACTIONS, &count) < 0)
		return -1;
	if (!doc_get(map, "count") || !list)
		return doc_fail(map, t->load->error, "repeat needs \"count\" and \"do\"");
	if (t->depth == REPEAT_DEPTH)
		return doc_fail(map, t->load->error, "repeats nested deeper than %d", REPEAT_DEPTH);
	t->depth++;
	for (unsigned i = 0; i < count; i++) {
		t->turn = i;
		t->round = round * LAB_MAX_ACTIONS + i;
		if (run_steps(t, list) < 0)
			return -1;
	}
	t->depth--;
	t->turn = turn;
	t->round = round;
	return 0;
}

struct step {
	const char *name;
	int (*run)(struct timeline *t, const struct doc_node *node);
};

static int run_step(struct timeline *t, const struct doc_node *step)
{
	static const struct step steps[] = {
	    {"at", step_at},	     {"wait", step_wait},	{"move", step_move},
	    {"detach", step_detach}, {"impair", step_impair},	{"signal", step_signal},
	    {"start", step_start},   {"command", step_command}, {"repeat", step_repeat},
	    {"tcp", step_tcp},	     {"ping", step_ping},	{"wait_for", step_wait_for},
	};
	static const size_t count = sizeof(steps) / sizeof(steps[0]);
	const char *names[sizeof(steps) / sizeof(steps[0])];

	for (size_t i = 0; i < count; i++)
		names[i] = steps[i].name;
	if (read_keys(t->load, step, "a step", names, count) < 0)
		return -1;
	if (step->count != 1)
		return doc_fail(step, t->load->error,
				"a step has one key: put a \"-\" before each of its steps");
	for (size_t i = 0; i < count; i++)
		if (strcmp(steps[i].name, step->keys[0]->text) == 0)
			return limits_step(t->load, step->keys[0]) < 0
				   ? -1
				   : steps[i].run(t, step->items[0]);
	return -1;
}

static int run_steps(struct timeline *t, const struct doc_node *list)
{
	size_t length = strlen(t->path);

	if (list->kind != DOC_LIST || list->count == 0)
		return doc_fail(list, t->load->error, "expected a list of steps (- wait: ...)");
	for (size_t i = 0; i < list->count; i++) {
		if (++t->steps > STEPS_MAX)
			return doc_fail(list, t->load->error,
					"the timeline has more than %d steps, its repeats counted",
					STEPS_MAX);
		snprintf(t->path + length, sizeof(t->path) - length, ".%zu", i);
		if (run_step(t, list->items[i]) < 0)
			return -1;
		t->path[length] = '\0';
	}
	return 0;
}

int timeline_build(struct lab_load *load, const struct doc_node *steps)
{
	struct timeline *t = arena_alloc(load->arena, sizeof(*t));
	struct lab_plan *plan = load->plan;

	t->load = load;
	for (size_t i = 0; i < plan->link_count; i++)
		t->imp[i] = plan->links[i].imp;
	if (run_steps(t, steps) < 0)
		return -1;
	for (size_t i = 0; i < LAB_MAX_IFACES; i++)
		if (t->busy[i] >= t->now && t->busy[i] > 0)
			return doc_fail(
			    steps, load->error,
			    "the timeline ends before its last move is over: add a wait");
	plan->duration_ns = t->now;
	return add_action(t, steps, (struct lab_action){.kind = LAB_ACT_END});
}
