/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A journal written anew, without what no longer counts, while saves go on.
 *
 *   FINDING  the file is read to its end: the last record of each key counts
 *   COPYING  it is read again, and what counts is copied; each save from here on says
 *            that its record counts now, and reaches the copy when reading comes there
 *   SYNCING  reading has reached the end: the kernel brings the copy to the disk, while
 *            what is saved meanwhile is copied on
 *   (done)   the copy takes the file's place by rename()
 *
 * Each save does one step, some 16 kB of reading: so it takes a thousandth of a second
 * at most, and ends long before the file has grown much. What counts is known only as
 * long as this lasts, 28 octets for each record. A kill leaves the old file as it is. */
#include "linux/journal_internal.h"

#include <mip6/wire.h>

#include <fcntl.h>
#include <limits.h>
#include <linux/aio_abi.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define STEP (16u * 1024u)

enum pass { FINDING, COPYING, SYNCING };

struct journal_rewrite {
	enum pass pass;
	int fd;
	bool at_once; /* nobody waits: no steps, no sync beside */
	bool pending;
	mip6_time shift;
	struct journal_index index;
	struct journal_scan scan;
	size_t written; /* of the new file, buffer included */
	size_t held;	/* of buf */
	uint8_t buf[JOURNAL_SCAN];
};

static bool new_path(const struct journal *j, char path[PATH_MAX])
{
	int n = snprintf(path, PATH_MAX, "%s.new", j->path);

	return n > 0 && n < PATH_MAX;
}

int journal_rewrite_begin(struct journal *j, mip6_time shift, bool at_once)
{
	struct journal_rewrite *r = journal_map(sizeof(*r));
	char path[PATH_MAX];

	if (!r || !new_path(j, path) || journal_index_open(&r->index, j->size / 64) < 0) {
		if (r)
			munmap(r, sizeof(*r));
		return MIP6_ERR_NOMEM;
	}
	unlink(path);
	r->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	r->shift = shift;
	r->at_once = at_once;
	r->written = JOURNAL_HEADER;
	journal_scan_begin(&r->scan, j->fd, j->size);
	j->rewrite = r;
	if (r->fd >= 0)
		return MIP6_OK;
	journal_rewrite_cancel(j);
	return MIP6_ERR_IO;
}

static void end(struct journal *j)
{
	journal_index_close(&j->rewrite->index);
	munmap(j->rewrite, sizeof(*j->rewrite));
	j->rewrite = NULL;
}

void journal_rewrite_cancel(struct journal *j)
{
	char path[PATH_MAX];

	struct io_event event;

	if (!j->rewrite)
		return;
	if (j->rewrite->pending)
		(void)syscall(SYS_io_getevents, j->aio, 1, 1, &event, NULL);
	if (j->rewrite->fd >= 0) {
		close(j->rewrite->fd);
		if (new_path(j, path))
			unlink(path);
	}
	/* Not again before it is worth more. */
	j->due = j->size + j->size / 4;
	end(j);
}

void journal_rewrite_note(struct journal *j, const struct mip6_record *record, size_t offset)
{
	const struct journal_place place = {
	    .offset = offset, .key = record->key, .kind = (uint16_t)record->kind};

	/* Also one that removes counts: what it removes may be in the copy. */
	if (j->rewrite && j->rewrite->pass != FINDING &&
	    journal_index_put(&j->rewrite->index, &place, false) < 0)
		journal_rewrite_cancel(j);
}

/* ---- copying ------------------------------------------------------------------------ */

static int flush(struct journal_rewrite *r)
{
	size_t at = r->written - r->held;
	int err = journal_write_at(r->fd, r->buf, r->held, at);

	/* On its way to the disk now, so that there is little to wait for at the end. */
	if (err == MIP6_OK && r->held)
		sync_file_range(r->fd, (off_t)at, (off_t)r->held, SYNC_FILE_RANGE_WRITE);
	r->held = 0;
	return err;
}

/* Records of the stack begin with their expiry; those of other kinds hold no times. */
static void shift_record(struct mip6_record *record, mip6_time shift)
{
	struct mip6_reader r = rd_init(record->data, record->len);
	struct mip6_writer w = wr_init(record->data, record->len);
	mip6_time t = (mip6_time)rd_u64(&r);

	if (record->kind >= MIP6_RECORD_KINDS || r.failed || t == MIP6_NEVER)
		return;
	if (__builtin_add_overflow(t, shift, &t))
		t = shift > 0 ? MIP6_NEVER - 1 : INT64_MIN;
	wr_u64(&w, (uint64_t)t);
}

