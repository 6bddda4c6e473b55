/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nodes as network namespaces: building, entering, re-plugging. */
#include "netns/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

int netns_fail(struct netns *net, const char *what, const char *name)
{
	snprintf(net->error, sizeof(net->error), "%.60s %.120s: %.70s", what, name,
		 strerror(errno));
	return -1;
}

void netns_tell(const struct netns *net, const char *what, int node)
{
	if (net->listener.step)
		net->listener.step(net->listener.arg, what, (size_t)node + 1,
				   net->plan->node_count);
}

/* /proc/sys/net shows the settings of the caller's namespace. */
static int write_sysctl(const char *path, const char *value)
{
	char file[256];
	ssize_t written;
	int fd;

	snprintf(file, sizeof(file), "/proc/sys/%s", path);
	for (char *c = file; *c; c++)
		if (*c == '.')
			*c = '/';
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	written = write(fd, value, strlen(value));
	close(fd);
	return written == (ssize_t)strlen(value) ? 0 : -1;
}

static int enter_fd(struct netns *net, int fd, const char *name)
{
	if (setns(fd, CLONE_NEWNET) < 0)
		return netns_fail(net, "cannot enter the namespace of", name);
	return 0;
}

int netns_enter(struct netns *net, int node)
{
	if (node < 0)
		return enter_fd(net, net->lab.fd, "the lab");
	return enter_fd(net, net->nodes[node].fd, net->plan->nodes[node].name);
}

/* The namespace that the process is in becomes the node's. */
static int take_namespace(struct netns *net, struct netns_node *node, const char *name)
{
	node->fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (node->fd < 0 || nl_open(&node->nl) < 0)
		return netns_fail(net, "cannot open the namespace of", name);
	return 0;
}

/* A name under /run/netns lets `ip netns exec` find the node. */
static int name_namespace(struct netns *net, const char *name)
{
	char path[256];
	int fd;

	if ((mkdir("/run/netns", 0755) < 0 && errno != EEXIST))
		return netns_fail(net, "cannot make", "/run/netns");
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
	if (fd < 0)
		return netns_fail(net, "cannot make", path);
	close(fd);
	if (mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0)
		return netns_fail(net, "cannot name the namespace", path);
	return 0;
}

/* Settings that new interfaces take over: addresses of the plan need no
 * detection of duplicates, and what a node learns from advertisements is its
 * daemons' business. */
