/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine virtual on its two kernels: a run on Debian's, to which virtual time comes
 * by a preloaded object, is the same whoever makes it, where and beside what; and what
 * only one of the kernels can is said before the run. */
#include "runs_help.h"
#include "test.h"
#include <grp.h>
#include <math.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEBIAN "-k", "debian"

enum { NOBODY = 65534 };

/* All but run.json, which tells when and how long. */
static void expect_alike(const struct lab_run *a, const struct lab_run *b, const char *what)
{
	char first[256] = "";

	lab_holds(b, b->code == 0, what);
	CU_ASSERT_EQUAL(lab_differences(a, b, "run.json", first, sizeof(first)), 0);
	if (first[0])
		printf("%s: %s differs\n%s\n%s\n", what, first, a->folder, b->folder);
}

/* A new folder that anybody may write to, with a name longer than others'. */
static void open_folder(char buf[LAB_PATH])
{
	lab_built("test-results", buf);
	mkdir(buf, 0755);
	lab_built("test-results/folder-whose-name-is-longer-than-that-of-the-others-XXXXXX", buf);
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(buf));
	chmod(buf, 0777);
}

/* The caller becomes nobody for the run; false where it may not, or where nobody cannot
 * come to the programs. */
static bool become_nobody(void)
{
	char program[LAB_PATH];

	if (getuid() != 0 || setresgid(NOBODY, NOBODY, 0) < 0 || setresuid(NOBODY, NOBODY, 0) < 0)
		return false;
	return access(lab_built("mip6lab", program), X_OK) == 0;
}

static void become_self(void)
{
	if (getuid() != NOBODY)
		return;
	CU_ASSERT_EQUAL_FATAL(setresuid(0, 0, 0), 0);
	CU_ASSERT_EQUAL_FATAL(setresgid(0, 0, 0), 0);
}

static void repeats_elsewhere(void)
{
	char folder[LAB_PATH];
	struct lab_run first;
	struct lab_run other;

	LAB_RUN(&first, "handover", DEBIAN, "-s", "7", "-p", "moves=3");
	lab_holds(&first, first.code == 0, "exit code 0");
	open_folder(folder);
	setenv("MIP6LAB_TEST_NOISE", "a longer environment than the first one had", 1);
	LAB_RUN(&other, "handover", DEBIAN, "-s", "7", "-p", "moves=3", "-o", folder);
	unsetenv("MIP6LAB_TEST_NOISE");
	expect_alike(&first, &other, "in another folder, with another environment");
	lab_run_free(&other);
	LAB_RUN(&other, "handover", DEBIAN, "-s", "8", "-p", "moves=3");
	lab_holds(&other, !lab_same_file(&first, &other, "handovers.csv", "handovers.csv"),
		  "another seed gives other moments");
	lab_run_free(&other);
	lab_run_free(&first);
}

static void repeats_as_another_user(void)
{
	char folder[LAB_PATH];
	struct lab_run first;
	struct lab_run other;

	open_folder(folder);
	if (!become_nobody()) {
		become_self();
		test_skip("nobody cannot run it here");
		return;
	}
	LAB_RUN(&other, "handover", DEBIAN, "-p", "moves=2", "-o", folder);
	become_self();
	LAB_RUN(&first, "handover", DEBIAN, "-p", "moves=2");
	expect_alike(&first, &other, "as another user");
	lab_run_free(&other);
	lab_run_free(&first);
}

static pid_t start_busy(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (volatile unsigned long i = 0;; i++)
			;
	return pid;
}

