/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that another program took away while mip6d runs (a network manager that
 * tidies up foreign rules, `ip -6 addr flush`, `ip link del`) are made again.
 *
 * The kernel's events say that something of a kind went, and for most kinds not by whose
 * hand. So a moment later what the kernel has of these kinds is compared with what is
 * wanted; what mip6d removed itself is wanted no longer. Of proxy entries there are no
 * events: a home agent asks for some of them in turn. Neighbours are not looked after,
 * since the kernel finds them by itself.
 *
 * A program that insists is not fought without end: after some rounds within a minute
 * there is a pause until it is over. */
#include "host.h"

#include <stdio.h>
#include <string.h>

#define RENEW_DELAY  (20 * MIP6_MS) /* a device goes some time after its addresses */
#define RENEW_WINDOW (60 * MIP6_SECOND)
#define RENEW_ROUNDS 10u /* in one window */

/* Proxy entries are asked for a few in each turn of the loop: Linux seeks one in a list of a
 * sixteenth of all, 0.1 ms and more where there are 100,000, and packets wait. So 32 are
 * gone round in a period. */
#define PROXY_PERIOD (80 * MIP6_MS)
#define PROXY_PAUSE  (10 * MIP6_MS)
#define PROXY_PART   4u
#define PROXY_VISITS 512u /* objects of all kinds that one turn comes by */

/* ---- when --------------------------------------------------------------------------- */

static void begin_window(struct host_renewal *r, mip6_time now)
{
	if (r->rounds > 0 && now - r->since < RENEW_WINDOW)
		return;
	r->since = now;
	r->rounds = 0;
}

void host_touched(struct host *h, mip6_time now, unsigned kinds)
{
	struct host_renewal *r = &h->renewal;

	r->kinds |= kinds;
	if (kinds == 0 || r->due != MIP6_NEVER)
		return;
	begin_window(r, now);
	r->due = r->rounds < RENEW_ROUNDS ? now + RENEW_DELAY : r->since + RENEW_WINDOW;
}

void host_renewal_begin(struct host *h)
{
	h->renewal.kinds = 0;
	h->renewal.due = MIP6_NEVER;
}

mip6_time host_renewal_deadline(const struct host *h)
{
	const struct host_renewal *r = &h->renewal;

	return r->due < r->next_proxies ? r->due : r->next_proxies;
}

/* ---- words ---------------------------------------------------------------------------- */

static void warn(struct host *h, mip6_time now, const char *text)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, now, 0);

	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

static void tell(struct host *h, mip6_time now, const char *what, unsigned count)
{
	const struct host_renewal *r = &h->renewal;
	char more[48] = "";
	char text[480];

	if (count > 1)
		snprintf(more, sizeof(more), " and %u more", count - 1);
	snprintf(text, sizeof(text), "another program removed or changed %.256s%s: made again",
		 what, more);
	warn(h, now, text);
	if (r->rounds < RENEW_ROUNDS)
		return;
	snprintf(text, sizeof(text),
		 "another program keeps removing or changing %.256s: mip6d has made it again %u "
		 "times and leaves it alone for %lld s; find that program and tell it to spare "
		 "what is not its own",
		 what, RENEW_ROUNDS, (long long)((r->since + RENEW_WINDOW - now) / MIP6_SECOND));
	warn(h, now, text);
}

/* ---- the kernel plane ------------------------------------------------------------------ */

struct look {
	struct host *h;
	mip6_time now;
	unsigned count;
	struct mip6_object first;
};

static bool is_missing(void *arg, const struct mip6_object *object)
{
	struct host *h = arg;

	return kplane_missing(h->kplane, object);
}

/* Without one a mobile node solicits routers from no address, and is answered late. */
static bool renew_link_local(void *arg, const struct mip6_interface_info *info)
{
	struct look *l = arg;
	struct mip6_object o = {.kind = MIP6_OBJ_ADDRESS, .address = {.ifindex = info->ifindex}};

	o.address.prefix_len = 64;
	if (!linkmon_lost_link_local(l->h->linkmon, info->ifindex, &o.address.addr) ||
	    kplane_link_local(l->h->kplane, info->ifindex, &o.address.addr) < 0)
		return true;
	if (l->count++ == 0)
		l->first = o;
	return true;
}

