/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links: bridges, ports and veth pairs. Both ends of a veth get explicit
 * interface numbers that differ: the kernel tells a change of carrier at once
 * only where an interface's number is not its peer's. */
#include "netns/internal.h"
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <stdio.h>
#include <string.h>

enum { PORT_BASE = 1000, BRIDGE_BASE = 500 };

unsigned netns_iface_number(const struct lab_plan *plan, int node, int iface)
{
	unsigned n = 0;

	for (int i = 0; i < node; i++)
		n += (unsigned)plan->nodes[i].iface_count;
	return n + (unsigned)iface;
}

unsigned netns_port_index(const struct lab_plan *plan, int node, int iface)
{
	return PORT_BASE + netns_iface_number(plan, node, iface);
}

unsigned netns_bridge_index(int link)
{
	return BRIDGE_BASE + (unsigned)link;
}

bool netns_is_bridge(const struct lab_plan *plan, int link)
{
	unsigned members = 0;

	for (size_t n = 0; n < plan->node_count; n++)
		for (size_t i = 0; i < plan->nodes[n].iface_count; i++) {
			const struct lab_iface *iface = &plan->nodes[n].ifaces[i];

			if (iface->link != link)
				continue;
			if (iface->mobile)
				return true;
			members++;
		}
	for (size_t a = 0; a < plan->action_count; a++)
		if (plan->actions[a].kind == LAB_ACT_MOVE && plan->actions[a].link == link)
			return true;
	return members != 2;
}

static unsigned link_mtu(const struct lab_plan *plan, int link)
{
	return link >= 0 && plan->links[link].mtu ? plan->links[link].mtu : 1500;
}

int netns_make_bridge(struct netns *net, int link)
{
	struct nl_request request;
	struct ifinfomsg *info =
	    nl_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	struct nlattr *outer;
	struct nlattr *data;
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "br%d", link);
	info->ifi_index = (int)netns_bridge_index(link);
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	mnl_attr_put_strz(request.header, IFLA_IFNAME, name);
	mnl_attr_put_u32(request.header, IFLA_MTU, link_mtu(net->plan, link));
	outer = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(request.header, IFLA_INFO_KIND, "bridge");
	data = mnl_attr_nest_start(request.header, IFLA_INFO_DATA);
	/* A wire, not a switch: no spanning tree, and every multicast is flooded. */
	mnl_attr_put_u32(request.header, IFLA_BR_STP_STATE, 0);
	mnl_attr_put_u8(request.header, IFLA_BR_MCAST_SNOOPING, 0);
	mnl_attr_nest_end(request.header, data);
	mnl_attr_nest_end(request.header, outer);
	if (nl_talk(&net->lab.nl, &request) < 0)
		return netns_fail(net, "cannot make the bridge of link",
				  net->plan->links[link].name);
	return 0;
}

static void put_peer(struct nl_request *request, const char *name, unsigned ifindex, int ns_fd,
		     unsigned mtu, const uint8_t *mac)
{
	struct nlattr *peer = mnl_attr_nest_start(request->header, VETH_INFO_PEER);
	struct ifinfomsg info = {.ifi_index = (int)ifindex};

	nl_append(request, &info, sizeof(info));
	mnl_attr_put_strz(request->header, IFLA_IFNAME, name);
	mnl_attr_put_u32(request->header, IFLA_MTU, mtu);
	if (mac)
		mnl_attr_put(request->header, IFLA_ADDRESS, 6, mac);
	mnl_attr_put_u32(request->header, IFLA_NET_NS_FD, (uint32_t)ns_fd);
	mnl_attr_nest_end(request->header, peer);
}

struct veth_end {
	const char *name;
	unsigned ifindex;
	const uint8_t *mac;
};

