/* SPDX-License-Identifier: GPL-2.0-or-later */

/* watch COMMAND ARGUMENT...: runs a command and ends it when it stands still or has
 * used far too much, whatever the time of day says: a good program on a busy machine
 * takes as long as it takes. Bounds, in seconds, from the environment:
 *
 *   WATCH_STILL  120  so long without output and without processor time to speak of
 *   WATCH_CPU   1500  processor time of all its processes together
 *   WATCH_WALL  2400  the last bound, by the clock
 *   WATCH_GRACE    5  from SIGTERM to SIGKILL
 *
 * All that the command starts belongs to it, in other sessions too, and orphans as
 * well: this process is their subreaper. Its own standard output, where that is a
 * file, is the log whose growth is a sign of life. At a bound it says which one, lists
 * the processes, ends them all and exits with 124. A command that ends by itself gives
 * its exit code; what it leaves behind is told and ended, and makes a 0 a 125. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PROCESSES = 16384,
	NAME = 32,
	STILL_SHARE = 100, /* a command that only polls uses less than this part of its time */
	EXIT_BOUND = 124,
	EXIT_LEFT = 125,
	EXIT_NO_COMMAND = 127,
};

struct process {
	pid_t pid;
	pid_t parent;
	char name[NAME];
	char state;
	double cpu; /* of its own, and of children that it waited for; in seconds */
	bool ours;
};

struct bounds {
	double still;
	double cpu;
	double wall;
	double grace;
	double look; /* from one look to the next */
};

struct watch {
	struct bounds bounds;
	sigset_t signals;
	pid_t command;
	bool ended;
	int code;	 /* of the command, once it has ended */
	int told_to_end; /* the signal, or 0 */
	double began;
	double looked;
	/* When the command last showed a sign of life. */
	double still;
	double cpu;
	off_t size;
};

static struct process processes[PROCESSES];
static size_t process_count;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- processes ----------------------------------------------------------------- */

/* A line of /proc/PID/stat; the name in it may hold anything, also brackets. */
static bool parse_stat(char *line, struct process *p)
{
	unsigned long ticks[2];
	long waited[2];
	char *name = strchr(line, '(');
	char *end = strrchr(line, ')');
	int pid = atoi(line);
	int parent;

	if (!name || !end ||
	    sscanf(end, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &p->state,
		   &parent, &ticks[0], &ticks[1], &waited[0], &waited[1]) != 6)
		return false;
	*end = '\0';
	snprintf(p->name, sizeof(p->name), "%.*s", NAME - 1, name + 1);
	p->pid = pid;
	p->parent = parent;
	p->cpu = ((double)(ticks[0] + ticks[1]) + (double)(waited[0] + waited[1])) /
		 (double)sysconf(_SC_CLK_TCK);
	p->ours = false;
	return true;
}

static bool read_process(const char *pid, struct process *p)
{
	char path[280];
	char line[1024];
	size_t n;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	n = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[n] = '\0';
	return parse_stat(line, p);
}

static void read_all(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	process_count = 0;
	while (dir && process_count < PROCESSES && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    read_process(entry->d_name, &processes[process_count]))
			process_count++;
	if (dir)
		closedir(dir);
}

static bool is_ours(pid_t pid)
{
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].pid == pid)
			return processes[i].ours;
	return pid == getpid();
}

/* Marks all descendants of this process, and moves them to the front. */
static void find_descendants(void)
{
	bool more = true;
	size_t count = 0;

	read_all();
	while (more) {
		more = false;
		for (size_t i = 0; i < process_count; i++) {
			struct process *p = &processes[i];

			if (p->ours || (p->parent != getpid() && !is_ours(p->parent)))
				continue;
			p->ours = more = true;
		}
	}
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].ours)
			processes[count++] = processes[i];
	process_count = count;
}

/* Of all that ran so far; what nobody waited for is lost. */
static double cpu_used(void)
{
	struct rusage reaped;
	double sum;

	getrusage(RUSAGE_CHILDREN, &reaped);
	sum = (double)(reaped.ru_utime.tv_sec + reaped.ru_stime.tv_sec) +
	      (double)(reaped.ru_utime.tv_usec + reaped.ru_stime.tv_usec) / 1e6;
	for (size_t i = 0; i < process_count; i++)
		sum += processes[i].cpu;
	return sum;
}

static void list(void)
{
	for (size_t i = 0; i < process_count; i++)
		fprintf(stderr, "watch:   %6d %-16s %c %8.2f s\n", (int)processes[i].pid,
			processes[i].name, processes[i].state, processes[i].cpu);
}

/* ---- waiting ------------------------------------------------------------------- */

static void reap(struct watch *w)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != w->command)
			continue;
		w->ended = true;
		w->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

