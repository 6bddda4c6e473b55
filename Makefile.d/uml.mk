# SPDX-License-Identifier: GPL-2.0-or-later
# Loaded into User Mode Linux kernels; see emu/uml/preload/preload.h.
UML_PRELOAD := $(BUILD)/mip6lab-uml.so
UML_PRELOAD_SRC := $(wildcard emu/uml/preload/*.c)
all: $(UML_PRELOAD)
# Not under the sanitizers: the kernel's address space has no room for them.
$(UML_PRELOAD): $(UML_PRELOAD_SRC) emu/uml/preload/preload.h emu/uml/uml.h
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -Iemu -std=gnu17 -O2 $(WARN) -shared -fPIC -fvisibility=hidden -o $@ $(UML_PRELOAD_SRC)
$(BUILD)/mip6lab $(BUILD)/tests/lab/test_uml: | $(UML_PRELOAD)
