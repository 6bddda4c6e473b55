/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/settings.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 200, LINE_MAX_LENGTH = 1024 };

static int fail(struct settings *s, const char *what, const char *text)
{
	snprintf(s->error, sizeof(s->error), "%s: '%.150s'", what, text);
	return -1;
}

/* Takes one "name=value"; it owns `word` from here on. */
static int add_word(struct settings *s, char *word)
{
	char *equals = strchr(word, '=');
	struct lab_setting *grown;

	if (!equals || equals == word || s->count == SETTINGS_MAX) {
		fail(s, equals ? "a setting too many" : "expected NAME=VALUE", word);
		free(word);
		return -1;
	}
	grown = realloc(s->list, (s->count + 1) * sizeof(*grown));
	if (!grown) {
		free(word);
		return fail(s, "out of memory", "");
	}
	*equals = '\0';
	s->list = grown;
	s->list[s->count++] = (struct lab_setting){word, equals + 1};
	return 0;
}

int settings_add(struct settings *s, const char *text)
{
	while (*text) {
		size_t len;
		char *word;

		text += strspn(text, " \t\n");
		len = strcspn(text, " \t\n");
		if (len == 0)
			continue;
		word = strndup(text, len);
		if (!word)
			return fail(s, "out of memory", "");
		if (add_word(s, word) < 0)
			return -1;
		text += len;
	}
	return 0;
}

int settings_engine(struct settings *s, const char *name)
{
	for (int e = 0; e < LAB_ENGINES; e++)
		if (strcmp(name, lab_engine_name((enum lab_engine)e)) == 0) {
			s->engine = (enum lab_engine)e;
			return 0;
		}
	return fail(s, "no such engine (virtual, uml, host or ns3)", name);
}

int settings_seed(struct settings *s, const char *text)
{
	char *end;

	errno = 0;
	s->seed = strtoull(text, &end, 10);
	if (errno || *end || end == text || text[0] == '-')
		return fail(s, "expected a whole number as seed", text);
	return 0;
}

int settings_write(const struct settings *s, const char *path)
{
	FILE *file = fopen(path, "we");

	if (!file)
		return -1;
	fprintf(file, "engine %s\nseed %llu\n", lab_engine_name(s->engine),
		(unsigned long long)s->seed);
	for (size_t i = 0; i < s->count; i++)
		fprintf(file, "set %s=%s\n", s->list[i].name, s->list[i].value);
	return fclose(file) == 0 ? 0 : -1;
}

static int read_line(struct settings *s, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, "engine ", 7) == 0)
		return settings_engine(s, line + 7);
	if (strncmp(line, "seed ", 5) == 0)
		return settings_seed(s, line + 5);
	if (strncmp(line, "set ", 4) == 0)
		return settings_add(s, line + 4);
	return fail(s, "not a setting", line);
}

int settings_read(struct settings *s, const char *path)
{
	char line[LINE_MAX_LENGTH];
	FILE *file = fopen(path, "re");
	int err = 0;

	*s = (struct settings){0};
	if (!file)
		return fail(s, "cannot read", path);
	while (err == 0 && fgets(line, sizeof(line), file))
		err = read_line(s, line);
	fclose(file);
	return err;
}

void settings_free(struct settings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free((char *)(uintptr_t)s->list[i].name); /* name and value are one string */
	free(s->list);
	s->list = NULL;
	s->count = 0;
}
