/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_MN_H
#define CORE_MN_H

/* The mobile node engine, shared by its modules:
 *   movement.c   links, Router Solicitations, advertisements, the default router
 *   reach.c      which of the routers heard are on the link
 *   mn_coa.c     the care-of addresses of an interface
 *   home.c       home link detection and returning home (11.5.2, 11.5.5)
 *   mn_register.c  Binding Updates and what answers them
 *   mn_hint.c    errors that say that the home agent may have lost a binding
 *   mn_plane.c   which objects the data plane shall hold
 *   mn_record.c  what outlives the process
 *   mn_info.c    answers to control programs
 *   mn.c         entry points, and mn_update, which every input ends with
 * Inputs change what is known; mn_update then decides from all that is known
 * where each home address is reached now, so that no order of inputs matters. */
#include "bul.h"
#include "coa.h"
#include "node_internal.h"
#include "router.h"

/* A care-of address of an interface. */
struct mn_coa {
	struct mn_coa *next;
	struct mn_iface *owner;
	struct mip6_prefix prefix;
	struct mip6_addr addr;
	mip6_time valid_until;
	mip6_time preferred_until;
	unsigned duplicates;	/* identifiers of this prefix that were taken */
	bool usable;		/* false: every identifier tried was taken, until retry_at */
	mip6_time retry_at;	/* while not usable */
	bool announce;		/* neighbours were not told of it yet */
	unsigned failed_rounds; /* rounds of unanswered Binding Updates from it */
};

#define MN_COA_MAX	  16 /* of one interface: an attacker can invent prefixes */
#define MN_DUPLICATES_MAX 3  /* in a row, before a pause */

struct mn_iface {
	struct mip6_node *node;
	struct iface *iface;
	bool attached; /* the link is up */
	struct router *routers;
	struct router *router;	  /* the default router in use, or NULL */
	mip6_time router_since;	  /* since when it is */
	struct router *on_trial;  /* it took over from one that is here, too, or NULL */
	unsigned mistrials;	  /* routers of this link that did not stand it */
	mip6_time no_trial_until; /* what has carried nothing yet is not tried */
	mip6_time answer_time;	  /* that a neighbour took for its last answer; 0: not known */
	unsigned groups;	  /* numbers given to struct router.group */
	struct mn_coa *coas;
	struct mn_coa *best; /* choice among coas, or NULL */
	struct timer rs_timer;
	mip6_time rs_since;	 /* start of the present solicitation */
	mip6_time rs_sent;	 /* the last one, until an advertisement comes; 0: none */
	unsigned rs_step;	 /* solicitations due so far */
	bool rs_blocked;	 /* due, but there is no source address yet */
	bool link_local_checked; /* its duplicate detection was begun, or is not to be done */
	struct bucket arrivals;	 /* of routers that nothing is known of */
	struct bucket formed;	 /* care-of addresses: anyone can invent routers and prefixes */
	struct timer nd_timer;	 /* silence, expiry and probes of routers, expiry of addresses */
	struct timer lack_timer; /* while there is no care-of address */
	bool lack_told;
};

enum mn_place {
	MN_NOWHERE,   /* not yet on any link */
	MN_AWAY,      /* on a foreign link: coa is registered or being registered */
	MN_SEEKING,   /* on the home link: the home agent's link-layer address is sought */
	MN_RETURNING, /* on the home link: de-registration sent */
	MN_AT_HOME,
};

/* Binding Updates that unproven hints may still cause. */
struct mn_hints {
	unsigned left;
	mip6_time since; /* when the next one began to come back */
};

