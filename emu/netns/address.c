/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, routes and neighbour entries of nodes. */
#include "netns/internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parsed {
	struct in6_addr addr;
	uint8_t len;
};

/* "addr/len", or "default". The plan has checked the text. */
static int parse_prefix(const char *text, struct parsed *ret)
{
	char addr[INET6_ADDRSTRLEN] = "::";
	unsigned len = 0;

	if (strcmp(text, "default") != 0 && sscanf(text, "%45[^/]/%u", addr, &len) != 2)
		len = 128;
	if (len > 128 || inet_pton(AF_INET6, addr, &ret->addr) != 1) {
		errno = EINVAL;
		return -1;
	}
	ret->len = (uint8_t)len;
	return 0;
}

int netns_add_address(struct nl *nl, unsigned ifindex, const char *text)
{
	struct nl_request request;
	struct ifaddrmsg *msg =
	    nl_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*msg));
	struct parsed p;

	if (parse_prefix(text, &p) < 0)
		return -1;
	msg->ifa_family = AF_INET6;
	msg->ifa_prefixlen = p.len;
	msg->ifa_index = ifindex;
	msg->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(request.header, IFA_LOCAL, sizeof(p.addr), &p.addr);
	mnl_attr_put(request.header, IFA_ADDRESS, sizeof(p.addr), &p.addr);
	return nl_talk(nl, &request);
}

static unsigned ifindex_of(const struct lab_node *node, const char *name)
{
	for (size_t i = 0; i < node->iface_count; i++)
		if (strcmp(node->ifaces[i].name, name) == 0)
			return node->ifaces[i].ifindex;
	return 0;
}

int netns_add_route(struct netns *net, int node, const struct lab_route *route)
{
	const struct lab_node *n = &net->plan->nodes[node];
	struct nl_request request;
	struct rtmsg *msg =
	    nl_begin(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, sizeof(*msg));
	struct parsed dst;
	struct parsed via;

	msg->rtm_family = AF_INET6;
	msg->rtm_table = RT_TABLE_MAIN;
	msg->rtm_protocol = RTPROT_STATIC;
	msg->rtm_scope = RT_SCOPE_UNIVERSE;
	msg->rtm_type = RTN_UNICAST;
	if (parse_prefix(route->dst, &dst) < 0)
		return netns_fail(net, "bad route destination", route->dst);
	msg->rtm_dst_len = dst.len;
	mnl_attr_put(request.header, RTA_DST, sizeof(dst.addr), &dst.addr);
	if (route->via[0]) {
		if (parse_prefix(route->via, &via) < 0)
			return netns_fail(net, "bad gateway", route->via);
		mnl_attr_put(request.header, RTA_GATEWAY, sizeof(via.addr), &via.addr);
	}
	if (route->dev[0])
		mnl_attr_put_u32(request.header, RTA_OIF, ifindex_of(n, route->dev));
	if (nl_talk(&net->nodes[node].nl, &request) < 0)
		return netns_fail(net, "cannot add a route at node", n->name);
	return 0;
}

int netns_add_neighbour(struct nl *nl, unsigned ifindex, const char *text, const uint8_t mac[6])
{
	struct nl_request request;
	struct ndmsg *msg =
	    nl_begin(&request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, sizeof(*msg));
	struct parsed p;

	if (parse_prefix(text, &p) < 0)
		return -1;
	msg->ndm_family = AF_INET6;
	msg->ndm_ifindex = (int)ifindex;
	msg->ndm_state = NUD_PERMANENT;
	mnl_attr_put(request.header, NDA_DST, sizeof(p.addr), &p.addr);
	mnl_attr_put(request.header, NDA_LLADDR, 6, mac);
	return nl_talk(nl, &request);
}

#define ADDRESSES_MAX 256

/* The addresses of one neighbour, and those that nobody has answered for: one that is
 * asked for in vain while its node is away would be asked for again only after 1 s. */
struct neighbour {
	unsigned ifindex;
	const uint8_t *mac;
	size_t count;
	struct in6_addr addrs[ADDRESSES_MAX];
};

struct entry {
	const struct nlattr *address, *mac;
};

static int take_attribute(const struct nlattr *attr, void *arg)
{
	struct entry *entry = arg;

	if (mnl_attr_get_type(attr) == NDA_DST &&
	    mnl_attr_get_payload_len(attr) == sizeof(struct in6_addr))
		entry->address = attr;
	if (mnl_attr_get_type(attr) == NDA_LLADDR && mnl_attr_get_payload_len(attr) == 6)
		entry->mac = attr;
	return MNL_CB_OK;
}

static int collect(const struct nlmsghdr *header, void *arg)
{
	const struct ndmsg *msg = mnl_nlmsg_get_payload(header);
	struct neighbour *n = arg;
	struct entry entry = {0};

	if ((unsigned)msg->ndm_ifindex != n->ifindex ||
	    (msg->ndm_state & (NUD_PERMANENT | NUD_NOARP)) || (msg->ndm_flags & NTF_PROXY) ||
	    mnl_attr_parse(header, sizeof(*msg), take_attribute, &entry) < 0)
		return MNL_CB_OK;
	if (entry.address && n->count < ADDRESSES_MAX &&
	    (!entry.mac || memcmp(mnl_attr_get_payload(entry.mac), n->mac, 6) == 0))
		memcpy(&n->addrs[n->count++], mnl_attr_get_payload(entry.address),
		       sizeof(struct in6_addr));
	return MNL_CB_OK;
}

int netns_forget_neighbour(struct nl *nl, unsigned ifindex, const uint8_t mac[6])
{
	struct neighbour n = {.ifindex = ifindex, .mac = mac};
	struct nl_request request;
	struct ndmsg *msg = nl_begin(&request, RTM_GETNEIGH, 0, sizeof(*msg));

	msg->ndm_family = AF_INET6;
	msg->ndm_ifindex = (int)ifindex;
	if (nl_dump(nl, &request, collect, &n) < 0)
		return -1;
	for (size_t i = 0; i < n.count; i++) {
		msg = nl_begin(&request, RTM_DELNEIGH, 0, sizeof(*msg));
		msg->ndm_family = AF_INET6;
		msg->ndm_ifindex = (int)ifindex;
		mnl_attr_put(request.header, NDA_DST, sizeof(n.addrs[i]), &n.addrs[i]);
		if (nl_talk(nl, &request) < 0 && errno != ENOENT)
			return -1;
	}
	return 0;
}
