/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The home agent with literal times: registration, refusals, de-registration. */
#include "ha_bench.h"
#include "test.h"

/* A binding, registered at 0 with sequence 10 and DAD done at 1 s. */
static struct fake_host *bound(void)
{
	struct fake_host *f = bench_new();

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 4 * MIP6_SECOND);
	return f;
}

static void test_start(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};

	o.sysctl.value = 1;
	o.sysctl.name = MIP6_SYSCTL_FORWARDING;
	CU_ASSERT_TRUE(fake_wanted(f, &o));
	o.sysctl.name = MIP6_SYSCTL_PROXY_NDP;
	CU_ASSERT_TRUE(fake_wanted(f, &o));
	o.sysctl.ifindex = BENCH_HOME;
	o.sysctl.name = MIP6_SYSCTL_PROXY_DELAY;
	o.sysctl.value = 0;
	CU_ASSERT_TRUE(fake_wanted(f, &o));
	o = (struct mip6_object){.kind = MIP6_OBJ_DEVICE, .device.device = MIP6_DEVICE_HA};
	CU_ASSERT_TRUE(fake_wanted(f, &o));
	o = (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT, .mh_input.hao = true};
	CU_ASSERT_TRUE(fake_wanted(f, &o));
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_WARNING), 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	mip6_node_stop(f->node, 5);
	CU_ASSERT_EQUAL(fake_wanted_count(f), 0);
	fake_free(f);
}

static void test_register(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct mip6_object proxy = bench_proxy(bench_hoa);
	struct mip6_addr hoa = fake_addr(bench_hoa);
	struct mip6_addr coa = fake_addr(bench_coa);
	struct bench_ba ba;

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "dad");
	CU_ASSERT_EQUAL(f->sent_count, 1); /* the NS of DAD */
	CU_ASSERT_TRUE(mip6_addr_is_unspecified(&f->sent[0].tx.src));
	CU_ASSERT_EQUAL(f->sent[0].tx.ifindex, BENCH_HOME);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_SECOND);
	mip6_node_tick(f->node, MIP6_SECOND - 1);
	CU_ASSERT_EQUAL(bench_ba(f).status, -1);
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	mip6_node_tick(f->node, MIP6_SECOND);
	ba = bench_ba(f);
	CU_ASSERT_EQUAL(ba.status, MH_STATUS_ACCEPTED);
	CU_ASSERT_EQUAL(ba.seq, 10);
	CU_ASSERT_EQUAL(ba.lifetime, 100);
	CU_ASSERT_TRUE(ba.tx.has_rh2);
	CU_ASSERT_TRUE(mip6_addr_equal(&ba.tx.rh2, &hoa));
	CU_ASSERT_TRUE(mip6_addr_equal(&ba.tx.dst, &coa));
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	CU_ASSERT_EQUAL(fake_count(f, &binding, true), 1);
	/* The objects were in place, and recorded, before the BA left. */
	CU_ASSERT_TRUE(f->applied[f->applied_count - 1].step < ba.step);
	CU_ASSERT_TRUE(f->saved_step > 0 && f->saved_step < ba.step);
	CU_ASSERT_EQUAL(f->record_count, 1);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_NEW), 1);
	fake_free(f);
}

static void test_advertisements(void)
{
	struct fake_host *f = bench_new();
	struct mip6_addr all = mip6_addr_all_nodes();
	struct mip6_addr ha = fake_addr(bench_ha);
	struct mip6_stats s;
	struct nd_na na;
	size_t last;

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	mip6_node_tick(f->node, MIP6_SECOND);
	last = f->sent_count - 1;
	CU_ASSERT_TRUE(mip6_addr_equal(&f->sent[last].tx.dst, &all));
	CU_ASSERT_TRUE(mip6_addr_equal(&f->sent[last].tx.src, &ha));
	CU_ASSERT_EQUAL(f->sent[last].tx.hop_limit, 255);
	CU_ASSERT_EQUAL(nd_parse_na(f->sent[last].payload, f->sent[last].tx.payload_len, &na), 0);
	CU_ASSERT_EQUAL(na.flags, ND_NA_O);
	CU_ASSERT_EQUAL(na.tlla.len, 6);
	CU_ASSERT_EQUAL(na.tlla.addr[5], BENCH_HOME);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.tx_na, 1);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 2 * MIP6_SECOND);
	fake_run(f, 100 * MIP6_SECOND);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.tx_na, 3);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 401 * MIP6_SECOND);
	fake_free(f);
}

