/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Loaded by LD_PRELOAD into Debian's linux.uml: puts right two of its uses of
 * ptrace(), as patches/ do for the kernel that we build.
 *
 * It keeps 2696 bytes of the processor's extended state of each process and
 * writes that many back. On a processor with AMX the machine accepts only the
 * whole area, 11 kB, and the first program inside dies. Here the written part is
 * laid over the whole area as the process has it; what lies beyond belongs to
 * features that a process must first ask for by arch_prctl, which UML keeps to
 * itself.
 *
 * And its processes are given PTRACE_O_EXITKILL, so that none survives it. */
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* The number that UML uses for PTRACE_SETOPTIONS. */
enum { PRELOAD_OLDSETOPTIONS = 21, PRELOAD_AREA_MAX = 65536 };

static long preload_write_state(long pid, long type, const struct iovec *part)
{
	/* The caller is one thread with a small stack: the buffer cannot be there. */
	static unsigned char area[PRELOAD_AREA_MAX];
	struct iovec whole = {area, sizeof(area)};

	if (syscall(SYS_ptrace, PTRACE_GETREGSET, pid, type, &whole) < 0)
		return -1;
	if (part->iov_len >= whole.iov_len)
		return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, type, part);
	memcpy(area, part->iov_base, part->iov_len);
	return syscall(SYS_ptrace, PTRACE_SETREGSET, pid, type, &whole);
}

__attribute__((visibility("default"))) long ptrace(enum __ptrace_request request, ...)
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
	if ((int)request == PRELOAD_OLDSETOPTIONS)
		return syscall(SYS_ptrace, request, pid, address, data | PTRACE_O_EXITKILL);
	if (request == PTRACE_SETREGSET && address == NT_X86_XSTATE)
		return preload_write_state(pid, address, (const struct iovec *)data);
	if (request != PTRACE_PEEKTEXT && request != PTRACE_PEEKDATA && request != PTRACE_PEEKUSER)
		return syscall(SYS_ptrace, request, pid, address, data);
	/* The system call stores the word that the library's function returns. */
	return syscall(SYS_ptrace, request, pid, address, &word) < 0 ? -1 : word;
}
