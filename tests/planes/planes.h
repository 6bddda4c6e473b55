/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_PLANES_H
#define TESTS_PLANES_H

/* One test for both planes: what each object of mip6/plane.h does is told in terms
 * of packets (cases_*.c), and each plane is put below the same cases by a rig of its
 * own: the user-space plane in tests/unit/test_plane_soft.c, the kernel's in
 * tests/lab/test_plane_kernel.c.
 *
 * The node under test has two interfaces, with one configured address on each and no
 * route but those of their prefixes:
 *
 *     PLANE_A -- node -- PLANE_B
 *     3fff:a::1/64       3fff:b::1/64
 *
 * Beyond them is nobody but the test, which sends frames and looks at those that
 * leave. */
#include "test.h"
#include "wire_help.h"
#include <mip6/plane.h>
#include <mip6/wire.h>

enum {
	PLANE_A = 102, /* ifindex */
	PLANE_B = 103,
	PLANE_MTU = 1500,
	PLANE_UDP_PORT = 7275,
	PLANE_ROOM = 1600, /* octets of a frame */
	PLANE_FRAMES = 64,
	PLANE_ETH = 14,
	PLANE_UDP = 8,
};

/* A frame that left, with its Ethernet header. */
struct plane_frame {
	unsigned ifindex;
	size_t len;
	uint8_t octets[PLANE_ROOM];
};

/* A packet that went up: UDP to the upper layers, MH to the protocol. With a Home
 * Address option or a type 2 routing header these are the home addresses. */
struct plane_up {
	uint8_t next_header;
	uint8_t number; /* UDP: first octet of its data */
	struct mip6_addr src;
	struct mip6_addr dst;
};

struct plane_seen {
	struct plane_frame frames[PLANE_FRAMES];
	size_t frame_count;
	struct plane_up ups[PLANE_FRAMES];
	size_t up_count;
};

struct plane_rig {
	/* A new node, with nothing applied; and its end, with everything gone. */
	void (*open)(void);
	void (*close)(void);
	/* As struct mip6_host. */
	int (*apply)(const struct mip6_object *was, const struct mip6_object *is);
	/* A frame that the interface receives. */
	void (*inject)(unsigned ifindex, const uint8_t *frame, size_t len);
	/* A UDP packet of the node's own upper layers, PLANE_UDP_PORT to the same. */
	void (*output)(const struct mip6_addr *src, const struct mip6_addr *dst,
		       const uint8_t *data, size_t len);
	void (*pass)(unsigned ms);
	/* What left and what went up since the last time. */
	void (*take)(struct plane_seen *seen);
	uint8_t mac[2][6]; /* of the node's interfaces PLANE_A, PLANE_B */
};

/* Runs every case on the rig; the exit code for main. */
int planes_run(const char *name, const struct plane_rig *rig, bool kernel);

/* Where the planes differ, and why they may. A case asks planes_known() for what it
 * has to expect; all else must be alike. */
enum plane_difference {
	PLANE_PROXY_WITHOUT_SETTING,
	PLANE_CLASS_COPIED,
	PLANE_AUTOCONF,
	PLANE_NESTED,
	PLANE_DATA_WITH_HEADERS,
	PLANE_COA_IN_TUNNEL,
	PLANE_DIFFERENCES,
};

struct plane_known {
	const char *what;
	bool kernel; /* the kernel does it, and the user-space plane not; else the other */
	const char *reason;
};

extern const struct plane_known planes_differences[PLANE_DIFFERENCES];

/* Whether the plane under test does it. */
bool planes_known(enum plane_difference which);

/* ---- what the cases are made of (bench.c) ------------------------------------------------ */

/* A node for one case; planes_end() looks that nothing was forgotten. */
void planes_begin(void);
void planes_end(void);
/* Six octets. */
const uint8_t *planes_mac(unsigned ifindex);

/* Objects. They are put, changed (to the values of `is`) and taken away; each must
 * succeed. */
void put(struct mip6_object o);
void change(struct mip6_object was, struct mip6_object is);
void take(struct mip6_object o);
struct mip6_object o_sysctl(enum mip6_sysctl name, unsigned ifindex, int value);
struct mip6_object o_device_mn(const char *local, const char *remote);
struct mip6_object o_device_ha(void);
/* ifindex 0: on the mobile node's tunnel. */
struct mip6_object o_address(unsigned ifindex, const char *text, unsigned flags);
struct mip6_object o_neighbour(unsigned ifindex, const char *text, uint8_t last);
/* ifindex 0: the mobile node's tunnel; gateway NULL: on the link. */
struct mip6_object o_route(unsigned table, const char *dst, unsigned ifindex, const char *gateway);
struct mip6_object o_rule(const char *from, unsigned priority, unsigned table);
struct mip6_object o_binding(const char *hoa, const char *coa);
struct mip6_object o_proxy(unsigned ifindex, const char *text, bool router);
struct mip6_object o_mh_input(bool hao, const char *hoa);

