/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NETNS_INTERNAL_H
#define EMU_NETNS_INTERNAL_H

/* What the modules of emu/netns share. */
#include "netns/netns.h"

/* Writes the error text, with errno's, and returns -1. */
int netns_fail(struct netns *net, const char *what, const char *name);
/* Tells the listener what is done to the node now. */
void netns_tell(const struct netns *net, const char *what, int node);

/* Whether a link is a bridge (else it is one veth pair). */
bool netns_is_bridge(const struct lab_plan *plan, int link);
/* Index of an interface over the whole plan: names its port and its bridge end. */
unsigned netns_iface_number(const struct lab_plan *plan, int node, int iface);
unsigned netns_port_index(const struct lab_plan *plan, int node, int iface);
unsigned netns_bridge_index(int link);

/* link.c */
int netns_make_bridge(struct netns *net, int link);
int netns_make_port(struct netns *net, int node, int iface);
int netns_make_pair(struct netns *net, int node_a, int iface_a, int node_b, int iface_b);
/* Gives an interface with a port of a bridge, and that port, the MTU of a link. */
int netns_set_mtu(struct netns *net, int node, int iface, int link);
int netns_set_up(struct nl *nl, unsigned ifindex, bool up);
int netns_set_master(struct nl *nl, unsigned ifindex, unsigned master);
/* ready.c: returns when everything that has a carrier carries frames, or -1. */
int netns_wait(struct netns *net);
/* tc.c */
int netns_set_impairment(struct nl *nl, unsigned ifindex, const struct lab_impairment *imp);
int netns_drop_solicitations(struct nl *nl, unsigned ifindex);
/* address.c */
int netns_add_address(struct nl *nl, unsigned ifindex, const char *text);
int netns_add_route(struct netns *net, int node, const struct lab_route *route);
int netns_add_neighbour(struct nl *nl, unsigned ifindex, const char *text, const uint8_t mac[6]);
/* All addresses of the neighbour that has this link-layer address, and those that are
 * asked for. */
int netns_forget_neighbour(struct nl *nl, unsigned ifindex, const uint8_t mac[6]);

#endif
