/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the runner noted and what the daemons told, read back. */
#include "lab/eventfile.h"
#include "lab/history.h"
#include "records_help.h"
#include "test.h"

#define PLACE(node) "\"node\":\"" node "\",\"iface\":\"eth0\""

struct scene {
	struct records r;
	struct history h;
	char error[200];
};

static void scene_open(struct scene *s)
{
	*s = (struct scene){0};
	records_open(&s->r);
}

static int read_history(struct scene *s)
{
	char path[100];

	records_close(&s->r);
	snprintf(path, sizeof(path), "%s/raw/timeline.jsonl", s->r.folder);
	return history_read(&s->h, records_plan(), path, s->error, sizeof(s->error));
}

static void scene_close(struct scene *s)
{
	history_free(&s->h);
	records_remove(&s->r);
}

static void test_moves(void)
{
	struct scene s;

	scene_open(&s);
	records_note(&s.r, 0, "\"what\":\"t0\"");
	records_note(&s.r, 1000, "\"what\":\"link_down\"," PLACE("mn") ",\"link\":\"a\",\"n\":1");
	records_note(&s.r, 1050,
		     "\"what\":\"link_up\"," PLACE("mn") ",\"link\":\"b\",\"n\":1,\"home\":true");
	records_note(&s.r, 9500, "\"what\":\"end\",\"ok\":true");
	CU_ASSERT_EQUAL(read_history(&s), 0);
	CU_ASSERT_EQUAL(s.h.t0, RECORDS_T0);
	CU_ASSERT_TRUE(s.h.complete);
	CU_ASSERT_EQUAL(s.h.end, records_time(9000)); /* the plan's */
	CU_ASSERT_EQUAL_FATAL(s.h.count, 1);
	CU_ASSERT_EQUAL(s.h.moves[0].n, 1);
	CU_ASSERT_EQUAL(s.h.moves[0].node, NODE_MN);
	CU_ASSERT_EQUAL(s.h.moves[0].down, records_time(1000));
	CU_ASSERT_EQUAL(s.h.moves[0].up, records_time(1050));
	CU_ASSERT_EQUAL(s.h.moves[0].until, records_time(9000));
	CU_ASSERT_STRING_EQUAL(s.h.moves[0].from, "a");
	CU_ASSERT_STRING_EQUAL(s.h.moves[0].to, "b");
	CU_ASSERT_TRUE(s.h.moves[0].home);
	scene_close(&s);
}

/* Two nodes whose gaps overlap: each link up belongs to its own interface. */
static void test_overlap(void)
{
	struct scene s;

	scene_open(&s);
	records_note(&s.r, 0, "\"what\":\"t0\"");
	records_note(&s.r, 1000, "\"what\":\"link_down\"," PLACE("mn") ",\"link\":\"a\",\"n\":1");
	records_note(&s.r, 1020, "\"what\":\"link_down\"," PLACE("mn2") ",\"link\":\"c\",\"n\":1");
	records_note(&s.r, 1050, "\"what\":\"link_up\"," PLACE("mn2") ",\"link\":\"d\",\"n\":1");
	records_note(&s.r, 1060, "\"what\":\"link_up\"," PLACE("mn") ",\"link\":\"b\",\"n\":2");
	records_note(&s.r, 3000, "\"what\":\"link_down\"," PLACE("mn2") ",\"link\":\"d\",\"n\":3");
	CU_ASSERT_EQUAL(read_history(&s), 0);
	CU_ASSERT_FALSE(s.h.complete);
	CU_ASSERT_EQUAL_FATAL(s.h.count, 2);
	CU_ASSERT_EQUAL(s.h.moves[0].node, NODE_MN2);
	CU_ASSERT_EQUAL(s.h.moves[0].down, records_time(1020));
	CU_ASSERT_STRING_EQUAL(s.h.moves[0].from, "c");
	CU_ASSERT_EQUAL(s.h.moves[0].until, records_time(3000));
	CU_ASSERT_EQUAL(s.h.moves[1].node, NODE_MN);
	CU_ASSERT_EQUAL(s.h.moves[1].down, records_time(1000));
	CU_ASSERT_EQUAL(s.h.moves[1].n, 2);
	scene_close(&s);
}

