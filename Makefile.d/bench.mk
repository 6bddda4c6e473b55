# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: how fast the lab and the kernel plane are, each figure beside its
# limit. Figures of a busy machine say nothing, so this is not part of make check.

.PHONY: bench
bench: deps-check kernel all $(BUILD)/tests/lab/test_kplane ## measure wall times, first packets and the kernel plane against their limits
	@tests/bench.sh $(BUILD)
