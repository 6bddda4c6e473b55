/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network of sim.h: its clock, and how frames cross its links. */
#include "sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_frame {
	struct sim_frame *next; /* in the list of free ones */
	struct sim_node *from;	/* NULL: injected */
	size_t from_iface;
	int link;
	size_t len;
	uint8_t data[SIM_FRAME];
};

/* What is due at a time: a frame arrives, or somebody is called. */
struct sim_entry {
	mip6_time at;
	uint64_t serial;
	struct sim_frame *frame;
	void (*fn)(void *arg, uint32_t value);
	void *arg;
	uint32_t value;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static uint64_t mixed(uint64_t seed)
{
	seed = (seed ^ (seed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	seed = (seed ^ (seed >> 27)) * UINT64_C(0x94d049bb133111eb);
	return seed ^ (seed >> 31);
}

struct sim *sim_new(uint64_t seed)
{
	struct sim *sim = must(calloc(1, sizeof(*sim)));

	sim->random = mixed(seed + UINT64_C(0x9e3779b97f4a7c15));
	sim->host = sim_host();
	return sim;
}

void sim_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->node_count; i++) {
		mip6_soft_free(sim->nodes[i].soft);
		mip6_config_clear(&sim->nodes[i].config);
	}
	for (size_t i = 0; i < sim->queue_count; i++)
		free(sim->queue[i].frame);
	while (sim->free_frames) {
		struct sim_frame *frame = sim->free_frames;

		sim->free_frames = frame->next;
		free(frame);
	}
	free(sim->queue);
	free(sim);
}

uint32_t sim_random(struct sim *sim, uint32_t below)
{
	sim->random = sim->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((sim->random >> 33) % below);
}

void sim_violation(struct sim_node *node, const char *what)
{
	struct sim *sim = node->sim;

	if (sim->watch.violation)
		sim->watch.violation(sim->watch_arg, node, what);
}

/* ---- the queue ------------------------------------------------------------------ */

static bool earlier(const struct sim_entry *a, const struct sim_entry *b)
{
	return a->at != b->at ? a->at < b->at : a->serial < b->serial;
}

static void push(struct sim *sim, struct sim_entry entry)
{
	size_t i = sim->queue_count++;

	if (i == sim->queue_cap) {
		sim->queue_cap = i ? 2 * i : 64;
		sim->queue = must(realloc(sim->queue, sim->queue_cap * sizeof(*sim->queue)));
	}
	entry.serial = sim->serial++;
	for (; i > 0 && earlier(&entry, &sim->queue[(i - 1) / 2]); i = (i - 1) / 2)
		sim->queue[i] = sim->queue[(i - 1) / 2];
	sim->queue[i] = entry;
}

static struct sim_entry pop(struct sim *sim)
{
	struct sim_entry first = sim->queue[0];
	struct sim_entry last = sim->queue[--sim->queue_count];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= sim->queue_count)
			break;
		if (child + 1 < sim->queue_count &&
		    earlier(&sim->queue[child + 1], &sim->queue[child]))
			child++;
		if (!earlier(&sim->queue[child], &last))
			break;
		sim->queue[i] = sim->queue[child];
		i = child;
	}
	sim->queue[i] = last;
	return first;
}

void sim_call(struct sim *sim, mip6_time at, void (*fn)(void *arg, uint32_t value), void *arg,
	      uint32_t value)
{
	push(sim, (struct sim_entry){.at = at, .fn = fn, .arg = arg, .value = value});
}

/* ---- links ---------------------------------------------------------------------- */

int sim_add_link(struct sim *sim, const char *prefix, mip6_time delay)
{
	int n = (int)sim->link_count++;

	if (n == SIM_LINKS)
		abort();
	sim->links[n] = (struct sim_link){.delay = delay, .mtu = 1500};
	if (mip6_prefix_parse(prefix, &sim->links[n].prefix) < 0)
		abort();
	return n;
}

struct mip6_addr sim_address(const struct sim *sim, int link, unsigned host)
{
	struct mip6_addr a = sim->links[link].prefix.addr;

	a.b[14] = (uint8_t)(host >> 8);
	a.b[15] = (uint8_t)host;
	return a;
}

static struct sim_frame *take_frame(struct sim *sim)
{
	struct sim_frame *frame = sim->free_frames;

	if (!frame)
		return must(malloc(sizeof(*frame)));
	sim->free_frames = frame->next;
	return frame;
}

