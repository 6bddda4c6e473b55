/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handovers.csv is read again, not the findings kept: what is compared is what a
 * user has in hand. */
#include "lab/agree.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 1024, FIELDS_MAX = COLUMN_CSV + 4, ROWS_MAX = 100000 };

/* Cuts a line at its commas; how many fields there are, FIELDS_MAX at most. */
static size_t split(char *line, char *fields[FIELDS_MAX])
{
	size_t count = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (line && count < FIELDS_MAX) {
		fields[count++] = line;
		line = strchr(line, ',');
		if (line)
			*line++ = '\0';
	}
	return count;
}

static bool head_is_known(char *line, bool *ret_nodes)
{
	static const char *const first[] = {"n", "from", "to"};
	char *fields[FIELDS_MAX];
	size_t count = split(line, fields);

	*ret_nodes = count == 3 + COLUMN_CSV + 1;
	if (count != 3 + COLUMN_CSV && !*ret_nodes)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (strcmp(fields[i], first[i]) != 0)
			return false;
	for (enum column c = 0; c < COLUMN_CSV; c++)
		if (strcmp(fields[3 + c], column_name(c)) != 0)
			return false;
	return !*ret_nodes || strcmp(fields[3 + COLUMN_CSV], "node") == 0;
}

/* An empty field is a value that is not known. */
static bool read_value(const char *text, struct expr_value *ret)
{
	char *end;

	*ret = (struct expr_value){.known = text[0] != '\0'};
	if (!ret->known)
		return true;
	errno = 0;
	ret->number = strtod(text, &end);
	return *end == '\0' && errno == 0;
}

static bool read_row(char *line, bool nodes, struct agree_row *row)
{
	char *fields[FIELDS_MAX];
	char *end;

	*row = (struct agree_row){0};
	if (split(line, fields) != (size_t)COLUMN_CSV + 3 + nodes)
		return false;
	row->n = (unsigned)strtoul(fields[0], &end, 10);
	if (end == fields[0] || *end)
		return false;
	snprintf(row->from, sizeof(row->from), "%s", fields[1]);
	snprintf(row->to, sizeof(row->to), "%s", fields[2]);
	snprintf(row->node, sizeof(row->node), "%s", nodes ? fields[3 + COLUMN_CSV] : "");
	for (enum column c = 0; c < COLUMN_CSV; c++)
		if (!read_value(fields[3 + c], &row->values[c]))
			return false;
	return true;
}

static bool add_row(struct agree_table *table, const struct agree_row *row)
{
	struct agree_row *grown =
	    table->count < ROWS_MAX
		? realloc(table->rows, (table->count + 1) * sizeof(*table->rows))
		: NULL;

	if (!grown)
		return false;
	table->rows = grown;
	table->rows[table->count++] = *row;
	return true;
}

static int read_file(struct agree_table *table, FILE *file, const char *path, char *error,
		     size_t cap)
{
	char line[LINE_ROOM];
	struct agree_row row;
	bool nodes;

	if (!fgets(line, sizeof(line), file) || !head_is_known(line, &nodes)) {
		snprintf(error, cap, "%s:1: not the head of a handovers.csv of this version", path);
		return -1;
	}
	while (fgets(line, sizeof(line), file))
		if (!read_row(line, nodes, &row) || !add_row(table, &row)) {
			snprintf(error, cap, "%s:%zu: not a handover", path, table->count + 2);
			return -1;
		}
	return 0;
}

int agree_table_read(struct agree_table *table, const char *folder, char *error, size_t cap)
{
	char path[700];
	FILE *file;
	int status;

	*table = (struct agree_table){0};
	snprintf(path, sizeof(path), "%s/handovers.csv", folder);
	file = fopen(path, "re");
	if (!file) {
		snprintf(error, cap, "cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	status = read_file(table, file, path, error, cap);
	fclose(file);
	if (status < 0)
		agree_table_free(table);
	return status;
}

void agree_table_free(struct agree_table *table)
{
	free(table->rows);
	*table = (struct agree_table){0};
}
