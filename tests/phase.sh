#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# phase.sh NAME COMMAND ARGUMENT...: runs a part of the checks, and says how long it took
# and how much processor time, so that a slow part, or one that leaves a processor idle,
# is seen. The exit code is the command's.
set -u

name=$1
shift
TIMEFORMAT='%R %U %S'
exec 8>&1 9>&2
spent=$( { time "$@" >&8 2>&9; } 2>&1)
code=$?
LC_ALL=C awk -v name="$name" 'END { printf "-- %s: %.0f s, %.0f s of processor time\n", name, $1, $2 + $3 }' <<<"$spent"
exit $code
