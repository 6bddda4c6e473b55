/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of a document as the loader wants them, each with its own complaint. */
#include "lab/load.h"
#include "lab/template.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 256

int read_keys(struct lab_load *load, const struct doc_node *map, const char *what,
	      const char *const *known, size_t count)
{
	if (map->kind != DOC_MAP)
		return doc_fail(map, load->error, "%s must be a mapping (key: value), this is %s",
				what, doc_kind_name(map->kind));
	for (size_t i = 0; i < map->count; i++) {
		const char *key = map->keys[i]->text;
		const char *near = doc_nearest(key, known, count);
		char list[256] = "";
		size_t length = 0;
		bool found = false;

		for (size_t k = 0; k < count; k++) {
			found = found || strcmp(key, known[k]) == 0;
			if (length < sizeof(list))
				length += (size_t)snprintf(list + length, sizeof(list) - length,
							   "%s%s", k ? ", " : "", known[k]);
		}
		if (!found)
			return doc_fail(
			    map->keys[i], load->error, "unknown key \"%.40s\"%s%s; %s has: %s", key,
			    near ? ", did you mean " : "", near ? near : "", what, list);
	}
	return 0;
}

char *read_scalar(struct lab_load *load, const struct doc_node *node)
{
	char *text;

	if (node->kind != DOC_TEXT) {
		doc_fail(node, load->error, "expected a single value, this is %s",
			 doc_kind_name(node->kind));
		return NULL;
	}
	text = template_expand(load->arena, &load->params, node, load->error);
	if (text && text != node->text)
		load->expanded += strlen(text);
	if (load->expanded <= LAB_MAX_EXPANDED)
		return text;
	doc_fail(node, load->error, "the values with parameters put in are longer than %zu octets",
		 LAB_MAX_EXPANDED);
	return NULL;
}

int read_text(struct lab_load *load, const struct doc_node *map, const char *key, bool required,
	      char **ret)
{
	const struct doc_node *node = doc_get(map, key);
	char *text;

	if (!node && required)
		return doc_fail(map, load->error, "the key \"%s\" is missing here", key);
	if (!node)
		return 0;
	text = read_scalar(load, node);
	if (!text)
		return -1;
	*ret = text;
	return 0;
}

int read_name(struct lab_load *load, const struct doc_node *map, const char *key, bool required,
	      char *ret, size_t cap)
{
	char *text = NULL;

	if (read_text(load, map, key, required, &text) < 0)
		return -1;
	if (!text)
		return 0;
	if (text[0] == '\0' || strlen(text) >= cap)
		return doc_fail(doc_get(map, key), load->error,
				"\"%s\" must have 1 to %zu characters", key, cap - 1);
	memcpy(ret, text, strlen(text) + 1);
	return 0;
}

int read_number(struct lab_load *load, const struct doc_node *map, const char *key,
		enum value_unit unit, double *ret)
{
	char *text = NULL;

	if (read_text(load, map, key, false, &text) < 0)
		return -1;
	if (text && value_parse(text, unit, ret) < 0)
		return doc_fail(doc_get(map, key), load->error, "%s: \"%.40s\" is not %s", key,
				text, value_unit_help(unit));
	return 0;
}

int read_time(struct lab_load *load, const struct doc_node *map, const char *key, int64_t *ret)
{
	double value = (double)*ret;

	if (read_number(load, map, key, VALUE_TIME, &value) < 0)
		return -1;
	if (value > (double)LAB_MAX_DURATION)
		return doc_fail(doc_get(map, key), load->error, "%s is longer than a day", key);
	*ret = (int64_t)value;
	return 0;
}

int read_unsigned(struct lab_load *load, const struct doc_node *map, const char *key, unsigned low,
		  unsigned high, unsigned *ret)
{
	double value = (double)*ret;

	if (read_number(load, map, key, VALUE_COUNT, &value) < 0)
		return -1;
	if (doc_get(map, key) && (value < (double)low || value > (double)high))
		return doc_fail(doc_get(map, key), load->error, "%s must be from %u to %u", key,
				low, high);
	*ret = (unsigned)value;
	return 0;
}

int read_choice(struct lab_load *load, const struct doc_node *map, const char *key,
		const char *const *words, size_t count, int *ret)
{
	char list[256] = "";
	char *text = NULL;
	size_t length = 0;

	if (read_text(load, map, key, false, &text) < 0)
		return -1;
	if (!text)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], text) == 0) {
			*ret = (int)i;
			return 0;
		}
		if (length < sizeof(list))
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
						   i ? ", " : "", words[i]);
	}
	return doc_fail(doc_get(map, key), load->error, "%s: \"%.40s\" is none of %s", key, text,
			list);
}

int read_flag(struct lab_load *load, const struct doc_node *map, const char *key, bool *ret)
{
	static const char *const words[] = {"no", "yes"};
	int value = *ret;

	if (read_choice(load, map, key, words, 2, &value) < 0)
		return -1;
	*ret = value != 0;
	return 0;
}

