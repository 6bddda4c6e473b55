# The test of the kernel plane is a lab test (it boots kernels) of stack/linux.
KPLANE_OBJ := $(call obj,$(wildcard stack/linux/kplane*.c tests/lab/kplane/*.c) stack/linux/srccheck.c stack/linux/cutcheck.c stack/linux/rh2out.c stack/linux/bpf_code.c stack/linux/nlsock.c $(wildcard stack/linux/journal*.c) stack/linux/sysctl_file.c stack/linux/ownfile.c)
$(call obj,$(wildcard tests/lab/kplane/*.c)): CPPFLAGS += -Itests/lab
$(BUILD)/tests/lab/test_kplane.o: CPPFLAGS += -Itests/lab
$(BUILD)/tests/lab/test_kplane: $(KPLANE_OBJ)

# In these tests the node and the kernel are made up.
$(BUILD)/tests/unit/test_renew: LDFLAGS += -Wl,--wrap=mip6_node_applied -Wl,--wrap=kplane_proxy_gone
$(BUILD)/tests/unit/test_together: LDFLAGS += -Wl,--wrap=mip6_node_save_lost -Wl,--wrap=sock_outbox_send
