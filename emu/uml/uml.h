/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_H
#define EMU_UML_H

/* Boots a User Mode Linux kernel as an ordinary process, watches it and makes
 * sure that nothing of it is left when it, its caller or the terminal ends.
 *
 * Between the caller and the kernel stands a watcher process, in a session of
 * its own: it ends the kernel's process group when the caller is gone (also by
 * SIGKILL), when the time is up or when asked, reaps what is left, removes the
 * temporary folder and reports how the run ended. If the watcher itself is
 * killed, the kernel gets SIGKILL through its parent-death signal.
 *
 * The same routine serves Debian's linux.uml and the kernel that build-kernel.sh makes.
 * Virtual time is the built kernel's own; Debian's gets it from the preloaded object. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define UML_PATH_MAX  512
#define UML_ERROR_MAX 512
#define UML_ARGS_MAX  4096

/* The environment variable by which a program inside knows that uml_start() booted its
 * kernel (inside.h does it). */
#define UML_INSIDE_VARIABLE "MIP6LAB_INSIDE"

/* Descriptors that the kernel's process inherits. Its command line names them instead of
 * files: kernels mix that line into their random numbers, which shall not depend on what
 * a folder is called. */
enum { UML_FD_INIT = 3, UML_FD_ARGS = 4 };

/* The kernel's wait status code when its preloaded object refused it
 * (preload/preload.h). */
#define UML_EXIT_UNFIT 119

/* Virtual time starts here: 2026-01-01 00:00:00 UTC in ns since the epoch. */
#define UML_VIRTUAL_EPOCH UINT64_C(1767225600000000000)

/* A line of the console log begins so, and goes on with the moment (ns since the epoch) from
 * which on processes that never waited were charged virtual time (preload/clock.c). */
#define UML_CHARGED "mip6lab: a program runs on without ever waiting since "

struct uml_boot {
	const char *kernel;	 /* the kernel's file */
	bool virtual_time;	 /* time stands while anything runs */
	bool time_travel;	 /* the kernel has virtual time of its own (the built one);
				  * else it needs `preload` for that */
	uint64_t seed;		 /* of all randomness inside; virtual time only */
	const char *init;	 /* absolute path of the program that is PID 1 */
	const char *const *args; /* what uml_inside_start() hands to it, NULL at the end;
				  * NULL: none. At most UML_ARGS_MAX octets in all */
	unsigned mem_mb;	 /* memory inside in MB; 0: 256 */
	const char *console_log; /* absolute path of the file for all console output;
				  * truncated at the start */
	const char *tmpdir;	 /* folder for the kernel's memory file; NULL: the
				  * first usable of $TMPDIR, /dev/shm, /tmp */
	const char *preload;	 /* shared object for LD_PRELOAD (preload/), or NULL;
				  * Debian's kernel needs it for virtual time, and on
				  * processors with AMX; each kernel is quicker with it */
	double timeout_s;	 /* wall seconds until the run is ended; 0: none */
};

enum uml_end {
	UML_RUNNING = 0,
	UML_POWEROFF, /* PID 1 powered off; `code` is what it handed out */
	UML_CRASHED,  /* the kernel ended without that; see the console log */
	UML_TIMEOUT,  /* timeout_s is over */
	UML_STOPPED,  /* uml_stop, stop_fd, or the watcher was killed */
};

struct uml_run {
	enum uml_end end;
	int code;     /* of PID 1, 0 to 255, with UML_POWEROFF; -1 otherwise */
	int status;   /* wait status of the kernel's process, with UML_CRASHED */
	pid_t kernel; /* the kernel's process, also its process group */
	int fd;	      /* readable when the run has ended: for the caller's poll */
	pid_t watcher;
	char dir[UML_PATH_MAX];	      /* the run's temporary folder */
	char exit_file[UML_PATH_MAX]; /* PID 1 writes its exit code here, and reads its arguments
				       * from the next; beside the console log, since inside
				       * something may be mounted over the temporary folder */
	char args_file[UML_PATH_MAX];
	char error[UML_ERROR_MAX]; /* why uml_start or uml_wait returned -1 */
};

/* Starts the kernel. 0, or -1 with run->error; then nothing was left behind
 * and no other call is needed. `boot` is not kept. */
int uml_start(const struct uml_boot *boot, struct uml_run *run);

/* Without waiting: 1 when the run has ended (run->end says how), else 0. */
int uml_poll(struct uml_run *run);

/* Waits up to `seconds` of wall time (negative: without limit) for the end.
 * 1 ended, 0 not yet, -1 with run->error. A readable stop_fd (-1: none) ends
 * the run. */
int uml_wait(struct uml_run *run, int stop_fd, double seconds);

/* Ends the run now and waits until its processes are gone. Safe to repeat. */
void uml_stop(struct uml_run *run);

/* Finds mip6lab-uml.so for boot.preload: beside the running program, or in
 * ../lib/mip6lab from there. True with `path` filled, false when it is in
 * neither place. */
bool uml_find_preload(char *path, size_t size);

/* A static English text for how a run ended. */
const char *uml_end_text(enum uml_end end);

#endif
