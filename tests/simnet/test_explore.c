/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The explorer in make check: 2,000 seeds (EXPLORE_SEEDS of them, a quarter under the
 * address sanitizer), and that it is of use: that runs repeat to the byte, that an
 * operation list survives its way through text, and that what fails is shrunk. */
#include "explore.h"
#include "test.h"

static uint64_t seeds(void)
{
	const char *text = getenv("EXPLORE_SEEDS");

#ifdef __SANITIZE_ADDRESS__
	return text ? strtoull(text, NULL, 10) : 500;
#else
	return text ? strtoull(text, NULL, 10) : 2000;
#endif
}

static void test_seeds(void)
{
	struct explore_plan plan;
	unsigned failed = 0;

	for (uint64_t seed = 1; seed <= seeds() && failed < 3; seed++) {
		struct explore_result r;

		explore_draw(seed, &plan);
		r = explore_run(&plan, 0);
		if (!r.failed)
			continue;
		failed++;
		printf("seed %llu fails: %s (%s); build/tests/explore --seed %llu\n",
		       (unsigned long long)seed, r.what, r.where, (unsigned long long)seed);
	}
	CU_ASSERT_EQUAL(failed, 0);
}

/* Packets did arrive, and moves did happen: the invariants had something to judge. */
static void test_something_happens(void)
{
	struct explore_plan plan;
	uint64_t delivered = 0;
	unsigned moves = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct explore_result r;

		explore_draw(seed, &plan);
		r = explore_run(&plan, 0);
		delivered += r.delivered;
		moves += r.handovers;
	}
	CU_ASSERT(delivered > 2000);
	CU_ASSERT(moves > 50);
}

static void test_repeatable(void)
{
	struct explore_plan plan;
	struct explore_result r[3];

	explore_draw(7, &plan);
	r[0] = explore_run(&plan, 0);
	r[1] = explore_run(&plan, 0);
	explore_draw(8, &plan);
	r[2] = explore_run(&plan, 0);
	CU_ASSERT(r[0].frames > 100);
	CU_ASSERT_EQUAL(r[0].digest, r[1].digest);
	CU_ASSERT_EQUAL(r[0].frames, r[1].frames);
	CU_ASSERT_NOT_EQUAL(r[0].digest, r[2].digest);
}

static void test_text(void)
{
	struct explore_plan plan;
	struct explore_plan again;
	char text[4096];
	char other[4096];

	for (uint64_t seed = 1; seed <= 50; seed++) {
		explore_draw(seed, &plan);
		again = plan;
		again.op_count = 0;
		explore_ops_format(&plan, text, sizeof(text));
		CU_ASSERT_TRUE(explore_ops_parse(text, &again));
		explore_ops_format(&again, other, sizeof(other));
		CU_ASSERT_EQUAL(again.op_count, plan.op_count);
		CU_ASSERT_STRING_EQUAL(text, other);
	}
	CU_ASSERT_FALSE(explore_ops_parse("12:jump:0:0:0", &again));
	CU_ASSERT_FALSE(explore_ops_parse("12:plug:0", &again));
	CU_ASSERT_TRUE(explore_ops_parse("", &again));
	CU_ASSERT_EQUAL(again.op_count, 0);
}

/* What it found once among many seeds. */
struct found {
	uint64_t seed;
	const char *ops;
};

