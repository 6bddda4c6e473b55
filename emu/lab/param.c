/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/param.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const reserved[] = {"dir", "events", "mip6ctl", "mip6d", "node", "results"};
#define RESERVED (sizeof(reserved) / sizeof(reserved[0]))

bool param_is_reserved(const char *name)
{
	for (size_t i = 0; i < RESERVED; i++)
		if (strcmp(reserved[i], name) == 0)
			return true;
	return false;
}

static struct param *find(const struct param_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->items[i]->name, name) == 0)
			return set->items[i];
	return NULL;
}

const struct param *param_find(const struct param_set *set, const char *name)
{
	return find(set, name);
}

const char *param_nearest(const struct param_set *set, const char *name, bool with_reserved)
{
	const char *names[PARAM_MAX + RESERVED];
	size_t count = set->count;

	for (size_t i = 0; i < set->count; i++)
		names[i] = set->items[i]->name;
	for (size_t i = 0; with_reserved && i < RESERVED; i++)
		names[count++] = reserved[i];
	return doc_nearest(name, names, count);
}

char *param_allowed(const struct param *param, struct arena *arena)
{
	char text[512] = "";
	size_t length = 0;

	if (param->unit == VALUE_NAME)
		return arena_string(arena, value_unit_help(VALUE_NAME));
	if (param->unit != VALUE_CHOICE) {
		snprintf(text, sizeof(text), "%s .. %s", param->low_text, param->high_text);
		return arena_string(arena, text);
	}
	for (size_t i = 0; i < param->choice_count && length < sizeof(text); i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
					   i ? ", " : "", param->choices[i]);
	return arena_string(arena, text);
}

static bool is_word(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-/", *c))
			return false;
	return text[0] && !strchr("._-", text[0]);
}

/* Reads `text` as a value of the parameter. On failure says into `why` what was
 * expected. */
static int read_value(const struct param *param, const char *text, double *ret_value, char *why,
		      size_t cap)
{
	if (param->unit == VALUE_CHOICE) {
		for (size_t i = 0; i < param->choice_count; i++)
			if (strcmp(param->choices[i], text) == 0) {
				*ret_value = (double)i;
				return 0;
			}
		snprintf(why, cap, "is none of its choices");
		return -1;
	}
	if (param->unit == VALUE_NAME) {
		snprintf(why, cap, "is no name");
		return is_word(text) ? 0 : -1;
	}
	if (value_parse(text, param->unit, ret_value) < 0) {
		snprintf(why, cap, "is not %s", value_unit_help(param->unit));
		return -1;
	}
	if (*ret_value < param->low || *ret_value > param->high) {
		snprintf(why, cap, "is out of range");
		return -1;
	}
	return 0;
}

static int assign(struct param *param, struct arena *arena, const char *text,
		  const struct doc_node *at, struct lab_error *ret_error)
{
	char why[128];
	double value = 0;

	if (strlen(text) > PARAM_TEXT)
		return doc_fail(at, ret_error, "%s: a value has at most %d characters", param->name,
				PARAM_TEXT);
	if (read_value(param, text, &value, why, sizeof(why)) < 0)
		return doc_fail(at, ret_error, "%s: \"%.60s\" %s; allowed: %s", param->name, text,
				why, param_allowed(param, arena));
	param->value = value;
	param->text = arena_string(arena, text);
	return 0;
}

static const struct doc_node *need_text(const struct doc_node *map, const char *key,
					struct lab_error *ret_error)
{
	const struct doc_node *node = doc_get(map, key);

	if (!node)
		doc_fail(map, ret_error, "the parameter has no \"%s\"", key);
	else if (node->kind != DOC_TEXT)
		doc_fail(node, ret_error, "\"%s\" must be a single value, this is %s", key,
			 doc_kind_name(node->kind));
	else
		return node;
	return NULL;
}

