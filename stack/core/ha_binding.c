/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings of the home agent from the first Binding Update to the 10 s after the
 * last (RFC 6275 10.3, 10.4.1). The order inside a step is what a mobile node
 * relies on: objects first, committed and recorded, then the Binding
 * Acknowledgement, so that what it sends behind its BU or on the BA finds the
 * binding in place, and what it was told survives the process. */
#include "ha_job.h"

enum { DELETED_S = 10 }; /* MAX_DELETE_BCE_TIMEOUT */

static void emit(const struct bcache_entry *e, enum mip6_event_id id, mip6_time now,
		 const char *reason)
{
	struct mip6_event event = mip6_event_make(id, now, ha_entry_site(e)->ifindex);

	mip6_event_addr(&event, "hoa", &e->hoa);
	mip6_event_addr(&event, "coa", &e->coa);
	if (reason)
		mip6_event_text(&event, "reason", reason);
	else
		mip6_event_uint(&event, "lifetime_s",
				(uint64_t)((e->timer.at - now) / MIP6_SECOND));
	node_emit(e->ha->node, &event);
}

static struct mip6_object binding_object(const struct bcache_entry *e)
{
	struct mip6_object o = {.kind = MIP6_OBJ_BINDING};

	o.binding.hoa = e->hoa;
	o.binding.coa = e->coa;
	o.binding.ha = ha_entry_site(e)->address;
	return o;
}

/* The objects of a binding: 1 on a virtual home link, 2, or 3 with L. */
static size_t entry_objects(const struct bcache_entry *e, struct mip6_object objects[3])
{
	unsigned ifindex = ha_entry_site(e)->ifindex;
	size_t n = 0;

	objects[n++] = binding_object(e);
	if (ifindex == 0)
		return n;
	objects[n] = (struct mip6_object){.kind = MIP6_OBJ_PROXY};
	objects[n].proxy.ifindex = ifindex;
	objects[n++].proxy.addr = e->hoa;
	if (!(e->flags & MH_BU_L))
		return n;
	objects[n] = objects[n - 1];
	objects[n++].proxy.addr = ha_link_local_of(&e->hoa);
	return n;
}

/* One owner number serves all bindings: each has its objects to itself. */
static void unwant(const struct bcache_entry *e)
{
	struct mip6_object objects[3];
	size_t n = entry_objects(e, objects);

	for (size_t i = 0; i < n; i++)
		plane_unwant(e->ha->node->plane, &e->ha->bcache, &objects[i]);
}

static bool has_objects(const struct bcache_entry *e)
{
	return e->state == BCACHE_BOUND || (e->job && e->job->early);
}

static void withdraw(const struct bcache_entry *e)
{
	if (has_objects(e))
		unwant(e);
}

int ha_binding_want(const struct bcache_entry *e)
{
	struct mip6_object objects[3];
	size_t n = entry_objects(e, objects);

	for (size_t i = 0; i < n; i++) {
		int err = plane_want(e->ha->node->plane, &e->ha->bcache, &objects[i]);

		if (err < 0) {
			unwant(e);
			return err;
		}
	}
	return MIP6_OK;
}

/* Lifetime to grant, in 4 s units: what was asked, the configured limit and the
 * rest of the prefix bound it (RFC 6275 10.3.1). */
static uint16_t grant(const struct ha *ha, mip6_time now, const struct ha_home *home,
		      uint16_t asked)
{
	uint64_t units = asked;
	uint64_t limit = ha->node->config.ha_max_binding_life_s / 4;

	if (limit < units)
		units = limit;
	if (home->valid_until != MIP6_NEVER) {
		limit = (uint64_t)(home->valid_until - now) / (4 * MIP6_SECOND);
		if (limit < units)
			units = limit;
	}
	return (uint16_t)units;
}

/* Status 1 asks the mobile node for prefix discovery: its prefix will not
 * outlive the binding as preferred (10.3.1, compared in 4 s units). */
static uint8_t success(mip6_time now, const struct ha_home *home, uint16_t lifetime)
{
	mip6_time unit = 4 * MIP6_SECOND;

	if (home->preferred_until != MIP6_NEVER &&
	    (home->preferred_until <= now || (home->preferred_until - now) / unit < lifetime))
		return MH_STATUS_PREFIX_DISCOVERY;
	if (home->valid_until != MIP6_NEVER && (home->valid_until - now) / unit <= lifetime)
		return MH_STATUS_PREFIX_DISCOVERY;
	return MH_STATUS_ACCEPTED;
}

