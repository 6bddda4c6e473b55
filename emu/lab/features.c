/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lab/features.h"
#include <stdio.h>
#include <string.h>

/* What Debian's package user-mode-linux 6.1 lacks of what `make kernel` builds. */
struct feature {
	const char *name;
	const char *text;
	const char *sysctl; /* a part of a sysctl's name that only exists with it, or NULL */
};

static const struct feature features[] = {
    {"optimistic-dad", "optimistic duplicate address detection", "optimistic"},
    {"fou-tunnels", "tunnels in UDP (FOU)", NULL},
    {"multicast-routing", "IPv6 multicast routing", ".mc_forwarding"},
    {"nftables-ip", "nf_tables for IP and IPv6", NULL},
};

enum { FEATURES = sizeof(features) / sizeof(features[0]) };

static const struct feature *find(const char *name)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (strcmp(features[i].name, name) == 0)
			return &features[i];
	return NULL;
}

bool features_known(const char *name)
{
	return find(name) != NULL;
}

const char *features_names(void)
{
	return "optimistic-dad, fou-tunnels, multicast-routing or nftables-ip";
}

static const char *of_sysctl(const char *sysctl)
{
	for (size_t i = 0; i < FEATURES; i++)
		if (features[i].sysctl && strstr(sysctl, features[i].sysctl))
			return features[i].text;
	return NULL;
}

static const char *of_node(const struct lab_node *node)
{
	const char *text = NULL;

	for (size_t i = 0; i < node->sysctl_count && !text; i++)
		text = of_sysctl(node->sysctls[i].path);
	return text;
}

const char *features_lacking(const struct lab_plan *plan)
{
	const char *text = plan->need_count > 0 ? find(plan->needs[0])->text : NULL;

	for (size_t i = 0; i < plan->node_count && !text; i++)
		text = of_node(&plan->nodes[i]);
	return text;
}
