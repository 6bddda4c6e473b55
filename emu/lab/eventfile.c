/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/eventfile.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 800, DECIMALS = 9 };

/* Read from the text: as a floating number it would lose its last digits. */
static bool parse_time(const char *line, int64_t *ret)
{
	static const char key[] = "\"time\":";
	const char *p = strstr(line, key);
	char *end;
	int64_t seconds;
	int64_t fraction = 0;

	if (!p)
		return false;
	seconds = strtoll(p + strlen(key), &end, 10);
	if (seconds <= 0 || seconds > INT64_MAX / LAB_NS_SECOND - 1)
		return false;
	if (*end == '.')
		end++;
	for (int i = 0; i < DECIMALS; i++)
		fraction = fraction * 10 + (*end >= '0' && *end <= '9' ? *end++ - '0' : 0);
	*ret = seconds * LAB_NS_SECOND + fraction;
	return true;
}

static int make_room(struct events *e)
{
	size_t room = e->room ? 2 * e->room : 256;
	struct event *grown;

	if (e->count < e->room)
		return 0;
	grown = realloc(e->list, room * sizeof(*grown));
	if (!grown)
		return -1;
	e->list = grown;
	e->room = room;
	return 0;
}

static int take_line(struct events *e, int node, const char *line)
{
	struct event event = {.node = node, .order = e->count, .fields = json_loads(line, 0, NULL)};

	event.name = json_string_value(json_object_get(event.fields, "event"));
	if (!event.name || !parse_time(line, &event.time)) {
		json_decref(event.fields);
		e->bad++;
		return 0;
	}
	event.text = strdup(line);
	if (!event.text || make_room(e) < 0) {
		free(event.text);
		json_decref(event.fields);
		return -1;
	}
	e->list[e->count++] = event;
	return 0;
}

static int read_file(struct events *e, int node, const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int result = 0;

	if (!file)
		return 0;
	while (result == 0 && (length = getline(&line, &room, file)) > 0) {
		if (line[length - 1] != '\n')
			break; /* cut off */
		line[length - 1] = '\0';
		result = take_line(e, node, line);
	}
	free(line);
	fclose(file);
	return result;
}

static int compare(const void *a, const void *b)
{
	const struct event *x = a;
	const struct event *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

int events_read(struct events *e, const struct lab_plan *plan, const char *raw)
{
	char path[PATH_ROOM];

	*e = (struct events){0};
	for (size_t n = 0; n < plan->node_count; n++)
		for (size_t d = 0; d < plan->nodes[n].daemon_count; d++) {
			const char *name = plan->nodes[n].daemons[d].events;

			if (!name)
				continue;
			snprintf(path, sizeof(path), "%s/%s", raw, name);
			if (read_file(e, (int)n, path) < 0)
				return -1;
		}
	if (e->count > 0)
		qsort(e->list, e->count, sizeof(*e->list), compare);
	return 0;
}

int events_write(const struct events *e, const char *path)
{
	FILE *out = fopen(path, "we");

	if (!out)
		return -1;
	for (size_t i = 0; i < e->count; i++)
		fprintf(out, "%s\n", e->list[i].text);
	return fclose(out) == 0 ? 0 : -1;
}

void events_free(struct events *e)
{
	for (size_t i = 0; i < e->count; i++) {
		free(e->list[i].text);
		json_decref(e->list[i].fields);
	}
	free(e->list);
	*e = (struct events){0};
}

static size_t first_at(const struct events *e, int64_t time)
{
	size_t low = 0;
	size_t high = e->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (e->list[middle].time < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct event *events_first(const struct events *e, int node, const char *name, int64_t from,
				 int64_t until, const char *key, int64_t number)
{
	for (size_t i = first_at(e, from); i < e->count && e->list[i].time < until; i++) {
		const struct event *event = &e->list[i];
		const json_t *value;

		if (event->node != node || strcmp(event->name, name) != 0)
			continue;
		value = key ? json_object_get(event->fields, key) : NULL;
		if (!key || (json_is_integer(value) && json_integer_value(value) == number))
			return event;
	}
	return NULL;
}

static bool matches(const json_t *fields, const char *filter)
{
	size_t length = strcspn(filter, "=");
	char key[64];
	char text[32];
	const json_t *value;

	if (filter[length] != '=' || length >= sizeof(key))
		return false;
	memcpy(key, filter, length);
	key[length] = '\0';
	value = json_object_get(fields, key);
	if (json_is_string(value))
		return strcmp(json_string_value(value), filter + length + 1) == 0;
	snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_is_integer(value) && strcmp(text, filter + length + 1) == 0;
}

static bool match_all(const json_t *fields, const char *const *filters, size_t filter_count)
{
	for (size_t k = 0; k < filter_count; k++)
		if (!matches(fields, filters[k]))
			return false;
	return true;
}

bool event_line_is(const char *line, const char *name, const char *const *filters,
		   size_t filter_count, int64_t since)
{
	json_t *fields = json_loads(line, 0, NULL);
	const char *event = json_string_value(json_object_get(fields, "event"));
	int64_t time;
	bool is = event && strcmp(event, name) == 0 && parse_time(line, &time) && time >= since &&
		  match_all(fields, filters, filter_count);

	json_decref(fields);
	return is;
}

size_t events_count(const struct events *e, int node, const char *name, const char *const *filters,
		    size_t filter_count)
{
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++)
		count += e->list[i].node == node && (!name || strcmp(e->list[i].name, name) == 0) &&
			 match_all(e->list[i].fields, filters, filter_count);
	return count;
}
