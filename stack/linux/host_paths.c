/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The node's files. Namespaces share /run, so each path carries the node's
 * name. What describes the kernel's tables lives in memory like them (/run);
 * only a binding cache that is to outlive a reboot (NonVolatileBindingCache)
 * goes to /var/lib. */
#include "host.h"
#include "ownfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_folder(struct host *h, const char *path)
{
	/* Whatever the umask: the control socket in it is for a group, too. */
	if (mkdir(path, 0755) == 0 && chmod(path, 0755) == 0)
		return MIP6_OK;
	if (errno == EEXIST)
		return MIP6_OK;
	snprintf(h->error, sizeof(h->error), "cannot make the folder %s: %s (see --state)", path,
		 strerror(errno));
	return MIP6_ERR_IO;
}

int host_path(struct host *h, const char *folder, const char *suffix, char *path, size_t cap)
{
	int n;

	if (h->options->state)
		folder = h->options->state;
	if (make_folder(h, folder))
		return MIP6_ERR_IO;
	n = snprintf(path, cap, "%s/%s.%s", folder, h->options->name, suffix);
	if (n >= 0 && (size_t)n < cap)
		return MIP6_OK;
	snprintf(h->error, sizeof(h->error), "the path %s is too long", folder);
	return MIP6_ERR_SPACE;
}

/* The lock is on a file of its own: the journal is replaced by renaming, and a
 * lock on the old file would say nothing about the new one. */
int host_lock(struct host *h)
{
	char path[HOST_PATH];
	int err = host_path(h, HOST_RUN_DIR, "lock", path, sizeof(path));

	if (err)
		return err;
	h->lock_fd = ownfile_open(path, O_RDWR | O_CREAT, OWNFILE_OWN_FOLDER);
	if (h->lock_fd < 0) {
		snprintf(h->error, sizeof(h->error), "cannot open %s: %s", path,
			 ownfile_error(errno));
		return MIP6_ERR_IO;
	}
	if (flock(h->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return MIP6_OK;
	snprintf(h->error, sizeof(h->error),
		 "another mip6d with the name \"%s\" runs already (%s is locked); "
		 "give this one another name by --name",
		 h->options->name, path);
	return MIP6_ERR_EXISTS;
}
