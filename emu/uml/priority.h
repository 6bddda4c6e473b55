/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_PRIORITY_H
#define EMU_UML_PRIORITY_H

/* The share of the machine that a kernel and its processes get.
 *
 * They hand over to each other thousands of times a second, and each time wait for the
 * scheduler. Beside six busy programs a boot of 0.9 s took 30 s. In real-time priority
 * it takes 0.9 s there, too. Who may have that gets it, within bounds: one kernel of
 * the machine at a time, on one processor, and only where there is another one and the
 * machine bounds real-time priority itself (sched_rt_runtime_us), so that it stays usable
 * whatever the kernel does. All others share like everybody,
 * in a session of their own (uml.c), for schedulers that give each session its part. */
#include <stdbool.h>

struct uml_priority {
	int claim; /* holds the place as long as it is open; -1: there was none */
	int place; /* from 0, among all kernels that run; the first goes first; -1: none */
};

/* Asks for the first free place: there is one for each processor that may be used. Before
 * the kernel's process is made, in the process that outlives it. */
struct uml_priority uml_priority_claim(void);

/* In the process that becomes the kernel: takes the priority where it was claimed and is
 * allowed, and ties the process to one processor. Its children inherit both. */
void uml_priority_take(const struct uml_priority *priority, bool virtual_time);

#endif
