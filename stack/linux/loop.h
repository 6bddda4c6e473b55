/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_LOOP_H
#define LINUX_LOOP_H

/* The daemon's event loop: epoll for what can be read or written, and one
 * absolute timer (timerfd on CLOCK_MONOTONIC, exact to a microsecond or two,
 * where an epoll timeout adds the timer slack). The time that inputs carry is
 * read once after each wait. */
#include <mip6/types.h>
#include <sys/epoll.h>

/* What to call when a descriptor is ready; `events` are EPOLLIN, EPOLLOUT ... */
struct loop_watch {
	int fd;
	void (*fn)(void *arg, mip6_time now, uint32_t events);
	void *arg;
};

#define LOOP_BATCH 16

struct loop {
	int epoll;
	int timer;
	mip6_time armed; /* what the timer is set to, MIP6_NEVER: not at all */
	bool stop;
	uint64_t turns; /* waits so far */
	struct epoll_event ready[LOOP_BATCH];
	int ready_count;
};

/* CLOCK_MONOTONIC in ns. */
mip6_time loop_now(void);
/* MIP6_ERR_IO with errno set. */
int loop_open(struct loop *l);
void loop_close(struct loop *l);
/* Watches watch->fd; the watch stays the caller's and must keep its place until
 * loop_remove. MIP6_ERR_IO with errno set. */
int loop_add(struct loop *l, struct loop_watch *watch, uint32_t events);
int loop_change(struct loop *l, struct loop_watch *watch, uint32_t events);
/* May be called from any watch's function, for any watch; the descriptor must
 * still be open. */
void loop_remove(struct loop *l, struct loop_watch *watch);
/* Waits until something is ready or `deadline` has come, calls the watches and
 * returns true when the deadline had passed; *ret_now is the time after the
 * wait. */
bool loop_wait(struct loop *l, mip6_time deadline, mip6_time *ret_now);

#endif
