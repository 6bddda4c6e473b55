#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sanitized.sh SUMMARY MIP6LAB INSIDE: whole runs, two at a time (TEST_JOBS), with
# everything of ours under sanitizers. MIP6LAB is built with ASan and UBSan; ASan's
# shadow memory does not fit into UML, so what runs inside (INSIDE, and mip6d beside
# it) has UBSan only; mip6lab-ns3, beside MIP6LAB, has both.
# A run passes when it ends well and none of its logs holds a finding.
set -u

runs='virtual handover moves=3
virtual handover moves=2 link_event=no rs=dropped
virtual home rounds=1
virtual kill-mn moves=2
virtual kill-ha moves=2
virtual clean-exit probe=5ms
ns3 handover moves=6
ns3 handover moves=6 access=wifi slack=5ms
ns3 home rounds=2
ns3 ha-restart-in-move moves=2
ns3 streams probe=20ms'

one() { # MIP6LAB RESULTS RUN
	program=$1
	what=$3
	results=$2/$(echo "$what" | tr -c 'a-z0-9\n' _)
	engine=${what%% *}
	what=${what#* }
	scenario=${what%% *}
	mkdir -p "$results"
	log=$results/log
	WATCH_CPU=600 "${WATCH:-build/tests/watch}" "$program" run "$scenario" --engine "$engine" --results "$results" \
		--set "${what#* }" >"$log" 2>&1 </dev/null
	code=$?
	findings=$(grep -rlE 'runtime error|Sanitizer' "$log" "$results/$scenario" --include='*.log' --include=log 2>/dev/null)
	[ "$code" != 0 ] || [ -n "$findings" ] || return 0
	echo "$3 under sanitizers: exit code $code; findings in: ${findings:-no log}"
	for found in $findings; do
		grep -E -A3 'runtime error|Sanitizer' "$found" | head -12
	done
	[ -n "$findings" ] || tail -12 "$log"
	return 1
}

if [ "$1" = --one ]; then
	shift
	told=$(one "$@")
	code=$?
	[ -z "$told" ] || printf '%s\n' "$told"
	[ $code != 0 ] || echo "$3" >>"$2/passed"
	exit 0
fi
summary=$1
program=$2
inside=$3
folder=$(dirname "$program")
results=$folder/sanitized
ln -sf "$(realpath "$inside")" "$folder/mip6lab-inside"
rm -rf "$results"
mkdir -p "$results"
: >"$results/passed"
echo "$runs" | tr '\n' '\0' | xargs -0 -n 1 -P "${TEST_JOBS:-2}" "$0" --one "$program" "$results"
passed=$(wc -l <"$results/passed")
line="sanitized-runs: $passed passed, $(($(echo "$runs" | wc -l) - passed)) failed"
echo "$line" >>"$summary"
echo "$line"
exit 0
