/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The bounded writer: the counterpart of the reader. A builder writes on
 * without looking and asks `failed` once at the end; one place (reserve)
 * checks the bound. */
#include <mip6/wire.h>
#include <string.h>

struct mip6_writer wr_init(void *data, size_t cap)
{
	return (struct mip6_writer){.data = data, .cap = data ? cap : 0};
}

/* Room for the next n octets, or NULL when there is none. */
static uint8_t *reserve(struct mip6_writer *w, size_t n)
{
	uint8_t *at;

	if (n > w->cap - w->pos) {
		w->failed = true;
		return NULL;
	}
	if (n == 0)
		return NULL;
	at = w->data + w->pos;
	w->pos += n;
	return at;
}

/* The low n octets of v in network byte order. */
static void store_uint(uint8_t *at, uint64_t v, size_t n)
{
	for (size_t i = n; i > 0; i--) {
		at[i - 1] = (uint8_t)(v & 0xff);
		v >>= 8;
	}
}

static void write_uint(struct mip6_writer *w, uint64_t v, size_t n)
{
	uint8_t *at = reserve(w, n);

	if (at)
		store_uint(at, v, n);
}

void wr_u8(struct mip6_writer *w, uint8_t v)
{
	write_uint(w, v, 1);
}

void wr_u16(struct mip6_writer *w, uint16_t v)
{
	write_uint(w, v, 2);
}

void wr_u32(struct mip6_writer *w, uint32_t v)
{
	write_uint(w, v, 4);
}

void wr_u64(struct mip6_writer *w, uint64_t v)
{
	write_uint(w, v, 8);
}

void wr_addr(struct mip6_writer *w, const struct mip6_addr *a)
{
	wr_copy(w, a->b, sizeof(a->b));
}

void wr_copy(struct mip6_writer *w, const void *from, size_t n)
{
	uint8_t *at = reserve(w, n);

	if (at)
		memcpy(at, from, n);
}

void wr_zero(struct mip6_writer *w, size_t n)
{
	uint8_t *at = reserve(w, n);

	if (at)
		memset(at, 0, n);
}

static void patch_uint(struct mip6_writer *w, size_t pos, uint64_t v, size_t n)
{
	if (pos > w->pos || n > w->pos - pos) {
		w->failed = true;
		return;
	}
	store_uint(w->data + pos, v, n);
}

void wr_patch_u8(struct mip6_writer *w, size_t pos, uint8_t v)
{
	patch_uint(w, pos, v, 1);
}

void wr_patch_u16(struct mip6_writer *w, size_t pos, uint16_t v)
{
	patch_uint(w, pos, v, 2);
}
