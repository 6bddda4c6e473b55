/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Mobile node, home agent, access routers and correspondent as whole nodes on a
 * simulated network (simworld.h), with literal times: BU and BA need 10 ms between
 * access router and home agent, the access links 50 us. */
#include "simworld.h"
#include "test.h"

#define ms MIP6_MS
#define us MIP6_US
#define S  MIP6_SECOND

/* ---- a world that is looked at ------------------------------------------------------- */

struct watched {
	struct world *w;
	unsigned events[SIM_NODES][MIP6_EVENTS];
	mip6_time last[SIM_NODES][MIP6_EVENTS];
	unsigned violations;
	uint32_t got[SIM_NODES]; /* packets of upper layers that were for this node */
	unsigned astray;	 /* and those that were not */
	uint32_t number;
};

static void on_event(void *arg, struct sim_node *node, const struct mip6_event *e)
{
	struct watched *t = arg;

	t->events[node->index][e->id]++;
	t->last[node->index][e->id] = e->time;
}

static void on_up(void *arg, struct sim_node *node, const uint8_t *data, size_t len)
{
	struct watched *t = arg;
	struct world_tag tag;

	if (world_packet_read(data, len, &tag) && tag.to == node->index)
		t->got[node->index]++;
	else if (len < 40 || data[6] != IP6_NH_ICMPV6) /* errors are for upper layers, too */
		t->astray++;
}

static void on_violation(void *arg, struct sim_node *node, const char *what)
{
	struct watched *t = arg;

	printf("%s at %.6f s: %s\n", node->name, (double)node->sim->now / 1e9, what);
	t->violations++;
}

static struct watched *begin(const struct world_params *params)
{
	struct watched *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->w = world_new(1, params);
	t->w->sim->watch =
	    (struct sim_watch){.event = on_event, .up = on_up, .violation = on_violation};
	t->w->sim->watch_arg = t;
	return t;
}

static void end(struct watched *t)
{
	CU_ASSERT_EQUAL(t->violations, 0);
	CU_ASSERT_EQUAL(t->astray, 0);
	world_free(t->w);
	free(t);
}

/* One mobile node, registered from access link 1 since a while. */
static struct watched *registered(void)
{
	struct world_params params = world_params_default();
	struct watched *t = begin(&params);

	world_start(t->w);
	sim_run(t->w->sim, 3 * S);
	CU_ASSERT_PTR_NULL(world_disagreement(t->w, 0, false));
	return t;
}

static void run(struct watched *t, mip6_time until)
{
	sim_run(t->w->sim, until);
}

static bool agree(const struct watched *t)
{
	return !world_disagreement(t->w, 0, false);
}

static unsigned count(const struct watched *t, const struct sim_node *node, enum mip6_event_id id)
{
	return t->events[node->index][id];
}

static mip6_time at(const struct watched *t, const struct sim_node *node, enum mip6_event_id id)
{
	return t->last[node->index][id];
}

static void flush(struct sim_node *node)
{
	for (size_t i = 0; i < node->iface_count; i++)
		mip6_soft_flush(node->soft, node->ifaces[i].ifindex);
}

/* Link down, and up elsewhere at `up`. An AR there does not remember the node. */
static void move(struct watched *t, mip6_time up, int link)
{
	int access = world_access(t->w, link);

	if (access >= 0)
		mip6_soft_flush(t->w->ars[access]->soft, t->w->ars[access]->ifaces[1].ifindex);
	run(t, up - 50 * ms);
	sim_plug(t->w->mns[0], 0, -1);
	run(t, up);
	sim_plug(t->w->mns[0], 0, link);
}

/* One packet of so many octets arrives once within a second. */
static bool reaches(struct watched *t, struct sim_node *from, const struct mip6_addr *src,
		    struct sim_node *to, const struct mip6_addr *dst, uint16_t size)
{
	struct world_tag tag = {.from = (uint8_t)from->index, .to = (uint8_t)to->index};
	uint32_t before = t->got[to->index];
	uint8_t buf[1500];

	tag.number = ++t->number;
	tag.size = size;
	sim_output(from, buf, world_packet(src, dst, &tag, buf, sizeof(buf)));
	run(t, t->w->sim->now + S);
	return t->got[to->index] == before + 1;
}

