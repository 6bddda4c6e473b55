/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic control: what a transmitter adds on its way out (netem), and a filter
 * that makes a router deaf to solicitations. */
#include "netns/internal.h"
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* Room for a second of full-size packets at 1 Gbit/s and the delay. */
enum { NETEM_LIMIT = 100000 };

static bool has_effect(const struct lab_impairment *imp)
{
	return imp->delay_ns || imp->jitter_ns || imp->loss > 0 || imp->rate_bps > 0;
}

static void put_netem(struct nl_request *request, const struct lab_impairment *imp)
{
	struct tc_netem_qopt options = {.limit = NETEM_LIMIT};
	struct nlmsghdr *header = request->header;
	struct nlattr *nest = mnl_attr_nest_start(header, TCA_OPTIONS);

	options.loss = (uint32_t)(imp->loss * UINT32_MAX);
	/* The options begin with a plain struct, attributes follow in the same nest. */
	nl_append(request, &options, sizeof(options));
	mnl_attr_put(header, TCA_NETEM_LATENCY64, sizeof(imp->delay_ns), &imp->delay_ns);
	mnl_attr_put(header, TCA_NETEM_JITTER64, sizeof(imp->jitter_ns), &imp->jitter_ns);
	if (imp->rate_bps > 0) {
		struct tc_netem_rate rate = {.rate = (uint32_t)(imp->rate_bps / 8)};

		mnl_attr_put(header, TCA_NETEM_RATE, sizeof(rate), &rate);
	}
	mnl_attr_nest_end(header, nest);
}

int netns_set_impairment(struct nl *nl, unsigned ifindex, const struct lab_impairment *imp)
{
	struct nl_request request;
	bool add = has_effect(imp);
	struct tcmsg *tc = nl_begin(&request, add ? RTM_NEWQDISC : RTM_DELQDISC,
				    add ? NLM_F_CREATE | NLM_F_REPLACE : 0, sizeof(*tc));

	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = TC_H_ROOT;
	if (!add) {
		nl_talk(nl, &request); /* none there is as good */
		return 0;
	}
	mnl_attr_put_strz(request.header, TCA_KIND, "netem");
	put_netem(&request, imp);
	return nl_talk(nl, &request);
}

static int add_clsact(struct nl *nl, unsigned ifindex)
{
	struct nl_request request;
	struct tcmsg *tc = nl_begin(&request, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, sizeof(*tc));

	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	tc->tcm_parent = TC_H_CLSACT;
	mnl_attr_put_strz(request.header, TCA_KIND, "clsact");
	return nl_talk(nl, &request);
}

/* An Ethernet frame that carries ICMPv6 right behind the IPv6 header, type 133
 * (router solicitation), is dropped; all else passes. */
int netns_drop_solicitations(struct nl *nl, unsigned ifindex)
{
	static const struct sock_filter program[] = {
	    {BPF_LD | BPF_H | BPF_ABS, 0, 0, 12},
	    {BPF_JMP | BPF_JEQ | BPF_K, 0, 5, ETH_P_IPV6},
	    {BPF_LD | BPF_B | BPF_ABS, 0, 0, ETH_HLEN + 6},
	    {BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 58},
	    {BPF_LD | BPF_B | BPF_ABS, 0, 0, ETH_HLEN + 40},
	    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 133},
	    {BPF_RET | BPF_K, 0, 0, TC_ACT_SHOT},
	    {BPF_RET | BPF_K, 0, 0, TC_ACT_OK},
	};
	struct nl_request request;
	struct nlattr *nest;
	struct tcmsg *tc;

	if (add_clsact(nl, ifindex) < 0)
		return -1;
	tc = nl_begin(&request, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	tc->tcm_info = TC_H_MAKE(1U << 16, (uint32_t)__builtin_bswap16(ETH_P_ALL));
	mnl_attr_put_strz(request.header, TCA_KIND, "bpf");
	nest = mnl_attr_nest_start(request.header, TCA_OPTIONS);
	mnl_attr_put_u16(request.header, TCA_BPF_OPS_LEN, sizeof(program) / sizeof(program[0]));
	mnl_attr_put(request.header, TCA_BPF_OPS, sizeof(program), program);
	mnl_attr_put_u32(request.header, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	mnl_attr_nest_end(request.header, nest);
	return nl_talk(nl, &request);
}
