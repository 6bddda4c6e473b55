/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_NODE_H
#define MIP6_NODE_H

/* One node's whole protocol state, and the seam between it and its host. The
 * core makes no system call, reads no clock, draws no randomness: everything
 * comes in as an argument with the time, and everything goes out through
 * struct mip6_host. Callbacks do not re-enter the core. After each input the
 * host asks mip6_node_deadline() and calls mip6_node_tick() then. */
#include <mip6/config.h>
#include <mip6/event.h>
#include <mip6/plane.h>
#include <mip6/types.h>
#include <mip6/wire.h>

struct mip6_node;

/* A packet to send. The core has built the payload, its checksum included. The
 * host adds IPv6 header, RH2 and HAO. `src` unspecified means "::" on the wire
 * (DAD). `ifindex` 0: by the routing table. With l2_len > 0 the packet goes to
 * that link-layer address, without neighbour discovery. */
struct mip6_tx {
	unsigned ifindex;
	struct mip6_addr src;
	struct mip6_addr dst;
	uint8_t hop_limit;
	bool has_hao;
	bool has_rh2;
	struct mip6_addr hao; /* home address */
	struct mip6_addr rh2; /* home address */
	uint8_t next_header;  /* IP6_NH_MH, IP6_NH_ICMPV6 */
	bool direct;	      /* leaves by ifindex for dst itself, whatever is bound */
	uint8_t l2_len;
	uint8_t l2_dst[8];
	const uint8_t *payload;
	size_t payload_len;
};

/* State that must outlive the process (kill -9): a small record under a key,
 * replaced as a whole; len 0 removes it. kind + key name it. data begins with 8
 * octets, big endian: the time when it expires, in ns on the host's monotonic
 * clock, which a host that restores after a reboot shifts, where it is not
 * MIP6_NEVER; the rest is the core's, and holds no other absolute time. */
enum mip6_record_kind {
	MIP6_RECORD_BINDING,	  /* home agent, key: hoa */
	MIP6_RECORD_REGISTRATION, /* mobile node, key: hoa */
	MIP6_RECORD_KINDS,
};
#define MIP6_RECORD_MAX 256

struct mip6_record {
	enum mip6_record_kind kind;
	struct mip6_addr key;
	uint16_t len;
	uint8_t data[MIP6_RECORD_MAX];
};

/* What a node needs of its host. All members must be set. */
struct mip6_host {
	/* Sends; errors are the host's to count and report as an event. */
	void (*send)(void *ctx, const struct mip6_tx *tx);
	/* The data plane's backend (see core/plane.h): carries out one change.
	 * `was` is NULL for a new object, `is` NULL for a removed one, both for
	 * a changed value. 0 or a negative error. */
	int (*apply)(void *ctx, const struct mip6_object *was, const struct mip6_object *is);
	void (*event)(void *ctx, const struct mip6_event *event);
	/* 0: from here on the record outlives the process. A negative error: it does
	 * not, and what was saved under its key before counts still. The core then
	 * tries again each second, and tells no peer what would not survive. */
	int (*save)(void *ctx, const struct mip6_record *record);
	void (*random)(void *ctx, void *buf, size_t len);
};

/* An interface as the host sees it now. */
struct mip6_link {
	unsigned ifindex;
	char name[MIP6_IFNAME];
	bool up;       /* administratively up and carrier */
	bool attached; /* a new attachment: carrier came back since the last report,
			* also when down and up were merged (carrier counters) */
	uint8_t mac_len;
	uint8_t mac[8];
	unsigned mtu;
};

enum mip6_host_address_flags {
	MIP6_HOST_ADDR_TENTATIVE = 1,
	MIP6_HOST_ADDR_DEPRECATED = 2,
	MIP6_HOST_ADDR_OURS = 4, /* put there by this stack */
};

/* A node in state "stopped". config is copied; host must outlive the node, ctx
 * is passed to its callbacks. NULL when out of memory. */
struct mip6_node *mip6_node_new(const struct mip6_config *config, const struct mip6_host *host,
				void *ctx);
void mip6_node_free(struct mip6_node *node);

/* Before start: what a former process saved. A record that cannot be read is
 * ignored with MIP6_ERR_VALUE. */
int mip6_node_restore(struct mip6_node *node, mip6_time now, const struct mip6_record *record);
/* Before start too: interfaces, addresses and routes by mip6_node_link, _address
 * and _route. MIP6_EV_STARTED is told last, when all is in place. On an error the node
 * runs all the same, so that mip6_node_stop withdraws what there is. */
int mip6_node_start(struct mip6_node *node, mip6_time now);
/* Withdraws every wanted object. Records stay. */
void mip6_node_stop(struct mip6_node *node, mip6_time now);
/* A new configuration of the same role; good bindings stay. */
int mip6_node_reconfigure(struct mip6_node *node, mip6_time now, const struct mip6_config *config);
/* A mobile node that is away asks its home agent again at once, also after a refusal:
 * somebody says that the binding may be lost. MIP6_ERR_STATE when the node does not run
 * or is no mobile node. */
int mip6_node_refresh(struct mip6_node *node, mip6_time now);

void mip6_node_link(struct mip6_node *node, mip6_time now, const struct mip6_link *link);
void mip6_node_link_gone(struct mip6_node *node, mip6_time now, unsigned ifindex);
/* An address of the host's own interface appeared, changed or went. */
void mip6_node_address(struct mip6_node *node, mip6_time now, unsigned ifindex,
		       const struct mip6_prefix *addr, unsigned flags, bool present);
/* A route without a gateway, made by an operator or a routing daemon, appeared or
 * went: the prefix is on the interface's link. */
void mip6_node_route(struct mip6_node *node, mip6_time now, unsigned ifindex,
		     const struct mip6_prefix *prefix, bool present);
