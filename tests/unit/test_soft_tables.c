/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of the user-space data plane: routes and rules, and what each object of
 * the plane does; and all of them together below a mobile node. */
#include "soft_lab.h"
#include <core/node_internal.h>

/* ---- routes ------------------------------------------------------------------------------- */

static void test_route_longest(void)
{
	struct lab *l = lab_new();
	struct soft_hop hop = route(l, "3fff:2::1", "3fff:9::9");

	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	set_route(l, "::/0", 2, "fe80::a");
	set_route(l, "3fff:9::/32", 3, "fe80::b");
	set_route(l, "3fff:9:0:5::/64", 2, NULL);
	hop = route(l, "3fff:2::1", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 3, "fe80::b"));
	CU_ASSERT_EQUAL(hop.mtu, 1500);
	hop = route(l, "3fff:2::1", "3fff:9:0:5::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "3fff:9:0:5::9"));
	hop = route(l, "3fff:2::1", "3fff:8::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::a"));
	hop = route(l, "3fff:9::9", "3fff:3::1");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_LOCAL);
	lab_free(l);
}

static void test_route_metric(void)
{
	struct lab *l = lab_new();
	struct soft_hop hop;

	CU_ASSERT_EQUAL(put(l, route_object("::/0", 254, 9, 2, "fe80::a")), 0);
	CU_ASSERT_EQUAL(put(l, route_object("::/0", 254, 8, 3, "fe80::b")), 0);
	set_route(l, "::/0", 2, "fe80::c");
	hop = route(l, "::1", "3fff:8::9");
	CU_ASSERT_TRUE(goes_to(&hop, 3, "fe80::b"));
	link_set(l, 3, false);
	hop = route(l, "::1", "3fff:8::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::a"));
	CU_ASSERT_EQUAL(take(l, route_object("::/0", 254, 9, 2, "fe80::a")), 0);
	hop = route(l, "::1", "3fff:8::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::c"));
	link_set(l, 2, false);
	hop = route(l, "::1", "3fff:8::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	lab_free(l);
}

/* An object that changes its values stays one route. */
static void test_route_change(void)
{
	struct lab *l = lab_new();
	struct mip6_object was = route_object("::/0", 254, 9, 2, "fe80::a");
	struct mip6_object is = route_object("::/0", 254, 9, 3, "fe80::b");
	struct soft_hop hop;

	put(l, was);
	CU_ASSERT_EQUAL(soft_apply(l->s, &was, &is), 0);
	hop = route(l, "::1", "3fff:8::9");
	CU_ASSERT_TRUE(goes_to(&hop, 3, "fe80::b"));
	CU_ASSERT_EQUAL(take(l, is), 0);
	CU_ASSERT_EQUAL(l->s->routes.count, 2); /* the two on-link prefixes */
	lab_free(l);
}

