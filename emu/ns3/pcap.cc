/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ns3/pcap.h"
#include <algorithm>

namespace emu
{

namespace
{
constexpr uint32_t snap = 256;
constexpr uint32_t ethernet = 14;
constexpr int64_t second = 1000000000;

struct file_header {
	uint32_t magic = 0xa1b23c4d; /* ns stamps */
	uint16_t major = 2;
	uint16_t minor = 4;
	uint32_t zone = 0;
	uint32_t accuracy = 0;
	uint32_t snaplen = snap;
	uint32_t link_type = 1;
};

struct record_header {
	uint32_t seconds;
	uint32_t nanoseconds;
	uint32_t stored;
	uint32_t length;
};
} // namespace

pcap::~pcap()
{
	if (file_)
		fclose(file_);
}

bool pcap::open(const std::string &path)
{
	const file_header header;

	file_ = fopen(path.c_str(), "wbe");
	return file_ && fwrite(&header, sizeof(header), 1, file_) == 1;
}

void pcap::write(int64_t wall_ns, const frame &f)
{
	uint8_t bytes[snap];
	uint32_t size = f.payload->GetSize();
	uint32_t stored = std::min(size, snap - ethernet);
	record_header header = {static_cast<uint32_t>(wall_ns / second),
				static_cast<uint32_t>(wall_ns % second), stored + ethernet,
				size + ethernet};

	f.dst.CopyTo(bytes);
	f.src.CopyTo(bytes + 6);
	bytes[12] = static_cast<uint8_t>(f.type >> 8);
	bytes[13] = static_cast<uint8_t>(f.type & 0xff);
	f.payload->CopyData(bytes + ethernet, stored);
	fwrite(&header, sizeof(header), 1, file_);
	fwrite(bytes, 1, stored + ethernet, file_);
}

void pcap::flush()
{
	if (file_)
		fflush(file_);
}

} // namespace emu
