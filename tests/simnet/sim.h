/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

/* A network of whole nodes on a virtual clock: each is a struct mip6_soft, the same
 * objects as in the daemon's user plane and in ns-3, so that what crosses a link are
 * Ethernet frames and what is proved here is proved of them. Links are broadcast
 * domains with delay, loss, duplication, reordering (jitter), an MTU, and can be cut.
 * All chance comes from seeds: a run repeats to the byte.
 *
 * Nothing here knows what a right packet is: those who run a network look at it
 * through struct sim_watch. */
#include <mip6/soft.h>

enum {
	SIM_LINKS = 12,
	SIM_NODES = 16,
	SIM_IFS = 4,
	SIM_RECORDS = 8,
	SIM_ADDRS = 8,
	SIM_ROUTES = 12,
	SIM_FRAME = 2048, /* octets of a frame, and its headroom */
};

struct sim;
struct sim_node;

struct sim_link {
	struct mip6_prefix prefix;
	mip6_time delay;
	unsigned mtu;
	unsigned loss;	    /* per cent of frames */
	unsigned duplicate; /* per cent */
	mip6_time jitter;   /* at most so much later */
	bool cut;
	bool echo; /* gives multicast frames back to who sent them */
};

struct sim_iface {
	unsigned ifindex;
	int link;    /* -1: not plugged in */
	bool untold; /* a link event waits until the node wakes */
	uint8_t mac[6];
};

/* What a node is configured with, whichever process serves it. */
struct sim_addr {
	unsigned ifindex;
	struct mip6_prefix addr;
};
struct sim_route {
	unsigned ifindex;
	struct mip6_prefix dst;
	struct mip6_addr gateway;
};

struct sim_node {
	struct sim *sim;
	unsigned index;
	const char *name;
	struct mip6_soft *soft; /* NULL: its process does not run */
	bool has_config;
	struct mip6_config config;
	bool forwarding;
	struct sim_iface ifaces[SIM_IFS];
	size_t iface_count;
	struct sim_addr addrs[SIM_ADDRS];
	size_t addr_count;
	struct sim_route routes[SIM_ROUTES];
	size_t route_count;
	struct mip6_record records[SIM_RECORDS];
	size_t record_count;
	bool save_fails;		    /* its disk is full: records stay as they are */
	struct mip6_addr usable[SIM_ADDRS]; /* addresses that its upper layers may use */
	size_t usable_count;
	mip6_time due;		/* of its process */
	mip6_time asleep_until; /* suspended: nothing comes in, nothing is done */
	bool asleep;
	bool untold_config; /* while it slept */
	uint64_t random;
	bool spoke; /* an event was told in this step */
};

/* Who looks on. Members may be NULL. */
struct sim_watch {
	/* A frame that a node sends, also when it is lost afterwards. */
	void (*sent)(void *arg, struct sim_node *node, size_t iface, const uint8_t *data,
		     size_t len);
	/* A packet for the upper layers of a node, at its IPv6 header. */
	void (*up)(void *arg, struct sim_node *node, const uint8_t *data, size_t len);
	void (*event)(void *arg, struct sim_node *node, const struct mip6_event *event);
	/* After an input in which the node told an event. */
	void (*spoke)(void *arg, struct sim_node *node);
	/* Something that must never be. */
	void (*violation)(void *arg, struct sim_node *node, const char *what);
};

struct sim_frame;
struct sim_entry;

struct sim {
	mip6_time now;
	uint64_t random;
	struct sim_link links[SIM_LINKS];
	size_t link_count;
	struct sim_node nodes[SIM_NODES];
	size_t node_count;
	struct sim_entry *queue; /* a heap by time, then by order of entry */
	size_t queue_count;
	size_t queue_cap;
	uint64_t serial;
	struct sim_frame *free_frames;
	struct sim_watch watch;
	void *watch_arg;
	bool stop;	 /* set by who looks on: nothing happens any more */
	uint64_t digest; /* of all frames sent, with their times */
	uint64_t frames;
	struct mip6_soft_host host;
};

/* Out of memory ends the program, here and below. */
struct sim *sim_new(uint64_t seed);
void sim_free(struct sim *sim);
/* A number below `below`, which is not 0. */
uint32_t sim_random(struct sim *sim, uint32_t below);
void sim_violation(struct sim_node *node, const char *what);

/* Returns its number. */
int sim_add_link(struct sim *sim, const char *prefix, mip6_time delay);
/* A node whose process does not run yet. `name` must live on. */
struct sim_node *sim_add_node(struct sim *sim, const char *name);
/* An interface at a link (-1: unplugged). Returns its place in node->ifaces; the
 * ifindex is that plus 2, the name "eth" and that. */
size_t sim_add_iface(struct sim_node *node, int link);
void sim_add_address(struct sim_node *node, size_t iface, const struct mip6_addr *addr);
/* gateway NULL: on the link. */
void sim_add_route(struct sim_node *node, size_t iface, const struct mip6_prefix *dst,
		   const struct mip6_addr *gateway);
/* A copy is kept. */
void sim_configure(struct sim_node *node, const struct mip6_config *config);

/* Another program takes objects away from the node's data plane, without a word to its
 * core: those whose place among all is a multiple of `each` from `first` on. */
void sim_rob(struct sim_node *node, size_t first, size_t each);
/* The host looks for what is missing. */
void sim_renew(struct sim_node *node);
/* Starts the node's process, with the records that there are. */
void sim_start(struct sim_node *node);
/* Ends it in order; its objects must be gone then. */
void sim_stop(struct sim_node *node);
/* kill -9. What it had on its plane is gone, its records are there. */
void sim_kill(struct sim_node *node);
/* The machine is started anew without its disk. */
void sim_forget(struct sim_node *node);
/* Nothing comes in and no time passes for the node until then. */
void sim_sleep(struct sim_node *node, mip6_time until);
void sim_reconfigure(struct sim_node *node, const struct mip6_config *config);
/* Whether upper layers can use this address now. */
bool sim_usable(const struct sim_node *node, const struct mip6_addr *addr);
/* Unplugs (-1) or plugs in, with the link event that a kernel would give. */
void sim_plug(struct sim_node *node, size_t iface, int link);
/* Plugs into another link and nobody tells the node. */
void sim_replug_silently(struct sim_node *node, size_t iface, int link);
/* A packet of the node's upper layers. False when its process does not run. */
bool sim_output(struct sim_node *node, const uint8_t *data, size_t len);
/* Puts a frame on a link as if somebody unknown had sent it. */
void sim_inject(struct sim *sim, int link, const uint8_t *data, size_t len);
/* An address in the prefix of a link. */
struct mip6_addr sim_address(const struct sim *sim, int link, unsigned host);

/* Calls fn at that time. */
void sim_call(struct sim *sim, mip6_time at, void (*fn)(void *arg, uint32_t value), void *arg,
	      uint32_t value);
/* Lets time pass. */
void sim_run(struct sim *sim, mip6_time until);

/* simnode.c, for sim.c */
struct mip6_soft_host sim_host(void);
/* What follows each input of a node's process. */
void sim_settle(struct sim_node *node);
void sim_tick(struct sim_node *node);
void sim_deliver(struct sim_node *node, size_t iface, const uint8_t *data, size_t len);
/* sim.c, for simnode.c */
void sim_send(struct sim_node *node, size_t iface, const uint8_t *data, size_t len);

#endif
