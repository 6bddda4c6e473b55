/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Routes, and the home agent's bindings, which are routes as well: the home
 * address by the tunnel device, with the outer addresses as the route's
 * encapsulation (RFC 6275 10.4.2). A handover is one message that replaces the
 * route, and one entry of the source check. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/lwtunnel.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdlib.h>

#define BINDING_HOP_LIMIT 64

/* ---- messages ----------------------------------------------------------------------- */

static struct nlmsghdr *route_begin(struct nlsock_request *r, uint16_t type, uint16_t flags,
				    const struct mip6_prefix *dst)
{
	const struct rtmsg body = {
	    .rtm_family = AF_INET6,
	    .rtm_dst_len = dst->len,
	    .rtm_table = RT_TABLE_UNSPEC,
	    .rtm_protocol = KPLANE_PROTOCOL,
	    .rtm_scope = RT_SCOPE_UNIVERSE,
	    .rtm_type = RTN_UNICAST,
	};
	struct nlmsghdr *m = nlsock_begin(r, type, flags, &body, sizeof(body));

	if (dst->len > 0)
		nlsock_put_addr(m, RTA_DST, &dst->addr);
	return m;
}

static int route_send(struct kplane *k, const struct mip6_object *o, uint16_t type, uint16_t flags)
{
	const unsigned ifindex = kplane_index(k, o->route.ifindex, o->route.device);
	struct nlsock_request r;
	struct nlmsghdr *m = route_begin(&r, type, flags, &o->route.dst);

	if (ifindex == 0)
		return -ENODEV;
	mnl_attr_put_u32(m, RTA_TABLE, o->route.table);
	mnl_attr_put_u32(m, RTA_PRIORITY, o->route.metric);
	mnl_attr_put_u32(m, RTA_OIF, ifindex);
	if (!mip6_addr_is_unspecified(&o->route.gateway))
		nlsock_put_addr(m, RTA_GATEWAY, &o->route.gateway);
	return nlsock_talk(&k->route, m);
}

static int binding_send(struct kplane *k, const struct mip6_object *o, uint16_t type,
			uint16_t flags)
{
	const struct mip6_prefix dst = {.addr = o->binding.hoa, .len = 128};
	const unsigned ifindex = k->devices[MIP6_DEVICE_HA];
	struct nlsock_request r;
	struct nlmsghdr *m = route_begin(&r, type, flags, &dst);
	struct nlattr *encap;

	if (ifindex == 0)
		return -ENODEV;
	mnl_attr_put_u32(m, RTA_TABLE, RT_TABLE_MAIN);
	mnl_attr_put_u32(m, RTA_OIF, ifindex);
	if (type == RTM_NEWROUTE) {
		mnl_attr_put_u16(m, RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_IP6);
		encap = mnl_attr_nest_start(m, RTA_ENCAP);
		mnl_attr_put_u64(m, LWTUNNEL_IP6_ID, 0);
		nlsock_put_addr(m, LWTUNNEL_IP6_DST, &o->binding.coa);
		nlsock_put_addr(m, LWTUNNEL_IP6_SRC, &o->binding.ha);
		mnl_attr_put_u8(m, LWTUNNEL_IP6_HOPLIMIT, BINDING_HOP_LIMIT);
		mnl_attr_nest_end(m, encap);
	}
	return nlsock_talk(&k->route, m);
}

/* ---- what the kernel has -------------------------------------------------------------- */

/* A route as an object; of a binding's it is MIP6_OBJ_BINDING. */
struct route_found {
	struct mip6_object object;
	uint8_t protocol;
	bool usable; /* an ordinary unicast route of one next hop */
};

static void route_parse_binding(const struct nlattr *const *a, struct route_found *ret)
{
	const struct nlattr *encap[LWTUNNEL_IP6_MAX + 1];
	const struct mip6_addr hoa = ret->object.route.dst.addr;

	nlsock_nested(a[RTA_ENCAP], encap, LWTUNNEL_IP6_MAX + 1);
	ret->object = (struct mip6_object){.kind = MIP6_OBJ_BINDING};
	ret->object.binding.hoa = hoa;
	ret->object.binding.coa = nlsock_addr(encap[LWTUNNEL_IP6_DST]);
	ret->object.binding.ha = nlsock_addr(encap[LWTUNNEL_IP6_SRC]);
}

static void route_parse(struct kplane *k, const struct nlmsghdr *m, struct route_found *ret)
{
	const struct nlattr *a[RTA_MAX + 1];
	const struct rtmsg *header = mnl_nlmsg_get_payload(m);
	unsigned ifindex;

	nlsock_attributes(m, sizeof(*header), a, RTA_MAX + 1);
	ifindex = nlsock_u32(a[RTA_OIF], 0);
	*ret = (struct route_found){.object.kind = MIP6_OBJ_ROUTE};
	ret->protocol = header->rtm_protocol;
	ret->usable = header->rtm_type == RTN_UNICAST && !(header->rtm_flags & RTM_F_CLONED) &&
		      ifindex != 0 && header->rtm_src_len == 0 && !a[RTA_MULTIPATH];
	ret->object.route.table = nlsock_u32(a[RTA_TABLE], header->rtm_table);
	ret->object.route.dst.len = header->rtm_dst_len;
	ret->object.route.dst.addr = nlsock_addr(a[RTA_DST]);
	ret->object.route.metric = nlsock_u32(a[RTA_PRIORITY], KPLANE_METRIC);
	ret->object.route.gateway = nlsock_addr(a[RTA_GATEWAY]);
	ret->object.route.device = kplane_device_of(k, ifindex);
	if (ret->object.route.device == MIP6_DEVICE_NONE)
		ret->object.route.ifindex = ifindex;
	if (a[RTA_ENCAP] && ret->object.route.device == MIP6_DEVICE_HA &&
	    ret->object.route.dst.len == 128)
		route_parse_binding(a, ret);
}

