/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core and the simulated network cost: handovers of whole nodes, Binding
 * Updates at a home agent, memory of its bindings, each beside its limit; and what
 * this machine takes for the HMAC-SHA1 that an authenticated Binding Update needs.
 * Speeds are of one core, by the time that it worked for us. Exit code 1 when a
 * figure is beyond its limit. */
#include "simnet/simworld.h"
#include <malloc.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HANDOVERS = 20000, BINDINGS = 1000000, BATCH = 50000, PACKET = 160, MAC_INPUT = 96 };

static bool beyond;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void row(const char *what, double measured, const char *unit, char relation, double limit)
{
	bool bad = relation == '<' ? measured > limit : relation == '>' && measured < limit;

	beyond = beyond || bad;
	printf("%-50s %10.0f %-12s ", what, measured, unit);
	if (relation)
		printf("%c= %.0f %s", relation, limit, bad ? "BEYOND" : "");
	printf("\n");
}

/* ---- handovers ------------------------------------------------------------------- */

/* Link down, up, RS, RA, DAD NS, Binding Update, tunnel, Binding Acknowledgement, as
 * fast as the limit of three Binding Updates a second lets them follow each other. */
static void bench_handovers(void)
{
	struct world_params p = world_params_default();
	struct mip6_stats stats;
	struct world *w;
	double began;

	p.ra_interval = 600 * MIP6_SECOND;
	p.lifetime_s = 36000;
	w = world_new(1, &p);
	world_start(w);
	sim_run(w->sim, 3 * MIP6_SECOND);
	began = now();
	for (int i = 0; i < HANDOVERS; i++) {
		sim_plug(w->mns[0], 0, -1);
		sim_plug(w->mns[0], 0, w->access[(i + 1) % 2]);
		sim_run(w->sim, w->sim->now + 350 * MIP6_MS);
	}
	began = now() - began;
	mip6_node_stats(mip6_soft_node(w->mns[0]->soft), &stats);
	if (stats.registrations != HANDOVERS + 1) {
		printf("of %d handovers only %llu ended in a registration\n", HANDOVERS,
		       (unsigned long long)stats.registrations - 1);
		beyond = true;
	}
	row("simnet: handovers", HANDOVERS / began, "/s", '>', 10000);
	row("simnet: frames", (double)w->sim->frames / began, "/s", 0, 0);
	world_free(w);
}

/* ---- a home agent without a network ------------------------------------------------ */

static uint64_t acknowledged;

static void host_send(void *ctx, const struct mip6_tx *tx)
{
	(void)ctx;
	acknowledged += tx->next_header == IP6_NH_MH;
}

static int host_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	(void)ctx;
	(void)was;
	(void)is;
	return 0;
}

static void host_event(void *ctx, const struct mip6_event *event)
{
	(void)ctx;
	(void)event;
}

static int host_save(void *ctx, const struct mip6_record *record)
{
	(void)ctx;
	(void)record;
	return 0;
}

static void host_random(void *ctx, void *buf, size_t len)
{
	(void)ctx;
	memset(buf, 0x5a, len);
}

static const struct mip6_host host = {host_send, host_apply, host_event, host_save, host_random};

static struct mip6_node *home_agent(void)
{
	struct mip6_link link = {.ifindex = 2, .name = "eth0", .up = true, .mac_len = 6};
	struct mip6_prefix addr;
	struct mip6_config c;
	struct mip6_node *node;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_HA;
	c.mn_ha_ipsec = false;
	node = mip6_node_new(&c, &host, NULL);
	if (!node || mip6_prefix_parse("3fff:1::1/64", &addr) < 0)
		abort();
	mip6_node_link(node, 0, &link);
	mip6_node_address(node, 0, 2, &addr, 0, true);
	mip6_node_start(node, 0);
	return node;
}

static struct mip6_addr numbered(unsigned prefix, unsigned n)
{
	return (struct mip6_addr){{0x3f, 0xff, 0, (uint8_t)prefix, 0, 0, 0, 0, 1, 0, 0, 0,
				   (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8),
				   (uint8_t)n}};
}

/* One Binding Update as it is on the wire. */
static size_t build(uint8_t *packet, unsigned n, unsigned coa, uint16_t seq)
{
	struct mh_message m = {.type = MH_BU, .bu = {seq, MH_BU_A | MH_BU_H, UINT16_MAX}};
	struct ip6_packet p = {.hop_limit = 60, .has_hao = true, .next_header = IP6_NH_MH};
	uint8_t buf[64];
	int len;

	p.src = numbered(coa, n);
	p.dst = numbered(1, 0);
	p.dst.b[8] = 0;
	p.dst.b[15] = 1;
	p.hao = numbered(1, n);
	m.options.has_alt_coa = true;
	m.options.alt_coa = p.src;
	len = mh_build(&p.hao, &p.dst, &m, buf, sizeof(buf));
	if (len < 0)
		abort();
	p.payload = buf;
	p.payload_len = (size_t)len;
	len = ip6_build(&p, packet, PACKET);
	if (len < 0)
		abort();
	return (size_t)len;
}

