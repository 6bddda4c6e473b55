/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The home agent (RFC 6275 10): a router on the home link that keeps the care-of
 * addresses of mobile nodes that are away and sends their traffic there. This
 * file is its life and its inputs; ha.h names the other parts. */
#include "ha_job.h"
#include <stdlib.h>

#define NODE_OBJECTS 4

int ha_new(struct mip6_node *node)
{
	struct ha *ha = calloc(1, sizeof(*ha));

	if (!ha)
		return MIP6_ERR_NOMEM;
	ha->node = node;
	node->ha = ha;
	bcache_init(&ha->bcache, node_random_u32(node));
	pool_init(&ha->job_pool, sizeof(struct ha_job));
	timer_init(&ha->prefix_timer, ha_prefix_fire, ha);
	timer_init(&ha->save_timer, ha_record_retry, ha);
	return MIP6_OK;
}

void ha_free(struct mip6_node *node)
{
	struct ha *ha = node->ha;

	ha_binding_free_all(ha);
	bcache_free(&ha->bcache);
	timer_stop(&node->timers, &ha->prefix_timer);
	timer_stop(&node->timers, &ha->save_timer);
	free(ha);
	node->ha = NULL;
}

static struct mip6_object sysctl_object(enum mip6_sysctl name, unsigned ifindex, int value)
{
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};

	o.sysctl.name = name;
	o.sysctl.ifindex = ifindex;
	o.sysctl.value = value;
	return o;
}

/* What is wanted whatever bindings there are, of the node and of its home links. The kernel delays
 * proxied answers by up to 0.8 s unless proxy_delay is 0. Only with proxy_ndp of the whole node
 * does it answer neighbours that ask again by unicast, and keep what is sent to a proxied
 * link-local address; with that of an interface it would forward both. */
static void node_objects(struct mip6_object ret[NODE_OBJECTS])
{
	ret[0] = sysctl_object(MIP6_SYSCTL_FORWARDING, 0, 1);
	ret[1] = sysctl_object(MIP6_SYSCTL_PROXY_NDP, 0, 1);
	ret[2] = (struct mip6_object){.kind = MIP6_OBJ_DEVICE};
	ret[2].device.device = MIP6_DEVICE_HA;
	ret[3] = (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT};
	ret[3].mh_input.hao = true;
}

static int want_base(struct ha *ha)
{
	struct mip6_node *node = ha->node;
	struct mip6_object *objects;
	size_t count = NODE_OBJECTS;
	int err;

	for (const struct iface *i = node->ifaces; i; i = i->next)
		count++;
	objects = calloc(count, sizeof(*objects));
	if (!objects)
		return MIP6_ERR_NOMEM;
	node_objects(objects);
	count = NODE_OBJECTS;
	for (const struct iface *i = node->ifaces; i; i = i->next)
		if (ha_is_home_link(i))
			objects[count++] =
			    sysctl_object(MIP6_SYSCTL_PROXY_DELAY, i->link.ifindex, 0);
	err = plane_want_only(node->plane, ha, objects, count);
	free(objects);
	return err;
}

/* Restored bindings are wanted before the first packet comes in, so that what the
 * kernel still has of them is adopted. */
static int want_restored(struct ha *ha, mip6_time now)
{
	struct bcache_entry *e = NULL;

	ha_binding_review(ha, now, HA_REVIEW_DENIED);
	while ((e = bcache_next(&ha->bcache, e))) {
		if (e->state != BCACHE_BOUND)
			continue;
		ha->node->stats.bindings++;
		if (ha_binding_want(e) < 0)
			return MIP6_ERR_NOMEM;
	}
	/* Their records are as they were read: to write 100,000 again would take seconds. */
	ha_binding_replace(ha, now, false);
	return MIP6_OK;
}

int ha_start(struct mip6_node *node, mip6_time now)
{
	struct ha *ha = node->ha;
	int err = want_base(ha);

	if (!node->config.mn_ha_ipsec)
		node_warn(
		    node, now,
		    "Binding Updates are accepted without protection (UseMnHaIPsec disabled)");
	return err < 0 ? err : want_restored(ha, now);
}

