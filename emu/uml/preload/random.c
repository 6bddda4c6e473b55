/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Randomness from a seed. What a kernel draws comes from getrandom(); in virtual time
 * that is a generator that starts with the seed, so that a run can be repeated. The
 * kernel also mixes into its pool when each interrupt came and where it struck; in
 * virtual time (clock.c) both are always the same. */
#include "uml/preload/preload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* SplitMix64: eight bytes a call, every seed gives a full period. */
static uint64_t next_word(void)
{
	static uint64_t state;
	static bool seeded;
	uint64_t z;

	if (!seeded) {
		const char *seed = getenv(PRELOAD_VARIABLE_SEED);

		state = seed ? strtoull(seed, NULL, 10) : 1;
		seeded = true;
	}
	z = (state += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

PRELOAD_PUBLIC ssize_t getrandom(void *buffer, size_t length, unsigned flags)
{
	unsigned char *out = buffer;

	if (!preload_time_is_virtual())
		return syscall(SYS_getrandom, buffer, length, flags);
	for (size_t done = 0; done < length; done += sizeof(uint64_t)) {
		uint64_t word = next_word();
		size_t left = length - done;

		memcpy(out + done, &word, left < sizeof(word) ? left : sizeof(word));
	}
	return (ssize_t)length;
}
