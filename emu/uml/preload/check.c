/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Whether this kernel can be given virtual time. A function is only replaced where the
 * program calls it through the dynamic linker. A kernel of another make that reads the
 * clock in another way would run on, with half of its time virtual: better not at all. */
#include "uml/preload/preload.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const needed[] =
    {
	"clock_gettime", "timer_create", "timer_settime", "timer_gettime",
	"sigsuspend",	 "sigaction",	 "sigaltstack",	  "sigprocmask",
	"getrandom",	 "ptrace",	 "open64", /* of PID 1's program: the end of the boot */
};

/* The tables of a program that say what it imports. */
struct imports {
	const ElfW(Rela) * entries;
	size_t count;
	const ElfW(Sym) * symbols;
	const char *names;
};

static void read_tables(const ElfW(Dyn) * dynamic, struct imports *imports)
{
	for (; dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == DT_JMPREL)
			imports->entries = (const ElfW(Rela) *)dynamic->d_un.d_ptr;
		else if (dynamic->d_tag == DT_PLTRELSZ)
			imports->count = dynamic->d_un.d_val / sizeof(*imports->entries);
		else if (dynamic->d_tag == DT_SYMTAB)
			imports->symbols = (const ElfW(Sym) *)dynamic->d_un.d_ptr;
		else if (dynamic->d_tag == DT_STRTAB)
			imports->names = (const char *)dynamic->d_un.d_ptr;
	}
}

static bool is_imported(const struct imports *imports, const char *name)
{
	if (!imports->entries || !imports->symbols || !imports->names)
		return false;
	for (size_t i = 0; i < imports->count; i++) {
		size_t symbol = ELF64_R_SYM(imports->entries[i].r_info);

		if (strcmp(imports->names + imports->symbols[symbol].st_name, name) == 0)
			return true;
	}
	return false;
}

/* The program itself is the first object. */
static int take_program(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			read_tables(
			    (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr), arg);
	return 1;
}

void preload_check_calls(void)
{
	struct imports imports = {0};

	dl_iterate_phdr(take_program, &imports);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (is_imported(&imports, needed[i]))
			continue;
		dprintf(STDERR_FILENO,
			"mip6lab: this kernel cannot be given virtual time: it does not call "
			"%s() of the C library\n",
			needed[i]);
		_exit(UML_EXIT_UNFIT);
	}
}
