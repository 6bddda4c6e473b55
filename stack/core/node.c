/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One node: its life, its interfaces, and the seam to the host (mip6/node.h).
 * The protocol is in the engines; this file keeps what they share and hands the
 * host's inputs on. Each entry that may change what is wanted ends with one
 * commit, so that the host carries out a step as a whole. */
#include "advertise.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *role_text(enum mip6_role role)
{
	static const char *const texts[] = {"cn", "ha", "mn", "ar"};

	return texts[role];
}

static int engine_new(struct mip6_node *node)
{
	if (node->config.role == MIP6_ROLE_MN)
		return mn_new(node);
	if (node->config.role == MIP6_ROLE_HA)
		return ha_new(node);
	return MIP6_OK;
}

/* Time has passed in which the host may have come to do what it could not. */
static void retry_fire(void *arg, mip6_time now)
{
	struct mip6_node *node = arg;

	node_commit(node, now);
	if (node->mn)
		mn_retry(node, now);
}

struct mip6_node *mip6_node_new(const struct mip6_config *config, const struct mip6_host *host,
				void *ctx)
{
	struct mip6_node *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->host = host;
	node->ctx = ctx;
	timers_init(&node->timers);
	timer_init(&node->retry, retry_fire, node);
	node->retry_interval = NODE_RETRY_FIRST;
	dad_init(node);
	node_events_init(node);
	node->plane = plane_new(host->apply, ctx);
	if (!node->plane || mip6_config_copy(&node->config, config) < 0 || engine_new(node) < 0) {
		mip6_node_free(node);
		return NULL;
	}
	return node;
}

static void iface_free(struct iface *iface)
{
	free(iface->addrs);
	free(iface->routes);
	free(iface);
}

void mip6_node_free(struct mip6_node *node)
{
	if (!node)
		return;
	if (node->mn)
		mn_free(node);
	if (node->ha)
		ha_free(node);
	dad_free_all(node);
	while (node->ifaces) {
		struct iface *iface = node->ifaces;

		node->ifaces = iface->next;
		advertise_forget(node, iface);
		iface_free(iface);
	}
	plane_free(node->plane);
	timers_free(&node->timers);
	mip6_config_clear(&node->config);
	free(node);
}

int mip6_node_restore(struct mip6_node *node, mip6_time now, const struct mip6_record *record)
{
	if (node->running)
		return MIP6_ERR_STATE;
	if (record->len > MIP6_RECORD_MAX)
		return MIP6_ERR_VALUE;
	if (node->mn && record->kind == MIP6_RECORD_REGISTRATION)
		return mn_restore(node, now, record);
	if (node->ha && record->kind == MIP6_RECORD_BINDING)
		return ha_restore(node, now, record);
	return MIP6_ERR_VALUE;
}

/* A misspelt name would be a node that waits for ever; an interface that comes later is
 * taken then. */
static void warn_of_missing(struct mip6_node *node, mip6_time now)
{
	for (size_t i = 0; i < node->config.interface_count; i++) {
		const char *name = node->config.interfaces[i].name;
		char text[80];

		if (node_iface_by_name(node, name))
			continue;
		snprintf(text, sizeof(text), "there is no interface %s, which is configured", name);
		node_warn(node, now, text);
	}
}

static void emit_started(struct mip6_node *node, mip6_time now)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_STARTED, now, 0);

	mip6_event_text(&e, "role", role_text(node->config.role));
	if (node->ha)
		mip6_event_uint(&e, "max_bindings", ha_max_bindings(node));
	node_emit(node, &e);
}

/* Each node is a correspondent node to whoever sends it a Mobility Header with a Home
 * Address option, and answers as such (RFC 6275 9.2, 10.3.1). */
static int want_mh_input(struct mip6_node *node)
{
	struct mip6_object o = {.kind = MIP6_OBJ_MH_INPUT};

	o.mh_input.hao = true;
	return plane_want(node->plane, node, &o);
}

/* A node is started once what it wants from its first moment on is in place: who waits
 * for the event may send to it at once. */
int mip6_node_start(struct mip6_node *node, mip6_time now)
{
	int err;

	if (node->running)
		return MIP6_ERR_STATE;
	node->running = true;
	warn_of_missing(node, now);
	err = want_mh_input(node);
	if (err == MIP6_OK && node->mn)
		err = mn_start(node, now);
	if (err == MIP6_OK && node->ha)
		err = ha_start(node, now);
	if (err == MIP6_OK)
		err = advertise_start(node, now);
	node_commit(node, now);
	if (err == MIP6_OK && node->ha)
		err = ha_ready(node);
	if (err == MIP6_OK)
		emit_started(node, now);
	return err;
}

