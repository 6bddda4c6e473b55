/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel configurations that have all, that lack some, and that are none; and
 * the running kernel, which is asked by trying. Run from the top of the source
 * tree, where the configuration of the lab's kernel is. */
#include "linux/features.h"
#include "test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define LAB_KERNEL   "emu/uml/kernel.config"

/* What the check prints about a configuration file; freed by the caller. */
static char *check(const char *path, int *ret_code)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	*ret_code = features_check(out, path);
	fclose(out);
	return text;
}

/* The same about a configuration given as text. */
static char *check_text(const char *config, int *ret_code)
{
	char path[] = "/tmp/mip6-config-XXXXXX";
	int fd = mkstemp(path);
	size_t len = strlen(config);
	char *text;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT_EQUAL_FATAL(write(fd, config, len), (ssize_t)len);
	close(fd);
	text = check(path, ret_code);
	unlink(path);
	return text;
}

/* The line of the table that begins so. */
static bool row_has(const char *text, const char *feature, const char *part)
{
	const char *row = strstr(text, feature);
	const char *end = row ? strchr(row, '\n') : NULL;
	const char *found = row ? strstr(row, part) : NULL;

	return found && end && found < end;
}

static void lab_kernel_is_complete(void)
{
	int code;
	char *text = check(LAB_KERNEL, &code);

	CU_ASSERT_EQUAL(code, 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "has all it needs"));
	CU_ASSERT_PTR_NULL(strstr(text, " NO "));
	free(text);
}

static const char complete[] = "CONFIG_IPV6=y\n"
			       "CONFIG_PACKET=m\n"
			       "CONFIG_PROC_SYSCTL=y\n"
			       "CONFIG_IPV6_MULTIPLE_TABLES=y\n"
			       "CONFIG_IPV6_TUNNEL=m\n"
			       "CONFIG_LWTUNNEL=y\n"
			       "CONFIG_XFRM_USER=m\n"
			       "CONFIG_IPV6_MIP6=m\n"
			       "CONFIG_BPF_SYSCALL=y\n"
			       "CONFIG_NET_SCH_INGRESS=m\n"
			       "CONFIG_NET_CLS_ACT=y\n"
			       "CONFIG_NET_CLS_BPF=m\n";

static void modules_count_as_present(void)
{
	int code;
	char *text = check_text(complete, &code);

	CU_ASSERT_EQUAL(code, 0);
	CU_ASSERT_TRUE(row_has(text, "IPv6 in IPv6 tunnels", "module"));
	CU_ASSERT_TRUE(row_has(text, "BPF programs", "yes"));
	free(text);
}

/* Each option in turn is left out, then there but not set: it is named. */
static void each_option_is_needed(void)
{
	const char *line = complete;

	while (*line) {
		const char *end = strchr(line, '\n') + 1;
		int name_len = (int)strcspn(line, "=");
		char config[1024];
		char name[64];
		int code;
		char *text;

		snprintf(config, sizeof(config), "%.*s# %.*s is not set\n%s",
			 (int)(line - complete), complete, name_len, line, end);
		snprintf(name, sizeof(name), "%.*s", name_len, line);
		text = check_text(config, &code);
		CU_ASSERT_EQUAL(code, 3);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "lacks 1 of 11 features"));
		CU_ASSERT_PTR_NOT_NULL(strstr(text, name));
		free(text);
		line = end;
	}
}

/* The row names the option that lacks, not its neighbour, and a name that only
 * begins alike is another. */
static void rows_name_what_lacks(void)
{
	int code;
	char *text = check_text("CONFIG_NET_SCH_INGRESS=y\nCONFIG_IPV6_TUNNEL_X=y\n", &code);

	CU_ASSERT_EQUAL(code, 3);
	CU_ASSERT_TRUE(row_has(text, "hook at a device's ingress", "set CONFIG_NET_CLS_ACT="));
	CU_ASSERT_TRUE(row_has(text, "IPv6 in IPv6 tunnels", "NO"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "lacks 11 of 11 features"));
	free(text);
}

static void what_is_no_configuration(void)
{
	static const struct {
		const char *config;
		const char *part;
	} cases[] = {
	    {"", "is no kernel configuration"},
	    {"hello\nCONFIG\n", "is no kernel configuration"},
	    {"\x1f\x8b\x08 and so on", "is compressed"},
	};
	char *text;
	int code;

	for (size_t i = 0; i < COUNT(cases); i++) {
		text = check_text(cases[i].config, &code);
		CU_ASSERT_EQUAL(code, 2);
		CU_ASSERT_PTR_NOT_NULL(strstr(text, cases[i].part));
		free(text);
	}
	text = check("/nonexistent/config", &code);
	CU_ASSERT_EQUAL(code, 2);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "No such file"));
	free(text);
}

/* The machine's own kernel may have or lack anything; but table, exit code and
 * list must agree, and IPv6 sockets can be seen by everyone. */
static void running_kernel_is_tried(void)
{
	char names[512];
	int missing = features_missing(MIP6_ROLE_HA, names, sizeof(names));
	int code;
	char *text = check(NULL, &code);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	/* Without root something may be left that cannot be told. */
	CU_ASSERT_TRUE(code == 3 || (code == 0 && missing == 0));
	CU_ASSERT_EQUAL(missing == 0, names[0] == '\0');
	CU_ASSERT_EQUAL(strstr(text, "has all it needs") != NULL, code == 0);
	CU_ASSERT_EQUAL(row_has(text, "everything", "yes"), fd >= 0);
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ","))
		CU_ASSERT_TRUE(row_has(text, name + (name[0] == ' '), "NO"));
	if (fd >= 0)
		close(fd);
	free(text);
}

static void roles_need_less(void)
{
	char ha[512];
	char mn[512];
	int of_ha = features_missing(MIP6_ROLE_HA, ha, sizeof(ha));
	int of_mn = features_missing(MIP6_ROLE_MN, mn, sizeof(mn));

	CU_ASSERT_TRUE(of_mn <= of_ha);
	CU_ASSERT_PTR_NULL(strstr(mn, "BPF"));
	CU_ASSERT_EQUAL(strstr(ha, "IPv6 in IPv6") != NULL, strstr(mn, "IPv6 in IPv6") != NULL);
	CU_ASSERT_EQUAL(features_missing(MIP6_ROLE_AR, mn, sizeof(mn)), 0);
}

static void names_are_cut_to_fit(void)
{
	char names[8];

	memset(names, 'x', sizeof(names));
	features_missing(MIP6_ROLE_HA, names, sizeof(names));
	CU_ASSERT_TRUE(strnlen(names, sizeof(names)) < sizeof(names));
	CU_ASSERT_EQUAL(features_missing(MIP6_ROLE_HA, NULL, 0),
			features_missing(MIP6_ROLE_HA, names, sizeof(names)));
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"lab kernel is complete", lab_kernel_is_complete},
	    {"modules count as present", modules_count_as_present},
	    {"each option is needed", each_option_is_needed},
	    {"rows name what lacks", rows_name_what_lacks},
	    {"what is no configuration", what_is_no_configuration},
	    {"running kernel is tried", running_kernel_is_tried},
	    {"roles need less", roles_need_less},
	    {"names are cut to fit", names_are_cut_to_fit},
	};

	return test_run("features", tests, COUNT(tests));
}
