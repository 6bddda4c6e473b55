/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Engine host on a kernel that can: the virtual kernel is the machine, root on
 * it types `mip6lab run handover --engine host`, and its table must be the one
 * that engine virtual gives: same moments, same phases. And on a kernel that
 * cannot (this machine's, as an ordinary container's), it is refused. */
#include "runs_help.h"
#include "test.h"
#include "uml/inside.h"
#include "uml/uml.h"
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_S = 240, ROOM = 1024 };

static void folder_of(const char *self, char *buf, size_t cap)
{
	snprintf(buf, cap, "%s", self);
	for (int up = 0; up < 3; up++) {
		char *slash = strrchr(buf, '/');

		if (slash)
			*slash = '\0';
	}
}

static int type_command(const char *build, const char *top)
{
	char program[ROOM];
	char results[ROOM];
	int status;
	pid_t pid;

	snprintf(program, sizeof(program), "%s/mip6lab", build);
	snprintf(results, sizeof(results), "%s/test-results/host", build);
	if (chdir(top) < 0)
		return 98;
	pid = fork();
	if (pid == 0) {
		execl(program, program, "run", "handover", "-e", "host", "-p",
		      "moves=3 slack=200us", "-o", results, (char *)NULL);
		_exit(97);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 96;
}

static int inside_main(void)
{
	static struct uml_inside inside;

	if (uml_inside_start(&inside, false) < 0)
		uml_inside_poweroff(&inside, 99);
	uml_inside_poweroff(&inside, type_command(inside.args[0], inside.args[1]));
}

static void read_result(struct lab_run *run, const char *console)
{
	FILE *file = fopen(console, "r");
	const char *at;

	*run = (struct lab_run){0};
	if (file) {
		run->output[fread(run->output, 1, sizeof(run->output) - 1, file)] = '\0';
		fclose(file);
	}
	at = strstr(run->output, "results in ");
	if (at && sscanf(at, "results in %511s", run->folder) == 1) {
		char path[ROOM];

		snprintf(path, sizeof(path), "%s/summary.json", run->folder);
		run->summary = json_load_file(path, 0, NULL);
	}
}

static void runs_on_a_kernel_that_can(void)
{
	char self[ROOM] = "";
	char build[ROOM];
	char top[ROOM];
	struct lab_kernel paths;
	char console[ROOM + 16];
	const char *args[] = {build, top, NULL};
	struct uml_boot boot = {.seed = 1,
				.init = self,
				.args = args,
				.mem_mb = 512,
				.console_log = console,
				.timeout_s = LIMIT_S};
	struct uml_run uml = {0};
	struct lab_run host;
	struct lab_run virt;

	if (!lab_kernel(&paths, &boot, true))
		return;
	CU_ASSERT_TRUE_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(top, sizeof(top)));
	folder_of(self, build, sizeof(build));
	snprintf(console, sizeof(console), "%s/host-engine.log", build);
	CU_ASSERT_EQUAL_FATAL(uml_start(&boot, &uml), 0);
	CU_ASSERT_EQUAL(uml_wait(&uml, -1, LIMIT_S), 1);
	CU_ASSERT_EQUAL(uml.code, 0);
	read_result(&host, console);
	lab_run(&virt, (const char *const[]){"handover", "-e", "virtual", "-p", "moves=3", NULL});
	if (uml.code)
		lab_explain(&host);
	CU_ASSERT_TRUE(fabs(lab_number(&host, "handover.count") - 3) < 1e-9);
	CU_ASSERT_TRUE(fabs(lab_number(&host, "handover.first_down_ms.max") -
			    lab_number(&virt, "handover.first_down_ms.max")) < 0.05);
	CU_ASSERT_TRUE(fabs(lab_number(&host, "handover.first_up_ms.max") -
			    lab_number(&virt, "handover.first_up_ms.max")) < 0.05);
	lab_run_free(&host);
	lab_run_free(&virt);
}

/* Where this machine's kernel has all that is needed, there is nothing to refuse. */
static void refused_on_a_kernel_that_cannot(void)
{
	struct lab_run run;
	char program[ROOM];
	char self[ROOM] = "";
	int lacks;

	CU_ASSERT_TRUE_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	folder_of(self, program, sizeof(program));
	strncat(program, "/mip6d --kernel-check >/dev/null 2>&1", 64);
	lacks = system(program);
	if (lacks == 0) {
		test_skip("this machine's kernel lacks nothing");
		return;
	}
	lab_run(&run, (const char *const[]){"handover", "-e", "host", NULL});
	CU_ASSERT_EQUAL(run.code, 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.output, "engine host"));
	CU_ASSERT_EQUAL(run.folder[0], '\0');
	lab_run_free(&run);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"runs on a kernel that can", runs_on_a_kernel_that_can},
	    {"refused on a kernel that cannot", refused_on_a_kernel_that_cannot},
	};

	if (uml_inside_here())
		return inside_main();
	return test_run("host_engine", tests, sizeof(tests) / sizeof(tests[0]));
}
