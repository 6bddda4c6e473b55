/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_TABLE_H
#define CORE_TABLE_H

/* A chained hash table whose nodes are embedded in what it holds: 16 bytes for
 * each object and 8 for each bucket, because a home agent keeps a million
 * bindings in it and hash-table libraries cost several times that. */
#include <mip6/types.h>

struct table_node {
	struct table_node *next;
	uint32_t hash;
};

struct table {
	struct table_node **buckets; /* a power of two of them, or NULL */
	size_t bucket_count;
	size_t count;
};

typedef bool (*table_match)(const struct table_node *node, const void *key);

void table_init(struct table *t);
/* Frees the buckets; the nodes are their owners'. */
void table_free(struct table *t);
/* The node with this hash for which match says yes, or NULL. */
struct table_node *table_find(const struct table *t, uint32_t hash, table_match match,
			      const void *key);
/* Adds a node; the caller knows that no equal one is there. MIP6_ERR_NOMEM. */
int table_add(struct table *t, struct table_node *node, uint32_t hash);
void table_remove(struct table *t, struct table_node *node);
/* Walks all nodes: give NULL first, then what it returned; NULL at the end. The
 * table must not change in between. */
struct table_node *table_next(const struct table *t, const struct table_node *node);
/* Walks in pieces, between which the table may change: begins at `cursor`, 0 the first
 * time, calls fn for node after node until it returns false, and returns the cursor of
 * the next piece, 0 at the end. Every node that is there all the while is met at least
 * once, also when the table grows. fn must not change the table. */
uint64_t table_walk(const struct table *t, uint64_t cursor,
		    bool (*fn)(void *arg, struct table_node *node), void *arg);
/* A hash of bytes; begin with any seed, chain by passing the last result. */
uint32_t table_hash(uint32_t seed, const void *data, size_t len);

#endif
