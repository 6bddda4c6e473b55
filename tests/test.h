/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_TEST_H
#define MIP6_TEST_H

/* Runs the CUnit tests of one program and prints a closing line that the
 * overall run adds up: "NAME: N passed, N failed", and ", N skipped" where a test
 * could not be run. Each test program has a table of named tests and calls
 * test_run() from main. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
};

/* How many were skipped, and the last of them: one of each for all files of a program. */
__attribute__((weak)) unsigned test_skipped;
__attribute__((weak)) CU_pTest test_skipped_last;

/* Whether something of the test did not hold so far. */
static inline bool test_has_failed(const CU_Test *test)
{
	for (CU_pFailureRecord f = CU_get_failure_list(); f; f = f->pNext)
		if (f->pTest == test)
			return true;
	return false;
}

/* Says that the test that calls it cannot be run here, and why; then it returns. One that has
 * failed before counts as failed. */
static inline void test_skip(const char *reason)
{
	CU_pTest test = CU_get_current_test();

	if (test == test_skipped_last || test_has_failed(test))
		return;
	test_skipped_last = test;
	test_skipped++;
	printf("skipped: %s: %s\n", test->pName, reason);
}

/* Which of the tests are run; see test_run(). */
struct test_choice {
	const char *only;
	size_t shard; /* from 1 */
	size_t shards;
};

static inline bool test_run_choose(struct test_choice *choice)
{
	const char *shard = getenv("TEST_SHARD");

	*choice = (struct test_choice){.only = getenv("TEST_ONLY"), .shard = 1, .shards = 1};
	return !shard || (sscanf(shard, "%zu/%zu", &choice->shard, &choice->shards) == 2 &&
			  choice->shard >= 1 && choice->shard <= choice->shards);
}

static inline bool test_run_takes(const struct test_choice *choice, const char *name, size_t i)
{
	if (choice->only)
		return strcmp(choice->only, name) == 0;
	return i % choice->shards == choice->shard - 1;
}

static inline void test_run_close(const struct test_choice *choice, const char *name, unsigned run,
				  unsigned failed)
{
	printf("%s", name);
	if (choice->shards > 1)
		printf(".%zu", choice->shard);
	printf(": %u passed, %u failed", run - failed - test_skipped, failed);
	if (test_skipped)
		printf(", %u skipped", test_skipped);
	printf("\n");
}

/* Runs `count` tests in order and returns the exit code for main: 0 when none
 * failed and at least one was there to run, otherwise 1. The environment variable
 * TEST_ONLY names one test to run alone; TEST_SHARD=I/N takes each Nth from the Ith
 * on, so that N processes share the work of a long program. */
static inline int test_run(const char *name, const struct test_case *tests, size_t count)
{
	struct test_choice choice;
	CU_pSuite suite;
	unsigned failed;
	unsigned run;

	if (!test_run_choose(&choice) || CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	suite = CU_add_suite(name, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		if (test_run_takes(&choice, tests[i].name, i))
			CU_add_test(suite, tests[i].name, tests[i].run);
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	test_run_close(&choice, name, run, failed);
	return run == 0 || failed != 0;
}

#endif
