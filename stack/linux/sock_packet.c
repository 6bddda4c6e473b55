/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sending below the IP layer. A link-local multicast packet needs no route and
 * no neighbour entry, only the Ethernet group address that belongs to it (RFC
 * 2464 7); sent here it leaves in the instant of link-up whatever state the
 * kernel's address is in, and the kernel does not hear its own solicitation
 * (which it would answer for an address it has). */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#define PACKET_CAP 2048

int sock_packet_open(void)
{
	/* Protocol 0: nothing is received. */
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? MIP6_ERR_IO : fd;
}

static bool link_scope_multicast(const struct mip6_addr *a)
{
	return a->b[0] == 0xff && (a->b[1] & 0x0f) == 2;
}

bool sock_packet_wanted(const struct mip6_tx *tx)
{
	return tx->l2_len > 0 || mip6_addr_is_unspecified(&tx->src) ||
	       link_scope_multicast(&tx->dst);
}

static int fill_address(struct sockaddr_ll *to, const struct mip6_tx *tx)
{
	*to = (struct sockaddr_ll){.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_IPV6),
				   .sll_ifindex = (int)tx->ifindex};
	if (tx->l2_len > 0) {
		if (tx->l2_len > sizeof(to->sll_addr))
			return -EINVAL;
		memcpy(to->sll_addr, tx->l2_dst, tx->l2_len);
		to->sll_halen = tx->l2_len;
		return 0;
	}
	if (!mip6_addr_is_multicast(&tx->dst))
		return -EDESTADDRREQ;
	to->sll_addr[0] = 0x33;
	to->sll_addr[1] = 0x33;
	memcpy(to->sll_addr + 2, tx->dst.b + 12, 4);
	to->sll_halen = ETH_ALEN;
	return 0;
}

int sock_packet_send(int fd, const struct mip6_tx *tx)
{
	struct ip6_packet p = {
	    .hop_limit = tx->hop_limit,
	    .src = tx->src,
	    .dst = tx->dst,
	    .has_hao = tx->has_hao,
	    .has_rh2 = tx->has_rh2,
	    .rh2_segments_left = 1,
	    .hao = tx->hao,
	    .rh2 = tx->rh2,
	    .next_header = tx->next_header,
	    .payload = tx->payload,
	    .payload_len = tx->payload_len,
	};
	uint8_t buf[PACKET_CAP];
	struct sockaddr_ll to;
	int err = fill_address(&to, tx);
	int len;

	if (err)
		return err;
	len = ip6_build(&p, buf, sizeof(buf));
	if (len < 0)
		return -EMSGSIZE;
	if (sendto(fd, buf, (size_t)len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	return 0;
}
