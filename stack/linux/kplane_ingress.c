/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Where the source check hangs: a BPF filter, with the verdict taken from the
 * program, at the ingress hook of a device; and what looks at packets that leave, at
 * its egress hook: first what puts type 2 routing headers in, then what cuts. */
#include "linux/bpf_code.h"
#include "linux/kplane_internal.h"
#include "linux/rh2out.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <unistd.h>

#define FILTER_HANDLE 1u

enum hook { HOOK_INGRESS, HOOK_EGRESS_RH2, HOOK_EGRESS_CUT };

/* Filters of one hook are asked in the order of their priorities. */
static struct tcmsg filter_at(unsigned ifindex, enum hook at)
{
	const uint16_t side = at == HOOK_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS;
	const uint32_t priority = at == HOOK_EGRESS_CUT ? 2 : 1;

	return (struct tcmsg){
	    .tcm_family = AF_UNSPEC,
	    .tcm_ifindex = (int)ifindex,
	    .tcm_handle = FILTER_HANDLE,
	    .tcm_parent = TC_H_MAKE(TC_H_CLSACT, side),
	    .tcm_info = TC_H_MAKE(priority << 16, htons(ETH_P_ALL)),
	};
}

static int hook(struct kplane *k, unsigned ifindex)
{
	const struct tcmsg body = {
	    .tcm_family = AF_UNSPEC,
	    .tcm_ifindex = (int)ifindex,
	    .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
	    .tcm_parent = TC_H_CLSACT,
	};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	int err;

	mnl_attr_put_strz(m, TCA_KIND, "clsact");
	err = nlsock_talk(&k->route, m);
	return err == -EEXIST ? 0 : err;
}

static int attach(struct kplane *k, unsigned ifindex, enum hook at, int program)
{
	const struct tcmsg body = filter_at(ifindex, at);
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWTFILTER, NLM_F_CREATE, &body, sizeof(body));
	struct nlattr *options;

	mnl_attr_put_strz(m, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(m, TCA_OPTIONS);
	mnl_attr_put_u32(m, TCA_BPF_FD, (uint32_t)program);
	mnl_attr_put_strz(m, TCA_BPF_NAME, KPLANE_ALIAS);
	mnl_attr_put_u32(m, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(m, options);
	return nlsock_talk(&k->route, m);
}

int kplane_ingress_attach(struct kplane *k, unsigned ifindex)
{
	int err = 0;

	k->step = "loading the source check (BPF)";
	if (k->check.program < 0)
		err = srccheck_load(&k->check);
	if (err < 0)
		return err;
	k->step = "hanging the source check into the tunnel (clsact, cls_bpf)";
	err = hook(k, ifindex);
	return err < 0 ? err : attach(k, ifindex, HOOK_INGRESS, k->check.program);
}

int kplane_cut_attach(struct kplane *k, unsigned ifindex, int program)
{
	int err = hook(k, ifindex);

	return err < 0 ? err : attach(k, ifindex, HOOK_EGRESS_CUT, program);
}

void kplane_rh2_attach(struct kplane *k, unsigned ifindex)
{
	int program = rh2out_load(k->check.map);
	int err = program < 0 ? program : attach(k, ifindex, HOOK_EGRESS_RH2, program);

	if (program >= 0)
		close(program);
	k->route.error[0] = 0;
	k->rh2_error = err < 0 ? -err : 0;
}

static int ingress_on_found(const struct nlmsghdr *m, void *arg)
{
	const struct nlattr *filter[TCA_MAX + 1];
	const struct nlattr *options[TCA_BPF_MAX + 1];
	uint32_t *ret_program = arg;

	nlsock_attributes(m, sizeof(struct tcmsg), filter, TCA_MAX + 1);
	nlsock_nested(filter[TCA_OPTIONS], options, TCA_BPF_MAX + 1);
	if (nlsock_text_is(filter[TCA_KIND], "bpf"))
		*ret_program = nlsock_u32(options[TCA_BPF_ID], 0);
	return 0;
}

static int find_at(struct kplane *k, unsigned ifindex, enum hook at, uint32_t *ret_program)
{
	const struct tcmsg body = filter_at(ifindex, at);
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETTFILTER, 0, &body, sizeof(body));
	int err;

	*ret_program = 0;
	mnl_attr_put_strz(m, TCA_KIND, "bpf");
	err = nlsock_get(&k->route, m, ingress_on_found, ret_program);
	k->route.error[0] = 0;
	/* Without the hook the kernel says "invalid argument". */
	return err == -EINVAL ? 0 : kplane_removed(err);
}

int kplane_ingress_find(struct kplane *k, unsigned ifindex, uint32_t *ret_program)
{
	return find_at(k, ifindex, HOOK_INGRESS, ret_program);
}

bool kplane_cut_there(struct kplane *k, unsigned ifindex)
{
	uint32_t program;

	return find_at(k, ifindex, HOOK_EGRESS_CUT, &program) == 0 && program != 0;
}

bool kplane_rh2_there(struct kplane *k, unsigned ifindex)
{
	uint32_t program;

	return find_at(k, ifindex, HOOK_EGRESS_RH2, &program) == 0 &&
	       bpf_code_is_named(program, rh2out_name);
}
