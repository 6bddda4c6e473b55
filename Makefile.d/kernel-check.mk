# SPDX-License-Identifier: GPL-2.0-or-later
# What a kernel lacks of mip6d's kernel plane: KERNEL is a kernel configuration
# file (plain or .gz), empty for the running kernel.
KERNEL ?=

.PHONY: kernel-check
kernel-check: $(BUILD)/mip6d ## say which features mip6d's kernel plane lacks (KERNEL=config file, else this kernel)
	@$(if $(filter %.gz,$(KERNEL)),zcat '$(KERNEL)' | $(BUILD)/mip6d --kernel-check -,$(BUILD)/mip6d --kernel-check $(if $(KERNEL),'$(KERNEL)'))
