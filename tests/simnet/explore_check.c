/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must hold at any time (explore_state.h): packets reach only whom they are
 * for, bindings are what mobile nodes asked for, sequence numbers go forward, the
 * plane is as wanted, and nobody floods a link. */
#include "explore_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	UDP = 17,
	CONTROL_PER_SECOND = 80, /* of one node: many times what a move needs */
	BU_PER_SECOND = 3,	 /* MAX_UPDATE_RATE, RFC 6275 12 */
	OBJECTS = 512,
};

void explore_fail(struct explorer *x, const struct sim_node *node, const char *what)
{
	struct explore_result *r = &x->result;

	x->sim->stop = true;
	if (r->failed)
		return;
	r->failed = true;
	r->at = x->sim->now;
	snprintf(r->what, sizeof(r->what), "%s", what);
	snprintf(r->where, sizeof(r->where), "%s at %.6f s", node ? node->name : "network",
		 (double)x->sim->now / 1e9);
	if (x->trace)
		printf("%12.6f %-3s FAILS: %s\n", (double)x->sim->now / 1e9, node ? node->name : "",
		       what);
}

static void violation(void *arg, struct sim_node *node, const char *what)
{
	explore_fail(arg, node, what);
}

int explore_mn_of(const struct explorer *x, const struct sim_node *node)
{
	for (unsigned i = 0; i < x->plan->params.mns; i++)
		if (x->world->mns[i] == node)
			return (int)i;
	return -1;
}

static int home_of(const struct explorer *x, const struct mip6_addr *hoa)
{
	for (unsigned i = 0; i < x->world->home_count; i++)
		if (mip6_addr_equal(&x->world->hoas[i], hoa))
			return (int)i;
	return -1;
}

/* ---- packets for upper layers ------------------------------------------------------ */

static struct explore_flow *flow_of(struct explorer *x, const struct world_tag *tag)
{
	return tag->flow < x->flow_count ? &x->flows[tag->flow] : NULL;
}

static void check_packet(struct explorer *x, struct sim_node *node, const uint8_t *data, size_t len)
{
	struct explore_flow *flow;
	struct world_tag tag;
	bool same;

	if (!world_packet_read(data, len, &tag)) {
		explore_fail(x, node, "upper layers got a packet that is not as it was sent");
		return;
	}
	flow = flow_of(x, &tag);
	if (tag.forged)
		explore_fail(x, node, "a forged packet was delivered");
	else if (!flow || tag.to != node->index || flow->to != node)
		explore_fail(x, node, "a packet was delivered to a wrong node");
	if (tag.forged || !flow)
		return;
	same = memcmp(data + 8, flow->src.b, 16) == 0 && memcmp(data + 24, flow->dst.b, 16) == 0;
	if (!same)
		explore_fail(x, node, "a packet was delivered with other addresses");
	else if (data[7] > flow->hop_limit)
		explore_fail(x, node, "routers on the way did not count the hop limit down");
	x->result.delivered++;
	if (flow->asked && tag.number == flow->asked)
		flow->got++;
}

static void up(void *arg, struct sim_node *node, const uint8_t *data, size_t len)
{
	struct explorer *x = arg;

	if (len < 40 || data[0] >> 4 != 6)
		explore_fail(x, node, "upper layers got what is not an IPv6 packet");
	else if (data[6] == UDP)
		check_packet(x, node, data, len);
	else if (data[6] != IP6_NH_ICMPV6)
		explore_fail(x, node, "upper layers got a packet that is not for them");
}

/* ---- frames --------------------------------------------------------------------------- */

static void count_control(struct explorer *x, const struct sim_node *node)
{
	struct explore_rate *rate = &x->rates[node->index];

	if (x->sim->now - rate->since >= MIP6_SECOND)
		*rate = (struct explore_rate){.since = x->sim->now};
	if (++rate->count > CONTROL_PER_SECOND)
		explore_fail(x, node, "a storm of control messages");
}

