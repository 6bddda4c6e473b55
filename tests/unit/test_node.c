/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a node of any role does: the tests of RFC 6275 9.2 with their answers,
 * interfaces, events, errors of the plane. */
#include "fake_host.h"
#include "test.h"
#include <core/node_internal.h>
#include <stdio.h>

static struct fake_host *node_of(enum mip6_role role)
{
	struct mip6_config c;
	struct fake_host *f;

	mip6_config_default(&c);
	c.role = role;
	c.mn_ha_ipsec = false;
	f = fake_new(&c);
	fake_link(f, 0, 2, "eth0", true);
	fake_address(f, 0, 2, "3fff:1::1/64", true);
	mip6_node_start(f->node, 0);
	return f;
}

struct mh_case {
	uint8_t type;
	uint8_t proto;
	uint8_t header_len; /* 8-octet units beyond the first */
	bool bad_checksum;
	const char *src;
	bool hao;
	const char *hao_text; /* 3fff:1::100 unless given */
};

/* Writes a Mobility Header octet by octet, as no builder of ours would. */
static void receive_raw(struct fake_host *f, mip6_time now, struct mh_case c)
{
	uint8_t mh[24] = {c.proto, c.header_len, c.type};
	struct ip6_packet p = {.src = fake_addr(c.src ? c.src : "3fff:2::9"), .hop_limit = 64};
	uint16_t sum;

	p.dst = fake_addr("3fff:1::1");
	p.has_hao = c.hao || c.hao_text;
	p.hao = fake_addr(c.hao_text ? c.hao_text : "3fff:1::100");
	p.next_header = IP6_NH_MH;
	p.payload = mh;
	p.payload_len = 8 + 8 * (size_t)c.header_len;
	sum =
	    ip6_checksum(ip6_checksum_src(&p), ip6_checksum_dst(&p), IP6_NH_MH, mh, p.payload_len);
	sum = (uint16_t)(sum + c.bad_checksum);
	mh[4] = (uint8_t)(sum >> 8);
	mh[5] = (uint8_t)sum;
	mip6_node_receive(f->node, now, 2, &p);
}

static void test_checksum(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);
	struct mip6_stats s;

	receive_raw(f, 0, (struct mh_case){.type = 99, .proto = 6, .bad_checksum = true});
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.drop_checksum, 1);
	CU_ASSERT_EQUAL(f->sent_count, 0);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 1);
	fake_free(f);
}

/* A flood of bad packets is counted in full, and told of 100 times a second. */
static void test_flood(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);
	struct mh_case bad = {.type = 5, .proto = 59, .bad_checksum = true};
	struct mip6_stats s;

	for (int i = 0; i < 250; i++)
		receive_raw(f, 0, bad);
	receive_raw(f, 50 * MIP6_MS - 1, bad);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 200);
	receive_raw(f, 50 * MIP6_MS, bad);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 201);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.drop_checksum, 252);
	fake_free(f);
}

static void test_unknown_type(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);
	struct mip6_addr src = fake_addr("3fff:2::9");
	struct mip6_addr hoa = fake_addr("3fff:1::100");
	struct mh_message m;
	size_t pointer;

	/* The type counts before the payload protocol. */
	receive_raw(f, 0, (struct mh_case){.type = 8, .proto = 6, .hao = true});
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_TRUE(mip6_addr_equal(&f->sent[0].tx.dst, &src));
	CU_ASSERT_FALSE(f->sent[0].tx.has_rh2);
	CU_ASSERT_EQUAL(mh_parse(&f->sent[0].tx.src, &f->sent[0].tx.dst, f->sent[0].payload,
				 f->sent[0].tx.payload_len, &m, &pointer),
			MIP6_OK);
	CU_ASSERT_EQUAL(m.type, MH_BE);
	CU_ASSERT_EQUAL(m.be.status, MH_BE_UNKNOWN_TYPE);
	CU_ASSERT_TRUE(mip6_addr_equal(&m.be.hoa, &hoa));
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BE_TX), 1);
	/* Never to a source that is no unicast address. */
	receive_raw(f, 0, (struct mh_case){.type = 8, .proto = 59, .src = "::"});
	receive_raw(f, 0, (struct mh_case){.type = 8, .proto = 59, .src = "ff02::1"});
	CU_ASSERT_EQUAL(f->sent_count, 1);
	fake_free(f);
}

/* The pointer counts from the start of the IPv6 packet. */
static void parameter_problem(struct mh_case c, uint32_t pointer)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);
	struct icmp6_error e = {0};

	receive_raw(f, 0, c);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_EQUAL(f->sent[0].tx.next_header, IP6_NH_ICMPV6);
	CU_ASSERT_EQUAL(icmp6_parse_error(f->sent[0].payload, f->sent[0].tx.payload_len, &e),
			MIP6_OK);
	CU_ASSERT_EQUAL(e.type, ICMP6_PARAM_PROBLEM);
	CU_ASSERT_EQUAL(e.code, 0);
	CU_ASSERT_EQUAL(e.value, pointer);
	CU_ASSERT_EQUAL(e.packet_len, 40 + (c.hao ? 24u : 0) + 8 + 8 * (size_t)c.header_len);
	fake_free(f);
}

