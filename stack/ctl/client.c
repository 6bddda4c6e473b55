/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's end of the control socket. Blocking: a command has nothing else
 * to do than to wait for its answer. */
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_OCTETS (16u << 20) /* more than any answer: the daemon's bound is less */

int client_open(struct client *c, const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	*c = (struct client){.fd = -1};
	if (len >= sizeof(to.sun_path)) {
		snprintf(c->error, sizeof(c->error), "the path of the socket is too long");
		return -1;
	}
	memcpy(to.sun_path, path, len + 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd >= 0 && connect(c->fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	snprintf(c->error, sizeof(c->error), "cannot connect to %.128s: %s%s", path,
		 strerror(errno),
		 errno == ENOENT || errno == ECONNREFUSED
		     ? " (is mip6d running? give its name by -n or its socket by -s)"
		     : "");
	client_close(c);
	return -1;
}

void client_close(struct client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->buf);
	c->buf = NULL;
	c->len = c->cap = c->used = 0;
}

static int send_all(struct client *c, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			snprintf(c->error, sizeof(c->error), "cannot send: %s", strerror(errno));
			return -1;
		}
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int client_send(struct client *c, json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	int err;

	if (!text) {
		snprintf(c->error, sizeof(c->error), "the request is not valid UTF-8");
		return -1;
	}
	err = send_all(c, text, strlen(text));
	if (!err)
		err = send_all(c, "\n", 1);
	free(text);
	return err;
}

/* Reads more into the buffer; false at the end or on an error. */
static bool read_more(struct client *c)
{
	ssize_t n;

	if (c->len == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 65536;
		char *grown = cap <= LINE_MAX_OCTETS ? realloc(c->buf, cap) : NULL;

		if (!grown) {
			snprintf(c->error, sizeof(c->error), "the answer is too long");
			return false;
		}
		c->buf = grown;
		c->cap = cap;
	}
	do
		n = recv(c->fd, c->buf + c->len, c->cap - c->len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		snprintf(c->error, sizeof(c->error), "cannot receive: %s", strerror(errno));
	else if (n == 0)
		c->error[0] = '\0';
	else
		c->len += (size_t)n;
	return n > 0;
}

const char *client_line(struct client *c)
{
	char *end;

	c->len -= c->used;
	if (c->len > 0)
		memmove(c->buf, c->buf + c->used, c->len);
	c->used = 0;
	while (!c->len || !(end = memchr(c->buf, '\n', c->len)))
		if (!read_more(c))
			return NULL;
	*end = '\0';
	c->used = (size_t)(end - c->buf) + 1;
	return c->buf;
}

json_t *client_receive(struct client *c)
{
	const char *line = client_line(c);
	json_error_t e;
	json_t *object;

	if (!line)
		return NULL;
	object = json_loads(line, 0, &e);
	if (!object)
		snprintf(c->error, sizeof(c->error), "the answer is not JSON: %.160s", e.text);
	return object;
}

static json_t *ask_once(struct client *c, json_t *request)
{
	json_t *answer;

	if (client_send(c, request))
		return NULL;
	answer = client_receive(c);
	if (!answer && !c->error[0])
		snprintf(c->error, sizeof(c->error), "mip6d closed the connection");
	return answer;
}

json_t *client_ask(struct client *c, json_t *request)
{
	json_t *answer = ask_once(c, request);
	const char *name = json_string_value(json_object_get(request, "command"));
	json_t *next;

	while (answer && name && (next = json_object_get(answer, "next"))) {
		json_t *page;

		json_object_set(request, "offset", next);
		json_object_del(answer, "next");
		page = ask_once(c, request);
		if (!page) {
			json_decref(answer);
			return NULL;
		}
		json_array_extend(json_object_get(answer, name), json_object_get(page, name));
		next = json_object_get(page, "next");
		if (next)
			json_object_set(answer, "next", next);
		json_decref(page);
	}
	return answer;
}
