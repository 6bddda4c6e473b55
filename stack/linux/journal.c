/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The journal of one node: what a home agent or a mobile node must still know
 * after kill -9 (sequence numbers and expiry of bindings, RFC 6275 9.1 and
 * 10.1) and what the kernel cannot tell (old values of sysctls).
 *
 * A save appends one record by one write(), so that a thousand registrations a
 * second cost a thousand short writes and nothing else; less where they come together
 * (journal_hold.c). The last record of a key
 * counts, one without data removes the key. The file is the only copy: nothing of it
 * is kept in memory. When it has grown to several times what counted last, it is
 * written anew beside the saves (journal_rewrite.c).
 *
 * A record that was cut off by the process' death fails its checksum, and is cut away;
 * one in the middle that does is passed over. A save that fails is noted in the header,
 * which needs no room on a full disk, until journal_complete.
 *
 * Layout, all numbers big endian:
 *   header: "mip6jrn2", boot id (16), namespace's device and cookie (8 + 8),
 *           real minus monotonic time in ns (8), real time in ns since when saves
 *           failed (8), CRC-32 of these (4)
 *   record: CRC-32 of the rest (4), kind (2), length (2), key (16), data */
#include "linux/journal_internal.h"
#include "linux/ownfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Below this size a file is never worth writing anew. */
#define JOURNAL_SMALL (64u * 1024u)

/* ---- what a file is tied to ------------------------------------------------------- */

static int64_t journal_clock(clockid_t id)
{
	struct timespec t = {0};

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * MIP6_SECOND + t.tv_nsec;
}

/* Numbers of inodes come again: the next namespace has that of one that is gone. The
 * kernel's own number does not; Linux tells it since 5.14. 0: it does not. */
static uint64_t journal_namespace_cookie(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0)
		cookie = 0;
	close(fd);
	return cookie;
}

static int tie_now(struct journal_header *ret)
{
	char text[64] = "";
	struct stat ns;
	unsigned n = 0;
	uint64_t cookie = journal_namespace_cookie();
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f)
		return -1;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);
	memset(ret, 0, sizeof(*ret));
	for (const char *p = text; *p && n < 2 * sizeof(ret->boot); p++) {
		unsigned digit;
		const char one[2] = {*p, 0};

		if (sscanf(one, "%1x", &digit) != 1)
			continue;
		ret->boot[n / 2] = (uint8_t)((unsigned)ret->boot[n / 2] << 4 | digit);
		n++;
	}
	if (n != 2 * sizeof(ret->boot) || stat("/proc/self/ns/net", &ns) < 0)
		return -1;
	ret->device = ns.st_dev;
	ret->inode = cookie ? cookie : ns.st_ino;
	ret->offset = journal_clock(CLOCK_REALTIME) - journal_clock(CLOCK_MONOTONIC);
	return 0;
}

static bool same_tie(const struct journal_header *a, const struct journal_header *b)
{
	return memcmp(a->boot, b->boot, sizeof(a->boot)) == 0 && a->device == b->device &&
	       a->inode == b->inode;
}

/* ---- writing ------------------------------------------------------------------------ */

int journal_write_at(int fd, const uint8_t *data, size_t len, size_t at)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, data, len, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return MIP6_ERR_IO;
		data += n;
		at += (size_t)n;
		len -= (size_t)n;
	}
	return MIP6_OK;
}

static int write_header(struct journal *j)
{
	uint8_t header[JOURNAL_HEADER];

	journal_header_build(&j->header, header);
	return journal_write_at(j->fd, header, sizeof(header), 0);
}

void journal_plan(struct journal *j, size_t live)
{
	j->due = live * 4 > JOURNAL_SMALL ? live * 4 : JOURNAL_SMALL;
}

/* Whatever stands behind the file's end as we know it is no record, and is overwritten. */
static int append(struct journal *j, const uint8_t *data, size_t len)
{
	if (j->size > JOURNAL_MOST)
		return MIP6_ERR_SPACE;
	if (journal_write_at(j->fd, data, len, j->size) == MIP6_OK)
		return MIP6_OK;
	j->room = 0;
	if (ftruncate(j->fd, (off_t)j->size) < 0)
		return MIP6_ERR_IO;
	if (!j->rewrite || errno != ENOSPC)
		return MIP6_ERR_IO;
	/* The new file took the room. */
	journal_rewrite_cancel(j);
	return journal_write_at(j->fd, data, len, j->size);
}

/* An octet that is there already can be changed on a disk that is full. */
static void note_failure(struct journal *j)
{
	int kept = errno;

	if (j->header.incomplete == 0) {
		j->header.incomplete = journal_clock(CLOCK_REALTIME);
		(void)write_header(j);
	}
	errno = kept;
}

