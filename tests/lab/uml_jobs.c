/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What test_uml does as PID 1 of the kernels that it boots: one job each, which writes what
 * it found into a file. */
#include "uml_jobs.h"

#include "uml/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int inside_sleep(FILE *result)
{
	struct timespec span = {.tv_sec = UML_JOBS_SLEEP_S};
	struct timespec before;
	struct timespec after;
	struct timespec day;

	clock_gettime(CLOCK_REALTIME, &day);
	clock_gettime(CLOCK_MONOTONIC, &before);
	if (clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL) != 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &after);
	fprintf(result, "%lld %lld\n",
		(long long)(after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec -
		    before.tv_nsec,
		(long long)day.tv_sec);
	return 0;
}

static long long inside_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* A child makes system calls without end beside us, who wake up once. */
static int inside_share(void)
{
	pid_t busy = fork();
	struct timespec span = {.tv_nsec = 1000000};
	bool woke;

	if (busy == 0)
		for (;;)
			getppid();
	woke = clock_nanosleep(CLOCK_MONOTONIC, 0, &span, NULL) == 0;
	kill(busy, SIGKILL);
	waitpid(busy, NULL, 0);
	return woke;
}

/* What 1000 refusals to read cost. */
static long long inside_refusals(void)
{
	int ends[2];
	long long start;
	char byte;

	if (pipe2(ends, O_NONBLOCK) < 0)
		return -1;
	start = inside_now();
	for (int i = 0; i < 1000; i++)
		if (read(ends[0], &byte, 1) != -1 || errno != EAGAIN)
			return -1;
	return inside_now() - start;
}

static int inside_busy(FILE *result)
{
	volatile unsigned long sum = 0;
	long long start = inside_now();
	long long computed;
	long long asked;

	for (unsigned long i = 0; i < 50000000; i++)
		sum = sum + i;
	computed = inside_now();
	for (int i = 0; i < 999; i++)
		inside_now();
	asked = inside_now();
	fprintf(result, "%lld %lld %lld", computed - start, asked - computed, inside_refusals());
	fprintf(result, " %d\n", inside_share());
	return 0;
}

static int inside_random(FILE *result)
{
	unsigned char bytes[32];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return 1;
	for (size_t i = 0; i < sizeof(bytes); i++)
		fprintf(result, "%02x", bytes[i]);
	fputc('\n', result);
	return 0;
}

/* Some processes of all kinds of relation, then a wait without end. */
static _Noreturn void inside_forever(FILE *result)
{
	for (int i = 0; i < 4; i++) {
		if (fork() > 0)
			continue;
		if (i % 2)
			setsid();
		for (;;)
			pause();
	}
	fputs("ready\n", result);
	fflush(result);
	sync();
	for (;;)
		pause();
}

static bool has_device(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/forwarding", name);
	return access(path, F_OK) == 0;
}

/* The world that programs expect: streams, devices, terminals, IPv6 and the
 * tunnel device that a loaded or built-in ip6_tunnel makes. */
static int inside_world(FILE *result)
{
	int tun = open("/dev/net/tun", O_RDWR);
	int terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	struct stat run;
	char byte;

	fprintf(result, "tun=%d pty=%d run=%d shm=%d stdin=%d ip6tnl=%d sit=%d pid=%d\n", tun >= 0,
		terminal >= 0, stat("/run", &run) == 0 && access("/run/systemd", F_OK) != 0,
		access("/dev/shm", W_OK) == 0, read(STDIN_FILENO, &byte, 1) == 0,
		has_device("ip6tnl0"), has_device("sit0"), getpid() == 1);
	return 0;
}

static int inside_job(const char *job, FILE *result)
{
	if (strcmp(job, "sleep") == 0)
		return inside_sleep(result);
	if (strcmp(job, "busy") == 0)
		return inside_busy(result);
	if (strcmp(job, "random") == 0)
		return inside_random(result);
	if (strcmp(job, "forever") == 0)
		inside_forever(result);
	if (strcmp(job, "world") == 0)
		return inside_world(result);
	return strcmp(job, "answer") == 0 ? 42 : 1;
}

int uml_jobs_main(void)
{
	static struct uml_inside inside;
	int code = 1;
	FILE *result;

	if (uml_inside_start(&inside, false) < 0 ||
	    uml_inside_modules(&inside, uml_inside_lab_modules()) < 0) {
		fprintf(stderr, "inside: %s\n", inside.error);
		uml_inside_poweroff(&inside, 99);
	}
	if (strcmp(inside.args[0], "crash") == 0)
		return 1;
	result = fopen(inside.args[1], "w");
	if (result) {
		code = inside_job(inside.args[0], result);
		fclose(result);
	}
	printf("job %s ends with %d\n", inside.args[0], code);
	fflush(stdout);
	uml_inside_poweroff(&inside, code);
}
