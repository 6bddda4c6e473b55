/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/agree.h"
#include <math.h>
#include <string.h>

enum { PAIRS = 3, NAME_WIDTH = 16, VALUE_WIDTH = 11, DIFFERENCE_WIDTH = 13 };

struct pair {
	enum agree_way a, b;
};

static const struct pair pairs[PAIRS] = {
    {AGREE_KERNEL, AGREE_USER}, {AGREE_KERNEL, AGREE_NS3}, {AGREE_USER, AGREE_NS3}};

/* How two values stand to each other, from good to bad. */
enum verdict_of { SAME, WITHIN, ALLOWED, DIFFERS };

struct comparison {
	const char *scenario;
	const struct agree_table *tables;
	struct agree_allowed *allowed;
	FILE *out;
	unsigned differ;
	unsigned covered;
	double largest[COLUMN_CSV][PAIRS];
};

const char *agree_way_name(enum agree_way way)
{
	static const char *const names[AGREE_WAYS] = {"kernel", "user", "ns3"};

	return names[way];
}

/* A value that only one of them has is as far from the other as can be. */
static double distance(struct expr_value a, struct expr_value b)
{
	if (a.known != b.known)
		return INFINITY;
	return a.known ? fabs(a.number - b.number) : 0;
}

static struct agree_allowance *find_allowance(const struct comparison *c, enum column phase,
					      const struct pair *pair, double size)
{
	unsigned between = 1u << pair->a | 1u << pair->b;

	for (size_t i = 0; i < c->allowed->count; i++) {
		struct agree_allowance *a = &c->allowed->list[i];

		if (a->phase == phase && a->between == between && size <= a->limit &&
		    (!a->scenario[0] || strcmp(a->scenario, c->scenario) == 0))
			return a;
	}
	return NULL;
}

static enum verdict_of judge(struct comparison *c, enum column phase, size_t pair,
			     const struct agree_row *const rows[AGREE_WAYS])
{
	double size =
	    distance(rows[pairs[pair].a]->values[phase], rows[pairs[pair].b]->values[phase]);
	struct agree_allowance *a;

	if (size > c->largest[phase][pair])
		c->largest[phase][pair] = size;
	/* The figures have three decimals, their difference is to have no more. */
	if (size < (column_is_time(phase) ? AGREE_LIMIT_MS - 1e-6 : 0.5))
		return size == 0 ? SAME : WITHIN;
	a = find_allowance(c, phase, &pairs[pair], size - 1e-6);
	if (!a)
		return DIFFERS;
	a->used++;
	a->largest = size > a->largest ? size : a->largest;
	return ALLOWED;
}

static void put_value(FILE *out, struct expr_value v, enum column phase)
{
	if (!v.known)
		fprintf(out, "%*s", VALUE_WIDTH, "-");
	else
		fprintf(out, "%*.*f", VALUE_WIDTH, column_is_time(phase) ? 3 : 0, v.number);
}

static void put_difference(FILE *out, struct expr_value a, struct expr_value b, enum column phase)
{
	if (a.known && b.known)
		fprintf(out, "%+*.*f", DIFFERENCE_WIDTH, column_is_time(phase) ? 3 : 0,
			b.number - a.number);
	else
		fprintf(out, "%*s", DIFFERENCE_WIDTH, "-");
}

static void compare_phase(struct comparison *c, enum column phase,
			  const struct agree_row *const rows[AGREE_WAYS])
{
	static const char *const marks[] = {"", "", "  allowed", "  DIFFERS"};
	enum verdict_of worst = SAME;

	for (size_t p = 0; p < PAIRS; p++) {
		enum verdict_of verdict = judge(c, phase, p, rows);

		worst = verdict > worst ? verdict : worst;
	}
	c->differ += worst == DIFFERS;
	c->covered += worst == ALLOWED;
	fprintf(c->out, "       %-*s", NAME_WIDTH, column_name(phase));
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		put_value(c->out, rows[w]->values[phase], phase);
	for (size_t p = 0; p < PAIRS; p++)
		put_difference(c->out, rows[pairs[p].a]->values[phase],
			       rows[pairs[p].b]->values[phase], phase);
	fprintf(c->out, "%s\n", marks[worst]);
}

/* Counts of what hardly ever happens are shown where it did. */
static bool is_worth_a_line(enum column phase, const struct agree_row *const rows[AGREE_WAYS])
{
	bool seen = phase < COLUMN_DUP_DOWN;

	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		seen = seen || !rows[w]->values[phase].known || rows[w]->values[phase].number > 0;
	return seen;
}

