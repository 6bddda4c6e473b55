/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_EXPR_H
#define LAB_EXPR_H

/* The language of expectations: numbers, names, calls, + - * /, comparisons,
 * && || ! and parentheses; "each" before it means: for every handover.
 *
 *   each first_down_ms <= ra_ms + 30.2 + probe_ms
 *   events(mn, bu_tx) == moves + 1
 *
 * A comparison with a value that is missing is itself missing, and so is what
 * is made of it, except by missing(NAME). */
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
/* Calls fn for every name and function in it, so that unknown ones are found
 * before a run; `function` is true for a call. Stops when fn returns false. */
bool expr_visit(const struct expr *e, bool (*fn)(void *arg, const char *name, bool function),
		void *arg);

#endif
