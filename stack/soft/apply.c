/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The objects of the plane (mip6/plane.h) as tables. Each is kept as it was
 * applied; those that the packets' way asks for often have a form of their own
 * besides: addresses (sif.c), neighbours (neigh.c), routes and rules (route.c).
 * Bindings, of which a home agent has very many, have only a small one (binding.c). */
#include "core/plane.h"
#include "internal.h"
#include <stdlib.h>
#include <string.h>

/* ---- what other tables do with an object --------------------------------------------- */

static bool wishes_forwarding(const struct mip6_object *o)
{
	return o && o->sysctl.name == MIP6_SYSCTL_FORWARDING && o->sysctl.value != 0;
}

/* The MTU of a setting; 0, or below: as if there were none. */
static void mtu_set(struct mip6_soft *s, const struct mip6_object *o, int value)
{
	struct soft_iface *i = soft_iface(s, o->sysctl.ifindex);

	if (i)
		i->told_mtu = value > 0 ? (unsigned)value : 0;
}

/* Other settings are of a kernel's own protocol code, which is not here. */
static void sysctl_change(struct mip6_soft *s, const struct mip6_object *was,
			  const struct mip6_object *is)
{
	const struct mip6_object *o = is ? is : was;

	if (o->sysctl.name == MIP6_SYSCTL_MTU)
		mtu_set(s, o, is ? is->sysctl.value : 0);
	s->core_forwarding += wishes_forwarding(is);
	s->core_forwarding -= wishes_forwarding(was);
	soft_update_forwarding(s);
}

static void device_change(struct mip6_soft *s, const struct mip6_object *was,
			  const struct mip6_object *is)
{
	enum mip6_device device = (is ? is : was)->device.device;

	if (device == MIP6_DEVICE_HA)
		s->has_ha_device = is != NULL;
	if (device == MIP6_DEVICE_HA)
		s->ha_mtu = is ? is->device.mtu : 0;
	if (device != MIP6_DEVICE_MN)
		return;
	s->has_mn_device = is != NULL;
	if (is)
		s->mn_device = *is;
}

static struct soft_iface *iface_of(struct mip6_soft *s, const struct mip6_object *o)
{
	return o->address.ifindex ? soft_iface(s, o->address.ifindex) : &s->devices;
}

/* The core wants to hear of addresses on real interfaces, as a kernel tells it. */
static int address_report(struct mip6_soft *s, const struct mip6_object *o, bool present)
{
	struct soft_report report = {.ifindex = o->address.ifindex, .present = present};

	if (report.ifindex == 0)
		return MIP6_OK;
	report.addr = (struct mip6_prefix){o->address.addr, o->address.prefix_len};
	report.flags = MIP6_HOST_ADDR_OURS;
	if (o->address.flags & MIP6_ADDRESS_DEPRECATED)
		report.flags |= MIP6_HOST_ADDR_DEPRECATED;
	return soft_report(s, &report);
}

/* A home address that changes its place is told of once: it never went. */
static void tell_home(struct mip6_soft *s, const struct mip6_addr *addr, bool was_there)
{
	bool is_there = soft_has_home(s, addr);

	if (was_there != is_there && s->host->address)
		s->host->address(s->ctx, addr, is_there);
}

static int address_set(struct mip6_soft *s, const struct mip6_object *is)
{
	struct soft_iface *i = iface_of(s, is);
	bool was_home = soft_has_home(s, &is->address.addr);
	bool had = i && soft_iface_has(i, &is->address.addr);
	struct soft_addr addr = {.ours = true};
	int err;

	if (!i)
		return MIP6_ERR_NOTFOUND;
	addr.addr = (struct mip6_prefix){is->address.addr, is->address.prefix_len};
	addr.home = (is->address.flags & MIP6_ADDRESS_HOME) != 0;
	addr.deprecated = (is->address.flags & MIP6_ADDRESS_DEPRECATED) != 0;
	err = soft_iface_add_addr(i, &addr);
	if (err == MIP6_OK)
		err = address_report(s, is, true);
	if (err < 0 && !had)
		soft_iface_remove_addr(i, &addr.addr.addr, true);
	tell_home(s, &is->address.addr, was_home);
	return err;
}

