/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is told to the sender of a packet for this node with a header that the node
 * does not know (RFC 8200 4.2, 4.4). ip6_parse only says that there is one; who
 * looks for its place, as here, does so for a packet that is lost anyway. */
#include "soft/internal.h"
#include <mip6/wire.h>

enum {
	CODE_ERRONEOUS_FIELD = 0,
	RH_TYPE_2 = 2,
	OPT_PAD1 = 0,
	OPT_HAO = 0xc9,
	ACTION = 0xc0, /* the two bits of an option's type */
	ACTION_SKIP = 0,
	ACTION_DROP = 0x40,
	ACTION_TELL_UNICAST = 0xc0,
};

/* The first thing in the packet that is not known. */
struct problem {
	uint8_t code;
	size_t at;
	bool silent; /* nobody is to be told */
};

static bool is_known(const struct mip6_soft *s, uint8_t header, uint8_t option)
{
	return (option & ACTION) == ACTION_SKIP ||
	       (option == OPT_HAO && header == IP6_NH_DSTOPTS && s->node);
}

/* Options of a header whose octets begin at `at` of the packet. */
static bool find_option(const struct mip6_soft *s, uint8_t header, struct mip6_reader r, size_t at,
			const struct mip6_addr *dst, struct problem *ret)
{
	while (rd_left(&r)) {
		size_t here = at + r.pos;
		uint8_t option = rd_u8(&r);

		if (option != OPT_PAD1)
			rd_bytes(&r, rd_u8(&r));
		if (r.failed)
			return false;
		if (is_known(s, header, option))
			continue;
		ret->code = SOFT_PROBLEM_OPTION;
		ret->at = here;
		ret->silent =
		    (option & ACTION) == ACTION_DROP ||
		    ((option & ACTION) == ACTION_TELL_UNICAST && mip6_addr_is_multicast(dst));
		return true;
	}
	return false;
}

static bool find_routing(struct mip6_reader r, size_t at, struct problem *ret)
{
	uint8_t type = rd_u8(&r);
	uint8_t segments_left = rd_u8(&r);

	*ret = (struct problem){.code = CODE_ERRONEOUS_FIELD, .at = at};
	return type != RH_TYPE_2 && segments_left > 0;
}

static bool find(const struct mip6_soft *s, const struct mip6_buf *packet,
		 const struct soft_header *h, struct problem *ret)
{
	struct mip6_reader r = rd_init(packet->data, packet->len);
	uint8_t header = h->next_header;

	rd_bytes(&r, SOFT_IP6);
	while (header == IP6_NH_HOPOPTS || header == IP6_NH_DSTOPTS || header == IP6_NH_ROUTING) {
		uint8_t next = rd_u8(&r);
		uint8_t units = rd_u8(&r);
		size_t at = r.pos;
		struct mip6_reader body = rd_sub(&r, (size_t)units * 8 + 6);

		if (r.failed)
			return false;
		if (header == IP6_NH_ROUTING ? find_routing(body, at, ret)
					     : find_option(s, header, body, at, &h->dst, ret))
			return true;
		header = next;
	}
	return false;
}

void soft_tell_problem(struct mip6_soft *s, unsigned ifindex, const struct mip6_buf *packet)
{
	struct problem problem = {0};
	struct soft_header h;

	if (soft_header_read(packet, &h) && find(s, packet, &h, &problem) && !problem.silent)
		soft_icmp_error(s, ifindex, packet, ICMP6_PARAM_PROBLEM, problem.code,
				(uint32_t)problem.at);
}
