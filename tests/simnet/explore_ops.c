/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What operations do (explore.h): moves, crashes, losses, and an attacker. Numbers
 * may come from a command line: what is out of range does nothing. */
#include "explore_state.h"
#include <stdio.h>
#include <string.h>

static struct sim_node *node_at(struct explorer *x, int n)
{
	return n >= 0 && (size_t)n < x->sim->node_count ? &x->sim->nodes[n] : NULL;
}

static bool is_mn(const struct explorer *x, int n)
{
	return n >= 0 && n < (int)x->plan->params.mns;
}

static bool is_link(const struct explorer *x, int n)
{
	return n >= 0 && n < (int)x->sim->link_count;
}

/* ---- moves --------------------------------------------------------------------------- */

static void move(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = is_mn(x, op->a) ? x->world->mns[op->a] : NULL;
	bool place = op->c == -1 || (is_link(x, op->c) && op->c >= x->world->home);

	if (!node || op->b < 0 || (size_t)op->b >= node->iface_count || !place)
		return;
	/* Out of nowhere nobody comes without a word. */
	if (op->kind == OP_REPLUG && op->c >= 0 && node->ifaces[op->b].link >= 0) {
		sim_replug_silently(node, (size_t)op->b, op->c);
		return;
	}
	sim_plug(node, (size_t)op->b, -1);
	if (op->c >= 0)
		sim_plug(node, (size_t)op->b, op->c);
}

/* ---- crashes --------------------------------------------------------------------------- */

static void start_again(void *arg, uint32_t value)
{
	struct explorer *x = arg;
	struct sim_node *node = &x->sim->nodes[value];

	if (node->soft)
		return;
	sim_start(node);
	explore_after_start(x, node);
}

static mip6_time after(const struct explorer *x, int ms)
{
	return x->sim->now + (ms < 0 ? 0 : ms) * MIP6_MS;
}

/* A node without records that comes home learns of its binding by asking for its
 * address. Where that or the answer may be lost it learns nothing, and the binding
 * lives to its end. */
static bool disturbed(const struct explore_plan *plan)
{
	for (size_t i = 0; i < plan->op_count; i++) {
		enum explore_op_kind kind = plan->ops[i].kind;

		if (kind == OP_CUT || kind == OP_LOSS)
			return true;
		if (kind == OP_SLEEP || (kind == OP_CRASH && plan->ops[i].a == 2))
			return true;
	}
	return plan->loss > 0;
}

static void forget_home(struct explorer *x, const struct sim_node *node, unsigned n)
{
	struct explore_home *home = &x->homes[n];

	if (node == x->world->ha)
		home->bound = false;
	if (node == x->world->ha || node == world_owner(x->world, n))
		home->before.bound = false;
	if (node != world_owner(x->world, n))
		return;
	home->any_bu = false;
	memset(home->bu_times, 0, sizeof(home->bu_times));
}

static void forget(struct explorer *x, struct sim_node *node)
{
	sim_forget(node);
	x->kept_count = 0; /* whose sequence numbers nobody knows any more */
	x->forgot = x->forgot || (explore_mn_of(x, node) >= 0 && disturbed(x->plan));
	for (unsigned i = 0; i < x->world->home_count; i++)
		forget_home(x, node, i);
}

/* What could not be saved was acknowledged to nobody, and may go with the process; a
 * mobile node may use numbers again that it had no room to note. */
static void lose_unsaved(struct explorer *x, const struct sim_node *node)
{
	for (unsigned i = 0; i < x->world->home_count; i++)
		forget_home(x, node, i);
}

static void crash(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);
	bool unsaved;

	if (!node || !node->soft)
		return;
	unsaved = node->has_config && mip6_node_unsaved(mip6_soft_node(node->soft)) > 0;
	explore_before_kill(x, node);
	if (op->kind == OP_STOP && !node->asleep)
		sim_stop(node);
	else
		sim_kill(node);
	if (op->kind == OP_REBOOT)
		forget(x, node);
	else if (unsaved)
		lose_unsaved(x, node);
	sim_call(x->sim, after(x, op->b), start_again, x, (uint32_t)op->a);
}

/* The interface of a fixed node, or of a mobile one wherever it is then. */
static void carrier_back(void *arg, uint32_t value)
{
	struct explorer *x = arg;
	struct sim_node *node = &x->sim->nodes[value / SIM_IFS];
	struct sim_iface *iface = &node->ifaces[value % SIM_IFS];

	if (iface->link < 0)
		sim_plug(node, value % SIM_IFS, x->flapped[value]);
}

