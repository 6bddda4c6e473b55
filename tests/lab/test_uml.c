/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Boots real kernels, with this very program as PID 1 inside. No time is
 * measured on the machine's clock; that virtual time is not waited for shows in
 * a run ending before a limit shorter than what it slept. */
#include "runs_help.h"
#include "test.h"
#include "uml_jobs.h"

#include "uml/group.h"
#include "uml/inside.h"
#include "uml/uml.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of the machine's time, in which a kernel that does not end is ended. A busy machine may
 * take long for a boot; what is slept in virtual time is longer. */
enum { NOBODY = 65534, LIMIT_S = 600 };

/* A folder for one test with what a boot needs. */
struct bench {
	char dir[PATH_MAX / 2];
	char self[PATH_MAX];
	char kernel[PATH_MAX];
	char preload[LAB_PATH];
	char console[PATH_MAX];
	char result[PATH_MAX];
	const char *args[3];
	struct uml_boot boot;
};

/* Outside -------------------------------------------------------------------- */

static const char world[] = "tun=1 pty=1 run=1 shm=1 stdin=1 ip6tnl=1 sit=1 pid=1\n";

/* Which kernel, and whether its time is virtual. */
enum kind { BUILT, DEBIAN, DEBIAN_REAL };

/* False, with the test skipped, where the kernel is not there. */
static bool bench_paths(struct bench *b, enum kind kind)
{
	const char *inside = getenv("MIP6LAB_TEST_INSIDE");

	snprintf(b->kernel, sizeof(b->kernel), "/usr/bin/linux.uml");
	if (kind == BUILT && !lab_built_kernel(b->kernel))
		return false;
	if (readlink("/proc/self/exe", b->self, sizeof(b->self) - 1) < 0)
		b->self[0] = '\0';
	/* AddressSanitizer wants more addresses than UML has: then another build
	 * of this program goes inside. */
	if (inside)
		snprintf(b->self, sizeof(b->self), "%s", inside);
	lab_built("mip6lab-uml.so", b->preload);
	return true;
}

