/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_SOCKETS_H
#define LINUX_SOCKETS_H

/* The three sockets of the daemon. Mobility Header messages go through a raw
 * socket, with Home Address option and type 2 routing header as ancillary data,
 * so that the kernel's IPsec policies see them as what they are. Unicast ICMPv6
 * goes through a raw ICMPv6 socket. Everything that must not depend on routes,
 * neighbours or the state of an address goes out through a packet socket: link-
 * local multicast (solicitations right after link-up), source "::" (duplicate
 * address detection) and what names its link-layer destination. */
#include <mip6/node.h>

/* What was received, in the form it had on the wire. `p` and its payload live
 * during the call only. */
typedef void (*sock_receive_fn)(void *arg, mip6_time now, unsigned ifindex,
				const struct ip6_packet *p);

/* What both raw sockets do (sock_raw.c). _open returns a non-blocking descriptor
 * with `room` octets for what has not been taken yet, or MIP6_ERR_IO with errno set.
 * _option sets an option of level IPPROTO_IPV6: 0, or -1 with errno. _receive takes
 * what is there, at most a bounded number of packets; _send returns 0 or a negative
 * errno. */
int sock_raw_open(int protocol, int room);
int sock_raw_option(int fd, int name, int value);
void sock_raw_receive(int fd, uint8_t next_header, mip6_time now, sock_receive_fn fn, void *arg);
int sock_raw_send(int fd, const struct mip6_tx *tx);
/* The same by tx->ifindex and no other way, as tx->direct asks for: a socket of its own
 * that is bound to the interface, since the kernel would take a longer route elsewhere. */
int sock_raw_send_direct(const struct mip6_tx *tx);

/* Packets that leave together, by one system call: where many arrive at once, that is what
 * their answers cost. Those of up to SOCK_OUT_PAYLOAD octets are taken. */
#define SOCK_OUT	 16
#define SOCK_OUT_PAYLOAD 256
#define SOCK_OUT_CONTROL 192
struct sock_outbox {
	unsigned count;
	struct sock_letter {
		struct mip6_tx tx; /* its payload is below */
		uint8_t payload[SOCK_OUT_PAYLOAD];
	} letters[SOCK_OUT];
};

/* False where it is too long, or there is no room. */
bool sock_outbox_put(struct sock_outbox *o, const struct mip6_tx *tx);
/* Sends all in order, and empties it. fn is called for each with 0 or a negative errno. */
void sock_outbox_send(struct sock_outbox *o, int fd,
		      void (*fn)(void *arg, const struct mip6_tx *tx, int err), void *arg);

/* Raw IPPROTO_MH (sock_mh.c): a descriptor for sock_raw_*, or MIP6_ERR_IO. */
int sock_mh_open(void);

/* Raw IPv6 in IPv6 (sock_mh.c): packets before they reach a tunnel, for the plane to
 * filter; nothing is sent. The same. */
int sock_tunnel_open(void);

/* Raw ICMPv6 (sock_icmp6.c): neighbour discovery and errors. Sending NS for an
 * address that this node does not have, as the home agent does in duplicate
 * address detection, needs the address's solicited-node group to hear others, and
 * a router hears solicitations in the group of all routers: groups joined are kept
 * until `until`. */
#define SOCK_ICMP6_GROUPS 256
struct sock_icmp6 {
	int fd;
	size_t group_count;
	struct sock_group {
		unsigned ifindex;
		struct mip6_addr group;
		mip6_time until;
	} groups[SOCK_ICMP6_GROUPS];
};

int sock_icmp6_open(struct sock_icmp6 *s);
void sock_icmp6_close(struct sock_icmp6 *s);
/* Hears this group on this interface until then. When
 * the table is full the one that would end first makes room. 0 or -errno. */
int sock_icmp6_listen(struct sock_icmp6 *s, mip6_time now, mip6_time until, unsigned ifindex,
		      const struct mip6_addr *group);

/* Packet socket, for sending only (sock_packet.c). */
int sock_packet_open(void);
int sock_packet_send(int fd, const struct mip6_tx *tx);
/* True for a packet that goes out through the packet socket (see above). */
bool sock_packet_wanted(const struct mip6_tx *tx);

#endif
