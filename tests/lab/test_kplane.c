/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The kernel plane on real kernels: this program boots them and is PID 1
 * inside, where each test has network namespaces of its own. What a test
 * expects is what `ip`, /proc and sockets say, not what the plane says. The
 * kernels are a condition of the test: a missing one fails it. */
#include "test.h"

#include "linux/kplane.h"
#include "linux/srccheck.h"
#include "uml/inside.h"
#include "uml/uml.h"

#include <mip6/wire.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STATE	 "/run/kplane-test.sysctl"
#define STATE_MN "/run/kplane-test-mn.sysctl"

/* ---- helpers ------------------------------------------------------------------ */

static struct mip6_addr addr(const char *text)
{
	struct mip6_addr a = {{0}};

	CU_ASSERT_EQUAL_FATAL(mip6_addr_parse(text, &a), 0);
	return a;
}

static struct mip6_prefix prefix(const char *text)
{
	struct mip6_prefix p = {.len = 0};

	CU_ASSERT_EQUAL_FATAL(mip6_prefix_parse(text, &p), 0);
	return p;
}

static void run(const char *command)
{
	if (system(command) != 0) {
		printf("failed: %s\n", command);
		CU_FAIL("command");
	}
}

/* A new namespace with one interface, eth0, and nothing that changes by itself. */
static void fresh_namespace(void)
{
	CU_ASSERT_EQUAL_FATAL(unshare(CLONE_NEWNET), 0);
	run("cd /proc/sys/net/ipv6/conf && echo 0 >all/accept_dad && echo 0 >default/accept_dad");
	run("ip link set lo up && ip link add eth0 address 02:00:00:00:00:01 type dummy && "
	    "ip link set eth0 up");
	unlink(STATE);
}

static struct kplane *open_plane(void)
{
	char error[256] = "";
	struct kplane *k = kplane_open(STATE, error, sizeof(error));

	if (!k)
		printf("kplane_open: %s\n", error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(k);
	return k;
}

static struct kplane *adopt_plane(void)
{
	struct kplane *k = open_plane();

	CU_ASSERT_EQUAL(kplane_adopt(k), 0);
	return k;
}

static void apply(struct kplane *k, const struct mip6_object *was, const struct mip6_object *is)
{
	int err = kplane_apply(k, was, is);

	if (err != 0)
		printf("apply: %d: %s\n", err, kplane_error(k));
	CU_ASSERT_EQUAL(err, 0);
}

#define DUMP_ROOM (1u << 20)

static void dump_sysctls(FILE *to, const char *folder)
{
	glob_t found;
	char pattern[64];
	char value[256];

	snprintf(pattern, sizeof(pattern), "/proc/sys/net/ipv6/%s/*/*", folder);
	CU_ASSERT_EQUAL_FATAL(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, value, sizeof(value));

		fprintf(to, "%s=%.*s\n", found.gl_pathv[i], n > 0 ? (int)n : 0, value);
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
}

/* All that `ip` and /proc tell of the namespace. The caller frees it. */
static char *dump(void)
{
	static const char command[] =
	    "ip -j -d addr; ip -j -6 -d route show table all; ip -j -6 -d rule; "
	    "ip -j -6 neigh show; ip -j -6 neigh show proxy; ip xfrm state; "
	    "ip xfrm policy";
	char *text = calloc(1, DUMP_ROOM);
	FILE *to = fmemopen(text, DUMP_ROOM - 1, "w");
	FILE *from = popen(command, "r");
	char line[4096];

	CU_ASSERT_FATAL(text && to && from);
	while (fgets(line, sizeof(line), from))
		fputs(line, to);
	pclose(from);
	dump_sysctls(to, "conf");
	dump_sysctls(to, "neigh");
	CU_ASSERT_EQUAL(fclose(to), 0);
	CU_ASSERT(strlen(text) > 10000);
	return text;
}

static void print_difference(const char *before, const char *after)
{
	size_t i = 0;

	while (before[i] && before[i] == after[i])
		i++;
	while (i > 0 && before[i - 1] != '\n' && before[i - 1] != '{')
		i--;
	printf("before: %.400s\n\nafter: %.400s\n\n", before + i, after + i);
}

/* Compares with the dump of before, which is freed. */
static void expect_dump(char *before, bool same)
{
	char *after = dump();

	if (same && strcmp(before, after) != 0)
		print_difference(before, after);
	CU_ASSERT_EQUAL(strcmp(before, after) == 0, same);
	free(before);
	free(after);
}

/* True when a shell pipeline succeeds: `ip ... | grep -q ...`. */
static bool holds(const char *command)
{
	bool yes = system(command) == 0;

	if (!yes)
		printf("does not hold: %s\n", command);
	return yes;
}

/* ---- the objects of a node ------------------------------------------------------ */

static struct mip6_object sysctl_object(enum mip6_sysctl name, unsigned ifindex, int value)
{
	return (struct mip6_object){.kind = MIP6_OBJ_SYSCTL,
				    .sysctl = {.name = name, .ifindex = ifindex, .value = value}};
}

static struct mip6_object device_mn(const char *local, const char *remote)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_DEVICE,
	    .device = {.device = MIP6_DEVICE_MN, .local = addr(local), .remote = addr(remote)}};
}

