/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The journal: what was saved is there after a death at any moment, and what
 * was removed stays removed. */
#include "journal_rig.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static uint8_t *read_file(const char *path, off_t *ret_size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	uint8_t *data;

	CU_ASSERT_FATAL(fd >= 0 && fstat(fd, &st) == 0);
	data = malloc((size_t)st.st_size + 1);
	CU_ASSERT_EQUAL_FATAL(pread(fd, data, (size_t)st.st_size, 0), st.st_size);
	close(fd);
	*ret_size = st.st_size;
	return data;
}

static void write_file(const char *path, const uint8_t *data, off_t size)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	CU_ASSERT_EQUAL_FATAL(pwrite(fd, data, (size_t)size, 0), size);
	close(fd);
}

static void test_saved_is_there(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	struct seen s;

	CU_ASSERT_EQUAL(load.loaded, 0);
	CU_ASSERT_FALSE(load.torn || load.other_boot);
	save(j, record(1, 100, 1, 40));
	save(j, record(2, 200, 2, MIP6_RECORD_MAX));
	save(j, record(3, 300, 3, 9));
	save(j, record(1, 1000, 11, 20)); /* replaced */
	save(j, record(3, 0, 0, 0));	  /* removed */
	save(j, record(7, 0, 0, 0));	  /* was never there */
	journal_close(j);
	j = open_journal(path, &load);
	s = look(j);
	CU_ASSERT_EQUAL(load.loaded, 2);
	CU_ASSERT_FALSE(load.torn || load.other_boot);
	CU_ASSERT_EQUAL(s.count, 2);
	CU_ASSERT_EQUAL(s.keys, 3);
	CU_ASSERT_EQUAL(s.expiries, 1200);
	CU_ASSERT_EQUAL(s.fill, 13);
	journal_close(j);
	drop_path(path);
}

static void test_kinds_are_apart(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	struct mip6_record other = record(1, 50, 5, 16);

	other.kind = MIP6_RECORD_REGISTRATION;
	save(j, record(1, 100, 1, 16));
	save(j, other);
	CU_ASSERT_EQUAL(look(j).count, 2);
	other.len = 0;
	save(j, other);
	CU_ASSERT_EQUAL(look(j).count, 1);
	CU_ASSERT_EQUAL(look(j).expiries, 100);
	journal_close(j);
	drop_path(path);
}

static void test_too_long(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	const struct mip6_record r = record(1, 1, 1, MIP6_RECORD_MAX + 1);

	CU_ASSERT_EQUAL(journal_save(j, &r), MIP6_ERR_LENGTH);
	CU_ASSERT_EQUAL(look(j).count, 0);
	journal_close(j);
	drop_path(path);
}

/* The file as it is cut off after each of its octets: the records before the
 * cut are there, and what is saved afterwards is there too. */
static void test_torn_anywhere(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	off_t after_one;
	off_t whole;
	char *content;
	int fd;

	save(j, record(1, 100, 1, 40));
	after_one = size_of(path);
	save(j, record(2, 200, 2, 40));
	whole = size_of(path);
	journal_close(j);
	content = malloc((size_t)whole);
	fd = open(path, O_RDWR);
	CU_ASSERT_EQUAL_FATAL(pread(fd, content, (size_t)whole, 0), whole);
	close(fd);
	for (off_t cut = 0; cut < whole; cut++) {
		const unsigned expected = cut < after_one ? 0 : 1;

		fd = open(path, O_RDWR | O_TRUNC);
		CU_ASSERT_EQUAL_FATAL(pwrite(fd, content, (size_t)cut, 0), cut);
		close(fd);
		j = open_journal(path, &load);
		CU_ASSERT_EQUAL(load.loaded, expected);
		save(j, record(9, 900, 9, 40));
		journal_close(j);
		j = open_journal(path, &load);
		CU_ASSERT_EQUAL(load.loaded, expected + 1);
		CU_ASSERT_FALSE(load.torn);
		journal_close(j);
	}
	free(content);
	drop_path(path);
}

/* One record of many is struck, at each of its octets: it alone is lost, and what was
 * told once is not told again. */
