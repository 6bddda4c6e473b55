/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of the data plane compared. Fields are compared one by one: a struct copied through a
 * union has padding that may differ. */
#include <mip6/plane.h>
#include <string.h>

static bool same_address(const struct mip6_object *a, const struct mip6_object *b)
{
	return a->address.ifindex == b->address.ifindex && a->address.device == b->address.device &&
	       mip6_addr_equal(&a->address.addr, &b->address.addr);
}

static bool same_route(const struct mip6_object *a, const struct mip6_object *b)
{
	return a->route.table == b->route.table && a->route.metric == b->route.metric &&
	       mip6_prefix_equal(&a->route.dst, &b->route.dst);
}

bool mip6_object_same(const struct mip6_object *a, const struct mip6_object *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case MIP6_OBJ_SYSCTL:
		return a->sysctl.name == b->sysctl.name && a->sysctl.ifindex == b->sysctl.ifindex;
	case MIP6_OBJ_DEVICE:
		return a->device.device == b->device.device;
	case MIP6_OBJ_ADDRESS:
		return same_address(a, b);
	case MIP6_OBJ_NEIGHBOUR:
		return a->neighbour.ifindex == b->neighbour.ifindex &&
		       mip6_addr_equal(&a->neighbour.addr, &b->neighbour.addr);
	case MIP6_OBJ_ROUTE:
		return same_route(a, b);
	case MIP6_OBJ_RULE:
		return a->rule.priority == b->rule.priority &&
		       mip6_prefix_equal(&a->rule.from, &b->rule.from);
	case MIP6_OBJ_BINDING:
		return mip6_addr_equal(&a->binding.hoa, &b->binding.hoa);
	case MIP6_OBJ_PROXY:
		return a->proxy.ifindex == b->proxy.ifindex &&
		       mip6_addr_equal(&a->proxy.addr, &b->proxy.addr);
	case MIP6_OBJ_MH_INPUT:
		return a->mh_input.hao == b->mh_input.hao &&
		       mip6_addr_equal(&a->mh_input.hoa, &b->mh_input.hoa);
	case MIP6_OBJ_KINDS:
		break;
	}
	return false;
}

static bool equal_values(const struct mip6_object *a, const struct mip6_object *b)
{
	switch (a->kind) {
	case MIP6_OBJ_SYSCTL:
		return a->sysctl.value == b->sysctl.value;
	case MIP6_OBJ_DEVICE:
		return a->device.mtu == b->device.mtu &&
		       mip6_addr_equal(&a->device.local, &b->device.local) &&
		       mip6_addr_equal(&a->device.remote, &b->device.remote);
	case MIP6_OBJ_ADDRESS:
		return a->address.prefix_len == b->address.prefix_len &&
		       a->address.flags == b->address.flags;
	case MIP6_OBJ_NEIGHBOUR:
		return a->neighbour.router == b->neighbour.router &&
		       memcmp(a->neighbour.lladdr, b->neighbour.lladdr,
			      sizeof(a->neighbour.lladdr)) == 0;
	case MIP6_OBJ_ROUTE:
		return a->route.ifindex == b->route.ifindex && a->route.device == b->route.device &&
		       mip6_addr_equal(&a->route.gateway, &b->route.gateway);
	case MIP6_OBJ_RULE:
		return a->rule.table == b->rule.table;
	case MIP6_OBJ_BINDING:
		return mip6_addr_equal(&a->binding.coa, &b->binding.coa) &&
		       mip6_addr_equal(&a->binding.ha, &b->binding.ha);
	case MIP6_OBJ_PROXY:
		return a->proxy.router == b->proxy.router;
	case MIP6_OBJ_MH_INPUT:
	case MIP6_OBJ_KINDS:
		break;
	}
	return true;
}

bool mip6_object_equal(const struct mip6_object *a, const struct mip6_object *b)
{
	return mip6_object_same(a, b) && equal_values(a, b);
}
