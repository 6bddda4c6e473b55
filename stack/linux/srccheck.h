/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_SRCCHECK_H
#define LINUX_SRCCHECK_H

/* The home agent's check of what comes out of its tunnel device (RFC 6275
 * 10.4.5): a BPF program at the device's ingress, and the table of home and
 * care-of addresses that it looks up. Functions return 0 or a negative errno. */
#include <mip6/types.h>
#include <stddef.h>

/* Why a packet was dropped: indices of the counters. */
enum srccheck_drop {
	SRCCHECK_NOT_IPV6,   /* not an IPv6 packet, or without tunnel information */
	SRCCHECK_NO_BINDING, /* no binding for the inner source */
	SRCCHECK_WRONG_COA,  /* the outer source is not the registered care-of address */
	SRCCHECK_LINK_LOCAL, /* the inner destination is link-local, or a group */
	SRCCHECK_DROPS,
};

struct srccheck {
	int program; /* file descriptors; -1: none */
	int map;
	int counters;
};

struct srccheck srccheck_none(void);
/* Makes an empty table and loads the program. */
int srccheck_load(struct srccheck *c);
/* Finds program and table again by the program's id (as a traffic filter gives
 * it). -ENOENT when it is not this version's program. */
int srccheck_find(struct srccheck *c, uint32_t program_id);
void srccheck_close(struct srccheck *c);
/* From now on packets from hoa are accepted out of coa's tunnel only. */
int srccheck_set(struct srccheck *c, const struct mip6_addr *hoa, const struct mip6_addr *coa);
int srccheck_unset(struct srccheck *c, const struct mip6_addr *hoa);
/* The table as it is, sorted by home address: entries belong to the caller, who frees
 * them. Without a table there are none. */
struct srccheck_entry {
	struct mip6_addr hoa;
	struct mip6_addr coa;
};
struct srccheck_list {
	struct srccheck_entry *entries;
	size_t count;
	size_t room;
};
int srccheck_read(const struct srccheck *c, struct srccheck_list *ret);
/* The entry of this home address, or NULL. */
const struct srccheck_entry *srccheck_find_entry(const struct srccheck_list *list,
						 const struct mip6_addr *hoa);
/* From now on a raw socket of protocol 41 gets the tunnelled packets only whose sources
 * do not belong together by the table, each with its first 1280 octets. */
int srccheck_filter(const struct srccheck *c, int fd);
int srccheck_count(const struct srccheck *c, enum srccheck_drop reason, uint64_t *ret);

#endif
