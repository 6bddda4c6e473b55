/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What lets packets with a Home Address option or a type 2 routing header reach
 * the Mobility Header socket. The kernel treats both as transforms: the header
 * itself is accepted where an XFRM state answers for it, and the packet that
 * went through one is delivered where an `in` policy permits it (RFC 6275 9.3.1
 * and 11.3.3). States are wildcards: which addresses may say what is decided by
 * the core, not here. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <string.h>

#define MH_PROTOCOL 135

static xfrm_address_t mh_address(const struct mip6_addr *addr)
{
	xfrm_address_t x;

	memcpy(&x, addr->b, sizeof(addr->b));
	return x;
}

static uint8_t mh_protocol(const struct mip6_object *o)
{
	return o->mh_input.hao ? IPPROTO_DSTOPTS : IPPROTO_ROUTING;
}

/* ---- states --------------------------------------------------------------------- */

static int mh_add_state(struct kplane *k, const struct mip6_object *o)
{
	struct xfrm_usersa_info body = {
	    .sel.family = AF_INET6,
	    .id = {.daddr = mh_address(&o->mh_input.hoa), .proto = mh_protocol(o)},
	    .lft = {.soft_byte_limit = XFRM_INF,
		    .hard_byte_limit = XFRM_INF,
		    .soft_packet_limit = XFRM_INF,
		    .hard_packet_limit = XFRM_INF},
	    .reqid = KPLANE_REQID,
	    .family = AF_INET6,
	    .mode = XFRM_MODE_ROUTEOPTIMIZATION,
	    .flags = XFRM_STATE_WILDRECV,
	};
	const struct mip6_addr any = {{0}};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	int err;

	nlsock_put_addr(m, XFRMA_COADDR, &any);
	k->step = "XFRM state";
	err = nlsock_talk(&k->xfrm, m);
	return err == -EEXIST ? 0 : err;
}

static int mh_remove_state(struct kplane *k, const struct mip6_object *o)
{
	const struct xfrm_usersa_id body = {
	    .daddr = mh_address(&o->mh_input.hoa), .family = AF_INET6, .proto = mh_protocol(o)};
	const struct mip6_addr any = {{0}};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, XFRM_MSG_DELSA, 0, &body, sizeof(body));

	nlsock_put_addr(m, XFRMA_SRCADDR, &any);
	return kplane_removed(nlsock_talk(&k->xfrm, m));
}

/* ---- policies --------------------------------------------------------------------- */

/* Of the home agent's own packets any may have a routing header (RFC 6275 10.4.2), and
 * the kernel drops what went through a transform that no policy permits. */
static uint8_t mh_selected(const struct mip6_object *o)
{
	return o->mh_input.hao ? MH_PROTOCOL : 0;
}

static struct xfrm_selector mh_selector(const struct mip6_object *o)
{
	return (struct xfrm_selector){
	    .daddr = mh_address(&o->mh_input.hoa),
	    .prefixlen_d = o->mh_input.hao ? 0 : 128,
	    .family = AF_INET6,
	    .proto = mh_selected(o),
	};
}

static struct xfrm_user_tmpl mh_template(uint8_t protocol)
{
	return (struct xfrm_user_tmpl){
	    .id.proto = protocol,
	    .family = AF_INET6,
	    .reqid = KPLANE_REQID,
	    .mode = XFRM_MODE_ROUTEOPTIMIZATION,
	    .optional = 1,
	    .aalgos = UINT32_MAX,
	    .ealgos = UINT32_MAX,
	    .calgos = UINT32_MAX,
	};
}

/* What a policy permits, and demands nothing of: of the Mobility Header either header, or
 * both; of other packets the routing header alone, since whoever may name another source
 * by a Home Address option has a binding (RFC 6275 9.3.1). The kernel compares from the
 * last one on with what a packet has gone through, where the routing header comes first. */
static unsigned mh_templates(const struct mip6_object *o)
{
	return o->mh_input.hao ? 2 : 1;
}

static int mh_send_policy(struct kplane *k, const struct mip6_object *o, uint16_t type,
			  uint16_t flags)
{
	const struct xfrm_userpolicy_info body = {
	    .sel = mh_selector(o),
	    .lft = {.soft_byte_limit = XFRM_INF,
		    .hard_byte_limit = XFRM_INF,
		    .soft_packet_limit = XFRM_INF,
		    .hard_packet_limit = XFRM_INF},
	    /* An administrator's policy for the home address comes first. */
	    .priority = o->mh_input.hao ? KPLANE_PROTOCOL : UINT32_MAX,
	    .dir = XFRM_POLICY_IN,
	    .action = XFRM_POLICY_ALLOW,
	};
	const unsigned count = mh_templates(o);
	struct xfrm_user_tmpl templates[2] = {mh_template(IPPROTO_DSTOPTS)};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, type, flags, &body, sizeof(body));

	templates[count - 1] = mh_template(IPPROTO_ROUTING);
	mnl_attr_put(m, XFRMA_TMPL, count * sizeof(templates[0]), templates);
	return nlsock_talk(&k->xfrm, m);
}

/* A message's fixed part, which lies aligned to four octets only, in a struct
 * that has eights. */
static bool mh_payload(const struct nlmsghdr *m, void *ret, size_t size)
{
	if (m->nlmsg_len < mnl_nlmsg_size(size))
		return false;
	memcpy(ret, mnl_nlmsg_get_payload(m), size);
	return true;
}

