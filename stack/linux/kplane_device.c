/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Tunnel devices (RFC 2473, RFC 6275 10.4 and 11.3.1). The mobile node has one
 * ordinary ip6ip6 tunnel whose local end, the care-of address, changes by one
 * message. The home agent has one device for all bindings: the outer addresses
 * come with each packet's route, and on the way in the source check stands
 * behind it before the device goes up.
 *
 * Neither device gets a link-local address: with none there is no router
 * solicitation and no multicast listener report into the tunnel. */
#include "linux/kplane_internal.h"
#include "linux/sysctl_file.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#define DEVICE_HOP_LIMIT 64

static const char *device_name(enum mip6_device device)
{
	return device == MIP6_DEVICE_MN ? KPLANE_DEVICE_MN : KPLANE_DEVICE_HA;
}

/* ---- what the kernel has -------------------------------------------------------- */

struct device_found {
	enum mip6_device device;
	unsigned ifindex;
	unsigned mtu;
	bool up;
	bool ours; /* kind of device, and its alias */
	bool tunnel;
	struct mip6_addr local;
	struct mip6_addr remote;
};

static void device_parse_tunnel(const struct nlattr *linkinfo, struct device_found *ret)
{
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	const struct nlattr *data[IFLA_IPTUN_MAX + 1];

	nlsock_nested(linkinfo, info, IFLA_INFO_MAX + 1);
	ret->tunnel = nlsock_text_is(info[IFLA_INFO_KIND], "ip6tnl");
	nlsock_nested(info[IFLA_INFO_DATA], data, IFLA_IPTUN_MAX + 1);
	ret->local = nlsock_addr(data[IFLA_IPTUN_LOCAL]);
	ret->remote = nlsock_addr(data[IFLA_IPTUN_REMOTE]);
}

/* False when the link has none of our names. */
static bool device_parse(const struct nlmsghdr *m, struct device_found *ret)
{
	const struct nlattr *link[IFLA_MAX + 1];
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(m);

	*ret = (struct device_found){.device = MIP6_DEVICE_NONE};
	nlsock_attributes(m, sizeof(*header), link, IFLA_MAX + 1);
	for (unsigned d = MIP6_DEVICE_MN; d <= MIP6_DEVICE_HA; d++)
		if (nlsock_text_is(link[IFLA_IFNAME], device_name((enum mip6_device)d)))
			ret->device = (enum mip6_device)d;
	if (ret->device == MIP6_DEVICE_NONE)
		return false;
	ret->ifindex = (unsigned)header->ifi_index;
	ret->up = (header->ifi_flags & IFF_UP) != 0;
	ret->ours = nlsock_text_is(link[IFLA_IFALIAS], KPLANE_ALIAS);
	ret->mtu = nlsock_u32(link[IFLA_MTU], 0);
	device_parse_tunnel(link[IFLA_LINKINFO], ret);
	return true;
}

static int device_on_found(const struct nlmsghdr *m, void *arg)
{
	struct device_found *ret = arg;
	struct device_found found;

	if (device_parse(m, &found))
		*ret = found;
	return 0;
}

/* 0 and ret->ifindex 0 when there is no link of that name. -EEXIST when there
 * is one that is no tunnel. */
static int device_find(struct kplane *k, enum mip6_device device, struct device_found *ret)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));
	int err;

	*ret = (struct device_found){.device = device};
	mnl_attr_put_strz(m, IFLA_IFNAME, device_name(device));
	err = nlsock_get(&k->route, m, device_on_found, ret);
	k->route.error[0] = 0;
	if (err == -ENODEV)
		return 0;
	return err == 0 && !ret->tunnel ? -EEXIST : err;
}

/* ---- requests --------------------------------------------------------------------- */

