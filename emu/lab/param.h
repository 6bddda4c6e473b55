/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PARAM_H
#define LAB_PARAM_H

/* Parameters: named values that a scenario or its topology declares and that
 * set="name=value" changes. Both files' parameters form one set, so a scenario
 * can use the topology's in its timeline and the other way round.
 *
 *   parameters:
 *     gap: {default: 50ms, unit: time, range: [0ms, 60s], about: ...}
 *     ra_min: {default: 30ms, unit: time, range: [30ms, 1350s], at_most: 75% of ra_max}
 *     rs: {default: answered, choices: [answered, dropped], about: ...}
 *     slack: {default: {virtual: 200us, uml: 5ms, host: 2ms}, unit: time, ...}
 */
#include "lab/doc.h"
#include "lab/value.h"

#define PARAM_MAX     128
#define PARAM_CHOICES 16
#define PARAM_TEXT    120 /* characters of a value */

struct param {
	char name[LAB_NAME];
	const struct doc_node *at; /* its declaration */
	enum value_unit unit;
	double low, high;
	char *low_text, *high_text;
	char *choices[PARAM_CHOICES];
	size_t choice_count;
	char *about;
	char *text;
	double value;
	bool is_default;
	const struct doc_node *fixed_at; /* where the scenario fixes it, or NULL */
	char *bound_by;			 /* at_most: value <= bound_ratio * value of this one */
	double bound_ratio;
	const struct doc_node *bound_at;
};

struct param_set {
	struct param *items[PARAM_MAX];
	size_t count;
	enum lab_engine engine;		 /* for defaults that depend on it */
	const struct doc_node *files[2]; /* `parameters` of each file, for messages */
};

/* Adds the declarations below `map` (the value of `parameters`, NULL: none). */
int param_declare(struct param_set *set, struct arena *arena, const struct doc_node *map,
		  struct lab_error *ret_error);

/* Other defaults: `map` is the value of `defaults` in a scenario, NULL: none. */
int param_defaults(struct param_set *set, struct arena *arena, const struct doc_node *map,
		   struct lab_error *ret_error);

/* Values that set="..." cannot change: `map` is the value of `fixed` in a
 * scenario, NULL: none. */
int param_fixed(struct param_set *set, struct arena *arena, const struct doc_node *map,
		struct lab_error *ret_error);

/* One name=value of set="...". An error names the place of the declaration. */
int param_set_value(struct param_set *set, struct arena *arena, const struct lab_setting *setting,
		    struct lab_error *ret_error);

/* Checks the at_most of each, once all have their values. */
int param_check_bounds(const struct param_set *set, struct lab_error *ret_error);

/* The parameter of this name, or NULL. */
const struct param *param_find(const struct param_set *set, const char *name);

/* The name in the set that is nearest to a misspelt one, or NULL; the reserved
 * ones take part where they may be used. */
const char *param_nearest(const struct param_set *set, const char *name, bool with_reserved);

/* "30ms .. 1800s" or "answered, dropped". */
char *param_allowed(const struct param *param, struct arena *arena);

/* Names that only the runner can fill in: dir, events, mip6d, mip6ctl, node, results. */
bool param_is_reserved(const char *name);

#endif
