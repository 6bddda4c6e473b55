/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_WIRE_H
#define MIP6_WIRE_H

/* Bytes to structs and back: IPv6 with the extension headers of Mobile IPv6,
 * the Mobility Header with all messages and options of RFC 6275, and the
 * ICMPv6 messages of neighbour discovery. No state, no allocation. For each
 * message there is one parse and one build function; parse(build(x)) == x, and
 * build(parse(b)) == b for packets in canonical form (our padding, our order
 * of options). All integers in the structs are in host byte order, addresses
 * in network byte order. Pointers in a parsed struct point into the bytes that
 * were parsed. */
#include <mip6/types.h>

/* ---- bounded reader and writer (wire/reader.c, wire/writer.c) ---------- */

/* Reads forward only. A read beyond the end returns zeros, sets `failed` and
 * leaves the position; the caller checks `failed` once at the end. A reader of
 * NULL is empty. */
struct mip6_reader {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool failed;
};

struct mip6_reader rd_init(const void *data, size_t len);
size_t rd_left(const struct mip6_reader *r);
uint8_t rd_u8(struct mip6_reader *r);
uint16_t rd_u16(struct mip6_reader *r);
uint32_t rd_u32(struct mip6_reader *r);
uint64_t rd_u64(struct mip6_reader *r);
struct mip6_addr rd_addr(struct mip6_reader *r);
void rd_copy(struct mip6_reader *r, void *to, size_t n);
/* A pointer to the next n bytes, which are skipped; NULL when fewer are left. */
const uint8_t *rd_bytes(struct mip6_reader *r, size_t n);
/* A reader of the next n bytes only, which are skipped in r. */
struct mip6_reader rd_sub(struct mip6_reader *r, size_t n);

/* Writes forward only; beyond the end nothing is written and `failed` is set. */
struct mip6_writer {
	uint8_t *data;
	size_t cap;
	size_t pos;
	bool failed;
};

struct mip6_writer wr_init(void *data, size_t cap);
void wr_u8(struct mip6_writer *w, uint8_t v);
void wr_u16(struct mip6_writer *w, uint16_t v);
void wr_u32(struct mip6_writer *w, uint32_t v);
void wr_u64(struct mip6_writer *w, uint64_t v);
void wr_addr(struct mip6_writer *w, const struct mip6_addr *a);
void wr_copy(struct mip6_writer *w, const void *from, size_t n);
void wr_zero(struct mip6_writer *w, size_t n);
/* Overwrites what was written before, at `pos`. */
void wr_patch_u8(struct mip6_writer *w, size_t pos, uint8_t v);
void wr_patch_u16(struct mip6_writer *w, size_t pos, uint16_t v);

/* ---- IPv6 and its extension headers (wire/ip6.c) ------------------------ */

enum {
	IP6_NH_HOPOPTS = 0,
	IP6_NH_IPV6 = 41,
	IP6_NH_ROUTING = 43,
	IP6_NH_FRAGMENT = 44,
	IP6_NH_ESP = 50,
	IP6_NH_AH = 51,
	IP6_NH_ICMPV6 = 58,
	IP6_NH_NONE = 59,
	IP6_NH_DSTOPTS = 60,
	IP6_NH_MH = 135,
};

/* A packet split into what Mobile IPv6 cares about. src and dst are as on the
 * wire. With a Home Address option `hao` is the home address (RFC 6275 6.3);
 * with a type 2 routing header `rh2` is its address (6.4). Parsing stops at the
 * first header that is neither hop-by-hop, destination options nor routing:
 * `next_header` names it, `payload` begins with it. */
struct ip6_packet {
	uint8_t traffic_class;
	uint32_t flow_label;
	uint8_t hop_limit;
	struct mip6_addr src;
	struct mip6_addr dst;
	bool has_hao;
	bool has_rh2;
	uint8_t rh2_segments_left;
	struct mip6_addr hao;
	struct mip6_addr rh2;
	uint8_t next_header;
	const uint8_t *payload;
	size_t payload_len;
};