void mip6_node_stop(struct mip6_node *node, mip6_time now)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_STOPPED, now, 0);

	if (!node->running)
		return;
	advertise_stop(node, now);
	if (node->mn)
		mn_stop(node, now);
	if (node->ha)
		ha_stop(node, now);
	dad_free_all(node);
	plane_clear(node->plane);
	node_commit(node, now);
	node->running = false;
	node_events_end(node, now);
	node_emit(node, &e);
}

/* What the configuration says of an interface: by its name, or for all of them
 * when none is named. */
static void iface_configure(const struct mip6_node *node, struct iface *iface)
{
	const struct mip6_config *c = &node->config;

	mip6_if_config_default(&iface->config, iface->link.name, c->role);
	iface->config.preference = 1;
	iface->configured = c->interface_count == 0;
	for (size_t i = 0; i < c->interface_count; i++) {
		if (strcmp(c->interfaces[i].name, iface->link.name) != 0)
			continue;
		iface->config = c->interfaces[i];
		iface->configured = true;
	}
}

int mip6_node_reconfigure(struct mip6_node *node, mip6_time now, const struct mip6_config *config)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_CONFIG_RELOADED, now, 0);
	struct mip6_config copy;
	int err;

	if (config->role != node->config.role)
		return MIP6_ERR_CONFIG;
	err = mip6_config_copy(&copy, config);
	if (err < 0)
		return err;
	mip6_config_clear(&node->config);
	node->config = copy;
	for (struct iface *iface = node->ifaces; iface; iface = iface->next)
		iface_configure(node, iface);
	node_emit(node, &e);
	if (node->running)
		warn_of_missing(node, now);
	if (node->running && node->mn)
		err = mn_reconfigure(node, now);
	if (node->running && node->ha)
		err = ha_reconfigure(node, now);
	if (node->running && err == MIP6_OK)
		err = advertise_reconfigure(node, now);
	node_commit(node, now);
	return err;
}

int mip6_node_refresh(struct mip6_node *node, mip6_time now)
{
	if (!node->running || !node->mn)
		return MIP6_ERR_STATE;
	mn_refresh(node, now);
	node_commit(node, now);
	return MIP6_OK;
}

struct iface *node_iface(const struct mip6_node *node, unsigned ifindex)
{
	for (struct iface *iface = node->ifaces; iface; iface = iface->next)
		if (iface->link.ifindex == ifindex)
			return iface;
	return NULL;
}

struct iface *node_iface_by_name(const struct mip6_node *node, const char *name)
{
	for (struct iface *iface = node->ifaces; iface; iface = iface->next)
		if (strcmp(iface->link.name, name) == 0)
			return iface;
	return NULL;
}

/* Interfaces are kept by rising ifindex, so that a run does not depend on the
 * order in which the host lists them. */
static struct iface *iface_add(struct mip6_node *node, unsigned ifindex)
{
	struct iface **at = &node->ifaces;
	struct iface *iface = calloc(1, sizeof(*iface));

	if (!iface)
		return NULL;
	while (*at && (*at)->link.ifindex < ifindex)
		at = &(*at)->next;
	iface->next = *at;
	*at = iface;
	return iface;
}

static void emit_link(struct mip6_node *node, mip6_time now, const struct mip6_link *link, bool up)
{
	struct mip6_event e =
	    mip6_event_make(up ? MIP6_EV_LINK_UP : MIP6_EV_LINK_DOWN, now, link->ifindex);

	mip6_event_text(&e, "interface", link->name);
	node_emit(node, &e);
}

static void check_advertising(struct mip6_node *node, mip6_time now, int err)
{
	if (err < 0)
		node_warn(node, now, "out of memory: an interface does not advertise");
}

