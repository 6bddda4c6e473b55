/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Namespaces to test in, objects to want, and what the kernel says of them. */
#include "kplane/bench.h"

#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- helpers ------------------------------------------------------------------ */

struct mip6_addr bench_addr(const char *text)
{
	struct mip6_addr a = {{0}};

	CU_ASSERT_EQUAL_FATAL(mip6_addr_parse(text, &a), 0);
	return a;
}

struct mip6_prefix bench_prefix(const char *text)
{
	struct mip6_prefix p = {.len = 0};

	CU_ASSERT_EQUAL_FATAL(mip6_prefix_parse(text, &p), 0);
	return p;
}

void bench_run(const char *command)
{
	if (system(command) != 0) {
		printf("failed: %s\n", command);
		CU_FAIL("command");
	}
}

void bench_namespace(void)
{
	CU_ASSERT_EQUAL_FATAL(unshare(CLONE_NEWNET), 0);
	bench_run(
	    "cd /proc/sys/net/ipv6/conf && echo 0 >all/accept_dad && echo 0 >default/accept_dad");
	bench_run("ip link set lo up && ip link add eth0 address 02:00:00:00:00:01 type dummy && "
		  "ip link set eth0 up");
	unlink(STATE);
}

struct kplane *bench_open(void)
{
	char error[256] = "";
	struct kplane *k = kplane_open(STATE, error, sizeof(error));

	if (!k)
		printf("kplane_open: %s\n", error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(k);
	return k;
}

struct kplane *bench_adopt(void)
{
	struct kplane *k = bench_open();

	CU_ASSERT_EQUAL(kplane_adopt(k), 0);
	return k;
}

void bench_apply(struct kplane *k, const struct mip6_object *was, const struct mip6_object *is)
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
		ssize_t n;
		int fd;

		/* It lasts no longer than its process. */
		if (strstr(found.gl_pathv[i], "/" KPLANE_DEVICE_CUT "/"))
			continue;
		fd = open(found.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		n = fd < 0 ? -1 : read(fd, value, sizeof(value));
		fprintf(to, "%s=%.*s\n", found.gl_pathv[i], n > 0 ? (int)n : 0, value);
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
}

char *bench_dump(void)
{
	static const char command[] =
	    "ip -j -d addr | sed 's/},{\"ifindex\"/},\\n{\"ifindex\"/g' | grep -v mip6cut; "
	    "ip -j -6 -d route show table all; ip -j -6 -d rule; "
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

void bench_expect_dump(char *before, bool same)
{
	char *after = bench_dump();

	if (same && strcmp(before, after) != 0)
		print_difference(before, after);
	CU_ASSERT_EQUAL(strcmp(before, after) == 0, same);
	free(before);
	free(after);
}

bool bench_holds(const char *command)
{
	bool yes = system(command) == 0;

	if (!yes)
		printf("does not hold: %s\n", command);
	return yes;
}

/* ---- the objects of a node ------------------------------------------------------ */

struct mip6_object bench_sysctl(enum mip6_sysctl name, unsigned ifindex, int value)
{
	return (struct mip6_object){.kind = MIP6_OBJ_SYSCTL,
				    .sysctl = {.name = name, .ifindex = ifindex, .value = value}};
}

struct mip6_object bench_device_mn(const char *local, const char *remote)
{
	return (struct mip6_object){.kind = MIP6_OBJ_DEVICE,
				    .device = {.device = MIP6_DEVICE_MN,
					       .local = bench_addr(local),
					       .remote = bench_addr(remote)}};
}

struct mip6_object bench_device_ha(void)
{
	return (struct mip6_object){.kind = MIP6_OBJ_DEVICE, .device.device = MIP6_DEVICE_HA};
}

struct mip6_object bench_address(unsigned ifindex, enum mip6_device device, const char *text,
				 unsigned flags)
{
	return (struct mip6_object){.kind = MIP6_OBJ_ADDRESS,
				    .address = {.ifindex = ifindex,
						.device = device,
						.addr = bench_prefix(text).addr,
						.prefix_len = bench_prefix(text).len,
						.flags = flags}};
}

struct mip6_object bench_neighbour(unsigned ifindex, const char *text, uint8_t last, bool router)
{
	return (struct mip6_object){.kind = MIP6_OBJ_NEIGHBOUR,
				    .neighbour = {.ifindex = ifindex,
						  .addr = bench_addr(text),
						  .lladdr = {2, 0, 0, 0, 1, last},
						  .router = router}};
}

struct mip6_object bench_route(unsigned table, const char *dst, unsigned ifindex,
			       enum mip6_device device, const char *gateway)
{
	return (struct mip6_object){.kind = MIP6_OBJ_ROUTE,
				    .route = {.table = table,
					      .dst = bench_prefix(dst),
					      .metric = 512,
					      .ifindex = ifindex,
					      .device = device,
					      .gateway = bench_addr(gateway)}};
}

struct mip6_object bench_rule(const char *from, unsigned table)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_RULE,
	    .rule = {.from = bench_prefix(from), .priority = 1000, .table = table}};
}

