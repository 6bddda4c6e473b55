/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a run on a kernel of its own hangs, who is to blame, and what the user reads
 * meanwhile: decisions and texts, without a kernel and without waiting. */
#include "lab/progress.h"
#include "lab/standstill.h"
#include "test.h"
#include "uml/busy.h"
#include "uml/group.h"
#include "uml/pulse.h"
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A pulse that is looked at each two seconds. */
struct patient {
	struct uml_pulse pulse;
	struct uml_pulse_sample sample;
};

static void begin(struct patient *p)
{
	*p = (struct patient){.sample = {1000, 500, true}};
	uml_pulse_init(&p->pulse, 40000);
	CU_ASSERT_EQUAL(uml_pulse_judge(&p->pulse, &p->sample, false), UML_PULSE_GOOD);
}

static enum uml_pulse_state look(struct patient *p, int64_t passed, int64_t used, bool wants,
				 bool news)
{
	p->sample.wall_ms += passed;
	p->sample.cpu_ms += used;
	p->sample.wants = wants;
	return uml_pulse_judge(&p->pulse, &p->sample, news);
}

static void test_works_without_news(void)
{
	struct patient p;

	begin(&p);
	for (int i = 0; i < 19; i++)
		CU_ASSERT_EQUAL(look(&p, 2000, 2000, true, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 1999, true, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 1, true, false), UML_PULSE_BUSY);
}

static void test_news_begin_again(void)
{
	struct patient p;

	begin(&p);
	CU_ASSERT_EQUAL(look(&p, 2000, 39999, true, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 1000, true, true), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 39999, true, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 1, true, false), UML_PULSE_BUSY);
}

/* Ten hours on a machine that gives it a hundredth of the time that it wants. */
static void test_starved(void)
{
	struct patient p;

	begin(&p);
	for (int i = 0; i < 18000; i++)
		CU_ASSERT_EQUAL(look(&p, 2000, 20, true, i % 1000 == 0), UML_PULSE_GOOD);
	/* Nothing at all, for hours: it waits for the processor. */
	for (int i = 0; i < 18000; i++)
		CU_ASSERT_EQUAL(look(&p, 2000, 0, true, false), UML_PULSE_GOOD);
}

static void test_nothing_to_do(void)
{
	struct patient p;

	begin(&p);
	for (int i = 0; i < 29; i++)
		CU_ASSERT_EQUAL(look(&p, 2000, 0, false, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 1999, 0, false, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 1, 0, false, false), UML_PULSE_STILL);
}

/* It ran between two looks, or runs now, or there were news: it does not stand still. */
static void test_stirs(void)
{
	struct patient p;

	begin(&p);
	for (int i = 0; i < 1000; i++)
		CU_ASSERT_EQUAL(look(&p, 2000, i % 20 == 0 ? 10 : 0, i % 20 == 7, i % 20 == 14),
				UML_PULSE_GOOD);
}

/* Who looks was kept waiting for an hour: that is no hour of standing still. */
static void test_late_look(void)
{
	struct patient p;

	begin(&p);
	CU_ASSERT_EQUAL(look(&p, 3600000, 0, false, false), UML_PULSE_GOOD);
	for (int i = 0; i < 13; i++)
		CU_ASSERT_EQUAL(look(&p, 3600000, 0, false, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 3600000, 0, false, false), UML_PULSE_STILL);
}

/* A process that ends is missing from the sum for a moment, which is no use of time when
 * it comes back. */
static void test_sum_that_falls(void)
{
	struct patient p;

	begin(&p);
	CU_ASSERT_EQUAL(look(&p, 2000, 100000, true, true), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, -90000, true, true), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 90000, true, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 39999, true, false), UML_PULSE_GOOD);
	CU_ASSERT_EQUAL(look(&p, 2000, 1, true, false), UML_PULSE_BUSY);
}

static void test_process_line(void)
{
	struct uml_process p;

	CU_ASSERT_TRUE(uml_process_parse(
	    "17750 (linux) R (virt) t 17749 17700 17749 0 -1 1077936128 2163 99 1 2 31 102 7 5 "
	    "-2 0 1 0 380517 568360960 13402 18446744073709551615\n",
	    &p));
	CU_ASSERT_EQUAL(p.pid, 17750);
	CU_ASSERT_EQUAL(p.state, 't');
	CU_ASSERT_EQUAL(p.group, 17700);
	CU_ASSERT_EQUAL(p.user, 31);
	CU_ASSERT_EQUAL(p.system, 102);
	CU_ASSERT_EQUAL(p.reaped, 12);
	CU_ASSERT_FALSE(uml_process_parse("", &p));
	CU_ASSERT_FALSE(uml_process_parse("17750 (linux", &p));
	CU_ASSERT_FALSE(uml_process_parse("17750 (linux) R 17749 17700", &p));
}

