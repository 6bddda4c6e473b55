/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The neighbour cache (RFC 4861 7.3). A neighbour that was learned is REACHABLE
 * for 30 s after it answered; then it is used further, but is asked 5 s after the
 * first packet, and forgotten when it does not answer. Packets to a neighbour that
 * is being asked for wait (held.c).
 *
 * Only solicited advertisements confirm: what the upper layers know of a neighbour
 * is not told here. REACHABLE ends when it is next looked at and needs no timer,
 * so that a node at rest has none. */
#include "soft/held.h"
#include <stdlib.h>
#include <string.h>

#define REACHABLE_TIME	 (30 * MIP6_SECOND)
#define RETRANS_TIME	 MIP6_SECOND
#define FIRST_PROBE_TIME (5 * MIP6_SECOND)

/* Time in which a neighbour that is there has answered, and after which another may
 * be asked for in its place. */
#define ANSWER_TIME (100 * MIP6_MS)

enum {
	SOLICITATIONS = 3, /* MAX_MULTICAST_SOLICIT, MAX_UNICAST_SOLICIT */
	/* Who makes us ask for very many addresses does not drive out the neighbours
	 * that are there, nor keep us from asking for others. */
	ASKED_MAX = SOFT_NEIGHBOURS / 4,
};

enum state { INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, PERMANENT };

struct key {
	unsigned ifindex;
	struct mip6_addr addr;
};

struct neighbour {
	struct table_node node;
	struct mip6_soft *s;
	struct key key;
	enum state state;
	uint8_t mac[6];
	unsigned solicitations;	    /* sent in this state */
	mip6_time asked_at;	    /* INCOMPLETE */
	mip6_time reachable_until;  /* REACHABLE */
	struct mip6_addr asked_for; /* source of the packet that made us ask */
	struct timer timer;
	struct soft_waiting waiting; /* INCOMPLETE */
	struct neighbour *newer, *older;
};

/* Neighbours in an order of time. */
struct ring {
	struct neighbour *newest, *oldest;
	size_t count;
};

/* PERMANENT ones are in the table only. */
struct soft_neighbours {
	struct table table;
	struct ring asked; /* INCOMPLETE, by the time when they were first asked for */
	struct ring known; /* all others, by last use */
	struct soft_held *held;
};

struct soft_neighbours *soft_neighbours_new(void)
{
	struct soft_neighbours *ns = calloc(1, sizeof(*ns));

	if (!ns)
		return NULL;
	table_init(&ns->table);
	ns->held = soft_held_new();
	if (!ns->held) {
		free(ns);
		return NULL;
	}
	return ns;
}

/* ---- the table ----------------------------------------------------------------------- */

static uint32_t hash_key(const struct key *key)
{
	uint64_t halves[2];
	uint64_t h;

	memcpy(halves, key->addr.b, sizeof(halves));
	h = (halves[0] + key->ifindex) * UINT64_C(0x9e3779b97f4a7c15);
	h = (h ^ (h >> 32) ^ halves[1]) * UINT64_C(0xd6e8feb86659fd93);
	return (uint32_t)(h >> 32);
}

static bool match(const struct table_node *node, const void *arg)
{
	const struct neighbour *n = (const struct neighbour *)(const void *)node;
	const struct key *key = arg;

	return n->key.ifindex == key->ifindex && mip6_addr_equal(&n->key.addr, &key->addr);
}

static struct neighbour *find(const struct mip6_soft *s, unsigned ifindex,
			      const struct mip6_addr *addr)
{
	struct key key = {ifindex, *addr};

	return (struct neighbour *)(void *)table_find(&s->neighbours->table, hash_key(&key), match,
						      &key);
}

static struct ring *ring_of(struct soft_neighbours *ns, enum state state)
{
	if (state == PERMANENT)
		return NULL;
	return state == INCOMPLETE ? &ns->asked : &ns->known;
}

static void ring_out(struct ring *r, struct neighbour *n)
{
	if (!r)
		return;
	if (n->newer)
		n->newer->older = n->older;
	else
		r->newest = n->older;
	if (n->older)
		n->older->newer = n->newer;
	else
		r->oldest = n->newer;
	r->count--;
}

static void ring_in(struct ring *r, struct neighbour *n)
{
	if (!r)
		return;
	n->newer = NULL;
	n->older = r->newest;
	if (r->newest)
		r->newest->newer = n;
	else
		r->oldest = n;
	r->newest = n;
	r->count++;
}