/* A policy of ours, as an object: false when it is another's. *ret_permits: what it
 * permits is what is wanted of it; an older version's was not. */
static bool mh_parse_policy(const struct nlmsghdr *m, struct mip6_object *ret, bool *ret_permits)
{
	const struct nlattr *a[XFRMA_MAX + 1];
	const struct xfrm_user_tmpl *template;
	struct xfrm_userpolicy_info p;

	if (!mh_payload(m, &p, sizeof(p)))
		return false;
	nlsock_attributes(m, sizeof(p), a, XFRMA_MAX + 1);
	if (!a[XFRMA_TMPL] || mnl_attr_get_payload_len(a[XFRMA_TMPL]) < sizeof(*template))
		return false;
	template = mnl_attr_get_payload(a[XFRMA_TMPL]);
	*ret = (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT};
	ret->mh_input.hao = p.sel.prefixlen_d == 0;
	if (template->reqid != KPLANE_REQID || p.dir != XFRM_POLICY_IN ||
	    p.sel.proto != mh_selected(ret))
		return false;
	memcpy(ret->mh_input.hoa.b, &p.sel.daddr, sizeof(ret->mh_input.hoa.b));
	*ret_permits =
	    mnl_attr_get_payload_len(a[XFRMA_TMPL]) == mh_templates(ret) * sizeof(*template);
	return true;
}

static int mh_on_own_policy(const struct nlmsghdr *m, void *arg)
{
	struct mip6_object o;
	bool permits;
	bool *ret_ours = arg;

	*ret_ours = mh_parse_policy(m, &o, &permits);
	return 0;
}

/* There can be one policy of a selector only: another's is not replaced. */
static int mh_add_policy(struct kplane *k, const struct mip6_object *o)
{
	const struct xfrm_userpolicy_id body = {.sel = mh_selector(o), .dir = XFRM_POLICY_IN};
	struct nlsock_request r;
	bool ours = false;
	int err;

	k->step = "XFRM policy";
	err = mh_send_policy(k, o, XFRM_MSG_NEWPOLICY, NLM_F_CREATE | NLM_F_EXCL);
	if (err != -EEXIST)
		return err;
	err = nlsock_get(&k->xfrm, nlsock_begin(&r, XFRM_MSG_GETPOLICY, 0, &body, sizeof(body)),
			 mh_on_own_policy, &ours);
	if (err < 0)
		return err;
	return ours ? mh_send_policy(k, o, XFRM_MSG_UPDPOLICY, 0) : -EEXIST;
}

static int mh_remove_policy(struct kplane *k, const struct mip6_object *o)
{
	const struct xfrm_userpolicy_id body = {.sel = mh_selector(o), .dir = XFRM_POLICY_IN};
	struct nlsock_request r;

	return kplane_removed(
	    nlsock_talk(&k->xfrm, nlsock_begin(&r, XFRM_MSG_DELPOLICY, 0, &body, sizeof(body))));
}

/* ---- apply and adopt ---------------------------------------------------------------- */

int kplane_mh_apply(struct kplane *k, const struct mip6_object *was, const struct mip6_object *is)
{
	int err;
	int err_state;

	if (is) {
		err = mh_add_state(k, is);
		return err < 0 ? err : mh_add_policy(k, is);
	}
	err = mh_remove_policy(k, was);
	err_state = mh_remove_state(k, was);
	return err < 0 ? err : err_state;
}

static int mh_on_policy(const struct nlmsghdr *m, void *arg)
{
	struct mip6_object o;
	bool permits;

	/* Whole once its state has been seen, too. One that permits something else is left to
	 * that: it makes half an object. */
	if (!mh_parse_policy(m, &o, &permits) || !permits)
		return 0;
	return kplane_found(arg, &o, false);
}

struct mh_states {
	struct kplane *k;
	size_t first; /* of the policies among what was found */
};

/* A policy without its state, or a state without a policy, is half an object. */
static int mh_on_state(const struct nlmsghdr *m, void *arg)
{
	const struct mh_states *states = arg;
	struct kplane_list *list = &states->k->adopted;
	struct xfrm_usersa_info x;
	struct mip6_object o = {.kind = MIP6_OBJ_MH_INPUT};

	if (!mh_payload(m, &x, sizeof(x)) || x.reqid != KPLANE_REQID)
		return 0;
	o.mh_input.hao = x.id.proto == IPPROTO_DSTOPTS;
	memcpy(o.mh_input.hoa.b, &x.id.daddr, sizeof(o.mh_input.hoa.b));
	for (size_t i = states->first; i < list->count; i++)
		if (mip6_object_same(&list->items[i].object, &o)) {
			list->items[i].whole = true;
			return 0;
		}
	return kplane_found(states->k, &o, false);
}

int kplane_mh_adopt(struct kplane *k)
{
	struct mh_states states = {.k = k, .first = k->adopted.count};
	struct nlsock_request r;
	int err;

	if (!k->xfrm.socket)
		return 0;
	err = nlsock_dump(&k->xfrm, nlsock_begin(&r, XFRM_MSG_GETPOLICY, 0, NULL, 0), mh_on_policy,
			  k);
	if (err < 0)
		return err;
	return nlsock_dump(&k->xfrm, nlsock_begin(&r, XFRM_MSG_GETSA, 0, NULL, 0), mh_on_state,
			   &states);
}
