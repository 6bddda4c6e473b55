#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sum.sh SUMMARY: adds up the lines "NAME: N passed, N failed" of a file and ends
# with the overall line. Exit 1 when anything failed or nothing ran.
awk '{ passed += $2; failed += $4 }
END { printf "%d passed, %d failed\n", passed, failed; exit (failed > 0 || passed == 0) }' "$1"
