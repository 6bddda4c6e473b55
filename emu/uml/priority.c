/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "uml/priority.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The claim is an address that only one socket can have. It is gone with the socket, and
 * leaves no file that others could put a link in place of. */
static const char claim_name[] = "mip6lab-priority";

enum { REAL_TIME_PRIORITY = 1, REAL_TIME_NICE = -15 };

struct uml_priority uml_priority_claim(void)
{
	struct uml_priority priority = {.claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + sizeof(claim_name);

	memcpy(name.sun_path + 1, claim_name, sizeof(claim_name));
	if (priority.claim < 0 || bind(priority.claim, (const struct sockaddr *)&name, length) == 0)
		return priority;
	priority.taken = errno == EADDRINUSE;
	close(priority.claim);
	priority.claim = -1;
	return priority;
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

/* The kernel and its processes only ever run in turn, and handing over between two
 * processors costs more than twice the time of a system call inside: one is enough. The
 * first is for who has the claim. Of the others the pid picks, so that two runs at once
 * hardly share one. */
void uml_priority_take(const struct uml_priority *priority, bool virtual_time)
{
	cpu_set_t allowed;
	int count;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return;
	count = CPU_COUNT(&allowed);
	if (priority->claim >= 0 && count > 1 && is_bounded() && go_first()) {
		pin(&allowed, 0);
		return;
	}
	/* In real time others' work shows as delay; only root may go before them. */
	if (!virtual_time)
		(void)setpriority(PRIO_PROCESS, 0, REAL_TIME_NICE);
	if (priority->taken && count > 1)
		pin(&allowed, 1 + (int)getpid() % (count - 1));
	else
		pin(&allowed, (int)getpid() % count);
}