struct mip6_object bench_binding(const char *hoa, const char *coa, const char *ha)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_BINDING,
	    .binding = {.hoa = bench_addr(hoa), .coa = bench_addr(coa), .ha = bench_addr(ha)}};
}

struct mip6_object bench_proxy(unsigned ifindex, const char *text, bool router)
{
	return (struct mip6_object){
	    .kind = MIP6_OBJ_PROXY,
	    .proxy = {.ifindex = ifindex, .addr = bench_addr(text), .router = router}};
}

struct mip6_object bench_mh_input(bool hao, const char *hoa)
{
	return (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT,
				    .mh_input = {.hao = hao, .hoa = bench_addr(hoa)}};
}

void bench_want(struct wants *w, struct mip6_object o)
{
	w->items[w->count++] = o;
}

struct wants bench_all_wants(int version)
{
	const unsigned eth0 = if_nametoindex("eth0");
	const char *coa = version ? COA2 : COA1;
	struct wants w = {.count = 0};

	CU_ASSERT_FATAL(eth0 != 0);
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_FORWARDING, 0, 1));
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_ACCEPT_RA, eth0, 0));
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_AUTOCONF, eth0, 0));
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_PROXY_NDP, eth0, 1));
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_PROXY_DELAY, eth0, version));
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_DAD_TRANSMITS, eth0, 7 + version));
	bench_want(&w, bench_sysctl(MIP6_SYSCTL_ROUTER_SOLICITATIONS, eth0, 0));
	bench_want(&w, bench_device_mn(coa, HA));
	bench_want(&w, bench_device_ha());
	bench_want(&w, bench_address(eth0, MIP6_DEVICE_NONE, "3fff:2::10/64",
				     version ? MIP6_ADDRESS_DEPRECATED : 0));
	bench_want(&w,
		   bench_address(0, MIP6_DEVICE_MN, HOME "/128", version ? 0 : MIP6_ADDRESS_HOME));
	bench_want(&w, bench_neighbour(eth0, "fe80::1", version ? 9 : 8, version == 0));
	bench_want(
	    &w, bench_route(254, "::/0", eth0, MIP6_DEVICE_NONE, version ? "fe80::2" : "fe80::1"));
	bench_want(&w, bench_route(254, "3fff:2::/64", eth0, MIP6_DEVICE_NONE, "::"));
	bench_want(&w, bench_route(7275, "::/0", 0, MIP6_DEVICE_MN, "::"));
	bench_want(&w, bench_rule(HOME "/128", version ? 7276 : 7275));
	bench_want(&w, bench_binding("3fff:1::20", version ? COA2 : COA1, HA));
	bench_want(&w, bench_binding("3fff:1::21", COA1, HA));
	bench_want(&w, bench_proxy(eth0, "3fff:1::20", version != 0));
	bench_want(&w, bench_mh_input(true, "::"));
	bench_want(&w, bench_mh_input(false, HOME));
	return w;
}

void bench_add_all(struct kplane *k, const struct wants *w)
{
	for (size_t i = 0; i < w->count; i++)
		bench_apply(k, NULL, &w->items[i]);
}

void bench_change_all(struct kplane *k, const struct wants *was, const struct wants *is)
{
	for (size_t i = 0; i < was->count; i++)
		if (!mip6_object_equal(&was->items[i], &is->items[i]))
			bench_apply(k, &was->items[i], &is->items[i]);
}

void bench_remove_all(struct kplane *k, const struct wants *w)
{
	for (size_t i = w->count; i-- > 0;)
		bench_apply(k, &w->items[i], NULL);
}
