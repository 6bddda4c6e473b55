/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link monitor. Carrier changes come late or merged where the kernel does
 * not hold them for urgent: a link that went down and up between two events
 * shows only in its carrier counters. So a counter that grew is an attachment
 * as good as a link that was seen to come up.
 *
 * Loopback and our own tunnel devices are none of the core's interfaces. */
#include "linkmon.h"
#include "kplane.h"
#include "uplane.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#ifndef IFA_PROTO
#define IFA_PROTO 11
#endif

#define LINKMON_BUFFER 65536
#define LINKMON_BATCH  64
#define LINKMON_TRIES  5

/* Older than the groups that have a name of this kind. */
#define GROUP_IPV6_RULE (1u << (RTNLGRP_IPV6_RULE - 1))

struct address {
	struct mip6_prefix addr;
	unsigned flags;
	bool seen; /* in the dump under way */
};

struct route {
	struct mip6_prefix prefix;
	uint32_t metric; /* routes of one prefix with different metrics are several */
	bool seen;
};

struct link {
	struct mip6_link info;
	uint32_t carrier_up;
	bool seen;
	struct mip6_addr lost; /* a link-local address that went while the link was up */
	struct address *addrs;
	size_t addr_count;
	struct route *routes;
	size_t route_count;
	struct link *next;
};

struct linkmon {
	struct mnl_socket *events;
	struct link *links;
	const struct linkmon_sink *sink;
	void *arg;
	mip6_time now; /* of the input at work */
	uint8_t buffer[LINKMON_BUFFER];
};

/* A home agent changes a route with each binding. Events of these would fill the
 * socket to no purpose, so that the kernel drops them before they are queued: what came by
 * the node's own port, and routes of ours that are new. Those of ours that go otherwise
 * are reported. Netlink numbers are in host byte order, and the filter loads big endian. */
int linkmon_ignore(struct linkmon *m, uint32_t port)
{
	const unsigned protocol = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol);
	const unsigned type = offsetof(struct nlmsghdr, nlmsg_type);
	const unsigned sender = offsetof(struct nlmsghdr, nlmsg_pid);
	struct sock_filter code[] = {
	    /*  0 */ BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type),
	    /*  1 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 4, 0),
	    /*  2 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 5, 0),
	    /*  3 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWRULE), 4, 0),
	    /*  4 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELRULE), 3, 0),
	    /*  5 */ BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	    /*  6 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, protocol),
	    /*  7 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, KPLANE_PROTOCOL, 2, 0),
	    /*  8 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sender),
	    /*  9 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
	    /* 10 */ BPF_STMT(BPF_RET | BPF_K, 0),
	    /* 11 */ BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

	return setsockopt(linkmon_fd(m), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

struct linkmon *linkmon_open(const struct linkmon_sink *sink, void *arg)
{
	struct linkmon *m = calloc(1, sizeof(*m));
	int room = 4 << 20;

	if (!m)
		return NULL;
	m->sink = sink;
	m->arg = arg;
	m->events = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!m->events || linkmon_ignore(m, UINT32_MAX) < 0 ||
	    mnl_socket_bind(m->events,
			    RTMGRP_LINK | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE | RTMGRP_NEIGH |
				RTMGRP_TC | GROUP_IPV6_RULE,
			    MNL_SOCKET_AUTOPID) < 0) {
		linkmon_close(m);
		return NULL;
	}
	setsockopt(linkmon_fd(m), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return m;
}

static void free_link(struct link *l)
{
	free(l->addrs);
	free(l->routes);
	free(l);
}

void linkmon_close(struct linkmon *m)
{
	if (!m)
		return;
	while (m->links) {
		struct link *l = m->links;

		m->links = l->next;
		free_link(l);
	}
	if (m->events)
		mnl_socket_close(m->events);
	free(m);
}

int linkmon_fd(const struct linkmon *m)
{
	return mnl_socket_get_fd(m->events);
}

static struct link *find(const struct linkmon *m, unsigned ifindex)
{
	for (struct link *l = m->links; l; l = l->next)
		if (l->info.ifindex == ifindex)
			return l;
	return NULL;
}

const char *linkmon_name(const struct linkmon *m, unsigned ifindex)
{
	const struct link *l = find(m, ifindex);

	return l ? l->info.name : NULL;
}

/* ---- links ---------------------------------------------------------------- */

struct link_message {
	struct mip6_link info;
	uint32_t carrier_up;
};

static int take_link_attr(const struct nlattr *attr, void *data)
{
	struct link_message *msg = data;
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case IFLA_IFNAME:
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 && len <= MIP6_IFNAME)
			memcpy(msg->info.name, mnl_attr_get_payload(attr), len);
		break;
	case IFLA_ADDRESS:
		if (len <= sizeof(msg->info.mac)) {
			memcpy(msg->info.mac, mnl_attr_get_payload(attr), len);
			msg->info.mac_len = (uint8_t)len;
		}
		break;
	case IFLA_MTU:
		if (len == sizeof(uint32_t))
			msg->info.mtu = mnl_attr_get_u32(attr);
		break;
	case IFLA_CARRIER_UP_COUNT:
		if (len == sizeof(uint32_t))
			msg->carrier_up = mnl_attr_get_u32(attr);
		break;
	}
	return MNL_CB_OK;
}

