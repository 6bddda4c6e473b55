/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Router Advertisements of our own. A mobile node loses time on a new link until it
 * hears of a router there, so two things differ from a plain router: unsolicited
 * advertisements may come every 30 to 70 ms (RFC 6275 7.5), and a solicitation with
 * a source address is answered by unicast in the same step, without the random
 * delay that only multicast answers need (RFC 4861 6.2.6). */
#include "advertise.h"
#include <stdlib.h>

/* RFC 4861 10 */
#define MAX_INITIAL_INTERVAL (16 * MIP6_SECOND)
#define MAX_RA_DELAY	     (500 * MIP6_MS)
#define MIN_DELAY	     (3 * MIP6_SECOND)
#define DEFAULT_MAX_INTERVAL (600 * MIP6_SECOND)

/* RFC 6275 7.5: what is added to a short advertised interval, for nodes that count
 * in the ticks of a slow clock. */
#define SHORT_INTERVAL_MS  200
#define INTERVAL_MARGIN_MS 20

enum {
	INITIAL_COUNT = 3, /* MAX_INITIAL_RTR_ADVERTISEMENTS */
	HOP_LIMIT = 64,
	MAX_LIFETIME_S = 9000,
};

_Static_assert(MIP6_MAX_ADVERTISED == ND_PIO_MAX, "each Prefix block is one option");

/* An interface that advertises, or did. */
struct advertiser {
	struct mip6_node *node;
	struct iface *iface;
	struct timer timer; /* the next multicast advertisement; not set: none comes */
	unsigned initial;   /* that come at most MAX_INITIAL_INTERVAL after the last */
	mip6_time last;	    /* the last multicast advertisement */
	bool sent;	    /* there was one */
};

/* ---- intervals ------------------------------------------------------------------- */

static mip6_time max_interval(const struct mip6_advertise_config *c)
{
	return c->max_interval > 0 ? c->max_interval : DEFAULT_MAX_INTERVAL;
}

/* A third of the longest, of which short ones leave no room: three quarters is what
 * RFC 4861 allows at most. */
static mip6_time min_interval(const struct mip6_advertise_config *c)
{
	mip6_time longest = max_interval(c);

	if (c->min_interval > 0)
		return c->min_interval;
	return longest >= 9 * MIP6_SECOND ? longest / 3 : longest / 4 * 3;
}

static mip6_time min_delay(const struct mip6_advertise_config *c)
{
	if (c->min_delay > 0)
		return c->min_delay;
	return min_interval(c) < MIN_DELAY ? min_interval(c) : MIN_DELAY;
}

/* Evenly from 0 to below `range`. */
static mip6_time random_time(struct mip6_node *node, mip6_time range)
{
	uint64_t us = (uint64_t)(range / MIP6_US);

	return (mip6_time)((us * node_random_u32(node)) >> 32) * MIP6_US;
}

static mip6_time next_interval(struct advertiser *a)
{
	const struct mip6_advertise_config *c = &a->iface->config.advertise;
	mip6_time least = min_interval(c);
	mip6_time range = max_interval(c) - least;
	mip6_time next = least + random_time(a->node, range > 0 ? range : 0);

	return a->initial > 0 && next > MAX_INITIAL_INTERVAL ? MAX_INITIAL_INTERVAL : next;
}

/* ---- what an advertisement says --------------------------------------------------- */

static uint16_t router_lifetime(const struct mip6_advertise_config *c)
{
	mip6_time seconds = 3 * max_interval(c) / MIP6_SECOND;

	if (c->lifetime_s != UINT32_MAX)
		return (uint16_t)c->lifetime_s;
	if (seconds < 1)
		return 1;
	return (uint16_t)(seconds < MAX_LIFETIME_S ? seconds : MAX_LIFETIME_S);
}

static uint32_t told_interval(const struct mip6_advertise_config *c)
{
	uint32_t ms = (uint32_t)(max_interval(c) / MIP6_MS);

	return ms < SHORT_INTERVAL_MS ? ms + INTERVAL_MARGIN_MS : ms;
}

