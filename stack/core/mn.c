/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The mobile node engine's entry points, and mn_update: after each input it
 * decides where each home address is reached, brings the wanted objects up to
 * date and sends the Binding Updates that are due, all in the same step. */
#include "mn.h"
#include <stdlib.h>
#include <string.h>

/* ---- deciding ------------------------------------------------------------------------ */

bool mn_may_use(const struct mip6_node *node, const struct iface *iface)
{
	bool all = node->config.use_all_interfaces;

	if (node->config.home_count == 0) /* nobody to register with: it does nothing */
		return false;
	if (!(iface->configured || all) || iface->config.type != MIP6_ROLE_MN)
		return false;
	if (iface->config.preference <= 0 || strcmp(iface->link.name, "lo") == 0)
		return false;
	if (iface->configured && node->config.interface_count > 0)
		return true;
	return iface->link.mac_len == 6;
}

static bool registers_coa(const struct mn_home *home)
{
	return home->place == MN_AWAY || home->place == MN_SEEKING;
}

bool mn_coa_in_use(const struct mip6_node *node, const struct mn_coa *coa)
{
	for (size_t i = 0; i < node->mn->home_count; i++) {
		const struct mn_home *home = node->mn->homes[i];

		if (registers_coa(home) && home->ifindex == coa->owner->iface->link.ifindex &&
		    mip6_addr_equal(&home->coa, &coa->addr))
			return true;
	}
	return false;
}

/* The address in use, which wins ties. That is not yet one which the home agent has
 * not acknowledged, while the one before is there. */
static struct mip6_addr previous_coa(const struct mip6_node *node)
{
	struct mip6_addr none = {{0}};

	for (size_t i = 0; i < node->mn->home_count; i++) {
		const struct mn_home *home = node->mn->homes[i];

		if (!registers_coa(home))
			continue;
		if (home->bul.state == BUL_WAITING &&
		    mn_coa_find(node, home->confirmed_ifindex, &home->confirmed))
			return home->confirmed;
		return home->coa;
	}
	return none;
}

static void emit_chosen(const struct mn_home *home, mip6_time now, const struct mn_coa *coa)
{
	struct mip6_event e =
	    mip6_event_make(MIP6_EV_COA_CHOSEN, now, coa->owner->iface->link.ifindex);

	mip6_event_addr(&e, "hoa", &home->config.hoa.addr);
	mip6_event_addr(&e, "coa", &coa->addr);
	node_emit(home->node, &e);
}

/* The chosen address is the one that is registered, or being registered. */
static void stay(struct mn_home *home, mip6_time now, const struct mn_coa *coa)
{
	/* Its link was down when a Binding Update fell due, and is back. */
	if (home->bul.state == BUL_WAITING && bul_due(&home->bul) == MIP6_NEVER)
		mn_register_resume(home, now);
	/* A new attachment is worth another try. */
	if (home->bul.state == BUL_FAILED && coa->announce)
		mn_register_away(home, now, coa);
}

static void decide_away(struct mn_home *home, mip6_time now, const struct mip6_addr *previous)
{
	const struct mn_coa *coa = mn_coa_best(home->node, now, NULL, &home->config.ha, previous);

	if (!coa)
		return;
	if (home->place == MN_AWAY && mip6_addr_equal(&home->coa, &coa->addr) &&
	    home->ifindex == coa->owner->iface->link.ifindex) {
		stay(home, now, coa);
		return;
	}
	emit_chosen(home, now, coa);
	mn_register_away(home, now, coa);
}

static void decide(struct mn_home *home, mip6_time now, const struct mip6_addr *previous)
{
	struct mn_iface *m = home_link(home, now);

	if (home->refused)
		return;
	if (!m || home->node->config.no_home_return || !home_is_proven(home, now, m)) {
		decide_away(home, now, previous);
		return;
	}
	home_note_prefix(home, now, m);
	home_arrive(home, now, m);
	if (home->place == MN_RETURNING && home->bul.state == BUL_WAITING &&
	    bul_due(&home->bul) == MIP6_NEVER)
		bul_due_now(&home->bul, now);
}

static void select_in(struct mn_iface *m, mip6_time now, const struct mip6_addr *ha,
		      const struct mip6_addr *previous)
{
	mn_coa_expire(m, now);
	m->best = mn_coa_best(m->node, now, m, ha, previous);
	movement_select_router(m, now);
	movement_plan(m, now);
}

