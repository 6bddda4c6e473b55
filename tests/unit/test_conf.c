/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6d.conf: each keyword with a value that loads and one that is refused, each
 * slip with the exact place it is reported at, and whole files as users have
 * them (tests/unit/conf). Run from the top of the source tree. */
#include <mip6/conf.h>

#include "conf/keywords.h"
#include "test.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define DIR	     "tests/unit/conf/"

static struct mip6_addr addr(const char *text)
{
	struct mip6_addr a = {0};

	CU_ASSERT_EQUAL_FATAL(mip6_addr_parse(text, &a), MIP6_OK);
	return a;
}

static bool same(const struct mip6_addr *a, const char *text)
{
	struct mip6_addr b = addr(text);

	return mip6_addr_equal(a, &b);
}

static int parse(const char *text, struct mip6_config *config, struct mip6_conf_error *error)
{
	return mip6_conf_parse("t.conf", text, strlen(text), config, error);
}

/* A whole configuration around one statement of a block or of the file. */
static void surround(char *buf, size_t cap, enum conf_where where, const char *statement)
{
	static const char home[] = "HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64;";

	switch (where) {
	case CONF_IN_FILE:
		snprintf(buf, cap, "UseMnHaIPsec disabled;\n%s\n", statement);
		break;
	case CONF_IN_INTERFACE:
		snprintf(buf, cap, "Interface \"eth0\" {\n%s\n}\n", statement);
		break;
	case CONF_IN_PREFIX:
		snprintf(buf, cap, "Interface \"eth0\" { Prefix 3fff:0:1::/64 {\n%s\n} }\n",
			 statement);
		break;
	case CONF_IN_HOME:
		snprintf(buf, cap, "MnHomeLink \"eth0\" {\n%s\n%s\n}\n", statement,
			 strstr(statement, "HomeA") ? "" : home);
		break;
	case CONF_IN_IPSEC:
		snprintf(buf, cap, "IPsecPolicySet {\n%s\n}\n", statement);
		break;
	}
}

/* For each keyword: what loads, what is not supported yet (NULL: nothing), and
 * what is no value of it. */
