/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may register, which prefixes are served, and the policy blocks: those for
 * correspondent bindings and for IPsec. IPsec policies are read with all care
 * but used by nothing: users keep them in files that switch IPsec off. */
#include "conf/apply.h"

#include <stdlib.h>
#include <string.h>

/* The order is that of enum mip6_acl. */
static const char *const acl_names[] = {"allow", "deny", "none"};

int conf_served_prefix(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_config *config = a->config;
	struct mip6_prefix *array;
	struct mip6_prefix prefix;
	int err = conf_prefix(c, &prefix);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	array =
	    realloc(config->served_prefixes, (config->served_prefix_count + 1) * sizeof(*array));
	if (!array)
		return conf_fail_memory(c->error, &c->last->at);
	config->served_prefixes = array;
	array[config->served_prefix_count++] = prefix;
	return MIP6_OK;
}

int conf_default_acl(struct conf_apply *a, struct conf_cursor *c)
{
	unsigned index;
	int err = conf_choice(c, acl_names, 3, &index);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err == MIP6_OK)
		a->config->default_acl = (enum mip6_acl)index;
	return err;
}

static int add_acl(struct conf_apply *a, struct conf_cursor *c, const struct mip6_acl_entry *entry)
{
	struct mip6_config *config = a->config;
	struct mip6_acl_entry *array;

	array = realloc(config->acl, (config->acl_count + 1) * sizeof(*array));
	if (!array)
		return conf_fail_memory(c->error, &c->last->at);
	config->acl = array;
	array[config->acl_count++] = *entry;
	return MIP6_OK;
}

int conf_acl(struct conf_apply *a, struct conf_cursor *c)
{
	const struct conf_value *list = NULL;
	struct mip6_acl_entry entry;
	unsigned index;
	int err = conf_address(c, &entry.hoa);

	if (err == MIP6_OK && conf_peek(c) && conf_peek(c)->kind == CONF_LIST) {
		err = conf_prefix_list(c);
		list = c->last;
	}
	if (err == MIP6_OK)
		err = conf_choice(c, acl_names, 2, &index);
	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (list)
		return conf_fail(c->error, &list->at,
				 "line %d: BindingAclPolicy with mobile network prefixes is not "
				 "supported yet: leave the list out",
				 list->at.line);
	entry.policy = (enum mip6_acl)index;
	return add_acl(a, c, &entry);
}

/* One line of CnBindingPolicySet: mobile node, own address, enabled|disabled. */
static int cn_policy(struct conf_apply *a, const struct conf_value *keyword,
		     const struct conf_statement *line)
{
	/* The lines have no keyword of their own. */
	struct conf_value name = *keyword;
	struct conf_statement named = *line;
	struct conf_cursor c;
	struct mip6_addr addr;
	bool enabled = false;
	int err;

	name.at = line->values->at;
	name.next = line->values;
	named.values = &name;
	c = conf_cursor_init(a->error, &named);
	err = conf_address(&c, &addr);
	if (err == MIP6_OK)
		err = conf_address(&c, &addr);
	if (err == MIP6_OK)
		err = conf_bool(&c, &enabled);
	if (err == MIP6_OK)
		err = conf_end(&c);
	if (err == MIP6_OK && enabled)
		err = conf_unsupported(&c, "write disabled, or leave the line out");
	return err;
}

int conf_cn_policies(struct conf_apply *a, struct conf_cursor *c)
{
	int err = conf_end_with_block(c);

	for (const struct conf_statement *s = c->statement->block; s && err == MIP6_OK; s = s->next)
		err = cn_policy(a, c->statement->values, s);
	return err;
}

int conf_ipsec_set(struct conf_apply *a, struct conf_cursor *c)
{
	int err = conf_end_with_block(c);

	return err == MIP6_OK ? conf_apply_block(a, CONF_IN_IPSEC, c->statement->block) : err;
}

int conf_ipsec_address(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_addr addr;
	int err = conf_address(c, &addr);

	(void)a;
	return err == MIP6_OK ? conf_end(c) : err;
}

int conf_ipsec_home(struct conf_apply *a, struct conf_cursor *c)
{
	struct mip6_prefix hoa;
	int err = conf_prefix(c, &hoa);

	(void)a;
	return err == MIP6_OK ? conf_end(c) : err;
}

static bool is_number(const struct conf_value *value)
{
	return value && value->kind == CONF_WORD && value->text[0] >= '0' && value->text[0] <= '9';
}

int conf_ipsec_policy(struct conf_apply *a, struct conf_cursor *c)
{
	static const char *const types[] = {"HomeRegBinding", "Mh",	      "MobPfxDisc",
					    "ICMP",	      "any",	      "TunnelHomeTesting",
					    "TunnelMh",	      "TunnelPayload"};
	static const char *const protocols[] = {"UseESP", "UseAH", "UseIPComp"};
	unsigned index;
	uint64_t reqid;
	int err = conf_choice(c, types, sizeof(types) / sizeof(*types), &index);

	(void)a;
	do {
		if (err == MIP6_OK)
			err = conf_choice(c, protocols, 3, &index);
	} while (err == MIP6_OK && conf_peek(c) && !is_number(conf_peek(c)));
	for (int i = 0; i < 2 && err == MIP6_OK && is_number(conf_peek(c)); i++)
		err = conf_number(c, 0, UINT32_MAX, &reqid);
	return err == MIP6_OK ? conf_end(c) : err;
}
