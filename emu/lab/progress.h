/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PROGRESS_H
#define LAB_PROGRESS_H

/* What the user sees while a run goes on: on a terminal one status line that is
 * rewritten, elsewhere a plain line now and then. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_LINE = 128 };

/* What the end of raw/progress tells: a step of the start-up ("# step"), or how far the
 * run has got. */
struct progress_news {
	bool ran; /* time 0 has passed; the figures hold */
	long long now;
	unsigned moves;
	unsigned total;
	long long cut;
	char step[PROGRESS_LINE]; /* the last line, if it is a step; else "" */
};

struct progress {
	char path[640];	    /* RESULTS/raw/progress */
	char timeline[640]; /* RESULTS/raw/timeline.jsonl */
	bool terminal;
	long long size; /* of both files, when they were looked at last */
	unsigned news;	/* how often they had grown */
	int64_t shown;	/* simulated ns shown last */
	double printed; /* wall seconds of the last line; 0: none yet */
	double started;
};

void progress_init(struct progress *p, const char *results);
/* Looks for news and shows them; arg is a struct progress. How often there were any:
 * a second has passed in the run, or a step of it was done. */
unsigned progress_tick(void *arg);
/* Ends the status line. */
void progress_end(struct progress *p);
/* Simulated seconds, as far as the run got. */
double progress_simulated(const struct progress *p);
/* The step of its start-up that the run is at; false when it is beyond. */
bool progress_step(const struct progress *p, char *step, size_t cap);
/* Wall seconds since progress_init. */
double progress_elapsed(const struct progress *p);

/* Reads the end of the file's text, which may begin and end within a line. False when
 * there is no news in it. */
bool progress_parse(char *tail, struct progress_news *news);
/* The line for news, `elapsed` wall seconds after the start. */
void progress_line(const struct progress_news *news, double elapsed, char *line, size_t cap);

#endif
