/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way from raw records to results: read all of them, make handovers, compare
 * the witnesses, judge, write. What is not there to be read ends it with an
 * error that names the node, for a table of zeros would look like a result. */
#include "lab/analysis.h"
#include "lab/findings.h"
#include "lab/records.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 700 };

#define LAG_LIMIT (2 * LAB_NS_MS)

struct analysis {
	struct findings f;
	const char *results;
	char *error;
	size_t cap;
};

__attribute__((format(printf, 2, 3))) static int fail(struct analysis *a, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(a->error, a->cap, format, args);
	va_end(args);
	return -1;
}

static const char *path_of(const struct analysis *a, const char *name, char *path)
{
	snprintf(path, PATH_ROOM, "%s/%s", a->results, name);
	return path;
}

int findings_warn(struct findings *f, const char *format, ...)
{
	char **grown = realloc(f->warnings, (f->warning_count + 1) * sizeof(*grown));
	char text[400];
	va_list args;

	if (!grown)
		return -1;
	f->warnings = grown;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	grown[f->warning_count] = strdup(text);
	if (!grown[f->warning_count])
		return -1;
	f->warning_count++;
	return 0;
}

bool findings_many_nodes(const struct findings *f)
{
	for (size_t i = 1; i < f->count; i++)
		if (f->handovers[i].move.node != f->handovers[0].move.node)
			return true;
	return false;
}

/* ---- reading ------------------------------------------------------------------- */

/* An interface that never has a link may have nothing to capture. */
static bool may_be_empty(const struct lab_plan *plan, const struct lab_capture *c)
{
	if (plan->nodes[c->node].ifaces[c->iface].link >= 0)
		return false;
	for (size_t i = 0; i < plan->action_count; i++)
		if (plan->actions[i].kind == LAB_ACT_MOVE && plan->actions[i].node == c->node &&
		    plan->actions[i].iface == c->iface)
			return false;
	return true;
}

/* In ns-3 no program captures that could have said anything. */
static int fail_capture(struct analysis *a, const struct lab_node *node,
			const struct lab_iface *iface, const char *error)
{
	if (a->f.plan->engine == LAB_ENGINE_NS3)
		return fail(a, "%s of node %s: %s", iface->name, node->name, error);
	return fail(a, "%s of node %s: %s; its last words are in captures.log", iface->name,
		    node->name, error);
}

/* A capture that cannot be read is judged once it is known whether the run is valid. */
static int read_capture(struct analysis *a, size_t index)
{
	const struct lab_capture *c = &a->f.plan->captures[index];
	const struct lab_node *node = &a->f.plan->nodes[c->node];
	const struct lab_iface *iface = &node->ifaces[c->iface];
	struct capture *capture = &a->f.captures.list[index];
	char name[LAB_NAME + 32];
	char path[PATH_ROOM];
	char error[300];
	bool missing;

	snprintf(name, sizeof(name), "raw/%s-%s.pcap", node->name, iface->name);
	/* In ns-3 nothing can fail to capture, and a node that has nothing to say is silent. */
	missing = capture_read(capture, path_of(a, name, path), error, sizeof(error)) < 0;
	if (!missing && capture->count == 0 && a->f.plan->engine != LAB_ENGINE_NS3) {
		snprintf(error, sizeof(error), "the capture is empty");
		missing = true;
	}
	if (missing && !may_be_empty(a->f.plan, c) && !a->error[0])
		fail_capture(a, node, iface, error);
	a->f.captures.views[index] = calloc(capture->count + 1, sizeof(struct capture_view));
	if (!a->f.captures.views[index])
		return fail(a, "out of memory");
	for (size_t i = 0; i < capture->count; i++)
		capture_look(&capture->packets[i], iface->mac, &a->f.captures.views[index][i]);
	return 0;
}

static void take_account(struct findings *f, const char *node, const char *iface, uint64_t lacks)
{
	for (size_t i = 0; i < f->plan->capture_count; i++) {
		const struct lab_node *n = &f->plan->nodes[f->plan->captures[i].node];

		if (strcmp(n->name, node) == 0 &&
		    strcmp(n->ifaces[f->plan->captures[i].iface].name, iface) == 0)
			f->captures.lacks[i] = lacks;
	}
}

