/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NETNS_H
#define EMU_NETNS_H

/* A plan's network on a Linux kernel: each node is a network namespace, a link
 * of two fixed interfaces is a veth pair, any other link is a bridge in the
 * lab's own namespace, with a veth pair to each member. Everything is done by
 * netlink from one process; nothing is executed. When the process and its
 * children end, the kernel removes it all. */
#include "lab/plan.h"
#include "netns/nl.h"

#define NETNS_ERROR 256

struct netns_node {
	int fd;	      /* the namespace */
	struct nl nl; /* a netlink socket in it */
};

/* Told of each piece of a longer work: "making node", 31, 60. */
struct netns_listener {
	void (*step)(void *arg, const char *what, size_t number, size_t of);
	void *arg;
};

struct netns {
	const struct lab_plan *plan;
	struct netns_listener listener;
	struct netns_node lab;	  /* bridges and ports */
	struct netns_node *nodes; /* as in the plan */
	int *link_now;		  /* by number of interface: its link, -1: none */
	unsigned *mtu_now;	  /* and its MTU, where it has a port of a bridge */
	char error[NETNS_ERROR];  /* why a function returned -1 */
};

/* Builds all of it: namespaces (also named under /run/netns for `ip netns`),
 * links with their impairments, addresses, routes and sysctls; loopbacks and
 * interfaces are up, mobile interfaces are plugged in. The listener (NULL: nobody)
 * hears of its steps. 0, or -1 with the error text; what was made is released by
 * netns_close either way. */
int netns_build(struct netns *net, const struct lab_plan *plan,
		const struct netns_listener *listener);
void netns_close(struct netns *net);

/* Moves the calling process into a node's namespace; node -1: the lab's own. */
int netns_enter(struct netns *net, int node);

/* The link on which an interface is now, -1: none. */
int netns_link_now(const struct netns *net, int node, int iface);
/* Takes a mobile interface off its link. With link_event its carrier goes, else
 * only its frames do. */
int netns_unplug(struct netns *net, int node, int iface, bool link_event);
/* Plugs it into a link. The link's fixed members forget what they know of it
 * just before: a new access router knows nothing of a node that arrives. */
int netns_plug(struct netns *net, int node, int iface, int link);
/* Gives a link's transmitters new delay, jitter, loss and rate. */
int netns_impair(struct netns *net, int link, const struct lab_impairment *imp);

#endif