static int copy(struct journal_rewrite *r, const struct journal_place *place)
{
	struct mip6_record record;

	if (r->held + place->len > sizeof(r->buf) && flush(r) < 0)
		return MIP6_ERR_IO;
	if (r->shift) {
		journal_place_record(place, &record);
		shift_record(&record, r->shift);
		(void)journal_record_build(&record, r->buf + r->held);
	} else {
		memcpy(r->buf + r->held, place->bytes, place->len);
	}
	r->held += place->len;
	r->written += place->len;
	return MIP6_OK;
}

static int take(struct journal_rewrite *r, const struct journal_place *place)
{
	if (r->pass == FINDING)
		return journal_index_put(&r->index, place, place->len == JOURNAL_RECORD);
	return journal_index_counts(&r->index, place) ? copy(r, place) : MIP6_OK;
}

/* ---- the end ------------------------------------------------------------------------ */

/* A disk takes tens of milliseconds; memory takes none. The context is made once, since
 * its end waits as long as a disk does. */
static bool can_sync_beside(struct journal *j)
{
	struct statfs fs;

	if (j->rewrite->at_once || fstatfs(j->fd, &fs) < 0 || fs.f_type == TMPFS_MAGIC)
		return false;
	return j->aio || syscall(SYS_io_setup, 1, &j->aio) == 0;
}

void journal_rewrite_close(struct journal *j)
{
	journal_rewrite_cancel(j);
	if (j->aio)
		syscall(SYS_io_destroy, j->aio);
	j->aio = 0;
}

/* Where the kernel cannot do it beside, it is waited for. */
static int begin_sync(struct journal *j)
{
	struct journal_rewrite *r = j->rewrite;
	struct iocb request = {.aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = (uint32_t)r->fd};
	struct iocb *requests[] = {&request};

	r->pass = SYNCING;
	r->pending = can_sync_beside(j) && syscall(SYS_io_submit, j->aio, 1, requests) == 1;
	if (r->pending)
		return MIP6_OK;
	return fsync(r->fd) < 0 ? MIP6_ERR_IO : MIP6_OK;
}

/* 1: done, 0: not yet. */
static int synced(struct journal *j)
{
	struct timespec at_once = {0};
	struct io_event event;

	if (!j->rewrite->pending)
		return 1;
	if (syscall(SYS_io_getevents, j->aio, 1, 1, &event, &at_once) != 1)
		return 0;
	j->rewrite->pending = false;
	return event.res < 0 ? MIP6_ERR_IO : 1;
}

static int begin_end(struct journal *j)
{
	struct journal_rewrite *r = j->rewrite;
	uint8_t header[JOURNAL_HEADER];

	journal_header_build(&j->header, header);
	if (flush(r) < 0 || journal_write_at(r->fd, header, sizeof(header), 0) < 0)
		return MIP6_ERR_IO;
	return begin_sync(j);
}

/* The copy takes the file's place. */
static int finish(struct journal *j)
{
	struct journal_rewrite *r = j->rewrite;
	uint8_t header[JOURNAL_HEADER];
	char path[PATH_MAX];

	journal_header_build(&j->header, header);
	if (flush(r) < 0 || journal_write_at(r->fd, header, sizeof(header), 0) < 0 ||
	    !new_path(j, path) || rename(path, j->path) < 0)
		return MIP6_ERR_IO;
	close(j->fd);
	j->fd = r->fd;
	j->size = r->written;
	j->room = 0;
	j->room_try = 0;
	journal_plan(j, j->size);
	end(j);
	return MIP6_OK;
}

/* All of the file has been read. */
static int next_pass(struct journal *j)
{
	struct journal_rewrite *r = j->rewrite;
	int done;

	if (r->pass == FINDING) {
		r->pass = COPYING;
		journal_scan_begin(&r->scan, j->fd, j->size);
		return MIP6_OK;
	}
	if (r->pass == COPYING)
		return begin_end(j);
	done = synced(j);
	return done > 0 ? finish(j) : done;
}

int journal_rewrite_step(struct journal *j)
{
	struct journal_rewrite *r = j->rewrite;
	size_t from = r->scan.at;
	struct journal_place place;
	int err = MIP6_OK;

	r->scan.end = j->size;
	while (err == MIP6_OK && r->scan.at - from < STEP && journal_scan_next(&r->scan, &place))
		err = take(r, &place);
	if (err == MIP6_OK && r->scan.at >= r->scan.end)
		err = next_pass(j);
	if (err < 0)
		journal_rewrite_cancel(j);
	return err;
}
