/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Event lines: exact text, escaping, and what happens where room is short. */
#include "linux/eventlog.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
		eventlog_write(&log, 0, "one\n", 4);
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
	eventlog_write(&log, 0, "one\n", 4);
	CU_ASSERT_EQUAL(rename(path, moved), 0);
	eventlog_write(&log, 0, "two\n", 4);
	CU_ASSERT_EQUAL(eventlog_reopen(&log, path), MIP6_OK);
	eventlog_write(&log, 0, "three\n", 6);
	CU_ASSERT(stat(moved, &st) == 0 && st.st_size == 8);
	CU_ASSERT(stat(path, &st) == 0 && st.st_size == 6);
	CU_ASSERT_EQUAL(eventlog_reopen(&log, "/nonexistent/folder/file"), MIP6_ERR_IO);
	eventlog_write(&log, 0, "four\n", 5);
	CU_ASSERT(stat(path, &st) == 0 && st.st_size == 11);
	CU_ASSERT_EQUAL(log.lost, 0);
	eventlog_close(&log);
	unlink(path);
	unlink(moved);
}

/* ---- readers that are slow, or gone ------------------------------------------------------ */

static const char filler[] = "{\"event\": \"0123456789012345678901234567890123456789\"}\n";
#define FILLER (sizeof(filler) - 1)

/* More than a pipe and the queue take. */
#define ROUNDS 20000u

static void write_many(struct eventlog *log)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		if (eventlog_wants(log))
			eventlog_write(log, MIP6_SECOND, filler, FILLER);
}

/* All that can be read now, behind what was read before. */
static char all[4u << 20];
static size_t all_len;

static void drain(int fd)
{
	ssize_t n;

	while ((n = read(fd, all + all_len, sizeof(all) - all_len - 1)) > 0)
		all_len += (size_t)n;
	all[all_len] = '\0';
}

/* Every line is whole; each is a filler or an account. Returns fillers and what the
 * accounts say. */
static void count_lines(unsigned *fillers, unsigned *dropped)
{
	for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *o = json_loads(line, 0, NULL);

		CU_ASSERT_PTR_NOT_NULL_FATAL(o);
		if (strcmp(json_string_value(json_object_get(o, "event")), "events_dropped") == 0)
			*dropped += (unsigned)json_integer_value(json_object_get(o, "count"));
		else
			(*fillers)++;
		json_decref(o);
	}
	all_len = 0;
}

/* Lines go on where the reader goes on, in order and whole; nothing is lost from sight. */
static void slow_reader_of_a_fifo(void)
{
	char dir[] = "/tmp/eventlogXXXXXX";
	char path[64];
	struct eventlog log;
	struct loop loop;
	mip6_time now;
	unsigned fillers = 0;
	unsigned dropped = 0;
	int fd;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
	CU_ASSERT_EQUAL_FATAL(loop_open(&loop), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, path, "n"), MIP6_OK); /* nobody reads */
	eventlog_watch(&log, &loop);
	write_many(&log);
	CU_ASSERT_TRUE(log.lost > 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < 100 && log.waiting; i++) {
		drain(fd);
		loop_wait(&loop, MIP6_NEVER, &now);
	}
	drain(fd);
	count_lines(&fillers, &dropped);
	CU_ASSERT_EQUAL(dropped, log.lost);
	CU_ASSERT_EQUAL(fillers + dropped, ROUNDS);
	CU_ASSERT_FALSE(log.waiting);
	/* The reader may go; another comes. */
	close(fd);
	eventlog_write(&log, 0, filler, FILLER);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	drain(fd);
	CU_ASSERT_STRING_EQUAL(all, filler);
	all_len = 0;
	close(fd);
	eventlog_close(&log);
	loop_close(&loop);
	unlink(path);
	rmdir(dir);
}