static const struct sample {
	enum conf_where where;
	const char *name;
	const char *good;
	const char *later;
	const char *bad;
} samples[] = {
    {CONF_IN_FILE, "include", "include \"" DIR "cn.conf\"", NULL, "include cn;"},
    {CONF_IN_FILE, "NodeConfig", "NodeConfig CN;", NULL, "NodeConfig XX;"},
    {CONF_IN_FILE, "Plane", "Plane user;", NULL, "Plane soft;"},
    {CONF_IN_FILE, "DebugLevel", "DebugLevel 10;", NULL, "DebugLevel high;"},
    {CONF_IN_FILE, "DebugLogFile", "DebugLogFile \"/tmp/log\";", NULL, "DebugLogFile log;"},
    {CONF_IN_FILE, "NonVolatileBindingCache", "NonVolatileBindingCache enabled;", NULL,
     "NonVolatileBindingCache 1;"},
    {CONF_IN_FILE, "Interface", "Interface \"eth0\";", NULL, "Interface eth0;"},
    {CONF_IN_FILE, "UseMnHaIPsec", "UseMnHaIPsec disabled;",
     "NodeConfig HA; Interface \"eth0\"; UseMnHaIPsec enabled;", "UseMnHaIPsec;"},
    {CONF_IN_FILE, "KeyMngMobCapability", "KeyMngMobCapability enabled;", NULL,
     "KeyMngMobCapability yes;"},
    {CONF_IN_FILE, "IPsecPolicySet", "IPsecPolicySet { };", NULL, "IPsecPolicySet 1;"},
    {CONF_IN_FILE, "SendMobPfxAdvs", "SendMobPfxAdvs disabled;", "SendMobPfxAdvs enabled;",
     "SendMobPfxAdvs 3;"},
    {CONF_IN_FILE, "SendUnsolMobPfxAdvs", "SendUnsolMobPfxAdvs disabled;",
     "SendUnsolMobPfxAdvs enabled;", "SendUnsolMobPfxAdvs x;"},
    {CONF_IN_FILE, "MinMobPfxAdvInterval", NULL, "MinMobPfxAdvInterval 600;",
     "MinMobPfxAdvInterval x;"},
    {CONF_IN_FILE, "MaxMobPfxAdvInterval", NULL, "MaxMobPfxAdvInterval 86400;",
     "MaxMobPfxAdvInterval;"},
    {CONF_IN_FILE, "HaMaxBindingLife", "HaMaxBindingLife 262140;", NULL,
     "HaMaxBindingLife 262141;"},
    {CONF_IN_FILE, "HaMaxBindings", "HaMaxBindings 1000000;", NULL, "HaMaxBindings 0;"},
    {CONF_IN_FILE, "HaAcceptMobRtr", "HaAcceptMobRtr disabled;", "HaAcceptMobRtr enabled;",
     "HaAcceptMobRtr ;"},
    {CONF_IN_FILE, "HaServedPrefix", "HaServedPrefix 3fff::/48;", NULL, "HaServedPrefix 3fff::;"},
    {CONF_IN_FILE, "DefaultBindingAclPolicy", "DefaultBindingAclPolicy none;", NULL,
     "DefaultBindingAclPolicy all;"},
    {CONF_IN_FILE, "BindingAclPolicy", "BindingAclPolicy 3fff::2 deny;",
     "BindingAclPolicy 3fff::2 (3fff:1::/64, 192.0.2.0/24) allow;",
     "BindingAclPolicy 3fff::2 none;"},
    {CONF_IN_FILE, "DoRouteOptimizationCN", "DoRouteOptimizationCN disabled;",
     "DoRouteOptimizationCN enabled;", "DoRouteOptimizationCN 0;"},
    {CONF_IN_FILE, "CnBindingPolicySet", "CnBindingPolicySet { 3fff::2 3fff::3 disabled; }",
     "CnBindingPolicySet { 3fff::2 3fff::3 enabled; }", "CnBindingPolicySet { 3fff::2; }"},
    {CONF_IN_FILE, "HaAcceptDsmip6", "HaAcceptDsmip6 disabled;", "HaAcceptDsmip6 enabled;",
     "HaAcceptDsmip6 v4;"},
    {CONF_IN_FILE, "HomeAgentV4Address", NULL, "HomeAgentV4Address 192.0.2.1;",
     "HomeAgentV4Address 3fff::1;"},
    {CONF_IN_FILE, "MnMaxHaBindingLife", "MnMaxHaBindingLife 4;", NULL, "MnMaxHaBindingLife 3;"},
    {CONF_IN_FILE, "MnMaxCnBindingLife", NULL, "MnMaxCnBindingLife 420;",
     "MnMaxCnBindingLife 421;"},
    {CONF_IN_FILE, "MnDiscardHaParamProb", "MnDiscardHaParamProb disabled;", NULL,
     "MnDiscardHaParamProb no;"},
    {CONF_IN_FILE, "MnResetDhaadAtHome", "MnResetDhaadAtHome disabled;",
     "MnResetDhaadAtHome enabled;", "MnResetDhaadAtHome 1;"},
    {CONF_IN_FILE, "MnFlushAllAtHome", "MnFlushAllAtHome disabled;", "MnFlushAllAtHome enabled;",
     "MnFlushAllAtHome x;"},
    {CONF_IN_FILE, "SendMobPfxSols", "SendMobPfxSols disabled;", "SendMobPfxSols enabled;",
     "SendMobPfxSols off;"},
    {CONF_IN_FILE, "InitialBindackTimeoutFirstReg", "InitialBindackTimeoutFirstReg 1.5;", NULL,
     "InitialBindackTimeoutFirstReg 1.;"},
    {CONF_IN_FILE, "InitialBindackTimeoutReReg", "InitialBindackTimeoutReReg 1;", NULL,
     "InitialBindackTimeoutReReg 33;"},
    {CONF_IN_FILE, "InitialSolicitTimer", NULL, "InitialSolicitTimer 3.0;",
     "InitialSolicitTimer -1;"},
    {CONF_IN_FILE, "InterfaceInitialInitDelay", "InterfaceInitialInitDelay 0.0;", NULL,
     "InterfaceInitialInitDelay 1s;"},
    {CONF_IN_FILE, "MnUseAllInterfaces", "MnUseAllInterfaces enabled;", NULL,
     "MnUseAllInterfaces all;"},
    {CONF_IN_FILE, "MnRouterProbes", "MnRouterProbes 2;", NULL, "MnRouterProbes 2.5;"},
    {CONF_IN_FILE, "MnRouterProbeTimeout", "MnRouterProbeTimeout 0.2;", NULL,
     "MnRouterProbeTimeout 60.1;"},
    {CONF_IN_FILE, "OptimisticHandoff", "OptimisticHandoff disabled;", NULL,
     "OptimisticHandoff 2;"},
    {CONF_IN_FILE, "NoHomeReturn", "NoHomeReturn enabled;", NULL, "NoHomeReturn { }"},
    {CONF_IN_FILE, "UseCnBuAck", "UseCnBuAck disabled;", NULL, "UseCnBuAck x;"},
    {CONF_IN_FILE, "DoRouteOptimizationMN", "DoRouteOptimizationMN disabled;",
     "DoRouteOptimizationMN enabled;", "DoRouteOptimizationMN yes;"},
    {CONF_IN_FILE, "MobRtrUseExplicitMode", "MobRtrUseExplicitMode disabled;",
     "MobRtrUseExplicitMode enabled;", "MobRtrUseExplicitMode (a);"},
    {CONF_IN_FILE, "MnMaxHaConsecutiveResends", "MnMaxHaConsecutiveResends 0;", NULL,
     "MnMaxHaConsecutiveResends x;"},
    {CONF_IN_FILE, "MnMaxCnConsecutiveResends", NULL, "MnMaxCnConsecutiveResends 3;",
     "MnMaxCnConsecutiveResends 99999999999999999999;"},
    {CONF_IN_FILE, "UseMovementModule", "UseMovementModule \"move.so\";", NULL,
     "UseMovementModule move;"},
    {CONF_IN_FILE, "UsePolicyModule", "UsePolicyModule internal;", "UsePolicyModule \"policy.so\";",
     "UsePolicyModule;"},
    {CONF_IN_FILE, "MnUseDsmip6", "MnUseDsmip6 disabled;", "MnUseDsmip6 enabled;",
     "MnUseDsmip6 x;"},
    {CONF_IN_FILE, "MnSupportIPv4Traffic", "MnSupportIPv4Traffic disabled;",
     "MnSupportIPv4Traffic enabled;", "MnSupportIPv4Traffic x;"},
    {CONF_IN_FILE, "TunnelPayloadForceSANego", "TunnelPayloadForceSANego disabled;",
     "TunnelPayloadForceSANego enabled;", "TunnelPayloadForceSANego x;"},
    {CONF_IN_FILE, "HaAcceptIPv4Traffic", NULL,
     "HaAcceptIPv4Traffic 192.0.2.17 (198.51.100.0/24, 203.0.113.0/24);",
     "HaAcceptIPv4Traffic 3fff::1;"},
    {CONF_IN_FILE, "MnHomeLink",
     "MnHomeLink \"eth0\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }", NULL,
     "MnHomeLink \"eth0\";"},
    {CONF_IN_INTERFACE, "IfType", "IfType HA;", NULL, "IfType ether;"},
    {CONF_IN_INTERFACE, "MnIfPreference", "MnIfPreference 10;", NULL, "MnIfPreference 11;"},
    {CONF_IN_INTERFACE, "Tunnel", "Tunnel disabled;", "Tunnel enabled;", "Tunnel sit;"},
    {CONF_IN_INTERFACE, "UseDhcp", "UseDhcp disabled;", "UseDhcp enabled;", "UseDhcp v4;"},
    {CONF_IN_INTERFACE, "SendRouterAdvs", "SendRouterAdvs disabled;", NULL,
     "SendRouterAdvs enabled;"},
    {CONF_IN_INTERFACE, "MinRtrAdvInterval", "MinRtrAdvInterval 0.03;", NULL,
     "MinRtrAdvInterval 0.029;"},
    {CONF_IN_INTERFACE, "MaxRtrAdvInterval", "MaxRtrAdvInterval 0.07;", NULL,
     "MaxRtrAdvInterval 0.069;"},
    {CONF_IN_INTERFACE, "MinDelayBetweenRAs", "MinDelayBetweenRAs 0.03;", NULL,
     "MinDelayBetweenRAs 0;"},
    {CONF_IN_INTERFACE, "AdvDefaultLifetime", "AdvDefaultLifetime 9000;", NULL,
     "AdvDefaultLifetime 9001;"},
    {CONF_IN_INTERFACE, "AdvLinkMTU", "AdvLinkMTU 1280;", NULL, "AdvLinkMTU 1279;"},
    {CONF_IN_INTERFACE, "AdvIntervalOpt", "AdvIntervalOpt disabled;", NULL, "AdvIntervalOpt 1;"},
    {CONF_IN_INTERFACE, "AdvHomeAgentFlag", "AdvHomeAgentFlag enabled;", NULL,
     "AdvHomeAgentFlag on;"},
    {CONF_IN_INTERFACE, "AdvHomeAgentInfo", "AdvHomeAgentInfo disabled;", NULL,
     "AdvHomeAgentInfo { }"},
    {CONF_IN_INTERFACE, "HomeAgentLifetime", "HomeAgentLifetime 1;", NULL, "HomeAgentLifetime 0;"},
    {CONF_IN_INTERFACE, "HomeAgentPreference", "HomeAgentPreference 65535;", NULL,
     "HomeAgentPreference 65536;"},
    {CONF_IN_INTERFACE, "Prefix", "Prefix 3fff::/64;", NULL, "Prefix 3fff::;"},
    {CONF_IN_PREFIX, "AdvOnLink", "AdvOnLink disabled;", NULL, "AdvOnLink x;"},
    {CONF_IN_PREFIX, "AdvAutonomous", "AdvAutonomous disabled;", NULL, "AdvAutonomous x;"},
    {CONF_IN_PREFIX, "AdvRouterAddr", "AdvRouterAddr disabled;", NULL, "AdvRouterAddr x;"},
    {CONF_IN_PREFIX, "AdvValidLifetime", "AdvValidLifetime infinity;", NULL,
     "AdvValidLifetime 4294967296;"},
    {CONF_IN_PREFIX, "AdvPreferredLifetime", "AdvPreferredLifetime 0;", NULL,
     "AdvPreferredLifetime forever;"},
    {CONF_IN_HOME, "HomeAgentAddress", "HomeAgentAddress 3fff::1;", NULL,
     "HomeAgentAddress fe80::1;"},
    {CONF_IN_HOME, "HomeAddress", "HomeAddress 3fff::2/64;",
     "HomeAddress 3fff::2/64 (3fff:1::/64);", "HomeAddress 3fff::2;"},
    {CONF_IN_HOME, "HomePrefix", "HomePrefix 3fff::/64;", NULL, "HomePrefix 3fff::/129;"},
    {CONF_IN_HOME, "UseAltCoa", "UseAltCoa disabled;", NULL, "UseAltCoa x;"},
    {CONF_IN_HOME, "IsMobRtr", "IsMobRtr disabled;", "IsMobRtr enabled;", "IsMobRtr x;"},
    {CONF_IN_HOME, "MnRoPolicy", "MnRoPolicy 3fff::9 disabled;", "MnRoPolicy enabled;",
     "MnRoPolicy 3fff::9;"},
    {CONF_IN_HOME, "HomeAgentV4Address", NULL, "HomeAgentV4Address 192.0.2.1;",
     "HomeAgentV4Address 192.0.2;"},
    {CONF_IN_HOME, "HomeV4Address", NULL, "HomeV4Address 192.0.2.17/24;", "HomeV4Address ::;"},
    {CONF_IN_HOME, "HomeV4Prefix", NULL, "HomeV4Prefix 192.0.2.0/24;", "HomeV4Prefix ::/0;"},
    {CONF_IN_HOME, "HomeAgentName", NULL, "HomeAgentName \"ha.example\";",
     "HomeAgentName ha.example;"},
    {CONF_IN_IPSEC, "HomeAgentAddress", "HomeAgentAddress 3fff::1;", NULL,
     "HomeAgentAddress 3fff::1/64;"},
    {CONF_IN_IPSEC, "HomeAddress", "HomeAddress 3fff::2/64;", NULL, "HomeAddress 3fff::2;"},
    {CONF_IN_IPSEC, "HomeAgentV4Address", "HomeAgentV4Address 192.0.2.1;", NULL,
     "HomeAgentV4Address 3fff::1;"},
    {CONF_IN_IPSEC, "HomeAgentName", "HomeAgentName \"ha.example\";", NULL,
     "HomeAgentName ha.example;"},
    {CONF_IN_IPSEC, "HaAcceptDsmip6", "HaAcceptDsmip6 disabled;", "HaAcceptDsmip6 enabled;",
     "HaAcceptDsmip6 1;"},
    {CONF_IN_IPSEC, "IPsecPolicy", "IPsecPolicy TunnelPayload UseESP UseIPComp 1 2;", NULL,
     "IPsecPolicy Mh UseESP 1 2 3;"},
};

