/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What links, hosts and strangers do that no protocol foresees (explore.h): another
 * program takes objects of the data plane away, a link gives frames back to who sent
 * them, a Router Advertisement is forged or foolish, a disk is full. */
#include "explore_state.h"
#include <string.h>

/* A host hears of it and looks (stack/linux/host_renew.c). */
enum { RENEW_MS = 20 };

static struct sim_node *node_at(struct explorer *x, int n)
{
	return n >= 0 && (size_t)n < x->sim->node_count ? &x->sim->nodes[n] : NULL;
}

/* ---- objects ------------------------------------------------------------------------- */

/* What leaves until the host has looked may go any way, and so may a packet that waited
 * for a neighbour meanwhile. */
static void excuse(struct explorer *x, const struct sim_node *node)
{
	for (unsigned i = 0; i < x->world->home_count; i++)
		if (world_owner(x->world, i) == node)
			x->homes[i].chosen_at = x->sim->now;
}

static void look(void *arg, uint32_t value)
{
	struct explorer *x = arg;
	struct sim_node *node = &x->sim->nodes[value];

	/* A process that sleeps looks when it wakes; one that was killed never does, and its
	 * next one begins with what is wanted. */
	if (node->soft && node->asleep && node->asleep_until >= x->sim->now) {
		sim_call(x->sim, node->asleep_until + RENEW_MS * MIP6_MS, look, x, value);
		return;
	}
	x->robbed[value]--;
	excuse(x, node);
	if (node->soft)
		sim_renew(node);
}

void explore_rob(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);

	if (!node || !node->soft || !node->has_config || op->b < 0 || op->c < 1)
		return;
	excuse(x, node);
	x->robbed[node->index]++;
	sim_rob(node, (size_t)op->b, (size_t)op->c);
	sim_call(x->sim, x->sim->now + RENEW_MS * MIP6_MS, look, x, node->index);
}

/* ---- echoes -------------------------------------------------------------------------- */

static void no_echo(void *arg, uint32_t value)
{
	struct explorer *x = arg;

	if (x->echo_until[value] <= x->sim->now)
		x->sim->links[value].echo = false;
}

void explore_echo(struct explorer *x, const struct explore_op *op)
{
	if (op->a < 0 || (size_t)op->a >= x->sim->link_count || op->b < 0)
		return;
	x->sim->links[op->a].echo = true;
	x->echo_until[op->a] = x->sim->now + op->b * MIP6_MS;
	sim_call(x->sim, x->echo_until[op->a], no_echo, x, (uint32_t)op->a);
}

/* ---- disks --------------------------------------------------------------------------- */

static void room_again(void *arg, uint32_t value)
{
	struct explorer *x = arg;

	if (x->full_until[value] <= x->sim->now)
		x->sim->nodes[value].save_fails = false;
}

void explore_disk(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);

	if (!node || op->b < 0)
		return;
	node->save_fails = true;
	x->full_until[op->a] = x->sim->now + op->b * MIP6_MS;
	sim_call(x->sim, x->full_until[op->a], room_again, x, (uint32_t)op->a);
}

/* ---- Router Advertisements ------------------------------------------------------------- */

static void add_prefix(struct nd_ra *ra, const struct mip6_prefix *prefix, uint8_t flags,
		       uint32_t valid)
{
	struct nd_pio *p = &ra->pio[ra->pio_count++];

	*p = (struct nd_pio){.prefix = prefix->addr,
			     .len = prefix->len,
			     .flags = flags,
			     .valid = valid,
			     .preferred = valid};
}

/* Kinds: 0 the home agent itself is on this link, for ever; 1 so is all of its prefix;
 * 2 all of the Internet is; 3 the home prefix ends in 4 s; 4 a router of low preference
 * that forwards nothing; 5 the same, of high preference; 6 a prefix that has never been
 * heard of, without a router; 7 the smallest MTU. */
static void fill(const struct explorer *x, int kind, struct nd_ra *ra)
{
	const struct mip6_prefix *home = &x->sim->links[x->world->home].prefix;
	struct mip6_prefix internet = {.addr = {{0x20}}, .len = 3};
	struct mip6_prefix alien = {.addr = {{0x3f, 0xff, 0x0a}}, .len = 64};
	struct mip6_prefix agent = {.addr = x->world->ha_addr, .len = 128};

	if (kind == 0)
		add_prefix(ra, &agent, ND_PIO_L, UINT32_MAX);
	if (kind == 1)
		add_prefix(ra, home, ND_PIO_L | ND_PIO_A | ND_PIO_R, UINT32_MAX);
	if (kind == 2)
		add_prefix(ra, &internet, ND_PIO_L, 3600);
	if (kind == 3)
		add_prefix(ra, home, ND_PIO_L | ND_PIO_A, 4);
	if (kind >= 4 && kind <= 6)
		add_prefix(ra, &alien, ND_PIO_L | ND_PIO_A, 3600);
	if (kind == 4 || kind == 5) {
		ra->lifetime = 1800;
		ra->flags = kind == 4 ? 0x18 : 0x08;
	}
	if (kind == 7)
		ra->mtu = 1280;
}

void explore_advert(struct explorer *x, const struct explore_op *op)
{
	static const uint8_t header[14] = {0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 9, 9, 9, 0x86, 0xdd};
	struct nd_ra ra = {.slla = {.len = 6, .addr = {2, 0, 0, 9, 9, 9}}};
	struct ip6_packet p = {.hop_limit = 255, .next_header = IP6_NH_ICMPV6};
	uint8_t message[256];
	uint8_t frame[512];
	int len;

	if (op->a < 0 || op->a >= EXPLORE_ADVERTS || op->b < x->world->home ||
	    (size_t)op->b >= x->sim->link_count)
		return;
	fill(x, op->a, &ra);
	p.src = (struct mip6_addr){{0xfe, 0x80, [15] = 0x99}};
	p.dst = (struct mip6_addr){{0xff, 0x02, [15] = 1}};
	len = nd_build_ra(&p.src, &p.dst, &ra, message, sizeof(message));
	p.payload = message;
	p.payload_len = len < 0 ? 0 : (size_t)len;
	memcpy(frame, header, sizeof(header));
	len = ip6_build(&p, frame + sizeof(header), sizeof(frame) - sizeof(header));
	if (len > 0)
		sim_inject(x->sim, op->b, frame, sizeof(header) + (size_t)len);
}
