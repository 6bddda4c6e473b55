/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings that outlive the process (mip6/node.h, MIP6_RECORD_BINDING): with the
 * sequence number, so that a Binding Update replayed after a restart is refused,
 * and with the end of the lifetime, so that a binding ends when it would have. */
#include "ha.h"
#include <string.h>

enum { RECORD_VERSION = 1 };

/* The longest lifetime that 16 bits of 4 s units can express. */
static const mip6_time longest = UINT16_MAX * (4 * MIP6_SECOND);

void ha_record_save(const struct bcache_entry *e)
{
	const struct ha_site *site = ha_entry_site(e);
	const struct iface *iface = node_iface(e->ha->node, site->ifindex);
	struct mip6_record record = {.kind = MIP6_RECORD_BINDING, .key = e->hoa};
	struct mip6_writer w = wr_init(record.data, sizeof(record.data));
	char name[MIP6_IFNAME] = {0};

	if (iface)
		memcpy(name, iface->link.name, sizeof(name));
	wr_u64(&w, (uint64_t)e->timer.at);
	wr_u8(&w, RECORD_VERSION);
	wr_u8(&w, e->state);
	wr_u16(&w, e->seq);
	wr_u16(&w, e->flags);
	wr_addr(&w, &e->coa);
	wr_addr(&w, &site->address);
	wr_copy(&w, name, sizeof(name));
	record.len = (uint16_t)w.pos;
	node_save(e->ha->node, &record);
}

void ha_record_remove(struct ha *ha, const struct mip6_addr *hoa)
{
	struct mip6_record record = {.kind = MIP6_RECORD_BINDING, .key = *hoa};

	node_save(ha->node, &record);
}

struct saved {
	mip6_time end;
	uint8_t version;
	uint8_t state;
	uint16_t seq;
	uint16_t flags;
	struct mip6_addr coa;
	struct mip6_addr address;
	char name[MIP6_IFNAME];
};

/* A de-registration of what was not bound has no care-of address. */
static bool may_stand(const struct saved *s)
{
	if (s->state == BCACHE_DELETED && mip6_addr_is_unspecified(&s->coa))
		return true;
	return (s->state == BCACHE_BOUND || s->state == BCACHE_DELETED) &&
	       mip6_addr_is_routable(&s->coa);
}

static int read_record(const struct mip6_record *record, struct saved *ret)
{
	struct mip6_reader r = rd_init(record->data, record->len);

	ret->end = (mip6_time)rd_u64(&r);
	ret->version = rd_u8(&r);
	ret->state = rd_u8(&r);
	ret->seq = rd_u16(&r);
	ret->flags = rd_u16(&r);
	ret->coa = rd_addr(&r);
	ret->address = rd_addr(&r);
	rd_copy(&r, ret->name, sizeof(ret->name));
	if (r.failed || rd_left(&r) != 0 || ret->version != RECORD_VERSION)
		return MIP6_ERR_VALUE;
	if (!may_stand(ret) || !mip6_addr_is_routable(&record->key) ||
	    !mip6_addr_is_routable(&ret->address))
		return MIP6_ERR_VALUE;
	ret->name[MIP6_IFNAME - 1] = '\0';
	return MIP6_OK;
}

/* The home link is found again by its name; where the interface is not known
 * yet, ha_start looks for the prefix. */
int ha_restore(struct mip6_node *node, mip6_time now, const struct mip6_record *record)
{
	struct ha *ha = node->ha;
	const struct iface *iface;
	struct bcache_entry *e;
	struct saved saved;

	if (read_record(record, &saved) < 0 || saved.end > now + longest)
		return MIP6_ERR_VALUE;
	if (saved.end <= now) {
		ha_record_remove(ha, &record->key);
		return MIP6_OK;
	}
	if (bcache_find(&ha->bcache, &record->key))
		return MIP6_ERR_EXISTS;
	iface = node_iface_by_name(node, saved.name);
	e = ha_entry_new(ha, &record->key, &saved.address, iface ? iface->link.ifindex : 0);
	if (!e || timer_set(&node->timers, &e->timer, saved.end) < 0) {
		if (e)
			ha_entry_free(e);
		return MIP6_ERR_NOMEM;
	}
	e->coa = saved.coa;
	e->seq = saved.seq;
	e->flags = saved.flags;
	e->state = saved.state;
	return MIP6_OK;
}