static bool is_ours(const char *name)
{
	return strcmp(name, KPLANE_DEVICE_MN) == 0 || strcmp(name, KPLANE_DEVICE_HA) == 0 ||
	       strcmp(name, KPLANE_DEVICE_CUT) == 0 || strcmp(name, UPLANE_DEVICE) == 0;
}

static void touch(struct linkmon *m, enum mip6_object_kind kind)
{
	if (m->sink->touched)
		m->sink->touched(m->arg, m->now, kind);
}

static struct link *add_link(struct linkmon *m, unsigned ifindex)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->info.ifindex = ifindex;
	l->next = m->links;
	m->links = l;
	return l;
}

/* Everything but `attached`, which is no state but an occurrence. */
static bool same_link(const struct mip6_link *a, const struct mip6_link *b)
{
	return a->up == b->up && a->mac_len == b->mac_len && a->mtu == b->mtu &&
	       memcmp(a->mac, b->mac, a->mac_len) == 0 && strcmp(a->name, b->name) == 0;
}

/* IFF_RUNNING comes when the kernel's queue for the link works; IFF_LOWER_UP is
 * there before it, and what is sent between the two is lost. */
static bool is_up(const struct ifinfomsg *ifi)
{
	unsigned need = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

	return (ifi->ifi_flags & need) == need;
}

static void link_new(struct linkmon *m, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link_message msg = {.info = {.ifindex = (unsigned)ifi->ifi_index}};
	struct link *l = find(m, msg.info.ifindex);
	bool known = l != NULL;

	if (ifi->ifi_family != AF_UNSPEC) /* a bridge's word about its port */
		return;
	mnl_attr_parse(nlh, sizeof(*ifi), take_link_attr, &msg);
	if (is_ours(msg.info.name))
		touch(m, MIP6_OBJ_DEVICE);
	if (is_ours(msg.info.name) || (ifi->ifi_flags & IFF_LOOPBACK))
		return;
	if (!l)
		l = add_link(m, msg.info.ifindex);
	if (!l)
		return;
	l->seen = true;
	msg.info.up = is_up(ifi);
	msg.info.attached = msg.info.up && (!l->info.up || msg.carrier_up != l->carrier_up);
	if (known && !msg.info.attached && same_link(&l->info, &msg.info))
		return;
	if (msg.info.up || !known)
		l->carrier_up = msg.carrier_up;
	l->info = msg.info;
	m->sink->link(m->arg, m->now, &l->info);
}

static void remove_link(struct linkmon *m, struct link **at)
{
	struct link *l = *at;

	*at = l->next;
	m->sink->link_gone(m->arg, m->now, l->info.ifindex);
	free_link(l);
}

