/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking for a line in a file that grows. */
#include "lab/lines.h"
#include "test.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { GARBAGE = 3 * 1000 * 1000 };

struct growing {
	char path[64];
	FILE *file;
	struct lines lines;
	unsigned seen; /* lines that were looked at */
};

static void begin(struct growing *g)
{
	int fd;

	*g = (struct growing){.path = "/tmp/mip6lab-lines-XXXXXX"};
	fd = mkstemp(g->path);
	CU_ASSERT_FATAL(fd >= 0);
	g->file = fdopen(fd, "w");
}

static void end(struct growing *g)
{
	fclose(g->file);
	unlink(g->path);
}

static void put(struct growing *g, const char *text)
{
	fputs(text, g->file);
	fflush(g->file);
}

static bool is_it(void *arg, const char *line)
{
	struct growing *g = arg;

	g->seen++;
	return strcmp(line, "it") == 0;
}

static bool look(struct growing *g)
{
	return lines_look(&g->lines, g->path, is_it, g);
}

static void test_growing(void)
{
	struct growing g;

	begin(&g);
	CU_ASSERT_FALSE(look(&g));
	put(&g, "one\ni");
	CU_ASSERT_FALSE(look(&g));
	CU_ASSERT_EQUAL(g.seen, 1);
	put(&g, "t");
	CU_ASSERT_FALSE(look(&g));
	put(&g, "\nit\n");
	CU_ASSERT_TRUE(look(&g));
	CU_ASSERT_EQUAL(g.seen, 2);
	/* The one behind it is found by the next look. */
	CU_ASSERT_TRUE(look(&g));
	CU_ASSERT_FALSE(look(&g));
	CU_ASSERT_EQUAL(g.seen, 3);
	end(&g);
	CU_ASSERT_FALSE(look(&g));
}

/* What never ends its line is looked at once, and hides nothing behind it. */
static void test_garbage(void)
{
	struct growing g;

	begin(&g);
	for (int i = 0; i < GARBAGE; i++)
		fputc(i % 2 ? 0 : 'x', g.file);
	put(&g, "");
	CU_ASSERT_FALSE(look(&g));
	CU_ASSERT(g.lines.read > GARBAGE - LINES_LONGEST);
	put(&g, "\nit\n");
	CU_ASSERT_TRUE(look(&g));
	CU_ASSERT(g.seen <= 2);
	end(&g);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"a growing file", test_growing},
	    {"garbage", test_garbage},
	};

	return test_run("test_lines", tests, sizeof(tests) / sizeof(tests[0]));
}
