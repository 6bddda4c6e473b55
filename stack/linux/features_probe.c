/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking the running kernel by trying: each feature is used once, as the kernel
 * plane uses it, in a child process with an empty network namespace that ends
 * with it. Trying also loads a module where the kernel does that by itself. A
 * feature whose trial rests on another that lacks (a filter has no hook to hang
 * at) is tried in some other way, or stays unknown. */
#include "linux/features_internal.h"
#include "linux/nlsock.h"
#include "linux/srccheck.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/lwtunnel.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOPBACK 1 /* the first device of every namespace */

/* From 3fff::/20, which is for documentation (RFC 9637). */
static const struct mip6_addr address = {{0x3f, 0xff, [15] = 1}};

static enum feature_state state_of(int err)
{
	if (err == -EPERM || err == -EACCES)
		return FEATURE_UNKNOWN;
	return err < 0 ? FEATURE_ABSENT : FEATURE_PRESENT;
}

static enum feature_state try_socket(int domain, int type, int protocol)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return state_of(-errno);
	close(fd);
	return FEATURE_PRESENT;
}

static enum feature_state try_sysctl(void)
{
	return access("/proc/sys/net/ipv6/conf/all/forwarding", F_OK) == 0 ? FEATURE_PRESENT
									   : FEATURE_ABSENT;
}

static enum feature_state try_rule(struct nlsock *route)
{
	const struct fib_rule_hdr body = {
	    .family = AF_INET6, .src_len = 128, .action = FR_ACT_TO_TBL};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));

	nlsock_put_addr(m, FRA_SRC, &address);
	mnl_attr_put_u32(m, FRA_TABLE, 1000);
	return state_of(nlsock_talk(route, m));
}

static enum feature_state try_tunnel(struct nlsock *route)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));
	struct nlattr *info;
	struct nlattr *data;

	mnl_attr_put_strz(m, IFLA_IFNAME, "mip6try");
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "ip6tnl");
	data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
	mnl_attr_put(m, IFLA_IPTUN_COLLECT_METADATA, 0, NULL);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, info);
	return state_of(nlsock_talk(route, m));
}

static int loopback_up(struct nlsock *route)
{
	const struct ifinfomsg body = {.ifi_family = AF_UNSPEC,
				       .ifi_index = LOOPBACK,
				       .ifi_flags = IFF_UP,
				       .ifi_change = IFF_UP};
	struct nlsock_request r;

	return nlsock_talk(route, nlsock_begin(&r, RTM_NEWLINK, 0, &body, sizeof(body)));
}

static enum feature_state try_lwtunnel(struct nlsock *route)
{
	const struct rtmsg body = {.rtm_family = AF_INET6,
				   .rtm_dst_len = 128,
				   .rtm_table = RT_TABLE_MAIN,
				   .rtm_protocol = RTPROT_STATIC,
				   .rtm_scope = RT_SCOPE_UNIVERSE,
				   .rtm_type = RTN_UNICAST};
	struct nlsock_request r;
	struct nlmsghdr *m;
	struct nlattr *encap;

	if (loopback_up(route) < 0)
		return FEATURE_UNKNOWN;
	m = nlsock_begin(&r, RTM_NEWROUTE, NLM_F_CREATE, &body, sizeof(body));
	nlsock_put_addr(m, RTA_DST, &address);
	mnl_attr_put_u32(m, RTA_OIF, LOOPBACK);
	mnl_attr_put_u16(m, RTA_ENCAP_TYPE, LWTUNNEL_ENCAP_IP6);
	encap = mnl_attr_nest_start(m, RTA_ENCAP);
	nlsock_put_addr(m, LWTUNNEL_IP6_DST, &address);
	mnl_attr_nest_end(m, encap);
	return state_of(nlsock_talk(route, m));
}

/* The state that lets a Home Address option in (kplane_mh.c). */
static enum feature_state try_mip6(struct nlsock *xfrm)
{
	const struct xfrm_usersa_info body = {
	    .sel.family = AF_INET6,
	    .id.proto = IPPROTO_DSTOPTS,
	    .lft = {.soft_byte_limit = XFRM_INF,
		    .hard_byte_limit = XFRM_INF,
		    .soft_packet_limit = XFRM_INF,
		    .hard_packet_limit = XFRM_INF},
	    .family = AF_INET6,
	    .mode = XFRM_MODE_ROUTEOPTIMIZATION,
	    .flags = XFRM_STATE_WILDRECV,
	};
	const struct mip6_addr any = {{0}};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, XFRM_MSG_NEWSA, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));

	nlsock_put_addr(m, XFRMA_COADDR, &any);
	return state_of(nlsock_talk(xfrm, m));
}

