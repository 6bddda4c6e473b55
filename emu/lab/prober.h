/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PROBER_H
#define LAB_PROBER_H

/* UDP probe streams between nodes. A probe carries its stream and sequence
 * number. The kernel stamps arrivals, so the receiver need not wake for each:
 * arrivals are collected in batches. Every attempt to send is recorded, also
 * one that the kernel refuses while there is no path: it counts as lost. */
#include "lab/records.h"
#include "netns/netns.h"
#include <stdio.h>

struct prober_stream {
	int tx;
	int rx;
	uint32_t next_seq;
	int64_t next_ns;     /* plan time of the next probe; INT64_MAX: done */
	int64_t last_rx;     /* run clock; 0: none yet */
	int64_t longest_gap; /* between two arrivals since prober_mark */
};

struct prober {
	const struct lab_plan *plan;
	struct prober_stream *streams;
	FILE *file;
	int64_t t0; /* run clock at plan time 0 */
	uint64_t sent;
	char error[NETNS_ERROR];
};

/* Opens sockets in the nodes and the record file. 0, or -1 with prober->error. */
int prober_open(struct prober *prober, struct netns *net, const char *path);
/* Plan time of the next probe to send; INT64_MAX when there is none. */
int64_t prober_next(const struct prober *prober);
/* Sends every probe that is due at plan time `now`; `clock` is the run clock. */
void prober_send(struct prober *prober, int64_t now, int64_t clock);
/* Collects arrivals and writes all records out. */
void prober_collect(struct prober *prober);
/* Begins a new search for the longest gap. */
void prober_mark(struct prober *prober);
void prober_close(struct prober *prober);

#endif