int journal_append(struct journal *j, const uint8_t *data, size_t len)
{
	int err = append(j, data, len);

	if (err < 0)
		note_failure(j);
	return err;
}

void journal_appended(struct journal *j, const struct mip6_record *records, unsigned count)
{
	/* All count before a new file may take the old one's place. */
	for (unsigned i = 0; i < count; i++) {
		journal_rewrite_note(j, &records[i], j->size);
		j->size += JOURNAL_RECORD + records[i].len;
	}
	/* Where that fails the old file goes on to grow; it is tried again later. */
	for (unsigned i = 0; i < count; i++)
		if (j->rewrite ||
		    (j->size > j->due && journal_rewrite_begin(j, 0, false) == MIP6_OK))
			(void)journal_rewrite_step(j);
}

int journal_save(struct journal *j, const struct mip6_record *record)
{
	uint8_t buf[JOURNAL_RECORD_MOST];
	int err;

	if (record->len > MIP6_RECORD_MAX)
		return MIP6_ERR_LENGTH;
	if (journal_hold_put(j, record))
		return MIP6_OK;
	err = journal_hold_write(j); /* what was saved before counts before */
	if (err == MIP6_OK)
		err = journal_append(j, buf, journal_record_build(record, buf));
	if (err == MIP6_OK)
		journal_appended(j, record, 1);
	return err;
}

void journal_complete(struct journal *j)
{
	if (j->header.incomplete == 0)
		return;
	j->header.incomplete = 0;
	(void)write_header(j);
}

int journal_reset(struct journal *j)
{
	journal_rewrite_cancel(j);
	if (ftruncate(j->fd, JOURNAL_HEADER) < 0 || write_header(j) < 0)
		return MIP6_ERR_IO;
	j->size = JOURNAL_HEADER;
	j->room = 0;
	journal_plan(j, j->size);
	return MIP6_OK;
}

/* ---- reading -------------------------------------------------------------------------- */

/* Reads the whole file; `index` says then what counts. MIP6_ERR_NOMEM. */
static int find_live(struct journal_scan *s, struct journal_index *index)
{
	struct journal_place place;

	while (journal_scan_next(s, &place))
		if (journal_index_put(index, &place, place.len == JOURNAL_RECORD) < 0)
			return MIP6_ERR_NOMEM;
	return MIP6_OK;
}

/* A descriptor of its own: fn may save, and so have the file replaced. */
void journal_each(const struct journal *j, void (*fn)(void *arg, const struct mip6_record *record),
		  void *arg)
{
	struct journal_scan *s = journal_map(sizeof(*s));
	int fd = fcntl(j->fd, F_DUPFD_CLOEXEC, 0);
	size_t end = j->size;
	struct journal_index index;
	struct journal_place place;
	struct mip6_record record;

	if (s && fd >= 0 && journal_index_open(&index, end / 64) == MIP6_OK) {
		journal_scan_begin(s, fd, end);
		if (find_live(s, &index) == MIP6_OK) {
			journal_scan_begin(s, fd, end);
			while (journal_scan_next(s, &place)) {
				if (!journal_index_counts(&index, &place))
					continue;
				journal_place_record(&place, &record);
				fn(arg, &record);
			}
		}
		journal_index_close(&index);
	}
	if (fd >= 0)
		close(fd);
	if (s)
		munmap(s, sizeof(*s));
}

struct count {
	unsigned records;
	size_t octets;
};

static void count_record(void *arg, const struct mip6_record *record)
{
	struct count *c = arg;

	c->records++;
	c->octets += JOURNAL_RECORD + record->len;
}

/* ---- opening ---------------------------------------------------------------------------- */

static int begin_empty(struct journal *j)
{
	if (ftruncate(j->fd, 0) < 0 || write_header(j) < 0)
		return MIP6_ERR_IO;
	j->size = JOURNAL_HEADER;
	return MIP6_OK;
}

static int open_file(struct journal *j)
{
	j->fd = ownfile_open(j->path, O_RDWR | O_CREAT, OWNFILE_OWN_FOLDER);
	return j->fd < 0 ? MIP6_ERR_IO : MIP6_OK;
}

/* What nobody here can read is kept for people, under another name. */
static int set_aside(struct journal *j, struct journal_load *load)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s.bad", j->path);

	if (n < 0 || n >= (int)sizeof(path) || rename(j->path, path) < 0)
		return MIP6_ERR_IO;
	load->set_aside = true;
	close(j->fd);
	if (open_file(j) < 0)
		return MIP6_ERR_IO;
	return begin_empty(j);
}

