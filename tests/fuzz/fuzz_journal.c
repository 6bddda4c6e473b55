/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Any octets as the state file of a node. The first one says what is done to the
 * rest: checksums put right, the header of this boot in front. What was opened
 * holds the same records when it is opened again, and takes new ones. */
#include "linux/journal.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER = 60, RECORD = 24, FILE_MAX = 8192, SEEN_MAX = 512 };

struct seen {
	struct mip6_record record[SEEN_MAX];
	size_t count;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t crc32_of(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len * 8; i++) {
		uint32_t bit = (crc ^ (uint32_t)data[i / 8] >> i % 8) & 1;

		crc = crc >> 1 ^ (bit ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

static void put_crc(uint8_t *to, uint32_t crc)
{
	struct mip6_writer w = wr_init(to, 4);

	wr_u32(&w, crc);
}

static void repair(uint8_t *file, size_t len)
{
	size_t at = HEADER;

	if (len < HEADER)
		return;
	memcpy(file, "mip6jrn2", 8);
	put_crc(file + HEADER - 4, crc32_of(file, HEADER - 4));
	while (at + RECORD <= len) {
		size_t data_len = (size_t)file[at + 6] << 8 | file[at + 7];

		if (data_len > len - at - RECORD)
			return;
		put_crc(file + at, crc32_of(file + at + 4, RECORD - 4 + data_len));
		at += RECORD + data_len;
	}
}

static void write_file(const char *path, const uint8_t *data, size_t len)
{
	FILE *f = fopen(path, "wb");

	check(f != NULL);
	check(fwrite(data, 1, len, f) == len);
	check(fclose(f) == 0);
}

static struct journal *reopen(const char *path, struct journal_load *ret)
{
	char error[512] = "";
	struct journal *j = journal_open(path, error, sizeof(error), ret);

	check(j != NULL || error[0] != '\0');
	return j;
}

/* The header of a state file that is made now. */
static void own_header(const char *path, uint8_t *file)
{
	struct journal_load load;
	FILE *f;

	unlink(path);
	journal_close(reopen(path, &load));
	f = fopen(path, "rb");
	check(f != NULL && fread(file, 1, HEADER, f) == HEADER);
	fclose(f);
}

static void see(void *arg, const struct mip6_record *record)
{
	struct seen *s = arg;

	check(s->count < SEEN_MAX && record->len > 0 && record->len <= MIP6_RECORD_MAX);
	s->record[s->count++] = *record;
}

static const struct mip6_record *find(const struct seen *s, const struct mip6_record *key)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->record[i].kind == key->kind && mip6_addr_equal(&s->record[i].key, &key->key))
			return &s->record[i];
	return NULL;
}

static void check_same(const struct seen *a, const struct seen *b)
{
	check(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct mip6_record *other = find(b, &a->record[i]);

		check(other && other->len == a->record[i].len);
		check(memcmp(other->data, a->record[i].data, other->len) == 0);
	}
}

/* One record removed, one put in. */
static void change(struct journal *j, const struct seen *before, struct seen *after)
{
	struct mip6_record added = {.kind = MIP6_RECORD_BINDING, .len = 3, .data = "abc"};
	struct mip6_record removed = {.kind = MIP6_RECORD_REGISTRATION, .len = 0};

	if (before->count)
		removed = before->record[0];
	removed.len = 0;
	check(journal_save(j, &removed) == MIP6_OK);
	check(journal_save(j, &added) == MIP6_OK);
	after->count = 0;
	journal_each(j, see, after);
	check(find(after, &added) && find(after, &added)->len == 3);
	check(!find(after, &removed) || removed.kind == added.kind);
}

static void check_file(const char *path)
{
	struct seen *before = calloc(1, sizeof(*before));
	struct seen *after = calloc(1, sizeof(*after));
	struct journal_load load;
	struct journal *j = reopen(path, &load);

	check(before && after);
	if (j) {
		journal_each(j, see, before);
		check(before->count == load.loaded);
		change(j, before, after);
		journal_close(j);
		j = reopen(path, &load);
		check(j && !load.torn && load.rotten == 0 && !load.set_aside &&
		      load.incomplete_since == 0 && !load.other_boot && load.shifted == 0);
		before->count = 0;
		journal_each(j, see, before);
		check_same(before, after);
		journal_close(j);
	}
	free(before);
	free(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t file[FILE_MAX];
	char path[64];

	if (len == 0 || len > sizeof(file))
		return 0;
	snprintf(path, sizeof(path), "%s/mip6-fuzz-%d",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", (int)getpid());
	memcpy(file, data + 1, len - 1);
	if ((data[0] & 1) && len > HEADER)
		own_header(path, file);
	if (data[0] & 2)
		repair(file, len - 1);
	write_file(path, file, len - 1);
	check_file(path);
	unlink(path);
	strcat(path, ".bad");
	unlink(path);
	return 0;
}
