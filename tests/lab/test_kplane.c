/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The kernel plane on real kernels: this program boots them and is PID 1
 * inside, where each test has network namespaces of its own. What a test expects is what `ip`,
 * /proc and sockets say, not what the plane says. */
#include "test.h"

#include "kplane/tests.h"
#include "runs_help.h"
#include "uml/inside.h"
#include "uml/uml.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const struct test_case inside_tests[] = {
    {"every kind: added, changed, removed", test_kinds},
    {"adopted and not touched", test_adopted_untouched},
    {"adopted and changed", test_adopted_changed},
    {"adopted and removed", test_unwanted_removed},
    {"half made", test_half_made},
    {"others' objects", test_foreign_objects},
    {"a lent address", test_lent_address},
    {"asked again", test_asked_again},
    {"a device in the way", test_device_in_the_way},
    {"vanished", test_vanished},
    {"forwarding of each interface", test_forwarding_of_each},
    {"spoofed sources", test_spoofed},
    {"what has no binding", test_strays},
    {"a tunnel and a handover", test_tunnel},
    {"between mobile nodes", test_between_mobile_nodes},
    {"Home Address option", test_hao},
    {"type 2 routing header", test_rh2},
    {"many bindings", test_many},
};

/* ---- the machine's side --------------------------------------------------------------- */

static int inside(void)
{
	struct uml_inside in;
	int code = 1;

	if (uml_inside_start(&in, false) < 0 ||
	    uml_inside_modules(&in, uml_inside_lab_modules()) < 0)
		printf("inside: %s\n", in.error);
	else
		code = test_run("inside", inside_tests,
				sizeof(inside_tests) / sizeof(inside_tests[0]));
	fflush(stdout);
	uml_inside_poweroff(&in, code);
}

/* The folder `up` levels above this program. */
static void program_folder(char path[PATH_MAX], int up)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	CU_ASSERT_FATAL(n > 0);
	path[n] = 0;
	for (; up > 0; up--) {
		char *slash = strrchr(path, '/');

		CU_ASSERT_PTR_NOT_NULL_FATAL(slash);
		*slash = 0;
	}
}

static void print_file(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	if (f)
		fclose(f);
}

/* With TEST_REAL set, in real time: that is for `make bench`, which wants the rates. */
static void boot(bool built)
{
	char self[PATH_MAX];
	char log[] = "/tmp/test-kplane-XXXXXX";
	struct lab_kernel paths;
	struct uml_run uml;
	struct uml_boot how = {
	    .seed = 1, .init = self, .mem_mb = 512, .console_log = log, .timeout_s = 1200};

	if (!lab_kernel(&paths, &how, built))
		return;
	how.virtual_time = !getenv("TEST_REAL");
	program_folder(self, 0);
	close(mkstemp(log));
	if (uml_start(&how, &uml) < 0) {
		printf("%s\n", uml.error);
		CU_FAIL("uml_start");
	} else {
		uml_wait(&uml, -1, -1);
		printf("%s: %s, code %d\n", how.kernel, uml_end_text(uml.end), uml.code);
		CU_ASSERT(uml.end == UML_POWEROFF && uml.code == 0);
		print_file(log);
	}
	unlink(log);
}

static void test_built(void)
{
	boot(true);
}

static void test_debian(void)
{
	boot(false);
}

static const struct test_case tests[] = {
    {"built kernel", test_built},
    {"Debian's kernel", test_debian},
};

int main(void)
{
	if (uml_inside_here())
		return inside();
	return test_run("kplane", tests, sizeof(tests) / sizeof(tests[0]));
}