static struct mip6_object device_ha(void)
{
	return (struct mip6_object){.kind = MIP6_OBJ_DEVICE, .device.device = MIP6_DEVICE_HA};
}

static struct mip6_object address(unsigned ifindex, enum mip6_device device, const char *text,
				  unsigned flags)
{
	return (struct mip6_object){.kind = MIP6_OBJ_ADDRESS,
				    .address = {.ifindex = ifindex,
						.device = device,
						.addr = prefix(text).addr,
						.prefix_len = prefix(text).len,
						.flags = flags}};
}

static struct mip6_object neighbour(unsigned ifindex, const char *text, uint8_t last, bool router)
{
	return (struct mip6_object){.kind = MIP6_OBJ_NEIGHBOUR,
				    .neighbour = {.ifindex = ifindex,
						  .addr = addr(text),
						  .lladdr = {2, 0, 0, 0, 1, last},
						  .router = router}};
}

static struct mip6_object route(unsigned table, const char *dst, unsigned ifindex,
				enum mip6_device device, const char *gateway)
{
	return (struct mip6_object){.kind = MIP6_OBJ_ROUTE,
				    .route = {.table = table,
					      .dst = prefix(dst),
					      .metric = 512,
					      .ifindex = ifindex,
					      .device = device,
					      .gateway = addr(gateway)}};
}

static struct mip6_object rule(const char *from, unsigned table)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_RULE,
	    .rule = {.from = prefix(from), .priority = 1000, .table = table}};
}

static struct mip6_object binding(const char *hoa, const char *coa, const char *ha)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_BINDING,
	    .binding = {.hoa = addr(hoa), .coa = addr(coa), .ha = addr(ha)}};
}

static struct mip6_object proxy(unsigned ifindex, const char *text, bool router)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_PROXY,
	    .proxy = {.ifindex = ifindex, .addr = addr(text), .router = router}};
}

static struct mip6_object mh_input(bool hao, const char *hoa)
{
	return (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT,
				    .mh_input = {.hao = hao, .hoa = addr(hoa)}};
}

#define HOME "3fff:1::10"
#define HA   "3fff:1::1"
#define COA1 "3fff:2::10"
#define COA2 "3fff:3::10"

/* One of each kind; `version` 0 and 1 differ in all values, not in keys. */
struct wants {
	struct mip6_object items[24];
	size_t count;
};

static void want(struct wants *w, struct mip6_object o)
{
	w->items[w->count++] = o;
}

static struct wants all_wants(int version)
{
	const unsigned eth0 = if_nametoindex("eth0");
	const char *coa = version ? COA2 : COA1;
	struct wants w = {.count = 0};

	CU_ASSERT_FATAL(eth0 != 0);
	want(&w, sysctl_object(MIP6_SYSCTL_FORWARDING, 0, 1));
	want(&w, sysctl_object(MIP6_SYSCTL_ACCEPT_RA, eth0, 0));
	want(&w, sysctl_object(MIP6_SYSCTL_AUTOCONF, eth0, 0));
	want(&w, sysctl_object(MIP6_SYSCTL_PROXY_NDP, eth0, 1));
	want(&w, sysctl_object(MIP6_SYSCTL_PROXY_DELAY, eth0, version));
	want(&w, sysctl_object(MIP6_SYSCTL_DAD_TRANSMITS, eth0, 7 + version));
	want(&w, sysctl_object(MIP6_SYSCTL_ROUTER_SOLICITATIONS, eth0, 0));
	want(&w, device_mn(coa, HA));
	want(&w, device_ha());
	want(&w, address(eth0, MIP6_DEVICE_NONE, "3fff:2::10/64",
			 version ? MIP6_ADDRESS_DEPRECATED : 0));
	want(&w, address(0, MIP6_DEVICE_MN, HOME "/128", version ? 0 : MIP6_ADDRESS_HOME));
	want(&w, neighbour(eth0, "fe80::1", version ? 9 : 8, version == 0));
	want(&w, route(254, "::/0", eth0, MIP6_DEVICE_NONE, version ? "fe80::2" : "fe80::1"));
	want(&w, route(254, "3fff:2::/64", eth0, MIP6_DEVICE_NONE, "::"));
	want(&w, route(7275, "::/0", 0, MIP6_DEVICE_MN, "::"));
	want(&w, rule(HOME "/128", version ? 7276 : 7275));
	want(&w, binding("3fff:1::20", version ? COA2 : COA1, HA));
	want(&w, binding("3fff:1::21", COA1, HA));
	want(&w, proxy(eth0, "3fff:1::20", version != 0));
	want(&w, mh_input(true, "::"));
	want(&w, mh_input(false, HOME));
	return w;
}

static void add_all(struct kplane *k, const struct wants *w)
{
	for (size_t i = 0; i < w->count; i++)
		apply(k, NULL, &w->items[i]);
}

static void change_all(struct kplane *k, const struct wants *was, const struct wants *is)
{
	for (size_t i = 0; i < was->count; i++)
		if (!mip6_object_equal(&was->items[i], &is->items[i]))
			apply(k, &was->items[i], &is->items[i]);
}