/* Octets behind the payload length are ignored. MIP6_ERR_TRUNCATED;
 * MIP6_ERR_VALUE (not version 6, HAO before a routing header, hop-by-hop
 * options in second place); MIP6_ERR_LENGTH (an option or the RH2);
 * MIP6_ERR_DUPLICATE (HAO, RH2); MIP6_ERR_TYPE (an option that who does not know
 * it must drop, an unknown routing header with segments left). */
int ip6_parse(const uint8_t *data, size_t len, struct ip6_packet *ret);
/* Builds header, RH2, HAO (in this order, RFC 6275 6.3) and payload; segments
 * left of the RH2 are written as given (1 when a packet is sent). Returns the
 * length, or MIP6_ERR_SPACE. */
int ip6_build(const struct ip6_packet *p, uint8_t *buf, size_t cap);
/* The address that a checksum takes as source: the HAO if there is one. */
const struct mip6_addr *ip6_checksum_src(const struct ip6_packet *p);
/* The address that a checksum takes as destination: the RH2's if there is one. */
const struct mip6_addr *ip6_checksum_dst(const struct ip6_packet *p);
/* One's complement sum over the pseudo-header (RFC 8200 8.1) and data, as it is
 * stored: 0 when data already holds a right checksum. Network order bytes as
 * a host integer. */
uint16_t ip6_checksum(const struct mip6_addr *src, const struct mip6_addr *dst, uint8_t next_header,
		      const uint8_t *data, size_t len);
/* Extension headers alone, for a host that sends them as ancillary data: a
 * destination options header with a HAO (24 octets), an RH2 (24 octets). The
 * next header octet is left 0. Return the length, or MIP6_ERR_SPACE. */
int ip6_build_hao(const struct mip6_addr *hoa, uint8_t *buf, size_t cap);
int ip6_build_rh2(const struct mip6_addr *hoa, uint8_t *buf, size_t cap);
/* The same headers read. MIP6_ERR_NOTFOUND when there is no HAO / not type 2. */
int ip6_parse_hao(const uint8_t *data, size_t len, struct mip6_addr *ret);
int ip6_parse_rh2(const uint8_t *data, size_t len, struct mip6_addr *ret);

/* ---- Mobility Header (wire/mh.c, wire/mhopt.c), RFC 6275 6.1, 6.2 -------- */

enum mh_type {
	MH_BRR = 0,
	MH_HOTI = 1,
	MH_COTI = 2,
	MH_HOT = 3,
	MH_COT = 4,
	MH_BU = 5,
	MH_BA = 6,
	MH_BE = 7,
};

enum {
	MH_BU_A = 0x8000,
	MH_BU_H = 0x4000,
	MH_BU_L = 0x2000,
	MH_BU_K = 0x1000,
	MH_BA_K = 0x80,
};

enum mh_status {
	MH_STATUS_ACCEPTED = 0,
	MH_STATUS_PREFIX_DISCOVERY = 1,
	MH_STATUS_UNSPECIFIED = 128,
	MH_STATUS_PROHIBITED = 129,
	MH_STATUS_RESOURCES = 130,
	MH_STATUS_NO_HOME_REGISTRATION = 131,
	MH_STATUS_NOT_HOME_SUBNET = 132,
	MH_STATUS_NOT_HOME_AGENT = 133,
	MH_STATUS_DAD_FAILED = 134,
	MH_STATUS_SEQUENCE = 135,
	MH_STATUS_HOME_NONCE = 136,
	MH_STATUS_COA_NONCE = 137,
	MH_STATUS_NONCES = 138,
	MH_STATUS_TYPE_CHANGE = 139,
	MH_STATUS_INVALID_COA = 174,
};

enum { MH_BE_UNKNOWN_BINDING = 1, MH_BE_UNKNOWN_TYPE = 2 };

/* A static English text for a BA status ("accepted", "unknown status"). */
const char *mh_status_text(uint8_t status);
/* "BU", "BA", "HoTI" ...; "MH" for an unknown type. */
const char *mh_type_text(uint8_t type);