static void test_route_on_link(void)
{
	struct lab *l = lab_new();
	struct mip6_prefix second = prefix_of("3fff:2::2/64");
	struct mip6_prefix first = prefix_of("3fff:2::1/64");
	struct soft_hop hop = route(l, "::1", "3fff:2::9");

	CU_ASSERT_TRUE(goes_to(&hop, 2, "3fff:2::9"));
	mip6_soft_address(l->s, l->now, 2, &second, true);
	mip6_soft_address(l->s, l->now, 2, &first, false);
	hop = route(l, "::1", "3fff:2::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_LINK);
	mip6_soft_address(l->s, l->now, 2, &second, false);
	hop = route(l, "::1", "3fff:2::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	/* no prefix route comes with an address of the plane */
	CU_ASSERT_EQUAL(put(l, address_object(2, "3fff:2::5", 0)), 0);
	hop = route(l, "::1", "3fff:2::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	CU_ASSERT_EQUAL(mip6_soft_address(l->s, l->now, 7, &second, true), MIP6_ERR_NOTFOUND);
	lab_free(l);
}

/* An address whose prefix is given another length. */
static void test_route_on_link_changed(void)
{
	struct lab *l = lab_new();
	struct mip6_prefix shorter = prefix_of("3fff:2::1/48");
	struct mip6_prefix longer = prefix_of("3fff:2::1/112");
	struct soft_hop hop;

	mip6_soft_address(l->s, l->now, 2, &shorter, true);
	hop = route(l, "::1", "3fff:2:0:1::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_LINK);
	mip6_soft_address(l->s, l->now, 2, &longer, true);
	hop = route(l, "::1", "3fff:2::1:9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	mip6_soft_address(l->s, l->now, 2, &shorter, false);
	hop = route(l, "::1", "3fff:2::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	lab_free(l);
}

static void test_rules(void)
{
	struct lab *l = lab_new();
	struct soft_hop hop;

	set_route(l, "::/0", 2, "fe80::a");
	put(l, route_object("::/0", 1003, 5, 3, "fe80::b"));
	put(l, route_object("::/0", 900, 1, 3, "fe80::c"));
	put(l, rule_object("3fff:3::1/128", 1000, 1003));
	hop = route(l, "3fff:3::1", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 3, "fe80::b"));
	hop = route(l, "3fff:3::2", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::a"));
	put(l, rule_object("3fff:3::/64", 900, 900));
	hop = route(l, "3fff:3::1", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 3, "fe80::c"));
	/* a table that has no route leaves it to the next rule */
	take(l, route_object("::/0", 900, 1, 3, "fe80::c"));
	hop = route(l, "3fff:3::1", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 3, "fe80::b"));
	take(l, rule_object("3fff:3::1/128", 1000, 1003));
	hop = route(l, "3fff:3::1", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::a"));
	lab_free(l);
}

static void test_route_device(void)
{
	struct lab *l = lab_new();
	struct mip6_object was = device_object("3fff:2::1", "3fff:8::1");
	struct mip6_object is = device_object("3fff:3::1", "3fff:8::1");
	struct soft_hop hop;

	put(l, route_object("::/0", 254, 1, 0, NULL));
	hop = route(l, "::1", "3fff:9::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	put(l, was);
	hop = route(l, "::1", "3fff:9::9");
	CU_ASSERT_TRUE(tunnels(&hop, "3fff:2::1", "3fff:8::1"));
	soft_apply(l->s, &was, &is);
	hop = route(l, "::1", "3fff:9::9");
	CU_ASSERT_TRUE(tunnels(&hop, "3fff:3::1", "3fff:8::1"));
	take(l, is);
	hop = route(l, "::1", "3fff:9::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	lab_free(l);
}

static void test_bindings(void)
{
	struct lab *l = lab_new();
	struct mip6_object was = binding_object("3fff:2::9", "3fff:9::1", "3fff:2::1");
	struct mip6_object is = binding_object("3fff:2::9", "3fff:9::2", "3fff:2::1");
	struct soft_hop hop;

	put(l, was);
	hop = route(l, "3fff:8::8", "3fff:2::9");
	CU_ASSERT_TRUE(tunnels(&hop, "3fff:2::1", "3fff:9::1"));
	soft_apply(l->s, &was, &is);
	hop = route(l, "3fff:8::8", "3fff:2::9");
	CU_ASSERT_TRUE(tunnels(&hop, "3fff:2::1", "3fff:9::2"));
	CU_ASSERT_TRUE(holds(l, is));
	hop = route(l, "3fff:8::8", "3fff:2::8");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "3fff:2::8"));
	take(l, is);
	hop = route(l, "3fff:8::8", "3fff:2::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "3fff:2::9"));
	lab_free(l);
}

static void test_many_bindings(void)
{
	struct lab *l = lab_new();
	struct mip6_object o = binding_object("3fff:2::", "3fff:9::1", "3fff:2::1");
	struct mip6_addr last;

	for (uint32_t i = 0; i < 100000; i++) {
		for (unsigned k = 0; k < 4; k++)
			o.binding.hoa.b[11 + k] = (uint8_t)(i >> (8 * k));
		put(l, o);
	}
	last = o.binding.hoa;
	CU_ASSERT_EQUAL(object_count(l), 100000);
	CU_ASSERT_PTR_NOT_NULL(soft_binding(l->s, &last));
	take(l, o);
	CU_ASSERT_PTR_NULL(soft_binding(l->s, &last));
	CU_ASSERT_EQUAL(object_count(l), 99999);
	lab_free(l);
}

/* ---- objects --------------------------------------------------------------------------------- */

static void test_objects_kept(void)
{
	struct lab *l = lab_new();
	struct mip6_object mh = {.kind = MIP6_OBJ_MH_INPUT};
	struct mip6_object all[] = {
	    forwarding_object(1),
	    device_object("3fff:2::1", "3fff:8::1"),
	    address_object(2, "3fff:2::7", MIP6_ADDRESS_DEPRECATED),
	    address_object(0, "3fff:8::7", MIP6_ADDRESS_HOME),
	    neighbour_object(2, "fe80::9"),
	    route_object("3fff::/20", 254, 7, 2, "fe80::a"),
	    rule_object("3fff:8::7/128", 900, 900),
	    binding_object("3fff:2::9", "3fff:9::1", "3fff:2::1"),
	    proxy_object(2, "3fff:2::9", true),
	    mh,
	};
	size_t count = sizeof(all) / sizeof(all[0]);

	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(put(l, all[i]), 0);
	CU_ASSERT_EQUAL(object_count(l), count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_TRUE(holds(l, all[i]));
	CU_ASSERT_TRUE(soft_has_object(l->s, &mh));
	for (size_t i = count; i-- > 0;)
		CU_ASSERT_EQUAL(take(l, all[i]), 0);
	CU_ASSERT_EQUAL(object_count(l), 0);
	CU_ASSERT_FALSE(soft_has_object(l->s, &mh));
	CU_ASSERT_FALSE(l->s->has_mn_device);
	CU_ASSERT_EQUAL(l->s->neighbours == NULL, false);
	lab_free(l);
}

static void test_forwarding(void)
{
	struct lab *l = lab_new();
	struct mip6_object on = forwarding_object(1);
	struct mip6_object off = forwarding_object(0);

	CU_ASSERT_FALSE(l->s->forwarding);
	put(l, off);
	CU_ASSERT_FALSE(l->s->forwarding);
	soft_apply(l->s, &off, &on);
	CU_ASSERT_TRUE(l->s->forwarding);
	mip6_soft_forwarding(l->s, true);
	take(l, on);
	CU_ASSERT_TRUE(l->s->forwarding);
	mip6_soft_forwarding(l->s, false);
	CU_ASSERT_FALSE(l->s->forwarding);
	lab_free(l);
}

static void test_device_ha(void)
{
	struct lab *l = lab_new();
	struct mip6_object o = {.kind = MIP6_OBJ_DEVICE};

	o.device.device = MIP6_DEVICE_HA;
	put(l, o);
	CU_ASSERT_TRUE(l->s->has_ha_device);
	CU_ASSERT_FALSE(l->s->has_mn_device);
	take(l, o);
	CU_ASSERT_FALSE(l->s->has_ha_device);
	lab_free(l);
}

static void test_addresses(void)
{
	struct lab *l = lab_new();
	struct mip6_prefix both = prefix_of("3fff:2::5/64");
	struct mip6_addr on_device = addr_of("3fff:8::7");
	const struct soft_iface *i = soft_iface(l->s, 2);

	put(l, address_object(2, "3fff:2::5", 0));
	CU_ASSERT_TRUE(soft_owns(l->s, &both.addr));
	mip6_soft_address(l->s, l->now, 2, &both, true);
	take(l, address_object(2, "3fff:2::5", 0));
	CU_ASSERT_TRUE(soft_owns(l->s, &both.addr));
	mip6_soft_address(l->s, l->now, 2, &both, false);
	CU_ASSERT_FALSE(soft_owns(l->s, &both.addr));
	put(l, address_object(0, "3fff:8::7", MIP6_ADDRESS_HOME));
	CU_ASSERT_TRUE(soft_owns(l->s, &on_device));
	CU_ASSERT_FALSE(soft_iface_has(i, &on_device));
	take(l, address_object(0, "3fff:8::7", MIP6_ADDRESS_HOME));
	CU_ASSERT_FALSE(soft_owns(l->s, &on_device));
	CU_ASSERT_EQUAL(put(l, address_object(9, "3fff:2::5", 0)), MIP6_ERR_NOTFOUND);
	CU_ASSERT_EQUAL(object_count(l), 0);
	lab_free(l);
}

static void test_addresses_full(void)
{
	struct lab *l = lab_new();
	struct mip6_object o = address_object(2, "3fff:2::100", 0);
	int err = 0;

	for (unsigned i = 0; i < SOFT_ADDRS && err == 0; i++) {
		o.address.addr.b[15] = (uint8_t)i;
		err = put(l, o);
	}
	CU_ASSERT_EQUAL(err, MIP6_ERR_SPACE);
	CU_ASSERT_EQUAL(object_count(l), SOFT_ADDRS - 1);
	CU_ASSERT_EQUAL(soft_iface(l->s, 2)->addr_count, SOFT_ADDRS);
	lab_free(l);
}

/* Home: first on the tunnel's device, then on the home link; in between it is on
 * both, and the upper layers hear of it once. */
static void test_home_address_told(void)
{
	struct lab *l = lab_new();
	struct mip6_addr hoa = addr_of("3fff:2::7");

	put(l, address_object(0, "3fff:2::7", MIP6_ADDRESS_HOME));
	put(l, address_object(2, "3fff:2::7", MIP6_ADDRESS_HOME));
	take(l, address_object(0, "3fff:2::7", MIP6_ADDRESS_HOME));
	CU_ASSERT_EQUAL(l->told_count, 1);
	CU_ASSERT_TRUE(l->told[0].present);
	CU_ASSERT_TRUE(mip6_addr_equal(&l->told[0].addr, &hoa));
	put(l, address_object(2, "3fff:2::8", 0));
	CU_ASSERT_EQUAL(l->told_count, 1);
	take(l, address_object(2, "3fff:2::7", MIP6_ADDRESS_HOME));
	CU_ASSERT_EQUAL(l->told_count, 2);
	CU_ASSERT_FALSE(l->told[1].present);
	lab_free(l);
}

static void test_link_local(void)
{
	struct lab *l = lab_new();
	struct mip6_addr second = soft_iface(l->s, 2)->link_local;
	struct mip6_addr third = soft_iface(l->s, 3)->link_local;
	struct mip6_addr expected = addr_of("fe80::ff:fe00:2");
	struct mip6_link link = soft_iface(l->s, 2)->link;

	CU_ASSERT_TRUE(mip6_addr_equal(&second, &expected));
	CU_ASSERT_TRUE(soft_iface_has(soft_iface(l->s, 2), &second));
	CU_ASSERT_FALSE(soft_iface_has(soft_iface(l->s, 2), &third));
	link_set(l, 2, false);
	CU_ASSERT_TRUE(soft_owns(l->s, &second));
	link.mac[5] = 0x77;
	mip6_soft_link(l->s, l->now, &link);
	CU_ASSERT_FALSE(soft_owns(l->s, &second));
	mip6_soft_link_gone(l->s, l->now, 3);
	CU_ASSERT_FALSE(soft_owns(l->s, &third));
	CU_ASSERT_PTR_NULL(soft_iface(l->s, 3));
	lab_free(l);
}

/* What is applied on an interface holds again when it comes back. */
static void test_iface_returns(void)
{
	struct lab *l = lab_new();
	struct mip6_addr addr = addr_of("3fff:2::5");
	struct soft_hop hop;

	put(l, address_object(2, "3fff:2::5", 0));
	put(l, route_object("::/0", 254, 7, 2, "fe80::a"));
	mip6_soft_link_gone(l->s, l->now, 2);
	CU_ASSERT_FALSE(soft_owns(l->s, &addr));
	hop = route(l, "::1", "3fff:9::9");
	CU_ASSERT_EQUAL(hop.kind, SOFT_HOP_NONE);
	link_set(l, 2, true);
	CU_ASSERT_TRUE(soft_owns(l->s, &addr));
	hop = route(l, "::1", "3fff:9::9");
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::a"));
	hop = route(l, "::1", "3fff:2::9"); /* the configured address is gone for good */
	CU_ASSERT_TRUE(goes_to(&hop, 2, "fe80::a"));
	CU_ASSERT_EQUAL(object_count(l), 2);
	lab_free(l);
}

static void test_source(void)
{
	struct lab *l = lab_new();
	struct mip6_addr global = addr_of("3fff:9::9");
	struct mip6_addr local = addr_of("fe80::9");
	struct mip6_addr wanted = addr_of("3fff:2::1");
	struct mip6_addr src;

	src = soft_source(l->s, 2, &local);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &soft_iface(l->s, 2)->link_local));
	src = soft_source(l->s, 2, &global);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &wanted));
	link_set(l, 4, true);
	put(l, address_object(4, "3fff:4::7", MIP6_ADDRESS_HOME));
	put(l, address_object(4, "3fff:4::8", 0));
	wanted = addr_of("3fff:4::8");
	src = soft_source(l->s, 4, &global);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &wanted));
	link_set(l, 5, true);
	put(l, address_object(5, "3fff:5::7", MIP6_ADDRESS_DEPRECATED));
	wanted = addr_of("3fff:5::7");
	src = soft_source(l->s, 5, &global);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &wanted));
	put(l, address_object(5, "3fff:5::8", 0));
	wanted = addr_of("3fff:5::8");
	src = soft_source(l->s, 5, &global);
	CU_ASSERT_TRUE(mip6_addr_equal(&src, &wanted));
	src = soft_source(l->s, 8, &global);
	CU_ASSERT_TRUE(mip6_addr_is_unspecified(&src));
	lab_free(l);
}

