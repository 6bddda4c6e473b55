/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Care-of choice: each rule alone, and every order of the candidates. */
#include "core/coa.h"
#include "core/slaac.h"
#include "test.h"
#include <stdlib.h>

static struct mip6_addr A(const char *text) {
	struct mip6_addr a = {{0}};

	CU_ASSERT_FATAL(mip6_addr_parse(text, &a) == MIP6_OK);
	return a;
}

static struct coa_candidate
C(const char *text) {
	return (struct coa_candidate){.addr = A(text), .ifindex = 2, .preference = 1};
}

static const char *const HA = "3fff:0:1::1";

static int choose(const struct coa_candidate *c, size_t n, const char *ha, const char *previous)
{
	struct mip6_addr h = A(ha);
	struct mip6_addr p = A(previous);

	return coa_choose(c, n, &h, &p);
}

/* Calls with every permutation of c and asserts that the winner is c[0]. */
static void first_wins(const struct coa_candidate *c, size_t n, const char *ha,
		       const char *previous)
{
	struct coa_candidate order[6];
	size_t count = 1;

	for (size_t i = 2; i <= n; i++)
		count *= i;
	for (size_t k = 0; k < count; k++) {
		bool used[6] = {false};
		size_t rest = k;
		int winner;

		for (size_t i = 0; i < n; i++) {
			size_t skip = rest % (n - i);
			size_t pick = 0;

			rest /= n - i;
			while (used[pick] || skip--)
				while (used[++pick])
					;
			used[pick] = true;
			order[i] = c[pick];
		}
		winner = choose(order, n, ha, previous);
		CU_ASSERT_FATAL(winner >= 0);
		CU_ASSERT(mip6_addr_equal(&order[winner].addr, &c[0].addr));
		CU_ASSERT_EQUAL(order[winner].ifindex, c[0].ifindex);
	}
}

static void none_is_none(void)
{
	struct coa_candidate c[2] = {C("fe80::1"), C("fd00:1::1")};

	CU_ASSERT_EQUAL(choose(NULL, 0, HA, "::"), MIP6_ERR_NOTFOUND);
	CU_ASSERT_EQUAL(choose(c, 2, HA, "::"), MIP6_ERR_NOTFOUND);
}

static void native_before_6to4_before_teredo(void)
{
	struct coa_candidate c[5] = {C("3fff:0:a::5"), C("2002:db8:1::5"), C("2001:0:1::5"),
				     C("fd00:1::5"), C("fe80::5")};

	first_wins(c, 5, HA, "::");
	first_wins(c, 5, HA, "2002:db8:1::5");
	first_wins(c + 1, 4, HA, "::");
	first_wins(c + 2, 3, HA, "::");
}

static void ula_only_towards_ula(void)
{
	struct coa_candidate c[3] = {C("fd00:1::5"), C("3fff:0:a::5"), C("2002:db8:1::5")};

	first_wins(c, 3, "fd00:2::1", "::");
	CU_ASSERT_EQUAL(choose(c, 1, HA, "::"), MIP6_ERR_NOTFOUND);
}

static void lost_comes_last(void)
{
	struct coa_candidate c[2] = {C("2001:0:1::5"), C("3fff:0:a::5")};

	c[1].reach = COA_LOST;
	first_wins(c, 2, HA, "3fff:0:a::5");
}

/* An arrival is followed at once where its prefix is as good ... */
static void doubtful_loses_among_equals(void)
{
	struct coa_candidate c[2] = {C("3fff:0:b::5"), C("3fff:0:a::5")};

	c[1].reach = COA_DOUBTFUL;
	first_wins(c, 2, HA, "3fff:0:a::5");
}

/* ... but perhaps it is a second router on the same link: its worse prefix waits. */
static void doubtful_beats_a_worse_category(void)
{
	struct coa_candidate c[2] = {C("3fff:0:a::5"), C("2002:db8:1::5")};

	c[0].reach = COA_DOUBTFUL;
	first_wins(c, 2, HA, "::");
}

