# SPDX-License-Identifier: GPL-2.0-or-later
# mip6lab: the one front door. `make help` lists the targets.

BUILD ?= build
KERNEL_DIR ?= .kernel
PREFIX ?= /usr/local
DESTDIR ?=
SANITIZE ?=
CC := gcc
V ?=
Q := $(if $(V),,@)
CLANG := clang

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wshadow -Wconversion -Werror
CPPFLAGS += -D_GNU_SOURCE -Istack/include -Istack -Iemu -I$(BUILD)/gen
ALL_CFLAGS = -std=gnu17 $(CFLAGS) $(WARN) -ffile-prefix-map=$(CURDIR)=. $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)
# The map says which objects a program was linked from (tests/rules.sh).
ALL_LDFLAGS = $(LDFLAGS) -Wl,-Map=$@.map $(if $(SANITIZE),-fsanitize=$(SANITIZE))

# ---- packages: what each kind of target needs -----------------------------------
PKG_BUILD := gcc libc6-dev git libmnl-dev flex bison libyaml-dev libjansson-dev libpcap-dev
PKG_LAB := user-mode-linux kmod iproute2 tcpdump radvd iperf3
PKG_KERNEL := linux-source-6.1 bc xz-utils patch perl
PKG_CHECK := libcunit1-dev clang libclang-rt-14-dev clang-format cppcheck universal-ctags binutils

# A stamp for each list, renewed when the list changes or a package goes.
.PHONY: deps-build deps-lab deps-kernel deps-check
deps-build:
	@tools/deps.sh $(PKG_BUILD)
deps-lab: deps-build
	@tools/deps.sh $(PKG_LAB)
deps-kernel:
	@tools/deps.sh $(PKG_BUILD) $(PKG_KERNEL)
deps-check: deps-lab deps-kernel
	@tools/deps.sh $(PKG_CHECK)

