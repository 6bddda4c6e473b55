/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/agree.h"
#include <math.h>
#include <string.h>

enum { NAME_WIDTH = 16, VALUE_WIDTH = 11, DIFFERENCE_WIDTH = 14 };

const struct agree_pair agree_pairs[AGREE_PAIRS] = {
    {AGREE_KERNEL, AGREE_USER, AGREE_LIMIT_MS},
    {AGREE_KERNEL, AGREE_NS3, AGREE_LIMIT_MS},
    {AGREE_USER, AGREE_NS3, AGREE_LIMIT_MS},
    {AGREE_KERNEL, AGREE_DEBIAN, AGREE_KERNELS_LIMIT_MS}};

/* How two values stand to each other, from good to bad. */
enum verdict_of { SAME, WITHIN, ALLOWED, DIFFERS };

struct comparison {
	const char *scenario;
	const struct agree_table *tables;
	struct agree_allowed *allowed;
	FILE *out;
	unsigned differ;
	unsigned covered;
	double largest[COLUMN_CSV][AGREE_PAIRS];
};

/* Of one handover: its row in each way, NULL where the way is absent. */
struct moved {
	const struct agree_row *rows[AGREE_WAYS];
};

const char *agree_way_name(enum agree_way way)
{
	static const char *const names[AGREE_WAYS] = {"kernel", "user", "ns3", "debian"};

	return names[way];
}

static bool has_way(const struct comparison *c, enum agree_way way)
{
	return !c->tables[way].absent;
}

static bool has_pair(const struct comparison *c, size_t pair)
{
	return has_way(c, agree_pairs[pair].a) && has_way(c, agree_pairs[pair].b);
}

/* A value that only one of them has is as far from the other as can be. */
static double distance(struct expr_value a, struct expr_value b)
{
	if (a.known != b.known)
		return INFINITY;
	return a.known ? fabs(a.number - b.number) : 0;
}

static struct agree_allowance *find_allowance(const struct comparison *c, enum column phase,
					      const struct agree_pair *pair, double size)
{
	for (size_t i = 0; i < c->allowed->count; i++) {
		struct agree_allowance *a = &c->allowed->list[i];

		if (a->phase == phase && a->between == pair && size <= a->limit &&
		    (!a->scenario[0] || strcmp(a->scenario, c->scenario) == 0))
			return a;
	}
	return NULL;
}

