/* SPDX-License-Identifier: GPL-2.0-or-later */
/* YAML to a tree with positions, by libyaml's event parser. The tree is built
 * with an explicit stack of open collections, so that depth is bounded by a
 * number and not by the C stack. */
#include "lab/doc.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct builder {
	struct arena *arena;
	struct lab_error *error;
	const char *file;
	struct doc_node *open[DOC_MAX_DEPTH];
	struct doc_node *key[DOC_MAX_DEPTH]; /* the key that waits for its value */
	size_t depth, nodes;
	struct doc_node *root;
	bool done;
};

const char *doc_kind_name(enum doc_kind kind)
{
	if (kind == DOC_TEXT)
		return "a single value";
	return kind == DOC_LIST ? "a list" : "a mapping (key: value)";
}

int doc_fail(const struct doc_node *at, struct lab_error *ret_error, const char *format, ...)
{
	va_list args;

	memset(ret_error, 0, sizeof(*ret_error));
	if (at) {
		snprintf(ret_error->file, sizeof(ret_error->file), "%s", at->file);
		ret_error->line = at->line;
		ret_error->column = at->column;
	}
	va_start(args, format);
	vsnprintf(ret_error->text, sizeof(ret_error->text), format, args);
	va_end(args);
	return -1;
}

static int fail_at(struct builder *b, const yaml_mark_t *mark, const char *text)
{
	struct doc_node at = {.file = b->file};

	at.line = mark ? (int)mark->line + 1 : 0;
	at.column = mark ? (int)mark->column + 1 : 0;
	return doc_fail(&at, b->error, "%s", text);
}

const struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
	if (!map || map->kind != DOC_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->keys[i]->text, key) == 0)
			return map->items[i];
	return NULL;
}

/* Edits (insert, delete, replace) between two words, as far as it matters here:
 * words longer than the table are far from everything. */
static size_t distance(const char *a, const char *b)
{
	size_t row[40];
	size_t width = strlen(b);

	if (width + 1 > sizeof(row) / sizeof(row[0]) || strlen(a) >= sizeof(row) / sizeof(row[0]))
		return 99;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= width; j++) {
			size_t best = corner + (a[i] != b[j - 1]);

			best = row[j] + 1 < best ? row[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			corner = row[j];
			row[j] = best;
		}
	}
	return row[width];
}

const char *doc_nearest(const char *word, const char *const *names, size_t count)
{
	size_t limit = strlen(word) / 3 + 1;
	size_t best = limit + 1;
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t edits = distance(word, names[i]);

		if (edits < best) {
			best = edits;
			found = names[i];
		}
	}
	return found;
}

static struct doc_node *node_new(struct builder *b, enum doc_kind kind, const yaml_event_t *event)
{
	struct doc_node *node = arena_alloc(b->arena, sizeof(*node));

	node->kind = kind;
	node->file = b->file;
	node->line = (int)event->start_mark.line + 1;
	node->column = (int)event->start_mark.column + 1;
	return node;
}

static int map_add(struct builder *b, struct doc_node *map, struct doc_node *node)
{
	struct doc_node **key = &b->key[b->depth - 1];

	if (!*key) {
		if (node->kind != DOC_TEXT)
			return doc_fail(node, b->error, "a key must be a single word, this is %s",
					doc_kind_name(node->kind));
		if (doc_get(map, node->text))
			return doc_fail(node, b->error,
					"the key \"%s\" stands twice here: remove one of the two",
					node->text);
		*key = node;
		return 0;
	}
	map->keys = arena_grow(b->arena, map->keys, map->count, sizeof(map->keys[0]));
	map->items = arena_grow(b->arena, map->items, map->count, sizeof(map->items[0]));
	map->keys[map->count] = *key;
	map->items[map->count++] = node;
	*key = NULL;
	return 0;
}

/* Hangs a new node below the innermost open collection. */
static int attach(struct builder *b, struct doc_node *node)
{
	struct doc_node *parent;

	if (++b->nodes > DOC_MAX_NODES)
		return doc_fail(node, b->error, "the file has more than %d values", DOC_MAX_NODES);
	if (b->depth == 0) {
		b->root = node;
		return 0;
	}
	parent = b->open[b->depth - 1];
	if (parent->kind == DOC_MAP)
		return map_add(b, parent, node);
	parent->items =
	    arena_grow(b->arena, parent->items, parent->count, sizeof(parent->items[0]));
	parent->items[parent->count++] = node;
	return 0;
}

