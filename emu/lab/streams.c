/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/streams.h"
#include "lab/records.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int make_room(struct stream *s, size_t seq)
{
	size_t wanted = s->count ? s->count : 1024;
	struct stream_probe *grown;

	if (seq < s->count)
		return 0;
	while (wanted <= seq)
		wanted *= 2;
	grown = realloc(s->probes, wanted * sizeof(*grown));
	if (!grown)
		return -1;
	memset(grown + s->count, 0, (wanted - s->count) * sizeof(*grown));
	s->probes = grown;
	s->count = wanted;
	return 0;
}

/* An arrival without a record of its sending cannot be ours. */
static void arrive(struct stream *s, struct stream_probe *p, int64_t time)
{
	if (!p->sent || p->arrivals++ > 0)
		return;
	p->received = time;
	if (time - p->sent > s->longest_delay)
		s->longest_delay = time - p->sent;
}

/* No sequence number is above the number of records: `most` bounds the memory
 * whatever a damaged file says. */
static int take(struct stream *streams, const struct lab_plan *plan, size_t most,
		const struct lab_probe_record *r)
{
	struct stream *s;

	if (r->probe >= plan->probe_count || r->seq >= most || r->time <= 0)
		return 0;
	s = &streams[r->probe];
	if (make_room(s, r->seq) < 0)
		return -1;
	if (r->kind == LAB_PROBE_TX)
		s->probes[r->seq].sent = r->time;
	else if (r->kind == LAB_PROBE_RX)
		arrive(s, &s->probes[r->seq], r->time);
	return 0;
}

/* Records of arrivals are in order of arrival within a stream's socket, but the
 * order is taken from the stamps: a probe is reordered when one with a higher
 * number had come earlier. */
static void mark_reordered(struct stream *s)
{
	int64_t earliest = INT64_MAX;

	for (size_t i = s->count; i-- > 0;) {
		struct stream_probe *p = &s->probes[i];

		if (!p->received)
			continue;
		p->reordered = p->received > earliest;
		earliest = p->received < earliest ? p->received : earliest;
	}
}

static void cut_tail(struct stream *s)
{
	while (s->count > 0 && !s->probes[s->count - 1].sent)
		s->count--;
}

static int read_records(struct stream *streams, const struct lab_plan *plan, FILE *file,
			size_t *ret_records)
{
	struct lab_probe_record record;
	struct stat stat;
	size_t most;

	if (fstat(fileno(file), &stat) < 0)
		return -1;
	most = (size_t)stat.st_size / sizeof(record);
	for (*ret_records = 0; fread(&record, sizeof(record), 1, file) == 1; (*ret_records)++)
		if (take(streams, plan, most, &record) < 0)
			return -1;
	return 0;
}

int streams_read(struct stream **ret, const struct lab_plan *plan, const char *path, char *error,
		 size_t cap)
{
	struct stream *streams = calloc(plan->probe_count + 1, sizeof(*streams));
	FILE *file = fopen(path, "rbe");
	size_t records = 0;
	int result;

	*ret = streams;
	if (!streams || !file) {
		snprintf(error, cap, "the probe records cannot be read: %s", strerror(errno));
		if (file)
			fclose(file);
		return -1;
	}
	result = read_records(streams, plan, file, &records);
	fclose(file);
	for (size_t i = 0; i < plan->probe_count; i++) {
		cut_tail(&streams[i]);
		mark_reordered(&streams[i]);
	}
	if (result < 0)
		snprintf(error, cap, "the probe records cannot be kept in memory");
	else if (records == 0 && plan->probe_count > 0)
		snprintf(error, cap, "no probe was sent");
	else
		return 0;
	return -1;
}

void streams_free(struct stream *streams, const struct lab_plan *plan)
{
	for (size_t i = 0; streams && i < plan->probe_count; i++)
		free(streams[i].probes);
	free(streams);
}

static void write_probe(FILE *out, const char *name, size_t seq, const struct stream_probe *p,
			int64_t t0)
{
	fprintf(out, "%s,%zu,%.9f,", name, seq, (double)(p->sent - t0) / 1e9);
	if (p->received)
		fprintf(out, "%.9f,%.6f,%s\n", (double)(p->received - t0) / 1e9,
			(double)(p->received - p->sent) / 1e6,
			p->arrivals > 1 ? "duplicate"
			: p->reordered	? "reordered"
					: "ok");
	else
		fputs(",,lost\n", out);
}

/* Streams are sent in step; merging by the time of sending is a walk. */
int streams_write(const struct stream *streams, const struct lab_plan *plan, int64_t t0,
		  const char *path)
{
	size_t *next = calloc(plan->probe_count + 1, sizeof(*next));
	FILE *out = fopen(path, "we");
	size_t best;

	if (!next || !out) {
		free(next);
		if (out)
			fclose(out);
		return -1;
	}
	fputs("stream,seq,sent_s,received_s,delay_ms,status\n", out);
	do {
		best = plan->probe_count;
		for (size_t i = 0; i < plan->probe_count; i++)
			if (next[i] < streams[i].count &&
			    (best == plan->probe_count ||
			     streams[i].probes[next[i]].sent <
				 streams[best].probes[next[best]].sent))
				best = i;
		if (best < plan->probe_count) {
			write_probe(out, plan->probes[best].name, next[best],
				    &streams[best].probes[next[best]], t0);
			next[best]++;
		}
	} while (best < plan->probe_count);
	free(next);
	return fclose(out) == 0 ? 0 : -1;
}
