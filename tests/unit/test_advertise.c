/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Router Advertisements of our own: what they say, at which times they come, and
 * that a mobile node does behind such a router what it does behind another. */
#include "fake_host.h"
#include "test.h"
#include <core/node_internal.h>

#define MS	   MIP6_MS
#define S	   MIP6_SECOND
#define IF	   3u
#define LINK_LOCAL "fe80::ff:fe00:3"

/* Every draw gives the host's number: 0 is the shortest time, UINT32_MAX just below
 * the longest. */
static void fixed_random(void *ctx, void *buf, size_t len)
{
	const struct fake_host *f = ctx;

	memset(buf, 0, len);
	memcpy(buf, &f->random, len < 4 ? len : 4);
}

static struct mip6_config config_of(enum mip6_role role, struct mip6_if_config *interface)
{
	struct mip6_config c;

	mip6_config_default(&c);
	c.role = role;
	c.mn_ha_ipsec = false;
	mip6_if_config_default(interface, "foreign", role);
	interface->advertise.send = true;
	interface->advertise.min_interval = 30 * MS;
	interface->advertise.max_interval = 70 * MS;
	c.interfaces = interface;
	c.interface_count = 1;
	return c;
}

static struct fake_host *stopped(const struct mip6_config *c)
{
	struct fake_host *f = fake_new(c);

	f->host.random = fixed_random;
	f->random = 0;
	return f;
}

static void start(struct fake_host *f, mip6_time now)
{
	fake_link(f, now, IF, "foreign", true);
	fake_address(f, now, IF, LINK_LOCAL "/64", true);
	fake_address(f, now, IF, "3fff:0:201::1/64", true);
	CU_ASSERT_EQUAL(mip6_node_start(f->node, now), MIP6_OK);
}

static struct fake_host *started(enum mip6_role role)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(role, &interface);
	struct fake_host *f = stopped(&c);

	start(f, 0);
	return f;
}

/* The advertisement that was sent as number i of all, with the tests that a host
 * makes of it (RFC 4861 6.1.2). */
static struct nd_ra sent_ra(const struct fake_host *f, size_t i)
{
	const struct mip6_tx *tx = &f->sent[i].tx;
	struct ip6_packet p = {.src = tx->src, .dst = tx->dst, .hop_limit = tx->hop_limit};
	struct nd_ra ra = {0};

	CU_ASSERT_FATAL(i < f->sent_count);
	p.next_header = tx->next_header;
	p.payload = f->sent[i].payload;
	p.payload_len = tx->payload_len;
	CU_ASSERT_EQUAL(tx->ifindex, IF);
	CU_ASSERT_EQUAL_FATAL(icmp6_type(&p.src, &p.dst, p.payload, p.payload_len), ICMP6_RA);
	CU_ASSERT_EQUAL(nd_valid(ICMP6_RA, &p), MIP6_OK);
	CU_ASSERT_EQUAL(nd_parse_ra(p.payload, p.payload_len, &ra), MIP6_OK);
	return ra;
}

static bool to_all(const struct fake_host *f, size_t i)
{
	struct mip6_addr all = mip6_addr_all_nodes();

	return mip6_addr_equal(&f->sent[i].tx.dst, &all) && f->sent[i].tx.l2_len == 0;
}

/* A solicitation from src ("::" without SLLA) with this hop limit. */
static void solicit(struct fake_host *f, mip6_time now, const char *src, bool slla, uint8_t limit)
{
	struct ip6_packet p = {.src = fake_addr(src), .dst = mip6_addr_all_routers()};
	struct nd_rs rs = {.slla = {.len = slla ? 6 : 0, .addr = {2, 0, 0, 0, 0, 9}}};
	uint8_t buf[64];

	p.hop_limit = limit;
	p.next_header = IP6_NH_ICMPV6;
	p.payload = buf;
	p.payload_len = (size_t)nd_build_rs(&p.src, &p.dst, &rs, buf, sizeof(buf));
	mip6_node_receive(f->node, now, IF, &p);
}

static bool same(const struct mip6_addr *a, const char *text)
{
	struct mip6_addr b = fake_addr(text);

	return mip6_addr_equal(a, &b);
}

/* ---- what it says ---------------------------------------------------------------- */

