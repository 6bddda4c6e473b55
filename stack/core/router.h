/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_ROUTER_H
#define CORE_ROUTER_H

/* The routers heard on one interface since it was attached, each with the
 * prefixes it advertises. Link-local addresses of routers are not unique
 * between links (RFC 6275 11.5.1): a router is one link-local address together
 * with its link-layer address and, where it tells one, its global address. */
#include <mip6/wire.h>

/* What leads from one to another is drawn in reach.c. */
enum router_state {
	ROUTER_LIVE,	  /* heard, nothing speaks against it */
	ROUTER_PROBATION, /* new; the former router is being asked whether it is still there */
	ROUTER_SUSPECT,	  /* another router with other prefixes appeared: perhaps left behind */
	ROUTER_LOST,	  /* silent for too long, or neighbour detection failed */
};

/* What probe_at is waited for. */
enum router_question {
	ROUTER_TO_ASK, /* the first question is to be sent */
	ROUTER_ASKED,  /* it was sent; without an answer by then others are followed */
	ROUTER_PROBED, /* one of the later ones was sent */
};

struct router_prefix {
	struct mip6_prefix prefix; /* masked */
	uint8_t flags;		   /* ND_PIO_* */
	mip6_time valid_until;
	struct mip6_addr address; /* with ND_PIO_R: the router's own */
};

struct router {
	struct router *next;
	struct mip6_addr addr; /* link-local */
	struct nd_lladdr lladdr;
	enum router_state state;
	unsigned group;	   /* routers with one number are known to share a link */
	mip6_time expires; /* as default router; in the past: never was one */
	mip6_time last_ra;
	uint32_t interval; /* Advertisement Interval, ms; 0: not told */
	mip6_time retrans; /* RetransTimer in ns, 0: not told */
	uint32_t mtu;	   /* of its link, at least 1280; 0: not told */
	int preference;	   /* RFC 4191: -1, 0, 1 */
	uint8_t flags;	   /* ND_RA_* of the last advertisement */
	bool weighed;	   /* its first useful advertisement was compared with those before */
	unsigned failures; /* times that it carried no Binding Update while another did */
	bool carried;	   /* one that was sent by way of it was answered */
	enum router_question question;
	unsigned probes_left;
	mip6_time probe_at;	     /* next probe or the verdict, MIP6_NEVER: not probed */
	mip6_time asked_at;	     /* 0: never */
	bool home_proven;	     /* the home agent answered on its link */
	unsigned home_denials;	     /* times that it did not */
	mip6_time home_denied_until; /* its home prefix makes no home link until then */
	size_t prefix_count;
	struct router_prefix prefixes[ND_PIO_MAX];
};

#define ROUTER_MAX	      8 /* on one interface: an attacker can invent them */
#define ROUTER_MISSED_TO_LOSE 3
#define ROUTER_DISTRUSTED     (-2) /* a preference below those of RFC 4191 */

/* The router that sent this advertisement, or NULL. */
struct router *router_find(struct router *list, const struct mip6_addr *src,
			   const struct nd_ra *ra);
/* A new one at the head of the list, which is kept at ROUTER_MAX: a lost one, one that
 * has carried nothing, or the longest silent one, but never `keep` (may be NULL), is given
 * up into *ret_evicted for the caller to free (NULL: none). NULL when out of memory. */
struct router *router_add(struct router **list, const struct mip6_addr *src,
			  const struct router *keep, struct router **ret_evicted);
void router_remove(struct router **list, struct router *r);
/* Takes over what the advertisement says. */
void router_update(struct router *r, mip6_time now, const struct nd_ra *ra);
void router_expire_prefixes(struct router *r, mip6_time now);
/* True while it may be a default router. */
bool router_is_default(const struct router *r, mip6_time now);
/* What it says of a prefix, or NULL. */
const struct router_prefix *router_prefix(const struct router *r, const struct mip6_prefix *p);
/* True when it has this global address (R flag). */
bool router_has_address(const struct router *r, const struct mip6_addr *addr);
/* True when the advertisement is this router's own: also its link-layer address. */
bool router_is_said(const struct router *r, const struct nd_na *na);
/* True when no question could tell one from the other. */
bool router_same_station(const struct router *a, const struct router *b);
bool router_shares_prefix(const struct router *a, const struct router *b);
/* When three advertised intervals will have passed without any advertisement
 * (RFC 6275 11.5.1; 20 ms are added to intervals below 200 ms, 7.5). MIP6_NEVER
 * when the router does not tell its interval. */
mip6_time router_silent_at(const struct router *r);

#endif