static void give_frame(struct sim *sim, struct sim_frame *frame)
{
	frame->next = sim->free_frames;
	sim->free_frames = frame;
}

static bool chance(struct sim *sim, unsigned percent)
{
	return percent && sim_random(sim, 100) < percent;
}

static void put(struct sim *sim, struct sim_node *from, size_t from_iface, int link,
		const uint8_t *data, size_t len)
{
	const struct sim_link *l = &sim->links[link];
	struct sim_frame *frame = take_frame(sim);
	mip6_time at = sim->now + l->delay;

	if (l->jitter)
		at += (mip6_time)sim_random(sim, (uint32_t)(l->jitter / MIP6_US)) * MIP6_US;
	frame->from = from;
	frame->from_iface = from_iface;
	frame->link = link;
	frame->len = len;
	memcpy(frame->data, data, len);
	push(sim, (struct sim_entry){.at = at, .frame = frame});
}

static void add_to_digest(struct sim *sim, int link, const uint8_t *data, size_t len)
{
	uint64_t sum = (uint64_t)sim->now ^ (uint64_t)link << 56 ^ len;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ data[i]) * UINT64_C(0x100000001b3);
	sim->digest = mixed(sim->digest ^ sum);
}

void sim_send(struct sim_node *node, size_t iface, const uint8_t *data, size_t len)
{
	struct sim *sim = node->sim;
	int link = node->ifaces[iface].link;
	const struct sim_link *l;

	sim->frames++;
	if (sim->watch.sent) {
		add_to_digest(sim, link, data, len);
		sim->watch.sent(sim->watch_arg, node, iface, data, len);
	}
	if (link < 0)
		return;
	l = &sim->links[link];
	if (len > l->mtu + 14 || len > SIM_FRAME) {
		sim_violation(node, "a frame is longer than the MTU of its link");
		return;
	}
	if (l->cut || chance(sim, l->loss))
		return;
	put(sim, node, iface, link, data, len);
	if (chance(sim, l->duplicate))
		put(sim, node, iface, link, data, len);
}

void sim_inject(struct sim *sim, int link, const uint8_t *data, size_t len)
{
	if (len <= SIM_FRAME && !sim->links[link].cut)
		put(sim, NULL, 0, link, data, len);
}

/* As access points and loops of switches do with what is for many. */
static bool comes_back(const struct sim *sim, const struct sim_frame *frame)
{
	return sim->links[frame->link].echo && (frame->data[0] & 1);
}

static void arrive(struct sim *sim, const struct sim_frame *frame)
{
	for (size_t i = 0; i < sim->node_count; i++) {
		struct sim_node *node = &sim->nodes[i];

		for (size_t k = 0; k < node->iface_count; k++) {
			const struct sim_iface *iface = &node->ifaces[k];

			if (iface->link != frame->link ||
			    (node == frame->from && k == frame->from_iface &&
			     !comes_back(sim, frame)))
				continue;
			if (frame->data[0] & 1 || memcmp(iface->mac, frame->data, 6) == 0)
				sim_deliver(node, k, frame->data, frame->len);
		}
	}
}

/* ---- running --------------------------------------------------------------------- */

static struct sim_node *next_node(struct sim *sim)
{
	struct sim_node *next = NULL;

	for (size_t i = 0; i < sim->node_count; i++)
		if (!next || sim->nodes[i].due < next->due)
			next = &sim->nodes[i];
	return next;
}

static bool step(struct sim *sim, mip6_time until)
{
	struct sim_node *node = next_node(sim);
	mip6_time due = node ? node->due : MIP6_NEVER;
	mip6_time queued = sim->queue_count ? sim->queue[0].at : MIP6_NEVER;
	struct sim_entry entry;

	if (sim->stop || (due > until && queued > until))
		return false;
	if (due < queued) {
		sim->now = due;
		sim_tick(node);
		return true;
	}
	entry = pop(sim);
	sim->now = entry.at;
	if (entry.fn)
		entry.fn(entry.arg, entry.value);
	if (entry.frame && !sim->links[entry.frame->link].cut)
		arrive(sim, entry.frame);
	if (entry.frame)
		give_frame(sim, entry.frame);
	return true;
}

void sim_run(struct sim *sim, mip6_time until)
{
	while (step(sim, until))
		continue;
	if (!sim->stop)
		sim->now = until;
}