struct mn_home {
	struct mip6_node *node;
	unsigned index;
	struct mip6_home_config config;
	enum mn_place place;
	unsigned ifindex;	    /* of coa, or of the home link */
	struct mip6_addr coa;	    /* while away */
	struct mip6_addr confirmed; /* the one that the home agent acknowledged last */
	unsigned confirmed_ifindex; /* its interface; 0: none was */
	struct timer proof_timer;   /* of the question whether the home agent is on the link */
	unsigned proof_count;	    /* times that it was asked */
	unsigned proof_ifindex;
	struct mip6_addr tunnel; /* care-of address that traffic leaves from, as told by event */
	struct bul bul;
	struct timer timer;	 /* next Binding Update */
	struct timer seek_timer; /* home agent's link-layer address */
	unsigned seek_count;
	struct nd_lladdr ha_lladdr; /* while returning */
	struct timer announce_timer;
	unsigned announce_count; /* unsolicited advertisements of the home address sent */
	bool prefix_ends;	 /* the last BA had status 1, which was told */
	mip6_time prefix_until;	 /* home prefix, as last told on the home link; NEVER: not told */
	struct mn_hints hints;
	bool refused;	   /* status 134, or a duplicate: not used before another try */
	unsigned refusals; /* in a row; the pause before the next try grows with them */
	struct timer refused_timer;
	bool inherited;		 /* what is being asked for was by the former process */
	bool blocked;		 /* a Binding Update waits for the data plane, which was told */
	bool disputed;		 /* someone defended the home address on the home link */
	unsigned disputes;	 /* times that it was not the home agent, on this link */
	struct timer save_timer; /* set: its record could not be saved */
};

struct mn_restored;

struct mn {
	struct mn_home *homes[MIP6_MAX_HOMES];
	size_t home_count;
	bool running;
	struct mn_restored *records; /* of mip6_node_restore, until start */
};

/* What a record says (mn_record.c). */
struct mn_restored {
	struct mn_restored *next;
	struct mip6_addr hoa;
	struct mip6_addr ha;
	enum mn_place place;
	bool refused;
	mip6_time prefix_until;
	char name[MIP6_IFNAME]; /* of the interface: a reboot may change its number */
	struct mip6_addr coa;
	uint8_t prefix_len;
	mip6_time valid_until;
	mip6_time preferred_until;
	struct mip6_addr router;
	struct nd_lladdr router_lladdr;
	mip6_time router_expires;
	uint32_t router_interval;
	struct bul bul;
};

/* mn.c */
/* Decides again and does what follows: choice of address, objects, Binding
 * Updates. Every input ends with it. */
void mn_update(struct mip6_node *node, mip6_time now);
/* True when the engine may use the interface: it has a preference, is of our
 * role, and was named or looks like a link of the host's own. */
bool mn_may_use(const struct mip6_node *node, const struct iface *iface);
/* True when the address is the care-of address of some home address. */
bool mn_coa_in_use(const struct mip6_node *node, const struct mn_coa *coa);

/* movement.c */
int movement_add(struct mip6_node *node, mip6_time now, struct iface *iface);
/* mn_lack.c: says why there is no care-of address, once it has lasted. */
void mn_lack_init(struct mn_iface *m);
/* After each change of what the interface knows. */
void mn_lack_check(struct mn_iface *m, mip6_time now);
/* There is an address, or no link. */
void mn_lack_stop(struct mn_iface *m);
void movement_remove(struct mip6_node *node, struct iface *iface);
/* The interface is on a link, perhaps another one than before. */
void movement_attach(struct mn_iface *m, mip6_time now, const char *reason);
void movement_detach(struct mn_iface *m, mip6_time now, const char *reason);
/* Router Solicitations at once and again, until an advertisement comes. */
void movement_solicit(struct mn_iface *m, mip6_time now);
/* Begins duplicate detection of the link-local address, once on each link. */
void movement_check_link_local(struct mn_iface *m, mip6_time now);
/* A link-local address has become usable. */
void movement_source_ready(struct mn_iface *m, mip6_time now);
void movement_receive_ra(struct mn_iface *m, mip6_time now, const struct ip6_packet *p,
			 const struct nd_ra *ra);
/* A neighbour answered. */
void movement_neighbour_seen(struct mn_iface *m, mip6_time now, const struct nd_na *na);
void movement_neighbour_failed(struct mn_iface *m, mip6_time now, const struct mip6_addr *addr);
/* The usable link-local address, or NULL. */
const struct mip6_addr *movement_link_local(const struct mn_iface *m);
/* The router to use for addresses of a prefix (NULL: any): reachable ones first, then
 * by preference (RFC 4191), then the one in use. NULL when none advertises it. */
struct router *movement_router_for(const struct mn_iface *m, mip6_time now,
				   const struct mip6_prefix *prefix);
/* The node is on another link: told, and what another node had is tried again. */
void movement_moved(const struct mn_iface *m, mip6_time now, const char *reason);
/* A Binding Update sent then was not answered, or was: what it says of the router. True:
 * it was on trial, and distrust follows. */
