/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "runs_help.h"
#include "test.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 32 };

/* build/tests/lab/test_runs -> build */
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

const char *lab_built(const char *name, char buf[LAB_PATH])
{
	build_folder(buf, LAB_PATH / 2);
	snprintf(buf + strlen(buf), LAB_PATH / 2, "/%s", name);
	return buf;
}

const char *lab_many(const char *mobile_nodes, const char *routers, const char *seconds,
		     char buf[LAB_PATH])
{
	char command[2 * LAB_PATH];
	char name[64];

	snprintf(name, sizeof(name), "test-results/many-%s", mobile_nodes);
	snprintf(command, sizeof(command), "tests/many.sh '%s' %s %s %s", lab_built(name, buf),
		 mobile_nodes, routers, seconds);
	CU_ASSERT_EQUAL(system(command), 0);
	snprintf(buf + strlen(buf), LAB_PATH / 4, "/scenarios/many.yaml");
	return buf;
}

static void find_folder(struct lab_run *run)
{
	const char *mark = "results in ";
	const char *at = strstr(run->output, mark);
	size_t len;

	run->folder[0] = '\0';
	if (!at)
		return;
	at += strlen(mark);
	len = strcspn(at, "\n");
	if (len < sizeof(run->folder)) {
		memcpy(run->folder, at, len);
		run->folder[len] = '\0';
	}
}

static void load_summary(struct lab_run *run)
{
	char path[LAB_PATH];

	snprintf(path, sizeof(path), "%s/summary.json", run->folder);
	run->summary = run->folder[0] ? json_load_file(path, 0, NULL) : NULL;
}

struct child {
	pid_t pid;
	int output;
};

static void start(struct child *child, const char *command, const char *const *args)
{
	char build[LAB_PATH];
	char program[LAB_PATH + 16];
	char results[LAB_PATH + 16];
	char *argv[ARGS_MAX + 5] = {program};
	int count = 1;
	int pipes[2];

	build_folder(build, sizeof(build));
	snprintf(program, sizeof(program), "%s/mip6lab", build);
	snprintf(results, sizeof(results), "%s/test-results", build);
	if (command) {
		argv[count++] = (char *)(size_t)command;
		argv[count++] = "-o";
		argv[count++] = results;
	}
	for (int i = 0; args[i] && i < ARGS_MAX; i++)
		argv[count++] = (char *)(size_t)args[i];
	if (pipe2(pipes, O_CLOEXEC) < 0)
		abort();
	child->pid = fork();
	if (child->pid == 0) {
		dup2(pipes[1], 1);
		dup2(pipes[1], 2);
		execv(program, argv);
		_exit(127);
	}
	close(pipes[1]);
	child->output = pipes[0];
}

static void finish(struct child *child, struct lab_run *run)
{
	size_t used = 0;
	ssize_t n;
	int status;
	char rest[4096];

	while ((n = read(child->output, run->output + used, sizeof(run->output) - 1 - used)) > 0)
		used += (size_t)n;
	while (read(child->output, rest, sizeof(rest)) > 0)
		;
	close(child->output);
	run->output[used] = '\0';
	waitpid(child->pid, &status, 0);
	run->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	find_folder(run);
	load_summary(run);
}

void lab_run(struct lab_run *run, const char *const *args)
{
	struct child child;

	*run = (struct lab_run){0};
	start(&child, "run", args);
	finish(&child, run);
}

void lab_run_small(struct lab_run *run, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "tests/lab/runs/scenarios/%s.yaml", name);
	LAB_RUN(run, path);
	lab_holds(run, run->code == 0, "exit code 0");
}

void lab_run_small_with(struct lab_run *run, const char *name, const char *parameters)
{
	char path[128];

	snprintf(path, sizeof(path), "tests/lab/runs/scenarios/%s.yaml", name);
	LAB_RUN(run, path, "-p", parameters);
	lab_holds(run, run->code == 0, "exit code 0");
}

void lab_agree(struct lab_run *run, const char *const *args)
{
	struct child child;

	*run = (struct lab_run){0};
	start(&child, "agree", args);
	finish(&child, run);
}

void lab_command(struct lab_run *run, const char *const *args)
{
	struct child child;

	*run = (struct lab_run){0};
	start(&child, NULL, args);
	finish(&child, run);
}

void lab_run_twice(struct lab_run *a, struct lab_run *b, const char *const *args)
{
	struct child first;
	struct child second;

	*a = *b = (struct lab_run){0};
	start(&first, "run", args);
	start(&second, "run", args);
	finish(&first, a);
	finish(&second, b);
}

/* Simulated seconds of the last progress line in the output so far. */
static double last_progress(const char *output)
{
	const char *mark = "s simulated";
	const char *last = NULL;

	for (const char *at = strstr(output, mark); at; at = strstr(at + 1, mark))
		last = at;
	while (last && last > output && last[-1] != '\n')
		last--;
	return last ? atof(last) : 0;
}

/* Reads the run's own progress lines until it has got as far as wanted. */
static void await_simulated(struct child *child, struct lab_run *run, long long ns)
{
	size_t used = 0;
	ssize_t n;

	while ((n = read(child->output, run->output + used, sizeof(run->output) - 1 - used)) > 0) {
		used += (size_t)n;
		run->output[used] = '\0';
		if (last_progress(run->output) * 1e9 >= (double)ns)
			return;
	}
}

static void run_until(struct lab_run *run, const char *const *args, long long ns, int signal)
{
	struct child child;

	*run = (struct lab_run){0};
	start(&child, "run", args);
	await_simulated(&child, run, ns);
	kill(child.pid, signal);
	finish(&child, run);
}

void lab_run_interrupted(struct lab_run *run, const char *const *args, long long ns, int signal)
{
	run_until(run, args, ns, signal);
}

