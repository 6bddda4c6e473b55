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
#include "linux/bpf_code.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
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

/* Notes the reason that holds for the drops that follow. */
static void emit_reason(struct bpf_code *p, enum srccheck_drop reason)
{
	bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, STACK_REASON, (int32_t)reason);
}

/* r6 = the packet; its inner header on the stack. */
static void program_header(struct bpf_code *p)
{
	bpf_code_move(p, BPF_REG_6, BPF_REG_1);
	emit_reason(p, SRCCHECK_NOT_IPV6);
	bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_6, offsetof(struct __sk_buff, protocol));
	bpf_code_end_if(p, BPF_JNE, BPF_REG_2, htons(ETH_P_IPV6));
	bpf_code_set(p, BPF_REG_2, 0);
	bpf_code_stack(p, BPF_REG_3, STACK_HEADER);
	bpf_code_set(p, BPF_REG_4, -STACK_HEADER);
	bpf_code_set(p, BPF_REG_5, BPF_HDR_START_NET);
	bpf_code_call(p, BPF_FUNC_skb_load_bytes_relative);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
}

static void program_tunnel(struct bpf_code *p)
{
	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_stack(p, BPF_REG_2, STACK_TUNNEL);
	bpf_code_set(p, BPF_REG_3, TUNNEL_KEY_SIZE);
	bpf_code_set(p, BPF_REG_4, BPF_F_TUNINFO_IPV6);
	bpf_code_call(p, BPF_FUNC_skb_get_tunnel_key);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
}

static void program_link_local(struct bpf_code *p)
{
	emit_reason(p, SRCCHECK_LINK_LOCAL);
	bpf_code_load(p, BPF_H, BPF_REG_2, BPF_REG_10, STACK_DESTINATION);
	bpf_code_emit(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, htons(0xffc0));
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_2, htons(0xfe80));
	bpf_code_load(p, BPF_B, BPF_REG_2, BPF_REG_10, STACK_DESTINATION);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_2, 0xff);
}

/* r4 = 0 when the address that r0 points at is the one on the stack, which is aligned to
 * four octets only. */
static void emit_compare(struct bpf_code *p, int offset)
{
	bpf_code_set(p, BPF_REG_4, 0);
	for (int i = 0; i < 16; i += 4) {
		bpf_code_load(p, BPF_W, BPF_REG_2, BPF_REG_0, i);
		bpf_code_load(p, BPF_W, BPF_REG_3, BPF_REG_10, offset + i);
		bpf_code_emit(p, BPF_ALU64 | BPF_XOR | BPF_X, BPF_REG_2, BPF_REG_3, 0, 0);
		bpf_code_emit(p, BPF_ALU64 | BPF_OR | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0);
	}
}

static void emit_exit(struct bpf_code *p, int32_t verdict)
{
	bpf_code_set(p, BPF_REG_0, verdict);
	bpf_code_exit(p);
}

/* Compares the outer source with what the table has for the inner source. */
static void program_binding(struct bpf_code *p, int map)
{
	emit_reason(p, SRCCHECK_NO_BINDING);
	bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, STACK_KEY, 128);
	bpf_code_map(p, BPF_REG_1, map);
	bpf_code_stack(p, BPF_REG_2, STACK_KEY);
	bpf_code_call(p, BPF_FUNC_map_lookup_elem);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_0, 0);
	emit_reason(p, SRCCHECK_WRONG_COA);
	emit_compare(p, STACK_OUTER);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_4, 0);
	emit_exit(p, TC_ACT_OK);
}

/* The common end: counts and drops. */
static void program_drop(struct bpf_code *p, int counters)
{
	bpf_code_end(p);
	bpf_code_map(p, BPF_REG_1, counters);
	bpf_code_stack(p, BPF_REG_2, STACK_REASON);
	bpf_code_call(p, BPF_FUNC_map_lookup_elem);
	bpf_code_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 2, 0);
	bpf_code_set(p, BPF_REG_1, 1);
	bpf_code_emit(p, BPF_STX | BPF_ATOMIC | BPF_DW, BPF_REG_0, BPF_REG_1, 0, BPF_ADD);
	emit_exit(p, TC_ACT_SHOT);
}

