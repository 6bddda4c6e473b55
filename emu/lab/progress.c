/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/progress.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TAIL = 256 };

static const double terminal_period = 1.0;
static const double plain_period = 5.0;
/* A simulated second takes a tenth of a second where nothing is wrong. */
static const double hang_after = 60.0;

static double wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void progress_init(struct progress *p, const char *results)
{
	*p = (struct progress){.terminal = isatty(STDOUT_FILENO) != 0, .started = wall()};
	p->moved = p->started;
	snprintf(p->path, sizeof(p->path), "%s/raw/progress", results);
}

double progress_elapsed(const struct progress *p)
{
	return wall() - p->started;
}

struct news {
	long long now;
	unsigned moves;
	unsigned total;
	long long cut;
};

/* The last whole line of the runner's file. */
static bool read_news(const char *path, struct news *news)
{
	char tail[TAIL + 1];
	FILE *file = fopen(path, "re");
	char *end;
	char *start;
	size_t n;

	if (!file)
		return false;
	if (fseek(file, -TAIL, SEEK_END) < 0)
		rewind(file);
	n = fread(tail, 1, TAIL, file);
	fclose(file);
	tail[n] = '\0';
	end = strrchr(tail, '\n');
	if (!end)
		return false;
	*end = '\0';
	start = strrchr(tail, '\n');
	return sscanf(start ? start + 1 : tail, "%lld %u %u %lld", &news->now, &news->moves,
		      &news->total, &news->cut) == 4;
}

double progress_simulated(const struct progress *p)
{
	struct news news;

	return read_news(p->path, &news) ? (double)news.now / 1e9 : 0;
}

static void show(struct progress *p, const struct news *news)
{
	printf("%s%6.1f s simulated (%.1f s), move %u of %u", p->terminal ? "\r\033[K" : "",
	       (double)news->now / 1e9, progress_elapsed(p), news->moves, news->total);
	if (news->cut > 0)
		printf(", last cut %.1f ms", (double)news->cut / 1e6);
	printf("%s", p->terminal ? "" : "\n");
	fflush(stdout);
	p->shown = news->now;
}

bool progress_tick(void *arg)
{
	struct progress *p = arg;
	double period = p->terminal ? terminal_period : plain_period;
	double now = wall();
	struct news news;

	if (!read_news(p->path, &news))
		return now - p->moved < hang_after;
	if (news.now != p->last) {
		p->last = news.now;
		p->moved = now;
	}
	if (now - p->printed >= period && news.now != p->shown) {
		p->printed = now;
		show(p, &news);
	}
	return now - p->moved < hang_after;
}

void progress_end(struct progress *p)
{
	if (p->terminal)
		printf("\r\033[K");
	fflush(stdout);
}
