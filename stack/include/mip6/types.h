/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_TYPES_H
#define MIP6_TYPES_H

/* Types that every floor of the house shares: addresses, time, errors. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IPv6 address in network byte order. */
struct mip6_addr {
	uint8_t b[16];
};

/* A prefix: bits beyond `len` are not significant. `len` is 0 to 128. */
struct mip6_prefix {
	struct mip6_addr addr;
	uint8_t len;
};

/* Time in nanoseconds on the host's monotonic clock. */
typedef int64_t mip6_time;

#define MIP6_NEVER  INT64_MAX
#define MIP6_US	    INT64_C(1000)
#define MIP6_MS	    INT64_C(1000000)
#define MIP6_SECOND INT64_C(1000000000)

/* Every function of the stack that can fail returns one of these. */
enum mip6_err {
	MIP6_OK = 0,
	MIP6_ERR_TRUNCATED = -1,    /* fewer bytes than the format needs */
	MIP6_ERR_LENGTH = -2,	    /* a length field contradicts the message */
	MIP6_ERR_CHECKSUM = -3,	    /* checksum wrong */
	MIP6_ERR_TYPE = -4,	    /* message type not known */
	MIP6_ERR_PROTO = -5,	    /* Payload Proto is not 59 (RFC 6275 9.2) */
	MIP6_ERR_HOPLIMIT = -6,	    /* ND packet with hop limit below 255 */
	MIP6_ERR_VALUE = -7,	    /* a field has a value that the RFC forbids */
	MIP6_ERR_DUPLICATE = -8,    /* what may be there once is there twice */
	MIP6_ERR_NOMEM = -9,	    /* out of memory */
	MIP6_ERR_SPACE = -10,	    /* the buffer given is too small */
	MIP6_ERR_NOTFOUND = -11,    /* no such object */
	MIP6_ERR_EXISTS = -12,	    /* object is already there */
	MIP6_ERR_IO = -13,	    /* the host's system call failed */
	MIP6_ERR_UNSUPPORTED = -14, /* the host or kernel cannot do this */
	MIP6_ERR_CONFIG = -15,	    /* configuration not usable */
	MIP6_ERR_STATE = -16,	    /* not possible in this state */
	MIP6_ERR_PERMISSION = -17,  /* the host may not do this */
};

/* A static English text for an error code; never NULL. */
const char *mip6_strerror(int err);

/* Room for the longest text form of an address, with the ending zero. */
#define MIP6_ADDR_TEXT	 46
#define MIP6_PREFIX_TEXT 50

/* Addresses: all are pure functions (wire/addr.c). */
bool mip6_addr_equal(const struct mip6_addr *a, const struct mip6_addr *b);
int mip6_addr_compare(const struct mip6_addr *a, const struct mip6_addr *b);
bool mip6_addr_is_unspecified(const struct mip6_addr *a);
bool mip6_addr_is_loopback(const struct mip6_addr *a);
bool mip6_addr_is_multicast(const struct mip6_addr *a);
bool mip6_addr_is_link_local(const struct mip6_addr *a);
bool mip6_addr_is_ula(const struct mip6_addr *a);    /* fc00::/7 */
bool mip6_addr_is_6to4(const struct mip6_addr *a);   /* 2002::/16 */
bool mip6_addr_is_teredo(const struct mip6_addr *a); /* 2001::/32 */
/* Unicast, not link-local, loopback, unspecified or v4-mapped (RFC 6275's
 * "unicast routable address"). ULAs count as routable. */
bool mip6_addr_is_routable(const struct mip6_addr *a);
/* Number of leading bits that are equal: 0 to 128. */
unsigned mip6_addr_common_bits(const struct mip6_addr *a, const struct mip6_addr *b);
bool mip6_prefix_contains(const struct mip6_prefix *p, const struct mip6_addr *a);
bool mip6_prefix_equal(const struct mip6_prefix *a, const struct mip6_prefix *b);
/* The first len bits of prefix, the rest from iid. */
struct mip6_addr mip6_addr_combine(const struct mip6_prefix *prefix, const struct mip6_addr *iid);
/* ff02::1:ffXX:XXXX of the address (RFC 4291 2.7.1). */
struct mip6_addr mip6_addr_solicited_node(const struct mip6_addr *a);
struct mip6_addr mip6_addr_all_nodes(void);   /* ff02::1 */
struct mip6_addr mip6_addr_all_routers(void); /* ff02::2 */
/* fe80:: with the modified EUI-64 identifier of a 48-bit MAC address (RFC 4291 A). */
struct mip6_addr mip6_addr_link_local_eui64(const uint8_t mac[6]);
/* Text (RFC 5952) into buf, which is returned. */
const char *mip6_addr_format(const struct mip6_addr *a, char buf[MIP6_ADDR_TEXT]);
const char *mip6_prefix_format(const struct mip6_prefix *p, char buf[MIP6_PREFIX_TEXT]);
/* Reads a text address. MIP6_ERR_VALUE when it is none. */
int mip6_addr_parse(const char *text, struct mip6_addr *ret);
/* Reads "addr/len"; a bare address has length 128. */
int mip6_prefix_parse(const char *text, struct mip6_prefix *ret);

#endif
