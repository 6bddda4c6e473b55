/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seed's life (explore.h): the network begins, operations happen, trouble ends,
 * and then rounds of packets, one of each flow, must all arrive exactly once, while
 * mobile nodes and home agent agree: within the bound, and from then on. */
#include "explore_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_TO_BE_WELL = 3 };

/* Longer than any operation lasts. */
static const mip6_time aftermath = 6500 * MIP6_MS;
/* What a move alone may cost: DAD of the home address, a Binding Update held back by
 * the rate limit, a second address where the first is taken. Not a neighbour that is
 * given up: those who need to know are told, unless somebody's advertisement carried the
 * node off in between. */
static const mip6_time calm_bound = 4 * MIP6_SECOND;

/* ---- traffic ------------------------------------------------------------------------- */

static void add_flow(struct explorer *x, struct sim_node *from, const struct mip6_addr *src,
		     struct sim_node *to, const struct mip6_addr *dst)
{
	struct explore_flow *f = &x->flows[x->flow_count++];

	if (x->flow_count > EXPLORE_FLOWS)
		abort();
	*f = (struct explore_flow){.from = from, .to = to, .src = *src, .dst = *dst};
	f->mn = explore_mn_of(x, from);
	f->hop_limit = 64;
	/* R and HA are on the way of all traffic with CN, wherever a node is. */
	if (from == x->world->cn || to == x->world->cn)
		f->hop_limit = 62;
}

static void add_flows(struct explorer *x)
{
	const struct world *w = x->world;

	for (unsigned i = 0; i < w->home_count; i++) {
		struct sim_node *mn = world_owner(w, i);

		add_flow(x, w->cn, &w->cn_addr, mn, &w->hoas[i]);
		add_flow(x, mn, &w->hoas[i], w->cn, &w->cn_addr);
		add_flow(x, w->hl, &w->hl_addr, mn, &w->hoas[i]);
		add_flow(x, mn, &w->hoas[i], w->hl, &w->hl_addr);
	}
	if (x->plan->params.mns > 1) {
		add_flow(x, w->mns[0], &w->hoas[0], w->mns[1], &w->hoas[1]);
		add_flow(x, w->mns[1], &w->hoas[1], w->mns[0], &w->hoas[0]);
	}
}

static void send_next(void *arg, uint32_t value)
{
	struct explorer *x = arg;

	if (x->quiet)
		return;
	explore_send(x, &x->flows[value], 100);
	sim_call(x->sim, x->sim->now + x->plan->gap, send_next, x, value);
}

/* ---- trouble --------------------------------------------------------------------------- */

static void spoil_links(struct explorer *x)
{
	for (size_t i = 0; i < x->sim->link_count; i++) {
		x->sim->links[i].loss = x->plan->loss;
		x->sim->links[i].duplicate = x->plan->duplicate;
	}
	x->sim->links[x->world->core].jitter = x->plan->jitter;
}

/* An AR has the address that the mobile node would form on its link. */
static void squat(struct explorer *x)
{
	const struct explore_plan *p = x->plan;
	struct mip6_addr addr;

	if (p->squat_mn < 0)
		return;
	addr = mip6_addr_link_local_eui64(x->world->mns[p->squat_mn]->ifaces[0].mac);
	addr = mip6_addr_combine(&x->sim->links[x->world->access[p->squat_access]].prefix, &addr);
	sim_add_address(x->world->ars[p->squat_access], 1, &addr);
}

static void begin(struct explorer *x)
{
	const struct explore_plan *p = x->plan;

	x->sim->watch = explore_watch();
	x->sim->watch_arg = x;
	x->lifetime_s = p->params.lifetime_s;
	add_flows(x);
	squat(x);
	world_start(x->world);
	spoil_links(x);
	for (uint32_t i = 0; i < x->flow_count; i++)
		sim_call(x->sim, (i + 1) * 37 * MIP6_MS, send_next, x, i);
	for (uint32_t i = 0; i < p->op_count; i++)
		sim_call(x->sim, p->ops[i].at_ms * MIP6_MS, explore_operate, x, i);
}

static mip6_time trouble_ends(const struct explore_plan *p)
{
	mip6_time last = 3 * MIP6_SECOND;

	for (size_t i = 0; i < p->op_count; i++)
		if (p->ops[i].at_ms * MIP6_MS > last)
			last = p->ops[i].at_ms * MIP6_MS;
	return last + (p->calm ? 100 * MIP6_MS : aftermath);
}

/* ---- quiet ------------------------------------------------------------------------------- */

/* What may pass until all is well: a retransmission is at most MAX_BINDACK_TIMEOUT
 * away (RFC 6275 12), or a move without a link event shows by three advertisements
 * that do not come and three probes; then a Binding Update, whose answer waits for
 * DAD; and a neighbour that is not where it was is given up after 5 + 3 s (RFC 4861
 * 10). What the home agent forgot comes back by the mobile nodes' own packets; what a
 * mobile node forgot, and could not ask for, ends with its lifetime. */
static bool is_foul(const struct explore_plan *plan)
{
	for (size_t i = 0; i < plan->op_count; i++)
		if (plan->ops[i].kind == OP_ADVERT)
			return true;
	return false;
}

static mip6_time bound(const struct explorer *x)
{
	mip6_time retry = 32 * MIP6_SECOND;
	mip6_time detect = 3 * x->plan->params.ra_interval + 3 * MIP6_SECOND;
	mip6_time t = retry > detect ? retry : detect;

	if (x->plan->calm)
		return calm_bound + (is_foul(x->plan) ? 8 * MIP6_SECOND : 0);
	t += (2 + 1 + 8 + ROUNDS_TO_BE_WELL + 2) * MIP6_SECOND;
	if (x->forgot)
		t += (mip6_time)x->lifetime_s * MIP6_SECOND;
	return t;
}

