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
	/* A device or an address of ours went, by our hand or another's; only the
	 * key fields of `key` count. */
	void (*removed)(void *arg, mip6_time now, const struct mip6_object *key);
};

/* Subscribes to the kernel's events; none is read before linkmon_dump. The sink
 * must outlive the monitor. NULL with errno set. */
struct linkmon *linkmon_open(const struct linkmon_sink *sink, void *arg);
void linkmon_close(struct linkmon *m);
int linkmon_fd(const struct linkmon *m);
/* Reads everything there is now and reports the difference to what was reported
 * before: links first, then their addresses and routes. MIP6_ERR_IO with errno set. */
int linkmon_dump(struct linkmon *m, mip6_time now);
/* Takes the events that wait. When the kernel had to drop some, dumps.
 * MIP6_ERR_IO with errno set. */
int linkmon_receive(struct linkmon *m, mip6_time now);
/* Name of an interface, NULL for one that is not known. */
const char *linkmon_name(const struct linkmon *m, unsigned ifindex);

#endif