int ha_ready(const struct mip6_node *node)
{
	struct mip6_object objects[NODE_OBJECTS];

	node_objects(objects);
	for (size_t i = 0; i < NODE_OBJECTS; i++)
		if (!plane_has(node->plane, &objects[i]))
			return MIP6_ERR_UNSUPPORTED;
	return MIP6_OK;
}

void ha_stop(struct mip6_node *node, mip6_time now)
{
	struct ha *ha = node->ha;

	(void)now;
	ha_binding_free_all(ha);
	ha->prefix_count = 0;
	timer_stop(&node->timers, &ha->prefix_timer);
	timer_stop(&node->timers, &ha->save_timer);
	plane_unwant_all(node->plane, &ha->bcache);
	plane_unwant_all(node->plane, ha);
	node->stats.bindings = 0;
}

int ha_reconfigure(struct mip6_node *node, mip6_time now)
{
	ha_binding_review(node->ha, now, HA_REVIEW_CONFIGURED);
	ha_binding_replace(node->ha, now, true);
	return want_base(node->ha);
}

static void links_changed(struct mip6_node *node, mip6_time now)
{
	if (want_base(node->ha) < 0)
		node_warn(node, now, "out of memory: settings of the home link are incomplete");
	ha_binding_replace(node->ha, now, true);
}

void ha_link(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	(void)iface;
	links_changed(node, now);
}

void ha_link_gone(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	iface->configured = false; /* it is no home link from here on */
	ha_prefix_link_gone(node->ha, iface->link.ifindex);
	if (node->running && want_base(node->ha) < 0)
		node_warn(node, now, "out of memory: settings of a link that went are kept");
}

void ha_address(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	(void)iface;
	ha_binding_replace(node->ha, now, true);
}

void ha_receive_ra(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_ra *ra)
{
	if (ha_is_home_link(iface))
		ha_prefix_receive(node->ha, now, iface, &p->src, ra);
}

void ha_receive_mh(struct mip6_node *node, mip6_time now, unsigned ifindex,
		   const struct ip6_packet *p, const struct mh_message *m)
{
	if (m->type == MH_BU)
		ha_bu_receive(node->ha, now, ifindex, p, m);
	else
		node_drop(node, now, ifindex, MIP6_ERR_UNSUPPORTED, &p->src);
}

void ha_receive_tunnelled(struct mip6_node *node, mip6_time now, const struct ip6_packet *p)
{
	ha_stray_receive(node->ha, now, p);
}

static const char *state_text(const struct bcache_entry *e)
{
	if (e->state == BCACHE_DAD)
		return "dad";
	return e->state == BCACHE_BOUND ? "bound" : "deleted";
}

struct listing {
	bool (*fn)(void *arg, const struct mip6_binding_info *info);
	void *arg;
};

static bool list_entry(void *arg, struct bcache_entry *e)
{
	const struct listing *l = arg;
	struct mip6_binding_info info = {.hoa = e->hoa, .coa = e->coa};

	info.ifindex = ha_entry_site(e)->ifindex;
	info.seq = e->seq;
	info.flags = e->flags;
	info.expires = e->timer.at;
	info.state = state_text(e);
	return l->fn(l->arg, &info);
}

uint64_t ha_bindings_from(const struct mip6_node *node, uint64_t cursor,
			  bool (*fn)(void *arg, const struct mip6_binding_info *info), void *arg)
{
	struct listing l = {fn, arg};

	return bcache_walk(&node->ha->bcache, cursor, list_entry, &l);
}

void ha_bindings(const struct mip6_node *node,
		 bool (*fn)(void *arg, const struct mip6_binding_info *info), void *arg)
{
	(void)ha_bindings_from(node, 0, fn, arg);
}

size_t ha_binding_count(const struct mip6_node *node)
{
	return node->ha->bcache.table.count;
}
