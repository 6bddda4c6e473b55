/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_PLANE_H
#define MIP6_PLANE_H

/* The data plane as a set of wanted objects. Engines say which objects they
 * want; the plane (core/plane.c) counts wishes, orders dependencies and gives
 * its backend only the difference. Each kind has a key (marked K below: what
 * names it) and values (what may change while it stays the same object). */
#include <mip6/types.h>

enum mip6_object_kind {
	MIP6_OBJ_SYSCTL,    /* a setting of the node or of an interface */
	MIP6_OBJ_DEVICE,    /* a tunnel device of ours */
	MIP6_OBJ_ADDRESS,   /* an address on an interface */
	MIP6_OBJ_NEIGHBOUR, /* link-layer address of a neighbour */
	MIP6_OBJ_ROUTE,
	MIP6_OBJ_RULE,	   /* which table serves a source address */
	MIP6_OBJ_BINDING,  /* home agent: traffic of a hoa goes to its coa, and back */
	MIP6_OBJ_PROXY,	   /* neighbour discovery answers for this address */
	MIP6_OBJ_MH_INPUT, /* packets with HAO / RH2 may reach the MH socket */
	MIP6_OBJ_KINDS,
};

enum mip6_sysctl {
	MIP6_SYSCTL_FORWARDING,
	MIP6_SYSCTL_ACCEPT_RA,
	MIP6_SYSCTL_AUTOCONF,
	MIP6_SYSCTL_PROXY_NDP,
	MIP6_SYSCTL_PROXY_DELAY, /* neigh/, in the unit of the kernel's file */
	MIP6_SYSCTL_DAD_TRANSMITS,
	MIP6_SYSCTL_ROUTER_SOLICITATIONS,
	MIP6_SYSCTL_MTU, /* of an interface, for IPv6; up to that of the interface itself */
	MIP6_SYSCTL_ACCEPT_REDIRECTS,
	MIP6_SYSCTLS,
};

/* Devices of ours have no index before they exist: they are named by role. An
 * `ifindex` in an object is a real interface's; where it is 0, `device` says
 * which device of ours is meant. */
enum mip6_device {
	MIP6_DEVICE_NONE,
	MIP6_DEVICE_MN, /* tunnel of the mobile node to its home agent: one local, one remote */
	MIP6_DEVICE_HA, /* the home agent's one tunnel device for all bindings */
};

enum mip6_address_flags {
	MIP6_ADDRESS_HOME = 1,	     /* preferred as source (RFC 6724 rule 4) */
	MIP6_ADDRESS_DEPRECATED = 2, /* not for new connections */
};

/* Addresses are usable at once: the core does its duplicate detection. No
 * prefix route comes with an address. */
struct mip6_object {
	enum mip6_object_kind kind;
	union {
		struct {
			enum mip6_sysctl name; /* K */
			unsigned ifindex;      /* K, 0: the node ("all") */
			int value;
		} sysctl;
		struct {
			enum mip6_device device; /* K */
			struct mip6_addr local;	 /* MN: coa. HA: unspecified */
			struct mip6_addr remote; /* MN: home agent. HA: unspecified */
			unsigned mtu;		 /* 0: the host's choice */
		} device;
		struct {
			unsigned ifindex;	 /* K */
			enum mip6_device device; /* K */
			struct mip6_addr addr;	 /* K */
			uint8_t prefix_len;
			unsigned flags;
		} address;
		struct {
			unsigned ifindex;      /* K */
			struct mip6_addr addr; /* K */
			uint8_t lladdr[6];
			bool router;
		} neighbour;
		struct {
			unsigned table;		/* K, 254 is main */
			struct mip6_prefix dst; /* K, len 0: default */
			unsigned metric;	/* K */
			unsigned ifindex;
			enum mip6_device device;
			struct mip6_addr gateway; /* unspecified: on-link */
		} route;
		struct {
			struct mip6_prefix from; /* K */
			unsigned priority;	 /* K */
			unsigned table;
		} rule;
		struct {
			struct mip6_addr hoa; /* K */
			struct mip6_addr coa;
			struct mip6_addr ha; /* outer source */
		} binding;
		struct {
			unsigned ifindex;      /* K */
			struct mip6_addr addr; /* K */
			bool router;
		} proxy;
		struct {
			bool hao; /* K: HAO in (home agent, correspondent); else RH2 in (mobile
				     node) */
			struct mip6_addr hoa; /* K: RH2: the home address; HAO: unspecified */
		} mh_input;
	};
};

/* True when both name the same object: kind and key fields are equal. */
bool mip6_object_same(const struct mip6_object *a, const struct mip6_object *b);
/* True when key and values are equal. */
bool mip6_object_equal(const struct mip6_object *a, const struct mip6_object *b);
/* The name of a setting, which is also that of its file on Linux; NULL when there
 * is none of this number. */
const char *mip6_sysctl_text(enum mip6_sysctl name);
/* One line of text for people ("route default via fe80::1 dev 3 table 254"). */
const char *mip6_object_format(const struct mip6_object *o, char *buf, size_t cap);

#endif
