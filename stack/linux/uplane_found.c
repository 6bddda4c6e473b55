/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What the kernel had on an interface before the user plane took it: addresses,
 * routes of the tables that people and daemons fill, permanent and proxied
 * neighbours. The kernel throws all of it away when its IPv6 is switched off. Each
 * is kept as the netlink message that makes it again, as near to what the kernel
 * told as the interface allows: attributes that are not known here come back, too. */
#include "linux/uplane_internal.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	SETTLE_TRIES = 100, /* of one millisecond */
	MESSAGE_CAP = 4096,
};

/* Flags that a user may give to an address; the others are the kernel's own. */
#define GIVEN_FLAGS                                                                                \
	(IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE |            \
	 IFA_F_MCAUTOJOIN)

struct reading {
	struct uplane_found *found;
};

struct outgoing {
	_Alignas(struct nlmsghdr) uint8_t bytes[MESSAGE_CAP];
};

void uplane_found_clear(struct uplane_found *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->messages[i].bytes);
	free(f->messages);
	f->messages = NULL;
	f->count = 0;
}

int uplane_found_append(struct uplane_found *f, const void *bytes, size_t len)
{
	struct uplane_message *more =
	    realloc(f->messages, (f->count + 1) * sizeof(struct uplane_message));
	uint8_t *copy = malloc(len);

	if (more)
		f->messages = more;
	if (!more || !copy) {
		free(copy);
		return MIP6_ERR_NOMEM;
	}
	memcpy(copy, bytes, len);
	more[f->count++] = (struct uplane_message){.bytes = copy, .len = len};
	return MIP6_OK;
}

/* ---- which of the kernel's messages count ------------------------------------------ */

/* Temporary addresses (RFC 8981) only the kernel itself can make, and will. */
static bool address_counts(const struct nlmsghdr *m, unsigned ifindex)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[IFA_FLAGS + 1];

	if (m->nlmsg_len < mnl_nlmsg_size(sizeof(*ifa)) || ifa->ifa_family != AF_INET6 ||
	    ifa->ifa_index != ifindex)
		return false;
	nlsock_attributes(m, sizeof(*ifa), table, IFA_FLAGS + 1);
	return !(nlsock_u32(table[IFA_FLAGS], ifa->ifa_flags) & IFA_F_TEMPORARY);
}

/* A multipath route holds one structure for each next hop. */
static bool has_hop(const struct nlattr *multipath, unsigned ifindex)
{
	const uint8_t *at = mnl_attr_get_payload(multipath);
	size_t left = mnl_attr_get_payload_len(multipath);
	struct rtnexthop hop;

	while (left >= sizeof(hop)) {
		memcpy(&hop, at, sizeof(hop));
		if ((unsigned)hop.rtnh_ifindex == ifindex)
			return true;
		if (hop.rtnh_len < sizeof(hop) || (size_t)MNL_ALIGN(hop.rtnh_len) > left)
			return false;
		at += MNL_ALIGN(hop.rtnh_len);
		left -= (size_t)MNL_ALIGN(hop.rtnh_len);
	}
	return false;
}

/* The table "local" follows the addresses by itself. */
static bool route_counts(const struct nlmsghdr *m, unsigned ifindex)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[RTA_TABLE + 1];

	if (m->nlmsg_len < mnl_nlmsg_size(sizeof(*rtm)) || rtm->rtm_family != AF_INET6 ||
	    rtm->rtm_type != RTN_UNICAST || (rtm->rtm_flags & RTM_F_CLONED))
		return false;
	nlsock_attributes(m, sizeof(*rtm), table, RTA_TABLE + 1);
	if (nlsock_u32(table[RTA_TABLE], rtm->rtm_table) == RT_TABLE_LOCAL)
		return false;
	return nlsock_u32(table[RTA_OIF], 0) == ifindex ||
	       (table[RTA_MULTIPATH] && has_hop(table[RTA_MULTIPATH], ifindex));
}

static bool neighbour_counts(const struct nlmsghdr *m, unsigned ifindex)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(m);

	return m->nlmsg_len >= mnl_nlmsg_size(sizeof(*ndm)) && ndm->ndm_family == AF_INET6 &&
	       (unsigned)ndm->ndm_ifindex == ifindex &&
	       ((ndm->ndm_flags & NTF_PROXY) || (ndm->ndm_state & NUD_PERMANENT));
}

