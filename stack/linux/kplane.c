/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The plane's backend in the kernel: kplane_apply gives an object to the file
 * of its kind, after looking whether a former process left it there. What is
 * found at start (kplane_adopt) is kept in a sorted table; an object that is
 * wanted with the same values is only marked, so that no traffic of a good
 * binding is cut by a restart, and kplane_settle removes what nobody marked. */
#include "linux/kplane_internal.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KPLANE_READ_TRIES 10

typedef int (*kplane_change_fn)(struct kplane *k, const struct mip6_object *was,
				const struct mip6_object *is);

static const kplane_change_fn kplane_kinds[MIP6_OBJ_KINDS] = {
    [MIP6_OBJ_SYSCTL] = kplane_sysctl_apply,   [MIP6_OBJ_DEVICE] = kplane_device_apply,
    [MIP6_OBJ_ADDRESS] = kplane_address_apply, [MIP6_OBJ_NEIGHBOUR] = kplane_neighbour_apply,
    [MIP6_OBJ_ROUTE] = kplane_route_apply,     [MIP6_OBJ_RULE] = kplane_rule_apply,
    [MIP6_OBJ_BINDING] = kplane_binding_apply, [MIP6_OBJ_PROXY] = kplane_proxy_apply,
    [MIP6_OBJ_MH_INPUT] = kplane_mh_apply,
};

/* ---- keys -------------------------------------------------------------------- */

static struct mip6_addr kplane_masked(const struct mip6_prefix *p)
{
	const struct mip6_addr none = {{0}};

	return mip6_addr_combine(p, &none);
}

static struct kplane_key kplane_key(const struct mip6_object *o)
{
	struct kplane_key key = {.kind = (uint32_t)o->kind};

	switch (o->kind) {
	case MIP6_OBJ_SYSCTL:
		key.a = (uint32_t)o->sysctl.name;
		key.b = o->sysctl.ifindex;
		break;
	case MIP6_OBJ_DEVICE:
		key.a = (uint32_t)o->device.device;
		break;
	case MIP6_OBJ_ADDRESS:
		key.a = o->address.ifindex;
		key.b = (uint32_t)o->address.device;
		key.addr = o->address.addr;
		break;
	case MIP6_OBJ_NEIGHBOUR:
		key.a = o->neighbour.ifindex;
		key.addr = o->neighbour.addr;
		break;
	case MIP6_OBJ_ROUTE:
		key.a = o->route.table;
		key.b = o->route.metric;
		key.len = o->route.dst.len;
		key.addr = o->route.dst.addr;
		break;
	case MIP6_OBJ_RULE:
		key.a = o->rule.priority;
		key.len = o->rule.from.len;
		key.addr = o->rule.from.addr;
		break;
	case MIP6_OBJ_BINDING:
		key.addr = o->binding.hoa;
		break;
	case MIP6_OBJ_PROXY:
		key.a = o->proxy.ifindex;
		key.addr = o->proxy.addr;
		break;
	case MIP6_OBJ_MH_INPUT:
		key.a = o->mh_input.hao;
		key.addr = o->mh_input.hoa;
		break;
	case MIP6_OBJ_KINDS:
		break;
	}
	return key;
}

/* The object as the kernel would tell it: what the kernel fills in is filled
 * in, so that wanted and found objects can be compared. */
static struct mip6_object kplane_normal(const struct mip6_object *o)
{
	struct mip6_object n = *o;

	if (n.kind == MIP6_OBJ_ROUTE) {
		n.route.dst.addr = kplane_masked(&n.route.dst);
		if (n.route.metric == 0)
			n.route.metric = KPLANE_METRIC;
	}
	if (n.kind == MIP6_OBJ_RULE)
		n.rule.from.addr = kplane_masked(&n.rule.from);
	return n;
}

/* ---- lists of objects ---------------------------------------------------------- */

static struct kplane_adopted kplane_item(const struct mip6_object *object)
{
	struct kplane_adopted item = {.object = kplane_normal(object)};

	item.key = kplane_key(&item.object);
	return item;
}

static int kplane_list_add(struct kplane_list *list, const struct mip6_object *object, bool whole)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 32;
		struct kplane_adopted *items = realloc(list->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		list->items = items;
		list->room = room;
	}
	list->items[list->count] = kplane_item(object);
	list->items[list->count++].whole = whole;
	return 0;
}

int kplane_found(struct kplane *k, const struct mip6_object *object, bool whole)
{
	return kplane_list_add(&k->adopted, object, whole);
}

int kplane_borrow(struct kplane *k, const struct mip6_object *object)
{
	return kplane_list_add(&k->borrowed, object, true);
}

