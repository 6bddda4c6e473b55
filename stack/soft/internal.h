/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SOFT_INTERNAL_H
#define SOFT_INTERNAL_H

/* What the modules of the user-space data plane share. The way of a packet:
 *
 *   receive -> input.c ----- ours? ----> local.c: RH2, HAO, fragments, tunnels,
 *                 |                      ND (nd.c), control messages -> core,
 *                 | not ours             the rest -> up
 *                 v
 *   output  -> forward.c --> route.c ---> tunnel.c (encapsulates, back to forward)
 *                               |
 *                               v
 *                            neigh.c ---> queue.c: frames(), up()
 *
 *   soft.c   life, the seam to the core and to the host
 *   apply.c  the objects of the plane as tables
 *   binding.c the home agent's bindings
 *   sif.c    interfaces and addresses
 *   route.c  routes, rules and the choice among them
 *   neigh.c  neighbour cache and unreachability detection (RFC 4861 7)
 *   held.c   packets that wait until a neighbour is known
 *   nd.c     what is said in neighbour discovery: answers for own and proxied
 *            addresses, what NS, NA, RS and RA tell of neighbours
 *   tunnel.c IPv6 in IPv6 (RFC 2473), the home agent's source checks
 *   frag.c   fragments: made where an outer packet is too big, reassembled here
 *   pmtu.c   path MTUs that Packet Too Big told
 *   icmp.c   ICMPv6 errors made, and those received for outer packets
 *   problem.c what in a packet the node does not know, for its sender
 *   header.c the fixed IPv6 header, and a packet's bounds as headers come and go
 *   queue.c  batches to the host
 *
 * Everything that is stored has a fixed or configured upper bound, and nothing
 * is allocated for a packet. */
#include "core/bucket.h"
#include "core/table.h"
#include "core/timers.h"
#include <mip6/offload.h>
#include <mip6/soft.h>

enum {
	SOFT_ETH = 14, /* octets of an Ethernet header */
	SOFT_IP6 = 40, /* octets of an IPv6 header */
	SOFT_MIN_MTU = 1280,
	SOFT_TUNNEL_OVERHEAD = 40,
	SOFT_MAIN_TABLE = 254,
	SOFT_METRIC_LINK = 256,	  /* of on-link prefixes of configured addresses */
	SOFT_METRIC_ROUTE = 1024, /* of configured routes */
	SOFT_ADDRS = 32,	  /* of an interface */
	SOFT_BATCH = 256,	  /* packets that wait for the host in queue.c */
	SOFT_SCRATCH = 524288,	  /* octets of packets that were made here, in a batch */
	SOFT_SEGMENTS = 128,	  /* of one packet: 64 kB in segments of 512 octets */
	SOFT_SEGMENT_HEAD = 192,  /* octets of the headers of one (mip6/offload.h) */
	SOFT_NEIGHBOURS = 4096,
	SOFT_HELD = 128,     /* packets that wait for neighbours, in all */
	SOFT_HELD_EACH = 16, /* and for one of them */
	SOFT_HELD_SIZE = 2048,
	SOFT_ROUTE_HOPS = 4, /* tunnels inside tunnels */
	SOFT_DEPTH = 8,	     /* packets unwrapped from one that came in */
};

/* ICMPv6 (RFC 4443 3): the type that mip6/wire.h does not name, and codes. */
enum {
	SOFT_ICMP6_TIME_EXCEEDED = 3,
	SOFT_UNREACH_ROUTE = 0,
	SOFT_UNREACH_SCOPE = 2,
	SOFT_UNREACH_ADDRESS = 3,
	SOFT_PROBLEM_OPTION = 2, /* Parameter Problem: unrecognized option */
};

struct soft_addr {
	struct mip6_prefix addr; /* whole address with its prefix length */
	bool ours;		 /* an object of the plane; else configured */
	bool home;		 /* MIP6_ADDRESS_HOME */
	bool deprecated;	 /* MIP6_ADDRESS_DEPRECATED */
};

/* A real interface, or (ifindex 0) the home of addresses on devices of ours. */
struct soft_iface {
	struct mip6_link link;
	struct mip6_addr link_local;
	unsigned told_mtu; /* MIP6_SYSCTL_MTU; 0: none */
	struct soft_addr addrs[SOFT_ADDRS];
	size_t addr_count;
	struct soft_iface *next;
};

