/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_SETTINGS_H
#define LINUX_SETTINGS_H

/* Settings that may change while the node runs. They bear the names that they
 * have in mip6d.conf and take the values that they take there; a change lasts
 * until the configuration is loaded anew. */
#include <mip6/config.h>

#define SETTING_TEXT 32

/* Number of settings. */
size_t settings_count(void);
/* Name of the i-th, and whether it belongs to an interface. */
const char *settings_name(size_t i);
bool settings_of_interface(size_t i);
/* Value of the i-th as text; `interface` (index in c->interfaces) matters only
 * for settings of an interface. */
const char *settings_get(size_t i, const struct mip6_config *c, size_t interface,
			 char buf[SETTING_TEXT]);
/* Changes a setting in c. MIP6_ERR_NOTFOUND for an unknown name or interface,
 * MIP6_ERR_VALUE for a bad value; `error` gets a text. */
int settings_change(struct mip6_config *c, const char *name, const char *interface,
		    const char *value, char *error, size_t cap);

#endif
