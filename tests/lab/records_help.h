/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_RECORDS_HELP_H
#define TESTS_RECORDS_HELP_H

/* Raw records of a run that never was: a plan of three nodes (cn, ha, mn), and
 * the files that a runner would have written, with times in ms after t0. */
#include "lab/capture.h"
#include "lab/plan.h"
#include "lab/records.h"
#include <mip6/wire.h>
#include <stdio.h>

#define RECORDS_T0 (INT64_C(1700000000) * LAB_NS_SECOND)

enum { NODE_CN, NODE_HA, NODE_MN, NODE_MN2 };
enum { CAPTURE_CN_ETH0, CAPTURE_HA_HOME, CAPTURE_MN_ETH0 };
enum { PROBE_DOWN, PROBE_UP };

/* The plan: nothing in it may be freed. */
struct lab_plan *records_plan(void);
/* Time on the run's clock. */
int64_t records_time(double ms);

/* A new folder with an empty raw/ in it; records_remove deletes it. */
struct records {
	char folder[64];
	FILE *probes;
	FILE *timeline;
	FILE *events;	   /* of mn's mip6d */
	void *captures[3]; /* pcap dumpers */
};
void records_open(struct records *r);
/* Closes the files: the analysis may read them now. */
void records_close(struct records *r);
void records_remove(struct records *r);
/* The content of a file in the folder, which the caller frees; NULL: none. */
char *records_read(const struct records *r, const char *name);

void records_probe(struct records *r, int kind, int probe, uint32_t seq, double ms);
/* A line of the timeline or of the events of mn; text without its time. */
void records_note(struct records *r, double ms, const char *text);
void records_event(struct records *r, double ms, const char *text);

/* One frame into a capture: sent by the captured interface or come in there. */
void records_packet(struct records *r, int capture, bool sent, double ms,
		    const struct ip6_packet *p);
/* One frame at both ends of its link, at one time. */
void records_crossing(struct records *r, int from, int to, double ms, const struct ip6_packet *p);

/* The messages of a handover as mn's capture has them. */
void records_ra(struct records *r, double ms, const char *from);
void records_dad(struct records *r, double ms, const char *target);
void records_bu(struct records *r, double ms, const char *coa, uint16_t seq, uint16_t lifetime);
void records_ba(struct records *r, double ms, const char *coa, uint16_t seq, uint8_t status);
/* A probe of the way down as it comes to mn: in the tunnel, or on the home link. */
void records_probe_down(struct records *r, double ms, const char *coa, uint32_t seq);

/* A whole run with two handovers, from foreign1 to foreign2 and home:
 *
 * D1 = 5000, up 5050, RA +0.003, DAD +0.005, BU +0.006, BA 30 ms later;
 * D2 = 7000, up 7050, RA +0.003, BU from the home address +0.005, BA +0.010.
 * The delay is 35 ms abroad and 20 ms at home, a probe is sent every 5 ms from
 * 3000 to 8000, and each rule that decides which of them arrive stands in
 * records_help.c. */
void records_run(struct records *r);

#endif
