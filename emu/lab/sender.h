/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_SENDER_H
#define LAB_SENDER_H

/* Datagrams that the kernel sends by itself, each at its moment.
 *
 * In virtual time each wake-up of a process costs more than all that the network does
 * with a packet. So probes are handed to the kernel a second ahead, by io_uring: for each
 * moment something that waits until then, and linked to it the datagrams that are due. The
 * process sleeps meanwhile.
 *
 * A datagram meets the routes and addresses that are there at its moment, as one does
 * that a process sends then. */
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sender;

struct sender_datagram {
	int fd; /* of a UDP socket; stays open until it is sent */
	struct sockaddr_in6 to;
	const void *head; /* its first octets, copied; SENDER_HEAD of them at most */
	size_t head_size;
	size_t size; /* in all; what is behind the head is zero */
};

enum { SENDER_HEAD = 32, SENDER_SIZE_MAX = 1500 };

/* NULL where the kernel has no io_uring, or memory is out. The end of a child ends a
 * wait; for that SIGCHLD, which the caller keeps blocked, gets an empty handler. */
struct sender *sender_new(void);
void sender_free(struct sender *sender);

/* Hands over `count` datagrams for one moment of CLOCK_MONOTONIC (ns), which is not before
 * those handed over earlier. False when there is no room: again once some are sent, which
 * `now` of that clock tells. */
bool sender_add(struct sender *sender, int64_t now, int64_t moment,
		const struct sender_datagram *datagrams, size_t count);

/* Sleeps for `ns`, or until a child has ended; may return early. Which of them it was
 * cannot be told: where the kernel has completions for us it does not say that it was
 * interrupted. -1 with errno. */
int sender_wait(struct sender *sender, int64_t ns);

#endif