static void remove_all(struct kplane *k, const struct wants *w)
{
	for (size_t i = w->count; i-- > 0;)
		apply(k, &w->items[i], NULL);
}

/* ---- what `ip` says of them ------------------------------------------------------ */

static void expect_first_version(void)
{
	CU_ASSERT(holds("ip -d link show mip6mn | grep -q 'ip6tnl ip6ip6 remote 3fff:1::1 local "
			"3fff:2::10 hoplimit 64 encaplimit none'"));
	CU_ASSERT(holds("ip -d link show mip6mn | grep -q 'alias mip6d'"));
	CU_ASSERT(holds("ip link show mip6mn | grep -q '[<,]UP[,>]'"));
	CU_ASSERT(holds("ip -d link show mip6ha | grep -q 'ip6tnl external'"));
	CU_ASSERT(holds("ip link show mip6ha | grep -q '[<,]UP[,>]'"));
	CU_ASSERT(holds("test -z \"$(ip -6 addr show dev mip6ha)\""));
	CU_ASSERT(holds("ip -6 addr show dev eth0 | grep 3fff:2::10/64 | grep -q noprefixroute"));
	CU_ASSERT(holds("ip -6 addr show dev mip6mn home | grep -q 'inet6 3fff:1::10/128'"));
	CU_ASSERT(holds("ip -6 neigh show | "
			"grep -q 'fe80::1 dev eth0 lladdr 02:00:00:00:01:08 router .*REACHABLE'"));
	CU_ASSERT(holds("ip -6 route show | grep -q 'default via fe80::1 dev eth0 .*metric 512'"));
	CU_ASSERT(holds("ip -6 route show | grep -q '3fff:2::/64 dev eth0 .*metric 512'"));
	CU_ASSERT(holds("ip -6 route show table 7275 | grep -q 'default dev mip6mn'"));
	CU_ASSERT(holds("ip -6 rule show | grep -q '1000:.*from 3fff:1::10 lookup 7275'"));
	CU_ASSERT(holds("ip -6 route show 3fff:1::20 | grep 'encap ip6 id 0 src 3fff:1::1 "
			"dst 3fff:2::10 hoplimit 64' | grep -q 'dev mip6ha'"));
	CU_ASSERT(holds("ip -6 neigh show proxy | grep -q '3fff:1::20 dev eth0'"));
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/conf/eth0/forwarding) = 1"));
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/neigh/eth0/proxy_delay) = 0"));
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/conf/eth0/dad_transmits) = 7"));
	CU_ASSERT(holds("ip xfrm state | grep -q 'proto hao'"));
	CU_ASSERT(holds("ip xfrm state | grep -q 'dst 3fff:1::10'"));
	CU_ASSERT(holds("ip xfrm policy | grep -q 'dst 3fff:1::10/128 proto mobility-header'"));
}

static void expect_second_version(void)
{
	CU_ASSERT(holds("ip -d link show mip6mn | grep -q 'local 3fff:3::10'"));
	CU_ASSERT(holds("ip -6 addr show dev eth0 deprecated | grep -q 3fff:2::10/64"));
	CU_ASSERT(holds("test -z \"$(ip -6 addr show dev mip6mn home)\""));
	CU_ASSERT(holds("ip -6 neigh show | grep -q 'fe80::1 dev eth0 lladdr 02:00:00:00:01:09'"));
	CU_ASSERT(holds("test $(ip -6 route show default | wc -l) = 1"));
	CU_ASSERT(holds("ip -6 route show default | grep -q 'via fe80::2 dev eth0'"));
	CU_ASSERT(holds("test $(ip -6 rule show prio 1000 | wc -l) = 1"));
	CU_ASSERT(holds("ip -6 rule show | grep -q '1000:.*from 3fff:1::10 lookup 7276'"));
	CU_ASSERT(holds("test $(ip -6 route show 3fff:1::20 | wc -l) = 1"));
	CU_ASSERT(holds("ip -6 route show 3fff:1::20 | grep -q 'dst 3fff:3::10'"));
	CU_ASSERT(holds("ip -6 neigh show proxy | grep -q '3fff:1::20 dev eth0.* router'"));
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/conf/eth0/dad_transmits) = 8"));
}

/* ---- tests inside ------------------------------------------------------------------ */

