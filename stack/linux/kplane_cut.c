/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Packets of a tunnel that have to be cut (RFC 2473 7.1 b). IPv6 promises 1280 octets
 * also inside of a tunnel, but the kernel's tunnels never cut what they have put a header
 * before: where the way takes less than 1320, TCP of 1280 octets stands still. A raw
 * socket cuts what it sends. So cutcheck.c hands those packets, and no others, to a TUN
 * device; here they are read, and sent by such a socket, which puts the outer header
 * before them.
 *
 * Where the kernel lacks what this needs, the rest works all the same. */
#include "linux/kplane_internal.h"
#include "linux/sysctl_file.h"

#include <mip6/wire.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/icmpv6.h>
#include <linux/if_tun.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CUT_BATCH = 64, /* packets before others have their turn */
	CUT_PACKET = 2048,
	CUT_HOP_LIMIT = 64,
	IPV6_HEADER = 40,
	QUOTED_NEXT_HEADER = 8 + 6, /* in an ICMPv6 error */
};

struct kplane_cut kplane_cut_none(void)
{
	return (struct kplane_cut){
	    .check = cutcheck_none(), .tun = -1, .out = -1, .too_big = -1, .wake = -1, .poll = -1};
}

/* ---- the way -------------------------------------------------------------------------- */

struct way {
	unsigned mtu; /* as routers have told; 0: they have not */
	unsigned ifindex;
	struct mip6_addr source; /* of the outer header, where the route brings one */
	struct mip6_addr target;
};

static int take_way(const struct nlmsghdr *m, void *arg)
{
	const struct nlattr *a[RTA_MAX + 1];
	const struct nlattr *metrics[RTAX_MAX + 1];
	const struct nlattr *encap[LWTUNNEL_IP6_MAX + 1];
	struct way *ret = arg;

	nlsock_attributes(m, sizeof(struct rtmsg), a, RTA_MAX + 1);
	nlsock_nested(a[RTA_METRICS], metrics, RTAX_MAX + 1);
	nlsock_nested(a[RTA_ENCAP], encap, LWTUNNEL_IP6_MAX + 1);
	ret->mtu = nlsock_u32(metrics[RTAX_MTU], 0);
	ret->ifindex = nlsock_u32(a[RTA_OIF], 0);
	ret->source = nlsock_addr(encap[LWTUNNEL_IP6_SRC]);
	ret->target = nlsock_addr(encap[LWTUNNEL_IP6_DST]);
	return 0;
}

/* The way that the kernel would take. */
static int find_way(struct kplane *k, const struct mip6_addr *from, const struct mip6_addr *to,
		    struct way *ret)
{
	const struct rtmsg body = {
	    .rtm_family = AF_INET6, .rtm_dst_len = 128, .rtm_src_len = from ? 128 : 0};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETROUTE, 0, &body, sizeof(body));
	int err;

	*ret = (struct way){.mtu = 0};
	nlsock_put_addr(m, RTA_DST, to);
	if (from)
		nlsock_put_addr(m, RTA_SRC, from);
	err = nlsock_get(&k->route, m, take_way, ret);
	k->route.error[0] = 0;
	return err;
}

/* What IPv6 uses on an interface: its own MTU, or what a router has told of the link. */
static unsigned interface_mtu(unsigned ifindex)
{
	char name[IF_NAMESIZE];
	char path[96];
	int mtu = 0;

	if (!if_indextoname(ifindex, name))
		return 0;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/mtu", name);
	return sysctl_file_read(path, &mtu) == 0 && mtu > 0 ? (unsigned)mtu : 0;
}

/* A way into the tunnel itself is none: while a link is away the default route leads there.
 * What is cut would come back for ever. */
static bool leads_out(const struct kplane *k, const struct way *way)
{
	return way->ifindex != 0 && kplane_device_of(k, way->ifindex) == MIP6_DEVICE_NONE;
}

/* ---- opening ----------------------------------------------------------------------------- */

static int take_index(const struct nlmsghdr *m, void *arg)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(m);
	unsigned *ret = arg;

	if (m->nlmsg_len >= mnl_nlmsg_size(sizeof(*link)))
		*ret = (unsigned)link->ifi_index;
	return 0;
}

static int find_tun(struct kplane *k)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETLINK, 0, &body, sizeof(body));

	mnl_attr_put_strz(m, IFLA_IFNAME, KPLANE_DEVICE_CUT);
	return nlsock_get(&k->route, m, take_index, &k->cut.ifindex);
}

static int set_tun_up(struct kplane *k)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC,
				       .ifi_index = (int)k->cut.ifindex,
				       .ifi_flags = IFF_UP,
				       .ifi_change = IFF_UP};
	struct nlsock_request r;

	return nlsock_talk(&k->route, nlsock_begin(&r, RTM_SETLINK, 0, &body, sizeof(body)));
}