/* A Binding Update on its first hop, for a replay. */
static void keep(struct explorer *x, int link, const uint8_t *data, size_t len)
{
	struct explore_frame *f = &x->kept[x->kept_count % EXPLORE_KEPT];

	if (link < 0 || len > sizeof(f->data))
		return;
	*f = (struct explore_frame){.at = x->sim->now, .link = link, .len = len};
	memcpy(f->data, data, len);
	x->kept_count++;
}

static void print_frame(const struct explorer *x, const struct sim_node *node, size_t iface,
			const uint8_t *data, size_t len)
{
	char src[MIP6_ADDR_TEXT] = "?";
	char dst[MIP6_ADDR_TEXT] = "?";
	struct ip6_packet p;

	if (ip6_parse(data + 14, len - 14, &p) < 0)
		return;
	mip6_addr_format(&p.src, src);
	mip6_addr_format(&p.dst, dst);
	printf("%12.6f %-3s   eth%zu to %02x:%02x %s > %s%s%s header %u type %u, %zu octets\n",
	       (double)x->sim->now / 1e9, node->name, iface, data[4], data[5], src, dst,
	       p.has_hao ? " HAO" : "", p.has_rh2 ? " RH2" : "", p.next_header,
	       p.payload_len ? p.payload[0] : 0, len);
}

/* A router of a foreign link would drop it (RFC 2827), so it belongs into the tunnel.
 * A node that was carried off from home without a word is excused, and so is a packet
 * that waited for a neighbour of before. */
static void check_source(struct explorer *x, const struct sim_node *node, size_t iface,
			 const uint8_t *data)
{
	struct mip6_addr src;
	struct world_belief b;
	int home;

	if (world_access(x->world, node->ifaces[iface].link) < 0)
		return;
	memcpy(src.b, data + 14 + 8, sizeof(src.b));
	home = home_of(x, &src);
	if (home < 0 || world_owner(x->world, (unsigned)home) != node || x->robbed[node->index] ||
	    x->sim->now - x->homes[home].chosen_at < 4 * MIP6_SECOND)
		return;
	b = world_believe(x->world, (unsigned)home);
	if (strcmp(b.registration.state, "registered") == 0 ||
	    strcmp(b.registration.state, "waiting") == 0)
		explore_fail(x, node, "a home address leaves a foreign link outside of the tunnel");
}

static void sent(void *arg, struct sim_node *node, size_t iface, const uint8_t *data, size_t len)
{
	struct explorer *x = arg;
	int mn = explore_mn_of(x, node);

	if (len < 54) {
		explore_fail(x, node, "a frame is too short for an IPv6 packet");
		return;
	}
	if (x->trace_frames)
		print_frame(x, node, iface, data, len);
	if (memcmp(data + 6, node->ifaces[iface].mac, 6) != 0)
		explore_fail(x, node, "a frame has another source than its interface");
	if (mn >= 0)
		check_source(x, node, iface, data);
	if (data[20] == IP6_NH_ICMPV6 && len > 54 && data[54] >= ICMP6_RS && data[54] <= ICMP6_NA)
		count_control(x, node);
	else if (data[20] == IP6_NH_DSTOPTS || data[20] == IP6_NH_MH)
		if (mn >= 0)
			keep(x, node->ifaces[iface].link, data, len);
}

/* ---- events ------------------------------------------------------------------------------ */

static const struct mip6_field *field(const struct mip6_event *e, const char *name)
{
	static const struct mip6_field none = {.name = ""};

	for (unsigned i = 0; i < e->count; i++)
		if (strcmp(e->fields[i].name, name) == 0)
			return &e->fields[i];
	return &none;
}

static void *grow(void *memory, size_t *cap, size_t size)
{
	*cap = *cap ? 2 * *cap : 64;
	memory = realloc(memory, *cap * size);
	if (!memory)
		abort();
	return memory;
}

/* Numbers 32768 apart are each old to the other: a node that forgot its own and drew
 * such a one follows what the home agent accepted last. */
static bool follows_refusal(const struct explorer *x, const struct explore_bu *bu)
{
	for (size_t i = 0; i < x->ba_count; i++)
		if (x->bas[i].home == bu->home && x->bas[i].status == MH_STATUS_SEQUENCE &&
		    (uint16_t)(x->bas[i].seq + 1) == bu->seq)
			return true;
	return false;
}

