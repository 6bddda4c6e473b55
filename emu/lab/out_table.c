/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that a run ends with, 120 columns at most. */
#include "lab/findings.h"
#include <stdlib.h>
#include <string.h>

enum {
	NAME_WIDTH = 9,
	TIME_WIDTH = 10,
	COUNT_WIDTH = 5,
	TEXT_WIDTH = 106,
	INDENT = 6,
	FIRSTS_NAMED = 10
};

/* A column of the table is the sum of one or two columns of handovers.csv. */
struct shown {
	const char *head[2];
	enum column column;
	enum column other; /* COLUMNS: none */
	int width;
};

static const struct shown shown[] = {
    {{"L2", "gap"}, COLUMN_L2_GAP, COLUMNS, TIME_WIDTH},
    {{"", "RA"}, COLUMN_RA, COLUMNS, TIME_WIDTH},
    {{"care-of", "address"}, COLUMN_COA, COLUMNS, TIME_WIDTH},
    {{"BU", "sent"}, COLUMN_BU, COLUMNS, TIME_WIDTH},
    {{"BA", "received"}, COLUMN_BA, COLUMNS, TIME_WIDTH},
    {{"first", "down"}, COLUMN_FIRST_DOWN, COLUMNS, TIME_WIDTH},
    {{"first", "up"}, COLUMN_FIRST_UP, COLUMNS, TIME_WIDTH},
    {{"lost", "down"}, COLUMN_LOST_DOWN, COLUMNS, COUNT_WIDTH},
    {{"lost", "up"}, COLUMN_LOST_UP, COLUMNS, COUNT_WIDTH},
    {{"", "dup"}, COLUMN_DUP_DOWN, COLUMN_DUP_UP, COUNT_WIDTH},
    {{"re-", "ord"}, COLUMN_REORDERED_DOWN, COLUMN_REORDERED_UP, COUNT_WIDTH},
};

enum { SHOWN = sizeof(shown) / sizeof(shown[0]) };

static void put_cell(FILE *out, const struct shown *s, struct expr_value v)
{
	if (!v.known)
		fprintf(out, "%*s", s->width, "-");
	else if (column_is_time(s->column))
		fprintf(out, "%*.3f", s->width, v.number);
	else
		fprintf(out, "%*.0f", s->width, v.number);
}

static void put_head(FILE *out, bool many)
{
	for (int line = 0; line < 2; line++) {
		fprintf(out, "%4s %-*s %-*s", line ? "n" : "", NAME_WIDTH, line ? "from" : "",
			NAME_WIDTH, line ? "to" : "");
		if (many)
			fprintf(out, " %-4s", line ? "node" : "");
		for (size_t i = 0; i < SHOWN; i++)
			fprintf(out, "%*s", shown[i].width, shown[i].head[line]);
		fputc('\n', out);
	}
}

static struct expr_value shown_value(const struct handover *h, const struct shown *s)
{
	struct expr_value v = handover_value(h, s->column);
	struct expr_value other;

	if (s->other == COLUMNS)
		return v;
	other = handover_value(h, s->other);
	return (struct expr_value){v.known || other.known, v.number + other.number};
}

static void put_handover(FILE *out, const struct findings *f, const struct handover *h)
{
	fprintf(out, "%4u %-*.*s %-*.*s", h->move.n, NAME_WIDTH, NAME_WIDTH, h->move.from,
		NAME_WIDTH, NAME_WIDTH, h->move.to);
	if (findings_many_nodes(f))
		fprintf(out, " %-4.4s", f->plan->nodes[h->move.node].name);
	for (size_t i = 0; i < SHOWN; i++)
		put_cell(out, &shown[i], shown_value(h, &shown[i]));
	fputc('\n', out);
}

/* Of a sum of two columns the spread is not the sum of the spreads: it is made
 * from the handovers again. */
static struct spread shown_spread(const struct findings *f, const struct shown *s, double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct expr_value v = shown_value(&f->handovers[i], s);

		if (v.known)
			values[count++] = v.number;
	}
	return spread_of(values, count);
}

static void put_spread(FILE *out, const struct findings *f, const struct spread *spreads,
		       enum spread_part part)
{
	fprintf(out, "%4s %-*s", "", 2 * NAME_WIDTH + 1 + (findings_many_nodes(f) ? 5 : 0),
		spread_part_name(part));
	for (size_t i = 0; i < SHOWN; i++)
		put_cell(out, &shown[i],
			 (struct expr_value){spreads[i].count > 0, spread_part(&spreads[i], part)});
	fputc('\n', out);
}

