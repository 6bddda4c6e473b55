/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: reading requests, and clients over socket pairs. The
 * answers of these tests are made here: what a real node answers is seen in the
 * lab's tests. */
#include "linux/control.h"
#include "linux/settings.h"
#include <errno.h>
#include <mip6/conf.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "test.h"

/* ---- requests ------------------------------------------------------------------- */

static int parse(const char *line, struct control_request *ret, char error[256])
{
	error[0] = '\0';
	return control_parse(line, strlen(line), ret, error, 256);
}

static void good_requests(void)
{
	struct control_request r;
	char error[256];

	CU_ASSERT_EQUAL(parse("{\"command\":\"status\"}", &r, error), MIP6_OK);
	CU_ASSERT_EQUAL(r.command, CONTROL_STATUS);
	control_request_clear(&r);
	CU_ASSERT_EQUAL(
	    parse("{\"command\":\"bindings\",\"offset\":7,\"limit\":3,\"id\":\"x\"}", &r, error),
	    MIP6_OK);
	CU_ASSERT_EQUAL(r.command, CONTROL_BINDINGS);
	CU_ASSERT_EQUAL(r.offset, 7);
	CU_ASSERT_EQUAL(r.limit, 3);
	CU_ASSERT_STRING_EQUAL(json_string_value(r.id), "x");
	control_request_clear(&r);
	CU_ASSERT_EQUAL(parse(" {\"command\": \"monitor\", \"on\": false} ", &r, error), MIP6_OK);
	CU_ASSERT_FALSE(r.on);
	control_request_clear(&r);
	CU_ASSERT_EQUAL(parse("{\"command\":\"bindings\"}", &r, error), MIP6_OK);
	CU_ASSERT_EQUAL(r.offset, 0);
	CU_ASSERT_EQUAL(r.limit, CONTROL_PAGE);
	control_request_clear(&r);
}

static void values_of_set(void)
{
	static const char *const values[][2] = {
	    {"3", "3"}, {"\"allow\"", "allow"}, {"true", "enabled"}, {"1.5", "1.5"}};
	struct control_request r;
	char error[256];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char line[128];

		snprintf(line, sizeof(line),
			 "{\"command\":\"set\",\"name\":\"DebugLevel\",\"value\":%s}",
			 values[i][0]);
		CU_ASSERT_EQUAL(parse(line, &r, error), MIP6_OK);
		CU_ASSERT_STRING_EQUAL(r.name, "DebugLevel");
		CU_ASSERT_STRING_EQUAL(r.value, values[i][1]);
		control_request_clear(&r);
	}
}

static void bad_requests(void)
{
	static const char *const bad[] = {
	    "",
	    "x",
	    "[]",
	    "{}",
	    "{\"command\":1}",
	    "{\"command\":\"nothing\"}",
	    "{\"command\":\"status\",\"limit\":1}",
	    "{\"command\":\"bindings\",\"limit\":0}",
	    "{\"command\":\"bindings\",\"limit\":1001}",
	    "{\"command\":\"bindings\",\"offset\":-1}",
	    "{\"command\":\"bindings\",\"offset\":\"1\"}",
	    "{\"command\":\"bindings\",\"limits\":1}",
	    "{\"command\":\"set\",\"name\":\"x\"}",
	    "{\"command\":\"set\",\"name\":\"x\\u0000y\",\"value\":1}",
	    "{\"command\":\"set\",\"name\":\"x\",\"value\":[]}",
	    "{\"command\":\"monitor\",\"on\":1}",
	    "{\"command\":\"status\",\"command\":\"stats\"}",
	    "{\"command\":\"status\"} {}",
	};
	struct control_request r;
	char error[256];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CU_ASSERT_EQUAL(parse(bad[i], &r, error), MIP6_ERR_VALUE);
		CU_ASSERT_NOT_EQUAL(error[0], '\0');
		control_request_clear(&r);
	}
}

static void unknown_names_are_told(void)
{
	struct control_request r;
	char error[256];

	parse("{\"command\":\"bindngs\"}", &r, error);
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "bindngs"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "bindings"));
	control_request_clear(&r);
	parse("{\"command\":\"bindings\",\"limits\":1}", &r, error);
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "limits"));
	control_request_clear(&r);
}

