/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as JSON lines, by a small writer of its own: lines are exact to the
 * nanosecond (no floating point) and cost no allocation. Every host writes them
 * the same way, so whoever reads them need not know which host it was. */
#include <inttypes.h>
#include <mip6/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Text under construction; `failed` once something did not fit. Room for the
 * end of the line is kept aside by `cap`. */
struct text {
	char *buf;
	size_t cap;
	size_t len;
	bool failed;
};

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

static void put_head(struct text *t, const char *node, mip6_time offset, mip6_time at,
		     const char *event)
{
	mip6_time real = at + offset;

	put(t, "{\"time\": %" PRId64 ".%09" PRId64 ", \"mono\": %" PRId64 ", \"node\": ",
	    real / MIP6_SECOND, real % MIP6_SECOND, at);
	put_string(t, node);
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

int mip6_event_line(const char *node, mip6_time offset, const struct mip6_event *e,
		    const char *ifname, char *buf, size_t cap)
{
	struct text t = begin(buf, cap);

	put_head(&t, node, offset, e->time, mip6_event_name(e->id));
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

int mip6_event_debug_line(const char *node, mip6_time offset, mip6_time now, const char *text,
			  char *buf, size_t cap)
{
	struct text t = begin(buf, cap);
	struct mip6_field f = {.name = "text", .type = MIP6_FIELD_TEXT, .text = text};

	put_head(&t, node, offset, now, "debug");
	if (t.failed)
		return MIP6_ERR_SPACE;
	put_field(&t, &f);
	return finish(&t);
}