void mn_update(struct mip6_node *node, mip6_time now)
{
	struct mn *mn = node->mn;
	struct mip6_addr previous;
	bool due = false;

	if (!mn->running)
		return;
	if (mn->home_count == 0) {
		plane_unwant_all(node->plane, mn);
		return;
	}
	previous = previous_coa(node);
	for (size_t i = 0; i < mn->home_count; i++)
		decide(mn->homes[i], now, &previous);
	previous = previous_coa(node);
	for (struct iface *i = node->ifaces; i; i = i->next)
		if (i->mn)
			select_in(i->mn, now, &mn->homes[0]->config.ha, &previous);
	mn_plane_sync(node, now);
	for (size_t i = 0; i < mn->home_count; i++)
		due = due || mn_register_is_due(mn->homes[i], now) || mn_plane_untold(mn->homes[i]);
	if (due)
		node_commit(node, now);
	for (struct iface *i = node->ifaces; i; i = i->next)
		if (i->mn)
			mn_lack_check(i->mn, now);
	mn_plane_tell(node, now);
	for (size_t i = 0; i < mn->home_count; i++)
		mn_register_flush(mn->homes[i], now);
	for (struct iface *i = node->ifaces; i; i = i->next)
		if (i->mn && i->mn->routers)
			movement_check_link_local(i->mn, now);
}

/* ---- life ------------------------------------------------------------------------------- */

int mn_new(struct mip6_node *node)
{
	node->mn = calloc(1, sizeof(*node->mn));
	return node->mn ? MIP6_OK : MIP6_ERR_NOMEM;
}

static void free_home(struct mn_home *home)
{
	home_leave(home);
	mn_record_end(home);
	timer_stop(&home->node->timers, &home->timer);
	timer_stop(&home->node->timers, &home->refused_timer);
	timer_stop(&home->node->timers, &home->proof_timer);
	free(home);
}

static void clear(struct mip6_node *node)
{
	struct mn *mn = node->mn;

	mn->running = false;
	for (struct iface *i = node->ifaces; i; i = i->next)
		movement_remove(node, i);
	for (size_t i = 0; i < mn->home_count; i++)
		free_home(mn->homes[i]);
	mn->home_count = 0;
}

void mn_free(struct mip6_node *node)
{
	clear(node);
	mn_record_free_all(node->mn);
	free(node->mn);
	node->mn = NULL;
}

/* One tunnel serves the node, so all home addresses share one home agent. */
static int check_config(struct mip6_node *node, mip6_time now)
{
	const struct mip6_config *c = &node->config;

	if (c->home_count == 0)
		return MIP6_OK;
	if (c->mn_ha_ipsec) {
		node_warn(node, now, "IPsec is not there yet: write \"UseMnHaIPsec disabled;\"");
		return MIP6_ERR_CONFIG;
	}
	if (mip6_addr_is_unspecified(&c->homes[0].ha)) {
		node_warn(node, now,
			  "a MnHomeLink with HomeAgentAddress and HomeAddress is needed");
		return MIP6_ERR_CONFIG;
	}
	for (size_t i = 1; i < c->home_count; i++) {
		if (mip6_addr_equal(&c->homes[i].ha, &c->homes[0].ha))
			continue;
		node_warn(node, now, "all home addresses need the same HomeAgentAddress");
		return MIP6_ERR_CONFIG;
	}
	return MIP6_OK;
}

static struct mn_home *new_home(struct mip6_node *node, const struct mip6_home_config *config)
{
	struct mn_home *home = calloc(1, sizeof(*home));

	if (!home)
		return NULL;
	home->node = node;
	home->config = *config;
	home_timer_init(home);
	mn_record_init(home);
	home->prefix_until = MIP6_NEVER;
	mn_hint_init(home);
	mn_register_init(home, (uint16_t)node_random_u32(node));
	return home;
}

/* Takes the home with this address and home agent out of the list, or NULL. */
static struct mn_home *take_home(struct mn_home **homes, size_t count,
				 const struct mip6_home_config *config)
{
	for (size_t i = 0; i < count; i++) {
		struct mn_home *home = homes[i];

		if (!home || !mip6_addr_equal(&home->config.ha, &config->ha) ||
		    !mip6_addr_equal(&home->config.hoa.addr, &config->hoa.addr))
			continue;
		homes[i] = NULL;
		return home;
	}
	return NULL;
}

/* A reload, as a start, is somebody's decision to try again what was refused. */
static void try_again(struct mn_home *home)
{
	home_try_again(home);
	home->refusals = 0;
	if (home->bul.state == BUL_FAILED)
		home->place = MN_NOWHERE;
}

/* The configuration no longer has this home: its binding must not outlive it. */
static void drop_home(struct mn_home *home, mip6_time now)
{
	mn_register_end(home, now);
	free_home(home);
}

/* The homes of the configuration; those that were there before go on. */
static int set_homes(struct mip6_node *node, mip6_time now)
{
	struct mn *mn = node->mn;
	struct mn_home *old[MIP6_MAX_HOMES] = {NULL};
	size_t old_count = mn->home_count;
	int err = MIP6_OK;

	memcpy(old, mn->homes, sizeof(old));
	mn->home_count = 0;
	for (size_t i = 0; i < node->config.home_count; i++) {
		const struct mip6_home_config *config = &node->config.homes[i];
		struct mn_home *home = take_home(old, old_count, config);

		if (!home)
			home = new_home(node, config);
		if (!home) {
			err = MIP6_ERR_NOMEM;
			break;
		}
		home->config = *config;
		home->index = (unsigned)i;
		try_again(home);
		mn->homes[mn->home_count++] = home;
	}
	for (size_t i = 0; i < old_count; i++)
		if (old[i])
			drop_home(old[i], now);
	return err;
}