static int route_dump(struct kplane *k, nlsock_answer fn, void *arg)
{
	const struct rtmsg body = {.rtm_family = AF_INET6};
	struct nlsock_request r;

	return nlsock_dump(&k->route, nlsock_begin(&r, RTM_GETROUTE, 0, &body, sizeof(body)), fn,
			   arg);
}

/* ---- routes ----------------------------------------------------------------------------- */

struct route_search {
	struct kplane *k;
	const struct mip6_object *wanted;
	bool ours;  /* one of this key is ours */
	bool equal; /* a foreign one is just as wanted */
};

static int route_on_search(const struct nlmsghdr *m, void *arg)
{
	struct route_search *search = arg;
	struct route_found found;

	route_parse(search->k, m, &found);
	if (!found.usable || !mip6_object_same(&found.object, search->wanted))
		return 0;
	if (found.protocol == KPLANE_PROTOCOL)
		search->ours = true;
	else if (mip6_object_equal(&found.object, search->wanted))
		search->equal = true;
	return 0;
}

/* There is a route of this destination, table and metric. One of ours takes the
 * wanted values; a foreign one that does the same is borrowed; any other is not
 * ours to change, unless it took the place of ours (`ip route replace`). */
static int route_exists(struct kplane *k, const struct mip6_object *o)
{
	struct route_search search = {.k = k, .wanted = o};
	int err = route_dump(k, route_on_search, &search);

	if (err < 0)
		return err;
	if (search.ours || (k->was_there && !search.equal))
		return route_send(k, o, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	return search.equal ? kplane_borrow(k, o) : -EEXIST;
}

static int route_add(struct kplane *k, const struct mip6_object *o)
{
	int err = route_send(k, o, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL);

	return err == -EEXIST ? route_exists(k, o) : err;
}

int kplane_route_apply(struct kplane *k, const struct mip6_object *was,
		       const struct mip6_object *is)
{
	if (was && kplane_give_back(k, was))
		return is ? route_add(k, is) : 0;
	if (!is)
		return kplane_removed(route_send(k, was, RTM_DELROUTE, 0));
	if (!was)
		return route_add(k, is);
	return route_send(k, is, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
}

/* ---- bindings --------------------------------------------------------------------------- */

static int binding_remove(struct kplane *k, const struct mip6_object *o)
{
	int err = kplane_removed(binding_send(k, o, RTM_DELROUTE, 0));
	int err_check = kplane_removed(srccheck_unset(&k->check, &o->binding.hoa));

	return err < 0 ? err : err_check;
}

int kplane_binding_apply(struct kplane *k, const struct mip6_object *was,
			 const struct mip6_object *is)
{
	int err;

	if (!is)
		return binding_remove(k, was);
	/* The way in first: data may follow the Binding Update at once. */
	k->step = "source check";
	err = srccheck_set(&k->check, &is->binding.hoa, &is->binding.coa);
	if (err < 0)
		return err;
	k->step = "route";
	return binding_send(k, is, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
}

/* ---- adoption --------------------------------------------------------------------------- */

struct route_adoption {
	struct kplane *k;
	struct srccheck_list checked;
};

/* A binding is whole when the source check has it, too. */
static bool route_whole(const struct route_adoption *adoption, const struct mip6_object *o)
{
	const struct srccheck_entry *e;

	if (o->kind != MIP6_OBJ_BINDING)
		return true;
	e = srccheck_find_entry(&adoption->checked, &o->binding.hoa);
	return e && mip6_addr_equal(&e->coa, &o->binding.coa);
}

static int route_on_adopt(const struct nlmsghdr *m, void *arg)
{
	const struct route_adoption *adoption = arg;
	struct route_found found;

	route_parse(adoption->k, m, &found);
	if (!found.usable)
		return 0;
	if (found.protocol != KPLANE_PROTOCOL)
		return kplane_found_lent(adoption->k, &found.object);
	return kplane_found(adoption->k, &found.object, route_whole(adoption, &found.object));
}

/* The source check's table is read at once: to ask it for each binding would take most of
 * the time of a start. */
int kplane_route_adopt(struct kplane *k)
{
	struct route_adoption adoption = {.k = k};
	int err = srccheck_read(&k->check, &adoption.checked);

	if (err == 0)
		err = route_dump(k, route_on_adopt, &adoption);
	free(adoption.checked.entries);
	return err;
}

void kplane_binding_prune(struct kplane *k)
{
	struct mip6_object o = {.kind = MIP6_OBJ_BINDING};
	struct srccheck_list checked;

	if (srccheck_read(&k->check, &checked) < 0)
		return;
	for (size_t i = 0; i < checked.count; i++) {
		o.binding.hoa = checked.entries[i].hoa;
		if (!kplane_is_found(k, &o))
			srccheck_unset(&k->check, &o.binding.hoa);
	}
	free(checked.entries);
}