/* The device has no IPv6 of its own: it neither solicits nor reports groups. */
static int open_tun(struct kplane *k)
{
	struct ifreq request = {.ifr_name = KPLANE_DEVICE_CUT};
	int err;

	k->cut.tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (k->cut.tun < 0)
		return -errno;
	request.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (ioctl(k->cut.tun, TUNSETIFF, &request) < 0)
		return -errno;
	err = find_tun(k);
	if (err == 0)
		err = sysctl_file_write(
		    "/proc/sys/net/ipv6/conf/" KPLANE_DEVICE_CUT "/disable_ipv6", 1);
	return err == 0 ? set_tun_up(k) : err;
}

/* Of the kind that receives nothing; the protocol comes with each packet. */
static int open_out(struct kplane *k)
{
	const int off = 0;
	const int hops = CUT_HOP_LIMIT;

	k->cut.out = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
	if (k->cut.out < 0)
		return -errno;
	if (setsockopt(k->cut.out, IPPROTO_IPV6, IPV6_HDRINCL, &off, sizeof(off)) < 0 ||
	    setsockopt(k->cut.out, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops)) < 0)
		return -errno;
	return 0;
}

/* Packet Too Big about packets of tunnels; it is for the kernel, here it only says when
 * to ask what it has made of it. */
static int open_too_big(struct kplane *k)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, QUOTED_NEXT_HEADER),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IPV6, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_FRAGMENT, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};
	struct icmp6_filter filter;

	memset(&filter, 0xff, sizeof(filter)); /* set: blocked */
	filter.data[ICMPV6_PKT_TOOBIG >> 5] &= ~(1u << (ICMPV6_PKT_TOOBIG & 31));
	k->cut.too_big = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	if (k->cut.too_big < 0)
		return -errno;
	if (setsockopt(k->cut.too_big, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) <
		0 ||
	    setsockopt(k->cut.too_big, IPPROTO_ICMPV6, ICMPV6_FILTER, &filter, sizeof(filter)) < 0)
		return -errno;
	return 0;
}

static int watch(struct kplane *k, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(k->cut.poll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_device(struct kplane *k)
{
	close_one(&k->cut.tun);
	close_one(&k->cut.out);
	close_one(&k->cut.too_big);
	cutcheck_close(&k->cut.check);
	k->cut.device = MIP6_DEVICE_NONE;
}

static int open_all(struct kplane *k, enum mip6_device device)
{
	int err = open_tun(k);

	if (err == 0)
		err = open_out(k);
	if (err == 0 && device == MIP6_DEVICE_MN)
		err = open_too_big(k);
	if (err == 0)
		err = device == MIP6_DEVICE_MN
			  ? cutcheck_load_mn(&k->cut.check, k->cut.ifindex)
			  : cutcheck_load_ha(&k->cut.check, k->cut.ifindex, k->check.map);
	if (err == 0)
		err = kplane_cut_attach(k, kplane_device_index(k, device), k->cut.check.program);
	if (err == 0)
		err = watch(k, k->cut.tun);
	if (err == 0 && k->cut.too_big >= 0)
		err = watch(k, k->cut.too_big);
	return err;
}

int kplane_cut_open(struct kplane *k)
{
	k->cut.poll = epoll_create1(EPOLL_CLOEXEC);
	k->cut.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (k->cut.poll < 0 || k->cut.wake < 0)
		return -errno;
	return watch(k, k->cut.wake);
}

void kplane_cut_close(struct kplane *k)
{
	close_device(k);
	close_one(&k->cut.wake);
	close_one(&k->cut.poll);
}

/* ---- following what is applied -------------------------------------------------------------- */

static void start(struct kplane *k, const struct mip6_object *o)
{
	int err;

	k->cut.local = o->device.local;
	k->cut.remote = o->device.remote;
	if (k->cut.device == o->device.device)
		return;
	k->cut.wanted = *o;
	close_device(k);
	err = open_all(k, o->device.device);
	k->route.error[0] = 0;
	if (err == 0) {
		k->cut.device = o->device.device;
		return;
	}
	snprintf(k->cut.lacks, sizeof(k->cut.lacks), "%s", strerror(-err));
	close_device(k);
}

/* Routes, rules and MTUs come after the device, in the same commit: the way is asked for
 * when the caller has done with it. */
static void note(struct kplane *k)
{
	const uint64_t one = 1;

	if (k->cut.stale || k->cut.device != MIP6_DEVICE_MN)
		return;
	k->cut.stale = write(k->cut.wake, &one, sizeof(one)) == (ssize_t)sizeof(one);
}

static void follow_device(struct kplane *k, const struct mip6_object *was,
			  const struct mip6_object *is)
{
	/* One that is made anew, also over what is left of it, has no filter. */
	if (!was || (!is && k->cut.device == was->device.device))
		close_device(k);
	if (is)
		start(k, is);
}

void kplane_cut_follow(struct kplane *k, const struct mip6_object *was,
		       const struct mip6_object *is)
{
	const struct mip6_object *o = is ? is : was;

	if (o->kind == MIP6_OBJ_DEVICE)
		follow_device(k, was, is);
	if (o->kind == MIP6_OBJ_DEVICE || o->kind == MIP6_OBJ_ROUTE || o->kind == MIP6_OBJ_RULE ||
	    o->kind == MIP6_OBJ_SYSCTL)
		note(k);
}

/* ---- serving -----------------------------------------------------------------------------------
 */

static void refresh(struct kplane *k)
{
	struct way way;
	unsigned mtu;

	k->cut.stale = false;
	k->cut.out_ifindex = 0;
	if (k->cut.device != MIP6_DEVICE_MN ||
	    find_way(k, &k->cut.local, &k->cut.remote, &way) < 0 || !leads_out(k, &way))
		return;
	k->cut.out_ifindex = way.ifindex;
	mtu = way.mtu ? way.mtu : interface_mtu(way.ifindex);
	if (mtu != 0)
		cutcheck_path(&k->cut.check, mtu);
}

static void drain(int fd)
{
	uint8_t octets[64];

	for (int i = 0; i < CUT_BATCH && recv(fd, octets, sizeof(octets), 0) >= 0; i++)
		;
}

/* The ends of the tunnel that the packet leaves by, and the interface. */
static bool find_ends(struct kplane *k, const struct mip6_addr *target, struct way *ret)
{
	struct way out;

	if (k->cut.device == MIP6_DEVICE_MN) {
		ret->source = k->cut.local;
		ret->target = k->cut.remote;
		ret->ifindex = k->cut.out_ifindex;
		return ret->ifindex != 0;
	}
	if (find_way(k, NULL, target, ret) < 0 || mip6_addr_is_unspecified(&ret->target) ||
	    find_way(k, &ret->source, &ret->target, &out) < 0)
		return false;
	ret->ifindex = out.ifindex;
	return leads_out(k, &out);
}

static void put_control(struct msghdr *m, struct cmsghdr **at, int type, const void *data,
			size_t len)
{
	struct cmsghdr *c = *at;

	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	*at = CMSG_NXTHDR(m, c);
}

/* Of the traffic class the congestion bits go outside too, as from the kernel's own
 * tunnels. What cannot be sent is lost, as on any link. */
static void send_tunnelled(struct kplane *k, const struct way *ends, uint8_t *packet, size_t len)
{
	_Alignas(struct cmsghdr)
	    uint8_t control[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))] = {0};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(IPPROTO_IPV6)};
	struct iovec part = {.iov_base = packet, .iov_len = len};
	struct msghdr m = {.msg_name = &to,
			   .msg_namelen = sizeof(to),
			   .msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *at = CMSG_FIRSTHDR(&m);
	struct in6_pktinfo source = {.ipi6_ifindex = ends->ifindex};
	const int congestion = packet[1] >> 4 & 3;

	memcpy(&to.sin6_addr, ends->target.b, sizeof(to.sin6_addr));
	memcpy(&source.ipi6_addr, ends->source.b, sizeof(source.ipi6_addr));
	put_control(&m, &at, IPV6_PKTINFO, &source, sizeof(source));
	put_control(&m, &at, IPV6_TCLASS, &congestion, sizeof(congestion));
	(void)!sendmsg(k->cut.out, &m, 0);
}