static void test_flipped_octet(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	char text[512] = "";
	off_t begin;
	off_t end;
	uint8_t *content;
	off_t size;

	save(j, record(1, 100, 1, 40));
	begin = size_of(path);
	save(j, record(2, 200, 2, 40));
	end = size_of(path);
	for (unsigned i = 3; i <= 10; i++)
		save(j, record(i, i * 100, 3, 40));
	journal_close(j);
	content = read_file(path, &size);
	for (off_t at = begin; at < end; at++) {
		content[at] ^= 0x55;
		write_file(path, content, size);
		content[at] ^= 0x55;
		j = open_journal(path, &load);
		CU_ASSERT_EQUAL(load.rotten, 1);
		CU_ASSERT_FALSE(load.torn);
		CU_ASSERT_EQUAL(load.loaded, 9);
		CU_ASSERT_EQUAL(look(j).expiries, 5300);
		CU_ASSERT_TRUE(journal_notice(&load, path, text, sizeof(text)));
		CU_ASSERT_PTR_NOT_NULL(strstr(text, "damaged in 1 place"));
		journal_close(j);
		j = open_journal(path, &load);
		CU_ASSERT_EQUAL(load.rotten, 0);
		CU_ASSERT_EQUAL(load.loaded, 9);
		CU_ASSERT_FALSE(journal_notice(&load, path, text, sizeof(text)));
		journal_close(j);
	}
	free(content);
	drop_path(path);
}

/* A stretch of zeros, as a file system leaves it after a crash of the machine. */
static void test_hole(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	uint8_t *content;
	off_t size;

	for (unsigned i = 0; i < 200; i++)
		save(j, record(i, 1, 1, 40));
	journal_close(j);
	content = read_file(path, &size);
	memset(content + 4096, 0, 4096);
	write_file(path, content, size);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.rotten, 1);
	/* 64 octets each: 64 of them, and one that begins before. */
	CU_ASSERT_EQUAL(load.loaded, 200 - 65);
	journal_close(j);
	free(content);
	drop_path(path);
}

/* No other program's file is taken for a journal, nor overwritten: it has another name
 * then, and the node starts. */
static void set_aside(const char *content, size_t len)
{
	char *path = make_path();
	char bad[64];
	char text[512] = "";
	struct journal_load load;
	struct journal *j;
	off_t size;

	snprintf(bad, sizeof(bad), "%s.bad", path);
	write_file(path, (const uint8_t *)content, (off_t)len);
	j = open_journal(path, &load);
	CU_ASSERT_TRUE(load.set_aside);
	CU_ASSERT_EQUAL(load.loaded, 0);
	CU_ASSERT_TRUE(journal_notice(&load, path, text, sizeof(text)));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, bad));
	save(j, record(1, 100, 1, 40));
	journal_close(j);
	free(read_file(bad, &size));
	CU_ASSERT_EQUAL(size, (off_t)len);
	j = open_journal(path, &load);
	CU_ASSERT_FALSE(load.set_aside);
	CU_ASSERT_EQUAL(load.loaded, 1);
	journal_close(j);
	unlink(bad);
	drop_path(path);
}

static void test_foreign_content(void)
{
	char version[200] = "mip6jrn1";

	set_aside("hello, world\n", 13);
	set_aside("x", 1);
	set_aside(version, sizeof(version)); /* another version */
	memcpy(version, "mip6jrn2", 8);
	set_aside(version, sizeof(version)); /* ours, with a header that is damaged */
}

static void test_full_disk(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	const struct mip6_record lost = record(2, 200, 2, 40);
	const struct mip6_record also = record(1, 500, 5, 40);
	char text[512] = "";

	save(j, record(1, 100, 1, 40));
	limit_size((rlim_t)size_of(path) + 10);
	CU_ASSERT_EQUAL(journal_save(j, &lost), MIP6_ERR_IO);
	CU_ASSERT_EQUAL(journal_save(j, &also), MIP6_ERR_IO);
	/* Killed now: what was saved before counts, and the start knows that it may be old. */
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.loaded, 1);
	CU_ASSERT_FALSE(load.torn);
	CU_ASSERT_EQUAL(look(j).expiries, 100);
	CU_ASSERT_NOT_EQUAL(load.incomplete_since, 0);
	CU_ASSERT_TRUE(journal_notice(&load, path, text, sizeof(text)));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "could not be written from 20"));
	/* Told once. Room again: what is saved then is there. */
	CU_ASSERT_EQUAL(journal_save(j, &lost), MIP6_ERR_IO);
	limit_size(RLIM_INFINITY);
	save(j, lost);
	journal_complete(j);
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.loaded, 2);
	CU_ASSERT_EQUAL(load.incomplete_since, 0);
	CU_ASSERT_FALSE(journal_notice(&load, path, text, sizeof(text)));
	journal_close(j);
	drop_path(path);
}

/* While a file is written anew in steps, records are added, changed and removed, and the
 * process is killed at any moment: a copy of the file as it stands then is opened. */
