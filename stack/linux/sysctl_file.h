/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_SYSCTL_FILE_H
#define LINUX_SYSCTL_FILE_H

/* A number in a file of /proc/sys, for both planes. */

/* 0, or a negative errno. */
int sysctl_file_read(const char *path, int *ret);
int sysctl_file_write(const char *path, int value);

#endif