static void check_bu(struct explorer *x, struct sim_node *node, const struct explore_bu *bu)
{
	struct explore_home *mn = &x->homes[bu->home];
	mip6_time before = mn->bu_times[0];

	if (mn->any_bu && (int16_t)(bu->seq - mn->last_seq) <= 0 && !follows_refusal(x, bu))
		explore_fail(x, node, "the sequence number of a Binding Update does not rise");
	memmove(mn->bu_times, mn->bu_times + 1, sizeof(mn->bu_times) - sizeof(mn->bu_times[0]));
	mn->bu_times[BU_PER_SECOND - 1] = bu->at;
	if (mn->any_bu && before && bu->at - before < MIP6_SECOND)
		explore_fail(x, node, "more than three Binding Updates in a second");
	mn->any_bu = true;
	mn->last_seq = bu->seq;
}

static void note_bu(struct explorer *x, struct sim_node *node, const struct mip6_event *e)
{
	struct explore_bu bu = {.at = e->time};
	int home = home_of(x, &field(e, "hoa")->addr);

	if (home < 0 || world_owner(x->world, (unsigned)home) != node) {
		explore_fail(x, node, "a Binding Update for a home address of another");
		return;
	}
	bu.home = (unsigned)home;
	bu.coa = field(e, "coa")->addr;
	bu.seq = (uint16_t)field(e, "seq")->uint;
	bu.lifetime_s = field(e, "lifetime_s")->uint;
	check_bu(x, node, &bu);
	if (x->bu_count == x->bu_cap)
		x->bus = grow(x->bus, &x->bu_cap, sizeof(*x->bus));
	x->bus[x->bu_count++] = bu;
}

/* While the disk is full no change of a binding is acknowledged. */
static void check_saved(struct explorer *x, const struct explore_ba *ba)
{
	struct world_belief b = world_believe(x->world, ba->home);

	if (x->world->ha->save_fails && ba->status < 128 && b.bound && b.binding.seq == ba->seq)
		explore_fail(x, x->world->ha, "a binding is acknowledged that was not saved");
}

static void note_ba(struct explorer *x, const struct mip6_event *e)
{
	int home = home_of(x, &field(e, "hoa")->addr);
	struct explore_ba ba = {.seq = (uint16_t)field(e, "seq")->uint};

	if (home < 0)
		return;
	ba.home = (unsigned)home;
	ba.status = (uint8_t)field(e, "status")->uint;
	check_saved(x, &ba);
	if (x->ba_count == x->ba_cap)
		x->bas = grow(x->bas, &x->ba_cap, sizeof(*x->bas));
	x->bas[x->ba_count++] = ba;
}

static void note_choice(struct explorer *x, const struct mip6_event *e)
{
	int home = home_of(x, &field(e, "hoa")->addr);

	x->result.handovers++;
	if (home >= 0)
		x->homes[home].chosen_at = x->sim->now;
}

/* The test of a home address fails because its owner was carried home and nobody told
 * it: status 134 is right then, and takes a person to cure. */
static void note_failed_test(struct explorer *x)
{
	for (unsigned i = 0; i < x->world->home_count; i++) {
		const struct sim_node *mn = world_owner(x->world, i);
		struct world_belief b = world_believe(x->world, i);

		for (size_t k = 0; k < mn->iface_count; k++)
			if (mn->ifaces[k].link == x->world->home &&
			    strcmp(b.registration.state, "home") != 0 &&
			    strcmp(b.registration.state, "returning") != 0)
				x->homes[i].excused = true;
	}
}

static void print_event(const struct sim_node *node, const struct mip6_event *e)
{
	char buf[MIP6_ADDR_TEXT];

	printf("%12.6f %-3s %s", (double)e->time / 1e9, node->name, mip6_event_name(e->id));
	for (unsigned i = 0; i < e->count; i++) {
		const struct mip6_field *f = &e->fields[i];

		if (f->type == MIP6_FIELD_UINT)
			printf(" %s=%llu", f->name, (unsigned long long)f->uint);
		else if (f->type == MIP6_FIELD_ADDR)
			printf(" %s=%s", f->name, mip6_addr_format(&f->addr, buf));
		else if (f->type == MIP6_FIELD_TEXT)
			printf(" %s=\"%s\"", f->name, f->text);
	}
	printf("\n");
}

