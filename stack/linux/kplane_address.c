/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Addresses (care-of and home). They are usable at once: the core does its own
 * duplicate detection, and it adds its own routes. An equal address that was
 * there before us, made by the user or by the kernel's autoconfiguration, is
 * used and left where it is. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#define ADDRESS_FOREVER UINT32_MAX

static struct nlmsghdr *address_begin(struct nlsock_request *r, uint16_t type, uint16_t flags,
				      const struct mip6_object *o, unsigned ifindex)
{
	const struct ifaddrmsg body = {
	    .ifa_family = AF_INET6, .ifa_prefixlen = o->address.prefix_len, .ifa_index = ifindex};
	struct nlmsghdr *m = nlsock_begin(r, type, flags, &body, sizeof(body));

	nlsock_put_addr(m, IFA_LOCAL, &o->address.addr);
	return m;
}

static int address_send(struct kplane *k, const struct mip6_object *o, unsigned ifindex,
			uint16_t flags)
{
	const struct ifa_cacheinfo life = {
	    .ifa_prefered = o->address.flags & MIP6_ADDRESS_DEPRECATED ? 0 : ADDRESS_FOREVER,
	    .ifa_valid = ADDRESS_FOREVER,
	};
	uint32_t ifa_flags = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;
	struct nlsock_request r;
	struct nlmsghdr *m =
	    address_begin(&r, RTM_NEWADDR, (uint16_t)(NLM_F_CREATE | flags), o, ifindex);

	if (o->address.flags & MIP6_ADDRESS_HOME)
		ifa_flags |= IFA_F_HOMEADDRESS;
	mnl_attr_put_u32(m, IFA_FLAGS, ifa_flags);
	mnl_attr_put_u8(m, IFA_PROTO, KPLANE_IFA_PROTO);
	mnl_attr_put(m, IFA_CACHEINFO, sizeof(life), &life);
	return nlsock_talk(&k->route, m);
}

static int address_delete(struct kplane *k, const struct mip6_object *o, unsigned ifindex)
{
	struct nlsock_request r;

	return kplane_removed(
	    nlsock_talk(&k->route, address_begin(&r, RTM_DELADDR, 0, o, ifindex)));
}

/* ---- what the kernel has ---------------------------------------------------------- */

struct address_found {
	struct mip6_object object;
	unsigned ifindex;
	uint32_t flags;
	uint8_t proto;
	uint32_t valid_s;
	uint32_t preferred_s;
};

static bool address_is_ours(const struct address_found *found)
{
	return found->proto == KPLANE_IFA_PROTO;
}

static void address_parse_life(const struct nlattr *a, struct address_found *ret)
{
	struct ifa_cacheinfo life = {.ifa_valid = ADDRESS_FOREVER, .ifa_prefered = ADDRESS_FOREVER};

	if (a && mnl_attr_get_payload_len(a) >= sizeof(life))
		memcpy(&life, mnl_attr_get_payload(a), sizeof(life));
	ret->valid_s = life.ifa_valid;
	ret->preferred_s = life.ifa_prefered;
}

static void address_parse(const struct nlmsghdr *m, struct address_found *ret)
{
	const struct nlattr *a[IFA_MAX + 1];
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(m);

	nlsock_attributes(m, sizeof(*header), a, IFA_MAX + 1);
	*ret = (struct address_found){.object.kind = MIP6_OBJ_ADDRESS};
	ret->ifindex = header->ifa_index;
	ret->flags = nlsock_u32(a[IFA_FLAGS], header->ifa_flags);
	ret->proto = nlsock_u8(a[IFA_PROTO], 0);
	address_parse_life(a[IFA_CACHEINFO], ret);
	ret->object.address.ifindex = header->ifa_index;
	ret->object.address.prefix_len = header->ifa_prefixlen;
	ret->object.address.addr = nlsock_addr(a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS]);
	if (ret->flags & IFA_F_HOMEADDRESS)
		ret->object.address.flags |= MIP6_ADDRESS_HOME;
	if (ret->flags & IFA_F_DEPRECATED)
		ret->object.address.flags |= MIP6_ADDRESS_DEPRECATED;
}

static int address_dump(struct kplane *k, nlsock_answer fn, void *arg)
{
	const struct ifaddrmsg body = {.ifa_family = AF_INET6};
	struct nlsock_request r;

	return nlsock_dump(&k->route, nlsock_begin(&r, RTM_GETADDR, 0, &body, sizeof(body)), fn,
			   arg);
}

struct address_search {
	const struct mip6_object *wanted;
	unsigned ifindex;
	struct address_found found;
	bool there;
};

static int address_on_search(const struct nlmsghdr *m, void *arg)
{
	struct address_search *search = arg;
	struct address_found found;

	address_parse(m, &found);
	if (found.ifindex == search->ifindex &&
	    mip6_addr_equal(&found.object.address.addr, &search->wanted->address.addr)) {
		search->found = found;
		search->there = true;
	}
	return 0;
}