static void test_parameter_problems(void)
{
	parameter_problem((struct mh_case){.type = MH_BU, .proto = 6, .header_len = 1}, 40);
	parameter_problem((struct mh_case){.type = MH_BU, .proto = 6, .header_len = 1, .hao = true},
			  64);
	parameter_problem((struct mh_case){.type = MH_BU, .proto = 59, .header_len = 0}, 41);
	parameter_problem((struct mh_case){.type = MH_BE, .proto = 59, .header_len = 1}, 41);
}

static void test_rate_limit(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);

	for (int i = 0; i < 25; i++)
		receive_raw(f, i, (struct mh_case){.type = 8, .proto = 59});
	CU_ASSERT_EQUAL(f->sent_count, 10);
	receive_raw(f, MIP6_SECOND / 10, (struct mh_case){.type = 8, .proto = 59});
	CU_ASSERT_EQUAL(f->sent_count, 11);
	fake_free(f);
}

static void test_no_home_agent(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);
	struct mh_message m = {.type = MH_BU, .bu = {5, MH_BU_A | MH_BU_H, 100}};
	struct ip6_packet p = {.src = fake_addr("3fff:2::9"), .has_hao = true};
	uint8_t buf[64];
	size_t pointer;

	p.dst = fake_addr("3fff:1::1");
	p.hao = fake_addr("3fff:1::100");
	p.next_header = IP6_NH_MH;
	p.payload = buf;
	p.payload_len = (size_t)mh_build(&p.hao, &p.dst, &m, buf, sizeof(buf));
	mip6_node_receive(f->node, 0, 2, &p);
	CU_ASSERT_EQUAL(f->sent_count, 1);
	CU_ASSERT_TRUE(f->sent[0].tx.has_rh2);
	CU_ASSERT_EQUAL(mh_parse(&f->sent[0].tx.src, &f->sent[0].tx.rh2, f->sent[0].payload,
				 f->sent[0].tx.payload_len, &m, &pointer),
			MIP6_OK);
	CU_ASSERT_EQUAL(m.ba.status, MH_STATUS_NO_HOME_REGISTRATION);
	fake_free(f);
}

static void test_bad_hao(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_HA);
	struct ip6_packet p = {.src = fake_addr("3fff:2::9"), .dst = fake_addr("3fff:1::1")};
	struct mip6_stats s;

	/* Its type would be answered if it got so far. */
	receive_raw(f, 0, (struct mh_case){.type = 8, .proto = 59, .hao_text = "ff02::1"});
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.drop_value, 1);
	CU_ASSERT_EQUAL(f->sent_count, 0);
	mip6_node_receive(f->node, 0, 77, &p); /* an interface nobody told of */
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 2);
	fake_free(f);
}

/* Neighbour discovery from beyond the link, or with a wrong checksum. */
static void test_nd_rules(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_HA);
	struct ip6_packet p = {.src = fake_addr("fe80::9"), .dst = mip6_addr_all_nodes()};
	struct nd_ra ra = {.lifetime = 1800};
	struct mip6_stats s;
	uint8_t buf[64];

	p.payload_len = (size_t)nd_build_ra(&p.src, &p.dst, &ra, buf, sizeof(buf));
	p.payload = buf;
	p.next_header = IP6_NH_ICMPV6;
	p.hop_limit = 254;
	mip6_node_receive(f->node, 0, 2, &p);
	p.hop_limit = 255;
	mip6_node_receive(f->node, 0, 2, &p);
	buf[5] ^= 1;
	mip6_node_receive(f->node, 0, 2, &p);
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.drop_hoplimit, 1);
	CU_ASSERT_EQUAL(s.drop_checksum, 1);
	CU_ASSERT_EQUAL(s.rx_ra, 1);
	fake_free(f);
}

static void test_plane_error(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_HA);
	struct mip6_stats s;

	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_PLANE_ERROR), 0);
	mip6_node_stop(f->node, 1);
	f->apply_error = MIP6_ERR_PERMISSION;
	mip6_node_start(f->node, 2);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_PLANE_ERROR), 5); /* once for each object */
	mip6_node_stats(f->node, &s);
	CU_ASSERT_EQUAL(s.plane_errors, 5);
	mip6_node_tick(f->node, 3); /* tried again, but told once */
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_PLANE_ERROR), 5);
	CU_ASSERT_EQUAL(f->applied_count, 10);
	f->apply_error = MIP6_ERR_NOMEM; /* another error is told */
	mip6_node_tick(f->node, 4);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_PLANE_ERROR), 10);
	f->apply_error = 0;
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), 2 + MIP6_SECOND);
	mip6_node_tick(f->node, 2 + MIP6_SECOND);
	CU_ASSERT_EQUAL(f->applied_count, 15);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	f->apply_error = MIP6_ERR_IO;
	mip6_node_stop(f->node, 5 + MIP6_SECOND); /* told anew */
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_PLANE_ERROR), 15);
	fake_free(f);
}

