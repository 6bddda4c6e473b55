/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings that outlive the process (mip6/node.h, MIP6_RECORD_BINDING): with the
 * sequence number, so that a Binding Update replayed after a restart is refused,
 * and with the end of the lifetime, so that a binding ends when it would have.
 *
 * A save may fail: a disk is full. Then no Binding Acknowledgement leaves. A new
 * binding is refused (status 130); one that there is goes on with its new care-of
 * address, so that traffic is not cut, and its mobile node repeats its Binding Update
 * until the answer may be given. Meanwhile each second the first entry that lacks its
 * record is tried again, and when that succeeds so are all others. */
#include "ha.h"
#include <string.h>

enum {
	RECORD_VERSION = 1,
	VISITS = 4096, /* entries that one step looks at */
	SAVES = 256,   /* and saves */
};

/* Between two steps of the same round. */
#define STEP_PAUSE (10 * MIP6_MS)

/* The longest lifetime that 16 bits of 4 s units can express. */
static const mip6_time longest = UINT16_MAX * (4 * MIP6_SECOND);

static void mark(struct bcache_entry *e, mip6_time now, bool unsaved)
{
	struct ha *ha = e->ha;

	if (e->unsaved == unsaved)
		return;
	e->unsaved = unsaved;
	ha->unsaved += unsaved ? 1u : (size_t)-1;
	/* Without memory for the timer the mobile node's next Binding Update tries. */
	if (unsaved && !timer_is_set(&ha->save_timer))
		(void)timer_set(&ha->node->timers, &ha->save_timer, now + NODE_SAVE_AGAIN);
}

void ha_record_forget(struct bcache_entry *e)
{
	if (e->unsaved)
		e->ha->unsaved--;
	e->unsaved = false;
}

int ha_record_save(struct bcache_entry *e, mip6_time now)
{
	const struct ha_site *site = ha_entry_site(e);
	const struct iface *iface = node_iface(e->ha->node, site->ifindex);
	struct mip6_record record = {.kind = MIP6_RECORD_BINDING, .key = e->hoa};
	struct mip6_writer w = wr_init(record.data, sizeof(record.data));
	char name[MIP6_IFNAME] = {0};
	int err;

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
	err = node_save(e->ha->node, &record);
	if (err == MIP6_OK)
		e->recorded = true;
	mark(e, now, err < 0);
	return err;
}

int ha_record_remove(struct bcache_entry *e, mip6_time now)
{
	struct mip6_record record = {.kind = MIP6_RECORD_BINDING, .key = e->hoa};
	int err = e->recorded ? node_save(e->ha->node, &record) : MIP6_OK;

	if (err == MIP6_OK)
		e->recorded = false;
	mark(e, now, err < 0);
	return err;
}

void ha_record_lost(struct mip6_node *node, mip6_time now, const struct mip6_addr *hoa)
{
	struct bcache_entry *e = bcache_find(&node->ha->bcache, hoa);

	if (e)
		mark(e, now, true);
}

/* ---- another try ---------------------------------------------------------------- */

struct retry {
	mip6_time now;
	unsigned visits;
	unsigned saves;
	bool failed;
};

/* False ends the step. What is in duplicate detection is saved or refused when that
 * has ended. */
static bool retry_entry(void *arg, struct bcache_entry *e)
{
	struct retry *r = arg;

	if (e->unsaved && e->state != BCACHE_DAD) {
		r->saves++;
		r->failed = ha_record_save(e, r->now) < 0;
	}
	return !r->failed && ++r->visits < VISITS && r->saves < SAVES;
}

void ha_record_retry(void *arg, mip6_time now)
{
	struct retry r = {.now = now};
	struct ha *ha = arg;
	mip6_time pause = NODE_SAVE_AGAIN;
	uint64_t next = bcache_walk(&ha->bcache, ha->save_cursor, retry_entry, &r);

	if (!r.failed)
		ha->save_cursor = next;
	if (ha->unsaved == 0)
		return;
	if (!r.failed && next != 0)
		pause = STEP_PAUSE;
	(void)timer_set(&ha->node->timers, &ha->save_timer, now + pause);
}

size_t ha_unsaved(const struct mip6_node *node)
{
	return node->ha->unsaved;
}

/* ---- reading ------------------------------------------------------------------------ */

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
	/* Its end is in the record: it need not be removed to be over. */
	if (saved.end <= now) {
		struct mip6_record gone = {.kind = record->kind, .key = record->key};

		(void)node_save(node, &gone);
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
	e->recorded = true;
	return MIP6_OK;
}
