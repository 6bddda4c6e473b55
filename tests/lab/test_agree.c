/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparison of the ways, on result folders that are made up here: what
 * agrees, what does not, what the allow-list covers, and files that are wrong. */
#include "lab/agree.h"
#include "test.h"
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "n,from,to,l2_gap_ms,ra_ms,coa_ms,bu_ms,ba_ms,first_down_ms,first_up_ms,"
			   "lost_down,lost_up,dup_down,dup_up,reordered_down,reordered_up\n";
static const char first[] = "1,foreign1,foreign2,50.000,0.003,0.005,0.005,30.006,31.000,38.000,"
			    "20,19,0,0,0,0\n";
static const char second[] = "2,foreign2,foreign1,50.000,0.003,0.005,0.005,30.006,33.000,36.000,"
			     "21,20,0,0,0,0\n";

struct lab {
	char folders[AGREE_WAYS][64];
	char allow[64];
	char text[16384];
	bool one_kernel; /* there is no way AGREE_DEBIAN */
};

static void write_file(const char *path, const char *a, const char *b, const char *c)
{
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fprintf(file, "%s%s%s", a, b, c);
	fclose(file);
}

static void write_table(const struct lab *lab, enum agree_way way, const char *a, const char *b)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/handovers.csv", lab->folders[way]);
	write_file(path, head, a, b);
}

static void lab_make(struct lab *lab)
{
	lab->one_kernel = false;
	for (enum agree_way w = 0; w < AGREE_WAYS; w++) {
		snprintf(lab->folders[w], sizeof(lab->folders[w]), "/tmp/mip6lab-agree-XXXXXX");
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(lab->folders[w]));
		write_table(lab, w, first, second);
	}
	snprintf(lab->allow, sizeof(lab->allow), "%.40s/allow", lab->folders[0]);
	write_file(lab->allow, "allow: []\n", "", "");
}

static void lab_remove(struct lab *lab)
{
	char path[128];

	unlink(lab->allow);
	for (enum agree_way w = 0; w < AGREE_WAYS; w++) {
		snprintf(path, sizeof(path), "%s/handovers.csv", lab->folders[w]);
		unlink(path);
		CU_ASSERT_EQUAL(rmdir(lab->folders[w]), 0);
	}
}

/* What agree_compare says, its text in lab->text; -1: a file cannot be read. */
static int compare(struct lab *lab, const char *scenario)
{
	struct agree_table tables[AGREE_WAYS] = {0};
	struct agree_allowed allowed;
	struct lab_error bad = {0};
	FILE *out = fmemopen(lab->text, sizeof(lab->text), "w");
	int status = agree_allow_read(&allowed, lab->allow, &bad);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	if (status < 0)
		fprintf(out, "%d:%d: %s", bad.line, bad.column, bad.text);
	for (enum agree_way w = 0; w < AGREE_WAYS && status == 0; w++)
		status =
		    agree_table_read(&tables[w], lab->folders[w], lab->text, sizeof(lab->text));
	tables[AGREE_DEBIAN].absent = lab->one_kernel;
	if (status == 0)
		status = agree_compare(scenario, tables, &allowed, out);
	fclose(out);
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		agree_table_free(&tables[w]);
	agree_allow_free(&allowed);
	return status;
}

static bool says(const struct lab *lab, const char *text)
{
	bool found = strstr(lab->text, text) != NULL;

	if (!found)
		printf("\nmissing \"%s\" in:\n%s\n", text, lab->text);
	return found;
}

static void test_alike(void)
{
	struct lab lab;

	lab_make(&lab);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT(says(&lab, "\nthe four agree: 2 handovers, every phase within 0.05 ms, in the "
			     "two kernels within 0.01 ms\n"));
	CU_ASSERT(says(&lab, "   1   foreign1 to foreign2\n"));
	CU_ASSERT(says(&lab, "     kernel       user        ns3     debian   user-kernel    "
			     "ns3-kernel      ns3-user debian-kernel\n"));
	CU_ASSERT(says(&lab, "ba_ms                30.006     30.006     30.006     30.006        "
			     "+0.000        +0.000        +0.000        +0.000\n"));
	CU_ASSERT_PTR_NULL(strstr(lab.text, "dup_down              0"));
	CU_ASSERT_PTR_NULL(strstr(lab.text, "DIFFERS"));
	lab_remove(&lab);
}

struct judged {
	const char *row; /* instead of the first one of one way */
	int code;
};

