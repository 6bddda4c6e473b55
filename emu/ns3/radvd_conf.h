/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_NS3_RADVD_CONF_H
#define EMU_NS3_RADVD_CONF_H

/* The configuration of a router of ns-3 in the words of radvd.conf, as far as
 * ns3::Radvd can do what they say:
 *
 *   interface NAME {
 *       AdvSendAdvert on; MinRtrAdvInterval 0.03; MaxRtrAdvInterval 0.07;
 *       AdvDefaultLifetime 9000;
 *       prefix 3fff:0:201::/64 {
 *           AdvOnLink on; AdvAutonomous on; AdvRouterAddr off;
 *           AdvValidLifetime 86400; AdvPreferredLifetime 14400;
 *       };
 *   };
 *
 * Any other word is an error: ns3::Radvd would do without, and nobody would know. */
#include "ns3/plan.h"
#include <string>
#include <vector>

namespace emu
{

struct radvd_prefix {
	struct mip6_prefix prefix = {}; /* with the router's address if it is told */
	bool on_link = true;
	bool autonomous = true;
	bool router_address = false;
	uint32_t valid_s = 86400;
	uint32_t preferred_s = 14400;
};

struct radvd_interface {
	std::string name;
	bool advertises = false;
	uint32_t min_ms = 198000;
	uint32_t max_ms = 600000;
	uint32_t lifetime_s = 1800;
	std::vector<radvd_prefix> prefixes;
};

struct radvd_conf {
	std::vector<radvd_interface> interfaces;
	int error_line = 0; /* of the first error, from 1 */
	std::string error;  /* what is wrong; empty: nothing */
};

radvd_conf radvd_conf_parse(const std::string &text);

} // namespace emu

#endif
