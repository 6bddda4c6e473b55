/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_BCACHE_H
#define CORE_BCACHE_H

/* The home agent's binding cache (RFC 6275 9.1, 10.1): one entry for each home
 * address. It only keeps entries; ha_binding.c gives them their meaning. */
#include "table.h"
#include "timers.h"

enum bcache_state {
	BCACHE_DAD,	/* not a binding yet: the home address is being tested */
	BCACHE_BOUND,	/* served */
	BCACHE_DELETED, /* de-registered; kept so that a late BU is known as old (10.3.2) */
};

struct ha;
struct ha_job;

/* 104 octets, and so one 112-octet chunk: a million of them must stay small. */
struct bcache_entry {
	struct table_node node;
	struct timer timer; /* end of the lifetime, or of the 10 s after deletion */
	struct mip6_addr hoa;
	struct mip6_addr coa;
	struct ha *ha;
	struct ha_job *job; /* what is under way for it: DAD, repeated NAs; or NULL */
	uint16_t seq;	    /* of the last valid BU */
	uint16_t flags;	    /* MH_BU_*; L stays as it was when the binding was made */
	uint8_t state;	    /* enum bcache_state */
	uint8_t site;	    /* where it is registered: ha->sites[site] */
	bool recorded;	    /* the host may have a record of it */
	bool unsaved;	    /* which is not what it should be: a save failed (ha_record.c) */
};

struct bcache {
	struct table table;
	uint32_t seed; /* random, so that nobody can choose addresses that collide */
};

void bcache_init(struct bcache *b, uint32_t seed);
/* Frees the entries; their timers must be stopped. */
void bcache_free(struct bcache *b);
struct bcache_entry *bcache_find(const struct bcache *b, const struct mip6_addr *hoa);
/* A new entry, all zero but hoa; NULL when out of memory. There must be none. */
struct bcache_entry *bcache_add(struct bcache *b, const struct mip6_addr *hoa);
/* Removes and frees. */
void bcache_remove(struct bcache *b, struct bcache_entry *e);
/* Walks: NULL first, then what it returned; NULL at the end. The entry may be
 * changed but not removed before the next call. */
struct bcache_entry *bcache_next(const struct bcache *b, const struct bcache_entry *e);
/* Walks in pieces, as table_walk. */
uint64_t bcache_walk(const struct bcache *b, uint64_t cursor,
		     bool (*fn)(void *arg, struct bcache_entry *e), void *arg);
/* True when seq is newer than last, modulo 2^16 (RFC 6275 9.5.1). */
bool bcache_seq_newer(uint16_t seq, uint16_t last);

#endif
