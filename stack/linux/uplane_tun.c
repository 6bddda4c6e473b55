/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The TUN device: all that the host's own TCP, UDP and applications see of IPv6
 * beside loopback. It has the addresses that they may use, as single addresses,
 * and the default route. It needs no link-local address, so the kernel neither
 * solicits nor reports groups on it. It goes with the process. */
#include "linux/kplane.h"
#include "linux/uplane_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	ADDR_GEN_NONE = 1, /* of the setting addr_gen_mode */
	TUN_METRIC = 1,	   /* before what other interfaces may offer */
	/* Read before the node is called: more would leave the processor's cache before
	 * it is sent, and the other end would wait for it. */
	TUN_OCTETS = 131072,
};

static int failed(char *error, size_t cap, const char *what)
{
	const char *hint = "";

	if (errno == ENOENT)
		hint = " (a container needs the device /dev/net/tun)";
	else if (errno == EPERM || errno == EACCES)
		hint = " (root, or CAP_NET_ADMIN, is needed)";
	else if (errno == EBUSY)
		hint = " (another mip6d uses it)";
	snprintf(error, cap, "user plane: cannot open %s: %s%s", what, strerror(errno), hint);
	return MIP6_ERR_IO;
}

/* Not fatal one by one: a kernel without one of them has no use for it. */
static void quiet_down(void)
{
	uplane_sysctl_write(UPLANE_DEVICE, "addr_gen_mode", ADDR_GEN_NONE);
	uplane_sysctl_write(UPLANE_DEVICE, "accept_ra", 0);
	uplane_sysctl_write(UPLANE_DEVICE, "disable_ipv6", 0);
}

static int take_index(const struct nlmsghdr *m, void *arg)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(m);
	unsigned *ret = arg;

	if (m->nlmsg_len >= mnl_nlmsg_size(sizeof(*link)))
		*ret = (unsigned)link->ifi_index;
	return 0;
}

/* By netlink: for a name in an ioctl that is no interface the kernel runs modprobe. */
static int index_of(struct nlsock *nl, unsigned *ret)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));
	int err;

	mnl_attr_put_strz(m, IFLA_IFNAME, UPLANE_DEVICE);
	err = nlsock_get(nl, m, take_index, ret);
	errno = -err;
	return err;
}

int uplane_tun_open(struct uplane_tun *t, struct nlsock *nl, bool offload, char *error, size_t cap)
{
	struct ifreq request = {.ifr_name = UPLANE_DEVICE};
	unsigned long offloads = offload ? TUN_F_CSUM | TUN_F_TSO6 : 0;

	*t = (struct uplane_tun){.fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK)};
	if (t->fd < 0)
		return failed(error, cap, "/dev/net/tun");
	request.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(t->fd, TUNSETIFF, &request) < 0 || ioctl(t->fd, TUNSETOFFLOAD, offloads) < 0 ||
	    index_of(nl, &t->ifindex)) {
		int err = failed(error, cap, "the TUN device " UPLANE_DEVICE);

		uplane_tun_close(t);
		return err;
	}
	quiet_down();
	return MIP6_OK;
}

void uplane_tun_close(struct uplane_tun *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

/* ---- netlink ---------------------------------------------------------------------- */

static int set_link(const struct uplane_tun *t, struct nlsock *nl, unsigned mtu, bool up)
{
	const struct ifinfomsg body = {.ifi_index = (int)t->ifindex,
				       .ifi_flags = up ? IFF_UP : 0,
				       .ifi_change = up ? IFF_UP : 0};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body));

	mnl_attr_put_u32(m, IFLA_MTU, mtu);
	return nlsock_talk(nl, m);
}

int uplane_tun_mtu(struct uplane_tun *t, struct nlsock *nl, unsigned mtu)
{
	if (mtu == t->mtu)
		return 0;
	t->mtu = mtu;
	return set_link(t, nl, mtu, false);
}

/* Alone (128 bits, no prefix route): neighbours are beyond the device as all
 * others are. The node does duplicate detection, not the kernel. */
static int send_address(const struct uplane_tun *t, struct nlsock *nl, const struct mip6_addr *addr,
			uint16_t type, uint16_t flags)
{
	const struct ifaddrmsg body = {
	    .ifa_family = AF_INET6, .ifa_prefixlen = 128, .ifa_index = t->ifindex};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, type, flags, &body, sizeof(body));

	nlsock_put_addr(m, IFA_LOCAL, addr);
	mnl_attr_put_u32(m, IFA_FLAGS, IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
	mnl_attr_put_u8(m, IFA_PROTO, KPLANE_IFA_PROTO);
	return nlsock_talk(nl, m);
}

