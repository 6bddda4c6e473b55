/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_SETTINGS_H
#define LAB_SETTINGS_H

/* What the user chose for a run: engine, seed and set="name=value ...". It is
 * also a file in the result folder, from which the process inside a UML learns
 * it: a line "engine NAME", a line "seed N", a line "set NAME=VALUE" for each. */
#include "lab/plan.h"

struct settings {
	enum lab_engine engine;
	uint64_t seed;
	struct lab_setting *list;
	size_t count;
	char error[256];
};

/* Splits "a=1 b=2ms" and adds what it finds; may be called again. 0, or -1 with
 * the error text. */
int settings_add(struct settings *s, const char *text);
/* "virtual", "uml", "host", "ns3". -1 with the error text for any other. */
int settings_engine(struct settings *s, const char *name);
int settings_seed(struct settings *s, const char *text);
int settings_write(const struct settings *s, const char *path);
int settings_read(struct settings *s, const char *path);
void settings_free(struct settings *s);

#endif
