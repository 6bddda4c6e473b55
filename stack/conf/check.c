/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no single statement shows: that the role has all it needs. Nothing may
 * run unprotected because a line was left out: IPsec is on by default in these
 * files, and until it exists they have to switch it off in so many words. */
#include "conf/apply.h"

static int check_protection(const struct conf_apply *a)
{
	if (!a->config->mn_ha_ipsec)
		return MIP6_OK;
	/* It registers nothing (the file that UMIP's package brings; warn.c). */
	if (a->config->role == MIP6_ROLE_MN && a->config->home_count == 0)
		return MIP6_OK;
	if (a->ipsec.line != 0)
		return conf_fail(a->error, &a->ipsec,
				 "line %d: UseMnHaIPsec is not supported yet: write the line "
				 "\"UseMnHaIPsec disabled;\" in its place (registrations are "
				 "then not protected)",
				 a->ipsec.line);
	return conf_fail(a->error, &a->end,
			 "line %d: UseMnHaIPsec is enabled unless the file says otherwise, and "
			 "not supported yet: add the line \"UseMnHaIPsec disabled;\" "
			 "(registrations are then not protected)",
			 a->end.line);
}

static int check_home(const struct conf_apply *a, const struct mip6_home_config *home,
		      const struct conf_place *at)
{
	if (mip6_addr_is_unspecified(&home->hoa.addr))
		return conf_fail(a->error, at,
				 "this MnHomeLink has no home address: add \"HomeAddress "
				 "ADDRESS/LENGTH;\"");
	if (mip6_addr_is_unspecified(&home->ha))
		return conf_fail(
		    a->error, at,
		    "line %d: DHAAD is not supported yet: add HomeAgentAddress to this "
		    "MnHomeLink",
		    at->line);
	if (mip6_addr_equal(&home->ha, &home->hoa.addr))
		return conf_fail(
		    a->error, at,
		    "HomeAddress and HomeAgentAddress of this MnHomeLink are the same");
	return MIP6_OK;
}

/* One tunnel serves all home addresses, so they share one home agent. */
static int check_agents(const struct conf_apply *a)
{
	const struct mip6_home_config *homes = a->config->homes;

	for (size_t i = 1; i < a->config->home_count; i++) {
		if (mip6_addr_equal(&homes[i].ha, &homes[0].ha))
			continue;
		return conf_fail(a->error, &a->home_at[i],
				 "line %d: a MnHomeLink with another HomeAgentAddress than the "
				 "first is not supported yet: leave this block out",
				 a->home_at[i].line);
	}
	return MIP6_OK;
}

static int check_mn(const struct conf_apply *a)
{
	for (size_t i = 0; i < a->config->home_count; i++) {
		int err = check_home(a, &a->config->homes[i], &a->home_at[i]);

		if (err != MIP6_OK)
			return err;
	}
	return check_agents(a);
}

static int check_ha(const struct conf_apply *a)
{
	for (size_t i = 0; i < a->config->interface_count; i++)
		if (a->config->interfaces[i].type == MIP6_ROLE_HA)
			return MIP6_OK;
	return conf_fail(a->error, &a->end,
			 "a home agent needs its home link: add Interface \"...\";");
}

static int check_ar(const struct conf_apply *a)
{
	for (size_t i = 0; i < a->config->interface_count; i++)
		if (a->config->interfaces[i].advertise.send)
			return MIP6_OK;
	return conf_fail(a->error, &a->end,
			 "an access router needs a link to advertise on: add Interface \"...\" "
			 "{ SendRouterAdvs enabled; }");
}

int conf_check(const struct conf_apply *a)
{
	int err;

	if (a->config->role == MIP6_ROLE_CN)
		return MIP6_OK;
	if (a->config->role == MIP6_ROLE_AR)
		return check_ar(a);
	err = a->config->role == MIP6_ROLE_MN ? check_mn(a) : check_ha(a);
	return err == MIP6_OK ? check_protection(a) : err;
}
