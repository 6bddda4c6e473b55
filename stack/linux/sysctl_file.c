/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "linux/sysctl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sysctl_file_read(const char *path, int *ret)
{
	char text[32];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	text[n] = '\0';
	*ret = (int)strtol(text, NULL, 10);
	return 0;
}

int sysctl_file_write(const char *path, int value)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%d\n", value);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)len) < 0)
		err = -errno;
	close(fd);
	return err;
}
