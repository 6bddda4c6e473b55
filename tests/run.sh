#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh SUMMARY PROGRAM...: runs test programs, two at a time (TEST_JOBS), each
# under a time limit. A program's closing line "NAME: N passed, N failed" goes to
# the file SUMMARY; one that ends without such a line, or fails while it counts no
# failure, counts as one failure. The output of a program that failed is shown.
set -u

# One program: what it has to say is put out at once, since another runs beside it.
one() { # SUMMARY PROGRAM
	name=$(basename "$2")
	log="$2.log"
	start=$(date +%s)
	timeout -k 5 "${TEST_SECONDS:-600}" "$2" >"$log" 2>&1 </dev/null
	code=$?
	line=$(grep -E '^[A-Za-z0-9_.-]+: [0-9]+ passed, [0-9]+ failed$' "$log" | tail -1)
	if [ -z "$line" ] || { [ "$code" != 0 ] && [ "${line##*, }" = "0 failed" ]; }; then
		line="$name: 0 passed, 1 failed"
	fi
	echo "$line" >>"$1"
	told="$line ($(($(date +%s) - start)) s)"
	case $line in
	*", 0 failed") ;;
	*) told=$(echo "$told" && tail -60 "$log" | sed 's/^/    /') ;;
	esac
	printf '%s\n' "$told"
}

if [ "$1" = --one ]; then
	one "$2" "$3"
	exit 0
fi
summary=$1
shift
[ $# = 0 ] || printf '%s\0' "$@" | xargs -0 -n 1 -P "${TEST_JOBS:-2}" "$0" --one "$summary"
exit 0
