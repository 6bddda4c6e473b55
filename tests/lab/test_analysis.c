/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From raw files to results, with a run that was made up in records_help.c: its
 * figures are known without the analysis. */
#include "lab/analysis.h"
#include "lab/lag.h"
#include "records_help.h"
#include "test.h"
#include <jansson.h>
#include <pcap/pcap.h>
#include <unistd.h>

struct made {
	struct records r;
	struct lab_plan plan;
	struct lab_outcome outcome;
	int result;
	char *table;
};

static void open_made(struct made *m)
{
	*m = (struct made){.plan = *records_plan()};
	records_open(&m->r);
}

static void analyse(struct made *m)
{
	size_t size;
	FILE *out = open_memstream(&m->table, &size);

	records_close(&m->r);
	m->result = lab_analyse(&m->plan, m->r.folder, out, &m->outcome);
	fclose(out);
}

static void close_made(struct made *m)
{
	free(m->table);
	records_remove(&m->r);
}

static void cut(const struct made *m, const char *name, long octets)
{
	char path[200];
	FILE *file;
	long size;

	snprintf(path, sizeof(path), "%s/raw/%s", m->r.folder, name);
	file = fopen(path, "re");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	fclose(file);
	CU_ASSERT_EQUAL(truncate(path, octets < 0 ? size + octets : octets), 0);
}

static void has_file(const struct made *m, const char *name, const char *expected)
{
	char *text = records_read(&m->r, name);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	if (strcmp(text, expected) != 0)
		printf("%s:\n%s\nexpected:\n%s\n", name, text, expected);
	CU_ASSERT_STRING_EQUAL(text, expected);
	free(text);
}

static void has_text(const struct made *m, const char *name, const char *part)
{
	char *text = records_read(&m->r, name);

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	if (!strstr(text, part))
		printf("not in %s: %s\n", name, part);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
	free(text);
}

#define COLUMNS_LINE                                                                               \
	"n,from,to,l2_gap_ms,ra_ms,coa_ms,bu_ms,ba_ms,first_down_ms,first_up_ms,"                  \
	"lost_down,lost_up,dup_down,dup_up,reordered_down,reordered_up"

/* Down: lost are those sent from 4965 (35 ms before link down) to 5045 (at the
 * home agent 1 us before the Binding Update): 17. Up: 5000 to 5050: 11. Home:
 * 6965 to 7030 is 14, 7000 to 7050 is 11. */
static void test_handovers_file(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_EQUAL(m.outcome.handovers, 2);
	CU_ASSERT_EQUAL(m.outcome.warnings, 0);
	CU_ASSERT_TRUE(m.outcome.valid);
	has_file(&m, "handovers.csv",
		 COLUMNS_LINE "\n"
			      "1,foreign1,foreign2,50.000,0.003,0.005,0.006,30.006,35.000,40.000,"
			      "17,11,0,0,0,0\n"
			      "2,foreign2,home,50.000,0.003,0.005,0.005,0.010,5.000,25.000,"
			      "14,11,0,0,0,0\n");
	close_made(&m);
}

static double number(const json_t *at, const char *a, const char *b, const char *c)
{
	at = json_object_get(at, a);
	at = b ? json_object_get(at, b) : at;
	at = c ? json_object_get(at, c) : at;
	CU_ASSERT_TRUE(json_is_number(at));
	return json_number_value(at);
}

static void test_summary(void)
{
	struct made m;
	json_t *s;
	char path[100];

	open_made(&m);
	records_run(&m.r);
	analyse(&m);
	snprintf(path, sizeof(path), "%s/summary.json", m.r.folder);
	s = json_load_file(path, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(s, "scenario")), "made");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(s, "engine")), "virtual");
	CU_ASSERT_TRUE(json_is_true(json_object_get(s, "valid")));
	CU_ASSERT_TRUE(json_is_true(json_object_get(s, "complete")));
	CU_ASSERT_DOUBLE_EQUAL(number(s, "seed", NULL, NULL), 1, 0);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "lost_outside", NULL, NULL), 0, 0);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "count", NULL), 2, 0);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "first_down_ms", "min"), 5, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "first_down_ms", "median"), 20, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "first_down_ms", "p95"), 35, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "first_down_ms", "max"), 35, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "bu_ba_ms", "max"), 30, 1e-9);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "handover", "lost_up", "median"), 11, 0);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "events", "mn", "bu_tx"), 3, 0);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "probes", "down", "sent"), 1001, 0);
	CU_ASSERT_DOUBLE_EQUAL(number(s, "probes", "down", "received"), 1001 - 17 - 14, 0);
	json_decref(s);
	close_made(&m);
}

