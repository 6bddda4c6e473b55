#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sanitized.sh SUMMARY MIP6LAB INSIDE: whole runs with everything of ours under
# sanitizers. MIP6LAB is built with ASan and UBSan; ASan's shadow memory does not
# fit into UML, so what runs inside (INSIDE, and mip6d beside it) has UBSan only;
# mip6lab-ns3, beside MIP6LAB, has both.
# A run passes when it ends well and none of its logs holds a finding.
set -u

summary=$1
program=$2
inside=$3

folder=$(dirname "$program")
results=$folder/sanitized
ln -sf "$(realpath "$inside")" "$folder/mip6lab-inside"
rm -rf "$results"
mkdir -p "$results"
passed=0
failed=0
run() { # ENGINE SCENARIO PARAMETERS
	engine=$1
	shift
	log=$results/$1.log
	timeout -k 5 300 "$program" run "$1" --engine "$engine" --results "$results" --set "$2" >"$log" 2>&1 </dev/null
	code=$?
	findings=$(grep -rlE 'runtime error|Sanitizer' "$log" "$results/$1" --include='*.log' 2>/dev/null)
	if [ "$code" = 0 ] && [ -z "$findings" ]; then
		passed=$((passed + 1))
		return
	fi
	failed=$((failed + 1))
	echo "$1 on $engine under sanitizers: exit code $code; findings in: ${findings:-no log}"
	for found in $findings; do
		grep -E -A3 'runtime error|Sanitizer' "$found" | head -12
	done
	[ -n "$findings" ] || tail -12 "$log"
}

run virtual handover moves=3
run virtual handover 'moves=2 link_event=no rs=dropped'
run virtual home rounds=1
run virtual kill-mn moves=2
run virtual kill-ha moves=2
run virtual clean-exit probe=5ms
run ns3 handover moves=6
run ns3 handover 'moves=6 access=wifi slack=5ms'
run ns3 home rounds=2
run ns3 ha-restart-in-move moves=2
run ns3 streams probe=20ms

line="sanitized-runs: $passed passed, $failed failed"
echo "$line" >>"$summary"
echo "$line"
exit 0