static void test_defaults_of_access_router(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);
	struct nd_ra ra = sent_ra(f, 0);

	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_TRUE(to_all(f, 0));
	CU_ASSERT_TRUE(same(&f->sent[0].tx.src, LINK_LOCAL));
	CU_ASSERT_EQUAL(ra.hop_limit, 64);
	CU_ASSERT_EQUAL(ra.flags, 0);
	CU_ASSERT_EQUAL(ra.lifetime, 1); /* 3 x 70 ms, but RFC 6275 7.5 wants a second */
	CU_ASSERT_EQUAL(ra.reachable, 0);
	CU_ASSERT_EQUAL(ra.retrans, 0);
	CU_ASSERT_EQUAL(ra.mtu, 0);
	CU_ASSERT_EQUAL(ra.interval, 90); /* 20 ms are added below 200 ms */
	CU_ASSERT_FALSE(ra.has_ha_info);
	CU_ASSERT_EQUAL(ra.slla.len, 6);
	CU_ASSERT_EQUAL(ra.slla.addr[5], IF);
	CU_ASSERT_EQUAL_FATAL(ra.pio_count, 1);
	CU_ASSERT_EQUAL(ra.pio[0].flags, ND_PIO_L | ND_PIO_A | ND_PIO_R);
	CU_ASSERT_TRUE(same(&ra.pio[0].prefix, "3fff:0:201::1"));
	CU_ASSERT_EQUAL(ra.pio[0].len, 64);
	CU_ASSERT_EQUAL(ra.pio[0].valid, 86400);
	CU_ASSERT_EQUAL(ra.pio[0].preferred, 14400);
	fake_free(f);
}

static void test_defaults_of_home_agent(void)
{
	struct fake_host *f = started(MIP6_ROLE_HA);
	struct nd_ra ra = sent_ra(f, 0);

	CU_ASSERT_EQUAL(ra.flags, ND_RA_H);
	CU_ASSERT_TRUE(ra.has_ha_info);
	CU_ASSERT_EQUAL(ra.ha_lifetime, 1);
	CU_ASSERT_EQUAL(ra.ha_preference, 0);
	fake_free(f);
}

static void test_everything_configured(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_AR, &interface);
	struct mip6_prefix prefixes[] = {fake_prefix("3fff:0:201::/64"),
					 fake_prefix("3fff:0:202::5/64"),
					 fake_prefix("2002:db8:1::/64")};
	struct mip6_advertise_config *a = &interface.advertise;
	struct fake_host *f;
	struct nd_ra ra;

	a->max_interval = 200 * MS;
	a->lifetime_s = 9000;
	a->mtu = 1400;
	a->ha_flag = MIP6_ENABLED;
	a->ha_lifetime_s = 100;
	a->ha_preference = 7;
	for (size_t i = 0; i < 3; i++)
		mip6_advertised_prefix_default(&a->prefixes[i], &prefixes[i]);
	a->prefix_count = 3;
	a->prefixes[2].on_link = false;
	a->prefixes[2].valid_s = UINT32_MAX;
	f = stopped(&c);
	start(f, 0);
	ra = sent_ra(f, 0);
	CU_ASSERT_EQUAL(ra.flags, ND_RA_H);
	CU_ASSERT_EQUAL(ra.lifetime, 9000);
	CU_ASSERT_EQUAL(ra.mtu, 1400);
	CU_ASSERT_EQUAL(ra.interval, 200);
	CU_ASSERT_EQUAL(ra.ha_lifetime, 100);
	CU_ASSERT_EQUAL(ra.ha_preference, 7);
	CU_ASSERT_EQUAL_FATAL(ra.pio_count, 3);
	/* The interface's own address, the one written, and none. */
	CU_ASSERT_TRUE(same(&ra.pio[0].prefix, "3fff:0:201::1"));
	CU_ASSERT_TRUE(same(&ra.pio[1].prefix, "3fff:0:202::5"));
	CU_ASSERT_EQUAL(ra.pio[1].flags, ND_PIO_L | ND_PIO_A | ND_PIO_R);
	CU_ASSERT_TRUE(same(&ra.pio[2].prefix, "2002:db8:1::"));
	CU_ASSERT_EQUAL(ra.pio[2].flags, ND_PIO_A);
	CU_ASSERT_EQUAL(ra.pio[2].valid, UINT32_MAX);
	fake_free(f);
}

