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
PKG_BUILD := gcc libc6-dev git libmnl-dev flex bison libyaml-dev libjansson-dev libpcap-dev liburing-dev
PKG_LAB := user-mode-linux kmod iproute2 radvd iperf3
PKG_KERNEL := linux-source-6.1 bc xz-utils patch perl
PKG_CHECK := libcunit1-dev clang libclang-rt-14-dev clang-format cppcheck universal-ctags binutils patch

# A stamp for each list, renewed when the list changes or a package goes.
.PHONY: deps-build deps-lab deps-kernel deps-check
deps-build:
	@tools/deps.sh $(PKG_BUILD)
deps-lab: deps-build
	@tools/deps.sh $(PKG_LAB)
deps-kernel:
	@tools/deps.sh $(PKG_BUILD) $(PKG_KERNEL)
deps-check: deps-lab
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
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lmnl -lyaml -ljansson -lpcap -luring

# Lab tests that boot a kernel; the others also run under the sanitizers.
UML_TESTS = $(patsubst %,$(BUILD)/tests/lab/test_%,uml kernels kplane plane_kernel capturer runs restarts small_runs kept attacked faults readme host_engine ns3 uplane_runs)

# ---- tests: each tests/*/test_NAME.c is a program ------------------------------
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
SIMNET_TESTS := $(patsubst tests/simnet/%.c,$(BUILD)/tests/simnet/%,tests/simnet/test_explore.c $(filter-out %/test_explore.c,$(wildcard tests/simnet/test_*.c)))
LAB_TESTS := $(patsubst tests/lab/%.c,$(BUILD)/tests/lab/%,$(wildcard tests/lab/test_*.c))
# Those that take longest begin first, and in parts, as run.sh knows them: no processor
# waits for the last of them.
LONG_TESTS := $(patsubst %,$(BUILD)/tests/lab/test_%,runs:3 ns3:2 uplane_runs:2 kplane:2 restarts:2 uplane faults readme)
without_parts = $(foreach test,$(1),$(firstword $(subst :, ,$(test))))
longest_first = $(LONG_TESTS) $(filter-out $(call without_parts,$(LONG_TESTS)),$(1))
# What is about the kernel of `make kernel`, or compares it with others.
KERNEL_TESTS := $(patsubst %,$(BUILD)/tests/lab/test_%,kplane:2 faults uml kernels plane_kernel host_engine)
SIMNET_OBJ := $(call obj,$(filter-out tests/simnet/test_%,$(wildcard tests/simnet/*.c)))
LABHELP_OBJ := $(call obj,$(filter-out tests/lab/test_%,$(wildcard tests/lab/*.c)))

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(LINUX_OBJ) $(CONF_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit -lmnl -ljansson
$(BUILD)/tests/simnet/%: $(BUILD)/tests/simnet/%.o $(SIMNET_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit
$(BUILD)/tests/lab/%: $(BUILD)/tests/lab/%.o $(LABHELP_OBJ) $(LAB_OBJ) $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lcunit -lmnl -lyaml -ljansson -lpcap -luring
$(BUILD)/tests/%.o: CPPFLAGS += -Itests
# What ends test programs that stand still; it is no test and needs nothing of ours.
export WATCH = $(BUILD)/tests/watch
$(BUILD)/tests/watch: $(BUILD)/tests/watch.o
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $<
# What lab runs send bad and forged messages with, and packets that no binding explains.
$(BUILD)/tests/flood $(BUILD)/tests/attack $(BUILD)/tests/unbound: $(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/libmip6.a
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^
$(call obj,$(wildcard tests/*/*.c tests/*/*/*.c tests/*.c)): | deps-check
.SECONDARY:

# ---- running scenarios --------------------------------------------------------------
# make scenario=handover set="moves=30 probe=1ms" seed=2 engine=uml
scenario ?=
engine ?=
kernel ?=
seed ?= 1
set ?=
topology ?=
results ?=
keep ?=
# What the lab is told of where results go and what stays of them.
RESULT_OPTIONS = $(if $(topology),--topology '$(topology)') $(if $(results),--results '$(results)') $(if $(filter captures,$(keep)),--keep-captures)
ifneq ($(filter-out captures,$(keep)),)
$(error keep=$(keep): expected keep=captures)
endif
export MIP6LAB_KERNEL_DIR := $(abspath $(KERNEL_DIR))

ifneq ($(words $(CURDIR)),1)
$(error mip6lab cannot be built below a folder whose name has a space: $(CURDIR))
endif

ifneq ($(scenario),)
.DEFAULT_GOAL := run
endif

.PHONY: run
# Built on all processors, whatever make was told.
run: deps-lab
	@$(MAKE) --no-print-directory -j$$(nproc) all $(filter ns3,$(engine))
	@$(BUILD)/mip6lab run $(scenario) --seed $(seed) $(if $(engine),--engine $(engine)) $(if $(kernel),--kernel $(kernel)) $(if $(set),--set '$(set)') $(RESULT_OPTIONS)

.PHONY: agree
agree: deps-lab all ns3 ## run scenario=NAME with both planes, in ns-3 and on both kernels, and compare
	@$(BUILD)/mip6lab agree $(scenario) --seed $(seed) $(if $(set),--set '$(set)') $(RESULT_OPTIONS)

.PHONY: list
list: all ## list the scenarios with their parameters
	@$(BUILD)/mip6lab list

.PHONY: help
help: ## this list
	@echo 'mip6lab: a Mobile IPv6 stack, and the lab that runs it'
	@echo
	@echo '  make scenario=NAME     run a scenario; see make list. Also:'
	@echo '                         set="NAME=VALUE ..." seed=N engine=virtual|uml|host|ns3 kernel=built|debian'
	@echo '                         topology=FILE results=DIR keep=captures'
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-17s %s\n", $$1, $$2 }'

# ---- checks -------------------------------------------------------------------------
# Sanitizers tell lines, which is all that -g1 keeps: that compiles in three quarters of
# the time.
ASAN := $(BUILD)/asan
UBSAN := $(BUILD)/ubsan
ASAN_ENV := ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
ASAN_TESTS := $(patsubst $(BUILD)/%,$(ASAN)/%,$(SIMNET_TESTS) $(UNIT_TESTS) $(filter-out $(UML_TESTS),$(LAB_TESTS)))
SUMMARY := $(BUILD)/check.txt
KERNEL_SUMMARY := $(BUILD)/check-kernel.txt
QUICK_SUMMARY := $(BUILD)/check-quick.txt
# A part of the checks, with its time; and make as such a part, two jobs at a time.
PHASE := tests/phase.sh
MAKE2 = $(MAKE) --no-print-directory -j2

.PHONY: tests sanitized-tests quick-tests kernel-tests
TOOLS := $(addprefix $(BUILD)/tests/,explore watch flood attack unbound)
tests: all $(TOOLS) $(UNIT_TESTS) $(SIMNET_TESTS) $(LAB_TESTS)
sanitized-tests: all ns3 $(BUILD)/tests/watch $(UNIT_TESTS) $(SIMNET_TESTS) $(filter-out $(UML_TESTS),$(LAB_TESTS))
kernel-tests: all $(BUILD)/tests/watch $(call without_parts,$(KERNEL_TESTS))
quick-tests: all $(TOOLS) $(UNIT_TESTS) $(SIMNET_TESTS) $(BUILD)/tests/lab/test_runs

# All builds at once, so that none waits for the last file of another; only the fuzz
# targets need sources that the first one generates.
.PHONY: check-built built-plain built-asan built-ubsan built-fuzz
check-built: built-plain built-asan built-ubsan built-fuzz
built-plain:
	@$(MAKE) tests
built-asan:
	@$(MAKE) sanitized-tests BUILD=$(ASAN) SANITIZE=address,undefined CFLAGS='-O1 -g1'
built-ubsan:
	@$(MAKE) all BUILD=$(UBSAN) SANITIZE=undefined CFLAGS='-O1 -g1 -fno-sanitize-recover=undefined'
built-fuzz: built-plain
	@$(MAKE) fuzz-targets

# Unit and simnet tests run twice: as built for use, and under the sanitizers.
.PHONY: check
check: deps-check ## build everything and run every test that needs no kernel of ours
	@$(PHASE) build $(MAKE2) check-built
	@rm -f $(SUMMARY)
	@$(PHASE) rules tests/rules.sh $(BUILD) $(SUMMARY)
	@$(PHASE) 'unit and simnet tests' tests/run.sh $(SUMMARY) $(SIMNET_TESTS) $(UNIT_TESTS)
	@$(PHASE) 'planted bugs' tests/bugs/run.sh $(BUILD) $(SUMMARY) || true
	@$(ASAN_ENV) $(PHASE) 'tests under sanitizers' tests/run.sh $(SUMMARY) $(ASAN_TESTS)
	@$(PHASE) fuzz $(MAKE2) -s fuzz SUMMARY=$(SUMMARY)
	@$(ASAN_ENV) $(PHASE) 'runs under sanitizers' tests/sanitized.sh $(SUMMARY) $(ASAN)/mip6lab $(UBSAN)/mip6lab
	@$(PHASE) 'lab tests' tests/run.sh $(SUMMARY) $(call longest_first,$(LAB_TESTS))
	@tests/sum.sh $(SUMMARY)

.PHONY: check-kernel
check-kernel: deps-check kernel ## build the virtual-time kernel and run the tests that are about it
	@$(PHASE) build $(MAKE2) kernel-tests
	@rm -f $(KERNEL_SUMMARY)
	@TEST_KERNEL=built $(PHASE) 'tests of the built kernel' tests/run.sh $(KERNEL_SUMMARY) $(KERNEL_TESTS)
	@tests/sum.sh $(KERNEL_SUMMARY)

.PHONY: check-quick
check-quick: deps-check ## build the programs, and run rules, unit tests and one handover
	@$(PHASE) build $(MAKE2) quick-tests
	@rm -f $(QUICK_SUMMARY)
	@$(PHASE) rules tests/rules.sh $(BUILD) $(QUICK_SUMMARY)
	@$(PHASE) 'unit and simnet tests' tests/run.sh $(QUICK_SUMMARY) $(SIMNET_TESTS) $(UNIT_TESTS)
	@TEST_ONLY=handover $(PHASE) 'a handover' tests/run.sh $(QUICK_SUMMARY) $(BUILD)/tests/lab/test_runs
	@tests/sum.sh $(QUICK_SUMMARY)

# ---- kernel ----------------------------------------------------------------------
.PHONY: kernel
kernel: deps-kernel ## build the virtual-time kernel (4 to 9 minutes on two cores, once)
	@emu/uml/build-kernel.sh $(KERNEL_DIR)

.PHONY: clean
clean: ## remove what was built (the kernel in .kernel/ stays)
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
