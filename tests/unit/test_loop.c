/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event loop over pipes. No test waits: what is waited for is there already,
 * and deadlines are in the past or never. */
#include "linux/loop.h"
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

struct end {
	struct loop *loop;
	struct loop_watch watch;
	struct loop_watch *victim; /* removed when this end is called */
	int fds[2];
	unsigned calls;
	mip6_time seen;
};

static void called(void *arg, mip6_time now, uint32_t events)
{
	struct end *e = arg;
	char octet;

	CU_ASSERT_TRUE(events & EPOLLIN);
	CU_ASSERT_EQUAL(read(e->fds[0], &octet, 1), 1);
	e->calls++;
	e->seen = now;
	if (e->victim)
		loop_remove(e->loop, e->victim);
}

static void end_open(struct end *e, struct loop *l)
{
	*e = (struct end){.loop = l};
	CU_ASSERT_EQUAL_FATAL(pipe(e->fds), 0);
	e->watch = (struct loop_watch){.fd = e->fds[0], .fn = called, .arg = e};
	CU_ASSERT_EQUAL_FATAL(loop_add(l, &e->watch, EPOLLIN), MIP6_OK);
}

static void end_close(struct end *e)
{
	close(e->fds[0]);
	close(e->fds[1]);
}

static void ready_ones_are_called(void)
{
	struct loop l;
	struct end a;
	struct end b;
	mip6_time now;

	CU_ASSERT_EQUAL_FATAL(loop_open(&l), MIP6_OK);
	end_open(&a, &l);
	end_open(&b, &l);
	CU_ASSERT_EQUAL(write(a.fds[1], "x", 1), 1);
	CU_ASSERT_FALSE(loop_wait(&l, MIP6_NEVER, &now));
	CU_ASSERT_EQUAL(a.calls, 1);
	CU_ASSERT_EQUAL(b.calls, 0);
	CU_ASSERT_EQUAL(a.seen, now);
	end_close(&a);
	end_close(&b);
	loop_close(&l);
}

/* Both are ready in one batch: whichever comes first takes the other away. */
static void removed_in_the_batch(void)
{
	struct loop l;
	struct end a;
	struct end b;
	mip6_time now;

	CU_ASSERT_EQUAL_FATAL(loop_open(&l), MIP6_OK);
	end_open(&a, &l);
	end_open(&b, &l);
	a.victim = &b.watch;
	b.victim = &a.watch;
	CU_ASSERT_EQUAL(write(a.fds[1], "x", 1), 1);
	CU_ASSERT_EQUAL(write(b.fds[1], "x", 1), 1);
	loop_wait(&l, MIP6_NEVER, &now);
	CU_ASSERT_EQUAL(a.calls + b.calls, 1);
	loop_wait(&l, 1, &now);
	CU_ASSERT_EQUAL(a.calls + b.calls, 1);
	end_close(&a);
	end_close(&b);
	loop_close(&l);
}

static void deadlines(void)
{
	struct loop l;
	struct end a;
	mip6_time now;

	CU_ASSERT_EQUAL_FATAL(loop_open(&l), MIP6_OK);
	end_open(&a, &l);
	CU_ASSERT_TRUE(loop_wait(&l, 1, &now));
	CU_ASSERT_TRUE(now >= 1);
	/* The same deadline again comes again, and so does one before the clock. */
	CU_ASSERT_TRUE(loop_wait(&l, 1, &now));
	CU_ASSERT_TRUE(loop_wait(&l, 0, &now));
	CU_ASSERT_TRUE(loop_wait(&l, -5, &now));
	/* A deadline that was moved away does not come. */
	CU_ASSERT_EQUAL(write(a.fds[1], "x", 1), 1);
	CU_ASSERT_FALSE(loop_wait(&l, MIP6_NEVER, &now));
	CU_ASSERT_EQUAL(a.calls, 1);
	CU_ASSERT_EQUAL(write(a.fds[1], "x", 1), 1);
	CU_ASSERT_FALSE(loop_wait(&l, now + 3600 * MIP6_SECOND, &now));
	CU_ASSERT_EQUAL(a.calls, 2);
	end_close(&a);
	loop_close(&l);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"ready ones are called", ready_ones_are_called},
	    {"removed in the batch", removed_in_the_batch},
	    {"deadlines", deadlines},
	};

	return test_run("loop", tests, sizeof(tests) / sizeof(tests[0]));
}
