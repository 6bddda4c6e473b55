/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Objects of every kind: added, changed, removed, adopted after a kill. */
#include "kplane/bench.h"
#include "kplane/tests.h"

#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* ---- what `ip` says of them ------------------------------------------------------ */

static void expect_first_version(void)
{
	CU_ASSERT(
	    bench_holds("ip -d link show mip6mn | grep -q 'ip6tnl ip6ip6 remote 3fff:1::1 local "
			"3fff:2::10 hoplimit 64 encaplimit none'"));
	CU_ASSERT(bench_holds("ip -d link show mip6mn | grep -q 'alias mip6d'"));
	CU_ASSERT(bench_holds("ip link show mip6mn | grep -q '[<,]UP[,>]'"));
	CU_ASSERT(bench_holds("ip -d link show mip6ha | grep -q 'ip6tnl external'"));
	CU_ASSERT(bench_holds("ip link show mip6ha | grep -q '[<,]UP[,>]'"));
	CU_ASSERT(bench_holds("tc filter show dev mip6ha egress | grep -q mip6d_rh2"));
	CU_ASSERT(bench_holds("test -z \"$(ip -6 addr show dev mip6ha)\""));
	CU_ASSERT(
	    bench_holds("ip -6 addr show dev eth0 | grep 3fff:2::10/64 | grep -q noprefixroute"));
	CU_ASSERT(bench_holds("ip -6 addr show dev mip6mn home | grep -q 'inet6 3fff:1::10/128'"));
	CU_ASSERT(
	    bench_holds("ip -6 neigh show | "
			"grep -q 'fe80::1 dev eth0 lladdr 02:00:00:00:01:08 router .*REACHABLE'"));
	CU_ASSERT(
	    bench_holds("ip -6 route show | grep -q 'default via fe80::1 dev eth0 .*metric 512'"));
	CU_ASSERT(bench_holds("ip -6 route show | grep -q '3fff:2::/64 dev eth0 .*metric 512'"));
	CU_ASSERT(bench_holds("ip -6 route show table 7275 | grep -q 'default dev mip6mn'"));
	CU_ASSERT(bench_holds("ip -6 rule show | grep -q '1000:.*from 3fff:1::10 lookup 7275'"));
	CU_ASSERT(bench_holds("ip -6 route show 3fff:1::20 | grep 'encap ip6 id 0 src 3fff:1::1 "
			      "dst 3fff:2::10 hoplimit 64' | grep -q 'dev mip6ha'"));
	CU_ASSERT(bench_holds("ip -6 neigh show proxy | grep -q '3fff:1::20 dev eth0'"));
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/conf/eth0/forwarding) = 1"));
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/neigh/eth0/proxy_delay) = 0"));
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/conf/eth0/dad_transmits) = 7"));
	CU_ASSERT(bench_holds("ip xfrm state | grep -q 'proto hao'"));
	CU_ASSERT(bench_holds("ip xfrm state | grep -q 'dst 3fff:1::10'"));
	CU_ASSERT(bench_holds("ip xfrm policy | grep -q 'dst 3fff:1::10/128'"));
}

static void expect_second_version(void)
{
	CU_ASSERT(bench_holds("ip -d link show mip6mn | grep -q 'local 3fff:3::10'"));
	CU_ASSERT(bench_holds("ip -6 addr show dev eth0 deprecated | grep -q 3fff:2::10/64"));
	CU_ASSERT(bench_holds("test -z \"$(ip -6 addr show dev mip6mn home)\""));
	CU_ASSERT(
	    bench_holds("ip -6 neigh show | grep -q 'fe80::1 dev eth0 lladdr 02:00:00:00:01:09'"));
	CU_ASSERT(bench_holds("test $(ip -6 route show default | wc -l) = 1"));
	CU_ASSERT(bench_holds("ip -6 route show default | grep -q 'via fe80::2 dev eth0'"));
	CU_ASSERT(bench_holds("test $(ip -6 rule show prio 1000 | wc -l) = 1"));
	CU_ASSERT(bench_holds("ip -6 rule show | grep -q '1000:.*from 3fff:1::10 lookup 7276'"));
	CU_ASSERT(bench_holds("test $(ip -6 route show 3fff:1::20 | wc -l) = 1"));
	CU_ASSERT(bench_holds("ip -6 route show 3fff:1::20 | grep -q 'dst 3fff:3::10'"));
	CU_ASSERT(bench_holds("ip -6 neigh show proxy | grep -q '3fff:1::20 dev eth0.* router'"));
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/conf/eth0/dad_transmits) = 8"));
}

