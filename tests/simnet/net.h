/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SIMNET_H
#define TESTS_SIMNET_H

/* A network of nodes of the core on a virtual clock: links joined by an
 * internet, with delay, loss, duplication and reordering from a seeded
 * generator. Packets cross it as bytes. What a kernel does beside the core is
 * modelled as far as the protocol needs it: addresses are told back, and
 * solicitations for own and proxied addresses are answered. Each link has a
 * router that advertises and answers solicitations at once; a home agent can be
 * the router of its link.
 *
 *     home link (HA is its router)      foreign links, each with a router
 *              \                         /
 *               +------- internet ------+       (delay of both links)
 *
 * After each step every node is checked: nothing is due in the past, and what was
 * carried out is what is wanted. A violation is counted and told. */
#include <mip6/node.h>

enum { NET_LINKS = 6, NET_NODES = 6, NET_IFS = 2, NET_OBJECTS = 128, NET_RECORDS = 8 };

struct net;
struct net_node;

/* In per cent; jitter delays packets by up to so much more, which reorders. */
struct net_impairment {
	unsigned loss;
	unsigned duplicate;
	mip6_time jitter;
};

struct net_link {
	struct mip6_prefix prefix;
	struct mip6_addr router;	/* link-local */
	struct mip6_addr router_global; /* told with the R bit when `home` */
	uint8_t router_mac[6];
	bool home;
	mip6_time delay;       /* one way, link to internet */
	mip6_time ra_interval; /* 0: only answers */
	bool deaf;	       /* the router drops solicitations */
};

struct net_object {
	struct mip6_object object;
	bool stale; /* left by a process that was killed */
};

struct net_iface {
	unsigned ifindex;
	int link; /* -1: not plugged in */
	uint8_t mac[6];
	struct mip6_addr fixed[2]; /* link-local, and the router's global address */
};

/* A Binding Update that was sent, for the check that a home agent binds only what
 * was asked. */
struct net_bu {
	struct mip6_addr hoa;
	struct mip6_addr coa;
	uint16_t seq;
};

struct net_node {
	struct net *net;
	unsigned index;
	struct mip6_node *node;
	struct mip6_config config;
	struct mip6_host host;
	struct net_iface ifaces[NET_IFS];
	size_t iface_count;
	struct net_object objects[NET_OBJECTS];
	size_t object_count;
	struct mip6_record records[NET_RECORDS];
	size_t record_count;
	unsigned events[MIP6_EVENTS];
	mip6_time event_time[MIP6_EVENTS]; /* of the last of each */
};

struct net_event;

struct net {
	mip6_time now;
	uint64_t random;
	struct net_impairment impairment; /* of the internet */
	unsigned nd_loss;		  /* per cent, on links */
	struct net_link links[NET_LINKS];
	size_t link_count;
	struct net_node nodes[NET_NODES];
	size_t node_count;
	struct net_event *queue; /* a heap by time, then by order of entry */
	size_t queue_count;
	size_t queue_cap;
	uint64_t serial;
	struct net_bu *bus;
	size_t bu_count;
	size_t bu_cap;
	unsigned steps;
	unsigned violations;
	unsigned strays; /* packets with a source address of another link */
	bool trace;	 /* print what happens */
};

struct net *net_new(uint64_t seed);
void net_free(struct net *net);
uint32_t net_random(struct net *net, uint32_t below);
/* A link of this prefix; its router is fe80::<number + 1>. Returns its number. */
int net_add_link(struct net *net, const char *prefix, mip6_time delay);
/* A node with one interface for each entry of links (-1: not plugged in), its
 * ifindexes from 2. A home agent becomes the router of its first link, with the
 * address <prefix>::1. The node is not started. */
struct net_node *net_add_node(struct net *net, const struct mip6_config *config, const int *links,
			      size_t count);
void net_start(struct net_node *node);
/* Kills the process of a node and starts it again from its records; what it had
 * carried out is still there, and is adopted or removed. */
void net_restart(struct net_node *node);
/* The same, but the records are lost, and with them what was carried out: the
 * machine itself was started anew. */
void net_reboot(struct net_node *node);
/* Unplugs (-1) or plugs in, with the link event a kernel would give. */
void net_plug(struct net_node *node, size_t iface, int link);
/* Plugs into another link and nobody tells the node. */
void net_replug_silently(struct net_node *node, size_t iface, int link);
/* Lets time pass. */
void net_run(struct net *net, mip6_time until);
void net_violation(struct net *net, const char *what);

/* netnode.c, for net.c */
struct mip6_host net_host(void);
bool net_owns(const struct net_node *node, size_t iface, const struct mip6_addr *addr);
bool net_proxies(const struct net_node *node, size_t iface, const struct mip6_addr *addr);
/* A binding draws what is sent to this address into the tunnel. */
bool net_tunnels(const struct net_node *node, const struct mip6_addr *addr);
void net_tell_links(struct net_node *node);
/* Everything that must hold at any time. */
void net_check(struct net *net);
/* net.c, for netnode.c */
void net_send(struct net_node *node, const struct mip6_tx *tx);
void net_tell_address(struct net_node *node, const struct mip6_object *object, bool present);

#endif