static void test_link_local(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object proxy = bench_proxy("fe80::100");
	struct mip6_stats s;

	bench_bu(
	    f, 0,
	    (struct bench_bu){.seq = 1, .lifetime = 100, .flags = MH_BU_A | MH_BU_H | MH_BU_L});
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DAD_START), 2);
	mip6_node_tick(f->node, MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.tx_na, 2);
	/* A refresh without L does not give the link-local address up. */
	bench_bu(f, 10 * MIP6_SECOND, (struct bench_bu){.seq = 2, .lifetime = 100});
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	bench_bu(f, 20 * MIP6_SECOND, (struct bench_bu){.seq = 3, .lifetime = 0});
	CU_ASSERT_FALSE(fake_wanted(f, &proxy));
	fake_free(f);
}

static void test_dad_fails(void)
{
	struct fake_host *f = bench_new();

	bench_bu(
	    f, 0,
	    (struct bench_bu){.seq = 1, .lifetime = 100, .flags = MH_BU_A | MH_BU_H | MH_BU_L});
	bench_na(f, 500 * MIP6_MS, "fe80::100", NULL);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_DAD_FAILED);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 1);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER); /* both ended */
	CU_ASSERT_EQUAL(f->record_count, 0);
	fake_free(f);
}

static void test_again_in_dad(void)
{
	struct fake_host *f = bench_new();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa2);

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	bench_bu(f, 300 * MIP6_MS, (struct bench_bu){.seq = 11, .lifetime = 50, .coa = bench_coa2});
	bench_bu(f, 400 * MIP6_MS, (struct bench_bu){.seq = 10, .lifetime = 100}); /* late */
	CU_ASSERT_EQUAL(bench_mh_sent(f), 0);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_SECOND); /* not begun anew */
	mip6_node_tick(f->node, MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_mh_sent(f), 1);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 11);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 50);
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	fake_free(f);
}

static void test_move(void)
{
	struct fake_host *f = bound();
	struct mip6_object moved = bench_binding(bench_hoa, bench_coa2);
	size_t applied = f->applied_count;
	size_t sent = f->sent_count;

	bench_bu(f, 5 * MIP6_SECOND,
		 (struct bench_bu){.seq = 11, .lifetime = 100, .coa = bench_coa2});
	CU_ASSERT_EQUAL(f->applied_count, applied + 1); /* the binding, nothing else */
	CU_ASSERT_TRUE(mip6_object_equal(&f->applied[applied].object, &moved));
	CU_ASSERT_TRUE(f->applied[applied].was && f->applied[applied].is);
	CU_ASSERT_EQUAL(f->sent_count, sent + 1); /* the BA, nothing else */
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	CU_ASSERT_TRUE(f->applied[applied].step < bench_ba(f).step);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 405 * MIP6_SECOND);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_CHANGED), 1);
	fake_free(f);
}

static void test_expiry(void)
{
	struct fake_host *f = bound();
	struct mip6_stats s;

	mip6_node_tick(f->node, 401 * MIP6_SECOND - 1);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	mip6_node_tick(f->node, 401 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_STRING_EQUAL(f->reasons[f->event_count - 1], "expired");
	CU_ASSERT_EQUAL(fake_wanted_count(f), 5); /* what test_start names */
	CU_ASSERT_EQUAL(f->record_count, 0);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.bindings, 0);
	fake_free(f);
}

static void test_sequence(void)
{
	struct fake_host *f = bound();
	static const struct {
		uint16_t seq;
		int status;
	} cases[] = {{10, 135},	 {9, 135},     {0, 135},  {65535, 135}, {32778, 135}, {11, 0},
		     {32778, 0}, {32778, 135}, {10, 135}, {11, 135},	{9, 0}};
	uint16_t last = 10;

	/* 32778 = 10 + 32768 is old to 10 and newer than 11; so is 9 to 32778. */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_bu(f, 10 * MIP6_SECOND,
			 (struct bench_bu){.seq = cases[i].seq, .lifetime = 100});
		CU_ASSERT_EQUAL(bench_ba(f).status, cases[i].status);
		if (cases[i].status == 0)
			last = cases[i].seq;
		CU_ASSERT_EQUAL(bench_ba(f).seq, last);
	}
	fake_free(f);
}

