/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The Binding Update List entry: times of transmissions, sequence numbers, and
 * each status of an acknowledgement (RFC 6275 11.7.1, 11.7.3, 11.8). */
#include "core/bul.h"
#include "test.h"
#include <stdlib.h>

#define S MIP6_SECOND

static const struct mip6_addr hoa = {{0x3f, 0xff, 1}};
static const struct mip6_addr coa = {{0x3f, 0xff, 2}};

/* A first registration at `now` with sequence number 100 in its first BU. */
static struct bul waiting(mip6_time now, uint16_t lifetime)
{
	struct bul b;

	bul_init(&b, &hoa, 99);
	bul_aim(&b, now, &coa, lifetime, MH_BU_A | MH_BU_H, 3 * S / 2);
	return b;
}

static struct mh_message send(struct bul *b, mip6_time now)
{
	struct mh_message m;

	bul_build(b, now, &m);
	return m;
}

static enum bul_verdict ack(struct bul *b, mip6_time now, uint8_t status, uint16_t seq,
			    uint16_t lifetime)
{
	struct mh_message m = {.type = MH_BA};

	m.ba.status = status;
	m.ba.seq = seq;
	m.ba.lifetime = lifetime;
	return bul_acknowledge(b, now, &m);
}

static void contents(void)
{
	struct bul b = waiting(10 * S, 60);
	struct mh_message m;

	CU_ASSERT_EQUAL(bul_due(&b), 10 * S);
	m = send(&b, 10 * S);
	CU_ASSERT_EQUAL(m.type, MH_BU);
	CU_ASSERT_EQUAL(m.bu.seq, 100);
	CU_ASSERT_EQUAL(m.bu.lifetime, 60);
	CU_ASSERT_EQUAL(m.bu.flags, MH_BU_A | MH_BU_H);
	CU_ASSERT(m.options.has_alt_coa);
	CU_ASSERT(mip6_addr_equal(&m.options.alt_coa, &coa));
	CU_ASSERT_FALSE(m.options.has_nonces || m.options.has_authdata);
}

/* Waits of 1.5, 3, 6, 12, 24, 32, 32 s: doubling, then MAX_BINDACK_TIMEOUT. */
static void first_registration_times(void)
{
	static const mip6_time half_seconds[] = {0, 3, 9, 21, 45, 93, 157, 221};
	struct bul b = waiting(0, 60);

	for (uint16_t i = 0; i < 8; i++) {
		struct mh_message m;

		CU_ASSERT_EQUAL(bul_due(&b), half_seconds[i] * S / 2);
		m = send(&b, bul_due(&b));
		CU_ASSERT_EQUAL(m.bu.seq, 100 + i);
		CU_ASSERT_EQUAL(b.resends, i);
	}
}

static void re_registration_times(void)
{
	static const mip6_time seconds[] = {0, 1, 3, 7, 15, 31, 63, 95};
	struct bul b = waiting(0, 60);

	bul_aim(&b, 0, &coa, 60, MH_BU_A, S);
	for (unsigned i = 0; i < 8; i++) {
		CU_ASSERT_EQUAL(bul_due(&b), seconds[i] * S);
		send(&b, bul_due(&b));
	}
}

static void sequence_wraps(void)
{
	struct bul b;

	bul_init(&b, &hoa, 0xffff);
	bul_aim(&b, 0, &coa, 60, 0, S);
	CU_ASSERT_EQUAL(send(&b, 0).bu.seq, 0);
}

static void at_most_three_a_second(void)
{
	struct bul b = waiting(0, 60);

	for (int i = 0; i < 3; i++) {
		bul_aim(&b, i * 100 * MIP6_MS, &coa, 60, 0, S);
		CU_ASSERT_EQUAL(bul_due(&b), i * 100 * MIP6_MS);
		send(&b, i * 100 * MIP6_MS);
	}
	bul_aim(&b, 300 * MIP6_MS, &coa, 60, 0, S);
	CU_ASSERT_EQUAL(bul_due(&b), S);
	send(&b, S);
	bul_aim(&b, S, &coa, 60, 0, S);
	CU_ASSERT_EQUAL(bul_due(&b), 1100 * MIP6_MS);
}

static void accepted(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_FALSE(bul_bound(&b, S));
	CU_ASSERT_EQUAL(ack(&b, S, 0, 100, 60), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(b.state, BUL_REGISTERED);
	/* The lifetime counts from the transmission: 240 s from 0, and the refresh
	 * a fifth of it before. */
	CU_ASSERT_EQUAL(b.expires, 240 * S);
	CU_ASSERT_EQUAL(bul_due(&b), 192 * S);
	CU_ASSERT(bul_bound(&b, 240 * S - 1));
	CU_ASSERT_FALSE(bul_bound(&b, 240 * S));
}

static void shorter_lifetime_granted(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, S, 0, 100, 10), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(b.expires, 40 * S);
	/* At least 10 s before the end. */
	CU_ASSERT_EQUAL(bul_due(&b), 30 * S);
	b = waiting(0, 60);
	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, S, 0, 100, 3), BUL_ACCEPTED);
	/* But not in the first half. */
	CU_ASSERT_EQUAL(bul_due(&b), 6 * S);
}