static int srccheck_load_program(struct srccheck *c)
{
	struct bpf_code p = {.count = 0};
	int fd;

	program_header(&p);
	program_tunnel(&p);
	program_link_local(&p);
	program_binding(&p, c->map);
	program_drop(&p, c->counters);
	fd = bpf_code_submit(&p, BPF_PROG_TYPE_SCHED_CLS, srccheck_name);
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

static void filter_addresses(struct bpf_code *p)
{
	bpf_code_move(p, BPF_REG_6, BPF_REG_1);
	bpf_code_set(p, BPF_REG_2, FILTER_ADDRESS_AT);
	bpf_code_stack(p, BPF_REG_3, FILTER_HOA);
	bpf_code_set(p, BPF_REG_4, 16);
	bpf_code_call(p, BPF_FUNC_skb_load_bytes);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
	bpf_code_move(p, BPF_REG_1, BPF_REG_6);
	bpf_code_set(p, BPF_REG_2, FILTER_ADDRESS_AT);
	bpf_code_stack(p, BPF_REG_3, FILTER_OUTER);
	bpf_code_set(p, BPF_REG_4, 16);
	bpf_code_set(p, BPF_REG_5, BPF_HDR_START_NET);
	bpf_code_call(p, BPF_FUNC_skb_load_bytes_relative);
	bpf_code_end_if(p, BPF_JNE, BPF_REG_0, 0);
}

static void filter_binding(struct bpf_code *p, int map)
{
	unsigned unbound;

	bpf_code_emit(p, BPF_ST | BPF_MEM | BPF_W, BPF_REG_10, 0, FILTER_KEY, 128);
	bpf_code_map(p, BPF_REG_1, map);
	bpf_code_stack(p, BPF_REG_2, FILTER_KEY);
	bpf_code_call(p, BPF_FUNC_map_lookup_elem);
	unbound = p->count;
	bpf_code_emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0, 0, 0);
	emit_compare(p, FILTER_OUTER);
	bpf_code_end_if(p, BPF_JEQ, BPF_REG_4, 0);
	bpf_code_land(p, unbound);
	emit_exit(p, FILTER_LENGTH);
	bpf_code_end(p);
	emit_exit(p, 0);
}

int srccheck_filter(const struct srccheck *c, int fd)
{
	struct bpf_code p = {.count = 0};
	int program;
	int err;

	if (c->map < 0)
		return -ENOENT;
	filter_addresses(&p);
	filter_binding(&p, c->map);
	program = bpf_code_submit(&p, BPF_PROG_TYPE_SOCKET_FILTER, srccheck_name);
	if (program < 0)
		return program;
	err = setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program)) ? -errno : 0;
	close(program);
	return err;
}

/* ---- the tables --------------------------------------------------------------- */

