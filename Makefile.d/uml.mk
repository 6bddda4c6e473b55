# Loaded into Debian's linux.uml; see emu/uml/preload/preload.c.
UML_PRELOAD := $(BUILD)/mip6lab-uml.so
all: $(UML_PRELOAD)
$(UML_PRELOAD): emu/uml/preload/preload.c
	@mkdir -p $(@D)
	$(CC) -D_GNU_SOURCE -std=gnu17 -O2 $(WARN) -shared -fPIC -fvisibility=hidden -o $@ $<
$(BUILD)/mip6lab $(BUILD)/tests/lab/test_uml: | $(UML_PRELOAD)
