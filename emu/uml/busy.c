/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uml/busy.h"

#include "uml/group.h"
#include "uml/mconsole.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	ASKED = 5,	       /* times, to see whether the answers agree */
	ANSWER_WAIT_MS = 5000, /* a kernel that is not given time answers late */
	ANSWER_ROOM = 8192,
	PROCESSES_MAX = 1024,
	WATCHED_MS = 400, /* of processor time */
	WATCH_STEP_MS = 100,
	WATCH_STEPS = 100,
	CALL_LOOKS = 1000,
	CALL_MAX = 512,
};

static void nap(int ms)
{
	poll(NULL, 0, ms);
}

/* Who --------------------------------------------------------------------------- */

bool uml_busy_parse(const char *answer, pid_t *ret_pid, char *name, size_t size)
{
	const char *at = strstr(answer, "Pid: ");
	const char *comm = at ? strstr(at, "comm: ") : NULL;
	const char *end;
	int pid;

	if (!comm || sscanf(at, "Pid: %d", &pid) != 1)
		return false;
	comm += strlen("comm: ");
	/* A name may have blanks; what follows it is always there. */
	end = strstr(comm, " Not tainted");
	end = end ? end : strstr(comm, " Tainted");
	if (!end)
		return false;
	*ret_pid = pid;
	snprintf(name, size, "%.*s", (int)(end - comm), comm);
	return true;
}

/* The one of several answers that came most often. */
static void ask_who(const struct uml_run *run, struct uml_busy *busy)
{
	char answer[ANSWER_ROOM];
	char name[sizeof(busy->name)];
	pid_t pids[ASKED];
	int most = 0;
	int count = 0;

	/* The registers are told at a level that "quiet" on the command line hides. */
	if (!uml_mconsole_ask(run, "sysrq 8", NULL, ANSWER_WAIT_MS, answer, sizeof(answer)))
		return;
	for (; count < ASKED; count++) {
		int same = 1;

		if (!uml_mconsole_ask(run, "sysrq p", "comm: ", ANSWER_WAIT_MS, answer,
				      sizeof(answer)) ||
		    !uml_busy_parse(answer, &pids[count], name, sizeof(name)))
			return;
		for (int i = 0; i < count; i++) {
			same += pids[i] == pids[count];
			busy->others = busy->others || pids[i] != pids[count];
		}
		if (same <= most)
			continue;
		most = same;
		busy->pid = pids[count];
		snprintf(busy->name, sizeof(busy->name), "%s", name);
	}
}

/* What --------------------------------------------------------------------------- */

enum uml_doing uml_busy_judge(int64_t all_ms, int64_t program_user_ms, int64_t program_system_ms)
{
	if (all_ms <= 0)
		return UML_DOING_UNKNOWN;
	/* Each system call is two switches to the kernel's process, which does the work. */
	if (program_user_ms * 5 >= all_ms * 4)
		return UML_DOING_COMPUTES;
	if ((program_user_ms + program_system_ms) * 20 >= all_ms)
		return UML_DOING_CALLS;
	return UML_DOING_KERNEL;
}

struct snapshot {
	struct uml_process list[PROCESSES_MAX];
	size_t count;
};

static void add(void *arg, const struct uml_process *process)
{
	struct snapshot *all = arg;

	if (all->count < PROCESSES_MAX)
		all->list[all->count++] = *process;
}

static const struct uml_process *find(const struct snapshot *all, pid_t pid)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].pid == pid)
			return &all->list[i];
	return NULL;
}

/* What was used between two snapshots: by all, and by the busiest program. */
struct used {
	int64_t all;
	int64_t user;
	int64_t system;
	pid_t program;
};

static void compare(const struct snapshot *before, const struct snapshot *after, pid_t kernel,
		    struct used *used)
{
	*used = (struct used){0};
	for (size_t i = 0; i < after->count; i++) {
		const struct uml_process *now = &after->list[i];
		const struct uml_process *then = find(before, now->pid);
		int64_t user = now->user - (then ? then->user : 0);
		int64_t system = now->system - (then ? then->system : 0);

		used->all += user + system;
		if (now->pid == kernel || user + system <= used->user + used->system)
			continue;
		used->user = user;
		used->system = system;
		used->program = now->pid;
	}
}

