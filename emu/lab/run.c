/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/run.h"
#include "lab/analysis.h"
#include "lab/engine.h"
#include "lab/progress.h"
#include "lab/results.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TAIL_LINES = 8 };

static const char last_words[] = "its last words are in ";

void run_find_scenario(const char *scenarios, const char *name, char *buf, size_t cap)
{
	size_t len = strlen(name);

	if (strchr(name, '/') || (len > 5 && strcmp(name + len - 5, ".yaml") == 0))
		snprintf(buf, cap, "%s", name);
	else
		snprintf(buf, cap, "%s/%s.yaml", scenarios, name);
}

static int open_stop_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* The signal that came; 0: none. */
static int stop_signal(int fd)
{
	struct signalfd_siginfo info;

	if (fd < 0 || read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

/* The last lines of a file; how many there were. */
static unsigned print_tail(const char *path)
{
	char lines[TAIL_LINES][256];
	unsigned count = 0;
	FILE *file = fopen(path, "re");

	while (file && fgets(lines[count % TAIL_LINES], sizeof(lines[0]), file))
		count++;
	for (unsigned i = count > TAIL_LINES ? count - TAIL_LINES : 0; i < count; i++) {
		char *line = lines[i % TAIL_LINES];

		line[strcspn(line, "\n")] = '\0';
		fprintf(stderr, "  | %s\n", line);
	}
	if (file)
		fclose(file);
	return count;
}

/* A daemon that logs nothing but events has its last words among those. */
static void print_last_words(const char *results, const char *error)
{
	const char *name = strstr(error, last_words);
	char path[700];
	int stem;

	if (!name)
		return;
	name += strlen(last_words);
	stem = (int)strcspn(name, "\n");
	snprintf(path, sizeof(path), "%s/raw/%.100s", results, name);
	if (print_tail(path) > 0 || stem < 4 || stem > 100)
		return;
	snprintf(path, sizeof(path), "%s/raw/%.*s.events.jsonl", results, stem - 4, name);
	print_tail(path);
}

static int analyse(const struct lab_plan *plan, const char *folder, bool brief,
		   struct lab_outcome *outcome)
{
	FILE *nowhere = brief ? fopen("/dev/null", "we") : NULL;
	int status = lab_analyse(plan, folder, nowhere ? nowhere : stdout, outcome);

	if (nowhere)
		fclose(nowhere);
	if (brief && status == 0 && (outcome->failed || !outcome->valid))
		fprintf(stderr, "mip6lab: %s%u of %u expectations fail: see summary.txt\n",
			outcome->valid ? "" : "not valid, ", outcome->failed,
			outcome->expectations);
	return status;
}

/* What capture.pcapng has is stored once: the captures that it was made of go. */
static void drop_captures(const struct lab_plan *plan, const char *folder)
{
	char path[700];

	for (size_t i = 0; i < plan->capture_count; i++) {
		const struct lab_node *node = &plan->nodes[plan->captures[i].node];

		snprintf(path, sizeof(path), "%s/raw/%s-%s.pcap", folder, node->name,
			 node->ifaces[plan->captures[i].iface].name);
		unlink(path);
	}
}

/* After the run: results as far as they got, then how it ended. */
static int conclude(const struct lab_plan *plan, struct results *results,
		    const struct run_options *options, enum engine_kernel kernel,
		    struct results_end *end)
{
	struct lab_outcome outcome = {0};
	int code = end->code;
	/* What the machine lacks (memory, room on the disk) may show in the middle. */
	bool began = code != RUN_LACKS || end->simulated_s > 0;
	int analysed = 0;

	if (code != 0) {
		fprintf(stderr, "mip6lab: %s\n", end->error);
		print_last_words(results->path, end->error);
	}
	if (began)
		analysed = analyse(plan, results->path, options->brief, &outcome);
	/* On a machine that was not too busy it is the daemon's doing. */
	if (code == RUN_NOT_VALID && outcome.valid)
		code = RUN_FAILED;
	if (analysed < 0) {
		/* Why a run failed says more than what its results lack. */
		if (code == 0) {
			fprintf(stderr, "mip6lab: %s\n", outcome.error);
			print_last_words(results->path, outcome.error);
		}
		code = code ? code : RUN_FAILED;
	}
	if (began && analysed == 0 && !options->keep_captures)
		drop_captures(plan, results->path);
	if (code == 0 && !outcome.valid)
		code = RUN_NOT_VALID;
	if (code == 0 && outcome.failed)
		code = RUN_FAILED;
	if (end->signal)
		code = RUN_SIGNAL + end->signal;
	end->code = code;
	results_write_run(results, plan, kernel, end);
	if (began)
		results_link_latest(results);
	printf("%.1f s simulated in %.1f s; results in %s\n", end->simulated_s, end->wall_s,
	       results->path);
	return code;
}

/* "handover on three-links, engine virtual on Debian's kernel, seed 1" */
static void print_head(const struct lab_plan *plan, enum engine_kernel kernel)
{
	const char *on = engine_kernel_text(kernel);

	printf("%s on %s, engine %s%s%s, seed %llu\n", plan->scenario, plan->topology,
	       lab_engine_name(plan->engine), *on ? " on " : "", on,
	       (unsigned long long)plan->seed);
	fflush(stdout);
}

/* A run that was ended in its start-up says where it was. */
static void add_step(const struct progress *progress, char *error, size_t cap)
{
	char step[PROGRESS_LINE];
	size_t used = strlen(error);

	if (progress_step(progress, step, sizeof(step)))
		snprintf(error + used, cap - used, " (at start-up: %s)", step);
}

static int run_plan(const struct engine_paths *paths, const struct lab_plan *plan,
		    struct run_options *options)
{
	struct results results;
	struct progress progress;
	struct results_end end = {0};
	char error[1024] = "";
	enum engine_kernel kernel = engine_kernel(paths, plan->engine);
	int stop_fd = open_stop_signals();

	if (results_make(&results, options->results, plan, &options->settings) < 0 ||
	    results_write_run(&results, plan, kernel, NULL) < 0) {
		fprintf(stderr, "mip6lab: %s\n", results.error);
		return RUN_LACKS;
	}
	snprintf(options->folder, sizeof(options->folder), "%s", results.path);
	print_head(plan, kernel);
	progress_init(&progress, results.path);
	end.code = engine_run(paths, plan, results.path, stop_fd, progress_tick, &progress, error,
			      sizeof(error));
	progress_end(&progress);
	end.wall_s = progress_elapsed(&progress);
	end.simulated_s = progress_simulated(&progress);
	end.error = error;
	/* One that came when the run was over broke nothing off. */
	end.signal = end.code != RUN_OK ? stop_signal(stop_fd) : 0;
	options->interrupted = end.signal;
	if (end.code == RUN_FAILED)
		add_step(&progress, error, sizeof(error));
	if (stop_fd >= 0)
		close(stop_fd);
	return conclude(plan, &results, options, kernel, &end);
}

/* The plan and where the programs are. RUN_OK, or the exit code with the reason
 * printed. */
static int prepare(struct run_options *options, struct engine_paths *paths, struct lab_plan **plan)
{
	char scenario[600];
	char error[4096];
	struct lab_error bad = {0};

	*plan = NULL;
	if (engine_paths_find(paths) < 0)
		return RUN_LACKS;
	paths->kernel = options->kernel;
	if (!options->engine_given)
		options->settings.engine = LAB_ENGINE_VIRTUAL;
	if (options->kernel != ENGINE_KERNEL_BEST &&
	    options->settings.engine != LAB_ENGINE_VIRTUAL) {
		fputs("mip6lab: a kernel can be chosen for the engine virtual only\n", stderr);
		return RUN_BAD_INPUT;
	}
	run_find_scenario(options->scenarios, options->scenario, scenario, sizeof(scenario));
	if (access(scenario, R_OK) < 0) {
		fprintf(stderr,
			"mip6lab: there is no scenario %s; `mip6lab list` (make list) shows them\n",
			scenario);
		return RUN_BAD_INPUT;
	}
	*plan = lab_plan_load(scenario, options->topology, options->settings.list,
			      options->settings.count, options->settings.seed,
			      options->settings.engine, &bad);
	if (!*plan) {
		lab_error_text(&bad, error, sizeof(error));
		fprintf(stderr, "%s\n", error);
		return RUN_BAD_INPUT;
	}
	if (engine_ready(paths, (*plan)->engine, *plan, error, sizeof(error)) == 0)
		return RUN_OK;
	fprintf(stderr, "mip6lab: %s\n", error);
	return RUN_LACKS;
}

int run_check(struct run_options *options)
{
	struct engine_paths paths;
	struct lab_plan *plan;
	int code = prepare(options, &paths, &plan);

	lab_plan_free(plan);
	return code;
}

int run_scenario(struct run_options *options)
{
	struct engine_paths paths;
	struct lab_plan *plan;
	int code = prepare(options, &paths, &plan);

	if (code == RUN_OK)
		code = run_plan(&paths, plan, options);
	lab_plan_free(plan);
	return code;
}
