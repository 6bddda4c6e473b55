/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LAB_STANDSTILL_H
#define LAB_STANDSTILL_H

/* A run on a kernel of its own whose time stands still: that it does, and why. */
#include "uml/busy.h"
#include "uml/pulse.h"
#include "uml/uml.h"

struct standstill {
	struct uml_pulse pulse;
	enum uml_pulse_state state;
	unsigned news;	 /* when it was last looked */
	int64_t next_ms; /* when to look again */
};

void standstill_init(struct standstill *s);
/* To be called often, with how much was heard of the run so far. True when it hangs. */
bool standstill_seen(struct standstill *s, const struct uml_run *run, unsigned news);
/* Finds out why, while the kernel is still there. */
void standstill_explain(const struct standstill *s, const struct uml_run *run, const char *results,
			bool virtual_time, char *text, size_t cap);

/* The words for it, where `node` ("": none) is the node of the program. */
void standstill_text(const struct uml_busy *busy, const char *node, bool virtual_time, char *text,
		     size_t cap);
/* The node in which raw/processes says that `pid` was started, "" when it does not. */
void standstill_node(const char *results, pid_t pid, char *node, size_t cap);

#endif