/* ---- settings -------------------------------------------------------------------- */

static int change(struct mip6_config *c, const char *name, const char *interface, const char *value)
{
	char error[256] = "";
	int err = settings_change(c, name, interface, value, error, sizeof(error));

	CU_ASSERT_EQUAL(err == MIP6_OK, error[0] == '\0');
	return err;
}

static void settings_change_config(void)
{
	struct mip6_if_config interface = {.name = "eth0", .preference = 1};
	struct mip6_config c;

	mip6_config_default(&c);
	c.interfaces = &interface;
	c.interface_count = 1;
	CU_ASSERT_EQUAL(change(&c, "DebugLevel", "", "2"), MIP6_OK);
	CU_ASSERT_EQUAL(c.debug_level, 2);
	CU_ASSERT_EQUAL(change(&c, "HaMaxBindingLife", "", "3600"), MIP6_OK);
	CU_ASSERT_EQUAL(c.ha_max_binding_life_s, 3600);
	CU_ASSERT_EQUAL(change(&c, "DefaultBindingAclPolicy", "", "deny"), MIP6_OK);
	CU_ASSERT_EQUAL(c.default_acl, MIP6_ACL_DENY);
	CU_ASSERT_EQUAL(change(&c, "DefaultBindingAclPolicy", "", "130"), MIP6_OK);
	CU_ASSERT_EQUAL(c.default_acl, MIP6_ACL_DENY);
	CU_ASSERT_EQUAL(c.default_acl_status, 130);
	CU_ASSERT_EQUAL(change(&c, "DefaultBindingAclPolicy", "", "256"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "DefaultBindingAclPolicy", "", "block"), MIP6_OK);
	CU_ASSERT_EQUAL(c.default_acl_status, 0);
	CU_ASSERT_EQUAL(change(&c, "InitialBindackTimeoutReReg", "", "0.25"), MIP6_OK);
	CU_ASSERT_EQUAL(c.initial_bindack_rereg, 250 * MIP6_MS);
	CU_ASSERT_EQUAL(change(&c, "NoHomeReturn", "", "enabled"), MIP6_OK);
	CU_ASSERT_TRUE(c.no_home_return);
	CU_ASSERT_EQUAL(change(&c, "MnIfPreference", "eth0", "9"), MIP6_OK);
	CU_ASSERT_EQUAL(interface.preference, 9);
}

static void settings_refuse(void)
{
	struct mip6_config c;

	mip6_config_default(&c);
	CU_ASSERT_EQUAL(change(&c, "Debuglevel", "", "1"), MIP6_ERR_NOTFOUND);
	CU_ASSERT_EQUAL(change(&c, "DebugLevel", "", "65536"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "DebugLevel", "", "-1"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "DebugLevel", "", " 1"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "DebugLevel", "", "1x"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "DebugLevel", "eth0", "1"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "HaMaxBindingLife", "", "262141"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "InitialBindackTimeoutReReg", "", "0"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "InitialBindackTimeoutReReg", "", "nan"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "DefaultBindingAclPolicy", "", "maybe"), MIP6_ERR_VALUE);
	CU_ASSERT_EQUAL(change(&c, "MnIfPreference", "eth9", "1"), MIP6_ERR_NOTFOUND);
	CU_ASSERT_EQUAL(c.debug_level, 0);
}

