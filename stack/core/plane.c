/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wanted set (plane.h). An entry holds one object, who wishes it, and what
 * the backend last carried out. Entries that may differ from that are listed as
 * changed, so that a commit costs what changed and not what there is.
 *
 * A home agent with a million bindings has two million entries: an entry is one
 * allocation that keeps of its object only the bytes its kind needs and of its
 * wishes the first; an old value is kept only between change and commit. */
#include "plane.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>

struct entry;

/* One owner's wish for one entry: on the list of both. */
struct wish {
	struct owner *owner;
	struct entry *entry;
	struct wish *next_wish;	 /* of the same entry */
	struct wish *next_owned; /* of the same owner */
	struct wish *prev_owned;
};

struct owner {
	struct table_node node;
	const void *name;
	struct wish *owned;
};

struct entry {
	struct table_node node;
	struct wish first;	 /* free when its owner is NULL; further wishes follow it */
	struct mip6_object *was; /* what the backend has, where it differs from object */
	uint8_t kind;
	int8_t failed; /* the error with which its change failed last; 0: it did not */
	bool wanted : 1;
	bool applied : 1; /* the backend has it */
	bool listed : 1;  /* on the list of changed entries */
	uint8_t object[]; /* struct mip6_object, cut to what the kind uses */
};

struct plane {
	struct table entries;
	struct table owners;
	struct entry **changed;
	size_t changed_count;
	size_t changed_cap;
	int (*apply)(void *ctx, const struct mip6_object *was, const struct mip6_object *is);
	void *ctx;
};

static size_t object_size(enum mip6_object_kind kind)
{
	const struct mip6_object *o = NULL;
	size_t head = offsetof(struct mip6_object, sysctl);

	switch (kind) {
	case MIP6_OBJ_SYSCTL:
		return head + sizeof(o->sysctl);
	case MIP6_OBJ_DEVICE:
		return head + sizeof(o->device);
	case MIP6_OBJ_ADDRESS:
		return head + sizeof(o->address);
	case MIP6_OBJ_NEIGHBOUR:
		return head + sizeof(o->neighbour);
	case MIP6_OBJ_ROUTE:
		return head + sizeof(o->route);
	case MIP6_OBJ_RULE:
		return head + sizeof(o->rule);
	case MIP6_OBJ_BINDING:
		return head + sizeof(o->binding);
	case MIP6_OBJ_PROXY:
		return head + sizeof(o->proxy);
	default:
		return sizeof(*o);
	}
}

static struct mip6_object entry_object(const struct entry *e)
{
	struct mip6_object o = {0};

	memcpy(&o, e->object, object_size((enum mip6_object_kind)e->kind));
	return o;
}

static uint32_t hash_numbers(uint32_t seed, unsigned a, unsigned b)
{
	unsigned numbers[2] = {a, b};

	return table_hash(seed, numbers, sizeof(numbers));
}

static uint32_t hash_addr(uint32_t seed, const struct mip6_addr *a)
{
	return table_hash(seed, a->b, sizeof(a->b));
}

/* Over the key only, so that an object is found whatever its values are. A
 * prefix counts by its length alone: bits beyond it are not significant. */
uint32_t plane_object_hash(const struct mip6_object *o)
{
	switch (o->kind) {
	case MIP6_OBJ_SYSCTL:
		return hash_numbers(o->kind, o->sysctl.name, o->sysctl.ifindex);
	case MIP6_OBJ_DEVICE:
		return hash_numbers(o->kind, o->device.device, 0);
	case MIP6_OBJ_ADDRESS:
		return hash_addr(hash_numbers(o->kind, o->address.ifindex, o->address.device),
				 &o->address.addr);
	case MIP6_OBJ_NEIGHBOUR:
		return hash_addr(hash_numbers(o->kind, o->neighbour.ifindex, 0),
				 &o->neighbour.addr);
	case MIP6_OBJ_ROUTE:
		return hash_numbers(hash_numbers(o->kind, o->route.table, o->route.metric),
				    o->route.dst.len, 0);
	case MIP6_OBJ_RULE:
		return hash_numbers(o->kind, o->rule.from.len, o->rule.priority);
	case MIP6_OBJ_BINDING:
		return hash_addr(o->kind, &o->binding.hoa);
	case MIP6_OBJ_PROXY:
		return hash_addr(hash_numbers(o->kind, o->proxy.ifindex, 0), &o->proxy.addr);
	default:
		return hash_addr(hash_numbers(o->kind, o->mh_input.hao, 0), &o->mh_input.hoa);
	}
}

static bool match_object(const struct table_node *node, const void *key)
{
	struct mip6_object o = entry_object((const struct entry *)(const void *)node);

	return mip6_object_same(&o, key);
}

