/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both raw sockets do: a packet with what its headers say as ancillary data
 * (RFC 3542), in and out. The kernel processes Home Address option and type 2
 * routing header before a raw socket sees the packet: it has exchanged the
 * addresses (the source is then the home address and the option holds the care-of
 * address; the same for the destination). The core works with packets as they were
 * on the wire, so the exchange is undone here. */
#include "sockets.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RAW_BATCH   16
#define RAW_PACKET  2048 /* more than a link with MTU 1500 carries, or the RFCs define */
#define RAW_CONTROL 1024
#define RAW_EXTHDR  24 /* octets of a HAO's header, and of an RH2 */

int sock_raw_option(int fd, int name, int value)
{
	return setsockopt(fd, IPPROTO_IPV6, name, &value, sizeof(value));
}

int sock_raw_open(int protocol, int room)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	if (fd < 0)
		return MIP6_ERR_IO;
	if (sock_raw_option(fd, IPV6_RECVPKTINFO, 1) || sock_raw_option(fd, IPV6_RECVHOPLIMIT, 1)) {
		close(fd);
		return MIP6_ERR_IO;
	}
	/* Many mobile nodes may move at once; a smaller buffer is no error. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

/* One header that came as ancillary data, and what it says about p. */
static void take_ancillary(const struct cmsghdr *c, struct ip6_packet *p, unsigned *ifindex)
{
	const uint8_t *data = CMSG_DATA(c);
	size_t len = c->cmsg_len - CMSG_LEN(0);
	struct in6_pktinfo info;
	struct mip6_addr addr;
	int value;

	if (c->cmsg_type == IPV6_PKTINFO && len >= sizeof(info)) {
		memcpy(&info, data, sizeof(info));
		memcpy(p->dst.b, &info.ipi6_addr, sizeof(p->dst.b));
		*ifindex = info.ipi6_ifindex;
	} else if (c->cmsg_type == IPV6_HOPLIMIT && len >= sizeof(value)) {
		memcpy(&value, data, sizeof(value));
		p->hop_limit = (uint8_t)value;
	} else if (c->cmsg_type == IPV6_DSTOPTS && ip6_parse_hao(data, len, &addr) == MIP6_OK) {
		p->has_hao = true;
		p->hao = addr;
	} else if (c->cmsg_type == IPV6_RTHDR && ip6_parse_rh2(data, len, &addr) == MIP6_OK) {
		p->has_rh2 = true;
		p->rh2 = addr;
	}
}

static void exchange(struct mip6_addr *a, struct mip6_addr *b)
{
	struct mip6_addr t = *a;

	*a = *b;
	*b = t;
}

static void restore_wire_form(struct ip6_packet *p)
{
	if (p->has_hao)
		exchange(&p->src, &p->hao);
	if (p->has_rh2) {
		exchange(&p->dst, &p->rh2);
		p->rh2_segments_left = 1;
	}
}

/* Room for one packet and what comes with it. */
struct arrival {
	uint8_t data[RAW_PACKET];
	_Alignas(struct cmsghdr) uint8_t control[RAW_CONTROL];
	struct sockaddr_in6 from;
	struct iovec iov;
};

static void take_packet(const struct mmsghdr *m, uint8_t next_header, mip6_time now,
			sock_receive_fn fn, void *arg)
{
	const struct msghdr *msg = &m->msg_hdr;
	const struct sockaddr_in6 *from = msg->msg_name;
	struct ip6_packet p = {.next_header = next_header, .payload = msg->msg_iov->iov_base};
	unsigned ifindex = 0;

	if (msg->msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return;
	p.payload_len = m->msg_len;
	memcpy(p.src.b, &from->sin6_addr, sizeof(p.src.b));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c;
	     c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)msg, c))
		if (c->cmsg_level == IPPROTO_IPV6)
			take_ancillary(c, &p, &ifindex);
	restore_wire_form(&p);
	fn(arg, now, ifindex, &p);
}

/* As many as there are, by one system call: a home agent has little else to do for a
 * binding that is refreshed. */
void sock_raw_receive(int fd, uint8_t next_header, mip6_time now, sock_receive_fn fn, void *arg)
{
	struct arrival arrivals[RAW_BATCH];
	struct mmsghdr messages[RAW_BATCH];
	int n;

	for (size_t i = 0; i < RAW_BATCH; i++) {
		struct arrival *a = &arrivals[i];

		a->from = (struct sockaddr_in6){0};
		a->iov = (struct iovec){.iov_base = a->data, .iov_len = sizeof(a->data)};
		messages[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &a->from,
							   .msg_namelen = sizeof(a->from),
							   .msg_iov = &a->iov,
							   .msg_iovlen = 1,
							   .msg_control = a->control,
							   .msg_controllen = sizeof(a->control)}};
	}
	do
		n = recvmmsg(fd, messages, RAW_BATCH, MSG_DONTWAIT, NULL);
	while (n < 0 && errno == EINTR);
	for (int i = 0; i < n; i++)
		take_packet(&messages[i], next_header, now, fn, arg);
}