/* Nobody adds a keyword without a sample here. */
static void every_keyword_has_a_sample(void)
{
	size_t count;
	const struct conf_keyword *keywords = conf_keywords(&count);

	CU_ASSERT_EQUAL(count, COUNT(samples));
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t j = 0; j < COUNT(samples); j++)
			found |= samples[j].where == keywords[i].where &&
				 strcmp(samples[j].name, keywords[i].name) == 0;
		if (!found)
			printf("no sample of %s\n", keywords[i].name);
		CU_ASSERT_TRUE(found);
	}
}

static void good_values_load(void)
{
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct mip6_config config;
		struct mip6_conf_error error;
		char text[512];
		int err;

		if (!samples[i].good)
			continue;
		surround(text, sizeof(text), samples[i].where, samples[i].good);
		err = parse(text, &config, &error);
		if (err != MIP6_OK)
			printf("%s: %d:%d: %s\n", samples[i].good, error.line, error.column,
			       error.text);
		CU_ASSERT_EQUAL_FATAL(err, MIP6_OK);
		mip6_config_clear(&config);
	}
}

static void later_features_are_refused(void)
{
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct mip6_config config;
		struct mip6_conf_error error;
		char text[512];
		char start[128];

		if (!samples[i].later)
			continue;
		surround(text, sizeof(text), samples[i].where, samples[i].later);
		CU_ASSERT_EQUAL(parse(text, &config, &error), MIP6_ERR_CONFIG);
		snprintf(start, sizeof(start), "line 2: %s ", samples[i].name);
		CU_ASSERT_EQUAL(error.line, 2);
		CU_ASSERT_NOT_EQUAL(error.column, 0);
		CU_ASSERT_EQUAL(strncmp(error.text, start, strlen(start)), 0);
		CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "is not supported yet: "));
		if (strncmp(error.text, start, strlen(start)) != 0)
			printf("%s: %s\n", samples[i].later, error.text);
	}
}

