/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_SOFT_H
#define MIP6_SOFT_H

/* A node whose data plane is in user space: the protocol (mip6/node.h) with
 * neighbours, forwarding, tunnels, Home Address options and type 2 routing headers
 * done here. The host gives it whole Ethernet interfaces and, above it, one way to
 * its own upper layers: a TUN device on Linux, a virtual device in ns-3, a counter
 * in a test.
 *
 *        upper layers of the host: TCP, UDP, applications
 *             |  output()                ^  up()
 *        +----v---------------------------+----+
 *        |  soft: routes, tunnels, neighbours  |  <->  core
 *        +----^---------------------------+----+
 *             |  receive()               v  frames()
 *        Ethernet interfaces, owned as a whole
 *
 * The seam is that of the core: no system call, no clock, no randomness of its
 * own; callbacks do not re-enter; the host asks for the next deadline after each
 * input. Packets come and go in batches, and nothing is allocated for a packet.
 * Without a configuration it is a plain host or router without Mobile IPv6. */
#include <mip6/node.h>

struct mip6_soft;

/* Octets that the host leaves free before `data` of each packet it hands in, so
 * that headers are put before it in place: Ethernet, and an outer header. */
#define MIP6_SOFT_HEADROOM 128

/* A frame (it begins with the Ethernet header) or a packet (it begins with the
 * IPv6 header) in the host's memory. The offload members say what virtio's
 * header says, so that many TCP segments cross the node as one packet. */
struct mip6_buf {
	uint8_t *data;
	size_t len;
	size_t headroom;      /* octets before data that may be overwritten */
	uint16_t gso_size;    /* TCP payload octets of a segment; 0: one packet */
	uint16_t transport;   /* gso_size: offset from data of the (inner) TCP header */
	bool csum_partial;    /* the checksum field holds the pseudo-header's sum only */
	bool csum_valid;      /* the checksum was verified */
	uint16_t csum_start;  /* csum_partial: offset from data where summing begins */
	uint16_t csum_offset; /* and of the field from there */
};

struct mip6_soft_host {
	/* Frames to send, in order; gone when it returns. A frame with gso_size
	 * and an outer header must be split by the host (mip6/offload.h). */
	void (*frames)(void *ctx, unsigned ifindex, const struct mip6_buf *frames, size_t count);
	/* Packets for the host's upper layers: an address of the node is their
	 * destination, or a group. RH2 and HAO are already resolved: source and
	 * destination are home addresses where they apply. NULL: there are none. */
	void (*up)(void *ctx, const struct mip6_buf *packets, size_t count);
	/* An address that upper layers may use came or went (a home address). NULL:
	 * nobody asks. */
	void (*address)(void *ctx, const struct mip6_addr *addr, bool present);
	/* As in struct mip6_host. */
	void (*event)(void *ctx, const struct mip6_event *event);
	int (*save)(void *ctx, const struct mip6_record *record);
	void (*random)(void *ctx, void *buf, size_t len);
};

struct mip6_soft_stats {
	uint64_t rx_frames, tx_frames;
	uint64_t up, output; /* to and from the upper layers */
	uint64_t forwarded;
	uint64_t encapsulated, decapsulated;
	uint64_t fragments_sent, fragments_received, reassembled;
	uint64_t icmp_errors_sent;
	uint64_t neighbours_solicited, neighbours_failed;
	/* drops, by reason */
	uint64_t drop_malformed; /* not an IPv6 packet, a bad header chain */
	uint64_t drop_not_ours;	 /* no forwarding here, not for us, or nobody above to take it */
	uint64_t drop_no_route;
	uint64_t drop_hop_limit;
	uint64_t drop_too_big;
	uint64_t drop_no_neighbour; /* it does not answer, or its queue was full */
	uint64_t drop_no_binding;   /* inner source has no binding (RFC 6275 10.4.5) */
	uint64_t drop_wrong_coa;    /* outer source is not its care-of address */
	uint64_t drop_wrong_tunnel; /* not from our home agent, or not to us */
	uint64_t drop_hao;	    /* HAO without a binding (9.3.1) */
	uint64_t drop_rh2;	    /* RH2 not to our home address (6.4) */
	uint64_t drop_reassembly;   /* overlapping, too many, timed out */
	uint64_t drop_link_down;
};