/* Ancillary data under construction: the next free place is msg_controllen. */
static void add_ancillary(struct msghdr *msg, int type, const void *data, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)((uint8_t *)msg->msg_control + msg->msg_controllen);

	c->cmsg_level = IPPROTO_IPV6;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	msg->msg_controllen += CMSG_SPACE(len);
}

static void add_headers(struct msghdr *msg, const struct mip6_tx *tx)
{
	struct in6_pktinfo info = {.ipi6_ifindex = tx->ifindex};
	int hop_limit = tx->hop_limit;
	uint8_t header[RAW_EXTHDR];
	int len;

	memcpy(&info.ipi6_addr, tx->src.b, sizeof(tx->src.b));
	add_ancillary(msg, IPV6_PKTINFO, &info, sizeof(info));
	if (hop_limit > 0)
		add_ancillary(msg, IPV6_HOPLIMIT, &hop_limit, sizeof(hop_limit));
	/* The kernel puts the header's address into the destination field and
	 * the message's destination into the header (RFC 3542 7). */
	if (tx->has_rh2 && (len = ip6_build_rh2(&tx->dst, header, sizeof(header))) > 0)
		add_ancillary(msg, IPV6_RTHDR, header, (size_t)len);
	if (tx->has_hao && (len = ip6_build_hao(&tx->hao, header, sizeof(header))) > 0)
		add_ancillary(msg, IPV6_DSTOPTS, header, (size_t)len);
}

/* A packet as the kernel takes it; it points into itself and to the payload. */
struct departure {
	struct sockaddr_in6 to;
	struct iovec iov;
	_Alignas(struct cmsghdr) uint8_t control[SOCK_OUT_CONTROL];
};

static void prepare(struct departure *d, const struct mip6_tx *tx, struct msghdr *ret)
{
	const struct mip6_addr *dst = tx->has_rh2 ? &tx->rh2 : &tx->dst;

	memset(d, 0, sizeof(*d));
	d->to.sin6_family = AF_INET6;
	d->iov =
	    (struct iovec){.iov_base = (void *)(uintptr_t)tx->payload, .iov_len = tx->payload_len};
	*ret = (struct msghdr){.msg_name = &d->to,
			       .msg_namelen = sizeof(d->to),
			       .msg_iov = &d->iov,
			       .msg_iovlen = 1,
			       .msg_control = d->control};
	memcpy(&d->to.sin6_addr, dst->b, sizeof(dst->b));
	if (mip6_addr_is_link_local(dst))
		d->to.sin6_scope_id = tx->ifindex;
	add_headers(ret, tx);
}

int sock_raw_send(int fd, const struct mip6_tx *tx)
{
	struct departure d;
	struct msghdr msg;

	prepare(&d, tx, &msg);
	return sendmsg(fd, &msg, 0) < 0 ? -errno : 0;
}

bool sock_outbox_put(struct sock_outbox *o, const struct mip6_tx *tx)
{
	struct sock_letter *l = &o->letters[o->count];

	if (o->count == SOCK_OUT || tx->payload_len > sizeof(l->payload))
		return false;
	l->tx = *tx;
	memcpy(l->payload, tx->payload, tx->payload_len);
	l->tx.payload = l->payload;
	o->count++;
	return true;
}

void sock_outbox_send(struct sock_outbox *o, int fd,
		      void (*fn)(void *arg, const struct mip6_tx *tx, int err), void *arg)
{
	struct departure departures[SOCK_OUT];
	struct mmsghdr messages[SOCK_OUT] = {0};
	const unsigned count = o->count;
	unsigned sent = 0;

	for (unsigned i = 0; i < count; i++)
		prepare(&departures[i], &o->letters[i].tx, &messages[i].msg_hdr);
	o->count = 0;
	while (sent < count) {
		int n = sendmmsg(fd, messages + sent, count - sent, 0);

		/* An error is that of the first; those after it have a try of their own. */
		if (n <= 0)
			fn(arg, &o->letters[sent++].tx, n < 0 ? -errno : -EIO);
		for (int i = 0; i < n; i++)
			fn(arg, &o->letters[sent++].tx, 0);
	}
}

int sock_raw_send_direct(const struct mip6_tx *tx)
{
	int ifindex = (int)tx->ifindex;
	int fd = sock_raw_open(tx->next_header, 0);
	int err;

	if (fd < 0)
		return -errno;
	if (sock_raw_option(fd, IPV6_CHECKSUM, -1) && tx->next_header != IP6_NH_ICMPV6)
		err = -errno;
	else if (setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, sizeof(ifindex)))
		err = -errno;
	else
		err = sock_raw_send(fd, tx);
	close(fd);
	return err;
}
