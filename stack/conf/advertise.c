/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Router Advertisements in Interface "if" { ... }: the keywords of radvd.conf where
 * there are such, with the bounds of RFC 4861 6.2.1 as RFC 6275 7.5 lowers them. */
#include "conf/apply.h"

#include <string.h>

/* The statement that counts of those with this keyword: the last one. */
static const struct conf_statement *given(const struct conf_cursor *interface, const char *keyword)
{
	const struct conf_statement *found = NULL;

	for (const struct conf_statement *s = interface->statement->block; s; s = s->next)
		if (strcmp(s->values->text, keyword) == 0)
			found = s;
	return found;
}

int conf_send_advs(struct conf_apply *a, struct conf_cursor *c)
{
	enum mip6_role role = a->config->role;
	bool send;
	int err = conf_bool(c, &send);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (send && role != MIP6_ROLE_AR && role != MIP6_ROLE_HA)
		return conf_fail(
		    c->error, &c->statement->values->at,
		    "only routers advertise: SendRouterAdvs needs NodeConfig AR or HA");
	a->interface->advertise.send = send;
	return MIP6_OK;
}

static int read_choice(struct conf_cursor *c, enum mip6_choice *ret)
{
	bool value;
	int err = conf_bool(c, &value);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		*ret = value ? MIP6_ENABLED : MIP6_DISABLED;
	return err;
}

int conf_ha_flag(struct conf_apply *a, struct conf_cursor *c)
{
	return read_choice(c, &a->interface->advertise.ha_flag);
}

int conf_ha_info(struct conf_apply *a, struct conf_cursor *c)
{
	return read_choice(c, &a->interface->advertise.ha_info);
}

static int read_prefix_lifetime(struct conf_cursor *c, uint32_t *ret)
{
	const struct conf_value *value = conf_peek(c);
	uint64_t seconds = UINT32_MAX;
	int err;

	if (value && value->kind == CONF_WORD && strcmp(value->text, "infinity") == 0)
		err = conf_next(c, "infinity", &value);
	else
		err = conf_number(c, 0, UINT32_MAX, &seconds);
	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		*ret = (uint32_t)seconds;
	return err;
}

int conf_valid_lifetime(struct conf_apply *a, struct conf_cursor *c)
{
	return read_prefix_lifetime(c, &a->prefix->valid_s);
}

int conf_preferred_lifetime(struct conf_apply *a, struct conf_cursor *c)
{
	return read_prefix_lifetime(c, &a->prefix->preferred_s);
}

static int check_prefix(const struct conf_apply *a, const struct conf_cursor *c,
			const struct mip6_prefix *prefix)
{
	const struct mip6_advertise_config *config = &a->interface->advertise;

	if (prefix->len == 0 || mip6_addr_is_link_local(&prefix->addr) ||
	    mip6_addr_is_multicast(&prefix->addr))
		return conf_fail(c->error, &c->last->at,
				 "Prefix %s cannot be advertised: expected one of routable "
				 "addresses with a length from 1 to 128",
				 c->last->text);
	for (size_t i = 0; i < config->prefix_count; i++)
		if (config->prefixes[i].prefix.len == prefix->len &&
		    mip6_prefix_contains(prefix, &config->prefixes[i].prefix.addr))
			return conf_fail(c->error, &c->last->at, "Prefix %s is given twice",
					 c->last->text);
	if (config->prefix_count == MIP6_MAX_ADVERTISED)
		return conf_fail(c->error, &c->statement->values->at,
				 "more than %d Prefix statements", MIP6_MAX_ADVERTISED);
	return MIP6_OK;
}

/* Preferred no longer than valid (RFC 4861 6.2.1); a default gives way. */
static int check_lifetimes(const struct conf_apply *a, const struct conf_cursor *c)
{
	struct mip6_advertised_prefix *p = a->prefix;
	const struct conf_statement *s = given(c, "AdvPreferredLifetime");

	if (p->preferred_s <= p->valid_s)
		return MIP6_OK;
	if (!s) {
		p->preferred_s = p->valid_s;
		return MIP6_OK;
	}
	return conf_fail(c->error, &s->values->at,
			 "AdvPreferredLifetime is longer than AdvValidLifetime (%lu s)",
			 (unsigned long)p->valid_s);
}

int conf_prefix_block(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_advertise_config *config = &a->interface->advertise;
	struct mip6_prefix prefix;
	int err = conf_prefix(c, &prefix);

	if (err == MIP6_OK)
		err = c->statement->has_block ? conf_end_with_block(c) : conf_end(c);
	if (err == MIP6_OK)
		err = check_prefix(a, c, &prefix);
	if (err != MIP6_OK)
		return err;
	a->prefix = &config->prefixes[config->prefix_count++];
	mip6_advertised_prefix_default(a->prefix, &prefix);
	err = conf_apply_block(a, CONF_IN_PREFIX, c->statement->block);
	if (err == MIP6_OK)
		err = check_lifetimes(a, c);
	a->prefix = NULL;
	return err;
}

/* The shortest interval may be three quarters of the longest (RFC 4861 6.2.1). */
static int check_intervals(const struct conf_apply *a, const struct conf_cursor *c)
{
	const struct mip6_advertise_config *config = &a->interface->advertise;
	const struct conf_statement *s = given(c, "MinRtrAdvInterval");
	mip6_time longest = config->max_interval > 0 ? config->max_interval : 600 * MIP6_SECOND;

	if (!s || config->min_interval <= longest / 4 * 3)
		return MIP6_OK;
	return conf_fail(c->error, &s->values->at,
			 "MinRtrAdvInterval may be three quarters of MaxRtrAdvInterval (%g s) at "
			 "most: %g s",
			 (double)longest / (double)MIP6_SECOND,
			 (double)(longest / 4 * 3) / (double)MIP6_SECOND);
}

/* 0, for who is no default router, or no less than the longest interval: else hosts
 * forget the router between two advertisements (RFC 4861 6.2.1). */
static int check_lifetime(const struct conf_apply *a, const struct conf_cursor *c)
{
	const struct mip6_advertise_config *config = &a->interface->advertise;
	const struct conf_statement *s = given(c, "AdvDefaultLifetime");
	mip6_time longest = config->max_interval > 0 ? config->max_interval : 600 * MIP6_SECOND;

	if (!s || config->lifetime_s == 0 || config->lifetime_s * MIP6_SECOND >= longest)
		return MIP6_OK;
	return conf_fail(c->error, &s->values->at,
			 "AdvDefaultLifetime is 0, or at least MaxRtrAdvInterval (%g s)",
			 (double)longest / (double)MIP6_SECOND);
}

int conf_check_advertising(const struct conf_apply *a, const struct conf_cursor *interface)
{
	int err = check_intervals(a, interface);

	return err == MIP6_OK ? check_lifetime(a, interface) : err;
}
