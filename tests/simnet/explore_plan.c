/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a seed means: the network and the operations, drawn before anything runs;
 * and operations as text, so that a shrunk list can be run again. */
#include "explore.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[OP_KINDS] = {
    "plug",  "replug", "crash", "reboot", "stop",  "flap", "sleep", "cut",    "loss", "config",
    "forge", "replay", "flush", "large",  "renew", "rob",  "echo",  "advert", "disk", "break",
};

const char *explore_op_name(enum explore_op_kind kind)
{
	return names[kind];
}

struct dice {
	uint64_t state;
};

static uint64_t mixed(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static unsigned roll(struct dice *d, unsigned sides)
{
	return (unsigned)(mixed(d->state += UINT64_C(0x9e3779b97f4a7c15)) % sides);
}

static int between(struct dice *d, int low, int high)
{
	return low + (int)roll(d, (unsigned)(high - low + 1));
}

static const int lives[] = {24, 40, 60, 120, 600}; /* s, of bindings */

/* ---- the network ------------------------------------------------------------------- */

/* Links of the world: 0 CN, 1 core, 2 home, then the access links. */
static int some_link(struct dice *d, const struct world_params *p)
{
	return 2 + (int)roll(d, p->ars + 1);
}

static void draw_mn(struct dice *d, struct world_params *p, unsigned mn)
{
	p->mn_ifaces[mn] = roll(d, 4) ? 1 : 2;
	p->prefer[mn] = roll(d, p->mn_ifaces[mn]);
	p->mn_links[mn][0] = some_link(d, p);
	p->mn_links[mn][1] = roll(d, 2) ? some_link(d, p) : -1;
	p->same_iid[mn] = roll(d, 3) == 0;
	p->second_home[mn] = roll(d, 4) == 0;
}

static struct world_params draw_params(struct dice *d)
{
	static const mip6_time intervals[] = {70 * MIP6_MS, 500 * MIP6_MS, 3 * MIP6_SECOND};
	struct world_params p = {.ars = 1 + roll(d, 3), .mns = 1 + roll(d, 5) / 2};

	for (unsigned i = 0; i < p.mns; i++)
		draw_mn(d, &p, i);
	p.cn_config = roll(d, 2);
	p.plain_home = roll(d, 3) == 0;
	p.core_delay = between(d, 1, 20) * MIP6_MS;
	p.cn_delay = between(d, 1, 20) * MIP6_MS;
	p.access_delay = between(d, 1, 100) * 50 * MIP6_US;
	p.core_mtu = roll(d, 4) ? 1500 : 1280 + roll(d, 221);
	p.ra_interval = intervals[roll(d, 8) == 0 ? 0 : 1 + roll(d, 2)];
	p.lifetime_s = (uint32_t)lives[roll(d, 5)];
	return p;
}

/* ---- operations ----------------------------------------------------------------------- */

static int some_node(struct dice *d, const struct world_params *p)
{
	/* CN, R, HA, HL, ARs, MNs: the home agent and the mobile nodes most often. */
	if (roll(d, 3) == 0)
		return 2;
	if (roll(d, 2))
		return 4 + (int)(p->ars + roll(d, p->mns));
	return (int)roll(d, 4 + p->ars + p->mns);
}

/* How often each kind is drawn. In calm there is nothing that would excuse a delay, or
 * lose the one answer that tells of an address that is taken. */
static const unsigned weights[OP_KINDS] = {
    [OP_PLUG] = 40, [OP_REPLUG] = 10, [OP_CRASH] = 6,  [OP_REBOOT] = 4, [OP_STOP] = 3,
    [OP_FLAP] = 3,  [OP_SLEEP] = 3,   [OP_CUT] = 4,    [OP_LOSS] = 4,	[OP_CONFIG] = 2,
    [OP_FORGE] = 8, [OP_REPLAY] = 5,  [OP_FLUSH] = 2,  [OP_LARGE] = 3,	[OP_RENEW] = 2,
    [OP_ROB] = 6,   [OP_ECHO] = 4,    [OP_ADVERT] = 8, [OP_DISK] = 3,
};
static const unsigned calm_weights[OP_KINDS] = {
    [OP_PLUG] = 40, [OP_CONFIG] = 2, [OP_FORGE] = 8, [OP_REPLAY] = 5,
    [OP_LARGE] = 3, [OP_ROB] = 6,    [OP_ECHO] = 4,  [OP_ADVERT] = 8,
};

static enum explore_op_kind draw_kind(struct dice *d, const unsigned table[OP_KINDS])
{
	enum explore_op_kind kind = OP_PLUG;
	unsigned sum = 0;
	unsigned at;

	for (unsigned i = 0; i < OP_KINDS; i++)
		sum += table[i];
	at = roll(d, sum);
	while (at >= table[kind])
		at -= table[kind++];
	return kind;
}

static void draw_move(struct dice *d, const struct world_params *p, struct explore_op *op)
{
	op->a = (int)roll(d, p->mns);
	op->b = (int)roll(d, p->mn_ifaces[op->a]);
	op->c = op->kind == OP_PLUG && roll(d, 10) == 0 ? -1 : some_link(d, p);
}

/* What no protocol foresees (explore_foul.c). */
static void draw_foul(struct dice *d, const struct world_params *p, struct explore_op *op)
{
	switch (op->kind) {
	case OP_ROB:
		op->a = roll(d, 4) ? 4 + (int)(p->ars + roll(d, p->mns)) : 2;
		op->b = (int)roll(d, 4);
		op->c = between(d, 1, 4);
		break;
	case OP_ECHO:
		op->a = some_link(d, p);
		op->b = between(d, 500, 8000);
		break;
	case OP_ADVERT:
		op->a = (int)roll(d, EXPLORE_ADVERTS);
		op->b = some_link(d, p);
		break;
	case OP_DISK:
		op->a = roll(d, 2) ? 2 : 4 + (int)(p->ars + roll(d, p->mns));
		op->b = between(d, 200, 6000);
		break;
	default:
		break;
	}
}

static void draw_values(struct dice *d, const struct world_params *p, struct explore_op *op)
{
	switch (op->kind) {
	case OP_PLUG:
	case OP_REPLUG:
		draw_move(d, p, op);
		break;
	case OP_CRASH:
	case OP_REBOOT:
	case OP_STOP:
	case OP_SLEEP:
		op->a = some_node(d, p);
		op->b = roll(d, 4) ? between(d, 1, 500) : between(d, 1, 6000);
		break;
	case OP_FLAP:
		op->a = some_node(d, p);
		op->b = (int)roll(d, 2);
		op->c = between(d, 1, 3000);
		break;
	case OP_CUT:
	case OP_LOSS:
		op->a = (int)roll(d, 3 + p->ars);
		op->b = between(d, 20, 6000);
		op->c = between(d, 5, 60);
		break;
	case OP_CONFIG:
		op->a = (int)roll(d, p->mns);
		op->b = lives[roll(d, 5)];
		op->c = (int)roll(d, p->mn_ifaces[op->a]);
		break;
	case OP_FORGE:
		op->a = (int)roll(d, 7);
		op->b = (int)roll(d, p->mns + 1);
		op->c = some_link(d, p);
		break;
	case OP_REPLAY:
		op->a = between(d, 100, 8000);
		break;
	case OP_FLUSH:
		op->a = some_node(d, p);
		break;
	case OP_LARGE:
		op->a = (int)roll(d, EXPLORE_FLOWS);
		break;
	case OP_RENEW:
		op->a = lives[roll(d, 5)];
		break;
	default:
		draw_foul(d, p, op);
		break;
	}
}

static void draw_trouble(struct dice *d, struct explore_plan *plan)
{
	plan->squat_mn = -1;
	plan->calm = roll(d, 4) == 0;
	if (plan->calm && roll(d, 2)) {
		plan->squat_mn = (int)roll(d, plan->params.mns);
		plan->squat_access = (int)roll(d, plan->params.ars);
	}
	if (!plan->calm && roll(d, 2)) {
		plan->loss = roll(d, 3) ? roll(d, 20) : 0;
		plan->duplicate = roll(d, 2) ? roll(d, 15) : 0;
		plan->jitter = roll(d, 2) ? between(d, 1, 60) * MIP6_MS : 0;
	}
}

void explore_draw(uint64_t seed, struct explore_plan *ret)
{
	/* Mixed, since of seeds in a row each would roll what the one before rolled, but
	 * for the first number. */
	struct dice d = {mixed(seed + 1)};
	uint32_t at = 3000;

	*ret = (struct explore_plan){.seed = seed, .params = draw_params(&d)};
	ret->gap = between(&d, 200, 900) * MIP6_MS;
	draw_trouble(&d, ret);
	ret->stay = roll(&d, 4) == 0 && ret->params.lifetime_s <= 60;
	ret->op_count = (size_t)between(&d, 4, 40);
	for (size_t i = 0; i < ret->op_count; i++) {
		struct explore_op *op = &ret->ops[i];

		op->at_ms = at;
		op->kind = draw_kind(&d, ret->calm ? calm_weights : weights);
		draw_values(&d, &ret->params, op);
		at += roll(&d, 3) ? roll(&d, 4000) : roll(&d, 100);
		/* A node that leaves home before the rate limit lets it say that it came is
		 * forgotten by its neighbours no sooner than they detect it. */
		at += ret->calm ? 1100 : 0;
	}
}

/* ---- as text ------------------------------------------------------------------------------ */

void explore_ops_format(const struct explore_plan *plan, char *buf, size_t cap)
{
	size_t at = 0;

	if (cap)
		buf[0] = '\0';
	for (size_t i = 0; i < plan->op_count && at < cap; i++) {
		const struct explore_op *o = &plan->ops[i];

		at += (size_t)snprintf(buf + at, cap - at, "%s%u:%s:%d:%d:%d", i ? "," : "",
				       o->at_ms, names[o->kind], o->a, o->b, o->c);
	}
}

static bool parse_op(const char *text, struct explore_op *ret)
{
	char name[16];
	unsigned at;

	*ret = (struct explore_op){.kind = OP_PLUG};
	/* Seven digits: three hours, and nothing that overflows. */
	if (sscanf(text, "%7u:%15[a-z]:%7d:%7d:%7d", &at, name, &ret->a, &ret->b, &ret->c) != 5 ||
	    *text == '-')
		return false;
	ret->at_ms = at;
	for (; ret->kind < OP_KINDS; ret->kind++)
		if (strcmp(name, names[ret->kind]) == 0)
			return true;
	return false;
}

bool explore_ops_parse(const char *text, struct explore_plan *plan)
{
	size_t count = 0;

	while (*text) {
		if (count == EXPLORE_OPS || !parse_op(text, &plan->ops[count++]))
			return false;
		text += strcspn(text, ",");
		text += *text == ',';
	}
	plan->op_count = count;
	return true;
}
