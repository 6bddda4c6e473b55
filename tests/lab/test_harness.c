/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runs the tests can itself go wrong: the watch that ends programs which stand
 * still (tests/watch.c), and the scripts that run programs, add up what they say, and
 * install what is missing. */
#include "runs_help.h"
#include "test.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT = 8192 };

struct outcome {
	int code;
	char text[TEXT]; /* stdout and stderr */
};

/* Stands for NUMBER in commands: by it processes of this test are known. It is a time
 * to sleep, too. */
static char number[24];

static void put_number(char *text, size_t cap, const char *command)
{
	const char *at = strstr(command, "NUMBER");
	size_t used = 0;

	for (; at; at = strstr(command, "NUMBER")) {
		used += (size_t)snprintf(text + used, cap - used, "%.*s%s", (int)(at - command),
					 command, number);
		CU_ASSERT_FATAL(used < cap);
		command = at + 6;
	}
	snprintf(text + used, cap - used, "%s", command);
}

/* A shell command, in which $W is the watch and $D a folder of this test's own. */
static void shell(struct outcome *o, const char *command)
{
	char text[1024];
	FILE *pipe;
	size_t n;
	int status;

	put_number(text, sizeof(text), command);
	pipe = popen(text, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
	n = fread(o->text, 1, sizeof(o->text) - 1, pipe);
	o->text[n] = '\0';
	status = pclose(pipe);
	o->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void expect(const char *command, int code, const char *words)
{
	struct outcome o;

	shell(&o, command);
	CU_ASSERT_EQUAL(o.code, code);
	CU_ASSERT_PTR_NOT_NULL(strstr(o.text, words));
	if (o.code != code || !strstr(o.text, words))
		printf("%s\ncode %d, expected %d and \"%s\":\n%s\n", command, o.code, code, words,
		       o.text);
}

static void expect_gone(void)
{
	CU_ASSERT_EQUAL(lab_processes(number), 0);
}

/* ---- watch ------------------------------------------------------------------------- */

static void exit_codes(void)
{
	expect("$W sh -c 'exit 7' 2>&1", 7, "");
	expect("$W true 2>&1", 0, "");
	expect("$W sh -c 'kill -9 $$' 2>&1", 137, "");
	expect("$W /nonexistent 2>&1", 127, "No such file");
	expect("$W 2>&1", 127, "usage");
	expect("$W sh -c 'echo out; echo err >&2' 2>&1", 0, "out\nerr\n");
}

static void stands_still(void)
{
	expect("WATCH_STILL=1 $W sleep NUMBER 2>&1", 124, "sleep stands still");
	expect("WATCH_STILL=1 $W sh -c 'sleep NUMBER; :' 2>&1", 124, " sleep ");
	expect_gone();
}

static void busy_without_end(void)
{
	expect("WATCH_CPU=1 $W sh -c 'while :; do :; done; : NUMBER' 2>&1", 124,
	       "sh is busy without end");
	expect_gone();
}

/* What has another session, or other parents, belongs to the command. */
static void busy_elsewhere(void)
{
	expect("WATCH_CPU=1 $W sh -c '(setsid sh -c \"while :; do :; done; : NUMBER\" &); "
	       "sleep NUMBER' 2>&1",
	       124, "is busy without end");
	expect_gone();
}

/* Of processes that have ended, too. */
static void busy_in_small_pieces(void)
{
	expect("WATCH_CPU=1 $W sh -c 'while :; do dd if=/dev/zero of=/dev/null bs=1M count=500 "
	       "2>&1; done; : NUMBER' 2>&1 >/dev/null",
	       124, "is busy without end");
	expect_gone();
}

static void by_the_clock(void)
{
	expect("WATCH_WALL=1 $W sh -c 'while sleep 0.1; do echo line; done' 2>&1 >/dev/null", 124,
	       "takes too long");
}

/* Silent, and longer than it may stand still; 2 s of processor time end it. */
static void slow_but_fine(void)
{
	expect("WATCH_STILL=1 $W sh -c 'trap \"exit 5\" XCPU; ulimit -S -t 2; "
	       "while :; do :; done' 2>&1",
	       5, "");
}

/* It uses next to nothing, but its log grows. */
static void talks(void)
{
	expect("WATCH_STILL=2 $W sh -c 'for i in 1 2 3 4 5 6; do sleep 0.5; echo line; done; "
	       "exit 6' >$D/log 2>&1; code=$?; cat $D/log; exit $code",
	       6, "line\nline\nline\nline\nline\nline\n");
}

/* Who ignores SIGTERM is killed. */
static void stubborn(void)
{
	expect("WATCH_STILL=1 WATCH_GRACE=0.2 $W sh -c 'trap \"\" TERM; (setsid sleep NUMBER &); "
	       "sleep NUMBER; sleep NUMBER; sleep NUMBER' 2>&1",
	       124, "stands still");
	expect_gone();
}

static void left_behind(void)
{
	expect("WATCH_GRACE=0.2 $W sh -c 'setsid sleep NUMBER &' 2>&1", 125, "left behind:");
	expect("WATCH_GRACE=0.2 $W sh -c 'setsid sleep NUMBER & exit 3' 2>&1", 3, "left behind:");
	expect_gone();
	/* What ends by itself in that time is not. */
	expect("WATCH_GRACE=60 $W sh -c 'setsid sleep 0.3 & exit 0' 2>&1", 0, "");
}

static void ended_by_signal(void)
{
	static const char command[] =
	    "$W sh -c '(setsid sleep NUMBER &); echo up >$D/up; sleep NUMBER' 2>&1 & "
	    "while [ ! -s $D/up ]; do sleep 0.02; done; kill -%s $!; wait $!";
	static const char *const names[] = {"TERM", "HUP"};
	static const int codes[] = {128 + SIGTERM, 128 + SIGHUP};
	char text[512];

	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), command, names[i]);
		expect(text, codes[i], "is ended by signal");
		expect_gone();
		expect("rm $D/up", 0, "");
	}
}