/* `set` and mip6d.conf take the same values. */
static void settings_agree_with_the_file(void)
{
	static const char *const pairs[][2] = {
	    {"DebugLevel", "65535"},
	    {"DebugLevel", "65536"},
	    {"HaMaxBindings", "0"},
	    {"HaMaxBindings", "1"},
	    {"HaMaxBindings", "1000000"},
	    {"HaMaxBindings", "1000001"},
	    {"HaMaxBindingLife", "3"},
	    {"HaMaxBindingLife", "4"},
	    {"HaMaxBindingLife", "262140"},
	    {"MnMaxHaBindingLife", "3"},
	    {"MnMaxHaBindingLife", "262141"},
	    {"InitialBindackTimeoutFirstReg", "0.099"},
	    {"InitialBindackTimeoutFirstReg", "0.1"},
	    {"InitialBindackTimeoutReReg", "32"},
	    {"InitialBindackTimeoutReReg", "32.001"},
	    {"MnMaxHaConsecutiveResends", "65535"},
	    {"MnMaxHaConsecutiveResends", "65536"},
	    {"NoHomeReturn", "enabled"},
	    {"NoHomeReturn", "yes"},
	    {"DefaultBindingAclPolicy", "none"},
	    {"DefaultBindingAclPolicy", "all"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct mip6_config file;
		struct mip6_config c;
		struct mip6_conf_error error;
		char text[128];
		int len = snprintf(text, sizeof(text), "%s %s;", pairs[i][0], pairs[i][1]);
		int err = mip6_conf_parse("t", text, (size_t)len, &file, &error);

		mip6_config_default(&c);
		CU_ASSERT_EQUAL(change(&c, pairs[i][0], "", pairs[i][1]) == MIP6_OK,
				err == MIP6_OK);
		if (err != MIP6_OK)
			continue;
		CU_ASSERT_EQUAL(memcmp(&c, &file, sizeof(c)), 0);
		mip6_config_clear(&file);
	}
}

/* ---- clients ------------------------------------------------------------------------ */

struct rig {
	struct loop loop;
	struct control *control;
	unsigned asked;
	char path[64];
};

static int answer(void *arg, mip6_time now, const struct control_request *request, json_t *o,
		  char *error, size_t cap)
{
	struct rig *rig = arg;

	(void)now;
	rig->asked++;
	if (request->command == CONTROL_RELOAD) {
		snprintf(error, cap, "no such file");
		return MIP6_ERR_IO;
	}
	json_object_set_new(o, "asked", json_integer(rig->asked));
	return MIP6_OK;
}

static void rig_open(struct rig *rig)
{
	*rig = (struct rig){.asked = 0};
	snprintf(rig->path, sizeof(rig->path), "/tmp/test_control.%d", (int)getpid());
	CU_ASSERT_EQUAL_FATAL(loop_open(&rig->loop), MIP6_OK);
	rig->control = control_open(&rig->loop, rig->path, answer, rig);
	CU_ASSERT_PTR_NOT_NULL_FATAL(rig->control);
}

static void rig_close(struct rig *rig)
{
	control_close(rig->control);
	loop_close(&rig->loop);
	CU_ASSERT_EQUAL(access(rig->path, F_OK), -1);
}

/* Lets the loop do what is ready: the deadline has passed already. */
static void turn(struct rig *rig)
{
	mip6_time now;

	for (int i = 0; i < 8; i++)
		loop_wait(&rig->loop, 1, &now);
}

static int add_client(struct rig *rig)
{
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	CU_ASSERT_EQUAL(control_accept_fd(rig->control, fds[0]), MIP6_OK);
	return fds[1];
}

static void say(int fd, const char *text)
{
	CU_ASSERT_EQUAL(send(fd, text, strlen(text), 0), (ssize_t)strlen(text));
}

/* What came, as text. */
static const char *hear(int fd, char buf[4096])
{
	ssize_t n = recv(fd, buf, 4095, 0);

	buf[n > 0 ? n : 0] = '\0';
	return buf;
}

static void several_over_one_connection(void)
{
	struct rig rig;
	char buf[4096];
	int fd;

	rig_open(&rig);
	fd = add_client(&rig);
	say(fd, "{\"command\":\"status\",\"id\":1}\n{\"command\":\"stats\"}\n\n{\"command\":");
	turn(&rig);
	CU_ASSERT_STRING_EQUAL(hear(fd, buf),
			       "{\"ok\":true,\"id\":1,\"command\":\"status\",\"asked\":1}\n"
			       "{\"ok\":true,\"command\":\"stats\",\"asked\":2}\n");
	say(fd, "\"stats\"}\n");
	turn(&rig);
	CU_ASSERT_STRING_EQUAL(hear(fd, buf), "{\"ok\":true,\"command\":\"stats\",\"asked\":3}\n");
	close(fd);
	turn(&rig);
	CU_ASSERT_EQUAL(control_client_count(rig.control), 0);
	rig_close(&rig);
}

/* However many requests wait: packets come between any two answers. */
static void one_answer_in_a_turn(void)
{
	struct rig rig;
	char buf[4096];
	mip6_time now;
	int fd;

	rig_open(&rig);
	fd = add_client(&rig);
	for (int i = 0; i < 50; i++)
		say(fd, "{\"command\":\"bindings\"}\n");
	for (unsigned i = 0; i < 50; i++) {
		unsigned before = rig.asked;

		loop_wait(&rig.loop, 1, &now);
		CU_ASSERT(rig.asked <= before + 1);
	}
	turn(&rig);
	CU_ASSERT_EQUAL(rig.asked, 50);
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd, buf), "\"asked\":50}\n"));
	close(fd);
	rig_close(&rig);
}

