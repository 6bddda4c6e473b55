/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_ADVERTISE_H
#define CORE_ADVERTISE_H

/* Router Advertisements of our own (RFC 4861 6.2, RFC 6275 7.1 to 7.5): an access
 * router, or a home agent on its home link, tells its prefixes and itself, in the
 * intervals that the configuration gives, and answers solicitations at once. */
#include "node_internal.h"

/* What node.c tells. Each begins, goes on with or ends the advertisements of an
 * interface as its configuration, its carrier and its addresses now ask for it.
 * Without memory an interface does not advertise: MIP6_ERR_NOMEM. */
int advertise_start(struct mip6_node *node, mip6_time now);
/* The last advertisement of each interface says that this is no router any more. */
void advertise_stop(struct mip6_node *node, mip6_time now);
int advertise_reconfigure(struct mip6_node *node, mip6_time now);
int advertise_link(struct mip6_node *node, mip6_time now, struct iface *iface);
int advertise_address(struct mip6_node *node, mip6_time now, struct iface *iface);
/* The interface goes away, or the node is freed: nothing is sent. */
void advertise_forget(struct mip6_node *node, struct iface *iface);
/* The lifetimes, in seconds, that the interface's advertisements tell of an address:
 * those of the longest on-link prefix that it is in. False: they tell none. */
bool advertise_lifetimes(const struct iface *iface, const struct mip6_addr *addr,
			 uint32_t *ret_valid_s, uint32_t *ret_preferred_s);
/* A solicitation that passed the tests of RFC 4861 6.1.1. */
void advertise_receive_rs(struct mip6_node *node, mip6_time now, struct iface *iface,
			  const struct ip6_packet *p, const struct nd_rs *rs);

#endif