/* Watches until enough was used to tell. */
static void watch(const struct uml_run *run, struct used *used)
{
	struct snapshot *before = calloc(1, sizeof(*before));
	struct snapshot *after = calloc(1, sizeof(*after));

	*used = (struct used){0};
	if (before && after)
		uml_group_each(run->kernel, add, before);
	for (int i = 0; before && after && i < WATCH_STEPS; i++) {
		nap(WATCH_STEP_MS);
		after->count = 0;
		uml_group_each(run->kernel, add, after);
		compare(before, after, run->kernel, used);
		if (uml_ticks_ms(used->all) >= WATCHED_MS)
			break;
	}
	free(before);
	free(after);
}

long uml_busy_parse_call(const char *text)
{
	char *end;
	long call = strtol(text, &end, 10);

	return end != text && *end == ' ' && call >= 0 && call < CALL_MAX ? call : -1;
}

/* The program is caught in a call now and then, when the kernel has it stopped. */
static long sample_calls(pid_t program)
{
	unsigned seen[CALL_MAX] = {0};
	char path[64];
	char text[64];
	long most = -1;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)program);
	for (int i = 0; i < CALL_LOOKS; i++) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		long call;

		if (fd >= 0)
			close(fd);
		text[length > 0 ? length : 0] = '\0';
		call = uml_busy_parse_call(text);
		if (call >= 0 && ++seen[call] > (most >= 0 ? seen[most] : 0))
			most = call;
		if (i % 10 == 0)
			nap(1);
	}
	return most;
}

void uml_busy_find(const struct uml_run *run, struct uml_busy *ret)
{
	struct used used;

	*ret = (struct uml_busy){.pid = -1, .call = -1};
	/* First, while nothing disturbs it. */
	watch(run, &used);
	ret->doing = uml_busy_judge(uml_ticks_ms(used.all), uml_ticks_ms(used.user),
				    uml_ticks_ms(used.system));
	if (ret->doing == UML_DOING_CALLS)
		ret->call = sample_calls(used.program);
	ask_who(run, ret);
}

const char *uml_busy_call_name(long call)
{
	static const struct {
		long number;
		const char *name;
	} names[] = {
	    {SYS_clock_gettime, "clock_gettime"},
	    {SYS_gettimeofday, "gettimeofday"},
	    {SYS_time, "time"},
	    {SYS_sched_yield, "sched_yield"},
	    {SYS_getpid, "getpid"},
	    {SYS_getppid, "getppid"},
	    {SYS_read, "read"},
	    {SYS_write, "write"},
	    {SYS_poll, "poll"},
	    {SYS_ppoll, "ppoll"},
	    {SYS_select, "select"},
	    {SYS_pselect6, "pselect6"},
	    {SYS_epoll_wait, "epoll_wait"},
	    {SYS_epoll_pwait, "epoll_pwait"},
	    {SYS_recvfrom, "recvfrom"},
	    {SYS_recvmsg, "recvmsg"},
	    {SYS_sendto, "sendto"},
	    {SYS_sendmsg, "sendmsg"},
	    {SYS_accept, "accept"},
	    {SYS_connect, "connect"},
	    {SYS_futex, "futex"},
	    {SYS_nanosleep, "nanosleep"},
	    {SYS_clock_nanosleep, "clock_nanosleep"},
	    {SYS_wait4, "wait4"},
	    {SYS_kill, "kill"},
	    {SYS_open, "open"},
	    {SYS_openat, "openat"},
	    {SYS_stat, "stat"},
	    {SYS_newfstatat, "newfstatat"},
	    {SYS_access, "access"},
	    {SYS_ioctl, "ioctl"},
	    {SYS_lseek, "lseek"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == call)
			return names[i].name;
	return NULL;
}
