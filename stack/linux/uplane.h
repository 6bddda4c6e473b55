/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_UPLANE_H
#define LINUX_UPLANE_H

/* The user plane: mip6d carries the packets itself (mip6/soft.h), for kernels
 * without Mobile IPv6 and tunnels. It takes over the IPv6 of Ethernet interfaces
 * as a whole and gives the host's upper layers a TUN device in their place. What
 * was found is kept in a file, so that it can be given back, also by the process
 * after a kill. IPv4 stays the kernel's. */
#include "linux/journal.h"
#include "linux/loop.h"
#include <mip6/node.h>
#include <mip6/soft.h>

#define UPLANE_DEVICE "mip6up" /* the TUN device */

/* "off": one packet at a time, none larger than the MTU. For measurements. */
#define UPLANE_OFFLOAD_VARIABLE "MIP6D_OFFLOAD"

struct uplane;

/* What the plane itself counts, beside struct mip6_soft_stats. */
struct uplane_stats {
	uint64_t tx_errors;    /* frames that the kernel did not take */
	uint64_t up_errors;    /* packets that the TUN device did not take */
	uint64_t rx_odd;       /* frames in a form that the plane does not know */
	uint64_t split;	       /* packets that were cut into segments */
	uint64_t split_errors; /* and could not be */
	uint64_t merged;       /* segments that were appended to another */
};

/* Of `host` the members event, save and random are used, with `arg`. state_path:
 * the file of what was found. The node is not started; interfaces are taken as
 * uplane_link tells of them. NULL with a text for people in error. */
struct uplane *uplane_open(const struct mip6_config *config, struct loop *loop,
			   const struct mip6_host *host, void *arg, const char *state_path,
			   char *error, size_t cap);
/* Frees all; what was found stays in the file unless uplane_stop was called. */
void uplane_close(struct uplane *u);
/* What was to be known of the file when it was opened. */
const struct journal_load *uplane_load(const struct uplane *u);
/* The protocol's node, for records and questions. */
struct mip6_node *uplane_node(struct uplane *u);

/* mip6_node_start, _stop, _refresh, _reconfigure, _tick, _deadline. Stopping gives the
 * interfaces back to the kernel as they were found. */
int uplane_start(struct uplane *u, mip6_time now);
void uplane_stop(struct uplane *u, mip6_time now);
int uplane_refresh(struct uplane *u, mip6_time now);
int uplane_reconfigure(struct uplane *u, mip6_time now, const struct mip6_config *config);
void uplane_tick(struct uplane *u, mip6_time now);
mip6_time uplane_deadline(const struct uplane *u);

/* An interface as the link monitor sees it: one that the role serves is taken. */
void uplane_link(struct uplane *u, mip6_time now, const struct mip6_link *link);
/* The kernel has an address on an interface: on one that was taken it must not. */
void uplane_address(struct uplane *u, mip6_time now, unsigned ifindex);
void uplane_link_gone(struct uplane *u, mip6_time now, unsigned ifindex);

/* The TUN device is set up again with the addresses and the route that another program
 * took away, or that went when it was set down. Returns how many things were missing, and
 * names one of them in what. */
unsigned uplane_renew(struct uplane *u, mip6_time now, char *what, size_t cap);
/* The port of the netlink socket by which that is done. */
uint32_t uplane_netlink_port(const struct uplane *u);

void uplane_stats(const struct uplane *u, struct uplane_stats *ret);
void uplane_soft_stats(const struct uplane *u, struct mip6_soft_stats *ret);

/* Before the kernel plane begins: gives back what a user plane that was killed had
 * taken. Without such a file nothing happens. MIP6_ERR_IO with a text. */
int uplane_give_back(const char *state_path, struct journal_load *ret, char *error, size_t cap);

#endif
