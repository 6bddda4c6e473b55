/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Virtual time for a kernel that was built without it.
 *
 * The kernel takes its time from four calls of the C library: clock_gettime(), one
 * timer (timer_create, timer_settime, timer_gettime) that sends SIGALRM, and
 * sigsuspend(), in which it waits for that signal when it has nothing to do. Here the
 * clock stands still while anything runs; in sigsuspend() it jumps to the moment of the
 * timer and the kernel's handler is called. So a run's figures do not depend on the
 * machine, and a second in which nothing happens takes no time.
 *
 * The handler is called as a function, on the stack that the kernel has set aside for
 * signals: a real signal would cost two system calls an event. It is told that the
 * interrupt struck nowhere, always: the kernel mixes the place into its random pool.
 *
 *        open(PID 1's program)
 *   BOOT ---------------------> RUN    turn beyond the free ones: the clock is moved on
 *     |                                sigsuspend: the clock jumps to the timer
 *     +-- 3 s of processor time without a jump: a tick each 15 ms of it
 *
 * In BOOT some kernels wait busily for a tick. uml.c leaves those parts out that are
 * known to (initcall_blacklist=); the ticks are for parts that are not known. They strike
 * anywhere, so a kernel that needs them is exact, but its random numbers do not repeat. */
#include "uml/preload/preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

/* The clock stands here when PID 1 starts, however long the boot took. */
static const int64_t boot_end = 10 * NS_PER_S;

enum { GUARD_FIRST_NS = 3 * 1000000000LL, GUARD_NEXT_NS = 15000000 };

/* How often processes may run on before the kernel must have been idle once. Beyond
 * that each turn costs: so ticks come, and who runs without end is made to let others
 * run. Starting a daemon takes some hundred turns, a handover a few dozen. */
enum { FREE_TURNS = 100000, TURN_PRICE_NS = 5000, CHARGES_TOLD = 1000 };

/* What it costs a process to ask for the time, and to be told that there is nothing and that
 * it may try again, as on a kernel with virtual time of its own. A program that sends until
 * the clock has moved would else send thousands. (That kernel charges for each call that
 * fails. How many files a program does not find depends on the machine: not here.) */
enum { ASK_PRICE_NS = 256, REFUSAL_PRICE_NS = 1000 };

typedef void (*handler_function)(int, siginfo_t *, void *);

static struct {
	bool is_virtual;
	bool boot;
	const char *mark; /* PID 1's program */
	int64_t now;	  /* ns since the kernel's start */
	bool armed;
	int64_t due;	  /* the timer's moment, when armed */
	int64_t interval; /* 0: once */
	unsigned turns;	  /* since the kernel was last idle */
	unsigned charges; /* how often there were too many */
	int64_t guarded;  /* the clock at the guard's last tick */
	int guard;	  /* the kernel's timer id of the guard; -1: none */
	handler_function handler;
	char *stack_top;
} state = {.guard = -1};

static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_timer_create)(clockid_t, struct sigevent *, timer_t *);
static int (*real_timer_settime)(timer_t, int, const struct itimerspec *, struct itimerspec *);
static int (*real_timer_gettime)(timer_t, struct itimerspec *);
static int (*real_sigsuspend)(const sigset_t *);
static int (*real_sigaction)(int, const struct sigaction *, struct sigaction *);
static int (*real_sigaltstack)(const stack_t *, stack_t *);
static int (*real_sigprocmask)(int, const sigset_t *, sigset_t *);

__attribute__((constructor)) static void begin(void)
{
	*(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
	*(void **)&real_timer_create = dlsym(RTLD_NEXT, "timer_create");
	*(void **)&real_timer_settime = dlsym(RTLD_NEXT, "timer_settime");
	*(void **)&real_timer_gettime = dlsym(RTLD_NEXT, "timer_gettime");
	*(void **)&real_sigsuspend = dlsym(RTLD_NEXT, "sigsuspend");
	*(void **)&real_sigaction = dlsym(RTLD_NEXT, "sigaction");
	*(void **)&real_sigaltstack = dlsym(RTLD_NEXT, "sigaltstack");
	*(void **)&real_sigprocmask = dlsym(RTLD_NEXT, "sigprocmask");
	state.mark = getenv(PRELOAD_VARIABLE_TIME);
	state.is_virtual = state.mark != NULL;
	state.boot = true;
	if (state.is_virtual)
		preload_check_calls();
}

bool preload_time_is_virtual(void)
{
	return state.is_virtual;
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ns / NS_PER_S, ns % NS_PER_S};
}

static int64_t ns_of(const struct timespec *ts)
{
	return ts->tv_sec * NS_PER_S + ts->tv_nsec;
}

/* The timer's interrupt ---------------------------------------------------------- */

/* handler(number, info, context) on the stack that ends at `top`. A function of its own:
 * the compiler knows what a call may change of the registers, and what not. */
void preload_call_on(int number, siginfo_t *info, void *context, handler_function handler,
		     char *top) __attribute__((visibility("hidden")));
__asm__(".pushsection .text\n"
	".type preload_call_on, @function\n"
	"preload_call_on:\n\t"
	"pushq %rbp\n\t"
	"movq %rsp, %rbp\n\t"
	"movq %r8, %rsp\n\t"
	"call *%rcx\n\t"
	"movq %rbp, %rsp\n\t"
	"popq %rbp\n\t"
	"ret\n"
	".size preload_call_on, . - preload_call_on\n"
	".popsection");

/* Calls the handler on the stack for signals, as the machine would. */
static void interrupt(void)
{
	static siginfo_t info;
	static ucontext_t nowhere;

	preload_call_on(SIGALRM, &info, &nowhere, state.handler, state.stack_top);
}

