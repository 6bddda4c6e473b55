#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# rules.sh BUILD SUMMARY: the rules of the house that can be read off the code and
# its objects. Each prints what breaks it; its line goes to SUMMARY.
# BUILD without mip6lab-ns3, as `make check-quick` leaves it, skips what is about it.
set -u

build=$1
summary=$2
# The programs that must have the very objects of mip6d.
SHARE_OBJECTS="tests/simnet/test_mobility tests/simnet/test_explore tests/explore"
[ ! -f "$build/mip6lab-ns3" ] || SHARE_OBJECTS="$SHARE_OBJECTS mip6lab-ns3"

line() {
	echo "$1"
	echo "$1" >>"$summary"
}

result() { # NAME FINDINGS
	if [ -z "$2" ]; then
		line "$1: 1 passed, 0 failed"
	else
		printf '%s\n' "$2" | head -20
		line "$1: 0 passed, 1 failed"
	fi
}

skip() { line "$1: 0 passed, 0 failed, 1 skipped"; }

# The longest goes on beside the others.
cppcheck_found=$(mktemp)
trap 'rm -f "$cppcheck_found"' EXIT
cppcheck --quiet -j2 --std=c11 --enable=warning,performance,portability --inline-suppr \
	--suppressions-list=tests/cppcheck.txt -D_GNU_SOURCE -Istack/include -Istack -Iemu -I"$build/gen" \
	stack emu >"$cppcheck_found" 2>&1 &

# The core calls nothing of an operating system: only what moves memory, compares
# and sorts, text formatting into memory, and the allocator.
allowed='^(mem(cpy|move|set|cmp|chr)|str(len|n?cmp|n?cpy|r?chr|nlen|cspn|spn|toul|str)|v?snprintf|__v?snprintf_chk|__mem(cpy|move|set)_chk|__str(cpy|cat)_chk|malloc|calloc|realloc|free|qsort|bsearch|__stack_chk_fail|__assert_fail|abort|_GLOBAL_OFFSET_TABLE_)$'
objects=$(find "$build/stack/wire" "$build/stack/core" "$build/stack/soft" -name '*.o')
defined=$(nm --defined-only $objects | awk 'NF == 3 { print $3 }' | sort -u)
undefined=$(nm -u $objects | awk '$1 == "U" { print $2 }' | sort -u)
foreign=$(printf '%s\n' "$undefined" | grep -vE "$allowed" | while read -r symbol; do
	printf '%s\n' "$defined" | grep -qx "$symbol" || echo "undefined symbol in wire/, core/ or soft/: $symbol"
done)
result rule-no-system-calls-in-core "$foreign"

# No state outside of struct mip6_node: no writable symbol. A constant table of
# pointers (.data.rel.ro) is written by the loader only, and read-only afterwards.
writable=$(nm -f sysv $objects | awk -F'|' '$7 ~ /^(\.(data|bss|tdata|tbss)|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ {
	gsub(/ /, "", $1); print "writable global in wire/, core/ or soft/: " $1 }')
result rule-no-globals "$writable"

# wire/ and core/ include nothing of an operating system.
includes=$(grep -nE '#include <(sys/|net/|netinet|arpa|linux/|unistd|time|pthread|errno|fcntl|signal|stdio_ext)' stack/wire/*.[ch] stack/core/*.[ch] stack/soft/*.[ch])
result rule-includes "$includes"

# Bytes of the network are read through the bounded reader: no cast of a packet
# pointer to a struct in the floors that parse.
casts=$(grep -nE '\((const )?struct [a-z0-9_]+ \*\) ?\(?(data|payload|buf|packet|p->payload)' stack/wire/*.c stack/core/*.c stack/soft/*.c)
result rule-bounded-reader "$casts"

# A socket that is asked by an interface's name makes the kernel run modprobe where there
# is none of that name, and wait for it: names go to netlink.
by_name=$(grep -nE '\<(if_nametoindex|SIOC[GS]IF[A-Z]+|SO_BINDTODEVICE)\>' -r stack --include='*.[ch]')
result rule-no-names-to-ioctl "$by_name"

# Arrows point down: the stack knows nothing of the lab, the floors below nothing
# of those above, the lab of the stack only its public headers.
up=$(
	grep -nE '#include "(\.\./)*(emu|lab|netns|uml)/' -r stack
	grep -nE '#include "(\.\./)*(linux|conf|ctl|soft)/' stack/wire/*.[ch] stack/core/*.[ch]
	grep -nE '#include "(\.\./)*(linux|conf|ctl)/' stack/soft/*.[ch]
	grep -nE '#include "(\.\./)*(core|soft)/' stack/wire/*.[ch]
	grep -nE '#include "(\.\./)*(stack/|core/|linux/|conf/|wire/)' -r emu
)
result rule-arrows-point-down "$up"

# The same objects serve every program: the linkers' maps name the files that went
# into each, and each file is what it was when the program was linked.
shared() { # PROGRAM: "path hash" of the objects of the stack in it
	grep -oE "^(LOAD )?$build/stack/(wire|core|soft)/[a-z0-9_]+\.o" "$1.map" | sed 's/^LOAD //' |
		sort -u | xargs sha256sum | awk '{ print $2, $1 }'
}
base=$(mktemp)
shared "$build/mip6d" >"$base"
differ=$(for program in $SHARE_OBJECTS; do
	[ -f "$build/$program.map" ] || { echo "$program was not linked with a map"; continue; }
	[ "$(shared "$build/$program" | wc -l)" -ge 20 ] || echo "$program has hardly an object of the stack"
	shared "$build/$program" | grep -vxFf "$base" | sed "s|^|$program has another object than mip6d: |"
	shared "$build/$program" | while read -r object hash; do
		[ ! "$object" -nt "$build/$program" ] || echo "$program is older than its $object"
	done
done)
rm -f "$base"
result rule-same-objects "$differ"

# ns-3 is under the GPL, version 2, with which OpenSSL's licence does not go.
if [ -f "$build/mip6lab-ns3" ]; then
	openssl=$(ldd "$build/mip6lab-ns3" 2>&1 | grep -E 'lib(ssl|crypto)\.|not found')
	result rule-ns3-without-openssl "$openssl"
else
	skip rule-ns3-without-openssl
fi

sources=$(git ls-files '*.c' '*.h' '*.cc')
long_files=$(wc -l $sources | awk '$2 != "total" && $1 > 800 { print $2 ": " $1 " lines" }')
result rule-file-length "$long_files"

long_functions=$(ctags -f - --fields=ne --kinds-C=f --kinds-C++=f $(git ls-files '*.c' '*.cc') | sed -n 's/^\([^\t]*\)\t\([^\t]*\)\t.*line:\([0-9]*\).*end:\([0-9]*\).*/\1 \2 \3 \4/p' |
	awk '$4 - $3 > 60 { print $2 ":" $3 ": " $1 " has " $4 - $3 " lines" }')
result rule-function-length "$long_functions"

unformatted=$(clang-format --dry-run $sources 2>&1 | grep 'warning:' | cut -d: -f1 | sort -u | sed 's/$/: run clang-format -i/')
result rule-format "$unformatted"

licence=$(for f in $sources; do head -1 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || echo "$f: no licence line"; done)
result rule-licence "$licence"

# No test depends on wall time: it does not sleep.
sleeps=$(grep -nE '\b(sleep|usleep|nanosleep|clock_nanosleep)\(' tests/unit/*.[ch] tests/simnet/*.[ch] 2>/dev/null)
result rule-no-sleep-in-tests "$sleeps"

wait
result rule-cppcheck "$(cat "$cppcheck_found")"