/* 1: it was not there; 0: it was. */
static int add_route(const struct uplane_tun *t, struct nlsock *nl)
{
	const struct rtmsg body = {.rtm_family = AF_INET6,
				   .rtm_table = RT_TABLE_MAIN,
				   .rtm_protocol = KPLANE_PROTOCOL,
				   .rtm_type = RTN_UNICAST};
	struct nlsock_request r;
	/* Beside what others have there: a route of theirs is not ours to replace. */
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWROUTE, NLM_F_CREATE, &body, sizeof(body));
	int err;

	mnl_attr_put_u32(m, RTA_OIF, t->ifindex);
	mnl_attr_put_u32(m, RTA_PRIORITY, TUN_METRIC);
	err = nlsock_talk(nl, m);
	if (err == -EEXIST)
		return 0;
	return err < 0 ? err : 1;
}

int uplane_tun_up(struct uplane_tun *t, struct nlsock *nl, unsigned mtu)
{
	int err = set_link(t, nl, mtu, true);

	if (err < 0)
		return err;
	t->mtu = mtu;
	err = add_route(t, nl);
	return err < 0 ? err : 0;
}

static int on_link(const struct nlmsghdr *m, void *arg)
{
	const struct nlattr *a[IFLA_MAX + 1];
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(m);
	unsigned *ret_mtu = arg;

	nlsock_attributes(m, sizeof(*header), a, IFLA_MAX + 1);
	*ret_mtu = header->ifi_flags & IFF_UP ? nlsock_u32(a[IFLA_MTU], 0) : 0;
	return 0;
}

/* Whether the device is up and has its MTU. */
static bool is_whole(const struct uplane_tun *t, struct nlsock *nl)
{
	const struct ifinfomsg body = {.ifi_index = (int)t->ifindex};
	struct nlsock_request r;
	unsigned mtu = 0;
	int err =
	    nlsock_get(nl, nlsock_begin(&r, RTM_GETLINK, 0, &body, sizeof(body)), on_link, &mtu);

	return err == 0 && mtu == t->mtu;
}

static void name_first(char *what, size_t cap, const char *kind, const char *name)
{
	if (!what[0])
		snprintf(what, cap, "%s %s", kind, name);
}

unsigned uplane_tun_renew(const struct uplane_tun *t, struct nlsock *nl,
			  const struct mip6_addr *addrs, size_t count, char *what, size_t cap)
{
	char text[MIP6_ADDR_TEXT];
	unsigned renewed = 0;

	what[0] = 0;
	if (!is_whole(t, nl) && set_link(t, nl, t->mtu, true) == 0) {
		name_first(what, cap, "device", UPLANE_DEVICE);
		renewed++;
	}
	for (size_t i = 0; i < count; i++) {
		if (send_address(t, nl, &addrs[i], RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL) < 0)
			continue;
		name_first(what, cap, "address", mip6_addr_format(&addrs[i], text));
		renewed++;
	}
	if (add_route(t, nl) > 0) {
		name_first(what, cap, "default route by", UPLANE_DEVICE);
		renewed++;
	}
	return renewed;
}

int uplane_tun_address(const struct uplane_tun *t, struct nlsock *nl, const struct mip6_addr *addr,
		       bool present)
{
	int err;

	if (present)
		return send_address(t, nl, addr, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
	err = send_address(t, nl, addr, RTM_DELADDR, 0);
	return err == -EADDRNOTAVAIL ? 0 : err;
}

/* ---- packets ------------------------------------------------------------------------ */

size_t uplane_tun_read(const struct uplane_tun *t, struct uplane_pool *p, size_t most,
		       struct uplane_stats *stats)
{
	size_t count = 0;
	size_t octets = 0;

	while (count < most && octets < TUN_OCTETS) {
		const struct iovec *to = &p->parts[count];
		ssize_t n = read(t->fd, to->iov_base, to->iov_len);

		if (n < 0)
			break;
		octets += (size_t)n;
		if (uplane_take_slot(p, count, (size_t)n, count))
			count++;
		else
			stats->rx_odd++;
	}
	return count;
}

bool uplane_tun_write(const struct uplane_tun *t, const struct mip6_buf *packet)
{
	struct virtio_net_hdr vnet = uplane_vnet_write(packet);
	struct iovec parts[] = {{&vnet, sizeof(vnet)}, {packet->data, packet->len}};

	return writev(t->fd, parts, 2) >= 0;
}
