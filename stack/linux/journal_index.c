/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which record of a key counts: the last one. This is known only while a journal is
 * read or written anew; in between nothing of it is kept. */
#include "linux/journal_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#define BLOCK 8192u

struct index_entry {
	struct mip6_addr key;
	uint32_t next;	 /* in the same bucket, counted from 1; 0: none */
	uint32_t offset; /* 0: removed */
	uint16_t kind;
};

/* From the kernel and back to it: the heap would keep what was needed for a moment. */
void *journal_map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Four records of a bucket each: chains are short, and no table is ever built anew. */
int journal_index_open(struct journal_index *x, size_t records)
{
	*x = (struct journal_index){.bucket_count = 64};
	while (x->bucket_count < records / 4)
		x->bucket_count *= 2;
	x->buckets = journal_map(x->bucket_count * sizeof(*x->buckets));
	if (getrandom(&x->seed, sizeof(x->seed), 0) != sizeof(x->seed))
		x->seed = 0;
	return x->buckets ? MIP6_OK : MIP6_ERR_NOMEM;
}

void journal_index_close(struct journal_index *x)
{
	for (size_t i = 0; i * BLOCK < x->count; i++)
		munmap(x->blocks[i], BLOCK * sizeof(**x->blocks));
	free(x->blocks);
	if (x->buckets)
		munmap(x->buckets, x->bucket_count * sizeof(*x->buckets));
	*x = (struct journal_index){.count = 0};
}

static struct index_entry *entry_at(const struct journal_index *x, uint32_t number)
{
	return &x->blocks[(number - 1) / BLOCK][(number - 1) % BLOCK];
}

/* Random, so that nobody can choose home addresses that share a bucket. */
static uint32_t *bucket_of(const struct journal_index *x, unsigned kind,
			   const struct mip6_addr *key)
{
	uint64_t h = x->seed ^ kind;

	for (unsigned i = 0; i < sizeof(key->b); i++)
		h = (h ^ key->b[i]) * UINT64_C(0x100000001b3);
	return &x->buckets[(h ^ h >> 32) & (x->bucket_count - 1)];
}

static struct index_entry *find(const struct journal_index *x, unsigned kind,
				const struct mip6_addr *key)
{
	uint32_t number = *bucket_of(x, kind, key);

	while (number) {
		struct index_entry *e = entry_at(x, number);

		if (e->kind == kind && mip6_addr_equal(&e->key, key))
			return e;
		number = e->next;
	}
	return NULL;
}

static int add_block(struct journal_index *x)
{
	size_t n = x->count / BLOCK;
	struct index_entry **blocks = realloc(x->blocks, (n + 1) * sizeof(*blocks));

	if (!blocks)
		return MIP6_ERR_NOMEM;
	x->blocks = blocks;
	blocks[n] = journal_map(BLOCK * sizeof(**blocks));
	return blocks[n] ? MIP6_OK : MIP6_ERR_NOMEM;
}

int journal_index_put(struct journal_index *x, const struct journal_place *place, bool removed)
{
	struct index_entry *e = find(x, place->kind, &place->key);
	uint32_t offset = removed ? 0 : (uint32_t)place->offset;
	uint32_t *bucket;

	if (e) {
		e->offset = offset;
		return MIP6_OK;
	}
	if (removed)
		return MIP6_OK;
	if (x->count % BLOCK == 0 && add_block(x) < 0)
		return MIP6_ERR_NOMEM;
	bucket = bucket_of(x, place->kind, &place->key);
	e = entry_at(x, ++x->count);
	*e = (struct index_entry){
	    .key = place->key, .next = *bucket, .offset = offset, .kind = place->kind};
	*bucket = x->count;
	return MIP6_OK;
}

bool journal_index_counts(const struct journal_index *x, const struct journal_place *place)
{
	const struct index_entry *e = find(x, place->kind, &place->key);

	return e && e->offset == place->offset;
}
