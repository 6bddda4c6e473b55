/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a host. The order of the start matters: what a former process
 * left in the kernel is read first (kplane_adopt) and what it knew is restored,
 * then the node hears of interfaces and addresses and starts, so that it wants
 * again what is still good; only then everything that nobody wanted again is
 * removed (kplane_settle). So a restart cuts no traffic and leaves nothing. */
#include "host.h"
#include "ownfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nobody may be listening: a line costs more than what it tells of. */
static bool is_read(struct host *h)
{
	return eventlog_wants(&h->log) || (h->control && control_has_monitors(h->control));
}

static void write_line(struct host *h, const char *line, int len)
{
	if (len < 0)
		return;
	eventlog_write(&h->log, h->now, line, (size_t)len);
	if (h->control)
		control_monitor(h->control, h->now, line, (size_t)len);
}

void host_event(struct host *h, const struct mip6_event *event)
{
	bool known = h->linkmon && event->ifindex;
	char line[EVENTLOG_LINE];

	if (!is_read(h))
		return;
	write_line(h, line,
		   eventlog_format(&h->log, event,
				   known ? linkmon_name(h->linkmon, event->ifindex) : NULL, line,
				   sizeof(line)));
}

void host_debug(struct host *h, unsigned level, const char *format, ...)
{
	char text[512];
	char line[EVENTLOG_LINE];
	va_list args;

	if (h->debug_level < level || !is_read(h))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	write_line(h, line, eventlog_format_debug(&h->log, h->now, text, line, sizeof(line)));
}

/* ---- configuration -------------------------------------------------------------- */

int host_load_config(const char *path, struct mip6_config *ret, char *error, size_t cap)
{
	struct mip6_conf_error e = {.line = 0};
	int err = mip6_conf_load(path, ret, &e);

	if (!err) {
		if (ret->ha_max_bindings == 0)
			ret->ha_max_bindings = host_bindings_default();
		return MIP6_OK;
	}
	if (e.line > 0)
		snprintf(error, cap, "%s:%d:%d: %s", e.file, e.line, e.column, e.text);
	else
		snprintf(error, cap, "%s", e.text[0] ? e.text : mip6_strerror(err));
	return err;
}

int host_reconfigure(struct host *h, mip6_time now, const struct mip6_config *config, char *error,
		     size_t cap)
{
	struct mip6_config copy;
	int err;

	if (config->role != h->config.role) {
		snprintf(error, cap, "a change of NodeConfig needs a restart of mip6d");
		return MIP6_ERR_CONFIG;
	}
	if (config->plane != h->config.plane) {
		snprintf(error, cap, "a change of Plane needs a restart of mip6d");
		return MIP6_ERR_CONFIG;
	}
	if (config->role == MIP6_ROLE_MN && h->config.home_count == 0 && config->home_count > 0) {
		snprintf(error, cap, "a first MnHomeLink needs a restart of mip6d");
		return MIP6_ERR_CONFIG;
	}
	err = mip6_config_copy(&copy, config);
	if (err == MIP6_OK) {
		err = host_node_reconfigure(h, now, &copy);
		if (err)
			mip6_config_clear(&copy);
	}
	if (err) {
		snprintf(error, cap, "the node refused the configuration: %s", mip6_strerror(err));
		return err;
	}
	mip6_config_clear(&h->config);
	h->config = copy;
	h->debug_level = h->config.debug_level + h->options->verbose;
	return MIP6_OK;
}

/* The file for events: the command line's, or the configuration's, or none. */
static const char *log_path(const struct host *h)
{
	if (h->options->events)
		return h->options->events;
	return h->config.debug_log_file[0] ? h->config.debug_log_file : NULL;
}

static void reopen_log(struct host *h, mip6_time now)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, now, 0);
	const char *path = log_path(h);
	char text[HOST_ERROR];

	if (eventlog_reopen(&h->log, path) == MIP6_OK) {
		/* A daemon's standard error leads nowhere. */
		if (!path && h->options->daemon)
			eventlog_mute(&h->log);
		return;
	}
	snprintf(text, sizeof(text), "cannot open %s for events, the old file stays: %s", path,
		 ownfile_error(errno));
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

static void tell_warning(void *arg, const char *text)
{
	struct host *h = arg;
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, h->now, 0);

	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

int host_reload(struct host *h, mip6_time now, char *error, size_t cap)
{
	struct mip6_event e;
	struct mip6_config config;
	char text[HOST_ERROR + 64];
	int err = host_load_config(h->options->config, &config, error, cap);

	if (!err) {
		err = host_reconfigure(h, now, &config, error, cap);
		mip6_config_clear(&config);
	}
	if (!err) {
		h->stats.reloads++;
		reopen_log(h, now);
		mip6_conf_warnings(&h->config, tell_warning, h);
		return MIP6_OK;
	}
	h->stats.reload_errors++;
	snprintf(text, sizeof(text), "the old configuration stays: %s", error);
	e = mip6_event_make(MIP6_EV_WARNING, now, 0);
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
	return err;
}

/* ---- start -------------------------------------------------------------------------- */

static int open_log(struct host *h)
{
	const char *path = log_path(h);

	if (eventlog_open(&h->log, path, h->options->name)) {
		snprintf(h->error, sizeof(h->error), "cannot open %s for events: %s",
			 path ? path : "standard error", ownfile_error(errno));
		return MIP6_ERR_IO;
	}
	/* A daemon's standard error leads nowhere; `mip6ctl monitor` still shows. */
	if (!path && h->options->daemon)
		eventlog_mute(&h->log);
	return MIP6_OK;
}

/* From here on events are written as their reader takes them. */
static void start_log(struct host *h)
{
	eventlog_watch(&h->log, &h->loop);
	mip6_conf_warnings(&h->config, tell_warning, h);
}

