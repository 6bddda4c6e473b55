/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that run on a node for the length of a run. Any program will do: a
 * command, the text of its configuration file and the signal that ends it. */
#include "lab/load.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ARGS_MAX  64
#define PARTS_MAX 32
#define TEXT_MAX  ((size_t)1 << 20) /* octets of a configuration put together */

/* A part of a configuration's text: a text, or {when: ..., text: ...}, which counts
 * if its condition holds. *ret is NULL where it does not. */
static int read_part(struct lab_load *load, const struct doc_node *part, char **ret)
{
	static const char *const known[] = {"when", "text"};
	bool wanted = true;

	*ret = NULL;
	if (part->kind != DOC_MAP) {
		*ret = read_scalar(load, part);
		return *ret ? 0 : -1;
	}
	if (read_keys(load, part, "a part of a text", known, 2) < 0 ||
	    read_when(load, part, &wanted) < 0 || read_text(load, part, "text", true, ret) < 0)
		return -1;
	if (!wanted)
		*ret = NULL;
	return 0;
}

/* The parts of a list, one behind the other; each ends its line. */
static int join_parts(struct lab_load *load, const struct doc_node *list, char **ret)
{
	char *text = arena_string(load->arena, "");

	if (list->count > PARTS_MAX)
		return doc_fail(list, load->error, "a text has at most %d parts", PARTS_MAX);
	for (size_t i = 0; i < list->count; i++) {
		size_t length = strlen(text);
		size_t more;
		char *part;
		char *joined;

		if (read_part(load, list->items[i], &part) < 0)
			return -1;
		if (!part)
			continue;
		more = strlen(part);
		if (length + more > TEXT_MAX)
			return doc_fail(list->items[i], load->error,
					"the text is longer than %zu octets", TEXT_MAX);
		joined = arena_alloc(load->arena, length + more + 2);
		memcpy(joined, text, length);
		memcpy(joined + length, part, more);
		if (more > 0 && part[more - 1] != '\n')
			joined[length + more] = '\n';
		text = joined;
	}
	*ret = text;
	return 0;
}

static int read_config_text(struct lab_load *load, const struct doc_node *config, char **ret)
{
	const struct doc_node *text = doc_get(config, "text");

	if (text && text->kind == DOC_LIST)
		return join_parts(load, text, ret);
	return read_text(load, config, "text", true, ret);
}

static int read_config(struct lab_load *load, const struct doc_node *map, struct lab_daemon *daemon)
{
	static const char *const known[] = {"file", "text"};
	const struct doc_node *config = doc_get(map, "config");

	if (!config)
		return 0;
	if (read_keys(load, config, "config", known, 2) < 0 ||
	    read_text(load, config, "file", true, &daemon->config_name) < 0 ||
	    read_config_text(load, config, &daemon->config_text) < 0)
		return -1;
	if (strchr(daemon->config_name, '/') || daemon->config_name[0] == '.' ||
	    daemon->config_name[0] == '\0')
		return doc_fail(doc_get(config, "file"), load->error,
				"a file name without a folder is expected: it goes to ${dir}");
	return 0;
}

static int read_ready_text(struct lab_load *load, const struct doc_node *map,
			   struct lab_ready *ready)
{
	const char *key = map->keys[0]->text;

	if (read_text(load, map, key, true, &ready->text) < 0)
		return -1;
	if (ready->text[0] == '\0')
		return doc_fail(map->items[0], load->error, "\"%s\" must not be empty", key);
	if (ready->kind == LAB_READY_FILE && ready->text[0] != '/' && ready->text[0] != '$')
		return doc_fail(map->items[0], load->error,
				"a whole path is expected: write \"${dir}/%s\" for a file in the "
				"node's folder",
				ready->text);
	return 0;
}

static int read_ready_map(struct lab_load *load, const struct doc_node *map,
			  struct lab_ready *ready)
{
	static const char *const known[] = {"file", "port", "line"};
	unsigned port = 0;

	if (read_keys(load, map, "\"ready\"", known, 3) < 0 ||
	    read_unsigned(load, map, "port", 1, 65535, &port) < 0)
		return -1;
	if (map->count != 1)
		return doc_fail(map, load->error, "\"ready\" has one of file, port, line");
	ready->port = (uint16_t)port;
	ready->kind = port		     ? LAB_READY_PORT
		      : doc_get(map, "file") ? LAB_READY_FILE
					     : LAB_READY_LINE;
	return port ? 0 : read_ready_text(load, map, ready);
}