/* What was found broken is left out, and what is of another boot has its times put
 * right: the file is written anew before anything else is done with it. */
static int repair(struct journal *j, mip6_time shift)
{
	int err = journal_rewrite_begin(j, shift, true);

	while (err == MIP6_OK && j->rewrite)
		err = journal_rewrite_step(j);
	return err;
}

static int check_records(struct journal *j, struct journal_load *load)
{
	struct journal_scan *s = journal_map(sizeof(*s));
	struct journal_place place;

	if (!s)
		return MIP6_ERR_NOMEM;
	journal_scan_begin(s, j->fd, j->size);
	while (journal_scan_next(s, &place))
		;
	load->rotten = s->rotten;
	load->torn = s->good_end < j->size;
	j->size = s->good_end;
	munmap(s, sizeof(*s));
	if (load->torn && ftruncate(j->fd, (off_t)j->size) < 0)
		return MIP6_ERR_IO;
	return MIP6_OK;
}

static int load_records(struct journal *j, const struct journal_header *was,
			struct journal_load *load)
{
	int err = check_records(j, load);

	load->incomplete_since = was->incomplete;
	load->other_boot = !same_tie(was, &j->header);
	/* An offset that no clock can have is as good as none. */
	if (load->other_boot &&
	    __builtin_sub_overflow(was->offset, j->header.offset, &load->shifted))
		load->shifted = 0;
	if (err == MIP6_OK && load->other_boot)
		err = repair(j, load->shifted);
	else if (err == MIP6_OK && load->rotten)
		(void)repair(j, 0); /* on a full disk what is broken is passed over again */
	if (err == MIP6_OK && was->incomplete)
		err = write_header(j);
	return err;
}

static int load_file(struct journal *j, struct journal_load *load)
{
	struct count count = {.octets = JOURNAL_HEADER};
	uint8_t data[JOURNAL_HEADER];
	struct journal_header was;
	struct stat st;
	ssize_t n;
	int err;

	if (open_file(j) < 0 || fstat(j->fd, &st) < 0)
		return MIP6_ERR_IO;
	n = pread(j->fd, data, sizeof(data), 0);
	if (n < 0)
		return MIP6_ERR_IO;
	j->size = (size_t)st.st_size;
	switch (journal_header_parse(data, (size_t)n, &was)) {
	case JOURNAL_FRESH:
		load->torn = n > 0;
		err = begin_empty(j);
		break;
	case JOURNAL_KNOWN:
		err = load_records(j, &was, load);
		break;
	default:
		err = set_aside(j, load);
		break;
	}
	if (err < 0)
		return err;
	journal_each(j, count_record, &count);
	load->loaded = count.records;
	journal_plan(j, count.octets);
	return MIP6_OK;
}

struct journal *journal_open(const char *path, char *error, size_t cap, struct journal_load *ret)
{
	struct journal *j = calloc(1, sizeof(*j));
	int err = MIP6_ERR_NOMEM;

	memset(ret, 0, sizeof(*ret));
	if (j) {
		j->fd = -1;
		j->path = strdup(path);
	}
	errno = 0;
	if (j && j->path)
		err = tie_now(&j->header) < 0 ? MIP6_ERR_IO : load_file(j, ret);
	if (err == MIP6_OK)
		return j;
	snprintf(error, cap, "%s: %s", path, errno ? ownfile_error(errno) : mip6_strerror(err));
	journal_close(j);
	return NULL;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	journal_rewrite_close(j);
	free(j->path);
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}

/* ---- for people --------------------------------------------------------------------------- */

bool journal_notice(const struct journal_load *load, const char *path, char *text, size_t cap)
{
	char when[32] = "";
	time_t seconds = (time_t)(load->incomplete_since / MIP6_SECOND);
	struct tm tm;
	size_t len = 0;

	text[0] = '\0';
	if (load->set_aside)
		len +=
		    (size_t)snprintf(text, cap,
				     "%s is not a state file of this version of mip6d, or its "
				     "beginning is damaged: it is now %s.bad, and what it held is "
				     "not known",
				     path, path);
	if (load->rotten && len < cap)
		len +=
		    (size_t)snprintf(text + len, cap - len,
				     "%s is damaged in %u places: the records that stood there are "
				     "lost, or are as they were before; the others are good",
				     path, load->rotten);
	if (load->incomplete_since && gmtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (when[0] && len < cap)
		len += (size_t)snprintf(
		    text + len, cap - len,
		    "%s%s could not be written from %s until mip6d ended: bindings "
		    "and registrations may be older than they were, and ones that "
		    "were ended meanwhile may be there again",
		    len ? "; " : "", path, when);
	return len > 0;
}