struct restore {
	struct host *host;
	unsigned bad;
};

static void restore_record(void *arg, const struct mip6_record *record)
{
	struct restore *r = arg;

	if (mip6_node_restore(r->host->node, r->host->now, record))
		r->bad++;
}

void host_tell_load(struct host *h, const struct journal_load *load, const char *path)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, h->now, 0);
	char text[HOST_ERROR];

	if (!journal_notice(load, path, text, sizeof(text)))
		return;
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

static void tell_unusable(struct host *h, unsigned count)
{
	struct mip6_event e = mip6_event_make(MIP6_EV_WARNING, h->now, 0);
	char text[HOST_PATH + 128];

	if (count == 0)
		return;
	snprintf(text, sizeof(text),
		 "%u records of %s are of no use to this node: what they held is not known", count,
		 h->state_path);
	mip6_event_text(&e, "text", text);
	host_event(h, &e);
}

static int restore(struct host *h)
{
	struct journal_load load = {0};
	bool volatile_cache = !h->config.non_volatile_bcache;
	struct restore r = {.host = h};
	int err = host_path(h, volatile_cache ? HOST_RUN_DIR : HOST_LIB_DIR, "state", h->state_path,
			    sizeof(h->state_path));

	if (err)
		return err;
	h->journal = journal_open(h->state_path, h->error, sizeof(h->error), &load);
	if (!h->journal)
		return MIP6_ERR_IO;
	host_tell_load(h, &load, h->state_path);
	if (load.other_boot && volatile_cache) {
		snprintf(h->error, sizeof(h->error), "cannot empty the state file %s",
			 h->state_path);
		return journal_reset(h->journal);
	}
	journal_each(h->journal, restore_record, &r);
	tell_unusable(h, r.bad);
	host_debug(h, 1, "restored %u records, %u unusable%s", load.loaded, r.bad,
		   load.torn ? ", the file's end was torn" : "");
	return MIP6_OK;
}

static int start_node(struct host *h)
{
	const char *words;
	int err;

	err = restore(h);
	if (err)
		return err;
	if (linkmon_dump(h->linkmon, h->now)) {
		snprintf(h->error, sizeof(h->error), "cannot read interfaces: %s", strerror(errno));
		return MIP6_ERR_IO;
	}
	host_renewal_begin(h);
	err = host_node_start(h);
	if (!err)
		return MIP6_OK;
	words = h->kplane ? kplane_error(h->kplane) : "";
	snprintf(h->error, sizeof(h->error), "the node cannot start: %s",
		 words[0] ? words : mip6_strerror(err));
	host_node_stop(h);
	return err;
}

static int dropped_line(void *arg, mip6_time now, uint64_t count, char *buf, size_t cap)
{
	const struct host *h = arg;

	return eventlog_format_dropped(&h->log, now, count, buf, cap);
}

static int open_control(struct host *h)
{
	int err = MIP6_OK;

	if (h->options->control)
		snprintf(h->control_path, sizeof(h->control_path), "%s", h->options->control);
	else
		err = host_path(h, HOST_RUN_DIR, "ctl", h->control_path, sizeof(h->control_path));
	if (err)
		return err;
	h->control = control_open(&h->loop, h->control_path, control_host_answer, h);
	if (h->control) {
		control_tell_dropped(h->control, dropped_line);
		return MIP6_OK;
	}
	snprintf(h->error, sizeof(h->error), "cannot open the control socket %s: %s",
		 h->control_path, strerror(errno));
	return MIP6_ERR_IO;
}

static void release(struct host *h)
{
	control_close(h->control);
	h->control = NULL;
	host_plane_close(h);
	if (h->journal)
		journal_close(h->journal);
	eventlog_close(&h->log);
	host_close_io(h);
	mip6_config_clear(&h->config);
	if (h->lock_fd >= 0)
		close(h->lock_fd);
}

static int open_all(struct host *h)
{
	int err = host_lock(h);

	if (!err)
		err = open_log(h);
	if (!err)
		err = host_plane_choose(h);
	if (!err)
		err = host_open_io(h);
	if (!err)
		start_log(h);
	if (!err)
		err = open_control(h);
	if (!err)
		err = host_plane_open(h);
	if (!err)
		err = host_watch_others(h);
	if (!err)
		err = start_node(h);
	return err;
}

int host_open(struct host *h, const struct host_options *options)
{
	int err;

	*h = (struct host){.options = options,
			   .mh_fd = -1,
			   .stray_fd = -1,
			   .packet_fd = -1,
			   .signal_fd = -1,
			   .lock_fd = -1,
			   .icmp6 = {.fd = -1},
			   .renewal = {.due = MIP6_NEVER, .next_proxies = MIP6_NEVER},
			   .loop = {.epoll = -1, .timer = -1},
			   .log = {.fd = -1}};
	h->now = loop_now();
	h->started = h->now;
	umask(077);
	signal(SIGPIPE, SIG_IGN); /* who reads the log may go */
	err = host_load_config(options->config, &h->config, h->error, sizeof(h->error));
	if (err)
		return err;
	h->debug_level = h->config.debug_level + options->verbose;
	err = open_all(h);
	if (err)
		release(h);
	return err;
}

void host_run(struct host *h)
{
	while (!h->loop.stop) {
		mip6_time deadline = host_node_deadline(h);

		if (host_renewal_deadline(h) < deadline)
			deadline = host_renewal_deadline(h);
		loop_wait(&h->loop, deadline, &h->now);
		if (!h->loop.stop && host_node_deadline(h) <= h->now)
			host_node_tick(h, h->now);
		if (!h->loop.stop)
			host_renew(h, h->now);
		host_check_saves(h);
	}
}

void host_close(struct host *h)
{
	host_node_stop(h);
	release(h);
}