static void link_del(struct linkmon *m, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct link_message msg = {.carrier_up = 0};

	if (ifi->ifi_family != AF_UNSPEC)
		return;
	mnl_attr_parse(nlh, sizeof(*ifi), take_link_attr, &msg);
	if (is_ours(msg.info.name))
		touch(m, MIP6_OBJ_DEVICE);
	for (struct link **at = &m->links; *at; at = &(*at)->next) {
		if ((*at)->info.ifindex != (unsigned)ifi->ifi_index)
			continue;
		remove_link(m, at);
		return;
	}
}

/* ---- addresses -------------------------------------------------------------- */

struct address_message {
	struct mip6_prefix addr;
	bool has_local;
	bool has_addr;
	uint32_t flags;
	uint8_t proto;
};

static int take_address_attr(const struct nlattr *attr, void *data)
{
	struct address_message *msg = data;
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case IFA_LOCAL: /* on a point-to-point link IFA_ADDRESS is the peer */
		if (len == sizeof(msg->addr.addr.b)) {
			memcpy(msg->addr.addr.b, mnl_attr_get_payload(attr), len);
			msg->has_local = true;
		}
		break;
	case IFA_ADDRESS:
		if (len == sizeof(msg->addr.addr.b) && !msg->has_local) {
			memcpy(msg->addr.addr.b, mnl_attr_get_payload(attr), len);
			msg->has_addr = true;
		}
		break;
	case IFA_FLAGS:
		if (len == sizeof(uint32_t))
			msg->flags = mnl_attr_get_u32(attr);
		break;
	case IFA_PROTO:
		if (len == sizeof(uint8_t))
			msg->proto = mnl_attr_get_u8(attr);
		break;
	}
	return MNL_CB_OK;
}

static unsigned host_flags(const struct address_message *msg)
{
	unsigned flags = 0;

	if ((msg->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) && !(msg->flags & IFA_F_OPTIMISTIC))
		flags |= MIP6_HOST_ADDR_TENTATIVE;
	if (msg->flags & IFA_F_DEPRECATED)
		flags |= MIP6_HOST_ADDR_DEPRECATED;
	if (msg->proto == KPLANE_IFA_PROTO)
		flags |= MIP6_HOST_ADDR_OURS;
	return flags;
}

static struct address *find_address(struct link *l, const struct mip6_addr *addr)
{
	for (size_t i = 0; i < l->addr_count; i++)
		if (mip6_addr_equal(&l->addrs[i].addr.addr, addr))
			return &l->addrs[i];
	return NULL;
}

static struct address *add_address(struct link *l, const struct mip6_prefix *addr)
{
	struct address *more = realloc(l->addrs, (l->addr_count + 1) * sizeof(*more));

	if (!more)
		return NULL;
	l->addrs = more;
	l->addrs[l->addr_count] = (struct address){.addr = *addr};
	return &l->addrs[l->addr_count++];
}

static void remove_address(struct linkmon *m, struct link *l, struct address *a)
{
	struct address gone = *a;

	*a = l->addrs[--l->addr_count];
	if (l->info.up && mip6_addr_is_link_local(&gone.addr.addr))
		l->lost = gone.addr.addr;
	if (m->sink->address)
		m->sink->address(m->arg, m->now, l->info.ifindex, &gone.addr, gone.flags, false);
}

