/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where event lines go, and how they wait for it; what a line is, core/event_line.c
 * says. */
#include "eventlog.h"
#include "ownfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define LAST_WAIT_MS 1000

/* ---- opening ------------------------------------------------------------------------ */

/* "/dev/stderr" and its kin are links to what is open already: the descriptor, or -1. */
static int standard_fd(const char *path)
{
	if (!path || strcmp(path, "/dev/stderr") == 0)
		return STDERR_FILENO;
	return strcmp(path, "/dev/stdout") == 0 ? STDOUT_FILENO : -1;
}

/* The same pipe or terminal by a descriptor of our own: that it does not block must not
 * come over others who have it, too. -1 where that cannot be had. */
static int open_again(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void use_standard(struct eventlog *log, int fd)
{
	struct stat st = {0};
	int own = -1;

	if (fstat(fd, &st) < 0)
		st.st_mode = 0;
	log->is_socket = S_ISSOCK(st.st_mode);
	if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode))
		own = open_again(fd);
	log->may_block = own < 0 && (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode));
	log->unread = S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
	log->owned = own >= 0;
	log->fd = own >= 0 ? own : fd;
}

/* Opened for both, a FIFO opens without a reader, and is not broken when he goes. */
static int open_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
		return ownfile_open(path, O_RDWR | O_NONBLOCK, OWNFILE_ANYWHERE);
	return ownfile_open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY,
			    OWNFILE_ANYWHERE);
}

static int use_path(struct eventlog *log, const char *path)
{
	int standard = standard_fd(path);
	struct stat st;
	int fd;

	if (standard >= 0) {
		use_standard(log, standard);
		return MIP6_OK;
	}
	fd = open_path(path);
	if (fd < 0)
		return MIP6_ERR_IO;
	log->fd = fd;
	log->owned = true;
	log->is_socket = log->may_block = false;
	log->unread = fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
	return MIP6_OK;
}

int eventlog_open(struct eventlog *log, const char *path, const char *node)
{
	struct timespec real;
	struct timespec mono;

	*log = (struct eventlog){.fd = -1};
	snprintf(log->node, sizeof(log->node), "%s", node);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	log->offset =
	    (mip6_time)(real.tv_sec - mono.tv_sec) * MIP6_SECOND + (real.tv_nsec - mono.tv_nsec);
	log->queue = malloc(EVENTLOG_QUEUE);
	if (!log->queue) {
		errno = ENOMEM;
		return MIP6_ERR_IO;
	}
	return use_path(log, path);
}

/* ---- the queue ---------------------------------------------------------------------- */