/* ---- tests inside ------------------------------------------------------------------ */

void test_kinds(void)
{
	struct wants one;
	struct wants two;
	struct kplane *k;
	char *before;

	bench_namespace();
	one = bench_all_wants(0);
	two = bench_all_wants(1);
	before = bench_dump();
	/* Whom the plane proxies is forgotten with the proxy entry. */
	CU_ASSERT(bench_holds("ip -6 neigh add 3fff:1::20 dev eth0 lladdr 02:00:00:00:01:20 "
			      "nud stale"));
	k = bench_adopt();
	kplane_settle(k);
	bench_add_all(k, &one);
	expect_first_version();
	bench_change_all(k, &one, &two);
	expect_second_version();
	bench_remove_all(k, &two);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* Counts what the kernel reports of changes while it is open. */
static struct mnl_socket *watch(void)
{
	static const int groups[] = {RTNLGRP_LINK,	 RTNLGRP_IPV6_IFADDR, RTNLGRP_NEIGH,
				     RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE,   RTNLGRP_TC};
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);

	CU_ASSERT_PTR_NOT_NULL_FATAL(s);
	CU_ASSERT_EQUAL_FATAL(mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID), 0);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		CU_ASSERT_EQUAL(mnl_socket_setsockopt(s, NETLINK_ADD_MEMBERSHIP, (void *)&groups[i],
						      sizeof(groups[i])),
				0);
	return s;
}

static int is_cut(const struct nlattr *attribute, void *arg)
{
	bool *ret = arg;

	if (mnl_attr_get_type(attribute) == IFLA_IFNAME &&
	    strcmp(mnl_attr_get_str(attribute), KPLANE_DEVICE_CUT) == 0)
		*ret = true;
	return MNL_CB_OK;
}

/* What lasts no longer than the process is of each process anew: the device for packets
 * that are to be cut, and the filter that sends them there. */
static int count_message(const struct nlmsghdr *m, void *arg)
{
	const struct tcmsg *filter = mnl_nlmsg_get_payload(m);
	unsigned *count = arg;
	bool cut = false;

	if (m->nlmsg_type == RTM_NEWTFILTER || m->nlmsg_type == RTM_DELTFILTER)
		cut = filter->tcm_parent == TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS);
	if (m->nlmsg_type == RTM_NEWLINK || m->nlmsg_type == RTM_DELLINK)
		mnl_attr_parse(m, sizeof(struct ifinfomsg), is_cut, &cut);
	*count += !cut;
	return MNL_CB_OK;
}

static unsigned watched(struct mnl_socket *s)
{
	char buf[32768];
	unsigned count = 0;
	ssize_t n;

	while ((n = mnl_socket_recvfrom(s, buf, sizeof(buf))) > 0)
		mnl_cb_run(buf, (size_t)n, 0, 0, count_message, &count);
	mnl_socket_close(s);
	return count;
}

