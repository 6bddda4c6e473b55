#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh SUMMARY PROGRAM...: runs test programs one after the other, each under a
# time limit. A program's closing line "NAME: N passed, N failed" goes to the
# file SUMMARY; one that ends without such a line, or fails while it counts no
# failure, counts as one failure. The output of a program that failed is shown.
set -u

summary=$1
shift
limit=${TEST_SECONDS:-600}
for program in "$@"; do
	name=$(basename "$program")
	log="$program.log"
	start=$(date +%s)
	timeout -k 5 "$limit" "$program" >"$log" 2>&1 </dev/null
	code=$?
	line=$(grep -E '^[A-Za-z0-9_.-]+: [0-9]+ passed, [0-9]+ failed$' "$log" | tail -1)
	if [ -z "$line" ] || { [ "$code" != 0 ] && [ "${line##*, }" = "0 failed" ]; }; then
		line="$name: 0 passed, 1 failed"
	fi
	echo "$line" >>"$summary"
	echo "$line ($(($(date +%s) - start)) s)"
	case $line in
	*", 0 failed") ;;
	*) tail -60 "$log" | sed 's/^/    /' ;;
	esac
done
exit 0
