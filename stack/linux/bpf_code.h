/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_BPF_CODE_H
#define LINUX_BPF_CODE_H

/* Writing a BPF program for a traffic filter, instruction by instruction, and what is
 * needed of the system call. Functions that return int return 0, a file descriptor or a
 * negative errno. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

enum { BPF_CODE_MAX = 160, BPF_CODE_JUMPS = 16 };

struct bpf_code {
	struct bpf_insn code[BPF_CODE_MAX];
	unsigned count;
	unsigned to_end[BPF_CODE_JUMPS]; /* jumps whose target is the common end */
	unsigned ends;
};

void bpf_code_emit(struct bpf_code *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		   int32_t imm);
/* dst = src; dst = value; dst = address on the stack; dst = memory at src + offset. */
void bpf_code_move(struct bpf_code *p, uint8_t dst, uint8_t src);
void bpf_code_set(struct bpf_code *p, uint8_t dst, int32_t value);
void bpf_code_stack(struct bpf_code *p, uint8_t dst, int offset);
void bpf_code_load(struct bpf_code *p, uint8_t size, uint8_t dst, uint8_t src, int offset);
/* dst = a map, by its file descriptor. */
void bpf_code_map(struct bpf_code *p, uint8_t dst, int fd);
void bpf_code_call(struct bpf_code *p, int32_t helper);
void bpf_code_exit(struct bpf_code *p);
/* Jumps to the common end when the comparison `op` (BPF_JEQ, BPF_JGT ...) of reg with
 * value, or with another register, holds. */
void bpf_code_end_if(struct bpf_code *p, uint8_t op, uint8_t reg, int32_t value);
void bpf_code_end_if_reg(struct bpf_code *p, uint8_t op, uint8_t reg, uint8_t other);
/* The common end is here. */
void bpf_code_end(struct bpf_code *p);
/* The jump at `from` leads here. */
void bpf_code_land(struct bpf_code *p, unsigned from);

int bpf_code_syscall(int command, union bpf_attr *attr);
/* Pointers travel as 64-bit numbers. */
uint64_t bpf_code_pointer(const void *p);
/* Loads a program of a type, BPF_PROG_TYPE_SCHED_CLS for a traffic filter. `name` has less than
 * BPF_OBJ_NAME_LEN octets. */
int bpf_code_submit(const struct bpf_code *p, uint32_t type, const char *name);
/* A loaded program, by the kernel's number of it: a file descriptor. */
int bpf_code_program(uint32_t id);
/* What the kernel knows of a program or a map (struct bpf_prog_info, bpf_map_info). */
int bpf_code_info(int fd, void *info, uint32_t size);
/* Whether the program of this number has this name. */
bool bpf_code_is_named(uint32_t id, const char *name);
int bpf_code_make_map(const char *name, uint32_t type, uint32_t key, uint32_t value,
		      uint32_t entries, uint32_t flags);
/* BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM ...; -ENOENT without a map. */
int bpf_code_element(int command, int map, const void *key, const void *value);

#endif
