/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_EVENTLOG_H
#define LINUX_EVENTLOG_H

/* Events as JSON lines. The log file, `mip6ctl monitor` and the lab read the
 * same line:
 *   {"time": 1700000000.123456789, "mono": 5123456789, "node": "mn",
 *    "event": "ba_rx", "if": "eth0", "hoa": "3fff::1", ...}
 * `time` is CLOCK_REALTIME computed from the event's monotonic time with an
 * offset taken once at start, so that a clock set meanwhile does not disorder a
 * log; `mono` is the monotonic time in ns.
 *
 * Nobody who reads the log can hold up the daemon: a pipe, a terminal or a socket is
 * written to without blocking, what it does not take (nor a full disk) waits in a queue
 * of EVENTLOG_QUEUE octets, and what has no room there is counted, and told by an event
 * "events_dropped" once there is room again. */
#include "loop.h"
#include <mip6/event.h>

#define EVENTLOG_NODE  64
#define EVENTLOG_LINE  4096
#define EVENTLOG_QUEUE (256 * 1024)

struct eventlog {
	int fd;			  /* -1: lines are not written anywhere */
	bool owned;		  /* fd is closed with the log */
	bool is_socket;		  /* standard error of a service (systemd's journal) */
	bool may_block;		  /* cannot be told not to block: asked before each write */
	bool unread;		  /* /dev/null */
	char node[EVENTLOG_NODE]; /* name of the node */
	mip6_time offset;	  /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	uint64_t lost;		  /* lines that were never written */
	uint64_t dropped;	  /* those of them that nobody was told of yet */
	char *queue;		  /* lines that wait, from `begin` on */
	size_t begin;
	size_t end;
	bool in_line; /* a part of the line at `begin` is written */
	struct loop *loop;
	struct loop_watch watch; /* while the reader takes no more */
	bool waiting;
};

/* path NULL: standard error; otherwise the file is appended to; a symbolic link is not
 * followed. A FIFO is opened whether or not anybody reads it. MIP6_ERR_IO with errno
 * set. */
int eventlog_open(struct eventlog *log, const char *path, const char *node);
/* From here on the loop says when a slow reader takes more. The log must keep its place
 * until eventlog_close. */
void eventlog_watch(struct eventlog *log, struct loop *loop);
/* Goes on in another file, or in a new one of the same name when the old one was
 * moved away (log rotation); path NULL: standard error. On MIP6_ERR_IO, with
 * errno set, nothing has changed. */
int eventlog_reopen(struct eventlog *log, const char *path);
/* Nothing is written any more: a daemon's standard error leads nowhere. */
void eventlog_mute(struct eventlog *log);
/* Writes what waits, for at most a second, then closes. */
void eventlog_close(struct eventlog *log);
/* Whether a line would be read by anybody: if not, it need not be made. A line that the
 * queue has no room for counts as lost. */
bool eventlog_wants(struct eventlog *log);
/* The line with its newline and a closing zero in buf; ifname may be NULL. A
 * field that has no room is left out with all behind it. Length, or
 * MIP6_ERR_SPACE when not even the fixed part fits. */
int eventlog_format(const struct eventlog *log, const struct mip6_event *e, const char *ifname,
		    char *buf, size_t cap);
/* The same for a text of the host itself: event "debug", field "text". */
int eventlog_format_debug(const struct eventlog *log, mip6_time now, const char *text, char *buf,
			  size_t cap);
/* The line that says how many were dropped. */
int eventlog_format_dropped(const struct eventlog *log, mip6_time now, uint64_t count, char *buf,
			    size_t cap);
/* Appends a line of at most EVENTLOG_LINE octets; `now` is for the account of dropped
 * ones. Never blocks. */
void eventlog_write(struct eventlog *log, mip6_time now, const char *line, size_t len);

#endif
