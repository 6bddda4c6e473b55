/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The program, with r6 the packet and r7 the interface that it is to leave by:
 *
 *   it came in by an interface (it is forwarded): pass
 *   it is too long for every path, with the header, or has a header before which, or
 *   without which, the routing header could not stand: pass
 *   its destination is not bound, or the kernel has no way to the care-of address that
 *   leads out: pass
 *   else: put the header in, redirect
 *
 * A way that leads into a tunnel of ours, as to a care-of address that is itself bound, is
 * none for the kernel's lookup (it has an encapsulation), nor is one to this node.
 *
 * XFRM could put the header in, too, with a policy and a state for each binding. But the
 * kernel walks all routes for each policy that is added: docs/design.md has the figures. */
#include "linux/rh2out.h"
#include "linux/bpf_code.h"

#include <mip6/wire.h>

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

const char rh2out_name[] = "mip6d_rh2_1";

enum {
	LEAST_MTU = 1280,
	IPV6_HEADER = 40,
	RH2_LENGTH = 24,
	RH2_WORDS = 2, /* its length after the first eight octets, in eights */
	RH2_TYPE = 2,
	ND_HOP_LIMIT = 255,
	/* In an IPv6 header, and in the routing header behind it. */
	AT_PAYLOAD_LENGTH = 4,
	AT_NEXT_HEADER = 6,
	AT_HOP_LIMIT = 7,
	AT_SOURCE = 8,
	AT_DESTINATION = 24,
	AT_RH2 = IPV6_HEADER,
	AT_HOME_ADDRESS = AT_RH2 + 8,
};

/* On the program's stack, relative to its frame pointer. */
enum {
	STACK_HEADERS = -(IPV6_HEADER + RH2_LENGTH),
	/* The key of the table of bindings: length, address. */
	STACK_KEY = STACK_HEADERS - 24,
	STACK_FIB = STACK_KEY - (int)sizeof(struct bpf_fib_lookup),
};

static void store(struct bpf_code *p, uint8_t size, int at, uint8_t reg)
{
	bpf_code_emit(p, BPF_STX | BPF_MEM | size, BPF_REG_10, reg, (int16_t)at, 0);
}

static void store_value(struct bpf_code *p, uint8_t size, int at, int32_t value)
{
	bpf_code_emit(p, BPF_ST | BPF_MEM | size, BPF_REG_10, 0, (int16_t)at, value);
}

static void end_if_field(struct bpf_code *p, uint8_t op, size_t field, int32_t value)
{
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_6, (int)field);
	bpf_code_end_if(p, op, BPF_REG_2, value);
}

static void program_packet(struct bpf_code *p)
{
	bpf_code_move(p, BPF_REG_6, BPF_REG_1);
	end_if_field(p, BPF_JNE, offsetof(struct __sk_buff, ingress_ifindex), 0);
	end_if_field(p, BPF_JNE, offsetof(struct __sk_buff, protocol), htons(ETH_P_IPV6));
	end_if_field(p, BPF_JNE, offsetof(struct __sk_buff, gso_size), 0);
	end_if_field(p, BPF_JGT, offsetof(struct __sk_buff, len), LEAST_MTU - RH2_LENGTH);
	bpf_code_set(p, BPF_REG_2, 0);
	bpf_code_stack(p, BPF_REG_3, STACK_HEADERS);
	bpf_code_set(p, BPF_REG_4, IPV6_HEADER);
	bpf_code_set(p, BPF_REG_5, BPF_HDR_START_NET);
	bpf_code_call(p, BPF_FUNC_skb_load_bytes_relative);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
}

/* As the user-space plane chooses (soft/own.c). Fragments stay with the first one, which
 * is too long. An Authentication Header would have to cover the routing header. */
static void program_next_header(struct bpf_code *p)
{
	bpf_code_load(p, BPF_B, BPF_REG_2, BPF_REG_10, STACK_HEADERS + AT_NEXT_HEADER);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_2, IP6_NH_HOPOPTS);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_2, IP6_NH_ROUTING);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_2, IP6_NH_FRAGMENT);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_2, IP6_NH_AH);
	bpf_code_emit(p, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 2, IP6_NH_ICMPV6);
	bpf_code_load(p, BPF_B, BPF_REG_3, BPF_REG_10, STACK_HEADERS + AT_HOP_LIMIT);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_3, ND_HOP_LIMIT);
}

/* r0 = the care-of address of the destination. */
static void program_binding(struct bpf_code *p, int bindings)
{
	store_value(p, BPF_W, STACK_KEY, 128);
	for (int i = 0; i < 16; i += 4) {
		bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_10, STACK_HEADERS + AT_DESTINATION + i);
		store(p, BPF_W, STACK_KEY + 4 + i, BPF_REG_2);
	}
	bpf_code_map(p, BPF_REG_1, bindings);
	bpf_code_stack(p, BPF_REG_2, STACK_KEY);
	bpf_code_call(p, BPF_FUNC_map_lookup_elem);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_0, 0);
}

/* The home address goes into the routing header, the care-of address to its place. */
static void program_addresses(struct bpf_code *p)
{
	const int fib_source = STACK_FIB + (int)offsetof(struct bpf_fib_lookup, ipv6_src);
	const int fib_destination = STACK_FIB + (int)offsetof(struct bpf_fib_lookup, ipv6_dst);

	for (int at = STACK_FIB; at < STACK_KEY; at += 8)
		store_value(p, BPF_DW, at, 0);
	for (int i = 0; i < 16; i += 4) {
		bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_10, STACK_HEADERS + AT_DESTINATION + i);
		store(p, BPF_W, STACK_HEADERS + AT_HOME_ADDRESS + i, BPF_REG_2);
		bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_0, i);
		store(p, BPF_W, STACK_HEADERS + AT_DESTINATION + i, BPF_REG_2);
		store(p, BPF_W, fib_destination + i, BPF_REG_2);
		bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_10, STACK_HEADERS + AT_SOURCE + i);
		store(p, BPF_W, fib_source + i, BPF_REG_2);
	}
}