static void test_kinds(void)
{
	struct wants one;
	struct wants two;
	struct kplane *k;
	char *before;

	fresh_namespace();
	one = all_wants(0);
	two = all_wants(1);
	before = dump();
	k = adopt_plane();
	kplane_settle(k);
	add_all(k, &one);
	expect_first_version();
	change_all(k, &one, &two);
	expect_second_version();
	remove_all(k, &two);
	expect_dump(before, true);
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

static unsigned watched(struct mnl_socket *s)
{
	char buf[32768];
	unsigned count = 0;

	while (mnl_socket_recvfrom(s, buf, sizeof(buf)) > 0)
		count++;
	mnl_socket_close(s);
	return count;
}

/* A new process wants the same: nothing is sent to the kernel. */
static void test_adopted_untouched(void)
{
	struct wants one;
	struct mnl_socket *messages;
	struct kplane *k;
	char *before;
	char *with_all;

	fresh_namespace();
	one = all_wants(0);
	before = dump();
	k = adopt_plane();
	add_all(k, &one);
	with_all = dump();
	kplane_close(k); /* kill -9: nothing is withdrawn */
	k = adopt_plane();
	messages = watch();
	add_all(k, &one);
	kplane_settle(k);
	CU_ASSERT_EQUAL(watched(messages), 0);
	expect_dump(with_all, true);
	remove_all(k, &one);
	expect_dump(before, true);
	kplane_close(k);
}

/* A new process wants other values: they are changed, and withdrawn as its own. */
static void test_adopted_changed(void)
{
	struct wants one;
	struct wants two;
	struct kplane *k;
	char *before;

	fresh_namespace();
	one = all_wants(0);
	two = all_wants(1);
	before = dump();
	k = adopt_plane();
	add_all(k, &one);
	kplane_close(k);
	k = adopt_plane();
	add_all(k, &two);
	kplane_settle(k);
	expect_second_version();
	remove_all(k, &two);
	expect_dump(before, true);
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
			apply(k, NULL, &w->items[i]);
}

/* A new process wants half of it: the rest goes; then nothing: all goes. Old
 * values of sysctls are those from before the first process. */
static void test_unwanted_removed(void)
{
	struct wants one;
	struct kplane *k;
	char *before;
	char *half;

	fresh_namespace();
	one = all_wants(0);
	before = dump();
	k = adopt_plane();
	add_half(k, &one, true);
	half = dump();
	add_half(k, &one, false);
	kplane_close(k);
	k = adopt_plane();
	add_half(k, &one, true);
	kplane_settle(k);
	expect_dump(half, true);
	kplane_close(k);
	k = adopt_plane();
	kplane_settle(k);
	expect_dump(before, true);
	kplane_close(k);
}

/* Objects whose making was cut short are completed, or removed as a whole. */
static void test_half_made(void)
{
	struct wants one;
	struct kplane *k;
	char *before;
	char *with_all;

	fresh_namespace();
	one = all_wants(0);
	before = dump();
	k = adopt_plane();
	add_all(k, &one);
	with_all = dump();
	kplane_close(k);
	run("tc filter del dev mip6ha ingress; ip link set mip6ha down; ip link set mip6mn alias "
	    "'';"
	    "ip link set mip6mn down; ip xfrm policy flush; ip -6 neigh flush dev eth0 nud all");
	k = adopt_plane();
	add_all(k, &one);
	kplane_settle(k);
	expect_dump(with_all, true);
	CU_ASSERT(holds("tc filter show dev mip6ha ingress | grep -q 'direct-action'"));
	CU_ASSERT(holds("ip link show mip6ha | grep -q '[<,]UP[,>]'"));
	kplane_close(k);
	run("ip link del mip6ha; ip link set mip6mn alias ''; ip xfrm policy flush");
	k = adopt_plane();
	kplane_settle(k);
	expect_dump(before, true);
	kplane_close(k);
}

/* What others made stays theirs: it is used where it is just as wanted, left
 * alone where it is not, and there after us. */
static void test_foreign_objects(void)
{
	struct wants one;
	struct mip6_object taken;
	unsigned eth0;
	struct kplane *k;
	char *before;

	fresh_namespace();
	eth0 = if_nametoindex("eth0");
	run("ip -6 addr add 3fff:2::10/64 dev eth0 nodad noprefixroute; "
	    "ip -6 route add 3fff:2::/64 dev eth0 metric 512; "
	    "ip -6 route add 3fff:9::/64 via fe80::9 dev eth0 metric 512; "
	    "ip -6 route add 3fff:8::/64 dev eth0 proto static; "
	    "ip -6 rule add from 3fff:1::10 prio 1000 table 7275; "
	    "ip -6 rule add from 3fff:8::1 prio 900 table 77; "
	    "ip link add mip6other type ip6tnl mode ip6ip6 remote 3fff:7::1 local 3fff:7::2; "
	    "ip -6 neigh add proxy 3fff:1::77 dev eth0; "
	    "ip -6 neigh add fe80::77 lladdr 02:00:00:00:77:77 dev eth0 nud permanent; "
	    "ip xfrm policy add dir in src 3fff:6::/64 dst 3fff:7::/64 proto udp action allow");
	one = all_wants(0);
	before = dump();
	k = adopt_plane();
	add_all(k, &one);
	expect_first_version();
	taken = route(254, "3fff:9::/64", eth0, MIP6_DEVICE_NONE, "fe80::1");
	CU_ASSERT_EQUAL(kplane_apply(k, NULL, &taken), MIP6_ERR_EXISTS);
	CU_ASSERT_PTR_NOT_NULL(strstr(kplane_error(k), "3fff:9::/64"));
	remove_all(k, &one);
	expect_dump(before, true);
	kplane_close(k);
}

/* What was removed under us, or with its interface, is no error. */
static void test_vanished(void)
{
	struct wants one;
	struct kplane *k;

	fresh_namespace();
	one = all_wants(0);
	k = adopt_plane();
	add_all(k, &one);
	run("ip link del eth0; ip link del mip6mn; ip link del mip6ha; ip xfrm state flush; "
	    "ip xfrm policy flush; ip -6 rule del prio 1000");
	remove_all(k, &one);
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/conf/all/forwarding) = 0"));
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/conf/lo/forwarding) = 0"));
	kplane_close(k);
}

