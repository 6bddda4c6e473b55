/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients of the control socket: lines in, lines out, nothing else. Each client
 * has one buffer in (a request must fit) and one buffer out that grows to a
 * bound. One answer is given in a turn of the loop, to the client that waits longest, and
 * none to a client that has not taken its last: however much they ask, packets wait for no
 * more than one answer. */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_DROPPED 512
#define CONTROL_DIGITS	12 /* seconds to the millisecond, for thirty years */

struct client {
	struct control *control;
	struct client *next;
	struct loop_watch watch;
	bool monitors;
	bool dead;	 /* to be closed at the end of the input at work */
	uint64_t missed; /* events that it was not given, and not told of yet */
	bool ended;	 /* it will say no more, but may still hear */
	bool waiting;	 /* a whole request is in the buffer */
	uint64_t since;	 /* number of that request, of all clients' */
	uint64_t passed; /* turn in which it could have been answered, but another was */
	uint32_t events; /* that the loop waits for */
	size_t in_len;
	char in[CONTROL_LINE];
	char *out;
	size_t out_pos; /* sent so far */
	size_t out_len;
	size_t out_cap;
};

struct control {
	struct loop *loop;
	struct loop_watch watch;
	control_answer_fn answer;
	control_dropped_fn dropped;
	void *arg;
	struct client *clients;
	unsigned count;
	unsigned monitors;
	uint64_t requests; /* so far */
	uint64_t answered; /* turn of the last answer */
	struct sockaddr_un address;
};

/* ---- output ------------------------------------------------------------------- */

static bool reserve(struct client *c, size_t more)
{
	size_t cap = c->out_cap ? c->out_cap : 4096;
	char *grown;

	if (c->out_pos > 0 && c->out_cap - c->out_len < more) {
		memmove(c->out, c->out + c->out_pos, c->out_len - c->out_pos);
		c->out_len -= c->out_pos;
		c->out_pos = 0;
	}
	if (c->out_len + more > CONTROL_PENDING)
		return false;
	while (cap < c->out_len + more)
		cap *= 2;
	if (cap == c->out_cap)
		return true;
	grown = realloc(c->out, cap);
	if (!grown)
		return false;
	c->out = grown;
	c->out_cap = cap;
	return true;
}

/* A request that waits is served when the loop comes by, which it does at once where the
 * client could take an answer. */
static void watch(struct client *c)
{
	uint32_t events = (c->ended || c->waiting ? 0u : EPOLLIN) |
			  (c->waiting || c->out_len > 0 ? EPOLLOUT : 0u);

	if (events != c->events)
		loop_change(c->control->loop, &c->watch, events);
	c->events = events;
}

/* Sends what waits, as far as the client takes it; asks the loop for the rest. */
static void flush(struct client *c)
{
	while (c->out_pos < c->out_len) {
		ssize_t n = send(c->watch.fd, c->out + c->out_pos, c->out_len - c->out_pos,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			c->dead = errno != EAGAIN;
			break;
		}
		c->out_pos += (size_t)n;
	}
	if (c->out_pos == c->out_len)
		c->out_pos = c->out_len = 0;
	watch(c);
}

static void append(struct client *c, const char *data, size_t len)
{
	if (c->dead)
		return;
	if (!reserve(c, len)) {
		c->dead = true;
		return;
	}
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
}

static void put(struct client *c, const char *data, size_t len)
{
	append(c, data, len);
	if (!c->dead)
		flush(c);
}

static void put_json(struct client *c, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT | JSON_REAL_PRECISION(CONTROL_DIGITS));

	if (!text) {
		c->dead = true;
		return;
	}
	append(c, text, strlen(text));
	put(c, "\n", 1);
	free(text);
}

/* ---- requests ------------------------------------------------------------------- */

static void set_monitor(struct client *c, bool on)
{
	if (c->monitors == on)
		return;
	c->monitors = on;
	c->control->monitors += on ? 1u : -1u;
}

