/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_JOURNAL_INTERNAL_H
#define LINUX_JOURNAL_INTERNAL_H

/* What the parts of the journal share: journal.c (opening, saving), journal_format.c
 * (bytes), journal_index.c (which records count), journal_rewrite.c (a new file for an
 * old one, in steps). */
#include "linux/journal.h"

#define JOURNAL_HEADER	    60u
#define JOURNAL_RECORD	    24u
#define JOURNAL_RECORD_MOST (JOURNAL_RECORD + MIP6_RECORD_MAX)
#define JOURNAL_SCAN	    (32u * 1024u)
/* Where records are found again is kept in 32 bits. */
#define JOURNAL_MOST (UINT32_MAX - JOURNAL_RECORD_MOST)

/* What ties a file to this boot and namespace, and what it says of itself. */
struct journal_header {
	uint8_t boot[16];
	uint64_t device;
	uint64_t inode;
	int64_t offset;	    /* real minus monotonic time, ns */
	int64_t incomplete; /* real time since when saves failed, ns; 0: they did not */
};

/* A record as it stands in a file. bytes is borrowed from the scan until its next step. */
struct journal_place {
	const uint8_t *bytes;
	size_t offset;
	size_t len; /* all of it */
	struct mip6_addr key;
	uint16_t kind;
};

struct journal_scan {
	int fd;
	size_t at;
	size_t end;
	size_t from; /* of what is in buf */
	size_t have;
	size_t good_end; /* of the last good record */
	unsigned rotten; /* places between good records that are none */
	uint8_t buf[JOURNAL_SCAN];
};

struct index_entry;

struct journal_index {
	uint32_t *buckets; /* number of the first entry, from 1 */
	size_t bucket_count;
	struct index_entry **blocks;
	uint32_t count;
	uint64_t seed;
};

struct journal_rewrite;

/* Records that wait for journal_flush. */
#define JOURNAL_HELD 16u
struct journal_held {
	bool on;
	unsigned count;
	size_t octets; /* that they take in the file */
	struct mip6_record records[JOURNAL_HELD];
};

struct journal {
	char *path;
	int fd;
	struct journal_header header;
	size_t size;			 /* of the file */
	size_t room;			 /* size up to which the disk has room for sure */
	size_t room_try;		 /* size from which on it is asked for more */
	size_t due;			 /* size from which on it is written anew */
	unsigned long aio;		 /* aio_context_t, once there is one */
	struct journal_rewrite *rewrite; /* under way, or NULL */
	struct journal_held held;
};

/* journal_format.c */
uint32_t journal_crc(const uint8_t *data, size_t len);
enum journal_kind {
	JOURNAL_FRESH, /* empty, or its first write was cut off */
	JOURNAL_KNOWN,
	JOURNAL_FOREIGN, /* of another version or program, or its header is damaged */
};
void journal_header_build(const struct journal_header *header, uint8_t buf[JOURNAL_HEADER]);
enum journal_kind journal_header_parse(const uint8_t *data, size_t len, struct journal_header *ret);
/* Length of the record in buf. */
size_t journal_record_build(const struct mip6_record *record, uint8_t buf[JOURNAL_RECORD_MOST]);
void journal_place_record(const struct journal_place *place, struct mip6_record *ret);
void journal_scan_begin(struct journal_scan *s, int fd, size_t end);
/* The next good record; false at the end, which `end` may be moved on from. */
bool journal_scan_next(struct journal_scan *s, struct journal_place *ret);

/* journal_index.c */
/* Zeroed memory for a while, to be given back by munmap; NULL: none. */
void *journal_map(size_t size);
/* MIP6_ERR_NOMEM. `records` is how many there may be, at a guess. */
int journal_index_open(struct journal_index *x, size_t records);
void journal_index_close(struct journal_index *x);
/* The record at this place counts for its key from here on; removed: none does. */
int journal_index_put(struct journal_index *x, const struct journal_place *place, bool removed);
bool journal_index_counts(const struct journal_index *x, const struct journal_place *place);

/* journal_rewrite.c */
/* Begins a new file. shift is added to the expiry of each record. at_once: it may wait
 * for the disk. MIP6_ERR_IO, MIP6_ERR_NOMEM. */
int journal_rewrite_begin(struct journal *j, mip6_time shift, bool at_once);
/* Goes on for a bounded time. 0 when it is under way or done (j->rewrite is NULL then);
 * on a negative error it was given up and the old file stays. */
int journal_rewrite_step(struct journal *j);
void journal_rewrite_cancel(struct journal *j);
/* The same, at the end of all. */
void journal_rewrite_close(struct journal *j);
/* A record was appended to the old file meanwhile. */
void journal_rewrite_note(struct journal *j, const struct mip6_record *record, size_t offset);

/* journal_hold.c */
/* Whether it waits from here on; else it is to be written now. */
bool journal_hold_put(struct journal *j, const struct mip6_record *record);
/* Writes what waits. On an error it goes on to wait. */
int journal_hold_write(struct journal *j);

/* journal.c */
/* Appends `len` octets, without counting them. On an error nothing has changed, but for the
 * note in the header. */
int journal_append(struct journal *j, const uint8_t *data, size_t len);
/* What was appended are these records: they count. */
void journal_appended(struct journal *j, const struct mip6_record *records, unsigned count);
int journal_write_at(int fd, const uint8_t *data, size_t len, size_t at);
/* Sets j->due by the octets that records which count take. */
void journal_plan(struct journal *j, size_t live);

#endif