void lab_run_killed(struct lab_run *run, const char *const *args, long long ns)
{
	run_until(run, args, ns, SIGKILL);
}

void lab_run_free(struct lab_run *run)
{
	json_decref(run->summary);
	run->summary = NULL;
}

double lab_number(const struct lab_run *run, const char *path)
{
	char copy[256];
	char *save = NULL;
	json_t *at = run->summary;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *part = strtok_r(copy, ".", &save); at && part; part = strtok_r(NULL, ".", &save))
		at = json_object_get(at, part);
	return at && json_is_number(at) ? json_number_value(at) : (double)NAN;
}

void lab_explain(const struct lab_run *run)
{
	printf("exit code %d, results in %s\n%s\n", run->code, run->folder, run->output);
}

bool lab_at_most(const struct lab_run *run, const char *path, double limit)
{
	double value = lab_number(run, path);

	return !isnan(value) && value <= limit;
}

bool lab_equals(const struct lab_run *run, const char *path, double wanted)
{
	return fabs(lab_number(run, path) - wanted) < 1e-9;
}

bool lab_says(const struct lab_run *run, const char *text)
{
	return strstr(run->output, text) != NULL;
}

bool lab_has(const struct lab_run *run, const char *name, const char *text)
{
	size_t len = 0;
	char *file = lab_file(run, name, &len);
	bool found = file && strstr(file, text) != NULL;

	free(file);
	return found;
}

void lab_holds(const struct lab_run *run, bool good, const char *what)
{
	CU_ASSERT_TRUE(good);
	if (!good) {
		printf("not so: %s\n", what);
		lab_explain(run);
	}
}

char *lab_file(const struct lab_run *run, const char *name, size_t *ret_len)
{
	char path[LAB_PATH];
	struct stat st;
	char *text;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", run->folder, name);
	file = fopen(path, "rb");
	if (!file || fstat(fileno(file), &st) < 0) {
		if (file)
			fclose(file);
		return NULL;
	}
	text = calloc(1, (size_t)st.st_size + 1);
	*ret_len = text ? fread(text, 1, (size_t)st.st_size, file) : 0;
	fclose(file);
	return text;
}

static bool same_bytes(const struct lab_run *a, const struct lab_run *b, const char *name_a,
		       const char *name_b)
{
	size_t len_a = 0;
	size_t len_b = 0;
	char *text_a = lab_file(a, name_a, &len_a);
	char *text_b = lab_file(b, name_b, &len_b);
	bool same = text_a && text_b && len_a == len_b && memcmp(text_a, text_b, len_a) == 0;

	free(text_a);
	free(text_b);
	return same;
}

bool lab_same_file(const struct lab_run *a, const struct lab_run *b, const char *name_a,
		   const char *name_b)
{
	size_t len = 0;
	char *text = lab_file(a, name_a, &len);

	free(text);
	return len > 0 && same_bytes(a, b, name_a, name_b);
}

static unsigned compare_folder(const struct lab_run *a, const struct lab_run *b, const char *sub,
			       const char *skip, char *first, size_t cap)
{
	char path[LAB_PATH];
	unsigned count = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", a->folder, sub);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char name[LAB_PATH];

		snprintf(name, sizeof(name), "%s%s%s", sub, *sub ? "/" : "", entry->d_name);
		if (entry->d_name[0] == '.' || strcmp(name, skip) == 0 || strcmp(name, "raw") == 0)
			continue;
		if (same_bytes(a, b, name, name))
			continue;
		if (count++ == 0 && !*first)
			snprintf(first, cap, "%s", name);
	}
	if (dir)
		closedir(dir);
	return count;
}

unsigned lab_differences(const struct lab_run *a, const struct lab_run *b, const char *skip,
			 char *first, size_t cap)
{
	first[0] = '\0';
	/* Each way round: a file that only one has differs too. */
	return compare_folder(a, b, "", skip, first, cap) +
	       compare_folder(b, a, "", skip, first, cap) +
	       compare_folder(a, b, "raw", skip, first, cap) +
	       compare_folder(b, a, "raw", skip, first, cap);
}

bool lab_built_kernel(char buf[LAB_PATH])
{
	const char *folder = getenv("MIP6LAB_KERNEL_DIR");
	const char *asked = getenv("TEST_KERNEL");

	snprintf(buf, LAB_PATH, "%s/linux-virtual", folder ? folder : ".kernel");
	if (access(buf, X_OK) == 0)
		return true;
	if (asked && strcmp(asked, "built") == 0) {
		CU_FAIL("the kernel of `make kernel` is not there");
	} else {
		test_skip("it needs the kernel of `make kernel`");
	}
	return false;
}

static bool has_text(const char *pid, const char *text)
{
	char path[300];
	char line[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	fd = open(path, O_RDONLY);
	n = fd < 0 ? 0 : read(fd, line, sizeof(line));
	if (fd >= 0)
		close(fd);
	return n > 0 && memmem(line, (size_t)n, text, strlen(text)) != NULL;
}

unsigned lab_processes(const char *text)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	unsigned count = 0;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' &&
		    atoi(entry->d_name) != (int)getpid() && has_text(entry->d_name, text))
			count++;
	if (dir)
		closedir(dir);
	return count;
}

bool lab_kernel(struct lab_kernel *paths, struct uml_boot *boot, bool built)
{
	snprintf(paths->kernel, sizeof(paths->kernel), "/usr/bin/linux.uml");
	if (built && !lab_built_kernel(paths->kernel))
		return false;
	boot->kernel = paths->kernel;
	boot->preload = lab_built("mip6lab-uml.so", paths->preload);
	boot->virtual_time = true;
	boot->time_travel = built;
	return true;
}