# ---- sources: found, not listed ---------------------------------------------
WIRE_SRC := $(wildcard stack/wire/*.c)
CORE_SRC := $(wildcard stack/core/*.c)
SOFT_SRC := $(wildcard stack/soft/*.c)
CONF_SRC := $(wildcard stack/conf/*.c)
LINUX_SRC := $(wildcard stack/linux/*.c)
CTL_SRC := $(wildcard stack/ctl/*.c)
LAB_SRC := $(wildcard emu/lab/*.c emu/netns/*.c emu/uml/*.c)

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB_OBJ := $(call obj,$(WIRE_SRC) $(CORE_SRC) $(SOFT_SRC))
CONF_OBJ := $(call obj,$(CONF_SRC)) $(BUILD)/gen/conf/scanner.o $(BUILD)/gen/conf/grammar.o
LINUX_OBJ := $(call obj,$(filter-out stack/linux/mip6d.c,$(LINUX_SRC)))
LAB_OBJ := $(call obj,$(filter-out emu/lab/mip6lab.c,$(LAB_SRC)))
PROGRAMS := $(BUILD)/mip6d $(BUILD)/mip6ctl $(BUILD)/mip6lab

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

-include $(wildcard Makefile.d/*.mk)

.PHONY: all
all: $(PROGRAMS) ## build the programs into build/

$(BUILD)/%.o: %.c | deps-build
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The version: what git says, else the release number.
VERSION := 0.1
COMMIT := $(shell git describe --always --dirty 2>/dev/null || echo unknown)
$(BUILD)/gen/version.h: FORCE
	@mkdir -p $(@D)
	@printf '#define MIP6_VERSION "%s"\n#define MIP6_COMMIT "%s"\n' '$(VERSION)' '$(COMMIT)' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:
$(call obj,$(LAB_SRC) $(LINUX_SRC) $(CTL_SRC)): | $(BUILD)/gen/version.h

# The scanner and the parser are generated; their code is not held to our warnings.
$(BUILD)/gen/conf/grammar.c $(BUILD)/gen/conf/grammar.h &: stack/conf/grammar.y | deps-build
	@mkdir -p $(BUILD)/gen/conf
	$(Q)bison -Wall -Werror --no-lines --defines=$(BUILD)/gen/conf/grammar.h -o $(BUILD)/gen/conf/grammar.c $<
$(BUILD)/gen/conf/scanner.c $(BUILD)/gen/conf/scanner.h &: stack/conf/scanner.l $(BUILD)/gen/conf/grammar.h
	@mkdir -p $(BUILD)/gen/conf
	$(Q)flex -L --header-file=$(BUILD)/gen/conf/scanner.h -o $(BUILD)/gen/conf/scanner.c $<
$(BUILD)/gen/conf/%.o: $(BUILD)/gen/conf/%.c $(BUILD)/gen/conf/grammar.h $(BUILD)/gen/conf/scanner.h
	$(Q)$(CC) $(CPPFLAGS) -Istack/conf -std=gnu17 $(CFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -c -o $@ $<
$(call obj,$(CONF_SRC)): $(BUILD)/gen/conf/grammar.h $(BUILD)/gen/conf/scanner.h

# Thin: it names the objects' files, and so do the maps of what is linked with it.
$(BUILD)/libmip6.a: $(LIB_OBJ)
	@rm -f $@
	$(Q)ar rcsT $@ $^
$(BUILD)/mip6d: $(call obj,stack/linux/mip6d.c) $(LINUX_OBJ) $(CONF_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lmnl -ljansson
$(BUILD)/mip6ctl: $(call obj,$(CTL_SRC)) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -ljansson
$(BUILD)/mip6lab: $(call obj,emu/lab/mip6lab.c) $(LAB_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lmnl -lyaml -ljansson -lpcap

# Lab tests that boot a kernel; the others also run under the sanitizers.
UML_TESTS = $(patsubst %,$(BUILD)/tests/lab/test_%,uml kplane plane_kernel runs faults readme host_engine ns3 uplane_runs)

# ---- tests: each tests/*/test_NAME.c is a program ------------------------------
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
SIMNET_TESTS := $(patsubst tests/simnet/%.c,$(BUILD)/tests/simnet/%,$(wildcard tests/simnet/test_*.c))
LAB_TESTS := $(patsubst tests/lab/%.c,$(BUILD)/tests/lab/%,$(wildcard tests/lab/test_*.c))
# Those that take longest begin first: no processor waits for the last of them.
LONG_TESTS := $(patsubst %,$(BUILD)/tests/lab/test_%,uplane_runs runs ns3 kplane readme)
SIMNET_OBJ := $(call obj,$(filter-out tests/simnet/test_%,$(wildcard tests/simnet/*.c)))
LABHELP_OBJ := $(call obj,$(filter-out tests/lab/test_%,$(wildcard tests/lab/*.c)))

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LINUX_OBJ) $(CONF_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit -lmnl -ljansson
$(BUILD)/tests/simnet/%: $(BUILD)/tests/simnet/%.o $(SIMNET_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit
$(BUILD)/tests/lab/%: $(BUILD)/tests/lab/%.o $(LABHELP_OBJ) $(LAB_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit -lmnl -lyaml -ljansson -lpcap
$(BUILD)/tests/%.o: CPPFLAGS += -Itests
# What ends test programs that stand still; it is no test and needs nothing of ours.
export WATCH = $(BUILD)/tests/watch
$(BUILD)/tests/watch: $(BUILD)/tests/watch.o
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $<
$(call obj,$(wildcard tests/*/*.c tests/*/*/*.c tests/*.c)): | deps-check
.SECONDARY:

# ---- running scenarios --------------------------------------------------------------
# make scenario=handover set="moves=30 probe=1ms" seed=2 engine=uml
scenario ?=
engine ?=
seed ?= 1
set ?=
export MIP6LAB_KERNEL_DIR := $(abspath $(KERNEL_DIR))

ifneq ($(words $(CURDIR)),1)
$(error mip6lab cannot be built below a folder whose name has a space: $(CURDIR))
endif

ifneq ($(scenario),)
.DEFAULT_GOAL := run
endif

.PHONY: run
run: deps-lab all
	@$(BUILD)/mip6lab run $(scenario) --seed $(seed) $(if $(engine),--engine $(engine)) $(if $(set),--set '$(set)')

.PHONY: agree
agree: deps-lab kernel all ns3 ## run scenario=NAME with kernel plane, user plane and in ns-3, and compare
	@$(BUILD)/mip6lab agree $(scenario) --seed $(seed) $(if $(set),--set '$(set)')

.PHONY: list
list: all ## list the scenarios with their parameters
	@$(BUILD)/mip6lab list

.PHONY: help
help: ## this list
	@echo 'mip6lab: a Mobile IPv6 stack, and the lab that runs it'
	@echo
	@echo '  make scenario=NAME     run a scenario; see make list. Also:'
	@echo '                         set="NAME=VALUE ..." seed=N engine=virtual|uml|host|ns3'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-17s %s\n", $$1, $$2 }'

# ---- checks -------------------------------------------------------------------------
ASAN := $(BUILD)/asan
UBSAN := $(BUILD)/ubsan
ASAN_ENV := ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
SUMMARY := $(BUILD)/check.txt

.PHONY: tests
tests: all $(BUILD)/tests/explore $(BUILD)/tests/watch $(UNIT_TESTS) $(SIMNET_TESTS) $(LAB_TESTS)

# Unit and simnet tests run twice: as built for use, and under the sanitizers.
.PHONY: check
check: deps-check kernel ## build everything and run every test
	@$(MAKE) --no-print-directory -j2 tests
	@$(MAKE) --no-print-directory -j2 tests BUILD=$(ASAN) SANITIZE=address,undefined CFLAGS='-O1 -g'
	@$(MAKE) --no-print-directory -j2 all BUILD=$(UBSAN) SANITIZE=undefined CFLAGS='-O1 -g -fno-sanitize-recover=undefined'
	@rm -f $(SUMMARY)
	@tests/rules.sh $(BUILD) $(SUMMARY)
	@tests/run.sh $(SUMMARY) $(UNIT_TESTS) $(SIMNET_TESTS)
	@tests/bugs/run.sh $(BUILD) $(SUMMARY) || true
	@$(ASAN_ENV) tests/run.sh $(SUMMARY) $(patsubst $(BUILD)/%,$(ASAN)/%,$(UNIT_TESTS) $(SIMNET_TESTS) $(filter-out $(UML_TESTS),$(LAB_TESTS)))
	@$(MAKE) --no-print-directory -s -j2 fuzz SUMMARY=$(SUMMARY)
	@$(ASAN_ENV) tests/sanitized.sh $(SUMMARY) $(ASAN)/mip6lab $(UBSAN)/mip6lab
	@tests/run.sh $(SUMMARY) $(LONG_TESTS) $(filter-out $(LONG_TESTS),$(LAB_TESTS))
	@tests/sum.sh $(SUMMARY)

# ---- kernel ----------------------------------------------------------------------
.PHONY: kernel
kernel: deps-kernel ## build the virtual-time kernel (3 to 4 minutes on two cores, once)
	@emu/uml/build-kernel.sh $(KERNEL_DIR)

.PHONY: clean
clean: ## remove what was built (the kernel in .kernel/ stays)
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
