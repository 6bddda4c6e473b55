/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading control requests (docs/control.md). A member that is not known is an
 * error: a misspelt "limit" would otherwise be taken for none. */
#include "control.h"

#include <stdio.h>
#include <string.h>

struct command_entry {
	const char *name;
	const char *members; /* that it takes, each between spaces */
};

static const struct command_entry commands[CONTROL_COMMANDS] = {
    [CONTROL_STATUS] = {"status", " "},
    [CONTROL_BINDINGS] = {"bindings", " offset limit "},
    [CONTROL_REGISTRATIONS] = {"registrations", " offset limit "},
    [CONTROL_INTERFACES] = {"interfaces", " offset limit "},
    [CONTROL_STATS] = {"stats", " "},
    [CONTROL_OBJECTS] = {"objects", " offset limit "},
    [CONTROL_SETTINGS] = {"settings", " "},
    [CONTROL_SET] = {"set", " name value interface "},
    [CONTROL_RELOAD] = {"reload", " "},
    [CONTROL_REFRESH] = {"refresh", " "},
    [CONTROL_MONITOR] = {"monitor", " on "},
};

const char *control_command_name(enum control_command command)
{
	return commands[command].name;
}

static int find_command(const char *name)
{
	for (int i = 0; i < CONTROL_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return i;
	return MIP6_ERR_NOTFOUND;
}

static bool takes(enum control_command command, const char *member)
{
	char word[CONTROL_NAME];
	int n = snprintf(word, sizeof(word), " %s ", member);

	return n > 0 && (size_t)n < sizeof(word) && strstr(commands[command].members, word);
}

static bool get_text(const json_t *value, char to[CONTROL_NAME])
{
	if (!json_is_string(value) || json_string_length(value) >= CONTROL_NAME ||
	    strlen(json_string_value(value)) != json_string_length(value))
		return false;
	memcpy(to, json_string_value(value), json_string_length(value) + 1);
	return true;
}

/* A setting's value may come as a string, a whole number or a boolean. */
static bool get_value(const json_t *value, char to[CONTROL_NAME])
{
	if (json_is_boolean(value)) {
		snprintf(to, CONTROL_NAME, "%s", json_is_true(value) ? "enabled" : "disabled");
		return true;
	}
	if (json_is_integer(value)) {
		snprintf(to, CONTROL_NAME, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		return true;
	}
	if (json_is_real(value)) {
		snprintf(to, CONTROL_NAME, "%.9g", json_real_value(value));
		return true;
	}
	return get_text(value, to);
}

static bool get_count(const json_t *value, json_int_t min, json_int_t max, uint64_t *ret)
{
	json_int_t n = json_integer_value(value);

	if (!json_is_integer(value) || n < min || n > max)
		return false;
	*ret = (uint64_t)n;
	return true;
}

static bool take_member(struct control_request *r, const char *name, const json_t *value)
{
	if (strcmp(name, "offset") == 0)
		return get_count(value, 0, INT64_C(1) << 53, &r->offset);
	if (strcmp(name, "limit") == 0)
		return get_count(value, 1, CONTROL_PAGE, &r->limit);
	if (strcmp(name, "name") == 0)
		return get_text(value, r->name);
	if (strcmp(name, "interface") == 0)
		return get_text(value, r->interface);
	if (strcmp(name, "value") == 0)
		return get_value(value, r->value);
	r->on = json_is_true(value); /* "on" */
	return json_is_boolean(value);
}

static int parse_members(json_t *object, struct control_request *r, char *error, size_t cap)
{
	const char *name;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (strcmp(name, "command") == 0 || strcmp(name, "id") == 0)
			continue;
		if (!takes(r->command, name)) {
			snprintf(error, cap, "\"%s\" has no member \"%.64s\"",
				 commands[r->command].name, name);
			return MIP6_ERR_VALUE;
		}
		if (!take_member(r, name, value)) {
			snprintf(error, cap, "\"%s\" has a value that is not allowed", name);
			return MIP6_ERR_VALUE;
		}
	}
	if (r->command == CONTROL_SET && (!r->name[0] || !r->value[0])) {
		snprintf(error, cap, "\"set\" needs \"name\" and \"value\"");
		return MIP6_ERR_VALUE;
	}
	return MIP6_OK;
}

static int parse_object(json_t *object, struct control_request *r, char *error, size_t cap)
{
	const char *name = json_string_value(json_object_get(object, "command"));
	json_t *id = json_object_get(object, "id");
	int command;

	if (json_is_string(id) || json_is_integer(id))
		r->id = json_incref(id);
	if (!name) {
		snprintf(error, cap, "a request is an object with a member \"command\"");
		return MIP6_ERR_VALUE;
	}
	command = find_command(name);
	if (command < 0) {
		snprintf(error, cap,
			 "unknown command \"%.64s\"; there are status, bindings, registrations, "
			 "interfaces, stats, objects, settings, set, reload, refresh and monitor",
			 name);
		return MIP6_ERR_VALUE;
	}
	r->command = (enum control_command)command;
	return parse_members(object, r, error, cap);
}

int control_parse(const char *line, size_t len, struct control_request *ret, char *error,
		  size_t cap)
{
	json_error_t json_error;
	json_t *object;
	int err;

	*ret = (struct control_request){.limit = CONTROL_PAGE, .on = true};
	object = json_loadb(line, len, JSON_REJECT_DUPLICATES, &json_error);
	if (!object) {
		snprintf(error, cap, "not JSON: column %d: %s", json_error.column, json_error.text);
		return MIP6_ERR_VALUE;
	}
	err = parse_object(object, ret, error, cap);
	json_decref(object);
	return err;
}

void control_request_clear(struct control_request *r)
{
	json_decref(r->id);
	r->id = NULL;
}
