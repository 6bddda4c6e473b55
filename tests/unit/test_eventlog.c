/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event lines: exact text, escaping, and what happens where room is short. */
#include "linux/eventlog.h"
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static struct eventlog log_of(const char *node)
{
	struct eventlog log = {.fd = -1, .offset = INT64_C(1700000000) * MIP6_SECOND};

	snprintf(log.node, sizeof(log.node), "%s", node);
	return log;
}

static struct mip6_event example(void)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_BA_RX, 5 * MIP6_SECOND + 42, 3);
	struct mip6_addr hoa = {{0x3f, 0xff, [15] = 1}};
	struct mip6_prefix prefix = {.addr = {{0x3f, 0xff}}, .len = 64};

	mip6_event_addr(&e, "hoa", &hoa);
	mip6_event_prefix(&e, "prefix", &prefix);
	mip6_event_uint(&e, "seq", UINT64_C(9223372036854775807));
	return e;
}

static void whole_line(void)
{
	struct eventlog log = log_of("mn");
	struct mip6_event e = example();
	const char *expected =
	    "{\"time\": 1700000005.000000042, \"mono\": 5000000042, \"node\": \"mn\", "
	    "\"event\": \"ba_rx\", \"if\": \"eth0\", \"hoa\": \"3fff::1\", "
	    "\"prefix\": \"3fff::/64\", \"seq\": 9223372036854775807}\n";
	char line[EVENTLOG_LINE];
	int len = eventlog_format(&log, &e, "eth0", line, sizeof(line));

	CU_ASSERT_STRING_EQUAL(line, expected);
	CU_ASSERT_EQUAL(len, (int)strlen(expected));
}

static void no_interface(void)
{
	struct eventlog log = log_of("mn");
	struct mip6_event e = mip6_event_make(MIP6_EV_STARTED, 1, 0);
	char line[EVENTLOG_LINE];

	CU_ASSERT_TRUE(eventlog_format(&log, &e, NULL, line, sizeof(line)) > 0);
	CU_ASSERT_STRING_EQUAL(line, "{\"time\": 1700000000.000000001, \"mono\": 1, "
				     "\"node\": \"mn\", \"event\": \"started\"}\n");
}

/* A JSON reader gives back the text that went in. */
static void escaping(void)
{
	const char *text = "quote \" backslash \\ newline \n tab \t del \x7f end";
	struct eventlog log = log_of("a\"b");
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, 0, 0);
	char line[EVENTLOG_LINE];
	json_t *o;
	int len;

	mip6_event_text(&e, "text", text);
	len = eventlog_format(&log, &e, NULL, line, sizeof(line));
	CU_ASSERT_PTR_EQUAL(strchr(line, '\n'), line + len - 1);
	o = json_loads(line, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(o);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(o, "text")), text);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(o, "node")), "a\"b");
	json_decref(o);
}

/* Whatever the room, the line is valid JSON and ends with a newline, or there
 * is none; the byte behind the buffer is never touched. */
static void short_room(void)
{
	struct eventlog log = log_of("mn");
	struct mip6_event e = example();
	unsigned fitted = 0;
	char line[EVENTLOG_LINE];

	for (size_t cap = 0; cap < 300; cap++) {
		json_t *o;
		int len;

		memset(line, 'x', sizeof(line));
		len = eventlog_format(&log, &e, "eth0", line, cap);
		CU_ASSERT_EQUAL(line[cap], 'x');
		if (len < 0) {
			CU_ASSERT_EQUAL(len, MIP6_ERR_SPACE);
			continue;
		}
		fitted++;
		CU_ASSERT_TRUE((size_t)len < cap);
		CU_ASSERT_EQUAL(line[len - 1], '\n');
		o = json_loads(line, 0, NULL);
		CU_ASSERT_PTR_NOT_NULL(o);
		CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(o, "event")), "ba_rx");
		json_decref(o);
	}
	CU_ASSERT_TRUE(fitted > 100);
}

static void debug_line(void)
{
	struct eventlog log = log_of("ha");
	char line[EVENTLOG_LINE];

	CU_ASSERT_TRUE(eventlog_format_debug(&log, MIP6_SECOND, "a text", line, sizeof(line)) > 0);
	CU_ASSERT_STRING_EQUAL(line,
			       "{\"time\": 1700000001.000000000, \"mono\": 1000000000, "
			       "\"node\": \"ha\", \"event\": \"debug\", \"text\": \"a text\"}\n");
}

/* The file is appended to, never begun anew. */
static void file_is_appended(void)
{
	char path[] = "/tmp/test_eventlog.XXXXXX";
	int fd = mkstemp(path);
	struct eventlog log;
	char got[16] = "";

	CU_ASSERT_TRUE_FATAL(fd >= 0);
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, path, "n"), MIP6_OK);
		eventlog_write(&log, "one\n", 4);
		eventlog_close(&log);
		CU_ASSERT_EQUAL(log.lost, 0);
	}
	CU_ASSERT_EQUAL(read(fd, got, sizeof(got) - 1), 8);
	CU_ASSERT_STRING_EQUAL(got, "one\none\n");
	close(fd);
	unlink(path);
}

/* Log rotation: the file was moved away; or a reload names another. */
static void reopened_after_rotation(void)
{
	char path[] = "/tmp/eventlogXXXXXX";
	char moved[64];
	struct eventlog log;
	struct stat st;

	close(mkstemp(path));
	snprintf(moved, sizeof(moved), "%s.1", path);
	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, path, "n"), MIP6_OK);
	eventlog_write(&log, "one\n", 4);
	CU_ASSERT_EQUAL(rename(path, moved), 0);
	eventlog_write(&log, "two\n", 4);
	CU_ASSERT_EQUAL(eventlog_reopen(&log, path), MIP6_OK);
	eventlog_write(&log, "three\n", 6);
	CU_ASSERT(stat(moved, &st) == 0 && st.st_size == 8);
	CU_ASSERT(stat(path, &st) == 0 && st.st_size == 6);
	CU_ASSERT_EQUAL(eventlog_reopen(&log, "/nonexistent/folder/file"), MIP6_ERR_IO);
	eventlog_write(&log, "four\n", 5);
	CU_ASSERT(stat(path, &st) == 0 && st.st_size == 11);
	CU_ASSERT_EQUAL(log.lost, 0);
	eventlog_close(&log);
	unlink(path);
	unlink(moved);
}

static void lost_lines_are_counted(void)
{
	struct eventlog log;

	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, "/dev/full", "n"), MIP6_OK);
	eventlog_write(&log, "one\n", 4);
	CU_ASSERT_EQUAL(log.lost, 1);
	eventlog_close(&log);
	CU_ASSERT_EQUAL(eventlog_open(&log, "/nonexistent/folder/file", "n"), MIP6_ERR_IO);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"whole line", whole_line},
	    {"no interface", no_interface},
	    {"escaping", escaping},
	    {"short room", short_room},
	    {"debug line", debug_line},
	    {"file is appended", file_is_appended},
	    {"reopened after rotation", reopened_after_rotation},
	    {"lost lines are counted", lost_lines_are_counted},
	};

	return test_run("eventlog", tests, sizeof(tests) / sizeof(tests[0]));
}
