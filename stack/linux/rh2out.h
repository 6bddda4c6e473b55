/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_RH2OUT_H
#define LINUX_RH2OUT_H

/* What the home agent itself sends to a mobile node that is away goes to the care-of
 * address with a type 2 routing header, not into the tunnel, which is for what it
 * intercepts (RFC 6275 10.4.2, 9.3.2). A BPF program at the tunnel device's egress puts
 * the header into packets that began on this node, up to 1256 octets; all others pass.
 * Functions return a file descriptor or a negative errno. */

/* `bindings`: the source check's table, home to care-of address. */
int rh2out_load(int bindings);
/* The name that the kernel keeps of it; another version has another one. */
extern const char rh2out_name[];

#endif