static void bad_values_are_refused(void)
{
	for (size_t i = 0; i < COUNT(samples); i++) {
		struct mip6_config config;
		struct mip6_conf_error error;
		char text[512];

		surround(text, sizeof(text), samples[i].where, samples[i].bad);
		CU_ASSERT_EQUAL(parse(text, &config, &error), MIP6_ERR_CONFIG);
		CU_ASSERT_EQUAL(error.line, 2);
		CU_ASSERT_PTR_NULL(strstr(error.text, "not supported"));
		if (error.line != 2)
			printf("%s: line %d: %s\n", samples[i].bad, error.line, error.text);
	}
}

static void plane_and_role_are_read(void)
{
	static const struct {
		const char *text;
		enum mip6_role role;
		enum mip6_plane_choice plane;
	} cases[] = {
	    {"NodeConfig AR; Interface \"a\" { SendRouterAdvs enabled; }", MIP6_ROLE_AR,
	     MIP6_PLANE_AUTO},
	    {"Plane auto;", MIP6_ROLE_CN, MIP6_PLANE_AUTO},
	    {"Plane kernel;", MIP6_ROLE_CN, MIP6_PLANE_KERNEL},
	    {"Plane user;", MIP6_ROLE_CN, MIP6_PLANE_USER},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mip6_config config;
		struct mip6_conf_error error;

		CU_ASSERT_EQUAL_FATAL(parse(cases[i].text, &config, &error), MIP6_OK);
		CU_ASSERT_EQUAL(config.role, cases[i].role);
		CU_ASSERT_EQUAL(config.plane, cases[i].plane);
		mip6_config_clear(&config);
	}
}

