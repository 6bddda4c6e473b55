/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Settings below /proc/sys/net/ipv6. The kernel does not remember what a
 * setting was before us, so the old value goes into the journal before the
 * first change, and back from there when the object is withdrawn; a value that
 * is in the journal already (kill -9) is kept, since what the kernel has then
 * is our own.
 *
 * `forwarding` of the whole node changes that of each interface with it: all of
 * them are kept, each under its own record. */
#include "linux/kplane_internal.h"
#include "linux/sysctl_file.h"

#include <mip6/wire.h>

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

/* The interface in a record that stands for the settings of new interfaces. */
#define SYSCTL_DEFAULT UINT32_MAX

struct sysctl_value {
	enum kplane_record kind;
	enum mip6_sysctl name;
	uint32_t ifindex;
	int value;
};

/* ---- files --------------------------------------------------------------------------- */

struct sysctl_path {
	char text[128];
};

/* -ENODEV when there is no such interface. Neighbour settings have no "all". */
static int sysctl_path(enum mip6_sysctl name, uint32_t ifindex, struct sysctl_path *ret)
{
	const bool neighbour = name == MIP6_SYSCTL_PROXY_DELAY;
	char interface[IF_NAMESIZE] = "default";

	if (!mip6_sysctl_text(name))
		return -EINVAL;
	if (ifindex == 0 && !neighbour)
		snprintf(interface, sizeof(interface), "all");
	else if (ifindex != 0 && ifindex != SYSCTL_DEFAULT && !if_indextoname(ifindex, interface))
		return -ENODEV;
	snprintf(ret->text, sizeof(ret->text), "/proc/sys/net/ipv6/%s/%s/%s",
		 neighbour ? "neigh" : "conf", interface, mip6_sysctl_text(name));
	return 0;
}

static int sysctl_read(enum mip6_sysctl name, uint32_t ifindex, int *ret)
{
	struct sysctl_path path;
	int err = sysctl_path(name, ifindex, &path);

	return err < 0 ? err : sysctl_file_read(path.text, ret);
}

/* Leaves a setting alone that has the value: writing can have effects. */
static int sysctl_write(enum mip6_sysctl name, uint32_t ifindex, int value)
{
	struct sysctl_path path;
	int now = value;
	int err = sysctl_path(name, ifindex, &path);

	if (err == 0)
		err = sysctl_file_read(path.text, &now);
	if (err < 0 || now == value)
		return err;
	return sysctl_file_write(path.text, value);
}

/* ---- records ------------------------------------------------------------------------- */

static struct mip6_addr sysctl_key(const struct sysctl_value *v)
{
	struct mip6_addr key = {{0}};
	struct mip6_writer w = wr_init(key.b, sizeof(key.b));

	wr_u32(&w, (uint32_t)v->name);
	wr_u32(&w, v->ifindex);
	return key;
}

static int sysctl_journal(struct kplane *k, const struct sysctl_value *v, bool remove)
{
	struct mip6_record record = {.kind = (enum mip6_record_kind)v->kind, .key = sysctl_key(v)};
	struct mip6_writer w = wr_init(record.data, sizeof(record.data));

	wr_u32(&w, (uint32_t)v->value);
	record.len = remove ? 0 : (uint16_t)w.pos;
	return journal_save(k->journal, &record) < 0 ? -EIO : 0;
}

static bool sysctl_parse(const struct mip6_record *record, struct sysctl_value *ret)
{
	struct mip6_reader key = rd_init(record->key.b, sizeof(record->key.b));
	struct mip6_reader data = rd_init(record->data, record->len);

	ret->kind = (enum kplane_record)record->kind;
	ret->name = (enum mip6_sysctl)rd_u32(&key);
	ret->ifindex = rd_u32(&key);
	ret->value = (int)rd_u32(&data);
	return !data.failed && mip6_sysctl_text(ret->name) &&
	       (ret->kind == KPLANE_RECORD_SYSCTL || ret->kind == KPLANE_RECORD_SIDE);
}

struct sysctl_search {
	struct sysctl_value wanted;
	bool found;
};

static void sysctl_on_search(void *arg, const struct mip6_record *record)
{
	struct sysctl_search *search = arg;
	struct sysctl_value v;

	if (sysctl_parse(record, &v) && v.kind == search->wanted.kind &&
	    v.name == search->wanted.name && v.ifindex == search->wanted.ifindex) {
		search->wanted.value = v.value;
		search->found = true;
	}
}

/* The old value that the journal has. */
static bool sysctl_old(const struct kplane *k, struct sysctl_value *v)
{
	struct sysctl_search search = {.wanted = *v};

	journal_each(k->journal, sysctl_on_search, &search);
	v->value = search.wanted.value;
	return search.found;
}

/* Keeps the value that the kernel has now, unless an older one is kept. */
static int sysctl_keep(struct kplane *k, enum kplane_record kind, enum mip6_sysctl name,
		       uint32_t ifindex)
{
	struct sysctl_value v = {.kind = kind, .name = name, .ifindex = ifindex};
	int err;

	if (sysctl_old(k, &v))
		return 0;
	err = sysctl_read(name, ifindex, &v.value);
	return err < 0 ? err : sysctl_journal(k, &v, false);
}