static int take_message(const struct nlmsghdr *m, void *arg)
{
	const struct reading *r = arg;
	bool counts;

	if (m->nlmsg_type == RTM_NEWADDR)
		counts = address_counts(m, r->found->ifindex);
	else if (m->nlmsg_type == RTM_NEWROUTE)
		counts = route_counts(m, r->found->ifindex);
	else
		counts = m->nlmsg_type == RTM_NEWNEIGH && neighbour_counts(m, r->found->ifindex);
	if (!counts || m->nlmsg_len > MESSAGE_CAP / 2)
		return 0;
	return uplane_found_append(r->found, m, m->nlmsg_len) ? -ENOMEM : 0;
}

static int read_all(struct nlsock *nl, struct reading *r)
{
	const struct ifaddrmsg addresses = {.ifa_family = AF_INET6};
	const struct rtmsg routes = {.rtm_family = AF_INET6};
	const struct ndmsg neighbours = {.ndm_family = AF_INET6};
	const struct ndmsg proxies = {.ndm_family = AF_INET6, .ndm_flags = NTF_PROXY};
	struct nlsock_request q;
	int err;

	err = nlsock_dump(nl, nlsock_begin(&q, RTM_GETADDR, 0, &addresses, sizeof(addresses)),
			  take_message, r);
	if (err == 0)
		err = nlsock_dump(nl, nlsock_begin(&q, RTM_GETROUTE, 0, &routes, sizeof(routes)),
				  take_message, r);
	if (err == 0)
		err = nlsock_dump(
		    nl, nlsock_begin(&q, RTM_GETNEIGH, 0, &neighbours, sizeof(neighbours)),
		    take_message, r);
	if (err == 0)
		err = nlsock_dump(nl, nlsock_begin(&q, RTM_GETNEIGH, 0, &proxies, sizeof(proxies)),
				  take_message, r);
	return err;
}

int uplane_found_read(struct nlsock *nl, unsigned ifindex, mip6_time now, struct uplane_found *ret)
{
	struct reading r = {.found = ret};
	int err = -EINTR;

	*ret = (struct uplane_found){.ifindex = ifindex, .at = now};
	for (int i = 0; i < 5 && err == -EINTR; i++) {
		uplane_found_clear(ret);
		err = read_all(nl, &r);
	}
	if (err == 0)
		return MIP6_OK;
	uplane_found_clear(ret);
	return err == -ENOMEM ? MIP6_ERR_NOMEM : MIP6_ERR_IO;
}

/* ---- making it again ----------------------------------------------------------------- */

static const struct nlmsghdr *header(const struct uplane_message *message)
{
	return (const struct nlmsghdr *)(const void *)message->bytes;
}

static uint32_t left_of(uint32_t seconds, mip6_time passed)
{
	mip6_time gone = passed > 0 ? passed / MIP6_SECOND : 0;

	if (seconds == UINT32_MAX)
		return UINT32_MAX;
	return gone < seconds ? seconds - (uint32_t)gone : 0;
}

/* A new message with the fixed header of the old one. */
static struct nlmsghdr *begin(struct outgoing *o, const struct nlmsghdr *m, size_t size,
			      uint16_t flags)
{
	struct nlmsghdr *ret = mnl_nlmsg_put_header(o->bytes);
	void *extra = mnl_nlmsg_put_extra_header(ret, size);

	ret->nlmsg_type = m->nlmsg_type;
	ret->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_CREATE | flags);
	memcpy(extra, mnl_nlmsg_get_payload(m), size);
	return ret;
}

struct copying {
	struct nlmsghdr *to;
	uint64_t without; /* a bit for each attribute that is made anew, or left out */
};

static uint64_t bit(unsigned attribute)
{
	return attribute < 64 ? UINT64_C(1) << attribute : 0;
}

static int copy_attribute(const struct nlattr *a, void *arg)
{
	const struct copying *c = arg;
	uint16_t type = mnl_attr_get_type(a);

	/* With the flag that marks a nest. */
	if (!(c->without & bit(type)))
		mnl_attr_put(c->to, a->nla_type, mnl_attr_get_payload_len(a),
			     mnl_attr_get_payload(a));
	return MNL_CB_OK;
}

