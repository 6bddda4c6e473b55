/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conditions on parameters, so that one topology serves several set-ups:
 *
 *   when: {ra: mip6d}                      this parameter is set to that
 *   when: {ra: radvd, plane: [kernel, x]}  both hold; one of the words will do
 *   when: [{ra: mip6d}, {plane: user}]     one of the mappings holds
 *   when: {events: mn}                     a daemon of that node writes events
 *
 * Only parameters with choices can be asked for: then a word that is none of them
 * is found when the file is checked, and not by something that silently lacks. */
#include "lab/load.h"
#include <string.h>

static int holds_word(struct lab_load *load, const struct param *param, const struct doc_node *word,
		      bool *ret)
{
	bool known = false;

	if (word->kind != DOC_TEXT)
		return doc_fail(word, load->error, "expected one of the choices of %s, this is %s",
				param->name, doc_kind_name(word->kind));
	for (size_t i = 0; i < param->choice_count; i++)
		known = known || strcmp(param->choices[i], word->text) == 0;
	if (!known)
		return doc_fail(word, load->error, "\"%.40s\" is no choice of %s; there are: %s",
				word->text, param->name, param_allowed(param, load->arena));
	*ret = *ret || strcmp(param->text, word->text) == 0;
	return 0;
}

/* {events: NODE}: a daemon of the node writes events, as ours does. What an expectation says
 * of them is left out for another Mobile IPv6, or none. */
static int holds_events(struct lab_load *load, const struct doc_node *name, bool *ret)
{
	int node;

	if (name->kind != DOC_TEXT)
		return doc_fail(name, load->error, "expected the name of a node");
	if (find_node(load, name, name->text, &node) < 0)
		return -1;
	*ret = lab_writes_events(&load->plan->nodes[node], -1);
	return 0;
}

static int holds_one(struct lab_load *load, const struct doc_node *key,
		     const struct doc_node *words, bool *ret)
{
	const struct param *param = param_find(&load->params, key->text);
	const char *near = param_nearest(&load->params, key->text, false);

	*ret = false;
	if (!param && strcmp(key->text, "events") == 0)
		return holds_events(load, words, ret);
	if (!param)
		return doc_fail(key, load->error, "no parameter \"%.40s\"%s%s", key->text,
				near ? ", did you mean " : "", near ? near : "");
	if (param->unit != VALUE_CHOICE)
		return doc_fail(key, load->error, "%s has no choices that could be asked for",
				param->name);
	if (words->kind != DOC_LIST)
		return holds_word(load, param, words, ret);
	for (size_t i = 0; i < words->count; i++)
		if (holds_word(load, param, words->items[i], ret) < 0)
			return -1;
	return 0;
}

/* Every line is looked at, also behind one that decides, so that mistakes are found
 * whatever the parameters are. */
static int holds_all(struct lab_load *load, const struct doc_node *map, bool *ret)
{
	*ret = true;
	if (map->kind != DOC_MAP)
		return doc_fail(map, load->error,
				"\"when\" is {PARAMETER: CHOICE, ...}, or a list of such");
	for (size_t i = 0; i < map->count; i++) {
		bool one;

		if (holds_one(load, map->keys[i], map->items[i], &one) < 0)
			return -1;
		*ret = *ret && one;
	}
	return 0;
}

int read_when(struct lab_load *load, const struct doc_node *map, bool *ret)
{
	const struct doc_node *when = doc_get(map, "when");

	*ret = true;
	if (!when)
		return 0;
	if (when->kind != DOC_LIST)
		return holds_all(load, when, ret);
	*ret = false;
	for (size_t i = 0; i < when->count; i++) {
		bool all;

		if (holds_all(load, when->items[i], &all) < 0)
			return -1;
		*ret = *ret || all;
	}
	return 0;
}