/* Frees the entry, or keeps it as one that was never bound until its record is gone,
 * which is tried again each second. */
static void erase(struct bcache_entry *e, mip6_time now)
{
	struct mip6_addr none = {{0}};

	if (ha_record_remove(e, now) == MIP6_OK ||
	    timer_set(&e->ha->node->timers, &e->timer, now + NODE_SAVE_AGAIN) < 0) {
		ha_entry_free(e);
		return;
	}
	ha_job_end(e);
	e->state = BCACHE_DELETED;
	e->coa = none;
}

/* Without its record a binding would not survive the process. One that is new is not
 * made then. */
static bool record_binding(struct bcache_entry *e, mip6_time now, bool is_new)
{
	int err;

	e->state = BCACHE_BOUND;
	err = ha_record_save(e, now);
	if (err < 0 && is_new)
		e->state = BCACHE_DELETED;
	return err == MIP6_OK;
}

/* A binding is granted only where packets will follow it. */
static bool in_place(const struct bcache_entry *e)
{
	const struct mip6_object o = binding_object(e);

	return plane_has(e->ha->node->plane, &o);
}

/* Makes the entry a binding with its coa, and answers. */
static void make_binding(struct bcache_entry *e, mip6_time now, const struct ha_reply *reply,
			 const struct ha_home *home, uint16_t asked)
{
	bool saved;
	struct ha *ha = e->ha;
	uint16_t lifetime = grant(ha, now, home, asked);
	mip6_time end = now + lifetime * (4 * MIP6_SECOND);
	bool is_new = e->state != BCACHE_BOUND;
	uint8_t status = lifetime ? MH_STATUS_RESOURCES : MH_STATUS_NOT_HOME_SUBNET;

	if (lifetime == 0 || timer_set(&ha->node->timers, &e->timer, end) < 0 ||
	    ha_binding_want(e) < 0) {
		ha_send_ba(ha, now, reply, status, e->seq, 0);
		ha_binding_remove(ha, now, e, mh_status_text(status));
		return;
	}
	saved = record_binding(e, now, is_new);
	if (!saved && is_new) {
		ha_send_ba(ha, now, reply, MH_STATUS_RESOURCES, e->seq, 0);
		unwant(e);
		erase(e, now);
		return;
	}
	if (is_new)
		ha->node->stats.bindings++;
	node_commit(ha->node, now);
	if (!in_place(e)) {
		ha_send_ba(ha, now, reply, MH_STATUS_RESOURCES, e->seq, 0);
		ha_binding_remove(ha, now, e, "the data plane refused it");
		return;
	}
	if (saved)
		ha_send_ba(ha, now, reply, success(now, home, lifetime), e->seq, lifetime);
	emit(e, is_new ? MIP6_EV_BINDING_NEW : MIP6_EV_BINDING_CHANGED, now, NULL);
}

/* The L bit of an existing binding stays: what it stands for was tested when the
 * binding was made (RFC 6275 11.5.5 speaks of it in this sense). */
static void take_request(struct bcache_entry *e, const struct ha_request *r)
{
	uint16_t l = (uint16_t)((e->state == BCACHE_DELETED ? r->flags : e->flags) & MH_BU_L);

	e->coa = r->coa;
	e->seq = r->seq;
	e->flags = (uint16_t)((r->flags & ~MH_BU_L) | l);
}

static void refresh(struct bcache_entry *e, mip6_time now, const struct ha_request *r,
		    const struct ha_home *home)
{
	struct ha_site site = *ha_entry_site(e);

	if (site.ifindex != home->ifindex || !mip6_addr_equal(&site.address, &r->reply.src)) {
		if (site.ifindex != home->ifindex)
			unwant(e);
		if (ha_entry_place(e, &r->reply.src, home->ifindex) < 0) {
			ha_send_ba(e->ha, now, &r->reply, MH_STATUS_RESOURCES, e->seq, 0);
			ha_binding_want(e);
			return;
		}
	}
	take_request(e, r);
	make_binding(e, now, &r->reply, home, r->lifetime);
}

