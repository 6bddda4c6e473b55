/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The program, with r6 the packet:
 *
 *   r7, r8 = the most and the least that one of its packets can measure
 *   r7 <= 1240 or r8 > 1280: pass (it fits any way; the tunnel tells its sender)
 *   the way takes r7 and the outer header: pass
 *   else: redirect
 *
 * A packet of many segments (GSO) has no more than the size of their payload; what is
 * before that measures 48 (IPv6, UDP) to 100 octets (IPv6, TCP with all its options). */
#include "linux/cutcheck.h"
#include "linux/bpf_code.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

static const char cutcheck_name[] = "mip6d_cut";

enum {
	LEAST_MTU = 1280,
	OUTER = 40,
	HEADERS_LEAST = 48,
	HEADERS_MOST = 100,
	DESTINATION = 24, /* in an IPv6 header */
};

/* On the program's stack, relative to its frame pointer. */
enum {
	STACK_FIB = -(int)sizeof(struct bpf_fib_lookup),
	STACK_TARGET = STACK_FIB + (int)offsetof(struct bpf_fib_lookup, ipv6_dst),
	/* The key of the table of bindings: length, address. */
	STACK_KEY = STACK_FIB - 24,
	STACK_KEY_ADDR = STACK_KEY + 4,
};

static void add(struct bpf_code *p, uint8_t reg, int32_t value)
{
	bpf_code_emit(p, BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, value);
}

static void program_size(struct bpf_code *p)
{
	bpf_code_move(p, BPF_REG_6, BPF_REG_1);
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, protocol));
	bpf_code_end_if(p, BPF_JNE, BPF_REG_2, htons(ETH_P_IPV6));
	bpf_code_load(p, BPF_W, BPF_REG_7, BPF_REG_6, offsetof(struct __sk_buff, len));
	bpf_code_move(p, BPF_REG_8, BPF_REG_7);
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, gso_size));
	bpf_code_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_2, 0, 4, 0);
	bpf_code_move(p, BPF_REG_7, BPF_REG_2);
	add(p, BPF_REG_7, HEADERS_MOST);
	bpf_code_move(p, BPF_REG_8, BPF_REG_2);
	add(p, BPF_REG_8, HEADERS_LEAST);
	bpf_code_end_if(p, BPF_JLE, BPF_REG_7, LEAST_MTU - OUTER);
	bpf_code_end_if(p, BPF_JGT, BPF_REG_8, LEAST_MTU);
	add(p, BPF_REG_7, OUTER);
}

/* Jumps to the end where the way of the one tunnel takes it. */
static void program_path(struct bpf_code *p, int path)
{
	bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, STACK_KEY, 0);
	bpf_code_map(p, BPF_REG_1, path);
	bpf_code_stack(p, BPF_REG_2, STACK_KEY);
	bpf_code_call(p, BPF_FUNC_map_lookup_elem);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_0, 0);
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_0, 0);
	bpf_code_end_if_reg(p, BPF_JLE, BPF_REG_7, BPF_REG_2);
}

/* r0 = the care-of address of the inner destination. */
static void program_binding(struct bpf_code *p, int bindings)
{
	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_set(p, BPF_REG_2, DESTINATION);
	bpf_code_stack(p, BPF_REG_3, STACK_KEY_ADDR);
	bpf_code_set(p, BPF_REG_4, sizeof(struct mip6_addr));
	bpf_code_set(p, BPF_REG_5, BPF_HDR_START_NET);
	bpf_code_call(p, BPF_FUNC_skb_load_bytes_relative);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
	bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, STACK_KEY, 128);
	bpf_code_map(p, BPF_REG_1, bindings);
	bpf_code_stack(p, BPF_REG_2, STACK_KEY);
	bpf_code_call(p, BPF_FUNC_map_lookup_elem);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_0, 0);
}

/* Jumps to the end where the kernel's way to r0 takes it: by routes, and what routers
 * have told of their links. */
static void program_fib(struct bpf_code *p)
{
	for (int at = STACK_FIB; at < 0; at += 8)
		bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, (int16_t)at, 0);
	for (int i = 0; i < 16; i += 4) {
		bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_0, i);
		bpf_code_emit(p, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_2,
			      (int16_t)(STACK_TARGET + i), 0);
	}
	bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_B, BPF_REG_10, 0,
		      (int16_t)(STACK_FIB + (int)offsetof(struct bpf_fib_lookup, family)),
		      AF_INET6);
	bpf_code_emit(p, BPF_STX | BPF_MEM | BPF_H, BPF_REG_10, BPF_REG_7,
		      (int16_t)(STACK_FIB + (int)offsetof(struct bpf_fib_lookup, tot_len)), 0);
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, ifindex));
	bpf_code_emit(p, BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_2,
		      (int16_t)(STACK_FIB + (int)offsetof(struct bpf_fib_lookup, ifindex)), 0);
	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_stack(p, BPF_REG_2, STACK_FIB);
	bpf_code_set(p, BPF_REG_3, sizeof(struct bpf_fib_lookup));
	bpf_code_set(p, BPF_REG_4, 0);
	bpf_code_call(p, BPF_FUNC_fib_lookup);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, BPF_FIB_LKUP_RET_FRAG_NEEDED);
}

static int load(struct cutcheck *c, struct bpf_code *p, unsigned device)
{
	bpf_code_set(p, BPF_REG_1, (int32_t)device);
	bpf_code_set(p, BPF_REG_2, 0);
	bpf_code_call(p, BPF_FUNC_redirect);
	bpf_code_exit(p);
	/* Others may have filters of their own behind this one. */
	bpf_code_end(p);
	bpf_code_set(p, BPF_REG_0, TC_ACT_UNSPEC);
	bpf_code_exit(p);
	c->program = bpf_code_submit(p, BPF_PROG_TYPE_SCHED_CLS, cutcheck_name);
	return c->program < 0 ? c->program : 0;
}

struct cutcheck cutcheck_none(void)
{
	return (struct cutcheck){.program = -1, .path = -1};
}

int cutcheck_load_mn(struct cutcheck *c, unsigned device)
{
	struct bpf_code p = {.count = 0};
	int err;

	*c = cutcheck_none();
	c->path = bpf_code_make_map(cutcheck_name, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
				    sizeof(uint32_t), 1, 0);
	if (c->path < 0)
		return c->path;
	err = cutcheck_path(c, UINT32_MAX);
	program_size(&p);
	program_path(&p, c->path);
	if (err == 0)
		err = load(c, &p, device);
	if (err < 0)
		cutcheck_close(c);
	return err;
}

int cutcheck_load_ha(struct cutcheck *c, unsigned device, int bindings)
{
	struct bpf_code p = {.count = 0};

	*c = cutcheck_none();
	program_size(&p);
	program_binding(&p, bindings);
	program_fib(&p);
	return load(c, &p, device);
}

int cutcheck_path(const struct cutcheck *c, unsigned mtu)
{
	const uint32_t key = 0;
	const uint32_t value = mtu;

	return bpf_code_element(BPF_MAP_UPDATE_ELEM, c->path, &key, &value);
}

void cutcheck_close(struct cutcheck *c)
{
	if (c->program >= 0)
		close(c->program);
	if (c->path >= 0)
		close(c->path);
	*c = cutcheck_none();
}
