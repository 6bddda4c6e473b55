/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An address that the kernel's own autoconfiguration made before us has a
 * lifetime, and nobody extends it once we have switched that off. While it is
 * our care-of address it must not expire; afterwards it shall be as if we had
 * never been there. So the moments at which it would expire go into the journal,
 * and it gets the rest of its lifetimes back when it is no longer wanted, also
 * by the process after a kill. */
#include "linux/kplane_internal.h"

#include <mip6/wire.h>

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <time.h>

/* Just below "for ever", which would make it an address of another nature. */
#define LOAN_LIFETIME (UINT32_MAX - 1)

static mip6_time loan_now(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (mip6_time)t.tv_sec * MIP6_SECOND + t.tv_nsec;
}

static mip6_time loan_until(uint32_t seconds)
{
	return seconds == UINT32_MAX ? MIP6_NEVER : loan_now() + seconds * MIP6_SECOND;
}

static uint32_t loan_left(mip6_time until)
{
	const mip6_time now = loan_now();

	if (until == MIP6_NEVER)
		return UINT32_MAX;
	return until <= now ? 0 : (uint32_t)((until - now + MIP6_SECOND / 2) / MIP6_SECOND);
}

/* ---- records ------------------------------------------------------------------------ */

static int loan_save(struct kplane *k, const struct kplane_loan *loan)
{
	struct mip6_record record = {.kind = (enum mip6_record_kind)KPLANE_RECORD_LOAN,
				     .key = loan->address.address.addr};
	struct mip6_writer w = wr_init(record.data, sizeof(record.data));

	wr_u32(&w, loan->address.address.ifindex);
	wr_u8(&w, loan->address.address.prefix_len);
	wr_u32(&w, loan->address.address.flags);
	wr_u32(&w, loan->ifa_flags);
	wr_u8(&w, loan->proto);
	wr_u64(&w, (uint64_t)loan_until(loan->valid_s));
	wr_u64(&w, (uint64_t)loan_until(loan->preferred_s));
	record.len = (uint16_t)w.pos;
	return journal_save(k->journal, &record) < 0 ? -EIO : 0;
}

static int loan_forget(struct kplane *k, const struct mip6_addr *addr)
{
	const struct mip6_record record = {.kind = (enum mip6_record_kind)KPLANE_RECORD_LOAN,
					   .key = *addr};

	return journal_save(k->journal, &record) < 0 ? -EIO : 0;
}

static bool loan_parse(const struct mip6_record *record, struct kplane_loan *ret)
{
	struct mip6_reader r = rd_init(record->data, record->len);

	if ((enum kplane_record)record->kind != KPLANE_RECORD_LOAN)
		return false;
	*ret = (struct kplane_loan){.address.kind = MIP6_OBJ_ADDRESS};
	ret->address.address.addr = record->key;
	ret->address.address.ifindex = rd_u32(&r);
	ret->address.address.prefix_len = rd_u8(&r);
	ret->address.address.flags = rd_u32(&r);
	ret->ifa_flags = rd_u32(&r);
	ret->proto = rd_u8(&r);
	ret->valid_s = loan_left((mip6_time)rd_u64(&r));
	ret->preferred_s = loan_left((mip6_time)rd_u64(&r));
	return !r.failed;
}

struct loan_search {
	const struct mip6_addr *addr;
	struct kplane_loan loan;
	bool found;
};

static void loan_on_search(void *arg, const struct mip6_record *record)
{
	struct loan_search *search = arg;
	struct kplane_loan loan;

	if (loan_parse(record, &loan) &&
	    mip6_addr_equal(&loan.address.address.addr, search->addr)) {
		search->loan = loan;
		search->found = true;
	}
}

static bool loan_find(const struct kplane *k, const struct mip6_addr *addr, struct kplane_loan *ret)
{
	struct loan_search search = {.addr = addr};

	journal_each(k->journal, loan_on_search, &search);
	*ret = search.loan;
	return search.found;
}

/* ---- the address ---------------------------------------------------------------------- */

static int loan_send(struct kplane *k, const struct kplane_loan *loan, uint32_t ifa_flags,
		     uint32_t valid_s, uint32_t preferred_s)
{
	const struct mip6_object *o = &loan->address;
	const struct ifaddrmsg body = {.ifa_family = AF_INET6,
				       .ifa_prefixlen = o->address.prefix_len,
				       .ifa_index = o->address.ifindex};
	const struct ifa_cacheinfo life = {.ifa_prefered = preferred_s, .ifa_valid = valid_s};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_NEWADDR, NLM_F_REPLACE, &body, sizeof(body));

	nlsock_put_addr(m, IFA_LOCAL, &o->address.addr);
	mnl_attr_put_u32(m, IFA_FLAGS, ifa_flags);
	mnl_attr_put(m, IFA_CACHEINFO, sizeof(life), &life);
	if (loan->proto)
		mnl_attr_put_u8(m, IFA_PROTO, loan->proto);
	return nlsock_talk(&k->route, m);
}

/* The kernel refuses to change an address without the flags that a user may
 * give; the others are its own. */
static uint32_t loan_flags(const struct kplane_loan *loan)
{
	return loan->ifa_flags & (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR |
				  IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN);
}

int kplane_loan_take(struct kplane *k, const struct kplane_loan *loan)
{
	struct kplane_loan old;
	int err;

	/* On two interfaces at once: the first one counts. */
	if (loan_find(k, &loan->address.address.addr, &old))
		return 0;
	err = loan_save(k, loan);
	if (err < 0)
		return err;
	/* The prefix route keeps its own lifetime. */
	return loan_send(k, loan, loan_flags(loan) | IFA_F_NOPREFIXROUTE, LOAN_LIFETIME,
			 LOAN_LIFETIME);
}

/* 0 when the address is there; setting the lifetimes of one that is not would
 * make it. */
static int loan_look(struct kplane *k, const struct mip6_object *o)
{
	const struct ifaddrmsg body = {.ifa_family = AF_INET6, .ifa_index = o->address.ifindex};
	struct nlsock_request r;
	struct nlmsghdr *m = nlsock_begin(&r, RTM_GETADDR, 0, &body, sizeof(body));

	nlsock_put_addr(m, IFA_ADDRESS, &o->address.addr);
	return nlsock_get(&k->route, m, NULL, NULL);
}

int kplane_loan_return(struct kplane *k, const struct mip6_object *address)
{
	struct kplane_loan loan;
	int err;

	if (!loan_find(k, &address->address.addr, &loan) ||
	    loan.address.address.ifindex != address->address.ifindex)
		return 0;
	err = loan_look(k, address);
	/* One second is as short as the kernel takes. */
	if (err == 0)
		err = loan_send(k, &loan, loan_flags(&loan), loan.valid_s ? loan.valid_s : 1,
				loan.preferred_s);
	err = kplane_removed(err);
	return err < 0 ? err : loan_forget(k, &address->address.addr);
}

struct loan_visit {
	void (*fn)(void *arg, const struct mip6_object *address);
	void *arg;
};

static void loan_on_visit(void *arg, const struct mip6_record *record)
{
	const struct loan_visit *visit = arg;
	struct kplane_loan loan;

	if (loan_parse(record, &loan))
		visit->fn(visit->arg, &loan.address);
}

void kplane_loan_each(const struct kplane *k,
		      void (*fn)(void *arg, const struct mip6_object *address), void *arg)
{
	struct loan_visit visit = {fn, arg};

	journal_each(k->journal, loan_on_visit, &visit);
}
