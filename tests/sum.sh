#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sum.sh SUMMARY...: adds up the lines "NAME: N passed, N failed[, N skipped]" of the files
# and ends with the overall line; in the environment SUM_NAME is put before it. What a
# program skipped counts as it did the last time that it ran: with the kernel, say, that
# was not there the first time. Exit 1 when anything failed or nothing ran.
cat "$@" 2>/dev/null | awk -v name="${SUM_NAME:+$SUM_NAME: }" '{ passed += $2; failed += $4; last[$1] = $6 }
END {
	for (program in last)
		skipped += last[program]
	printf "%s%d passed, %d failed", name, passed, failed
	if (skipped)
		printf ", %d skipped", skipped
	print ""
	exit (failed > 0 || passed == 0)
}'