/* Both ways, with the correspondent and with a host of the home link. */
static bool traffic(struct watched *t, uint16_t size)
{
	struct world *w = t->w;
	const struct mip6_addr *hoa = &w->hoas[0];

	return reaches(t, w->cn, &w->cn_addr, w->mns[0], hoa, size) &&
	       reaches(t, w->mns[0], hoa, w->cn, &w->cn_addr, size) &&
	       reaches(t, w->hl, &w->hl_addr, w->mns[0], hoa, size) &&
	       reaches(t, w->mns[0], hoa, w->hl, &w->hl_addr, size);
}

/* ---- in good order ------------------------------------------------------------------------ */

static void test_register(void)
{
	struct watched *t = registered();
	const struct sim_node *mn = t->w->mns[0];

	CU_ASSERT_EQUAL(count(t, mn, MIP6_EV_BU_TX), 1);
	/* AR's first advertisement 0.05 ms. BU 10.05 ms, behind AR's and R's search for
	 * the next router, 10 ms each. DAD 1 s. BA 10.05 ms, behind AR's search for the
	 * mobile node; the home agent knows R by R's solicitation. */
	CU_ASSERT_EQUAL(at(t, mn, MIP6_EV_BU_TX), 50 * us);
	CU_ASSERT_EQUAL(at(t, t->w->ha, MIP6_EV_BU_RX), 50 * us + 10050 * us + 20 * ms);
	CU_ASSERT_EQUAL(at(t, mn, MIP6_EV_BA_RX),
			at(t, t->w->ha, MIP6_EV_BU_RX) + S + 10050 * us + 100 * us);
	CU_ASSERT_TRUE(traffic(t, 100));
	end(t);
}

static void test_moves(void)
{
	struct watched *t = registered();
	const struct sim_node *mn = t->w->mns[0];

	move(t, 4 * S, t->w->access[1]); /* AR2 and R get to know each other */
	for (unsigned i = 1; i <= 12; i++) {
		mip6_time up = (i + 1) * 5 * S;

		move(t, up, t->w->access[(i + 1) % 2]);
		run(t, up + 30 * ms);
		CU_ASSERT_TRUE(agree(t));
		/* RS, RA; BU and BA; AR's search for the mobile node between them. */
		CU_ASSERT_EQUAL(at(t, mn, MIP6_EV_BU_TX), up + 100 * us);
		CU_ASSERT_EQUAL(at(t, mn, MIP6_EV_BA_RX), up + 100 * us + 20100 * us + 100 * us);
		CU_ASSERT_EQUAL(count(t, mn, MIP6_EV_BU_TX), 2 + i);
		CU_ASSERT_TRUE(traffic(t, i % 2 ? 100 : 1400));
	}
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_BINDING_NEW), 1);
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_BINDING_CHANGED), 13);
	end(t);
}

static void test_home_and_away(void)
{
	struct watched *t = registered();
	const struct sim_node *mn = t->w->mns[0];
	mip6_time up;

	for (unsigned i = 1; i <= 3; i++) {
		up = i * 40 * S;
		move(t, up, t->w->home);
		run(t, up + 10 * ms);
		CU_ASSERT_TRUE(agree(t)); /* a few ms, on one link */
		CU_ASSERT_TRUE(traffic(t, 100));
		up += 20 * S;
		move(t, up, t->w->access[1]);
		run(t, up + 1050 * ms);
		CU_ASSERT_TRUE(agree(t));
		CU_ASSERT_TRUE(traffic(t, 100));
	}
	CU_ASSERT_EQUAL(count(t, mn, MIP6_EV_DAD_FAIL), 0);
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_DAD_FAIL), 0);
	end(t);
}

/* The home address is taken by another node of the home link. */
static void test_taken(void)
{
	struct world_params params = world_params_default();
	struct watched *t = begin(&params);

	sim_add_address(t->w->hl, 0, &t->w->hoas[0]);
	world_start(t->w);
	run(t, 20 * S);
	CU_ASSERT_FALSE(world_believe(t->w, 0).bound);
	CU_ASSERT_STRING_EQUAL(world_believe(t->w, 0).registration.state, "refused");
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_DAD_FAIL), 1);
	CU_ASSERT_EQUAL(count(t, t->w->mns[0], MIP6_EV_BU_TX),
			1); /* a minute's pause after status 134 */
	end(t);
}