/* Each slip: where it is reported, and a part of what is said. */
static const struct slip {
	const char *text;
	int line;
	int column;
	const char *part;
} slips[] = {
    /* seen in files of users */
    {"NodeConfig HA;\nDefaultBindPolicy allow;\n", 2, 1, "mean DefaultBindingAclPolicy?"},
    {"\n\tBindAclPolicy 3fff::2 allow;\n", 2, 2, "did you mean BindingAclPolicy?"},
    {"IPsecPolicySet {\n  IPSecPolicy Mn UseESP 10;\n}\n", 2, 3, "did you mean IPsecPolicy?"},
    {"IPsecPolicySet {\n  IPsecPolicy Mn UseESP 10;\n}\n", 2, 15, "did you mean Mh?"},
    {"Interface \xE2\x80\x9C"
     "eth0\xE2\x80\x9D;\n",
     1, 11, "typographic quotation mark"},
    {"Interface \xC2\xAB"
     "eth0\xC2\xBB;\n",
     1, 11, "typographic quotation mark"},
    {"Interface\xC2\xA0\"eth0\";\n", 1, 10, "no-break space"},
    {"MnHomeLink \"eth0\" {\n\tHomeAgentAddress 2001:db8:bee5::coo1:babe;\n}\n", 2, 19,
     "'o' is not a hexadecimal digit"},
    /* punctuation */
    {"DebugLevel 1\nNodeConfig MN;\n", 1, 13, "expected ';' here, before NodeConfig"},
    {"DebugLevel 1", 1, 13, "expected ';' here"},
    {"DebugLevel 1\n\n# end\n", 1, 13, "expected ';' here"},
    {"Interface \"eth0\" { MnIfPreference 1 }", 1, 36, "expected ';' here"},
    {"DebugLevel 1\ninclude \"x\"", 1, 13, "before include"},
    {"Interface \"eth0\" {\n MnIfPreference 1;\n", 3, 1, "begins on line 1"},
    {"DebugLevel 1;\n}\n", 2, 1, "without a block"},
    {"{ DebugLevel 1; }", 1, 1, "expected a keyword"},
    {"DebugLevel { }", 1, 11, "expected a whole number"},
    {"DebugLevel 1 { }", 1, 13, "takes no block"},
    {"Interface \"eth0;\n", 1, 11, "no closing quote"},
    {"Interface 'eth0';\n", 1, 11, "in double quotes"},
    {"\"DebugLevel\" 1;\n", 1, 1, "expected a keyword"},
    {"BindingAclPolicy 3fff::2 (3fff:1::/64 3fff:2::/64) allow;", 1, 39, "expected ',' or ')'"},
    {"BindingAclPolicy 3fff::2 (3fff:1::/64", 1, 38, "expected ')'"},
    {"BindingAclPolicy 3fff::2 (3fff:1::) allow;", 1, 27, "expected a prefix"},
    {"DebugLevel \\ 1;\n", 1, 12, "no meaning here"},
    {"DebugLevel \x01;\n", 1, 12, "0x01"},
    {"DebugLevel \xC3\xA9;\n", 1, 12, "0xc3"},
    {"include parts;\n", 1, 9, "file name in double quotes"},
    /* together */
    {"NodeConfig MN;\nUseMnHaIPsec disabled;\n"
     "MnHomeLink \"a\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }\n"
     " MnHomeLink \"a\" { HomeAgentAddress 3fff::3; HomeAddress 3fff::4/64; }\n",
     4, 2, "line 4: a MnHomeLink with another HomeAgentAddress"},
    /* misplaced and misspelt */
    {"HomeAddress 3fff::2/64;\n", 1, 1, "stands in a block MnHomeLink"},
    {"Interface \"eth0\" { DebugLevel 1; }\n", 1, 20, "outside of every block"},
    {"MnHomeLink \"eth0\" { MnIfPreference 1; }\n", 1, 21, "block Interface"},
    {"nodeconfig MN;\n", 1, 1, "did you mean NodeConfig?"},
    {"Include \"x\";\n", 1, 1, "did you mean include?"},
    {"Xyzzy 1;\n", 1, 1, "mip6d.conf(5)"},
    {"NodeConfig mn;\n", 1, 12, "did you mean MN?"},
    {"SendMobPfxAdvs Disabled;\n", 1, 16, "did you mean disabled?"},
    {"SendMobPfxAdvs off;\n", 1, 16, "did you mean disabled?"},
    {"DefaultBindingAclPolicy denny;\n", 1, 25, "did you mean deny?"},
    {"MnHomeLink \"eth0\" { HomeAgent 3fff::1; }\n", 1, 21, "did you mean HomeAgentAddress?"},
    {"DefaultBindingAclPolicy 256;\n", 1, 25, "from 0 to 255"},
    /* values */
    {"Interface \"eth0\" {\n\tMnIfPreference 11;\n}\n", 2, 17, "from 0 to 10"},
    {"HaMaxBindingLife 262144;\n", 1, 18, "from 4 to 262140"},
    {"HaMaxBindingLife 60.5;\n", 1, 18, "a whole number"},
    {"InitialBindackTimeoutFirstReg 0.05;\n", 1, 31, "from 0.1 to 32"},
    {"Interface \"a-name-too-long\"; Interface \"a-name-too-long2\";\n", 1, 40, "at most 15"},
    {"Interface \"eth 0\";\n", 1, 11, "an interface name"},
    {"Interface \"\";\n", 1, 11, "an interface name"},
    {"HaServedPrefix 3fff::;\n", 1, 22, "as in 3fff::/64"},
    {"HaServedPrefix 3fff::/200;\n", 1, 16, "an IPv6 address and prefix length"},
    {"BindingAclPolicy 3fff::2/64 allow;\n", 1, 18, "without a prefix length"},
    {"BindingAclPolicy 3fff::2;\n", 1, 25, "expected allow or deny here"},
    {"MnHomeLink \"a\" { HomeAddress ff02::1/64; }\n", 1, 30, "not a unicast routable"},
    {"MnHomeLink \"a\" { HomeAddress fe80::1/64; }\n", 1, 30, "not a unicast routable"},
    {"MnHomeLink \"a\" { HomeAddress ::1/64; }\n", 1, 30, "not a unicast routable"},
    {"MnHomeLink \"a\" { HomeAddress 3fff::1/0; }\n", 1, 30, "from 1 to 128"},
    {"MnHomeLink \"a\" { HomeAgentAddress fe80::1; }\n", 1, 35, "not a unicast routable"},
    {"MnHomeLink \"a\" { HomeAddress 3fff::1/64; HomeAddress 3fff::2/64; }\n", 1, 54,
     "a second HomeAddress"},
    {"MnHomeLink \"a\" { HomeAddress 3fff::1/64; }\nMnHomeLink \"a\" { HomeAddress 3fff::1/64; }",
     2, 30, "given twice"},
    /* advertisements */
    {"Interface \"a\" {\n SendRouterAdvs enabled; }", 2, 2, "needs NodeConfig AR or HA"},
    {"NodeConfig AR; Interface \"a\" {\n MinRtrAdvInterval 0.06;\nMaxRtrAdvInterval 0.07;}", 2, 2,
     "three quarters of MaxRtrAdvInterval (0.07 s) at most: 0.0525 s"},
    {"Interface \"a\" {\n MinRtrAdvInterval 500; }", 2, 2, "(600 s) at most: 450 s"},
    {"Interface \"a\" {\n AdvDefaultLifetime 599; }", 2, 2, "at least MaxRtrAdvInterval (600 s)"},
    {"Interface \"a\" { Prefix fe80::/64; }", 1, 24, "cannot be advertised"},
    {"Interface \"a\" { Prefix ::/0; }", 1, 24, "cannot be advertised"},
    {"Interface \"a\" { Prefix 3fff::/64; Prefix 3fff::1/64; }", 1, 42, "given twice"},
    {"Interface \"a\" { Prefix 3fff::/64 { AdvValidLifetime 5; AdvPreferredLifetime 6; } }", 1, 56,
     "longer than AdvValidLifetime (5 s)"},
    {"Interface \"a\" { AdvOnLink enabled; }", 1, 17, "stands in a block Prefix"},
    /* what a role lacks */
    {"NodeConfig AR;\nInterface \"a\";\n", 3, 1, "add Interface \"...\" { SendRouterAdvs"},
    {"NodeConfig MN;\nMnHomeLink \"a\" { HomeAgentAddress 3fff::1; }\n", 2, 1, "add \"HomeAddress"},
    {"NodeConfig MN;\n\n MnHomeLink \"a\" { HomeAddress 3fff::1/64; }\n", 3, 2,
     "DHAAD is not supported yet: add HomeAgentAddress"},
    {"NodeConfig MN;\nMnHomeLink \"a\" { HomeAgentAddress ::; HomeAddress 3fff::1/64; }\n", 2, 1,
     "DHAAD is not supported yet: add HomeAgentAddress"},
    {"NodeConfig MN;\nMnHomeLink \"a\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::1/64; }\n", 2,
     1, "are the same"},
    {"NodeConfig HA;\nUseMnHaIPsec disabled;", 2, 23, "add Interface"},
    {"NodeConfig HA;\nInterface \"a\" { IfType MN; }", 2, 29, "add Interface"},
    {"NodeConfig HA;\nInterface \"a\";\n\n", 4, 1, "\"UseMnHaIPsec disabled;\""},
    {"NodeConfig HA;\nInterface \"a\";\n UseMnHaIPsec enabled;\n", 3, 2,
     "line 3: UseMnHaIPsec is not supported yet: write the line \"UseMnHaIPsec disabled;\""},
    {"NodeConfig MN;\nMnHomeLink \"a\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }\n", 3,
     1, "add the line \"UseMnHaIPsec disabled;\""},
};