static void address_event(struct linkmon *m, const struct nlmsghdr *nlh)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct link *l = find(m, ifa->ifa_index);
	struct address_message msg = {.flags = ifa->ifa_flags};
	struct address *a;
	unsigned flags;
	bool known;

	if (ifa->ifa_family != AF_INET6)
		return;
	mnl_attr_parse(nlh, sizeof(*ifa), take_address_attr, &msg);
	if (!msg.has_addr && !msg.has_local)
		return;
	if (nlh->nlmsg_type == RTM_DELADDR)
		touch(m, MIP6_OBJ_ADDRESS);
	if (!l)
		return;
	msg.addr.len = ifa->ifa_prefixlen;
	a = find_address(l, &msg.addr.addr);
	if (nlh->nlmsg_type == RTM_DELADDR) {
		if (a)
			remove_address(m, l, a);
		return;
	}
	flags = host_flags(&msg);
	known = a && a->flags == flags && a->addr.len == msg.addr.len;
	if (!a)
		a = add_address(l, &msg.addr);
	if (!a)
		return;
	*a = (struct address){.addr = msg.addr, .flags = flags, .seen = true};
	if (!known && m->sink->address)
		m->sink->address(m->arg, m->now, l->info.ifindex, &msg.addr, flags, true);
}

static bool has_link_local(const struct link *l)
{
	for (size_t i = 0; i < l->addr_count; i++)
		if (mip6_addr_is_link_local(&l->addrs[i].addr.addr))
			return true;
	return false;
}

bool linkmon_lost_link_local(const struct linkmon *m, unsigned ifindex, struct mip6_addr *ret)
{
	const struct link *l = find(m, ifindex);

	if (!l || !l->info.up || mip6_addr_is_unspecified(&l->lost) || has_link_local(l))
		return false;
	*ret = l->lost;
	return true;
}

/* ---- routes ------------------------------------------------------------------- */

struct route_message {
	struct mip6_prefix prefix;
	uint32_t metric;
	unsigned ifindex;
	uint32_t table;
	bool gateway;
};

static int take_route_attr(const struct nlattr *attr, void *data)
{
	struct route_message *msg = data;
	size_t len = mnl_attr_get_payload_len(attr);

	switch (mnl_attr_get_type(attr)) {
	case RTA_DST:
		if (len == sizeof(msg->prefix.addr.b))
			memcpy(msg->prefix.addr.b, mnl_attr_get_payload(attr), len);
		break;
	case RTA_OIF:
		if (len == sizeof(uint32_t))
			msg->ifindex = mnl_attr_get_u32(attr);
		break;
	case RTA_TABLE:
		if (len == sizeof(uint32_t))
			msg->table = mnl_attr_get_u32(attr);
		break;
	case RTA_PRIORITY:
		if (len == sizeof(uint32_t))
			msg->metric = mnl_attr_get_u32(attr);
		break;
	case RTA_GATEWAY:
	case RTA_MULTIPATH:
	case RTA_ENCAP:
		msg->gateway = true;
		break;
	}
	return MNL_CB_OK;
}

/* What the kernel made itself comes with an address, or from an advertisement
 * that has a lifetime of its own: both are known better. */
static bool route_counts(const struct rtmsg *rtm, const struct route_message *msg)
{
	return rtm->rtm_family == AF_INET6 && rtm->rtm_type == RTN_UNICAST &&
	       rtm->rtm_src_len == 0 && !(rtm->rtm_flags & RTM_F_CLONED) &&
	       rtm->rtm_protocol != RTPROT_KERNEL && rtm->rtm_protocol != RTPROT_RA &&
	       rtm->rtm_protocol != KPLANE_PROTOCOL && msg->table == RT_TABLE_MAIN &&
	       !msg->gateway && msg->prefix.len > 0 && !mip6_addr_is_multicast(&msg->prefix.addr) &&
	       !mip6_addr_is_link_local(&msg->prefix.addr);
}

static struct route *find_route(const struct link *l, const struct route_message *msg)
{
	for (size_t i = 0; i < l->route_count; i++)
		if (l->routes[i].metric == msg->metric &&
		    mip6_prefix_equal(&l->routes[i].prefix, &msg->prefix))
			return &l->routes[i];
	return NULL;
}

static bool has_prefix(const struct link *l, const struct mip6_prefix *prefix)
{
	for (size_t i = 0; i < l->route_count; i++)
		if (mip6_prefix_equal(&l->routes[i].prefix, prefix))
			return true;
	return false;
}