static void flap(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);
	uint32_t key = (uint32_t)op->a * SIM_IFS + (uint32_t)op->b;

	if (!node || op->b < 0 || (size_t)op->b >= node->iface_count ||
	    node->ifaces[op->b].link < 0)
		return;
	x->flapped[key] = node->ifaces[op->b].link;
	sim_plug(node, (size_t)op->b, -1);
	sim_call(x->sim, after(x, op->c), carrier_back, x, key);
}

/* ---- links ------------------------------------------------------------------------------- */

static void mend(void *arg, uint32_t value)
{
	struct explorer *x = arg;

	if (x->cut_until[value] <= x->sim->now)
		x->sim->links[value].cut = false;
	if (x->loss_until[value] <= x->sim->now)
		x->sim->links[value].loss = x->quiet ? 0 : x->plan->loss;
}

static void spoil(struct explorer *x, const struct explore_op *op)
{
	mip6_time until = after(x, op->b);

	if (!is_link(x, op->a) || op->c < 0 || op->c > 100)
		return;
	if (op->kind == OP_CUT) {
		x->sim->links[op->a].cut = true;
		x->cut_until[op->a] = until;
	} else {
		x->sim->links[op->a].loss = (unsigned)op->c;
		x->loss_until[op->a] = until;
	}
	sim_call(x->sim, until, mend, x, (uint32_t)op->a);
}

/* ---- configuration ----------------------------------------------------------------------- */

static void reconfigure(struct explorer *x, const struct explore_op *op)
{
	struct mip6_if_config ifs[2];
	struct mip6_config c;

	if (!is_mn(x, op->a) || op->b < 8 || op->c < 0 ||
	    op->c >= (int)x->plan->params.mn_ifaces[op->a])
		return;
	c = world_mn_config(x->world, (unsigned)op->a, (uint32_t)op->b, (unsigned)op->c, ifs);
	if ((uint32_t)op->b > x->lifetime_s)
		x->lifetime_s = (uint32_t)op->b;
	sim_reconfigure(x->world->mns[op->a], &c);
}

static void limit(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *ha = x->world->ha;
	struct mip6_config c = ha->config;
	struct mip6_if_config iface = c.interfaces[0];

	if (op->a < 8)
		return;
	c.interfaces = &iface;
	c.ha_max_binding_life_s = (uint32_t)op->a;
	sim_reconfigure(ha, &c);
}

/* ---- packets of an attacker ------------------------------------------------------------ */

struct forged {
	uint8_t data[512];
	size_t len;
};

static void put_ethernet(struct forged *f, const uint8_t router[6])
{
	static const uint8_t attacker[6] = {2, 0, 0, 9, 9, 9};

	memcpy(f->data, router, 6);
	memcpy(f->data + 6, attacker, 6);
	f->data[12] = 0x86;
	f->data[13] = 0xdd;
	f->len = 14;
}

static void put_packet(struct forged *f, const struct ip6_packet *p)
{
	int len = ip6_build(p, f->data + 14, sizeof(f->data) - 14);

	f->len = len < 0 ? 0 : 14 + (size_t)len;
}

/* Something that nobody may deliver, from src to dst. */
static size_t inner(const struct mip6_addr *src, const struct mip6_addr *dst, uint8_t *buf,
		    size_t cap)
{
	struct world_tag tag = {.forged = true, .size = 80, .flow = 255};

	return world_packet(src, dst, &tag, buf, cap);
}

/* A Binding Acknowledgement of somebody else for the update that was sent last. */
static void forge_ba(struct forged *f, struct ip6_packet *p, const struct world_belief *b)
{
	struct mh_message m = {.type = MH_BA, .ba = {.seq = b->registration.seq, .lifetime = 10}};
	uint8_t buf[128];
	int len = mh_build(&p->src, &b->hoa, &m, buf, sizeof(buf));

	p->dst = b->registration.coa;
	p->has_rh2 = true;
	p->rh2 = b->hoa;
	p->rh2_segments_left = 1;
	p->next_header = IP6_NH_MH;
	p->payload = buf;
	p->payload_len = len < 0 ? 0 : (size_t)len;
	put_packet(f, p);
}

