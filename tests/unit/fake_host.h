/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_FAKE_HOST_H
#define TESTS_FAKE_HOST_H

/* A host for one node that carries nothing out but remembers everything: what
 * was sent, with a step number that orders it against what was applied, saved
 * and told. Tests look at these lists. */
#include <mip6/node.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_MAX 4096

struct fake_sent {
	struct mip6_tx tx;
	uint8_t payload[512];
	unsigned step;
};

struct fake_applied {
	struct mip6_object object;
	bool was;
	bool is;
	unsigned step;
};

struct fake_host {
	struct mip6_node *node;
	struct mip6_host host;
	unsigned step;
	struct fake_sent sent[FAKE_MAX];
	size_t sent_count;
	struct fake_applied applied[FAKE_MAX];
	size_t applied_count;
	struct mip6_event events[FAKE_MAX];
	char reasons[FAKE_MAX][48]; /* the "reason" of each event */
	size_t event_count;
	struct mip6_record records[64]; /* the live ones */
	size_t record_count;
	uint32_t random;
	int apply_error; /* what apply returns */
	unsigned saved_step;
	int save_error; /* what save returns, and keeps nothing */
};

static inline void fake_send(void *ctx, const struct mip6_tx *tx)
{
	struct fake_host *f = ctx;
	struct fake_sent *s = &f->sent[f->sent_count % FAKE_MAX];

	f->sent_count++;
	s->tx = *tx;
	s->step = ++f->step;
	if (tx->payload_len <= sizeof(s->payload))
		memcpy(s->payload, tx->payload, tx->payload_len);
	s->tx.payload = s->payload;
}

static inline int fake_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct fake_host *f = ctx;
	struct fake_applied *a = &f->applied[f->applied_count % FAKE_MAX];

	if (f->apply_error)
		return f->apply_error;
	f->applied_count++;
	*a = (struct fake_applied){.object = is ? *is : *was, .was = was, .is = is};
	a->step = ++f->step;
	return 0;
}

static inline void fake_event(void *ctx, const struct mip6_event *event)
{
	struct fake_host *f = ctx;
	size_t at = f->event_count++ % FAKE_MAX;

	f->events[at] = *event;
	f->reasons[at][0] = '\0';
	for (unsigned i = 0; i < event->count; i++)
		if (strcmp(event->fields[i].name, "reason") == 0)
			strncpy(f->reasons[at], event->fields[i].text, sizeof(f->reasons[at]) - 1);
}

static inline int fake_save(void *ctx, const struct mip6_record *record)
{
	struct fake_host *f = ctx;
	size_t i = 0;

	if (f->save_error)
		return f->save_error;
	f->saved_step = ++f->step;
	while (i < f->record_count && (f->records[i].kind != record->kind ||
				       !mip6_addr_equal(&f->records[i].key, &record->key)))
		i++;
	if (record->len > 0 && i < 64) {
		f->records[i] = *record;
		f->record_count += i == f->record_count;
	} else if (i < f->record_count) {
		f->records[i] = f->records[--f->record_count];
	}
	return 0;
}

static inline void fake_random(void *ctx, void *buf, size_t len)
{
	struct fake_host *f = ctx;
	uint8_t *bytes = buf;

	for (size_t i = 0; i < len; i++) {
		f->random = f->random * UINT32_C(1664525) + UINT32_C(1013904223);
		bytes[i] = (uint8_t)(f->random >> 24);
	}
}

/* A stopped node in a host on the heap. */
static inline struct fake_host *fake_new(const struct mip6_config *config)
{
	struct fake_host *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->random = 1;
	f->host = (struct mip6_host){fake_send, fake_apply, fake_event, fake_save, fake_random};
	f->node = mip6_node_new(config, &f->host, f);
	return f;
}

static inline void fake_free(struct fake_host *f)
{
	mip6_node_free(f->node);
	free(f);
}

static inline struct mip6_addr fake_addr(const char *text)
{
	struct mip6_addr a = {0};

	if (mip6_addr_parse(text, &a) < 0)
		abort();
	return a;
}

static inline struct mip6_prefix fake_prefix(const char *text)
{
	struct mip6_prefix p = {0};

	if (mip6_prefix_parse(text, &p) < 0)
		abort();
	return p;
}

/* An interface with carrier, MAC 02:00:00:00:00:NN of its ifindex. */
static inline void fake_link(struct fake_host *f, mip6_time now, unsigned ifindex, const char *name,
			     bool up)
{
	struct mip6_link link = {.ifindex = ifindex, .up = up, .attached = up, .mtu = 1500};

	strncpy(link.name, name, sizeof(link.name) - 1);
	link.mac_len = 6;
	link.mac[0] = 2;
	link.mac[5] = (uint8_t)ifindex;
	mip6_node_link(f->node, now, &link);
}

static inline void fake_address(struct fake_host *f, mip6_time now, unsigned ifindex,
				const char *addr, bool present)
{
	struct mip6_prefix p = fake_prefix(addr);

	mip6_node_address(f->node, now, ifindex, &p, 0, present);
}

static inline void fake_route(struct fake_host *f, mip6_time now, unsigned ifindex,
			      const char *prefix, bool present)
{
	struct mip6_prefix p = fake_prefix(prefix);

	mip6_node_route(f->node, now, ifindex, &p, present);
}

/* Ticks at each deadline up to `until`, so that timers fire at their own time. */
static inline void fake_run(struct fake_host *f, mip6_time until)
{
	while (mip6_node_deadline(f->node) <= until)
		mip6_node_tick(f->node, mip6_node_deadline(f->node));
}

/* How often an object has been applied (is) or removed. */
static inline size_t fake_count(const struct fake_host *f, const struct mip6_object *o, bool is)
{
	size_t n = 0;

	for (size_t i = 0; i < f->applied_count && i < FAKE_MAX; i++)
		n += f->applied[i].is == is && mip6_object_same(&f->applied[i].object, o);
	return n;
}

struct fake_search {
	const struct mip6_object *object;
	bool found;
	size_t count;
};

static inline bool fake_search_one(void *arg, const struct mip6_object *o)
{
	struct fake_search *s = arg;

	s->count++;
	s->found = s->found || (s->object && mip6_object_equal(o, s->object));
	return true;
}

/* An equal object is wanted now. */
static inline bool fake_wanted(const struct fake_host *f, const struct mip6_object *o)
{
	struct fake_search s = {.object = o};

	mip6_node_wanted(f->node, fake_search_one, &s);
	return s.found;
}

static inline size_t fake_wanted_count(const struct fake_host *f)
{
	struct fake_search s = {0};

	mip6_node_wanted(f->node, fake_search_one, &s);
	return s.count;
}

static inline size_t fake_events(const struct fake_host *f, enum mip6_event_id id)
{
	size_t n = 0;

	for (size_t i = 0; i < f->event_count && i < FAKE_MAX; i++)
		n += f->events[i].id == id;
	return n;
}

#endif