static int read_choices(struct param *param, const struct doc_node *list,
			struct lab_error *ret_error)
{
	if (list->kind != DOC_LIST || list->count == 0 || list->count > PARAM_CHOICES)
		return doc_fail(list, ret_error, "\"choices\" must be a list of 1 to %d words",
				PARAM_CHOICES);
	param->unit = VALUE_CHOICE;
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i]->kind != DOC_TEXT)
			return doc_fail(list->items[i], ret_error, "a choice must be a word");
		param->choices[i] = list->items[i]->text;
	}
	param->choice_count = list->count;
	return 0;
}

static int read_unit(struct param *param, const struct doc_node *map, struct lab_error *ret_error)
{
	const struct doc_node *unit = need_text(map, "unit", ret_error);
	enum value_unit u = VALUE_COUNT;

	if (!unit)
		return -1;
	if (strcmp(unit->text, value_unit_name(VALUE_NAME)) == 0) {
		param->unit = VALUE_NAME;
		return 0;
	}
	while (u < VALUE_CHOICE && strcmp(value_unit_name(u), unit->text) != 0)
		u++;
	if (u == VALUE_CHOICE)
		return doc_fail(
		    unit, ret_error,
		    "unknown unit \"%.40s\": expected count, time, rate, ratio, bytes or name "
		    "(or \"choices\" in place of a unit)",
		    unit->text);
	param->unit = u;
	return 0;
}

static int read_range(struct param *param, const struct doc_node *map, struct lab_error *ret_error)
{
	const struct doc_node *range = doc_get(map, "range");
	bool of_name = param->unit == VALUE_NAME;
	double *const ends[2] = {&param->low, &param->high};
	char **const texts[2] = {&param->low_text, &param->high_text};

	if (of_name)
		return range ? doc_fail(range, ret_error, "a name has no \"range\"") : 0;
	if (!range)
		return doc_fail(map, ret_error,
				"the parameter has no \"range\": give [lowest, highest]");
	if (range->kind != DOC_LIST || range->count != 2)
		return doc_fail(range, ret_error, "\"range\" must be [lowest, highest]");
	for (size_t i = 0; i < 2; i++) {
		const struct doc_node *end = range->items[i];

		if (end->kind != DOC_TEXT || value_parse(end->text, param->unit, ends[i]) < 0)
			return doc_fail(end, ret_error, "expected %s",
					value_unit_help(param->unit));
		*texts[i] = end->text;
	}
	if (param->low > param->high)
		return doc_fail(range, ret_error, "the lowest value is above the highest");
	return 0;
}

/* "NAME" or "75% of NAME". */
static int read_bound(struct param *param, struct arena *arena, const struct doc_node *map,
		      struct lab_error *ret_error)
{
	const struct doc_node *node = doc_get(map, "at_most");
	const char *of;
	double ratio = 1;

	if (!node)
		return 0;
	if (!(node = need_text(map, "at_most", ret_error)))
		return -1;
	of = strstr(node->text, " of ");
	param->bound_at = node;
	param->bound_by = of ? arena_string(arena, of + 4) : node->text;
	if (of && value_parse(arena_text(arena, node->text, (size_t)(of - node->text)), VALUE_RATIO,
			      &ratio) < 0)
		return doc_fail(node, ret_error,
				"expected a parameter's name or \"75%% of\" and its name");
	param->bound_ratio = ratio;
	return 0;
}

static int check_name(const struct param_set *set, const struct doc_node *key,
		      struct lab_error *ret_error)
{
	const char *name = key->text;
	const struct param *other = find(set, name);

