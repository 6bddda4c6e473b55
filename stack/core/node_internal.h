/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_NODE_INTERNAL_H
#define CORE_NODE_INTERNAL_H

/* What the modules of the core share: the node with its services (send, event,
 * timers, plane, duplicate address detection) and its interfaces. mn.c and ha.c
 * hold the engines behind the few functions at the end. */
#include "event_limit.h"
#include "plane.h"
#include "pool.h"
#include "table.h"
#include "timers.h"
#include <mip6/node.h>

struct mn;	   /* mobile node engine (mn.h) */
struct ha;	   /* home agent engine (ha.h) */
struct advertiser; /* router advertisements (advertise.c) */

/* An address on an interface, by the host or wanted by us. */
struct iface_addr {
	struct mip6_prefix addr; /* whole address with its prefix length */
	unsigned flags;		 /* enum mip6_host_address_flags */
};

struct iface {
	struct mip6_link link;
	struct mip6_if_config config; /* type, preference */
	bool configured;	      /* named in mip6d.conf, or no interface is */
	struct mip6_addr link_local;  /* unspecified until known */
	struct iface_addr *addrs;     /* the host's own addresses */
	size_t addr_count;
	struct mip6_prefix *routes; /* prefixes on the link, by the host's routes */
	size_t route_count;
	struct mn_iface *mn;	       /* mobile node's part, or NULL */
	struct advertiser *advertiser; /* router's part, or NULL */
	struct iface *next;
};

/* What is sent to those who ask for it, each with a limit of its own, so that none uses
 * up another's (RFC 4443 2.4 f). */
enum node_reply {
	NODE_REPLY_ERROR,	  /* Binding Errors and ICMPv6 errors */
	NODE_REPLY_REFUSAL,	  /* Binding Acknowledgements that refuse a stranger */
	NODE_REPLY_REFUSAL_BOUND, /* the same to one who has a binding */
	NODE_REPLY_RA,		  /* advertisements to one who solicits */
	NODE_REPLIES,
};

#define NODE_RETRY_FIRST MIP6_SECOND
#define NODE_RETRY_LAST	 (60 * MIP6_SECOND)

struct mip6_node {
	struct mip6_config config;
	const struct mip6_host *host;
	void *ctx;
	struct timers timers;
	struct plane *plane;
	struct iface *ifaces; /* by rising ifindex */
	struct table dads;    /* running detections (dad.c) */
	struct pool dad_pool;
	struct mn *mn;
	struct ha *ha;
	struct mip6_stats stats;
	struct reply_limit replies[NODE_REPLIES];
	struct event_limit event_limit;
	struct timer retry; /* of what the plane could not set up */
	mip6_time retry_interval;
	uint64_t nonce_secret; /* of node_nonce; 0: not drawn yet */
	bool running;
};

/* node.c */
struct iface *node_iface(const struct mip6_node *node, unsigned ifindex);
struct iface *node_iface_by_name(const struct mip6_node *node, const char *name);
/* Tells the host, unless too many of the kind were told (event_limit.h). */
void node_emit(struct mip6_node *node, const struct mip6_event *event);
void node_events_init(struct mip6_node *node);
/* Accounts for what was left out, before the node ends. */
void node_events_end(struct mip6_node *node, mip6_time now);
/* False when no more of these may be sent to `peer` now; else it counts as sent. */
bool node_may_reply(struct mip6_node *node, mip6_time now, enum node_reply kind,
		    const struct mip6_addr *peer);
void node_warn(struct mip6_node *node, mip6_time now, const char *text);
/* MIP6_EV_DROP and the counter for the reason. */
void node_drop(struct mip6_node *node, mip6_time now, unsigned ifindex, int reason,
	       const struct mip6_addr *src);
/* Builds the MH with the checksum that hao/rh2 in tx demand and sends it; tx
 * gives addresses, interface, hao, rh2, l2. Counts tx_mh. */
int node_send_mh(struct mip6_node *node, const struct mip6_tx *tx, const struct mh_message *m);
/* ND messages, hop limit 255, counted. A src of "::" goes out as such. */
void node_send_rs(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src);
/* With the interface's own link-layer address; to the link-layer address l2 where
 * that is given (may be NULL or empty). */
void node_send_ra(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		  const struct mip6_addr *dst, const struct nd_lladdr *l2, const struct nd_ra *ra);
void node_send_ns(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		  const struct mip6_addr *dst, const struct mip6_addr *target);
void node_send_na(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *src,
		  const struct mip6_addr *dst, const struct mip6_addr *target, unsigned na_flags);
/* Binding Error (RFC 6275 9.3.3) and ICMPv6 Parameter Problem code 0 about a
 * packet that came in: to its source, rate-limited. `pointer` counts from the
 * packet's payload. True when it was sent. */
void node_send_be(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
		  uint8_t status);
bool node_send_parameter_problem(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
				 size_t pointer);
uint32_t node_random_u32(struct mip6_node *node);
/* The interface's own link-layer address as an option, empty when it has none. */
struct nd_lladdr node_lladdr(const struct mip6_node *node, unsigned ifindex);
/* What this node's solicitations from "::" for an address carry (RFC 7527 4.1): random,
 * and the same each time, so that a late echo of an earlier one is known, too. */
struct nd_nonce node_nonce(struct mip6_node *node, unsigned ifindex,
			   const struct mip6_addr *target);
/* plane_commit with errors told as MIP6_EV_PLANE_ERROR. Every public entry of
 * node.c ends with it once; engines call it earlier only where an object must
 * be there before a packet is sent. */