static bool match_owner(const struct table_node *node, const void *key)
{
	return ((const struct owner *)(const void *)node)->name == key;
}

static uint32_t hash_owner(const void *name)
{
	return table_hash(0, &name, sizeof(name));
}

static struct entry *find_entry(const struct plane *p, const struct mip6_object *o)
{
	return (struct entry *)(void *)table_find(&p->entries, plane_object_hash(o), match_object,
						  o);
}

static struct owner *find_owner(const struct plane *p, const void *name)
{
	return (struct owner *)(void *)table_find(&p->owners, hash_owner(name), match_owner, name);
}

struct plane *plane_new(int (*apply)(void *ctx, const struct mip6_object *was,
				     const struct mip6_object *is),
			void *ctx)
{
	struct plane *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->apply = apply;
	p->ctx = ctx;
	return p;
}

static void entry_free(struct entry *e)
{
	while (e->first.next_wish) {
		struct wish *w = e->first.next_wish;

		e->first.next_wish = w->next_wish;
		free(w);
	}
	free(e->was);
	free(e);
}

void plane_free(struct plane *p)
{
	struct table_node *next;

	if (!p)
		return;
	for (struct table_node *n = table_next(&p->entries, NULL); n; n = next) {
		next = table_next(&p->entries, n);
		entry_free((struct entry *)(void *)n);
	}
	for (struct table_node *n = table_next(&p->owners, NULL); n; n = next) {
		next = table_next(&p->owners, n);
		free(n);
	}
	table_free(&p->entries);
	table_free(&p->owners);
	free(p->changed);
	free(p);
}

/* Room is made before anything is changed, so that listing cannot fail. */
static int reserve_changed(struct plane *p)
{
	size_t cap = p->changed_cap ? p->changed_cap * 2 : 32;
	struct entry **changed;

	if (p->changed_count < p->changed_cap)
		return MIP6_OK;
	changed = realloc(p->changed, cap * sizeof(struct entry *));
	if (!changed)
		return MIP6_ERR_NOMEM;
	p->changed = changed;
	p->changed_cap = cap;
	return MIP6_OK;
}

static void list_changed(struct plane *p, struct entry *e)
{
	if (e->listed)
		return;
	e->listed = true;
	p->changed[p->changed_count++] = e;
}

static struct entry *entry_new(struct plane *p, const struct mip6_object *o)
{
	size_t size = object_size(o->kind);
	struct entry *e = calloc(1, offsetof(struct entry, object) + size);

	if (!e)
		return NULL;
	e->kind = (uint8_t)o->kind;
	e->first.entry = e;
	memcpy(e->object, o, size);
	if (table_add(&p->entries, &e->node, plane_object_hash(o)) < 0) {
		free(e);
		return NULL;
	}
	return e;
}

/* Only an entry that nobody wants and the backend does not have. */
static void entry_drop(struct plane *p, struct entry *e)
{
	table_remove(&p->entries, &e->node);
	entry_free(e);
}

/* Gives an entry new values; what the backend has stays known in `was`. */
static int entry_set(struct plane *p, struct entry *e, const struct mip6_object *o)
{
	struct mip6_object is = entry_object(e);

	if (mip6_object_equal(&is, o))
		return MIP6_OK;
	if (e->applied && !e->was) {
		e->was = malloc(sizeof(*e->was));
		if (!e->was)
			return MIP6_ERR_NOMEM;
		*e->was = is;
	}
	memcpy(e->object, o, object_size(o->kind));
	if (e->was && mip6_object_equal(e->was, o)) {
		free(e->was);
		e->was = NULL;
	}
	list_changed(p, e);
	return MIP6_OK;
}

static struct owner *owner_get(struct plane *p, const void *name)
{
	struct owner *owner = find_owner(p, name);

	if (owner)
		return owner;
	owner = calloc(1, sizeof(*owner));
	if (!owner)
		return NULL;
	owner->name = name;
	if (table_add(&p->owners, &owner->node, hash_owner(name)) < 0) {
		free(owner);
		return NULL;
	}
	return owner;
}

static void owner_drop_if_idle(struct plane *p, struct owner *owner)
{
	if (owner->owned)
		return;
	table_remove(&p->owners, &owner->node);
	free(owner);
}

static struct wish *find_wish(struct entry *e, const struct owner *owner)
{
	for (struct wish *w = &e->first; w; w = w->next_wish)
		if (w->owner == owner)
			return w;
	return NULL;
}