/* A move that nobody tells of is found by the new router's first advertisement. */
static void test_silent_move(void)
{
	struct world_params params = world_params_default();
	struct watched *t;

	params.ra_interval = 70 * ms;
	t = begin(&params);
	world_start(t->w);
	run(t, 3 * S);
	sim_replug_silently(t->w->mns[0], 0, t->w->access[1]);
	run(t, 3 * S + 70 * ms + 50 * ms);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_EQUAL(count(t, t->w->mns[0], MIP6_EV_BU_TX), 2);
	CU_ASSERT_TRUE(traffic(t, 100));
	end(t);
}

static void test_expiry(void)
{
	struct watched *t = registered();
	mip6_time end_of_life = world_believe(t->w, 0).binding.expires;

	/* Unplugged for good: the home agent holds the binding to its end. */
	sim_plug(t->w->mns[0], 0, -1);
	run(t, end_of_life - 1);
	CU_ASSERT_TRUE(world_believe(t->w, 0).bound);
	run(t, end_of_life);
	CU_ASSERT_FALSE(world_believe(t->w, 0).bound);
	end(t);
}

/* The binding lives as long as the mobile node refreshes it: ten days, with a BU
 * now and then. */
static void test_refresh(void)
{
	struct world_params params = world_params_default();
	const struct sim_node *mn;
	struct watched *t;

	params.ra_interval = 600 * S;
	params.lifetime_s = 36000;
	t = begin(&params);
	mn = t->w->mns[0];
	world_start(t->w);
	for (int hour = 1; hour <= 240; hour++) {
		run(t, hour * 3600 * S);
		CU_ASSERT_TRUE(agree(t));
	}
	CU_ASSERT_TRUE(traffic(t, 100));
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_BINDING_NEW), 1);
	CU_ASSERT_TRUE(count(t, mn, MIP6_EV_BU_TX) > 20);
	CU_ASSERT_TRUE(count(t, mn, MIP6_EV_BU_TX) < 100);
	end(t);
}

/* ---- processes that are killed -------------------------------------------------------------- */

static void restart(struct sim_node *node)
{
	sim_kill(node);
	sim_start(node);
}

static void test_restart(void)
{
	struct watched *t = registered();
	struct sim_node *mn = t->w->mns[0];

	restart(t->w->ha);
	CU_ASSERT_TRUE(agree(t)); /* without a single message */
	CU_ASSERT_TRUE(traffic(t, 100));
	move(t, 10 * S, t->w->access[1]);
	run(t, 11 * S);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_EQUAL(count(t, mn, MIP6_EV_BU_TX), 2);
	restart(mn);
	run(t, 12 * S);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_TRUE(traffic(t, 100));
	move(t, 20 * S, t->w->access[0]);
	run(t, 21 * S);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_BINDING_GONE), 0);
	end(t);
}

/* A mobile node that forgot everything, sequence numbers too, abroad and at home. */
static void test_reboot(void)
{
	for (unsigned seed = 1; seed <= 40; seed++) {
		struct watched *t = registered();
		struct sim_node *mn = t->w->mns[0];

		sim_plug(mn, 0, -1);
		run(t, 5 * S);
		mn->ifaces[0].link = seed % 2 ? t->w->home : t->w->access[1];
		mn->random = seed; /* where its sequence numbers begin */
		sim_kill(mn);
		sim_forget(mn);
		sim_start(mn);
		run(t, 15 * S);
		CU_ASSERT_TRUE(agree(t));
		end(t);
	}
}

/* ---- more nodes, more interfaces ---------------------------------------------------------------
 */

struct search {
	const struct mip6_addr *addr;
	bool found;
};

static bool search_proxy(void *arg, const struct mip6_object *o)
{
	struct search *s = arg;

	s->found = o->kind == MIP6_OBJ_PROXY && mip6_addr_equal(&o->proxy.addr, s->addr);
	return !s->found;
}

static bool proxies(const struct watched *t, const struct mip6_addr *addr)
{
	struct search s = {.addr = addr};

	mip6_soft_objects(t->w->ha->soft, search_proxy, &s);
	return s.found;
}

