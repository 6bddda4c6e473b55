/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_SIMWORLD_H
#define TESTS_SIMWORLD_H

/* The network that tests, explorer and benchmark share:
 *
 *          CN                 home address of MN n: <home>::100 + n
 *          | 3fff:1::/64
 *          R
 *          | 3fff:2::/64
 *   +------+-----+------ ... --+
 *   HA          AR1            ARn        HL: a host on the home link
 *   |            |              |
 *   | 3fff:3::   | 3fff:10::    | 3fff:11::   MNs: one or two interfaces each,
 *   home, HL     access 1       access n      plugged in anywhere
 *
 * HA and ARs advertise from the core. CN, R and HL are plain nodes. */
#include "sim.h"

enum { WORLD_ARS = 4, WORLD_MNS = 3, WORLD_HOMES = 2 * WORLD_MNS };

struct world_params {
	unsigned ars; /* 1 to WORLD_ARS */
	unsigned mns; /* 1 to WORLD_MNS */
	unsigned mn_ifaces[WORLD_MNS];
	bool second_home[WORLD_MNS]; /* it has two home addresses */
	unsigned prefer[WORLD_MNS];  /* the interface that is preferred */
	int mn_links[WORLD_MNS][2];  /* where their interfaces begin */
	bool same_iid[WORLD_MNS];    /* hoa has the identifier of the link-local: L bit */
	bool plain_home;	     /* the home agent advertises as any router would: no H, no R */
	bool cn_config;		     /* CN runs the protocol, too */
	mip6_time core_delay, cn_delay, access_delay;
	unsigned core_mtu;     /* 0: 1500 */
	mip6_time ra_interval; /* longest; the shortest is 3/4 of it */
	uint32_t lifetime_s;   /* that mobile nodes ask for */
};

struct world {
	struct sim *sim;
	struct world_params params;
	int cn_link, core, home, access[WORLD_ARS];
	struct sim_node *cn, *r, *ha, *hl;
	struct sim_node *ars[WORLD_ARS];
	struct sim_node *mns[WORLD_MNS];
	struct mip6_addr cn_addr, ha_addr, hl_addr;
	/* Home addresses; the first is that of the first mobile node, and so on. */
	struct mip6_addr hoas[WORLD_HOMES];
	unsigned owner[WORLD_HOMES]; /* number of the mobile node */
	unsigned home_count;
};

/* Middling values: one MN at access link 1, two ARs. */
struct world_params world_params_default(void);
/* Nothing is started yet. */
struct world *world_new(uint64_t seed, const struct world_params *params);
/* Starts everything that does not run. */
void world_start(struct world *w);
void world_free(struct world *w);
/* Number of access link (from 0) of a link, or -1. */
int world_access(const struct world *w, int link);
/* The configuration of a mobile node; its interface list is at ifs. */
struct mip6_config world_mn_config(const struct world *w, unsigned mn, uint32_t lifetime_s,
				   unsigned prefer, struct mip6_if_config ifs[2]);

/* What MN and HA believe of a home address. */
struct world_belief {
	struct mip6_addr hoa;
	bool known; /* the mobile node runs and has told */
	struct mip6_registration_info registration;
	bool bound;
	struct mip6_binding_info binding;
};
struct world_belief world_believe(const struct world *w, unsigned home);
struct sim_node *world_owner(const struct world *w, unsigned home);
/* NULL when both believe the same and it is right: away the same care-of address,
 * of a link where the node is plugged in, under the same sequence number; at home
 * no binding. Else what is wrong. refreshing: a registration may be under way again
 * while the binding lives. */
const char *world_disagreement(const struct world *w, unsigned home, bool refreshing);

/* ---- packets of upper layers: they say who they are for ------------------------- */

struct world_tag {
	uint8_t from, to; /* indexes of nodes */
	uint8_t flow;
	bool forged; /* nobody may get it */
	uint32_t number;
	uint16_t size; /* of the IPv6 packet, at least 64 */
};

/* A UDP packet of tag->size octets; returns that. */
size_t world_packet(const struct mip6_addr *src, const struct mip6_addr *dst,
		    const struct world_tag *tag, uint8_t *buf, size_t cap);
/* Reads one back. False when it is none of ours, or not as it was sent. */
bool world_packet_read(const uint8_t *data, size_t len, struct world_tag *ret);

#endif
