/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary.json: keys sorted, times in ms with three decimals, null for what is
 * missing; no wall time and no path, so that equal runs give equal files. */
#include "lab/findings.h"
#include <string.h>

static json_t *decimal(bool known, double value)
{
	int64_t thousandths = (int64_t)(value * 1000 + (value < 0 ? -0.5 : 0.5));

	return known ? json_real((double)thousandths / 1000) : json_null();
}

static json_t *column_json(struct expr_value v, enum column c)
{
	if (v.known && !column_is_time(c))
		return json_integer((json_int_t)v.number);
	return decimal(v.known, v.number);
}

static json_t *spread_json(const struct spread *s)
{
	json_t *object = json_object();

	json_object_set_new(object, "count", json_integer((json_int_t)s->count));
	for (enum spread_part i = 0; i < SPREAD_PARTS; i++)
		json_object_set_new(object, spread_part_name(i),
				    decimal(s->count > 0, spread_part(s, i)));
	return object;
}

static json_t *delays_json(const struct way *way)
{
	static const char *const parts[PARTS] = {"before", "in", "after"};
	json_t *object = json_object();

	for (size_t i = 0; i < PARTS; i++) {
		const struct delays *d = &way->parts[i];
		json_t *part = spread_json(&d->spread);

		json_object_set_new(part, "jitter", decimal(d->spread.count > 1, d->jitter));
		json_object_set_new(object, parts[i], part);
	}
	return object;
}

static json_t *handover_json(const struct findings *f, const struct handover *h)
{
	json_t *object = json_object();
	char text[MIP6_ADDR_TEXT];

	json_object_set_new(object, "node", json_string(f->plan->nodes[h->move.node].name));
	json_object_set_new(object, "from", json_string(h->move.from));
	json_object_set_new(object, "to", json_string(h->move.to));
	json_object_set_new(object, "coa",
			    h->settled ? json_string(mip6_addr_format(&h->chosen, text))
				       : json_null());
	for (enum column c = 0; c < COLUMNS; c++)
		json_object_set_new(object, column_name(c), column_json(handover_value(h, c), c));
	json_object_set_new(object, "home", json_boolean(h->move.home));
	json_object_set_new(object, "first_registration", json_boolean(h->first_registration));
	if (h->ways[WAY_DOWN].measured)
		json_object_set_new(object, "delay_down_ms", delays_json(&h->ways[WAY_DOWN]));
	if (h->ways[WAY_UP].measured)
		json_object_set_new(object, "delay_up_ms", delays_json(&h->ways[WAY_UP]));
	return object;
}

static json_t *summary_json(const struct findings *f)
{
	json_t *object = json_object();

	json_object_set_new(object, "count", json_integer((json_int_t)f->count));
	for (enum column c = 0; c < COLUMN_HOME; c++)
		json_object_set_new(object, column_name(c), spread_json(&f->spreads[c]));
	return object;
}

static json_t *expectations_json(const struct findings *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->plan->expect_count; i++) {
		const struct lab_expect *e = &f->plan->expects[i];
		json_t *object = json_object();

		json_object_set_new(object, "text", json_string(e->text));
		json_object_set_new(object, "about",
				    e->about ? json_string(e->about) : json_null());
		json_object_set_new(object, "pass",
				    f->verdicts[i].judged ? json_boolean(f->verdicts[i].pass)
							  : json_null());
		json_object_set_new(object, "found", json_string(f->verdicts[i].found));
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *events_json(const struct findings *f)
{
	json_t *object = json_object();

	for (size_t i = 0; i < f->events.count; i++) {
		const struct event *event = &f->events.list[i];
		const char *name = f->plan->nodes[event->node].name;
		json_t *node = json_object_get(object, name);

		if (!node) {
			node = json_object();
			json_object_set_new(object, name, node);
		}
		json_object_set_new(
		    node, event->name,
		    json_integer(json_integer_value(json_object_get(node, event->name)) + 1));
	}
	return object;
}

static json_t *stream_json(const struct stream *s)
{
	json_t *object = json_object();
	json_int_t received = 0;
	json_int_t duplicated = 0;
	json_int_t reordered = 0;

	for (size_t i = 0; i < s->count; i++) {
		received += s->probes[i].received != 0;
		duplicated += s->probes[i].arrivals > 1 ? s->probes[i].arrivals - 1 : 0;
		reordered += s->probes[i].reordered;
	}
	json_object_set_new(object, "sent", json_integer((json_int_t)s->count));
	json_object_set_new(object, "received", json_integer(received));
	json_object_set_new(object, "duplicated", json_integer(duplicated));
	json_object_set_new(object, "reordered", json_integer(reordered));
	return object;
}

static json_t *streams_json(const struct findings *f)
{
	json_t *object = json_object();

	for (size_t i = 0; i < f->plan->probe_count; i++)
		json_object_set_new(object, f->plan->probes[i].name, stream_json(&f->streams[i]));
	return object;
}

static json_t *texts_json(char *const *texts, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(texts[i]));
	return list;
}

static json_t *run_json(const struct findings *f)
{
	const struct lab_plan *plan = f->plan;
	json_t *object = json_object();

	json_object_set_new(object, "scenario", json_string(plan->scenario));
	json_object_set_new(object, "topology", json_string(plan->topology));
	json_object_set_new(object, "engine", json_string(lab_engine_name(plan->engine)));
	json_object_set_new(object, "seed", json_integer((json_int_t)plan->seed));
	json_object_set_new(object, "valid", json_boolean(f->valid));
	json_object_set_new(object, "complete", json_boolean(f->history.complete));
	json_object_set_new(object, "lag_max_ms",
			    decimal(f->worst_lag >= 0, (double)f->worst_lag / 1e6));
	return object;
}

int out_json(const struct findings *f, const char *path)
{
	json_t *object = run_json(f);
	json_t *list = json_array();
	int result;

	for (size_t i = 0; i < f->count; i++)
		json_array_append_new(list, handover_json(f, &f->handovers[i]));
	json_object_set_new(object, "handovers", list);
	json_object_set_new(object, "handover", summary_json(f));
	json_object_set_new(object, "lost_outside", json_integer(f->lost_outside));
	json_object_set_new(object, "expectations", expectations_json(f));
	json_object_set_new(object, "events", events_json(f));
	json_object_set_new(object, "probes", streams_json(f));
	json_object_set_new(object, "warnings", texts_json(f->warnings, f->warning_count));
	result =
	    json_dump_file(object, path, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
	json_decref(object);
	return result;
}
