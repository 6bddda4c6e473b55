/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

/* A connection to mip6d's control socket: lines of JSON (docs/control.md). */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct client {
	int fd;
	char *buf;
	size_t len;
	size_t cap;
	size_t used;	 /* of the line given last */
	char error[256]; /* for people, after a failure */
};

/* Connects; -1 with c->error set. */
int client_open(struct client *c, const char *path);
void client_close(struct client *c);
/* Sends one request and a newline. -1 with c->error set. */
int client_send(struct client *c, json_t *request);
/* The next line as it came, without its newline, ended by a zero; it lasts until
 * the next call. NULL with c->error set, "" when the daemon closed the
 * connection. */
const char *client_line(struct client *c);
/* The next line as an object, which the caller owns; NULL as client_line. */
json_t *client_receive(struct client *c);
/* Sends a request and collects the whole answer: a list that comes in pages is
 * asked for to its end and joined under its name. NULL as client_line. */
json_t *client_ask(struct client *c, json_t *request);

#endif
