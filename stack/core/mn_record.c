/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What outlives the process: for each home address where it is reached and what
 * the home agent was told. With it the next process wants the same objects at
 * once, so that kill -9 and a restart cut no traffic, and goes on with the
 * sequence numbers. The answers to its solicitation then confirm or correct it. */
#include "mn.h"
#include <stdlib.h>
#include <string.h>

#define VERSION 3
/* The longest lifetime that 16 bits of 4 s units can express: after it no home agent
 * has a binding by what a record says. */
#define LONGEST (UINT16_MAX * (4 * MIP6_SECOND))
/* Lifetimes in a record are those of the last Binding Update; advertisements may
 * have renewed them since. For this long nothing is given up. */
#define GRACE (10 * MIP6_SECOND)
/* Routers answer a solicitation within moments by unicast. */
#define REFRESH_AFTER_START (100 * MIP6_MS)

/* ---- writing ----------------------------------------------------------------------------- */

static void write_lladdr(struct mip6_writer *w, const struct nd_lladdr *l)
{
	wr_u8(w, l->len);
	wr_copy(w, l->addr, sizeof(l->addr));
}

/* Times are kept as distances from the one that the record begins with, which the host
 * shifts after a reboot. Never stays never, in the past as in the future. */
static void write_time(struct mip6_writer *w, mip6_time base, mip6_time t)
{
	bool distance = t > -MIP6_NEVER && t != MIP6_NEVER;

	if (distance && __builtin_sub_overflow(t, base, &t))
		w->failed = true;
	wr_u64(w, (uint64_t)t);
}

static void write_bul(struct mip6_writer *w, mip6_time base, const struct bul *b)
{
	wr_addr(w, &b->coa);
	wr_u8(w, (uint8_t)b->state);
	wr_u16(w, b->seq);
	wr_u16(w, b->flags);
	wr_u16(w, b->lifetime);
	wr_u16(w, b->granted);
	wr_u8(w, b->status);
	wr_u8(w, b->sent_any);
	wr_u64(w, (uint64_t)b->timeout);
	write_time(w, base, b->last_sent);
	write_time(w, base, b->expires);
	write_time(w, base, b->asked_until);
	write_time(w, base, b->next);
	for (unsigned i = 0; i < BUL_MAX_RATE; i++)
		write_time(w, base, b->recent[(b->recent_at + i) % BUL_MAX_RATE]);
}

static void write_link(struct mip6_writer *w, mip6_time base, const struct router *r,
		       const struct mn_coa *coa, const struct mip6_prefix *prefix)
{
	struct router none = {.expires = 0};

	if (!r)
		r = &none;
	wr_addr(w, &r->addr);
	write_lladdr(w, &r->lladdr);
	write_time(w, base, r->expires);
	wr_u32(w, r->interval);
	wr_u8(w, coa ? coa->prefix.len : prefix->len);
	write_time(w, base, coa ? coa->valid_until : MIP6_NEVER);
	write_time(w, base, coa ? coa->preferred_until : MIP6_NEVER);
}

/* The router that what is recorded depends on: at home one that told of the home
 * prefix. The router in use may still be that of the link that was left. */
static const struct router *recorded_router(const struct mn_home *home, const struct mn_iface *m)
{
	struct mip6_prefix prefix = home_prefix(home);

	if (home->place != MN_RETURNING && home->place != MN_AT_HOME)
		return m->router;
	for (const struct router *r = m->routers; r; r = r->next)
		if (r->state == ROUTER_LIVE && router_prefix(r, &prefix))
			return r;
	return NULL;
}

static void build_record(const struct mn_home *home, mip6_time now, struct mip6_record *ret)
{
	struct mip6_writer w = wr_init(ret->data, sizeof(ret->data));
	const struct iface *i = node_iface(home->node, home->ifindex);
	const struct mn_coa *coa = mn_coa_find(home->node, home->ifindex, &home->coa);
	struct mip6_prefix prefix = home_prefix(home);
	const mip6_time end = now + LONGEST;
	char name[MIP6_IFNAME] = {0};

	if (i)
		memcpy(name, i->link.name, sizeof(name));
	*ret = (struct mip6_record){.kind = MIP6_RECORD_REGISTRATION};
	ret->key = home->config.hoa.addr;
	wr_u64(&w, (uint64_t)end);
	wr_u8(&w, VERSION);
	wr_u8(&w, (uint8_t)home->place);
	wr_u8(&w, home->refused);
	wr_copy(&w, name, sizeof(name));
	wr_addr(&w, &home->config.ha);
	wr_addr(&w, &home->coa);
	write_time(&w, end, home->prefix_until);
	write_bul(&w, end, &home->bul);
	write_link(&w, end, i && i->mn ? recorded_router(home, i->mn) : NULL, coa, &prefix);
	ret->len = w.failed ? 0 : (uint16_t)w.pos;
}

