/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Engine ns3: the plan's nodes are nodes of an ns-3 simulation, with the very
 * objects of mip6d in them. mip6lab-ns3, a program of its own since ns-3 is in
 * C++, finds the plan in the result folder as the first process of a UML does,
 * and leaves the same raw records there. It is a child that runs, ends, and can
 * be killed at any moment: nothing of it outlives it. */
#include "lab/engine_internal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 20 };

static const char program_name[] = "mip6lab-ns3";

int engine_ns3_ready(const struct engine_paths *paths, char *error, size_t cap)
{
	char program[700];

	engine_program(paths, program_name, program, sizeof(program));
	if (access(program, X_OK) == 0)
		return 0;
	snprintf(
	    error, cap,
	    "the program of engine ns3 is not there (%s): apt-get install libns3-dev; make ns3",
	    program);
	return -1;
}

/* What it says goes to a log in the results; its reason to fail to raw/error. */
static _Noreturn void become(const char *program, const char *results)
{
	char log[700];
	sigset_t none;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(log, sizeof(log), "%s/raw/ns3.log", results);
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(3);
	execl(program, program_name, results, (char *)NULL);
	_exit(3);
}

/* The wait status. *ret_stopped: the user ended it, or it hung. */
static int watch(pid_t pid, int stop_fd, engine_tick tick, void *arg, const char **ret_why)
{
	struct pollfd stop = {.fd = stop_fd, .events = POLLIN};
	struct engine_patience patience = {0};
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (poll(&stop, 1, TICK_MS) > 0)
			*ret_why = "interrupted";
		else if (engine_is_silent(&patience, tick(arg)))
			*ret_why = "time in the simulation has stood still for a minute";
		if (*ret_why)
			kill(pid, SIGKILL);
	}
	return status;
}

/* What its end means for the user. */
static int judge(int status, const char *why, const char *results, char *error, size_t cap)
{
	if (why) {
		snprintf(error, cap, "%s", why);
		return 1;
	}
	if (WIFSIGNALED(status)) {
		snprintf(error, cap, "%s died of signal %d; its last words are in ns3.log",
			 program_name, WTERMSIG(status));
		return 1;
	}
	if (WEXITSTATUS(status) != 0 && !engine_read_error(results, error, cap))
		snprintf(error, cap, "%s ended with exit code %d; its last words are in ns3.log",
			 program_name, WEXITSTATUS(status));
	return WEXITSTATUS(status);
}

int engine_run_ns3(const struct engine_paths *paths, const char *results, int stop_fd,
		   engine_tick tick, void *arg, char *error, size_t cap)
{
	const char *why = NULL;
	char program[700];
	int status;
	pid_t pid;

	engine_program(paths, program_name, program, sizeof(program));
	pid = fork();
	if (pid == 0)
		become(program, results);
	if (pid < 0) {
		snprintf(error, cap, "cannot start %s: %s", program_name, strerror(errno));
		return 3;
	}
	status = watch(pid, stop_fd, tick, arg, &why);
	return judge(status, why, results, error, cap);
}
