/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/run.h"
#include <ns3/simulator.h>

namespace emu
{

int64_t plan_now()
{
	return ns3::Simulator::Now().GetNanoSeconds();
}

mip6_time node_now()
{
	return mono_at_zero + plan_now();
}

int64_t wall_now()
{
	return wall_at_zero + plan_now();
}

std::string run::raw(const std::string &name) const
{
	return results + "/raw/" + name;
}

bool run::fail(const char *format, ...)
{
	char text[512];
	va_list args;

	if (!error.empty())
		return false; /* the first error is the cause */
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error = text;
	ns3::Simulator::Stop();
	return false;
}

void run::note(const char *what, const char *format, ...)
{
	va_list args;

	fprintf(timeline, "{\"t\":%lld,\"what\":\"%s\"", static_cast<long long>(wall_now()), what);
	va_start(args, format);
	vfprintf(timeline, format, args);
	va_end(args);
	fputs("}\n", timeline);
}

} // namespace emu