/* One of a few objects of each kind; key names it, value changes it. */
static struct mip6_object some_object(unsigned kind, unsigned key, unsigned value)
{
	char text[32];
	struct mip6_object mh = {.kind = MIP6_OBJ_MH_INPUT};

	snprintf(text, sizeof(text), "3fff:2::%x", 16 + key);
	switch (kind) {
	case MIP6_OBJ_SYSCTL:
		return forwarding_object((int)value % 2);
	case MIP6_OBJ_DEVICE:
		return device_object(text, value % 2 ? "3fff:8::1" : "3fff:8::2");
	case MIP6_OBJ_ADDRESS:
		return address_object(key % 2 * 2, text, value % 4);
	case MIP6_OBJ_NEIGHBOUR:
		return neighbour_object(2 + key % 2, text);
	case MIP6_OBJ_ROUTE:
		return route_object("3fff:9::/64", 900 + key % 3, key, 2 + value % 2,
				    value % 4 ? text : NULL);
	case MIP6_OBJ_RULE:
		return rule_object("3fff:2::/64", key, 900 + value % 3);
	case MIP6_OBJ_BINDING:
		return binding_object(text, value % 2 ? "3fff:9::1" : "3fff:9::2",
				      value % 4 < 2 ? "3fff:2::1" : "3fff:2::2");
	case MIP6_OBJ_PROXY:
		return proxy_object(2 + key % 2, text, value % 2);
	default:
		mh.mh_input.hao = key % 2;
		return mh;
	}
}

