/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Defaults and copies of a node's configuration. They live in the core because
 * simulations fill in a struct mip6_config without any mip6d.conf. The timer
 * values are those of RFC 6275 sections 12 and 13, the rest is what users of
 * mip6d.conf know, save that nothing is on by default that does not exist. */
#include <mip6/config.h>
#include <stdlib.h>
#include <string.h>

/* 65535 units of 4 s: the longest lifetime that a BU can ask for. */
#define MAX_BINDING_LIFE_S 262140
/* What a mobile node asks for. A home agent that lost a binding is told of it by traffic
 * from the mobile node only; without any, it stays lost until the refresh, which comes at
 * four fifths of this. A Binding Update in eight minutes costs nothing that counts. */
#define MN_BINDING_LIFE_S 600

void mip6_config_default(struct mip6_config *c)
{
	memset(c, 0, sizeof(*c));
	c->role = MIP6_ROLE_CN;
	c->mn_ha_ipsec = true;
	c->ha_max_binding_life_s = MAX_BINDING_LIFE_S;
	c->default_acl = MIP6_ACL_ALLOW;
	c->mn_max_ha_binding_life_s = MN_BINDING_LIFE_S;
	c->initial_bindack_first = 1500 * MIP6_MS;
	c->initial_bindack_rereg = MIP6_SECOND;
	c->router_probe_timeout = MIP6_SECOND;
	for (size_t i = 0; i < MIP6_MAX_HOMES; i++)
		c->homes[i].alt_coa = true;
}

void mip6_if_config_default(struct mip6_if_config *c, const char *name, enum mip6_role role)
{
	size_t len = strlen(name);

	memset(c, 0, sizeof(*c));
	memcpy(c->name, name, len < sizeof(c->name) ? len : sizeof(c->name) - 1);
	c->type = role;
	c->preference = 5;
	c->advertise.interval_option = true;
	c->advertise.lifetime_s = UINT32_MAX;
}

void mip6_advertised_prefix_default(struct mip6_advertised_prefix *p,
				    const struct mip6_prefix *prefix)
{
	*p = (struct mip6_advertised_prefix){.prefix = *prefix};
	p->on_link = true;
	p->autonomous = true;
	p->router_address = true;
	p->valid_s = 86400;
	p->preferred_s = 14400;
}

/* A copy of count elements in *to, NULL for none. */
static int copy_array(void **to, const void *from, size_t count, size_t size)
{
	*to = NULL;
	if (count == 0)
		return MIP6_OK;
	*to = calloc(count, size);
	if (!*to)
		return MIP6_ERR_NOMEM;
	memcpy(*to, from, count * size);
	return MIP6_OK;
}

int mip6_config_copy(struct mip6_config *to, const struct mip6_config *from)
{
	void *interfaces = NULL;
	void *served = NULL;
	void *acl = NULL;

	if (copy_array(&interfaces, from->interfaces, from->interface_count,
		       sizeof(*from->interfaces)) != MIP6_OK ||
	    copy_array(&served, from->served_prefixes, from->served_prefix_count,
		       sizeof(*from->served_prefixes)) != MIP6_OK ||
	    copy_array(&acl, from->acl, from->acl_count, sizeof(*from->acl)) != MIP6_OK) {
		free(interfaces);
		free(served);
		free(acl);
		return MIP6_ERR_NOMEM;
	}
	*to = *from;
	to->interfaces = interfaces;
	to->served_prefixes = served;
	to->acl = acl;
	return MIP6_OK;
}

void mip6_config_clear(struct mip6_config *c)
{
	free(c->interfaces);
	free(c->served_prefixes);
	free(c->acl);
	c->interfaces = NULL;
	c->served_prefixes = NULL;
	c->acl = NULL;
	c->interface_count = 0;
	c->served_prefix_count = 0;
	c->acl_count = 0;
}
