/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expectations get their names and calls from here: the figures of a handover,
 * their spreads, the plan's parameters, events, and JSON files that commands of
 * the timeline wrote. One table of calls serves the check before the run and the
 * verdict after it. */
#include "lab/expect.h"
#include "lab/findings.h"
#include "lab/value.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct scope {
	const struct findings *f;
	const struct handover *h; /* NULL: of the whole run */
	const char *results;
};

static const struct expr_value missing = {false, 0};

static struct expr_value known(double number)
{
	return (struct expr_value){true, number};
}

/* ---- names --------------------------------------------------------------------- */

/* "probe_ms" is the parameter probe, a time, in ms; "moves" a number. */
static struct expr_value param_value(const struct lab_plan *plan, const char *name)
{
	const char *unit = strrchr(name, '_');

	for (size_t i = 0; i < plan->param_count; i++) {
		const struct lab_param *p = &plan->params[i];
		size_t length = strlen(p->name);

		if (strcmp(p->unit, "choice") == 0)
			continue;
		if (strcmp(p->unit, "time") != 0 && strcmp(p->name, name) == 0)
			return known(p->value);
		if (strcmp(p->unit, "time") == 0 && unit && length == (size_t)(unit - name) &&
		    memcmp(p->name, name, length) == 0 && value_time_unit(unit + 1) > 0)
			return known(p->value / (double)value_time_unit(unit + 1));
	}
	return missing;
}

/* "handover.ra_ms.p95": column and member, or false. */
static bool split_summary(const char *name, enum column *ret_column, const char **ret_member)
{
	static const char prefix[] = "handover.";
	char column[LAB_NAME];
	const char *dot = strrchr(name, '.');
	size_t length;

	if (strncmp(name, prefix, strlen(prefix)) != 0 || dot < name + strlen(prefix))
		return false;
	length = (size_t)(dot - name) - strlen(prefix);
	if (length >= sizeof(column))
		return false;
	memcpy(column, name + strlen(prefix), length);
	column[length] = '\0';
	*ret_column = column_find(column);
	*ret_member = dot + 1;
	return *ret_column < COLUMNS;
}

static enum spread_part find_part(const char *name)
{
	enum spread_part part = 0;

	while (part < SPREAD_PARTS && strcmp(spread_part_name(part), name) != 0)
		part++;
	return part;
}

static bool is_member(const char *name)
{
	return find_part(name) < SPREAD_PARTS || strcmp(name, "count") == 0;
}

static struct expr_value summary_value(const struct findings *f, enum column column,
				       const char *member)
{
	const struct spread *s = &f->spreads[column];
	enum spread_part part = find_part(member);

	if (strcmp(member, "count") == 0)
		return known((double)s->count);
	return s->count && part < SPREAD_PARTS ? known(spread_part(s, part)) : missing;
}

static struct expr_value name_value(void *ctx, const char *name)
{
	const struct scope *scope = ctx;
	const struct findings *f = scope->f;
	enum column column;
	const char *member;

	if (scope->h && column_find(name) < COLUMNS)
		return handover_value(scope->h, column_find(name));
	if (strcmp(name, "handover.count") == 0)
		return known((double)f->count);
	if (strcmp(name, "lost_outside") == 0)
		return known(f->lost_outside);
	if (strcmp(name, "warnings") == 0)
		return known((double)f->warning_count);
	if (split_summary(name, &column, &member))
		return summary_value(f, column, member);
	return param_value(f->plan, name);
}

/* ---- calls --------------------------------------------------------------------- */

static struct expr_value call_events(const struct scope *s, const char *const *args, size_t count)
{
	int node = lab_plan_node(s->f->plan, args[0]);

	/* None were counted, which is not the same as 0. */
	if (!lab_writes_events(&s->f->plan->nodes[node], -1))
		return missing;
	return known((double)events_count(&s->f->events, node, args[1], args + 2, count - 2));
}

static struct expr_value call_coa_in(const struct scope *s, const char *const *args, size_t count)
{
	struct mip6_prefix prefix;

	(void)count;
	if (!s->h || !s->h->settled || mip6_prefix_parse(args[0], &prefix) < 0)
		return missing;
	return known(mip6_prefix_contains(&prefix, &s->h->chosen));
}

/* "end.sum_received.bits_per_second", "streams.0.udp": members and indices. */
static const json_t *walk(const json_t *at, const char *path)
{
	char step[128];

	while (at && *path) {
		size_t length = strcspn(path, ".");

		if (length >= sizeof(step))
			return NULL;
		memcpy(step, path, length);
		step[length] = '\0';
		path += length + (path[length] == '.');
		if (json_is_array(at))
			at = json_array_get(at, (size_t)strtoul(step, NULL, 10));
		else
			at = json_object_get(at, step);
	}
	return at;
}

static struct expr_value call_metric(const struct scope *s, const char *const *args, size_t count)
{
	char path[800];
	struct expr_value value = missing;
	const json_t *found;
	json_t *file;

