/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Segmentation and its reverse for TCP in IPv6, and in IPv6 in IPv6; UDP is only
 * segmented. A tunnel in user space pays for each packet that it gets and gives; with
 * these functions it handles up to 64 kB at a time. What a segment differs in from the
 * one before is the same on both ways: lengths, sequence number, checksum, and the flags
 * that stand for the beginning (CWR) or the end (PSH, FIN) of the data. */
#include <mip6/offload.h>
#include <mip6/wire.h>
#include <string.h>

enum {
	IP6_HEADER = 40,
	AT_LENGTH = 4, /* of the IPv6 header */
	AT_NEXT_HEADER = 6,
	AT_SRC = 8,
	TCP = 6,
	TCP_HEADER = 20,
	UDP = 17,
	UDP_HEADER = 8,
	AT_UDP_LENGTH = 4,
	AT_UDP_CHECKSUM = 6,
	AT_SEQUENCE = 4, /* of the TCP header */
	AT_DATA_OFFSET = 12,
	AT_FLAGS = 13,
	AT_CHECKSUM = 16,
	FIN = 0x01,
	PSH = 0x08,
	CWR = 0x80,
	MERGEABLE = 0x10 | 0x40 | 0x80 | FIN | PSH, /* ACK, ECE, CWR and these */
	HEADS_MAX = 2,				    /* IPv6 headers */
	SEGMENT_HEAD = 192,
};

/* ---- checksums -------------------------------------------------------------------------- */

/* Octets in pairs in the order of the machine: a sum of ones' complements may be
 * taken in either order, as long as it is stored in the same (RFC 1071 2 B). */
static uint64_t add_octets(uint64_t sum, const uint8_t *data, size_t len)
{
	uint32_t word;

	for (; len >= sizeof(word); len -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		sum += word;
		data += sizeof(word);
	}
	word = 0;
	memcpy(&word, data, len);
	return sum + word;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return (uint16_t)sum;
}

void mip6_offload_checksum(struct mip6_buf *packet)
{
	size_t at = (size_t)packet->csum_start + packet->csum_offset;
	uint16_t sum;

	if (!packet->csum_partial || packet->gso_size || at + sizeof(sum) > packet->len)
		return;
	sum = fold(
	    add_octets(0, packet->data + packet->csum_start, packet->len - packet->csum_start));
	/* 0 would say that a UDP packet has no checksum; for others both are one. */
	sum = (uint16_t)(sum == 0xffff ? 0xffff : ~sum);
	memcpy(packet->data + at, &sum, sizeof(sum));
	packet->csum_partial = false;
	packet->csum_valid = true;
}

/* ---- the headers of a packet ---------------------------------------------------------------- */

struct layout {
	size_t ip[HEADS_MAX]; /* offsets from data */
	size_t ip_count;
	size_t transport;
	size_t payload;
	size_t protocol; /* TCP or UDP */
};

/* Octets of the TCP or UDP header that r is at; 0: it is neither. */
static size_t transport_header(struct mip6_reader r, uint8_t protocol)
{
	const uint8_t *tcp;

	if (protocol == UDP)
		return UDP_HEADER;
	tcp = rd_bytes(&r, TCP_HEADER);
	if (protocol != TCP || !tcp || tcp[AT_DATA_OFFSET] >> 4 < TCP_HEADER / 4)
		return 0;
	return (size_t)(tcp[AT_DATA_OFFSET] >> 4) * 4;
}

/* TCP or UDP in IPv6, perhaps in IPv6, without extension headers, nothing behind. */
static bool find_layout(const struct mip6_buf *packet, size_t link_len, struct layout *ret)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);
	uint8_t next_header = IP6_NH_IPV6;
	size_t len;

	memset(ret, 0, sizeof(*ret));
	rd_bytes(&r, link_len);
	while (next_header == IP6_NH_IPV6 && ret->ip_count < HEADS_MAX) {
		size_t at = r.pos;
		const uint8_t *ip = rd_bytes(&r, IP6_HEADER);

		if (!ip || ip[0] >> 4 != 6 ||
		    (size_t)(ip[AT_LENGTH] << 8 | ip[AT_LENGTH + 1]) != rd_left(&r))
			return false;
		ret->ip[ret->ip_count++] = at;
		next_header = ip[AT_NEXT_HEADER];
	}
	ret->transport = r.pos;
	ret->protocol = next_header;
	len = transport_header(r, next_header);
	rd_bytes(&r, len);
	ret->payload = r.pos;
	return len > 0 && !r.failed;
}