/* What happens to the node. Each forgets what was seen before, and waits for what
 * follows from it. `len` is that of the whole (inner) IPv6 packet. */
void in_udp(unsigned ifindex, const char *src, const char *dst, size_t len);
void in_tunnelled(unsigned ifindex, const char *outer_src, const char *outer_dst, const char *src,
		  const char *dst);
void in_hop_limit(unsigned ifindex, const char *src, const char *dst, uint8_t hop_limit);
void in_class(unsigned ifindex, const char *src, const char *dst, uint8_t traffic_class);
void in_tunnelled_class(unsigned ifindex, const char *outer_src, const char *outer_dst,
			const char *src, const char *dst, uint8_t outer, uint8_t inner);
void in_tunnelled_hop_limit(unsigned ifindex, const char *outer_src, const char *outer_dst,
			    const char *src, const char *dst, uint8_t hop_limit);
/* An error about the packet that left() or left_tunnelled() found last. */
void in_too_big(unsigned ifindex, const char *src, const char *dst, uint32_t mtu);
/* src NULL: "::", as for the detection of duplicates. */
void in_ns(unsigned ifindex, const char *src, const char *target);
/* By unicast, as a neighbour asks that knew the target already (RFC 4861 7.3). */
void in_probe(unsigned ifindex, const char *src, const char *target);
/* A Router Advertisement with one prefix, to all nodes. */
void in_ra(unsigned ifindex, const char *router, const char *prefix);
/* A packet with a Home Address option or a type 2 routing header, of MH or UDP. */
enum plane_payload { PLANE_BU, PLANE_BA, PLANE_DATA };
void in_mobile(unsigned ifindex, const char *src, const char *dst, const char *hao, const char *rh2,
	       enum plane_payload payload);
/* A Binding Acknowledgement with so many segments left in its routing header. */
void in_segments(unsigned ifindex, const char *src, const char *dst, const char *rh2,
		 uint8_t segments);
void out_udp(const char *src, const char *dst);
void out_udp_of(const char *src, const char *dst, size_t len);
void pass_time(unsigned ms);

/* What was seen since. Frames count only when they carry the last packet sent. */
/* A UDP packet left on the interface, to this link-layer address (0: to any). */
bool left(unsigned ifindex, uint8_t mac, const char *src, const char *dst);
/* The same in a tunnel. */
bool left_tunnelled(unsigned ifindex, const char *outer_src, const char *outer_dst, const char *src,
		    const char *dst);
/* With a type 2 routing header. */
bool left_with_header(unsigned ifindex, const char *src, const char *coa, const char *hoa);
/* Whatever left has no such header. */
bool nothing_with_header(void);
/* In two of them, of which this is the outer one. */
bool left_nested(unsigned ifindex, const char *outer_src, const char *outer_dst, const char *src,
		 const char *dst);
/* A packet of this length in a tunnel whose packets were cut. */
bool left_in_fragments(unsigned ifindex, const char *outer_src, const char *outer_dst, size_t len);
/* The packet that the last true left() found, and left_tunnelled(): outer, inner. */
const struct ip6_packet *found_outer(void);
const struct ip6_packet *found_inner(void);
/* Neither way on any interface. */
bool nothing_left(void);
bool went_up(const char *src, const char *dst);
bool nothing_up(void);
bool mh_went_up(const char *src, const char *dst);
struct plane_answer {
	struct nd_na na;
	struct mip6_addr src;
	struct mip6_addr dst;
};

/* A Neighbour Solicitation, Advertisement for target left. */
bool asked_for(unsigned ifindex, const char *target);
bool answered(unsigned ifindex, const char *target, struct plane_answer *ret);
/* An ICMPv6 error to dst left. */
bool told(unsigned ifindex, const char *dst, uint8_t type, uint8_t code, uint32_t value);
/* The same with a type 2 routing header. */
bool told_with_header(unsigned ifindex, const char *coa, const char *hoa, uint8_t type,
		      uint8_t code);

/* ---- the cases ----------------------------------------------------------------------------- */
extern const struct test_case planes_link_cases[]; /* each ends with a NULL name */
extern const struct test_case planes_ha_cases[];
extern const struct test_case planes_mn_cases[];

#endif
