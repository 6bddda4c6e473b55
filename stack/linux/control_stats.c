/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The counters of a running host (docs/control.md): the protocol's, the host's own,
 * and under names that begin with "plane_" those of the plane that is at work. */
#include "host.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A 64-bit member of a structure of counters. */
struct counter {
	const char *name;
	size_t offset;
};

#define COUNTER(type, prefix, field)                                                               \
	{                                                                                          \
		prefix #field, offsetof(struct type, field)                                        \
	}
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct counter core_counters[] = {
    COUNTER(mip6_stats, "", rx_rs),	     COUNTER(mip6_stats, "", rx_ra),
    COUNTER(mip6_stats, "", rx_ns),	     COUNTER(mip6_stats, "", rx_na),
    COUNTER(mip6_stats, "", tx_rs),	     COUNTER(mip6_stats, "", tx_ra),
    COUNTER(mip6_stats, "", tx_ns),	     COUNTER(mip6_stats, "", tx_na),
    COUNTER(mip6_stats, "", drop_truncated), COUNTER(mip6_stats, "", drop_length),
    COUNTER(mip6_stats, "", drop_checksum),  COUNTER(mip6_stats, "", drop_type),
    COUNTER(mip6_stats, "", drop_proto),     COUNTER(mip6_stats, "", drop_hoplimit),
    COUNTER(mip6_stats, "", drop_value),     COUNTER(mip6_stats, "", drop_duplicate),
    COUNTER(mip6_stats, "", drop_policy),    COUNTER(mip6_stats, "", drop_sequence),
    COUNTER(mip6_stats, "", bindings),	     COUNTER(mip6_stats, "", registrations),
    COUNTER(mip6_stats, "", handovers),	     COUNTER(mip6_stats, "", plane_errors),
};

static const struct counter soft_counters[] = {
    COUNTER(mip6_soft_stats, "plane_", rx_frames),
    COUNTER(mip6_soft_stats, "plane_", tx_frames),
    COUNTER(mip6_soft_stats, "plane_", up),
    COUNTER(mip6_soft_stats, "plane_", output),
    COUNTER(mip6_soft_stats, "plane_", forwarded),
    COUNTER(mip6_soft_stats, "plane_", encapsulated),
    COUNTER(mip6_soft_stats, "plane_", decapsulated),
    COUNTER(mip6_soft_stats, "plane_", fragments_sent),
    COUNTER(mip6_soft_stats, "plane_", fragments_received),
    COUNTER(mip6_soft_stats, "plane_", reassembled),
    COUNTER(mip6_soft_stats, "plane_", icmp_errors_sent),
    COUNTER(mip6_soft_stats, "plane_", neighbours_solicited),
    COUNTER(mip6_soft_stats, "plane_", neighbours_failed),
    COUNTER(mip6_soft_stats, "plane_", drop_malformed),
    COUNTER(mip6_soft_stats, "plane_", drop_not_ours),
    COUNTER(mip6_soft_stats, "plane_", drop_no_route),
    COUNTER(mip6_soft_stats, "plane_", drop_hop_limit),
    COUNTER(mip6_soft_stats, "plane_", drop_too_big),
    COUNTER(mip6_soft_stats, "plane_", drop_no_neighbour),
    COUNTER(mip6_soft_stats, "plane_", drop_no_binding),
    COUNTER(mip6_soft_stats, "plane_", drop_wrong_coa),
    COUNTER(mip6_soft_stats, "plane_", drop_wrong_tunnel),
    COUNTER(mip6_soft_stats, "plane_", drop_hao),
    COUNTER(mip6_soft_stats, "plane_", drop_rh2),
    COUNTER(mip6_soft_stats, "plane_", drop_reassembly),
    COUNTER(mip6_soft_stats, "plane_", drop_link_down),
};

static const struct counter uplane_counters[] = {
    COUNTER(uplane_stats, "plane_", tx_errors),	   COUNTER(uplane_stats, "plane_", up_errors),
    COUNTER(uplane_stats, "plane_", rx_odd),	   COUNTER(uplane_stats, "plane_", split),
    COUNTER(uplane_stats, "plane_", split_errors), COUNTER(uplane_stats, "plane_", merged),
};

/* Names of the user plane where they mean the same. */
static const struct counter kplane_counters[] = {
    COUNTER(kplane_drops, "plane_drop_", not_ipv6),
    COUNTER(kplane_drops, "plane_drop_", no_binding),
    COUNTER(kplane_drops, "plane_drop_", wrong_coa),
    COUNTER(kplane_drops, "plane_drop_", link_local),
};

static void set_uint(json_t *o, const char *name, uint64_t value)
{
	json_object_set_new(o, name, json_integer((json_int_t)value));
}

static void set_counters(json_t *o, const struct counter *counters, size_t count, const void *of)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		memcpy(&value, (const char *)of + counters[i].offset, sizeof(value));
		set_uint(o, counters[i].name, value);
	}
}

static void set_mh_counters(json_t *o, const char *prefix, const uint64_t count[8])
{
	char name[32];

	for (uint8_t type = 0; type < 8; type++) {
		snprintf(name, sizeof(name), "%s_%s", prefix, mh_type_text(type));
		for (char *c = name; *c; c++)
			if (*c >= 'A' && *c <= 'Z')
				*c = (char)(*c - 'A' + 'a');
		set_uint(o, name, count[type]);
	}
}

static void set_user_plane(json_t *o, const struct uplane *u)
{
	struct mip6_soft_stats soft;
	struct uplane_stats own;

	uplane_soft_stats(u, &soft);
	uplane_stats(u, &own);
	set_counters(o, soft_counters, COUNT_OF(soft_counters), &soft);
	set_counters(o, uplane_counters, COUNT_OF(uplane_counters), &own);
}

static void set_kernel_plane(json_t *o, const struct kplane *k)
{
	struct kplane_drops drops;

	kplane_drops(k, &drops);
	set_counters(o, kplane_counters, COUNT_OF(kplane_counters), &drops);
}

json_t *control_host_stats(const struct host *h)
{
	json_t *o = json_object();
	struct mip6_stats s;

	mip6_node_stats(h->node, &s);
	set_mh_counters(o, "rx", s.rx_mh);
	set_mh_counters(o, "tx", s.tx_mh);
	set_counters(o, core_counters, COUNT_OF(core_counters), &s);
	set_uint(o, "tx_errors", h->stats.tx_errors);
	set_uint(o, "save_errors", h->stats.save_errors);
	set_uint(o, "events_lost", h->log.lost);
	set_uint(o, "reloads", h->stats.reloads);
	set_uint(o, "reload_errors", h->stats.reload_errors);
	if (h->uplane)
		set_user_plane(o, h->uplane);
	else if (h->kplane)
		set_kernel_plane(o, h->kplane);
	return o;
}
