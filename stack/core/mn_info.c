/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What control programs are told of the mobile node. */
#include "mn.h"
#include <string.h>

static const char *state_text(const struct mn_home *home)
{
	if (home->refused)
		return "refused";
	switch (home->place) {
	case MN_NOWHERE:
		return "no link";
	case MN_SEEKING:
	case MN_RETURNING:
		return "returning";
	case MN_AT_HOME:
		return "home";
	case MN_AWAY:
		break;
	}
	return bul_state_text(&home->bul);
}

static struct mip6_registration_info registration(const struct mn_home *home)
{
	const struct bul *b = &home->bul;

	return (struct mip6_registration_info){
	    .hoa = b->hoa,
	    .coa = b->coa,
	    .peer = home->config.ha,
	    .ifindex = home->ifindex,
	    .seq = b->seq,
	    .flags = b->flags,
	    .lifetime = b->granted,
	    .expires = b->expires,
	    .refresh = bul_due(b),
	    .last_sent = b->last_sent,
	    .resends = b->resends,
	    .status = b->status,
	    .state = state_text(home),
	};
}

void mn_registrations(const struct mip6_node *node,
		      bool (*fn)(void *arg, const struct mip6_registration_info *info), void *arg)
{
	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mip6_registration_info info = registration(node->mn->homes[i]);

		if (!fn(arg, &info))
			return;
	}
}

static bool at_home(const struct mn *mn, unsigned ifindex)
{
	for (size_t i = 0; i < mn->home_count; i++)
		if ((mn->homes[i]->place == MN_AT_HOME || mn->homes[i]->place == MN_RETURNING) &&
		    mn->homes[i]->ifindex == ifindex)
			return true;
	return false;
}

static struct mip6_interface_info interface(const struct mip6_node *node, const struct iface *i)
{
	const struct mn_iface *m = i->mn;
	struct mip6_interface_info info = {
	    .ifindex = i->link.ifindex,
	    .up = i->link.up,
	    .preference = i->config.preference,
	    .at_home = at_home(node->mn, i->link.ifindex),
	};

	memcpy(info.name, i->link.name, sizeof(info.name));
	if (m && m->router)
		info.router = m->router->addr;
	if (m && m->best) {
		info.coa = m->best->addr;
		info.in_use = mn_coa_in_use(node, m->best);
	}
	return info;
}

void mn_interfaces(const struct mip6_node *node,
		   bool (*fn)(void *arg, const struct mip6_interface_info *info), void *arg)
{
	for (const struct iface *i = node->ifaces; i; i = i->next) {
		struct mip6_interface_info info = interface(node, i);

		if (i->mn && !fn(arg, &info))
			return;
	}
}
