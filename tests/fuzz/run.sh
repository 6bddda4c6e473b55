#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs fuzz targets, two at a time (TEST_JOBS), each a short while on a copy of its
# kept corpus, which is never written to. Stops after SECONDS or RUNS inputs,
# whichever comes first.
# usage: run.sh SECONDS RUNS TARGET...
# Prints "NAME: 1 passed, 0 failed" for each; exit 1 when one failed. With the
# environment variable SUMMARY the lines go to the end of that file as well, and
# the exit code is 0: who adds the lines up finds the failures there.
set -u
kept=$(dirname "$0")/corpus

run_target() { # SECONDS RUNS TARGET
	name=$(basename "$3")
	copy=$3.corpus
	if [ -z "$(ls -A "$kept/${name#fuzz_}" 2>/dev/null)" ]; then
		echo "$name: no corpus in $kept/${name#fuzz_}/" >&2
		return 1
	fi
	rm -rf "$copy"
	mkdir -p "$copy"
	cp "$kept/${name#fuzz_}"/* "$copy" || return 1
	WATCH_CPU=$(($1 * 2 + 60)) "${WATCH:-build/tests/watch}" "$3" -seed=1 -max_total_time="$1" -runs="$2" \
		-timeout=60 -rss_limit_mb=1024 -artifact_prefix="$3." "$copy" \
		>"$3.log" 2>&1
}

report() {
	echo "$1"
	[ -z "${SUMMARY:-}" ] || echo "$1" >>"$SUMMARY"
}

one() { # SECONDS RUNS TARGET
	rm -f "$3.log"
	if run_target "$@"; then
		report "$(basename "$3"): 1 passed, 0 failed"
		return 0
	fi
	[ ! -f "$3.log" ] || tail -n 40 "$3.log" >&2
	report "$(basename "$3"): 0 passed, 1 failed"
	return 1
}

if [ "$1" = --one ]; then
	shift
	one "$@"
	exit
fi
seconds=$1
runs=$2
shift 2
printf '%s\0' "$@" | xargs -0 -n 1 -P "${TEST_JOBS:-2}" "$0" --one "$seconds" "$runs"
status=$?
[ -n "${SUMMARY:-}" ] || [ $status = 0 ] || exit 1