static void longer_lifetime_is_not_believed(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, S, 0, 100, 6000), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(b.expires, 240 * S);
}

static void late_answer(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, S, 0, 100, 1), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(bul_due(&b), 2 * S);
	b = waiting(0, 60);
	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, 3 * S, 0, 100, 1), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(bul_due(&b), 3 * S);
}

static void nothing_granted(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, S, 0, 100, 0), BUL_REFUSED);
	CU_ASSERT_FALSE(bul_bound(&b, S));
	CU_ASSERT_EQUAL(bul_due(&b), 33 * S);
}

static void refresh_advice(void)
{
	struct bul b = waiting(0, 60);
	struct mh_message m = {.type = MH_BA};

	send(&b, 0);
	m.ba.seq = 100;
	m.ba.lifetime = 60;
	m.options.has_refresh = true;
	m.options.refresh = 5;
	CU_ASSERT_EQUAL(bul_acknowledge(&b, S, &m), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(bul_due(&b), 20 * S);
	CU_ASSERT_EQUAL(b.expires, 240 * S);
	/* Advice that is no shorter than the lifetime, or 0, says nothing. */
	for (int i = 0; i < 2; i++) {
		b = waiting(0, 60);
		send(&b, 0);
		m.options.refresh = i ? 60 : 0;
		CU_ASSERT_EQUAL(bul_acknowledge(&b, S, &m), BUL_ACCEPTED);
		CU_ASSERT_EQUAL(bul_due(&b), 192 * S);
	}
}

static void other_sequence_is_ignored(void)
{
	struct bul b = waiting(0, 60);

	CU_ASSERT_EQUAL(ack(&b, 0, 0, 99, 60), BUL_IGNORED);
	send(&b, 0);
	send(&b, 3 * S / 2);
	CU_ASSERT_EQUAL(ack(&b, 2 * S, 0, 100, 60), BUL_IGNORED);
	CU_ASSERT_EQUAL(b.state, BUL_WAITING);
	CU_ASSERT_EQUAL(ack(&b, 2 * S, 0, 101, 60), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(ack(&b, 2 * S, 129, 101, 60), BUL_IGNORED);
	CU_ASSERT_EQUAL(b.state, BUL_REGISTERED);
}

static void sequence_out_of_window(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, 30 * MIP6_MS, MH_STATUS_SEQUENCE, 5000, 0), BUL_RESEND);
	CU_ASSERT_EQUAL(bul_due(&b), 30 * MIP6_MS);
	CU_ASSERT_EQUAL(send(&b, 30 * MIP6_MS).bu.seq, 5001);
	/* A late answer to the first one: 5001 is greater, so it will be accepted. */
	CU_ASSERT_EQUAL(ack(&b, 40 * MIP6_MS, MH_STATUS_SEQUENCE, 5000, 0), BUL_IGNORED);
	CU_ASSERT_EQUAL(ack(&b, 60 * MIP6_MS, 0, 5001, 60), BUL_ACCEPTED);
}

static void sequence_window_wraps(void)
{
	struct bul b;

	bul_init(&b, &hoa, 9);
	bul_aim(&b, 0, &coa, 60, 0, S);
	send(&b, 0);
	/* 10 is ahead of 65000 by modulo arithmetic: it would have been accepted. */
	CU_ASSERT_EQUAL(ack(&b, 1, MH_STATUS_SEQUENCE, 65000, 0), BUL_IGNORED);
	CU_ASSERT_EQUAL(ack(&b, 1, MH_STATUS_SEQUENCE, 10, 0), BUL_RESEND);
	CU_ASSERT_EQUAL(send(&b, 1).bu.seq, 11);
}

