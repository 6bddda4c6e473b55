/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers from packets and probes that are given as such: which of them begin
 * a phase, and to which handover a probe belongs. Times are in ms after t0. */
#include "lab/handover.h"
#include "lab/spread.h"
#include "records_help.h"
#include "test.h"

enum { PACKETS = 64, PROBES = 2048 };

struct scene {
	struct lab_plan plan;
	struct capture_packet packets[PACKETS];
	struct capture_view views[PACKETS];
	struct capture capture;
	struct capture_view *view_lists[1];
	uint64_t lacks[1];
	struct captures captures;
	struct lab_capture place;
	struct history_move moves[4];
	struct history history;
	struct stream_probe probes[2][PROBES];
	struct stream streams[2];
	struct handover *list;
};

static struct mip6_addr addr(const char *text)
{
	struct mip6_addr a = {0};

	CU_ASSERT_EQUAL(mip6_addr_parse(text, &a), 0);
	return a;
}

/* One mobile node with one interface, captured; a move from D = 5000 to 5050. */
static struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->plan = *records_plan();
	s->place = (struct lab_capture){NODE_MN, 0};
	s->plan.captures = &s->place;
	s->plan.capture_count = 1;
	s->capture.packets = s->packets;
	s->view_lists[0] = s->views;
	s->captures = (struct captures){&s->capture, s->view_lists, s->lacks, 1};
	s->history = (struct history){.t0 = records_time(0),
				      .end = records_time(20000),
				      .complete = true,
				      .moves = s->moves,
				      .count = 1};
	s->moves[0] = (struct history_move){.n = 1,
					    .node = NODE_MN,
					    .from = "foreign1",
					    .to = "foreign2",
					    .down = records_time(5000),
					    .up = records_time(5050),
					    .until = records_time(9000)};
	s->streams[0].probes = s->probes[0];
	s->streams[1].probes = s->probes[1];
	return s;
}

static void scene_free(struct scene *s)
{
	free(s->list);
	free(s);
}

static struct capture_view *packet(struct scene *s, double ms, bool sent, enum capture_kind kind)
{
	struct capture_view *v = &s->views[s->capture.count];

	s->packets[s->capture.count++] = (struct capture_packet){.time = records_time(ms)};
	*v = (struct capture_view){.kind = kind, .from_us = sent};
	return v;
}

static void bu(struct scene *s, double ms, const char *coa, uint16_t seq, uint16_t lifetime)
{
	struct capture_view *v = packet(s, ms, true, CAPTURE_BU);

	v->src = v->addr = addr(coa);
	v->dst = addr("3fff:0:100::1");
	v->seq = seq;
	v->lifetime = lifetime;
}

static void ba(struct scene *s, double ms, uint16_t seq, uint8_t status)
{
	struct capture_view *v = packet(s, ms, false, CAPTURE_BA);

	v->seq = seq;
	v->status = status;
}

static void probe(struct scene *s, int stream, size_t seq, double sent, double received)
{
	struct stream *t = &s->streams[stream];
	struct stream_probe *p = &t->probes[seq];

	p->sent = records_time(sent);
	p->received = received > 0 ? records_time(received) : 0;
	p->arrivals = received > 0;
	t->count = seq + 1 > t->count ? seq + 1 : t->count;
	if (received > 0 && p->received - p->sent > t->longest_delay)
		t->longest_delay = p->received - p->sent;
}

/* Every 5 ms from 4000 ms on, 35 ms on the way; those sent in [from, to) are lost. */
static void steady(struct scene *s, int stream, size_t count, double from, double to)
{
	for (size_t i = 0; i < count; i++) {
		double sent = 4000 + 5.0 * (double)i;

		probe(s, stream, i, sent, sent >= from && sent < to ? 0 : sent + 35);
	}
}

static struct handover *find(struct scene *s)
{
	free(s->list);
	s->list = handovers_find(&s->plan, &s->history, &s->captures, s->streams);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->list);
	return s->list;
}

static double value(const struct handover *h, const char *name)
{
	struct expr_value v = handover_value(h, column_find(name));

	return v.known ? v.number : -1;
}

#define IS(h, name, number) CU_ASSERT_DOUBLE_EQUAL(value(h, name), number, 1e-6)
#define MISSING(h, name)    CU_ASSERT_DOUBLE_EQUAL(value(h, name), -1, 0)

/* ---- phases ---------------------------------------------------------------------- */