static void test_everything_off(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_HA, &interface);
	struct mip6_prefix prefix = fake_prefix("3fff:0:201::1/64");
	struct mip6_advertise_config *a = &interface.advertise;
	struct fake_host *f;
	struct nd_ra ra;

	a->lifetime_s = 0;
	a->interval_option = false;
	a->ha_info = MIP6_DISABLED;
	a->prefix_count = 1;
	a->prefixes[0] = (struct mip6_advertised_prefix){.prefix = prefix, .valid_s = 5};
	f = stopped(&c);
	start(f, 0);
	ra = sent_ra(f, 0);
	CU_ASSERT_EQUAL(ra.flags, ND_RA_H);
	CU_ASSERT_FALSE(ra.has_ha_info);
	CU_ASSERT_EQUAL(ra.lifetime, 0);
	CU_ASSERT_EQUAL(ra.interval, 0);
	CU_ASSERT_EQUAL_FATAL(ra.pio_count, 1);
	CU_ASSERT_EQUAL(ra.pio[0].flags, 0);
	CU_ASSERT_TRUE(same(&ra.pio[0].prefix, "3fff:0:201::")); /* without R: the bare prefix */
	CU_ASSERT_EQUAL(ra.pio[0].valid, 5);
	CU_ASSERT_EQUAL(ra.pio[0].preferred, 0);
	fake_free(f);
}

/* Of a home agent that is no default router the information still has a lifetime:
 * 0 is forbidden (RFC 6275 7.4). No H bit: no information. */
static void test_home_agent_information(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_HA, &interface);
	struct fake_host *f;
	struct nd_ra ra;

	interface.advertise.lifetime_s = 0;
	f = stopped(&c);
	start(f, 0);
	ra = sent_ra(f, 0);
	CU_ASSERT_TRUE(ra.has_ha_info);
	CU_ASSERT_EQUAL(ra.ha_lifetime, 1);
	fake_free(f);
	interface.advertise.ha_flag = MIP6_DISABLED;
	interface.advertise.ha_info = MIP6_ENABLED;
	f = stopped(&c);
	start(f, 0);
	ra = sent_ra(f, 0);
	CU_ASSERT_EQUAL(ra.flags, 0);
	CU_ASSERT_FALSE(ra.has_ha_info);
	fake_free(f);
}

static void test_addresses_that_are_told(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);
	static const struct {
		const char *addr;
		unsigned flags;
	} others[] = {
	    {"3fff:0:201::2/64", 0},			     /* same prefix */
	    {"3fff:0:203::1/64", MIP6_HOST_ADDR_TENTATIVE},  /* not yet */
	    {"3fff:0:204::1/64", MIP6_HOST_ADDR_DEPRECATED}, /* no longer */
	    {"3fff:0:205::1/64", MIP6_HOST_ADDR_OURS},	     /* not the operator's */
	    {"3fff:0:206::1/128", 0},			     /* says nothing of the link */
	    {"fd00:207::1/48", 0},			     /* told */
	};
	struct nd_ra ra;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct mip6_prefix p = fake_prefix(others[i].addr);

		mip6_node_address(f->node, 0, IF, &p, others[i].flags, true);
	}
	fake_run(f, 30 * MS);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 2);
	ra = sent_ra(f, 1);
	CU_ASSERT_EQUAL_FATAL(ra.pio_count, 2);
	CU_ASSERT_TRUE(same(&ra.pio[0].prefix, "3fff:0:201::1"));
	CU_ASSERT_TRUE(same(&ra.pio[1].prefix, "fd00:207::1"));
	CU_ASSERT_EQUAL(ra.pio[1].len, 48);
	fake_free(f);
}

/* As many prefixes as an advertisement of ours holds. */
static void test_many_prefixes(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_HA, &interface);
	struct fake_host *f = stopped(&c);
	struct mip6_prefix p = fake_prefix("3fff:0:300::1/64");
	size_t len;

	fake_link(f, 0, IF, "foreign", true);
	fake_address(f, 0, IF, LINK_LOCAL "/64", true);
	for (uint8_t i = 0; i < ND_PIO_MAX + 3; i++) {
		p.addr.b[7] = i;
		mip6_node_address(f->node, 0, IF, &p, 0, true);
	}
	mip6_node_start(f->node, 0);
	len = f->sent[0].tx.payload_len;
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 1);
	CU_ASSERT_EQUAL(len, 16 + 8 + 8 + 8 + ND_PIO_MAX * 32);
	fake_free(f);
}

