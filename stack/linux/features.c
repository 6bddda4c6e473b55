/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The features that the kernel plane is built on (kplane_*.c, sock_*.c), what
 * each is for, and how to get one that lacks. */
#include "linux/features_internal.h"

#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

struct feature {
	const char *name;
	const char *needed_by;
	const char *options[FEATURE_OPTIONS];
	const char *module; /* NULL: there is none, it is built in or not there */
	bool ha_only;	    /* a mobile node does without */
};

static const struct feature features[FEATURES] = {
    [FEATURE_IPV6] = {"IPv6", "everything", {"IPV6"}, "ipv6"},
    [FEATURE_PACKET] = {"packet sockets", "solicitations at link-up, DAD", {"PACKET"}, "af_packet"},
    [FEATURE_SYSCTL] = {"settings in /proc/sys", "forwarding, proxy delay", {"PROC_SYSCTL"}, NULL},
    [FEATURE_TABLES] = {"IPv6 policy routing",
			"home address: own routes",
			{"IPV6_MULTIPLE_TABLES"},
			NULL},
    [FEATURE_TUNNEL] = {"IPv6 in IPv6 tunnels",
			"tunnel between MN and HA",
			{"IPV6_TUNNEL"},
			"ip6_tunnel"},
    [FEATURE_LWTUNNEL] =
	{"encapsulating routes", "HA: one for each binding", {"LWTUNNEL"}, NULL, true},
    [FEATURE_XFRM] = {"XFRM by netlink", "HAO and RH2 in signalling", {"XFRM_USER"}, "xfrm_user"},
    [FEATURE_MIP6] = {"Mobile IPv6 headers", "HAO and RH2 in signalling", {"IPV6_MIP6"}, "mip6"},
    [FEATURE_BPF] = {"BPF programs", "HA: check of tunnel sources", {"BPF_SYSCALL"}, NULL, true},
    [FEATURE_INGRESS] = {"hook at a device's ingress",
			 "HA: check of tunnel sources",
			 {"NET_SCH_INGRESS", "NET_CLS_ACT"},
			 "sch_ingress",
			 true},
    [FEATURE_CLS_BPF] =
	{"BPF as traffic filter", "HA: check of tunnel sources", {"NET_CLS_BPF"}, "cls_bpf", true},
};

const char *feature_option(enum feature_id id, size_t index)
{
	return features[id].options[index];
}

/* What is known of a kernel. */
struct verdict {
	enum feature_state states[FEATURES];
	bool running;			     /* the states are of the running kernel */
	const struct feature_config *config; /* NULL: none was read */
};

static bool is_good(enum feature_state state)
{
	return state == FEATURE_PRESENT || state == FEATURE_MODULE;
}

static const char *state_text(enum feature_state state)
{
	switch (state) {
	case FEATURE_PRESENT:
		return "yes";
	case FEATURE_MODULE:
		return "module";
	case FEATURE_ABSENT:
		return "NO";
	default:
		return "?";
	}
}

/* "CONFIG_A, CONFIG_B": those of the options that lack, or all when it is not
 * known which. */
static void print_options(FILE *out, const struct verdict *v, enum feature_id id)
{
	const char *between = "";

	for (size_t i = 0; i < FEATURE_OPTIONS; i++) {
		if (!features[id].options[i])
			continue;
		if (v->config && is_good(v->config->options[id][i]))
			continue;
		fprintf(out, "%sCONFIG_%s", between, features[id].options[i]);
		between = ", ";
	}
}

/* How to get a feature that lacks. */
static void print_cure(FILE *out, const struct verdict *v, enum feature_id id)
{
	const char *module = features[id].module;

	if (v->states[id] == FEATURE_UNKNOWN && geteuid() != 0) {
		fputs("could not be tried: run as root", out);
	} else if (v->states[id] == FEATURE_UNKNOWN) {
		fputs("could not be tried while others lack", out);
	} else if (!v->running) {
		fputs("set ", out);
		print_options(out, v, id);
		fprintf(out, "=y%s", module ? " (or m)" : "");
	} else {
		if (module)
			fprintf(out, "modprobe %s, or ", module);
		fputs("a kernel with ", out);
		print_options(out, v, id);
	}
}

