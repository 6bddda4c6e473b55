/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pool.h"
#include <stdlib.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
enum { BLOCK_SLOTS = 1 }; /* so that the use of an object that has gone is seen */
#else
enum { BLOCK_SLOTS = 2048 };
#endif

/* An object that is out, or a link of its block's list of free ones. */
struct slot {
	struct pool_block *block;
	union {
		struct slot *next_free;
		max_align_t object;
	};
};

struct pool_block {
	struct pool_block *next, *prev; /* among those with room */
	struct slot *free;
	unsigned fresh; /* slots that were never used: their pages cost nothing yet */
	unsigned used;
	max_align_t slots[];
};

static size_t slot_size(const struct pool *p)
{
	size_t room = p->size > sizeof(max_align_t) ? p->size : sizeof(max_align_t);
	size_t align = sizeof(max_align_t);

	return offsetof(struct slot, object) + (room + align - 1) / align * align;
}

static struct slot *slot_at(const struct pool *p, struct pool_block *b, unsigned n)
{
	return (struct slot *)(void *)((uint8_t *)b->slots + n * slot_size(p));
}

void pool_init(struct pool *p, size_t size)
{
	*p = (struct pool){.size = size};
}

static void open_block(struct pool *p, struct pool_block *b)
{
	b->prev = NULL;
	b->next = p->open;
	if (p->open)
		p->open->prev = b;
	p->open = b;
}

static void close_block(struct pool *p, struct pool_block *b)
{
	if (b->prev)
		b->prev->next = b->next;
	else
		p->open = b->next;
	if (b->next)
		b->next->prev = b->prev;
}

static struct pool_block *block_with_room(struct pool *p)
{
	struct pool_block *b = p->open;

	if (b)
		return b;
	b = malloc(sizeof(*b) + BLOCK_SLOTS * slot_size(p));
	if (!b)
		return NULL;
	b->free = NULL;
	b->fresh = BLOCK_SLOTS;
	b->used = 0;
	open_block(p, b);
	return b;
}

void *pool_take(struct pool *p)
{
	struct pool_block *b = block_with_room(p);
	struct slot *s;

	if (!b)
		return NULL;
	s = b->free;
	if (s)
		b->free = s->next_free;
	else
		s = slot_at(p, b, BLOCK_SLOTS - b->fresh--);
	if (++b->used == BLOCK_SLOTS)
		close_block(p, b);
	s->block = b;
	return memset(&s->object, 0, p->size);
}

void pool_give(struct pool *p, void *object)
{
	struct slot *s;
	struct pool_block *b;

	if (!object)
		return;
	s = (struct slot *)(void *)((uint8_t *)object - offsetof(struct slot, object));
	b = s->block;
	if (b->used == BLOCK_SLOTS)
		open_block(p, b);
	s->next_free = b->free;
	b->free = s;
	if (--b->used > 0)
		return;
	close_block(p, b);
	free(b);
}