/* ---- when it comes ---------------------------------------------------------------- */

static void test_shortest_and_longest_interval(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);

	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 30 * MS);
	f->random = UINT32_MAX;
	mip6_node_tick(f->node, 30 * MS);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	/* Counted in microseconds, evenly below the longest. */
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 100 * MS - MIP6_US);
	f->random = UINT32_C(1) << 31;
	mip6_node_tick(f->node, 100 * MS);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 150 * MS);
	fake_free(f);
}

/* RFC 4861 6.2.4: the first three at most 16 s apart, then as configured. */
static void test_initial_advertisements(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_AR, &interface);
	struct fake_host *f;
	struct nd_ra ra;

	interface.advertise.min_interval = 0;
	interface.advertise.max_interval = 0;
	f = stopped(&c);
	start(f, 0);
	ra = sent_ra(f, 0);
	CU_ASSERT_EQUAL(ra.lifetime, 1800);
	CU_ASSERT_EQUAL(ra.interval, 600000);
	fake_run(f, 32 * S);
	CU_ASSERT_EQUAL(f->sent_count, 3);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 232 * S); /* a third of 600 s later */
	fake_free(f);
}

static void test_waits_for_link_and_address(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_AR, &interface);
	struct fake_host *f = stopped(&c);
	struct mip6_prefix p = fake_prefix(LINK_LOCAL "/64");

	mip6_node_start(f->node, 0);
	fake_link(f, 0, IF, "foreign", false);
	fake_address(f, 0, IF, "3fff:0:201::1/64", true);
	mip6_node_address(f->node, 0, IF, &p, MIP6_HOST_ADDR_TENTATIVE, true);
	CU_ASSERT_EQUAL(f->sent_count, 0);
	fake_link(f, 1 * S, IF, "foreign", true);
	CU_ASSERT_EQUAL(f->sent_count, 0);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	mip6_node_address(f->node, 2 * S, IF, &p, 0, true);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	/* Down: silence, as nobody would hear it; up: at once. */
	fake_link(f, 3 * S, IF, "foreign", false);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	fake_link(f, 3 * S + MS, IF, "foreign", true);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	mip6_node_link_gone(f->node, 4 * S, IF);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	fake_free(f);
}

/* A change is told, but not nearer to the last one than MinDelayBetweenRAs. */
static void test_change_is_told(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_AR, &interface);
	struct fake_host *f;

	interface.advertise.min_interval = 100 * S;
	interface.advertise.max_interval = 200 * S;
	f = stopped(&c);
	start(f, 0);
	fake_address(f, 1 * S, IF, "3fff:0:202::1/64", true);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 3 * S);
	mip6_node_tick(f->node, 3 * S);
	CU_ASSERT_EQUAL(sent_ra(f, 1).pio_count, 2);
	/* Told again with nothing new: nothing to say. */
	fake_address(f, 9 * S, IF, "3fff:0:202::1/64", true);
	fake_address(f, 9 * S, IF, "3fff:0:203::1/64", false);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 19 * S);
	fake_address(f, 10 * S, IF, "3fff:0:202::1/64", false);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 3);
	CU_ASSERT_EQUAL(sent_ra(f, 2).pio_count, 1);
	interface.advertise.min_delay = 5 * S;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 11 * S, &c), MIP6_OK);
	CU_ASSERT_EQUAL(f->sent_count, 3);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 15 * S);
	fake_free(f);
}

static void check_last(const struct fake_host *f, size_t i)
{
	struct nd_ra ra = sent_ra(f, i);

	CU_ASSERT_TRUE(to_all(f, i));
	CU_ASSERT_EQUAL(ra.lifetime, 0);
	CU_ASSERT_EQUAL(ra.flags, 0);
	CU_ASSERT_FALSE(ra.has_ha_info);
	CU_ASSERT_EQUAL(ra.pio_count, 1);
}