struct model {
	struct mip6_object objects[64];
	size_t count;
};

static struct mip6_object *model_find(struct model *m, const struct mip6_object *o)
{
	for (size_t i = 0; i < m->count; i++)
		if (mip6_object_same(&m->objects[i], o))
			return &m->objects[i];
	return NULL;
}

/* Puts, changes or takes one object, as the core would. */
static void random_step(struct lab *l, struct model *m, struct gen *g)
{
	struct mip6_object o =
	    some_object(gen_below(g, MIP6_OBJ_KINDS), gen_below(g, 6), gen_below(g, 8));
	struct mip6_object *has = model_find(m, &o);

	if (has && gen_bool(g)) {
		CU_ASSERT_EQUAL(soft_apply(l->s, has, NULL), 0);
		*has = m->objects[--m->count];
		return;
	}
	CU_ASSERT_EQUAL(soft_apply(l->s, has, &o), 0);
	if (!has)
		has = &m->objects[m->count++];
	*has = o;
}

/* Whatever is put, changed and taken: the plane holds what it should, and in the
 * end nothing. */
static void test_random_objects(void)
{
	struct lab *l = lab_new();
	struct model m = {.count = 0};
	struct gen g = {.state = 4711};

	for (unsigned i = 0; i < 20000; i++) {
		random_step(l, &m, &g);
		if (i % 64 == 0)
			for (size_t k = 0; k < m.count; k++)
				CU_ASSERT_TRUE(holds(l, m.objects[k]));
		CU_ASSERT_EQUAL(object_count(l), m.count);
	}
	while (m.count)
		CU_ASSERT_EQUAL(take(l, m.objects[--m.count]), 0);
	CU_ASSERT_EQUAL(object_count(l), 0);
	CU_ASSERT_EQUAL(l->s->routes.count, 2); /* on the links */
	CU_ASSERT_EQUAL(l->s->routes.rule_count, 0);
	CU_ASSERT_EQUAL(soft_iface(l->s, 2)->addr_count, 1);
	CU_ASSERT_EQUAL(l->s->devices.addr_count, 0);
	CU_ASSERT_FALSE(l->s->forwarding);
	CU_ASSERT_FALSE(l->s->has_mn_device);
	CU_ASSERT_EQUAL(l->told_count % 2, 0);
	lab_free(l);
}