/* Writes the kept value back and forgets it. A setting whose interface is gone
 * is only forgotten. */
static int sysctl_restore(struct kplane *k, const struct sysctl_value *v)
{
	int err = kplane_removed(sysctl_write(v->name, v->ifindex, v->value));

	return err < 0 ? err : sysctl_journal(k, v, true);
}

/* ---- forwarding of all interfaces ----------------------------------------------------- */

/* The interfaces are listed with their numbers. Names from /proc would have to be asked for
 * theirs, and for one that is no interface the kernel runs modprobe meanwhile. */
static int sysctl_keep_sides(struct kplane *k, enum mip6_sysctl name)
{
	struct if_nameindex *interfaces = if_nameindex();
	int err = interfaces ? sysctl_keep(k, KPLANE_RECORD_SIDE, name, SYSCTL_DEFAULT) : -errno;

	for (size_t i = 0; err == 0 && interfaces[i].if_index != 0; i++)
		err = kplane_removed(
		    sysctl_keep(k, KPLANE_RECORD_SIDE, name, interfaces[i].if_index));
	if (interfaces)
		if_freenameindex(interfaces);
	return err;
}

struct sysctl_sides {
	struct kplane *k;
	enum mip6_sysctl name;
	int err;
};

static void sysctl_on_side(void *arg, const struct mip6_record *record)
{
	struct sysctl_sides *sides = arg;
	struct sysctl_value v;
	int err;

	if (!sysctl_parse(record, &v) || v.kind != KPLANE_RECORD_SIDE || v.name != sides->name)
		return;
	err = sysctl_restore(sides->k, &v);
	if (sides->err == 0)
		sides->err = err;
}

static int sysctl_restore_sides(struct kplane *k, enum mip6_sysctl name)
{
	struct sysctl_sides sides = {.k = k, .name = name};

	journal_each(k->journal, sysctl_on_side, &sides);
	return sides.err;
}

static bool sysctl_has_sides(const struct mip6_object *o)
{
	return o->sysctl.name == MIP6_SYSCTL_FORWARDING && o->sysctl.ifindex == 0;
}

/* ---- apply and adopt --------------------------------------------------------------------- */

static int sysctl_withdraw(struct kplane *k, const struct mip6_object *o)
{
	struct sysctl_value v = {
	    .kind = KPLANE_RECORD_SYSCTL, .name = o->sysctl.name, .ifindex = o->sysctl.ifindex};
	int err;

	kplane_unwatch_setting(k, v.name, v.ifindex);
	if (!sysctl_old(k, &v))
		return 0;
	/* With the interfaces' own values still to come, the record of the node
	 * goes last: a kill in between is followed by another withdrawal. */
	if (sysctl_has_sides(o)) {
		err = sysctl_write(v.name, v.ifindex, v.value);
		if (err == 0)
			err = sysctl_restore_sides(k, v.name);
		if (err < 0)
			return err;
	}
	return sysctl_restore(k, &v);
}

int kplane_sysctl_apply(struct kplane *k, const struct mip6_object *was,
			const struct mip6_object *is)
{
	struct sysctl_path path;
	int err;

	if (!is)
		return sysctl_withdraw(k, was);
	k->step = "keeping the old value";
	err = sysctl_keep(k, KPLANE_RECORD_SYSCTL, is->sysctl.name, is->sysctl.ifindex);
	if (err == 0 && sysctl_has_sides(is))
		err = sysctl_keep_sides(k, is->sysctl.name);
	if (err < 0)
		return err;
	k->step = "writing the value";
	err = sysctl_write(is->sysctl.name, is->sysctl.ifindex, is->sysctl.value);
	if (err == 0 && sysctl_path(is->sysctl.name, is->sysctl.ifindex, &path) == 0)
		kplane_watch_setting(k, is->sysctl.name, is->sysctl.ifindex, path.text);
	return err;
}

struct sysctl_adoption {
	struct kplane *k;
	int err;
};

static void sysctl_on_adopt(void *arg, const struct mip6_record *record)
{
	struct sysctl_adoption *adoption = arg;
	struct mip6_object o = {.kind = MIP6_OBJ_SYSCTL};
	struct sysctl_value v;
	int err;

	if (!sysctl_parse(record, &v) || v.kind != KPLANE_RECORD_SYSCTL)
		return;
	o.sysctl.name = v.name;
	o.sysctl.ifindex = v.ifindex;
	err = sysctl_read(v.name, v.ifindex, &o.sysctl.value);
	err = kplane_found(adoption->k, &o, err == 0);
	if (adoption->err == 0)
		adoption->err = err;
}

int kplane_sysctl_adopt(struct kplane *k)
{
	struct sysctl_adoption adoption = {.k = k};

	journal_each(k->journal, sysctl_on_adopt, &adoption);
	return adoption.err;
}