static void look_at_kinds(struct look *l, unsigned kinds)
{
	const unsigned on_device = KPLANE_BIT(MIP6_OBJ_ADDRESS) | KPLANE_BIT(MIP6_OBJ_ROUTE);
	struct host *h = l->h;
	struct mip6_object first = {.kind = MIP6_OBJ_KINDS};
	unsigned count;

	/* What is on a device goes with it, or with its IPv6; a binding is a route. */
	if (kinds & (KPLANE_BIT(MIP6_OBJ_DEVICE) | on_device))
		kinds |= KPLANE_BIT(MIP6_OBJ_DEVICE) | on_device;
	if (kinds & KPLANE_BIT(MIP6_OBJ_ROUTE))
		kinds |= KPLANE_BIT(MIP6_OBJ_BINDING);
	if (kplane_read(h->kplane, kinds) < 0)
		return;
	count = mip6_node_renew(h->node, l->now, kinds, is_missing, h, &first);
	if (l->count == 0)
		l->first = first;
	l->count += count;
	kplane_read_end(h->kplane);
}

static unsigned renew_kernel(struct host *h, mip6_time now, unsigned kinds, char *what, size_t cap)
{
	struct look l = {.h = h, .now = now};

	if (h->config.role == MIP6_ROLE_MN && (kinds & KPLANE_BIT(MIP6_OBJ_ADDRESS)))
		mip6_node_interfaces(h->node, renew_link_local, &l);
	look_at_kinds(&l, kinds);
	if (l.count > 0)
		mip6_object_format(&l.first, what, cap);
	return l.count;
}

/* ---- proxy entries ---------------------------------------------------------------------- */

struct proxies {
	struct host *h;
	unsigned asked;
	unsigned visits;
	bool gone;
};

static bool ask_proxy(void *arg, const struct mip6_object *object)
{
	struct proxies *p = arg;

	if (object->kind == MIP6_OBJ_PROXY) {
		p->gone = kplane_proxy_gone(p->h->kplane, object);
		p->asked++;
	}
	return ++p->visits < PROXY_VISITS && p->asked < PROXY_PART && !p->gone;
}

/* When to go on: at once with those that are left, or with a new round. */
static mip6_time proxies_next(const struct host_renewal *r, mip6_time now)
{
	mip6_time pause = now + PROXY_PAUSE;
	mip6_time round = r->round_since + PROXY_PERIOD;

	if (r->cursor != 0)
		return pause;
	if (r->round_asked == 0)
		return MIP6_NEVER;
	return round > pause ? round : pause;
}

/* Some of them each time; where one is missing all are looked at. */
static void ask_proxies(struct host *h, mip6_time now)
{
	struct host_renewal *r = &h->renewal;
	struct proxies p = {.h = h};

	if (r->cursor == 0) {
		r->round_since = now;
		r->round_asked = 0;
	}
	r->cursor = mip6_node_applied(h->node, r->cursor, ask_proxy, &p);
	r->round_asked += p.asked;
	r->next_proxies = proxies_next(r, now);
	if (p.gone)
		host_touched(h, now, KPLANE_BIT(MIP6_OBJ_PROXY));
}

void host_made(struct host *h, const struct mip6_object *object)
{
	if (object->kind == MIP6_OBJ_PROXY && h->kplane && h->renewal.next_proxies == MIP6_NEVER)
		h->renewal.next_proxies = h->now + PROXY_PERIOD;
}

/* ---- both ------------------------------------------------------------------------------ */

static void renew(struct host *h, mip6_time now)
{
	struct host_renewal *r = &h->renewal;
	const unsigned kinds = r->kinds;
	char what[256] = "";
	unsigned count;

	r->kinds = 0;
	r->due = MIP6_NEVER;
	begin_window(r, now);
	count = h->uplane ? uplane_renew(h->uplane, now, what, sizeof(what))
			  : renew_kernel(h, now, kinds, what, sizeof(what));
	if (count == 0)
		return;
	r->rounds++;
	tell(h, now, what, count);
}

void host_renew(struct host *h, mip6_time now)
{
	if (h->renewal.next_proxies <= now)
		ask_proxies(h, now);
	if (h->renewal.due <= now)
		renew(h, now);
}
