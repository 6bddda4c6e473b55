/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node in the network of sim.h: its process, from start to kill -9, and the host
 * that this process sees. */
#include "sim.h"
#include "soft/internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the host -------------------------------------------------------------------- */

static void host_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count)
{
	struct sim_node *node = ctx;

	if (ifindex < 2 || ifindex - 2 >= node->iface_count) {
		sim_violation(node, "a frame for an interface that is not there");
		return;
	}
	for (size_t i = 0; i < count; i++)
		sim_send(node, ifindex - 2, frames[i].data, frames[i].len);
}

static void host_up(void *ctx, const struct mip6_buf *packets, size_t count)
{
	struct sim_node *node = ctx;
	struct sim *sim = node->sim;

	for (size_t i = 0; i < count && sim->watch.up; i++)
		sim->watch.up(sim->watch_arg, node, packets[i].data, packets[i].len);
}

static size_t find_usable(const struct sim_node *node, const struct mip6_addr *addr)
{
	size_t i = 0;

	while (i < node->usable_count && !mip6_addr_equal(&node->usable[i], addr))
		i++;
	return i;
}

bool sim_usable(const struct sim_node *node, const struct mip6_addr *addr)
{
	return find_usable(node, addr) < node->usable_count;
}

static void host_address(void *ctx, const struct mip6_addr *addr, bool present)
{
	struct sim_node *node = ctx;
	size_t i = find_usable(node, addr);

	if (present == (i < node->usable_count))
		sim_violation(node, present ? "an address came that was there"
					    : "an address went that was not there");
	else if (!present)
		node->usable[i] = node->usable[--node->usable_count];
	else if (i < SIM_ADDRS)
		node->usable[node->usable_count++] = *addr;
}

static void host_event(void *ctx, const struct mip6_event *event)
{
	struct sim_node *node = ctx;
	struct sim *sim = node->sim;

	node->spoke = true;
	if (sim->watch.event)
		sim->watch.event(sim->watch_arg, node, event);
}

static int host_save(void *ctx, const struct mip6_record *record)
{
	struct sim_node *node = ctx;
	size_t i = 0;

	if (node->save_fails)
		return MIP6_ERR_IO;
	while (i < node->record_count && (node->records[i].kind != record->kind ||
					  !mip6_addr_equal(&node->records[i].key, &record->key)))
		i++;
	if (record->len == 0 && i < node->record_count)
		node->records[i] = node->records[--node->record_count];
	if (record->len == 0)
		return 0;
	if (i == SIM_RECORDS)
		abort();
	node->record_count += i == node->record_count;
	node->records[i] = *record;
	return 0;
}

/* Each node has its own numbers, so that one does not change what another draws. */
static void host_random(void *ctx, void *buf, size_t len)
{
	struct sim_node *node = ctx;

	for (size_t i = 0; i < len; i++) {
		node->random =
		    node->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		((uint8_t *)buf)[i] = (uint8_t)(node->random >> 40);
	}
}

struct mip6_soft_host sim_host(void)
{
	return (struct mip6_soft_host){
	    .frames = host_frames,
	    .up = host_up,
	    .address = host_address,
	    .event = host_event,
	    .save = host_save,
	    .random = host_random,
	};
}

/* ---- what a node consists of --------------------------------------------------------- */

struct sim_node *sim_add_node(struct sim *sim, const char *name)
{
	struct sim_node *node = &sim->nodes[sim->node_count];

	if (sim->node_count == SIM_NODES)
		abort();
	*node = (struct sim_node){.sim = sim, .name = name, .due = MIP6_NEVER};
	node->index = (unsigned)sim->node_count++;
	node->random = sim->random + node->index * UINT64_C(0x9e3779b97f4a7c15);
	return node;
}

size_t sim_add_iface(struct sim_node *node, int link)
{
	size_t n = node->iface_count++;
	struct sim_iface *i = &node->ifaces[n];

	if (n == SIM_IFS)
		abort();
	*i = (struct sim_iface){.ifindex = 2 + (unsigned)n, .link = link};
	memcpy(i->mac, (uint8_t[6]){2, 0, 0, 2, (uint8_t)node->index, (uint8_t)n}, 6);
	return n;
}

void sim_add_address(struct sim_node *node, size_t iface, const struct mip6_addr *addr)
{
	struct sim_addr *a = &node->addrs[node->addr_count++];

	if (node->addr_count > SIM_ADDRS)
		abort();
	*a = (struct sim_addr){node->ifaces[iface].ifindex, {*addr, 64}};
}

