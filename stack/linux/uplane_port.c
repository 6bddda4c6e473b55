/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The packet socket of an interface that was taken: it gets every IPv6 frame for
 * this machine or for a group, and nothing of what the machine itself sends. The
 * kernel gets the same frames, and drops them, as its IPv6 is off there. */
#include "linux/uplane_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <unistd.h>

enum { PORT_BUFFER = 8 << 20 };

/* Every group: a home agent hears solicitations of addresses that come and go. */
static int join_all_groups(int fd, unsigned ifindex)
{
	struct packet_mreq request = {.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_ALLMULTI};

	return setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof(request));
}

static int set_up(int fd, unsigned ifindex)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_IPV6),
				 .sll_ifindex = (int)ifindex};
	int on = 1;
	int room = PORT_BUFFER;

	/* Without the right to more, less must do. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -1;
	return join_all_groups(fd, ifindex);
}

int uplane_port_open(struct uplane_port *port)
{
	/* Protocol 0: nothing comes in before it is bound to its interface. */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (set_up(fd, port->ifindex) == 0) {
		port->fd = fd;
		return 0;
	}
	err = -errno;
	close(fd);
	return err;
}

struct reading {
	struct mmsghdr messages[UPLANE_BATCH];
	struct sockaddr_ll from[UPLANE_BATCH];
	struct iovec parts[UPLANE_BATCH][2];
};

static void prepare(struct reading *r, struct uplane_pool *p, size_t most)
{
	for (size_t i = 0; i < most; i++) {
		r->parts[i][0] = (struct iovec){&p->vnets[i], sizeof(p->vnets[i])};
		r->parts[i][1] =
		    (struct iovec){uplane_slot(p, i), UPLANE_SLOT - MIP6_SOFT_HEADROOM};
		r->messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &r->from[i],
							      .msg_namelen = sizeof(r->from[i]),
							      .msg_iov = r->parts[i],
							      .msg_iovlen = 2}};
	}
}

/* Frames of a VLAN that has no interface, or for another machine (the interface
 * may be promiscuous for a capture), are of type "other host". */
static bool is_for_us(const struct sockaddr_ll *from)
{
	return from->sll_pkttype == PACKET_HOST || from->sll_pkttype == PACKET_MULTICAST ||
	       from->sll_pkttype == PACKET_BROADCAST;
}

size_t uplane_port_read(const struct uplane_port *port, struct uplane_pool *p, size_t most,
			struct uplane_stats *stats)
{
	struct reading r;
	size_t count = 0;
	int n;

	prepare(&r, p, most);
	n = recvmmsg(port->fd, r.messages, (unsigned)most, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		struct mip6_buf *buf = &p->bufs[count];
		size_t len = r.messages[i].msg_len;

		if (!is_for_us(&r.from[i]))
			continue;
		*buf = (struct mip6_buf){.data = uplane_slot(p, (size_t)i),
					 .headroom = MIP6_SOFT_HEADROOM};
		buf->len = len > sizeof(p->vnets[i]) ? len - sizeof(p->vnets[i]) : 0;
		if (buf->len >= UPLANE_ETH && uplane_vnet_read(&p->vnets[i], buf))
			count++;
		else
			stats->rx_odd++;
	}
	return count;
}