static bool pass_one(struct kplane *k)
{
	uint8_t packet[CUT_PACKET];
	struct mip6_addr target;
	struct way ends;
	struct mip6_reader r;
	ssize_t len = read(k->cut.tun, packet, sizeof(packet));

	if (len < 0)
		return false;
	r = rd_init(packet, (size_t)len);
	rd_bytes(&r, IPV6_HEADER - sizeof(target));
	target = rd_addr(&r);
	if (!r.failed && packet[0] >> 4 == 6 && find_ends(k, &target, &ends))
		send_tunnelled(k, &ends, packet, (size_t)len);
	return true;
}

/* Another program removed the device. */
static void start_again(struct kplane *k)
{
	struct mip6_object o = k->cut.wanted;

	o.device.local = k->cut.local;
	o.device.remote = k->cut.remote;
	close_device(k);
	start(k, &o);
	note(k);
}

static void serve(struct kplane *k, int fd, bool broken)
{
	uint64_t woken;

	if (fd == k->cut.tun && broken) {
		start_again(k);
	} else if (fd == k->cut.wake) {
		(void)!read(fd, &woken, sizeof(woken));
		refresh(k);
	} else if (fd == k->cut.too_big) {
		drain(fd);
		refresh(k);
	} else if (fd == k->cut.tun) {
		for (int i = 0; i < CUT_BATCH && pass_one(k); i++)
			;
	}
}

int kplane_fd(const struct kplane *k)
{
	return k->cut.poll;
}

void kplane_serve(struct kplane *k)
{
	struct epoll_event events[4];
	int count = epoll_wait(k->cut.poll, events, 4, 0);

	for (int i = 0; i < count; i++)
		serve(k, events[i].data.fd, (events[i].events & (EPOLLERR | EPOLLHUP)) != 0);
}

const char *kplane_lacks(const struct kplane *k)
{
	return k->cut.lacks;
}