/* The mobility options of RFC 6275 6.2. An option that is unknown, or not valid
 * in its message, was skipped. Data of an option counts only with its flag. */
struct mh_options {
	bool has_refresh;  /* Binding Refresh Advice */
	bool has_alt_coa;  /* Alternate Care-of Address */
	bool has_nonces;   /* Nonce Indices */
	bool has_authdata; /* Binding Authorization Data */
	uint16_t refresh;  /* 4 s units */
	uint16_t home_nonce;
	uint16_t coa_nonce;
	struct mip6_addr alt_coa;
	uint8_t authdata[12];
	uint8_t unknown_count; /* options skipped, saturating; not built */
};

/* HoTI, CoTI */
struct mh_hoti {
	uint64_t cookie;
};
/* HoT, CoT */
struct mh_hot {
	uint16_t nonce_index;
	uint64_t cookie;
	uint64_t token;
};
struct mh_bu {
	uint16_t seq;
	uint16_t flags;	   /* MH_BU_* and flags of other RFCs as received */
	uint16_t lifetime; /* 4 s units */
};
struct mh_ba {
	uint8_t status;
	uint8_t flags; /* MH_BA_* and others as received */
	uint16_t seq;
	uint16_t lifetime; /* 4 s units */
};
struct mh_be {
	uint8_t status;
	struct mip6_addr hoa;
};

struct mh_message {
	uint8_t type;
	union {
		struct mh_hoti hoti; /* also CoTI */
		struct mh_hot hot;   /* also CoT */
		struct mh_bu bu;
		struct mh_ba ba;
		struct mh_be be;
	};
	struct mh_options options;
};

/* Parses a Mobility Header, with the tests of RFC 6275 9.2 in their order:
 * checksum (src, dst: ip6_checksum_src/dst), MIP6_ERR_TYPE, MIP6_ERR_PROTO,
 * MIP6_ERR_LENGTH. ret->type is set from MIP6_ERR_TYPE on. On MIP6_ERR_PROTO
 * and MIP6_ERR_LENGTH *ret_pointer is the offset in the MH of the bad field,
 * for an ICMP Parameter Problem. Before them MIP6_ERR_TRUNCATED when the data
 * is shorter than Header Len says; octets behind it are ignored. After them the
 * options: MIP6_ERR_LENGTH, MIP6_ERR_DUPLICATE, and MIP6_ERR_VALUE when anything
 * follows the Binding Authorization Data. */
int mh_parse(const struct mip6_addr *src, const struct mip6_addr *dst, const uint8_t *data,
	     size_t len, struct mh_message *ret, size_t *ret_pointer);
/* Builds with padding and checksum. Returns the length; MIP6_ERR_SPACE;
 * MIP6_ERR_TYPE; MIP6_ERR_VALUE for an option that is not valid in the message. */
int mh_build(const struct mip6_addr *src, const struct mip6_addr *dst, const struct mh_message *m,
	     uint8_t *buf, size_t cap);

/* ---- ICMPv6 and neighbour discovery (wire/icmp6.c, wire/nd.c) ------------ */

enum {
	ICMP6_DST_UNREACH = 1,
	ICMP6_PACKET_TOO_BIG = 2,
	ICMP6_PARAM_PROBLEM = 4,
	ICMP6_RS = 133,
	ICMP6_RA = 134,
	ICMP6_NS = 135,
	ICMP6_NA = 136,
};

struct icmp6_error {
	uint8_t type;
	uint8_t code;
	uint32_t value;	       /* pointer or MTU */
	const uint8_t *packet; /* the invoking packet, cut to fit 1280 octets */
	size_t packet_len;
};

/* A link-layer address option; len is 0 when it is not there, 6 for Ethernet, 8
 * for an EUI-64. Addresses of other lengths are passed over. */
struct nd_lladdr {
	uint8_t len;
	uint8_t addr[8];
};

