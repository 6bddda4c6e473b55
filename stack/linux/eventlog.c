/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that event lines go to; what a line is, core/event_line.c says. */
#include "eventlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

int eventlog_open(struct eventlog *log, const char *path, const char *node)
{
	struct timespec real;
	struct timespec mono;

	*log = (struct eventlog){.fd = STDERR_FILENO};
	snprintf(log->node, sizeof(log->node), "%s", node);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	log->offset =
	    (mip6_time)(real.tv_sec - mono.tv_sec) * MIP6_SECOND + (real.tv_nsec - mono.tv_nsec);
	if (!path)
		return MIP6_OK;
	log->fd = open_file(path);
	log->owned = log->fd >= 0;
	return log->fd < 0 ? MIP6_ERR_IO : MIP6_OK;
}

int eventlog_reopen(struct eventlog *log, const char *path)
{
	int fd = path ? open_file(path) : STDERR_FILENO;

	if (fd < 0)
		return MIP6_ERR_IO;
	eventlog_close(log);
	log->fd = fd;
	log->owned = path != NULL;
	return MIP6_OK;
}

void eventlog_close(struct eventlog *log)
{
	if (log->owned)
		close(log->fd);
	log->fd = -1;
	log->owned = false;
}

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

void eventlog_write(struct eventlog *log, const char *line, size_t len)
{
	ssize_t n;

	if (log->fd < 0)
		return;
	do
		n = write(log->fd, line, len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		log->lost++;
}
