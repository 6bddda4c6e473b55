/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The home agent's records: saves that fail, and a reboot. What a mobile node was told
 * is what the next process knows; where it could not be made so, nothing was told. */
#include "ha_bench.h"
#include "test.h"

static const mip6_time second = MIP6_SECOND;

/* The process of `old` is dead. The clock of the next begins anew `later` ns after it, at
 * `now`: the host adds the difference to what each record begins with. */
static struct fake_host *next_process(struct fake_host *old, mip6_time died, mip6_time later,
				      mip6_time now)
{
	struct mip6_config c = bench_config();
	struct fake_host *f = bench_stopped(&c);

	for (size_t i = 0; i < old->record_count; i++) {
		struct mip6_record r = old->records[i];
		struct mip6_reader reader = rd_init(r.data, r.len);
		struct mip6_writer w = wr_init(r.data, r.len);

		wr_u64(&w, rd_u64(&reader) + (uint64_t)(now - died - later));
		fake_save(f, &r);
		CU_ASSERT_EQUAL(mip6_node_restore(f->node, now, &r), MIP6_OK);
	}
	fake_free(old);
	mip6_node_start(f->node, now);
	return f;
}

static struct fake_host *killed(struct fake_host *old, mip6_time now)
{
	return next_process(old, now, 0, now);
}

static struct fake_host *bound(void)
{
	struct fake_host *f = bench_new();

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, 5 * second);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	return f;
}

static void new_binding_is_refused(void)
{
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct fake_host *f = bench_new();

	f->save_error = MIP6_ERR_IO;
	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 100});
	fake_run(f, second);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_RESOURCES);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	CU_ASSERT_EQUAL(fake_count(f, &binding, true), 0); /* not for a moment */
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_NEW), 0);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 0);
	/* There is room again: nothing stands in its way. */
	f->save_error = 0;
	bench_bu(f, 2 * second, (struct bench_bu){.seq = 11, .lifetime = 100});
	fake_run(f, 3 * second);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_EQUAL(f->record_count, 1);
	fake_free(f);
}

/* Traffic follows the mobile node, but it is not told that it is registered there
 * before that is so. */
static void move_is_not_acknowledged(void)
{
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa2);
	struct bench_bu move = {.seq = 11, .lifetime = 100, .coa = bench_coa2};
	struct fake_host *f = bound();
	size_t sent = bench_mh_sent(f);

	f->save_error = MIP6_ERR_IO;
	bench_bu(f, 6 * second, move);
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 1);
	/* Killed now: the next process has what was acknowledged. */
	f = killed(f, 7 * second);
	bench_bu(f, 7 * second, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).seq, 10);
	move.seq = 12;
	bench_bu(f, 8 * second, move);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 12);
	fake_free(f);
}

static void save_is_tried_again(void)
{
	struct bench_bu move = {.seq = 11, .lifetime = 100, .coa = bench_coa2};
	struct fake_host *f = bound();

	f->save_error = MIP6_ERR_IO;
	bench_bu(f, 6 * second, move);
	fake_run(f, 9 * second);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 1);
	f->save_error = 0;
	fake_run(f, 10 * second);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 0);
	/* No Binding Update came since; the record is the new one all the same. */
	f = killed(f, 11 * second);
	bench_bu(f, 11 * second, (struct bench_bu){.seq = 11, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 11);
	fake_free(f);
}

/* A de-registration that is not durable is none: the mobile node is told when it is. */
/* The host said that it is saved, and could not write it with the others of that moment. */
static void lost_afterwards_is_tried_again(void)
{
	struct bench_bu move = {.seq = 11, .lifetime = 100, .coa = bench_coa2};
	struct fake_host *f = bound();
	struct mip6_record before = f->records[0];
	struct mip6_record after;

	bench_bu(f, 6 * second, move);
	after = f->records[0];
	f->records[0] = before;
	mip6_node_save_lost(f->node, 6 * second, &after);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 1);
	fake_run(f, 8 * second);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 0);
	CU_ASSERT_EQUAL(memcmp(&f->records[0], &after, sizeof(after)), 0);
	/* Of what there is no longer nothing is missed. */
	after.key.b[15] ^= 1;
	mip6_node_save_lost(f->node, 8 * second, &after);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 0);
	fake_free(f);
}

static void deregistered_stays_so(void)
{
	struct bench_bu home = {.seq = 11, .src = bench_hoa, .coa = bench_hoa, .no_hao = true};
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct fake_host *f = bound();
	size_t sent = bench_mh_sent(f);

	f->save_error = MIP6_ERR_IO;
	bench_bu(f, 6 * second, home);
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
	home.seq = 12;
	bench_bu(f, 7 * second, home);
	CU_ASSERT_EQUAL(bench_mh_sent(f), sent);
	f->save_error = 0;
	home.seq = 13;
	bench_bu(f, 9 * second, home);
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	f = killed(f, 10 * second);
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "deleted");
	fake_free(f);
}