	(void)count;
	if (strchr(args[0], '/'))
		return missing;
	snprintf(path, sizeof(path), "%s/%s", s->results, args[0]);
	file = json_load_file(path, 0, NULL);
	found = walk(file, args[1]);
	if (json_is_number(found))
		value = known(json_number_value(found));
	else if (json_is_boolean(found))
		value = known(json_is_true(found));
	json_decref(file);
	return value;
}

static struct expr_value call_is(const struct scope *s, const char *const *args, size_t count)
{
	const struct lab_param *param = lab_plan_param(s->f->plan, args[0]);

	(void)count;
	return param ? known(strcmp(param->text, args[1]) == 0) : missing;
}

struct call {
	const char *name;
	size_t least, most; /* arguments */
	bool each;	    /* of one handover */
	struct expr_value (*run)(const struct scope *s, const char *const *args, size_t count);
	const char *usage;
};

static const struct call calls[] = {
    {"events", 2, EXPR_ARGS, false, call_events, "events(NODE, EVENT[, FIELD=VALUE ...])"},
    {"coa_in", 1, 1, true, call_coa_in, "coa_in(PREFIX)"},
    {"metric", 2, 2, false, call_metric, "metric(\"FILE.json\", \"member.member\")"},
    {"is", 2, 2, false, call_is, "is(PARAMETER, VALUE)"},
};

static const struct call *call_find(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	return NULL;
}

static struct expr_value call_value(void *ctx, const char *function, const char *const *args,
				    size_t count)
{
	const struct call *call = call_find(function);

	if (!call || count < call->least || count > call->most)
		return missing;
	return call->run(ctx, args, count);
}

/* ---- before the run ------------------------------------------------------------ */

struct check {
	const struct lab_plan *plan;
	bool each;
	char *error;
	size_t cap;
};

static bool refuse(const struct check *c, const char *format, const char *what)
{
	snprintf(c->error, c->cap, format, what);
	return false;
}

static bool check_name(const struct check *c, const char *name)
{
	enum column column;
	const char *member;

	if (column_find(name) < COLUMNS)
		return c->each ? true
			       : refuse(c,
					"\"%s\" is a figure of one handover: begin the "
					"expectation with \"each\"",
					name);
	if (strcmp(name, "handover.count") == 0 || strcmp(name, "lost_outside") == 0 ||
	    strcmp(name, "warnings") == 0)
		return true;
	if (split_summary(name, &column, &member) && is_member(member))
		return true;
	if (param_value(c->plan, name).known)
		return true;
	if (lab_plan_param(c->plan, name))
		return refuse(c,
			      "the parameter \"%s\" is no bare number: write NAME_ms for a "
			      "time, is(NAME, VALUE) for a choice",
			      name);
	return refuse(c, "unknown name \"%s\"", name);
}

static bool check_call(const struct check *c, const struct expr_use *use)
{
	const struct call *call = call_find(use->name);
	struct mip6_prefix prefix;

	if (!call)
		return refuse(c, "unknown function \"%s\"", use->name);
	if (use->arg_count < call->least || use->arg_count > call->most)
		return refuse(c, "expected %s", call->usage);
	if (call->each && !c->each)
		return refuse(c, "%s is of one handover: begin the expectation with \"each\"",
			      call->usage);
	if (call->run == call_events && lab_plan_node(c->plan, use->args[0]) < 0)
		return refuse(c, "events(): there is no node \"%s\"", use->args[0]);
	if (call->run == call_coa_in && mip6_prefix_parse(use->args[0], &prefix) < 0)
		return refuse(c, "coa_in(): \"%s\" is no prefix", use->args[0]);
	if (call->run == call_is && !lab_plan_param(c->plan, use->args[0]))
		return refuse(c, "is(): there is no parameter \"%s\"", use->args[0]);
	return true;
}

static bool check_use(void *arg, const struct expr_use *use)
{
	const struct check *c = arg;

	return use->call ? check_call(c, use) : check_name(c, use->name);
}

int expect_check(const struct lab_plan *plan, const struct expr *expr, char *error, size_t cap)
{
	struct check c = {plan, expr_is_each(expr), error, cap};

	return expr_visit(expr, check_use, &c) ? 0 : -1;
}

/* What a machine that is too busy leaves as it is: what the plan says, which moves were
 * made, and where they led. Times, losses, and how often something was sent it changes. */
static bool is_steady(void *arg, const struct expr_use *use)
{
	const struct lab_plan *plan = arg;
	const struct call *call = use->call ? call_find(use->name) : NULL;
	enum column column = column_find(use->name);

	if (use->call)
		return call && (call->run == call_is || call->run == call_coa_in);
	if (column < COLUMNS)
		return column == COLUMN_HOME || column == COLUMN_NUMBER;
	return strcmp(use->name, "handover.count") == 0 || param_value(plan, use->name).known;
}

