#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# many.sh FOLDER MNS ARS SECONDS: writes FOLDER/topologies/many.yaml and
# FOLDER/scenarios/many.yaml, in which MNS mobile nodes move between ARS access
# routers, one of them each 30 ms, and each receives 50 probes a second from CN.
#
#   CN -10 ms- R -10 ms- HA
#              R -5 ms- AR0 ... each with its foreign link
set -eu

folder=$1
mns=$2
ars=$3
seconds=$4
mkdir -p "$folder/topologies" "$folder/scenarios"

awk -v mns="$mns" -v ars="$ars" 'BEGIN {
	command = "command: [\"${mip6d}\", -c, \"${dir}/mip6d.conf\", --events, \"${events}\", --state, \"${dir}\", --control, \"${dir}/mip6d.ctl\", --name, \"${node}\"]"
	print "# SPDX-License-Identifier: GPL-2.0-or-later"
	print "topology: many"
	print "about: many mobile nodes behind a few access routers"
	print "parameters:"
	print "  ra_min: {default: 1s, unit: time, range: [30ms, 1350s], about: shortest interval between router advertisements}"
	print "  ra_max: {default: 3s, unit: time, range: [70ms, 1800s], about: longest interval between router advertisements}"
	print "links:\n  cn-r: {delay: 10ms}\n  r-ha: {delay: 10ms}\n  home: {}"
	for (a = 0; a < ars; a++)
		printf "  r-ar%d: {delay: 5ms}\n  foreign%d: {}\n", a, a
	print "nodes:"
	print "  cn:\n    role: cn\n    interfaces:\n      eth0: {link: cn-r, addresses: 3fff:0:1::2/64}"
	print "    routes:\n      - {to: default, via: 3fff:0:1::1}"
	print "  r:\n    role: router\n    sysctls: {net.ipv6.conf.all.forwarding: 1}\n    interfaces:"
	print "      cn: {link: cn-r, addresses: 3fff:0:1::1/64}\n      ha: {link: r-ha, addresses: 3fff:0:2::1/64}"
	for (a = 0; a < ars; a++)
		printf "      ar%d: {link: r-ar%d, addresses: 3fff:0:3%02d::1/64}\n", a, a, a
	print "    routes:\n      - {to: 3fff:0:100::/64, via: 3fff:0:2::2}"
	for (a = 0; a < ars; a++)
		printf "      - {to: 3fff:0:2%02d::/64, via: 3fff:0:3%02d::2}\n", a, a
	print "  ha:\n    role: ha\n    sysctls: {net.ipv6.conf.all.forwarding: 1}\n    interfaces:"
	print "      eth0: {link: r-ha, addresses: 3fff:0:2::2/64}\n      home: {link: home, addresses: 3fff:0:100::1/64}"
	print "    routes:\n      - {to: default, via: 3fff:0:2::1}"
	print "    daemons:\n      mip6d:\n        " command "\n        config:\n          file: mip6d.conf\n          text: |"
	print "            NodeConfig HA;\n            UseMnHaIPsec disabled;\n            DefaultBindingAclPolicy allow;"
	print "            Interface \"home\" { SendRouterAdvs enabled; MinRtrAdvInterval ${ra_min:s}; MaxRtrAdvInterval ${ra_max:s}; }"
	for (a = 0; a < ars; a++) {
		printf "  ar%d:\n    role: ar\n    sysctls: {net.ipv6.conf.all.forwarding: 1}\n    interfaces:\n", a
		printf "      eth0: {link: r-ar%d, addresses: 3fff:0:3%02d::2/64}\n", a, a
		printf "      foreign: {link: foreign%d, addresses: 3fff:0:2%02d::1/64}\n", a, a
		printf "    routes:\n      - {to: default, via: 3fff:0:3%02d::1}\n", a
		print "    daemons:\n      mip6d:\n        " command "\n        config:\n          file: mip6d.conf\n          text: |"
		print "            NodeConfig AR;\n            Interface \"foreign\" { SendRouterAdvs enabled; MinRtrAdvInterval ${ra_min:s}; MaxRtrAdvInterval ${ra_max:s}; }"
	}
	for (m = 0; m < mns; m++) {
		printf "  mn%d:\n    role: mn\n    mobile: {home_address: \"3fff:0:100::%x\", home_agent: 3fff:0:100::1, home_link: home}\n", m, m + 16
		printf "    interfaces:\n      eth0: {link: foreign%d, mobile: yes}\n", m % ars
		print "    daemons:\n      mip6d:\n        start: " 100 + 10 * m "ms\n        " command "\n        config:\n          file: mip6d.conf\n          text: |"
		printf "            NodeConfig MN;\n            UseMnHaIPsec disabled;\n            Interface \"eth0\";\n"
		printf "            MnHomeLink \"eth0\" { HomeAgentAddress 3fff:0:100::1; HomeAddress 3fff:0:100::%x/64; }\n", m + 16
	}
}' >"$folder/topologies/many.yaml"

awk -v mns="$mns" -v ars="$ars" -v seconds="$seconds" 'BEGIN {
	print "# SPDX-License-Identifier: GPL-2.0-or-later"
	print "scenario: many"
	print "about: many mobile nodes move between a few access routers"
	print "topology: many\nengines: [ns3, virtual]\nsettle: 3s\nprobes:"
	for (m = 0; m < mns; m++)
		printf "  down%d: {from: cn, to: mn%d, interval: 20ms}\n", m, m
	laps = int((seconds - 6) / (mns * 0.03))
	print "timeline:\n  - at: 3s"
	printf "  - repeat:\n      count: %d\n      do:\n", laps
	for (m = 0; m < mns; m++) {
		list = ""
		for (a = 1; a <= ars; a++)
			list = list (a > 1 ? ", " : "") "foreign" (m + a) % ars
		printf "        - wait: 30ms\n        - move: {node: mn%d, interface: eth0, to: [%s], gap: 50ms}\n", m, list
	}
	print "  - wait: 3s\nexpect:"
	printf "  - handover.first_down_ms.count == %d\n", laps * mns
	print "  - each ra_ms + bu_ba_ms <= 30.2"
}' >"$folder/scenarios/many.yaml"
