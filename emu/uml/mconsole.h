/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef EMU_UML_MCONSOLE_H
#define EMU_UML_MCONSOLE_H

/* A kernel's management console: a socket in the run's folder. The kernel answers in an
 * interrupt, so also while a program inside keeps it busy. */
#include "uml/uml.h"

/* Asks, and collects what is answered: until `until` is in it (NULL: until the answer's
 * end), for at most wait_ms since the last part. True when it came to that. */
bool uml_mconsole_ask(const struct uml_run *run, const char *command, const char *until,
		      int wait_ms, char *answer, size_t size);

#endif