enum soft_route_origin {
	SOFT_ROUTE_OBJECT,     /* of the plane: one for each table, dst and metric */
	SOFT_ROUTE_CONFIGURED, /* by the host: one for each dst, interface and gateway */
	SOFT_ROUTE_ON_LINK,    /* prefix of a configured address */
};

/* A route, rule: see struct mip6_object. */
struct soft_route {
	enum soft_route_origin origin;
	unsigned table;
	struct mip6_prefix dst;
	unsigned metric;
	unsigned ifindex;
	enum mip6_device device;
	struct mip6_addr gateway;
};

struct soft_rule {
	struct mip6_prefix from;
	unsigned priority;
	unsigned table;
};

struct soft_routes {
	struct soft_route *routes; /* by table, longest prefix, metric */
	size_t count, cap;
	struct soft_rule *rules; /* by priority */
	size_t rule_count, rule_cap;
};

/* Where a packet goes next. */
enum soft_hop_kind {
	SOFT_HOP_NONE,	 /* no route */
	SOFT_HOP_LINK,	 /* to next_hop on ifindex */
	SOFT_HOP_TUNNEL, /* into the tunnel: outer source and destination */
	SOFT_HOP_LOCAL,	 /* it is the node's own address */
};

struct soft_hop {
	enum soft_hop_kind kind;
	unsigned ifindex;
	struct mip6_addr next_hop;
	struct mip6_addr outer_src;
	struct mip6_addr outer_dst;
	unsigned mtu; /* of the interface; of a tunnel: what its device says, 0: by the path */
};

/* The fixed part of an IPv6 header (RFC 8200 3). */
struct soft_header {
	uint8_t traffic_class;
	uint32_t flow_label;
	uint16_t payload_len;
	uint8_t next_header;
	uint8_t hop_limit;
	struct mip6_addr src;
	struct mip6_addr dst;
};

struct soft_binding {
	struct table_node node;
	struct mip6_addr hoa;
	struct mip6_addr coa;
	unsigned proxied_on; /* interface where hoa is answered for; 0: none, or see objects */
	uint16_t source;     /* outer source: a number in the list of sources */
	bool proxied_router;
};

/* Values of an applied object, for mip6_soft_objects and for the tables that need
 * no other form (SYSCTL, MH_INPUT, DEVICE, NEIGHBOUR ...; PROXY without a binding). */
struct soft_object {
	struct table_node node;
	struct mip6_object object;
};

/* What the core is told of an address that it put on an interface. */
struct soft_report {
	unsigned ifindex;
	struct mip6_prefix addr;
	unsigned flags; /* MIP6_HOST_ADDR_* */
	bool present;
};

struct soft_source;
struct soft_queue;
struct soft_neighbours;
struct soft_fragments;
struct soft_pmtus;

struct mip6_soft {
	const struct mip6_soft_host *host;
	void *ctx;
	struct mip6_host core_host; /* what the core sees of us */
	struct mip6_node *node;	    /* NULL: no protocol */
	bool in_core;		    /* the core is at work and must not be called */
	bool forwarding;	  /* packets of others are forwarded: either of the two wishes it */
	bool host_forwarding;	  /* the host's wish */
	unsigned core_forwarding; /* objects of the plane that wish it */
	mip6_time now;		  /* of the input at work */
	struct timers timers;
	struct soft_iface *ifaces; /* by rising ifindex */
	struct soft_iface devices; /* addresses on devices of ours */
	struct soft_routes routes;
	struct table objects;	     /* struct soft_object, all but bindings and their proxies */
	struct table bindings;	     /* struct soft_binding by hoa */
	struct soft_source *sources; /* of bindings (binding.c) */
	size_t source_count;
	bool has_mn_device;
	struct mip6_object mn_device; /* DEVICE of the mobile node */
	bool has_ha_device;
	unsigned ha_mtu; /* of the largest packet in its tunnels, 0: by the path */
	struct soft_neighbours *neighbours;
	struct soft_fragments *fragments;
	struct soft_pmtus *pmtus;
	struct soft_queue *queue;
	struct soft_report *reports; /* that wait until the core has returned */
	size_t report_count;
	size_t report_cap;
	unsigned depth;		    /* packets inside of packets at work, see soft_local */
	struct reply_limit errors;  /* all that are sent but Packet Too Big */
	struct reply_limit too_big; /* without these connections hang */
	struct reply_limit to_all;  /* advertisements to who detects duplicates, by target */
	struct mip6_soft_stats stats;
};

