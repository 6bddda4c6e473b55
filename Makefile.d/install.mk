# SPDX-License-Identifier: GPL-2.0-or-later
# make install: programs, manual pages, systemd unit, topologies and scenarios.
# mip6lab-ns3 goes with them where it is built (make ns3).
# PREFIX says where they shall work, DESTDIR where they are put for a package.

SBINDIR := $(PREFIX)/sbin
BINDIR := $(PREFIX)/bin
MANDIR := $(PREFIX)/share/man
DATADIR := $(PREFIX)/share/mip6lab
UNITDIR := $(PREFIX)/lib/systemd/system
INSTALL := install

.PHONY: install
install: all ## install programs, man pages and a systemd unit (PREFIX, DESTDIR)
	$(INSTALL) -d $(DESTDIR)$(SBINDIR) $(DESTDIR)$(BINDIR) $(DESTDIR)$(UNITDIR)
	$(INSTALL) -m 755 $(BUILD)/mip6d $(BUILD)/mip6ctl $(DESTDIR)$(SBINDIR)
	$(INSTALL) -m 755 $(BUILD)/mip6lab $(DESTDIR)$(BINDIR)
	[ ! -x $(BUILD)/mip6lab-ns3 ] || $(INSTALL) -m 755 $(BUILD)/mip6lab-ns3 $(DESTDIR)$(BINDIR)
	[ ! -x $(BUILD)/mip6lab-ns3 ] || $(INSTALL) -m 755 $(BUILD)/mip6lab-ns3 $(DESTDIR)$(BINDIR)
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/lib/mip6lab
	$(INSTALL) -m 644 $(UML_PRELOAD) $(DESTDIR)$(PREFIX)/lib/mip6lab
	for page in docs/man/*.[1-8]; do \
		section=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
		$(INSTALL) -d $$section && $(INSTALL) -m 644 $$page $$section || exit 1; \
	done
	sed 's|@SBINDIR@|$(SBINDIR)|' extra/mip6d.service >$(DESTDIR)$(UNITDIR)/mip6d.service
	chmod 644 $(DESTDIR)$(UNITDIR)/mip6d.service
	$(INSTALL) -d $(DESTDIR)$(DATADIR)/topologies $(DESTDIR)$(DATADIR)/scenarios
	$(INSTALL) -m 644 topologies/*.yaml $(DESTDIR)$(DATADIR)/topologies
	$(INSTALL) -m 644 scenarios/*.yaml scenarios/agree.allow $(DESTDIR)$(DATADIR)/scenarios
