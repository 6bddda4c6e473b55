/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The journal of one node: what a home agent or a mobile node must still know
 * after kill -9 (sequence numbers and expiry of bindings, RFC 6275 9.1 and
 * 10.1) and what the kernel cannot tell (old values of sysctls).
 *
 * A save appends one record by one write(), so that a thousand registrations a
 * second cost a thousand short writes and nothing else. The file is read once,
 * at start: the last record of a key counts, one without data removes the key.
 * A record that was cut off by the process' death fails its checksum; it and
 * what follows is cut away. When dead records outweigh the live ones the file
 * is written anew beside the old one and takes its place by rename().
 *
 * Layout, all numbers big endian:
 *   header: "mip6jrn1", boot id (16), namespace's device and cookie (8 + 8),
 *           real minus monotonic time in ns (8), CRC-32 of these (4)
 *   record: CRC-32 of the rest (4), kind (2), length (2), key (16), data */
#include "linux/journal.h"

#include <mip6/wire.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL_HEADER	    52u
#define JOURNAL_RECORD	    24u
#define JOURNAL_RECORD_MOST (JOURNAL_RECORD + MIP6_RECORD_MAX)
/* Below this size a file is never worth writing anew. */
#define JOURNAL_SMALL (64u * 1024u)

static const char journal_magic[8] = {'m', 'i', 'p', '6', 'j', 'r', 'n', '1'};

struct journal_entry {
	struct journal_entry *next; /* in the same bucket */
	struct mip6_addr key;
	enum mip6_record_kind kind;
	uint16_t len;
	uint8_t data[];
};

/* What ties a file to this boot and namespace. */
struct journal_tie {
	uint8_t boot[16];
	uint64_t device;
	uint64_t inode;
	int64_t offset; /* real minus monotonic time */
};

struct journal {
	char *path;
	int fd;
	struct journal_tie tie;
	size_t size; /* of the file */
	size_t live; /* of it: header and records that still count */
	bool broken; /* the file's end is not what we think: write it anew */
	struct journal_entry **buckets;
	size_t bucket_count; /* a power of two */
	size_t count;
};

/* ---- checksum and keys ---------------------------------------------------- */

