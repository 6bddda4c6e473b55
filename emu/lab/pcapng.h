/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_PCAPNG_H
#define LAB_PCAPNG_H

/* A small writer of the pcapng format: one section, named interfaces with ns
 * time stamps, names for addresses, packets with comments. Blocks are written in
 * host byte order, as the format allows. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pcapng_name {
	uint8_t addr[16]; /* IPv6 */
	const char *name;
};

struct pcapng_packet {
	uint32_t iface; /* number of the interface, in the order they were written */
	int64_t time;	/* ns since the epoch */
	const uint8_t *data;
	uint32_t len;	     /* captured */
	uint32_t original;   /* on the wire */
	const char *comment; /* NULL: none */
};

/* Each returns 0, or -1 when the file cannot be written. */
int pcapng_section(FILE *out, const char *application);
int pcapng_interface(FILE *out, const char *name, uint16_t link_type, uint32_t snaplen);
int pcapng_names(FILE *out, const struct pcapng_name *names, size_t count);
int pcapng_packet(FILE *out, const struct pcapng_packet *packet);

#endif
