/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of event names (mip6/event.h) and the functions that fill an
 * event. docs/events.md describes the same list; a test compares them. */
#include <mip6/event.h>

/* Arrays, not pointers: nothing of the table is relocated, so it is read-only. */
struct event_text {
	char name[20];
	char meaning[72];
};

static const struct event_text event_texts[MIP6_EVENTS] = {
    [MIP6_EV_STARTED] = {"started",
			 "The node runs, and what it needs from its first moment on is in place."},
    [MIP6_EV_STOPPED] = {"stopped", "The node ended in order and withdrew what it had set up."},
    [MIP6_EV_LINK_UP] = {"link_up", "An interface has carrier, or was attached to another link."},
    [MIP6_EV_LINK_DOWN] = {"link_down", "An interface lost its carrier or went away."},
    [MIP6_EV_RS_TX] = {"rs_tx", "A Router Solicitation was sent."},
    [MIP6_EV_RS_RX] = {"rs_rx", "A router answered a Router Solicitation."},
    [MIP6_EV_RA_RX] = {"ra_rx", "A Router Advertisement came in."},
    [MIP6_EV_ROUTER_NEW] = {"router_new", "A router became the default router of an interface."},
    [MIP6_EV_ROUTER_LOST] = {"router_lost", "A router is no longer usable."},
    [MIP6_EV_MOVED] = {"moved", "The mobile node found that it is on another link."},
    [MIP6_EV_COA_NEW] = {"coa_new", "A care-of address was formed and is usable."},
    [MIP6_EV_COA_GONE] = {"coa_gone", "A care-of address was withdrawn."},
    [MIP6_EV_COA_CHOSEN] = {"coa_chosen", "A care-of address was chosen among the candidates."},
    [MIP6_EV_DAD_START] = {"dad_start", "Duplicate address detection of an address began."},
    [MIP6_EV_DAD_OK] = {"dad_ok", "No other node on the link uses the address."},
    [MIP6_EV_DAD_FAIL] = {"dad_fail", "Another node on the link uses the address."},
    [MIP6_EV_AT_HOME] = {"at_home", "The mobile node is on its home link."},
    [MIP6_EV_BU_TX] = {"bu_tx", "A Binding Update was sent."},
    [MIP6_EV_BU_RX] = {"bu_rx", "A Binding Update came in."},
    [MIP6_EV_BA_TX] = {"ba_tx", "A Binding Acknowledgement was sent."},
    [MIP6_EV_BA_RX] = {"ba_rx", "A Binding Acknowledgement came in."},
    [MIP6_EV_BE_TX] = {"be_tx", "A Binding Error was sent."},
    [MIP6_EV_BE_RX] = {"be_rx", "A Binding Error came in."},
    [MIP6_EV_BRR_RX] = {"brr_rx", "A Binding Refresh Request came in."},
    [MIP6_EV_BINDING_NEW] = {"binding_new", "The home agent serves a new binding."},
    [MIP6_EV_BINDING_CHANGED] = {"binding_changed", "A binding was refreshed or moved."},
    [MIP6_EV_BINDING_GONE] = {"binding_gone", "The home agent no longer serves a binding."},
    [MIP6_EV_TUNNEL_REFUSED] = {"tunnel_refused",
				"The home agent told a sender that its tunnel has no binding."},
    [MIP6_EV_REGISTERED] = {"registered", "The peer accepted the mobile node's binding."},
    [MIP6_EV_DEREGISTERED] = {"deregistered", "The mobile node's binding at the peer ended."},
    [MIP6_EV_BINDING_DOUBTED] = {"binding_doubted",
				 "An error from the peer says that it may have no binding."},
    [MIP6_EV_TUNNEL_UP] = {"tunnel_up", "Traffic of the home address uses the tunnel."},
    [MIP6_EV_TUNNEL_DOWN] = {"tunnel_down", "The tunnel is no longer used."},
    [MIP6_EV_DROP] = {"drop", "A received packet was dropped."},
    [MIP6_EV_PLANE_ERROR] = {"plane_error",
			     "The host could not set up what was wanted. It is tried again."},
    [MIP6_EV_CONFIG_RELOADED] = {"config_reloaded", "A new configuration is in use."},
    [MIP6_EV_REPEATED] = {"repeated", "Events of one kind and cause were left out, and counted."},
    [MIP6_EV_EVENTS_DROPPED] = {"events_dropped",
				"Events were not written: the reader was too slow."},
    [MIP6_EV_WARNING] = {"warning", "Something needs the operator's attention."},
};

const char *mip6_event_name(enum mip6_event_id id)
{
	return (unsigned)id < MIP6_EVENTS ? event_texts[id].name : "unknown";
}

const char *mip6_event_meaning(enum mip6_event_id id)
{
	return (unsigned)id < MIP6_EVENTS ? event_texts[id].meaning : "An unknown event.";
}

struct mip6_event mip6_event_make(enum mip6_event_id id, mip6_time now, unsigned ifindex)
{
	return (struct mip6_event){.id = id, .time = now, .ifindex = ifindex};
}

static struct mip6_field *next_field(struct mip6_event *e, const char *name,
				     enum mip6_field_type type)
{
	struct mip6_field *f;

	if (e->count >= MIP6_EVENT_FIELDS)
		return NULL;
	f = &e->fields[e->count++];
	f->name = name;
	f->type = type;
	return f;
}

void mip6_event_uint(struct mip6_event *e, const char *name, uint64_t value)
{
	struct mip6_field *f = next_field(e, name, MIP6_FIELD_UINT);

	if (f)
		f->uint = value;
}

void mip6_event_addr(struct mip6_event *e, const char *name, const struct mip6_addr *value)
{
	struct mip6_field *f = next_field(e, name, MIP6_FIELD_ADDR);

	if (f)
		f->addr = *value;
}

void mip6_event_prefix(struct mip6_event *e, const char *name, const struct mip6_prefix *value)
{
	struct mip6_field *f = next_field(e, name, MIP6_FIELD_PREFIX);

	if (f)
		f->prefix = *value;
}

void mip6_event_text(struct mip6_event *e, const char *name, const char *value)
{
	struct mip6_field *f = next_field(e, name, MIP6_FIELD_TEXT);

	if (f)
		f->text = value;
}