static void slips_are_placed(void)
{
	for (size_t i = 0; i < COUNT(slips); i++) {
		struct mip6_config config;
		struct mip6_conf_error error;

		CU_ASSERT_EQUAL(parse(slips[i].text, &config, &error), MIP6_ERR_CONFIG);
		CU_ASSERT_STRING_EQUAL(error.file, "t.conf");
		CU_ASSERT_EQUAL(error.line, slips[i].line);
		CU_ASSERT_EQUAL(error.column, slips[i].column);
		CU_ASSERT_PTR_NOT_NULL(strstr(error.text, slips[i].part));
		if (error.line != slips[i].line || error.column != slips[i].column ||
		    !strstr(error.text, slips[i].part))
			printf("slip %zu: %d:%d: %s\n", i, error.line, error.column, error.text);
		/* Cleared: as if nothing had been read. */
		CU_ASSERT_PTR_NULL(config.interfaces);
		CU_ASSERT_EQUAL(config.interface_count, 0);
	}
}

static void load(const char *path, struct mip6_config *config)
{
	struct mip6_conf_error error;
	int err = mip6_conf_load(path, config, &error);

	if (err != MIP6_OK)
		printf("%s:%d:%d: %s\n", error.file, error.line, error.column, error.text);
	CU_ASSERT_EQUAL_FATAL(err, MIP6_OK);
}

static void file_of_a_home_agent(void)
{
	struct mip6_config c;

	load(DIR "ha.conf", &c);
	CU_ASSERT_EQUAL(c.role, MIP6_ROLE_HA);
	CU_ASSERT_EQUAL(c.debug_level, 10);
	CU_ASSERT_FALSE(c.mn_ha_ipsec);
	CU_ASSERT_TRUE(c.non_volatile_bcache);
	CU_ASSERT_EQUAL(c.ha_max_binding_life_s, 600);
	CU_ASSERT_EQUAL(c.interface_count, 1);
	CU_ASSERT_STRING_EQUAL(c.interfaces[0].name, "eth1");
	CU_ASSERT_EQUAL(c.interfaces[0].type, MIP6_ROLE_HA);
	CU_ASSERT_EQUAL(c.default_acl, MIP6_ACL_DENY);
	CU_ASSERT_EQUAL(c.acl_count, 2);
	CU_ASSERT_TRUE(same(&c.acl[0].hoa, "3fff:0:1::100"));
	CU_ASSERT_EQUAL(c.acl[0].policy, MIP6_ACL_ALLOW);
	CU_ASSERT_TRUE(same(&c.acl[1].hoa, "3fff:0:1::bad"));
	CU_ASSERT_EQUAL(c.acl[1].policy, MIP6_ACL_DENY);
	CU_ASSERT_EQUAL(c.served_prefix_count, 1);
	CU_ASSERT_EQUAL(c.served_prefixes[0].len, 48);
	mip6_config_clear(&c);
}

static void file_of_an_access_router(void)
{
	const struct mip6_advertise_config *a;
	struct mip6_config c;

	load(DIR "ar.conf", &c);
	CU_ASSERT_EQUAL(c.role, MIP6_ROLE_AR);
	CU_ASSERT_EQUAL_FATAL(c.interface_count, 2);
	CU_ASSERT_EQUAL(c.interfaces[0].type, MIP6_ROLE_AR);
	a = &c.interfaces[0].advertise;
	CU_ASSERT_TRUE(a->send);
	CU_ASSERT_EQUAL(a->min_interval, 30 * MIP6_MS);
	CU_ASSERT_EQUAL(a->max_interval, 70 * MIP6_MS);
	CU_ASSERT_EQUAL(a->min_delay, 50 * MIP6_MS);
	CU_ASSERT_EQUAL(a->lifetime_s, 9000);
	CU_ASSERT_EQUAL(a->mtu, 1400);
	CU_ASSERT_FALSE(a->interval_option);
	CU_ASSERT_EQUAL(a->ha_flag, MIP6_ENABLED);
	CU_ASSERT_EQUAL(a->ha_info, MIP6_DISABLED);
	CU_ASSERT_EQUAL(a->ha_lifetime_s, 100);
	CU_ASSERT_EQUAL(a->ha_preference, 7);
	CU_ASSERT_EQUAL_FATAL(a->prefix_count, 2);
	CU_ASSERT_TRUE(same(&a->prefixes[0].prefix.addr, "3fff:0:201::1"));
	CU_ASSERT_FALSE(a->prefixes[0].on_link);
	CU_ASSERT_FALSE(a->prefixes[0].autonomous);
	CU_ASSERT_FALSE(a->prefixes[0].router_address);
	CU_ASSERT_EQUAL(a->prefixes[0].valid_s, UINT32_MAX);
	CU_ASSERT_EQUAL(a->prefixes[0].preferred_s, 600);
	CU_ASSERT_EQUAL(a->prefixes[1].prefix.len, 56);
	CU_ASSERT_TRUE(a->prefixes[1].on_link && a->prefixes[1].autonomous);
	CU_ASSERT_TRUE(a->prefixes[1].router_address);
	/* A default gives way to what is given. */
	CU_ASSERT_EQUAL(a->prefixes[1].valid_s, 60);
	CU_ASSERT_EQUAL(a->prefixes[1].preferred_s, 60);
	mip6_config_clear(&c);
}

/* "SendRouterAdvs enabled;" is enough. */
static void advertising_has_defaults(void)
{
	const struct mip6_advertise_config *a;
	struct mip6_config c;

	load(DIR "ar.conf", &c);
	a = &c.interfaces[1].advertise;
	CU_ASSERT_TRUE(a->send && a->interval_option);
	CU_ASSERT_EQUAL(a->min_interval, 0);
	CU_ASSERT_EQUAL(a->max_interval, 0);
	CU_ASSERT_EQUAL(a->min_delay, 0);
	CU_ASSERT_EQUAL(a->lifetime_s, UINT32_MAX);
	CU_ASSERT_EQUAL(a->mtu, 0);
	CU_ASSERT_EQUAL(a->ha_flag, MIP6_BY_ROLE);
	CU_ASSERT_EQUAL(a->ha_info, MIP6_BY_ROLE);
	CU_ASSERT_EQUAL(a->prefix_count, 0);
	mip6_config_clear(&c);
}