/* RFC 4861 6.2.5, and no home agent either. */
static void test_last_advertisement(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_HA, &interface);
	struct fake_host *f = stopped(&c);

	start(f, 0);
	interface.advertise.send = false;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 10 * MS, &c), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 2);
	check_last(f, 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	interface.advertise.send = true;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 1 * S, &c), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 3);
	CU_ASSERT_EQUAL(sent_ra(f, 2).flags, ND_RA_H);
	mip6_node_stop(f->node, 2 * S);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 4);
	check_last(f, 3);
	CU_ASSERT_EQUAL(fake_wanted_count(f), 0);
	fake_free(f);
}

static void test_who_does_not_advertise(void)
{
	static const enum mip6_role roles[] = {MIP6_ROLE_CN, MIP6_ROLE_AR};

	for (size_t i = 0; i < 2; i++) {
		struct mip6_if_config interface;
		struct mip6_config c = config_of(roles[i], &interface);
		struct fake_host *f;

		if (roles[i] == MIP6_ROLE_AR)
			interface.advertise.send = false;
		f = stopped(&c);
		start(f, 0);
		solicit(f, 1 * S, "fe80::9", true, 255);
		CU_ASSERT_EQUAL(f->sent_count, 0);
		CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_RS_RX), 0);
		CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
		fake_free(f);
	}
}

/* A router forwards before it says that it is one. */
static void test_forwarding_is_wanted_first(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};

	o.sysctl.name = MIP6_SYSCTL_FORWARDING;
	o.sysctl.value = 1;
	CU_ASSERT_TRUE(fake_wanted(f, &o));
	CU_ASSERT_EQUAL(fake_wanted_count(f), 2); /* and Home Address options may come in */
	CU_ASSERT_TRUE(f->applied[0].step < f->sent[0].step);
	fake_free(f);
}

/* ---- answers ---------------------------------------------------------------------- */

static void test_unicast_answer_at_once(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);
	struct mip6_stats s;

	solicit(f, 1 * MS, "fe80::9", true, 255);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 2);
	CU_ASSERT_TRUE(same(&f->sent[1].tx.dst, "fe80::9"));
	CU_ASSERT_TRUE(same(&f->sent[1].tx.src, LINK_LOCAL));
	CU_ASSERT_EQUAL(f->sent[1].tx.l2_len, 6);
	CU_ASSERT_EQUAL(f->sent[1].tx.l2_dst[5], 9);
	CU_ASSERT_EQUAL(sent_ra(f, 1).pio_count, 1);
	/* No option: the neighbour has to be asked; the timer is as it was. */
	solicit(f, 2 * MS, "3fff:0:201::9", false, 255);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, 3);
	CU_ASSERT_EQUAL(f->sent[2].tx.l2_len, 0);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 30 * MS);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_RS_RX), 2);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.rx_rs, 2);
	CU_ASSERT_EQUAL(s.tx_ra, 3);
	fake_free(f);
}

/* Who solicits without end is answered twenty times a second; its neighbours do not wait
 * for that, and all together get no more than a thousand. */
static void test_flood_of_solicitations(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);
	struct mip6_stats s;

	for (int i = 0; i < 10000; i++)
		solicit(f, 1 * MS, "fe80::9", true, 255);
	CU_ASSERT_EQUAL(f->sent_count, 1 + 20);
	solicit(f, 1 * MS, "fe80::a", true, 255);
	CU_ASSERT_EQUAL(f->sent_count, 1 + 21);
	for (int i = 0; i < 10000; i++) {
		char src[32];

		snprintf(src, sizeof(src), "fe80::1:%x", i);
		solicit(f, 1 * MS, src, true, 255);
	}
	CU_ASSERT_EQUAL(f->sent_count, 1 + 1000);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.rx_rs, 20001);
	fake_free(f);
}

/* From "::" nobody can be answered but all, after up to 0.5 s, and not within
 * MinDelayBetweenRAs (RFC 4861 6.2.6). */
