/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_STACK_NODE_H
#define EMU_NS3_STACK_NODE_H

/* A node of the plan: an ns3::Node whose interfaces belong to a user-space data
 * plane of the stack (mip6/soft.h), with or without the protocol on it, and ns-3's
 * own upper layers above where something is sent or received. A mip6d of the plan is
 * not a process here: while it runs, the data plane has the protocol with that
 * daemon's configuration; before and after, the node is a plain host or router. */
#include "ns3/event_source.h"
#include "ns3/sim_node.h"
#include "ns3/upper.h"
#include <ns3/event-id.h>

namespace emu
{

class stack_node : public sim_node
{
      public:
	stack_node(struct run &run, int index);
	~stack_node() override;

	void install_upper() override;
	bool raise() override;
	void report_link(const port &p, bool attached) override;
	void forget(unsigned ifindex, const uint8_t mac[6]) override;
	bool start(int daemon) override;
	bool signal(int daemon, int number) override;
	void stop() override;
	void flush_files() override;

      private:
	bool raise(const struct mip6_config *config);
	bool add_addresses(const port &p);
	bool add_route(const struct lab_route &route);
	bool configure(int daemon, struct mip6_config *ret);
	void restore();
	void receive(unsigned ifindex, const frame &f) override;
	void output(ns3::Ptr<const ns3::Packet> packet);
	void tick();
	template <typename F> void input(F call);
	void deliver();
	void arm();
	void log_event(const struct mip6_event *event);

	static void on_frames(void *ctx, unsigned ifindex, const struct mip6_buf *frames,
			      size_t count);
	static void on_up(void *ctx, const struct mip6_buf *packets, size_t count);
	static void on_event(void *ctx, const struct mip6_event *event);
	static int on_save(void *ctx, const struct mip6_record *record);
	static void on_random(void *ctx, void *buf, size_t len);

	ns3::Ptr<event_source> source_;
	std::unique_ptr<upper> upper_;
	struct mip6_soft_host host_ = {};
	struct mip6_soft *soft_ = nullptr;
	std::vector<struct mip6_record> records_; /* what outlives a daemon */
	std::vector<ns3::Ptr<ns3::Packet>> up_;	  /* for the upper layers */
	std::vector<uint8_t> buffer_;
	bool delivering_ = false;
	ns3::EventId timer_;
	mip6_time timer_at_ = 0;
	unsigned ticks_ = 0; /* in a row without time passing */
	FILE *events_ = nullptr;
	uint64_t draws_ = 0;
};

} // namespace emu

#endif
