/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_OWNFILE_H
#define LINUX_OWNFILE_H

/* Files that a daemon of root's opens by name: nobody else may lead it to another file.
 * No symbolic link is followed, and no file is taken that has a second name. */
#include <stddef.h>

enum ownfile_place {
	OWNFILE_ANYWHERE, /* a log, where the operator wants it */
	/* In a folder that belongs to root or to our own user, as the file does, and that
	 * others cannot write to (unless it is sticky like /tmp). */
	OWNFILE_OWN_FOLDER,
};

/* As open(2), with mode 0600 and O_CLOEXEC. The descriptor, or -1 with errno set: ELOOP
 * for a link, EPERM for a file or folder that belongs to others. O_TRUNC takes effect
 * when the file has proved right. */
int ownfile_open(const char *path, int flags, enum ownfile_place place);
/* What `error` (an errno of ownfile_open) means, for people. */
const char *ownfile_error(int error);

#endif