/* Until a child ends, a signal comes or the time is over. */
static void pause_for(struct watch *w, double seconds)
{
	const struct timespec t = {.tv_sec = (time_t)seconds,
				   .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
	int signal = sigtimedwait(&w->signals, NULL, &t);

	if (signal > 0 && signal != SIGCHLD)
		w->told_to_end = signal;
	reap(w);
}

/* Whether all are gone within so many seconds. */
static bool await_end(struct watch *w, double seconds)
{
	double end = now() + seconds;

	for (;;) {
		reap(w);
		find_descendants();
		if (process_count == 0)
			return true;
		if (now() >= end)
			return false;
		pause_for(w, 0.05);
	}
}

static void signal_all(int signal)
{
	find_descendants();
	for (size_t i = 0; i < process_count; i++)
		kill(processes[i].pid, signal);
}

/* First as asked to, then as told to. */
static void end_all(struct watch *w)
{
	signal_all(SIGTERM);
	if (await_end(w, w->bounds.grace))
		return;
	for (int i = 0; i < 100; i++) { /* what forks meanwhile is seen the next time */
		signal_all(SIGKILL);
		if (await_end(w, 0.1))
			return;
	}
	fprintf(stderr, "watch: cannot be ended:\n");
	list();
}

/* ---- the bounds ------------------------------------------------------------------ */

static off_t log_size(void)
{
	struct stat status;

	return fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : 0;
}

/* Time in which this process was not run either, as on a machine that was suspended,
 * is no sign of anything. */
static void look(struct watch *w)
{
	double time = now();
	double passed = time - w->looked;
	double cpu;
	off_t size = log_size();

	find_descendants();
	cpu = cpu_used();
	w->looked = time;
	w->still += passed < 2 * w->bounds.look ? passed : 2 * w->bounds.look;
	if (size == w->size && cpu - w->cpu < w->bounds.still / STILL_SHARE)
		return;
	w->still = 0;
	w->cpu = cpu;
	w->size = size;
}

/* What bound it is beyond, or NULL. */
static const char *beyond(const struct watch *w, double *ret_bound)
{
	if (w->still >= w->bounds.still) {
		*ret_bound = w->bounds.still;
		return "stands still: no output and no processor time";
	}
	if (cpu_used() > w->bounds.cpu) {
		*ret_bound = w->bounds.cpu;
		return "is busy without end: more processor time than";
	}
	if (w->looked - w->began > w->bounds.wall) {
		*ret_bound = w->bounds.wall;
		return "takes too long: still there";
	}
	return NULL;
}

static int stop(struct watch *w, int code)
{
	list();
	end_all(w);
	return code;
}

static int left_behind(struct watch *w)
{
	if (await_end(w, w->bounds.grace))
		return w->code;
	fprintf(stderr, "watch: the command has ended with %d, and left behind:\n", w->code);
	return stop(w, w->code ? w->code : EXIT_LEFT);
}

static int watch(struct watch *w, const char *name)
{
	const char *why;
	double bound;

	while (!w->ended) {
		pause_for(w, w->bounds.look);
		if (w->told_to_end) {
			fprintf(stderr, "watch: %s is ended by signal %d\n", name, w->told_to_end);
			return stop(w, 128 + w->told_to_end);
		}
		if (w->ended || now() - w->looked < w->bounds.look)
			continue;
		look(w);
		why = beyond(w, &bound);
		if (!why)
			continue;
		fprintf(stderr, "watch: %s %s (%g s)\n", name, why, bound);
		return stop(w, EXIT_BOUND);
	}
	return left_behind(w);
}

/* ---- starting -------------------------------------------------------------------- */

static double from_environment(const char *name, double otherwise)
{
	const char *text = getenv(name);
	double value = text ? atof(text) : 0;

	return value > 0 ? value : otherwise;
}

/* Looking reads all of /proc: each two seconds, or a tenth of the shortest bound. */
static void read_bounds(struct bounds *b)
{
	b->still = from_environment("WATCH_STILL", 120);
	b->cpu = from_environment("WATCH_CPU", 1500);
	b->wall = from_environment("WATCH_WALL", 2400);
	b->grace = from_environment("WATCH_GRACE", 5);
	b->look = 2;
	for (size_t i = 0; i < 3; i++) {
		double part = (i == 0 ? b->still : i == 1 ? b->cpu : b->wall) / 10;

		if (part < b->look)
			b->look = part;
	}
}

static _Noreturn void become(char **argv, const sigset_t *mask)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "watch: %s: %s\n", argv[0], strerror(errno));
	_exit(EXIT_NO_COMMAND);
}

int main(int argc, char **argv)
{
	struct watch w = {.began = now(), .looked = now()};
	sigset_t before;

	if (argc < 2) {
		fprintf(stderr, "usage: watch COMMAND ARGUMENT...\n");
		return EXIT_NO_COMMAND;
	}
	read_bounds(&w.bounds);
	sigemptyset(&w.signals);
	sigaddset(&w.signals, SIGCHLD);
	sigaddset(&w.signals, SIGTERM);
	sigaddset(&w.signals, SIGINT);
	sigaddset(&w.signals, SIGHUP);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &w.signals, &before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	w.command = fork();
	if (w.command < 0) {
		fprintf(stderr, "watch: %s\n", strerror(errno));
		return EXIT_NO_COMMAND;
	}
	if (w.command == 0)
		become(argv + 1, &before);
	return watch(&w, argv[1]);
}