static void every_refusal(void)
{
	static const struct {
		uint8_t status;
		enum bul_verdict verdict;
		mip6_time retry; /* s after the answer, 0: never */
	} cases[] = {
	    {128, BUL_REFUSED, 32},    {129, BUL_REFUSED, 120}, {130, BUL_REFUSED, 32},
	    {131, BUL_REFUSED, 120},   {132, BUL_REFUSED, 32},	{133, BUL_REFUSED, 120},
	    {134, BUL_HOA_REFUSED, 0}, {136, BUL_REFUSED, 32},	{137, BUL_REFUSED, 32},
	    {138, BUL_REFUSED, 32},    {139, BUL_REFUSED, 120}, {174, BUL_COA_REFUSED, 120},
	    {200, BUL_REFUSED, 32},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bul b = waiting(0, 60);

		send(&b, 0);
		CU_ASSERT_EQUAL(ack(&b, S, cases[i].status, 100, 0), cases[i].verdict);
		CU_ASSERT_EQUAL(b.state, BUL_FAILED);
		CU_ASSERT_EQUAL(b.status, cases[i].status);
		CU_ASSERT_EQUAL(bul_due(&b),
				cases[i].retry ? (1 + cases[i].retry) * S : MIP6_NEVER);
	}
}

static void status_1_is_accepted(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	CU_ASSERT_EQUAL(ack(&b, S, 1, 100, 60), BUL_ACCEPTED);
	CU_ASSERT_EQUAL(b.status, 1);
}

/* A refresh that is refused leaves the binding until its end. */
static void refused_refresh_keeps_binding(void)
{
	struct bul b = waiting(0, 60);

	send(&b, 0);
	ack(&b, S, 0, 100, 60);
	bul_aim(&b, 192 * S, &coa, 60, 0, S);
	send(&b, 192 * S);
	CU_ASSERT_EQUAL(ack(&b, 193 * S, 130, 101, 0), BUL_REFUSED);
	CU_ASSERT(bul_bound(&b, 239 * S));
	CU_ASSERT_FALSE(bul_bound(&b, 240 * S));
}

static void deregistration(void)
{
	static const uint8_t status[] = {0, 133};

	for (size_t i = 0; i < 2; i++) {
		struct bul b = waiting(0, 60);

		send(&b, 0);
		ack(&b, S, 0, 100, 60);
		bul_aim(&b, 2 * S, &hoa, 0, MH_BU_A | MH_BU_H, S);
		CU_ASSERT_EQUAL(send(&b, 2 * S).bu.lifetime, 0);
		CU_ASSERT(bul_bound(&b, 2 * S));
		CU_ASSERT_EQUAL(ack(&b, 3 * S, status[i], 101, 0), BUL_DEREGISTERED);
		CU_ASSERT_FALSE(bul_bound(&b, 3 * S));
		CU_ASSERT_EQUAL(b.state, BUL_IDLE);
		CU_ASSERT_EQUAL(bul_due(&b), MIP6_NEVER);
	}
}

/* A task that replaces one whose Binding Update was not answered yet, and whose own
 * has not left: the home agent may be about to bind nevertheless. */
static void former_task_counts(void)
{
	struct bul b = waiting(0, 100);

	CU_ASSERT_FALSE(bul_may_be_bound(&b, 0));
	send(&b, 0);
	CU_ASSERT(bul_may_be_bound(&b, 0));
	bul_aim(&b, S, &coa, 100, MH_BU_A | MH_BU_H, S);
	CU_ASSERT(bul_may_be_bound(&b, S));
	bul_aim(&b, 2 * S, &hoa, 0, MH_BU_A | MH_BU_H, S);
	send(&b, 2 * S);
	CU_ASSERT_EQUAL(ack(&b, 2 * S, 0, 101, 0), BUL_DEREGISTERED);
	CU_ASSERT_FALSE(bul_may_be_bound(&b, 2 * S));
}

static void held_back(void)
{
	struct bul b = waiting(0, 60);

	bul_hold(&b);
	CU_ASSERT_EQUAL(bul_due(&b), MIP6_NEVER);
	bul_due_now(&b, 5 * S);
	CU_ASSERT_EQUAL(bul_due(&b), 5 * S);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"contents", contents},
	    {"first_registration_times", first_registration_times},
	    {"re_registration_times", re_registration_times},
	    {"sequence_wraps", sequence_wraps},
	    {"at_most_three_a_second", at_most_three_a_second},
	    {"accepted", accepted},
	    {"shorter_lifetime_granted", shorter_lifetime_granted},
	    {"longer_lifetime_is_not_believed", longer_lifetime_is_not_believed},
	    {"late_answer", late_answer},
	    {"nothing_granted", nothing_granted},
	    {"refresh_advice", refresh_advice},
	    {"other_sequence_is_ignored", other_sequence_is_ignored},
	    {"sequence_out_of_window", sequence_out_of_window},
	    {"sequence_window_wraps", sequence_window_wraps},
	    {"every_refusal", every_refusal},
	    {"status_1_is_accepted", status_1_is_accepted},
	    {"refused_refresh_keeps_binding", refused_refresh_keeps_binding},
	    {"deregistration", deregistration},
	    {"former_task_counts", former_task_counts},
	    {"held_back", held_back},
	};

	return test_run("bul", tests, sizeof(tests) / sizeof(tests[0]));
}