/* `notify`, `no`, or a mapping of one condition; mip6d notifies unless told otherwise. */
static int read_ready(struct lab_load *load, const struct doc_node *map, struct lab_daemon *daemon)
{
	static const char *const words[] = {"no", "notify"};
	const struct doc_node *ready = doc_get(map, "ready");
	int choice = daemon->argc > 0 && strcmp(daemon->argv[0], "${mip6d}") == 0;

	if (ready && ready->kind == DOC_MAP)
		return read_ready_map(load, ready, &daemon->ready);
	if (ready && read_choice(load, map, "ready", words, 2, &choice) < 0)
		return -1;
	daemon->ready.kind = choice ? LAB_READY_NOTIFY : LAB_READY_NONE;
	return 0;
}

/* A command that hands ${events} to its program gets a file of event lines. */
static void name_events(struct lab_load *load, const struct lab_node *node,
			struct lab_daemon *daemon)
{
	char file[2 * LAB_NAME + 32];

	for (size_t i = 0; i < daemon->argc; i++)
		if (strstr(daemon->argv[i], "${events}")) {
			snprintf(file, sizeof(file), "%s.%s.events.jsonl", node->name,
				 daemon->name);
			daemon->events = arena_string(load->arena, file);
		}
}

/* *ret_wanted: its condition holds. All of it is read where not, too. */
static int build_one(struct lab_load *load, struct lab_node *node, const struct doc_node *key,
		     const struct doc_node *map, struct lab_daemon *daemon, bool *ret_wanted)
{
	static const char *const known[] = {"command",	"config", "stop", "start",
					    "may_exit", "when",	  "ready"};
	bool may_exit = false;

	if (strlen(key->text) == 0 || strlen(key->text) >= LAB_NAME || strchr(key->text, '/'))
		return doc_fail(key, load->error, "a daemon's name has 1 to %d characters, no /",
				LAB_NAME - 1);
	for (size_t i = 0; i < node->daemon_count; i++)
		if (strcmp(node->daemons[i].name, key->text) == 0)
			return doc_fail(key, load->error, "node %s has a daemon \"%s\" already",
					node->name, key->text);
	snprintf(daemon->name, sizeof(daemon->name), "%s", key->text);
	daemon->stop_signal = SIGTERM;
	if (read_keys(load, map, "a daemon", known, sizeof(known) / sizeof(known[0])) < 0 ||
	    read_list(load, map, "command", ARGS_MAX, &daemon->argv, &daemon->argc) < 0 ||
	    read_config(load, map, daemon) < 0 || read_ready(load, map, daemon) < 0 ||
	    read_signal(load, map, "stop", &daemon->stop_signal) < 0 ||
	    read_time(load, map, "start", &daemon->start_ns) < 0 ||
	    read_flag(load, map, "may_exit", &may_exit) < 0 || read_when(load, map, ret_wanted) < 0)
		return -1;
	if (daemon->argc == 0)
		return doc_fail(map, load->error,
				"the daemon has no \"command\": [program, argument ...]");
	daemon->must_live = !may_exit;
	name_events(load, node, daemon);
	return 0;
}

int daemon_build(struct lab_load *load, struct lab_node *node, const struct doc_node *map)
{
	if (!map)
		return 0;
	if (map->kind != DOC_MAP)
		return doc_fail(map, load->error, "\"daemons\" must be a mapping of names");
	for (size_t i = 0; i < map->count; i++) {
		struct lab_daemon daemon = {0};
		bool wanted;

		if (node->daemon_count == LAB_MAX_DAEMONS)
			return doc_fail(map->keys[i], load->error, "more than %d daemons",
					LAB_MAX_DAEMONS);
		if (build_one(load, node, map->keys[i], map->items[i], &daemon, &wanted) < 0)
			return -1;
		if (!wanted)
			continue;
		if (limits_daemon(load, node, map->keys[i], map->items[i], &daemon) < 0)
			return -1;
		node->daemons = arena_grow(load->arena, node->daemons, node->daemon_count,
					   sizeof(node->daemons[0]));
		node->daemons[node->daemon_count++] = daemon;
	}
	return 0;
}
