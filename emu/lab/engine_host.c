/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Engine host: the machine's own kernel, in new network, mount and process
 * namespaces, so that nothing of the run is seen outside and all of it ends with
 * its first process. */
#include "lab/engine_internal.h"
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 200 };

/* mip6d knows what its kernel plane needs; it says what lacks. */
static int kernel_lacks(const struct engine_paths *paths, char *error, size_t cap)
{
	char program[700];
	char command[800];
	char line[256];
	size_t used;
	FILE *pipe;

	engine_program(paths, "mip6d", program, sizeof(program));
	snprintf(command, sizeof(command), "'%s' --kernel-check 2>&1", program);
	pipe = popen(command, "re");
	if (!pipe)
		return -1;
	snprintf(error, cap, "this machine's kernel cannot run engine host:\n");
	while (fgets(line, sizeof(line), pipe)) {
		used = strlen(error);
		snprintf(error + used, cap - used, "%s", line);
	}
	return pclose(pipe) == 0 ? 0 : -1;
}

/* With the user plane everywhere nothing is asked of the kernel but TUN. */
static bool in_user_plane(const struct lab_plan *plan)
{
	const struct lab_param *plane = plan ? lab_plan_param(plan, "plane") : NULL;

	return plane && strcmp(plane->text, "user") == 0;
}

int engine_host_ready(const struct engine_paths *paths, const struct lab_plan *plan, char *error,
		      size_t cap)
{
	if (geteuid() == 0)
		return in_user_plane(plan) ? 0 : kernel_lacks(paths, error, cap);
	snprintf(error, cap, "engine host needs root; engines uml and virtual do not");
	return -1;
}

static _Noreturn void first_process(const struct engine_paths *paths, const struct lab_plan *plan,
				    const char *results)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) < 0 ||
	    mount("run", "/run", "tmpfs", 0, NULL) < 0)
		_exit(3);
	_exit(engine_carry_out(paths, plan, results, "/run/mip6lab"));
}

/* The process between: it owns the process namespace's first process. */
static _Noreturn void keeper(const struct engine_paths *paths, const struct lab_plan *plan,
			     const char *results)
{
	int status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID) < 0)
		_exit(3);
	pid = fork();
	if (pid == 0)
		first_process(paths, plan, results);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		_exit(3);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static int watch(pid_t pid, int stop_fd, engine_tick tick, void *arg)
{
	struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
	struct engine_patience patience = {0};
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (poll(&stop, 1, TICK_MS) > 0 || engine_is_silent(&patience, tick(arg)))
			kill(pid, SIGKILL);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int engine_run_host(const struct engine_paths *paths, const struct lab_plan *plan,
		    const char *results, int stop_fd, engine_tick tick, void *arg, char *error,
		    size_t cap)
{
	int code;
	pid_t pid;

	error[0] = '\0';
	pid = fork();
	if (pid == 0)
		keeper(paths, plan, results);
	if (pid < 0) {
		snprintf(error, cap, "cannot start: %s", strerror(errno));
		return 3;
	}
	code = watch(pid, stop_fd, tick, arg);
	if (code != 0 && !engine_read_error(results, error, cap))
		snprintf(error, cap, "the run was stopped");
	return code;
}
