/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The boot routine for User Mode Linux, outside of the kernel it boots.
 *
 * UML is one host process for the kernel and one traced host process for each
 * address space inside. Those traced processes survive a SIGKILL of Debian's
 * kernel and would then run guest code on the host, so nothing less than
 * killing the whole process group is safe; uml.h tells how the watcher does
 * it. */
#include "uml.h"

#include "uml/preload/preload.h"
#include "uml/priority.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { UML_MEM_DEFAULT = 256, UML_MAX_ARGS = 32, UML_ARG_MAX = 2 * UML_PATH_MAX };

/* PID 1's program as the kernel sees it: a link to UML_FD_INIT by the machine's /proc. */
#define UML_INIT "/proc/self/fd/3"

/* What the watcher sends to the caller when the run has ended. */
struct uml_verdict {
	enum uml_end end;
	int code;
	int status;
};

/* The command line of the kernel, built before any process is made. */
struct uml_command {
	char text[UML_MAX_ARGS][UML_ARG_MAX];
	char *argv[UML_MAX_ARGS + 1];
	size_t count;
	bool overflow;
};

__attribute__((format(printf, 2, 3))) static int uml_fail(struct uml_run *run, const char *format,
							  ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(run->error, sizeof(run->error), format, args);
	va_end(args);
	return -1;
}

/* The temporary folder ---------------------------------------------------- */

/* Whether the kernel's memory file can live in `dir`: UML maps it executable
 * (a noexec mount refuses that) and dies by SIGBUS where it finds no room. */
static bool uml_folder_fits(const char *dir, unsigned mem_mb, char *why, size_t size)
{
	char name[UML_PATH_MAX];
	struct statvfs fs;
	void *page;
	int fd;

	if (statvfs(dir, &fs) < 0) {
		snprintf(why, size, "%s: %s", dir, strerror(errno));
		return false;
	}
	if ((uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)mem_mb << 20) {
		snprintf(why, size, "%s: less than %u MB free", dir, mem_mb);
		return false;
	}
	snprintf(name, sizeof(name), "%s/mip6lab-probe-XXXXXX", dir);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0) {
		snprintf(why, size, "%s: %s", dir, strerror(errno));
		return false;
	}
	unlink(name);
	page = ftruncate(fd, 4096) < 0 ? MAP_FAILED
				       : mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		snprintf(why, size, "%s: mounted noexec", dir);
	else
		munmap(page, 4096);
	close(fd);
	return page != MAP_FAILED;
}

static int uml_choose_folder(const struct uml_boot *boot, unsigned mem_mb, struct uml_run *run)
{
	const char *candidates[] = {boot->tmpdir ? boot->tmpdir : getenv("TMPDIR"), "/dev/shm",
				    "/tmp"};
	size_t count = boot->tmpdir ? 1 : 3;
	char reasons[UML_ERROR_MAX / 2] = "";

	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(reasons);

		if (!candidates[i])
			continue;
		if (used && used + 2 < sizeof(reasons)) {
			strcat(reasons, "; ");
			used += 2;
		}
		if (!uml_folder_fits(candidates[i], mem_mb, reasons + used, sizeof(reasons) - used))
			continue;
		snprintf(run->dir, sizeof(run->dir), "%s/mip6lab-uml-XXXXXX", candidates[i]);
		if (mkdtemp(run->dir))
			return 0;
		return uml_fail(run, "%s: cannot create: %s", run->dir, strerror(errno));
	}
	return uml_fail(run,
			"no folder for the kernel's memory (%s); set TMPDIR to a folder with %u MB "
			"free that is not mounted noexec",
			reasons, mem_mb);
}

static int uml_remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