static uint32_t sequence_of(const uint8_t *data, const struct layout *l)
{
	struct mip6_reader r = rd_init(data + l->transport + AT_SEQUENCE, 4);

	return rd_u32(&r);
}

static void set_sequence(uint8_t *data, const struct layout *l, uint32_t sequence)
{
	struct mip6_writer w = wr_init(data + l->transport + AT_SEQUENCE, 4);

	wr_u32(&w, sequence);
}

static size_t checksum_at(const struct layout *l)
{
	return l->protocol == UDP ? AT_UDP_CHECKSUM : AT_CHECKSUM;
}

/* Lengths of a packet that ends at len, and the pseudo-header's sum as checksum. */
static void set_lengths(uint8_t *data, const struct layout *l, size_t len)
{
	uint8_t pseudo[4] = {0, (uint8_t)l->protocol, 0, 0};
	size_t transport_len = len - l->transport;
	uint16_t sum;

	for (size_t i = 0; i < l->ip_count; i++) {
		struct mip6_writer w = wr_init(data + l->ip[i] + AT_LENGTH, sizeof(uint16_t));

		wr_u16(&w, (uint16_t)(len - l->ip[i] - IP6_HEADER));
	}
	pseudo[2] = (uint8_t)(transport_len >> 8);
	pseudo[3] = (uint8_t)(transport_len & 0xff);
	if (l->protocol == UDP)
		memcpy(data + l->transport + AT_UDP_LENGTH, pseudo + 2, 2);
	sum =
	    fold(add_octets(add_octets(0, pseudo, sizeof(pseudo)),
			    data + l->ip[l->ip_count - 1] + AT_SRC, 2 * sizeof(struct mip6_addr)));
	memcpy(data + l->transport + checksum_at(l), &sum, sizeof(sum));
}

/* ---- splitting ---------------------------------------------------------------------------- */

/* What is different in the TCP header of a segment. */
static void cut_tcp(const struct mip6_buf *packet, const struct layout *l, size_t done, bool last,
		    uint8_t *head)
{
	set_sequence(head, l, sequence_of(packet->data, l) + (uint32_t)done);
	if (!last)
		head[l->transport + AT_FLAGS] &= (uint8_t) ~(FIN | PSH);
	if (done)
		head[l->transport + AT_FLAGS] &= (uint8_t)~CWR;
}

/* Segment number i: `done` octets of payload come before it. */
static void cut(const struct mip6_buf *packet, const struct layout *l, size_t done, uint8_t *head,
		struct mip6_segment *ret)
{
	size_t rest = packet->len - l->payload - done;
	bool last = rest <= packet->gso_size;

	*ret = (struct mip6_segment){.head = head,
				     .head_len = l->payload,
				     .payload = packet->data + l->payload + done,
				     .payload_len = last ? rest : packet->gso_size,
				     .csum_partial = true,
				     .csum_start = (uint16_t)l->transport,
				     .csum_offset = (uint16_t)checksum_at(l)};
	memcpy(head, packet->data, l->payload);
	if (l->protocol == TCP)
		cut_tcp(packet, l, done, last, head);
	set_lengths(head, l, l->payload + ret->payload_len);
}