/* ---- with the protocol ---------------------------------------------- */

static bool same_as_wanted(void *arg, const struct mip6_object *object)
{
	struct lab *l = arg;

	CU_ASSERT_TRUE(holds(l, *object));
	return true;
}

static size_t wanted_count(const struct lab *l)
{
	size_t n = 0;

	mip6_node_wanted(mip6_soft_node(l->s), count_object, &n);
	return n;
}

static void receive_ra(struct lab *l, const char *prefix)
{
	struct mip6_addr src = addr_of("fe80::a");
	struct mip6_addr dst = mip6_addr_all_nodes();
	struct nd_ra ra = {.hop_limit = 64, .lifetime = 1800, .pio_count = 1};
	uint8_t buf[256];

	ra.slla.len = 6;
	memcpy(ra.slla.addr, peer_mac, 6);
	ra.pio[0] = (struct nd_pio){64, ND_PIO_L | ND_PIO_A, 3600, 1800, addr_of(prefix)};
	receive_icmp6(l, "fe80::a", &dst, buf, nd_build_ra(&src, &dst, &ra, buf, sizeof(buf)));
}

/* Flags of an address as the core knows it, -1: it does not. */
static int known_flags(const struct lab *l, unsigned ifindex, const char *text)
{
	const struct iface *iface = node_iface(mip6_soft_node(l->s), ifindex);
	struct mip6_addr addr = addr_of(text);

	for (size_t i = 0; iface && i < iface->addr_count; i++)
		if (mip6_addr_equal(&iface->addrs[i].addr.addr, &addr))
			return (int)iface->addrs[i].flags;
	return -1;
}

