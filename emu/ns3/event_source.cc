/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/event_source.h"
#include <ns3/trace-source-accessor.h>

namespace emu
{

ns3::TypeId event_source::GetTypeId()
{
	static ns3::TypeId id =
	    ns3::TypeId("emu::event_source")
		.SetParent<ns3::Object>()
		.AddConstructor<event_source>()
		.AddTraceSource("Event", "A step of the protocol",
				ns3::MakeTraceSourceAccessor(&event_source::event_),
				"emu::event_source::event_callback");

	return id;
}

void event_source::tell(const struct mip6_event *event)
{
	event_(event);
}

} // namespace emu
