/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_EVENT_SOURCE_H
#define EMU_NS3_EVENT_SOURCE_H

/* A node's protocol events (mip6/event.h) as an ns-3 trace source, aggregated to the
 * ns3::Node. The run's event files are fed from it, and so is whatever else connects:
 *   Config::ConnectWithoutContext("/NodeList/0/$emu::event_source/Event", ...)
 * The event and what it points to is valid during the call only. */
#include "ns3/plan.h"
#include <ns3/object.h>
#include <ns3/traced-callback.h>

namespace emu
{

class event_source : public ns3::Object
{
      public:
	static ns3::TypeId GetTypeId();
	typedef void (*event_callback)(const struct mip6_event *event);
	void tell(const struct mip6_event *event);

      private:
	ns3::TracedCallback<const struct mip6_event *> event_;
};

} // namespace emu

#endif
