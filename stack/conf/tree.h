/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_TREE_H
#define CONF_TREE_H

/* What a mip6d.conf says, before anyone asks what it means: statements, each a
 * list of values, some with a block of further statements. Every value knows
 * its place, so that any later complaint can point at it. */
#include <mip6/conf.h>

/* A stretch of one line. file belongs to the tree; columns count bytes from 1. */
struct conf_place {
	const char *file;
	int line;
	int column;
	int end_column; /* first column behind it */
};

enum conf_value_kind { CONF_WORD, CONF_STRING, CONF_LIST };

struct conf_value {
	enum conf_value_kind kind;
	struct conf_place at;
	const char *text;	 /* a string without its quotes; "" for a list */
	struct conf_value *list; /* (a, b, ...) */
	struct conf_value *next;
};

struct conf_values {
	struct conf_value *first;
	struct conf_value *last;
};

struct conf_statement {
	struct conf_value *values; /* at least one: the keyword */
	bool is_include;	   /* values: the file name alone */
	bool has_block;
	struct conf_statement *block; /* first of the block, may be NULL */
	struct conf_statement *next;
};

struct conf_statements {
	struct conf_statement *first;
	struct conf_statement *last;
};

/* Owns every statement, value and text; all go at once. */
struct conf_tree {
	struct conf_chunk *chunks;
	struct conf_statement *first;
};

/* Zeroed memory that lives as long as the tree; NULL when there is none. */
void *conf_tree_alloc(struct conf_tree *tree, size_t size);
/* A copy of len bytes with a zero behind them; NULL without memory. */
char *conf_tree_text(struct conf_tree *tree, const char *text, size_t len);
void conf_tree_clear(struct conf_tree *tree);

/* New nodes; NULL without memory. */
struct conf_value *conf_value_new(struct conf_tree *tree, enum conf_value_kind kind,
				  const struct conf_place *at, const char *text);
struct conf_statement *conf_statement_new(struct conf_tree *tree, struct conf_value *values);
void conf_values_append(struct conf_values *to, struct conf_value *value);
void conf_statements_append(struct conf_statements *to, struct conf_statement *statement);

/* The state of parsing one file. */
struct conf_parser {
	struct conf_tree *tree;
	struct mip6_conf_error *error;
	const char *file; /* of the tree */
	int line;	  /* where the scanner stands */
	int column;
	struct conf_place previous;	   /* the token before the one read last */
	struct conf_place current;	   /* the token read last */
	int depth;			   /* open blocks */
	struct conf_place open;		   /* the '{' of the innermost block */
	struct conf_statement *statements; /* the result */
	int result;
};

/* Parses buf, of which the last two of its len + 2 bytes are zero and which is
 * changed meanwhile. parser: tree, error, file given, the rest zero. Returns
 * MIP6_OK with parser->statements, MIP6_ERR_CONFIG or MIP6_ERR_NOMEM (scanner.l). */
int conf_parse_buffer(struct conf_parser *parser, char *buf, size_t len);

/* Writes the error's place and text; returns MIP6_ERR_CONFIG. */
int conf_fail(struct mip6_conf_error *error, const struct conf_place *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same about the point just behind a place. */
int conf_fail_behind(struct mip6_conf_error *error, const struct conf_place *at, const char *format,
		     ...) __attribute__((format(printf, 3, 4)));
/* Writes "out of memory"; returns MIP6_ERR_NOMEM. */
int conf_fail_memory(struct mip6_conf_error *error, const struct conf_place *at);

#endif
