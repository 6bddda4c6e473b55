/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events that are told, and those that are only counted. */
#include "event_limit.h"
#include <string.h>

/* Routers may advertise each 30 ms (RFC 6275 7.5). */
static const struct bucket_size rate_of_ra = {50, 200};
static const struct bucket_size rate_of_cause = {20, 200};
static const struct bucket_size rate_of_kind = {200, 2000};

static const struct bucket_size *cause_rate(enum mip6_event_id id)
{
	return id == MIP6_EV_RA_RX ? &rate_of_ra : &rate_of_cause;
}

/* Who is behind the event: the field that names the sender of a packet, else the first
 * address. */
static const struct mip6_addr *source_of(const struct mip6_event *e)
{
	const struct mip6_addr *first = NULL;

	for (unsigned i = 0; i < e->count; i++) {
		const struct mip6_field *f = &e->fields[i];

		if (f->type != MIP6_FIELD_ADDR)
			continue;
		if (strcmp(f->name, "src") == 0 || strcmp(f->name, "peer") == 0)
			return &f->addr;
		if (!first)
			first = &f->addr;
	}
	return first;
}

static void copy_text(char to[EVENT_REASON], const char *text)
{
	size_t len = strnlen(text, EVENT_REASON - 1);

	memcpy(to, text, len);
	to[len] = '\0';
}

static void read_cause(const struct mip6_event *e, struct event_cause *ret)
{
	const struct mip6_addr *source = source_of(e);

	*ret = (struct event_cause){.id = e->id, .has_source = source};
	if (source) {
		ret->source = *source;
		ret->prefix = reply_prefix_id(source);
	}
	for (unsigned i = 0; i < e->count; i++) {
		const struct mip6_field *f = &e->fields[i];

		if (f->type == MIP6_FIELD_TEXT && f->text)
			copy_text(ret->reason, f->text);
		else if (f->type == MIP6_FIELD_UINT && strcmp(f->name, "status") == 0)
			ret->status = f->uint;
	}
}

static bool same_cause(const struct event_cause *a, const struct event_cause *b)
{
	return a->id == b->id && a->prefix == b->prefix && a->has_source == b->has_source &&
	       a->status == b->status && strcmp(a->reason, b->reason) == 0;
}

/* The cause's place: its own, or that of the one least heard of nothing of which is
 * owed; NULL when all are. */
static struct event_cause *place_for(struct event_limit *limit, const struct event_cause *cause)
{
	struct event_cause *least = NULL;

	for (size_t i = 0; i < EVENT_CAUSES; i++) {
		struct event_cause *c = &limit->causes[i];

		if (same_cause(c, cause))
			return c;
		if (c->more == 0 && (!least || c->bucket.full < least->bucket.full))
			least = c;
	}
	if (least)
		*least = *cause;
	return least;
}

bool event_limit_take(struct event_limit *limit, const struct mip6_event *event)
{
	const struct bucket_size *rate = cause_rate(event->id);
	struct event_cause cause;
	struct event_cause *c;

	read_cause(event, &cause);
	c = place_for(limit, &cause);
	if (c && !bucket_has(&c->bucket, rate, event->time)) {
		c->more++;
		c->source = cause.source;
		return false;
	}
	if (!bucket_take(&limit->kinds[event->id], &rate_of_kind, event->time)) {
		limit->more[event->id]++;
		return false;
	}
	if (c)
		bucket_spend(&c->bucket, rate, event->time);
	return true;
}

bool event_limit_owes(const struct event_limit *limit)
{
	for (size_t i = 0; i < EVENT_CAUSES; i++)
		if (limit->causes[i].more)
			return true;
	for (size_t i = 0; i < MIP6_EVENTS; i++)
		if (limit->more[i])
			return true;
	return false;
}

static struct mip6_event begin(const struct event_limit *limit, mip6_time now,
			       enum mip6_event_id id, uint64_t more)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_REPEATED, now, 0);

	mip6_event_text(&e, "of", mip6_event_name(id));
	mip6_event_uint(&e, "more", more);
	mip6_event_uint(&e, "seconds",
			(uint64_t)((now - limit->since + MIP6_SECOND - 1) / MIP6_SECOND));
	return e;
}

void event_limit_account(struct event_limit *limit, mip6_time now,
			 void (*tell)(void *arg, const struct mip6_event *event), void *arg)
{
	struct mip6_event e;

	for (size_t i = 0; i < EVENT_CAUSES; i++) {
		struct event_cause *c = &limit->causes[i];

		if (c->more == 0)
			continue;
		e = begin(limit, now, c->id, c->more);
		if (c->has_source)
			mip6_event_addr(&e, "src", &c->source);
		if (c->reason[0])
			mip6_event_text(&e, "reason", c->reason);
		if (c->status)
			mip6_event_uint(&e, "status", c->status);
		tell(arg, &e);
		c->more = 0;
	}
	for (size_t i = 0; i < MIP6_EVENTS; i++) {
		if (limit->more[i] == 0)
			continue;
		e = begin(limit, now, (enum mip6_event_id)i, limit->more[i]);
		tell(arg, &e);
		limit->more[i] = 0;
	}
}
