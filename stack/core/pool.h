/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_POOL_H
#define CORE_POOL_H

/* Objects of one size that come in thousands and go soon, such as duplicate address
 * detections, in blocks of their own. Between others that stay, each would keep a page of
 * memory after it has gone; of a block nothing is left with its last object. */
#include <mip6/types.h>

struct pool_block;

struct pool {
	size_t size;		 /* of an object */
	struct pool_block *open; /* blocks that have room */
};

void pool_init(struct pool *p, size_t size);
/* An object, all zero; NULL when out of memory. It goes back with pool_give. */
void *pool_take(struct pool *p);
/* NULL does nothing. A pool whose objects are all back has no memory of its own. */
void pool_give(struct pool *p, void *object);

#endif