/* ---- soft.c ------------------------------------------------------------------ */
/* A control packet (MH, ND, ICMPv6 error) for the protocol; nothing without one,
 * nor for a packet that the core itself is just sending to its own node. */
void soft_to_core(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p);
/* The core is told that a neighbour does not answer. */
void soft_neighbour_failed(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr);
/* Tells the core of an address when it returns from the call at work.
 * MIP6_ERR_NOMEM. */
int soft_report(struct mip6_soft *s, const struct soft_report *report);
/* forwarding follows the two wishes. */
void soft_update_forwarding(struct mip6_soft *s);
/* What every public input ends with: frames and packets to the host. */
void soft_finish(struct mip6_soft *s);

/* ---- apply.c ------------------------------------------------------------------ */
/* The `apply` of the core's host; ctx is struct mip6_soft. */
int soft_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is);
void soft_apply_free(struct mip6_soft *s);
/* Puts the addresses and the MTU that are applied on an interface that came back. */
void soft_apply_again(struct mip6_soft *s, unsigned ifindex);
/* True when an object of this key is applied. */
bool soft_has_object(const struct mip6_soft *s, const struct mip6_object *key);
/* Stores an object as applied, and does nothing else. MIP6_ERR_NOMEM. */
int soft_object_keep(struct mip6_soft *s, const struct mip6_object *object);
/* Frees the nodes of a table whose objects begin with them, and the table. */
void soft_free_nodes(struct table *t);
bool soft_proxies(const struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		  bool *ret_router);

/* ---- binding.c ----------------------------------------------------------------- */
const struct soft_binding *soft_binding(const struct mip6_soft *s, const struct mip6_addr *hoa);
/* The outer source of its packets: the home agent's address. */
const struct mip6_addr *soft_binding_source(const struct mip6_soft *s,
					    const struct soft_binding *b);
/* As soft_apply, of kind BINDING. MIP6_ERR_NOMEM: all is as before. */
int soft_binding_apply(struct mip6_soft *s, const struct mip6_object *was,
		       const struct mip6_object *is);
/* The proxy entry that stands in the binding; of no meaning while proxied_on is 0. */
struct mip6_object soft_binding_proxy(const struct soft_binding *b);
/* A proxy entry goes into the binding of its address, or out of it. False: it has no
 * place there, or is not there. */
bool soft_binding_take_proxy(struct mip6_soft *s, const struct mip6_object *proxy);
bool soft_binding_drop_proxy(struct mip6_soft *s, const struct mip6_object *proxy);
/* Every binding, and what stands in it, as objects, until fn says false, which is
 * returned then. */
bool soft_bindings_each(const struct mip6_soft *s,
			bool (*fn)(void *arg, const struct mip6_object *object), void *arg);
void soft_bindings_free(struct mip6_soft *s);

/* ---- sif.c --------------------------------------------------------------------- */
struct soft_iface *soft_iface(const struct mip6_soft *s, unsigned ifindex);
/* Octets of the largest IPv6 packet on its link. */
unsigned soft_iface_mtu(const struct soft_iface *i);
/* An address may be there twice, configured and as an object. MIP6_ERR_SPACE. */
int soft_iface_add_addr(struct soft_iface *i, const struct soft_addr *addr);
void soft_iface_remove_addr(struct soft_iface *i, const struct mip6_addr *addr, bool ours);
bool soft_iface_has(const struct soft_iface *i, const struct mip6_addr *addr);
/* A home address on any interface or device. */
bool soft_has_home(const struct mip6_soft *s, const struct mip6_addr *addr);
/* An address of the node, whatever interface it is on. */
bool soft_owns(const struct mip6_soft *s, const struct mip6_addr *addr);
/* The source to use for messages of the plane itself to dst on this interface:
 * link-local for link-local destinations, else a global one, else link-local. */
struct mip6_addr soft_source(const struct mip6_soft *s, unsigned ifindex,
			     const struct mip6_addr *dst);

/* ---- route.c ------------------------------------------------------------------- */
/* Adds, or gives a route of the same key its new values. MIP6_ERR_NOMEM. */
int soft_route_add(struct soft_routes *r, const struct soft_route *route);
void soft_route_remove(struct soft_routes *r, const struct soft_route *key);
int soft_rule_add(struct soft_routes *r, const struct soft_rule *rule);
void soft_rule_remove(struct soft_routes *r, const struct soft_rule *key);
/* The host's routes and on-link prefixes of an interface that is gone. */
void soft_routes_forget(struct soft_routes *r, unsigned ifindex);
void soft_routes_free(struct soft_routes *r);
/* Bindings first (not for what leaves to its own coa in a tunnel), then rules by
 * source, then the main table; the on-link prefixes of configured addresses count
 * as routes of the main table. */