static void test_phases(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	bu(s, 1000, "3fff:0:201::10", 1, 900);
	packet(s, 4990, false, CAPTURE_RA); /* of the old router */
	packet(s, 5050.5, true, CAPTURE_RS);
	packet(s, 5051, false, CAPTURE_RA);
	packet(s, 5051.5, false, CAPTURE_RA);
	packet(s, 5052, true, CAPTURE_DAD)->addr = addr("3fff:0:202::10");
	bu(s, 5053, "3fff:0:202::10", 2, 900);
	ba(s, 5083, 2, 0);
	h = find(s);
	IS(h, "l2_gap_ms", 50);
	IS(h, "ra_ms", 1);
	IS(h, "coa_ms", 2);
	IS(h, "bu_ms", 3);
	IS(h, "ba_ms", 33);
	IS(h, "bu_ba_ms", 30);
	IS(h, "home", 0);
	IS(h, "n", 1);
	MISSING(h, "first_down_ms");
	scene_free(s);
}

static void test_nothing_happened(void)
{
	static const char *const names[] = {"ra_ms",	     "coa_ms",	    "bu_ms",   "ba_ms",
					    "first_down_ms", "first_up_ms", "bu_ba_ms"};
	struct scene *s = scene_new();
	struct handover *h = find(s);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		MISSING(h, names[i]);
	IS(h, "l2_gap_ms", 50);
	scene_free(s);
}

/* A repetition of the old registration does not tell of the move. */
static void test_old_binding_update(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	bu(s, 4999, "3fff:0:201::10", 1, 900);
	bu(s, 5060, "3fff:0:201::10", 2, 900);
	bu(s, 5070, "3fff:0:202::10", 3, 900);
	ba(s, 5090, 2, 0);
	ba(s, 5100, 3, 0);
	h = find(s);
	IS(h, "bu_ms", 20);
	IS(h, "ba_ms", 50);
	scene_free(s);
}

static void test_same_link_again(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	snprintf(s->moves[0].to, sizeof(s->moves[0].to), "foreign1");
	bu(s, 4000, "3fff:0:201::10", 1, 900);
	bu(s, 5060, "3fff:0:201::10", 2, 900);
	h = find(s);
	IS(h, "bu_ms", 10);
	scene_free(s);
}

/* The first one is lost, the second is refused, the third is accepted. */
static void test_answers(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	bu(s, 5060, "3fff:0:202::10", 5, 900);
	bu(s, 6060, "3fff:0:202::10", 6, 900);
	ba(s, 6090, 6, 135);
	ba(s, 6091, 99, 0);
	bu(s, 6092, "3fff:0:202::10", 40, 900);
	ba(s, 6122, 40, 1);
	h = find(s);
	IS(h, "bu_ms", 10);
	IS(h, "ba_ms", 1072);
	IS(h, "bu_ba_ms", 1062);
	scene_free(s);
}

static void test_other_peers_do_not_count(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	bu(s, 5055, "3fff:0:202::10", 5, 900);
	s->views[0].dst = addr("3fff:0:1::2"); /* to the correspondent */
	bu(s, 5060, "3fff:0:202::10", 6, 900);
	h = find(s);
	IS(h, "bu_ms", 10);
	scene_free(s);
}

static void test_home(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	s->moves[0].home = true;
	bu(s, 4000, "3fff:0:201::10", 1, 900);
	packet(s, 5051, false, CAPTURE_RA);
	bu(s, 5052, "3fff:0:201::10", 2, 900); /* still the old one */
	packet(s, 5053, true, CAPTURE_NA)->addr = addr("3fff:0:100::10");
	bu(s, 5054, "3fff:0:100::10", 3, 0);
	ba(s, 5056, 3, 0);
	h = find(s);
	IS(h, "home", 1);
	IS(h, "coa_ms", 3);
	IS(h, "bu_ms", 4);
	IS(h, "bu_ba_ms", 2);
	scene_free(s);
}

/* A better address comes after the first: the last one accepted is chosen. */
static void test_chosen(void)
{
	struct scene *s = scene_new();
	struct mip6_addr better = addr("3fff:0:202::10");
	struct handover *h;

	bu(s, 5051, "2002:db8:1::10", 5, 900);
	ba(s, 5081, 5, 0);
	bu(s, 5082, "3fff:0:202::10", 6, 900);
	ba(s, 5112, 6, 0);
	bu(s, 5113, "fd00::10", 7, 900); /* never answered */
	h = find(s);
	IS(h, "bu_ms", 1);
	IS(h, "ba_ms", 31);
	CU_ASSERT_TRUE(h->settled);
	CU_ASSERT_TRUE(mip6_addr_equal(&h->chosen, &better));
	scene_free(s);
}

