/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios with the user plane in virtual time: the same moments as the kernel's,
 * whoever advertises, and a kernel that is as before when mip6d has ended. */
#include "runs_help.h"
#include "test.h"
#include <math.h>
#include <unistd.h>

/* Ways of 30 and 35 ms, 0.2 ms for all that is done, and a probe each ms. */
#define DOWN_MS 31.2
#define UP_MS	36.2

/* Soon after one another, since pauses cost and show nothing. */
#define MANY_MOVES "plane=user probe=1ms moves=30 pause_min=400ms pause_max=800ms"

static void run_handover(const char *parameters, double moves)
{
	struct lab_run run;

	lab_run(&run, (const char *const[]){"handover", "-e", "virtual", "-p", parameters, NULL});
	CU_ASSERT_EQUAL(run.code, 0);
	CU_ASSERT_TRUE(fabs(lab_number(&run, "handover.count") - moves) < 1e-9);
	CU_ASSERT_TRUE(lab_number(&run, "handover.first_down_ms.max") <= DOWN_MS);
	CU_ASSERT_TRUE(lab_number(&run, "handover.first_up_ms.max") <= UP_MS);
	if (run.code)
		lab_explain(&run);
	lab_run_free(&run);
}

static void behind_radvd(void)
{
	run_handover(MANY_MOVES " ra=radvd", 30);
}

static void behind_our_own_router(void)
{
	run_handover(MANY_MOVES " ra=mip6d", 30);
}

static void passes(const char *scenario)
{
	struct lab_run run;

	lab_run(&run, (const char *const[]){scenario, "-e", "virtual", "-p", "plane=user", NULL});
	CU_ASSERT_EQUAL(run.code, 0);
	if (run.code)
		lab_explain(&run);
	lab_run_free(&run);
}

static void at_home_and_away(void)
{
	passes("home");
}

static void leaves_the_kernel_as_it_was(void)
{
	passes("clean-exit");
}

static void tcp_over_a_move(void)
{
	passes("throughput");
}

/* Real time on a busy machine may not count, but the node moves. A kernel without
 * netem has no delays. */
static void on_the_machines_own_kernel(void)
{
	struct lab_run run;

	if (geteuid() != 0 || access("/dev/net/tun", R_OK | W_OK) < 0) {
		test_skip("it needs root and /dev/net/tun");
		return;
	}
	lab_run(&run, (const char *const[]){"handover", "-e", "host", "-p",
					    "plane=user moves=2 cn.delay=0ms ha.delay=0ms "
					    "ar.delay=0ms",
					    NULL});
	CU_ASSERT_TRUE(fabs(lab_number(&run, "handover.count") - 2) < 1e-9);
	CU_ASSERT_TRUE(lab_number(&run, "handover.first_down_ms.max") < 1000);
	CU_ASSERT_TRUE(lab_number(&run, "handover.first_up_ms.max") < 1000);
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"behind radvd", behind_radvd},
	    {"behind our own router", behind_our_own_router},
	    {"at home and away", at_home_and_away},
	    {"leaves the kernel as it was", leaves_the_kernel_as_it_was},
	    {"TCP over a move", tcp_over_a_move},
	    {"on the machine's own kernel", on_the_machines_own_kernel},
	};

	return test_run("uplane_runs", tests, sizeof(tests) / sizeof(tests[0]));
}