/* With L the home agent also defends the link-local address, and gives it back. */
static void test_link_local(void)
{
	struct world_params params = world_params_default();
	struct mip6_addr ll;
	struct watched *t;

	params.same_iid[0] = true;
	t = begin(&params);
	ll = mip6_addr_link_local_eui64(t->w->mns[0]->ifaces[0].mac);
	world_start(t->w);
	run(t, 3 * S);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_TRUE(proxies(t, &ll));
	move(t, 5 * S, t->w->home);
	run(t, 8 * S);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_FALSE(proxies(t, &ll));
	CU_ASSERT_TRUE(traffic(t, 100));
	CU_ASSERT_EQUAL(count(t, t->w->ha, MIP6_EV_DAD_FAIL), 0);
	end(t);
}

/* Two mobile nodes of one home agent, abroad on one link, speak with each other. */
static void test_company(void)
{
	struct world_params params = world_params_default();
	struct watched *t;
	struct world *w;

	params.mns = 2;
	params.mn_links[1][0] = params.mn_links[0][0];
	t = begin(&params);
	w = t->w;
	world_start(w);
	run(t, 3 * S);
	CU_ASSERT_TRUE(agree(t));
	CU_ASSERT_TRUE(reaches(t, w->mns[0], &w->hoas[0], w->mns[1], &w->hoas[1], 100));
	CU_ASSERT_TRUE(reaches(t, w->mns[1], &w->hoas[1], w->mns[0], &w->hoas[0], 1300));
	move(t, 10 * S, w->home);
	run(t, 12 * S);
	CU_ASSERT_TRUE(reaches(t, w->mns[0], &w->hoas[0], w->mns[1], &w->hoas[1], 100));
	CU_ASSERT_TRUE(reaches(t, w->mns[1], &w->hoas[1], w->mns[0], &w->hoas[0], 1300));
	end(t);
}

/* The better interface serves when it is there, else the other. */
static void test_two_interfaces(void)
{
	struct world_params params = world_params_default();
	struct watched *t;

	params.mn_ifaces[0] = 2;
	params.mn_links[0][1] = params.mn_links[1][0];
	params.prefer[0] = 1;
	t = begin(&params);
	world_start(t->w);
	for (unsigned i = 0; i < 6; i++) {
		int expected = t->w->access[i % 2 ? 0 : 1];
		struct world_belief b;

		run(t, (i + 1) * 10 * S);
		b = world_believe(t->w, 0);
		CU_ASSERT_TRUE(agree(t));
		CU_ASSERT_TRUE(
		    mip6_prefix_contains(&t->w->sim->links[expected].prefix, &b.registration.coa));
		CU_ASSERT_TRUE(traffic(t, 100));
		sim_plug(t->w->mns[0], 1, i % 2 ? t->w->access[1] : -1);
	}
	end(t);
}

/* ---- sizes, and what is forgotten
 * ----------------------------------------------------------------- */

/* The core of the network carries no more than IPv6 must: outer packets are cut, where
 * inner ones may not be told to be smaller (RFC 2473 7.1). */
static void test_small_mtu(void)
{
	struct world_params params = world_params_default();
	struct watched *t;

	params.core_mtu = 1280;
	t = begin(&params);
	world_start(t->w);
	run(t, 3 * S);
	/* The first large one makes AR tell the mobile node of the path. */
	(void)reaches(t, t->w->mns[0], &t->w->hoas[0], t->w->cn, &t->w->cn_addr, 1280);
	CU_ASSERT_TRUE(traffic(t, 1280));
	CU_ASSERT_TRUE(traffic(t, 1241));
	CU_ASSERT_TRUE(traffic(t, 1240));
	end(t);
}

/* Neighbours are found again while packets wait. */
static void test_flush(void)
{
	struct watched *t = registered();

	CU_ASSERT_TRUE(traffic(t, 100));
	for (size_t i = 0; i < t->w->sim->node_count; i++)
		flush(&t->w->sim->nodes[i]);
	CU_ASSERT_TRUE(traffic(t, 100));
	end(t);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"register", test_register},
	    {"moves", test_moves},
	    {"home and away", test_home_and_away},
	    {"home address taken", test_taken},
	    {"silent move", test_silent_move},
	    {"expiry", test_expiry},
	    {"refresh", test_refresh},
	    {"restart", test_restart},
	    {"reboot", test_reboot},
	    {"link-local address", test_link_local},
	    {"company", test_company},
	    {"two interfaces", test_two_interfaces},
	    {"small MTU", test_small_mtu},
	    {"flush", test_flush},
	};

	return test_run("mobility", tests, sizeof(tests) / sizeof(tests[0]));
}