static void used(struct soft_neighbours *ns, struct neighbour *n)
{
	struct ring *r = ring_of(ns, n->state);

	if (r != &ns->known || r->newest == n)
		return;
	ring_out(r, n);
	ring_in(r, n);
}

static void set_state(struct neighbour *n, enum state state)
{
	struct soft_neighbours *ns = n->s->neighbours;
	struct ring *was = ring_of(ns, n->state);
	struct ring *is = ring_of(ns, state);

	if (was != is) {
		ring_out(was, n);
		ring_in(is, n);
	}
	n->state = state;
	n->solicitations = 0;
	if (state == REACHABLE)
		n->reachable_until = n->s->now + REACHABLE_TIME;
	timer_stop(&n->s->timers, &n->timer);
}

/* ---- life ---------------------------------------------------------------------------- */

static void fire(void *arg, mip6_time now);

/* It is nobody's neighbour any more; what waits for it still does. */
static void forget(struct neighbour *n)
{
	struct mip6_soft *s = n->s;
	struct soft_neighbours *ns = s->neighbours;

	timer_stop(&s->timers, &n->timer);
	table_remove(&ns->table, &n->node);
	ring_out(ring_of(ns, n->state), n);
}

static void drop_neighbour(struct neighbour *n)
{
	struct mip6_soft *s = n->s;

	forget(n);
	soft_held_drop(s, s->neighbours->held, &n->waiting);
	free(n);
}

/* A learned one, of state STALE; the longest unused one makes room for it. */
static struct neighbour *add(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr)
{
	struct soft_neighbours *ns = s->neighbours;
	struct neighbour *n;

	if (ns->known.count + ns->asked.count == SOFT_NEIGHBOURS)
		drop_neighbour(ns->known.count ? ns->known.oldest : ns->asked.oldest);
	n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->s = s;
	n->key = (struct key){ifindex, *addr};
	n->state = STALE;
	timer_init(&n->timer, fire, n);
	if (table_add(&ns->table, &n->node, hash_key(&n->key)) < 0) {
		free(n);
		return NULL;
	}
	ring_in(&ns->known, n);
	return n;
}

void soft_neighbours_free(struct mip6_soft *s)
{
	struct soft_neighbours *ns = s->neighbours;
	struct table_node *next;

	if (!ns)
		return;
	for (struct table_node *node = table_next(&ns->table, NULL); node; node = next) {
		next = table_next(&ns->table, node);
		timer_stop(&s->timers, &((struct neighbour *)(void *)node)->timer);
		free(node);
	}
	table_free(&ns->table);
	soft_held_free(ns->held);
	free(ns);
	s->neighbours = NULL;
}

static void flush_ring(const struct ring *r, unsigned ifindex)
{
	struct neighbour *older;

	for (struct neighbour *n = r->newest; n; n = older) {
		older = n->older;
		if (n->key.ifindex == ifindex)
			drop_neighbour(n);
	}
}

void soft_neigh_flush(struct mip6_soft *s, unsigned ifindex)
{
	flush_ring(&s->neighbours->asked, ifindex);
	flush_ring(&s->neighbours->known, ifindex);
}

void soft_neigh_forget_mac(struct mip6_soft *s, unsigned ifindex, const uint8_t mac[6])
{
	struct neighbour *older;

	flush_ring(&s->neighbours->asked, ifindex);
	for (struct neighbour *n = s->neighbours->known.newest; n; n = older) {
		older = n->older;
		if (n->key.ifindex == ifindex && memcmp(n->mac, mac, sizeof(n->mac)) == 0)
			drop_neighbour(n);
	}
}

/* ---- sending ------------------------------------------------------------------------- */

static void transmit(struct mip6_soft *s, const struct soft_iface *i, const uint8_t mac[6],
		     const struct mip6_buf *packet)
{
	struct mip6_buf frame = *packet;
	struct mip6_writer w;

	if (!i || !i->link.up || packet->headroom < SOFT_ETH) {
		s->stats.drop_link_down++;
		return;
	}
	frame.data -= SOFT_ETH;
	frame.len += SOFT_ETH;
	frame.headroom -= SOFT_ETH;
	if (frame.gso_size)
		frame.transport = (uint16_t)(frame.transport + SOFT_ETH);
	if (frame.csum_partial)
		frame.csum_start = (uint16_t)(frame.csum_start + SOFT_ETH);
	w = wr_init(frame.data, SOFT_ETH);
	wr_copy(&w, mac, 6);
	wr_copy(&w, i->link.mac, 6);
	wr_u16(&w, 0x86dd);
	soft_queue_frame(s, i->link.ifindex, &frame);
}

