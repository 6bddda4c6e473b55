/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ICMPv6 socket: router and neighbour discovery as the kernel sees it too
 * (a raw socket gets a copy, whatever the kernel makes of it), and the errors
 * that concern bindings. */
#include "sockets.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Destination Unreachable is taken only about a packet that was tunnelled. The others
 * are for upper layers, and the kernel tells them by itself, each packet of the home
 * address while there is no link included. */
static int set_invoking_filter(int fd)
{
	enum { AT_TYPE = 0, AT_INVOKING_NEXT = 8 + 6 };
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_TYPE),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ICMP6_DST_UNREACH, 0, 3),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_INVOKING_NEXT),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IP6_NH_IPV6, 1, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IP6_NH_FRAGMENT, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* Of the errors these say something of a binding: that a peer does not know a message
 * of ours, or does not take what comes out of our tunnel. */
static int set_filter(int fd)
{
	static const uint8_t passed[] = {
	    ICMP6_DST_UNREACH, ICMP6_PARAM_PROBLEM, ICMP6_RS, ICMP6_RA, ICMP6_NS, ICMP6_NA};
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	for (size_t i = 0; i < sizeof(passed); i++)
		ICMP6_FILTER_SETPASS(passed[i], &filter);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
}

int sock_icmp6_open(struct sock_icmp6 *s)
{
	*s = (struct sock_icmp6){.fd = sock_raw_open(IPPROTO_ICMPV6, 1 << 20)};
	if (s->fd < 0)
		return MIP6_ERR_IO;
	if (set_filter(s->fd) || set_invoking_filter(s->fd) ||
	    sock_raw_option(s->fd, IPV6_MULTICAST_LOOP, 0)) {
		sock_icmp6_close(s);
		return MIP6_ERR_IO;
	}
	return MIP6_OK;
}

void sock_icmp6_close(struct sock_icmp6 *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
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
	/* With so many in detection at a time (a home agent after a restart of the network)
	 * a change of groups for each would cost more than the rest of a registration. Who
	 * has the address answers to all nodes, and is heard. */
	if (s->group_count == SOCK_ICMP6_GROUPS && until != MIP6_NEVER)
		return -ENOSPC;
	if (s->group_count == SOCK_ICMP6_GROUPS)
		leave_first(s);
	err = membership(s->fd, IPV6_ADD_MEMBERSHIP, &g);
	if (err == 0)
		s->groups[s->group_count++] = g;
	return err;
}
