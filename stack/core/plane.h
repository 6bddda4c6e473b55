/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_PLANE_H
#define CORE_PLANE_H

/* The wanted set of one node. An engine declares objects under an owner number
 * (any value, unique in the node: address of its state); the same object may
 * have several owners and is removed with the last. Changes are collected and
 * carried out by plane_commit in the order of dependency: what is added in the
 * order of enum mip6_object_kind, what is removed in the reverse order and
 * after the additions, so that traffic never finds a gap. */
#include <mip6/node.h>

struct plane;

struct plane *plane_new(int (*apply)(void *ctx, const struct mip6_object *was,
				     const struct mip6_object *is),
			void *ctx);
void plane_free(struct plane *p);
/* Declares a wish; the values of the latest wish count. MIP6_ERR_NOMEM. */
int plane_want(struct plane *p, const void *owner, const struct mip6_object *object);
void plane_unwant(struct plane *p, const void *owner, const struct mip6_object *object);
/* Withdraws all wishes of an owner. */
void plane_unwant_all(struct plane *p, const void *owner);
/* Withdraws all wishes of all owners. */
void plane_clear(struct plane *p);
/* Replaces all wishes of an owner by this list: what stays is not touched. */
int plane_want_only(struct plane *p, const void *owner, const struct mip6_object *objects,
		    size_t count);
/* Gives the difference to the backend. An object whose change failed is tried
 * again at the next commit. Returns the number of failures; *ret_failed (may be
 * NULL) is the first object that failed and *ret_err its error. */
int plane_commit(struct plane *p, struct mip6_object *ret_failed, int *ret_err);
/* A hash of an object's key, for tables of objects. */
uint32_t plane_object_hash(const struct mip6_object *o);
void plane_each(const struct plane *p, bool (*fn)(void *arg, const struct mip6_object *object),
		void *arg);

#endif
