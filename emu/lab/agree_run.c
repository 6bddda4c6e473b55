/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before the first run all of them are checked: that ns-3 cannot do the scenario is said
 * at once. */
#include "lab/agree.h"
#include "lab/features.h"
#include <stdlib.h>
#include <string.h>

static const char plane_name[] = "plane";
static const char advertiser_name[] = "ra";
static const char our_advertiser[] = "mip6d";

/* The runs; without the last one, AGREE_DEBIAN, where there is but one kernel. */
struct ways {
	struct run_options list[AGREE_WAYS];
	enum agree_way count;
	char note[128]; /* why it is not there */
};

static int copy_settings(struct settings *to, const struct settings *from)
{
	char text[1024];

	*to = (struct settings){.seed = from->seed};
	for (size_t i = 0; i < from->count; i++) {
		snprintf(text, sizeof(text), "%s=%s", from->list[i].name, from->list[i].value);
		if (settings_add(to, text) < 0)
			return -1;
	}
	return 0;
}

static bool is_given(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->count; i++)
		if (strcmp(settings->list[i].name, name) == 0)
			return true;
	return false;
}

static int add_setting(struct settings *settings, const char *name, const char *value)
{
	char text[128];

	snprintf(text, sizeof(text), "%s=%s", name, value);
	return settings_add(settings, text);
}

/* NULL: it cannot be loaded. */
static struct lab_plan *load_plan(const struct run_options *options,
				  const struct settings *settings)
{
	struct lab_error bad;
	char scenario[600];

	run_find_scenario(options->scenarios, options->scenario, scenario, sizeof(scenario));
	return lab_plan_load(scenario, options->topology, settings->list, settings->count,
			     settings->seed, LAB_ENGINE_VIRTUAL, &bad);
}

/* Whether the scenario lets its access routers be chosen. */
static bool takes_advertiser(const struct run_options *options)
{
	struct settings settings;
	struct lab_plan *plan = NULL;

	if (copy_settings(&settings, &options->settings) == 0 &&
	    add_setting(&settings, advertiser_name, our_advertiser) == 0)
		plan = load_plan(options, &settings);
	settings_free(&settings);
	lab_plan_free(plan);
	return plan != NULL;
}

/* Whether there are two kernels to compare; if not, ways->note says why. A plan that
 * cannot be loaded is not judged here. */
static bool has_kernels(struct ways *ways)
{
	const struct run_options *options = &ways->list[AGREE_KERNEL];
	struct engine_paths paths = {0};
	struct lab_plan *plan = load_plan(options, &options->settings);
	const char *lacking = plan ? features_lacking(plan) : NULL;
	bool built = engine_paths_find(&paths) == 0 &&
		     engine_kernel(&paths, LAB_ENGINE_VIRTUAL) == ENGINE_KERNEL_BUILT;

	if (!built)
		snprintf(ways->note, sizeof(ways->note),
			 "only Debian's kernel is here: `make kernel` adds a comparison of the two "
			 "kernels");
	else if (lacking)
		snprintf(ways->note, sizeof(ways->note),
			 "the two kernels are not compared: Debian's does not have %s", lacking);
	lab_plan_free(plan);
	return built && !lacking;
}

/* What one of the runs has beside what the user set. ns-3 has no radvd, so that routers
 * are mip6d in all of them. */
static int set_way(struct run_options *options, enum agree_way way, bool advertiser)
{
	enum agree_way plane = way == AGREE_DEBIAN ? AGREE_KERNEL : way;
	struct settings *settings = &options->settings;

	options->brief = true;
	options->engine_given = true;
	options->kernel = way == AGREE_DEBIAN ? ENGINE_KERNEL_DEBIAN : ENGINE_KERNEL_BEST;
	settings->engine = way == AGREE_NS3 ? LAB_ENGINE_NS3 : LAB_ENGINE_VIRTUAL;
	if (way != AGREE_NS3 && add_setting(settings, plane_name, agree_way_name(plane)) < 0)
		return -1;
	return advertiser ? add_setting(settings, advertiser_name, our_advertiser) : 0;
}