int read_list(struct lab_load *load, const struct doc_node *map, const char *key, size_t limit,
	      char ***ret, size_t *ret_count)
{
	const struct doc_node *node = doc_get(map, key);
	size_t count;

	if (!node)
		return 0;
	if (node->kind == DOC_MAP)
		return doc_fail(node, load->error, "\"%s\" must be a list of values", key);
	count = node->kind == DOC_LIST ? node->count : 1;
	if (count > limit)
		return doc_fail(node, load->error, "\"%s\" has more than %zu values", key, limit);
	*ret = arena_alloc(load->arena, (count + 1) * sizeof(**ret));
	for (size_t i = 0; i < count; i++) {
		(*ret)[i] = read_scalar(load, node->kind == DOC_LIST ? node->items[i] : node);
		if (!(*ret)[i])
			return -1;
	}
	*ret_count = count;
	return 0;
}

int read_signal(struct lab_load *load, const struct doc_node *map, const char *key, int *ret)
{
	static const char *const names[] = {"TERM", "KILL", "INT",  "HUP",
					    "USR1", "USR2", "STOP", "CONT"};
	static const int numbers[] = {SIGTERM, SIGKILL, SIGINT,	 SIGHUP,
				      SIGUSR1, SIGUSR2, SIGSTOP, SIGCONT};
	int index = -1;

	if (read_choice(load, map, key, names, sizeof(names) / sizeof(names[0]), &index) < 0)
		return -1;
	if (index >= 0)
		*ret = numbers[index];
	return 0;
}

int read_impairment(struct lab_load *load, const struct doc_node *map, struct lab_impairment *imp)
{
	if (read_time(load, map, "delay", &imp->delay_ns) < 0 ||
	    read_time(load, map, "jitter", &imp->jitter_ns) < 0 ||
	    read_number(load, map, "loss", VALUE_RATIO, &imp->loss) < 0 ||
	    read_number(load, map, "rate", VALUE_RATE, &imp->rate_bps) < 0)
		return -1;
	if (imp->jitter_ns > imp->delay_ns)
		return doc_fail(doc_get(map, "jitter") ? doc_get(map, "jitter") : map, load->error,
				"the jitter is larger than the delay that it varies");
	return 0;
}

int read_address(struct lab_load *load, const struct doc_node *at, const char *text,
		 bool with_length)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	struct in6_addr parsed;
	double bits = 0;

	if (with_length != (slash != NULL) || length >= sizeof(address))
		return doc_fail(at, load->error, "\"%.60s\" is not an IPv6 address %s", text,
				with_length ? "with its prefix length (3fff:0:1::1/64)"
					    : "without prefix length (3fff:0:1::1)");
	memcpy(address, text, length);
	address[length] = '\0';
	if (inet_pton(AF_INET6, address, &parsed) != 1)
		return doc_fail(at, load->error, "\"%.60s\" is not an IPv6 address", text);
	if (slash && (value_parse(slash + 1, VALUE_COUNT, &bits) < 0 || bits > 128))
		return doc_fail(at, load->error, "\"%.60s\": the prefix length must be 0 to 128",
				text);
	return 0;
}

/* One kind of named thing: how many there are and the name of each. */
struct names {
	const char *what;
	const char *items[KEYS_MAX];
	size_t count;
};

static int find_name(struct lab_load *load, const struct doc_node *at, const struct names *names,
		     const char *name, int *ret)
{
	const char *near = doc_nearest(name, names->items, names->count);
	char list[256] = "";
	size_t length = 0;

	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->items[i], name) == 0) {
			*ret = (int)i;
			return 0;
		}
		if (length < sizeof(list))
			length += (size_t)snprintf(list + length, sizeof(list) - length, "%s%s",
						   i ? ", " : "", names->items[i]);
	}
	return doc_fail(at, load->error, "no %s \"%.40s\"%s%s; there are: %s", names->what, name,
			near ? ", did you mean " : "", near ? near : "",
			names->count ? list : "none");
}

int find_node(struct lab_load *load, const struct doc_node *at, const char *name, int *ret)
{
	struct names names = {.what = "node", .count = load->plan->node_count};

	for (size_t i = 0; i < names.count; i++)
		names.items[i] = load->plan->nodes[i].name;
	return find_name(load, at, &names, name, ret);
}

int find_link(struct lab_load *load, const struct doc_node *at, const char *name, int *ret)
{
	struct names names = {.what = "link", .count = load->plan->link_count};

	for (size_t i = 0; i < names.count; i++)
		names.items[i] = load->plan->links[i].name;
	return find_name(load, at, &names, name, ret);
}

int find_iface(struct lab_load *load, const struct doc_node *at, int node, const char *name,
	       int *ret)
{
	const struct lab_node *n = &load->plan->nodes[node];
	struct names names = {.what = "interface", .count = n->iface_count};

	for (size_t i = 0; i < names.count; i++)
		names.items[i] = n->ifaces[i].name;
	return find_name(load, at, &names, name, ret);
}

int find_daemon(struct lab_load *load, const struct doc_node *at, int node, const char *name,
		int *ret)
{
	const struct lab_node *n = &load->plan->nodes[node];
	struct names names = {.what = "daemon", .count = n->daemon_count};

	for (size_t i = 0; i < names.count; i++)
		names.items[i] = n->daemons[i].name;
	return find_name(load, at, &names, name, ret);
}

char *find_address(struct lab_load *load, int node)
{
	const struct lab_node *n = &load->plan->nodes[node];

	if (n->hoa[0])
		return arena_string(load->arena, n->hoa);
	for (size_t i = 0; i < n->iface_count; i++)
		if (n->ifaces[i].addr_count > 0)
			return arena_text(load->arena, n->ifaces[i].addrs[0],
					  strcspn(n->ifaces[i].addrs[0], "/"));
	return NULL;
}