/* However many clients ask without end: one answer in a turn, and all get theirs. */
static void one_answer_for_all_clients(void)
{
	enum { CLIENTS = 12, EACH = 10 };
	struct rig rig;
	char buf[4096];
	mip6_time now;
	int fds[CLIENTS];

	rig_open(&rig);
	for (int i = 0; i < CLIENTS; i++)
		fds[i] = add_client(&rig);
	for (int i = 0; i < CLIENTS; i++)
		for (int n = 0; n < EACH; n++)
			say(fds[i], "{\"command\":\"bindings\"}\n");
	for (unsigned i = 0; i <= CLIENTS; i++) { /* the first asks again before others are heard */
		unsigned before = rig.asked;

		loop_wait(&rig.loop, 1, &now);
		CU_ASSERT_EQUAL(rig.asked, before + 1);
	}
	for (int i = 0; i < CLIENTS; i++)
		CU_ASSERT_PTR_NOT_NULL(strstr(hear(fds[i], buf), "\"asked\":"));
	for (int i = 0; i < CLIENTS * EACH; i++)
		loop_wait(&rig.loop, 1, &now);
	CU_ASSERT_EQUAL(rig.asked, CLIENTS * EACH);
	for (int i = 0; i < CLIENTS; i++)
		close(fds[i]);
	turn(&rig);
	rig_close(&rig);
}

/* One that was passed over and takes no answer any more holds nobody up. */
static void passed_over_and_deaf(void)
{
	struct rig rig;
	char buf[4096];
	mip6_time now;
	int deaf;
	int fd;

	rig_open(&rig);
	deaf = add_client(&rig);
	fd = add_client(&rig);
	for (int i = 0; i < 3000; i++) {
		if (send(deaf, "{\"command\":\"status\"}\n", 21, 0) < 0)
			turn(&rig);
		loop_wait(&rig.loop, 1, &now);
	}
	say(fd, "{\"command\":\"stats\"}\n");
	turn(&rig);
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd, buf), "\"stats\""));
	close(deaf);
	close(fd);
	turn(&rig);
	rig_close(&rig);
}

/* Who says no more may still hear the answers, as of `echo status | program`. */
static void half_closed(void)
{
	struct rig rig;
	char buf[4096];
	int fd;

	rig_open(&rig);
	fd = add_client(&rig);
	say(fd, "{\"command\":\"status\"}\n{\"command\":\"stats\"}\n{\"command\":\"status\"}\n");
	CU_ASSERT_EQUAL(shutdown(fd, SHUT_WR), 0);
	turn(&rig);
	CU_ASSERT_EQUAL(rig.asked, 3);
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd, buf), "\"asked\":3}\n"));
	CU_ASSERT_EQUAL(control_client_count(rig.control), 0);
	close(fd);
	rig_close(&rig);
}