static void test_only_until_the_next_move(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	packet(s, 9000, false, CAPTURE_RA);
	bu(s, 9001, "3fff:0:202::10", 5, 900);
	probe(s, 0, 0, 8990, 9025);
	h = find(s);
	MISSING(h, "ra_ms");
	MISSING(h, "bu_ms");
	MISSING(h, "first_down_ms");
	scene_free(s);
}

/* ---- probes ---------------------------------------------------------------------- */

/* Down, lost from 4965 (in flight at link down) to 5064. First: sent 5065. */
static void test_first_and_lost(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	steady(s, 0, 400, 4965, 5065);
	steady(s, 1, 400, 5000, 5070);
	h = find(s);
	IS(h, "first_down_ms", 5065 + 35 - 5050);
	IS(h, "first_up_ms", 5070 + 35 - 5050);
	IS(h, "lost_down", 20);
	IS(h, "lost_up", 14);
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1), 0);
	scene_free(s);
}

/* Lost while there was a path: before what was in flight, and after the first. */
static void test_lost_outside(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	steady(s, 0, 400, 4965, 5065);
	steady(s, 1, 400, 5000, 5070);
	probe(s, 0, 192, 4960, 0);
	probe(s, 0, 214, 5070, 0);
	probe(s, 0, 300, 5500, 0);
	h = find(s);
	IS(h, "lost_down", 20); /* none of the three, which there was a path for */
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1), 3);
	scene_free(s);
}

/* The path itself loses each twentieth probe: the handover's own count does not grow with
 * the time until the next one. */
static void test_lost_on_the_path(void)
{
	static const size_t ends[] = {300, 600}; /* probes until the end of its time */
	static const unsigned outside[] = {5, 20};
	struct scene *s = scene_new();

	for (size_t t = 0; t < 2; t++) {
		steady(s, 0, ends[t], 4965, 5065);
		for (size_t i = 15; i < ends[t]; i += 20)
			probe(s, 0, i, 4000 + 5.0 * (double)i, 0);
		s->moves[0].until = records_time(4000 + 5.0 * (double)ends[t]);
		s->history.end = s->moves[0].until + 100 * LAB_NS_MS;
		IS(find(s), "lost_down", 20); /* 195 among them */
		CU_ASSERT_EQUAL(
		    handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1) -
			(193 - 15 + 19) / 20, /* before the handover */
		    outside[t]);
	}
	scene_free(s);
}

/* The delay varies by 10 ms: a probe sent 10 ms after the first one that came
 * through may have been overtaken by it, one sent 15 ms after it may not. */
static void test_overtaken(void)
{
	struct scene *s = scene_new();

	steady(s, 0, 400, 4965, 5065);
	probe(s, 0, 100, 4500, 4525);
	probe(s, 0, 215, 5075, 0);
	find(s);
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1), 0);
	probe(s, 0, 216, 5080, 0);
	find(s);
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1), 1);
	scene_free(s);
}

/* A probe up that was sent before link up and arrives after it tells nothing of
 * the new path. */
static void test_first_up_is_sent_after_link_up(void)
{
	struct scene *s = scene_new();

	probe(s, 1, 0, 4990, 5055);
	probe(s, 1, 1, 5060, 5099);
	IS(find(s), "first_up_ms", 49);
	scene_free(s);
}

static void test_duplicated_and_reordered(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	steady(s, 0, 400, 4965, 5065);
	s->probes[0][10].arrivals = 3; /* long before */
	s->probes[0][250].arrivals = 3;
	s->probes[0][260].reordered = true;
	h = find(s);
	IS(h, "dup_down", 2);
	IS(h, "reordered_down", 1);
	IS(h, "dup_up", 0);
	scene_free(s);
}