/* One packet of each flow; NULL when all arrive once and all agree. */
static const char *quiet_round(struct explorer *x, uint16_t size, bool refreshing)
{
	const char *wrong = NULL;

	for (size_t i = 0; i < x->flow_count; i++) {
		struct explore_flow *f = &x->flows[i];

		f->got = 0;
		f->asked = f->number + 1;
		explore_send(x, f, size);
	}
	sim_run(x->sim, x->sim->now + MIP6_SECOND);
	if (x->sim->stop)
		return NULL;
	explore_check_all(x);
	for (size_t i = 0; i < x->flow_count; i++)
		if (x->flows[i].got != 1)
			wrong = x->flows[i].got ? "after quiet a packet arrives twice"
						: "after quiet packets do not arrive";
	for (size_t i = 0; i < x->sim->node_count; i++)
		if (x->sim->nodes[i].has_config &&
		    mip6_node_unsaved(mip6_soft_node(x->sim->nodes[i].soft)) > 0)
			wrong = "after quiet records are not saved";
	for (unsigned i = 0; i < x->world->home_count; i++) {
		const char *other = world_disagreement(x->world, i, refreshing);

		wrong = other ? other : wrong;
	}
	return wrong;
}

static void check_squat(struct explorer *x)
{
	const struct explore_plan *p = x->plan;
	struct mip6_addr addr;
	struct world_belief b;

	if (p->squat_mn < 0 || x->sim->stop)
		return;
	addr = mip6_addr_link_local_eui64(x->world->mns[p->squat_mn]->ifaces[0].mac);
	b = world_believe(x->world, (unsigned)p->squat_mn);
	addr = mip6_addr_combine(&x->sim->links[x->world->access[p->squat_access]].prefix, &addr);
	if (b.bound && mip6_addr_equal(&b.binding.coa, &addr))
		explore_fail(x, x->world->mns[p->squat_mn],
			     "a care-of address that another node has");
}

static void recover(struct explorer *x)
{
	mip6_time until = x->sim->now + bound(x);
	unsigned well = 0;
	unsigned rounds = 0;

	while (well < ROUNDS_TO_BE_WELL && !x->sim->stop) {
		const char *wrong = quiet_round(x, ++rounds % 2 ? 100 : 1280, well > 0);

		well = wrong ? 0 : well + 1;
		if (wrong && x->sim->now > until)
			explore_fail(x, NULL, wrong);
	}
}

/* All that is well stays well: bindings are renewed, neighbours confirmed. A router that
 * was forged with a high preference is tried again now and then, for a second. */
static void stay(struct explorer *x)
{
	unsigned allowed = is_foul(x->plan) ? 1 : 0;
	unsigned in_a_row = 0;
	mip6_time until =
	    x->sim->now + (mip6_time)x->lifetime_s * MIP6_SECOND * 13 / 10 + 5 * MIP6_SECOND;

	while (x->plan->stay && x->lifetime_s <= 60 && x->sim->now < until && !x->sim->stop) {
		const char *wrong = quiet_round(x, 100, true);

		in_a_row = wrong ? in_a_row + 1 : 0;
		if (in_a_row > allowed)
			explore_fail(x, NULL, wrong);
		sim_run(x->sim, x->sim->now + 1700 * MIP6_MS);
	}
}

static void end(struct explorer *x)
{
	for (size_t i = 0; i < x->sim->node_count && !x->sim->stop; i++)
		sim_stop(&x->sim->nodes[i]);
	x->result.digest = x->sim->digest;
	x->result.frames = x->sim->frames;
	x->result.simulated = x->sim->now;
	free(x->bus);
	free(x->bas);
	world_free(x->world);
}

struct explore_result explore_run(const struct explore_plan *plan, unsigned trace)
{
	struct explorer *x = calloc(1, sizeof(*x));
	struct explore_result result;

	if (!x)
		abort();
	x->plan = plan;
	x->trace = trace > 0;
	x->trace_frames = trace > 1;
	x->world = world_new(plan->seed, &plan->params);
	x->sim = x->world->sim;
	begin(x);
	sim_run(x->sim, trouble_ends(plan));
	if (!x->sim->stop) {
		explore_calm(x);
		recover(x);
		check_squat(x);
		stay(x);
	}
	end(x);
	result = x->result;
	free(x);
	return result;
}

/* ---- shrinking ---------------------------------------------------------------------------- */

static void leave_out(const struct explore_plan *from, size_t first, size_t count,
		      struct explore_plan *to)
{
	*to = *from;
	memmove(to->ops + first, to->ops + first + count,
		(from->op_count - first - count) * sizeof(to->ops[0]));
	to->op_count -= count;
}

/* Halves first, then quarters ... at last single ones, until none can go. */
struct explore_result explore_shrink(struct explore_plan *plan,
				     const struct explore_result *failure)
{
	struct explore_result last = *failure;
	size_t count = plan->op_count;

	while (count > 0) {
		bool any = false;

		for (size_t first = 0; first + count <= plan->op_count;) {
			struct explore_plan less;
			struct explore_result r;

			leave_out(plan, first, count, &less);
			r = explore_run(&less, 0);
			if (r.failed && strcmp(r.what, last.what) == 0) {
				*plan = less;
				last = r;
				any = true;
			} else {
				first += count;
			}
		}
		if (!any || count > plan->op_count)
			count /= 2;
	}
	return last;
}