/* captures.log: "mn eth0: 1234 packets, 5 dropped", where capturing came to its end. */
static int read_account(struct analysis *a)
{
	char path[PATH_ROOM];
	char line[256];
	char node[LAB_NAME];
	char iface[LAB_NAME];
	unsigned long long lacks;
	FILE *file = fopen(path_of(a, "raw/captures.log", path), "re");
	int result = 0;

	while (file && result == 0 && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31s %31[^:]: %*u packets, %llu dropped", node, iface, &lacks) !=
			3 ||
		    lacks == 0)
			continue;
		take_account(&a->f, node, iface, lacks);
		result =
		    findings_warn(&a->f,
				  "the capture of %s at %s lacks %llu packets, which came faster "
				  "than they could be written: phases are not read from it",
				  iface, node, lacks);
	}
	if (file)
		fclose(file);
	return result < 0 ? fail(a, "out of memory") : 0;
}

static int read_captures(struct analysis *a)
{
	struct captures *c = &a->f.captures;
	size_t count = a->f.plan->capture_count;

	c->list = calloc(count + 1, sizeof(*c->list));
	c->views = calloc(count + 1, sizeof(*c->views));
	c->lacks = calloc(count + 1, sizeof(*c->lacks));
	if (!c->list || !c->views || !c->lacks)
		return fail(a, "out of memory");
	for (c->count = 0; c->count < count; c->count++)
		if (read_capture(a, c->count) < 0)
			return -1;
	return read_account(a);
}

static int read_records(struct analysis *a)
{
	struct findings *f = &a->f;
	char path[PATH_ROOM];

	if (history_read(&f->history, f->plan, path_of(a, "raw/timeline.jsonl", path), a->error,
			 a->cap) < 0 ||
	    streams_read(&f->streams, f->plan, path_of(a, "raw/probe.bin", path), a->error,
			 a->cap) < 0 ||
	    read_captures(a) < 0)
		return -1;
	if (events_read(&f->events, f->plan, path_of(a, "raw", path)) < 0)
		return fail(a, "out of memory");
	return 0;
}

/* ---- is there anything to measure? ------------------------------------------------ */

static bool any_arrived(const struct stream *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->probes[i].received)
			return true;
	return false;
}

static bool has_handover(const struct findings *f, int node)
{
	for (size_t i = 0; i < f->history.count; i++)
		if (f->history.moves[i].node == node)
			return true;
	return false;
}

static unsigned packets_of(const struct findings *f, int node, bool from_us, enum capture_kind kind)
{
	unsigned count = 0;

	for (size_t i = 0; i < f->captures.count; i++)
		for (size_t k = 0; k < f->captures.list[i].count; k++) {
			const struct capture_view *v = &f->captures.views[i][k];

			count += f->plan->captures[i].node == node && v->from_us == from_us &&
				 v->kind == kind;
		}
	return count;
}

static bool is_captured(const struct findings *f, int node)
{
	for (size_t i = 0; i < f->plan->capture_count; i++)
		if (f->plan->captures[i].node == node)
			return true;
	return false;
}

/* A capture with gaps says nothing of what it lacks, a node that is mobile by other means
 * never sends a Binding Update, and what the daemon itself tells counts as well. */
static bool may_be_silent(const struct findings *f, int node)
{
	if (captures_lack(&f->captures, f->plan, node) ||
	    events_count(&f->events, node, "registered", NULL, 0) > 0)
		return true;
	return !lab_writes_events(&f->plan->nodes[node], -1) &&
	       packets_of(f, node, true, CAPTURE_BU) == 0;
}

/* Where a node's daemon tells what it did: its events, else its log. */
static void name_log(const struct lab_node *node, char *name, size_t cap)
{
	snprintf(name, cap, "timeline.jsonl");
	for (size_t i = node->daemon_count; i-- > 0;)
		snprintf(name, cap, "%s.%s.log", node->name, node->daemons[i].name);
	for (size_t i = node->daemon_count; i-- > 0;)
		if (node->daemons[i].events)
			snprintf(name, cap, "%s", node->daemons[i].events);
}

static int check_registration(struct analysis *a, int node)
{
	const struct lab_node *n = &a->f.plan->nodes[node];
	char log[100];

	if (!has_handover(&a->f, node))
		return 0;
	if (!is_captured(&a->f, node))
		return fail(a, "node %s moves, but none of its interfaces is captured", n->name);
	if (packets_of(&a->f, node, false, CAPTURE_BA) > 0 || may_be_silent(&a->f, node))
		return 0;
	name_log(n, log, sizeof(log));
	return fail(a,
		    "node %s never registered: %u Binding Updates and no Binding "
		    "Acknowledgement in its captures; its last words are in %s",
		    n->name, packets_of(&a->f, node, true, CAPTURE_BU), log);
}

