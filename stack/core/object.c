/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects of the data plane compared and written as text. Fields are compared
 * one by one: a struct copied through a union has padding that may differ. */
#include <mip6/plane.h>
#include <stdio.h>
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

static const char *sysctl_text(enum mip6_sysctl name)
{
	static const char *const texts[MIP6_SYSCTLS] = {
	    [MIP6_SYSCTL_FORWARDING] = "forwarding",
	    [MIP6_SYSCTL_ACCEPT_RA] = "accept_ra",
	    [MIP6_SYSCTL_AUTOCONF] = "autoconf",
	    [MIP6_SYSCTL_PROXY_NDP] = "proxy_ndp",
	    [MIP6_SYSCTL_PROXY_DELAY] = "proxy_delay",
	    [MIP6_SYSCTL_DAD_TRANSMITS] = "dad_transmits",
	    [MIP6_SYSCTL_ROUTER_SOLICITATIONS] = "router_solicitations",
	};

	return (unsigned)name < MIP6_SYSCTLS ? texts[name] : "unknown";
}

/* "dev 3" for a real interface, "dev mn-tunnel" for one of ours. */
struct place_text {
	char s[24];
};

static struct place_text place_text(unsigned ifindex, enum mip6_device device)
{
	struct place_text t;

	if (ifindex != 0)
		snprintf(t.s, sizeof(t.s), "dev %u", ifindex);
	else if (device == MIP6_DEVICE_MN)
		snprintf(t.s, sizeof(t.s), "dev mn-tunnel");
	else if (device == MIP6_DEVICE_HA)
		snprintf(t.s, sizeof(t.s), "dev ha-tunnel");
	else
		snprintf(t.s, sizeof(t.s), "dev none");
	return t;
}

static void format_route(const struct mip6_object *o, char *buf, size_t cap)
{
	struct place_text place = place_text(o->route.ifindex, o->route.device);
	char dst[MIP6_PREFIX_TEXT];
	char gateway[MIP6_ADDR_TEXT];
	bool via = !mip6_addr_is_unspecified(&o->route.gateway);

	mip6_prefix_format(&o->route.dst, dst);
	mip6_addr_format(&o->route.gateway, gateway);
	snprintf(buf, cap, "route %s%s%s %s table %u metric %u", o->route.dst.len ? dst : "default",
		 via ? " via " : "", via ? gateway : "", place.s, o->route.table, o->route.metric);
}

static void format_device(const struct mip6_object *o, char *buf, size_t cap)
{
	struct place_text place = place_text(0, o->device.device);
	char local[MIP6_ADDR_TEXT];
	char remote[MIP6_ADDR_TEXT];

	if (o->device.device == MIP6_DEVICE_HA) {
		snprintf(buf, cap, "device %s external", place.s + sizeof("dev ") - 1);
		return;
	}
	snprintf(buf, cap, "device %s local %s remote %s", place.s + sizeof("dev ") - 1,
		 mip6_addr_format(&o->device.local, local),
		 mip6_addr_format(&o->device.remote, remote));
}

static void format_address(const struct mip6_object *o, char *buf, size_t cap)
{
	struct place_text place = place_text(o->address.ifindex, o->address.device);
	char addr[MIP6_ADDR_TEXT];

	snprintf(buf, cap, "address %s/%u %s%s%s", mip6_addr_format(&o->address.addr, addr),
		 o->address.prefix_len, place.s,
		 o->address.flags & MIP6_ADDRESS_HOME ? " home" : "",
		 o->address.flags & MIP6_ADDRESS_DEPRECATED ? " deprecated" : "");
}

static void format_neighbour(const struct mip6_object *o, char *buf, size_t cap)
{
	const uint8_t *l2 = o->neighbour.lladdr;
	char addr[MIP6_ADDR_TEXT];

	snprintf(buf, cap, "neighbour %s dev %u lladdr %02x:%02x:%02x:%02x:%02x:%02x%s",
		 mip6_addr_format(&o->neighbour.addr, addr), o->neighbour.ifindex, l2[0], l2[1],
		 l2[2], l2[3], l2[4], l2[5], o->neighbour.router ? " router" : "");
}

static void format_binding(const struct mip6_object *o, char *buf, size_t cap)
{
	char hoa[MIP6_ADDR_TEXT];
	char coa[MIP6_ADDR_TEXT];
	char ha[MIP6_ADDR_TEXT];

	snprintf(buf, cap, "binding %s coa %s ha %s", mip6_addr_format(&o->binding.hoa, hoa),
		 mip6_addr_format(&o->binding.coa, coa), mip6_addr_format(&o->binding.ha, ha));
}

static void format_small(const struct mip6_object *o, char *buf, size_t cap)
{
	char text[MIP6_PREFIX_TEXT];

	if (o->kind == MIP6_OBJ_RULE)
		snprintf(buf, cap, "rule from %s priority %u table %u",
			 mip6_prefix_format(&o->rule.from, text), o->rule.priority, o->rule.table);
	else if (o->kind == MIP6_OBJ_PROXY)
		snprintf(buf, cap, "proxy %s dev %u%s", mip6_addr_format(&o->proxy.addr, text),
			 o->proxy.ifindex, o->proxy.router ? " router" : "");
	else if (o->kind == MIP6_OBJ_SYSCTL && o->sysctl.ifindex == 0)
		snprintf(buf, cap, "sysctl all %s %d", sysctl_text(o->sysctl.name),
			 o->sysctl.value);
	else if (o->kind == MIP6_OBJ_SYSCTL)
		snprintf(buf, cap, "sysctl dev %u %s %d", o->sysctl.ifindex,
			 sysctl_text(o->sysctl.name), o->sysctl.value);
	else if (o->kind == MIP6_OBJ_MH_INPUT && o->mh_input.hao)
		snprintf(buf, cap, "mh_input hao");
	else if (o->kind == MIP6_OBJ_MH_INPUT)
		snprintf(buf, cap, "mh_input rh2 %s", mip6_addr_format(&o->mh_input.hoa, text));
	else
		snprintf(buf, cap, "unknown object");
}

const char *mip6_object_format(const struct mip6_object *o, char *buf, size_t cap)
{
	switch (o->kind) {
	case MIP6_OBJ_DEVICE:
		format_device(o, buf, cap);
		break;
	case MIP6_OBJ_ADDRESS:
		format_address(o, buf, cap);
		break;
	case MIP6_OBJ_NEIGHBOUR:
		format_neighbour(o, buf, cap);
		break;
	case MIP6_OBJ_ROUTE:
		format_route(o, buf, cap);
		break;
	case MIP6_OBJ_BINDING:
		format_binding(o, buf, cap);
		break;
	default:
		format_small(o, buf, cap);
		break;
	}
	return buf;
}
