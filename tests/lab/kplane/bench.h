/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_KPLANE_BENCH_H
#define TEST_KPLANE_BENCH_H

/* What the tests of the kernel plane share. All of it runs inside a booted
 * kernel, and a failure is a failed assertion of the running test. */
#include "test.h"

#include "linux/kplane.h"

#define STATE	 "/run/kplane-test.sysctl"
#define STATE_MN "/run/kplane-test-mn.sysctl"

#define HOME "3fff:1::10"
#define HA   "3fff:1::1"
#define COA1 "3fff:2::10"
#define COA2 "3fff:3::10"

/* Literals. */
struct mip6_addr bench_addr(const char *text);
struct mip6_prefix bench_prefix(const char *text);

/* A shell command that must succeed. */
void bench_run(const char *command);
/* A new namespace with one interface, eth0, and nothing that changes by itself. */
void bench_namespace(void);
/* A plane whose state file is STATE; bench_adopt also reads the kernel. */
struct kplane *bench_open(void);
struct kplane *bench_adopt(void);
/* kplane_apply, which must succeed. */
void bench_apply(struct kplane *k, const struct mip6_object *was, const struct mip6_object *is);
/* All that `ip` and /proc tell of the namespace. The caller frees it. */
char *bench_dump(void);
/* Compares with the dump of before, which is freed. */
void bench_expect_dump(char *before, bool same);
/* Whether a shell pipeline succeeds; prints it when not. */
bool bench_holds(const char *command);

/* Objects. */
struct mip6_object bench_sysctl(enum mip6_sysctl name, unsigned ifindex, int value);
struct mip6_object bench_device_mn(const char *local, const char *remote);
struct mip6_object bench_device_ha(void);
struct mip6_object bench_address(unsigned ifindex, enum mip6_device device, const char *text,
				 unsigned flags);
struct mip6_object bench_neighbour(unsigned ifindex, const char *text, uint8_t last, bool router);
struct mip6_object bench_route(unsigned table, const char *dst, unsigned ifindex,
			       enum mip6_device device, const char *gateway);
struct mip6_object bench_rule(const char *from, unsigned table);
struct mip6_object bench_binding(const char *hoa, const char *coa, const char *ha);
struct mip6_object bench_proxy(unsigned ifindex, const char *text, bool router);
struct mip6_object bench_mh_input(bool hao, const char *hoa);

/* One of each kind; `version` 0 and 1 differ in all values, not in keys. */
struct wants {
	struct mip6_object items[24];
	size_t count;
};

void bench_want(struct wants *w, struct mip6_object o);
struct wants bench_all_wants(int version);
void bench_add_all(struct kplane *k, const struct wants *w);
void bench_change_all(struct kplane *k, const struct wants *was, const struct wants *is);
void bench_remove_all(struct kplane *k, const struct wants *w);

#endif