/* The clock reaches the timer's moment. */
static void expire(void)
{
	if (state.due > state.now)
		state.now = state.due;
	if (state.interval)
		state.due += state.interval;
	else
		state.armed = false;
}

/* A tick of the guard: a real signal, and so at any place of the kernel. */
static void guard_tick(int number, siginfo_t *info, void *context)
{
	static ucontext_t nowhere;

	(void)context;
	if (!state.boot || !state.armed)
		return;
	if (state.now == state.guarded)
		expire();
	state.guarded = state.now;
	state.handler(number, info, &nowhere);
}

static void guard_set(int64_t first_ns, int64_t next_ns)
{
	struct itimerspec spec = {timespec_of(next_ns), timespec_of(first_ns)};

	if (state.guard >= 0)
		syscall(SYS_timer_settime, state.guard, 0, &spec, NULL);
}

static void guard_start(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};

	if (syscall(SYS_timer_create, CLOCK_PROCESS_CPUTIME_ID, &event, &state.guard) < 0)
		state.guard = -1;
	guard_set(GUARD_FIRST_NS, GUARD_NEXT_NS);
}

/* The kernel puts the path of its root, a slash, before that of a file. */
static bool is_mark(const char *path)
{
	return path[0] == '/' && strcmp(path + (path[1] == '/'), state.mark) == 0;
}

void preload_clock_opens(const char *path)
{
	int64_t left = state.due - state.now;

	if (!state.is_virtual || !state.boot || !is_mark(path))
		return;
	state.boot = false;
	guard_set(0, 0);
	if (state.now < boot_end)
		state.now = boot_end;
	if (state.armed)
		state.due = state.now + (left > 0 ? left : 1);
}

void preload_clock_asked(void)
{
	state.now += ASK_PRICE_NS;
}

void preload_clock_refused(void)
{
	state.now += REFUSAL_PRICE_NS;
}

/* The lab reads this line (emu/lab/charged.c). */
static void charge(void)
{
	if (state.turns == FREE_TURNS + 1 && state.charges++ < CHARGES_TOLD)
		dprintf(STDERR_FILENO, UML_CHARGED "%lld\n",
			(long long)((int64_t)UML_VIRTUAL_EPOCH + state.now));
	state.now += TURN_PRICE_NS;
}

void preload_clock_turn(void)
{
	if (!state.is_virtual)
		return;
	if (++state.turns > FREE_TURNS)
		charge();
	if (!state.armed || state.now < state.due)
		return;
	expire();
	interrupt();
}

/* What the kernel calls ------------------------------------------------------------ */

PRELOAD_PUBLIC int clock_gettime(clockid_t clock, struct timespec *ret)
{
	if (!state.is_virtual)
		return real_clock_gettime(clock, ret);
	*ret = timespec_of(clock == CLOCK_REALTIME ? (int64_t)UML_VIRTUAL_EPOCH + state.now
						   : state.now);
	return 0;
}

PRELOAD_PUBLIC int timer_create(clockid_t clock, struct sigevent *event, timer_t *ret)
{
	if (!state.is_virtual)
		return real_timer_create(clock, event, ret);
	*ret = (timer_t)(intptr_t)1;
	guard_start();
	return 0;
}

PRELOAD_PUBLIC int timer_settime(timer_t timer, int flags, const struct itimerspec *spec,
				 struct itimerspec *old)
{
	if (!state.is_virtual)
		return real_timer_settime(timer, flags, spec, old);
	/* A tick of the guard finds all of it, or nothing. */
	state.armed = false;
	state.due = state.now + ns_of(&spec->it_value);
	state.interval = ns_of(&spec->it_interval);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	state.armed = ns_of(&spec->it_value) > 0;
	return 0;
}

PRELOAD_PUBLIC int timer_gettime(timer_t timer, struct itimerspec *ret)
{
	int64_t left = state.due - state.now;

	if (!state.is_virtual)
		return real_timer_gettime(timer, ret);
	*ret = (struct itimerspec){0};
	if (state.armed)
		ret->it_value = timespec_of(left > 0 ? left : 1);
	return 0;
}

PRELOAD_PUBLIC int sigsuspend(const sigset_t *mask)
{
	if (!state.is_virtual || !state.armed)
		return real_sigsuspend(mask);
	state.turns = 0;
	expire();
	interrupt();
	errno = EINTR;
	return -1;
}

PRELOAD_PUBLIC int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
	struct sigaction guarded;

	if (!state.is_virtual || number != SIGALRM || !action || !(action->sa_flags & SA_SIGINFO))
		return real_sigaction(number, action, old);
	state.handler = action->sa_sigaction;
	guarded = *action;
	guarded.sa_sigaction = guard_tick;
	return real_sigaction(number, &guarded, old);
}

PRELOAD_PUBLIC int sigaltstack(const stack_t *stack, stack_t *old)
{
	if (stack)
		state.stack_top = (char *)stack->ss_sp + stack->ss_size;
	return real_sigaltstack(stack, old);
}

static bool is_alarm_only(const sigset_t *set)
{
	uint64_t word;

	memcpy(&word, set, sizeof(word));
	return word == UINT64_C(1) << (SIGALRM - 1);
}

/* Around each sleep the kernel blocks SIGALRM, which never comes in RUN. */
PRELOAD_PUBLIC int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (!state.is_virtual || state.boot || !set || !is_alarm_only(set))
		return real_sigprocmask(how, set, old);
	if (old)
		sigemptyset(old);
	return 0;
}
