/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mip6d.conf as UMIP's users have it: what its grammar takes beside what its manual
 * says, files that are put together from parts, and warnings. */
#include <mip6/conf.h>

#include "test.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int parse(const char *text, struct mip6_config *config, struct mip6_conf_error *error)
{
	return mip6_conf_parse("t.conf", text, strlen(text), config, error);
}

/* Words that UMIP's grammar has for the same. */
static void words_of_umip(void)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {{"enabled", true}, {"allow", true},  {"true", true},  {"disabled", false},
		     {"deny", false},	{"block", false}, {"false", false}};

	for (size_t i = 0; i < COUNT(words); i++) {
		struct mip6_conf_error error;
		struct mip6_config c;
		char text[200];

		snprintf(text, sizeof(text),
			 "UseMnHaIPsec false; NoHomeReturn %s;\nDefaultBindingAclPolicy %s;\n"
			 "BindingAclPolicy 3fff::2 %s;\n",
			 words[i].word, words[i].word, words[i].word);
		CU_ASSERT_EQUAL_FATAL(parse(text, &c, &error), MIP6_OK);
		CU_ASSERT_FALSE(c.mn_ha_ipsec);
		CU_ASSERT_EQUAL(c.no_home_return, words[i].value);
		CU_ASSERT_EQUAL(c.default_acl, words[i].value ? MIP6_ACL_ALLOW : MIP6_ACL_DENY);
		CU_ASSERT_EQUAL(c.acl[0].policy, c.default_acl);
		CU_ASSERT_EQUAL(c.default_acl_status, 0);
		mip6_config_clear(&c);
	}
}

