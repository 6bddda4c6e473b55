/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explore [--seed N] [--count M] [--ops LIST] [--trace|--frames] [--no-shrink] [--go-on]: runs
 * seeds from N on, M of them, until one fails: then it prints what failed, one command
 * that replays it, and one that does so with as few operations as will do. Exit code
 * 1. With --go-on the seeds behind it are tried, too. */
#include "simnet/explore.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct options {
	uint64_t seed;
	uint64_t count;
	const char *ops;
	unsigned trace; /* 2: frames, too */
	bool no_shrink;
	bool go_on; /* behind seeds that fail */
	const char *program;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

static double wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct totals {
	uint64_t seeds, frames, delivered, handovers;
	double simulated;
	double began;
	double told;
};

static void add(struct totals *t, const struct explore_result *r)
{
	t->seeds++;
	t->frames += r->frames;
	t->delivered += r->delivered;
	t->handovers += r->handovers;
	t->simulated += (double)r->simulated / 1e9;
}

static void tell(const struct totals *t, const struct options *o, bool last)
{
	double now = wall();

	if (!last && (now - t->told < 1 || !isatty(STDERR_FILENO)))
		return;
	fprintf(last ? stdout : stderr,
		"%s%llu of %llu seeds, %.0f s simulated, %llu frames, %llu packets delivered, "
		"%llu moves, %.1f s%s",
		last ? "" : "\r", (unsigned long long)t->seeds, (unsigned long long)o->count,
		t->simulated, (unsigned long long)t->frames, (unsigned long long)t->delivered,
		(unsigned long long)t->handovers, now - t->began, last ? "\n" : "");
}

static int failed(const struct options *o, struct explore_plan *plan, struct explore_result r)
{
	char ops[4096];

	printf("seed %llu fails: %s (%s)\n", (unsigned long long)plan->seed, r.what, r.where);
	printf("replay: %s --seed %llu%s%s%s\n", o->program, (unsigned long long)plan->seed,
	       o->ops ? " --ops '" : "", o->ops ? o->ops : "", o->ops ? "'" : "");
	if (o->no_shrink)
		return 1;
	r = explore_shrink(plan, &r);
	explore_ops_format(plan, ops, sizeof(ops));
	printf("shrunk: %s --seed %llu --ops '%s'  # %s\n", o->program,
	       (unsigned long long)plan->seed, ops, r.where);
	return 1;
}

static int run(const struct options *o)
{
	struct totals t = {.began = wall()};
	struct explore_plan plan;
	int code = 0;

	for (uint64_t i = 0; i < o->count && !interrupted; i++) {
		struct explore_result r;

		explore_draw(o->seed + i, &plan);
		if (o->ops && !explore_ops_parse(o->ops, &plan)) {
			fprintf(stderr, "explore: --ops is not a list of operations\n");
			return 2;
		}
		r = explore_run(&plan, o->trace);
		add(&t, &r);
		if (r.failed) {
			code = failed(o, &plan, r);
			if (!o->go_on)
				break;
		}
		if (i % 16 == 0) {
			tell(&t, o, false);
			t.told = wall() - t.told >= 1 ? wall() : t.told;
		}
	}
	tell(&t, o, true);
	if (interrupted)
		printf("interrupted; go on with --seed %llu\n",
		       (unsigned long long)(o->seed + t.seeds));
	return interrupted ? 130 : code;
}

static bool read_number(const char *text, uint64_t *ret)
{
	char *end;

	*ret = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && *end == '\0';
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
	    {"seed", required_argument, NULL, 's'}, {"count", required_argument, NULL, 'n'},
	    {"ops", required_argument, NULL, 'o'},  {"trace", no_argument, NULL, 't'},
	    {"frames", no_argument, NULL, 'f'},	    {"no-shrink", no_argument, NULL, 'q'},
	    {"go-on", no_argument, NULL, 'g'},	    {NULL, 0, NULL, 0}};
	struct options o = {.seed = 1, .count = 1, .program = argv[0]};
	bool good = true;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 's')
			good = good && read_number(optarg, &o.seed);
		else if (c == 'n')
			good = good && read_number(optarg, &o.count);
		else if (c == 'o')
			o.ops = optarg;
		else if (c == 't')
			o.trace = 1;
		else if (c == 'f')
			o.trace = 2;
		else if (c == 'q')
			o.no_shrink = true;
		else if (c == 'g')
			o.go_on = true;
		else
			good = false;
	}
	if (!good || optind < argc) {
		fprintf(stderr,
			"usage: explore [--seed N] [--count M] [--ops LIST] [--trace|--frames] "
			"[--no-shrink] [--go-on]\n");
		return 2;
	}
	signal(SIGINT, on_interrupt);
	setvbuf(stdout, NULL, _IOLBF, 0);
	return run(&o);
}