/* r7 = the interface that leads to the care-of address. */
static void program_way(struct bpf_code *p)
{
	const int fib_ifindex = STACK_FIB + (int)offsetof(struct bpf_fib_lookup, ifindex);

	store_value(p, BPF_B, STACK_FIB + (int)offsetof(struct bpf_fib_lookup, family), AF_INET6);
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, ifindex));
	store(p, BPF_W, fib_ifindex, BPF_REG_2);
	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_stack(p, BPF_REG_2, STACK_FIB);
	bpf_code_set(p, BPF_REG_3, sizeof(struct bpf_fib_lookup));
	bpf_code_set(p, BPF_REG_4, 0);
	bpf_code_call(p, BPF_FUNC_fib_lookup);
	bpf_code_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 1, BPF_FIB_LKUP_RET_SUCCESS);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, BPF_FIB_LKUP_RET_NO_NEIGH);
	bpf_code_load(p, BPF_W, BPF_REG_7, BPF_REG_10, fib_ifindex);
}

/* The headers as they are to be, on the stack. */
static void program_headers(struct bpf_code *p)
{
	bpf_code_load(p, BPF_B, BPF_REG_2, BPF_REG_10, STACK_HEADERS + AT_NEXT_HEADER);
	store(p, BPF_B, STACK_HEADERS + AT_RH2, BPF_REG_2);
	store_value(p, BPF_B, STACK_HEADERS + AT_RH2 + 1, RH2_WORDS);
	store_value(p, BPF_B, STACK_HEADERS + AT_RH2 + 2, RH2_TYPE);
	store_value(p, BPF_B, STACK_HEADERS + AT_RH2 + 3, 1); /* segments left */
	store_value(p, BPF_W, STACK_HEADERS + AT_RH2 + 4, 0);
	store_value(p, BPF_B, STACK_HEADERS + AT_NEXT_HEADER, IP6_NH_ROUTING);
	bpf_code_load(p, BPF_H, BPF_REG_2, BPF_REG_10, STACK_HEADERS + AT_PAYLOAD_LENGTH);
	bpf_code_emit(p, BPF_ALU | BPF_END | BPF_TO_BE, BPF_REG_2, 0, 0, 16);
	bpf_code_emit(p, BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, RH2_LENGTH);
	bpf_code_emit(p, BPF_ALU | BPF_END | BPF_TO_BE, BPF_REG_2, 0, 0, 16);
	store(p, BPF_H, STACK_HEADERS + AT_PAYLOAD_LENGTH, BPF_REG_2);
}

/* Puts them into the packet. Returns the jump of a failure after which it is neither the
 * one nor the other. */
static unsigned program_insert(struct bpf_code *p)
{
	unsigned failed;

	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_set(p, BPF_REG_2, RH2_LENGTH);
	bpf_code_set(p, BPF_REG_3, BPF_ADJ_ROOM_NET);
	bpf_code_set(p, BPF_REG_4, 0);
	bpf_code_call(p, BPF_FUNC_skb_adjust_room);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_set(p, BPF_REG_2, 0);
	bpf_code_stack(p, BPF_REG_3, STACK_HEADERS);
	bpf_code_set(p, BPF_REG_4, IPV6_HEADER + RH2_LENGTH);
	bpf_code_set(p, BPF_REG_5, 0);
	bpf_code_call(p, BPF_FUNC_skb_store_bytes);
	failed = p->count;
	bpf_code_emit(p, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, 0);
	return failed;
}

/* The kernel finds the neighbour; it wants room for an Ethernet header for that, which the
 * tunnel's packets have not. Returns the jump of a failure. */
static unsigned program_redirect(struct bpf_code *p)
{
	unsigned failed;

	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_set(p, BPF_REG_2, ETH_HLEN);
	bpf_code_set(p, BPF_REG_3, 0);
	bpf_code_call(p, BPF_FUNC_skb_change_head);
	failed = p->count;
	bpf_code_emit(p, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_0, 0, 0, 0);
	bpf_code_move(p, BPF_REG_1, BPF_REG_7);
	bpf_code_set(p, BPF_REG_2, 0);
	bpf_code_set(p, BPF_REG_3, 0);
	bpf_code_set(p, BPF_REG_4, 0);
	bpf_code_call(p, BPF_FUNC_redirect_neigh);
	bpf_code_exit(p);
	return failed;
}

int rh2out_load(int bindings)
{
	struct bpf_code p = {.count = 0};
	unsigned half;
	unsigned unsent;

	program_packet(&p);
	program_next_header(&p);
	program_binding(&p, bindings);
	program_addresses(&p);
	program_way(&p);
	program_headers(&p);
	half = program_insert(&p);
	unsent = program_redirect(&p);
	bpf_code_land(&p, half);
	bpf_code_land(&p, unsent);
	bpf_code_set(&p, BPF_REG_0, TC_ACT_SHOT);
	bpf_code_exit(&p);
	/* Others may have filters of their own behind this one. */
	bpf_code_end(&p);
	bpf_code_set(&p, BPF_REG_0, TC_ACT_UNSPEC);
	bpf_code_exit(&p);
	return bpf_code_submit(&p, BPF_PROG_TYPE_SCHED_CLS, rh2out_name);
}