int mip6_offload_split(const struct mip6_buf *packet, size_t link_len, uint8_t *heads,
		       size_t heads_cap, struct mip6_segment *ret, size_t cap)
{
	size_t done = 0;
	size_t count = 0;
	struct layout l;

	if (!packet->gso_size || !find_layout(packet, link_len, &l) || l.payload > SEGMENT_HEAD)
		return MIP6_ERR_VALUE;
	do {
		if (count == cap || (count + 1) * SEGMENT_HEAD > heads_cap)
			return MIP6_ERR_SPACE;
		cut(packet, &l, done, heads + count * SEGMENT_HEAD, &ret[count]);
		done += ret[count++].payload_len;
	} while (l.payload + done < packet->len);
	return (int)count;
}

/* ---- merging ------------------------------------------------------------------------------- */

/* Everything before the TCP header but the lengths; in the TCP header everything
 * but sequence number, checksum, PSH and FIN. */
static bool same_stream(const uint8_t *a, const uint8_t *b, const struct layout *l)
{
	size_t from = 0;

	for (size_t i = 0; i < l->ip_count; i++) {
		if (memcmp(a + from, b + from, l->ip[i] + AT_LENGTH - from) != 0)
			return false;
		from = l->ip[i] + AT_NEXT_HEADER;
	}
	if (memcmp(a + from, b + from, l->transport + AT_SEQUENCE - from) != 0)
		return false;
	a += l->transport;
	b += l->transport;
	if (((a[AT_FLAGS] ^ b[AT_FLAGS]) & ~(CWR | PSH | FIN)) ||
	    memcmp(a + AT_SEQUENCE + 4, b + AT_SEQUENCE + 4, AT_FLAGS - AT_SEQUENCE - 4) != 0 ||
	    memcmp(a + AT_FLAGS + 1, b + AT_FLAGS + 1, AT_CHECKSUM - AT_FLAGS - 1) != 0)
		return false;
	return memcmp(a + AT_CHECKSUM + 2, b + AT_CHECKSUM + 2,
		      l->payload - l->transport - AT_CHECKSUM - 2) == 0;
}

/* Nothing may follow PSH or FIN, and CWR stands at a beginning. */
static bool flags_allow(uint8_t first, uint8_t next)
{
	return !(first & ~MERGEABLE) && !(next & ~MERGEABLE) && !(first & (FIN | PSH)) &&
	       !(next & CWR);
}

/* A run is of full segments; a shorter one ends it. */
static bool sizes_allow(size_t first, size_t gso_size, size_t next, size_t next_gso)
{
	size_t size = gso_size ? gso_size : first;

	return size && next && size <= UINT16_MAX && first % size == 0 &&
	       (next_gso ? next_gso == size : next <= size);
}

static bool checksum_known(const struct mip6_buf *packet)
{
	return packet->csum_partial || packet->csum_valid;
}

bool mip6_offload_merge(struct mip6_buf *first, size_t room, const struct mip6_buf *next,
			size_t link_len)
{
	struct layout a;
	struct layout b;
	size_t had;
	size_t more;

	if (!checksum_known(first) || !checksum_known(next) || !find_layout(first, link_len, &a) ||
	    !find_layout(next, link_len, &b) || memcmp(&a, &b, sizeof(a)) != 0 || a.protocol != TCP)
		return false;
	had = first->len - a.payload;
	more = next->len - b.payload;
	if (first->len + more > room || first->len + more - link_len > UINT16_MAX ||
	    !sizes_allow(had, first->gso_size, more, next->gso_size) ||
	    !flags_allow(first->data[a.transport + AT_FLAGS], next->data[b.transport + AT_FLAGS]) ||
	    !same_stream(first->data, next->data, &a) ||
	    sequence_of(next->data, &b) != sequence_of(first->data, &a) + (uint32_t)had)
		return false;
	if (!first->gso_size)
		first->gso_size = (uint16_t)had;
	memcpy(first->data + first->len, next->data + b.payload, more);
	first->len += more;
	first->data[a.transport + AT_FLAGS] |= next->data[b.transport + AT_FLAGS] & (FIN | PSH);
	set_lengths(first->data, &a, first->len);
	first->transport = (uint16_t)a.transport;
	first->csum_partial = true;
	first->csum_start = (uint16_t)a.transport;
	first->csum_offset = AT_CHECKSUM;
	return true;
}
