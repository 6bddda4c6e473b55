/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network of simworld.h: how it is put together. */
#include "simworld.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct mip6_prefix all = {.len = 0};

struct world_params world_params_default(void)
{
	return (struct world_params){
	    .ars = 2,
	    .mns = 1,
	    .mn_ifaces = {1, 1, 1},
	    .mn_links = {{3, -1}, {4, -1}, {3, -1}},
	    .core_delay = 5 * MIP6_MS,
	    .cn_delay = 5 * MIP6_MS,
	    .access_delay = 50 * MIP6_US,
	    .ra_interval = MIP6_SECOND,
	    .lifetime_s = 3600,
	};
}

int world_access(const struct world *w, int link)
{
	for (unsigned i = 0; i < w->params.ars; i++)
		if (w->access[i] == link)
			return (int)i;
	return -1;
}

/* ---- nodes ------------------------------------------------------------------------ */

static void add_links(struct world *w)
{
	const struct world_params *p = &w->params;

	w->cn_link = sim_add_link(w->sim, "3fff:1::/64", p->cn_delay);
	w->core = sim_add_link(w->sim, "3fff:2::/64", p->core_delay);
	w->home = sim_add_link(w->sim, "3fff:3::/64", p->access_delay);
	for (unsigned i = 0; i < p->ars; i++) {
		char prefix[32];

		snprintf(prefix, sizeof(prefix), "3fff:%x::/64", 0x10 + i);
		w->access[i] = sim_add_link(w->sim, prefix, p->access_delay);
	}
	if (p->core_mtu)
		w->sim->links[w->core].mtu = p->core_mtu;
}

static struct mip6_addr attach(struct sim_node *node, int link, unsigned host)
{
	struct mip6_addr addr = sim_address(node->sim, link, host);

	sim_add_address(node, sim_add_iface(node, link), &addr);
	return addr;
}

static struct mip6_if_config advertising(const struct world *w, const char *name,
					 enum mip6_role role)
{
	struct mip6_if_config c;

	mip6_if_config_default(&c, name, role);
	c.advertise.send = true;
	c.advertise.max_interval = w->params.ra_interval;
	c.advertise.min_interval = w->params.ra_interval * 3 / 4;
	c.advertise.min_delay = c.advertise.min_interval;
	c.advertise.lifetime_s = 1800;
	return c;
}

/* Nothing tells mobile nodes that this is their home agent, nor its address. */
static void advertise_plainly(const struct world *w, struct mip6_if_config *c)
{
	struct mip6_advertised_prefix *prefix = &c->advertise.prefixes[0];

	c->advertise.ha_flag = MIP6_DISABLED;
	c->advertise.ha_info = MIP6_DISABLED;
	mip6_advertised_prefix_default(prefix, &w->sim->links[w->home].prefix);
	prefix->router_address = false;
	c->advertise.prefix_count = 1;
}

static void configure_router(const struct world *w, struct sim_node *node, enum mip6_role role)
{
	struct mip6_if_config iface = advertising(w, "eth1", role);
	struct mip6_config c;

	if (role == MIP6_ROLE_HA && w->params.plain_home)
		advertise_plainly(w, &iface);
	mip6_config_default(&c);
	c.role = role;
	c.mn_ha_ipsec = false;
	c.interfaces = &iface;
	c.interface_count = 1;
	sim_configure(node, &c);
}

static void add_fixed(struct world *w)
{
	struct mip6_config c;
	struct mip6_addr gateway;

	w->cn = sim_add_node(w->sim, "CN");
	w->cn_addr = attach(w->cn, w->cn_link, 2);
	w->r = sim_add_node(w->sim, "R");
	gateway = attach(w->r, w->cn_link, 1);
	sim_add_route(w->cn, 0, &all, &gateway);
	gateway = attach(w->r, w->core, 1);
	w->r->forwarding = true;
	w->ha = sim_add_node(w->sim, "HA");
	attach(w->ha, w->core, 2);
	sim_add_route(w->ha, 0, &all, &gateway);
	w->ha_addr = attach(w->ha, w->home, 1);
	configure_router(w, w->ha, MIP6_ROLE_HA);
	gateway = sim_address(w->sim, w->core, 2);
	sim_add_route(w->r, 1, &w->sim->links[w->home].prefix, &gateway);
	w->hl = sim_add_node(w->sim, "HL");
	w->hl_addr = attach(w->hl, w->home, 3);
	sim_add_route(w->hl, 0, &all, &w->ha_addr);
	if (!w->params.cn_config)
		return;
	mip6_config_default(&c);
	sim_configure(w->cn, &c);
}

