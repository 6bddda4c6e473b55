/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/history.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Losses of links whose interface has no other link yet, and those that are over:
 * both are needed to say when the time of a handover ends. */
struct loss {
	int node, iface;
	int64_t time;
	bool open; /* of a handover, and not plugged in again */
	char from[LAB_NAME];
};

struct reading {
	struct history *h;
	const struct lab_plan *plan;
	struct loss *losses;
	size_t loss_count;
};

static const char *text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

static int find_iface(const struct lab_node *node, const char *name)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (strcmp(node->ifaces[i].name, name) == 0)
			return (int)i;
	return -1;
}

static bool place_of(const struct reading *r, const json_t *line, int *ret_node, int *ret_iface)
{
	*ret_node = lab_plan_node(r->plan, text_of(line, "node"));
	if (*ret_node < 0)
		return false;
	*ret_iface = find_iface(&r->plan->nodes[*ret_node], text_of(line, "iface"));
	return *ret_iface >= 0;
}

static int take_down(struct reading *r, const json_t *line, int64_t time)
{
	struct loss *grown;
	struct loss *loss;
	int node;
	int iface;

	if (!place_of(r, line, &node, &iface))
		return 0;
	grown = realloc(r->losses, (r->loss_count + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	r->losses = grown;
	loss = &grown[r->loss_count++];
	*loss = (struct loss){.node = node, .iface = iface, .time = time};
	loss->open = json_integer_value(json_object_get(line, "n")) > 0;
	snprintf(loss->from, sizeof(loss->from), "%s", text_of(line, "link"));
	return 0;
}

static struct loss *open_loss(const struct reading *r, int node, int iface)
{
	for (size_t i = r->loss_count; i-- > 0;)
		if (r->losses[i].node == node && r->losses[i].iface == iface)
			return r->losses[i].open ? &r->losses[i] : NULL;
	return NULL;
}

static int take_up(struct reading *r, const json_t *line, int64_t time)
{
	struct history_move *move;
	struct loss *loss;
	int node;
	int iface;

	loss = place_of(r, line, &node, &iface) ? open_loss(r, node, iface) : NULL;
	if (!loss)
		return 0;
	move = realloc(r->h->moves, (r->h->count + 1) * sizeof(*move));
	if (!move)
		return -1;
	r->h->moves = move;
	move += r->h->count++;
	*move = (struct history_move){.n = (unsigned)r->h->count,
				      .node = node,
				      .iface = iface,
				      .home = json_is_true(json_object_get(line, "home")),
				      .down = loss->time,
				      .up = time};
	memcpy(move->from, loss->from, sizeof(move->from));
	snprintf(move->to, sizeof(move->to), "%s", text_of(line, "link"));
	loss->open = false;
	return 0;
}

static int take_exit(struct reading *r, const json_t *line, int64_t time)
{
	int64_t status = json_integer_value(json_object_get(line, "status"));
	int64_t signal = json_integer_value(json_object_get(line, "signal"));
	struct history_ending *grown;

	if (!json_is_false(json_object_get(line, "asked")) || (status == 0 && signal == 0))
		return 0;
	grown = realloc(r->h->endings, (r->h->ending_count + 1) * sizeof(*grown));
	if (!grown)
		return -1;
	r->h->endings = grown;
	grown += r->h->ending_count++;
	*grown =
	    (struct history_ending){.status = (int)status, .signal = (int)signal, .time = time};
	snprintf(grown->node, sizeof(grown->node), "%s", text_of(line, "node"));
	snprintf(grown->process, sizeof(grown->process), "%s", text_of(line, "process"));
	return 0;
}

static int take_line(struct reading *r, const json_t *line)
{
	int64_t time = json_integer_value(json_object_get(line, "t"));
	const char *what = text_of(line, "what");

	if (time <= 0)
		return 0;
	if (time > r->h->end)
		r->h->end = time;
	if (strcmp(what, "t0") == 0)
		r->h->t0 = time;
	else if (strcmp(what, "end") == 0)
		r->h->complete = json_is_true(json_object_get(line, "ok"));
	else if (strcmp(what, "waited") == 0)
		r->h->waited += json_integer_value(json_object_get(line, "ns"));
	else if (strcmp(what, "late") == 0)
		r->h->late = true;
	else if (strcmp(what, "overrun") == 0)
		r->h->overrun += json_integer_value(json_object_get(line, "probes"));
	else if (strcmp(what, "exit") == 0)
		return take_exit(r, line, time);
	else if (strcmp(what, "link_down") == 0)
		return take_down(r, line, time);
	else if (strcmp(what, "link_up") == 0)
		return take_up(r, line, time);
	return 0;
}

/* The time of a handover ends when its node loses a link again. */
static void close_moves(const struct reading *r)
{
	for (size_t i = 0; i < r->h->count; i++) {
		struct history_move *move = &r->h->moves[i];

		move->until = r->h->end;
		for (size_t k = 0; k < r->loss_count; k++)
			if (r->losses[k].node == move->node && r->losses[k].time > move->up &&
			    r->losses[k].time < move->until)
				move->until = r->losses[k].time;
	}
}

static int read_lines(struct reading *r, FILE *file)
{
	char *text = NULL;
	size_t room = 0;
	int result = 0;

	while (result == 0 && getline(&text, &room, file) > 0) {
		json_t *line = json_loads(text, 0, NULL);

		if (!line)
			break; /* cut off in the middle */
		result = take_line(r, line);
		json_decref(line);
	}
	free(text);
	return result;
}

int history_read(struct history *h, const struct lab_plan *plan, const char *path, char *error,
		 size_t cap)
{
	struct reading r = {.h = h, .plan = plan};
	FILE *file = fopen(path, "re");
	int result;

	*h = (struct history){0};
	if (!file) {
		snprintf(error, cap, "the run left no timeline: %s", strerror(errno));
		return -1;
	}
	result = read_lines(&r, file);
	fclose(file);
	if (h->complete)
		h->end = h->t0 + plan->duration_ns + h->waited;
	close_moves(&r);
	free(r.losses);
	if (result < 0)
		snprintf(error, cap, "out of memory");
	else if (h->t0 == 0)
		snprintf(error, cap, "the run ended before its clock started");
	return h->t0 == 0 ? -1 : result;
}

void history_free(struct history *h)
{
	free(h->moves);
	free(h->endings);
	*h = (struct history){0};
}
