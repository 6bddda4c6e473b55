/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The binding cache as a hash table by home address, and the rule by which
 * sequence numbers are compared (RFC 6275 9.5.1). */
#include "bcache.h"
#include <stdlib.h>

void bcache_init(struct bcache *b, uint32_t seed)
{
	table_init(&b->table);
	b->seed = seed;
}

void bcache_free(struct bcache *b)
{
	struct table_node *next;

	for (struct table_node *n = table_next(&b->table, NULL); n; n = next) {
		next = table_next(&b->table, n);
		free(n);
	}
	table_free(&b->table);
}

static bool match_hoa(const struct table_node *node, const void *key)
{
	return mip6_addr_equal(&((const struct bcache_entry *)(const void *)node)->hoa, key);
}

static uint32_t hash_hoa(const struct bcache *b, const struct mip6_addr *hoa)
{
	return table_hash(b->seed, hoa->b, sizeof(hoa->b));
}

struct bcache_entry *bcache_find(const struct bcache *b, const struct mip6_addr *hoa)
{
	struct table_node *n = table_find(&b->table, hash_hoa(b, hoa), match_hoa, hoa);

	return (struct bcache_entry *)(void *)n;
}

struct bcache_entry *bcache_add(struct bcache *b, const struct mip6_addr *hoa)
{
	struct bcache_entry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->hoa = *hoa;
	if (table_add(&b->table, &e->node, hash_hoa(b, hoa)) < 0) {
		free(e);
		return NULL;
	}
	return e;
}

void bcache_remove(struct bcache *b, struct bcache_entry *e)
{
	table_remove(&b->table, &e->node);
	free(e);
}

struct bcache_entry *bcache_next(const struct bcache *b, const struct bcache_entry *e)
{
	return (struct bcache_entry *)(void *)table_next(&b->table, e ? &e->node : NULL);
}

struct walk {
	bool (*fn)(void *arg, struct bcache_entry *e);
	void *arg;
};

static bool walk_node(void *arg, struct table_node *node)
{
	const struct walk *w = arg;

	return w->fn(w->arg, (struct bcache_entry *)(void *)node);
}

uint64_t bcache_walk(const struct bcache *b, uint64_t cursor,
		     bool (*fn)(void *arg, struct bcache_entry *e), void *arg)
{
	struct walk w = {fn, arg};

	return table_walk(&b->table, cursor, walk_node, &w);
}

bool bcache_seq_newer(uint16_t seq, uint16_t last)
{
	uint16_t ahead = (uint16_t)(seq - last);

	/* Old are `last` itself and the 32768 values before it. */
	return ahead > 0 && ahead < 0x8000;
}
