#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps.sh PACKAGE...: sees that Debian packages are installed. As root what is
# missing is installed by apt-get; otherwise the line to type is printed and the
# exit code is 3.
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
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -q update && $line; } >/tmp/mip6lab-deps.$$ 2>&1; then
	tail -5 /tmp/mip6lab-deps.$$ >&2
	rm -f /tmp/mip6lab-deps.$$
	echo "Installing failed. The line was:" >&2
	echo "    $line" >&2
	exit 3
fi
rm -f /tmp/mip6lab-deps.$$