static bool chosen(enum mip6_choice choice, bool by_role)
{
	return choice == MIP6_BY_ROLE ? by_role : choice == MIP6_ENABLED;
}

/* RFC 6275 7.4: the option only where the H bit is, and never with lifetime 0. */
static void tell_home_agent(const struct iface *iface, struct nd_ra *ra)
{
	const struct mip6_advertise_config *c = &iface->config.advertise;

	if (!chosen(c->ha_flag, iface->config.type == MIP6_ROLE_HA))
		return;
	ra->flags |= ND_RA_H;
	if (!chosen(c->ha_info, true))
		return;
	ra->has_ha_info = true;
	ra->ha_preference = (uint16_t)c->ha_preference;
	ra->ha_lifetime = c->ha_lifetime_s > 0 ? (uint16_t)c->ha_lifetime_s : router_lifetime(c);
	if (ra->ha_lifetime == 0)
		ra->ha_lifetime = 1;
}

/* An address that others may use: not on trial, not on its way out, not one that the
 * stack put there for a purpose of its own. */
static bool is_own_global(const struct iface_addr *a)
{
	unsigned unfit = MIP6_HOST_ADDR_TENTATIVE | MIP6_HOST_ADDR_DEPRECATED | MIP6_HOST_ADDR_OURS;

	return !(a->flags & unfit) && a->addr.len < 128 && mip6_addr_is_routable(&a->addr.addr);
}

static struct mip6_prefix network(const struct mip6_prefix *p)
{
	const struct mip6_addr zero = {0};

	return (struct mip6_prefix){.addr = mip6_addr_combine(p, &zero), .len = p->len};
}

/* With the R bit goes a whole address of this router: its own in that prefix, or
 * the one that the configuration gives in place of the bare prefix. */
static void tell_prefix(const struct iface *iface, const struct mip6_advertised_prefix *p,
			struct nd_ra *ra)
{
	struct mip6_prefix bare = network(&p->prefix);
	struct nd_pio pio = {.len = p->prefix.len, .valid = p->valid_s};
	bool given = !mip6_addr_equal(&bare.addr, &p->prefix.addr);

	pio.preferred = p->preferred_s;
	pio.flags = (uint8_t)((p->on_link ? ND_PIO_L : 0) | (p->autonomous ? ND_PIO_A : 0));
	pio.prefix = bare.addr;
	if (p->router_address && given) {
		pio.flags |= ND_PIO_R;
		pio.prefix = p->prefix.addr;
	}
	for (size_t i = 0; p->router_address && !given && i < iface->addr_count; i++) {
		const struct iface_addr *a = &iface->addrs[i];

		if (!is_own_global(a) || !mip6_prefix_contains(&bare, &a->addr.addr))
			continue;
		pio.flags |= ND_PIO_R;
		pio.prefix = a->addr.addr;
		break;
	}
	ra->pio[ra->pio_count++] = pio;
}

static bool tells(const struct nd_ra *ra, const struct mip6_prefix *p)
{
	for (size_t i = 0; i < ra->pio_count; i++)
		if (ra->pio[i].len == p->len && mip6_prefix_contains(p, &ra->pio[i].prefix))
			return true;
	return false;
}

static void tell_prefixes(const struct iface *iface, struct nd_ra *ra)
{
	const struct mip6_advertise_config *c = &iface->config.advertise;

	for (size_t i = 0; i < c->prefix_count; i++)
		tell_prefix(iface, &c->prefixes[i], ra);
	for (size_t i = 0; c->prefix_count == 0 && i < iface->addr_count; i++) {
		const struct iface_addr *a = &iface->addrs[i];
		struct mip6_advertised_prefix p;

		if (!is_own_global(a) || tells(ra, &a->addr) || ra->pio_count == ND_PIO_MAX)
			continue;
		mip6_advertised_prefix_default(&p, &a->addr);
		tell_prefix(iface, &p, ra);
	}
}