/* NULL where the test is skipped. */
static struct bench *bench_new(const char *job, enum kind kind)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		abort();
	if (!bench_paths(b, kind)) {
		free(b);
		return NULL;
	}
	snprintf(b->dir, sizeof(b->dir), "/tmp/mip6lab-test-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(b->dir));
	snprintf(b->console, sizeof(b->console), "%s/console", b->dir);
	snprintf(b->result, sizeof(b->result), "%s/result", b->dir);
	b->args[0] = job;
	b->args[1] = b->result;
	b->boot = (struct uml_boot){
	    .kernel = b->kernel,
	    .virtual_time = kind != DEBIAN_REAL,
	    .time_travel = kind == BUILT,
	    .seed = 1,
	    .init = b->self,
	    .args = b->args,
	    .mem_mb = 128,
	    .console_log = b->console,
	    .preload = b->preload,
	    .timeout_s = LIMIT_S,
	};
	return b;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

static void bench_free(struct bench *b)
{
	nftw(b->dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	free(b);
}

static void read_text(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "r");
	size_t used = file ? fread(text, 1, size - 1, file) : 0;

	text[used] = '\0';
	if (file)
		fclose(file);
}

static void print_console(const struct bench *b)
{
	char text[4096];

	read_text(b->console, text, sizeof(text));
	printf("\nconsole of %s %s:\n%s", b->kernel, b->args[0], text);
}

/* One that has ended and waits for its new parent to collect it does nothing any more. */
static void see_alive(void *arg, const struct uml_process *process)
{
	bool *alive = arg;

	*alive = *alive || (process->state != 'Z' && process->state != 'X');
}

static bool group_alive(pid_t group)
{
	bool alive = false;

	uml_group_each(group, see_alive, &alive);
	return alive;
}

/* Boots, waits for the end, and leaves the result file's text. */
static struct uml_run bench_run(struct bench *b, char *text, size_t size)
{
	struct uml_run run;

	text[0] = '\0';
	if (uml_start(&b->boot, &run) < 0) {
		printf("\n%s\n", run.error);
		CU_FAIL("uml_start");
		return run;
	}
	CU_ASSERT_EQUAL(uml_wait(&run, -1, -1), 1);
	CU_ASSERT_FALSE(group_alive(run.kernel));
	CU_ASSERT_NOT_EQUAL(access(run.dir, F_OK), 0);
	read_text(b->result, text, size);
	return run;
}

static void bench_expect(struct bench *b, int code, char *text, size_t size)
{
	struct uml_run run = bench_run(b, text, size);

	CU_ASSERT_EQUAL(run.end, UML_POWEROFF);
	CU_ASSERT_EQUAL(run.code, code);
	if (run.end != UML_POWEROFF || run.code != code)
		print_console(b);
}

static void expect_virtual_time(enum kind kind)
{
	struct bench *b = bench_new("sleep", kind);
	long long slept = 0;
	long long day = 0;
	char text[256];

	if (!b)
		return;
	bench_expect(b, 0, text, sizeof(text));
	CU_ASSERT_EQUAL(sscanf(text, "%lld %lld", &slept, &day), 2);
	/* Of which the machine's clock saw less than LIMIT_S. */
	CU_ASSERT(slept >= UML_JOBS_SLEEP_S * 1000000000LL &&
		  slept < UML_JOBS_SLEEP_S * 1000000000LL + 100000);
	/* Debian's kernel is given 10 s for its boot. */
	CU_ASSERT_EQUAL(day,
			(long long)(UML_VIRTUAL_EPOCH / 1000000000) + (kind == BUILT ? 0 : 10));
	bench_free(b);
}

static void test_virtual_time(void)
{
	expect_virtual_time(DEBIAN);
}

static void test_virtual_time_built(void)
{
	expect_virtual_time(BUILT);
}

/* The clock stands while a process computes, asking for the time costs 256 ns, a refusal
 * 1 us, and a process that never waits lets another one run. */
static void test_busy(void)
{
	struct bench *b = bench_new("busy", DEBIAN);
	long long computing = -1;
	long long asking = -1;
	long long refused = -1;
	int other = -1;
	char text[256];

	bench_expect(b, 0, text, sizeof(text));
	CU_ASSERT_EQUAL(sscanf(text, "%lld %lld %lld %d", &computing, &asking, &refused, &other),
			4);
	CU_ASSERT(computing <= 512);
	CU_ASSERT(asking >= 1000 * 256 && asking <= 1002 * 256);
	CU_ASSERT(refused >= 1000000 && refused <= 1001000);
	CU_ASSERT_EQUAL(other, 1);
	bench_free(b);
}

static bool draw(enum kind kind, uint64_t seed, char *text, size_t size)
{
	struct bench *b = bench_new("random", kind);

	if (!b)
		return false;
	b->boot.seed = seed;
	bench_expect(b, 0, text, size);
	CU_ASSERT_EQUAL(strlen(text), 65);
	bench_free(b);
	return true;
}

static void expect_seed(enum kind kind)
{
	char first[128];
	char again[128];
	char other[128];

	if (!draw(kind, 7, first, sizeof(first)))
		return;
	/* What the process is given differs as it does between users and shells. */
	setenv("MIP6LAB_TEST_NOISE", "a longer environment than the first one had", 1);
	draw(kind, 7, again, sizeof(again));
	unsetenv("MIP6LAB_TEST_NOISE");
	draw(kind, 8, other, sizeof(other));
	CU_ASSERT_STRING_EQUAL(first, again);
	CU_ASSERT_STRING_NOT_EQUAL(first, other);
}

static void test_seed(void)
{
	expect_seed(DEBIAN);
}

static void test_seed_built(void)
{
	expect_seed(BUILT);
}

static void expect_world(enum kind kind)
{
	struct bench *b = bench_new("world", kind);
	char text[256];

	if (!b)
		return;
	bench_expect(b, 0, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, world);
	if (strcmp(text, world) != 0)
		printf("\nresult: %s", text);
	bench_free(b);
}

static void test_world(void)
{
	expect_world(DEBIAN);
}

static void test_world_built(void)
{
	expect_world(BUILT);
}

static void test_world_real(void)
{
	expect_world(DEBIAN_REAL);
}

static void test_exit_code(void)
{
	struct bench *b = bench_new("answer", DEBIAN);
	char text[4096];

	bench_expect(b, 42, text, sizeof(text));
	read_text(b->console, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "job answer ends with 42"));
	bench_free(b);
}

/* PID 1 that just exits panics the kernel. */
static void test_crash(void)
{
	struct bench *b = bench_new("crash", DEBIAN);
	struct uml_run run;
	char text[256];

	run = bench_run(b, text, sizeof(text));
	CU_ASSERT_EQUAL(run.end, UML_CRASHED);
	CU_ASSERT_EQUAL(run.code, -1);
	bench_free(b);
}

/* In real time, since a virtual "for ever" is over at once. */
static struct bench *bench_forever(bool debian)
{
	struct bench *b = bench_new("forever", debian ? DEBIAN_REAL : BUILT);

	if (b)
		b->boot.virtual_time = false;
	return b;
}

/* Until the program inside has written its line. The run's own limit ends this
 * when that never happens. */
static bool await_ready(const struct bench *b, struct uml_run *run)
{
	char text[16];

	while (uml_wait(run, -1, 0.01) == 0) {
		read_text(b->result, text, sizeof(text));
		if (strcmp(text, "ready\n") == 0)
			return true;
	}
	return false;
}

