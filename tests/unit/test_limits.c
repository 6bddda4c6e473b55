/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What strangers can make a node send and tell: token buckets, a home agent under bad
 * Binding Updates, an advertising router under solicitations. */
#include "core/bucket.h"
#include "ha_bench.h"
#include "test.h"

enum { MS = MIP6_MS };

/* ---- buckets -------------------------------------------------------------------- */

static void test_bucket(void)
{
	const struct bucket_size size = {.per_second = 10, .burst = 3};
	struct bucket b = {0};

	for (int i = 0; i < 3; i++)
		CU_ASSERT_TRUE(bucket_take(&b, &size, MIP6_SECOND));
	CU_ASSERT_FALSE(bucket_take(&b, &size, MIP6_SECOND));
	CU_ASSERT_FALSE(bucket_take(&b, &size, MIP6_SECOND + 100 * MS - 1));
	CU_ASSERT_TRUE(bucket_take(&b, &size, MIP6_SECOND + 100 * MS));
	CU_ASSERT_FALSE(bucket_take(&b, &size, MIP6_SECOND + 100 * MS));
	/* Full again, not fuller. */
	for (int i = 0; i < 3; i++)
		CU_ASSERT_TRUE(bucket_take(&b, &size, 100 * MIP6_SECOND));
	CU_ASSERT_FALSE(bucket_take(&b, &size, 100 * MIP6_SECOND));
}

static struct mip6_addr numbered(const char *prefix, unsigned n)
{
	struct mip6_addr a = fake_addr(prefix);

	a.b[4] = (uint8_t)(n >> 16);
	a.b[5] = (uint8_t)(n >> 8);
	a.b[6] = (uint8_t)n;
	return a;
}

static void test_prefixes(void)
{
	const struct reply_rate rate = {{100, 100}, {10, 10}};
	struct reply_limit limit = {0};
	struct mip6_addr loud = fake_addr("3fff:2::1");
	struct mip6_addr same_prefix = fake_addr("3fff:2::2");
	struct mip6_addr other = fake_addr("3fff:3::1");
	struct mip6_addr host1 = fake_addr("fe80::1");
	struct mip6_addr host2 = fake_addr("fe80::2");
	unsigned n = 0;

	for (int i = 0; i < 1000; i++)
		n += reply_limit_take(&limit, &rate, 0, &loud);
	CU_ASSERT_EQUAL(n, 10);
	CU_ASSERT_FALSE(reply_limit_take(&limit, &rate, 0, &same_prefix));
	CU_ASSERT_TRUE(reply_limit_take(&limit, &rate, 0, &other));
	/* On a link each node counts for itself. */
	for (int i = 0; i < 20; i++)
		reply_limit_take(&limit, &rate, 0, &host1);
	CU_ASSERT_TRUE(reply_limit_take(&limit, &rate, 0, &host2));
	/* Sources that are made up: all together, and the loud one stays known. */
	limit = (struct reply_limit){0};
	for (int i = 0; i < 20; i++)
		reply_limit_take(&limit, &rate, 0, &loud);
	n = 0;
	for (unsigned i = 0; i < 10000; i++) {
		struct mip6_addr a = numbered("3fff:100::1", i);

		n += reply_limit_take(&limit, &rate, 0, &a);
	}
	CU_ASSERT_EQUAL(n, 90);
	CU_ASSERT_FALSE(reply_limit_take(&limit, &rate, 50 * MS, &loud));
	CU_ASSERT_TRUE(reply_limit_take(&limit, &rate, 100 * MS, &loud));
}

/* ---- the home agent --------------------------------------------------------------- */

/* A host that only counts. */
struct counts {
	uint64_t sent;
	uint64_t events;
	uint64_t repeated;
	uint64_t more;
	struct fake_host *fake;
};

static struct counts counts;

static void count_send(void *ctx, const struct mip6_tx *tx)
{
	counts.sent++;
	fake_send(ctx, tx);
}

static void count_event(void *ctx, const struct mip6_event *e)
{
	counts.events++;
	if (e->id == MIP6_EV_REPEATED) {
		counts.repeated++;
		for (unsigned i = 0; i < e->count; i++)
			if (strcmp(e->fields[i].name, "more") == 0)
				counts.more += e->fields[i].uint;
	}
	fake_event(ctx, e);
}

static struct fake_host *counted(void)
{
	struct fake_host *f = bench_new();

	f->host.send = count_send;
	f->host.event = count_event;
	counts = (struct counts){.fake = f};
	return f;
}

/* A home agent with a binding from bench_coa, sequence 10. */
static struct fake_host *bound(void)
{
	struct fake_host *f = counted();

	bench_bu(f, 0, (struct bench_bu){.seq = 10, .lifetime = 1000});
	fake_run(f, 4 * MIP6_SECOND);
	counts = (struct counts){.fake = f};
	f->sent_count = 0;
	return f;
}

