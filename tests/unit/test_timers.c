/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"
#include <core/table.h>
#include <core/timers.h>
#include <stdlib.h>

struct probe {
	struct timer timer;
	struct timers *timers;
	mip6_time again; /* set this far ahead when it fires, 0: not */
	unsigned fired;
	mip6_time last;
};

static void fire(void *arg, mip6_time now)
{
	struct probe *p = arg;

	CU_ASSERT_FALSE(timer_is_set(&p->timer));
	p->fired++;
	p->last = now;
	if (p->again)
		timer_set(p->timers, &p->timer, now + p->again);
}

static void test_edges(void)
{
	struct timers t;
	struct probe p = {.timers = &t};

	timers_init(&t);
	timer_init(&p.timer, fire, &p);
	CU_ASSERT_EQUAL(timers_next(&t), MIP6_NEVER);
	CU_ASSERT_EQUAL(timer_set(&t, &p.timer, 100), MIP6_OK);
	CU_ASSERT_TRUE(timer_is_set(&p.timer));
	CU_ASSERT_EQUAL(timers_next(&t), 100);
	timers_run(&t, 99);
	CU_ASSERT_EQUAL(p.fired, 0);
	timers_run(&t, 100);
	CU_ASSERT_EQUAL(p.fired, 1);
	CU_ASSERT_EQUAL(timers_next(&t), MIP6_NEVER);
	CU_ASSERT_EQUAL(p.timer.at, MIP6_NEVER);
	timer_stop(&t, &p.timer); /* not set: nothing happens */
	timers_free(&t);
}

static void test_move_and_stop(void)
{
	struct timers t;
	struct probe p[3] = {{.timers = &t}, {.timers = &t}, {.timers = &t}};

	timers_init(&t);
	for (int i = 0; i < 3; i++) {
		timer_init(&p[i].timer, fire, &p[i]);
		timer_set(&t, &p[i].timer, 10 * (i + 1));
	}
	timer_set(&t, &p[0].timer, 50);
	CU_ASSERT_EQUAL(timers_next(&t), 20);
	timer_stop(&t, &p[1].timer);
	CU_ASSERT_EQUAL(timers_next(&t), 30);
	timer_set(&t, &p[2].timer, MIP6_NEVER);
	CU_ASSERT_FALSE(timer_is_set(&p[2].timer));
	timers_run(&t, 1000);
	CU_ASSERT_EQUAL(p[0].fired, 1);
	CU_ASSERT_EQUAL(p[1].fired, 0);
	CU_ASSERT_EQUAL(p[2].fired, 0);
	timers_free(&t);
}

static void test_year_of_refreshes(void)
{
	const mip6_time year = 365 * 86400 * MIP6_SECOND;
	struct timers t;
	struct probe p = {.timers = &t, .again = 420 * MIP6_SECOND};

	timers_init(&t);
	timer_init(&p.timer, fire, &p);
	timer_set(&t, &p.timer, p.again);
	while (timers_next(&t) <= year)
		timers_run(&t, timers_next(&t));
	CU_ASSERT_EQUAL(p.fired, 365 * 86400 / 420);
	CU_ASSERT_EQUAL(p.last, 365 * 86400 / 420 * p.again);
	timers_free(&t);
}

static void note_order(void *arg, mip6_time now)
{
	struct probe *p = arg;

	p->last = now;
	p->fired++;
}

static bool is_heap(const struct timers *t)
{
	for (size_t i = 1; i < t->count; i++)
		if (t->heap[(i - 1) / 2]->at > t->heap[i]->at || t->heap[i]->index != i + 1)
			return false;
	return true;
}

/* The last timer fills the gap that a stopped one leaves; here it is earlier than
 * what stands above the gap. */
static void test_gap(void)
{
	static const mip6_time times[] = {1,   100, 2,	 101, 102, 3, 4, 103,
					  104, 105, 106, 5,   6,   7, 8};
	struct probe p[15] = {0};
	struct timers t;

	timers_init(&t);
	for (int i = 0; i < 15; i++) {
		timer_init(&p[i].timer, note_order, &p[i]);
		timer_set(&t, &p[i].timer, times[i]);
	}
	timer_stop(&t, &p[7].timer);
	CU_ASSERT_TRUE(is_heap(&t));
	timers_free(&t);
	CU_ASSERT_FALSE(timer_is_set(&p[0].timer));
}

/* Many timers, set, moved and stopped at random: they come in order of time and
 * none is lost. */
static void test_many(void)
{
	enum { N = 5000 };
	struct probe *p = calloc(N, sizeof(*p));
	struct timers t;
	uint32_t x = 12345;
	size_t stopped = 0;
	mip6_time last = 0;
	size_t fired = 0;

	timers_init(&t);
	for (int i = 0; i < 3 * N; i++) {
		struct probe *q = &p[i % N];

		x = x * UINT32_C(1664525) + UINT32_C(1013904223);
		q->timers = &t;
		if (i < N)
			timer_init(&q->timer, note_order, q);
		timer_set(&t, &q->timer, 1 + (x >> 12));
	}
	for (int i = 0; i < N; i += 7, stopped++)
		timer_stop(&t, &p[i].timer);
	CU_ASSERT_EQUAL(t.count, N - stopped);
	CU_ASSERT_TRUE(is_heap(&t));
	while (timers_next(&t) != MIP6_NEVER) {
		mip6_time next = timers_next(&t);

		CU_ASSERT_TRUE(next >= last);
		last = next;
		timers_run(&t, next);
	}
	for (int i = 0; i < N; i++)
		fired += p[i].fired;
	CU_ASSERT_EQUAL(fired, N - stopped);
	timers_free(&t);
	free(p);
}

struct item {
	struct table_node node;
	uint32_t value;
};

static bool match_item(const struct table_node *n, const void *key)
{
	return ((const struct item *)(const void *)n)->value == *(const uint32_t *)key;
}

static void test_table(void)
{
	enum { N = 3000 };
	struct item *items = calloc(N, sizeof(*items));
	struct table t;
	size_t walked = 0;

	table_init(&t);
	CU_ASSERT_PTR_NULL(table_next(&t, NULL));
	for (uint32_t i = 0; i < N; i++) {
		items[i].value = i;
		CU_ASSERT_EQUAL(table_add(&t, &items[i].node, table_hash(7, &i, sizeof(i))), 0);
	}
	for (uint32_t i = 0; i < N; i += 3)
		table_remove(&t, &items[i].node);
	for (uint32_t i = 0; i < N; i++) {
		struct table_node *n = table_find(&t, table_hash(7, &i, sizeof(i)), match_item, &i);

		CU_ASSERT_PTR_EQUAL(n, i % 3 ? &items[i].node : NULL);
	}
	for (struct table_node *n = table_next(&t, NULL); n; n = table_next(&t, n))
		walked++;
	CU_ASSERT_EQUAL(walked, N - N / 3);
	CU_ASSERT_EQUAL(t.count, N - N / 3);
	table_free(&t);
	free(items);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"edges", test_edges},
	    {"move and stop", test_move_and_stop},
	    {"a year of refreshes", test_year_of_refreshes},
	    {"gap", test_gap},
	    {"many", test_many},
	    {"table", test_table},
	};

	return test_run("timers", tests, sizeof(tests) / sizeof(tests[0]));
}
