/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs in virtual time with a stranger on each link: what it gives back, advertises and
 * forges cuts nobody off. And a home agent promises no more than its disk and its home
 * prefix hold. Each on both planes. */
#include "runs_help.h"
#include "test.h"
#include <stdio.h>

static const char *const planes[] = {"kernel", "user"};

enum { PLANES = sizeof(planes) / sizeof(planes[0]) };

/* Runs the scenario with plane=PLANE and, unless NULL, NAME=VALUE. */
static void attack(struct lab_run *run, const char *scenario, const char *plane, const char *name,
		   const char *value)
{
	char parameters[128];

	snprintf(parameters, sizeof(parameters), "plane=%s%s%s%s%s", plane, name ? " " : "",
		 name ? name : "", name ? "=" : "", name ? value : "");
	lab_run_small_with(run, scenario, parameters);
}

/* RFC 7527, and RFC 4862 5.4.3: a solicitation with our own nonce, or from our own
 * link-layer address, is no other node's. */
static void echoes(void)
{
	static const char *const sources[] = {"kept", "own"};
	struct lab_run run;

	for (size_t i = 0; i < 2 * PLANES; i++) {
		attack(&run, "echoed", planes[i % PLANES], "source", sources[i / PLANES]);
		lab_run_free(&run);
	}
}

static void alien_router(void)
{
	struct lab_run run;

	for (size_t i = 0; i < PLANES; i++) {
		attack(&run, "alien", planes[i], NULL, NULL);
		lab_run_free(&run);
	}
}

/* The route to the home agent leads through the access router afterwards; in the user
 * plane that is no route of the kernel. */
static void check_forged(const char *what)
{
	struct lab_run run;

	for (size_t i = 0; i < PLANES; i++) {
		attack(&run, "forged", planes[i], "what", what);
		lab_holds(&run, i > 0 || lab_has(&run, "route.txt", "via fe80::ff:fe00:cc"),
			  "the route to the home agent");
		lab_holds(&run, lab_has(&run, "bindings.txt", "3fff:0:100::10 "), "the binding");
		lab_holds(&run, !lab_has(&run, "bindings.txt", "3fff:0:2::2"),
			  "no binding for the correspondent");
		lab_run_free(&run);
	}
}

static void forged_foreign(void)
{
	check_forged("swallow");
	check_forged("home");
	check_forged("home-router");
	check_forged("ended");
	check_forged("stolen");
	check_forged("invented");
}

static void forged_home(void)
{
	check_forged("short");
	check_forged("short home.prefix=silent");
	check_forged("wide");
}

/* RFC 6275 11.5.5 asks for the home prefix, not for its L flag. */
static void unlinked_home(void)
{
	struct lab_run run;

	for (size_t i = 0; i < PLANES; i++) {
		attack(&run, "unlinked-home", planes[i], NULL, NULL);
		lab_holds(&run, !lab_has(&run, "bindings.txt", "bound"), "no binding at home");
		lab_holds(&run, i > 0 || lab_has(&run, "home.txt", "inet6 3fff:0:100::10/64"),
			  "the home address on the link");
		lab_run_free(&run);
	}
}

static void full_disk(void)
{
	struct lab_run run;

	for (size_t i = 0; i < PLANES; i++) {
		attack(&run, "full-disk", planes[i], NULL, NULL);
		lab_holds(&run, lab_has(&run, "bindings.txt", "3fff:0:100::10 "),
			  "what was acknowledged last is there after kill -9");
		lab_holds(&run, lab_has(&run, "events.jsonl", "ha.state: No space left on device"),
			  "it is told why");
		lab_run_free(&run);
	}
}

/* What was not acknowledged may be forgotten, and is told. */
static void killed_on_full_disk(void)
{
	struct lab_run run;

	for (size_t i = 0; i < PLANES; i++) {
		attack(&run, "full-disk-killed", planes[i], NULL, NULL);
		lab_holds(&run, lab_has(&run, "events.jsonl", "ha.state could not be written from"),
			  "the next start tells since when it knows nothing");
		lab_run_free(&run);
	}
}

static void ending_prefix(void)
{
	struct lab_run run;

	for (size_t i = 0; i < PLANES; i++) {
		attack(&run, "ending-prefix", planes[i], NULL, NULL);
		lab_run_free(&run);
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"echoes", echoes},
	    {"alien_router", alien_router},
	    {"forged_on_the_foreign_link", forged_foreign},
	    {"forged_on_the_home_link", forged_home},
	    {"home_link_without_l", unlinked_home},
	    {"ending_prefix", ending_prefix},
	    {"full_disk", full_disk},
	    {"killed_on_full_disk", killed_on_full_disk},
	};

	return test_run("attacked", tests, sizeof(tests) / sizeof(tests[0]));
}