static size_t known_routes(const struct lab *l)
{
	return node_iface(mip6_soft_node(l->s), 2)->route_count;
}

/* The core hears of configured addresses and routes as of a kernel's, and of its
 * own addresses when it has returned. */
static void test_core_told(void)
{
	struct mip6_config config;
	struct mip6_prefix addr = prefix_of("3fff:2::1/64");
	struct mip6_prefix both = prefix_of("3fff:2::2/64");
	struct mip6_prefix dst = prefix_of("3fff:6::/64");
	struct lab *l;

	mip6_config_default(&config);
	config.role = MIP6_ROLE_CN;
	l = lab_with(&config);
	link_set(l, 2, true);
	CU_ASSERT_EQUAL(known_flags(l, 2, "fe80::ff:fe00:2"), 0);
	mip6_soft_address(l->s, l->now, 2, &addr, true);
	CU_ASSERT_EQUAL(known_flags(l, 2, "3fff:2::1"), 0);
	put(l, address_object(2, "3fff:2::1", 0));
	put(l, address_object(2, "3fff:2::2", MIP6_ADDRESS_DEPRECATED));
	put(l, address_object(0, "3fff:2::3", MIP6_ADDRESS_HOME));
	CU_ASSERT_EQUAL(known_flags(l, 2, "3fff:2::2"), -1);
	mip6_soft_start(l->s, l->now);
	CU_ASSERT_EQUAL(known_flags(l, 2, "3fff:2::2"),
			MIP6_HOST_ADDR_OURS | MIP6_HOST_ADDR_DEPRECATED);
	mip6_soft_address(l->s, l->now, 2, &addr, false);
	CU_ASSERT_NOT_EQUAL(known_flags(l, 2, "3fff:2::1"), -1); /* still an object */
	take(l, address_object(2, "3fff:2::1", 0));
	mip6_soft_address(l->s, l->now, 2, &both, true);
	take(l, address_object(2, "3fff:2::2", 0));
	mip6_soft_stop(l->s, l->now);
	CU_ASSERT_EQUAL(known_flags(l, 2, "3fff:2::1"), -1);
	CU_ASSERT_NOT_EQUAL(known_flags(l, 2, "3fff:2::2"), -1); /* configured meanwhile */
	set_route(l, "3fff:6::/64", 2, NULL);
	set_route(l, "3fff:7::/64", 2, "fe80::a");
	set_route(l, "::/0", 2, NULL);
	CU_ASSERT_EQUAL(known_routes(l), 1);
	mip6_soft_route(l->s, l->now, &dst, 2, NULL, false);
	CU_ASSERT_EQUAL(known_routes(l), 0);
	lab_free(l);
}