enum { ND_PIO_L = 0x80, ND_PIO_A = 0x40, ND_PIO_R = 0x20 };

/* Prefix Information (RFC 4861 4.6.2, RFC 6275 7.2). Lifetimes in seconds,
 * UINT32_MAX is infinite. With the R flag `prefix` is a router's full address. */
struct nd_pio {
	uint8_t len;
	uint8_t flags;
	uint32_t valid;
	uint32_t preferred;
	struct mip6_addr prefix;
};

#define ND_PIO_MAX 16
enum { ND_RA_M = 0x80, ND_RA_O = 0x40, ND_RA_H = 0x20 };

struct nd_ra {
	uint8_t hop_limit;
	uint8_t flags;	    /* ND_RA_*, and the preference bits 0x18 (RFC 4191) */
	uint16_t lifetime;  /* s */
	uint32_t reachable; /* ms */
	uint32_t retrans;   /* ms */
	struct nd_lladdr slla;
	uint32_t mtu;	   /* 0: no option */
	uint32_t interval; /* Advertisement Interval, ms; 0: no option */
	bool has_ha_info;
	uint16_t ha_preference;
	uint16_t ha_lifetime; /* s */
	uint8_t pio_count;    /* prefixes beyond ND_PIO_MAX are left out */
	struct nd_pio pio[ND_PIO_MAX];
};

struct nd_rs {
	struct nd_lladdr slla;
};
/* Nonce (RFC 3971 5.3.2, RFC 7527): by it a node knows its own solicitation when a
 * link gives that back. len 0: none; else 6, 14 or 22 octets. */
struct nd_nonce {
	uint8_t len;
	uint8_t bytes[22];
};
struct nd_ns {
	struct mip6_addr target;
	struct nd_lladdr slla;
	struct nd_nonce nonce;
};
enum { ND_NA_R = 0x80, ND_NA_S = 0x40, ND_NA_O = 0x20 };
struct nd_na {
	struct mip6_addr target;
	uint8_t flags;
	struct nd_lladdr tlla;
};

/* Type of an ICMPv6 message whose checksum was verified, or an error. */
int icmp6_type(const struct mip6_addr *src, const struct mip6_addr *dst, const uint8_t *data,
	       size_t len);
/* The parsers take the whole ICMPv6 message (checksum verified before by
 * icmp6_type), check code 0, lengths and what RFC 4861 6.1, 7.1 demand of
 * options (an option of length 0 is MIP6_ERR_LENGTH); hop limit and addresses
 * are checked by nd_valid. */
int nd_parse_rs(const uint8_t *data, size_t len, struct nd_rs *ret);
int nd_parse_ra(const uint8_t *data, size_t len, struct nd_ra *ret);
int nd_parse_ns(const uint8_t *data, size_t len, struct nd_ns *ret);
int nd_parse_na(const uint8_t *data, size_t len, struct nd_na *ret);
int icmp6_parse_error(const uint8_t *data, size_t len, struct icmp6_error *ret);
/* Hop limit 255; RA from a link-local source; DAD NS only to a solicited-node
 * group and without SLLA, ... (RFC 4861 6.1.1, 6.1.2, 7.1.1, 7.1.2) */
int nd_valid(uint8_t type, const struct ip6_packet *p);
/* The builders write type, code, checksum and options. Length, MIP6_ERR_SPACE, or
 * MIP6_ERR_VALUE for what the parsers would refuse. */
int nd_build_rs(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_rs *m,
		uint8_t *buf, size_t cap);
int nd_build_ra(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_ra *m,
		uint8_t *buf, size_t cap);
int nd_build_ns(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_ns *m,
		uint8_t *buf, size_t cap);
int nd_build_na(const struct mip6_addr *src, const struct mip6_addr *dst, const struct nd_na *m,
		uint8_t *buf, size_t cap);
int icmp6_build_error(const struct mip6_addr *src, const struct mip6_addr *dst,
		      const struct icmp6_error *m, uint8_t *buf, size_t cap);

#endif
