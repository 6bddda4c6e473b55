/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_STREAMS_H
#define LAB_STREAMS_H

/* Probe records of a run, by stream and sequence number. */
#include "lab/plan.h"

struct stream_probe {
	int64_t sent;	  /* 0: no record of it */
	int64_t received; /* the first arrival; 0: lost */
	unsigned arrivals;
	bool reordered; /* arrived after one with a higher number */
};

struct stream {
	struct stream_probe *probes; /* by sequence number */
	size_t count;
	int64_t longest_delay; /* ns, of those that arrived */
};

/* Reads probe.bin as far as it is whole; one stream per probe of the plan. 0,
 * or -1 with an error text (also when there is no record at all, while the plan
 * has probes). */
int streams_read(struct stream **ret, const struct lab_plan *plan, const char *path, char *error,
		 size_t cap);
void streams_free(struct stream *streams, const struct lab_plan *plan);
/* probes.csv: stream,seq,sent_s,received_s,delay_ms,status, by time of sending;
 * seconds since t0. */
int streams_write(const struct stream *streams, const struct lab_plan *plan, int64_t t0,
		  const char *path);

#endif