static uint32_t journal_crc(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= data[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ ((crc & 1) ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

static size_t journal_hash(enum mip6_record_kind kind, const struct mip6_addr *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)kind;

	for (unsigned i = 0; i < sizeof(key->b); i++)
		h = (h ^ key->b[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ (h >> 32));
}

/* ---- live records --------------------------------------------------------- */

static struct journal_entry **journal_slot(const struct journal *j, enum mip6_record_kind kind,
					   const struct mip6_addr *key)
{
	struct journal_entry **slot = &j->buckets[journal_hash(kind, key) & (j->bucket_count - 1)];

	while (*slot && ((*slot)->kind != kind || !mip6_addr_equal(&(*slot)->key, key)))
		slot = &(*slot)->next;
	return slot;
}

static int journal_grow(struct journal *j)
{
	size_t count = j->bucket_count ? j->bucket_count * 2 : 64;
	struct journal_entry **old = j->buckets;
	size_t old_count = j->bucket_count;
	struct journal_entry **buckets = calloc(count, sizeof(*buckets));

	if (!buckets)
		return MIP6_ERR_NOMEM;
	j->buckets = buckets;
	j->bucket_count = count;
	for (size_t i = 0; i < old_count; i++) {
		for (struct journal_entry *e = old[i], *next; e; e = next) {
			struct journal_entry **slot = journal_slot(j, e->kind, &e->key);

			next = e->next;
			e->next = *slot;
			*slot = e;
		}
	}
	free(old);
	return 0;
}

static void journal_forget(struct journal *j, enum mip6_record_kind kind,
			   const struct mip6_addr *key)
{
	struct journal_entry **slot = journal_slot(j, kind, key);
	struct journal_entry *e = *slot;

	if (!e)
		return;
	*slot = e->next;
	j->live -= JOURNAL_RECORD + e->len;
	j->count--;
	free(e);
}

static struct journal_entry *journal_entry_new(const struct mip6_record *record)
{
	struct journal_entry *e = malloc(sizeof(*e) + record->len);

	if (!e)
		return NULL;
	*e = (struct journal_entry){.key = record->key, .kind = record->kind, .len = record->len};
	memcpy(e->data, record->data, record->len);
	return e;
}

static void journal_insert(struct journal *j, struct journal_entry *e)
{
	struct journal_entry **slot;

	journal_forget(j, e->kind, &e->key);
	slot = journal_slot(j, e->kind, &e->key);
	e->next = *slot;
	*slot = e;
	j->live += JOURNAL_RECORD + e->len;
	j->count++;
}

/* Takes a record into the live set. MIP6_ERR_NOMEM. */
static int journal_keep(struct journal *j, const struct mip6_record *record)
{
	struct journal_entry *e;

	if (record->len == 0) {
		journal_forget(j, record->kind, &record->key);
		return 0;
	}
	if (j->count >= j->bucket_count && journal_grow(j) < 0)
		return MIP6_ERR_NOMEM;
	e = journal_entry_new(record);
	if (!e)
		return MIP6_ERR_NOMEM;
	journal_insert(j, e);
	return 0;
}

static void journal_forget_all(struct journal *j)
{
	for (size_t i = 0; i < j->bucket_count; i++) {
		for (struct journal_entry *e = j->buckets[i], *next; e; e = next) {
			next = e->next;
			free(e);
		}
		j->buckets[i] = NULL;
	}
	j->count = 0;
	j->live = JOURNAL_HEADER;
}

/* ---- bytes ---------------------------------------------------------------- */

static void journal_header_build(const struct journal_tie *tie, uint8_t buf[JOURNAL_HEADER])
{
	struct mip6_writer w = wr_init(buf, JOURNAL_HEADER);

	wr_copy(&w, journal_magic, sizeof(journal_magic));
	wr_copy(&w, tie->boot, sizeof(tie->boot));
	wr_u64(&w, tie->device);
	wr_u64(&w, tie->inode);
	wr_u64(&w, (uint64_t)tie->offset);
	wr_u32(&w, journal_crc(buf, JOURNAL_HEADER - 4));
}

static bool journal_header_parse(const uint8_t *data, size_t len, struct journal_tie *ret)
{
	struct mip6_reader r = rd_init(data, len);
	char magic[sizeof(journal_magic)];
	uint32_t crc;

	rd_copy(&r, magic, sizeof(magic));
	rd_copy(&r, ret->boot, sizeof(ret->boot));
	ret->device = rd_u64(&r);
	ret->inode = rd_u64(&r);
	ret->offset = (int64_t)rd_u64(&r);
	crc = rd_u32(&r);
	return !r.failed && memcmp(magic, journal_magic, sizeof(magic)) == 0 &&
	       crc == journal_crc(data, JOURNAL_HEADER - 4);
}

/* Length of the record in buf. */
static size_t journal_record_build(enum mip6_record_kind kind, const struct mip6_addr *key,
				   const uint8_t *data, uint16_t len,
				   uint8_t buf[JOURNAL_RECORD_MOST])
{
	struct mip6_writer w = wr_init(buf + 4, JOURNAL_RECORD_MOST - 4);
	struct mip6_writer crc = wr_init(buf, 4);

	wr_u16(&w, (uint16_t)kind);
	wr_u16(&w, len);
	wr_addr(&w, key);
	wr_copy(&w, data, len);
	wr_u32(&crc, journal_crc(buf + 4, w.pos));
	return w.pos + 4;
}

/* Reads one record; false at the end and at a broken one. */
static bool journal_record_parse(struct mip6_reader *r, struct mip6_record *ret)
{
	const uint8_t *start = r->data + r->pos;
	uint32_t crc = rd_u32(r);

	*ret = (struct mip6_record){.kind = (enum mip6_record_kind)rd_u16(r)};
	ret->len = rd_u16(r);
	ret->key = rd_addr(r);
	if (r->failed || ret->len > MIP6_RECORD_MAX)
		return false;
	rd_copy(r, ret->data, ret->len);
	return !r->failed && crc == journal_crc(start + 4, JOURNAL_RECORD - 4 + ret->len);
}

/* ---- the file ------------------------------------------------------------- */

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

static int journal_tie_now(struct journal_tie *ret)
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

static bool journal_tie_same(const struct journal_tie *a, const struct journal_tie *b)
{
	return memcmp(a->boot, b->boot, sizeof(a->boot)) == 0 && a->device == b->device &&
	       a->inode == b->inode;
}

static int journal_write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return MIP6_ERR_IO;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The whole live content; the caller frees it. */
static uint8_t *journal_image(const struct journal *j, size_t *ret_len)
{
	uint8_t *image = malloc(j->live + JOURNAL_RECORD_MOST);
	size_t len = JOURNAL_HEADER;

	if (!image)
		return NULL;
	journal_header_build(&j->tie, image);
	for (size_t i = 0; i < j->bucket_count; i++)
		for (const struct journal_entry *e = j->buckets[i]; e; e = e->next)
			len += journal_record_build(e->kind, &e->key, e->data, e->len, image + len);
	*ret_len = len;
	return image;
}

static int journal_replace(struct journal *j, const uint8_t *image, size_t len)
{
	char path[PATH_MAX];
	int fd;

	if (snprintf(path, sizeof(path), "%s.new", j->path) >= (int)sizeof(path))
		return MIP6_ERR_IO;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return MIP6_ERR_IO;
	if (journal_write_all(fd, image, len) < 0 || fsync(fd) < 0 || rename(path, j->path) < 0) {
		close(fd);
		unlink(path);
		return MIP6_ERR_IO;
	}
	if (j->fd >= 0)
		close(j->fd);
	j->fd = fd;
	j->size = len;
	j->broken = false;
	return 0;
}

static int journal_rewrite(struct journal *j)
{
	size_t len;
	uint8_t *image = journal_image(j, &len);
	int err;

	if (!image)
		return MIP6_ERR_NOMEM;
	err = journal_replace(j, image, len);
	free(image);
	return err;
}

static int journal_append(struct journal *j, const uint8_t *data, size_t len)
{
	if (journal_write_all(j->fd, data, len) == 0) {
		j->size += len;
		return 0;
	}
	/* A part of it may stand there: take it back, or nothing that follows
	 * could be read. */
	if (ftruncate(j->fd, (off_t)j->size) < 0 || lseek(j->fd, (off_t)j->size, SEEK_SET) < 0)
		j->broken = true;
	return MIP6_ERR_IO;
}

/* ---- loading -------------------------------------------------------------- */

/* All of the file, NULL with errno. */
static uint8_t *journal_read(int fd, size_t *ret_len)
{
	struct stat st;
	uint8_t *data;
	size_t len = 0;

	if (fstat(fd, &st) < 0)
		return NULL;
	data = malloc((size_t)st.st_size + 1);
	while (data && len < (size_t)st.st_size) {
		ssize_t n = read(fd, data + len, (size_t)st.st_size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			free(data);
			return NULL;
		}
		if (n == 0)
			break;
		len += (size_t)n;
	}
	*ret_len = len;
	return data;
}

/* Records of the stack begin with their expiry; those of other kinds hold no
 * times. */
static void journal_shift(struct mip6_record *record, mip6_time shift)
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

/* Takes in all records of the file's content; true when all could be read. */
static int journal_load_records(struct journal *j, const uint8_t *data, size_t len,
				struct journal_load *load)
{
	struct mip6_reader r = rd_init(data, len);
	struct mip6_record record;

	rd_bytes(&r, JOURNAL_HEADER);
	while (rd_left(&r) > 0) {
		if (!journal_record_parse(&r, &record)) {
			load->torn = true;
			return 0;
		}
		journal_shift(&record, load->shifted);
		if (journal_keep(j, &record) < 0)
			return MIP6_ERR_NOMEM;
	}
	return 0;
}

static int journal_load_content(struct journal *j, const uint8_t *data, size_t len,
				struct journal_load *load)
{
	struct journal_tie tie;

	if (memcmp(data, journal_magic, len < sizeof(journal_magic) ? len : sizeof(journal_magic)))
		return MIP6_ERR_TYPE;
	if (!journal_header_parse(data, len, &tie)) {
		load->torn = len > 0;
		return journal_rewrite(j);
	}
	load->other_boot = !journal_tie_same(&tie, &j->tie);
	/* An offset that no clock can have is as good as none. */
	if (load->other_boot && __builtin_sub_overflow(tie.offset, j->tie.offset, &load->shifted))
		load->shifted = 0;
	if (journal_load_records(j, data, len, load) < 0)
		return MIP6_ERR_NOMEM;
	load->loaded = (unsigned)j->count;
	j->size = len;
	if (load->torn || load->other_boot)
		return journal_rewrite(j);
	return 0;
}

static int journal_load_file(struct journal *j, struct journal_load *load)
{
	size_t len = 0;
	uint8_t *data;
	int err;

	j->fd = open(j->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (j->fd < 0)
		return MIP6_ERR_IO;
	data = journal_read(j->fd, &len);
	if (!data)
		return MIP6_ERR_IO;
	err = journal_load_content(j, data, len, load);
	free(data);
	return err;
}

/* ---- interface ------------------------------------------------------------ */

struct journal *journal_open(const char *path, char *error, size_t cap, struct journal_load *ret)
{
	struct journal *j = calloc(1, sizeof(*j));
	const char *why;
	int err = MIP6_ERR_NOMEM;

	memset(ret, 0, sizeof(*ret));
	if (j) {
		j->fd = -1;
		j->live = JOURNAL_HEADER;
		j->path = strdup(path);
	}
	if (!j || !j->path || journal_grow(j) < 0) {
		snprintf(error, cap, "%s: %s", path, mip6_strerror(err));
		journal_close(j);
		return NULL;
	}
	errno = 0;
	err = journal_tie_now(&j->tie) < 0 ? MIP6_ERR_IO : journal_load_file(j, ret);
	if (err < 0) {
		why = errno ? strerror(errno) : mip6_strerror(err);
		if (err == MIP6_ERR_TYPE)
			why = "not a state file of mip6d: remove it, or give another path";
		snprintf(error, cap, "%s: %s", path, why);
		journal_close(j);
		return NULL;
	}
	return j;
}

static void journal_copy(const struct journal_entry *e, struct mip6_record *ret)
{
	*ret = (struct mip6_record){.kind = e->kind, .key = e->key, .len = e->len};
	memcpy(ret->data, e->data, e->len);
}

void journal_each(const struct journal *j, void (*fn)(void *arg, const struct mip6_record *record),
		  void *arg)
{
	struct mip6_record *all = malloc(j->count * sizeof(*all) + 1);
	size_t count = 0;

	if (!all)
		return;
	for (size_t i = 0; i < j->bucket_count; i++)
		for (const struct journal_entry *e = j->buckets[i]; e; e = e->next)
			journal_copy(e, &all[count++]);
	for (size_t i = 0; i < count; i++)
		fn(arg, &all[i]);
	free(all);
}

int journal_save(struct journal *j, const struct mip6_record *record)
{
	uint8_t buf[JOURNAL_RECORD_MOST];
	size_t len;
	int err;

	if (record->len > MIP6_RECORD_MAX)
		return MIP6_ERR_LENGTH;
	err = journal_keep(j, record);
	if (err < 0)
		return err;
	if (j->broken || (j->size > JOURNAL_SMALL && j->size > 4 * j->live))
		return journal_rewrite(j);
	len = journal_record_build(record->kind, &record->key, record->data, record->len, buf);
	return journal_append(j, buf, len);
}

int journal_reset(struct journal *j)
{
	journal_forget_all(j);
	return journal_rewrite(j);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	if (j->buckets)
		journal_forget_all(j);
	free(j->buckets);
	free(j->path);
	if (j->fd >= 0)
		close(j->fd);
	free(j);
}
