/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_HA_H
#define CORE_HA_H

/* What the parts of the home agent share: ha.c (life and inputs), ha_prefix.c
 * (home links), ha_bu.c (the tests of a Binding Update), ha_entry.c (cache
 * entries and where they belong), ha_neighbour.c (refusals on the home link), ha_binding.c
 * (bindings from DAD to deletion), ha_record.c (what survives the process). */
#include "bcache.h"
#include "node_internal.h"

enum {
	HA_PREFIXES = 64, /* heard of in RAs; a further one takes an old one's place */
	HA_SITES = 128,
	HA_JOBS_MAX = 100000, /* new bindings at a time; further ones get status 130 */
	HA_REFUSALS = 8,      /* waiting at a time */
	HA_NA_COUNT = 3,      /* MAX_NEIGHBOR_ADVERTISEMENT, RFC 4861 10 */
};

/* What Router Advertisements on a home link said of a prefix that the home agent
 * has itself, or of a part of it. */
struct ha_prefix {
	struct mip6_prefix prefix;
	unsigned ifindex;
	bool own;	       /* from our own address: another program's on this machine */
	mip6_time heard;       /* last */
	mip6_time valid_until; /* MIP6_NEVER: no end */
	mip6_time preferred_until;
};

/* An own address that mobile nodes register with, and the home link they belong
 * to: few pairs for many bindings, which keep its number only. */
struct ha_site {
	struct mip6_addr address;
	unsigned ifindex; /* 0: a virtual home link */
	size_t users;	  /* bindings; 0: the place is free */
};

/* Where a Binding Update came from, and so where its answer goes. */
struct ha_reply {
	struct mip6_addr src; /* ours */
	struct mip6_addr dst; /* the wire source of the BU */
	struct mip6_addr hoa;
	bool has_rh2;	     /* the BU came from another address (RFC 6275 9.5.4) */
	unsigned ifindex;    /* with l2: where */
	struct nd_lladdr l2; /* sent there without asking for the neighbour */
};

/* A refusal that waits for the link-layer address of a mobile node on the home
 * link (ha_neighbour.c). */
struct ha_refusal {
	struct ha_reply reply;
	uint8_t status;
	uint16_t seq;
	mip6_time until; /* 0: the place is free */
};

/* A mobile node that was told that it has no binding, and will ask for one
 * (ha_stray.c). */
struct ha_told {
	struct mip6_addr hoa;
	struct mip6_addr coa;
	mip6_time at;
};
#define HA_TOLD 32

struct ha {
	struct mip6_node *node;
	struct bcache bcache;
	struct ha_prefix prefixes[HA_PREFIXES];
	size_t prefix_count;
	struct timer prefix_timer; /* the next prefix that ends */
	struct ha_site sites[HA_SITES];
	size_t jobs;
	struct pool job_pool;
	size_t unsaved;		 /* entries whose record could not be saved (ha_record.c) */
	struct timer save_timer; /* the next try */
	uint64_t save_cursor;	 /* where it goes on */
	struct ha_refusal refusals[HA_REFUSALS];
	struct ha_told told[HA_TOLD];
	size_t told_at; /* the place of the next one */
};

/* A Binding Update that passed the tests of its form. */
struct ha_request {
	struct ha_reply reply;
	struct mip6_addr hoa;
	struct mip6_addr coa;
	unsigned ifindex; /* where it came in */
	bool has_hao;	  /* Home Address option, be it the source again */
	uint16_t seq;
	uint16_t flags;
	uint16_t lifetime; /* asked, 4 s units */
};

/* The home link of an address. */
struct ha_home {
	unsigned ifindex; /* 0: a virtual home link (HaServedPrefix) */
	uint8_t len;	  /* of its prefix */
	mip6_time valid_until;
	mip6_time preferred_until;
};

/* ha_prefix.c */
bool ha_home_find(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
		  struct ha_home *ret);
bool ha_is_home_link(const struct iface *iface);
bool ha_owns(const struct ha *ha, const struct mip6_addr *addr);
/* Takes the on-link prefixes of an RA from src, as far as they are home prefixes
 * already; calls ha_binding_review when one ended. */
void ha_prefix_receive(struct ha *ha, mip6_time now, const struct iface *iface,
		       const struct mip6_addr *src, const struct nd_ra *ra);
void ha_prefix_link_gone(struct ha *ha, unsigned ifindex);
void ha_prefix_fire(void *arg, mip6_time now);

/* ha_bu.c */
void ha_bu_receive(struct ha *ha, mip6_time now, unsigned ifindex, const struct ip6_packet *p,
		   const struct mh_message *m);
