/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_EXPR_H
#define LAB_EXPR_H

/* The language of expectations: numbers, names, calls, + - * /, comparisons,
 * && || ! and parentheses; "each" before it means: for every handover.
 *
 *   each first_down_ms <= ra_ms + 30.2 + probe_ms
 *   events(mn, bu_tx) == moves + 1
 *
 * What is made of a missing value is itself missing, but for missing(NAME),
 * which is true then, and for a truth that does not hang on it: "false && x" is
 * false and "true || x" is true whatever x is. */
#include <stdbool.h>
#include <stddef.h>

struct expr;

struct expr_value {
	bool known;
	double number; /* a truth is 0 or 1 */
};

#define EXPR_ARGS 4

/* Gives names and calls their values. Arguments are texts as written, without
 * quotes. */
struct expr_scope {
	struct expr_value (*name)(void *ctx, const char *name);
	struct expr_value (*call)(void *ctx, const char *function, const char *const *args,
				  size_t count);
	void *ctx;
};

/* NULL with an error text and the column (from 1) of the mistake. */
struct expr *expr_parse(const char *text, char *error, size_t cap, int *ret_column);
void expr_free(struct expr *e);
bool expr_is_each(const struct expr *e);
struct expr_value expr_eval(const struct expr *e, const struct expr_scope *scope);
/* How many alternatives there are: three in "a || b || c", else one. */
unsigned expr_alternatives(const struct expr *e);
/* The values on both sides of a comparison; symbol is NULL where there is none. */
struct expr_sides {
	const char *symbol;
	struct expr_value left;
	struct expr_value right;
};
/* The value of an alternative, from 0, and its sides: for saying what was found. */
struct expr_value expr_found(const struct expr *e, unsigned number, const struct expr_scope *scope,
			     struct expr_sides *ret);

/* One name, or one call with its arguments, that an expression uses. */
struct expr_use {
	const char *name;
	bool call;
	const char *const *args;
	size_t arg_count;
};

/* Calls fn for each of them until it returns false, so that unknown ones are
 * found before a run. The NAME in missing(NAME) counts as a name. Returns
 * whether fn agreed to all. */
bool expr_visit(const struct expr *e, bool (*fn)(void *arg, const struct expr_use *use), void *arg);

#endif
