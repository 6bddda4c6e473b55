/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_BUSY_H
#define EMU_UML_BUSY_H

/* Who keeps a kernel busy, and by what. Asked once a kernel hangs (pulse.h); it may be
 * disturbed then. */
#include "uml/uml.h"

enum uml_doing {
	UML_DOING_UNKNOWN,
	UML_DOING_COMPUTES, /* a program, without a system call */
	UML_DOING_CALLS,    /* a program makes one system call after the other */
	UML_DOING_KERNEL,   /* the kernel itself */
};

struct uml_busy {
	pid_t pid;     /* inside; 0: nobody, the kernel waits; -1: it does not answer */
	char name[32]; /* as the kernel has it: 15 characters at most */
	bool others;   /* it was not always the same one */
	enum uml_doing doing;
	long call; /* the number of the system call seen most often; -1: none seen */
};

/* Asks the kernel who runs, and looks at its processes: takes some seconds. */
void uml_busy_find(const struct uml_run *run, struct uml_busy *ret);

/* Who runs, by the kernel's answer to "show registers". False when it is not in there. */
bool uml_busy_parse(const char *answer, pid_t *ret_pid, char *name, size_t size);
/* What it does, by the processor time that all of the kernel's processes used and the
 * part of one program. */
enum uml_doing uml_busy_judge(int64_t all_ms, int64_t program_user_ms, int64_t program_system_ms);
/* The number in /proc/PID/syscall; -1: the process was not in a system call. */
long uml_busy_parse_call(const char *text);
/* A system call's name; NULL for those that nobody makes without end. */
const char *uml_busy_call_name(long call);

#endif