static void check_timers_of_mn(const struct mip6_config *c)
{
	CU_ASSERT_EQUAL(c->mn_max_ha_binding_life_s, 60);
	CU_ASSERT_EQUAL(c->initial_bindack_first, INT64_C(2250000000));
	CU_ASSERT_EQUAL(c->initial_bindack_rereg, INT64_C(1000000000));
	CU_ASSERT_EQUAL(c->interface_init_delay, INT64_C(50000000));
	CU_ASSERT_EQUAL(c->router_probes, 1);
	CU_ASSERT_EQUAL(c->router_probe_timeout, INT64_C(200000000));
	CU_ASSERT_EQUAL(c->max_ha_resends, 5);
}

static void file_of_a_mobile_node(void)
{
	struct mip6_config c;

	load(DIR "mn.conf", &c);
	CU_ASSERT_EQUAL(c.role, MIP6_ROLE_MN);
	CU_ASSERT_STRING_EQUAL(c.debug_log_file, "/var/log/mip6d.log");
	CU_ASSERT_TRUE(c.discard_ha_param_prob);
	check_timers_of_mn(&c);
	CU_ASSERT_EQUAL_FATAL(c.interface_count, 3);
	CU_ASSERT_EQUAL(c.interfaces[0].preference, 1);
	CU_ASSERT_EQUAL(c.interfaces[1].preference, 2);
	CU_ASSERT_EQUAL(c.interfaces[1].type, MIP6_ROLE_MN);
	CU_ASSERT_EQUAL(c.interfaces[2].preference, 5);
	CU_ASSERT_EQUAL_FATAL(c.home_count, 1);
	CU_ASSERT_STRING_EQUAL(c.homes[0].ifname, "eth0");
	CU_ASSERT_TRUE(same(&c.homes[0].ha, "3fff:0:1::1"));
	CU_ASSERT_TRUE(same(&c.homes[0].hoa.addr, "3fff:0:1::100"));
	CU_ASSERT_EQUAL(c.homes[0].hoa.len, 64);
	CU_ASSERT_TRUE(same(&c.homes[0].home_prefix.addr, "3fff:0:1::"));
	CU_ASSERT_EQUAL(c.homes[0].home_prefix.len, 64);
	CU_ASSERT_TRUE(c.homes[0].alt_coa);
	mip6_config_clear(&c);
}

static void files_of_others(void)
{
	struct mip6_config c;

	load(DIR "cn.conf", &c);
	CU_ASSERT_EQUAL(c.role, MIP6_ROLE_CN);
	CU_ASSERT_EQUAL(c.debug_level, 1);
	mip6_config_clear(&c);
	load(DIR "mn-ipsec-off.conf", &c);
	CU_ASSERT_EQUAL(c.role, MIP6_ROLE_MN);
	mip6_config_clear(&c);
	load(DIR "include.conf", &c);
	CU_ASSERT_EQUAL_FATAL(c.interface_count, 2);
	CU_ASSERT_STRING_EQUAL(c.interfaces[0].name, "eth0");
	CU_ASSERT_EQUAL(c.interfaces[0].preference, 3);
	CU_ASSERT_EQUAL(c.interfaces[1].preference, 4);
	CU_ASSERT_EQUAL(c.home_count, 1);
	mip6_config_clear(&c);
}

static void refused(const char *path, int err, const char *file, int line, int column,
		    const char *part)
{
	struct mip6_config config;
	struct mip6_conf_error error;

	CU_ASSERT_EQUAL(mip6_conf_load(path, &config, &error), err);
	CU_ASSERT_STRING_EQUAL(error.file, file);
	CU_ASSERT_EQUAL(error.line, line);
	CU_ASSERT_EQUAL(error.column, column);
	CU_ASSERT_PTR_NOT_NULL(strstr(error.text, part));
	if (error.line != line || error.column != column || !strstr(error.text, part))
		printf("%s:%d:%d: %s\n", error.file, error.line, error.column, error.text);
}

static void files_refused(void)
{
	refused(DIR "ha-ipsec-on.conf", MIP6_ERR_CONFIG, DIR "ha-ipsec-on.conf", 3, 1,
		"UseMnHaIPsec disabled;");
	refused(DIR "mn-nemo.conf", MIP6_ERR_CONFIG, DIR "mn-nemo.conf", 6, 2,
		"line 6: IsMobRtr is not supported yet");
	/* The byte order mark and the carriage returns are not counted as lines. */
	refused(DIR "windows.conf", MIP6_ERR_CONFIG, DIR "windows.conf", 5, 1,
		"did you mean DebugLevel?");
	refused(DIR "include-slip.conf", MIP6_ERR_CONFIG, DIR "parts/slip.inc", 3, 2,
		"did you mean DebugLevel?");
	refused(DIR "loop.conf", MIP6_ERR_CONFIG, DIR "loop.conf", 1, 9, "deeper than 16");
	refused(DIR "absent.conf", MIP6_ERR_IO, DIR "absent.conf", 0, 0, "No such file");
	refused(DIR, MIP6_ERR_IO, DIR, 0, 0, "directory");
}

/* What is written in each way that the format allows is read alike. */
static void layout_does_not_matter(void)
{
	static const char *const texts[] = {
	    "DebugLevel 3; HaServedPrefix 3fff:1::/32;",
	    "DebugLevel\t3;;\r\nHaServedPrefix 3fff:1::/32; # end",
	    "DebugLevel\\\n3 ;// HaMaxBindingLife 0;\nHaServedPrefix 3fff:1:: / 32;",
	    "\xEF\xBB\xBF# \xE2\x80\x9C any byte \xE2\x80\x9D\nDebugLevel 3;HaServedPrefix "
	    "3fff:1::/32;",
	    "DebugLevel 1;DebugLevel#c\n3;HaServedPrefix\n\n3fff:1::/32\n;",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct mip6_config config;
		struct mip6_conf_error error;

		CU_ASSERT_EQUAL_FATAL(parse(texts[i], &config, &error), MIP6_OK);
		CU_ASSERT_EQUAL(config.debug_level, 3);
		CU_ASSERT_EQUAL_FATAL(config.served_prefix_count, 1);
		CU_ASSERT_TRUE(same(&config.served_prefixes[0].addr, "3fff:1::"));
		CU_ASSERT_EQUAL(config.served_prefixes[0].len, 32);
		mip6_config_clear(&config);
	}
}

