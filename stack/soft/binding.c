/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The home agent's bindings (RFC 6275 10.4.2). There may be very many, so each is kept
 * small: the outer source is a number in the list of the home agent's few addresses, and
 * the proxy entry for the home address (10.4.1), which comes with nearly every binding,
 * stands in the binding itself. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

struct soft_source {
	struct mip6_addr addr;
	size_t used; /* bindings that have it */
};

/* ---- outer sources ---------------------------------------------------------------- */

static int source_add(struct mip6_soft *s)
{
	struct soft_source *grown;

	if (s->source_count > UINT16_MAX)
		return MIP6_ERR_NOMEM;
	grown = realloc(s->sources, (s->source_count + 1) * sizeof(*grown));
	if (!grown)
		return MIP6_ERR_NOMEM;
	s->sources = grown;
	grown[s->source_count] = (struct soft_source){.used = 0};
	return (int)s->source_count++;
}

/* The number of a source that has one binding more now. MIP6_ERR_NOMEM. */
static int source_take(struct mip6_soft *s, const struct mip6_addr *addr)
{
	int unused = -1;
	int found = -1;

	for (size_t i = 0; i < s->source_count && found < 0; i++) {
		if (s->sources[i].used == 0)
			unused = (int)i;
		else if (mip6_addr_equal(&s->sources[i].addr, addr))
			found = (int)i;
	}
	if (found < 0)
		found = unused < 0 ? source_add(s) : unused;
	if (found < 0)
		return found;
	s->sources[found].addr = *addr;
	s->sources[found].used++;
	return found;
}

const struct mip6_addr *soft_binding_source(const struct mip6_soft *s, const struct soft_binding *b)
{
	return &s->sources[b->source].addr;
}

/* ---- the table ----------------------------------------------------------------------- */

static uint32_t hash_hoa(const struct mip6_addr *hoa)
{
	uint64_t halves[2];
	uint64_t h;

	memcpy(halves, hoa->b, sizeof(halves));
	h = (halves[0] ^ (halves[1] >> 29)) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 32) ^ halves[1]) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h >> 32);
}

static bool match_binding(const struct table_node *node, const void *hoa)
{
	return mip6_addr_equal(&((const struct soft_binding *)(const void *)node)->hoa, hoa);
}

static struct soft_binding *find_binding(const struct mip6_soft *s, const struct mip6_addr *hoa)
{
	if (s->bindings.count == 0)
		return NULL;
	return (struct soft_binding *)(void *)table_find(&s->bindings, hash_hoa(hoa), match_binding,
							 hoa);
}

const struct soft_binding *soft_binding(const struct mip6_soft *s, const struct mip6_addr *hoa)
{
	return find_binding(s, hoa);
}

static struct soft_binding *binding_add(struct mip6_soft *s, const struct mip6_addr *hoa)
{
	struct soft_binding *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->hoa = *hoa;
	if (table_add(&s->bindings, &b->node, hash_hoa(hoa)) < 0) {
		free(b);
		return NULL;
	}
	return b;
}

static int binding_set(struct mip6_soft *s, const struct mip6_object *o)
{
	struct soft_binding *b = find_binding(s, &o->binding.hoa);
	int source = source_take(s, &o->binding.ha);
	bool had = b != NULL;

	if (source < 0)
		return MIP6_ERR_NOMEM;
	if (!b)
		b = binding_add(s, &o->binding.hoa);
	if (!b) {
		s->sources[source].used--;
		return MIP6_ERR_NOMEM;
	}
	if (had)
		s->sources[b->source].used--;
	b->coa = o->binding.coa;
	b->source = (uint16_t)source;
	return MIP6_OK;
}

static int binding_remove(struct mip6_soft *s, const struct mip6_object *o)
{
	struct soft_binding *b = find_binding(s, &o->binding.hoa);
	int err = MIP6_OK;

	if (!b)
		return MIP6_OK;
	if (b->proxied_on) { /* it stays, on its own */
		struct mip6_object proxy = soft_binding_proxy(b);

		err = soft_object_keep(s, &proxy);
	}
	if (err < 0)
		return err;
	s->sources[b->source].used--;
	table_remove(&s->bindings, &b->node);
	free(b);
	return MIP6_OK;
}

int soft_binding_apply(struct mip6_soft *s, const struct mip6_object *was,
		       const struct mip6_object *is)
{
	return is ? binding_set(s, is) : binding_remove(s, was);
}

/* ---- their proxy entries --------------------------------------------------------------- */

struct mip6_object soft_binding_proxy(const struct soft_binding *b)
{
	struct mip6_object o = {.kind = MIP6_OBJ_PROXY};

	o.proxy.ifindex = b->proxied_on;
	o.proxy.addr = b->hoa;
	o.proxy.router = b->proxied_router;
	return o;
}

bool soft_binding_take_proxy(struct mip6_soft *s, const struct mip6_object *proxy)
{
	struct soft_binding *b = find_binding(s, &proxy->proxy.addr);

	if (!b || proxy->proxy.ifindex == 0 ||
	    (b->proxied_on && b->proxied_on != proxy->proxy.ifindex))
		return false;
	b->proxied_on = proxy->proxy.ifindex;
	b->proxied_router = proxy->proxy.router;
	return true;
}

bool soft_binding_drop_proxy(struct mip6_soft *s, const struct mip6_object *proxy)
{
	struct soft_binding *b = find_binding(s, &proxy->proxy.addr);

	if (!b || b->proxied_on == 0 || b->proxied_on != proxy->proxy.ifindex)
		return false;
	b->proxied_on = 0;
	return true;
}

/* ---- all of them ------------------------------------------------------------------------- */

static struct mip6_object binding_object(const struct mip6_soft *s, const struct soft_binding *b)
{
	struct mip6_object o = {.kind = MIP6_OBJ_BINDING};

	o.binding.hoa = b->hoa;
	o.binding.coa = b->coa;
	o.binding.ha = *soft_binding_source(s, b);
	return o;
}

bool soft_bindings_each(const struct mip6_soft *s,
			bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	const struct table_node *n = NULL;

	while ((n = table_next(&s->bindings, n))) {
		const struct soft_binding *b = (const struct soft_binding *)(const void *)n;
		struct mip6_object binding = binding_object(s, b);
		struct mip6_object proxy = soft_binding_proxy(b);

		if (!fn(arg, &binding) || (b->proxied_on && !fn(arg, &proxy)))
			return false;
	}
	return true;
}

void soft_bindings_free(struct mip6_soft *s)
{
	soft_free_nodes(&s->bindings);
	free(s->sources);
}