/* 0, or a negative errno; lifetimes go on from where they were. */
static int restore_address(struct nlsock *nl, const struct nlmsghdr *m, mip6_time passed)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[IFA_FLAGS + 1];
	struct ifa_cacheinfo life = {.ifa_prefered = UINT32_MAX, .ifa_valid = UINT32_MAX};
	struct outgoing o;
	struct nlmsghdr *out = begin(&o, m, sizeof(*ifa), NLM_F_EXCL);
	struct copying c = {out, bit(IFA_FLAGS) | bit(IFA_CACHEINFO)};

	nlsock_attributes(m, sizeof(*ifa), table, IFA_FLAGS + 1);
	if (table[IFA_CACHEINFO] && mnl_attr_get_payload_len(table[IFA_CACHEINFO]) >= sizeof(life))
		memcpy(&life, mnl_attr_get_payload(table[IFA_CACHEINFO]), sizeof(life));
	life.ifa_valid = left_of(life.ifa_valid, passed);
	life.ifa_prefered = left_of(life.ifa_prefered, passed);
	if (life.ifa_valid == 0)
		return 0;
	mnl_attr_parse(m, sizeof(*ifa), copy_attribute, &c);
	mnl_attr_put_u32(out, IFA_FLAGS,
			 nlsock_u32(table[IFA_FLAGS], ifa->ifa_flags) & GIVEN_FLAGS);
	mnl_attr_put(out, IFA_CACHEINFO, sizeof(life), &life);
	return nlsock_talk(nl, out);
}

/* What RTA_CACHEINFO says of the rest of its life, in seconds; 0: endless. */
static uint32_t route_expires(const struct nlattr *cacheinfo)
{
	struct rta_cacheinfo info = {0};
	long ticks = sysconf(_SC_CLK_TCK);

	if (!cacheinfo || mnl_attr_get_payload_len(cacheinfo) < sizeof(info))
		return 0;
	memcpy(&info, mnl_attr_get_payload(cacheinfo), sizeof(info));
	return info.rta_expires > 0 ? (uint32_t)(info.rta_expires / ticks) + 1 : 0;
}

/* Several routes to one destination are possible, so they are appended; what came
 * back with its address already is refused as existing. */
static int restore_route_without(struct nlsock *nl, const struct nlmsghdr *m, mip6_time passed,
				 uint64_t without)
{
	const struct nlattr *table[RTA_EXPIRES + 1];
	struct outgoing o;
	struct nlmsghdr *out;
	struct rtmsg *rtm;
	struct copying c = {.without = without | bit(RTA_CACHEINFO) | bit(RTA_EXPIRES)};
	uint32_t expires;

	nlsock_attributes(m, sizeof(*rtm), table, RTA_EXPIRES + 1);
	out = begin(&o, m, sizeof(*rtm), table[RTA_MULTIPATH] ? NLM_F_REPLACE : NLM_F_APPEND);
	rtm = mnl_nlmsg_get_payload(out);
	rtm->rtm_flags &= RTNH_F_ONLINK;
	expires = route_expires(table[RTA_CACHEINFO]);
	if (expires && left_of(expires, passed) == 0)
		return 0;
	c.to = out;
	mnl_attr_parse(m, sizeof(*rtm), copy_attribute, &c);
	if (expires)
		mnl_attr_put_u32(out, RTA_EXPIRES, left_of(expires, passed));
	return nlsock_talk(nl, out);
}

static bool has_nexthop_object(const struct nlmsghdr *m)
{
	const struct nlattr *table[RTA_NH_ID + 1];

	nlsock_attributes(m, sizeof(struct rtmsg), table, RTA_NH_ID + 1);
	return table[RTA_NH_ID];
}

/* Of a route by a nexthop object (`ip nexthop`, FRR) the kernel tells the object and
 * what is in it, and takes one of the two; the object may be gone. */
static int restore_route(struct nlsock *nl, const struct nlmsghdr *m, mip6_time passed)
{
	const uint64_t in_object = bit(RTA_OIF) | bit(RTA_GATEWAY) | bit(RTA_VIA) |
				   bit(RTA_MULTIPATH) | bit(RTA_ENCAP) | bit(RTA_ENCAP_TYPE);
	int err = -ENOENT;

	if (has_nexthop_object(m))
		err = restore_route_without(nl, m, passed, in_object);
	if (err < 0 && err != -EEXIST)
		err = restore_route_without(nl, m, passed, bit(RTA_NH_ID));
	return err;
}

static int restore_neighbour(struct nlsock *nl, const struct nlmsghdr *m)
{
	struct outgoing o;
	struct nlmsghdr *out = begin(&o, m, sizeof(struct ndmsg), NLM_F_REPLACE);
	struct copying c = {out, bit(NDA_CACHEINFO) | bit(NDA_PROBES)};

	mnl_attr_parse(m, sizeof(struct ndmsg), copy_attribute, &c);
	return nlsock_talk(nl, out);
}

static int restore_message(struct nlsock *nl, const struct nlmsghdr *m, mip6_time passed)
{
	int err;

	if (m->nlmsg_type == RTM_NEWADDR)
		err = restore_address(nl, m, passed);
	else if (m->nlmsg_type == RTM_NEWROUTE)
		err = restore_route(nl, m, passed);
	else
		err = restore_neighbour(nl, m);
	return err == -EEXIST ? 0 : err;
}

