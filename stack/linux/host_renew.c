/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that another program took away while mip6d runs (`ip link del`, a
 * network manager that tidies up) are made again. The kernel's events do not say
 * who removed something, so the wanted set decides: what mip6d removed itself is
 * no longer in it. Routes are watched only with their device: an event for each
 * would cost a home agent with many bindings more than it gains. */
#include "host.h"

#include <stdio.h>

#define RENEW_DELAY    (20 * MIP6_MS) /* a device goes some time after its addresses */
#define RENEW_INTERVAL MIP6_SECOND    /* against a program that insists */

void host_removed(struct host *h, mip6_time now, const struct mip6_object *key)
{
	struct host_removed *r = &h->removed;

	if (r->count == HOST_REMOVED)
		return;
	r->keys[r->count++] = *key;
	r->due = now + RENEW_DELAY;
	if (r->last != INT64_MIN && r->last + RENEW_INTERVAL > r->due)
		r->due = r->last + RENEW_INTERVAL;
}

/* The device of ours that an object is on, and goes with. */
static enum mip6_device device_of(const struct mip6_object *o)
{
	switch (o->kind) {
	case MIP6_OBJ_DEVICE:
		return o->device.device;
	case MIP6_OBJ_ADDRESS:
		return o->address.ifindex ? MIP6_DEVICE_NONE : o->address.device;
	case MIP6_OBJ_ROUTE:
		return o->route.ifindex ? MIP6_DEVICE_NONE : o->route.device;
	case MIP6_OBJ_BINDING:
		return MIP6_DEVICE_HA;
	default:
		return MIP6_DEVICE_NONE;
	}
}

static bool went(const struct host_removed *r, const struct mip6_object *o)
{
	enum mip6_device device = device_of(o);

	for (size_t i = 0; i < r->count; i++) {
		const struct mip6_object *key = &r->keys[i];

		if (mip6_object_same(key, o))
			return true;
		if (key->kind == MIP6_OBJ_DEVICE && device == key->device.device)
			return true;
	}
	return false;
}

struct renewal {
	struct host *h;
	enum mip6_object_kind kind;
	unsigned ifindex; /* of proxy entries */
	unsigned count;
};

static bool renew_removed(void *arg, const struct mip6_object *object)
{
	struct renewal *r = arg;

	if (object->kind != r->kind || !went(&r->h->removed, object))
		return true;
	r->h->callbacks.apply(r->h, NULL, object);
	r->count++;
	return true;
}

static void tell(struct host *h, mip6_time now, unsigned count)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, now, 0);
	char text[128];

	snprintf(text, sizeof(text),
		 "another program removed what mip6d had set up: %u objects are made again", count);
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

static unsigned renew_kernel(struct host *h)
{
	/* In the order in which they depend on each other. */
	static const enum mip6_object_kind kinds[] = {MIP6_OBJ_DEVICE, MIP6_OBJ_ADDRESS,
						      MIP6_OBJ_ROUTE, MIP6_OBJ_BINDING};
	struct renewal r = {.h = h};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		r.kind = kinds[i];
		mip6_node_wanted(h->node, renew_removed, &r);
	}
	return r.count;
}

void host_renew(struct host *h, mip6_time now)
{
	unsigned count = h->uplane ? uplane_renew(h->uplane, now, h->removed.keys, h->removed.count)
				   : renew_kernel(h);

	h->removed.count = 0;
	h->removed.due = MIP6_NEVER;
	if (count == 0)
		return;
	h->removed.last = now;
	tell(h, now, count);
}

static bool renew_proxy(void *arg, const struct mip6_object *object)
{
	const struct renewal *r = arg;

	if (object->kind == MIP6_OBJ_PROXY && object->proxy.ifindex == r->ifindex)
		r->h->callbacks.apply(r->h, NULL, object);
	return true;
}

void host_renew_proxies(struct host *h, unsigned ifindex)
{
	struct renewal r = {.h = h, .ifindex = ifindex};

	mip6_node_wanted(h->node, renew_proxy, &r);
}
