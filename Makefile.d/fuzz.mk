# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzz targets: each tests/fuzz/fuzz_NAME.c is one, with its corpus kept in
# tests/fuzz/corpus/NAME/. It links what it uses of the stack; a fuzz_lab_NAME.c
# links the lab as well. Everything in them is compiled by clang with sanitizers
# into $(BUILD)/fuzz/, apart from the objects of the programs. With SUMMARY=FILE
# the results go there, too, and are left to who adds them up.

FUZZ_SECONDS ?= 10
FUZZ_RUNS ?= 200000

FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all
# gcc holds our code to its warnings; clang's own ones are not asked here.
FUZZ_CFLAGS := -std=gnu17 -O1 -g -w -fno-omit-frame-pointer -fsanitize=fuzzer-no-link $(FUZZ_SAN)
FUZZ_CPPFLAGS = $(CPPFLAGS) -Itests -Istack/conf

fuzz_obj = $(patsubst $(BUILD)/%.c,$(BUILD)/fuzz/obj/%.o,$(patsubst %.c,$(BUILD)/fuzz/obj/%.o,$(filter-out $(BUILD)/%,$(1))) $(filter $(BUILD)/%,$(1)))
FUZZ_GEN_SRC := $(patsubst %,$(BUILD)/gen/conf/%.c,$(if $(wildcard stack/conf/grammar.y),scanner grammar))
FUZZ_STACK_OBJ := $(call fuzz_obj,$(WIRE_SRC) $(CORE_SRC) $(SOFT_SRC) $(CONF_SRC) $(FUZZ_GEN_SRC) \
	$(filter-out stack/linux/mip6d.c,$(LINUX_SRC)))
FUZZ_LAB_OBJ := $(call fuzz_obj,$(filter-out emu/lab/mip6lab.c,$(LAB_SRC)))
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_LAB_TARGETS := $(filter $(BUILD)/fuzz/fuzz_lab_%,$(FUZZ_TARGETS))

$(BUILD)/fuzz/obj/%.o: %.c | deps-check
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CPPFLAGS) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/fuzz/obj/gen/%.o: $(BUILD)/gen/%.c | deps-check
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CPPFLAGS) $(FUZZ_CFLAGS) -c -o $@ $<
$(call fuzz_obj,$(CONF_SRC) $(FUZZ_GEN_SRC)): $(FUZZ_GEN_SRC)
$(call fuzz_obj,$(LINUX_SRC) $(LAB_SRC)): | $(BUILD)/gen/version.h

# Archives, so that a target carries only what it uses.
$(BUILD)/fuzz/libstack.a: $(FUZZ_STACK_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(BUILD)/fuzz/liblab.a: $(FUZZ_LAB_OBJ)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(FUZZ_LAB_TARGETS): $(BUILD)/fuzz/liblab.a
$(FUZZ_TARGETS): $(BUILD)/fuzz/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(BUILD)/fuzz/libstack.a
	$(Q)$(CLANG) -fsanitize=fuzzer $(FUZZ_SAN) -o $@ $(filter %.o,$^) $(filter %liblab.a,$^) $(filter %libstack.a,$^) -Wl,--as-needed -lmnl -lyaml -ljansson -lpcap -luring

.PHONY: fuzz fuzz-targets
fuzz-targets: $(FUZZ_TARGETS)
fuzz: $(FUZZ_TARGETS) $(BUILD)/tests/watch ## run each fuzz target for FUZZ_SECONDS (10) or FUZZ_RUNS (200000) on its corpus
	@SUMMARY=$(if $(findstring command,$(origin SUMMARY)),$(SUMMARY)) tests/fuzz/run.sh $(FUZZ_SECONDS) $(FUZZ_RUNS) $(FUZZ_TARGETS)