static void test_silence(void)
{
	static const struct bench_bu cases[] = {
	    {.seq = 11, .lifetime = 9, .hoa = "fe80::5"},
	    {.seq = 11, .lifetime = 9, .coa = "ff02::5", .src = "3fff:2::100"},
	    {.seq = 11, .lifetime = 9, .coa = "fe80::5", .src = "3fff:2::100"},
	    {.seq = 11, .lifetime = 9, .nonces = true},
	    {.seq = 11, .lifetime = 9, .no_hao = true, .src = bench_hoa}, /* coa is another */
	    {.seq = 11, .lifetime = 9, .flags = MH_BU_A, .hoa = "3fff:1::200"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_host *f = bound();
		size_t sent = bench_mh_sent(f);

		bench_bu(f, 10 * MIP6_SECOND, cases[i]);
		fake_run(f, 20 * MIP6_SECOND);
		CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
		CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 1);
		CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_CHANGED), 0);
		fake_free(f);
	}
}

static void test_ipsec_missing(void)
{
	struct mip6_config c = bench_config();
	struct fake_host *f;

	c.mn_ha_ipsec = true;
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100});
	CU_ASSERT_EQUAL(f->sent_count, 0);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 1);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_WARNING), 0);
	fake_free(f);
}

static void refused(struct fake_host *f, struct bench_bu bu, int status)
{
	bench_bu(f, 10 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).status, status);
	CU_ASSERT_EQUAL(bench_ba(f).seq, bu.seq);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 0);
}

static void test_refusals(void)
{
	struct fake_host *f = bound();
	struct bench_bu bu = {.seq = 77, .lifetime = 100, .hoa = "3fff:9::100"};

	refused(f, bu, MH_STATUS_NOT_HOME_SUBNET);
	bu.lifetime = 0;
	refused(f, bu, MH_STATUS_NOT_HOME_AGENT);
	bu = (struct bench_bu){.seq = 78, .lifetime = 100, .hoa = bench_ha};
	refused(f, bu, MH_STATUS_PROHIBITED);
	bu = (struct bench_bu){.seq = 79, .lifetime = 100, .hoa = "3fff:1::7", .coa = bench_ha};
	refused(f, bu, MH_STATUS_PROHIBITED);
	bu = (struct bench_bu){.seq = 80, .lifetime = 100, .flags = MH_BU_A};
	refused(f, bu, MH_STATUS_TYPE_CHANGE);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	fake_free(f);
}

static void test_deregister(void)
{
	struct fake_host *f = bound();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct mip6_object proxy = bench_proxy(bench_hoa);
	struct mip6_addr hoa = fake_addr(bench_hoa);
	struct bench_bu home = {.seq = 11, .src = bench_hoa, .coa = bench_hoa, .no_hao = true};
	const struct fake_sent *last;
	struct bench_ba ba;
	struct nd_ns ns;

	bench_bu(f, 10 * MIP6_SECOND, home);
	ba = bench_ba(f);
	/* A kernel that seeks the mobile node already must not wait for its next try. */
	last = &f->sent[f->sent_count - 1];
	CU_ASSERT_EQUAL(last->tx.ifindex, BENCH_HOME);
	CU_ASSERT_EQUAL_FATAL(nd_parse_ns(last->payload, last->tx.payload_len, &ns), 0);
	CU_ASSERT_TRUE(mip6_addr_equal(&ns.target, &hoa));
	CU_ASSERT_EQUAL(ba.status, 0);
	CU_ASSERT_EQUAL(ba.lifetime, 0);
	CU_ASSERT_FALSE(ba.tx.has_rh2);
	CU_ASSERT_TRUE(mip6_addr_equal(&ba.tx.dst, &hoa));
	CU_ASSERT_FALSE(fake_wanted(f, &binding) || fake_wanted(f, &proxy));
	CU_ASSERT_TRUE(f->applied[f->applied_count - 1].step < ba.step);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "deleted");
	/* A BU from the visited link that was late is told as old for 10 s. */
	bench_bu(f, 20 * MIP6_SECOND - 1, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, 135);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 11);
	mip6_node_tick(f->node, 20 * MIP6_SECOND - 1);
	CU_ASSERT_EQUAL(f->record_count, 1);
	mip6_node_tick(f->node, 20 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(f->record_count, 0);
	home.seq = 12;
	bench_bu(f, 21 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_AGENT);
	fake_free(f);
}

