/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netns/nl.h"
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

int nl_open(struct nl *nl)
{
	nl->seq = 0;
	nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->socket)
		return -1;
	if (mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID) == 0)
		return 0;
	nl_close(nl);
	return -1;
}

void nl_close(struct nl *nl)
{
	if (nl->socket)
		mnl_socket_close(nl->socket);
	nl->socket = NULL;
}

void *nl_begin(struct nl_request *r, uint16_t type, uint16_t flags, size_t size)
{
	memset(r->buffer, 0, sizeof(r->buffer));
	r->header = mnl_nlmsg_put_header(r->buffer);
	r->header->nlmsg_type = type;
	r->header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	return mnl_nlmsg_put_extra_header(r->header, size);
}

static int receive(struct nl *nl, mnl_cb_t fn, void *arg)
{
	char buffer[32768];
	unsigned port = mnl_socket_get_portid(nl->socket);
	int more = 1;

	while (more > 0) {
		ssize_t n = mnl_socket_recvfrom(nl->socket, buffer, sizeof(buffer));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		more = mnl_cb_run(buffer, (size_t)n, nl->seq, port, fn, arg);
	}
	return more;
}

int nl_talk(struct nl *nl, struct nl_request *r)
{
	r->header->nlmsg_flags |= NLM_F_ACK;
	r->header->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->socket, r->header, r->header->nlmsg_len) < 0)
		return -1;
	return receive(nl, NULL, NULL);
}

int nl_dump(struct nl *nl, struct nl_request *r, mnl_cb_t fn, void *arg)
{
	r->header->nlmsg_flags |= NLM_F_DUMP;
	r->header->nlmsg_seq = ++nl->seq;
	if (mnl_socket_sendto(nl->socket, r->header, r->header->nlmsg_len) < 0)
		return -1;
	return receive(nl, fn, arg);
}

void nl_append(struct nl_request *r, const void *data, size_t len)
{
	memcpy(mnl_nlmsg_get_payload_tail(r->header), data, len);
	r->header->nlmsg_len += ((uint32_t)len + 3U) & ~3U;
}