/* ---- run.sh and sum.sh --------------------------------------------------------------- */

/* A program of the test's own that says and does what is given. */
static void program(const char *name, const char *text)
{
	char path[LAB_PATH];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", getenv("D"), name);
	file = fopen(path, "w");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	fclose(file);
	CU_ASSERT_EQUAL(chmod(path, 0755), 0);
}

#define RUN_AND_SUM(programs)                                                                      \
	"rm -f $D/sum; WATCH=$W tests/run.sh $D/sum " programs " && tests/sum.sh $D/sum 2>&1"

static void all_pass(void)
{
	/* Two programs: they run at once, and each writes a log of its own. */
	program("good", "echo good: 3 passed, 0 failed");
	program("fine", "echo fine: 3 passed, 0 failed");
	expect(RUN_AND_SUM("$D/good $D/fine"), 0, "\n6 passed, 0 failed\n");
	expect(RUN_AND_SUM(""), 1, "0 passed, 0 failed\n");
}

/* Each way to fail counts as a failure. */
static void failures(void)
{
	program("bad", "echo because; echo bad: 3 passed, 2 failed; exit 1");
	program("dies", "echo good: 3 passed, 0 failed; kill -9 $$");
	program("silent", "exit 0");
	program("hangs", "sleep 71000");
	expect(RUN_AND_SUM("$D/bad"), 1, "    because\n    bad: 3 passed, 2 failed\n3 passed, 2");
	expect(RUN_AND_SUM("$D/dies"), 1, "\n0 passed, 1 failed\n");
	expect(RUN_AND_SUM("$D/silent"), 1, "\n0 passed, 1 failed\n");
	expect(RUN_AND_SUM("$D/missing"), 1, "\n0 passed, 1 failed\n");
	expect("WATCH_STILL=1; export WATCH_STILL; " RUN_AND_SUM("$D/hangs"), 1, "stands still");
}

static void skips(void)
{
	program("some", "echo skipped: one: no kernel; echo some: 3 passed, 0 failed, 2 skipped");
	program("none", "echo none: 0 passed, 0 failed, 2 skipped");
	expect(RUN_AND_SUM("$D/some"), 0, "    skipped: one: no kernel\n3 passed, 0 failed, 2 ski");
	expect(RUN_AND_SUM("$D/none"), 1, "\n0 passed, 0 failed, 2 skipped\n");
	/* What was run after all counts as such. */
	expect(RUN_AND_SUM("$D/some") "; echo 'some: 2 passed, 0 failed' >$D/again; "
				      "tests/sum.sh $D/sum $D/again",
	       0, "\n5 passed, 0 failed\n");
}

static void shards(void)
{
	program("long", "echo long.${TEST_SHARD%/*}: ${TEST_SHARD%/*} passed, 0 failed");
	expect(RUN_AND_SUM("$D/long:4"), 0, "\n10 passed, 0 failed\n");
	program("long", "exit ${TEST_SHARD%/*}");
	expect(RUN_AND_SUM("$D/long:2"), 1, "long.2: 0 passed, 1 failed");
}

