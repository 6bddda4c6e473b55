/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node in the network of net.h: the host that the core sees, a kernel that
 * remembers what it was told, and what must hold at any time. */
#include "net.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the host -------------------------------------------------------------------- */

static void host_send(void *ctx, const struct mip6_tx *tx)
{
	net_send(ctx, tx);
}

static struct net_object *find_object(struct net_node *node, const struct mip6_object *o)
{
	for (size_t i = 0; i < node->object_count; i++)
		if (mip6_object_same(&node->objects[i].object, o))
			return &node->objects[i];
	return NULL;
}

static void forget(struct net_node *node, const struct mip6_object *was)
{
	struct net_object *has = find_object(node, was);

	if (!has || !mip6_object_equal(&has->object, was))
		net_violation(node->net, "what is removed is not what was there");
	if (has)
		*has = node->objects[--node->object_count];
	net_tell_address(node, was, false);
}

/* A change must fit what is there: only what a killed process left may be there
 * without `was`. */
static int host_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct net_node *node = ctx;
	struct net_object *has;

	if (!is) {
		forget(node, was);
		return 0;
	}
	has = find_object(node, is);
	if (was ? !has || !mip6_object_equal(&has->object, was) : has && !has->stale)
		net_violation(node->net, "a change does not fit what was there");
	if (!has && node->object_count == NET_OBJECTS)
		return MIP6_ERR_NOMEM;
	if (!has)
		has = &node->objects[node->object_count++];
	*has = (struct net_object){.object = *is};
	net_tell_address(node, is, true);
	return 0;
}

static void print_event(const struct net_node *node, const struct mip6_event *event)
{
	char buf[MIP6_ADDR_TEXT];

	printf("%12.6f node %u %s", (double)event->time / 1e9, node->index,
	       mip6_event_name(event->id));
	for (unsigned i = 0; i < event->count; i++) {
		const struct mip6_field *f = &event->fields[i];

		if (f->type == MIP6_FIELD_UINT)
			printf(" %s=%llu", f->name, (unsigned long long)f->uint);
		else if (f->type == MIP6_FIELD_ADDR)
			printf(" %s=%s", f->name, mip6_addr_format(&f->addr, buf));
		else if (f->type == MIP6_FIELD_TEXT)
			printf(" %s=\"%s\"", f->name, f->text);
	}
	printf("\n");
}

static void host_event(void *ctx, const struct mip6_event *event)
{
	struct net_node *node = ctx;

	node->events[event->id]++;
	node->event_time[event->id] = event->time;
	if (node->net->trace)
		print_event(node, event);
}

static void host_save(void *ctx, const struct mip6_record *record)
{
	struct net_node *node = ctx;
	size_t i = 0;

	while (i < node->record_count && (node->records[i].kind != record->kind ||
					  !mip6_addr_equal(&node->records[i].key, &record->key)))
		i++;
	if (record->len == 0 && i < node->record_count)
		node->records[i] = node->records[--node->record_count];
	if (record->len == 0)
		return;
	if (i == NET_RECORDS)
		abort();
	node->record_count += i == node->record_count;
	node->records[i] = *record;
}

static void host_random(void *ctx, void *buf, size_t len)
{
	struct net_node *node = ctx;

	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = (uint8_t)net_random(node->net, 256);
}

struct mip6_host net_host(void)
{
	return (struct mip6_host){host_send, host_apply, host_event, host_save, host_random};
}

/* ---- the kernel ------------------------------------------------------------------ */

bool net_owns(const struct net_node *node, size_t iface, const struct mip6_addr *addr)
{
	const struct net_iface *i = &node->ifaces[iface];

	if (mip6_addr_equal(&i->fixed[0], addr) || mip6_addr_equal(&i->fixed[1], addr))
		return true;
	for (size_t k = 0; k < node->object_count; k++) {
		const struct mip6_object *o = &node->objects[k].object;

		if (o->kind == MIP6_OBJ_ADDRESS && o->address.ifindex == i->ifindex &&
		    mip6_addr_equal(&o->address.addr, addr))
			return true;
	}
	return false;
}

bool net_proxies(const struct net_node *node, size_t iface, const struct mip6_addr *addr)
{
	for (size_t k = 0; k < node->object_count; k++) {
		const struct mip6_object *o = &node->objects[k].object;

		if (o->kind == MIP6_OBJ_PROXY && o->proxy.ifindex == node->ifaces[iface].ifindex &&
		    mip6_addr_equal(&o->proxy.addr, addr))
			return true;
	}
	return false;
}

bool net_tunnels(const struct net_node *node, const struct mip6_addr *addr)
{
	for (size_t k = 0; k < node->object_count; k++) {
		const struct mip6_object *o = &node->objects[k].object;

		if (o->kind == MIP6_OBJ_BINDING && mip6_addr_equal(&o->binding.hoa, addr))
			return true;
	}
	return false;
}

static void tell_link(struct net_node *node, const struct net_iface *i)
{
	struct mip6_link link = {.ifindex = i->ifindex, .up = i->link >= 0, .mac_len = 6};

	link.attached = link.up;
	link.mtu = 1500;
	memcpy(link.mac, i->mac, 6);
	snprintf(link.name, sizeof(link.name), "eth%u", i->ifindex - 2);
	mip6_node_link(node->node, node->net->now, &link);
}

static void tell_fixed(struct net_node *node, const struct net_iface *i)
{
	for (int k = 0; k < 2; k++) {
		struct mip6_prefix p = {.addr = i->fixed[k], .len = 64};

		if (!mip6_addr_is_unspecified(&p.addr))
			mip6_node_address(node->node, node->net->now, i->ifindex, &p, 0, true);
	}
}

