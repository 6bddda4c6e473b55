/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uml/priority.h"

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { REAL_TIME_PRIORITY = 1, REAL_TIME_NICE = -15 };

/* A place is an address that only one socket can have. It is gone with the socket, and
 * leaves no file that others could put a link in place of. */
static int take_place(int place)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int length =
	    snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "mip6lab-processor-%d", place);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&name,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1) + (socklen_t)length) == 0)
		return fd;
	close(fd);
	return -1;
}

struct uml_priority uml_priority_claim(void)
{
	cpu_set_t allowed;
	int count = sched_getaffinity(0, sizeof(allowed), &allowed) < 0 ? 0 : CPU_COUNT(&allowed);

	for (int place = 0; place < count; place++) {
		int claim = take_place(place);

		if (claim >= 0)
			return (struct uml_priority){claim, place};
	}
	return (struct uml_priority){-1, -1};
}

/* Ties the process to the processor that is the `pick`th of those it may use. */
static void pin(const cpu_set_t *allowed, int pick)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, allowed) || pick-- > 0)
			continue;
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		return;
	}
}

/* Whether the machine keeps a part of each second for everybody else. Where that was
 * switched off, a program inside that computes for ever would keep the machine's own
 * work from that processor. */
static bool is_bounded(void)
{
	FILE *file = fopen("/proc/sys/kernel/sched_rt_runtime_us", "re");
	long runtime_us = -1;

	if (!file)
		return false;
	if (fscanf(file, "%ld", &runtime_us) != 1)
		runtime_us = -1;
	fclose(file);
	return runtime_us >= 0;
}

/* In turns (SCHED_RR): a process that computes for ever must leave its kernel the time to
 * say who it is. */
static bool go_first(void)
{
	const struct sched_param param = {.sched_priority = REAL_TIME_PRIORITY};

	return sched_setscheduler(0, SCHED_RR, &param) == 0;
}

/* Containers do not see each other's places: that not all of them take the same processor
 * first, each begins at another one, by the number of its network namespace. */
static int first_processor(int count)
{
	struct stat space;

	return stat("/proc/self/ns/net", &space) < 0 ? 0 : (int)(space.st_ino % (unsigned)count);
}

/* The kernel and its processes only ever run in turn, and handing over between two
 * processors costs more than twice the time of a system call inside: one is enough. Each
 * place has its own. Who has none shares one with others, but not with the first. */
void uml_priority_take(const struct uml_priority *priority, bool virtual_time)
{
	int place = priority->place;
	cpu_set_t allowed;
	int count;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return;
	count = CPU_COUNT(&allowed);
	if (place < 0)
		place = count > 1 ? 1 + (int)getpid() % (count - 1) : 0;
	pin(&allowed, (first_processor(count) + place) % count);
	if (place == 0 && count > 1 && is_bounded() && go_first())
		return;
	/* In real time others' work shows as delay; only root may go before them. */
	if (!virtual_time)
		(void)setpriority(PRIO_PROCESS, 0, REAL_TIME_NICE);
}
