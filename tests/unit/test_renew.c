/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much a home agent asks the kernel in one turn of its loop to see whether its proxy
 * entries are still there (host_renew.c): the kernel and the node are made up here. */
#include "linux/host.h"

#include <stdlib.h>

#include "test.h"

static struct {
	uint64_t objects; /* that the node has */
	uint64_t proxies; /* the last of them */
	uint64_t gone;	  /* number of one that the kernel lacks, 0: none */
	unsigned asked;
	unsigned visited;
	bool *seen;
} made_up;

uint64_t __wrap_mip6_node_applied(const struct mip6_node *node, uint64_t cursor,
				  bool (*fn)(void *arg, const struct mip6_object *object),
				  void *arg);
bool __wrap_kplane_proxy_gone(struct kplane *k, const struct mip6_object *o);

uint64_t __wrap_mip6_node_applied(const struct mip6_node *node, uint64_t cursor,
				  bool (*fn)(void *arg, const struct mip6_object *object),
				  void *arg)
{
	(void)node;
	for (uint64_t i = cursor; i < made_up.objects; i++) {
		struct mip6_object o = {.kind = MIP6_OBJ_BINDING};

		if (i >= made_up.objects - made_up.proxies)
			o = (struct mip6_object){.kind = MIP6_OBJ_PROXY,
						 .proxy = {.ifindex = (uint32_t)i + 1}};
		made_up.visited++;
		if (!fn(arg, &o))
			return i + 1 < made_up.objects ? i + 1 : 0;
	}
	return 0;
}

bool __wrap_kplane_proxy_gone(struct kplane *k, const struct mip6_object *o)
{
	(void)k;
	made_up.asked++;
	made_up.seen[o->proxy.ifindex - 1] = true;
	return o->proxy.ifindex == made_up.gone;
}

static struct host host_with(uint64_t objects, uint64_t proxies)
{
	const struct mip6_object proxy = {.kind = MIP6_OBJ_PROXY};
	static char plane; /* nobody looks into it */
	struct host h = {.kplane = (struct kplane *)(void *)&plane,
			 .renewal = {.due = MIP6_NEVER, .next_proxies = MIP6_NEVER}};

	free(made_up.seen);
	memset(&made_up, 0, sizeof(made_up));
	made_up.objects = objects;
	made_up.proxies = proxies;
	made_up.seen = calloc(objects + 1, sizeof(*made_up.seen));
	CU_ASSERT_PTR_NOT_NULL_FATAL(made_up.seen);
	if (proxies > 0)
		host_made(&h, &proxy);
	return h;
}

/* Turns of the loop for so long, each when it is due; the most asked in one. */
static unsigned run(struct host *h, mip6_time length)
{
	mip6_time end = h->now + length;
	unsigned most = 0;

	while (host_renewal_deadline(h) <= end) {
		unsigned before = made_up.asked;
		unsigned visited = made_up.visited;

		h->now = host_renewal_deadline(h);
		host_renew(h, h->now);
		if (made_up.asked - before > most)
			most = made_up.asked - before;
		CU_ASSERT(made_up.visited - visited <= 512);
		if (h->renewal.due != MIP6_NEVER)
			break;
	}
	return most;
}

static void few_in_one_turn(void)
{
	struct host h = host_with(100000, 50000);

	/* The first half of them are of other kinds, and are gone by without a word. */
	CU_ASSERT(run(&h, 3 * MIP6_SECOND) <= 4);
	CU_ASSERT(made_up.asked > 600);
	CU_ASSERT(made_up.asked <= 1200);
}

static void all_in_a_period(void)
{
	struct host h = host_with(64, 32);

	CU_ASSERT_EQUAL(run(&h, 160 * MIP6_MS), 4);
	for (unsigned i = 32; i < 64; i++)
		CU_ASSERT(made_up.seen[i]);
}

static void one_is_asked_for_once_in_a_period(void)
{
	struct host h = host_with(2, 1);

	run(&h, 800 * MIP6_MS);
	CU_ASSERT_EQUAL(made_up.asked, 10);
}

static void one_that_is_gone_is_noticed(void)
{
	struct host h = host_with(16, 8);

	made_up.gone = 16;
	run(&h, 100 * MIP6_MS);
	CU_ASSERT(h.now <= 90 * MIP6_MS);
	CU_ASSERT_EQUAL(h.renewal.kinds, KPLANE_BIT(MIP6_OBJ_PROXY));
}

static void none_are_not_asked_for(void)
{
	struct host h = host_with(4, 1);

	made_up.proxies = 0;
	run(&h, MIP6_SECOND);
	CU_ASSERT_EQUAL(made_up.asked, 0);
	CU_ASSERT_EQUAL(host_renewal_deadline(&h), MIP6_NEVER);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"few in one turn", few_in_one_turn},
	    {"all in a period", all_in_a_period},
	    {"one is asked for once in a period", one_is_asked_for_once_in_a_period},
	    {"one that is gone is noticed", one_that_is_gone_is_noticed},
	    {"none are not asked for", none_are_not_asked_for},
	};

	return test_run("renew", tests, sizeof(tests) / sizeof(tests[0]));
}
