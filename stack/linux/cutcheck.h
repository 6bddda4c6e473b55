/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_CUTCHECK_H
#define LINUX_CUTCHECK_H

/* Which packets that leave by a tunnel device have to be cut (RFC 2473 7.1 b): those of
 * at most 1280 octets that with the outer header are longer than the way allows. The
 * kernel's tunnels drop them. This BPF program at the device's egress sends them to
 * another device instead. Functions return 0 or a negative errno. */
#include <mip6/types.h>

struct cutcheck {
	int program; /* file descriptors; -1: none */
	int path;    /* of a mobile node: the MTU of the way to its home agent */
};

struct cutcheck cutcheck_none(void);
/* For a mobile node, whose one tunnel has the path MTU that cutcheck_path tells; until
 * then nothing is cut. `device`: where packets go that are to be cut. */
int cutcheck_load_mn(struct cutcheck *c, unsigned device);
/* For a home agent. `bindings`: the source check's table, home to care-of address; the
 * path MTU is the kernel's own for each. */
int cutcheck_load_ha(struct cutcheck *c, unsigned device, int bindings);
int cutcheck_path(const struct cutcheck *c, unsigned mtu);
void cutcheck_close(struct cutcheck *c);

#endif