void net_tell_links(struct net_node *node)
{
	for (size_t i = 0; i < node->iface_count; i++) {
		tell_link(node, &node->ifaces[i]);
		tell_fixed(node, &node->ifaces[i]);
	}
}

static void add_iface(struct net_node *node, int link)
{
	struct net_iface *i = &node->ifaces[node->iface_count];

	*i = (struct net_iface){.link = link};
	i->ifindex = 2 + (unsigned)node->iface_count;
	memcpy(i->mac, (uint8_t[6]){2, 0, 0, 2, (uint8_t)node->index, (uint8_t)node->iface_count},
	       6);
	i->fixed[0] = mip6_addr_link_local_eui64(i->mac);
	node->iface_count++;
}

/* The home agent is the router of its home link. */
static void make_router(struct net_node *node)
{
	struct net_iface *i = &node->ifaces[0];
	struct net_link *l = &node->net->links[i->link];

	i->fixed[1] = l->prefix.addr;
	i->fixed[1].b[15] = 1;
	l->home = true;
	l->router = i->fixed[0];
	l->router_global = i->fixed[1];
	memcpy(l->router_mac, i->mac, 6);
}

struct net_node *net_add_node(struct net *net, const struct mip6_config *config, const int *links,
			      size_t count)
{
	struct net_node *node = &net->nodes[net->node_count];

	*node = (struct net_node){.net = net, .index = (unsigned)net->node_count};
	net->node_count++;
	if (mip6_config_copy(&node->config, config) < 0)
		abort();
	node->host = net_host();
	for (size_t i = 0; i < count; i++)
		add_iface(node, links[i]);
	if (config->role == MIP6_ROLE_HA)
		make_router(node);
	node->node = mip6_node_new(&node->config, &node->host, node);
	if (!node->node)
		abort();
	return node;
}

void net_start(struct net_node *node)
{
	net_tell_links(node);
	if (mip6_node_start(node->node, node->net->now) < 0)
		net_violation(node->net, "a node did not start");
	net_check(node->net);
}

static void remove_stale(struct net_node *node)
{
	for (size_t i = node->object_count; i > 0; i--) {
		struct net_object gone = node->objects[i - 1];

		if (!gone.stale)
			continue;
		node->objects[i - 1] = node->objects[--node->object_count];
		net_tell_address(node, &gone.object, false);
	}
}

void net_restart(struct net_node *node)
{
	struct mip6_record records[NET_RECORDS];
	size_t count = node->record_count;

	memcpy(records, node->records, sizeof(records));
	mip6_node_free(node->node);
	for (size_t i = 0; i < node->object_count; i++)
		node->objects[i].stale = true;
	node->node = mip6_node_new(&node->config, &node->host, node);
	if (!node->node)
		abort();
	net_tell_links(node);
	for (size_t i = 0; i < count; i++)
		if (mip6_node_restore(node->node, node->net->now, &records[i]) < 0)
			net_violation(node->net, "a node cannot read its own record");
	if (mip6_node_start(node->node, node->net->now) < 0)
		net_violation(node->net, "a node did not start again");
	remove_stale(node);
	net_check(node->net);
}

void net_reboot(struct net_node *node)
{
	node->record_count = 0;
	node->object_count = 0;
	net_restart(node);
}

void net_plug(struct net_node *node, size_t iface, int link)
{
	node->ifaces[iface].link = link;
	tell_link(node, &node->ifaces[iface]);
	net_check(node->net);
}

void net_replug_silently(struct net_node *node, size_t iface, int link)
{
	node->ifaces[iface].link = link;
}

/* ---- what must hold -------------------------------------------------------------- */

struct comparison {
	struct net_node *node;
	size_t wanted;
	bool missing;
};

static bool compare_one(void *arg, const struct mip6_object *o)
{
	struct comparison *c = arg;
	const struct net_object *has = find_object(c->node, o);

	c->wanted++;
	c->missing = c->missing || !has || !mip6_object_equal(&has->object, o);
	return true;
}

static void check_plane(struct net_node *node)
{
	struct comparison c = {.node = node};

	mip6_node_wanted(node->node, compare_one, &c);
	if (c.missing || c.wanted != node->object_count)
		net_violation(node->net, "what is wanted was not carried out");
}

struct served {
	struct net_node *node;
	size_t bound;
};

/* A binding must be what its mobile node asked for. */
static bool check_binding(void *arg, const struct mip6_binding_info *info)
{
	struct served *s = arg;
	const struct net *net = s->node->net;

	if (strcmp(info->state, "bound") != 0)
		return true;
	s->bound++;
	for (size_t i = net->bu_count; i > 0; i--) {
		const struct net_bu *bu = &net->bus[i - 1];

		if (bu->seq == info->seq && mip6_addr_equal(&bu->hoa, &info->hoa) &&
		    mip6_addr_equal(&bu->coa, &info->coa))
			return true;
	}
	net_violation(s->node->net, "a binding that nobody asked for");
	return true;
}

static void check_bindings(struct net_node *node)
{
	struct served s = {.node = node};
	size_t objects = 0;

	mip6_node_bindings(node->node, check_binding, &s);
	for (size_t i = 0; i < node->object_count; i++)
		objects += node->objects[i].object.kind == MIP6_OBJ_BINDING;
	if (objects != s.bound)
		net_violation(node->net, "bindings and their objects differ");
}

void net_check(struct net *net)
{
	for (size_t i = 0; i < net->node_count; i++) {
		if (mip6_node_deadline(net->nodes[i].node) < net->now)
			net_violation(net, "a deadline in the past");
		check_plane(&net->nodes[i]);
		check_bindings(&net->nodes[i]);
	}
}
