/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel configurations: lines "CONFIG_NAME=y" or "=m"; whatever is not named
 * is not there. */
#include "linux/features_internal.h"

#include <errno.h>
#include <string.h>

#define LINE_MAX_BYTES 4096

static void take_option(struct feature_config *c, const char *name, size_t name_len,
			enum feature_state state)
{
	for (int id = 0; id < FEATURES; id++) {
		for (size_t i = 0; i < FEATURE_OPTIONS; i++) {
			const char *option = feature_option((enum feature_id)id, i);

			if (option && strlen(option) == name_len &&
			    memcmp(option, name, name_len) == 0)
				c->options[id][i] = state;
		}
	}
}

static void take_line(struct feature_config *c, const char *line)
{
	static const char prefix[] = "CONFIG_";
	size_t name_len;

	/* "# CONFIG_NAME is not set" counts as a line of a configuration only. */
	if (strncmp(line, "# CONFIG_", 9) == 0)
		c->lines++;
	if (strncmp(line, prefix, sizeof(prefix) - 1) != 0)
		return;
	line += sizeof(prefix) - 1;
	name_len = strcspn(line, "=\n");
	if (line[name_len] != '=')
		return;
	c->lines++;
	if (line[name_len + 1] == 'y')
		take_option(c, line, name_len, FEATURE_PRESENT);
	else if (line[name_len + 1] == 'm')
		take_option(c, line, name_len, FEATURE_MODULE);
}

int feature_config_read_stream(FILE *file, const char *path, struct feature_config *ret,
			       char *error, size_t cap)
{
	char line[LINE_MAX_BYTES];
	bool first = true;

	*ret = (struct feature_config){.lines = 0};
	for (int id = 0; id < FEATURES; id++)
		for (size_t i = 0; i < FEATURE_OPTIONS; i++)
			ret->options[id][i] = FEATURE_ABSENT;
	while (fgets(line, sizeof(line), file)) {
		if (first && line[0] == '\x1f' && line[1] == '\x8b') {
			snprintf(error, cap, "%s is compressed: give what zcat %s prints", path,
				 path);
			return -1;
		}
		first = false;
		take_line(ret, line);
	}
	if (ferror(file)) {
		snprintf(error, cap, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (ret->lines == 0) {
		snprintf(error, cap,
			 "%s is no kernel configuration: it has no line that begins with CONFIG_",
			 path);
		return -1;
	}
	return 0;
}

int feature_config_read(const char *path, struct feature_config *ret, char *error, size_t cap)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "re");
	int err;

	if (!file) {
		snprintf(error, cap, "%s: %s", path, strerror(errno));
		return -1;
	}
	err = feature_config_read_stream(file, is_stdin ? "standard input" : path, ret, error, cap);
	if (!is_stdin)
		fclose(file);
	return err;
}

enum feature_state feature_config_state(const struct feature_config *c, enum feature_id id)
{
	enum feature_state worst = FEATURE_PRESENT;

	for (size_t i = 0; i < FEATURE_OPTIONS; i++)
		if (feature_option(id, i) && c->options[id][i] < worst)
			worst = c->options[id][i];
	return worst;
}
