/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_SIM_NODE_H
#define EMU_NS3_SIM_NODE_H

/* A node of the plan: an ns3::Node, its interfaces, and what the lab asks of it. What
 * handles its packets is one of two: the stack's user-space data plane
 * (stack_node.h), or ns-3's own IPv6 (plain_node.h). */
#include "ns3/port.h"
#include <memory>
#include <vector>

namespace emu
{

class sim_node
{
      public:
	virtual ~sim_node() = default;
	sim_node(const sim_node &) = delete;
	sim_node &operator=(const sim_node &) = delete;

	ns3::Ptr<ns3::Node> node() const;
	size_t port_count() const;
	port &port_at(size_t iface);

	/* A neighbour that is known for ever, at each raising. */
	void know(unsigned ifindex, const struct mip6_addr &addr, const uint8_t mac[6]);
	/* ns-3's upper layers, before the run; once is enough. */
	virtual void install_upper() = 0;
	/* Plain host or router, at the beginning. */
	virtual bool raise() = 0;

	/* The carrier of an interface went or came; attached: it is a new link. */
	virtual void report_link(const port &p, bool attached) = 0;
	/* The neighbour on that interface that has this address is forgotten. */
	virtual void forget(unsigned ifindex, const uint8_t mac[6]) = 0;

	/* Whether that daemon runs: here it is ready as soon as it does. */
	bool runs(int daemon) const;
	/* Daemons, by their index in the plan. False: the run failed. */
	virtual bool start(int daemon) = 0;
	virtual bool signal(int daemon, int number) = 0;
	/* In order, at the end of the run. */
	virtual void stop() = 0;
	virtual void flush_files();

      protected:
	struct neighbour {
		unsigned ifindex;
		struct mip6_addr addr;
		uint8_t mac[6];
	};

	static constexpr unsigned default_mtu = 1500;

	sim_node(struct run &run, int index);
	virtual void receive(unsigned ifindex, const frame &f) = 0;
	port *find_port(unsigned ifindex);
	unsigned mtu_of(const port &p) const;
	bool has_forwarding() const;
	/* A route of the plan ("default" is ::/0) with the interface that it leads to.
	 * False: the run failed, and it was told why, as by cannot_route(). */
	bool read_route(const struct lab_route &route, struct mip6_prefix *dst,
			struct mip6_addr *via, unsigned *ifindex);
	bool cannot_route(const struct lab_route &route);
	/* A daemon's configuration, its ${...} resolved, which also goes into the
	 * results; NULL: the run failed. To be freed. */
	char *take_config(int daemon);
	/* What a daemon has to say goes into its log. */
	void log(int daemon, const char *text);
	void note_start(int daemon);
	/* A signal for a daemon; false: it does not run, and the run failed. */
	bool note_signal(int daemon, int number);
	/* The one that runs has ended, with this status or by this signal. */
	void end_daemon(int status, int number);

	struct run &run_;
	const struct lab_node &plan_;
	ns3::Ptr<ns3::Node> node_;
	std::vector<std::unique_ptr<port>> ports_;
	std::vector<neighbour> neighbours_;
	int daemon_ = -1; /* the one that runs */

      private:
	/* The interface that a route leads to; 0: none does. */
	unsigned route_ifindex(const struct lab_route &route, const struct mip6_addr &via) const;
};

} // namespace emu

#endif
