/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_LAG_H
#define LAB_LAG_H

/* The scheduling-lag probe of real-time engines: a process beside the nodes
 * that asks to be woken every 2 ms and notes how much later it was. Each tenth
 * of a second it writes a record (records.h) with the largest lag. */
#include <sys/types.h>

/* Starts it; its pid, or -1. SIGTERM ends it. */
pid_t lag_start(const char *path);

#endif