/* The BU from the visited link was overtaken by the de-registration, so that there
 * was nothing to delete yet: it must not bind for a node that is at home. */
static void test_deregister_first(void)
{
	struct bench_bu home = {.seq = 11, .src = bench_hoa, .coa = bench_hoa, .no_hao = true};
	struct bench_bu away = {.seq = 10, .lifetime = 100};
	struct fake_host *f = bench_new();
	const struct fake_sent *last;
	struct nd_ns ns;

	bench_bu(f, 0, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_AGENT);
	/* It may be known at another interface still: it is asked for. */
	last = &f->sent[f->sent_count - 1];
	CU_ASSERT_EQUAL(last->tx.ifindex, BENCH_HOME);
	CU_ASSERT_EQUAL_FATAL(nd_parse_ns(last->payload, last->tx.payload_len, &ns), 0);
	bench_bu(f, 50 * MIP6_MS, away);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 11);
	/* Sent again it is answered in the same way, and remembered from then on. */
	home.seq = 12;
	bench_bu(f, 5 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_AGENT);
	mip6_node_tick(f->node, 15 * MIP6_SECOND - 1);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "deleted");
	CU_ASSERT_EQUAL(f->record_count, 1);
	mip6_node_tick(f->node, 15 * MIP6_SECOND);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(f->record_count, 0);
	/* A newer one binds at any time, from a link that is not ours nothing is kept. */
	bench_bu(f, 16 * MIP6_SECOND, home);
	away.seq = 13;
	bench_bu(f, 17 * MIP6_SECOND, away);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "dad");
	bench_bu(f, 18 * MIP6_SECOND, (struct bench_bu){.hoa = "3fff:9::1", .seq = 1});
	CU_ASSERT_STRING_EQUAL(bench_state(f, "3fff:9::1"), "");
	fake_free(f);
}

static void test_deregister_kinds(void)
{
	/* RFC 3775's deletion: care-of address equal to the home address. */
	struct bench_bu same = {.seq = 11, .lifetime = 100, .coa = bench_hoa};
	struct fake_host *f = bound();

	bench_bu(f, 10 * MIP6_SECOND, same);
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	CU_ASSERT_EQUAL(bench_ba(f).lifetime, 0);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "deleted");
	/* Its BA was lost: sent again, it is answered again. */
	same.seq = 12;
	bench_bu(f, 11 * MIP6_SECOND, same);
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 12);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_GONE), 1);
	/* Leaving home again: no binding, so DAD again. */
	bench_bu(f, 12 * MIP6_SECOND, (struct bench_bu){.seq = 13, .lifetime = 100});
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "dad");
	fake_run(f, 13 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 13);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	fake_run(f, 60 * MIP6_SECOND); /* the end of the 10 s has been called off */
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	fake_free(f);
}

static void test_deregister_in_dad(void)
{
	struct fake_host *f = bench_new();

	bench_bu(f, 0, (struct bench_bu){.seq = 1, .lifetime = 100});
	bench_bu(f, 500 * MIP6_MS, (struct bench_bu){.seq = 2, .lifetime = 0});
	CU_ASSERT_EQUAL(bench_ba(f).status, 0);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "deleted");
	fake_run(f, 5 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_mh_sent(f), 1);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_GONE), 0);
	fake_free(f);
}

/* At home with a forgotten sequence number: the refusal must not follow the
 * binding into the tunnel. */