static int take_text(struct builder *b, const yaml_event_t *event)
{
	struct doc_node *node = node_new(b, DOC_TEXT, event);
	yaml_scalar_style_t style = event->data.scalar.style;
	const char *text = (const char *)event->data.scalar.value;

	if (event->data.scalar.anchor || event->data.scalar.tag)
		return doc_fail(node, b->error,
				"anchors (&) and tags (!) are not taken here: "
				"write the value out");
	if (strlen(text) != event->data.scalar.length)
		return doc_fail(node, b->error, "the text has a zero octet in it");
	node->text = arena_string(b->arena, text);
	node->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
	node->text_offset =
	    style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return attach(b, node);
}

static int take_open(struct builder *b, const yaml_event_t *event, enum doc_kind kind)
{
	struct doc_node *node = node_new(b, kind, event);
	const yaml_char_t *anchor =
	    kind == DOC_MAP ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
	const yaml_char_t *tag =
	    kind == DOC_MAP ? event->data.mapping_start.tag : event->data.sequence_start.tag;

	if (anchor || tag)
		return doc_fail(node, b->error,
				"anchors (&) and tags (!) are not taken here: "
				"write the value out");
	if (b->depth == DOC_MAX_DEPTH)
		return doc_fail(node, b->error, "nested deeper than %d levels", DOC_MAX_DEPTH);
	if (attach(b, node) < 0)
		return -1;
	b->open[b->depth] = node;
	b->key[b->depth++] = NULL;
	return 0;
}

static int take_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return take_text(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return take_open(b, event, DOC_LIST);
	case YAML_MAPPING_START_EVENT:
		return take_open(b, event, DOC_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return 0;
	case YAML_ALIAS_EVENT:
		return fail_at(b, &event->start_mark,
			       "aliases (*name) are not taken here: write the value out");
	case YAML_DOCUMENT_START_EVENT:
		if (b->root)
			return fail_at(b, &event->start_mark,
				       "a second document (---) in the file: only one is read");
		return 0;
	case YAML_STREAM_END_EVENT:
		b->done = true;
		return 0;
	default:
		return 0;
	}
}

static int syntax_error(struct builder *b, const yaml_parser_t *parser)
{
	char text[sizeof(b->error->text)];
	const char *problem = parser->problem ? parser->problem : "not readable as YAML";

	snprintf(text, sizeof(text),
		 "YAML: %s%s%s (inside { } and [ ] a value with ${...} needs quotes)", problem,
		 parser->context ? ", " : "", parser->context ? parser->context : "");
	return fail_at(b, &parser->problem_mark, text);
}

static int build(struct builder *b, yaml_parser_t *parser)
{
	yaml_event_t event;
	int status;

	while (!b->done) {
		if (!yaml_parser_parse(parser, &event))
			return syntax_error(b, parser);
		status = take_event(b, &event);
		yaml_event_delete(&event);
		if (status < 0)
			return -1;
	}
	if (!b->root)
		return fail_at(b, NULL, "the file is empty");
	if (b->root->kind != DOC_MAP)
		return doc_fail(b->root, b->error, "expected keys at the top, found %s",
				doc_kind_name(b->root->kind));
	return 0;
}

struct doc_node *doc_parse(struct arena *arena, const char *name, const char *data, size_t size,
			   struct lab_error *ret_error)
{
	struct builder b = {.arena = arena, .error = ret_error};
	yaml_parser_t parser;
	int status;

	b.file = arena_string(arena, name);
	if (size > DOC_MAX_FILE) {
		fail_at(&b, NULL, "the file is larger than 1 MiB");
		return NULL;
	}
	if (!yaml_parser_initialize(&parser)) {
		fail_at(&b, NULL, "no memory for the YAML parser");
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)data, size);
	status = build(&b, &parser);
	yaml_parser_delete(&parser);
	return status < 0 ? NULL : b.root;
}

struct doc_node *doc_read(struct arena *arena, const char *path, struct lab_error *ret_error)
{
	struct doc_node at = {.file = path};
	struct doc_node *root = NULL;
	FILE *file = fopen(path, "rbe");
	char *data;
	size_t size;

	if (!file) {
		doc_fail(&at, ret_error, "cannot open: %s", strerror(errno));
		return NULL;
	}
	data = malloc(DOC_MAX_FILE + 1);
	size = data ? fread(data, 1, DOC_MAX_FILE + 1, file) : 0;
	if (!data || ferror(file))
		doc_fail(&at, ret_error, "cannot read: %s", strerror(errno));
	else
		root = doc_parse(arena, path, data, size, ret_error);
	free(data);
	fclose(file);
	return root;
}
