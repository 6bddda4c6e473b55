/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/bpf_code.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- instructions ------------------------------------------------------------- */

void bpf_code_emit(struct bpf_code *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off,
		   int32_t imm)
{
	struct bpf_insn i = {.code = code, .off = off, .imm = imm};

	i.dst_reg = dst & 0xfu;
	i.src_reg = src & 0xfu;
	if (p->count < BPF_CODE_MAX)
		p->code[p->count++] = i;
}

void bpf_code_move(struct bpf_code *p, uint8_t dst, uint8_t src)
{
	bpf_code_emit(p, BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0);
}

void bpf_code_set(struct bpf_code *p, uint8_t dst, int32_t value)
{
	bpf_code_emit(p, BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, value);
}

void bpf_code_stack(struct bpf_code *p, uint8_t dst, int offset)
{
	bpf_code_move(p, dst, BPF_REG_10);
	bpf_code_emit(p, BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, offset);
}

void bpf_code_load(struct bpf_code *p, uint8_t size, uint8_t dst, uint8_t src, int offset)
{
	bpf_code_emit(p, BPF_LDX | BPF_MEM | size, dst, src, (int16_t)offset, 0);
}

void bpf_code_map(struct bpf_code *p, uint8_t dst, int fd)
{
	bpf_code_emit(p, BPF_LD | BPF_DW | BPF_IMM, dst, BPF_PSEUDO_MAP_FD, 0, fd);
	bpf_code_emit(p, 0, 0, 0, 0, 0);
}

void bpf_code_call(struct bpf_code *p, int32_t helper)
{
	bpf_code_emit(p, BPF_JMP | BPF_CALL, 0, 0, 0, helper);
}

void bpf_code_exit(struct bpf_code *p)
{
	bpf_code_emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

static void note_jump(struct bpf_code *p)
{
	if (p->ends < BPF_CODE_JUMPS)
		p->to_end[p->ends++] = p->count;
}

void bpf_code_end_if(struct bpf_code *p, uint8_t op, uint8_t reg, int32_t value)
{
	note_jump(p);
	bpf_code_emit(p, BPF_JMP | op | BPF_K, reg, 0, 0, value);
}

void bpf_code_end_if_reg(struct bpf_code *p, uint8_t op, uint8_t reg, uint8_t other)
{
	note_jump(p);
	bpf_code_emit(p, BPF_JMP | op | BPF_X, reg, other, 0, 0);
}

void bpf_code_land(struct bpf_code *p, unsigned from)
{
	p->code[from].off = (int16_t)(p->count - from - 1);
}

void bpf_code_end(struct bpf_code *p)
{
	for (unsigned i = 0; i < p->ends; i++)
		bpf_code_land(p, p->to_end[i]);
	p->ends = 0;
}

/* ---- the system call ----------------------------------------------------------- */

int bpf_code_syscall(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

uint64_t bpf_code_pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

int bpf_code_submit(const struct bpf_code *p, uint32_t type, const char *name)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = bpf_code_pointer(p->code);
	attr.insn_cnt = p->count;
	attr.license = bpf_code_pointer("GPL");
	memcpy(attr.prog_name, name, strnlen(name, sizeof(attr.prog_name) - 1));
	return bpf_code_syscall(BPF_PROG_LOAD, &attr);
}

int bpf_code_program(uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return bpf_code_syscall(BPF_PROG_GET_FD_BY_ID, &attr);
}

int bpf_code_info(int fd, void *info, uint32_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = size;
	attr.info.info = bpf_code_pointer(info);
	return bpf_code_syscall(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

bool bpf_code_is_named(uint32_t id, const char *name)
{
	struct bpf_prog_info info = {0};
	int fd = bpf_code_program(id);
	int err;

	if (fd < 0)
		return false;
	err = bpf_code_info(fd, &info, sizeof(info));
	close(fd);
	return err == 0 && strncmp(info.name, name, sizeof(info.name)) == 0;
}

int bpf_code_make_map(const char *name, uint32_t type, uint32_t key, uint32_t value,
		      uint32_t entries, uint32_t flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	attr.map_flags = flags;
	memcpy(attr.map_name, name, strnlen(name, sizeof(attr.map_name) - 1));
	return bpf_code_syscall(BPF_MAP_CREATE, &attr);
}

int bpf_code_element(int command, int map, const void *key, const void *value)
{
	union bpf_attr attr;

	if (map < 0)
		return -ENOENT;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)map;
	attr.key = bpf_code_pointer(key);
	attr.value = bpf_code_pointer(value);
	return bpf_code_syscall(command, &attr);
}
