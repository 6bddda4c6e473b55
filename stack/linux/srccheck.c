/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A tunnel device that serves all bindings decapsulates from any outer source.
 * This program at its ingress lets a packet pass only when its inner source is
 * a bound home address and its outer source is the care-of address registered
 * for it (RFC 6275 10.4.5), and when it is not for a link-local address, which
 * no tunnel may carry (10.4.2), nor for a group: the home agent would take it as
 * sent on one of its own links.
 *
 * The table is an LPM trie: unlike a hash it takes no memory before it has
 * entries. Nothing is pinned: the filter holds the program and the program
 * holds the table, so both outlive the process and are found again by id. */
#include "linux/srccheck.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The name tells versions apart: another program has another name. */
static const char srccheck_name[] = "mip6d_src_2";

#define SRCCHECK_ENTRIES (1u << 20)

struct srccheck_key {
	uint32_t len; /* of the prefix: 128 */
	struct mip6_addr hoa;
};

struct srccheck srccheck_none(void)
{
	return (struct srccheck){.program = -1, .map = -1, .counters = -1};
}

static int srccheck_bpf(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

/* Pointers travel as 64-bit numbers. */
static uint64_t srccheck_pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* ---- the program ------------------------------------------------------------ */

/* Where things stand on the program's stack, relative to its frame pointer. The
 * four octets before the inner source (length, next header, hop limit), once
 * read, make room for the key's length: the key lies in the header itself. */
enum {
	STACK_HEADER = -40,	      /* inner IPv6 header */
	STACK_KEY = STACK_HEADER + 4, /* struct srccheck_key */
	STACK_DESTINATION = STACK_HEADER + 24,
	STACK_TUNNEL = STACK_HEADER - 32, /* struct bpf_tunnel_key up to its label */
	STACK_REASON = STACK_TUNNEL - 8,
	TUNNEL_KEY_SIZE = offsetof(struct bpf_tunnel_key, tunnel_label),
	STACK_OUTER = STACK_TUNNEL + (int)offsetof(struct bpf_tunnel_key, remote_ipv6),
};

#define SRCCHECK_INSTRUCTIONS 80u

struct srccheck_program {
	struct bpf_insn code[SRCCHECK_INSTRUCTIONS];
	unsigned count;
	unsigned to_drop[8]; /* jumps whose target is the common end */
	unsigned drops;
};

static void emit(struct srccheck_program *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		 int32_t imm)
{
	struct bpf_insn i = {.code = code, .off = off, .imm = imm};

	i.dst_reg = dst & 0xfu;
	i.src_reg = src & 0xfu;
	if (p->count < SRCCHECK_INSTRUCTIONS)
		p->code[p->count++] = i;
}

static void emit_move(struct srccheck_program *p, uint8_t dst, uint8_t src)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

static void emit_set(struct srccheck_program *p, uint8_t dst, int32_t value)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}

/* dst = address on the stack */
static void emit_stack(struct srccheck_program *p, uint8_t dst, int offset)
{
	emit_move(p, dst, BPF_REG_10);
	emit(p, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, offset);
}

static void emit_load(struct srccheck_program *p, uint8_t size, uint8_t dst, uint8_t src,
		      int offset)
{
	emit(p, BPF_LDX | BPF_MEM | size, dst, src, (int16_t)offset, 0);
}

static void emit_map(struct srccheck_program *p, uint8_t dst, int fd)
{
	emit(p, BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd);
	emit(p, 0, 0, 0, 0, 0);
}

static void emit_call(struct srccheck_program *p, int32_t helper)
{
	emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

/* Notes the reason that holds for the drops that follow. */
static void emit_reason(struct srccheck_program *p, enum srccheck_drop reason)
{
	emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, STACK_REASON, (int32_t)reason);
}

/* Drops when the comparison `op` (BPF_JEQ, BPF_JNE) of reg with value, or with
 * another register, holds. */
static void emit_drop_if(struct srccheck_program *p, uint8_t op, uint8_t reg, int32_t value)
{
	p->to_drop[p->drops++] = p->count;
	emit(p, BPF_JMP | op | BPF_K, reg, 0, 0, value);
}