void node_commit(struct mip6_node *node, mip6_time now);
/* A negative error: the record is not durable (struct mip6_host). Who calls it keeps
 * what is to be saved and tries again after NODE_SAVE_AGAIN. */
int node_save(struct mip6_node *node, const struct mip6_record *record);
#define NODE_SAVE_AGAIN MIP6_SECOND

/* dad.c: duplicate address detection (RFC 4862 5.4) of one address: NS from ::
 * to its solicited-node group, once, then `wait` ns (RetransTimer, 1 s by
 * default). ok or duplicate is told by one call of done, which never comes
 * from within dad_start. Events dad_start, dad_ok, dad_fail. */
struct dad;
typedef void (*dad_done)(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok);
int dad_start(struct mip6_node *node, mip6_time now, unsigned ifindex, const struct mip6_addr *addr,
	      mip6_time wait, dad_done done, void *arg);
/* Ends without calling done; nothing happens when none runs. */
void dad_cancel(struct mip6_node *node, unsigned ifindex, const struct mip6_addr *addr);
void dad_init(struct mip6_node *node);
bool dad_running(const struct mip6_node *node, unsigned ifindex, const struct mip6_addr *addr);
/* NS and NA received, from node.c: tell conflicts with addresses in detection. What
 * the link gave back to us is none: a solicitation with our nonce (RFC 7527 4.2), an
 * advertisement of our own link-layer address. */
void dad_receive_ns(struct mip6_node *node, mip6_time now, unsigned ifindex,
		    const struct ip6_packet *p, const struct nd_ns *ns);
void dad_receive_na(struct mip6_node *node, mip6_time now, unsigned ifindex,
		    const struct ip6_packet *p, const struct nd_na *na);
void dad_free_all(struct mip6_node *node);

/* The mobile node engine (mn.c and its modules). All take validated messages. */
int mn_new(struct mip6_node *node);
void mn_free(struct mip6_node *node);
int mn_restore(struct mip6_node *node, mip6_time now, const struct mip6_record *record);
int mn_start(struct mip6_node *node, mip6_time now);
void mn_stop(struct mip6_node *node, mip6_time now);
/* What the plane could not set up was tried again. */
void mn_retry(struct mip6_node *node, mip6_time now);
int mn_reconfigure(struct mip6_node *node, mip6_time now); /* node->config is new already */
/* All home addresses are registered again, as an operator wishes: also after a refusal. */
void mn_refresh(struct mip6_node *node, mip6_time now);
void mn_link(struct mip6_node *node, mip6_time now, struct iface *iface);
void mn_link_gone(struct mip6_node *node, mip6_time now, struct iface *iface);
void mn_address(struct mip6_node *node, mip6_time now, struct iface *iface);
void mn_receive_ra(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_ra *ra);
void mn_receive_na(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_na *na);
void mn_receive_mh(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
		   const struct mh_message *m);
void mn_receive_error(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p, const struct icmp6_error *e);
void mn_neighbour_failed(struct mip6_node *node, mip6_time now, struct iface *iface,
			 const struct mip6_addr *addr);
void mn_registrations(const struct mip6_node *node,
		      bool (*fn)(void *arg, const struct mip6_registration_info *info), void *arg);
void mn_interfaces(const struct mip6_node *node,
		   bool (*fn)(void *arg, const struct mip6_interface_info *info), void *arg);

size_t mn_record_unsaved(const struct mn *mn);

/* The home agent engine (ha.c, bcache.c). */
uint64_t ha_bindings_from(const struct mip6_node *node, uint64_t cursor,
			  bool (*fn)(void *arg, const struct mip6_binding_info *info), void *arg);
size_t ha_binding_count(const struct mip6_node *node);
size_t ha_unsaved(const struct mip6_node *node);
/* The record of this home address, said to be saved, is not. */
void ha_record_lost(struct mip6_node *node, mip6_time now, const struct mip6_addr *hoa);
int ha_new(struct mip6_node *node);
bool ha_is_bound(const struct mip6_node *node, const struct mip6_addr *hoa,
		 const struct mip6_addr *coa);
/* The home link of an address that is bound; 0: it is not, or its link is virtual. */
unsigned ha_link_of(const struct mip6_node *node, const struct mip6_addr *hoa);
/* How many bindings it keeps at most. */
uint32_t ha_max_bindings(const struct mip6_node *node);
void ha_free(struct mip6_node *node);
int ha_restore(struct mip6_node *node, mip6_time now, const struct mip6_record *record);
int ha_start(struct mip6_node *node, mip6_time now);
/* After the commit of the start: MIP6_ERR_UNSUPPORTED when the host lacks something
 * without which no binding can be served. */
int ha_ready(const struct mip6_node *node);
void ha_stop(struct mip6_node *node, mip6_time now);
int ha_reconfigure(struct mip6_node *node, mip6_time now);
void ha_link(struct mip6_node *node, mip6_time now, struct iface *iface);
void ha_link_gone(struct mip6_node *node, mip6_time now, struct iface *iface);
void ha_address(struct mip6_node *node, mip6_time now, struct iface *iface);
void ha_receive_ra(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_ra *ra);
void ha_receive_na(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_na *na);
void ha_receive_mh(struct mip6_node *node, mip6_time now, unsigned ifindex,
		   const struct ip6_packet *p, const struct mh_message *m);
/* A packet with next header 41 that no binding answers for. */
void ha_receive_tunnelled(struct mip6_node *node, mip6_time now, const struct ip6_packet *p);
void ha_bindings(const struct mip6_node *node,
		 bool (*fn)(void *arg, const struct mip6_binding_info *info), void *arg);

#endif
