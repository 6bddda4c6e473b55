/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Duplicate address detection (RFC 4862 5.4) of addresses that the core puts on
 * a link: care-of addresses of a mobile node, and the home addresses that a home
 * agent is about to defend. One solicitation goes out; an answer, or another
 * node's own detection of the same address, means that it is taken. Some links give
 * multicast frames back to who sent them (access points, switches in a loop): a
 * nonce tells our own solicitation from another node's (RFC 7527). */
#include "node_internal.h"
#include <string.h>

struct dad {
	struct table_node node;
	struct timer timer;
	struct mip6_node *owner;
	dad_done done;
	void *arg;
	struct dad_key {
		struct mip6_addr addr;
		unsigned ifindex;
	} key;
};

static uint32_t dad_hash(const struct dad_key *key)
{
	return table_hash(key->ifindex, key->addr.b, sizeof(key->addr.b));
}

static bool dad_match(const struct table_node *node, const void *arg)
{
	const struct dad *d = (const struct dad *)(const void *)node;
	const struct dad_key *key = arg;

	return d->key.ifindex == key->ifindex && mip6_addr_equal(&d->key.addr, &key->addr);
}

static struct dad *dad_find(const struct mip6_node *node, unsigned ifindex,
			    const struct mip6_addr *addr)
{
	struct dad_key key = {.addr = *addr, .ifindex = ifindex};

	return (struct dad *)(void *)table_find(&node->dads, dad_hash(&key), dad_match, &key);
}

static void dad_emit(struct mip6_node *node, enum mip6_event_id id, mip6_time now,
		     const struct dad_key *key)
{
	struct mip6_event e = mip6_event_make(id, now, key->ifindex);

	mip6_event_addr(&e, "addr", &key->addr);
	node_emit(node, &e);
}

static void dad_remove(struct dad *d)
{
	timer_stop(&d->owner->timers, &d->timer);
	table_remove(&d->owner->dads, &d->node);
	pool_give(&d->owner->dad_pool, d);
}

/* done may start and cancel detections, so ours is gone before it is called. */
static void dad_end(struct dad *d, mip6_time now, bool ok)
{
	struct dad was = *d;

	dad_remove(d);
	dad_emit(was.owner, ok ? MIP6_EV_DAD_OK : MIP6_EV_DAD_FAIL, now, &was.key);
	was.done(was.arg, now, &was.key.addr, ok);
}

static void dad_fire(void *arg, mip6_time now)
{
	dad_end(arg, now, true);
}

int dad_start(struct mip6_node *node, mip6_time now, unsigned ifindex, const struct mip6_addr *addr,
	      mip6_time wait, dad_done done, void *arg)
{
	struct mip6_addr unspecified = {0};
	struct mip6_addr group = mip6_addr_solicited_node(addr);
	struct dad *d;

	if (dad_running(node, ifindex, addr))
		return MIP6_ERR_EXISTS;
	d = pool_take(&node->dad_pool);
	if (!d)
		return MIP6_ERR_NOMEM;
	*d = (struct dad){.owner = node, .done = done, .arg = arg};
	d->key = (struct dad_key){.addr = *addr, .ifindex = ifindex};
	timer_init(&d->timer, dad_fire, d);
	if (timer_set(&node->timers, &d->timer, now + wait) < 0 ||
	    table_add(&node->dads, &d->node, dad_hash(&d->key)) < 0) {
		timer_stop(&node->timers, &d->timer);
		pool_give(&node->dad_pool, d);
		return MIP6_ERR_NOMEM;
	}
	dad_emit(node, MIP6_EV_DAD_START, now, &d->key);
	node_send_ns(node, ifindex, &unspecified, &group, addr);
	return MIP6_OK;
}

void dad_cancel(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *addr)
{
	struct dad *d = dad_find(node, ifindex, addr);

	if (d)
		dad_remove(d);
}

void dad_init(struct mip6_node *node)
{
	table_init(&node->dads);
	pool_init(&node->dad_pool, sizeof(struct dad));
}

bool dad_running(const struct mip6_node *node, unsigned ifindex, const struct mip6_addr *addr)
{
	return dad_find(node, ifindex, addr) != NULL;
}

bool mip6_node_on_trial(const struct mip6_node *node, unsigned ifindex,
			const struct mip6_addr *addr)
{
	return dad_running(node, ifindex, addr);
}

static bool own_solicitation(struct mip6_node *node, unsigned ifindex, const struct nd_ns *ns)
{
	struct nd_nonce nonce = node_nonce(node, ifindex, &ns->target);

	return ns->nonce.len == nonce.len && memcmp(ns->nonce.bytes, nonce.bytes, nonce.len) == 0;
}

/* A solicitation from a unicast source only resolves the address, which says
 * nothing about its being in use (RFC 4862 5.4.3). */
void dad_receive_ns(struct mip6_node *node, mip6_time now, unsigned ifindex,
		    const struct ip6_packet *p, const struct nd_ns *ns)
{
	struct dad *d;

	if (!mip6_addr_is_unspecified(&p->src))
		return;
	d = dad_find(node, ifindex, &ns->target);
	if (d && !own_solicitation(node, ifindex, ns))
		dad_end(d, now, false);
}

/* Neighbours are told of a care-of address while its detection runs: that comes
 * back, too, and so does a kernel's answer to the echo of a solicitation. */
static bool own_advertisement(const struct mip6_node *node, unsigned ifindex,
			      const struct nd_na *na)
{
	struct nd_lladdr own = node_lladdr(node, ifindex);

	return own.len > 0 && na->tlla.len == own.len &&
	       memcmp(na->tlla.addr, own.addr, own.len) == 0;
}

void dad_receive_na(struct mip6_node *node, mip6_time now, unsigned ifindex,
		    const struct ip6_packet *p, const struct nd_na *na)
{
	struct dad *d = dad_find(node, ifindex, &na->target);

	(void)p;
	if (d && !own_advertisement(node, ifindex, na))
		dad_end(d, now, false);
}

void dad_free_all(struct mip6_node *node)
{
	struct table_node *next;

	for (struct table_node *n = table_next(&node->dads, NULL); n; n = next) {
		struct dad *d = (struct dad *)(void *)n;

		next = table_next(&node->dads, n);
		timer_stop(&node->timers, &d->timer);
		pool_give(&node->dad_pool, d);
	}
	table_free(&node->dads);
}