/* A longer match does not bring the link back that was left before this one. */
static void last_heard_of_two_in_doubt(void)
{
	struct coa_candidate c[2] = {C("3fff:0:9::1"), C("3fff:0:1::5")};

	c[0].reach = c[1].reach = COA_DOUBTFUL;
	c[0].heard = 200 * MIP6_MS;
	c[1].heard = 100 * MIP6_MS;
	first_wins(c, 2, HA, "::");
	/* Where neither is in doubt, it does not count. */
	c[0].reach = c[1].reach = COA_REACHABLE;
	c[1].heard = 300 * MIP6_MS;
	c[0].addr = A("3fff:0:1::5");
	c[1].addr = A("3fff:0:9::1");
	first_wins(c, 2, HA, "::");
}

static void unanswered_loses(void)
{
	struct coa_candidate c[3] = {C("2002:db8:1::5"), C("3fff:0:a::5"), C("3fff:0:b::5")};

	c[1].failed_rounds = 1;
	c[2].failed_rounds = 2;
	first_wins(c, 3, HA, "3fff:0:b::5");
}

static void preferred_before_deprecated(void)
{
	struct coa_candidate c[2] = {C("3fff:0:b::5"), C("3fff:0:a::5")};

	c[1].deprecated = true;
	c[0].preference = 9;
	first_wins(c, 2, HA, "3fff:0:a::5");
}

static void interface_preference(void)
{
	struct coa_candidate c[3] = {C("3fff:8000::5"), C("3fff:0:a::5"), C("3fff:0:b::5")};

	c[0].preference = 1;
	c[0].ifindex = 9;
	c[1].preference = 2;
	c[2].preference = 3;
	first_wins(c, 3, HA, "3fff:0:a::5");
}

static void longest_match(void)
{
	struct coa_candidate c[3] = {C("3fff:0:1:8000::5"), C("3fff:0:a::5"), C("3fff:8000::5")};

	first_wins(c, 3, HA, "::");
}

/* Another prefix alone is no reason to move; its router's preference is. */
static void the_one_in_use(void)
{
	struct coa_candidate c[3] = {C("3fff:8000::5"), C("3fff:0:1:8000::5"), C("3fff:0:a::5")};

	first_wins(c, 3, HA, "3fff:8000::5");
	c[1].router_preference = -1;
	first_wins(c, 3, HA, "3fff:8000::5");
	c[0].router_preference = 1;
	c[1].router_preference = 0;
	first_wins(c, 3, HA, "3fff:0:a::5");
}

static void ties_are_stable(void)
{
	struct coa_candidate c[3] = {C("3fff:0:a::5"), C("3fff:0:b::5"), C("3fff:0:c::5")};
	struct coa_candidate in_use[3] = {C("3fff:0:b::5"), C("3fff:0:a::5"), C("3fff:0:c::5")};
	struct coa_candidate twice[2] = {C("3fff:0:a::5"), C("3fff:0:a::5")};

	first_wins(c, 3, HA, "::");
	first_wins(in_use, 3, HA, "3fff:0:b::5");
	twice[1].ifindex = 3;
	first_wins(twice, 2, HA, "::");
}

/* Every rule above decides some pair of these; the order must be total. */
static void any_set_any_order(void)
{
	static const char *const prefix[] = {
	    "3fff:0:a::", "2002:db8:1::", "2001:0:1::", "fd00:1::", "3fff:0:1::", "3fff:4000::"};
	unsigned seed = 7;

	for (int round = 0; round < 300; round++) {
		struct coa_candidate c[5];
		int best;

		for (unsigned i = 0; i < 5; i++) {
			seed = seed * 1103515245u + 12345u;
			c[i] = C(prefix[(seed >> 16) % 6]);
			c[i].addr.b[15] = (uint8_t)(i + 1);
			c[i].preference = 1 + (int)((seed >> 20) % 2);
			c[i].deprecated = (seed >> 22) % 3 == 0;
			c[i].failed_rounds = (seed >> 24) % 4 == 0;
			c[i].heard = (mip6_time)((seed >> 18) % 3);
			c[i].reach = (seed >> 26) % 5 == 0 ? COA_DOUBTFUL : COA_REACHABLE;
		}
		best = choose(c, 5, HA, "::");
		if (best < 0)
			continue;
		struct coa_candidate first = c[best];

		c[best] = c[0];
		c[0] = first;
		first_wins(c, 5, HA, "::");
	}
}

