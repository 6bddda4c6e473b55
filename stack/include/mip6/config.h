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

struct mip6_if_config {
	char name[MIP6_IFNAME];
	enum mip6_role type; /* IfType; the node's role unless given */
	int preference; /* MnIfPreference 0-10; lower is preferred, 0 = do not use; default 5 (all
			   as in UMIP) */
};

struct mip6_acl_entry {
	struct mip6_addr hoa;
	enum mip6_acl policy;
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
	bool mn_ha_ipsec;	      /* UseMnHaIPsec; default true */
	bool non_volatile_bcache;     /* NonVolatileBindingCache; default false */
	enum mip6_plane_choice plane; /* Plane; default auto */

	struct mip6_if_config *interfaces; /* malloced array */
	size_t interface_count;

	/* home agent */
	uint32_t ha_max_binding_life_s;	     /* HaMaxBindingLife, default 262140 */
	struct mip6_prefix *served_prefixes; /* HaServedPrefix, malloced */
	size_t served_prefix_count;
	enum mip6_acl default_acl;  /* DefaultBindingAclPolicy, default allow */
	struct mip6_acl_entry *acl; /* BindingAclPolicy, malloced */
	size_t acl_count;

	/* mobile node */
	struct mip6_home_config homes[MIP6_MAX_HOMES];
	size_t home_count;
	uint32_t mn_max_ha_binding_life_s; /* MnMaxHaBindingLife, default 262140 */
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

/* Fills in the defaults above; nothing is allocated. */
void mip6_config_default(struct mip6_config *c);
/* A deep copy. MIP6_ERR_NOMEM. */
int mip6_config_copy(struct mip6_config *to, const struct mip6_config *from);
/* Frees the arrays, not c itself; c may be used with mip6_config_default again. */
void mip6_config_clear(struct mip6_config *c);

#endif
