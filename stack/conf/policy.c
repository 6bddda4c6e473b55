/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may register, which prefixes are served, and the policy blocks: those for
 * correspondent bindings and for IPsec. IPsec policies are read with all care
 * but used by nothing: users keep them in files that switch IPsec off. */
#include "conf/apply.h"

#include <stdlib.h>
#include <string.h>

/* The order is that of enum mip6_acl. */
static const char *const acl_names[] = {"allow", "deny", "none"};

enum { LEAST_REFUSAL = 128, LARGEST_STATUS = 255 }; /* RFC 6275 6.1.8 */

static bool is_number(const struct conf_value *value)
{
	return value && value->kind == CONF_WORD && value->text[0] >= '0' && value->text[0] <= '9';
}

/* allow, deny, perhaps none, another word for a boolean, or the status that a Binding
 * Acknowledgement is to bear. */
static int read_acl(struct conf_cursor *c, size_t names, enum mip6_acl *ret, uint8_t *ret_status)
{
	uint64_t number = 0;
	unsigned index = 0;
	bool is_allowed;
	int err;

	*ret_status = 0;
	if (is_number(conf_peek(c))) {
		err = conf_number(c, 0, LARGEST_STATUS, &number);
		index = number < LEAST_REFUSAL ? MIP6_ACL_ALLOW : MIP6_ACL_DENY;
		*ret_status = number < LEAST_REFUSAL ? 0 : (uint8_t)number;
	} else if (conf_is_bool(conf_peek(c), &is_allowed)) {
		err = conf_bool(c, &is_allowed);
		index = is_allowed ? MIP6_ACL_ALLOW : MIP6_ACL_DENY;
	} else {
		err = conf_choice(c, acl_names, names, &index);
	}
	*ret = (enum mip6_acl)index;
	return err;
}

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
	enum mip6_acl policy;
	uint8_t status;
	int err = read_acl(c, 3, &policy, &status);

	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	a->config->default_acl = policy;
	a->config->default_acl_status = status;
	return MIP6_OK;
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
	struct mip6_acl_entry entry = {0};
	int err = conf_address(c, &entry.hoa);

	if (err == MIP6_OK && conf_peek(c) && conf_peek(c)->kind == CONF_LIST) {
		err = conf_prefix_list(c);
		list = c->last;
	}
	if (err == MIP6_OK)
		err = read_acl(c, 2, &entry.policy, &entry.status);
	if (err == MIP6_OK)
		err = conf_end(c);
	if (err != MIP6_OK)
		return err;
	if (list)
		return conf_fail(c->error, &list->at,
				 "line %d: BindingAclPolicy with mobile network prefixes is not "
				 "supported yet: leave the list out",
				 list->at.line);
	return add_acl(a, c, &entry);
}

/* HaAcceptIPv4Traffic ADDRESS [(prefix, ...)]; */
int conf_ha_traffic4(struct conf_apply *a, struct conf_cursor *c)
{
	int err = conf_address4(c);

	(void)a;
	if (err == MIP6_OK && conf_peek(c) && conf_peek(c)->kind == CONF_LIST)
		err = conf_prefix_list(c);
	if (err == MIP6_OK)
		err = conf_end(c);
	return err == MIP6_OK ? conf_unsupported(c, "leave the statement out") : err;
}

/* One line of CnBindingPolicySet: mobile node, perhaps an own address, boolean. */
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
	if (err == MIP6_OK && conf_peek(&c) && strchr(conf_peek(&c)->text, ':'))
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

/* One to three protocols, up to two numbers, and perhaps what to do (allow or block). */
int conf_ipsec_policy(struct conf_apply *a, struct conf_cursor *c)
{
	static const char *const types[] = {"HomeRegBinding", "Mh",	      "MobPfxDisc",
					    "ICMP",	      "any",	      "TunnelHomeTesting",
					    "TunnelMh",	      "TunnelPayload"};
	static const char *const protocols[] = {"UseESP", "UseAH", "UseIPComp"};
	unsigned index;
	uint64_t reqid;
	bool action;
	int err = conf_choice(c, types, sizeof(types) / sizeof(*types), &index);

	(void)a;
	do {
		if (err == MIP6_OK)
			err = conf_choice(c, protocols, 3, &index);
	} while (err == MIP6_OK && conf_peek(c) && !is_number(conf_peek(c)) &&
		 !conf_is_bool(conf_peek(c), &action));
	for (int i = 0; i < 2 && err == MIP6_OK && is_number(conf_peek(c)); i++)
		err = conf_number(c, 0, UINT32_MAX, &reqid);
	if (err == MIP6_OK && conf_is_bool(conf_peek(c), &action))
		err = conf_bool(c, &action);
	return err == MIP6_OK ? conf_end(c) : err;
}
