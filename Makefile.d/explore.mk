# SPDX-License-Identifier: GPL-2.0-or-later
# The explorer of the simulated network (tests/simnet/explore.h), the bugs that prove
# it, and the benchmark that runs on the same network.
n ?= 2000
first ?= 1

SIM_OBJ := $(call obj,$(filter-out tests/simnet/test_%,$(wildcard tests/simnet/*.c)))

$(BUILD)/tests/explore: $(BUILD)/tests/explore.o $(SIM_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)
PKG_BENCH := nettle-dev
.PHONY: deps-bench
deps-bench:
	@tools/deps.sh $(PKG_BENCH)
$(BUILD)/tests/bench_simnet.o: | deps-bench
$(BUILD)/tests/bench_simnet: $(BUILD)/tests/bench_simnet.o $(SIM_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lnettle

.PHONY: explore
explore: $(BUILD)/tests/explore ## try seeds of the simulated network: n=2000 of them from first=1 on
	@$< --seed $(first) --count $(n)

.PHONY: bugs
bugs: $(BUILD)/tests/explore $(BUILD)/tests/watch ## plant bugs and see that the explorer finds each
	@tests/bugs/run.sh $(BUILD) /dev/null