/* Each row in each of the ways from..to. */
static void check_rows(struct lab *lab, const struct judged *rows, size_t count,
		       enum agree_way from, enum agree_way to)
{
	for (size_t i = 0; i < count; i++)
		for (enum agree_way w = from; w <= to; w++) {
			write_table(lab, w, rows[i].row, second);
			CU_ASSERT_EQUAL(compare(lab, "handover"), rows[i].code);
			CU_ASSERT_EQUAL(strstr(lab->text, "DIFFERS") != NULL, rows[i].code);
			CU_ASSERT(says(lab, rows[i].code ? "do NOT agree: 1 figures" : " agree: "));
			write_table(lab, w, first, second);
		}
}

/* The limit is 0.05 ms: 0.049 is below it, 0.050 is not, whichever two differ. */
static void test_limit(void)
{
	static const struct judged rows[] = {
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.055,31,38,20,19,0,0,0,0\n", 0},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.056,31,38,20,19,0,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,29.956,31,38,20,19,0,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,20,20,0,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,20,19,1,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,,38,20,19,0,0,0,0\n", 1},
	    {"1,foreign1,home,50,0.003,0.005,0.005,30.006,31,38,20,19,0,0,0,0\n", 1},
	    {"2,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,20,19,0,0,0,0\n", 1},
	};
	struct lab lab;

	lab_make(&lab);
	check_rows(&lab, rows, sizeof(rows) / sizeof(rows[0]), AGREE_USER, AGREE_NS3);
	CU_ASSERT(says(&lab, "the four do NOT agree: 1 figures differ by 0.05 ms or more, in the "
			     "two kernels by 0.01 ms, or as counts"));
	lab.one_kernel = true;
	check_rows(&lab, rows, sizeof(rows) / sizeof(rows[0]), AGREE_KERNEL, AGREE_NS3);
	CU_ASSERT(says(&lab, "the three do NOT agree: 1 figures differ by 0.05 ms or more, or as "
			     "counts"));
	lab_remove(&lab);
}

/* Of two kernels it is 0.01 ms, and counts are equal. */
static void test_limit_of_kernels(void)
{
	static const struct judged rows[] = {
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.015,31,38,20,19,0,0,0,0\n", 0},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.016,31,38,20,19,0,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,29.997,31,38,20,19,0,0,0,0\n", 0},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,29.996,31,38,20,19,0,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,20,20,0,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,20,19,1,0,0,0\n", 1},
	    {"1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,,20,19,0,0,0,0\n", 1},
	    {"1,foreign1,home,50,0.003,0.005,0.005,30.006,31,38,20,19,0,0,0,0\n", 1},
	};
	struct lab lab;

	lab_make(&lab);
	check_rows(&lab, rows, sizeof(rows) / sizeof(rows[0]), AGREE_DEBIAN, AGREE_DEBIAN);
	check_rows(&lab, rows, sizeof(rows) / sizeof(rows[0]), AGREE_KERNEL, AGREE_KERNEL);
	/* Debian's kernel is compared with the other kernel only. */
	write_table(&lab, AGREE_USER,
		    "1,foreign1,foreign2,50,0.003,0.005,0.005,30.054,31,38,20,19,0,0,0,0\n",
		    second);
	write_table(&lab, AGREE_DEBIAN, rows[2].row, second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT(says(&lab, "ba_ms                30.006     30.054     30.006     29.997        "
			     "+0.048        +0.000        -0.048        -0.009\n"));
	lab_remove(&lab);
}