int kplane_found_lent(struct kplane *k, const struct mip6_object *object)
{
	const struct mip6_object normal = kplane_normal(object);
	const struct kplane_key key = kplane_key(&normal);

	for (size_t i = 0; i < k->borrowed.count; i++) {
		if (memcmp(&key, &k->borrowed.items[i].key, sizeof(key)) == 0)
			return kplane_found(k, &k->borrowed.items[i].object, true);
	}
	return 0;
}

bool kplane_give_back(struct kplane *k, const struct mip6_object *object)
{
	const struct kplane_key key = kplane_key(object);

	for (size_t i = 0; i < k->borrowed.count; i++) {
		if (memcmp(&key, &k->borrowed.items[i].key, sizeof(key)) == 0) {
			k->borrowed.items[i] = k->borrowed.items[--k->borrowed.count];
			return true;
		}
	}
	return false;
}

static int kplane_compare(const void *a, const void *b)
{
	const struct kplane_adopted *x = a;
	const struct kplane_adopted *y = b;

	return memcmp(&x->key, &y->key, sizeof(x->key));
}

/* First item whose key is not smaller than that of `object`. */
static size_t kplane_lower_bound(const struct kplane_list *list, const struct kplane_adopted *want)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (kplane_compare(&list->items[middle], want) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool kplane_is_found(const struct kplane *k, const struct mip6_object *object)
{
	const struct kplane_adopted want = kplane_item(object);
	const size_t i = kplane_lower_bound(&k->adopted, &want);

	return i < k->adopted.count && kplane_compare(&k->adopted.items[i], &want) == 0;
}

/* The kernel cannot tell the host's choice of an MTU from a given one. */
static bool kplane_equal(const struct mip6_object *found, const struct mip6_object *wanted)
{
	struct mip6_object w = *wanted;

	if (w.kind == MIP6_OBJ_DEVICE && w.device.mtu == 0)
		w.device.mtu = found->device.mtu;
	return mip6_object_equal(found, &w);
}

/* The adopted object of this key that nobody claimed yet. A process that was
 * killed between two steps may have left two of one key: the one that is equal
 * comes first. */
static struct kplane_adopted *kplane_claim(struct kplane *k, const struct mip6_object *wanted)
{
	const struct kplane_adopted want = kplane_item(wanted);
	struct kplane_adopted *best = NULL;

	for (size_t i = kplane_lower_bound(&k->adopted, &want); i < k->adopted.count; i++) {
		struct kplane_adopted *a = &k->adopted.items[i];

		if (kplane_compare(a, &want) != 0)
			break;
		if (!a->claimed && (!best || kplane_equal(&a->object, wanted)))
			best = a;
	}
	if (best)
		best->claimed = true;
	return best;
}

/* ---- errors -------------------------------------------------------------------- */

int kplane_removed(int err)
{
	switch (err) {
	case -ENOENT:
	case -ESRCH:
	case -ENODEV:
	case -ENXIO:
	case -EADDRNOTAVAIL:
		return 0;
	default:
		return err;
	}
}

static int kplane_code(int err)
{
	switch (-err) {
	case EPERM:
	case EACCES:
		return MIP6_ERR_PERMISSION;
	case EEXIST:
		return MIP6_ERR_EXISTS;
	case ENOENT:
	case ESRCH:
	case ENODEV:
	case ENXIO:
		return MIP6_ERR_NOTFOUND;
	case ENOMEM:
	case ENOBUFS:
		return MIP6_ERR_NOMEM;
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
	case ENOSYS:
		return MIP6_ERR_UNSUPPORTED;
	default:
		return MIP6_ERR_IO;
	}
}

/* Writes the text of the last error and turns it into one of the stack's. */
static int kplane_fail(struct kplane *k, int err, const char *verb, const struct mip6_object *o)
{
	char object[256];
	const char *words = k->route.error[0] ? k->route.error : k->xfrm.error;

	snprintf(k->error, sizeof(k->error), "%s %s%s%s: %s%s%s%s", verb,
		 mip6_object_format(o, object, sizeof(object)), k->step ? ": " : "",
		 k->step ? k->step : "", strerror(-err), words[0] ? " (" : "", words,
		 words[0] ? ")" : "");
	return kplane_code(err);
}

/* ---- devices ------------------------------------------------------------------- */

unsigned kplane_index(const struct kplane *k, unsigned ifindex, enum mip6_device device)
{
	return ifindex != 0 ? ifindex : kplane_device_index(k, device);
}

enum mip6_device kplane_device_of(const struct kplane *k, unsigned ifindex)
{
	for (unsigned d = MIP6_DEVICE_MN; d <= MIP6_DEVICE_HA; d++)
		if (ifindex != 0 && k->devices[d] == ifindex)
			return (enum mip6_device)d;
	return MIP6_DEVICE_NONE;
}

unsigned kplane_device_index(const struct kplane *k, enum mip6_device device)
{
	return (unsigned)device <= MIP6_DEVICE_HA ? k->devices[device] : 0;
}

/* ---- interface ----------------------------------------------------------------- */

static int kplane_open_sockets(struct kplane *k, char *error, size_t cap)
{
	int err = nlsock_open(&k->route, NETLINK_ROUTE);

	if (err < 0) {
		snprintf(error, cap, "netlink: %s", strerror(-err));
		return err;
	}
	/* A kernel without XFRM fails where it is needed, with a better text. */
	nlsock_open(&k->xfrm, NETLINK_XFRM);
	kplane_watch_open(k);
	kplane_report_open(k);
	err = kplane_cut_open(k);
	if (err < 0)
		snprintf(error, cap, "epoll: %s", strerror(-err));
	return err;
}

struct kplane *kplane_open(const char *state_path, char *error, size_t cap)
{
	struct kplane *k = calloc(1, sizeof(*k));

	if (!k) {
		snprintf(error, cap, "%s", mip6_strerror(MIP6_ERR_NOMEM));
		return NULL;
	}
	k->check = srccheck_none();
	k->settings_fd = -1;
	k->cut = kplane_cut_none();
	k->journal = journal_open(state_path, error, cap, &k->load);
	if (!k->journal || kplane_open_sockets(k, error, cap) < 0) {
		kplane_close(k);
		return NULL;
	}
	if (k->load.other_boot)
		journal_reset(k->journal);
	return k;
}

const struct journal_load *kplane_load(const struct kplane *k)
{
	return &k->load;
}

/* How a kind is read. Devices come first: routes and addresses name them. */
struct kplane_reader {
	unsigned kinds; /* bits by kind */
	int (*read)(struct kplane *k);
};

static int kplane_read_once(struct kplane *k, const struct kplane_reader *readers, size_t count,
			    unsigned kinds)
{
	int err = 0;

	k->adopted.count = 0;
	for (size_t i = 0; i < count && err == 0; i++)
		if (readers[i].kinds & kinds)
			err = readers[i].read(k);
	return err;
}

static int kplane_read_with(struct kplane *k, const struct kplane_reader *readers, size_t count,
			    unsigned kinds)
{
	int err = -EINTR;

	/* The kernel says so when its tables changed under the reader. */
	for (int tries = 0; tries < KPLANE_READ_TRIES && err == -EINTR; tries++)
		err = kplane_read_once(k, readers, count, kinds);
	if (k->adopted.count > 1)
		qsort(k->adopted.items, k->adopted.count, sizeof(*k->adopted.items),
		      kplane_compare);
	if (err == 0)
		return 0;
	snprintf(k->error, sizeof(k->error), "reading the kernel's objects: %s", strerror(-err));
	return kplane_code(err);
}

int kplane_adopt(struct kplane *k)
{
	static const struct kplane_reader readers[] = {
	    {KPLANE_ALL, kplane_device_adopt},	  {KPLANE_ALL, kplane_address_adopt},
	    {KPLANE_ALL, kplane_neighbour_adopt}, {KPLANE_ALL, kplane_route_adopt},
	    {KPLANE_ALL, kplane_rule_adopt},	  {KPLANE_ALL, kplane_sysctl_adopt},
	    {KPLANE_ALL, kplane_mh_adopt},
	};
	int err;

	srccheck_close(&k->check);
	err = kplane_read_with(k, readers, sizeof(readers) / sizeof(readers[0]), KPLANE_ALL);
	if (err == 0)
		kplane_binding_prune(k);
	return err;
}

int kplane_read(struct kplane *k, unsigned kinds)
{
	static const struct kplane_reader readers[] = {
	    {KPLANE_ALL, kplane_device_adopt},
	    {KPLANE_BIT(MIP6_OBJ_ADDRESS), kplane_address_read},
	    {KPLANE_BIT(MIP6_OBJ_ROUTE) | KPLANE_BIT(MIP6_OBJ_BINDING), kplane_route_adopt},
	    {KPLANE_BIT(MIP6_OBJ_RULE), kplane_rule_adopt},
	    {KPLANE_BIT(MIP6_OBJ_PROXY), kplane_proxy_read},
	    {KPLANE_BIT(MIP6_OBJ_SYSCTL), kplane_sysctl_adopt},
	    {KPLANE_BIT(MIP6_OBJ_MH_INPUT), kplane_mh_adopt},
	};

	return kplane_read_with(k, readers, sizeof(readers) / sizeof(readers[0]), kinds);
}

bool kplane_missing(struct kplane *k, const struct mip6_object *object)
{
	const struct kplane_adopted want = kplane_item(object);

	for (size_t i = kplane_lower_bound(&k->adopted, &want); i < k->adopted.count; i++) {
		const struct kplane_adopted *a = &k->adopted.items[i];

		if (kplane_compare(a, &want) != 0)
			break;
		if (a->whole && kplane_equal(&a->object, &want.object))
			return false;
	}
	k->was_there = true;
	return true;
}

void kplane_read_end(struct kplane *k)
{
	free(k->adopted.items);
	k->adopted = (struct kplane_list){0};
}

/* `o` is one of the two, with the key. */
static int kplane_change(struct kplane *k, const struct mip6_object *o,
			 const struct mip6_object *was, const struct mip6_object *is)
{
	int err;

	k->step = NULL;
	k->route.error[0] = 0;
	k->xfrm.error[0] = 0;
	err = kplane_kinds[o->kind](k, was, is);
	if (err == 0)
		return 0;
	return kplane_fail(k, err, !is ? "removing" : was ? "changing" : "adding", o);
}

/* What was borrowed and is wanted anew has been taken away by another program: it is ours
 * from here on, and there is nothing to give back. */
static void kplane_forget_borrowed(struct kplane *k, const struct mip6_object *o)
{
	if (kplane_give_back(k, o) && o->kind == MIP6_OBJ_ADDRESS)
		kplane_loan_return(k, o);
}

static int kplane_carry_out(struct kplane *k, const struct mip6_object *was,
			    const struct mip6_object *is)
{
	struct mip6_object old;
	struct mip6_object new;
	const struct kplane_adopted *left;

	if (was)
		old = kplane_normal(was);
	if (!is)
		return was ? kplane_change(k, &old, &old, NULL) : 0;
	new = kplane_normal(is);
	if (was)
		return kplane_change(k, &new, &old, &new);
	left = kplane_claim(k, &new);
	/* What is not whole is made anew over what there is of it. */
	if (!left || !left->whole) {
		kplane_forget_borrowed(k, &new);
		return kplane_change(k, &new, NULL, &new);
	}
	/* A setting that is as wanted has to be watched from now on all the same. */
	if (kplane_equal(&left->object, &new) && new.kind != MIP6_OBJ_SYSCTL)
		return 0;
	return kplane_change(k, &new, &left->object, &new);
}

int kplane_apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct kplane *k = ctx;
	int err = kplane_carry_out(k, was, is);

	k->was_there = false;
	if (err == 0)
		kplane_cut_follow(k, was, is);
	return err;
}

