/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_RUN_H
#define EMU_NS3_RUN_H

/* What all parts of a run share: the plan, the result folder, the clocks, the
 * first error. Three clocks tell the same time: plan time (ns-3's own, 0 when the
 * run begins), the nodes' monotonic clock, and the wall clock of records and
 * captures. Both offsets are constants, so a run repeats to the byte. */
#include "ns3/plan.h"
#include <cstdarg>
#include <cstdio>
#include <string>

namespace emu
{

/* 3 November 2025, 00:00 UTC. */
constexpr int64_t wall_at_zero = INT64_C(1762128000) * LAB_NS_SECOND;
/* A machine has been up for a while when a run begins. */
constexpr int64_t mono_at_zero = LAB_NS_SECOND;

/* Plan time of the event at work. */
int64_t plan_now();
/* The same on the nodes' clock. */
mip6_time node_now();
/* The same on the wall. */
int64_t wall_now();

struct run {
	const struct lab_plan *plan = nullptr;
	std::string results; /* the result folder; raw/ in it exists */
	std::string error;   /* the first one; empty while all is well */
	FILE *timeline = nullptr;
	unsigned moves = 0;
	unsigned moves_total = 0;

	/* Path of a file in raw/. */
	std::string raw(const std::string &name) const;
	/* Notes the first error and ends the simulation; always false. */
	bool fail(const char *format, ...) __attribute__((format(printf, 2, 3)));
	/* A line of raw/timeline.jsonl; format adds fields: ",\"node\":\"%s\"". */
	void note(const char *what, const char *format, ...) __attribute__((format(printf, 3, 4)));
};

} // namespace emu

#endif
