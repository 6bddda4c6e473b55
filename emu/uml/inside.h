/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_INSIDE_H
#define EMU_INSIDE_H

/* What the lab's program does as PID 1 of the kernel that uml.c booted: the
 * file systems that programs expect, the modules of a kernel that has some,
 * and the way out. Reaping orphans is the caller's. */
#include "uml/uml.h"
#include <stdbool.h>

enum { UML_INSIDE_ARGS = 15 };

struct uml_inside {
	int exit_fd;			 /* where the exit code goes */
	char *args[UML_INSIDE_ARGS + 1]; /* of uml_boot, NULL at the end */
	char text[UML_ARGS_MAX];	 /* which they point into */
	char error[256];		 /* why a function returned -1 */
};

/* Whether this process is PID 1 of a kernel booted by uml_start(). */
bool uml_inside_here(void);

/* Reads the arguments, mounts /proc, /sys, /dev, /dev/pts, /dev/shm and /run, gives the process its
 * standard streams (the console; no input), PATH and the umask 022.
 * `private_tmp` also hides the machine's /tmp behind an empty one: not where a
 * file that is needed lies in /tmp. 0, or -1 with inside->error. */
int uml_inside_start(struct uml_inside *inside, bool private_tmp);

/* Loads `modules` (NULL at the end) in one go where the kernel has a module
 * folder, and lets the kernel find the others by itself. A kernel with all
 * built in needs nothing. 0, or -1 with inside->error. */
int uml_inside_modules(struct uml_inside *inside, const char *const *modules);

/* The modules that hardly any topology does without, for uml_inside_modules(). Others are
 * loaded by the kernel when they are asked for: esp6, fou, nf_tables ... */
const char *const *uml_inside_lab_modules(void);

/* Gives the kernel the room of as many machines as there are nodes: all namespaces
 * share one table of neighbours, with 1024 entries at first, those of groups included;
 * beyond that it forgets some that are needed. After the modules. 0, or -1 with
 * inside->error. */
int uml_inside_limits(struct uml_inside *inside);

/* Writes files back to the machine, hands out `code` (0 to 255) and ends the
 * kernel. */
_Noreturn void uml_inside_poweroff(struct uml_inside *inside, int code);

#endif
