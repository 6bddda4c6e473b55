/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many bindings the memory of this machine holds. */
#include "host.h"

#include <stdio.h>
#include <sys/sysinfo.h>

/* What a binding takes of the kernel and of mip6d, together, and what it may take of all
 * there is: the rest is for traffic and for other programs. */
#define BINDING_OCTETS 2048
#define SHARE	       2
#define FEWEST	       1000

/* The limit of the container that we are in, if there is one and it says so. */
static uint64_t container_limit(void)
{
	FILE *file = fopen("/sys/fs/cgroup/memory.max", "re");
	unsigned long long octets = UINT64_MAX;

	if (!file)
		return UINT64_MAX;
	if (fscanf(file, "%llu", &octets) != 1) /* "max" */
		octets = UINT64_MAX;
	fclose(file);
	return octets;
}

uint32_t host_bindings_for(uint64_t octets)
{
	uint64_t n = octets / SHARE / BINDING_OCTETS;

	if (n < FEWEST)
		return FEWEST;
	return n < MIP6_MAX_BINDINGS ? (uint32_t)n : MIP6_MAX_BINDINGS;
}

uint32_t host_bindings_default(void)
{
	uint64_t octets = container_limit();
	struct sysinfo info;

	if (sysinfo(&info) == 0 && (uint64_t)info.totalram * info.mem_unit < octets)
		octets = (uint64_t)info.totalram * info.mem_unit;
	return host_bindings_for(octets);
}
