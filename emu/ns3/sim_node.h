/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_SIM_NODE_H
#define EMU_NS3_SIM_NODE_H

/* A node of the plan: an ns3::Node whose interfaces belong to a user-space data
 * plane of the stack (mip6/soft.h), with or without the protocol on it, and ns-3's
 * own upper layers above where something is sent or received. A mip6d of the plan is
 * not a process here: while it runs, the data plane has the protocol with that
 * daemon's configuration; before and after, the node is a plain host or router. */
#include "ns3/event_source.h"
#include "ns3/port.h"
#include "ns3/upper.h"
#include <memory>
#include <ns3/event-id.h>
#include <vector>

namespace emu
{

class sim_node
{
      public:
	sim_node(struct run &run, int index);
	~sim_node();
	sim_node(const sim_node &) = delete;
	sim_node &operator=(const sim_node &) = delete;

	ns3::Ptr<ns3::Node> node() const;
	size_t port_count() const;
	port &port_at(size_t iface);
	/* A neighbour that is known for ever, at each raising. */
	void know(unsigned ifindex, const struct mip6_addr &addr, const uint8_t mac[6]);
	/* ns-3's upper layers, before the run; once is enough. */
	void install_upper();
	/* Plain host or router, at the beginning. */
	bool raise();

	/* The carrier of an interface went or came; attached: it is a new link. */
	void report_link(const port &p, bool attached);
	void flush(unsigned ifindex);

	/* Daemons, by their index in the plan. False: the run failed. */
	bool start(int daemon);
	bool signal(int daemon, int number);
	/* In order, at the end of the run. */
	void stop();
	void flush_files();

      private:
	struct configuration;

	bool raise(const struct mip6_config *config);
	bool add_addresses(const port &p);
	bool add_route(const struct lab_route &route);
	unsigned route_ifindex(const struct lab_route &route, const struct mip6_addr &via) const;
	bool configure(int daemon, struct mip6_config *ret);
	void restore();
	void end_daemon(int status, int number);
	void receive(unsigned ifindex, const frame &f);
	void output(ns3::Ptr<const ns3::Packet> packet);
	void tick();
	template <typename F> void input(F call);
	void deliver();
	void arm();
	port *find_port(unsigned ifindex);
	unsigned mtu_of(const port &p) const;
	void log_event(const struct mip6_event *event);

	static void on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames,
			      size_t count);
	static void on_up(void *ctx, const struct mip6_buf *packets, size_t count);
	static void on_event(void *ctx, const struct mip6_event *event);
	static void on_save(void *ctx, const struct mip6_record *record);
	static void on_random(void *ctx, void *buf, size_t len);

	struct neighbour {
		unsigned ifindex;
		struct mip6_addr addr;
		uint8_t mac[6];
	};

	struct run &run_;
	int index_;
	const struct lab_node &plan_;
	ns3::Ptr<ns3::Node> node_;
	ns3::Ptr<event_source> source_;
	std::vector<std::unique_ptr<port>> ports_;
	std::unique_ptr<upper> upper_;
	std::vector<neighbour> neighbours_;
	struct mip6_soft_host host_ = {};
	struct mip6_soft *soft_ = nullptr;
	std::vector<struct mip6_record> records_; /* what outlives a daemon */
	std::vector<ns3::Ptr<ns3::Packet>> up_;	  /* for the upper layers */
	std::vector<uint8_t> buffer_;
	bool delivering_ = false;
	ns3::EventId timer_;
	mip6_time timer_at_ = 0;
	unsigned ticks_ = 0; /* in a row without time passing */
	int daemon_ = -1;    /* the one that runs */
	FILE *events_ = nullptr;
	uint64_t draws_ = 0;
};

} // namespace emu

#endif
