/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_DAEMON_H
#define LINUX_DAEMON_H

/* Becoming a daemon, such that whoever started it learns how the start went. */
#include <stdbool.h>

/* Forks. The parent stays until the child reports, and exits with the child's
 * result: 0 once it is ready. Returns in the child, with the descriptor to
 * report on, or -1 with errno set. */
int daemon_begin(void);
/* Tells the parent that the child is ready, and lets go of terminal, standard
 * input and output and the working folder. */
void daemon_ready(int fd);
/* Tells systemd (NOTIFY_SOCKET, sd_notify(3)) that the service is ready. Does
 * nothing when it was not started by systemd. */
void daemon_notify(void);

#endif
