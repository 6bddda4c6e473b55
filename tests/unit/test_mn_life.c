/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The mobile node's process: stop, restart from records, reload, configurations
 * it refuses, and what control programs are told. */
#include "mn_host.h"

/* ---- life of the process ------------------------------------------------------------------------
 */

static void stop_leaves_nothing(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	CU_ASSERT(r.object_count > 10);
	mip6_node_stop(r.node, r.now);
	CU_ASSERT_EQUAL(r.object_count, 0);
	CU_ASSERT_EQUAL(mip6_node_deadline(r.node), MIP6_NEVER);
	rig_end(&r);
}

/* What kill -9 leaves: records. The next process knows the link when it starts. */
static void restart(struct rig *r)
{
	mip6_node_free(r->node);
	r->object_count = 0;
	rig_forget(r);
	r->node = mip6_node_new(&r->config, &r->host, r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->node);
	for (size_t i = 0; i < r->record_count; i++)
		CU_ASSERT(mip6_node_restore(r->node, r->now, &r->records[i]) == MIP6_OK);
	rig_link(r, ETH0, true);
	rig_address(r, ETH0, 0);
	CU_ASSERT(mip6_node_start(r->node, r->now) == MIP6_OK);
}

/* As a host does that restores after a reboot (mip6/node.h). */
static void shift_record(struct mip6_record *record, mip6_time by)
{
	struct mip6_reader r = rd_init(record->data, record->len);
	struct mip6_writer w = wr_init(record->data, record->len);

	wr_u64(&w, rd_u64(&r) + (uint64_t)by);
}

static bool take_registration(void *arg, const struct mip6_registration_info *info)
{
	*(struct mip6_registration_info *)arg = *info;
	return false;
}

static bool holds_all(const struct rig *r, const struct mip6_object *objects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < r->object_count && !mip6_object_equal(&r->objects[k], &objects[i]))
			k++;
		if (k == r->object_count)
			return false;
	}
	return r->object_count == count;
}

static void restart_goes_on(void)
{
	static struct rig r;
	static struct mip6_object before[RIG_OBJECTS];
	size_t count;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	count = r.object_count;
	memcpy(before, r.objects, sizeof(before));
	rig_pass(&r, 10 * S);
	restart(&r);
	CU_ASSERT(holds_all(&r, before, count));
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_RS), 1);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT(holds_all(&r, before, count));
	rig_pass(&r, 100 * MS);
	/* The home agent may have lost the binding meanwhile: it is asked once. */
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_accept(&r, COA1, 60);
	rig_pass(&r, 60 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(holds_all(&r, before, count));
	rig_end(&r);
}

static void restart_continues_sequence_and_refresh(void)
{
	static struct rig r;
	mip6_time start;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	start = r.now;
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_accept(&r, COA1, 60);
	rig_pass(&r, 10 * S);
	restart(&r);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, 100 * MS);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->at, start + 10 * S + 100 * MS);
	rig_accept(&r, COA1, 60);
	rig_run(&r, start + 10 * S + 100 * MS + 192 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->mh.bu.seq, (uint16_t)(seq + 2));
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->at, start + 10 * S + 100 * MS + 192 * S);
	rig_end(&r);
}

static void restart_on_another_link(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_pass(&r, 10 * S);
	restart(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA2));
	rig_end(&r);
}

/* At home after a move without a link event, while the router in use is still the
 * one that was left: killed, and carried back there. That router tells nothing of the
 * home prefix, and must not be held for a home router. */
static void restart_away_after_home(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_pass(&r, 10 * S);
	rig_receive_ra(&r, ETH0, "fe80::1", rig_ra("3fff:0:1::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, ANSWER);
	rig_receive_na(&r, ETH0, HA, HOA, ND_NA_O, 0x42);
	rig_receive_ba(&r, ETH0, NULL, 0, rig_last_bu(&r)->mh.bu.seq, 0);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_DEREGISTERED), 1);
	restart(&r);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
	rig_end(&r);
}

static void restart_after_the_binding_ended(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	r.now += 500 * S;
	restart(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_end(&r);
}

static void restart_in_the_middle_of_a_registration(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	r.now += 700 * MS;
	restart(&r);
	/* The answer to the former process' BU is still good. */
	rig_receive_ba(&r, ETH0, COA1, 0, seq, 60);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 1);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_end(&r);
}

/* What NonVolatileBindingCache is for: an hour later, with a clock that began anew and an
 * interface that has another number. */
