/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Neighbours whose link-layer address the core learned by itself, so that the
 * first packet need not wait for the kernel's own resolution, and proxy entries,
 * by which the kernel answers for a mobile node that is away (RFC 6275 10.4.1). */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

/* ---- neighbours ------------------------------------------------------------------- */

static int neighbour_set(struct kplane *k, const struct mip6_object *o)
{
	const struct ndmsg body = {
	    .ndm_family = AF_INET6,
	    .ndm_ifindex = (int)o->neighbour.ifindex,
	    .ndm_state = NUD_REACHABLE,
	    .ndm_flags = o->neighbour.router ? NTF_ROUTER : 0,
	};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &body, sizeof(body));

	nlsock_put_addr(m, NDA_DST, &o->neighbour.addr);
	mnl_attr_put(m, NDA_LLADDR, sizeof(o->neighbour.lladdr), o->neighbour.lladdr);
	mnl_attr_put_u8(m, NDA_PROTOCOL, KPLANE_PROTOCOL);
	return nlsock_talk(&k->route, m);
}

static int neighbour_delete(struct kplane *k, unsigned ifindex, const struct mip6_addr *addr,
			    uint8_t flags)
{
	const struct ndmsg body = {
	    .ndm_family = AF_INET6, .ndm_ifindex = (int)ifindex, .ndm_flags = flags};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_DELNEIGH, 0, &body, sizeof(body));

	nlsock_put_addr(m, NDA_DST, addr);
	return kplane_removed(nlsock_talk(&k->route, m));
}

int kplane_neighbour_apply(struct kplane *k, const struct mip6_object *was,
			   const struct mip6_object *is)
{
	if (is)
		return neighbour_set(k, is);
	return neighbour_delete(k, was->neighbour.ifindex, &was->neighbour.addr, 0);
}

/* ---- proxies ---------------------------------------------------------------------- */

static int proxy_set(struct kplane *k, const struct mip6_object *o)
{
	const struct ndmsg body = {
	    .ndm_family = AF_INET6,
	    .ndm_ifindex = (int)o->proxy.ifindex,
	    .ndm_state = NUD_PERMANENT,
	    .ndm_flags = (uint8_t)(NTF_PROXY | (o->proxy.router ? NTF_ROUTER : 0)),
	};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &body, sizeof(body));

	nlsock_put_addr(m, NDA_DST, &o->proxy.addr);
	mnl_attr_put_u8(m, NDA_PROTOCOL, KPLANE_PROTOCOL);
	return nlsock_talk(&k->route, m);
}

/* Who was answered for was not on the link: the link-layer address that the kernel may
 * still know is the wrong one when the mobile node comes back by another interface, and
 * would swallow its Binding Acknowledgement. */
static int proxy_remove(struct kplane *k, const struct mip6_object *was)
{
	int err = neighbour_delete(k, was->proxy.ifindex, &was->proxy.addr, NTF_PROXY);

	return err < 0 ? err : neighbour_delete(k, was->proxy.ifindex, &was->proxy.addr, 0);
}

int kplane_proxy_apply(struct kplane *k, const struct mip6_object *was,
		       const struct mip6_object *is)
{
	return is ? proxy_set(k, is) : proxy_remove(k, was);
}

/* ---- adoption --------------------------------------------------------------------- */

static int neighbour_adopt_one(struct kplane *k, const struct ndmsg *header,
			       const struct nlattr *const *a)
{
	struct mip6_object o = {.kind = MIP6_OBJ_NEIGHBOUR};
	const struct nlattr *lladdr = a[NDA_LLADDR];
	const bool known = lladdr && mnl_attr_get_payload_len(lladdr) == sizeof(o.neighbour.lladdr);
	const uint16_t valid =
	    NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP;

	o.neighbour.ifindex = (unsigned)header->ndm_ifindex;
	o.neighbour.addr = nlsock_addr(a[NDA_DST]);
	o.neighbour.router = (header->ndm_flags & NTF_ROUTER) != 0;
	if (known)
		memcpy(o.neighbour.lladdr, mnl_attr_get_payload(lladdr),
		       sizeof(o.neighbour.lladdr));
	return kplane_found(k, &o, known && (header->ndm_state & valid));
}

static int proxy_adopt_one(struct kplane *k, const struct ndmsg *header,
			   const struct nlattr *const *a)
{
	struct mip6_object o = {.kind = MIP6_OBJ_PROXY};

	o.proxy.ifindex = (unsigned)header->ndm_ifindex;
	o.proxy.addr = nlsock_addr(a[NDA_DST]);
	o.proxy.router = (header->ndm_flags & NTF_ROUTER) != 0;
	return kplane_found(k, &o, true);
}

static int neighbour_on_adopt(const struct nlmsghdr *m, void *arg)
{
	const struct nlattr *a[NDA_MAX + 1];
	const struct ndmsg *header = mnl_nlmsg_get_payload(m);

	nlsock_attributes(m, sizeof(*header), a, NDA_MAX + 1);
	if (header->ndm_family != AF_INET6 || nlsock_u8(a[NDA_PROTOCOL], 0) != KPLANE_PROTOCOL)
		return 0;
	if (header->ndm_flags & NTF_PROXY)
		return proxy_adopt_one(arg, header, a);
	return neighbour_adopt_one(arg, header, a);
}

/* The kernel dumps either neighbours or proxy entries. */
int kplane_neighbour_adopt(struct kplane *k)
{
	const struct ndmsg body = {.ndm_family = AF_INET6};
	struct nlsock_request r;
	int err = nlsock_dump(&k->route, nlsock_begin(&r, RTM_GETNEIGH, 0, &body, sizeof(body)),
			      neighbour_on_adopt, k);

	return err < 0 ? err : kplane_proxy_read(k);
}

int kplane_proxy_read(struct kplane *k)
{
	const struct ndmsg body = {.ndm_family = AF_INET6, .ndm_flags = NTF_PROXY};
	struct nlsock_request r;

	return nlsock_dump(&k->route, nlsock_begin(&r, RTM_GETNEIGH, 0, &body, sizeof(body)),
			   neighbour_on_adopt, k);
}

bool kplane_proxy_gone(struct kplane *k, const struct mip6_object *o)
{
	const struct ndmsg body = {
	    .ndm_family = AF_INET6, .ndm_flags = NTF_PROXY, .ndm_ifindex = (int)o->proxy.ifindex};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETNEIGH, 0, &body, sizeof(body));
	int err;

	nlsock_put_addr(m, NDA_DST, &o->proxy.addr);
	err = nlsock_get(&k->route, m, NULL, NULL);
	k->route.error[0] = 0;
	return err == -ENOENT;
}
