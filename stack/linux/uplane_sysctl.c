/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Settings of the kernel's IPv6 on an interface. Whether the kernel speaks IPv6 on
 * an interface at all can only be set here: netlink has no word for it. */
#include "linux/sysctl_file.h"
#include "linux/uplane_internal.h"

#include <stdio.h>

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

	return sysctl_file_read(path.text, ret);
}

int uplane_sysctl_write(const char *interface, const char *name, int value)
{
	struct sysctl_path path = sysctl_path(interface, name);

	return sysctl_file_write(path.text, value);
}