static void count(void *arg, const struct uml_process *process)
{
	unsigned *all = arg;

	*all += process->pid == getpid();
}

static void test_group(void)
{
	unsigned all = 0;
	unsigned none = 0;

	uml_group_each(getpgrp(), count, &all);
	CU_ASSERT_EQUAL(all, 1);
	/* No group has this number: it is above the highest that Linux gives. */
	CU_ASSERT_FALSE(uml_group_each(1 << 30, count, &none));
	CU_ASSERT_EQUAL(none, 0);
}

static const char registers[] = "sysrq: Show Regs\n\n"
				"Modules linked in: veth tun\n"
				"Pid: 761, comm: a busy one Not tainted 6.1.176\n"
				"RIP: 0000:0x0\n";

static void test_who_runs(void)
{
	char name[32];
	pid_t pid = -1;

	CU_ASSERT_TRUE(uml_busy_parse(registers, &pid, name, sizeof(name)));
	CU_ASSERT_EQUAL(pid, 761);
	CU_ASSERT_STRING_EQUAL(name, "a busy one");
	CU_ASSERT_TRUE(uml_busy_parse("Pid: 7, comm: x Tainted: G  W", &pid, name, sizeof(name)));
	CU_ASSERT_EQUAL(pid, 7);
	CU_ASSERT_STRING_EQUAL(name, "x");
	CU_ASSERT_FALSE(uml_busy_parse("sysrq: Show Regs\n", &pid, name, sizeof(name)));
	CU_ASSERT_FALSE(uml_busy_parse("Pid: 761, comm: cut", &pid, name, sizeof(name)));
}

static void test_what_it_does(void)
{
	CU_ASSERT_EQUAL(uml_busy_judge(0, 0, 0), UML_DOING_UNKNOWN);
	CU_ASSERT_EQUAL(uml_busy_judge(1000, 1000, 0), UML_DOING_COMPUTES);
	CU_ASSERT_EQUAL(uml_busy_judge(1000, 800, 0), UML_DOING_COMPUTES);
	/* As measured of a loop on getppid(): most of it is the kernel's. */
	CU_ASSERT_EQUAL(uml_busy_judge(2630, 30, 360), UML_DOING_CALLS);
	CU_ASSERT_EQUAL(uml_busy_judge(1000, 0, 50), UML_DOING_CALLS);
	CU_ASSERT_EQUAL(uml_busy_judge(1000, 10, 39), UML_DOING_KERNEL);
	CU_ASSERT_EQUAL(uml_busy_parse_call("228 0x1 0x7fbfffdc70 0x0 0x5 0x5 0x5 0x7f 0x40\n"),
			228);
	CU_ASSERT_EQUAL(uml_busy_parse_call("running\n"), -1);
	CU_ASSERT_EQUAL(uml_busy_parse_call("-1 0x7fbfffdc70 0x40\n"), -1);
	CU_ASSERT_EQUAL(uml_busy_parse_call(""), -1);
	CU_ASSERT_STRING_EQUAL(uml_busy_call_name(SYS_clock_gettime), "clock_gettime");
	CU_ASSERT_PTR_NULL(uml_busy_call_name(-1));
}

static void says(struct uml_busy busy, const char *node, bool virtual_time, const char *wanted)
{
	char text[512];

	standstill_text(&busy, node, virtual_time, text, sizeof(text));
	CU_ASSERT_STRING_EQUAL(text, wanted);
	if (strcmp(text, wanted) != 0)
		printf("\n%s\n", text);
}

static void test_words(void)
{
	says((struct uml_busy){231, "busy", false, UML_DOING_COMPUTES, -1}, "mn", true,
	     "time in the run stands still: busy (pid 231) at node mn runs without ever waiting; "
	     "it computes without a system call. In virtual time a program must sleep or poll to "
	     "let time pass");
	says((struct uml_busy){9, "x", true, UML_DOING_CALLS, SYS_getppid}, "", false,
	     "time in the run stands still: x (pid 9) and others runs without ever waiting; it "
	     "makes system calls without end, mostly getppid");
	says((struct uml_busy){1, "3", false, UML_DOING_CALLS, 300}, "", false,
	     "time in the run stands still: mip6lab itself (pid 1) runs without ever waiting; it "
	     "makes system calls without end, mostly number 300");
	says((struct uml_busy){-1, "", false, UML_DOING_KERNEL, -1}, "", false,
	     "time in the run stands still: something in it runs without ever waiting; it is in "
	     "its kernel all the time");
	says((struct uml_busy){0, "swapper", false, UML_DOING_KERNEL, -1}, "", true,
	     "time in the run stands still: its kernel works, but no program runs in it");
}