/* Each probe belongs to one handover, by its time of sending. */
static void test_two_handovers(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	steady(s, 0, 600, 4965, 5065);
	s->history.count = 2;
	s->moves[1] = s->moves[0];
	s->moves[0].until = records_time(6000);
	s->moves[1].n = 2;
	s->moves[1].down = records_time(6000);
	s->moves[1].up = records_time(6050);
	for (size_t i = 0; i < 600; i++) /* sent in [5965, 6065) */
		if (i >= 393 && i < 413)
			probe(s, 0, i, 4000 + 5.0 * (double)i, 0);
	h = find(s);
	IS(&h[0], "lost_down", 20);
	IS(&h[1], "lost_down", 20);
	IS(&h[1], "first_down_ms", 6065 + 35 - 6050);
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 2), 0);
	scene_free(s);
}

/* What was still on its way when the records end is not lost. */
static void test_end_of_records(void)
{
	struct scene *s = scene_new();
	struct handover *h;

	steady(s, 0, 400, 4965, 5065); /* the last one is sent at 5995 */
	for (size_t i = 393; i < 400; i++)
		probe(s, 0, i, 4000 + 5.0 * (double)i, 0);
	s->history.end = records_time(6000);
	h = find(s);
	IS(h, "lost_down", 20);
	/* 5965 was due at 6000 */
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1), 1);
	s->history.complete = false;
	h = find(s);
	IS(h, "lost_down", 20); /* nothing is known after the last arrival */
	CU_ASSERT_EQUAL(handover_lost_outside(&s->plan, &s->history, s->streams, s->list, 1), 0);
	scene_free(s);
}

