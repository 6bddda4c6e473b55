/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Records that are written together. A disk that is full says so when room is asked for,
 * which is before a record is said to be saved: so of what waits nothing is lost but by an
 * error of the device. */
#include "linux/journal_internal.h"

#include <errno.h>
#include <fcntl.h>

#define ROOM (16u * 1024u) /* asked for at a time */

void journal_hold(struct journal *j, bool hold)
{
	j->held.on = hold;
}

/* Room behind the file's end, which stays where it is. A file system that has none to
 * promise, or does not know how, is not asked each time. */
static bool has_room(struct journal *j, size_t end)
{
	int kept = errno;

	if (end <= j->room)
		return true;
	if (end <= j->room_try)
		return false;
	j->room_try = j->size + ROOM;
	if (fallocate(j->fd, FALLOC_FL_KEEP_SIZE, (off_t)j->size, ROOM) == 0)
		j->room = j->size + ROOM;
	errno = kept;
	return end <= j->room;
}

/* The end of a record is written at once: who forgets an entry cannot be told later that it
 * was not forgotten. */
bool journal_hold_put(struct journal *j, const struct mip6_record *record)
{
	struct journal_held *held = &j->held;
	size_t len = JOURNAL_RECORD + record->len;

	if (!held->on || record->len == 0 || held->count == JOURNAL_HELD ||
	    !has_room(j, j->size + held->octets + len))
		return false;
	held->records[held->count++] = *record;
	held->octets += len;
	return true;
}

int journal_hold_write(struct journal *j)
{
	uint8_t buf[JOURNAL_HELD * JOURNAL_RECORD_MOST];
	struct journal_held *held = &j->held;
	size_t len = 0;
	int err;

	if (held->count == 0)
		return MIP6_OK;
	for (unsigned i = 0; i < held->count; i++)
		len += journal_record_build(&held->records[i], buf + len);
	err = journal_append(j, buf, len);
	if (err < 0)
		return err;
	journal_appended(j, held->records, held->count);
	held->count = 0;
	held->octets = 0;
	return MIP6_OK;
}

int journal_flush(struct journal *j, void (*fn)(void *arg, const struct mip6_record *record),
		  void *arg)
{
	struct journal_held *held = &j->held;
	int err = journal_hold_write(j);
	int kept = errno;
	unsigned count = held->count;

	held->count = 0;
	held->octets = 0;
	for (unsigned i = 0; i < count; i++)
		fn(arg, &held->records[i]);
	errno = kept;
	return err;
}
