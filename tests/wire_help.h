/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_WIRE_HELP_H
#define MIP6_WIRE_HELP_H

/* For the tests of wire/: generated values (a xorshift64* of our own, so that a
 * seed means the same on every machine), fixed packets as hexadecimal text, and
 * copies in blocks of their exact size, so that an address sanitizer sees a read
 * or write one octet too far. */
#include <mip6/wire.h>
#include <stdlib.h>
#include <string.h>

struct gen {
	uint64_t state; /* never 0 */
};

static inline uint64_t gen_u64(struct gen *g)
{
	g->state ^= g->state >> 12;
	g->state ^= g->state << 25;
	g->state ^= g->state >> 27;
	return g->state * UINT64_C(0x2545f4914f6cdd1d);
}

static inline uint32_t gen_u32(struct gen *g)
{
	return (uint32_t)(gen_u64(g) >> 32);
}

static inline uint16_t gen_u16(struct gen *g)
{
	return (uint16_t)(gen_u64(g) >> 48);
}

static inline uint8_t gen_u8(struct gen *g)
{
	return (uint8_t)(gen_u64(g) >> 56);
}

static inline bool gen_bool(struct gen *g)
{
	return gen_u64(g) >> 63;
}

/* 0 to n - 1. */
static inline uint32_t gen_below(struct gen *g, uint32_t n)
{
	return gen_u32(g) % n;
}

static inline struct mip6_addr gen_addr(struct gen *g)
{
	struct mip6_addr a;

	for (unsigned i = 0; i < sizeof(a.b); i++)
		a.b[i] = gen_u8(g);
	/* Many zero groups, so that text forms and comparisons see all their cases. */
	if (gen_bool(g))
		for (unsigned i = gen_below(g, 8) * 2; i < 8 + gen_below(g, 9); i++)
			a.b[i] = 0;
	return a;
}

/* A copy of the first len octets in a block of just that size. For free(). */
static inline uint8_t *exact_copy(const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, data, len);
	return copy;
}

static inline unsigned hex_value(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, c);

	if (!c || !at)
		abort();
	return (unsigned)(at - digits);
}

/* The octets of a hexadecimal text, blanks left out; their number. A text that
 * does not fit or is none is a fault of the test. */
static inline size_t hex_bytes(const char *text, uint8_t *buf, size_t cap)
{
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (n == cap)
			abort();
		buf[n++] = (uint8_t)(hex_value(text[0]) << 4 | hex_value(text[1]));
		text++;
	}
	return n;
}

static inline struct mip6_addr addr_of(const char *text)
{
	struct mip6_addr a;

	if (mip6_addr_parse(text, &a) != MIP6_OK)
		abort();
	return a;
}

#endif