/* A move that is no handover is none, but it ends the one before. */
static void test_other_moves(void)
{
	struct scene s;

	scene_open(&s);
	records_note(&s.r, 0, "\"what\":\"t0\"");
	records_note(&s.r, 1000, "\"what\":\"link_down\"," PLACE("mn") ",\"link\":\"a\",\"n\":1");
	records_note(&s.r, 1050, "\"what\":\"link_up\"," PLACE("mn") ",\"link\":\"b\",\"n\":1");
	records_note(&s.r, 2000, "\"what\":\"link_down\"," PLACE("mn") ",\"link\":\"b\",\"n\":0");
	records_note(&s.r, 2050, "\"what\":\"link_up\"," PLACE("mn") ",\"link\":\"c\",\"n\":0");
	records_note(&s.r, 2060, "\"what\":\"link_up\",\"node\":\"nobody\",\"iface\":\"eth0\"");
	CU_ASSERT_EQUAL(read_history(&s), 0);
	CU_ASSERT_EQUAL_FATAL(s.h.count, 1);
	CU_ASSERT_EQUAL(s.h.moves[0].until, records_time(2000));
	scene_close(&s);
}

static void test_no_clock(void)
{
	struct scene s;

	scene_open(&s);
	records_note(&s.r, 10, "\"what\":\"exit\"");
	CU_ASSERT_EQUAL(read_history(&s), -1);
	CU_ASSERT_STRING_EQUAL(s.error, "the run ended before its clock started");
	scene_close(&s);
}

/* ---- events ------------------------------------------------------------------------ */

static void read_events(struct events *e, const struct records *r)
{
	char raw[100];

	snprintf(raw, sizeof(raw), "%s/raw", r->folder);
	CU_ASSERT_EQUAL(events_read(e, records_plan(), raw), 0);
}

/* By time to the nanosecond; at one time in the order of the lines. */
static void test_events(void)
{
	static const char *const filters[] = {"status=0", "text=good"};
	struct records r;
	struct events e;

	records_open(&r);
	records_event(&r, 5, "\"event\": \"late\"");
	records_event(&r, 1.000002, "\"event\": \"second\"");
	records_event(&r, 1.000001, "\"event\": \"first\"");
	records_event(&r, 1.000002, "\"event\": \"third\"");
	records_event(&r, 6, "\"event\": \"ba_rx\", \"status\": 0, \"text\": \"good\"");
	records_event(&r, 7, "\"event\": \"ba_rx\", \"status\": 135, \"text\": \"good\"");
	fputs("{\"time\": 1700000008.5, \"event\": \"cut", r.events);
	records_close(&r);
	read_events(&e, &r);
	CU_ASSERT_EQUAL_FATAL(e.count, 6);
	CU_ASSERT_EQUAL(e.bad, 0);
	CU_ASSERT_STRING_EQUAL(e.list[0].name, "first");
	CU_ASSERT_EQUAL(e.list[0].time, RECORDS_T0 + 1000001);
	CU_ASSERT_STRING_EQUAL(e.list[1].name, "second");
	CU_ASSERT_STRING_EQUAL(e.list[2].name, "third");
	CU_ASSERT_STRING_EQUAL(e.list[3].name, "late");
	CU_ASSERT_EQUAL(events_count(&e, NODE_MN, "ba_rx", NULL, 0), 2);
	CU_ASSERT_EQUAL(events_count(&e, NODE_MN, "ba_rx", filters, 2), 1);
	CU_ASSERT_EQUAL(events_count(&e, NODE_HA, "ba_rx", NULL, 0), 0);
	CU_ASSERT_EQUAL(events_count(&e, NODE_MN, NULL, NULL, 0), 6);
	CU_ASSERT_PTR_EQUAL(events_first(&e, NODE_MN, "ba_rx", 0, INT64_MAX, "status", 135),
			    &e.list[5]);
	CU_ASSERT_PTR_NULL(
	    events_first(&e, NODE_MN, "late", records_time(5.1), INT64_MAX, NULL, 0));
	CU_ASSERT_PTR_NULL(events_first(&e, NODE_MN, "late", 0, records_time(5), NULL, 0));
	events_free(&e);
	records_remove(&r);
}

static void test_no_events(void)
{
	struct records r;
	struct events e;

	records_open(&r);
	fputs("not JSON\n{\"time\": 5.0}\n{\"event\": \"x\"}\n[]\n", r.events);
	records_close(&r);
	read_events(&e, &r);
	CU_ASSERT_EQUAL(e.count, 0);
	CU_ASSERT_EQUAL(e.bad, 4);
	events_free(&e);
	records_remove(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"moves", test_moves},
	    {"overlapping moves", test_overlap},
	    {"other moves", test_other_moves},
	    {"no clock", test_no_clock},
	    {"events", test_events},
	    {"lines that are no events", test_no_events},
	};

	return test_run("test_history", tests, sizeof(tests) / sizeof(tests[0]));
}
