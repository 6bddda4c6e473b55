/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_TRAFFIC_H
#define LAB_TRAFFIC_H

/* The streams of a timeline on the engines that have namespaces: one TCP
 * connection, or ICMPv6 echo requests. Each is a process that ends by itself when
 * it is through, or on SIGTERM, and leaves its result in a file (see LAB_ACT_TCP
 * and LAB_ACT_PING in plan.h). */
#include "netns/netns.h"
#include <sys/types.h>

/* Starts the stream of an action of net->plan; its result goes to `path`. The
 * pid, or -1 with net->error. */
pid_t traffic_start(struct netns *net, size_t action, const char *path);

#endif
