/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"
#include "wire_help.h"
#include <core/pool.h>
#include <string.h>

struct object {
	unsigned number;
	uint8_t filling[95]; /* a size that fits nothing */
};

enum { OBJECTS = 3000 };

static bool is_zero(const struct object *o)
{
	static const struct object zero;

	return memcmp(o, &zero, sizeof(zero)) == 0;
}

static bool is_number(const struct object *o, unsigned number)
{
	for (size_t i = 0; i < sizeof(o->filling); i++)
		if (o->filling[i] != (uint8_t)number)
			return false;
	return o->number == number;
}

static void fill(struct object *o, unsigned number)
{
	o->number = number;
	memset(o->filling, (int)(uint8_t)number, sizeof(o->filling));
}

/* Whatever is taken and given: each object is zero at first, and its own. */
static void test_any_order(void)
{
	static struct object *objects[OBJECTS];
	struct gen g = {.state = 7};
	struct pool p;

	pool_init(&p, sizeof(struct object));
	for (unsigned step = 0; step < 100000; step++) {
		unsigned i = gen_below(&g, OBJECTS);

		if (objects[i]) {
			CU_ASSERT_FATAL(is_number(objects[i], i));
			pool_give(&p, objects[i]);
			objects[i] = NULL;
			continue;
		}
		objects[i] = pool_take(&p);
		CU_ASSERT_PTR_NOT_NULL_FATAL(objects[i]);
		CU_ASSERT_FATAL(is_zero(objects[i]));
		fill(objects[i], i);
	}
	for (unsigned i = 0; i < OBJECTS; i++)
		pool_give(&p, objects[i]);
	CU_ASSERT_PTR_NULL(p.open); /* nothing is left */
}

static void test_aligned(void)
{
	struct pool p;
	void *one;
	void *two;

	pool_init(&p, 1);
	one = pool_take(&p);
	two = pool_take(&p);
	CU_ASSERT_EQUAL((uintptr_t)one % _Alignof(max_align_t), 0);
	CU_ASSERT_EQUAL((uintptr_t)two % _Alignof(max_align_t), 0);
	pool_give(&p, one);
	pool_give(&p, NULL);
	pool_give(&p, two);
	CU_ASSERT_PTR_NULL(p.open);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"any order", test_any_order},
	    {"aligned", test_aligned},
	};

	return test_run("pool", tests, sizeof(tests) / sizeof(tests[0]));
}
