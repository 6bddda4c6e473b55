/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The packet socket of an interface that was taken: it gets every IPv6 frame for
 * this machine or for a group, and nothing of what the machine itself sends. The
 * kernel gets the same frames, and drops them, as its IPv6 is off there. */
#include "linux/uplane_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <time.h>
#include <unistd.h>

enum {
	PORT_BUFFER = 8 << 20,
	RATE_INTERVAL = 2 * MIP6_MS,
	RATE_HIGH = 64, /* frames in that */
	GATHER_NS = 100000,
};

/* Every group: a home agent hears solicitations of addresses that come and go. */
static int join_all_groups(int fd, unsigned ifindex)
{
	struct packet_mreq request = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI};

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
}

/* Frames for another machine (the interface may be promiscuous for a capture) or
 * of a VLAN that has no interface do not come further than this. */
static int only_for_us(int fd)
{
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
	    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, PACKET_OTHERHOST, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	    BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

/* A socket for frames with virtio's header; protocol 0 receives nothing. */
static int open_socket(unsigned ifindex, uint16_t protocol)
{
	struct sockaddr_ll to = {
	    .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = (int)ifindex};
	/* Protocol 0: nothing comes in before it is bound to its interface. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;
	int room = PORT_BUFFER;

	if (fd < 0)
		return -1;
	/* Without the right to more, less must do. */
	setsockopt(fd, SOL_SOCKET, protocol ? SO_RCVBUFFORCE : SO_SNDBUFFORCE, &room, sizeof(room));
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) == 0 &&
	    only_for_us(fd) == 0 && bind(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Frames leave by a socket of their own, which no event loop watches: the kernel
 * tells the watcher of a socket about each frame that has left it. */
int uplane_port_open(struct uplane_port *port)
{
	int err;

	port->fd = open_socket(port->ifindex, ETH_P_IPV6);
	port->send_fd = port->fd < 0 ? -1 : open_socket(port->ifindex, 0);
	if (port->send_fd >= 0 && join_all_groups(port->fd, port->ifindex) == 0)
		return 0;
	err = -errno;
	uplane_port_close(port);
	return err;
}

static void close_socket(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void uplane_port_close(struct uplane_port *port)
{
	close_socket(&port->fd);
	close_socket(&port->send_fd);
}

/* At a high rate each frame would wake this process, which costs the sender more
 * than the frame; so it sleeps a moment first, and finds many. With few frames, as
 * those of a handover, there is no wait. */
static void gather(struct uplane_rate *r, mip6_time now)
{
	const struct timespec moment = {.tv_nsec = GATHER_NS};

	if (now - r->since >= RATE_INTERVAL) {
		r->high = r->frames >= RATE_HIGH && now - r->since < 2 * RATE_INTERVAL;
		r->frames = 0;
		r->since = now;
	}
	if (r->high && !r->behind)
		nanosleep(&moment, NULL);
}

size_t uplane_port_read(struct uplane_port *port, mip6_time now, struct uplane_pool *p, size_t most,
			struct uplane_stats *stats)
{
	size_t count = 0;
	int n;

	if (most > 1)
		gather(&port->rate, now);
	n = recvmmsg(port->fd, p->messages, (unsigned)most, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		if (uplane_take_slot(p, (size_t)i, p->messages[i].msg_len, count) &&
		    p->bufs[count].len >= UPLANE_ETH)
			count++;
		else
			stats->rx_odd++;
	}
	port->rate.frames += count;
	port->rate.behind = count == most;
	return count;
}
