/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements into struct mip6_config: the walk, what the keyword table alone
 * decides, and the keywords of every node. */
#include "conf/apply.h"

#include <stdlib.h>
#include <string.h>

int conf_unsupported(const struct conf_cursor *c, const char *hint)
{
	const struct conf_value *keyword = c->statement->values;

	return conf_fail(c->error, &keyword->at, "line %d: %s is not supported yet: %s",
			 keyword->at.line, keyword->text, hint);
}

/* The struct in which the keywords of such a place have their members. */
static char *target(struct conf_apply *a, enum conf_where where)
{
	if (where == CONF_IN_HOME)
		return (char *)a->home;
	if (where == CONF_IN_INTERFACE)
		return (char *)a->interface;
	if (where == CONF_IN_PREFIX)
		return (char *)a->prefix;
	return (char *)a->config;
}

static int apply_bool(struct conf_apply *a, const struct conf_keyword *k, struct conf_cursor *c)
{
	bool value;
	int err = conf_bool(c, &value);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (k->support == CONF_NOT_ENABLED && value)
		return conf_unsupported(c, "write disabled, or leave the statement out");
	if (k->support == CONF_USED)
		memcpy(target(a, k->where) + k->member, &value, sizeof(value));
	return MIP6_OK;
}

static int apply_number(struct conf_apply *a, const struct conf_keyword *k, struct conf_cursor *c)
{
	uint64_t value;
	uint32_t stored;
	int err = conf_number(c, (uint64_t)k->min, (uint64_t)k->max, &value);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (k->support == CONF_MISSING)
		return conf_unsupported(c, "leave the statement out");
	stored = (uint32_t)value;
	_Static_assert(sizeof(unsigned) == sizeof(stored), "counts and lifetimes are stored alike");
	memcpy(target(a, k->where) + k->member, &stored, sizeof(stored));
	return MIP6_OK;
}

static int apply_duration(struct conf_apply *a, const struct conf_keyword *k, struct conf_cursor *c)
{
	mip6_time value;
	int err = conf_duration(c, k->min * MIP6_MS, k->max * MIP6_MS, &value);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (k->support == CONF_MISSING)
		return conf_unsupported(c, "leave the statement out");
	memcpy(target(a, k->where) + k->member, &value, sizeof(value));
	return MIP6_OK;
}

/* Modules loaded from a file were UMIP's own; ours are built in. Where UMIP itself does
 * nothing with the file, nor do we. */
static int apply_module(const struct conf_keyword *k, struct conf_cursor *c)
{
	static const char *const names[] = {"internal"};
	const struct conf_value *value = conf_peek(c);
	char file[256];
	unsigned index;
	int err;

	if (value && value->kind == CONF_STRING) {
		err = conf_string(c, "a file name", file, sizeof(file));
		if (err == MIP6_OK && k->support == CONF_NO_EFFECT)
			return conf_end(c);
		return err == MIP6_OK ? conf_unsupported(c, "write internal, or leave the "
							    "statement out")
				      : err;
	}
	err = conf_choice(c, names, 1, &index);
	return err == MIP6_OK ? conf_end(c) : err;
}

/* Reads the value of a keyword whose feature is missing, and refuses it, unless it asks
 * for nothing. */
static int apply_missing(const struct conf_keyword *k, struct conf_cursor *c)
{
	char name[256];
	int err = k->kind == CONF_ADDRESS4 ? conf_address4(c)
					   : conf_string(c, "a name", name, sizeof(name));

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK || k->support == CONF_NO_EFFECT)
		return err;
	return conf_unsupported(c, "leave the statement out");
}

static int apply_statement(struct conf_apply *a, enum conf_where where,
			   const struct conf_statement *s)
{
	struct conf_cursor c = conf_cursor_init(a->error, s);
	const struct conf_keyword *k;
	int err = conf_keyword_find(a->error, where, s->values, &k);

	if (err != MIP6_OK)
		return err;
	switch (k->kind) {
	case CONF_BOOL:
		return apply_bool(a, k, &c);
	case CONF_COUNT:
	case CONF_LIFETIME:
		return apply_number(a, k, &c);
	case CONF_DURATION:
		return apply_duration(a, k, &c);
	case CONF_MODULE:
		return apply_module(k, &c);
	case CONF_ADDRESS4:
	case CONF_NAME:
		return apply_missing(k, &c);
	case CONF_OWN:
		break;
	}
	return k->apply(a, &c);
}