/* Standard error may be shared: it is not made non-blocking for others. */
static void slow_reader_of_standard_error(bool is_socket)
{
	struct eventlog log;
	int saved = dup(STDERR_FILENO);
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(is_socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds), 0);
	dup2(fds[1], STDERR_FILENO);
	CU_ASSERT_EQUAL(eventlog_open(&log, NULL, "n"), MIP6_OK);
	write_many(&log);
	CU_ASSERT_EQUAL(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	close(fds[0]);
	close(fds[1]);
	dup2(saved, STDERR_FILENO);
	close(saved);
	CU_ASSERT_TRUE(log.lost > 0);
	CU_ASSERT_TRUE(log.lost < ROUNDS);
	signal(SIGPIPE, SIG_IGN);
	eventlog_close(&log);
	CU_ASSERT_TRUE(log.lost > 0);
}

static void slow_readers_of_standard_error(void)
{
	slow_reader_of_standard_error(false);
	slow_reader_of_standard_error(true);
}

/* What a full disk does not take waits as far as there is room, and is counted then. */
static void lost_lines_are_counted(void)
{
	struct eventlog log;

	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, "/dev/full", "n"), MIP6_OK);
	write_many(&log);
	CU_ASSERT_EQUAL(log.lost, ROUNDS - EVENTLOG_QUEUE / FILLER);
	eventlog_close(&log);
	CU_ASSERT_EQUAL(log.lost, ROUNDS);
	CU_ASSERT_EQUAL(eventlog_open(&log, "/nonexistent/folder/file", "n"), MIP6_ERR_IO);
	eventlog_close(&log);
}

/* A disk that was full in the middle of a line and has room again. */
static void full_disk_has_room_again(void)
{
	char path[] = "/tmp/eventlogXXXXXX";
	struct rlimit old;
	struct rlimit small;
	struct eventlog log;
	unsigned fillers = 0;
	unsigned dropped = 0;
	int fd = mkstemp(path);

	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, path, "n"), MIP6_OK);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 1000;
	setrlimit(RLIMIT_FSIZE, &small);
	write_many(&log);
	setrlimit(RLIMIT_FSIZE, &old);
	CU_ASSERT_TRUE(log.dropped > 0);
	eventlog_write(&log, 0, filler, FILLER);
	CU_ASSERT_EQUAL(log.dropped, 0);
	drain(fd);
	count_lines(&fillers, &dropped);
	CU_ASSERT_EQUAL(fillers + dropped, ROUNDS + 1);
	CU_ASSERT_EQUAL(dropped, log.lost);
	eventlog_close(&log);
	close(fd);
	unlink(path);
}

/* Nothing is made for nobody. */
static void unread_lines_are_not_wanted(void)
{
	struct eventlog log;

	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, "/dev/null", "n"), MIP6_OK);
	CU_ASSERT_FALSE(eventlog_wants(&log));
	eventlog_close(&log);
	CU_ASSERT_EQUAL_FATAL(eventlog_open(&log, "/dev/stdout", "n"), MIP6_OK);
	eventlog_mute(&log);
	CU_ASSERT_FALSE(eventlog_wants(&log));
	CU_ASSERT_EQUAL(log.lost, 0);
	eventlog_close(&log);
}

/* A link, and a second name of a file, lead to files of others. */
static void links_are_not_followed(void)
{
	char dir[] = "/tmp/eventlogXXXXXX";
	char file[64];
	char link_path[64];
	struct eventlog log;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(link_path, sizeof(link_path), "%s/link", dir);
	close(open(file, O_WRONLY | O_CREAT, 0600));
	CU_ASSERT_EQUAL(symlink(file, link_path), 0);
	CU_ASSERT_EQUAL(eventlog_open(&log, link_path, "n"), MIP6_ERR_IO);
	CU_ASSERT_EQUAL(errno, ELOOP);
	eventlog_close(&log);
	unlink(link_path);
	CU_ASSERT_EQUAL(link(file, link_path), 0);
	CU_ASSERT_EQUAL(eventlog_open(&log, link_path, "n"), MIP6_ERR_IO);
	eventlog_close(&log);
	unlink(link_path);
	unlink(file);
	rmdir(dir);
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
	    {"slow reader of a FIFO", slow_reader_of_a_fifo},
	    {"slow readers of standard error", slow_readers_of_standard_error},
	    {"full disk has room again", full_disk_has_room_again},
	    {"unread lines are not wanted", unread_lines_are_not_wanted},
	    {"links are not followed", links_are_not_followed},
	};

	return test_run("eventlog", tests, sizeof(tests) / sizeof(tests[0]));
}
