/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NL_H
#define EMU_NL_H

/* Route netlink for building networks: one request, one answer. A socket stays
 * in the namespace in which it was opened, so one process drives them all. */
#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#define NL_BUFFER 8192

struct nl {
	struct mnl_socket *socket;
	unsigned seq;
};

struct nl_request {
	char buffer[NL_BUFFER];
	struct nlmsghdr *header;
};

/* Opens a socket in the current namespace. 0, or -1 with errno. */
int nl_open(struct nl *nl);
void nl_close(struct nl *nl);
/* Begins a request of a message type; returns its zeroed family header of
 * `size` octets (ifinfomsg, ifaddrmsg ...). */
void *nl_begin(struct nl_request *r, uint16_t type, uint16_t flags, size_t size);
/* Appends plain octets, padded to 4: a struct that stands before attributes. */
void nl_append(struct nl_request *r, const void *data, size_t len);
/* Sends and waits for the acknowledgement. 0, or -1 with errno. */
int nl_talk(struct nl *nl, struct nl_request *r);
/* Sends a dump request and calls fn for each answer (until it returns -1). */
int nl_dump(struct nl *nl, struct nl_request *r, mnl_cb_t fn, void *arg);

#endif