/* A client that does not take its answers gets no further ones made. */
static void unread_answers_hold_up(void)
{
	const int small = 1;
	struct rig rig;
	char buf[4096];
	unsigned asked;
	int fds[2];

	rig_open(&rig);
	CU_ASSERT_EQUAL_FATAL(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	CU_ASSERT_EQUAL(control_accept_fd(rig.control, fds[0]), MIP6_OK);
	for (int i = 0; i < 250; i++)
		say(fds[1], "{\"command\":\"bindings\"}\n");
	for (int i = 0; i < 100; i++)
		turn(&rig);
	asked = rig.asked;
	CU_ASSERT(asked < 200);
	turn(&rig);
	CU_ASSERT_EQUAL(rig.asked, asked);
	for (int i = 0; i < 400; i++) {
		hear(fds[1], buf);
		turn(&rig);
	}
	CU_ASSERT_EQUAL(rig.asked, 250);
	close(fds[1]);
	rig_close(&rig);
}

static void errors_are_answered(void)
{
	struct rig rig;
	char buf[4096];
	int fd;

	rig_open(&rig);
	fd = add_client(&rig);
	say(fd, "{\"command\":\"reload\",\"id\":\"a\"}\nnonsense\n{\"command\":\"stats\"}\n");
	turn(&rig);
	hear(fd, buf);
	CU_ASSERT_PTR_EQUAL(strstr(buf, "{\"ok\":false,\"id\":\"a\",\"command\":\"reload\","
					"\"error\":\"no such file\"}\n{\"ok\":false,\"error\":"),
			    buf);
	CU_ASSERT_PTR_NOT_NULL(strstr(buf, "{\"ok\":true,\"command\":\"stats\",\"asked\":2}\n"));
	close(fd);
	rig_close(&rig);
}

static void monitors_hear_events(void)
{
	struct rig rig;
	char buf[4096];
	int deaf;
	int fd;

	rig_open(&rig);
	fd = add_client(&rig);
	deaf = add_client(&rig);
	CU_ASSERT_FALSE(control_has_monitors(rig.control));
	say(fd, "{\"command\":\"monitor\"}\n");
	turn(&rig);
	CU_ASSERT_TRUE(control_has_monitors(rig.control));
	control_monitor(rig.control, 0, "{\"event\":\"x\"}\n", 14);
	CU_ASSERT_STRING_EQUAL(hear(fd, buf), "{\"ok\":true,\"command\":\"monitor\"}\n"
					      "{\"event\":\"x\"}\n");
	CU_ASSERT_STRING_EQUAL(hear(deaf, buf), "");
	say(fd, "{\"command\":\"monitor\",\"on\":false}\n");
	turn(&rig);
	CU_ASSERT_FALSE(control_has_monitors(rig.control));
	control_monitor(rig.control, 0, "{\"event\":\"y\"}\n", 14);
	CU_ASSERT_PTR_NULL(strstr(hear(fd, buf), "\"y\""));
	close(fd);
	close(deaf);
	rig_close(&rig);
}

/* What is no socket stays where it is, whoever named it by mistake. */
static void other_files_stay(void)
{
	char path[] = "/tmp/test_control.XXXXXX";
	struct loop loop;
	int fd = mkstemp(path);

	CU_ASSERT_EQUAL_FATAL(loop_open(&loop), MIP6_OK);
	CU_ASSERT_PTR_NULL(control_open(&loop, path, answer, NULL));
	CU_ASSERT_EQUAL(access(path, F_OK), 0);
	loop_close(&loop);
	close(fd);
	unlink(path);
}

static int dropped_line(void *arg, mip6_time now, uint64_t count, char *buf, size_t cap)
{
	(void)arg;
	(void)now;
	return snprintf(buf, cap, "{\"missed\":%llu}\n", (unsigned long long)count);
}

/* A monitor that does not read misses what is beyond its bound and is told so when it
 * reads again; a second one that reads misses nothing. */
static void slow_monitor_misses(void)
{
	static const char line[] = "{\"event\":\"0123456789012345678901234567890123456789\"}\n";
	size_t rounds = 2 * CONTROL_PENDING / (sizeof(line) - 1);
	struct rig rig;
	char buf[4096];
	size_t heard = 0;
	size_t read_late = 0;
	unsigned long long missed = 0;
	char *at;
	int slow;
	int fast;

	rig_open(&rig);
	control_tell_dropped(rig.control, dropped_line);
	slow = add_client(&rig);
	fast = add_client(&rig);
	say(slow, "{\"command\":\"monitor\"}\n");
	say(fast, "{\"command\":\"monitor\"}\n");
	turn(&rig);
	hear(fast, buf);
	for (size_t i = 0; i < rounds; i++) {
		control_monitor(rig.control, 0, line, sizeof(line) - 1);
		heard += strlen(hear(fast, buf));
	}
	turn(&rig);
	CU_ASSERT_EQUAL(heard, rounds * (sizeof(line) - 1));
	CU_ASSERT_EQUAL(control_client_count(rig.control), 2);
	for (int i = 0; i < 2000 && missed == 0; i++) {
		hear(slow, buf);
		for (at = strchr(buf, '\n'); at; at = strchr(at + 1, '\n'))
			read_late++;
		at = strstr(buf, "{\"missed\":");
		if (at)
			missed = strtoull(at + 10, NULL, 10);
		turn(&rig);
	}
	/* Its answer to the request and the account are lines, too. */
	CU_ASSERT_EQUAL(missed + read_late - 2, rounds);
	close(slow);
	close(fast);
	rig_close(&rig);
}

/* What does not fit the socket at once comes later, in order. */
static void rest_is_sent_later(void)
{
	static const char line[] = "{\"event\":\"0123456789012345678901234567890123456789\"}\n";
	size_t total = 0;
	struct rig rig;
	char buf[4096];
	int fd;

	rig_open(&rig);
	fd = add_client(&rig);
	say(fd, "{\"command\":\"monitor\"}\n");
	turn(&rig);
	hear(fd, buf);
	for (size_t i = 0; i < 5000; i++)
		control_monitor(rig.control, 0, line, sizeof(line) - 1);
	for (int i = 0; i < 2000; i++) {
		size_t n = strlen(hear(fd, buf));

		for (size_t j = 0; j < n; j++)
			CU_ASSERT_FATAL(buf[j] == line[(total + j) % (sizeof(line) - 1)]);
		total += n;
		turn(&rig);
	}
	CU_ASSERT_EQUAL(total, 5000 * (sizeof(line) - 1));
	close(fd);
	rig_close(&rig);
}

static void long_request_is_refused(void)
{
	char *text = malloc(CONTROL_LINE + 2);
	struct rig rig;
	char buf[4096];
	int fd;

	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	memset(text, ' ', CONTROL_LINE + 1);
	text[CONTROL_LINE + 1] = '\0';
	rig_open(&rig);
	fd = add_client(&rig);
	say(fd, text);
	turn(&rig);
	CU_ASSERT_PTR_NOT_NULL(strstr(hear(fd, buf), "too long"));
	CU_ASSERT_EQUAL(control_client_count(rig.control), 0);
	close(fd);
	free(text);
	rig_close(&rig);
}

static void too_many_clients(void)
{
	int fds[CONTROL_CLIENTS];
	struct rig rig;
	int more[2];

	rig_open(&rig);
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		fds[i] = add_client(&rig);
	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM, 0, more), 0);
	CU_ASSERT_EQUAL(control_accept_fd(rig.control, more[0]), MIP6_ERR_SPACE);
	CU_ASSERT_EQUAL(control_client_count(rig.control), CONTROL_CLIENTS);
	close(more[1]);
	for (size_t i = 0; i < CONTROL_CLIENTS; i++)
		close(fds[i]);
	turn(&rig);
	rig_close(&rig);
}