static void test_other_files(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	analyse(&m);
	has_text(&m, "probes.csv",
		 "stream,seq,sent_s,received_s,delay_ms,status\n"
		 "down,0,3.000000000,3.035000000,35.000000,ok\n"
		 "up,0,3.000000000,3.035000000,35.000000,ok\n");
	has_text(&m, "probes.csv", "down,393,4.965000000,,,lost\n");
	has_text(&m, "delay.csv",
		 "n,direction,part,count,min_ms,median_ms,p95_ms,max_ms,jitter_ms\n"
		 "1,down,before,200,35.000,35.000,35.000,35.000,0.000\n"
		 "1,down,in,1,35.000,35.000,35.000,35.000,\n");
	has_text(&m, "events.jsonl", "\"event\": \"ba_rx\", \"seq\": 9, \"status\": 0}\n");
	has_text(&m, "summary.txt", m.table);
	close_made(&m);
}

/* Every packet once, by time, with the names of the interfaces before. */
static void test_one_capture(void)
{
	struct made m;
	char error[PCAP_ERRBUF_SIZE];
	char path[100];
	struct pcap_pkthdr *h;
	const u_char *data;
	pcap_t *pcap;
	int64_t last = 0;
	int count = 0;

	open_made(&m);
	records_run(&m.r);
	analyse(&m);
	snprintf(path, sizeof(path), "%s/capture.pcapng", m.r.folder);
	pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pcap);
	for (; pcap_next_ex(pcap, &h, &data) == 1; count++) {
		int64_t time = h->ts.tv_sec * LAB_NS_SECOND + h->ts.tv_usec;

		CU_ASSERT_TRUE(time >= last);
		last = time;
	}
	CU_ASSERT_EQUAL(count, 13);
	CU_ASSERT_EQUAL(last, records_time(7055));
	pcap_close(pcap);
	close_made(&m);
}

static void test_twice_the_same(void)
{
	static const char *const names[] = {"handovers.csv", "delay.csv",    "probes.csv",
					    "events.jsonl",  "summary.json", "summary.txt"};
	struct made a;
	struct made b;

	open_made(&a);
	records_run(&a.r);
	analyse(&a);
	open_made(&b);
	records_run(&b.r);
	analyse(&b);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *text = records_read(&a.r, names[i]);

		CU_ASSERT_PTR_NOT_NULL_FATAL(text);
		CU_ASSERT_TRUE(strlen(text) > 100);
		has_file(&b, names[i], text);
		free(text);
	}
	close_made(&a);
	close_made(&b);
}

/* ---- expectations ------------------------------------------------------------------ */

