/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What README.md tells its reader to type is typed here: each line
 * "make scenario=..." is run (in virtual time), each scenario that its table
 * names exists, and every scenario that exists is in the table. */
#include "runs_help.h"
#include "test.h"
#include <dirent.h>

enum { ARGS = 12, LINE = 512 };

struct command {
	char line[LINE];
	const char *args[ARGS];
	size_t count;
	bool real_time;
};

/* The value of name=value or name="value" in a command line, cut out of it. */
static char *value_of(char *line, const char *name)
{
	char *at = strstr(line, name);
	char end = ' ';

	if (!at)
		return NULL;
	at += strlen(name);
	if (*at == '"') {
		end = '"';
		at++;
	}
	at = strdup(at);
	at[strcspn(at, end == '"' ? "\"\n" : " \n")] = '\0';
	return at;
}

static void add(struct command *c, const char *option, const char *value)
{
	if (!value)
		return;
	if (option)
		c->args[c->count++] = option;
	c->args[c->count++] = value;
}

static void parse(struct command *c)
{
	const char *engine = value_of(c->line, "engine=");

	add(c, NULL, value_of(c->line, "scenario="));
	add(c, "-s", value_of(c->line, "seed="));
	add(c, "-p", value_of(c->line, "set="));
	c->real_time = engine && strcmp(engine, "virtual") != 0 && strcmp(engine, "ns3") != 0;
	add(c, "-e", engine);
}

static void try_command(struct command *c)
{
	struct lab_run run = {0};
	const char *plan[ARGS + 1] = {"plan"};

	/* In real time a busy machine decides: there the plan must do. */
	for (size_t i = 0; i < c->count; i++)
		plan[i + 1] = c->args[i];
	if (c->real_time)
		lab_command(&run, plan);
	else
		lab_run(&run, c->args);
	CU_ASSERT_EQUAL(run.code, 0);
	if (run.code)
		printf("%s", c->line), lab_explain(&run);
	lab_run_free(&run);
}

static void commands(void)
{
	FILE *readme = fopen("README.md", "r");
	char line[LINE];
	unsigned found = 0;

	CU_ASSERT_PTR_NOT_NULL_FATAL(readme);
	while (fgets(line, sizeof(line), readme)) {
		struct command c = {0};

		if (strncmp(line, "    make scenario=", 18) != 0)
			continue;
		strcpy(c.line, line);
		c.line[strcspn(c.line, "#")] = '\0';
		parse(&c);
		try_command(&c);
		found++;
	}
	fclose(readme);
	CU_ASSERT_TRUE(found >= 3);
}

static bool readme_names(const char *name)
{
	FILE *readme = fopen("README.md", "r");
	char line[LINE];
	char quoted[280];
	bool found = false;

	snprintf(quoted, sizeof(quoted), "`%s`", name);
	while (readme && fgets(line, sizeof(line), readme))
		found |= line[0] == '|' && strstr(line, quoted);
	if (readme)
		fclose(readme);
	return found;
}

static void table(void)
{
	DIR *dir = opendir("scenarios");
	struct dirent *entry;

	CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
	while ((entry = readdir(dir))) {
		char name[256];
		char *dot;

		snprintf(name, sizeof(name), "%s", entry->d_name);
		dot = strstr(name, ".yaml");
		if (!dot)
			continue;
		*dot = '\0';
		CU_ASSERT_TRUE(readme_names(name));
		if (!readme_names(name))
			printf("README.md does not name scenario %s\n", name);
	}
	closedir(dir);
}

int main(void)
{
	static const struct test_case tests[] = {{"commands", commands}, {"table", table}};

	return test_run("readme", tests, sizeof(tests) / sizeof(tests[0]));
}
