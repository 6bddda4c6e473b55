/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening files so that nobody else chooses which. The folder is opened first and looked
 * at, then the file in it, so that nothing can be exchanged between look and use. */
#include "ownfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_ours(const struct stat *st)
{
	return st->st_uid == 0 || st->st_uid == geteuid();
}

static bool folder_is_ours(int folder)
{
	struct stat st;

	if (fstat(folder, &st) < 0 || !is_ours(&st))
		return false;
	return !(st.st_mode & (S_IWGRP | S_IWOTH)) || (st.st_mode & S_ISVTX);
}

static bool file_is_right(int fd, enum ownfile_place place)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	if (S_ISREG(st.st_mode) && st.st_nlink > 1)
		return false;
	return place == OWNFILE_ANYWHERE || (S_ISREG(st.st_mode) && is_ours(&st));
}

static int open_folder(const char *path, enum ownfile_place place, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	int fd;

	*ret_name = slash ? slash + 1 : path;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || place == OWNFILE_ANYWHERE || folder_is_ours(fd))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

static int check(int fd, int flags, enum ownfile_place place)
{
	if (!file_is_right(fd, place)) {
		close(fd);
		errno = EPERM;
		return -1;
	}
	if (!(flags & O_TRUNC) || ftruncate(fd, 0) == 0)
		return fd;
	close(fd);
	return -1;
}

int ownfile_open(const char *path, int flags, enum ownfile_place place)
{
	const char *name;
	int folder = open_folder(path, place, &name);
	int fd;
	int error;

	if (folder < 0)
		return -1;
	fd = openat(folder, name, (flags & ~O_TRUNC) | O_NOFOLLOW | O_CLOEXEC, 0600);
	error = errno;
	close(folder);
	errno = error;
	return fd < 0 ? -1 : check(fd, flags, place);
}

const char *ownfile_error(int error)
{
	if (error == ELOOP)
		return "it is a symbolic link, which is not followed";
	if (error == EPERM)
		return "the file or its folder belongs to others or can be written by them, or it "
		       "has a second name";
	return strerror(error);
}
