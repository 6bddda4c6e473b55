#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh PACKAGE...: sees that Debian packages are installed. As root what is
# missing is installed by apt-get, which waits for another that runs, ten minutes at
# most; otherwise the line to type is printed and the exit code is 3.
set -u

missing=
for package in "$@"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)
	[ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

line="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
	echo "This needs Debian packages that are not installed. As root, run:" >&2
	echo "    $line" >&2
	exit 3
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
pause=${DEPS_PAUSE:-5}
tries=$((600 / pause))
# Nothing is asked, neither by apt-get nor by a package's own scripts.
export DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_SUSPEND=1

# apt-get with arguments. There are several locks, and it knows how to wait for one only.
patient() {
	while ! LC_ALL=C apt-get -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" >"$log" 2>&1 </dev/null; do
		grep -qE 'Could not get lock|Unable to (acquire|lock)|locked by another process' "$log" || return 1
		[ "$tries" -gt 0 ] || return 1
		[ -n "${told:-}" ] || echo "waiting for another apt-get or dpkg, which holds a lock (10 minutes at most)"
		told=yes
		tries=$((tries - 1))
		sleep "$pause"
	done
}

failed() {
	tail -5 "$log" >&2
	echo "Installing failed. The line was:" >&2
	echo "    $line" >&2
	exit 3
}

echo "installing:$missing"
patient -q update || failed
# What it would do, which fails since nothing is confirmed.
LC_ALL=C apt-get install --assume-no --no-install-recommends $missing 2>/dev/null </dev/null |
	sed -n 's/^Need to get \(.*\) of archives.*/    \1 to download; this takes a minute or two/p'
patient install -y --no-install-recommends $missing || failed
