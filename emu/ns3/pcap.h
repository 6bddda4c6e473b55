/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_PCAP_H
#define EMU_NS3_PCAP_H

/* A capture of one interface, as those of the other engines: classic
 * pcap with ns stamps, Ethernet frames cut at 256 octets. ns-3's own trace helpers
 * know neither ns stamps beside a wall clock nor one form for all kinds of devices. */
#include <cstdint>
#include <cstdio>
#include <ns3/mac48-address.h>
#include <ns3/packet.h>
#include <string>

namespace emu
{

/* An Ethernet frame on its way: the header's fields and what follows it. */
struct frame {
	ns3::Mac48Address dst;
	ns3::Mac48Address src;
	uint16_t type;
	ns3::Ptr<const ns3::Packet> payload;
};

class pcap
{
      public:
	pcap() = default;
	pcap(const pcap &) = delete;
	pcap &operator=(const pcap &) = delete;
	~pcap();
	/* False with errno set. */
	bool open(const std::string &path);
	bool is_open() const
	{
		return file_ != nullptr;
	}
	void write(int64_t wall_ns, const frame &f);
	void flush();

      private:
	FILE *file_ = nullptr;
};

} // namespace emu

#endif