static void test_expectations(void)
{
	struct lab_expect expects[] = {
	    {.text = "handover.count == moves"},
	    {.text = "each first_down_ms <= ra_ms + 30.2 + probe_ms"},
	    {.text = "each home == 1 || first_up_ms > 50"},
	    {.text = "events(mn, bu_tx) == moves + 1"},
	    {.text = "events(mn, ba_rx, status=0, seq=8) == 1"},
	    {.text = "each coa_in(3fff:0:202::/64)"},
	    {.text = "missing(handover.count)"},
	    {.text = "metric(\"out.json\", \"end.streams.1.rate\") == 2.5"},
	    {.text = "metric(\"none.json\", \"end\") == 0"},
	    {.text = "is(rs, answered) && !is(rs, dropped)"},
	};
	static const bool pass[] = {true, true, false, true, true, false, false, true, false, true};
	char path[100];
	struct made m;
	FILE *file;

	open_made(&m);
	m.plan.expects = expects;
	m.plan.expect_count = sizeof(expects) / sizeof(expects[0]);
	snprintf(path, sizeof(path), "%s/out.json", m.r.folder);
	file = fopen(path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs("{\"end\": {\"streams\": [{\"rate\": 1}, {\"rate\": 2.5}]}}", file);
	fclose(file);
	records_run(&m.r);
	analyse(&m);
	CU_ASSERT_EQUAL(m.outcome.expectations, 10);
	CU_ASSERT_EQUAL(m.outcome.failed, 4);
	for (size_t i = 0; i < m.plan.expect_count; i++) {
		char line[100];

		snprintf(line, sizeof(line), "%s  %s\n", pass[i] ? "pass" : "FAIL",
			 expects[i].text);
		has_text(&m, "summary.txt", line);
	}
	has_text(&m, "summary.txt", "found: 2 of 2; nearest handover 1: 35 <= 35.203\n");
	has_text(&m, "summary.txt", "found: 1 of 2; first not handover 1: 0 == 1 || 40 > 50\n");
	has_text(&m, "summary.txt", "found: no value == 0\n");
	close_made(&m);
}

/* "each" of nothing is not true. */
static void test_each_of_none(void)
{
	struct lab_expect expects[] = {{.text = "each first_down_ms < 1000"}};
	struct made m;

	open_made(&m);
	m.plan.expects = expects;
	m.plan.expect_count = 1;
	records_run(&m.r);
	fflush(m.r.timeline);
	cut(&m, "timeline.jsonl", 60);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_EQUAL(m.outcome.handovers, 0);
	CU_ASSERT_EQUAL(m.outcome.failed, 1);
	close_made(&m);
}

/* ---- what must not pass for a result ------------------------------------------------- */

static void refuses(struct made *m, const char *words)
{
	analyse(m);
	CU_ASSERT_EQUAL(m->result, -1);
	if (!strstr(m->outcome.error, words))
		printf("error: %s\n", m->outcome.error);
	CU_ASSERT_PTR_NOT_NULL(strstr(m->outcome.error, words));
	CU_ASSERT_EQUAL(strlen(m->table), 0);
	close_made(m);
}

static void remove_file(const struct made *m, const char *name)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/raw/%s", m->r.folder, name);
	CU_ASSERT_EQUAL(unlink(path), 0);
}

static void test_refusals(void)
{
	struct made m;

	open_made(&m);
	refuses(&m, "before its clock started");

	open_made(&m);
	records_note(&m.r, 0, "\"what\":\"t0\"");
	refuses(&m, "no probe was sent");

	open_made(&m);
	records_run(&m.r);
	remove_file(&m, "ha-home.pcap");
	refuses(&m, "home of node ha: the capture cannot be read");

	open_made(&m);
	records_run(&m.r);
	remove_file(&m, "timeline.jsonl");
	refuses(&m, "no timeline");
}

static void put_others(struct records *r)
{
	struct ip6_packet p = {.hop_limit = 1, .next_header = IP6_NH_NONE};

	records_packet(r, CAPTURE_CN_ETH0, true, 1, &p);
	records_packet(r, CAPTURE_HA_HOME, true, 1, &p);
	records_note(r, 0, "\"what\":\"t0\"");
}

static void test_empty_capture(void)
{
	struct made m;

	open_made(&m);
	put_others(&m.r);
	records_probe(&m.r, LAB_PROBE_TX, PROBE_DOWN, 0, 3000);
	refuses(&m, "eth0 of node mn: the capture is empty; its last words are in captures.log");
}

/* A silent node is no fault where the simulator itself captures. */
static void test_silent_node(void)
{
	struct made m;
	char path[200];

	open_made(&m);
	m.plan.engine = LAB_ENGINE_NS3;
	records_run(&m.r);
	pcap_dump_flush(m.r.captures[CAPTURE_CN_ETH0]);
	snprintf(path, sizeof(path), "%s/raw/cn-eth0.pcap", m.r.folder);
	CU_ASSERT_EQUAL(truncate(path, sizeof(struct pcap_file_header)), 0);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_STRING_EQUAL(m.outcome.error, "");
	close_made(&m);
}