bool advertise_lifetimes(const struct iface *iface, const struct mip6_addr *addr,
			 uint32_t *ret_valid_s, uint32_t *ret_preferred_s)
{
	struct nd_ra ra = {0};
	unsigned best = 0;

	if (!iface->configured || !iface->config.advertise.send)
		return false;
	tell_prefixes(iface, &ra);
	for (size_t i = 0; i < ra.pio_count; i++) {
		const struct nd_pio *pio = &ra.pio[i];
		struct mip6_prefix prefix = {.addr = pio->prefix, .len = pio->len};

		if (!(pio->flags & ND_PIO_L) || pio->len <= best ||
		    !mip6_prefix_contains(&prefix, addr))
			continue;
		best = pio->len;
		*ret_valid_s = pio->valid;
		*ret_preferred_s = pio->preferred;
	}
	return best > 0;
}

/* `last`: the one that ends it all (RFC 4861 6.2.5). Who is no router any more is no
 * home agent either. */
static void send_to(const struct advertiser *a, const struct mip6_addr *dst,
		    const struct nd_lladdr *l2, bool last)
{
	const struct mip6_advertise_config *c = &a->iface->config.advertise;
	struct nd_ra ra = {.hop_limit = HOP_LIMIT, .mtu = c->mtu};

	if (c->interval_option)
		ra.interval = told_interval(c);
	if (!last) {
		ra.lifetime = router_lifetime(c);
		tell_home_agent(a->iface, &ra);
	}
	tell_prefixes(a->iface, &ra);
	node_send_ra(a->node, a->iface->link.ifindex, &a->iface->link_local, dst, l2, &ra);
}

/* ---- when ------------------------------------------------------------------------- */

static bool is_active(const struct advertiser *a)
{
	return a && timer_is_set(&a->timer);
}

static void send_multicast(struct advertiser *a, mip6_time now)
{
	const struct mip6_addr all = mip6_addr_all_nodes();

	send_to(a, &all, NULL, false);
	a->last = now;
	a->sent = true;
	if (a->initial > 0)
		a->initial--;
	timer_set(&a->node->timers, &a->timer, now + next_interval(a));
}

static void fire(void *arg, mip6_time now)
{
	send_multicast(arg, now);
}

/* Not before `at`, nor nearer to the last one than is allowed; but not later than
 * one that comes anyway. */
static void hasten(struct advertiser *a, mip6_time at)
{
	mip6_time allowed = a->last + min_delay(&a->iface->config.advertise);

	if (a->sent && at < allowed)
		at = allowed;
	if (!is_active(a) || at < a->timer.at)
		timer_set(&a->node->timers, &a->timer, at);
}

/* The first ones, after which hosts know what there is to know (RFC 4861 6.2.4). */
static void begin(struct advertiser *a, mip6_time now)
{
	const struct mip6_advertise_config *c = &a->iface->config.advertise;

	a->initial = INITIAL_COUNT;
	if (!a->sent || a->last + min_delay(c) <= now)
		send_multicast(a, now);
	else
		hasten(a, now);
}

static void end(struct advertiser *a)
{
	const struct mip6_addr all = mip6_addr_all_nodes();

	if (!is_active(a))
		return;
	timer_stop(&a->node->timers, &a->timer);
	if (a->iface->link.up && !mip6_addr_is_unspecified(&a->iface->link_local))
		send_to(a, &all, NULL, true);
}

static bool link_local_usable(const struct iface *iface)
{
	for (size_t i = 0; i < iface->addr_count; i++)
		if (mip6_addr_equal(&iface->addrs[i].addr.addr, &iface->link_local))
			return !(iface->addrs[i].flags & MIP6_HOST_ADDR_TENTATIVE);
	return false;
}

static bool is_router(const struct mip6_node *node)
{
	return node->config.role == MIP6_ROLE_AR || node->config.role == MIP6_ROLE_HA;
}

