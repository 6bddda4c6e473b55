/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_NLSOCK_H
#define LINUX_NLSOCK_H

/* Netlink as requests that are answered before the call returns: one message,
 * one acknowledgement, and dumps. Functions return 0 or a negative errno; after
 * a failure `error` holds the kernel's own words (extended acknowledgement), or
 * is empty. */
#include <mip6/types.h>

#include <libmnl/libmnl.h>

#define NLSOCK_ERROR_TEXT 160

struct nlsock {
	struct mnl_socket *socket; /* NULL: not open */
	uint32_t port;
	uint32_t sequence;
	char error[NLSOCK_ERROR_TEXT];
};

/* Room for one request; all of ours are far smaller. */
struct nlsock_request {
	_Alignas(struct nlmsghdr) uint8_t bytes[1024];
};

/* Opens a socket of a netlink protocol (NETLINK_ROUTE ...) in the current
 * network namespace. */
int nlsock_open(struct nlsock *n, int protocol);
void nlsock_close(struct nlsock *n);

/* Begins a message. `body` is the family's fixed header (size octets, zeroed
 * when NULL). The message lies in r. */
struct nlmsghdr *nlsock_begin(struct nlsock_request *r, uint16_t type, uint16_t flags,
			      const void *body, size_t size);
void nlsock_put_addr(struct nlmsghdr *m, uint16_t type, const struct mip6_addr *addr);

/* Sends a message and waits until the kernel has carried it out. */
int nlsock_talk(struct nlsock *n, struct nlmsghdr *m);

/* Called for each answer; a negative errno ends the dump. */
typedef int (*nlsock_answer)(const struct nlmsghdr *m, void *arg);
/* Sends a dump request and calls fn for each message of the answer. A dump that
 * the kernel marks as inconsistent is returned as -EINTR: the caller starts
 * anew if half an answer harms it. */
int nlsock_dump(struct nlsock *n, struct nlmsghdr *m, nlsock_answer fn, void *arg);
/* Sends a request that has one answer besides the acknowledgement. */
int nlsock_get(struct nlsock *n, struct nlmsghdr *m, nlsock_answer fn, void *arg);

/* Attributes of a message whose fixed header is `size` octets long: table[t] is
 * the attribute of type t (< count) or NULL. */
void nlsock_attributes(const struct nlmsghdr *m, size_t size, const struct nlattr **table,
		       unsigned count);
void nlsock_nested(const struct nlattr *nest, const struct nlattr **table, unsigned count);
/* Values; an attribute that is missing or too short gives `otherwise`. */
uint32_t nlsock_u32(const struct nlattr *a, uint32_t otherwise);
uint8_t nlsock_u8(const struct nlattr *a, uint8_t otherwise);
/* An attribute that is missing or too short gives the unspecified address. */
struct mip6_addr nlsock_addr(const struct nlattr *a);
bool nlsock_text_is(const struct nlattr *a, const char *text);

#endif
