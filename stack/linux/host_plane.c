/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The node stands on one of two planes: the kernel's Mobile IPv6, which carries
 * out what the node wants, or the user plane, which has the node inside it. What
 * the other one left behind when it was killed is cleared away first. */
#include "features.h"
#include "host.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void tell_choice(struct host *h, const char *missing)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, h->now, 0);
	char text[HOST_ERROR];

	snprintf(text, sizeof(text), "this kernel lacks %s: packets go through the user plane",
		 missing);
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

int host_plane_choose(struct host *h)
{
	char missing[512];

	if (h->config.role == MIP6_ROLE_MN && h->config.home_count == 0)
		return MIP6_OK; /* it does nothing, least of all with other people's links */
	h->user_plane = h->config.plane == MIP6_PLANE_USER;
	if (h->user_plane || features_missing(h->config.role, missing, sizeof(missing)) == 0)
		return MIP6_OK;
	if (h->config.plane == MIP6_PLANE_KERNEL) {
		snprintf(h->error, sizeof(h->error),
			 "this kernel lacks what \"Plane kernel\" needs: %s; see mip6d "
			 "--kernel-check for how to get it, or write \"Plane auto;\"",
			 missing);
		return MIP6_ERR_UNSUPPORTED;
	}
	h->user_plane = true;
	tell_choice(h, missing);
	return MIP6_OK;
}

/* ---- the kernel plane --------------------------------------------------------------- */

static int open_kplane(struct host *h)
{
	char path[HOST_PATH];
	int err = host_path(h, HOST_RUN_DIR, "sysctl", path, sizeof(path));

	if (err)
		return err;
	h->kplane = kplane_open(path, h->error, sizeof(h->error));
	if (!h->kplane)
		return MIP6_ERR_IO;
	host_tell_load(h, kplane_load(h->kplane), path);
	err = kplane_adopt(h->kplane);
	if (err)
		snprintf(h->error, sizeof(h->error), "cannot read the kernel's tables: %s",
			 kplane_error(h->kplane));
	return err;
}

static int open_kernel(struct host *h)
{
	struct journal_load load = {0};
	char path[HOST_PATH];
	int err = host_path(h, HOST_RUN_DIR, "found", path, sizeof(path));

	if (!err)
		err = uplane_give_back(path, &load, h->error, sizeof(h->error));
	if (!err)
		host_tell_load(h, &load, path);
	if (!err)
		err = open_kplane(h);
	if (!err)
		err = host_watch_plane(h);
	if (err)
		return err;
	h->node = mip6_node_new(&h->config, &h->callbacks, h);
	if (h->node)
		return MIP6_OK;
	snprintf(h->error, sizeof(h->error), "%s", mip6_strerror(MIP6_ERR_NOMEM));
	return MIP6_ERR_NOMEM;
}

/* ---- the user plane ------------------------------------------------------------------- */

/* What a kernel plane that was killed left: without a wish for it all of it goes. */
static void clear_kernel(struct host *h)
{
	char path[HOST_PATH];

	if (host_path(h, HOST_RUN_DIR, "sysctl", path, sizeof(path)) || access(path, F_OK) < 0)
		return;
	if (open_kplane(h) == MIP6_OK)
		kplane_settle(h->kplane);
	if (h->kplane)
		kplane_close(h->kplane);
	h->kplane = NULL;
}

static int open_user(struct host *h)
{
	char path[HOST_PATH];
	int err = host_path(h, HOST_RUN_DIR, "found", path, sizeof(path));

	if (err)
		return err;
	clear_kernel(h);
	h->uplane =
	    uplane_open(&h->config, &h->loop, &h->callbacks, h, path, h->error, sizeof(h->error));
	if (!h->uplane)
		return MIP6_ERR_IO;
	host_tell_load(h, uplane_load(h->uplane), path);
	h->node = uplane_node(h->uplane);
	return MIP6_OK;
}

/* ---- both -------------------------------------------------------------------------------- */

int host_plane_open(struct host *h)
{
	host_callbacks(&h->callbacks);
	return h->user_plane ? open_user(h) : open_kernel(h);
}

void host_plane_close(struct host *h)
{
	if (h->uplane)
		uplane_close(h->uplane);
	else if (h->node)
		mip6_node_free(h->node);
	if (h->kplane)
		kplane_close(h->kplane);
	h->uplane = NULL;
	h->node = NULL;
	h->kplane = NULL;
}

int host_node_start(struct host *h)
{
	int err;

	if (h->uplane)
		return uplane_start(h->uplane, h->now);
	err = mip6_node_start(h->node, h->now);
	if (!err)
		kplane_settle(h->kplane);
	return err;
}

void host_node_stop(struct host *h)
{
	if (h->uplane)
		uplane_stop(h->uplane, h->now);
	else
		mip6_node_stop(h->node, h->now);
}

int host_node_reconfigure(struct host *h, mip6_time now, const struct mip6_config *config)
{
	return h->uplane ? uplane_reconfigure(h->uplane, now, config)
			 : mip6_node_reconfigure(h->node, now, config);
}

int host_node_refresh(struct host *h, mip6_time now)
{
	return h->uplane ? uplane_refresh(h->uplane, now) : mip6_node_refresh(h->node, now);
}

void host_node_tick(struct host *h, mip6_time now)
{
	if (h->uplane)
		uplane_tick(h->uplane, now);
	else
		mip6_node_tick(h->node, now);
}

mip6_time host_node_deadline(const struct host *h)
{
	return h->uplane ? uplane_deadline(h->uplane) : mip6_node_deadline(h->node);
}
