/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EXPLORE_H
#define TESTS_EXPLORE_H

/* The explorer: from a seed it draws a network (simworld.h), traffic and a list of
 * operations (moves, crashes, losses ...), carries them out, and looks at what must
 * hold at any time (explore_check.c). Then trouble ends, and within the bound that
 * RFC 6275's timers give, all must be well again. The list is drawn before anything
 * happens, so that a failing one can be shrunk: what it fails without is left out. */
#include "simworld.h"

enum explore_op_kind {
	OP_PLUG,   /* mn, iface, link: away and there, with link events; link -1: away */
	OP_REPLUG, /* mn, iface, link: without a word */
	OP_CRASH,  /* node, ms: kill -9, started again after so long */
	OP_REBOOT, /* node, ms: the same without its records */
	OP_STOP,   /* node, ms: ended in order, started again after so long */
	OP_FLAP,   /* node, iface, ms: without carrier for so long */
	OP_SLEEP,  /* node, ms: suspended */
	OP_CUT,	   /* link, ms: nothing gets through */
	OP_LOSS,   /* link, ms, per cent */
	OP_CONFIG, /* mn, lifetime, preferred interface */
	OP_FORGE,  /* kind, home address, link: a packet that nobody may get */
	OP_REPLAY, /* ms: Binding Updates that are not older come again */
	OP_FLUSH,  /* node: its neighbours are forgotten */
	OP_LARGE,  /* flow: a packet of 1280 octets */
	OP_RENEW,  /* lifetime: the home agent grants at most so much */
	OP_ROB,	   /* node, first, each: another program takes objects of the plane away */
	OP_ECHO,   /* link, ms: multicast frames come back to who sent them */
	OP_ADVERT, /* kind, link: a Router Advertisement that is forged, or foolish */
	OP_DISK,   /* node, ms: records cannot be saved */
	OP_BREAK,  /* node: its routes go, for tests of the explorer; never drawn */
	OP_KINDS,
};

struct explore_op {
	uint32_t at_ms;
	enum explore_op_kind kind;
	int a, b, c;
};

enum { EXPLORE_OPS = 48, EXPLORE_FLOWS = 32, EXPLORE_WHAT = 160, EXPLORE_ADVERTS = 8 };

struct explore_plan {
	uint64_t seed;
	struct world_params params;
	mip6_time gap;		  /* of each flow's packets */
	unsigned loss, duplicate; /* per cent, on all links until quiet */
	mip6_time jitter;	  /* likewise, of the core */
	bool calm;		  /* nodes move, and nothing else goes wrong */
	int squat_mn;		  /* an AR has the address that this MN would form; -1: none */
	int squat_access;
	bool stay; /* after quiet: look on for longer than a binding lives */
	struct explore_op ops[EXPLORE_OPS];
	size_t op_count;
};

struct explore_result {
	bool failed;
	char what[EXPLORE_WHAT]; /* what was violated, without numbers */
	char where[64];		 /* node and time */
	mip6_time at;
	uint64_t digest;
	uint64_t frames;
	uint64_t delivered;
	unsigned handovers;
	mip6_time simulated;
};

void explore_draw(uint64_t seed, struct explore_plan *ret);
/* trace: 1 prints events and operations, 2 frames, too. */
struct explore_result explore_run(const struct explore_plan *plan, unsigned trace);
/* Leaves out operations while it fails in the same way; returns that failure. */
struct explore_result explore_shrink(struct explore_plan *plan,
				     const struct explore_result *failure);

/* "1250:plug:0:0:3,..." Writes at most cap octets, ends with zero. */
void explore_ops_format(const struct explore_plan *plan, char *buf, size_t cap);
/* Replaces the operations. False when the text is not of this form. */
bool explore_ops_parse(const char *text, struct explore_plan *plan);
const char *explore_op_name(enum explore_op_kind kind);

#endif
