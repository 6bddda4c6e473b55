/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The text form of addresses and prefixes: reads every form of RFC 4291 2.2,
 * writes the one canonical form of RFC 5952. Written here because the core may
 * not use the host's network headers. */
#include <mip6/types.h>
#include <string.h>

enum { GROUPS = 8 };

/* ---- writing ------------------------------------------------------------ */

static char *put_decimal(char *to, unsigned v)
{
	char digits[3];
	unsigned n = 0;

	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) && n < sizeof(digits));
	while (n)
		*to++ = digits[--n];
	return to;
}

static char *put_hex(char *to, unsigned v)
{
	bool started = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = v >> shift & 0xf;

		started = started || digit || shift == 0;
		if (started)
			*to++ = "0123456789abcdef"[digit];
	}
	return to;
}

static unsigned group_of(const struct mip6_addr *a, unsigned i)
{
	return (unsigned)(a->b[2 * i] << 8 | a->b[2 * i + 1]);
}

static unsigned zeros_from(const struct mip6_addr *a, unsigned i)
{
	unsigned n = 0;

	while (i + n < GROUPS && group_of(a, i + n) == 0)
		n++;
	return n;
}

/* The first of the longest runs of two or more zero groups; its length, or 0. */
static unsigned longest_zero_run(const struct mip6_addr *a, unsigned *ret_start)
{
	unsigned best = 1;

	*ret_start = GROUPS;
	for (unsigned i = 0; i < GROUPS; i++) {
		unsigned n = zeros_from(a, i);

		if (n > best) {
			best = n;
			*ret_start = i;
		}
	}
	return best > 1 ? best : 0;
}

static char *put_quad(char *to, const uint8_t b[4])
{
	for (unsigned i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_decimal(to, b[i]);
	}
	return to;
}

static char *put_addr(char *to, const struct mip6_addr *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	unsigned start;
	unsigned run = longest_zero_run(a, &start);

	if (memcmp(a->b, mapped, sizeof(mapped)) == 0) {
		memcpy(to, "::ffff:", 7);
		return put_quad(to + 7, a->b + 12);
	}
	for (unsigned i = 0; i < GROUPS; i++) {
		if (i == start) {
			*to++ = ':';
			*to++ = ':';
			i += run - 1;
			continue;
		}
		if (i && i != start + run)
			*to++ = ':';
		to = put_hex(to, group_of(a, i));
	}
	return to;
}

const char *mip6_addr_format(const struct mip6_addr *a, char buf[MIP6_ADDR_TEXT])
{
	*put_addr(buf, a) = '\0';
	return buf;
}

const char *mip6_prefix_format(const struct mip6_prefix *p, char buf[MIP6_PREFIX_TEXT])
{
	char *to = put_addr(buf, &p->addr);

	*to++ = '/';
	*put_decimal(to, p->len) = '\0';
	return buf;
}

/* ---- reading ------------------------------------------------------------ */

struct addr_text {
	const char *at;
	uint16_t group[GROUPS];
	unsigned count;
	int gap; /* number of groups before "::"; -1 without one */
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decimal digits without leading zeros and at most `max`; -1 when there are none. */
static int read_decimal(const char **at, int max)
{
	const char *begin = *at;
	int v = 0;

	while (**at >= '0' && **at <= '9' && v <= max)
		v = v * 10 + (*(*at)++ - '0');
	if (*at == begin || v > max || (*begin == '0' && *at - begin > 1))
		return -1;
	return v;
}

/* Four decimal octets that end the text. */
static bool read_quad(const char *at, uint8_t ret[4])
{
	for (unsigned i = 0; i < 4; i++) {
		int v;

		if (i && *at++ != '.')
			return false;
		v = read_decimal(&at, 255);
		if (v < 0)
			return false;
		ret[i] = (uint8_t)v;
	}
	return *at == '\0';
}

static bool read_group(struct addr_text *t)
{
	unsigned v = 0;
	unsigned digits = 0;

	for (; digits < 5 && hex_digit(*t->at) >= 0; digits++)
		v = v << 4 | (unsigned)hex_digit(*t->at++);
	if (digits == 0 || digits > 4)
		return false;
	t->group[t->count++] = (uint16_t)v;
	return true;
}

/* The colon, or the two colons, between groups. */
static bool read_separator(struct addr_text *t)
{
	if (*t->at++ != ':')
		return false;
	if (*t->at != ':')
		return *t->at != '\0';
	if (t->gap >= 0)
		return false;
	t->gap = (int)t->count;
	t->at++;
	return true;
}

static bool read_groups(struct addr_text *t)
{
	uint8_t quad[4];

	if (t->at[0] == ':' && t->at[1] == ':') {
		t->gap = 0;
		t->at += 2;
	}
	while (*t->at) {
		if (t->count <= GROUPS - 2 && read_quad(t->at, quad)) {
			t->group[t->count++] = (uint16_t)(quad[0] << 8 | quad[1]);
			t->group[t->count++] = (uint16_t)(quad[2] << 8 | quad[3]);
			return true;
		}
		if (t->count == GROUPS || !read_group(t))
			return false;
		if (*t->at && !read_separator(t))
			return false;
	}
	return true;
}

int mip6_addr_parse(const char *text, struct mip6_addr *ret)
{
	struct addr_text t = {.at = text, .gap = -1};
	struct mip6_addr a = {{0}};
	unsigned skip;

	if (!read_groups(&t))
		return MIP6_ERR_VALUE;
	/* "::" stands for at least one group. */
	if (t.gap < 0 ? t.count != GROUPS : t.count >= GROUPS)
		return MIP6_ERR_VALUE;
	skip = GROUPS - t.count;
	for (unsigned i = 0; i < t.count; i++) {
		unsigned to = t.gap >= 0 && i >= (unsigned)t.gap ? i + skip : i;

		a.b[2 * to] = (uint8_t)(t.group[i] >> 8);
		a.b[2 * to + 1] = (uint8_t)(t.group[i] & 0xff);
	}
	*ret = a;
	return MIP6_OK;
}

int mip6_prefix_parse(const char *text, struct mip6_prefix *ret)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char addr[MIP6_ADDR_TEXT];
	struct mip6_prefix p;
	int bits = 128;

	if (len >= sizeof(addr))
		return MIP6_ERR_VALUE;
	memcpy(addr, text, len);
	addr[len] = '\0';
	if (mip6_addr_parse(addr, &p.addr) != MIP6_OK)
		return MIP6_ERR_VALUE;
	if (slash) {
		slash++;
		bits = read_decimal(&slash, 128);
		if (bits < 0 || *slash)
			return MIP6_ERR_VALUE;
	}
	p.len = (uint8_t)bits;
	*ret = p;
	return MIP6_OK;
}