void kplane_settle(struct kplane *k)
{
	/* The reverse of the order in which kinds depend on each other. */
	for (int kind = MIP6_OBJ_KINDS - 1; kind >= 0; kind--) {
		for (size_t i = 0; i < k->adopted.count; i++) {
			const struct kplane_adopted *a = &k->adopted.items[i];

			if (a->object.kind == (enum mip6_object_kind)kind && !a->claimed)
				kplane_change(k, &a->object, &a->object, NULL);
		}
	}
	kplane_read_end(k);
}

void kplane_drops(const struct kplane *k, struct kplane_drops *ret)
{
	uint64_t *const counters[SRCCHECK_DROPS] = {
	    [SRCCHECK_NOT_IPV6] = &ret->not_ipv6,
	    [SRCCHECK_NO_BINDING] = &ret->no_binding,
	    [SRCCHECK_WRONG_COA] = &ret->wrong_coa,
	    [SRCCHECK_LINK_LOCAL] = &ret->link_local,
	};

	*ret = (struct kplane_drops){0};
	for (unsigned i = 0; i < SRCCHECK_DROPS; i++)
		if (srccheck_count(&k->check, (enum srccheck_drop)i, counters[i]) < 0)
			*counters[i] = 0;
}

int kplane_filter_strays(const struct kplane *k, int fd)
{
	return srccheck_filter(&k->check, fd);
}

int kplane_rh2_error(const struct kplane *k)
{
	return k->rh2_error;
}

uint32_t kplane_port(const struct kplane *k)
{
	return k->route.port;
}

const char *kplane_error(const struct kplane *k)
{
	return k->error;
}

void kplane_close(struct kplane *k)
{
	if (!k)
		return;
	nlsock_close(&k->route);
	nlsock_close(&k->xfrm);
	kplane_watch_close(k);
	kplane_report_close(k);
	kplane_cut_close(k);
	srccheck_close(&k->check);
	journal_close(k->journal);
	free(k->adopted.items);
	free(k->borrowed.items);
	free(k);
}