static bool same_move(const struct agree_row *a, const struct agree_row *b)
{
	return a->n == b->n && strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       strcmp(a->node, b->node) == 0;
}

static void compare_handover(struct comparison *c, const struct agree_row *const rows[AGREE_WAYS])
{
	const struct agree_row *first = rows[AGREE_KERNEL];

	fprintf(c->out, "%4u   %s to %s%s%s\n", first->n, first->from, first->to,
		first->node[0] ? ", " : "", first->node);
	if (!same_move(first, rows[AGREE_USER]) || !same_move(first, rows[AGREE_NS3])) {
		c->differ++;
		fputs("       not the same move in all three  DIFFERS\n", c->out);
		return;
	}
	for (enum column phase = 0; phase < COLUMN_CSV; phase++)
		if (is_worth_a_line(phase, rows))
			compare_phase(c, phase, rows);
}

static void put_pair_heads(FILE *out)
{
	char head[32];

	for (size_t p = 0; p < PAIRS; p++) {
		snprintf(head, sizeof(head), "%s-%s", agree_way_name(pairs[p].b),
			 agree_way_name(pairs[p].a));
		fprintf(out, "%*s", DIFFERENCE_WIDTH, head);
	}
	fputc('\n', out);
}

static void compare_all(struct comparison *c)
{
	size_t count = SIZE_MAX;

	fprintf(c->out, "   n   %-*s", NAME_WIDTH, "");
	for (enum agree_way w = 0; w < AGREE_WAYS; w++) {
		fprintf(c->out, "%*s", VALUE_WIDTH, agree_way_name(w));
		count = c->tables[w].count < count ? c->tables[w].count : count;
	}
	put_pair_heads(c->out);
	for (size_t i = 0; i < count; i++) {
		const struct agree_row *rows[AGREE_WAYS];

		for (enum agree_way w = 0; w < AGREE_WAYS; w++)
			rows[w] = &c->tables[w].rows[i];
		compare_handover(c, rows);
	}
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (c->tables[w].count != count || count == 0) {
			c->differ++;
			fprintf(c->out, "%s has %zu handovers  DIFFERS\n", agree_way_name(w),
				c->tables[w].count);
		}
}

static void put_largest_of(FILE *out, double size, enum column phase)
{
	if (isfinite(size))
		fprintf(out, "%*.*f", DIFFERENCE_WIDTH, column_is_time(phase) ? 3 : 0, size);
	else
		fprintf(out, "%*s", DIFFERENCE_WIDTH, "missing");
}

static void put_largest(const struct comparison *c)
{
	fprintf(c->out, "\n       %-*s", NAME_WIDTH + AGREE_WAYS * VALUE_WIDTH,
		"largest difference");
	put_pair_heads(c->out);
	for (enum column phase = 0; phase < COLUMN_CSV; phase++) {
		fprintf(c->out, "       %-*s", NAME_WIDTH + AGREE_WAYS * VALUE_WIDTH,
			column_name(phase));
		for (size_t p = 0; p < PAIRS; p++)
			put_largest_of(c->out, c->largest[phase][p], phase);
		fputc('\n', c->out);
	}
	fputs("times in ms\n", c->out);
}

static void put_allowance(const struct comparison *c, const struct agree_allowance *a)
{
	int decimals = column_is_time(a->phase) ? 3 : 0;

	fprintf(c->out, "allowed: %s between", column_name(a->phase));
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (a->between & 1u << w)
			fprintf(c->out, " %s", agree_way_name(w));
	fprintf(c->out, ", at most %.*f; found %u, the largest %.*f: %s\n", decimals, a->limit,
		a->used, decimals, a->largest, a->cause);
}

static void conclude(const struct comparison *c)
{
	for (size_t i = 0; i < c->allowed->count; i++)
		if (c->allowed->list[i].used)
			put_allowance(c, &c->allowed->list[i]);
	if (c->differ)
		fprintf(c->out,
			"the three do NOT agree: %u figures differ by %.2f ms or more, or as "
			"counts, without an entry in the allow-list\n",
			c->differ, AGREE_LIMIT_MS);
	else
		fprintf(c->out, "the three agree: %zu handovers, every phase within %.2f ms%s\n",
			c->tables[AGREE_KERNEL].count, AGREE_LIMIT_MS,
			c->covered ? " but for what is allowed" : "");
}

int agree_compare(const char *scenario, const struct agree_table tables[AGREE_WAYS],
		  struct agree_allowed *allowed, FILE *out)
{
	struct comparison c = {
	    .scenario = scenario, .tables = tables, .allowed = allowed, .out = out};

	compare_all(&c);
	put_largest(&c);
	conclude(&c);
	return c.differ ? 1 : 0;
}