static void defaults_are_those_of_the_rfc(void)
{
	struct mip6_config c;
	struct mip6_conf_error error;

	CU_ASSERT_EQUAL_FATAL(mip6_conf_parse("empty", "", 0, &c, &error), MIP6_OK);
	CU_ASSERT_EQUAL(c.role, MIP6_ROLE_CN);
	CU_ASSERT_TRUE(c.mn_ha_ipsec);
	CU_ASSERT_EQUAL(c.initial_bindack_first, INT64_C(1500000000));
	CU_ASSERT_EQUAL(c.initial_bindack_rereg, INT64_C(1000000000));
	CU_ASSERT_EQUAL(c.ha_max_binding_life_s, 262140);
	CU_ASSERT_EQUAL(c.mn_max_ha_binding_life_s, 600);
	CU_ASSERT_EQUAL(c.default_acl, MIP6_ACL_ALLOW);
	CU_ASSERT_EQUAL(c.interface_init_delay, 0);
	CU_ASSERT_EQUAL(c.router_probes, 0);
	CU_ASSERT_TRUE(c.homes[0].alt_coa);
	mip6_config_clear(&c);
}

static void copies_are_deep(void)
{
	struct mip6_config c;
	struct mip6_config copy;

	load(DIR "ha.conf", &c);
	CU_ASSERT_EQUAL_FATAL(mip6_config_copy(&copy, &c), MIP6_OK);
	CU_ASSERT_PTR_NOT_EQUAL(copy.interfaces, c.interfaces);
	CU_ASSERT_PTR_NOT_EQUAL(copy.acl, c.acl);
	CU_ASSERT_PTR_NOT_EQUAL(copy.served_prefixes, c.served_prefixes);
	mip6_config_clear(&c);
	CU_ASSERT_STRING_EQUAL(copy.interfaces[0].name, "eth1");
	CU_ASSERT_TRUE(same(&copy.acl[1].hoa, "3fff:0:1::bad"));
	CU_ASSERT_EQUAL(copy.served_prefixes[0].len, 48);
	mip6_config_clear(&copy);
}

static void homes_have_a_bound(void)
{
	char text[1024] = "";
	struct mip6_config c;
	struct mip6_conf_error error;

	for (int i = 0; i < MIP6_MAX_HOMES; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "MnHomeLink \"a\" { HomeAddress 3fff::%d/64; }\n", i + 1);
	CU_ASSERT_EQUAL_FATAL(parse(text, &c, &error), MIP6_OK);
	CU_ASSERT_EQUAL(c.home_count, MIP6_MAX_HOMES);
	mip6_config_clear(&c);
	strcat(text, "MnHomeLink \"a\" { HomeAddress 3fff::9/64; }\n");
	CU_ASSERT_EQUAL(parse(text, &c, &error), MIP6_ERR_CONFIG);
	CU_ASSERT_EQUAL(error.line, MIP6_MAX_HOMES + 1);
	CU_ASSERT_EQUAL(error.column, 1);
}

/* The text need not end with a zero, and may hold zeros. */
static void bytes_are_bounded(void)
{
	static const char text[] = "DebugLevel 12;garbage";
	struct mip6_config c;
	struct mip6_conf_error error;

	CU_ASSERT_EQUAL_FATAL(mip6_conf_parse("t", text, 14, &c, &error), MIP6_OK);
	CU_ASSERT_EQUAL(c.debug_level, 12);
	mip6_config_clear(&c);
	CU_ASSERT_EQUAL(mip6_conf_parse("t", "DebugLevel\0 3;", 14, &c, &error), MIP6_ERR_CONFIG);
	CU_ASSERT_EQUAL(error.column, 11);
}

static char *slurp(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 256 * 1024);

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	fread(text, 1, 256 * 1024 - 1, file);
	fclose(file);
	return text;
}

/* The line that begins with head and the name, which ends there. */
static char *line_of(const char *text, const char *head, const char *name, const char *end)
{
	char start[96];
	const char *line;

	snprintf(start, sizeof(start), "\n%s%s%s", head, name, end);
	line = strstr(text, start);
	return line ? strndup(line + 1, strcspn(line + 1, "\n")) : NULL;
}

/* The manual has a row for each keyword, which says so when it is refused; the
 * man page has an entry. */
static void keywords_are_documented(void)
{
	size_t count;
	const struct conf_keyword *keywords = conf_keywords(&count);
	char *manual = slurp("docs/mip6d.conf.md");
	char *man = slurp("docs/man/mip6d.conf.5");

	for (size_t i = 0; i < count; i++) {
		char *row = line_of(manual, "| `", keywords[i].name, "`");
		char *entry = line_of(man, ".B ", keywords[i].name, "\n");
		bool later = keywords[i].support >= CONF_NOT_ENABLED;

		if (!row || !entry)
			printf("not documented: %s\n", keywords[i].name);
		CU_ASSERT_PTR_NOT_NULL(row);
		CU_ASSERT_PTR_NOT_NULL(entry);
		if (row && keywords[i].where != CONF_IN_IPSEC)
			CU_ASSERT_EQUAL(strstr(row, "not yet") != NULL, later);
		free(row);
		free(entry);
	}
	free(manual);
	free(man);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"every keyword has a sample", every_keyword_has_a_sample},
	    {"good values load", good_values_load},
	    {"plane and role are read", plane_and_role_are_read},
	    {"features of later are refused", later_features_are_refused},
	    {"bad values are refused", bad_values_are_refused},
	    {"slips are placed", slips_are_placed},
	    {"file of a home agent", file_of_a_home_agent},
	    {"file of an access router", file_of_an_access_router},
	    {"advertising has defaults", advertising_has_defaults},
	    {"file of a mobile node", file_of_a_mobile_node},
	    {"files of others", files_of_others},
	    {"files refused", files_refused},
	    {"layout does not matter", layout_does_not_matter},
	    {"defaults are those of the RFC", defaults_are_those_of_the_rfc},
	    {"copies are deep", copies_are_deep},
	    {"homes have a bound", homes_have_a_bound},
	    {"bytes are bounded", bytes_are_bounded},
	    {"keywords are documented", keywords_are_documented},
	};

	return test_run("conf", tests, COUNT(tests));
}