	if (other)
		return doc_fail(key, ret_error,
				"the parameter \"%s\" is declared already at %s:%d%s", name,
				other->at->file, other->at->line,
				": give it another default under \"defaults\"");
	if (param_is_reserved(name))
		return doc_fail(key, ret_error, "\"%s\" is a name that the run itself fills in",
				name);
	for (const char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '_' && *c != '.')
			return doc_fail(key, ret_error,
					"a parameter's name has letters, digits, _ and . only");
	if (!isalpha((unsigned char)name[0]) || strlen(name) >= LAB_NAME)
		return doc_fail(key, ret_error,
				"a parameter's name begins with a letter and has at most %d "
				"characters",
				LAB_NAME - 1);
	if (set->count == PARAM_MAX)
		return doc_fail(key, ret_error, "more than %d parameters", PARAM_MAX);
	return 0;
}

static int check_keys(const struct doc_node *map, struct lab_error *ret_error)
{
	static const char *const known[] = {"default", "unit",	"range",
					    "choices", "about", "at_most"};
	size_t count = sizeof(known) / sizeof(known[0]);

	for (size_t i = 0; i < map->count; i++) {
		const char *near = doc_nearest(map->keys[i]->text, known, count);
		bool found = false;

		for (size_t k = 0; k < count; k++)
			found = found || strcmp(map->keys[i]->text, known[k]) == 0;
		if (!found)
			return doc_fail(
			    map->keys[i], ret_error,
			    "unknown key \"%.40s\"%s%s: a parameter has default, unit, range, "
			    "choices, about, at_most",
			    map->keys[i]->text, near ? ", did you mean " : "", near ? near : "");
	}
	return 0;
}

/* A default for all engines, or a mapping that has one for each. What holds in
 * virtual time holds in ns-3 too, whose time is as exact, unless it is given. */
static const struct doc_node *
engine_default(const struct param_set *set, const struct doc_node *map, struct lab_error *ret_error)
{
	bool own = doc_get(map, lab_engine_name(LAB_ENGINE_NS3)) != NULL;
	bool as_virtual = set->engine == LAB_ENGINE_NS3 && !own;
	size_t given = 0;

	for (int e = 0; e < LAB_ENGINES; e++)
		given += doc_get(map, lab_engine_name((enum lab_engine)e)) != NULL;
	if (given == map->count && given == (size_t)LAB_ENGINES - !own)
		return need_text(
		    map, lab_engine_name(as_virtual ? LAB_ENGINE_VIRTUAL : set->engine), ret_error);
	doc_fail(map, ret_error,
		 "a default by engine has one for each: host, uml, virtual; and ns3 where that is "
		 "not the one of virtual");
	return NULL;
}

static int read_default(const struct param_set *set, struct param *param, struct arena *arena,
			const struct doc_node *map, struct lab_error *ret_error)
{
	const struct doc_node *node = doc_get(map, "default");

	if (node && node->kind == DOC_MAP)
		node = engine_default(set, node, ret_error);
	else
		node = need_text(map, "default", ret_error);
	return node ? assign(param, arena, node->text, node, ret_error) : -1;
}

static int declare(struct param_set *set, struct arena *arena, const struct doc_node *key,
		   const struct doc_node *map, struct lab_error *ret_error)
{
	struct param *param = arena_alloc(arena, sizeof(*param));
	const struct doc_node *node;

	if (check_name(set, key, ret_error) < 0)
		return -1;
	if (map->kind != DOC_MAP)
		return doc_fail(map, ret_error,
				"expected {default: ..., unit: ..., range: [...], about: ...}");
	snprintf(param->name, sizeof(param->name), "%s", key->text);
	param->at = key;
	param->is_default = true;
	param->about = arena_string(arena, "");
	if (check_keys(map, ret_error) < 0)
		return -1;
	node = doc_get(map, "choices");
	if (node ? read_choices(param, node, ret_error) < 0
		 : read_unit(param, map, ret_error) < 0 || read_range(param, map, ret_error) < 0)
		return -1;
	if (doc_get(map, "about")) {
		if (!(node = need_text(map, "about", ret_error)))
			return -1;
		param->about = node->text;
	}
	if (read_bound(param, arena, map, ret_error) < 0 ||
	    read_default(set, param, arena, map, ret_error) < 0)
		return -1;
	set->items[set->count++] = param;
	return 0;
}