/* Uses another's address; one with a lifetime is kept alive meanwhile. */
static int address_borrow(struct kplane *k, const struct mip6_object *o,
			  const struct address_found *found)
{
	const struct kplane_loan loan = {.address = *o,
					 .ifa_flags = found->flags,
					 .proto = found->proto,
					 .valid_s = found->valid_s,
					 .preferred_s = found->preferred_s};
	int err = 0;

	if (!(found->flags & IFA_F_PERMANENT) && o->address.device == MIP6_DEVICE_NONE)
		err = kplane_loan_take(k, &loan);
	return err < 0 ? err : kplane_borrow(k, o);
}

/* The address is there already. One of ours takes the wanted values. A foreign
 * one is borrowed, unless it cannot be used now: a tentative one is replaced. */
static int address_exists(struct kplane *k, const struct mip6_object *o, unsigned ifindex)
{
	struct address_search search = {.wanted = o, .ifindex = ifindex};
	int err = address_dump(k, address_on_search, &search);

	if (err < 0)
		return err;
	if (search.there && search.found.flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) {
		err = address_delete(k, o, ifindex);
		return err < 0 ? err : address_send(k, o, ifindex, 0);
	}
	if (search.there && !address_is_ours(&search.found))
		return address_borrow(k, o, &search.found);
	return address_send(k, o, ifindex, NLM_F_REPLACE);
}

/* ---- apply and adopt ---------------------------------------------------------------- */

static int address_add(struct kplane *k, const struct mip6_object *o)
{
	const unsigned ifindex = kplane_index(k, o->address.ifindex, o->address.device);
	int err;

	if (ifindex == 0)
		return -ENODEV;
	err = address_send(k, o, ifindex, NLM_F_EXCL);
	return err == -EEXIST ? address_exists(k, o, ifindex) : err;
}

static int address_remove(struct kplane *k, const struct mip6_object *o)
{
	const unsigned ifindex = kplane_index(k, o->address.ifindex, o->address.device);

	if (kplane_give_back(k, o))
		return kplane_loan_return(k, o);
	if (ifindex == 0)
		return 0;
	return address_delete(k, o, ifindex);
}

int kplane_address_apply(struct kplane *k, const struct mip6_object *was,
			 const struct mip6_object *is)
{
	const unsigned ifindex = is ? kplane_index(k, is->address.ifindex, is->address.device) : 0;
	int err;

	if (!is)
		return address_remove(k, was);
	if (!was)
		return address_add(k, is);
	if (kplane_give_back(k, was))
		return kplane_borrow(k, is);
	/* The prefix length cannot be changed in place. */
	if (was->address.prefix_len != is->address.prefix_len) {
		err = address_remove(k, was);
		return err < 0 ? err : address_add(k, is);
	}
	return ifindex == 0 ? -ENODEV : address_send(k, is, ifindex, NLM_F_REPLACE);
}

static void address_place(const struct kplane *k, const struct nlmsghdr *m,
			  struct address_found *ret)
{
	address_parse(m, ret);
	ret->object.address.device = kplane_device_of(k, ret->ifindex);
	if (ret->object.address.device != MIP6_DEVICE_NONE)
		ret->object.address.ifindex = 0;
}

static int address_found_ours(struct kplane *k, const struct address_found *found)
{
	const uint32_t must = IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE;

	return kplane_found(k, &found->object,
			    (found->flags & must) == must && !(found->flags & IFA_F_TENTATIVE));
}

static int address_on_adopt(const struct nlmsghdr *m, void *arg)
{
	struct kplane *k = arg;
	struct address_found found;

	address_place(k, m, &found);
	return address_is_ours(&found) ? address_found_ours(k, &found) : 0;
}

/* Those that were lent are not in a list of their own, as at the start. */
static int address_on_read(const struct nlmsghdr *m, void *arg)
{
	struct kplane *k = arg;
	struct address_found found;

	address_place(k, m, &found);
	return address_is_ours(&found) ? address_found_ours(k, &found)
				       : kplane_found_lent(k, &found.object);
}

/* A loan of a former process: borrowed as before. */
static void address_on_loan(void *arg, const struct mip6_object *address)
{
	struct kplane *k = arg;

	if (kplane_borrow(k, address) == 0)
		kplane_found(k, address, true);
}

int kplane_address_adopt(struct kplane *k)
{
	k->borrowed.count = 0;
	kplane_loan_each(k, address_on_loan, k);
	return address_dump(k, address_on_adopt, k);
}

int kplane_address_read(struct kplane *k)
{
	return address_dump(k, address_on_read, k);
}

int kplane_link_local(struct kplane *k, unsigned ifindex, const struct mip6_addr *addr)
{
	const struct mip6_object o = {.kind = MIP6_OBJ_ADDRESS,
				      .address = {.addr = *addr, .prefix_len = 64}};
	struct nlsock_request r;
	struct nlmsghdr *m = address_begin(&r, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &o, ifindex);

	return nlsock_talk(&k->route, m);
}