/* A new process wants the same: nothing is sent to the kernel. */
void test_adopted_untouched(void)
{
	struct wants one;
	struct mnl_socket *messages;
	struct kplane *k;
	char *before;
	char *with_all;

	bench_namespace();
	one = bench_all_wants(0);
	before = bench_dump();
	k = bench_adopt();
	bench_add_all(k, &one);
	with_all = bench_dump();
	kplane_close(k); /* kill -9: nothing is withdrawn */
	k = bench_adopt();
	messages = watch();
	bench_add_all(k, &one);
	kplane_settle(k);
	CU_ASSERT_EQUAL(watched(messages), 0);
	bench_expect_dump(with_all, true);
	bench_remove_all(k, &one);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* A new process wants other values: they are changed, and withdrawn as its own. */
void test_adopted_changed(void)
{
	struct wants one;
	struct wants two;
	struct kplane *k;
	char *before;

	bench_namespace();
	one = bench_all_wants(0);
	two = bench_all_wants(1);
	before = bench_dump();
	k = bench_adopt();
	bench_add_all(k, &one);
	kplane_close(k);
	k = bench_adopt();
	bench_add_all(k, &two);
	kplane_settle(k);
	expect_second_version();
	bench_remove_all(k, &two);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* The devices, on which others stand, and every second of the rest. */
static bool in_half(const struct wants *w, size_t i)
{
	return w->items[i].kind == MIP6_OBJ_DEVICE || i % 2 == 0;
}

static void add_half(struct kplane *k, const struct wants *w, bool first)
{
	for (size_t i = 0; i < w->count; i++)
		if (in_half(w, i) == first)
			bench_apply(k, NULL, &w->items[i]);
}

/* A new process wants half of it: the rest goes; then nothing: all goes. Old
 * values of sysctls are those from before the first process. */
void test_unwanted_removed(void)
{
	struct wants one;
	struct kplane *k;
	char *before;
	char *half;

	bench_namespace();
	one = bench_all_wants(0);
	before = bench_dump();
	k = bench_adopt();
	add_half(k, &one, true);
	half = bench_dump();
	add_half(k, &one, false);
	kplane_close(k);
	k = bench_adopt();
	add_half(k, &one, true);
	kplane_settle(k);
	bench_expect_dump(half, true);
	kplane_close(k);
	k = bench_adopt();
	kplane_settle(k);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* Objects whose making was cut short are completed, or removed as a whole. */
void test_half_made(void)
{
	struct wants one;
	struct kplane *k;
	char *before;
	char *with_all;

	bench_namespace();
	one = bench_all_wants(0);
	before = bench_dump();
	k = bench_adopt();
	bench_add_all(k, &one);
	with_all = bench_dump();
	kplane_close(k);
	bench_run(
	    "tc filter del dev mip6ha ingress; ip link set mip6ha down; ip link set mip6mn alias "
	    "'';"
	    "ip link set mip6mn down; ip xfrm policy flush; ip -6 neigh flush dev eth0 nud all");
	k = bench_adopt();
	bench_add_all(k, &one);
	kplane_settle(k);
	bench_expect_dump(with_all, true);
	CU_ASSERT(bench_holds("tc filter show dev mip6ha ingress | grep -q 'direct-action'"));
	CU_ASSERT(bench_holds("ip link show mip6ha | grep -q '[<,]UP[,>]'"));
	kplane_close(k);
	bench_run("tc filter del dev mip6ha egress pref 1");
	k = bench_adopt();
	bench_add_all(k, &one);
	kplane_settle(k);
	CU_ASSERT(bench_holds("tc filter show dev mip6ha egress | grep -q mip6d_rh2"));
	kplane_close(k);
	/* A former version's policy permitted more. */
	bench_run("ip xfrm policy update dir in dst 3fff:1::10/128 src ::/0 "
		  "tmpl proto route2 reqid 0x6d697036 mode ro level use "
		  "tmpl proto hao reqid 0x6d697036 mode ro level use");
	k = bench_adopt();
	bench_add_all(k, &one);
	kplane_settle(k);
	CU_ASSERT(bench_holds("test $(ip xfrm policy get dir in dst 3fff:1::10/128 src ::/0 | "
			      "grep -c tmpl) = 1"));
	kplane_close(k);
	bench_run("ip link del mip6ha; ip link set mip6mn alias ''; ip xfrm policy flush");
	k = bench_adopt();
	kplane_settle(k);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* What others made stays theirs: it is used where it is just as wanted, left
 * alone where it is not, and there after us. */
void test_foreign_objects(void)
{
	struct wants one;
	struct mip6_object taken;
	unsigned eth0;
	struct kplane *k;
	char *before;

	bench_namespace();
	eth0 = if_nametoindex("eth0");
	bench_run(
	    "ip -6 addr add 3fff:2::10/64 dev eth0 nodad noprefixroute; "
	    "ip -6 route add 3fff:2::/64 dev eth0 metric 512; "
	    "ip -6 route add 3fff:9::/64 via fe80::9 dev eth0 metric 512; "
	    "ip -6 route add 3fff:8::/64 dev eth0 proto static; "
	    "ip -6 rule add from 3fff:1::10 prio 1000 table 7275; "
	    "ip -6 rule add from 3fff:8::1 prio 900 table 77; "
	    "ip link add mip6other type ip6tnl mode ip6ip6 remote 3fff:7::1 local 3fff:7::2; "
	    "ip -6 neigh add proxy 3fff:1::77 dev eth0; "
	    "ip -6 neigh add fe80::77 lladdr 02:00:00:00:77:77 dev eth0 nud permanent; "
	    "ip xfrm policy add dir in src 3fff:6::/64 dst 3fff:7::/64 proto udp action allow");
	one = bench_all_wants(0);
	before = bench_dump();
	k = bench_adopt();
	bench_add_all(k, &one);
	expect_first_version();
	taken = bench_route(254, "3fff:9::/64", eth0, MIP6_DEVICE_NONE, "fe80::1");
	CU_ASSERT_EQUAL(kplane_apply(k, NULL, &taken), MIP6_ERR_EXISTS);
	CU_ASSERT_PTR_NOT_NULL(strstr(kplane_error(k), "3fff:9::/64"));
	bench_remove_all(k, &one);
	bench_expect_dump(before, true);
	kplane_close(k);
}

#define LIFETIMES "ip -6 addr show dev eth0 to 3fff:2::10 | grep -q "

/* An address that autoconfiguration made lives on while it is wanted, and has
 * its own lifetimes afterwards: of 2000 and 1000 s, some may have passed. */
static void expect_own_lifetimes(void)
{
	CU_ASSERT(bench_holds(LIFETIMES "'valid_lft \\(2000\\|199.\\)sec "
					"preferred_lft \\(1000\\|99.\\)sec'"));
	CU_ASSERT(bench_holds("test -z \"$(" LIFETIMES "noprefixroute)\""));
}

void test_lent_address(void)
{
	struct mip6_object o;
	struct kplane *k;

	bench_namespace();
	bench_run("ip -6 addr add 3fff:2::10/64 dev eth0 valid_lft 2000 preferred_lft 1000");
	o = bench_address(if_nametoindex("eth0"), MIP6_DEVICE_NONE, "3fff:2::10/64", 0);
	k = bench_adopt();
	bench_apply(k, NULL, &o);
	CU_ASSERT(bench_holds(LIFETIMES "'valid_lft 4294967...sec preferred_lft 4294967...sec'"));
	bench_apply(k, &o, NULL);
	expect_own_lifetimes();
	bench_apply(k, NULL, &o);
	kplane_close(k);
	k = bench_adopt(); /* after a kill, wanted again */
	bench_apply(k, NULL, &o);
	kplane_settle(k);
	CU_ASSERT(bench_holds(LIFETIMES "'valid_lft 4294967...sec'"));
	kplane_close(k);
	k = bench_adopt(); /* and after another, not wanted */
	kplane_settle(k);
	expect_own_lifetimes();
	bench_apply(k, NULL, &o);
	bench_run("ip -6 addr del 3fff:2::10/64 dev eth0");
	bench_apply(k, &o, NULL);
	CU_ASSERT(bench_holds("! " LIFETIMES "inet6"));
	kplane_close(k);
}

/* What is there and ours can be asked for again: a host does so when the kernel
 * may have dropped it. */
void test_asked_again(void)
{
	struct wants one;
	struct kplane *k;
	char *before;
	char *with_all;

	bench_namespace();
	one = bench_all_wants(0);
	before = bench_dump();
	k = bench_adopt();
	bench_add_all(k, &one);
	with_all = bench_dump();
	bench_add_all(k, &one);
	bench_expect_dump(with_all, true);
	bench_remove_all(k, &one);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* Where another's device stands in the way, the error says so. */
void test_device_in_the_way(void)
{
	const struct mip6_object ha = bench_device_ha();
	const struct mip6_object mn = bench_device_mn(COA1, HA);
	struct kplane *k;

	bench_namespace();
	bench_run("ip link add other1 type ip6tnl external; "
		  "ip link add other2 type ip6tnl mode any local " COA1 " remote " HA);
	k = bench_adopt();
	CU_ASSERT_EQUAL(kplane_apply(k, NULL, &ha), MIP6_ERR_EXISTS);
	CU_ASSERT_PTR_NOT_NULL(strstr(kplane_error(k), "external mode"));
	CU_ASSERT_EQUAL(kplane_apply(k, NULL, &mn), MIP6_ERR_EXISTS);
	CU_ASSERT_PTR_NOT_NULL(strstr(kplane_error(k), "same ends"));
	bench_run("ip link del other1; ip link del other2; "
		  "ip link add " KPLANE_DEVICE_MN " type dummy");
	bench_apply(k, NULL, &ha);
	CU_ASSERT_EQUAL(kplane_apply(k, NULL, &mn), MIP6_ERR_EXISTS);
	kplane_settle(k);
	CU_ASSERT(bench_holds("ip -d link show " KPLANE_DEVICE_MN " | grep -q dummy"));
	kplane_close(k);
}

/* What was removed under us, or with its interface, is no error. */
void test_vanished(void)
{
	struct wants one;
	struct kplane *k;

	bench_namespace();
	one = bench_all_wants(0);
	k = bench_adopt();
	bench_add_all(k, &one);
	bench_run("ip link del eth0; ip link del mip6mn; ip link del mip6ha; ip xfrm state flush; "
		  "ip xfrm policy flush; ip -6 rule del prio 1000");
	bench_remove_all(k, &one);
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/conf/all/forwarding) = 0"));
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/conf/lo/forwarding) = 0"));
	kplane_close(k);
}

/* A user's own settings of single interfaces survive our setting of all. */
void test_forwarding_of_each(void)
{
	const struct mip6_object on = bench_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1);
	struct kplane *k;
	char *before;

	bench_namespace();
	bench_run("ip link add eth1 type dummy; ip link add eth2 type dummy; "
		  "cd /proc/sys/net/ipv6/conf; echo 1 >eth1/forwarding");
	before = bench_dump();
	k = bench_adopt();
	bench_apply(k, NULL, &on);
	CU_ASSERT(bench_holds("test $(cat /proc/sys/net/ipv6/conf/eth2/forwarding) = 1"));
	kplane_close(k);
	k = bench_adopt();
	bench_apply(k, NULL, &on);
	kplane_settle(k);
	kplane_close(k);
	k = bench_adopt();
	kplane_settle(k);
	bench_expect_dump(before, true);
	kplane_close(k);
}

/* ---- many bindings --------------------------------------------------------------------- */

/* Kernel memory in use, in kB: all that is not free and not a page of a file. */
static long used_kb(void)
{
	char line[128];
	long free_kb = 0;
	long used = 0;
	long value;
	FILE *f = fopen("/proc/meminfo", "re");

	bench_run("sync; echo 3 >/proc/sys/vm/drop_caches");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "MemTotal: %ld", &value) == 1)
			used = value;
		if (sscanf(line, "MemFree: %ld", &value) == 1)
			free_kb = value;
	}
	if (f)
		fclose(f);
	return used - free_kb;
}

