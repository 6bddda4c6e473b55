/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Policy rules: which routing table serves packets from a home address. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

static int rule_send(struct kplane *k, const struct mip6_object *o, uint16_t type, uint16_t flags)
{
	const struct fib_rule_hdr body = {
	    .family = AF_INET6,
	    .src_len = o->rule.from.len,
	    .table = RT_TABLE_UNSPEC,
	    .action = FR_ACT_TO_TBL,
	};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, type, flags, &body, sizeof(body));

	if (o->rule.from.len > 0)
		nlsock_put_addr(m, FRA_SRC, &o->rule.from.addr);
	mnl_attr_put_u32(m, FRA_TABLE, o->rule.table);
	mnl_attr_put_u32(m, FRA_PRIORITY, o->rule.priority);
	mnl_attr_put_u8(m, FRA_PROTOCOL, KPLANE_PROTOCOL);
	return nlsock_talk(&k->route, m);
}

/* ---- what the kernel has ---------------------------------------------------------- */

/* True when the rule is ours. */
static bool rule_parse(const struct nlmsghdr *m, struct mip6_object *ret)
{
	const struct nlattr *a[FRA_MAX + 1];
	const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(m);

	nlsock_attributes(m, sizeof(*header), a, FRA_MAX + 1);
	*ret = (struct mip6_object){.kind = MIP6_OBJ_RULE};
	ret->rule.from.len = header->src_len;
	ret->rule.from.addr = nlsock_addr(a[FRA_SRC]);
	ret->rule.priority = nlsock_u32(a[FRA_PRIORITY], 0);
	ret->rule.table = nlsock_u32(a[FRA_TABLE], header->table);
	return header->family == AF_INET6 && nlsock_u8(a[FRA_PROTOCOL], 0) == KPLANE_PROTOCOL;
}

static int rule_dump(struct kplane *k, nlsock_answer fn, void *arg)
{
	const struct fib_rule_hdr body = {.family = AF_INET6};
	struct nlsock_request r;

	return nlsock_dump(&k->route, nlsock_begin(&r, RTM_GETRULE, 0, &body, sizeof(body)), fn,
			   arg);
}

struct rule_search {
	const struct mip6_object *wanted;
	bool ours;
};

static int rule_on_search(const struct nlmsghdr *m, void *arg)
{
	struct rule_search *search = arg;
	struct mip6_object found;

	if (rule_parse(m, &found) && mip6_object_equal(&found, search->wanted))
		search->ours = true;
	return 0;
}

/* ---- apply and adopt ---------------------------------------------------------------- */

static int rule_add(struct kplane *k, const struct mip6_object *o)
{
	struct rule_search search = {.wanted = o};
	int err = rule_send(k, o, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);

	if (err != -EEXIST)
		return err;
	/* The same rule does the same, whoever made it. */
	err = rule_dump(k, rule_on_search, &search);
	return err < 0 || search.ours ? err : kplane_borrow(k, o);
}

static int rule_remove(struct kplane *k, const struct mip6_object *o)
{
	if (kplane_give_back(k, o))
		return 0;
	return kplane_removed(rule_send(k, o, RTM_DELRULE, 0));
}

int kplane_rule_apply(struct kplane *k, const struct mip6_object *was, const struct mip6_object *is)
{
	int err;

	if (!is)
		return rule_remove(k, was);
	if (!was)
		return rule_add(k, is);
	/* The old rule serves until it goes: of two of one priority the older
	 * comes first. */
	err = rule_send(k, is, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
	if (err < 0 && err != -EEXIST)
		return err;
	return rule_remove(k, was);
}

static int rule_on_adopt(const struct nlmsghdr *m, void *arg)
{
	struct mip6_object o;

	return rule_parse(m, &o) ? kplane_found(arg, &o, true) : kplane_found_lent(arg, &o);
}

int kplane_rule_adopt(struct kplane *k)
{
	return rule_dump(k, rule_on_adopt, k);
}
