/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wanted set (plane.h). An entry holds one object, who wishes it, and what
 * the backend last carried out. Entries that may differ from that are listed as
 * changed, so that a commit costs what changed and not what there is.
 *
 * A home agent with a million bindings has two million entries: an entry is one
 * allocation that keeps of its object only the bytes its kind needs and of its
 * wishes the first. What few entries need stands apart: further wishes, and an old
 * value between change and commit. */
#include "plane.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>

struct entry;

/* One owner's wish, on the list of its owner. */
struct wish {
	struct owner *owner;
	struct wish *next_owned;
	struct wish *prev_owned;
};

/* A wish for an entry that has one already. */
struct further {
	struct wish wish;
	struct entry *entry;
	struct further *next; /* of the same entry */
};

struct owner {
	struct table_node node;
	const void *name;
	struct wish *firsts;   /* each in its entry */
	struct wish *furthers; /* each in a struct further */
};

struct rest {
	struct further *furthers;
	struct mip6_object was; /* what the backend has, where it differs from object */
	bool has_was;
};

struct entry {
	struct table_node node;
	struct wish first; /* free when its owner is NULL */
	struct rest *rest; /* NULL: neither further wishes nor an old value */
	uint8_t kind;
	int8_t failed; /* the error with which its change failed last; 0: it did not */
	bool wanted : 1;
	bool applied : 1; /* the backend has it */
	bool listed : 1;  /* on the list of changed entries */
	uint8_t values[]; /* the union of struct mip6_object, cut to what the kind uses */
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

/* Octets that a kind uses of the union in struct mip6_object. */
static size_t object_size(enum mip6_object_kind kind)
{
	const struct mip6_object *o = NULL;

	switch (kind) {
	case MIP6_OBJ_SYSCTL:
		return sizeof(o->sysctl);
	case MIP6_OBJ_DEVICE:
		return sizeof(o->device);
	case MIP6_OBJ_ADDRESS:
		return sizeof(o->address);
	case MIP6_OBJ_NEIGHBOUR:
		return sizeof(o->neighbour);
	case MIP6_OBJ_ROUTE:
		return sizeof(o->route);
	case MIP6_OBJ_RULE:
		return sizeof(o->rule);
	case MIP6_OBJ_BINDING:
		return sizeof(o->binding);
	case MIP6_OBJ_PROXY: /* without the padding, which would cost 16 octets of memory */
		return offsetof(struct mip6_object, proxy.router) -
		       offsetof(struct mip6_object, proxy) + sizeof(o->proxy.router);
	case MIP6_OBJ_MH_INPUT:
	case MIP6_OBJ_KINDS:
		break;
	}
	return sizeof(o->mh_input);
}

static struct mip6_object entry_object(const struct entry *e)
{
	struct mip6_object o = {.kind = (enum mip6_object_kind)e->kind};