static void reboot_goes_on(void)
{
	static struct rig r;
	const mip6_time later = 3600 * S;
	const mip6_time now = 20 * S;
	struct mip6_registration_info info;
	struct mip6_link link = rig_eth(ETH0, true, true);
	struct mip6_prefix p = {.addr = mip6_addr_link_local_eui64(link.mac), .len = 64};
	mip6_time accepted;
	uint16_t seq;

	rig_init(&r);
	r.config.mn_max_ha_binding_life_s = 262140;
	rig_start(&r);
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	accepted = r.now;
	rig_accept(&r, COA1, 3000);
	rig_pass(&r, 10 * S);
	mip6_node_free(r.node);
	r.object_count = 0;
	rig_forget(&r);
	r.node = mip6_node_new(&r.config, &r.host, &r);
	for (size_t i = 0; i < r.record_count; i++)
		shift_record(&r.records[i], now - later - r.now);
	accepted += now - later - r.now;
	r.now = now;
	CU_ASSERT(mip6_node_restore(r.node, r.now, &r.records[0]) == MIP6_OK);
	link.ifindex = ETH0 + 7;
	mip6_node_link(r.node, r.now, &link);
	mip6_node_address(r.node, r.now, link.ifindex, &p, 0, true);
	CU_ASSERT(mip6_node_start(r.node, r.now) == MIP6_OK);
	rig_receive_ra(&r, link.ifindex, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	mip6_node_registrations(r.node, take_registration, &info);
	CU_ASSERT_STRING_EQUAL(info.state, "registered");
	CU_ASSERT_EQUAL(info.ifindex, link.ifindex);
	CU_ASSERT_EQUAL(info.seq, seq);
	CU_ASSERT_EQUAL(info.expires, accepted + 12000 * S);
	CU_ASSERT(same(&info.coa, COA1));
	CU_ASSERT_EQUAL(info.refresh, r.now + 100 * MS);
	rig_pass(&r, 100 * MS);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	rig_end(&r);
}

/* A real-time clock that was hours off before the reboot holds nothing back. */
static void reboot_with_a_wrong_clock(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_accept(&r, COA1, 60);
	shift_record(&r.records[0], 90000 * S);
	restart(&r);
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	rig_end(&r);
}

/* Binding Updates do not wait for the disk; what could not be saved is, each second. */
static void save_is_tried_again(void)
{
	static struct rig r;
	struct mip6_record old;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	old = r.records[0];
	r.save_error = MIP6_ERR_IO;
	rig_receive_ra(&r, ETH0, AR2, rig_ra("3fff:0:b::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, ANSWER);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->at, r.now);
	rig_accept(&r, COA2, 60);
	CU_ASSERT_EQUAL(mip6_node_unsaved(r.node), 1);
	CU_ASSERT_EQUAL(memcmp(&old, &r.records[0], sizeof(old)), 0);
	r.save_error = 0;
	rig_pass(&r, 2 * S);
	CU_ASSERT_EQUAL(mip6_node_unsaved(r.node), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(&old, &r.records[0], sizeof(old)), 0);
	rig_end(&r);
}

static void damaged_records_are_refused(void)
{
	static struct rig r;
	struct mip6_record good;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	good = r.records[0];
	mip6_node_free(r.node);
	r.node = mip6_node_new(&r.config, &r.host, &r);
	for (uint16_t len = 0; len < good.len; len++) {
		struct mip6_record cut = good;

		cut.len = len;
		CU_ASSERT_EQUAL(mip6_node_restore(r.node, r.now, &cut), MIP6_ERR_VALUE);
	}
	good.data[8]++; /* behind the expiry: the version */
	CU_ASSERT_EQUAL(mip6_node_restore(r.node, r.now, &good), MIP6_ERR_VALUE);
	rig_end(&r);
}

static void reload_keeps_the_binding(void)
{
	static struct rig r;
	size_t count;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	count = r.object_count;
	r.config.mn_max_ha_binding_life_s = 400;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	CU_ASSERT_EQUAL(r.object_count, count);
	rig_pass(&r, 200 * S);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 100);
	rig_end(&r);
}

/* Another home address is registered at once; the old one is gone, here and at
 * the home agent, and coming back to it is a first registration. */
static void reload_with_another_home_address(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	r.config.homes[0].hoa = P("3fff:0:1::98/64");
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.hao, HOA));
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.lifetime, 0);
	CU_ASSERT(rig_bu(&r, 0)->source_exists);
	CU_ASSERT(same(&rig_bu(&r, 1)->tx.hao, "3fff:0:1::98"));
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_pass(&r, S);
	rig_forget(&r);
	r.config.homes[0].hoa = P(HOA "/64");
	restart(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	rig_pass(&r, 1499 * MS);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	rig_pass(&r, 1 * MS);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_end(&r);
}

