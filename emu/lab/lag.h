/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_LAG_H
#define LAB_LAG_H

/* The scheduling-lag probe of real-time engines: a process beside the nodes
 * that asks to be woken every 2 ms and notes how much later it was. Each tenth
 * of a second it writes a record (records.h) with the largest lag. */
#include <stdint.h>
#include <sys/types.h>

/* When it is to wake after `next`, at which it woke at `now` only (ns of one clock). What it
 * has missed it does not catch up on: on a busy machine that would make it busier. */
int64_t lag_next(int64_t next, int64_t now);

/* Starts it; its pid, or -1. SIGTERM ends it. */
pid_t lag_start(const char *path);

#endif