static void eui64_address(void)
{
	/* The example of RFC 4291 appendix A: 34-56-78-9A-BC-DE. */
	const uint8_t mac[6] = {0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde};
	struct mip6_prefix p = {.addr = A("3fff:0:a::"), .len = 64};
	struct mip6_addr expected = A("3fff:0:a:0:3656:78ff:fe9a:bcde");
	struct mip6_addr other = A("fe80::3656:78ff:fe9a:bcde");
	struct mip6_addr got = slaac_address_eui64(&p, mac);

	CU_ASSERT(mip6_addr_equal(&got, &expected));
	CU_ASSERT(slaac_same_iid(&got, &other));
	other.b[15] = 0;
	CU_ASSERT_FALSE(slaac_same_iid(&got, &other));
}

static void given_identifier(void)
{
	struct mip6_prefix p = {.addr = A("3fff:0:a::"), .len = 64};
	struct mip6_addr expected = A("3fff:0:a:0:123:4567:89ab:cdef");
	struct mip6_addr got = slaac_address_iid(&p, UINT64_C(0x0123456789abcdef));

	CU_ASSERT(mip6_addr_equal(&got, &expected));
	CU_ASSERT(slaac_iid_reserved(0));
	CU_ASSERT(slaac_iid_reserved(UINT64_C(0xfdffffffffffff80)));
	CU_ASSERT(slaac_iid_reserved(UINT64_C(0xfdffffffffffffff)));
	CU_ASSERT_FALSE(slaac_iid_reserved(UINT64_C(0xfdffffffffffff7f)));
	CU_ASSERT_FALSE(slaac_iid_reserved(UINT64_C(0xfe00000000000000)));
}

static void two_hour_rule(void)
{
	const mip6_time s = MIP6_SECOND;

	/* RFC 4862 5.5.3 e: 1) longer than left or than two hours is taken, 2) two
	 * hours or less left stay, 3) otherwise two hours are left. */
	CU_ASSERT_EQUAL(slaac_valid_until(100 * s, 200 * s, 500), 600 * s);
	CU_ASSERT_EQUAL(slaac_valid_until(0, 90000 * s, 7201), 7201 * s);
	CU_ASSERT_EQUAL(slaac_valid_until(0, 7000 * s, 10), 7000 * s);
	CU_ASSERT_EQUAL(slaac_valid_until(0, 90000 * s, 10), 7200 * s);
	CU_ASSERT_EQUAL(slaac_valid_until(0, 90000 * s, UINT32_MAX), MIP6_NEVER);
	CU_ASSERT_EQUAL(slaac_valid_until(5 * s, MIP6_NEVER, 0), 7205 * s);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"none_is_none", none_is_none},
	    {"native_before_6to4_before_teredo", native_before_6to4_before_teredo},
	    {"ula_only_towards_ula", ula_only_towards_ula},
	    {"lost_comes_last", lost_comes_last},
	    {"doubtful_loses_among_equals", doubtful_loses_among_equals},
	    {"doubtful_beats_a_worse_category", doubtful_beats_a_worse_category},
	    {"last_heard_of_two_in_doubt", last_heard_of_two_in_doubt},
	    {"unanswered_loses", unanswered_loses},
	    {"preferred_before_deprecated", preferred_before_deprecated},
	    {"interface_preference", interface_preference},
	    {"the_one_in_use", the_one_in_use},
	    {"longest_match", longest_match},
	    {"ties_are_stable", ties_are_stable},
	    {"any_set_any_order", any_set_any_order},
	    {"eui64_address", eui64_address},
	    {"given_identifier", given_identifier},
	    {"two_hour_rule", two_hour_rule},
	};

	return test_run("coa", tests, sizeof(tests) / sizeof(tests[0]));
}