/* The temporary folder and the files of PID 1. */
static void uml_remove_files(const struct uml_run *run)
{
	nftw(run->dir, uml_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	unlink(run->exit_file);
	unlink(run->args_file);
}

/* The command line ------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void uml_add(struct uml_command *command,
							  const char *format, ...)
{
	va_list args;
	int length;

	if (command->count == UML_MAX_ARGS) {
		command->overflow = true;
		return;
	}
	va_start(args, format);
	length = vsnprintf(command->text[command->count], UML_ARG_MAX, format, args);
	va_end(args);
	if (length < 0 || length >= UML_ARG_MAX)
		command->overflow = true;
	command->argv[command->count] = command->text[command->count];
	command->argv[++command->count] = NULL;
}

/* Parts of Debian's kernel that wait busily for a tick of the clock when they start, to
 * measure the machine. They belong to file systems that nothing here uses. */
static const char uml_busy_parts[] = "raid6_select_algo,calibrate_xor_blocks";

/* Any number will do: nothing here waits by counting loops. Left out, the kernel counts
 * its loops between two ticks, for which time would have to pass. */
static const char uml_loops[] = "lpj=4000000";

/* Virtual time: the clock starts at a fixed moment and nothing random is left,
 * so that a run can be repeated byte for byte. */
static void uml_add_time(struct uml_command *command, const struct uml_boot *boot)
{
	if (!boot->virtual_time)
		return;
	if (boot->time_travel) {
		uml_add(command, "time-travel=inf-cpu");
		uml_add(command, "time-travel-start=%llu", (unsigned long long)UML_VIRTUAL_EPOCH);
		uml_add(command, "seed=%llu", (unsigned long long)boot->seed);
		return;
	}
	uml_add(command, "%s", uml_loops);
	uml_add(command, "initcall_blacklist=%s", uml_busy_parts);
}

static int uml_command(const struct uml_boot *boot, unsigned mem_mb, struct uml_command *command,
		       struct uml_run *run)
{
	/* For people who list processes; the kernel does not look at it. */
	uml_add(command, "mip6lab-kernel %s", boot->console_log);
	uml_add(command, "mem=%uM", mem_mb);
	/* The run's folder: the kernel starts in it. */
	uml_add(command, "uml_dir=.");
	uml_add(command, "umid=kernel");
	uml_add(command, "root=/dev/root");
	uml_add(command, "rootfstype=hostfs");
	uml_add(command, "rw");
	uml_add(command, "quiet");
	uml_add(command, "norandmaps");
	uml_add(command, "con0=null,fd:1");
	uml_add(command, "con=null");
	/* Left out, UML adds it behind the arguments of PID 1. */
	uml_add(command, "console=tty0");
	uml_add_time(command, boot);
	uml_add(command, "%s=1", UML_INSIDE_VARIABLE);
	uml_add(command, "init=" UML_INIT);
	if (command->overflow)
		return uml_fail(run, "the kernel's command line is too long");
	return 0;
}

/* What PID 1 is to read: where its exit code goes, then its arguments. */
static int uml_write_args(const struct uml_boot *boot, struct uml_run *run)
{
	FILE *file = fopen(run->args_file, "we");
	size_t length = strlen(run->exit_file) + 1;

	if (!file)
		return uml_fail(run, "%s: %s", run->args_file, strerror(errno));
	fputs(run->exit_file, file);
	fputc('\0', file);
	for (size_t i = 0; boot->args && boot->args[i]; i++) {
		fputs(boot->args[i], file);
		fputc('\0', file);
		length += strlen(boot->args[i]) + 1;
	}
	if (fclose(file) != 0)
		return uml_fail(run, "%s: %s", run->args_file, strerror(errno));
	if (length > UML_ARGS_MAX)
		return uml_fail(run, "the arguments of PID 1 are longer than %d octets",
				UML_ARGS_MAX);
	return 0;
}

/* The kernel's process ------------------------------------------------------ */

enum { UML_STACK = 8 << 20 };

static void uml_kernel_streams(const char *console_log)
{
	int null = open("/dev/null", O_RDWR);
	int log = open(console_log, O_WRONLY | O_APPEND);

	if (null < 0 || log < 0)
		_exit(127);
	dup2(null, STDIN_FILENO);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	closefrom(STDERR_FILENO + 1);
}

/* After uml_kernel_streams(): the next descriptors are those that uml.h promises. */
static void uml_kernel_files(const struct uml_boot *boot, const struct uml_run *run)
{
	if (open(boot->init, O_PATH) != UML_FD_INIT ||
	    open(run->args_file, O_RDONLY) != UML_FD_ARGS || chdir(run->dir) < 0)
		_exit(127);
}

/* Everything of the process that could make two runs differ, or that only one of the
 * two ways to virtual time needs. The limit of the stack decides where libraries lie. */
static void uml_kernel_surroundings(const struct uml_boot *boot, const struct uml_run *run)
{
	const struct rlimit stack = {UML_STACK, UML_STACK};
	char seed[32];

	personality(ADDR_NO_RANDOMIZE);
	(void)setrlimit(RLIMIT_STACK, &stack);
	setenv("TMPDIR", run->dir, 1);
	unsetenv(PRELOAD_VARIABLE_TIME);
	if (boot->preload)
		setenv("LD_PRELOAD", boot->preload, 1);
	if (!boot->virtual_time || boot->time_travel)
		return;
	snprintf(seed, sizeof(seed), "%llu", (unsigned long long)boot->seed);
	setenv(PRELOAD_VARIABLE_SEED, seed, 1);
	setenv(PRELOAD_VARIABLE_TIME, boot->init, 1);
}

static _Noreturn void uml_kernel(const struct uml_boot *boot, const struct uml_run *run,
				 const struct uml_command *command,
				 const struct uml_priority *priority, pid_t watcher)
{
	char kernel[PATH_MAX];

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != watcher || !realpath(boot->kernel, kernel))
		_exit(127);
	uml_kernel_streams(boot->console_log);
	uml_kernel_files(boot, run);
	uml_priority_take(priority, boot->virtual_time);
	uml_kernel_surroundings(boot, run);
	execv(kernel, command->argv);
	dprintf(STDERR_FILENO, "mip6lab: %s: %s\n", kernel, strerror(errno));
	_exit(127);
}