void mip6_node_link(struct mip6_node *node, mip6_time now, const struct mip6_link *link)
{
	struct iface *iface = node_iface(node, link->ifindex);
	bool was_up = iface && iface->link.up;

	if (!iface)
		iface = iface_add(node, link->ifindex);
	if (!iface)
		return;
	iface->link = *link;
	iface->link.name[MIP6_IFNAME - 1] = '\0';
	iface_configure(node, iface);
	if (link->up && (!was_up || link->attached))
		emit_link(node, now, link, true);
	else if (!link->up && was_up)
		emit_link(node, now, link, false);
	if (!node->running)
		return;
	if (node->mn)
		mn_link(node, now, iface);
	if (node->ha)
		ha_link(node, now, iface);
	check_advertising(node, now, advertise_link(node, now, iface));
	node_commit(node, now);
}

void mip6_node_link_gone(struct mip6_node *node, mip6_time now, unsigned ifindex)
{
	struct iface **at = &node->ifaces;
	struct iface *iface;

	while (*at && (*at)->link.ifindex != ifindex)
		at = &(*at)->next;
	iface = *at;
	if (!iface)
		return;
	if (iface->link.up)
		emit_link(node, now, &iface->link, false);
	iface->link.up = false;
	if (node->mn)
		mn_link_gone(node, now, iface);
	if (node->ha)
		ha_link_gone(node, now, iface);
	advertise_forget(node, iface);
	*at = iface->next;
	iface_free(iface);
	if (node->running)
		node_commit(node, now);
}

static struct iface_addr *iface_find_addr(const struct iface *iface, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < iface->addr_count; i++)
		if (mip6_addr_equal(&iface->addrs[i].addr.addr, addr))
			return &iface->addrs[i];
	return NULL;
}

/* These two return whether anything is different now: a kernel tells an address
 * again whenever its lifetime is renewed. */
static bool iface_set_addr(struct iface *iface, const struct mip6_prefix *addr, unsigned flags)
{
	struct iface_addr *a = iface_find_addr(iface, &addr->addr);
	struct iface_addr *addrs;

	if (a && a->addr.len == addr->len && a->flags == flags)
		return false;
	if (!a) {
		addrs = realloc(iface->addrs, (iface->addr_count + 1) * sizeof(*addrs));
		if (!addrs)
			return false;
		iface->addrs = addrs;
		a = &addrs[iface->addr_count++];
	}
	*a = (struct iface_addr){.addr = *addr, .flags = flags};
	return true;
}

static bool iface_clear_addr(struct iface *iface, const struct mip6_addr *addr)
{
	struct iface_addr *a = iface_find_addr(iface, addr);

	if (!a)
		return false;
	*a = iface->addrs[--iface->addr_count];
	return true;
}

static void iface_find_link_local(struct iface *iface)
{
	if (iface_find_addr(iface, &iface->link_local))
		return;
	iface->link_local = (struct mip6_addr){0};
	for (size_t i = 0; i < iface->addr_count; i++) {
		if (!mip6_addr_is_link_local(&iface->addrs[i].addr.addr))
			continue;
		iface->link_local = iface->addrs[i].addr.addr;
		return;
	}
}

void mip6_node_address(struct mip6_node *node, mip6_time now, unsigned ifindex,
		       const struct mip6_prefix *addr, unsigned flags, bool present)
{
	struct iface *iface = node_iface(node, ifindex);
	bool changed;

	if (!iface)
		return;
	changed =
	    present ? iface_set_addr(iface, addr, flags) : iface_clear_addr(iface, &addr->addr);
	iface_find_link_local(iface);
	if (!node->running)
		return;
	if (node->mn)
		mn_address(node, now, iface);
	if (node->ha)
		ha_address(node, now, iface);
	if (changed)
		check_advertising(node, now, advertise_address(node, now, iface));
	node_commit(node, now);
}

static struct mip6_prefix *iface_find_route(const struct iface *iface,
					    const struct mip6_prefix *prefix)
{
	for (size_t i = 0; i < iface->route_count; i++)
		if (mip6_prefix_equal(&iface->routes[i], prefix))
			return &iface->routes[i];
	return NULL;
}

static void iface_add_route(struct iface *iface, const struct mip6_prefix *prefix)
{
	struct mip6_prefix *routes;

	if (iface_find_route(iface, prefix))
		return;
	routes = realloc(iface->routes, (iface->route_count + 1) * sizeof(*routes));
	if (!routes)
		return;
	iface->routes = routes;
	routes[iface->route_count++] = *prefix;
}

static void iface_remove_route(struct iface *iface, const struct mip6_prefix *prefix)
{
	struct mip6_prefix *route = iface_find_route(iface, prefix);

	if (route)
		*route = iface->routes[--iface->route_count];
}

