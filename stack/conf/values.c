/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of mip6d.conf. A value that is not what its keyword takes is answered
 * with what was expected, and with what was probably meant. */
#include "conf/values.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct conf_cursor conf_cursor_init(struct mip6_conf_error *error,
				    const struct conf_statement *statement)
{
	return (struct conf_cursor){
	    .error = error, .statement = statement, .last = statement->values};
}

static const char *keyword_of(const struct conf_cursor *c)
{
	return c->statement->values->text;
}

const struct conf_value *conf_peek(const struct conf_cursor *c)
{
	return c->last->next;
}

int conf_next(struct conf_cursor *c, const char *what, const struct conf_value **ret)
{
	const struct conf_value *value = c->last->next;

	*ret = NULL;
	if (!value)
		return conf_fail_behind(c->error, &c->last->at, "%s: expected %s here",
					keyword_of(c), what);
	c->last = value;
	*ret = value;
	return MIP6_OK;
}

int conf_end(const struct conf_cursor *c)
{
	const struct conf_value *value = c->last->next;

	if (value)
		return conf_fail_behind(c->error, &c->last->at, "expected ';' here, before %s",
					value->kind == CONF_LIST ? "'('" : value->text);
	if (c->statement->has_block)
		return conf_fail_behind(c->error, &c->last->at,
					"%s takes no block: expected ';' here", keyword_of(c));
	return MIP6_OK;
}

int conf_end_with_block(const struct conf_cursor *c)
{
	const struct conf_value *value = c->last->next;

	if (value)
		return conf_fail_behind(c->error, &c->last->at, "expected '{' here, before %s",
					value->kind == CONF_LIST ? "'('" : value->text);
	if (!c->statement->has_block)
		return conf_fail_behind(c->error, &c->last->at, "%s: expected a block { ... } here",
					keyword_of(c));
	return MIP6_OK;
}

static int wrong(const struct conf_cursor *c, const char *what)
{
	const struct conf_value *v = c->last;

	if (v->kind == CONF_LIST)
		return conf_fail(c->error, &v->at, "%s: expected %s, not a list", keyword_of(c),
				 what);
	return conf_fail(c->error, &v->at, "%s: expected %s, not %s%s%s", keyword_of(c), what,
			 v->kind == CONF_STRING ? "\"" : "", v->text,
			 v->kind == CONF_STRING ? "\"" : "");
}

/* Takes the next value, which must be a word. */
static int next_word(struct conf_cursor *c, const char *what, const char **ret)
{
	const struct conf_value *value;
	int err = conf_next(c, what, &value);

	*ret = "";
	if (err != MIP6_OK)
		return err;
	if (value->kind != CONF_WORD)
		return wrong(c, what);
	*ret = value->text;
	return MIP6_OK;
}

static void join(char *buf, size_t cap, const char *const *names, size_t count)
{
	size_t pos = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < count && pos < cap; i++) {
		const char *between = i == 0 ? "" : i + 1 < count ? ", " : " or ";
		int n = snprintf(buf + pos, cap - pos, "%s%s", between, names[i]);

		if (n < 0)
			return;
		pos += (size_t)n;
	}
}

int conf_choice(struct conf_cursor *c, const char *const *names, size_t count, unsigned *ret)
{
	char what[160];
	const char *near;
	const char *text;
	int err;

	join(what, sizeof(what), names, count);
	err = next_word(c, what, &text);
	if (err != MIP6_OK)
		return err;
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = i;
			return MIP6_OK;
		}
	}
	near = conf_suggest(text, names, count);
	if (!near)
		return wrong(c, what);
	return conf_fail(c->error, &c->last->at, "%s: expected %s, not %s: did you mean %s?",
			 keyword_of(c), what, text, near);
}

/* What people write who know other configuration files. */
static const char *bool_meant(const char *text)
{
	static const char *const words[] = {"yes", "on",  "1", "enable",
					    "no",  "off", "0", "disable"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i]) == 0)
			return i < 4 ? "enabled" : "disabled";
	return NULL;
}

