/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_HA_JOB_H
#define CORE_HA_JOB_H

/* What is under way for a binding: the duplicate address detection before it is
 * made (RFC 6275 10.3.1), then the advertisements that draw its traffic to the
 * home agent (10.4.1). A job is kept only while it lasts. */
#include "ha.h"

struct ha_job {
	struct timer timer;	/* next advertisement */
	struct ha_reply reply;	/* where the BA goes, of the latest BU */
	uint16_t lifetime;	/* asked by the latest BU, 4 s units */
	bool early;		/* DAD: packets follow the binding already */
	uint8_t dads;		/* detections still running */
	uint8_t advertisements; /* still to be sent */
};

/* A job for an entry that has none. NULL when out of memory or of jobs. */
struct ha_job *ha_job_new(struct bcache_entry *e);
/* Ends the entry's job, if it has one; detections end without a result. */
void ha_job_end(struct bcache_entry *e);
/* Begins DAD of the home address, with L of its link-local address too; the end
 * is told by ha_binding_tested. */
int ha_job_test(struct bcache_entry *e, mip6_time now);
/* Sends the first advertisement and repeats it. */
void ha_job_advertise(struct bcache_entry *e, mip6_time now);
/* The home agent's address on the link that is nearest to the home address: of
 * the same prefix where there is one. Unspecified when it has none there. */
struct mip6_addr ha_address_near(const struct ha *ha, unsigned ifindex,
				 const struct mip6_addr *hoa);
/* fe80:: with the identifier of the home address. */
struct mip6_addr ha_link_local_of(const struct mip6_addr *hoa);

#endif
