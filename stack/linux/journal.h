/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_JOURNAL_H
#define LINUX_JOURNAL_H

/* Records that outlive the process: one file, appended to, each record with a
 * length and a checksum, so that a torn write at the end loses only what was
 * being written. The header ties the file to the boot id and the network namespace
 * (the kernel's cookie of it, or the inode of /proc/self/ns/net), and gives the offset
 * between monotonic and real time. The file is rewritten (temporary file, fsync, rename)
 * when it has grown to several times its live content. */
#include <mip6/node.h>

struct journal;

struct journal_load {
	unsigned loaded;   /* live records */
	bool torn;	   /* a broken tail was cut off */
	bool other_boot;   /* the file is of another boot or namespace */
	mip6_time shifted; /* other boot: what was already added to each record's expiry (its
			    * first 8 octets, see mip6/node.h), by real time: the caller
			    * adds nothing */
};

/* Opens or makes the file, whose folder must exist. NULL on failure, with a text
 * for people in error (cap bytes). */
struct journal *journal_open(const char *path, char *error, size_t cap, struct journal_load *ret);
/* Calls fn for each live record. fn may save and remove records. */
void journal_each(const struct journal *j, void (*fn)(void *arg, const struct mip6_record *record),
		  void *arg);
/* Replaces the record of this kind and key; len 0 removes. When it returns, the
 * record survives the death of the process (not that of the machine: there is no
 * fsync for each). MIP6_ERR_LENGTH, MIP6_ERR_NOMEM, MIP6_ERR_IO. */
int journal_save(struct journal *j, const struct mip6_record *record);
/* Forgets all records (the file of another boot, when the cache is volatile). MIP6_ERR_IO. */
int journal_reset(struct journal *j);
void journal_close(struct journal *j);

#endif