/* Another node has the address: duplicate detection found out. */
static bool is_duplicate(const struct nlmsghdr *m)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[IFA_FLAGS + 1];

	nlsock_attributes(m, sizeof(*ifa), table, IFA_FLAGS + 1);
	return nlsock_u32(table[IFA_FLAGS], ifa->ifa_flags) & IFA_F_DADFAILED;
}

static bool has_gateway(const struct nlmsghdr *m)
{
	const struct nlattr *table[RTA_MULTIPATH + 1];

	nlsock_attributes(m, sizeof(struct rtmsg), table, RTA_MULTIPATH + 1);
	return table[RTA_GATEWAY] || table[RTA_MULTIPATH];
}

/* The kernel puts a new address before those of the same scope: the last that it
 * told of comes first. */
static unsigned restore_addresses(struct nlsock *nl, const struct uplane_found *f, mip6_time passed,
				  bool duplicates)
{
	unsigned refused = 0;

	for (size_t i = f->count; i > 0; i--) {
		const struct nlmsghdr *m = header(&f->messages[i - 1]);

		if (m->nlmsg_type != RTM_NEWADDR || is_duplicate(m) != duplicates)
			continue;
		if (restore_message(nl, m, passed) < 0)
			refused++;
	}
	return refused;
}

/* Messages of one type; of routes, those with or without a gateway. */
static unsigned restore_some(struct nlsock *nl, const struct uplane_found *f, mip6_time passed,
			     uint16_t type, bool gateway)
{
	unsigned refused = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct nlmsghdr *m = header(&f->messages[i]);

		if (m->nlmsg_type != type || (type == RTM_NEWROUTE && has_gateway(m) != gateway))
			continue;
		if (restore_message(nl, m, passed) < 0)
			refused++;
	}
	return refused;
}

struct tentative {
	unsigned ifindex;
	bool any;
};

static int look_for_tentative(const struct nlmsghdr *m, void *arg)
{
	struct tentative *t = arg;
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(m);

	if (m->nlmsg_len >= mnl_nlmsg_size(sizeof(*ifa)) && ifa->ifa_index == t->ifindex &&
	    (ifa->ifa_flags & IFA_F_TENTATIVE))
		t->any = true;
	return 0;
}

/* The kernel looks whether to do duplicate detection in a work item of its own. */
static void wait_until_usable(struct nlsock *nl, unsigned ifindex)
{
	const struct ifaddrmsg body = {.ifa_family = AF_INET6};
	const struct timespec ms = {.tv_nsec = 1000000};

	for (int i = 0; i < SETTLE_TRIES; i++) {
		struct tentative t = {.ifindex = ifindex};
		struct nlsock_request q;

		nlsock_dump(nl, nlsock_begin(&q, RTM_GETADDR, 0, &body, sizeof(body)),
			    look_for_tentative, &t);
		if (!t.any)
			return;
		nanosleep(&ms, NULL);
	}
}

/* The addresses were ours all the time: they need no duplicate detection, in which
 * they could not be used for a second. Those that were another node's go through it
 * again. */
unsigned uplane_found_restore(struct nlsock *nl, const struct uplane_found *f, mip6_time now)
{
	mip6_time passed = now - f->at;
	char name[IF_NAMESIZE];
	unsigned refused;

	if (!if_indextoname(f->ifindex, name))
		return 0;
	uplane_sysctl_write(name, "accept_dad", 0);
	if (uplane_sysctl_write(name, "disable_ipv6", 0) < 0)
		return (unsigned)f->count;
	refused = restore_addresses(nl, f, passed, false);
	wait_until_usable(nl, f->ifindex);
	refused += restore_some(nl, f, passed, RTM_NEWROUTE, false);
	refused += restore_some(nl, f, passed, RTM_NEWROUTE, true);
	refused += restore_some(nl, f, passed, RTM_NEWNEIGH, false);
	uplane_sysctl_write(name, "accept_dad", f->accept_dad);
	return refused + restore_addresses(nl, f, passed, true);
}

/* The kernel keeps routes by nexthop objects without its IPv6, and drops what they
 * would carry. */