int srccheck_load(struct srccheck *c)
{
	int err;

	*c = srccheck_none();
	c->map =
	    bpf_code_make_map(srccheck_name, BPF_MAP_TYPE_LPM_TRIE, sizeof(struct srccheck_key),
			      sizeof(struct mip6_addr), SRCCHECK_ENTRIES, BPF_F_NO_PREALLOC);
	c->counters = bpf_code_make_map(srccheck_name, BPF_MAP_TYPE_ARRAY, sizeof(uint32_t),
					sizeof(uint64_t), SRCCHECK_DROPS, 0);
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

static int srccheck_find_map(struct srccheck *c, uint32_t id)
{
	struct bpf_map_info info = {0};
	union bpf_attr attr;
	int fd;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	fd = bpf_code_syscall(BPF_MAP_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return fd;
	err = bpf_code_info(fd, &info, sizeof(info));
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
	struct bpf_prog_info info = {.nr_map_ids = 2, .map_ids = bpf_code_pointer(ids)};
	int err = bpf_code_info(c->program, &info, sizeof(info));

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
	int err;

	*c = srccheck_none();
	c->program = bpf_code_program(program_id);
	if (c->program < 0)
		return c->program;
	err = srccheck_find_maps(c);
	if (err < 0)
		srccheck_close(c);
	return err;
}

/* ---- entries ------------------------------------------------------------------------ */

int srccheck_set(struct srccheck *c, const struct mip6_addr *hoa, const struct mip6_addr *coa)
{
	const struct srccheck_key key = {.len = 128, .hoa = *hoa};

	return bpf_code_element(BPF_MAP_UPDATE_ELEM, c->map, &key, coa);
}

int srccheck_unset(struct srccheck *c, const struct mip6_addr *hoa)
{
	const struct srccheck_key key = {.len = 128, .hoa = *hoa};

	return bpf_code_element(BPF_MAP_DELETE_ELEM, c->map, &key, NULL);
}

/* ---- the whole table ------------------------------------------------------------------ */

#define SRCCHECK_BATCH 1024u /* entries by one system call */

static int srccheck_room(struct srccheck_list *list, size_t more)
{
	size_t room = list->room ? list->room : SRCCHECK_BATCH;
	struct srccheck_entry *entries;

	while (room < list->count + more)
		room *= 2;
	if (room == list->room)
		return 0;
	entries = realloc(list->entries, room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	list->entries = entries;
	list->room = room;
	return 0;
}

static void srccheck_put(struct srccheck_list *list, const struct mip6_addr *hoa,
			 const struct mip6_addr *coa)
{
	list->entries[list->count++] = (struct srccheck_entry){.hoa = *hoa, .coa = *coa};
}

/* Where the next batch begins: the kernel's own word for it, a key here. */
struct srccheck_batch {
	struct srccheck_key from;
	struct srccheck_key next;
	struct srccheck_key keys[SRCCHECK_BATCH];
	struct mip6_addr values[SRCCHECK_BATCH];
};

/* 1: there is more, 0: that was the last batch. */
static int srccheck_read_batch(const struct srccheck *c, struct srccheck_batch *b, bool first,
			       struct srccheck_list *list)
{
	union bpf_attr attr;
	int err;

	memset(&attr, 0, sizeof(attr));
	attr.batch.in_batch = first ? 0 : bpf_code_pointer(&b->from);
	attr.batch.out_batch = bpf_code_pointer(&b->next);
	attr.batch.keys = bpf_code_pointer(b->keys);
	attr.batch.values = bpf_code_pointer(b->values);
	attr.batch.count = SRCCHECK_BATCH;
	attr.batch.map_fd = (uint32_t)c->map;
	err = bpf_code_syscall(BPF_MAP_LOOKUP_BATCH, &attr);
	if (err < 0 && err != -ENOENT) /* that is the table's end */
		return err;
	if (srccheck_room(list, attr.batch.count) < 0)
		return -ENOMEM;
	for (uint32_t i = 0; i < attr.batch.count; i++)
		srccheck_put(list, &b->keys[i].hoa, &b->values[i]);
	b->from = b->next;
	return err < 0 ? 0 : 1;
}

static int srccheck_read_batches(const struct srccheck *c, struct srccheck_list *list)
{
	struct srccheck_batch *b = malloc(sizeof(*b));
	bool first = true;
	int more = b ? 1 : -ENOMEM;

	while (more > 0) {
		more = srccheck_read_batch(c, b, first, list);
		first = false;
	}
	free(b);
	return more;
}

/* One by one: tries of Linux before 5.13 have no batches. */
static int srccheck_read_singly(const struct srccheck *c, struct srccheck_list *list)
{
	struct srccheck_key key = {.len = 0};
	struct mip6_addr coa;
	int err = bpf_code_element(BPF_MAP_GET_NEXT_KEY, c->map, NULL, &key);

	while (err == 0) {
		struct srccheck_key last = key;

		if (srccheck_room(list, 1) < 0)
			return -ENOMEM;
		if (bpf_code_element(BPF_MAP_LOOKUP_ELEM, c->map, &key, &coa) == 0)
			srccheck_put(list, &key.hoa, &coa);
		err = bpf_code_element(BPF_MAP_GET_NEXT_KEY, c->map, &last, &key);
	}
	return err == -ENOENT ? 0 : err;
}

static int srccheck_compare(const void *a, const void *b)
{
	const struct srccheck_entry *x = a;
	const struct srccheck_entry *y = b;

	return memcmp(x->hoa.b, y->hoa.b, sizeof(x->hoa.b));
}

int srccheck_read(const struct srccheck *c, struct srccheck_list *ret)
{
	int err;

	*ret = (struct srccheck_list){0};
	if (c->map < 0)
		return 0;
	err = srccheck_read_batches(c, ret);
	if (err < 0 && err != -ENOMEM) {
		ret->count = 0;
		err = srccheck_read_singly(c, ret);
	}
	if (err < 0) {
		free(ret->entries);
		*ret = (struct srccheck_list){0};
		return err;
	}
	if (ret->count > 1)
		qsort(ret->entries, ret->count, sizeof(*ret->entries), srccheck_compare);
	return 0;
}

const struct srccheck_entry *srccheck_find_entry(const struct srccheck_list *list,
						 const struct mip6_addr *hoa)
{
	const struct srccheck_entry want = {.hoa = *hoa};

	if (list->count == 0)
		return NULL;
	return bsearch(&want, list->entries, list->count, sizeof(want), srccheck_compare);
}

int srccheck_count(const struct srccheck *c, enum srccheck_drop reason, uint64_t *ret)
{
	const uint32_t key = (uint32_t)reason;

	return bpf_code_element(BPF_MAP_LOOKUP_ELEM, c->counters, &key, ret);
}