static void test_found(void)
{
	static const struct found list[] = {
	    /* The end of a binding was not on the full disk, the home address found taken, and the
	     * next de-registration answered 133: after a kill -9 the binding was there again. */
	    {608935, "26255:plug:0:1:3,28929:plug:0:0:3,31587:disk:2:4654:0,31590:plug:0:0:2,"
		     "31644:sleep:5:386:0,34463:crash:2:209:0"},
	    /* A router that had forged the home prefix on the home link was believed on another
	     * link, to which the interface went without a link event. */
	    {651011, "16599:plug:0:0:3,16639:cut:1:2349:54,17623:disk:2:5585:0,20115:plug:0:1:3,"
		     "21203:advert:1:3:0,21205:replug:0:1:2,27438:plug:0:0:2,30571:replug:0:1:3"},
	    /* A mobile node came home by another interface, and the acknowledgements went to the
	     * one that its home agent remembered: it took the home link for a foreign one. */
	    {703875, "3000:plug:1:0:3,3009:advert:4:2:0,5485:advert:6:3:0,9557:replug:1:0:2,"
		     "11985:plug:1:1:2,11985:plug:0:0:3,14214:plug:1:1:3,17411:echo:2:4253:0"},
	    /* The same while it was at home all the time, without a binding. */
	    {1336268, "28774:plug:2:1:2,39716:plug:2:0:2,46574:advert:4:2:0,62153:plug:2:1:4,"
		      "63326:advert:1:2:0"},
	    /* A mobile node with a full disk had left its home, was killed, and came back: by its
	     * record it had never been away. */
	    {1323293, "11299:replug:0:0:2,16371:disk:7:3118:0,16465:plug:0:0:3,18134:crash:7:114:0,"
		      "18144:plug:0:0:2"},
	    /* A router that was forged with a high preference is on trial for the second time. */
	    {2073425, "18303:plug:0:0:4,21391:advert:5:4:0,39940:advert:5:4:0,41088:rob:2:0:2"},
	    /* Robbed in its sleep: it looks when it wakes, and not before. */
	    {932818, "6541:sleep:5:5795:0,6649:rob:5:1:4"},
	};
	struct explore_plan plan;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		explore_draw(list[i].seed, &plan);
		CU_ASSERT_TRUE_FATAL(explore_ops_parse(list[i].ops, &plan));
		CU_ASSERT_FALSE(explore_run(&plan, 0).failed);
	}
}

/* What a command line may say does no harm. */
static void test_out_of_range(void)
{
	struct explore_plan plan;

	explore_draw(3, &plan);
	CU_ASSERT_TRUE(explore_ops_parse(
	    "3000:plug:9:9:99,3001:replug:-1:0:3,3002:crash:99:1:0,3003:sleep:-1:-5:0,"
	    "3004:cut:99:1:0,3005:loss:1:10:999,3006:config:0:0:7,3007:forge:77:9:-1,"
	    "3008:replay:-1:0:0,3009:flush:-3:0:0,3010:large:99:0:0,3011:renew:0:0:0,"
	    "3012:plug:0:0:0,3013:flap:99:0:1,3014:flap:2:7:1,3015:stop:-1:0:0",
	    &plan));
	CU_ASSERT_FALSE(explore_run(&plan, 0).failed);
	CU_ASSERT_FALSE(explore_ops_parse("99999999999:plug:0:0:0", &plan));
	CU_ASSERT_FALSE(explore_ops_parse("-1:plug:0:0:0", &plan));
}

/* A router that loses its routes never recovers: the explorer says so, and finds the
 * one operation of many that matters. */
static void test_shrink(void)
{
	struct explore_plan plan;
	struct explore_result r;

	explore_draw(2, &plan);
	CU_ASSERT_TRUE(explore_ops_parse("3000:plug:0:0:3,4000:large:0:0:0,5000:flush:1:0:0,"
					 "6000:cut:1:6000:0,7000:break:1:0:0,8000:plug:0:0:2,"
					 "9000:forge:0:0:2",
					 &plan));
	r = explore_run(&plan, 0);
	CU_ASSERT_TRUE_FATAL(r.failed);
	r = explore_shrink(&plan, &r);
	CU_ASSERT_TRUE(r.failed);
	CU_ASSERT_EQUAL_FATAL(plan.op_count, 1);
	CU_ASSERT_EQUAL(plan.ops[0].kind, OP_BREAK);
	CU_ASSERT_TRUE(explore_run(&plan, 0).failed);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"seeds", test_seeds},	     {"something happens", test_something_happens},
	    {"repeatable", test_repeatable}, {"operations as text", test_text},
	    {"what it found", test_found},   {"operations out of range", test_out_of_range},
	    {"shrink", test_shrink},
	};

	return test_run("explore", tests, sizeof(tests) / sizeof(tests[0]));
}