static void test_killed_in_rewrite(void)
{
	char *path = make_path();
	char *copy = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	uint64_t expiry[64] = {0};
	unsigned rewritten = 0;

	for (unsigned i = 0; i < 6000; i++) {
		const unsigned n = i * 7 % 64;
		const bool remove = i % 5 == 0;
		off_t before = size_of(path);
		uint64_t sum = 0;
		unsigned count = 0;
		uint8_t *content;
		off_t size;

		save(j, remove ? record(n, 0, 0, 0) : record(n, i, 1, 200));
		expiry[n] = remove ? 0 : i;
		rewritten += size_of(path) < before;
		if (i % 3)
			continue;
		for (unsigned k = 0; k < 64; k++) {
			sum += expiry[k];
			count += expiry[k] != 0;
		}
		content = read_file(path, &size);
		write_file(copy, content, size);
		free(content);
		journal_close(open_journal(copy, &load));
		CU_ASSERT_EQUAL(load.loaded, count);
		CU_ASSERT_EQUAL(look(j).expiries, sum);
	}
	CU_ASSERT(rewritten > 5);
	journal_close(j);
	drop_path(copy);
	drop_path(path);
}

/* No save, whatever the file holds, reads or writes more than one step: the loop of a
 * home agent with 50,000 bindings goes on. Counted is what the kernel counts. */
static uint64_t octets_moved(void)
{
	char line[128];
	unsigned long long n;
	uint64_t sum = 0;
	FILE *f = fopen("/proc/self/io", "re");

	CU_ASSERT_PTR_NOT_NULL_FATAL(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "rchar: %llu", &n) == 1 || sscanf(line, "wchar: %llu", &n) == 1)
			sum += n;
	fclose(f);
	return sum;
}

static void test_in_steps(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	uint64_t most = 0;
	unsigned rewritten = 0;
	off_t largest = 0;
	off_t last = 0;

	for (unsigned i = 0; i < 300000; i++) {
		uint64_t before = i % 16 ? 0 : octets_moved();

		save(j, record(i % 50000, 1, 1, 62));
		if (i % 16)
			continue;
		before = octets_moved() - before;
		most = before > most ? before : most;
		rewritten += size_of(path) < last;
		last = size_of(path);
		largest = last > largest ? last : largest;
	}
	CU_ASSERT(rewritten > 0);
	CU_ASSERT(largest > 4 * 1000 * 1000);
	CU_ASSERT(most < 128 * 1024);
	journal_close(j);
	journal_close(open_journal(path, &load));
	CU_ASSERT_EQUAL(load.loaded, 50000);
	drop_path(path);
}

static void test_no_folder(void)
{
	char error[256] = "";
	struct journal_load load;

	CU_ASSERT_PTR_NULL(journal_open("/nonexistent/x", error, sizeof(error), &load));
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "/nonexistent/x"));
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "No such file"));
}

static void test_stays_small(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	struct seen s;

	for (unsigned i = 0; i < 20000; i++)
		save(j, record(i % 10, i, 1, 40));
	/* On a disk saves go on meanwhile, as fast as this loop. */
	if (strncmp(path, "/dev/shm", 8) == 0)
		CU_ASSERT(size_of(path) < 70000);
	journal_close(j);
	j = open_journal(path, &load);
	s = look(j);
	CU_ASSERT_EQUAL(s.count, 10);
	CU_ASSERT_EQUAL(s.expiries, 19990 * 10 + 45);
	journal_close(j);
	drop_path(path);
}

static void test_many(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);

	for (unsigned i = 0; i < 5000; i++)
		save(j, record(i, 1, 1, 40));
	for (unsigned i = 0; i < 5000; i += 2)
		save(j, record(i, 0, 0, 0));
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.loaded, 2500);
	CU_ASSERT_EQUAL(look(j).expiries, 2500);
	journal_close(j);
	drop_path(path);
}

static void test_removed_while_read(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	struct seen s = {.remove_from = j};

	for (unsigned i = 0; i < 100; i++)
		save(j, record(i, 1, 1, 40));
	journal_each(j, on_record, &s);
	CU_ASSERT_EQUAL(s.count, 100);
	CU_ASSERT_EQUAL(look(j).count, 0);
	journal_close(j);
	drop_path(path);
}

static void test_reset(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);

	save(j, record(1, 1, 1, 40));
	CU_ASSERT_EQUAL(journal_reset(j), 0);
	save(j, record(2, 2, 2, 40));
	journal_close(j);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(load.loaded, 1);
	CU_ASSERT_EQUAL(look(j).keys, 2);
	journal_close(j);
	drop_path(path);
}

/* The header's CRC-32 (as in zlib), so that a test can write one. */
static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = ~UINT32_C(0);

	while (len--) {
		crc ^= *data++;
		for (int i = 0; i < 8; i++)
			crc = crc & 1 ? crc >> 1 ^ UINT32_C(0xedb88320) : crc >> 1;
	}
	return ~crc;
}

enum { HEADER = 60, AT_BOOT = 8, AT_NAMESPACE = 8 + 16 + 8, AT_OFFSET = AT_NAMESPACE + 8 };

