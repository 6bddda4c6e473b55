#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench.sh BUILD: measures and prints a table of what, measured, limit. Exit 1 when
# a figure is beyond its limit or could not be taken.
set -u

build=$1
results=$(mktemp -d /tmp/mip6lab-bench-XXXXXX)
trap 'rm -rf "$results"' EXIT
. tests/bench_help.sh

# One run; its figures go to wall, simulated and first (empty when it failed).
# Virtual time says nothing of ours, so there the first packet is known by wall
# time to have passed when the run's first report is seen, at 1 s simulated.
measure() { # ENGINE PARAMETERS [KERNEL]
	local began ended report folder stamp
	rm -rf "$results/handover"
	began=$(now)
	"$build/mip6lab" run handover --keep-captures --engine "$1" ${3:+--kernel "$3"} --results "$results" --set "$2" >"$results/log" 2>&1 </dev/null &
	report=
	while kill -0 $! 2>/dev/null; do
		if [ -z "$report" ] && grep -qs '^[1-9]' "$results"/handover/*/raw/progress; then
			report=$(now)
		fi
		sleep 0.01
	done
	wait $!
	ended=$(now)
	folder=$results/handover/latest
	wall= simulated= first=
	grep -q '"finished": true' "$folder/run.json" 2>/dev/null || return
	simulated=$(printf %.1f "$(field "$folder/run.json" simulated_s)")
	wall=$(difference "$ended" "$began")
	first=$(difference "${report:-$ended}" "$began")
	[ "$1" = uml ] || return
	# The first packet's seconds and nanoseconds stand behind the file's header of 24 octets.
	stamp=$(od -An -tu4 -j24 -N8 "$folder/raw/mn-eth0.pcap" 2>/dev/null | awk 'NF == 2 { printf "%d.%09d", $1, $2 }')
	first=$([ -n "$stamp" ] && difference "$stamp" "$began")
}

# Both kernels where both are there.
kernels=debian
[ ! -x "${MIP6LAB_KERNEL_DIR:-.kernel}/linux-virtual" ] || kernels='debian built'

heading
for kernel in $kernels; do
	measure virtual probe=5ms $kernel
	row "virtual, $kernel: handover, a probe each 5 ms" "$wall" s '<=' 3
	row "virtual, $kernel: the same, simulated time" "$simulated" s '<=' 45
	row "virtual, $kernel: simulated to wall time" "${wall:+$(ratio "$simulated" "$wall")}" '' - -
	row "virtual, $kernel: command to first packet" "$first" s '<=' 1.4
	measure virtual 'moves=30 probe=1ms' $kernel
	row "virtual, $kernel: 30 moves, a probe each 1 ms" "$wall" s '<=' 10
	row "virtual, $kernel: simulated to wall time" "${wall:+$(ratio "$simulated" "$wall")}" '' - -
done
measure uml probe=5ms
row 'uml: handover, wall time beyond simulated time' "${wall:+$(difference "$wall" "$simulated")}" s '<=' 10
row 'uml: command to first packet (boot 3.5 + 1)' "$first" s '<=' 4.5

TEST_REAL=1 TEST_ONLY="Debian's kernel" timeout 600 "$build/tests/lab/test_kplane" >"$results/kplane" 2>&1 </dev/null
line=$(grep -E 'bindings: .* a second' "$results/kplane" | tail -1)
row 'kernel plane: new bindings (Debian UML)' "$(echo "$line" | sed -n 's/.*each, \([0-9.]*\) a second.*/\1/p')" '/s' '>=' 2000
row 'kernel plane: kernel memory of a binding' "$(echo "$line" | sed -n 's/.*bindings: \([0-9.]*\) kB.*/\1/p')" kB '<=' 5
exit $beyond
