/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as JSON lines, by a small writer of its own: lines are exact to the
 * nanosecond (no floating point) and cost no allocation. */
#include "eventlog.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Text under construction; `failed` once something did not fit. Room for the
 * end of the line is kept aside by `cap`. */
struct text {
	char *buf;
	size_t cap;
	size_t len;
	bool failed;
};

static int open_file(const char *path)
{
	return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
}

int eventlog_open(struct eventlog *log, const char *path, const char *node)
{
	struct timespec real;
	struct timespec mono;

	*log = (struct eventlog){.fd = STDERR_FILENO};
	snprintf(log->node, sizeof(log->node), "%s", node);
	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	log->offset =
	    (mip6_time)(real.tv_sec - mono.tv_sec) * MIP6_SECOND + (real.tv_nsec - mono.tv_nsec);
	if (!path)
		return MIP6_OK;
	log->fd = open_file(path);
	log->owned = log->fd >= 0;
	return log->fd < 0 ? MIP6_ERR_IO : MIP6_OK;
}

int eventlog_reopen(struct eventlog *log, const char *path)
{
	int fd = path ? open_file(path) : STDERR_FILENO;

	if (fd < 0)
		return MIP6_ERR_IO;
	eventlog_close(log);
	log->fd = fd;
	log->owned = path != NULL;
	return MIP6_OK;
}

void eventlog_close(struct eventlog *log)
{
	if (log->owned)
		close(log->fd);
	log->fd = -1;
	log->owned = false;
}

__attribute__((format(printf, 2, 3))) static void put(struct text *t, const char *format, ...)
{
	va_list args;
	int n;

	if (t->failed)
		return;
	va_start(args, format);
	n = vsnprintf(t->buf + t->len, t->cap - t->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= t->cap - t->len)
		t->failed = true;
	else
		t->len += (size_t)n;
}

/* A JSON string (RFC 8259 7). Bytes above 0x7f are taken for UTF-8 when the
 * text comes from us; from outside they come escaped by their makers. */
static void put_string(struct text *t, const char *s)
{
	put(t, "\"");
	for (; *s && !t->failed; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			put(t, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			put(t, "\\u%04x", c);
		else
			put(t, "%c", c);
	}
	put(t, "\"");
}

static void put_head(struct text *t, const struct eventlog *log, mip6_time at, const char *event)
{
	mip6_time real = at + log->offset;

	put(t, "{\"time\": %" PRId64 ".%09" PRId64 ", \"mono\": %" PRId64 ", \"node\": ",
	    real / MIP6_SECOND, real % MIP6_SECOND, at);
	put_string(t, log->node);
	put(t, ", \"event\": ");
	put_string(t, event);
}

static void put_field(struct text *t, const struct mip6_field *f)
{
	char buf[MIP6_PREFIX_TEXT];
	size_t before = t->len;

	put(t, ", ");
	put_string(t, f->name);
	put(t, ": ");
	switch (f->type) {
	case MIP6_FIELD_UINT:
		put(t, "%" PRIu64, f->uint);
		break;
	case MIP6_FIELD_ADDR:
		put_string(t, mip6_addr_format(&f->addr, buf));
		break;
	case MIP6_FIELD_PREFIX:
		put_string(t, mip6_prefix_format(&f->prefix, buf));
		break;
	case MIP6_FIELD_TEXT:
		put_string(t, f->text ? f->text : "");
		break;
	}
	if (t->failed)
		t->len = before;
}

/* Ends the line in the room kept for it. */
static int finish(struct text *t)
{
	memcpy(t->buf + t->len, "}\n", 3);
	return (int)t->len + 2;
}

static struct text begin(char *buf, size_t cap)
{
	return (struct text){.buf = buf, .cap = cap > 3 ? cap - 3 : 0, .failed = cap <= 3};
}

int eventlog_format(const struct eventlog *log, const struct mip6_event *e, const char *ifname,
		    char *buf, size_t cap)
{
	struct text t = begin(buf, cap);

	put_head(&t, log, e->time, mip6_event_name(e->id));
	if (ifname) {
		put(&t, ", \"if\": ");
		put_string(&t, ifname);
	}
	if (t.failed)
		return MIP6_ERR_SPACE;
	for (unsigned i = 0; i < e->count && i < MIP6_EVENT_FIELDS && !t.failed; i++)
		put_field(&t, &e->fields[i]);
	return finish(&t);
}

int eventlog_format_debug(const struct eventlog *log, mip6_time now, const char *text, char *buf,
			  size_t cap)
{
	struct text t = begin(buf, cap);
	struct mip6_field f = {.name = "text", .type = MIP6_FIELD_TEXT, .text = text};

	put_head(&t, log, now, "debug");
	if (t.failed)
		return MIP6_ERR_SPACE;
	put_field(&t, &f);
	return finish(&t);
}

void eventlog_write(struct eventlog *log, const char *line, size_t len)
{
	ssize_t n;

	if (log->fd < 0)
		return;
	do
		n = write(log->fd, line, len);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		log->lost++;
}