bool movement_unanswered(struct mn_iface *m, mip6_time now, mip6_time sent);
void movement_answered(struct mn_iface *m, mip6_time now, mip6_time sent);
/* A router that others were left for leads nowhere: for a while, ever longer, only those
 * that have carried a Binding Update are preferred to others. */
void movement_distrust(struct mn_iface *m, mip6_time now);
/* True while that holds for this router. */
bool movement_is_distrusted(const struct mn_iface *m, mip6_time now, const struct router *r);
/* Makes the router of the best address (NULL: any) the default router. */
void movement_select_router(struct mn_iface *m, mip6_time now);
/* A router that a former process used; it counts as heard now. NULL: no memory. */
struct router *movement_restore_router(struct mn_iface *m, mip6_time now,
				       const struct mip6_addr *addr);
/* Sets nd_timer to what is due first. */
void movement_plan(struct mn_iface *m, mip6_time now);

/* reach.c */
void reach_emit(const struct mn_iface *m, mip6_time now, enum mip6_event_id id,
		const struct router *r, const char *reason);
/* True when the router tells something that could mean a move. */
bool reach_matters(const struct mn_iface *m, mip6_time now, const struct router *r);
/* A router that is new, or was lost, advertised. */
void reach_arrive(struct mn_iface *m, mip6_time now, struct router *r);
/* Any other was heard: by an advertisement of itself, or by its answer. */
void reach_heard(struct mn_iface *m, mip6_time now, struct router *r, bool advertisement);
/* r->probe_at has come. */
void reach_step(struct mn_iface *m, mip6_time now, struct router *r);
void reach_lose(struct mn_iface *m, mip6_time now, struct router *r, const char *reason);

/* mn_coa.c */
void mn_coa_from_ra(struct mn_iface *m, mip6_time now, const struct nd_ra *ra);
void mn_coa_remove(struct mn_iface *m, mip6_time now, struct mn_coa *coa, const char *reason);
void mn_coa_remove_all(struct mn_iface *m, mip6_time now, const char *reason);
struct mn_coa *mn_coa_find(const struct mip6_node *node, unsigned ifindex,
			   const struct mip6_addr *addr);
/* Withdraws what has expired and what belongs to lost routers only. */
void mn_coa_expire(struct mn_iface *m, mip6_time now);
mip6_time mn_coa_next_expiry(const struct mn_iface *m, mip6_time now);
/* An address of a former process, without duplicate detection. NULL: no memory. */
struct mn_coa *mn_coa_restore(struct mn_iface *m, const struct mip6_prefix *prefix,
			      const struct mip6_addr *addr);
/* The best address of all interfaces, or of one (m not NULL), or NULL. */
struct mn_coa *mn_coa_best(const struct mip6_node *node, mip6_time now, const struct mn_iface *m,
			   const struct mip6_addr *ha, const struct mip6_addr *previous);

/* home.c */
/* The home prefix of a home address. */
struct mip6_prefix home_prefix(const struct mn_home *home);
/* The interface that is on the home link, or NULL. */
struct mn_iface *home_link(const struct mn_home *home, mip6_time now);
/* True when this advertised prefix is the home prefix of some home address: by its
 * router the node is at home, whichever of L, A and R it has, and forms no care-of
 * address of it. */
bool home_is_advertised(const struct mip6_node *node, const struct router_prefix *p);
/* True when home_link is to be believed. Where a router of a foreign link is there,
 * too, the home agent must have answered on it; it is asked. */
bool home_is_proven(struct mn_home *home, mip6_time now, struct mn_iface *m);
/* The de-registration was not answered: perhaps this is no home link after all. */
void home_unanswered(struct mn_home *home, mip6_time now);
/* The router that makes it the home link, or NULL. */
struct router *home_router(const struct mn_home *home, const struct mn_iface *m, mip6_time now);
/* Keeps how long the home prefix is valid, by what its routers tell on the home link. */
void home_note_prefix(struct mn_home *home, mip6_time now, const struct mn_iface *m);
/* Uses the home address at home, and sees by duplicate detection whether the home agent
 * holds a binding after all, which it is then told to delete. */
