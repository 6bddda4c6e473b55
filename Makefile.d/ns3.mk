# SPDX-License-Identifier: GPL-2.0-or-later
# The engine ns3: mip6lab-ns3, the only C++ of the project. It is built when a run
# asks for the engine (engine=ns3), by `make ns3`, and in `make check`.

PKG_NS3 := g++ libns3-dev
CXX := g++
NS3_MODULES := virtual-net-device wifi propagation mobility applications internet-apps internet network core
NS3_OBJ := $(patsubst %.cc,$(BUILD)/%.o,$(wildcard emu/ns3/*.cc))
NS3_CXXFLAGS = -std=c++17 $(CFLAGS) $(WARN) -ffile-prefix-map=$(CURDIR)=. $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer)

.PHONY: ns3 deps-ns3
deps-ns3: deps-build
	@tools/deps.sh $(PKG_NS3)
ns3: $(BUILD)/mip6lab-ns3 ## build the engine ns3 (installs libns3-dev)
tests: ns3
check: deps-ns3

$(BUILD)/emu/ns3/%.o: emu/ns3/%.cc | deps-ns3
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS) $(NS3_CXXFLAGS) -MMD -MP -c -o $@ $<

# An archive, so that only what loads a plan is linked.
$(BUILD)/liblab.a: $(LAB_OBJ)
	@rm -f $@
	$(Q)ar rcsT $@ $^
$(BUILD)/mip6lab-ns3: $(NS3_OBJ) $(CONF_OBJ) $(BUILD)/liblab.a $(BUILD)/libmip6.a
	$(Q)$(CXX) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -Wl,--as-needed \
		$(patsubst %,-lns3-%,$(NS3_MODULES)) -lmnl -lyaml -ljansson -lpcap -luring