/* A user's own settings of single interfaces survive our setting of all. */
static void test_forwarding_of_each(void)
{
	const struct mip6_object on = sysctl_object(MIP6_SYSCTL_FORWARDING, 0, 1);
	struct kplane *k;
	char *before;

	fresh_namespace();
	run("ip link add eth1 type dummy; ip link add eth2 type dummy; "
	    "cd /proc/sys/net/ipv6/conf; echo 1 >eth1/forwarding");
	before = dump();
	k = adopt_plane();
	apply(k, NULL, &on);
	CU_ASSERT(holds("test $(cat /proc/sys/net/ipv6/conf/eth2/forwarding) = 1"));
	kplane_close(k);
	k = adopt_plane();
	apply(k, NULL, &on);
	kplane_settle(k);
	kplane_close(k);
	k = adopt_plane();
	kplane_settle(k);
	expect_dump(before, true);
	kplane_close(k);
}

/* ---- packets ------------------------------------------------------------------------- */

/* A home agent and a mobile node on one link, each in its own namespace:
 *
 *     cn, ha (lo) -- HA -- eth0 -------- eth0 -- MN
 *     3fff:1::1, 3fff:c::c   3fff:2::1    3fff:2::10 (coa), 3fff:2::11 (another) */
#define CN    "3fff:c::c"
#define OTHER "3fff:2::11"

struct pair {
	int ha;
	int mn;
};

static int namespace_fd(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CU_ASSERT_FATAL(fd >= 0);
	return fd;
}

static void enter(int namespace)
{
	CU_ASSERT_EQUAL_FATAL(setns(namespace, CLONE_NEWNET), 0);
}

/* In a new namespace, which the caller is in afterwards. */
static int make_node(void)
{
	int fd;

	CU_ASSERT_EQUAL_FATAL(unshare(CLONE_NEWNET), 0);
	fd = namespace_fd();
	run("ip link set lo up; cd /proc/sys/net/ipv6/conf; echo 0 >all/accept_dad; "
	    "echo 0 >default/accept_dad");
	return fd;
}

/* The caller is in the home agent's namespace afterwards. */
static struct pair make_pair(void)
{
	struct pair p;
	char command[256];

	unlink(STATE);
	unlink(STATE_MN);
	p.mn = make_node();
	p.ha = make_node();
	snprintf(command, sizeof(command),
		 "ip link add eth0 type veth peer name eth0 netns /proc/1/fd/%d", p.mn);
	run(command);
	run("ip addr add " HA "/128 dev lo; ip addr add " CN "/128 dev lo; ip link set eth0 up; "
	    "ip addr add 3fff:2::1/64 dev eth0 nodad");
	enter(p.mn);
	run("ip link set eth0 up; ip addr add " COA1 "/64 dev eth0 nodad; "
	    "ip addr add " OTHER "/64 dev eth0 nodad; ip -6 route add default via 3fff:2::1");
	enter(p.ha);
	return p;
}

static void close_pair(struct pair p)
{
	close(p.ha);
	close(p.mn);
}

/* Writes an IPv6 header. */
static void put_header(struct mip6_writer *w, size_t payload, uint8_t next, const char *src,
		       const char *dst)
{
	const struct mip6_addr from = addr(src);
	const struct mip6_addr to = addr(dst);

	wr_u32(w, UINT32_C(0x60000000));
	wr_u16(w, (uint16_t)payload);
	wr_u8(w, next);
	wr_u8(w, 64);
	wr_addr(w, &from);
	wr_addr(w, &to);
}

#define UDP_PORT 7275u

/* Sends one octet by UDP in an IPv6 tunnel, with any addresses. */
static void send_tunnelled(int raw, const char *outer_src, const char *outer_dst,
			   const char *inner_src, const char *inner_dst, uint8_t octet)
{
	uint8_t udp[9] = {UDP_PORT >> 8, UDP_PORT & 0xff, UDP_PORT >> 8, UDP_PORT & 0xff, 0, 9};
	uint8_t packet[40 + 40 + sizeof(udp)];
	struct mip6_writer w = wr_init(packet, sizeof(packet));
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	const struct mip6_addr src = addr(inner_src);
	const struct mip6_addr dst = addr(inner_dst);
	uint16_t sum;

	udp[8] = octet;
	sum = ip6_checksum(&src, &dst, IPPROTO_UDP, udp, sizeof(udp));
	udp[6] = (uint8_t)(sum >> 8);
	udp[7] = (uint8_t)sum;
	put_header(&w, 40 + sizeof(udp), IPPROTO_IPV6, outer_src, outer_dst);
	put_header(&w, sizeof(udp), IPPROTO_UDP, inner_src, inner_dst);
	wr_copy(&w, udp, sizeof(udp));
	CU_ASSERT_FALSE(w.failed);
	inet_pton(AF_INET6, outer_dst, &to.sin6_addr);
	CU_ASSERT_EQUAL(sendto(raw, packet, w.pos, 0, (struct sockaddr *)&to, sizeof(to)),
			(ssize_t)w.pos);
}

