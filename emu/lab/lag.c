/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/lag.h"
#include "lab/records.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { STEP_NS = 2000000 };

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static void sleep_until(int64_t ns)
{
	struct timespec ts = {ns / 1000000000, ns % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) != 0)
		;
}

int64_t lag_next(int64_t next, int64_t now)
{
	return next + STEP_NS > now ? next + STEP_NS : now + STEP_NS;
}

static _Noreturn void measure(int fd)
{
	int64_t next = clock_ns(CLOCK_MONOTONIC) + STEP_NS;

	for (;;) {
		struct lab_lag_record record = {0};

		for (int64_t end = next + LAB_LAG_PERIOD; next < end;) {
			int64_t now;

			sleep_until(next);
			now = clock_ns(CLOCK_MONOTONIC);
			record.lag = now - next > record.lag ? now - next : record.lag;
			next = lag_next(next, now);
		}
		record.time = clock_ns(CLOCK_REALTIME);
		if (write(fd, &record, sizeof(record)) != (ssize_t)sizeof(record))
			_exit(1);
	}
}

pid_t lag_start(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	pid_t pid;

	if (fd < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		measure(fd);
	}
	close(fd);
	return pid;
}
