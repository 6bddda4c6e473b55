/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/sim_node.h"
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ns3/names.h>

namespace emu
{

sim_node::sim_node(struct run &run, int index)
    : run_(run), plan_(run.plan->nodes[index]), node_(ns3::CreateObject<ns3::Node>())
{
	auto receiver = [this](unsigned ifindex, const frame &f) { receive(ifindex, f); };

	for (int i = 0; i < static_cast<int>(plan_.iface_count); i++)
		ports_.push_back(std::make_unique<port>(run, index, i, receiver));
	ns3::Names::Add(plan_.name, node_);
}

ns3::Ptr<ns3::Node> sim_node::node() const
{
	return node_;
}

size_t sim_node::port_count() const
{
	return ports_.size();
}

port &sim_node::port_at(size_t iface)
{
	return *ports_[iface];
}

port *sim_node::find_port(unsigned ifindex)
{
	for (auto &p : ports_)
		if (p->ifindex() == ifindex)
			return p.get();
	return nullptr;
}

void sim_node::know(unsigned ifindex, const struct mip6_addr &addr, const uint8_t mac[6])
{
	neighbour n = {ifindex, addr, {}};

	std::copy(mac, mac + sizeof(n.mac), n.mac);
	neighbours_.push_back(n);
}

bool sim_node::runs(int daemon) const
{
	return daemon_ == daemon;
}

void sim_node::flush_files()
{
	for (auto &p : ports_)
		p->flush_capture();
}

/* ---- what the plan says of it ---------------------------------------------------- */

/* That of the link at the start, wherever it moves to. */
unsigned sim_node::mtu_of(const port &p) const
{
	int link = p.plan().link;

	return link >= 0 && run_.plan->links[link].mtu ? run_.plan->links[link].mtu : default_mtu;
}

bool sim_node::has_forwarding() const
{
	for (size_t i = 0; i < plan_.sysctl_count; i++)
		if (strcmp(plan_.sysctls[i].path, "net.ipv6.conf.all.forwarding") == 0)
			return strcmp(plan_.sysctls[i].value, "0") != 0;
	return false;
}

/* The interface by its name, or the one whose link the gateway is on. */
unsigned sim_node::route_ifindex(const struct lab_route &route, const struct mip6_addr &via) const
{
	for (const auto &p : ports_) {
		if (route.dev[0] && strcmp(route.dev, p->plan().name) == 0)
			return p->ifindex();
		for (size_t a = 0; !route.dev[0] && a < p->plan().addr_count; a++) {
			struct mip6_prefix prefix;

			if (mip6_prefix_parse(p->plan().addrs[a], &prefix) == MIP6_OK &&
			    mip6_prefix_contains(&prefix, &via))
				return p->ifindex();
		}
	}
	return 0;
}

bool sim_node::cannot_route(const struct lab_route &route)
{
	return run_.fail("cannot add a route at node %s: %s via %s", plan_.name, route.dst,
			 route.via);
}

bool sim_node::read_route(const struct lab_route &route, struct mip6_prefix *dst,
			  struct mip6_addr *via, unsigned *ifindex)
{
	bool everything = strcmp(route.dst, "default") == 0;

	*dst = {};
	*via = {};
	if ((!everything && mip6_prefix_parse(route.dst, dst) < 0) ||
	    (route.via[0] && mip6_addr_parse(route.via, via) < 0))
		return run_.fail("bad route at node %s: %s via %s", plan_.name, route.dst,
				 route.via);
	*ifindex = route_ifindex(route, *via);
	return *ifindex != 0 || cannot_route(route);
}

/* ---- daemons --------------------------------------------------------------------- */

char *sim_node::take_config(int daemon)
{
	const struct lab_daemon &d = plan_.daemons[daemon];
	struct process_variable variables[] = {{"node", plan_.name},
					       {"results", run_.results.c_str()}};
	char *text = process_expand(d.config_text, variables, 2);
	std::string copy = run_.raw(std::string(plan_.name) + "." + d.config_name);
	FILE *file;

	if (!text) {
		run_.fail("out of memory");
		return nullptr;
	}
	file = fopen(copy.c_str(), "we");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
		free(text);
		run_.fail("cannot write %s: %s", copy.c_str(), strerror(errno));
		return nullptr;
	}
	return text;
}

void sim_node::log(int daemon, const char *text)
{
	std::string name = std::string(plan_.name) + "." + plan_.daemons[daemon].name + ".log";
	FILE *file = fopen(run_.raw(name).c_str(), "ae");

	if (!file)
		return;
	fputs(text, file);
	fclose(file);
}

void sim_node::note_start(int daemon)
{
	run_.note("start", ",\"node\":\"%s\",\"daemon\":\"%s\"", plan_.name,
		  plan_.daemons[daemon].name);
}

bool sim_node::note_signal(int daemon, int number)
{
	if (daemon_ != daemon)
		return run_.fail("%s at %s does not run", plan_.daemons[daemon].name, plan_.name);
	run_.note("signal", ",\"node\":\"%s\",\"daemon\":\"%s\",\"signal\":%d", plan_.name,
		  plan_.daemons[daemon].name, number);
	return true;
}

void sim_node::end_daemon(int status, int number)
{
	run_.note("exit", ",\"node\":\"%s\",\"process\":\"%s\",\"status\":%d,\"signal\":%d",
		  plan_.name, plan_.daemons[daemon_].name, status, number);
	daemon_ = -1;
}

} // namespace emu
