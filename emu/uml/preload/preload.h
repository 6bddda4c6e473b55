/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_PRELOAD_H
#define EMU_UML_PRELOAD_H

/* mip6lab-uml.so: loaded by LD_PRELOAD into a User Mode Linux kernel. It stands
 * between the kernel and the C library, by whose calls the kernel reads clocks, sets
 * timers, draws random bytes and steers its processes.
 *
 * With VARIABLE_TIME in the environment the kernel lives in virtual time (clock.c) and
 * everything random follows from VARIABLE_SEED (random.c). Without it these calls pass
 * through. What is put right in the use of ptrace() holds in both cases (steer.c).
 *
 * The state is static: an object that replaces functions of the C library has no other
 * place for it, and the kernel is one thread of one process. */
#include "uml/uml.h"
#include <stdbool.h>
#include <stdint.h>

/* Set by uml.c in the environment of the kernel. */
#define PRELOAD_VARIABLE_TIME "MIP6LAB_VIRTUAL_TIME" /* path of PID 1's program */
#define PRELOAD_VARIABLE_SEED "MIP6LAB_SEED"

/* What replaces a function of the C library is seen from outside, nothing else. */
#define PRELOAD_PUBLIC __attribute__((visibility("default")))

/* clock.c: whether time is virtual. */
bool preload_time_is_virtual(void);
/* clock.c: a process is about to run on. Charges processes that never let the kernel
 * become idle, and delivers the timer's interrupt when that made it due. */
void preload_clock_turn(void);
/* clock.c: a process has asked for the time, which costs a little of it. */
void preload_clock_asked(void);
/* clock.c: a process was told to try again, which costs more. */
void preload_clock_refused(void);
/* clock.c: the kernel opens this file: if it is PID 1's program, its boot is over. */
void preload_clock_opens(const char *path);
/* check.c: ends the process with UML_EXIT_UNFIT unless the program calls, through
 * the dynamic linker, every function that virtual time replaces. */
void preload_check_calls(void);

#endif