/* ---- the verdict --------------------------------------------------------------- */

static bool holds(struct expr_value v)
{
	return v.known && (v.number > 0 || v.number < 0);
}

static bool is_whole(double number)
{
	double whole = number > -1e15 && number < 1e15 ? (double)(int64_t)number : 0;

	return !(number < whole) && !(number > whole);
}

static void print_value(char *text, size_t cap, struct expr_value v)
{
	if (!v.known)
		snprintf(text, cap, "no value");
	else if (is_whole(v.number))
		snprintf(text, cap, "%.0f", v.number);
	else
		snprintf(text, cap, "%.3f", v.number);
}

/* One alternative: "33.812 <= 35.213" for a comparison, else whether it holds. */
static void print_alternative(char *text, size_t cap, struct expr_value value,
			      const struct expr_sides *sides)
{
	char a[32];
	char b[32];

	if (!sides->symbol) {
		snprintf(text, cap, "%s",
			 !value.known	? "no value"
			 : holds(value) ? "true"
					: "false");
		return;
	}
	print_value(a, sizeof(a), sides->left);
	print_value(b, sizeof(b), sides->right);
	snprintf(text, cap, "%s %s %s", a, sides->symbol, b);
}

/* Where an expectation fails, all of its alternatives did; else those that hold. */
static void print_found(char *text, size_t cap, const struct expr *e,
			const struct expr_scope *scope)
{
	bool all = !holds(expr_eval(e, scope));
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < expr_alternatives(e); i++) {
		struct expr_sides sides;
		struct expr_value value = expr_found(e, i, scope, &sides);
		char one[80];

		if (!all && !holds(value))
			continue;
		print_alternative(one, sizeof(one), value, &sides);
		snprintf(text + len, cap - len, "%s%s", len > 0 ? " || " : "", one);
		len = strlen(text);
	}
}

/* How near an expectation that holds is to failing. What is equal, or is no comparison
 * of two known values, is not near. */
static double margin(const struct expr *e, const struct expr_scope *scope)
{
	double ret = 0;

	for (unsigned i = 0; i < expr_alternatives(e); i++) {
		struct expr_sides sides;
		double distance;

		if (!holds(expr_found(e, i, scope, &sides)))
			continue;
		if (!sides.symbol || strchr("=!", sides.symbol[0]))
			return INFINITY;
		distance = fabs(sides.left.number - sides.right.number);
		ret = distance > ret ? distance : ret;
	}
	return ret;
}

/* For every handover; what is shown is the first that fails, else the nearest. */
static void judge_each(const struct findings *f, const struct expr *e, struct scope *s,
		       struct verdict *v)
{
	struct expr_scope scope = {name_value, call_value, s};
	const struct handover *shown = NULL;
	const struct handover *bad = NULL;
	double nearest = INFINITY;
	size_t good = 0;
	char text[200] = "";

	for (size_t i = 0; i < f->count; i++) {
		s->h = &f->handovers[i];
		if (!holds(expr_eval(e, &scope))) {
			bad = bad ? bad : s->h;
		} else if (good++ == 0 || margin(e, &scope) < nearest) {
			nearest = margin(e, &scope);
			shown = nearest < INFINITY ? s->h : shown;
		}
	}
	shown = bad ? bad : shown;
	s->h = shown;
	if (shown)
		print_found(text, sizeof(text), e, &scope);
	v->pass = f->count > 0 && good == f->count;
	snprintf(v->found, sizeof(v->found), "%zu of %zu", good, f->count);
	if (shown)
		snprintf(v->found, sizeof(v->found), "%zu of %zu; %s handover %u: %s", good,
			 f->count, bad ? "first not" : "nearest", shown->move.n, text);
}

static void judge(const struct findings *f, const char *results, const char *text,
		  struct verdict *v)
{
	struct scope s = {.f = f, .results = results};
	struct expr_scope scope = {name_value, call_value, &s};
	int column = 0;
	struct expr *e = expr_parse(text, v->found, sizeof(v->found), &column);

	if (!e)
		return;
	v->judged = f->valid || expr_visit(e, is_steady, (void *)(uintptr_t)f->plan);
	if (!v->judged) {
		snprintf(v->found, sizeof(v->found), "not judged");
	} else if (expr_is_each(e)) {
		judge_each(f, e, &s, v);
	} else {
		v->pass = holds(expr_eval(e, &scope));
		print_found(v->found, sizeof(v->found), e, &scope);
	}
	expr_free(e);
}

void expect_judge(struct findings *f, const char *results)
{
	f->failed = 0;
	f->unjudged = 0;
	for (size_t i = 0; i < f->plan->expect_count; i++) {
		struct verdict *v = &f->verdicts[i];

		*v = (struct verdict){.judged = true};
		judge(f, results, f->plan->expects[i].text, v);
		f->failed += v->judged && !v->pass;
		f->unjudged += !v->judged;
	}
}
