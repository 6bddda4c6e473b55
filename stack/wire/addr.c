/* SPDX-License-Identifier: GPL-2.0-or-later */

/* IPv6 addresses and prefixes as values: comparison, scope and kind, and the
 * well-known addresses that neighbour discovery derives. The text form is in
 * addrtext.c. */
#include <mip6/types.h>
#include <string.h>

bool mip6_addr_equal(const struct mip6_addr *a, const struct mip6_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int mip6_addr_compare(const struct mip6_addr *a, const struct mip6_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

static bool all_zero(const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (b[i])
			return false;
	return true;
}

bool mip6_addr_is_unspecified(const struct mip6_addr *a)
{
	return all_zero(a->b, 16);
}

bool mip6_addr_is_loopback(const struct mip6_addr *a)
{
	return all_zero(a->b, 15) && a->b[15] == 1;
}

bool mip6_addr_is_multicast(const struct mip6_addr *a)
{
	return a->b[0] == 0xff;
}

bool mip6_addr_is_link_local(const struct mip6_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

bool mip6_addr_is_ula(const struct mip6_addr *a)
{
	return (a->b[0] & 0xfe) == 0xfc;
}

bool mip6_addr_is_6to4(const struct mip6_addr *a)
{
	return a->b[0] == 0x20 && a->b[1] == 0x02;
}

bool mip6_addr_is_teredo(const struct mip6_addr *a)
{
	return a->b[0] == 0x20 && a->b[1] == 0x01 && a->b[2] == 0 && a->b[3] == 0;
}

static bool is_v4_mapped(const struct mip6_addr *a)
{
	return all_zero(a->b, 10) && a->b[10] == 0xff && a->b[11] == 0xff;
}

bool mip6_addr_is_routable(const struct mip6_addr *a)
{
	return !mip6_addr_is_multicast(a) && !mip6_addr_is_link_local(a) &&
	       !mip6_addr_is_unspecified(a) && !mip6_addr_is_loopback(a) && !is_v4_mapped(a);
}

unsigned mip6_addr_common_bits(const struct mip6_addr *a, const struct mip6_addr *b)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned differ = (unsigned)(a->b[i] ^ b->b[i]);
		unsigned bits = i * 8;

		if (!differ)
			continue;
		for (; !(differ & 0x80); differ <<= 1)
			bits++;
		return bits;
	}
	return 128;
}

bool mip6_prefix_contains(const struct mip6_prefix *p, const struct mip6_addr *a)
{
	return mip6_addr_common_bits(&p->addr, a) >= p->len;
}

bool mip6_prefix_equal(const struct mip6_prefix *a, const struct mip6_prefix *b)
{
	return a->len == b->len && mip6_prefix_contains(a, &b->addr);
}

struct mip6_addr mip6_addr_combine(const struct mip6_prefix *prefix, const struct mip6_addr *iid)
{
	struct mip6_addr ret;

	for (unsigned i = 0; i < 16; i++) {
		unsigned used = prefix->len > i * 8 ? prefix->len - i * 8 : 0;
		unsigned mask = used >= 8 ? 0xffU : 0xff00U >> used;

		ret.b[i] = (uint8_t)((prefix->addr.b[i] & mask) | (iid->b[i] & ~mask));
	}
	return ret;
}

struct mip6_addr mip6_addr_solicited_node(const struct mip6_addr *a)
{
	return (struct mip6_addr){
	    {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xff, a->b[13], a->b[14], a->b[15]}};
}

struct mip6_addr mip6_addr_all_nodes(void)
{
	return (struct mip6_addr){{0xff, 0x02, [15] = 0x01}};
}

struct mip6_addr mip6_addr_all_routers(void)
{
	return (struct mip6_addr){{0xff, 0x02, [15] = 0x02}};
}

struct mip6_addr mip6_addr_link_local_eui64(const uint8_t mac[6])
{
	return (struct mip6_addr){{0xfe, 0x80, 0, 0, 0, 0, 0, 0, (uint8_t)(mac[0] ^ 0x02), mac[1],
				   mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}};
}