static void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	fputs(text, file);
	fclose(file);
}

/* A folder of results with this file in raw/. */
static void with_raw(char folder[64], const char *name, const char *text)
{
	char path[128];

	strcpy(folder, "/tmp/mip6lab-test-XXXXXX");
	CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/raw", folder);
	CU_ASSERT_EQUAL(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/raw/%s", folder, name);
	write_text(path, text);
}

static void remove_raw(const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/raw/%s", folder, name);
	unlink(path);
	snprintf(path, sizeof(path), "%s/raw", folder);
	rmdir(path);
	rmdir(folder);
}

static void test_node_of_process(void)
{
	char folder[64];
	char node[64];

	with_raw(folder, "processes", "52 ha radvd\n521 mn /usr/sbin/x\n53 cn y\n53 ar1 z\n");
	standstill_node(folder, 52, node, sizeof(node));
	CU_ASSERT_STRING_EQUAL(node, "ha");
	standstill_node(folder, 53, node, sizeof(node));
	CU_ASSERT_STRING_EQUAL(node, "ar1");
	standstill_node(folder, 5, node, sizeof(node));
	CU_ASSERT_STRING_EQUAL(node, "");
	remove_raw(folder, "processes");
	standstill_node(folder, 52, node, sizeof(node));
	CU_ASSERT_STRING_EQUAL(node, "");
}

static bool parse(const char *text, struct progress_news *news)
{
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", text);
	return progress_parse(copy, news);
}

static void test_progress_lines(void)
{
	struct progress_news news;
	char line[256];

	CU_ASSERT_FALSE(parse("", &news));
	CU_ASSERT_FALSE(parse("# boot", &news));
	CU_ASSERT_TRUE(parse("# booting\n# making node 31 of 60\n# maki", &news));
	CU_ASSERT_FALSE(news.ran);
	CU_ASSERT_STRING_EQUAL(news.step, "making node 31 of 60");
	progress_line(&news, 12.34, line, sizeof(line));
	CU_ASSERT_STRING_EQUAL(line, "start-up: making node 31 of 60 (12.3 s)");
	CU_ASSERT_TRUE(parse("# booting\n0 0 12 0 0\n1000002816 3 12 84999936 1202\n20000", &news));
	CU_ASSERT_TRUE(news.ran);
	CU_ASSERT_EQUAL(news.now, 1000002816);
	CU_ASSERT_EQUAL(news.moves, 3);
	CU_ASSERT_STRING_EQUAL(news.step, "");
	progress_line(&news, 0.5, line, sizeof(line));
	CU_ASSERT_STRING_EQUAL(line, "   1.0 s simulated (0.5 s), move 3 of 12, last cut 85.0 ms");
}

static void test_progress_file(void)
{
	struct progress progress;
	char folder[64];
	char path[128];
	char step[PROGRESS_LINE];
	unsigned before;
	FILE *file;

	with_raw(folder, "progress", "# booting\n");
	progress_init(&progress, folder);
	progress.terminal = false;
	before = progress_tick(&progress);
	CU_ASSERT_EQUAL(progress_tick(&progress), before);
	CU_ASSERT_TRUE(progress_step(&progress, step, sizeof(step)));
	CU_ASSERT_STRING_EQUAL(step, "booting");
	snprintf(path, sizeof(path), "%s/raw/progress", folder);
	file = fopen(path, "a");
	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	/* More than what is read: the first line of that part is cut. */
	for (int i = 0; i < 100; i++)
		fprintf(file, "%d000000000 0 0 0 0\n", i);
	fclose(file);
	CU_ASSERT_EQUAL(progress_tick(&progress), before + 1);
	CU_ASSERT_FALSE(progress_step(&progress, step, sizeof(step)));
	CU_ASSERT_EQUAL(progress_simulated(&progress), 99.0);
	remove_raw(folder, "progress");
}

int main(void)
{
	static const struct test_case tests[] = {
	    {"works_without_news", test_works_without_news},
	    {"news_begin_again", test_news_begin_again},
	    {"starved", test_starved},
	    {"nothing_to_do", test_nothing_to_do},
	    {"stirs", test_stirs},
	    {"late_look", test_late_look},
	    {"sum_that_falls", test_sum_that_falls},
	    {"process_line", test_process_line},
	    {"group", test_group},
	    {"who_runs", test_who_runs},
	    {"what_it_does", test_what_it_does},
	    {"words", test_words},
	    {"node_of_process", test_node_of_process},
	    {"progress_lines", test_progress_lines},
	    {"progress_file", test_progress_file},
	};

	return test_run("test_standstill", tests, sizeof(tests) / sizeof(tests[0]));
}
