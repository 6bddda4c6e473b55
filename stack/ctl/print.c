/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers as tables: each column is as wide as its widest value. */
#include "print.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#define COLUMNS_MAX 16
#define VALUE_TEXT  1024

struct column {
	const char *title;
	const char *member;
};

struct table {
	const char *command;
	const char *none; /* what an empty list means */
	struct column columns[COLUMNS_MAX];
};

static const struct table tables[] = {
    {"bindings",
     "no bindings",
     {{"HOME ADDRESS", "hoa"},
      {"CARE-OF ADDRESS", "coa"},
      {"LINK", "interface"},
      {"STATE", "state"},
      {"SEQ", "seq"},
      {"FLAGS", "flags"},
      {"EXPIRES IN s", "expires_s"}}},
    {"registrations",
     "no registrations",
     {{"HOME ADDRESS", "hoa"},
      {"CARE-OF ADDRESS", "coa"},
      {"PEER", "peer"},
      {"LINK", "interface"},
      {"STATE", "state"},
      {"SEQ", "seq"},
      {"LIFETIME s", "lifetime_s"},
      {"EXPIRES IN s", "expires_s"},
      {"NEXT BU IN s", "refresh_s"},
      {"RESENDS", "resends"},
      {"STATUS", "status_text"}}},
    {"interfaces",
     "no interfaces",
     {{"NAME", "name"},
      {"INDEX", "ifindex"},
      {"UP", "up"},
      {"PREFERENCE", "preference"},
      {"IN USE", "in_use"},
      {"AT HOME", "at_home"},
      {"ROUTER", "router"},
      {"CARE-OF ADDRESS", "coa"}}},
    {"settings",
     "no settings",
     {{"SETTING", "name"}, {"INTERFACE", "interface"}, {"VALUE", "value"}}},
};

static const char *value_text(const json_t *v, char buf[VALUE_TEXT])
{
	if (json_is_string(v))
		snprintf(buf, VALUE_TEXT, "%s", json_string_value(v));
	else if (json_is_integer(v))
		snprintf(buf, VALUE_TEXT, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	else if (json_is_real(v))
		snprintf(buf, VALUE_TEXT, "%.3f", json_real_value(v));
	else if (json_is_boolean(v))
		snprintf(buf, VALUE_TEXT, "%s", json_is_true(v) ? "yes" : "no");
	else
		snprintf(buf, VALUE_TEXT, "-");
	if (!buf[0])
		snprintf(buf, VALUE_TEXT, "-");
	return buf;
}

static size_t columns_of(const struct table *t)
{
	size_t n = 0;

	while (n < COLUMNS_MAX && t->columns[n].title)
		n++;
	return n;
}

static void print_row(FILE *out, const struct table *t, const size_t *widths, const json_t *row)
{
	size_t n = columns_of(t);
	char buf[VALUE_TEXT];

	for (size_t i = 0; i < n; i++) {
		const char *text = t->columns[i].title;

		if (row)
			text = value_text(json_object_get(row, t->columns[i].member), buf);
		fprintf(out, "%-*s%s", i + 1 < n ? (int)widths[i] : 0, text,
			i + 1 < n ? "  " : "\n");
	}
}

static void print_table(FILE *out, const struct table *t, const json_t *list)
{
	size_t widths[COLUMNS_MAX] = {0};
	size_t n = columns_of(t);
	char buf[VALUE_TEXT];

	if (json_array_size(list) == 0) {
		fprintf(out, "%s\n", t->none);
		return;
	}
	for (size_t c = 0; c < n; c++)
		widths[c] = strlen(t->columns[c].title);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *row = json_array_get(list, i);

		for (size_t c = 0; c < n; c++) {
			const json_t *v = json_object_get(row, t->columns[c].member);
			size_t len = strlen(value_text(v, buf));

			if (len > widths[c])
				widths[c] = len;
		}
	}
	print_row(out, t, widths, NULL);
	for (size_t i = 0; i < json_array_size(list); i++)
		print_row(out, t, widths, json_array_get(list, i));
}

/* Name and value on each line; what only belongs to the protocol is left out. */
static void print_members(FILE *out, json_t *object)
{
	char buf[VALUE_TEXT];
	const char *name;
	json_t *v;

	json_object_foreach(object, name, v)
	{
		if (strcmp(name, "ok") == 0 || strcmp(name, "command") == 0)
			continue;
		fprintf(out, "%-18s %s\n", name, value_text(v, buf));
	}
}

static void print_strings(FILE *out, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		fprintf(out, "%s\n", json_string_value(json_array_get(list, i)));
}

void print_answer(FILE *out, const char *command, json_t *answer)
{
	json_t *list = json_object_get(answer, command);

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (strcmp(tables[i].command, command) != 0)
			continue;
		print_table(out, &tables[i], list);
		return;
	}
	if (strcmp(command, "objects") == 0)
		print_strings(out, list);
	else if (strcmp(command, "stats") == 0)
		print_members(out, list);
	else if (strcmp(command, "status") == 0)
		print_members(out, answer);
	else
		fprintf(out, "%s: done\n", command);
}

static bool is_head(const char *name)
{
	return strcmp(name, "time") == 0 || strcmp(name, "mono") == 0 ||
	       strcmp(name, "node") == 0 || strcmp(name, "event") == 0 || strcmp(name, "if") == 0;
}

void print_event(FILE *out, json_t *event)
{
	double t = json_real_value(json_object_get(event, "time"));
	time_t seconds = (time_t)t;
	const char *name;
	char buf[VALUE_TEXT];
	struct tm tm;
	json_t *v;

	localtime_r(&seconds, &tm);
	fprintf(out, "%02d:%02d:%02d.%06d ", tm.tm_hour, tm.tm_min, tm.tm_sec,
		(int)((t - (double)seconds) * 1e6));
	fprintf(out, "%s ", value_text(json_object_get(event, "node"), buf));
	fprintf(out, "%-16s", value_text(json_object_get(event, "event"), buf));
	v = json_object_get(event, "if");
	if (v)
		fprintf(out, " %s", value_text(v, buf));
	json_object_foreach(event, name, v)
	{
		if (!is_head(name))
			fprintf(out, " %s=%s", name, value_text(v, buf));
	}
	fputc('\n', out);
	fflush(out);
}
