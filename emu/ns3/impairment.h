/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_IMPAIRMENT_H
#define EMU_NS3_IMPAIRMENT_H

/* Delay, jitter, loss and rate of one transmitter, by the arithmetic of Linux'
 * netem, which the other engines use: the same frame leaves at the same time.
 * Draws come from the seed and the transmitter's name, so they neither depend on
 * others nor on how the run is observed. */
#include "ns3/plan.h"
#include <string>

namespace emu
{

class impairment
{
      public:
	/* The stream of random numbers; `seed` is the plan's. */
	void name(uint64_t seed, const std::string &stream);
	void set(const struct lab_impairment &imp);
	bool has_effect() const;
	/* A frame of `octets` (with its Ethernet header) at plan time `now`: how
	 * much later it leaves, or -1 when it is lost. */
	int64_t delay(int64_t now, uint32_t octets);

      private:
	int64_t draw_jitter();

	struct lab_impairment imp_ = {};
	uint64_t seed_ = 0;
	std::string stream_;
	uint64_t draws_ = 0;
	int64_t last_ = 0; /* when the last frame leaves */
};

} // namespace emu

#endif