static int address_change(struct mip6_soft *s, const struct mip6_object *was,
			  const struct mip6_object *is)
{
	struct soft_iface *i;
	bool was_home;

	if (is)
		return address_set(s, is);
	i = iface_of(s, was);
	was_home = soft_has_home(s, &was->address.addr);
	if (!i)
		return MIP6_OK;
	soft_iface_remove_addr(i, &was->address.addr, true);
	tell_home(s, &was->address.addr, was_home);
	return soft_iface_has(i, &was->address.addr) ? MIP6_OK : address_report(s, was, false);
}

static int neighbour_change(struct mip6_soft *s, const struct mip6_object *was,
			    const struct mip6_object *is)
{
	if (is)
		return soft_neigh_told(s, is->neighbour.ifindex, &is->neighbour.addr,
				       is->neighbour.lladdr);
	soft_neigh_forget(s, was->neighbour.ifindex, &was->neighbour.addr);
	return MIP6_OK;
}

static int route_change(struct mip6_soft *s, const struct mip6_object *was,
			const struct mip6_object *is)
{
	const struct mip6_object *o = is ? is : was;
	struct soft_route route = {.origin = SOFT_ROUTE_OBJECT};

	route.table = o->route.table;
	route.dst = o->route.dst;
	route.metric = o->route.metric;
	route.ifindex = o->route.ifindex;
	route.device = o->route.device;
	route.gateway = o->route.gateway;
	if (is)
		return soft_route_add(&s->routes, &route);
	soft_route_remove(&s->routes, &route);
	return MIP6_OK;
}

static int rule_change(struct mip6_soft *s, const struct mip6_object *was,
		       const struct mip6_object *is)
{
	const struct mip6_object *o = is ? is : was;
	struct soft_rule rule = {o->rule.from, o->rule.priority, o->rule.table};

	if (is)
		return soft_rule_add(&s->routes, &rule);
	soft_rule_remove(&s->routes, &rule);
	return MIP6_OK;
}

static int change(struct mip6_soft *s, const struct mip6_object *was, const struct mip6_object *is)
{
	switch ((is ? is : was)->kind) {
	case MIP6_OBJ_SYSCTL:
		sysctl_change(s, was, is);
		return MIP6_OK;
	case MIP6_OBJ_DEVICE:
		device_change(s, was, is);
		return MIP6_OK;
	case MIP6_OBJ_ADDRESS:
		return address_change(s, was, is);
	case MIP6_OBJ_NEIGHBOUR:
		return neighbour_change(s, was, is);
	case MIP6_OBJ_ROUTE:
		return route_change(s, was, is);
	case MIP6_OBJ_RULE:
		return rule_change(s, was, is);
	case MIP6_OBJ_PROXY:
	case MIP6_OBJ_MH_INPUT:
	case MIP6_OBJ_BINDING:
	case MIP6_OBJ_KINDS:
		break;
	}
	return MIP6_OK;
}

/* ---- objects as they were applied ----------------------------------------------------- */

static bool match_object(const struct table_node *node, const void *key)
{
	return mip6_object_same(&((const struct soft_object *)(const void *)node)->object, key);
}

static struct soft_object *find_object(const struct mip6_soft *s, const struct mip6_object *key)
{
	return (struct soft_object *)(void *)table_find(&s->objects, plane_object_hash(key),
							match_object, key);
}

bool soft_has_object(const struct mip6_soft *s, const struct mip6_object *key)
{
	bool router;

	if (key->kind == MIP6_OBJ_BINDING)
		return soft_binding(s, &key->binding.hoa) != NULL;
	if (key->kind == MIP6_OBJ_PROXY)
		return soft_proxies(s, key->proxy.ifindex, &key->proxy.addr, &router);
	return find_object(s, key) != NULL;
}

static void object_remove(struct mip6_soft *s, struct soft_object *o)
{
	table_remove(&s->objects, &o->node);
	free(o);
}

static struct soft_object *object_add(struct mip6_soft *s, const struct mip6_object *object)
{
	struct soft_object *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->object = *object;
	if (table_add(&s->objects, &o->node, plane_object_hash(object)) < 0) {
		free(o);
		return NULL;
	}
	return o;
}

