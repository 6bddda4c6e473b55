/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pcapng writer, block by block and through libpcap's reader; and the order
 * and comments of a run's one capture. */
#include "lab/findings.h"
#include "lab/pcapng.h"
#include "records_help.h"
#include "test.h"
#include <pcap/pcap.h>
#include <unistd.h>

/* ---- the format -------------------------------------------------------------------- */

static const uint8_t frame[] = {1, 2, 3, 4, 5, 6, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 9, 9};

static void write_sample(FILE *out)
{
	struct pcapng_name names[] = {{.name = "cn"}, {.name = "mn.hoa"}};
	struct pcapng_packet p = {.iface = 1,
				  .time = INT64_C(1700000000123456789),
				  .data = frame,
				  .len = sizeof(frame),
				  .original = 1500,
				  .comment = "handover 1"};

	names[0].addr[15] = 1;
	names[1].addr[15] = 2;
	CU_ASSERT_EQUAL(pcapng_section(out, "mip6lab"), 0);
	CU_ASSERT_EQUAL(pcapng_interface(out, "cn:eth0", DLT_EN10MB, 256), 0);
	CU_ASSERT_EQUAL(pcapng_interface(out, "mn:eth0", DLT_EN10MB, 256), 0);
	CU_ASSERT_EQUAL(pcapng_names(out, names, 2), 0);
	CU_ASSERT_EQUAL(pcapng_packet(out, &p), 0);
	p.iface = 0;
	p.comment = NULL;
	p.time++;
	CU_ASSERT_EQUAL(pcapng_packet(out, &p), 0);
}

static uint32_t u32_at(const uint8_t *data, size_t at)
{
	uint32_t v;

	memcpy(&v, data + at, sizeof(v));
	return v;
}

/* Each block's length stands at both its ends and is a multiple of four; only an
 * Enhanced Packet Block is padded by other than options. */
static void test_blocks(void)
{
	static const uint32_t types[] = {0x0a0d0d0a, 1, 1, 4, 6, 6};
	char *text = NULL;
	size_t size = 0;
	size_t at = 0;
	FILE *out = open_memstream(&text, &size);
	const uint8_t *data;

	write_sample(out);
	fclose(out);
	data = (const uint8_t *)text;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		uint32_t length;

		CU_ASSERT_FATAL(at + 12 <= size);
		length = u32_at(data, at + 4);
		CU_ASSERT_EQUAL(u32_at(data, at), types[i]);
		CU_ASSERT_EQUAL(length % 4, 0);
		CU_ASSERT_FATAL(length >= 12 && at + length <= size);
		CU_ASSERT_EQUAL(u32_at(data, at + length - 4), length);
		at += length;
	}
	CU_ASSERT_EQUAL(at, size);
	free(text);
}

/* Code and length of an option in network terms of its writer: host order. */
static void test_texts(void)
{
	static const uint8_t comment[] = "\x01\x00\x0a\x00handover 1\0\0";
	static const uint8_t name[] = "\x02\x00\x07\x00mn:eth0";
	static const uint8_t resolution[] = "\x09\x00\x01\x00\x09";
	static const uint8_t record[] = "\x02\x00\x17\x00\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02mn.hoa";
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	write_sample(out);
	fclose(out);
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, comment, sizeof(comment) - 1));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, name, sizeof(name) - 1));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, resolution, sizeof(resolution) - 1));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, record, sizeof(record) - 1));
	free(text);
}

static void test_read_back(void)
{
	FILE *file = tmpfile();
	char error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *h;
	const u_char *data;
	pcap_t *pcap;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	write_sample(file);
	rewind(file);
	pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pcap);
	CU_ASSERT_EQUAL(pcap_datalink(pcap), DLT_EN10MB);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL_FATAL(pcap_next_ex(pcap, &h, &data), 1);
		CU_ASSERT_EQUAL(h->ts.tv_sec, 1700000000);
		CU_ASSERT_EQUAL(h->ts.tv_usec, 123456789 + i);
		CU_ASSERT_EQUAL(h->caplen, sizeof(frame));
		CU_ASSERT_EQUAL(h->len, 1500);
		CU_ASSERT_EQUAL(memcmp(data, frame, sizeof(frame)), 0);
	}
	CU_ASSERT_EQUAL(pcap_next_ex(pcap, &h, &data), PCAP_ERROR_BREAK);
	pcap_close(pcap);
}

static void test_disk_full(void)
{
	FILE *full = fopen("/dev/full", "we");

	CU_ASSERT_PTR_NOT_NULL_FATAL(full);
	setvbuf(full, NULL, _IONBF, 0);
	CU_ASSERT_EQUAL(pcapng_section(full, "mip6lab"), -1);
	CU_ASSERT_EQUAL(pcapng_names(full, NULL, 0), -1);
	fclose(full);
}

/* ---- a run's capture ----------------------------------------------------------------- */

enum { FRAMES = 8, FRAME = 20 };

struct merge_scene {
	struct lab_plan plan;
	struct lab_capture places[3];
	struct capture captures[3];
	struct capture_packet packets[3][FRAMES];
	struct capture_view views[3][FRAMES];
	struct capture_view *view_lists[3];
	uint64_t lacks[3];
	uint8_t frames[3][FRAMES][FRAME];
	struct handover handover;
	struct findings f;
};

