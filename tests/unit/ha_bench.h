/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_HA_BENCH_H
#define TESTS_HA_BENCH_H

/* A home agent on a test bench: eth0 is its home link with 3fff:1::1/64, and
 * Binding Updates are put in as a mobile node would send them. */
#include "fake_host.h"

static const char bench_ha[] = "3fff:1::1";
static const char bench_hoa[] = "3fff:1::100";
static const char bench_coa[] = "3fff:2::100";
static const char bench_coa2[] = "3fff:3::100";

enum { BENCH_HOME = 2 };

struct bench_bu {
	const char *hoa;
	const char *coa;
	const char *src; /* wire source; the coa unless given */
	bool no_hao;
	bool no_alt_coa;
	bool nonces;
	uint16_t flags; /* A and H unless given */
	uint16_t seq;
	uint16_t lifetime; /* 4 s units */
};

static inline struct mip6_config bench_config(void)
{
	struct mip6_config c;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_HA;
	c.mn_ha_ipsec = false;
	return c;
}

/* A stopped home agent with its interface. */
static inline struct fake_host *bench_stopped(const struct mip6_config *config)
{
	struct fake_host *f = fake_new(config);

	fake_link(f, 0, BENCH_HOME, "eth0", true);
	fake_address(f, 0, BENCH_HOME, "3fff:1::1/64", true);
	fake_address(f, 0, BENCH_HOME, "fe80::1/64", true);
	return f;
}

static inline struct fake_host *bench_new(void)
{
	struct mip6_config c = bench_config();
	struct fake_host *f = bench_stopped(&c);

	mip6_node_start(f->node, 0);
	return f;
}

static inline void bench_receive_mh(struct fake_host *f, mip6_time now, struct ip6_packet *p,
				    const struct mh_message *m)
{
	uint8_t buf[512];
	int len = mh_build(ip6_checksum_src(p), ip6_checksum_dst(p), m, buf, sizeof(buf));

	if (len < 0)
		abort();
	p->next_header = IP6_NH_MH;
	p->hop_limit = 60;
	p->payload = buf;
	p->payload_len = (size_t)len;
	mip6_node_receive(f->node, now, BENCH_HOME, p);
}

static inline void bench_bu(struct fake_host *f, mip6_time now, struct bench_bu bu)
{
	struct mh_message m = {.type = MH_BU};
	struct ip6_packet p = {.dst = fake_addr(bench_ha)};

	if (!bu.hoa)
		bu.hoa = bench_hoa;
	if (!bu.coa)
		bu.coa = bench_coa;
	p.src = fake_addr(bu.src ? bu.src : bu.coa);
	p.has_hao = !bu.no_hao;
	p.hao = fake_addr(bu.hoa);
	m.bu.seq = bu.seq;
	m.bu.flags = bu.flags ? bu.flags : MH_BU_A | MH_BU_H;
	m.bu.lifetime = bu.lifetime;
	m.options.has_alt_coa = !bu.no_alt_coa;
	m.options.alt_coa = fake_addr(bu.coa);
	m.options.has_nonces = bu.nonces;
	bench_receive_mh(f, now, &p, &m);
}

/* The last MH that was sent, parsed; false when it is none. */
static inline bool bench_last(const struct fake_host *f, struct mh_message *m,
			      struct fake_sent *ret)
{
	size_t pointer;
	size_t i = f->sent_count;

	while (i > 0 && f->sent[(i - 1) % FAKE_MAX].tx.next_header != IP6_NH_MH)
		i--;
	if (i == 0)
		return false;
	*ret = f->sent[(i - 1) % FAKE_MAX];
	return mh_parse(ret->tx.has_hao ? &ret->tx.hao : &ret->tx.src,
			ret->tx.has_rh2 ? &ret->tx.rh2 : &ret->tx.dst, ret->payload,
			ret->tx.payload_len, m, &pointer) == MIP6_OK;
}

/* The last BA; status -1 when there was none since `sent` packets ago. */
struct bench_ba {
	int status;
	uint16_t seq;
	uint16_t lifetime;
	struct mip6_tx tx;
	unsigned step;
};

static inline struct bench_ba bench_ba(const struct fake_host *f)
{
	struct bench_ba ba = {.status = -1};
	struct mh_message m;
	struct fake_sent sent;

	if (!bench_last(f, &m, &sent) || m.type != MH_BA)
		return ba;
	ba.status = m.ba.status;
	ba.seq = m.ba.seq;
	ba.lifetime = m.ba.lifetime;
	ba.tx = sent.tx;
	ba.step = sent.step;
	return ba;
}

static inline size_t bench_mh_sent(const struct fake_host *f)
{
	struct mip6_stats s;
	size_t n = 0;

	mip6_node_stats(f->node, &s);
	for (int i = 0; i < 8; i++)
		n += s.tx_mh[i];
	return n;
}

static inline struct mip6_object bench_binding(const char *hoa, const char *coa)
{
	struct mip6_object o = {.kind = MIP6_OBJ_BINDING};

	o.binding.hoa = fake_addr(hoa);
	o.binding.coa = fake_addr(coa);
	o.binding.ha = fake_addr(bench_ha);
	return o;
}

static inline struct mip6_object bench_proxy(const char *addr)
{
	struct mip6_object o = {.kind = MIP6_OBJ_PROXY};

	o.proxy.ifindex = BENCH_HOME;
	o.proxy.addr = fake_addr(addr);
	return o;
}

struct bench_search {
	struct mip6_addr hoa;
	struct mip6_binding_info info;
	bool found;
};

static inline bool bench_search_one(void *arg, const struct mip6_binding_info *info)
{
	struct bench_search *s = arg;

	if (!mip6_addr_equal(&info->hoa, &s->hoa))
		return true;
	s->info = *info;
	s->found = true;
	return false;
}

/* "" when there is no entry. */
static inline const char *bench_state(const struct fake_host *f, const char *hoa)
{
	struct bench_search s = {.hoa = fake_addr(hoa)};

	mip6_node_bindings(f->node, bench_search_one, &s);
	return s.found ? s.info.state : "";
}

/* An NA as it comes in on the home link; mac NULL: without a link-layer address. */
static inline void bench_na(struct fake_host *f, mip6_time now, const char *target,
			    const uint8_t *mac)
{
	uint8_t buf[64];
	struct nd_na na = {.target = fake_addr(target), .flags = ND_NA_O};
	struct ip6_packet p = {.src = fake_addr("fe80::99"), .dst = mip6_addr_all_nodes()};

	if (mac) {
		na.tlla.len = 6;
		memcpy(na.tlla.addr, mac, 6);
	}
	p.payload_len = (size_t)nd_build_na(&p.src, &p.dst, &na, buf, sizeof(buf));
	p.payload = buf;
	p.next_header = IP6_NH_ICMPV6;
	p.hop_limit = 255;
	mip6_node_receive(f->node, now, BENCH_HOME, &p);
}

#endif