int soft_object_keep(struct mip6_soft *s, const struct mip6_object *object)
{
	struct soft_object *o = find_object(s, object);

	if (o)
		o->object = *object;
	return o || object_add(s, object) ? MIP6_OK : MIP6_ERR_NOMEM;
}

static void object_forget(struct mip6_soft *s, const struct mip6_object *key)
{
	struct soft_object *o = find_object(s, key);

	if (o)
		object_remove(s, o);
}

static int proxy_set(struct mip6_soft *s, const struct mip6_object *is)
{
	if (!soft_binding_take_proxy(s, is))
		return soft_object_keep(s, is);
	object_forget(s, is);
	return MIP6_OK;
}

/* Who was answered for was not on the link, wherever it was known to be: it may come back
 * by another interface. */
static int proxy_remove(struct mip6_soft *s, const struct mip6_object *was)
{
	if (!soft_binding_drop_proxy(s, was))
		object_forget(s, was);
	soft_neigh_forget(s, was->proxy.ifindex, &was->proxy.addr);
	return MIP6_OK;
}

static int proxy_apply(struct mip6_soft *s, const struct mip6_object *was,
		       const struct mip6_object *is)
{
	return is ? proxy_set(s, is) : proxy_remove(s, was);
}

/* What the tables hold is what was applied, also when a change fails. */
static int object_apply(struct mip6_soft *s, const struct mip6_object *was,
			const struct mip6_object *is)
{
	struct soft_object *o = find_object(s, is ? is : was);
	int err;

	if (!is && !o)
		return MIP6_OK;
	was = o ? &o->object : NULL;
	if (!o)
		o = object_add(s, is);
	if (!o)
		return MIP6_ERR_NOMEM;
	err = change(s, was, is);
	if (err < 0 && !was)
		object_remove(s, o);
	if (err < 0)
		return err;
	if (is)
		o->object = *is;
	else
		object_remove(s, o);
	return MIP6_OK;
}

int soft_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	enum mip6_object_kind kind = (is ? is : was)->kind;

	if (kind == MIP6_OBJ_BINDING)
		return soft_binding_apply(ctx, was, is);
	if (kind == MIP6_OBJ_PROXY)
		return proxy_apply(ctx, was, is);
	return object_apply(ctx, was, is);
}

void soft_apply_again(struct mip6_soft *s, unsigned ifindex)
{
	struct table_node *n = NULL;

	while ((n = table_next(&s->objects, n))) {
		const struct mip6_object *o =
		    &((const struct soft_object *)(const void *)n)->object;

		if (o->kind == MIP6_OBJ_ADDRESS && o->address.ifindex == ifindex)
			(void)address_set(s, o);
		else if (o->kind == MIP6_OBJ_SYSCTL && o->sysctl.name == MIP6_SYSCTL_MTU &&
			 o->sysctl.ifindex == ifindex)
			mtu_set(s, o, o->sysctl.value);
	}
}

void soft_free_nodes(struct table *t)
{
	struct table_node *next;

	for (struct table_node *n = table_next(t, NULL); n; n = next) {
		next = table_next(t, n);
		free(n);
	}
	table_free(t);
}

void soft_apply_free(struct mip6_soft *s)
{
	soft_free_nodes(&s->objects);
	soft_bindings_free(s);
}

bool soft_proxies(const struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		  bool *ret_router)
{
	const struct soft_binding *b = soft_binding(s, addr);
	struct mip6_object key = {.kind = MIP6_OBJ_PROXY};
	const struct soft_object *o;

	if (b && b->proxied_on && b->proxied_on == ifindex) {
		*ret_router = b->proxied_router;
		return true;
	}
	key.proxy.ifindex = ifindex;
	key.proxy.addr = *addr;
	o = find_object(s, &key);
	if (o)
		*ret_router = o->object.proxy.router;
	return o != NULL;
}

void mip6_soft_objects(const struct mip6_soft *s,
		       bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	const struct table_node *n = NULL;

	if (!soft_bindings_each(s, fn, arg))
		return;
	while ((n = table_next(&s->objects, n)))
		if (!fn(arg, &((const struct soft_object *)(const void *)n)->object))
			return;
}