static void test_multicast_answer(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_AR, &interface);
	struct fake_host *f;

	interface.advertise.min_interval = 10 * S;
	interface.advertise.max_interval = 20 * S;
	f = stopped(&c);
	start(f, 0);
	solicit(f, 1 * S, "::", false, 255);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 3 * S);
	mip6_node_tick(f->node, 3 * S);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	f->random = UINT32_C(1) << 31;
	solicit(f, 8 * S, "::", false, 255);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 8 * S + 250 * MS);
	/* A second one asks for nothing more. */
	solicit(f, 8 * S + 100 * MS, "::", false, 255);
	mip6_node_tick(f->node, 8 * S + 250 * MS);
	CU_ASSERT_EQUAL(f->sent_count, 3);
	CU_ASSERT_TRUE(to_all(f, 2));
	/* One that comes anyway is soon enough. */
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 23 * S + 250 * MS);
	f->random = UINT32_MAX;
	solicit(f, 23 * S, "::", false, 255);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 23 * S + 250 * MS);
	fake_free(f);
}

static void test_bad_solicitations(void)
{
	struct fake_host *f = started(MIP6_ROLE_AR);
	struct mip6_stats s;

	solicit(f, 1 * MS, "fe80::9", true, 254);
	solicit(f, 1 * MS, "::", true, 255); /* an option without a source */
	CU_ASSERT_EQUAL(f->sent_count, 1);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.drop_hoplimit, 1);
	CU_ASSERT_EQUAL(s.drop_value, 1);
	CU_ASSERT_EQUAL(s.rx_rs, 0);
	fake_free(f);
}

/* ---- what a mobile node does behind it --------------------------------------------- */

static struct fake_host *mobile_node(mip6_time now)
{
	struct mip6_config c;
	struct fake_host *f;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_MN;
	c.mn_ha_ipsec = false;
	c.home_count = 1;
	c.homes[0].ha = fake_addr("3fff:0:100::1");
	c.homes[0].hoa = fake_prefix("3fff:0:100::10/64");
	c.homes[0].home_prefix = fake_prefix("3fff:0:100::/64");
	f = fake_new(&c);
	fake_link(f, now, 2, "eth0", true);
	fake_address(f, now, 2, "fe80::ff:fe00:2/64", true);
	CU_ASSERT_EQUAL(mip6_node_start(f->node, now), MIP6_OK);
	return f;
}

static void deliver(struct fake_host *to, mip6_time now, unsigned ifindex,
		    const struct fake_sent *sent)
{
	struct ip6_packet p = {.src = sent->tx.src, .dst = sent->tx.dst};

	p.hop_limit = sent->tx.hop_limit;
	p.next_header = sent->tx.next_header;
	p.payload = sent->payload;
	p.payload_len = sent->tx.payload_len;
	mip6_node_receive(to->node, now, ifindex, &p);
}

/* The advertisement of another router with the same prefix, octet by octet: radvd
 * with the same settings puts its options in this order. */
static void deliver_foreign(struct fake_host *to, mip6_time now, const struct mip6_addr *dst)
{
	static const uint8_t ra[] = {
	    134, 0, 0,	0,    64,   0,	  1,	0,    0, 0, 0,	  0,	0, 0, 0, 0, /* lifetime 256
										     */
	    3,	 4, 64, 0xe0, 0,    1,	  0x51, 0x80, 0, 0, 0x38, 0x40,		    /* L, A, R */
	    0,	 0, 0,	0,    0x3f, 0xff, 0,	0,    2, 1, 0,	  0,	0, 0, 0, 0, 0,
	    0,	 0, 1,	7,    1,    0,	  0,	0,    0, 0, 90, /* interval */
	    1,	 1, 2,	0,    0,    0,	  0,	3,		/* SLLA */
	};
	uint8_t buf[sizeof(ra)];
	struct ip6_packet p = {.src = fake_addr(LINK_LOCAL), .dst = *dst, .hop_limit = 255};
	uint16_t sum;

	memcpy(buf, ra, sizeof(ra));
	p.next_header = IP6_NH_ICMPV6;
	p.payload = buf;
	p.payload_len = sizeof(buf);
	sum = ip6_checksum(&p.src, &p.dst, IP6_NH_ICMPV6, buf, sizeof(buf));
	buf[2] = (uint8_t)(sum >> 8);
	buf[3] = (uint8_t)sum;
	mip6_node_receive(to->node, now, 2, &p);
}