static int open_udp_at(const char *text)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT)};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET6, text, &at.sin6_addr);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* The next octet that arrives, -1 when none does within a second. */
static int receive_octet(int udp)
{
	struct pollfd p = {.fd = udp, .events = POLLIN};
	uint8_t octet;

	if (poll(&p, 1, 1000) != 1 || recv(udp, &octet, 1, 0) != 1)
		return -1;
	return octet;
}

/* Packets keep their order: when the good one that follows is the first to
 * arrive, the one before it was dropped. */
static void test_spoofed(void)
{
	const struct mip6_object device = device_ha();
	const struct mip6_object bound = binding(HOME, COA1, HA);
	const struct mip6_object moved = binding(HOME, OTHER, HA);
	struct pair p = make_pair();
	struct kplane *k = adopt_plane();
	struct kplane_drops drops;
	int udp = open_udp_at(CN);
	int raw;

	apply(k, NULL, &device);
	apply(k, NULL, &bound);
	enter(p.mn);
	raw = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	CU_ASSERT_FATAL(raw >= 0);
	send_tunnelled(raw, COA1, HA, HOME, CN, 1);
	CU_ASSERT_EQUAL(receive_octet(udp), 1);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 2);	    /* outer source spoofed */
	send_tunnelled(raw, COA1, HA, "3fff:1::11", CN, 3); /* inner source not bound */
	send_tunnelled(raw, COA1, HA, COA1, CN, 4);
	send_tunnelled(raw, COA1, HA, HOME, "fe80::1", 5);
	send_tunnelled(raw, COA1, HA, HOME, CN, 6);
	CU_ASSERT_EQUAL(receive_octet(udp), 6);
	enter(p.ha);
	kplane_drops(k, &drops);
	CU_ASSERT_EQUAL(drops.wrong_coa, 1);
	CU_ASSERT_EQUAL(drops.no_binding, 2);
	CU_ASSERT_EQUAL(drops.link_local, 1);
	CU_ASSERT_EQUAL(drops.not_ipv6, 0);
	apply(k, &bound, &moved);
	enter(p.mn);
	send_tunnelled(raw, COA1, HA, HOME, CN, 7);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 8);
	CU_ASSERT_EQUAL(receive_octet(udp), 8);
	enter(p.ha);
	apply(k, &moved, NULL);
	enter(p.mn);
	send_tunnelled(raw, OTHER, HA, HOME, CN, 9);
	CU_ASSERT_EQUAL(receive_octet(udp), -1);
	kplane_close(k);
	close(raw);
	close(udp);
	close_pair(p);
}

/* The mobile node's side of a tunnel, in the caller's namespace. */
static struct kplane *open_mobile_node(struct wants *w, const char *coa)
{
	char error[256] = "";
	struct kplane *k = kplane_open(STATE_MN, error, sizeof(error));

	CU_ASSERT_PTR_NOT_NULL_FATAL(k);
	w->count = 0;
	want(w, device_mn(coa, HA));
	want(w, address(0, MIP6_DEVICE_MN, HOME "/128", MIP6_ADDRESS_HOME));
	want(w, route(900, "::/0", 0, MIP6_DEVICE_MN, "::"));
	want(w, rule(HOME "/128", 900));
	want(w, mh_input(false, HOME));
	CU_ASSERT_EQUAL(kplane_adopt(k), 0);
	add_all(k, w);
	kplane_settle(k);
	return k;
}

/* UDP sockets of both ends, each in its own namespace. */
struct talk {
	int mn;
	int cn;
};

static bool send_to(int fd, const char *text, size_t len)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(UDP_PORT)};
	const char data[1400] = "";

	inet_pton(AF_INET6, text, &to.sin6_addr);
	return sendto(fd, data, len, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)len;
}

/* Whether a packet of the mobile node arrives, and the answer at its home
 * address. */
static bool both_ways(const struct talk *t, size_t len)
{
	return send_to(t->mn, CN, len) && receive_octet(t->cn) == 0 && send_to(t->cn, HOME, len) &&
	       receive_octet(t->mn) == 0;
}

/* Both ways through both kinds of device, over a handover, and while either
 * side's process is gone. */