/* What is not there is neither compared nor shown. */
static void test_one_kernel(void)
{
	struct lab lab;

	lab_make(&lab);
	write_table(&lab, AGREE_DEBIAN, second, "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	lab.one_kernel = true;
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT(says(&lab, "\nthe three agree: 2 handovers, every phase within 0.05 ms\n"));
	CU_ASSERT(says(&lab, "     kernel       user        ns3   user-kernel    ns3-kernel      "
			     "ns3-user\n"));
	CU_ASSERT(says(&lab,
		       "ba_ms                30.006     30.006     30.006        +0.000        "
		       "+0.000        +0.000\n"));
	CU_ASSERT_PTR_NULL(strstr(lab.text, "debian"));
	CU_ASSERT_PTR_NULL(strstr(lab.text, "two kernels"));
	lab_remove(&lab);
}

static void test_handovers_missing(void)
{
	struct lab lab;

	lab_make(&lab);
	write_table(&lab, AGREE_NS3, first, "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	CU_ASSERT(says(&lab, "kernel has 2 handovers  DIFFERS"));
	write_table(&lab, AGREE_NS3, first, second);
	write_table(&lab, AGREE_DEBIAN, first, "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	CU_ASSERT(says(&lab, "kernel has 2 handovers  DIFFERS"));
	for (enum agree_way w = 0; w < AGREE_WAYS; w++)
		write_table(&lab, w, "", "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	CU_ASSERT(says(&lab, "ns3 has 0 handovers  DIFFERS"));
	lab_remove(&lab);
}

static const char entry[] = "- {scenario: handover, phase: ba_ms, between: [ns3, kernel], "
			    "limit: 0.2ms, measured: 120us, cause: a test}\n";
static const char later[] = "1,foreign1,foreign2,50,0.003,0.005,0.005,30.206,31,38,20,19,0,0,0,0\n";
static const char too_late[] =
    "1,foreign1,foreign2,50,0.003,0.005,0.005,30.207,31,38,20,19,0,0,0,0\n";

/* An entry covers two ways, one phase, one scenario, up to its limit. */
static void test_allowed(void)
{
	static const char user_too[] = "- {phase: ba_ms, between: [user, ns3], limit: 1ms, "
				       "measured: 1ms, cause: the other}\n";
	struct lab lab;

	lab_make(&lab);
	write_table(&lab, AGREE_NS3, later, second);
	write_file(lab.allow, "allow:\n", entry, "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	write_file(lab.allow, "allow:\n", entry, user_too);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT(says(&lab, "allowed: ba_ms between kernel ns3, at most 0.200; found 1, the "
			     "largest 0.200: a test\n"));
	CU_ASSERT(says(&lab, "in the two kernels within 0.01 ms but for what is allowed"));
	CU_ASSERT_EQUAL(compare(&lab, "home"), 1);
	write_table(&lab, AGREE_NS3, too_late, second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	write_table(&lab, AGREE_NS3, first, second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT_PTR_NULL(strstr(lab.text, "allowed"));
	lab_remove(&lab);
}

/* An entry for the two kernels covers no other two, and no other entry covers them. */
static void test_allowed_kernels(void)
{
	static const char kernels[] = "- {phase: ba_ms, between: [debian, kernel], limit: 0.2ms, "
				      "measured: 120us, cause: another kernel}\n";
	struct lab lab;

	lab_make(&lab);
	write_table(&lab, AGREE_DEBIAN, later, second);
	write_file(lab.allow, "allow:\n", entry, "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	write_file(lab.allow, "allow:\n", kernels, "");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT(says(&lab, "allowed: ba_ms between kernel debian, at most 0.200; found 1, the "
			     "largest 0.200: another kernel\n"));
	write_table(&lab, AGREE_DEBIAN, too_late, second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	lab.one_kernel = true;
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT_PTR_NULL(strstr(lab.text, "allowed"));
	write_table(&lab, AGREE_USER, later, second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	lab_remove(&lab);
}

/* A count is allowed as a count; what only one of them has never is. */
static void test_allowed_count(void)
{
	static const char lost[] =
	    "- {phase: lost_down, between: [user, ns3], limit: 1, measured: 1, cause: c}\n"
	    "- {phase: lost_down, between: [kernel, ns3], limit: 1, measured: 1, cause: c}\n";
	struct lab lab;

	lab_make(&lab);
	write_file(lab.allow, "allow:\n", lost, "");
	write_table(&lab, AGREE_NS3,
		    "1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,21,19,0,0,0,0\n",
		    second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	write_table(&lab, AGREE_NS3,
		    "1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,22,19,0,0,0,0\n",
		    second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	write_table(&lab, AGREE_NS3,
		    "1,foreign1,foreign2,50,0.003,0.005,0.005,30.006,31,38,,19,0,0,0,0\n", second);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	lab_remove(&lab);
}

static void test_allow_mistakes(void)
{
	static const struct {
		const char *text;
		const char *says;
	} mistakes[] = {
	    {" phase: ba_ms\n", "2:2: \"allow\" must be a list"},
	    {"- ba_ms\n", "2:3: an entry is a mapping"},
	    {"- {fase: ba_ms}\n", "2:4: unknown key \"fase\""},
	    {"- {phase: ba}\n", "2:11: \"ba\" is no column"},
	    {"- {phase: home}\n", "2:11: \"home\" is no column"},
	    {"- {between: [user, ns3]}\n", "2:3: the key \"phase\" is missing"},
	    {"- {phase: ba_ms, between: [user, user]}\n", "2:27: \"between\" names two"},
	    {"- {phase: ba_ms, between: [user, uml]}\n", "2:27: \"between\" names two"},
	    {"- {phase: ba_ms, between: user}\n", "2:27: \"between\" names two"},
	    {"- {phase: ba_ms, between: [user, debian]}\n", "2:27: \"between\" names two"},
	    {"- {phase: ba_ms, between: [kernel, user, ns3]}\n", "2:27: \"between\" names two"},
	    {"- {phase: ba_ms, between: [kernel, debian]}\n", "2:3: the key \"limit\" is missing"},
	    {"- {phase: ba_ms, between: [user, ns3], limit: 1}\n", "2:47: \"1\" is not"},
	    {"- {phase: lost_up, between: [user, ns3], limit: 1ms}\n", "2:49: \"1ms\" is not"},
	    {"- {phase: ba_ms, between: [user, ns3], limit: 1ms, measured: 2ms, cause: c}\n",
	     "2:47: the limit is below"},
	    {"- {phase: ba_ms, between: [user, ns3], limit: 1ms, measured: 1ms}\n",
	     "2:3: the key \"cause\" is missing"},
	};
	struct lab lab;

	lab_make(&lab);
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		write_file(lab.allow, "allow:\n", mistakes[i].text, "");
		CU_ASSERT_EQUAL(compare(&lab, "handover"), -1);
		CU_ASSERT(says(&lab, mistakes[i].says));
	}
	unlink(lab.allow);
	CU_ASSERT_EQUAL(compare(&lab, "handover"), -1);
	lab_remove(&lab);
}

static void test_table_mistakes(void)
{
	static const char *const rows[] = {
	    "1,foreign1,foreign2,50\n",
	    "one,foreign1,foreign2,50,0,0,0,30,31,38,20,19,0,0,0,0\n",
	    "1,foreign1,foreign2,50,0,0,0,30ms,31,38,20,19,0,0,0,0\n",
	    "1,foreign1,foreign2,50,0,0,0,30,31,38,20,19,0,0,0,0,mn\n",
	    "\n",
	};
	struct agree_table table;
	char path[128];
	char error[512];
	struct lab lab;

	lab_make(&lab);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_table(&lab, AGREE_USER, first, rows[i]);
		CU_ASSERT_EQUAL(
		    agree_table_read(&table, lab.folders[AGREE_USER], error, sizeof(error)), -1);
		CU_ASSERT_PTR_NOT_NULL(strstr(error, "handovers.csv:3: not a handover"));
	}
	snprintf(path, sizeof(path), "%s/handovers.csv", lab.folders[AGREE_USER]);
	write_file(path, "n,to,from\n", "", "");
	CU_ASSERT_EQUAL(agree_table_read(&table, lab.folders[AGREE_USER], error, sizeof(error)),
			-1);
	CU_ASSERT_PTR_NOT_NULL(strstr(error, ":1: not the head"));
	unlink(path);
	CU_ASSERT_EQUAL(agree_table_read(&table, lab.folders[AGREE_USER], error, sizeof(error)),
			-1);
	lab_remove(&lab);
}

/* With several mobile nodes a handover belongs to one of them. */
static void test_nodes(void)
{
	char with_node[sizeof(head) + 8];
	char path[128];
	struct lab lab;

	lab_make(&lab);
	snprintf(with_node, sizeof(with_node), "%.*s,node\n", (int)sizeof(head) - 2, head);
	for (enum agree_way w = 0; w < AGREE_WAYS; w++) {
		snprintf(path, sizeof(path), "%s/handovers.csv", lab.folders[w]);
		write_file(path, with_node, "1,foreign1,foreign2,50,0,0,0,30,31,38,20,19,0,0,0,0,",
			   w == AGREE_DEBIAN ? "mn2\n" : "mn1\n");
	}
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 1);
	CU_ASSERT(says(&lab, "not the same move in all of them"));
	write_file(path, with_node, "1,foreign1,foreign2,50,0,0,0,30,31,38,20,19,0,0,0,0,",
		   "mn1\n");
	CU_ASSERT_EQUAL(compare(&lab, "handover"), 0);
	CU_ASSERT(says(&lab, "foreign1 to foreign2, mn1"));
	lab_remove(&lab);
}

/* The list that the project ships can be read, and each entry has its cause. */
static void test_own_list(void)
{
	struct agree_allowed allowed;
	struct lab_error bad = {0};

	CU_ASSERT_EQUAL_FATAL(agree_allow_read(&allowed, "scenarios/agree.allow", &bad), 0);
	for (size_t i = 0; i < allowed.count; i++)
		CU_ASSERT(strlen(allowed.list[i].cause) > 20);
	agree_allow_free(&allowed);
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"alike", test_alike},
	    {"limit", test_limit},
	    {"limit of kernels", test_limit_of_kernels},
	    {"one kernel", test_one_kernel},
	    {"handovers missing", test_handovers_missing},
	    {"allowed", test_allowed},
	    {"allowed kernels", test_allowed_kernels},
	    {"allowed count", test_allowed_count},
	    {"allow-list mistakes", test_allow_mistakes},
	    {"table mistakes", test_table_mistakes},
	    {"nodes", test_nodes},
	    {"own list", test_own_list},
	};

	return test_run("agree", tests, sizeof(tests) / sizeof(tests[0]));
}
