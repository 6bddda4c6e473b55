/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MnHomeLink "if" { ... }: the mobile node's home link, its address there and
 * its home agent. */
#include "conf/apply.h"

#include <string.h>

/* The network part alone; prefixes are compared and printed without the rest. */
static struct mip6_prefix network(const struct mip6_prefix *p)
{
	const struct mip6_addr zero = {0};

	return (struct mip6_prefix){.addr = mip6_addr_combine(p, &zero), .len = p->len};
}

int conf_home_link(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_config *config = a->config;
	struct mip6_home_config *home = &config->homes[config->home_count];
	char name[MIP6_IFNAME];
	int err = conf_ifname(c, name);

	if (err == MIP6_OK)
		err = conf_end_with_block(c);
	if (err != MIP6_OK)
		return err;
	if (config->home_count == MIP6_MAX_HOMES)
		return conf_fail(c->error, &c->statement->values->at,
				 "more than %d MnHomeLink blocks", MIP6_MAX_HOMES);
	memcpy(home->ifname, name, sizeof(name));
	a->home_at[config->home_count++] = c->statement->values->at;
	a->home = home;
	err = conf_apply_block(a, CONF_IN_HOME, c->statement->block);
	a->home = NULL;
	if (err == MIP6_OK && home->home_prefix.len == 0)
		home->home_prefix = network(&home->hoa);
	return err;
}

int conf_home_agent_address(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_addr ha;
	int err = conf_address(c, &ha);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	/* "::" asks for discovery, which conf_check answers. */
	if (!mip6_addr_is_unspecified(&ha) && !mip6_addr_is_routable(&ha))
		return conf_fail(c->error, &c->last->at,
				 "HomeAgentAddress %s is not a unicast routable address",
				 c->last->text);
	a->home->ha = ha;
	return MIP6_OK;
}

/* RFC 6275 9.3.1 and 9.5.1 refuse any other home address. */
static int check_home_address(const struct conf_apply *a, const struct conf_cursor *c,
			      const struct conf_value *value, const struct mip6_prefix *hoa)
{
	const struct mip6_config *config = a->config;

	if (hoa->len == 0)
		return conf_fail(c->error, &value->at,
				 "HomeAddress %s: expected a prefix length from 1 to 128",
				 value->text);
	if (!mip6_addr_is_routable(&hoa->addr))
		return conf_fail(c->error, &value->at,
				 "HomeAddress %s is not a unicast routable address", value->text);
	if (!mip6_addr_is_unspecified(&a->home->hoa.addr))
		return conf_fail(c->error, &value->at,
				 "a second HomeAddress in this block: write another MnHomeLink "
				 "block for it");
	for (size_t i = 0; i < config->home_count; i++)
		if (mip6_addr_equal(&config->homes[i].hoa.addr, &hoa->addr))
			return conf_fail(c->error, &value->at, "HomeAddress %s is given twice",
					 value->text);
	return MIP6_OK;
}

int conf_home_address(struct conf_apply *a, struct conf_cursor *c)
{
	const struct conf_value *value;
	struct mip6_prefix hoa;
	bool has_list;
	int err = conf_prefix(c, &hoa);

	if (err != MIP6_OK)
		return err;
	value = c->last;
	has_list = conf_peek(c) && conf_peek(c)->kind == CONF_LIST;
	if (has_list)
		err = conf_prefix_list(c);
	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		err = check_home_address(a, c, value, &hoa);
	if (err != MIP6_OK)
		return err;
	if (has_list)
		return conf_fail(c->error, &c->last->at,
				 "line %d: HomeAddress with mobile network prefixes is not "
				 "supported yet: leave the list out",
				 c->last->at.line);
	a->home->hoa = hoa;
	return MIP6_OK;
}

int conf_home_prefix(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_prefix prefix;
	int err = conf_prefix(c, &prefix);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (prefix.len == 0)
		return conf_fail(c->error, &c->last->at,
				 "HomePrefix %s: expected a prefix length from 1 to 128",
				 c->last->text);
	a->home->home_prefix = network(&prefix);
	return MIP6_OK;
}

/* An IPv4 address with its length, and for an address perhaps a list of prefixes. */
static int home4(struct conf_cursor *c, bool has_list)
{
	int err = conf_prefix4(c);

	if (err == MIP6_OK && has_list && conf_peek(c) && conf_peek(c)->kind == CONF_LIST)
		err = conf_prefix_list(c);
	if (err == MIP6_OK)
		err = conf_end(c);
	return err == MIP6_OK ? conf_unsupported(c, "leave the statement out") : err;
}

int conf_home_address4(struct conf_apply *a, struct conf_cursor *c)
{
	(void)a;
	return home4(c, true);
}

int conf_home_prefix4(struct conf_apply *a, struct conf_cursor *c)
{
	(void)a;
	return home4(c, false);
}

int conf_ro_policy(struct conf_apply *a, struct conf_cursor *c)
{
	const struct conf_value *value = conf_peek(c);
	struct mip6_addr peer;
	bool enabled = false;
	int err = MIP6_OK;

	(void)a;
	if (value && value->kind == CONF_WORD && strchr(value->text, ':'))
		err = conf_address(c, &peer);
	if (err == MIP6_OK)
		err = conf_bool(c, &enabled);
	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK && enabled)
		err = conf_unsupported(c, "write disabled, or leave the statement out");
	return err;
}