static void test_timeout(void)
{
	struct bench *b = bench_forever(true);
	struct uml_run run;
	char text[256];

	if (!b)
		return;
	b->boot.timeout_s = 0.5;
	run = bench_run(b, text, sizeof(text));
	CU_ASSERT_EQUAL(run.end, UML_TIMEOUT);
	bench_free(b);
}

static void test_stop_fd(void)
{
	struct bench *b = bench_forever(true);
	struct uml_run run;
	int ends[2];

	if (!b)
		return;
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	CU_ASSERT_EQUAL_FATAL(uml_start(&b->boot, &run), 0);
	CU_ASSERT_TRUE(await_ready(b, &run));
	CU_ASSERT_EQUAL(uml_poll(&run), 0);
	close(ends[1]);
	CU_ASSERT_EQUAL(uml_wait(&run, ends[0], -1), 1);
	CU_ASSERT_EQUAL(run.end, UML_STOPPED);
	CU_ASSERT_FALSE(group_alive(run.kernel));
	uml_stop(&run);
	close(ends[0]);
	bench_free(b);
}

/* Waits until nothing of the group and no folder is left: a few milliseconds on an idle
 * machine, on a busy one as long as it takes. */
static bool is_gone(const struct uml_run *run)
{
	for (int i = 0; i < 6000; i++) {
		if (!group_alive(run->kernel) && access(run->dir, F_OK) != 0)
			return true;
		poll(NULL, 0, 10);
	}
	return false;
}

/* A caller that starts a kernel, tells of it, and waits to be killed. */
static _Noreturn void caller(const struct bench *b, int pipe_end)
{
	struct uml_run run;

	if (uml_start(&b->boot, &run) < 0 || !await_ready(b, &run) ||
	    write(pipe_end, &run, sizeof(run)) != sizeof(run))
		_exit(1);
	for (;;)
		pause();
}

static void kill_caller(bool debian)
{
	struct bench *b = bench_forever(debian);
	struct uml_run run;
	int ends[2];
	ssize_t got;
	pid_t pid;

	if (!b)
		return;
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		caller(b, ends[1]);
	close(ends[1]);
	got = read(ends[0], &run, sizeof(run));
	CU_ASSERT_EQUAL(got, (ssize_t)sizeof(run));
	if (got == (ssize_t)sizeof(run)) {
		CU_ASSERT_TRUE(group_alive(run.kernel));
		kill(pid, SIGKILL);
		CU_ASSERT_TRUE(is_gone(&run));
	} else {
		print_console(b);
	}
	waitpid(pid, NULL, 0);
	close(ends[0]);
	bench_free(b);
}

static void test_caller_killed(void)
{
	kill_caller(false);
}

static void test_caller_killed_debian(void)
{
	kill_caller(true);
}

static void kill_watcher(bool debian)
{
	struct bench *b = bench_forever(debian);
	struct uml_run run;

	if (!b)
		return;
	CU_ASSERT_EQUAL_FATAL(uml_start(&b->boot, &run), 0);
	CU_ASSERT_TRUE(await_ready(b, &run));
	if (run.end == UML_RUNNING)
		kill(run.watcher, SIGKILL);
	CU_ASSERT_EQUAL(uml_wait(&run, -1, -1), 1);
	CU_ASSERT_EQUAL(run.end, UML_STOPPED);
	CU_ASSERT_TRUE(is_gone(&run));
	bench_free(b);
}

static void test_watcher_killed(void)
{
	kill_watcher(false);
}

static void test_watcher_killed_debian(void)
{
	kill_watcher(true);
}

/* All of it without any privilege. */
static void test_unprivileged(void)
{
	struct bench *b = bench_new("world", DEBIAN);
	struct stat status;
	char text[256];
	int result = -1;
	pid_t pid;

	if (!b)
		return;
	CU_ASSERT_EQUAL_FATAL(chmod(b->dir, 0777), 0);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct uml_run run;

		unsetenv("HOME");
		if (getuid() == 0 &&
		    (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
			_exit(2);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (uml_start(&b->boot, &run) < 0) {
			fprintf(stderr, "\n%s\n", run.error);
			_exit(3);
		}
		uml_wait(&run, -1, -1);
		_exit(run.end == UML_POWEROFF && run.code == 0 ? 0 : 4);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &result, 0), pid);
	CU_ASSERT_EQUAL(result, 0);
	if (result != 0)
		print_console(b);
	read_text(b->result, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, world);
	CU_ASSERT_EQUAL(stat(b->result, &status), 0);
	CU_ASSERT_EQUAL(status.st_uid, getuid() == 0 ? NOBODY : getuid());
	bench_free(b);
}

