/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_VALUES_H
#define CONF_VALUES_H

/* Reading the values of one statement, one after the other. Every function
 * returns MIP6_OK or MIP6_ERR_CONFIG with the error set at the value's place. */
#include "conf/tree.h"

/* Walks over a statement's values; keyword is the first. */
struct conf_cursor {
	struct mip6_conf_error *error;
	const struct conf_statement *statement;
	const struct conf_value *last; /* the value taken last */
};

struct conf_cursor conf_cursor_init(struct mip6_conf_error *error,
				    const struct conf_statement *statement);
/* The next value without taking it, NULL at the end. */
const struct conf_value *conf_peek(const struct conf_cursor *c);
/* Takes the next value; `what` says in an error what it should be ("a number"). */
int conf_next(struct conf_cursor *c, const char *what, const struct conf_value **ret);
/* There is neither a further value nor a block. */
int conf_end(const struct conf_cursor *c);
/* There is no further value, but a block. */
int conf_end_with_block(const struct conf_cursor *c);

/* The following take the next value and read it. */
/* enabled or disabled; UMIP's other words for these are allow, true, deny, block and
 * false. */
int conf_bool(struct conf_cursor *c, bool *ret);
/* Whether a value (may be NULL) is one of these words, without taking it. */
bool conf_is_bool(const struct conf_value *value, bool *ret);
int conf_number(struct conf_cursor *c, uint64_t min, uint64_t max, uint64_t *ret);
/* A decimal number of seconds; min, max and *ret in ns. */
int conf_duration(struct conf_cursor *c, mip6_time min, mip6_time max, mip6_time *ret);
int conf_address(struct conf_cursor *c, struct mip6_addr *ret);
/* ADDRESS/LENGTH; the bits behind the length stay. */
int conf_prefix(struct conf_cursor *c, struct mip6_prefix *ret);
int conf_address4(struct conf_cursor *c);
/* IPv4 ADDRESS/LENGTH. */
int conf_prefix4(struct conf_cursor *c);
/* A quoted string that fits buf; `what` as for conf_next. */
int conf_string(struct conf_cursor *c, const char *what, char *buf, size_t cap);
int conf_ifname(struct conf_cursor *c, char ret[MIP6_IFNAME]);
/* One of names; *ret is its index. */
int conf_choice(struct conf_cursor *c, const char *const *names, size_t count, unsigned *ret);
/* (prefix, prefix ...) of IPv6 or IPv4 prefixes, which are only checked. */
int conf_prefix_list(struct conf_cursor *c);

/* The name nearest to text, or NULL when none is near: the least number of
 * letters to insert, drop or change, letter case aside. */
const char *conf_suggest(const char *text, const char *const *names, size_t count);

#endif
