/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LINUX_JOURNAL_H
#define LINUX_JOURNAL_H

/* Records that outlive the process: one file, appended to, each record with a
 * length and a checksum, so that a torn write at the end loses only what was
 * being written, and damage elsewhere only what it struck. The header ties the file to
 * the boot id and the network namespace (the kernel's cookie of it, or the inode of
 * /proc/self/ns/net), and gives the offset between monotonic and real time. The file is
 * written anew, in steps, when it has grown to several times what counts of it. It is
 * the only copy: no memory is used for what it holds. */
#include <mip6/node.h>

struct journal;

struct journal_load {
	unsigned loaded;   /* live records */
	bool torn;	   /* an unfinished record at the end was cut off: nobody was told of it */
	unsigned rotten;   /* places elsewhere that could not be read: what stood there is lost */
	bool set_aside;	   /* the file was none of ours, and is now PATH.bad */
	bool other_boot;   /* the file is of another boot or namespace */
	mip6_time shifted; /* other boot: what was already added to each record's expiry (its
			    * first 8 octets, see mip6/node.h), by real time: the caller
			    * adds nothing */
	mip6_time incomplete_since; /* real time, ns: saves had failed from then on and were not
				     * made good when the process ended; 0: none */
};

/* Opens or makes the file, whose folder must exist. NULL on failure, with a text
 * for people in error (cap bytes). */
struct journal *journal_open(const char *path, char *error, size_t cap, struct journal_load *ret);
/* A warning for people about what could not be read or had not been saved; false when
 * there is none. */
bool journal_notice(const struct journal_load *load, const char *path, char *text, size_t cap);
/* Calls fn for each live record. fn may save and remove records. */
void journal_each(const struct journal *j, void (*fn)(void *arg, const struct mip6_record *record),
		  void *arg);
/* Replaces the record of this kind and key; len 0 removes. When it returns 0, the
 * record survives the death of the process and an orderly reboot, not a crash of the
 * machine: there is no fsync for each. While the journal holds, journal_flush comes first. On an
 * error, with errno, what was saved before under this key still counts, and the file says that it
 * is incomplete until journal_complete. MIP6_ERR_LENGTH, MIP6_ERR_SPACE (4 GiB), MIP6_ERR_IO. */
int journal_save(struct journal *j, const struct mip6_record *record);
/* While it holds, records may wait for journal_flush, which writes all by one system call;
 * those that wait have room on the disk already. Before it ends, journal_flush. */
void journal_hold(struct journal *j, bool hold);
/* Writes what waits. On an error, with errno, fn is told of each record that is not
 * saved now, as if journal_save had failed. */
int journal_flush(struct journal *j, void (*fn)(void *arg, const struct mip6_record *record),
		  void *arg);
/* All that could not be saved has been saved since, or is no longer to be. */
void journal_complete(struct journal *j);
/* Forgets all records (the file of another boot, when the cache is volatile). MIP6_ERR_IO. */
int journal_reset(struct journal *j);
void journal_close(struct journal *j);

#endif
