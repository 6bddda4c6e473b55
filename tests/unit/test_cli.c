/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6d and mip6ctl as programs, as far as they go without a kernel's help:
 * options, `mip6d -t`, exit codes, and what is said to people. */
#include "test.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct outcome {
	int code;
	char text[4096]; /* stdout and stderr */
};

/* build/tests/unit/test_cli -> build */
static void build_folder(char *buf, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", buf, cap - 1);

	buf[n > 0 ? n : 0] = '\0';
	for (int up = 0; up < 3; up++) {
		char *slash = strrchr(buf, '/');

		if (slash)
			*slash = '\0';
	}
}

static struct outcome run(const char *program, const char *args)
{
	struct outcome o = {.code = -1};
	char build[512];
	char command[2048];
	size_t used = 0;
	size_t n;
	FILE *pipe;
	int status;

	build_folder(build, sizeof(build));
	snprintf(command, sizeof(command), "%s/%s %s 2>&1 </dev/null", build, program, args);
	pipe = popen(command, "r");
	CU_ASSERT_PTR_NOT_NULL_FATAL(pipe);
	while ((n = fread(o.text + used, 1, sizeof(o.text) - 1 - used, pipe)) > 0)
		used += n;
	status = pclose(pipe);
	o.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
	return o;
}

static void expect(const char *program, const char *args, int code, const char *text)
{
	struct outcome o = run(program, args);

	CU_ASSERT_EQUAL(o.code, code);
	CU_ASSERT_PTR_NOT_NULL(strstr(o.text, text));
	if (o.code != code || !strstr(o.text, text))
		printf("%s %s: exit code %d: %s\n", program, args, o.code, o.text);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

/* What `mip6d -t` says of a file with this text. */
static void expect_test(const char *text, int code, const char *said)
{
	char path[] = "/tmp/mip6d-cliXXXXXX";
	char args[128];
	int fd = mkstemp(path);

	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
	write_file(path, text);
	snprintf(args, sizeof(args), "-t -c %s", path);
	expect("mip6d", args, code, said);
	unlink(path);
}

#define HOME "MnHomeLink \"eth0\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }\n"

static void configurations_are_tested(void)
{
	expect_test("NodeConfig MN;\nUseMnHaIPsec disabled;\n" HOME, 0, ": good\n");
	expect_test("NodeConfig HA;\nUseMnHaIPsec disabled;\nInterface \"eth1\";\n", 0, ": good\n");
	expect_test("NodeConfig MN;\n", 0, ": warning: the mobile node has no home");
	expect_test("NodeConfg MN;\n", 1,
		    ":1:1: unknown keyword NodeConfg: did you mean NodeConfig?");
	expect_test("NodeConfig MN;\n  UseDhcp enabled;\n", 1, ":2:3: UseDhcp stands");
	expect_test("NodeConfig HA;\nHaAcceptMobRtr enabled;\n", 1,
		    ":2:1: line 2: HaAcceptMobRtr is not supported yet");
}

/* IPsec is on by default: no file runs unprotected by leaving a line out. */
static void protection_is_never_silently_off(void)
{
	expect_test("NodeConfig MN;\n" HOME, 1, "add the line \"UseMnHaIPsec disabled;\"");
	expect_test("NodeConfig MN;\nUseMnHaIPsec enabled;\n" HOME, 1,
		    ":2:1: line 2: UseMnHaIPsec is not supported yet: write the line "
		    "\"UseMnHaIPsec disabled;\"");
	expect_test("NodeConfig HA;\nInterface \"eth1\";\n", 1,
		    "add the line \"UseMnHaIPsec disabled;\"");
}

static void options_of_the_daemon(void)
{
	expect("mip6d", "-t -c /nonexistent/mip6d.conf", 1, "/nonexistent/mip6d.conf");
	expect("mip6d", "-c /nonexistent/mip6d.conf", 1, "/nonexistent/mip6d.conf");
	expect("mip6d", "--help", 0, "--events FILE");
	expect("mip6d", "--version", 0, "mip6d ");
	expect("mip6d", "--warp", 2, "--help");
	expect("mip6d", "-t extra", 2, "unexpected argument \"extra\"");
	expect("mip6d", "--name ../mn", 2, "a name has");
	expect("mip6d", "--config", 2, "--help");
}

/* A file that others could exchange for another is none of ours. */
static void files_are_our_own(void)
{
	char dir[] = "/tmp/mip6d-cliXXXXXX";
	char config[64];
	char lock[64];
	char args[256];

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	snprintf(config, sizeof(config), "%s/c", dir);
	snprintf(lock, sizeof(lock), "%s/x.lock", dir);
	write_file(config, "NodeConfig MN;\nUseMnHaIPsec disabled;\n" HOME);
	snprintf(args, sizeof(args), "-c %s --state %s --name x", config, dir);
	CU_ASSERT_EQUAL(symlink("c", lock), 0);
	expect("mip6d", args, 1, "x.lock: it is a symbolic link, which is not followed");
	unlink(lock);
	CU_ASSERT_EQUAL(link(config, lock), 0);
	expect("mip6d", args, 1, "x.lock: the file or its folder belongs to others");
	unlink(lock);
	CU_ASSERT_EQUAL(chmod(dir, 0777), 0);
	expect("mip6d", args, 1, "x.lock: the file or its folder belongs to others");
	unlink(config);
	rmdir(dir);
}

static void options_of_the_client(void)
{
	expect("mip6ctl", "-s /nonexistent/ctl status", 3, "/nonexistent/ctl");
	expect("mip6ctl", "--help", 0, "usage");
	/* As mip6d calls it. */
	expect("mip6ctl", "--control /nowhere/x.ctl status", 3, "/nowhere/x.ctl");
	expect("mip6ctl", "--warp", 2, "--help");
	expect("mip6ctl", "-n", 2, "--help");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"configurations are tested", configurations_are_tested},
	    {"protection is never silently off", protection_is_never_silently_off},
	    {"options of the daemon", options_of_the_daemon},
	    {"files are our own", files_are_our_own},
	    {"options of the client", options_of_the_client},
	};

	return test_run("cli", tests, sizeof(tests) / sizeof(tests[0]));
}
