/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Settings of the kernel's IPv6 on an interface. Whether the kernel speaks IPv6 on
 * an interface at all can only be set here: netlink has no word for it. */
#include "linux/uplane_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct sysctl_path {
	char text[128];
};

static struct sysctl_path sysctl_path(const char *interface, const char *name)
{
	struct sysctl_path path;

	snprintf(path.text, sizeof(path.text), "/proc/sys/net/ipv6/conf/%s/%s", interface, name);
	return path;
}

int uplane_sysctl_read(const char *interface, const char *name, int *ret)
{
	struct sysctl_path path = sysctl_path(interface, name);
	int fd = open(path.text, O_RDONLY | O_CLOEXEC);
	char text[32];
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

int uplane_sysctl_write(const char *interface, const char *name, int value)
{
	struct sysctl_path path = sysctl_path(interface, name);
	int fd = open(path.text, O_WRONLY | O_CLOEXEC);
	char text[32];
	int len = snprintf(text, sizeof(text), "%d\n", value);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)len) < 0)
		err = -errno;
	close(fd);
	return err;
}
