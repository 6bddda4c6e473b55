/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORE_BUL_H
#define CORE_BUL_H

/* One entry of the Binding Update List (RFC 6275 11.1): what this mobile node
 * told its home agent, what was granted, and when the next Binding Update is
 * due. It knows neither sockets nor timers: the caller asks bul_due(), builds
 * and sends. */
#include <mip6/wire.h>

enum bul_state {
	BUL_IDLE,	/* nothing to tell */
	BUL_WAITING,	/* a Binding Update is due or not yet acknowledged */
	BUL_REGISTERED, /* acknowledged */
	BUL_FAILED,	/* refused or given up; `next` may hold a late retry */
};

enum bul_verdict {
	BUL_IGNORED, /* not the answer to what was sent last */
	BUL_ACCEPTED,
	BUL_DEREGISTERED,
	BUL_RESEND,	 /* sequence number corrected; due at once */
	BUL_REFUSED,	 /* retry is planned in `next` */
	BUL_COA_REFUSED, /* this care-of address will not do */
	BUL_HOA_REFUSED, /* another node has the home address (status 134) */
};

#define BUL_MAX_TIMEOUT	   (32 * MIP6_SECOND)  /* MAX_BINDACK_TIMEOUT */
#define BUL_MAX_RATE	   3		       /* MAX_UPDATE_RATE, each second */
#define BUL_RETRY_REFUSED  (120 * MIP6_SECOND) /* a refusal that only people can cure */
#define BUL_RETRY_RESTART  (4 * MIP6_SECOND)   /* one that contradicts an earlier answer */
#define BUL_RETRY_SHORTAGE (32 * MIP6_SECOND)  /* a refusal that may pass by itself */

struct bul {
	struct mip6_addr hoa;
	struct mip6_addr coa; /* told last, or about to be told */
	enum bul_state state;
	uint16_t seq;	   /* sent last */
	uint16_t flags;	   /* MH_BU_* to send */
	uint16_t lifetime; /* to ask for, 4 s units; 0 de-registers */
	uint16_t granted;
	uint8_t status;	   /* of the last acknowledgement */
	bool sent_any;	   /* of the present task */
	unsigned resends;  /* of the present task without an answer */
	mip6_time timeout; /* wait after the next transmission */
	mip6_time last_sent;
	mip6_time expires;     /* of the binding at the home agent; in the past: none */
	mip6_time asked_until; /* the latest end of one that was asked for, answered or not */
	mip6_time next;	       /* next Binding Update, MIP6_NEVER: none planned */
	mip6_time recent[BUL_MAX_RATE]; /* last transmissions, for the rate limit */
	unsigned recent_at;
};

/* An idle entry whose first Binding Update carries seq + 1. */
void bul_init(struct bul *b, const struct mip6_addr *hoa, uint16_t seq);
/* A new task, due at once: register coa, refresh, or (lifetime 0) de-register.
 * timeout is the first retransmission interval. */
void bul_aim(struct bul *b, mip6_time now, const struct mip6_addr *coa, uint16_t lifetime,
	     uint16_t flags, mip6_time timeout);
/* When the planned Binding Update may leave: `next`, or later by the rate limit. */
mip6_time bul_due(const struct bul *b);
/* Builds the Binding Update with a new sequence number and plans the next. The
 * alternate care-of address is always there (11.7.1); when de-registering the
 * care-of address is the home address. */
void bul_build(struct bul *b, mip6_time now, struct mh_message *ret);
/* Plans no transmission until bul_due_now: there is no address to send from. */
void bul_hold(struct bul *b);
void bul_due_now(struct bul *b, mip6_time now);
/* There is no binding and nothing to tell; sequence number and rate stay. */
void bul_forget(struct bul *b);
/* Gives up the present task. */
void bul_fail(struct bul *b, mip6_time retry);
/* Processes an acknowledgement (11.7.3). */
enum bul_verdict bul_acknowledge(struct bul *b, mip6_time now, const struct mh_message *m);
/* True while the home agent holds a binding, as far as is known here. */
bool bul_bound(const struct bul *b, mip6_time now);
/* True while it may hold one: also for a Binding Update that was not answered, for as
 * long as the lifetime that it asked for. */
bool bul_may_be_bound(const struct bul *b, mip6_time now);
const char *bul_state_text(const struct bul *b);

#endif
