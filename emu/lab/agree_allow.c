/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The allow-list: a YAML file with an entry for each difference whose cause is known.
 *
 *   allow:
 *     - scenario: home           # any unless given
 *       phase: ba_ms             # a column of handovers.csv
 *       between: [kernel, ns3]
 *       limit: 200us             # a count where the column is one
 *       measured: 130us
 *       cause: in words
 */
#include "lab/agree.h"
#include "lab/doc.h"
#include "lab/value.h"
#include <string.h>

enum { ENTRIES_MAX = 200 };

static const struct doc_node *need_text(const struct doc_node *map, const char *key,
					struct lab_error *error)
{
	const struct doc_node *node = doc_get(map, key);

	if (!node)
		doc_fail(map, error, "the key \"%s\" is missing here", key);
	else if (node->kind != DOC_TEXT || node->text[0] == '\0')
		doc_fail(node, error, "\"%s\" must be a single value", key);
	else
		return node;
	return NULL;
}

static int check_keys(const struct doc_node *map, struct lab_error *error)
{
	static const char *const known[] = {"scenario", "phase",    "between",
					    "limit",	"measured", "cause"};

	if (map->kind != DOC_MAP)
		return doc_fail(map, error, "an entry is a mapping, this is %s",
				doc_kind_name(map->kind));
	for (size_t i = 0; i < map->count; i++) {
		bool found = false;

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found = found || strcmp(map->keys[i]->text, known[k]) == 0;
		if (!found)
			return doc_fail(map->keys[i], error,
					"unknown key \"%.40s\": an entry has scenario, phase, "
					"between, limit, measured, cause",
					map->keys[i]->text);
	}
	return 0;
}

static int read_phase(const struct doc_node *map, struct agree_allowance *a,
		      struct lab_error *error)
{
	const struct doc_node *node = need_text(map, "phase", error);

	if (!node)
		return -1;
	a->phase = column_find(node->text);
	if (a->phase >= COLUMN_CSV)
		return doc_fail(node, error, "\"%.40s\" is no column of handovers.csv", node->text);
	return 0;
}

/* Bit 1 << way; 0: it names none. */
static unsigned way_of(const struct doc_node *node)
{
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (node->kind == DOC_TEXT && strcmp(node->text, agree_way_name(w)) == 0)
			return 1u << w;
	return 0;
}

static int read_between(const struct doc_node *map, struct agree_allowance *a,
			struct lab_error *error)
{
	const struct doc_node *node = doc_get(map, "between");
	unsigned named = 0;

	for (size_t i = 0; node && node->kind == DOC_LIST && i < node->count; i++)
		named |= way_of(node->items[i]);
	for (size_t p = 0; p < AGREE_PAIRS && node && node->count == 2; p++)
		if (named == (1u << agree_pairs[p].a | 1u << agree_pairs[p].b))
			a->between = &agree_pairs[p];
	if (a->between)
		return 0;
	return doc_fail(node ? node : map, error,
			"\"between\" names two of kernel, user and ns3, or kernel and debian: "
			"[kernel, ns3]");
}

static int read_size(const struct doc_node *map, const char *key, const struct agree_allowance *a,
		     double *ret, struct lab_error *error)
{
	const struct doc_node *node = need_text(map, key, error);
	enum value_unit unit = column_is_time(a->phase) ? VALUE_TIME : VALUE_COUNT;

	if (!node)
		return -1;
	if (value_parse(node->text, unit, ret) < 0)
		return doc_fail(node, error, "\"%.40s\" is not %s", node->text,
				value_unit_help(unit));
	if (unit == VALUE_TIME)
		*ret /= (double)LAB_NS_MS;
	return 0;
}

static int read_entry(const struct doc_node *map, struct agree_allowance *a,
		      struct lab_error *error)
{
	const struct doc_node *scenario;
	const struct doc_node *cause;

	if (check_keys(map, error) < 0 || read_phase(map, a, error) < 0 ||
	    read_between(map, a, error) < 0 || read_size(map, "limit", a, &a->limit, error) < 0 ||
	    read_size(map, "measured", a, &a->measured, error) < 0)
		return -1;
	if (a->measured > a->limit)
		return doc_fail(doc_get(map, "limit"), error,
				"the limit is below what was measured");
	cause = need_text(map, "cause", error);
	if (!cause)
		return -1;
	a->cause = cause->text;
	if (!doc_get(map, "scenario"))
		return 0;
	scenario = need_text(map, "scenario", error);
	if (scenario)
		snprintf(a->scenario, sizeof(a->scenario), "%s", scenario->text);
	return scenario ? 0 : -1;
}

static int read_list(struct agree_allowed *allowed, const struct doc_node *file,
		     struct lab_error *error)
{
	const struct doc_node *list = doc_get(file, "allow");

	if (!list || file->count != 1)
		return doc_fail(file, error, "an allow-list has one key: \"allow\"");
	if (list->kind != DOC_LIST || list->count > ENTRIES_MAX)
		return doc_fail(list, error, "\"allow\" must be a list of at most %d entries",
				ENTRIES_MAX);
	allowed->list = arena_alloc(allowed->arena, (list->count + 1) * sizeof(allowed->list[0]));
	for (size_t i = 0; i < list->count; i++)
		if (read_entry(list->items[i], &allowed->list[allowed->count++], error) < 0)
			return -1;
	return 0;
}

int agree_allow_read(struct agree_allowed *allowed, const char *path, struct lab_error *ret_error)
{
	const struct doc_node *file;

	*allowed = (struct agree_allowed){.arena = arena_new()};
	file = doc_read(allowed->arena, path, ret_error);
	if (file && read_list(allowed, file, ret_error) == 0)
		return 0;
	agree_allow_free(allowed);
	return -1;
}

void agree_allow_free(struct agree_allowed *allowed)
{
	if (allowed->arena)
		arena_free(allowed->arena);
	*allowed = (struct agree_allowed){0};
}
