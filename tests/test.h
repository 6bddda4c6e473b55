/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_TEST_H
#define MIP6_TEST_H

/* Runs the CUnit tests of one program and prints a closing line that the
 * overall run adds up: "NAME: N passed, N failed". Each test program has a
 * table of named tests and calls test_run() from main. */
#include <CUnit/Basic.h>
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
	const char *name;
	void (*run)(void);
};

/* Runs `count` tests in order and returns the exit code for main: 0 when all
 * passed and at least one ran, otherwise 1. The environment variable TEST_ONLY
 * names one test to run alone. */
static inline int test_run(const char *name, const struct test_case *tests, size_t count)
{
	const char *only = getenv("TEST_ONLY");
	CU_pSuite suite;
	unsigned failed;
	unsigned run;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	suite = CU_add_suite(name, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		if (!only || strcmp(only, tests[i].name) == 0)
			CU_add_test(suite, tests[i].name, tests[i].run);
	CU_basic_set_mode(CU_BRM_NORMAL);
	CU_basic_run_tests();
	run = CU_get_number_of_tests_run();
	failed = CU_get_number_of_tests_failed();
	CU_cleanup_registry();
	printf("%s: %u passed, %u failed\n", name, run - failed, failed);
	return run == 0 || failed != 0;
}

#endif