/* The same when the namespaces of former tests are gone: the kernel takes them down
 * by and by. */
static long settled_kb(void)
{
	const struct timespec pause = {.tv_nsec = 200000000};
	long used = used_kb();
	long before = 0;

	for (int i = 0; i < 50 && labs(used - before) > 32; i++) {
		nanosleep(&pause, NULL);
		before = used;
		used = used_kb();
	}
	return used;
}

static struct mip6_object nth_binding(unsigned n)
{
	struct mip6_object o = bench_binding("3fff:1::", "3fff:2::", HA);

	o.binding.hoa.b[14] = o.binding.coa.b[14] = (uint8_t)(n >> 8);
	o.binding.hoa.b[15] = o.binding.coa.b[15] = (uint8_t)n;
	return o;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In virtual time the rate has no meaning: processing takes none, or a tick. */
void test_many(void)
{
	enum { COUNT = 1000 };
	const struct mip6_object device = bench_device_ha();
	struct kplane *k;
	double start;
	double took;
	long before;
	long used;

	bench_namespace();
	k = bench_adopt();
	bench_apply(k, NULL, &device);
	before = settled_kb();
	start = seconds();
	for (unsigned n = 0; n < COUNT; n++) {
		const struct mip6_object o = nth_binding(n);

		bench_apply(k, NULL, &o);
	}
	took = seconds() - start;
	used = used_kb() - before;
	printf("%d bindings: %.2f kB of kernel memory each, ", COUNT, (double)used / COUNT);
	if (took > 0.015)
		printf("%.0f a second\n", COUNT / took);
	else
		printf("in virtual time\n");
	CU_ASSERT(used > 0 && used <= 5L * COUNT);
	CU_ASSERT(bench_holds("test $(ip -6 route show dev mip6ha | grep -c 'encap ip6') = 1000"));
	kplane_close(k);
	k = bench_adopt();
	bench_apply(k, NULL, &device);
	kplane_settle(k); /* none is wanted any more */
	CU_ASSERT(bench_holds("test $(ip -6 route show dev mip6ha | grep -c 'encap ip6') = 0"));
	kplane_close(k);
}
