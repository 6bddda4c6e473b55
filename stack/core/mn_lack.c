/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Why there is no care-of address. A mobile node with a link and without an address on
 * it is cut off, and nothing that it sends or receives says why: what its routers
 * advertise does not suffice for stateless autoconfiguration (RFC 4862 5.5.3), or all
 * that could be formed was refused. When that has lasted, one warning tells the reason;
 * the next one comes when there was an address in between, or another link. */
#include "mn.h"
#include <stdio.h>

#define LACK_PATIENCE (5 * MIP6_SECOND)

/* One that is home somewhere, or has an address to register, lacks nothing. */
static bool is_served(const struct mip6_node *node)
{
	for (size_t i = 0; i < node->mn->home_count; i++) {
		enum mn_place place = node->mn->homes[i]->place;

		if (place != MN_NOWHERE && place != MN_AWAY)
			return true;
	}
	for (const struct iface *i = node->ifaces; i; i = i->next)
		if (i->mn && i->mn->attached && i->mn->best)
			return true;
	return false;
}

static bool lacks(const struct mn_iface *m)
{
	return m->attached && m->iface->configured && !m->best && !is_served(m->node);
}

/* What is wrong with a prefix; NULL: nothing, or it has no word on autoconfiguration. */
static const char *prefix_fault(const struct mn_iface *m, const struct router *r,
				const struct router_prefix *p, mip6_time now)
{
	const struct mip6_addr *ha = &m->node->mn->homes[0]->config.ha;

	if (home_is_advertised(m->node, p) && r->home_denied_until > now)
		return "is the home prefix, but the home agent does not answer here";
	if (!(p->flags & ND_PIO_A))
		return NULL;
	if (p->prefix.len != 64)
		return "is not of 64 bits";
	if (!router_is_default(r, now))
		return "is of a router with lifetime 0";
	if (mip6_addr_is_ula(&p->prefix.addr) && !mip6_addr_is_ula(ha))
		return "is unique local, from where the home agent is not reached";
	return NULL;
}

/* The first prefix that could have given an address and did not. */
static bool find_fault(const struct mn_iface *m, mip6_time now, char *text, size_t cap)
{
	char prefix[MIP6_PREFIX_TEXT];

	for (const struct router *r = m->routers; r; r = r->next)
		for (size_t i = 0; r->state == ROUTER_LIVE && i < r->prefix_count; i++) {
			const struct router_prefix *p = &r->prefixes[i];
			const char *fault = prefix_fault(m, r, p, now);

			if (!fault)
				continue;
			snprintf(text, cap, "the advertised prefix %s %s",
				 mip6_prefix_format(&p->prefix, prefix), fault);
			return true;
		}
	return false;
}

static bool any_router(const struct mn_iface *m, uint8_t flags)
{
	for (const struct router *r = m->routers; r; r = r->next)
		if (r->state == ROUTER_LIVE && (r->flags & flags) == flags)
			return true;
	return false;
}

static bool all_taken(const struct mn_iface *m)
{
	for (const struct mn_coa *c = m->coas; c; c = c->next)
		if (c->usable)
			return false;
	return m->coas != NULL;
}

static void find_reason(const struct mn_iface *m, mip6_time now, char *text, size_t cap)
{
	if (!any_router(m, 0))
		snprintf(text, cap, "no router advertises on its link");
	else if (find_fault(m, now, text, cap))
		return;
	else if (any_router(m, ND_RA_M))
		snprintf(text, cap,
			 "its routers give addresses by DHCPv6 only (flag M), for which mip6d "
			 "does not ask");
	else
		snprintf(text, cap,
			 "its routers advertise no prefix for autoconfiguration (flag A)");
}

static void lack_fire(void *arg, mip6_time now)
{
	struct mn_iface *m = arg;
	char reason[160];
	char text[256];

	/* That each address is another node's was told when the last one was tried. */
	if (!lacks(m) || m->lack_told || all_taken(m))
		return;
	m->lack_told = true;
	find_reason(m, now, reason, sizeof(reason));
	snprintf(text, sizeof(text), "interface %s has a link and no care-of address: %s",
		 m->iface->link.name, reason);
	node_warn(m->node, now, text);
}

void mn_lack_init(struct mn_iface *m)
{
	timer_init(&m->lack_timer, lack_fire, m);
}

void mn_lack_stop(struct mn_iface *m)
{
	timer_stop(&m->node->timers, &m->lack_timer);
	m->lack_told = false;
}

void mn_lack_check(struct mn_iface *m, mip6_time now)
{
	if (!lacks(m))
		mn_lack_stop(m);
	else if (!m->lack_told && !timer_is_set(&m->lack_timer))
		(void)timer_set(&m->node->timers, &m->lack_timer, now + LACK_PATIENCE);
}