/* Statements that its users have and that this table has no room for. */
static void statements_of_umip(void)
{
	static const char *const good[] = {
	    "IPsecPolicySet { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64;"
	    " IPsecPolicy Mh UseESP 1 2 allow; IPsecPolicy ICMP UseESP UseAH block;"
	    " IPsecPolicy any UseESP UseAH UseIPComp 7 true; }",
	    "IPsecPolicySet { HomeAgentV4Address 192.0.2.1; HomeAddress 3fff::2/64;"
	    " IPsecPolicy Mh UseESP; }",
	    "CnBindingPolicySet { 3fff::9 disabled; 3fff::9 3fff::a false; }",
	    "Interface \"a\" { };",
	};
	static const char *const bad[] = {
	    "IPsecPolicySet { IPsecPolicy Mh UseESP 1 2 allow block; }",
	    "IPsecPolicySet { IPsecPolicy Mh UseESP drop; }",
	    "CnBindingPolicySet { 3fff::9; }",
	};
	struct mip6_conf_error error;
	struct mip6_config c;

	for (size_t i = 0; i < COUNT(good); i++) {
		CU_ASSERT_EQUAL(parse(good[i], &c, &error), MIP6_OK);
		mip6_config_clear(&c);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		CU_ASSERT_EQUAL(parse(bad[i], &c, &error), MIP6_ERR_CONFIG);
}

static void numbers_of_umip(void)
{
	struct mip6_conf_error error;
	struct mip6_config c;

	CU_ASSERT_EQUAL_FATAL(parse("MnRouterProbeTimeout 0; DefaultBindingAclPolicy 130;\n"
				    "BindingAclPolicy 3fff::2 0; BindingAclPolicy 3fff::3 129;",
				    &c, &error),
			      MIP6_OK);
	CU_ASSERT_EQUAL(c.router_probe_timeout, 0); /* the default's place */
	CU_ASSERT_EQUAL(c.default_acl, MIP6_ACL_DENY);
	CU_ASSERT_EQUAL(c.default_acl_status, 130);
	CU_ASSERT_EQUAL(c.acl[0].policy, MIP6_ACL_ALLOW);
	CU_ASSERT_EQUAL(c.acl[0].status, 0);
	CU_ASSERT_EQUAL(c.acl[1].policy, MIP6_ACL_DENY);
	CU_ASSERT_EQUAL(c.acl[1].status, 129);
	mip6_config_clear(&c);
}

/* A file put together from parts: each says what it needs of an interface. */
static void interfaces_are_merged(void)
{
	struct mip6_conf_error error;
	struct mip6_config c;

	CU_ASSERT_EQUAL_FATAL(
	    parse("Interface \"a\" { MnIfPreference 3; }\nInterface \"b\";\nInterface \"a\";\n"
		  "Interface \"a\" { IfType HA; }\n"
		  "Interface \"b\" { MnIfPreference 4; MnIfPreference 2; }\n",
		  &c, &error),
	    MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(c.interface_count, 2);
	CU_ASSERT_EQUAL(c.interfaces[0].preference, 3);
	CU_ASSERT_EQUAL(c.interfaces[0].type, MIP6_ROLE_HA);
	CU_ASSERT_EQUAL(c.interfaces[1].preference, 2);
	mip6_config_clear(&c);
	/* What a later part breaks is said there. */
	CU_ASSERT_EQUAL(parse("NodeConfig AR;\nInterface \"a\" { MaxRtrAdvInterval 100; }\n"
			      "Interface \"a\" {\n AdvDefaultLifetime 99; }\n",
			      &c, &error),
			MIP6_ERR_CONFIG);
	CU_ASSERT_EQUAL(error.line, 4);
}

static void keep_warning(void *arg, const char *text)
{
	char *all = arg;

	strncat(all, text, 4095 - strlen(all));
	strncat(all, "\n", 4095 - strlen(all));
}

/* A part that is not there yet. */
static void absent_parts_are_passed_over(void)
{
	struct mip6_conf_error error;
	struct mip6_config c;
	char all[4096] = "";

	CU_ASSERT_EQUAL_FATAL(mip6_conf_load("tests/unit/conf/include-absent.conf", &c, &error),
			      MIP6_OK);
	mip6_conf_warnings(&c, keep_warning, all);
	CU_ASSERT_PTR_NOT_NULL(
	    strstr(all, "there is no file tests/unit/conf/parts/absent.inc to include"));
	mip6_config_clear(&c);
	CU_ASSERT_EQUAL(parse("include \"tests/unit/conf/parts\"", &c, &error), MIP6_ERR_IO);
}

#define MN "NodeConfig MN; UseMnHaIPsec disabled;\n"

/* What loads and is hardly meant: a part of the warning, "" for none. */
static void warnings_are_given(void)
{
	static const struct {
		const char *text;
		const char *part;
	} cases[] = {
	    {"NodeConfig MN;\n", "the mobile node has no home, and does nothing"},
	    {"NodeConfig CN;\n", ""},
	    {MN "Interface \"b\"; MnHomeLink \"b\" "
		"{ HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }",
	     ""},
	    {MN "Interface \"a\"; MnHomeLink \"b\" "
		"{ HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }",
	     "MnHomeLink \"b\", but the only Interface is \"a\""},
	    {MN "Interface \"a\"; Interface \"c\"; MnHomeLink \"b\" "
		"{ HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }",
	     "MnHomeLink \"b\": no Interface has this name"},
	    {MN "Interface \"a\"; MnUseAllInterfaces enabled; MnHomeLink \"b\" "
		"{ HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }",
	     ""},
	    {MN "Interface \"b\" { MnIfPreference 0; } MnHomeLink \"b\" "
		"{ HomeAgentAddress 3fff::1; HomeAddress 3fff::2/64; }",
	     "Interface \"b\": MnIfPreference 0 means that it is not used"},
	    {MN "MnHomeLink \"b\" { HomeAgentAddress 3fff:1::1; HomeAddress 3fff::2/64; }",
	     "HomeAgentAddress 3fff:1::1 is not in the home prefix 3fff::/64"},
	    {MN "MnHomeLink \"b\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/128; }",
	     "HomeAddress 3fff::2/128: no link has a prefix of 128 bits"},
	    {MN "MnHomeLink \"b\" { HomeAgentAddress 3fff::1; HomeAddress 3fff::2/128; "
		"HomePrefix 3fff::/64; }",
	     ""},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mip6_conf_error error;
		struct mip6_config c;
		char all[4096] = "";

		CU_ASSERT_EQUAL_FATAL(parse(cases[i].text, &c, &error), MIP6_OK);
		mip6_conf_warnings(&c, keep_warning, all);
		CU_ASSERT_EQUAL(all[0] == '\0', cases[i].part[0] == '\0');
		CU_ASSERT_PTR_EQUAL(strstr(all, cases[i].part), all);
		mip6_config_clear(&c);
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"words of UMIP", words_of_umip},
	    {"statements of UMIP", statements_of_umip},
	    {"numbers of UMIP", numbers_of_umip},
	    {"interfaces are merged", interfaces_are_merged},
	    {"absent parts are passed over", absent_parts_are_passed_over},
	    {"warnings are given", warnings_are_given},
	};

	return test_run("conf_umip", tests, COUNT(tests));
}
