/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_PROBES_H
#define EMU_NS3_PROBES_H

/* The plan's UDP probe streams by ns-3's sockets, with the payload and the records
 * of emu/lab/prober.c. Every attempt to send is recorded, also one that reaches
 * nobody: it counts as lost. */
#include "ns3/network.h"
#include <ns3/event-id.h>
#include <ns3/socket.h>

namespace emu
{

class probes
{
      public:
	explicit probes(struct run &run);
	~probes();
	probes(const probes &) = delete;
	probes &operator=(const probes &) = delete;
	/* Opens sockets and the record file, and schedules each stream's first. */
	bool open(network &net);
	/* Begins a new search for the longest gap between two arrivals. */
	void mark();
	/* The timeline stands still from its time `from` on: streams that begin then or later
	 * do not, the others have no end. It goes on `ns` later than planned. */
	void hold(int64_t from);
	void release(int64_t ns);
	int64_t longest_gap() const; /* of the first stream */
	int64_t last_arrival() const;
	uint64_t sent() const;
	void flush();

      private:
	struct stream {
		ns3::Ptr<ns3::Socket> tx;
		ns3::Ptr<ns3::Socket> rx;
		ns3::Address to;
		uint32_t next_seq = 0;
		int64_t last_rx = 0;
		int64_t longest_gap = 0;
		ns3::EventId next;
		int64_t stop = 0; /* run time */
		bool held = false;
		bool endless = false;
	};

	void schedule(size_t index, int64_t in);
	bool open_stream(network &net, size_t index);
	void send(size_t index);
	void arrived(size_t index, ns3::Ptr<ns3::Socket> socket);
	void record(uint16_t kind, size_t index, uint32_t seq);

	struct run &run_;
	std::vector<stream> streams_;
	FILE *file_ = nullptr;
	uint64_t sent_ = 0;
};

} // namespace emu

#endif