static void test_no_registration(void)
{
	struct made m;

	open_made(&m);
	put_others(&m.r);
	records_probe(&m.r, LAB_PROBE_TX, PROBE_DOWN, 0, 3000);
	records_bu(&m.r, 1000, "3fff:0:201::10", 1, 900);
	records_bu(&m.r, 2500, "3fff:0:201::10", 2, 900);
	records_note(&m.r, 5000,
		     "\"what\":\"link_down\",\"node\":\"mn\",\"iface\":\"eth0\",\"n\":1");
	records_note(&m.r, 5050, "\"what\":\"link_up\",\"node\":\"mn\",\"iface\":\"eth0\",\"n\":1");
	refuses(&m, "node mn never registered: 2 Binding Updates and no Binding Acknowledgement "
		    "in its captures; its last words are in mn.mip6d.events.jsonl");
}

static void test_no_arrival(void)
{
	struct made m;

	open_made(&m);
	put_others(&m.r);
	records_probe(&m.r, LAB_PROBE_TX, PROBE_DOWN, 0, 3000);
	records_ba(&m.r, 2030, "3fff:0:201::10", 1, 0);
	refuses(&m, "no probe of the stream \"down\" from cn to mn arrived: 1 were sent");
}

/* ---- runs that were cut off, or disagree with themselves ------------------------------ */

static void test_interrupted(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	fflush(m.r.timeline);
	fflush(m.r.events);
	fflush(m.r.probes);
	pcap_dump_flush(m.r.captures[CAPTURE_MN_ETH0]);
	cut(&m, "timeline.jsonl", -60);
	cut(&m, "mn.mip6d.events.jsonl", -10);
	cut(&m, "probe.bin", -7);
	cut(&m, "mn-eth0.pcap", -20);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_EQUAL(m.outcome.handovers, 1);
	has_text(&m, "summary.json", "\"complete\": false");
	has_text(&m, "summary.txt", "did not reach its end");
	has_text(&m, "handovers.csv", "1,foreign1,foreign2,50.000,0.003,0.005,0.006,30.006,35.000");
	close_made(&m);
}

static void test_disagreement(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	records_event(&m.r, 7100, "\"event\": \"ra_rx\"");
	fflush(m.r.events);
	analyse(&m);
	CU_ASSERT_EQUAL(m.outcome.warnings, 0); /* a later RA is none */
	close_made(&m);

	open_made(&m);
	records_run(&m.r);
	fflush(m.r.events);
	cut(&m, "mn.mip6d.events.jsonl", 0);
	rewind(m.r.events);
	records_event(&m.r, 5050.9, "\"event\": \"ra_rx\"");
	records_event(&m.r, 5051.5, "\"event\": \"bu_tx\", \"seq\": 8");
	records_event(&m.r, 5080.1, "\"event\": \"ba_rx\", \"seq\": 8");
	records_event(&m.r, 7050.003, "\"event\": \"ra_rx\"");
	records_event(&m.r, 7050.005, "\"event\": \"bu_tx\", \"seq\": 9");
	analyse(&m);
	CU_ASSERT_EQUAL(m.outcome.warnings, 2);
	has_text(
	    &m, "summary.txt",
	    "warning: handover 1: bu_tx at 0.006 ms in the capture, at 1.500 ms in the events\n"
	    "warning: handover 2: ba_rx is only in the capture\n");
	close_made(&m);
}

/* A daemon of somebody else's that tells nothing is measured all the same. */
static void test_silent_daemon(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	fflush(m.r.events);
	remove_file(&m, "mn.mip6d.events.jsonl");
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_EQUAL(m.outcome.warnings, 0);
	CU_ASSERT_EQUAL(m.outcome.handovers, 2);
	close_made(&m);
}

static void put_lag(const struct made *m, double ms, int64_t lag)
{
	struct lab_lag_record record = {records_time(ms), lag};
	char path[100];
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/lag.bin", m->r.folder);
	file = fopen(path, "ae");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fwrite(&record, sizeof(record), 1, file);
	fclose(file);
}