/* Delays of 30 and 40 ms by turns: jitter 10 ms. */
static void test_delays(void)
{
	struct scene *s = scene_new();
	const struct delays *parts;

	for (size_t i = 0; i < 400; i++) {
		double sent = 4000 + 5.0 * (double)i;

		probe(s, 0, i, sent, sent >= 4960 && sent < 5060 ? 0 : sent + (i % 2 ? 40 : 30));
	}
	parts = find(s)->ways[WAY_DOWN].parts;
	/* 4000 + 5i + delay in [4000, 5000), sent before 4960: 192. */
	CU_ASSERT_EQUAL(parts[PART_BEFORE].spread.count, 192);
	CU_ASSERT_DOUBLE_EQUAL(parts[PART_BEFORE].spread.min, 30, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(parts[PART_BEFORE].spread.median, 35, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(parts[PART_BEFORE].spread.max, 40, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(parts[PART_BEFORE].jitter, 10, 1e-9);
	CU_ASSERT_EQUAL(parts[PART_IN].spread.count, 1);
	CU_ASSERT_DOUBLE_EQUAL(parts[PART_IN].jitter, 0, 0);
	CU_ASSERT_DOUBLE_EQUAL(parts[PART_AFTER].jitter, 10, 1e-9);
	scene_free(s);
}

/* ---- frames ------------------------------------------------------------------------ */

/* A probe in the tunnel, 1000 octets of it, of which 120 were captured. */
static void test_cut_frame(void)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 3};
	uint8_t udp[1000] = {[8] = 0x6d, 0x69, 0x70, 0x36, 0, 0, 0, 1, 0, 0, 2, 3};
	uint8_t inner[1100];
	uint8_t frame[1200] = {[12] = 0x86, 0xdd};
	struct ip6_packet p = {.hop_limit = 9, .next_header = 17, .payload = udp};
	struct capture_packet cut = {.data = frame, .len = 120};
	struct capture_view v;

	p.payload_len = sizeof(udp);
	p.payload_len = (size_t)ip6_build(&p, inner, sizeof(inner));
	p.payload = inner;
	p.next_header = IP6_NH_IPV6;
	cut.original = 14 + (uint32_t)ip6_build(&p, frame + 14, sizeof(frame) - 14);
	CU_ASSERT_TRUE(capture_look(&cut, mac, &v));
	CU_ASSERT_EQUAL(v.kind, CAPTURE_PROBE);
	CU_ASSERT_TRUE(v.tunnelled);
	CU_ASSERT_EQUAL(v.stream, 1);
	CU_ASSERT_EQUAL(v.probe_seq, 0x203);
	CU_ASSERT_FALSE(v.from_us);
	cut.len = 60;
	CU_ASSERT_TRUE(capture_look(&cut, mac, &v));
	CU_ASSERT_EQUAL(v.kind, CAPTURE_OTHER);
	cut.len = 50;
	CU_ASSERT_FALSE(capture_look(&cut, mac, &v));
	cut.len = 120;
	cut.original = 120; /* not cut: the packet lies about its length */
	CU_ASSERT_FALSE(capture_look(&cut, mac, &v));
}

/* ---- columns and spreads ------------------------------------------------------------ */

static void test_columns(void)
{
	static const char *const names[] = {
	    "l2_gap_ms",     "ra_ms",	       "coa_ms",      "bu_ms",	 "ba_ms",
	    "first_down_ms", "first_up_ms",    "lost_down",   "lost_up", "dup_down",
	    "dup_up",	     "reordered_down", "reordered_up"};

	CU_ASSERT_EQUAL(COLUMN_CSV, sizeof(names) / sizeof(names[0]));
	for (enum column c = 0; c < COLUMN_CSV; c++) {
		CU_ASSERT_STRING_EQUAL(column_name(c), names[c]);
		CU_ASSERT_EQUAL(column_find(names[c]), c);
	}
	CU_ASSERT_EQUAL(column_find("ra"), COLUMNS);
	CU_ASSERT_PTR_NULL(column_name(COLUMNS));
}

static void test_spread(void)
{
	double one[] = {7};
	double even[] = {4, 1, 3, 2};
	double hundred[100];
	struct spread s = spread_of(one, 1);

	CU_ASSERT_DOUBLE_EQUAL(s.median, 7, 0);
	CU_ASSERT_DOUBLE_EQUAL(s.p95, 7, 0);
	s = spread_of(even, 4);
	CU_ASSERT_DOUBLE_EQUAL(s.min, 1, 0);
	CU_ASSERT_DOUBLE_EQUAL(s.median, 2.5, 0);
	CU_ASSERT_DOUBLE_EQUAL(s.p95, 4, 0);
	CU_ASSERT_DOUBLE_EQUAL(s.max, 4, 0);
	for (int i = 0; i < 100; i++)
		hundred[i] = 100 - i;
	CU_ASSERT_DOUBLE_EQUAL(spread_of(hundred, 100).p95, 95, 0);
	CU_ASSERT_EQUAL(spread_of(hundred, 0).count, 0);
}

/* There was no binding: never, or since the last one was ended. */
static void test_first_registration(void)
{
	struct scene *s = scene_new();

	bu(s, 5051, "3fff:0:202::ff", 2, 900);
	ba(s, 6081, 2, 0);
	CU_ASSERT_TRUE(find(s)->first_registration);
	scene_free(s);
	s = scene_new();
	ba(s, 4000, 1, 0);
	s->views[0].lifetime = 900;
	bu(s, 5051, "3fff:0:202::ff", 2, 900);
	CU_ASSERT_FALSE(find(s)->first_registration);
	/* That was the answer to a de-registration. */
	s->views[0].lifetime = 0;
	CU_ASSERT_TRUE(find(s)->first_registration);
	/* A refusal is none. */
	s->views[0].lifetime = 900;
	s->views[0].status = 134;
	CU_ASSERT_TRUE(find(s)->first_registration);
	scene_free(s);
}

/* From a capture with gaps no phase is read. */
static void test_gaps(void)
{
	struct scene *s = scene_new();

	bu(s, 5051, "3fff:0:202::ff", 2, 900);
	CU_ASSERT_TRUE(find(s)->bu.known);
	s->lacks[0] = 1;
	CU_ASSERT_FALSE(find(s)->bu.known);
	scene_free(s);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"first registration", test_first_registration},
	    {"gaps", test_gaps},
	    {"phases", test_phases},
	    {"nothing happened", test_nothing_happened},
	    {"an old Binding Update", test_old_binding_update},
	    {"the same link again", test_same_link_again},
	    {"answers", test_answers},
	    {"other peers do not count", test_other_peers_do_not_count},
	    {"home", test_home},
	    {"the chosen address", test_chosen},
	    {"until the next move", test_only_until_the_next_move},
	    {"first and lost", test_first_and_lost},
	    {"lost outside", test_lost_outside},
	    {"lost on the path", test_lost_on_the_path},
	    {"overtaken", test_overtaken},
	    {"first up", test_first_up_is_sent_after_link_up},
	    {"duplicated and reordered", test_duplicated_and_reordered},
	    {"two handovers", test_two_handovers},
	    {"the end of the records", test_end_of_records},
	    {"delays", test_delays},
	    {"a frame cut short", test_cut_frame},
	    {"columns", test_columns},
	    {"spread", test_spread},
	};

	return test_run("test_handover", tests, sizeof(tests) / sizeof(tests[0]));
}
