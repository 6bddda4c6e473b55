/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_CAPTURE_H
#define LAB_CAPTURE_H

/* Captured packets of one interface, and what Mobile IPv6 has to say of them. */
#include <mip6/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_packet {
	int64_t time;	     /* ns, run clock */
	const uint8_t *data; /* Ethernet frame, cut at the capture's length */
	uint32_t len;
	uint32_t original;
};

struct capture {
	struct capture_packet *packets;
	size_t count;
	uint8_t *bytes; /* the frames, one after the other */
	size_t used;
	size_t size;
};

/* Reads a pcap file as far as it is whole. 0, or -1 with an error text. A file
 * that is missing, or no capture, is an error; one without packets is not. */
int capture_read(struct capture *c, const char *path, char *error, size_t cap);
void capture_free(struct capture *c);

enum capture_kind {
	CAPTURE_OTHER,
	CAPTURE_RA,
	CAPTURE_RS,
	CAPTURE_DAD, /* neighbour solicitation from "::": addr is the target */
	CAPTURE_NA,  /* neighbour advertisement: addr is the target */
	CAPTURE_BU,
	CAPTURE_BA,
	CAPTURE_PROBE, /* of ours: stream and seq */
};

/* One packet explained. */
struct capture_view {
	enum capture_kind kind;
	bool from_us;	      /* sent by the interface with the given MAC */
	bool tunnelled;	      /* CAPTURE_PROBE: inside IPv6-in-IPv6 */
	struct mip6_addr src; /* outer source */
	struct mip6_addr dst;
	struct mip6_addr addr; /* BU: care-of address; DAD: target */
	uint16_t seq;	       /* BU, BA */
	uint16_t lifetime;     /* BU, BA: 4 s units */
	uint8_t status;	       /* BA */
	uint32_t stream;       /* probe */
	uint32_t probe_seq;
};

/* False when it is no IPv6 packet that can be read. */
bool capture_look(const struct capture_packet *p, const uint8_t mac[6], struct capture_view *ret);

#endif
