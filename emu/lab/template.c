/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/template.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct expansion {
	const struct param_set *set;
	const struct doc_node *node;
	struct lab_error *error;
	char *out;
	size_t length;
};

/* Where in the file the character at `offset` of the node's text stands. In a
 * block only its line is certain: the column depends on the indentation. */
static struct doc_node place(const struct doc_node *node, size_t offset)
{
	struct doc_node at = *node;
	size_t lines = 0;

	for (size_t i = 0; i < offset; i++)
		lines += node->text[i] == '\n';
	if (node->block) {
		at.line += 1 + (int)lines;
		at.column = 0;
	} else if (lines == 0) {
		at.column += node->text_offset + (int)offset;
	}
	return at;
}

static int put(struct expansion *e, const char *text, size_t length)
{
	if (length > TEMPLATE_MAX - e->length)
		return doc_fail(e->node, e->error, "the value is longer than %zu octets",
				TEMPLATE_MAX);
	memcpy(e->out + e->length, text, length);
	e->length += length;
	return 0;
}

static int put_in_unit(struct expansion *e, const struct param *param, const char *unit,
		       const struct doc_node *at)
{
	int64_t time_unit = param->unit == VALUE_TIME ? value_time_unit(unit) : 0;
	double rate_unit = 0;
	char one[16];
	char text[64];

	snprintf(one, sizeof(one), "1%.8s", unit);
	if (time_unit > 0)
		value_decimal((int64_t)param->value, time_unit, text, sizeof(text));
	else if (param->unit == VALUE_RATE && value_parse(one, VALUE_RATE, &rate_unit) == 0)
		snprintf(text, sizeof(text), "%.10g", param->value / rate_unit);
	else
		return doc_fail(
		    at, e->error,
		    "%s is a %s and cannot be printed in \"%.20s\" (times: ns us ms s min, "
		    "rates: bit kbit Mbit Gbit)",
		    param->name, value_unit_name(param->unit), unit);
	return put(e, text, strlen(text));
}

/* `inner` is what stands between the braces; `offset` is where the $ is. */
static int put_parameter(struct expansion *e, char *inner, size_t offset)
{
	struct doc_node at = place(e->node, offset);
	char *unit = strchr(inner, ':');
	const struct param *param;
	const char *near;

	if (unit)
		*unit++ = '\0';
	param = param_find(e->set, inner);
	if (param)
		return unit ? put_in_unit(e, param, unit, &at)
			    : put(e, param->text, strlen(param->text));
	near = param_nearest(e->set, inner, true);
	return doc_fail(
	    &at, e->error,
	    "no parameter \"%.40s\"%s%s: declare it under \"parameters\" of the scenario "
	    "or the topology",
	    inner, near ? ", did you mean " : "", near ? near : "");
}

/* Takes what begins with the $ at text + *offset. */
static int take_dollar(struct expansion *e, struct arena *arena, const char *text, size_t *offset)
{
	const char *from = text + *offset;
	const char *end;
	char *inner;

	if (from[1] == '$') {
		*offset += 2;
		return put(e, "$", 1);
	}
	end = from[1] == '{' ? strchr(from, '}') : NULL;
	if (!end) {
		struct doc_node at = place(e->node, *offset);

		return doc_fail(&at, e->error, "expected ${name} (or $$ for a dollar sign)");
	}
	*offset += (size_t)(end + 1 - from);
	inner = arena_text(arena, from + 2, (size_t)(end - from - 2));
	if (param_is_reserved(inner))
		return put(e, from, (size_t)(end + 1 - from));
	return put_parameter(e, inner, (size_t)(from - text));
}

char *template_expand(struct arena *arena, const struct param_set *set, const struct doc_node *node,
		      struct lab_error *ret_error)
{
	struct expansion e = {.set = set, .node = node, .error = ret_error};
	char *buffer;
	size_t at = 0;

	if (!strchr(node->text, '$'))
		return node->text;
	buffer = malloc(TEMPLATE_MAX);
	e.out = buffer;
	while (buffer && node->text[at]) {
		size_t plain = strcspn(node->text + at, "$");
		int status = put(&e, node->text + at, plain);

		at += plain;
		if (status == 0 && node->text[at])
			status = take_dollar(&e, arena, node->text, &at);
		if (status < 0) {
			free(buffer);
			return NULL;
		}
	}
	e.out = buffer ? arena_text(arena, buffer, e.length) : NULL;
	free(buffer);
	return e.out;
}
