/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_EVENTFILE_H
#define LAB_EVENTFILE_H

/* The event files of all daemons of a run, in one order. Lines are JSON objects
 * with "time" (seconds with nine decimals, run clock) and "event". */
#include "lab/plan.h"
#include <jansson.h>

struct event {
	int64_t time; /* ns */
	int node;
	size_t order; /* as read: plan's order of nodes and daemons, then of lines */
	char *text;   /* the line without its end */
	json_t *fields;
	const char *name; /* of the event */
};

struct events {
	struct event *list; /* by time, then by `order` */
	size_t count;
	size_t room;
	size_t bad; /* lines that could not be read, but for a last one cut off */
};

/* Reads raw/NODE.DAEMON.events.jsonl of every daemon that has one; a missing
 * file is an empty one. 0, or -1 when memory ran out. */
int events_read(struct events *e, const struct lab_plan *plan, const char *raw);
/* The lines as they are. 0 or -1. */
int events_write(const struct events *e, const char *path);
void events_free(struct events *e);

/* Whether a line is an event of this name that was written at `since` (run clock) or
 * later and matches all of `filters`, each "field=value", compared as text. */
bool event_line_is(const char *line, const char *name, const char *const *filters,
		   size_t filter_count, int64_t since);

/* The first of this node and name in [from, until) for which field `key` has the
 * value `number` (key NULL: any); NULL when there is none. */
const struct event *events_first(const struct events *e, int node, const char *name, int64_t from,
				 int64_t until, const char *key, int64_t number);
/* How many of this node and name (NULL: any name) match all of `filters`. */
size_t events_count(const struct events *e, int node, const char *name, const char *const *filters,
		    size_t filter_count);

#endif