/* The watcher ------------------------------------------------------------ */

static int64_t uml_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Milliseconds for poll() until `deadline` (negative: none). */
static int uml_remaining(int64_t deadline)
{
	int64_t left;

	if (deadline < 0)
		return -1;
	left = deadline - uml_now_ms();
	if (left < 0)
		return 0;
	return left > 3600000 ? 3600000 : (int)left;
}

static int64_t uml_deadline(double seconds)
{
	return uml_now_ms() + (int64_t)(seconds * 1000 + 0.5);
}

/* Waits for the first of: the kernel's end, the caller's word or death, the
 * end of the time. */
static enum uml_end uml_watch(int caller, int kernel, int64_t deadline)
{
	struct pollfd fds[2] = {{.fd = kernel, .events = POLLIN}, {.fd = caller, .events = POLLIN}};

	for (;;) {
		int ready = poll(fds, 2, uml_remaining(deadline));

		if (ready < 0 && errno != EINTR)
			return UML_STOPPED;
		if (ready > 0 && fds[0].revents)
			return UML_POWEROFF;
		if (ready > 0 && fds[1].revents)
			return UML_STOPPED;
		if (deadline >= 0 && uml_now_ms() >= deadline)
			return UML_TIMEOUT;
	}
}

/* As subreaper the watcher inherits every process that the kernel leaves. */
static int uml_reap(pid_t kernel)
{
	int kernel_status = 0;
	int status;
	pid_t pid;

	kill(-kernel, SIGKILL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR)
		if (pid == kernel)
			kernel_status = status;
	return kernel_status;
}

/* The number that PID 1 wrote, or -1 when it never came to that. */
static int uml_read_exit(const char *path)
{
	FILE *file = fopen(path, "re");
	int code = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &code) != 1 || code < 0 || code > 255)
		code = -1;
	fclose(file);
	return code;
}

static _Noreturn void uml_watcher(const struct uml_boot *boot, const struct uml_run *run,
				  const struct uml_command *command, int caller)
{
	struct uml_verdict verdict = {.code = -1};
	int64_t deadline = boot->timeout_s > 0 ? uml_deadline(boot->timeout_s) : -1;
	const struct uml_priority priority = uml_priority_claim();
	pid_t watcher = getpid();
	pid_t kernel = fork();
	int fd;

	if (kernel == 0)
		uml_kernel(boot, run, command, &priority, watcher);
	if (kernel < 0 || send(caller, &kernel, sizeof(kernel), MSG_NOSIGNAL) < 0)
		_exit(1);
	setpgid(kernel, kernel);
	fd = pidfd_open(kernel, 0);
	verdict.end = fd < 0 ? UML_CRASHED : uml_watch(caller, fd, deadline);
	verdict.status = uml_reap(kernel);
	if (verdict.end == UML_POWEROFF)
		verdict.code = uml_read_exit(run->exit_file);
	if (verdict.end == UML_POWEROFF && verdict.code < 0)
		verdict.end = UML_CRASHED;
	uml_remove_files(run);
	send(caller, &verdict, sizeof(verdict), MSG_NOSIGNAL);
	_exit(0);
}