/* 10,000 Binding Updates a second for ten seconds, each refused with 132. */
static void flood(struct fake_host *f, mip6_time from, bool spoofed)
{
	for (unsigned i = 0; i < 100000; i++) {
		struct mip6_addr src =
		    spoofed ? numbered("3fff:100::9", i) : fake_addr("3fff:9::9");
		char text[MIP6_ADDR_TEXT];

		mip6_addr_format(&src, text);
		bench_bu(f, from + i * (mip6_time)(100 * MIP6_US),
			 (struct bench_bu){
			     .hoa = "3fff:99::1", .coa = text, .seq = (uint16_t)i, .lifetime = 10});
	}
}

static void test_junk_from_one(void)
{
	struct fake_host *f = bound();
	mip6_time now = 10 * MIP6_SECOND;

	flood(f, now, false);
	/* 50 at once and 20 a second. */
	CU_ASSERT(counts.sent >= 240 && counts.sent <= 251);
	mip6_node_tick(f->node, now + 21 * MIP6_SECOND);
	CU_ASSERT(counts.events < 1000);
	/* Nothing is lost from sight. */
	CU_ASSERT_EQUAL(counts.events - counts.repeated + counts.more, 100000 + counts.sent);
	fake_free(f);
}

static void test_junk_from_all_over(void)
{
	struct fake_host *f = bound();
	mip6_time now = 10 * MIP6_SECOND;

	flood(f, now, true);
	CU_ASSERT(counts.sent >= 5400 && counts.sent <= 5501);
	mip6_node_tick(f->node, now + 21 * MIP6_SECOND);
	CU_ASSERT(counts.events < 12000);
	CU_ASSERT_EQUAL(counts.events - counts.repeated + counts.more, 100000 + counts.sent);
	fake_free(f);
}

/* What is good is answered in the same step, however much is not; so is a mobile node
 * with a binding that forgot its sequence number. */
static void test_good_ones_in_a_flood(void)
{
	struct fake_host *f = bound();
	mip6_time now = 10 * MIP6_SECOND;

	flood(f, now, true);
	f->sent_count = 0;
	bench_bu(f, now + 10 * MIP6_SECOND, (struct bench_bu){.seq = 11, .lifetime = 1000});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_ACCEPTED);
	CU_ASSERT_EQUAL(bench_ba(f).seq, 11);
	bench_bu(f, now + 10 * MIP6_SECOND, (struct bench_bu){.seq = 5, .lifetime = 1000});
	CU_ASSERT_EQUAL(bench_ba(f).status, MH_STATUS_SEQUENCE);
	CU_ASSERT_EQUAL(f->sent_count, 2);
	fake_free(f);
}

/* An account is given at the end, too, and not before there is one to give. */
static void test_account(void)
{
	struct fake_host *f = bound();
	mip6_time deadline = mip6_node_deadline(f->node);
	mip6_time now = 10 * MIP6_SECOND;
	struct mip6_event *e;

	for (int i = 0; i < 300; i++)
		bench_bu(f, now,
			 (struct bench_bu){.seq = 5,
					   .coa = "3fff:9::9",
					   .no_alt_coa = true,
					   .hoa = "::1",
					   .lifetime = 10});
	CU_ASSERT_EQUAL(fake_events(f, MIP6_EV_DROP), 200);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), now + 10 * MIP6_SECOND);
	mip6_node_tick(f->node, now + 10 * MIP6_SECOND);
	CU_ASSERT_EQUAL(counts.repeated, 1);
	e = &f->events[f->event_count - 1];
	CU_ASSERT_EQUAL_FATAL(e->id, MIP6_EV_REPEATED);
	CU_ASSERT_STRING_EQUAL(e->fields[0].text, "drop");
	CU_ASSERT_EQUAL(e->fields[1].uint, 100);
	CU_ASSERT_EQUAL(e->fields[2].uint, 10);
	CU_ASSERT_EQUAL(mip6_node_deadline(f->node), deadline);
	for (int i = 0; i < 500; i++)
		bench_bu(f, now + 11 * MIP6_SECOND,
			 (struct bench_bu){.seq = 5,
					   .coa = "3fff:9::9",
					   .no_alt_coa = true,
					   .hoa = "::1",
					   .lifetime = 10});
	mip6_node_stop(f->node, now + 12 * MIP6_SECOND);
	CU_ASSERT_EQUAL(counts.repeated, 2);
	CU_ASSERT_EQUAL(f->events[f->event_count - 1].id, MIP6_EV_STOPPED);
	fake_free(f);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"bucket", test_bucket},
	    {"prefixes", test_prefixes},
	    {"bad updates from one prefix", test_junk_from_one},
	    {"bad updates from all over", test_junk_from_all_over},
	    {"good ones in a flood", test_good_ones_in_a_flood},
	    {"account of events", test_account},
	};

	return test_run("limits", tests, sizeof(tests) / sizeof(tests[0]));
}
