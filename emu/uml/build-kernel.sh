#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the lab's kernel with virtual time: User Mode Linux from Debian's
# package linux-source-6.1, with kernel.config and patches/ beside this file.
#
#   build-kernel.sh [OUTDIR]        (default .kernel)
#
# leaves OUTDIR/linux-virtual, with what it was built from in
# OUTDIR/linux-virtual.id; a second call with the same id returns at once.
# The source is unpacked into OUTDIR for the time of the build (1.5 GB).
# Exit: 0 built or up to date, 1 the build failed, 3 a package is missing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-.kernel}
package=linux-source-6.1
source=${MIP6LAB_KERNEL_SOURCE:-/usr/src/$package.tar.xz}
recipe=1		# raise it when the steps below change the result
work=
child=

fail() {
	local code=$1
	shift
	printf 'build-kernel: %s\n' "$*" >&2
	exit "$code"
}

cleanup() {
	trap - EXIT INT TERM HUP
	if [ -n "$child" ]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	[ -z "$work" ] || rm -rf "$work"
}

need_tools() {
	local missing='' pair
	for pair in gcc:gcc make:make flex:flex bison:bison bc:bc xz:xz-utils \
	    patch:patch flock:util-linux; do
		command -v "${pair%%:*}" >/dev/null || missing+=" ${pair##*:}"
	done
	[ -f "$source" ] || missing+=" $package"
	[ -z "$missing" ] || fail 3 "missing packages; as root: apt-get install$missing"
	[ "$(uname -m)" = x86_64 ] || fail 3 "the kernel with virtual time needs an x86_64 machine, this is $(uname -m)"
}

source_version() {
	dpkg-query -W -f '${Version}' "$package" 2>/dev/null ||
		stat -c 'size %s' "$source"
}

wanted_id() {
	{
		printf '%s %s\n' "$recipe" "$(source_version)"
		cat "$here/kernel.config" "$here"/patches/*.patch
	} | sha256sum | cut -d' ' -f1
}

up_to_date() {
	[ -x "$out/linux-virtual" ] && [ -f "$out/linux-virtual.id" ] &&
		[ "$(head -n 1 "$out/linux-virtual.id")" = "$id" ]
}

# say TEXT: the one progress line.
say() {
	local text
	text=$(printf 'kernel: %s, %d:%02d so far (4 to 9 minutes on two cores)' \
		"$1" $((SECONDS / 60)) $((SECONDS % 60)))
	if [ -t 2 ]; then
		printf '\r%s\033[K' "$text" >&2
	else
		printf '%s\n' "$text" >&2
	fi
}

# step NAME COMMAND...: runs it in a process group of its own, so that no
# compiler outlives an interrupt, and shows progress until it ends.
step() {
	local name=$1 ticks=0 pause=15 text
	shift
	[ ! -t 2 ] || pause=1
	setsid "$@" >>"$out/build.log" 2>&1 9>&- &
	child=$!
	say "$name"
	while kill -0 "$child" 2>/dev/null; do
		sleep 0.5
		ticks=$((ticks + 1))
		[ $((ticks % (pause * 2))) -eq 0 ] || continue
		text=$name
		[ ! -d "$work/build" ] || text+=", $(find "$work/build" -name '*.o' | wc -l) files compiled"
		say "$text"
	done
	if ! wait "$child"; then
		child=
		[ ! -t 2 ] || echo >&2
		tail -n 20 "$out/build.log" >&2
		fail 1 "$name failed; the whole log is $out/build.log"
	fi
	child=
}

# Documentation and drivers of hardware that UML cannot have are two thirds of
# the source. Their Kconfig files and makefiles stay, since others name them.
unpack() {
	mkdir "$work/source"
	tar -xJf "$source" -C "$work/source" --strip-components=1 \
		--exclude='*/drivers/gpu/*.[ch]' \
		--exclude='*/drivers/media/*.[ch]' \
		--exclude='*/drivers/net/ethernet/*.[ch]' \
		--exclude='*/drivers/net/wireless/*.[ch]' \
		--exclude='*/drivers/scsi/*.[ch]' \
		--exclude='*/drivers/staging/*.[ch]' \
		--exclude='*/sound/*.[ch]' \
		--exclude='*/Documentation/*.rst' \
		--exclude='*/Documentation/*.yaml' \
		--exclude='*/tools/testing/*' \
		--exclude='*/tools/perf/*' \
		--exclude='*/arch/*/boot/dts/*'
	local change
	for change in "$here"/patches/*.patch; do
		patch -d "$work/source" -p1 --forward --fuzz=0 <"$change"
	done
}

configure() {
	mkdir "$work/build"
	make -C "$work/source" ARCH=um O="$work/build" tinyconfig
	"$work/source/scripts/kconfig/merge_config.sh" -m -O "$work/build" \
		"$work/build/.config" "$here/kernel.config"
	make -C "$work/source" ARCH=um O="$work/build" olddefconfig
	# Before the parallel make, whose first pass else misreads the machine.
	make -C "$work/source" ARCH=um O="$work/build" syncconfig
	local option
	while read -r option; do
		grep -qx "$option" "$work/build/.config" || {
			echo "kernel.config asks for $option, which this source refuses"
			return 1
		}
	done < <(grep '^CONFIG' "$here/kernel.config")
}

# Names and dates of the builder would make two builds differ.
compile() {
	make -C "$work/build" ARCH=um -j"$(nproc)" \
		KBUILD_BUILD_TIMESTAMP='2026-01-01' KBUILD_BUILD_VERSION=1 \
		KBUILD_BUILD_USER=mip6lab KBUILD_BUILD_HOST=mip6lab linux
	strip -o "$work/linux-virtual" "$work/build/linux"
}

run_part() {
	set -euo pipefail
	"$1"
}

build() {
	local free
	free=$(df --output=avail -k "$out" | tail -n 1)
	[ "$free" -gt 2000000 ] || fail 1 "$out needs 2 GB of room for the build, it has $((free / 1024)) MB"
	work=$(mktemp -d "$out/build.XXXXXX")
	work=$(cd "$work" && pwd)
	: >"$out/build.log"
	export -f run_part unpack configure compile
	export work here source
	step unpacking bash -c 'run_part unpack'
	step configuring bash -c 'run_part configure'
	step compiling bash -c 'run_part compile'
	printf '%s\n%s %s\n' "$id" "$package" "$(source_version)" >"$work/linux-virtual.id"
	# The id last: a kernel without its id is built again, never trusted.
	rm -f "$out/linux-virtual.id"
	mv -f "$work/linux-virtual" "$out/linux-virtual"
	mv -f "$work/linux-virtual.id" "$out/linux-virtual.id"
	say "ready in $out/linux-virtual"
	[ ! -t 2 ] || echo >&2
}

need_tools
mkdir -p "$out"
out=$(cd "$out" && pwd)
id=$(wanted_id)
if up_to_date; then
	exit 0
fi
exec 9>"$out/.lock"
if ! flock -n 9; then
	echo 'kernel: another build of it is running; waiting for that' >&2
	flock 9
fi
if up_to_date; then
	exit 0
fi
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
rm -rf "$out"/build.??????	# of builds that were killed; the lock is ours
build
