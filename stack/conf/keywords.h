/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_KEYWORDS_H
#define CONF_KEYWORDS_H

/* The one table of mip6d.conf's keywords: where each may stand, what it takes,
 * whether what it asks for exists. docs/mip6d.conf.md and mip6d.conf(5) describe
 * the same keywords, which a test compares. */
#include "conf/values.h"

struct conf_apply;

enum conf_where { CONF_IN_FILE, CONF_IN_INTERFACE, CONF_IN_PREFIX, CONF_IN_HOME, CONF_IN_IPSEC };

enum conf_kind {
	CONF_BOOL,     /* enabled | disabled; member: bool */
	CONF_COUNT,    /* a whole number; member: unsigned */
	CONF_LIFETIME, /* whole seconds; member: uint32_t */
	CONF_DURATION, /* decimal seconds; member: mip6_time */
	CONF_ADDRESS4,
	CONF_NAME,   /* a quoted string */
	CONF_MODULE, /* internal, or a quoted file name */
	CONF_OWN,    /* read by the keyword's own function */
};

enum conf_support {
	CONF_USED,	  /* sets its member */
	CONF_NO_EFFECT,	  /* either value asks for nothing that is not done anyway */
	CONF_NOT_ENABLED, /* the feature does not exist: only disabled is accepted */
	CONF_MISSING,	  /* the feature does not exist: always refused */
};

struct conf_keyword {
	const char *name;
	enum conf_where where;
	enum conf_kind kind;
	enum conf_support support;
	size_t member; /* offset: struct mip6_config, in a block that of its struct */
	int64_t min;   /* numbers; a duration's in ms */
	int64_t max;
	int (*apply)(struct conf_apply *a, struct conf_cursor *c); /* CONF_OWN */
};

/* The table; *ret_count entries. Names occur once for each place. */
const struct conf_keyword *conf_keywords(size_t *ret_count);
/* The keyword of a statement in such a place; complains when there is none. */
int conf_keyword_find(struct mip6_conf_error *error, enum conf_where where,
		      const struct conf_value *name, const struct conf_keyword **ret);

#endif
