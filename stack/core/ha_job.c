/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Detection and advertisement of home addresses on the home link (ha_job.h). */
#include "ha_job.h"

static void advertise_fire(void *arg, mip6_time now);

struct mip6_addr ha_link_local_of(const struct mip6_addr *hoa)
{
	struct mip6_prefix link_local = {.addr.b = {0xfe, 0x80}, .len = 64};

	return mip6_addr_combine(&link_local, hoa);
}

struct ha_job *ha_job_new(struct bcache_entry *e)
{
	struct ha_job *job;

	if (e->ha->jobs >= HA_JOBS_MAX)
		return NULL;
	job = pool_take(&e->ha->job_pool);
	if (!job)
		return NULL;
	timer_init(&job->timer, advertise_fire, e);
	e->job = job;
	e->ha->jobs++;
	return job;
}

void ha_job_end(struct bcache_entry *e)
{
	struct mip6_node *node = e->ha->node;
	struct mip6_addr link_local = ha_link_local_of(&e->hoa);
	unsigned ifindex = ha_entry_site(e)->ifindex;

	if (!e->job)
		return;
	if (e->job->dads) {
		dad_cancel(node, ifindex, &e->hoa);
		dad_cancel(node, ifindex, &link_local);
	}
	timer_stop(&node->timers, &e->job->timer);
	pool_give(&e->ha->job_pool, e->job);
	e->job = NULL;
	e->ha->jobs--;
}

static void dad_ended(void *arg, mip6_time now, const struct mip6_addr *addr, bool ok)
{
	struct bcache_entry *e = arg;

	(void)addr;
	e->job->dads--;
	if (!ok || e->job->dads == 0)
		ha_binding_tested(e, now, ok);
}

int ha_job_test(struct bcache_entry *e, mip6_time now)
{
	struct mip6_addr link_local = ha_link_local_of(&e->hoa);
	unsigned ifindex = ha_entry_site(e)->ifindex;
	struct mip6_node *node = e->ha->node;
	int err = dad_start(node, now, ifindex, &e->hoa, MIP6_SECOND, dad_ended, e);

	if (err < 0)
		return err;
	e->job->dads++;
	if (!(e->flags & MH_BU_L))
		return MIP6_OK;
	err = dad_start(node, now, ifindex, &link_local, MIP6_SECOND, dad_ended, e);
	if (err == MIP6_OK)
		e->job->dads++;
	return err;
}

struct mip6_addr ha_address_near(const struct ha *ha, unsigned ifindex, const struct mip6_addr *hoa)
{
	const struct iface *iface = node_iface(ha->node, ifindex);
	struct mip6_addr best = {0};
	unsigned best_bits = 0;

	for (size_t i = 0; iface && i < iface->addr_count; i++) {
		const struct mip6_addr *a = &iface->addrs[i].addr.addr;
		unsigned bits = mip6_addr_common_bits(a, hoa);

		if (mip6_addr_is_unspecified(&best) || bits > best_bits) {
			best = *a;
			best_bits = bits;
		}
	}
	return best;
}

static void advertise_once(const struct bcache_entry *e)
{
	unsigned ifindex = ha_entry_site(e)->ifindex;
	struct mip6_addr src = ha_address_near(e->ha, ifindex, &e->hoa);
	struct mip6_addr dst = mip6_addr_all_nodes();
	struct mip6_addr link_local = ha_link_local_of(&e->hoa);

	if (mip6_addr_is_unspecified(&src))
		return;
	node_send_na(e->ha->node, ifindex, &src, &dst, &e->hoa, ND_NA_O);
	if (e->flags & MH_BU_L)
		node_send_na(e->ha->node, ifindex, &src, &dst, &link_local, ND_NA_O);
}

static void advertise_fire(void *arg, mip6_time now)
{
	struct bcache_entry *e = arg;

	advertise_once(e);
	if (--e->job->advertisements == 0 ||
	    timer_set(&e->ha->node->timers, &e->job->timer, now + MIP6_SECOND) < 0)
		ha_job_end(e);
}

void ha_job_advertise(struct bcache_entry *e, mip6_time now)
{
	if (ha_entry_site(e)->ifindex == 0) {
		ha_job_end(e);
		return;
	}
	e->job->advertisements = HA_NA_COUNT;
	advertise_fire(e, now);
}