void sim_add_route(struct sim_node *node, size_t iface, const struct mip6_prefix *dst,
		   const struct mip6_addr *gateway)
{
	struct sim_route *r = &node->routes[node->route_count++];

	if (node->route_count > SIM_ROUTES)
		abort();
	*r = (struct sim_route){.ifindex = node->ifaces[iface].ifindex, .dst = *dst};
	if (gateway)
		r->gateway = *gateway;
}

void sim_configure(struct sim_node *node, const struct mip6_config *config)
{
	mip6_config_clear(&node->config);
	if (mip6_config_copy(&node->config, config) < 0)
		abort();
	node->has_config = true;
}

/* ---- its process ----------------------------------------------------------------------- */

/* An address-change that is due at once may leave a deadline of now, but never one
 * before; a tick leaves none. */
static void settle(struct sim_node *node, bool ticked)
{
	mip6_time due = mip6_soft_deadline(node->soft);

	if (due < node->sim->now || (ticked && due == node->sim->now)) {
		sim_violation(node, "a deadline is in the past");
		due = node->sim->now + MIP6_SECOND;
	}
	node->due = due;
	if (node->spoke && node->sim->watch.spoke)
		node->sim->watch.spoke(node->sim->watch_arg, node);
	node->spoke = false;
}

void sim_settle(struct sim_node *node)
{
	settle(node, false);
}

static bool awake(const struct sim_node *node)
{
	return node->soft && !node->asleep;
}

void sim_tick(struct sim_node *node)
{
	mip6_soft_tick(node->soft, node->sim->now);
	settle(node, true);
}

void sim_deliver(struct sim_node *node, size_t iface, const uint8_t *data, size_t len)
{
	uint8_t memory[MIP6_SOFT_HEADROOM + SIM_FRAME];
	struct mip6_buf buf = {.data = memory + MIP6_SOFT_HEADROOM, .len = len};

	if (!awake(node))
		return;
	buf.headroom = MIP6_SOFT_HEADROOM;
	memcpy(buf.data, data, len);
	mip6_soft_receive(node->soft, node->sim->now, node->ifaces[iface].ifindex, &buf, 1);
	sim_settle(node);
}

static void tell_link(struct sim_node *node, struct sim_iface *i)
{
	struct mip6_link link = {.ifindex = i->ifindex, .up = i->link >= 0, .mac_len = 6};

	i->untold = false;
	link.attached = link.up;
	link.mtu = i->link >= 0 ? node->sim->links[i->link].mtu : 1500;
	memcpy(link.mac, i->mac, 6);
	snprintf(link.name, sizeof(link.name), "eth%u", i->ifindex - 2);
	mip6_soft_link(node->soft, node->sim->now, &link);
}

/* Everything that a host tells its new process. */
static void tell_all(struct sim_node *node)
{
	mip6_time now = node->sim->now;

	mip6_soft_forwarding(node->soft, node->forwarding);
	for (size_t i = 0; i < node->iface_count; i++)
		tell_link(node, &node->ifaces[i]);
	for (size_t i = 0; i < node->addr_count; i++)
		if (mip6_soft_address(node->soft, now, node->addrs[i].ifindex, &node->addrs[i].addr,
				      true) < 0)
			sim_violation(node, "an address was refused");
	for (size_t i = 0; i < node->route_count; i++)
		if (mip6_soft_route(node->soft, now, &node->routes[i].dst, node->routes[i].ifindex,
				    &node->routes[i].gateway, true) < 0)
			sim_violation(node, "a route was refused");
}

void sim_start(struct sim_node *node)
{
	struct mip6_record records[SIM_RECORDS];
	size_t count = node->has_config ? node->record_count : 0;
	mip6_time now = node->sim->now;

	node->soft = mip6_soft_new(node->has_config ? &node->config : NULL, &node->sim->host, node);
	if (!node->soft)
		abort();
	node->usable_count = 0;
	node->asleep = false;
	tell_all(node);
	memcpy(records, node->records, sizeof(records));
	for (size_t i = 0; i < count; i++)
		if (mip6_node_restore(mip6_soft_node(node->soft), now, &records[i]) < 0)
			sim_violation(node, "a node cannot read its own record");
	if (mip6_soft_start(node->soft, now) < 0)
		sim_violation(node, "a node did not start");
	sim_settle(node);
}

