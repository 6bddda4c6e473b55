/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree of statements and its memory: one list of chunks that ends with the
 * tree, so that no error path of the parser has anything to free. */
#include "conf/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conf_chunk {
	struct conf_chunk *next;
	max_align_t data[];
};

void *conf_tree_alloc(struct conf_tree *tree, size_t size)
{
	struct conf_chunk *chunk = calloc(1, sizeof(*chunk) + size);

	if (!chunk)
		return NULL;
	chunk->next = tree->chunks;
	tree->chunks = chunk;
	return chunk->data;
}

char *conf_tree_text(struct conf_tree *tree, const char *text, size_t len)
{
	char *copy = conf_tree_alloc(tree, len + 1);

	if (copy)
		memcpy(copy, text, len);
	return copy;
}

void conf_tree_clear(struct conf_tree *tree)
{
	while (tree->chunks) {
		struct conf_chunk *chunk = tree->chunks;

		tree->chunks = chunk->next;
		free(chunk);
	}
	tree->first = NULL;
}

struct conf_value *conf_value_new(struct conf_tree *tree, enum conf_value_kind kind,
				  const struct conf_place *at, const char *text)
{
	struct conf_value *value = conf_tree_alloc(tree, sizeof(*value));

	if (!value)
		return NULL;
	value->kind = kind;
	value->at = *at;
	value->text = text;
	return value;
}

struct conf_statement *conf_statement_new(struct conf_tree *tree, struct conf_value *values)
{
	struct conf_statement *statement = conf_tree_alloc(tree, sizeof(*statement));

	if (statement)
		statement->values = values;
	return statement;
}

void conf_values_append(struct conf_values *to, struct conf_value *value)
{
	if (to->last)
		to->last->next = value;
	else
		to->first = value;
	to->last = value;
}

void conf_statements_append(struct conf_statements *to, struct conf_statement *statement)
{
	if (to->last)
		to->last->next = statement;
	else
		to->first = statement;
	to->last = statement;
}

static void set_error(struct mip6_conf_error *error, const struct conf_place *at, int column,
		      const char *format, va_list args)
{
	snprintf(error->file, sizeof(error->file), "%s", at->file ? at->file : "");
	error->line = at->line;
	error->column = column;
	vsnprintf(error->text, sizeof(error->text), format, args);
}

int conf_fail(struct mip6_conf_error *error, const struct conf_place *at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_error(error, at, at->column, format, args);
	va_end(args);
	return MIP6_ERR_CONFIG;
}

int conf_fail_behind(struct mip6_conf_error *error, const struct conf_place *at, const char *format,
		     ...)
{
	va_list args;

	va_start(args, format);
	set_error(error, at, at->end_column, format, args);
	va_end(args);
	return MIP6_ERR_CONFIG;
}

int conf_fail_memory(struct mip6_conf_error *error, const struct conf_place *at)
{
	conf_fail(error, at, "out of memory");
	return MIP6_ERR_NOMEM;
}