static void add_ar(struct world *w, unsigned n)
{
	static const char *const names[WORLD_ARS] = {"AR1", "AR2", "AR3", "AR4"};
	struct sim_node *ar = sim_add_node(w->sim, names[n]);
	struct mip6_addr r = sim_address(w->sim, w->core, 1);
	struct mip6_addr own = attach(ar, w->core, 0x10 + n);

	attach(ar, w->access[n], 1);
	sim_add_route(ar, 0, &all, &r);
	sim_add_route(w->r, 1, &w->sim->links[w->access[n]].prefix, &own);
	ar->forwarding = true;
	configure_router(w, ar, MIP6_ROLE_AR);
	w->ars[n] = ar;
}

struct mip6_config world_mn_config(const struct world *w, unsigned mn, uint32_t lifetime_s,
				   unsigned prefer, struct mip6_if_config ifs[2])
{
	struct mip6_home_config home = {.ha = w->ha_addr, .alt_coa = true};
	struct mip6_config c;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_MN;
	c.mn_ha_ipsec = false;
	home.home_prefix = w->sim->links[w->home].prefix;
	for (unsigned i = 0; i < w->home_count; i++) {
		if (w->owner[i] != mn)
			continue;
		home.hoa = (struct mip6_prefix){w->hoas[i], 64};
		c.homes[c.home_count++] = home;
	}
	c.mn_max_ha_binding_life_s = lifetime_s;
	mip6_if_config_default(&ifs[0], "eth0", MIP6_ROLE_MN);
	mip6_if_config_default(&ifs[1], "eth1", MIP6_ROLE_MN);
	ifs[prefer].preference = 1;
	c.interfaces = ifs;
	c.interface_count = w->params.mn_ifaces[mn];
	return c;
}

static void add_mn(struct world *w, unsigned n)
{
	static const char *const names[WORLD_MNS] = {"MN1", "MN2", "MN3"};
	const struct world_params *p = &w->params;
	struct sim_node *mn = sim_add_node(w->sim, names[n]);

	for (unsigned i = 0; i < p->mn_ifaces[n]; i++)
		sim_add_iface(mn, p->mn_links[n][i]);
	w->mns[n] = mn;
}

static void add_home(struct world *w, unsigned mn, bool same_iid)
{
	unsigned n = w->home_count++;
	struct mip6_addr ll = mip6_addr_link_local_eui64(w->mns[mn]->ifaces[0].mac);

	w->owner[n] = mn;
	w->hoas[n] = sim_address(w->sim, w->home, 0x100 + n);
	if (same_iid)
		w->hoas[n] = mip6_addr_combine(&w->sim->links[w->home].prefix, &ll);
}

static void add_homes(struct world *w)
{
	const struct world_params *p = &w->params;
	struct mip6_if_config ifs[2];
	struct mip6_config c;

	for (unsigned i = 0; i < p->mns; i++)
		add_home(w, i, p->same_iid[i]);
	for (unsigned i = 0; i < p->mns; i++)
		if (p->second_home[i])
			add_home(w, i, false);
	for (unsigned i = 0; i < p->mns; i++) {
		c = world_mn_config(w, i, p->lifetime_s, p->prefer[i], ifs);
		sim_configure(w->mns[i], &c);
	}
}

struct world *world_new(uint64_t seed, const struct world_params *params)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->sim = sim_new(seed);
	w->params = *params;
	add_links(w);
	add_fixed(w);
	for (unsigned i = 0; i < params->ars; i++)
		add_ar(w, i);
	for (unsigned i = 0; i < params->mns; i++)
		add_mn(w, i);
	add_homes(w);
	return w;
}

void world_start(struct world *w)
{
	for (size_t i = 0; i < w->sim->node_count; i++)
		if (!w->sim->nodes[i].soft)
			sim_start(&w->sim->nodes[i]);
}

void world_free(struct world *w)
{
	sim_free(w->sim);
	free(w);
}

/* ---- what the two believe ------------------------------------------------------------ */

static bool take_binding(void *arg, const struct mip6_binding_info *info)
{
	struct world_belief *b = arg;

	if (!mip6_addr_equal(&info->hoa, &b->hoa) || strcmp(info->state, "bound") != 0)
		return true;
	b->bound = true;
	b->binding = *info;
	return false;
}

static bool take_registration(void *arg, const struct mip6_registration_info *info)
{
	struct world_belief *b = arg;

	if (!mip6_addr_equal(&info->hoa, &b->hoa))
		return true;
	b->registration = *info;
	b->known = true;
	return false;
}

struct sim_node *world_owner(const struct world *w, unsigned home)
{
	return w->mns[w->owner[home]];
}

