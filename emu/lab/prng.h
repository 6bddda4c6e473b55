/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PRNG_H
#define LAB_PRNG_H

/* Seeded random numbers without a state: draw number k of the stream NAME under
 * a seed is a fixed 64-bit word. So a stream for each purpose draws the same
 * whatever the others do, and one more draw moves none of those before it. The
 * words are splitmix64's: a counter in steps of the golden ratio, mixed by two
 * multiplications; the stream's start is the seed mixed with FNV-1a of NAME. */
#include <stdint.h>

/* Word k of a stream. */
uint64_t prng_word(uint64_t seed, const char *stream, uint64_t k);

/* Draw k of a stream as a whole number from low to high, both included; low
 * must not be above high. */
int64_t prng_between(uint64_t seed, const char *stream, uint64_t k, int64_t low, int64_t high);

#endif
