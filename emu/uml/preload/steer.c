/* SPDX-License-Identifier: GPL-2.0-or-later */

/* How the kernel steers its processes: ptrace(), and the files it opens.
 *
 * Three uses of ptrace() are put right:
 * - the kernel keeps 2696 bytes of the processor's extended state of each process and
 *   writes that many back. On a processor with AMX the machine accepts only the whole
 *   area, 11 kB, and the first program inside dies. Here the written part is laid over
 *   the whole area as the process has it; what lies beyond belongs to features that a
 *   process must first ask for by arch_prctl, which the kernel keeps to itself;
 * - its processes are given PTRACE_O_EXITKILL, so that none survives it;
 * - it reads and writes registers and extended state of a process each time that it turns
 *   to it, although most of that is as it was: what has not changed since it was read is
 *   neither read nor written again, which saves a quarter of a system call inside. */
#include "uml/preload/preload.h"

#include <asm/prctl.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <unistd.h>

/* Numbers that the kernel uses and <sys/ptrace.h> of some libraries lacks. */
enum { OLDSETOPTIONS = 21, SYSEMU = 31, SYSEMU_SINGLESTEP = 32 };

enum { AREA_MAX = 65536, PART_MAX = 4096, REMEMBERED = 256 };

/* What was last read of a process that has not run since. */
struct remembered {
	long pid; /* 0: nothing */
	bool has_registers;
	struct user_regs_struct registers;
	size_t state_length; /* 0: not read */
	unsigned char state[PART_MAX];
};

static struct remembered all[REMEMBERED];

static void forget(long pid)
{
	all[(unsigned long)pid % REMEMBERED].pid = 0;
}

/* Processes with the same place in the table push each other out of it. */
static struct remembered *remembered_of(long pid)
{
	struct remembered *r = &all[(unsigned long)pid % REMEMBERED];

	if (r->pid != pid) {
		r->pid = pid;
		r->has_registers = false;
		r->state_length = 0;
	}
	return r;
}

/* Writes a part of the area; whole areas of this machine may be larger. */
static long write_part(long pid, const struct iovec *part)
{
	/* The caller is one thread with a small stack: the buffer cannot be there. */
	static unsigned char area[AREA_MAX];
	static size_t area_length = AREA_MAX;
	struct iovec whole = {area, area_length};

	if (part->iov_len < area_length) {
		if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, &whole) < 0)
			return -1;
		area_length = whole.iov_len;
	}
	if (part->iov_len >= area_length)
		return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, part);
	memcpy(area, part->iov_base, part->iov_len);
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, NT_X86_XSTATE, &whole);
}

/* What is written may be longer than what was read: the machine takes no more than it has. */
static long write_state(long pid, const struct iovec *part)
{
	struct remembered *r = remembered_of(pid);

	if (r->state_length > 0 && r->state_length <= part->iov_len &&
	    memcmp(r->state, part->iov_base, r->state_length) == 0)
		return 0;
	r->state_length = 0;
	return write_part(pid, part);
}

static long read_state(long pid, struct iovec *part)
{
	struct remembered *r = remembered_of(pid);
	long result = syscall(SYS_ptrace, PTRACE_GETREGSET, pid, NT_X86_XSTATE, part);

	r->state_length = 0;
	if (result < 0 || part->iov_len > PART_MAX)
		return result;
	r->state_length = part->iov_len;
	memcpy(r->state, part->iov_base, part->iov_len);
	return result;
}

/* Whether a process has run and its registers have not been read since. */
static bool has_run;

/* The process that ran last, if a system call ended its turn; 0: none. Not in the table, in
 * which it depends on the machine's numbers of processes who pushes out whom: what is charged
 * must not. */
static long caller;

/* Whatever lets the process run, or makes another of its number, changes its state. */
static bool lets_run(long request)
{
	return request == SYSEMU || request == SYSEMU_SINGLESTEP || request == PTRACE_CONT ||
	       request == PTRACE_SYSCALL || request == PTRACE_SINGLESTEP ||
	       request == PTRACE_KILL || request == OLDSETOPTIONS;
}

/* A process has stopped after a turn and its registers are read: did it ask for the
 * time? */
static void look_at_call(const struct user_regs_struct *registers)
{
	static const unsigned long asking[] = {SYS_clock_gettime, SYS_gettimeofday, SYS_time};

	for (size_t i = 0; i < sizeof(asking) / sizeof(asking[0]); i++)
		if (registers->orig_rax == asking[i])
			preload_clock_asked();
}

