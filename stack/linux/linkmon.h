/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_LINKMON_H
#define LINUX_LINKMON_H

/* What the kernel tells of interfaces, addresses and neighbours, as inputs of a
 * node. The monitor keeps what it reported last, so that a report is made only
 * when something changed, also after the kernel had to drop events and all is
 * read anew. */
#include <mip6/node.h>

struct linkmon;

/* What the monitor reports to; each member is called from linkmon_dump and
 * linkmon_receive only. All but those of links may be NULL: nobody asks. */
struct linkmon_sink {
	void (*link)(void *arg, mip6_time now, const struct mip6_link *link);
	void (*link_gone)(void *arg, mip6_time now, unsigned ifindex);
	void (*address)(void *arg, mip6_time now, unsigned ifindex, const struct mip6_prefix *addr,
			unsigned flags, bool present);
	/* A route to an interface itself, made by an operator or a routing daemon. */
	void (*route)(void *arg, mip6_time now, unsigned ifindex, const struct mip6_prefix *prefix,
		      bool present);
	void (*neighbour_failed)(void *arg, mip6_time now, unsigned ifindex,
				 const struct mip6_addr *addr);
	/* An object of this kind went or changed, one of ours perhaps, and perhaps by our
	 * own hand: that shows when one looks. MIP6_OBJ_KINDS: events were lost, it may be
	 * any. */
	void (*touched)(void *arg, mip6_time now, enum mip6_object_kind kind);
};

/* Subscribes to the kernel's events; none is read before linkmon_dump. The sink
 * must outlive the monitor. NULL with errno set. */
struct linkmon *linkmon_open(const struct linkmon_sink *sink, void *arg);
void linkmon_close(struct linkmon *m);
int linkmon_fd(const struct linkmon *m);
/* The port of the netlink socket by which the node changes routes and rules: what it did
 * itself is not reported from here on. -1 with errno. */
int linkmon_ignore(struct linkmon *m, uint32_t port);
/* Reads everything there is now and reports the difference to what was reported
 * before: links first, then their addresses and routes. MIP6_ERR_IO with errno set. */
int linkmon_dump(struct linkmon *m, mip6_time now);
/* Takes the events that wait. When the kernel had to drop some, dumps.
 * MIP6_ERR_IO with errno set. */
int linkmon_receive(struct linkmon *m, mip6_time now);
/* Whether an interface that is up has lost the link-local address that it had, and got no
 * other. The kernel makes none again before the interface is set down and up. */
bool linkmon_lost_link_local(const struct linkmon *m, unsigned ifindex, struct mip6_addr *ret);
/* Name of an interface, NULL for one that is not known. */
const char *linkmon_name(const struct linkmon *m, unsigned ifindex);

#endif