static int make_veth(struct nl *nl, const struct veth_end *here, const struct veth_end *there,
		     int there_fd, unsigned mtu)
{
	struct nl_request request;
	struct ifinfomsg *info =
	    nl_begin(&request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, sizeof(*info));
	struct nlattr *outer;
	struct nlattr *data;

	info->ifi_index = (int)here->ifindex;
	mnl_attr_put_strz(request.header, IFLA_IFNAME, here->name);
	mnl_attr_put_u32(request.header, IFLA_MTU, mtu);
	if (here->mac)
		mnl_attr_put(request.header, IFLA_ADDRESS, 6, here->mac);
	outer = mnl_attr_nest_start(request.header, IFLA_LINKINFO);
	mnl_attr_put_strz(request.header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(request.header, IFLA_INFO_DATA);
	put_peer(&request, there->name, there->ifindex, there_fd, mtu, there->mac);
	mnl_attr_nest_end(request.header, data);
	mnl_attr_nest_end(request.header, outer);
	return nl_talk(nl, &request);
}

static struct veth_end plan_end(const struct lab_plan *plan, int node, int iface)
{
	const struct lab_iface *i = &plan->nodes[node].ifaces[iface];

	return (struct veth_end){i->name, i->ifindex, i->mac};
}

/* What an interface adds on its way out: its own impairment or its link's. */
static const struct lab_impairment *transmit_impairment(const struct lab_plan *plan, int node,
							int iface)
{
	const struct lab_iface *i = &plan->nodes[node].ifaces[iface];

	return i->own_imp ? &i->imp : &plan->links[i->link].imp;
}

int netns_make_pair(struct netns *net, int node_a, int iface_a, int node_b, int iface_b)
{
	struct veth_end a = plan_end(net->plan, node_a, iface_a);
	struct veth_end b = plan_end(net->plan, node_b, iface_b);
	int link = net->plan->nodes[node_a].ifaces[iface_a].link;

	if (make_veth(&net->nodes[node_a].nl, &a, &b, net->nodes[node_b].fd,
		      link_mtu(net->plan, link)) < 0)
		return netns_fail(net, "cannot make link", net->plan->links[link].name);
	if (netns_set_impairment(&net->nodes[node_a].nl, a.ifindex,
				 transmit_impairment(net->plan, node_a, iface_a)) < 0 ||
	    netns_set_impairment(&net->nodes[node_b].nl, b.ifindex,
				 transmit_impairment(net->plan, node_b, iface_b)) < 0)
		return netns_fail(net, "cannot delay (has the kernel sch_netem?) link",
				  net->plan->links[link].name);
	return 0;
}

int netns_make_port(struct netns *net, int node, int iface)
{
	const struct lab_iface *i = &net->plan->nodes[node].ifaces[iface];
	struct veth_end there = plan_end(net->plan, node, iface);
	struct veth_end here = {NULL, netns_port_index(net->plan, node, iface), NULL};
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "p%u", netns_iface_number(net->plan, node, iface));
	here.name = name;
	if (make_veth(&net->lab.nl, &here, &there, net->nodes[node].fd,
		      link_mtu(net->plan, i->link)) < 0)
		return netns_fail(net, "cannot make interface", i->name);
	net->mtu_now[netns_iface_number(net->plan, node, iface)] = link_mtu(net->plan, i->link);
	/* On a bridge the link's impairment is at the bridge's side of each port. */
	if (i->own_imp && netns_set_impairment(&net->nodes[node].nl, i->ifindex, &i->imp) < 0)
		return netns_fail(net, "cannot impair interface", i->name);
	return i->link < 0 ? 0 : netns_plug(net, node, iface, i->link);
}

static int set_mtu(struct nl *nl, unsigned ifindex, unsigned mtu)
{
	struct nl_request request;
	struct ifinfomsg *info = nl_begin(&request, RTM_NEWLINK, 0, sizeof(*info));

	info->ifi_index = (int)ifindex;
	mnl_attr_put_u32(request.header, IFLA_MTU, mtu);
	return nl_talk(nl, &request);
}

int netns_set_mtu(struct netns *net, int node, int iface, int link)
{
	const struct lab_iface *i = &net->plan->nodes[node].ifaces[iface];
	unsigned mtu = link_mtu(net->plan, link);

	if (mtu == net->mtu_now[netns_iface_number(net->plan, node, iface)])
		return 0;
	if (set_mtu(&net->lab.nl, netns_port_index(net->plan, node, iface), mtu) < 0 ||
	    set_mtu(&net->nodes[node].nl, i->ifindex, mtu) < 0)
		return -1;
	net->mtu_now[netns_iface_number(net->plan, node, iface)] = mtu;
	return 0;
}

int netns_set_up(struct nl *nl, unsigned ifindex, bool up)
{
	struct nl_request request;
	struct ifinfomsg *info = nl_begin(&request, RTM_NEWLINK, 0, sizeof(*info));

	info->ifi_index = (int)ifindex;
	info->ifi_flags = up ? IFF_UP : 0;
	info->ifi_change = IFF_UP;
	return nl_talk(nl, &request);
}

int netns_set_master(struct nl *nl, unsigned ifindex, unsigned master)
{
	struct nl_request request;
	struct ifinfomsg *info = nl_begin(&request, RTM_NEWLINK, 0, sizeof(*info));

	info->ifi_index = (int)ifindex;
	mnl_attr_put_u32(request.header, IFLA_MASTER, master);
	return nl_talk(nl, &request);
}
