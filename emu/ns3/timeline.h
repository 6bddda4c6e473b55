/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_TIMELINE_H
#define EMU_NS3_TIMELINE_H

/* Carries a plan out: daemons at their times, moves and what else the timeline has,
 * the reports for who watches. */
#include "ns3/probes.h"
#include "ns3/traffic.h"
#include <functional>
#include <ns3/event-id.h>
#include <vector>

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
	/* A step of the plan. One that has begun (the plugging in of a move under way) is
	 * not put off. */
	struct planned {
		int64_t at;
		std::function<void()> run;
		ns3::EventId event;
		bool begun;
		bool held; /* while the timeline stands still */
	};

	void plan_daemons();
	void plan_actions();
	void schedule(planned &step);
	void act(const struct lab_action &a, size_t index);
	/* A `wait_for` step: meanwhile nothing new begins. */
	void wait_for(const struct lab_action &a);
	void look(const struct lab_action &a);
	bool is_there(const struct lab_action &a);
	void hold();
	void go_on();
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
	std::vector<planned> planned_;
	std::vector<int64_t> touched_; /* by node: wall clock of what was last done to it */
	std::vector<size_t> plugs_;    /* by action: in planned_, of a move */
	struct awaited awaited_ = {};
	int64_t held_ = 0; /* run time at which it began to stand still */
	FILE *progress_ = nullptr;
	int64_t plugged_ = 0; /* wall clock; INT64_MAX in a gap */
	int64_t last_cut_ = 0;
};

} // namespace emu

#endif