int param_declare(struct param_set *set, struct arena *arena, const struct doc_node *map,
		  struct lab_error *ret_error)
{
	if (!map)
		return 0;
	if (map->kind != DOC_MAP)
		return doc_fail(map, ret_error, "\"parameters\" must be a mapping of names");
	set->files[set->files[0] ? 1 : 0] = map;
	for (size_t i = 0; i < map->count; i++)
		if (declare(set, arena, map->keys[i], map->items[i], ret_error) < 0)
			return -1;
	return 0;
}

/* The value of `defaults` or `fixed`. */
static int take_values(struct param_set *set, struct arena *arena, const struct doc_node *map,
		       bool fixed, struct lab_error *ret_error)
{
	if (!map)
		return 0;
	if (map->kind != DOC_MAP)
		return doc_fail(map, ret_error, "\"%s\" must be a mapping of parameters",
				fixed ? "fixed" : "defaults");
	for (size_t i = 0; i < map->count; i++) {
		struct param *param = find(set, map->keys[i]->text);
		const char *near = param_nearest(set, map->keys[i]->text, false);

		if (!param)
			return doc_fail(map->keys[i], ret_error, "no parameter \"%.40s\"%s%s",
					map->keys[i]->text, near ? ", did you mean " : "",
					near ? near : "");
		if (map->items[i]->kind != DOC_TEXT)
			return doc_fail(map->items[i], ret_error, "expected a single value");
		if (assign(param, arena, map->items[i]->text, map->items[i], ret_error) < 0)
			return -1;
		if (fixed)
			param->fixed_at = map->keys[i];
	}
	return 0;
}

int param_defaults(struct param_set *set, struct arena *arena, const struct doc_node *map,
		   struct lab_error *ret_error)
{
	return take_values(set, arena, map, false, ret_error);
}

int param_fixed(struct param_set *set, struct arena *arena, const struct doc_node *map,
		struct lab_error *ret_error)
{
	return take_values(set, arena, map, true, ret_error);
}

static int unknown_setting(const struct param_set *set, const char *name,
			   struct lab_error *ret_error)
{
	const char *near = param_nearest(set, name, false);
	const struct doc_node *at = near ? find(set, near)->at : set->files[0];
	char list[320] = "";
	size_t length = 0;

	for (size_t i = 0; i < set->count && length < sizeof(list); i++)
		length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
					   i ? ", " : "", set->items[i]->name);
	if (near)
		return doc_fail(at, ret_error,
				"unknown parameter \"%.40s\", did you mean %s, declared here? "
				"There are: %s",
				name, near, list);
	return doc_fail(at, ret_error, "unknown parameter \"%.40s\"; declared are: %s", name, list);
}

int param_set_value(struct param_set *set, struct arena *arena, const struct lab_setting *setting,
		    struct lab_error *ret_error)
{
	struct param *param = find(set, setting->name);

	if (!param)
		return unknown_setting(set, setting->name, ret_error);
	if (param->fixed_at)
		return doc_fail(param->fixed_at, ret_error,
				"this scenario is written for %s = %s: copy it to change that",
				param->name, param->text);
	param->is_default = false;
	return assign(param, arena, setting->value, param->at, ret_error);
}

int param_check_bounds(const struct param_set *set, struct lab_error *ret_error)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct param *param = set->items[i];
		const struct param *other;

		if (!param->bound_by)
			continue;
		other = find(set, param->bound_by);
		if (!other || other->unit != param->unit || param->unit >= VALUE_CHOICE)
			return doc_fail(param->bound_at, ret_error,
					"\"%.40s\" is no parameter of the same unit",
					param->bound_by);
		if (param->value > param->bound_ratio * other->value)
			return doc_fail(param->at, ret_error,
					"%s = %s is more than %s (%s = %s): change both",
					param->name, param->text, param->bound_at->text,
					other->name, other->text);
	}
	return 0;
}