/* A node that is not started. `config` NULL: no protocol; else it is copied. host
 * must outlive the node. NULL when out of memory. */
struct mip6_soft *mip6_soft_new(const struct mip6_config *config, const struct mip6_soft_host *host,
				void *ctx);
void mip6_soft_free(struct mip6_soft *s);
/* The protocol's node, for mip6_node_restore before the start and for the
 * functions that only ask; NULL without a configuration. */
struct mip6_node *mip6_soft_node(struct mip6_soft *s);

/* Before start and after: the interfaces, as for mip6_node_link. mac_len must be
 * 6. An interface that is up has the link-local address of its MAC (EUI-64). The
 * neighbours of a link that goes down, or is attached anew, are forgotten. */
void mip6_soft_link(struct mip6_soft *s, mip6_time now, const struct mip6_link *link);
void mip6_soft_link_gone(struct mip6_soft *s, mip6_time now, unsigned ifindex);
/* A configured address of an interface; its prefix is on the link. MIP6_ERR_NOMEM,
 * MIP6_ERR_SPACE (32 on the interface), MIP6_ERR_NOTFOUND (interface). */
int mip6_soft_address(struct mip6_soft *s, mip6_time now, unsigned ifindex,
		      const struct mip6_prefix *addr, bool present);
/* A configured route of the main table. gateway NULL or unspecified: on the link.
 * MIP6_ERR_NOMEM, MIP6_ERR_NOTFOUND (interface). */
int mip6_soft_route(struct mip6_soft *s, mip6_time now, const struct mip6_prefix *dst,
		    unsigned ifindex, const struct mip6_addr *gateway, bool present);
/* A permanent neighbour. MIP6_ERR_NOMEM. */
int mip6_soft_neighbour(struct mip6_soft *s, unsigned ifindex, const struct mip6_addr *addr,
			const uint8_t mac[6]);
/* Forgets what was learned of the neighbours on an interface, as an operator's
 * flush. */
void mip6_soft_flush(struct mip6_soft *s, unsigned ifindex);
/* Forgets only the neighbours with that link-layer address, and those that have not
 * answered yet. */
void mip6_soft_forget(struct mip6_soft *s, unsigned ifindex, const uint8_t mac[6]);
/* Whether packets of others are forwarded; false at first. */
void mip6_soft_forwarding(struct mip6_soft *s, bool on);

/* mip6_node_start, _stop and _reconfigure of the protocol, if there is one (else
 * _reconfigure is MIP6_ERR_STATE). Packets are forwarded and delivered before the
 * start and after the stop too. */
int mip6_soft_start(struct mip6_soft *s, mip6_time now);
void mip6_soft_stop(struct mip6_soft *s, mip6_time now);
int mip6_soft_reconfigure(struct mip6_soft *s, mip6_time now, const struct mip6_config *config);
/* mip6_node_refresh of the protocol; MIP6_ERR_STATE also without one. */
int mip6_soft_refresh(struct mip6_soft *s, mip6_time now);

/* Frames that an interface received: those to its own MAC, multicast, broadcast.
 * Other kinds than IPv6 are ignored. The buffers are written to. */
void mip6_soft_receive(struct mip6_soft *s, mip6_time now, unsigned ifindex,
		       struct mip6_buf *frames, size_t count);
/* Packets that the upper layers send. The buffers are written to. */
void mip6_soft_output(struct mip6_soft *s, mip6_time now, struct mip6_buf *packets, size_t count);
void mip6_soft_tick(struct mip6_soft *s, mip6_time now);
mip6_time mip6_soft_deadline(const struct mip6_soft *s);

void mip6_soft_stats(const struct mip6_soft *s, struct mip6_soft_stats *ret);
/* Every object that the plane holds now: what was applied and not removed. */
void mip6_soft_objects(const struct mip6_soft *s,
		       bool (*fn)(void *arg, const struct mip6_object *object), void *arg);

#endif