/* Whoever had the home address on the home link is gone: a reload tries again. */
static void reload_tries_a_refused_address_again(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_DAD_FAILED, rig_bu(&r, 0)->mh.bu.seq, 0);
	rig_pass(&r, 50 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_accept(&r, COA1, 60);
	CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_REGISTERED), 1);
	rig_end(&r);
}

/* The former process may have been on the home link when the home agent asked who has
 * the address, and have answered itself: one more Binding Update tells. */
static void refused_after_a_restart(void)
{
	static struct rig r;
	uint16_t seq;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	seq = rig_bu(&r, 0)->mh.bu.seq;
	rig_pass(&r, 100 * MS);
	restart(&r);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 0);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_DAD_FAILED, seq, 0);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.seq, (uint16_t)(seq + 1));
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_DAD_FAILED, (uint16_t)(seq + 1), 0);
	rig_pass(&r, 50 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_PTR_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, HOA));
	rig_end(&r);
}

/* The home agent's operator allowed the address: nobody waits for the late retry. */
static void reload_tries_a_refused_registration_again(void)
{
	static struct rig r;

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	rig_receive_ba(&r, ETH0, COA1, MH_STATUS_PROHIBITED, rig_bu(&r, 0)->mh.bu.seq, 0);
	rig_pass(&r, 10 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 1);
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT_EQUAL(rig_bu(&r, 1)->mh.bu.seq, (uint16_t)(rig_bu(&r, 0)->mh.bu.seq + 1));
	CU_ASSERT(rig_bu(&r, 1)->source_exists);
	rig_accept(&r, COA1, 60);
	rig_pass(&r, 47 * S);
	CU_ASSERT_EQUAL(rig_count_bu(&r), 2);
	rig_end(&r);
}

/* UseAltCoa disabled: the source is the care-of address (RFC 6275 6.1.7). */
static void without_alternate_coa(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.homes[0].alt_coa = false;
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT(!rig_bu(&r, 0)->mh.options.has_alt_coa);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.src, COA1));
	rig_end(&r);
}

static void unusable_configurations(void)
{
	static struct rig r;

	for (int i = 0; i < 3; i++) {
		rig_init(&r);
		r.config.mn_ha_ipsec = i == 0;
		if (i == 1)
			r.config.homes[0].ha = (struct mip6_addr){{0}};
		if (i == 2) {
			r.config.homes[1] = r.config.homes[0];
			r.config.homes[1].ha = A("3fff:0:1::2");
			r.config.home_count = 2;
		}
		r.node = mip6_node_new(&r.config, &r.host, &r);
		CU_ASSERT_EQUAL(mip6_node_start(r.node, r.now), MIP6_ERR_CONFIG);
		CU_ASSERT_EQUAL(rig_count_events(&r, MIP6_EV_WARNING), 1);
		rig_link(&r, ETH0, true);
		CU_ASSERT_EQUAL(r.sent_count, 0);
		rig_end(&r);
	}
}

/* The file that UMIP's package brings says MN and no more: the node is there, and keeps
 * its hands off. A reload may take the last home away. The one object is what every node
 * wants: that Home Address options may come in. */
static void without_a_home(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.home_count = 0;
	r.config.mn_ha_ipsec = true;
	r.config.use_all_interfaces = true;
	rig_start(&r);
	rig_link(&r, ETH0, true);
	rig_receive_ra(&r, ETH0, AR1, rig_ra("3fff:0:a::", ND_PIO_L | ND_PIO_A));
	rig_pass(&r, 20 * S);
	CU_ASSERT_EQUAL(r.sent_count, 0);
	CU_ASSERT_EQUAL(r.object_count, 1);
	rig_end(&r);

	rig_init(&r);
	rig_start(&r);
	rig_registered(&r);
	rig_forget(&r);
	r.config.home_count = 0;
	CU_ASSERT_EQUAL(mip6_node_reconfigure(r.node, r.now, &r.config), MIP6_OK);
	CU_ASSERT_EQUAL(rig_last_bu(&r)->mh.bu.lifetime, 0);
	CU_ASSERT_EQUAL(r.object_count, 1);
	rig_end(&r);
}

