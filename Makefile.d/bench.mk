# SPDX-License-Identifier: GPL-2.0-or-later
# make bench: how fast the lab and the kernel plane are, each figure beside its
# limit. Figures of a busy machine say nothing, so this is not part of make check.

.PHONY: bench
bench: deps-check all ns3 $(BUILD)/tests/lab/test_kplane $(BUILD)/tests/lab/bench_ha $(BUILD)/tests/bench_simnet ## measure wall times, first packets, the planes, the home agent, ns-3, simulated network and core against their limits
	@beyond=0; for part in bench bench_ha bench_ns3 bench_simnet bench_uplane; do tests/$$part.sh $(BUILD) || beyond=1; done; exit $$beyond

BENCH_HA_OBJ := $(call obj,tests/bench_ha.c $(filter-out tests/lab/test_%,$(wildcard tests/lab/*.c)))
$(BUILD)/tests/lab/bench_ha: $(BENCH_HA_OBJ) $(LAB_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit -lmnl -lyaml -ljansson -lpcap -luring