static int carry_out(struct client *c, mip6_time now, const struct control_request *request,
		     json_t *answer, char *error, size_t cap)
{
	if (request->command != CONTROL_MONITOR)
		return c->control->answer(c->control->arg, now, request, answer, error, cap);
	set_monitor(c, request->on);
	return MIP6_OK;
}

static void serve_line(struct client *c, mip6_time now, const char *line, size_t len)
{
	struct control_request request;
	char error[1024] = "";
	json_t *answer = json_object();
	int err = control_parse(line, len, &request, error, sizeof(error));

	json_object_set_new(answer, "ok", json_true());
	if (request.id)
		json_object_set(answer, "id", request.id);
	if (!err) {
		const char *name = control_command_name(request.command);

		json_object_set_new(answer, "command", json_string(name));
		err = carry_out(c, now, &request, answer, error, sizeof(error));
	}
	if (err) {
		json_object_set_new(answer, "ok", json_false());
		json_object_set_new(answer, "error",
				    json_string(error[0] ? error : mip6_strerror(err)));
	}
	put_json(c, answer);
	json_decref(answer);
	control_request_clear(&request);
}

static void look_for_request(struct client *c)
{
	c->waiting = memchr(c->in, '\n', c->in_len) != NULL;
	if (c->waiting)
		c->since = ++c->control->requests;
}

/* One that was passed over goes first, unless it takes no answer any more. */
static bool is_next(const struct client *c)
{
	const uint64_t turn = c->control->loop->turns;

	if (c->control->answered == turn)
		return false;
	for (const struct client *other = c->control->clients; other; other = other->next)
		if (other->waiting && other->passed + 1 >= turn && other->since < c->since)
			return false;
	return true;
}

/* Serves the first whole line in the buffer. */
static void serve_next(struct client *c, mip6_time now)
{
	char *end = memchr(c->in, '\n', c->in_len);
	size_t len;

	if (end) {
		len = (size_t)(end - c->in);
		c->waiting = false;
		if (len > 0)
			serve_line(c, now, c->in, len);
		c->in_len -= len + 1;
		memmove(c->in, end + 1, c->in_len);
	}
	look_for_request(c);
}

static void serve_or_pass(struct client *c, mip6_time now)
{
	if (!is_next(c)) {
		c->passed = c->control->loop->turns;
		return;
	}
	c->control->answered = c->control->loop->turns;
	serve_next(c, now);
}

/* ---- clients --------------------------------------------------------------------- */

static void drop(struct client *c)
{
	struct control *control = c->control;

	for (struct client **at = &control->clients; *at; at = &(*at)->next) {
		if (*at != c)
			continue;
		*at = c->next;
		break;
	}
	set_monitor(c, false);
	control->count--;
	loop_remove(control->loop, &c->watch);
	close(c->watch.fd);
	free(c->out);
	free(c);
}

static void receive(struct client *c)
{
	static const char too_long[] = "{\"ok\":false,\"error\":\"the request is too long\"}\n";
	ssize_t n = recv(c->watch.fd, c->in + c->in_len, sizeof(c->in) - c->in_len, MSG_DONTWAIT);

	if (n < 0) {
		c->dead = errno != EAGAIN && errno != EINTR;
		return;
	}
	c->ended = n == 0;
	c->in_len += (size_t)n;
	look_for_request(c);
	if (c->waiting || c->in_len < sizeof(c->in))
		return;
	put(c, too_long, sizeof(too_long) - 1);
	c->dead = true;
}

static size_t unread(const struct client *c)
{
	return c->out_len - c->out_pos;
}

/* Tells what it missed, once half of what it left unread is read. */
static void tell_missed(struct client *c, mip6_time now)
{
	char line[CONTROL_DROPPED];
	uint64_t missed = c->missed;
	int len;

	if (missed == 0 || !c->control->dropped || unread(c) > CONTROL_UNREAD / 2)
		return;
	c->missed = 0;
	len = c->control->dropped(c->control->arg, now, missed, line, sizeof(line));
	if (len > 0)
		put(c, line, (size_t)len);
}

