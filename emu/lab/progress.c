/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/progress.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TAIL = 512 };

static const double terminal_period = 1.0;
static const double plain_period = 5.0;
/* Where nothing is new, on a machine that has no time for the run. */
static const double plain_patience = 30.0;

static double wall(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void progress_init(struct progress *p, const char *results)
{
	*p = (struct progress){.terminal = isatty(STDOUT_FILENO) != 0, .started = wall()};
	snprintf(p->path, sizeof(p->path), "%s/raw/progress", results);
	snprintf(p->timeline, sizeof(p->timeline), "%s/raw/timeline.jsonl", results);
}

double progress_elapsed(const struct progress *p)
{
	return wall() - p->started;
}

/* A whole line. False when it is neither a step nor figures. */
static bool parse_line(const char *line, struct progress_news *news)
{
	struct progress_news run = {.ran = true};

	if (line[0] == '#') {
		snprintf(news->step, sizeof(news->step), "%s", line + 1 + strspn(line + 1, " "));
		return true;
	}
	if (sscanf(line, "%lld %u %u %lld", &run.now, &run.moves, &run.total, &run.cut) != 4)
		return false;
	*news = run;
	return true;
}

bool progress_parse(char *tail, struct progress_news *news)
{
	bool found = false;
	char *end;

	*news = (struct progress_news){0};
	for (; (end = strchr(tail, '\n')); tail = end + 1) {
		*end = '\0';
		found = parse_line(tail, news) || found;
	}
	return found;
}

static bool read_news(const char *path, struct progress_news *news)
{
	char tail[TAIL + 1];
	FILE *file = fopen(path, "re");
	char *begin = tail;
	size_t n;

	if (!file)
		return false;
	if (fseek(file, -TAIL, SEEK_END) < 0)
		rewind(file);
	else
		begin = NULL;
	n = fread(tail, 1, TAIL, file);
	fclose(file);
	tail[n] = '\0';
	/* The first line is cut: half a number is a number, too. */
	if (!begin)
		begin = strchr(tail, '\n');
	return begin && progress_parse(begin, news);
}

double progress_simulated(const struct progress *p)
{
	struct progress_news news;

	return read_news(p->path, &news) && news.ran ? (double)news.now / 1e9 : 0;
}

bool progress_step(const struct progress *p, char *step, size_t cap)
{
	struct progress_news news;

	if (!read_news(p->path, &news) || !news.step[0])
		return false;
	snprintf(step, cap, "%s", news.step);
	return true;
}

void progress_line(const struct progress_news *news, double elapsed, char *line, size_t cap)
{
	char cut[48] = "";

	if (!news->ran) {
		snprintf(line, cap, "start-up: %s (%.1f s)", news->step, elapsed);
		return;
	}
	if (news->cut > 0)
		snprintf(cut, sizeof(cut), ", last cut %.1f ms", (double)news->cut / 1e6);
	snprintf(line, cap, "%6.1f s simulated (%.1f s), move %u of %u%s", (double)news->now / 1e9,
		 elapsed, news->moves, news->total, cut);
}

/* Whether it is time for a line. The start-up of a short run is not worth one where
 * lines stay. */
static bool is_time(const struct progress *p, const struct progress_news *news)
{
	double now = wall();

	if (p->terminal)
		return now - p->printed >= terminal_period;
	if (!news->ran)
		return now - (p->printed > 0 ? p->printed : p->started) >= plain_period;
	return now - p->printed >= (news->now == p->shown ? plain_patience : plain_period);
}

static void show(struct progress *p, const struct progress_news *news)
{
	char line[2 * PROGRESS_LINE];

	progress_line(news, progress_elapsed(p), line, sizeof(line));
	printf("%s%s%s", p->terminal ? "\r\033[K" : "", line, p->terminal ? "" : "\n");
	fflush(stdout);
	p->printed = wall();
	p->shown = news->ran ? news->now : 0;
}

static long long size_of(const char *path)
{
	struct stat file;

	return stat(path, &file) == 0 ? file.st_size : 0;
}

unsigned progress_tick(void *arg)
{
	struct progress *p = arg;
	struct progress_news news;
	long long size = size_of(p->path) + size_of(p->timeline);

	if (size != p->size) {
		p->size = size;
		p->news++;
	}
	if (read_news(p->path, &news) && is_time(p, &news))
		show(p, &news);
	return p->news;
}

void progress_end(struct progress *p)
{
	if (p->terminal)
		printf("\r\033[K");
	fflush(stdout);
}