static struct lab *mobile_node(void)
{
	struct mip6_config config;
	struct lab *l;

	mip6_config_default(&config);
	config.role = MIP6_ROLE_MN;
	config.mn_ha_ipsec = false;
	config.home_count = 1;
	config.homes[0].ha = addr_of("3fff:8::1");
	config.homes[0].hoa = prefix_of("3fff:8::7/64");
	config.homes[0].alt_coa = true;
	l = lab_with(&config);
	link_set(l, 2, true);
	CU_ASSERT_EQUAL(mip6_soft_start(l->s, l->now), 0);
	return l;
}

/* A mobile node away from home: what it applies is what is wanted, it sends from
 * its new address, and stopped it leaves nothing. */
static void test_mobile_node(void)
{
	struct lab *l = mobile_node();
	struct mip6_addr coa = addr_of("3fff:5::ff:fe00:2");
	struct soft_hop hop;
	unsigned bus = 0;

	CU_ASSERT_EQUAL(l->sent[0].ifindex, 2);
	receive_ra(l, "3fff:5::");
	CU_ASSERT_TRUE(soft_owns(l->s, &coa));
	for (size_t i = 0; i < l->count; i++) {
		struct ip6_packet p = parsed(&l->sent[i]);

		if (p.next_header != IP6_NH_MH)
			continue;
		bus++;
		CU_ASSERT_TRUE(mip6_addr_equal(&p.src, &coa));
		CU_ASSERT_EQUAL(memcmp(l->sent[i].octets, peer_mac, 6), 0);
	}
	CU_ASSERT_EQUAL(bus, 1);
	CU_ASSERT_TRUE(wanted_count(l) > 5);
	CU_ASSERT_EQUAL(object_count(l), wanted_count(l));
	mip6_node_wanted(mip6_soft_node(l->s), same_as_wanted, l);
	hop = route(l, "3fff:8::7", "3fff:9::9");
	CU_ASSERT_TRUE(tunnels(&hop, "3fff:5::ff:fe00:2", "3fff:8::1"));
	CU_ASSERT_EQUAL(l->told_count, 1);
	/* its router does not answer: that is told, and the care-of address goes */
	pass(l, 7 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->events[MIP6_EV_ROUTER_LOST], 0);
	pass(l, 2 * MIP6_SECOND);
	CU_ASSERT_EQUAL(l->events[MIP6_EV_ROUTER_LOST], 1);
	mip6_soft_stop(l->s, l->now);
	CU_ASSERT_EQUAL(object_count(l), 0);
	CU_ASSERT_FALSE(soft_owns(l->s, &coa));
	CU_ASSERT_EQUAL(l->told_count, 2);
	lab_free(l);
}