/* The home agent seems to say that it has no binding for what came out of the tunnel. */
static void forge_hint(const struct explorer *x, struct forged *f, struct ip6_packet *p,
		       const struct world_belief *b)
{
	struct ip6_packet outer = {.src = b->registration.coa, .dst = x->world->ha_addr};
	struct icmp6_error e = {.type = ICMP6_PARAM_PROBLEM, .value = 48};
	uint8_t tunnelled[128];
	uint8_t packet[256];
	uint8_t buf[300];
	int len;

	outer.next_header = IP6_NH_IPV6;
	outer.payload = tunnelled;
	outer.payload_len = inner(&b->hoa, &x->world->cn_addr, tunnelled, sizeof(tunnelled));
	len = ip6_build(&outer, packet, sizeof(packet));
	e.packet = packet;
	e.packet_len = len < 0 ? 0 : (size_t)len;
	p->src = x->world->ha_addr;
	p->dst = b->registration.coa;
	len = icmp6_build_error(&p->src, &p->dst, &e, buf, sizeof(buf));
	p->next_header = IP6_NH_ICMPV6;
	p->payload = buf;
	p->payload_len = len < 0 ? 0 : (size_t)len;
	put_packet(f, p);
}

/* Kinds: 0 tunnel to the home agent for a mobile node, 1 tunnel to the mobile node
 * that is not the home agent's, 2 RH2 with another address, 3 HAO without a binding,
 * 4 tunnel to the home agent for a host without a binding, 5 acknowledgement, 6 error
 * about a tunnel. */
static void forge_packet(struct explorer *x, int kind, struct ip6_packet *p,
			 const struct world_belief *b, struct forged *f)
{
	const struct world *w = x->world;
	uint8_t buf[128];

	p->payload = buf;
	p->next_header = IP6_NH_IPV6;
	p->dst = w->ha_addr;
	if (kind == 0)
		p->payload_len = inner(&b->hoa, &w->cn_addr, buf, sizeof(buf));
	if (kind == 1) {
		p->dst = b->registration.coa;
		p->payload_len = inner(&w->cn_addr, &b->hoa, buf, sizeof(buf));
	}
	if (kind == 4)
		p->payload_len = inner(&w->hl_addr, &w->cn_addr, buf, sizeof(buf));
	if (kind == 2 || kind == 3) {
		const struct mip6_addr *dst = kind == 2 ? &w->cn_addr : &w->ha_addr;
		size_t len = inner(kind == 2 ? &p->src : &b->hoa, dst, buf, sizeof(buf));

		p->dst = kind == 2 ? b->registration.coa : w->ha_addr;
		p->has_rh2 = kind == 2;
		p->rh2 = w->cn_addr;
		p->rh2_segments_left = 1;
		p->has_hao = kind == 3;
		p->hao = b->hoa;
		p->next_header = 17;
		p->payload = buf + 40;
		p->payload_len = len - 40;
	}
	put_packet(f, p);
}

static void forge(struct explorer *x, const struct explore_op *op)
{
	const struct sim_node *router;
	struct world_belief b;
	struct ip6_packet p = {.hop_limit = 64};
	struct forged f;
	int access;

	if (op->b < 0 || op->b >= (int)x->world->home_count || !is_link(x, op->c) ||
	    op->c < x->world->home)
		return;
	access = world_access(x->world, op->c);
	router = access < 0 ? x->world->ha : x->world->ars[access];
	b = world_believe(x->world, (unsigned)op->b);
	if (mip6_addr_is_unspecified(&b.registration.coa))
		return;
	p.src = sim_address(x->sim, op->c, 0x66);
	put_ethernet(&f, router->ifaces[1].mac);
	if (op->a == 5)
		forge_ba(&f, &p, &b);
	else if (op->a == 6)
		forge_hint(x, &f, &p, &b);
	else
		forge_packet(x, op->a, &p, &b, &f);
	if (f.len)
		sim_inject(x->sim, op->c, f.data, f.len);
}

static void replay(struct explorer *x, const struct explore_op *op)
{
	for (size_t i = 0; i < EXPLORE_KEPT && i < x->kept_count; i++) {
		const struct explore_frame *f = &x->kept[i];

		if (x->sim->now - f->at <= (op->a < 0 ? 0 : op->a) * MIP6_MS)
			sim_inject(x->sim, f->link, f->data, f->len);
	}
}

/* ---- the rest -------------------------------------------------------------------------------- */