static void test_tunnel(void)
{
	const struct mip6_object device = device_ha();
	const struct mip6_object bound = binding(HOME, COA1, HA);
	const struct mip6_object moved = binding(HOME, OTHER, HA);
	const struct mip6_object there = device_mn(OTHER, HA);
	struct pair p = make_pair();
	struct kplane *ha = adopt_plane();
	struct talk t = {.cn = open_udp_at(CN)};
	struct wants w;
	struct kplane *mn;

	apply(ha, NULL, &device);
	apply(ha, NULL, &bound);
	enter(p.mn);
	mn = open_mobile_node(&w, COA1);
	t.mn = open_udp_at(HOME);
	CU_ASSERT(both_ways(&t, 100));
	apply(mn, &w.items[0], &there);
	CU_ASSERT_FALSE(both_ways(&t, 100)); /* the home agent does not know yet */
	enter(p.ha);
	apply(ha, &bound, &moved);
	CU_ASSERT(both_ways(&t, 100));
	kplane_close(mn);
	CU_ASSERT(both_ways(&t, 100));
	enter(p.mn);
	mn = open_mobile_node(&w, OTHER);
	CU_ASSERT(both_ways(&t, 100));
	enter(p.ha);
	kplane_close(ha);
	CU_ASSERT(both_ways(&t, 100));
	ha = adopt_plane();
	apply(ha, NULL, &device);
	apply(ha, NULL, &moved);
	CU_ASSERT(both_ways(&t, 100));
	kplane_settle(ha);
	CU_ASSERT(both_ways(&t, 1400)); /* fits: 1460 octets with its headers */
	kplane_close(ha);
	kplane_close(mn);
	close(t.mn);
	close(t.cn);
	close_pair(p);
}

/* ---- Mobility Header ------------------------------------------------------------------ */

/* A Binding Update (type 5) or Acknowledgement (6) of the right shape. */
#define MH_LENGTH 16u

static int open_mh(const char *text)
{
	struct sockaddr_in6 at = {.sin6_family = AF_INET6};
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, 135);
	int none = -1;

	inet_pton(AF_INET6, text, &at.sin6_addr);
	CU_ASSERT_EQUAL(setsockopt(fd, IPPROTO_RAW, IPV6_CHECKSUM, &none, sizeof(none)), 0);
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Sends with one extension header as ancillary data. */
static void send_mh(int fd, const char *dst, uint8_t type, int option, const uint8_t *ext,
		    size_t ext_len)
{
	uint8_t mh[MH_LENGTH] = {59, 1, type};
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(24)] = {0};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct iovec data = {.iov_base = mh, .iov_len = sizeof(mh)};
	struct msghdr m = {.msg_name = &to,
			   .msg_namelen = sizeof(to),
			   .msg_iov = &data,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = CMSG_SPACE(ext_len)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	inet_pton(AF_INET6, dst, &to.sin6_addr);
	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = option;
	c->cmsg_len = CMSG_LEN(ext_len);
	memcpy(CMSG_DATA(c), ext, ext_len);
	CU_ASSERT_EQUAL(sendmsg(fd, &m, 0), (ssize_t)sizeof(mh));
}

/* The type of the next message that arrives within a second; -1: none. */
static int receive_mh(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	uint8_t mh[64];

	if (poll(&p, 1, 1000) != 1 || recv(fd, mh, sizeof(mh), 0) < (ssize_t)MH_LENGTH)
		return -1;
	return mh[2];
}

/* No packet of ours may count among the drops of /proc/net/xfrm_stat. */
static bool no_xfrm_errors(void)
{
	return holds("! grep -v ' 0$' /proc/net/xfrm_stat | sed 's/[ \t]*0$//' | grep -q '[1-9]$'");
}

static void test_hao(void)
{
	const struct mip6_object input = mh_input(true, "::");
	const struct mip6_addr home = addr(HOME);
	struct pair p = make_pair();
	struct kplane *k = adopt_plane();
	int ha = open_mh(HA);
	uint8_t hao[24];
	int mn;

	apply(k, NULL, &input);
	enter(p.mn);
	mn = open_mh(COA1);
	CU_ASSERT_EQUAL(ip6_build_hao(&home, hao, sizeof(hao)), 24);
	send_mh(mn, HA, 5, IPV6_DSTOPTS, hao, sizeof(hao));
	CU_ASSERT_EQUAL(receive_mh(ha), 5);
	enter(p.ha);
	CU_ASSERT(no_xfrm_errors());
	apply(k, &input, NULL);
	kplane_close(k);
	close(mn);
	close(ha);
	close_pair(p);
}

/* The routing header on its way names the care-of address as the first hop; the
 * destination given to the socket is the home address. */