static enum feature_state try_bpf(void)
{
	struct srccheck check = srccheck_none();
	int err = srccheck_load(&check);

	srccheck_close(&check);
	return state_of(err);
}

static enum feature_state try_ingress(struct nlsock *route)
{
	const struct tcmsg body = {
	    .tcm_family = AF_UNSPEC,
	    .tcm_ifindex = LOOPBACK,
	    .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
	    .tcm_parent = TC_H_CLSACT,
	};
	struct nlsock_request r;
	struct nlmsghdr *m =
	    nlsock_begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &body, sizeof(body));

	mnl_attr_put_strz(m, TCA_KIND, "clsact");
	return state_of(nlsock_talk(route, m));
}

/* A filter of one classic instruction: it needs the filter, not the system call
 * that loads programs. */
static enum feature_state try_cls_bpf(struct nlsock *route, enum feature_state ingress)
{
	const struct tcmsg body = {
	    .tcm_family = AF_UNSPEC,
	    .tcm_ifindex = LOOPBACK,
	    .tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
	    .tcm_info = TC_H_MAKE(1u << 16, htons(ETH_P_ALL)),
	};
	const struct sock_filter accept = {.code = BPF_RET | BPF_K, .k = 0};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWTFILTER, NLM_F_CREATE, &body, sizeof(body));
	struct nlattr *options;

	if (ingress != FEATURE_PRESENT)
		return FEATURE_UNKNOWN;
	mnl_attr_put_strz(m, TCA_KIND, "bpf");
	options = mnl_attr_nest_start(m, TCA_OPTIONS);
	mnl_attr_put_u32(m, TCA_BPF_CLASSID, TC_H_MAKE(1u << 16, 1));
	mnl_attr_put_u16(m, TCA_BPF_OPS_LEN, 1);
	mnl_attr_put(m, TCA_BPF_OPS, sizeof(accept), &accept);
	mnl_attr_nest_end(m, options);
	return state_of(nlsock_talk(route, m));
}

static void try_by_netlink(enum feature_state ret[FEATURES])
{
	struct nlsock route = {.socket = NULL};
	struct nlsock xfrm = {.socket = NULL};
	int err = nlsock_open(&xfrm, NETLINK_XFRM);

	ret[FEATURE_XFRM] = state_of(err);
	if (err == 0) {
		ret[FEATURE_MIP6] = try_mip6(&xfrm);
		nlsock_close(&xfrm);
	}
	if (nlsock_open(&route, NETLINK_ROUTE) != 0)
		return;
	ret[FEATURE_TABLES] = try_rule(&route);
	ret[FEATURE_TUNNEL] = try_tunnel(&route);
	ret[FEATURE_LWTUNNEL] = try_lwtunnel(&route);
	ret[FEATURE_INGRESS] = try_ingress(&route);
	ret[FEATURE_CLS_BPF] = try_cls_bpf(&route, ret[FEATURE_INGRESS]);
	nlsock_close(&route);
}

/* An own network namespace; without root one of an own user namespace, in which
 * all but BPF can be tried. */
static void try_all(enum feature_state ret[FEATURES])
{
	ret[FEATURE_IPV6] = try_socket(AF_INET6, SOCK_DGRAM, 0);
	ret[FEATURE_SYSCTL] = try_sysctl();
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return;
	ret[FEATURE_PACKET] = try_socket(AF_PACKET, SOCK_DGRAM, 0);
	ret[FEATURE_BPF] = try_bpf();
	try_by_netlink(ret);
}

void feature_probe(enum feature_state ret[FEATURES])
{
	enum feature_state states[FEATURES] = {FEATURE_UNKNOWN};
	int ends[2];
	pid_t pid;

	memset(ret, 0, sizeof(states));
	if (pipe(ends) != 0)
		return;
	pid = fork();
	if (pid == 0) {
		try_all(states);
		_exit(write(ends[1], states, sizeof(states)) == (ssize_t)sizeof(states) ? 0 : 1);
	}
	close(ends[1]);
	if (pid > 0 && read(ends[0], states, sizeof(states)) == (ssize_t)sizeof(states))
		memcpy(ret, states, sizeof(states));
	close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}
