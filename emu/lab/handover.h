/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_HANDOVER_H
#define LAB_HANDOVER_H

/* A handover as an object: its phases as the captures of the mobile node show
 * them (so that any daemon can be measured), and what it did to the probes. */
#include "lab/capture.h"
#include "lab/expr.h"
#include "lab/history.h"
#include "lab/spread.h"
#include "lab/streams.h"

/* A packet that begins a phase. */
struct mark {
	bool known;
	int64_t time;
	size_t capture; /* index in the plan */
	size_t packet;
};

/* One-way delay of the probes of one part of a handover, in ms. `jitter` is the
 * mean of |d(i) - d(i-1)| over neighbouring probes that arrived: the measure
 * that RFC 3550 6.4.1 smooths, here over the whole part. */
struct delays {
	struct spread spread;
	double jitter; /* with a count of 2 or more */
};

enum { WAY_DOWN, WAY_UP, WAYS };
enum { PART_BEFORE, PART_IN, PART_AFTER, PARTS };

/* What happened to one direction's probes. */
struct way {
	bool measured; /* the mobile node has a stream in this direction */
	bool restored; /* a probe came through after link up */
	int64_t first; /* its arrival */
	int64_t first_sent;
	size_t first_stream;
	size_t first_seq;
	int64_t begin;	       /* probes sent from here on are this handover's: what was in
				* flight when the link went is lost with reason */
	int64_t variation;     /* of the delay, in the second before link down */
	unsigned lost;	       /* of those sent until the path was back */
	unsigned lost_outside; /* of those sent after that */
	unsigned duplicated;
	unsigned reordered;
	struct delays parts[PARTS];
};

struct handover {
	struct history_move move;
	struct mark ra, coa, bu, ba;
	struct mark first_down;	  /* the same probe in the mobile node's capture */
	struct mip6_addr care_of; /* with bu.known; at home the home address */
	bool settled;		  /* a Binding Update was accepted */
	bool first_registration;  /* there was no binding before: the home agent's duplicate
				   * address detection is in it */
	struct mip6_addr chosen;  /* its care-of address, of the last one accepted */
	uint16_t seq;		  /* of the Binding Update */
	struct way ways[WAYS];
};

enum column {
	COLUMN_L2_GAP,
	COLUMN_RA,
	COLUMN_COA,
	COLUMN_BU,
	COLUMN_BA,
	COLUMN_FIRST_DOWN,
	COLUMN_FIRST_UP,
	COLUMN_LOST_DOWN,
	COLUMN_LOST_UP,
	COLUMN_DUP_DOWN,
	COLUMN_DUP_UP,
	COLUMN_REORDERED_DOWN,
	COLUMN_REORDERED_UP,
	COLUMN_CSV, /* so many are in handovers.csv */
	COLUMN_BU_BA = COLUMN_CSV,
	COLUMN_HOME,
	COLUMN_NUMBER,
	COLUMN_FIRST_REGISTRATION,
	COLUMNS,
};

/* "ra_ms" ...; NULL beyond the last. */
const char *column_name(enum column column);
/* The column of this name, or COLUMNS. */
enum column column_find(const char *name);
/* Milliseconds with decimals; otherwise a whole number. */
bool column_is_time(enum column column);
/* Times are ms after link up. Not known: it did not happen, or was not measured. */
struct expr_value handover_value(const struct handover *h, enum column column);

/* Captures by the plan's order; views[i][k] explains captures[i].packets[k]. */
struct captures {
	struct capture *list;
	struct capture_view **views;
	uint64_t *lacks; /* packets that the kernel dropped for want of room, by each */
	size_t count;
};

/* Whether a capture of the node lacks packets: what it does not show may have been. */
bool captures_lack(const struct captures *captures, const struct lab_plan *plan, int node);

/* Makes the handovers of a run: phases from the captures, then the probes. The
 * list has history->count members and belongs to the caller (free). NULL when
 * memory ran out. */
struct handover *handovers_find(const struct lab_plan *plan, const struct history *history,
				const struct captures *captures, const struct stream *streams);

/* handover_probe.c: the part of it that concerns probes. 0, or -1 (memory). */
int handover_probes(const struct lab_plan *plan, const struct history *history,
		    const struct stream *streams, struct handover *list, size_t count);
/* Lost probes of all streams of mobile nodes that were sent when there should
 * have been a path: also those sent before the first handover. */
unsigned handover_lost_outside(const struct lab_plan *plan, const struct history *history,
			       const struct stream *streams, struct handover *list, size_t count);

#endif
