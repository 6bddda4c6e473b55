/* SPDX-License-Identifier: GPL-2.0-or-later */
/* handovers.csv and delay.csv. A value that is missing is an empty field. */
#include "lab/findings.h"

static void put_value(FILE *out, struct expr_value v, bool time)
{
	if (v.known && time)
		fprintf(out, ",%.3f", v.number);
	else if (v.known)
		fprintf(out, ",%.0f", v.number);
	else
		fputc(',', out);
}

static void put_handover(FILE *out, const struct findings *f, const struct handover *h)
{
	fprintf(out, "%u,%s,%s", h->move.n, h->move.from, h->move.to);
	for (enum column c = 0; c < COLUMN_CSV; c++)
		put_value(out, handover_value(h, c), column_is_time(c));
	if (findings_many_nodes(f))
		fprintf(out, ",%s", f->plan->nodes[h->move.node].name);
	fputc('\n', out);
}

int out_handovers(const struct findings *f, const char *path)
{
	FILE *out = fopen(path, "we");

	if (!out)
		return -1;
	fputs("n,from,to", out);
	for (enum column c = 0; c < COLUMN_CSV; c++)
		fprintf(out, ",%s", column_name(c));
	fputs(findings_many_nodes(f) ? ",node\n" : "\n", out);
	for (size_t i = 0; i < f->count; i++)
		put_handover(out, f, &f->handovers[i]);
	return fclose(out) == 0 ? 0 : -1;
}

static void put_delays(FILE *out, const struct delays *d)
{
	const struct spread *s = &d->spread;

	fprintf(out, "%zu", s->count);
	put_value(out, (struct expr_value){s->count > 0, s->min}, true);
	put_value(out, (struct expr_value){s->count > 0, s->median}, true);
	put_value(out, (struct expr_value){s->count > 0, s->p95}, true);
	put_value(out, (struct expr_value){s->count > 0, s->max}, true);
	put_value(out, (struct expr_value){s->count > 1, d->jitter}, true);
}

int out_delays(const struct findings *f, const char *path)
{
	static const char *const ways[WAYS] = {"down", "up"};
	static const char *const parts[PARTS] = {"before", "in", "after"};
	FILE *out = fopen(path, "we");

	if (!out)
		return -1;
	fputs("n,direction,part,count,min_ms,median_ms,p95_ms,max_ms,jitter_ms\n", out);
	for (size_t i = 0; i < f->count; i++)
		for (size_t k = 0; k < WAYS * PARTS; k++) {
			const struct way *way = &f->handovers[i].ways[k / PARTS];

			if (!way->measured)
				continue;
			fprintf(out, "%u,%s,%s,", f->handovers[i].move.n, ways[k / PARTS],
				parts[k % PARTS]);
			put_delays(out, &way->parts[k % PARTS]);
			fputc('\n', out);
		}
	return fclose(out) == 0 ? 0 : -1;
}