/* Signals as a fresh program has them, whatever the caller did to its own. */
static void uml_default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	for (int number = 1; number < NSIG; number++) {
		/* One that is pending is for the caller: Ctrl-C reached both. */
		signal(number, SIG_IGN);
		signal(number, SIG_DFL);
	}
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void uml_become_watcher(const struct uml_boot *boot, const struct uml_run *run,
					 const struct uml_command *command, int caller)
{
	int null = open("/dev/null", O_RDWR);

	/* Nothing of the caller's may stay open here, or who reads from the other
	 * end of its pipes would wait for the watcher too. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	caller = dup2(caller, STDERR_FILENO + 1);
	closefrom(caller + 1);
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "mip6lab-watcher");
	uml_default_signals();
	uml_watcher(boot, run, command, caller);
}

/* The caller's side -------------------------------------------------------- */

static int uml_check(const struct uml_boot *boot, struct uml_run *run)
{
	int log;

	if (access(boot->kernel, X_OK) < 0)
		return uml_fail(run, "%s: %s; build the kernel with `make kernel`", boot->kernel,
				strerror(errno));
	if (boot->init[0] != '/' || access(boot->init, X_OK) < 0)
		return uml_fail(run, "%s: not the absolute path of a program", boot->init);
	if (boot->console_log[0] != '/')
		return uml_fail(run, "%s: not an absolute path", boot->console_log);
	log = open(boot->console_log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (log < 0)
		return uml_fail(run, "%s: %s", boot->console_log, strerror(errno));
	close(log);
	snprintf(run->exit_file, sizeof(run->exit_file), "%s.exit", boot->console_log);
	snprintf(run->args_file, sizeof(run->args_file), "%s.args", boot->console_log);
	unlink(run->exit_file);
	if (boot->virtual_time && !boot->time_travel && !boot->preload)
		return uml_fail(run,
				"%s has no virtual time, and mip6lab-uml.so that would give "
				"it to it is missing: build mip6lab again, or `make kernel`",
				boot->kernel);
	return uml_write_args(boot, run);
}

static int uml_spawn(const struct uml_boot *boot, const struct uml_command *command,
		     struct uml_run *run)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return uml_fail(run, "socketpair: %s", strerror(errno));
	run->watcher = fork();
	if (run->watcher == 0) {
		close(pair[0]);
		uml_become_watcher(boot, run, command, pair[1]);
	}
	close(pair[1]);
	run->fd = pair[0];
	if (run->watcher > 0 &&
	    recv(run->fd, &run->kernel, sizeof(run->kernel), 0) == sizeof(run->kernel))
		return 0;
	uml_fail(run, "cannot start a process: %s", strerror(errno));
	if (run->watcher > 0)
		waitpid(run->watcher, NULL, 0);
	close(run->fd);
	return -1;
}

int uml_start(const struct uml_boot *boot, struct uml_run *run)
{
	unsigned mem_mb = boot->mem_mb ? boot->mem_mb : UML_MEM_DEFAULT;
	struct uml_command *command;
	int result;

	memset(run, 0, sizeof(*run));
	run->fd = -1;
	run->code = -1;
	if (uml_check(boot, run) < 0 || uml_choose_folder(boot, mem_mb, run) < 0) {
		unlink(run->args_file);
		return -1;
	}
	command = calloc(1, sizeof(*command));
	result = command ? uml_command(boot, mem_mb, command, run) : uml_fail(run, "out of memory");
	if (result == 0)
		result = uml_spawn(boot, command, run);
	free(command);
	if (result < 0)
		uml_remove_files(run);
	return result;
}

/* Takes the watcher's verdict; without one the watcher itself was killed. */
static void uml_finish(struct uml_run *run)
{
	struct uml_verdict verdict = {.end = UML_STOPPED, .code = -1};

	if (recv(run->fd, &verdict, sizeof(verdict), 0) != sizeof(verdict)) {
		kill(-run->kernel, SIGKILL);
		uml_remove_files(run);
	}
	run->end = verdict.end;
	run->code = verdict.code;
	run->status = verdict.status;
	close(run->fd);
	run->fd = -1;
	while (waitpid(run->watcher, NULL, 0) < 0 && errno == EINTR)
		continue;
}

int uml_wait(struct uml_run *run, int stop_fd, double seconds)
{
	struct pollfd fds[2] = {{.fd = run->fd, .events = POLLIN},
				{.fd = stop_fd, .events = POLLIN}};
	int64_t deadline = seconds < 0 ? -1 : uml_deadline(seconds);

	while (run->end == UML_RUNNING) {
		int ready = poll(fds, 2, uml_remaining(deadline));

		if (ready < 0 && errno != EINTR)
			return uml_fail(run, "poll: %s", strerror(errno));
		if (ready > 0 && fds[0].revents)
			uml_finish(run);
		else if (ready > 0 && fds[1].revents)
			uml_stop(run);
		else if (deadline >= 0 && uml_now_ms() >= deadline)
			return 0;
	}
	return 1;
}

int uml_poll(struct uml_run *run)
{
	return uml_wait(run, -1, 0) == 1;
}

void uml_stop(struct uml_run *run)
{
	if (run->end != UML_RUNNING)
		return;
	shutdown(run->fd, SHUT_WR);
	uml_finish(run);
}

bool uml_find_preload(char *path, size_t size)
{
	static const char *const places[] = {".", "../lib/mip6lab"};
	char program[UML_PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;

	if (length < 0)
		return false;
	program[length] = '\0';
	slash = strrchr(program, '/');
	if (!slash)
		return false;
	*slash = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int used = snprintf(path, size, "%s/%s/mip6lab-uml.so", program, places[i]);

		if (used > 0 && (size_t)used < size && access(path, R_OK) == 0)
			return true;
	}
	return false;
}

const char *uml_end_text(enum uml_end end)
{
	switch (end) {
	case UML_RUNNING:
		return "running";
	case UML_POWEROFF:
		return "powered off";
	case UML_CRASHED:
		return "the kernel or its first program crashed";
	case UML_TIMEOUT:
		return "time is up";
	case UML_STOPPED:
		return "interrupted";
	}
	return "unknown";
}
