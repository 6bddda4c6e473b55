/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The bounded reader: the only way by which bytes from outside are looked at.
 * One place checks the bound (rd_bytes); everything else goes through it. A
 * parser reads on without looking after each field and asks `failed` once. */
#include <mip6/wire.h>
#include <string.h>

struct mip6_reader rd_init(const void *data, size_t len)
{
	static const uint8_t nothing[1] = {0};
	struct mip6_reader r = {.data = data, .len = len};

	/* Not even a zero offset may be added to a null pointer. */
	if (!data) {
		r.data = nothing;
		r.len = 0;
	}
	return r;
}

size_t rd_left(const struct mip6_reader *r)
{
	return r->len - r->pos;
}

const uint8_t *rd_bytes(struct mip6_reader *r, size_t n)
{
	const uint8_t *at = r->data + r->pos;

	if (n > rd_left(r)) {
		r->failed = true;
		return NULL;
	}
	r->pos += n;
	return at;
}

void rd_copy(struct mip6_reader *r, void *to, size_t n)
{
	const uint8_t *from = rd_bytes(r, n);

	if (n == 0)
		return;
	if (from)
		memcpy(to, from, n);
	else
		memset(to, 0, n);
}

struct mip6_reader rd_sub(struct mip6_reader *r, size_t n)
{
	const uint8_t *from = rd_bytes(r, n);
	struct mip6_reader sub = rd_init(from, from ? n : 0);

	sub.failed = !from;
	return sub;
}

/* An unsigned integer of n octets in network byte order. */
static uint64_t read_uint(struct mip6_reader *r, size_t n)
{
	const uint8_t *from = rd_bytes(r, n);
	uint64_t v = 0;

	for (size_t i = 0; from && i < n; i++)
		v = v << 8 | from[i];
	return v;
}

uint8_t rd_u8(struct mip6_reader *r)
{
	return (uint8_t)read_uint(r, 1);
}

uint16_t rd_u16(struct mip6_reader *r)
{
	return (uint16_t)read_uint(r, 2);
}

uint32_t rd_u32(struct mip6_reader *r)
{
	return (uint32_t)read_uint(r, 4);
}

uint64_t rd_u64(struct mip6_reader *r)
{
	return read_uint(r, 8);
}

struct mip6_addr rd_addr(struct mip6_reader *r)
{
	struct mip6_addr a = {{0}};

	rd_copy(r, a.b, sizeof(a.b));
	return a;
}