/* An entry in state deleted is no binding, so that DAD is due again (10.3.1
 * "Unless this home agent already has a binding"): the mobile node left the home
 * link, and another node may have taken its address there since. */
static struct bcache_entry *begin(struct ha *ha, const struct ha_request *r,
				  const struct ha_home *home, struct bcache_entry *e)
{
	if (e && ha_entry_place(e, &r->reply.src, home->ifindex) < 0)
		return NULL;
	if (!e) {
		e = ha_entry_full(ha) ? NULL
				      : ha_entry_new(ha, &r->hoa, &r->reply.src, home->ifindex);
		if (!e)
			return NULL;
		e->state = BCACHE_DELETED;
	}
	if (!ha_job_new(e)) {
		if (!timer_is_set(&e->timer))
			ha_entry_free(e);
		return NULL;
	}
	take_request(e, r);
	e->job->reply = r->reply;
	e->job->lifetime = r->lifetime;
	e->state = BCACHE_DAD;
	timer_stop(&ha->node->timers, &e->timer);
	return e;
}

static void want_early(const struct bcache_entry *e)
{
	struct mip6_object o = binding_object(e);

	(void)plane_want(e->ha->node->plane, &e->ha->bcache, &o);
}

/* The binding was lost, and its traffic is here already: it is not kept waiting for the
 * end of DAD. Nothing is said to the home link, and the Binding Acknowledgement comes
 * when DAD has ended (10.3.1); where a node on the link has the address, it says so
 * within moments, and the tunnel goes. */
static void serve_early(struct bcache_entry *e, mip6_time now)
{
	e->job->early = true;
	want_early(e);
	node_commit(e->ha->node, now);
}

void ha_binding_register(struct ha *ha, mip6_time now, const struct ha_request *r,
			 const struct ha_home *home, struct bcache_entry *e)
{
	if (e && e->state == BCACHE_BOUND) {
		refresh(e, now, r, home);
		return;
	}
	e = begin(ha, r, home, e);
	if (!e) {
		ha_send_ba(ha, now, &r->reply, MH_STATUS_RESOURCES, r->seq, 0);
	} else if (home->ifindex == 0) { /* no link, nobody to ask */
		ha_binding_tested(e, now, true);
	} else if (ha_job_test(e, now) < 0) {
		ha_send_ba(ha, now, &r->reply, MH_STATUS_RESOURCES, r->seq, 0);
		erase(e, now);
	} else if (ha_stray_told(ha, now, &r->hoa, &r->coa)) {
		serve_early(e, now);
	}
}

void ha_binding_again(const struct ha_request *r, struct bcache_entry *e)
{
	take_request(e, r);
	if (e->job->early)
		want_early(e);
	e->job->reply = r->reply;
	e->job->lifetime = r->lifetime;
}

void ha_binding_tested(struct bcache_entry *e, mip6_time now, bool ok)
{
	struct ha_reply reply = e->job->reply;
	uint16_t lifetime = e->job->lifetime;
	struct ha *ha = e->ha;
	struct ha_home home;

	if (!ok || !ha_home_find(ha, now, &e->hoa, &home)) {
		withdraw(e);
		node_commit(ha->node, now);
		ha_send_ba(ha, now, &reply, ok ? MH_STATUS_NOT_HOME_SUBNET : MH_STATUS_DAD_FAILED,
			   e->seq, 0);
		erase(e, now);
		return;
	}
	if (home.ifindex != ha_entry_site(e)->ifindex) /* the link was renumbered meanwhile */
		ha_entry_place(e, &reply.src, home.ifindex);
	make_binding(e, now, &reply, &home, lifetime);
	e = bcache_find(&ha->bcache, &reply.hoa);
	if (e && e->state == BCACHE_BOUND)
		ha_job_advertise(e, now);
}

/* The entry stays for 10 s, so that a BU that the mobile node sent before it came
 * home, and that arrives after, is told as old and does not bind again. Where that
 * cannot be saved the next process would have the binding again: the mobile node asks
 * until the answer is true. */
void ha_binding_deregister(struct ha *ha, mip6_time now, const struct ha_request *r,
			   struct bcache_entry *e)
{
	mip6_time end = now + DELETED_S * MIP6_SECOND;
	bool gone = false;

