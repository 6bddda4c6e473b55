/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/standstill.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOK_MS = 2000, NODE_ROOM = 64 };

static const char stands[] = "time in the run stands still: ";
static const char rule[] = ". In virtual time a program must sleep or poll to let time pass";

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A test that waits for it cannot wait for so long. */
static int64_t cpu_limit_ms(void)
{
	const char *seconds = getenv("MIP6LAB_HANG_CPU_S");

	return seconds && atoi(seconds) > 0 ? atoi(seconds) * INT64_C(1000) : UML_PULSE_CPU_MS;
}

void standstill_init(struct standstill *s)
{
	*s = (struct standstill){0};
	uml_pulse_init(&s->pulse, cpu_limit_ms());
}

bool standstill_seen(struct standstill *s, const struct uml_run *run, unsigned news)
{
	int64_t now = wall_ms();

	if (now < s->next_ms)
		return false;
	s->state = uml_pulse_look(&s->pulse, run->kernel, news != s->news);
	s->news = news;
	s->next_ms = now + LOOK_MS;
	return s->state != UML_PULSE_GOOD;
}

void standstill_node(const char *results, pid_t pid, char *node, size_t cap)
{
	char path[700];
	char line[512];
	char name[NODE_ROOM];
	int of;
	FILE *file;

	node[0] = '\0';
	snprintf(path, sizeof(path), "%s/raw/processes", results);
	file = fopen(path, "re");
	/* Numbers come again: the last line is the one that holds. */
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%d %63s", &of, name) == 2 && of == pid)
			snprintf(node, cap, "%s", name);
	if (file)
		fclose(file);
}

static void put_who(const struct uml_busy *busy, const char *node, char *text, size_t cap)
{
	const char *others = busy->others ? " and others" : "";

	if (busy->pid < 0)
		snprintf(text, cap, "something in it");
	else if (busy->pid == 1)
		snprintf(text, cap, "mip6lab itself (pid 1)%s", others);
	else if (node[0])
		snprintf(text, cap, "%s (pid %d) at node %s%s", busy->name, (int)busy->pid, node,
			 others);
	else
		snprintf(text, cap, "%s (pid %d)%s", busy->name, (int)busy->pid, others);
}

static void put_what(const struct uml_busy *busy, char *text, size_t cap)
{
	const char *name = uml_busy_call_name(busy->call);

	text[0] = '\0';
	if (busy->doing == UML_DOING_COMPUTES)
		snprintf(text, cap, "; it computes without a system call");
	else if (busy->doing == UML_DOING_KERNEL)
		snprintf(text, cap, "; it is in its kernel all the time");
	else if (busy->doing == UML_DOING_CALLS && name)
		snprintf(text, cap, "; it makes system calls without end, mostly %s", name);
	else if (busy->doing == UML_DOING_CALLS && busy->call >= 0)
		snprintf(text, cap, "; it makes system calls without end, mostly number %ld",
			 busy->call);
	else if (busy->doing == UML_DOING_CALLS)
		snprintf(text, cap, "; it makes system calls without end");
}

void standstill_text(const struct uml_busy *busy, const char *node, bool virtual_time, char *text,
		     size_t cap)
{
	char who[160];
	char what[120];

	if (busy->pid == 0) {
		snprintf(text, cap, "%sits kernel works, but no program runs in it", stands);
		return;
	}
	put_who(busy, node, who, sizeof(who));
	put_what(busy, what, sizeof(what));
	snprintf(text, cap, "%s%s runs without ever waiting%s%s", stands, who, what,
		 virtual_time ? rule : "");
}

void standstill_explain(const struct standstill *s, const struct uml_run *run, const char *results,
			bool virtual_time, char *text, size_t cap)
{
	struct uml_busy busy;
	char node[NODE_ROOM];

	if (s->state == UML_PULSE_STILL) {
		snprintf(text, cap, "%snothing in it has run for a minute", stands);
		return;
	}
	uml_busy_find(run, &busy);
	standstill_node(results, busy.pid, node, sizeof(node));
	standstill_text(&busy, node, virtual_time, text, cap);
}
