/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_KPLANE_H
#define LINUX_KPLANE_H

/* The kernel as backend of the plane: wanted objects become addresses, routes,
 * rules, tunnels, proxy entries, XFRM states and sysctls, each with a tag that
 * says it is ours. At start the plane reads what a former process left; what is
 * wanted again is adopted untouched, the rest is removed by kplane_settle. */
#include "linux/journal.h"
#include <mip6/node.h>

/* Tags: what the kernel keeps of who made an object. */
#define KPLANE_PROTOCOL	  0x6d	     /* routes, rules, neighbours: protocol number */
#define KPLANE_IFA_PROTO  0x6d	     /* addresses (IFA_PROTO) */
#define KPLANE_ALIAS	  "mip6d"    /* links: ifalias */
#define KPLANE_REQID	  0x6d697036 /* XFRM states and policies */
#define KPLANE_DEVICE_MN  "mip6mn"   /* names of our devices */
#define KPLANE_DEVICE_HA  "mip6ha"
#define KPLANE_DEVICE_CUT "mip6cut" /* a TUN device: packets that have to be cut */

struct kplane;

/* Opens netlink in the current network namespace. state_path: file for old
 * sysctl values (made atomically; see journal.h for the tie to boot and
 * namespace). error (cap bytes) gets a text for people on failure. NULL then. */
struct kplane *kplane_open(const char *state_path, char *error, size_t cap);
/* What was to be known of the file when it was opened. */
const struct journal_load *kplane_load(const struct kplane *k);
/* Reads the kernel's objects with our tags. Call once, before the node starts. */
int kplane_adopt(struct kplane *k);
/* The `apply` of struct mip6_host; ctx is the struct kplane. */
int kplane_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is);
/* Removes every adopted object that no apply has asked for since. Call once,
 * after mip6_node_start (and restore) had its say. */
void kplane_settle(struct kplane *k);
/* Another program may have removed some of what was made. Bits by kind of object. */
#define KPLANE_BIT(kind) (1u << (kind))
#define KPLANE_ALL	 (KPLANE_BIT(MIP6_OBJ_KINDS) - 1)
/* Reads what the kernel has of some kinds; devices are read with all others. An error of
 * the stack's; kplane_error tells it. */
int kplane_read(struct kplane *k, unsigned kinds);
/* Whether kplane_read did not find an object as it is wanted; kplane_apply makes it. */
bool kplane_missing(struct kplane *k, const struct mip6_object *object);
/* Makes the kernel's own link-local address again; it bears no tag, and stays as the
 * kernel's would. 0 or a negative errno. */
int kplane_link_local(struct kplane *k, unsigned ifindex, const struct mip6_addr *addr);
/* Forgets what was read. */
void kplane_read_end(struct kplane *k);
/* Whether the kernel has lost a proxy entry, of which it tells nobody: one question. */
bool kplane_proxy_gone(struct kplane *k, const struct mip6_object *object);
/* Descriptors that become readable when something was done to settings, or to XFRM states
 * and policies, and what to call then: bits of the kinds that were touched, 0: by us. */
int kplane_settings_fd(const struct kplane *k);
int kplane_xfrm_fd(const struct kplane *k);
unsigned kplane_settings_touched(struct kplane *k);
unsigned kplane_xfrm_touched(struct kplane *k);
/* Packets with a Home Address option that the kernel refused: the descriptor becomes
 * readable, and kplane_reports calls fn for each, up to a bounded number. The packet has
 * addresses and the number of its next header only, and lives during the call. */
typedef void (*kplane_unbound)(void *arg, const struct ip6_packet *p);
int kplane_reports_fd(const struct kplane *k);
void kplane_reports(struct kplane *k, kplane_unbound fn, void *arg);
/* The port of the socket by which routes and rules are changed. */
uint32_t kplane_port(const struct kplane *k);
/* ifindex of a device of ours, 0 when it does not exist. */
unsigned kplane_device_index(const struct kplane *k, enum mip6_device device);
/* Readable when kplane_serve is to be called: packets that the kernel's tunnels cannot
 * send go through this process (kplane_cut.c). */
int kplane_fd(const struct kplane *k);
void kplane_serve(struct kplane *k);
/* Why packets cannot be cut where the way takes less than 1320 octets; "" if they can. */
const char *kplane_lacks(const struct kplane *k);
/* Why the home agent's own packets have no type 2 routing header, an errno; 0: they have. */
int kplane_rh2_error(const struct kplane *k);
/* Packets that the home agent's source check dropped (RFC 6275 10.4.2, 10.4.5)
 * since the tunnel device was made. */
struct kplane_drops {
	uint64_t not_ipv6;
	uint64_t no_binding; /* inner source is no bound home address */
	uint64_t wrong_coa;  /* outer source is not its care-of address */
	uint64_t link_local; /* inner destination is link-local, or a group */
};

void kplane_drops(const struct kplane *k, struct kplane_drops *ret);
/* A raw socket of protocol 41 gets only what the home agent's source check drops for its
 * binding, once the tunnel device is there. 0 or a negative errno, -ENOENT before that. */
int kplane_filter_strays(const struct kplane *k, int fd);
/* Text of the last error, with what was tried. */
const char *kplane_error(const struct kplane *k);
/* Closes sockets; the kernel's objects stay as they are. Old sysctl values are
 * restored when their object is no longer wanted (apply), not here. */
void kplane_close(struct kplane *k);

#endif