/* A binding that ended stays known until its record is gone, or it would come back to
 * life with the next process. */
static void removal_is_tried_again(void)
{
	struct mip6_config deny = bench_config();
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct fake_host *f = bound();

	deny.default_acl = MIP6_ACL_DENY;
	f->save_error = MIP6_ERR_IO;
	mip6_node_reconfigure(f->node, 6 * second, &deny);
	CU_ASSERT_FALSE(fake_wanted(f, &binding));
	CU_ASSERT_EQUAL(f->record_count, 1);
	fake_run(f, 20 * second);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 1);
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_BINDING_GONE), 1);
	f->save_error = 0;
	fake_run(f, 22 * second);
	CU_ASSERT_EQUAL(f->record_count, 0);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 0);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), MIP6_NEVER);
	fake_free(f);
}

/* A thousand at once: one try a second while it fails, and all soon after. */
static void many_are_tried_again(void)
{
	struct fake_host *f = bench_new();
	mip6_time failed = 20 * second;
	char hoa[32];

	/* fake_host keeps 64 records; what it is told is counted by its steps. */
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(hoa, sizeof(hoa), "3fff:1::1:%x", i);
		bench_bu(f, 0, (struct bench_bu){.hoa = hoa, .seq = 1, .lifetime = 1000});
	}
	fake_run(f, failed);
	f->save_error = MIP6_ERR_IO;
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(hoa, sizeof(hoa), "3fff:1::1:%x", i);
		bench_bu(f, failed, (struct bench_bu){.hoa = hoa, .seq = 2, .lifetime = 1000});
	}
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 1000);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), failed + second);
	fake_run(f, failed + 5 * second);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), failed + 6 * second);
	f->save_error = 0;
	fake_run(f, failed + 6 * second + 100 * MIP6_MS);
	CU_ASSERT_EQUAL(mip6_node_unsaved(f->node), 0);
	fake_free(f);
}

/* Two hours later, with a clock that began anew and an interface of another number. */
static void reboot(void)
{
	const mip6_time died = 40000 * second;
	struct mip6_object binding = bench_binding(bench_hoa, bench_coa);
	struct fake_host *f = bench_new();

	bench_bu(f, died - 10 * second, (struct bench_bu){.seq = 10, .lifetime = 5000});
	fake_run(f, died);
	f = next_process(f, died, 7200 * second, 30 * second);
	CU_ASSERT_TRUE(fake_wanted(f, &binding));
	bench_bu(f, 31 * second, (struct bench_bu){.seq = 10, .lifetime = 100});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 10);
	/* The 20,000 s began with the acknowledgement, 9 s before the end. */
	fake_run(f, (30 + 20000 - 7209) * second - 1);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "bound");
	fake_run(f, (30 + 20000 - 7209) * second);
	CU_ASSERT_STRING_EQUAL(bench_state(f, bench_hoa), "");
	fake_free(f);
}

/* A host tells the records first, then the interfaces (mip6/node.h). To write each again
 * at the start took half of a restart with 100,000 bindings. */
static void start_writes_nothing(void)
{
	struct mip6_config c = bench_config();
	struct mip6_object proxy = bench_proxy(bench_hoa);
	struct fake_host *old = bound();
	struct fake_host *f = fake_new(&c);

	CU_ASSERT_EQUAL(mip6_node_restore(f->node, 6 * second, &old->records[0]), MIP6_OK);
	fake_free(old);
	fake_link(f, 6 * second, BENCH_HOME, "eth0", true);
	fake_address(f, 6 * second, BENCH_HOME, "3fff:1::1/64", true);
	mip6_node_start(f->node, 6 * second);
	CU_ASSERT_TRUE(fake_wanted(f, &proxy));
	CU_ASSERT_EQUAL(f->saved_step, 0);
	fake_free(f);
}

static const struct test_case tests[] = {
    {"a new binding is refused", new_binding_is_refused},
    {"a move is not acknowledged", move_is_not_acknowledged},
    {"a save is tried again", save_is_tried_again},
    {"what is lost afterwards is tried again", lost_afterwards_is_tried_again},
    {"what was de-registered stays so", deregistered_stays_so},
    {"a removal is tried again", removal_is_tried_again},
    {"many are tried again", many_are_tried_again},
    {"a reboot", reboot},
    {"a start writes nothing", start_writes_nothing},
};

int main(void)
{
	return test_run("records", tests, sizeof(tests) / sizeof(tests[0]));
}