static void client_ready(void *arg, mip6_time now, uint32_t events)
{
	struct client *c = arg;

	if (events & EPOLLOUT) {
		flush(c);
		tell_missed(c, now);
	}
	if (!c->dead && !c->waiting && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		receive(c);
	if (!c->dead && c->waiting && c->out_len == 0)
		serve_or_pass(c, now);
	if (c->ended && !c->waiting && c->out_len == 0)
		c->dead = true;
	if (c->dead)
		drop(c);
	else
		watch(c);
}

int control_accept_fd(struct control *control, int fd)
{
	struct client *c = control->count < CONTROL_CLIENTS ? calloc(1, sizeof(*c)) : NULL;

	if (!c) {
		close(fd);
		return MIP6_ERR_SPACE;
	}
	c->control = control;
	c->watch = (struct loop_watch){.fd = fd, .fn = client_ready, .arg = c};
	c->events = EPOLLIN;
	if (loop_add(control->loop, &c->watch, EPOLLIN)) {
		close(fd);
		free(c);
		return MIP6_ERR_IO;
	}
	c->next = control->clients;
	control->clients = c;
	control->count++;
	return MIP6_OK;
}

static void connection_ready(void *arg, mip6_time now, uint32_t events)
{
	struct control *control = arg;
	int fd = accept4(control->watch.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)now;
	(void)events;
	if (fd >= 0)
		control_accept_fd(control, fd);
}

/* A client found dead here is closed in its own turn: an end of its stream is
 * made so that the loop comes by, and nobody's list changes under an event. */
void control_monitor(struct control *control, mip6_time now, const char *line, size_t len)
{
	for (struct client *c = control->clients; c; c = c->next) {
		if (!c->monitors || c->dead)
			continue;
		tell_missed(c, now);
		if (c->missed || unread(c) + len > CONTROL_UNREAD)
			c->missed++;
		else
			put(c, line, len);
		if (c->dead)
			shutdown(c->watch.fd, SHUT_RDWR);
	}
}

void control_tell_dropped(struct control *c, control_dropped_fn dropped)
{
	c->dropped = dropped;
}

bool control_has_monitors(const struct control *c)
{
	return c->monitors > 0;
}

unsigned control_client_count(const struct control *c)
{
	return c->count;
}

/* ---- opening ------------------------------------------------------------------------ */

static bool set_path(struct sockaddr_un *address, const char *path)
{
	size_t len = strlen(path);

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (len >= sizeof(address->sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(address->sun_path, path, len + 1);
	return true;
}

static int listen_at(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return -1;
	/* The node's lock is ours: whoever made this socket is dead. Anything else under
	 * this name stays, and is told by bind(). */
	if (lstat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(address->sun_path);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 &&
	    chmod(address->sun_path, 0660) == 0 && listen(fd, 16) == 0)
		return fd;
	close(fd);
	return -1;
}

struct control *control_open(struct loop *loop, const char *path, control_answer_fn answer,
			     void *arg)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	*c = (struct control){.loop = loop, .answer = answer, .arg = arg};
	c->watch = (struct loop_watch){.fd = -1, .fn = connection_ready, .arg = c};
	if (set_path(&c->address, path))
		c->watch.fd = listen_at(&c->address);
	if (c->watch.fd >= 0 && loop_add(loop, &c->watch, EPOLLIN) == MIP6_OK)
		return c;
	if (c->watch.fd >= 0)
		close(c->watch.fd);
	free(c);
	return NULL;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	while (c->clients)
		drop(c->clients);
	loop_remove(c->loop, &c->watch);
	close(c->watch.fd);
	unlink(c->address.sun_path);
	free(c);
}