static void emit_exit(struct srccheck_program *p, int32_t verdict)
{
	emit_set(p, BPF_REG_0, verdict);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* The jump at `from` leads here. */
static void land(struct srccheck_program *p, unsigned from)
{
	p->code[from].off = (int16_t)(p->count - from - 1);
}

static void land_drops(struct srccheck_program *p)
{
	for (unsigned i = 0; i < p->drops; i++)
		land(p, p->to_drop[i]);
}

/* r6 = the packet; its inner header on the stack. */
static void program_header(struct srccheck_program *p)
{
	emit_move(p, BPF_REG_6, BPF_REG_1);
	emit_reason(p, SRCCHECK_NOT_IPV6);
	emit_load(p, BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, protocol));
	emit_drop_if(p, BPF_JNE, BPF_REG_2, htons(ETH_P_IPV6));
	emit_set(p, BPF_REG_2, 0);
	emit_stack(p, BPF_REG_3, STACK_HEADER);
	emit_set(p, BPF_REG_4, -STACK_HEADER);
	emit_set(p, BPF_REG_5, BPF_HDR_START_NET);
	emit_call(p, BPF_FUNC_skb_load_bytes_relative);
	emit_drop_if(p, BPF_JNE, BPF_REG_0, 0);
}

static void program_tunnel(struct srccheck_program *p)
{
	emit_move(p, BPF_REG_1, BPF_REG_6);
	emit_stack(p, BPF_REG_2, STACK_TUNNEL);
	emit_set(p, BPF_REG_3, TUNNEL_KEY_SIZE);
	emit_set(p, BPF_REG_4, BPF_F_TUNINFO_IPV6);
	emit_call(p, BPF_FUNC_skb_get_tunnel_key);
	emit_drop_if(p, BPF_JNE, BPF_REG_0, 0);
}

static void program_link_local(struct srccheck_program *p)
{
	emit_reason(p, SRCCHECK_LINK_LOCAL);
	emit_load(p, BPF_H, BPF_REG_2, BPF_REG_10, STACK_DESTINATION);
	emit(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, htons(0xffc0));
	emit_drop_if(p, BPF_JEQ, BPF_REG_2, htons(0xfe80));
	emit_load(p, BPF_B, BPF_REG_2, BPF_REG_10, STACK_DESTINATION);
	emit_drop_if(p, BPF_JEQ, BPF_REG_2, 0xff);
}

/* r4 = 0 when the address that r0 points at is the one on the stack, which is aligned to
 * four octets only. */
static void emit_compare(struct srccheck_program *p, int offset)
{
	emit_set(p, BPF_REG_4, 0);
	for (int i = 0; i < 16; i += 4) {
		emit_load(p, BPF_W, BPF_REG_2, BPF_REG_0, i);
		emit_load(p, BPF_W, BPF_REG_3, BPF_REG_10, offset + i);
		emit(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_2, BPF_REG_3, 0, 0);
		emit(p, BPF_ALU64 | BPF_OR | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0);
	}
}

/* Compares the outer source with what the table has for the inner source. */
static void program_binding(struct srccheck_program *p, int map)
{
	emit_reason(p, SRCCHECK_NO_BINDING);
	emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, STACK_KEY, 128);
	emit_map(p, BPF_REG_1, map);
	emit_stack(p, BPF_REG_2, STACK_KEY);
	emit_call(p, BPF_FUNC_map_lookup_elem);
	emit_drop_if(p, BPF_JEQ, BPF_REG_0, 0);
	emit_reason(p, SRCCHECK_WRONG_COA);
	emit_compare(p, STACK_OUTER);
	emit_drop_if(p, BPF_JNE, BPF_REG_4, 0);
	emit_exit(p, TC_ACT_OK);
}

/* The common end: counts and drops. */
static void program_drop(struct srccheck_program *p, int counters)
{
	land_drops(p);
	emit_map(p, BPF_REG_1, counters);
	emit_stack(p, BPF_REG_2, STACK_REASON);
	emit_call(p, BPF_FUNC_map_lookup_elem);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0);
	emit_set(p, BPF_REG_1, 1);
	emit(p, BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD);
	emit_exit(p, TC_ACT_SHOT);
}

