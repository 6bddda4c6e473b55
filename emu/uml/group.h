/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_GROUP_H
#define EMU_UML_GROUP_H

/* The machine's view of a running kernel: its own process and one for each address space
 * inside, which together are a process group. Read from /proc. */
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct uml_process {
	pid_t pid;
	char state; /* as /proc tells it: R, S, D, t, Z ... */
	pid_t group;
	int64_t user; /* processor time in ticks of the machine's clock */
	int64_t system;
	int64_t reaped; /* user and system of the children that it has collected */
};

/* Takes a line of /proc/PID/stat. False when it is none. */
bool uml_process_parse(const char *line, struct uml_process *ret);

/* Calls `take` for each process of the kernel's group. False when the kernel's own
 * process was not among them: it has ended, or /proc tells nothing here. */
bool uml_group_each(pid_t kernel, void (*take)(void *arg, const struct uml_process *process),
		    void *arg);

/* Ticks as milliseconds. */
int64_t uml_ticks_ms(int64_t ticks);

#endif