static struct merge_scene *merge_new(void)
{
	struct merge_scene *s = calloc(1, sizeof(*s));

	s->plan = *records_plan();
	s->plan.captures = s->places;
	s->plan.capture_count = 3;
	for (int i = 0; i < 3; i++) {
		s->places[i] = (struct lab_capture){i, 0};
		s->captures[i].packets = s->packets[i];
		s->view_lists[i] = s->views[i];
	}
	s->f.plan = &s->plan;
	s->f.captures = (struct captures){s->captures, s->view_lists, s->lacks, 3};
	s->f.handovers = &s->handover;
	return s;
}

/* One frame, named by a letter, at a capture. */
static void at(struct merge_scene *s, int capture, bool sent, double ms, char letter)
{
	size_t k = s->captures[capture].count++;

	memset(s->frames[capture][k], letter, FRAME);
	s->packets[capture][k] = (struct capture_packet){
	    .time = records_time(ms), .data = s->frames[capture][k], .len = FRAME};
	s->packets[capture][k].original = FRAME;
	s->views[capture][k].from_us = sent;
}

static void merged_is(struct merge_scene *s, const char *expected)
{
	char path[] = "/tmp/mip6lab-test-XXXXXX";
	int fd = mkstemp(path);
	char error[PCAP_ERRBUF_SIZE];
	char letters[64] = "";
	struct pcap_pkthdr *h;
	const u_char *data;
	pcap_t *pcap;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL(out_capture(&s->f, path), 0);
	pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(pcap);
	while (pcap_next_ex(pcap, &h, &data) == 1)
		strncat(letters, (const char *)data, 1);
	if (strcmp(letters, expected) != 0)
		printf("merged: %s, expected: %s\n", letters, expected);
	CU_ASSERT_STRING_EQUAL(letters, expected);
	pcap_close(pcap);
	close(fd);
	remove(path);
	free(s);
}

static void test_by_time(void)
{
	struct merge_scene *s = merge_new();

	at(s, 2, true, 1, 'a');
	at(s, 0, true, 2, 'b');
	at(s, 2, true, 3, 'c');
	at(s, 1, true, 4, 'd');
	merged_is(s, "abcd");
}

/* A request from the last interface to the first, and its reply, in one moment. */
static void test_request_before_reply(void)
{
	struct merge_scene *s = merge_new();

	at(s, 0, false, 1, 'q');
	at(s, 0, true, 1, 'r');
	at(s, 2, true, 1, 'q');
	at(s, 2, false, 1, 'r');
	merged_is(s, "qqrr");
}

/* ha forwards from its second interface to its first in one moment. */
static void test_in_before_out(void)
{
	struct merge_scene *s = merge_new();

	s->places[0] = (struct lab_capture){NODE_HA, 0};
	s->places[1] = (struct lab_capture){NODE_HA, 0};
	at(s, 0, true, 1, 'f');
	at(s, 1, false, 1, 'i');
	at(s, 2, true, 1, 'i');
	merged_is(s, "iif");
}

/* Each end claims to be the answer to the other: nothing is held back for ever. */
static void test_circle(void)
{
	struct merge_scene *s = merge_new();

	at(s, 0, false, 1, 'x');
	at(s, 0, true, 1, 'y');
	at(s, 1, false, 1, 'y');
	at(s, 1, true, 1, 'x');
	merged_is(s, "xyyx");
}

static void test_comments(void)
{
	struct merge_scene *s = merge_new();
	static const char both[] = "handover 3: care-of address ready, 5.000 ms after link up\n"
				   "handover 3: Binding Update, 5.000 ms after link up";
	char path[] = "/tmp/mip6lab-test-XXXXXX";
	int fd = mkstemp(path);
	char *text = calloc(1, 4096);
	FILE *file;
	size_t size;

	CU_ASSERT_FATAL(fd >= 0 && text);
	at(s, 0, true, 10, 'a');
	at(s, 2, true, 15, 'b');
	s->handover.move = (struct history_move){
	    .n = 3, .node = NODE_MN, .to = "foreign2", .up = records_time(10)};
	s->handover.coa = s->handover.bu = (struct mark){true, records_time(15), 2, 0};
	s->handover.settled = true;
	s->handover.chosen.b[15] = 9;
	s->f.count = 1;
	CU_ASSERT_EQUAL(out_capture(&s->f, path), 0);
	file = fdopen(fd, "re");
	size = fread(text, 1, 4096, file);
	fclose(file);
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, both, sizeof(both) - 1));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, "mn.coa-foreign2", 16));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, "mn.hoa", 7));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, "cn.eth0", 8));
	CU_ASSERT_PTR_NOT_NULL(memmem(text, size, "ha:home", 7));
	remove(path);
	free(text);
	free(s);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"blocks", test_blocks},
	    {"names and comments", test_texts},
	    {"read back", test_read_back},
	    {"the disk is full", test_disk_full},
	    {"by time", test_by_time},
	    {"a request before its reply", test_request_before_reply},
	    {"in before out", test_in_before_out},
	    {"a circle", test_circle},
	    {"comments", test_comments},
	};

	return test_run("test_pcapng", tests, sizeof(tests) / sizeof(tests[0]));
}