void mip6_node_route(struct mip6_node *node, mip6_time now, unsigned ifindex,
		     const struct mip6_prefix *prefix, bool present)
{
	struct iface *iface = node_iface(node, ifindex);

	if (!iface)
		return;
	if (present)
		iface_add_route(iface, prefix);
	else
		iface_remove_route(iface, prefix);
	if (!node->running)
		return;
	if (node->ha)
		ha_address(node, now, iface);
	node_commit(node, now);
}

void mip6_node_neighbour_failed(struct mip6_node *node, mip6_time now, unsigned ifindex,
				const struct mip6_addr *addr)
{
	struct iface *iface = node_iface(node, ifindex);

	if (!iface || !node->running)
		return;
	if (node->mn)
		mn_neighbour_failed(node, now, iface, addr);
	node_commit(node, now);
}

void mip6_node_tick(struct mip6_node *node, mip6_time now)
{
	if (!node->running)
		return;
	timers_run(&node->timers, now);
	node_commit(node, now);
}

mip6_time mip6_node_deadline(const struct mip6_node *node)
{
	return node->running ? timers_next(&node->timers) : MIP6_NEVER;
}

void mip6_node_bindings(const struct mip6_node *node,
			bool (*fn)(void *arg, const struct mip6_binding_info *info), void *arg)
{
	if (node->ha)
		ha_bindings(node, fn, arg);
}

uint64_t mip6_node_bindings_from(const struct mip6_node *node, uint64_t cursor,
				 bool (*fn)(void *arg, const struct mip6_binding_info *info),
				 void *arg)
{
	return node->ha ? ha_bindings_from(node, cursor, fn, arg) : 0;
}

size_t mip6_node_binding_count(const struct mip6_node *node)
{
	return node->ha ? ha_binding_count(node) : 0;
}

size_t mip6_node_unsaved(const struct mip6_node *node)
{
	if (node->ha)
		return ha_unsaved(node);
	return node->mn ? mn_record_unsaved(node->mn) : 0;
}

void mip6_node_save_lost(struct mip6_node *node, mip6_time now, const struct mip6_record *record)
{
	if (node->ha && record->kind == MIP6_RECORD_BINDING)
		ha_record_lost(node, now, &record->key);
}

void mip6_node_registrations(const struct mip6_node *node,
			     bool (*fn)(void *arg, const struct mip6_registration_info *info),
			     void *arg)
{
	if (node->mn)
		mn_registrations(node, fn, arg);
}

/* What a node of any role can say of an interface. */
static bool plain_interface(const struct iface *iface,
			    bool (*fn)(void *arg, const struct mip6_interface_info *info),
			    void *arg)
{
	struct mip6_interface_info info = {.ifindex = iface->link.ifindex};

	memcpy(info.name, iface->link.name, sizeof(info.name));
	info.up = iface->link.up;
	info.preference = iface->config.preference;
	return fn(arg, &info);
}

void mip6_node_interfaces(const struct mip6_node *node,
			  bool (*fn)(void *arg, const struct mip6_interface_info *info), void *arg)
{
	if (node->mn) {
		mn_interfaces(node, fn, arg);
		return;
	}
	for (const struct iface *iface = node->ifaces; iface; iface = iface->next)
		if (!plain_interface(iface, fn, arg))
			return;
}

void mip6_node_stats(const struct mip6_node *node, struct mip6_stats *ret)
{
	*ret = node->stats;
}

unsigned mip6_node_renew(struct mip6_node *node, mip6_time now, unsigned kinds,
			 bool (*missing)(void *arg, const struct mip6_object *object), void *arg,
			 struct mip6_object *ret_first)
{
	unsigned count = plane_renew(node->plane, kinds, missing, arg, ret_first);

	node_commit(node, now);
	return count;
}

uint64_t mip6_node_applied(const struct mip6_node *node, uint64_t cursor,
			   bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	return plane_walk(node->plane, cursor, fn, arg);
}

void mip6_node_wanted(const struct mip6_node *node,
		      bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	plane_each(node->plane, fn, arg);
}

uint64_t mip6_node_wanted_from(const struct mip6_node *node, uint64_t cursor,
			       bool (*fn)(void *arg, const struct mip6_object *object), void *arg)
{
	return plane_each_from(node->plane, cursor, fn, arg);
}

size_t mip6_node_wanted_count(const struct mip6_node *node)
{
	return plane_count(node->plane);
}