static void add_route(struct linkmon *m, struct link *l, const struct route_message *msg)
{
	bool known = has_prefix(l, &msg->prefix);
	struct route *more = realloc(l->routes, (l->route_count + 1) * sizeof(*more));

	if (!more)
		return;
	l->routes = more;
	more[l->route_count++] =
	    (struct route){.prefix = msg->prefix, .metric = msg->metric, .seen = true};
	if (!known && m->sink->route)
		m->sink->route(m->arg, m->now, l->info.ifindex, &msg->prefix, true);
}

static void remove_route(struct linkmon *m, struct link *l, struct route *r)
{
	struct mip6_prefix gone = r->prefix;

	*r = l->routes[--l->route_count];
	if (!has_prefix(l, &gone) && m->sink->route)
		m->sink->route(m->arg, m->now, l->info.ifindex, &gone, false);
}

static void route_event(struct linkmon *m, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct route_message msg = {.table = rtm->rtm_table, .prefix.len = rtm->rtm_dst_len};
	struct route *r;
	struct link *l;

	mnl_attr_parse(nlh, sizeof(*rtm), take_route_attr, &msg);
	/* The filter lets none pass that is our own work. */
	if (nlh->nlmsg_type == RTM_DELROUTE || (nlh->nlmsg_flags & NLM_F_REPLACE))
		touch(m, MIP6_OBJ_ROUTE);
	l = find(m, msg.ifindex);
	if (!l || !route_counts(rtm, &msg))
		return;
	r = find_route(l, &msg);
	if (nlh->nlmsg_type == RTM_DELROUTE) {
		if (r)
			remove_route(m, l, r);
	} else if (r) {
		r->seen = true;
	} else {
		add_route(m, l, &msg);
	}
}

/* ---- neighbours --------------------------------------------------------------- */

static int take_neighbour_attr(const struct nlattr *attr, void *data)
{
	struct mip6_addr *dst = data;

	if (mnl_attr_get_type(attr) == NDA_DST && mnl_attr_get_payload_len(attr) == sizeof(dst->b))
		memcpy(dst->b, mnl_attr_get_payload(attr), sizeof(dst->b));
	return MNL_CB_OK;
}

static void neighbour_event(struct linkmon *m, const struct nlmsghdr *nlh)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct mip6_addr dst = {{0}};

	if (ndm->ndm_family != AF_INET6 || !(ndm->ndm_state & NUD_FAILED) ||
	    !find(m, (unsigned)ndm->ndm_ifindex))
		return;
	mnl_attr_parse(nlh, sizeof(*ndm), take_neighbour_attr, &dst);
	if (!mip6_addr_is_unspecified(&dst) && m->sink->neighbour_failed)
		m->sink->neighbour_failed(m->arg, m->now, (unsigned)ndm->ndm_ifindex, &dst);
}

/* ---- messages ------------------------------------------------------------------ */

static bool has_header(const struct nlmsghdr *nlh, size_t size)
{
	return mnl_nlmsg_get_payload_len(nlh) >= size;
}

static int message(const struct nlmsghdr *nlh, void *data)
{
	struct linkmon *m = data;

	switch (nlh->nlmsg_type) {
	case RTM_NEWLINK:
		if (has_header(nlh, sizeof(struct ifinfomsg)))
			link_new(m, nlh);
		break;
	case RTM_DELLINK:
		if (has_header(nlh, sizeof(struct ifinfomsg)))
			link_del(m, nlh);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (has_header(nlh, sizeof(struct ifaddrmsg)))
			address_event(m, nlh);
		break;
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		if (has_header(nlh, sizeof(struct rtmsg)))
			route_event(m, nlh);
		break;
	case RTM_DELTFILTER: /* the source check is one */
	case RTM_DELQDISC:
		touch(m, MIP6_OBJ_DEVICE);
		break;
	case RTM_DELRULE:
		touch(m, MIP6_OBJ_RULE);
		break;
	case RTM_NEWNEIGH:
		if (has_header(nlh, sizeof(struct ndmsg)))
			neighbour_event(m, nlh);
		break;
	}
	return MNL_CB_OK;
}

