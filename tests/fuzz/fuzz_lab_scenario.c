/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenario and topology files from a hostile hand: the input is a scenario, a
 * line "%%%", and a topology. Whatever it is, it becomes a plan that can be
 * printed or an error with a text. */
#include "lab/list.h"
#include "lab/load.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char separator[] = "%%%\n";

static void print_plan(const struct lab_plan *plan)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	lab_plan_print(out, plan);
	fclose(out);
	free(text);
}

static int build(struct lab_load *load, const char *data, size_t scenario, size_t topology)
{
	const struct lab_setting setting = {"moves", "2"};
	const struct doc_node *first;
	const struct doc_node *second;

	first = doc_parse(load->arena, "scenario", data, scenario, load->error);
	if (!first)
		return -1;
	second = doc_parse(load->arena, "topology", data + scenario + strlen(separator), topology,
			   load->error);
	if (!second)
		return -1;
	return plan_build(load, first, second, &setting, topology % 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t gap = strlen(separator);
	const uint8_t *found = memmem(data, size, separator, gap);
	size_t scenario = found ? (size_t)(found - data) : 0;
	struct arena *arena = arena_new();
	struct lab_load *load = arena_alloc(arena, sizeof(*load));
	struct lab_plan *plan = arena_alloc(arena, sizeof(*plan));
	struct lab_error error = {0};

	load->arena = arena;
	load->plan = plan;
	load->error = &error;
	plan->engine = size % 2 ? LAB_ENGINE_NS3 : LAB_ENGINE_VIRTUAL;
	if (found && build(load, (const char *)data, scenario, size - scenario - gap) == 0)
		print_plan(plan);
	else if (found && error.text[0] == '\0')
		abort();
	arena_free(arena);
	return 0;
}