static bool may_advertise(const struct mip6_node *node, const struct iface *iface)
{
	return is_router(node) && iface->configured && iface->config.advertise.send &&
	       iface->link.up && link_local_usable(iface);
}

static struct advertiser *advertiser_new(struct mip6_node *node, struct iface *iface)
{
	struct advertiser *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->node = node;
	a->iface = iface;
	timer_init(&a->timer, fire, a);
	iface->advertiser = a;
	return a;
}

/* Begins where it may, again when `anew`, and ends where it may not. */
static int update(struct mip6_node *node, mip6_time now, struct iface *iface, bool anew)
{
	struct advertiser *a = iface->advertiser;

	if (!may_advertise(node, iface)) {
		if (a)
			end(a);
		return MIP6_OK;
	}
	if (!a)
		a = advertiser_new(node, iface);
	if (!a)
		return MIP6_ERR_NOMEM;
	if (anew || !is_active(a))
		begin(a, now);
	return MIP6_OK;
}

/* A router forwards: an advertisement before that would lead mobile nodes nowhere.
 * The home agent wants it by itself. */
static int want_forwarding(struct mip6_node *node)
{
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};

	if (node->config.role != MIP6_ROLE_AR)
		return MIP6_OK;
	o.sysctl.name = MIP6_SYSCTL_FORWARDING;
	o.sysctl.value = 1;
	return plane_want(node->plane, node, &o);
}

int advertise_start(struct mip6_node *node, mip6_time now)
{
	int err;

	if (!is_router(node))
		return MIP6_OK;
	err = want_forwarding(node);
	node_commit(node, now);
	for (struct iface *i = node->ifaces; err == MIP6_OK && i; i = i->next)
		err = update(node, now, i, false);
	return err;
}

void advertise_stop(struct mip6_node *node, mip6_time now)
{
	(void)now;
	for (struct iface *i = node->ifaces; i; i = i->next) {
		if (i->advertiser)
			end(i->advertiser);
	}
}

int advertise_reconfigure(struct mip6_node *node, mip6_time now)
{
	int err = MIP6_OK;

	for (struct iface *i = node->ifaces; err == MIP6_OK && i; i = i->next)
		err = update(node, now, i, true);
	return err;
}

int advertise_link(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	/* Who is on this link now has heard nothing yet. */
	if (iface->advertiser && iface->link.attached)
		iface->advertiser->sent = false;
	return update(node, now, iface, iface->link.attached);
}

/* What is told may have changed with the address (RFC 4861 6.2.4). */
int advertise_address(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	return update(node, now, iface, true);
}

void advertise_forget(struct mip6_node *node, struct iface *iface)
{
	if (!iface->advertiser)
		return;
	timer_stop(&node->timers, &iface->advertiser->timer);
	free(iface->advertiser);
	iface->advertiser = NULL;
}

/* ---- answers ---------------------------------------------------------------------- */

static void tell_rs(struct mip6_node *node, mip6_time now, const struct iface *iface,
		    const struct mip6_addr *src, const char *answer)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_RS_RX, now, iface->link.ifindex);

	mip6_event_addr(&e, "src", src);
	mip6_event_text(&e, "answer", answer);
	node_emit(node, &e);
}

void advertise_receive_rs(struct mip6_node *node, mip6_time now, struct iface *iface,
			  const struct ip6_packet *p, const struct nd_rs *rs)
{
	struct advertiser *a = iface->advertiser;

	if (!is_active(a))
		return;
	if (!mip6_addr_is_unspecified(&p->src)) {
		if (!node_may_reply(node, now, NODE_REPLY_RA, &p->src))
			return;
		tell_rs(node, now, iface, &p->src, "unicast");
		send_to(a, &p->src, &rs->slla, false);
		return;
	}
	tell_rs(node, now, iface, &p->src, "multicast");
	hasten(a, now + random_time(node, MAX_RA_DELAY));
}