void explore_send(struct explorer *x, struct explore_flow *flow, uint16_t size)
{
	struct world_tag tag = {.from = (uint8_t)flow->from->index, .to = (uint8_t)flow->to->index};
	uint8_t buf[1500];

	if (flow->mn >= 0 && !sim_usable(flow->from, &flow->src))
		return; /* no socket has this address now */
	tag.flow = (uint8_t)(flow - x->flows);
	tag.number = ++flow->number;
	tag.size = size;
	sim_output(flow->from, buf, world_packet(&flow->src, &flow->dst, &tag, buf, sizeof(buf)));
}

static void nap(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);

	if (node && node->soft)
		sim_sleep(node, after(x, op->b));
}

static void flush(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);

	for (size_t i = 0; node && node->soft && !node->asleep && i < node->iface_count; i++) {
		mip6_soft_flush(node->soft, node->ifaces[i].ifindex);
		sim_settle(node);
	}
}

static void break_routes(struct explorer *x, const struct explore_op *op)
{
	struct sim_node *node = node_at(x, op->a);

	for (size_t i = 0; node && node->soft && i < node->route_count; i++) {
		const struct sim_route *r = &node->routes[i];

		(void)mip6_soft_route(node->soft, x->sim->now, &r->dst, r->ifindex, &r->gateway,
				      false);
	}
	if (node)
		node->route_count = 0;
}

void explore_operate(void *arg, uint32_t value)
{
	static void (*const acts[OP_KINDS])(struct explorer *, const struct explore_op *) = {
	    [OP_PLUG] = move,	       [OP_REPLUG] = move,	 [OP_CRASH] = crash,
	    [OP_REBOOT] = crash,       [OP_STOP] = crash,	 [OP_FLAP] = flap,
	    [OP_SLEEP] = nap,	       [OP_CUT] = spoil,	 [OP_LOSS] = spoil,
	    [OP_CONFIG] = reconfigure, [OP_FORGE] = forge,	 [OP_REPLAY] = replay,
	    [OP_FLUSH] = flush,	       [OP_RENEW] = limit,	 [OP_BREAK] = break_routes,
	    [OP_ROB] = explore_rob,    [OP_ECHO] = explore_echo, [OP_ADVERT] = explore_advert,
	    [OP_DISK] = explore_disk,
	};
	struct explorer *x = arg;
	const struct explore_op *op = &x->plan->ops[value];

	if (x->trace)
		printf("%12.6f     -- %s %d %d %d\n", (double)x->sim->now / 1e9,
		       explore_op_name(op->kind), op->a, op->b, op->c);
	if (op->kind == OP_LARGE && op->a >= 0 && (size_t)op->a < x->flow_count)
		explore_send(x, &x->flows[op->a], 1280);
	else if (acts[op->kind])
		acts[op->kind](x, op);
	explore_check_all(x);
}

/* What a person would do. */
static void reload_refused(struct explorer *x)
{
	for (unsigned i = 0; i < x->world->home_count; i++) {
		struct world_belief b = world_believe(x->world, i);
		struct mip6_if_config ifs[2];
		struct mip6_config c;

		if (!x->homes[i].excused || strcmp(b.registration.state, "refused") != 0)
			continue;
		c = world_mn_config(x->world, x->world->owner[i], x->lifetime_s, 0, ifs);
		sim_reconfigure(world_owner(x->world, i), &c);
	}
}

void explore_calm(struct explorer *x)
{
	x->quiet = true;
	for (size_t i = 0; i < x->sim->link_count; i++) {
		x->sim->links[i].loss = 0;
		x->sim->links[i].duplicate = 0;
		x->sim->links[i].jitter = 0;
		x->sim->links[i].cut = false;
		x->sim->links[i].echo = false;
	}
	for (size_t i = 0; i < x->sim->node_count; i++)
		x->sim->nodes[i].save_fails = false;
	for (unsigned i = 0; i < x->plan->params.mns; i++) {
		struct sim_node *mn = x->world->mns[i];
		bool plugged = false;

		for (size_t k = 0; k < mn->iface_count; k++)
			plugged = plugged || mn->ifaces[k].link >= 0;
		if (!plugged)
			sim_plug(mn, 0, x->world->access[0]);
	}
	for (uint32_t i = 0; i < x->sim->node_count; i++)
		start_again(x, i);
	reload_refused(x);
}
