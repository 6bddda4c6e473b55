/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events as JSON lines, by a small writer of its own: lines are exact to the
 * nanosecond (no floating point) and cost no allocation. Every host writes them
 * the same way, so whoever reads them need not know which host it was. */
#include <mip6/event.h>
#include <string.h>

enum { DIGITS = 20 }; /* of the largest uint64_t */

/* Text under construction; `failed` once something did not fit. Room for the
 * end of the line is kept aside by `cap`. */
struct text {
	char *buf;
	size_t cap;
	size_t len;
	bool failed;
};

static void put(struct text *t, const char *s, size_t len)
{
	/* One octet stays free for the closing zero. */
	if (t->failed || len >= t->cap - t->len) {
		t->failed = true;
		return;
	}
	memcpy(t->buf + t->len, s, len);
	t->len += len;
}

static void put_text(struct text *t, const char *s)
{
	put(t, s, strlen(s));
}

/* At least `digits` of them, zeros before. */
static void put_uint(struct text *t, uint64_t value, size_t digits)
{
	char buf[DIGITS];
	size_t at = sizeof(buf);

	do {
		buf[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value || sizeof(buf) - at < digits);
	put(t, buf + at, sizeof(buf) - at);
}

static void put_time(struct text *t, mip6_time value)
{
	if (value < 0)
		put_text(t, "-");
	put_uint(t, value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

static void put_escaped(struct text *t, unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	const char code[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
	const char quoted[] = {'\\', (char)c};

	if (c == '"' || c == '\\')
		put(t, quoted, sizeof(quoted));
	else
		put(t, code, sizeof(code));
}

/* A JSON string (RFC 8259 7). Bytes above 0x7f are taken for UTF-8 when the
 * text comes from us; from outside they come escaped by their makers. */
static void put_string(struct text *t, const char *s)
{
	const char *from = s;

	put_text(t, "\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c != '"' && c != '\\' && c >= 0x20 && c != 0x7f)
			continue;
		put(t, from, (size_t)(s - from));
		put_escaped(t, c);
		from = s + 1;
	}
	put(t, from, (size_t)(s - from));
	put_text(t, "\"");
}

static void put_head(struct text *t, const char *node, mip6_time offset, mip6_time at,
		     const char *event)
{
	mip6_time real = at + offset;

	put_text(t, "{\"time\": ");
	put_time(t, real / MIP6_SECOND);
	put_text(t, ".");
	put_uint(t, (uint64_t)(real < 0 ? -(real % MIP6_SECOND) : real % MIP6_SECOND), 9);
	put_text(t, ", \"mono\": ");
	put_time(t, at);
	put_text(t, ", \"node\": ");
	put_string(t, node);
	put_text(t, ", \"event\": ");
	put_string(t, event);
}

static void put_field(struct text *t, const struct mip6_field *f)
{
	char buf[MIP6_PREFIX_TEXT];
	size_t before = t->len;

	put_text(t, ", ");
	put_string(t, f->name);
	put_text(t, ": ");
	switch (f->type) {
	case MIP6_FIELD_UINT:
		put_uint(t, f->uint, 1);
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
		put_text(&t, ", \"if\": ");
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