/* An IPv6 packet for this node, as it was on the wire: MH and ICMPv6 (RS, RA,
 * NS, NA, errors). `p` need only live during the call. */
void mip6_node_receive(struct mip6_node *node, mip6_time now, unsigned ifindex,
		       const struct ip6_packet *p);
/* The plane refused a packet for this node, not of MH, since no binding is there for its
 * Home Address option (RFC 6275 9.3.1): its source is told. `p` is as above, and its
 * payload is not looked at. */
void mip6_node_unbound(struct mip6_node *node, mip6_time now, const struct ip6_packet *p);
/* The kernel's neighbour detection says that a neighbour does not answer. */
void mip6_node_neighbour_failed(struct mip6_node *node, mip6_time now, unsigned ifindex,
				const struct mip6_addr *addr);
void mip6_node_tick(struct mip6_node *node, mip6_time now);
/* Time of the next tick, MIP6_NEVER when none is needed. */
mip6_time mip6_node_deadline(const struct mip6_node *node);

/* ---- what control programs ask ------------------------------------------ */

struct mip6_binding_info { /* home agent */
	struct mip6_addr hoa;
	struct mip6_addr coa;
	unsigned ifindex; /* home link */
	uint16_t seq;
	uint16_t flags; /* MH_BU_* */
	mip6_time expires;
	const char *state; /* "dad", "bound", "deleted" */
};
struct mip6_registration_info { /* mobile node: binding update list */
	struct mip6_addr hoa;
	struct mip6_addr coa;
	struct mip6_addr peer;
	unsigned ifindex;
	uint16_t seq;
	uint16_t flags;
	uint16_t lifetime; /* granted, 4 s units */
	mip6_time expires;
	mip6_time refresh; /* next BU */
	mip6_time last_sent;
	unsigned resends;
	uint8_t status;
	const char *state; /* "home", "waiting", "registered", "failed" ... */
};
struct mip6_interface_info {
	unsigned ifindex;
	char name[MIP6_IFNAME];
	bool up;
	int preference;
	bool in_use; /* the care-of address in use is here */
	bool at_home;
	struct mip6_addr router; /* unspecified: none */
	struct mip6_addr coa;	 /* best candidate, unspecified: none */
};
struct mip6_stats {
	uint64_t rx_mh[8]; /* by MH type */
	uint64_t tx_mh[8];
	uint64_t rx_rs, rx_ra, rx_ns, rx_na, tx_rs, tx_ra, tx_ns, tx_na;
	uint64_t drop_truncated, drop_length, drop_checksum, drop_type, drop_proto;
	uint64_t drop_hoplimit, drop_value, drop_duplicate, drop_policy, drop_sequence;
	uint64_t bindings, registrations, handovers, plane_errors;
};

/* Calls fn for each; stops when fn returns false. */
void mip6_node_bindings(const struct mip6_node *node,
			bool (*fn)(void *arg, const struct mip6_binding_info *info), void *arg);
void mip6_node_registrations(const struct mip6_node *node,
			     bool (*fn)(void *arg, const struct mip6_registration_info *info),
			     void *arg);
void mip6_node_interfaces(const struct mip6_node *node,
			  bool (*fn)(void *arg, const struct mip6_interface_info *info), void *arg);
/* The same in pieces, between which other things happen: begins at `cursor`, 0 the first
 * time, until fn returns false, and returns where to go on, 0 at the end. What is there all
 * the while is met at least once. _count: how many there are. */
uint64_t mip6_node_bindings_from(const struct mip6_node *node, uint64_t cursor,
				 bool (*fn)(void *arg, const struct mip6_binding_info *info),
				 void *arg);
size_t mip6_node_binding_count(const struct mip6_node *node);
/* Records that the host could not save and that are being tried again. */
size_t mip6_node_unsaved(const struct mip6_node *node);
/* A record of a binding that the host took to save is not saved after all: it is tried again
 * as if save had failed. What was sent since must not have left. */
void mip6_node_save_lost(struct mip6_node *node, mip6_time now, const struct mip6_record *record);
void mip6_node_stats(const struct mip6_node *node, struct mip6_stats *ret);
/* Whether the node's detection of duplicates of this address runs (RFC 4862 5.4). */
bool mip6_node_on_trial(const struct mip6_node *node, unsigned ifindex,
			const struct mip6_addr *addr);
/* Another program may have removed objects of some kinds (bits, 1 << kind) from the data
 * plane. Asks `missing` for each that the plane has taken, and applies it again where it
 * is; what was on a device counts as missing with it. Returns how many the plane took
 * again; *ret_first is one of them. What it does not take is an error as any other: told,
 * and tried again. */
unsigned mip6_node_renew(struct mip6_node *node, mip6_time now, unsigned kinds,
			 bool (*missing)(void *arg, const struct mip6_object *object), void *arg,
			 struct mip6_object *ret_first);
/* Every object that is wanted and that the data plane has taken, in pieces: begins at
 * `cursor`, 0 the first time, and goes on until fn returns false. Returns the cursor of the
 * next piece, 0 at the end. */
uint64_t mip6_node_applied(const struct mip6_node *node, uint64_t cursor,
			   bool (*fn)(void *arg, const struct mip6_object *object), void *arg);
/* Every object that is wanted now. */
void mip6_node_wanted(const struct mip6_node *node,
		      bool (*fn)(void *arg, const struct mip6_object *object), void *arg);
/* In pieces, as mip6_node_bindings_from. The count includes objects that are about to be
 * removed. */
uint64_t mip6_node_wanted_from(const struct mip6_node *node, uint64_t cursor,
			       bool (*fn)(void *arg, const struct mip6_object *object), void *arg);
size_t mip6_node_wanted_count(const struct mip6_node *node);

#endif