/* Returns a file descriptor. */
static int srccheck_submit(const struct srccheck_program *p, uint32_t type)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = srccheck_pointer(p->code);
	attr.insn_cnt = p->count;
	attr.license = srccheck_pointer("GPL");
	memcpy(attr.prog_name, srccheck_name, sizeof(srccheck_name));
	return srccheck_bpf(BPF_PROG_LOAD, &attr);
}

static int srccheck_load_program(struct srccheck *c)
{
	struct srccheck_program p = {.count = 0};
	int fd;

	program_header(&p);
	program_tunnel(&p);
	program_link_local(&p);
	program_binding(&p, c->map);
	program_drop(&p, c->counters);
	fd = srccheck_submit(&p, BPF_PROG_TYPE_SCHED_CLS);
	if (fd < 0)
		return fd;
	c->program = fd;
	return 0;
}

/* ---- what it drops, for a socket ------------------------------------------------- */

/* A raw socket sees a packet before the tunnel does: data begins at the inner header. */
enum {
	FILTER_KEY = -24, /* struct srccheck_key */
	FILTER_HOA = FILTER_KEY + 4,
	FILTER_OUTER = FILTER_KEY - 16,
	FILTER_ADDRESS_AT = 8, /* of the source in an IPv6 header, inner or outer */
	FILTER_LENGTH = 1280,  /* octets that the socket gets: an error quotes no more */
};

static void filter_addresses(struct srccheck_program *p)
{
	emit_move(p, BPF_REG_6, BPF_REG_1);
	emit_set(p, BPF_REG_2, FILTER_ADDRESS_AT);
	emit_stack(p, BPF_REG_3, FILTER_HOA);
	emit_set(p, BPF_REG_4, 16);
	emit_call(p, BPF_FUNC_skb_load_bytes);
	emit_drop_if(p, BPF_JNE, BPF_REG_0, 0);
	emit_move(p, BPF_REG_1, BPF_REG_6);
	emit_set(p, BPF_REG_2, FILTER_ADDRESS_AT);
	emit_stack(p, BPF_REG_3, FILTER_OUTER);
	emit_set(p, BPF_REG_4, 16);
	emit_set(p, BPF_REG_5, BPF_HDR_START_NET);
	emit_call(p, BPF_FUNC_skb_load_bytes_relative);
	emit_drop_if(p, BPF_JNE, BPF_REG_0, 0);
}

static void filter_binding(struct srccheck_program *p, int map)
{
	unsigned unbound;

	emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, FILTER_KEY, 128);
	emit_map(p, BPF_REG_1, map);
	emit_stack(p, BPF_REG_2, FILTER_KEY);
	emit_call(p, BPF_FUNC_map_lookup_elem);
	unbound = p->count;
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0);
	emit_compare(p, FILTER_OUTER);
	emit_drop_if(p, BPF_JEQ, BPF_REG_4, 0);
	land(p, unbound);
	emit_exit(p, FILTER_LENGTH);
	land_drops(p);
	emit_exit(p, 0);
}

int srccheck_filter(const struct srccheck *c, int fd)
{
	struct srccheck_program p = {.count = 0};
	int program;
	int err;

	if (c->map < 0)
		return -ENOENT;
	filter_addresses(&p);
	filter_binding(&p, c->map);
	program = srccheck_submit(&p, BPF_PROG_TYPE_SOCKET_FILTER);
	if (program < 0)
		return program;
	err = setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) ? -errno : 0;
	close(program);
	return err;
}

/* ---- the tables --------------------------------------------------------------- */

static int srccheck_make_map(uint32_t type, uint32_t key, uint32_t value, uint32_t entries,
			     uint32_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	attr.map_flags = flags;
	memcpy(attr.map_name, srccheck_name, sizeof(srccheck_name));
	return srccheck_bpf(BPF_MAP_CREATE, &attr);
}

int srccheck_load(struct srccheck *c)
{
	int err;

	*c = srccheck_none();
	c->map = srccheck_make_map(BPF_MAP_TYPE_LPM_TRIE, sizeof(struct srccheck_key),
				   sizeof(struct mip6_addr), SRCCHECK_ENTRIES, BPF_F_NO_PREALLOC);
	c->counters = srccheck_make_map(BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(uint64_t),
					SRCCHECK_DROPS, 0);
	err = c->map < 0 ? c->map : c->counters < 0 ? c->counters : srccheck_load_program(c);
	if (err < 0)
		srccheck_close(c);
	return err;
}