static void test_rh2(void)
{
	const struct mip6_object device = device_ha();
	const struct mip6_object bound = binding(HOME, COA1, HA);
	const struct mip6_addr coa = addr(COA1);
	struct pair p = make_pair();
	struct kplane *k = adopt_plane();
	int ha = open_mh(HA);
	uint8_t rh2[24];
	struct wants w;
	struct kplane *other;
	int mn;

	CU_ASSERT_EQUAL(ip6_build_rh2(&coa, rh2, sizeof(rh2)), 24);
	apply(k, NULL, &device);
	apply(k, NULL, &bound);
	enter(p.mn);
	other = open_mobile_node(&w, COA1);
	mn = open_mh("::");
	send_mh(ha, HOME, 6, IPV6_RTHDR, rh2, sizeof(rh2));
	CU_ASSERT_EQUAL(receive_mh(mn), 6);
	CU_ASSERT(no_xfrm_errors());
	apply(other, &w.items[w.count - 1], NULL);
	send_mh(ha, HOME, 6, IPV6_RTHDR, rh2, sizeof(rh2));
	CU_ASSERT_EQUAL(receive_mh(mn), -1);
	enter(p.ha);
	kplane_close(other);
	kplane_close(k);
	close(mn);
	close(ha);
	close_pair(p);
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

	run("sync; echo 3 >/proc/sys/vm/drop_caches");
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

static struct mip6_object nth_binding(unsigned n)
{
	struct mip6_object o = binding("3fff:1::", "3fff:2::", HA);

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

/* In virtual time the rate has no meaning: processing takes none. */
static void test_many(void)
{
	enum { COUNT = 1000 };
	const struct mip6_object device = device_ha();
	struct kplane *k;
	double start;
	double took;
	long before;
	long used;

	fresh_namespace();
	k = adopt_plane();
	apply(k, NULL, &device);
	before = used_kb();
	start = seconds();
	for (unsigned n = 0; n < COUNT; n++) {
		const struct mip6_object o = nth_binding(n);

		apply(k, NULL, &o);
	}
	took = seconds() - start;
	used = used_kb() - before;
	printf("%d bindings: %.2f kB of kernel memory each, ", COUNT, (double)used / COUNT);
	if (took > 0.01)
		printf("%.0f a second\n", COUNT / took);
	else
		printf("in virtual time\n");
	CU_ASSERT(used > 0 && used <= 5L * COUNT);
	CU_ASSERT(holds("test $(ip -6 route show dev mip6ha | grep -c 'encap ip6') = 1000"));
	kplane_close(k);
	k = adopt_plane();
	apply(k, NULL, &device);
	kplane_settle(k); /* none is wanted any more */
	CU_ASSERT(holds("test $(ip -6 route show dev mip6ha | grep -c 'encap ip6') = 0"));
	kplane_close(k);
}

static const struct test_case inside_tests[] = {
    {"every kind: added, changed, removed", test_kinds},
    {"adopted and not touched", test_adopted_untouched},
    {"adopted and changed", test_adopted_changed},
    {"adopted and removed", test_unwanted_removed},
    {"half made", test_half_made},
    {"others' objects", test_foreign_objects},
    {"vanished", test_vanished},
    {"forwarding of each interface", test_forwarding_of_each},
    {"spoofed sources", test_spoofed},
    {"a tunnel and a handover", test_tunnel},
    {"Home Address option", test_hao},
    {"type 2 routing header", test_rh2},
    {"many bindings", test_many},
};

/* ---- the machine's side --------------------------------------------------------------- */

static int inside(void)
{
	struct uml_inside in;
	int code = 1;

	if (uml_inside_start(&in, false) < 0 ||
	    uml_inside_modules(&in, uml_inside_lab_modules()) < 0)
		printf("inside: %s\n", in.error);
	else
		code = test_run("inside", inside_tests,
				sizeof(inside_tests) / sizeof(inside_tests[0]));
	fflush(stdout);
	uml_inside_poweroff(&in, code);
}

/* The folder `up` levels above this program. */
static void program_folder(char path[PATH_MAX], int up)
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	CU_ASSERT_FATAL(n > 0);
	path[n] = 0;
	for (; up > 0; up--) {
		char *slash = strrchr(path, '/');

		CU_ASSERT_PTR_NOT_NULL_FATAL(slash);
		*slash = 0;
	}
}

static void print_file(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "re");

	while (f && fgets(line, sizeof(line), f))
		fputs(line, stdout);
	if (f)
		fclose(f);
}

static void boot(const char *kernel, const char *preload, bool virtual_time)
{
	char self[PATH_MAX];
	char log[] = "/tmp/test-kplane-XXXXXX";
	struct uml_run uml;
	const struct uml_boot how = {.kernel = kernel,
				     .virtual_time = virtual_time,
				     .seed = 1,
				     .init = self,
				     .mem_mb = 512,
				     .console_log = log,
				     .preload = preload,
				     .timeout_s = 300};

	program_folder(self, 0);
	close(mkstemp(log));
	if (uml_start(&how, &uml) < 0) {
		printf("%s\n", uml.error);
		CU_FAIL("uml_start");
	} else {
		uml_wait(&uml, -1, -1);
		printf("%s: %s, code %d\n", kernel, uml_end_text(uml.end), uml.code);
		CU_ASSERT(uml.end == UML_POWEROFF && uml.code == 0);
		print_file(log);
	}
	unlink(log);
}

static void test_virtual(void)
{
	const char *folder = getenv("MIP6LAB_KERNEL_DIR");
	char kernel[PATH_MAX];

	snprintf(kernel, sizeof(kernel), "%s/linux-virtual", folder ? folder : ".kernel");
	boot(kernel, NULL, true);
}

static void test_debian(void)
{
	char preload[PATH_MAX];

	program_folder(preload, 3);
	strncat(preload, "/mip6lab-uml.so", sizeof(preload) - strlen(preload) - 1);
	boot("/usr/bin/linux.uml", preload, false);
}

static const struct test_case tests[] = {
    {"virtual kernel", test_virtual},
    {"Debian's kernel", test_debian},
};

int main(void)
{
	if (uml_inside_here())
		return inside();
	return test_run("kplane", tests, sizeof(tests) / sizeof(tests[0]));
}
