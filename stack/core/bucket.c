/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Token buckets, and the limit of replies to each prefix and to all. */
#include "bucket.h"
#include <mip6/wire.h>

static mip6_time interval(const struct bucket_size *size)
{
	return MIP6_SECOND / size->per_second;
}

static mip6_time later(mip6_time a, mip6_time b)
{
	return a > b ? a : b;
}

/* A token is worth one interval of the time until the bucket is full. */
bool bucket_has(const struct bucket *b, const struct bucket_size *size, mip6_time now)
{
	return later(b->full, now) - now <= interval(size) * ((mip6_time)size->burst - 1);
}

void bucket_spend(struct bucket *b, const struct bucket_size *size, mip6_time now)
{
	b->full = later(b->full, now) + interval(size);
}

bool bucket_take(struct bucket *b, const struct bucket_size *size, mip6_time now)
{
	if (!bucket_has(b, size, now))
		return false;
	bucket_spend(b, size, now);
	return true;
}

static uint64_t read_half(const uint8_t *octets)
{
	struct mip6_reader r = rd_init(octets, 8);

	return rd_u64(&r);
}

uint64_t reply_prefix_id(const struct mip6_addr *addr)
{
	return mip6_addr_is_link_local(addr) ? read_half(addr->b + 8) : read_half(addr->b);
}

/* The prefix's place, or the one that it may have. */
static struct reply_prefix *place_for(struct reply_limit *limit, uint64_t id)
{
	struct reply_prefix *least = &limit->prefixes[0];

	for (size_t i = 0; i < REPLY_PREFIXES; i++) {
		struct reply_prefix *p = &limit->prefixes[i];

		if (p->id == id)
			return p;
		if (p->bucket.full < least->bucket.full)
			least = p;
	}
	return least;
}

bool reply_limit_take(struct reply_limit *limit, const struct reply_rate *rate, mip6_time now,
		      const struct mip6_addr *peer)
{
	uint64_t id = reply_prefix_id(peer);
	struct reply_prefix *p = place_for(limit, id);

	if (p->id == id && !bucket_has(&p->bucket, &rate->prefix, now))
		return false;
	if (!bucket_take(&limit->all, &rate->all, now))
		return false;
	if (p->id != id)
		*p = (struct reply_prefix){.id = id};
	bucket_spend(&p->bucket, &rate->prefix, now);
	return true;
}