bool ha_allowed(const struct ha *ha, const struct mip6_addr *hoa);
void ha_send_ba(struct ha *ha, mip6_time now, const struct ha_reply *reply, uint8_t status,
		uint16_t seq, uint16_t lifetime);

/* ha_stray.c */
/* A packet out of a tunnel that belongs to no binding: its sender is told. */
void ha_stray_receive(struct ha *ha, mip6_time now, const struct ip6_packet *p);
/* True when the sender of such a packet was told a moment ago: it had a binding that is
 * lost. */
bool ha_stray_told(const struct ha *ha, mip6_time now, const struct mip6_addr *hoa,
		   const struct mip6_addr *coa);

/* ha_neighbour.c */
/* Solicits the home address on the link that its Binding Update came from. A kernel
 * that sought the mobile node in vain before it came home would ask again only up
 * to 1 s later, and the Binding Acknowledgement would wait for that. False when the
 * home agent has no address to ask from. */
bool ha_neighbour_ask(struct ha *ha, mip6_time now, const struct ha_reply *reply);
/* Refuses the BU of a mobile node that is on its home link while there is still a
 * binding for it: to its link-layer address, which is asked for. */
void ha_neighbour_refuse(struct ha *ha, mip6_time now, const struct ha_reply *reply, uint8_t status,
			 uint16_t seq);

/* ha_entry.c */
/* There are as many entries as HaMaxBindings allows. Those that a former process granted
 * are kept beyond it. */
uint32_t ha_entries_max(const struct ha *ha);
bool ha_entry_full(const struct ha *ha);
/* A new entry at this site, in no state yet. NULL when out of memory or sites. */
struct bcache_entry *ha_entry_new(struct ha *ha, const struct mip6_addr *hoa,
				  const struct mip6_addr *address, unsigned ifindex);
/* Moves it to this site. MIP6_ERR_SPACE when there are too many. */
int ha_entry_place(struct bcache_entry *e, const struct mip6_addr *address, unsigned ifindex);
/* Stops its timer and job and frees it: nothing else. */
void ha_entry_free(struct bcache_entry *e);
const struct ha_site *ha_entry_site(const struct bcache_entry *e);

/* ha_binding.c: all answer the BU themselves, at once or when DAD has ended. */
void ha_binding_register(struct ha *ha, mip6_time now, const struct ha_request *r,
			 const struct ha_home *home, struct bcache_entry *e);
void ha_binding_deregister(struct ha *ha, mip6_time now, const struct ha_request *r,
			   struct bcache_entry *e);
/* A de-registration of what is not bound. It is remembered for as long as one of a
 * binding: an older BU that was overtaken by it must not bind. e may be NULL. */
void ha_binding_remember(struct ha *ha, mip6_time now, const struct ha_request *r,
			 struct bcache_entry *e);
/* True for an entry that such a de-registration left. */
bool ha_binding_never_was(const struct bcache_entry *e);
/* A BU while the DAD for its home address runs. */
void ha_binding_again(const struct ha_request *r, struct bcache_entry *e);
/* The end of DAD. */
void ha_binding_tested(struct bcache_entry *e, mip6_time now, bool ok);
/* The end of an entry's timer. */
void ha_binding_fire(void *arg, mip6_time now);
/* Removes an entry at once: its objects, record and job; reason for the event. */
void ha_binding_remove(struct ha *ha, mip6_time now, struct bcache_entry *e, const char *reason);
/* Removes what is no longer served, for these reasons. */
enum ha_review {
	HA_REVIEW_DENIED,     /* the access list denies it */
	HA_REVIEW_CONFIGURED, /* also: its virtual home link is not configured */
	HA_REVIEW_PREFIXES,   /* also: no home link has its prefix */
};
void ha_binding_review(struct ha *ha, mip6_time now, enum ha_review scope);
/* Home links have come or changed: proxies move to where the prefix is now. record: so
 * that the next process knows the link by its name. */
void ha_binding_replace(struct ha *ha, mip6_time now, bool record);
/* Declares the objects of a bound entry. MIP6_ERR_NOMEM: none is declared. */
int ha_binding_want(const struct bcache_entry *e);
/* Frees all entries and jobs; records and wishes stay. */
void ha_binding_free_all(struct ha *ha);
/* ha_record.c */
/* Saves what the entry is. On a negative error it is not durable: nobody may be told of
 * it, and it is tried again each second. */
int ha_record_save(struct bcache_entry *e, mip6_time now);
/* Removes its record. On a negative error the entry must stay, or the binding came back
 * to life with the next process. */
int ha_record_remove(struct bcache_entry *e, mip6_time now);
/* The entry goes: nothing is to be saved of it. */
void ha_record_forget(struct bcache_entry *e);
void ha_record_retry(void *arg, mip6_time now);

#endif
