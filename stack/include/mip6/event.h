/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_EVENT_H
#define MIP6_EVENT_H

/* Every step of the protocol is an event with a name and named fields. This is
 * the one table of names: core/event.c holds name and meaning of each,
 * docs/events.md describes them, logs, `mip6ctl monitor` and the lab are fed
 * from them. */
#include <mip6/types.h>

enum mip6_event_id {
	MIP6_EV_STARTED, /* the node runs */
	MIP6_EV_STOPPED, /* the node ended in order */
	MIP6_EV_LINK_UP, /* an interface has carrier (also: attached elsewhere) */
	MIP6_EV_LINK_DOWN,
	MIP6_EV_RS_TX,
	MIP6_EV_RS_RX,	     /* a router answers: src, answer */
	MIP6_EV_RA_RX,	     /* src, prefixes, lifetime_s */
	MIP6_EV_ROUTER_NEW,  /* router, interface: now the default router */
	MIP6_EV_ROUTER_LOST, /* router, reason */
	MIP6_EV_MOVED,	     /* movement detected: reason */
	MIP6_EV_COA_NEW,     /* coa formed and usable */
	MIP6_EV_COA_GONE,    /* coa withdrawn: reason */
	MIP6_EV_COA_CHOSEN,  /* coa chosen among candidates */
	MIP6_EV_DAD_START,   /* addr */
	MIP6_EV_DAD_OK,	     /* addr */
	MIP6_EV_DAD_FAIL,    /* addr */
	MIP6_EV_AT_HOME,     /* on the home link */
	MIP6_EV_BU_TX,	     /* hoa, coa, peer, seq, lifetime_s */
	MIP6_EV_BU_RX,
	MIP6_EV_BA_TX, /* hoa, coa, peer, seq, lifetime_s, status */
	MIP6_EV_BA_RX,
	MIP6_EV_BE_TX,
	MIP6_EV_BE_RX,
	MIP6_EV_BRR_RX,
	MIP6_EV_BINDING_NEW, /* home agent: hoa, coa, lifetime_s */
	MIP6_EV_BINDING_CHANGED,
	MIP6_EV_BINDING_GONE,	/* hoa, reason */
	MIP6_EV_TUNNEL_REFUSED, /* home agent: hoa, coa: a tunnelled packet without binding */
	MIP6_EV_REGISTERED,	/* mobile node: binding accepted by peer */
	MIP6_EV_DEREGISTERED,
	MIP6_EV_BINDING_DOUBTED, /* mobile node: hoa, coa, peer, type, code of the error */
	MIP6_EV_TUNNEL_UP,
	MIP6_EV_TUNNEL_DOWN,
	MIP6_EV_DROP,	     /* a packet was dropped: reason, src */
	MIP6_EV_PLANE_ERROR, /* the host could not do what was wanted: object, error, text */
	MIP6_EV_CONFIG_RELOADED,
	MIP6_EV_REPEATED, /* of, more, seconds, and what they have in common: src, reason, status */
	MIP6_EV_EVENTS_DROPPED, /* count */
	MIP6_EV_WARNING,	/* text */
	MIP6_EVENTS,
};

enum mip6_field_type { MIP6_FIELD_UINT, MIP6_FIELD_ADDR, MIP6_FIELD_PREFIX, MIP6_FIELD_TEXT };

struct mip6_field {
	const char *name;
	enum mip6_field_type type;
	union {
		uint64_t uint;
		struct mip6_addr addr;
		struct mip6_prefix prefix;
		const char *text; /* valid during the call only */
	};
};

#define MIP6_EVENT_FIELDS 8

struct mip6_event {
	enum mip6_event_id id;
	mip6_time time;
	unsigned ifindex; /* 0: none */
	unsigned count;
	struct mip6_field fields[MIP6_EVENT_FIELDS];
};

/* "ba_rx" for MIP6_EV_BA_RX. */
const char *mip6_event_name(enum mip6_event_id id);
/* One sentence that says what happened. */
const char *mip6_event_meaning(enum mip6_event_id id);

/* Building an event; fields beyond MIP6_EVENT_FIELDS are left out. */
struct mip6_event mip6_event_make(enum mip6_event_id id, mip6_time now, unsigned ifindex);
void mip6_event_uint(struct mip6_event *e, const char *name, uint64_t value);
void mip6_event_addr(struct mip6_event *e, const char *name, const struct mip6_addr *value);
void mip6_event_prefix(struct mip6_event *e, const char *name, const struct mip6_prefix *value);
void mip6_event_text(struct mip6_event *e, const char *name, const char *value);

/* An event as one line of JSON, with its newline and a closing zero in buf:
 *   {"time": 1700000000.123456789, "mono": 5123456789, "node": "mn",
 *    "event": "ba_rx", "if": "eth0", "hoa": "3fff::1", ...}
 * `mono` is the event's time in ns, `time` the same plus `offset` (wall clock minus
 * monotonic clock) in seconds. node and ifname are names for people; ifname may be
 * NULL. A field that has no room is left out with all behind it. The length, or
 * MIP6_ERR_SPACE when not even the fixed part fits. */
int mip6_event_line(const char *node, mip6_time offset, const struct mip6_event *e,
		    const char *ifname, char *buf, size_t cap);
/* The same for a text of the host itself: event "debug", field "text". */
int mip6_event_debug_line(const char *node, mip6_time offset, mip6_time now, const char *text,
			  char *buf, size_t cap);

#endif