/* Both did the same: messages, plane and events in the same order. */
static void check_alike(const struct fake_host *a, const struct fake_host *b)
{
	CU_ASSERT_EQUAL_FATAL(a->sent_count, b->sent_count);
	CU_ASSERT_EQUAL_FATAL(a->applied_count, b->applied_count);
	CU_ASSERT_EQUAL_FATAL(a->event_count, b->event_count);
	for (size_t i = 0; i < a->sent_count; i++) {
		CU_ASSERT_EQUAL(a->sent[i].step, b->sent[i].step);
		CU_ASSERT_EQUAL_FATAL(a->sent[i].tx.payload_len, b->sent[i].tx.payload_len);
		CU_ASSERT_EQUAL(
		    memcmp(a->sent[i].payload, b->sent[i].payload, a->sent[i].tx.payload_len), 0);
	}
	for (size_t i = 0; i < a->applied_count; i++)
		CU_ASSERT_TRUE(mip6_object_equal(&a->applied[i].object, &b->applied[i].object));
	for (size_t i = 0; i < a->event_count; i++) {
		CU_ASSERT_EQUAL(a->events[i].id, b->events[i].id);
		CU_ASSERT_EQUAL(a->events[i].time, b->events[i].time);
	}
}

static void test_mobile_node_behaves_alike(void)
{
	struct mip6_if_config interface;
	struct mip6_config c = config_of(MIP6_ROLE_AR, &interface);
	struct fake_host *behind_ours = mobile_node(0);
	struct fake_host *behind_other = mobile_node(0);
	struct fake_host *ar;
	struct mip6_stats s;

	interface.advertise.lifetime_s = 256;
	ar = stopped(&c);
	start(ar, 0);
	CU_ASSERT_EQUAL_FATAL(behind_ours->sent_count, 1); /* the solicitation */
	deliver(ar, 1 * MS, IF, &behind_ours->sent[0]);
	CU_ASSERT_EQUAL_FATAL(ar->sent_count, 2);
	deliver(behind_ours, 1 * MS, 2, &ar->sent[1]);
	deliver_foreign(behind_other, 1 * MS, &ar->sent[1].tx.dst);
	fake_run(behind_ours, 2 * MS);
	fake_run(behind_other, 2 * MS);
	check_alike(behind_ours, behind_other);
	mip6_node_stats(behind_ours->node, &s);
	CU_ASSERT_EQUAL(s.tx_mh[MH_BU], 1);
	/* Advertisements go on and nothing happens; when they stay away both notice. */
	for (mip6_time t = 30 * MS; t <= 300 * MS; t += 30 * MS) {
		fake_run(ar, t);
		deliver(behind_ours, t, 2, &ar->sent[ar->sent_count - 1]);
		deliver_foreign(behind_other, t, &ar->sent[ar->sent_count - 1].tx.dst);
	}
	fake_run(behind_ours, 2 * S);
	fake_run(behind_other, 2 * S);
	check_alike(behind_ours, behind_other);
	CU_ASSERT_TRUE(fake_events(behind_ours, MIP6_EV_RS_TX) > 1);
	fake_free(behind_ours);
	fake_free(behind_other);
	fake_free(ar);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"an access router's advertisement by default", test_defaults_of_access_router},
	    {"a home agent's advertisement by default", test_defaults_of_home_agent},
	    {"everything as configured", test_everything_configured},
	    {"everything switched off", test_everything_off},
	    {"home agent information", test_home_agent_information},
	    {"which addresses are told", test_addresses_that_are_told},
	    {"as many prefixes as fit", test_many_prefixes},
	    {"shortest and longest interval", test_shortest_and_longest_interval},
	    {"initial advertisements", test_initial_advertisements},
	    {"it waits for link and address", test_waits_for_link_and_address},
	    {"a change is told, not too soon", test_change_is_told},
	    {"the last advertisement", test_last_advertisement},
	    {"who does not advertise", test_who_does_not_advertise},
	    {"forwarding comes first", test_forwarding_is_wanted_first},
	    {"unicast answer at once", test_unicast_answer_at_once},
	    {"flood of solicitations", test_flood_of_solicitations},
	    {"multicast answer", test_multicast_answer},
	    {"bad solicitations", test_bad_solicitations},
	    {"a mobile node behaves alike", test_mobile_node_behaves_alike},
	};

	return test_run("advertise", tests, sizeof(tests) / sizeof(tests[0]));
}