static void device_put_tunnel(struct nlmsghdr *m, const struct mip6_object *o)
{
	struct nlattr *info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	struct nlattr *data;

	mnl_attr_put_strz(m, IFLA_INFO_KIND, "ip6tnl");
	data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
	if (o->device.device == MIP6_DEVICE_HA) {
		mnl_attr_put(m, IFLA_IPTUN_COLLECT_METADATA, 0, NULL);
	} else {
		nlsock_put_addr(m, IFLA_IPTUN_LOCAL, &o->device.local);
		nlsock_put_addr(m, IFLA_IPTUN_REMOTE, &o->device.remote);
	}
	mnl_attr_put_u8(m, IFLA_IPTUN_TTL, DEVICE_HOP_LIMIT);
	mnl_attr_put_u8(m, IFLA_IPTUN_PROTO, IPPROTO_IPV6);
	mnl_attr_put_u32(m, IFLA_IPTUN_FLAGS, IP6_TNL_F_IGN_ENCAP_LIMIT);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, info);
}

/* Makes the device (ifindex 0), or gives it new ends. */
static int device_send_tunnel(struct kplane *k, const struct mip6_object *o, unsigned ifindex)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
	const uint16_t flags = ifindex ? 0 : NLM_F_CREATE | NLM_F_EXCL;
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWLINK, flags, &body, sizeof(body));

	/* With an index a name would be a renaming, which a device that is up refuses. */
	if (!ifindex)
		mnl_attr_put_strz(m, IFLA_IFNAME, device_name(o->device.device));
	if (o->device.mtu)
		mnl_attr_put_u32(m, IFLA_MTU, o->device.mtu);
	device_put_tunnel(m, o);
	return nlsock_talk(&k->route, m);
}

/* Marks the device as ours. */
static int device_send_mark(struct kplane *k, unsigned ifindex)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_SETLINK, 0, &body, sizeof(body));
	struct nlattr *spec;
	struct nlattr *ip6;

	mnl_attr_put_strz(m, IFLA_IFALIAS, KPLANE_ALIAS);
	spec = mnl_attr_nest_start(m, IFLA_AF_SPEC);
	ip6 = mnl_attr_nest_start(m, AF_INET6);
	mnl_attr_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(m, ip6);
	mnl_attr_nest_end(m, spec);
	return nlsock_talk(&k->route, m);
}

static int device_send_up(struct kplane *k, unsigned ifindex)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC,
				       .ifi_index = (int)ifindex,
				       .ifi_flags = IFF_UP,
				       .ifi_change = IFF_UP};
	struct nlsock_request r;

	return nlsock_talk(&k->route, nlsock_begin(&r, RTM_SETLINK, 0, &body, sizeof(body)));
}

/* The home agent's device has no ends that could be changed with it. */
static int device_send_mtu(struct kplane *k, unsigned ifindex, unsigned mtu)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_SETLINK, 0, &body, sizeof(body));

	mnl_attr_put_u32(m, IFLA_MTU, mtu);
	return nlsock_talk(&k->route, m);
}

/* By name: an index could be another device's by now. */
static int device_remove(struct kplane *k, enum mip6_device device)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_DELLINK, 0, &body, sizeof(body));

	mnl_attr_put_strz(m, IFLA_IFNAME, device_name(device));
	k->devices[device] = 0;
	if (device == MIP6_DEVICE_HA)
		srccheck_close(&k->check);
	return kplane_removed(nlsock_talk(&k->route, m));
}

/* ---- apply ------------------------------------------------------------------------ */

static bool device_has_ends(const struct device_found *found, const struct mip6_object *o)
{
	return mip6_addr_equal(&found->local, &o->device.local) &&
	       mip6_addr_equal(&found->remote, &o->device.remote) &&
	       (o->device.mtu == 0 || o->device.mtu == found->mtu);
}

#define DEVICE_SETTING "/proc/sys/net/ipv6/conf/%s/disable_ipv6"

/* New devices are without IPv6 where the machine's default says so. */
static int device_set_ipv6(enum mip6_device device)
{
	char path[96];

	snprintf(path, sizeof(path), DEVICE_SETTING, device_name(device));
	return sysctl_file_write(path, 0);
}

static bool device_has_ipv6(enum mip6_device device)
{
	char path[96];
	int disabled = 0;

	snprintf(path, sizeof(path), DEVICE_SETTING, device_name(device));
	return sysctl_file_read(path, &disabled) < 0 || disabled == 0;
}