static void two_home_addresses(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.homes[1] = r.config.homes[0];
	r.config.homes[1].hoa = P("3fff:0:1::98/64");
	r.config.home_count = 2;
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL_FATAL(rig_count_bu(&r), 2);
	CU_ASSERT(same(&rig_bu(&r, 0)->tx.hao, HOA));
	CU_ASSERT(same(&rig_bu(&r, 1)->tx.hao, "3fff:0:1::98"));
	CU_ASSERT_PTR_NOT_NULL(rig_find(&r, MIP6_OBJ_ADDRESS, "3fff:0:1::98"));
	CU_ASSERT_PTR_NOT_NULL(rig_default_route(&r, 901));
	CU_ASSERT_EQUAL(rig_count_nd(&r, ICMP6_NA), 1);
	rig_end(&r);
}

static void link_local_identifier_sets_l(void)
{
	static struct rig r;

	rig_init(&r);
	r.config.homes[0].hoa = P("3fff:0:1::200:ff:fe00:5/64");
	rig_start(&r);
	rig_attach1(&r);
	CU_ASSERT_EQUAL(rig_bu(&r, 0)->mh.bu.flags, MH_BU_A | MH_BU_H | MH_BU_L);
	rig_end(&r);
}

static bool keep_registration(void *arg, const struct mip6_registration_info *info)
{
	*(struct mip6_registration_info *)arg = *info;
	return true;
}

static bool keep_interface(void *arg, const struct mip6_interface_info *info)
{
	*(struct mip6_interface_info *)arg = *info;
	return true;
}

static void what_control_programs_see(void)
{
	static struct rig r;
	struct mip6_registration_info reg = {.seq = 0};
	struct mip6_interface_info iface = {.ifindex = 0};

	rig_init(&r);
	rig_start(&r);
	rig_attach1(&r);
	mip6_node_registrations(r.node, keep_registration, &reg);
	CU_ASSERT_STRING_EQUAL(reg.state, "waiting");
	CU_ASSERT_EQUAL(reg.seq, rig_bu(&r, 0)->mh.bu.seq);
	rig_accept(&r, COA1, 60);
	mip6_node_registrations(r.node, keep_registration, &reg);
	CU_ASSERT_STRING_EQUAL(reg.state, "registered");
	CU_ASSERT(same(&reg.coa, COA1) && same(&reg.hoa, HOA) && same(&reg.peer, HA));
	CU_ASSERT_EQUAL(reg.lifetime, 60);
	CU_ASSERT_EQUAL(reg.expires, 1240 * S);
	CU_ASSERT_EQUAL(reg.refresh, 1192 * S);
	mip6_node_interfaces(r.node, keep_interface, &iface);
	CU_ASSERT_EQUAL(iface.ifindex, ETH0);
	CU_ASSERT(iface.up && iface.in_use && !iface.at_home);
	CU_ASSERT(same(&iface.coa, COA1) && same(&iface.router, AR1));
	rig_end(&r);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"stop_leaves_nothing", stop_leaves_nothing},
	    {"without_a_home", without_a_home},
	    {"restart_goes_on", restart_goes_on},
	    {"restart_continues_sequence_and_refresh", restart_continues_sequence_and_refresh},
	    {"restart_on_another_link", restart_on_another_link},
	    {"restart_away_after_home", restart_away_after_home},
	    {"restart_after_the_binding_ended", restart_after_the_binding_ended},
	    {"restart_in_the_middle_of_a_registration", restart_in_the_middle_of_a_registration},
	    {"reboot_goes_on", reboot_goes_on},
	    {"reboot_with_a_wrong_clock", reboot_with_a_wrong_clock},
	    {"save_is_tried_again", save_is_tried_again},
	    {"damaged_records_are_refused", damaged_records_are_refused},
	    {"reload_keeps_the_binding", reload_keeps_the_binding},
	    {"reload_with_another_home_address", reload_with_another_home_address},
	    {"reload_tries_a_refused_address_again", reload_tries_a_refused_address_again},
	    {"refused_after_a_restart", refused_after_a_restart},
	    {"reload_tries_a_refused_registration_again",
	     reload_tries_a_refused_registration_again},
	    {"without_alternate_coa", without_alternate_coa},
	    {"unusable_configurations", unusable_configurations},
	    {"two_home_addresses", two_home_addresses},
	    {"link_local_identifier_sets_l", link_local_identifier_sets_l},
	    {"what_control_programs_see", what_control_programs_see},
	};

	return test_run("mn_life", tests, sizeof(tests) / sizeof(tests[0]));
}