static bool valid_with(double ms, int64_t lag)
{
	struct made m;
	bool valid;

	open_made(&m);
	m.plan.engine = LAB_ENGINE_UML;
	records_run(&m.r);
	put_lag(&m, 4000, 100000);
	put_lag(&m, ms, lag);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	valid = m.outcome.valid;
	close_made(&m);
	return valid;
}

/* Up to 2 ms in a handover (5 s to about 5.1 s here); outside of one any lag. A
 * record speaks of the 100 ms before it. */
static void test_lag(void)
{
	struct made m;

	CU_ASSERT_EQUAL(lag_next(10000000, 10100000), 12000000);
	CU_ASSERT_EQUAL(lag_next(10000000, 500000000), 502000000);
	CU_ASSERT_TRUE(valid_with(5000, 2000000));
	CU_ASSERT_FALSE(valid_with(5000, 2000001));
	CU_ASSERT_FALSE(valid_with(5140, 50000000));
	CU_ASSERT_TRUE(valid_with(4999, 50000000));
	CU_ASSERT_TRUE(valid_with(6500, 50000000));
	open_made(&m);
	m.plan.engine = LAB_ENGINE_UML;
	records_run(&m.r);
	analyse(&m);
	CU_ASSERT_FALSE(m.outcome.valid); /* nobody watched */
	close_made(&m);
}

static void begins(const struct made *m, const char *text)
{
	if (strncmp(m->table, text, strlen(text)) != 0)
		printf("begins otherwise: %s\n", m->table);
	CU_ASSERT_EQUAL(strncmp(m->table, text, strlen(text)), 0);
}

/* A run that was not valid is not judged: neither where its figures are good nor where
 * they are bad. What a busy machine cannot change is. */
static void test_not_judged(void)
{
	struct lab_expect expects[] = {
	    {.text = "handover.count == 2"},	    {.text = "each first_down_ms <= 1"},
	    {.text = "each first_down_ms <= 1000"}, {.text = "events(mn, bu_tx) == 0"},
	    {.text = "lost_outside == 5"},	    {.text = "metric(\"none.json\", \"end\") == 0"},
	    {.text = "handover.count == 7"},	    {.text = "is(rs, answered) && moves == 2"},
	};
	static const char *const words[] = {"pass", "-   ", "-   ", "-   ",
					    "-   ", "-   ", "FAIL", "pass"};
	struct made m;

	open_made(&m);
	m.plan.engine = LAB_ENGINE_UML;
	m.plan.expects = expects;
	m.plan.expect_count = sizeof(expects) / sizeof(expects[0]);
	records_run(&m.r);
	put_lag(&m, 5000, 55300000);
	analyse(&m);
	CU_ASSERT_FALSE(m.outcome.valid);
	CU_ASSERT_EQUAL(m.outcome.failed, 1);
	CU_ASSERT_EQUAL(m.outcome.unjudged, 5);
	begins(&m, "NOT VALID: the machine was too busy: programs of the run woke up to 55.300 ms "
		   "late, 2 ms are allowed.\nRun it again while the machine has less to do, or "
		   "with engine=virtual");
	for (size_t i = 0; i < m.plan.expect_count; i++) {
		char line[100];

		snprintf(line, sizeof(line), "\n%s  %s\n", words[i], expects[i].text);
		has_text(&m, "summary.txt", line);
	}
	has_text(&m, "summary.txt", "\n2 of 8 expectations pass, 5 are not judged\n");
	has_text(&m, "summary.json", "\"found\": \"not judged\",\n      \"pass\": null");
	close_made(&m);
}

/* Nor is what is missing laid at a node's door: not a registration, not a capture. */
static void test_nobody_accused(void)
{
	struct made m;

	open_made(&m);
	m.plan.engine = LAB_ENGINE_UML;
	put_others(&m.r);
	records_probe(&m.r, LAB_PROBE_TX, PROBE_DOWN, 0, 3000);
	records_note(&m.r, 5000,
		     "\"what\":\"link_down\",\"node\":\"mn\",\"iface\":\"eth0\",\"n\":1");
	records_note(&m.r, 5050, "\"what\":\"link_up\",\"node\":\"mn\",\"iface\":\"eth0\",\"n\":1");
	records_note(&m.r, 9000, "\"what\":\"end\",\"ok\":true");
	put_lag(&m, 5500, 55300000);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_FALSE(m.outcome.valid);
	CU_ASSERT_EQUAL(m.outcome.handovers, 1);
	begins(&m, "NOT VALID: ");
	CU_ASSERT_PTR_NULL(strstr(m.table, "never registered"));
	has_text(&m, "summary.txt", "warning: eth0 of node mn: the capture is empty");
	close_made(&m);
}