static enum verdict_of judge(struct comparison *c, enum column phase, size_t pair,
			     const struct moved *moved)
{
	const struct agree_pair *of = &agree_pairs[pair];
	double size =
	    distance(moved->rows[of->a]->values[phase], moved->rows[of->b]->values[phase]);
	struct agree_allowance *a;

	if (size > c->largest[phase][pair])
		c->largest[phase][pair] = size;
	/* The figures have three decimals, their difference is to have no more. */
	if (size < (column_is_time(phase) ? of->limit_ms - 1e-6 : 0.5))
		return size == 0 ? SAME : WITHIN;
	a = find_allowance(c, phase, of, size - 1e-6);
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

static enum verdict_of judge_phase(struct comparison *c, enum column phase,
				   const struct moved *moved)
{
	enum verdict_of worst = SAME;

	for (size_t p = 0; p < AGREE_PAIRS; p++) {
		enum verdict_of verdict = has_pair(c, p) ? judge(c, phase, p, moved) : SAME;

		worst = verdict > worst ? verdict : worst;
	}
	c->differ += worst == DIFFERS;
	c->covered += worst == ALLOWED;
	return worst;
}

static void compare_phase(struct comparison *c, enum column phase, const struct moved *moved)
{
	static const char *const marks[] = {"", "", "  allowed", "  DIFFERS"};

	fprintf(c->out, "       %-*s", NAME_WIDTH, column_name(phase));
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (has_way(c, w))
			put_value(c->out, moved->rows[w]->values[phase], phase);
	for (size_t p = 0; p < AGREE_PAIRS; p++)
		if (has_pair(c, p))
			put_difference(c->out, moved->rows[agree_pairs[p].a]->values[phase],
				       moved->rows[agree_pairs[p].b]->values[phase], phase);
	fprintf(c->out, "%s\n", marks[judge_phase(c, phase, moved)]);
}

/* Counts of what hardly ever happens are shown where it did. */
static bool is_worth_a_line(const struct comparison *c, enum column phase,
			    const struct moved *moved)
{
	bool seen = phase < COLUMN_DUP_DOWN;

	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		seen = seen || (has_way(c, w) && (!moved->rows[w]->values[phase].known ||
						  moved->rows[w]->values[phase].number > 0));
	return seen;
}

static bool same_move(const struct agree_row *a, const struct agree_row *b)
{
	return a->n == b->n && strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       strcmp(a->node, b->node) == 0;
}

static void compare_handover(struct comparison *c, const struct moved *moved)
{
	const struct agree_row *first = moved->rows[AGREE_KERNEL];

	fprintf(c->out, "%4u   %s to %s%s%s\n", first->n, first->from, first->to,
		first->node[0] ? ", " : "", first->node);
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (has_way(c, w) && !same_move(first, moved->rows[w])) {
			c->differ++;
			fputs("       not the same move in all of them  DIFFERS\n", c->out);
			return;
		}
	for (enum column phase = 0; phase < COLUMN_CSV; phase++)
		if (is_worth_a_line(c, phase, moved))
			compare_phase(c, phase, moved);
}

static void put_pair_heads(const struct comparison *c)
{
	char head[32];

	for (size_t p = 0; p < AGREE_PAIRS; p++) {
		snprintf(head, sizeof(head), "%s-%s", agree_way_name(agree_pairs[p].b),
			 agree_way_name(agree_pairs[p].a));
		if (has_pair(c, p))
			fprintf(c->out, "%*s", DIFFERENCE_WIDTH, head);
	}
	fputc('\n', c->out);
}

static void put_heads(const struct comparison *c)
{
	fprintf(c->out, "   n   %-*s", NAME_WIDTH, "");
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (has_way(c, w))
			fprintf(c->out, "%*s", VALUE_WIDTH, agree_way_name(w));
	put_pair_heads(c);
}

/* The handovers that each of them has. */
static size_t common_count(const struct comparison *c)
{
	size_t count = SIZE_MAX;

	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (has_way(c, w) && c->tables[w].count < count)
			count = c->tables[w].count;
	return count;
}

static void compare_all(struct comparison *c)
{
	size_t count = common_count(c);

	put_heads(c);
	for (size_t i = 0; i < count; i++) {
		struct moved moved = {0};

		for (enum agree_way w = 0; w < AGREE_WAYS; w++)
			if (has_way(c, w))
				moved.rows[w] = &c->tables[w].rows[i];
		compare_handover(c, &moved);
	}
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		if (has_way(c, w) && (c->tables[w].count != count || count == 0)) {
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

static int count_ways(const struct comparison *c)
{
	int count = 0;

	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		count += has_way(c, w);
	return count;
}

static void put_largest(const struct comparison *c)
{
	int width = NAME_WIDTH + count_ways(c) * VALUE_WIDTH;

	fprintf(c->out, "\n       %-*s", width, "largest difference");
	put_pair_heads(c);
	for (enum column phase = 0; phase < COLUMN_CSV; phase++) {
		fprintf(c->out, "       %-*s", width, column_name(phase));
		for (size_t p = 0; p < AGREE_PAIRS; p++)
			if (has_pair(c, p))
				put_largest_of(c->out, c->largest[phase][p], phase);
		fputc('\n', c->out);
	}
	fputs("times in ms\n", c->out);
}

static void put_allowance(const struct comparison *c, const struct agree_allowance *a)
{
	int decimals = column_is_time(a->phase) ? 3 : 0;

	fprintf(c->out, "allowed: %s between %s %s, at most %.*f; found %u, the largest %.*f: %s\n",
		column_name(a->phase), agree_way_name(a->between->a), agree_way_name(a->between->b),
		decimals, a->limit, a->used, decimals, a->largest, a->cause);
}

static void conclude(const struct comparison *c)
{
	bool four = has_way(c, AGREE_DEBIAN);
	const char *all = four ? "four" : "three";
	char kernels[64] = "";

	for (size_t i = 0; i < c->allowed->count; i++)
		if (c->allowed->list[i].used)
			put_allowance(c, &c->allowed->list[i]);
	if (four)
		snprintf(kernels, sizeof(kernels), ", in the two kernels %s%.2f ms",
			 c->differ ? "by " : "within ", AGREE_KERNELS_LIMIT_MS);
	if (c->differ)
		fprintf(c->out,
			"the %s do NOT agree: %u figures differ by %.2f ms or more%s, or as "
			"counts, without an entry in the allow-list\n",
			all, c->differ, AGREE_LIMIT_MS, kernels);
	else
		fprintf(c->out, "the %s agree: %zu handovers, every phase within %.2f ms%s%s\n",
			all, c->tables[AGREE_KERNEL].count, AGREE_LIMIT_MS, kernels,
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