static void receive_ns(struct lab *l, const char *src, const char *target)
{
	struct nd_ns ns = {.target = addr_of(target)};
	struct mip6_addr from = addr_of(src);
	struct mip6_addr to = mip6_addr_solicited_node(&ns.target);
	uint8_t message[64];

	if (!mip6_addr_is_unspecified(&from))
		ns.slla.len = 6;
	memcpy(ns.slla.addr, peer_mac, ns.slla.len);
	receive_icmp6(l, src, &to, message, nd_build_ns(&from, &to, &ns, message, sizeof(message)));
}

/* Flags of an advertisement of this address that has left since then; -1: none. */
static int advertised(const struct lab *l, size_t since, const char *target)
{
	struct mip6_addr addr = addr_of(target);
	struct nd_na na;

	for (size_t i = since; i < l->count; i++) {
		struct ip6_packet p = parsed(&l->sent[i]);

		if (p.next_header == IP6_NH_ICMPV6 &&
		    nd_parse_na(p.payload, p.payload_len, &na) == MIP6_OK &&
		    mip6_addr_equal(&na.target, &addr))
			return na.flags;
	}
	return -1;
}

/* While its duplicates are looked for, a care-of address is not defended, its
 * advertisements override nothing, and nobody is asked from it (RFC 4429 3.2, 3.3);
 * afterwards it is one like others. */
static void test_address_on_trial(void)
{
	static const char coa[] = "3fff:5::ff:fe00:2";
	struct mip6_addr link_local = addr_of("fe80::ff:fe00:2");
	struct mip6_addr target = addr_of("3fff:5::77");
	struct mip6_addr hint = addr_of(coa);
	struct lab *l = mobile_node();
	struct ip6_packet p;
	size_t count;

	receive_ra(l, "3fff:5::");
	count = l->count;
	receive_ns(l, "fe80::a", coa);
	CU_ASSERT_EQUAL(advertised(l, count, coa), ND_NA_S);
	soft_nd_solicit(l->s, 2, &target, NULL, &hint);
	soft_finish(l->s);
	p = parsed(&l->sent[l->count - 1]);
	CU_ASSERT_TRUE(mip6_addr_equal(&p.src, &link_local));
	count = l->count;
	receive_ns(l, "::", coa);
	CU_ASSERT_EQUAL(advertised(l, count, coa), -1);
	CU_ASSERT_EQUAL(l->events[MIP6_EV_DAD_FAIL], 1);
	lab_free(l);
	l = mobile_node();
	receive_ra(l, "3fff:5::");
	pass(l, 1100 * MIP6_MS);
	count = l->count;
	receive_ns(l, "fe80::a", coa);
	CU_ASSERT_EQUAL(advertised(l, count, coa), ND_NA_S | ND_NA_O);
	count = l->count;
	receive_ns(l, "::", coa);
	CU_ASSERT_EQUAL(advertised(l, count, coa), ND_NA_O);
	lab_free(l);
}

static const struct test_case tests[] = {
    {"route_longest", test_route_longest},
    {"route_metric", test_route_metric},
    {"route_change", test_route_change},
    {"route_on_link", test_route_on_link},
    {"route_on_link_changed", test_route_on_link_changed},
    {"rules", test_rules},
    {"route_device", test_route_device},
    {"bindings", test_bindings},
    {"many_bindings", test_many_bindings},
    {"objects_kept", test_objects_kept},
    {"forwarding", test_forwarding},
    {"device_ha", test_device_ha},
    {"addresses", test_addresses},
    {"addresses_full", test_addresses_full},
    {"home_address_told", test_home_address_told},
    {"link_local", test_link_local},
    {"iface_returns", test_iface_returns},
    {"source", test_source},
    {"random_objects", test_random_objects},
    {"core_told", test_core_told},
    {"mobile_node", test_mobile_node},
    {"address_on_trial", test_address_on_trial},
};

int main(void)
{
	return test_run("soft_tables", tests, sizeof(tests) / sizeof(tests[0]));
}
