/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"
#include <core/plane.h>
#include <stdlib.h>

/* A backend that holds what it was told and checks that each change fits. */
struct backend {
	struct mip6_object has[64];
	size_t count;
	char log[512]; /* "+kind", "~kind", "-kind" of each change */
	enum mip6_object_kind fail_kind;
	int fail;
};

static size_t find(const struct backend *b, const struct mip6_object *o)
{
	size_t i = 0;

	while (i < b->count && !mip6_object_same(&b->has[i], o))
		i++;
	return i;
}

static int apply(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	struct backend *b = ctx;
	size_t len = strlen(b->log);
	size_t i = find(b, was ? was : is);

	if (b->fail && (is ? is : was)->kind == b->fail_kind)
		return b->fail;
	snprintf(b->log + len, sizeof(b->log) - len, "%c%d",
		 !was ? '+'
		 : is ? '~'
		      : '-',
		 (int)(is ? is : was)->kind);
	CU_ASSERT_EQUAL(i < b->count, was != NULL);
	if (was && i < b->count)
		CU_ASSERT_TRUE(mip6_object_equal(&b->has[i], was));
	if (is)
		b->has[i] = *is;
	else
		b->has[i] = b->has[b->count - 1];
	b->count = b->count + (was == NULL) - (is == NULL);
	return 0;
}

static struct mip6_object address(unsigned n, unsigned flags)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ADDRESS};

	o.address.ifindex = 2;
	o.address.addr.b[15] = (uint8_t)n;
	o.address.prefix_len = 64;
	o.address.flags = flags;
	return o;
}

static struct mip6_object device(unsigned local)
{
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	o.device.device = MIP6_DEVICE_MN;
	o.device.local.b[15] = (uint8_t)local;
	return o;
}

static struct mip6_object route(unsigned table)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ROUTE};

	o.route.table = table;
	o.route.ifindex = 2;
	return o;
}

static const char owner_a, owner_b;

static void test_difference(void)
{
	struct backend b = {0};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object o = address(1, 0);
	struct mip6_object changed = address(1, MIP6_ADDRESS_DEPRECATED);

	plane_want(p, &owner_a, &o);
	CU_ASSERT_EQUAL(b.count, 0); /* nothing before the commit */
	CU_ASSERT_EQUAL(plane_commit(p, NULL, NULL), 0);
	CU_ASSERT_STRING_EQUAL(b.log, "+2");
	plane_want(p, &owner_a, &o); /* the same again */
	plane_commit(p, NULL, NULL);
	plane_want(p, &owner_a, &changed); /* there and back */
	plane_want(p, &owner_a, &o);
	plane_commit(p, NULL, NULL);
	plane_unwant(p, &owner_a, &o); /* gone and back */
	plane_want(p, &owner_a, &o);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "+2");
	plane_want(p, &owner_a, &changed);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "+2~2");
	plane_unwant(p, &owner_a, &o);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "+2~2-2");
	plane_want(p, &owner_a, &o); /* never seen by the backend */
	plane_unwant(p, &owner_a, &o);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "+2~2-2");
	plane_free(p);
}

static void test_changed_then_removed(void)
{
	struct backend b = {0};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object o = address(1, 0);
	struct mip6_object changed = address(1, MIP6_ADDRESS_DEPRECATED);

	plane_want(p, &owner_a, &o);
	plane_commit(p, NULL, NULL);
	plane_want(p, &owner_a, &changed);
	plane_unwant(p, &owner_a, &changed);
	plane_commit(p, NULL, NULL); /* the backend is given what it has */
	CU_ASSERT_STRING_EQUAL(b.log, "+2-2");
	CU_ASSERT_EQUAL(b.count, 0);
	plane_free(p);
}

static void test_order(void)
{
	struct backend b = {0};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object old[3] = {route(900), address(1, 0), device(1)};
	struct mip6_object new[3] = {route(901), address(2, 0), device(2)};

	plane_want_only(p, &owner_a, old, 3);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "+1+2+4");
	b.log[0] = '\0';
	plane_want_only(p, &owner_a, new, 3);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "~1+2+4-4-2");
	b.log[0] = '\0';
	plane_unwant_all(p, &owner_a);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_STRING_EQUAL(b.log, "-4-2-1");
	plane_free(p);
}

static void test_owners(void)
{
	struct backend b = {0};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object o = address(1, 0);
	struct mip6_object other = address(2, 0);

	plane_want(p, &owner_a, &o);
	plane_want(p, &owner_b, &o);
	plane_want(p, &owner_b, &other);
	plane_commit(p, NULL, NULL);
	plane_unwant_all(p, &owner_a);
	plane_unwant_all(p, &owner_a);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(b.count, 2);
	plane_unwant(p, &owner_a, &other); /* not a's to withdraw */
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(b.count, 2);
	plane_want_only(p, &owner_b, &other, 1);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(b.count, 1);
	CU_ASSERT_TRUE(mip6_object_equal(&b.has[0], &other));
	plane_want_only(p, &owner_b, NULL, 0);
	plane_want(p, &owner_a, &o);
	plane_clear(p);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(b.count, 0);
	plane_free(p);
}