	withdraw(e);
	ha_job_end(e);
	if (e->state == BCACHE_BOUND) {
		node_commit(ha->node, now);
		ha->node->stats.bindings--;
		emit(e, MIP6_EV_BINDING_GONE, now, "deregistered");
	}
	e->state = BCACHE_DELETED;
	e->seq = r->seq;
	e->coa = r->hoa;
	if (timer_set(&ha->node->timers, &e->timer, end) < 0)
		erase(e, now);
	else
		gone = ha_record_save(e, now) == MIP6_OK;
	if (gone)
		ha_send_ba(ha, now, &r->reply, MH_STATUS_ACCEPTED, r->seq, 0);
	if (!r->reply.has_rh2)
		(void)ha_neighbour_ask(ha, now, &r->reply);
}

/* One whose record could not be removed was: the next process would have it. */
bool ha_binding_never_was(const struct bcache_entry *e)
{
	return !(e->unsaved && e->recorded) && e->state == BCACHE_DELETED &&
	       mip6_addr_is_unspecified(&e->coa);
}

void ha_binding_remember(struct ha *ha, mip6_time now, const struct ha_request *r,
			 struct bcache_entry *e)
{
	struct ha_home home;

	if (!e && (ha_entry_full(ha) || !ha_allowed(ha, &r->hoa) ||
		   !ha_home_find(ha, now, &r->hoa, &home)))
		return;
	if (!e)
		e = ha_entry_new(ha, &r->hoa, &r->reply.src, home.ifindex);
	if (!e)
		return;
	e->state = BCACHE_DELETED;
	e->seq = r->seq;
	if (timer_set(&ha->node->timers, &e->timer, now + DELETED_S * MIP6_SECOND) < 0)
		ha_entry_free(e);
	else
		(void)ha_record_save(e, now);
}

void ha_binding_remove(struct ha *ha, mip6_time now, struct bcache_entry *e, const char *reason)
{
	withdraw(e);
	if (e->state == BCACHE_BOUND) {
		ha->node->stats.bindings--;
		emit(e, MIP6_EV_BINDING_GONE, now, reason);
	}
	erase(e, now);
}

void ha_binding_fire(void *arg, mip6_time now)
{
	struct bcache_entry *e = arg;

	ha_binding_remove(e->ha, now, e, "expired");
}

static const char *not_served(const struct ha *ha, mip6_time now, const struct bcache_entry *e,
			      enum ha_review scope)
{
	struct ha_home home;

	if (!ha_allowed(ha, &e->hoa))
		return "denied";
	if (scope == HA_REVIEW_DENIED ||
	    (scope == HA_REVIEW_CONFIGURED && ha_entry_site(e)->ifindex != 0))
		return NULL;
	return ha_home_find(ha, now, &e->hoa, &home) ? NULL : "prefix ended";
}

void ha_binding_review(struct ha *ha, mip6_time now, enum ha_review scope)
{
	struct bcache_entry *next;

	for (struct bcache_entry *e = bcache_next(&ha->bcache, NULL); e; e = next) {
		const char *reason = not_served(ha, now, e, scope);

		next = bcache_next(&ha->bcache, e);
		if (reason)
			ha_binding_remove(ha, now, e, reason);
	}
}

/* An address that went (as when its interface was down for a moment) does not
 * end bindings: only where it came back counts. */
void ha_binding_replace(struct ha *ha, mip6_time now, bool record)
{
	struct bcache_entry *e = NULL;
	struct ha_home home;

	while ((e = bcache_next(&ha->bcache, e))) {
		struct ha_site site = *ha_entry_site(e);

		if (e->state != BCACHE_BOUND || !ha_home_find(ha, now, &e->hoa, &home) ||
		    home.ifindex == site.ifindex)
			continue;
		ha_job_end(e);
		unwant(e);
		ha_entry_place(e, &site.address, home.ifindex);
		ha_binding_want(e);
		if (record)
			(void)ha_record_save(e, now);
	}
}

void ha_binding_free_all(struct ha *ha)
{
	struct bcache_entry *next;

	for (struct bcache_entry *e = bcache_next(&ha->bcache, NULL); e; e = next) {
		next = bcache_next(&ha->bcache, e);
		ha_entry_free(e);
	}
}
