/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_OFFLOAD_H
#define MIP6_OFFLOAD_H

/* Many TCP segments as one packet, as Linux's TUN and packet sockets give and take
 * them (virtio's header), split where an outer header is before them, which no
 * kernel of today splits itself, and merged again behind the tunnel. UDP datagrams
 * of one packet are split where they come in: nothing puts them together again. Pure
 * functions (stack/soft/offload.c). */
#include <mip6/soft.h>

/* One segment of a packet, without copying the payload: new headers, then a
 * stretch of the packet. */
struct mip6_segment {
	uint8_t *head; /* in the caller's memory */
	size_t head_len;
	const uint8_t *payload;
	size_t payload_len;
	bool csum_partial; /* as in struct mip6_buf, offsets from head */
	uint16_t csum_start;
	uint16_t csum_offset;
};

/* Splits a packet or frame with gso_size into its segments; link_len is 14 for a
 * frame, 0 for a packet. heads: memory for the headers, at least 192 octets for
 * each segment. Returns their number, MIP6_ERR_SPACE (more than cap), or
 * MIP6_ERR_VALUE for what is not TCP or UDP in IPv6, perhaps in IPv6. */
int mip6_offload_split(const struct mip6_buf *packet, size_t link_len, uint8_t *heads,
		       size_t heads_cap, struct mip6_segment *ret, size_t cap);
/* Appends `next` to `first` when it is the TCP segment that follows it in the same
 * stream, with the same headers otherwise, and the result is not above 65535
 * octets; room is what first's memory holds behind data. False: they stay two. The
 * checksum of both must be valid or partial; the result's is partial. */
bool mip6_offload_merge(struct mip6_buf *first, size_t room, const struct mip6_buf *next,
			size_t link_len);
/* Puts the whole checksum where csum_partial left a part of it, as a packet needs
 * that goes where nobody does it. Nothing for one with gso_size. */
void mip6_offload_checksum(struct mip6_buf *packet);

#endif