void soft_neigh_transmit(struct mip6_soft *s, unsigned ifindex, const uint8_t mac[6],
			 struct mip6_buf *packet)
{
	transmit(s, soft_iface(s, ifindex), mac, packet);
}

/* What waited leaves now that the link-layer address is known. */
static void send_held(struct neighbour *n)
{
	struct mip6_buf packet;

	while (soft_held_take(n->s, n->s->neighbours->held, &n->waiting, &packet))
		soft_neigh_transmit(n->s, n->key.ifindex, n->mac, &packet);
}

static struct mip6_addr source_of(const struct mip6_buf *packet)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);

	rd_bytes(&r, 8);
	return rd_addr(&r);
}

/* The neighbour is not used after this: asking may need room that is its own. */
static void ask(struct neighbour *n)
{
	struct mip6_soft *s = n->s;
	struct key key = n->key;
	struct mip6_addr source = n->asked_for;
	uint8_t mac[6];
	bool unicast = n->state == PROBE;

	memcpy(mac, n->mac, sizeof(mac));
	n->solicitations++;
	if (timer_set(&s->timers, &n->timer, s->now + RETRANS_TIME) < 0) {
		drop_neighbour(n);
		return;
	}
	s->stats.neighbours_solicited++;
	soft_nd_solicit(s, key.ifindex, &key.addr, unicast ? mac : NULL, &source);
}

/* Room for one more to be asked for: where there is none, the one that was asked for
 * first and has not answered in time makes it. */
static bool may_ask(struct mip6_soft *s)
{
	const struct soft_neighbours *ns = s->neighbours;

	if (ns->asked.count < ASKED_MAX)
		return true;
	if (ns->asked.oldest->asked_at + ANSWER_TIME > s->now)
		return false;
	drop_neighbour(ns->asked.oldest);
	return true;
}

static void begin(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		  const struct mip6_buf *packet)
{
	struct neighbour *n = NULL;

	if (may_ask(s))
		n = add(s, ifindex, addr);
	if (!n) {
		s->stats.drop_no_neighbour++;
		return;
	}
	set_state(n, INCOMPLETE);
	n->asked_at = s->now;
	n->asked_for = source_of(packet);
	soft_hold(s, s->neighbours->held, &n->waiting, packet);
	ask(n);
}

static void send_known(struct neighbour *n, const struct soft_iface *i,
		       const struct mip6_buf *packet)
{
	struct mip6_soft *s = n->s;

	if (n->state == REACHABLE && n->reachable_until <= s->now)
		set_state(n, STALE);
	if (n->state == STALE) {
		set_state(n, DELAY);
		n->asked_for = source_of(packet);
		if (timer_set(&s->timers, &n->timer, s->now + FIRST_PROBE_TIME) < 0)
			n->state = STALE;
	}
	transmit(s, i, n->mac, packet);
}

/* 33:33 and the last four octets of the group (RFC 2464 7). */
static void send_to_group(struct mip6_soft *s, const struct soft_iface *i,
			  const struct mip6_addr *group, const struct mip6_buf *packet)
{
	uint8_t mac[6] = {0x33, 0x33};

	memcpy(mac + 2, group->b + 12, 4);
	transmit(s, i, mac, packet);
}

void soft_neigh_send(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *next_hop,
		     struct mip6_buf *packet)
{
	const struct soft_iface *i = soft_iface(s, ifindex);
	struct neighbour *n;

	if (!i || !i->link.up) {
		s->stats.drop_link_down++;
		return;
	}
	if (mip6_addr_is_multicast(next_hop)) {
		send_to_group(s, i, next_hop, packet);
		return;
	}
	n = find(s, ifindex, next_hop);
	if (!n) {
		begin(s, ifindex, next_hop, packet);
		return;
	}
	used(s->neighbours, n);
	if (n->state == INCOMPLETE)
		soft_hold(s, s->neighbours->held, &n->waiting, packet);
	else
		send_known(n, i, packet);
}

/* ---- what is heard ------------------------------------------------------------------- */

