#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh SUMMARY PROGRAM[:SHARDS]...: runs test programs, two at a time (TEST_JOBS), each
# watched (tests/watch.c) so that it ends. A long one is run as so many processes, each
# with a part of its tests (TEST_SHARD). A program's closing line "NAME: N passed, N
# failed[, N skipped]" goes to the file SUMMARY; one that ends without such a line, or
# fails while it counts no failure, counts as one failure. The output of a program that
# failed is shown, and the names of tests that were skipped.
set -u

# One program: what it has to say is put out at once, since another runs beside it.
one() { # SUMMARY PROGRAM:SHARD/SHARDS
	program=${2%:*}
	shard=${2##*:}
	name=$(basename "$program")
	log=$program.log
	if [ "$shard" != 1/1 ]; then
		name=$name.${shard%/*}
		log=$program.${shard%/*}.log
	fi
	start=$(date +%s)
	TEST_SHARD=$shard "${WATCH:-build/tests/watch}" "$program" >"$log" 2>&1 </dev/null
	code=$?
	line=$(grep -E '^[A-Za-z0-9_.-]+: [0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -1)
	case $line in
	'') line="$name: 0 passed, 1 failed" ;;
	*", 0 failed"*) [ "$code" = 0 ] || line="$name: 0 passed, 1 failed" ;;
	esac
	echo "$line" >>"$1"
	told="$line ($(($(date +%s) - start)) s)"
	case $line in
	*", 0 failed") ;;
	*", 0 failed,"*) told=$(echo "$told" && grep '^skipped: ' "$log" | sed 's/^/    /') ;;
	*) told=$(echo "$told" && tail -60 "$log" | sed 's/^/    /') ;;
	esac
	printf '%s\n' "$told"
}

# PROGRAM:1/N to PROGRAM:N/N for each argument.
shards() {
	for program in "$@"; do
		case $program in
		*:*) count=${program##*:} ;;
		*) count=1 ;;
		esac
		for i in $(seq "$count"); do
			printf '%s:%s/%s\0' "${program%:*}" "$i" "$count"
		done
	done
}

if [ "$1" = --one ]; then
	one "$2" "$3"
	exit 0
fi
summary=$1
shift
[ $# = 0 ] || shards "$@" | xargs -0 -n 1 -P "${TEST_JOBS:-2}" "$0" --one "$summary"
exit 0