	memcpy(&o.sysctl, e->values, object_size(o.kind));
	return o;
}

static void entry_set_object(struct entry *e, const struct mip6_object *o)
{
	e->kind = (uint8_t)o->kind;
	memcpy(e->values, &o->sysctl, object_size(o->kind));
}

static struct entry *entry_of_first(struct wish *w)
{
	return (struct entry *)(void *)((uint8_t *)w - offsetof(struct entry, first));
}

static struct further *further_of(struct wish *w)
{
	return (struct further *)(void *)w; /* it begins with it */
}

static const struct mip6_object *entry_was(const struct entry *e)
{
	return e->rest && e->rest->has_was ? &e->rest->was : NULL;
}

static struct further *entry_furthers(const struct entry *e)
{
	return e->rest ? e->rest->furthers : NULL;
}

static bool entry_is_wished(const struct entry *e)
{
	return e->first.owner || entry_furthers(e);
}

static struct rest *rest_get(struct entry *e)
{
	if (!e->rest)
		e->rest = calloc(1, sizeof(*e->rest));
	return e->rest;
}

static void rest_drop_if_idle(struct entry *e)
{
	if (!e->rest || e->rest->furthers || e->rest->has_was)
		return;
	free(e->rest);
	e->rest = NULL;
}

static int entry_set_was(struct entry *e, const struct mip6_object *was)
{
	struct rest *rest = rest_get(e);

	if (!rest)
		return MIP6_ERR_NOMEM;
	rest->was = *was;
	rest->has_was = true;
	return MIP6_OK;
}

static void entry_forget_was(struct entry *e)
{
	if (e->rest)
		e->rest->has_was = false;
	rest_drop_if_idle(e);
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
	struct further *next;

	for (struct further *f = entry_furthers(e); f; f = next) {
		next = f->next;
		free(f);
	}
	free(e->rest);
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
	struct entry *e = calloc(1, offsetof(struct entry, values) + size);

	if (!e)
		return NULL;
	entry_set_object(e, o);
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
	if (e->applied && !entry_was(e) && entry_set_was(e, &is) < 0)
		return MIP6_ERR_NOMEM;
	entry_set_object(e, o);
	if (entry_was(e) && mip6_object_equal(entry_was(e), o))
		entry_forget_was(e);
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
	if (owner->firsts || owner->furthers)
		return;
	table_remove(&p->owners, &owner->node);
	free(owner);
}

static struct wish *find_wish(struct entry *e, const struct owner *owner)
{
	if (e->first.owner == owner)
		return &e->first;
	for (struct further *f = entry_furthers(e); f; f = f->next)
		if (f->wish.owner == owner)
			return &f->wish;
	return NULL;
}

static void wish_link(struct wish *w, struct owner *owner, struct wish **list)
{
	w->owner = owner;
	w->prev_owned = NULL;
	w->next_owned = *list;
	if (*list)
		(*list)->prev_owned = w;
	*list = w;
}

static void wish_unlink(struct wish *w, struct wish **list)
{
	if (w->prev_owned)
		w->prev_owned->next_owned = w->next_owned;
	else
		*list = w->next_owned;
	if (w->next_owned)
		w->next_owned->prev_owned = w->prev_owned;
	w->owner = NULL;
}

static int further_add(struct entry *e, struct owner *owner)
{
	struct further *f = calloc(1, sizeof(*f));
	struct rest *rest = f ? rest_get(e) : NULL;

	if (!rest) {
		free(f);
		return MIP6_ERR_NOMEM;
	}
	f->entry = e;
	f->next = rest->furthers;
	rest->furthers = f;
	wish_link(&f->wish, owner, &owner->furthers);
	return MIP6_OK;
}

static int wish_add(struct entry *e, struct owner *owner)
{
	if (find_wish(e, owner))
		return MIP6_OK;
	if (e->first.owner)
		return further_add(e, owner);
	wish_link(&e->first, owner, &owner->firsts);
	return MIP6_OK;
}

/* Room in the list of changes must have been made. */
static void note_wishes(struct plane *p, struct entry *e)
{
	e->wanted = entry_is_wished(e);
	if (!e->wanted)
		list_changed(p, e);
}

static void first_remove(struct plane *p, struct wish *w)
{
	struct entry *e = entry_of_first(w);

	wish_unlink(w, &w->owner->firsts);
	note_wishes(p, e);
}

static void further_remove(struct plane *p, struct further *f)
{
	struct entry *e = f->entry;
	struct further **at = &e->rest->furthers;

	wish_unlink(&f->wish, &f->wish.owner->furthers);
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	free(f);
	rest_drop_if_idle(e);
	note_wishes(p, e);
}

static void wish_remove(struct plane *p, struct entry *e, struct wish *w)
{
	if (w == &e->first)
		first_remove(p, w);
	else
		further_remove(p, further_of(w));
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
	if (e && !entry_is_wished(e) && !e->applied && !e->listed)
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
	wish_remove(p, e, w);
	owner_drop_if_idle(p, owner);
}

void plane_unwant_all(struct plane *p, const void *owner_name)
{
	struct owner *owner = find_owner(p, owner_name);

	if (!owner)
		return;
	while (owner->firsts && reserve_changed(p) == MIP6_OK)
		first_remove(p, owner->firsts);
	while (owner->furthers && reserve_changed(p) == MIP6_OK)
		further_remove(p, further_of(owner->furthers));
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

static bool entry_listed_in(const struct entry *e, const struct mip6_object *objects, size_t count)
{
	struct mip6_object o = entry_object(e);

	return listed_in(&o, objects, count);
}

/* Withdraws the wishes of an owner for what is not in the list. */
static int unwant_others(struct plane *p, const struct owner *owner,
			 const struct mip6_object *objects, size_t count)
{
	struct wish *next;

	for (struct wish *w = owner->firsts; w; w = next) {
		next = w->next_owned;
		if (entry_listed_in(entry_of_first(w), objects, count))
			continue;
		if (reserve_changed(p) < 0)
			return MIP6_ERR_NOMEM;
		first_remove(p, w);
	}
	for (struct wish *w = owner->furthers; w; w = next) {
		next = w->next_owned;
		if (entry_listed_in(further_of(w)->entry, objects, count))
			continue;
		if (reserve_changed(p) < 0)
			return MIP6_ERR_NOMEM;
		further_remove(p, further_of(w));
	}
	return MIP6_OK;
}

int plane_want_only(struct plane *p, const void *owner_name, const struct mip6_object *objects,
		    size_t count)
{
	struct owner *owner;
	int err;

	for (size_t i = 0; i < count; i++) {
		err = plane_want(p, owner_name, &objects[i]);
		if (err < 0)
			return err;
	}
	owner = find_owner(p, owner_name);
	if (!owner)
		return MIP6_OK;
	err = unwant_others(p, owner, objects, count);
	if (err < 0)
		return err;
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
	const struct mip6_object *was = e->applied ? entry_was(e) : NULL;
	int err;

	if (e->wanted && e->applied && !was)
		return;
	if (e->applied && !was)
		was = &is;
	err = p->apply(p->ctx, was, e->wanted ? &is : NULL);
	if (err < 0) {
		entry_failed(e, &is, err, failed);
		return;
	}
	e->failed = 0;
	e->applied = e->wanted;
	entry_forget_was(e);
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

		if (e->wanted != e->applied || entry_was(e)) {
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

	return e && e->wanted && e->applied && !entry_was(e);
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

/* The backend has it no longer, and takes it only when something else has changed: it is
 * a change that failed, as any other. */
static void renewal_failed(struct plane *p, struct entry *e)
{
	if (reserve_changed(p) < 0)
		return;
	e->applied = false;
	entry_forget_was(e);
	list_changed(p, e);
}

static bool renew_entry(void *arg, struct table_node *node)
{
	struct renewal *r = arg;
	struct entry *e = (struct entry *)(void *)node;
	struct mip6_object o;

	if (e->kind != r->kind || !e->wanted || !e->applied)
		return true;
	o = entry_object(e);
	if (!r->missing(r->arg, &o))
		return true;
	if (r->plane->apply(r->plane->ctx, NULL, &o) < 0)
		renewal_failed(r->plane, e);
	else if (r->count++ == 0)
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