static int set_interfaces(struct mip6_node *node, mip6_time now)
{
	for (struct iface *i = node->ifaces; i; i = i->next) {
		bool use = mn_may_use(node, i);
		int err = MIP6_OK;

		if (use && !i->mn)
			err = movement_add(node, now, i);
		else if (!use && i->mn)
			movement_remove(node, i);
		if (err < 0)
			return err;
	}
	return MIP6_OK;
}

int mn_start(struct mip6_node *node, mip6_time now)
{
	struct mn *mn = node->mn;
	int err = check_config(node, now);

	if (err < 0)
		return err;
	if (node->config.home_count > 0)
		node_warn(node, now, "Binding Updates are not protected (UseMnHaIPsec disabled)");
	err = set_homes(node, now);
	if (err < 0)
		return err;
	mn->running = true;
	err = set_interfaces(node, now);
	for (size_t i = 0; i < mn->home_count; i++)
		for (const struct mn_restored *r = mn->records; r; r = r->next)
			if (mip6_addr_equal(&r->hoa, &mn->homes[i]->config.hoa.addr))
				mn_record_apply(mn->homes[i], now, r);
	mn_record_free_all(mn);
	mn_update(node, now);
	return err;
}

void mn_stop(struct mip6_node *node, mip6_time now)
{
	(void)now;
	clear(node);
	plane_unwant_all(node->plane, node->mn);
}

void mn_retry(struct mip6_node *node, mip6_time now)
{
	mn_update(node, now);
}

int mn_reconfigure(struct mip6_node *node, mip6_time now)
{
	int err = check_config(node, now);

	if (err < 0)
		return err;
	err = set_homes(node, now);
	if (err == MIP6_OK)
		err = set_interfaces(node, now);
	mn_update(node, now);
	return err;
}

void mn_refresh(struct mip6_node *node, mip6_time now)
{
	for (size_t i = 0; i < node->mn->home_count; i++) {
		struct mn_home *home = node->mn->homes[i];

		if (home->refused)
			try_again(home);
		else if (home->place == MN_AWAY)
			mn_register_refresh(home, now, false);
	}
	mn_update(node, now);
}

/* ---- inputs --------------------------------------------------------------------------------- */

void mn_link(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	struct mn_iface *m = iface->mn;

	if (!node->mn->running)
		return;
	if (!m && mn_may_use(node, iface))
		(void)movement_add(node, now, iface);
	else if (m && !iface->link.up && m->attached)
		movement_detach(m, now, "link down");
	else if (m && iface->link.up && (iface->link.attached || !m->attached))
		movement_attach(m, now, "link event");
	mn_update(node, now);
}

void mn_link_gone(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	struct mn *mn = node->mn;

	if (!mn->running || !iface->mn)
		return;
	movement_remove(node, iface);
	for (size_t i = 0; i < mn->home_count; i++) {
		struct mn_home *home = mn->homes[i];

		if (home->ifindex != iface->link.ifindex || home->place == MN_AWAY)
			continue;
		home_leave(home);
		home->place = MN_NOWHERE;
	}
	mn_update(node, now);
}

void mn_address(struct mip6_node *node, mip6_time now, struct iface *iface)
{
	if (node->mn->running && iface->mn)
		movement_source_ready(iface->mn, now);
}

void mn_receive_ra(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_ra *ra)
{
	if (!node->mn->running || !iface->mn)
		return;
	movement_receive_ra(iface->mn, now, p, ra);
	mn_update(node, now);
}

void mn_receive_na(struct mip6_node *node, mip6_time now, struct iface *iface,
		   const struct ip6_packet *p, const struct nd_na *na)
{
	(void)p;
	if (!node->mn->running || !iface->mn)
		return;
	if (na->flags & ND_NA_S)
		movement_neighbour_seen(iface->mn, now, na);
	for (size_t i = 0; i < node->mn->home_count; i++)
		home_receive_na(node->mn->homes[i], now, iface->mn, na);
	mn_update(node, now);
}

void mn_receive_mh(struct mip6_node *node, mip6_time now, const struct ip6_packet *p,
		   const struct mh_message *m)
{
	if (node->mn->running)
		mn_register_receive(node, now, p, m);
}

void mn_receive_error(struct mip6_node *node, mip6_time now, struct iface *iface,
		      const struct ip6_packet *p, const struct icmp6_error *e)
{
	(void)iface;
	if (node->mn->running)
		mn_hint_error(node, now, p, e);
}

void mn_neighbour_failed(struct mip6_node *node, mip6_time now, struct iface *iface,
			 const struct mip6_addr *addr)
{
	if (!node->mn->running || !iface->mn)
		return;
	movement_neighbour_failed(iface->mn, now, addr);
	mn_update(node, now);
}