static void test_refused_at_home(void)
{
	struct fake_host *f = bound();
	struct bench_bu home = {.seq = 5, .src = bench_hoa, .coa = bench_hoa, .no_hao = true};
	const uint8_t mac[6] = {2, 0, 0, 0, 9, 9};
	size_t sent = bench_mh_sent(f);
	struct mip6_addr hoa = fake_addr(bench_hoa);
	const struct fake_sent *last;
	struct nd_ns ns;

	bench_bu(f, 10 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
	last = &f->sent[f->sent_count - 1];
	CU_ASSERT_EQUAL(nd_parse_ns(last->payload, last->tx.payload_len, &ns), MIP6_OK);
	CU_ASSERT_TRUE(mip6_addr_equal(&ns.target, &hoa));
	CU_ASSERT_EQUAL(last->tx.ifindex, BENCH_HOME);
	bench_na(f, 10 * MIP6_SECOND + 5, "3fff:1::777", mac); /* another's */
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
	bench_na(f, 10 * MIP6_SECOND + 6, bench_hoa, mac);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 10);
	CU_ASSERT_EQUAL(bench_ba(f).tx.l2_len, 6);
	CU_ASSERT_EQUAL(memcmp(bench_ba(f).tx.l2_dst, mac, 6), 0);
	bench_na(f, 10 * MIP6_SECOND + 7, bench_hoa, mac); /* once is enough */
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent + 1);
	/* An answer that comes too late is none. */
	bench_bu(f, 20 * MIP6_SECOND, home);
	bench_na(f, 21 * MIP6_SECOND, bench_hoa, mac);
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent + 1);
	fake_free(f);
}

/* A binding that the data plane does not take is not granted, and the mobile node may
 * try again. */
static void test_plane_refuses(void)
{
	struct fake_host *f = bench_new();

	f->apply_error = MIP6_ERR_NOMEM;
	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	mip6_node_tick(f->node, MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_RESOURCES);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(f->record_count, 0);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_NEW), 0);
	f->apply_error = 0;
	bench_bu(f, 2 * MIP6_SECOND, (struct bench_bu){.seq = 11, .lifetime = 100});
	fake_run(f, 4 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	fake_free(f);
}

/* "started" is the last that is told of a start, and only of one that was whole. */
static void test_started_last(void)
{
	struct fake_host *f = bench_new();

	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_STARTED), 1);
	mip6_node_stop(f->node, 5);
	f->event_count = 0;
	CU_ASSERT_EQUAL(mip6_node_start(f->node, 6), MIP6_OK);
	CU_ASSERT_EQUAL(f->events[f->event_count - 1].id, MIP6_EV_STARTED);
	mip6_node_stop(f->node, 7);
	f->event_count = 0;
	f->apply_error = MIP6_ERR_UNSUPPORTED;
	CU_ASSERT_EQUAL(mip6_node_start(f->node, 8), MIP6_ERR_UNSUPPORTED);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_STARTED), 0);
	CU_ASSERT_TRUE(fake_events(f, MIP6_EV_PLANE_ERROR) > 0);
	fake_free(f);
}

/* On the home link with the option all the same: the home address is where the answer
 * goes, without a routing header, and not into the tunnel. */
static void test_at_home_with_option(void)
{
	struct bench_bu home = {.seq = 5, .src = bench_hoa, .coa = bench_hoa};
	const uint8_t mac[6] = {2, 0, 0, 0, 9, 9};
	struct mip6_addr hoa = fake_addr(bench_hoa);
	struct fake_host *f = bound();
	size_t sent = bench_mh_sent(f);
	struct bench_ba ba;

	bench_bu(f, 10 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent); /* asked for first */
	bench_na(f, 10 * MIP6_SECOND + 1, bench_hoa, mac);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(bench_ba(f).tx.l2_len, 6);
	CU_ASSERT_FALSE(bench_ba(f).tx.has_rh2);
	home.seq = 11;
	bench_bu(f, 11 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_FALSE(bench_ba(f).tx.has_rh2);
	ba = bench_ba(f);
	CU_ASSERT_TRUE(mip6_addr_equal(&ba.tx.dst, &hoa));
	home.seq = 12;
	fake_run(f, 29 * MIP6_SECOND);
	bench_bu(f, 30 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_NOT_HOME_AGENT);
	CU_ASSERT_FALSE(bench_ba(f).tx.has_rh2);
	fake_free(f);
}

/* Other refusals go there, too, while there is a binding. */
static void test_refused_at_home_otherwise(void)
{
	struct bench_bu home = {.seq = 11, .src = bench_hoa, .lifetime = 100};
	const uint8_t mac[6] = {2, 0, 0, 0, 9, 9};
	struct fake_host *f = bound();

	home.coa = bench_ha;
	bench_bu(f, 10 * MIP6_SECOND, home);
	bench_na(f, 10 * MIP6_SECOND + 1, bench_hoa, mac);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_PROHIBITED);
	CU_ASSERT_EQUAL(bench_ba(f).tx.l2_len, 6);
	fake_free(f);
}

