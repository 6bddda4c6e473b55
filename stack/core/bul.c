/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The Binding Update List entry; see bul.h. RFC 6275 11.7.1, 11.7.3, 11.8. */
#include "bul.h"

#define LIFETIME_UNIT (4 * MIP6_SECOND)

void bul_init(struct bul *b, const struct mip6_addr *hoa, uint16_t seq)
{
	*b = (struct bul){
	    .hoa = *hoa,
	    .seq = seq,
	    .expires = INT64_MIN,
	    .asked_until = INT64_MIN,
	    .last_sent = INT64_MIN,
	    .next = MIP6_NEVER,
	};
	for (unsigned i = 0; i < BUL_MAX_RATE; i++)
		b->recent[i] = INT64_MIN;
}

void bul_aim(struct bul *b, mip6_time now, const struct mip6_addr *coa, uint16_t lifetime,
	     uint16_t flags, mip6_time timeout)
{
	b->coa = *coa;
	b->lifetime = lifetime;
	b->flags = flags;
	b->timeout = timeout;
	b->state = BUL_WAITING;
	b->sent_any = false;
	b->resends = 0;
	b->next = now;
}

mip6_time bul_due(const struct bul *b)
{
	mip6_time third_last = b->recent[b->recent_at];

	if (b->next == MIP6_NEVER || third_last == INT64_MIN)
		return b->next;
	if (third_last + MIP6_SECOND > b->next)
		return third_last + MIP6_SECOND;
	return b->next;
}

static void note_sent(struct bul *b, mip6_time now)
{
	b->recent[b->recent_at] = now;
	b->recent_at = (b->recent_at + 1) % BUL_MAX_RATE;
	b->last_sent = now;
	if (b->sent_any)
		b->resends++;
	b->sent_any = true;
}

/* The home agent counts from when it hears of it. */
static void note_asked(struct bul *b, mip6_time now)
{
	mip6_time until = now + (b->lifetime + 1) * LIFETIME_UNIT;

	if (b->lifetime && until > b->asked_until)
		b->asked_until = until;
}

void bul_build(struct bul *b, mip6_time now, struct mh_message *ret)
{
	note_sent(b, now);
	note_asked(b, now);
	b->seq = (uint16_t)(b->seq + 1);
	b->next = now + b->timeout;
	b->timeout = b->timeout * 2 < BUL_MAX_TIMEOUT ? b->timeout * 2 : BUL_MAX_TIMEOUT;
	*ret = (struct mh_message){
	    .type = MH_BU,
	    .bu = {.seq = b->seq, .flags = b->flags, .lifetime = b->lifetime},
	    .options = {.has_alt_coa = true, .alt_coa = b->coa},
	};
}

void bul_hold(struct bul *b)
{
	b->next = MIP6_NEVER;
}

void bul_due_now(struct bul *b, mip6_time now)
{
	b->next = now;
}

void bul_forget(struct bul *b)
{
	b->state = BUL_IDLE;
	b->expires = INT64_MIN;
	b->asked_until = INT64_MIN;
	b->granted = 0;
	b->next = MIP6_NEVER;
}

void bul_fail(struct bul *b, mip6_time retry)
{
	b->state = BUL_FAILED;
	b->next = retry;
}

/* Well before the end, with room for some retransmissions: a fifth of the
 * lifetime, at least 10 s, but never more than half. */
static mip6_time refresh_time(const struct bul *b)
{
	mip6_time granted = b->granted * LIFETIME_UNIT;
	mip6_time margin = granted / 5;

	if (margin < 10 * MIP6_SECOND)
		margin = 10 * MIP6_SECOND;
	if (margin > granted / 2)
		margin = granted / 2;
	return b->last_sent + granted - margin;
}

static enum bul_verdict accept(struct bul *b, mip6_time now, const struct mh_message *m)
{
	if (b->lifetime == 0) {
		b->state = BUL_IDLE;
		b->expires = now;
		b->asked_until = INT64_MIN;
		b->granted = 0;
		b->next = MIP6_NEVER;
		return BUL_DEREGISTERED;
	}
	b->granted = m->ba.lifetime < b->lifetime ? m->ba.lifetime : b->lifetime;
	/* L_remain - (L_update - L_ack), L_remain running since the transmission. */
	b->expires = b->last_sent + b->granted * LIFETIME_UNIT;
	b->asked_until = now + b->granted * LIFETIME_UNIT;
	if (b->granted == 0) {
		bul_fail(b, now + BUL_RETRY_SHORTAGE);
		return BUL_REFUSED;
	}
	b->state = BUL_REGISTERED;
	b->next = refresh_time(b);
	if (m->options.has_refresh && m->options.refresh && m->options.refresh < b->granted) {
		mip6_time advised = b->last_sent + m->options.refresh * LIFETIME_UNIT;

		b->next = advised < b->next ? advised : b->next;
	}
	if (b->next < now) /* the answer took long */
		b->next = now;
	return BUL_ACCEPTED;
}

/* Status 135 carries the sequence number that was accepted last. When what was
 * sent last is already greater, the answer is to an older Binding Update. */
static enum bul_verdict resynchronise(struct bul *b, mip6_time now, uint16_t last)
{
	int16_t ahead = (int16_t)(b->seq - last);

	if (ahead > 0)
		return BUL_IGNORED;
	b->seq = last;
	b->next = now;
	return BUL_RESEND;
}

static enum bul_verdict refuse(struct bul *b, mip6_time now, uint8_t status)
{
	switch (status) {
	case MH_STATUS_DAD_FAILED:
		bul_fail(b, MIP6_NEVER);
		return BUL_HOA_REFUSED;
	case MH_STATUS_INVALID_COA:
		bul_fail(b, now + BUL_RETRY_REFUSED);
		return BUL_COA_REFUSED;
	case MH_STATUS_PROHIBITED:
	case MH_STATUS_NO_HOME_REGISTRATION:
	case MH_STATUS_NOT_HOME_AGENT:
	case MH_STATUS_TYPE_CHANGE:
		bul_fail(b, now + BUL_RETRY_REFUSED);
		return BUL_REFUSED;
	default: /* also 132: a home agent may still be learning its prefixes */
		bul_fail(b, now + BUL_RETRY_SHORTAGE);
		return BUL_REFUSED;
	}
}

enum bul_verdict bul_acknowledge(struct bul *b, mip6_time now, const struct mh_message *m)
{
	if (b->state != BUL_WAITING || !b->sent_any)
		return BUL_IGNORED;
	if (m->ba.status == MH_STATUS_SEQUENCE) {
		b->status = m->ba.status;
		return resynchronise(b, now, m->ba.seq);
	}
	if (m->ba.seq != b->seq)
		return BUL_IGNORED;
	b->status = m->ba.status;
	b->resends = 0;
	if (m->ba.status < 128)
		return accept(b, now, m);
	/* Asked to forget a binding that it does not have: nothing is left to do. */
	if (b->lifetime == 0 && m->ba.status == MH_STATUS_NOT_HOME_AGENT)
		return accept(b, now, m);
	return refuse(b, now, m->ba.status);
}

bool bul_bound(const struct bul *b, mip6_time now)
{
	return b->expires > now;
}

bool bul_may_be_bound(const struct bul *b, mip6_time now)
{
	return bul_bound(b, now) || b->asked_until > now;
}

const char *bul_state_text(const struct bul *b)
{
	switch (b->state) {
	case BUL_WAITING:
		return "waiting";
	case BUL_REGISTERED:
		return "registered";
	case BUL_FAILED:
		return "failed";
	case BUL_IDLE:
		break;
	}
	return "idle";
}