bool conf_is_bool(const struct conf_value *value, bool *ret)
{
	static const char *const words[] = {"enabled", "allow", "true", "disabled",
					    "deny",    "block", "false"};

	if (!value || value->kind != CONF_WORD)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(value->text, words[i]) != 0)
			continue;
		*ret = i < 3;
		return true;
	}
	return false;
}

int conf_bool(struct conf_cursor *c, bool *ret)
{
	static const char *const names[] = {"disabled", "enabled"};
	const struct conf_value *value = conf_peek(c);
	const char *meant = value && value->kind == CONF_WORD ? bool_meant(value->text) : NULL;
	unsigned index;
	int err;

	if (conf_is_bool(value, ret)) {
		c->last = value;
		return MIP6_OK;
	}
	if (meant)
		return conf_fail(c->error, &value->at,
				 "%s: expected enabled or disabled, not %s: did you mean %s?",
				 keyword_of(c), value->text, meant);
	err = conf_choice(c, names, 2, &index);
	if (err == MIP6_OK)
		*ret = index == 1;
	return err;
}

/* Decimal digits only; -1 when there are none, too many, or something else. */
static int read_digits(const char *text, size_t len, uint64_t *ret)
{
	*ret = 0;
	if (len == 0 || len > 18)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		*ret = *ret * 10 + (uint64_t)(text[i] - '0');
	}
	return 0;
}

int conf_number(struct conf_cursor *c, uint64_t min, uint64_t max, uint64_t *ret)
{
	char what[80];
	const char *text;
	int err;

	snprintf(what, sizeof(what), "a whole number from %llu to %llu", (unsigned long long)min,
		 (unsigned long long)max);
	err = next_word(c, what, &text);
	if (err != MIP6_OK)
		return err;
	if (read_digits(text, strlen(text), ret) != 0 || *ret < min || *ret > max)
		return wrong(c, what);
	return MIP6_OK;
}

/* "1.5" as 1500000000; at most 9 digits on either side of the point. */
static int read_decimal(const char *text, mip6_time *ret)
{
	const char *point = strchr(text, '.');
	size_t whole_len = point ? (size_t)(point - text) : strlen(text);
	size_t fraction_len = point ? strlen(point + 1) : 0;
	uint64_t whole;
	uint64_t fraction = 0;

	if (whole_len > 9 || read_digits(text, whole_len, &whole) != 0)
		return -1;
	if (point && (fraction_len > 9 || read_digits(point + 1, fraction_len, &fraction) != 0))
		return -1;
	for (size_t i = fraction_len; i < 9; i++)
		fraction *= 10;
	*ret = (mip6_time)(whole * (uint64_t)MIP6_SECOND + fraction);
	return 0;
}

int conf_duration(struct conf_cursor *c, mip6_time min, mip6_time max, mip6_time *ret)
{
	char what[80];
	const char *text;
	int err;

	snprintf(what, sizeof(what), "a number of seconds from %g to %g",
		 (double)min / (double)MIP6_SECOND, (double)max / (double)MIP6_SECOND);
	err = next_word(c, what, &text);
	if (err != MIP6_OK)
		return err;
	if (read_decimal(text, ret) != 0 || *ret < min || *ret > max)
		return wrong(c, what);
	return MIP6_OK;
}

/* An address that is none; names the first letter that cannot be in one. */
static int wrong_address(const struct conf_cursor *c, const char *what)
{
	const char *text = c->last->text;
	size_t good = strspn(text, "0123456789abcdefABCDEF:./");

	if (!strchr(text, ':') || text[good] == '\0')
		return wrong(c, what);
	return conf_fail(c->error, &c->last->at,
			 "%s: expected %s, not %s: '%c' is not a hexadecimal digit", keyword_of(c),
			 what, text, text[good]);
}

int conf_address(struct conf_cursor *c, struct mip6_addr *ret)
{
	const char *text;
	int err = next_word(c, "an IPv6 address", &text);

	if (err != MIP6_OK)
		return err;
	if (mip6_addr_parse(text, ret) == MIP6_OK)
		return MIP6_OK;
	if (strchr(text, '/'))
		return conf_fail(c->error, &c->last->at,
				 "%s: expected an IPv6 address without a prefix length, not %s",
				 keyword_of(c), text);
	return wrong_address(c, "an IPv6 address");
}