/* A new link-layer address whose owner has not answered us. */
static void set_mac(struct neighbour *n, const uint8_t mac[6])
{
	memcpy(n->mac, mac, sizeof(n->mac));
	set_state(n, STALE);
}

/* Goes on as when the packets were sent now: a STALE neighbour is asked later. */
static void resolved(struct neighbour *n)
{
	struct mip6_soft *s = n->s;
	struct mip6_buf packet;

	if (n->state == STALE && soft_held_take(s, s->neighbours->held, &n->waiting, &packet))
		send_known(n, soft_iface(s, n->key.ifindex), &packet);
	send_held(n);
}

void soft_neigh_heard(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		      const uint8_t mac[6])
{
	struct neighbour *n = find(s, ifindex, addr);

	if (!n) {
		n = add(s, ifindex, addr);
		if (!n)
			return;
	}
	if (n->state == PERMANENT)
		return;
	if (n->state != INCOMPLETE && memcmp(n->mac, mac, sizeof(n->mac)) == 0)
		return;
	set_mac(n, mac);
	resolved(n);
}

static void advertised_first(struct neighbour *n, const struct nd_na *na)
{
	if (na->tlla.len != 6)
		return;
	set_mac(n, na->tlla.addr);
	if (na->flags & ND_NA_S)
		set_state(n, REACHABLE);
	resolved(n);
}

void soft_neigh_advertised(struct mip6_soft *s, unsigned ifindex, const struct nd_na *na)
{
	struct neighbour *n = find(s, ifindex, &na->target);
	bool other;

	if (!n || n->state == PERMANENT)
		return;
	if (n->state == INCOMPLETE) {
		advertised_first(n, na);
		return;
	}
	other = na->tlla.len == 6 && memcmp(n->mac, na->tlla.addr, sizeof(n->mac)) != 0;
	if (other && !(na->flags & ND_NA_O)) {
		if (n->state == REACHABLE)
			set_state(n, STALE);
		return;
	}
	if (other)
		set_mac(n, na->tlla.addr);
	if (na->flags & ND_NA_S)
		set_state(n, REACHABLE);
}

/* ---- what is told ---------------------------------------------------------------------- */

/* As good as an answer, and no better: whether it is there still is found out. */
int soft_neigh_told(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		    const uint8_t mac[6])
{
	struct neighbour *n = find(s, ifindex, addr);

	if (!n)
		n = add(s, ifindex, addr);
	if (!n)
		return MIP6_ERR_NOMEM;
	if (n->state == PERMANENT)
		return MIP6_OK;
	memcpy(n->mac, mac, sizeof(n->mac));
	set_state(n, REACHABLE);
	send_held(n);
	return MIP6_OK;
}

void soft_neigh_forget(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr)
{
	struct neighbour *n = find(s, ifindex, addr);

	if (n && n->state != PERMANENT)
		drop_neighbour(n);
}

int soft_neigh_permanent(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
			 const uint8_t mac[6])
{
	struct neighbour *n = find(s, ifindex, addr);

	if (!n)
		n = add(s, ifindex, addr);
	if (!n)
		return MIP6_ERR_NOMEM;
	memcpy(n->mac, mac, sizeof(n->mac));
	set_state(n, PERMANENT);
	send_held(n);
	return MIP6_OK;
}

/* ---- time ---------------------------------------------------------------------------- */

/* The senders of what waited are told (RFC 4861 7.2.2). What is sent here may
 * change the table, so the neighbour is no longer in it. */
static void failed(struct neighbour *n)
{
	struct mip6_soft *s = n->s;
	struct key key = n->key;
	struct mip6_buf packet;

	forget(n);
	s->stats.neighbours_failed++;
	while (soft_held_take(s, s->neighbours->held, &n->waiting, &packet)) {
		s->stats.drop_no_neighbour++;
		soft_icmp_error(s, key.ifindex, &packet, ICMP6_DST_UNREACH, SOFT_UNREACH_ADDRESS,
				0);
	}
	free(n);
	soft_neighbour_failed(s, key.ifindex, &key.addr);
}

static void fire(void *arg, mip6_time now)
{
	struct neighbour *n = arg;

	n->s->now = now;
	if (n->state == DELAY)
		set_state(n, PROBE);
	else if (n->solicitations >= SOLICITATIONS) {
		failed(n);
		return;
	}
	ask(n);
}
