/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keyword table. Enabling what does not exist is refused, so that nobody
 * relies on it; disabling it is what the stack does, and is accepted. */
#include "conf/keywords.h"

#include "conf/apply.h"

#include <stddef.h>
#include <string.h>

#define MEMBER(name)	    offsetof(struct mip6_config, name)
#define HOME_MEMBER(name)   offsetof(struct mip6_home_config, name)
#define ADV_MEMBER(name)    offsetof(struct mip6_if_config, advertise.name)
#define PREFIX_MEMBER(name) offsetof(struct mip6_advertised_prefix, name)

/* Longest lifetimes: a home registration's (65535 units of 4 s), and a
 * correspondent registration's (RFC 6275 12). */
#define LIFE	262140
#define CN_LIFE 420

static const struct conf_keyword keywords[] = {
    /* every node */
    {"include", CONF_IN_FILE, CONF_NAME, CONF_USED, 0, 0, 0, NULL},
    {"NodeConfig", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_node_config},
    {"Plane", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_plane},
    {"DebugLevel", CONF_IN_FILE, CONF_COUNT, CONF_USED, MEMBER(debug_level), 0, 65535, NULL},
    {"DebugLogFile", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_debug_log_file},
    {"NonVolatileBindingCache", CONF_IN_FILE, CONF_BOOL, CONF_USED, MEMBER(non_volatile_bcache), 0,
     0, NULL},
    {"Interface", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_interface},
    {"UseMnHaIPsec", CONF_IN_FILE, CONF_OWN, CONF_NOT_ENABLED, 0, 0, 0, conf_use_ipsec},
    {"KeyMngMobCapability", CONF_IN_FILE, CONF_BOOL, CONF_NO_EFFECT, 0, 0, 0, NULL},
    {"TunnelPayloadForceSANego", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"IPsecPolicySet", CONF_IN_FILE, CONF_OWN, CONF_NO_EFFECT, 0, 0, 0, conf_ipsec_set},

    /* home agent and correspondent node */
    {"SendMobPfxAdvs", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"SendUnsolMobPfxAdvs", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MinMobPfxAdvInterval", CONF_IN_FILE, CONF_LIFETIME, CONF_MISSING, 0, 0, UINT32_MAX, NULL},
    {"MaxMobPfxAdvInterval", CONF_IN_FILE, CONF_LIFETIME, CONF_MISSING, 0, 0, UINT32_MAX, NULL},
    {"HaMaxBindingLife", CONF_IN_FILE, CONF_LIFETIME, CONF_USED, MEMBER(ha_max_binding_life_s), 4,
     LIFE, NULL},
    {"HaMaxBindings", CONF_IN_FILE, CONF_COUNT, CONF_USED, MEMBER(ha_max_bindings), 1,
     MIP6_MAX_BINDINGS, NULL},
    {"HaAcceptMobRtr", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"HaServedPrefix", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_served_prefix},
    {"DefaultBindingAclPolicy", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_default_acl},
    {"BindingAclPolicy", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_acl},
    {"DoRouteOptimizationCN", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"CnBindingPolicySet", CONF_IN_FILE, CONF_OWN, CONF_NOT_ENABLED, 0, 0, 0, conf_cn_policies},
    {"HaAcceptDsmip6", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"HomeAgentV4Address", CONF_IN_FILE, CONF_ADDRESS4, CONF_MISSING, 0, 0, 0, NULL},
    {"HaAcceptIPv4Traffic", CONF_IN_FILE, CONF_OWN, CONF_MISSING, 0, 0, 0, conf_ha_traffic4},

    /* mobile node */
    {"MnMaxHaBindingLife", CONF_IN_FILE, CONF_LIFETIME, CONF_USED, MEMBER(mn_max_ha_binding_life_s),
     4, LIFE, NULL},
    {"MnMaxCnBindingLife", CONF_IN_FILE, CONF_LIFETIME, CONF_MISSING, 0, 0, CN_LIFE, NULL},
    {"MnDiscardHaParamProb", CONF_IN_FILE, CONF_BOOL, CONF_USED, MEMBER(discard_ha_param_prob), 0,
     0, NULL},
    {"MnResetDhaadAtHome", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MnFlushAllAtHome", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"SendMobPfxSols", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"InitialBindackTimeoutFirstReg", CONF_IN_FILE, CONF_DURATION, CONF_USED,
     MEMBER(initial_bindack_first), 100, 32000, NULL},
    {"InitialBindackTimeoutReReg", CONF_IN_FILE, CONF_DURATION, CONF_USED,
     MEMBER(initial_bindack_rereg), 100, 32000, NULL},
    {"InitialSolicitTimer", CONF_IN_FILE, CONF_DURATION, CONF_MISSING, 0, 0, 3600000, NULL},
    {"InterfaceInitialInitDelay", CONF_IN_FILE, CONF_DURATION, CONF_USED,
     MEMBER(interface_init_delay), 0, 3600000, NULL},
    {"MnUseAllInterfaces", CONF_IN_FILE, CONF_BOOL, CONF_USED, MEMBER(use_all_interfaces), 0, 0,
     NULL},
    {"MnRouterProbes", CONF_IN_FILE, CONF_COUNT, CONF_USED, MEMBER(router_probes), 0, 100, NULL},
    {"MnRouterProbeTimeout", CONF_IN_FILE, CONF_DURATION, CONF_USED, MEMBER(router_probe_timeout),
     0, 60000, NULL},
    {"OptimisticHandoff", CONF_IN_FILE, CONF_BOOL, CONF_NO_EFFECT, 0, 0, 0, NULL},
    {"NoHomeReturn", CONF_IN_FILE, CONF_BOOL, CONF_USED, MEMBER(no_home_return), 0, 0, NULL},
    {"UseCnBuAck", CONF_IN_FILE, CONF_BOOL, CONF_NO_EFFECT, 0, 0, 0, NULL},
    {"DoRouteOptimizationMN", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MobRtrUseExplicitMode", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MnMaxHaConsecutiveResends", CONF_IN_FILE, CONF_COUNT, CONF_USED, MEMBER(max_ha_resends), 0,
     65535, NULL},
    {"MnMaxCnConsecutiveResends", CONF_IN_FILE, CONF_COUNT, CONF_MISSING, 0, 0, 65535, NULL},
    {"UseMovementModule", CONF_IN_FILE, CONF_MODULE, CONF_NO_EFFECT, 0, 0, 0, NULL},
    {"UsePolicyModule", CONF_IN_FILE, CONF_MODULE, CONF_USED, 0, 0, 0, NULL},
    {"MnUseDsmip6", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MnSupportIPv4Traffic", CONF_IN_FILE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MnHomeLink", CONF_IN_FILE, CONF_OWN, CONF_USED, 0, 0, 0, conf_home_link},

    /* Interface "if" { } */
    {"IfType", CONF_IN_INTERFACE, CONF_OWN, CONF_USED, 0, 0, 0, conf_if_type},
    {"MnIfPreference", CONF_IN_INTERFACE, CONF_OWN, CONF_USED, 0, 0, 0, conf_if_preference},
    {"Tunnel", CONF_IN_INTERFACE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"UseDhcp", CONF_IN_INTERFACE, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},

    {"SendRouterAdvs", CONF_IN_INTERFACE, CONF_OWN, CONF_USED, 0, 0, 0, conf_send_advs},
    {"MinRtrAdvInterval", CONF_IN_INTERFACE, CONF_DURATION, CONF_USED, ADV_MEMBER(min_interval), 30,
     1350000, NULL},
    {"MaxRtrAdvInterval", CONF_IN_INTERFACE, CONF_DURATION, CONF_USED, ADV_MEMBER(max_interval), 70,
     1800000, NULL},
    {"MinDelayBetweenRAs", CONF_IN_INTERFACE, CONF_DURATION, CONF_USED, ADV_MEMBER(min_delay), 30,
     3600000, NULL},
    {"AdvDefaultLifetime", CONF_IN_INTERFACE, CONF_LIFETIME, CONF_USED, ADV_MEMBER(lifetime_s), 0,
     9000, NULL},
    {"AdvLinkMTU", CONF_IN_INTERFACE, CONF_COUNT, CONF_USED, ADV_MEMBER(mtu), 1280, 65535, NULL},
    {"AdvIntervalOpt", CONF_IN_INTERFACE, CONF_BOOL, CONF_USED, ADV_MEMBER(interval_option), 0, 0,
     NULL},
    {"AdvHomeAgentFlag", CONF_IN_INTERFACE, CONF_OWN, CONF_USED, 0, 0, 0, conf_ha_flag},
    {"AdvHomeAgentInfo", CONF_IN_INTERFACE, CONF_OWN, CONF_USED, 0, 0, 0, conf_ha_info},
    {"HomeAgentLifetime", CONF_IN_INTERFACE, CONF_LIFETIME, CONF_USED, ADV_MEMBER(ha_lifetime_s), 1,
     65535, NULL},
    {"HomeAgentPreference", CONF_IN_INTERFACE, CONF_COUNT, CONF_USED, ADV_MEMBER(ha_preference), 0,
     65535, NULL},
    {"Prefix", CONF_IN_INTERFACE, CONF_OWN, CONF_USED, 0, 0, 0, conf_prefix_block},

    /* Prefix p { } */
    {"AdvOnLink", CONF_IN_PREFIX, CONF_BOOL, CONF_USED, PREFIX_MEMBER(on_link), 0, 0, NULL},
    {"AdvAutonomous", CONF_IN_PREFIX, CONF_BOOL, CONF_USED, PREFIX_MEMBER(autonomous), 0, 0, NULL},
    {"AdvRouterAddr", CONF_IN_PREFIX, CONF_BOOL, CONF_USED, PREFIX_MEMBER(router_address), 0, 0,
     NULL},
    {"AdvValidLifetime", CONF_IN_PREFIX, CONF_OWN, CONF_USED, 0, 0, 0, conf_valid_lifetime},
    {"AdvPreferredLifetime", CONF_IN_PREFIX, CONF_OWN, CONF_USED, 0, 0, 0, conf_preferred_lifetime},

    /* MnHomeLink "if" { } */
    {"HomeAgentAddress", CONF_IN_HOME, CONF_OWN, CONF_USED, 0, 0, 0, conf_home_agent_address},
    {"HomeAddress", CONF_IN_HOME, CONF_OWN, CONF_USED, 0, 0, 0, conf_home_address},
    {"HomePrefix", CONF_IN_HOME, CONF_OWN, CONF_USED, 0, 0, 0, conf_home_prefix},
    {"UseAltCoa", CONF_IN_HOME, CONF_BOOL, CONF_USED, HOME_MEMBER(alt_coa), 0, 0, NULL},
    {"IsMobRtr", CONF_IN_HOME, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"MnRoPolicy", CONF_IN_HOME, CONF_OWN, CONF_NOT_ENABLED, 0, 0, 0, conf_ro_policy},
    {"HomeAgentV4Address", CONF_IN_HOME, CONF_ADDRESS4, CONF_MISSING, 0, 0, 0, NULL},
    {"HomeV4Address", CONF_IN_HOME, CONF_OWN, CONF_MISSING, 0, 0, 0, conf_home_address4},
    {"HomeV4Prefix", CONF_IN_HOME, CONF_OWN, CONF_MISSING, 0, 0, 0, conf_home_prefix4},
    {"HomeAgentName", CONF_IN_HOME, CONF_NAME, CONF_MISSING, 0, 0, 0, NULL},

    /* IPsecPolicySet { } */
    {"HomeAgentAddress", CONF_IN_IPSEC, CONF_OWN, CONF_NO_EFFECT, 0, 0, 0, conf_ipsec_address},
    {"HomeAddress", CONF_IN_IPSEC, CONF_OWN, CONF_NO_EFFECT, 0, 0, 0, conf_ipsec_home},
    {"HomeAgentV4Address", CONF_IN_IPSEC, CONF_ADDRESS4, CONF_NO_EFFECT, 0, 0, 0, NULL},
    {"HomeAgentName", CONF_IN_IPSEC, CONF_NAME, CONF_NO_EFFECT, 0, 0, 0, NULL},
    {"HaAcceptDsmip6", CONF_IN_IPSEC, CONF_BOOL, CONF_NOT_ENABLED, 0, 0, 0, NULL},
    {"IPsecPolicy", CONF_IN_IPSEC, CONF_OWN, CONF_NO_EFFECT, 0, 0, 0, conf_ipsec_policy},
};

#define KEYWORD_COUNT (sizeof(keywords) / sizeof(*keywords))

const struct conf_keyword *conf_keywords(size_t *ret_count)
{
	*ret_count = KEYWORD_COUNT;
	return keywords;
}

static const char *where_text(enum conf_where where)
{
	switch (where) {
	case CONF_IN_INTERFACE:
		return "in a block Interface \"...\" { }";
	case CONF_IN_PREFIX:
		return "in a block Prefix ... { } of an Interface";
	case CONF_IN_HOME:
		return "in a block MnHomeLink \"...\" { }";
	case CONF_IN_IPSEC:
		return "in a block IPsecPolicySet { }";
	default:
		return "outside of every block";
	}
}

/* No such keyword here: it belongs elsewhere, or it is misspelt. */
static int unknown(struct mip6_conf_error *error, enum conf_where where,
		   const struct conf_value *name)
{
	const char *names[KEYWORD_COUNT];
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < KEYWORD_COUNT; i++) {
		if (strcmp(keywords[i].name, name->text) == 0)
			return conf_fail(error, &name->at, "%s stands %s, not here", name->text,
					 where_text(keywords[i].where));
		if (keywords[i].where == where)
			names[count++] = keywords[i].name;
	}
	near = conf_suggest(name->text, names, count);
	for (size_t i = 0; !near && i < KEYWORD_COUNT; i++)
		near = conf_suggest(name->text, &keywords[i].name, 1);
	if (near)
		return conf_fail(error, &name->at, "unknown keyword %s: did you mean %s?",
				 name->text, near);
	return conf_fail(error, &name->at, "unknown keyword %s: mip6d.conf(5) lists the keywords",
			 name->text);
}

int conf_keyword_find(struct mip6_conf_error *error, enum conf_where where,
		      const struct conf_value *name, const struct conf_keyword **ret)
{
	if (name->kind != CONF_WORD)
		return conf_fail(error, &name->at, "expected a keyword here, not %s",
				 name->kind == CONF_LIST ? "a list" : "a quoted string");
	for (size_t i = 0; i < KEYWORD_COUNT; i++) {
		if (keywords[i].where == where && strcmp(keywords[i].name, name->text) == 0) {
			*ret = &keywords[i];
			return MIP6_OK;
		}
	}
	return unknown(error, where, name);
}