static int check_substance(struct analysis *a)
{
	const struct lab_plan *plan = a->f.plan;

	for (size_t i = 0; i < plan->node_count; i++)
		if (check_registration(a, (int)i) < 0)
			return -1;
	for (size_t i = 0; i < plan->probe_count; i++)
		if (plan->probes[i].mn >= 0 && !any_arrived(&a->f.streams[i]))
			return fail(a,
				    "no probe of the stream \"%s\" from %s to %s arrived: %zu "
				    "were sent",
				    plan->probes[i].name, plan->nodes[plan->probes[i].from].name,
				    plan->nodes[plan->probes[i].to].name, a->f.streams[i].count);
	return 0;
}

/* ---- results ----------------------------------------------------------------------- */

static int summarise(struct findings *f)
{
	double *values = calloc(f->count + 1, sizeof(*values));

	if (!values)
		return -1;
	for (enum column c = 0; c < COLUMNS; c++) {
		size_t count = 0;

		for (size_t i = 0; i < f->count; i++) {
			struct expr_value v = handover_value(&f->handovers[i], c);

			if (v.known)
				values[count++] = v.number;
		}
		f->spreads[c] = spread_of(values, count);
	}
	free(values);
	return 0;
}

/* When a handover is over: traffic flows both ways and the binding is accepted.
 * What never happened is waited for until the node moves on. */
static int64_t measured_until(const struct handover *h)
{
	int64_t until = h->ba.known ? h->ba.time : h->move.until;

	for (int w = 0; w < WAYS; w++) {
		int64_t end = h->ways[w].restored ? h->ways[w].first : h->move.until;

		if (h->ways[w].measured && end > until)
			until = end;
	}
	return until;
}

/* A record speaks of the period before it, which a late waking makes longer. Without a handover the
 * whole run from `settle` on is measured; in one that waited in vain all of it. */
static bool is_measured(const struct findings *f, const struct lab_lag_record *r)
{
	int64_t from = r->time - LAB_LAG_PERIOD - r->lag;

	for (size_t i = 0; i < f->count; i++)
		if (r->time >= f->handovers[i].move.down &&
		    from <= measured_until(&f->handovers[i]))
			return true;
	if (f->history.late)
		return true;
	return f->count == 0 && r->time >= f->history.t0 + f->plan->settle_ns &&
	       r->time <= f->history.t0 + f->plan->duration_ns + f->history.waited;
}

/* The probe of scheduling lag runs in real time only. A run in which it left
 * nothing was not watched. */
static void read_lag(struct analysis *a)
{
	struct lab_lag_record record;
	char path[PATH_ROOM];
	bool watched = false;
	FILE *file = fopen(path_of(a, "raw/lag.bin", path), "rbe");

	a->f.worst_lag = -1;
	while (file && fread(&record, sizeof(record), 1, file) == 1) {
		watched = true;
		if (is_measured(&a->f, &record) && record.lag > a->f.worst_lag)
			a->f.worst_lag = record.lag;
	}
	if (file)
		fclose(file);
	a->f.valid =
	    lab_engine_exact(a->f.plan->engine) || (watched && a->f.worst_lag <= LAG_LIMIT);
}

static int warn_of_ending(struct findings *f, const struct history_ending *e)
{
	char when[48] = "before time 0";

	if (e->time >= f->history.t0)
		snprintf(when, sizeof(when), "at %.3f s", (double)(e->time - f->history.t0) / 1e9);
	return findings_warn(f, "%s at %s %s %d %s; its last words are in raw/%s.%s.log",
			     e->process, e->node,
			     e->signal ? "died of signal" : "ended with exit code",
			     e->signal ? e->signal : e->status, when, e->node, e->process);
}

/* What the scenario left out, daemons that were allowed to end but did so with an error,
 * probes that the lab itself lost. */
static int warn_of_run(struct findings *f)
{
	for (size_t i = 0; i < f->plan->note_count; i++)
		if (findings_warn(f, "%s", f->plan->notes[i]) < 0)
			return -1;
	for (size_t i = 0; i < f->history.ending_count; i++)
		if (warn_of_ending(f, &f->history.endings[i]) < 0)
			return -1;
	if (f->history.overrun == 0)
		return 0;
	/* They came through the network. */
	f->valid = f->valid && lab_engine_exact(f->plan->engine);
	return findings_warn(
	    f,
	    "%lld probes arrived, but were not taken from their sockets in time: they "
	    "count as lost",
	    (long long)f->history.overrun);
}

