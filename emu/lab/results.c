/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/results.h"
#include "version.h"
#include <errno.h>
#include <jansson.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SAME_SECOND_MAX = 100, COPY_CHUNK = 65536 };

static int fail(struct results *r, const char *what, const char *path)
{
	snprintf(r->error, sizeof(r->error), "cannot %s %.300s: %s", what, path, strerror(errno));
	return -1;
}

static int make_folder(struct results *r, const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return fail(r, "make", path);
	return 0;
}

/* A folder and those above it. */
static int make_folders(struct results *r, const char *path)
{
	char part[512];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return errno = ENAMETOOLONG, fail(r, "make", path);
	for (size_t i = 1; i < len; i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST && access(part, F_OK) < 0)
			return fail(r, "make", part);
	}
	return make_folder(r, path);
}

static int copy_file(struct results *r, const char *from, const char *to)
{
	char buffer[COPY_CHUNK];
	FILE *in = fopen(from, "re");
	FILE *out = in ? fopen(to, "we") : NULL;
	size_t n;

	if (!in || !out) {
		if (in)
			fclose(in);
		return fail(r, "copy", from);
	}
	while ((n = fread(buffer, 1, sizeof(buffer), in)) > 0)
		if (fwrite(buffer, 1, n, out) != n)
			break;
	fclose(in);
	return fclose(out) == 0 && n == 0 ? 0 : fail(r, "write", to);
}

/* The first name that is free: two runs in one second do not share a folder. */
static int claim_folder(struct results *r, const char *stem)
{
	for (int n = 1; n < SAME_SECOND_MAX; n++) {
		if (n == 1)
			snprintf(r->path, sizeof(r->path), "%s", stem);
		else
			snprintf(r->path, sizeof(r->path), "%s-%d", stem, n);
		if (mkdir(r->path, 0755) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return fail(r, "make", r->path);
}

static int fill_folder(struct results *r, const struct lab_plan *plan,
		       const struct settings *settings)
{
	char path[640];

	snprintf(path, sizeof(path), "%s/raw", r->path);
	if (make_folder(r, path) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/scenario.yaml", r->path);
	if (copy_file(r, plan->scenario_file, path) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/topology.yaml", r->path);
	if (copy_file(r, plan->topology_file, path) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/raw/settings", r->path);
	return settings_write(settings, path) < 0 ? fail(r, "write", path) : 0;
}

int results_make(struct results *r, const char *base, const struct lab_plan *plan,
		 const struct settings *settings)
{
	char absolute[400];
	char stem[480];
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;

	*r = (struct results){0};
	if (make_folders(r, base) < 0)
		return -1;
	if (!realpath(base, absolute) || strlen(absolute) > 300)
		return fail(r, "use", base);
	snprintf(stem, sizeof(stem), "%.300s/%s", absolute, plan->scenario);
	if (make_folder(r, stem) < 0)
		return -1;
	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(stem, sizeof(stem), "%.300s/%s/%s-%s-%llu", absolute, plan->scenario, stamp,
		 lab_engine_name(plan->engine), (unsigned long long)plan->seed);
	if (claim_folder(r, stem) < 0)
		return -1;
	return fill_folder(r, plan, settings);
}

static json_t *parameters(const struct lab_plan *plan)
{
	json_t *object = json_object();

	for (size_t i = 0; i < plan->param_count; i++)
		json_object_set_new(object, plan->params[i].name,
				    json_string(plan->params[i].text));
	return object;
}

static json_t *kernel_release(const struct results *r)
{
	char path[640];
	char text[128] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/kernel", r->path);
	file = fopen(path, "re");
	if (!file)
		return json_null();
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	return json_string(text);
}

static void put_end(json_t *run, const struct results_end *end)
{
	json_object_set_new(run, "finished", json_boolean(end != NULL));
	if (!end)
		return;
	json_object_set_new(run, "exit_code", json_integer(end->code));
	json_object_set_new(run, "wall_s", json_real(end->wall_s));
	json_object_set_new(run, "simulated_s", json_real(end->simulated_s));
	json_object_set_new(run, "error", json_string(end->error));
}

static json_t *kernel_kind(enum engine_kernel kernel)
{
	if (kernel == ENGINE_KERNEL_BEST)
		return json_null();
	return json_string(kernel == ENGINE_KERNEL_BUILT ? "built" : "debian");
}

int results_write_run(struct results *r, const struct lab_plan *plan, enum engine_kernel kernel,
		      const struct results_end *end)
{
	char path[640];
	json_t *run = json_object();
	int err;

	json_object_set_new(run, "scenario", json_string(plan->scenario));
	json_object_set_new(run, "topology", json_string(plan->topology));
	json_object_set_new(run, "scenario_file", json_string(plan->scenario_file));
	json_object_set_new(run, "topology_file", json_string(plan->topology_file));
	json_object_set_new(run, "engine", json_string(lab_engine_name(plan->engine)));
	json_object_set_new(run, "seed", json_integer((json_int_t)plan->seed));
	json_object_set_new(run, "parameters", parameters(plan));
	json_object_set_new(run, "version", json_string(MIP6_VERSION));
	json_object_set_new(run, "commit", json_string(MIP6_COMMIT));
	json_object_set_new(run, "kernel", kernel_release(r));
	json_object_set_new(run, "kernel_kind", kernel_kind(kernel));
	json_object_set_new(run, "started", json_integer((json_int_t)time(NULL)));
	put_end(run, end);
	snprintf(path, sizeof(path), "%s/run.json", r->path);
	err = json_dump_file(run, path, JSON_INDENT(2) | JSON_SORT_KEYS);
	json_decref(run);
	return err < 0 ? fail(r, "write", path) : 0;
}

int results_link_latest(struct results *r)
{
	char copy[512];
	char link[600];
	char temporary[640];
	const char *name = strrchr(r->path, '/') + 1;

	snprintf(copy, sizeof(copy), "%s", r->path);
	snprintf(link, sizeof(link), "%s/latest", dirname(copy));
	snprintf(temporary, sizeof(temporary), "%s.%d", link, (int)getpid());
	if (symlink(name, temporary) < 0 || rename(temporary, link) < 0)
		return fail(r, "link", link);
	return 0;
}