static void mark_unseen(struct linkmon *m)
{
	for (struct link *l = m->links; l; l = l->next) {
		l->seen = false;
		for (size_t i = 0; i < l->addr_count; i++)
			l->addrs[i].seen = false;
		for (size_t i = 0; i < l->route_count; i++)
			l->routes[i].seen = false;
	}
}

static void remove_unseen(struct linkmon *m)
{
	struct link **at = &m->links;

	while (*at) {
		struct link *l = *at;

		if (!l->seen) {
			remove_link(m, at);
			continue;
		}
		for (size_t i = l->addr_count; i > 0; i--)
			if (!l->addrs[i - 1].seen)
				remove_address(m, l, &l->addrs[i - 1]);
		for (size_t i = l->route_count; i > 0; i--)
			if (!l->routes[i - 1].seen)
				remove_route(m, l, &l->routes[i - 1]);
		at = &l->next;
	}
}

static size_t header_size(uint16_t type)
{
	switch (type) {
	case RTM_GETLINK:
		return sizeof(struct ifinfomsg);
	case RTM_GETROUTE:
		return sizeof(struct rtmsg);
	default:
		return sizeof(struct ifaddrmsg);
	}
}

/* One dump over a socket of its own: answers never mix with events. */
static int dump(struct linkmon *m, uint16_t type, unsigned char family)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(m->buffer);
	struct rtgenmsg *gen;
	int ret = -1;
	ssize_t n;

	if (!s)
		return MIP6_ERR_IO;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	gen = mnl_nlmsg_put_extra_header(nlh, header_size(type));
	gen->rtgen_family = family;
	if (mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(s, nlh, nlh->nlmsg_len) >= 0) {
		unsigned port = mnl_socket_get_portid(s);

		do {
			n = mnl_socket_recvfrom(s, m->buffer, sizeof(m->buffer));
			ret = n < 0 ? -1 : mnl_cb_run(m->buffer, (size_t)n, 0, port, message, m);
		} while (ret > 0);
	}
	mnl_socket_close(s);
	return ret < 0 ? MIP6_ERR_IO : MIP6_OK;
}

static int dump_all(struct linkmon *m)
{
	mark_unseen(m);
	if (dump(m, RTM_GETLINK, AF_UNSPEC) || dump(m, RTM_GETADDR, AF_INET6) ||
	    dump(m, RTM_GETROUTE, AF_INET6))
		return MIP6_ERR_IO;
	remove_unseen(m);
	return MIP6_OK;
}

int linkmon_dump(struct linkmon *m, mip6_time now)
{
	int err = MIP6_ERR_IO;

	m->now = now;
	/* EINTR: the kernel's tables changed during the dump. */
	for (int i = 0; i < LINKMON_TRIES && err; i++) {
		err = dump_all(m);
		if (err && errno != EINTR)
			break;
	}
	return err;
}

/* Events were lost: those that still wait are older than a dump, and one of them
 * may tell of something whose end is among the lost ones. They are not read. */
static int start_over(struct linkmon *m, mip6_time now)
{
	ssize_t n;

	do
		n = mnl_socket_recvfrom(m->events, m->buffer, sizeof(m->buffer));
	while (n >= 0 || errno == ENOBUFS || errno == EINTR || errno == ENOSPC);
	touch(m, MIP6_OBJ_KINDS);
	return linkmon_dump(m, now);
}

int linkmon_receive(struct linkmon *m, mip6_time now)
{
	m->now = now;
	for (int i = 0; i < LINKMON_BATCH; i++) {
		ssize_t n = mnl_socket_recvfrom(m->events, m->buffer, sizeof(m->buffer));

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return MIP6_OK;
		if (n < 0 && (errno == ENOBUFS || errno == ENOSPC))
			return start_over(m, now);
		if (n < 0)
			return MIP6_ERR_IO;
		mnl_cb_run(m->buffer, (size_t)n, 0, 0, message, m);
	}
	return MIP6_OK;
}