int conf_apply_block(struct conf_apply *a, enum conf_where where,
		     const struct conf_statement *first)
{
	for (const struct conf_statement *s = first; s; s = s->next) {
		int err = apply_statement(a, where, s);

		if (err != MIP6_OK)
			return err;
	}
	return MIP6_OK;
}

int conf_apply_all(struct conf_apply *a, const struct conf_statement *first)
{
	/* The role comes first wherever it stands: interfaces take theirs from it. */
	for (const struct conf_statement *s = first; s; s = s->next) {
		int err;

		if (s->values->kind != CONF_WORD || strcmp(s->values->text, "NodeConfig") != 0)
			continue;
		err = apply_statement(a, CONF_IN_FILE, s);
		if (err != MIP6_OK)
			return err;
	}
	return conf_apply_block(a, CONF_IN_FILE, first);
}

/* The order is that of enum mip6_role. */
static int read_role(struct conf_cursor *c, enum mip6_role *ret)
{
	static const char *const names[] = {"CN", "HA", "MN", "AR"};
	unsigned index;
	int err = conf_choice(c, names, 4, &index);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		*ret = (enum mip6_role)index;
	return err;
}

int conf_node_config(struct conf_apply *a, struct conf_cursor *c)
{
	return read_role(c, &a->config->role);
}

/* The order is that of enum mip6_plane_choice. */
int conf_plane(struct conf_apply *a, struct conf_cursor *c)
{
	static const char *const names[] = {"auto", "kernel", "user"};
	unsigned index;
	int err = conf_choice(c, names, 3, &index);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		a->config->plane = (enum mip6_plane_choice)index;
	return err;
}

int conf_if_type(struct conf_apply *a, struct conf_cursor *c)
{
	return read_role(c, &a->interface->type);
}

int conf_if_preference(struct conf_apply *a, struct conf_cursor *c)
{
	uint64_t value;
	int err = conf_number(c, 0, 10, &value);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		a->interface->preference = (int)value;
	return err;
}

int conf_debug_log_file(struct conf_apply *a, struct conf_cursor *c)
{
	int err = conf_string(c, "a file name", a->config->debug_log_file,
			      sizeof(a->config->debug_log_file));

	return err == MIP6_OK ? conf_end(c) : err;
}

int conf_use_ipsec(struct conf_apply *a, struct conf_cursor *c)
{
	int err = conf_bool(c, &a->config->mn_ha_ipsec);

	if (err == MIP6_OK)
		err = conf_end(c);
	a->ipsec = c->statement->values->at;
	return err;
}

/* Files are put together from parts that each name the interface they need: what
 * further statements say of it is added to what is known. */
static int add_interface(struct conf_apply *a, struct conf_cursor *c, const char *name)
{
	struct mip6_config *config = a->config;
	struct mip6_if_config *array;

	for (size_t i = 0; i < config->interface_count; i++) {
		if (strcmp(config->interfaces[i].name, name) != 0)
			continue;
		a->interface = &config->interfaces[i];
		return MIP6_OK;
	}
	array = realloc(config->interfaces, (config->interface_count + 1) * sizeof(*array));
	if (!array)
		return conf_fail_memory(c->error, &c->last->at);
	config->interfaces = array;
	a->interface = &array[config->interface_count++];
	mip6_if_config_default(a->interface, name, config->role);
	return MIP6_OK;
}

int conf_interface(struct conf_apply *a, struct conf_cursor *c)
{
	char name[MIP6_IFNAME];
	int err = conf_ifname(c, name);

	if (err == MIP6_OK)
		err = c->statement->has_block ? conf_end_with_block(c) : conf_end(c);
	if (err == MIP6_OK)
		err = add_interface(a, c, name);
	if (err == MIP6_OK)
		err = conf_apply_block(a, CONF_IN_INTERFACE, c->statement->block);
	if (err == MIP6_OK)
		err = conf_check_advertising(a, c);
	a->interface = NULL;
	return err;
}
