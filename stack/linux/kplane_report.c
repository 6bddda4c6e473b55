/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Packets with a Home Address option that the kernel refuses, since none but Mobility
 * Headers are permitted to have one (kplane_mh.c). It tells of each by XFRM's reports, so
 * that who sent it can be told (RFC 6275 9.3.1). Strangers cause them: the socket holds few,
 * and what finds no room is forgotten. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { REPORTS_ROOM = 1 << 15, REPORTS_BATCH = 16 };

void kplane_report_open(struct kplane *k)
{
	const int room = REPORTS_ROOM;
	int group = XFRMNLGRP_REPORT;

	if (!k->xfrm.socket || nlsock_open(&k->reports, NETLINK_XFRM) < 0)
		return;
	setsockopt(mnl_socket_get_fd(k->reports.socket), SOL_SOCKET, SO_RCVBUF, &room,
		   sizeof(room));
	mnl_socket_setsockopt(k->reports.socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
}

void kplane_report_close(struct kplane *k)
{
	nlsock_close(&k->reports);
}

int kplane_reports_fd(const struct kplane *k)
{
	return k->reports.socket ? mnl_socket_get_fd(k->reports.socket) : -1;
}

static struct mip6_addr report_address(const xfrm_address_t *from)
{
	struct mip6_addr addr;

	memcpy(addr.b, from, sizeof(addr.b));
	return addr;
}

/* The kernel has exchanged the addresses already: what it calls the source is the home
 * address, and the care-of address stands beside. */
static bool report_parse(const struct nlmsghdr *m, struct ip6_packet *ret)
{
	const struct nlattr *a[XFRMA_MAX + 1];
	struct xfrm_user_report report;

	if (m->nlmsg_type != XFRM_MSG_REPORT || m->nlmsg_len < mnl_nlmsg_size(sizeof(report)))
		return false;
	memcpy(&report, mnl_nlmsg_get_payload(m), sizeof(report));
	nlsock_attributes(m, sizeof(report), a, XFRMA_MAX + 1);
	if (report.proto != IPPROTO_DSTOPTS || report.sel.family != AF_INET6 || !a[XFRMA_COADDR])
		return false;
	*ret = (struct ip6_packet){.next_header = report.sel.proto, .has_hao = true};
	ret->src = nlsock_addr(a[XFRMA_COADDR]);
	ret->dst = report_address(&report.sel.daddr);
	ret->hao = report_address(&report.sel.saddr);
	return true;
}

struct report_reader {
	kplane_unbound fn;
	void *arg;
};

static int report_on_message(const struct nlmsghdr *m, void *arg)
{
	const struct report_reader *reader = arg;
	struct ip6_packet p;

	if (report_parse(m, &p))
		reader->fn(reader->arg, &p);
	return MNL_CB_OK;
}

void kplane_reports(struct kplane *k, kplane_unbound fn, void *arg)
{
	_Alignas(struct nlmsghdr) uint8_t message[1024];
	struct report_reader reader = {fn, arg};

	for (int i = 0; i < REPORTS_BATCH; i++) {
		ssize_t n = recv(kplane_reports_fd(k), message, sizeof(message), MSG_DONTWAIT);

		if (n > 0)
			mnl_cb_run(message, (size_t)n, 0, 0, report_on_message, &reader);
		else if (n == 0 || (errno != EINTR && errno != ENOBUFS))
			return;
	}
}
