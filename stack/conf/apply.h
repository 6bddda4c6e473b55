/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONF_APPLY_H
#define CONF_APPLY_H

/* From statements to struct mip6_config. */
#include "conf/keywords.h"

/* What is known while the statements of a configuration are gone through. */
struct conf_apply {
	struct mip6_config *config;
	struct mip6_conf_error *error;
	struct conf_place end;			   /* of the main file, for what is missing in it */
	struct conf_place ipsec;		   /* UseMnHaIPsec; line 0: not given */
	struct conf_place home_at[MIP6_MAX_HOMES]; /* each MnHomeLink */
	struct mip6_home_config *home;		   /* the block we are in, or NULL */
	struct mip6_if_config *interface;	   /* the same */
	struct mip6_advertised_prefix *prefix;	   /* the same */
};

/* Goes through all statements in order. */
int conf_apply_all(struct conf_apply *a, const struct conf_statement *first);
/* Goes through the statements of a block. */
int conf_apply_block(struct conf_apply *a, enum conf_where where,
		     const struct conf_statement *first);
/* Refuses the statement: "line N: NAME is not supported yet", then `hint`. */
int conf_unsupported(const struct conf_cursor *c, const char *hint);

/* What only the whole configuration shows: an MN's home, an HA's interface,
 * protection (check.c). */
int conf_check(const struct conf_apply *a);

/* What only the whole block of an Interface statement shows of its advertisements
 * (advertise.c). */
int conf_check_advertising(const struct conf_apply *a, const struct conf_cursor *interface);

/* The keywords' own functions (apply.c, advertise.c, home.c, policy.c). */
int conf_node_config(struct conf_apply *a, struct conf_cursor *c);
int conf_plane(struct conf_apply *a, struct conf_cursor *c);
int conf_interface(struct conf_apply *a, struct conf_cursor *c);
int conf_if_type(struct conf_apply *a, struct conf_cursor *c);
int conf_if_preference(struct conf_apply *a, struct conf_cursor *c);
int conf_send_advs(struct conf_apply *a, struct conf_cursor *c);
int conf_ha_flag(struct conf_apply *a, struct conf_cursor *c);
int conf_ha_info(struct conf_apply *a, struct conf_cursor *c);
int conf_prefix_block(struct conf_apply *a, struct conf_cursor *c);
int conf_valid_lifetime(struct conf_apply *a, struct conf_cursor *c);
int conf_preferred_lifetime(struct conf_apply *a, struct conf_cursor *c);
int conf_debug_log_file(struct conf_apply *a, struct conf_cursor *c);
int conf_use_ipsec(struct conf_apply *a, struct conf_cursor *c);
int conf_home_link(struct conf_apply *a, struct conf_cursor *c);
int conf_home_agent_address(struct conf_apply *a, struct conf_cursor *c);
int conf_home_address(struct conf_apply *a, struct conf_cursor *c);
int conf_home_prefix(struct conf_apply *a, struct conf_cursor *c);
int conf_home_address4(struct conf_apply *a, struct conf_cursor *c);
int conf_home_prefix4(struct conf_apply *a, struct conf_cursor *c);
int conf_ro_policy(struct conf_apply *a, struct conf_cursor *c);
int conf_served_prefix(struct conf_apply *a, struct conf_cursor *c);
int conf_default_acl(struct conf_apply *a, struct conf_cursor *c);
int conf_acl(struct conf_apply *a, struct conf_cursor *c);
int conf_ha_traffic4(struct conf_apply *a, struct conf_cursor *c);
int conf_cn_policies(struct conf_apply *a, struct conf_cursor *c);
int conf_ipsec_set(struct conf_apply *a, struct conf_cursor *c);
int conf_ipsec_address(struct conf_apply *a, struct conf_cursor *c);
int conf_ipsec_home(struct conf_apply *a, struct conf_cursor *c);
int conf_ipsec_policy(struct conf_apply *a, struct conf_cursor *c);

#endif
