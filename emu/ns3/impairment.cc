/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/impairment.h"
#include <algorithm>
#include <cmath>

namespace emu
{

void impairment::name(uint64_t seed, const std::string &stream)
{
	seed_ = seed;
	stream_ = stream;
}

void impairment::set(const struct lab_impairment &imp)
{
	imp_ = imp;
}

bool impairment::has_effect() const
{
	return imp_.delay_ns > 0 || imp_.jitter_ns > 0 || imp_.loss > 0 || imp_.rate_bps > 0;
}

/* Uniform from -jitter to +jitter. */
int64_t impairment::draw_jitter()
{
	if (imp_.jitter_ns <= 0)
		return 0;
	return prng_between(seed_, stream_.c_str(), draws_++, -imp_.jitter_ns, imp_.jitter_ns - 1);
}

int64_t impairment::delay(int64_t now, uint32_t octets)
{
	int64_t start = now;
	int64_t delay;

	if (imp_.loss > 0 &&
	    std::ldexp(static_cast<double>(prng_word(seed_, stream_.c_str(), draws_++) >> 11),
		       -53) < imp_.loss)
		return -1;
	delay = std::max<int64_t>(imp_.delay_ns + draw_jitter(), 0);
	if (imp_.rate_bps > 0) {
		/* A frame is sent behind the one before it, which has waited for
		 * the delay already. */
		if (last_ > now) {
			delay = std::max<int64_t>(delay - (last_ - now), 0);
			start = last_;
		}
		delay += static_cast<int64_t>(octets * 8e9 / imp_.rate_bps);
	}
	last_ = std::max(last_, start + delay);
	return start + delay - now;
}

} // namespace emu