static void read_header(const char *path, uint8_t header[HEADER])
{
	int fd = open(path, O_RDONLY);

	CU_ASSERT_EQUAL_FATAL(pread(fd, header, HEADER, 0), HEADER);
	close(fd);
}

static void write_header(const char *path, uint8_t header[HEADER])
{
	struct mip6_writer w = wr_init(header + HEADER - 4, 4);
	int fd = open(path, O_RDWR);

	wr_u32(&w, crc32(header, HEADER - 4));
	CU_ASSERT_EQUAL(pwrite(fd, header, HEADER, 0), HEADER);
	close(fd);
}

/* A file whose header says: another boot, whose monotonic clock was behind real
 * time by `more` ns more than ours. */
static void make_other_boot(const char *path, int64_t more)
{
	uint8_t header[HEADER] = {0};
	struct mip6_reader r = rd_init(header + AT_OFFSET, 8);
	struct mip6_writer w = wr_init(header + AT_OFFSET, 8);

	read_header(path, header);
	header[AT_BOOT] ^= 0xff;
	wr_u64(&w, rd_u64(&r) + (uint64_t)more);
	write_header(path, header);
}

/* The kernel gives the next namespace the inode number of one that is gone: a file that
 * names no more than that is not of this one. */
static void test_same_inode(void)
{
	char *path = make_path();
	uint8_t header[HEADER] = {0};
	struct mip6_writer w = wr_init(header + AT_NAMESPACE, 8);
	struct journal_load load;
	struct stat ns;

	journal_close(open_journal(path, &load));
	CU_ASSERT_EQUAL_FATAL(stat("/proc/self/ns/net", &ns), 0);
	read_header(path, header);
	journal_close(open_journal(path, &load));
	CU_ASSERT_FALSE(load.other_boot);
	wr_u64(&w, ns.st_ino);
	write_header(path, header);
	journal_close(open_journal(path, &load));
	CU_ASSERT_TRUE(load.other_boot);
	drop_path(path);
}

/* Between two readings of two clocks a little time passes. */
static bool about(mip6_time a, mip6_time b)
{
	return a - b < 10 * MIP6_SECOND && b - a < 10 * MIP6_SECOND;
}

static void test_other_boot(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);
	const mip6_time hour = 3600 * MIP6_SECOND;
	struct mip6_record own = record(2, 77, 1, 40);

	save(j, record(1, 5 * hour, 1, 40));
	own.kind = MIP6_RECORD_KINDS; /* not the core's: holds no time */
	save(j, own);
	journal_close(j);
	make_other_boot(path, hour);
	j = open_journal(path, &load);
	CU_ASSERT(load.other_boot);
	CU_ASSERT_EQUAL(load.loaded, 2);
	CU_ASSERT(about(load.shifted, hour));
	CU_ASSERT(about((mip6_time)look(j).expiries, 6 * hour + 77));
	journal_close(j);
	/* It was shifted once, and is of this boot now. */
	j = open_journal(path, &load);
	CU_ASSERT_FALSE(load.other_boot);
	CU_ASSERT_EQUAL(load.shifted, 0);
	CU_ASSERT(about((mip6_time)look(j).expiries, 6 * hour + 77));
	journal_close(j);
	drop_path(path);
}

static void test_never_stays_never(void)
{
	char *path = make_path();
	struct journal_load load;
	struct journal *j = open_journal(path, &load);

	save(j, record(1, MIP6_NEVER, 1, 40));
	journal_close(j);
	make_other_boot(path, MIP6_SECOND);
	j = open_journal(path, &load);
	CU_ASSERT_EQUAL(look(j).expiries, (uint64_t)MIP6_NEVER);
	journal_close(j);
	drop_path(path);
}

static const struct test_case tests[] = {
    {"what was saved is there", test_saved_is_there},
    {"kinds are apart", test_kinds_are_apart},
    {"a record that is too long", test_too_long},
    {"cut off anywhere", test_torn_anywhere},
    {"a flipped octet", test_flipped_octet},
    {"a hole", test_hole},
    {"a full disk", test_full_disk},
    {"killed while the file is written anew", test_killed_in_rewrite},
    {"written anew in steps", test_in_steps},
    {"another program's file", test_foreign_content},
    {"no folder", test_no_folder},
    {"the file stays small", test_stays_small},
    {"many records", test_many},
    {"records removed while they are read", test_removed_while_read},
    {"reset", test_reset},
    {"a file of another boot", test_other_boot},
    {"a namespace with the same inode", test_same_inode},
    {"an expiry that never comes", test_never_stays_never},
};

int main(void)
{
	return test_run("journal", tests, sizeof(tests) / sizeof(tests[0]));
}
