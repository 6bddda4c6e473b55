/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and the addresses of the node. A home address of a mobile node that
 * is away is on no interface but on the tunnel's device: the node takes what is
 * sent to it, and answers for it on no link. */
#include "internal.h"
#include <string.h>

/* mip6_addr_equal without the call: each packet is compared with each address. */
static bool same(const struct mip6_addr *a, const struct mip6_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

struct soft_iface *soft_iface(const struct mip6_soft *s, unsigned ifindex)
{
	for (struct soft_iface *i = s->ifaces; i && i->link.ifindex <= ifindex; i = i->next)
		if (i->link.ifindex == ifindex)
			return i;
	return NULL;
}

unsigned soft_iface_mtu(const struct soft_iface *i)
{
	return i->told_mtu && i->told_mtu < i->link.mtu ? i->told_mtu : i->link.mtu;
}

static struct soft_addr *find(struct soft_iface *i, const struct mip6_addr *addr, bool ours)
{
	for (size_t k = 0; k < i->addr_count; k++)
		if (i->addrs[k].ours == ours && mip6_addr_equal(&i->addrs[k].addr.addr, addr))
			return &i->addrs[k];
	return NULL;
}

int soft_iface_add_addr(struct soft_iface *i, const struct soft_addr *addr)
{
	struct soft_addr *a = find(i, &addr->addr.addr, addr->ours);

	if (!a && i->addr_count == SOFT_ADDRS)
		return MIP6_ERR_SPACE;
	if (!a)
		a = &i->addrs[i->addr_count++];
	*a = *addr;
	return MIP6_OK;
}

/* The order stays: it decides which address is a source. */
void soft_iface_remove_addr(struct soft_iface *i, const struct mip6_addr *addr, bool ours)
{
	struct soft_addr *a = find(i, addr, ours);

	if (!a)
		return;
	i->addr_count--;
	for (; a < i->addrs + i->addr_count; a++)
		a[0] = a[1];
}

static bool listed(const struct soft_iface *i, const struct mip6_addr *addr)
{
	for (size_t k = 0; k < i->addr_count; k++)
		if (same(&i->addrs[k].addr.addr, addr))
			return true;
	return false;
}

bool soft_iface_has(const struct soft_iface *i, const struct mip6_addr *addr)
{
	if (same(&i->link_local, addr))
		return !mip6_addr_is_unspecified(addr);
	return listed(i, addr);
}

static bool lists_home(const struct soft_iface *i, const struct mip6_addr *addr)
{
	for (size_t k = 0; k < i->addr_count; k++)
		if (i->addrs[k].home && mip6_addr_equal(&i->addrs[k].addr.addr, addr))
			return true;
	return false;
}

bool soft_has_home(const struct mip6_soft *s, const struct mip6_addr *addr)
{
	for (const struct soft_iface *i = s->ifaces; i; i = i->next)
		if (lists_home(i, addr))
			return true;
	return lists_home(&s->devices, addr);
}

bool soft_owns(const struct mip6_soft *s, const struct mip6_addr *addr)
{
	for (const struct soft_iface *i = s->ifaces; i; i = i->next)
		if (soft_iface_has(i, addr))
			return true;
	return listed(&s->devices, addr);
}

/* Home addresses and deprecated ones only for want of another: a message of the
 * plane is about this link. */
static const struct mip6_addr *global_source(const struct soft_iface *i)
{
	const struct mip6_addr *second = NULL;

	for (size_t k = 0; k < i->addr_count; k++) {
		const struct soft_addr *a = &i->addrs[k];

		if (mip6_addr_is_link_local(&a->addr.addr))
			continue;
		if (!a->home && !a->deprecated)
			return &a->addr.addr;
		if (!second)
			second = &a->addr.addr;
	}
	return second;
}

struct mip6_addr soft_source(const struct mip6_soft *s, unsigned ifindex,
			     const struct mip6_addr *dst)
{
	const struct soft_iface *i = soft_iface(s, ifindex);
	const struct mip6_addr *global = NULL;

	if (!i)
		return (struct mip6_addr){{0}};
	if (!mip6_addr_is_link_local(dst))
		global = global_source(i);
	return global ? *global : i->link_local;
}