static int make_ways(const struct run_options *options, struct ways *ways)
{
	bool advertiser =
	    !is_given(&options->settings, advertiser_name) && takes_advertiser(options);

	for (enum agree_way w = 0; w < AGREE_WAYS; w++) {
		struct run_options *way = &ways->list[w];

		*way = *options;
		if (copy_settings(&way->settings, &options->settings) < 0 ||
		    set_way(way, w, advertiser) < 0) {
			fprintf(stderr, "mip6lab: %s\n", way->settings.error);
			return RUN_BAD_INPUT;
		}
	}
	ways->count = has_kernels(ways) ? AGREE_WAYS : AGREE_DEBIAN;
	for (enum agree_way w = 0; w < ways->count; w++) {
		int code = run_check(&ways->list[w]);

		if (code != RUN_OK)
			return code;
	}
	if (ways->count < AGREE_WAYS)
		puts(ways->note);
	return RUN_OK;
}

/* The scenario's own name, by which the allow-list knows it. */
static void scenario_name(const char *given, char *name, size_t cap)
{
	const char *slash = strrchr(given, '/');

	snprintf(name, cap, "%s", slash ? slash + 1 : given);
	if (strlen(name) > 5 && strcmp(name + strlen(name) - 5, ".yaml") == 0)
		name[strlen(name) - 5] = '\0';
}

static int compare_folders(const struct ways *ways, struct agree_allowed *allowed)
{
	struct agree_table tables[AGREE_WAYS] = {0};
	char name[256];
	char error[1024];
	int code = RUN_OK;

	scenario_name(ways->list[0].scenario, name, sizeof(name));
	tables[AGREE_DEBIAN].absent = ways->count <= AGREE_DEBIAN;
	for (enum agree_way w = 0; w < ways->count && code == RUN_OK; w++)
		if (agree_table_read(&tables[w], ways->list[w].folder, error, sizeof(error)) < 0) {
			fprintf(stderr, "mip6lab: %s\n", error);
			code = RUN_FAILED;
		}
	if (code == RUN_OK) {
		putchar('\n');
		code = agree_compare(name, tables, allowed, stdout) ? RUN_FAILED : RUN_OK;
	}
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		agree_table_free(&tables[w]);
	return code;
}

/* All are run also when one of them misses an expectation: where they differ says why. */
static int run_ways(struct ways *ways, struct agree_allowed *allowed)
{
	int worst = RUN_OK;
	int code;

	for (enum agree_way w = 0; w < ways->count; w++) {
		struct run_options *way = &ways->list[w];

		code = run_scenario(way);
		if (code > RUN_FAILED || !way->folder[0] || way->interrupted)
			return code;
		worst = code > worst ? code : worst;
	}
	code = compare_folders(ways, allowed);
	if (worst != RUN_OK)
		puts("but not every run ended well: see above");
	return code > worst ? code : worst;
}

static int read_allowed(const struct run_options *options, struct agree_allowed *allowed)
{
	struct lab_error bad = {0};
	char path[700];
	char text[1024];

	snprintf(path, sizeof(path), "%s/agree.allow", options->scenarios);
	if (agree_allow_read(allowed, options->allow ? options->allow : path, &bad) == 0)
		return RUN_OK;
	lab_error_text(&bad, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
	return RUN_BAD_INPUT;
}

int agree_run(struct run_options *options)
{
	struct ways ways = {0};
	struct agree_allowed allowed;
	int code = read_allowed(options, &allowed);

	if (code != RUN_OK)
		return code;
	if (is_given(&options->settings, plane_name)) {
		fputs("mip6lab: agree sets \"plane\" itself\n", stderr);
		code = RUN_BAD_INPUT;
	}
	if (code == RUN_OK)
		code = make_ways(options, &ways);
	if (code == RUN_OK)
		code = run_ways(&ways, &allowed);
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		settings_free(&ways.list[w].settings);
	agree_allow_free(&allowed);
	return code;
}
