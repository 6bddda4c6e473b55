/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_BUCKET_H
#define CORE_BUCKET_H

/* Token buckets (RFC 4443 2.4 f): how much a stranger can make a node send or tell.
 * A bucket holds `burst` tokens and gains `per_second` of them; what it is asked for
 * beyond that is refused. All that is kept is the time at which it is full again, so
 * that a bucket of zeros is a full one. */
#include <mip6/types.h>

struct bucket {
	mip6_time full; /* when it is full again */
};

struct bucket_size {
	unsigned per_second; /* at least 1 */
	unsigned burst;	     /* at least 1 */
};

bool bucket_has(const struct bucket *b, const struct bucket_size *size, mip6_time now);
/* Takes a token that is there. */
void bucket_spend(struct bucket *b, const struct bucket_size *size, mip6_time now);
/* Takes a token; false when there is none. */
bool bucket_take(struct bucket *b, const struct bucket_size *size, mip6_time now);

/* A limit of what is sent to strangers: one bucket for all of them, and one for each
 * prefix that was answered of late, so that one who floods does not use up what
 * others need. The table is bounded: the place of the prefix that used least is
 * given to a new one. */
#define REPLY_PREFIXES 64

struct reply_limit {
	struct bucket all;
	struct reply_prefix {
		uint64_t id;
		struct bucket bucket;
	} prefixes[REPLY_PREFIXES];
};

struct reply_rate {
	struct bucket_size all;
	struct bucket_size prefix;
};

/* What is one source: the first 64 bits of an address, or the interface identifier of
 * a link-local one. */
uint64_t reply_prefix_id(const struct mip6_addr *addr);
/* Takes one reply to `peer` from the limit; false when it must not be sent. */
bool reply_limit_take(struct reply_limit *limit, const struct reply_rate *rate, mip6_time now,
		      const struct mip6_addr *peer);

#endif
