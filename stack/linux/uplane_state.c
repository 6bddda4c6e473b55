/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What was found on interfaces, in the node's state file: written before the
 * kernel's IPv6 is switched off there, and taken out when all is given back. A
 * netlink message can be longer than a record, so it is kept in pieces. */
#include "linux/uplane_internal.h"

#include <mip6/wire.h>

#include <stdlib.h>
#include <string.h>

enum state_kind {
	STATE_INTERFACE = MIP6_RECORD_KINDS, /* key: interface */
	STATE_PIECE,			     /* key: interface, message, piece */
};

enum {
	PIECE = MIP6_RECORD_MAX,
	PIECES = 64,	    /* of one message, at most */
	MESSAGES = 1 << 22, /* of one interface: room for every route there is */
};

static struct mip6_addr key_of(unsigned ifindex, size_t message, size_t piece)
{
	struct mip6_addr key = {{0}};
	struct mip6_writer w = wr_init(key.b, sizeof(key.b));

	wr_u32(&w, ifindex);
	wr_u32(&w, (uint32_t)message);
	wr_u32(&w, (uint32_t)piece);
	return key;
}

struct journal *uplane_state_open(const char *path, char *error, size_t cap,
				  struct journal_load *ret)
{
	struct journal *j = journal_open(path, error, cap, ret);

	if (j && ret->other_boot)
		journal_reset(j);
	return j;
}

static int save_message(struct journal *j, unsigned ifindex, size_t number,
			const struct uplane_message *m)
{
	for (size_t at = 0; at < m->len; at += PIECE) {
		struct mip6_record r = {.kind = (enum mip6_record_kind)STATE_PIECE,
					.key = key_of(ifindex, number, at / PIECE)};
		int err;

		r.len = (uint16_t)(m->len - at < PIECE ? m->len - at : PIECE);
		memcpy(r.data, m->bytes + at, r.len);
		err = journal_save(j, &r);
		if (err)
			return err;
	}
	return MIP6_OK;
}

/* The interface's own record comes last: without it the pieces mean nothing. */
int uplane_state_save(struct journal *j, const struct uplane_found *f)
{
	struct mip6_record r = {.kind = (enum mip6_record_kind)STATE_INTERFACE,
				.key = key_of(f->ifindex, 0, 0)};
	struct mip6_writer w = wr_init(r.data, sizeof(r.data));

	for (size_t i = 0; i < f->count; i++) {
		int err = save_message(j, f->ifindex, i, &f->messages[i]);

		if (err)
			return err;
	}
	wr_u64(&w, (uint64_t)f->at);
	wr_u32(&w, (uint32_t)f->accept_dad);
	wr_u32(&w, (uint32_t)f->count);
	r.len = (uint16_t)w.pos;
	return journal_save(j, &r);
}

/* ---- reading -------------------------------------------------------------------------- */

struct search {
	unsigned ifindex;
	struct uplane_found *found;
	bool known;
	bool failed;
};

static unsigned interface_of(const struct mip6_record *record)
{
	struct mip6_reader r = rd_init(record->key.b, sizeof(record->key.b));

	return rd_u32(&r);
}

static void find_interface(void *arg, const struct mip6_record *record)
{
	struct search *s = arg;
	struct mip6_reader r = rd_init(record->data, record->len);
	uint32_t count;

	if ((enum state_kind)record->kind != STATE_INTERFACE || interface_of(record) != s->ifindex)
		return;
	s->found->at = (mip6_time)rd_u64(&r);
	s->found->accept_dad = (int)rd_u32(&r);
	count = rd_u32(&r);
	if (r.failed || count > MESSAGES)
		return;
	s->found->messages = calloc(count ? count : 1, sizeof(*s->found->messages));
	s->found->count = s->found->messages ? count : 0;
	s->known = s->found->messages;
}

static bool place(struct uplane_message *m, size_t piece, const struct mip6_record *record)
{
	size_t end = piece * PIECE + record->len;

	if (end > m->len) {
		uint8_t *more = realloc(m->bytes, end);

		if (!more)
			return false;
		memset(more + m->len, 0, end - m->len);
		m->bytes = more;
		m->len = end;
	}
	memcpy(m->bytes + piece * PIECE, record->data, record->len);
	return true;
}

static void find_pieces(void *arg, const struct mip6_record *record)
{
	struct search *s = arg;
	struct mip6_reader r = rd_init(record->key.b, sizeof(record->key.b));
	uint32_t ifindex = rd_u32(&r);
	uint32_t message = rd_u32(&r);
	uint32_t piece = rd_u32(&r);

	if ((enum state_kind)record->kind != STATE_PIECE || ifindex != s->ifindex)
		return;
	if (message >= s->found->count || piece >= PIECES)
		return;
	if (!place(&s->found->messages[message], piece, record))
		s->failed = true;
}

/* A message of which a piece lacks is none. */
static void drop_broken(struct uplane_found *f)
{
	size_t good = 0;

	for (size_t i = 0; i < f->count; i++) {
		struct uplane_message m = f->messages[i];
		struct nlmsghdr h;

		if (m.len >= sizeof(h))
			memcpy(&h, m.bytes, sizeof(h));
		if (m.len >= sizeof(h) && h.nlmsg_len == m.len)
			f->messages[good++] = m;
		else
			free(m.bytes);
	}
	f->count = good;
}

int uplane_state_load(const struct journal *j, unsigned ifindex, struct uplane_found *ret)
{
	struct search s = {.ifindex = ifindex, .found = ret};

	*ret = (struct uplane_found){.ifindex = ifindex};
	journal_each(j, find_interface, &s);
	if (!s.known)
		return MIP6_ERR_NOTFOUND;
	journal_each(j, find_pieces, &s);
	drop_broken(ret);
	if (!s.failed)
		return MIP6_OK;
	uplane_found_clear(ret);
	return MIP6_ERR_NOMEM;
}

struct forgetting {
	struct journal *journal;
	unsigned ifindex;
};

static void forget_record(void *arg, const struct mip6_record *record)
{
	const struct forgetting *f = arg;
	struct mip6_record gone = {.kind = record->kind, .key = record->key};

	if (interface_of(record) == f->ifindex)
		journal_save(f->journal, &gone);
}

void uplane_state_forget(struct journal *j, unsigned ifindex)
{
	const struct mip6_record first = {.kind = (enum mip6_record_kind)STATE_INTERFACE,
					  .key = key_of(ifindex, 0, 0)};
	struct forgetting f = {j, ifindex};

	/* A kill in the middle must not leave half of it to be believed. */
	journal_save(j, &first);
	journal_each(j, forget_record, &f);
}

struct listing {
	unsigned *ret;
	size_t cap;
	size_t count;
};

static void list_interface(void *arg, const struct mip6_record *record)
{
	struct listing *l = arg;

	if ((enum state_kind)record->kind == STATE_INTERFACE && l->count < l->cap)
		l->ret[l->count++] = interface_of(record);
}

static int compare(const void *a, const void *b)
{
	const unsigned *x = a;
	const unsigned *y = b;

	return (*x > *y) - (*x < *y);
}

size_t uplane_state_list(const struct journal *j, unsigned *ret, size_t cap)
{
	struct listing l = {ret, cap, 0};

	journal_each(j, list_interface, &l);
	qsort(ret, l.count, sizeof(*ret), compare);
	return l.count;
}
