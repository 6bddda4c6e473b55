/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of settings that may change at run time. */
#include "settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum setting_type { TYPE_UINT, TYPE_BOOL, TYPE_SECONDS, TYPE_ACL, TYPE_PREFERENCE };

struct setting {
	const char *name;
	enum setting_type type;
	size_t offset; /* in struct mip6_config */
	uint32_t min;
	uint32_t max;
};

#define LEAST_REFUSAL 128    /* of the statuses of a Binding Acknowledgement (6.1.8) */
#define MAX_LIFE      262140 /* 65535 units of 4 s (RFC 6275 6.1.7) */

/* The bounds are those of mip6d.conf; of TYPE_SECONDS they are in ms. */

static const struct setting table[] = {
    {"DebugLevel", TYPE_UINT, offsetof(struct mip6_config, debug_level), 0, 65535},
    {"HaMaxBindingLife", TYPE_UINT, offsetof(struct mip6_config, ha_max_binding_life_s), 4,
     MAX_LIFE},
    {"HaMaxBindings", TYPE_UINT, offsetof(struct mip6_config, ha_max_bindings), 1,
     MIP6_MAX_BINDINGS},
    {"DefaultBindingAclPolicy", TYPE_ACL, offsetof(struct mip6_config, default_acl), 0, 255},
    {"MnMaxHaBindingLife", TYPE_UINT, offsetof(struct mip6_config, mn_max_ha_binding_life_s), 4,
     MAX_LIFE},
    {"InitialBindackTimeoutFirstReg", TYPE_SECONDS,
     offsetof(struct mip6_config, initial_bindack_first), 100, 32000},
    {"InitialBindackTimeoutReReg", TYPE_SECONDS,
     offsetof(struct mip6_config, initial_bindack_rereg), 100, 32000},
    {"MnMaxHaConsecutiveResends", TYPE_UINT, offsetof(struct mip6_config, max_ha_resends), 0,
     65535},
    {"NoHomeReturn", TYPE_BOOL, offsetof(struct mip6_config, no_home_return), 0, 0},
    {"MnDiscardHaParamProb", TYPE_BOOL, offsetof(struct mip6_config, discard_ha_param_prob), 0, 0},
    {"MnIfPreference", TYPE_PREFERENCE, 0, 0, 10},
};

static const char *const acl_names[] = {
    [MIP6_ACL_ALLOW] = "allow", [MIP6_ACL_DENY] = "deny", [MIP6_ACL_NONE] = "none"};

size_t settings_count(void)
{
	return sizeof(table) / sizeof(table[0]);
}

const char *settings_name(size_t i)
{
	return table[i].name;
}

bool settings_of_interface(size_t i)
{
	return table[i].type == TYPE_PREFERENCE;
}

const char *settings_get(size_t i, const struct mip6_config *c, size_t interface,
			 char buf[SETTING_TEXT])
{
	const void *at = (const char *)c + table[i].offset;
	mip6_time t;

	switch (table[i].type) {
	case TYPE_UINT:
		snprintf(buf, SETTING_TEXT, "%" PRIu32, *(const uint32_t *)at);
		break;
	case TYPE_BOOL:
		snprintf(buf, SETTING_TEXT, "%s", *(const bool *)at ? "enabled" : "disabled");
		break;
	case TYPE_SECONDS:
		t = *(const mip6_time *)at / MIP6_MS;
		snprintf(buf, SETTING_TEXT, "%" PRId64 ".%03" PRId64, t / 1000, t % 1000);
		break;
	case TYPE_ACL:
		if (c->default_acl_status)
			snprintf(buf, SETTING_TEXT, "%u", c->default_acl_status);
		else
			snprintf(buf, SETTING_TEXT, "%s", acl_names[c->default_acl]);
		break;
	case TYPE_PREFERENCE:
		snprintf(buf, SETTING_TEXT, "%d", c->interfaces[interface].preference);
		break;
	}
	return buf;
}

/* ---- changing ----------------------------------------------------------------------- */

static bool read_number(const struct setting *s, const char *value, uint32_t *ret)
{
	char *end;
	unsigned long n;

	if (value[0] < '0' || value[0] > '9') /* strtoul would take signs and spaces */
		return false;
	errno = 0;
	n = strtoul(value, &end, 10);
	if (*end || errno || n < s->min || n > s->max)
		return false;
	*ret = (uint32_t)n;
	return true;
}