void home_claim(struct mn_home *home, mip6_time now);
void home_arrive(struct mn_home *home, mip6_time now, struct mn_iface *m);
/* Ends what runs on the home link, before the node is away again. */
void home_leave(struct mn_home *home);
/* An advertisement on the home link: perhaps the home agent's answer. */
void home_receive_na(struct mn_home *home, mip6_time now, struct mn_iface *m,
		     const struct nd_na *na);
/* The home agent confirmed that it holds no binding. */
void home_confirmed(struct mn_home *home, mip6_time now, uint8_t status);
void home_timer_init(struct mn_home *home);
/* Another node on the home link has the home address: nothing of it is used until
 * home_try_again, which comes by itself after a minute, then two, four, and so on up
 * to an hour. */
void home_refuse(struct mn_home *home, mip6_time now);
/* Begins anew where the home address was refused. */
void home_try_again(struct mn_home *home);

/* mn_register.c */
void mn_register_init(struct mn_home *home, uint16_t seq);
/* Registers coa, as a move or the first time. The Binding Update leaves with
 * mn_register_flush. */
void mn_register_away(struct mn_home *home, mip6_time now, const struct mn_coa *coa);
void mn_register_home(struct mn_home *home, mip6_time now);
/* De-registers a home address that the node gives up while it is away. Its
 * objects go with it, so that no answer is waited for: where this one Binding
 * Update is lost, the binding ends by its lifetime. */
void mn_register_end(struct mn_home *home, mip6_time now);
/* Sends what is due. The objects must be in place. */
void mn_register_flush(struct mn_home *home, mip6_time now);
/* Registers again what is registered from an interface, to see whether its router
 * carries Binding Updates. False when nothing is. */
bool mn_register_again(struct mip6_node *node, mip6_time now, const struct mn_iface *m);
/* True while a registration by this interface is not answered. */
bool mn_register_waits(const struct mn_iface *m);
bool mn_register_is_due(const struct mn_home *home, mip6_time now);
void mn_register_receive(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
			 const struct mh_message *m);
/* Asks again, at once, for what is registered or being registered; `first`: as for a
 * binding that the home agent does not have (RFC 6275 11.8). Nothing at home. */
void mn_register_refresh(struct mn_home *home, mip6_time now, bool first);
/* The link is back: what was held back is due. */
void mn_register_resume(struct mn_home *home, mip6_time now);
/* The peer says that it does not know the Mobility Header (RFC 6275 11.3.5). */
void mn_register_unknown(struct mn_home *home, mip6_time now);
/* True while the home agent may hold a binding for it. */
bool mn_register_may_be_bound(const struct mn_home *home, mip6_time now);

/* mn_hint.c */
/* Who says it. Any host on the way can say that a packet did not arrive; a message of
 * Mobile IPv6 also shows that a home agent is at work again. */
enum mn_hint { MN_HINT_ROUTE, MN_HINT_MOBILITY };
void mn_hint_init(struct mn_home *home);
/* A hint that the home agent has no binding: a Binding Update at once, where none is on
 * its way and as far as the rate allows: three, and one more every 10 s. */
void mn_hint_take(struct mn_home *home, mip6_time now, enum mn_hint hint);
/* An ICMPv6 error for the node. */
void mn_hint_error(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
		   const struct icmp6_error *e);

/* mn_plane.c */
void mn_plane_sync(struct mip6_node *node, mip6_time now);
/* True when all that traffic of a home address that is away needs is in place: tunnel,
 * addresses, rules, the way of its Binding Acknowledgement. After a commit. */
bool mn_plane_ready(const struct mn_home *home);
/* True when mn_plane_tell may have something to tell of it. */
bool mn_plane_untold(const struct mn_home *home);
/* Events about tunnels that came, changed or went since the last call. After a commit. */
void mn_plane_tell(struct mip6_node *node, mip6_time now);

/* mn_record.c */
int mn_record_read(const struct mip6_record *record, struct mn_restored *ret);
/* Saves what the home agent was told and where it was told from. A save that fails is
 * tried again each second; no Binding Update waits for it, since the home agent itself
 * tells a sequence number that was forgotten. */
void mn_record_save(struct mn_home *home, mip6_time now);
void mn_record_init(struct mn_home *home);
/* The home goes, or the node stops: nothing is tried again. */
void mn_record_end(struct mn_home *home);
/* Continues where the former process was. */
void mn_record_apply(struct mn_home *home, mip6_time now, const struct mn_restored *former);
void mn_record_free_all(struct mn *mn);

#endif
