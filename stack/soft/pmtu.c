/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Path MTUs that Packet Too Big messages told of outer packets (RFC 8201). A path is
 * of a source and a destination: a mobile node that has moved is on another one. A
 * small table of sets by a hash of both; the value that ends first makes way.
 * Without a value, or when it has ended, the path is as good as its first link. */
#include "soft/internal.h"
#include <stdlib.h>

enum { SETS = 64, WAYS = 4 };

#define LIFETIME (600 * MIP6_SECOND)

struct path {
	struct mip6_addr src;
	struct mip6_addr dst;
};

struct pmtu {
	struct path path;
	unsigned mtu;
	mip6_time until; /* 0: free */
};

struct soft_pmtus {
	struct pmtu sets[SETS][WAYS];
};

struct soft_pmtus *soft_pmtus_new(void)
{
	return calloc(1, sizeof(struct soft_pmtus));
}

void soft_pmtus_free(struct soft_pmtus *p)
{
	free(p);
}

static struct pmtu *set_of(struct soft_pmtus *p, const struct path *path)
{
	return p->sets[table_hash(0, path, sizeof(*path)) % SETS];
}

static bool same(const struct path *a, const struct path *b)
{
	return mip6_addr_equal(&a->src, &b->src) && mip6_addr_equal(&a->dst, &b->dst);
}

static struct pmtu *find(struct pmtu *set, const struct path *path)
{
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].until && same(&set[i].path, path))
			return &set[i];
	return NULL;
}

unsigned soft_pmtu(const struct mip6_soft *s, const struct mip6_addr *src,
		   const struct mip6_addr *dst, unsigned mtu)
{
	struct path path = {*src, *dst};
	const struct pmtu *known = find(set_of(s->pmtus, &path), &path);

	return known && known->until > s->now && known->mtu < mtu ? known->mtu : mtu;
}

static struct pmtu *place_for(struct pmtu *set, const struct path *path)
{
	struct pmtu *place = find(set, path);

	if (place)
		return place;
	place = &set[0];
	for (size_t i = 1; i < WAYS; i++)
		if (set[i].until < place->until)
			place = &set[i];
	return place;
}

/* A message never raises the value (RFC 8201 4); below the minimum it is the
 * minimum. */
void soft_pmtu_learn(struct mip6_soft *s, const struct mip6_addr *src, const struct mip6_addr *dst,
		     uint32_t mtu)
{
	struct path path = {*src, *dst};
	struct pmtu *place = place_for(set_of(s->pmtus, &path), &path);
	unsigned value = mtu > SOFT_MIN_MTU ? mtu : SOFT_MIN_MTU;

	if (place->until > s->now && same(&place->path, &path) && place->mtu < value)
		return;
	*place = (struct pmtu){.path = path, .mtu = value, .until = s->now + LIFETIME};
}