/* "first registration: 1, 3, 5": where a second of duplicate detection is not the
 * handover's. */
static void put_first_registrations(FILE *out, const struct findings *f)
{
	unsigned count = 0;
	unsigned named = 0;

	for (size_t i = 0; i < f->count; i++)
		count += f->handovers[i].first_registration;
	if (count == 0)
		return;
	fputs("first registration, with the home agent's duplicate detection in it: ", out);
	for (size_t i = 0; i < f->count && named < FIRSTS_NAMED; i++)
		if (f->handovers[i].first_registration)
			fprintf(out, "%s%u", named++ ? ", " : "handover ", f->handovers[i].move.n);
	if (count > named)
		fprintf(out, " and %u more", count - named);
	fputc('\n', out);
}

static int put_handovers(FILE *out, const struct findings *f)
{
	struct spread spreads[SHOWN];
	double *values = calloc(f->count + 1, sizeof(*values));

	if (!values)
		return -1;
	for (size_t i = 0; i < SHOWN; i++)
		spreads[i] = shown_spread(f, &shown[i], values);
	free(values);
	put_head(out, findings_many_nodes(f));
	for (size_t i = 0; i < f->count; i++)
		put_handover(out, f, &f->handovers[i]);
	for (enum spread_part part = 0; part < SPREAD_PARTS; part++)
		put_spread(out, f, spreads, part);
	fputs("times in ms after link up\n", out);
	put_first_registrations(out, f);
	fputc('\n', out);
	return 0;
}

/* A head and its text, broken between words where it is too long for a line. */
static void put_wrapped(FILE *out, const char *head, const char *text)
{
	fputs(head, out);
	while (strlen(text) > TEXT_WIDTH) {
		int length = TEXT_WIDTH;

		while (length > 0 && text[length] != ' ')
			length--;
		length = length ? length : TEXT_WIDTH;
		fprintf(out, "%.*s\n%*s", length, text, INDENT, "");
		text += length + (text[length] == ' ');
	}
	fprintf(out, "%s\n", text);
}

static const char *verdict_word(const struct verdict *v)
{
	if (!v->judged)
		return "-     ";
	return v->pass ? "pass  " : "FAIL  ";
}

static void put_expectations(FILE *out, const struct findings *f)
{
	for (size_t i = 0; i < f->plan->expect_count; i++) {
		const struct lab_expect *e = &f->plan->expects[i];

		put_wrapped(out, verdict_word(&f->verdicts[i]), e->text);
		if (e->about)
			put_wrapped(out, "      ", e->about);
		put_wrapped(out, "      found: ", f->verdicts[i].found);
	}
	if (f->plan->expect_count)
		fprintf(out, "%zu of %zu expectations pass",
			f->plan->expect_count - f->failed - f->unjudged, f->plan->expect_count);
	if (f->unjudged)
		fprintf(out, ", %u are not judged", f->unjudged);
	if (f->plan->expect_count)
		fputc('\n', out);
}

static void put_notes(FILE *out, const struct findings *f)
{
	if (f->lost_outside)
		fprintf(out, "%u probes were lost outside of the handovers\n", f->lost_outside);
	for (size_t i = 0; i < f->warning_count; i++)
		put_wrapped(out, "warning: ", f->warnings[i]);
	if (!f->history.complete)
		fputs("the run did not reach its end: this is as far as it got\n", out);
	if (f->worst_lag >= 0)
		fprintf(out, "worst scheduling lag %.3f ms, 2 ms are allowed\n",
			(double)f->worst_lag / 1e6);
}

/* The first line, since no figure below it counts. */
static void put_invalid(FILE *out, const struct findings *f)
{
	if (f->valid)
		return;
	if (f->worst_lag < 0)
		fputs("NOT VALID: nobody watched how busy the machine was (raw/lag.bin).\n", out);
	else
		fprintf(out,
			"NOT VALID: the machine was too busy: programs of the run woke up to %.3f "
			"ms late, 2 ms are allowed.\n",
			(double)f->worst_lag / 1e6);
	fputs("Run it again while the machine has less to do, or with engine=virtual, whose "
	      "figures hold on a busy one.\n",
	      out);
}

int out_table(const struct findings *f, FILE *out)
{
	put_invalid(out, f);
	fputc('\n', out);
	if (f->count && put_handovers(out, f) < 0)
		return -1;
	put_expectations(out, f);
	put_notes(out, f);
	return ferror(out) ? -1 : 0;
}
