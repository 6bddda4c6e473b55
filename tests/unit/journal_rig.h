/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_JOURNAL_RIG_H
#define TESTS_JOURNAL_RIG_H

/* A journal in a file of its own, for its tests. */
#include "test.h"

#include "linux/journal.h"

#include <mip6/wire.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static inline char *make_path(void)
{
	char *path = strdup(access("/dev/shm", W_OK) ? "/tmp/test-journal-XXXXXX"
						     : "/dev/shm/test-journal-XXXXXX");
	int fd;

	CU_ASSERT_PTR_NOT_NULL_FATAL(path);
	fd = mkstemp(path);
	CU_ASSERT_FATAL(fd >= 0);
	close(fd);
	return path;
}

static inline void drop_path(char *path)
{
	unlink(path);
	free(path);
}

static inline struct journal *open_journal(const char *path, struct journal_load *load)
{
	char error[256] = "";
	struct journal *j = journal_open(path, error, sizeof(error), load);

	if (!j)
		printf("journal_open: %s\n", error);
	CU_ASSERT_PTR_NOT_NULL_FATAL(j);
	return j;
}

/* A binding of home address 3fff::<n>, which expires at `expiry`. */
static inline struct mip6_record record(unsigned n, mip6_time expiry, uint8_t fill, uint16_t len)
{
	struct mip6_record r = {.kind = MIP6_RECORD_BINDING, .len = len};
	struct mip6_writer w = wr_init(r.data, sizeof(r.data));

	r.key = (struct mip6_addr){{0x3f, 0xff}};
	r.key.b[13] = (uint8_t)(n >> 16);
	r.key.b[14] = (uint8_t)(n >> 8);
	r.key.b[15] = (uint8_t)n;
	wr_u64(&w, (uint64_t)expiry);
	memset(r.data + 8, fill, sizeof(r.data) - 8);
	return r;
}

struct seen {
	unsigned count;
	uint64_t keys;	   /* sum of the key's last octets */
	uint64_t expiries; /* sum */
	uint64_t fill;	   /* sum of the octet after the expiry */
	struct journal *remove_from;
};

static inline void on_record(void *arg, const struct mip6_record *r)
{
	struct seen *s = arg;
	struct mip6_reader reader = rd_init(r->data, r->len);

	s->count++;
	s->keys += r->key.b[15];
	s->expiries += rd_u64(&reader);
	s->fill += rd_u8(&reader);
	CU_ASSERT_FALSE(reader.failed);
	if (s->remove_from) {
		const struct mip6_record gone = {.kind = r->kind, .key = r->key};

		CU_ASSERT_EQUAL(journal_save(s->remove_from, &gone), 0);
	}
}

static inline struct seen look(const struct journal *j)
{
	struct seen s = {0};

	journal_each(j, on_record, &s);
	return s;
}

static inline void save(struct journal *j, struct mip6_record r)
{
	CU_ASSERT_EQUAL(journal_save(j, &r), 0);
}

static inline off_t size_of(const char *path)
{
	struct stat st;

	CU_ASSERT_EQUAL_FATAL(stat(path, &st), 0);
	return st.st_size;
}

/* A disk that is full. The limit on a file's size stands for it: writes beyond it fail. */
static inline void limit_size(rlim_t octets)
{
	struct rlimit limit = {.rlim_cur = octets, .rlim_max = RLIM_INFINITY};

	signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif
