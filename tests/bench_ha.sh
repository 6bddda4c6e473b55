#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bench_ha.sh BUILD: the home agent end to end in User Mode Linux (bench_ha.c), on both
# planes, with 1,000, 10,000 and 100,000 bindings (or BINDINGS="..."). One processor does
# all: mip6d, its kernel, and who sends and counts. Exit 1 when a figure is beyond its limit.
set -u

build=$1
results=$(mktemp -d /tmp/mip6lab-bench-XXXXXX)
trap 'rm -rf "$results"' EXIT
. tests/bench_help.sh

kernel=
[ ! -x "${MIP6LAB_KERNEL_DIR:-.kernel}/linux-virtual" ] || kernel=built

figure() { # NAME: of the run at hand
	awk -v name="$1" '$1 == name { print $2 }' "$results/log"
}

show() { # NAME WHAT UNIT RELATION LIMIT
	row "$label: $2" "$(figure "$1")" "$3" "$4" "$5"
}

heading
for plane in kernel user; do
	for count in ${BINDINGS:-1000 10000 100000}; do
		timeout "${BENCH_HA_TIMEOUT:-900}" "$build/tests/lab/bench_ha" $plane "$count" $kernel >"$results/log" 2>&1 </dev/null
		label="$plane plane, $count bindings"
		# The kernel keeps proxy entries in 16 lists: each new one is sought in
		# a sixteenth of all.
		new=4000 refreshed=20000 memory=0.45
		[ $plane = user ] || { new=- refreshed=15000; }
		[ $plane = kernel ] || memory=0.65
		[ "$count" -gt 9999 ] || memory=- # fixed parts outweigh
		show new_per_s new '/s' "$([ $new = - ] && echo - || echo '>=')" $new
		show new_median_ms 'the same, latency beyond DAD, median' ms - -
		show refreshed_per_s refreshed '/s' - $refreshed
		show refreshed_cpu_us 'the same, processor time of mip6d' us - -
		show lonely_median_ms 'a refresh alone, median' ms - -
		show lonely_p99_ms 'a refresh alone, 99 %' ms - -
		show busy_median_ms 'beside a busy control client, median' ms '<=' 1
		show busy_p99_ms 'beside a busy control client, 99 %' ms - -
		show rewrite_max_ms 'while the journal is written anew, longest of 256' ms - -
		show rss_later_kb 'memory of mip6d, a binding' kB "$([ $memory = - ] && echo - || echo '<=')" $memory
		show kernel_kb 'memory of the kernel, a binding' kB "$([ $memory = - ] && echo - || echo '<=')" "$([ $memory = - ] && echo - || echo 2)"
		show list_s 'mip6ctl bindings' s - -
		show list_cpu_s 'the same, processor time of mip6d' s - -
		show restart_s 'kill -9 and start, until it is ready' s - -
		show stop_s 'SIGTERM, until all is withdrawn' s "$([ "$count" = 10000 ] && echo '<=' || echo -)" "$([ "$count" = 10000 ] && echo 5 || echo -)"
	done
done
exit $beyond