static bool count_object(void *arg, const struct mip6_object *object)
{
	(void)object;
	(*(size_t *)arg)++;
	return true;
}

void sim_stop(struct sim_node *node)
{
	size_t left = 0;

	if (!node->soft)
		return;
	mip6_soft_stop(node->soft, node->sim->now);
	mip6_soft_objects(node->soft, count_object, &left);
	if (left)
		sim_violation(node, "objects are left of a node that was stopped");
	if (node->usable_count)
		sim_violation(node, "a node that was stopped has a home address");
	sim_kill(node);
}

void sim_kill(struct sim_node *node)
{
	mip6_soft_free(node->soft);
	node->soft = NULL;
	node->usable_count = 0;
	node->due = MIP6_NEVER;
	node->spoke = false;
}

void sim_forget(struct sim_node *node)
{
	node->record_count = 0;
}

/* Time went by, and it was not there: links first, as from a queue of the kernel. */
static void wake(void *arg, uint32_t value)
{
	struct sim_node *node = arg;

	(void)value;
	if (!node->soft || !node->asleep || node->asleep_until > node->sim->now)
		return;
	node->asleep = false;
	for (size_t i = 0; i < node->iface_count; i++)
		if (node->ifaces[i].untold)
			tell_link(node, &node->ifaces[i]);
	if (node->untold_config)
		(void)mip6_soft_reconfigure(node->soft, node->sim->now, &node->config);
	node->untold_config = false;
	sim_tick(node);
}

void sim_sleep(struct sim_node *node, mip6_time until)
{
	if (!node->soft)
		return;
	if (!node->asleep || node->asleep_until < until)
		node->asleep_until = until;
	node->asleep = true;
	node->due = MIP6_NEVER;
	sim_call(node->sim, node->asleep_until, wake, node, 0);
}

void sim_reconfigure(struct sim_node *node, const struct mip6_config *config)
{
	sim_configure(node, config);
	node->untold_config = !awake(node);
	if (!awake(node))
		return;
	if (mip6_soft_reconfigure(node->soft, node->sim->now, config) < 0)
		sim_violation(node, "a node refused its new configuration");
	sim_settle(node);
}

/* ---- another program ---------------------------------------------------------------------- */

enum { ROBBED = 512 };

struct loot {
	struct mip6_object list[ROBBED];
	size_t count;
};

static bool take(void *arg, const struct mip6_object *object)
{
	struct loot *loot = arg;

	if (loot->count < ROBBED)
		loot->list[loot->count++] = *object;
	return true;
}

void sim_rob(struct sim_node *node, size_t first, size_t each)
{
	static struct loot loot;

	if (!node->soft || each == 0)
		return;
	loot.count = 0;
	mip6_soft_objects(node->soft, take, &loot);
	for (size_t i = first; i < loot.count; i += each)
		(void)soft_apply(node->soft, &loot.list[i], NULL);
	if (!awake(node))
		return;
	sim_tick(node);
}

static bool is_missing(void *arg, const struct mip6_object *object)
{
	const struct mip6_soft *soft = arg;

	return !soft_has_object(soft, object);
}

void sim_renew(struct sim_node *node)
{
	struct mip6_object first;

	if (!awake(node))
		return;
	(void)mip6_node_renew(mip6_soft_node(node->soft), node->sim->now, UINT32_MAX, is_missing,
			      node->soft, &first);
	sim_tick(node);
}

void sim_plug(struct sim_node *node, size_t iface, int link)
{
	node->ifaces[iface].link = link;
	node->ifaces[iface].untold = !awake(node);
	if (!awake(node))
		return;
	tell_link(node, &node->ifaces[iface]);
	sim_settle(node);
}

void sim_replug_silently(struct sim_node *node, size_t iface, int link)
{
	node->ifaces[iface].link = link;
}

bool sim_output(struct sim_node *node, const uint8_t *data, size_t len)
{
	uint8_t memory[MIP6_SOFT_HEADROOM + SIM_FRAME];
	struct mip6_buf buf = {.data = memory + MIP6_SOFT_HEADROOM, .len = len};

	if (!awake(node) || len > SIM_FRAME)
		return false;
	buf.headroom = MIP6_SOFT_HEADROOM;
	memcpy(buf.data, data, len);
	mip6_soft_output(node->soft, node->sim->now, &buf, 1);
	sim_settle(node);
	return true;
}
