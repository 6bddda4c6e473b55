/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef WIRE_MHOPT_H
#define WIRE_MHOPT_H

/* The mobility options behind the fixed part of a message (RFC 6275 6.2).
 * Internal to wire/: mh.c is the only caller. */
#include <mip6/wire.h>

/* Reads options up to the end of r, which starts at the Mobility Header's first
 * octet. Options that are unknown, or not valid in a message of this type, are
 * counted and skipped. On an error *ret_pointer is the offset of the octet that
 * is wrong. MIP6_ERR_LENGTH, MIP6_ERR_DUPLICATE, MIP6_ERR_VALUE (something
 * behind the Binding Authorization Data). */
int mhopt_parse(struct mip6_reader *r, uint8_t mh_type, struct mh_options *ret,
		size_t *ret_pointer);

/* Writes the options in our order, each aligned, and pads to 8 octets; w
 * starts at the Mobility Header's first octet. MIP6_ERR_VALUE for an option that
 * is not valid in a message of this type; a full buffer is left in w->failed. */
int mhopt_build(struct mip6_writer *w, uint8_t mh_type, const struct mh_options *options);

#endif
