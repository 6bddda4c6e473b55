/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Records of the journal that are written together. */
#include "journal_rig.h"

static void count_lost(void *arg, const struct mip6_record *r)
{
	unsigned *lost = arg;

	(void)r;
	++*lost;
}

static void test_held_together(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	off_t empty = size_of(path);
	unsigned lost = 0;

	journal_hold(j, true);
	for (unsigned i = 0; i < 10; i++)
		save(j, record(i % 5, 10 + i, 1, 40));
	CU_ASSERT_EQUAL(size_of(path), empty); /* not one by one */
	CU_ASSERT_EQUAL(journal_flush(j, count_lost, &lost), MIP6_OK);
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(size_of(path), empty + 10 * (24 + 40));
	/* What ends a record is written at once, after what came before it. */
	save(j, record(1, 100, 1, 40));
	save(j, record(1, 0, 0, 0));
	CU_ASSERT_EQUAL(size_of(path), empty + 11 * (24 + 40) + 24);
	/* More than there is room for. */
	for (unsigned i = 0; i < 100; i++)
		save(j, record(20 + i, 1, 1, 40));
	CU_ASSERT_EQUAL(journal_flush(j, count_lost, &lost), MIP6_OK);
	journal_hold(j, false);
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.loaded, 104);
	CU_ASSERT_FALSE(load.torn);
	CU_ASSERT_EQUAL(look(j).expiries, 15 + 17 + 18 + 19 + 100);
	journal_close(j);
	drop_path(path);
}

/* A disk that is full says so when a record is saved, also where it could wait. */
static void test_full_disk_while_held(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	struct mip6_record more = record(2, 200, 2, 40);
	unsigned lost = 0;

	journal_hold(j, true);
	limit_size((rlim_t)size_of(path) + 70);
	save(j, record(1, 100, 1, 40));
	CU_ASSERT_EQUAL(journal_save(j, &more), MIP6_ERR_IO);
	limit_size(RLIM_INFINITY);
	CU_ASSERT_EQUAL(journal_flush(j, count_lost, &lost), MIP6_OK);
	CU_ASSERT_EQUAL(lost, 0);
	CU_ASSERT_EQUAL(look(j).expiries, 100);
	journal_close(j);
	drop_path(path);
}

/* One that breaks between a save and its writing: who saved is told. */
static void test_lost_while_held(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	unsigned lost = 0;

	save(j, record(1, 100, 1, 40));
	journal_hold(j, true);
	save(j, record(1, 150, 1, 40));
	save(j, record(2, 200, 2, 40));
	limit_size((rlim_t)size_of(path) + 10);
	CU_ASSERT_EQUAL(journal_flush(j, count_lost, &lost), MIP6_ERR_IO);
	CU_ASSERT_EQUAL(lost, 2);
	limit_size(RLIM_INFINITY);
	CU_ASSERT_EQUAL(look(j).expiries, 100);
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_NOT_EQUAL(load.incomplete_since, 0);
	CU_ASSERT_EQUAL(look(j).expiries, 100);
	journal_close(j);
	drop_path(path);
}

/* The new file has all that was written together when it takes the old one's place. */
static void test_held_in_rewrite(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	unsigned lost = 0;
	unsigned rewritten = 0;
	off_t last = 0;

	journal_hold(j, true);
	for (unsigned i = 0; i < 200000; i++) {
		save(j, record(i % 3000, i, 1, 62));
		if (i % 13 == 0)
			CU_ASSERT_EQUAL(journal_flush(j, count_lost, &lost), MIP6_OK);
		if (i % 13 == 0) {
			struct stat st;

			CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
			rewritten += st.st_size < last;
			last = st.st_size;
		}
	}
	CU_ASSERT_EQUAL(journal_flush(j, count_lost, &lost), MIP6_OK);
	CU_ASSERT(rewritten > 10);
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.loaded, 3000);
	CU_ASSERT_EQUAL(load.rotten, 0);
	CU_ASSERT_FALSE(load.torn);
	CU_ASSERT_EQUAL(look(j).expiries, UINT64_C(3000) * (197000 + 199999) / 2);
	journal_close(j);
	drop_path(path);
}

static const struct test_case tests[] = {
    {"held together", test_held_together},
    {"a full disk while held", test_full_disk_while_held},
    {"lost while held", test_lost_while_held},
    {"held in a rewrite", test_held_in_rewrite},
};

int main(void)
{
	return test_run("journal_hold", tests, sizeof(tests) / sizeof(tests[0]));
}