static void real_socket(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct rig rig;
	char buf[4096];

	rig_open(&rig);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", rig.path);
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	say(fd, "{\"command\":\"status\"}\n");
	turn(&rig);
	CU_ASSERT_STRING_EQUAL(hear(fd, buf), "{\"ok\":true,\"command\":\"status\",\"asked\":1}\n");
	close(fd);
	rig_close(&rig);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"good requests", good_requests},
	    {"values of set", values_of_set},
	    {"bad requests", bad_requests},
	    {"unknown names are told", unknown_names_are_told},
	    {"settings change the configuration", settings_change_config},
	    {"settings refuse", settings_refuse},
	    {"settings agree with the file", settings_agree_with_the_file},
	    {"several over one connection", several_over_one_connection},
	    {"one answer in a turn", one_answer_in_a_turn},
	    {"one answer for all clients", one_answer_for_all_clients},
	    {"passed over and deaf", passed_over_and_deaf},
	    {"half closed", half_closed},
	    {"unread answers hold up", unread_answers_hold_up},
	    {"errors are answered", errors_are_answered},
	    {"monitors hear events", monitors_hear_events},
	    {"other files stay", other_files_stay},
	    {"slow monitor misses", slow_monitor_misses},
	    {"rest is sent later", rest_is_sent_later},
	    {"long request is refused", long_request_is_refused},
	    {"too many clients", too_many_clients},
	    {"real socket", real_socket},
	};

	return test_run("control", tests, sizeof(tests) / sizeof(tests[0]));
}