static bool change_number(const struct setting *s, uint32_t *at, const char *value, char *error,
			  size_t cap)
{
	if (read_number(s, value, at))
		return true;
	snprintf(error, cap, "%s takes a whole number from %" PRIu32 " to %" PRIu32 ", not \"%s\"",
		 s->name, s->min, s->max, value);
	return false;
}

/* The words of mip6d.conf for a boolean. */
static bool is_word(const char *value, bool *ret)
{
	static const char *const words[] = {"enabled", "allow", "true", "disabled",
					    "deny",    "block", "false"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(value, words[i]) != 0)
			continue;
		*ret = i < 3;
		return true;
	}
	return false;
}

static bool change_bool(const struct setting *s, bool *at, const char *value, char *error,
			size_t cap)
{
	if (is_word(value, at))
		return true;
	snprintf(error, cap, "%s takes enabled or disabled, not \"%s\"", s->name, value);
	return false;
}

static bool change_seconds(const struct setting *s, mip6_time *at, const char *value, char *error,
			   size_t cap)
{
	char *end;
	double seconds = strtod(value, &end);

	if (value[0] >= '0' && value[0] <= '9' && !*end && seconds * 1000 >= s->min &&
	    seconds * 1000 <= s->max) {
		*at = (mip6_time)(seconds * 1e9 + 0.5);
		return true;
	}
	snprintf(error, cap, "%s takes seconds from %g to %g, not \"%s\"", s->name, s->min / 1000.0,
		 s->max / 1000.0, value);
	return false;
}

/* A status from 128 on refuses with it. */
static bool change_acl(const struct setting *s, struct mip6_config *c, const char *value,
		       char *error, size_t cap)
{
	uint32_t status = 0;
	bool is_allowed;

	if (strcmp(value, "none") == 0) {
		c->default_acl = MIP6_ACL_NONE;
	} else if (is_word(value, &is_allowed)) {
		c->default_acl = is_allowed ? MIP6_ACL_ALLOW : MIP6_ACL_DENY;
	} else if (read_number(s, value, &status)) {
		c->default_acl = status < LEAST_REFUSAL ? MIP6_ACL_ALLOW : MIP6_ACL_DENY;
	} else {
		snprintf(error, cap, "%s takes allow, deny, none or a status up to 255, not \"%s\"",
			 s->name, value);
		return false;
	}
	c->default_acl_status = status < LEAST_REFUSAL ? 0 : (uint8_t)status;
	return true;
}

static int change_preference(const struct setting *s, struct mip6_config *c, const char *interface,
			     const char *value, char *error, size_t cap)
{
	for (size_t i = 0; i < c->interface_count; i++) {
		uint32_t n;

		if (strcmp(c->interfaces[i].name, interface) != 0)
			continue;
		if (!change_number(s, &n, value, error, cap))
			return MIP6_ERR_VALUE;
		c->interfaces[i].preference = (int)n;
		return MIP6_OK;
	}
	snprintf(error, cap, "%s: no interface \"%s\" in the configuration", s->name, interface);
	return MIP6_ERR_NOTFOUND;
}

static int change(const struct setting *s, struct mip6_config *c, const char *value, char *error,
		  size_t cap)
{
	void *at = (char *)c + s->offset;
	bool good = false;

	if (s->type == TYPE_UINT)
		good = change_number(s, at, value, error, cap);
	else if (s->type == TYPE_BOOL)
		good = change_bool(s, at, value, error, cap);
	else if (s->type == TYPE_SECONDS)
		good = change_seconds(s, at, value, error, cap);
	else if (s->type == TYPE_ACL)
		good = change_acl(s, c, value, error, cap);
	return good ? MIP6_OK : MIP6_ERR_VALUE;
}

int settings_change(struct mip6_config *c, const char *name, const char *interface,
		    const char *value, char *error, size_t cap)
{
	for (size_t i = 0; i < settings_count(); i++) {
		const struct setting *s = &table[i];

		if (strcmp(s->name, name) != 0)
			continue;
		if (s->type == TYPE_PREFERENCE)
			return change_preference(s, c, interface, value, error, cap);
		if (!interface[0])
			return change(s, c, value, error, cap);
		snprintf(error, cap, "%s is not a setting of an interface", name);
		return MIP6_ERR_VALUE;
	}
	snprintf(error, cap, "no setting \"%s\" may change while mip6d runs (see \"settings\")",
		 name);
	return MIP6_ERR_NOTFOUND;
}