/* This very program: the tests that a shard takes are each taken once. */
static void own_shards(void)
{
	char self[LAB_PATH] = "";
	struct outcome o;
	unsigned found[3];

	CU_ASSERT_TRUE_FATAL(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	setenv("SELF", self, 1);
	unsetenv("TEST_ONLY"); /* it names a test of this program */
	for (unsigned i = 0; i < 3; i++) {
		char command[128];

		snprintf(command, sizeof(command), "NESTED=1 TEST_SHARD=%u/3 $SELF", i + 1);
		shell(&o, command);
		CU_ASSERT_EQUAL(o.code, 0);
		snprintf(command, sizeof(command), "nested.%u: %%u passed, 0 failed, 1 skip",
			 i + 1);
		found[i] = 0;
		sscanf(strstr(o.text, "nested.") ? strstr(o.text, "nested.") : "", command,
		       &found[i]);
	}
	CU_ASSERT_EQUAL(found[0] + found[1] + found[2], 4);
	shell(&o, "NESTED=1 TEST_SHARD=4/3 $SELF");
	CU_ASSERT_EQUAL(o.code, 1);
	shell(&o, "NESTED=1 $SELF");
	CU_ASSERT_PTR_NOT_NULL(strstr(o.text, "skipped: b: on purpose\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(o.text, "nested: 4 passed, 0 failed, 3 skipped\n"));
	shell(&o, "NESTED=bad $SELF");
	CU_ASSERT_PTR_NOT_NULL(strstr(o.text, "nested: 0 passed, 1 failed\n"));
}

/* ---- deps.sh ------------------------------------------------------------------------- */

#define DEPS "PATH=$D:$PATH DEPS_PAUSE=1 tools/deps.sh bread butter 2>&1"

/* An apt-get that finds the locks held, the first time that it wants each. */
static const char patient_apt[] =
    "case \"$*\" in\n"
    "*--assume-no*) echo 'Need to get 12 kB/34 kB of archives.'; exit 1 ;;\n"
    "*update*) what=lists ;;\n"
    "*) what=dpkg; echo \"$*\" >$D/typed ;;\n"
    "esac\n"
    "[ ! -f $D/$what ] || exit 0\n"
    "touch $D/$what\n"
    "[ $what = dpkg ] && echo 'dpkg: error: dpkg frontend lock was locked by another process'\n"
    "[ $what = lists ] && echo \"E: Could not get lock /var/lib/$what/lock\"\n"
    "[ \"$LC_ALL\" = C ] || echo 'in some other language'\n"
    "exit 100";

static void dependencies(void)
{
	program("id", "echo 0");
	program("apt-get", "exit 77");
	program("dpkg-query", "echo installed");
	expect(DEPS, 0, "");
	program("dpkg-query", "[ \"$4\" != butter ] || exit 1; echo installed");
	expect(DEPS, 3, "Installing failed");
	program("apt-get", patient_apt);
	expect(DEPS, 0, "installing: butter\nwaiting for another");
	expect("cat $D/typed", 0, "install -y --no-install-recommends butter\n");
	expect(DEPS, 0, "installing: butter\n    12 kB/34 kB to download");
	program("id", "echo 1000");
	expect(DEPS, 3, "As root, run:\n    apt-get install");
}

static void nothing(void)
{
}

static void skipping(void)
{
	test_skip("on purpose");
}

static void failing(void)
{
	CU_FAIL("on purpose");
	test_skip("it is not counted twice");
}

static int nested(void)
{
	static const struct test_case bad[] = {{"bad", failing}};
	static const struct test_case tests[] = {{"a", nothing},  {"b", skipping}, {"c", nothing},
						 {"d", skipping}, {"e", nothing},  {"f", skipping},
						 {"g", nothing}};

	if (strcmp(getenv("NESTED"), "bad") == 0)
		return test_run("nested", bad, 1);
	return test_run("nested", tests, sizeof(tests) / sizeof(tests[0]));
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"exit codes", exit_codes},
	    {"stands still", stands_still},
	    {"busy without end", busy_without_end},
	    {"busy elsewhere", busy_elsewhere},
	    {"busy in small pieces", busy_in_small_pieces},
	    {"by the clock", by_the_clock},
	    {"slow but fine", slow_but_fine},
	    {"talks", talks},
	    {"stubborn", stubborn},
	    {"left behind", left_behind},
	    {"ended by a signal", ended_by_signal},
	    {"all pass", all_pass},
	    {"failures", failures},
	    {"skips", skips},
	    {"shards", shards},
	    {"own shards", own_shards},
	    {"dependencies", dependencies},
	};
	char folder[] = "/tmp/mip6lab-harness-XXXXXX";
	char path[LAB_PATH];
	int code;

	if (getenv("NESTED"))
		return nested();
	if (!mkdtemp(folder))
		return 1;
	snprintf(number, sizeof(number), "71000.%d", (int)getpid());
	unsetenv("SUM_NAME"); /* from .ci/run, which may have started this */
	setenv("D", folder, 1);
	setenv("W", lab_built("tests/watch", path), 1);
	code = test_run("harness", tests, sizeof(tests) / sizeof(tests[0]));
	if (system("rm -r \"$D\"") != 0)
		code = 1;
	return code;
}