static void event(void *arg, struct sim_node *node, const struct mip6_event *e)
{
	struct explorer *x = arg;

	if (x->trace)
		print_event(node, e);
	if (e->time > x->sim->now)
		explore_fail(x, node, "an event of the future");
	if (e->id == MIP6_EV_BU_TX)
		note_bu(x, node, e);
	else if (e->id == MIP6_EV_BA_TX && node == x->world->ha)
		note_ba(x, e);
	else if (e->id == MIP6_EV_DAD_FAIL && node == x->world->ha)
		note_failed_test(x);
	else if (e->id == MIP6_EV_PLANE_ERROR)
		explore_fail(x, node, "the plane could not do what was wanted");
	else if (e->id == MIP6_EV_COA_CHOSEN)
		note_choice(x, e);
}

/* ---- plane = wanted ------------------------------------------------------------------------ */

struct objects {
	struct mip6_object list[OBJECTS];
	size_t count;
	const struct objects *others;
	bool differs;
};

static bool take_object(void *arg, const struct mip6_object *o)
{
	struct objects *has = arg;

	if (has->count < OBJECTS)
		has->list[has->count] = *o;
	has->count++;
	return true;
}

static bool compare_object(void *arg, const struct mip6_object *o)
{
	struct objects *wanted = arg;
	size_t i = 0;

	wanted->count++;
	while (i < wanted->others->count && !mip6_object_equal(&wanted->others->list[i], o))
		i++;
	wanted->differs = wanted->differs || i == wanted->others->count;
	return true;
}

static void check_plane(struct explorer *x, const struct sim_node *node)
{
	static struct objects has;
	static struct objects wanted;

	if (x->robbed[node->index])
		return;
	has.count = 0;
	wanted.count = 0;
	wanted.others = &has;
	wanted.differs = false;
	mip6_soft_objects(node->soft, take_object, &has);
	if (has.count <= OBJECTS)
		mip6_node_wanted(mip6_soft_node(node->soft), compare_object, &wanted);
	if (has.count > OBJECTS || wanted.differs || wanted.count != has.count)
		explore_fail(x, node, "the plane is not as wanted");
}

/* ---- bindings -------------------------------------------------------------------------------- */

/* A node that could not save its numbers may use one twice: the longest lifetime counts. */
static const struct explore_bu *find_bu(const struct explorer *x, unsigned home, uint16_t seq,
					const struct mip6_addr *coa)
{
	const struct explore_bu *best = NULL;

	for (size_t i = x->bu_count; i > 0; i--) {
		const struct explore_bu *bu = &x->bus[i - 1];

		if (bu->home == home && bu->seq == seq && mip6_addr_equal(&bu->coa, coa) &&
		    (!best || bu->lifetime_s > best->lifetime_s))
			best = bu;
	}
	return best;
}

static bool check_binding(void *arg, const struct mip6_binding_info *info)
{
	struct explorer *x = arg;
	int n = home_of(x, &info->hoa);
	struct explore_home *home;
	const struct explore_bu *bu;

	if (strcmp(info->state, "bound") != 0)
		return true;
	if (n < 0) {
		explore_fail(x, x->world->ha, "a binding for nobody");
		return false;
	}
	home = &x->homes[n];
	bu = find_bu(x, (unsigned)n, info->seq, &info->coa);
	if (!bu || bu->lifetime_s == 0)
		explore_fail(x, x->world->ha, "a binding that its mobile node did not ask for");
	else if (info->expires < x->sim->now)
		explore_fail(x, x->world->ha, "a binding outlives its lifetime");
	else if (info->expires > x->sim->now + (mip6_time)bu->lifetime_s * MIP6_SECOND)
		explore_fail(x, x->world->ha, "a binding lives longer than was asked for");
	if (home->bound && (int16_t)(info->seq - home->bound_seq) < 0)
		explore_fail(x, x->world->ha, "a Binding Update was accepted that is not newer");
	return true;
}