struct batch {
	uint8_t *packets;
	size_t len; /* of each */
};

static struct batch build_batch(unsigned first, unsigned coa, uint16_t seq)
{
	struct batch b = {.packets = malloc((size_t)BATCH * PACKET)};

	if (!b.packets)
		abort();
	for (unsigned i = 0; i < BATCH; i++)
		b.len = build(b.packets + (size_t)i * PACKET, first + i, coa, seq);
	return b;
}

static double handle(struct mip6_node *node, mip6_time at, const struct batch *b)
{
	double began = now();

	for (size_t i = 0; i < BATCH; i++) {
		struct ip6_packet p;

		if (ip6_parse(b->packets + i * PACKET, b->len, &p) < 0)
			abort();
		mip6_node_receive(node, at, 2, &p);
	}
	return now() - began;
}

/* Of DAD and of three advertisements. */
static double pass(struct mip6_node *node, mip6_time until)
{
	double began = now();

	while (mip6_node_deadline(node) <= until)
		mip6_node_tick(node, mip6_node_deadline(node));
	return now() - began;
}

static double allocated(void)
{
	struct mallinfo2 m = mallinfo2();

	return (double)m.uordblks + (double)m.hblkhd;
}

static void expect(uint64_t count)
{
	if (acknowledged == count)
		return;
	printf("%llu acknowledgements where %llu were due\n", (unsigned long long)acknowledged,
	       (unsigned long long)count);
	beyond = true;
}

static double bind_all(struct mip6_node *node)
{
	double took = 0;
	mip6_time at = MIP6_SECOND;

	for (unsigned first = 0; first < BINDINGS; first += BATCH) {
		struct batch b = build_batch(first, 2, 1);

		took += handle(node, at, &b);
		took += pass(node, at + 4 * MIP6_SECOND);
		at += 5 * MIP6_SECOND;
		free(b.packets);
	}
	return took;
}

/* A move of each: a new care-of address. */
static double move_some(struct mip6_node *node, mip6_time at, unsigned count)
{
	double took = 0;

	for (unsigned first = 0; first < count; first += BATCH) {
		struct batch b = build_batch(first, 3, 2);

		took += handle(node, at, &b);
		free(b.packets);
	}
	return took;
}

static void bench_core(void)
{
	struct mip6_node *node = home_agent();
	mip6_time later = 3600 * MIP6_SECOND;
	double before = allocated();
	double took = bind_all(node);

	row("core: memory of a binding, of 1,000,000", (allocated() - before) / BINDINGS, "octets",
	    '<', 400);
	expect(BINDINGS);
	row("core: new bindings, to 1,000,000", BINDINGS / took, "/s", 0, 0);
	took = move_some(node, later, BINDINGS);
	expect(2 * BINDINGS);
	row("core: Binding Updates of 1,000,000 that move", BINDINGS / took, "/s", '>', 200000);
	mip6_node_free(node);
}

static void bench_few(void)
{
	struct mip6_node *node = home_agent();
	double took = 0;

	acknowledged = 0;
	for (uint16_t seq = 1; seq <= 10; seq++) {
		struct batch b = build_batch(0, 2 + seq % 2, seq);
		double one = handle(node, seq * 10 * MIP6_SECOND, &b);

		took += seq > 1 ? one : 0;
		pass(node, (seq * 10 + 5) * MIP6_SECOND);
		free(b.packets);
	}
	expect(10 * BATCH);
	row("core: Binding Updates of 50,000 that move", 9 * BATCH / took, "/s", '>', 200000);
	mip6_node_free(node);
}

/* What RFC 6275 6.2.7 takes over a Binding Update: addresses and Mobility Header. */
static void bench_hmac(void)
{
	uint8_t data[MAC_INPUT] = {0};
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct hmac_sha1_ctx ctx;
	double began = now();
	int count = 500000;

	hmac_sha1_set_key(&ctx, 20, data);
	for (int i = 0; i < count; i++) {
		hmac_sha1_update(&ctx, sizeof(data), data);
		hmac_sha1_digest(&ctx, sizeof(digest), digest);
		data[0] = (uint8_t)(data[0] + digest[0]);
	}
	row("machine: HMAC-SHA1 over 96 octets (nettle)", count / (now() - began), "/s", 0, 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	bench_handovers();
	bench_few();
	acknowledged = 0;
	bench_core();
	bench_hmac();
	return beyond;
}