struct soft_hop soft_route_find(const struct mip6_soft *s, const struct mip6_addr *src,
				const struct mip6_addr *dst);

/* ---- neigh.c ------------------------------------------------------------------- */
struct soft_neighbours *soft_neighbours_new(void);
void soft_neighbours_free(struct mip6_soft *s);
/* Sends a packet (data at its IPv6 header, headroom for Ethernet) to a neighbour:
 * at once when its link-layer address is known, else after asking; the packet is
 * copied when it has to wait. A group needs no asking. */
void soft_neigh_send(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *next_hop,
		     struct mip6_buf *packet);
/* The same to a known link-layer address. */
void soft_neigh_transmit(struct mip6_soft *s, unsigned ifindex, const uint8_t mac[6],
			 struct mip6_buf *packet);
/* Link-layer address told by NS, RS, RA (7.2.3, 6.2.6, 6.3.4): creates or updates,
 * STALE when it is new. */
void soft_neigh_heard(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		      const uint8_t mac[6]);
/* A Neighbour Advertisement (7.2.5). */
void soft_neigh_advertised(struct mip6_soft *s, unsigned ifindex, const struct nd_na *na);
/* The link-layer address that an object of the plane tells, REACHABLE now; then as
 * if it had been learned. A permanent neighbour stays. MIP6_ERR_NOMEM. */
int soft_neigh_told(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
		    const uint8_t mac[6]);
void soft_neigh_forget(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr);
/* MIP6_ERR_NOMEM. */
int soft_neigh_permanent(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
			 const uint8_t mac[6]);
/* Forgets all but permanent ones of an interface. */
void soft_neigh_flush(struct mip6_soft *s, unsigned ifindex);
/* Forgets those that have this link-layer address, and those that are asked for. */
void soft_neigh_forget_mac(struct mip6_soft *s, unsigned ifindex, const uint8_t mac[6]);

/* ---- nd.c ----------------------------------------------------------------------- */
/* A valid ND message that came in; the core gets it after this. */
void soft_nd_receive(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p);
/* A solicitation of a neighbour: multicast with mac NULL, else unicast. */
void soft_nd_solicit(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *target,
		     const uint8_t *mac, const struct mip6_addr *src_hint);

/* ---- header.c ------------------------------------------------------------------ */
/* The fixed header. False: shorter than one, or not version 6. */
bool soft_header_read(const struct mip6_buf *packet, struct soft_header *ret);
/* Writes all of it at data; the packet is at least SOFT_IP6 long. */
void soft_header_write(struct mip6_buf *packet, const struct soft_header *h);
/* One field of it, as above. */
void soft_header_set_hop_limit(struct mip6_buf *packet, uint8_t hop_limit);
void soft_header_set_class(struct mip6_buf *packet, const struct soft_header *h,
			   uint8_t traffic_class);
/* data moves n octets forward (a header is done) or back (room for one; false
 * when the headroom has not as much), the offload's offsets with it. */
void soft_pull(struct mip6_buf *packet, size_t n);
bool soft_push(struct mip6_buf *packet, size_t n);
/* Octets of the largest packet on the wire that becomes of it: its length, or that
 * of a segment. */
size_t soft_wire_len(const struct mip6_buf *packet);

/* ---- input.c, local.c, forward.c ------------------------------------------------ */
/* A frame from outside. */
void soft_input(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *frame);
/* A packet for the node itself: data at its IPv6 header. */
void soft_local(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet);
/* Sends a packet on its way: route, tunnel, neighbour. `own`: it began here, its
 * hop limit stays; else it is decremented, and errors go to its source. ifindex
 * is where it came in (0: from here). */
void soft_forward(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet, bool own);
/* Room before a packet for the headers of a tunnel, by a copy where the host gave none. */
void soft_make_room(struct mip6_soft *s, struct mip6_buf *packet);
/* A packet of the node's own for a mobile node that is away gets a type 2 routing header
 * where it can have one; any other stays as it is (own.c). */
