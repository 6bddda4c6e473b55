#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench_ns3.sh BUILD: how fast engine ns3 simulates. Measured is processor time of
# mip6lab-ns3 (it has one thread), so that a busy machine says the same.
set -u

build=$1
results=$(mktemp -d /tmp/mip6lab-bench-XXXXXX)
trap 'rm -rf "$results"' EXIT
. tests/bench_help.sh

# The scenario once by mip6lab, which judges its expectations and leaves a folder to
# run again. Then $simulated and $spent: seconds; empty when it failed.
measure() { # SCENARIO PARAMETERS
	local name folder
	name=$(basename "$1" .yaml)
	folder=$results/$name/latest
	simulated= spent=
	"$build/mip6lab" run "$1" --engine ns3 --results "$results" --set "$2" >"$results/log" 2>&1 </dev/null || return
	simulated=$(field "$folder/run.json" simulated_s)
	TIMEFORMAT='%U %S'
	spent=$( { time "$build/mip6lab-ns3" "$folder" >"$results/log" 2>&1; } 2>&1 | awk '{ print $1 + $2 }')
}

heading
measure handover 'probe=5ms'
row 'ns3: three-links, 2 x 200 packets/s, speed' "${spent:+$(ratio "$simulated" "$spent")}" 'sim. s/s' '>=' 50

tests/many.sh "$results" 100 10 30
measure "$results/scenarios/many.yaml" ''
row 'ns3: 100 MNs at 10 ARs, 50 packets/s each, speed' "${spent:+$(ratio "$simulated" "$spent")}" 'sim. s/s' '>=' 2
# Records of 16 octets that begin with 1, sent, or 2, received (emu/lab/records.h).
arrived=$(od -An -v -tu2 -w16 "$results/many/latest/raw/probe.bin" 2>/dev/null |
	awk '$1 == 1 { sent++ } $1 == 2 { received++ } END { if (sent) printf "%.1f", 100 * received / sent }')
row 'ns3: the same, packets that arrived' "$arrived" % '>=' 95

# Four times the nodes cost four times as much, and a little for the longer tables. The
# least of three times each: others on the machine only ever add to it.
least() { # MNS
	local fastest=
	for _ in 1 2 3; do
		tests/many.sh "$results" "$1" 10 30
		measure "$results/scenarios/many.yaml" ''
		[ -n "$spent" ] || return
		fastest=$(printf '%s\n' $fastest "$spent" | sort -n | head -1)
	done
	echo "$fastest"
}
few=$(least 50)
many=$(least 200)
row 'ns3: 200 MNs beside 50 at 10 ARs, cost' "${many:+$(ratio "$many" "$few")}" times '<=' 4.4

# A run of next to nothing: loading, linking, building, ending.
measure handover 'moves=1 pause_min=10ms pause_max=10ms settle=1.5s probe=1s'
row 'ns3: start-up and end of mip6lab-ns3' "$spent" s '<=' 0.5
exit $beyond