/* What says that it comes from the home address, but from another link, ends no
 * binding. */
static void test_deregister_from_elsewhere(void)
{
	struct bench_bu home = {.seq = 11, .src = bench_hoa, .coa = bench_hoa, .no_hao = true};
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct mh_message m = {.type = MH_BU};
	struct ip6_packet p = {.src = fake_addr(bench_hoa), .dst = fake_addr(bench_ha)};
	struct fake_host *f = bound();
	uint8_t buf[256];
	size_t sent;

	fake_link(f, 5 * MIP6_SECOND, 7, "eth1", true);
	fake_address(f, 5 * MIP6_SECOND, 7, "3fff:9::1/64", true);
	sent = bench_mh_sent(f);
	m.bu.flags = MH_BU_A | MH_BU_H;
	for (int hao = 0; hao < 2; hao++) {
		m.bu.seq = (uint16_t)(11 + hao);
		p.has_hao = hao;
		p.hao = p.src;
		p.payload_len = (size_t)mh_build(&p.src, &p.dst, &m, buf, sizeof(buf));
		p.payload = buf;
		p.next_header = IP6_NH_MH;
		mip6_node_receive(f->node, 10 * MIP6_SECOND, 7, &p);
	}
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	bench_bu(f, 11 * MIP6_SECOND, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	fake_free(f);
}

/* Addresses of the home link that are nobody's own, as home and as care-of address. */
static void test_anycast(void)
{
	static const struct {
		const char *addr;
		bool anycast;
	} cases[] = {
	    {"3fff:1::", true},
	    {"3fff:1::fdff:ffff:ffff:ff80", true},
	    {"3fff:1::fdff:ffff:ffff:fffe", true}, /* all home agents (RFC 2526) */
	    {"3fff:1::fdff:ffff:ffff:ffff", true},
	    {"3fff:1::fdff:ffff:ffff:ff7f", false},
	    {"3fff:1::ffff:ffff:ffff:fffe", false},
	    {"3fff:1::2", false},
	    {"3fff:1:0:0:8000::", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_host *f = bench_new();
		struct bench_bu bu = {.seq = 1, .lifetime = 100, .hoa = cases[i].addr};
		bool anycast = cases[i].anycast;

		bench_bu(f, 0, bu);
		fake_run(f, 4 * MIP6_SECOND);
		CU_ASSERT_EQUAL(bench_ba(f).status, anycast ? MH_STATUS_PROHIBITED : 0);
		bu = (struct bench_bu){.seq = 1, .lifetime = 100, .coa = cases[i].addr};
		bu.src = bench_coa;
		bench_bu(f, 5 * MIP6_SECOND, bu);
		fake_run(f, 9 * MIP6_SECOND);
		CU_ASSERT_EQUAL(bench_ba(f).status, anycast ? MH_STATUS_INVALID_COA : 0);
		fake_free(f);
	}
}

/* Two mobile nodes that are care-of addresses of each other. */
static void test_circle(void)
{
	struct bench_bu first = {.seq = 1, .lifetime = 100, .hoa = "3fff:1::a", .coa = "3fff:1::b"};
	struct bench_bu second = {
	    .seq = 1, .lifetime = 100, .hoa = "3fff:1::b", .coa = "3fff:1::a"};
	struct fake_host *f = bench_new();

	bench_bu(f, 0, first);
	fake_run(f, 4 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	bench_bu(f, 5 * MIP6_SECOND, second);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_INVALID_COA);
	CU_ASSERT_STRING_EQUAL(bench_state(f, "3fff:1::b"), "");
	second.coa = bench_coa; /* one behind the other is no circle */
	second.seq = 2;
	bench_bu(f, 6 * MIP6_SECOND, second);
	fake_run(f, 9 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	fake_free(f);
}

/* HaMaxBindings: told at the start; what is there is refreshed, one more is not taken
 * until one has gone. */
static void test_max_bindings(void)
{
	struct mip6_config c = bench_config();
	struct bench_bu bu = {.seq = 1, .lifetime = 100};
	struct fake_host *f;
	uint64_t told = 0;

	c.ha_max_bindings = 2;
	f = bench_stopped(&c);
	mip6_node_start(f->node, 0);
	for (unsigned i = 0; i < f->events[f->event_count - 1].count; i++)
		if (strcmp(f->events[f->event_count - 1].fields[i].name, "max_bindings") == 0)
			told = f->events[f->event_count - 1].fields[i].uint;
	CU_ASSERT_EQUAL(told, 2);
	bench_bu(f, 0, bu);
	bu.hoa = "3fff:1::101";
	bench_bu(f, 0, bu);
	bu.hoa = "3fff:1::102";
	bench_bu(f, 0, bu);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_RESOURCES);
	fake_run(f, 4 * MIP6_SECOND);
	bu = (struct bench_bu){.seq = 2, .lifetime = 100};
	bench_bu(f, 5 * MIP6_SECOND, bu);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	/* What is not bound is not remembered as such either. */
	bu = (struct bench_bu){.seq = 3, .hoa = "3fff:1::102"};
	bench_bu(f, 6 * MIP6_SECOND, bu);
	CU_ASSERT_STRING_EQUAL(bench_state(f, "3fff:1::102"), "");
	bench_bu(f, 7 * MIP6_SECOND, (struct bench_bu){.seq = 3});
	fake_run(f, 18 * MIP6_SECOND);
	bu = (struct bench_bu){.seq = 4, .lifetime = 100, .hoa = "3fff:1::102"};
	bench_bu(f, 20 * MIP6_SECOND, bu);
	fake_run(f, 24 * MIP6_SECOND);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	fake_free(f);
}

/* A node without route optimization does not take it: that is no old sequence. */
static void test_home_test_init(void)
{
	struct mh_message m = {.type = MH_HOTI};
	struct ip6_packet p = {.src = fake_addr(bench_hoa), .dst = fake_addr(bench_ha)};
	struct fake_host *f = bench_new();
	struct mip6_stats s;

	bench_receive_mh(f, 0, &p, &m);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.drop_sequence, 0);
	CU_ASSERT_EQUAL(s.drop_policy, 1);
	CU_ASSERT_EQUAL(f->sent_count, 0);
	fake_free(f);
}

/* What is wrong with a packet is told to its source, whatever is bound (RFC 6275 9.2,
 * 9.3.3): who sends from a bound home address is on the home link. */
static void test_errors_follow_no_binding(void)
{
	static const struct {
		const char *src;
		uint8_t at;
		uint8_t value;
	} cases[] = {
	    {bench_hoa, 2, 50}, {bench_hoa, 0, 58}, {bench_coa, 2, 50}, {bench_coa, 0, 58}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool home = cases[i].src == bench_hoa;
		struct ip6_packet p = {.src = fake_addr(cases[i].src), .dst = fake_addr(bench_ha)};
		uint8_t buf[16] = {59, 1, 5};
		struct fake_host *f = bound();
		size_t sent = f->sent_count;
		uint16_t sum;

		p.has_hao = !home;
		p.hao = fake_addr(bench_hoa);
		buf[cases[i].at] = cases[i].value;
		sum = ip6_checksum(ip6_checksum_src(&p), &p.dst, IP6_NH_MH, buf, sizeof(buf));
		buf[4] = (uint8_t)(sum >> 8);
		buf[5] = (uint8_t)sum;
		p.next_header = IP6_NH_MH;
		p.hop_limit = 64;
		p.payload = buf;
		p.payload_len = sizeof(buf);
		mip6_node_receive(f->node, 10 * MIP6_SECOND, BENCH_HOME, &p);
		CU_ASSERT_EQUAL_FATAL(f->sent_count, sent + 1);
		CU_ASSERT_TRUE(mip6_addr_equal(&f->sent[sent].tx.dst, &p.src));
		CU_ASSERT_FALSE(f->sent[sent].tx.has_rh2);
		CU_ASSERT_EQUAL(f->sent[sent].tx.direct, home);
		CU_ASSERT_EQUAL(f->sent[sent].tx.ifindex, home ? BENCH_HOME : 0);
		fake_free(f);
	}
}

/* RFC 6275 9.3.1, 9.3.3: packets that a plane refused. It may refuse what has a binding,
 * too, of which there is nothing to tell. */
static void test_unbound(void)
{
	static const struct {
		const char *src;
		const char *dst;
		const char *hao;
		bool told;
	} cases[] = {
	    {bench_coa, bench_ha, "3fff:9::9", true},
	    {"3fff:8::8", bench_ha, bench_hoa, true}, /* not its care-of address */
	    {bench_coa, bench_ha, bench_hoa, false},
	    {bench_coa, "ff02::1", "3fff:9::9", false},
	    {"fe80::9", bench_ha, "3fff:9::9", false},
	    {bench_coa, bench_ha, "fe80::9", false},
	    {bench_coa, bench_ha, "ff02::9", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ip6_packet p = {.next_header = 17, .has_hao = true};
		struct fake_host *f = bound();
		struct mh_message m;
		size_t pointer;
		const size_t sent = f->sent_count;

		p.src = fake_addr(cases[i].src);
		p.dst = fake_addr(cases[i].dst);
		p.hao = fake_addr(cases[i].hao);
		for (unsigned n = 0; n < 100; n++)
			mip6_node_unbound(f->node, 10 * MIP6_SECOND, &p);
		CU_ASSERT_EQUAL_FATAL(f->sent_count, sent + (cases[i].told ? 10 : 0));
		if (cases[i].told) {
			const struct mip6_tx *tx = &f->sent[sent].tx;

			CU_ASSERT_EQUAL(mh_parse(&tx->src, &tx->dst, tx->payload, tx->payload_len,
						 &m, &pointer),
					MIP6_OK);
			CU_ASSERT_EQUAL(m.type, MH_BE);
			CU_ASSERT_EQUAL(m.be.status, MH_BE_UNKNOWN_BINDING);
			CU_ASSERT_TRUE(mip6_addr_equal(&m.be.hoa, &p.hao));
			CU_ASSERT_TRUE(mip6_addr_equal(&tx->dst, &p.src));
			CU_ASSERT_TRUE(mip6_addr_equal(&tx->src, &p.dst));
			CU_ASSERT_FALSE(tx->has_rh2);
		}
		fake_free(f);
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"start and stop", test_start},
	    {"register", test_register},
	    {"advertisements", test_advertisements},
	    {"link-local address", test_link_local},
	    {"dad fails", test_dad_fails},
	    {"BU again in DAD", test_again_in_dad},
	    {"move", test_move},
	    {"expiry", test_expiry},
	    {"sequence numbers", test_sequence},
	    {"dropped in silence", test_silence},
	    {"IPsec missing", test_ipsec_missing},
	    {"refusals", test_refusals},
	    {"deregister", test_deregister},
	    {"deregister first", test_deregister_first},
	    {"kinds of deregistration", test_deregister_kinds},
	    {"deregister in DAD", test_deregister_in_dad},
	    {"refused at home", test_refused_at_home},
	    {"at home with the option", test_at_home_with_option},
	    {"refused at home otherwise", test_refused_at_home_otherwise},
	    {"deregister from elsewhere", test_deregister_from_elsewhere},
	    {"anycast addresses", test_anycast},
	    {"circle of bindings", test_circle},
	    {"HaMaxBindings", test_max_bindings},
	    {"errors follow no binding", test_errors_follow_no_binding},
	    {"a plane refused the option", test_unbound},
	    {"Home Test Init", test_home_test_init},
	    {"plane refuses", test_plane_refuses},
	    {"started last", test_started_last},
	};

	return test_run("ha", tests, sizeof(tests) / sizeof(tests[0]));
}
