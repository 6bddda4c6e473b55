/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_DOC_H
#define LAB_DOC_H

/* A YAML file as a tree that knows where each of its values stands, so that
 * whoever finds a mistake in a value can say file:line:column. Only the plain
 * part of YAML is taken: mappings, lists and text. Anchors, aliases and tags are
 * refused, sizes are bounded, a key may stand only once. */
#include "lab/arena.h"
#include "lab/plan.h"
#include <stdbool.h>
#include <stddef.h>

#define DOC_MAX_FILE  ((size_t)1 << 20) /* octets */
#define DOC_MAX_DEPTH 16
#define DOC_MAX_NODES 50000

enum doc_kind { DOC_TEXT, DOC_LIST, DOC_MAP };

struct doc_node {
	enum doc_kind kind;
	const char *file;
	int line, column;	 /* from 1 */
	int text_offset;	 /* columns from `column` to the first character of text */
	bool block;		 /* text written as a block: its lines begin below */
	char *text;		 /* DOC_TEXT */
	struct doc_node **items; /* DOC_LIST; the values of DOC_MAP */
	struct doc_node **keys;	 /* DOC_MAP */
	size_t count;
};

/* Reads the file `path`. The tree belongs to the arena. NULL with *ret_error
 * set when the file cannot be read or is not what the paragraph above says. */
struct doc_node *doc_read(struct arena *arena, const char *path, struct lab_error *ret_error);

/* The same for `size` octets in memory; `name` stands for the file in errors. */
struct doc_node *doc_parse(struct arena *arena, const char *name, const char *data, size_t size,
			   struct lab_error *ret_error);

/* The value of `key` in a mapping, NULL when it has none. */
const struct doc_node *doc_get(const struct doc_node *map, const char *key);

/* Sets *ret_error to the place of `at` and the message. Always -1. */
int doc_fail(const struct doc_node *at, struct lab_error *ret_error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "a list", "text" ...: for messages. */
const char *doc_kind_name(enum doc_kind kind);

/* Which of `count` names is the nearest to `word`, NULL when none is near. */
const char *doc_nearest(const char *word, const char *const *names, size_t count);

#endif