static int wish_add(struct entry *e, struct owner *owner)
{
	struct wish *w = &e->first;

	if (find_wish(e, owner))
		return MIP6_OK;
	if (w->owner) {
		w = calloc(1, sizeof(*w));
		if (!w)
			return MIP6_ERR_NOMEM;
		w->entry = e;
		w->next_wish = e->first.next_wish;
		e->first.next_wish = w;
	}
	w->owner = owner;
	w->prev_owned = NULL;
	w->next_owned = owner->owned;
	if (owner->owned)
		owner->owned->prev_owned = w;
	owner->owned = w;
	return MIP6_OK;
}

static void wish_unlink_entry(struct wish *w)
{
	struct entry *e = w->entry;
	struct wish **at = &e->first.next_wish;

	if (w == &e->first) {
		w->owner = NULL;
		return;
	}
	while (*at != w)
		at = &(*at)->next_wish;
	*at = w->next_wish;
	free(w);
}

/* Room in the list of changes must have been made. */
static void wish_remove(struct plane *p, struct wish *w)
{
	struct entry *e = w->entry;

	if (w->prev_owned)
		w->prev_owned->next_owned = w->next_owned;
	else
		w->owner->owned = w->next_owned;
	if (w->next_owned)
		w->next_owned->prev_owned = w->prev_owned;
	wish_unlink_entry(w);
	e->wanted = e->first.owner || e->first.next_wish;
	if (!e->wanted)
		list_changed(p, e);
}

int plane_want(struct plane *p, const void *owner_name, const struct mip6_object *object)
{
	struct owner *owner;
	struct entry *e;
	int err;

	if (reserve_changed(p) < 0)
		return MIP6_ERR_NOMEM;
	owner = owner_get(p, owner_name);
	if (!owner)
		return MIP6_ERR_NOMEM;
	e = find_entry(p, object);
	if (!e)
		e = entry_new(p, object);
	err = e ? entry_set(p, e, object) : MIP6_ERR_NOMEM;
	if (err == MIP6_OK)
		err = wish_add(e, owner);
	owner_drop_if_idle(p, owner);
	if (e && !e->first.owner && !e->first.next_wish && !e->applied && !e->listed)
		entry_drop(p, e);
	if (err < 0)
		return err;
	if (!e->wanted)
		list_changed(p, e);
	e->wanted = true;
	return MIP6_OK;
}

/* Without room for the change the object stays: too much rather than too little
 * is forwarded, and the next attempt will find room. */
void plane_unwant(struct plane *p, const void *owner_name, const struct mip6_object *object)
{
	struct owner *owner = find_owner(p, owner_name);
	struct entry *e = find_entry(p, object);
	struct wish *w = owner && e ? find_wish(e, owner) : NULL;

	if (!w || reserve_changed(p) < 0)
		return;
	wish_remove(p, w);
	owner_drop_if_idle(p, owner);
}

void plane_unwant_all(struct plane *p, const void *owner_name)
{
	struct owner *owner = find_owner(p, owner_name);

	if (!owner)
		return;
	while (owner->owned && reserve_changed(p) == MIP6_OK)
		wish_remove(p, owner->owned);
	owner_drop_if_idle(p, owner);
}

void plane_clear(struct plane *p)
{
	struct table_node *n;

	while ((n = table_next(&p->owners, NULL))) {
		size_t before = p->owners.count;

		plane_unwant_all(p, ((struct owner *)(void *)n)->name);
		if (p->owners.count == before)
			return;
	}
}

static bool listed_in(const struct mip6_object *o, const struct mip6_object *objects, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (mip6_object_same(o, &objects[i]))
			return true;
	return false;
}

int plane_want_only(struct plane *p, const void *owner_name, const struct mip6_object *objects,
		    size_t count)
{
	struct owner *owner;
	struct wish *next;
	int err;

	for (size_t i = 0; i < count; i++) {
		err = plane_want(p, owner_name, &objects[i]);
		if (err < 0)
			return err;
	}
	owner = find_owner(p, owner_name);
	for (struct wish *w = owner ? owner->owned : NULL; w; w = next) {
		struct mip6_object o = entry_object(w->entry);

		next = w->next_owned;
		if (listed_in(&o, objects, count))
			continue;
		if (reserve_changed(p) < 0)
			return MIP6_ERR_NOMEM;
		wish_remove(p, w);
	}
	if (owner)
		owner_drop_if_idle(p, owner);
	return MIP6_OK;
}

struct failures {
	int count;
	plane_failed tell;
	void *arg;
};

static void entry_failed(struct entry *e, const struct mip6_object *o, int err,
			 struct failures *failed)
{
	failed->count++;
	if (e->failed == err)
		return;
	e->failed = (int8_t)err;
	if (failed->tell)
		failed->tell(failed->arg, o, err);
}