static int remove_route(struct nlsock *nl, const struct nlmsghdr *m)
{
	const uint64_t kept = bit(RTA_DST) | bit(RTA_TABLE) | bit(RTA_PRIORITY) | bit(RTA_NH_ID);
	struct outgoing o;
	struct nlmsghdr *out = begin(&o, m, sizeof(struct rtmsg), 0);
	struct rtmsg *rtm = mnl_nlmsg_get_payload(out);
	struct copying c = {out, ~kept};

	out->nlmsg_type = RTM_DELROUTE;
	out->nlmsg_flags = NLM_F_REQUEST;
	rtm->rtm_flags = 0;
	mnl_attr_parse(m, sizeof(*rtm), copy_attribute, &c);
	return nlsock_talk(nl, out);
}

void uplane_found_sweep(struct nlsock *nl, const struct uplane_found *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct nlmsghdr *m = header(&f->messages[i]);
		const struct nlattr *table[RTA_OIF + 1];

		if (m->nlmsg_type != RTM_NEWROUTE || !has_nexthop_object(m))
			continue;
		/* One with several next hops may have some elsewhere. */
		nlsock_attributes(m, sizeof(struct rtmsg), table, RTA_OIF + 1);
		if (table[RTA_OIF])
			remove_route(nl, m);
	}
}

/* ---- telling a node ------------------------------------------------------------------ */

static struct mip6_prefix address_of(const struct nlmsghdr *m)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[IFA_LOCAL + 1];
	struct mip6_prefix ret = {.len = ifa->ifa_prefixlen};

	nlsock_attributes(m, sizeof(*ifa), table, IFA_LOCAL + 1);
	ret.addr = nlsock_addr(table[IFA_LOCAL] ? table[IFA_LOCAL] : table[IFA_ADDRESS]);
	return ret;
}

/* Made by the kernel from a Router Advertisement: with a lifetime. */
static bool is_dynamic(const struct nlmsghdr *m)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(m);
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[IFA_FLAGS + 1];

	if (m->nlmsg_type == RTM_NEWROUTE)
		return rtm->rtm_protocol == RTPROT_RA;
	if (m->nlmsg_type != RTM_NEWADDR)
		return false;
	nlsock_attributes(m, sizeof(*ifa), table, IFA_FLAGS + 1);
	return !(nlsock_u32(table[IFA_FLAGS], ifa->ifa_flags) & IFA_F_PERMANENT);
}

/* Routes of the main table with one next hop; prefix routes come with addresses. */
static void tell_route(struct mip6_soft *soft, mip6_time now, unsigned ifindex,
		       const struct nlmsghdr *m)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[RTA_TABLE + 1];
	struct mip6_prefix dst = {.len = rtm->rtm_dst_len};
	struct mip6_addr gateway;

	nlsock_attributes(m, sizeof(*rtm), table, RTA_TABLE + 1);
	if (nlsock_u32(table[RTA_TABLE], rtm->rtm_table) != RT_TABLE_MAIN ||
	    nlsock_u32(table[RTA_OIF], 0) != ifindex || rtm->rtm_protocol == RTPROT_KERNEL)
		return;
	dst.addr = nlsock_addr(table[RTA_DST]);
	gateway = nlsock_addr(table[RTA_GATEWAY]);
	mip6_soft_route(soft, now, &dst, ifindex, &gateway, true);
}

static void tell_neighbour(struct mip6_soft *soft, unsigned ifindex, const struct nlmsghdr *m)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(m);
	const struct nlattr *table[NDA_LLADDR + 1];
	struct mip6_addr addr;

	nlsock_attributes(m, sizeof(*ndm), table, NDA_LLADDR + 1);
	addr = nlsock_addr(table[NDA_DST]);
	if (!(ndm->ndm_flags & NTF_PROXY) && table[NDA_LLADDR] &&
	    mnl_attr_get_payload_len(table[NDA_LLADDR]) == 6)
		mip6_soft_neighbour(soft, ifindex, &addr, mnl_attr_get_payload(table[NDA_LLADDR]));
}

void uplane_found_tell(const struct uplane_found *f, struct mip6_soft *soft, mip6_time now,
		       bool mobile, void (*global)(void *arg, const struct mip6_addr *addr),
		       void *arg)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct nlmsghdr *m = header(&f->messages[i]);

		if (mobile && is_dynamic(m))
			continue;
		if (m->nlmsg_type == RTM_NEWADDR && is_duplicate(m))
			continue;
		if (m->nlmsg_type == RTM_NEWADDR) {
			struct mip6_prefix addr = address_of(m);

			mip6_soft_address(soft, now, f->ifindex, &addr, true);
			if (mip6_addr_is_routable(&addr.addr))
				global(arg, &addr.addr);
		} else if (m->nlmsg_type == RTM_NEWROUTE) {
			tell_route(soft, now, f->ifindex, m);
		} else {
			tell_neighbour(soft, f->ifindex, m);
		}
	}
}
