/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MIP6_CONF_H
#define MIP6_CONF_H

/* mip6d.conf: the file format that UMIP's users have. */
#include <mip6/config.h>

/* line and column count from 1, columns in bytes; line 0: the file as a whole
 * (it could not be read). */
struct mip6_conf_error {
	char file[256];
	int line;
	int column;
	char text[512]; /* what is wrong, what was expected, what to do */
};

/* Reads path (and what it includes) into *ret, which it fills with defaults
 * first. On error MIP6_ERR_CONFIG or MIP6_ERR_IO with *ret_error set and *ret
 * cleared; on success the caller clears it with mip6_config_clear. */
int mip6_conf_load(const char *path, struct mip6_config *ret, struct mip6_conf_error *ret_error);
/* The same from memory; `name` stands for the file in errors, and relative
 * include files are looked for in its directory. text need not end with zero. */
int mip6_conf_parse(const char *name, const char *text, size_t len, struct mip6_config *ret,
		    struct mip6_conf_error *ret_error);

/* What a good configuration may say and hardly means (a home link that is no interface
 * of the node, a home agent outside of the home prefix): calls tell with a text for
 * people for each. */
typedef void (*mip6_conf_warning_fn)(void *arg, const char *text);
void mip6_conf_warnings(const struct mip6_config *config, mip6_conf_warning_fn tell, void *arg);

#endif
