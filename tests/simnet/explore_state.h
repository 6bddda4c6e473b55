/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_EXPLORE_STATE_H
#define TESTS_EXPLORE_STATE_H

/* What the parts of the explorer share: explore_run.c (a seed's life), explore_ops.c
 * (what operations do), explore_check.c (what must hold). */
#include "explore.h"

/* A Binding Update that a mobile node says it sent. */
struct explore_bu {
	unsigned home;	      /* number of the home address */
	struct mip6_addr coa; /* the home address when it de-registers */
	uint16_t seq;
	uint64_t lifetime_s;
	mip6_time at;
};

/* A Binding Acknowledgement that the home agent says it sent. */
struct explore_ba {
	unsigned home;
	uint16_t seq;
	uint8_t status;
};

struct explore_flow {
	struct sim_node *from, *to;
	struct mip6_addr src, dst;
	int mn;		   /* that must have its home address to send; -1: none */
	uint8_t hop_limit; /* that must be left at most */
	uint32_t number;   /* sent last */
	uint32_t asked;	   /* of the round at work; 0: none */
	unsigned got;	   /* copies of it */
};

/* What was seen of a home address. */
struct explore_home {
	bool any_bu;
	uint16_t last_seq; /* sent last */
	mip6_time bu_times[4];
	mip6_time chosen_at; /* a care-of address, last */
	bool excused;	     /* for a refusal that is final */
	bool bound;	     /* at the home agent, when it was looked at last */
	uint16_t bound_seq;
	struct world_belief before; /* the home agent, or the node, was killed */
};

/* Control messages of a node in the second that began at `since`. */
struct explore_rate {
	mip6_time since;
	unsigned count;
};

enum { EXPLORE_KEPT = 16 };

/* A frame that may be replayed. */
struct explore_frame {
	mip6_time at;
	int link;
	size_t len;
	uint8_t data[256];
};

struct explorer {
	const struct explore_plan *plan;
	struct world *world;
	struct sim *sim;
	bool trace;
	bool trace_frames;
	bool quiet; /* trouble has ended */
	struct explore_result result;
	struct explore_flow flows[EXPLORE_FLOWS];
	size_t flow_count;
	struct explore_bu *bus;
	size_t bu_count, bu_cap;
	struct explore_ba *bas;
	size_t ba_count, ba_cap;
	struct explore_home homes[WORLD_HOMES];
	struct explore_rate rates[SIM_NODES];
	struct explore_frame kept[EXPLORE_KEPT];
	size_t kept_count;
	bool forgot;	     /* somebody lost records: a binding lives on, or lacks, to its end */
	uint32_t lifetime_s; /* longest that was asked for */
	int flapped[SIM_NODES * SIM_IFS]; /* the link that an interface comes back to */
	mip6_time cut_until[SIM_LINKS];
	mip6_time loss_until[SIM_LINKS];
	mip6_time echo_until[SIM_LINKS];
	mip6_time full_until[SIM_NODES]; /* of its disk */
	unsigned robbed[SIM_NODES];	 /* how often, and not looked for yet */
};

/* explore_check.c */
struct sim_watch explore_watch(void);
void explore_fail(struct explorer *x, const struct sim_node *node, const char *what);
/* All that can be looked at between steps. */
void explore_check_all(struct explorer *x);
/* Around a kill -9 of a node whose records stay. */
void explore_before_kill(struct explorer *x, const struct sim_node *node);
void explore_after_start(struct explorer *x, const struct sim_node *node);
/* The number of a mobile node, or -1. */
int explore_mn_of(const struct explorer *x, const struct sim_node *node);

/* explore_ops.c */
/* Carries out operation `value` of the plan; arg is the explorer. */
void explore_operate(void *arg, uint32_t value);
/* Ends all trouble. */
void explore_calm(struct explorer *x);
void explore_send(struct explorer *x, struct explore_flow *flow, uint16_t size);

/* explore_foul.c: what links, hosts and strangers do that no protocol foresees. */
void explore_rob(struct explorer *x, const struct explore_op *op);
void explore_echo(struct explorer *x, const struct explore_op *op);
void explore_advert(struct explorer *x, const struct explore_op *op);
void explore_disk(struct explorer *x, const struct explore_op *op);

#endif
