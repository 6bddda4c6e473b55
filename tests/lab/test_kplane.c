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

#define STATE "/run/kplane-test.sysctl"

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
	    "ip -j -6 neigh show nud all; ip -j -6 neigh show proxy; ip xfrm state; "
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
			"3fff:2::10 encaplimit none hoplimit 64'"));
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
	CU_ASSERT(holds("ip xfrm policy | grep -q 'dst 3fff:1::10/128 proto 135'"));
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

static const struct test_case inside_tests[] = {
    {"every kind: added, changed, removed", test_kinds},
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
