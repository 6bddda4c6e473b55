/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/prng.h"

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t fnv1a(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

uint64_t prng_word(uint64_t seed, const char *stream, uint64_t k)
{
	uint64_t start = mix(seed ^ mix(fnv1a(stream)));

	return mix(start + (k + 1) * UINT64_C(0x9e3779b97f4a7c15));
}

int64_t prng_between(uint64_t seed, const char *stream, uint64_t k, int64_t low, int64_t high)
{
	uint64_t span = (uint64_t)high - (uint64_t)low;
	uint64_t word = prng_word(seed, stream, k);

	if (span == UINT64_MAX)
		return (int64_t)word;
	/* The high half of word * (span + 1) is uniform without a division. */
	return (int64_t)((uint64_t)low + (uint64_t)(((unsigned __int128)word * (span + 1)) >> 64));
}
