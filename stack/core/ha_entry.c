/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of the binding cache with what hangs on them: their site, their timer,
 * and the job that is under way for them. */
#include "ha_job.h"
#include <stdlib.h>

const struct ha_site *ha_entry_site(const struct bcache_entry *e)
{
	return &e->ha->sites[e->site];
}

static size_t site_find(const struct ha *ha, const struct mip6_addr *address, unsigned ifindex)
{
	size_t free_site = HA_SITES;

	for (size_t i = 0; i < HA_SITES; i++) {
		const struct ha_site *s = &ha->sites[i];

		if (s->users == 0)
			free_site = free_site == HA_SITES ? i : free_site;
		else if (s->ifindex == ifindex && mip6_addr_equal(&s->address, address))
			return i;
	}
	return free_site;
}

/* Adds a user; HA_SITES when there is no room. */
static size_t site_take(struct ha *ha, const struct mip6_addr *address, unsigned ifindex)
{
	size_t i = site_find(ha, address, ifindex);

	if (i == HA_SITES)
		return i;
	ha->sites[i].address = *address;
	ha->sites[i].ifindex = ifindex;
	ha->sites[i].users++;
	return i;
}

uint32_t ha_entries_max(const struct ha *ha)
{
	uint32_t max = ha->node->config.ha_max_bindings;

	return max ? max : MIP6_MAX_BINDINGS;
}

unsigned ha_link_of(const struct mip6_node *node, const struct mip6_addr *hoa)
{
	const struct bcache_entry *e = bcache_find(&node->ha->bcache, hoa);

	return e && e->state == BCACHE_BOUND ? ha_entry_site(e)->ifindex : 0;
}

bool ha_is_bound(const struct mip6_node *node, const struct mip6_addr *hoa,
		 const struct mip6_addr *coa)
{
	const struct bcache_entry *e = bcache_find(&node->ha->bcache, hoa);

	return e && e->state == BCACHE_BOUND && mip6_addr_equal(&e->coa, coa);
}

uint32_t ha_max_bindings(const struct mip6_node *node)
{
	return ha_entries_max(node->ha);
}

bool ha_entry_full(const struct ha *ha)
{
	return ha->bcache.table.count >= ha_entries_max(ha);
}

struct bcache_entry *ha_entry_new(struct ha *ha, const struct mip6_addr *hoa,
				  const struct mip6_addr *address, unsigned ifindex)
{
	size_t site = site_take(ha, address, ifindex);
	struct bcache_entry *e;

	if (site == HA_SITES)
		return NULL;
	e = bcache_add(&ha->bcache, hoa);
	if (!e) {
		ha->sites[site].users--;
		return NULL;
	}
	e->ha = ha;
	e->site = (uint8_t)site;
	timer_init(&e->timer, ha_binding_fire, e);
	return e;
}

int ha_entry_place(struct bcache_entry *e, const struct mip6_addr *address, unsigned ifindex)
{
	size_t site = site_take(e->ha, address, ifindex);

	if (site == HA_SITES)
		return MIP6_ERR_SPACE;
	e->ha->sites[e->site].users--;
	e->site = (uint8_t)site;
	return MIP6_OK;
}

void ha_entry_free(struct bcache_entry *e)
{
	struct ha *ha = e->ha;

	ha_job_end(e);
	ha_record_forget(e);
	timer_stop(&ha->node->timers, &e->timer);
	ha->sites[e->site].users--;
	bcache_remove(&ha->bcache, e);
}
