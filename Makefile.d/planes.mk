# SPDX-License-Identifier: GPL-2.0-or-later
# The cases of both planes (tests/planes/planes.h), and the rigs that they run on.
PLANES_OBJ := $(call obj,$(wildcard tests/planes/*.c))
$(BUILD)/tests/unit/test_plane_soft: $(PLANES_OBJ)
$(BUILD)/tests/unit/test_plane_soft: LDFLAGS += -Wl,--wrap=mip6_node_receive
$(BUILD)/tests/lab/test_plane_kernel: $(PLANES_OBJ) $(call obj,$(wildcard stack/linux/kplane*.c) stack/linux/srccheck.c stack/linux/cutcheck.c stack/linux/rh2out.c stack/linux/bpf_code.c stack/linux/nlsock.c $(wildcard stack/linux/journal*.c) stack/linux/sysctl_file.c stack/linux/ownfile.c)
