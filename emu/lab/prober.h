/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PROBER_H
#define LAB_PROBER_H

/* UDP probe streams between nodes. A probe carries its stream and sequence
 * number. The kernel stamps arrivals, so the receiver need not wake for each:
 * arrivals are collected in batches. Every attempt to send is recorded, also
 * one that the kernel refuses while there is no path: it counts as lost.
 *
 * In exact time the kernel sends them, too (sender.h): who asks for it hands over what
 * is due within the next second. In real time, where a moment may be missed, each probe
 * is sent and stamped by this process. */
#include "lab/records.h"
#include "lab/sender.h"
#include "netns/netns.h"
#include <stdio.h>

struct prober_stream {
	int tx;
	int rx;
	uint32_t next_seq;
	int64_t next_ns; /* run time of the next probe; INT64_MAX: done */
	int64_t stop_ns; /* run time */
	/* While the timeline stands still: it has not begun and waits; it has no end. */
	bool held, endless;
	int64_t last_rx;     /* run clock; 0: none yet */
	int64_t longest_gap; /* between two arrivals since prober_mark */
	uint32_t overrun;    /* arrivals for which its socket had no room */
};

/* A probe that was handed to the kernel and whose record is not written yet. */
struct prober_pending {
	int64_t time; /* plan time */
	uint32_t seq;
	uint16_t stream;
};

struct prober {
	const struct lab_plan *plan;
	struct sender *sender; /* NULL: this process sends */
	struct prober_pending *pending;
	size_t pending_count;
	size_t pending_room;
	int64_t again; /* plan time at which the sender has room again; INT64_MAX: it has */
	int64_t zero;  /* CLOCK_MONOTONIC at plan time 0 */
	struct prober_stream *streams;
	FILE *file;
	char *buffer; /* of the file */
	int64_t t0;   /* run clock at plan time 0 */
	uint64_t sent;
	char error[NETNS_ERROR];
};

/* Opens sockets in the nodes and the record file. 0, or -1 with prober->error. */
int prober_open(struct prober *prober, struct netns *net, const char *path);
/* Lets the kernel send from now on. `sender` stays the caller's. */
void prober_use(struct prober *prober, struct sender *sender);
/* Plan time at which prober_send must be called next; INT64_MAX: never again. */
int64_t prober_next(const struct prober *prober);
/* Sends every probe that is due at plan time `now`, or hands over those that are due
 * soon, but before `limit`: what the plan does at a moment comes before the probes of that
 * moment. 0, or -1 with prober->error. */
int prober_send(struct prober *prober, int64_t now, int64_t limit);
/* The timeline stands still from its time `from` on: streams that begin then or later do
 * not, the others go on without an end. */
void prober_hold(struct prober *prober, int64_t from);
/* It goes on, `ns` later than planned. */
void prober_release(struct prober *prober, int64_t ns);
/* Collects what arrived until plan time `now` and writes all records out. */
void prober_collect(struct prober *prober, int64_t now);
/* Arrivals of all streams that the kernel dropped, since nobody took those before. */
uint64_t prober_overrun(const struct prober *prober);
/* Begins a new search for the longest gap. */
void prober_mark(struct prober *prober);
void prober_close(struct prober *prober);

#endif
