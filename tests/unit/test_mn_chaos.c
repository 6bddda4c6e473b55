/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Inputs in any order, for many seeds: whatever comes, a Binding Update leaves
 * only from an address that is there, sequence numbers only rise, never more
 * than three leave in a second, restarts go on, and at the end, on a quiet link,
 * the node is registered from it. */
#include "mn_host.h"

#define SEEDS 150
#define STEPS 200
#define LA    (ND_PIO_L | ND_PIO_A)

struct chaos {
	struct rig r;
	uint32_t seed;
	size_t checked; /* messages looked at so far */
	mip6_time bu_times[3];
	bool any_bu;
	uint16_t last_seq;
};

static unsigned dice(struct chaos *c, unsigned sides)
{
	c->seed = c->seed * 1664525u + 1013904223u;
	return (c->seed >> 12) % sides;
}

static void check_bu(struct chaos *c, const struct rig_sent *s)
{
	CU_ASSERT(s->source_exists);
	CU_ASSERT(s->at >= c->bu_times[0] + S);
	CU_ASSERT(!c->any_bu || (int16_t)(s->mh.bu.seq - c->last_seq) > 0);
	CU_ASSERT(mip6_addr_equal(&s->mh.options.alt_coa, &s->tx.src));
	CU_ASSERT_EQUAL(s->tx.has_hao, s->mh.bu.lifetime != 0);
	memmove(c->bu_times, c->bu_times + 1, 2 * sizeof(c->bu_times[0]));
	c->bu_times[2] = s->at;
	c->any_bu = true;
	c->last_seq = s->mh.bu.seq;
}

static void check(struct chaos *c)
{
	for (; c->checked < c->r.sent_count; c->checked++)
		if (c->r.sent[c->checked].nd == 0 && c->r.sent[c->checked].mh.type == MH_BU)
			check_bu(c, &c->r.sent[c->checked]);
	if (c->r.sent_count < RIG_LOG - 200 && c->r.event_count < RIG_LOG - 500)
		return;
	rig_forget(&c->r);
	c->checked = 0;
}

static void some_ra(struct chaos *c, unsigned ifindex)
{
	static const char *const routers[] = {AR1, AR2, "fe80::c1", "fe80::1"};
	static const char *const prefixes[] = {
	    "3fff:0:a::", "3fff:0:b::", "2002:db8:1::", "3fff:0:1::", "fd00:a::"};
	struct nd_ra ra = rig_ra(prefixes[dice(c, 5)], LA);

	if (dice(c, 3) == 0)
		rig_ra_add(&ra, prefixes[dice(c, 5)], LA);
	if (dice(c, 2))
		ra.interval = 70;
	if (dice(c, 8) == 0)
		ra.lifetime = 0;
	ra.pio[0].preferred = dice(c, 8) ? 14400 : 0;
	ra.pio[0].valid = dice(c, 8) ? 86400 : 1;
	if (ra.pio[0].valid < ra.pio[0].preferred)
		ra.pio[0].preferred = 0;
	rig_receive_ra(&c->r, ifindex, routers[dice(c, 4)], ra);
}

static void some_ba(struct chaos *c, unsigned ifindex)
{
	static const uint8_t status[] = {0, 0, 0, 0, 1, 128, 129, 132, 135, 174};
	const char *coa = dice(c, 4) ? COA1 : NULL;
	uint16_t seq = (uint16_t)(c->last_seq + (dice(c, 4) ? 0 : dice(c, 100) - 50));

	rig_receive_ba(&c->r, ifindex, coa, status[dice(c, 10)], seq, (uint16_t)dice(c, 100));
}

static void some_na(struct chaos *c, unsigned ifindex)
{
	static const char *const targets[] = {HOA, HA, AR1, COA1, LINKLOCAL};
	const char *target = targets[dice(c, 5)];

	rig_receive_na(&c->r, ifindex, target, target, dice(c, 2) ? ND_NA_O : ND_NA_S, 0x42);
}

static void restart(struct chaos *c)
{
	struct rig *r = &c->r;

	mip6_node_free(r->node);
	r->object_count = 0;
	r->node = mip6_node_new(&r->config, &r->host, r);
	for (size_t i = 0; i < r->record_count; i++)
		CU_ASSERT(mip6_node_restore(r->node, r->now, &r->records[i]) == MIP6_OK);
	for (unsigned ifindex = ETH0; ifindex <= ETH1; ifindex++) {
		rig_link(r, ifindex, dice(c, 4) > 0);
		rig_address(r, ifindex, 0);
	}
	CU_ASSERT(mip6_node_start(r->node, r->now) == MIP6_OK);
}

static void step(struct chaos *c)
{
	unsigned ifindex = dice(c, 3) ? ETH0 : ETH1;
	struct mip6_addr router = A(AR1);

	switch (dice(c, 12)) {
	case 0:
		rig_link(&c->r, ifindex, false);
		break;
	case 1:
		rig_link(&c->r, ifindex, true);
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		some_ra(c, ifindex);
		break;
	case 6:
	case 7:
		some_ba(c, ifindex);
		break;
	case 8:
		some_na(c, ifindex);
		break;
	case 9:
		mip6_node_neighbour_failed(c->r.node, c->r.now, ifindex, &router);
		break;
	case 10:
		if (dice(c, 6) == 0)
			restart(c);
		break;
	default:
		rig_pass(&c->r, 5 * S);
		break;
	}
	rig_pass(&c->r, (mip6_time)dice(c, 400) * MS);
	check(c);
}

/* A quiet foreign link, and a home agent that answers. */
static bool settles(struct chaos *c)
{
	struct rig *r = &c->r;

	rig_link(r, ETH1, false);
	rig_link(r, ETH0, false);
	rig_pass(r, 2 * S);
	rig_forget(r);
	c->checked = 0;
	rig_link(r, ETH0, true);
	rig_receive_ra(r, ETH0, AR1, rig_ra("3fff:0:a::", LA));
	for (int i = 0; i < 40 && rig_count_events(r, MIP6_EV_REGISTERED) == 0; i++) {
		if (rig_count_bu(r))
			rig_receive_ba(r, ETH0, COA1, 0, rig_last_bu(r)->mh.bu.seq, 60);
		if (rig_count_bu(r) == 0 && i == 0) /* registered from here all along */
			return rig_find(r, MIP6_OBJ_DEVICE, COA1) != NULL;
		rig_pass(r, S);
	}
	return rig_count_events(r, MIP6_EV_REGISTERED) > 0 &&
	       rig_find(r, MIP6_OBJ_DEVICE, COA1) != NULL;
}

static void any_order(void)
{
	static struct chaos c;

	for (uint32_t seed = 1; seed <= SEEDS; seed++) {
		unsigned failed = CU_get_number_of_failures();

		memset(&c, 0, sizeof(c));
		c.seed = seed;
		for (int i = 0; i < 3; i++)
			c.bu_times[i] = -10 * S;
		rig_init(&c.r);
		rig_start(&c.r);
		rig_link(&c.r, ETH1, false);
		rig_address(&c.r, ETH1, 0);
		for (int i = 0; i < STEPS; i++)
			step(&c);
		CU_ASSERT(settles(&c));
		mip6_node_stop(c.r.node, c.r.now);
		CU_ASSERT_EQUAL(c.r.object_count, 0);
		rig_end(&c.r);
		if (CU_get_number_of_failures() != failed)
			printf("seed %u fails\n", seed);
	}
}

int main(void)
{
	static const struct test_case tests[] = {{"any_order", any_order}};

	return test_run("mn_chaos", tests, sizeof(tests) / sizeof(tests[0]));
}