void mn_record_save(struct mn_home *home, mip6_time now)
{
	struct timers *timers = &home->node->timers;
	struct mip6_record record;

	build_record(home, now, &record);
	if (record.len == 0)
		return;
	if (node_save(home->node, &record) == MIP6_OK)
		timer_stop(timers, &home->save_timer);
	else
		(void)timer_set(timers, &home->save_timer, now + NODE_SAVE_AGAIN);
}

static void save_again(void *arg, mip6_time now)
{
	mn_record_save(arg, now);
}

void mn_record_init(struct mn_home *home)
{
	timer_init(&home->save_timer, save_again, home);
}

void mn_record_end(struct mn_home *home)
{
	timer_stop(&home->node->timers, &home->save_timer);
}

size_t mn_record_unsaved(const struct mn *mn)
{
	size_t count = 0;

	for (size_t i = 0; i < mn->home_count; i++)
		count += timer_is_set(&mn->homes[i]->save_timer);
	return count;
}

/* ---- reading ------------------------------------------------------------------------------- */

static void read_lladdr(struct mip6_reader *r, struct nd_lladdr *l)
{
	l->len = rd_u8(r);
	rd_copy(r, l->addr, sizeof(l->addr));
	if (l->len > sizeof(l->addr))
		r->failed = true;
}

static mip6_time read_time(struct mip6_reader *r, mip6_time base)
{
	mip6_time t = (mip6_time)rd_u64(r);
	bool distance = t > -MIP6_NEVER && t != MIP6_NEVER;

	if (distance && __builtin_add_overflow(t, base, &t))
		r->failed = true;
	return t;
}

static void read_bul(struct mip6_reader *r, mip6_time base, struct bul *b,
		     const struct mip6_addr *hoa)
{
	bul_init(b, hoa, 0);
	b->coa = rd_addr(r);
	b->state = rd_u8(r);
	b->seq = rd_u16(r);
	b->flags = rd_u16(r);
	b->lifetime = rd_u16(r);
	b->granted = rd_u16(r);
	b->status = rd_u8(r);
	b->sent_any = rd_u8(r) != 0;
	b->timeout = (mip6_time)rd_u64(r);
	b->last_sent = read_time(r, base);
	b->expires = read_time(r, base);
	b->asked_until = read_time(r, base);
	b->next = read_time(r, base);
	for (unsigned i = 0; i < BUL_MAX_RATE; i++)
		b->recent[i] = read_time(r, base);
	if (b->state > BUL_FAILED || b->timeout < 0 || b->timeout > BUL_MAX_TIMEOUT)
		r->failed = true;
}

int mn_record_read(const struct mip6_record *record, struct mn_restored *ret)
{
	struct mip6_reader r = rd_init(record->data, record->len);
	mip6_time base = (mip6_time)rd_u64(&r);
	uint8_t version = rd_u8(&r);

	*ret = (struct mn_restored){.hoa = record->key};
	ret->place = rd_u8(&r);
	ret->refused = rd_u8(&r) != 0;
	rd_copy(&r, ret->name, sizeof(ret->name));
	ret->name[MIP6_IFNAME - 1] = '\0';
	ret->ha = rd_addr(&r);
	ret->coa = rd_addr(&r);
	ret->prefix_until = read_time(&r, base);
	read_bul(&r, base, &ret->bul, &record->key);
	ret->router = rd_addr(&r);
	read_lladdr(&r, &ret->router_lladdr);
	ret->router_expires = read_time(&r, base);
	ret->router_interval = rd_u32(&r);
	ret->prefix_len = rd_u8(&r);
	ret->valid_until = read_time(&r, base);
	ret->preferred_until = read_time(&r, base);
	if (version != VERSION || r.failed || rd_left(&r) || ret->place > MN_AT_HOME)
		return MIP6_ERR_VALUE;
	return ret->prefix_len <= 128 ? MIP6_OK : MIP6_ERR_VALUE;
}

int mn_restore(struct mip6_node *node, mip6_time now, const struct mip6_record *record)
{
	struct mn_restored *r = calloc(1, sizeof(*r));
	int err;

	(void)now;
	if (!r)
		return MIP6_ERR_NOMEM;
	err = mn_record_read(record, r);
	if (err < 0) {
		free(r);
		return err;
	}
	r->next = node->mn->records;
	node->mn->records = r;
	return MIP6_OK;
}

void mn_record_free_all(struct mn *mn)
{
	while (mn->records) {
		struct mn_restored *r = mn->records;

		mn->records = r->next;
		free(r);
	}
}

/* ---- going on ---------------------------------------------------------------------------- */

