#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs fuzz targets, each a short while on a copy of its kept corpus, which is
# never written to. Stops after SECONDS or RUNS inputs, whichever comes first.
# usage: run.sh SECONDS RUNS TARGET...
# Prints "NAME: 1 passed, 0 failed" for each; exit 1 when one failed. With the
# environment variable SUMMARY the lines go to the end of that file as well, and
# the exit code is 0: who adds the lines up finds the failures there.
set -u
seconds=$1
runs=$2
shift 2
kept=$(dirname "$0")/corpus
status=0

run_target() {
	target=$1
	name=$(basename "$target")
	copy=$target.corpus
	if [ -z "$(ls -A "$kept/${name#fuzz_}" 2>/dev/null)" ]; then
		echo "$name: no corpus in $kept/${name#fuzz_}/" >&2
		return 1
	fi
	rm -rf "$copy"
	mkdir -p "$copy"
	cp "$kept/${name#fuzz_}"/* "$copy" || return 1
	timeout $((seconds * 2 + 60)) "$target" -seed=1 -max_total_time="$seconds" -runs="$runs" \
		-timeout=10 -rss_limit_mb=1024 -artifact_prefix="$target." "$copy" \
		>"$target.log" 2>&1
}

report() {
	echo "$1"
	[ -z "${SUMMARY:-}" ] || echo "$1" >>"$SUMMARY"
}

for target in "$@"; do
	rm -f "$target.log"
	if run_target "$target"; then
		report "$(basename "$target"): 1 passed, 0 failed"
	else
		[ ! -f "$target.log" ] || tail -n 40 "$target.log" >&2
		report "$(basename "$target"): 0 passed, 1 failed"
		status=1
	fi
done
[ -n "${SUMMARY:-}" ] || exit $status
