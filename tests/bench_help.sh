# SPDX-License-Identifier: GPL-2.0-or-later
# What the bench scripts share: a row of the table, and `beyond`, which is 1 once a
# figure was beyond its limit or could not be taken.
# shellcheck shell=bash

beyond=0
# Numbers with a point, whatever the user's language writes.
export LC_ALL=C

row() { # WHAT MEASURED UNIT RELATION LIMIT
	verdict=
	if [ -z "$2" ]; then
		verdict='NOT MEASURED'
	elif [ "$4" != - ] && ! awk -v a="$2" -v b="$5" -v op="$4" 'BEGIN { exit !(op == "<=" ? a <= b : a >= b) }'; then
		verdict='BEYOND'
	fi
	[ -z "$verdict" ] || beyond=1
	printf '%-50s %10s %-12s %s %s\n' "$1" "${2:--}" "$3" "${4#-} ${5#-}" "$verdict"
}

heading() { printf '%-50s %10s %-12s %s\n' what measured unit limit; }

now() { date +%s.%N; }

field() { # FILE NAME: a number of run.json
	sed -n "s/^ *\"$2\": \([0-9.]*\),*\$/\1/p" "$1"
}

difference() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a - b }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b }'; }
