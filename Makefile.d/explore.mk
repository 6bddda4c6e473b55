# SPDX-License-Identifier: GPL-2.0-or-later
# The explorer of the simulated network (tests/simnet/explore.h).
n ?= 2000
first ?= 1

$(BUILD)/tests/explore: $(BUILD)/tests/explore.o $(call obj,$(filter-out tests/simnet/test_%,$(wildcard tests/simnet/*.c))) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^)

.PHONY: explore
explore: $(BUILD)/tests/explore ## try seeds of the simulated network: n=2000 of them from first=1 on
	@$< --seed $(first) --count $(n)