static long let_run(long request, long pid, long address, long data)
{
	preload_clock_turn();
	has_run = true;
	return syscall(SYS_ptrace, request, pid, address, data);
}

static long read_registers(long pid, long address, long data)
{
	struct remembered *r = remembered_of(pid);
	long result = 0;

	if (!r->has_registers)
		result = syscall(SYS_ptrace, PTRACE_GETREGS, pid, address, &r->registers);
	r->has_registers = result == 0;
	if (result < 0)
		return result;
	memcpy((void *)data, &r->registers, sizeof(r->registers));
	if (has_run) {
		caller = (long)r->registers.orig_rax >= 0 ? pid : 0;
		look_at_call(&r->registers);
	}
	has_run = false;
	return result;
}

/* The registers with which a process goes on: was it refused what it had asked for? */
static void look_at_return(long pid, const struct user_regs_struct *registers)
{
	if (pid != caller || (long)registers->rax != -EAGAIN)
		return;
	caller = 0;
	preload_clock_refused();
}

static long write_registers(long pid, long address, long data)
{
	struct remembered *r = remembered_of(pid);

	look_at_return(pid, (const struct user_regs_struct *)data);
	if (r->has_registers &&
	    memcmp(&r->registers, (const void *)data, sizeof(r->registers)) == 0)
		return 0;
	/* The machine may take them a little different from how they are given. */
	r->has_registers = false;
	return syscall(SYS_ptrace, PTRACE_SETREGS, pid, address, data);
}

/* Each time that the kernel turns to a process it sets the base of a segment of it, to
 * what it is already. */
static long set_base(long pid, long base, long which)
{
	struct remembered *r = remembered_of(pid);

	if (which == ARCH_SET_FS && r->has_registers &&
	    r->registers.fs_base == (unsigned long long)base)
		return 0;
	r->has_registers = false;
	return syscall(SYS_ptrace, PTRACE_ARCH_PRCTL, pid, base, which);
}

static long steer(long request, long pid, long address, long data)
{
	if (request == PTRACE_SETREGSET && address == NT_X86_XSTATE)
		return write_state(pid, (const struct iovec *)data);
	if (request == PTRACE_GETREGSET && address == NT_X86_XSTATE)
		return read_state(pid, (struct iovec *)data);
	if (lets_run(request))
		forget(pid);
	if (request == OLDSETOPTIONS)
		data |= PTRACE_O_EXITKILL;
	if (request == SYSEMU || request == SYSEMU_SINGLESTEP)
		return let_run(request, pid, address, data);
	if (request == PTRACE_GETREGS)
		return read_registers(pid, address, data);
	if (request == PTRACE_SETREGS)
		return write_registers(pid, address, data);
	if (request == PTRACE_ARCH_PRCTL)
		return set_base(pid, address, data);
	if (request == PTRACE_POKEUSER)
		forget(pid);
	return syscall(SYS_ptrace, request, pid, address, data);
}

PRELOAD_PUBLIC long ptrace(enum __ptrace_request request, ...)
{
	long pid;
	long address;
	long data;
	long word = 0;
	va_list args;

	va_start(args, request);
	pid = va_arg(args, int);
	address = va_arg(args, long);
	data = va_arg(args, long);
	va_end(args);
	if (request != PTRACE_PEEKTEXT && request != PTRACE_PEEKDATA && request != PTRACE_PEEKUSER)
		return steer((long)request, pid, address, data);
	/* The system call stores the word that the library's function returns. */
	return syscall(SYS_ptrace, request, pid, address, &word) < 0 ? -1 : word;
}

/* Files ---------------------------------------------------------------------------- */

/* In virtual time nothing random comes from the machine: without this file the kernel
 * has no hardware generator, which would also interrupt it at any moment. */
static int open_file(const char *path, int flags, unsigned mode)
{
	if (preload_time_is_virtual() && strcmp(path, "/dev/random") == 0) {
		errno = ENOENT;
		return -1;
	}
	preload_clock_opens(path);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

PRELOAD_PUBLIC int open(const char *path, int flags, ...)
{
	unsigned mode;
	va_list args;

	va_start(args, flags);
	mode = va_arg(args, unsigned);
	va_end(args);
	return open_file(path, flags, mode);
}

PRELOAD_PUBLIC int open64(const char *path, int flags, ...)
{
	unsigned mode;
	va_list args;

	va_start(args, flags);
	mode = va_arg(args, unsigned);
	va_end(args);
	return open_file(path, flags | O_LARGEFILE, mode);
}
