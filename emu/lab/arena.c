/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory with one lifetime, in blocks chained behind each other. */
#include "lab/arena.h"
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROOM ((size_t)16384)

struct block {
	struct block *next;
	size_t used, room;
	alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct block *blocks;
};

static void *need(void *memory)
{
	if (memory)
		return memory;
	fputs("mip6lab: out of memory\n", stderr);
	exit(3);
}

struct arena *arena_new(void)
{
	return need(calloc(1, sizeof(struct arena)));
}

void arena_free(struct arena *arena)
{
	struct block *next;

	if (!arena)
		return;
	for (struct block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

static struct block *block_with_room(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;
	size_t room = size > BLOCK_ROOM ? size : BLOCK_ROOM;

	if (block && block->room - block->used >= size)
		return block;
	block = need(calloc(1, sizeof(*block) + room));
	block->room = room;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t whole = (size + alignof(max_align_t) - 1) / alignof(max_align_t);
	struct block *block = block_with_room(arena, whole * alignof(max_align_t));
	void *memory = block->data + block->used;

	block->used += whole * alignof(max_align_t);
	return memory;
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
	return arena_text(arena, text, strlen(text));
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t size)
{
	void *larger;

	if (count > 0 && (count & (count - 1)) != 0)
		return items;
	larger = arena_alloc(arena, (count ? 2 * count : 1) * size);
	if (count > 0)
		memcpy(larger, items, count * size);
	return larger;
}