static void test_interfaces(void)
{
	struct fake_host *f = node_of(MIP6_ROLE_CN);
	struct mip6_addr ll = fake_addr("fe80::5");
	struct iface *iface;

	fake_link(f, 0, 7, "eth7", true);
	fake_link(f, 0, 3, "eth3", true);
	CU_ASSERT_EQUAL(f->node->ifaces->link.ifindex, 2);
	CU_ASSERT_EQUAL(f->node->ifaces->next->link.ifindex, 3);
	iface = node_iface_by_name(f->node, "eth3");
	CU_ASSERT_PTR_EQUAL(iface, node_iface(f->node, 3));
	fake_address(f, 0, 3, "3fff:3::5/64", true);
	CU_ASSERT_TRUE(mip6_addr_is_unspecified(&iface->link_local));
	fake_address(f, 0, 3, "fe80::5/64", true);
	fake_address(f, 0, 3, "fe80::5/64", true); /* again: no second entry */
	CU_ASSERT_EQUAL(iface->addr_count, 2);
	CU_ASSERT_TRUE(mip6_addr_equal(&iface->link_local, &ll));
	fake_address(f, 0, 3, "fe80::5/64", false);
	CU_ASSERT_TRUE(mip6_addr_is_unspecified(&iface->link_local));
	mip6_node_link_gone(f->node, 0, 3);
	CU_ASSERT_PTR_NULL(node_iface(f->node, 3));
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_LINK_UP), 3);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_LINK_DOWN), 1);
	fake_free(f);
}

/* A name that no interface has is told when the node starts and when it is told anew. */
static void test_missing_interface(void)
{
	struct mip6_if_config named[2];
	struct mip6_config c;
	struct fake_host *f;

	mip6_config_default(&c);
	c.role = MIP6_ROLE_CN;
	mip6_if_config_default(&named[0], "eth0", c.role);
	mip6_if_config_default(&named[1], "eht1", c.role);
	c.interfaces = named;
	c.interface_count = 2;
	f = fake_new(&c);
	fake_link(f, 0, 2, "eth0", true);
	mip6_node_start(f->node, 0);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_WARNING), 1);
	c.interface_count = 1;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(f->node, 0, &c), MIP6_OK);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_WARNING), 1);
	fake_free(f);
}

/* Each event has a name of its own and stands in the manual with its meaning. */
static void test_events_documented(void)
{
	static char text[65536];
	FILE *file = fopen("docs/events.md", "r");
	char row[256];

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	for (int id = 0; id < MIP6_EVENTS; id++) {
		const char *meaning = mip6_event_meaning((enum mip6_event_id)id);
		size_t len = strlen(meaning);
		const char *at;

		/* The manual may go on where the sentence ends here. */
		snprintf(row, sizeof(row), "\n| `%s` | %.*s",
			 mip6_event_name((enum mip6_event_id)id), (int)len - 1, meaning);
		at = strstr(text, row);
		if (!at)
			printf("not in docs/events.md:%s\n", row);
		CU_ASSERT_PTR_NOT_NULL(at);
		for (int other = 0; other < id; other++)
			CU_ASSERT_STRING_NOT_EQUAL(mip6_event_name((enum mip6_event_id)id),
						   mip6_event_name((enum mip6_event_id)other));
	}
}

static void test_event_fields(void)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_DROP, 5, 2);

	for (unsigned i = 0; i < MIP6_EVENT_FIELDS + 3; i++)
		mip6_event_uint(&e, "n", i);
	CU_ASSERT_EQUAL(e.count, MIP6_EVENT_FIELDS);
	CU_ASSERT_EQUAL(e.fields[MIP6_EVENT_FIELDS - 1].uint, MIP6_EVENT_FIELDS - 1);
	CU_ASSERT_STRING_EQUAL(mip6_event_name((enum mip6_event_id)9999), "unknown");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"checksum", test_checksum},
	    {"flood", test_flood},
	    {"unknown type", test_unknown_type},
	    {"parameter problems", test_parameter_problems},
	    {"rate limit", test_rate_limit},
	    {"not a home agent", test_no_home_agent},
	    {"bad HAO", test_bad_hao},
	    {"rules of ND", test_nd_rules},
	    {"error of the plane", test_plane_error},
	    {"interfaces", test_interfaces},
	    {"missing interface", test_missing_interface},
	    {"events are documented", test_events_documented},
	    {"fields of events", test_event_fields},
	};

	return test_run("node", tests, sizeof(tests) / sizeof(tests[0]));
}