static int set_defaults(struct netns *net, const char *name)
{
	static const char *const settings[][2] = {
	    {"net.ipv6.conf.default.accept_dad", "0"},
	    {"net.ipv6.conf.default.dad_transmits", "0"},
	    {"net.ipv6.conf.default.router_solicitations", "0"},
	    {"net.ipv6.conf.default.accept_ra", "0"},
	    {"net.ipv6.conf.all.accept_ra", "0"},
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (write_sysctl(settings[i][0], settings[i][1]) < 0)
			return netns_fail(net, settings[i][0], name);
	return 0;
}

static int make_node(struct netns *net, int index)
{
	const struct lab_node *plan = &net->plan->nodes[index];
	struct netns_node *node = &net->nodes[index];

	if (unshare(CLONE_NEWNET) < 0)
		return netns_fail(net, "cannot make a namespace for", plan->name);
	if (take_namespace(net, node, plan->name) < 0 || name_namespace(net, plan->name) < 0 ||
	    set_defaults(net, plan->name) < 0)
		return -1;
	for (size_t s = 0; s < plan->sysctl_count; s++)
		if (write_sysctl(plan->sysctls[s].path, plan->sysctls[s].value) < 0)
			return netns_fail(net, plan->name, plan->sysctls[s].path);
	if (netns_set_up(&node->nl, 1, true) < 0)
		return netns_fail(net, "cannot start the loopback of", plan->name);
	return 0;
}

static int make_lab(struct netns *net)
{
	if (take_namespace(net, &net->lab, "the lab") < 0)
		return -1;
	/* Bridges are wires: the lab itself is no host on them. */
	if (write_sysctl("net.ipv6.conf.default.disable_ipv6", "1") < 0)
		return netns_fail(net, "cannot switch IPv6 off in", "the lab");
	return 0;
}

/* The other member of a link that is one pair; false when `node`.`iface` is the
 * second of the two. */
static bool find_peer(const struct lab_plan *plan, int node, int iface, int *ret_node,
		      int *ret_iface)
{
	int link = plan->nodes[node].ifaces[iface].link;

	for (int n = node; n < (int)plan->node_count; n++)
		for (int i = 0; i < (int)plan->nodes[n].iface_count; i++) {
			if (plan->nodes[n].ifaces[i].link != link || (n == node && i <= iface))
				continue;
			*ret_node = n;
			*ret_iface = i;
			return true;
		}
	return false;
}

static int make_iface(struct netns *net, int node, int iface)
{
	const struct lab_iface *plan = &net->plan->nodes[node].ifaces[iface];
	int peer_node;
	int peer_iface;

	net->link_now[netns_iface_number(net->plan, node, iface)] = plan->link;
	if (plan->mobile || plan->link < 0 || netns_is_bridge(net->plan, plan->link))
		return netns_make_port(net, node, iface);
	if (!find_peer(net->plan, node, iface, &peer_node, &peer_iface))
		return 0;
	return netns_make_pair(net, node, iface, peer_node, peer_iface);
}

static int make_bridges(struct netns *net)
{
	for (int l = 0; l < (int)net->plan->link_count; l++)
		if (netns_is_bridge(net->plan, l) && netns_make_bridge(net, l) < 0)
			return -1;
	return 0;
}

static int link_node(struct netns *net, int node)
{
	for (int i = 0; i < (int)net->plan->nodes[node].iface_count; i++)
		if (make_iface(net, node, i) < 0)
			return -1;
	return 0;
}

static int start_iface(struct netns *net, int node, const struct lab_iface *iface)
{
	struct nl *nl = &net->nodes[node].nl;

	for (size_t a = 0; a < iface->addr_count; a++)
		if (netns_add_address(nl, iface->ifindex, iface->addrs[a]) < 0)
			return netns_fail(net, "cannot add address", iface->addrs[a]);
	if (iface->own_imp && netns_set_impairment(nl, iface->ifindex, &iface->imp) < 0)
		return netns_fail(net, "cannot delay what is sent by", iface->name);
	if (netns_set_up(nl, iface->ifindex, true) < 0)
		return netns_fail(net, "cannot start interface", iface->name);
	if (net->plan->nodes[node].drop_rs && netns_drop_solicitations(nl, iface->ifindex) < 0)
		return netns_fail(net, "cannot drop solicitations at", net->plan->nodes[node].name);
	return 0;
}

static int configure_node(struct netns *net, int node)
{
	const struct lab_node *plan = &net->plan->nodes[node];

	for (size_t i = 0; i < plan->iface_count; i++)
		if (start_iface(net, node, &plan->ifaces[i]) < 0)
			return -1;
	return 0;
}

static int introduce(struct netns *net, int node, int iface, int peer_node, int peer_iface)
{
	const struct lab_iface *here = &net->plan->nodes[node].ifaces[iface];
	const struct lab_iface *there = &net->plan->nodes[peer_node].ifaces[peer_iface];

	for (size_t a = 0; a < there->addr_count; a++)
		if (netns_add_neighbour(&net->nodes[node].nl, here->ifindex, there->addrs[a],
					there->mac) < 0)
			return netns_fail(net, "cannot add neighbour", there->addrs[a]);
	return 0;
}

/* The two ends of a wire between fixed nodes know each other, as routers do that
 * have been up for long: the first packet after a move must not pay for address
 * resolution in the middle of the network. */
static int introduce_pairs(struct netns *net)
{
	int peer_node;
	int peer_iface;

	for (int n = 0; n < (int)net->plan->node_count; n++)
		for (int i = 0; i < (int)net->plan->nodes[n].iface_count; i++) {
			int link = net->plan->nodes[n].ifaces[i].link;

			if (link < 0 || netns_is_bridge(net->plan, link) ||
			    !find_peer(net->plan, n, i, &peer_node, &peer_iface))
				continue;
			if (introduce(net, n, i, peer_node, peer_iface) < 0 ||
			    introduce(net, peer_node, peer_iface, n, i) < 0)
				return -1;
		}
	return 0;
}

static int add_routes(struct netns *net, int node)
{
	const struct lab_node *plan = &net->plan->nodes[node];

	for (size_t r = 0; r < plan->route_count; r++)
		if (netns_add_route(net, node, &plan->routes[r]) < 0)
			return -1;
	return 0;
}

/* One step for all nodes. */
static int for_each_node(struct netns *net, const char *what,
			 int (*work)(struct netns *net, int node))
{
	for (int n = 0; n < (int)net->plan->node_count; n++) {
		netns_tell(net, what, n);
		if (work(net, n) < 0)
			return -1;
	}
	return 0;
}

int netns_build(struct netns *net, const struct lab_plan *plan,
		const struct netns_listener *listener)
{
	*net = (struct netns){.plan = plan, .lab.fd = -1};
	if (listener)
		net->listener = *listener;
	net->nodes = calloc(plan->node_count + 1, sizeof(*net->nodes));
	net->link_now = calloc(netns_iface_number(plan, (int)plan->node_count, 1), sizeof(int));
	net->mtu_now = calloc(netns_iface_number(plan, (int)plan->node_count, 1), sizeof(unsigned));
	if (!net->nodes || !net->link_now || !net->mtu_now)
		return netns_fail(net, "no memory for", plan->topology);
	for (size_t n = 0; n < plan->node_count; n++)
		net->nodes[n].fd = -1;
	if (make_lab(net) < 0 || for_each_node(net, "making node", make_node) < 0 ||
	    make_bridges(net) < 0 || for_each_node(net, "linking node", link_node) < 0 ||
	    for_each_node(net, "configuring node", configure_node) < 0 ||
	    for_each_node(net, "adding the routes of node", add_routes) < 0 ||
	    introduce_pairs(net) < 0 || netns_wait(net) < 0)
		return -1;
	return netns_enter(net, -1);
}

static void close_node(struct netns_node *node)
{
	nl_close(&node->nl);
	if (node->fd >= 0)
		close(node->fd);
	node->fd = -1;
}

void netns_close(struct netns *net)
{
	for (size_t n = 0; net->nodes && n < net->plan->node_count; n++)
		close_node(&net->nodes[n]);
	close_node(&net->lab);
	free(net->nodes);
	free(net->link_now);
	free(net->mtu_now);
	net->nodes = NULL;
	net->link_now = NULL;
	net->mtu_now = NULL;
}

int netns_link_now(const struct netns *net, int node, int iface)
{
	return net->link_now[netns_iface_number(net->plan, node, iface)];
}

int netns_unplug(struct netns *net, int node, int iface, bool link_event)
{
	unsigned port = netns_port_index(net->plan, node, iface);
	int err = link_event ? netns_set_up(&net->lab.nl, port, false)
			     : netns_set_master(&net->lab.nl, port, 0);

	if (err < 0)
		return netns_fail(net, "cannot unplug", net->plan->nodes[node].ifaces[iface].name);
	net->link_now[netns_iface_number(net->plan, node, iface)] = -1;
	return 0;
}

static int forget_on(struct netns *net, int link, const uint8_t mac[6])
{
	for (size_t n = 0; n < net->plan->node_count; n++)
		for (size_t i = 0; i < net->plan->nodes[n].iface_count; i++) {
			const struct lab_iface *iface = &net->plan->nodes[n].ifaces[i];

			if (iface->link == link && !iface->mobile &&
			    netns_forget_neighbour(&net->nodes[n].nl, iface->ifindex, mac) < 0)
				return -1;
		}
	return 0;
}

int netns_plug(struct netns *net, int node, int iface, int link)
{
	unsigned port = netns_port_index(net->plan, node, iface);
	struct nl *nl = &net->lab.nl;

	if (forget_on(net, link, net->plan->nodes[node].ifaces[iface].mac) < 0 ||
	    netns_set_impairment(nl, port, &net->plan->links[link].imp) < 0 ||
	    netns_set_mtu(net, node, iface, link) < 0 ||
	    netns_set_master(nl, port, netns_bridge_index(link)) < 0 ||
	    netns_set_up(nl, port, true) < 0)
		return netns_fail(net, "cannot plug into link", net->plan->links[link].name);
	net->link_now[netns_iface_number(net->plan, node, iface)] = link;
	return 0;
}

static int impair_iface(struct netns *net, int node, int iface, const struct lab_impairment *imp)
{
	const struct lab_iface *i = &net->plan->nodes[node].ifaces[iface];

	if (i->own_imp)
		return 0;
	if (i->mobile || netns_is_bridge(net->plan, i->link))
		return netns_set_impairment(&net->lab.nl, netns_port_index(net->plan, node, iface),
					    imp);
	return netns_set_impairment(&net->nodes[node].nl, i->ifindex, imp);
}

int netns_impair(struct netns *net, int link, const struct lab_impairment *imp)
{
	for (int n = 0; n < (int)net->plan->node_count; n++)
		for (int i = 0; i < (int)net->plan->nodes[n].iface_count; i++)
			if (net->link_now[netns_iface_number(net->plan, n, i)] == link &&
			    impair_iface(net, n, i, imp) < 0)
				return netns_fail(net, "cannot impair link",
						  net->plan->links[link].name);
	return 0;
}