/* The first wish's place is used again when its owner went before the others. */
static void test_owner_changes(void)
{
	struct backend b = {0};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object o = address(1, 0);

	plane_want(p, &owner_a, &o);
	plane_want(p, &owner_b, &o);
	plane_unwant(p, &owner_a, &o);
	plane_want(p, &owner_a, &o);
	plane_unwant(p, &owner_b, &o);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(b.count, 1);
	plane_unwant(p, &owner_a, &o);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(b.count, 0);
	plane_free(p);
}

struct told {
	unsigned count;
	struct mip6_object last;
	int err;
};

static void tell(void *arg, const struct mip6_object *object, int err)
{
	struct told *t = arg;

	t->count++;
	t->last = *object;
	t->err = err;
}

/* Told once, again with another error, and again after it had been done. */
static void test_told_once(void)
{
	struct backend b = {.fail = MIP6_ERR_IO, .fail_kind = MIP6_OBJ_DEVICE};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object d = device(1);
	struct mip6_object o = address(1, 0);
	struct told told = {0};

	plane_want(p, &owner_a, &d);
	plane_want(p, &owner_a, &o);
	for (int i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(plane_commit(p, tell, &told), 1);
	CU_ASSERT_EQUAL(told.count, 1);
	CU_ASSERT_TRUE(mip6_object_equal(&told.last, &d));
	CU_ASSERT_FALSE(plane_has(p, &d));
	CU_ASSERT_TRUE(plane_has(p, &o));
	b.fail = MIP6_ERR_NOMEM;
	plane_commit(p, tell, &told);
	CU_ASSERT_EQUAL(told.count, 2);
	CU_ASSERT_EQUAL(told.err, MIP6_ERR_NOMEM);
	b.fail = 0;
	CU_ASSERT_EQUAL(plane_commit(p, tell, &told), 0);
	CU_ASSERT_TRUE(plane_has(p, &d));
	b.fail = MIP6_ERR_NOMEM;
	d = device(2);
	plane_want(p, &owner_a, &d);
	CU_ASSERT_EQUAL(plane_commit(p, tell, &told), 1);
	CU_ASSERT_EQUAL(told.count, 3);
	CU_ASSERT_FALSE(plane_has(p, &d)); /* it has the old values */
	plane_free(p);
}

static void test_failure(void)
{
	struct backend b = {.fail = MIP6_ERR_IO, .fail_kind = MIP6_OBJ_DEVICE};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object d = device(1);
	struct mip6_object o = address(1, 0);
	struct told told = {0};

	plane_want(p, &owner_a, &d);
	plane_want(p, &owner_a, &o);
	CU_ASSERT_EQUAL(plane_commit(p, tell, &told), 1);
	CU_ASSERT_EQUAL(told.err, MIP6_ERR_IO);
	CU_ASSERT_TRUE(mip6_object_equal(&told.last, &d));
	CU_ASSERT_STRING_EQUAL(b.log, "+2");
	b.fail = 0;
	CU_ASSERT_EQUAL(plane_commit(p, NULL, NULL), 0);
	CU_ASSERT_STRING_EQUAL(b.log, "+2+1");
	b.fail = MIP6_ERR_IO;
	plane_unwant(p, &owner_a, &d);
	CU_ASSERT_EQUAL(plane_commit(p, NULL, NULL), 1);
	CU_ASSERT_EQUAL(plane_commit(p, NULL, NULL), 1);
	b.fail = 0;
	CU_ASSERT_EQUAL(plane_commit(p, NULL, NULL), 0);
	CU_ASSERT_EQUAL(b.count, 1);
	plane_free(p);
}

static bool count_one(void *arg, const struct mip6_object *o)
{
	(void)o;
	++*(size_t *)arg;
	return true;
}

static int apply_count(void *ctx, const struct mip6_object *was, const struct mip6_object *is)
{
	(void)was;
	*(long *)ctx += is ? 1 : -1;
	return 0;
}

/* One owner's list must not cost what all the others have. */
static bool is_missing(void *arg, const struct mip6_object *object)
{
	const struct backend *b = arg;

	return find(b, object) == b->count;
}

/* What another program took, and cannot be made again for now, is told and tried again. */
static void test_renewed(void)
{
	struct backend b = {.fail_kind = MIP6_OBJ_ROUTE};
	struct plane *p = plane_new(apply, &b);
	struct mip6_object first = {0};
	struct mip6_object wanted[] = {device(1), route(900)};
	struct told told = {0};

	CU_ASSERT_EQUAL(plane_want_only(p, &b, wanted, 2), MIP6_OK);
	CU_ASSERT_EQUAL(plane_commit(p, NULL, NULL), 0);
	b.count = 0;
	b.fail = MIP6_ERR_NOTFOUND;
	CU_ASSERT_EQUAL(plane_renew(p, UINT32_MAX, is_missing, &b, &first), 1);
	CU_ASSERT(mip6_object_same(&first, &wanted[0]));
	CU_ASSERT_FALSE(plane_has(p, &wanted[1]));
	CU_ASSERT_EQUAL(plane_commit(p, tell, &told), 1);
	CU_ASSERT_EQUAL(told.count, 1);
	b.fail = 0;
	CU_ASSERT_EQUAL(plane_commit(p, tell, &told), 0);
	CU_ASSERT(plane_has(p, &wanted[1]));
	CU_ASSERT_EQUAL(plane_renew(p, UINT32_MAX, is_missing, &b, &first), 0);
	plane_free(p);
}

static void test_many(void)
{
	enum { N = 100000 };
	long has = 0;
	size_t wanted = 0;
	struct plane *p = plane_new(apply_count, &has);
	struct mip6_object small[2] = {device(1), address(1, 0)};
	struct mip6_object o = {.kind = MIP6_OBJ_BINDING};

	for (uint32_t i = 0; i < N; i++) {
		memcpy(o.binding.hoa.b, &i, sizeof(i));
		CU_ASSERT_EQUAL(plane_want(p, &has, &o), 0);
	}
	plane_commit(p, NULL, NULL);
	for (unsigned i = 0; i < N; i++) {
		small[1] = address(i % 200, 0);
		plane_want_only(p, &owner_a, small, 2);
		plane_commit(p, NULL, NULL);
	}
	plane_each(p, count_one, &wanted);
	CU_ASSERT_EQUAL(wanted, N + 2);
	CU_ASSERT_EQUAL(has, N + 2);
	plane_clear(p);
	plane_commit(p, NULL, NULL);
	CU_ASSERT_EQUAL(has, 0);
	plane_free(p);
}

static void format_is(const struct mip6_object *o, const char *expected)
{
	char buf[256];

	CU_ASSERT_STRING_EQUAL(mip6_object_format(o, buf, sizeof(buf)), expected);
}

static void test_format(void)
{
	struct mip6_object o = {.kind = MIP6_OBJ_ROUTE};

	o.route.table = 254;
	o.route.ifindex = 3;
	o.route.metric = 256;
	mip6_addr_parse("fe80::1", &o.route.gateway);
	format_is(&o, "route default via fe80::1 dev 3 table 254 metric 256");
	o = (struct mip6_object){.kind = MIP6_OBJ_BINDING};
	mip6_addr_parse("3fff::1", &o.binding.hoa);
	mip6_addr_parse("3fff::2", &o.binding.coa);
	mip6_addr_parse("3fff::3", &o.binding.ha);
	format_is(&o, "binding 3fff::1 coa 3fff::2 ha 3fff::3");
	o = (struct mip6_object){.kind = MIP6_OBJ_SYSCTL};
	o.sysctl.name = MIP6_SYSCTL_FORWARDING;
	o.sysctl.value = 1;
	format_is(&o, "sysctl forwarding = 1");
	o.sysctl.name = MIP6_SYSCTL_ACCEPT_RA;
	o.sysctl.ifindex = 4294967295u;
	o.sysctl.value = -1;
	format_is(&o, "sysctl accept_ra dev 4294967295 = -1");
	o = address(1, MIP6_ADDRESS_HOME);
	format_is(&o, "address ::1/64 dev 2 home");
	o = device(1);
	format_is(&o, "device mn-tunnel local ::1 remote ::");
	o = (struct mip6_object){.kind = MIP6_OBJ_NEIGHBOUR};
	o.neighbour.ifindex = 3;
	memcpy(o.neighbour.lladdr, (uint8_t[6]){0x02, 0, 0xab, 0xcd, 0x0e, 0xff}, 6);
	format_is(&o, "neighbour :: dev 3 lladdr 02:00:ab:cd:0e:ff");
	o = (struct mip6_object){.kind = MIP6_OBJ_MH_INPUT};
	format_is(&o, "mh_input rh2 ::");
	o.kind = MIP6_OBJ_KINDS;
	format_is(&o, "unknown object");
}

/* Every length of buffer is held to. */
static void test_format_cut(void)
{
	struct mip6_object o = route(254);
	char whole[128];
	char buf[130];

	mip6_object_format(&o, whole, sizeof(whole));
	for (size_t cap = 1; cap < sizeof(whole); cap++) {
		memset(buf, 'x', sizeof(buf));
		mip6_object_format(&o, buf, cap);
		CU_ASSERT_EQUAL(strlen(buf), strlen(whole) < cap ? strlen(whole) : cap - 1);
		CU_ASSERT_EQUAL(strncmp(buf, whole, cap - 1), 0);
		CU_ASSERT_EQUAL(buf[cap], 'x');
	}
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"difference", test_difference},
	    {"changed then removed", test_changed_then_removed},
	    {"order", test_order},
	    {"owners", test_owners},
	    {"owner changes", test_owner_changes},
	    {"failure", test_failure},
	    {"told once", test_told_once},
	    {"renewed", test_renewed},
	    {"many", test_many},
	    {"format", test_format},
	    {"format cut", test_format_cut},
	};

	return test_run("plane", tests, sizeof(tests) / sizeof(tests[0]));
}
