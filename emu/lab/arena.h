/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_ARENA_H
#define LAB_ARENA_H

/* Memory that is given back all at once. A document tree and a plan consist of
 * many small pieces with one lifetime, so nobody keeps account of each. */
#include <stddef.h>

struct arena;

/* A new empty arena; free with arena_free. Never NULL. */
struct arena *arena_new(void);

/* Gives back everything that was taken from it, and itself. NULL is allowed. */
void arena_free(struct arena *arena);

/* `size` octets, zeroed and aligned for every type. Never NULL: a machine
 * without memory for a plan ends the program with a message, since its callers
 * bound what they ask for by the sizes of the files. */
void *arena_alloc(struct arena *arena, size_t size);

/* A copy of `length` octets of text with a closing zero. */
char *arena_text(struct arena *arena, const char *text, size_t length);

/* A copy of a string. */
char *arena_string(struct arena *arena, const char *text);

/* An array with room for at least `count + 1` items of `size` octets that begins
 * with the `count` items of `items`: moved whenever count reaches a power of
 * two. Returns where the items are now. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t size);

#endif
