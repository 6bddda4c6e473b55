/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One moment is a chain of entries:
 *
 *   poll of a descriptor on which nothing ever comes  -- cancelled by -->
 *   a linked timeout, at the moment
 *   the datagrams, one behind the other, whatever became of what stands before them
 *
 * A timeout of its own would be one entry instead of two, but the kernel wakes who waits
 * for completions at each of those. Completions are counted by the kernel and thrown away
 * here; a wait ends by its own timeout or by a signal. */
#include "lab/sender.h"
#include <errno.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define NS_PER_S INT64_C(1000000000)

/* Slots are datagrams, and moments, that wait. */
enum { SLOTS = 4096, ENTRIES = 4096, COMPLETIONS = 2 * ENTRIES };

/* A moment is over when this much later has come: then all that hangs on it is done. */
enum { DONE_NS = 1000000 };

struct slot {
	int64_t moment;
	struct __kernel_timespec at;
	struct msghdr message;
	struct iovec parts[2];
	struct sockaddr_in6 to;
	uint8_t head[SENDER_HEAD];
};

struct sender {
	struct io_uring ring;
	int never;	  /* nothing ever comes on this one */
	uint64_t moments; /* so far */
	size_t first;	  /* slots in use are a ring, by moment */
	size_t used;
	struct slot slots[SLOTS];
};

static uint8_t zeros[SENDER_SIZE_MAX];

static void on_child(int number)
{
	(void)number;
}

static void hear_children(void)
{
	struct sigaction action = {.sa_handler = on_child};

	sigaction(SIGCHLD, &action, NULL);
}

struct sender *sender_new(void)
{
	struct sender *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->never = eventfd(0, EFD_CLOEXEC);
	if (s->never >= 0 && io_uring_queue_init(ENTRIES, &s->ring, 0) == 0) {
		hear_children();
		return s;
	}
	if (s->never >= 0)
		close(s->never);
	free(s);
	return NULL;
}

void sender_free(struct sender *sender)
{
	if (!sender)
		return;
	io_uring_queue_exit(&sender->ring);
	close(sender->never);
	free(sender);
}

static struct slot *take_slot(struct sender *s, int64_t moment)
{
	struct slot *slot = &s->slots[(s->first + s->used++) % SLOTS];

	slot->moment = moment;
	return slot;
}

static void add_moment(struct sender *s, int64_t moment)
{
	struct slot *slot = take_slot(s, moment);
	struct io_uring_sqe *waits = io_uring_get_sqe(&s->ring);
	struct io_uring_sqe *until = io_uring_get_sqe(&s->ring);

	slot->at = (struct __kernel_timespec){moment / NS_PER_S, moment % NS_PER_S};
	io_uring_prep_poll_add(waits, s->never, POLLIN);
	io_uring_sqe_set_flags(waits, IOSQE_IO_HARDLINK);
	/* By this the kernel finds what a linked timeout cancels. */
	io_uring_sqe_set_data64(waits, ++s->moments);
	io_uring_prep_link_timeout(until, &slot->at, IORING_TIMEOUT_ABS);
	io_uring_sqe_set_flags(until, IOSQE_IO_HARDLINK);
}

static void add_datagram(struct sender *s, int64_t moment, const struct sender_datagram *d,
			 bool last)
{
	struct slot *slot = take_slot(s, moment);
	struct io_uring_sqe *entry = io_uring_get_sqe(&s->ring);
	size_t size = d->size < SENDER_SIZE_MAX ? d->size : SENDER_SIZE_MAX;

	memcpy(slot->head, d->head, d->head_size);
	slot->to = d->to;
	slot->parts[0] = (struct iovec){slot->head, d->head_size};
	slot->parts[1] = (struct iovec){zeros, size > d->head_size ? size - d->head_size : 0};
	slot->message = (struct msghdr){.msg_name = &slot->to,
					.msg_namelen = sizeof(slot->to),
					.msg_iov = slot->parts,
					.msg_iovlen = 2};
	io_uring_prep_sendmsg(entry, d->fd, &slot->message, 0);
	/* A refused one does not keep those behind it from being sent. */
	io_uring_sqe_set_flags(entry, IOSQE_CQE_SKIP_SUCCESS | (last ? 0 : IOSQE_IO_HARDLINK));
}

static void free_slots(struct sender *s, int64_t now)
{
	while (s->used > 0 && s->slots[s->first].moment + DONE_NS < now) {
		s->first = (s->first + 1) % SLOTS;
		s->used--;
	}
}

static bool has_room(const struct sender *s, size_t count)
{
	return count + 1 <= SLOTS - s->used && count + 2 <= io_uring_sq_space_left(&s->ring);
}

bool sender_add(struct sender *sender, int64_t now, int64_t moment,
		const struct sender_datagram *datagrams, size_t count)
{
	free_slots(sender, now);
	if (!has_room(sender, count)) {
		/* The entries are read when they are handed over, the slots later. */
		io_uring_submit(&sender->ring);
		if (!has_room(sender, count))
			return false;
	}
	add_moment(sender, moment);
	for (size_t i = 0; i < count; i++)
		add_datagram(sender, moment, &datagrams[i], i + 1 == count);
	return true;
}

static void drop_completed(struct sender *s)
{
	struct io_uring_cqe *completed;

	while (io_uring_peek_cqe(&s->ring, &completed) == 0)
		io_uring_cqe_seen(&s->ring, completed);
}

int sender_wait(struct sender *sender, int64_t ns)
{
	struct __kernel_timespec span = {ns / NS_PER_S, ns % NS_PER_S};
	struct io_uring_cqe *completed;
	sigset_t blocked;
	int status;

	/* What is handed over is submitted apart: together with a wait only the number of
	 * entries is told, not how the wait ended. */
	status = io_uring_submit(&sender->ring);
	if (status < 0) {
		errno = -status;
		return -1;
	}
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigdelset(&blocked, SIGCHLD);
	status = io_uring_wait_cqes(&sender->ring, &completed, COMPLETIONS, &span, &blocked);
	drop_completed(sender);
	if (status >= 0 || status == -ETIME || status == -EINTR)
		return 0;
	errno = -status;
	return -1;
}
