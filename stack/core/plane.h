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
/* Called for an object whose change failed, right after the backend was asked. */
typedef void (*plane_failed)(void *arg, const struct mip6_object *object, int err);
/* Gives the difference to the backend. An object whose change failed is tried
 * again at the next commit. It is told (by `tell`, which may be NULL) once, and again
 * only when it fails with another error or after it had been done. Returns the number
 * of failures, told or not. */
int plane_commit(struct plane *p, plane_failed tell, void *arg);
/* Whether the backend has an object of this key, with the values that are wanted. */
bool plane_has(const struct plane *p, const struct mip6_object *object);
/* A hash of an object's key, for tables of objects. */
uint32_t plane_object_hash(const struct mip6_object *o);
/* Another program may have taken objects of some kinds (bits) off the backend. Asks
 * `missing` for each that the backend was given, and gives it again what is, in the order
 * of dependency. Returns how many it took again; *ret_first is the first of them. Those
 * that it did not take are tried again, and told, by plane_commit. */
unsigned plane_renew(struct plane *p, unsigned kinds,
		     bool (*missing)(void *arg, const struct mip6_object *object), void *arg,
		     struct mip6_object *ret_first);
/* Every object that is wanted and that the backend has, in pieces: begins at `cursor`, 0
 * the first time, until fn returns false; returns the cursor of the next piece, 0 at the
 * end. What comes and goes between two pieces may be met or not. */
uint64_t plane_walk(const struct plane *p, uint64_t cursor,
		    bool (*fn)(void *arg, const struct mip6_object *object), void *arg);
void plane_each(const struct plane *p, bool (*fn)(void *arg, const struct mip6_object *object),
		void *arg);
/* In pieces, as table_walk. */
uint64_t plane_each_from(const struct plane *p, uint64_t cursor,
			 bool (*fn)(void *arg, const struct mip6_object *object), void *arg);
/* Of all entries, those included that are about to be removed. */
size_t plane_count(const struct plane *p);

#endif
