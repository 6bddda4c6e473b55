/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_CONFIG_H
#define MIP6_CONFIG_H

/* The configuration of one node, as mip6d.conf gives it (stack/conf), or as a
 * test or a simulation fills it in. Times are in ns, lifetimes in seconds. */
#include <mip6/types.h>

/* MIP6_ROLE_AR: a router that advertises itself and its prefixes, and no more. */
enum mip6_role { MIP6_ROLE_CN, MIP6_ROLE_HA, MIP6_ROLE_MN, MIP6_ROLE_AR };
enum mip6_acl { MIP6_ACL_ALLOW, MIP6_ACL_DENY, MIP6_ACL_NONE };
/* Where packets of home addresses are handled: by the kernel's own Mobile IPv6, by
 * this process (mip6/soft.h), or by the kernel where it can. The core does not ask. */
enum mip6_plane_choice { MIP6_PLANE_AUTO, MIP6_PLANE_KERNEL, MIP6_PLANE_USER };

#define MIP6_IFNAME 16

/* What a Router Advertisement says where the configuration may leave it open. */
enum mip6_choice { MIP6_BY_ROLE, MIP6_DISABLED, MIP6_ENABLED };

/* A Prefix block: one Prefix Information option (RFC 4861 4.6.2, RFC 6275 7.2). */
struct mip6_advertised_prefix {
	struct mip6_prefix prefix; /* as written, with the bits behind the length */
	bool on_link;		   /* AdvOnLink */
	bool autonomous;	   /* AdvAutonomous */
	bool router_address;	   /* AdvRouterAddr: R bit, with the router's whole address */
	uint32_t valid_s;	   /* AdvValidLifetime; UINT32_MAX: infinite */
	uint32_t preferred_s;	   /* AdvPreferredLifetime; the same */
};

#define MIP6_MAX_ADVERTISED 16

/* Router Advertisements on one interface (RFC 4861 6.2.1, RFC 6275 7.5). The
 * defaults are those of mip6_if_config_default. */
struct mip6_advertise_config {
	bool send; /* SendRouterAdvs, default false */
	/* Unsolicited ones come between these times; 0: the default, for the longest
	 * 600 s, for the shortest a third of that (RFC 4861 6.2.1) */
	mip6_time min_interval; /* MinRtrAdvInterval */
	mip6_time max_interval; /* MaxRtrAdvInterval */
	/* MinDelayBetweenRAs: of two multicast ones; 0: 3 s, or min_interval where that
	 * is shorter (RFC 6275 13) */
	mip6_time min_delay;
	uint32_t lifetime_s;	  /* AdvDefaultLifetime; UINT32_MAX: three times max_interval */
	uint32_t mtu;		  /* AdvLinkMTU, 0: no such option */
	bool interval_option;	  /* AdvIntervalOpt, default true */
	enum mip6_choice ha_flag; /* AdvHomeAgentFlag, by role: on a home agent's home link */
	enum mip6_choice ha_info; /* AdvHomeAgentInfo, by role: with the flag */
	uint32_t ha_lifetime_s;	  /* HomeAgentLifetime, 0: lifetime_s, at least 1 s */
	uint32_t ha_preference;	  /* HomeAgentPreference, default 0 */
	/* None: the prefixes of the interface's own addresses, which are told. */
	struct mip6_advertised_prefix prefixes[MIP6_MAX_ADVERTISED];
	size_t prefix_count;
};

struct mip6_if_config {
	char name[MIP6_IFNAME];
	enum mip6_role type; /* IfType; the node's role unless given */
	int preference; /* MnIfPreference 0-10; lower is preferred, 0 = do not use; default 5 (all
			   as in UMIP) */
	struct mip6_advertise_config advertise;
};

struct mip6_acl_entry {
	struct mip6_addr hoa;
	enum mip6_acl policy;
	uint8_t status; /* that refuses; 0: 129, administratively prohibited */
};

/* One MnHomeLink block. */
struct mip6_home_config {
	char ifname[MIP6_IFNAME];	/* "" : none given */
	struct mip6_addr ha;		/* HomeAgentAddress, unspecified: DHAAD */
	struct mip6_prefix hoa;		/* HomeAddress with the home prefix' length */
	struct mip6_prefix home_prefix; /* HomePrefix; that of hoa unless given */
	bool alt_coa;			/* UseAltCoa, default true */
};

#define MIP6_MAX_HOMES 4

struct mip6_config {
	enum mip6_role role;
	unsigned debug_level;
	char debug_log_file[256];     /* DebugLogFile; "": standard error */
	char absent_include[256];     /* the first include file that was not there; "": none */
	bool mn_ha_ipsec;	      /* UseMnHaIPsec; default true */
	bool non_volatile_bcache;     /* NonVolatileBindingCache; default false */
	enum mip6_plane_choice plane; /* Plane; default auto */

	struct mip6_if_config *interfaces; /* malloced array */
	size_t interface_count;

	/* home agent */
	uint32_t ha_max_binding_life_s;	     /* HaMaxBindingLife, default 262140 */
	uint32_t ha_max_bindings;	     /* HaMaxBindings; 0: the host's default */
	struct mip6_prefix *served_prefixes; /* HaServedPrefix, malloced */
	size_t served_prefix_count;
	enum mip6_acl default_acl;  /* DefaultBindingAclPolicy, default allow */
	uint8_t default_acl_status; /* as in an entry */
	struct mip6_acl_entry *acl; /* BindingAclPolicy, malloced */
	size_t acl_count;

	/* mobile node */
	struct mip6_home_config homes[MIP6_MAX_HOMES];
	size_t home_count;
	uint32_t mn_max_ha_binding_life_s; /* MnMaxHaBindingLife, default 600 */
	mip6_time initial_bindack_first;   /* InitialBindackTimeoutFirstReg, default 1.5 s */
	mip6_time initial_bindack_rereg;   /* InitialBindackTimeoutReReg, default 1 s */
	unsigned max_ha_resends;	   /* MnMaxHaConsecutiveResends, 0: no limit */
	bool use_all_interfaces;	   /* MnUseAllInterfaces */
	bool discard_ha_param_prob;	   /* MnDiscardHaParamProb */
	bool no_home_return;		   /* NoHomeReturn */
	unsigned router_probes;		   /* MnRouterProbes, default 0 */
	mip6_time router_probe_timeout;	   /* MnRouterProbeTimeout, default 1 s */
	mip6_time interface_init_delay;	   /* InterfaceInitialInitDelay, default 0 */
};

/* The most bindings that a home agent may be told to keep; with ha_max_bindings 0 the
 * core keeps as many, and a host that knows its memory puts in a number before. */
#define MIP6_MAX_BINDINGS 1000000

/* Fills in the defaults above; nothing is allocated. */
void mip6_config_default(struct mip6_config *c);
/* The same for one interface of a node of this role; name must end with zero. */
void mip6_if_config_default(struct mip6_if_config *c, const char *name, enum mip6_role role);
/* A prefix with the defaults of a Prefix block: on the link and for addresses of
 * hosts, the router's address told, valid for a day, preferred for 4 hours. */
void mip6_advertised_prefix_default(struct mip6_advertised_prefix *p,
				    const struct mip6_prefix *prefix);
/* A deep copy. MIP6_ERR_NOMEM. */
int mip6_config_copy(struct mip6_config *to, const struct mip6_config *from);
/* Frees the arrays, not c itself; c may be used with mip6_config_default again. */
void mip6_config_clear(struct mip6_config *c);

#endif
