/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_FEATURES_INTERNAL_H
#define LINUX_FEATURES_INTERNAL_H

/* Between the table of features (features.c), the trial of the running kernel
 * (features_probe.c) and the reading of configurations (features_config.c). */
#include "linux/features.h"

#include <stdbool.h>

/* The order is that of the table. */
enum feature_id {
	FEATURE_IPV6,
	FEATURE_PACKET,
	FEATURE_SYSCTL,
	FEATURE_TABLES,
	FEATURE_TUNNEL,
	FEATURE_LWTUNNEL,
	FEATURE_XFRM,
	FEATURE_MIP6,
	FEATURE_BPF,
	FEATURE_INGRESS,
	FEATURE_CLS_BPF,
	FEATURES,
};

enum feature_state {
	FEATURE_UNKNOWN, /* could not be tried */
	FEATURE_ABSENT,
	FEATURE_MODULE, /* configured as a module: there once it is loaded */
	FEATURE_PRESENT,
};

/* The most options that one feature has. */
#define FEATURE_OPTIONS 2

/* State of each option of each feature. */
struct feature_config {
	enum feature_state options[FEATURES][FEATURE_OPTIONS];
	size_t lines; /* CONFIG_ lines read */
};

/* The options of a feature, without "CONFIG_"; NULL where there is none. */
const char *feature_option(enum feature_id id, size_t index);

/* Reads a kernel configuration. 0, or -1 when it is not readable as one, with
 * a text in error (cap bytes); `path` names it there. */
int feature_config_read_stream(FILE *file, const char *path, struct feature_config *ret,
			       char *error, size_t cap);
/* The same from a file, "-" for standard input. */
int feature_config_read(const char *path, struct feature_config *ret, char *error, size_t cap);
/* A feature is what the worst of its options is. */
enum feature_state feature_config_state(const struct feature_config *c, enum feature_id id);

/* Tries every feature in a process and network namespace of its own; what needs
 * rights that the process does not have stays FEATURE_UNKNOWN. */
void feature_probe(enum feature_state ret[FEATURES]);

#endif
