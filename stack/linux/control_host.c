/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a running host answers to control requests (docs/control.md). Times are
 * given as seconds from now, with three decimals; null stands for never. */
#include "host.h"
#include "settings.h"
#include "version.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- JSON helpers ----------------------------------------------------------------- */

static void set_addr(json_t *o, const char *name, const struct mip6_addr *a)
{
	char text[MIP6_ADDR_TEXT];

	if (mip6_addr_is_unspecified(a))
		json_object_set_new(o, name, json_null());
	else
		json_object_set_new(o, name, json_string(mip6_addr_format(a, text)));
}

static void set_text(json_t *o, const char *name, const char *text)
{
	json_object_set_new(o, name, json_string(text ? text : ""));
}

static void set_uint(json_t *o, const char *name, uint64_t value)
{
	json_object_set_new(o, name, json_integer((json_int_t)value));
}

/* Never is far in the future, or far in the past for what has not happened yet. */
static bool is_never(mip6_time at)
{
	return at == MIP6_NEVER || at <= -MIP6_NEVER;
}

/* Seconds from `now` to `at`, to the millisecond. */
static void set_time(json_t *o, const char *name, mip6_time now, mip6_time at)
{
	mip6_time ms;

	if (is_never(at)) {
		json_object_set_new(o, name, json_null());
		return;
	}
	ms = (at - now) / MIP6_MS;
	json_object_set_new(o, name, json_real((double)ms / 1000.0));
}

/* Flags as their letters of RFC 6275 6.1.7. */
static void set_flags(json_t *o, uint16_t flags)
{
	char text[5] = "";
	size_t n = 0;

	if (flags & MH_BU_A)
		text[n++] = 'A';
	if (flags & MH_BU_H)
		text[n++] = 'H';
	if (flags & MH_BU_L)
		text[n++] = 'L';
	if (flags & MH_BU_K)
		text[n++] = 'K';
	text[n] = '\0';
	set_text(o, "flags", text);
}

static const char *name_of(const struct host *h, unsigned ifindex)
{
	const char *name = ifindex ? linkmon_name(h->linkmon, ifindex) : NULL;

	return name ? name : "";
}

/* ---- lists, by pages ----------------------------------------------------------------- */

struct page {
	const struct host *host;
	mip6_time now;
	json_t *list;
	uint64_t offset;
	uint64_t limit;
	uint64_t count; /* entries seen, of all pages */
};

/* True when the entry at hand belongs to the page. All are counted. */
static bool in_page(struct page *p)
{
	uint64_t at = p->count++;

	return at >= p->offset && at - p->offset < p->limit;
}

static struct page begin_page(const struct host *h, mip6_time now,
			      const struct control_request *request)
{
	return (struct page){.host = h,
			     .now = now,
			     .list = json_array(),
			     .offset = request->offset,
			     .limit = request->limit};
}

static void end_page(const struct page *p, json_t *answer, const char *name)
{
	uint64_t next = p->offset + p->limit;

	json_object_set_new(answer, name, p->list);
	set_uint(answer, "total", p->count);
	if (next < p->count)
		set_uint(answer, "next", next);
}

static bool add_binding(void *arg, const struct mip6_binding_info *b)
{
	struct page *p = arg;
	json_t *o = json_object();

	set_addr(o, "hoa", &b->hoa);
	set_addr(o, "coa", &b->coa);
	set_text(o, "interface", name_of(p->host, b->ifindex));
	set_text(o, "state", b->state);
	set_uint(o, "seq", b->seq);
	set_flags(o, b->flags);
	set_time(o, "expires_s", p->now, b->expires);
	json_array_append_new(p->list, o);
	return ++p->count < p->limit;
}

/* What the last acknowledgement said; nothing when there was none. */
static void set_status(json_t *o, const struct mip6_registration_info *r)
{
	bool answered = r->status != MH_STATUS_ACCEPTED || !is_never(r->expires);

	json_object_set_new(o, "status", answered ? json_integer(r->status) : json_null());
	json_object_set_new(o, "status_text",
			    answered ? json_string(mh_status_text(r->status)) : json_null());
}

static bool add_registration(void *arg, const struct mip6_registration_info *r)
{
	struct page *p = arg;
	json_t *o;

	if (!in_page(p))
		return true;
	o = json_object();
	set_addr(o, "hoa", &r->hoa);
	set_addr(o, "coa", &r->coa);
	set_addr(o, "peer", &r->peer);
	set_text(o, "interface", name_of(p->host, r->ifindex));
	set_text(o, "state", r->state);
	set_uint(o, "seq", r->seq);
	set_flags(o, r->flags);
	set_uint(o, "lifetime_s", (uint64_t)r->lifetime * 4);
	set_time(o, "expires_s", p->now, r->expires);
	set_time(o, "refresh_s", p->now, r->refresh);
	set_time(o, "last_sent_s", p->now, r->last_sent);
	set_uint(o, "resends", r->resends);
	set_status(o, r);
	json_array_append_new(p->list, o);
	return true;
}

static bool add_interface(void *arg, const struct mip6_interface_info *i)
{
	struct page *p = arg;
	json_t *o;

	if (!in_page(p))
		return true;
	o = json_object();
	set_text(o, "name", i->name);
	set_uint(o, "ifindex", i->ifindex);
	json_object_set_new(o, "up", json_boolean(i->up));
	json_object_set_new(o, "preference", json_integer(i->preference));
	json_object_set_new(o, "in_use", json_boolean(i->in_use));
	json_object_set_new(o, "at_home", json_boolean(i->at_home));
	set_addr(o, "router", &i->router);
	set_addr(o, "coa", &i->coa);
	json_array_append_new(p->list, o);
	return true;
}