static mip6_time at_least(mip6_time recorded, mip6_time now)
{
	return recorded > now + GRACE ? recorded : now + GRACE;
}

/* The router that the former process used, with the one prefix that matters. */
static bool restore_router(struct mn_iface *m, mip6_time now, const struct mn_restored *former,
			   const struct mip6_prefix *prefix)
{
	struct router *r;

	if (mip6_addr_is_unspecified(&former->router))
		return false;
	for (r = m->routers; r; r = r->next)
		if (mip6_addr_equal(&r->addr, &former->router))
			break;
	if (!r)
		r = movement_restore_router(m, now, &former->router);
	if (!r)
		return false;
	r->lladdr = former->router_lladdr;
	r->expires = at_least(former->router_expires, now);
	r->interval = former->router_interval;
	if (r->prefix_count < ND_PIO_MAX && !router_prefix(r, prefix))
		r->prefixes[r->prefix_count++] = (struct router_prefix){
		    .prefix = *prefix,
		    .flags = ND_PIO_L | ND_PIO_A,
		    .valid_until = at_least(former->valid_until, now),
		};
	return true;
}

static bool restore_away(struct mn_home *home, mip6_time now, const struct mn_restored *former,
			 struct mn_iface *m)
{
	unsigned ifindex = m->iface->link.ifindex;
	struct mip6_prefix prefix = {.addr = former->coa, .len = former->prefix_len};
	struct mip6_addr zero = {{0}};
	struct mn_coa *coa = mn_coa_find(home->node, ifindex, &former->coa);

	prefix.addr = mip6_addr_combine(&prefix, &zero);
	if (!restore_router(m, now, former, &prefix))
		return false;
	if (!coa)
		coa = mn_coa_restore(m, &prefix, &former->coa);
	if (!coa)
		return false;
	coa->valid_until = at_least(former->valid_until, now);
	coa->preferred_until = at_least(former->preferred_until, now);
	return true;
}

/* After a reboot times are as good as the clock of real time was: one that was put right
 * meanwhile must not hold back Binding Updates, nor make a binding last. */
static void restore_times(struct bul *b, mip6_time now)
{
	mip6_time longest = now + b->granted * (4 * MIP6_SECOND);

	for (unsigned i = 0; i < BUL_MAX_RATE; i++)
		if (b->recent[i] > now)
			b->recent[i] = INT64_MIN;
	if (b->last_sent > now)
		b->last_sent = now;
	if (b->granted && b->expires > longest)
		b->expires = longest;
	if (b->asked_until > now + LONGEST)
		b->asked_until = now + LONGEST;
	if (b->next != MIP6_NEVER && b->next > now + LONGEST)
		b->next = now;
}

/* A Binding Update that was never answered, or whose binding has ended since, is due at
 * once. What is registered is asked for once more: the home agent may have lost it
 * meanwhile, and a start is what people try then. A moment later only, so that the
 * routers' answers tell first whether the node is still on that link. */
static void restore_plan(struct mn_home *home, mip6_time now)
{
	struct bul *b = &home->bul;

	if (b->state == BUL_REGISTERED && !bul_bound(b, now))
		bul_aim(b, now, &b->coa, b->lifetime, b->flags,
			home->node->config.initial_bindack_first);
	else if (b->state == BUL_REGISTERED && b->next > now + REFRESH_AFTER_START)
		b->next = now + REFRESH_AFTER_START;
	else if (b->next != MIP6_NEVER && b->next < now)
		b->next = now;
}

void mn_record_apply(struct mn_home *home, mip6_time now, const struct mn_restored *former)
{
	const struct iface *i = node_iface_by_name(home->node, former->name);
	struct mip6_prefix prefix = home_prefix(home);
	bool known = false;

	if (!mip6_addr_equal(&former->ha, &home->config.ha))
		return;
	/* A start is somebody's decision to try a refused address again. */
	if (former->refused) {
		home->bul.seq = former->bul.seq;
		return;
	}
	home->bul = former->bul;
	home->prefix_until = former->prefix_until;
	restore_times(&home->bul, now);
	home->ifindex = i ? i->link.ifindex : 0;
	if (i && i->mn && i->mn->attached) {
		if (former->place == MN_AWAY)
			known = restore_away(home, now, former, i->mn);
		else if (former->place == MN_RETURNING || former->place == MN_AT_HOME)
			known = restore_router(i->mn, now, former, &prefix);
	}
	if (!known) {
		bul_hold(&home->bul);
		return;
	}
	home->place = former->place;
	home->coa = former->coa;
	home->inherited = true;
	restore_plan(home, now);
	if (home->place == MN_AT_HOME) /* as far as it could be saved */
		home_claim(home, now);
}
