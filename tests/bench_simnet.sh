#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bench_simnet.sh BUILD: the simulated network and the core alone (bench_simnet.c).
exec "$1/tests/bench_simnet"