static void expect_refusal(struct bench *b, const char *word)
{
	struct uml_run run;

	CU_ASSERT_EQUAL(uml_start(&b->boot, &run), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(run.error, word));
	if (!strstr(run.error, word))
		printf("\nerror: %s\n", run.error);
	bench_free(b);
}

static void test_refusals(void)
{
	static char longer[UML_ARGS_MAX + 2];
	const char *too_long[] = {longer, NULL};
	struct bench *b;

	b = bench_new("answer", DEBIAN);
	strcat(b->kernel, "-missing");
	expect_refusal(b, "make kernel");

	b = bench_new("answer", DEBIAN);
	b->boot.tmpdir = "/nonexistent";
	expect_refusal(b, "TMPDIR");

	b = bench_new("answer", DEBIAN);
	b->boot.mem_mb = 1U << 31;
	expect_refusal(b, "MB free");

	b = bench_new("answer", DEBIAN);
	b->boot.init = "relative/path";
	expect_refusal(b, "absolute path");

	b = bench_new("answer", DEBIAN);
	memset(longer, 'x', UML_ARGS_MAX + 1);
	b->boot.args = too_long;
	expect_refusal(b, "longer than 4096 octets");

	b = bench_new("answer", DEBIAN);
	b->boot.preload = NULL;
	expect_refusal(b, "mip6lab-uml.so");
}

/* With a /dev/shm of its own, mounted so; 77 where that is not allowed. */
static int start_with_memory(struct bench *b, unsigned long flags, const char *options)
{
	struct uml_run run;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("shm", "/dev/shm", "tmpfs", flags, options) < 0)
		return 77;
	unsetenv("TMPDIR");
	b->boot.tmpdir = "/dev/shm";
	if (uml_start(&b->boot, &run) == 0 ||
	    !strstr(run.error, flags ? "/dev/shm: mounted noexec" : "/dev/shm: less than 128 MB"))
		return 2;
	/* Left to choose, it takes another folder. */
	b->boot.tmpdir = NULL;
	if (uml_start(&b->boot, &run) < 0)
		return 3;
	uml_wait(&run, -1, -1);
	return run.end == UML_POWEROFF && run.code == 42 ? 0 : 4;
}

static void expect_other_folder(unsigned long flags, const char *options)
{
	struct bench *b = bench_new("answer", DEBIAN);
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(start_with_memory(b, flags, options));
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		test_skip("nothing may be mounted here");
	else
		CU_ASSERT_EQUAL(status, 0);
	bench_free(b);
}

/* As in containers, where /dev/shm has 64 MB, and on hardened machines. */
static void test_shared_memory(void)
{
	expect_other_folder(0, "size=64m");
	expect_other_folder(MS_NOEXEC, "size=1g");
}

/* A program that does not call what is replaced is no kernel that could be given virtual
 * time: it ends before its first line, and tells why. */
static void test_unfit(void)
{
	struct bench *b = bench_new("answer", DEBIAN);
	struct uml_run run;
	char text[512];

	snprintf(b->kernel, sizeof(b->kernel), "/bin/true");
	run = bench_run(b, text, sizeof(text));
	CU_ASSERT_EQUAL(run.end, UML_CRASHED);
	CU_ASSERT_TRUE(WIFEXITED(run.status) && WEXITSTATUS(run.status) == UML_EXIT_UNFIT);
	read_text(b->console, text, sizeof(text));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "it does not call clock_gettime()"));
	bench_free(b);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"virtual time is not waited for", test_virtual_time},
	    {"virtual time is not waited for, built kernel", test_virtual_time_built},
	    {"busy processes in virtual time", test_busy},
	    {"one seed, the same random bytes", test_seed},
	    {"one seed, the same random bytes, built kernel", test_seed_built},
	    {"the world inside", test_world},
	    {"the world inside, built kernel", test_world_built},
	    {"the world inside, real time", test_world_real},
	    {"exit code and console", test_exit_code},
	    {"a crash is seen", test_crash},
	    {"the time is up", test_timeout},
	    {"stopped by a descriptor", test_stop_fd},
	    {"nothing is left of a killed caller", test_caller_killed_debian},
	    {"nothing is left of a killed caller, built kernel", test_caller_killed},
	    {"nothing is left of a killed watcher", test_watcher_killed_debian},
	    {"nothing is left of a killed watcher, built kernel", test_watcher_killed},
	    {"without privileges", test_unprivileged},
	    {"what cannot be started is refused", test_refusals},
	    {"a small /dev/shm, or one without programs", test_shared_memory},
	    {"a kernel that cannot be given virtual time", test_unfit},
	};

	if (uml_inside_here())
		return uml_jobs_main();
	return test_run("uml", tests, sizeof(tests) / sizeof(tests[0]));
}