static void srccheck_close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void srccheck_close(struct srccheck *c)
{
	srccheck_close_one(&c->program);
	srccheck_close_one(&c->map);
	srccheck_close_one(&c->counters);
}

/* ---- finding them again --------------------------------------------------------- */

static int srccheck_info(int fd, void *info, uint32_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = size;
	attr.info.info = srccheck_pointer(info);
	return srccheck_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

static int srccheck_find_map(struct srccheck *c, uint32_t id)
{
	struct bpf_map_info info = {0};
	union bpf_attr attr;
	int fd;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	fd = srccheck_bpf(BPF_MAP_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return fd;
	err = srccheck_info(fd, &info, sizeof(info));
	if (err == 0 && info.type == BPF_MAP_TYPE_LPM_TRIE && c->map < 0)
		c->map = fd;
	else if (err == 0 && info.type == BPF_MAP_TYPE_ARRAY && c->counters < 0)
		c->counters = fd;
	else
		close(fd);
	return err;
}

static int srccheck_find_maps(struct srccheck *c)
{
	uint32_t ids[2] = {0, 0};
	struct bpf_prog_info info = {.nr_map_ids = 2, .map_ids = srccheck_pointer(ids)};
	int err = srccheck_info(c->program, &info, sizeof(info));

	if (err < 0)
		return err;
	if (strncmp(info.name, srccheck_name, sizeof(info.name)) != 0 || info.nr_map_ids != 2)
		return -ENOENT;
	for (unsigned i = 0; i < 2 && err == 0; i++)
		err = srccheck_find_map(c, ids[i]);
	if (err == 0 && (c->map < 0 || c->counters < 0))
		err = -ENOENT;
	return err;
}

int srccheck_find(struct srccheck *c, uint32_t program_id)
{
	union bpf_attr attr;
	int err;

	*c = srccheck_none();
	memset(&attr, 0, sizeof(attr));
	attr.prog_id = program_id;
	c->program = srccheck_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
	if (c->program < 0)
		return c->program;
	err = srccheck_find_maps(c);
	if (err < 0)
		srccheck_close(c);
	return err;
}

/* ---- entries ------------------------------------------------------------------------ */

static int srccheck_element(int command, int map, const void *key, const void *value)
{
	union bpf_attr attr;

	if (map < 0)
		return -ENOENT;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)map;
	attr.key = srccheck_pointer(key);
	attr.value = srccheck_pointer(value);
	return srccheck_bpf(command, &attr);
}

int srccheck_set(struct srccheck *c, const struct mip6_addr *hoa, const struct mip6_addr *coa)
{
	const struct srccheck_key key = {.len = 128, .hoa = *hoa};

	return srccheck_element(BPF_MAP_UPDATE_ELEM, c->map, &key, coa);
}

int srccheck_unset(struct srccheck *c, const struct mip6_addr *hoa)
{
	const struct srccheck_key key = {.len = 128, .hoa = *hoa};

	return srccheck_element(BPF_MAP_DELETE_ELEM, c->map, &key, NULL);
}

int srccheck_get(const struct srccheck *c, const struct mip6_addr *hoa, struct mip6_addr *ret_coa)
{
	const struct srccheck_key key = {.len = 128, .hoa = *hoa};

	return srccheck_element(BPF_MAP_LOOKUP_ELEM, c->map, &key, ret_coa);
}

int srccheck_next(const struct srccheck *c, const struct mip6_addr *hoa, struct mip6_addr *ret_hoa)
{
	struct srccheck_key key = {.len = 128};
	struct srccheck_key next = {.len = 0};
	int err;

	if (hoa)
		key.hoa = *hoa;
	err = srccheck_element(BPF_MAP_GET_NEXT_KEY, c->map, hoa ? &key : NULL, &next);
	*ret_hoa = next.hoa;
	return err;
}

int srccheck_count(const struct srccheck *c, enum srccheck_drop reason, uint64_t *ret)
{
	const uint32_t key = (uint32_t)reason;

	return srccheck_element(BPF_MAP_LOOKUP_ELEM, c->counters, &key, ret);
}
