/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A home agent that gets 10,000 bad messages a second, on a simulated network: what is
 * good is answered as if there were none, and what it sends for the others is bounded. */
#include "simworld.h"
#include "test.h"
#include <mip6/wire.h>
#include <stdlib.h>

#define ms MIP6_MS
#define us MIP6_US
#define S  MIP6_SECOND

enum { ROUND_TRIP_US = 20200 }; /* access link to home agent and back (test_mobility.c) */

struct flooded {
	struct world *w;
	mip6_time bu_tx;
	mip6_time slowest; /* answer to a Binding Update of the mobile node */
	unsigned answers;
	unsigned ha_sent;   /* frames of the home agent */
	unsigned ha_events; /* of the home agent */
	unsigned bad;	    /* messages sent to it */
};

static void on_event(void *arg, struct sim_node *node, const struct mip6_event *e)
{
	struct flooded *t = arg;

	if (node == t->w->ha)
		t->ha_events++;
	if (node == t->w->mns[0] && e->id == MIP6_EV_BU_TX)
		t->bu_tx = e->time;
	if (node == t->w->mns[0] && e->id == MIP6_EV_BA_RX) {
		t->answers++;
		if (e->time - t->bu_tx > t->slowest)
			t->slowest = e->time - t->bu_tx;
	}
}

static void on_sent(void *arg, struct sim_node *node, size_t iface, const uint8_t *data, size_t len)
{
	struct flooded *t = arg;

	(void)iface;
	(void)data;
	(void)len;
	t->ha_sent += node == t->w->ha;
}

/* Kinds of bad messages that a home agent answers, or would. */
enum { NOT_HOME_SUBNET, UNKNOWN_TYPE, WRONG_PROTO, UNKNOWN_BINDING, KINDS };

static struct mip6_addr addr(const char *text)
{
	struct mip6_addr a = {{0}};

	CU_ASSERT_EQUAL_FATAL(mip6_addr_parse(text, &a), MIP6_OK);
	return a;
}

/* The payload of a bad message; its length. */
static int payload_of(struct ip6_packet *p, unsigned kind, uint8_t *buf, size_t cap)
{
	struct mh_message m = {.type = MH_BU, .bu = {1, MH_BU_A | MH_BU_H, 100}};
	int len;

	if (kind == UNKNOWN_BINDING) {
		p->next_header = 17;
		memset(buf, 0, 16);
		return 16;
	}
	p->next_header = IP6_NH_MH;
	len = mh_build(ip6_checksum_src(p), &p->dst, &m, buf, cap);
	if (kind == UNKNOWN_TYPE)
		buf[2] = 99;
	if (kind == WRONG_PROTO)
		buf[0] = 6;
	if (kind == UNKNOWN_TYPE || kind == WRONG_PROTO) {
		uint16_t sum;

		buf[4] = buf[5] = 0;
		sum = ip6_checksum(ip6_checksum_src(p), &p->dst, IP6_NH_MH, buf, (size_t)len);
		buf[4] = (uint8_t)(sum >> 8);
		buf[5] = (uint8_t)sum;
	}
	return len;
}

static void send_bad(struct flooded *t, unsigned n, bool spoofed)
{
	struct ip6_packet p = {.src = t->w->cn_addr, .dst = t->w->ha_addr, .hop_limit = 64};
	uint8_t payload[256];
	uint8_t buf[512];
	int len;

	if (spoofed) {
		p.src = addr("3fff:100::9");
		p.src.b[5] = (uint8_t)(n >> 8);
		p.src.b[6] = (uint8_t)n;
	}
	p.has_hao = true;
	p.hao = addr("3fff:99::1");
	len = payload_of(&p, n % KINDS, payload, sizeof(payload));
	p.payload = payload;
	p.payload_len = (size_t)len;
	len = ip6_build(&p, buf, sizeof(buf));
	CU_ASSERT_FATAL(len > 0);
	sim_output(t->w->cn, buf, (size_t)len);
	t->bad++;
}

static void flood(struct flooded *t, mip6_time until, bool spoofed)
{
	struct sim *sim = t->w->sim;

	for (unsigned n = 0; sim->now < until; n++) {
		send_bad(t, n, spoofed);
		sim_run(sim, sim->now + 100 * us);
	}
}

/* Five seconds of refreshes, a move into the middle of it, five more. */
static void good_ones_in_a_flood(bool spoofed)
{
	struct world_params params = world_params_default();
	struct flooded t = {0};

	params.lifetime_s = 4;
	t.w = world_new(1, &params);
	t.w->sim->watch = (struct sim_watch){.event = on_event, .sent = on_sent};
	t.w->sim->watch_arg = &t;
	world_start(t.w);
	sim_run(t.w->sim, 3 * S);
	t.answers = t.ha_sent = t.ha_events = 0;
	t.slowest = 0;
	flood(&t, 8 * S, spoofed);
	sim_plug(t.w->mns[0], 0, -1);
	sim_plug(t.w->mns[0], 0, t.w->access[1]);
	flood(&t, 13 * S, spoofed);
	CU_ASSERT_EQUAL(t.bad, 100000);
	CU_ASSERT(t.answers >= 4);
	CU_ASSERT(t.slowest <= 2 * ROUND_TRIP_US * us);
	CU_ASSERT_PTR_NULL(world_disagreement(t.w, 0, true));
	/* Errors and refusals to one prefix, or to all, a second; and its advertisements. */
	CU_ASSERT(t.ha_sent < (spoofed ? 10000u : 2000u));
	CU_ASSERT(t.ha_events < (spoofed ? 20000u : 4000u));
	world_free(t.w);
}

static void test_one_source(void)
{
	good_ones_in_a_flood(false);
}

static void test_many_sources(void)
{
	good_ones_in_a_flood(true);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"one source", test_one_source},
	    {"many sources", test_many_sources},
	};

	return test_run("flood", tests, sizeof(tests) / sizeof(tests[0]));
}
