#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh BUILD SUMMARY [PATCH...]: plants each bug of tests/bugs (or those given) into
# a copy of the file that it is in, and has the explorer look for it: at most 2,000
# seeds, two bugs at a time (TEST_JOBS). Prints the seed at which each was found. One
# that is not found, or does not fit the code any more, fails. SUMMARY (may be
# /dev/null) gets a closing line.
set -u

seeds=2000

# try PATCH: one line about it; 0 when the explorer found it. Everything but the
# file with the bug is taken as it was built.
try() {
	local name folder file began line objects
	objects=$(find "$build/tests/simnet" -name '*.o' ! -name 'test_*')
	name=$(basename "$1" .patch)
	folder=$work/$name
	file=$(sed -n 's|^+++ b/||p' "$1")
	rm -rf "$folder"
	mkdir -p "$folder/$(dirname "$file")"
	cp "$file" "$folder/$file"
	if ! patch -s -p1 -d "$folder" <"$1" >"$folder/log" 2>&1; then
		echo "$name: does not fit $file any more"
		return 1
	fi
	if ! gcc -std=gnu17 -O2 -w -D_GNU_SOURCE -Istack/include -Istack -I"$(dirname "$file")" -c \
		-o "$folder/bug.o" "$folder/$file" ||
		! gcc -o "$folder/explore" "$folder/bug.o" "$build/tests/explore.o" $objects "$build/libmip6.a"; then
		echo "$name: does not compile"
		return 1
	fi
	began=$(date +%s%N)
	WATCH_CPU=300 "${WATCH:-$build/tests/watch}" "$folder/explore" --count $seeds --no-shrink >"$folder/log" 2>&1
	line=$(sed -n 's/^seed \([0-9]*\) fails: \(.*\)/seed \1: \2/p' "$folder/log" | head -1)
	printf '%-24s %s (%d ms)\n' "$name" "${line:-NOT FOUND in $seeds seeds}" $((($(date +%s%N) - began) / 1000000))
	[ -n "$line" ]
}

if [ "$1" = --one ]; then
	build=$2
	work=$build/bugs
	if try "$3"; then
		echo "$3" >>"$work/found"
	fi
	exit 0
fi
build=$1
summary=$2
shift 2
here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here"/*.patch
work=$build/bugs
rm -rf "$work"
mkdir -p "$work"
: >"$work/found"
printf '%s\0' "$@" | xargs -0 -n 1 -P "${TEST_JOBS:-2}" "$0" --one "$build"
passed=$(wc -l <"$work/found")
failed=$(($# - passed))
rm -rf "$work"
line="bugs: $passed passed, $failed failed"
echo "$line" | tee -a "$summary"
[ $failed = 0 ]
