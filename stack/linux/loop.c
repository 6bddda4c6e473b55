/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop. A watch that is removed while its event waits in the batch
 * just fetched is struck from the batch, so that no function is called for a
 * descriptor that is closed or, worse, in use again for something else. */
#include "loop.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

mip6_time loop_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (mip6_time)ts.tv_sec * MIP6_SECOND + ts.tv_nsec;
}

int loop_open(struct loop *l)
{
	struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = NULL}};

	*l = (struct loop){.epoll = -1, .timer = -1, .armed = MIP6_NEVER};
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->epoll < 0 || l->timer < 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->timer, &e) < 0) {
		loop_close(l);
		return MIP6_ERR_IO;
	}
	return MIP6_OK;
}

void loop_close(struct loop *l)
{
	if (l->timer >= 0)
		close(l->timer);
	if (l->epoll >= 0)
		close(l->epoll);
	l->timer = -1;
	l->epoll = -1;
}

static int control(struct loop *l, int op, struct loop_watch *watch, uint32_t events)
{
	struct epoll_event e = {.events = events, .data = {.ptr = watch}};

	return epoll_ctl(l->epoll, op, watch->fd, &e) < 0 ? MIP6_ERR_IO : MIP6_OK;
}

int loop_add(struct loop *l, struct loop_watch *watch, uint32_t events)
{
	return control(l, EPOLL_CTL_ADD, watch, events);
}

int loop_change(struct loop *l, struct loop_watch *watch, uint32_t events)
{
	return control(l, EPOLL_CTL_MOD, watch, events);
}

void loop_remove(struct loop *l, struct loop_watch *watch)
{
	control(l, EPOLL_CTL_DEL, watch, 0);
	for (int i = 0; i < l->ready_count; i++)
		if (l->ready[i].data.ptr == watch)
			l->ready[i].data.ptr = NULL;
}

/* Sets the timer, unless it stands right already: most inputs change nothing. */
static void arm(struct loop *l, mip6_time deadline)
{
	struct itimerspec t = {0};

	if (deadline == l->armed)
		return;
	if (deadline != MIP6_NEVER) {
		mip6_time at = deadline > 0 ? deadline : 1; /* zero would disarm */

		t.it_value.tv_sec = at / MIP6_SECOND;
		t.it_value.tv_nsec = at % MIP6_SECOND;
	}
	timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &t, NULL);
	l->armed = deadline;
}

bool loop_wait(struct loop *l, mip6_time deadline, mip6_time *ret_now)
{
	int n;

	arm(l, deadline);
	n = epoll_wait(l->epoll, l->ready, LOOP_BATCH, -1);
	*ret_now = loop_now();
	l->turns++;
	l->ready_count = n > 0 ? n : 0;
	for (int i = 0; i < l->ready_count; i++) {
		struct loop_watch *watch = l->ready[i].data.ptr;

		if (watch)
			watch->fn(watch->arg, *ret_now, l->ready[i].events);
	}
	l->ready_count = 0;
	/* An expired timer stays readable until it is set anew. */
	if (l->armed <= *ret_now)
		l->armed = 0;
	return deadline <= *ret_now;
}
