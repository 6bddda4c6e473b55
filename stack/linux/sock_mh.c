/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Mobility Header socket (RFC 4584): messages come with their Home Address
 * option and routing header, and without the kernel having looked at the checksum,
 * which covers home addresses: the core verifies and makes it. And the socket of
 * tunnelled packets, which needs less. */
#include "sockets.h"

#include <netinet/in.h>
#include <unistd.h>

#ifndef IPPROTO_MH
#define IPPROTO_MH 135
#endif

int sock_mh_open(void)
{
	int fd = sock_raw_open(IPPROTO_MH, 4 << 20);

	if (fd < 0)
		return fd;
	if (sock_raw_option(fd, IPV6_RECVDSTOPTS, 1) || sock_raw_option(fd, IPV6_RECVRTHDR, 1) ||
	    sock_raw_option(fd, IPV6_CHECKSUM, -1)) {
		close(fd);
		return MIP6_ERR_IO;
	}
	return fd;
}

/* Few wait at a time: who sends many such packets is answered to few of them. */
int sock_tunnel_open(void)
{
	return sock_raw_open(IPPROTO_IPV6, 1 << 16);
}