struct world_belief world_believe(const struct world *w, unsigned home)
{
	struct world_belief b = {.hoa = w->hoas[home], .registration.state = "none"};
	const struct sim_node *mn = world_owner(w, home);

	if (w->ha->soft)
		mip6_node_bindings(mip6_soft_node(w->ha->soft), take_binding, &b);
	if (mn->soft)
		mip6_node_registrations(mip6_soft_node(mn->soft), take_registration, &b);
	return b;
}

static bool is_registered(const struct world *w, const struct mip6_registration_info *r,
			  bool refreshing)
{
	return strcmp(r->state, "registered") == 0 ||
	       (refreshing && strcmp(r->state, "waiting") == 0 && r->expires > w->sim->now);
}

const char *world_disagreement(const struct world *w, unsigned home, bool refreshing)
{
	const struct sim_node *node = world_owner(w, home);
	struct world_belief b = world_believe(w, home);
	bool at_home = false;
	bool there = false;

	for (size_t i = 0; i < node->iface_count; i++) {
		int link = node->ifaces[i].link;

		at_home = at_home || link == w->home;
		there = there || (link >= 0 && mip6_prefix_contains(&w->sim->links[link].prefix,
								    &b.registration.coa));
	}
	if (!b.known)
		return "the mobile node does not run";
	if (at_home && strcmp(b.registration.state, "home") != 0)
		return "a mobile node on its home link does not know";
	if (at_home)
		return b.bound ? "the home agent holds a binding of a node that is at home" : NULL;
	if (!is_registered(w, &b.registration, refreshing))
		return "a mobile node that is away is not registered";
	if (!there)
		return "the care-of address is not of a link where the node is";
	if (!b.bound)
		return "the home agent holds no binding of a node that is away";
	if (!mip6_addr_equal(&b.binding.coa, &b.registration.coa))
		return "mobile node and home agent hold different care-of addresses";
	return refreshing || b.binding.seq == b.registration.seq ? NULL : "sequence numbers differ";
}

/* ---- packets --------------------------------------------------------------------------- */

enum { TAG_MAGIC = 0x6d697036, UDP = 17, UDP_AT = 40, TAG_AT = 48 };

static uint8_t filler(const struct world_tag *tag, size_t i)
{
	return (uint8_t)(tag->number + i * 7);
}

size_t world_packet(const struct mip6_addr *src, const struct mip6_addr *dst,
		    const struct world_tag *tag, uint8_t *buf, size_t cap)
{
	struct mip6_writer w = wr_init(buf, cap);
	uint16_t sum;

	wr_u32(&w, UINT32_C(6) << 28);
	wr_u16(&w, (uint16_t)(tag->size - UDP_AT));
	wr_u8(&w, UDP);
	wr_u8(&w, 64);
	wr_addr(&w, src);
	wr_addr(&w, dst);
	wr_u16(&w, 5000);
	wr_u16(&w, 5000);
	wr_u16(&w, (uint16_t)(tag->size - UDP_AT));
	wr_u16(&w, 0);
	wr_u32(&w, TAG_MAGIC);
	wr_u8(&w, tag->from);
	wr_u8(&w, tag->to);
	wr_u8(&w, tag->flow);
	wr_u8(&w, tag->forged);
	wr_u32(&w, tag->number);
	wr_u16(&w, tag->size);
	while (w.pos < tag->size && !w.failed)
		wr_u8(&w, filler(tag, w.pos));
	if (w.failed)
		abort();
	sum = ip6_checksum(src, dst, UDP, buf + UDP_AT, (size_t)(tag->size - UDP_AT));
	wr_patch_u16(&w, UDP_AT + 6, sum ? sum : 0xffff);
	return tag->size;
}

bool world_packet_read(const uint8_t *data, size_t len, struct world_tag *ret)
{
	struct mip6_reader r = rd_init(data, len);
	struct mip6_addr src;
	struct mip6_addr dst;

	*ret = (struct world_tag){0};
	if (rd_u32(&r) >> 28 != 6 || rd_u16(&r) != len - UDP_AT || rd_u8(&r) != UDP)
		return false;
	rd_u8(&r);
	src = rd_addr(&r);
	dst = rd_addr(&r);
	rd_u64(&r);
	if (rd_u32(&r) != TAG_MAGIC)
		return false;
	ret->from = rd_u8(&r);
	ret->to = rd_u8(&r);
	ret->flow = rd_u8(&r);
	ret->forged = rd_u8(&r) != 0;
	ret->number = rd_u32(&r);
	ret->size = rd_u16(&r);
	if (r.failed || ret->size != len)
		return false;
	return ip6_checksum(&src, &dst, UDP, data + UDP_AT, len - UDP_AT) == 0;
}
