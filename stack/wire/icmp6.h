/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WIRE_ICMP6_H
#define WIRE_ICMP6_H

/* What all builders of ICMPv6 messages share. Internal to wire/. */
#include <mip6/wire.h>

/* A writer of buf that has written type, code and an empty checksum. */
struct mip6_writer icmp6_begin(uint8_t *buf, size_t cap, uint8_t type, uint8_t code);
/* Puts the checksum in. The length of the message, or MIP6_ERR_SPACE. */
int icmp6_finish(struct mip6_writer *w, const struct mip6_addr *src, const struct mip6_addr *dst);

#endif