static bool add_object(void *arg, const struct mip6_object *object)
{
	struct page *p = arg;
	char text[256];

	json_array_append_new(p->list, json_string(mip6_object_format(object, text, sizeof(text))));
	return ++p->count < p->limit;
}

/* Lists that may be long go on from where the page before ended, and in small parts:
 * `next` is a place in the table. */
static void answer_long_list(const struct host *h, mip6_time now,
			     const struct control_request *request, json_t *answer)
{
	struct page p = begin_page(h, now, request);
	uint64_t next;
	size_t total;

	if (p.limit > CONTROL_PART)
		p.limit = CONTROL_PART;
	if (request->command == CONTROL_BINDINGS) {
		next = mip6_node_bindings_from(h->node, request->offset, add_binding, &p);
		total = mip6_node_binding_count(h->node);
	} else {
		next = mip6_node_wanted_from(h->node, request->offset, add_object, &p);
		total = mip6_node_wanted_count(h->node);
	}
	json_object_set_new(answer, control_command_name(request->command), p.list);
	set_uint(answer, "total", total);
	if (next)
		set_uint(answer, "next", next);
}

static void answer_list(const struct host *h, mip6_time now, const struct control_request *request,
			json_t *answer)
{
	struct page p = begin_page(h, now, request);

	if (request->command == CONTROL_REGISTRATIONS)
		mip6_node_registrations(h->node, add_registration, &p);
	else
		mip6_node_interfaces(h->node, add_interface, &p);
	end_page(&p, answer, control_command_name(request->command));
}

/* ---- status -------------------------------------------------------------- */

static const char *role_text(enum mip6_role role)
{
	static const char *const texts[] = {"CN", "HA", "MN", "AR"};

	return texts[role];
}

static void answer_status(const struct host *h, mip6_time now, json_t *answer)
{
	struct mip6_stats s;

	mip6_node_stats(h->node, &s);
	set_text(answer, "node", h->options->name);
	set_text(answer, "role", role_text(h->config.role));
	set_text(answer, "version", MIP6_VERSION);
	set_text(answer, "config", h->options->config);
	set_text(answer, "plane", h->user_plane ? "user" : "kernel");
	set_uint(answer, "pid", (uint64_t)getpid());
	set_time(answer, "uptime_s", h->started, now);
	set_uint(answer, "debug_level", h->debug_level);
	set_uint(answer, "bindings", s.bindings);
	set_uint(answer, "registrations", s.registrations);
	set_uint(answer, "handovers", s.handovers);
	set_uint(answer, "plane_errors", s.plane_errors);
	set_uint(answer, "unsaved", mip6_node_unsaved(h->node));
	set_uint(answer, "clients", control_client_count(h->control));
}

/* ---- settings ---------------------------------------------------------------------------- */

static void add_setting(json_t *list, const struct mip6_config *c, size_t i, size_t interface)
{
	char text[SETTING_TEXT];
	json_t *o = json_object();

	set_text(o, "name", settings_name(i));
	if (settings_of_interface(i))
		set_text(o, "interface", c->interfaces[interface].name);
	set_text(o, "value", settings_get(i, c, interface, text));
	json_array_append_new(list, o);
}

static void answer_settings(const struct host *h, json_t *answer)
{
	json_t *list = json_array();

	for (size_t i = 0; i < settings_count(); i++) {
		size_t n = settings_of_interface(i) ? h->config.interface_count : 1;

		for (size_t j = 0; j < n; j++)
			add_setting(list, &h->config, i, j);
	}
	json_object_set_new(answer, "settings", list);
}

static int set_setting(struct host *h, mip6_time now, const struct control_request *request,
		       char *error, size_t cap)
{
	struct mip6_config config;
	int err = mip6_config_copy(&config, &h->config);

	if (err)
		return err;
	err =
	    settings_change(&config, request->name, request->interface, request->value, error, cap);
	if (!err)
		err = host_reconfigure(h, now, &config, error, cap);
	mip6_config_clear(&config);
	return err;
}

static int refresh(struct host *h, mip6_time now, char *error, size_t cap)
{
	int err = host_node_refresh(h, now);

	if (err)
		snprintf(error, cap, "only a mobile node has something to refresh");
	return err;
}

int control_host_answer(void *arg, mip6_time now, const struct control_request *request,
			json_t *answer, char *error, size_t cap)
{
	struct host *h = arg;

	h->now = now;
	switch (request->command) {
	case CONTROL_STATUS:
		answer_status(h, now, answer);
		return MIP6_OK;
	case CONTROL_STATS:
		json_object_set_new(answer, "stats", control_host_stats(h));
		return MIP6_OK;
	case CONTROL_SETTINGS:
		answer_settings(h, answer);
		return MIP6_OK;
	case CONTROL_SET:
		return set_setting(h, now, request, error, cap);
	case CONTROL_RELOAD:
		return host_reload(h, now, error, cap);
	case CONTROL_REFRESH:
		return refresh(h, now, error, cap);
	case CONTROL_BINDINGS:
	case CONTROL_OBJECTS:
		answer_long_list(h, now, request, answer);
		return MIP6_OK;
	default:
		answer_list(h, now, request, answer);
		return MIP6_OK;
	}
}
