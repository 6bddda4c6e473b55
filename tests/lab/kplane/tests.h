/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_KPLANE_TESTS_H
#define TEST_KPLANE_TESTS_H

/* The tests that run inside a booted kernel. */

/* objects.c */
void test_kinds(void);
void test_adopted_untouched(void);
void test_adopted_changed(void);
void test_unwanted_removed(void);
void test_half_made(void);
void test_foreign_objects(void);
void test_lent_address(void);
void test_asked_again(void);
void test_device_in_the_way(void);
void test_vanished(void);
void test_forwarding_of_each(void);
void test_many(void);
/* packets.c */
void test_spoofed(void);
void test_strays(void);
void test_tunnel(void);
void test_between_mobile_nodes(void);
void test_hao(void);
void test_rh2(void);

#endif
