/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What another program did to settings and to XFRM, of which the route socket tells
 * nothing. Settings are watched as files (inotify): who writes one by its path is seen.
 * Each is kept open for that: the kernel forgets a file of /proc that nobody holds, and
 * what is made anew is another one for inotify. XFRM tells of its own states and
 * policies by events. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/xfrm.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

struct kplane_watched {
	enum mip6_sysctl name;
	uint32_t ifindex;
	int watch;
	int file;
};

/* ---- settings ------------------------------------------------------------------------ */

static struct kplane_watched *watched_find(const struct kplane *k, enum mip6_sysctl name,
					   uint32_t ifindex)
{
	for (size_t i = 0; i < k->watched_count; i++)
		if (k->watched[i].name == name && k->watched[i].ifindex == ifindex)
			return &k->watched[i];
	return NULL;
}

/* Without a watch a setting is only not looked at: no reason to fail. */
void kplane_watch_setting(struct kplane *k, enum mip6_sysctl name, uint32_t ifindex,
			  const char *path)
{
	struct kplane_watched w = {.name = name, .ifindex = ifindex};
	struct kplane_watched *more;

	if (k->settings_fd < 0 || watched_find(k, name, ifindex))
		return;
	more = realloc(k->watched, (k->watched_count + 1) * sizeof(*more));
	if (!more)
		return;
	k->watched = more;
	w.file = open(path, O_RDONLY | O_CLOEXEC);
	w.watch = w.file < 0 ? -1 : inotify_add_watch(k->settings_fd, path, IN_MODIFY);
	if (w.watch >= 0)
		k->watched[k->watched_count++] = w;
	else if (w.file >= 0)
		close(w.file);
}

void kplane_unwatch_setting(struct kplane *k, enum mip6_sysctl name, uint32_t ifindex)
{
	struct kplane_watched *w = watched_find(k, name, ifindex);

	if (!w)
		return;
	inotify_rm_watch(k->settings_fd, w->watch);
	close(w->file);
	*w = k->watched[--k->watched_count];
}

int kplane_settings_fd(const struct kplane *k)
{
	return k->settings_fd;
}

unsigned kplane_settings_touched(struct kplane *k)
{
	_Alignas(struct inotify_event) char events[1024];
	unsigned kinds = 0;

	while (read(k->settings_fd, events, sizeof(events)) > 0)
		kinds = KPLANE_BIT(MIP6_OBJ_SYSCTL);
	return kinds;
}

/* ---- XFRM ------------------------------------------------------------------------------ */

int kplane_xfrm_fd(const struct kplane *k)
{
	return k->xfrm_events.socket ? mnl_socket_get_fd(k->xfrm_events.socket) : -1;
}

static bool xfrm_removes(const struct nlmsghdr *m)
{
	switch (m->nlmsg_type) {
	case XFRM_MSG_DELSA:
	case XFRM_MSG_DELPOLICY:
	case XFRM_MSG_FLUSHSA:
	case XFRM_MSG_FLUSHPOLICY:
	case XFRM_MSG_EXPIRE:
	case XFRM_MSG_POLEXPIRE:
		return true;
	default:
		return false;
	}
}

struct xfrm_look {
	uint32_t own;
	bool removed;
};

static int xfrm_on_event(const struct nlmsghdr *m, void *arg)
{
	struct xfrm_look *look = arg;

	if (m->nlmsg_pid != look->own && xfrm_removes(m))
		look->removed = true;
	return MNL_CB_OK;
}

unsigned kplane_xfrm_touched(struct kplane *k)
{
	_Alignas(struct nlmsghdr) uint8_t events[8192];
	struct xfrm_look look = {.own = k->xfrm.port};
	ssize_t n;

	for (;;) {
		n = recv(kplane_xfrm_fd(k), events, sizeof(events), MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		/* Lost events may have been of any kind. */
		if (n < 0 && errno == ENOBUFS)
			look.removed = true;
		else if (n <= 0)
			break;
		else
			mnl_cb_run(events, (size_t)n, 0, 0, xfrm_on_event, &look);
	}
	return look.removed ? KPLANE_BIT(MIP6_OBJ_MH_INPUT) : 0;
}

static void xfrm_join(struct kplane *k, int group)
{
	mnl_socket_setsockopt(k->xfrm_events.socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group));
}

/* ---- both ------------------------------------------------------------------------------ */

void kplane_watch_open(struct kplane *k)
{
	k->settings_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (!k->xfrm.socket || nlsock_open(&k->xfrm_events, NETLINK_XFRM) < 0)
		return;
	xfrm_join(k, XFRMNLGRP_SA);
	xfrm_join(k, XFRMNLGRP_POLICY);
	xfrm_join(k, XFRMNLGRP_EXPIRE);
}

void kplane_watch_close(struct kplane *k)
{
	while (k->watched_count > 0)
		close(k->watched[--k->watched_count].file);
	free(k->watched);
	if (k->settings_fd >= 0)
		close(k->settings_fd);
	nlsock_close(&k->xfrm_events);
}
