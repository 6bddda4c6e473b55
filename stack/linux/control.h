/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_CONTROL_H
#define LINUX_CONTROL_H

/* The control socket: a Unix stream socket that takes requests, one JSON object
 * on a line, and gives one line in answer to each (docs/control.md). Any number
 * of requests may come over a connection, also before the answers are read. A
 * client that does not read is dropped when its buffer is full: the daemon never
 * waits for a client. What an answer holds is up to `answer` (control_host.c);
 * this module knows only lines, clients and buffers. */
#include "loop.h"
#include <jansson.h>

#define CONTROL_LINE	16384	     /* longest request */
#define CONTROL_PENDING (4u << 20)   /* bytes that a client may leave unread */
#define CONTROL_UNREAD	(256u << 10) /* events that a client may leave unread, in octets */
#define CONTROL_CLIENTS 64
#define CONTROL_NAME	64

enum control_command {
	CONTROL_STATUS,
	CONTROL_BINDINGS,
	CONTROL_REGISTRATIONS,
	CONTROL_INTERFACES,
	CONTROL_STATS,
	CONTROL_OBJECTS,
	CONTROL_SETTINGS,
	CONTROL_SET,
	CONTROL_RELOAD,
	CONTROL_REFRESH,
	CONTROL_MONITOR,
	CONTROL_COMMANDS,
};

/* A request, checked: what is not there has its default. */
struct control_request {
	enum control_command command;
	uint64_t offset;	      /* lists: where the page begins: 0, or `next` of another */
	uint64_t limit;		      /* lists: entries at most, 1 to CONTROL_PAGE */
	bool on;		      /* monitor: begin or end */
	char name[CONTROL_NAME];      /* set: the setting */
	char interface[CONTROL_NAME]; /* set: of which interface, "" for none */
	char value[CONTROL_NAME];     /* set: as text, as in mip6d.conf */
	json_t *id;		      /* echoed in the answer, or NULL; owned by the request */
};

#define CONTROL_PAGE 1000
/* Entries of one answer in lists that may be long: it is made while packets wait. */
#define CONTROL_PART 40

/* "status" for CONTROL_STATUS. */
const char *control_command_name(enum control_command command);
/* Reads one line (without its newline). On error MIP6_ERR_VALUE with a text for
 * people in `error`; ret->id may be set then too. The caller ends with
 * control_request_clear in both cases. */
int control_parse(const char *line, size_t len, struct control_request *ret, char *error,
		  size_t cap);
void control_request_clear(struct control_request *r);

/* Carries out a request: adds members to `answer`, or returns a negative error
 * with a text in `error`. Monitor requests do not come here. */
typedef int (*control_answer_fn)(void *arg, mip6_time now, const struct control_request *request,
				 json_t *answer, char *error, size_t cap);

struct control;

/* Listens at `path` (mode 0660; a socket left by a dead process is replaced).
 * NULL with errno set. */
struct control *control_open(struct loop *loop, const char *path, control_answer_fn answer,
			     void *arg);
/* Closes all clients and removes the socket's file. */
void control_close(struct control *c);
/* Takes a connected stream socket as a client; it is closed with the client.
 * MIP6_ERR_SPACE when there are too many. */
int control_accept_fd(struct control *c, int fd);
/* Gives a line (with its newline) to every client that monitors. One that leaves more
 * than CONTROL_UNREAD octets unread misses it, and is told how many it missed. */
void control_monitor(struct control *c, mip6_time now, const char *line, size_t len);
/* Writes the line that says so into buf; its length, or a negative error. */
typedef int (*control_dropped_fn)(void *arg, mip6_time now, uint64_t count, char *buf, size_t cap);
/* Who makes that line, with control_open's arg; without it nothing is told. */
void control_tell_dropped(struct control *c, control_dropped_fn dropped);
bool control_has_monitors(const struct control *c);
unsigned control_client_count(const struct control *c);

/* control_host.c: the answers of a running host. */
int control_host_answer(void *arg, mip6_time now, const struct control_request *request,
			json_t *answer, char *error, size_t cap);

#endif