void soft_own_to_mobile(struct mip6_soft *s, struct mip6_buf *packet);
/* A packet of the upper layers: checks it, then soft_forward as `own`, or to its
 * interface when its destination is link-local or a group. */
void soft_output(struct mip6_soft *s, struct mip6_buf *packet);
/* A message of the core or of the plane: builds the packet and sends it. */
void soft_send_tx(struct mip6_soft *s, const struct mip6_tx *tx);
/* A packet of the plane itself, which cuts it where it is too big. */
void soft_send_own(struct mip6_soft *s, const struct soft_hop *hop, struct mip6_buf *packet);
/* Sends as the hop says; depth counts the tunnels entered so far. */
void soft_send_hop(struct mip6_soft *s, unsigned ifindex, const struct soft_hop *hop,
		   struct mip6_buf *packet, unsigned depth);

/* ---- tunnel.c -------------------------------------------------------------------- */
/* Puts the outer header before the packet and sends it; too big ones are answered
 * or cut (RFC 2473 7). depth counts tunnels entered so far. */
void soft_encapsulate(struct mip6_soft *s, unsigned ifindex, const struct soft_hop *hop,
		      struct mip6_buf *packet, unsigned depth);
/* A packet with next header 41 for us, data at the outer header: checks both
 * sources and hands the inner packet on. */
void soft_decapsulate(struct mip6_soft *s, unsigned ifindex, struct mip6_buf *packet,
		      const struct ip6_packet *outer);

/* ---- frag.c, pmtu.c, icmp.c, problem.c ------------------------------------------------------ */
struct soft_fragments *soft_fragments_new(void);
void soft_fragments_free(struct soft_fragments *f);
/* A packet with a fragment header for us. When it completes a packet, *ret is that
 * packet (in memory of the plane, valid until the next call) and it returns true. */
bool soft_reassemble(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet,
		     const struct ip6_packet *p, struct mip6_buf *ret);
/* Sends the packet in fragments that fit mtu; the unfragmentable part is the IPv6
 * header. depth as in soft_send_hop. */
void soft_fragment(struct mip6_soft *s, const struct soft_hop *hop, struct mip6_buf *packet,
		   unsigned mtu, unsigned depth);
struct soft_pmtus *soft_pmtus_new(void);
void soft_pmtus_free(struct soft_pmtus *p);
/* The path MTU from src to dst, at most `mtu`; learned values are kept 10 minutes. */
unsigned soft_pmtu(const struct mip6_soft *s, const struct mip6_addr *src,
		   const struct mip6_addr *dst, unsigned mtu);
void soft_pmtu_learn(struct mip6_soft *s, const struct mip6_addr *src, const struct mip6_addr *dst,
		     uint32_t mtu);
/* An error about a packet that we cannot forward or deliver, as far as RFC 4443
 * 2.4 e and f allow it; about a packet that we sent into a tunnel, the inner source
 * is told (RFC 2473 8). */
void soft_icmp_error(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet,
		     uint8_t type, uint8_t code, uint32_t value);
/* An ICMPv6 error for us: path MTU; of an outer packet, it is passed on to the
 * inner source (RFC 2473 8). */
void soft_icmp_received(struct mip6_soft *s, unsigned ifindex, const struct ip6_packet *p);
/* The Parameter Problem about a header of the packet that the node does not know. */
void soft_tell_problem(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet);
/* Whether another error of this type may be sent now (RFC 4443 2.4 f); counts it.
 * A Binding Error counts as Destination Unreachable. */
bool soft_icmp_allowed(struct mip6_soft *s, uint8_t type, const struct mip6_addr *peer);

/* ---- queue.c --------------------------------------------------------------------- */
struct soft_queue *soft_queue_new(void);
void soft_queue_free(struct soft_queue *q);
/* The batch refers to the buffer, which must live until soft_finish. */
void soft_queue_frame(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *frame);
void soft_queue_up(struct mip6_soft *s, const struct mip6_buf *packet);
/* Memory for a packet of up to len octets that is made here, with headroom, alive
 * until soft_finish; data at the start of the packet. A batch that is full is given
 * to the host first. Never fails for len <= 65536. */
struct mip6_buf soft_queue_scratch(struct mip6_soft *s, size_t len);
/* A segment as a packet of its own, in such memory. */
struct mip6_buf soft_queue_segment(struct mip6_soft *s, const struct mip6_segment *segment);
void soft_queue_flush(struct mip6_soft *s);

#endif
