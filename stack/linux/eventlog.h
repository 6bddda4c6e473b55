/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_EVENTLOG_H
#define LINUX_EVENTLOG_H

/* Events as JSON lines. The log file, `mip6ctl monitor` and the lab read the
 * same line:
 *   {"time": 1700000000.123456789, "mono": 5123456789, "node": "mn",
 *    "event": "ba_rx", "if": "eth0", "hoa": "3fff::1", ...}
 * `time` is CLOCK_REALTIME computed from the event's monotonic time with an
 * offset taken once at start, so that a clock set meanwhile does not disorder a
 * log; `mono` is the monotonic time in ns. */
#include <mip6/event.h>

#define EVENTLOG_NODE 64
#define EVENTLOG_LINE 4096

struct eventlog {
	int fd;			  /* -1: lines are not written anywhere */
	bool owned;		  /* fd is closed with the log */
	char node[EVENTLOG_NODE]; /* name of the node */
	mip6_time offset;	  /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	uint64_t lost;		  /* lines that could not be written */
};

/* path NULL: standard error; otherwise the file is appended to. MIP6_ERR_IO
 * with errno set. */
int eventlog_open(struct eventlog *log, const char *path, const char *node);
/* Goes on in another file, or in a new one of the same name when the old one was
 * moved away (log rotation); path NULL: standard error. On MIP6_ERR_IO, with
 * errno set, nothing has changed. */
int eventlog_reopen(struct eventlog *log, const char *path);
void eventlog_close(struct eventlog *log);
/* The line with its newline and a closing zero in buf; ifname may be NULL. A
 * field that has no room is left out with all behind it. Length, or
 * MIP6_ERR_SPACE when not even the fixed part fits. */
int eventlog_format(const struct eventlog *log, const struct mip6_event *e, const char *ifname,
		    char *buf, size_t cap);
/* The same for a text of the host itself: event "debug", field "text". */
int eventlog_format_debug(const struct eventlog *log, mip6_time now, const char *text, char *buf,
			  size_t cap);
/* Appends a line in one write. */
void eventlog_write(struct eventlog *log, const char *line, size_t len);

#endif
