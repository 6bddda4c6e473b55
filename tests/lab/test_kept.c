/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mip6d has set up stays as it should be: the tunnel's room after moves. */
#include "runs_help.h"
#include "test.h"

static void check_tcp(const struct lab_run *run)
{
	lab_holds(run, lab_has(run, "small-down.json", "\"octets\":100000"), "small link, down");
	lab_holds(run, lab_has(run, "small-up.json", "\"octets\":100000"), "small link, up");
	lab_holds(run, lab_has(run, "large-down.json", "\"octets\":100000"), "large link, down");
	lab_holds(run, lab_has(run, "large-up.json", "\"octets\":100000"), "large link, up");
}

/* RFC 2473 6.7, 7: the tunnel has room for what the present link takes but for a header,
 * however many moves there were, and after a restart; a smaller path is found. */
static void check_mtus(const char *plane)
{
	struct lab_run run;

	lab_run_small_with(&run, "mtus", plane);
	lab_holds(&run, lab_has(&run, "one.txt", "mtu 1460"), "the first link");
	lab_holds(&run, lab_has(&run, "small.txt", "mtu 1360"), "a smaller one");
	lab_holds(&run, lab_has(&run, "large.txt", "mtu 8960"), "a larger one");
	lab_holds(&run, lab_has(&run, "many.txt", "mtu 1460"), "after 100 moves");
	lab_holds(&run, lab_has(&run, "restart.txt", "mtu 1460"), "after a restart");
	check_tcp(&run);
	lab_run_free(&run);
}

static void mtus_kernel(void)
{
	check_mtus("plane=kernel");
}

static void mtus_user(void)
{
	check_mtus("plane=user");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"tunnel_mtu_kernel", mtus_kernel},
	    {"tunnel_mtu_user", mtus_user},
	};

	return test_run("kept", tests, sizeof(tests) / sizeof(tests[0]));
}
