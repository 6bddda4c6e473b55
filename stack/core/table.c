/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash table behind the plane and the binding cache. It doubles when it
 * holds as many objects as buckets, and never shrinks: a home agent that once
 * had its load will have it again. */
#include "table.h"
#include <stdlib.h>

void table_init(struct table *t)
{
	*t = (struct table){0};
}

void table_free(struct table *t)
{
	free(t->buckets);
	*t = (struct table){0};
}

static struct table_node **bucket_of(const struct table *t, uint32_t hash)
{
	return &t->buckets[hash & (t->bucket_count - 1)];
}

struct table_node *table_find(const struct table *t, uint32_t hash, table_match match,
			      const void *key)
{
	if (!t->buckets)
		return NULL;
	for (struct table_node *n = *bucket_of(t, hash); n; n = n->next)
		if (n->hash == hash && match(n, key))
			return n;
	return NULL;
}

static void link_node(struct table *t, struct table_node *node)
{
	struct table_node **bucket = bucket_of(t, node->hash);

	node->next = *bucket;
	*bucket = node;
}

static int grow(struct table *t)
{
	struct table old = *t;
	size_t count = old.bucket_count ? old.bucket_count * 2 : 16;
	struct table_node **buckets = calloc(count, sizeof(struct table_node *));

	if (!buckets)
		return MIP6_ERR_NOMEM;
	t->buckets = buckets;
	t->bucket_count = count;
	for (size_t i = 0; i < old.bucket_count; i++) {
		struct table_node *n = old.buckets[i];

		while (n) {
			struct table_node *next = n->next;

			link_node(t, n);
			n = next;
		}
	}
	free(old.buckets);
	return MIP6_OK;
}

int table_add(struct table *t, struct table_node *node, uint32_t hash)
{
	/* A full table that cannot grow still works, only slower. */
	if (t->count >= t->bucket_count && grow(t) < 0 && !t->buckets)
		return MIP6_ERR_NOMEM;
	node->hash = hash;
	link_node(t, node);
	t->count++;
	return MIP6_OK;
}

void table_remove(struct table *t, struct table_node *node)
{
	struct table_node **at = bucket_of(t, node->hash);

	while (*at && *at != node)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = node->next;
	node->next = NULL;
	t->count--;
}

struct table_node *table_next(const struct table *t, const struct table_node *node)
{
	size_t i = 0;

	if (node && node->next)
		return node->next;
	if (node)
		i = (node->hash & (t->bucket_count - 1)) + 1;
	for (; i < t->bucket_count; i++)
		if (t->buckets[i])
			return t->buckets[i];
	return NULL;
}

static uint32_t reversed(uint32_t v)
{
	v = (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
	v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
	v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
	return __builtin_bswap32(v);
}

/* Buckets in the order of their reversed numbers: when the table doubles, those that a
 * bucket is divided into follow each other, so that what was met and what was not stay
 * apart. 0 after the last. */
static uint32_t bucket_after(const struct table *t, uint32_t bucket)
{
	uint32_t mask = (uint32_t)(t->bucket_count - 1);

	return reversed(reversed(bucket | ~mask) + 1);
}

uint64_t table_walk(const struct table *t, uint64_t cursor,
		    bool (*fn)(void *arg, struct table_node *node), void *arg)
{
	uint32_t bucket = (uint32_t)cursor;
	uint32_t skip = (uint32_t)(cursor >> 32);

	if (!t->buckets)
		return 0;
	do {
		uint32_t met = 0;

		for (struct table_node *n = *bucket_of(t, bucket); n; n = n->next)
			if (++met > skip && !fn(arg, n))
				return n->next ? bucket | (uint64_t)met << 32
					       : bucket_after(t, bucket);
		bucket = bucket_after(t, bucket);
		skip = 0;
	} while (bucket);
	return 0;
}

uint32_t table_hash(uint32_t seed, const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint32_t h = seed ^ UINT32_C(0x811c9dc5);

	for (size_t i = 0; i < len; i++)
		h = (h ^ bytes[i]) * UINT32_C(0x01000193);
	/* FNV leaves the low bits of the last byte weakly mixed. */
	h ^= h >> 15;
	h *= UINT32_C(0x2c1b3c6d);
	return h ^ (h >> 12);
}
