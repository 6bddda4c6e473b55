/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether what was made carries frames yet. Linux gives a device its queue some time
 * after the carrier came: 200 devices at once, the next ones a second later. Until then
 * whatever is sent through it is gone, and is counted nowhere. */
#include "netns/internal.h"
#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <time.h>

enum { PAUSE_NS = 10000000, PAUSES = 3000 };

struct link_state {
	uint8_t operstate;
	bool veth;
};

static int take_kind(const struct nlattr *attr, void *arg)
{
	struct link_state *state = arg;

	if (mnl_attr_get_type(attr) == IFLA_INFO_KIND &&
	    mnl_attr_validate(attr, MNL_TYPE_STRING) == 0)
		state->veth = strcmp(mnl_attr_get_str(attr), "veth") == 0;
	return MNL_CB_OK;
}

static int take_state(const struct nlattr *attr, void *arg)
{
	struct link_state *state = arg;

	if (mnl_attr_get_type(attr) == IFLA_OPERSTATE && mnl_attr_validate(attr, MNL_TYPE_U8) == 0)
		state->operstate = mnl_attr_get_u8(attr);
	if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
		return mnl_attr_parse_nested(attr, take_kind, state);
	return MNL_CB_OK;
}

static int count_idle(const struct nlmsghdr *header, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(header);
	struct link_state state = {0};
	unsigned *idle = arg;

	if (mnl_attr_parse(header, sizeof(*info), take_state, &state) < 0)
		return MNL_CB_ERROR;
	*idle += state.veth && (info->ifi_flags & IFF_LOWER_UP) && state.operstate != IF_OPER_UP;
	return MNL_CB_OK;
}

static int idle_links(struct nl *nl, unsigned *ret)
{
	struct nl_request request;

	*ret = 0;
	nl_begin(&request, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	return nl_dump(nl, &request, count_idle, ret);
}

int netns_wait(struct netns *net)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	unsigned pauses = 0;
	int node = -1;

	while (node < (int)net->plan->node_count) {
		unsigned idle;

		if (idle_links(node < 0 ? &net->lab.nl : &net->nodes[node].nl, &idle) < 0)
			return netns_fail(net, "cannot list the links of",
					  node < 0 ? "the lab" : net->plan->nodes[node].name);
		if (idle == 0) {
			if (++node < (int)net->plan->node_count)
				netns_tell(net, "waiting for the links of node", node);
			continue;
		}
		errno = ETIMEDOUT;
		if (pauses++ == PAUSES)
			return netns_fail(net, "a link does not come up at",
					  node < 0 ? "the lab" : net->plan->nodes[node].name);
		nanosleep(&pause, NULL);
	}
	return 0;
}