int conf_prefix(struct conf_cursor *c, struct mip6_prefix *ret)
{
	static const char what[] = "an IPv6 address and prefix length, as in 2001:db8::1/64";
	const char *text;
	int err = next_word(c, what, &text);

	if (err != MIP6_OK)
		return err;
	if (strchr(text, '/') && mip6_prefix_parse(text, ret) == MIP6_OK)
		return MIP6_OK;
	if (!strchr(text, '/') && mip6_addr_parse(text, &ret->addr) == MIP6_OK)
		return conf_fail_behind(c->error, &c->last->at,
					"%s: expected a prefix length here, as in %s/64",
					keyword_of(c), text);
	return wrong_address(c, what);
}

int conf_address4(struct conf_cursor *c)
{
	struct in_addr addr;
	const char *text;
	int err = next_word(c, "an IPv4 address", &text);

	if (err != MIP6_OK)
		return err;
	return inet_pton(AF_INET, text, &addr) == 1 ? MIP6_OK : wrong(c, "an IPv4 address");
}

int conf_string(struct conf_cursor *c, const char *what, char *buf, size_t cap)
{
	const struct conf_value *value;
	int err = conf_next(c, what, &value);

	if (err != MIP6_OK)
		return err;
	if (value->kind == CONF_WORD)
		return conf_fail(c->error, &value->at,
				 "%s: expected %s in double quotes: write \"%s\"", keyword_of(c),
				 what, value->text);
	if (value->kind != CONF_STRING || value->text[0] == '\0')
		return wrong(c, what);
	if (strlen(value->text) >= cap)
		return conf_fail(c->error, &value->at, "%s: expected %s of at most %zu bytes",
				 keyword_of(c), what, cap - 1);
	memcpy(buf, value->text, strlen(value->text) + 1);
	return MIP6_OK;
}

int conf_ifname(struct conf_cursor *c, char ret[MIP6_IFNAME])
{
	int err = conf_string(c, "an interface name", ret, MIP6_IFNAME);

	if (err != MIP6_OK)
		return err;
	for (const char *p = ret; *p; p++)
		if (*p == '/' || *p <= ' ')
			return wrong(c, "an interface name");
	return MIP6_OK;
}

static bool is_prefix4(const char *text)
{
	const char *slash = strchr(text, '/');
	char addr_text[INET_ADDRSTRLEN];
	struct in_addr addr;
	uint64_t len;

	if (!slash || (size_t)(slash - text) >= sizeof(addr_text))
		return false;
	memcpy(addr_text, text, (size_t)(slash - text));
	addr_text[slash - text] = '\0';
	return inet_pton(AF_INET, addr_text, &addr) == 1 &&
	       read_digits(slash + 1, strlen(slash + 1), &len) == 0 && len <= 32;
}

int conf_prefix4(struct conf_cursor *c)
{
	static const char what[] = "an IPv4 address and prefix length, as in 192.0.2.1/24";
	const char *text;
	int err = next_word(c, what, &text);

	if (err != MIP6_OK)
		return err;
	return is_prefix4(text) ? MIP6_OK : wrong(c, what);
}

int conf_prefix_list(struct conf_cursor *c)
{
	const struct conf_value *value;
	int err = conf_next(c, "a list of prefixes", &value);

	if (err != MIP6_OK)
		return err;
	if (value->kind != CONF_LIST)
		return wrong(c, "a list of prefixes");
	for (const struct conf_value *v = value->list; v; v = v->next) {
		struct mip6_prefix prefix;

		if (v->kind == CONF_WORD && strchr(v->text, '/') &&
		    (mip6_prefix_parse(v->text, &prefix) == MIP6_OK || is_prefix4(v->text)))
			continue;
		return conf_fail(c->error, &v->at, "%s: expected a prefix, not %s", keyword_of(c),
				 v->text);
	}
	return MIP6_OK;
}
