/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_CAPTURER_H
#define LAB_CAPTURER_H

/* The captures of a run: one process beside the nodes that listens on every
 * interface that the plan names. The kernel collects the packets of an interface
 * in blocks and hands one over when it is full or a second old, so the process
 * wakes once a second and writes what it got in one piece. What is in the files
 * is thus at most a second behind, also when all is killed. */
#include "netns/netns.h"
#include <sys/types.h>

enum {
	CAPTURER_SNAPLEN = 256, /* octets of a frame that are kept */
	CAPTURER_ERROR = 256,
	/* A block that is not full is a second old at most when it is handed over;
	 * the kernel counts that in its ticks. */
	CAPTURER_END_MS = 1100
};

/* The process's name, by which tests and `ps` find it. */
#define CAPTURER_NAME "mip6lab-capture"

/* Starts it and waits until every capture listens: `listening` (may be NULL) hears
 * how many do, of how many, each time it is one more. RAW/NODE-IFACE.pcap are the
 * files (classic pcap, ns time stamps), RAW/captures.log has its words. Its pid; -1
 * with an error text (CAPTURER_ERROR octets), and nothing runs, when an interface
 * cannot be captured or nothing happens for two minutes.
 *
 * SIGTERM ends it: for CAPTURER_END_MS it goes on, since so long it takes until the
 * kernel has handed over what it holds; then each capture gets a line in the log,
 * "mn eth0: 12345 packets, 0 dropped", and the exit code is 0. It is 1 when an
 * interface is gone or a file cannot be written; the log says which. SIGINT means
 * nothing to it: Ctrl-C ends the run through the lab. */
pid_t capturer_start(struct netns *net, const char *raw,
		     void (*listening)(void *arg, size_t done, size_t of), void *arg, char *error);

#endif