/* What to compare with next time. */
static bool note_binding(void *arg, const struct mip6_binding_info *info)
{
	struct explorer *x = arg;
	int n = home_of(x, &info->hoa);

	if (n >= 0 && strcmp(info->state, "dad") != 0) {
		x->homes[n].bound = true;
		x->homes[n].bound_seq = info->seq;
	}
	return true;
}

static void check_ha(struct explorer *x)
{
	const struct mip6_node *node = mip6_soft_node(x->world->ha->soft);

	mip6_node_bindings(node, check_binding, x);
	for (unsigned i = 0; i < x->world->home_count; i++)
		x->homes[i].bound = false;
	mip6_node_bindings(node, note_binding, x);
}

/* A node that forgot its numbers may use one again while the Binding Update of its
 * former life that had it is still on its way. */
static bool asked_twice(const struct explorer *x, unsigned home, uint16_t seq)
{
	size_t times = 0;

	for (size_t i = 0; i < x->bu_count; i++)
		times += x->bus[i].home == home && x->bus[i].seq == seq;
	return times > 1;
}

/* A mobile node that holds itself registered was told so for this very update, and
 * believes in it no longer than the home agent does. */
static void check_mn(struct explorer *x, unsigned n)
{
	struct world_belief b = world_believe(x->world, n);
	const struct mip6_registration_info *r = &b.registration;
	size_t i = x->ba_count;

	if (!b.known || strcmp(r->state, "registered") != 0)
		return;
	while (i > 0 && (x->bas[i - 1].home != n || x->bas[i - 1].seq != r->seq ||
			 x->bas[i - 1].status >= 128))
		i--;
	if (i == 0)
		explore_fail(x, world_owner(x->world, n),
			     "registered without an acknowledgement for what was asked");
	else if (!find_bu(x, n, r->seq, &r->coa))
		explore_fail(x, world_owner(x->world, n), "registered with what was not asked");
	else if (b.bound && b.binding.seq == r->seq && r->expires > b.binding.expires &&
		 !asked_twice(x, n, r->seq))
		explore_fail(x, world_owner(x->world, n),
			     "a mobile node counts on its binding for too long");
}

static void spoke(void *arg, struct sim_node *node)
{
	struct explorer *x = arg;

	if (node->has_config)
		check_plane(x, node);
	if (node == x->world->ha)
		check_ha(x);
	for (unsigned i = 0; i < x->world->home_count; i++)
		if (world_owner(x->world, i) == node)
			check_mn(x, i);
}

void explore_check_all(struct explorer *x)
{
	for (size_t i = 0; i < x->sim->node_count; i++)
		if (x->sim->nodes[i].soft && !x->sim->nodes[i].asleep)
			spoke(x, &x->sim->nodes[i]);
}

struct sim_watch explore_watch(void)
{
	return (struct sim_watch){
	    .sent = sent, .up = up, .event = event, .spoke = spoke, .violation = violation};
}

/* ---- kill -9 --------------------------------------------------------------------------------- */

void explore_before_kill(struct explorer *x, const struct sim_node *node)
{
	for (unsigned i = 0; i < x->world->home_count; i++)
		if (node == x->world->ha || node == world_owner(x->world, i))
			x->homes[i].before = world_believe(x->world, i);
}

/* What was acknowledged survives the process, if its time has not come. */
static void check_survival(struct explorer *x, const struct sim_node *node, unsigned n)
{
	const struct world_belief *was = &x->homes[n].before;
	struct world_belief is = world_believe(x->world, n);

	if (node != x->world->ha || !was->bound || was->binding.expires <= x->sim->now)
		return;
	if (!is.bound || is.binding.seq != was->binding.seq ||
	    !mip6_addr_equal(&is.binding.coa, &was->binding.coa))
		explore_fail(x, node, "a binding did not survive a restart");
	else if (is.binding.expires != was->binding.expires)
		explore_fail(x, node, "a restart changed the lifetime of a binding");
}

void explore_after_start(struct explorer *x, const struct sim_node *node)
{
	for (unsigned i = 0; i < x->world->home_count; i++)
		check_survival(x, node, i);
}
