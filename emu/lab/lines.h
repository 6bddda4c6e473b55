/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_LINES_H
#define LAB_LINES_H

/* A file that somebody writes lines to, and in which one of them is looked for again and
 * again: each look reads only what is new. */
#include <stdbool.h>
#include <sys/types.h>

/* Longer lines are no lines: whoever writes without an end costs each octet once. */
enum { LINES_LONGEST = 65536 };

/* All zero: from the beginning of the file. */
struct lines {
	long read;  /* octets that were looked at */
	off_t size; /* of the file at the last look */
};

/* Whether a whole line behind what was looked at matches; a missing file has none. The line
 * is handed over without its end. */
bool lines_look(struct lines *lines, const char *path, bool (*match)(void *arg, const char *line),
		void *arg);

#endif