static int conclude(struct analysis *a)
{
	struct findings *f = &a->f;

	f->handovers = handovers_find(f->plan, &f->history, &f->captures, f->streams);
	f->verdicts = calloc(f->plan->expect_count + 1, sizeof(*f->verdicts));
	if (!f->handovers || !f->verdicts)
		return fail(a, "out of memory");
	f->count = f->history.count;
	read_lag(a);
	f->lost_outside =
	    handover_lost_outside(f->plan, &f->history, f->streams, f->handovers, f->count);
	if (summarise(f) < 0 || crosscheck(f) < 0 || charged(f, a->results) < 0)
		return fail(a, "out of memory");
	if (f->events.bad &&
	    findings_warn(f, "%zu lines of event files are no events", f->events.bad) < 0)
		return fail(a, "out of memory");
	return warn_of_run(f) < 0 ? fail(a, "out of memory") : 0;
}

/* What is missing in a run that is not valid is not laid at a node's door. */
static int judge(struct analysis *a)
{
	struct findings *f = &a->f;

	if (f->valid && (a->error[0] || check_substance(a) < 0))
		return -1;
	if (a->error[0] && findings_warn(f, "%s", a->error) < 0)
		return fail(a, "out of memory");
	a->error[0] = '\0';
	expect_judge(f, a->results);
	return 0;
}

static int write_table(struct analysis *a, FILE *out)
{
	char path[PATH_ROOM];
	FILE *file = fopen(path_of(a, "summary.txt", path), "we");
	int result;

	if (!file)
		return -1;
	result = out_table(&a->f, file);
	if (fclose(file) != 0 || result < 0)
		return -1;
	return out_table(&a->f, out);
}

static int write_all(struct analysis *a, FILE *out)
{
	const struct findings *f = &a->f;
	char path[PATH_ROOM];

	if (out_handovers(f, path_of(a, "handovers.csv", path)) < 0 ||
	    out_delays(f, path_of(a, "delay.csv", path)) < 0 ||
	    streams_write(f->streams, f->plan, f->history.t0, path_of(a, "probes.csv", path)) < 0 ||
	    out_capture(f, path_of(a, "capture.pcapng", path)) < 0 ||
	    out_json(f, path_of(a, "summary.json", path)) < 0 || write_table(a, out) < 0)
		return fail(a, "cannot write the results: %s", strerror(errno));
	return 0;
}

/* The events are worth having also where nothing else can be said. */
static int write_events(struct analysis *a)
{
	char path[PATH_ROOM];

	if (events_write(&a->f.events, path_of(a, "events.jsonl", path)) < 0)
		return fail(a, "cannot write events.jsonl: %s", strerror(errno));
	return 0;
}

static void release(struct findings *f)
{
	history_free(&f->history);
	streams_free(f->streams, f->plan);
	events_free(&f->events);
	for (size_t i = 0; f->captures.list && i < f->plan->capture_count; i++)
		capture_free(&f->captures.list[i]);
	for (size_t i = 0; f->captures.views && i < f->plan->capture_count; i++)
		free(f->captures.views[i]);
	free(f->captures.list);
	free(f->captures.views);
	free(f->captures.lacks);
	free(f->handovers);
	free(f->verdicts);
	for (size_t i = 0; i < f->warning_count; i++)
		free(f->warnings[i]);
	free(f->warnings);
}

int lab_analyse(const struct lab_plan *plan, const char *results, FILE *out,
		struct lab_outcome *outcome)
{
	struct analysis a = {.f.plan = plan, .results = results};
	int result;

	*outcome = (struct lab_outcome){0};
	a.error = outcome->error;
	a.cap = sizeof(outcome->error);
	result = read_records(&a);
	if (result == 0)
		result = write_events(&a);
	if (result == 0)
		result = conclude(&a);
	if (result == 0)
		result = judge(&a);
	if (result == 0)
		result = write_all(&a, out);
	outcome->valid = a.f.valid;
	outcome->handovers = (unsigned)a.f.count;
	outcome->expectations = (unsigned)plan->expect_count;
	outcome->failed = a.f.failed;
	outcome->unjudged = a.f.unjudged;
	outcome->warnings = (unsigned)a.f.warning_count;
	release(&a.f);
	return result;
}