static ssize_t write_some(const struct eventlog *log)
{
	const char *from = log->queue + log->begin;
	size_t len = log->end - log->begin;
	struct pollfd p = {.fd = log->fd, .events = POLLOUT};

	if (log->is_socket)
		return send(log->fd, from, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (!log->may_block)
		return write(log->fd, from, len);
	/* A pipe that can be written to takes PIPE_BUF octets. */
	if (poll(&p, 1, 0) == 1 && (p.revents & POLLOUT))
		return write(log->fd, from, len < EVENTLOG_LINE ? len : EVENTLOG_LINE);
	errno = EAGAIN;
	return -1;
}

/* Writes what waits, as far as the reader takes it. */
static void flush(struct eventlog *log)
{
	while (log->fd >= 0 && log->begin < log->end) {
		ssize_t n = write_some(log);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		log->begin += (size_t)n;
		log->in_line = log->queue[log->begin - 1] != '\n';
	}
	log->begin = log->end = 0;
}

static size_t room(const struct eventlog *log)
{
	return EVENTLOG_QUEUE - (log->end - log->begin);
}

static void put(struct eventlog *log, const char *line, size_t len)
{
	if (EVENTLOG_QUEUE - log->end < len) {
		memmove(log->queue, log->queue + log->begin, log->end - log->begin);
		log->end -= log->begin;
		log->begin = 0;
	}
	memcpy(log->queue + log->end, line, len);
	log->end += len;
}

static void drop(struct eventlog *log)
{
	log->dropped++;
	log->lost++;
}

/* How many were dropped, where there is room for that and for one line more. */
static void tell_dropped(struct eventlog *log, mip6_time now)
{
	char line[EVENTLOG_LINE];
	int len;

	if (log->dropped == 0 || room(log) < sizeof(line))
		return;
	len = eventlog_format_dropped(log, now, log->dropped, line, sizeof(line));
	if (len < 0)
		return;
	put(log, line, (size_t)len);
	log->dropped = 0;
}

/* ---- readers that take no more ------------------------------------------------------- */

static void stop_waiting(struct eventlog *log)
{
	if (log->waiting)
		loop_remove(log->loop, &log->watch);
	log->waiting = false;
}

static void writable(void *arg, mip6_time now, uint32_t events)
{
	struct eventlog *log = arg;

	(void)events;
	flush(log);
	tell_dropped(log, now);
	flush(log);
	if (log->begin == log->end)
		stop_waiting(log);
}

/* What cannot be waited for (a full disk) is tried with the next event. */
static void wait_for_room(struct eventlog *log)
{
	if (!log->loop || log->waiting || log->begin == log->end)
		return;
	log->watch = (struct loop_watch){.fd = log->fd, .fn = writable, .arg = log};
	log->waiting = loop_add(log->loop, &log->watch, EPOLLOUT) == MIP6_OK;
}

void eventlog_watch(struct eventlog *log, struct loop *loop)
{
	log->loop = loop;
	wait_for_room(log);
}

bool eventlog_wants(struct eventlog *log)
{
	if (log->fd < 0 || log->unread)
		return false;
	if (!log->waiting || room(log) >= 2 * EVENTLOG_LINE)
		return true;
	drop(log);
	return false;
}

void eventlog_write(struct eventlog *log, mip6_time now, const char *line, size_t len)
{
	if (log->fd < 0 || log->unread)
		return;
	if (!log->waiting)
		flush(log);
	tell_dropped(log, now);
	if (log->dropped || room(log) < len) {
		drop(log);
		return;
	}
	put(log, line, len);
	if (!log->waiting)
		flush(log);
	wait_for_room(log);
}

/* ---- another file, and the end -------------------------------------------------------- */

static void count_waiting(struct eventlog *log)
{
	for (size_t i = log->begin; i < log->end; i++)
		log->lost += log->queue[i] == '\n';
	log->begin = log->end = 0;
}

static void close_fd(struct eventlog *log)
{
	stop_waiting(log);
	if (log->owned)
		close(log->fd);
	log->fd = -1;
	log->owned = false;
}

/* The rest of a line that began in another file is nothing there. */
static void skip_rest(struct eventlog *log)
{
	if (!log->in_line)
		return;
	while (log->begin < log->end && log->queue[log->begin++] != '\n')
		;
	log->lost++;
	log->in_line = false;
}

int eventlog_reopen(struct eventlog *log, const char *path)
{
	struct eventlog was = *log;

	flush(log);
	if (use_path(log, path))
		return MIP6_ERR_IO;
	if (was.waiting)
		loop_remove(log->loop, &log->watch);
	log->waiting = false;
	if (was.owned)
		close(was.fd);
	skip_rest(log);
	flush(log);
	wait_for_room(log);
	return MIP6_OK;
}

void eventlog_mute(struct eventlog *log)
{
	close_fd(log);
	log->begin = log->end = 0;
}

void eventlog_close(struct eventlog *log)
{
	struct pollfd p = {.fd = log->fd, .events = POLLOUT};

	stop_waiting(log);
	flush(log);
	while (log->begin < log->end && poll(&p, 1, LAST_WAIT_MS) == 1 && p.revents == POLLOUT) {
		size_t before = log->begin;

		flush(log);
		if (log->begin == before)
			break; /* a full disk is writable */
	}
	count_waiting(log);
	close_fd(log);
	free(log->queue);
	log->queue = NULL;
}

/* ---- lines ----------------------------------------------------------------------------- */

int eventlog_format(const struct eventlog *log, const struct mip6_event *e, const char *ifname,
		    char *buf, size_t cap)
{
	return mip6_event_line(log->node, log->offset, e, ifname, buf, cap);
}

int eventlog_format_debug(const struct eventlog *log, mip6_time now, const char *text, char *buf,
			  size_t cap)
{
	return mip6_event_debug_line(log->node, log->offset, now, text, buf, cap);
}

int eventlog_format_dropped(const struct eventlog *log, mip6_time now, uint64_t count, char *buf,
			    size_t cap)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_EVENTS_DROPPED, now, 0);

	mip6_event_uint(&e, "count", count);
	return eventlog_format(log, &e, NULL, buf, cap);
}