static void repeats_under_load(void)
{
	struct lab_run first;
	struct lab_run other;
	pid_t busy[6];

	LAB_RUN(&first, "handover", DEBIAN, "-p", "moves=2");
	for (size_t i = 0; i < 6; i++)
		busy[i] = start_busy();
	LAB_RUN(&other, "handover", DEBIAN, "-p", "moves=2");
	for (size_t i = 0; i < 6; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	expect_alike(&first, &other, "beside six busy programs");
	lab_run_free(&other);
	lab_run_free(&first);
}

/* A program that makes system calls without end for 0.1 s, and a handover meanwhile: ticks
 * come, others run, and the handover is what it is without. */
static void busy_program(void)
{
	struct lab_run quiet;
	struct lab_run busy;

	LAB_RUN(&quiet, "tests/lab/runs/scenarios/greedy.yaml", DEBIAN);
	LAB_RUN(&busy, "tests/lab/runs/scenarios/greedy.yaml", DEBIAN, "-p", "busy=1 code=124");
	lab_holds(&busy, quiet.code == 0 && busy.code == 0, "both end");
	lab_holds(&busy,
		  fabs(lab_number(&quiet, "handover.first_down_ms.max") -
		       lab_number(&busy, "handover.first_down_ms.max")) < 1,
		  "first_down is less than 1 ms apart");
	lab_holds(&busy, strstr(busy.output, "a program ran on without ever waiting at 3.5"),
		  "the figures come with a warning");
	lab_holds(&quiet, !strstr(quiet.output, "without ever waiting"), "others come without");
	lab_run_free(&quiet);
	lab_run_free(&busy);
}

static void says_its_kernel(void)
{
	char kernel[LAB_PATH];
	struct lab_run run;

	LAB_RUN(&run, "handover", DEBIAN, "-p", "moves=1");
	lab_holds(&run, strstr(run.output, "engine virtual on Debian's kernel, seed 1"),
		  "the first line names Debian's kernel");
	lab_holds(&run, lab_has(&run, "run.json", "\"kernel_kind\": \"debian\""),
		  "so does run.json");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-k", "own", "-p", "moves=1");
	lab_holds(&run, run.code == 2 && strstr(run.output, "expected built or debian"),
		  "an unknown kernel is refused");
	lab_run_free(&run);
	LAB_RUN(&run, "handover", "-e", "uml", "-k", "built");
	lab_holds(&run, run.code == 2 && strstr(run.output, "for the engine virtual only"),
		  "so is one for an engine that has no choice");
	lab_run_free(&run);
	if (!lab_built_kernel(kernel))
		return;
	LAB_RUN(&run, "handover", "-p", "moves=1");
	lab_holds(&run, strstr(run.output, "engine virtual on the built kernel, seed 1"),
		  "the built kernel is taken where it is there");
	lab_holds(&run, lab_has(&run, "run.json", "\"kernel_kind\": \"built\""),
		  "and run.json says so");
	lab_run_free(&run);
}

/* The built kernel has all of it of its own, and repeats as well. */
static void repeats_on_the_built_kernel(void)
{
	char kernel[LAB_PATH];
	char folder[LAB_PATH];
	struct lab_run first;
	struct lab_run other;

	if (!lab_built_kernel(kernel))
		return;
	LAB_RUN(&first, "handover", "-k", "built", "-s", "7", "-p", "moves=3");
	lab_holds(&first, first.code == 0, "exit code 0");
	open_folder(folder);
	LAB_RUN(&other, "handover", "-k", "built", "-s", "7", "-p", "moves=3", "-o", folder);
	expect_alike(&first, &other, "in another folder");
	lab_run_free(&other);
	lab_run_free(&first);
}

/* Routers of ours, since radvd draws other moments from another kernel. */
static void kernels_agree(void)
{
	static const char *const figures[] = {
	    "handover.l2_gap_ms.max",	  "handover.ra_ms.max",		"handover.coa_ms.max",
	    "handover.bu_ms.max",	  "handover.ba_ms.min",		"handover.ba_ms.max",
	    "handover.first_down_ms.min", "handover.first_down_ms.max", "handover.first_up_ms.min",
	    "handover.first_up_ms.max"};
	char kernel[LAB_PATH];
	struct lab_run built;
	struct lab_run debian;

	if (!lab_built_kernel(kernel))
		return;
	LAB_RUN(&built, "handover", "-k", "built", "-p", "ra=mip6d");
	LAB_RUN(&debian, "handover", DEBIAN, "-p", "ra=mip6d");
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		lab_holds(&debian,
			  fabs(lab_number(&built, figures[i]) - lab_number(&debian, figures[i])) <
			      0.01,
			  figures[i]);
	lab_run_free(&built);
	lab_run_free(&debian);
}

static void needs_the_built_kernel(void)
{
	static const char scenario[] = "tests/lab/runs/scenarios/needs.yaml";
	char kernel[LAB_PATH];
	struct lab_run run;

	LAB_RUN(&run, scenario, DEBIAN);
	lab_holds(
	    &run,
	    run.code == 3 && strstr(run.output, "tunnels in UDP") &&
		(strstr(run.output, "\n    make kernel") || strstr(run.output, "(kernel=built)")),
	    "refused with what is lacking and the line to type");
	lab_holds(&run, run.folder[0] == '\0', "before the run");
	LAB_RUN(&run, "tests/lab/runs/scenarios/needs-unknown.yaml", DEBIAN);
	lab_holds(&run, run.code == 2 && strstr(run.output, "needs-unknown.yaml:5:8: "),
		  "an unknown need is told with its place");
	if (!lab_built_kernel(kernel))
		return;
	LAB_RUN(&run, scenario, "-k", "built");
	lab_holds(&run, run.code == 0, "and carried out by the kernel that has it");
	lab_run_free(&run);
}

/* A copy of the programs beside which README.md lies in place of the object. */
static void run_beside(struct lab_run *run)
{
	static const char command[] =
	    "rm -rf \"$LAB_COPY\" && mkdir -p \"$LAB_COPY\" && "
	    "cp \"$LAB_BUILT\"/mip6lab \"$LAB_BUILT\"/mip6d \"$LAB_BUILT\"/mip6ctl \"$LAB_COPY\" "
	    "&& "
	    "cp README.md \"$LAB_COPY\"/mip6lab-uml.so && "
	    "\"$LAB_COPY\"/mip6lab run handover -k debian -p moves=1 -o \"$LAB_COPY\"/results 2>&1";
	char path[LAB_PATH];
	size_t length;
	FILE *pipe;
	int status;

	setenv("LAB_COPY", lab_built("test-results/beside", path), 1);
	setenv("LAB_BUILT", lab_built("", path), 1);
	*run = (struct lab_run){.code = -1};
	pipe = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
	length = fread(run->output, 1, sizeof(run->output) - 1, pipe);
	run->output[length] = '\0';
	status = pclose(pipe);
	run->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the linker does not load, or refuses to, leaves the kernel in real time. */
static void object_not_taken(void)
{
	struct lab_run run;

	run_beside(&run);
	lab_holds(&run, run.code == 3 && strstr(run.output, "the kernel runs in real time"),
		  "a run in real time is not taken for one in virtual time");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"repeats_elsewhere", repeats_elsewhere},
	    {"repeats_as_another_user", repeats_as_another_user},
	    {"repeats_under_load", repeats_under_load},
	    {"busy_program", busy_program},
	    {"says_its_kernel", says_its_kernel},
	    {"repeats_on_the_built_kernel", repeats_on_the_built_kernel},
	    {"kernels_agree", kernels_agree},
	    {"needs_the_built_kernel", needs_the_built_kernel},
	    {"object_not_taken", object_not_taken},
	};

	return test_run("kernels", tests, sizeof(tests) / sizeof(tests[0]));
}
