/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ICMPv6 socket: router and neighbour discovery as the kernel sees it too
 * (a raw socket gets a copy, whatever the kernel makes of it), and the errors
 * that concern bindings. */
#include "sockets.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ICMP6_BATCH   32
#define ICMP6_CAP     2048
#define ICMP6_CONTROL 256

static int set(int fd, int name, int value)
{
	return setsockopt(fd, IPPROTO_IPV6, name, &value, sizeof(value));
}

/* Of the errors only Parameter Problems say something of a binding: that a peer
 * does not know a message of ours. The others are for upper layers, and the
 * kernel tells them by itself, each packet of the home address while there is no
 * link included. */
static int set_filter(int fd)
{
	static const uint8_t passed[] = {ICMP6_PARAM_PROBLEM, ICMP6_RS, ICMP6_RA, ICMP6_NS,
					 ICMP6_NA};
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	for (size_t i = 0; i < sizeof(passed); i++)
		ICMP6_FILTER_SETPASS(passed[i], &filter);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
}

int sock_icmp6_open(struct sock_icmp6 *s)
{
	int room = 1 << 20;

	*s = (struct sock_icmp6){.fd = -1};
	s->fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMPV6);
	if (s->fd < 0)
		return MIP6_ERR_IO;
	if (set_filter(s->fd) || set(s->fd, IPV6_RECVPKTINFO, 1) ||
	    set(s->fd, IPV6_RECVHOPLIMIT, 1) || set(s->fd, IPV6_MULTICAST_LOOP, 0)) {
		sock_icmp6_close(s);
		return MIP6_ERR_IO;
	}
	setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return MIP6_OK;
}

void sock_icmp6_close(struct sock_icmp6 *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static void take_ancillary(const struct cmsghdr *c, struct ip6_packet *p, unsigned *ifindex)
{
	size_t len = c->cmsg_len - CMSG_LEN(0);
	struct in6_pktinfo info;
	int value;

	if (c->cmsg_type == IPV6_PKTINFO && len >= sizeof(info)) {
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		memcpy(p->dst.b, &info.ipi6_addr, sizeof(p->dst.b));
		*ifindex = info.ipi6_ifindex;
	} else if (c->cmsg_type == IPV6_HOPLIMIT && len >= sizeof(value)) {
		memcpy(&value, CMSG_DATA(c), sizeof(value));
		p->hop_limit = (uint8_t)value;
	}
}

static bool receive_one(int fd, mip6_time now, sock_receive_fn fn, void *arg)
{
	uint8_t data[ICMP6_CAP];
	_Alignas(struct cmsghdr) uint8_t control[ICMP6_CONTROL];
	struct sockaddr_in6 from = {0};
	struct iovec iov = {.iov_base = data, .iov_len = sizeof(data)};
	struct msghdr msg = {.msg_name = &from,
			     .msg_namelen = sizeof(from),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct ip6_packet p = {.next_header = IP6_NH_ICMPV6, .payload = data};
	unsigned ifindex = 0;
	ssize_t n = recvmsg(fd, &msg, 0);

	if (n < 0)
		return errno == EINTR;
	if (msg.msg_flags & MSG_TRUNC)
		return true; /* larger than a packet that a link with MTU 1500 carries */
	p.payload_len = (size_t)n;
	memcpy(p.src.b, &from.sin6_addr, sizeof(p.src.b));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == IPPROTO_IPV6)
			take_ancillary(c, &p, &ifindex);
	fn(arg, now, ifindex, &p);
	return true;
}

void sock_icmp6_receive(struct sock_icmp6 *s, mip6_time now, sock_receive_fn fn, void *arg)
{
	for (int i = 0; i < ICMP6_BATCH; i++)
		if (!receive_one(s->fd, now, fn, arg))
			return;
}

int sock_icmp6_send(struct sock_icmp6 *s, const struct mip6_tx *tx)
{
	struct {
		_Alignas(struct cmsghdr) uint8_t bytes[ICMP6_CONTROL];
	} control = {{0}};
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)tx->payload, .iov_len = tx->payload_len};
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.bytes,
			     .msg_controllen =
				 CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))};
	struct in6_pktinfo info = {.ipi6_ifindex = tx->ifindex};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int hop_limit = tx->hop_limit;

	memcpy(&to.sin6_addr, tx->dst.b, sizeof(tx->dst.b));
	if (mip6_addr_is_link_local(&tx->dst))
		to.sin6_scope_id = tx->ifindex;
	memcpy(&info.ipi6_addr, tx->src.b, sizeof(tx->src.b));
	*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(info)),
			      .cmsg_level = IPPROTO_IPV6,
			      .cmsg_type = IPV6_PKTINFO};
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	c = (struct cmsghdr *)(control.bytes + CMSG_SPACE(sizeof(info)));
	*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(hop_limit)),
			      .cmsg_level = IPPROTO_IPV6,
			      .cmsg_type = IPV6_HOPLIMIT};
	memcpy(CMSG_DATA(c), &hop_limit, sizeof(hop_limit));
	return sendmsg(s->fd, &msg, 0) < 0 ? -errno : 0;
}

static int membership(int fd, int option, const struct sock_group *g)
{
	struct ipv6_mreq m = {.ipv6mr_interface = g->ifindex};

	memcpy(&m.ipv6mr_multiaddr, g->group.b, sizeof(g->group.b));
	return setsockopt(fd, IPPROTO_IPV6, option, &m, sizeof(m)) < 0 ? -errno : 0;
}

static void leave(struct sock_icmp6 *s, size_t i)
{
	/* The interface may be gone, and the membership with it. */
	membership(s->fd, IPV6_DROP_MEMBERSHIP, &s->groups[i]);
	s->groups[i] = s->groups[--s->group_count];
}

static void leave_expired(struct sock_icmp6 *s, mip6_time now)
{
	for (size_t i = s->group_count; i > 0; i--)
		if (s->groups[i - 1].until <= now)
			leave(s, i - 1);
}

static void leave_first(struct sock_icmp6 *s)
{
	size_t first = 0;

	for (size_t i = 1; i < s->group_count; i++)
		if (s->groups[i].until < s->groups[first].until)
			first = i;
	leave(s, first);
}

int sock_icmp6_listen(struct sock_icmp6 *s, mip6_time now, mip6_time until, unsigned ifindex,
		      const struct mip6_addr *group)
{
	struct sock_group g = {.ifindex = ifindex, .group = *group, .until = until};
	int err;

	leave_expired(s, now);
	for (size_t i = 0; i < s->group_count; i++) {
		struct sock_group *have = &s->groups[i];

		if (have->ifindex != ifindex || !mip6_addr_equal(&have->group, &g.group))
			continue;
		if (have->until < until)
			have->until = until;
		return 0;
	}
	if (s->group_count == SOCK_ICMP6_GROUPS)
		leave_first(s);
	err = membership(s->fd, IPV6_ADD_MEMBERSHIP, &g);
	if (err == 0)
		s->groups[s->group_count++] = g;
	return err;
}