static void print_summary(FILE *out, int absent, int unknown)
{
	if (absent + unknown == 0) {
		fputs("mip6d's kernel plane has all it needs\n", out);
		return;
	}
	fprintf(out, "mip6d's kernel plane lacks %d of %d features", absent, FEATURES);
	if (unknown > 0)
		fprintf(out, ", and %d could not be tried", unknown);
	fputc('\n', out);
}

/* Returns the exit code: 0, or 3 when something lacks or is not known. */
static int print_table(FILE *out, const struct verdict *v)
{
	int absent = 0;
	int unknown = 0;

	fprintf(out, "%-27s %-30s %-8s %s\n", "feature", "needed by", "present", "how to get it");
	for (int id = 0; id < FEATURES; id++) {
		fprintf(out, "%-27s %-30s ", features[id].name, features[id].needed_by);
		if (is_good(v->states[id])) {
			fprintf(out, "%s\n", state_text(v->states[id]));
			continue;
		}
		fprintf(out, "%-8s ", state_text(v->states[id]));
		print_cure(out, v, (enum feature_id)id);
		fputc('\n', out);
		absent += v->states[id] == FEATURE_ABSENT;
		unknown += v->states[id] == FEATURE_UNKNOWN;
	}
	print_summary(out, absent, unknown);
	return absent + unknown == 0 ? 0 : 3;
}

/* Tries the running kernel. What cannot be tried is taken from the kernel's
 * configuration, where a distribution has put it. */
static void judge_running(struct verdict *v)
{
	struct feature_config config;
	struct utsname name;
	char path[128];
	char error[256];

	*v = (struct verdict){.running = true};
	feature_probe(v->states);
	if (uname(&name) != 0)
		return;
	snprintf(path, sizeof(path), "/boot/config-%s", name.release);
	if (feature_config_read(path, &config, error, sizeof(error)) != 0)
		return;
	for (int id = 0; id < FEATURES; id++)
		if (v->states[id] == FEATURE_UNKNOWN)
			v->states[id] = feature_config_state(&config, (enum feature_id)id);
}

static int check_file(FILE *out, const char *path)
{
	struct verdict v = {.running = false};
	struct feature_config config;
	char error[256];

	if (feature_config_read(path, &config, error, sizeof(error)) != 0) {
		fprintf(out, "%s\n", error);
		return 2;
	}
	v.config = &config;
	for (int id = 0; id < FEATURES; id++)
		v.states[id] = feature_config_state(&config, (enum feature_id)id);
	fprintf(out, "kernel configuration %s:\n", path);
	return print_table(out, &v);
}

int features_check(FILE *out, const char *config_path)
{
	struct verdict v;
	struct utsname name;

	if (config_path && config_path[0])
		return check_file(out, config_path);
	judge_running(&v);
	fprintf(out, "this kernel%s%s, tried in a network namespace of its own:\n",
		uname(&name) == 0 ? ", " : "", uname(&name) == 0 ? name.release : "");
	return print_table(out, &v);
}

/* Correspondent nodes and access routers ask nothing of the kernel's Mobile IPv6. */
static bool role_needs(enum mip6_role role, const struct feature *feature)
{
	return role == MIP6_ROLE_HA || (role == MIP6_ROLE_MN && !feature->ha_only);
}

int features_missing(enum mip6_role role, char *buf, size_t cap)
{
	struct verdict v;
	size_t used = 0;
	int missing = 0;

	if (cap > 0)
		buf[0] = '\0';
	if (role != MIP6_ROLE_HA && role != MIP6_ROLE_MN)
		return 0;
	judge_running(&v);
	for (int id = 0; id < FEATURES; id++) {
		int n;

		if (v.states[id] != FEATURE_ABSENT || !role_needs(role, &features[id]))
			continue;
		missing++;
		if (used >= cap)
			continue;
		n = snprintf(buf + used, cap - used, "%s%s", used ? ", " : "", features[id].name);
		used += n > 0 ? (size_t)n : 0;
	}
	return missing;
}
