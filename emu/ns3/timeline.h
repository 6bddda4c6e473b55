/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_TIMELINE_H
#define EMU_NS3_TIMELINE_H

/* Carries a plan out: daemons at their times, moves and what else the timeline has,
 * the reports for who watches. */
#include "ns3/probes.h"
#include "ns3/traffic.h"

namespace emu
{

class timeline
{
      public:
	timeline(struct run &run, network &net, probes &streams, traffic &flows);
	~timeline();
	timeline(const timeline &) = delete;
	timeline &operator=(const timeline &) = delete;
	/* Opens its files and schedules everything. */
	bool open();
	/* Ends what still runs, in order. */
	void finish();

      private:
	void schedule_daemons();
	void schedule_actions();
	void act(const struct lab_action &a);
	void unplug(const struct lab_action &a, bool link_event);
	void plug(const struct lab_action &a);
	void plugged(const struct lab_action &a);
	void report();
	void watch();
	const char *link_name(int link) const;

	struct run &run_;
	network &net_;
	probes &probes_;
	traffic &traffic_;
	FILE *progress_ = nullptr;
	int64_t plugged_ = 0; /* wall clock; INT64_MAX in a gap */
	int64_t last_cut_ = 0;
};

} // namespace emu

#endif