/* Carries out one change, if it is still one. */
static void entry_apply(struct plane *p, struct entry *e, struct failures *failed)
{
	struct mip6_object is = entry_object(e);
	const struct mip6_object *was = !e->applied ? NULL : e->was ? e->was : &is;
	int err;

	if (e->wanted && e->applied && !e->was)
		return;
	err = p->apply(p->ctx, was, e->wanted ? &is : NULL);
	if (err < 0) {
		entry_failed(e, &is, err, failed);
		return;
	}
	e->failed = 0;
	e->applied = e->wanted;
	free(e->was);
	e->was = NULL;
}

static void apply_kind(struct plane *p, int kind, bool wanted, struct failures *failed)
{
	for (size_t i = 0; i < p->changed_count; i++) {
		struct entry *e = p->changed[i];

		if (e->kind == kind && e->wanted == wanted && (wanted || e->applied))
			entry_apply(p, e, failed);
	}
}

/* What is as it should be leaves the list; what failed stays for next time. */
static void settle(struct plane *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->changed_count; i++) {
		struct entry *e = p->changed[i];

		if (e->wanted != e->applied || e->was) {
			p->changed[kept++] = e;
			continue;
		}
		e->listed = false;
		if (!e->wanted)
			entry_drop(p, e);
	}
	p->changed_count = kept;
}

int plane_commit(struct plane *p, plane_failed tell, void *arg)
{
	struct failures failed = {.tell = tell, .arg = arg};

	if (p->changed_count == 0)
		return 0;
	for (int kind = 0; kind < MIP6_OBJ_KINDS; kind++)
		apply_kind(p, kind, true, &failed);
	for (int kind = MIP6_OBJ_KINDS - 1; kind >= 0; kind--)
		apply_kind(p, kind, false, &failed);
	settle(p);
	return failed.count;
}

bool plane_has(const struct plane *p, const struct mip6_object *object)
{
	const struct entry *e = find_entry(p, object);

	return e && e->wanted && e->applied && !e->was;
}

struct each {
	bool (*fn)(void *arg, const struct mip6_object *object);
	void *arg;
};

static bool each_entry(void *arg, struct table_node *n)
{
	const struct entry *e = (const struct entry *)(const void *)n;
	struct mip6_object o = entry_object(e);
	const struct each *each = arg;

	return !e->wanted || each->fn(each->arg, &o);
}

uint64_t plane_each_from(const struct plane *p, uint64_t cursor,
			 bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	struct each each = {fn, arg};

	return table_walk(&p->entries, cursor, each_entry, &each);
}

size_t plane_count(const struct plane *p)
{
	return p->entries.count;
}

static bool walk_entry(void *arg, struct table_node *node)
{
	const struct each *w = arg;
	const struct entry *e = (const struct entry *)(const void *)node;
	struct mip6_object o = entry_object(e);

	return !e->wanted || !e->applied || w->fn(w->arg, &o);
}

uint64_t plane_walk(const struct plane *p, uint64_t cursor,
		    bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	struct each w = {fn, arg};

	return table_walk(&p->entries, cursor, walk_entry, &w);
}

struct renewal {
	struct plane *plane;
	uint8_t kind;
	bool (*missing)(void *arg, const struct mip6_object *object);
	void *arg;
	struct mip6_object *first;
	unsigned count;
};

static bool renew_entry(void *arg, struct table_node *node)
{
	struct renewal *r = arg;
	const struct entry *e = (const struct entry *)(const void *)node;
	struct mip6_object o;

	if (e->kind != r->kind || !e->wanted || !e->applied)
		return true;
	o = entry_object(e);
	if (!r->missing(r->arg, &o))
		return true;
	/* Whether it succeeded shows when somebody looks again. */
	(void)r->plane->apply(r->plane->ctx, NULL, &o);
	if (r->count++ == 0)
		*r->first = o;
	return true;
}

unsigned plane_renew(struct plane *p, unsigned kinds,
		     bool (*missing)(void *arg, const struct mip6_object *object), void *arg,
		     struct mip6_object *ret_first)
{
	struct renewal r = {.plane = p, .missing = missing, .arg = arg, .first = ret_first};

	for (int kind = 0; kind < MIP6_OBJ_KINDS; kind++) {
		r.kind = (uint8_t)kind;
		if (kinds & 1u << kind)
			table_walk(&p->entries, 0, renew_entry, &r);
	}
	return r.count;
}

void plane_each(const struct plane *p, bool (*fn)(void *arg, const struct mip6_object *object),
		void *arg)
{
	const struct table_node *n = NULL;

	while ((n = table_next(&p->entries, n))) {
		const struct entry *e = (const struct entry *)(const void *)n;
		struct mip6_object o = entry_object(e);

		if (e->wanted && !fn(arg, &o))
			return;
	}
}
