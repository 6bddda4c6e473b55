/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration may say and hardly means. */
#include <mip6/conf.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct teller {
	mip6_conf_warning_fn tell;
	void *arg;
};

__attribute__((format(printf, 2, 3))) static void warn(const struct teller *t, const char *format,
						       ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	t->tell(t->arg, text);
}

static bool is_named(const struct mip6_config *c, const char *ifname)
{
	for (size_t i = 0; i < c->interface_count; i++)
		if (strcmp(c->interfaces[i].name, ifname) == 0)
			return true;
	return false;
}

/* Interfaces that are given are the only ones that are used. */
static void check_link(const struct teller *t, const struct mip6_config *c,
		       const struct mip6_home_config *home)
{
	if (c->interface_count == 0 || c->use_all_interfaces || is_named(c, home->ifname))
		return;
	if (c->interface_count == 1)
		warn(t,
		     "MnHomeLink \"%s\", but the only Interface is \"%s\": the mobile node uses "
		     "\"%s\" alone; write the same name in both, or add Interface \"%s\";",
		     home->ifname, c->interfaces[0].name, c->interfaces[0].name, home->ifname);
	else
		warn(t,
		     "MnHomeLink \"%s\": no Interface has this name, so that the mobile node does "
		     "not use it; add Interface \"%s\";",
		     home->ifname, home->ifname);
}

static void check_home(const struct teller *t, const struct mip6_config *c,
		       const struct mip6_home_config *home)
{
	char hoa[MIP6_PREFIX_TEXT];
	char prefix[MIP6_PREFIX_TEXT];
	char ha[MIP6_ADDR_TEXT];

	check_link(t, c, home);
	if (home->home_prefix.len == 128)
		warn(t,
		     "HomeAddress %s: no link has a prefix of 128 bits, so that the mobile node "
		     "never finds itself at home; write the length of the home prefix, as in /64, "
		     "or add HomePrefix",
		     mip6_prefix_format(&home->hoa, hoa));
	else if (!mip6_prefix_contains(&home->home_prefix, &home->ha))
		warn(t,
		     "HomeAgentAddress %s is not in the home prefix %s: no home agent on the home "
		     "link has this address; check both, and the length of HomeAddress",
		     mip6_addr_format(&home->ha, ha),
		     mip6_prefix_format(&home->home_prefix, prefix));
}

static void check_preferences(const struct teller *t, const struct mip6_config *c)
{
	if (c->interface_count == 0 || c->use_all_interfaces)
		return;
	for (size_t i = 0; i < c->interface_count; i++)
		if (c->interfaces[i].preference > 0)
			return;
	warn(t,
	     "Interface \"%s\": MnIfPreference 0 means that it is not used, and there is no other: "
	     "the mobile node will have no care-of address; write 1 to 10, or leave it out",
	     c->interfaces[0].name);
}

void mip6_conf_warnings(const struct mip6_config *config, mip6_conf_warning_fn tell, void *arg)
{
	const struct teller t = {tell, arg};

	if (config->absent_include[0])
		warn(&t, "there is no file %s to include: what it would say is left out",
		     config->absent_include);
	if (config->role != MIP6_ROLE_MN)
		return;
	if (config->home_count == 0)
		warn(&t, "the mobile node has no home, and does nothing: add a block MnHomeLink "
			 "\"...\" { HomeAgentAddress ...; HomeAddress ...; }");
	for (size_t i = 0; i < config->home_count; i++)
		check_home(&t, config, &config->homes[i]);
	check_preferences(&t, config);
}