static void put_raw(const struct made *m, const char *name, const char *text)
{
	char path[200];
	FILE *file;

	snprintf(path, sizeof(path), "%s/raw/%s", m->r.folder, name);
	file = fopen(path, "we");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

/* What a capture lacks is not to be read from it: no phase, and no accusation. */
static void test_incomplete_capture(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	put_raw(&m, "captures.log",
		"3 captures\ncn eth0: 900 packets, 0 dropped\n"
		"mn eth0: 1234 packets, 12 dropped\n");
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_EQUAL(m.outcome.warnings, 1);
	has_text(&m, "summary.txt", "warning: the capture of eth0 at mn lacks 12 packets");
	has_text(&m, "handovers.csv",
		 "1,foreign1,foreign2,50.000,,,,,35.000,40.000,17,11,0,0,0,0\n");
	close_made(&m);
	open_made(&m);
	records_run(&m.r);
	put_raw(&m, "captures.log",
		"3 captures\ncn eth0: 900 packets, 7 dropped\n"
		"mn eth0: 1234 packets, 0 dropped\n");
	analyse(&m);
	CU_ASSERT_EQUAL(m.outcome.warnings, 1);
	has_text(&m, "handovers.csv", "1,foreign1,foreign2,50.000,0.003,0.005,0.006,30.006,");
	close_made(&m);
}

/* What the records of the runner say beside moves. */
static void test_run_warnings(void)
{
	static char *notes[] = {"something is left out"};
	struct made m;

	open_made(&m);
	m.plan.notes = notes;
	m.plan.note_count = 1;
	records_note(&m.r, 100,
		     "\"what\":\"exit\",\"node\":\"cn\",\"process\":\"good\","
		     "\"status\":0,\"signal\":0,\"asked\":false");
	records_note(&m.r, 200,
		     "\"what\":\"exit\",\"node\":\"cn\",\"process\":\"asked\","
		     "\"status\":-1,\"signal\":9,\"asked\":true");
	records_note(&m.r, 300,
		     "\"what\":\"exit\",\"node\":\"cn\",\"process\":\"umip\","
		     "\"status\":2,\"signal\":0,\"asked\":false");
	records_note(&m.r, 400,
		     "\"what\":\"exit\",\"node\":\"cn\",\"process\":\"died\","
		     "\"status\":-1,\"signal\":11,\"asked\":false");
	records_note(&m.r, 500, "\"what\":\"overrun\",\"probes\":41");
	records_run(&m.r);
	analyse(&m);
	CU_ASSERT_EQUAL(m.outcome.warnings, 4);
	CU_ASSERT_TRUE(m.outcome.valid);
	has_text(&m, "summary.txt", "warning: something is left out\n");
	has_text(&m, "summary.txt", "umip at cn ended with exit code 2 at 0.300 s; its last words");
	has_text(&m, "summary.txt", "died at cn died of signal 11 at 0.400 s");
	has_text(&m, "summary.txt", "41 probes arrived, but were not taken");
	close_made(&m);
}

/* In real time a machine that is too busy may be why something did not come. */
static void test_waited(void)
{
	struct made m;

	open_made(&m);
	m.plan.engine = LAB_ENGINE_UML;
	m.plan.expect_count = 0;
	records_note(&m.r, 3000, "\"what\":\"late\"");
	records_note(&m.r, 3001, "\"what\":\"end\",\"ok\":false");
	records_probe(&m.r, LAB_PROBE_TX, PROBE_DOWN, 0, 2000);
	put_lag(&m, 1000, 2000001);
	analyse(&m);
	CU_ASSERT_FALSE(m.outcome.valid);
	close_made(&m);
	/* Waits make the run longer than planned. */
	open_made(&m);
	records_note(&m.r, 100, "\"what\":\"waited\",\"ns\":1500000000");
	records_note(&m.r, 200, "\"what\":\"waited\",\"ns\":500000000");
	records_run(&m.r);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	CU_ASSERT_EQUAL(m.outcome.handovers, 2);
	close_made(&m);
}

/* None of that run is marked as a first registration. */
static void test_first_registration(void)
{
	struct made m;

	open_made(&m);
	records_run(&m.r);
	analyse(&m);
	has_text(&m, "summary.json", "\"first_registration\": false");
	CU_ASSERT_PTR_NULL(strstr(m.table, "first registration"));
	close_made(&m);
}

/* Events that nobody writes are missing, not 0. */
static void test_no_events(void)
{
	struct lab_expect expects[] = {{.text = "events(cn, bu_tx) == 0"},
				       {.text = "events(mn, no_such_event) == 0"}};
	struct made m;

	open_made(&m);
	m.plan.expects = expects;
	m.plan.expect_count = 2;
	records_run(&m.r);
	analyse(&m);
	CU_ASSERT_EQUAL(m.outcome.failed, 1);
	has_text(&m, "summary.txt", "FAIL  events(cn, bu_tx) == 0");
	has_text(&m, "summary.txt", "pass  events(mn, no_such_event) == 0");
	close_made(&m);
}

/* Two mobile nodes: a last column names the node. */
static void test_two_nodes(void)
{
	struct lab_capture captures[] = {{NODE_CN, 0}, {NODE_HA, 0}, {NODE_MN, 0}, {NODE_MN2, 0}};
	char command[300];
	struct made m;

	open_made(&m);
	m.plan.captures = captures;
	m.plan.capture_count = 4;
	records_run(&m.r);
	records_note(&m.r, 7500,
		     "\"what\":\"link_down\",\"node\":\"mn2\",\"iface\":\"eth0\","
		     "\"link\":\"foreign1\",\"n\":3");
	records_note(&m.r, 7510,
		     "\"what\":\"link_up\",\"node\":\"mn2\",\"iface\":\"eth0\","
		     "\"link\":\"foreign2\",\"n\":3,\"home\":false");
	pcap_dump_flush(m.r.captures[CAPTURE_MN_ETH0]);
	snprintf(command, sizeof(command), "cp %s/raw/mn-eth0.pcap %s/raw/mn2-eth0.pcap",
		 m.r.folder, m.r.folder);
	CU_ASSERT_EQUAL(system(command), 0);
	analyse(&m);
	CU_ASSERT_EQUAL(m.result, 0);
	has_text(&m, "handovers.csv", COLUMNS_LINE ",node\n");
	has_text(&m, "handovers.csv", ",11,0,0,0,0,mn\n");
	has_text(&m, "handovers.csv", "3,foreign1,foreign2,10.000,,,,,,,,,,,,,mn2\n");
	has_text(&m, "summary.txt", "node");
	close_made(&m);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"handovers.csv", test_handovers_file},
	    {"summary.json", test_summary},
	    {"probes, delays, events, table", test_other_files},
	    {"one capture", test_one_capture},
	    {"twice the same", test_twice_the_same},
	    {"expectations", test_expectations},
	    {"each of none", test_each_of_none},
	    {"refusals", test_refusals},
	    {"an empty capture", test_empty_capture},
	    {"silent node", test_silent_node},
	    {"no registration", test_no_registration},
	    {"no probe arrives", test_no_arrival},
	    {"a run cut off", test_interrupted},
	    {"events that disagree", test_disagreement},
	    {"a silent daemon", test_silent_daemon},
	    {"scheduling lag", test_lag},
	    {"what is not valid is not judged", test_not_judged},
	    {"a busy machine accuses nobody", test_nobody_accused},
	    {"an incomplete capture", test_incomplete_capture},
	    {"warnings of the run", test_run_warnings},
	    {"waits", test_waited},
	    {"a first registration", test_first_registration},
	    {"events that nobody writes", test_no_events},
	    {"two mobile nodes", test_two_nodes},
	};

	return test_run("test_analysis", tests, sizeof(tests) / sizeof(tests[0]));
}