/* Brings the device to the wanted state from whatever there is. */
static int device_set_up(struct kplane *k, const struct mip6_object *o)
{
	const enum mip6_device device = o->device.device;
	struct device_found found;
	int err = device_find(k, device, &found);

	if (err == 0 && found.ifindex == 0) {
		k->step = "making the tunnel device";
		err = device_send_tunnel(k, o, 0);
		if (err == -EEXIST)
			k->step = device == MIP6_DEVICE_HA
				      ? "another program has an ip6tnl device in external mode; "
					"a namespace can have one"
				      : "another tunnel has the same ends";
		if (err == 0)
			err = device_find(k, device, &found);
	} else if (err == 0 && device == MIP6_DEVICE_MN && !device_has_ends(&found, o)) {
		k->step = "changing the tunnel's ends";
		err = device_send_tunnel(k, o, found.ifindex);
	} else if (err == 0 && o->device.mtu != 0 && o->device.mtu != found.mtu) {
		k->step = "changing the device's MTU";
		err = device_send_mtu(k, found.ifindex, o->device.mtu);
	}
	if (err < 0)
		return err;
	k->devices[device] = found.ifindex;
	k->step = "naming the device";
	err = device_send_mark(k, found.ifindex);
	if (err == 0 && device == MIP6_DEVICE_HA)
		err = kplane_ingress_attach(k, found.ifindex);
	if (err < 0)
		return err;
	if (device == MIP6_DEVICE_HA)
		kplane_rh2_attach(k, found.ifindex);
	k->step = "switching the device's IPv6 on";
	err = device_set_ipv6(device);
	if (err < 0)
		return err;
	k->step = "setting the device up";
	return device_send_up(k, found.ifindex);
}

int kplane_device_apply(struct kplane *k, const struct mip6_object *was,
			const struct mip6_object *is)
{
	const struct mip6_object *o = is ? is : was;
	const unsigned ifindex = kplane_device_index(k, o->device.device);
	int err;

	if (o->device.device != MIP6_DEVICE_MN && o->device.device != MIP6_DEVICE_HA)
		return -EINVAL;
	if (!is)
		return device_remove(k, was->device.device);
	/* A handover: one message. */
	if (was && ifindex != 0 && is->device.device == MIP6_DEVICE_MN) {
		err = device_send_tunnel(k, is, ifindex);
		if (err != -ENODEV)
			return err;
	}
	return device_set_up(k, is);
}

/* ---- adoption --------------------------------------------------------------------- */

static int device_on_adopt(const struct nlmsghdr *m, void *arg)
{
	struct kplane *k = arg;
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};
	struct device_found found;

	if (!device_parse(m, &found) || !found.tunnel)
		return 0;
	k->devices[found.device] = found.ifindex;
	o.device.device = found.device;
	o.device.local = found.local;
	o.device.remote = found.remote;
	o.device.mtu = found.mtu;
	return kplane_found(k, &o, found.up && found.ours && device_has_ipv6(found.device));
}

/* A device without the source check must not stay as it is. A process that has the
 * check open only looks whether it still stands there. */
static bool device_is_checked(struct kplane *k, unsigned ifindex)
{
	uint32_t program;

	if (kplane_ingress_find(k, ifindex, &program) < 0 || program == 0)
		return false;
	return k->check.program >= 0 || srccheck_find(&k->check, program) == 0;
}

/* What cuts packets is of the process that runs: a former one's counts for nothing. */
static bool device_has_filters(struct kplane *k, enum mip6_device device)
{
	const unsigned ifindex = k->devices[device];

	if (device == MIP6_DEVICE_HA && !device_is_checked(k, ifindex))
		return false;
	if (device == MIP6_DEVICE_HA && k->rh2_error == 0 && !kplane_rh2_there(k, ifindex))
		return false;
	return k->cut.device != device || kplane_cut_there(k, ifindex);
}

int kplane_device_adopt(struct kplane *k)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	const size_t first = k->adopted.count;
	struct nlsock_request r;
	int err;

	memset(k->devices, 0, sizeof(k->devices));
	err = nlsock_dump(&k->route, nlsock_begin(&r, RTM_GETLINK, 0, &body, sizeof(body)),
			  device_on_adopt, k);
	for (size_t i = first; err == 0 && i < k->adopted.count; i++)
		if (!device_has_filters(k, k->adopted.items[i].object.device.device))
			k->adopted.items[i].whole = false;
	return err;
}
